"""What a verdict on retention rests on: possible dates, end dates that agree, keys that are keys,
lengths that can be, no places.
"""

from __future__ import annotations

import datetime as dt

import pytest

from teleaudit.expectations import unique_key
from teleaudit.rules.verdicts import Verdict
from tests.spec import answer, spec


def test_a_date_is_readable_and_neither_before_1990_nor_in_the_future(engine: str) -> None:
    customers = """
        customer_id | created_at | start_date | end_date   | _issues
        tomorrow    | 2026-11-23 |            |            |
        first       | 1990-01-01 |            |            |
        future      | 2026-11-24 |            |            |
        before      | 1989-12-31 |            |            |
        epoch       |            | 1970-01-01 |            |
        lost        |            |            |            | name=excel;created_at=unreadable
        zero        |            |            |            | end_date=zero
        open        | 2020-01-01 |            |            | end_date=placeholder
        other       | 2020-01-01 |            |            | cvr=excel
        named_alike | 2020-01-01 |            |            | xend_date=zero
        long_lease  | 2020-01-01 |            | 2036-11-22 |
        too_long    | 2020-01-01 |            | 2036-11-23 |
    """
    deviating = ["before", "epoch", "future", "lost", "too_long", "zero"]
    result = spec(
        "HYG-dates.crm_customer",
        {"crm_customer": customers},
        engine=engine,
        deviating=deviating,
        population=12,
    )
    assert result.verdict is Verdict.FAIL


def test_possible_dates_pass(engine: str) -> None:
    customers = """
        customer_id | created_at | end_date
        b           | 2020-01-01 |
        a           | 2020-01-01 | 2026-12-31
    """
    assert (
        spec(
            "HYG-dates.crm_customer", {"crm_customer": customers}, engine=engine, population=2
        ).verdict
        is Verdict.PASS
    )


def test_rows_without_any_date_are_not_spoken_of_and_an_export_without_dates_is_no_pass(
    engine: str,
) -> None:
    customers = """
        customer_id | created_at | end_date
        b           |            |
        a           | 2020-01-01 |
    """
    spec("HYG-dates.crm_customer", {"crm_customer": customers}, engine=engine, population=1)
    result = answer(
        "HYG-dates.crm_customer",
        {"crm_customer": customers.replace("2020-01-01", "")},
        engine=engine,
    )
    assert (result.verdict, result.why) == (Verdict.UNKNOWN, "nothing_in_scope")


def test_due_dates_and_ends_of_periods_may_lie_ahead_but_not_ten_years(engine: str) -> None:
    invoices = """
        invoice_id | issue_date | due_date   | period_to
        too_far    | 2026-11-01 | 2036-11-23 |
        ahead      | 2026-11-01 | 2036-11-22 | 2036-11-22
        period     | 2026-11-01 |            | 2099-12-31
        issued     | 2026-11-24 |            |
    """
    spec(
        "HYG-dates.invoice",
        {"invoice": invoices},
        engine=engine,
        deviating=["issued", "period", "too_far"],
    )


@pytest.mark.parametrize(
    ("table", "key", "start", "end"),
    [
        ("crm_customer", "customer_id", "start_date", "end_date"),
        ("crm_contact", "contact_id", "valid_from", "valid_to"),
        ("agreement", "agreement_id", "valid_from", "ended_at"),
        ("subscription", "subscription_id", "start_date", "end_date"),
        ("pbx_config", "config_id", "created_at", "deleted_at"),
        ("legal_hold", "hold_id", "start", "end"),
        ("crm_customer", "customer_id", "created_at", "end_date"),
        ("crm_customer", "customer_id", "restricted_from", "restricted_to"),
        ("agreement", "agreement_id", "signed_at", "ended_at"),
        ("quote", "quote_id", "created_at", "valid_until"),
        ("dsar", "dsar_id", "received_at", "executed_at"),
        ("porting", "porting_id", "requested_at", "ported_at"),
        ("disclosure", "disclosure_id", "data_from", "data_to"),
    ],
)
def test_nothing_ends_before_it_begins(
    engine: str, table: str, key: str, start: str, end: str
) -> None:
    rows = f"""
        {key}     | {start}    | {end}
        same_day  | 2020-05-05 | 2020-05-05
        backwards | 2020-05-05 | 2020-05-04
        runs      | 2020-05-05 |
        no_start  |            | 2020-05-04
        forwards  | 2020-05-05 | 2020-05-06
    """
    spec(f"HYG-dates.{table}", {table: rows}, engine=engine, deviating=["backwards"], population=5)


