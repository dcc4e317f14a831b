"""results.json: everything a run found that may leave, for machines (contract; its JSON Schema is
in ``report/``).
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import platform
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

from teleaudit import __version__
from teleaudit.checks.worklist import references
from teleaudit.exports.mapping_gaps import find_mapping_gaps
from teleaudit.exports.reading import ReadExport
from teleaudit.report.findings import number_findings
from teleaudit.rules.audit_file import Audit, NotHeld
from teleaudit.rules.conflicts import Conflict
from teleaudit.rules.law import LegalBasis, supervisors
from teleaudit.rules.response import Response
from teleaudit.rules.rulebook import Rulebook
from teleaudit.rules.suites import Clause, Words
from teleaudit.rules.verdicts import CheckResult, Verdict, gravest
from teleaudit.rules.waivers import Waiver
from teleaudit.schema import TABLES

SCHEMA = "teleaudit/results/1"
_PACKAGES = ("great-expectations", "duckdb", "pandas", "papermill", "typst", "matplotlib")
_OF_ENGINE = {"spark": ("pyspark",)}


def exit_code(results: Mapping[str, Any]) -> int:
    """0 clean, 1 deviations, 2 something not assessed, 4 a check that could not be carried out
    (contract).
    """
    verdicts = {check["verdict"] for check in results["checks"]}
    if Verdict.ERROR in verdicts:
        return 4
    if verdicts & {Verdict.FAIL, Verdict.BREACH}:
        return 1
    if verdicts == {Verdict.SKIPPED}:  # nothing was assessed: that is no clean result
        return 2
    return (
        2
        if verdicts
        & {Verdict.UNKNOWN, Verdict.PARTIAL, Verdict.UNSET, Verdict.REVIEW, Verdict.LEGAL}
        else 0
    )


def compose(
    *,
    audit: Audit,
    run_id: str,
    as_of: dt.date,
    ran: tuple[dt.datetime, dt.datetime],
    engine: str,
    exports: Sequence[ReadExport],
    rulebook: Rulebook,
    checks: Sequence[Mapping[str, Any]],
    doubts: Sequence[Mapping[str, Any]] = (),
    response: Response | None = None,
) -> dict[str, Any]:
    """The whole of results.json from its parts.

    ``checks`` are entries made by ``check_entry``; it ``ran`` from and to these moments; ``doubts``
    are about the mapping; ``response`` is what people answered.
    """
    numbers = number_findings(checks)
    conflicts = rulebook.conflicts(audit, as_of)
    clauses = [
        _clause_entry(clause, checks, audit.not_held) | {"baseline": suite.name == "baseline"}
        for suite in rulebook.suites
        for clause in suite.clauses
    ]
    cited = sorted(
        {basis for check in checks for basis in check["legal_basis"]}
        | {basis for clause in clauses for basis in clause["legal_basis"]}
        | {basis for conflict in conflicts for basis in conflict.legal_basis}
    )
    return {
        "schema": SCHEMA,
        "audit": audit.name,
        "run_id": run_id,
        "as_of": as_of.isoformat(),
        "started_at": _utc(ran[0]),
        "finished_at": _utc(ran[1]),
        "engine": engine,
        "controller": audit.controller.model_dump(),
        "policy": {"title": rulebook.title, "version": rulebook.version},
        "response": (response or Response()).model_dump(mode="json", exclude_defaults=True),
        "parameters": [
            {"name": name} | parameter.model_dump(mode="json")
            for name, parameter in sorted(audit.parameters.items())
        ],
        "not_held": [
            {"table" if name in TABLES else "check": name} | declared.model_dump(mode="json")
            for name, declared in sorted(audit.not_held.items())
        ],
        "waivers": [waiver_entry(waiver, as_of, checks) for waiver in audit.waivers],
        "settings": {
            "gate": audit.gate,
            "max_rejected": audit.max_rejected,
            "keep": audit.keep.model_dump(),
        },
        "exports": [_export_entry(export, audit) for export in exports],
        "mapping_gaps": [gap.as_json() for gap in find_mapping_gaps(rulebook.suites, exports)],
        "mapping_doubts": list(doubts),
        "clauses": clauses,
        "changed_clauses": changed_clauses(rulebook),
        "checks": [{**check, "finding": numbers.get(check["id"])} for check in checks],
        "conflicts": [conflict_entry(conflict) for conflict in conflicts],
        "legal_bases": [basis_entry(rulebook.law[basis]) for basis in cited],
        "totals": {
            "checks": len(checks),
            "verdicts": dict(sorted(Counter(check["verdict"] for check in checks).items())),
            "deviations": sum(check["deviations"] for check in checks),
            "review": sum(check["review"] for check in checks),
            "exempted": sum(check["exempted"] for check in checks),
        },
        "suites": dict(rulebook.hashes),
        "versions": versions(*_OF_ENGINE.get(engine, ())),
    }


def waiver_entry(
    waiver: Waiver, as_of: dt.date, checks: Sequence[Mapping[str, Any]]
) -> dict[str, Any]:
    """A waiver as it stands in results.json, with what it covers; no number of these changes."""
    return {
        **waiver.model_dump(mode="json"),
        "state": waiver.state(as_of),
        "checks": [check["id"] for check in checks if waiver.covers(check["id"], check["clauses"])],
    }


def versions(*others: str) -> dict[str, str]:
    """The version of this package and of those that a result rests on, and of ``others``."""
    return {
        "teleaudit": __version__,
        "teleaudit_code": _code_digest()[:12],
        "python": platform.python_version(),
    } | {name.replace("-", "_"): version(name) for name in (*_PACKAGES, *others)}


@cache
def _code_digest() -> str:
    """SHA-256 of the package's files: two states of one version write different reports."""
    package = Path(__file__).resolve().parents[1]
    digest = hashlib.sha256()
    for path in sorted(package.rglob("*")):
        name = path.relative_to(package)
        # what a wheel lays out for workspaces is not the package's own
        if path.is_file() and path.suffix != ".pyc" and name.parts[0] != "workspace":
            digest.update(b"%b\0%d\0" % (name.as_posix().encode(), path.stat().st_size))
            digest.update(path.read_bytes())
    return digest.hexdigest()


