"""What a scheduler is given: an audit, its schedule, and the two commands that it is to call.

``run --scheduled`` carries out what is due and nothing twice, so a scheduler may call it too often;
``schedule --check`` says, and tells whom audit.yaml names, that something is due and did not run.
"""

from __future__ import annotations

import datetime as dt
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, get_args

from teleaudit.errors import UserError
from teleaudit.rules.audit_file import Audit, load_audit
from teleaudit.rules.schedule import EVERY, Every, Notify, Schedule
from teleaudit.workspace import find_workspace, reports_folder

Scheduler = Literal["systemd", "cron", "airflow", "jupyter-scheduler"]
SCHEDULERS: tuple[Scheduler, ...] = get_args(Scheduler)
CHECKED_AT = "12:00"  # every day


@dataclass(frozen=True, kw_only=True)
class Plan:
    """An audit that is to be carried out by a scheduler."""

    name: str
    schedule: Schedule
    notify: Notify
    audit: Path  # its file
    folder: Path  # where the commands run
    out: Path  # where runs go
    out_was_named: bool
    user: str  # of the system, as whom it runs

    @property
    def label(self) -> str:
        """What it is called among other jobs."""
        return f"teleaudit-{self.name}"

    @property
    def run(self) -> tuple[str, ...]:
        """The command that carries out what is due."""
        return (*_PROGRAM, "run", str(self.audit), "--scheduled", "--quiet", *self._out)

    @property
    def check(self) -> tuple[str, ...]:
        """The command that says what is due and did not run."""
        return (*_PROGRAM, "schedule", str(self.audit), "--check", "--quiet", *self._out)

    @property
    def _out(self) -> tuple[str, ...]:
        return ("--out", str(self.out)) if self.out_was_named else ()


def checked_at() -> tuple[int, int]:
    """Hour and minute of the daily check."""
    hour, _, minute = CHECKED_AT.partition(":")
    return int(hour), int(minute)


_PROGRAM = (sys.executable, "-m", "teleaudit")


def make_plan(
    file: Path, *, every: str | None, out: Path | None, user: str, today: dt.date
) -> tuple[Plan, bool]:
    """The plan of an audit, and whether audit.yaml says the same.

    ``every`` goes before what the file says. Raises: UserError.
    """
    audit = load_audit(file)
    schedule = _schedule(audit, every, today)
    plan = Plan(
        name=audit.name,
        schedule=schedule,
        notify=audit.notify,
        audit=audit.path,
        folder=find_workspace(audit.path),
        out=(out or reports_folder(audit.path)).resolve(),
        out_was_named=out is not None,
        user=user,
    )
    for path in (plan.audit, plan.folder, plan.out, Path(sys.executable)):
        if not str(path).isprintable() or "{{" in str(path) or "{%" in str(path):
            msg = "the path of the audit or of its runs holds signs that no scheduler's file can hold."
            raise UserError(msg)
    return plan, schedule == audit.schedule


def _schedule(audit: Audit, every: str | None, today: dt.date) -> Schedule:
    declared = audit.schedule
    if declared is not None and every in (None, declared.every):
        return declared
    if every is None:
        msg = f"{audit.path} has no schedule: say --every, one of {', '.join(EVERY)}."
        raise UserError(msg)
    return Schedule(every=_every(every), starts_on=today)


def _every(value: str) -> Every:
    for known in EVERY:
        if known == value:
            return known
    msg = f"--every {value}: there is {', '.join(EVERY)}."
    raise UserError(msg)


def entry_of(schedule: Schedule) -> str:
    """The line of audit.yaml that says the schedule."""
    told = schedule.model_dump(mode="json", exclude_defaults=True)
    return f"schedule: {{{', '.join(f'{name}: {value}' for name, value in told.items())}}}"


def lay_out(plan: Plan, scheduler: Scheduler) -> Mapping[str, str]:
    """The files that a scheduler wants, by name."""
    match scheduler:
        case "systemd":
            from teleaudit.scheduling.systemd import units

            return units(plan)
        case "cron":
            from teleaudit.scheduling.cron import cron_file

            return {plan.label: cron_file(plan)}
        case "airflow":
            from teleaudit.scheduling.airflow import dag

            return {f"{plan.label.replace('-', '_')}.py": dag(plan)}
        case "jupyter-scheduler":
            from teleaudit.scheduling.jupyter import job

            return job(plan)
