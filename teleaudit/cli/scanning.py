"""``teleaudit scan``."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Literal

import typer
from rich import box
from rich.markup import escape
from rich.table import Table

from teleaudit.cli import console
from teleaudit.errors import ExitCode
from teleaudit.terminal import GatedConsole, writer

commands = typer.Typer()


@commands.command(
    short_help="Find card numbers, CPR, message content, browsing in any file.",
    epilog=(
        "Examples: teleaudit scan helpdesk.csv. teleaudit scan exports/ --own-domain bizzy.dk"
        " --format jsonl. zcat old.log.gz | teleaudit scan -."
    ),
)
def scan(
    paths: Annotated[
        list[Path],
        typer.Argument(
            metavar="PATH",
            help=(
                "Files or folders of CSV, Excel, JSON, JSON lines, Parquet, logs, text, also"
                " packed; - is standard input."
            ),
        ),
    ],
    *,
    output: Annotated[
        Literal["table", "jsonl"],
        typer.Option(
            "--format",
            help="A table by file and column for people, one JSON object per finding for programs.",
        ),
    ] = "table",
    own_domain: Annotated[
        list[str] | None,
        typer.Option(
            "--own-domain",
            metavar="D",
            help="A domain of the operator's own, which is no browsing. May be repeated.",
        ),
    ] = None,
    min_level: Annotated[
        Literal["confirmed", "probable", "review"],
        typer.Option(
            "--min-level",
            help="Show what is at least so sure. The exit code does not change with it.",
        ),
    ] = "review",
) -> None:
    """Find card numbers, CPR numbers, message content and browsing in any file.

    What is found is told by file, column and row, never shown.

    Exit codes: 0 nothing found, or only what a person should review. 1 something confirmed or
    probable. 2 nothing of that, but something could not be scanned. 3 wrong use.
    """
    began = time.monotonic()
    from teleaudit.scanning.scan import NotScanned, scan_paths
    from teleaudit.scanning.show import Summary, as_json, is_shown

    summary, write = Summary(), writer()
    try:
        with console.progress() as (say, progress):
            for event in scan_paths(paths, own_domains=own_domain or (), progress=progress):
                summary.add(event)
                if isinstance(event, NotScanned):
                    say(
                        f"not scanned: {event.file}: {event.reason}"
                        + (f"; its first {event.rows:,} rows were" if event.rows else "")
                    )
                elif output == "jsonl" and is_shown(event, min_level):
                    write(as_json(event) + "\n")
    except KeyboardInterrupt:
        console.err.print("teleaudit: interrupted. The rest was not scanned.")
        raise typer.Exit(ExitCode.INTERNAL) from None
    if output == "table":
        _show_finds(summary.table(min_level))
    (console.out if output == "table" else console.err).print(
        summary.totals(time.monotonic() - began), markup=False
    )
    raise typer.Exit(summary.exit_code)


def _show_finds(rows: Sequence[Sequence[str]]) -> None:
    """What was found, a line for each file, column and kind."""
    if not rows:
        return
    table = Table(
        "file",
        "column",
        "kind",
        "cells",
        "whole column",
        "reason",
        "first rows",
        box=box.HEAVY_HEAD if console.out.is_terminal else None,
    )
    for row in rows:
        table.add_row(*map(escape, row))
    GatedConsole(width=None if console.out.is_terminal else 200).print(table)
