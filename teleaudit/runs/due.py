"""What was due by an audit's schedule, and what took place: told from the ledger, the folders of
runs and the sign of life that a scheduled run leaves.

A run that was carried out as scheduled says in the ledger which moment it was due at. What is in
no ledger did not take place.
"""

from __future__ import annotations

import datetime as dt
import fcntl
import json
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal, NamedTuple

from teleaudit.errors import UserError
from teleaudit.rules.schedule import Schedule
from teleaudit.runs.folder import Unfinished, unfinished_runs
from teleaudit.runs.ledger import LEDGER_FILE, Entry, Ledger, read_ledger

_LOCK, _HEARTBEAT = "schedule.lock", "heartbeat.json"
_NAMED = 10  # of interrupted runs; more are counted
_BEAT_EVERY = dt.timedelta(seconds=10)


@dataclass(frozen=True, kw_only=True)
class Beat:
    """The last sign of life of a scheduled run."""

    due_at: dt.datetime
    started_at: dt.datetime
    beat_at: dt.datetime
    stage: str
    is_alive: bool  # False: it was ended without having had a chance to say so


@dataclass(frozen=True, kw_only=True)
class Attendance:
    """What was due, and what took place."""

    due_at: dt.datetime | None  # the last time; None: nothing was due yet
    done: Entry | None  # the run that was carried out for it
    missed: tuple[dt.datetime, ...]  # before that, since the last scheduled run
    interrupted: tuple[Unfinished, ...]  # since the last run that came to a result
    is_late: bool  # nothing was carried out for it, and it should have ended by now
    beat: Beat | None

    @property
    def is_open(self) -> bool:
        """Whether a run is due, and none was carried out yet."""
        return self.due_at is not None and self.done is None

    @property
    def is_broken_off(self) -> bool:
        """Whether the run that is due was begun and did not end by itself."""
        return self.is_open and bool(
            self.beat and not self.beat.is_alive and self.beat.due_at == self.due_at
        )


def attendance(
    schedule: Schedule, home: Path, now: dt.datetime, *, is_alone: bool = False
) -> Attendance:
    """What was due until now in the folder of an audit's runs.

    Who ``is_alone`` holds the lock itself: no other run is alive then. Raises: UserError.
    """
    beat = last_beat(home)
    ledger = read_ledger(home / LEDGER_FILE)
    due = list(schedule.due(_last_scheduled(ledger), now))
    due_at = due[-1] if due else _last_scheduled(ledger)
    done = next((one for one in _runs(ledger) if due_moment(one) == due_at), None)
    return Attendance(
        due_at=due_at,
        done=done if due_at else None,
        missed=tuple(due[:-1]),
        interrupted=interrupted_runs(ledger, home),
        is_late=due_at is not None and done is None and schedule.is_late(due_at, now),
        beat=replace(beat, is_alive=False) if beat and is_alone else beat,
    )


def missed_moments(schedule: Schedule, ledger: Ledger, now: dt.datetime) -> list[dt.datetime]:
    """Every moment at which a run was due, should have ended by now, and is not in the ledger."""
    kept = {due_moment(entry) for entry in _runs(ledger)}
    return [
        moment
        for moment in schedule.due(None, now)
        if moment not in kept and schedule.is_late(moment, now)
    ]


def interrupted_runs(ledger: Ledger, home: Path, *, but: str = "") -> tuple[Unfinished, ...]:
    """The runs that ended without a result since the last that came to one."""
    last = max((str(entry.content.get("run_id")) for entry in _runs(ledger)), default="")
    return tuple(
        run for run in unfinished_runs(home) if last < run.run_id != but and not run.goes_on
    )


def not_carried_out(
    schedule: Schedule | None,
    home: Path,
    *,
    run_id: str,
    scheduled_for: dt.datetime | None,
    now: dt.datetime,
) -> dict[str, Any]:
    """What results say of runs that were missed or interrupted since the last one; nothing where
    none were.
    """
    ledger = read_ledger(home / LEDGER_FILE)
    interrupted = interrupted_runs(ledger, home, but=run_id)
    missed = [
        moment
        for moment in (schedule.due(_last_scheduled(ledger), now) if schedule else ())
        if schedule and moment != scheduled_for and (scheduled_for or schedule.is_late(moment, now))
    ]
    told: dict[str, Any] = {}
    if missed:
        told["missed"] = {
            "count": len(missed),
            "first": moment_text(missed[0]),
            "last": moment_text(missed[-1]),
        }
    if interrupted:
        told["interrupted"] = {
            "count": len(interrupted),
            "run_ids": [run.run_id for run in interrupted[-_NAMED:]],
        }
    return {"not_carried_out": told} if told else {}


def moment_text(moment: dt.datetime) -> str:
    """A moment as results and the ledger write it."""
    return f"{moment.astimezone(dt.UTC):%Y-%m-%dT%H:%M:%SZ}"


