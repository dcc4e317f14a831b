"""``teleaudit run``."""

from __future__ import annotations

import datetime as dt
import json
import re
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich import box
from rich.table import Table
from rich.text import Text

from teleaudit.cli import console
from teleaudit.errors import UserError
from teleaudit.terminal import GatedConsole, writer

if TYPE_CHECKING:
    from teleaudit.progress import Progress
    from teleaudit.rules.audit_file import ReportLanguage
    from teleaudit.runs.pipeline import Options, Outcome

commands = typer.Typer()

_DATE = re.compile(r"\d{4}-\d\d-\d\d")
_SIZE = re.compile(r"[1-9]\d*(\.\d+)? ?[KMGT]i?B", re.IGNORECASE)
AuditFile = Annotated[
    Path, typer.Argument(metavar="AUDIT.yaml", help="The audit file, or the folder that holds it.")
]


@commands.command(short_help="Carry out an audit and write the report.")
def run(  # noqa: PLR0913 (its options)
    audit: AuditFile,
    *,
    as_of: Annotated[
        str | None,
        typer.Option(
            "--as-of",
            metavar="DATE",
            help=(
                "Judge deadlines on this date (yyyy-mm-dd). Default: the audit's as_of, else today."
            ),
        ),
    ] = None,
    exports: Annotated[
        str | None,
        typer.Option(
            "--exports",
            metavar="DIR",
            help=(
                "The exports lie here instead of in the audit's exports_root; with Spark also a"
                " URL."
            ),
        ),
    ] = None,
    engine: Annotated[
        str,
        typer.Option(
            "--engine",
            help="What asks the checks: this machine (duckdb), or Spark. The answers are the same.",
        ),
    ] = "duckdb",
    master: Annotated[
        str | None,
        typer.Option(
            "--master",
            metavar="URL",
            help=(
                "Spark's master: local[*], spark://HOST:PORT, yarn, k8s://... Default: where it is"
                " submitted, else local[*]."
            ),
        ),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(
            "--out",
            metavar="DIR",
            help=(
                "Where the run folder goes. Default: reports/ of the workspace that the audit"
                " stands in."
            ),
        ),
    ] = None,
    lang: Annotated[
        str | None,
        typer.Option(
            "--lang",
            metavar="da,en",
            help=(
                "Languages of the report; Danish is always written. Default: the audit's"
                " report_languages, else da."
            ),
        ),
    ] = None,
    jobs: Annotated[
        int | None,
        typer.Option(
            "--jobs",
            metavar="N",
            min=1,
            help="Notebooks that run at the same time. Default: one a core, at most 4.",
        ),
    ] = None,
    memory: Annotated[
        str | None,
        typer.Option(
            "--memory",
            metavar="SIZE",
            help=(
                "DuckDB's memory; what does not fit goes to disk. The run takes at most 1 GiB"
                " besides. Default: half of the memory, at most 4GiB. "
                "On a Spark cluster: of each executor."
            ),
        ),
    ] = None,
    timings: Annotated[
        bool,
        typer.Option(
            "--timings",
            help="Say at the end where time went, and what was taken of memory and disk.",
        ),
    ] = False,
    table: Annotated[
        bool, typer.Option("--table", help="Show the table of all checks besides.")
    ] = False,
    quiet: Annotated[
        bool,
        typer.Option("--quiet", help="One line on stdout, nothing on stderr but errors: for cron."),
    ] = False,
    as_json: Annotated[
        bool,
        typer.Option(
            "--json",
            help=(
                "The outcome as one JSON object on stdout (README.md lists its keys), also of a run"
                " that is refused or fails."
            ),
        ),
    ] = False,
    log: Annotated[
        str | None,
        typer.Option(
            "--log",
            metavar="text|json",
            help="What is said on stderr with time, zone and level, also with --quiet.",
        ),
    ] = None,
    scheduled: Annotated[
        bool,
        typer.Option(
            "--scheduled",
            help=(
                "Only where the schedule of audit.yaml says that a run is due and none was carried"
                " out: alone, within its max_hours, told of as notify says. For schedulers."
            ),
        ),
    ] = False,
    no_notebooks: Annotated[
        bool,
        typer.Option(
            "--no-notebooks",
            help=(
                "Ask the checks without notebooks: the same answers, no executed notebooks in the"
                " record."
            ),
        ),
    ] = False,
) -> None:
    """Carry out an audit: read the exports, ask every check, write the report.

    Shown at the end: errors and deviations, the gravest first; what could not be judged and what to
    do about it; counts and paths.
    """
    began = time.monotonic()
    from teleaudit import outcome as outcomes
    from teleaudit.report.authorities import without_secrets
    from teleaudit.rules.audit_file import find_audit
    from teleaudit.runs.pipeline import Options, run_audit

    _log_as(log)
    if table and (quiet or as_json):
        msg = (
            f"--table and {'--json' if as_json else '--quiet'} exclude each other:"
            f" {'one object' if as_json else 'one line'} is all that stdout gets."
        )
        raise UserError(msg)
    console.one_of("--engine", engine, ("duckdb", "spark"))
    if master is not None and engine != "spark":
        msg = "--master is Spark's: add --engine spark."
        raise UserError(msg)
    if memory is not None and not _SIZE.fullmatch(memory):
        msg = f"invalid size for --memory: {memory}. Write a number and its unit, as in 1536MB or 4GB."
        raise UserError(msg)
    options = Options(
        as_of=_date("--as-of", as_of) if as_of is not None else None,
        exports=exports,
        engine="spark" if engine == "spark" else "duckdb",
        master=master,
        out=out,
        languages=None if lang is None else _languages(lang),
        notebooks=not no_notebooks,
        jobs=jobs,
        memory=memory,
    )
    with console.progress(quiet=quiet) as (say, progress):
        outcome = (
            _run_what_is_due(
                find_audit(audit), options, say, progress, began, quiet=quiet, as_json=as_json
            )
            if scheduled
            else run_audit(find_audit(audit), options, say=say, progress=progress, began=began)
        )
    if timings:
        _show_timings(outcome.timings)
    if as_json:
        writer()(json.dumps(outcomes.as_object(outcome)) + "\n")
    elif quiet:
        console.out.print(Text(outcomes.as_summary(outcome)))
    else:
        width = console.out.width if console.out.is_terminal else None
        for line in outcomes.as_lines(outcome, width=width):
            console.out.print(Text(line.text, line.style))
    if table:
        _show_checks(without_secrets(outcome.results))
    raise typer.Exit(outcome.exit_code)


