"""What a notebook asks: open an audit, check a topic, look at the answer, at records and at other
answers that there might be.

In a run the exports have been read already and the notebook finds them by its environment; in
JupyterLab they are read now, or have been for another notebook of the session, into a private folder
that is gone when the kernel, or the session, ends. The verdicts are the library's in both cases: a
notebook shows them and cannot change them.
"""

from __future__ import annotations

import atexit
import datetime as dt
import json
import shutil
from collections.abc import Iterable, Sequence
from contextlib import ExitStack
from dataclasses import replace
from functools import cached_property
from html import escape
from pathlib import Path
from typing import Any, NoReturn

import duckdb
import pandas as pd
from pandas.io.formats.style import Styler

from teleaudit import report as reports
from teleaudit.checks.worklist import new_reference_key
from teleaudit.exports.mapping_gaps import find_mapping_gaps
from teleaudit.machine import default_memory
from teleaudit.report import figures
from teleaudit.report.authorities import without_secrets
from teleaudit.report.gaps import (
    describe_changed_clauses,
    describe_conflicts,
    describe_mapping_gaps,
    summarise_mapping_doubts,
    summarise_mapping_gaps,
)
from teleaudit.report.material import Material
from teleaudit.report.remarks import say_remark
from teleaudit.report.results import (
    as_json,
    basis_entry,
    changed_clauses,
    compose,
    conflict_entry,
)
from teleaudit.report.tables import captioned
from teleaudit.report.wording import Words, load_words
from teleaudit.rules.audit_file import Audit, load_audit
from teleaudit.rules.readiness import refuse_later, refuse_unready
from teleaudit.rules.response import load_response
from teleaudit.rules.rulebook import Rulebook, rulebook_of
from teleaudit.rules.suites import TOPICS, Check, Topic, data_set_names
from teleaudit.runs.folder import run_folder
from teleaudit.runs.pipeline import REPORT_FILE, read_exports, write_pdf
from teleaudit.runs.state import RunState
from teleaudit.schema import TABLES, Kind
from teleaudit.schema.sql import SQL_TYPES, quoted
from teleaudit.schema.views import data_set_view
from teleaudit.sessions.answers import (
    Context,
    Result,
    Results,
    checked_limit,
    clauses_of,
    is_meant,
    of_data_sets,
    summary_table,
)
from teleaudit.sessions.choosing import audit_file, date_of, refuse_unknown_parameters
from teleaudit.sessions.comparing import Comparison, compare_runs, run_ids
from teleaudit.sessions.completing import offer
from teleaudit.sessions.desk import Desk
from teleaudit.sessions.explaining import Explanation, explain_checks
from teleaudit.sessions.magic import offer_sql
from teleaudit.sessions.readings import erase_left_behind, kept_readings, read_once, session_key
from teleaudit.sessions.refusing import (
    all_in_danish,
    in_danish,
    kind_of,
    near,
    private_folder,
    refuse,
    shell,
)
from teleaudit.sessions.showing import Found, Life, Revealed, reveal_records
from teleaudit.sessions.what_if import WhatIf, ask_what_if
from teleaudit.workspace import reports_folder

__all__ = ["OpenAudit", "Result", "Results", "open_audit", "summary_table"]

_MAX_ROWS = 10_000
_MAX_EVENTS = 200


@in_danish
def open_audit(audit: str | Path = "", *, as_of: str = "") -> OpenAudit:
    """An audit ready to be checked: the name of a folder in ``audits/``, or the path of an audit
    file.

    With nothing said it is the run's, or the one that TELEAUDIT_AUDIT names, or the workspace's
    only own.
    ``as_of`` is an ISO date; empty means the audit's own. Raises: LabError.
    """
    session = shell()
    refuse_unknown_parameters(session.user_ns.get("In", ()) if session else ())
    named = str(audit) if isinstance(audit, Path) else audit
    date = date_of(as_of)
    state = RunState.of_environment()
    if state is None:
        state = _opened_here(audit_file(named), date)
    elif named and state.audit().name != named:
        refuse("other_audit", own=state.audit().name, name=named)
    opened = OpenAudit(state)
    offer(session, OpenAudit, _offered)
    offer_sql(session, opened, OpenAudit)
    return opened


