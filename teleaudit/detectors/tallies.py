"""The counts that decide about a column, taken part by part in bounded memory."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from teleaudit.detectors.decisions import ColumnDecision
from teleaudit.detectors.judge import MESSAGE_CELLS
from teleaudit.detectors.message_values import skeleton
from teleaudit.detectors.messages import is_cleared, profile_messages

DULL = "-"  # a cell that no detector takes for anything
_LETTERS = "abc"  # a cell of letters that no detector takes for anything
_MAX_TEXTS = 20_000  # of one column that are counted each by itself
_MAX_CHARACTERS = 4 << 20
_LONGEST_COUNTED = 4_096  # characters; longer texts are not held against each other


class Tally(Protocol):
    """What is counted of one column for one kind."""

    def add(self, noticed: Sequence[tuple[str, int]], *, lettered: int, dull: int) -> None:
        """Distinct texts of a part with their times; so many other cells with letters,
        and without.
        """

    def profile(self) -> dict[str, int]:
        """The counts."""

    def clears(self, text: str, times: int, decision: ColumnDecision) -> bool:
        """The text, which a part holds so many times, comes from a list and is nobody's, in the
        light of what its column was found to be.
        """


@dataclass(kw_only=True)
class CellTally:
    """Counts that may be added.

    Those of different values are added too, part by part: the detectors ask for shares of them.
    """

    count: Callable[[Iterable[str]], dict[str, int]]
    _counts: Counter[str] = field(default_factory=Counter)

    def add(self, noticed: Sequence[tuple[str, int]], *, lettered: int, dull: int) -> None:
        """Count the part."""
        self._sum(self.count([text for text, _ in noticed]), 1)
        repeated: dict[int, list[str]] = {}
        for text, times in noticed:
            if times > 1:
                repeated.setdefault(times, []).append(text)
        # what one more cell of the same text adds: nothing to what counts different ones
        for times, texts in repeated.items():
            once = self.count(texts)
            self._sum(
                {
                    name: count - once.get(name, 0)
                    for name, count in self.count([*texts, *texts]).items()
                },
                times - 1,
            )
        self._sum(self.count([DULL]), lettered + dull)

    def _sum(self, counts: dict[str, int], times: int) -> None:
        for name, count in counts.items():
            self._counts[name] += count * times

    def profile(self) -> dict[str, int]:
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

    def add(self, noticed: Sequence[tuple[str, int]], *, lettered: int, dull: int) -> None:
        """Count the part."""
        self._cells += sum(times for _, times in noticed) + lettered + dull
        self._judge(((_LETTERS, 1),), lettered)
        self._judge(((DULL, 1),), dull)
        for text, times in noticed:
            if len(text) > _LONGEST_COUNTED:
                self._judge(((text, times),))
                continue
            self._characters += 0 if text in self._texts else len(text)
            self._texts[text] += times
            self._alike[skeleton(text)] += times
        if len(self._texts) > _MAX_TEXTS or self._characters > _MAX_CHARACTERS:
            self._make_room()

    def _judge(self, texts: Iterable[tuple[str, int]], times: int = 1) -> None:
        for name, count in profile_messages(
            map(self._with_alike, texts), cells=max(self._cells, 1)
        ).items():
            self._judged[name] += count * times

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

        Of a text that was not noticed, the part tells how often it stands there.
        """
        _, times, alike = self._with_alike((text, self._texts.get(text, times)))
        return is_cleared(text, times, cells=self._cells, alike=alike, decision=decision)

    def profile(self) -> dict[str, int]:
        """The counts."""
        kept = profile_messages(map(self._with_alike, self._texts.items()), cells=self._cells)
        return {name: count + self._judged[name] for name, count in kept.items()} | {
            MESSAGE_CELLS: self._cells
        }