def due_moment(entry: Entry) -> dt.datetime | None:
    """The moment that a run was carried out for; None for one that a person began."""
    return _moment(entry.content.get("scheduled_for"))


def _runs(ledger: Ledger) -> list[Entry]:
    return [entry for entry in ledger.entries if entry.kind == "run"]


def _last_scheduled(ledger: Ledger) -> dt.datetime | None:
    return max((moment for one in _runs(ledger) if (moment := due_moment(one))), default=None)


def _moment(text: object) -> dt.datetime | None:
    try:
        moment = dt.datetime.fromisoformat(str(text))
    except ValueError:
        return None
    return moment if moment.tzinfo is not None else None


# The sign of life


class Heart:
    """Leaves a sign of life as a scheduled run goes on, at most every ten seconds.

    It is the run itself that beats, at its steps: one that hangs does not.
    """

    def __init__(self, home: Path, due_at: dt.datetime, started_at: dt.datetime) -> None:
        self._file = home / _HEARTBEAT
        self._told = {"due_at": moment_text(due_at), "started_at": moment_text(started_at)}
        self._last: dt.datetime | None = None
        self._stage = "start"

    def beat(self, stage: str | None = None) -> None:
        """Leave a sign, of a stage that begins or of the one that goes on."""
        self._stage = stage or self._stage
        now = dt.datetime.now(dt.UTC)
        if self._last is None or now - self._last >= _BEAT_EVERY:
            self._last = now
            told = {**self._told, "beat_at": moment_text(now), "stage": self._stage}
            part = self._file.with_suffix(".part")
            with suppress(OSError):  # a full disk, of which the run itself will speak
                part.write_text(json.dumps(told) + "\n", encoding="ascii")
                part.replace(self._file)

    def stop(self) -> None:
        """The run has ended, and said how."""
        with suppress(OSError):
            self._file.unlink(missing_ok=True)


def last_beat(home: Path) -> Beat | None:
    """The sign of life that is there; none where no scheduled run goes on or was killed."""
    try:
        told = json.loads((home / _HEARTBEAT).read_bytes())
        moments = {
            name: dt.datetime.fromisoformat(told[name])
            for name in ("due_at", "started_at", "beat_at")
        }
        return Beat(**moments, stage=str(told["stage"]), is_alive=_is_locked(home))
    except (OSError, ValueError, LookupError, TypeError):
        return None


@contextmanager
def alone(home: Path) -> Iterator[None]:
    """While a scheduled run of an audit goes on, no other begins. Raises: UserError."""
    home.mkdir(parents=True, exist_ok=True)
    lock = os.open(home / _LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o660)
    try:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            beat = last_beat(home)
            since = f", last sign of life {moment_text(beat.beat_at)}" if beat else ""
            msg = (
                f"a scheduled run of {home.name} goes on already{since}: nothing was begun. It ends"
                " by itself when its max_hours are over."
            )
            raise UserError(msg) from None
        yield
    finally:
        os.close(lock)


def _is_locked(home: Path) -> bool:
    with suppress(OSError):
        lock = os.open(home / _LOCK, os.O_RDONLY | os.O_CLOEXEC)
        try:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        finally:
            os.close(lock)
    return False


# For a reader


class Gap(NamedTuple):
    """What did not come to a result."""

    at: dt.datetime  # when it was begun, or due
    run_id: str | None  # None: it was not begun
    state: Literal["goes on", "interrupted", "did not run"]


def gaps(schedule: Schedule | None, ledger: Ledger, home: Path, now: dt.datetime) -> list[Gap]:
    """All that was begun or due until now and did not come to a result, oldest first."""
    beat = last_beat(home)
    alive = beat.due_at if beat and beat.is_alive else None
    missed = missed_moments(schedule, ledger, now) if schedule else []
    return sorted(
        [
            *(
                Gap(run.started_at, run.run_id, "goes on" if run.goes_on else "interrupted")
                for run in unfinished_runs(home)
            ),
            *(Gap(moment, None, "did not run") for moment in missed if moment != alive),
        ],
        key=lambda gap: gap.at,
    )


def describe_beat(beat: Beat) -> str:
    """The sign of life, in words."""
    state = "goes on" if beat.is_alive else "was interrupted"
    return (
        f"The scheduled run of {moment_text(beat.due_at)} {state}: begun"
        f" {moment_text(beat.started_at)}, last sign of life {moment_text(beat.beat_at)}"
        f" ({beat.stage})."
    )


def listed(moments: Sequence[dt.datetime]) -> str:
    """Moments, in words: all of few, the first and last of many."""
    if len(moments) <= 3:
        return ", ".join(map(moment_text, moments))
    return f"{len(moments):,} from {moment_text(moments[0])} to {moment_text(moments[-1])}"
