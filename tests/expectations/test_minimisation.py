"""No more data than the policy lists, on a basis that it names, and for no longer than that."""

from __future__ import annotations

import hashlib

import pytest

from teleaudit.expectations.listed_columns import only_listed_columns
from teleaudit.expectations.rows import DataSet
from teleaudit.rules.audit_file import Parameter, load_audit
from teleaudit.rules.rulebook import rulebook_of
from teleaudit.rules.verdicts import Verdict
from tests.command import ROOT
from tests.spec import PARAMETERS, answer, audit_of, known_suites, spec

_CUSTOMERS = """
    customer_id | name  | E-mail          | notes       | CPR-nr. | Rangorden | Felt 1       | Felt 2 | Kommentar | Tom
    b           | Firma | en@example.dk   | vil ringes  |         | A       | 192.0.2.1    | 1      | note      |
    a           | Navn  |                 |             | x       |         | 198.51.100.7 |        |           |
    c           | Navn  | to@example.dk   |             | y       | B       | ukendt       | 2      |           |
"""
_LISTS = pytest.mark.parametrize("check", ["KAZ-b1.customer", "BIZ-collect-2.customer"])


def test_a_column_outside_a_closed_list_that_holds_a_value_deviates_and_it_is_said_what_it_holds(
    engine: str,
) -> None:
    result = spec(
        "KAZ-b1.customer",
        {"crm_customer": _CUSTOMERS},
        engine=engine,
        deviating=["CPR-nr.", "Felt 1", "Felt 2", "Rangorden"],
        population=8,
    )
    assert result.answer.columns == {"CPR-nr.": 2, "Felt 1": 3, "Felt 2": 2, "Rangorden": 2}
    assert result.answer.kinds == {
        "CPR-nr.": "cpr",
        "Felt 1": "ip_address",
        "Felt 2": "other",
        "Rangorden": "other",
    }
    assert (result.unit, result.verdict) == ("column", Verdict.FAIL)


def test_a_column_outside_an_open_list_is_no_deviation_but_a_question_of_the_duty_to_inform(
    engine: str,
) -> None:
    result = spec(
        "BIZ-collect-2.customer",
        {"crm_customer": _CUSTOMERS},
        engine=engine,
        deviating=["Felt 1", "Felt 2", "Rangorden"],
        population=7,
    )
    assert result.answer.columns == {"Felt 1": 3, "Felt 2": 2, "Rangorden": 2}
    assert (result.verdict, result.check.severity) == (Verdict.REVIEW, "low")
    assert result.check.legal_basis == ("gdpr-13", "gdpr-5-1-a")


def test_a_cpr_column_that_an_open_list_does_not_name_still_deviates_from_the_law() -> None:
    asked = {
        operator: {
            check.id
            for suite in rulebook_of(load_audit(ROOT / "audits" / operator)).suites
            for check in suite.checks
        }
        for operator in ("bizzy", "kazoom")
    }
    assert {"HYG-cpr.crm_customer", "HYG-cpr.ip_session"} <= asked["bizzy"]
    assert "HYG-cpr.crm_customer" not in asked["kazoom"]  # its own closed list finds it
    assert "HYG-cpr.ip_session" in asked["kazoom"]


@pytest.mark.parametrize(
    "check",
    [
        "BIZ-collect-2.contact",
        "BIZ-collect-3.subscription",
        "BIZ-collect-3.number_assignment",
        "BIZ-collect-3.pbx_config",
        "BIZ-tele-1.cdr",
        "BIZ-tele-1.ip_session",
        "BIZ-dis-5.interconnect",
        "BIZ-dis-7.fields",
        "BIZ-dis-8.fields",
        "KAZ-q.session_columns",
    ],
)
def test_a_policy_that_does_not_say_only_is_not_held_to_its_examples(check: str) -> None:
    (found,) = (each for suite in known_suites() for each in suite.checks if each.id == check)
    assert found.on_deviation == "review"


@pytest.mark.parametrize(
    ("check", "header"),
    [("KAZ-b1.customer", "EAN nr."), ("BIZ-collect-2.customer", "ean_lokationsnr")],
)
def test_listed_columns_hold_whatever_their_spelling(engine: str, check: str, header: str) -> None:
    customers = f"""
        customer_id | name | E-mail | {header} | Segment
        a           |      | x      | x        |
    """
    assert (
        spec(check, {"crm_customer": customers}, engine=engine, population=5).verdict
        is Verdict.PASS
    )


