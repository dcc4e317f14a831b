"""A policy's periods held against the law's: what is shorter, longer, missing or asked, and nothing
where the two agree.
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from teleaudit.errors import AuditFileError
from teleaudit.rules.audit_file import Parameter, load_audit
from teleaudit.rules.conflicts import Category, Conflict, find_conflicts, load_categories
from teleaudit.rules.law import load_law
from teleaudit.rules.rulebook import rulebook_of
from teleaudit.rules.suites import Clause, Suite
from tests.spec import AS_OF, set_to

ROOT = Path(__file__).resolve().parents[1]
LAW = load_law(ROOT / "expectations")
_FROM = {"da": "begyndelsen", "en": "the start"}


def category(**bounds: str) -> Category:
    told = {
        name: {"period": period, "counted_from": _FROM, "legal_basis": ["bek-325-2025"]}
        for name, period in bounds.items()
    }
    return Category.model_validate(
        {"category": "calls", "title": {"da": "Opkald", "en": "Calls"}, **told}
    )


def clause(**parts: object) -> Clause:
    words = {"da": "x", "en": "x"}
    return Clause.model_validate(
        {
            "clause": "KAZ-x",
            "auditable": "text",
            "claim": words,
            "not_assessed": {"reason": words},
            **parts,
        }
    )


def found(
    own: Clause,
    known: Category | None = None,
    *,
    parameters: dict[str, Parameter] | None = None,
    as_of: dt.date = AS_OF,
) -> list[Conflict]:
    suite = Suite(name="kazoom", clauses=(own,))
    return list(
        find_conflicts(
            [suite], [known] if known else [], LAW, parameters=parameters or {}, as_of=as_of
        )
    )


def kinds(period: str | None, **bounds: str) -> list[str]:
    return [
        conflict.kind
        for conflict in found(
            clause(deadlines=[{"category": "calls", "period": period}]), category(**bounds)
        )
    ]


@pytest.mark.parametrize(
    ("period", "bounds", "expected"),
    [
        ("P1Y", {"at_least": "P1Y"}, []),
        ("P12M", {"at_least": "P1Y"}, []),
        ("P364D", {"at_least": "P1Y"}, ["shorter_than_minimum"]),
        ("P366D", {"at_least": "P1Y"}, []),
        # from 1 January a month lasts longer
        ("P30D", {"at_least": "P1M"}, ["shorter_than_minimum"]),
        ("P31D", {"at_least": "P1M"}, []),
        ("P3Y", {"at_most": "P3Y"}, []),
        ("P3Y1D", {"at_most": "P3Y"}, ["longer_than_maximum"]),
        # from 1 February a month lasts shorter
        ("P31D", {"at_most": "P1M"}, ["longer_than_maximum"]),
        ("P1Y", {"claim": "P3Y"}, ["shorter_than_claim"]),
        ("P3Y", {"claim": "P3Y"}, []),
        (
            "P6M",
            {"at_least": "P1Y", "at_most": "P2Y", "claim": "P3Y"},
            ["shorter_than_minimum", "shorter_than_claim"],
        ),
        (None, {"at_least": "P1Y", "at_most": "P1Y"}, ["no_deadline", "no_deadline"]),
    ],
)
def test_periods_are_compared_by_the_calendar(
    period: str | None, bounds: dict[str, str], expected: list[str]
) -> None:
    assert kinds(period, **bounds) == expected


def test_what_a_parameter_sets_is_compared_as_it_is_set() -> None:
    own = clause(deadlines=[{"category": "calls", "parameter": "days", "unit": "D"}])
    known = category(at_least="P1M")
    assert [
        (one.kind, one.policy_period) for one in found(own, known, parameters={"days": set_to(14)})
    ] == [("shorter_than_minimum", "P14D")]
    assert found(own, known, parameters={"days": set_to(31)}) == []
    assert [
        (one.kind, one.parameter)
        for one in found(own, known, parameters={"days": Parameter(value=None)})
    ] == [("unset", "days")]
    with pytest.raises(AuditFileError, match="parameter 'days'"):
        found(own, known, parameters={"days": set_to("soon")})


def test_a_rule_that_no_longer_applies_is_named() -> None:
    own, known = (
        clause(deadlines=[{"category": "calls", "period": "P6M"}]),
        category(at_least="P1Y"),
    )
    assert [one.not_in_force for one in found(own, known, as_of=dt.date(2027, 3, 29))] == [()]
    assert [one.not_in_force for one in found(own, known, as_of=dt.date(2027, 3, 30))] == [
        ("bek-325-2025",)
    ]


def test_a_question_is_asked_whatever_the_periods() -> None:
    asked = clause(
        questions=[{"question": {"da": "Må det?", "en": "May it?"}, "legal_basis": ["gdpr-20"]}]
    )
    assert [(one.kind, one.legal_basis, one.law_period) for one in found(asked)] == [
        ("question", ("gdpr-20",), None)
    ]


def test_a_category_that_there_is_not_is_refused() -> None:
    with pytest.raises(AuditFileError, match="no category 'calls'"):
        found(clause(deadlines=[{"category": "calls"}]))


@pytest.mark.parametrize(
    ("operator", "expected"),
    [
        (
            "bizzy",
            {
                ("BIZ-ret-3", "shorter_than_claim"),
                ("BIZ-ret-7", "longer_than_maximum"),
                ("BIZ-ret-1", "no_deadline"),
            },
        ),
        (
            "kazoom",
            {
                ("KAZ-r2", "no_deadline"),
                ("KAZ-r3", "shorter_than_minimum"),
                ("KAZ-r3", "shorter_than_claim"),
                ("KAZ-r1", "no_deadline"),
                ("KAZ-h", "no_deadline"),
            },
        ),
    ],
)
def test_the_sample_policies_differ_from_the_law_where_they_are_known_to(
    operator: str, expected: set[tuple[str, str]]
) -> None:
    audit = load_audit(ROOT / "audits" / operator)
    conflicts = rulebook_of(audit).conflicts(audit, AS_OF)
    assert {(one.clause, one.kind) for one in conflicts if one.kind != "question"} == expected
    assert {basis for one in conflicts for basis in one.legal_basis} <= set(LAW)


def test_no_law_says_how_long_proof_of_consent_may_be_kept_at_most() -> None:
    (proof,) = (
        one for one in load_categories(ROOT / "expectations") if one.category == "consent_proof"
    )
    assert list(proof.bounds) == ["claim"]


def test_a_draft_bill_is_never_in_force_and_a_lapsed_duty_no_longer() -> None:
    assert not LAW["lovudkast-teleloven-2026"].is_in_force(dt.date(2030, 1, 1))
    last = dt.date(2026, 3, 29)
    registers, keeps = LAW["bek-325-2025-registrering"], LAW["bek-325-2025"]
    assert registers.is_in_force(last)
    assert not registers.is_in_force(last + dt.timedelta(days=1))
    assert keeps.is_in_force(AS_OF)


def test_what_is_not_known_of_a_law_is_looked_up_before_release() -> None:
    assert LAW["nis2-tele"].valid_from is None
    assert all(
        LAW[basis].recheck_before_release
        for basis in ("nis2-tele", "lovudkast-teleloven-2026", "fal-4", "bek-325-2025")
    )
