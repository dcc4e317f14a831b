"""Every notebook runs from top to bottom in the ordinary ``python3`` kernel, in a workspace as
``init`` lays it out: what "Run All" and plain papermill do.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import nbformat
import pytest
from jupyter_client.manager import AsyncKernelManager
from nbclient import NotebookClient

from teleaudit.notebooks.kernels import private_folder
from teleaudit.workspace import init_workspace
from tests.command import ROOT, narrow, planted_exports
from tests.stock import TIMEOUT_S, environment

pytestmark = pytest.mark.whole_run

NOTEBOOKS = sorted(path.name for path in (ROOT / "notebooks").glob("*.ipynb"))
TRANSPORTS = ("tcp", "ipc")
# in a kernel of its own; the others with the long tests, but for the one that
# tests/test_jupyterlab.py runs over TCP
ALWAYS = ("10_retention.ipynb-ipc",)
HEADS = {"kazoom": "<h2>Kazoom A/S, CVR-nummer ", "bizzy": "<h2>Bizzy, CVR-nummer "}


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A fresh workspace, as an analyst gets it, but for fewer rows."""
    target = tmp_path_factory.mktemp("fresh") / "workspace"
    init_workspace(target)
    for operator in HEADS:
        planted_exports(target / "data_samples", operator)
    return target


@pytest.fixture(scope="module")
def narrowed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same with a dozen checks of Bizzy's audit, of every topic one at least."""
    target = tmp_path_factory.mktemp("narrow") / "workspace"
    init_workspace(target)
    planted_exports(target / "data_samples")
    narrow(target)
    return target


@pytest.fixture(scope="module")
def shown(narrowed: Path) -> dict[str, list[Any]]:
    """What every notebook shows that begins without a name of the one before it.

    What a kernel costs are its imports and the reading of the exports: one carries them all, and
    reads once.
    """
    parts = {
        name: [
            *nbformat.read(narrowed / "notebooks" / name, as_version=4).cells,
            nbformat.v4.new_code_cell("%reset -f"),
        ]
        for name in NOTEBOOKS
    }
    for name, cells in parts.items():
        for cell in cells:
            cell.id = f"{name[:2]}-{cell.id}"  # unique in the whole
    once = nbformat.v4.new_code_cell(
        "import functools, teleaudit.lab\n"
        "teleaudit.lab._opened_here = functools.cache(teleaudit.lab._opened_here)\n"
        "%reset -f"
    )
    joined = nbformat.v4.new_notebook(
        cells=[once, *(cell for cells in parts.values() for cell in cells)]
    )
    run_all(joined, narrowed / "notebooks", transport="tcp", audit="bizzy", allow_errors=True)
    return {name: outputs(cells) for name, cells in parts.items()}


def run_all(
    document: Any, folder: Path, *, transport: str, audit: str, allow_errors: bool = False
) -> Any:
    """Run a notebook from its own folder, as JupyterLab does; returns the document with its
    outputs.
    """
    with private_folder() as private:
        manager = AsyncKernelManager(
            kernel_name="python3", transport=transport, connection_file=str(private / "kernel.json")
        )
        client = NotebookClient(
            document,
            km=manager,
            timeout=TIMEOUT_S,
            startup_timeout=TIMEOUT_S,
            resources={"metadata": {"path": str(folder)}},
            allow_errors=allow_errors,
        )
        client.execute(env=environment(TELEAUDIT_AUDIT=audit), cleanup_kc=True)
    return document


def outputs(cells: Sequence[Any]) -> list[Any]:
    return [output for cell in cells if cell.cell_type == "code" for output in cell.outputs]


NO_FIGURES = "Ingen figurer: ingen kontroller med afvigelser har en frist.\n"


def check_shown(shown: Sequence[Any], audit: str) -> None:
    """The operator, tables and figures or that there are none to draw, and nothing that
    went wrong.
    """
    figures = [output for output in shown if "image/png" in output.get("data", {})]

    assert shown[0].data["text/html"].startswith(HEADS[audit])
    assert sum("<table" in output.get("data", {}).get("text/html", "") for output in shown) >= 2
    assert all(
        output.metadata["image/png"]["alt"] == output.data["text/plain"] for output in figures
    )
    said = [output.get("text") for output in shown if output.output_type in ("stream", "error")]
    assert set(said) <= {NO_FIGURES}
    assert figures or said


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_every_notebook_works_in_an_ordinary_kernel(
    name: str, shown: Mapping[str, list[Any]]
) -> None:
    check_shown(shown[name], "bizzy")


def _kernels_of_their_own() -> list[Any]:
    """Each notebook with each transport; what is no news of another is a long test."""
    pairs = [(name, transport) for name in NOTEBOOKS for transport in TRANSPORTS]
    return [
        pytest.param(
            *pair, marks=() if "-".join(pair) in ALWAYS else pytest.mark.deep, id="-".join(pair)
        )
        for pair in pairs
    ]


@pytest.mark.parametrize(("name", "transport"), _kernels_of_their_own())
def test_run_all_works_in_an_ordinary_kernel(name: str, transport: str, workspace: Path) -> None:
    document = nbformat.read(workspace / "notebooks" / name, as_version=4)
    shown = outputs(
        run_all(document, workspace / "notebooks", transport=transport, audit="kazoom").cells
    )
    check_shown(shown, "kazoom")
    # of all exports every notebook draws what it has
    assert [output for output in shown if output.output_type == "stream"] == []


def papermill(
    workspace: Path, target: Path, *words: str, **variables: str
) -> subprocess.CompletedProcess[str]:
    """The plain command line, from the folder of the notebooks."""
    command = [
        sys.executable,
        "-m",
        "papermill",
        "--no-progress-bar",
        "10_retention.ipynb",
        str(target),
        *words,
    ]
    return subprocess.run(
        command,
        cwd=workspace / "notebooks",
        env=environment(**variables),
        capture_output=True,
        text=True,
        check=False,
    )


def test_plain_papermill_leaves_a_copy_that_bears_the_audited_operator_alone(
    narrowed: Path, tmp_path: Path
) -> None:
    ended = papermill(
        narrowed, tmp_path / "out.ipynb", "-p", "audit", "bizzy", "-p", "as_of", "2026-11-22"
    )
    document = nbformat.read(tmp_path / "out.ipynb", as_version=4)
    injected = next(
        cell.source
        for cell in document.cells
        if "injected-parameters" in cell.metadata.get("tags", ())
    )

    assert ended.returncode == 0, ended.stderr
    assert injected == '# Parameters\naudit = "bizzy"\nas_of = "2026-11-22"\n'
    assert (
        outputs(document.cells)[0]
        .data["text/html"]
        .startswith("<h2>Bizzy, CVR-nummer 21497479</h2>")
    )
    assert "kazoom" not in (tmp_path / "out.ipynb").read_text(encoding="utf-8").casefold()


def test_plain_papermill_with_a_slip_in_a_name_fails_and_audits_nobody(
    workspace: Path, tmp_path: Path
) -> None:
    ended = papermill(
        workspace, tmp_path / "out.ipynb", "-p", "audt", "bizzy", TELEAUDIT_AUDIT="kazoom"
    )
    (failed,) = (
        output
        for output in outputs(nbformat.read(tmp_path / "out.ipynb", as_version=4).cells)
        if output.output_type == "error"
    )

    assert ended.returncode != 0
    assert failed.traceback == [
        "Notesbogen har ingen parameter »audt«. Mente du »audit«? Parametrene er: audit, as_of."
    ]
    assert ended.stderr.count(failed.traceback[0]) == 1
