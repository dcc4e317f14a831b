"""Card numbers over several columns: told by what their parts come to, and by their names."""

from __future__ import annotations

import random
from collections.abc import Iterable, Sequence

import pytest

from teleaudit.detectors.decisions import ColumnDecision
from teleaudit.detectors.split_cards import SplitCounts, part_of, windows
from tests.detectors.numbers import with_check_digit

DICE = random.Random(11)  # noqa: S311 - invented numbers


def parts(number: str, *sizes: int) -> list[str]:
    """The number cut into parts of these lengths."""
    return [number[sum(sizes[:place]) : sum(sizes[: place + 1])] for place in range(len(sizes))]


def decide(names: Sequence[str], rows: Iterable[Sequence[str]]) -> ColumnDecision:
    """What columns of these names are found to hold together."""
    counts = SplitCounts()
    for row in rows:
        counts.add(row)
    return counts.decide(names)


CARDS = [with_check_digit(beginning, 16, seed=seed) for seed in range(10) for beginning in ("4571", "5019", "5312")]
AMEX = [with_check_digit("3712", 15, seed=seed) for seed in range(5)]
WRONG = [card[:-1] + str((int(card[-1]) + 1) % 10) for card in CARDS]


@pytest.mark.parametrize(
    ("names", "numbers", "sizes"),
    [
        (("kort1", "kort2", "kort3", "kort4"), CARDS, (4, 4, 4, 4)),
        (("card_part1", "part2"), CARDS, (8, 8)),
        (("pan_bin", "pan_rest"), CARDS, (6, 10)),
        (("card_first12", "last4"), CARDS, (12, 4)),
        (("kort_del_1", "kort_del_2", "kort_del_3"), AMEX, (4, 6, 5)),
    ],
)
def test_columns_named_for_cards_hold_them_where_most_pass(names: Sequence[str], numbers: Sequence[str], sizes: Sequence[int]) -> None:
    few = [parts(number, *sizes) for number in numbers[:5]]
    decision = decide(names, few)
    assert (*decision.kinds, str(decision.level), decision.reason, decision.n, decision.k) == ("card", "probable", "split_over_columns", 5, 5)
    assert str(decide(names, few[:1]).level) == "review"
    assert decide([f"x{place}" for place in range(len(names))], few).level is None
    assert decide(names, [parts(number, *sizes) for number in WRONG]).level is None


def test_columns_without_such_names_are_told_by_their_rate() -> None:
    rows = [parts(card, 4, 4, 4, 4) for card in CARDS]
    assert str(decide("abcd", rows).level) == "probable"
    assert decide(["a", "imei", "c", "d"], rows).level is None
    assert decide(["a", "b", "c", "telefon"], rows).level is None
    assert decide("abcd", rows[:5]).level is None
    assert decide("abcd", [*rows, *([["1234", "1", "2", "3"]] * 40)]).level is None


def test_one_number_is_counted_once_however_many_rows_it_stands_in() -> None:
    assert decide("ab", [parts(CARDS[0], 8, 8)] * 1_000).level is None
    assert decide(("kort1", "kort2"), [parts(CARDS[0], 8, 8)] * 1_000).n == 1


def test_numbers_with_a_check_digit_beside_a_constant_are_no_cards() -> None:
    rows = [[with_check_digit("45", 8, seed=seed), "00000000"] for seed in range(50)]
    assert decide("ab", rows).level is None


def test_two_columns_of_telephone_numbers_are_no_cards() -> None:
    rows = [[f"{DICE.randrange(20_000_000, 99_999_999)}", f"{DICE.randrange(20_000_000, 99_999_999)}"] for _ in range(3_000)]
    assert decide(("a", "b"), rows).level is None
    assert decide(("a", "b"), [[first, first] for first, _ in rows]).level is None


def test_only_short_numbers_are_parts() -> None:
    assert [part_of(cell) for cell in ("4571", " 4571.0 ", "", "ab", "12,5", "٤٥٧١", "12", "1234567890123", "²³¹")] == ["4571", "4571", *[""] * 7]


def test_columns_are_joined_side_by_side() -> None:
    assert list(windows(3)) == [range(2), range(3), range(1, 3)]


def test_counts_show_no_digit() -> None:
    counts = SplitCounts()
    counts.add(parts(CARDS[0], 8, 8))
    assert repr(counts) == "SplitCounts(rows=1, shaped_rows=1, passing=1)"
