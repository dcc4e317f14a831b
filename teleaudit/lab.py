"""What a notebook asks: open an audit, check a topic, look at the answer.

In a run the exports have been read already and the notebook finds them by its environment; in
JupyterLab they are read now, into a private folder that is gone when the kernel ends. The verdicts
are the library's in both cases: a notebook shows them and cannot change them.
"""

from __future__ import annotations

import atexit
import datetime as dt
import json
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from functools import cached_property
from html import escape
from pathlib import Path
from typing import Any, NoReturn

import pandas as pd
from pandas.io.formats.style import Styler

from teleaudit import report as reports
from teleaudit.checks.runner import CheckRunner
from teleaudit.checks.worklist import new_reference_key
from teleaudit.errors import closest
from teleaudit.exports.mapping_gaps import find_mapping_gaps
from teleaudit.machine import default_memory
from teleaudit.report import figures
from teleaudit.report.annexes import group_for_display
from teleaudit.report.authorities import without_secrets
from teleaudit.report.gaps import (
    describe_changed_clauses,
    describe_conflicts,
    describe_mapping_gaps,
    summarise_mapping_doubts,
    summarise_mapping_gaps,
)
from teleaudit.report.material import UNJUDGED, Material, found, is_not_held
from teleaudit.report.remarks import say_remark
from teleaudit.report.results import (
    as_json,
    basis_entry,
    changed_clauses,
    check_entry,
    compose,
    conflict_entry,
)
from teleaudit.report.tables import captioned
from teleaudit.report.wording import Words, load_words
from teleaudit.rules.audit_file import Audit, load_audit
from teleaudit.rules.readiness import refuse_later, refuse_unready
from teleaudit.rules.response import load_response
from teleaudit.rules.rulebook import Rulebook, rulebook_of
from teleaudit.rules.suites import TOPICS, Topic
from teleaudit.runs.folder import run_folder
from teleaudit.runs.pipeline import REPORT_FILE, read_exports, write_pdf
from teleaudit.runs.state import RunState
from teleaudit.schema import TABLES
from teleaudit.sessions.choosing import audit_file, date_of, refuse_unknown_parameters
from teleaudit.sessions.completing import offer
from teleaudit.sessions.refusing import (
    all_in_danish,
    in_danish,
    kind_of,
    near,
    private_folder,
    refuse,
    shell,
)
from teleaudit.workspace import reports_folder

_NUMBERS = {"population": "N", "assessable": "M", "deviations": "k", "exempted": "e"}
_LONGEST = "Dage over frist"  # of the longest overdue record


@in_danish
def open_audit(audit: str = "", *, as_of: str = "") -> OpenAudit:
    """An audit ready to be checked: the name of a folder in ``audits/``, or the path of an audit
    file.

    With nothing said it is the run's, or the one that TELEAUDIT_AUDIT names, or the workspace's
    only own.
    ``as_of`` is an ISO date; empty means the audit's own. Raises: LabError.
    """
    session = shell()
    refuse_unknown_parameters(session.user_ns.get("In", ()) if session else ())
    date = date_of(as_of)
    state = RunState.of_environment()
    if state is None:
        state = _opened_here(audit_file(audit), date)
    elif audit and state.audit().name != audit:
        refuse("other_audit", own=state.audit().name, name=audit)
    offer(
        session, OpenAudit, lambda method: TOPICS if method in ("check", "rules", "limits") else ()
    )
    return OpenAudit(state)


def _opened_here(path: Path, as_of: dt.date | None) -> RunState:
    """Read the exports now, into a private folder that is removed when the kernel ends (or, if it
    is killed, at the next start).
    """
    spec = load_audit(path)
    refuse_unready(spec)
    judged_on = as_of or spec.as_of or dt.datetime.now(dt.UTC).date()
    refuse_later(spec, judged_on)
    stack = ExitStack()
    atexit.register(stack.close)
    folder = stack.enter_context(run_folder(private_folder(), spec.name))
    stack.callback(shutil.rmtree, folder.path, ignore_errors=True)
    (folder.restricted / "reference_key").write_text(new_reference_key().hex(), encoding="ascii")
    return RunState(
        audit_path=path.resolve(),
        as_of=judged_on,
        started_at=dt.datetime.now(dt.UTC),
        folder=folder,
        exports=read_exports(spec, root=str(spec.root), work=folder.exports),
        engine="duckdb",
        memory=default_memory(),
    )


