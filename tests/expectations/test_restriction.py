"""A customer whose processing is restricted is never on the worklist for erasure: what is
restricted is stored, and nothing else is done to it.
"""

from __future__ import annotations

import pytest

from tests.spec import known_suites, spec

# All left long before the audit of 22-11-2026, some with processing restricted.
_CUSTOMERS = """
    customer_id | end_date   | restricted_from | restricted_to | _issues
    ------------+------------+-----------------+---------------+--------------------------------------------------
    lasting     | 2020-01-31 | 2026-05-01      |               |
    late        | 2020-01-31 |                 |               |
    lifted      | 2020-01-31 | 2026-05-01      | 2026-11-22    |
    last_day    | 2020-01-31 | 2026-05-01      | 2026-11-23    |
    first_day   | 2020-01-31 | 2026-11-22      |               |
    tomorrow    | 2020-01-31 | 2026-11-23      |               |
    open_end    | 2020-01-31 | 2026-05-01      |               | restricted_to=placeholder
    unread_from | 2020-01-31 |                 |               | restricted_from=unreadable
    unread_to   | 2020-01-31 | 2026-05-01      |               | restricted_to=unreadable
    zero        | 2020-01-31 | 2026-05-01      |               | restricted_to=zero
    no_start    | 2020-01-31 |                 | 2027-01-01    |
    over        | 2020-01-31 |                 | 2026-01-01    | restricted_from=unreadable
    to_come     | 2020-01-31 | 2027-01-01      |               | restricted_to=unreadable
    doubt_young | 2026-11-20 |                 |               | restricted_from=unreadable
"""
_GONE = ["late", "lifted", "over", "to_come", "tomorrow"]
_IN_DOUBT = {"unreadable_restriction": 4}


def test_a_restriction_exempts_from_its_first_day_until_it_is_lifted_and_one_that_cannot_be_read_is_not_judged(
    engine: str,
) -> None:
    spec(
        "BIZ-ret-3.customer",
        {"crm_customer": _CUSTOMERS},
        engine=engine,
        deviating=_GONE,
        exempt={"restricted": 4},
        not_assessable=_IN_DOUBT,
        population=14,
    )


@pytest.mark.parametrize(
    ("check", "table", "key"),
    [
        ("BIZ-ret-3.contact", "crm_contact", "contact_id"),
        ("BIZ-ret-3.interaction", "crm_interaction", "interaction_id"),
        ("BIZ-ret-5.pbx_config", "pbx_config", "config_id"),
        ("KAZ-r3.contact", "crm_contact", "contact_id"),
    ],
)
def test_what_belongs_to_a_restricted_customer_stays_too(check: str, table: str, key: str) -> None:
    rows = f"""
        {key} | customer_id
        ------+------------
        r1    | lasting
        r2    | late
        r3    | unread_to
        r4    | doubt_young
    """
    services = "subscription_id | customer_id | end_date\ns1 | nobody | 2020-01-31"
    frames = {"crm_customer": _CUSTOMERS, "subscription": services, table: rows}
    spec(
        check,
        frames,
        engine="duckdb",
        deviating=["r2"],
        exempt={"restricted": 1},
        not_assessable={"unreadable_restriction": 1},
    )


def test_a_restriction_stands_before_an_open_balance_and_after_a_legal_hold_and_a_hold_settles_the_doubt() -> (
    None
):
    customers = """
        customer_id | end_date   | restricted_from | open_balance | _issues
        ------------+------------+-----------------+--------------+---------------------------
        both        | 2025-01-31 | 2026-05-01      | 10           |
        held        | 2025-01-31 | 2026-05-01      | 0            |
        held_doubt  | 2025-01-31 |                 | 0            | restricted_from=unreadable
        owing_doubt | 2025-01-31 |                 | 10           | restricted_from=unreadable
    """
    holds = """
        hold_id | customer_id | reason  | start      | end | approved_by
        --------+-------------+---------+------------+-----+------------
        h1      | held        | dispute | 2020-01-01 |     | counsel
        h2      | held_doubt  | dispute | 2020-01-01 |     | counsel
    """
    frames = {"crm_customer": customers, "legal_hold": holds}
    spec(
        "BIZ-ret-3.customer",
        frames,
        engine="duckdb",
        exempt={"legal_hold": 2, "restricted": 1},
        not_assessable={"unreadable_restriction": 1},
        population=4,
    )


def test_a_customer_who_stands_twice_is_restricted_when_either_row_says_so() -> None:
    customers = """
        customer_id | end_date   | restricted_from | restricted_to | _issues
        ------------+------------+-----------------+---------------+---------------------------
        twice       | 2020-01-31 | 2020-05-01      | 2020-06-01    |
        twice       | 2020-01-31 | 2026-05-01      |               | restricted_to=placeholder
        doubtful    | 2020-01-31 |                 |               | restricted_from=unreadable
        doubtful    | 2020-01-31 | 2026-05-01      |               |
    """
    spec(
        "BIZ-ret-3.customer",
        {"crm_customer": customers},
        engine="duckdb",
        exempt={"restricted": 4},
        population=4,
    )


def test_calls_invoices_and_erasures_asked_for_of_a_restricted_customer_stay() -> None:
    calls = """
        call_id | customer_id | start_at            | invoice_id
        --------+-------------+---------------------+-----------
        c1      | lasting     | 2020-01-01 10:00:00 |
        c2      | late        | 2020-01-01 10:00:00 |
    """
    spec(
        "KAZ-r1.unbilled",
        {"crm_customer": _CUSTOMERS, "cdr": calls},
        engine="duckdb",
        deviating=["c2"],
        exempt={"restricted": 1},
    )
    requests = """
        dsar_id | customer_id | type     | outcome    | executed_at | _issues
        --------+-------------+----------+------------+-------------+--------
        d1      | lasting     | sletning | imødekommet | 2026-06-01 |
        d2      | late        | sletning | imødekommet | 2026-06-01 |
    """
    customers = (
        _CUSTOMERS.replace("| end_date  ", "| end_date   | created_at")
        .replace("| 2020-01-31", "| 2020-01-31 | 2019-01-01")
        .replace("| 2026-11-20 |", "| 2026-11-20 | 2019-01-01 |")
    )
    others = {
        "crm_contact": "contact_id | customer_id\nk1 | nobody",
        "crm_interaction": "interaction_id | customer_id | at\ni1 | nobody | 2026-01-01 10:00:00",
    }
    spec(
        "KAZ-n.crm",
        {"dsar": requests, "crm_customer": customers, **others},
        engine="duckdb",
        deviating=["d2|crm_customer|late"],
        exempt={"restricted": 1},
    )


def test_where_no_restriction_is_exported_nothing_changes() -> None:
    customers = """
        customer_id | end_date
        ------------+-----------
        late        | 2020-01-31
    """
    spec(
        "BIZ-ret-3.customer",
        {"crm_customer": customers},
        engine="duckdb",
        deviating=["late"],
        population=1,
    )


def test_every_rule_of_erasure_that_a_legal_hold_suspends_a_restriction_suspends_too() -> None:
    asked = [
        check
        for suite in known_suites()
        for check in suite.checks
        if "legal_hold" in check.spec.exempt
    ]
    assert len(asked) > 20
    assert [check.id for check in asked if "restricted" not in check.spec.exempt] == []
    by_deadline = [
        check
        for suite in known_suites()
        for check in suite.checks
        if check.spec.type == "expect_erasure_by_deadline"
    ]
    assert [check.id for check in by_deadline if "restricted" not in check.spec.exempt] == []
