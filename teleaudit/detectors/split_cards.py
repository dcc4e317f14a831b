"""Card numbers that stand in several columns side by side: four groups of four, two halves, the first digits and the last.

Source: PCI DSS 4.0.1 requirement 3.5.1: parts that are kept together are the whole number.

A row alone tells it only where the columns are named for cards or for parts of one; else the rate over all rows does:
two columns of telephone numbers begin like a card in one row of five and pass Luhn in one of ten of those.

What is left out:
1. Parts that lost their leading zeros: such a row is left out, the others decide.
2. Parts in columns that are not side by side, or not in their order.
3. Parts in different exports.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from teleaudit.detectors.columns import CARD_SHARE, FEWEST_CARDS, PLAUSIBLE, SHAPED_GRADES, SURE, chance_of
from teleaudit.detectors.decisions import ColumnDecision, Level
from teleaudit.detectors.knowledge import card_range_of, test_cards
from teleaudit.detectors.luhn import luhn_valid
from teleaudit.detectors.names import names_card, names_identifier, speaks_of

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
_DECIMALS = re.compile(r"[.,]0{1,2}\Z")


@dataclass(frozen=True, kw_only=True)
class Split:
    """Columns side by side that hold a card number together. Holds no digit."""

    first: int  # place of the first of them
    count: int
    level: Level
    reason: str
    network: str


def find_split(cells: Sequence[tuple[str, str | None]]) -> list[Split]:
    """The split card numbers of a row, given as names and texts of its columns in their order."""
    names, found = [name for name, _ in cells], []
    for first, count, digits in _windows([text for _, text in cells]):
        fitting = card_range_of(digits)
        if fitting is None or not luhn_valid(digits) or not _named_alike(names[first : first + count]):
            continue
        level, reason = (Level.REVIEW, "test_card") if digits in test_cards() else (Level.PROBABLE, "split_over_columns")
        found.append(Split(first=first, count=count, level=level, reason=reason, network=fitting.network))
    return found


def profile_split(rows: Iterable[Sequence[str | None]]) -> dict[str, int]:
    """Of each window of columns side by side how many rows join to a card's shape, and how many of those pass Luhn; counts of parts may be added."""
    counts: dict[str, int] = {}
    for row in rows:
        for first, count, digits in _windows(row):
            fitting = card_range_of(digits)
            if fitting is not None and fitting.grade in SHAPED_GRADES:
                key = f"split_{first}_{count}"
                counts[f"{key}_shaped"] = counts.get(f"{key}_shaped", 0) + 1
                counts[f"{key}_luhn"] = counts.get(f"{key}_luhn", 0) + luhn_valid(digits)
    return counts


def decide_split(profile: Mapping[str, int], names: Sequence[str]) -> list[tuple[range, ColumnDecision]]:
    """The columns that hold card numbers together, by their places, and what decided."""
    decided = []
    for key in sorted(key.removesuffix("_shaped") for key in profile if key.startswith("split_") and key.endswith("_shaped")):
        first, count = map(int, key.split("_")[1:3])
        shaped, passing = profile[f"{key}_shaped"], profile.get(f"{key}_luhn", 0)
        level = _level(shaped, passing, names[first : first + count])
        if level is not None:
            counts = {"split_shaped": shaped, "split_luhn": passing}
            decision = ColumnDecision(kinds=frozenset({"card"}), level=level, reason="split_over_columns", n=shaped, k=passing, counts=counts)
            decided.append((range(first, first + count), decision))
    return decided


def _level(shaped: int, passing: int, names: Sequence[str]) -> Level | None:
    if any(map(names_identifier, names)):
        return None
    tail = chance_of(shaped, passing)
    if passing >= CARD_SHARE * shaped and (_named_alike(names) or (shaped >= FEWEST_CARDS and tail <= PLAUSIBLE)):
        return Level.PROBABLE
    return Level.REVIEW if tail < SURE else None


def _windows(cells: Sequence[str | None]) -> Iterator[tuple[int, int, str]]:
    """Windows of cells that are groups of digits as a card number is divided: the first, how many, and the digits."""
    parts = [_digits(cell) for cell in cells]
    for first, part in enumerate(parts):
        if not part:
            continue
        for count in range(2, _MOST + 1):
            window = parts[first : first + count]
            if len(window) < count or not window[-1]:
                break
            if tuple(map(len, window)) in _SHAPES:
                yield first, count, "".join(window)


def _digits(cell: str | None) -> str:
    digits = _DECIMALS.sub("", (cell or "").strip())
    return digits if digits.isascii() and digits.isdecimal() else ""


def _named_alike(names: Sequence[str]) -> bool:
    """The names are those of cards, or of parts of one: ``kort1`` to ``kort4``, ``pan_first6`` and ``last4``, ``card_del_1``."""
    if not names_card(names[0]) or any(map(names_identifier, names)):
        return False
    return all(names_card(name) or speaks_of(name, "split_part") for name in names)
