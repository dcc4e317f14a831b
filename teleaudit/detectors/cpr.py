"""CPR numbers.

Does a column hold them? Statistics first: one date in eleven passes modulus 11 by chance, of random
numbers one in 400 looks like a CPR number.

Decided in this order, over the cells that are ten digits and nothing else, most of all over those
of them whose first six are a date:
1. Most numbers that begin with no date pass modulus 11 too: another scheme, bank accounts for one.
   Or most dated numbers read as moments, seconds or
   production units.
2. The name says CPR, and most dated numbers are strong: a CPR column.
3. Three or more dated numbers, and 60 % of them or more are strong: a CPR column whatever its name;
   a few of them under the name of something else are for a person to see.
4. More are strong than chance allows (binomial tail below one in a million): CPR numbers among
   others.
5. No more are strong than chance explains: moments, running numbers.
6. A column named for CPR numbers that is full of long numbers none of which is one (full years,
   dots, encrypted): for a person to review.
Columns of replacement numbers are known by their dates, and nine digits by the zero that Excel took
away, when nearly all of them fit.
Cells of running text are judged one by one, unless chance explains the numbers in them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from teleaudit.detectors.chance import tail
from teleaudit.detectors.cpr_number import LENGTH, Grade, grade_of, look_alike, passes_modulus_11
from teleaudit.detectors.cpr_values import (
    bare_digits,
    find_cpr,
    grades_in,
    names_cpr,
    names_other_number,
)
from teleaudit.detectors.decisions import ColumnDecision, Hit, Level, gravest
from teleaudit.detectors.knowledge import cpr_test_numbers
from teleaudit.detectors.names import names_moment
from teleaudit.detectors.writings import digits_of_number, plain

# share of dates with four digits behind them that are strong: modulus 11, and a little for 1
# January
CHANCE = 0.1
CPR_SHARE = 0.6  # of dated numbers that are strong: a CPR column
ALMOST_ALL = 0.9  # of a column's numbers that carry a replacement number's date
# of dated numbers that read as something else too: of real CPR numbers one in seven, and one in 100
# with a dash
LOOK_ALIKES = 0.8
FEWEST = 3
MIN_FOR_CHANCE = 10  # dated numbers from which on a rate says something
MIN_OTHERS = 5  # numbers without a date that prove another scheme
OTHERS_SHARE = 0.5  # of them that pass modulus 11
SURE = 1e-6  # tail probability below which chance is ruled out
PLAUSIBLE = 1e-3  # tail probability above which chance explains what is seen
UNREAD = "unread_numbers"
UNREAD_SHARE = 0.5  # of the cells of a column named for CPR numbers that are long numbers
SHORTEST = 9  # digits of a long number: those of a CPR number without its zero
LONGEST_NUMBER = 64  # characters of a cell that may be a number in an odd writing

_WHOLE = re.compile('["\'=]{0,2}([0-9]{6})(?: ?- ?| {1,2})?([0-9]{4})"?')
_WHOLE_NINE = re.compile("'?([1-9][0-9]{4})[ -]?([0-9]{4})")
_ZERO_DECIMALS = re.compile(r"(?<=[0-9])[.,]0{1,2}\Z")

# The counts of a column, in order. All are sums: the counts of parts of a column may be added.
# Cells that ``cpr_candidate_sql`` keeps back are missed by none of the rules: they look at shares
# of the dated numbers, and at others only by their modulus 11.
CPR_PROFILE = (
    "cpr_cells",  # filled
    "cpr_ten",  # whole numbers of ten digits
    "cpr_dated",  # of them with a date in the first six
    "cpr_strong",  # of the dated with modulus 11, or of a birthday that has numbers without
    "cpr_replacement",  # of the ten with a date whose day is raised
    "cpr_look_alikes",  # of the dated that read as a moment, seconds or a production unit
    "cpr_dashed",  # of the strong with a dash
    "cpr_tests",  # published for tests
    "cpr_others_modulus_11",  # of the ten without any date that pass modulus 11
    "cpr_nine",  # whole numbers of nine digits
    "cpr_nine_dated",  # of them with a date behind a zero
    "cpr_nine_strong",
    "cpr_text_dated",  # numbers in running text
    "cpr_text_strong",
    "cpr_text_confirmed",  # cells of running text by the level of what they hold
    "cpr_text_probable",
    "cpr_text_review",
    # under the name of one, cells that are a long number in no writing of a CPR number's
    "cpr_text_numbers",
)

# What a rule counted, where it is not dated numbers and the strong ones among them.
_COUNTED = {
    "modulus_11_identifier": ("cpr_ten", "cpr_others_modulus_11"),
    "look_alikes": ("cpr_dated", "cpr_look_alikes"),
    "replacement_column": ("cpr_ten", "cpr_replacement"),
    "test_person": ("cpr_ten", "cpr_tests"),
}

__all__ = [
    "CPR_PROFILE",
    "cpr_in_cell",
    "decide_cpr_column",
    "find_cpr",
    "profile_cpr",
    "whole_number",
]


def whole_number(text: str) -> tuple[str, bool]:
    """The nine or ten digits of a cell that is a number and nothing else, and whether a dash parts
    them; empty for every other cell.
    """
    if len(text) == LENGTH and text.isascii() and text.isdigit():
        return text, False
    if len(text) > LONGEST_NUMBER:
        return "", False
    trimmed = _ZERO_DECIMALS.sub("", plain(text).text.strip())
    found = _WHOLE.fullmatch(trimmed) or _WHOLE_NINE.fullmatch(trimmed)
    return (found[1] + found[2], "-" in trimmed) if found else (bare_digits(trimmed), False)


def profile_cpr(values: Iterable[str | None], *, name: str = "") -> dict[str, int]:
    """The counts that ``decide_cpr_column`` needs, of a column's values."""
    counts = dict.fromkeys(CPR_PROFILE, 0)
    for value in values:
        if not value:
            continue
        counts["cpr_cells"] += 1
        number, dashed = whole_number(value)
        if number:
            _count_number(number, counts, dashed=dashed)
        else:
            _count_text(value, counts, name)
    return counts


