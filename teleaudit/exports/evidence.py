"""What a whole column proves about how its dates and numbers are written.

A date format is taken only when some value proves it (a day above 12) or no other order of day and
month exists for that way of writing. A decimal sign is taken only when some number proves it
("12,5" or "1.234,50"); "1.234" alone proves nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import duckdb

from teleaudit.errors import ExportError
from teleaudit.exports import dates
from teleaudit.exports.conversion import cleaned, counted
from teleaudit.rules.audit_file import DateFormat
from teleaudit.schema import Kind
from teleaudit.schema.sql import literal

_SAMPLE_VALUES = 10_000
# share of a column's dates that may be written in another way: they become unreadable, and so does
# what could be either; both are counted
_TOLERATED = 0.05


@dataclass(frozen=True, kw_only=True)
class DateEvidence:
    """How the values of one date column are written."""

    values: int  # neither null nor blank
    by_shape: tuple[int, ...]  # values of each of ``dates.SHAPES``
    day_first: tuple[int, ...]  # of them, only readable as day-month
    month_first: tuple[int, ...]  # of them, only readable as month-day
    swappable: tuple[int, ...]  # of them, another date when day and month are swapped

    def __add__(self, other: DateEvidence) -> DateEvidence:
        return DateEvidence(
            values=self.values + other.values,
            by_shape=_sums(self.by_shape, other.by_shape),
            day_first=_sums(self.day_first, other.day_first),
            month_first=_sums(self.month_first, other.month_first),
            swappable=_sums(self.swappable, other.swappable),
        )

    @property
    def main_shape(self) -> int | None:
        """The shape of most values; none when no value looks like a date."""
        most = max(range(len(self.by_shape)), key=lambda shape: self.by_shape[shape])
        return most if self.by_shape[most] else None

    def decide(self) -> DateFormat | Undecided | None:
        """The format; what keeps it open; or none when no value looks like a date."""
        shape = self.main_shape
        if shape is None:
            return None
        dated = sum(self.by_shape)
        formats = dates.SHAPES[shape].formats
        if self.by_shape[shape] < (1 - _TOLERATED) * dated:
            return Undecided(reason="mixed", rows=dated, suggestion=formats[0])
        if formats == ("dd-mm-yy",):
            return Undecided(reason="two_digit_year", rows=dated, suggestion="dd-mm-yy")
        if len(formats) == 1:
            return formats[0]
        return self._decide_order(shape, formats[0], formats[1])

    def holds_both_orders(self, date_format: DateFormat) -> bool:
        """Whether some dates written so are only readable as day-month and some only as
        month-day.
        """
        return (
            dates.is_swappable(date_format)
            and min(self.day_first[shape := dates.shape_of(date_format)], self.month_first[shape])
            > 0
        )

    def _decide_order(
        self, shape: int, day_first: DateFormat, month_first: DateFormat
    ) -> DateFormat | Undecided:
        rows, days, months = self.by_shape[shape], self.day_first[shape], self.month_first[shape]
        if min(days, months) > _TOLERATED * max(days, months):
            return Undecided(reason="contradictory", rows=rows, suggestion=day_first)
        if days == months == 0 and self.swappable[shape]:
            return Undecided(reason="ambiguous", rows=rows, suggestion=day_first)
        return month_first if months > days else day_first


_NONE = (0,) * len(dates.SHAPES)
NO_DATES = DateEvidence(
    values=0, by_shape=_NONE, day_first=_NONE, month_first=_NONE, swappable=_NONE
)


@dataclass(frozen=True, kw_only=True)
class Undecided:
    """Why a date format cannot be told from the values."""

    reason: Literal["ambiguous", "contradictory", "mixed", "two_digit_year"]
    rows: int
    suggestion: DateFormat

    @property
    def choices(self) -> tuple[DateFormat, ...]:
        """The formats that a person chooses between."""
        return next(shape.formats for shape in dates.SHAPES if self.suggestion in shape.formats)

    def error(self, *, shown: str, header: str, export: str) -> ExportError:
        """The refusal, with the line to write."""
        say = f"Say which: exports.{export}.dates: {self.suggestion} in audit.yaml."
        match self.reason:
            case "ambiguous":
                what = (
                    f"every date could be day-month or month-day (no day above 12 in {self.rows:,}"
                    f" rows). {say}"
                )
            case "contradictory":
                what = (
                    "some dates are readable only as day-month and some only as month-day"
                    f" ({self.rows:,} rows). Export them in one format, or: {say}"
                )
            case "mixed":
                what = (
                    f"dates are written in more than one way ({self.rows:,} rows). Export them in"
                    f" one format, or: {say}"
                )
            case "two_digit_year":
                what = (
                    f"years have two digits ({self.rows:,} rows). {say} 00-68 are then read as"
                    " 2000-2068."
                )
        return ExportError(f'{shown}, column "{header}": {what}')


def _sums(left: Sequence[int], right: Sequence[int]) -> tuple[int, ...]:
    return tuple(one + other for one, other in zip(left, right, strict=True))


def date_evidence(
    connection: duckdb.DuckDBPyConnection,
    relation: str,
    expressions: Sequence[str],
    *,
    unexplained: float = _TOLERATED,
) -> list[DateEvidence]:
    """The evidence of each text column (given as SQL expressions on the relation), over all its
    rows.

    Only the shapes that a sample shows are counted, unless they leave more than the ``unexplained``
    share of the values; with 0 every value counts.
    """
    if not expressions:
        return []
    columns = ", ".join(
        f"{cleaned(expression, Kind.DATE)} AS v{number}"
        for number, expression in enumerate(expressions)
    )
    values = f"(SELECT {columns} FROM {relation})"
    shapes = [
        _shapes_in_sample(connection, values, f"v{number}") for number in range(len(expressions))
    ]
    evidence = _count(connection, values, shapes)
    everything = list(range(len(dates.SHAPES)))
    if any(sum(found.by_shape) < (1 - unexplained) * found.values for found in evidence):
        return _count(connection, values, [everything] * len(expressions))
    return evidence


def _shapes_in_sample(connection: duckdb.DuckDBPyConnection, values: str, name: str) -> list[int]:
    counts = ", ".join(
        counted(f"regexp_matches({name}, {literal(shape.pattern)})") for shape in dates.SHAPES
    )
    sample = f"(SELECT {name} FROM {values} WHERE {name} IS NOT NULL LIMIT {_SAMPLE_VALUES})"
    row = connection.execute(f"SELECT {counts} FROM {sample}").fetchall()[0]
    return [number for number, count in enumerate(row) if count]


def _count(
    connection: duckdb.DuckDBPyConnection, values: str, shapes: Sequence[Sequence[int]]
) -> list[DateEvidence]:
    counts = ", ".join(_counts(f"v{number}", wanted) for number, wanted in enumerate(shapes))
    row = connection.execute(f"SELECT {counts} FROM {values}").fetchall()[0]
    evidence = []
    for wanted in shapes:
        own, row = row[: 1 + 4 * len(wanted)], row[1 + 4 * len(wanted) :]
        places: list[list[int]] = [[0] * len(dates.SHAPES) for _ in range(4)]
        for position, shape in enumerate(wanted):
            for which in range(4):
                places[which][shape] = own[1 + 4 * position + which]
        by_shape, day_first, month_first, swappable = (tuple(counted) for counted in places)
        evidence.append(
            DateEvidence(
                values=own[0],
                by_shape=by_shape,
                day_first=day_first,
                month_first=month_first,
                swappable=swappable,
            )
        )
    return evidence


def _counts(name: str, shapes: Sequence[int]) -> str:
    counts = [f"count({name})"]
    for number in shapes:
        shape = dates.SHAPES[number]
        matches = f"regexp_matches({name}, {literal(shape.pattern)})"
        counts.append(counted(matches))
        if not shape.separator:
            counts += ["0", "0", "0"]
            continue
        first, second = dates.first_two(name, shape.separator)
        counts.append(counted(f"{matches} AND {first} > 12 AND {second} BETWEEN 1 AND 12"))
        counts.append(counted(f"{matches} AND {second} > 12 AND {first} BETWEEN 1 AND 12"))
        counts.append(
            counted(
                f"{matches} AND {first} <> {second} AND {first} BETWEEN 1 AND 12 AND {second}"
                " BETWEEN 1 AND 12"
            )
        )
    return ", ".join(counts)


@dataclass(frozen=True, kw_only=True)
class ExcelDates:
    """The cells of one column of a workbook that hold dates."""

    real: int = 0  # dates to the program
    text: int = 0  # dates that it left as text
    # of both, those that cannot be where another locale made the real ones: real ones after the
    # 12th, texts that could be read in both orders
    unswapped: int = 0

    def __add__(self, other: ExcelDates) -> ExcelDates:
        return ExcelDates(
            real=self.real + other.real,
            text=self.text + other.text,
            unswapped=self.unswapped + other.unswapped,
        )

    @property
    def are_swapped(self) -> bool:
        """Whether the program has swapped day and month: it took for dates what its own locale
        could read, and left the rest as text.
        """
        return bool(self.real and self.text and not self.unswapped)


def excel_dates(
    connection: duckdb.DuckDBPyConnection, relation: str, expressions: Sequence[str]
) -> list[ExcelDates]:
    """The dates of each column (given as SQL expressions on the relation)."""
    answers = []
    for expression in expressions:
        value = cleaned(expression, Kind.DATE)
        is_real = f"regexp_matches(v, {literal(dates.SHAPES[0].pattern)})"
        forms = [
            (shape.pattern, *dates.first_two("v", shape.separator))
            for shape in dates.SHAPES
            if shape.separator
        ]
        is_text = " OR ".join(f"regexp_matches(v, {literal(pattern)})" for pattern, _, _ in forms)
        is_open = " OR ".join(
            f"regexp_matches(v, {literal(pattern)}) AND {first} <= 12 AND {second} <= 12"
            for pattern, first, second in forms
        )
        late = f"{is_real} AND TRY_CAST(regexp_extract(v, '^\\d+-\\d+-(\\d+)', 1) AS TINYINT) > 12"
        counts = ", ".join(
            counted(condition) for condition in (is_real, is_text, f"{late} OR {is_open}")
        )
        real, text, unswapped = connection.execute(
            f"SELECT {counts} FROM (SELECT {value} AS v FROM {relation})"
        ).fetchall()[0]
        answers.append(ExcelDates(real=real, text=text, unswapped=unswapped))
    return answers


@dataclass(frozen=True, kw_only=True)
class DecimalEvidence:
    """What the numbers of a column, or of a file, prove about the decimal sign."""

    comma: int = 0  # only readable with a decimal comma
    dot: int = 0  # only readable with a decimal point
    open: int = 0  # one sign followed by three digits: thousands or decimals

    def __add__(self, other: DecimalEvidence) -> DecimalEvidence:
        return DecimalEvidence(
            comma=self.comma + other.comma, dot=self.dot + other.dot, open=self.open + other.open
        )

    @property
    def is_contradictory(self) -> bool:
        """Whether both signs are used."""
        return min(self.comma, self.dot) > _TOLERATED * max(self.comma, self.dot)

    @property
    def sign(self) -> Literal[",", "."] | None:
        """The sign that is proved; none when no number proves one."""
        if self.comma == self.dot == 0:
            return None
        return "," if self.comma > self.dot else "."


def decimal_evidence(
    connection: duckdb.DuckDBPyConnection, relation: str, expressions: Sequence[str]
) -> list[DecimalEvidence]:
    """The evidence of each text column (given as SQL expressions on the relation), over all its
    rows.
    """
    if not expressions:
        return []
    columns = ", ".join(
        f"{cleaned(expression, Kind.DECIMAL)} AS v{number}"
        for number, expression in enumerate(expressions)
    )
    names = [f"v{number}" for number in range(len(expressions))]
    conditions = [
        condition
        for name in names
        for condition in (
            _has_decimal(name, ",", "[.]"),
            _has_decimal(name, ".", "[,]"),
            _is_open(name),
        )
    ]
    counts = ", ".join(counted(condition) for condition in conditions)
    row = connection.execute(f"SELECT {counts} FROM (SELECT {columns} FROM {relation})").fetchall()[
        0
    ]
    return [
        DecimalEvidence(comma=row[place], dot=row[place + 1], open=row[place + 2])
        for place in range(0, len(row), 3)
    ]


def _has_decimal(name: str, sign: str, other: str) -> str:
    """Numbers that only this decimal sign makes sense of: not three digits behind it, or the other
    sign grouping before it.
    """
    mark = f"[{sign}]"
    cases = (
        rf"^\D*\d*{mark}(\d{{1,2}}|\d{{4,}})\D*$",  # 12,5
        rf"^\D*0{mark}\d+\D*$",  # 0,125
        rf"\d{other}\d{{3}}{mark}\d+\D*$",  # 1.234,500
        rf"^\D*\d{{1,3}}({other}\d{{3}}){{2,}}({mark}\d*)?\D*$",  # 1.234.567
    )
    pattern = literal("|".join(cases))
    return f"(contains({name}, ',') OR contains({name}, '.')) AND regexp_matches({name}, {pattern})"


def _is_open(name: str) -> str:
    """Numbers with one sign and three digits behind it."""
    shape = literal(r"^\D*[1-9]\d{0,2}[.,]\d{3}\D*$")
    return f"regexp_matches({name}, {shape})"
