"""Columns of numbers: what their name, their check digits and their complement say; and the same
decision from the engine's counts.
"""

from __future__ import annotations

import random
from collections.abc import Sequence

import duckdb
import pytest
import sqlglot

from teleaudit.detectors import (
    ColumnDecision,
    card_candidate_sql,
    card_cells_query,
    decide_card_column,
    find_cards,
    profile_cards,
    profile_query,
    scan_cell,
    scan_column,
)
from teleaudit.detectors.columns import PROFILE
from teleaudit.detectors.luhn import luhn_sql, luhn_valid
from tests.detectors.numbers import grouped, with_check_digit

DICE = random.Random(20261122)  # noqa: S311 - invented numbers


def numbers(beginnings: Sequence[str], length: int, count: int) -> list[str]:
    """So many numbers that pass Luhn, their beginnings taken in turn."""
    return [with_check_digit(beginnings[i % len(beginnings)], length, seed=i) for i in range(count)]


def running(beginning: str, length: int, count: int) -> list[str]:
    """So many numbers without a check digit."""
    return [
        beginning + "".join(DICE.choices("0123456789", k=length - len(beginning)))
        for _ in range(count)
    ]


DIGITS = [str(digit) for digit in range(1, 10)]
CARDS = numbers(["4571", "5019", "4123", "5312", "2450"], 16, 60)

