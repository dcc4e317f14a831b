"""CPR numbers, browsing data and what columns named for cards hold: found by the engine, judged
where the cells are, and told by column.
"""

from __future__ import annotations

import pytest

from teleaudit.rules.verdicts import Verdict
from tests.detectors.cpr_numbers import cpr_number, dashed, many
from tests.detectors.numbers import with_check_digit
from tests.spec import Answered, spec

NUMBERS = many(12)
SITES = ("forum.example.dk", "avis.example.dk", "sundhed.example.dk", "butik.example.dk")
PAGES = tuple(f"https://{site}/side" for site in SITES)


def told(result: Answered) -> list[tuple[object, ...]]:
    """What was decided about each column: name, rule, level, n and k."""
    return [
        tuple(decision[key] for key in ("column", "rule", "level", "n", "k"))
        for decision in result.answer.column_decisions
    ]


def customers(column: str, cells: list[str]) -> str:
    """A table of customers with one column beside the key."""
    return "\n".join(
        [
            f"customer_id | {column}",
            *(f"c{number:02} | {cell}" for number, cell in enumerate(cells)),
        ]
    )


def test_a_record_with_a_cpr_number_is_found_whatever_the_column_is_called(engine: str) -> None:
    table = f"""
        customer_id | notes                                   | phone    | Felt 7
        text        | Kunden oplyste CPR-nr. {dashed(NUMBERS[0])} |          |
        masked      | CPR 240747-**** set                     |          |
        born        | Født 24-07-1947                         | 01234567 |
        unit        | P-nr. 1003456789                        |          |
        phone       | Ring 4501234567                         |          |
        bare        |                                         |          | {dashed(NUMBERS[1])}
        again       |                                         |          | {dashed(NUMBERS[2])}
        empty       |                                         |          |
    """
    result = spec(
        "HYG-cpr-number.crm_customer",
        {"crm_customer": table},
        engine=engine,
        deviating=["again", "bare", "text"],
        population=8,
    )
    assert result.answer.columns == {"Felt 7": 2, "notes": 1}
    assert [(d.column, d.level) for d in result.deviations] == [
        ("Felt 7", "probable"),
        ("Felt 7", "probable"),
        ("notes", "confirmed"),
    ]


def test_a_column_named_for_cpr_is_told_with_its_rule_and_counts(engine: str) -> None:
    result = spec(
        "HYG-cpr-number.crm_customer",
        {"crm_customer": customers("CPR-nr.", NUMBERS)},
        engine=engine,
        deviating=[f"c{n:02}" for n in range(12)],
    )
    assert told(result) == [("CPR-nr.", "cpr_column", "confirmed", 12, 12)]


def test_moments_clear_a_column_of_ten_digits(engine: str) -> None:
    cells = [f"{day:02}0926{hour:02}30" for day in range(1, 21) for hour in (8, 9)]
    result = spec(
        "HYG-cpr-number.crm_customer",
        {"crm_customer": customers("Kode", cells)},
        engine=engine,
        population=40,
    )
    assert result.verdict is Verdict.PASS
    assert [(column, rule, level) for column, rule, level, _, _ in told(result)] == [
        ("Kode", "look_alikes", None)
    ]


def test_a_number_without_a_check_digit_is_for_a_person_to_see(engine: str) -> None:
    cells = [cpr_number("240747", place=place, valid=False) for place in range(4)]
    result = spec(
        "HYG-cpr-number.crm_customer",
        {"crm_customer": customers("cpr", cells)},
        engine=engine,
        population=4,
    )
    assert (result.verdict, result.answer.review, result.answer.columns) == (Verdict.REVIEW, 4, {})
    assert told(result) == [("cpr", "no_check_digit", "review", 4, 0)]


@pytest.mark.parametrize("check", ["HYG-cpr-number.crm_customer", "HYG-browsing.crm_customer"])
def test_an_export_without_rows_cannot_be_judged(engine: str, check: str) -> None:
    result = spec(check, {"crm_customer": "customer_id | notes"}, engine=engine)
    assert (result.verdict, result.why) == (Verdict.UNKNOWN, "nothing_in_scope")


@pytest.mark.parametrize("check", ["HYG-cpr-number.crm_customer", "HYG-browsing.crm_customer"])
def test_a_column_of_nulls_holds_nothing_and_is_not_told(engine: str, check: str) -> None:
    result = spec(
        check, {"crm_customer": "customer_id | name\n b | \n a |"}, engine=engine, population=2
    )
    assert (result.verdict, told(result)) == (Verdict.PASS, [])


