"""Records that cannot be read: kept apart by file, line and reason; their content goes nowhere."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

REASONS = ("ragged", "quote", "field_limit", "nul", "undecodable", "mojibake", "control", "not_json", "duplicate_key")
KEPT = 10_000  # of each file, and of each export; the counts are always whole


@dataclass(frozen=True, kw_only=True, order=True)
class Reject:
    """One record that could not be read."""

    file: str
    line: int
    reason: str  # one of REASONS


@dataclass(kw_only=True)
class Rejections:
    """The rejects of one file, counted as it streams by."""

    file: str
    kept: list[Reject] = field(default_factory=list)
    reasons: Counter[str] = field(default_factory=Counter)

    def add(self, line: int, reason: str) -> None:
        """Counts a reject, and keeps it while there is room."""
        self.reasons[reason] += 1
        if len(self.kept) < KEPT:
            self.kept.append(Reject(file=self.file, line=line, reason=reason))

    @property
    def count(self) -> int:
        """How many."""
        return self.reasons.total()
