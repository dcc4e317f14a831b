"""PBX and SIP configurations: gone so many days after the relationship, also where they are only
marked as deleted.
"""

from __future__ import annotations

import pytest

from teleaudit.rules.verdicts import Verdict
from tests.spec import spec

_OPERATORS = pytest.mark.parametrize(
    ("check", "last_lawful", "late"),
    [
        ("BIZ-ret-5.pbx_config", "2026-11-08", "2026-11-07"),
        ("KAZ-r3.pbx_config", "2026-10-23", "2026-10-22"),
    ],
)


@_OPERATORS
def test_a_configuration_goes_within_the_days_that_the_controller_has_set(
    engine: str, check: str, last_lawful: str, late: str
) -> None:
    tables = {
        "pbx_config": (
            """
            config_id | customer_id | subscription_id | deleted_at
            k7        |             | s2              |
            k2        | late        | s2              |
            k1        | last_day    | s1              |
            k3        | late        |                 | 2026-11-10
            k4        | stays       | s3              |
            k5        | held        | s4              |
            k6        | no_end      |                 |
            k8        | nobody      |                 |
        """
        ),
        "crm_customer": (
            f"""
            customer_id | end_date
            late        | {late}
            last_day    | {last_lawful}
            stays       |
            held        | 2020-01-01
            no_end      |
        """
        ),
        "subscription": (
            f"""
            subscription_id | customer_id | end_date
            s1              | last_day    | {last_lawful}
            s2              | late        | {late}
            s3              | stays       |
            s4              | held        | 2020-01-01
        """
        ),
        "legal_hold": (
            """
            hold_id | customer_id | reason | start      | approved_by | end
            h       | held        | claim  | 2020-01-01 | counsel |
        """
        ),
    }
    result = spec(
        check,
        tables,
        engine=engine,
        deviating=["k2", "k3"],
        exempt={"legal_hold": 1},
        not_assessable={"no_end_date": 1, "orphan": 2},
        population=8,
    )
    assert [d.overdue_days for d in result.deviations] == [1, 1]


@_OPERATORS
def test_a_configuration_of_an_ended_service_of_a_living_customer_is_for_a_lawyer(
    engine: str, check: str, last_lawful: str, late: str
) -> None:
    tables = {
        "pbx_config": (
            """
            config_id | customer_id | subscription_id
            unnamed   | c           |
            ended     | c           | s2
            recent    | c           | s1
            runs      | c           | s3
            partly    | c           | s4
            unknown   | c           | s9
            last_day  | leaves_now  | s5
            renewed   | c           | s6
        """
        ),
        "crm_customer": (
            """
            customer_id | end_date
            leaves_now  | 2026-11-22
            c           |
        """
        ),
        "subscription": (
            f"""
            subscription_id | customer_id | end_date
            s1              | c           | {last_lawful}
            s2              | c           | {late}
            s3              | c           |
            s4              | c           | {late}
            s4              | c           |
            s5              | leaves_now  | {late}
            s6              | c           | {last_lawful}
            s6              | c           | {late}
        """
        ),
    }
    result = spec(check, tables, engine=engine, legal={"service_ended": 2}, population=8)
    assert result.verdict is Verdict.LEGAL


@_OPERATORS
def test_an_ended_service_is_no_question_once_the_whole_relationship_has_ended(
    engine: str, check: str, last_lawful: str, late: str
) -> None:
    tables = {
        "pbx_config": (
            """
            config_id | customer_id | subscription_id
            k         | c           | s1
        """
        ),
        "crm_customer": (
            f"""
            customer_id | end_date
            c           | {last_lawful}
        """
        ),
        "subscription": (
            """
            subscription_id | customer_id | end_date
            s1              | c           | 2020-01-01
        """
        ),
    }
    result = spec(check, tables, engine=engine, population=1)
    assert result.verdict is Verdict.PASS
