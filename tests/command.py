"""The command line as a stranger uses it: called in this process, or started as one of its own where signals matter."""

from __future__ import annotations

import csv
import io
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from teleaudit import samples
from teleaudit.cli import _code

ROOT = Path(__file__).resolve().parents[1]
MAIN = "from teleaudit.cli import main; main()"


@dataclass(frozen=True, kw_only=True)
class Ended:
    """A command that has ended."""

    code: int
    out: str
    err: str


def call(*words: str | Path) -> Ended:
    """Run a command in this process."""
    out, err = io.StringIO(), io.StringIO()
    with redirect_stdout(out), redirect_stderr(err):
        code = _code([str(word) for word in words])
    return Ended(code=int(code), out=out.getvalue(), err=err.getvalue())


def start(*words: str | Path, program: str = MAIN, environment: Mapping[str, str] | None = None, cwd: Path = ROOT) -> subprocess.Popen[str]:
    """Start a command as a process of its own."""
    # With `python -c` the working folder comes first on the path: this very package, in a test of another folder too.
    added = {"PYTHONPATH": str(ROOT), "COLUMNS": "200", **(environment or {})}
    return subprocess.Popen(
        [sys.executable, "-c", program, *(str(word) for word in words)], cwd=cwd, env={**os.environ, **added}, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def ended(process: subprocess.Popen[str]) -> Ended:
    """Wait for a process."""
    out, err = process.communicate(timeout=120)
    return Ended(code=process.returncode, out=out, err=err)


def small_exports(target: Path, operator: str = "bizzy", *, only: str | None = None) -> Path:
    """Exports of sixty customers and a thousand calls, clean or with one kind of deviation; returns their folder."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(samples, "CUSTOMERS", 60)
        samples.write_samples(target, operators=(operator,), rows=1_000, clean=only is None, only=only)
    return target / operator


def small_workspace(target: Path) -> Path:
    """A workspace without samples, to spoil."""
    for name in ("audits", "expectations"):
        shutil.copytree(ROOT / name, target / name)
    return target


def only_run(out: Path, audit: str = "bizzy") -> Path:
    """The one run folder of an output folder."""
    (folder,) = (path for path in (out / audit).iterdir() if path.is_dir())
    return folder


def results_of(folder: Path) -> dict[str, Any]:
    """results.json of a run."""
    return json.loads((folder / "record" / "results.json").read_bytes())  # type: ignore[no-any-return] # our own file


def checks_of(folder: Path) -> dict[str, dict[str, Any]]:
    """The checks of a run, by id."""
    return {check["id"]: check for check in results_of(folder)["checks"]}


def worklist_of(folder: Path) -> list[dict[str, str]]:
    """The lines of a run's worklist."""
    with (folder / "restricted" / "worklist.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))
