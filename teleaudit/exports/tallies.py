"""What the values of a file's columns prove about how its dates and numbers are written, added up
block by block.

Values of a known form are counted; the few others are kept, and asked in SQL once there are many.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

import duckdb
import numpy as np
import numpy.typing as npt
import pyarrow as pa

from teleaudit.exports import evidence, value_shapes
from teleaudit.exports.dates import SHAPES
from teleaudit.exports.evidence import NO_DATES, DateEvidence, DecimalEvidence, ExcelDates

KEPT_BYTES = 16 << 20  # of the values of a column whose form is not known

_KEPT = "kept"  # the relation of those values, as ``v``
Forms = npt.NDArray[np.uint8]


@dataclass(kw_only=True)
class FileTally:
    """The evidence of one file's text columns so far, by their expressions."""

    # that asks while another query of the same engine runs: a cursor of its own
    connection: duckdb.DuckDBPyConnection
    dates: dict[str, _DateTally] = field(default_factory=dict)
    decimals: dict[str, _DecimalTally] = field(default_factory=dict)
    excel: dict[str, ExcelDates] = field(default_factory=dict)

    def note_dates(self, name: str, texts: pa.Array, forms: Forms) -> None:
        """Adds a block of a column of dates."""
        tally = self.dates.setdefault(name, _DateTally(connection=self.connection))
        tally.note(texts, forms)

    def note_decimals(self, name: str, texts: pa.Array, forms: Forms) -> None:
        """Adds a block of a column of numbers."""
        tally = self.decimals.setdefault(name, _DecimalTally(connection=self.connection))
        tally.note(texts, forms)

    def note_excel_dates(self, name: str, texts: pa.Array) -> None:
        """Adds a block of a workbook's column of dates."""
        with _registered(self.connection, pa.chunked_array([texts])) as relation:
            found = evidence.excel_dates(self.connection, relation, ["v"])[0]
        self.excel[name] = self.excel.get(name, ExcelDates()) + found

    def of_dates(self, expressions: Sequence[str]) -> list[DateEvidence]:
        """How the dates of these columns are written; every value counts."""
        return [
            self.dates[name].evidence() if name in self.dates else NO_DATES for name in expressions
        ]

    def of_decimals(self, expressions: Sequence[str]) -> list[DecimalEvidence]:
        """How the numbers of these columns are written."""
        return [
            self.decimals[name].evidence() if name in self.decimals else DecimalEvidence()
            for name in expressions
        ]


@dataclass(kw_only=True)
class _Kept:
    """The values whose form is not known."""

    values: list[pa.Array] = field(default_factory=list)
    size_bytes: int = 0

    def note(self, texts: pa.Array, known: npt.NDArray[np.bool_]) -> bool:
        """Keeps what is not known; whether that is much by now."""
        if known.all():
            return False
        values = texts.filter(pa.array(~known)).drop_null()
        self.size_bytes += values.nbytes
        self.values.append(values)
        return self.size_bytes > KEPT_BYTES

    def take(self) -> pa.ChunkedArray:
        """The values, which are kept no longer."""
        values, self.values, self.size_bytes = self.values, [], 0
        return pa.chunked_array(values, pa.string())


@contextmanager
def _registered(connection: duckdb.DuckDBPyConnection, values: pa.ChunkedArray) -> Iterator[str]:
    """The relation with the values as ``v``; the engine holds them no longer than that."""
    connection.register(_KEPT, pa.table({"v": values}))
    try:
        yield _KEPT
    finally:
        connection.unregister(_KEPT)


@dataclass(kw_only=True)
class _DateTally:
    """The evidence of one column of dates so far."""

    connection: duckdb.DuckDBPyConnection
    asked: DateEvidence = NO_DATES
    kept: _Kept = field(default_factory=_Kept)
    # form -> how many values by 100 * first number + second number
    pairs: dict[int, npt.NDArray[np.int64]] = field(default_factory=dict)

    def note(self, texts: pa.Array, found: Forms) -> None:
        """Adds texts and their forms."""
        for form in np.unique(found[found >= value_shapes.FIRST_DATE]).tolist():
            pairs = value_shapes.first_two_numbers(texts, found == form)
            self.pairs[form] = self.pairs.get(form, 0) + np.bincount(pairs, minlength=10_000)
        if self.kept.note(texts, found >= value_shapes.FIRST_DATE):
            self._ask()

    def evidence(self) -> DateEvidence:
        """What all of it proves."""
        self._ask()
        return sum((_of_form(form, pairs) for form, pairs in self.pairs.items()), self.asked)

    def _ask(self) -> None:
        if self.kept.values:
            with _registered(self.connection, self.kept.take()) as relation:
                found = evidence.date_evidence(self.connection, relation, ["v"], unexplained=0)
            self.asked += found[0]


@dataclass(kw_only=True)
class _DecimalTally:
    """The evidence of one column of numbers so far."""

    connection: duckdb.DuckDBPyConnection
    kept: _Kept = field(default_factory=_Kept)
    found: DecimalEvidence = field(default_factory=DecimalEvidence)

    def note(self, texts: pa.Array, found: Forms) -> None:
        """Adds texts and their forms."""
        comma, dot = (
            int(np.count_nonzero(found == form))
            for form in (value_shapes.WITH_COMMA, value_shapes.WITH_POINT)
        )
        self.found += DecimalEvidence(comma=comma, dot=dot)
        if self.kept.note(
            texts, (found >= value_shapes.DIGITS) & (found <= value_shapes.WITH_POINT)
        ):
            self._ask()

    def evidence(self) -> DecimalEvidence:
        """What all of it proves."""
        self._ask()
        return self.found

    def _ask(self) -> None:
        if self.kept.values:
            with _registered(self.connection, self.kept.take()) as relation:
                self.found += evidence.decimal_evidence(self.connection, relation, ["v"])[0]


def _of_form(form: int, pairs: npt.NDArray[np.int64]) -> DateEvidence:
    """The evidence of values that are all written alike, by their first two numbers."""
    example = value_shapes.DATES[form - value_shapes.FIRST_DATE].replace("0", "1")
    own = next(number for number, shape in enumerate(SHAPES) if re.match(shape.pattern, example))
    first, second = np.divmod(np.arange(10_000), 100)
    first_is_month, second_is_month = (first >= 1) & (first <= 12), (second >= 1) & (second <= 12)
    proofs = [
        (first > 12) & second_is_month,
        (second > 12) & first_is_month,
        (first != second) & first_is_month & second_is_month,
    ]
    counts = [int(pairs[proof].sum()) if SHAPES[own].separator else 0 for proof in proofs]
    day_first, month_first, swappable = (_at(own, count) for count in counts)
    values = int(pairs.sum())
    return DateEvidence(
        values=values,
        by_shape=_at(own, values),
        day_first=day_first,
        month_first=month_first,
        swappable=swappable,
    )


def _at(place: int, count: int) -> tuple[int, ...]:
    return tuple(count if number == place else 0 for number in range(len(SHAPES)))
