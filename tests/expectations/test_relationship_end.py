"""When a customer relationship ended: the latest end of anything the customer had, and never while
something runs.

Seen through Bizzy's customers: a relationship that ended before 22-11-2025 is overdue.
"""

from __future__ import annotations

from tests.spec import spec

_CUSTOMER = "BIZ-ret-3.customer"


def test_the_latest_end_of_services_and_crm_counts(engine: str) -> None:
    customers = """
        customer_id  | end_date
        crm_later    | 2025-12-01
        late         | 2025-01-01
        sub_later    | 2020-01-01
        agree_later  | 2020-01-01
        no_crm_end   |
        no_crm_late  |
    """
    agreements = """
        agreement_id | customer_id | ended_at
        a1           | crm_later   | 2025-01-01
        a2           | agree_later | 2025-11-22
        a3           | agree_later | 2021-01-01
        a4           | late        | 2025-11-21
        a5           | no_crm_late | 2024-12-31
    """
    subscriptions = """
        subscription_id | customer_id | end_date
        s1              | sub_later   | 2026-01-01
        s2              | sub_later   | 2019-01-01
        s3              | no_crm_end  | 2026-01-01
        s4              | late        | 2021-01-01
        s5              | no_crm_late | 2024-01-01
    """
    tables = {"crm_customer": customers, "agreement": agreements, "subscription": subscriptions}
    result = spec(_CUSTOMER, tables, engine=engine, deviating=["late", "no_crm_late"], population=6)
    assert [d.due_date for d in result.deviations] == ["2026-11-21", "2025-12-31"]


def test_a_reactivated_customer_still_is_one(engine: str) -> None:
    customers = """
        customer_id | end_date
        back        | 2020-01-01
        gone        | 2020-01-01
        runs_out    | 2020-01-01
        ended       | 2020-01-01
    """
    subscriptions = """
        subscription_id | customer_id | end_date
        s4              | ended       | 2020-02-01
        s1              | back        | 2020-01-01
        s2              | back        |
        s3              | gone        | 2020-01-01
        s5              | runs_out    | 2026-11-22
    """
    spec(
        _CUSTOMER,
        {"crm_customer": customers, "subscription": subscriptions},
        engine=engine,
        deviating=["ended", "gone"],
    )


def test_a_customer_without_any_end_cannot_be_judged(engine: str) -> None:
    customers = """
        customer_id | end_date   | status
        b           |            | aktiv
        a           |            | ophørt
        c           | 2020-01-01 | aktiv
    """
    subscriptions = """
        subscription_id | customer_id | end_date
        s1              | someone     |
    """
    agreements = "agreement_id | customer_id | ended_at\na1 | someone |"
    tables = {
        "crm_customer": customers,
        "subscription": subscriptions,
        "agreement": agreements,
    }
    spec(_CUSTOMER, tables, engine=engine, deviating=["c"], not_assessable={"no_end_date": 2})


def test_where_no_services_were_exported_the_crm_says_who_still_is_a_customer(engine: str) -> None:
    customers = """
        customer_id | end_date   | status
        says_ended  |            | Ophørt
        active      |            | Aktiv
        says_nought |            |
        ended       | 2020-01-01 | Aktiv
        back        | 2020-01-01 | Ophørt
        back        |            | Active
    """
    spec(
        _CUSTOMER,
        {"crm_customer": customers},
        engine=engine,
        deviating=["ended"],
        not_assessable={"no_end_date": 2},
        population=6,
    )


def test_an_end_that_cannot_be_read_leaves_the_end_unknown_unless_something_runs(
    engine: str,
) -> None:
    customers = """
        customer_id | end_date   | _issues
        sub_lost    | 2020-01-01 |
        crm_lost    |            | name=excel;end_date=unreadable
        zero        |            | end_date=zero
        still_runs  | 2020-01-01 |
        other_issue | 2020-01-01 | start_date=unreadable
        agree_lost  | 2020-01-01 |
    """
    subscriptions = """
        subscription_id | customer_id | end_date   | _issues
        s2              | still_runs  |            |
        s1              | sub_lost    |            | end_date=unreadable
        s3              | still_runs  |            | end_date=zero
        s4              | crm_lost    | 2020-01-01 |
        s5              | other_issue | 2020-01-01 | start_date=zero
    """
    agreements = """
        agreement_id | customer_id | ended_at | _issues
        a1           | agree_lost  |          | ended_at=zero
    """
    tables = {"crm_customer": customers, "subscription": subscriptions, "agreement": agreements}
    spec(
        _CUSTOMER,
        tables,
        engine=engine,
        deviating=["other_issue"],
        not_assessable={"no_end_date": 4},
        population=6,
    )


def test_an_open_end_means_that_the_service_runs(engine: str) -> None:
    customers = """
        customer_id | end_date   | _issues
        a           | 2020-01-01 |
        b           |            | end_date=placeholder
    """
    subscriptions = """
        subscription_id | customer_id | end_date   | _issues
        s1              | a           |            | end_date=placeholder
        s2              | b           | 2020-01-01 |
    """
    spec(
        _CUSTOMER,
        {"crm_customer": customers, "subscription": subscriptions},
        engine=engine,
        deviating=["b"],
    )


def test_an_end_before_1990_is_no_end_to_count_from(engine: str) -> None:
    customers = """
        customer_id | end_date
        b           | 1990-01-01
        a           | 1989-12-31
        c           | 1970-01-01
    """
    spec(
        _CUSTOMER,
        {"crm_customer": customers},
        engine=engine,
        deviating=["b"],
        not_assessable={"no_end_date": 2},
    )


def test_a_relationship_that_ends_today_or_later_has_not_ended(engine: str) -> None:
    customers = """
        customer_id | end_date
        b           | 2026-11-23
        a           | 2026-11-22
    """
    spec(_CUSTOMER, {"crm_customer": customers}, engine=engine, population=2)


def test_a_customer_without_a_number_cannot_be_judged(engine: str) -> None:
    customers = """
        customer_id | end_date
                    | 2020-01-01
        a           | 2020-01-01
    """
    spec(
        _CUSTOMER,
        {"crm_customer": customers},
        engine=engine,
        deviating=["a"],
        not_assessable={"orphan": 1},
    )


def test_what_belongs_to_a_customer_the_crm_no_longer_holds_follows_the_services(
    engine: str,
) -> None:
    contacts = """
        contact_id | customer_id
        q          | erased_late
        p          | erased_runs
    """
    customers = """
        customer_id | end_date
        other       | 2026-01-01
    """
    subscriptions = """
        subscription_id | customer_id | end_date
        s1              | erased_late | 2020-01-01
        s2              | erased_runs |
    """
    tables = {"crm_contact": contacts, "crm_customer": customers, "subscription": subscriptions}
    spec("BIZ-ret-3.contact", tables, engine=engine, deviating=["q"], population=2)
