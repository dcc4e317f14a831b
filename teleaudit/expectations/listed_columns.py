"""A data set holds what the policy lists and nothing else.

Where a policy gives a closed list, a column outside it that holds a value is data of which the policy says nothing. The
unit is the column. The list names canonical columns, and headers of what no audit maps; spelling apart (``E-mail``, ``e_mail``).
What an extra column holds is told by its name, or by how its values look where the name tells nothing (``detectors.attributes``).
Left out:
1. columns for notes: what stands in them differs from cell to cell, and the detectors look into each;
2. columns that another check of the same data set judges: places and message content in teledata.

Source: GDPR article 5(1)(c) on data minimisation, 13(1) on what the data subject is told. With ``kinds`` only columns named
for these kinds are outside the list.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from teleaudit.detectors.attributes import VALUE_PATTERNS, kind_of_counts, kind_of_name, names_note
from teleaudit.detectors.message_values import names_content
from teleaudit.detectors.names import words_of
from teleaudit.expectations.content import exported_columns, text_of
from teleaudit.expectations.empty_columns import ExpectEmptyColumns
from teleaudit.expectations.rows import DataSet, literal, quoted
from teleaudit.verdicts import Answer

_TELEDATA = "cdr"


class ExpectOnlyListedColumns(ExpectEmptyColumns):
    """Columns outside the list are empty or absent."""

    named: dict[str, str]  # the columns whose name says what they hold, with its kind

    def aggregates(self) -> dict[str, str]:
        """The number of values, and how many of them look like what, of each column whose name tells nothing."""
        unnamed = [column for column in self.columns if column not in self.named]
        looks = {
            _look(kind, column): f"count(*) FILTER (WHERE regexp_matches({text_of(column)}, {literal(pattern)}))" for column in unnamed for kind, pattern in VALUE_PATTERNS.items()
        }
        return super().aggregates() | looks

    def answer(self, counts: dict[str, int]) -> Answer:
        """The numbers, and what each extra column holds."""
        found = super().answer(counts)
        for column, values in found.columns.items():
            looks = {kind: counts.get(_look(kind, column), 0) for kind in VALUE_PATTERNS}
            found.kinds[column] = self.named.get(column) or kind_of_counts(looks, values=values)
        return found


def _look(kind: str, column: str) -> str:
    return f"{kind} in {quoted(column)}"


def only_listed_columns(*, listed: Iterable[str], kinds: Iterable[str], data_set: DataSet, table: str, **kwargs: Any) -> ExpectOnlyListedColumns:  # noqa: ANN401 (meta)
    """The expectation for the columns a data set has."""
    known = {_plain(name) for name in listed}
    own = [column for column in exported_columns(data_set, table) if not _is_left_out(column, table)]
    outside = [column for column in own if _plain(column) not in known]
    named = {column: kind for column in outside if (kind := kind_of_name(column))}
    if wanted := set(kinds):
        outside = [column for column in outside if named.get(column) in wanted]
    return ExpectOnlyListedColumns(columns=outside, others=len(own) - len(outside), named={column: named[column] for column in outside if column in named}, **kwargs)


def _plain(name: str) -> str:
    return "".join(words_of(name))


def _is_left_out(column: str, table: str) -> bool:
    return names_note(column) or (table == _TELEDATA and (kind_of_name(column) == "location" or names_content(column) != ""))  # (1), (2)
