"""The wheel works away from the repository: built, installed in a fresh environment, and a laid-out
workspace audited with it.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import sysconfig
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from teleaudit.errors import ExitCode
from teleaudit.workspace import FOLDERS
from tests.command import narrow

pytestmark = pytest.mark.whole_run

ROOT = Path(__file__).resolve().parent.parent
RESULTS = (ExitCode.CLEAN, ExitCode.DEVIATIONS, ExitCode.NOT_ASSESSED)

Command = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel of the repository as it stands, built with the pinned build backend."""
    target = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [
            sys.executable,
            "-m",
            "build",
            "--wheel",
            "--no-isolation",
            "--outdir",
            str(target),
            str(ROOT),
        ],
        check=True,
        capture_output=True,
    )
    return next(target.glob("*.whl"))


@pytest.fixture(scope="module")
def elsewhere(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Command:
    """Runs a program of a fresh environment, in a folder outside the repository.

    The dependencies come from the environment of the tests, by a path file: what is tested is our
    wheel, and no network is needed. A path file adds a folder after the environment's own, so
    teleaudit itself can only come from the wheel.
    """
    folder = tmp_path_factory.mktemp("elsewhere")
    environment = folder / "venv"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(environment)], check=True)
    python = environment / "bin" / "python"
    install = [
        sys.executable,
        "-m",
        "pip",
        "--python",
        str(python),
        "install",
        "--quiet",
        "--no-index",
        "--no-deps",
        str(wheel),
    ]
    subprocess.run(install, check=True)
    site_packages = subprocess.run(
        [python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"],
        check=True,
        capture_output=True,
        text=True,
    ).stdout.strip()
    Path(site_packages, "dependencies.pth").write_text(
        sysconfig.get_path("purelib") + "\n", encoding="utf-8"
    )

    def run(program: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        clean = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("PYTHON", "PYTEST", "VIRTUAL_ENV"))
        }
        return subprocess.run(
            [environment / "bin" / program, *arguments],
            cwd=folder,
            env=clean,
            check=False,
            capture_output=True,
            text=True,
        )

    return run


def test_the_wheel_carries_the_whole_package_and_the_whole_workspace(wheel: Path) -> None:
    def files(folder: Path) -> set[Path]:
        return {
            path
            for path in folder.rglob("*")
            if path.is_file()
            and not any(
                part.startswith(".") or part == "__pycache__"
                for part in path.relative_to(ROOT).parts
            )
        }

    package = {
        path.relative_to(ROOT).as_posix()
        for name in ("teleaudit", "teleaudit_samples")
        for path in files(ROOT / name)
    }
    workspace = {
        f"teleaudit/workspace/{path.relative_to(ROOT).as_posix()}"
        for name in FOLDERS
        for path in files(ROOT / name)
    }
    carried = {name for name in zipfile.ZipFile(wheel).namelist() if ".dist-info/" not in name}

    assert all(
        any(name.startswith(f"teleaudit/workspace/{folder}/") for name in workspace)
        for folder in FOLDERS
    )
    assert carried == package | workspace


def test_the_command_comes_from_the_wheel(elsewhere: Command) -> None:
    answer = elsewhere(
        "python",
        "-c",
        "import teleaudit, teleaudit.workspace as w; print(teleaudit.__file__,"
        " w.package_workspace())",
    )

    assert answer.returncode == 0, answer.stderr
    assert str(ROOT) not in answer.stdout
    assert answer.stdout.strip().endswith("teleaudit/workspace")


@pytest.mark.timeout(600)
@pytest.mark.parametrize("whole", [False, pytest.param(True, marks=pytest.mark.deep)])
# a parameter of the test
def test_a_laid_out_workspace_is_audited_away_from_the_repository(
    elsewhere: Command,
    tmp_path: Path,
    whole: bool,  # noqa: FBT001
) -> None:
    place, out = tmp_path / "operator", tmp_path / "reports"

    laid_out = elsewhere("teleaudit", "init", str(place))
    assert laid_out.returncode == ExitCode.CLEAN, laid_out.stderr
    if not whole:
        narrow(place)

    run = elsewhere(
        "teleaudit", "run", str(place / "audits" / "bizzy" / "audit.yaml"), "--out", str(out)
    )
    assert run.returncode in RESULTS, run.stderr

    complete = list(out.glob("bizzy/*/COMPLETE"))
    assert len(complete) == 1
    record = complete[0].parent / "record"
    assert (record / "report.da.pdf").read_bytes().startswith(b"%PDF-")
    results = json.loads((record / "results.json").read_text(encoding="utf-8"))
    assert results["audit"] == "bizzy"
    assert results["totals"]["deviations"] > 0
    assert str(ROOT) not in run.stdout + run.stderr
