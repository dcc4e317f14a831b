"""What a notebook is about: which audit, on what date.

A notebook that was not told never guesses between two companies.
"""

from __future__ import annotations

import ast
import datetime as dt
import os
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from teleaudit.errors import ParameterError, UserError
from teleaudit.notebooks.parameters import Declared, declared_in
from teleaudit.rules.audit_file import AUDIT_FILE
from teleaudit.rules.yaml_files import read_yaml
from teleaudit.sessions.refusing import kind_of, near, refuse
from teleaudit.workspace import find_workspace

VARIABLE = "TELEAUDIT_AUDIT"
_INJECTED = "# Parameters\n"  # how papermill begins the cell that it puts in
_OURS = ("audit", "as_of")  # judged where an audit is opened, with a sentence of their own


def audit_file(audit: object) -> Path:
    """The audit file that a name, a folder or a path means; with nothing said the one of
    TELEAUDIT_AUDIT, else the workspace's only own.

    Own is what is no sample; where there is but one audit, it is meant even so. Raises: LabError
    with the audits there are.
    """
    if not isinstance(audit, str):
        refuse("audit_type", kind=kind_of(audit))
    workspace = find_workspace(Path.cwd())
    samples = dict(_audits(workspace))
    said = audit or os.environ.get(VARIABLE, "")
    if said:
        places = (Path(said), workspace / said, workspace / "audits" / said)
        files = (place / AUDIT_FILE if place.is_dir() else place for place in places)
        if (file := next((file for file in files if file.is_file()), None)) is not None:
            return file
        asked = (Path(said).parent if Path(said).name == AUDIT_FILE else Path(said)).name
        refuse(
            "no_audit" if audit else "no_audit_of_variable",
            name=said,
            near=near(asked, list(samples)),
            known=_told(samples),
        )
    own = [name for name, sample in samples.items() if not sample] or list(samples)
    if len(own) != 1:
        refuse("which_audit", known=_told(samples))
    return workspace / "audits" / own[0] / AUDIT_FILE


def lab_environment(audit: Path | None) -> dict[str, str]:
    """The variables that JupyterLab is started with: it opens that audit, or what its notebooks ask
    for, and no other machine is asked for news or updates.
    """
    config = (str(Path(__file__).parents[1] / "jupyter"), os.environ.get("JUPYTER_CONFIG_PATH", ""))
    return {"JUPYTER_CONFIG_PATH": os.pathsep.join(filter(None, config))} | (
        {VARIABLE: str(audit.resolve())} if audit else {}
    )


def date_of(as_of: object) -> dt.date | None:
    """The date that a notebook names; None where it names none. Raises: LabError."""
    if as_of == "":
        return None
    date = None
    if isinstance(as_of, str) and re.fullmatch(r"\d{4}-\d\d-\d\d", as_of):
        with suppress(ValueError):  # 30 February
            date = dt.date.fromisoformat(as_of)
    if date is None:
        refuse("as_of")
    return date


def refuse_unknown_parameters(cells: Sequence[str]) -> None:
    """Look through the cells run so far for parameters that papermill put in and no cell before had
    declared, or of another type.

    Plain papermill only warns of them, and the notebook would audit what its defaults say. Raises:
    LabError.
    """
    declared: dict[str, Declared | None] = {}
    for cell in cells:
        if cell.startswith(_INJECTED):
            _check(dict(_given(cell)), declared)
        else:
            declared |= _declared(cell)


def _audits(workspace: Path) -> Iterator[tuple[str, bool]]:
    """The audits of a workspace, and whether each is a sample.

    One that cannot be read is none: opening it says why.
    """
    for file in sorted((workspace / "audits").glob(f"*/{AUDIT_FILE}")):
        try:
            content = read_yaml(file)
        except UserError:
            content = None
        yield file.parent.name, isinstance(content, dict) and content.get("sample") is True


def _told(samples: Mapping[str, bool]) -> str:
    """The audits there are, the samples named so."""
    return (
        ", ".join(f"{name} (eksempel)" if sample else name for name, sample in samples.items())
        or "ingen"
    )


def _given(cell: str) -> Iterator[tuple[str, object]]:
    """The names and values of a cell of parameters that papermill put in."""
    for statement in ast.parse(cell).body:
        match statement:
            case ast.Assign(targets=[ast.Name(id=name)], value=value):
                yield name, _literal(value)


def _literal(value: ast.expr) -> object:
    try:
        return ast.literal_eval(value)
    except ValueError:  # float('nan') and such, which papermill writes
        return float("nan")


def _declared(cell: str) -> dict[str, Declared | None]:
    """What a cell declares: with types where it does nothing else, the mere names where it does
    more.
    """
    try:
        return {parameter.name: parameter for parameter in declared_in(cell, "")}
    except ParameterError:
        pass
    try:
        statements = ast.parse(cell).body
    except SyntaxError:
        return {}
    named = [
        target
        for statement in statements
        if isinstance(statement, ast.Assign | ast.AnnAssign)
        for target in ast.walk(statement)
    ]
    return {
        target.id: None
        for target in named
        if isinstance(target, ast.Name) and isinstance(target.ctx, ast.Store)
    }


def _check(given: Mapping[str, object], declared: Mapping[str, Declared | None]) -> None:
    for name, value in given.items():
        if name not in declared:
            refuse(
                "no_parameter",
                name=name,
                near=near(name, list(declared)),
                known=", ".join(declared) or "ingen",
            )
        parameter = declared[name]
        if parameter is None or name in _OURS:
            continue
        try:
            parameter.accept(value)
        except ParameterError:
            refuse(
                "parameter_type",
                name=name,
                wanted=" eller ".join(kind_of(kind()) for kind in parameter.types),
                kind=kind_of(value),
            )
