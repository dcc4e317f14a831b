"""Whether a column holds card numbers.

Statistics first: one number in ten passes Luhn by chance, every IMEI, ICCID and FI payment id
passes always.

Decided in this order, over the cells that are whole numbers of 12-19 digits:
1. The name says it holds another number with a check digit (IMEI, ICCID, FI payment id, GLN): no
   card column, whatever passes,
   unless many of them begin like Danish cards of several networks, as payment ids of one creditor
   never do.
2. Most numbers that do not begin like a card pass Luhn too: another mod-10 scheme.
3. Three or more card-shaped numbers, and 60 % of them or more pass: a card column. For a person to
   review, unless the name speaks of cards,
   where the numbers run on (few beginnings of twelve digits), where all begin with 4 and with
   anything after it (a payment id can begin so;
   cards share some issuers), or where few of them are seen and all of a range that other numbers
   have too.
4. More pass than chance allows (binomial tail below one in a million), of all or of those that
   begin like a Danish card: cards among other numbers.
5. No more pass than chance explains: ordinary running numbers.
6. A column named for cards that is full of long numbers none of which is a card's (zero-filled,
   cut, encrypted): for a person to review.
Cells of running text are judged one by one, unless rule 5 holds for the numbers in them: for those
without a key, and for those behind each key
of JSON or a log line. Keys are told apart in 32 heaps, so that counts can be added and hold no word
of a cell.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import cache, lru_cache

from teleaudit.detectors.cards import SHORTEST, ZEROS, card_shapes, find_cards, key_before
from teleaudit.detectors.chance import tail
from teleaudit.detectors.decisions import ColumnDecision, Hit, Level, gravest
from teleaudit.detectors.knowledge import card_range_of, test_cards
from teleaudit.detectors.luhn import luhn_valid
from teleaudit.detectors.names import (
    names_card,
    names_identifier,
    names_moment,
    names_order,
    speaks_of,
)
from teleaudit.detectors.writings import digits_of_number

CHANCE = 0.1  # share of random numbers that pass Luhn
CARD_SHARE = 0.6  # of card-shaped numbers that pass: a card column
MIN_CARDS = 3
UNREAD = "unread_numbers"
UNREAD_SHARE = 0.5  # of the cells of a column named for a kind that are long numbers
SURE = 1e-6  # tail probability below which chance is ruled out
# tail probability above which chance explains what is seen; three of three is below
PLAUSIBLE = 1.0001e-3
MIN_OTHERS = 3  # complement numbers that prove another mod-10 scheme
OTHERS_SHARE = 0.5  # of them that pass Luhn
MIN_FOR_CHANCE = 10  # card-shaped numbers from which on a rate says something
MIN_FOR_PATTERN = 5  # numbers from which on their first digits say something
MIN_OF_KEY = 3  # card-shaped numbers behind one key from which on a rate says something
# share of different beginnings: below it numbers run on, above it they are drawn from everywhere
SPREAD = 0.5

# Whole numbers as cells write them. The same expression stands in the SQL: no look-around, no
# backslash.
WHOLE_NUMBER = (
    "^'?(?:[0-9]{12,19}(?:[.,]0{1,2})?|[0-9]{4}(?: [0-9]{4}){2,3}(?:"
    " [0-9]{1,3})?|[0-9]{4}(?:-[0-9]{4}){2,3}(?:-[0-9]{1,3})?|[0-9]{4}(?:[.][0-9]{4}){3}(?:[.][0-9]{1,3})?|[0-9]{4}"
    " [0-9]{6} [0-9]{4,5}|[0-9]{4}-[0-9]{6}-[0-9]{4,5})$"
)
ZERO_DECIMALS = "[.,]0{1,2}$"
PUNCTUATION = " -.,'"
NO_BREAK_SPACE = "\u00a0"
# what the SQL's trim takes away
_TRIMMED = (
    " \u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000"
)

_WHOLE = re.compile(WHOLE_NUMBER.removeprefix("^").removesuffix("$"))
_ZERO_DECIMALS = re.compile(ZERO_DECIMALS.removesuffix("$") + r"\Z")
# A whole cell that a spreadsheet has rounded. With more digits behind the mark it may still be the
# number itself.
EXCEL_DAMAGED = "^[1-9](?:[.,][0-9]{1,8})?[eE][+]?1[1-8]$"
LONGEST_DAMAGED = 24
_DAMAGED = re.compile(EXCEL_DAMAGED.removeprefix("^").removesuffix("$"))
_NO_PUNCTUATION = str.maketrans("", "", PUNCTUATION)

# The counts of a column's whole numbers, as the SQL names them too. card_distinct, card_issuers and
# card_heads count different ones; of a column in parts they may be added, because only their share
# of the whole is asked for.
PROFILE = (
    "cells",
    "numbers",
    "card_shaped",
    "card_luhn",
    "card_distinct",
    "card_issuers",
    "card_heads",
    "card_fours",
    "card_rare",
    "card_zeros",
    "danish_shaped",
    "danish_luhn",
    "test_cards",
    "other",
    "other_luhn",
    "other_padded",
    "excel_damaged",
)
# a number of these ranges is card-shaped; of the others only a card word makes a card
SHAPED_GRADES = frozenset({"probable", "review"})
# networks of few issuers: hardly a number begins like them by chance
DANISH = frozenset({"dankort", "visa_dankort", "forbrugsforeningen"})
PADDING = "000"  # before a number that was filled up to a length
ISSUER, HEAD = 6, 12  # first digits: the issuer's, and what running numbers share
# The counts of its running text: numbers without a key, all cells with a sure card, and, under a
# card's name, cells that are a long number in no writing of a card's.
TEXT_PROFILE = (
    "text_shaped",
    "text_luhn",
    "text_confirmed",
    "text_probable",
    "text_review",
    "text_numbers",
)
_HEAPS = tuple(f"key{heap}" for heap in range(1, 33))
# The same of the numbers behind keys.
KEY_PROFILE = tuple(
    f"{heap}_{count}" for heap in _HEAPS for count in ("shaped", "luhn", "probable", "review")
)
CARD_PROFILE = (*PROFILE, *TEXT_PROFILE, *KEY_PROFILE)


def excel_damaged(text: str) -> bool:
    """A whole cell that was a number of 12-19 digits before a spreadsheet rounded it (4,57112E+15):
    it may have been a card, and nobody can tell.
    """
    return len(text) <= LONGEST_DAMAGED and _DAMAGED.fullmatch(_trimmed(text)) is not None


def _trimmed(text: str) -> str:
    return text.replace(NO_BREAK_SPACE, " ").strip(_TRIMMED)


def whole_number(text: str) -> str:
    """The 12-19 digits of a cell that is a number and nothing else; empty for every other cell."""
    trimmed = _trimmed(text)
    return (
        _ZERO_DECIMALS.sub("", trimmed).translate(_NO_PUNCTUATION)
        if _WHOLE.fullmatch(trimmed)
        else ""
    )


def profile_cards(values: Iterable[str | None], *, name: str = "") -> dict[str, int]:
    """The counts that ``decide_card_column`` needs, of a column's values."""
    counts = dict.fromkeys((*PROFILE, *TEXT_PROFILE), 0)
    passing: set[str] = set()
    for value in values:
        if not value:
            continue
        counts["cells"] += 1
        if number := whole_number(value):
            _count_number(number, counts, passing)
        elif excel_damaged(value):
            counts["excel_damaged"] += 1
        else:
            count_card_text(value, counts, name=name)
    counts["card_distinct"] = len(passing)
    counts["card_issuers"] = len({number[:ISSUER] for number in passing})
    counts["card_heads"] = len({number[:HEAD] for number in passing})
    return counts