def _count_number(number: str, counts: dict[str, int], *, dashed: bool) -> None:
    if len(number) < LENGTH:
        grade = grade_of("0" + number)
        counts["cpr_nine"] += 1
        counts["cpr_nine_dated"] += grade in {Grade.STRONG, Grade.DATED}
        counts["cpr_nine_strong"] += grade is Grade.STRONG
        return
    grade = grade_of(number)
    counts["cpr_ten"] += 1
    counts["cpr_tests"] += number in cpr_test_numbers()
    match grade:
        case Grade.NONE:
            counts["cpr_others_modulus_11"] += passes_modulus_11(number)
        case Grade.REPLACEMENT:
            counts["cpr_replacement"] += 1
        case _:
            counts["cpr_dated"] += 1
            counts["cpr_look_alikes"] += bool(look_alike(number, bare=not dashed))
            counts["cpr_strong"] += grade is Grade.STRONG
            counts["cpr_dashed"] += grade is Grade.STRONG and dashed


def _count_text(text: str, counts: dict[str, int], name: str) -> None:
    counts["cpr_text_numbers"] += names_cpr(name) and digits_of_number(text) >= SHORTEST
    for grade in grades_in(text):
        counts["cpr_text_dated"] += grade in {Grade.STRONG, Grade.DATED}
        counts["cpr_text_strong"] += grade is Grade.STRONG
    level = gravest(hit.level for hit in find_cpr(text, field=name))
    if level is not None:
        counts[f"cpr_text_{level}"] += 1


