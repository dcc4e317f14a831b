"""The JSON Schemas by which an editor checks audit.yaml, policy.yaml and rules: current, true of every
file there is, and found beside the files without a network.
"""

from __future__ import annotations

import datetime as dt
import json
import re
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft7Validator

from teleaudit.rules.file_schemas import as_json, file_schemas
from teleaudit.rules.starting import new_operator, start_audit
from teleaudit.rules.yaml_files import read_yaml
from teleaudit.workspace import MODELINE, SCHEMAS
from tests.command import ROOT, call, small_workspace

FILES = sorted(
    path
    for path in (
        *ROOT.glob("audits/*/*.yaml"),
        *ROOT.glob("expectations/*.yaml"),
        *ROOT.glob("docs/examples/*/*.yaml"),
    )
    if "law" not in path.stem
)


def as_json_data(value: object) -> object:
    """What a YAML file holds, as an editor sees it: dates and keys are text."""
    match value:
        case dict():
            return {str(key): as_json_data(one) for key, one in value.items()}
        case list():
            return [as_json_data(one) for one in value]
        case dt.date():
            return value.isoformat()
        case _:
            return value


def complaints(schema: dict[str, Any], data: object) -> list[str]:
    return [
        f"{error.json_path}: {error.message[:80]}"
        for error in Draft7Validator(schema).iter_errors(as_json_data(data))
    ]


def schema_of(file: Path) -> Path:
    """The schema that a file names in its first line."""
    first = file.read_text(encoding="utf-8").partition("\n")[0]
    assert first.startswith(MODELINE), file
    return (file.parent / first.removeprefix(MODELINE)).resolve()


def test_the_schemas_are_those_of_the_models() -> None:
    made = {name: as_json(schema) for name, schema in file_schemas().items()}
    lie = {path.name: path.read_text(encoding="utf-8") for path in (ROOT / SCHEMAS).glob("*.json")}
    assert lie == made, "make schemas"
    for schema in file_schemas().values():
        Draft7Validator.check_schema(schema)


@pytest.mark.parametrize("file", FILES, ids=lambda file: f"{file.parent.name}/{file.name}")
def test_every_file_names_its_schema_and_obeys_it(file: Path) -> None:
    schema = schema_of(file)
    assert schema.parent == ROOT / SCHEMAS
    assert complaints(json.loads(schema.read_text(encoding="utf-8")), read_yaml(file)) == []


def test_a_new_audit_finds_its_schemas_in_its_own_workspace(tmp_path: Path) -> None:
    workspace = small_workspace(tmp_path / "mine")
    for schema in (workspace / SCHEMAS).iterdir():
        schema.unlink()  # as in one that was laid out before there were any
    laid_out = start_audit(workspace, new_operator("Fjordnet ApS", "12345674"))
    text = laid_out.policy.with_name("policy.txt")
    text.write_text("Politik\n\nVi ser aldrig kortoplysninger.\n", encoding="utf-8")
    drafted = laid_out.policy.with_name("own.yaml")
    assert call("policy", "new", text, "--out", drafted).code == 0
    for file in (laid_out.audit, laid_out.policy, drafted):
        schema = schema_of(file)
        assert schema.parent == workspace / SCHEMAS
        assert complaints(json.loads(schema.read_text(encoding="utf-8")), read_yaml(file)) == []


def test_a_policy_outside_a_workspace_names_no_schema(tmp_path: Path) -> None:
    text = tmp_path / "policy.txt"
    text.write_text("Politik\n\nVi ser aldrig kortoplysninger.\n", encoding="utf-8")
    assert call("policy", "new", text, "--name", "fjordnet").code == 0
    assert MODELINE not in (tmp_path / "policy.yaml").read_text(encoding="utf-8")


CLAUSE: dict[str, Any] = {"clause": "FJO-1", "claim": "Det lover vi."}
RULE = {"rule": "access.x", "type": "expect_unique_key", "legal_basis": [], "severity": "low"}
EXPORT = {"table": "cdr", "files": "kald.csv"}
AUDIT: dict[str, Any] = {
    "name": "fjordnet",
    "controller": {"name": "Fjordnet", "cvr": "12345674"},
    "exports_root": "x",
}


@pytest.mark.parametrize(
    ("schema", "data", "valid"),
    [
        # a rule by its name, with the policy's words, or written out
        ("policy", {**CLAUSE, "rules": ["card_data.cards"]}, True),
        ("policy", {**CLAUSE, "rules": [{"retention.customer": {"after": "P1Y"}}]}, True),
        ("policy", {**CLAUSE, "rules": [{"card_data.cards": None}]}, True),
        ("policy", {**CLAUSE, "rules": [{"rule": "card_data.cards", "as": "x"}]}, True),
        ("policy", {**CLAUSE, "rules": ["cards"]}, False),
        ("policy", {**CLAUSE, "rules": [{"retention.customer": {"after": "1 år"}}]}, False),
        ("policy", {**CLAUSE, "rules": [{"retention.customer": {"afther": "P1Y"}}]}, False),
        ("policy", {**CLAUSE, "rules": [{"a.b": None, "a.c": None}]}, False),
        # Danish alone, or by language
        ("policy", {**CLAUSE, "claim": {"da": "x", "en": "x"}}, True),
        ("policy", {**CLAUSE, "claim": {"en": "x"}}, False),
        ("policy", {**CLAUSE, "claim": 5}, False),
        ("policy", {**CLAUSE, "text_sha256": "0" * 64}, True),
        ("policy", {**CLAUSE, "text_sha256": ["0" * 64, "1" * 64]}, True),
        ("policy", {**CLAUSE, "text_sha256": "abc"}, False),
        (
            "policy",
            {**CLAUSE, "rules": [{"a.b": {"readings": ["strict"], "after": {"parameter": "x"}}}]},
            True,
        ),
        ("policy", {**CLAUSE, "rules": [{"a.b": {"readings": {"strict": "P1Y"}}}]}, True),
        ("rules", {**RULE, "action": "Slet."}, True),
        ("rules", {**RULE, "action": "Slet.", "asks": {"da": "Ingen."}}, True),
        ("rules", RULE, False),
        ("audit", {**AUDIT, "exports": {"kald": EXPORT}}, True),
        ("audit", {**AUDIT, "exports": {"kald": {**EXPORT, "sheet": "Ark 1"}}}, True),
        ("audit", {**AUDIT, "exports": {"kald": {**EXPORT, "sheet": [1, "b"]}}}, True),
        ("audit", {**AUDIT, "exports": {"kald": {**EXPORT, "table": "cdrs"}}}, False),
        ("audit", {**AUDIT, "exports": {"kald": {**EXPORT, "format": "csw"}}}, False),
        ("audit", {**AUDIT, "exports": {}, "controller": {"name": "x", "cvr": 12345674}}, True),
        ("audit", {**AUDIT, "exports": {}, "suites": ["hygiene"]}, False),
    ],
)
def test_an_editor_accepts_what_a_run_accepts_short_forms_too(
    schema: str, data: dict[str, Any], *, valid: bool
) -> None:
    whole: object = {
        "policy": {"title": "Politik", "version": "1", "clauses": [data]},
        "rules": [data],
        "audit": data,
    }[schema]
    assert (complaints(file_schemas()[f"{schema}.schema.json"], whole) == []) is valid


def test_a_schema_asks_no_network() -> None:
    for schema in file_schemas().values():
        references = re.findall(r'"\$ref": "([^"]+)"', as_json(schema))
        assert [one for one in references if not one.startswith("#/$defs/")] == []
