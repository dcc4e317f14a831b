"""Card numbers that are split over columns of a table: told by what the columns come to
together.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np

from teleaudit.detectors import ColumnDecision
from teleaudit.detectors.split_cards import (
    PARTS_SHARE,
    SplitCounts,
    decide_split_columns,
    part_of,
    windows,
    without_overlaps,
)
from teleaudit.readers.batches import Column
from teleaudit.scanning.columns import ColumnView

_SAMPLE = 50  # texts of a column that tell whether it holds short numbers
_ROWS = 2_000  # of each batch that are counted


@dataclass(kw_only=True)
class SplitTally:
    """The counts of a file's columns side by side, as many rows of each batch as tell something."""

    _counts: dict[tuple[Column, ...], SplitCounts] = field(default_factory=dict)

    def add(self, looks: Sequence[ColumnView]) -> None:
        """Count a batch."""
        for run in _runs(looks):
            for window in windows(len(run)):
                self._count([run[place] for place in window])

    def _count(self, looks: Sequence[ColumnView]) -> None:
        counts = self._counts.setdefault(tuple(look.column for look in looks), SplitCounts())
        filled = np.flatnonzero(np.logical_and.reduce([look.codes >= 0 for look in looks]))[:_ROWS]
        columns = [look.texts.take(look.codes[filled]).to_pylist() for look in looks]
        for cells in zip(*columns, strict=True):
            counts.add(cells)

    def decided(self) -> Iterator[tuple[tuple[Column, ...], ColumnDecision]]:
        """Columns that hold card numbers together; of those that overlap the ones that
        hold most.
        """
        return without_overlaps(
            (columns, decide_split_columns(counts.profile(), [column.field for column in columns]))
            for columns, counts in self._counts.items()
        )


def _runs(looks: Sequence[ColumnView]) -> Iterator[list[ColumnView]]:
    """Columns of the same rows side by side that hold short numbers: two of them or more."""
    run: list[ColumnView] = []
    for look in looks:
        if run and not (
            _holds_parts(look) and len(look.rows) == len(run[0].rows) and look.rows == run[0].rows
        ):
            if len(run) > 1:
                yield run
            run = []
        if _holds_parts(look):
            run.append(look)
    if len(run) > 1:
        yield run


def _holds_parts(look: ColumnView) -> bool:
    sample = [text for text in look.texts[:_SAMPLE].to_pylist() if text]
    return not look.column.is_line and sum(
        bool(part_of(text)) for text in sample
    ) > PARTS_SHARE * len(sample)
