"""Puts a plan where its scheduler looks for it."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from teleaudit.errors import UserError
from teleaudit.scheduling.plans import Plan, Scheduler, entry_of

UNITS, CRON = Path("/etc/systemd/system"), Path("/etc/cron.d")
Call = Callable[[Sequence[str]], None]


def write_files(folder: Path, files: Mapping[str, str]) -> list[Path]:
    """Write files into a folder, each whole or not at all. Raises: UserError."""
    written = []
    try:
        for name, content in files.items():
            # cron reads no name with a dot: a file that is half written is no job
            part = folder / f".{name}.part"
            part.write_text(content, encoding="utf-8")
            written.append(part.replace(folder / name))
    except OSError as error:
        msg = (
            f"{folder} cannot be written: {error.strerror}. Folders of the system want root (sudo)."
        )
        raise UserError(msg) from None
    return written


def install(
    plan: Plan,
    scheduler: Scheduler,
    files: Mapping[str, str],
    *,
    is_declared: bool,
    folder: Path | None = None,
    call: Call | None = None,
) -> list[Path]:
    """Put the files where the scheduler looks for them, and begin. Raises: UserError."""
    if not is_declared:
        msg = (
            f"nothing was installed: a run that does not take place is only missed where {plan.audit}"
            f" says when it is due. Write there: {entry_of(plan.schedule)}"
        )
        raise UserError(msg)
    place = folder or _place(scheduler)
    if scheduler == "systemd" and not plan.out.is_dir():
        msg = (
            f"nothing was installed: the service may write to {plan.out} alone, which is not there."
            f" Run the audit once as {plan.user}: teleaudit run {plan.audit}"
        )
        raise UserError(msg)
    written = write_files(place, files)
    if scheduler == "systemd":
        (call or _call)(["systemctl", "daemon-reload"])
        timers = [name for name in files if name.endswith(".timer")]
        (call or _call)(["systemctl", "enable", "--now", *timers])
    return written


def _place(scheduler: Scheduler) -> Path:
    match scheduler:
        case "systemd":
            return UNITS
        case "cron":
            return CRON
        case "airflow":
            return Path(os.environ.get("AIRFLOW_HOME") or Path.home() / "airflow") / "dags"
        case "jupyter-scheduler":
            msg = (
                "jupyter-scheduler keeps its jobs in its server: write the two files with --to DIR,"
                " and send them to it as docs/schedule.md says."
            )
            raise UserError(msg)


def _call(words: Sequence[str]) -> None:
    """Raises: UserError."""
    try:
        ended = subprocess.run(words, check=False)  # noqa: S603 (ours)
    except OSError as error:
        msg = f"{words[0]}: {error.strerror}. The units are written; nothing was begun."
        raise UserError(msg) from None
    if ended.returncode:
        msg = f"{' '.join(words)} ended with {ended.returncode}. The units are written."
        raise UserError(msg)
