"""A batch's distinct texts of each column, and which of them a detector wants to see: one query in
the engine for all columns and detectors.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Self, TypeVar, cast

import duckdb
import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from teleaudit.detectors.judge import candidates_sql
from teleaudit.detectors.kinds import Detector
from teleaudit.detectors.luhn import halves_sql, luhn_halves_sql
from teleaudit.detectors.messages import catalogue_bound
from teleaudit.detectors.prefilter import card_number_sql, worded_sql
from teleaudit.detectors.tallies import Rest
from teleaudit.machine import cores, set_progress_bar
from teleaudit.readers.batches import Batch, Cells, Column

_MEMORY = "512MB"
_PART = 8_192  # texts that one thread takes at a time
# a cell; and what it comes to where it is a whole number of 12-19 digits, else null
TEXT, DIGITS = "text", "digits"
_LENGTHS = 100  # more than a whole number has digits


# A part of a column; its different texts; of each row the place of its text, and how often each
# stands there.
Encoded = tuple[Cells, pa.StringArray, npt.NDArray[np.int64], npt.NDArray[np.int64]]


@dataclass(frozen=True, kw_only=True)
class ColumnView:
    """A part of a column, each different text once."""

    column: Column
    rows: Sequence[int]
    texts: pa.StringArray
    codes: npt.NDArray[np.int64]  # of each row, the place of its text; -1 where it is empty
    times: npt.NDArray[np.int64]  # of each text
    noticed: dict[str, npt.NDArray[np.bool_]]  # by detector
    worded: npt.NDArray[np.bool_]
    # of each text that is a whole number: its first six digits, its length and whether it passes
    # Luhn; 0 for the others
    numbers: npt.NDArray[np.int64]

    @property
    def size(self) -> int:
        """Bytes of the part in a text file, about."""
        return len(self.rows) + int(self.times @ pc.binary_length(self.texts).to_numpy())

    def of_interest(self, detector: Detector) -> npt.NDArray[np.bool_]:
        """The texts that a detector must see in this column."""
        return self.noticed[detector.name] & (self.times > 0)

    def rest(self, detector: Detector) -> Rest:
        """The cells with other texts."""
        others = ~self.noticed[detector.name]
        words = others & self.worded
        listed = words & (self.times > catalogue_bound(int(self.times.sum())))
        of_words, of_lists = int(self.times[words].sum()), int(self.times[listed].sum())
        return Rest(
            words=of_words - of_lists,
            listed=of_lists,
            others=int(self.times[others].sum()) - of_words,
        )

    def chosen(self, which: npt.NDArray[np.bool_]) -> list[str]:
        """Some of the texts."""
        chosen: list[str] = self.texts.take(pa.array(np.flatnonzero(which))).to_pylist()
        return chosen

    def counted(
        self, which: npt.NDArray[np.bool_], counted_as: Callable[..., str] | None
    ) -> list[tuple[str, int]]:
        """Some of the texts with their times; of those that are counted alike one, with the times
        of all.
        """
        if counted_as is None:
            return list(zip(self.chosen(which), self.times[which].tolist(), strict=True))
        places = np.flatnonzero(which & (self.numbers > 0))
        values, value_of = np.unique(self.numbers[places], return_inverse=True)
        names = [
            counted_as(f"{value // 2 // _LENGTHS:06}", value // 2 % _LENGTHS, passes=value % 2 == 1)
            for value in values.tolist()
        ]
        classes = {name: number for number, name in enumerate(sorted({*names} - {""}))}
        class_of = np.array([classes.get(name, -1) for name in names], dtype=np.int64)[value_of]
        times, apart = self.times.copy(), which.copy()
        for number in classes.values():
            first, *_ = alike = places[class_of == number]
            apart[alike] = False
            apart[first], times[first] = True, self.times[alike].sum()
        return list(zip(self.chosen(apart), times[apart].tolist(), strict=True))

    def rows_of(self, places: npt.NDArray[np.int64]) -> Iterator[tuple[int, int]]:
        """Every row whose text is at one of the places, with the place."""
        for index in np.flatnonzero(np.isin(self.codes, places)).tolist():
            yield self.rows[index], int(self.codes[index])


@dataclass(kw_only=True)
class Prefilter:
    """The engine, for one scan."""

    detectors: Sequence[Detector]
    _connection: duckdb.DuckDBPyConnection = field(init=False, repr=False)
    _asked: dict[tuple[str, str], str] = field(
        default_factory=dict
    )  # by detector and name of a column

    def __enter__(self) -> Self:
        self._connection = duckdb.connect(":memory:")
        self._connection.execute(f"SET memory_limit = '{_MEMORY}'")
        self._connection.execute(f"SET threads = {cores()}")
        set_progress_bar(self._connection, watched=False)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._connection.close()

    def look(self, encoded: Sequence[Encoded]) -> list[ColumnView]:
        """A batch's columns."""
        if not encoded:
            return []
        *flags, worded, numbers = self._answers(
            [cells.column.field for cells, *_ in encoded], [texts for _, texts, _, _ in encoded]
        )
        looks, start = [], 0
        for cells, texts, codes, times in encoded:
            own = slice(start, start := start + len(texts))
            noticed = {one.name: flag[own] for one, flag in zip(self.detectors, flags, strict=True)}
            looks.append(
                ColumnView(
                    column=cells.column,
                    rows=cells.rows,
                    texts=texts,
                    codes=codes,
                    times=times,
                    noticed=noticed,
                    worded=worded[own],
                    numbers=numbers[own],
                )
            )
        return looks

    def _answers(
        self, names: Sequence[str], texts: Sequence[pa.StringArray]
    ) -> list[npt.NDArray[Any]]:
        """Of every text, by the names of their columns: for each detector whether it is noticed;
        whether it has words; which number it is.
        """
        lengths, columns, asked = list(map(len, texts)), {TEXT: pa.concat_arrays(texts)}, []
        columns["place"] = pa.array(np.arange(len(columns[TEXT]), dtype=np.int64))
        for one in self.detectors:
            asking = [self._noticed(one, name) for name in names]
            different = list(dict.fromkeys(asking))
            if len(different) == 1:
                asked.append(different[0])
                continue
            columns[one.name] = pa.array(
                np.repeat(np.array(list(map(different.index, asking)), dtype=np.int16), lengths)
            )
            asked.append(
                f"CASE {one.name}"
                f" {' '.join(f'WHEN {place} THEN {sql}' for place, sql in enumerate(different))} END"
            )
        cells = pa.Table.from_batches(pa.table(columns).to_batches(max_chunksize=_PART))
        self._connection.register("cells", cells)
        answer = self._connection.execute(_query([*asked, worded_sql(TEXT)])).fetchnumpy()
        self._connection.unregister("cells")
        order = answer.pop("place")
        if (order[1:] < order[:-1]).any():  # an engine may answer in any order, and mostly keeps it
            answer = {name: values[np.argsort(order)] for name, values in answer.items()}
        return [np.asarray(values) for values in answer.values()]

    def _noticed(self, detector: Detector, name: str) -> str:
        """The candidates, and numbers that bear on the column."""
        sql = self._asked.get((detector.name, name))
        if sql is None:
            sql = candidates_sql([detector], name, TEXT)
            if detector.counted_as is not None:
                sql = f"CASE WHEN {DIGITS} IS NOT NULL THEN true ELSE {sql} END"
            self._asked[detector.name, name] = sql
        return sql