def _count_number(number: str, counts: dict[str, int], passing: set[str]) -> None:
    counts["numbers"] += 1
    fitting = card_range_of(number)
    if fitting is None or fitting.grade not in SHAPED_GRADES:
        counts["other"] += 1
        counts["other_luhn"] += luhn_valid(number)
        counts["other_padded"] += number.startswith(PADDING)
        counts["test_cards"] += number in test_cards()
        return
    counts["card_shaped"] += 1
    counts["danish_shaped"] += fitting.network in DANISH
    if luhn_valid(number):
        counts["card_luhn"] += 1
        counts["card_fours"] += number[0] == "4"
        counts["card_zeros"] += ZEROS in number
        counts["danish_luhn"] += fitting.network in DANISH
        counts["card_rare"] += fitting.grade == "review"
        counts["test_cards"] += number in test_cards()
        passing.add(number)


@lru_cache(maxsize=65_536)
def counted_as(beginning: str, length: int, *, passes: bool) -> str:
    """As what ``profile_cards`` counts a whole number of which six digits, the length and Luhn are
    known; empty where its other digits bear on the counts.
    """
    fitting = card_range_of(beginning.ljust(length, "0"))
    if fitting is not None and fitting.grade in SHAPED_GRADES:
        return "" if passes else "danish_shaped" if fitting.network in DANISH else "card_shaped"
    if beginning in _test_beginnings() or beginning.startswith(PADDING):
        return ""
    return "other_luhn" if passes else "other"


