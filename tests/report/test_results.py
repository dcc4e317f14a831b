"""What results.json says of a check: what a person must judge is no deviation before, and what is
not held says nothing of the rest.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

import pytest

from teleaudit.report.results import _clause_entry, check_entry, compose
from teleaudit.rules.audit_file import Keep, NotHeld, load_audit
from teleaudit.rules.rulebook import rulebook_of
from teleaudit.rules.suites import Check
from teleaudit.rules.verdicts import Answer, CheckResult, Deviation, Verdict
from teleaudit.workspace import package_workspace

BOOK = rulebook_of(load_audit(package_workspace() / "audits" / "bizzy"))
NOT_HELD = {
    "agreement": NotHeld.model_validate(
        {"owner": "Direktør", "reason": "føres ikke", "declared_on": "2026-11-01"}
    )
}


def entry(
    check: Check,
    verdict: Verdict,
    *,
    deviations: int = 0,
    review: int = 0,
    why: str | None = None,
    table: str | None = None,
) -> dict[str, Any]:
    answer = Answer(
        population=300, assessable=300, deviations=deviations, exempted=0, review=review
    )
    return check_entry(
        CheckResult(check=check, verdict=verdict, answer=answer, why=why, why_detail=table),
        law=BOOK.law,
        reference_key=bytes(32),
    )


@pytest.mark.parametrize(
    ("verdict", "deviations", "review", "told"),
    [
        (Verdict.FAIL, 200, 3, (200, 3)),
        (Verdict.BREACH, 1, 0, (1, 0)),
        (Verdict.REVIEW, 200, 0, (0, 200)),  # a rule whose deviations a person must look at
        (Verdict.REVIEW, 0, 1, (0, 1)),  # a detector that is not sure
        (Verdict.PASS, 0, 0, (0, 0)),
    ],
)
def test_what_a_person_must_look_at_is_no_deviation_before(
    verdict: Verdict, deviations: int, review: int, told: tuple[int, int]
) -> None:
    made = entry(BOOK.checks[0], verdict, deviations=deviations, review=review)
    assert (made["deviations"], made["review"]) == told


def test_what_the_law_keeps_secret_is_marked_and_leads_to_no_record() -> None:
    def made(name: str) -> dict[str, Any]:
        check = next(one for one in BOOK.checks if one.id == name)
        answer = Answer(population=9, assessable=9, deviations=1, exempted=0)
        result = CheckResult(
            check=check, verdict=Verdict.FAIL, answer=answer, worst=(Deviation("D-7"),)
        )
        return check_entry(result, law=BOOK.law, reference_key=bytes(32))

    secret, other = made("BIZ-dis-10.secret"), made("BIZ-dis-10.title")
    assert (secret["secret"], secret["references"], secret["deviations"]) == (True, [], 1)
    assert "secret" not in other
    assert len(other["references"]) == 1


def test_what_to_do_and_what_is_not_relevant_are_told_in_both_languages() -> None:
    check = next(one for one in BOOK.checks if one.id == "BIZ-ret-3.customer")
    made = entry(check, Verdict.SKIPPED, why="not_held", table="agreement")
    assert made["action"] == {
        "da": "Slet kundens stamdata i CRM.",
        "en": "Erase the customer's master data in the CRM.",
    }
    reason = _clause_entry(check.clause, [made], NOT_HELD)["reason"]
    assert reason["da"].endswith("har ikke »Aftaler«.")
    assert reason["en"].endswith("does not have “Agreements”.")


@pytest.mark.parametrize(
    ("held", "verdict"),
    [
        (["pass"], "pass"),
        (["pass", "partial"], "partial"),
        (["fail", "pass"], "fail"),
        (["unknown"], "unknown"),
        ([], "skipped"),
    ],
)
def test_a_clause_says_what_its_checks_of_held_tables_say(held: list[str], verdict: str) -> None:
    clause = next(
        clause for suite in BOOK.suites for clause in suite.clauses if clause.clause == "HYG-key"
    )
    checks = [check for check in BOOK.checks if check.clause is clause]
    entries = [
        entry(checks[0], Verdict.SKIPPED, why="not_held", table="agreement"),
        *(entry(check, Verdict(word)) for check, word in zip(checks[1:], held, strict=False)),
    ]
    made = _clause_entry(clause, entries, NOT_HELD)
    assert made["verdict"] == verdict
    assert (made["reason"] is not None) == (not held)


@pytest.mark.parametrize(
    ("cited", "told"),
    [
        (["gdpr-5-1-e", "bek-1882-10-1", "gdpr-6"], ["datatilsynet", "digitaliseringsstyrelsen"]),
        (["bek-1882-10-1", "gdpr-5-1-e"], ["digitaliseringsstyrelsen", "datatilsynet"]),
        (["c-129-21", "rpl-786", "pci-3.2.1", "gdpr-6"], ["datatilsynet"]),
        (["rpl-786i"], []),  # of a ministry
        (["fael-3-1", "oelr-arp-hansen-2023"], []),  # of courts
    ],
)
def test_everyone_who_supervises_is_named_and_courts_and_ministries_supervise_nobody(
    cited: list[str], told: list[str]
) -> None:
    check = BOOK.checks[0]
    spec = check.spec.model_copy(update={"legal_basis": tuple(cited)})
    made = entry(replace(check, spec=spec), Verdict.FAIL, deviations=1)
    assert made["authorities"] == told
    assert made["authority"] == (told[0] if told else None)


def test_the_settings_name_the_audits_own_deadlines_set_or_not() -> None:
    audit = load_audit(package_workspace() / "audits" / "bizzy")
    moment = dt.datetime(2026, 11, 22, tzinfo=dt.UTC)
    for keep in (Keep(), Keep(restricted_days=30, record_days=400)):
        made = compose(
            audit=audit.model_copy(update={"keep": keep}),
            run_id="x",
            as_of=moment.date(),
            ran=(moment, moment),
            engine="duckdb",
            exports=[],
            rulebook=BOOK,
            checks=[],
        )
        assert made["settings"]["keep"] == {
            "restricted_days": keep.restricted_days,
            "record_days": keep.record_days,
        }
