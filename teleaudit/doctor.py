"""What an audit lacks, in the order to mend it, before it is run.

Told from the audit file, the policy, and the first rows of the exports, by the same functions as a
run; what only all rows can tell (an empty column, records that cannot be judged), a run tells. A
check that a run could not judge for what is told here waits for it here too.

Nothing is written, and no value of a row is shown but the words that a run names too.
"""

from __future__ import annotations

import datetime as dt
import tempfile
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from enum import IntEnum, auto
from pathlib import Path
from typing import Any, get_args

from teleaudit.checks.lacking import Received
from teleaudit.errors import ExitCode, ExportError, UserError
from teleaudit.exports.conversion import UNKNOWN_WORD
from teleaudit.exports.decisions import CONTRADICTED
from teleaudit.exports.doubtful import LACKING, doubtful_columns
from teleaudit.exports.mapping_gaps import constant_instead, mapping_gap
from teleaudit.exports.reading import ReadExport, not_readable, read_beginning
from teleaudit.exports.storage import connect
from teleaudit.outcome import CAUSES, MISSING_HEADER, NO_FILE
from teleaudit.report.material import placeholders
from teleaudit.rules.audit_file import DATE_FORMATS, Audit, find_audit, load_decided
from teleaudit.rules.readiness import refuse_later, refuse_unready
from teleaudit.rules.response import Question, Response, load_response
from teleaudit.rules.rulebook import Rulebook, rulebook_of
from teleaudit.rules.suites import TOPICS, Check, checks_of, columns_in, needed_columns
from teleaudit.rules.undecided import OpenDecision
from teleaudit.runs.due import attendance, moment_text
from teleaudit.runs.pipeline import existing_root, run_notebooks
from teleaudit.schema import TABLES, VOCABULARIES
from teleaudit.schema.sql import literal, quoted
from teleaudit.workspace import reports_folder

_OWNED = "{owner: ..., reason: ..., declared_on: ...}"
_APPROVED = "{value: ..., owner: ..., reason: ..., approved_on: ...}"
_NAMED = 3  # of what there may be many in a sentence
_ANSWERS = ("dpo", "carried_out_by", "management", "dpo_opinion")  # that every report wants


class Kind(IntEnum):
    """What is missing, in the order to mend it."""

    UNDECIDED = auto()  # a person must choose
    REFUSED = auto()  # a run would not begin
    UNREADABLE = auto()  # an export that would be refused, or of which there is nothing
    UNMAPPED = auto()  # a column that rules need
    PARTLY_MAPPED = auto()  # one that some exports of a table lack
    UNFIT = auto()  # values that are not what their column is
    WORDS = auto()  # that no rule knows
    REJECTED = auto()  # too many rows
    PARAMETER = auto()
    NOT_RECEIVED = auto()  # neither exported nor declared
    POLICY = auto()  # still the starter's words, or the text has changed
    OWN_DOMAINS = auto()
    RESPONSE = auto()
    KEEP = auto()
    SCHEDULE = auto()  # something was due and did not run
    NOTEBOOKS = auto()


@dataclass(frozen=True, kw_only=True)
class Need:
    """One thing that is missing."""

    kind: Kind
    what: str
    action: str  # exactly what to write where
    checks: tuple[str, ...] = ()  # that wait for it
    stops_run: bool = False  # a run is refused until then

    def as_json(self) -> dict[str, Any]:
        """The need for programs."""
        return asdict(self) | {"kind": self.kind.name.lower(), "count": len(self.checks)}


@dataclass(frozen=True, kw_only=True)
class Answerable:
    """How many checks of a topic can be answered as things are."""

    topic: str
    checks: int
    of: int

    @property
    def name(self) -> str:
        """The topic as a reader sees it."""
        return self.topic.replace("_", " ")


