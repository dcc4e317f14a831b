"""What must not stand in any cell: card numbers and messages, found by the engine and judged where
the cells are.
"""

from __future__ import annotations

import random

import pytest

from teleaudit.rules.audit_file import load_audit
from teleaudit.rules.rulebook import rulebook_of
from teleaudit.rules.verdicts import Verdict
from teleaudit_samples import invented
from tests.command import ROOT
from tests.spec import spec


@pytest.mark.parametrize("check", ["HYG-card.payment", "KAZ-b2.payment"])
def test_a_record_with_a_card_number_is_found_whatever_the_column_is_called(
    engine: str, check: str
) -> None:
    payments = """
        payment_id | method               | Felt 2           | IMEI            | _issues
        masked     | 4571 93** **** 1234  |                  | 352099001761481 |
        text       | kort 4571724525913998 | 12345678        |                 |
        phone      | 45 12 34 56 78       |                  |                 |
        ref        | Dankort              | 4571724525913998 |                 |
        both       | 4571-5284-3869-8467  | 5019524956711284 |                 |
        damaged    | overført             |                  |                 | psp_reference=excel
        fine       |                      |                  | 490154203237518 | method=unreadable
    """
    result = spec(
        check,
        {"payment": payments},
        engine=engine,
        deviating=["both", "ref", "text"],
        not_assessable={"excel_damaged": 1},
        population=7,
    )
    assert result.answer.columns == {"Felt 2": 2, "method": 2}
    assert [(d.column, d.level) for d in result.deviations] == [
        ("Felt 2;method", "probable"),
        ("Felt 2", "probable"),
        ("method", "confirmed"),
    ]


def test_cards_in_a_column_named_for_another_number_are_found_where_they_are_many(
    engine: str,
) -> None:
    dice = random.Random(4)  # noqa: S311 (invented numbers)
    cards = [invented.card_number(dice, prefix) for prefix in (*invented.CARD_PREFIXES,) * 20]
    many, few = (
        "payment_id | IMEI\n"
        + "\n".join(
            f"{place:03} | {number}"
            for place, number in enumerate([*cards[:count], "490154203237518", ""])
        )
        for count in (60, 6)
    )
    result = spec(
        "HYG-card.payment",
        {"payment": many},
        engine=engine,
        deviating=[f"{place:03}" for place in range(60)],
        population=62,
    )
    assert [(decision["rule"], decision["k"]) for decision in result.answer.column_decisions] == [
        ("card_column", 60)
    ]
    result = spec("HYG-card.payment", {"payment": few}, engine=engine, population=8)
    assert [
        (decision["rule"], decision["level"]) for decision in result.answer.column_decisions
    ] == [("identifier_name", None)]


def in_parts(cards: list[str], *sizes: int) -> list[list[str]]:
    """The numbers cut into parts of these lengths."""
    return [
        [card[sum(sizes[:place]) : sum(sizes[: place + 1])] for place in range(len(sizes))]
        for card in cards
    ]


def table_of(names: list[str], rows: list[list[str]]) -> str:
    """A table of payments with these columns beside the key."""
    return "\n".join(
        [
            f"payment_id | {' | '.join(names)}",
            *(f"{place:03} | {' | '.join(row)}" for place, row in enumerate(rows)),
        ]
    )


@pytest.mark.parametrize("check", ["HYG-card.payment", "KAZ-b2.payment"])
def test_a_card_number_split_over_columns_is_found_with_all_of_them(
    engine: str, check: str
) -> None:
    dice = random.Random(5)  # noqa: S311 - invented numbers
    rows = in_parts(
        [invented.card_number(dice, prefix) for prefix in invented.CARD_PREFIXES * 2], 4, 4, 4, 4
    )
    lawful = [["4571", "", "", "0004"], ["", "", "", ""], ["4571", "1234", "1234", "123x"]]
    names = ["kort1", "kort2", "kort3", "kort4"]
    result = spec(
        check,
        {"payment": table_of(names, rows + lawful)},
        engine=engine,
        deviating=[f"{place:03}" for place in range(len(rows))],
        population=len(rows) + 3,
    )
    assert result.answer.columns == dict.fromkeys(names, len(rows))
    assert [
        (decision["column"], decision["rule"], decision["level"])
        for decision in result.answer.column_decisions
    ] == [("kort1 + kort2 + kort3 + kort4", "split_over_columns", "probable")]


def test_two_split_card_numbers_are_for_a_person_to_look_at(engine: str) -> None:
    dice = random.Random(6)  # noqa: S311 - invented numbers
    rows = in_parts([invented.card_number(dice, "4571") for _ in range(2)], 8, 8)
    result = spec(
        "HYG-card.payment",
        {"payment": table_of(["card_part1", "part2"], rows)},
        engine=engine,
        population=2,
    )
    assert (result.verdict, result.answer.review, result.answer.columns) == (Verdict.REVIEW, 2, {})


