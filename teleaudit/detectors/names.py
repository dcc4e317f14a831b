"""What a column's name says.

A name is cut into words first, so that ``cancelled`` holds no cell and ``latency`` no latitude.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from itertools import pairwise

from teleaudit.detectors.knowledge import name_pairs, name_words

_HUMP = re.compile(r"(?<=[a-zæøå0-9])(?=[A-ZÆØÅ])|(?<=[A-ZÆØÅ])(?=[A-ZÆØÅ][a-zæøå])")
_GAP = re.compile(r"[\W_]+")


@lru_cache(maxsize=4096)
def words_of(name: str) -> tuple[str, ...]:
    """The words of a column name, casefolded: ``CellTowerID`` is cell, tower, id; ``Kort-nr.`` is
    kort, nr.
    """
    humps = _HUMP.sub(" ", unicodedata.normalize("NFC", name)) if not name.isupper() else name
    return tuple(word for word in _GAP.split(humps.casefold()) if word)


@lru_cache(maxsize=4096)
def speaks_of(name: str, group: str) -> bool:
    """The name holds a word of the group, also one written in two or three parts (``betalings-id``,
    ``Called-Station-Id``).
    """
    words = words_of(name)
    known = name_words(group)
    joined = {
        "".join(words[place : place + parts])
        for parts in (2, 3)
        for place in range(len(words) - parts + 1)
    }
    return any(_singular(word) in known for word in words) or bool(joined & known)


@lru_cache(maxsize=4096)
def names_identifier(name: str) -> bool:
    """The column is named after a number with a check digit of its own: IMEI, ICCID, FI payment id,
    GLN.
    """
    words = words_of(name)
    pairs = set(pairwise(words))
    return speaks_of(name, "identifier") or bool(pairs & name_pairs("identifier_pairs"))


@lru_cache(maxsize=4096)
def names_card(name: str) -> bool:
    """The column is named after payment cards, and not after SIM cards or payment slips."""
    return speaks_of(name, "card") and not names_identifier(name)


@lru_cache(maxsize=4096)
def names_order(name: str) -> bool:
    """The column is named after running numbers; ``ref`` alone names no kind of number."""
    return speaks_of(name, "order") and not is_vague(name)


@lru_cache(maxsize=4096)
def names_moment(name: str) -> bool:
    """The name says that a time or a day stands there, whatever else it speaks of:
    ``kort_oprettet``, ``cpr_opslag_dato``.
    """
    return not name_words("moment").isdisjoint(words_of(name))


def is_vague(name: str) -> bool:
    """The name does not say which kind of number it holds."""
    return name_words("vague").issuperset(words_of(name))


def _singular(word: str) -> str:
    return word.rstrip("0123456789") or word  # imei1, kort2
