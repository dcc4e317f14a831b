"""The command line: asks the library and shows the answer; exit codes are in ``errors.py``.

Progress and messages go to stderr, results to stdout. Heavy imports are paid only by the command
that needs them.
"""

from __future__ import annotations

import io
import json
import os
import signal
import sys
from collections.abc import Sequence
from contextlib import suppress
from typing import Annotated

import typer

from teleaudit import __version__
from teleaudit.cli import auditing, console, lab, rules, runs, scanning, scheduling, setting_up
from teleaudit.cli.signals import Signals, stop, stop_again
from teleaudit.errors import ExitCode, UserError, near_match
from teleaudit.terminal import writer

app = typer.Typer(
    name="teleaudit",
    help=(
        "Check exported customer data and teledata against privacy policy and law, and write a"
        " report that can be handed to Datatilsynet."
    ),
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    epilog=(
        "Exit codes: 0 no deviations, all assessed. 1 deviations. 2 no deviation, but something not"
        " assessed. 3 wrong use, configuration or input. 4 internal error."
    ),
)


def _version(asked: bool) -> None:  # noqa: FBT001 (typer's callback)
    if asked:
        console.out.print(f"teleaudit {__version__}")
        raise typer.Exit


@app.callback()
def _common(
    *,
    version: Annotated[
        bool,
        typer.Option(
            "--version", callback=_version, is_eager=True, help="Show the version and exit."
        ),
    ] = False,
) -> None:
    """Check exported customer data and teledata against privacy policy and law."""


for group in (auditing, setting_up, runs, scheduling, lab, rules, scanning):
    app.add_typer(group.commands)


def main() -> None:
    """The entry point: every way out ends with one of the five exit codes."""
    for name in ("SIGINT", "SIGTERM", "SIGHUP"):
        # nohup asks to go on without a terminal
        if signal.getsignal(getattr(signal, name)) is not signal.SIG_IGN:
            signal.signal(getattr(signal, name), stop)
    signal.signal(signal.SIGALRM, stop_again)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            # a terminal without Danish letters gets a question mark, not an error
            stream.reconfigure(errors="replace")
    code = _code(sys.argv[1:])
    signal.setitimer(signal.ITIMER_REAL, 0)
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError):  # who read along has gone
            stream.flush()
    # Great Expectations and duckdb-engine, once imported, make DuckDB's binding report leaks on
    # stderr at a normal exit, connections or none
    os._exit(code)


def _code(arguments: Sequence[str]) -> int:
    """Run a command; the exit code it ends with."""
    command = typer.main.get_command(app)
    console.Log.style = None
    try:
        with command.make_context("teleaudit", list(arguments)) as context:
            command.invoke(context)
    except typer.Exit as ended:
        return ended.exit_code
    except typer.TyperException as error:
        return _refused(error, arguments)
    except UserError as error:
        return _failed(str(error), error.exit_code, arguments)
    except (KeyboardInterrupt, typer.Abort):
        return _failed(_INTERRUPTED, ExitCode.INTERNAL, arguments)
    # the last line of defence: no traceback may quote a value of a row
    except Exception as error:  # noqa: BLE001
        if Signals.stopped:  # DuckDB makes an error of its own of Ctrl-C
            return _failed(_INTERRUPTED, ExitCode.INTERNAL, arguments)
        message = (
            f"internal error ({type(error).__name__} in {_place(error)}). This is a bug, not your"
            " data."
        )
        return _failed(message, ExitCode.INTERNAL, arguments)
    return ExitCode.CLEAN


_INTERRUPTED = "interrupted. The run folder is not complete; its working copies are gone."


def _failed(message: str, code: ExitCode, arguments: Sequence[str], *, usage: str = "") -> int:
    """Say why a command ended, to people and, where they asked for JSON, to programs."""
    console.complain(message, usage=usage)
    if "--json" in arguments and arguments[0] in {"run", "doctor"}:
        writer()(json.dumps({"error": message, "exit_code": int(code)}) + "\n")
    return code


def _refused(error: typer.TyperException, arguments: Sequence[str]) -> int:
    """Say what is wrong with a command line, the near match of an unknown option, and how the
    command is used.
    """
    if type(error).__name__ == "NoArgsIsHelpError":
        console.err.print(error.format_message(), markup=False)
        return ExitCode.WRONG_USE
    context = getattr(error, "ctx", None)
    near = [
        near_match(option, known)
        for option, known in [
            (getattr(error, "option_name", None), getattr(error, "possibilities", None))
        ]
        if option and known
    ]
    message = (
        f"{error.message}.{near[0]}"
        if near
        else error.format_message().replace("Value error, ", "")
    )
    return _failed(
        message, ExitCode.WRONG_USE, arguments, usage=f"\n{context.get_usage()}" if context else ""
    )


def _place(error: BaseException) -> str:
    """Module and line of our own code where an error was raised; no message, no value."""
    place = "unknown place"
    trace = error.__traceback__
    while trace is not None:
        name = trace.tb_frame.f_globals.get("__name__", "")
        if name.startswith("teleaudit"):
            place = f"{name}, line {trace.tb_lineno}"
        trace = trace.tb_next
    return place