@all_in_danish
class OpenAudit:
    """An audit with its exports read: asks the checks and shows the answers."""

    def __init__(self, state: RunState) -> None:
        self._state = state
        self.audit: Audit = state.audit()
        self._rulebook: Rulebook = rulebook_of(self.audit)
        self._words: Words = load_words("da")
        self._topics: dict[Topic, TopicAnswers] = {}
        self._asked: dict[Topic, list[dict[str, Any]]] = {}

    @cached_property
    def _bench(self) -> CheckRunner:
        engine = self._state.new_engine()
        atexit.register(engine.close)
        return CheckRunner(
            self.audit, self._rulebook.suites, self._state.exports, engine, as_of=self._state.as_of
        )

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

    def __getitem__(self, topic: Topic) -> TopicAnswers:
        """The same as ``check``."""
        return self.check(topic)

    def _ipython_key_completions_(self) -> list[str]:
        return list(TOPICS)

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
            (*requirement, _of_data_sets(data_sets, self._words))
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

    def check(self, topic: Topic) -> TopicAnswers:
        """The answers of a topic's checks: intake, retention, card_data or another of ``TOPICS``;
        not what the law keeps secret, which an executed notebook would tell.

        Raises: LabError.
        """
        _refuse_unknown(topic)
        if topic not in self._topics:
            self._topics[topic] = TopicAnswers(
                topic,
                [entry for entry in self._entries(topic) if not entry.get("secret")],
                self._source(),
                self._words,
                as_of=self._state.as_of.isoformat(),
                topics=self._topic_of,
            )
        return self._topics[topic]

    @cached_property
    def _topic_of(self) -> dict[str, Topic]:
        """Which topic each check belongs to."""
        return {check.id: check.topic for check in self._rulebook.checks}

    def _entries(self, topic: Topic) -> list[dict[str, Any]]:
        """What a topic's checks answered, asked once. Raises: LabError."""
        if topic not in self._asked:
            self._asked[topic] = self._ask(topic)
        return self._asked[topic]

    def _ask(self, topic: Topic) -> list[dict[str, Any]]:
        """What a run has found before its notebooks began; in JupyterLab the checks are asked now.

        Raises: LabError where the run has no answers.
        """
        kept = self._state.answers(topic)
        if kept is not None:
            return kept
        if self._state.is_run:
            refuse("no_answers", topic=topic)
        key = self._state.reference_key
        return [
            check_entry(result, law=self._rulebook.law, reference_key=key)
            for result in self._bench.run([topic], on_error=self._state.keep_error)
        ]

    def results(self) -> dict[str, Any]:
        """Everything that was found, as in results.json. Topics not checked yet are checked now."""
        entries = [entry for topic in TOPICS for entry in self._entries(topic)]
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
                else [doubt.as_json() for doubt in self._bench.mapping_doubts(())]
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


def _of_data_sets(names: Sequence[str], words: Words) -> str:
    """The title of one data set, the number of several."""
    if len(names) > 1:
        return words.counted("data_set", len(names))
    return TABLES[names[0]].title_da if names[0] in TABLES else words.name("data_sets", names[0])


def summary_table(entries: Sequence[Mapping[str, Any]], words: Words) -> Styler:
    """One row per check, gravest first: verdict, population, assessable, deviations, exempted.

    As in the report, checks that asked the same of many data sets and found nothing share a row.
    """
    rows = [
        _summary_row(alike, words)
        for alike in group_for_display(Material(results={"checks": entries}, words=words))
    ]
    frame = (
        pd.DataFrame(rows).astype(dict.fromkeys((*_NUMBERS.values(), _LONGEST), "Int64"))
        if rows
        else pd.DataFrame()
    )
    return captioned(frame, f"Kontrollernes resultater ({words.counted('check', len(entries))})")