@_LISTS
def test_without_rows_or_export_nobody_can_say_what_columns_hold(engine: str, check: str) -> None:
    assert (
        answer(check, {"crm_customer": "customer_id | Segment"}, engine=engine).why
        == "nothing_in_scope"
    )
    assert answer(check, {}, engine=engine).why == "no_export"


def test_date_of_birth_and_gender_are_for_one_policy_a_matter_of_consent_and_for_the_other_too_much(
    engine: str,
) -> None:
    customers = """
        customer_id | birth_date | gender
        a           | 1971-02-03 |
        b           |            | K
    """
    spec("KAZ-b1.customer", {"crm_customer": customers}, engine=engine, population=3)
    found = spec(
        "BIZ-collect-2.customer",
        {"crm_customer": customers},
        engine=engine,
        deviating=["birth_date", "gender"],
        population=3,
    )
    assert found.answer.kinds == {"birth_date": "birth_date", "gender": "gender"}


@pytest.mark.parametrize(
    ("check", "table", "listed", "extra"),
    [
        ("KAZ-b1.contact", "crm_contact", "role", "Fødselsdag"),
        ("BIZ-collect-2.contact", "crm_contact", "role", "Fødselsdag"),
        ("BIZ-collect-3.subscription", "subscription", "Pris pr. md.", "IMEI"),
        ("BIZ-collect-3.number_assignment", "number_assignment", "secrecy", "PUK-kode"),
        ("BIZ-collect-3.pbx_config", "pbx_config", "username", "SIP-adgangskode"),
        ("BIZ-tele-1.ip_session", "ip_session", "assigned_ip", "Besøgt domæne"),
        ("KAZ-q.session_columns", "ip_session", "AcctTerminateCause", "dst_ip"),
        ("BIZ-dis-5.interconnect", "interconnect", "partner", "Celle-id"),
    ],
)
def test_every_list_knows_its_own_columns_and_no_others(
    engine: str, check: str, table: str, listed: str, extra: str
) -> None:
    spec(check, {table: f"{listed} | {extra}\nx | x\n | "}, engine=engine, deviating=[extra])
    spec(check, {table: f"{listed} | {extra}\nx | \nx | "}, engine=engine)


def test_places_and_messages_in_teledata_are_left_to_their_own_checks(engine: str) -> None:
    calls = """
        call_id | clid | lastdata | cell_id | Besked | IMEI | user_agent
        a       | x    | x        | x       | x      | x    |
    """
    spec("BIZ-tele-1.cdr", {"cdr": calls}, engine=engine, deviating=["IMEI"], population=5)


_OWN_HEADERS = "call_id | Starttid            | Varighed (sek) | Fakturanummer"
_OWN_CALLS = "a       | 2026-01-05 10:00:00 | 60             | x"


def test_a_column_that_may_be_one_nobody_mapped_is_no_deviation_and_nothing_passes_beside_it(
    engine: str,
) -> None:
    result = spec(
        "BIZ-tele-1.cdr",
        {"cdr": f"{_OWN_HEADERS}\n{_OWN_CALLS}"},
        engine=engine,
        not_assessable={"not_mapped": 3},
        population=4,
    )
    assert (result.verdict, result.why, result.why_detail) == (
        Verdict.UNKNOWN,
        "not_mapped",
        "Fakturanummer; Starttid; Varighed (sek)",
    )
    assert result.answer.unmapped == {
        "Starttid": "start_at",
        "Varighed (sek)": "duration_s",
        "Fakturanummer": "invoice_id",
    }
    assert (result.answer.columns, result.answer.kinds) == ({}, {})


def test_other_columns_are_found_beside_one_that_nobody_mapped(engine: str) -> None:
    calls = f"{_OWN_HEADERS} | Kode | Religion\n{_OWN_CALLS} | 7 | x"
    result = spec(
        "BIZ-tele-1.cdr",
        {"cdr": calls},
        engine=engine,
        deviating=["Kode", "Religion"],
        not_assessable={"not_mapped": 3},
        population=6,
    )
    assert (result.verdict, result.why, result.why_detail) == (Verdict.REVIEW, None, None)
    assert result.answer.columns == {"Kode": 1, "Religion": 1}


def test_a_column_deviates_where_the_column_that_it_may_be_is_mapped_already(engine: str) -> None:
    calls = "call_id | start_at | Starttid\na | 2026-01-05 10:00:00 | 2026-01-05 10:00:00"
    spec("BIZ-tele-1.cdr", {"cdr": calls}, engine=engine, deviating=["Starttid"], population=3)