@dataclass(frozen=True, kw_only=True)
class Diagnosis:
    """What an audit lacks."""

    audit: str
    controller: str
    file: Path
    needs: tuple[Need, ...]  # in the order to mend them
    topics: tuple[Answerable, ...]

    @property
    def shown(self) -> Path:
        """The audit file as a reader may name it from where the command runs."""
        here = Path.cwd()
        return self.file.relative_to(here) if self.file.is_relative_to(here) else self.file

    @property
    def exit_code(self) -> ExitCode:
        """0: nothing is missing. 2: something is."""
        return ExitCode.NOT_ASSESSED if self.needs else ExitCode.CLEAN

    def as_json(self) -> dict[str, Any]:
        """The diagnosis for programs."""
        return {
            "exit_code": int(self.exit_code),
            "audit": self.audit,
            "controller": self.controller,
            "missing": [need.as_json() for need in self.needs],
            "topics": [asdict(topic) for topic in self.topics],
        }


def diagnose(name: Path, *, today: dt.date, exports: str | None = None) -> Diagnosis:
    """What the audit of that name, file or folder lacks.

    ``exports`` is the folder of its exports where it is another than the audit's. Raises: UserError
    where the audit or its policy is not valid.
    """
    audit, undecided = load_decided(find_audit(name))
    rulebook = rulebook_of(audit)
    response = load_response(audit.path.parent)
    as_of = audit.as_of or today
    with tempfile.TemporaryDirectory() as folder:  # for its owner only
        read, refused = _read(audit, exports, Path(folder))
        received = Received(audit, read, is_all_null=_asking_copies(read))
        checks = _Waiting(
            audit,
            rulebook,
            received,
            set(audit.exports) if "exports_root" in refused else set(refused),
        )
        needs = [
            *_undecided(undecided, checks.ids),
            *_refused(audit, rulebook, as_of, checks.ids, has_open=bool(undecided)),
            *_unreadable(refused, checks, without=_open_exports(undecided)),
            *checks.needs(),
            *_unfit(audit, read, checks),
            *_words(read, checks),
            *_rejected(audit, read, checks),
            *_policy(audit, rulebook),
            *_own_domains(audit, checks),
            *_response(response),
            *_keep(audit),
            *_schedule(audit),
            *_notebooks(audit, as_of),
        ]
        return Diagnosis(
            audit=audit.name,
            controller=audit.controller.name,
            file=audit.path,
            needs=tuple(sorted(needs, key=lambda need: (need.kind, -len(need.checks)))),
            topics=tuple(checks.topics()),
        )


def _read(
    audit: Audit, exports: str | None, work: Path
) -> tuple[list[ReadExport], dict[str, UserError]]:
    """The exports by their first rows, and why some, or the place of all, cannot be read."""
    read, refused = list[ReadExport](), dict[str, UserError]()
    if not audit.exports:
        return read, refused
    try:
        root = Path(existing_root(exports or audit.address, engine="duckdb"))
    except UserError as error:
        return [not_readable(name, spec, str(error)) for name, spec in audit.exports.items()], {
            "exports_root": error
        }
    for name, spec in audit.exports.items():
        try:
            read.append(read_beginning(name, spec, root=root, work=work))
        except ExportError as error:
            refused[name] = error
            read.append(not_readable(name, spec, str(error)))
    return read, refused


def _asking_copies(exports: Sequence[ReadExport]) -> Callable[[str, str], bool]:
    """Whether a column holds nothing in the first rows of a table's exports."""

    def is_all_null(table: str, column: str) -> bool:
        copies = [
            str(copy)
            for export in exports
            if export.table == table and column in export.columns
            for copy in export.parquet
        ]
        with connect() as connection:
            ((held,),) = connection.execute(
                f"SELECT count({quoted(column)}) FROM"
                f" read_parquet([{', '.join(map(literal, copies))}])"
            ).fetchall()
        return not held

    return is_all_null


