"""What a run found reaches other programs whole: nothing that was not assessed looks passed, no cell
is a formula, and the same run gives the same bytes.
"""

from __future__ import annotations

import csv
import io
import json
import re
import uuid
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from teleaudit.errors import UserError
from teleaudit.interchange import FORMATS, export_run, read_results
from teleaudit.interchange.rows import COLUMNS
from teleaudit.report.results import as_json
from tests.command import ROOT, call
from tests.report.example import check, clause, example

_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")
_TOKEN = re.compile(r"[^\W\d][\w.-]*")


def junit(results: dict[str, Any]) -> ET.Element:
    return ET.fromstring(FORMATS["junit"](results))  # noqa: S314 (our own)


def rows(results: dict[str, Any]) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(FORMATS["csv"](results).decode(), newline="")))


def oscal(results: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(FORMATS["oscal"](results))
    return found


def inside(node: Any) -> Iterator[tuple[str, Any]]:
    """Every name and value of JSON, at any depth."""
    if isinstance(node, dict):
        for name, value in node.items():
            yield name, value
            yield from inside(value)
    elif isinstance(node, list):
        for value in node:
            yield from inside(value)


def with_(name: str, verdict: str, **more: Any) -> dict[str, Any]:
    """The example with one more check, and its clause."""
    results = example()
    numbers = (10, 10, 3, 0) if verdict == "fail" else (10, 9, 0, 0)
    claim = more.pop("claim", "Et krav.")
    results["checks"].append(check(name, "crm_customer", verdict, claim, numbers, **more))
    results["clauses"].append(clause(name.partition(".")[0], verdict, "Et krav.", [name]))
    results["totals"]["checks"] += 1
    return results


def sealed(tmp_path: Path, content: bytes) -> Path:
    (tmp_path / "record").mkdir()
    (tmp_path / "record" / "results.json").write_bytes(content)
    (tmp_path / "COMPLETE").write_text("0" * 64)
    return tmp_path


@pytest.mark.parametrize("output", sorted(FORMATS))
def test_no_other_program_is_told_what_the_law_keeps_secret(output: str, tmp_path: Path) -> None:
    def exported(verdict: str) -> bytes:
        results = with_("BIZ-dis-10.secret", verdict, secret=True, references=[])
        folder = tmp_path / verdict
        folder.mkdir()
        return export_run(sealed(folder, as_json(results)), output)

    found = exported("fail")
    assert found == exported("partial")
    assert b"BIZ-dis-10" not in found


# JUnit


@pytest.mark.parametrize(
    ("verdict", "kind"),
    [
        ("pass", None),
        ("fail", "failure"),
        ("breach", "failure"),
        ("error", "error"),
        ("unknown", "skipped"),
        ("partial", "skipped"),
        ("unset", "skipped"),
        ("skipped", "skipped"),
        ("legal", "skipped"),
        ("review", "skipped"),
    ],
)
def test_only_what_was_judged_passes_or_fails_in_junit(verdict: str, kind: str | None) -> None:
    results = with_("XYZ-1.one", "fail", why="no_rows", why_detail="crm_customer")
    results["checks"][-1]["verdict"] = verdict
    case = junit(results).find(".//testcase[@name='XYZ-1.one']")
    assert case is not None
    assert [part.tag for part in case if part.tag != "properties"] == ([kind] if kind else [])
    if kind:
        told = case.find(kind)
        assert told is not None
        assert told.get("message", "").startswith(f"{verdict}: ")
        assert told.text == "Et krav."


def test_junit_has_every_check_once_and_every_clause_that_nothing_was_asked_about() -> None:
    results = example()
    root = junit(results)
    names = [case.get("name") for case in root.iter("testcase")]
    unasked = [clause["id"] for clause in results["clauses"] if not clause["checks"]]
    assert Counter(names) == Counter([*(check["id"] for check in results["checks"]), *unasked])
    assert unasked
    for name in unasked:
        assert root.find(f".//testcase[@name='{name}']/skipped") is not None
    assert [suite.get("name") for suite in root] == [one["id"] for one in results["clauses"]]


def test_junit_counts_what_it_holds() -> None:
    root = junit(example())
    assert len(root) > 5
    for element in (root, *root):
        for name, tag in (("tests", "testcase"), ("failures", "failure"), ("errors", "error")):
            assert element.get(name) == str(len(list(element.iter(tag))))
    assert all(suite.get("skipped") == str(len(list(suite.iter("skipped")))) for suite in root)


def test_a_test_case_names_clause_legal_bases_and_finding() -> None:
    case = junit(with_("XYZ-1.one", "fail", finding="A3", legal_basis=["gdpr-5-1-e", "gdpr-6"]))
    properties = case.findall(".//testcase[@name='XYZ-1.one']/properties/property")
    assert [(one.get("name"), one.get("value")) for one in properties][:3] == [
        ("clause", "XYZ-1"),
        ("legal_basis", "gdpr-5-1-e"),
        ("legal_basis", "gdpr-6"),
    ]
    assert ("finding", "A3") in [(one.get("name"), one.get("value")) for one in properties]


def test_a_reason_says_what_is_missing_and_what_to_do() -> None:
    skipped = junit(example()).find(".//testcase[@name='BIZ-tele-2.cdr']/skipped")
    assert skipped is not None
    assert "record_type" in skipped.get("message", "")
    assert "exports." in skipped.get("message", "")


def test_a_check_names_what_it_lacks_itself_and_not_what_others_lack() -> None:
    results = example()
    for table in ("invoice", "payment"):
        told = check(
            f"XYZ-1.{table}",
            table,
            "unknown",
            "Et krav.",
            (0, 0, 0, 0),
            why="no_export",
            why_detail=table,
        )
        results["checks"].append(told)
    for row in rows(results)[-2:]:
        assert row["explanation"].startswith(f"no export of {row['dataset']}; add the export")


def test_a_header_that_no_xml_may_hold_does_not_spoil_the_file() -> None:
    results = with_("XYZ-1.one", "unknown", why="other", why_detail="\x00\x1b<&\ud800")
    results["checks"][-1]["claim"] = {"da": "a\x0bb <&> \udce9"}
    found = junit(results).find(".//testcase[@name='XYZ-1.one']/skipped")
    assert found is not None
    assert found.text == "a\ufffdb <&> \ufffd"


# CSV


def test_csv_has_a_row_a_check_with_its_numbers_and_empty_cells_for_what_is_null() -> None:
    results = example()
    found = rows(results)
    assert [row["check_id"] for row in found] == [check["id"] for check in results["checks"]]
    for row, own in zip(found, results["checks"], strict=True):
        assert tuple(row) == COLUMNS
        assert [row[name] for name in ("audit", "run_id", "as_of")] == [
            results[name] for name in ("audit", "run_id", "as_of")
        ]
        assert row["deviations"] == ("" if own["deviations"] is None else str(own["deviations"]))
        assert row["legal_basis"].split() == own["legal_basis"]
    assert {row["population"] for row in found} >= {"", "3000"}


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\uff1d"])
def test_no_cell_is_a_formula(start: str) -> None:
    results = with_("XYZ-1.one", "fail", claim=f"{start}cmd|' /C calc'!A0")
    row = rows(results)[-1]
    assert row["claim"] == f"'{start}cmd|' /C calc'!A0"


def test_no_cell_is_a_formula_for_one_who_parts_cells_at_semicolons() -> None:
    row = rows(with_("XYZ-1.one", "fail", claim="7;=1+1;@A1"))[-1]
    assert row["claim"] == "7;'=1+1;'@A1"


# OSCAL. The whole was held against the official schema of 1.2.1 (docs/results.md); what it asks of
# identifiers, names and texts is held here.


def test_in_oscal_only_what_was_judged_has_a_finding() -> None:
    results = example()
    found = oscal(results)["assessment-results"]["results"][0]
    judged = {
        check["id"]: "satisfied" if check["verdict"] == "pass" else "not-satisfied"
        for check in results["checks"]
        if check["verdict"] in {"pass", "fail", "breach"}
    }
    states = {one["title"]: one["target"]["status"]["state"] for one in found["findings"]}
    assert states == judged
    assert 0 < len(judged) < len(results["checks"])
    assert Counter(one["title"] for one in found["observations"]) == Counter(
        [
            *(check["id"] for check in results["checks"]),
            *(clause["id"] for clause in results["clauses"] if not clause["checks"]),
        ]
    )


def test_an_observation_holds_verdict_and_numbers() -> None:
    observation = oscal(example())["assessment-results"]["results"][0]["observations"][0]
    props = {one["name"]: one["value"] for one in observation["props"]}
    assert (props["verdict"], props["assessable"], props["deviations"]) == ("fail", "2990", "19")
    assert (props["clause"], props["overdue-max-days"]) == ("BIZ-ret-3", "312")


def test_oscal_names_are_tokens_texts_are_lines_and_nothing_is_empty() -> None:
    results = with_("9 æ§/-1.a b", "fail", claim="  to\n linjer ")
    results["policy"]["title"] = " \n"
    document = oscal(results)
    found = list(inside(document))
    assert {"uuid", "control-id", "target-id", "props", "value"} <= {name for name, _ in found}
    for name, value in found:
        if name == "uuid":
            assert _UUID.fullmatch(value)
        elif name in {"control-id", "target-id"}:
            assert _TOKEN.fullmatch(value)
        elif name == "props":
            assert all(_TOKEN.fullmatch(prop["name"]) for prop in value)
        elif name in {"value", "title", "description", "text", "remarks", "version"}:
            assert re.fullmatch(r"\S(.*\S)?", value)
        assert value != []


def test_what_oscal_refers_to_is_there() -> None:
    document = oscal(example())
    known = {value for name, value in inside(document) if name == "uuid"}
    asked = {
        value.removeprefix("#")
        for name, value in inside(document)
        if name in {"href", "observation-uuid"}
    }
    assert asked
    assert asked <= known
    assert len(known) == len([name for name, _ in inside(document) if name == "uuid"])


def test_identifiers_are_of_the_run_and_the_check_and_of_nothing_else() -> None:
    first, again, other = (
        oscal(example() | {"run_id": name})["assessment-results"]["results"][0]["observations"][0]
        for name in ("one", "one", "two")
    )
    assert first["uuid"] == again["uuid"] != other["uuid"]
    assert uuid.UUID(first["uuid"]).version == 5


def test_oscal_without_checks_has_no_empty_list() -> None:
    results = example() | {"checks": [], "clauses": []}
    found = oscal(results)["assessment-results"]["results"][0]
    assert "findings" not in found
    assert found["reviewed-controls"]["control-selections"][0]["include-all"] == {}


# The command


@pytest.mark.parametrize("output", list(FORMATS))
def test_export_writes_the_same_bytes_to_a_file_and_to_stdout(tmp_path: Path, output: str) -> None:
    run = sealed(tmp_path, as_json(example()))
    shown = call("export", run, "--format", output)
    assert (shown.code, shown.err) == (0, "")
    assert shown.out.encode() == FORMATS[output](example())
    written = call("export", run, "--format", output, "--out", tmp_path / "file")
    assert (written.code, written.out) == (0, "")
    assert (tmp_path / "file").read_bytes() == shown.out.encode()


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"{", "holds no results"),
        (b"[]", "breaks its schema: $: breaks 'required' and 17 more."),
        (
            as_json(example() | {"secret": "Ulla Vestermark"}),
            "breaks its schema: $: breaks 'additionalProperties'.",
        ),
    ],
)
def test_results_that_break_their_schema_are_refused_without_a_value(
    tmp_path: Path, content: bytes, told: str
) -> None:
    ended = call("export", sealed(tmp_path, content), "--format", "csv")
    assert ended.code == 3
    assert told in ended.err
    assert "Vestermark" not in ended.err
    assert ended.out == ""


def test_a_run_that_is_not_complete_is_refused(tmp_path: Path) -> None:
    run = sealed(tmp_path, as_json(example()))
    assert read_results(run)["audit"] == "bizzy"
    (run / "COMPLETE").unlink()
    with pytest.raises(UserError, match="no complete run"):
        read_results(run)


# The documentation


def names_of(schema: Any) -> Iterator[str]:
    for name, value in inside(schema):
        if name == "properties" and isinstance(value, dict):
            yield from value


def test_the_documentation_names_every_key_of_results_json_and_every_column() -> None:
    text = (ROOT / "docs" / "results.md").read_text(encoding="utf-8")
    schema = json.loads(
        (ROOT / "teleaudit" / "report" / "results.schema.json").read_text(encoding="utf-8")
    )
    told = set(re.findall(r"`([a-z0-9_]+)`", text))
    assert len(set(names_of(schema))) > 100
    assert sorted(set(names_of(schema)) - told) == []
    assert sorted(set(COLUMNS) - told) == []
