"""Whom deviating records concern: customers, each once, and what they are."""

from __future__ import annotations

from teleaudit.rules.verdicts import Subjects
from tests.spec import answer

_CUSTOMERS = """
    customer_id | end_date   | customer_type | cvr
    ------------+------------+---------------+---------
    person      | 2019-01-31 | Privat        |
    trader      | 2019-01-31 | privat        | 21497479
    company     | 2019-01-31 | Erhverv       |
    by_cvr      | 2019-01-31 |               | 21497479
    unlike      | 2019-01-31 | Guld          |
    stays       | 2026-06-30 | Privat        |
"""


def test_each_customer_counts_once_and_as_what_master_data_say(engine: str) -> None:
    assert answer(
        "BIZ-ret-3.customer", {"crm_customer": _CUSTOMERS}, engine=engine
    ).subjects == Subjects(customers=5, persons=2, companies=2, unnamed=0)


def test_records_are_not_customers_and_some_name_none() -> None:
    calls = """
        call_id | customer_id | start_at            | invoice_id
        --------+-------------+---------------------+-----------
        c1      | person      | 2020-01-01 10:00:00 |
        c2      | person      | 2020-01-01 10:00:00 |
        c3      | nobody      | 2020-01-01 10:00:00 |
        c4      |             | 2020-01-01 10:00:00 |
        c5      | company     | 2026-11-01 10:00:00 |
    """
    found = answer("KAZ-r1.unbilled", {"crm_customer": _CUSTOMERS, "cdr": calls}, engine="duckdb")
    assert (found.answer.deviations, found.subjects) == (
        4,
        Subjects(customers=2, persons=1, companies=0, unnamed=1),
    )
    assert found.subjects is not None
    assert found.subjects.unknown == 1


def test_a_finding_that_names_no_customers_counts_none() -> None:
    log = """
        entry_id | object_type  | object_key | executed_at         | actor_type | status
        ---------+--------------+------------+---------------------+------------+-------
        e1       | crm_customer | k1         | 2026-01-01 10:00:00 | person     | ok
    """
    found = answer("KAZ-r3.automatic", {"deletion_log": log}, engine="duckdb")
    assert (found.answer.deviations, found.subjects) == (1, None)


def test_without_deviations_nobody_is_concerned() -> None:
    customers = """
        customer_id | end_date
        stays       | 2026-06-30
    """
    assert (
        answer("BIZ-ret-3.customer", {"crm_customer": customers}, engine="duckdb").subjects is None
    )