def _offered(opened: OpenAudit | None, method: str) -> Sequence[str]:
    """What TAB offers in the quotes of a method of an opened audit; in a cell of SQL there is none."""
    match method:
        case "rules" | "limits":
            return TOPICS
        case "sql":
            return data_set_names()
        case "check" | "explain" | "what_if" if opened is not None:
            return opened._ipython_key_completions_()
        case "compare" if opened is not None:
            return run_ids(opened._home)  # noqa: SLF001
        case _:
            return ()


def _opened_here(path: Path, as_of: dt.date | None) -> RunState:
    """Read the exports now, unless another notebook of this session has, into a private folder that is
    removed when the kernel ends (or, if it is killed, at the next start).
    """
    spec = load_audit(path)
    refuse_unready(spec)
    judged_on = as_of or spec.as_of or dt.datetime.now(dt.UTC).date()
    refuse_later(spec, judged_on)
    stack = ExitStack()
    atexit.register(stack.close)
    erase_left_behind(private_folder())
    folder = stack.enter_context(run_folder(private_folder(), spec.name))
    stack.callback(shutil.rmtree, folder.path, ignore_errors=True)
    with kept_readings(spec) as kept:
        key = new_reference_key() if kept is None else session_key(kept)
        exports = (
            read_exports(spec, root=str(spec.root), work=folder.exports)
            if kept is None
            else read_once(spec, kept)
        )
    (folder.restricted / "reference_key").write_text(key.hex(), encoding="ascii")
    return RunState(
        audit_path=path.resolve(),
        as_of=judged_on,
        started_at=dt.datetime.now(dt.UTC),
        folder=folder,
        exports=exports,
        engine="duckdb",
        memory=default_memory(),
    )


