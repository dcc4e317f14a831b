"""The SQL prefilter lets every text through in which a CPR number is found, and little else."""

from __future__ import annotations

import random

import duckdb
import pytest
import sqlglot
from hypothesis import given
from hypothesis import strategies as st

from teleaudit.detectors.cpr import find_cpr
from teleaudit.detectors.prefilter import cpr_candidate_sql
from tests.detectors.cpr_numbers import cpr_number, dashed, many
from tests.detectors.test_cpr import CONFIRMED, REVIEWED, WRITINGS

CONNECTION = duckdb.connect()


def passes(texts: list[str]) -> list[bool]:
    """The candidate expression on each text, in the engine."""
    rows = CONNECTION.execute(
        f"SELECT {cpr_candidate_sql('c')} FROM (SELECT unnest(?::VARCHAR[]) AS c)", [texts]
    ).fetchall()
    return [bool(row[0]) for row in rows]


def test_every_writing_passes() -> None:
    assert all(
        passes(
            [
                *WRITINGS.values(),
                *CONFIRMED.values(),
                *(text for texts in REVIEWED.values() for text in texts),
            ]
        )
    )


NUMBER = st.sampled_from(
    [
        *many(40),
        *(number[1:] for number in many(9, days=range(1, 10))),
        cpr_number(valid=False),
        "84" + cpr_number()[2:],
    ]
)
JOINED = st.builds(
    dashed,
    NUMBER,
    st.sampled_from(
        [
            "",
            " ",
            "  ",
            "-",
            " - ",
            ".",
            "/",
            "_",
            "\t",
            "\u00a0",
            "\u2013",
            "\u200b",
            "&nbsp;",
            "&#8211;",
            "&amp;#8211;",
            "%20",
            "%2520",
            "\\u2013",
            "\\x20",
        ]
    ),
)
ENCODED = (
    JOINED
    | JOINED.map(lambda text: text.encode().hex())
    | JOINED.map(lambda text: text.encode("utf-16-be").hex())
    | JOINED.map(lambda text: f"{text[0]}.{text[1:]}E9")
)
AROUND = st.text(max_size=6) | st.sampled_from(
    ["cpr ", " cpr", "%20", "cpr", "1234 ", ".0", "'", "\t", "é"]
)


@given(
    st.lists(
        st.builds(lambda before, number, after: before + number + after, AROUND, ENCODED, AROUND),
        min_size=1,
        max_size=30,
    )
)
def test_every_text_with_a_cpr_number_passes(texts: list[str]) -> None:
    clean = [text.replace("\0", " ") for text in texts]
    for text, candidate in zip(clean, passes(clean), strict=True):
        assert candidate or not (find_cpr(text, field="cpr") or find_cpr(text))


@pytest.mark.parametrize(
    "text",
    [
        "12345678",
        "4512345678",
        "+45 12 34 56 78",
        "2026-11-22 12:30:00",
        "22-11-2026 14:35",
        "31.12.2026 12.30",
        "20261122123000",
        "Kunden ringede 12 34 56 78 den 31.12.2026 kl. 12.30 om faktura 1234567",
        "5f2b6a0e4c1d4d5b8a7f0c9e1d2b3a4f",
        "1764000000.123456",
        "450747-1234",
        "tekst uden tal",
        "",
    ],
)
def test_phone_numbers_dates_and_short_identifiers_are_passed_by(text: str) -> None:
    assert passes([text]) == [False]


def test_few_random_numbers_pass() -> None:
    dice = random.Random(5)  # noqa: S311 - invented numbers
    assert (
        sum(passes(["".join(dice.choices("0123456789", k=10)) for _ in range(5000)])) < 0.12 * 5000
    )
    assert (
        sum(passes(["45" + "".join(dice.choices("0123456789", k=8)) for _ in range(5000)]))
        < 0.04 * 5000
    )


def test_the_prefilter_can_be_said_to_spark() -> None:
    assert (
        "RLIKE"
        in sqlglot.transpile(
            f"SELECT {cpr_candidate_sql('c')} FROM t",
            read="duckdb",
            write="spark",
            unsupported_level=sqlglot.ErrorLevel.RAISE,
        )[0]
    )
