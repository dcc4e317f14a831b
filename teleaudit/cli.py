"""The command line: asks the library and shows the answer; exit codes are in ``errors.py``.

Progress and messages go to stderr, results to stdout. Heavy imports are paid only by the command
that needs them.
"""

from __future__ import annotations

import datetime as dt
import io
import json
import os
import re
import signal
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer
from rich import box
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeRemainingColumn
from rich.table import Table
from rich.text import Text

from teleaudit import __version__
from teleaudit.errors import ExitCode, UserError, near_match

if TYPE_CHECKING:
    from teleaudit.progress import Step
    from teleaudit.rules.audit_file import ReportLanguage

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


class _Console(Console):
    """A console whose reader may leave (`teleaudit rules | head`): what nobody reads is not
    written, and the exit code stays.
    """

    def on_broken_pipe(self) -> None:
        self.quiet = True


_err = _Console(stderr=True, highlight=False, soft_wrap=True)
_out = _Console(highlight=False, soft_wrap=True)

_DATE = re.compile(r"\d{4}-\d\d-\d\d")
_SIZE = re.compile(r"[1-9]\d*(\.\d+)? ?[KMGT]i?B", re.IGNORECASE)
AuditFile = Annotated[
    Path, typer.Argument(metavar="AUDIT.yaml", help="The audit file, or the folder that holds it.")
]


def _version(asked: bool) -> None:  # noqa: FBT001 (typer's callback)
    if asked:
        _out.print(f"teleaudit {__version__}")
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


@app.command(short_help="Carry out an audit and write the report.")
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
    from teleaudit.rules.audit_file import find_audit
    from teleaudit.runs.pipeline import Options, run_audit

    if table and (quiet or as_json):
        msg = (
            f"--table and {'--json' if as_json else '--quiet'} exclude each other:"
            f" {'one object' if as_json else 'one line'} is all that stdout gets."
        )
        raise UserError(msg)
    _one_of("--engine", engine, ("duckdb", "spark"))
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
    with _progress(quiet=quiet) as (say, progress):
        outcome = run_audit(find_audit(audit), options, say=say, progress=progress, began=began)
    if timings:
        _show_timings(outcome.timings)
    if as_json:
        _writer()(json.dumps(outcomes.as_object(outcome)) + "\n")
    elif quiet:
        _out.print(Text(outcomes.as_summary(outcome)))
    else:
        for line in outcomes.as_lines(outcome, width=_out.width if _out.is_terminal else None):
            _out.print(Text(line.text, line.style))
    if table:
        _show_checks(outcome.results)
    raise typer.Exit(outcome.exit_code)


@app.command(short_help="Tell what an export is, with a mapping to paste.")
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
        _err.print(found.as_text(), markup=False)
    _out.print(found.as_yaml(), markup=False)


@app.command(short_help="Make invented exports of two operators.")
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
        _one_of("--operator", name, known)
    write_samples(target, seed=seed, rows=rows, operators=tuple(operator or known), clean=clean)
    for name in operator or known:
        _out.print(str(target / name))


@app.command(short_help="Lay out a workspace of your own.")
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
            help='Lay out an empty audit of this operator too, as in "Navn A/S".',
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
) -> None:
    """Lay out a workspace of your own: audits, suites, notebooks and sample exports; with
    --operator and --cvr also an empty audit of your own.
    """
    from teleaudit.rules.starting import new_operator, start_audit
    from teleaudit.workspace import init_workspace

    if operator is not None and cvr is not None:
        own = start_audit(target, new_operator(operator, cvr, name))
        _show_next(
            f"{len(own.written)} files in {target}. The audit: {own.audit}. Its policy:"
            f" {own.policy}. Its exports go into {own.exports}.",
            {
                f"teleaudit inspect {own.exports / 'FILE'}": (
                    "prints an entry to paste under exports: of the audit"
                ),
                f"teleaudit policy check {own.policy}": (
                    "what is asked under each clause, in plain Danish"
                ),
                f"teleaudit run {own.audit}": (
                    "once parameters are set, and what is not held is declared"
                ),
            },
        )
    elif operator is None and cvr is None and name is None:
        written = init_workspace(target)
        _show_next(
            f"{len(written)} files in {target}.",
            {
                f"teleaudit run {target / 'audits' / 'bizzy' / 'audit.yaml'}": (
                    "the sample audit, from exports to the report"
                ),
                f'teleaudit init {target} --operator "Navn A/S" --cvr N': (
                    "an empty audit of your own, beside the samples"
                ),
                "teleaudit inspect FILE": "what an export is, with an entry to paste into an audit",
            },
        )
    else:
        msg = "--operator and --cvr go together: name the operator and its CVR number."
        raise UserError(msg)


