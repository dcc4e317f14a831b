"""What one file is, and how an audit would name it: format, columns, dates, and the table and
mapping that fit best.

No value of a row is in the answer; a kind, a date format and a share are.
"""

from __future__ import annotations

import itertools
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import duckdb
import pyarrow as pa

from teleaudit.detectors import ColumnDecision, Level, scan_column
from teleaudit.errors import ExportError, UserError, near_match
from teleaudit.exports import evidence
from teleaudit.exports.asked import asked_columns
from teleaudit.exports.conversion import cleaned, counted
from teleaudit.exports.entries import entry_yaml, on_one_line
from teleaudit.exports.evidence import DecimalEvidence, Undecided
from teleaudit.exports.files import unpacked_file
from teleaudit.exports.opened import Opened, check_encoding, open_source
from teleaudit.exports.parquet_files import describe_parquet, parquet_path
from teleaudit.exports.reader_warnings import remarks_on_rejects
from teleaudit.exports.storage import connect
from teleaudit.exports.suggesting import (
    CORRESPONDENCE,
    MESSAGE_TABLE,
    Look,
    names_a_key,
    suggest_mapping,
    suggest_table,
)
from teleaudit.exports.vocabularies import MAX_ASKED, namable_words, proposed_values
from teleaudit.exports.warnings import Remark
from teleaudit.readers import dialects
from teleaudit.readers.encodings import SINGLE_BYTE
from teleaudit.readers.opening import Recognised, recognise, with_encoding
from teleaudit.readers.parquet_damage import UNREADABLE, damaged
from teleaudit.readers.rejects import Rejections
from teleaudit.readers.sources import Source
from teleaudit.readers.workbooks import Worksheet
from teleaudit.redaction import ShownPaths
from teleaudit.rules.audit_file import DateFormat, Format
from teleaudit.schema import TABLES, VOCABULARIES, Kind, Table
from teleaudit.schema.sql import quoted
from teleaudit.schema.vocabularies import folded

ROW_LIMIT = 200_000
_CERTAIN = 0.98  # share of a column's values that must look like a kind
# that the detectors look into: a few seconds, however wide the file is
_SCANNED_ROWS, _SCANNED_CELLS = 20_000, 60_000
_COLUMNS_AT_ONCE = 100  # in one query
_LISTED = 5  # files of an archive that are named
_WRITTEN = {"message", "browsing"}
# hold what is written, by their purpose
_CORRESPONDENCE = {CORRESPONDENCE, "service_send", "marketing_send"}
_KINDS = {
    "card": "card numbers",
    "cpr": "CPR numbers",
    "message": "the text of messages",
    "browsing": "visited sites",
    "cvv": "check codes of cards",
    "pin_block": "PIN blocks",
}


@dataclass(frozen=True, kw_only=True)
class InspectedColumn:
    """One column of a file."""

    header: str
    # text, whole number, number, date, time, e-mail, IP address, phone number, CVR number, nested,
    # or empty
    looks_like: str
    empty: float  # share of rows without a value
    date_format: DateFormat | None = None
    undecided_dates: Undecided | None = None  # why the format cannot be told
    suggested: str | None = None  # canonical column of the suggested table
    holds: tuple[str, ...] = ()  # what the detectors found in it: card, cpr, message, browsing ...
    holds_surely: bool = True  # False: a person should look

    @property
    def date_problem(self) -> str | None:
        """Why the format of its dates cannot be told, in words."""
        if self.undecided_dates is None:
            return None
        return (
            f"{self.undecided_dates.reason.replace('_', ' ')} dates: write"
            f" {self.undecided_dates.suggestion}, or what it is, in column_dates"
        )

    @property
    def is_surely_messages(self) -> bool:
        """No person need look to know that it holds messages."""
        return self.holds_surely and "message" in self.holds

    @property
    def finding(self) -> str | None:
        """What was found in it, in words."""
        if not self.holds:
            return None
        return (
            f"{'looks like it holds' if self.holds_surely else 'may hold'}"
            f" {_listed([_KINDS[kind] for kind in self.holds])}"
        )


