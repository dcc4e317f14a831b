"""JUnit's XML, as Jenkins and GitLab read it: a suite for each clause, a test case for each check.

A deviation is a failure, a check that could not be carried out an error. What was not assessed, and
what a person or a lawyer must decide, is skipped, with the reason; it never looks passed.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any
from xml.etree import ElementTree as ET

from teleaudit.interchange.explaining import english, explain_checks, explain_clause
from teleaudit.report.material import Entry
from teleaudit.rules.verdicts import Verdict

_OUTCOMES = {
    Verdict.FAIL: "failure",
    Verdict.BREACH: "failure",
    Verdict.ERROR: "error",
    Verdict.PASS: None,
}
# what no XML may hold, escaped or not
_NO_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def as_junit(results: Mapping[str, Any]) -> bytes:
    """The results as JUnit's XML."""
    explained = explain_checks(results)
    root = ET.Element("testsuites")
    for clause in results["clauses"]:
        checks = [check for check in results["checks"] if clause["id"] in check["clauses"]]
        cases = [_case(results, check, explained[check["id"]]) for check in checks]
        _add_suite(root, results, clause, cases or [_unasked(results, clause)])
    _set(root, {"name": f"teleaudit {results['audit']}", **_counts(root.iter("testcase"))})
    if "timings" in results:
        _set(root, {"time": f"{results['timings']['seconds']:.3f}"})
    ET.indent(root)
    content: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return content + b"\n"


def _add_suite(
    root: ET.Element, results: Mapping[str, Any], clause: Entry, cases: list[ET.Element]
) -> None:
    suite = ET.SubElement(root, "testsuite")
    # Jenkins takes times without their zone
    started_at = results["started_at"][:19]
    _set(suite, {"name": clause["id"], **_counts(cases), "skipped": _skipped(cases)})
    _set(suite, {"timestamp": started_at})
    _add_properties(
        suite,
        [
            ("run_id", results["run_id"]),
            ("as_of", results["as_of"]),
            ("clause", clause["id"]),
            ("claim", english(clause["claim"])),
            *(("legal_basis", basis) for basis in clause["legal_basis"]),
        ],
    )
    suite.extend(cases)


def _case(results: Mapping[str, Any], check: Entry, why: str) -> ET.Element:
    case = _new_case(results, check["id"])
    _add_properties(
        case,
        [
            *(("clause", clause) for clause in check["clauses"]),
            *(("legal_basis", basis) for basis in check["legal_basis"]),
            ("topic", check["topic"]),
            ("dataset", check["dataset"]),
            ("verdict", check["verdict"]),
            ("severity", check["severity"] or ""),
            ("finding", check.get("finding") or ""),
        ],
    )
    _add_outcome(case, check["verdict"], why, english(check["claim"]))
    return case


def _unasked(results: Mapping[str, Any], clause: Entry) -> ET.Element:
    """The case of a clause that no check asks about."""
    case = _new_case(results, clause["id"])
    _add_outcome(case, clause["verdict"], explain_clause(clause), english(clause["claim"]))
    return case


def _new_case(results: Mapping[str, Any], name: str) -> ET.Element:
    case = ET.Element("testcase")
    _set(case, {"classname": f"teleaudit.{results['audit']}", "name": name})
    return case


def _add_outcome(case: ET.Element, verdict: str, why: str, claim: str) -> None:
    kind = _OUTCOMES.get(Verdict(verdict), "skipped")
    if kind is not None:
        told = ET.SubElement(case, kind)
        _set(told, {"type": verdict, "message": f"{verdict}: {why}"})
        told.text = _clean(claim)


def _add_properties(parent: ET.Element, pairs: Iterable[tuple[str, str]]) -> None:
    properties = ET.SubElement(parent, "properties")
    for name, value in pairs:
        if value:
            _set(ET.SubElement(properties, "property"), {"name": name, "value": value})


def _counts(cases: Iterable[ET.Element]) -> dict[str, str]:
    counts = Counter(kind.tag for case in cases for kind in (case, *case))
    return {
        "tests": str(counts["testcase"]),
        "failures": str(counts["failure"]),
        "errors": str(counts["error"]),
    }


def _skipped(cases: Iterable[ET.Element]) -> str:
    return str(sum(case.find("skipped") is not None for case in cases))


def _set(element: ET.Element, attributes: Mapping[str, str]) -> None:
    for name, value in attributes.items():
        element.set(name, _clean(value))


def _clean(text: str) -> str:
    return _NO_XML.sub("\ufffd", text)
