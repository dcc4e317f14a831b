"""The worklist as it is worked off: a workbook and a Danish CSV, for the closed annex.

Both hold every record that a check lists, in order of urgency: what deviates, apart from it what a
person must judge, what is exempt, and what waits for a lawyer. Records that the law keeps secret
stand in a CSV of their own, for who is cleared for them, and in neither of these. All are made of ``records.csv``,
which the checks left; its lines are sorted out of core and pass by one at a time.
"""

from __future__ import annotations

import csv
import datetime as dt
import errno
import io
import os
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import IO, Any, Literal, NamedTuple, get_args

import duckdb
from xlsxwriter import Workbook
from xlsxwriter.exceptions import FileCreateError
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from teleaudit.checks.worklist import RECORDS, RECORDS_SQL, disarmed, harmless
from teleaudit.errors import UserError
from teleaudit.report.authorities import authorities_of
from teleaudit.report.findings import number_findings
from teleaudit.report.material import MAIN_AUTHORITY
from teleaudit.report.wording import Words
from teleaudit.rules.response import Decision, Response
from teleaudit.rules.suites import Check, DeadlineKind, Severity
from teleaudit.rules.verdicts import EXPORTS_PARTED, GRAVITY, Verdict

WORKBOOK, DANISH_CSV = "worklist.xlsx", "worklist.da.csv"
_A3, _A4 = 8, 9  # ECMA-376, 18.3.1.63 pageSetup, paperSize
CONFIDENTIAL_CSV = "worklist.secret.da.csv"  # wherever a check asks for secrets, found or not
# So many of each list, the gravest, stand in the workbook. Excel opens a million lines, but they
# take minutes to write and nobody works them off there. The CSV holds all.
MAX_LINES = 50_000
_MAX_CELL = 32_767  # characters, Excel's
_BATCH = 10_000

ListName = Literal["deviations", "to_judge", "exempt", "unclear"]
LISTS: tuple[ListName, ...] = get_args(ListName)
Kind = Literal["text", "key", "date", "number"]
Cell = str | int | dt.date | None


@dataclass(frozen=True, kw_only=True)
class Column:
    """A column of both files; its words are ``worklist.columns.<name>``."""

    name: str
    width: int
    kind: Kind = "text"


COLUMNS: tuple[Column, ...] = (
    Column(name="priority", width=10, kind="number"),
    Column(name="system", width=18),
    Column(name="customer_id", width=14, kind="key"),
    Column(name="record_key", width=24, kind="key"),
    Column(name="record_reference", width=24),
    Column(name="column", width=16),
    Column(name="finding", width=15),
    Column(name="report", width=22),
    Column(name="check_id", width=26),
    Column(name="action_code", width=15),
    Column(name="action", width=60),
    Column(name="due_date", width=13, kind="date"),
    Column(name="deadline", width=15),
    Column(name="overdue_days", width=11, kind="number"),
    Column(name="grounds", width=30),
    Column(name="severity", width=13),
    # as the response says
    Column(name="owner", width=18),
    Column(name="do_by", width=13, kind="date"),
    # for those who work it off
    Column(name="done_by", width=18),
    Column(name="done_on", width=13, kind="date"),
    Column(name="proof", width=30),
)
_CHECK = [column.name for column in COLUMNS].index("check_id")
_FILLED_IN = ("done_by", "done_on", "proof")
_URGENT: tuple[DeadlineKind, ...] = (
    "report",
    "notice",
    "answer",
)  # hours, days or weeks, not years
_PRIORITIES: Mapping[Severity, int] = {
    "critical": 1,
    "high": 2,
    "medium": 3,
    "low": 4,
    "observation": 4,
}
# What a spreadsheet takes for another number, a date or a time: 0012, 1234567890123456, 3/12, 1E5.
_PLAIN_NUMBER = re.compile(r"0|[1-9]\d{0,10}", re.ASCII)
_MONTH = (
    "(jan(uar)?|feb(ruar)?|mar(ts)?|apr(il)?|maj|juni?|juli?|aug(ust)?|sep(t(ember)?)?|okt(ober)?"
    "|nov(ember)?|dec(ember)?)"
)
_TAKEN_FOR_ANOTHER = re.compile(
    r"[\d\s.,:/%-]*\d[\d\s.,:/%-]*(e[+-]?\d+)?"
    rf"|\d{{1,4}}[ ./-]*{_MONTH}([ ./-]*\d{{1,4}})?|{_MONTH}[ ./-]*\d{{1,4}}",
    re.ASCII | re.IGNORECASE,
)