def decide_cpr_column(profile: Mapping[str, int], name: str) -> ColumnDecision:
    """What the counts of a column say, with its name. Counts that are missing are 0."""
    counts = {key: int(profile.get(key) or 0) for key in CPR_PROFILE}
    judged = {
        "": _judge_numbers(counts, name),
        "nine_": _judge_nine(counts, name),
        "text_": _judge_text(counts),
    }
    level = gravest(found for found, _ in judged.values() if found is not None)
    unread = counts["cpr_ten"] + counts["cpr_nine"] + counts["cpr_text_numbers"]
    # rule 6
    if (
        level is None
        and names_cpr(name)
        and not names_moment(name)
        and unread >= max(1, UNREAD_SHARE * counts["cpr_cells"])
    ):
        return ColumnDecision(
            kinds=frozenset({"cpr"}),
            level=Level.REVIEW,
            reason=UNREAD,
            n=counts["cpr_cells"],
            k=unread,
            counts=counts,
        )
    part, reason = next(
        (
            (part, reason)
            for part, (found, reason) in judged.items()
            if found is level and reason != "none"
        ),
        ("", "none"),
    )
    n, k = _COUNTED.get(
        reason,
        (
            ("cpr_nine", "cpr_nine_strong")
            if part == "nine_"
            else (f"cpr_{part}dated", f"cpr_{part}strong")
        ),
    )
    kinds = frozenset[str]() if level is None else frozenset({"cpr"})
    return ColumnDecision(
        kinds=kinds, level=level, reason=reason, n=counts[n], k=counts[k], counts=counts
    )


def _judge_numbers(counts: Mapping[str, int], name: str) -> tuple[Level | None, str]:
    dated, strong = counts["cpr_dated"], counts["cpr_strong"]
    if not counts["cpr_ten"]:
        return None, "none"
    if _is_other_scheme(counts) and not names_cpr(name):
        return None, "modulus_11_identifier"
    if counts["cpr_look_alikes"] >= max(FEWEST, LOOK_ALIKES * dated) and not names_cpr(name):
        return None, "look_alikes"
    if counts["cpr_replacement"] >= max(FEWEST, ALMOST_ALL * (counts["cpr_ten"] - strong)):
        return _judge_replacements(counts, name)
    if not strong:
        return _without_strong(counts, name)
    by_chance = tail(dated, strong, CHANCE)
    if strong >= CPR_SHARE * dated and (
        names_cpr(name) or (dated >= FEWEST and by_chance <= PLAUSIBLE * 1.0001)
    ):
        return _cpr_column(name, by_chance=by_chance)
    if by_chance < SURE:
        return Level.PROBABLE, "mixed_column"
    return _few_numbers(counts, name, by_chance=by_chance)


def _cpr_column(name: str, *, by_chance: float) -> tuple[Level, str]:
    if names_cpr(name):
        return Level.CONFIRMED, "cpr_column"
    return (
        (Level.REVIEW, "other_name")
        if names_other_number(name) and by_chance >= SURE
        else (Level.PROBABLE, "cpr_column")
    )


def _judge_replacements(counts: Mapping[str, int], name: str) -> tuple[Level, str]:
    """Nearly all numbers that are no CPR number carry a date raised by 60.

    A Swedish register of the years 1961-1991 looks the same.
    """
    surely = names_cpr(name) or (
        counts["cpr_strong"] >= FEWEST and counts["cpr_strong"] >= CPR_SHARE * counts["cpr_dated"]
    )
    return (Level.PROBABLE if surely else Level.REVIEW), "replacement_column"


def _without_strong(counts: Mapping[str, int], name: str) -> tuple[Level | None, str]:
    if (
        names_cpr(name)
        and counts["cpr_dated"] + counts["cpr_replacement"] >= CPR_SHARE * counts["cpr_ten"]
    ):
        return Level.REVIEW, "test_person" if counts["cpr_tests"] else "no_check_digit"
    if counts["cpr_tests"]:
        return Level.REVIEW, "test_person"
    return None, "chance" if counts["cpr_dated"] else "none"


def _few_numbers(
    counts: Mapping[str, int], name: str, *, by_chance: float
) -> tuple[Level | None, str]:
    """Too few for a rate, or a rate near chance."""
    dated, strong = counts["cpr_dated"], counts["cpr_strong"]
    many = dated >= MIN_FOR_CHANCE or (names_other_number(name) and not counts["cpr_dashed"])
    if many and by_chance > PLAUSIBLE and not names_cpr(name):
        return None, "chance"
    surprising = counts["cpr_dashed"] == strong or by_chance <= 0.01  # two of two
    if (
        strong == dated
        and surprising
        and not counts["cpr_look_alikes"]
        and not names_other_number(name)
    ):
        return Level.PROBABLE, "single_numbers"  # nothing dated in the column speaks against them
    return Level.REVIEW, "too_few_to_tell"