def test_a_record_made_after_a_customer_had_left_is_possible_where_a_start_is_told(
    engine: str,
) -> None:
    customers = """
        customer_id | created_at | start_date | end_date
        moved       | 2024-01-01 | 2012-05-05 | 2023-05-05
        backwards   | 2024-01-01 |            | 2023-05-05
        both        | 2024-01-01 | 2023-05-06 | 2023-05-05
    """
    spec(
        "HYG-dates.crm_customer",
        {"crm_customer": customers},
        engine=engine,
        deviating=["backwards", "both"],
        population=3,
    )


def test_a_financial_year_is_known_by_company_and_start(engine: str) -> None:
    years = """
        legal_entity | fy_start   | fy_end
        Spec A/S     | 2021-01-01 | 2020-12-31
        Spec A/S     | 2020-01-01 | 2020-12-31
    """
    spec(
        "HYG-dates.financial_years",
        {"financial_years": years},
        engine=engine,
        deviating=["Spec A/S|2021-01-01"],
    )


def test_only_in_the_hour_that_october_repeats_may_a_call_end_before_it_began(engine: str) -> None:
    calls = """
        call_id        | start_at            | end_at
        after_the_hour | 2026-10-25 03:00:00 | 2026-10-25 02:59:59
        repeated       | 2026-10-25 02:59:00 | 2026-10-25 02:01:00
        next_day       | 2026-10-26 12:00:00 | 2026-10-25 02:30:00
        before_it      | 2026-10-25 02:10:00 | 2026-10-25 01:59:59
        other_sunday   | 2026-10-18 02:59:00 | 2026-10-18 02:01:00
        saturday       | 2026-10-31 02:59:00 | 2026-10-31 02:01:00
        in_march       | 2026-03-29 01:59:00 | 2026-03-29 01:01:00
        in_september   | 2026-09-27 02:59:00 | 2026-09-27 02:01:00
        plain          | 2026-10-25 02:01:00 | 2026-10-25 02:59:00
        last_year      | 2025-10-26 02:30:00 | 2025-10-26 02:15:00
    """
    deviating = [
        "after_the_hour",
        "before_it",
        "in_march",
        "in_september",
        "next_day",
        "other_sunday",
        "saturday",
    ]
    spec("HYG-dates.cdr", {"cdr": calls}, engine=engine, deviating=deviating, population=10)


def test_a_time_in_the_hour_that_march_skips_is_impossible(engine: str) -> None:
    calls = """
        call_id | start_at            | _issues
        b       | 2026-03-29 02:30:00 | start_at=gap
        a       | 2026-03-29 01:30:00 |
        c       | 2026-11-23 23:59:59 |
        d       | 2026-11-24 00:00:00 |
    """
    spec("HYG-dates.cdr", {"cdr": calls}, engine=engine, deviating=["b", "d"])


_AGREEMENTS = "agreement_id | customer_id | ended_at\na1 | somebody |"


def test_a_customers_end_date_agrees_with_the_services(engine: str) -> None:
    tables = {
        "crm_customer": (
            """
            customer_id   | end_date
            still_runs    | 2026-11-21
            agrees        | 2025-01-01
            no_end        |
            too_early     | 2024-12-31
            later_is_fine | 2025-06-01
            no_service    |
            runs          |
            ends_today    | 2026-11-22
                          |
            early_notice  | 2026-12-01
        """
        ),
        "subscription": (
            """
            subscription_id | customer_id   | end_date
            s5              | still_runs    |
            s1              | agrees        | 2025-01-01
            s2              | no_end        | 2025-01-01
            s3              | too_early     | 2025-01-01
            s4              | later_is_fine | 2025-01-01
            s6              | runs          |
            s7              | ends_today    | 2026-11-22
            s8              | early_notice  | 2027-01-01
        """
        ),
        "agreement": (
            """
            agreement_id | customer_id | ended_at
            a1           | agrees      | 2020-01-01
        """
        ),
        "quote": (
            """
            quote_id | customer_id | created_at
            q1       | somebody    | 2026-01-01
        """
        ),
    }
    deviating = ["early_notice", "no_end", "no_service", "still_runs", "too_early"]
    spec(
        "HYG-end-date.crm_customer",
        tables,
        engine=engine,
        deviating=deviating,
        not_assessable={"orphan": 1},
        population=10,
    )