@dataclass(frozen=True, kw_only=True)
class Inspection:
    """What a file is."""

    file: str  # its name
    format: Format
    encoding: str | None  # of text
    delimiter: str | None  # of delimited text
    decimal: str | None  # when some number proves it
    rows: int
    is_complete: bool  # False: only the first ``rows`` rows were looked at
    rejections: Rejections
    columns: tuple[InspectedColumn, ...]
    table: str | None  # the table that its headers fit best
    alike: tuple[str, ...] = ()  # tables that fit as well
    # headers of sender, recipient and text, where it has all three
    messages: tuple[str, str, str] | None = None
    # canonical column -> header, in the order of the file
    mapping: Mapping[str, str] = field(default_factory=dict)
    # canonical column -> headers that may be it
    ties: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    # needed columns that no header names, with the nearest header
    missing: tuple[tuple[str, str | None], ...] = ()
    # canonical column -> words that no rule knows
    words: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    has_header: bool = True
    # of a workbook, those that hold tables; the first is the one looked at
    sheets: tuple[str, ...] = ()
    alike_sheets: tuple[str, ...] = ()  # of several, those that begin as the first does
    chosen_sheets: tuple[str, ...] = ()  # of several, those that are meant
    # of fields at fixed places: header -> first and last character
    layout: Mapping[str, str] = field(default_factory=dict)
    members: tuple[str, ...] = ()  # of an archive of several files; the first is the one looked at

    def as_yaml(self) -> str:
        """An entry for ``exports:`` of an audit.yaml, with what was guessed and what is open."""
        return f"exports:\n{entry_yaml(self)}"

    @property
    def is_sure(self) -> bool:
        """Whether its table, and what rules need of it, was told from it without a doubt."""
        return not (self.missing or self.alike or self.ties)

    @property
    def holds_messages(self) -> bool:
        """Whether the text beside sender and recipient surely is that of messages."""
        return self.messages is not None and any(
            column.is_surely_messages and column.header == self.messages[2]
            for column in self.columns
        )

    @property
    def lacking_of_messages(self) -> tuple[str, ...]:
        """What calls have and this log of messages, by nature, may lack."""
        if self.messages is None or self.table != MESSAGE_TABLE:
            return ()
        return tuple(name for name in _NOT_OF_MESSAGES if name not in self.mapping)

    def is_unproven(self, column: InspectedColumn) -> bool:
        """A date column that shows no date, and is not simply empty."""
        return (
            self._is_date(column)
            and column.date_format is None
            and not (column.looks_like == "empty" and self.is_complete)
        )

    def _is_date(self, column: InspectedColumn) -> bool:
        return (
            self.table is not None
            and column.suggested is not None
            and TABLES[self.table].column(column.suggested).kind.is_date
        )

    def _questions(self) -> Iterator[str]:
        """What a person must decide before ``run`` can tell, the gravest first."""
        if self.layout:
            yield (
                "The layout is told by the blanks between the fields: hold it against the"
                " description of the record, and part fields that touch."
            )
        if self.table is None:
            yield f"No table fits these headers. TABLE is one of: {', '.join(TABLES)}"
        yield from self._on_table()
        for column in self.columns:
            if column.suggested is not None and column.date_problem is not None:
                yield f"{column.suggested}: {column.date_problem}"
            elif self.is_unproven(column) and column.looks_like != "empty":
                yield f"{column.suggested}: no known date format fits its values"
        for canonical, headers in self.ties.items():
            yield (
                f"{canonical}: {_listed([_quoted(header) for header in headers], last='or')}? Write"
                " the one that it is under columns."
            )
        if self.words:
            yield (
                f"Words that no rule knows, in {_listed(list(self.words))}: say under values which"
                " word each stands for."
            )
        if self.missing:
            yield (
                "Needed by rules, not found:"
                f" {', '.join(_with_nearest(missing) for missing in self.missing)}"
            )

    def _on_table(self) -> Iterator[str]:
        if self.messages is not None:
            sender, recipient, text = (_quoted(header) for header in self.messages)
            holds = "holds" if self.holds_messages else "may hold"
            yield (
                f"{text} {holds} the text of messages, beside sender ({sender}) and recipient"
                f" ({recipient})."
            )
            if lacking := self.lacking_of_messages:
                yield (
                    f"Where messages have no {_listed(list(lacking), last='or')}, say so below columns:"
                    f' constants: {{{", ".join(f"""{name}: "" """.strip() for name in lacking)}}}'
                )
            if self.alike:
                yield (
                    f"What customers write to each other is {MESSAGE_TABLE}; what the operator"
                    f" writes with a customer is {CORRESPONDENCE}."
                )
        if self.alike:
            fit = "fits" if len(self.alike) == 1 else "fit"
            yield (
                f"As table, {_listed(list(self.alike))} {fit} as well as {self.table}: say which it"
                " is. inspect --table NAME prints the entry of another."
            )

    def as_text(self) -> str:
        """The same for a reader: what the file is, what is to be decided, and its columns."""
        rows = (
            f"{self.rows:,} rows" if self.is_complete else f"looked at the first {self.rows:,} rows"
        )
        sheet = f"sheet {self.sheets[0].removeprefix('sheet ')}" if self.sheets else None
        facts = [
            self.format,
            sheet,
            self.encoding,
            self.delimiter and f"delimiter {_named(self.delimiter)}",
            self.decimal and f"decimal sign {self.decimal}",
            rows,
        ]
        lines = [f"{self.file}: {', '.join(fact for fact in facts if fact)}"]
        lines += [str(remark) for remark in remarks_on_rejects(self.rejections)]
        if not self.has_header:
            lines.append(
                "It has no header: its first line is a record. Its columns go by their position."
            )
        if len(self.sheets) > 1:
            lines.append(
                f"Its sheets with tables: {', '.join(self.sheets)}. Only the first was looked at:"
                " write sheet: NAME for the one to read, sheet: [NAME, NAME] for several."
            )
        if self.members:
            lines.append(
                f"It holds {len(self.members):,} files, which are read as one export:"
                f" {_first(self.members)}."
            )
            lines.append(
                "Only the first was looked at: where they are not alike, write files:"
                f" {self.file}/NAME."
            )
        lines.append(
            f"Looks like the table {self.table} ({TABLES[self.table].title_da})."
            if self.table
            else "No table fits its headers."
        )
        lines += [f"! {on_one_line(problem)}" for problem in self._problems()]
        return "\n".join([*lines, "", *self._lines()]) + "\n"

    def _problems(self) -> Iterator[str]:
        for column in self.columns:
            said_below = (
                self.messages is not None
                and column.header == self.messages[2]
                and column.holds == ("message",)
            )
            if column.finding is not None and not said_below:
                yield f"{_quoted(column.header)} {column.finding}."
        if self.table is not None:
            yield from self._questions()
            yield from self._asked()

    def _asked(self) -> Iterator[str]:
        """Columns that no rule of the table needs, but some check asks for."""
        known = {*self.mapping, *self.ties, *(canonical for canonical, _ in self.missing)}
        asked = [
            name
            for name in TABLES[self.table or ""].names
            if name in asked_columns()[self.table or ""] and name not in known
        ]
        if asked:
            yield f"Asked for by some rules, not found: {', '.join(asked)}"

    def _lines(self) -> list[str]:
        """The columns, one a line."""
        tied = {header: canonical for canonical, headers in self.ties.items() for header in headers}
        by_header: dict[str, list[str]] = {}
        for canonical, header in self.mapping.items():
            by_header.setdefault(header, []).append(canonical)
        rows = [("column", "looks like", "empty", "suggested", "remarks")]
        for column in self.columns:
            suggested = ", ".join(by_header.get(column.header, ())) or (
                f"{tied[column.header]}?" if column.header in tied else "-"
            )
            remarks = "; ".join(
                note for note in (column.finding, column.date_format, column.date_problem) if note
            )
            rows.append(
                (
                    on_one_line(column.header),
                    column.looks_like,
                    _share(column.empty),
                    suggested,
                    remarks,
                )
            )
        widths = [max(len(row[place]) for row in rows) for place in range(4)]
        return [
            f"{row[0]:<{widths[0]}}  {row[1]:<{widths[1]}}  {row[2]:>{widths[2]}} "
            f" {row[3]:<{widths[3]}}  {row[4]}".rstrip()
            for row in rows
        ]


