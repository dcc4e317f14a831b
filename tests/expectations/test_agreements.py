"""Signed agreements: Bizzy by the unit the controller stated, Kazoom as accounting material of the
year the relationship ended.
"""

from __future__ import annotations

from teleaudit.rules.audit_file import Parameter
from teleaudit.rules.verdicts import Verdict
from tests.spec import PARAMETERS, answer, set_to, spec

_YEARS = """
    legal_entity | fy_start   | fy_end
    Kazoom A/S   | 2019-01-01 | 2019-12-31
    Kazoom A/S   | 2021-01-01 | 2021-12-31
    Kazoom A/S   | 2020-01-01 | 2020-12-31
    Kazoom A/S   | 2026-01-01 | 2026-12-31
"""


def _ended(**ends: str) -> str:
    return "customer_id | end_date\n" + "\n".join(
        f"{customer} | {end}" for customer, end in ends.items()
    )


def test_an_agreement_of_bizzy_may_stay_five_years(engine: str) -> None:
    agreements = """
        agreement_id | customer_id | ended_at   | scan_ref | destroyed_at
        a2           | late        | 2021-11-21 |          |
        a1           | last_day    | 2021-11-22 |          |
        a3           | stays       |            |          |
        a4           | nobody      | 2001-01-01 |          |
    """
    tables = {
        "agreement": agreements,
        "crm_customer": _ended(late="2021-11-21", last_day="2021-11-22", stays=""),
    }
    result = spec(
        "BIZ-ret-4.agreement", tables, engine=engine, deviating=["a2", "a4"], population=4
    )
    assert [d.due_date for d in result.deviations] == ["2026-11-21", "2006-01-01"]


def test_an_old_agreement_of_a_customer_who_stayed_longer_is_counted_from_the_end_of_the_whole(
    engine: str,
) -> None:
    agreements = """
        agreement_id | customer_id | ended_at   | scan_ref | destroyed_at
        old          | c           | 2010-01-01 |          |
        new          | c           | 2023-01-01 |          |
    """
    spec(
        "BIZ-ret-4.agreement",
        {"agreement": agreements, "crm_customer": _ended(c="2023-01-01")},
        engine=engine,
        population=2,
    )


def test_the_unit_of_the_five_is_the_controllers(engine: str) -> None:
    agreements = """
        agreement_id | customer_id | ended_at   | scan_ref | destroyed_at
        b            | c           | 2026-06-21 |          |
        a            | d           | 2026-06-22 |          |
    """
    tables = {"agreement": agreements, "crm_customer": _ended(c="2026-06-21", d="2026-06-22")}
    spec(
        "BIZ-ret-4.agreement",
        tables,
        engine=engine,
        parameters=PARAMETERS | {"agreement_period": set_to("P5M")},
        deviating=["b"],
    )
    spec(
        "BIZ-ret-4.agreement",
        tables,
        engine=engine,
        parameters=PARAMETERS | {"agreement_period": set_to("P5Y")},
    )


def test_without_a_unit_the_agreements_are_not_judged(engine: str) -> None:
    agreements = """
        agreement_id | customer_id | ended_at   | scan_ref | destroyed_at
        b            | c           | 2001-01-01 |          |
    """
    tables = {"agreement": agreements, "crm_customer": _ended(c="2001-01-01")}
    result = answer(
        "BIZ-ret-4.agreement",
        tables,
        engine=engine,
        parameters=PARAMETERS | {"agreement_period": Parameter(value=None)},
    )
    assert (result.verdict, result.why, result.why_detail) == (
        Verdict.UNSET,
        "unset",
        "agreement_period",
    )


def test_scans_between_the_deadlines_of_crm_and_archive_are_for_a_lawyer(engine: str) -> None:
    agreements = """
        agreement_id | customer_id | ended_at   | scan_ref | destroyed_at
        past_both    | late        | 2021-11-21 | scan/3   |
        only_paper   | band        | 2025-11-21 |          |
        first_of     | band        | 2025-11-21 | scan/1   |
        before       | fresh       | 2025-11-22 | scan/2   |
        last_of      | edge        | 2021-11-22 | scan/4   |
    """
    customers = _ended(late="2021-11-21", band="2025-11-21", fresh="2025-11-22", edge="2021-11-22")
    tables = {"agreement": agreements, "crm_customer": customers}
    result = spec(
        "BIZ-ret-4.agreement",
        tables,
        engine=engine,
        deviating=["past_both"],
        legal={"crm_deadline": 2},
        population=5,
    )
    assert result.verdict is Verdict.FAIL


def test_without_a_deviation_the_band_makes_the_verdict(engine: str) -> None:
    agreements = """
        agreement_id | customer_id | ended_at   | scan_ref | destroyed_at
        a            | band        | 2024-01-01 | scan/1   |
    """
    result = spec(
        "BIZ-ret-4.agreement",
        {"agreement": agreements, "crm_customer": _ended(band="2024-01-01")},
        engine=engine,
        legal={"crm_deadline": 1},
    )
    assert result.verdict is Verdict.LEGAL


def test_a_shredded_agreement_without_scan_is_out_of_scope(engine: str) -> None:
    agreements = """
        agreement_id | customer_id | ended_at   | scan_ref | destroyed_at
        scan_left    | c           | 2015-01-01 | scan/1   | 2020-01-01
        shredded     | c           | 2015-01-01 |          | 2020-01-01
        on_paper     | c           | 2015-01-01 |          |
    """
    for check in ("BIZ-ret-4.agreement", "KAZ-r3.agreement"):
        tables = {
            "agreement": agreements,
            "crm_customer": _ended(c="2015-01-01"),
            "financial_years": _YEARS + "Kazoom A/S | 2015-01-01 | 2015-12-31",
        }
        spec(check, tables, engine=engine, deviating=["on_paper", "scan_left"], population=2)


def test_an_agreement_of_kazoom_may_stay_five_years_after_the_financial_year_in_which_the_relationship_ended(
    engine: str,
) -> None:
    agreements = """
        agreement_id | customer_id | ended_at   | scan_ref | destroyed_at
        last_lawful  | c21         | 2021-01-01 |          |
        late         | c20         | 2020-12-31 |          |
        last_fresh   | c26         | 2026-10-23 |          |
        first_band   | d26         | 2026-10-22 |          |
        stays        | runs        |            |          |
        held         | c19         | 2019-06-30 |          |
        no_year      | c18         | 2018-06-30 |          |
        orphan       |             | 2018-06-30 |          |
    """
    customers = _ended(
        c20="2020-12-31",
        c21="2021-01-01",
        c26="2026-10-23",
        d26="2026-10-22",
        runs="",
        c19="2019-06-30",
        c18="2018-06-30",
    )
    holds = """
        hold_id | customer_id | reason | start      | approved_by | end
        h       | c19         | claim  | 2020-01-01 | counsel |
    """
    tables = {
        "agreement": agreements,
        "crm_customer": customers,
        "financial_years": _YEARS,
        "legal_hold": holds,
    }
    result = spec(
        "KAZ-r3.agreement",
        tables,
        engine=engine,
        deviating=["late"],
        legal={"relationship_ended": 2},
        exempt={"legal_hold": 1},
        not_assessable={"no_financial_year": 1, "orphan": 1},
        population=8,
    )
    assert result.deviations[0].due_date == "2025-12-31"
