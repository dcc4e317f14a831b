"""What the detectors answer: a hit in a value, a decision about a column.

Neither holds a character of what was scanned.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum


class Level(StrEnum):
    """How sure a detector is. ``review`` asks a person and is never a failure."""

    CONFIRMED = "confirmed"
    PROBABLE = "probable"
    REVIEW = "review"


_GRAVITY = {Level.CONFIRMED: 0, Level.PROBABLE: 1, Level.REVIEW: 2}


@dataclass(frozen=True, kw_only=True)
class Hit:
    """One place in a value: ``text[start:end]``."""

    kind: str  # card, cpr, message, browsing
    level: Level
    reason: str  # machine-readable: card_context, luhn_and_iin, track, test_card ...
    start: int
    end: int
    network: str | None = None  # of a card

    @property
    def is_finding(self) -> bool:
        """Confirmed or probable: counts as a deviation."""
        return self.level is not Level.REVIEW

    def at(self, start: int, end: int) -> Hit:
        """The same find at another place."""
        return replace(self, start=start, end=end)


@dataclass(frozen=True, kw_only=True)
class ColumnDecision:
    """What a column holds as a whole, and the counts that say so."""

    # card, cpr, message, browsing; also cvv and pin_block; empty when it holds none
    kinds: frozenset[str] = frozenset()
    level: Level | None = None  # None exactly when kinds is empty
    reason: str = "none"  # the rule that decided, machine-readable
    n: int = 0  # cells or numbers that the rule counted
    k: int = 0  # those of them that look like the kind
    counts: Mapping[str, int] = field(default_factory=dict)

    @property
    def is_finding(self) -> bool:
        """Something was found that is more than a question to a person."""
        return self.level is not None and self.level is not Level.REVIEW


def gravest(levels: Iterable[Level]) -> Level | None:
    """The surest of some levels; None when there are none."""
    return min(levels, key=_GRAVITY.__getitem__, default=None)


def combine(decisions: Iterable[ColumnDecision]) -> ColumnDecision:
    """One decision about several kinds: counts of all, level and reason of the surest; a kind that
    only asks a person is not named beside one that was found.
    """
    every = tuple(decisions)
    counts = {name: count for decision in every for name, count in decision.counts.items()}
    held = [decision for decision in every if decision.is_finding] or [
        decision for decision in every if decision.kinds
    ]
    speaking = (
        held or [decision for decision in every if decision.reason != "none"] or [ColumnDecision()]
    )
    leading = min(speaking, key=lambda decision: _GRAVITY[decision.level or Level.REVIEW])
    return replace(
        leading, kinds=frozenset().union(*(decision.kinds for decision in held)), counts=counts
    )
