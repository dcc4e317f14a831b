"""Does a column hold card numbers? Statistics first: one number in ten passes Luhn by chance, every IMEI, ICCID and FI payment id passes always.

Decided in this order, over the cells that are whole numbers of 12-19 digits:
1. The name says it holds another number with a check digit (IMEI, ICCID, FI payment id, GLN): no card column, whatever passes.
2. Most numbers that do not begin like a card pass Luhn too: another mod-10 scheme.
3. Three or more card-shaped numbers, and 60 % of them or more pass: a card column.
4. More pass than chance allows (binomial tail below one in a million): cards among other numbers.
5. No more pass than chance explains: ordinary running numbers.
Cells of running text are judged one by one, unless rule 5 holds for the numbers in them.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping

from teleaudit.detectors.cards import card_shapes, find_cards
from teleaudit.detectors.decisions import ColumnDecision, Hit, Level, gravest
from teleaudit.detectors.knowledge import card_range_of, test_cards
from teleaudit.detectors.luhn import luhn_valid
from teleaudit.detectors.names import names_card, names_identifier, speaks_of

CHANCE = 0.1  # share of random numbers that pass Luhn
CARD_SHARE = 0.6  # of card-shaped numbers that pass: a card column
FEWEST_CARDS = 3
SURE = 1e-6  # tail probability below which chance is ruled out
PLAUSIBLE = 1e-3  # tail probability above which chance explains what is seen
FEWEST_OTHERS = 20  # complement numbers that prove another mod-10 scheme
OTHERS_SHARE = 0.5  # of them that pass Luhn
FEWEST_FOR_CHANCE = 10  # card-shaped numbers from which on a rate says something

# Whole numbers as cells write them. The same expression stands in the SQL: no look-around, no backslash.
WHOLE_NUMBER = (
    "^'?(?:[0-9]{12,19}(?:[.,]0{1,2})?|[0-9]{4}(?: [0-9]{4}){2,3}(?: [0-9]{1,3})?|[0-9]{4}(?:-[0-9]{4}){2,3}(?:-[0-9]{1,3})?"
    "|[0-9]{4}(?:[.][0-9]{4}){3}(?:[.][0-9]{1,3})?|[0-9]{4} [0-9]{6} [0-9]{4,5}|[0-9]{4}-[0-9]{6}-[0-9]{4,5})$"
)
ZERO_DECIMALS = "[.,]0{1,2}$"
PUNCTUATION = " -.,'"
NO_BREAK_SPACE = "\u00a0"
_TRIMMED = " \u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000"  # what the SQL's trim takes away

_WHOLE = re.compile(WHOLE_NUMBER.removeprefix("^").removesuffix("$"))
_ZERO_DECIMALS = re.compile(ZERO_DECIMALS.removesuffix("$") + r"\Z")
_NO_PUNCTUATION = str.maketrans("", "", PUNCTUATION)

# The counts of a column's whole numbers, as the SQL names them too.
PROFILE = ("cells", "numbers", "card_shaped", "card_luhn", "card_distinct", "test_cards", "other", "other_luhn")
# The counts of its running text.
TEXT_PROFILE = ("text_shaped", "text_luhn", "text_confirmed", "text_probable", "text_review")


def whole_number(text: str) -> str:
    """The 12-19 digits of a cell that is a number and nothing else; empty for every other cell."""
    trimmed = text.replace(NO_BREAK_SPACE, " ").strip(_TRIMMED)
    return _ZERO_DECIMALS.sub("", trimmed).translate(_NO_PUNCTUATION) if _WHOLE.fullmatch(trimmed) else ""


def profile_cards(values: Iterable[str | None], *, name: str = "") -> dict[str, int]:
    """The counts that ``decide_card_column`` needs, of a column's values."""
    counts = dict.fromkeys((*PROFILE, *TEXT_PROFILE), 0)
    distinct: set[str] = set()
    for value in values:
        if not value:
            continue
        counts["cells"] += 1
        if number := whole_number(value):
            _count_number(number, counts, distinct)
        else:
            count_card_text(value, counts, name=name)
    counts["card_distinct"] = len(distinct)
    return counts


def _count_number(number: str, counts: dict[str, int], distinct: set[str]) -> None:
    counts["numbers"] += 1
    fitting = card_range_of(number)
    kind = "card_shaped" if fitting is not None and fitting.grade != "context" else "other"
    counts[kind] += 1
    if not luhn_valid(number):
        return
    counts["card_luhn" if kind == "card_shaped" else "other_luhn"] += 1
    if number in test_cards():
        counts["test_cards"] += 1
    if kind == "card_shaped":
        distinct.add(number)


def count_card_text(text: str, counts: dict[str, int], *, name: str = "") -> None:
    """Add one cell of running text to the counts ``text_shaped``, ``text_luhn``, ``text_confirmed``, ``text_probable``, ``text_review``."""
    shaped, passing = card_shapes(text)
    counts["text_shaped"] = counts.get("text_shaped", 0) + shaped
    counts["text_luhn"] = counts.get("text_luhn", 0) + passing
    level = gravest(hit.level for hit in find_cards(text, field=name))
    if level is not None:
        counts[f"text_{level}"] = counts.get(f"text_{level}", 0) + 1


