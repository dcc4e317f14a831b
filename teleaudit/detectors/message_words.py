"""The words of ``data/message_words.yaml``: which language a word is of, who speaks in it, and
whose word it is.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from itertools import pairwise
from typing import Any

from teleaudit.detectors.knowledge import facts

_GROUPS = (
    "openers",
    "closers",
    "chat_words",
    "imperatives",
    "desk_words",
    "note_words",
    "service_words",
)


def _read() -> Mapping[str, Any]:
    return facts("message_words")


@cache
def languages() -> tuple[str, ...]:
    """The languages in the order in which they are preferred."""
    return tuple(_read()["function_words"])


@cache
def function_words(language: str) -> frozenset[str]:
    """The small words of a language, casefolded."""
    return frozenset(_read()["function_words"][language])


@cache
def lean_languages() -> frozenset[str]:
    """Languages with few small words."""
    return frozenset(_read()["lean_languages"])


@cache
def _by_word() -> Mapping[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for language, words in _read()["function_words"].items():
        for word in dict.fromkeys(words):
            found[word] = (*found.get(word, ()), language)
    return found


def languages_of(word: str) -> tuple[str, ...]:
    """The languages of which a casefolded word is a small word."""
    return _by_word().get(word, ())


@cache
def persons(language: str) -> tuple[frozenset[str], frozenset[str]]:
    """Words of the first person, and of the second and of "we"."""
    return frozenset(_read()["first_person"][language]), frozenset(
        _read()["other_person"][language]
    )


@cache
def _flags() -> Mapping[str, frozenset[str]]:
    found: dict[str, frozenset[str]] = {}
    for group in _GROUPS:
        for word in _read()[group]:
            found[word] = found.get(word, frozenset()) | {group}
    return found


_NONE: frozenset[str] = frozenset()
_IMPERSONAL = frozenset({"desk_words", "service_words"})
# of Danish and English nouns
_ENDINGS = ("erne", "ene", "er", "en", "et", "ne", "e", "s", "r", "n", "t")
_SHORTEST_STEM = 6  # letters of a word that is known by its stem or as the last part of a compound


def flags_of(word: str) -> frozenset[str]:
    """The groups of words that a casefolded word is in: openers, closers, chat_words, imperatives,
    desk_words, note_words, service_words.

    Words of desks and operators are known with other endings and as the last part of a compound,
    too: driftsforstyrrelser, mobilabonnementet.
    """
    known = _flags().get(word)
    if known is not None or len(word) < _SHORTEST_STEM:
        return known or _NONE
    stems = [word, *(word.removesuffix(ending) for ending in _ENDINGS if word.endswith(ending))]
    parts = (
        stem[cut:]
        for stem in stems
        for cut in (0, *range(2, len(stem) - _SHORTEST_STEM + 1))
        if len(stem) >= _SHORTEST_STEM
    )
    return next(
        (found for part in parts if (found := _flags().get(part, _NONE) & _IMPERSONAL)), _NONE
    )


@cache
def neighbours() -> frozenset[str]:
    """Two letters that stand beside each other in any of the words."""
    words = (
        *_by_word(),
        *_flags(),
        *(word for language in languages() for group in persons(language) for word in group),
    )
    return frozenset(
        one + two
        for word in words
        for one, two in pairwise(word)
        if one.isalpha() and two.isalpha()
    )


@cache
def donation_connector() -> str:
    """The word between keyword and short number, as a regular expression."""
    return str(_read()["donation"])


@cache
def donation_words() -> frozenset[str]:
    """Words before the short number that are no keyword."""
    return frozenset(_read()["donation_not"])