@pytest.mark.parametrize("check", ["KAZ-q.browsing_ip_session", "BIZ-tele-1.browsing_ip_session"])
def test_a_session_that_tells_where_it_went_is_found(engine: str, check: str) -> None:
    sessions = f"""
        session_id | username                                 | assigned_ip | ServiceType             | dst_ip
        page       | linje                                    | 203.0.113.9 | {PAGES[0]}              |
        request    | linje                                    |             | GET {PAGES[1]} HTTP/1.1 |
        host       | linje                                    |             | {SITES[2]}              |
        target     | linje                                    |             |                         | 203.0.113.80
        network    | linje@epc.mnc099.mcc238.3gppnetwork.org  | 203.0.113.7 |                         |
        number     | linje                                    |             | Framed-User             | 10.0.0.1
        empty      |                                          |             |                         |
    """
    result = spec(
        check,
        {"ip_session": sessions},
        engine=engine,
        deviating=["host", "page", "request", "target"],
        population=7,
    )
    assert result.answer.columns == {"ServiceType": 3, "dst_ip": 1}
    assert told(result) == [
        ("ServiceType", "browsing_column", "confirmed", 4, 3),
        ("dst_ip", "destination_addresses", "probable", 2, 1),
    ]


def test_the_operators_own_domains_are_no_browsing_data(engine: str) -> None:
    sessions = """
        session_id | ServiceType
        b          | https://www.kazoom.dk/saldo
        a          | kazoom.dk
    """
    tables = {"ip_session": sessions}
    result = spec(
        "KAZ-q.browsing_ip_session", tables, engine=engine, population=2, own_domains=["kazoom.dk"]
    )
    assert (result.verdict, told(result)) == (
        Verdict.PASS,
        [("ServiceType", "own_domain", None, 2, 0)],
    )
    stranger = spec(
        "KAZ-q.browsing_ip_session",
        tables,
        engine=engine,
        deviating=["a", "b"],
        own_domains=["zoom.dk"],
    )
    assert stranger.verdict is Verdict.FAIL


def test_a_configuration_that_names_one_site_is_for_a_person_to_see(engine: str) -> None:
    rows = "\n".join(f"s{n:02} | https://{SITES[0]}/{n}" for n in range(40))
    result = spec(
        "KAZ-q.browsing_ip_session",
        {"ip_session": f"session_id | ServiceType\n{rows}"},
        engine=engine,
        population=40,
    )
    assert (result.verdict, result.answer.review, told(result)) == (
        Verdict.REVIEW,
        40,
        [("ServiceType", "few_sites", "review", 40, 40)],
    )


def test_a_few_sites_among_many_cells_are_told_as_such(engine: str) -> None:
    rows = "\n".join(
        [
            *(f"s{n:02} | Framed-User" for n in range(40)),
            *(f"t{n} | {page}" for n, page in enumerate(PAGES)),
        ]
    )
    result = spec(
        "KAZ-q.browsing_ip_session",
        {"ip_session": f"session_id | ServiceType\n{rows}"},
        engine=engine,
        deviating=["t0", "t1", "t2", "t3"],
        population=44,
    )
    assert told(result) == [("ServiceType", "browsing_values", "probable", 44, 4)]


def test_sites_in_notes_are_for_a_person_to_see(engine: str) -> None:
    rows = "\n".join(
        [
            *(f"s{n:02} | Kunden ringede" for n in range(40)),
            *(f"t{n} | {page}" for n, page in enumerate(PAGES)),
        ]
    )
    result = spec(
        "KAZ-q.browsing_ip_session",
        {"ip_session": f"session_id | Intern note\n{rows}"},
        engine=engine,
        population=44,
    )
    assert (result.verdict, result.answer.review, told(result)) == (
        Verdict.REVIEW,
        4,
        [("Intern note", "sites_in_notes", "review", 44, 4)],
    )


def test_visited_pages_outside_teledata_are_for_a_person_to_see(engine: str) -> None:
    rows = "\n".join(f"{name} | {page}" for name, page in zip("dbca", PAGES, strict=True))
    result = spec(
        "HYG-browsing.disclosure",
        {"disclosure": f"disclosure_id | Felt 3\n{rows}"},
        engine=engine,
        deviating=list("abcd"),
    )
    assert result.verdict is Verdict.REVIEW


def test_messages_outside_teledata_are_for_a_person_to_see(engine: str) -> None:
    recordings = """
        rec_id | Afskrift                                      | Note
        b      | Hej mor, jeg er lidt forsinket, vi ses senere | Kunden ønsker kopi
        a      | Kan du købe mælk på vejen hjem? Knus Ida      |
        c      |                                               | Slettet efter aftale
    """
    result = spec(
        "HYG-messages.recording_index",
        {"recording_index": recordings},
        engine=engine,
        deviating=["a", "b"],
        population=3,
    )
    assert (result.verdict, result.answer.columns) == (Verdict.REVIEW, {"Afskrift": 2})


