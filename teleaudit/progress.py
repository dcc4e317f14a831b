"""How far a run is, said to whoever waits: the numbers of a step, and lines that do not come too
often.
"""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, get_args

from teleaudit.terminal import as_visible_json

LINE_EVERY_S = 10
Level = Literal["info", "warning", "error"]
LogStyle = Literal["text", "json"]
LOG_STYLES: tuple[LogStyle, ...] = get_args(LogStyle)
_DONE = {"reading": "rows read", "checks": "rows checked", "worklist": "deviations listed"}


@dataclass(frozen=True, kw_only=True)
class Step:
    """How much of a stage is done."""

    stage: Literal["reading", "checks", "worklist"]
    name: str  # of the export or data set
    done: int
    total: int | None  # None where nobody knows
    about: bool = False  # the total, or what is done of it, is an estimate

    def amount(self) -> str:
        """What is done, of how much."""
        about = "about " if self.about else ""
        return (
            f"{self.done:,} of {about}{self.total:,} {_DONE[self.stage]}"
            if self.total is not None and self.total >= self.done
            else f"{self.done:,} {_DONE[self.stage]}"
        )


Progress = Callable[[Step], None]


class Pace:
    """How fast stages go: for the time that is left."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        """``clock`` gives seconds."""
        self.clock = clock
        self._first: dict[tuple[str, str], tuple[float, int]] = {}

    def elapsed(self, step: Step) -> float:
        """Seconds since the stage's first step."""
        began, _ = self._first.setdefault((step.stage, step.name), (self.clock(), step.done))
        return self.clock() - began

    def left(self, step: Step) -> str:
        """The time that is left, in words; empty where it cannot be told."""
        elapsed = self.elapsed(step)
        _, before = self._first[step.stage, step.name]
        if step.total is None or not elapsed or not before < step.done < step.total:
            return ""
        return f"about {_duration((step.total - step.done) * elapsed / (step.done - before))} left"


class Lines:
    """Says steps in plain lines: the first after ten seconds, then at most one every ten."""

    def __init__(
        self, say: Callable[[str], None], clock: Callable[[], float] = time.monotonic
    ) -> None:
        """``say`` gets each line."""
        self._say, self._pace = say, Pace(clock)
        self._said: dict[tuple[str, str], float] = {}

    def __call__(self, step: Step) -> None:
        """Say the step, where it is time."""
        elapsed = self._pace.elapsed(step)
        if elapsed - self._said.get((step.stage, step.name), 0) >= LINE_EVERY_S:
            self._said[step.stage, step.name] = elapsed
            self._say(
                ", ".join(filter(None, (f"{step.name}: {step.amount()}", self._pace.left(step))))
            )


def timed(
    say: Callable[[str], None], clock: Callable[[], str] = lambda: time.strftime("%H:%M:%S")
) -> Callable[[str], None]:
    """Says each line with the local time in front: where lines are kept, somebody asks when."""
    return lambda text: say(f"{clock()} {text}")


def logged(
    write: Callable[[str], None],
    style: LogStyle,
    clock: Callable[[], dt.datetime] = lambda: dt.datetime.now().astimezone(),
) -> Callable[[str], None]:
    """Says each line with time, zone and level, as text or as a JSON object: for logs that programs
    read.
    """
    return lambda text: write(log_line(text, level_of(text), style, clock()))


def level_of(text: str) -> Level:
    """How grave a line is: remarks begin with ``note:``."""
    return "warning" if text.startswith("note: ") else "info"


def log_line(text: str, level: Level, style: LogStyle, at: dt.datetime) -> str:
    """A line of a log."""
    moment = at.isoformat(timespec="seconds")
    if style == "json":
        return as_visible_json({"at": moment, "level": level, "text": text})
    return f"{moment} {level} {text}"


def _duration(seconds: float) -> str:
    for unit, length in (("h", 3600), ("min", 60)):
        if seconds >= 2 * length:
            return f"{round(seconds / length)} {unit}"
    return f"{max(1, round(seconds))} s"