def _run_what_is_due(
    file: Path,
    options: Options,
    say: Callable[[str], None],
    progress: Progress,
    began: float,
    *,
    quiet: bool,
    as_json: bool,
) -> Outcome:
    """The run that was due. Raises: Exit where none was, with the code of the one before; UserError."""
    from teleaudit.scheduling.carrying_out import NothingDue, carry_out

    if options.as_of is not None:
        msg = "--scheduled and --as-of exclude each other: what is due is judged today."
        raise UserError(msg)
    ended = carry_out(file, options, say=say, progress=progress, began=began)
    if isinstance(ended, NothingDue):
        if as_json:
            writer()(json.dumps(ended.as_json()) + "\n")
        elif not quiet:
            say(str(ended))
        raise typer.Exit(ended.exit_code)
    return ended


def _log_as(style: str | None) -> None:
    """Raises: UserError for a style that there is not."""
    from teleaudit.progress import LOG_STYLES

    if style is not None:
        console.one_of("--log", style, LOG_STYLES)
        console.Log.style = "json" if style == "json" else "text"


def _languages(value: str) -> tuple[ReportLanguage, ...]:
    """The languages of ``--lang``. Raises: UserError."""
    from teleaudit.rules.audit_file import REPORT_LANGUAGES

    for name in value.split(","):
        console.one_of("--lang", name, REPORT_LANGUAGES)
    return tuple(language for language in REPORT_LANGUAGES if language in value.split(","))


def _date(option: str, value: str) -> dt.date:
    if _DATE.fullmatch(value):
        with suppress(ValueError):
            return dt.date.fromisoformat(value)
    msg = f"{option} {value} is no date: write it as yyyy-mm-dd, as in 2026-11-22."
    raise UserError(msg)


def _show_timings(timings: Mapping[str, Any]) -> None:
    """Stages as a table; then memory and disk."""
    table = Table(
        "stage",
        "of",
        "seconds",
        "rows",
        "rows/s",
        "scans",
        box=box.HEAVY_HEAD if console.err.is_terminal else None,
    )
    for stage in timings["stages"]:
        rows, seconds = stage["rows"], stage["seconds"]
        speed = f"{rows / seconds:,.0f}" if rows and seconds else ""
        numbers = [f"{number:,}" if number is not None else "" for number in (rows, stage["scans"])]
        table.add_row(
            stage["stage"].replace("_", " "),
            stage["name"] or "",
            f"{seconds:,.1f}",
            numbers[0],
            speed,
            numbers[1],
        )
    for column in table.columns[2:]:
        column.justify = "right"
    GatedConsole(stderr=True, width=None if console.err.is_terminal else 120).print(table)
    memory, disk, spill = (
        f"{timings[f'peak_{name}_bytes'] / 1e6:,.0f} MB" for name in ("memory", "disk", "spill")
    )
    console.err.print(
        f"{timings['seconds']:,.1f} s in all. At most {memory} of memory (limit of the engine:"
        f" {timings['memory_limit']}) and {disk} of temporary disk, {spill} of it spilled."
    )


def _show_checks(results: Mapping[str, Any]) -> None:
    """Every check with its verdict and its numbers."""
    table = Table(
        "check",
        "verdict",
        "N",
        "M",
        "k",
        "e",
        title=f"{results['controller']['name']}, as of {results['as_of']}",
    )
    for check in results["checks"]:
        judged = check["why"] is None or check["population"] > 0
        numbers = [
            f"{check[name]:,}" if judged else "-"
            for name in ("population", "assessable", "deviations", "exempted")
        ]
        table.add_row(
            check["id"], check["verdict"] + (f" ({check['why']})" if check["why"] else ""), *numbers
        )
    for column in table.columns[2:]:
        column.justify = "right"
    GatedConsole(width=None if console.out.is_terminal else 120).print(table)
    console.out.print("N population, M assessable, k deviations, e exempted.")