@cache
def _test_beginnings() -> frozenset[str]:
    return frozenset(number[:ISSUER] for number in test_cards())


def count_card_text(text: str, counts: dict[str, int], *, name: str = "") -> None:
    """Add one cell of running text to the counts of ``TEXT_PROFILE`` and ``KEY_PROFILE``."""
    for place, passes in card_shapes(text):
        heap = _heap(text, place)
        _add(counts, f"{heap}_shaped", 1)
        _add(counts, f"{heap}_luhn", int(passes))
    _add(counts, "text_numbers", int(names_card(name) and digits_of_number(text) >= SHORTEST))
    hits = find_cards(text, field=name)
    if any(hit.level is Level.CONFIRMED for hit in hits):
        _add(counts, "text_confirmed", 1)
    for heap, level in {
        (_heap(text, hit.start), hit.level) for hit in hits if hit.level is not Level.CONFIRMED
    }:
        _add(counts, f"{heap}_{level}", 1)


def _add(counts: dict[str, int], name: str, count: int) -> None:
    counts[name] = counts.get(name, 0) + count


def _heap(text: str, place: int) -> str:
    """Which numbers a number is counted with: those of running text, or those behind
    the same key.
    """
    key = key_before(text, place)
    return (
        _HEAPS[zlib.crc32(key.casefold().encode("utf-8", errors="replace")) % len(_HEAPS)]
        if key
        else "text"
    )


def decide_card_column(profile: Mapping[str, int], name: str) -> ColumnDecision:
    """What the counts of a column say, with its name. Counts that are missing are 0."""
    counts = _counts(profile)
    numbers_level, numbers_reason = _judge_numbers(counts, name)
    text_level, text_reason = _judge_text(counts)
    level = gravest(found for found in (numbers_level, text_level) if found is not None)
    if level is None and counts["excel_damaged"] and names_card(name):
        damaged = counts["excel_damaged"]
        return ColumnDecision(
            kinds=frozenset({"card"}),
            level=Level.REVIEW,
            reason="excel_damaged",
            n=counts["cells"],
            k=damaged,
            counts=counts,
        )
    if level is None and _is_unread(counts, name, numbers_reason):
        unread = counts["numbers"] + counts["text_numbers"]
        return ColumnDecision(
            kinds=frozenset({"card"}),
            level=Level.REVIEW,
            reason=UNREAD,
            n=counts["cells"],
            k=unread,
            counts=counts,
        )
    by_numbers = numbers_reason != "none" if level is None else numbers_level is level
    reason = numbers_reason if by_numbers else text_reason
    decided = "other" if reason == "mod10_identifier" else "card" if by_numbers else "text"
    n, k = (
        counts.get(f"{decided}_{count}", counts.get(decided, 0)) for count in ("shaped", "luhn")
    )
    if decided == "text":
        n, k = (
            n + sum(counts.get(f"{heap}_{count}", 0) for heap in _HEAPS)
            for n, count in ((n, "shaped"), (k, "luhn"))
        )
    kinds = frozenset[str]() if level is None else frozenset({"card"})
    return ColumnDecision(kinds=kinds, level=level, reason=reason, n=n, k=k, counts=counts)