def test_without_services_only_who_is_said_to_have_left_lacks_an_end_date(engine: str) -> None:
    customers = """
        customer_id | end_date   | status
        ended       |            | Ophørt
        active      |            | Aktiv
        dated       | 2020-01-01 | ophørt
        anybody     |            |
    """
    spec(
        "HYG-end-date.crm_customer",
        {"crm_customer": customers},
        engine=engine,
        deviating=["ended"],
        not_assessable={"services_unknown": 1},
        population=4,
    )


@pytest.mark.parametrize("missing", ["subscription", "agreement"])
def test_who_may_have_a_service_in_a_register_that_was_not_exported_lacks_no_end_date(
    engine: str, missing: str
) -> None:
    customers = """
        customer_id | end_date   | status
        anybody     |            |
        ended       |            | Ophørt
        dated       | 2020-01-01 |
    """
    services = {
        "subscription": "subscription_id | customer_id | end_date\ns1 | somebody |",
        "agreement": _AGREEMENTS,
    }
    del services[missing]
    spec(
        "HYG-end-date.crm_customer",
        {"crm_customer": customers, **services},
        engine=engine,
        deviating=["ended"],
        not_assessable={"services_unknown": 1},
        population=3,
    )


def test_who_has_an_offer_that_stands_and_no_service_yet_has_nothing_to_end(engine: str) -> None:
    customers = """
        customer_id | end_date
        offered     |
        undated     |
        declined    |
        run_out     |
        served      |
    """
    quotes = """
        quote_id | customer_id | created_at | status   | valid_until
        q1       | offered     | 2025-01-01 | sendt    | 2026-11-22
        q2       | undated     | 2025-11-22 | sendt    |
        q3       | declined    | 2026-11-01 | Afslået  | 2026-12-31
        q4       | run_out     | 2026-11-01 | sendt    | 2026-11-21
        q5       | served      | 2026-11-01 | sendt    | 2026-12-31
    """
    services = """
        subscription_id | customer_id | end_date
        s1              | served      | 2026-01-01
    """
    spec(
        "HYG-end-date.crm_customer",
        {
            "crm_customer": customers,
            "quote": quotes,
            "subscription": services,
            "agreement": _AGREEMENTS,
        },
        engine=engine,
        deviating=["declined", "run_out", "served"],
        population=3,
    )


def test_whose_offer_nobody_can_see_is_not_said_to_lack_an_end_date(engine: str) -> None:
    customers = """
        customer_id | end_date   | status
        perhaps     |            |
        left        |            | Ophørt
        served      |            |
        too_early   | 2020-01-01 |
    """
    services = """
        subscription_id | customer_id | end_date
        s1              | served      | 2026-01-01
        s2              | too_early   | 2026-01-01
    """
    spec(
        "HYG-end-date.crm_customer",
        {"crm_customer": customers, "subscription": services, "agreement": _AGREEMENTS},
        engine=engine,
        deviating=["left", "served", "too_early"],
        not_assessable={"quotes_unknown": 1},
        population=4,
    )


def test_an_offer_without_a_date_may_still_stand(engine: str) -> None:
    customers = """
        customer_id | end_date
        undated     |
        declined    |
    """
    quotes = """
        quote_id | customer_id | created_at | status  | valid_until
        q1       | undated     |            | sendt   |
        q2       | declined    |            | Afslået |
    """
    services = """
        subscription_id | customer_id | end_date
        s1              | somebody    | 2026-01-01
    """
    spec(
        "HYG-end-date.crm_customer",
        {
            "crm_customer": customers,
            "quote": quotes,
            "subscription": services,
            "agreement": _AGREEMENTS,
        },
        engine=engine,
        deviating=["declined"],
        not_assessable={"quotes_unknown": 1},
        population=2,
    )


