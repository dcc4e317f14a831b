"""Of the records whose deadline has passed, how many are kept and how many exempted: the rest of a
population says nothing about erasure.
"""

from __future__ import annotations

from tests.spec import spec

_CUSTOMERS = """
    customer_id | end_date   | open_balance | _issues
    ------------+------------+--------------+--------
    last_day    | 2025-11-22 | 0            |
    late        | 2025-11-21 | 0            |
    later       | 2019-01-31 | 0            |
    held        | 2019-01-31 | 0            |
    owing       | 2024-01-31 | 10           |
    young       | 2026-06-30 | 0            |
    stays       |            | 0            |
    garbled     |            | 0            | end_date=unreadable
"""
_SERVICES = """
    subscription_id | customer_id | end_date
    ----------------+-------------+---------
    s1              | stays       |
"""
_HOLD = """
    hold_id | customer_id | reason  | start      | end | approved_by
    --------+-------------+---------+------------+-----+------------
    h1      | held        | dispute | 2020-01-01 |     | counsel
    h2      | held_band   | dispute | 2020-01-01 |     | counsel
"""


def test_what_is_kept_and_what_is_exempted_is_counted_among_those_whose_deadline_has_passed(
    engine: str,
) -> None:
    tables = {"crm_customer": _CUSTOMERS, "subscription": _SERVICES, "legal_hold": _HOLD}
    result = spec(
        "BIZ-ret-3.customer",
        tables,
        engine=engine,
        deviating=["late", "later"],
        exempt={"legal_hold": 1},
        legal={"open_balance": 1},
        not_assessable={"no_end_date": 1},
        population=8,
    )
    assert result.answer.deadlines == {"records": 6, "passed": 3, "kept": 2, "exempted": 1}


def test_what_only_a_stricter_reading_calls_late_has_not_passed_its_deadline(engine: str) -> None:
    customers = """
        customer_id | end_date
        ------------+-----------
        band        | 2024-01-31
        held_band   | 2024-01-31
        gone        | 2019-01-31
        held        | 2019-01-31
    """
    agreements = """
        agreement_id | customer_id | ended_at   | scan_ref | destroyed_at
        -------------+-------------+------------+----------+-------------
        a1           | band        | 2024-01-31 | x        |
        a2           | held_band   | 2024-01-31 | x        |
        a3           | gone        | 2019-01-31 | x        |
        a4           | held        | 2019-01-31 | x        |
    """
    tables = {"crm_customer": customers, "agreement": agreements, "legal_hold": _HOLD}
    result = spec(
        "BIZ-ret-4.agreement",
        tables,
        engine=engine,
        deviating=["a3"],
        exempt={"legal_hold": 2},
        legal={"crm_deadline": 1},
        population=4,
    )
    assert result.answer.deadlines == {"records": 4, "passed": 2, "kept": 1, "exempted": 1}
