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

    No other machine is asked for news or updates.
    """
    from teleaudit.rules.audit_file import find_audit
    from teleaudit.sessions.choosing import lab_environment
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
    # this Python, and no text of a user but a path
    os.execve(sys.executable, words, {**os.environ, **lab_environment(file)})  # noqa: S606