def _show_next(done: str, commands: Mapping[str, str]) -> None:
    """What was done, and the commands that come next, each with what it is for."""
    _out.print(done, markup=False)
    _out.print("Next:", markup=False)
    for command, purpose in commands.items():
        _out.print(f"  {command}\n      {purpose}", markup=False)


@app.command(short_help="Find the record behind a reference of the report.")
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
        _out.print(line, markup=False)


@app.command(short_help="List the runs of an audit, and what they found.")
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
    """List the runs of an audit from its ledger, oldest first: when, and what they found.

    The report of a run says what has become of each finding since the run before.
    """
    from teleaudit.runs.history import describe_check, describe_runs, ledger_of

    _one_of("--format", output, ("table", "json"))
    ledger = ledger_of(audit, out)
    told = describe_runs(ledger) if check is None else describe_check(ledger, check)
    if output == "json":
        _writer()(json.dumps(told, ensure_ascii=False, indent=1) + "\n")
        return
    table = Table(
        *(name.replace("_", " ") for name in told[0]),
        box=box.HEAVY_HEAD if _out.is_terminal else None,
    )
    for row in told:
        table.add_row(*(escape(_history_cell(cell)) for cell in row.values()))
    _Console(width=None if _out.is_terminal else 200).print(table)


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


@app.command(short_help="Open JupyterLab on a workspace's notebooks.")
def lab(
    audit: Annotated[
        Path | None,
        typer.Argument(
            help="Its name, file or folder. Default: the workspace's only one of your own."
        ),
    ] = None,
    *,
    no_browser: Annotated[bool, typer.Option("--no-browser", help="Only say the address.")] = False,
) -> None:
    """Open JupyterLab on the notebooks of the workspace that the audit stands in, or the working
    folder.

    No other machine is asked for news or updates. Exports that one notebook has read are kept for the
    next in a private folder, which is erased when JupyterLab ends.
    """
    from teleaudit.rules.audit_file import find_audit
    from teleaudit.sessions.choosing import lab_environment
    from teleaudit.sessions.readings import run_with_readings
    from teleaudit.workspace import find_workspace

    file = find_audit(audit) if audit else None
    notebooks = find_workspace(file or Path.cwd()) / "notebooks"
    words = [
        sys.executable,
        "-m",
        "jupyterlab",
        str(notebooks),
        *(["--no-browser"] if no_browser else []),
    ]
    raise typer.Exit(run_with_readings(words, {**os.environ, **lab_environment(file)}))