@pytest.mark.parametrize("check", ["HYG-card.payment", "KAZ-b2.payment"])
def test_check_codes_are_found_by_the_columns_name_and_look(engine: str, check: str) -> None:
    payments = """
        payment_id | CVV | cvv_result | lokalnummer | pin_block
        d          | 604 | M          | 604         | 8D3F0A6C21B97E45
        b          | 017 | N          | 017         |
        c          |     | M          | 118         | 0A6C21B97E458D3F
        a          | 385 | M          | 385         |
        e          |     |            |             |
    """
    result = spec(
        check, {"payment": payments}, engine=engine, deviating=["a", "b", "c", "d"], population=5
    )
    assert [(d.column, d.level) for d in result.deviations] == [
        ("CVV", "confirmed"),
        ("CVV", "confirmed"),
        ("pin_block", "probable"),
        ("CVV;pin_block", "confirmed"),
    ]
    assert told(result) == [
        ("CVV", "check_code_column", "confirmed", 3, 3),
        ("pin_block", "pin_block_column", "probable", 2, 2),
    ]


def test_a_card_number_in_a_column_of_check_codes_is_found_too(engine: str) -> None:
    payments = """
        payment_id | CVV
        c          | 604
        b          | 4571724525913998
        a          | 017
    """
    result = spec(
        "HYG-card.payment", {"payment": payments}, engine=engine, deviating=["b"], population=3
    )
    assert told(result) == [("CVV", "single_numbers", "probable", 1, 1)]


def test_a_truncated_number_of_which_too_much_is_left_is_found_in_a_column_of_cards(
    engine: str,
) -> None:
    payments = """
        payment_id | card_masked         | Reference
        allowed    | 457193******1234    | 457193123***1234
        eight      | 45719312****1234    |
        spaced     | 4571 93** **** 1234 |
        nine       | 457193123***1234    |
        five       | 4571 **** ***3 1234 |
        last       | ************1234    |
        empty      |                     |
    """
    result = spec(
        "HYG-card.payment",
        {"payment": payments},
        engine=engine,
        deviating=["five", "nine"],
        population=7,
    )
    assert told(result) == [
        ("Reference", "overexposed_truncation", "review", 1, 1),
        ("card_masked", "overexposed_truncation", "probable", 6, 2),
    ]


def test_in_free_text_truncated_cards_and_published_test_cards_are_told_by_record(
    engine: str,
) -> None:
    customers = """
        customer_id | notes
        tester      | betalte med 4242424242424242
        over        | kortet 457193123***1234 er spærret
        unsaid      | se 457193123***1234
        allowed     | kortet 457193******1234 er spærret
        other       | vil have en ny router
    """
    result = spec(
        "HYG-card.crm_customer",
        {"crm_customer": customers},
        engine=engine,
        deviating=["over"],
        population=5,
    )
    assert [(one.record_key, one.level) for one in result.deviations] == [
        ("over", "probable"),
        ("tester", "review"),
        ("unsaid", "review"),
    ]


def test_a_row_whose_card_number_excel_destroyed_cannot_be_judged(engine: str) -> None:
    payments = """
        payment_id | Kortnummer  | Varenummer
        b          | 4,57112E+15 | 4,57112E+15
        a          | Dankort     | 4,57112E+15
        c          |             |
    """
    result = spec(
        "HYG-card.payment",
        {"payment": payments},
        engine=engine,
        not_assessable={"excel_damaged": 1},
        population=3,
    )
    assert told(result) == [("Kortnummer", "excel_damaged", "review", 2, 1)]


def test_what_a_person_must_look_at_is_listed_record_by_record_with_its_column(engine: str) -> None:
    calls = """
        call_id | a_number   | b_number   | Fritekst
        c       | 4520000001 | 4530000001 | Din kode er 482913. Del den ikke med nogen
        a       | 4520000002 | 4530000002 |
        b       | 4520000003 | 4530000003 | Elsker dig
    """
    result = spec("BIZ-tele-2.cdr", {"cdr": calls}, engine=engine, population=3)
    assert (result.verdict, result.answer.review, result.answer.review_columns) == (
        Verdict.REVIEW,
        2,
        {"Fritekst": 2},
    )
    assert [(d.record_key, d.column, d.level) for d in result.deviations] == [
        ("b", "Fritekst", "review"),
        ("c", "Fritekst", "review"),
    ]
    assert [d.record_key for d in result.worst] == ["b", "c"]


def test_beside_deviations_the_records_to_look_at_are_listed_and_not_counted_among_the_worst(
    engine: str,
) -> None:
    payments = f"""
        payment_id | Kortnr                            | psp_reference
        a          | {with_check_digit("457128", 16)}  |
        b          |                                   | 4111111111111111
        c          |                                   |
    """
    result = spec(
        "HYG-card.payment", {"payment": payments}, engine=engine, deviating=["a"], population=3
    )
    assert [(d.record_key, d.level) for d in result.deviations] == [
        ("a", "confirmed"),
        ("b", "review"),
    ]
    assert [d.record_key for d in result.worst] == ["a"]