def _first(names: Sequence[str]) -> str:
    return ", ".join(names[:_LISTED]) + (" ..." if len(names) > _LISTED else "")


def _share(share: float) -> str:
    """In percent; what is not all is never 100 %."""
    return ">99%" if 0.995 <= share < 1 else f"{share:.0%}"


def _named(delimiter: str) -> str:
    return {"\t": "tab"}.get(delimiter, delimiter)


def _quoted(header: str) -> str:
    return f'"{header}"'


def _listed(words: Sequence[str], last: str = "and") -> str:
    return " ".join(
        filter(None, (", ".join(words[:-1]), last if len(words) > 1 else "", words[-1]))
    )


def _with_nearest(missing: tuple[str, str | None]) -> str:
    canonical, nearest = missing
    return canonical if nearest is None else f"{canonical} (nearest: {_quoted(nearest)})"


def inspect_file(
    path: Path,
    *,
    table: str | None = None,
    member: str | None = None,
    sheet: str | None = None,
    limit: int = ROW_LIMIT,
) -> Inspection:
    """What the file, a member of the archive or a sheet of the workbook that it is, is, by its
    first ``limit`` rows, as the table that fits best or is named.

    Raises: ExportError, as reading it would; UserError for no such table.
    """
    if table is not None and table not in TABLES:
        msg = (
            f"--table {table}: no such table.{near_match(table, TABLES)} docs/exports.md lists"
            " them."
        )
        raise UserError(msg)
    shown = ShownPaths().of_file(path, path.name)
    try:
        if not path.is_dir() and not path.is_file() and path.exists():
            msg = (
                f"{shown} is neither a file nor a folder: what another program writes into it would"
                " be waited for."
            )
            raise ExportError(msg)
        source, *others = (
            found for found in unpacked_file(path, shown) if member in {None, found.member}
        )
        source = replace(source, sheet=sheet)
        recognised = recognise(source, None, export="NAME")
        if recognised is None:
            msg = f"{source.shown} is empty."
            raise ExportError(msg)
        with connect() as connection:
            sample = (
                _parquet_sample(source, recognised, connection, limit)
                if recognised.format == "parquet"
                else _text_sample(source, recognised, limit)
            )
            return replace(
                _inspect(connection, sample, shown, TABLES.get(table or "")),
                members=tuple(member.shown for member in (source, *others)) if others else (),
            )
    except FileNotFoundError:
        msg = f"no file {ShownPaths().of(path.as_posix())}."
        raise ExportError(msg) from None
    except IsADirectoryError:
        msg = f"{ShownPaths().of(path.as_posix())} is a folder; inspect one file of it."
        raise ExportError(msg) from None
    except PermissionError:
        msg = f"{shown} cannot be read: no permission."
        raise ExportError(msg) from None


