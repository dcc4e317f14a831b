"""``teleaudit schedule``."""

from __future__ import annotations

import datetime as dt
import os
import pwd
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import typer

from teleaudit.cli import console
from teleaudit.errors import UserError
from teleaudit.terminal import writer

commands = typer.Typer()


@commands.command(
    short_help="Let a scheduler carry out an audit.",
    epilog=(
        "Exit codes of --check: 0 what was due was carried out, or is still in time. 1 something was"
        " due and did not come to a result. 2 somebody could not be told. 3 wrong use."
    ),
)
def schedule(
    audit: Annotated[Path, typer.Argument(help="Its name, file or folder.")],
    *,
    every: Annotated[
        str | None,
        typer.Option(
            "--every",
            metavar="PERIOD",
            help="day, week, month or quarter. Default: the schedule of audit.yaml.",
        ),
    ] = None,
    scheduler: Annotated[
        str, typer.Option("--as", help="systemd, cron, airflow or jupyter-scheduler.")
    ] = "systemd",
    to: Annotated[
        Path | None,
        typer.Option("--to", metavar="DIR", help="Write the files there instead of printing them."),
    ] = None,
    install: Annotated[
        bool, typer.Option("--install", help="Put them where the scheduler looks, and begin.")
    ] = False,
    check: Annotated[
        bool,
        typer.Option(
            "--check",
            help="Say whether what was due was carried out, and tell whom notify names if not.",
        ),
    ] = False,
    quiet: Annotated[
        bool, typer.Option("--quiet", help="With --check: say nothing where nothing is wrong.")
    ] = False,
    user: Annotated[
        str | None,
        typer.Option("--user", metavar="NAME", help="Of the system, who runs it. Default: you."),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option("--out", metavar="DIR", help="Where runs go. Default: as with run."),
    ] = None,
) -> None:
    """Print what a scheduler needs to carry out an audit by itself, or install it.

    The schedule stands in audit.yaml: what is due there and does not run is missed, and said by
    history, doctor, the next report, and whom notify names. docs/schedule.md says how.
    """
    from teleaudit.rules.audit_file import find_audit, load_audit
    from teleaudit.scheduling.installing import install as put
    from teleaudit.scheduling.installing import write_files
    from teleaudit.scheduling.plans import SCHEDULERS, entry_of, lay_out, make_plan

    file = find_audit(audit)
    if check:
        _check(file, out, quiet=quiet)
        return
    if install and to is not None:
        msg = "--install and --to exclude each other."
        raise UserError(msg)
    console.one_of("--as", scheduler, SCHEDULERS)
    chosen = next(one for one in SCHEDULERS if one == scheduler)
    today = dt.datetime.now(dt.UTC).date()
    plan, is_declared = make_plan(file, every=every, out=out, user=_user(user), today=today)
    if not is_declared:
        console.err.print(
            "note: so that a run that does not take place is missed, write in"
            f" {file}: {entry_of(plan.schedule)}",
            markup=False,
        )
    if load_audit(file).as_of is not None:
        console.err.print(
            f"note: {file} sets as_of: every scheduled run judges that day. Leave it out there.",
            markup=False,
        )
    files = lay_out(plan, chosen)
    if install:
        for path in put(plan, chosen, files, is_declared=is_declared):
            console.out.print(f"Installed: {path}", markup=False)
    elif to is not None:
        for path in write_files(to, files):
            console.out.print(str(path), markup=False)
    else:
        _print(files)


def _print(files: Mapping[str, str]) -> None:
    """One file as it is; several each under its name."""
    write = writer()
    for name, content in files.items():
        write(f"# {name}\n{content}\n" if len(files) > 1 else content)


def _user(name: str | None) -> str:
    """As whom the audit runs. Raises: UserError."""
    if name is None and os.getuid() == 0:
        msg = "an audit is not run as root: say with --user who runs it."
        raise UserError(msg)
    try:
        return (pwd.getpwuid(os.getuid()) if name is None else pwd.getpwnam(name)).pw_name
    except KeyError:
        msg = "--user: this system knows no such user."
        raise UserError(msg) from None


def _check(file: Path, out: Path | None, *, quiet: bool) -> None:
    from teleaudit.scheduling.carrying_out import check

    with console.progress() as (say, _):
        standing = check(file, out, say=say, now=dt.datetime.now(dt.UTC))
    code = 1 if standing.is_wrong else 2 if standing.not_sent else 0
    if code or not quiet:
        for line in standing.lines():
            console.out.print(line, markup=False)
    raise typer.Exit(code)
