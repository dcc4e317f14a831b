"""No column of the teledata holds what people wrote to each other.

A column is judged by its name and by how its values look together; catalogue text (tariffs, error texts, hang-up causes)
repeats and is none. See ``detectors/message_values.py`` and ``messages.py`` for the rules and their sources.
Left out: pictures and sound outside the tables, and single short answers ("Ok") in a column that is not named for content.
"""

from __future__ import annotations

from functools import partial
from typing import Any

from teleaudit.detectors.judging import MESSAGE_CELLS, message_counts, message_levels
from teleaudit.detectors.message_values import names_content
from teleaudit.detectors.messages import decide_message_column
from teleaudit.detectors.prefilter import message_candidate_sql, message_shape_sql, message_skeleton_sql
from teleaudit.expectations.asking import Asks, Judged
from teleaudit.expectations.content import ExpectNoContent, Found, columns_to_look_into, counts_of, text_of
from teleaudit.expectations.rows import DataSet
from teleaudit.schema.sql import quoted


class ExpectNoMessageContent(ExpectNoContent):
    """No cell holds the content of an SMS or MMS."""

    asks_filled = True

    def candidate(self, column: str, cell: str) -> str:
        """Cells that read like text or hide it; every filled cell of a column that is named for content, or may be."""
        return f"({cell} IS NOT NULL)" if names_content(column) else message_candidate_sql(cell)

    def found(self, column: str, asks: Asks, filled: int) -> Found:
        """Every text with the number of cells that hold it, and that hold the same but for numbers and names: what stands in many comes from a list.

        Texts of one shape are judged once.
        """
        text, texts = text_of(column), self.kept_name(f"cells_{self.place(column)}")
        alike = f"CAST(sum(times) OVER (PARTITION BY {message_skeleton_sql('cell')}) AS BIGINT) AS alike"
        asks.keep(texts, f"SELECT cell, times, {alike}, {message_shape_sql('cell')} AS shape FROM ({self._counted(column, asks)}) AS counted")
        shapes = f"SELECT shape, times, alike, count(*) AS texts FROM {texts} GROUP BY shape, times, alike"
        counts = counts_of(asks, Judged(sql=shapes, judge=partial(message_counts, cells=filled)))
        decision = decide_message_column(counts | {MESSAGE_CELLS: filled}, column)
        if decision.level is None:
            return Found(decision)
        levels = self.kept_name(f"levels_{self.place(column)}")
        judged = Judged(sql=shapes, judge=partial(message_levels, name=column, cells=filled, decision=decision))
        asks.keep_judged(levels, [judged], {"shape": "VARCHAR", "times": "BIGINT", "alike": "BIGINT", "level": "BIGINT"})
        record = f"{self.key_sql} AS record_key, CAST({self.place(column)} AS BIGINT) AS place, messages.level"
        messages = f"SELECT cell, level FROM {texts} JOIN {levels} USING (shape, times, alike)"
        joined = f"{quoted(self.relation)} JOIN ({messages}) AS messages ON {text} = messages.cell"
        return Found(decision, Judged(sql=f"SELECT {record} FROM {joined}"))

    def _counted(self, column: str, asks: Asks) -> str:
        """Each candidate and how many cells hold it. MATERIALIZED, or DuckDB would ask the condition of every row again."""
        text, relation = self.cell(column), quoted(self.relation)
        if not asks.has_few_values(self.relation, text):
            return f"SELECT cell, count(*) AS times FROM {self.candidates(column, asks)} GROUP BY cell"
        values = f"SELECT {text} AS cell, count(*) AS times FROM {relation} GROUP BY {text}"
        return f"WITH texts AS MATERIALIZED ({values}) SELECT cell, times FROM texts WHERE {self.candidate(column, 'cell')}"


def no_message_content(*, data_set: DataSet, table: str, **kwargs: Any) -> ExpectNoMessageContent:  # noqa: ANN401 (meta)
    """The expectation for every column of a data set."""
    texts = [column for column in columns_to_look_into(data_set, table) if data_set.own[column] == "VARCHAR"]  # a number says nothing
    return ExpectNoMessageContent(relation=f"export_{table}", columns=texts, key_sql=data_set.key_sql, **kwargs)