class _Waiting:
    """The checks of an audit, and what they wait for."""

    def __init__(
        self, audit: Audit, rulebook: Rulebook, received: Received, refused: Collection[str]
    ) -> None:
        self._received, self._refused = received, refused
        checks = checks_of(rulebook.suites, received.filled)
        self.relevant = [check for check in checks if received.not_held(check) is None]
        self._lacks: dict[str, tuple[tuple[str, str], ...]] = {
            check.id: received.all_missing(check) for check in self.relevant
        }
        self._unset = {
            check.id: [
                name for name in check.spec.parameters if audit.parameters[name].value is None
            ]
            for check in self.relevant
        }

    @property
    def ids(self) -> tuple[str, ...]:
        """Of all checks that are relevant."""
        return tuple(check.id for check in self.relevant)

    def on_table(self, *tables: str) -> tuple[str, ...]:
        """The checks that rest on a table."""
        return tuple(
            check.id
            for check in self.relevant
            if set(tables) & {self._received.view(check.data_set).table, *self._tables(check)}
        )

    def on_column(self, table: str, column: str) -> tuple[str, ...]:
        """The checks that rest on a column."""
        return tuple(
            check.id for check in self.relevant if f"{table}.{column}" in self._needed(check)
        )

    def topics(self) -> Iterator[Answerable]:
        """How many checks of each topic lack nothing."""
        for topic in TOPICS:
            own = [check for check in self.relevant if check.topic == topic]
            if own:
                answerable = [
                    check
                    for check in own
                    if not self._lacks[check.id] and not self._unset[check.id]
                ]
                yield Answerable(topic=topic, checks=len(answerable), of=len(own))

    def needs(self) -> Iterator[Need]:
        """What exports, columns and parameters are missing."""
        by_lack: dict[tuple[str, str], list[str]] = {}
        for check_id, lacks in self._lacks.items():
            for lack in lacks:
                by_lack.setdefault(lack, []).append(check_id)
        tables = {
            detail: waiting
            for (code, detail), waiting in by_lack.items()
            if code == "no_export" and detail in TABLES
        }
        if tables:
            yield self._not_received(tables)
        for (code, detail), waiting in by_lack.items():
            table, _, column = detail.partition(".")
            match code:
                case "missing_column":
                    yield self._unmapped(table, column, waiting)
                case "all_null":
                    yield self._empty(table, column, waiting)
                case _ if detail not in tables:
                    yield from self._nothing_in(code, detail, waiting)
        yield from self._lacking_somewhere()
        yield from self._parameters()

    def _not_received(self, tables: Mapping[str, Sequence[str]]) -> Need:
        most = sorted(tables, key=lambda table: (-len(tables[table]), table))
        named = ", ".join(f"{table} ({len(tables[table]):,})" for table in most)
        return Need(
            kind=Kind.NOT_RECEIVED,
            what=(
                f"no export of {_counted(len(tables), 'table')}, and no declaration that it is not"
                f" held; each with the checks that wait: {named}"
            ),
            action=(
                f"export them, and take their entries from 'teleaudit inspect FILE --table {most[0]}';"
                f" or declare: not_held: {{{most[0]}: {_OWNED}}}"
            ),
            checks=tuple(dict.fromkeys(one for waiting in tables.values() for one in waiting)),
        )

    def _unmapped(self, table: str, column: str, waiting: Sequence[str]) -> Need:
        gap = mapping_gap(
            table,
            column,
            [export for export in self._received.exports if export.table == table],
            waiting,
            self._received.filled[table],
        )
        headers = list(dict.fromkeys(candidate.header for candidate in gap.candidates))
        export = gap.candidates[0].export if gap.candidates else gap.exports[0]
        header = headers[0] if len(headers) == 1 else "..."
        otherwise = "" if headers else constant_instead(table, column)
        return Need(
            kind=Kind.UNMAPPED,
            what=gap.describe_lack(),
            action=(
                MISSING_HEADER.action.format(place=f"exports.{gap.looked_for[0].export}")
                if gap.looked_for
                else f"exports.{export}.columns: {{{column}: {header}}}{otherwise}"
            ),
            checks=tuple(waiting),
        )

    def _empty(self, table: str, column: str, waiting: Sequence[str]) -> Need:
        own = [export.name for export in self._received.exports if export.table == table]
        place = " and ".join(f"exports.{name}" for name in own)
        return Need(
            kind=Kind.UNMAPPED,
            what=f"{', '.join(own)}: {column} has no value in the first rows",
            action=CAUSES["all_null"].action.format(place=place),
            checks=tuple(waiting),
        )

    def _nothing_in(self, code: str, detail: str, waiting: Sequence[str]) -> Iterator[Need]:
        """An export without files or rows; one that is refused is told as such."""
        name, _, problem = detail.partition(": ")
        if name in self._refused:
            return
        cause = NO_FILE if code == "no_export" else CAUSES["no_rows"]
        yield Need(
            kind=Kind.UNREADABLE,
            what=f"{name}: {problem}",
            action=f"{cause.action} (exports.{name}.files)",
            checks=tuple(waiting),
        )

    def _lacking_somewhere(self) -> Iterator[Need]:
        """Columns that one export of a table fills and another lacks."""
        for name, reasons in doubtful_columns(self._received.exports, {}).items():
            table, _, column = name.partition(".")
            waiting = self.on_column(table, column)
            if LACKING not in reasons or column not in self._received.filled[table] or not waiting:
                continue
            without = [
                export.name
                for export in self._received.exports
                if export.table == table and export.rows and column not in export.columns
            ]
            yield Need(
                kind=Kind.PARTLY_MAPPED,
                what=f"{', '.join(without)}: nothing is mapped to {column}, which other exports of"
                f" {table} fill",
                action=(
                    f"exports.{without[0]}.columns: {{{column}: ...}}"
                    f"{constant_instead(table, column)}"
                ),
                checks=waiting,
            )

    def _parameters(self) -> Iterator[Need]:
        waiting: dict[str, list[str]] = {}
        for check_id, names in self._unset.items():
            for name in names:
                waiting.setdefault(name, []).append(check_id)
        for name, own in waiting.items():
            yield Need(
                kind=Kind.PARAMETER,
                what=f"{CAUSES['unset'].words} {name}",
                action=f"parameters: {{{name}: {_APPROVED}}}",
                checks=tuple(own),
            )

    def _needed(self, check: Check) -> set[str]:
        """What a check rests on, as ``table.column``; what may only cast doubt on it too."""
        view = self._received.view(check.data_set)
        named = {name for condition in check.spec.conditions for name in columns_in(condition)}
        needed = needed_columns(check, self._received.usable).values()
        return {
            *(name for names in needed for name in names),
            *(source for name in named for source in view.doubts.get(name, ())),
        }

    def _tables(self, check: Check) -> set[str]:
        return {name.partition(".")[0] for name in self._needed(check)}