@dataclass(frozen=True, kw_only=True)
class Checked:
    """A check with what it answered, as far as its records' lines tell it."""

    check: Check
    verdict: Verdict
    severity: Severity
    finding: str
    decision: Decision
    elsewhere: tuple[str, ...]  # whose reports the finding stands in, where not in the main one

    @property
    def priority(self) -> int:
        """1 is most urgent: also what has hours, as the notification of a breach has."""
        is_breach = self.verdict is Verdict.BREACH or self.check.spec.possible_breach is not None
        is_to_report = self.check.deadline == "report"
        return 1 if is_breach or is_to_report else _PRIORITIES[self.severity]

    @property
    def urgency(self) -> tuple[int, int, int, int]:
        """More urgent ones first."""
        kind = self.check.deadline
        return (
            self.priority,
            _URGENT.index(kind) if kind in _URGENT else len(_URGENT),
            GRAVITY.index(self.verdict),
            get_args(Severity).index(self.severity),
        )


def checked(
    checks: Iterable[Check], entries: Sequence[Mapping[str, Any]], response: Response
) -> dict[str, Checked]:
    """Checks by id with their entries of results.json and what was decided about their clauses."""
    known, numbers = {check.id: check for check in checks}, number_findings(entries)
    return {
        entry["id"]: Checked(
            check=known[entry["id"]],
            verdict=Verdict(entry["verdict"]),
            severity=entry["severity"],
            # what is exempt under a check that found nothing stands in no finding
            finding=numbers.get(entry["id"], entry["clauses"][0]),
            decision=response.findings.get(entry["clauses"][0], Decision()),
            elsewhere=()
            if MAIN_AUTHORITY in (competent := authorities_of(entry))
            else tuple(competent),
        )
        for entry in entries
    }


def write_worklists(
    restricted: Path,
    checks: Mapping[str, Checked],
    words: Words,
    *,
    systems: Mapping[str, str],
    heading: str,
    as_of: dt.date,
    work: Path,
    memory_limit: str,
    max_lines: int = MAX_LINES,
) -> dict[ListName, int]:
    """Write the files beside the records; returns how many each list of the workbook holds.

    ``systems`` are what people call the system that an export comes from, by its name; ``heading``
    says whose the lists are; ``work`` is a folder of the run that others cannot read.
    """
    lines = _Lines(checks, systems, words)
    secret = {name for name, one in checks.items() if one.check.spec.secret}
    with ExitStack() as stack:

        def danish_csv(name: str) -> Callable[[ListName, Sequence[Cell]], None]:
            file = stack.enter_context(io.BufferedWriter(_Private(restricted / name)))
            return stack.enter_context(_danish_csv(file, words))

        write = danish_csv(DANISH_CSV)
        write_secret = danish_csv(CONFIDENTIAL_CSV) if secret else write
        book = stack.enter_context(io.BufferedWriter(_Private(restricted / WORKBOOK)))
        workbook = stack.enter_context(
            _workbook(book, words, work=work, as_of=as_of, max_lines=max_lines)
        )
        for name, cells in lines.sorted(restricted / RECORDS, work, memory_limit):
            if cells[_CHECK] in secret:
                write_secret(name, cells)
                continue
            write(name, cells)
            workbook.add(name, cells)
        workbook.explain(heading, keeps_secrets=bool(secret))
        return dict(workbook.counts)


class _Record(NamedTuple):
    """What a line is made of: columns of records.csv."""

    check_id: str
    record_key: str | None
    record_reference: str
    export: str | None
    customer_id: str | None
    column: str | None
    grounds: str | None
    due_date: str | None
    overdue_days: str | None
    action: str | None