@app.command(short_help="List what is checked, and what is not.")
def rules(
    *,
    output: Annotated[
        Literal["table", "json", "markdown"],
        typer.Option(
            "--format", help="A table for people, JSON for programs, Markdown for documents."
        ),
    ] = "table",
    suite: Annotated[
        list[str] | None,
        typer.Option(
            "--suite", help="Only this: an audit's name, or baseline (what always applies)."
        ),
    ] = None,
) -> None:
    """List what is checked: clause, check, data set, legal basis; and the clauses that no data can
    answer, with the reason.
    """
    from teleaudit.rules.catalogue import as_markdown, catalogue
    from teleaudit.rules.rulebook import load_known_suites
    from teleaudit.workspace import find_workspace

    suites, law = load_known_suites(find_workspace(Path.cwd()), suite or ())
    entries = catalogue(suites, law)
    if output == "json":
        _out.print(
            json.dumps([asdict(entry) for entry in entries], ensure_ascii=False, indent=1),
            markup=False,
        )
        return
    if output == "markdown":
        sys.stdout.write(as_markdown(entries))
        return
    table = Table("suite", "check", "data set", "severity", "claim", "legal basis")
    for entry in entries:
        table.add_row(
            entry.suite,
            entry.check or f"{entry.clause} (not assessed)",
            entry.data_set or "",
            entry.severity,
            entry.claim,
            "; ".join(entry.legal_basis),
        )
    _Console(width=None if _out.is_terminal else 200).print(table)


policies = typer.Typer(
    help="Read what your policy file asks, or begin one from the policy's text.",
    no_args_is_help=True,
    rich_markup_mode=None,
)
app.add_typer(policies, name="policy")


@policies.command(short_help="Show what a policy file asks, clause by clause.")
def check(
    policy: Annotated[
        Path,
        typer.Argument(
            metavar="POLICY.yaml|AUDIT",
            help="The policy file, or the name, file or folder of the audit that it belongs to.",
        ),
    ],
    *,
    output: Annotated[
        Literal["text", "json"],
        typer.Option("--format", help="Text for people, JSON for programs."),
    ] = "text",
) -> None:
    """Validate a policy file and show, in the policy's order and in plain Danish, what is asked of
    the data under each clause, what is not looked at, or why nothing is asked; then what is asked
    of every operator besides.

    Exit codes: 0 the file is valid. 3 it is not, with its line and clause.
    """
    from teleaudit.report.policy_overview import as_lines, describe_policy
    from teleaudit.report.wording import load_words
    from teleaudit.rules.rulebook import open_policy

    opened, words = open_policy(policy), load_words("da")
    overview = describe_policy(
        opened.policy,
        opened.suite,
        opened.rules,
        opened.audit.parameters if opened.audit else None,
        words,
        opened.changes,
    )
    if output == "json":
        _writer()(json.dumps(asdict(overview), ensure_ascii=False, indent=1) + "\n")
        return
    _out.print("\n".join(as_lines(overview, words)), markup=False)


@policies.command(short_help="Begin a policy file from the policy's text.")
def new(
    text: Annotated[
        Path, typer.Argument(metavar="POLICY.txt", help="The policy as plain text, in UTF-8.")
    ],
    *,
    name: Annotated[
        str | None,
        typer.Option(
            "--name",
            metavar="SHORT",
            help=(
                "Three letters of it begin the clauses' ids. Default: the audit's whose folder the"
                " policy goes into, else the text's file name."
            ),
        ),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(
            "--out", metavar="FILE", help="The policy file. Default: policy.yaml beside the text."
        ),
    ] = None,
) -> None:
    """Split a policy's text into clauses and write a first policy file, with the rules and periods
    that its words suggest.

    Every guess is marked with GUESS and the words that it rests on. Clauses whose words suggest
    nothing stand there as not assessed. No file is overwritten.
    """
    from teleaudit.rules.drafting import draft_policy

    drafted = draft_policy(text, name, out)
    without = drafted.clauses - drafted.guessed
    _show_next(
        f"{drafted.clauses} clauses in {drafted.file}: the words of {drafted.guessed} suggest rules,"
        f" those of {without} none.",
        {
            f"teleaudit policy check {drafted.file}": (
                "what is asked under each clause, in plain Danish: hold it beside the policy"
            ),
        },
    )
    if drafted.parameters:
        _out.print(
            "Paste what audit.yaml does not name yet, and set it:\nparameters:\n"
            + "\n".join(f"  {one}: {{value: null}}" for one in drafted.parameters),
            markup=False,
        )


