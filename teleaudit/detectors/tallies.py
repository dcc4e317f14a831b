"""The counts that decide about a column, taken part by part in bounded memory."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import NamedTuple, Protocol

from teleaudit.detectors.decisions import ColumnDecision
from teleaudit.detectors.kinds import Detector
from teleaudit.detectors.message_values import skeleton
from teleaudit.detectors.messages import (
    MESSAGE_PROFILE,
    is_cleared,
    profile_messages,
    profile_rest,
)

_MAX_TEXTS = 20_000  # of one column that are counted each by itself
_MAX_CHARACTERS = 4 << 20
_LONGEST_COUNTED = 4_096  # characters; longer texts are not held against each other


class Rest(NamedTuple):
    """Filled cells of a part that are no candidates."""

    words: int = 0  # that ``worded_sql`` is true of
    listed: int = 0  # of the same, whose text fills so many cells that it comes from a list
    others: int = 0

    @property
    def cells(self) -> int:
        """How many there are."""
        return sum(self)


class Tally(Protocol):
    """What is counted of one column for one detector."""

    def add(self, candidates: Sequence[tuple[str, int]], rest: Rest) -> None:
        """A part: its distinct candidates with their times, and its other filled cells."""

    def counts(self) -> dict[str, int]:
        """The sum of the parts."""

    def clears(self, text: str, times: int, decision: ColumnDecision) -> bool:
        """The text, which a part holds so many times, comes from a list and is nobody's, in the
        light of what its column was found to be.
        """


def tally(detector: Detector, name: str) -> Tally:
    """An empty one, for a column of that name."""
    if detector.counts_texts:
        return TextTally()
    return CellTally(profile=partial(detector.profile, name=name), filled=detector.filled)


@dataclass(kw_only=True)
class CellTally:
    """Counts that may be added.

    Those of different values are added too, part by part: the detectors ask for shares of them.
    """

    profile: Callable[[Iterable[str]], dict[str, int]]
    filled: str  # the name of the count of filled cells
    _counts: Counter[str] = field(default_factory=Counter)

    def add(self, candidates: Sequence[tuple[str, int]], rest: Rest) -> None:
        """Count the part."""
        self._sum(self.profile([text for text, _ in candidates]), 1)
        repeated: dict[int, list[str]] = {}
        for text, times in candidates:
            if times > 1:
                repeated.setdefault(times, []).append(text)
        # what one more cell of the same text adds: nothing to what counts different ones
        for times, texts in repeated.items():
            once = self.profile(texts)
            self._sum(
                {
                    name: count - once.get(name, 0)
                    for name, count in self.profile([*texts, *texts]).items()
                },
                times - 1,
            )
        self._counts[self.filled] += rest.cells

    def _sum(self, counts: dict[str, int], times: int) -> None:
        for name, count in counts.items():
            self._counts[name] += count * times

    def counts(self) -> dict[str, int]:
        """The counts."""
        return dict(self._counts)

    # of texts alone
    def clears(self, text: str, times: int, decision: ColumnDecision) -> bool:  # noqa: ARG002
        """A number is somebody's however often it stands there."""
        return False


@dataclass(kw_only=True)
class TextTally:
    """Texts with the number of cells that each stands in, as long as there is room; then the rarer
    ones are judged and given up.

    A text that many cells share keeps its place: it comes back sooner than it is given up.
    """

    _texts: Counter[str] = field(default_factory=Counter)
    _alike: Counter[str] = field(default_factory=Counter)  # cells by the skeleton of their text
    _characters: int = 0
    _cells: int = 0
    _judged: Counter[str] = field(default_factory=Counter)

    def add(self, candidates: Sequence[tuple[str, int]], rest: Rest) -> None:
        """Count the part."""
        self._cells += sum(times for _, times in candidates) + rest.cells
        self._judged.update(profile_rest(**rest._asdict()))
        for text, times in candidates:
            if len(text) > _LONGEST_COUNTED:
                self._judge(((text, times),))
                continue
            self._characters += 0 if text in self._texts else len(text)
            self._texts[text] += times
            self._alike[skeleton(text)] += times
        if len(self._texts) > _MAX_TEXTS or self._characters > _MAX_CHARACTERS:
            self._make_room()

    def _judge(self, texts: Iterable[tuple[str, int]]) -> None:
        self._judged.update(profile_messages(map(self._with_alike, texts), cells=self._cells))

    def _with_alike(self, counted: tuple[str, int]) -> tuple[str, int, int]:
        text, times = counted
        return text, times, max(times, self._alike.get(skeleton(text), 0))

    def _make_room(self) -> None:
        """Only the most frequent tenth stays."""
        kept = Counter(dict(self._texts.most_common(_MAX_TEXTS // 10)))
        self._judge((text, times) for text, times in self._texts.items() if text not in kept)
        self._texts, self._characters = kept, sum(map(len, kept))
        self._alike = Counter(dict(self._alike.most_common(_MAX_TEXTS // 10)))

    def clears(self, text: str, times: int, decision: ColumnDecision) -> bool:
        """The text comes from a list or a template.

        Of a text that was no candidate, the part tells how often it stands there.
        """
        _, times, alike = self._with_alike((text, self._texts.get(text, times)))
        return is_cleared(text, times, cells=self._cells, alike=alike, decision=decision)

    def counts(self) -> dict[str, int]:
        """The counts."""
        kept = profile_messages(map(self._with_alike, self._texts.items()), cells=self._cells)
        return {name: count + self._judged[name] for name, count in kept.items()} | {
            MESSAGE_PROFILE[0]: self._cells
        }
