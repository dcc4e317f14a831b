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
   (``detectors/split_cards.py``);
2. a cell that Excel has turned into 4,57E+15 holds no number any more: where a number was due, or
   the column is named for cards, its row cannot be judged.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from itertools import groupby
from typing import Any, ClassVar

from teleaudit.counting import CELL
from teleaudit.detectors.account_data import names_account_data
from teleaudit.detectors.columns import EXCEL_DAMAGED, LONGEST_DAMAGED, PROFILE
from teleaudit.detectors.decisions import ColumnDecision, Level
from teleaudit.detectors.judge import LEVELS, split_finds
from teleaudit.detectors.names import names_card
from teleaudit.detectors.prefilter import (
    card_cells_query,
    profile_query,
    split_cells_query,
    split_part_sql,
    split_profile_query,
)
from teleaudit.detectors.split_cards import (
    PARTS_SHARE,
    SPLIT_PROFILE,
    decide_split_columns,
    names_other_numbers,
    windows,
    without_overlaps,
)
from teleaudit.expectations.content import ExpectNoContent, Found, content_fields, text_of
from teleaudit.expectations.queries import MappedQuery, Queries
from teleaudit.expectations.rows import DataSet
from teleaudit.schema import TABLES
from teleaudit.schema.sql import quoted


class ExpectNoCardData(ExpectNoContent):
    """No cell holds a full card number."""

    kind: ClassVar[str] = "card"

    integers: list[str]  # those of the columns that are whole numbers by type
    beside: list[list[str]]  # columns side by side that may hold a number together

    def cell(self, column: str) -> str:
        """Of whole numbers those of twelve digits or more, unless the column's name speaks of check
        codes.
        """
        if column not in self.integers or names_account_data(column):
            return text_of(column)
        return f"CASE WHEN {quoted(column)} >= {10**11} THEN {text_of(column)} END"

    def damaged(self) -> str:
        """Rows with a number that Excel destroyed (2)."""
        named = (
            damaged_sql(text_of(column))
            for column in self.columns
            if names_card(column) and column not in self.integers
        )
        return " OR ".join(("coalesce(regexp_matches(_issues, '=excel(;|$)'), false)", *named))

    def cells_query(self, column: str, asks: Queries) -> str:
        """Of whole numbers only those that could be a card's, unless the name speaks of cards."""
        return card_cells_query(self.candidates(column, asks), every=names_card(column))

    def counts(self, column: str, cells: str, asks: Queries, filled: int) -> dict[str, int]:
        """Running text is counted cell by cell; whole numbers, where they matter, by the engine,
        which counts those that are no candidates too.
        """
        cards, *others = self.detectors(column)
        text = f"SELECT cell FROM {cells} WHERE number IS NULL"
        counts = self.counted(column, text, [cards], asks)
        ((numbers,),) = asks.fetch(f"SELECT count(number) FROM {cells}")
        if numbers or names_card(column):
            (row,) = asks.fetch(profile_query(quoted(self.relation), [text_of(column)]))
            counts |= dict(zip(PROFILE, (int(count or 0) for count in row), strict=True))
        if others:
            counts |= self.counted(column, f"SELECT cell FROM {cells}", others, asks)
        return counts

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
            if int(metrics[f"parts {column}"]) > PARTS_SHARE * int(metrics[f"filled {column}"])
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
    fields = content_fields("card", data_set, table)
    canonical = TABLES[table].names  # their meaning is known, and none is a part of a card
    beside = [
        list(run)
        for eligible, run in groupby(
            (name for name in fields["columns"] if name not in canonical),
            lambda name: not names_other_numbers(name),
        )
        if eligible
    ]
    return ExpectNoCardData(
        integers=[column for column in fields["columns"] if data_set.own[column] == "BIGINT"],
        beside=[run for run in beside if len(run) > 1],
        **fields,
        **kwargs,
    )
