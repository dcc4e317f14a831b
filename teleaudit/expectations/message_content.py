"""No column of the teledata holds what people wrote to each other.

A column is judged by its name and by how its values look together; catalogue text (tariffs, error texts, hang-up causes)
repeats and is none. See ``detectors/messages.py`` for the rules and their sources.
Left out: pictures and sound outside the tables, and single short answers ("Ok") in a column that is not named for content.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from teleaudit.detectors.decisions import gravest
from teleaudit.detectors.messages import decide_message_column, is_catalogue, messages_in_cell, names_content, profile_messages
from teleaudit.detectors.prefilter import message_candidate_sql
from teleaudit.expectations.content import ExpectNoContent, columns_to_look_into, text_of
from teleaudit.expectations.rows import DataSet, Fetch, quoted


class ExpectNoMessageContent(ExpectNoContent):
    """No cell holds the content of an SMS or MMS."""

    def candidate(self, column: str) -> str:
        """Cells that read like text or hide it; every filled cell of a column that is named for content."""
        return f"({quoted(column)} IS NOT NULL)" if names_content(column) == "strong" else message_candidate_sql(text_of(column))

    def hits(self, column: str, fetch: Fetch) -> Iterator[tuple[str, str]]:
        """Record key and level of every cell with content in one column."""
        text, relation, candidate = text_of(column), quoted(self.relation), self.candidate(column)
        ((cells,),) = fetch(f"SELECT count({quoted(column)}) FROM {relation}")
        distinct = list(fetch(f"SELECT {text}, count(*) FROM {relation} WHERE {candidate} GROUP BY ALL"))
        decision = decide_message_column(profile_messages(distinct, cells=cells), column)
        if decision.level is None:
            return
        from_a_list = {value for value, times in distinct if decision.reason != "by_name" and is_catalogue(times, cells)}
        judged = ((value, gravest(hit.level for hit in messages_in_cell(value, name=column, decision=decision))) for value, _ in distinct if value not in from_a_list)
        levels = {value: level.value for value, level in judged if level is not None}
        if levels:
            for record_key, value in fetch(f"SELECT {self.key_sql}, {text} FROM {relation} WHERE {candidate}"):
                if value in levels:
                    yield record_key, levels[value]


def no_message_content(*, data_set: DataSet, table: str, **kwargs: Any) -> ExpectNoMessageContent:  # noqa: ANN401 (meta)
    """The expectation for every column of a data set."""
    texts = [column for column in columns_to_look_into(data_set, table) if data_set.own[column] == "VARCHAR"]  # a number says nothing
    return ExpectNoMessageContent(relation=f"export_{table}", columns=texts, key_sql=data_set.key_sql, **kwargs)
