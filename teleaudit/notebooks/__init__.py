"""Notebooks run by papermill: strict parameters, kernels over IPC, a document that holds no
personal data.

The executed notebook is part of the record. Whatever happens in a cell, it is written, whole or not
at all; a cell that failed is marked, with the type of the error and an id. The error itself is in
the closed annex under that id.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import os
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from teleaudit.error_reports import ENVIRONMENT
from teleaudit.notebooks.kernels import WarmKernels
from teleaudit.notebooks.parameters import check_parameters

if TYPE_CHECKING:
    from nbformat import NotebookNode

__all__ = ["NotebookRun", "run_notebook"]


@dataclass(frozen=True, kw_only=True)
class NotebookRun:
    """How the run of a notebook ended."""

    name: str
    ok: bool
    # of the exception; ``KernelDied`` when there was no kernel left to raise one
    error_type: str | None
    error_id: str | None  # the report in the closed annex
    seconds: float
    start_seconds: float  # of these, until its first cell ran; all of them where none did


def run_notebook(
    source: Path,
    target: Path,
    parameters: Mapping[str, object],
    *,
    kernels: WarmKernels | None,
    environment: Mapping[str, str],
    restricted: Path | None = None,
) -> NotebookRun:
    """Run ``source`` with ``parameters`` and write the executed notebook to ``target``.

    ``environment`` is added to the kernel's. Error reports go to ``restricted``, by default
    TELEAUDIT_RESTRICTED of ``environment``.
    Raises: ParameterError before anything is run or written.
    """
    import nbformat

    notebook = nbformat.read(source, as_version=4)
    accepted = check_parameters(notebook, parameters, name=source.name)
    restricted = restricted or _annex(environment)
    added = {**environment, **({ENVIRONMENT: str(restricted.resolve())} if restricted else {})}
    began, began_at = time.monotonic(), dt.datetime.now(dt.UTC)
    from teleaudit.notebooks.execution import execute  # papermill takes a second to import

    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_name(f".{target.name}")  # papermill wants the ending to stay
    try:
        os.close(os.open(part, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600))
        failure = execute(
            notebook, part, accepted, kernels=kernels, environment=added, restricted=restricted
        )
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)
    executed = nbformat.read(target, as_version=4)
    _trust(executed)
    error_type, error_id = failure or (None, None)
    seconds = time.monotonic() - began
    return NotebookRun(
        name=source.name,
        ok=failure is None,
        error_type=error_type,
        error_id=error_id,
        seconds=seconds,
        start_seconds=_until_first_cell(executed, began_at, seconds),
    )


def _until_first_cell(executed: NotebookNode, began_at: dt.datetime, seconds: float) -> float:
    """Seconds until the first cell began; at most ``seconds``."""
    starts = [
        start
        for cell in executed.cells
        if (start := cell.metadata.get("papermill", {}).get("start_time"))
    ]
    return min(
        seconds,
        *((dt.datetime.fromisoformat(start) - began_at).total_seconds() for start in starts),
    )


def _annex(environment: Mapping[str, str]) -> Path | None:
    named = environment.get(ENVIRONMENT) or os.environ.get(ENVIRONMENT)
    return Path(named) if named else None


def _trust(executed: NotebookNode) -> None:
    """Sign what we ran ourselves, so that JupyterLab shows its tables and figures to this user.

    Without a place to keep the signature the notebook is simply not trusted.
    """
    from nbformat.sign import NotebookNotary

    with contextlib.suppress(Exception):
        notary = NotebookNotary()
        try:
            notary.sign(executed)
        finally:
            notary.store.close()