def test_an_empty_column_that_nobody_mapped_holds_nothing(engine: str) -> None:
    assert (
        spec(
            "BIZ-tele-1.cdr", {"cdr": "call_id | Starttid\na |"}, engine=engine, population=2
        ).verdict
        is Verdict.PASS
    )


@_LISTS
@pytest.mark.parametrize("headers", ["Ophørt den", "Felt 7"])  # by name, by look
def test_a_column_of_dates_may_be_the_end_date_that_nobody_mapped(
    engine: str, check: str, headers: str
) -> None:
    customers = f"""
        customer_id | created_at | {headers}
        a           | 2020-01-01 | 31-12-2023
        b           | 2020-01-01 |
    """
    result = spec(
        check,
        {"crm_customer": customers},
        engine=engine,
        not_assessable={"not_mapped": 1},
        population=3,
    )
    assert (result.why, result.answer.unmapped) == ("not_mapped", {headers: "end_date"})


@_LISTS
@pytest.mark.parametrize(
    ("header", "cell"),
    [
        ("Felt 7", "ofte"),
        ("Felt 7", "31-12-2023 eller før"),
        ("IMEI", "31-12-2023"),
        ("Sidste password", "31-12-2023"),
    ],
)
def test_what_neither_looks_like_a_date_nor_is_named_so_is_not_excused(
    engine: str, check: str, header: str, cell: str
) -> None:
    spec(
        check,
        {"crm_customer": f"customer_id | created_at | {header}\na | 2020-01-01 | {cell}"},
        engine=engine,
        deviating=[header],
        population=3,
    )


def test_two_dates_among_many_texts_make_no_column_of_dates(engine: str) -> None:
    rows = "\n".join(
        f"{number} | 2020-01-01 | {'31-12-2023' if number < 97 else 'ukendt'}"
        for number in range(100)
    )
    spec(
        "BIZ-collect-2.customer",
        {"crm_customer": f"customer_id | created_at | Felt 7\n{rows}"},
        engine=engine,
        deviating=["Felt 7"],
        population=3,
    )


def test_what_the_policy_does_not_list_deviates_however_it_is_mapped(engine: str) -> None:
    customers = {"crm_customer": "customer_id | Fødselsdato\na | 1971-02-03"}
    spec(
        "BIZ-collect-2.customer", customers, engine=engine, deviating=["Fødselsdato"], population=2
    )
    spec(
        "KAZ-b1.customer", customers, engine=engine, not_assessable={"not_mapped": 1}, population=2
    )


@pytest.mark.parametrize(
    ("check", "table"),
    [
        ("HYG-cpr.agreement", "agreement"),
        ("KAZ-b1.subscription", "subscription"),
        ("KAZ-b1.cdr", "cdr"),
    ],
)
def test_a_column_named_for_cpr_numbers_is_found_when_it_holds_any(
    engine: str, check: str, table: str
) -> None:
    spec(
        check,
        {table: "customer_id | Personnummer | Segment\na | x | x\nb | |"},
        engine=engine,
        deviating=["Personnummer"],
        population=3,
    )
    spec(
        check,
        {table: "customer_id | Personnummer | Segment\na | | 010190-0000"},
        engine=engine,
        population=3,
    )


def test_a_customer_whose_data_came_from_elsewhere_is_told_within_a_month(engine: str) -> None:
    customers = """
        customer_id | source       | created_at | notified_at | _issues
        told_late   | adresseliste | 2026-03-31 | 2026-05-01  |
        told_in_time| Adresseliste | 2026-03-31 | 2026-04-30  |
        overdue     | netejer      | 2026-10-21 |             |
        last_day    | netejer      | 2026-10-22 |             |
        own         | Kunde        | 2015-01-01 |             |
        himself     | kunden selv  |            |             | created_at=zero
        of_old      |              | 2015-01-01 |             |
        undated     | netejer      |            |             |
        garbled     | netejer      | 2015-01-01 |             | notified_at=unreadable
    """
    result = spec(
        "KAZ-c.source",
        {"crm_customer": customers},
        engine=engine,
        deviating=["overdue", "told_late"],
        not_assessable={"no_source": 1, "missing_date": 2, "unreadable": 1},
        population=9,
    )
    assert [deviation.due_date for deviation in result.deviations] == ["2026-11-21", "2026-04-30"]


