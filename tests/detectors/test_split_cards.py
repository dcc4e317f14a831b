"""Card numbers over several columns: told by their names in a row, by the rate over all rows."""

from __future__ import annotations

import random

import pytest

from teleaudit.detectors.split_cards import Split, decide_split, find_split, profile_split
from tests.detectors.numbers import with_check_digit

DICE = random.Random(11)  # noqa: S311 - invented numbers


def parts(number: str, *sizes: int) -> list[str]:
    """The number cut into parts of these lengths."""
    return [number[sum(sizes[:place]) : sum(sizes[: place + 1])] for place in range(len(sizes))]


CARDS = [with_check_digit(beginning, 16, seed=seed) for seed in range(10) for beginning in ("4571", "5019", "5312")]
AMEX = with_check_digit("3712", 15)


@pytest.mark.parametrize(
    ("names", "number", "sizes"),
    [
        (("kort1", "kort2", "kort3", "kort4"), CARDS[0], (4, 4, 4, 4)),
        (("card_part1", "part2"), CARDS[0], (8, 8)),
        (("pan_bin", "pan_rest"), CARDS[0], (6, 10)),
        (("card_first12", "last4"), CARDS[0], (12, 4)),
        (("kort_del_1", "kort_del_2", "kort_del_3"), AMEX, (4, 6, 5)),
    ],
)
def test_a_row_of_columns_named_for_cards_is_enough(names: tuple[str, ...], number: str, sizes: tuple[int, ...]) -> None:
    cells: list[tuple[str, str | None]] = [("kunde", "123"), *zip(names, parts(number, *sizes), strict=True), ("navn", None)]
    (found,) = find_split(cells)
    assert (found.first, found.count, found.level) == (1, len(names), "probable")
    assert find_split([(f"x{place}", text) for place, (_, text) in enumerate(cells)]) == []
    wrong = [(name, (text or "")[:-1] + str((int((text or "0")[-1]) + 1) % 10)) if place == len(names) else (name, text) for place, (name, text) in enumerate(cells)]
    assert find_split(wrong) == []


def test_columns_without_such_names_are_told_by_their_rate() -> None:
    rows = [["7", *parts(card, 4, 4, 4, 4), "x"] for card in CARDS]
    ((columns, decision),) = decide_split(profile_split(rows), ["id", "a", "b", "c", "d", "e"])
    assert (columns, decision.level, decision.reason, decision.n, decision.k) == (range(1, 5), "probable", "split_over_columns", 30, 30)
    assert decide_split(profile_split(rows), ["id", "a", "b", "imei", "d", "e"]) == []


def test_two_columns_of_telephone_numbers_are_no_cards() -> None:
    rows = [[f"{DICE.randrange(20_000_000, 99_999_999)}", f"{DICE.randrange(20_000_000, 99_999_999)}"] for _ in range(3000)]
    assert decide_split(profile_split(rows), ["a_nummer", "b_nummer"]) == []


def test_nothing_is_found_in_cells_that_are_no_groups_of_digits() -> None:
    assert find_split([("kort1", "4571"), ("kort2", None), ("kort3", "ab"), ("kort4", "٤٥٧١")]) == []
    assert profile_split([[None, "", "12,5"]]) == {}


def test_a_find_holds_no_digit() -> None:
    assert set(Split.__dataclass_fields__) == {"first", "count", "level", "reason", "network"}
