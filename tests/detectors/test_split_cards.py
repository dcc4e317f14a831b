"""Card numbers over several columns: told by what their parts come to, and by their names."""

from __future__ import annotations

import random
from collections.abc import Iterable, Sequence

import duckdb
import pytest

from teleaudit.detectors.decisions import ColumnDecision
from teleaudit.detectors.prefilter import split_cells_query, split_profile_query
from teleaudit.detectors.split_cards import (
    SPLIT_PROFILE,
    SplitCounts,
    decide_split_columns,
    part_of,
    windows,
)
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
    return decide_split_columns(counts.profile(), names)


CARDS = [
    with_check_digit(beginning, 16, seed=seed)
    for seed in range(10)
    for beginning in ("4571", "5019", "5312")
]
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
def test_columns_named_for_cards_hold_them_where_most_pass(
    names: Sequence[str], numbers: Sequence[str], sizes: Sequence[int]
) -> None:
    few = [parts(number, *sizes) for number in numbers[:5]]
    decision = decide(names, few)
    assert (*decision.kinds, str(decision.level), decision.reason, decision.n, decision.k) == (
        "card",
        "probable",
        "split_over_columns",
        5,
        5,
    )
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
    rows = [
        [f"{DICE.randrange(20_000_000, 99_999_999)}", f"{DICE.randrange(20_000_000, 99_999_999)}"]
        for _ in range(3_000)
    ]
    assert decide(("a", "b"), rows).level is None
    assert decide(("a", "b"), [[first, first] for first, _ in rows]).level is None


def test_only_short_numbers_are_parts() -> None:
    assert [
        part_of(cell)
        for cell in ("4571", " 4571.0 ", "", "ab", "12,5", "٤٥٧١", "12", "1234567890123", "²³¹")
    ] == ["4571", "4571", *[""] * 7]


def test_columns_are_joined_side_by_side() -> None:
    assert list(windows(3)) == [range(2), range(3), range(1, 3)]


def test_counts_show_no_digit() -> None:
    counts = SplitCounts()
    counts.add(parts(CARDS[0], 8, 8))
    assert repr(counts) == "SplitCounts(rows=1, shaped_rows=1, passing=1)"


def test_the_engine_counts_and_finds_the_same() -> None:
    odd: list[Sequence[str | None]] = [
        ["4571", None, "1", "2"],
        ["", "4", "5", "6"],
        ["4571.0", " 1234 ", "١٢٣٤", "1234"],
        ["45", "71", "12", "34"],
        *(parts(card, 4, 4, 4, 4) for card in WRONG[:4]),
    ]
    whole = [parts(card, 4, 4, 4, 4) for card in CARDS]
    rows: list[Sequence[str | None]] = [
        *odd,
        *whole,
        *whole[:3],
        *(parts(card, 4, 4, 8, 0) for card in CARDS[:2]),
        *(parts(card, 6, 6, 4, 0) for card in CARDS[:2]),
    ]
    with duckdb.connect() as connection:
        connection.execute("CREATE TABLE t (a VARCHAR, b VARCHAR, c VARCHAR, d VARCHAR)")
        connection.executemany("INSERT INTO t VALUES (?, ?, ?, ?)", rows)
        for window in windows(4):
            counts = SplitCounts()
            joined: list[list[str | None]] = [[row[place] for place in window] for row in rows]
            for cells in joined:
                if all(cells):
                    counts.add([str(cell) for cell in cells])
            columns = ["abcd"[place] for place in window]
            assert (
                dict(
                    zip(
                        SPLIT_PROFILE,
                        *connection.execute(split_profile_query("t", columns)).fetchall(),
                        strict=True,
                    )
                )
                == counts.profile()
            )
            found = connection.execute(split_cells_query("t", "rowid", columns)).fetchall()
            expected = [
                (place, digits)
                for place, cells in enumerate(joined)
                if all(cells) and (digits := "".join(part_of(str(cell)) for cell in cells)) in CARDS
            ]
            assert sorted(found) == expected
    assert counts.profile()["split_rows"] == len(rows) - 4
