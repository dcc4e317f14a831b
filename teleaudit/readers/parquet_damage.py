"""Damage of a Parquet file that its reader does not notice: every page is decoded once, with its
checksum where it has one, and held against the statistics of the file.

Left out: a changed value in a file without checksums that stays within the statistics of its
column. Nothing in the file tells it.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from teleaudit.errors import ExportError

UNREADABLE = "its pages cannot be read, or do not have their checksums"
_BATCH_ROWS = 65_536
_CUT_BYTES = 64  # of a text; no writer cuts a bound that is shorter


def refuse_damaged(path: Path, shown: str) -> None:
    """Raises: ExportError, naming the column where it is known."""
    try:
        with pq.ParquetFile(path, page_checksum_verification=True) as file:
            damage = next(_damages(file), None)
    # what pyarrow raises depends on the page that is damaged
    except (pa.ArrowException, OSError, ValueError) as error:
        if isinstance(error, OSError) and error.errno is not None:  # the disk, not the file
            raise
        damage = UNREADABLE
    if damage is not None:
        raise damaged(shown, damage)


def damaged(shown: str, damage: str) -> ExportError:
    """The refusal of a damaged file."""
    return ExportError(
        f"{shown} is damaged: {damage}. Export it again, or copy it again from where it was made."
    )


def _damages(file: pq.ParquetFile) -> Iterator[str]:
    for number in range(file.metadata.num_row_groups):
        group = file.metadata.row_group(number)
        leaves = {
            column.path_in_schema: column for column in map(group.column, range(group.num_columns))
        }
        found: dict[str, _Found] = {}
        rows = 0
        for batch in file.iter_batches(_BATCH_ROWS, row_groups=[number]):
            batch.validate(full=True)
            rows += batch.num_rows
            for name, values in zip(batch.schema.names, batch.columns, strict=True):
                if name in leaves:
                    found.setdefault(name, _Found()).add(values)
        if rows != group.num_rows:
            yield f"it says that it has {group.num_rows:,} rows, and holds {rows:,}"
        yield from (
            f"{what} of a column do not agree with the statistics of the file"
            for name, own in found.items()
            if (what := own.contradict(leaves[name].statistics))
        )


class _Found:
    """What a column of a row group holds."""

    def __init__(self) -> None:
        self.nulls = 0
        self.least: Any = None
        self.most: Any = None

    def add(self, values: pa.Array) -> None:
        """Counts the values of a batch."""
        self.nulls += values.null_count
        if _is_ordered(values.type) and values.null_count < len(values):
            bounds = pc.min_max(values).as_py()
            self.least = bounds["min"] if self.least is None else min(self.least, bounds["min"])
            self.most = bounds["max"] if self.most is None else max(self.most, bounds["max"])

    def contradict(self, statistics: pq.Statistics | None) -> str | None:
        """What of it the statistics exclude."""
        if statistics is None:
            return None
        if statistics.has_null_count and statistics.null_count != self.nulls:
            return "the empty fields"
        if self.least is None or not statistics.has_min_max:
            return None
        # a NaN
        if any(
            type(bound) is not type(self.least) or bound != bound  # noqa: PLR0124
            for bound in (statistics.min, statistics.max)
        ):
            return None
        least, most, lower, upper = map(
            _key, (self.least, self.most, statistics.min, statistics.max)
        )
        is_outside = least < lower or most > upper
        is_wide = (_is_whole(lower) and least != lower) or (_is_whole(upper) and most != upper)
        return "the values" if is_outside or is_wide else None


def _is_ordered(kind: pa.DataType) -> bool:
    """Whether the smallest and the largest value mean the same for everyone."""
    return any(
        check(kind)
        for check in (
            pa.types.is_integer,
            pa.types.is_floating,
            pa.types.is_string,
            pa.types.is_large_string,
            pa.types.is_date32,
            pa.types.is_boolean,
        )
    )


def _is_whole(bound: object) -> bool:
    """Whether a bound is a value of the column: long texts are cut."""
    return not isinstance(bound, bytes) or len(bound) < _CUT_BYTES


def _key(value: Any) -> Any:  # noqa: ANN401 (a value of any ordered type)
    """What is compared: text by its bytes, as Parquet does."""
    return value.encode("utf-8", "surrogatepass") if isinstance(value, str) else value
