"""No column of the teledata holds what people wrote to each other.

A column is judged by its name and by how its values look together; catalogue text (tariffs, error texts, hang-up causes)
repeats and is none. See ``detectors/messages.py`` for the rules and their sources.
Left out: pictures and sound outside the tables, and single short answers ("Ok") in a column that is not named for content.
"""

from __future__ import annotations

from functools import partial
from typing import Any

from teleaudit.detectors.judging import MESSAGE_CELLS, message_counts, message_levels
from teleaudit.detectors.messages import decide_message_column, names_content
from teleaudit.detectors.prefilter import message_candidate_sql, message_skeleton_sql
from teleaudit.expectations.asking import Asks, Judged
from teleaudit.expectations.content import ExpectNoContent, Found, columns_to_look_into, counts_of, text_of
from teleaudit.expectations.rows import DataSet, quoted


class ExpectNoMessageContent(ExpectNoContent):
    """No cell holds the content of an SMS or MMS."""

    def candidate(self, column: str) -> str:
        """Cells that read like text or hide it; every filled cell of a column that is named for content, or may be."""
        return f"({quoted(column)} IS NOT NULL)" if names_content(column) else message_candidate_sql(text_of(column))

    def found(self, column: str, asks: Asks) -> Found:
        """Every candidate with the number of cells that hold the same text, and the same but for numbers and names: what stands in many comes from a list."""
        text, texts = text_of(column), self.kept_name(f"cells_{self.place(column)}")
        ((cells,),) = asks.fetch(f"SELECT count({quoted(column)}) FROM {quoted(self.relation)}")
        counted = f"SELECT {text} AS cell, count(*) AS times FROM {quoted(self.relation)} WHERE {self.candidate(column)} GROUP BY {text}"
        asks.keep(texts, f"SELECT cell, times, CAST(sum(times) OVER (PARTITION BY {message_skeleton_sql('cell')}) AS BIGINT) AS alike FROM ({counted}) AS counted")
        counts = counts_of(asks, Judged(sql=f"SELECT cell, times, alike FROM {texts}", judge=partial(message_counts, cells=cells)))
        decision = decide_message_column(counts | {MESSAGE_CELLS: cells}, column)
        if decision.level is None:
            return Found(decision)
        levels = self.kept_name(f"levels_{self.place(column)}")
        asks.keep_judged(
            levels,
            [Judged(sql=f"SELECT cell, times, alike FROM {texts}", judge=partial(message_levels, name=column, cells=cells, decision=decision))],
            {"cell": "VARCHAR", "level": "BIGINT"},
        )
        record = f"{self.key_sql} AS record_key, CAST({self.place(column)} AS BIGINT) AS place, levels.level"
        return Found(decision, Judged(sql=f"SELECT {record} FROM {quoted(self.relation)} JOIN {levels} AS levels ON {text} = levels.cell WHERE {self.candidate(column)}"))


def no_message_content(*, data_set: DataSet, table: str, **kwargs: Any) -> ExpectNoMessageContent:  # noqa: ANN401 (meta)
    """The expectation for every column of a data set."""
    texts = [column for column in columns_to_look_into(data_set, table) if data_set.own[column] == "VARCHAR"]  # a number says nothing
    return ExpectNoMessageContent(relation=f"export_{table}", columns=texts, key_sql=data_set.key_sql, **kwargs)