def decide_card_column(profile: Mapping[str, int], name: str) -> ColumnDecision:
    """What the counts of a column say, with its name. Counts that are missing are 0."""
    counts = {key: int(profile.get(key) or 0) for key in (*PROFILE, *TEXT_PROFILE)}
    numbers_level, numbers_reason = _judge_numbers(counts, name)
    text_level, text_reason = _judge_text(counts)
    level = gravest(found for found in (numbers_level, text_level) if found is not None)
    if level is None:
        return ColumnDecision(reason=numbers_reason if numbers_reason != "none" else text_reason, counts=counts)
    reason = numbers_reason if numbers_level is level else text_reason
    return ColumnDecision(kinds=frozenset({"card"}), level=level, reason=reason, counts=counts)


def _judge_numbers(counts: Mapping[str, int], name: str) -> tuple[Level | None, str]:
    shaped, passing = counts["card_shaped"], counts["card_luhn"]
    if not counts["numbers"]:
        return None, "none"
    if names_identifier(name):
        return None, "identifier_name"
    if _is_other_scheme(counts, name):
        return None, "mod10_identifier"
    real = passing - min(counts["test_cards"], passing)
    if not real:
        return _without_cards(counts, name)
    tail = _tail(shaped, passing)
    if names_card(name) and passing >= CARD_SHARE * shaped:
        return Level.CONFIRMED, "card_column"
    if real >= FEWEST_CARDS and passing >= CARD_SHARE * shaped and tail <= PLAUSIBLE * 1.0001:
        return (Level.PROBABLE, "card_column") if counts["card_distinct"] >= FEWEST_CARDS else (Level.REVIEW, "repeated_number")
    if tail < SURE:
        return Level.PROBABLE, "mixed_column"
    return _few_numbers(shaped, passing, name, tail=tail)


def _without_cards(counts: Mapping[str, int], name: str) -> tuple[Level | None, str]:
    if counts["test_cards"]:
        return Level.REVIEW, "test_card"
    if names_card(name) and counts["other"] >= FEWEST_CARDS and counts["other_luhn"] >= CARD_SHARE * counts["other"]:
        return Level.REVIEW, "card_name"
    return None, "chance" if counts["card_shaped"] else "none"


def _few_numbers(shaped: int, passing: int, name: str, *, tail: float) -> tuple[Level | None, str]:
    if shaped >= FEWEST_FOR_CHANCE and tail > PLAUSIBLE and not names_card(name):
        return None, "chance"
    if shaped == passing and not speaks_of(name, "order") and not speaks_of(name, "phone"):
        return Level.PROBABLE, "single_numbers"  # nothing card-shaped in the column speaks against them
    return Level.REVIEW, "too_few_to_tell"


def _is_other_scheme(counts: Mapping[str, int], name: str) -> bool:
    enough = max(FEWEST_OTHERS, counts["card_shaped"] * (1 if names_card(name) else 0.3))
    return counts["other"] >= enough and counts["other_luhn"] >= OTHERS_SHARE * counts["other"]


def _judge_text(counts: Mapping[str, int]) -> tuple[Level | None, str]:
    if counts["text_confirmed"]:
        return Level.CONFIRMED, "cards_in_text"
    if _is_chance_in_text(counts):
        return None, "chance"
    if counts["text_probable"]:
        return Level.PROBABLE, "cards_in_text"
    return (Level.REVIEW, "cards_in_text") if counts["text_review"] else (None, "none")


def _is_chance_in_text(counts: Mapping[str, int]) -> bool:
    shaped = counts["text_shaped"]
    return shaped >= FEWEST_FOR_CHANCE and _tail(shaped, counts["text_luhn"]) > PLAUSIBLE


def _tail(trials: int, successes: int) -> float:
    """Chance of so many or more numbers passing Luhn when one in ten does: exact for few, the Chernoff bound above that."""
    if successes <= CHANCE * trials:
        return 1.0
    if trials <= 1000:
        return math.fsum(math.comb(trials, k) * CHANCE**k * (1 - CHANCE) ** (trials - k) for k in range(successes, trials + 1))
    share = successes / trials
    divergence = share * math.log(share / CHANCE) + ((1 - share) * math.log((1 - share) / (1 - CHANCE)) if share < 1 else 0.0)
    return math.exp(-trials * divergence)


def cards_in_cell(text: str, *, name: str, decision: ColumnDecision) -> list[Hit]:
    """The card numbers of one cell, in the light of what its column was found to be."""
    hits = find_cards(text, field=name)
    if not hits:
        return []
    if whole_number(text):
        level = _level_of_numbers(decision, name)
        return [] if level is None else [_at(hit, level, decision.reason) for hit in hits]
    if _is_chance_in_text({key: decision.counts.get(key, 0) for key in TEXT_PROFILE}):
        return [hit for hit in hits if hit.level is Level.CONFIRMED]
    return hits


def _level_of_numbers(decision: ColumnDecision, name: str) -> Level | None:
    """What a whole number of the column is worth."""
    counts = {key: decision.counts.get(key, 0) for key in (*PROFILE, *TEXT_PROFILE)}
    level, reason = _judge_numbers(counts, name)
    if reason == "mixed_column":
        leaked = (counts["card_luhn"] - CHANCE * counts["card_shaped"]) / (1 - CHANCE)
        return Level.PROBABLE if leaked >= OTHERS_SHARE * counts["card_luhn"] else Level.REVIEW
    return level


def _at(hit: Hit, level: Level, reason: str) -> Hit:
    if hit.reason == "test_card":
        return hit
    return Hit(kind=hit.kind, level=level, reason=reason, network=hit.network, start=hit.start, end=hit.end)
