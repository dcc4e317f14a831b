"""OSCAL 1.2.1 assessment results, as JSON (https://pages.nist.gov/OSCAL).

Every check is an observation with its verdict and numbers as props. A finding can only say
satisfied or not satisfied, so only what was judged has one: what was not assessed, and what a person
or a lawyer must decide, is an observation alone. A policy's clauses are the controls, its checks the
objectives, its legal bases resources.
"""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Iterable, Mapping
from typing import Any

from teleaudit.interchange.explaining import (
    clauses_without_checks,
    english,
    explain_checks,
    explain_clause,
)
from teleaudit.report.material import Entry
from teleaudit.rules.verdicts import Verdict

OSCAL_VERSION = "1.2.1"
NAMESPACE = "urn:teleaudit:oscal:1"  # of the props that are our own
_STATES = {
    Verdict.PASS: "satisfied",
    Verdict.FAIL: "not-satisfied",
    Verdict.BREACH: "not-satisfied",
}
_NUMBERS = (
    "population",
    "assessable",
    "deviations",
    "exempted",
    "review",
    "legal_records",
)
_CODES = ("verdict", "unit", "topic", "dataset", "severity", "finding", "why", "error_id")
_NO_TOKEN = re.compile(r"[^\w.-]")

Object = dict[str, Any]


class _Ids:
    """Identifiers that another export of the same run has too."""

    def __init__(self, run_id: str) -> None:
        self._run_id = run_id

    def of(self, kind: str, name: str = "") -> str:
        text = f"urn:teleaudit:run:{self._run_id}:{kind}:{name}"
        return str(uuid.uuid5(uuid.NAMESPACE_URL, text))


def as_oscal(results: Mapping[str, Any]) -> bytes:
    """The results as OSCAL assessment results."""
    ids = _Ids(results["run_id"])
    document = {
        "assessment-results": {
            "uuid": ids.of("assessment-results"),
            "metadata": _metadata(results, ids),
            "import-ap": {
                "href": f"#{ids.of('policy')}",
                "remarks": "There is no assessment plan in OSCAL: this is the policy that was audited.",
            },
            "results": [_result(results, ids)],
            "back-matter": {"resources": _resources(results, ids)},
        }
    }
    content = json.dumps(document, ensure_ascii=False, indent=1) + "\n"
    return content.encode(errors="backslashreplace")


def _metadata(results: Mapping[str, Any], ids: _Ids) -> Object:
    controller = results["controller"]
    return {
        "title": _line(f"teleaudit {results['audit']}, as of {results['as_of']}"),
        "last-modified": results["finished_at"],
        "version": _line(results["run_id"]),
        "oscal-version": OSCAL_VERSION,
        "parties": [
            {
                "uuid": ids.of("controller"),
                "type": "organization",
                "name": _line(controller["name"]),
                "props": _props({"cvr": controller["cvr"]}),
            }
        ],
    }


def _result(results: Mapping[str, Any], ids: _Ids) -> Object:
    explained = explain_checks(results)
    unasked = clauses_without_checks(results)
    observations = [
        *(_observation(results, check, explained[check["id"]], ids) for check in results["checks"]),
        *(_unasked(results, clause, ids) for clause in unasked),
    ]
    findings = [
        _finding(check, explained[check["id"]], ids)
        for check in results["checks"]
        if Verdict(check["verdict"]) in _STATES
    ]
    return {
        "uuid": ids.of("result"),
        "title": _line(f"Run {results['run_id']}"),
        "description": _line(
            f"{results['policy']['title']}, {results['policy']['version']}, judged as of"
            f" {results['as_of']}"
        ),
        "start": results["started_at"],
        "end": results["finished_at"],
        "props": _props({"as-of": results["as_of"], "engine": results["engine"]}),
        "reviewed-controls": {"control-selections": [_reviewed(results)]},
        # OSCAL has no empty lists
        **({"observations": observations} if observations else {}),
        **({"findings": findings} if findings else {}),
    }


def _reviewed(results: Mapping[str, Any]) -> Object:
    """The clauses that checks asked about; where there are none, all of them."""
    asked = [clause["id"] for clause in results["clauses"] if clause["checks"]]
    if not asked:
        return {"description": "No clause was asked about.", "include-all": {}}
    return {"include-controls": [{"control-id": _token(name)} for name in asked]}


def _observation(results: Mapping[str, Any], check: Entry, why: str, ids: _Ids) -> Object:
    values: dict[str, object] = {name: check.get(name) for name in (*_CODES, *_NUMBERS)}
    overdue = check["overdue"] or {}
    return {
        "uuid": ids.of("observation", check["id"]),
        "title": _line(check["id"]),
        "description": _line(f"{check['verdict']}: {why}"),
        "props": [
            *_props(values | {"overdue-max-days": overdue.get("max_days")}),
            *(prop for clause in check["clauses"] for prop in _props({"clause": clause})),
        ],
        **_links(check["legal_basis"], ids),
        "methods": ["TEST"],
        "collected": results["finished_at"],
    }


def _unasked(results: Mapping[str, Any], clause: Entry, ids: _Ids) -> Object:
    """The observation about a clause that no check asks about."""
    return {
        "uuid": ids.of("observation", clause["id"]),
        "title": _line(clause["id"]),
        "description": _line(f"{clause['verdict']}: {explain_clause(clause)}"),
        "props": _props({"verdict": clause["verdict"], "clause": clause["id"]}),
        **_links(clause["legal_basis"], ids),
        "methods": ["UNKNOWN"],
        "collected": results["finished_at"],
    }


def _finding(check: Entry, why: str, ids: _Ids) -> Object:
    return {
        "uuid": ids.of("finding", check["id"]),
        "title": _line(check["id"]),
        "description": _line(english(check["claim"]) or why),
        "target": {
            "type": "objective-id",
            "target-id": _token(check["id"]),
            "status": {
                "state": _STATES[Verdict(check["verdict"])],
                "reason": "pass" if check["verdict"] == Verdict.PASS else "fail",
                "remarks": _line(why),
            },
        },
        "related-observations": [{"observation-uuid": ids.of("observation", check["id"])}],
    }


def _resources(results: Mapping[str, Any], ids: _Ids) -> list[Object]:
    policy = results["policy"]
    return [
        {
            "uuid": ids.of("policy"),
            "title": _line(policy["title"]),
            "props": _props({"version": policy["version"]}),
        },
        *(
            {
                "uuid": ids.of("legal-basis", basis["id"]),
                "title": _line(basis.get("title_da", basis["id"])),
                "props": _props({"id": basis["id"], "authority": basis["authority"]}),
                "citation": {"text": _line(basis["citation_da"])},
            }
            for basis in results["legal_bases"]
        ),
    ]


def _links(legal_basis: Iterable[str], ids: _Ids) -> Object:
    links = [
        {"href": f"#{ids.of('legal-basis', basis)}", "rel": "reference"} for basis in legal_basis
    ]
    return {"links": links} if links else {}


def _props(values: Mapping[str, object]) -> list[Object]:
    """Names and values; those that are null are left out."""
    return [
        {"name": _token(name.replace("_", "-")), "ns": NAMESPACE, "value": _line(str(value))}
        for name, value in values.items()
        if value is not None
    ]


def _token(text: str) -> str:
    """A name as OSCAL wants it: letters, digits, ``.``, ``-`` and ``_``, no digit first."""
    token = _NO_TOKEN.sub("_", text)
    return token if token[:1].isalpha() or token.startswith("_") else f"_{token}"


def _line(text: str) -> str:
    """A text as OSCAL wants it: one line that is not empty."""
    return " ".join(text.split()) or "-"
