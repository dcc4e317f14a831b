"""A scheduled run: alone, in its time, with a sign of life; told of, and the closed annexes whose time
is over erased after it.

Whatever ends it, somebody is told: by itself where it can, else by the next run or check, which
finds what was left behind.
"""

from __future__ import annotations

import datetime as dt
import os
import signal
import threading
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from teleaudit.errors import ExitCode, UserError
from teleaudit.progress import Progress, Step
from teleaudit.rules.audit_file import Audit, load_audit
from teleaudit.rules.schedule import Schedule
from teleaudit.runs.due import Attendance, Heart, alone, attendance, moment_text
from teleaudit.runs.folder import clean_interrupted
from teleaudit.runs.history import describe_runs
from teleaudit.runs.ledger import LEDGER_FILE, read_ledger
from teleaudit.runs.pipeline import Options, Outcome, Say, run_audit
from teleaudit.runs.purging import Asked, State, find_annexes, purge
from teleaudit.scheduling.channels import sending
from teleaudit.scheduling.notices import Notice, of_failure, of_outcome, of_silence, reason_of
from teleaudit.scheduling.outbox import NotSentError, Outbox
from teleaudit.workspace import reports_folder

_ENDING = dt.timedelta(minutes=10)  # for a run whose time is over to clear up


@dataclass(frozen=True, kw_only=True)
class NothingDue:
    """What was due was carried out before, or nothing was due yet."""

    audit: str
    run_id: str | None
    exit_code: ExitCode  # of that run; 0 where nothing was due yet
    next_due_at: dt.datetime

    def as_json(self) -> dict[str, Any]:
        """The same for programs."""
        return {
            "exit_code": int(self.exit_code),
            "audit": self.audit,
            "run_id": self.run_id,
            "nothing_due": True,
            "next_due_at": moment_text(self.next_due_at),
        }

    def __str__(self) -> str:
        before = (
            f"run {self.run_id} did (exit code {int(self.exit_code)})"
            if self.run_id
            else "nothing was until now"
        )
        return f"{self.audit}: nothing is due: {before}. Next: {moment_text(self.next_due_at)}."


@dataclass(frozen=True, kw_only=True)
class Standing:
    """How an audit stands by its schedule."""

    attendance: Attendance
    next_due_at: dt.datetime
    not_sent: int  # notices that no channel took

    @property
    def is_wrong(self) -> bool:
        """Whether something was due and did not come to a result in its time."""
        return self.attendance.is_late or self.attendance.is_broken_off

    def lines(self) -> Iterator[str]:
        """The standing for a reader."""
        told = self.attendance
        if told.due_at is None:
            yield "Nothing was due until now."
        else:
            yield f"Due {moment_text(told.due_at)}: {self._what_came(told)}."
        yield f"Next: {moment_text(self.next_due_at)}."

    @staticmethod
    def _what_came(told: Attendance) -> str:
        if told.done:
            return f"carried out by run {told.done.content.get('run_id')}"
        if told.is_broken_off:
            return "it was begun and interrupted"
        if told.beat and told.beat.is_alive:
            return f"it goes on, last sign of life {moment_text(told.beat.beat_at)}"
        return "it did not run" if told.is_late else "it is still in time"


def carry_out(
    file: Path,
    options: Options,
    *,
    say: Say,
    progress: Progress | None = None,
    began: float | None = None,
    now: dt.datetime | None = None,
) -> Outcome | NothingDue:
    """Carry out an audit where its schedule says that it is due. Raises: UserError."""
    now = now or dt.datetime.now(dt.UTC)
    audit = load_audit(file)
    schedule, home = _scheduled(audit, options.out)
    with alone(home):
        found = attendance(schedule, home, now, is_alone=True)
        tell(audit, home, _of_attendance(audit, home, found), say, now)
        ended: Outcome | NothingDue
        if found.due_at is None or found.done:
            ended = _nothing_due(audit, schedule, home, found, now)
        else:
            ended = _carry_out(audit, schedule, home, options, found.due_at, say, progress, began)
        _purge_due(audit, options.out, say)
        return ended


def check(file: Path, out: Path | None, *, say: Say, now: dt.datetime) -> Standing:
    """How an audit stands by its schedule; whoever audit.yaml names is told of what went wrong.

    What a killed run left of the exports is erased. Raises: UserError.
    """
    audit = load_audit(file)
    schedule, home = _scheduled(audit, out)
    found = attendance(schedule, home, now)
    home.mkdir(parents=True, exist_ok=True)
    clean_interrupted(home)
    not_sent = tell(audit, home, _of_attendance(audit, home, found), say, now)
    return Standing(attendance=found, next_due_at=schedule.next_due(now), not_sent=not_sent)


