"""What a verification says: one line for each thing it looked at."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from teleaudit.detectors.personal import is_personal_path
from teleaudit.errors import ExitCode
from teleaudit.readers.headers import escaped


class State(StrEnum):
    """How a thing stands, the gravest first."""

    WRONG = "WRONG"
    UNKNOWN = "unknown"  # it could not be compared, and might be wrong
    LEFT_OUT = "left out"  # nobody gave what to compare it with
    HOLDS = "ok"


@dataclass(frozen=True, kw_only=True)
class Statement:
    """What was found of one thing."""

    state: State
    subject: str  # the file or the run that it is about
    text: str

    def __str__(self) -> str:
        return f"{self.state:8}  {self.subject}: {self.text}"


def holds(subject: str, text: str) -> Statement:
    """It is as it was sealed."""
    return Statement(state=State.HOLDS, subject=subject, text=text)


def wrong(subject: str, text: str) -> Statement:
    """Somebody, or some damage, changed it."""
    return Statement(state=State.WRONG, subject=subject, text=text)


def unknown(subject: str, text: str) -> Statement:
    """It could not be compared."""
    return Statement(state=State.UNKNOWN, subject=subject, text=text)


def left_out(subject: str, text: str) -> Statement:
    """It was not looked at."""
    return Statement(state=State.LEFT_OUT, subject=subject, text=text)


def exit_code(statements: Iterable[Statement]) -> ExitCode:
    """1 where something is wrong, 2 where something could not be compared, otherwise 0."""
    states = {statement.state for statement in statements}
    if State.WRONG in states:
        return ExitCode.DEVIATIONS
    return ExitCode.NOT_ASSESSED if State.UNKNOWN in states else ExitCode.CLEAN


def conclusion(statements: Sequence[Statement]) -> str:
    """What it comes to, in one sentence."""
    wrong, unknown = (
        sum(one.state is state for one in statements) for state in (State.WRONG, State.UNKNOWN)
    )
    if wrong:
        return f"{count(wrong, 'thing')} {'is' if wrong == 1 else 'are'} wrong."
    if unknown:
        return f"Nothing is wrong, but {count(unknown, 'thing')} could not be compared."
    return "Nothing is wrong in what was looked at."


def shown(name: str) -> str:
    """The name of a file that somebody put there, unless it may be somebody's."""
    return "a file whose name is not shown" if is_personal_path(name) else escaped(name)


def count(number: int, noun: str) -> str:
    """``1 file``, ``2 files``."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