def _is_unread(counts: Mapping[str, int], name: str, reason: str) -> bool:  # rule 6
    """Full of long numbers.

    Rule 2 clears them, unless they are filled up with zeros: those of a card's number leave its
    check digit right.
    """
    if reason == "mod10_identifier" and counts["other_padded"] < UNREAD_SHARE * counts["other"]:
        return False
    unread = counts["numbers"] + counts["text_numbers"]
    return (
        names_card(name)
        and not names_moment(name)
        and unread >= max(1, UNREAD_SHARE * counts["cells"])
    )


def _counts(profile: Mapping[str, int]) -> dict[str, int]:
    """All counts; of keys only those that are there, because most columns have none."""
    counts = {key: int(profile.get(key) or 0) for key in (*PROFILE, *TEXT_PROFILE)}
    return counts | {key: int(profile[key]) for key in KEY_PROFILE if profile.get(key)}


def _judge_numbers(counts: Mapping[str, int], name: str) -> tuple[Level | None, str]:
    shaped, passing = counts["card_shaped"], counts["card_luhn"]
    if not counts["numbers"]:
        return None, "none"
    if names_identifier(name) and not _are_cards_after_all(counts):
        return None, "identifier_name"
    if _is_other_scheme(counts, name):
        return None, "mod10_identifier"
    real = passing - min(counts["test_cards"], passing)
    if not real:
        return _without_cards(counts, name)
    by_chance = chance_of(shaped, passing)
    if names_card(name) and passing >= CARD_SHARE * shaped:
        return Level.CONFIRMED, "card_column"
    if real >= MIN_CARDS and passing >= CARD_SHARE * shaped and by_chance <= PLAUSIBLE:
        doubt = _doubt(counts)
        return (Level.REVIEW, doubt) if doubt else (Level.PROBABLE, "card_column")
    if min(by_chance, chance_of(counts["danish_shaped"], counts["danish_luhn"])) < SURE:
        return Level.PROBABLE, "mixed_column"
    return _few_numbers(counts, name, by_chance=by_chance)


def _are_cards_after_all(counts: Mapping[str, int]) -> bool:
    """Whatever the name says: those that begin like a card pass, many begin like a Danish card and
    others like foreign ones.
    """
    passing, danish = counts["card_luhn"], counts["danish_luhn"]
    if (
        passing < CARD_SHARE * counts["card_shaped"]
        or not CHANCE * passing <= danish <= (1 - CHANCE) * passing
        or counts["card_fours"] == passing
        or _doubt(counts)
    ):
        return False
    return chance_of(counts["danish_shaped"], danish) < SURE


def _doubt(counts: Mapping[str, int]) -> str:
    """Why numbers that pass Luhn like cards may be others with a check digit."""
    passing, distinct = counts["card_luhn"], counts["card_distinct"]
    if distinct < MIN_CARDS:
        return "repeated_number"
    if counts["card_heads"] < SPREAD * distinct:
        return "running_numbers"
    if counts["card_zeros"] > SPREAD * passing:
        return "zero_filled"
    home = counts["danish_luhn"] >= CHANCE * passing
    if (
        distinct >= MIN_FOR_PATTERN
        and counts["card_fours"] == passing
        and not home
        and counts["card_issuers"] > SPREAD * distinct
    ):
        return "one_first_digit"
    return "rare_network" if counts["card_rare"] == passing < MIN_FOR_CHANCE else ""


def _without_cards(counts: Mapping[str, int], name: str) -> tuple[Level | None, str]:
    if counts["test_cards"]:
        return Level.REVIEW, "test_card"
    if (
        names_card(name)
        and counts["other"] >= MIN_CARDS
        and counts["other_luhn"] >= CARD_SHARE * counts["other"]
    ):
        return Level.REVIEW, "card_name"
    return None, "chance" if counts["card_shaped"] else "none"


