"""Call records: those behind an invoice by its financial year, the others by the deadline that the
controller has set.
"""

from __future__ import annotations

import datetime as dt

import pytest

from teleaudit.rules.audit_file import Parameter
from teleaudit.rules.verdicts import Verdict
from tests.spec import PARAMETERS, answer, set_to, spec

_YEARS = "legal_entity | fy_start | fy_end\n" + "\n".join(
    f"Spec A/S | {year}-01-01 | {year}-12-31" for year in (2021, 2019, 2026, 2020, 2022, 2023, 2025)
)
_INVOICES = """
    invoice_id | issue_date | due_date   | period_to
    i23        | 2023-11-30 | 2023-12-15 | 2023-11-30
    i26        | 2026-10-31 | 2026-11-15 | 2026-10-31
    i20        | 2020-12-31 | 2021-01-15 | 2020-12-31
    i21        | 2021-01-31 | 2021-02-15 | 2021-01-31
    no_year    | 2010-01-31 | 2010-02-15 | 2010-01-31
    no_due     | 2023-11-30 |            | 2023-11-30
    edge       | 2023-10-30 | 2023-11-22 | 2023-10-30
    past_edge  | 2023-10-30 | 2023-11-21 | 2023-10-30
"""
_HOLD = """
    hold_id | customer_id | reason | start      | approved_by | end
    h       | held        | claim  | 2020-01-01 | counsel |
"""
_UNBILLED = pytest.mark.parametrize("check", ["BIZ-ret-7.unbilled", "KAZ-r1.unbilled"])


@pytest.mark.parametrize("check", ["BIZ-ret-7.billed", "KAZ-r2.billed"])
def test_a_billed_call_may_stay_five_years_after_the_invoices_financial_year(
    engine: str, check: str
) -> None:
    calls = """
        call_id  | customer_id | start_at            | invoice_id
        late     | c           | 2020-12-30 23:59:59 | i20
        unbilled | c           | 2001-01-01 00:00:00 |
        fresh    | c           | 2026-10-30 12:00:00 | i26
        lost     | c           | 2020-12-30 12:00:00 | unheard_of
        held     | held        | 2020-12-30 12:00:00 | i20
        no_year  | c           | 2010-01-30 12:00:00 | no_year
                 | c           | 2020-12-30 12:00:00 | i20
    """
    tables = {"cdr": calls, "invoice": _INVOICES, "financial_years": _YEARS, "legal_hold": _HOLD}
    # No financial year of a call in January 2010 can have ended later than 54 months after it,
    # whether anybody lists the year or not.
    result = spec(
        check,
        tables,
        engine=engine,
        deviating=["late", "no_year", "spec.csv:8"],
        exempt={"legal_hold": 1},
        not_assessable={"no_invoice": 1},
        population=6,
    )
    assert [deviation.due_date for deviation in result.deviations[:2]] == [
        "2025-12-31",
        "2019-07-30",
    ]


@pytest.mark.parametrize("check", ["BIZ-ret-7.billed", "KAZ-r2.billed"])
def test_the_last_day_of_the_fifth_year_is_lawful(engine: str, check: str) -> None:
    calls = """
        call_id | start_at            | invoice_id
        next    | 2021-01-02 12:00:00 | i21
        last    | 2021-01-01 12:00:00 | i20
    """
    tables = {"cdr": calls, "invoice": _INVOICES, "financial_years": _YEARS}
    assert answer(check, tables, engine=engine, as_of=dt.date(2025, 12, 31)).answer.deviations == 0
    assert [
        d.record_key
        for d in answer(check, tables, engine=engine, as_of=dt.date(2026, 1, 1)).deviations
    ] == ["last"]


_BETWEEN = """
    call_id   | start_at            | invoice_id
    ceiling   | 2023-10-20 12:00:00 | past_edge
    edge      | 2023-10-20 12:00:00 | edge
    old_call  | 2021-11-21 23:59:59 | i23
    both      | 2021-01-20 12:00:00 | i21
    last_call | 2021-11-22 00:00:00 | i23
    no_due    | 2023-10-20 12:00:00 | no_due
"""