def _query(asked: Sequence[str]) -> str:
    """In steps, because a number's digits, its halves and what they come to each stand in what
    follows.
    """
    upper, lower = halves_sql(DIGITS)
    number = (
        f"(CAST(substr({DIGITS}, 1, 6) AS BIGINT) * {_LENGTHS} + length({DIGITS})) * 2 + CASE WHEN"
        f" {luhn_halves_sql('upper', 'lower')} THEN 1 ELSE 0 END"
    )
    flags = ", ".join(f"{sql} AS f{place}" for place, sql in enumerate(asked))
    digits = f"SELECT *, {card_number_sql(TEXT)} AS {DIGITS} FROM cells"
    halves = f"SELECT *, {upper} AS upper, {lower} AS lower FROM ({digits}) AS cells"
    return (
        f"SELECT place, {flags}, CASE WHEN {DIGITS} IS NULL THEN 0 ELSE {number} END AS number FROM"
        f" ({halves}) AS cells"
    )


def encode(batch: Batch) -> list[Encoded]:
    """The batch's columns that hold any text, each different text of one once."""
    return [
        (cells, texts, codes, times)
        for cells, texts, codes, times in ((cells, *_distinct(cells)) for cells in batch)
        if len(texts)
    ]


_Part = TypeVar("_Part")


def ahead(parts: Iterator[_Part]) -> Iterator[_Part]:
    """The parts, each made while whoever asks is busy with the one before."""
    with ThreadPoolExecutor(max_workers=1) as maker:
        end = object()
        making = maker.submit(next, parts, end)
        while (part := making.result()) is not end:
            making = maker.submit(next, parts, end)
            yield cast("_Part", part)


def _distinct(cells: Cells) -> tuple[pa.StringArray, npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """The different texts, the place among them of every row's, and how often each stands there;
    empty texts are none.
    """
    encoded = _as_array(cells.texts).dictionary_encode()
    codes = encoded.indices.fill_null(-1).to_numpy(zero_copy_only=False).astype(np.int64)
    times = np.bincount(codes[codes >= 0], minlength=len(encoded.dictionary))
    empty = encoded.dictionary.index("").as_py()
    if empty >= 0:
        codes[codes == empty] = -1
        times[empty] = 0
    return encoded.dictionary, codes, times


def _as_array(texts: Sequence[str | None]) -> pa.StringArray:
    if isinstance(texts, pa.Array):
        return texts.cast(pa.string())
    try:
        return pa.array(texts, pa.string())
    except UnicodeEncodeError:  # half letters, which JSON may spell
        return pa.array(
            [None if text is None else text.encode("utf-8", "replace").decode() for text in texts],
            pa.string(),
        )
