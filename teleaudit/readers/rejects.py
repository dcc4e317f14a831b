"""Records that cannot be read: kept apart by file, line and reason; their content goes nowhere, but
to whoever asks for it to look into everything.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from operator import itemgetter

import numpy as np

from teleaudit.readers.records import Records

REASONS = (
    "ragged",
    "quote",
    "swallowed",
    "field_limit",
    "nul",
    "undecodable",
    "mojibake",
    "control",
    "not_json",
    "not_an_object",
    "duplicate_key",
    "too_deep",
    "short_line",
    "no_record",  # of any other format
)
_UNFINISHED = {"ragged", "quote", "not_json"}  # what the first half of a record looks like
LONG = 1_000  # records: of a shorter file somebody may have typed the last line
_OVERLAP = 2_048  # bytes, of what comes bit by bit
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
    last: Reject | None = None  # the one that stands furthest down in the file
    passed_over: int = 0  # hidden files that lie beside it in its archive
    is_cut_off: bool = False  # the file ends before its records do
    # line and content of those that were not taken from it yet; none where nobody looks into them
    unread: list[tuple[int, bytes]] | None = None
    _end: bytes = b""
    _end_line: int = 0

    def add(self, line: int, reason: str, *, found: int = 0, expected: int = 0) -> None:
        """Counts a reject, and keeps it while there is room."""
        self.reasons[reason] += 1
        reject = Reject(file=self.file, line=line, reason=reason, found=found, expected=expected)
        if self.last is None or line >= self.last.line:
            self.last = reject
        if len(self.kept) < KEPT:
            self.kept.append(reject)

    def keep(self, line: int, content: bytes) -> None:
        """Keeps what a reject holds for whoever looks into it; one that comes bit by bit with the
        end of the bit before.
        """
        if self.unread is None or not content.strip(b"\r\n"):
            return
        before = self._end if line == self._end_line else b""
        self._end, self._end_line = content[-_OVERLAP:], line
        self.unread.append((line, before + content))

    def take_unread(self) -> list[tuple[int, str]]:
        """Line and text of those that were kept since it was last asked for, in their order."""
        taken, self.unread = sorted(self.unread or (), key=itemgetter(0)), []
        return [(line, content.decode("utf-8", "replace")) for line, content in taken]

    def set_aside(self, block: Records, reasons: Mapping[int, str]) -> Records:
        """The block without the records that cannot be read, which are counted: by their number,
        why.
        """
        if not reasons:
            return block
        good = np.ones(len(block.starts), dtype=bool)
        for number in sorted(reasons):
            good[number] = False
            self.add(int(block.lines[number]), reasons[number])
            self.keep(int(block.lines[number]), block.content(number))
        return block.keep(good)

    def note_end(self, *, ends_with_break: bool, last_line: int, records: int) -> None:
        """Whether a long file was cut off: its last record, which starts on this line, is broken
        and no line break follows it.
        """
        broken = (
            self.last is not None
            and self.last.line == last_line
            and self.last.reason in _UNFINISHED
        )
        self.is_cut_off = broken and not ends_with_break and records >= LONG

    @property
    def count(self) -> int:
        """How many."""
        return self.reasons.total()