def _undecided(undecided: Iterable[OpenDecision], every: tuple[str, ...]) -> Iterator[Need]:
    for one in undecided:
        yield Need(
            kind=Kind.UNDECIDED,
            what=f"{one.key} is not decided ({one.where})",
            action=one.action,
            checks=every,
            stops_run=True,
        )


def _refused(
    audit: Audit,
    rulebook: Rulebook,
    as_of: dt.date,
    every: tuple[str, ...],
    *,
    has_open: bool,
) -> Iterator[Need]:
    """Why a run would not begin."""
    asked: list[Callable[[], object]] = [
        lambda: refuse_later(audit, as_of),
        lambda: rulebook.conflicts(audit, as_of),
    ]
    if audit.exports or not has_open:
        asked.insert(0, lambda: refuse_unready(audit))
    for ask in asked:
        try:
            ask()
        except UserError as error:
            what, action = _parted(str(error))
            yield Need(kind=Kind.REFUSED, what=what, action=action, checks=every, stops_run=True)


def _open_exports(undecided: Iterable[OpenDecision]) -> set[str]:
    """The exports of which something is undecided."""
    return {
        str(one.place[1]) for one in undecided if one.place[0] == "exports" and len(one.place) > 1
    }


def _unreadable(
    refused: Mapping[str, UserError], checks: _Waiting, *, without: Collection[str]
) -> Iterator[Need]:
    """Exports that a run would refuse; of one that is ``without`` a decision, that is told first."""
    for name, error in refused.items():
        if name in without:
            continue
        what, action = _parted(str(error))
        yield Need(
            kind=Kind.UNREADABLE,
            what=f"{name}: {what}",
            action=action,
            checks=checks.ids,
            stops_run=True,
        )