def test_an_active_customer_has_an_agreement_a_subscription_or_a_quote(engine: str) -> None:
    customers = """
        customer_id | end_date   | _issues
        nothing     |            |
        leaves_today| 2026-11-22 |
        left        | 2026-11-21 |
        agreed      |            |
        subscribed  |            |
        had_once    |            |
        quoted      |            |
        garbled     |            | end_date=unreadable
                    |            |
    """
    tables = {
        "crm_customer": customers,
        "agreement": (
            "agreement_id | customer_id | ended_at\n1 | agreed |\n2 | had_once | 2019-01-01\n3 | |"
        ),
        "subscription": "subscription_id | customer_id | end_date\n1 | subscribed |",
        "quote": (
            "quote_id | customer_id | created_at\n1 | quoted | 2020-01-01\n2 | quoted | 2021-01-01"
        ),
    }
    spec(
        "KAZ-d.customer",
        tables,
        engine=engine,
        deviating=["leaves_today", "nothing"],
        not_assessable={"unreadable": 1, "missing_key": 1},
        population=8,
    )
    for missing in ("agreement", "subscription", "quote"):
        result = answer(
            "KAZ-d.customer",
            {name: rows for name, rows in tables.items() if name != missing},
            engine=engine,
        )
        assert (result.why, result.why_detail) == ("no_export", missing)


def test_a_legitimate_interest_has_a_balancing_test_of_the_last_years(engine: str) -> None:
    register = """
        activity_id | purpose | legal_basis | lia_ref | lia_date   | _issues
        renewed     | x       | 6_1_F       | IA1     | 2023-11-22 |
        too_old     | x       | 6_1_f       | IA2     | 2023-11-21 |
        undated     | x       | 6_1_f       | IA3     |            |
        unnamed     | x       | 6_1_f       |         | 2026-01-01 |
        contract    | x       | 6_1_b       |         |            |
        garbled     | x       | 6_1_f       | IA4     |            | lia_date=unreadable
    """
    spec(
        "KAZ-e.balancing_test",
        {"processing_register": register},
        engine=engine,
        deviating=["too_old", "undated", "unnamed"],
        not_assessable={"unreadable": 1},
        population=5,
    )
    due = answer(
        "KAZ-e.balancing_test", {"processing_register": register}, engine=engine
    ).due_by_month
    # what names no test is late by no day
    assert [(month.month, month.records, month.overdue) for month in due] == [("2026-11", 2, 1)]
    unset = PARAMETERS | {"lia_years": Parameter(value=None)}
    certain = answer(
        "KAZ-e.balancing_test", {"processing_register": register}, engine=engine, parameters=unset
    )
    # however many years would do
    assert (certain.verdict, [deviation.record_key for deviation in certain.deviations]) == (
        Verdict.FAIL,
        ["undated", "unnamed"],
    )
    assert certain.answer.reasons == {"unreadable": 1, "unset": 2}


def test_optional_data_stand_on_a_consent_and_go_when_it_is_withdrawn(engine: str) -> None:
    customers = """
        customer_id | birth_date | gender
        never_asked | 1971-02-03 |
        agreed      | 1971-02-03 | K
        withdrew    | 1971-02-03 |
        has_days    |            | M
        agreed_again| 1971-02-03 |
        other_yes   |            | K
        to_come     |            | K
        nobody_knows|            | K
        nothing     |            |
        emptied     |            |
    """
    consents = """
        consent_id | customer_id  | purpose            | given_at            | withdrawn_at        | _issues
        1          | agreed       | Ekstra_oplysninger | 2020-01-01 10:00:00 |                     |
        2          | withdrew     | ekstra_oplysninger | 2020-01-01 10:00:00 | 2026-10-22 23:00:00 |
        3          | has_days     | ekstra_oplysninger | 2020-01-01 10:00:00 | 2026-10-23 00:10:00 |
        4          | agreed_again | ekstra_oplysninger | 2020-01-01 10:00:00 | 2021-01-01 10:00:00 |
        5          | agreed_again | ekstra_oplysninger | 2022-01-01 10:00:00 |                     |
        6          | other_yes    | markedsføring      | 2020-01-01 10:00:00 |                     |
        7          | to_come      | ekstra_oplysninger | 2026-11-23 10:00:00 |                     |
        8          | nobody_knows | ekstra_oplysninger | 2020-01-01 10:00:00 |                     | withdrawn_at=unreadable
        9          | emptied      | ekstra_oplysninger | 2020-01-01 10:00:00 | 2021-01-01 10:00:00 |
    """
    result = spec(
        "KAZ-i.optional_data",
        {"crm_customer": customers, "consent": consents},
        engine=engine,
        deviating=["never_asked", "other_yes", "to_come", "withdrew"],
        not_assessable={"unreadable": 1},
        population=10,
    )
    assert [deviation.overdue_days for deviation in result.deviations] == [None, None, None, 1]