@dataclass(frozen=True, kw_only=True)
class _Sample:
    """The beginning of a file."""

    recognised: Recognised
    header: tuple[str, ...]
    rows: pa.Table  # columns c0, c1 ...
    is_complete: bool
    rejections: Rejections
    has_header: bool = True
    sheets: tuple[str, ...] = ()
    alike_sheets: tuple[str, ...] = ()


def _text_sample(source: Source, recognised: Recognised, limit: int) -> _Sample:
    opened = open_source(source, recognised, None, export="NAME")
    tables, is_complete = _first_tables(opened, limit)
    if opened.proof is not None and opened.proof.is_not_utf8 and recognised.encoding_is_sniffed:
        return _text_sample(source, with_encoding(recognised, "cp1252"), limit)
    check_encoding(source, opened, export="NAME")
    content = opened.content
    header = content.header
    rows = (
        pa.concat_tables(tables, promote_options="default")
        if tables
        else pa.table({f"c{place}": pa.array([], pa.string()) for place in range(len(header))})
    )
    if not header:
        raise ExportError(
            " ".join(
                str(remark)
                for remark in (*remarks_on_rejects(opened.rejections), Remark(code="no_records"))
            )
        )
    has_header = (
        content.has_header
        if isinstance(content, Worksheet)
        else recognised.dialect is None
        or recognised.dialect.has_header
        or recognised.dialect.is_asterisk
    )
    return _Sample(
        recognised=recognised,
        header=header,
        rows=rows,
        is_complete=is_complete,
        rejections=opened.rejections,
        has_header=has_header,
        sheets=opened.sheets,
        alike_sheets=opened.alike,
    )