@all_in_danish
class OpenAudit:
    """An audit with its exports read: asks the checks and shows the answers, and the records behind
    them.

    Nothing that it shows holds a value of a row but dates, quantities and words of the schema, until
    ``reveal`` is asked, with a reason.
    """

    def __init__(self, state: RunState) -> None:
        self._state = state
        self.audit: Audit = state.audit()
        self._rulebook: Rulebook = rulebook_of(self.audit)
        self._words: Words = load_words("da")
        self._desk = Desk(state, self.audit, self._rulebook)
        self._answers: dict[str, dict[str, Any]] = {}  # by id of the check

    @property
    def _bench(self) -> Any:  # noqa: ANN401 (a CheckRunner, whose import takes seconds)
        return self._desk.runner

    def _repr_html_(self) -> str:
        """How a notebook begins: who is audited, as of when, on what, in which run."""
        facts = "".join(
            f"<tr><th style='text-align: left'>{escape(term)}</th><td style='text-align:"
            f" left'>{escape(value)}</td></tr>"
            for term, value in self._facts()
        )
        sample = f"<p>{escape(self._words.at('lab.sample'))}</p>" if self.audit.sample else ""
        return f"<h2>{escape(self._title())}</h2><table>{facts}</table>{sample}"

    def __repr__(self) -> str:
        return "\n".join(
            [
                self._title(),
                *(f"{term}: {value}" for term, value in self._facts()),
                *([self._words.at("lab.sample")] if self.audit.sample else []),
            ]
        )

    def _title(self) -> str:
        return self._words.say(
            "lab.title", controller=self.audit.controller.name, cvr=self.audit.controller.cvr
        )

    def _facts(self) -> list[tuple[str, str]]:
        words, exports, run_id = self._words, self._state.exports, self._state.folder.run_id
        problems = sum(export.problem is not None for export in exports)
        counts = {
            "exports": words.counted("export", len(exports)),
            "rows": words.counted("row", sum(export.rows for export in exports)),
            "problems": words.number(problems),
        }
        changed = describe_changed_clauses(
            Material(results={"changed_clauses": changed_clauses(self._rulebook)}, words=words)
        )
        told = {
            "as_of": words.date(self._state.as_of.isoformat()),
            "policy": words.say(
                "lab.policy", title=self._rulebook.title, version=self._rulebook.version
            )
            + "".join(f". {remark}" for _, remark in changed),
            "exports": words.say("lab.exports_problem" if problems else "lab.exports", **counts),
            "run": run_id if self._state.is_run else words.say("lab.here", run_id=run_id),
        }
        summary = summarise_mapping_gaps(
            Material(results={"mapping_gaps": self._mapping_gaps()}, words=words)
        )
        gaps = [(summary["title"], f"{summary['text']} {words.at('lab.gaps')}")] if summary else []
        doubts = summarise_mapping_doubts(
            Material(
                results={
                    "mapping_doubts": self._state.doubts,
                    "exports": [vars(export) for export in exports],
                },
                words=words,
            )
        )
        gaps += [(doubts["title"], doubts["text"])] if doubts else []
        return [*gaps, *((words.at(f"lab.facts.{name}"), value) for name, value in told.items())]

    def __getitem__(self, name: str) -> Results:
        """The same as ``check``."""
        return self.check(name)

    def _ipython_key_completions_(self) -> list[str]:
        return [*TOPICS, *clauses_of([*self._checks]), *self._checks]

    @property
    def exports(self) -> Styler:
        """One row per file that was read."""
        rows = [
            {
                "Udtræk": export.name,
                "Datasæt": TABLES[export.table].title_da,
                "Fil": file.path,
                "Rækker": file.rows,
                "Afviste rækker": file.rejected,
                "Bytes": file.size_bytes,
            }
            for export in self._state.exports
            for file in export.files
        ]
        frame = pd.DataFrame(
            rows, columns=["Udtræk", "Datasæt", "Fil", "Rækker", "Afviste rækker", "Bytes"]
        )
        return captioned(frame, f"Modtagne filer ({len(frame)})")

    def export_warnings(self) -> Styler:
        """What was remarked while the exports were read."""
        rows = [
            {"Udtræk": export.name, "Bemærkning": say_remark(self._words, remark.as_json())}
            for export in self._state.exports
            for remark in export.warnings
        ]
        frame = pd.DataFrame(rows, columns=["Udtræk", "Bemærkning"])
        return captioned(frame, f"Bemærkninger til indlæsningen ({len(frame)})")

    def rules(self, topic: Topic) -> Styler:
        """One row per requirement of a topic: clause, what must hold, what it rests on, and which
        data sets it speaks of.

        Raises: LabError.
        """
        _refuse_unknown(topic)
        told: dict[tuple[str, str, str], list[str]] = {}
        for check in (check for check in self._rulebook.checks if check.topic == topic):
            cited = "; ".join(self._rulebook.law[basis].citation_da for basis in check.legal_basis)
            told.setdefault((check.clause.clause, check.claim.da, cited), []).append(check.data_set)
        rows = [
            (*requirement, of_data_sets(data_sets, self._words))
            for requirement, data_sets in told.items()
        ]
        frame = pd.DataFrame(rows, columns=["Punkt", "Krav", "Retsgrundlag", "Datasæt"]).astype(str)
        return captioned(frame, f"Krav, der kontrolleres ({len(frame)})")

    def limits(self, topic: Topic) -> Styler:
        """One row per clause of a topic of which the checks do not see everything.

        Raises: LabError.
        """
        _refuse_unknown(topic)
        clauses = {
            check.clause.clause: check.clause.limits
            for check in self._rulebook.checks
            if check.topic == topic
        }
        rows = [(name, limits.da) for name, limits in clauses.items() if limits is not None]
        frame = pd.DataFrame(rows, columns=["Punkt", "Ikke undersøgt"]).astype(str)
        return captioned(frame, f"Begrænsninger i kontrollerne ({len(frame)})")

    def conflicts(self) -> Styler:
        """Where the policy and the law name different periods, told without data."""
        results = {
            "as_of": self._state.as_of.isoformat(),
            "checks": [],
            "conflicts": [
                conflict_entry(conflict)
                for conflict in self._rulebook.conflicts(self.audit, self._state.as_of)
            ],
            "legal_bases": [basis_entry(basis) for basis in self._rulebook.law.values()],
        }
        table = describe_conflicts(Material(results=results, words=self._words))
        rows = [
            [cell["id"] if isinstance(cell, dict) else cell for cell in row]
            for row in table["rows"]
        ]
        return captioned(
            pd.DataFrame(rows, columns=table["header"]).astype(str),
            f"{table['caption']} ({len(rows)})",
        )

    def check(self, what: str | pd.DataFrame, *, table: str = "") -> Results:
        """The answers of checks: of a topic (intake, retention, card_data or another of ``TOPICS``), a
        clause (``BIZ-ret-3``), one check (``BIZ-ret-3.customer``) or a pattern (``BIZ-ret-*``). What the
        law keeps secret is not among them: an executed notebook would tell it.

        Of a data frame, those of every check about the canonical ``table`` that it is, in place of the
        table's exports: columns bear canonical names, a record stands in a row, nulls are what is not
        known. Raises: LabError.
        """
        if isinstance(what, pd.DataFrame):
            return self._check_frame(what, table)
        if not isinstance(what, str):
            refuse("topic_type", kind=kind_of(what))
        meant = [
            check
            for check in self._checks.values()
            if what == check.topic or is_meant(what, check.id)
        ]
        if not meant and what not in TOPICS:
            self._refuse_name(what)
        return Results(self._entries(meant), self._context, topic=what if what in TOPICS else None)

    def _refuse_name(self, name: str) -> NoReturn:
        known = [*TOPICS, *clauses_of([*self._checks]), *self._checks]
        refuse(
            "no_topic",
            name=name,
            near=near(name, list(TOPICS)) or near(name, known),
            known=", ".join(TOPICS),
        )

    @cached_property
    def _checks(self) -> dict[str, Check]:
        """Every check of the audit, by id."""
        return {check.id: check for check in self._rulebook.checks}

    @property
    def _context(self) -> Context:
        return Context(
            source=self._source(),
            as_of=self._state.as_of,
            words=self._words,
            topics={name: check.topic for name, check in self._checks.items()},
            checks=self._checks,
            desk=self._desk,
        )

    def _check_frame(self, frame: pd.DataFrame, table: object) -> Results:
        if not isinstance(table, str) or table not in TABLES:
            name = table if isinstance(table, str) else ""
            refuse("no_table", name=name, near=near(name, list(TABLES)), known=", ".join(TABLES))
        if not {*map(str, frame.columns)} & {*TABLES[table].names}:
            refuse("no_columns", table=table, known=", ".join(TABLES[table].names))
        _refuse_unfit(frame, table)
        desk = Desk(self._state, self.audit, self._rulebook, frames={table: frame})
        asked = [
            check for check in desk.runner.checks() if data_set_view(check.data_set).table == table
        ]
        return Results(
            desk.entries(asked),
            replace(self._context, desk=desk, checks={check.id: check for check in asked}),
        )

    def _entries(self, checks: Iterable[Check]) -> list[dict[str, Any]]:
        """What a run has found before its notebooks began; in JupyterLab the checks are asked now.

        Raises: LabError where the run has no answers.
        """
        wanted = {check.id: check for check in checks}
        if self._state.is_run:
            self._take_answers({check.topic for check in wanted.values()})
        else:
            asked = [
                check
                for check in self._desk.runner.checks()
                if check.id in wanted and check.id not in self._answers
            ]
            self._answers |= {entry["id"]: entry for entry in self._desk.entries(asked)}
        return [self._answers[name] for name in wanted if name in self._answers]

    def _take_answers(self, topics: Iterable[Topic]) -> None:
        for topic in sorted(topics):
            kept = self._state.answers(topic)
            if kept is None:
                refuse("no_answers", topic=topic)
            self._answers |= {entry["id"]: entry for entry in kept}

    # What else might be asked

    def explain(self, name: str) -> Explanation:
        """Why and how a check, or every check of a clause, is asked: the clause in its own words, the
        law, the rule, period and parameters, and the SQL (``.sql``, by check). Raises: LabError.
        """
        return explain_checks(
            self._meant(name),
            law=self._rulebook.law,
            parameters=self.audit.parameters,
            runner=self._desk.runner,
            words=self._words,
        )

    def what_if(self, name: str, *, after: str = "", as_of: str = "") -> WhatIf:
        """What a check, or those of a clause, would answer with the period ``after`` (``P2Y``, ``P18M``,
        ``P14D``), on the day ``as_of`` (``2027-01-01``), or both.

        ``counts`` of the result has N, M, k and e as they would be and k as it is; ``plot_age()`` shows
        the age of the records; ``records()`` lists them. Raises: LabError.
        """
        return ask_what_if(
            self._desk, self._context, self._meant(name), after=after, as_of=date_of(as_of)
        )

    def _meant(self, name: object) -> list[Check]:
        """The checks of an id, a clause, a pattern or a topic that can be asked. Raises: LabError."""
        if not isinstance(name, str):
            refuse("check_type", kind=kind_of(name))
        meant = [
            check
            for check in self._desk.runner.checks()
            if not check.spec.secret and (name == check.topic or is_meant(name, check.id))
        ]
        if not meant:
            known = [*clauses_of([*self._checks]), *self._checks]
            refuse("no_check_here", name=name, near=near(name, known))
        return meant

    def compare(self, run_a: str = "", run_b: str = "") -> Comparison:
        """Two recorded runs of the audit, check by check; the last two where none is named.

        ``changes`` of the result has a row for each check: verdict and k before and now, and of the
        records that it lists how many are new, still there and gone, where both closed annexes are at
        hand. Raises: LabError.
        """
        self._state.folder.work.mkdir(mode=0o700, exist_ok=True)
        return compare_runs(
            self._home,
            run_a,
            run_b,
            work=self._state.folder.work,
            memory=self._state.memory,
            words=self._words,
        )

    def sql(self, query: str, *, limit: int = _MAX_ROWS) -> pd.DataFrame:
        """The answer to one SELECT (DuckDB's SQL) on the canonical tables and data sets: ``SELECT
        count(*) FROM cdr``.

        Every text of a row that is no word of the schema is a pseudonym there, whatever the query makes
        of it; counts, distinct counts, sums and joins are those of the exports. A cell may begin with
        ``%%sql`` instead. Of more than ``limit`` rows the first are given, and that is said. Raises:
        LabError, in a recorded run too.
        """
        if not isinstance(query, str):
            refuse("sql_type", kind=kind_of(query))
        rows, is_cut = self._desk.sql(query, checked_limit(limit))
        if is_cut:
            # below the cell that asked
            print(self._words.say("lab.first_rows", rows=self._words.counted("row", limit)))  # noqa: T201
        return rows

    def lookup(self, reference: str) -> Found:
        """Where a reference leads (``R-XXXX-XXXX-XXXX-XXXXX``): one that this session has shown, or one
        of a report whose run's closed annex is at hand. What it shows of the record is masked.

        Raises: LabError, in a recorded run too.
        """
        if not isinstance(reference, str):
            refuse("reference_type", kind=kind_of(reference))
        place = self._desk.find(reference)
        return Found(reference, place, self._desk.shown_row(place), self._words)

    def life_of(self, customer: str, *, limit: int = _MAX_EVENTS) -> Life:
        """Everything that is dated of one customer, in all exports, oldest first: ``events``, and
        ``plot()``.

        The customer is named by the reference of any record of theirs, by the pseudonym that tables show
        as ``customer_id``, or by number. Of more than ``limit`` events the first are shown. Raises:
        LabError, in a recorded run too.
        """
        if not isinstance(customer, str):
            refuse("reference_type", kind=kind_of(customer))
        events, total = self._desk.life_of(customer, checked_limit(limit))
        return Life(events, total, self._source(), self._words)

    def reveal(self, references: str | Iterable[str], *, reason: str = "") -> Revealed:
        """The values of the records that references name, for the analyst who has a ``reason``.

        The audit's ledger gets the reason and the references first, and no value. The values stand in the
        cell until it is cleared: JupyterLab saves them with the notebook. Raises: LabError, in a recorded
        run too.
        """
        names = [references] if isinstance(references, str) else list(references)
        if not names or not all(isinstance(name, str) for name in names):
            refuse("reference_type", kind=kind_of(references))
        return reveal_records(self._desk, names, reason, home=self._home, words=self._words)

    @property
    def _home(self) -> Path:
        """Where the runs of the audit lie, and its ledger."""
        return reports_folder(self._state.audit_path) / self.audit.name

    def results(self) -> dict[str, Any]:
        """Everything that was found, as in results.json. Topics not checked yet are checked now."""
        entries = self._entries(
            check for topic in TOPICS for check in self._rulebook.checks if check.topic == topic
        )
        return compose(
            audit=self.audit,
            run_id=self._state.folder.run_id,
            as_of=self._state.as_of,
            ran=(self._state.started_at, dt.datetime.now(dt.UTC)),
            engine=self._state.engine,
            exports=self._state.exports,
            rulebook=self._rulebook,
            checks=entries,
            doubts=(
                self._state.doubts
                if self._state.is_run
                else [doubt.as_json() for doubt in self._desk.runner.mapping_doubts(())]
            ),
            response=load_response(self._state.audit_path.parent),
        )

    def report(self) -> Report:
        """The report on everything that was found. In a run it is the run's own."""
        content = self._state.results.read_bytes() if self._state.results.exists() else None
        return Report(self._state, content, self)

    def _source(self) -> str:
        """The source line of figures."""
        return (
            f"Kilde: {self.audit.controller.name}, udtræk pr. {self._state.as_of:%d-%m-%Y}, kørsel"
            f" {self._state.folder.run_id}"
        )

    def _mapping_gaps(self) -> list[dict[str, Any]]:
        return [
            gap.as_json() for gap in find_mapping_gaps(self._rulebook.suites, self._state.exports)
        ]

    def mapping_gaps(self) -> Styler:
        """One row per column that checks need and that nobody mapped: what it may be, and what
        cannot be judged without it.
        """
        table = describe_mapping_gaps(
            Material(results={"mapping_gaps": self._mapping_gaps()}, words=self._words)
        )
        rows = [
            [": ".join(cell.values()) if isinstance(cell, dict) else cell for cell in row]
            for row in table["rows"]
        ]
        return captioned(
            pd.DataFrame(rows, columns=table["header"]).astype(str),
            f"{table['caption']} ({len(rows)})",
        )