COLUMNS: dict[str, tuple[str, list[str | None], str, str]] = {
    "cards": ("ref2", list(CARDS), "probable", "card_column"),
    "cards in groups": ("ref2", [grouped(card, " ") for card in CARDS], "probable", "card_column"),
    "cards of one issuer": ("ref2", [*numbers(["40123456"], 16, 40)], "probable", "card_column"),
    "dankort": ("ref2", [*numbers(["5019"], 16, 40)], "probable", "card_column"),
    "three cards": ("ref2", [None, *CARDS[:3], *[None] * 500], "probable", "card_column"),
    "cards and others half and half": (
        "felt",
        [*CARDS, *running("", 16, 40)],
        "probable",
        "card_column",
    ),
    "a few dankort among order numbers": (
        "felt",
        [*running("7", 16, 300), *numbers(["4571"], 16, 7), *running("4", 16, 300)],
        "probable",
        "mixed_column",
    ),
    "cards by name": ("Kortnummer", list(CARDS), "confirmed", "card_column"),
    "two cards by name": ("pan", [*CARDS[:2], None, ""], "confirmed", "card_column"),
    "cards under the name of something else": ("kundenr", list(CARDS), "probable", "card_column"),
    "cards among phone numbers": (
        "b_number",
        [*running("45", 10, 2000), *CARDS[:5]],
        "probable",
        "card_column",
    ),
    "one card among phone numbers": (
        "b_number",
        [*running("45", 10, 200), CARDS[0]],
        "review",
        "too_few_to_tell",
    ),
    "one card in a column of nothing else": (
        "x",
        [CARDS[0], None, "12345678"],
        "probable",
        "single_numbers",
    ),
    "cards among order numbers": (
        "ordrenr",
        [*running("", 16, 900), *CARDS],
        "probable",
        "mixed_column",
    ),
    "random numbers": ("ordrenr", [*running("", 16, 3000)], "", "chance"),
    "random numbers that begin like a card": ("kundenr", [*running("4", 16, 500)], "", "chance"),
    "imei": ("IMEI", [*numbers(["35", "86", "01"], 15, 200)], "", "identifier_name"),
    "cards named imei": ("imei_2", list(CARDS), "probable", "card_column"),
    "imei under another name": (
        "terminal",
        [*numbers(["35", "86", "01"], 15, 200)],
        "",
        "mod10_identifier",
    ),
    "random digits named imei": ("imei", [*running("", 15, 3000)], "", "identifier_name"),
    "imeisv": ("device", [*running("35", 16, 900)], "", "chance"),
    "three imeisv that pass by chance": (
        "device",
        [*numbers(["3530"], 16, 3)],
        "review",
        "rare_network",
    ),
    "one number of many kinds": (
        "felt",
        [CARDS[0], *running("9", 16, 9)],
        "review",
        "too_few_to_tell",
    ),
    "rounded by a spreadsheet": (
        "kortnummer",
        ["4,57112E+15", "5,01912E+15", None],
        "review",
        "excel_damaged",
    ),
    "rounded and named otherwise": ("konto", ["4,57112E+15", "5,01912E+15", None], "", "none"),
    "imsi": ("imsi", [*running("238", 15, 900)], "", "identifier_name"),
    "iccid": ("sim", [*numbers(["8945"], 19, 100)], "", "identifier_name"),
    "iccid under another name": ("kort_ref", [*numbers(["8945"], 19, 100)], "", "mod10_identifier"),
    "filled up with zeros and named for cards": (
        "KORTNR",
        [f"000{card}" for card in CARDS],
        "review",
        "unread_numbers",
    ),
    "longer than any card": (
        "card_number",
        [f"{number:024}" for number in range(40)],
        "review",
        "unread_numbers",
    ),
    "cut, and named for cards": (
        "kortnummer",
        [card[:13] for card in CARDS],
        "review",
        "unread_numbers",
    ),
    "random numbers named for cards": (
        "card_number",
        [*running("9", 16, 500)],
        "review",
        "unread_numbers",
    ),
    "a number among cards that are gone": (
        "card_number",
        [*["slettet"] * 9, *running("9", 16, 1)],
        "",
        "none",
    ),
    "moments named for cards": (
        "kort_oprettet",
        [f"202607{day:02}101112" for day in range(1, 29)],
        "",
        "none",
    ),
    "fi 71": ("betalingsident", [*numbers(["0"], 15, 100)], "", "identifier_name"),
    "fi 75 that all begin with 4": (
        "betalings_id",
        [*numbers(["4"], 16, 100)],
        "",
        "identifier_name",
    ),
    "fi 75 that begin with 4 and 5": (
        "fi_linje",
        [*numbers(["4", "5"], 16, 100)],
        "",
        "identifier_name",
    ),
    "fi 75 named fik": ("FIK", [*numbers(["4"], 16, 100)], "", "identifier_name"),
    "fi 75 named ocr": ("ocr", [*numbers(["5019"], 16, 100)], "", "identifier_name"),
    "fi 75 named payment_slip": ("payment_slip", [*numbers(["4"], 16, 100)], "", "identifier_name"),
    "fi 75 that all begin with 4 under no name": (
        "ident",
        [*numbers(["4"], 16, 100)],
        "review",
        "one_first_digit",
    ),
    "fi 75 that run on": (
        "ident",
        [with_check_digit(f"4512345678{place:05}", 16) for place in range(0, 300, 7)],
        "review",
        "running_numbers",
    ),
    "fi 75 of few rows": ("ident", [*numbers(DIGITS, 16, 9)], "", "mod10_identifier"),
    "fi 75 filled with zeros": (
        "ident",
        [with_check_digit(f"45{place:06}00001", 16) for place in range(100_000, 900_000, 40_007)],
        "review",
        "zero_filled",
    ),
    "fi 75 with every beginning": (
        "reference",
        [*numbers(DIGITS, 16, 200)],
        "",
        "mod10_identifier",
    ),
    "gln": ("lokation", [*running("57900", 13, 200)], "", "none"),
    "timestamps": (
        "t",
        [f"2026{month:02}{day:02}101112" for month in range(1, 13) for day in range(1, 29)],
        "",
        "none",
    ),
    "timestamps of two-digit years": (
        "t",
        [f"26{month:02}{day:02}1011121314" for month in range(1, 13) for day in range(1, 29)],
        "",
        "chance",
    ),
    "phone numbers": ("a_number", ["+4512345678", *running("491", 13, 40)], "", "none"),
    "one number again and again": ("merchant", [CARDS[0]] * 50, "review", "repeated_number"),
    "test cards": ("kort", ["4111111111111111", "5555555555554444"] * 3, "review", "test_card"),
    "masked": (
        "card_masked",
        ["457112******1234", "5019 12XX XXXX 1234"] * 9,
        "",
        "catalogue_text",
    ),
    "empty": ("pan", [None, "", None], "", "none"),
    "a card in a note": (
        "bemærkninger",
        ["Kunden ringer igen", f"Opgav {grouped(CARDS[0], ' ')} til kortbetaling", "Tilfreds"],
        "confirmed",
        "cards_in_text",
    ),
    "a bare dankort in a note": (
        "notes",
        ["Kunden ringer igen", f"se {CARDS[1]} tak", "Tilfreds"],
        "probable",
        "cards_in_text",
    ),
    "cards behind one key and chance behind another": (
        "lastdata",
        [
            f"hop={number};felt={card}"
            for number, card in zip(running("4", 16, 400), CARDS * 7, strict=False)
        ],
        "probable",
        "cards_in_text",
    ),
    "numbers behind keys of json": (
        "lastdata",
        [f'{{"orderId":"{number}","n":1}}' for number in running("4", 16, 400)],
        "",
        "chance",
    ),
    "numbers in log lines": (
        "lastdata",
        [f"hop={number};leg=2" for number in running("4", 16, 400)],
        "",
        "chance",
    ),
}


