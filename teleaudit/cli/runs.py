"""What is done with runs: found in, listed, approved, signed, verified, exported and purged."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Annotated, Literal

import typer
from rich import box
from rich.markup import escape
from rich.table import Table

from teleaudit.cli import console
from teleaudit.errors import UserError
from teleaudit.terminal import GatedConsole, as_visible_json, writer

commands = typer.Typer()
RunFolderArgument = Annotated[
    Path, typer.Argument(metavar="RUN", help="The folder of a run: reports/AUDIT/RUN.")
]


@commands.command(short_help="Find the record behind a reference of the report.")
def lookup(
    reference: Annotated[
        str, typer.Argument(help="As the report or results.json prints it: R-XXXX-XXXX-XXXX-XXXXX.")
    ],
    audit: Annotated[
        Path | None,
        typer.Argument(help="Its name, file or folder. Default: every audit of the workspace."),
    ] = None,
    *,
    run: Annotated[
        Path | None,
        typer.Option("--run", metavar="RUN", help="The folder of a run, or its id. Default: all."),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option("--out", metavar="DIR", help="Where runs lie. Default: as with run."),
    ] = None,
) -> None:
    """Find the record behind a reference of the report, for whoever may see the closed annex.

    Shown are the record's key and customer number, where it lies, and the checks that list it;
    nothing else of the record. Only the closed annex of the run can tell.
    """
    from teleaudit.checks.worklist import parse_reference
    from teleaudit.runs.lookup import look_up, runs_to_search

    found = look_up(parse_reference(reference), runs_to_search(audit=audit, run=run, out=out))
    for line in found.lines():
        console.out.print(line, markup=False)


@commands.command(short_help="List the runs of an audit, and what they found.")
def history(
    audit: Annotated[Path, typer.Argument(help="Its name, file or folder.")],
    *,
    check: Annotated[
        str | None,
        typer.Option("--check", metavar="ID", help="Only this check: its numbers, run by run."),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option("--out", metavar="DIR", help="Where runs lie. Default: as with run."),
    ] = None,
    output: Annotated[str, typer.Option("--format", help="table or json.")] = "table",
) -> None:
    """List the runs of an audit from its ledger, oldest first: when, and what they found; and
    between them what was begun or due and came to no result.

    The report of a run says what has become of each finding since the run before.
    """
    from teleaudit.runs.due import describe_beat, last_beat
    from teleaudit.runs.history import describe_check, describe_history, find_runs

    console.one_of("--format", output, ("table", "json"))
    kept = find_runs(audit, out)
    told = (
        describe_history(kept, dt.datetime.now(dt.UTC))
        if check is None
        else describe_check(kept.ledger, check)
    )
    if beat := last_beat(kept.home):
        console.err.print(describe_beat(beat), markup=False)
    if output == "json":
        writer()(as_visible_json(told, indent=1) + "\n")
        return
    table = Table(
        *(name.replace("_", " ") for name in told[0]),
        box=box.HEAVY_HEAD if console.out.is_terminal else None,
    )
    for row in told:
        table.add_row(*(escape(_history_cell(cell)) for cell in row.values()))
    GatedConsole(width=None if console.out.is_terminal else 200).print(table)


def _history_cell(cell: object) -> str:
    match cell:
        case None:
            return "-"
        case int():
            return f"{cell:,}"
        case dict():
            return ", ".join(f"{count:,} {name}" for name, count in cell.items()) or "none"
        case _:
            return str(cell)


@commands.command(short_help="Approve a run that somebody else carried out.")
def approve(
    run: RunFolderArgument,
    *,
    function: Annotated[
        str,
        typer.Option(
            "--as",
            metavar="FUNCTION",
            help="The function of who approves, as the report prints it.",
        ),
    ],
) -> None:
    """Approve a run: its reports, drafts until then, are rendered once more without the watermark,
    with the function and today's date, and the ledger names them.

    report.final.da.pdf stands then beside report.da.pdf. Who ran it, as the owner of its files, is
    refused; so is a run that is not what was sealed.
    """
    from teleaudit.runs.approving import approve_run

    for report in approve_run(run, function):
        console.out.print(str(report), markup=False)


@commands.command(
    short_help="Sign the reports of a run.",
    epilog=(
        "The pass phrase is read from --passphrase-file, else from the environment variable"
        " TELEAUDIT_P12_PASSPHRASE, else asked for."
    ),
)
def sign(
    run: RunFolderArgument,
    *,
    p12: Annotated[
        Path,
        typer.Option("--p12", metavar="FILE", help="Key and certificate of the signer (PKCS#12)."),
    ],
    passphrase_file: Annotated[
        Path | None,
        typer.Option(
            "--passphrase-file",
            metavar="FILE",
            help="Its first line is the pass phrase of --p12.",
        ),
    ] = None,
    tsa: Annotated[
        str | None,
        typer.Option(
            "--tsa",
            metavar="URL",
            help=(
                "Ask this service for a time stamp (RFC 3161). Nothing else ever goes to the"
                " network. Default: none."
            ),
        ),
    ] = None,
    draft: Annotated[
        bool, typer.Option("--draft", help="Sign the drafts, which nobody has approved.")
    ] = False,
) -> None:
    """Sign every final report of a run (PAdES, an invisible certification), and name the signed
    copies in the ledger.

    report.final.da.signed.pdf stands then beside report.final.da.pdf. A run that is not what was
    sealed, or that nobody has approved, is refused.
    """
    from teleaudit.runs.signing import open_signer, sign_run

    if tsa is not None and not tsa.startswith(("https://", "http://")):
        msg = "--tsa names no service: write its address with https://."
        raise UserError(msg)
    for copy in sign_run(run, open_signer(p12, passphrase_file), tsa=tsa, draft=draft):
        console.out.print(str(copy), markup=False)


@commands.command(short_help="Tell whether a run or a report is what was sealed.")
def verify(
    path: Annotated[
        Path,
        typer.Argument(
            metavar="RUN|REPORT.pdf",
            help="The folder of a run, its record alone, or one of its reports or other files.",
        ),
    ],
    *,
    ledger: Annotated[
        Path | None,
        typer.Option(
            "--ledger", metavar="FILE", help="The ledger. Default: the one beside the run."
        ),
    ] = None,
    exports: Annotated[
        Path | None,
        typer.Option(
            "--exports", metavar="DIR", help="Where the exports lie, to compare them too."
        ),
    ] = None,
    trust: Annotated[
        Path | None,
        typer.Option(
            "--trust",
            metavar="CA.pem",
            help="The certificates of those whose signatures, and time stamps, count.",
        ),
    ] = None,
) -> None:
    """Tell line by line whether a run, or a report, is what was sealed.

    Looked at are the ledger, the manifest and every file that it names, the results, the reports
    (rendered once more, and compared byte for byte) and their signatures. Nothing is written, and
    nothing goes to the network.

    Exit codes: 0 nothing is wrong in what was looked at. 1 something is wrong. 2 something could
    not be compared. 3 wrong use.
    """
    from teleaudit.runs.verification import Against, conclusion, exit_code
    from teleaudit.runs.verification import verify as verified

    statements = []
    for statement in verified(path, Against(ledger=ledger, exports=exports, trust=trust)):
        statements.append(statement)
        console.out.print(str(statement), markup=False)
    console.out.print(conclusion(statements), markup=False)
    raise typer.Exit(exit_code(statements))


@commands.command(short_help="Write a run's results for other programs.")
def export(
    run: RunFolderArgument,
    *,
    output: Annotated[
        Literal["junit", "oscal", "csv"],
        typer.Option(
            "--format",
            help=(
                "JUnit's XML for Jenkins and GitLab, OSCAL 1.2.1 assessment results, or a row for"
                " each check."
            ),
        ),
    ],
    out: Annotated[
        Path | None,
        typer.Option("--out", metavar="FILE", help="Where it goes. Default: standard output."),
    ] = None,
) -> None:
    """Write what a run found in a format that other programs read (docs/results.md).

    No value of a row of an export is in it.
    """
    from teleaudit.interchange import export_run

    content = export_run(run, output)
    if out is None:
        console.write_bytes(content)
        return
    try:
        out.write_bytes(content)
    except OSError as error:
        msg = f"{out} cannot be written: {error.strerror}. Choose another file with --out."
        raise UserError(msg) from None


@commands.command(
    short_help="Erase the closed annexes of runs after their time.",
    epilog="Storage and backups are not overwritten: docs/verify.md says what that means.",
)
def purge(
    audit: Annotated[
        Path | None,
        typer.Argument(help="Its name, file or folder. Default: every audit of the workspace."),
    ] = None,
    *,
    older_than: Annotated[
        int | None,
        typer.Option(
            "--older-than",
            metavar="DAYS",
            min=0,
            help="Of runs that ended so long ago. Default: keep.restricted_days of audit.yaml.",
        ),
    ] = None,
    run: Annotated[
        str | None,
        typer.Option("--run", metavar="RUN", help="Of this run alone, whatever its age."),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(
            "--out",
            metavar="DIR",
            help="Where the run folders are. Default: reports/ of the workspace.",
        ),
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Erase the closed annexes of runs (restricted/: worklists, the key of the references) after
    their time, and name in the ledger what was erased.

    The record stays, and can be verified as before. Records can then no longer be found by their
    references.
    """
    from teleaudit.runs.purging import Asked, State, find_annexes
    from teleaudit.runs.purging import purge as erase

    if older_than is not None and run is not None:
        msg = "--older-than and --run exclude each other."
        raise UserError(msg)
    asked = Asked(older_than=older_than, run=run)
    annexes = find_annexes(audit, out, asked, dt.datetime.now(dt.UTC))
    for annex in annexes:
        console.out.print(str(annex), markup=False)
    due = [annex for annex in annexes if annex.state is State.DUE]
    if not due:
        console.out.print("Nothing is due.", markup=False)
    elif not (yes or console.is_confirmed(f"Erase {len(due):,} of these?")):
        console.out.print("Nothing was erased.", markup=False)
    else:
        for annex in due:
            console.out.print(
                f"{annex.home.name} {annex.run_id}: erased: {erase(annex)}", markup=False
            )