def test_the_second_record_of_a_key_and_every_later_one_is_found_by_its_place(engine: str) -> None:
    contacts = """
        contact_id | name
        twice      | A
        once       | B
        thrice     | C
        twice      | D
                   | E
        thrice     | F
                   | G
        thrice     | C
    """
    deviating = ["spec.csv:5", "spec.csv:7", "spec.csv:9"]
    spec(
        "HYG-key.crm_contact",
        {"crm_contact": contacts},
        engine=engine,
        deviating=deviating,
        not_assessable={"missing_key": 2},
        population=8,
    )


def test_keys_that_occur_once_pass(engine: str) -> None:
    result = spec(
        "HYG-key.crm_contact",
        {"crm_contact": "contact_id | name\nb | A\na | A\nB | A"},
        engine=engine,
        population=3,
    )
    assert result.verdict is Verdict.PASS


def test_a_key_of_two_columns_repeats_only_where_both_do(engine: str) -> None:
    years = """
        legal_entity | fy_start   | fy_end
        Two A/S      | 2020-01-01 | 2020-12-31
        One A/S      | 2020-01-01 | 2020-12-31
        One A/S      | 2021-01-01 | 2021-12-31
        One A/S      | 2020-01-01 | 2020-06-30
                     | 2020-01-01 | 2020-06-30
    """
    spec(
        "HYG-key.financial_years",
        {"financial_years": years},
        engine=engine,
        deviating=["spec.csv:5"],
        not_assessable={"missing_key": 1},
        population=5,
    )


