"""How a language writes numbers, dates and periods."""

from __future__ import annotations

import pytest

from teleaudit.report.material import Material
from teleaudit.report.wording import Words, load_words
from tests.report.example import example

DA: Words = load_words("da")


def test_english_writes_them_in_its_own_way() -> None:
    english = load_words("en")
    assert (english.number(1234567), english.number(1234.56)) == ("1,234,567", "1,234.56")
    assert (english.date("2026-11-22", "date"), english.date("2026-11-22")) == (
        "22 November 2026",
        "22-11-2026",
    )
    assert english.moment("2026-11-22T05:23:31Z") == "22 November 2026 at 06:23 CET"
    assert (english.share(1, 3), english.share(1, 10_000_000)) == ("33.33%", "less than 0.01%")
    assert english.period("P1Y6M") == "1 year and 6 months"
    assert english.listed(["a", "b", "c"]) == "a, b and c"
    assert english.quoted("a") == "“a”"


def test_numbers_have_danish_separators() -> None:
    assert (DA.number(1234567), DA.number(1234.56), DA.number(0), DA.number(None)) == (
        "1.234.567",
        "1.234,56",
        "0",
        "–",
    )


def test_dates_are_long_in_prose_and_short_in_tables() -> None:
    assert (
        DA.date("2026-03-01", "date"),
        DA.date("2026-03-01"),
        DA.date(None),
        DA.month("2026-03"),
    ) == ("1. marts 2026", "01-03-2026", "–", "marts 2026")


@pytest.mark.parametrize(
    ("utc", "local"),
    [
        ("2026-11-22T05:23:31Z", "22. november 2026 kl. 06.23 CET"),
        ("2026-07-01T22:30:00Z", "2. juli 2026 kl. 00.30 CEST"),
    ],
)
def test_times_are_danish_time_with_their_zone(utc: str, local: str) -> None:
    assert DA.moment(utc) == local


@pytest.mark.parametrize(
    ("part", "whole", "share"),
    [
        (0, 10, "0 %"),
        (10, 10, "100 %"),
        (1, 3, "33,33 %"),
        (1, 10_000_000, "under 0,01 %"),
        (9_999_999, 10_000_000, "99,99 %"),
        (0, 0, "–"),
    ],
)
def test_a_share_is_never_rounded_to_none_or_all(part: int, whole: int, share: str) -> None:
    assert DA.share(part, whole).replace("\u00a0", " ") == share


@pytest.mark.parametrize(
    ("iso", "words"),
    [
        ("P1Y", "1 år"),
        ("P14D", "14 dage"),
        ("P1D", "1 dag"),
        ("P1Y6M", "1 år og 6 måneder"),
        ("til ophør", "til ophør"),
        ("P", "P"),
    ],
)
def test_a_period_is_told_in_words(iso: str, words: str) -> None:
    assert DA.period(iso) == words


@pytest.mark.parametrize(
    ("period", "words"),
    [
        ("{immediately_days}D", "14 dage"),
        ("{deadline}", "5 år"),
        ("{traffic_data_unbilled}", "ikke fastsat"),
        ("{nobody}D", "ikke fastsat"),
        ("P1Y", "1 år"),
    ],
)
def test_a_period_may_come_from_a_parameter(period: str, words: str) -> None:
    results = example()
    results["parameters"].append(
        {
            "name": "deadline",
            "value": "P5Y",
            "owner": "x",
            "reason": "x",
            "approved_on": "2026-01-01",
        }
    )
    assert Material(results=results, words=DA).period(period) == words


def test_a_parameter_names_the_checks_that_rest_on_it_set_or_not() -> None:
    material = Material(results=example(), words=DA)
    assert [
        material.resting_on(name)
        for name in ("immediately_days", "traffic_data_unbilled", "nobody")
    ] == [
        {"parts": "BIZ-ret-5.pbx_config"},
        {"parts": "BIZ-ret-7.unbilled"},
        "ingen kontrol",
    ]


def test_a_sentence_keeps_braces_that_came_with_a_value() -> None:
    assert DA.say("finding.exempted", e="{0} {k}") == "{0} {k} er undtaget."


def test_a_text_falls_back_to_another_language_and_then_to_a_dash() -> None:
    material = Material(results=example(), words=DA)
    assert [
        material.text(text)
        for text in ({"da": "a", "en": "b"}, {"en": "b"}, {"da": None}, "c", None, {})
    ] == ["a", "b", "–", "c", "–", "–"]
