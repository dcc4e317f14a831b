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
from typing import Any, ClassVar

from teleaudit.counting import CELL
from teleaudit.detectors.judge import Judged, judge, message_counts, message_levels
from teleaudit.detectors.message_values import names_content
from teleaudit.detectors.messages import catalogue_bound, profile_rest
from teleaudit.detectors.prefilter import message_shape_sql, message_skeleton_sql, worded_sql
from teleaudit.expectations.content import (
    ExpectNoContent,
    Found,
    content_fields,
    counts_of,
    text_of,
)
from teleaudit.expectations.queries import MappedQuery, Queries
from teleaudit.expectations.rows import DataSet
from teleaudit.schema.sql import quoted

_SHAPES = "SELECT shape, times, alike, count(*) AS texts FROM {texts} GROUP BY shape, times, alike"


class ExpectNoMessageContent(ExpectNoContent):
    """No cell holds the content of an SMS or MMS."""

    kind: ClassVar[str] = "message"

    def found(self, column: str, asks: Queries, filled: int) -> Found:
        """Every text with the number of cells that hold it, and that hold the same but for numbers
        and names: what stands in many comes from a list.

        Texts of one shape are judged once. The other cells are counted where the candidates by
        themselves are something, and are finds where the whole column is one of messages.
        """
        self._keep_texts(column, asks, self._candidate_texts(column, asks))
        counts = self.counts(column, self._texts(column), asks, filled)
        (detector,) = self.detectors(column)
        judged = judge(detector, counts, name=column, context=self.context)
        if judged.holds and not names_content(column):
            counts |= {
                name: counts[name] + count
                for name, count in self._rest(column, asks, filled).items()
            }
            judged = judge(detector, counts, name=column, context=self.context)
            if judged.is_every_cell:
                asks.drop(self._texts(column))
                every = f"SELECT * FROM ({self._values(column)}) AS texts WHERE cell <> ''"
                self._keep_texts(column, asks, every)
        if not judged.holds:
            return Found(judged.decision)
        return Found(judged.decision, self._finds(column, asks, filled, judged))

    def _finds(self, column: str, asks: Queries, filled: int, judged: Judged) -> MappedQuery:
        levels, texts = self.temp_table_name(f"levels_{self.place(column)}"), self._texts(column)
        shapes = MappedQuery(
            sql=_SHAPES.format(texts=texts),
            judge=partial(message_levels, judged=judged, cells=filled),
        )
        asks.create_temp_table(
            levels,
            [shapes],
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
        return MappedQuery(sql=f"SELECT {record} FROM {joined}")

    def _texts(self, column: str) -> str:
        return self.temp_table_name(f"cells_{self.place(column)}")

    def _keep_texts(self, column: str, asks: Queries, counted: str) -> None:
        """Texts and their times, a query, with their shapes and the times of what is alike."""
        alike = (
            f"CAST(sum(times) OVER (PARTITION BY {message_skeleton_sql('cell')}) AS BIGINT) AS"
            " alike"
        )
        asks.keep(
            self._texts(column),
            f"SELECT cell, times, {alike}, {message_shape_sql('cell')} AS shape FROM ({counted}) AS"
            " counted",
        )

    def counts(self, column: str, cells: str, asks: Queries, filled: int) -> dict[str, int]:
        """Of the shapes of texts."""
        (detector,) = self.detectors(column)
        shapes = MappedQuery(
            sql=_SHAPES.format(texts=cells), judge=partial(message_counts, cells=filled)
        )
        return counts_of(asks, shapes) | {detector.filled: filled}

    def _rest(self, column: str, asks: Queries, filled: int) -> dict[str, int]:
        """What the cells that are no candidates add to the counts."""
        relation = asks.candidates(
            self.temp_table_name(f"candidates_{self.place(column)}"),
            self.relation,
            record=self.key_sql,
            cell=self.cell(column),
            condition=f"NOT {self.candidate(column, CELL)} AND {worded_sql(CELL)}",
        )
        times = f"SELECT count(*) AS times FROM {relation} GROUP BY cell"
        ((of_words, of_lists),) = asks.fetch(
            f"SELECT sum(times), sum(CASE WHEN times > {catalogue_bound(filled)} THEN times END)"
            f" FROM ({times}) AS texts"
        )
        words, listed = int(of_words or 0), int(of_lists or 0)
        return profile_rest(words=words - listed, listed=listed, others=0)

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
    return ExpectNoMessageContent(**content_fields("message", data_set, table), **kwargs)
