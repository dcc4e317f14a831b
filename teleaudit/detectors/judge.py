"""One judge for the columns of an audit, a notebook and a scan.

Whoever has a column asks here which of its cells must be seen (``candidates_sql``), counts them
(``cell_counts`` where the cells are, ``tallies`` part by part), has the counts judged (``judge``),
and asks the answer about single cells (``Judged.finds``). How the cells are fetched is theirs.
What differs between them is what they know: of a table that an audit knows, its name; of any other,
the names of its columns (``context_of``).

Rows in, rows out, on whichever machine the cells are: a process that judges cells imports neither
an engine nor Great Expectations.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

from teleaudit.detectors.decisions import ColumnDecision, Hit, combine, gravest
from teleaudit.detectors.kinds import Detector, every_cell, kinds
from teleaudit.detectors.luhn import luhn_valid
from teleaudit.detectors.messages import (
    MESSAGE_PROFILE,
    WHOLE_COLUMN,
    is_cleared,
    profile_messages,
)

LEVELS = ("confirmed", "probable", "review")  # strongest first; rows carry a level by its number
_PART = 8_192  # cells that are counted together
_MESSAGE_CELLS = MESSAGE_PROFILE[0]  # the same for every part


@dataclass(frozen=True, kw_only=True)
class Judged:
    """What one detector says of one column."""

    detector: Detector
    name: str
    decision: ColumnDecision

    @property
    def holds(self) -> bool:
        """The column holds something, be it a question."""
        return self.decision.level is not None

    @property
    def is_every_cell(self) -> bool:
        """Cells that are no candidates are finds too: texts in a column of messages."""
        return self.detector.counts_texts and self.decision.reason in WHOLE_COLUMN

    def finds(self, text: str) -> list[Hit]:
        """What one cell holds, in the light of its column."""
        return self.detector.in_cell(text, name=self.name, decision=self.decision)


def candidates_sql(detectors: Iterable[Detector], name: str, cell: str) -> str:
    """SQL on a column's cell (an expression of type text), true of every cell that one of the
    detectors must see, never of null.
    """
    asked = dict.fromkeys(one.candidates(name, cell) for one in detectors if one.concerns(name))
    every = every_cell(name, cell)
    return every if every in asked else " OR ".join(asked) or "false"


def context_of(
    detectors: Iterable[Detector], names: Collection[str] = (), table: str = ""
) -> dict[str, int]:
    """What is known of a column's table beside its cells, as counts: by the ``names`` of the
    table's columns, or by the canonical ``table`` that it is.
    """
    return {
        count: number for one in detectors for count, number in one.context(names, table).items()
    }


def judge(
    detector: Detector, counts: Mapping[str, int], *, name: str, context: Mapping[str, int]
) -> Judged:
    """The detector's verdict on a column of that name, from the sum of its parts' counts.

    Counts that are missing are 0.
    """
    return Judged(
        detector=detector, name=name, decision=detector.decide({**counts, **context}, name)
    )


def scan_value(text: str, *, field: str = "", own_domains: Collection[str] = ()) -> list[Hit]:
    """What one value holds, judged on its own.

    ``field`` is the name of the column or key it stands in; ``own_domains`` are no browsing data.
    """
    return [
        hit
        for one in kinds(own_domains=own_domains)
        if one.find is not None
        for hit in one.find(text, field=field)
    ]


def scan_column(
    values: Iterable[str | None],
    *,
    name: str,
    table: str = "",
    beside: Collection[str] = (),
    own_domains: Collection[str] = (),
) -> ColumnDecision:
    """What a column holds as a whole, with the counts that say so.

    Empty and missing cells do not count.

    ``table`` is the canonical table that it is a column of, where that is known, and ``beside`` the
    names of the columns of its table.
    """
    filled, every = [value for value in values if value], kinds(own_domains=own_domains)
    context = context_of(every, beside, table)
    return combine(
        judge(one, one.profile(filled, name=name), name=name, context=context).decision
        for one in every
        if one.concerns(name)
    )


def scan_cell(
    text: str, *, name: str, decision: ColumnDecision, own_domains: Collection[str] = ()
) -> list[Hit]:
    """What one cell holds, in the light of what ``scan_column`` decided about its column: no chance
    hits in a column of IMEIs, every number in a column of cards.
    """
    return [
        hit
        for one in kinds(own_domains=own_domains)
        if one.concerns(name)
        for hit in judge(one, decision.counts, name=name, context={}).finds(text)
    ]


def cell_counts(
    rows: Iterable[tuple[str]], *, profiles: Sequence[Callable[[Iterable[str]], Mapping[str, int]]]
) -> Iterator[tuple[str, int]]:
    """Of cells: the counts that detectors take of them, by name."""
    counts: Counter[str] = Counter()
    values = (cell for (cell,) in rows)
    while cells := list(islice(values, _PART)):
        for profile in profiles:
            counts.update(profile(cells))
    yield from counts.items()


def cell_finds(
    rows: Iterable[tuple[str, str]], *, judged: Sequence[Judged], place: int
) -> Iterator[tuple[str, int, int]]:
    """Of records and cells, those in which something is found: the record, the column's place and
    the level.
    """
    for record_key, cell in rows:
        level = gravest(hit.level for one in judged for hit in one.finds(cell))
        if level is not None:
            yield record_key, place, LEVELS.index(level.value)


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
    """What the detector of messages needs to know, by name: of shapes, the cells of each text, of
    its skeleton, and how many such texts there are, out of so many cells.
    """
    yield from (
        (name, count)
        for name, count in profile_messages(rows, cells=cells).items()
        if name != _MESSAGE_CELLS
    )


def message_levels(
    rows: Iterable[tuple[str, int, int, int]], *, judged: Judged, cells: int
) -> Iterator[tuple[str, int, int, int]]:
    """Of such shapes, those of messages: the shape, its two numbers and the level."""
    for text, times, alike, _ in rows:
        if not is_cleared(text, times, cells=cells, alike=alike, decision=judged.decision):
            level = gravest(hit.level for hit in judged.finds(text))
            if level is not None:
                yield text, times, alike, LEVELS.index(level.value)