def test_customers_without_optional_data_pass_even_where_no_such_column_is_exported(
    engine: str,
) -> None:
    consents = (
        "consent_id | customer_id | purpose | given_at | withdrawn_at\n1 | a | markedsføring |"
        " 2020-01-01 10:00:00 |"
    )
    assert (
        spec(
            "KAZ-i.optional_data",
            {"crm_customer": "customer_id | name\na | x", "consent": consents},
            engine=engine,
            population=1,
        ).verdict
        is Verdict.PASS
    )
    assert (
        answer(
            "KAZ-i.optional_data", {"crm_customer": "customer_id | gender\na | K"}, engine=engine
        ).why
        == "no_export"
    )


_QUOTES = """
    quote_id | customer_id | created_at
    overdue  | prospect    | 2025-11-21
    last_day | prospect    | 2025-11-22
    held     | in_dispute  | 2020-01-01
    accepted | bought      | 2019-01-01
    nobody   |             | 2019-01-01
    undated  | prospect    |
"""


def test_a_quote_to_who_never_became_a_customer_goes_when_its_period_has_run_out(
    engine: str,
) -> None:
    tables = {
        "quote": _QUOTES,
        "agreement": "agreement_id | customer_id\n1 | bought",
        "subscription": "subscription_id | customer_id\n1 |",
        "legal_hold": (
            "hold_id | customer_id | reason | start | end | approved_by\n1 | in_dispute | x |"
            " 2020-01-01 | | y"
        ),
    }
    spec(
        "BIZ-collect-2.prospect",
        tables,
        engine=engine,
        deviating=["overdue"],
        exempt={"legal_hold": 1},
        not_assessable={"missing_date": 1, "missing_key": 1},
        population=5,
    )
    unset = PARAMETERS | {"prospect_months": Parameter(value=None)}
    assert (
        answer("BIZ-collect-2.prospect", tables, engine=engine, parameters=unset).verdict
        is Verdict.UNSET
    )
    assert answer("BIZ-collect-2.prospect", {"quote": _QUOTES}, engine=engine).why == "no_export"


def test_an_internet_session_goes_a_year_after_its_end_unless_a_bill_rests_on_it(
    engine: str,
) -> None:
    sessions = """
        session_id | customer_id | start_at            | stop_at             | invoice_id | _issues
        overdue    | a           | 2025-11-20 10:00:00 | 2025-11-21 23:59:59 |            |
        last_day   | a           | 2025-11-20 10:00:00 | 2025-11-22 00:00:00 |            |
        runs       | a           | 2019-01-01 10:00:00 |                     |            |
        billed     | a           | 2019-01-01 10:00:00 | 2019-01-01 11:00:00 | F1         |
        held       | in_dispute  | 2019-01-01 10:00:00 | 2019-01-01 11:00:00 |            |
        garbled    | a           | 2019-01-01 10:00:00 |                     |            | stop_at=unreadable
        long_ago   |             | 1970-01-01 00:00:00 | 1970-01-01 00:00:00 |            |
    """
    tables = {
        "ip_session": sessions,
        "legal_hold": (
            "hold_id | customer_id | reason | start | end | approved_by\n1 | in_dispute | x |"
            " 2020-01-01 | | y"
        ),
    }
    spec(
        "KAZ-q.ip_session",
        tables,
        engine=engine,
        deviating=["overdue"],
        exempt={"legal_hold": 1},
        not_assessable={"unreadable": 1, "impossible_date": 1},
        population=6,
    )


def test_sessions_of_which_no_invoice_is_named_are_not_billed(engine: str) -> None:
    spec(
        "KAZ-q.ip_session",
        {"ip_session": "session_id | stop_at\na | 2025-11-21 10:00:00"},
        engine=engine,
        deviating=["a"],
    )