def _first_tables(opened: Opened, limit: int) -> tuple[list[pa.Table], bool]:
    """Tables of at least ``limit`` rows, or the whole file."""
    tables: list[pa.Table] = []
    for table in opened.tables():
        if sum(len(taken) for taken in tables) >= limit:
            return tables, False
        tables.append(table)
    return tables, True


def _parquet_sample(
    source: Source, recognised: Recognised, connection: duckdb.DuckDBPyConnection, limit: int
) -> _Sample:
    with tempfile.TemporaryDirectory() as folder:  # for its owner only
        described = describe_parquet(
            parquet_path(source, Path(folder)),
            recognised,
            shown=source.shown,
            connection=connection,
        )
        values = ", ".join(
            f"CAST({expression} AS VARCHAR) AS c{place}"
            for place, expression in enumerate(described.expressions)
        )
        try:
            rows = connection.sql(
                f"SELECT {values} FROM {described.relation} LIMIT {limit}"
            ).to_arrow_table()
        except duckdb.Error:
            raise damaged(source.shown, UNREADABLE) from None
    return _Sample(
        recognised=recognised,
        header=described.header,
        rows=rows,
        is_complete=described.rows <= limit,
        rejections=described.rejections,
    )


def _inspect(
    connection: duckdb.DuckDBPyConnection, sample: _Sample, shown: str, named: Table | None
) -> Inspection:
    connection.register("sample", sample.rows)
    header, names = sample.header, [f"c{place}" for place in range(len(sample.header))]
    looks = dict(zip(header, _looks(connection, header, names), strict=True))
    decimal = _decimal(
        connection,
        [name for name, look in zip(names, looks.values(), strict=True) if look.kind == "number"],
    )
    found = _scanned(sample, looks)
    ranking = suggest_table(
        header, looks, [name for name, decision in found.items() if "message" in decision.kinds]
    )
    table = named or (TABLES["cdr"] if sample.recognised.format == "asterisk" else ranking.table)
    mapping, ties, missing = _mapping(sample, looks, table)
    dated = _dated(connection, header, looks, table, mapping, ties)
    canonical = {name: column for column, name in reversed(mapping.items())}
    columns = [
        _column(
            name, looks[name], canonical.get(name), dated.get(name), _held(found.get(name), table)
        )
        for name in header
    ]
    recognised = sample.recognised
    return Inspection(
        file=shown,
        format=recognised.format,
        encoding=(
            SINGLE_BYTE.get(recognised.encoding, recognised.encoding)
            if recognised.encoding
            else None
        ),
        delimiter=recognised.dialect.delimiter if recognised.dialect else None,
        decimal=decimal,
        rows=len(sample.rows),
        is_complete=sample.is_complete,
        rejections=sample.rejections,
        has_header=sample.has_header,
        sheets=sample.sheets,
        alike_sheets=sample.alike_sheets,
        layout=recognised.layout,
        columns=tuple(columns),
        table=table.name if table else None,
        alike=() if named else tuple(other.name for other in ranking.alike),
        messages=ranking.message_headers,
        mapping=mapping,
        ties=ties,
        missing=missing,
        words=_unknown_words(connection, names, header, table, mapping),
    )


def _unknown_words(
    connection: duckdb.DuckDBPyConnection,
    names: Sequence[str],
    header: Sequence[str],
    table: Table | None,
    mapping: Mapping[str, str],
) -> dict[str, tuple[str, ...]]:
    """Canonical column -> its words that no rule knows, where the column is a vocabulary, its words
    may be named and it matters what they stand for.
    """
    places = dict(zip(header, names, strict=True))
    found: dict[str, tuple[str, ...]] = {}
    for column, title in mapping.items():
        vocabulary = VOCABULARIES.get(f"{table.name}.{column}") if table is not None else None
        if vocabulary is None:
            continue
        value = _filled(quoted(places[title]))
        counts = connection.execute(
            f"SELECT {value}, count(*) FROM sample WHERE {value} IS NOT NULL GROUP BY ALL ORDER BY"
            f" ALL DESC LIMIT {MAX_ASKED + 1}"
        ).fetchall()
        known = vocabulary.spellings
        words = (
            namable_words([(known.get(folded(word), word), rows) for word, rows in counts], known)
            if len(counts) <= MAX_ASKED
            else ()
        )
        if table is not None and (proposed := proposed_values(table.name, column, words)):
            found[column] = tuple(proposed)
    return found