def _unfit(audit: Audit, exports: Sequence[ReadExport], checks: _Waiting) -> Iterator[Need]:
    """Columns of which many values are not what they are mapped to."""
    for export in exports:
        by_header = {header: name for name, header in audit.exports[export.name].columns.items()}
        for remark in export.warnings:
            column = by_header.get(remark.column or "")
            few = (remark.count or 0) <= CONTRADICTED * export.rows
            if remark.code != "unreadable" or column is None or few:
                continue
            place = f"exports.{export.name}"
            is_date = TABLES[export.table].column(column).kind.is_date
            yield Need(
                kind=Kind.UNFIT,
                what=f"{export.name}: {remark}",
                action=(
                    f"{place}.column_dates: {{{column}: ...}}, one of: {', '.join(DATE_FORMATS)}; or"
                    " export them so"
                    if is_date
                    else f"{place}.columns: {{{column}: ...}}, another header; or export numbers"
                ),
                checks=checks.on_column(export.table, column),
            )


def _parted(message: str) -> tuple[str, str]:
    """A refusal as what is wrong and what to do: its first sentence, and the others."""
    what, parted, action = message.partition(". ")
    return (what, action) if parted else (message, "mend it as it says")


def _words(exports: Sequence[ReadExport], checks: _Waiting) -> Iterator[Need]:
    """Words that no rule knows, in columns that some check rests on."""
    for export in exports:
        for remark in export.warnings:
            if remark.code != UNKNOWN_WORD or remark.canonical is None:
                continue
            waiting = checks.on_column(export.table, remark.canonical)
            known = ", ".join(VOCABULARIES[f"{export.table}.{remark.canonical}"].canonical)
            words = ", ".join(f"{word}: ..." for word in remark.words or ("...",))
            if waiting:
                yield Need(
                    kind=Kind.WORDS,
                    what=f"{export.name}: {remark}",
                    action=(
                        f"exports.{export.name}.values: {{{remark.canonical}: {{{words}}}}}, each"
                        f" one of: {known}"
                    ),
                    checks=waiting,
                )


def _rejected(audit: Audit, exports: Sequence[ReadExport], checks: _Waiting) -> Iterator[Need]:
    for export in exports:
        if export.rejected > audit.max_rejected * (export.rows + export.rejected):
            cause = CAUSES["too_many_rejected"]
            yield Need(
                kind=Kind.REJECTED,
                what=(
                    f"{cause.words} {export.name}: {export.rejected:,} of the first"
                    f" {export.rows + export.rejected:,}"
                ),
                action=cause.action,
                checks=checks.on_table(export.table),
            )


def _policy(audit: Audit, rulebook: Rulebook) -> Iterator[Need]:
    clauses = [
        {"id": clause.clause, "claim": clause.claim.by_language()}
        for suite in rulebook.suites
        for clause in suite.clauses
    ]
    named, ids = placeholders(
        {"policy": {"title": rulebook.title, "version": rulebook.version}, "clauses": clauses}
    )
    if named or ids:
        yield Need(
            kind=Kind.POLICY,
            what=f"the starter's words still stand for {_listed([*named, *ids])}",
            action=(
                f"replace them in {audit.policy} by the policy's own (marked REPLACE); 'teleaudit"
                f" policy check {audit.name}' shows what is asked"
            ),
        )
    if rulebook.changes:
        yield Need(
            kind=Kind.POLICY,
            what=f"the policy's text has changed in {_counted(len(rulebook.changes), 'place')}",
            action=f"'teleaudit policy check {audit.name}' shows where: mend {audit.policy}",
        )


def _own_domains(audit: Audit, checks: _Waiting) -> Iterator[Need]:
    waiting = [
        check.id for check in checks.relevant if check.spec.type == "expect_no_browsing_data"
    ]
    if waiting and "own_domains" not in audit.model_fields_set:
        yield Need(
            kind=Kind.OWN_DOMAINS,
            what="no own domains are named: an address of your own counts as a visited site",
            action="own_domains: [example.dk]; [] where there are none",
        )


