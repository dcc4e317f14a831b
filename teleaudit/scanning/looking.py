"""A batch's distinct texts of each column, and which of them a detector wants to see: one query in the engine for all columns and kinds."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self

import duckdb
import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from teleaudit.machine import cores
from teleaudit.scanning.batches import Batch, Cells, Column
from teleaudit.scanning.kinds import Kind

_MEMORY = "512MB"
_PART = 8_192  # texts that one thread takes at a time
_LETTERED = "regexp_matches({column}, '[^ -@[-`{{-~]')"  # a letter, or anything beyond ASCII


@dataclass(frozen=True, kw_only=True)
class Look:
    """A part of a column, each different text once."""

    column: Column
    rows: Sequence[int]
    texts: pa.StringArray
    codes: npt.NDArray[np.int64]  # of each row, the place of its text; -1 where it is empty
    times: npt.NDArray[np.int64]  # of each text
    noticed: dict[str, npt.NDArray[np.bool_]]  # by kind
    lettered: npt.NDArray[np.bool_]

    @property
    def size(self) -> int:
        """Bytes of the part in a text file, about."""
        return len(self.rows) + int(self.times @ pc.binary_length(self.texts).to_numpy())

    def of_interest(self, kind: Kind) -> npt.NDArray[np.bool_]:
        """The texts that a detector wants to see in this column."""
        return self.times > 0 if kind.wants_all(self.column.field) else self.noticed[kind.name]

    def chosen(self, which: npt.NDArray[np.bool_]) -> list[str]:
        """Some of the texts."""
        chosen: list[str] = self.texts.take(pa.array(np.flatnonzero(which))).to_pylist()
        return chosen

    def rows_of(self, places: npt.NDArray[np.int64]) -> Iterator[tuple[int, int]]:
        """Every row whose text is at one of the places, with the place."""
        for index in np.flatnonzero(np.isin(self.codes, places)).tolist():
            yield self.rows[index], int(self.codes[index])


@dataclass(kw_only=True)
class Looking:
    """The engine, for one scan."""

    kinds: Sequence[Kind]
    _connection: duckdb.DuckDBPyConnection = field(init=False, repr=False)

    def __enter__(self) -> Self:
        self._connection = duckdb.connect(":memory:")
        self._connection.execute(f"SET memory_limit = '{_MEMORY}'")
        self._connection.execute(f"SET threads = {cores()}")
        self._connection.execute("SET enable_progress_bar = false")
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._connection.close()

    def look(self, batch: Batch) -> list[Look]:
        """The batch's columns that hold any text."""
        encoded = [(cells, *_distinct(cells)) for cells in batch]
        encoded = [part for part in encoded if len(part[1])]
        if not encoded:
            return []
        flags = self._flags([texts for _, texts, _, _ in encoded])
        looks, start = [], 0
        for cells, texts, codes, times in encoded:
            own = flags[:, start : start + len(texts)]
            start += len(texts)
            noticed = {kind.name: own[place] for place, kind in enumerate(self.kinds)}
            looks.append(Look(column=cells.column, rows=cells.rows, texts=texts, codes=codes, times=times, noticed=noticed, lettered=own[-1]))
        return looks

    def _flags(self, texts: Sequence[pa.StringArray]) -> npt.NDArray[np.bool_]:
        """For each kind, and last for letters, a truth value of every text."""
        whole = pa.concat_arrays(texts)
        number = pa.array(np.arange(len(whole), dtype=np.int64))
        table = pa.table({"number": number, "text": whole})
        cells = pa.Table.from_batches(table.to_batches(max_chunksize=_PART))
        asked = [*(kind.noticed("text") for kind in self.kinds), _LETTERED.format(column="text")]
        self._connection.register("cells", cells)
        answer = self._connection.execute(f"SELECT number, {', '.join(f'{sql} AS f{place}' for place, sql in enumerate(asked))} FROM cells").fetchnumpy()
        self._connection.unregister("cells")
        flags = np.zeros((len(asked), len(whole)), dtype=bool)
        for place in range(len(asked)):
            flags[place, answer["number"]] = answer[f"f{place}"]
        return flags


def _distinct(cells: Cells) -> tuple[pa.StringArray, npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """The different texts, the place among them of every row's, and how often each stands there; empty texts are none."""
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
        return pa.array([None if text is None else text.encode("utf-8", "replace").decode() for text in texts], pa.string())