def _few_numbers(
    counts: Mapping[str, int], name: str, *, by_chance: float
) -> tuple[Level | None, str]:
    shaped, passing = counts["card_shaped"], counts["card_luhn"]
    if shaped >= MIN_FOR_CHANCE and by_chance > PLAUSIBLE and not names_card(name):
        return None, "chance"
    # nothing like them in the column speaks against them
    alone = shaped == passing and counts["other"] == 0 and counts["card_rare"] == 0
    if alone and not names_order(name) and not speaks_of(name, "phone"):
        return Level.PROBABLE, "single_numbers"
    return Level.REVIEW, "too_few_to_tell"


def _is_other_scheme(counts: Mapping[str, int], name: str) -> bool:
    enough = max(MIN_OTHERS, counts["card_shaped"] * (1 if names_card(name) else 0.3))
    return (
        counts["other"] >= enough
        and counts["other_luhn"] >= OTHERS_SHARE * counts["other"]
        and chance_of(counts["other"], counts["other_luhn"]) <= PLAUSIBLE
    )


def _judge_text(counts: Mapping[str, int]) -> tuple[Level | None, str]:
    if counts["text_confirmed"]:
        return Level.CONFIRMED, "cards_in_text"
    heaps = ["text", *(heap for heap in _HEAPS if counts.get(f"{heap}_shaped"))]
    told = [heap for heap in heaps if not _is_chance_in_text(counts, heap)]
    for level in (Level.PROBABLE, Level.REVIEW):
        if any(counts.get(f"{heap}_{level}") for heap in told):
            return level, "cards_in_text"
    return None, "none" if len(told) == len(heaps) else "chance"


def _is_chance_in_text(counts: Mapping[str, int], heap: str) -> bool:
    shaped = counts.get(f"{heap}_shaped", 0)
    return (
        shaped >= (MIN_OF_KEY if heap in _HEAPS else MIN_FOR_CHANCE)
        and chance_of(shaped, counts.get(f"{heap}_luhn", 0)) > PLAUSIBLE
    )


def chance_of(trials: int, successes: int) -> float:
    """Probability that so many or more numbers pass Luhn when one in ten does."""
    return tail(trials, successes, CHANCE)


def cards_in_cell(text: str, *, name: str, decision: ColumnDecision) -> list[Hit]:
    """The card numbers of one cell, in the light of what its column was found to be."""
    named = names_identifier(name) and decision.is_finding  # the name is wrong about its numbers
    hits = find_cards(text, field="" if named else name)
    if not hits:
        return _unread_in_cell(text, name, decision)
    if whole_number(text):
        level = _level_of_numbers(decision, name)
        # of which no count speaks
        return (
            []
            if level is None
            else [_at(hit, level, decision.reason) for hit in hits if hit.reason != "rare_range"]
        )
    return [
        hit
        for hit in hits
        if hit.level is Level.CONFIRMED
        or not _is_chance_in_text(decision.counts, _heap(text, hit.start))
    ]


def _unread_in_cell(text: str, name: str, decision: ColumnDecision) -> list[Hit]:  # rule 6
    if (
        not names_card(name)
        or not (whole_number(text) or digits_of_number(text) >= SHORTEST)
        or decide_card_column(decision.counts, name).reason != UNREAD
    ):
        return []
    return [Hit(kind="card", level=Level.REVIEW, reason=UNREAD, start=0, end=len(text))]


def _level_of_numbers(decision: ColumnDecision, name: str) -> Level | None:
    """What a whole number of the column is worth."""
    counts = _counts(decision.counts)
    level, reason = _judge_numbers(counts, name)
    if reason == "mixed_column":
        leaked = (counts["card_luhn"] - CHANCE * counts["card_shaped"]) / (1 - CHANCE)
        return Level.PROBABLE if leaked >= OTHERS_SHARE * counts["card_luhn"] else Level.REVIEW
    return level


def _at(hit: Hit, level: Level, reason: str) -> Hit:
    return hit if hit.reason == "test_card" else replace(hit, level=level, reason=reason)
