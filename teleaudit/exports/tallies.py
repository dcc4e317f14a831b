"""What the values of a column prove about how its dates and numbers are written, added up while
they stream by.

Values of a known form are counted; the few others are kept, and asked in SQL at the end.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

import duckdb
import numpy as np
import numpy.typing as npt
import pyarrow as pa

from teleaudit.exports import evidence, value_shapes
from teleaudit.exports.dates import SHAPES
from teleaudit.exports.evidence import DateEvidence, DecimalEvidence

KEPT_BYTES = 16 << 20  # of the values of a column whose form is not known


class TooManyUnknownError(Exception):
    """More values without known form than are kept."""


@dataclass(kw_only=True)
class _Others:
    """The values whose form is not known."""

    kept: list[pa.Array] = field(default_factory=list)
    size_bytes: int = 0

    def note(self, texts: pa.Array, known: npt.NDArray[np.bool_]) -> None:
        """Keeps what is not known. Raises: TooManyUnknownError."""
        if known.all():
            return
        values = texts.filter(pa.array(~known)).drop_null()
        self.size_bytes += values.nbytes
        self.kept.append(values)
        if self.size_bytes > KEPT_BYTES:
            raise TooManyUnknownError

    def register(self, connection: duckdb.DuckDBPyConnection) -> str:
        """The relation with the values as ``v``."""
        connection.register("others", pa.table({"v": pa.chunked_array(self.kept, pa.string())}))
        return "others"


@dataclass(kw_only=True)
class DateTally:
    """The evidence of one column of dates so far."""

    others: _Others = field(default_factory=_Others)
    # form -> how many values by 100 * first number + second number
    pairs: dict[int, npt.NDArray[np.int64]] = field(default_factory=dict)

    def note(self, texts: pa.Array, found: npt.NDArray[np.uint8]) -> None:
        """Adds texts and their forms. Raises: TooManyUnknownError."""
        for form in np.unique(found[found >= value_shapes.FIRST_DATE]).tolist():
            pairs = value_shapes.first_two_numbers(texts, found == form)
            self.pairs[form] = self.pairs.get(form, 0) + np.bincount(pairs, minlength=10_000)
        self.others.note(texts, found >= value_shapes.FIRST_DATE)

    def evidence(self, connection: duckdb.DuckDBPyConnection) -> DateEvidence:
        """What all of it proves; every value counts."""
        relation = self.others.register(connection)
        return sum(
            (_of_form(form, pairs) for form, pairs in self.pairs.items()),
            evidence.date_evidence(connection, relation, ["v"], unexplained=0)[0],
        )


@dataclass(kw_only=True)
class DecimalTally:
    """The evidence of one column of numbers so far."""

    others: _Others = field(default_factory=_Others)
    known: DecimalEvidence = field(default_factory=DecimalEvidence)

    def note(self, texts: pa.Array, found: npt.NDArray[np.uint8]) -> None:
        """Adds texts and their forms. Raises: TooManyUnknownError."""
        comma, dot = (
            int(np.count_nonzero(found == form))
            for form in (value_shapes.WITH_COMMA, value_shapes.WITH_POINT)
        )
        self.known += DecimalEvidence(comma=comma, dot=dot)
        self.others.note(texts, (found >= value_shapes.DIGITS) & (found <= value_shapes.WITH_POINT))

    def evidence(self, connection: duckdb.DuckDBPyConnection) -> DecimalEvidence:
        """What all of it proves."""
        return (
            self.known
            + evidence.decimal_evidence(connection, self.others.register(connection), ["v"])[0]
        )


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
