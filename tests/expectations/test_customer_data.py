"""Customers, contact persons and correspondence: erased when the relationship has ended and the
period has run out.
"""

from __future__ import annotations

import datetime as dt

import pytest

from teleaudit.rules.verdicts import Verdict
from tests.spec import spec

_CUSTOMERS_OF_BIZZY = """
    customer_id | end_date
    ------------+-----------
    late        | 2025-11-21
    last_day    | 2025-11-22
    stays       |
    long_gone   | 2019-02-28
"""
_CUSTOMERS_OF_KAZOOM = """
    customer_id | end_date
    ------------+-----------
    late        | 2026-10-22
    last_day    | 2026-10-23
    stays       |
    long_gone   | 2019-02-28
"""
_RUNNING = """
    subscription_id | customer_id | end_date
    ----------------+-------------+---------
    s1              | stays       |
"""
_OPERATORS = pytest.mark.parametrize(
    ("clause", "customers"), [("BIZ-ret-3", _CUSTOMERS_OF_BIZZY), ("KAZ-r3", _CUSTOMERS_OF_KAZOOM)]
)
_HOLD = """
    hold_id | customer_id | reason  | start      | end | approved_by
    --------+-------------+---------+------------+-----+------------
    h1      | long_gone   | dispute | 2020-01-01 |     | counsel
"""


@_OPERATORS
def test_a_customer_may_stay_through_the_last_day_of_the_period_and_not_a_day_longer(
    engine: str, clause: str, customers: str
) -> None:
    result = spec(
        f"{clause}.customer",
        {"crm_customer": customers, "subscription": _RUNNING},
        engine=engine,
        deviating=["late", "long_gone"],
        population=4,
    )
    assert result.deviations[0].overdue_days == 1
    assert result.verdict is Verdict.FAIL


@_OPERATORS
def test_customers_within_their_period_pass(engine: str, clause: str, customers: str) -> None:
    kept = "\n".join(
        line for line in customers.splitlines() if "late" not in line and "gone" not in line
    )
    result = spec(
        f"{clause}.customer",
        {"crm_customer": kept, "subscription": _RUNNING},
        engine=engine,
        population=2,
    )
    assert result.verdict is Verdict.PASS


@_OPERATORS
@pytest.mark.parametrize(
    ("part", "table", "key"),
    [
        ("contact", "crm_contact", "contact_id"),
        ("interaction", "crm_interaction", "interaction_id"),
    ],
)
def test_what_belongs_to_a_customer_goes_with_the_customer(
    engine: str, clause: str, customers: str, part: str, table: str, key: str
) -> None:
    rows = f"""
        {key} | customer_id
        ------+------------
        p5    | nobody_knows
        p3    | late
        p1    | stays
        p2    | last_day
        p6    |
        p4    | long_gone
    """
    tables = {table: rows, "crm_customer": customers, "subscription": _RUNNING, "legal_hold": _HOLD}
    spec(
        f"{clause}.{part}",
        tables,
        engine=engine,
        deviating=["p3"],
        exempt={"legal_hold": 1},
        not_assessable={"orphan": 2},
        population=6,
    )


def test_correspondence_is_counted_from_the_end_of_the_relationship_and_not_from_its_own_date(
    engine: str,
) -> None:
    rows = """
        interaction_id | customer_id | at
        ---------------+-------------+--------------------
        old_letter     | last_day    | 2001-01-01 10:00:00
        new_letter     | late        | 2026-11-21 10:00:00
    """
    spec(
        "BIZ-ret-3.interaction",
        {"crm_interaction": rows, "crm_customer": _CUSTOMERS_OF_BIZZY},
        engine=engine,
        deviating=["new_letter"],
    )


def test_a_year_after_29_february_ends_on_28_february(engine: str) -> None:
    customers = """
        customer_id | end_date
        b           | 2024-02-29
        a           | 2024-03-01
    """
    tables = {"crm_customer": customers}
    spec("BIZ-ret-3.customer", tables, engine=engine, as_of=dt.date(2025, 2, 28))
    spec("BIZ-ret-3.customer", tables, engine=engine, as_of=dt.date(2025, 3, 1), deviating=["b"])
    spec(
        "BIZ-ret-3.customer", tables, engine=engine, as_of=dt.date(2025, 3, 2), deviating=["a", "b"]
    )


