"""One report for each authority: what of a run's results it is competent for, and no more. What the
law keeps secret is told to none of them.
"""

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
        if check["verdict"] in FINDING and not check.get("secret")
        for authority in authorities_of(check)
    }
    return [MAIN_AUTHORITY, *sorted(concerned - {MAIN_AUTHORITY})]


def _verdict(clause: Mapping[str, Any], checks: Mapping[str, Entry]) -> str:
    """The gravest verdict among a clause's checks that are left; its own where it had none."""
    own = [checks[name] for name in clause["checks"] if name in checks]
    held = [check for check in own if not is_not_held(check)]
    return str(
        min(
            (check["verdict"] for check in held or own),
            key=GRAVITY.index,
            default=clause["verdict"],
        )
    )


def without_secrets(results: Results) -> dict[str, Any]:
    """The results without the checks that are secret, whatever these found, and how many they are;
    as they are where none is.
    """
    kept = [check for check in results["checks"] if not check.get("secret")]
    left_out = len(results["checks"]) - len(kept)
    if not left_out:
        return dict(results)
    return _of_checks(results, kept, with_clauses_of_none=True) | {
        "withheld": results.get("withheld", 0) + left_out
    }


def results_for(results: Results, authority: str) -> dict[str, Any]:
    """The results that an authority is competent for: its checks, the clauses and questions that
    are left with them, and the rules that these cite.

    Clauses that no check speaks about, and differences between policy and law, are the main
    authority's. What is one authority's already comes back as it is.
    """
    numbers, is_main = finding_numbers(results), authority == MAIN_AUTHORITY
    told = without_secrets(results)
    checks = [
        {**check, "finding": numbers.get(check["id"])}
        for check in told["checks"]
        if authority in authorities_of(check)
    ]
    compared = told.get("compared_with")
    if not is_main:
        told |= {"conflicts": []} | (
            # what is asked no more is nobody else's, as what no check speaks about
            {"compared_with": {**compared, "gone": []}} if compared else {}
        )
    told = _of_checks(told, checks, with_clauses_of_none=is_main)
    cited = {
        basis
        for entry in (*told["checks"], *told["clauses"], *told.get("conflicts", []))
        for basis in entry.get("legal_basis", [])
    }
    return {
        **told,
        "authority": authority,
        "conflicts": list(told.get("conflicts", [])),
        "legal_bases": [basis for basis in told["legal_bases"] if basis["id"] in cited],
    }


def _of_checks(
    results: Results, checks: Sequence[Entry], *, with_clauses_of_none: bool
) -> dict[str, Any]:
    """The results with no more than these checks, and what is left with them of clauses, waivers
    and totals.
    """
    kept = {check["id"]: check for check in checks}
    return {
        **results,
        "checks": list(checks),
        **_waivers(results, kept),
        "clauses": [
            {
                **clause,
                "checks": [name for name in clause["checks"] if name in kept],
                "verdict": _verdict(clause, kept),
            }
            for clause in results["clauses"]
            if kept.keys() & set(clause["checks"])
            or (with_clauses_of_none and not clause["checks"])
        ],
        "totals": {
            "checks": len(checks),
            "verdicts": dict(sorted(Counter(check["verdict"] for check in checks).items())),
            **{
                name: sum(check[name] or 0 for check in checks)
                for name in ("deviations", "review", "exempted")
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
