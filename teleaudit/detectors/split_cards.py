"""Card numbers that stand in several columns side by side: four groups of four, two halves, the
first digits and the last.

Source: PCI DSS 4.0.1 requirement 3.5.1: parts that are kept together are the whole number.

Different numbers are counted, not rows: two subscribers who call each other every day pass Luhn
each time or never. Columns that are named for cards and parts of one hold cards where most of what
they come to passes Luhn: for a person to review below three numbers. Columns of other names do
where chance is ruled out besides, most of their rows have a card's range and length, and the last
of them varies; never where a name speaks of telephone numbers, running numbers or numbers with a
check digit of their own: two columns of telephone numbers begin like a card in one row of five, and
pass Luhn in one of ten of those.

What is left out:
1. Parts that lost their leading zeros: such a row is left out, the others decide.
2. Parts in columns that are not side by side, or not in their order.
3. Parts in different exports.
4. A few cards among other numbers, in columns that no name gives away.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from teleaudit.detectors.columns import CARD_SHARE, MIN_CARDS, SHAPED_GRADES, SURE, chance_of
from teleaudit.detectors.decisions import ColumnDecision, Level
from teleaudit.detectors.knowledge import card_range_of
from teleaudit.detectors.luhn import luhn_valid
from teleaudit.detectors.names import names_card, names_identifier, names_order, speaks_of

SHAPES = frozenset(
    {
        (4, 4, 4, 4),
        (4, 4, 4, 4, 3),
        (4, 4, 4, 3),
        (4, 6, 5),
        (4, 6, 4),
        (8, 8),
        (8, 7),
        (6, 10),
        (6, 9),
        (6, 8),
        (10, 6),
        (12, 4),
        (11, 4),
        (10, 4),
        (4, 12),
        (6, 6, 4),
        (8, 4, 4),
        (4, 4, 8),
    }
)
_MOST = max(map(len, SHAPES))
PART = "^[0-9]{3,12}(?:[.,]0{1,2})?$"  # the same expression stands in the SQL
_PART = re.compile(PART.removeprefix("^").removesuffix("$"))
PARTS_SHARE = 0.5  # of the filled cells of each column: parts in more of them than that
_MAX_NUMBERS = 5_000  # different ones that are counted of the same columns
_ROWS_SHARE = 0.5  # of the rows in which all parts are filled that must have a card's shape
_ENOUGH_ENDS = 100  # different last parts, or half as many as there are numbers
# What columns side by side hold together: rows in which each is filled, those of a card's range and
# length, different numbers of these, of them those that pass Luhn, and their different last parts.
# ``split_profile_query`` gives them in this order.
SPLIT_PROFILE = ("split_rows", "split_shaped_rows", "split_shaped", "split_passing", "split_ends")

_Column = TypeVar("_Column")


@dataclass(kw_only=True)
class SplitCounts:
    """What columns side by side hold together, row by row."""

    rows: int = 0  # in which each of them is filled
    shaped_rows: int = 0  # that come to a number of a card's range and length
    passing: int = 0  # different ones of these that pass Luhn
    _numbers: set[str] = field(default_factory=set, repr=False)
    _ends: set[str] = field(default_factory=set, repr=False)

    def add(self, cells: Sequence[str]) -> None:
        """Count a row of filled cells."""
        if len(self._numbers) >= _MAX_NUMBERS:
            return
        self.rows += 1
        parts = [part_of(cell) for cell in cells]
        if tuple(map(len, parts)) not in SHAPES:
            return
        number = "".join(parts)
        fitting = card_range_of(number)
        if fitting is None or fitting.grade not in SHAPED_GRADES:
            return
        self.shaped_rows += 1
        self._ends.add(parts[-1])
        if number not in self._numbers:
            self._numbers.add(number)
            self.passing += luhn_valid(number)

    def profile(self) -> dict[str, int]:
        """The counts that ``decide_split_columns`` needs."""
        return dict(
            zip(
                SPLIT_PROFILE,
                (self.rows, self.shaped_rows, len(self._numbers), self.passing, len(self._ends)),
                strict=True,
            )
        )


def decide_split_columns(profile: Mapping[str, int], names: Sequence[str]) -> ColumnDecision:
    """Whether columns of these names hold card numbers together."""
    shaped, passing = profile["split_shaped"], profile["split_passing"]
    level = _level(profile, names)
    if level is None:
        return ColumnDecision(n=shaped, k=passing)
    return ColumnDecision(
        kinds=frozenset({"card"}), level=level, reason="split_over_columns", n=shaped, k=passing
    )


def _level(profile: Mapping[str, int], names: Sequence[str]) -> Level | None:
    rows, shaped_rows, shaped, passing, ends = (profile[name] for name in SPLIT_PROFILE)
    if not passing or passing < CARD_SHARE * shaped or any(map(names_other_numbers, names)):
        return None
    if _named_alike(names):
        return Level.PROBABLE if passing >= MIN_CARDS else Level.REVIEW
    varied = ends >= min(shaped / 2, _ENOUGH_ENDS)
    usual = shaped_rows >= _ROWS_SHARE * rows
    return Level.PROBABLE if varied and usual and chance_of(shaped, passing) <= SURE else None


def without_overlaps(
    decided: Iterable[tuple[tuple[_Column, ...], ColumnDecision]],
) -> Iterator[tuple[tuple[_Column, ...], ColumnDecision]]:
    """Those that hold something; of columns that overlap the ones that hold most."""
    taken: set[_Column] = set()
    for columns, decision in sorted(decided, key=lambda found: -found[1].k):
        if decision.level is not None and taken.isdisjoint(columns):
            taken.update(columns)
            yield columns, decision


def windows(columns: int) -> Iterator[range]:
    """Places of columns that may hold a number together, among so many side by side."""
    return (
        range(first, first + count)
        for first in range(columns)
        for count in range(2, _MOST + 1)
        if first + count <= columns
    )


def part_of(cell: str) -> str:
    """The digits of a cell that may be a part of a card number; empty for every other cell."""
    written = cell.strip()
    return re.split("[.,]", written)[0] if _PART.fullmatch(written) else ""


def names_other_numbers(name: str) -> bool:
    """The name is one of telephone numbers, running numbers or numbers with a check digit of their
    own: no part of a card.
    """
    return names_identifier(name) or names_order(name) or speaks_of(name, "phone")


def _named_alike(names: Sequence[str]) -> bool:
    """The names are those of cards, or of parts of one: ``kort1`` to ``kort4``, ``pan_first6`` and
    ``last4``, ``card_del_1``.
    """
    return names_card(names[0]) and all(
        names_card(name) or speaks_of(name, "split_part") for name in names
    )
