"""No column of the teledata holds what people wrote to each other.

A column is judged by its name and by how its values look together; catalogue text (tariffs, error
texts, hang-up causes) repeats and is none. Of a column of messages every record with a filled cell
deviates, but for words for "no value", numbers and catalogue text; of another the records whose
cells read as messages. See ``detectors/message_values.py`` and ``messages.py`` for the rules and
their sources. Left out: pictures and sound outside the tables, and single short answers ("Ok") in a
column that is not named for content.
"""

from __future__ import annotations

from functools import partial
from typing import Any

from teleaudit.detectors.decisions import ColumnDecision
from teleaudit.detectors.judge import MESSAGE_CELLS, message_counts, message_levels
from teleaudit.detectors.message_values import names_content
from teleaudit.detectors.messages import WHOLE_COLUMN, decide_message_column
from teleaudit.detectors.prefilter import (
    message_candidate_sql,
    message_shape_sql,
    message_skeleton_sql,
)
from teleaudit.detectors.tables import message_context
from teleaudit.expectations.content import (
    ExpectNoContent,
    Found,
    columns_to_look_into,
    counts_of,
    text_of,
)
from teleaudit.expectations.queries import MappedQuery, Queries
from teleaudit.expectations.rows import DataSet
from teleaudit.schema.sql import quoted

_SHAPES = "SELECT shape, times, alike, count(*) AS texts FROM {texts} GROUP BY shape, times, alike"


class ExpectNoMessageContent(ExpectNoContent):
    """No cell holds the content of an SMS or MMS."""

    context: dict[str, int]  # what the table is about

    asks_filled = True

    def candidate(self, column: str, cell: str) -> str:
        """Cells that read like text or hide it; every filled cell of a column that is named for
        content, or may be.
        """
        return f"({cell} IS NOT NULL)" if names_content(column) else message_candidate_sql(cell)

    def found(self, column: str, asks: Queries, filled: int) -> Found:
        """Every text with the number of cells that hold it, and that hold the same but for numbers
        and names: what stands in many comes from a list.

        Texts of one shape are judged once. Where the candidates make the whole column one of
        messages, its other cells are asked for too.
        """
        decision = self._decided(column, asks, filled, self._candidate_texts(column, asks))
        if decision.reason in WHOLE_COLUMN and not names_content(column):
            asks.drop(self._texts(column))
            whole = self._decided(
                column,
                asks,
                filled,
                f"SELECT cell, times FROM ({self._values(column)}) AS texts WHERE cell IS NOT NULL",
            )
            decision = whole if whole.reason in WHOLE_COLUMN else decision
        if decision.level is None:
            return Found(decision)
        levels, texts = self.temp_table_name(f"levels_{self.place(column)}"), self._texts(column)
        judged = MappedQuery(
            sql=_SHAPES.format(texts=texts),
            judge=partial(message_levels, name=column, cells=filled, decision=decision),
        )
        asks.create_temp_table(
            levels,
            [judged],
            {"shape": "VARCHAR", "times": "BIGINT", "alike": "BIGINT", "level": "BIGINT"},
        )
        record = (
            f"{self.key_sql} AS record_key, CAST({self.place(column)} AS BIGINT) AS place,"
            " messages.level"
        )
        messages = f"SELECT cell, level FROM {texts} JOIN {levels} USING (shape, times, alike)"
        joined = (
            f"{quoted(self.relation)} JOIN ({messages}) AS messages ON {text_of(column)} ="
            " messages.cell"
        )
        return Found(decision, MappedQuery(sql=f"SELECT {record} FROM {joined}"))

    def _texts(self, column: str) -> str:
        return self.temp_table_name(f"cells_{self.place(column)}")

    def _decided(self, column: str, asks: Queries, filled: int, counted: str) -> ColumnDecision:
        """What texts and their times, a query, say of the column. They are kept."""
        texts = self._texts(column)
        alike = (
            f"CAST(sum(times) OVER (PARTITION BY {message_skeleton_sql('cell')}) AS BIGINT) AS"
            " alike"
        )
        asks.keep(
            texts,
            f"SELECT cell, times, {alike}, {message_shape_sql('cell')} AS shape FROM ({counted}) AS"
            " counted",
        )
        counts = counts_of(
            asks,
            MappedQuery(
                sql=_SHAPES.format(texts=texts), judge=partial(message_counts, cells=filled)
            ),
        )
        return decide_message_column(counts | self.context | {MESSAGE_CELLS: filled}, column)

    def _candidate_texts(self, column: str, asks: Queries) -> str:
        """Each candidate and how many cells hold it.

        MATERIALIZED, or DuckDB would ask the condition of every row again.
        """
        if not asks.is_low_cardinality(self.relation, self.cell(column)):
            return (
                f"SELECT cell, count(*) AS times FROM {self.candidates(column, asks)} GROUP BY cell"
            )
        return (
            f"WITH texts AS MATERIALIZED ({self._values(column)}) SELECT cell, times FROM texts"
            f" WHERE {self.candidate(column, 'cell')}"
        )

    def _values(self, column: str) -> str:
        return (
            f"SELECT {self.cell(column)} AS cell, count(*) AS times FROM {quoted(self.relation)}"
            f" GROUP BY {self.cell(column)}"
        )


# meta
def no_message_content(*, data_set: DataSet, table: str, **kwargs: Any) -> ExpectNoMessageContent:
    """The expectation for every column of a data set."""
    # a number says nothing
    texts = [
        column
        for column in columns_to_look_into(data_set, table)
        if data_set.own[column] == "VARCHAR"
    ]
    # its canonical columns are there whether filled or not
    context = dict(message_context((), table=table))
    return ExpectNoMessageContent(
        relation=f"export_{table}",
        columns=texts,
        key_sql=data_set.key_sql,
        context=context,
        **kwargs,
    )
