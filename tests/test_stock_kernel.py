"""Every notebook runs from top to bottom in the ordinary ``python3`` kernel, in a workspace as ``init`` lays it out: what "Run All" and plain papermill do."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import nbformat
import pytest
from jupyter_client.manager import AsyncKernelManager
from nbclient import NotebookClient

from teleaudit.notebooks.kernels import private_folder
from teleaudit.workspace import init_workspace
from tests.command import ROOT
from tests.stock import TIMEOUT_S, environment

NOTEBOOKS = sorted(path.name for path in (ROOT / "notebooks").glob("*.ipynb"))
BOTH = ("00_intake.ipynb", "10_retention.ipynb")  # on either transport; the others on one, in turn
PAIRS = [(name, transport) for name in NOTEBOOKS for transport in ("tcp", "ipc")]


def _matrix() -> list[Any]:
    """Each notebook with each transport; what is no news of a second one is a long test."""
    alternating = {(name, ("tcp", "ipc")[place % 2]) for place, name in enumerate(NOTEBOOKS)}
    return [pytest.param(*pair, marks=() if pair[0] in BOTH or pair in alternating else pytest.mark.deep, id="-".join(pair)) for pair in PAIRS]


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A fresh workspace, as an analyst gets it."""
    target = tmp_path_factory.mktemp("fresh") / "workspace"
    init_workspace(target)
    return target


def run_all(path: Path, *, transport: str, audit: str) -> Any:
    """Run a notebook from its own folder, as JupyterLab does; returns the document with its outputs."""
    document = nbformat.read(path, as_version=4)
    with private_folder() as folder:
        manager = AsyncKernelManager(kernel_name="python3", transport=transport, connection_file=str(folder / "kernel.json"))
        client = NotebookClient(document, km=manager, timeout=TIMEOUT_S, startup_timeout=TIMEOUT_S, resources={"metadata": {"path": str(path.parent)}})
        client.execute(env=environment(TELEAUDIT_AUDIT=audit), cleanup_kc=True)
    return document


def outputs(document: Any) -> list[Any]:
    return [output for cell in document.cells if cell.cell_type == "code" for output in cell.outputs]


@pytest.mark.parametrize(("name", "transport"), _matrix())
def test_run_all_works_in_an_ordinary_kernel(name: str, transport: str, workspace: Path) -> None:
    shown = outputs(run_all(workspace / "notebooks" / name, transport=transport, audit="kazoom"))
    figures = [output for output in shown if "image/png" in output.get("data", {})]

    assert shown[0].data["text/html"].startswith("<h2>Kazoom A/S, CVR-nummer ")
    assert sum("<table" in output.data.get("text/html", "") for output in shown) >= 2
    assert figures
    assert all(output.metadata["image/png"]["alt"] == output.data["text/plain"] for output in figures)
    assert [output for output in shown if output.output_type in ("stream", "error")] == []


def papermill(workspace: Path, target: Path, *words: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """The plain command line, from the folder of the notebooks."""
    command = [sys.executable, "-m", "papermill", "--no-progress-bar", "10_retention.ipynb", str(target), *words]
    return subprocess.run(command, cwd=workspace / "notebooks", env=environment(**variables), capture_output=True, text=True, check=False)


def test_plain_papermill_leaves_a_copy_that_bears_the_audited_operator_alone(workspace: Path, tmp_path: Path) -> None:
    ended = papermill(workspace, tmp_path / "out.ipynb", "-p", "audit", "bizzy", "-p", "as_of", "2026-11-22")
    document = nbformat.read(tmp_path / "out.ipynb", as_version=4)
    injected = next(cell.source for cell in document.cells if "injected-parameters" in cell.metadata.get("tags", ()))

    assert ended.returncode == 0, ended.stderr
    assert injected == '# Parameters\naudit = "bizzy"\nas_of = "2026-11-22"\n'
    assert outputs(document)[0].data["text/html"].startswith("<h2>Bizzy, CVR-nummer 21497479</h2>")
    assert "kazoom" not in (tmp_path / "out.ipynb").read_text(encoding="utf-8").casefold()


def test_plain_papermill_with_a_slip_in_a_name_fails_and_audits_nobody(workspace: Path, tmp_path: Path) -> None:
    ended = papermill(workspace, tmp_path / "out.ipynb", "-p", "audt", "bizzy", TELEAUDIT_AUDIT="kazoom")
    (failed,) = (output for output in outputs(nbformat.read(tmp_path / "out.ipynb", as_version=4)) if output.output_type == "error")

    assert ended.returncode != 0
    assert failed.traceback == ["Notesbogen har ingen parameter »audt«. Mente du »audit«? Parametrene er: audit, as_of."]
    assert ended.stderr.count(failed.traceback[0]) == 1
