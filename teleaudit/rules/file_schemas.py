"""JSON Schemas of the YAML files that people write, made of the models that read them: for editors.

They lie in ``schemas/`` of every workspace, so that the files find them beside them and no network
is asked. ``make schemas`` writes them anew.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

from teleaudit.rules.audit_file import Audit
from teleaudit.rules.policies import BaselineFile, PolicyFile
from teleaudit.rules.response import Response
from teleaudit.rules.rule_files import Rule
from teleaudit.workspace import SCHEMAS, package_workspace

# What is written here is the same in both, and editors know this one best.
_DRAFT = "http://json-schema.org/draft-07/schema#"
_SHAPES: Mapping[str, TypeAdapter[Any]] = {
    "audit": TypeAdapter(Audit),
    "policy": TypeAdapter(PolicyFile),
    "response": TypeAdapter(Response),
    "rules": TypeAdapter(tuple[Rule, ...]),
    "baseline": TypeAdapter(BaselineFile),
}


def file_schemas() -> dict[str, dict[str, Any]]:
    """Name of the schema's file -> the schema."""
    return {
        f"{name}.schema.json": {"$schema": _DRAFT, **shape.json_schema()}
        for name, shape in _SHAPES.items()
    }


def as_json(schema: Mapping[str, Any]) -> str:
    """The schema as its file holds it."""
    return json.dumps(schema, ensure_ascii=False, indent=1) + "\n"


def write_schemas(folder: Path) -> None:
    """Write all of them into a folder."""
    folder.mkdir(exist_ok=True)
    for name, schema in file_schemas().items():
        (folder / name).write_text(as_json(schema), encoding="utf-8")


if __name__ == "__main__":
    write_schemas(package_workspace() / SCHEMAS)