def _refuse_unknown(topic: object) -> None:
    if not isinstance(topic, str):
        refuse("topic_type", kind=kind_of(topic))
    if topic not in TOPICS:
        refuse("no_topic", name=topic, near=near(topic, list(TOPICS)), known=", ".join(TOPICS))


def _refuse_unfit(frame: pd.DataFrame, table: str) -> None:
    """Refuse a data frame with a column whose values are not of its kind: an engine's own message would
    quote one. Raises: LabError.
    """
    with duckdb.connect(":memory:") as connection:
        connection.register("frame", frame)
        for column in TABLES[table].columns:
            if column.name not in frame.columns or column.kind is Kind.TEXT:
                continue
            cell = quoted(column.name)
            (lost,) = connection.execute(
                f"SELECT count({cell}) - count(TRY_CAST({cell} AS {SQL_TYPES[column.kind]})) FROM frame"
            ).fetchall()[0]
            if lost:
                refuse("frame_values", column=column.name, kind=column.kind.value, rows=lost)


@all_in_danish
class Report:
    """The report of an audit."""

    def __init__(self, state: RunState, content: bytes | None, opened: OpenAudit) -> None:
        self._state, self._opened = state, opened
        self._content = content or as_json(opened.results())

    @cached_property
    def results(self) -> dict[str, Any]:
        """What the report is about."""
        return json.loads(self._content)  # type: ignore[no-any-return] # our own file

    @cached_property
    def _report(self) -> reports.Report:
        return reports.Report(results=self.results)

    def pages(self, last: int = 3) -> None:
        """Show the report's first pages as they are printed."""
        drawn = self._report.draw_pages()
        words = load_words("da")
        figures.show_all(
            figures.Shown(
                png=page, alt=words.say("lab.page", number=number, total=words.number(len(drawn)))
            )
            for number, page in enumerate(drawn[:last], start=1)
        )

    def decisions(self) -> Styler:
        """What people must decide or write before the report is approved, a row for each kind."""
        table = self._report.decisions
        return captioned(
            pd.DataFrame(table["rows"], columns=table["header"]).astype(str),
            table["caption"] if table["rows"] else table["empty"],
        )

    def summary(self) -> Styler:
        """One row per check, gravest first."""
        return summary_table(self._told, load_words("da"))

    def plot_overview(self) -> Any:  # noqa: ANN401 (what a notebook displays)
        """Checks by data set."""
        return figures.show(
            figures.checks_by_data_set(self._told, source=self._opened._source()),  # noqa: SLF001
            figures.alt_text_checks_by_data_set(self._told),
        )

    @cached_property
    def _told(self) -> list[dict[str, Any]]:
        """The checks that a notebook may show."""
        told: list[dict[str, Any]] = without_secrets(self.results)["checks"]
        return told

    def write(self) -> str:
        """The place of the PDF: in a run the record, where the run itself writes it after the last
        notebook; otherwise a draft, written under reports/ of the audit's workspace.
        """
        if self._state.results.exists():
            return f"record/{REPORT_FILE}"
        reports = reports_folder(self._state.audit_path)
        target = reports / "drafts" / f"{self.results['audit']}-{self.results['as_of']}.pdf"
        target.parent.mkdir(parents=True, exist_ok=True)
        return write_pdf(self._content, target).relative_to(reports.parent).as_posix()