def _summary_row(alike: Sequence[Mapping[str, Any]], words: Words) -> dict[str, Any]:
    first = alike[0]
    not_held, judged = is_not_held(first), first["verdict"] not in UNJUDGED
    verdict = words.at("verdicts")["not_held" if not_held else first["verdict"]]
    return {
        "Kontrol": (
            words.counted("check", len(alike))
            if not_held
            else first["id"]
            if len(alike) == 1
            else str(first["id"]).partition(".")[0]
        ),
        "Datasæt": _of_data_sets(
            (
                [first["why_detail"]]
                if not_held and first["why_detail"] in TABLES
                else [check["dataset"] for check in alike]
            ),
            words,
        ),
        "Resultat": (
            f"{verdict['sign']} {verdict['short']}"
            + (
                f" ({words.number(sum(found(check) for check in alike))})"
                if first["verdict"] == "review"
                else ""
            )
        ),
        "Alvorlighed": None if not_held else words.name("severities", first["severity"]),
        **{
            title: sum(check[name] for check in alike) if judged else None
            for name, title in _NUMBERS.items()
        },
        _LONGEST: first["overdue"]["max_days"] if first["overdue"] else None,
    }


@all_in_danish
class TopicAnswers:
    """The answers of one topic's checks. ``topics`` names the topic of every check of the audit."""

    def __init__(
        self,
        topic: Topic,
        entries: Sequence[Mapping[str, Any]],
        source: str,
        words: Words,
        *,
        as_of: str,
        topics: Mapping[str, Topic],
    ) -> None:
        self.topic, self.entries = topic, [dict(entry) for entry in entries]
        self._source, self._words, self._as_of, self._topics = source, words, as_of, topics

    def __getitem__(self, check_id: str) -> CheckAnswer:
        """One check's answer. Raises: LabError that says where else it is, or which is near."""
        by_id = {entry["id"]: entry for entry in self.entries}
        if check_id not in by_id:
            self._refuse_id(check_id, by_id)
        return self._answer(by_id[check_id])

    def _refuse_id(self, check_id: object, here: Mapping[str, object]) -> NoReturn:
        """Say of what is no id ``here`` to which topic it belongs, which ids begin so, or which is
        nearest, in any topic.
        """
        if not isinstance(check_id, str):
            refuse("check_type", kind=kind_of(check_id))
        if (other := self._topics.get(check_id, self.topic)) != self.topic:
            refuse("check_of", name=check_id, topic=other)
        if begun := [name for name in here if name.startswith(f"{check_id}.")]:
            refuse("check_begins", name=check_id, known=", ".join(begun))
        if (close := closest(check_id, {**here, **self._topics})) and close not in here:
            refuse("check_of", name=close, topic=self._topics[close])
        refuse("no_check", name=check_id, topic=self.topic, near=near(check_id, list(here)))

    def _ipython_key_completions_(self) -> list[str]:
        return [entry["id"] for entry in self.entries]

    def __iter__(self) -> Iterator[CheckAnswer]:
        return (self._answer(entry) for entry in self.entries)

    def _answer(self, entry: Mapping[str, Any]) -> CheckAnswer:
        return CheckAnswer(entry, self._source, self._as_of, self._words)

    def _repr_html_(self) -> str:
        """What a notebook shows: the summary."""
        return self.summary().to_html()

    def summary(self) -> Styler:
        """One row per check: verdict and the four numbers."""
        return summary_table(self.entries, self._words)

    def columns(self) -> Styler:
        """One row per column in which a detector saw something: the rule that decided and the
        counts it rests on, also where it cleared the column.
        """
        levels, rules = self._words.at("levels"), self._words.at("column_rules")
        rows = [
            {
                "Kontrol": entry["id"],
                "Kolonne": told["column"],
                "Afgørelse": levels[told["level"] or "none"],
                "Regel": rules[told["rule"]],
                "Talt (n)": told["n"],
                "Ligner (k)": told["k"],
                "Andel": self._words.share(told["k"], told["n"]) if told["n"] else "–",
            }
            for entry in self.entries
            for told in entry["column_decisions"]
        ]
        frame = pd.DataFrame(
            rows,
            columns=["Kontrol", "Kolonne", "Afgørelse", "Regel", "Talt (n)", "Ligner (k)", "Andel"],
        )
        return captioned(frame, f"Kolonner, der blev set nærmere på ({len(frame)})")

    def not_assessed(self) -> Styler:
        """Why records, or whole checks, could not be judged."""
        rows = [
            {"Kontrol": entry["id"], "Årsag": reason, "Antal": count}
            for entry in self.entries
            if not is_not_held(entry)
            for reason, count in (
                *([(self._why(entry), entry["population"])] if entry["why"] else []),
                *(
                    (self._words.name("reasons", code), count)
                    for code, count in entry["reasons"].items()
                ),
            )
        ]
        frame = pd.DataFrame(rows, columns=["Kontrol", "Årsag", "Antal"])
        return captioned(frame, f"Ikke vurderet, efter årsag ({len(frame)})")

    def _why(self, entry: Mapping[str, Any]) -> str:
        """Why a whole check could not be judged, and what it lacks by name."""
        reason = str(self._words.at("not_assessed.why").get(entry["why"], entry["why"])).format(
            error_id=entry["error_id"] or "–"
        )
        return f"{reason} ({entry['why_detail']})" if entry["why_detail"] else reason

    def plot_overview(self) -> Any:  # noqa: ANN401 (what a notebook displays)
        """Checks by data set."""
        return figures.show(
            figures.checks_by_data_set(self.entries, source=self._source),
            figures.alt_text_checks_by_data_set(self.entries),
        )

    def plot_ages(self) -> None:
        """Show records by the month of their deadline, a figure for each check that has a deadline
        and deviations.
        """
        figures.show_all(answer.plot_age() for answer in self if answer.entry["overdue"])

    def plot_overdue(self) -> None:
        """Show overdue records by month, a figure for each check that has any."""
        figures.show_all(answer.plot_overdue() for answer in self if answer.entry["overdue"])