def test_a_customer_called_anonymous_leaves_nothing_to_be_found_by(engine: str) -> None:
    customers = """
        customer_id | name | phone | mobile | email | cvr | address | anonymised_at | end_date
        phone_left  |      | 1     |        |       |     |         | 2026-01-01    |
        mail_left   |      |       |        | x     |     |         |               | 2026-11-21
        cvr_left    | X    |       |        |       | 1   |         | 2026-01-01    |
        address_left|      |       |        |       |     | x       | 2026-01-01    |
        mobile_left |      |       | 1      |       |     |         |               | 2020-01-01
        nothing_left|      |       |        |       |     |         | 2026-01-01    |
        stays       |      | 1     |        |       |     |         |               |
        leaves_today|      | 1     |        |       |     |         |               | 2026-11-22
        named       | X    | 1     | 1      | x     | 1   | x       |               | 2020-01-01
    """
    deviating = ["address_left", "cvr_left", "mail_left", "mobile_left", "phone_left"]
    spec(
        "HYG-anonymous.crm_customer",
        {"crm_customer": customers},
        engine=engine,
        deviating=deviating,
        population=9,
    )


_HASHES = {
    "md5": hashlib.md5(b"01234567", usedforsecurity=False).hexdigest(),
    "sha1": hashlib.sha1(b"4501234567", usedforsecurity=False).hexdigest(),
    "SHA256": hashlib.sha256(b"+4501234567").hexdigest().upper(),
    "of_contact": hashlib.sha256(b"004501111122").hexdigest(),
    "of_customer": hashlib.md5(b"01333344", usedforsecurity=False).hexdigest(),
    "of_mobile": hashlib.md5(b"01555566", usedforsecurity=False).hexdigest(),
    "salted": hashlib.sha256(b"salt01234567").hexdigest(),
    "of_nobody": hashlib.md5(b"01999999", usedforsecurity=False).hexdigest(),
    "of_foreign": hashlib.md5(b"447700900123", usedforsecurity=False).hexdigest(),
    # as long as a sha256
    "doubled": hashlib.md5(b"01234567", usedforsecurity=False).hexdigest() * 2,
    # as long as nothing
    "longer": hashlib.md5(b"01234567", usedforsecurity=False).hexdigest() + "0",
}
_KNOWN_NUMBERS = {
    "crm_contact": "contact_id | phone\n1 | 0045 01 11 11 22\n2 |",
    "number_assignment": (
        "number | valid_from\n+45 01 23 45 67 | 2019-01-01\n01234567 | 2020-01-01\n+447700900123 |"
        " 2020-01-01\n | 2020-01-01"
    ),
}


def _hashed(table: str) -> dict[str, str]:
    return _KNOWN_NUMBERS | {"crm_customer": table.format(**_HASHES)}


@pytest.mark.long_on_spark
def test_an_erased_name_leaves_no_hash_of_a_number_that_is_known(engine: str) -> None:
    customers = """
        customer_id | name       | phone         | mobile     | email             | notes            | anonymised_at | end_date
        named       | X          | {md5}         |            |                   | {md5}            |               | 2020-01-01
        known       | Y          | 01 33 33 44   | 4501555566 |                   |                  |               |
        in_phone    |            | {md5}         |            |                   |                  | 2026-01-01    |
        in_mobile   |            |               | {sha1}     |                   |                  |               | 2026-11-21
        in_mail     |            |               |            | {SHA256}@x.dk     |                  | 2026-01-01    |
        in_notes    |            |               |            |                   | nr.:{of_contact}.| 2026-01-01    |
        in_name     | {of_mobile}|               |            |                   |                  |               | 2020-01-01
        in_name_too | {md5}      |               |            |                   |                  | 2026-01-01    |
        of_customer |            | {of_customer} |            |                   |                  |               |
        two_fields  |            | {salted}      |            |                   | {md5}            | 2026-01-01    |
        salted      |            | {salted}      |            |                   |                  | 2026-01-01    |
        of_nobody   |            |               |            | {of_nobody}       |                  |               |
        foreign     |            |               |            |                   | {of_foreign}     |               |
        doubled     |            |               |            |                   | {doubled}        | 2026-01-01    |
        longer      |            |               |            |                   | {longer}         | 2026-01-01    |
        named_after | {longer}   |               |            |                   | {md5}            |               | 2020-01-01
        nothing     |            |               |            |                   |                  | 2026-01-01    |
        in_the_clear|            | {md5}         |            | x                 |                  | 2026-01-01    |
        said_to_be  |            | md5: {md5}    |            |                   |                  | 2026-01-01    |
    """
    deviating = [
        "in_mail",
        "in_mobile",
        "in_name",
        "in_name_too",
        "in_notes",
        "in_phone",
        "of_customer",
        "two_fields",
    ]
    spec(
        "HYG-anonymous.hashed",
        _hashed(customers),
        engine=engine,
        deviating=deviating,
        not_assessable={"unknown_hash": 4},
        population=19,
    )
    spec(
        "HYG-anonymous.crm_customer",
        _hashed(customers),
        engine=engine,
        deviating=["in_the_clear", "said_to_be"],
        population=19,
    )