class _Lines:
    """Lines of the lists, made of records."""

    def __init__(
        self, checks: Mapping[str, Checked], systems: Mapping[str, str], words: Words
    ) -> None:
        self._checks, self._words, self._word = checks, words, cache(words.at)
        self._systems, self._system = systems, cache(self._system_told)
        self._grounds = cache(self._grounds_told)
        self._questions = cache(self._question)

    def sorted(
        self, records: Path, work: Path, memory_limit: str
    ) -> Iterator[tuple[ListName, tuple[Cell, ...]]]:
        """The cells of ``COLUMNS`` for each record with its list, list by list, the gravest
        first.
        """
        config: dict[str, Any] = {
            "memory_limit": memory_limit,
            "temp_directory": str(work / "sorting"),
        }
        with (
            _no_room_in_words(work),
            closing(duckdb.connect(":memory:", config=config)) as connection,
        ):
            connection.execute(
                "CREATE TABLE urgency (id TEXT, priority INT, deadline INT, gravity INT, severity"
                " INT, judged BOOL)"
            )
            connection.executemany(
                "INSERT INTO urgency VALUES (?, ?, ?, ?, ?, ?)",
                [
                    (name, *one.urgency, one.verdict is Verdict.REVIEW)
                    for name, one in self._checks.items()
                ],
            )
            rows = connection.execute(
                f"""
                SELECT
                    CASE
                        WHEN kind = 'exempt' THEN 2
                        WHEN kind = 'legal' THEN 3
                        WHEN kind = 'review' OR judged THEN 1
                        ELSE 0
                    END AS list,
                    {", ".join(f'"{name}"' for name in _Record._fields)}
                FROM {RECORDS_SQL} AS records
                LEFT JOIN urgency ON records.check_id = urgency.id
                ORDER BY
                    list, priority, deadline, gravity, severity,
                    due_date NULLS LAST, check_id, record_key, "column"
                """,
                [str(records)],
            )
            while batch := rows.fetchmany(_BATCH):
                for place, *cells in batch:
                    yield LISTS[place], self._line(LISTS[place], _Record(*cells))

    def _line(self, name: ListName, record: _Record) -> tuple[Cell, ...]:
        one, grounds, action = self._checks[record.check_id], record.grounds or "", record.action
        check, word, decision = one.check, self._word, one.decision
        match name:
            case "deviations" | "to_judge":
                code = str(check.action_code if name == "deviations" else "assess")
                grounds = grounds if check.may_erase else ""
            case "exempt":
                code, action, decision = "wait", word("worklist.wait"), Decision()
            case "unclear":
                code, action = "clarify", self._questions(check.id, grounds)
        return (
            one.priority,
            self._system(record.export or ""),
            record.customer_id,
            self._whole_column(record.record_key or "")
            if check.lists_columns
            else record.record_key,
            record.record_reference,
            record.column,
            one.finding,
            ", ".join(self._words.name("authorities", name) for name in one.elsewhere),
            check.id,
            word(f"worklist.codes.{code}.code"),
            action,
            dt.date.fromisoformat(record.due_date) if record.due_date else None,
            word(f"worklist.deadlines.{check.deadline}") if record.due_date else None,
            int(record.overdue_days) if record.overdue_days else None,
            self._grounds(grounds),
            word(f"severities.{one.severity}"),
            str(harmless(decision.owner or "")),
            decision.deadline,
            *(None for _ in _FILLED_IN),
        )

    def _whole_column(self, name: str) -> str:
        return str(harmless(self._words.say("worklist.whole_column", column=disarmed(name))))

    def _system_told(self, exports: str) -> str:
        names = exports.split(EXPORTS_PARTED)
        told = EXPORTS_PARTED.join(dict.fromkeys(self._systems.get(name, name) for name in names))
        return str(harmless(told))

    def _grounds_told(self, codes: str) -> str:
        groups = ("legal.bands", "exemptions", "worklist.blocked")  # the last one wins
        known = {code: word for group in groups for code, word in self._words.at(group).items()}
        return "; ".join(known.get(code, code) for code in codes.split(";"))

    def _question(self, check_id: str, readings: str) -> str:
        asked = [
            reading.question.da
            for reading in self._checks[check_id].check.spec.legal
            if reading.question and reading.name in readings.split(";")
        ]
        return str(harmless(" ".join(asked) or self._words.at("worklist.clarify")))