def check_entry(
    result: CheckResult, *, law: Mapping[str, LegalBasis], reference_key: bytes
) -> dict[str, Any]:
    """One check as it stands in results.json: counts, names and references, no value of a row."""
    check, answer = result.check, result.answer
    # what a person must look at is no deviation before that
    is_review = result.verdict is Verdict.REVIEW
    authorities = supervisors(law[basis] for basis in check.legal_basis)
    return {
        "id": result.id,
        "clauses": [check.clause.clause],
        "topic": result.check.topic,
        "dataset": result.check.data_set,
        "expectation": result.check.spec.type,
        "verdict": result.verdict.value,
        "unit": result.unit,
        "population": answer.population,
        "assessable": answer.assessable,
        "deviations": 0 if is_review else answer.deviations,
        "exempted": answer.exempted,
        "reasons": answer.reasons,
        "exemptions": answer.exemptions,
        "legal": answer.legal,
        "legal_records": answer.legal_records,
        "legal_questions": {
            reading.name: reading.question.by_language()
            for reading in check.spec.legal
            if reading.question and reading.name in answer.legal
        },
        "review": answer.review + (answer.deviations if is_review else 0),
        "columns": answer.columns,
        "review_columns": answer.review_columns,
        "unmapped": answer.unmapped,
        "kinds": answer.kinds,
        "column_decisions": answer.column_decisions,
        "why": result.why,
        "why_detail": result.why_detail,
        "severity": result.severity,
        "authority": next(iter(authorities), None),
        "authorities": authorities,
        "legal_basis": list(check.legal_basis),
        "claim": check.claim.by_language(),
        "action": result.check.action.by_language(),
        "criterion": {
            "starts_at": result.check.spec.starts_at,
            "period": _period_text(result),
            "parameters": list(result.parameters),
        },
        "overdue": (
            {"max_days": result.max_overdue_days, "median_days": result.median_overdue_days}
            if result.max_overdue_days is not None
            else None
        ),
        "due_by_month": [
            {"month": m.month, "records": m.records, "overdue": m.overdue}
            for m in result.due_by_month
        ],
        "deadlines": answer.deadlines or None,
        "subjects": (
            asdict(result.subjects) | {"unknown": result.subjects.unknown}
            if result.subjects
            else None
        ),
        "oldest": result.oldest,
        "possible_breach": check.spec.possible_breach if answer.deviations else None,
        "references": [] if check.spec.secret else references(reference_key, result),
        "error_id": result.error_id,
        **({"secret": True} if check.spec.secret else {}),
    }


def changed_clauses(rulebook: Rulebook) -> list[dict[str, Any]]:
    """Where the policy's text is not the one that was mapped, as it stands in results.json."""
    return [
        {"clause": change.clause, "state": change.state, "line": change.line}
        for change in rulebook.changes
    ]


def as_json(results: Mapping[str, Any]) -> bytes:
    """The bytes of results.json: stable order, readable by people; what no encoding holds (half a
    letter in the name of a file) as an escape.
    """
    return (json.dumps(results, ensure_ascii=False, indent=1) + "\n").encode(
        errors="backslashreplace"
    )


def _period_text(result: CheckResult) -> str | None:
    period = result.check.spec.period
    return (
        period
        if period is None or isinstance(period, str)
        else f"{{{period.parameter}}}{period.unit or ''}"
    )