@pytest.mark.long_on_spark
def test_a_hash_is_held_against_the_numbers_of_all_three_exports_or_against_none(
    engine: str,
) -> None:
    tables = _hashed(
        "customer_id | name | email | anonymised_at\na | | {md5} | 2026-01-01\nb | | x | 2026-01-01"
    )
    spec("HYG-anonymous.hashed", tables, engine=engine, deviating=["a"], population=2)
    for missing in _KNOWN_NUMBERS:
        left = {name: rows for name, rows in tables.items() if name != missing}
        result = answer("HYG-anonymous.hashed", left, engine=engine)
        assert (result.why, result.why_detail) == ("no_export", missing)
        spec("HYG-anonymous.crm_customer", left, engine=engine, deviating=["b"], population=2)


def test_words_of_special_categories_are_for_a_person_to_look_at(engine: str) -> None:
    mails = """
        interaction_id | subject            | body
        illness        | Opsigelse          | Min mand er INDLAGT, ring i morgen.
        union          | Fagforeningen      |
        belief         |                    | jødisk
        orientation    |                    | parret er homoseksuelle/gifte
        crime          |                    | Blev anmeldt til politiet i går
        convicted      |                    | den dømte
        guardian       |                    | (værge)
        death          | Afdødes abonnement | Tak for hjælpen
        judged         |                    | vi har bedømt dækningen og fordømte ventetiden
        confirmed      | Bekræftet          | bekræftelse på kraft og kræfter
        street         |                    | Hospitalsvej 3, ved kirkegården
        given_name     |                    | Spørg efter Kristen
        report         |                    | anmeldt
        reported_to    | anmeldt            | til politiet
        letters        |                    | ødømt dømtå dømtæ
        nothing        |                    |
    """
    deviating = [
        "belief",
        "convicted",
        "crime",
        "death",
        "guardian",
        "illness",
        "orientation",
        "union",
    ]
    assert (
        spec(
            "HYG-special.crm_interaction",
            {"crm_interaction": mails},
            engine=engine,
            deviating=deviating,
            population=15,
        ).verdict
        is Verdict.REVIEW
    )
    without_body = {"crm_interaction": "interaction_id | subject\na | Dødsfald"}
    assert (
        answer("HYG-special.crm_interaction", without_body, engine=engine).why == "missing_column"
    )


def test_words_of_special_categories_are_looked_for_in_notes_on_customers(engine: str) -> None:
    customers = """
        customer_id | name         | notes
        told        | X            | Har en diagnose
        untold      | X            | Har en router
        called_so   | Depression A | ok
        nothing     | X            |
    """
    assert (
        spec(
            "HYG-special.crm_customer",
            {"crm_customer": customers},
            engine=engine,
            deviating=["told"],
            population=3,
        ).verdict
        is Verdict.REVIEW
    )
    assert (
        answer(
            "HYG-special.crm_customer", {"crm_customer": "customer_id | notes\na |"}, engine=engine
        ).why
        == "nothing_in_scope"
    )


def test_test_customers_are_for_a_person_to_look_at(engine: str) -> None:
    customers = """
        customer_id | name                 | email               | phone       | mobile
        word        | TEST                 |                     |             |
        words       | Test Testesen        |                     |             |
        number      | Testkunde 3          |                     |             |
        town        | Testrup Bageri ApS   |                     |             |
        surname     | Anna Test            |                     |             |
        domain      | Anna                 | a@example.org       |             |
        below       | Anna                 | a@mail.Example      |             |
        people      | Anna                 | a@example.dk        |             |
        like        | Anna                 | a@notexample.org    |             |
        in_a_row    | Anna                 |                     | 12345678    |
        ones        | Anna                 |                     |             | +45 11 11 11 11
        longer      | Anna                 |                     | 112345678   | 111111111
        nothing     |                      |                     |             |
    """
    deviating = ["below", "domain", "in_a_row", "number", "ones", "word", "words"]
    # not the one without a name
    assert (
        spec(
            "HYG-test.crm_customer",
            {"crm_customer": customers},
            engine=engine,
            deviating=deviating,
            population=12,
        ).verdict
        is Verdict.REVIEW
    )
    contacts = customers.replace("customer_id", "contact_id").replace("| mobile", "| x")
    spec(
        "HYG-test.crm_contact",
        {"crm_contact": contacts},
        engine=engine,
        deviating=[name for name in deviating if name != "ones"],
        population=12,
    )


