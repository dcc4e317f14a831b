"""Why a check has its verdict, in English words: for formats in which other programs show it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from teleaudit.outcome import not_judged
from teleaudit.report.material import Entry
from teleaudit.rules.verdicts import Verdict

_UNITS = {"record": "records", "column": "columns"}


def explain_checks(results: Mapping[str, Any]) -> dict[str, str]:
    """Why each check has its verdict, by its id."""
    return {check["id"]: _gap(results, check) or _explain(check) for check in results["checks"]}


def english(text: object) -> str:
    """A text in English where there is one, else in the language that there is."""
    if isinstance(text, Mapping):
        return str(text.get("en") or next(iter(text.values()), None) or "")
    return "" if text is None else str(text)


def clauses_without_checks(results: Mapping[str, Any]) -> list[Entry]:
    """The clauses that no check asks about."""
    return [clause for clause in results["clauses"] if not clause["checks"]]


def explain_clause(clause: Entry) -> str:
    """Why nothing was asked about a clause."""
    return english(clause["reason"]) or "no check asks about this clause"


def _gap(results: Mapping[str, Any], check: Entry) -> str:
    """What a check lacks that could not be judged, and what to do about it; nothing for others."""
    return "".join(
        f"{' '.join([gap.subject, ', '.join(gap.names)]).strip()}; {gap.action}"
        for gap in not_judged({**results, "checks": [check]})
    )


def _explain(check: Entry) -> str:
    unit = _UNITS.get(check["unit"], check["unit"])
    match Verdict(check["verdict"]):
        case Verdict.FAIL | Verdict.BREACH | Verdict.PASS:
            told = f"{check['deviations']:,} of {check['assessable']:,} {unit} deviate"
            longest = (check["overdue"] or {}).get("max_days")
            return told + (f", by {longest:,} days at most" if longest else "")
        case Verdict.REVIEW:
            return f"{check.get('review', 0):,} {unit} that a person must look at"
        case Verdict.LEGAL:
            count = check.get("legal_records", 0)
            return f"{count:,} {unit} about which a lawyer must decide"
        case Verdict.ERROR:
            return f"could not be carried out: error report {check['error_id'] or 'missing'}"
        case Verdict.SKIPPED if check["why"] == "not_held":
            return f"declared not to be held: {check['why_detail'] or check['dataset']}"
        case _:
            return f"not assessed: {check['why'] or check['verdict']}"