def _scheduled(audit: Audit, out: Path | None) -> tuple[Schedule, Path]:
    """The schedule of an audit, and the folder of its runs. Raises: UserError."""
    if audit.schedule is None:
        msg = (
            f"{audit.path} has no schedule: 'teleaudit schedule {audit.name} --every month' prints"
            " the line to write."
        )
        raise UserError(msg)
    return audit.schedule, (out or reports_folder(audit.path)) / audit.name


def _nothing_due(
    audit: Audit, schedule: Schedule, home: Path, found: Attendance, now: dt.datetime
) -> NothingDue:
    run_id = found.done.content.get("run_id") if found.done else None
    codes = {
        row["run_id"]: row["exit_code"] for row in describe_runs(read_ledger(home / LEDGER_FILE))
    }
    return NothingDue(
        audit=audit.name,
        run_id=run_id,
        exit_code=ExitCode(codes.get(run_id) or 0),
        next_due_at=schedule.next_due(now),
    )


def _carry_out(
    audit: Audit,
    schedule: Schedule,
    home: Path,
    options: Options,
    due_at: dt.datetime,
    say: Say,
    progress: Progress | None,
    began: float | None,
) -> Outcome:
    heart = Heart(home, due_at, dt.datetime.now(dt.UTC))
    heart.beat()

    def said(text: str) -> None:
        heart.beat()
        say(text)

    def went_on(step: Step) -> None:
        heart.beat(step.stage)
        if progress:
            progress(step)

    limit = _Limit(schedule.max_duration)
    due = replace(options, scheduled_for=due_at)
    try:
        outcome = run_audit(audit.path, due, say=said, progress=went_on, began=began)
        notices = of_outcome(outcome, due_at)
    # whatever ends it is told of, and goes on its way
    except BaseException as error:
        limit.cancel()
        reason = reason_of(error, is_timed_out=limit.is_over)
        tell(audit, home, [of_failure(audit.name, due_at, reason)], say, dt.datetime.now(dt.UTC))
        raise
    finally:
        limit.cancel()
        heart.stop()
    tell(audit, home, notices, say, dt.datetime.now(dt.UTC))
    return outcome


def _of_attendance(audit: Audit, home: Path, found: Attendance) -> list[Notice]:
    """What is to be told of a run that is due and that nobody told of: interrupted, or not begun."""
    if found.due_at is None:
        return []
    failure = of_failure(audit.name, found.due_at, "interrupted")
    if found.is_broken_off:
        return [failure]
    if found.is_late and not Outbox(home).knows(failure.id):
        return [of_silence(audit.name, found.due_at)]
    return []


def tell(audit: Audit, home: Path, notices: Iterable[Notice], say: Say, now: dt.datetime) -> int:
    """Send notices, and those that wait; returns how many could not be sent. No verdict depends on
    it.
    """
    send, outbox = sending(audit.notify, audit.path), Outbox(home)
    failed: list[tuple[str, str, str]] = []
    for notice in notices:
        if notice.event not in audit.notify.on or not audit.notify.channels:
            continue
        try:
            outbox.add(notice.as_json(), audit.notify.channels)
        except OSError:  # a full disk: told all the same, and perhaps twice
            for own in audit.notify.channels:
                try:
                    send(own, notice.as_json())
                except NotSentError as error:
                    failed.append((notice.event, own, str(error)))
    with suppress(OSError):
        failed += [
            (told["event"], channel, why)
            for told, channel, why in outbox.deliver(send, moment_text(now))
        ]
    for event, channel, why in failed:
        say(
            f"note: nobody was told of {event} by {channel} ({why}): the next scheduled run or"
            " check tries again"
        )
    return len(failed)


class _Limit:
    """Ends this process like a signal from outside when the time is over, and by force where that
    does not help.
    """

    def __init__(self, limit: dt.timedelta) -> None:
        self.is_over = False
        self._timers = (
            threading.Timer(limit.total_seconds(), self._end),
            threading.Timer((limit + _ENDING).total_seconds(), self._kill),
        )
        for timer in self._timers:
            timer.daemon = True
            timer.start()

    def cancel(self) -> None:
        """The run has ended."""
        for timer in self._timers:
            timer.cancel()
            timer.join()

    def _end(self) -> None:
        self.is_over = True
        os.kill(os.getpid(), signal.SIGTERM)

    def _kill(self) -> None:
        os.kill(os.getpid(), signal.SIGKILL)


def _purge_due(audit: Audit, out: Path | None, say: Say) -> None:
    """Erase the closed annexes whose time is over, where audit.yaml sets one."""
    if audit.keep.restricted_days is None:
        return
    try:
        for annex in find_annexes(audit.path, out, Asked(), dt.datetime.now(dt.UTC)):
            if annex.state is State.DUE:
                say(f"{annex.run_id}: closed annex erased: {purge(annex)}")
    except UserError as error:
        say(f"note: {error}")