def test_money_still_owed_is_for_a_lawyer_until_the_claim_is_barred_and_exempts_nobody(
    engine: str,
) -> None:
    customers = """
        customer_id | end_date   | open_balance
        unknown     | 2025-01-31 |
        owes        | 2025-01-31 | 0.01
        last_day    | 2023-11-22 | 500
        barred      | 2023-11-21 | 500
        billed      | 2023-11-21 | 500
        paid        | 2023-11-21 | 500
        settled     | 2025-01-31 | 0
        has_credit  | 2025-01-31 | -100
        owes_lately | 2026-06-30 | 50
    """
    ledger = """
        entry_id | customer_id | due_date   | paid_at
        1        | billed      | 2023-12-20 |
        2        | billed      | 2023-11-20 |
        3        | paid        | 2023-12-20 | 2024-01-05
    """
    spec(
        "BIZ-ret-3.customer",
        {"crm_customer": customers, "ledger": ledger},
        engine=engine,
        deviating=["barred", "has_credit", "paid", "settled", "unknown"],
        legal={"open_balance": 3},
    )


@pytest.mark.parametrize(
    "ledger",
    [
        """
        entry_id | customer_id | due_date   | paid_at    | amount
        1        | owes        | 2025-02-20 |            | 100
        2        | settled     | 2025-02-20 | 2025-03-01 | 100
        3        | in_crm      | 2025-02-20 |            | 100
        4        | barred      | 2020-02-20 |            | 100
        """,
        """
        entry_id | customer_id | account | posting_date | due_date   | debit | credit
        1        | owes        | debitor | 2025-02-01   | 2025-02-20 | 100   |
        2        | owes        | debitor | 2025-02-10   |            |       | 99
        3        | settled     | debitor | 2025-02-01   | 2025-02-20 | 100   |
        4        | settled     | debitor | 2025-03-01   |            |       | 100
        5        | settled     | salg    | 2025-03-01   |            | 100   |
        6        | in_crm      | debitor | 2025-02-01   | 2025-02-20 | 100   |
        7        | barred      |         | 2020-02-01   | 2020-02-20 | 100   |
        """,
    ],
)
def test_where_the_crm_states_no_balance_the_ledger_tells_what_is_owed(
    engine: str, ledger: str
) -> None:
    customers = """
        customer_id | end_date   | open_balance
        owes        | 2025-01-31 |
        settled     | 2025-01-31 |
        in_crm      | 2025-01-31 | 0
        barred      | 2020-01-31 |
        unknown     | 2025-01-31 |
    """
    spec(
        "BIZ-ret-3.customer",
        {"crm_customer": customers, "ledger": ledger},
        engine=engine,
        deviating=["barred", "in_crm", "settled", "unknown"],
        legal={"open_balance": 1},
    )


def test_a_legal_hold_keeps_a_customer_whose_claim_lives_longer(engine: str) -> None:
    customers = """
        customer_id | end_date   | open_balance
        judgment    | 2019-01-31 | 500
    """
    holds = """
        hold_id | customer_id | reason   | start      | end        | approved_by
        h1      | judgment    | judgment | 2019-06-01 | 2029-06-01 | counsel
    """
    frames = {"crm_customer": customers, "legal_hold": holds}
    spec("BIZ-ret-3.customer", frames, engine=engine, exempt={"legal_hold": 1})


def test_money_owed_by_a_customer_exempts_no_contact_person(engine: str) -> None:
    customers = """
        customer_id | end_date   | open_balance
        owes        | 2020-01-31 | 500
    """
    contacts = """
        contact_id | customer_id
        p          | owes
    """
    spec(
        "BIZ-ret-3.contact",
        {"crm_contact": contacts, "crm_customer": customers},
        engine=engine,
        deviating=["p"],
    )


