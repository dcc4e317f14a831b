"""Which notebooks a run executes, and whether they are the released ones.

Those of the workspace that the audit file stands in, and the package's where that has none; beside
them the operator's own, which the audit file names. What counts is what a notebook does and says:
types, sources and tags of its cells. Opening and saving it changes nothing, nor does papermill in
place: what it puts in, a run takes out again or replaces.

``python -m teleaudit.notebooks.selection`` writes down the notebooks as they are released (``make
notebooks-released``).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Any, Literal

from teleaudit.errors import AuditFileError, UserError
from teleaudit.rules.audit_file import Audit
from teleaudit.workspace import find_workspace, package_workspace

State = Literal["released", "changed", "own"]
FOLDER = "notebooks"
_RELEASED = "released.json"
# papermill's tags
_ERROR_MARK, _DECLARED, _INJECTED = "papermill-error-cell-tag", "parameters", "injected-parameters"


@dataclass(frozen=True, kw_only=True)
class RunNotebook:
    """A notebook that a run executes."""

    path: Path
    sha256: str  # of its canonical content
    state: State
    parameters: Mapping[str, str]  # those that the run has for it

    @property
    def name(self) -> str:
        """Its file's name, also in the record."""
        return self.path.name

    def as_json(self) -> dict[str, str]:
        """As it stands in results.json and the manifest."""
        return {"name": self.name, "sha256": self.sha256, "state": self.state}


def select_notebooks(
    audit: Audit, names: Sequence[str], parameters: Mapping[str, str]
) -> tuple[RunNotebook, ...]:
    """The notebooks of those names, then the audit's own, each with what it declares of
    ``parameters``.

    Raises: UserError.
    """
    own = list(_own(audit, names))
    home = find_workspace(audit.path) / FOLDER
    standard = [
        path if (path := home / name).is_file() else package_workspace() / FOLDER / name
        for name in names
    ]
    known = released()
    return tuple(
        [_selected(path, known.get(path.name), parameters) for path in standard]
        + [_selected(path, None, parameters) for path in own]
    )


def digest(path: Path) -> str:
    """SHA-256 of the types, sources and tags of a notebook's cells.

    Raises: UserError where the file is no notebook.
    """
    try:
        cells = json.loads(path.read_bytes())["cells"]
        content = [
            [cell["cell_type"], "".join(cell["source"]), sorted(cell["metadata"].get("tags", []))]
            for cell in cells
        ]
        content = _without_papermill(content)
    except OSError as error:
        msg = f"{path} cannot be read: {error.strerror}."
        raise UserError(msg) from None
    except (ValueError, KeyError, TypeError, AttributeError):
        msg = f"{path} is no notebook of format 4: open and save it in JupyterLab."
        raise UserError(msg) from None
    return hashlib.sha256(
        json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()
    ).hexdigest()


def _without_papermill(cells: list[list[Any]]) -> list[list[Any]]:
    """The cells without its marks of an error, and without the cell of parameters that it has put
    behind the declared ones: every run replaces that one.
    """
    kept = [cell for cell in cells if _ERROR_MARK not in cell[2]]
    place = next((place for place, (_, _, tags) in enumerate(kept) if _INJECTED in tags), 0)
    return (
        [*kept[:place], *kept[place + 1 :]] if place and _DECLARED in kept[place - 1][2] else kept
    )


def released() -> dict[str, str]:
    """The digests of the notebooks of this version, by name."""
    # our own file
    return json.loads(resources.files(__package__).joinpath(_RELEASED).read_text(encoding="utf-8"))  # type: ignore[no-any-return]


def _selected(path: Path, known: str | None, parameters: Mapping[str, str]) -> RunNotebook:
    found = digest(path)
    if found == known:
        return RunNotebook(path=path, sha256=found, state="released", parameters=parameters)
    import nbformat  # only what is not known needs to be looked at

    from teleaudit.notebooks.parameters import check_parameters, declared_parameters

    notebook = nbformat.read(path, as_version=4)
    declared = {parameter.name for parameter in declared_parameters(notebook, name=path.name)}
    taken = {name: value for name, value in parameters.items() if name in declared}
    check_parameters(notebook, taken, name=path.name)
    return RunNotebook(
        path=path, sha256=found, state="own" if known is None else "changed", parameters=taken
    )


def _own(audit: Audit, names: Sequence[str]) -> Iterator[Path]:
    """The operator's own notebooks.

    Raises: AuditFileError for one that is absent, lies elsewhere, is none, or bears another's name.
    """
    home = audit.path.parent
    taken = {name.casefold() for name in names}
    for said in audit.notebooks:
        path = (home / said).resolve()
        if path.suffix != ".ipynb":
            _refuse(audit, said, "is no .ipynb file")
        if not any(
            path.is_relative_to(root.resolve()) for root in (home, find_workspace(audit.path))
        ):
            _refuse(
                audit,
                said,
                f"lies outside the workspace: put it below {find_workspace(audit.path)}, or beside"
                " the audit file",
            )
        if not path.is_file():
            _refuse(audit, said, f"is not there: no file {path}")
        if path.name.casefold() in taken:
            _refuse(audit, said, "has the name of another notebook of the run: give it another one")
        taken.add(path.name.casefold())
        yield path


def _refuse(audit: Audit, said: str, why: str) -> None:
    msg = f"{audit.path}: notebooks: {said} {why}."
    raise AuditFileError(msg)


def write_released() -> None:
    """Write down the digests of the package's notebooks."""
    digests = {
        path.name: digest(path) for path in sorted((package_workspace() / FOLDER).glob("*.ipynb"))
    }
    Path(__file__).with_name(_RELEASED).write_text(
        json.dumps(digests, indent=1) + "\n", encoding="utf-8"
    )


if __name__ == "__main__":
    write_released()
