"""What holds between a value and its column, whatever either is: nothing that a value shows is lost
in silence, and no name without an answer.

1. What ``scan_value`` calls confirmed or probable is at least a question in ``scan_cell``, in a
   scan and in the audit, unless the column as a whole is cleared
   by one of the rules of ``CLEARED_BY``; a name says which rule decided in every case.
2. Of a truncated card number only columns are asked that are named for cards.
3. A column that is named for cards, CPR numbers or messages and full of long numbers is at least a
   question.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from teleaudit.detectors import (
    Hit,
    Level,
    decide_card_column,
    decide_cpr_column,
    profile_cards,
    profile_cpr,
    scan_cell,
    scan_column,
    scan_value,
)
from teleaudit.detectors.attributes import names_note
from teleaudit.detectors.columns import whole_number
from teleaudit.detectors.cpr import whole_number as cpr_whole_number
from teleaudit.detectors.message_values import skeleton
from teleaudit.detectors.messages import is_listed
from teleaudit.scanning.scan import Finding, scan_paths
from tests.detectors.cpr_numbers import cpr_number, dashed, many
from tests.detectors.numbers import grouped, with_check_digit
from tests.detectors.test_browsing import WRITINGS as SITES
from tests.detectors.test_messages import CATALOGUE, CODES, ENCODED, KEYED, MESSAGES
from tests.spec import Answered, answer

CLEARED_BY: Mapping[str, frozenset[str]] = {
    "card": frozenset({"identifier_name", "mod10_identifier", "chance"}),
    "cpr": frozenset({"modulus_11_identifier", "look_alikes", "chance"}),
    # in a column for notes: the same text, or the same but for names and numbers, in more than
    # three cells and in 0.4 % of them
    "message": frozenset({"repeated_note"}),
    "browsing": frozenset(),
}
CARDS = [
    with_check_digit(prefix, 16, seed=seed)
    for prefix in ("4571", "5019", "5411")
    for seed in range(4)
]
CPRS = [*many(8), *map(dashed, many(8))]
SURE = [
    *CARDS,
    grouped(CARDS[0], " "),
    f"kort {CARDS[1]}",
    *CPRS,
    f"cpr {dashed(CPRS[0])}",
    *MESSAGES,
    *ENCODED.values(),
    *(text for text, _ in KEYED.values()),
    *SITES.values(),
]
DULL = [
    *CATALOGUE,
    *CODES,
    "4512345678",
    "2026020702210071",
    "20260207022100",
    "1764000000",
    "NULL",
    "internet",
    "Kunden ringede",
    "5f2b6a0e4c1d4d5b",
    with_check_digit("35", 15),
    with_check_digit("8945", 19),
]
NAMES = [
    "felt_7",
    "userfield",
    "kortnr",
    "cpr",
    "imei",
    "ordrenr",
    "besked",
    "tekst",
    "url",
    "apn",
    "note",
    "b_nummer",
    "start_ts",
    "lastdata",
]
COLUMN = st.tuples(
    st.sampled_from(NAMES),
    st.lists(st.sampled_from(SURE), min_size=1, max_size=4),
    st.lists(st.sampled_from(DULL), max_size=6),
    st.sampled_from([1, 1, 5, 40]),
)


def filled(sure: Sequence[str], dull: Sequence[str], times: int) -> list[str]:
    """Few sure values among many others."""
    return [*sure, *(cell for cell in dull for _ in range(times))]


def found(text: str, name: str) -> dict[str, Hit]:
    """The sure finds of a value by kind; (2)."""
    hits = [
        hit
        for hit in scan_value(text, field=name)
        if hit.is_finding and hit.reason != "overexposed_truncation"
    ]
    return {hit.kind: hit for hit in hits}


def cleared(kind: str, text: str, name: str, cells: Sequence[str]) -> str:
    """The rule by which the column clears such a cell; empty where none does."""
    if kind == "message":
        alike = sum(skeleton(cell) == skeleton(text) for cell in cells)
        return (
            "repeated_note"
            if names_note(name)
            and is_listed(text, cells.count(text), cells=len(cells), alike=alike)
            else ""
        )
    if kind == "card":  # by the numbers of the column, or by its running text
        return decide_card_column(
            profile_cards(
                [cell for cell in cells if bool(whole_number(cell)) == bool(whole_number(text))],
                name=name,
            ),
            name,
        ).reason
    if kind == "cpr":
        whole = bool(cpr_whole_number(text)[0])
        return decide_cpr_column(
            profile_cpr(
                [cell for cell in cells if bool(cpr_whole_number(cell)[0]) == whole], name=name
            ),
            name,
        ).reason
    return ""


@given(COLUMN)
def test_what_a_value_shows_is_at_least_a_question_in_its_column(
    drawn: tuple[str, list[str], list[str], int],
) -> None:
    name, sure, dull, times = drawn
    cells = filled(sure, dull, times)
    decision = scan_column(cells, name=name)
    for text in set(sure):
        in_cell = {hit.kind for hit in scan_cell(text, name=name, decision=decision)}
        for kind in found(text, name).keys() - in_cell:
            assert cleared(kind, text, name, cells) in CLEARED_BY[kind], (kind, name)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(COLUMN)
def test_what_a_value_shows_is_at_least_a_question_in_a_scan(
    tmp_path: Path, drawn: tuple[str, list[str], list[str], int]
) -> None:
    name, sure, dull, times = drawn
    cells = filled([cell for cell in sure if cell.isprintable()], dull, times)
    path = tmp_path / "export.csv"
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([("id", name), *enumerate(cells)])
    told = {(event.row, event.kind) for event in scan_paths([path]) if isinstance(event, Finding)}
    for row, text in enumerate(cells, start=1):
        for kind in found(text, name):
            assert (row, kind) in told or cleared(kind, text, name, cells) in CLEARED_BY[kind], (
                kind,
                name,
            )


LOG = [
    *(
        f"2026-07-01 10:{minute:02}:00 INFO mediation[{minute * 71}]: record {minute * 7919} loaded"
        f" from trunk {minute % 7}"
        for minute in range(60)
    )
]


@pytest.mark.parametrize(
    "line",
    [
        f"10:00 SMS from=4512345678 body={MESSAGES[0]!r}",
        f"10:00 GET https://{SITES['www']}/x",
        f"10:00 kortnr={CARDS[0]} ok",
        f"10:00 cpr={dashed(CPRS[0])}",
    ],
)
def test_one_line_among_many_is_at_least_a_question_in_a_scan(line: str, tmp_path: Path) -> None:
    (tmp_path / "system.log").write_text("\n".join([*LOG * 20, line, *LOG]))
    assert [
        event.row
        for event in scan_paths([tmp_path / "system.log"])
        if isinstance(event, Finding) and event.row
    ] == [len(LOG) * 20 + 1]


CHECKS = {
    "card": "HYG-card.crm_customer",
    "cpr": "HYG-cpr-number.crm_customer",
    "message": "HYG-messages.crm_customer",
    "browsing": "HYG-browsing.crm_customer",
}


def asked(check: str, column: str, cells: Sequence[str]) -> Answered:
    """What the audit's check says of customers with one column beside the key."""
    table = "\n".join(
        [
            f"customer_id | {column}",
            *(f"c{number:02} | {cell}" for number, cell in enumerate(cells)),
        ]
    )
    return answer(check, {"crm_customer": table}, engine="duckdb")