def _response(response: Response) -> Iterator[Need]:
    lacking = [name for name in _ANSWERS if getattr(response, name) is None]
    lacking += [f"answers.{name}" for name in get_args(Question) if name not in response.answers]
    if lacking:
        yield Need(
            kind=Kind.RESPONSE,
            what=f"nobody has answered {', '.join(lacking)}: the report says so",
            action=f"write them in response.yaml, as in {lacking[0]}: ...",
        )


def _keep(audit: Audit) -> Iterator[Need]:
    if audit.keep.restricted_days is None or audit.keep.record_days is None:
        yield Need(
            kind=Kind.KEEP,
            what="nobody has set how long the closed annex and the reports are kept",
            action="keep: {restricted_days: 90, record_days: 1826}",
        )


def _schedule(audit: Audit) -> Iterator[Need]:
    """What was due by the schedule and came to no result."""
    if audit.schedule is None:
        return
    found = attendance(
        audit.schedule, reports_folder(audit.path) / audit.name, dt.datetime.now(dt.UTC)
    )
    if found.due_at and (found.is_late or found.is_broken_off):
        did = "was interrupted" if found.is_broken_off else "did not run"
        yield Need(
            kind=Kind.SCHEDULE,
            what=f"the run that was due {moment_text(found.due_at)} {did}",
            action=f"teleaudit run {audit.name} --scheduled, and see what its scheduler says",
        )


def _notebooks(audit: Audit, as_of: dt.date) -> Iterator[Need]:
    try:
        changed = [
            notebook.name for notebook in run_notebooks(audit, as_of) if notebook.state == "changed"
        ]
    except UserError as error:
        what, action = _parted(str(error))
        yield Need(kind=Kind.REFUSED, what=what, action=action, stops_run=True)
        return
    if changed:
        yield Need(
            kind=Kind.NOTEBOOKS,
            what=f"not as they were released: {', '.join(changed)}",
            action=(
                "take the released ones from a new workspace (teleaudit init), or leave them: the"
                " record says so"
            ),
        )


def as_lines(found: Diagnosis) -> Iterator[str]:
    """The diagnosis for a reader."""
    if not found.needs:
        yield f"{found.controller}: nothing is missing. Next: teleaudit run {found.shown}"
    else:
        yield (
            f"{found.controller}: {_counted(len(found.needs), 'thing')} missing, in the order to"
            f" mend them. Keys are those of {found.shown}."
        )
    for number, need in enumerate(found.needs, start=1):
        yield f"{number:>3}. {need.what.removesuffix('.')} ({_waits(need)})"
        yield f"     {need.action}"
    yield from topic_lines(found)


def topic_lines(found: Diagnosis) -> Iterator[str]:
    """How many checks of each topic can be answered as things are."""
    able = [topic for topic in found.topics if topic.checks]
    unable = [topic for topic in found.topics if not topic.checks]
    if able:
        yield "Checks that can be answered as it is: " + ", ".join(
            f"{topic.name} {topic.checks:,} of {topic.of:,}" for topic in able
        )
    if unable:
        yield "None yet: " + ", ".join(f"{topic.name} ({topic.of:,})" for topic in unable)


def _waits(need: Need) -> str:
    if need.stops_run:
        return "no run before it is mended"
    if need.checks and need.kind in (Kind.PARTLY_MAPPED, Kind.UNFIT, Kind.WORDS, Kind.REJECTED):
        return f"{_counted(len(need.checks), 'check')} cannot judge all records"
    if need.checks:
        return f"{_counted(len(need.checks), 'check')} cannot be judged without it"
    if need.kind is Kind.SCHEDULE:
        return "the next report says so"
    return "it shows in the report"


def _listed(names: Sequence[str]) -> str:
    more = f" and {len(names) - _NAMED:,} more" if len(names) > _NAMED else ""
    return ", ".join(names[:_NAMED]) + more


def _counted(count: int, unit: str) -> str:
    return f"{count:,} {unit}{'' if count == 1 else 's'}"