def _clause_entry(
    clause: Clause, checks: Sequence[Mapping[str, Any]], not_held: Mapping[str, NotHeld]
) -> dict[str, Any]:
    own = [check for check in checks if clause.clause in check["clauses"]]
    missing = clause.not_assessed
    # what the controller does not hold says nothing of the rest
    held = [check for check in own if check["why"] != "not_held"]
    verdict = (
        gravest(Verdict(check["verdict"]) for check in held or own)
        if own
        else Verdict(missing.verdict)
        if missing
        else Verdict.SKIPPED
    )
    return {
        "id": clause.clause,
        "auditable": clause.auditable,
        "verdict": verdict.value,
        "checks": [check["id"] for check in own],
        "reason": missing.reason.by_language() if missing else _not_held_reason(own, not_held),
        "evidence": missing.evidence.by_language() if missing and missing.evidence else None,
        "claim": clause.claim.by_language(),
        "limits": clause.limits.by_language() if clause.limits else None,
        "note": clause.note.by_language() if clause.note else None,
        "severity": clause.severity,
        "legal_basis": list(clause.legal_basis),
    }


def _not_held_reason(
    checks: Sequence[Mapping[str, Any]], not_held: Mapping[str, NotHeld]
) -> dict[str, str] | None:
    """Why a clause is not relevant: every check of it is about a register, or about records, that
    the controller declared not to hold.
    """
    if not checks or any(check["why"] != "not_held" for check in checks):
        return None
    declared = sorted({check["why_detail"] for check in checks})
    owners = ", ".join(dict.fromkeys(not_held[name].owner for name in declared))
    tables = [name for name in declared if name in TABLES]
    if not tables:
        return {
            "da": (
                f"Ikke relevant, erklæret af {owners}. Den dataansvarlige har ingen poster, som"
                " punktet gælder for."
            ),
            "en": (
                f"Not relevant, declared by {owners}. The controller has no records that the clause"
                " is about."
            ),
        }
    return {
        "da": (
            f"Ikke relevant, erklæret af {owners}. Den dataansvarlige har ikke"
            f" {', '.join(f'»{TABLES[table].title_da}«' for table in tables)}."
        ),
        "en": (
            f"Not relevant, declared by {owners}. The controller does not have"
            f" {', '.join(f'“{TABLES[table].title_en}”' for table in tables)}."
        ),
    }


def _export_entry(export: ReadExport, audit: Audit) -> dict[str, Any]:
    return {
        "name": export.name,
        "table": export.table,
        "files": [
            {
                "path": f.path,
                "sha256": f.sha256,
                "bytes": f.size_bytes,
                "rows": f.rows,
                "rejected": f.rejected,
            }
            for f in export.files
        ],
        "rows": export.rows,
        "rejected": export.rejected,
        "rejects": dict(sorted(export.reject_reasons.items())),
        "extracted_at": export.extracted_at.isoformat() if export.extracted_at else None,
        "control_rows": audit.exports[export.name].control_rows,
        "problem": export.problem,
        "warnings": [remark.as_json() for remark in export.warnings],
        "missing_columns": sorted(export.missing_columns),
        "extra_columns": len(export.extra_columns),
    }


def basis_entry(basis: LegalBasis) -> dict[str, Any]:
    """A legal basis as it stands in results.json."""
    fields = (
        "id",
        "title_da",
        "citation_da",
        "authority",
        "evidence",
        "read_in",
        "read_to",
        "checked_on",
        "valid_from",
        "valid_to",
        "recheck_before_release",
    )
    return {
        name: value.isoformat() if isinstance(value := getattr(basis, name), dt.date) else value
        for name in fields
    } | {
        "read_at": {"da": basis.read_at},
        "copies": [copy.by_language() for copy in basis.copies],
    }


def conflict_entry(conflict: Conflict) -> dict[str, Any]:
    """A difference between the policy and the law as it stands in results.json."""

    def words(text: Words | None) -> dict[str, str] | None:
        return text.by_language() if text else None

    of_periods = conflict.kind != "question"
    return {
        "clause": conflict.clause,
        "kind": conflict.kind,
        "category": words(conflict.category),
        "policy": (
            {
                "period": conflict.policy_period,
                "counted_from": words(conflict.policy_from),
                "parameter": conflict.parameter,
            }
            if of_periods
            else None
        ),
        "law": (
            {
                "bound": conflict.bound,
                "period": conflict.law_period,
                "counted_from": words(conflict.law_from),
            }
            if of_periods
            else None
        ),
        "question": words(conflict.question),
        "legal_basis": list(conflict.legal_basis),
        "not_in_force": list(conflict.not_in_force),
    }


def _utc(moment: dt.datetime) -> str:
    return moment.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
