"""What the detectors answer: a hit in a value, a decision about a column. Neither holds a character of what was scanned."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
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

    kind: str  # card, message
    level: Level
    reason: str  # machine-readable: card_context, luhn_and_iin, track, test_card ...
    start: int
    end: int
    network: str | None = None  # of a card

    @property
    def is_finding(self) -> bool:
        """Confirmed or probable: counts as a deviation."""
        return self.level is not Level.REVIEW


@dataclass(frozen=True, kw_only=True)
class ColumnDecision:
    """What a column holds as a whole, and the counts that say so."""

    kinds: frozenset[str] = frozenset()  # card, message; empty when it holds neither
    level: Level | None = None  # None exactly when kinds is empty
    reason: str = "none"
    counts: Mapping[str, int] = field(default_factory=dict)

    @property
    def is_finding(self) -> bool:
        """Something was found that is more than a question to a person."""
        return self.level is not None and self.level is not Level.REVIEW


def gravest(levels: Iterable[Level]) -> Level | None:
    """The surest of some levels; None when there are none."""
    return min(levels, key=_GRAVITY.__getitem__, default=None)


def combine(decisions: Iterable[ColumnDecision]) -> ColumnDecision:
    """One decision about several kinds: all kinds and counts, level and reason of the surest."""
    every = tuple(decisions)
    counts = {name: count for decision in every for name, count in decision.counts.items()}
    held = [decision for decision in every if decision.kinds]
    if not held:
        reasons = [decision.reason for decision in every if decision.reason != "none"]
        return ColumnDecision(reason=reasons[0] if reasons else "none", counts=counts)
    leading = min(held, key=lambda decision: _GRAVITY[decision.level or Level.REVIEW])
    return ColumnDecision(kinds=frozenset().union(*(decision.kinds for decision in held)), level=leading.level, reason=leading.reason, counts=counts)
