"""Records that cannot be read: kept apart by file, line and reason; their content goes nowhere."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

REASONS = ("ragged", "quote", "field_limit", "nul", "undecodable", "mojibake", "control", "not_json", "not_an_object", "duplicate_key", "too_deep")
KEPT = 10_000  # of each file, and of each export; the counts are always whole


@dataclass(frozen=True, kw_only=True, order=True)
class Reject:
    """One record that could not be read."""

    file: str
    line: int
    reason: str  # one of REASONS
    found: int = 0  # fields of a ragged record
    expected: int = 0  # and of the header


@dataclass(kw_only=True)
class Rejections:
    """The rejects of one file, counted as it streams by."""

    file: str
    kept: list[Reject] = field(default_factory=list)
    reasons: Counter[str] = field(default_factory=Counter)

    def add(self, line: int, reason: str, *, found: int = 0, expected: int = 0) -> None:
        """Counts a reject, and keeps it while there is room."""
        self.reasons[reason] += 1
        if len(self.kept) < KEPT:
            self.kept.append(Reject(file=self.file, line=line, reason=reason, found=found, expected=expected))

    @property
    def count(self) -> int:
        """How many."""
        return self.reasons.total()