# bank accounts have modulus 11 with the same weights
def _is_other_scheme(counts: Mapping[str, int]) -> bool:
    others = counts["cpr_ten"] - counts["cpr_dated"] - counts["cpr_replacement"]
    return (
        others >= max(MIN_OTHERS, 0.3 * counts["cpr_dated"])
        and counts["cpr_others_modulus_11"] >= OTHERS_SHARE * others
    )


def _judge_nine(counts: Mapping[str, int], name: str) -> tuple[Level | None, str]:
    nine, dated, strong = counts["cpr_nine"], counts["cpr_nine_dated"], counts["cpr_nine_strong"]
    if not strong or strong < CPR_SHARE * nine:
        return None, "chance" if dated else "none"
    if names_cpr(name):
        return Level.CONFIRMED, "lost_zero"
    beside_cpr = counts["cpr_strong"] >= max(FEWEST, CPR_SHARE * counts["cpr_dated"])
    if names_other_number(name) and tail(dated, strong, CHANCE) >= SURE:
        return Level.REVIEW, "other_name"
    return (Level.PROBABLE if beside_cpr or strong >= FEWEST else Level.REVIEW), "lost_zero"


def _judge_text(counts: Mapping[str, int]) -> tuple[Level | None, str]:
    if counts["cpr_text_confirmed"]:
        return Level.CONFIRMED, "cpr_in_text"
    if _is_chance_in_text(counts):
        return None, "chance"
    if counts["cpr_text_probable"]:
        return Level.PROBABLE, "cpr_in_text"
    return (Level.REVIEW, "cpr_in_text") if counts["cpr_text_review"] else (None, "none")


def _is_chance_in_text(counts: Mapping[str, int]) -> bool:
    dated = counts["cpr_text_dated"]
    return dated >= MIN_FOR_CHANCE and tail(dated, counts["cpr_text_strong"], CHANCE) > PLAUSIBLE


def cpr_in_cell(text: str, *, name: str, decision: ColumnDecision) -> list[Hit]:
    """The CPR numbers of one cell, in the light of what its column was found to be."""
    counts = {key: decision.counts.get(key, 0) for key in CPR_PROFILE}
    number, _ = whole_number(text)
    if (
        (number or digits_of_number(text) >= SHORTEST)
        and names_cpr(name)
        and decide_cpr_column(counts, name).reason == UNREAD
    ):
        return [_over(text, Level.REVIEW, UNREAD)]
    if number:
        return _whole_cell(text, number, counts, name)
    hits = find_cpr(text, field=name)
    return (
        [hit for hit in hits if hit.level is Level.CONFIRMED]
        if _is_chance_in_text(counts)
        else hits
    )


def _whole_cell(text: str, number: str, counts: Mapping[str, int], name: str) -> list[Hit]:
    if len(number) < LENGTH:
        level, reason = _judge_nine(counts, name)
        strong = grade_of("0" + number) is Grade.STRONG
        return [_over(text, level, reason)] if strong and level is not None else []
    level, reason = _judge_numbers(counts, name)
    if level is None:
        return []
    if number in cpr_test_numbers():
        return [_over(text, Level.REVIEW, "test_person")]
    match grade_of(number):
        case Grade.STRONG:
            return [_over(text, _of_mixed(counts) if reason == "mixed_column" else level, reason)]
        case Grade.REPLACEMENT if reason in {"cpr_column", "replacement_column"}:
            return [
                _over(
                    text,
                    Level.REVIEW if level is Level.REVIEW else Level.PROBABLE,
                    "replacement_number",
                )
            ]
        case Grade.DATED if reason == "no_check_digit" or (
            reason == "cpr_column" and level is Level.CONFIRMED
        ):
            return [_over(text, Level.REVIEW, "no_check_digit")]
        case _:
            return []


def _of_mixed(counts: Mapping[str, int]) -> Level:
    """What a strong number among others is worth: most of them are leaked, or most of them are
    chance.
    """
    leaked = (counts["cpr_strong"] - CHANCE * counts["cpr_dated"]) / (1 - CHANCE)
    return Level.PROBABLE if leaked >= 0.5 * counts["cpr_strong"] else Level.REVIEW


def _over(text: str, level: Level, reason: str) -> Hit:
    return Hit(kind="cpr", level=level, reason=reason, start=0, end=len(text))
