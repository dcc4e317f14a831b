"""No full card number stands in any column of a data set, and no check code or PIN block in one
that is named for them.

A column is judged as a whole first: one that is 100 % valid by Luhn under many beginnings that no
card has is an IMEI, ICCID or payment-slip column, however much single values look like cards. What
the column does not settle is judged value by value.

Of a truncated number no more may be kept than the card networks allow
(``detectors/truncation.py``). Three digits say nothing by themselves: only columns whose name
speaks of check codes or PIN blocks are asked for these.

Source: PCI DSS v4.0.1 requirements 3.3 and 3.5 (not a rule of law), GDPR art. 5(1)(c) and (f), 32.
Left out:
1. images, sound, encrypted content, numbers split over columns that the operator's own table names
   otherwise or that do not stand side by side
   (``detectors/split_cards.py``), and truncated numbers elsewhere than in columns named for cards;
2. a cell that Excel has turned into 4,57E+15 holds no number any more: where a number was due, or
   the column is named for cards, its row cannot be judged.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from itertools import groupby
from typing import Any

from teleaudit.counting import CELL
from teleaudit.detectors.account_data import names_account_data, profile_account
from teleaudit.detectors.columns import (
    EXCEL_DAMAGED,
    LONGEST_DAMAGED,
    PROFILE,
    card_data_in_cell,
    decide_card_data,
)
from teleaudit.detectors.decisions import ColumnDecision, Level
from teleaudit.detectors.judge import (
    LEVELS,
    Profile,
    card_text_counts,
    cell_counts,
    cell_finds,
    split_finds,
)
from teleaudit.detectors.names import names_card, names_identifier
from teleaudit.detectors.prefilter import (
    card_candidate_sql,
    card_cells_query,
    card_shaped_sql,
    profile_query,
    split_cells_query,
    split_part_sql,
    split_profile_query,
)
from teleaudit.detectors.split_cards import (
    SPLIT_PROFILE,
    decide_split_columns,
    names_other_numbers,
    windows,
    without_overlaps,
)
from teleaudit.detectors.truncation import profile_truncated
from teleaudit.expectations.content import (
    ExpectNoContent,
    Found,
    columns_to_look_into,
    counts_of,
    text_of,
)
from teleaudit.expectations.queries import MappedQuery, Queries
from teleaudit.expectations.rows import DataSet
from teleaudit.schema import TABLES
from teleaudit.schema.sql import quoted


class ExpectNoCardData(ExpectNoContent):
    """No cell holds a full card number."""

    integers: list[str]  # those of the columns that are whole numbers by type
    beside: list[list[str]]  # columns side by side that may hold a number together

    def cell(self, column: str) -> str:
        """Of whole numbers those of twelve digits or more, unless the column's name speaks of check
        codes.
        """
        if column not in self.integers or names_account_data(column):
            return text_of(column)
        return f"CASE WHEN {quoted(column)} >= {10**11} THEN {text_of(column)} END"

    def candidate(self, column: str, cell: str) -> str:
        """Cells with digits that could be a card number's; every filled cell of a column that is
        named for cards or check codes.

        In a column named for another number, a whole number must have a card's beginning.
        """
        candidate = card_candidate_sql(cell)
        if names_account_data(column) or names_card(column):
            return f"({cell} IS NOT NULL)"
        if column in self.integers:
            return candidate
        if not names_identifier(column):
            return candidate
        return (
            f"(CASE WHEN regexp_matches({cell}, '^[0-9]*$') THEN {card_shaped_sql(cell)} ELSE"
            f" {candidate} END)"
        )

    def damaged(self) -> str:
        """Rows with a number that Excel destroyed (2)."""
        named = (
            damaged_sql(text_of(column))
            for column in self.columns
            if names_card(column) and column not in self.integers
        )
        return " OR ".join(("coalesce(regexp_matches(_issues, '=excel(;|$)'), false)", *named))

    # as every expectation of content has it
    def found(self, column: str, asks: Queries, filled: int) -> Found:
        """The cells that must be judged one by one, where the column as a whole does not settle
        them.
        """
        cells = self.temp_table_name(f"cells_{self.place(column)}")
        asks.keep(cells, card_cells_query(self.candidates(column, asks), every=names_card(column)))
        decision = self._decide(column, cells, asks)
        judge = partial(
            cell_finds,
            in_cell=partial(card_data_in_cell, name=column, decision=decision),
            place=self.place(column),
        )
        return Found(decision, MappedQuery(sql=f"SELECT record, cell FROM {cells}", judge=judge))

    def joined_aggregates(self) -> dict[str, str]:
        """How many cells of a column are filled."""
        return {
            f"texts {column}": f"count(nullif({text_of(column)}, ''))"
            for run in self.beside
            for column in run
        }

    def joined_conditions(self) -> dict[str, tuple[str, str]]:
        """How many of them may be parts of a number."""
        return {
            f"parts {column}": (column, split_part_sql(CELL))
            for run in self.beside
            for column in run
        }

    def joined(self, metrics: Mapping[str, Any], asks: Queries) -> Mapping[tuple[str, ...], Found]:
        """Numbers that are split over columns in which most cells may be parts of one."""
        parts = {
            column
            for run in self.beside
            for column in run
            if 2 * int(metrics[f"parts {column}"]) > int(metrics[f"texts {column}"])
        }
        windowed = [
            tuple(run[place] for place in window)
            for run in self.beside
            for window in windows(len(run))
        ]
        decided = [
            (columns, self._decide_split(columns, asks))
            for columns in windowed
            if parts.issuperset(columns)
        ]
        return {
            columns: Found(decision, self._split_cells(columns, decision))
            for columns, decision in without_overlaps(decided)
        }

    def _decide_split(self, columns: tuple[str, ...], asks: Queries) -> ColumnDecision:
        (counts,) = asks.fetch(
            split_profile_query(quoted(self.relation), [text_of(column) for column in columns])
        )
        return decide_split_columns(
            dict(zip(SPLIT_PROFILE, map(int, counts), strict=True)), columns
        )

    def _split_cells(self, columns: tuple[str, ...], decision: ColumnDecision) -> MappedQuery:
        level = LEVELS.index((decision.level or Level.REVIEW).value)
        judge = partial(split_finds, places=[self.place(column) for column in columns], level=level)
        return MappedQuery(
            sql=split_cells_query(
                quoted(self.relation), self.key_sql, [text_of(column) for column in columns]
            ),
            judge=judge,
        )

    def _decide(self, column: str, cells: str, asks: Queries) -> ColumnDecision:
        """What the column as a whole is: its running text counted cell by cell, its numbers, if
        they matter, by the engine.
        """
        counts = counts_of(
            asks,
            MappedQuery(
                sql=f"SELECT cell FROM {cells} WHERE number IS NULL",
                judge=partial(card_text_counts, name=column),
            ),
        )
        ((numbers,),) = asks.fetch(f"SELECT count(number) FROM {cells}")
        if numbers or names_card(column):
            (row,) = asks.fetch(profile_query(quoted(self.relation), [text_of(column)]))
            counts |= dict(zip(PROFILE, (int(count or 0) for count in row), strict=True))
        if names_account_data(column):
            counts |= self._counted(cells, profile_account, asks)
        if names_card(column):
            counts |= self._counted(cells, profile_truncated, asks)
        return decide_card_data(counts, column)

    def _counted(self, cells: str, profile: Profile, asks: Queries) -> dict[str, int]:
        return counts_of(
            asks,
            MappedQuery(
                sql=f"SELECT cell FROM {cells}", judge=partial(cell_counts, profile=profile)
            ),
        )


def damaged_sql(cell: str) -> str:
    """SQL, true of a cell (an expression of type text) that a spreadsheet rounded;
    false for null.
    """
    return (
        f"(CASE WHEN length({cell}) <= {LONGEST_DAMAGED} THEN regexp_matches(trim({cell}),"
        f" '{EXCEL_DAMAGED}') ELSE false END)"
    )


# meta
def no_card_data(*, data_set: DataSet, table: str, **kwargs: Any) -> ExpectNoCardData:
    """The expectation for every column of a data set."""
    columns = columns_to_look_into(data_set, table)
    integers = [column for column in columns if data_set.own[column] == "BIGINT"]
    canonical = TABLES[table].names  # their meaning is known, and none is a part of a card
    beside = [
        list(run)
        for eligible, run in groupby(
            (name for name in columns if name not in canonical),
            lambda name: not names_other_numbers(name),
        )
        if eligible
    ]
    return ExpectNoCardData(
        relation=f"export_{table}",
        columns=columns,
        integers=integers,
        beside=[run for run in beside if len(run) > 1],
        key_sql=data_set.key_sql,
        **kwargs,
    )