@pytest.mark.parametrize("kind", CHECKS)
def test_what_a_value_shows_is_at_least_a_question_in_the_audit(kind: str) -> None:
    sure = [
        cell
        for cell in SURE
        if cell.isprintable()
        and kind in found(cell, "Felt 7")
        and "|" not in cell
        and cell == cell.strip()
    ]
    assert sure
    for text in sure[:: max(1, len(sure) // 5)]:
        cells = [text, *(cell for cell in DULL if cell != "NULL" and "|" not in cell)]
        told = asked(CHECKS[kind], "Felt 7", cells).answer
        assert (
            told.deviations + told.review
            or cleared(kind, text, "Felt 7", cells) in CLEARED_BY[kind]
        )


UNREAD = {
    "filled up with zeros": [f"000{number}" for number in CARDS],
    "of too many digits": [f"{number}00112233" for number in CARDS],
    "in odd groups": [grouped(number, "_", 5, 5, 6) for number in CARDS],
    "with the whole year": [f"{number[:4]}20{number[4:6]}-{number[6:]}" for number in many(12)],
    "twenty digits": [f"{number:020}" for number in range(71, 99)],
}
TEN_DIGITS = [f"99{number[2:]}" for number in many(12)]


def check_spoken(name: str, cells: Sequence[str]) -> None:
    """The column says something, and so does each of its cells: rule 3."""
    decision = scan_column(cells, name=name)
    assert decision.level is not None
    assert decision.reason != "none"
    assert all(scan_cell(cell, name=name, decision=decision) for cell in cells)


@pytest.mark.parametrize("writing", UNREAD)
@pytest.mark.parametrize(
    "name",
    ["kortnr", "Card Number", "PAN", "cpr", "CPR-nr.", "personnummer", "sms_text", "beskedtekst"],
)
def test_a_name_with_long_numbers_under_it_is_never_silent(writing: str, name: str) -> None:
    check_spoken(name, UNREAD[writing])


@pytest.mark.parametrize("name", ["cpr", "CPR-nr.", "personnummer"])
def test_ten_digits_without_a_date_are_never_silent_where_the_name_says_cpr(name: str) -> None:
    check_spoken(name, TEN_DIGITS)


LONG = st.text("0123456789", min_size=12, max_size=30)


@given(
    st.sampled_from(["kortnr", "card_number", "cpr", "personnummer", "sms_text"]),
    st.lists(LONG, min_size=1, max_size=30),
    st.sampled_from(["", "-", " ", "."]),
    st.integers(1, 11),
)
def test_whatever_the_long_numbers_are_a_name_for_them_is_answered(
    name: str, numbers: list[str], separator: str, cut: int
) -> None:
    cells = [number[:cut] + separator + number[cut:] for number in numbers]
    decision = scan_column(cells, name=name)
    assert decision.level is not None or decision.reason == "mod10_identifier"


@pytest.mark.parametrize(
    ("check", "column", "writing"),
    [
        ("card", "Kortnr", "filled up with zeros"),
        ("card", "PAN", "of too many digits"),
        ("cpr", "CPR-nr.", "with the whole year"),
    ],
)
def test_a_column_of_unread_numbers_is_a_question_in_the_audit(
    check: str, column: str, writing: str
) -> None:
    told = asked(CHECKS[check], column, UNREAD[writing]).answer
    assert (told.deviations, told.review) == (0, len(UNREAD[writing]))


def test_an_invented_number_is_what_it_is_called() -> None:
    assert found(CARDS[0], "")["card"].level is Level.PROBABLE
    assert found(dashed(cpr_number()), "")["cpr"].level is Level.PROBABLE