def test_a_hold_suspends_erasure_only_while_in_force_reasoned_and_approved(engine: str) -> None:
    customers = """
        customer_id | end_date
        unapproved  | 2020-01-31
        begins      | 2020-01-31
        unexplained | 2020-01-31
        last_day    | 2020-01-31
        undated     | 2020-01-31
        expired     | 2020-01-31
        open_ended  | 2020-01-31
        to_come     | 2020-01-31
        twice       | 2020-01-31
    """
    holds = """
        hold_id | customer_id | reason  | start      | end        | approved_by
        --------+-------------+---------+------------+------------+------------
        h2      | expired     | dispute | 2020-01-01 | 2026-11-21 | counsel
        h1      | last_day    | dispute | 2020-01-01 | 2026-11-22 | counsel
        h3      | open_ended  | dispute | 2020-01-01 |            | counsel
        h4      | begins      | dispute | 2026-11-22 |            | counsel
        h5      | to_come     | dispute | 2026-11-23 |            | counsel
        h6      | unapproved  | dispute | 2020-01-01 |            |
        h7      | unexplained |         | 2020-01-01 |            | counsel
        h8      | undated     | dispute |            |            | counsel
        h9      | twice       | dispute | 2020-01-01 |            | counsel
        h10     | twice       | other   | 2021-01-01 |            | counsel
        h11     |             | dispute | 2021-01-01 |            | counsel
    """
    frames, deviating = (
        {"crm_customer": customers, "legal_hold": holds},
        [
            "expired",
            "to_come",
            "unapproved",
            "unexplained",
        ],
    )
    spec(
        "BIZ-ret-3.customer",
        frames,
        engine=engine,
        deviating=deviating,
        exempt={"legal_hold": 4},
        not_assessable={"hold_in_doubt": 1},
        population=9,
    )


def test_a_hold_that_may_be_in_force_leaves_what_it_would_keep_unjudged(engine: str) -> None:
    customers = """
        customer_id | end_date   | restricted_from
        unread_end  | 2020-01-31 |
        no_start    | 2020-01-31 |
        placeholder | 2020-01-31 |
        unapproved  | 2020-01-31 |
        over        | 2020-01-31 |
        to_come     | 2020-01-31 |
        settled     | 2020-01-31 |
        restricted  | 2020-01-31 | 2026-01-01
        young       | 2026-11-20 |
    """
    holds = """
        hold_id | customer_id | reason  | start      | end        | approved_by | _issues
        h1      | unread_end  | dispute | 2020-01-01 |            | counsel     | end=unreadable
        h2      | no_start    | dispute |            | 2027-01-01 | counsel     | start=unreadable
        h3      | placeholder | dispute | 2020-01-01 |            | counsel     | end=placeholder
        h4      | unapproved  | dispute |            |            |             |
        h5      | over        | dispute |            | 2026-11-21 | counsel     |
        h6      | to_come     | dispute | 2026-11-23 |            | counsel     | end=zero
        h7      | settled     | dispute |            |            | counsel     |
        h8      | settled     | other   | 2021-01-01 |            | counsel     |
        h9      | restricted  | dispute |            |            | counsel     |
        h10     | young       | dispute |            |            | counsel     |
    """
    frames, exempt = (
        {"crm_customer": customers, "legal_hold": holds},
        {
            "legal_hold": 2,
            "restricted": 1,
        },
    )
    spec(
        "BIZ-ret-3.customer",
        frames,
        engine=engine,
        deviating=["over", "to_come", "unapproved"],
        exempt=exempt,
        not_assessable={"hold_in_doubt": 2},
        population=9,
    )


def test_a_held_customer_who_may_stay_anyway_is_not_counted_as_exempt(engine: str) -> None:
    customers = """
        customer_id | end_date
        long_gone   | 2026-06-30
    """
    spec(
        "BIZ-ret-3.customer",
        {"crm_customer": customers, "legal_hold": _HOLD},
        engine=engine,
        population=1,
    )