def test_bizzys_calls_between_the_readings_are_for_a_lawyer(engine: str) -> None:
    tables = {"cdr": _BETWEEN, "invoice": _INVOICES, "financial_years": _YEARS}
    result = spec(
        "BIZ-ret-7.billed",
        tables,
        engine=engine,
        legal={"strict_reading": 2, "billing_ceiling": 2},
        population=6,
    )
    # "both" is past either reading
    assert (result.verdict, result.answer.legal_records) == (Verdict.LEGAL, 3)


def test_a_call_on_an_invoice_that_cost_nothing_is_for_a_lawyer_after_the_unbilled_deadline(
    engine: str,
) -> None:
    calls = """
        call_id | start_at            | invoice_id | rated_amount
        free    | 2025-11-21 12:00:00 | edge       | 0
        edge    | 2025-11-22 12:00:00 | edge       | 0.00
        charged | 2025-11-21 12:00:00 | edge       | 0.25
        unknown | 2025-11-21 12:00:00 | edge       |
    """
    tables = {"cdr": calls, "invoice": _INVOICES, "financial_years": _YEARS}
    spec("BIZ-ret-7.billed", tables, engine=engine, legal={"nothing_charged": 1}, population=4)


def test_kazooms_policy_has_no_date_of_its_own_so_only_the_claim_is_the_question(
    engine: str,
) -> None:
    tables = {"cdr": _BETWEEN, "invoice": _INVOICES, "financial_years": _YEARS}
    spec("KAZ-r2.billed", tables, engine=engine, legal={"billing_ceiling": 2}, population=6)


def test_of_an_invoice_that_stands_twice_the_later_dates_count(engine: str) -> None:
    tables = {
        "cdr": (
            """
            call_id | start_at            | invoice_id
            a       | 2025-12-30 12:00:00 | twice
        """
        ),
        "invoice": (
            """
            invoice_id | issue_date | due_date
            twice      | 2025-12-31 | 2026-01-15
            twice      | 2020-12-31 | 2021-01-15
        """
        ),
        "financial_years": _YEARS,
    }
    assert spec("BIZ-ret-7.billed", tables, engine=engine, population=1).verdict is Verdict.PASS


@_UNBILLED
def test_a_call_behind_no_invoice_goes_after_the_deadline_that_was_set(
    engine: str, check: str
) -> None:
    calls = """
        call_id  | customer_id | start_at            | invoice_id
        last_day | c           | 2025-11-22 00:00:00 |
        late     | c           | 2025-11-21 23:59:59 |
        billed   | c           | 2001-01-01 00:00:00 | i20
        no_time  | c           |                     |
        held     | held        | 2020-01-01 12:00:00 |
        fresh    |             | 2026-11-22 23:59:59 |
        epoch    | c           | 1970-01-01 00:00:00 |
        future   | c           | 2026-11-24 00:00:00 |
        tomorrow | c           | 2026-11-23 23:00:00 |
    """
    reasons = {"missing_date": 1, "impossible_date": 2}
    result = spec(
        check,
        {"cdr": calls, "legal_hold": _HOLD},
        engine=engine,
        deviating=["late"],
        exempt={"legal_hold": 1},
        not_assessable=reasons,
        population=8,
    )
    assert [d.overdue_days for d in result.deviations] == [1]


@_UNBILLED
def test_the_deadline_of_unbilled_calls_is_the_controllers(engine: str, check: str) -> None:
    calls = """
        call_id | start_at            | invoice_id
        b       | 2026-10-22 12:00:00 |
        a       | 2026-10-23 12:00:00 |
    """
    spec(
        check,
        {"cdr": calls},
        engine=engine,
        parameters=PARAMETERS | {"traffic_data_unbilled": set_to("P30D")},
        deviating=["b"],
    )
    unset = answer(
        check,
        {"cdr": calls},
        engine=engine,
        parameters=PARAMETERS | {"traffic_data_unbilled": Parameter(value=None)},
    )
    assert (unset.verdict, unset.why_detail) == (Verdict.UNSET, "traffic_data_unbilled")