def _mapping(
    sample: _Sample, looks: Mapping[str, Look], table: Table | None
) -> tuple[dict[str, str], Mapping[str, tuple[str, ...]], tuple[tuple[str, str | None], ...]]:
    """Canonical column -> header in the order of the file, the ties, and what is missed."""
    if table is None:
        return {}, {}, ()
    if sample.recognised.format == "asterisk" and table.name == MESSAGE_TABLE:
        return (
            {
                column: name
                for column, name in dialects.ASTERISK_MAPPING.items()
                if name in sample.header
            },
            {},
            (),
        )
    rested_on = {*table.key, *asked_columns()[table.name]}
    suggestion = suggest_mapping(
        sample.header,
        looks,
        table,
        needed={column.name for column in table.columns if column.required} & rested_on,
    )
    places = {name: place for place, name in enumerate(sample.header)}
    return (
        dict(sorted(suggestion.columns.items(), key=lambda entry: places[entry[1]])),
        suggestion.ties,
        suggestion.missing_needed,
    )


def _column(
    header: str,
    look: Look,
    suggested: str | None,
    dates: DateFormat | Undecided | None,
    held: ColumnDecision,
) -> InspectedColumn:
    return InspectedColumn(
        header=header,
        looks_like=look.kind,
        empty=look.empty,
        date_format=None if isinstance(dates, Undecided) else dates,
        undecided_dates=dates if isinstance(dates, Undecided) else None,
        suggested=suggested,
        holds=tuple(kind for kind in _KINDS if kind in held.kinds),
        holds_surely=held.level is not Level.REVIEW,
    )


def _dated(
    connection: duckdb.DuckDBPyConnection,
    header: Sequence[str],
    looks: Mapping[str, Look],
    table: Table | None,
    mapping: Mapping[str, str],
    ties: Mapping[str, tuple[str, ...]],
) -> dict[str, DateFormat | Undecided | None]:
    """How the dates of each column are written that looks like dates, or is or may be a date
    column.
    """
    meant = [(column, (name,)) for column, name in mapping.items()] + list(ties.items())
    dates = {
        name
        for column, names in meant
        for name in names
        if table is not None and table.column(column).kind.is_date
    }
    wanted = [
        place
        for place, name in enumerate(header)
        if name in dates or looks[name].kind in {"date", "time"}
    ]
    return {
        header[place]: evidence.date_evidence(connection, "sample", [f"c{place}"])[0].decide()
        for place in wanted
    }