def test_columns_of_other_names_hold_split_cards_only_where_chance_is_ruled_out(
    engine: str,
) -> None:
    dice = random.Random(7)  # noqa: S311 - invented numbers
    cards = [invented.card_number(dice, prefix) for prefix in invented.CARD_PREFIXES * 8]
    many, few = (
        table_of(["Felt 1", "Felt 2"], in_parts(some, 8, 8)) for some in (cards, cards[:4])
    )
    phones = table_of(["Telefon 1", "Telefon 2"], in_parts(cards, 8, 8))
    spec(
        "HYG-card.payment",
        {"payment": many},
        engine=engine,
        deviating=[f"{place:03}" for place in range(len(cards))],
    )
    assert (
        spec("HYG-card.payment", {"payment": few}, engine=engine, population=4).verdict
        is Verdict.PASS
    )
    assert (
        spec("HYG-card.payment", {"payment": phones}, engine=engine, population=len(cards)).verdict
        is Verdict.PASS
    )


def test_a_test_card_is_for_a_person_to_look_at(engine: str) -> None:
    payments = """
        payment_id | psp_reference
        b          | 4111111111111111
        a          | ref-1
    """
    result = spec("HYG-card.payment", {"payment": payments}, engine=engine, population=2)
    assert (result.verdict, result.answer.review, result.answer.columns) == (Verdict.REVIEW, 1, {})


def test_truncated_card_numbers_are_for_a_person_where_a_policy_lets_in_no_card_data(
    engine: str,
) -> None:
    payments = """
        payment_id | card_masked
        stars      | 457112******1234
        groups     | 4571 12XX XXXX 1234
        dots       | 457112...1234
        whole      | 4571724525913998
        nothing    | ************
        none       |
    """
    result = spec(
        "KAZ-b2.masked",
        {"payment": payments},
        engine=engine,
        deviating=["dots", "groups", "stars"],
        population=6,
    )
    assert (result.verdict, result.check.severity) == (Verdict.REVIEW, "low")


def test_kazooms_clause_on_broadband_is_not_asked_of_messages_but_the_baseline_is() -> None:
    asked = {
        check.id
        for suite in rulebook_of(load_audit(ROOT / "audits" / "kazoom")).suites
        for check in suite.checks
    }
    assert "HYG-messages.cdr" in asked
    assert "KAZ-q.cdr" not in asked


@pytest.mark.parametrize("check", ["BIZ-tele-2.cdr", "HYG-messages.cdr"])
def test_a_record_with_the_content_of_a_message_is_found(engine: str, check: str) -> None:
    calls = """
        call_id | destination            | Besked                           | Tekst
        sms     | Danmark                | Hej skat, jeg kommer hjem nu     |
        short   | Danmark                | Ok                               |
        hidden  | Danmark                |                                  | 00480065006A002000640075002C0020006A0065006700200065007200200068006A0065006D006D0065
        none    | Opkald til udland zone |                                  | NORMAL_CLEARING
    """
    result = spec(
        check, {"cdr": calls}, engine=engine, deviating=["hidden", "short", "sms"], population=4
    )
    assert result.answer.columns == {"Besked": 2, "Tekst": 1}


@pytest.mark.parametrize("check", ["BIZ-tele-2.cdr", "HYG-messages.cdr"])
def test_texts_of_a_list_are_no_messages(engine: str, check: str) -> None:
    rows = "\n".join(f"c{n} | Nummeret du har ringet til er ikke i brug" for n in range(5))
    assert (
        spec(check, {"cdr": f"call_id | destination\n{rows}"}, engine=engine, population=5).verdict
        is Verdict.PASS
    )


def test_of_a_column_of_messages_every_filled_cell_deviates_and_what_is_certainly_none_does_not(
    engine: str,
) -> None:
    texts = ["Kan du hente børnene i dag?", "Ring når du er hjemme", "Elsker dig", "på vej hjem"]
    filled = {
        f"c{number:02}": text
        for number, text in enumerate(
            [*texts * 5, "Ok", "Fedt nok", "Din kode er 482913. Del den ikke med nogen"]
        )
    }
    others = {"n1": "NULL", "n2": "ukendt", "n3": "17", "n4": "", "n5": "-"}
    rows = "\n".join(f"{key} | {text}" for key, text in (filled | others).items())
    result = spec(
        "BIZ-tele-2.cdr",
        {"cdr": f"call_id | Fritekst\n{rows}"},
        engine=engine,
        deviating=sorted(filled),
        population=len(filled | others),
    )
    assert {deviation.level for deviation in result.deviations} == {"probable"}
