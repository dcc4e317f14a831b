"""What comes before a run: a workspace of one's own, what exports are, and samples to try on."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Annotated

import typer

from teleaudit.cli import console
from teleaudit.errors import UserError
from teleaudit.terminal import as_visible_json, writer

commands = typer.Typer()


@commands.command(short_help="Tell what an export is, with a mapping to paste.")
def inspect(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="An export file.")],
    *,
    table: Annotated[
        str | None,
        typer.Option(
            "--table",
            metavar="NAME",
            help="The canonical table that it is, as you know. Default: the one that fits best.",
        ),
    ] = None,
    as_yaml: Annotated[
        bool, typer.Option("--yaml", help="Only the mapping to paste, nothing else.")
    ] = False,
) -> None:
    """Tell what an export is, and print a mapping to paste into an audit file.

    Told are format, encoding and columns; then, marked with !, what a person must decide or look
    at: headers that may be the same column, columns that rules need and that no header names, dates
    that could be read in two ways, and columns that look like card numbers, CPR numbers, messages
    or visited sites. No value is ever shown.
    """
    from teleaudit.exports.inspection import inspect_file

    found = inspect_file(file, table=table)
    if not as_yaml:
        console.err.print(found.as_text(), markup=False)
    console.out.print(found.as_yaml(), markup=False)


@commands.command(short_help="Make invented exports of two operators.")
def samples(
    target: Annotated[
        Path, typer.Argument(metavar="DIR", help="Where the exports go, a folder an operator.")
    ],
    *,
    rows: Annotated[
        int | None,
        typer.Option(
            "--rows",
            metavar="N",
            min=1,
            help="Make this many call records; the other tables stay small.",
        ),
    ] = None,
    seed: Annotated[
        int, typer.Option("--seed", help="Another seed, other invented people.")
    ] = 20261122,
    operator: Annotated[
        list[str] | None, typer.Option("--operator", help="Only this operator: kazoom or bizzy.")
    ] = None,
    clean: Annotated[bool, typer.Option("--clean", help="Without any deviation.")] = False,
) -> None:
    """Make invented exports of two operators, with the findings that were planted in them."""
    from teleaudit_samples import TELEDATA_ROWS, write_samples

    known = tuple(TELEDATA_ROWS)
    for name in operator or ():
        console.one_of("--operator", name, known)
    write_samples(target, seed=seed, rows=rows, operators=tuple(operator or known), clean=clean)
    for name in operator or known:
        console.out.print(str(target / name))


@commands.command(short_help="Lay out a workspace of your own.")
def init(
    target: Annotated[
        Path,
        typer.Argument(
            metavar="DIR",
            help="A new or empty folder; with --operator also a workspace that there is.",
        ),
    ],
    *,
    operator: Annotated[
        str | None,
        typer.Option(
            "--operator",
            metavar="NAME",
            help='Lay out an audit of this operator too, as in "Navn A/S".',
        ),
    ] = None,
    cvr: Annotated[
        str | None, typer.Option("--cvr", metavar="N", help="The operator's CVR number.")
    ] = None,
    name: Annotated[
        str | None,
        typer.Option(
            "--name",
            metavar="SHORT",
            help="Of the operator's audit. Default: made of the operator's name.",
        ),
    ] = None,
    exports: Annotated[
        Path | None,
        typer.Option(
            "--from",
            metavar="EXPORTS",
            help=(
                "Look at the files in and below this folder and write an entry for each into the"
                " operator's audit. They stay where they are."
            ),
        ),
    ] = None,
) -> None:
    """Lay out a workspace of your own: audits, suites, notebooks and sample exports; with
    --operator and --cvr also an audit of your own, empty or with what --from finds.

    With --from, the audit file says beside each guess why and how sure it is; what a person must
    choose is a question mark, marked AFGØR:, which no run accepts. No value of a row is shown.
    """
    if operator is not None and cvr is not None and exports is not None:
        _init_from(target, exports, operator, cvr, name)
    elif operator is not None and cvr is not None:
        _init_empty(target, operator, cvr, name)
    elif operator is None and cvr is None and name is None and exports is None:
        _init_workspace(target)
    else:
        msg = "--operator and --cvr go together: name the operator and its CVR number."
        raise UserError(msg)


def _init_workspace(target: Path) -> None:
    from teleaudit.workspace import init_workspace

    written = init_workspace(target)
    console.show_next(
        f"{len(written)} files in {target}.",
        {
            f"teleaudit run {target / 'audits' / 'bizzy' / 'audit.yaml'}": (
                "the sample audit, from exports to the report"
            ),
            f'teleaudit init {target} --operator "Navn A/S" --cvr N --from EXPORTS': (
                "an audit of your own, beside the samples, with what is in a folder of exports"
            ),
            "teleaudit inspect FILE": "what an export is, with an entry to paste into an audit",
        },
    )


def _explain(policy: Path) -> None:
    """Write into a policy file what it asks."""
    from teleaudit.report.policy_comments import explain_file
    from teleaudit.report.wording import load_words
    from teleaudit.rules.rulebook import open_policy

    explain_file(open_policy(policy), load_words("da"))


def _init_empty(target: Path, operator: str, cvr: str, name: str | None) -> None:
    from teleaudit.rules.starting import new_operator, start_audit

    own = start_audit(target, new_operator(operator, cvr, name))
    _explain(own.policy)
    console.show_next(
        f"{len(own.written)} files in {target}. The audit: {own.audit}. Its policy:"
        f" {own.policy}. Its exports go into {own.exports}.",
        {
            f"teleaudit inspect {own.exports / 'FILE'}": (
                "prints an entry to paste under exports: of the audit"
            ),
            f"teleaudit policy check {own.policy}": (
                "what is asked under each clause, in plain Danish"
            ),
            f"teleaudit doctor {own.audit}": "what is missing, in the order to mend it",
            f"teleaudit run {own.audit}": (
                "once parameters are set, and what is not held is declared"
            ),
        },
    )


def _init_from(target: Path, exports: Path, operator: str, cvr: str, name: str | None) -> None:
    from teleaudit.doctor import diagnose, topic_lines
    from teleaudit.exports.surveying import as_entries, as_lines, as_not_held, survey_folder
    from teleaudit.rules.starting import Found, new_operator, start_audit

    new = new_operator(operator, cvr, name)
    survey = survey_folder(exports)
    found = Found(root=exports, entries=as_entries(survey), not_held=as_not_held(survey))
    own = start_audit(target, new, found)
    _explain(own.policy)
    diagnosis = diagnose(own.audit, today=dt.datetime.now(dt.UTC).date())
    for line in (*as_lines(survey), "", *topic_lines(diagnosis), ""):
        console.out.print(line, markup=False)
    stopping = [need for need in diagnosis.needs if need.stops_run]
    console.out.print(
        f"No run begins before a person has decided this in {own.audit} (marked AFGØR:):"
        if stopping
        else f"Nothing is left open that stops a run; every guess in {own.audit} says how sure it is.",
        markup=False,
    )
    for need in stopping:
        console.out.print(f"  {need.what}", markup=False)
    console.show_next(
        f"{len(own.written)} files in {target}. The audit: {own.audit}. Its policy: {own.policy}.",
        {
            f"teleaudit doctor {own.audit}": "what is missing, in the order to mend it",
            f"teleaudit run {own.audit}": "the first report, once nothing stops it",
        },
    )


@commands.command(
    short_help="Tell what an audit lacks, in the order to mend it.",
    epilog="Exit codes: 0 nothing is missing. 2 something is. 3 the audit cannot be read.",
)
def doctor(
    audit: Annotated[
        Path,
        typer.Argument(metavar="AUDIT", help="The audit's name, its file, or its folder."),
    ],
    *,
    exports: Annotated[
        str | None,
        typer.Option(
            "--exports",
            metavar="DIR",
            help="The exports lie here instead of in the audit's exports_root.",
        ),
    ] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="As one JSON object on stdout (docs/results.md).")
    ] = False,
) -> None:
    """Tell what an audit lacks before it is run: what is wrong or missing, how many checks wait for
    it, and exactly what to write where; what stops a run first.

    Only the first rows of the exports are read; nothing is written, and no report is made.
    """
    from teleaudit.doctor import as_lines, diagnose

    found = diagnose(audit, today=dt.datetime.now(dt.UTC).date(), exports=exports)
    if as_json:
        writer()(as_visible_json(found.as_json()) + "\n")
    else:
        for line in as_lines(found):
            console.out.print(line, markup=False)
    raise typer.Exit(found.exit_code)
