"""One report for each authority: what of a run's results it is competent for, and no more."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from teleaudit.report.findings import finding_numbers
from teleaudit.report.material import FINDING, GRAVITY, MAIN_AUTHORITY, Entry, is_not_held

Results = Mapping[str, Any]


def authorities_of(check: Entry) -> list[str]:
    """Who is competent for a check; the main authority where nobody supervises what it cites."""
    return check["authorities"] or [MAIN_AUTHORITY]


def authorities_concerned(results: Results) -> list[str]:
    """The authorities that get a report of a run: the main one, and the others that a finding
    concerns, by name.
    """
    concerned = {
        authority
        for check in results["checks"]
        if check["verdict"] in FINDING
        for authority in authorities_of(check)
    }
    return [MAIN_AUTHORITY, *sorted(concerned - {MAIN_AUTHORITY})]


def _verdict(clause: Mapping[str, Any], checks: Sequence[Entry]) -> str:
    """The gravest verdict among a clause's checks that are left; its own where it had none."""
    own = [check for check in checks if check["id"] in clause["checks"]]
    held = [check for check in own if not is_not_held(check)]
    return str(
        min(
            (check["verdict"] for check in held or own),
            key=GRAVITY.index,
            default=clause["verdict"],
        )
    )


def results_for(results: Results, authority: str) -> dict[str, Any]:
    """The results that an authority is competent for: its checks, the clauses and questions that
    are left with them, and the rules that these cite.

    Clauses that no check speaks about, and differences between policy and law, are the main
    authority's. What is one authority's already comes back as it is.
    """
    numbers = finding_numbers(results)
    checks = [
        {**check, "finding": numbers.get(check["id"])}
        for check in results["checks"]
        if authority in authorities_of(check)
    ]
    kept, is_main = {check["id"] for check in checks}, authority == MAIN_AUTHORITY
    clauses = [
        {
            **clause,
            "checks": [name for name in clause["checks"] if name in kept],
            "verdict": _verdict(clause, checks),
        }
        for clause in results["clauses"]
        if kept & set(clause["checks"]) or (is_main and not clause["checks"])
    ]
    conflicts = list(results.get("conflicts", [])) if is_main else []
    cited = {
        basis for entry in (*checks, *clauses, *conflicts) for basis in entry.get("legal_basis", [])
    }
    compared = results.get("compared_with")
    return {
        **results,
        # what is asked no more is nobody else's, as what no check speaks about
        **(
            {"compared_with": compared if is_main else {**compared, "gone": []}} if compared else {}
        ),
        "authority": authority,
        "checks": checks,
        **_waivers(results, kept),
        "clauses": clauses,
        "conflicts": conflicts,
        "legal_bases": [basis for basis in results["legal_bases"] if basis["id"] in cited],
        "totals": {
            "checks": len(checks),
            "verdicts": dict(sorted(Counter(check["verdict"] for check in checks).items())),
            **{
                name: sum(check[of] or 0 for check in checks)
                for name, of in (
                    ("deviations", "deviations"),
                    ("review", "review"),
                    ("exempted", "exempted"),
                )
            },
        },
    }


def _waivers(results: Results, kept: Collection[str]) -> dict[str, Any]:
    """The waivers that cover any of the checks that are left."""
    if "waivers" not in results:
        return {}
    covering = [
        {**waiver, "checks": own}
        for waiver in results["waivers"]
        if (own := [name for name in waiver["checks"] if name in kept])
    ]
    return {"waivers": covering}
