"""Card numbers that stand in several columns side by side: four groups of four, two halves, the first digits and the last.

Source: PCI DSS 4.0.1 requirement 3.5.1: parts that are kept together are the whole number.

Different numbers are counted, not rows: two subscribers who call each other every day pass Luhn each time or never.
Columns that are named for cards and parts of one hold cards where most of what they come to passes Luhn: for a person to review below three
numbers. Columns of other names do where chance is ruled out besides, most of their rows have a card's range and length, and the last of them varies;
never where a name speaks of telephone numbers, running numbers or numbers with a check digit of their own: two columns of telephone numbers begin
like a card in one row of five, and pass Luhn in one of ten of those.

What is left out:
1. Parts that lost their leading zeros: such a row is left out, the others decide.
2. Parts in columns that are not side by side, or not in their order.
3. Parts in different exports.
4. A few cards among other numbers, in columns that no name gives away.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from teleaudit.detectors.columns import CARD_SHARE, FEWEST_CARDS, SHAPED_GRADES, SURE, chance_of
from teleaudit.detectors.decisions import ColumnDecision, Level
from teleaudit.detectors.knowledge import card_range_of
from teleaudit.detectors.luhn import luhn_valid
from teleaudit.detectors.names import names_card, names_identifier, names_order, speaks_of

_SHAPES = frozenset(
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
_MOST = max(map(len, _SHAPES))
_PART = re.compile(r"\s*([0-9]{3,12})(?:[.,]0{1,2})?\s*")
_MOST_NUMBERS = 5_000  # different ones that are counted of the same columns
_ROWS_SHARE = 0.5  # of the rows in which all parts are filled that must have a card's shape
_ENOUGH_ENDS = 100  # different last parts, or half as many as there are numbers


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
        if len(self._numbers) >= _MOST_NUMBERS:
            return
        self.rows += 1
        parts = [part_of(cell) for cell in cells]
        if tuple(map(len, parts)) not in _SHAPES:
            return
        number = "".join(parts)
        fitting = card_range_of(number)
        if fitting is None or fitting.grade not in SHAPED_GRADES:
            return
        self.shaped_rows += 1
        if number not in self._numbers:
            self._numbers.add(number)
            self._ends.add(parts[-1])
            self.passing += luhn_valid(number)

    @property
    def shaped(self) -> int:
        """Different numbers of a card's range and length."""
        return len(self._numbers)

    def decide(self, names: Sequence[str]) -> ColumnDecision:
        """Whether columns of these names hold card numbers together."""
        level = self._level(names)
        if level is None:
            return ColumnDecision(n=self.shaped, k=self.passing)
        return ColumnDecision(kinds=frozenset({"card"}), level=level, reason="split_over_columns", n=self.shaped, k=self.passing)

    def _level(self, names: Sequence[str]) -> Level | None:
        if not self.passing or self.passing < CARD_SHARE * self.shaped or any(map(_names_others, names)):
            return None
        if _named_alike(names):
            return Level.PROBABLE if self.passing >= FEWEST_CARDS else Level.REVIEW
        varied = len(self._ends) >= min(self.shaped / 2, _ENOUGH_ENDS)
        usual = self.shaped_rows >= _ROWS_SHARE * self.rows
        return Level.PROBABLE if varied and usual and chance_of(self.shaped, self.passing) <= SURE else None


def windows(columns: int) -> Iterator[range]:
    """Places of columns that may hold a number together, among so many side by side."""
    return (range(first, first + count) for first in range(columns) for count in range(2, _MOST + 1) if first + count <= columns)


def part_of(cell: str) -> str:
    """The digits of a cell that may be a part of a card number; empty for every other cell."""
    found = _PART.fullmatch(cell)
    return found[1] if found is not None and cell.isascii() else ""


def _names_others(name: str) -> bool:
    return names_identifier(name) or names_order(name) or speaks_of(name, "phone")


def _named_alike(names: Sequence[str]) -> bool:
    """The names are those of cards, or of parts of one: ``kort1`` to ``kort4``, ``pan_first6`` and ``last4``, ``card_del_1``."""
    return names_card(names[0]) and all(names_card(name) or speaks_of(name, "split_part") for name in names)
