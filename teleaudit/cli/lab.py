"""``teleaudit lab``."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Annotated

import typer

commands = typer.Typer()


@commands.command(short_help="Open JupyterLab on a workspace's notebooks.")
def lab(
    audit: Annotated[
        Path | None,
        typer.Argument(
            help="Its name, file or folder. Default: the workspace's only one of your own."
        ),
    ] = None,
    *,
    no_browser: Annotated[bool, typer.Option("--no-browser", help="Only say the address.")] = False,
) -> None:
    """Open JupyterLab on the notebooks of the workspace that the audit stands in, or the working
    folder.

    No other machine is asked for news or updates. Exports that one notebook has read are kept for
    the next in a private folder, which is erased when JupyterLab ends.
    """
    from teleaudit.rules.audit_file import find_audit
    from teleaudit.sessions.choosing import lab_environment
    from teleaudit.sessions.readings import run_with_readings
    from teleaudit.workspace import find_workspace

    file = find_audit(audit) if audit else None
    notebooks = find_workspace(file or Path.cwd()) / "notebooks"
    words = [
        sys.executable,
        "-m",
        "jupyterlab",
        str(notebooks),
        *(["--no-browser"] if no_browser else []),
    ]
    raise typer.Exit(run_with_readings(words, {**os.environ, **lab_environment(file)}))
