"""The data files of the detectors, read once: card ranges, test cards, words of column names, words
of texts.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from ruamel.yaml import YAML


@dataclass(frozen=True, kw_only=True)
class CardRange:
    """Issuer numbers from ``first`` to ``last`` (six digits each, inclusive) with the lengths that
    cards of the range have.
    """

    network: str
    first: str
    last: str
    lengths: frozenset[int]
    grade: str  # probable, review or context: what a bare number is worth


@cache
def facts(name: str) -> Mapping[str, Any]:
    """What stands in a data file.

    YAML holds what it holds; each reader of one says what it expects.
    """
    read: Mapping[str, Any] = YAML(typ="safe").load(
        files("teleaudit.detectors.data").joinpath(f"{name}.yaml").read_text("utf-8")
    )
    return read


@cache
def card_ranges() -> tuple[CardRange, ...]:
    """The ranges in the order in which they are tried."""
    return tuple(
        CardRange(
            network=row["network"],
            first=row["from"].ljust(6, "0"),
            last=row["to"].ljust(6, "9"),
            lengths=frozenset(row["lengths"]),
            grade=row["grade"],
        )
        for row in facts("iin")["ranges"]
    )


@cache
def _ranges_by_start() -> Mapping[tuple[str, int], tuple[CardRange, ...]]:
    found: dict[tuple[str, int], tuple[CardRange, ...]] = {}
    for card_range in card_ranges():
        for lead in range(int(card_range.first[:2]), int(card_range.last[:2]) + 1):
            for length in card_range.lengths:
                found[f"{lead:02}", length] = (*found.get((f"{lead:02}", length), ()), card_range)
    return found


def card_range_of(digits: str) -> CardRange | None:
    """The range that a number's first digits and length fit; None when no card looks like this."""
    for card_range in _ranges_by_start().get((digits[:2], len(digits)), ()):
        if card_range.first <= digits[:6] <= card_range.last:
            return card_range
    return None


@cache
def test_cards() -> frozenset[str]:
    """Published test numbers."""
    return frozenset(facts("test_cards")["numbers"])


@cache
def truncation_limits() -> Mapping[int, tuple[int, int]]:
    """How much of a truncated card number may be kept, by its length: so many first digits, and so
    many others.
    """
    return {
        length: (row["first"], row["other"])
        for row in facts("truncation")["limits"]
        for length in row["lengths"]
    }


@cache
def name_words(group: str) -> frozenset[str]:
    """The words of one group of column names: card, identifier, order, phone, content ..."""
    return frozenset(facts("names")[group])


@cache
def name_pairs(group: str) -> frozenset[tuple[str, str]]:
    """Pairs of words that say together what a column holds."""
    return frozenset((first, second) for first, second in facts("names")[group])


@cache
def content_pairs() -> tuple[frozenset[str], frozenset[str]]:
    """First and second words of names such as ``sms_text``."""
    pairs = facts("names")["content_pairs"]
    return frozenset(pairs["first"]), frozenset(pairs["second"])


@cache
def context_pattern(group: str) -> str:
    """A regular expression that matches any of the group's context words as a whole word in
    casefolded text.
    """
    return rf"(?<![^\W_])(?:{'|'.join(facts('words')['context'][group])})(?![^\W\d_])"


@cache
def no_values() -> frozenset[str]:
    """Words for "no value" that stand alone in a cell, casefolded."""
    return frozenset(facts("words")["no_value"])


@cache
def cpr_exception_years() -> frozenset[int]:
    """Years of which 1 January has CPR numbers without modulus 11."""
    return frozenset(facts("cpr")["exception_years"])


@cache
def cpr_test_numbers() -> frozenset[str]:
    """CPR numbers that are published for tests and given to nobody."""
    return frozenset(facts("cpr")["test_numbers"])


@cache
def cpr_moments() -> tuple[range, range]:
    """Two-digit years, and seconds since 1970, of the records that an operator may still have."""
    (first, last), (begin, end) = facts("cpr")["moment_years"], facts("cpr")["moment_seconds"]
    return range(first, last + 1), range(begin, end)


@cache
def cpr_day_shift() -> int:
    """How much a replacement number adds to the day of birth."""
    return int(facts("cpr")["replacement_day_shift"])


@cache
def cpr_pattern(group: str) -> str:
    """A regular expression that matches any of the group's words (cpr, production_unit, foreign,
    other) as a whole word in casefolded text.
    """
    return rf"(?<![^\W_])(?:{'|'.join(facts('cpr')['words'][group])})(?![^\W\d_])"


@cache
def top_level_domains() -> frozenset[str]:
    """Every top-level domain in lower case, international ones in their own script."""
    domains = facts("tlds")
    return frozenset(
        " ".join((domains["ascii"], domains["international"], domains["reserved"])).split()
    )


@cache
def browsing_words(group: str) -> frozenset[str]:
    """Words and names that bear on sites: sure_tlds, telecom_nodes, schema_hosts ..."""
    return frozenset(facts("browsing")[group])
