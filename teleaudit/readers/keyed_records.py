"""Records that each say their own keys, as Arrow tables of text: a key that a record lacks is null."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import pyarrow as pa

from teleaudit.errors import ExportError
from teleaudit.readers.delimited import LINE
from teleaudit.readers.text_tables import TextStream

COLUMN_LIMIT = 5_000  # distinct keys of one file
_MANY_KEYS, _OF_ONE = 20, 3  # so many keys, on average in fewer records than this, are values
_BATCH_ROWS = 50_000
KeyedRecord = tuple[int, dict[str, str | None]]  # the line it starts on, and its fields


@dataclass(kw_only=True)
class KeyedRecords(TextStream):
    """One pass over a file. ``names`` grows with every new key."""

    values: int = 0  # keys of all records together

    def tables_by_key(self, records: Sequence[KeyedRecord]) -> Iterator[pa.Table]:
        """The records; the columns are those of ``names`` and the new keys, by their place.

        Raises: ExportError for more keys than a table has columns.
        """
        for first in range(0, len(records), _BATCH_ROWS):
            yield self._table(records[first : first + _BATCH_ROWS])

    def refuse_values_as_keys(self) -> None:
        """Raises: ExportError when, by the whole of the file, values are used as keys."""
        refuse_values_as_keys(len(self.names), self.values, self.rows, self.shown)

    def _table(self, records: Sequence[KeyedRecord]) -> pa.Table:
        places = {str(key): place for place, key in enumerate(self.names)}
        for _, fields in records:
            for key in fields:
                places.setdefault(key, len(places))
        refuse_values_as_keys(len(places), 0, 0, self.shown)
        self.names = tuple(places)
        self.rows += len(records)
        self.values += sum(len(fields) for _, fields in records)
        columns = {
            f"c{place}": pa.array([fields.get(key) for _, fields in records], pa.string())
            for key, place in places.items()
        }
        return pa.table({LINE: pa.array([line for line, _ in records], pa.int64()), **columns})


def refuse_values_as_keys(keys: int, values: int, objects: int, shown: str) -> None:
    """Raises: ExportError when values are used as keys: there are too many, or nearly every object
    brings keys of its own.
    """
    if keys > COLUMN_LIMIT:
        many = f"more than {COLUMN_LIMIT:,} different keys"
    elif keys >= _MANY_KEYS and objects >= _MANY_KEYS and values < _OF_ONE * keys:
        many = f"{keys:,} different keys in {objects:,} objects, most of them in one or two"
    else:
        return
    msg = f"{shown}: {many}. Are values used as keys? Export one object of fixed keys on each line."
    raise ExportError(msg)