@app.command(
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

    summary, write = Summary(), _writer()
    try:
        with _progress() as (say, progress):
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
        _err.print("teleaudit: interrupted. The rest was not scanned.")
        raise typer.Exit(ExitCode.INTERNAL) from None
    if output == "table":
        _show_finds(summary.table(min_level))
    (_out if output == "table" else _err).print(
        summary.totals(time.monotonic() - began), markup=False
    )
    raise typer.Exit(summary.exit_code)


RunFolderArgument = Annotated[
    Path, typer.Argument(metavar="RUN", help="The folder of a run: reports/AUDIT/RUN.")
]


@app.command(short_help="Approve a run that somebody else carried out.")
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
        _out.print(str(report), markup=False)


@app.command(
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
        _out.print(str(copy), markup=False)


@app.command(short_help="Tell whether a run or a report is what was sealed.")
def verify(
    path: Annotated[
        Path,
        typer.Argument(
            metavar="RUN|REPORT.pdf",
            help="The folder of a run, its record alone, or one of its reports.",
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
        _out.print(str(statement), markup=False)
    _out.print(conclusion(statements), markup=False)
    raise typer.Exit(exit_code(statements))


@app.command(short_help="Write a run's results for other programs.")
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
        _write_bytes(content)
        return
    try:
        out.write_bytes(content)
    except OSError as error:
        msg = f"{out} cannot be written: {error.strerror}. Choose another file with --out."
        raise UserError(msg) from None


@app.command(
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
        _out.print(str(annex), markup=False)
    due = [annex for annex in annexes if annex.state is State.DUE]
    if not due:
        _out.print("Nothing is due.", markup=False)
    elif not (yes or _is_confirmed(f"Erase {len(due):,} of these?")):
        _out.print("Nothing was erased.", markup=False)
    else:
        for annex in due:
            _out.print(f"{annex.home.name} {annex.run_id}: erased: {erase(annex)}", markup=False)


def main() -> None:
    """The entry point: every way out ends with one of the five exit codes."""
    for name in ("SIGINT", "SIGTERM", "SIGHUP"):
        # nohup asks to go on without a terminal
        if signal.getsignal(getattr(signal, name)) is not signal.SIG_IGN:
            signal.signal(getattr(signal, name), _stop)
    signal.signal(signal.SIGALRM, _stop_again)
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


_ASKED_AGAIN_S = 1


class _Signals:
    """Whether somebody asked this process to stop."""

    stopped = False


def _stop(_number: int, _frame: object) -> None:
    """End like Ctrl-C, whatever signal asks; a second one does not disturb the clearing up."""
    if not _Signals.stopped:
        _Signals.stopped = True
        signal.setitimer(signal.ITIMER_REAL, _ASKED_AGAIN_S, _ASKED_AGAIN_S)
        raise KeyboardInterrupt


def _stop_again(_number: int, _frame: object) -> None:
    """Ctrl-C is lost where it comes while foreign code calls back or something is given up: ask
    again, but not while an error is on its way and things are cleared up.
    """
    if sys.exception() is None:
        raise KeyboardInterrupt


def _code(arguments: Sequence[str]) -> int:
    """Run a command; the exit code it ends with."""
    command = typer.main.get_command(app)
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
        if _Signals.stopped:  # DuckDB makes an error of its own of Ctrl-C
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
    _err.print(f"teleaudit: {message}{usage}", markup=False)
    if "--json" in arguments and arguments[0] == "run":
        _writer()(json.dumps({"error": message, "exit_code": int(code)}) + "\n")
    return code


def _refused(error: typer.TyperException, arguments: Sequence[str]) -> int:
    """Say what is wrong with a command line, the near match of an unknown option, and how the
    command is used.
    """
    if type(error).__name__ == "NoArgsIsHelpError":
        _err.print(error.format_message(), markup=False)
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


def _one_of(option: str, value: str, known: Iterable[str]) -> None:
    if value not in known:
        msg = (
            f"{option} {value}: not available here. There is:"
            f" {', '.join(known)}.{near_match(value, known)}"
        )
        raise UserError(msg)


def _languages(value: str) -> tuple[ReportLanguage, ...]:
    """The languages of ``--lang``. Raises: UserError."""
    from teleaudit.rules.audit_file import REPORT_LANGUAGES

    for name in value.split(","):
        _one_of("--lang", name, REPORT_LANGUAGES)
    return tuple(language for language in REPORT_LANGUAGES if language in value.split(","))


def _date(option: str, value: str) -> dt.date:
    if _DATE.fullmatch(value):
        with suppress(ValueError):
            return dt.date.fromisoformat(value)
    msg = f"{option} {value} is no date: write it as yyyy-mm-dd, as in 2026-11-22."
    raise UserError(msg)


@contextmanager
def _progress(
    *, quiet: bool = False
) -> Iterator[tuple[Callable[[str], None], Callable[[Step], None]]]:
    """Something to say and something to tell steps: a bar for the stage on a terminal, plain lines
    with their time now and then otherwise.
    """
    from teleaudit.progress import Lines, timed

    if quiet or not _err.is_terminal:
        say = timed(_say_on(_Console(quiet=True) if quiet else _err))
        yield say, _unless_stopped(Lines(say))
        return
    with Progress(
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.fields[amount]}"),
        TimeRemainingColumn(),
        console=_err,
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
        if _Signals.stopped:
            raise KeyboardInterrupt
        show(step)

    return step


def _say_on(console: Console) -> Callable[[str], None]:
    """Says a step; ends the run instead where Ctrl-C was taken for a failed query on the way
    (DuckDB makes an error of its own of it).
    """

    def say(text: str) -> None:
        if _Signals.stopped:
            raise KeyboardInterrupt
        console.print(text, markup=False)

    return say


def _show_timings(timings: Mapping[str, Any]) -> None:
    """Stages as a table; then memory and disk."""
    table = Table(
        "stage",
        "of",
        "seconds",
        "rows",
        "rows/s",
        "scans",
        box=box.HEAVY_HEAD if _err.is_terminal else None,
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
    _Console(stderr=True, width=None if _err.is_terminal else 120).print(table)
    memory, disk, spill = (
        f"{timings[f'peak_{name}_bytes'] / 1e6:,.0f} MB" for name in ("memory", "disk", "spill")
    )
    _err.print(
        f"{timings['seconds']:,.1f} s in all. At most {memory} of memory (limit of the engine:"
        f" {timings['memory_limit']}) and {disk} of temporary disk, {spill} of it spilled."
    )


def _writer() -> Callable[[str], None]:
    """Writes results that are too many for rich; when the reader has left nothing more, like
    ``_Console``.
    """
    gone: list[OSError] = []

    def write(text: str) -> None:
        if not gone:
            try:
                sys.stdout.write(text)
            except BrokenPipeError as error:
                gone.append(error)

    return write


def _write_bytes(content: bytes) -> None:
    """Write a result whose bytes count, whatever a terminal's encoding is."""
    with suppress(BrokenPipeError):
        if isinstance(sys.stdout, io.TextIOWrapper):
            sys.stdout.buffer.write(content)
        else:
            sys.stdout.write(content.decode())


def _is_confirmed(question: str) -> bool:
    """Whether a person says yes. Raises: UserError where nobody can be asked."""
    if not sys.stdin.isatty():
        msg = "nothing was erased, for nobody can be asked here: add --yes."
        raise UserError(msg)
    try:
        return typer.confirm(question, err=True)
    except typer.Abort:  # the end of what is typed
        return False


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
        box=box.HEAVY_HEAD if _out.is_terminal else None,
    )
    for row in rows:
        table.add_row(*map(escape, row))
    _Console(width=None if _out.is_terminal else 200).print(table)


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
    _Console(width=None if _out.is_terminal else 120).print(table)
    _out.print("N population, M assessable, k deviations, e exempted.")
