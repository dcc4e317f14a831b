"""Columns that say where somebody was, by their name.

Source: § 11 of BEK 1882 on traffic and location data; GDPR article 5(1)(c). Whether the cells are
filled is for the check to ask.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise

from teleaudit.detectors.knowledge import name_pairs, name_words
from teleaudit.detectors.names import words_of

_GROUPS = ("cell", "coordinates", "place")


def location_kind(name: str) -> str:
    """What a column's name says it holds: cell, coordinates or place; empty when it speaks of no
    place of a person.
    """
    words = tuple(word.rstrip("0123456789") or word for word in words_of(name))
    if any(word in name_words("location_not") for word in words):
        return ""
    pairs = set(pairwise(words))
    joined = {first + second for first, second in pairs}
    if pairs & name_pairs("location_pairs"):
        return "cell"
    for group in _GROUPS:
        if (set(words) | joined) & name_words(f"location_{group}"):
            return group
    return ""


def location_columns(names: Iterable[str]) -> dict[str, str]:
    """The columns among ``names`` that hold locations, with what each holds, in their order."""
    return {name: kind for name in names if (kind := location_kind(name))}
