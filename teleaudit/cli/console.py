"""What all commands say, and how: progress and messages on stderr, results on stdout."""

from __future__ import annotations

import datetime as dt
import io
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeRemainingColumn

from teleaudit.cli.signals import Signals
from teleaudit.errors import UserError, near_match
from teleaudit.terminal import GatedConsole, writer

if TYPE_CHECKING:
    from teleaudit.progress import LogStyle, Step


class Log:
    """How what is said on stderr is written by the command that runs."""

    style: LogStyle | None = None  # None: for people


err = GatedConsole(stderr=True, highlight=False, soft_wrap=True)
out = GatedConsole(highlight=False, soft_wrap=True)


def complain(message: str, *, usage: str = "") -> None:
    """Say why a command ended."""
    if Log.style:
        from teleaudit.progress import log_line

        now = dt.datetime.now().astimezone()
        err.print(log_line(message, "error", Log.style, now), markup=False)
    else:
        err.print(f"teleaudit: {message}{usage}", markup=False)


def show_next(done: str, commands: Mapping[str, str]) -> None:
    """What was done, and the commands that come next, each with what it is for."""
    out.print(done, markup=False)
    out.print("Next:", markup=False)
    for command, purpose in commands.items():
        out.print(f"  {command}\n      {purpose}", markup=False)


def one_of(option: str, value: str, known: Iterable[str]) -> None:
    """Raises UserError for a value that there is not, with those that there are."""
    if value not in known:
        msg = (
            f"{option} {value}: not available here. There is:"
            f" {', '.join(known)}.{near_match(value, known)}"
        )
        raise UserError(msg)


@contextmanager
def progress(
    *, quiet: bool = False
) -> Iterator[tuple[Callable[[str], None], Callable[[Step], None]]]:
    """Something to say and something to tell steps: a bar for the stage on a terminal, plain lines
    with their time now and then otherwise, and a log's lines where one is asked for.
    """
    from teleaudit.progress import Lines, logged, timed

    if Log.style:
        say = logged(_say_on(err), Log.style)
        yield say, _unless_stopped(Lines(say))
        return
    if quiet or not err.is_terminal:
        say = timed(_say_on(GatedConsole(quiet=True) if quiet else err))
        yield say, _unless_stopped(Lines(say))
        return
    with Progress(
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.fields[amount]}"),
        TimeRemainingColumn(),
        console=err,
        transient=True,
    ) as bars:
        tasks: dict[str, Any] = {}

        def show(step: Step) -> None:
            label = f"{step.stage} {step.name}"
            for other in tasks.keys() - {label}:
                bars.remove_task(tasks.pop(other))
            if label not in tasks:
                tasks[label] = bars.add_task(label, total=step.total, amount="")
            bars.update(tasks[label], completed=step.done, total=step.total, amount=step.amount())

        yield _say_on(bars.console), _unless_stopped(show)


def _unless_stopped(show: Callable[[Step], None]) -> Callable[[Step], None]:
    """Shows steps; ends the run at the next of them where Ctrl-C was lost on the way."""

    def step(step: Step) -> None:
        if Signals.stopped:
            raise KeyboardInterrupt
        show(step)

    return step


def _say_on(console: Console) -> Callable[[str], None]:
    """Says a step; ends the run instead where Ctrl-C was taken for a failed query on the way
    (DuckDB makes an error of its own of it).
    """

    def say(text: str) -> None:
        if Signals.stopped:
            raise KeyboardInterrupt
        console.print(text, markup=False)

    return say


def write_bytes(content: bytes) -> None:
    """Write a result whose bytes count, whatever a terminal's encoding is; a terminal itself gets
    it as people may see it.
    """
    if sys.stdout.isatty():
        writer()(content.decode(errors="backslashreplace"))
        return
    with suppress(BrokenPipeError):
        if isinstance(sys.stdout, io.TextIOWrapper):
            sys.stdout.buffer.write(content)
        else:
            sys.stdout.write(content.decode())


def is_confirmed(question: str) -> bool:
    """Whether a person says yes. Raises: UserError where nobody can be asked."""
    if not sys.stdin.isatty():
        msg = "nothing was erased, for nobody can be asked here: add --yes."
        raise UserError(msg)
    try:
        return typer.confirm(question, err=True)
    except typer.Abort:  # the end of what is typed
        return False
