"""A run executes the notebooks of the workspace that the audit stands in, and the record says which
of them are not as they were released.
"""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import nbformat
import pytest

from teleaudit.errors import AuditFileError, ParameterError, UserError
from teleaudit.notebooks.selection import digest, released, select_notebooks
from teleaudit.rules.audit_file import Audit, load_audit
from tests.command import ROOT, small_workspace

NAMES = ("00_intake.ipynb", "10_retention.ipynb")
GIVEN = {"audit": "bizzy", "as_of": "2026-11-22"}


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    """A workspace without notebooks of its own, in a folder of others."""
    return small_workspace(tmp_path / "workspace")


def audit_with(workspace: Path, *own: str) -> Audit:
    file = workspace / "audits" / "bizzy" / "audit.yaml"
    file.write_text(
        file.read_text(encoding="utf-8") + f"\nnotebooks: {json.dumps(own)}\n", encoding="utf-8"
    )
    return load_audit(file)


def put(path: Path, *cells: str, parameters: str = 'audit: str = ""\nas_of: str = ""') -> Path:
    """A notebook of one's own."""
    path.parent.mkdir(parents=True, exist_ok=True)
    declared = nbformat.v4.new_code_cell(parameters, metadata={"tags": ["parameters"]})
    nbformat.write(
        nbformat.v4.new_notebook(cells=[declared, *map(nbformat.v4.new_code_cell, cells)]), path
    )
    return path


def copy(workspace: Path, name: str, **changes: Any) -> Path:
    """The released notebook in the workspace, the last cell changed."""
    path = workspace / "notebooks" / name
    path.parent.mkdir(exist_ok=True)
    notebook = json.loads((ROOT / "notebooks" / name).read_text(encoding="utf-8"))
    notebook["cells"][-1].update(changes)
    path.write_text(json.dumps(notebook), encoding="utf-8")
    return path


def test_what_is_written_down_as_released_is_the_repository_s_notebooks() -> None:
    assert released() == {
        path.name: digest(path) for path in (ROOT / "notebooks").glob("*.ipynb")
    }, "write it down anew: make notebooks-released"


def test_where_a_workspace_has_no_notebook_of_that_name_the_package_s_is_taken(
    workspace: Path,
) -> None:
    mine = copy(workspace, "10_retention.ipynb")
    assert [
        (one.path, one.state, one.parameters)
        for one in select_notebooks(audit_with(workspace), NAMES, GIVEN)
    ] == [
        (ROOT / "notebooks" / "00_intake.ipynb", "released", GIVEN),
        (mine, "released", GIVEN),
    ]


@pytest.mark.parametrize(
    "changes",
    [
        {
            "outputs": [{"output_type": "stream", "name": "stdout", "text": "x"}],
            "execution_count": 7,
        },
        {"metadata": {"trusted": True, "editable": True, "scrolled": False}, "id": "another"},
        {"metadata": {"tags": []}},
    ],
)
def test_opening_running_and_saving_a_notebook_changes_nothing_that_counts(
    changes: dict[str, Any], workspace: Path
) -> None:
    copy(workspace, "10_retention.ipynb", **changes)
    assert select_notebooks(audit_with(workspace), NAMES, GIVEN)[1].state == "released"


def in_place(path: Path, source: str) -> Path:
    """The notebook as papermill leaves it that ran in place and failed: a cell of parameters and
    two marks of the error more.
    """
    notebook = nbformat.read(path, as_version=4)
    declared = next(
        place
        for place, cell in enumerate(notebook.cells)
        if "parameters" in cell.metadata.get("tags", [])
    )
    notebook.cells.insert(
        declared + 1, nbformat.v4.new_code_cell(source, metadata={"tags": ["injected-parameters"]})
    )
    for place in (len(notebook.cells) - 1, 0):
        notebook.cells.insert(
            place,
            nbformat.v4.new_markdown_cell(
                "<span>An Exception was encountered</span>",
                metadata={"tags": ["papermill-error-cell-tag"]},
            ),
        )
    nbformat.write(notebook, path)
    return path


def test_a_failed_papermill_run_in_place_changes_nothing_that_counts(workspace: Path) -> None:
    in_place(copy(workspace, "10_retention.ipynb"), "# Parameters\naudit = 'bizzy'")
    assert select_notebooks(audit_with(workspace), NAMES, GIVEN)[1].state == "released"


def test_a_second_cell_that_looks_like_papermills_is_a_change(workspace: Path) -> None:
    path = copy(workspace, "10_retention.ipynb")
    in_place(in_place(path, "audit = 'bizzy'"), "print('rewritten')")
    assert select_notebooks(audit_with(workspace), NAMES, GIVEN)[1].state == "changed"