@all_in_danish
class CheckAnswer:
    """One check's answer."""

    def __init__(self, entry: Mapping[str, Any], source: str, as_of: str, words: Words) -> None:
        self.entry, self._source, self._as_of, self._words = entry, source, as_of, words

    def _repr_html_(self) -> str:
        """What a notebook shows: the verdict, the four numbers and what was asked."""
        row = {
            **_summary_row([self.entry], self._words),
            self._words.at("lab.claim"): self.entry["claim"]["da"],
        }
        frame = (
            pd.DataFrame([row])
            .drop(columns="Kontrol")
            .astype(dict.fromkeys((*_NUMBERS.values(), _LONGEST), "Int64"))
        )
        return captioned(frame, self._words.say("lab.caption", id=self.entry["id"])).to_html()

    def __repr__(self) -> str:
        numbers = self._words.say(
            "lab.answer_numbers",
            **{name: self._words.number(self.entry[name]) for name in _NUMBERS},
        )
        return self._words.say(
            "lab.answer",
            id=self.entry["id"],
            verdict=self._words.at(f"verdicts.{self.entry['verdict']}.short"),
            numbers=numbers,
        )

    def plot_age(self) -> Any:  # noqa: ANN401 (what a notebook displays)
        """Records by the month of their deadline, with the date of the audit marked."""
        return figures.show(
            figures.age_against_deadline(self.entry, source=self._source, as_of=self._as_of),
            figures.alt_text_age_against_deadline(self.entry),
        )

    def plot_overdue(self) -> Any:  # noqa: ANN401 (what a notebook displays)
        """Overdue records by the month in which they fell due."""
        return figures.show(
            figures.overdue_by_month(self.entry, source=self._source),
            figures.alt_text_overdue_by_month(self.entry),
        )


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