def test_a_card_under_another_numbers_name_is_found_where_the_column_is_one_of_cards() -> None:
    decision = decision_of("cards named imei")
    assert [hit.kind for hit in scan_cell(CARDS[0], name="imei_2", decision=decision)] == ["card"]
    assert scan_cell(CARDS[0], name="imei", decision=decision_of("imei")) == []


def decision_of(case: str) -> ColumnDecision:
    """What is decided about the column of that case."""
    name, values, *_ = COLUMNS[case]
    return scan_column(values, name=name)


@pytest.mark.parametrize("case", COLUMNS)
def test_a_column_is_decided_as_a_whole(case: str) -> None:
    level, reason = COLUMNS[case][2:]
    decision = decision_of(case)
    assert (str(decision.level or ""), decision.reason) == (level, reason)
    assert decision.kinds == ({"card"} if level else frozenset())


@pytest.mark.parametrize("case", COLUMNS)
def test_the_engine_counts_what_python_counts(case: str) -> None:
    values = COLUMNS[case][1]
    connection = duckdb.connect()
    connection.execute("CREATE TABLE t (c VARCHAR)")
    connection.executemany("INSERT INTO t VALUES (?)", [[value] for value in values])
    expected = {key: count for key, count in profile_cards(values).items() if key in PROFILE}
    cursor = connection.execute(profile_query("t", ["c"]))
    columns = [column[0].removeprefix("c0_") for column in cursor.description or ()]
    counted = dict(zip(columns, cursor.fetchone() or (), strict=True))
    for different in ("card_distinct", "card_issuers", "card_heads"):
        assert abs(counted.pop(different) - expected[different]) <= max(
            2, 0.2 * expected.pop(different)
        )
    assert counted == expected
    sqlglot.transpile(
        profile_query("t", ["c"]),
        read="duckdb",
        write="spark",
        unsupported_level=sqlglot.ErrorLevel.RAISE,
    )