def test_source_is_one_text_however_it_is_split_into_lines(workspace: Path) -> None:
    path = copy(workspace, "10_retention.ipynb")
    nbformat.write(nbformat.read(path, as_version=4), path)
    joined = json.loads(path.read_text(encoding="utf-8"))
    for cell in joined["cells"]:
        cell["source"] = "".join(cell["source"])
    path.write_text(json.dumps(joined), encoding="utf-8")
    assert digest(path) == released()["10_retention.ipynb"]


@pytest.mark.parametrize(
    "changes",
    [{"source": "retention.summary()"}, {"metadata": {"tags": ["hide"]}}, {"cell_type": "raw"}],
)
def test_another_text_tag_or_kind_of_cell_is_a_change(
    changes: dict[str, Any], workspace: Path
) -> None:
    copy(workspace, "10_retention.ipynb", **changes)
    assert [one.state for one in select_notebooks(audit_with(workspace), NAMES, GIVEN)] == [
        "released",
        "changed",
    ]


def test_the_operator_s_own_notebooks_come_last_with_the_parameters_that_they_declare(
    workspace: Path,
) -> None:
    beside = put(workspace / "audits" / "bizzy" / "beside.ipynb", parameters='audit: str = ""')
    inside = put(workspace / "notebooks" / "inside.ipynb")
    chosen = select_notebooks(
        audit_with(workspace, "beside.ipynb", "../../notebooks/inside.ipynb"), NAMES, GIVEN
    )
    assert [(one.path, one.state, one.parameters) for one in chosen[2:]] == [
        (beside, "own", {"audit": "bizzy"}),
        (inside, "own", GIVEN),
    ]


def test_beside_an_audit_file_outside_any_workspace_a_notebook_is_found_too(
    workspace: Path, tmp_path: Path
) -> None:
    folder = shutil.copytree(workspace / "audits" / "bizzy", tmp_path / "alone")
    put(folder / "mine.ipynb")
    file = folder / "audit.yaml"
    file.write_text(
        file.read_text(encoding="utf-8") + "\nnotebooks: [mine.ipynb]\n", encoding="utf-8"
    )
    assert [one.state for one in select_notebooks(load_audit(file), NAMES, GIVEN)] == [
        "released",
        "released",
        "own",
    ]


@pytest.mark.parametrize(
    ("own", "said"),
    [
        (["gone.ipynb"], "notebooks: gone.ipynb is not there: no file "),
        (
            ["../../../outside.ipynb"],
            "notebooks: ../../../outside.ipynb lies outside the workspace: put it below ",
        ),
        (["link.ipynb"], "notebooks: link.ipynb lies outside the workspace"),
        (["mine.py"], "notebooks: mine.py is no .ipynb file."),
        (
            ["mine.ipynb", "deeper/Mine.ipynb"],
            (
                "notebooks: deeper/Mine.ipynb has the name of another notebook of the run: give it"
                " another one."
            ),
        ),
        (
            ["10_Retention.ipynb"],
            "notebooks: 10_Retention.ipynb has the name of another notebook of the run",
        ),
    ],
)
def test_an_own_notebook_that_cannot_be_run_is_refused_by_name(
    own: list[str], said: str, workspace: Path
) -> None:
    home = workspace / "audits" / "bizzy"
    for path in (
        home / "mine.ipynb",
        home / "deeper" / "Mine.ipynb",
        home / "10_Retention.ipynb",
        workspace.parent / "outside.ipynb",
    ):
        put(path)
    (home / "link.ipynb").symlink_to(workspace.parent / "outside.ipynb")
    with pytest.raises(AuditFileError) as refused:
        select_notebooks(audit_with(workspace, *own), NAMES, GIVEN)
    assert said in str(refused.value)


def test_a_notebook_whose_parameters_are_none_is_refused_before_anything_is_read(
    workspace: Path,
) -> None:
    put(workspace / "audits" / "bizzy" / "mine.ipynb", parameters="audit: int = 3")
    with pytest.raises(
        ParameterError, match=r"mine\.ipynb: parameter 'audit' must be int, not str"
    ):
        select_notebooks(audit_with(workspace, "mine.ipynb"), NAMES, GIVEN)


@pytest.mark.parametrize(
    "content", ["no JSON", "[]", '{"worksheets": []}', '{"cells": [{"cell_type": "code"}]}', "{}"]
)
def test_a_file_that_is_no_notebook_is_refused(content: str, workspace: Path) -> None:
    (workspace / "notebooks").mkdir()
    (workspace / "notebooks" / "10_retention.ipynb").write_text(content, encoding="utf-8")
    with pytest.raises(UserError, match=r"10_retention\.ipynb is no notebook of format 4"):
        select_notebooks(audit_with(workspace), NAMES, GIVEN)