def _scanned(sample: _Sample, looks: Mapping[str, Look]) -> dict[str, ColumnDecision]:
    """What the detectors find in the first filled cells of each column that could hold it."""
    wanted = [
        (place, name)
        for place, name in enumerate(sample.header)
        if looks[name].kind not in {"date", "time", "empty"}
    ]
    cells = min(_SCANNED_ROWS, _SCANNED_CELLS // max(1, len(wanted)))
    return {
        name: scan_column(
            _first_filled(sample.rows.column(f"c{place}"), cells), name=name, beside=sample.header
        )
        for place, name in wanted
    }


def _first_filled(column: pa.ChunkedArray, cells: int) -> list[str]:
    return [
        value.as_py()
        for value in itertools.islice(
            (value for value in column if value.is_valid and value.as_py().strip()), cells
        )
    ]


def _held(decision: ColumnDecision | None, table: Table | None) -> ColumnDecision:
    """What is worth saying of a finding: texts and sites are what correspondence is for, and
    outside teledata a person decides what they are.
    """
    if decision is None or table is None or table.name == MESSAGE_TABLE:
        return decision or ColumnDecision()
    if table.name in _CORRESPONDENCE:
        return replace(decision, kinds=decision.kinds - _WRITTEN)
    return replace(decision, level=Level.REVIEW) if decision.kinds <= _WRITTEN else decision


_DATE_LIKE = r"(\d{4}-\d{1,2}-\d{1,2}|\d{1,2}[-./]\d{1,2}[-./]\d{2,4}"
_LOOKS = (
    ("date", _DATE_LIKE + "|00-00-0000)"),
    ("time", _DATE_LIKE + r")[T ]\d{1,2}[:.]\d{2}.*"),
    ("phone number", r"(\+|00)[1-9][\d ]{7,18}|\d{2}( \d{2}){3}"),
    ("CVR number", ""),
    ("whole number", r"[-+]?\d+"),
    ("IP address", r"\d{1,3}(\.\d{1,3}){3}"),
    ("number", r"[-+]?\d{1,3}([.\s]?\d{3})*([.,]\d+)?-?|[-+]?\d+[.,]\d+"),
    ("e-mail", r"[^@\s]+@[^@\s]+\.[A-Za-z]{2,}"),
    ("nested", r"[\[{].*"),
)
# what calls have and messages may lack: empty then, and not missing
_NOT_OF_MESSAGES = ("duration_s", "invoice_id")
_CVR_WEIGHTS = (2, 7, 6, 5, 4, 3, 2, 1)
_MIN_CVR = 5  # one number in eleven passes by chance


def _looks(
    connection: duckdb.DuckDBPyConnection, header: Sequence[str], names: Sequence[str]
) -> Iterator[Look]:
    """The kind of nearly all values of each column, the share of rows without one, and, where it
    may be a key, whether it is unique.
    """
    ((rows,),) = connection.execute("SELECT count(*) FROM sample").fetchall()
    keys = [name for title, name in zip(header, names, strict=True) if names_a_key(title)]
    distinct = (
        connection.execute(
            f"SELECT {', '.join(f'count(DISTINCT {_filled(quoted(name))})' for name in keys)} FROM"
            " sample"
        ).fetchone()
        if keys
        else None
    )
    unique = {name for name, count in zip(keys, distinct or (), strict=True) if count == rows}
    for begin in range(0, len(names), _COLUMNS_AT_ONCE):
        some = names[begin : begin + _COLUMNS_AT_ONCE]
        counts = _counts_of_looks(connection, some)
        yield from (_look(rows, counts.get(name, ()), is_unique=name in unique) for name in some)


def _counts_of_looks(
    connection: duckdb.DuckDBPyConnection, names: Sequence[str]
) -> dict[str, tuple[int, ...]]:
    """Column -> its filled values, and how many of them look like what.

    One below the other, so that each pattern is built once and not for every column.
    """
    looks = ", ".join(
        counted(
            _is_cvr("value")
            if kind == "CVR number"
            else f"regexp_full_match(value, '{pattern}', 's')"
        )
        for kind, pattern in _LOOKS
    )
    texts = ", ".join(f"CAST({quoted(name)} AS VARCHAR) AS {quoted(name)}" for name in names)
    long = (
        f"UNPIVOT (SELECT {texts} FROM sample) ON {', '.join(map(quoted, names))} INTO NAME name"
        " VALUE value"
    )
    values = f"SELECT name, {_filled('value')} AS value FROM ({long})"
    return {
        name: tuple(counts)
        for name, *counts in connection.execute(
            f"SELECT name, count(value), {looks} FROM ({values}) GROUP BY name"
        ).fetchall()
    }


def _filled(value: str) -> str:
    return cleaned(value, Kind.TEXT)


def _is_cvr(value: str) -> str:
    digits = " + ".join(
        f"{weight} * CAST(substr({value}, {place}, 1) AS INTEGER)"
        for place, weight in enumerate(_CVR_WEIGHTS, start=1)
    )
    return (
        f"CASE WHEN regexp_full_match({value}, '[1-9]\\d{{7}}') THEN ({digits}) % 11 = 0 ELSE"
        " false END"
    )


def _look(rows: int, counts: Sequence[int], *, is_unique: bool) -> Look:
    filled, *of_kinds = counts or (0,)
    if not filled:
        return Look(kind="empty", empty=1.0)
    kinds = (
        kind
        for (kind, _), count in zip(_LOOKS, of_kinds, strict=True)
        if count >= _CERTAIN * filled and (kind != "CVR number" or filled >= _MIN_CVR)
    )
    return Look(kind=next(kinds, "text"), empty=1 - filled / rows, is_unique=is_unique)


def _decimal(connection: duckdb.DuckDBPyConnection, columns: Sequence[str]) -> str | None:
    whole = sum(evidence.decimal_evidence(connection, "sample", columns), DecimalEvidence())
    return None if whole.is_contradictory else whole.sign