def test_keys_whose_hashes_collide_are_still_told_apart(
    engine: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(unique_key, "_HASH", "length")
    contacts = "contact_id | name\nab | A\nba | A\nc | A\nba | A\nab | A"
    spec(
        "HYG-key.crm_contact",
        {"crm_contact": contacts},
        engine=engine,
        deviating=["spec.csv:5", "spec.csv:6"],
        population=5,
    )
    assert (
        spec(
            "HYG-key.crm_contact",
            {"crm_contact": "contact_id\nab\nba"},
            engine=engine,
            population=2,
        ).verdict
        is Verdict.PASS
    )


def test_the_legs_of_a_call_are_no_duplicates_and_the_same_leg_twice_is_one(engine: str) -> None:
    calls = """
        call_id | leg | start_at
        one     | 1   | 2026-03-04 10:00:00
        one     | 2   | 2026-03-04 10:00:00
        two     |     | 2026-03-04 10:00:00
        one     | 2   | 2026-03-04 10:00:00
        two     |     | 2026-03-04 11:00:00
        one     |     | 2026-03-04 10:00:00
    """
    spec(
        "HYG-key.cdr",
        {"cdr": calls},
        engine=engine,
        deviating=["spec.csv:5", "spec.csv:6"],
        population=6,
    )


def test_the_length_of_a_call_is_possible(engine: str) -> None:
    calls = """
        call_id     | duration_s | billsec | _issues
        a_day       | 86400      | 86400   |
        over_a_day  | 86401      |         |
        negative    | -1         |         |
        overbilled  | 60         | 61      |
        none        | 0          | 0       |
        only_billed |            | 86401   |
        neg_billed  |            | -1      |
        not_given   |            |         |
        lost        |            |         | duration_s=unreadable
        plain       | 60         |         |
    """
    deviating = ["neg_billed", "negative", "only_billed", "over_a_day", "overbilled"]
    spec(
        "HYG-duration.cdr",
        {"cdr": calls},
        engine=engine,
        deviating=deviating,
        not_assessable={"unreadable_duration": 1},
        population=9,
    )


def test_possible_lengths_pass_without_billed_times(engine: str) -> None:
    assert (
        spec(
            "HYG-duration.cdr",
            {"cdr": "call_id | duration_s\nb | 5\na | 0"},
            engine=engine,
            population=2,
        ).verdict
        is Verdict.PASS
    )


def test_a_column_with_places_is_found_as_a_column(engine: str) -> None:
    calls = """
        call_id | start_at            | cell_id | first_cell
        b       | 2026-01-01 12:00:00 |         |
        a       | 2026-01-01 12:00:00 | 4711    |
    """
    result = spec("HYG-location.cdr", {"cdr": calls}, engine=engine, deviating=["cell_id"])
    assert (result.unit, result.verdict, result.answer.columns) == (
        "column",
        Verdict.FAIL,
        {"cell_id": 1},
    )


def test_teledata_without_places_pass(engine: str) -> None:
    calls = """
        call_id | start_at            | cell_id
        b       | 2026-01-01 12:00:00 |
    """
    assert spec("HYG-location.cdr", {"cdr": calls}, engine=engine).verdict is Verdict.PASS


def test_the_day_of_the_audit_moves_what_is_in_the_future(engine: str) -> None:
    calls = {"cdr": "call_id | start_at\na | 2025-06-03 00:00:00\nb | 2025-06-02 23:59:59"}
    spec("HYG-dates.cdr", calls, engine=engine, as_of=dt.date(2025, 6, 1), deviating=["a"])


def test_a_number_is_given_on_after_its_quarantine(engine: str) -> None:
    rows = """
        number      | customer_id | valid_from | valid_to   | quarantine_until
        01000001    | former      | 2020-01-01 | 2025-12-31 | 2026-03-31
        +4501000001 | too_early   | 2026-03-31 |            |
        01 00 00 02 | former      | 2020-01-01 | 2025-12-31 | 2026-03-31
        01000002    | in_time     | 2026-04-01 |            |
        01000003    | same        | 2020-01-01 | 2025-12-31 | 2026-03-31
        01000003    | same        | 2026-01-01 |            |
        01000004    | before      | 2019-01-01 | 2019-12-31 |
        01000004    | after       | 2020-01-01 | 2025-12-31 | 2026-03-31
        01000005    | undated     |            |            |
    """
    result = spec(
        "HYG-number.quarantine",
        {"number_assignment": rows},
        engine=engine,
        deviating=["+4501000001|2026-03-31"],
        not_assessable={"missing_date": 1},
        population=3,
    )
    assert result.verdict is Verdict.REVIEW


def test_a_call_is_from_or_to_a_number_that_the_customer_had_that_day(engine: str) -> None:
    tables = {
        "cdr": """
            call_id     | customer_id | a_number      | b_number    | start_at
            too_late    | c1          | 01000001      | 01999999    | 2026-04-01 00:00:00
            last_day    | c1          | +45 01000001  | 01999999    | 2026-03-31 23:59:59
            first_day   | c1          | 01000001      |             | 2026-01-01 00:00:00
            too_early   | c1          | 004501000001  |             | 2025-12-31 23:59:59
            incoming    | c2          | 01999999      | 01000001    | 2026-04-01 10:00:00
            out_of_both | c2          | 01000001      | 01000002    | 2026-03-31 10:00:00
            one_of_two  | c2          | 01000001      | 01000003    | 2026-03-31 10:00:00
            extension   | c1          | 2001          | 01999999    | 2026-04-01 10:00:00
            anothers    | c3          | 01000001      | 01999999    | 2026-04-02 10:00:00
            undated     | c1          | 01000001      | 01999999    |
            nobodys     |             | 01000001      | 01999999    | 2026-04-01 10:00:00
            between     | c4          | 01000004      |             | 2026-02-15 10:00:00
        """,
        "number_assignment": """
            number      | customer_id | valid_from | valid_to   | ported_out_at
            01000001    | c1          | 2026-01-01 | 2026-12-31 | 2026-03-31
            +4501000001 | c2          | 2026-04-01 |            |
            01000002    | c2          | 2026-04-01 |            |
            01000003    | c2          | 2020-01-01 |            |
            01000004    | c4          | 2026-01-01 | 2026-01-31 |
            01000004    | c4          | 2026-03-01 |            |
            2001        | c1          | 2026-03-01 | 2026-03-02 |
        """,
    }
    spec(
        "HYG-number.calls",
        tables,
        engine=engine,
        deviating=["out_of_both", "too_early", "too_late"],
        not_assessable={"missing_date": 1},
        population=9,
    )
