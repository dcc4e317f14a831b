"""Card numbers of which digits were removed, and whether enough of them is gone.

A truncated number is no card number any more, unless more of it was kept than the card networks
allow. What is kept is read from its writing: digits beside glyphs that stand for others
(``457112******1234``, ``4571 12XX XXXX 1234``, ``457112...1234``). In a column that is not named for
cards it takes two glyphs in a row that stand for digits and hardly for anything else, and a word for
cards beside them: without one a person looks.

Source: PCI DSS 4.0.1 requirement 3.5.1, PCI SSC FAQ 1091; the limits in ``data/truncation.yaml``.

What is left out:
1. Numbers filled with zeros: they cannot be told from others; ``find_cards`` asks a person about
   those that pass Luhn.
2. Numbers of which only the last digits are seen: nothing says whose they are, and four may be
   kept.
3. Two truncations of one number in different places, which give more away together: nothing says
   which are of the same card.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache

from teleaudit.detectors.chunks import CHUNK
from teleaudit.detectors.decisions import ColumnDecision, Hit, Level
from teleaudit.detectors.knowledge import card_ranges, context_pattern, truncation_limits
from teleaudit.detectors.names import names_card
from teleaudit.detectors.writings import plain

_GLYPHS = "*xX•#●∗·"
_LETTERS = re.compile("^[0-9]*[xX][0-9]*$")  # one letter between digits is a dimension, 1920x1080
_KEYS = re.compile(r"(?<![*#])[*#](?![*#])")  # one alone is a key of a telephone: 4588...#8513#
_ELLIPSIS = re.compile(r"\.{2,}|…+|_{2,}")
_MASKED = re.compile(rf"(?<![^\W_])[0-9](?:[ -]?[0-9{_GLYPHS}.…_]){{5,29}}(?![^\W_])")
_IN_TEXT = re.compile("[0-9][ -]?[*#xX•●∗·][ -]?[*#xX•●∗·]")  # prefilter says the same in SQL
_CONTEXT = 40  # characters on either side in which a word speaks about the number
_USUAL_LENGTH = 16  # of a number whose removed digits are not counted out
_MIN_KEPT_FIRST = 4  # digits that say whose number it was
TRUNCATED_PROFILE = ("truncated_cells", "truncated_overexposed", "truncated_probable")


@dataclass(frozen=True, kw_only=True)
class Truncated:
    """What is left of a card number: its length, and the places of the digits that are kept.

    Holds no digit.
    """

    length: int
    kept: frozenset[int]

    @property
    def is_overexposed(self) -> bool:
        """More is kept than the networks allow for numbers of this length."""
        first, other = truncation_limits()[self.length]
        return len([place for place in self.kept if place >= first]) > other


def truncated(written: str) -> Truncated | None:
    """What is left of a card number that is written with glyphs for its other digits; None for
    anything else.
    """
    digits = re.sub("[ -]", "", written)
    if _ELLIPSIS.search(digits):
        ends = _ELLIPSIS.split(digits)
        if len(ends) != 2 or not all(end.isdecimal() for end in ends):
            return None
        length = _length_of(ends[0], len(ends[0]) + len(ends[1]))
        kept = {*range(len(ends[0])), *range(length - len(ends[1]), length)}
    else:
        if (
            _LETTERS.match(digits)
            or any(glyph in ".…_" for glyph in digits)
            or _KEYS.sub("", digits).isdecimal()
        ):
            return None
        length, kept = (
            len(digits),
            {place for place, glyph in enumerate(digits) if glyph.isdecimal()},
        )
    # (2)
    if (
        length not in truncation_limits()
        or len(kept) == length
        or not _begins_like_a_card(digits, length)
    ):
        return None
    return Truncated(length=length, kept=frozenset(kept))


def find_truncated(text: str, *, field: str = "") -> list[Hit]:
    """Card numbers of which more is kept than allowed; ``field`` is the name of the column or key,
    empty for a text by itself.
    """
    return list(_overexposed(text[:CHUNK], is_sure=not field or names_card(field)))


def _overexposed(text: str, *, is_sure: bool) -> Iterator[Hit]:
    if not is_sure and _IN_TEXT.search(text) is None:
        return
    written = plain(text)
    for masked in _MASKED.finditer(written.text):
        left = truncated(masked.group())
        if left is not None and left.is_overexposed:
            start, end = written.span(*masked.span())
            if not is_sure and _IN_TEXT.search(text, start, end) is None:
                continue
            near = text[max(start - _CONTEXT, 0) : start] + " " + text[end : end + _CONTEXT]
            sure = is_sure or _card_words().search(near.casefold()) is not None
            yield Hit(
                kind="card",
                level=Level.PROBABLE if sure else Level.REVIEW,
                reason="overexposed_truncation",
                start=start,
                end=end,
            )


def profile_truncated(
    values: Iterable[str | None], *, name: str = "", **_column: object
) -> dict[str, int]:
    """The counts that ``decide_truncated_column`` needs; those of parts may be added."""
    filled = [value for value in values if value]
    found = [hits for value in filled if (hits := find_truncated(value, field=name))]
    probable = sum(any(hit.level is Level.PROBABLE for hit in hits) for hits in found)
    return dict(zip(TRUNCATED_PROFILE, (len(filled), len(found), probable), strict=True))


def decide_truncated_column(profile: Mapping[str, int], _name: str = "") -> ColumnDecision:
    """What the counts of a column say: one number of which too much was kept is enough."""
    n, k, probable = (int(profile.get(name) or 0) for name in TRUNCATED_PROFILE)
    if not k:
        return ColumnDecision()
    return ColumnDecision(
        kinds=frozenset({"card"}),
        level=Level.PROBABLE if probable else Level.REVIEW,
        reason="overexposed_truncation",
        n=n,
        k=k,
    )


def truncated_in_cell(text: str, *, name: str = "", **_column: object) -> list[Hit]:
    """The same of one cell, whatever its column was found to be."""
    return find_truncated(text, field=name)


@cache
def _card_words() -> re.Pattern[str]:
    return re.compile(context_pattern("card"))


def _length_of(beginning: str, kept: int) -> int:
    """How long a number was of which an ellipsis leaves open how much is gone."""
    for card_range in card_ranges():
        if (
            card_range.grade == "probable"
            and card_range.first[:_MIN_KEPT_FIRST]
            <= beginning[:_MIN_KEPT_FIRST]
            <= card_range.last[:_MIN_KEPT_FIRST]
        ):
            return max(min(card_range.lengths), kept)
    return max(_USUAL_LENGTH, kept)


def _begins_like_a_card(digits: str, length: int) -> bool:
    beginning = (re.match("[0-9]*", digits) or [""])[0][:6]
    if len(beginning) < _MIN_KEPT_FIRST:
        return False
    return any(
        length in card_range.lengths
        and card_range.first[: len(beginning)] <= beginning <= card_range.last[: len(beginning)]
        and card_range.grade != "context"
        for card_range in card_ranges()
    )