def test_a_number_has_one_customer_at_a_time(engine: str) -> None:
    assignments = """
        number | customer_id | valid_from | valid_to   | _issues
        1      | b           | 2020-05-01 |            |
        1      | a           | 2010-01-01 | 2020-05-01 |
        2      | b           | 2020-05-01 | 2021-01-01 |
        2      | a           | 2010-01-01 | 2020-05-02 |
        3      | a           | 2010-01-01 |            |
        3      | b           | 2019-01-01 |            |
        4      | a           | 2010-01-01 |            |
        4      | a           | 2012-01-01 |            |
        5      | a           | 2010-01-01 |            | valid_to=unreadable
        5      | b           | 2012-01-01 |            |
        6      | a           |            |            |
        6      |             | 2012-01-01 |            |
    """
    deviating = ["2|2010-01-01", "2|2020-05-01", "3|2010-01-01", "3|2019-01-01"]
    reasons = {"missing_key": 1, "missing_date": 1, "unreadable": 1}
    spec(
        "HYG-number.number_assignment",
        {"number_assignment": assignments},
        engine=engine,
        deviating=deviating,
        not_assessable=reasons,
        population=12,
    )


def test_a_company_under_two_numbers_is_for_a_person_to_look_at(engine: str) -> None:
    customers = """
        customer_id | cvr | email
        first       | 1   | info@example.dk
        second      | 1   | INFO@example.dk
        own_mail    | 1   | other@example.dk
        own_cvr     | 2   | info@example.dk
        no_mail     | 1   |
        private     |     | info@example.dk
        once        | 3   | tre@example.dk
        once        | 3   | tre@example.dk
    """
    result = spec(
        "HYG-twin.crm_customer",
        {"crm_customer": customers},
        engine=engine,
        deviating=["first", "second"],
        population=6,
    )
    assert result.verdict is Verdict.REVIEW


@pytest.mark.parametrize(
    ("table", "check", "header"),
    [
        ("ip_session", "KAZ-q.session_columns", "data_up_bytes"),
        ("ip_session", "KAZ-q.session_columns", "nas_id"),
        ("ip_session", "KAZ-q.session_columns", "port_from"),
        ("cdr", "BIZ-tele-1.cdr", "utc_offset"),
        ("cdr", "BIZ-tele-1.cdr", "Datamængde"),
    ],
)
def test_technical_columns_of_teledata_are_known_by_what_they_are(
    engine: str, table: str, check: str, header: str
) -> None:
    key = {"ip_session": "session_id", "cdr": "call_id"}[table]
    spec(check, {table: f"{key} | {header}\nx | 7"}, engine=engine)


@pytest.mark.parametrize("header", ["bytes_email", "port_ip", "node_imei", "kanal"])
def test_a_technical_word_beside_one_for_a_person_excuses_nothing(engine: str, header: str) -> None:
    sessions = f"session_id | {header}\nx | 7"
    spec("KAZ-q.session_columns", {"ip_session": sessions}, engine=engine, deviating=[header])


def test_an_operator_declares_what_is_technical_but_nothing_that_names_a_person() -> None:
    declared = {
        "kunder": {
            "table": "crm_customer",
            "files": "kunder.csv",
            "technical": ["batch", "E-mail 2"],
        }
    }
    audit = audit_of(PARAMETERS, {"exports": declared})
    assert audit.technical_columns("crm_customer") == ("batch", "E-mail 2")
    spec_of = next(
        one for suite in known_suites() for one in suite.checks if one.id == "KAZ-b1.customer"
    )
    made = only_listed_columns(
        except_kinds=(),
        listed=spec_of.spec.listed,
        kinds=(),
        technical=audit.technical_columns("crm_customer"),
        data_set=DataSet(
            name="crm_customer",
            key=("customer_id",),
            own={"customer_id": "VARCHAR", "Batch": "VARCHAR", "E-mail 2": "VARCHAR"},
            filled=frozenset({"customer_id"}),
        ),
        table="crm_customer",
    )
    assert made.columns == ["E-mail 2"]