@contextmanager
def _no_room_in_words(work: Path) -> Iterator[None]:
    """Say of a disk that is full what the system says, and what to do where memory is too small."""
    try:
        yield
    except duckdb.Error as error:
        if "No space left" in str(error):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(work)) from None
        if not isinstance(error, duckdb.OutOfMemoryException):
            raise
        msg = "DuckDB ran out of memory while it sorted the worklist. Raise --memory."
        raise UserError(msg) from None


class _Workbook:
    """The workbook being written: a sheet that explains, and one a list."""

    def __init__(self, book: Workbook, words: Words, *, max_lines: int) -> None:
        self._words, self._max_lines = words, max_lines
        self.counts: Counter[ListName] = Counter(dict.fromkeys(LISTS, 0))
        top: dict[str, Any] = {"valign": "top"}
        header = book.add_format({**top, "bold": True, "text_wrap": True, "bg_color": "#E7EBF0"})
        self._title = book.add_format({**top, "bold": True, "font_size": 14})
        self._bold = book.add_format({**top, "bold": True})
        self._wrapped = book.add_format({**top, "text_wrap": True})
        number, text = book.add_format(top), book.add_format({**top, "num_format": "@"})
        date = book.add_format({**top, "num_format": "dd-mm-yyyy"})
        formats = {"text": self._wrapped, "key": text, "date": date, "number": number}
        self._formats = [formats[column.kind] for column in COLUMNS]
        self._guide = book.add_worksheet(words.at("worklist.guide.sheet"))
        self._guide.set_column(0, 0, 24)
        self._guide.set_column(1, 1, 100)
        self._guide.set_landscape()
        self._guide.set_paper(_A4)
        self._guide.fit_to_pages(1, 0)
        self._sheets = {name: self._new_sheet(book, name, header) for name in LISTS}

    def _new_sheet(self, book: Workbook, name: ListName, header: Format) -> Worksheet:
        sheet = book.add_worksheet(self._words.at(f"worklist.lists.{name}.sheet"))
        for place, column in enumerate(COLUMNS):
            sheet.set_column(place, place, column.width, self._formats[place])
            sheet.write_string(0, place, _header(self._words, column), header)
        sheet.freeze_panes(1, 0)
        sheet.set_landscape()
        sheet.set_paper(_A3)  # its columns side by side, and still to be read
        sheet.fit_to_pages(1, 0)
        sheet.repeat_rows(0)
        done_on = [column.name for column in COLUMNS].index("done_on")
        sheet.data_validation(
            1,
            done_on,
            self._max_lines,
            done_on,
            {
                "validate": "date",
                "criteria": ">",
                "value": dt.date(2000, 1, 1),
                "error_title": self._words.at("worklist.columns.done_on.header"),
                "error_message": self._words.at("worklist.guide.done_on_error"),
            },
        )
        return sheet

    def add(self, name: ListName, cells: Sequence[Cell]) -> None:
        """Put a line under the others of its list; what is too many is counted."""
        self.counts[name] += 1
        row, sheet = self.counts[name], self._sheets[name]
        if row > self._max_lines:
            return
        for place, (cell, form) in enumerate(zip(cells, self._formats, strict=True)):
            match cell:
                case None | "":
                    pass
                case int():
                    sheet.write_number(row, place, cell, form)
                case dt.date():
                    sheet.write_datetime(row, place, cell, form)
                case _:
                    sheet.write_string(row, place, _fitting(cell), form)

    def explain(self, heading: str, *, keeps_secrets: bool) -> None:
        """Write the first sheet, and end the others, once all lines are there."""
        guide, words, row = self._guide, self._words, 0

        def write(first: str, second: str = "", form: Format | None = None) -> None:
            nonlocal row
            guide.write_string(row, 0, first, form or self._bold)
            guide.write_string(row, 1, second, self._wrapped)
            row += 1

        write(words.at("worklist.guide.title"), form=self._title)
        write("", heading)
        write("", words.at("worklist.guide.confidential"))
        write("", words.at("worklist.guide.text"))
        if keeps_secrets:
            write("", words.say("worklist.guide.secret", file=CONFIDENTIAL_CSV))
        write("")
        for name in LISTS:
            count, shown = self.counts[name], min(self.counts[name], self._max_lines)
            told = f"{words.counted('record', count)}. {words.at(f'worklist.lists.{name}.text')}"
            if shown < count:
                left_out = words.say(
                    "worklist.guide.left_out",
                    shown=words.number(shown),
                    total=words.number(count),
                    file=DANISH_CSV,
                )
                told = f"{left_out} {told}"
                self._sheets[name].write_string(shown + 1, 0, left_out, self._bold)
            write(words.at(f"worklist.lists.{name}.sheet"), told)
            self._sheets[name].autofilter(0, 0, shown, len(COLUMNS) - 1)
        write("")
        write(words.at("worklist.guide.columns"))
        for column in COLUMNS:
            write(_header(words, column), words.at(f"worklist.columns.{column.name}.text"))
        write("")
        write(words.at("worklist.guide.codes"))
        for code in words.at("worklist.codes").values():
            write(code["code"], code["text"])


