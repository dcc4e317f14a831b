"""Whom deviating records concern: customers, each once, and what they are; and since when."""

from __future__ import annotations

from teleaudit.rules.verdicts import Subjects, Verdict
from tests.detectors.cpr_numbers import cpr_number
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
    assert (found.answer.deviations, found.subjects, found.oldest) == (1, None, "2026-01")


def test_what_stands_in_cells_concerns_customers_since_the_oldest_date_that_can_be(
    engine: str,
) -> None:
    payments = """
        payment_id | customer_id | paid_at    | method
        -----------+-------------+------------+----------------------
        later      | person      | 2021-03-02 | kort 4571724525913998
        oldest     | person      | 2019-05-31 | kort 4571724525913998
        company    | company     | 2020-01-01 | kort 4571724525913998
        unnamed    |             | 2020-01-01 | kort 4571724525913998
        impossible | company     | 1899-12-30 | kort 4571724525913998
        ahead      | company     | 2027-01-01 | kort 4571724525913998
        clean      | unlike      | 2001-01-01 | overført
    """
    found = answer(
        "HYG-card.payment", {"crm_customer": _CUSTOMERS, "payment": payments}, engine=engine
    )
    assert found.subjects == Subjects(customers=2, persons=1, companies=1, unnamed=1)
    assert (found.answer.deviations, found.oldest) == (6, "2019-05")


def test_a_table_without_a_customer_tells_of_nobody_how_many_there_are() -> None:
    records = """
        record_id | start_at            | a_number | b_number | Felt 7
        ----------+---------------------+----------+----------+----------------------
        r1        | 2021-03-02 10:00:00 | 45000001 | 45000002 | kort 4571724525913998
        r2        | 2020-01-01 10:00:00 | 45000001 | 45000002 |
    """
    found = answer(
        "HYG-card.interconnect",
        {"crm_customer": _CUSTOMERS, "interconnect": records},
        engine="duckdb",
    )
    assert (found.answer.deviations, found.subjects, found.oldest) == (1, None, "2021-03")


def test_what_only_a_person_can_judge_concerns_those_who_are_looked_at() -> None:
    rows = "\n".join(
        f"c{place} | 2018-0{9 - place}-01 | {cpr_number('240747', place=place, valid=False)}"
        for place in range(4)
    )
    found = answer(
        "HYG-cpr-number.crm_customer",
        {"crm_customer": f"customer_id | created_at | cpr\n{rows}"},
        engine="duckdb",
    )
    assert (found.verdict, found.answer.deviations) == (Verdict.REVIEW, 0)
    assert found.subjects == Subjects(customers=4, persons=0, companies=0, unnamed=0)
    assert found.oldest == "2018-06"


def test_without_deviations_nobody_is_concerned() -> None:
    customers = """
        customer_id | end_date
        stays       | 2026-06-30
    """
    assert (
        answer("BIZ-ret-3.customer", {"crm_customer": customers}, engine="duckdb").subjects is None
    )
