"""Cells judged a part at a time: rows in, rows out, on whichever machine the cells are.

Nothing here needs more than the detectors: a process that judges cells imports neither an engine
nor Great Expectations.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from teleaudit.detectors.columns import count_card_text
from teleaudit.detectors.decisions import ColumnDecision, Hit, gravest
from teleaudit.detectors.luhn import luhn_valid
from teleaudit.detectors.messages import (
    MESSAGE_PROFILE,
    is_cleared,
    messages_in_cell,
    profile_messages,
)

LEVELS = ("confirmed", "probable", "review")  # strongest first; rows carry a level by its number
MESSAGE_CELLS = MESSAGE_PROFILE[0]  # the same for every part


# cells of a column to the counts that decide about it
Profile = Callable[[Iterable[str]], Mapping[str, int]]
InCell = Callable[[str], list[Hit]]  # one cell, in the light of the decision about its column


def cell_counts(rows: Iterable[tuple[str]], *, profile: Profile) -> Iterator[tuple[str, int]]:
    """Of cells: what the detector must know to decide about their column, by name."""
    yield from profile(cell for (cell,) in rows).items()


def cell_finds(
    rows: Iterable[tuple[str, str]], *, in_cell: InCell, place: int
) -> Iterator[tuple[str, int, int]]:
    """Of records and cells, those in which the detector finds something: the record, the column's
    place and the level.
    """
    for record_key, cell in rows:
        level = gravest(hit.level for hit in in_cell(cell))
        if level is not None:
            yield record_key, place, LEVELS.index(level.value)


def card_text_counts(rows: Iterable[tuple[str]], *, name: str) -> Iterator[tuple[str, int]]:
    """Of cells of running text, in a column of that name: what ``decide_card_column`` needs to
    know, by name.
    """
    counts: dict[str, int] = {}
    for (cell,) in rows:
        count_card_text(cell, counts, name=name)
    yield from counts.items()


def split_finds(
    rows: Iterable[tuple[str, str]], *, places: Sequence[int], level: int
) -> Iterator[tuple[str, int, int]]:
    """Of records and the numbers that columns side by side come to, those that pass Luhn: the
    record, once for each of the columns' places, and the level.
    """
    for record_key, digits in rows:
        if luhn_valid(digits):
            yield from ((record_key, place, level) for place in places)


def message_counts(
    rows: Iterable[tuple[str, int, int, int]], *, cells: int
) -> Iterator[tuple[str, int]]:
    """What ``decide_message_column`` needs to know, by name: of shapes, the cells of each text, of
    its skeleton, and how many such texts there are, out of so many cells.
    """
    yield from (
        (name, count)
        for name, count in profile_messages(rows, cells=cells).items()
        if name != MESSAGE_CELLS
    )


def message_levels(
    rows: Iterable[tuple[str, int, int, int]], *, name: str, cells: int, decision: ColumnDecision
) -> Iterator[tuple[str, int, int, int]]:
    """Of such shapes, those of messages: the shape, its two numbers and the level."""
    for text, times, alike, _ in rows:
        if not is_cleared(text, times, cells=cells, alike=alike, decision=decision):
            level = gravest(
                hit.level for hit in messages_in_cell(text, name=name, decision=decision)
            )
            if level is not None:
                yield text, times, alike, LEVELS.index(level.value)