@contextmanager
def _workbook(
    file: IO[bytes], words: Words, *, work: Path, as_of: dt.date, max_lines: int
) -> Iterator[_Workbook]:
    """A workbook that keeps a line at a time in memory, and the rest in the run's own folder.

    It tells the day of the audit as that on which it was made: the same records give the same
    bytes.
    """
    options = {"constant_memory": True, "tmpdir": str(work), "use_zip64": True}
    problem: int | None = None
    try:
        with Workbook(file, options) as book:
            book.set_properties(
                {
                    "title": words.at("worklist.guide.title"),
                    "created": dt.datetime.combine(as_of, dt.time()),
                }
            )
            yield _Workbook(book, words, max_lines=max_lines)
    except FileCreateError as error:
        problem = error.args[0].errno
    # outside, where nothing holds the archive any more: it closes itself before its file is closed
    if problem is not None:
        raise OSError(problem, os.strerror(problem), str(work))


class _Private(io.FileIO):
    """A new file for its owner alone.

    It says once that there is no room: what was abandoned for it is closed without another word.
    """

    def __init__(self, path: Path) -> None:
        super().__init__(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb")
        self._is_full = False

    def write(self, data: Any, /) -> int:  # noqa: ANN401 (whatever has a buffer)
        """Raises: OSError, the first time."""
        if self._is_full:
            return memoryview(data).nbytes
        try:
            return super().write(data)
        except OSError:
            self._is_full = True
            raise


@contextmanager
def _danish_csv(
    file: IO[bytes], words: Words
) -> Iterator[Callable[[ListName, Sequence[Cell]], None]]:
    """Writes lines as Danish Excel opens them: semicolons, a byte order mark, dd-mm-yyyy."""
    with io.TextIOWrapper(file, encoding="utf-8-sig", newline="") as text:
        write = csv.writer(text, delimiter=";").writerow
        write([words.at("worklist.guide.list"), *(_header(words, column) for column in COLUMNS)])
        names = {name: words.at(f"worklist.lists.{name}.sheet") for name in LISTS}
        are_keys = [column.kind == "key" for column in COLUMNS]

        def add(name: ListName, cells: Sequence[Cell]) -> None:
            told = (
                f"{cell:%d-%m-%Y}"
                if isinstance(cell, dt.date)
                else as_text(cell)
                if is_key and isinstance(cell, str)
                else cell
                for cell, is_key in zip(cells, are_keys, strict=True)
            )
            write([names[name], *told])

        yield add


def _header(words: Words, column: Column) -> str:
    return str(words.at(f"worklist.columns.{column.name}.header"))


def _fitting(text: str) -> str:
    """A text that Excel takes into a cell: one that is too long ends visibly."""
    return text if len(text) <= _MAX_CELL else f"{text[: _MAX_CELL - 1]}…"


def as_text(key: str) -> str:
    """A key that a spreadsheet opening a CSV does not take for another number or a date: an
    apostrophe goes before it.
    """
    is_safe = _PLAIN_NUMBER.fullmatch(key) or not _TAKEN_FOR_ANOTHER.fullmatch(key)
    return key if is_safe else f"'{key}"