def test_a_cell_is_judged_in_the_light_of_its_column() -> None:
    card = CARDS[0]
    assert [
        hit.level
        for hit in scan_cell(card, name="Kortnummer", decision=decision_of("cards by name"))
    ] == ["confirmed"]
    assert [hit.level for hit in scan_cell(card, name="ref2", decision=decision_of("cards"))] == [
        "probable"
    ]
    assert [
        hit.level for hit in scan_cell(card, name="ordrenr", decision=decision_of("random numbers"))
    ] == []
    assert [
        hit.level
        for hit in scan_cell(card, name="terminal", decision=decision_of("imei under another name"))
    ] == []
    assert [
        hit.level
        for hit in scan_cell(
            f"kort {card}", name="terminal", decision=decision_of("imei under another name")
        )
    ] == ["confirmed"]
    assert [
        hit.level
        for hit in scan_cell(
            f"hop={card};leg=2", name="lastdata", decision=decision_of("numbers in log lines")
        )
    ] == []


def test_a_number_of_chance_behind_one_key_is_left_out_where_another_key_holds_cards() -> None:
    chance = with_check_digit("4", 16)
    (hit,) = scan_cell(
        f"hop={chance};felt={CARDS[0]}",
        name="lastdata",
        decision=decision_of("cards behind one key and chance behind another"),
    )
    assert hit.start == len(f"hop={chance};felt=")


def test_a_decision_says_how_many_it_counted() -> None:
    assert [
        (decision.n, decision.k)
        for decision in map(
            decision_of, ("cards", "imei under another name", "numbers behind keys of json")
        )
    ][:2] == [(60, 60), (200, 200)]


def test_the_counts_of_parts_add_up_to_the_decision_about_the_whole() -> None:
    for name, values, level, reason in (
        COLUMNS[case]
        for case in (
            "cards",
            "fi 75 that run on",
            "cards among order numbers",
            "cards behind one key and chance behind another",
        )
    ):
        parts = [profile_cards(values[place::3], name=name) for place in range(3)]
        total = {key: sum(part.get(key, 0) for part in parts) for part in parts for key in part}
        decision = decide_card_column(total, name)
        assert (str(decision.level or ""), decision.reason) == (level, reason)


def test_a_number_of_a_range_that_cards_hardly_have_is_left_out_of_a_column_of_cards() -> None:
    gln = with_check_digit("5712", 16)
    assert find_cards(gln)
    assert scan_cell(gln, name="ref2", decision=decision_of("cards")) == []


def test_only_text_is_read_where_numbers_are_decided_upon() -> None:
    connection = duckdb.connect()
    cells = [
        CARDS[0],
        grouped(CARDS[0], " "),
        f"kort {CARDS[0]}",
        "12345678",
        with_check_digit("35", 15),
    ]
    connection.execute("CREATE TABLE t (c VARCHAR)")
    connection.executemany("INSERT INTO t VALUES (?)", [[cell] for cell in cells])
    kept = connection.execute(
        card_cells_query(f"(SELECT c AS record, c AS cell FROM t WHERE {card_candidate_sql('c')})")
    ).fetchall()
    assert sorted(cell for _, cell, number in kept if number is None) == [cells[2]]
    assert sorted(cell for _, cell, number in kept if number is not None) == sorted(cells[:2])


def test_luhn_in_sql_is_luhn_in_python_on_a_hundred_thousand_numbers() -> None:
    strings = ["".join(DICE.choices("0123456789", k=DICE.randint(1, 20))) for _ in range(100_000)]
    connection = duckdb.connect()
    connection.execute("CREATE TABLE t AS SELECT unnest(?::VARCHAR[]) AS d", [strings])
    assert connection.execute(f"SELECT d, {luhn_sql('d')} FROM t").fetchall() == [
        (digits, luhn_valid(digits)) for digits in strings
    ]


def test_a_profile_with_missing_counts_decides_nothing() -> None:
    assert decide_card_column({"cells": 5}, "pan").kinds == frozenset()


def test_a_decision_shows_counts_and_no_digit_of_a_cell() -> None:
    decision = decision_of("cards")
    assert decision.counts["card_shaped"] == decision.counts["card_luhn"] == 60
    assert not any(card[:6] in repr(decision) for card in CARDS)
    assert find_cards(CARDS[0])
