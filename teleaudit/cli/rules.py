"""What is checked: ``teleaudit rules`` and ``teleaudit policy``."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Literal

import typer
from rich.table import Table

from teleaudit.cli import console
from teleaudit.terminal import GatedConsole, as_visible_json, writer

commands = typer.Typer()


@commands.command(short_help="List what is checked, and what is not.")
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
        writer()(as_visible_json([asdict(entry) for entry in entries], indent=1) + "\n")
        return
    if output == "markdown":
        writer()(as_markdown(entries))
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
    GatedConsole(width=None if console.out.is_terminal else 200).print(table)


policies = typer.Typer(
    help="Read what your policy file asks, or begin one from the policy's text.",
    no_args_is_help=True,
    rich_markup_mode=None,
)
commands.add_typer(policies, name="policy")


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
    of every operator besides. Says so where the comments in the file are out of date.

    Exit codes: 0 the file is valid. 3 it is not, with its line and clause.
    """
    from teleaudit.report.policy_comments import is_outdated
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
    outdated = is_outdated(opened, overview, words)
    if output == "json":
        told = asdict(overview) | {"comments_outdated": outdated}
        writer()(as_visible_json(told, indent=1) + "\n")
        return
    console.out.print("\n".join(as_lines(overview, words)), markup=False)
    if outdated:
        console.out.print("\n" + words.say("asked.comments.outdated", file=policy), markup=False)


@policies.command(short_help="Write what is asked into a policy file, as comments.")
def explain(
    policy: Annotated[
        Path,
        typer.Argument(
            metavar="POLICY.yaml|AUDIT",
            help="The policy file, or the name, file or folder of the audit that it belongs to.",
        ),
    ],
    *,
    remove: Annotated[
        bool, typer.Option("--remove", help="Take the comments out again, and nothing else.")
    ] = False,
) -> None:
    """Write comments into a policy file that say in plain Danish, at its head what each key means,
    and under each clause and rule what is asked, from when and for how long, what is exempt, what
    a finding is and how grave.

    Their lines begin with #>. Asked again, they are made anew; no other byte of the file changes.
    """
    from teleaudit.report.policy_comments import explain_file, strip_file
    from teleaudit.report.wording import load_words
    from teleaudit.rules.rulebook import open_policy

    opened = open_policy(policy)
    changed = strip_file(opened.file) if remove else explain_file(opened, load_words("da"))
    done = "no comments of ours are left" if remove else "the comments (#>) are up to date"
    console.out.print(
        f"{opened.file}: {done}{'' if changed else '; nothing had to be written'}.", markup=False
    )


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
    nothing stand there as not assessed. Comments (#>) say what is asked; `policy explain` makes
    them anew. No file is overwritten.
    """
    from teleaudit.report.policy_comments import explain_file
    from teleaudit.report.wording import load_words
    from teleaudit.rules.drafting import draft_policy
    from teleaudit.rules.rulebook import open_policy

    drafted = draft_policy(text, name, out)
    explain_file(open_policy(drafted.file), load_words("da"))
    without = drafted.clauses - drafted.guessed
    console.show_next(
        f"{drafted.clauses} clauses in {drafted.file}: the words of {drafted.guessed} suggest rules,"
        f" those of {without} none.",
        {
            f"teleaudit policy check {drafted.file}": (
                "what is asked under each clause, in plain Danish: hold it beside the policy"
            ),
        },
    )
    if drafted.parameters:
        console.out.print(
            "Paste what audit.yaml does not name yet, and set it:\nparameters:\n"
            + "\n".join(f"  {one}: {{value: null}}" for one in drafted.parameters),
            markup=False,
        )
