"""A data set holds what the policy lists and nothing else.

A column outside a policy's list that holds a value is data of which the policy says nothing: a
deviation where the list is closed, a question for a person where it is open. The
unit is the column. The list names canonical columns, and headers of what no audit maps; spelling
apart (``E-mail``, ``e_mail``).
What an extra column holds is told by its name, or by how its values look where the name tells
nothing (``detectors.attributes``).
Left out:
1. columns for notes: what stands in them differs from cell to cell, and the detectors look into
   each;
2. columns that another check of the same data set judges: places and message content in teledata,
   and those named for one of ``except_kinds``;
3. technical columns: in teledata those whose name says so, elsewhere too those that the operator
   declared, unless the name tells that they hold something about a person.
Not judged: a column that may well be one of the list which no export fills, by its name or because
its values are dates. Nobody
has mapped it; it is counted as ``not_mapped`` and is no deviation. One whose name says what it
holds fits only a column of that kind.

Source: GDPR article 5(1)(c) on data minimisation, 13(1) on what the data subject is told. With
``kinds`` only columns named for these kinds are outside the list.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

from teleaudit.detectors.attributes import (
    DATE_PATTERNS,
    NEARLY_ALL,
    VALUE_PATTERNS,
    kind_of_counts,
    kind_of_name,
    names_note,
    names_technical,
)
from teleaudit.detectors.message_values import names_content
from teleaudit.detectors.names import words_of
from teleaudit.expectations.content import exported_columns, text_of
from teleaudit.expectations.empty_columns import ExpectEmptyColumns
from teleaudit.expectations.rows import DataSet
from teleaudit.exports.suggesting import fits_unfilled
from teleaudit.rules.verdicts import Answer
from teleaudit.schema import TABLES, Column, Table
from teleaudit.schema.sql import literal, quoted

_TELEDATA = "cdr"
_OF_THE_NETWORK = ("cdr", "interconnect", "ip_session")
_ALLOWED_BY_SOME = ("birth_date", "gender")


class ExpectOnlyListedColumns(ExpectEmptyColumns):
    """Columns outside the list are empty or absent."""

    named: dict[str, str]  # the columns whose name says what they hold, with its kind
    # the columns whose name fits a listed column that no export fills -> that column
    unmapped: dict[str, str]
    # columns that would fit one if their values were dates: how they would look -> that column
    dated: dict[str, dict[str, str]]

    def aggregates(self) -> dict[str, str]:
        """The number of values, and how many of them look like what, of each column whose name
        tells nothing.
        """
        asked = [
            (column, kind, pattern)
            for column in self.columns
            if column not in self.named
            for kind, pattern in VALUE_PATTERNS.items()
        ]
        asked += [
            (column, look, DATE_PATTERNS[look])
            for column, looks in self.dated.items()
            for look in looks
        ]
        looks = {
            _look(
                kind, column
            ): f"count(*) FILTER (WHERE regexp_matches({text_of(column)}, {literal(pattern)}))"
            for column, kind, pattern in asked
        }
        return super().aggregates() | looks

    def answer(self, counts: dict[str, int]) -> Answer:
        """The numbers, and what each extra column holds; a column that nobody mapped is
        not judged.
        """
        found = super().answer(counts)
        unmapped = {
            column: fits
            for column, values in found.columns.items()
            if (fits := self._fits(column, values, counts))
        }
        outside = {
            column: values for column, values in found.columns.items() if column not in unmapped
        }
        reasons = {"not_mapped": len(unmapped)} if unmapped else {}
        kinds = {
            column: self.named.get(column) or self._kind(column, values, counts)
            for column, values in outside.items()
        }
        return replace(
            found,
            assessable=found.assessable - len(unmapped),
            deviations=len(outside),
            reasons=reasons,
            columns=outside,
            unmapped=unmapped,
            kinds=kinds,
        )

    def _fits(self, column: str, values: int, counts: dict[str, int]) -> str | None:
        """The listed column, filled by no export, that a column may well be."""
        by_look = (
            fits
            for look, fits in self.dated.get(column, {}).items()
            if counts[_look(look, column)] >= NEARLY_ALL * values
        )
        return self.unmapped.get(column) or next(by_look, None)

    def _kind(self, column: str, values: int, counts: dict[str, int]) -> str:
        return kind_of_counts(
            {kind: counts[_look(kind, column)] for kind in VALUE_PATTERNS}, values=values
        )


def _look(kind: str, column: str) -> str:
    return f"{kind} in {quoted(column)}"


# meta
def only_listed_columns(
    *,
    listed: Iterable[str],
    kinds: Iterable[str],
    except_kinds: Sequence[str],
    technical: Iterable[str] = (),
    data_set: DataSet,
    table: str,
    **kwargs: Any,
) -> ExpectOnlyListedColumns:
    """The expectation for the columns a data set has; ``technical`` are those that the operator
    declared.
    """
    known = {_plain(name) for name in listed}
    declared = {_plain(name) for name in technical}
    own = [
        column
        for column in exported_columns(data_set, table)
        if not _is_left_out(column, table)
        and kind_of_name(column) not in except_kinds
        and not (_plain(column) in declared and not kind_of_name(column))
    ]
    outside = [column for column in own if _plain(column) not in known]
    named = {column: kind for column in outside if (kind := kind_of_name(column))}
    if wanted := set(kinds):
        outside = [column for column in outside if named.get(column) in wanted]
    unfilled = [
        column
        for column in TABLES[table].columns
        if column.name not in data_set.filled and _plain(column.name) in known
    ]
    unmapped = {
        column: fits
        for column in outside
        if (fits := _fits_by_name(column, named.get(column, ""), TABLES[table], unfilled))
    }
    names = [column.name for column in unfilled]
    unnamed = [column for column in outside if column not in unmapped and column not in named]
    dated = {
        column: {
            look: fits
            for look in DATE_PATTERNS
            if (fits := fits_unfilled(column, table=TABLES[table], unfilled=names, looks_like=look))
        }
        for column in unnamed
    }
    return ExpectOnlyListedColumns(
        columns=outside,
        others=len(own) - len(outside),
        named={column: named[column] for column in outside if column in named},
        unmapped=unmapped,
        dated={column: looks for column, looks in dated.items() if looks},
        **kwargs,
    )


def _fits_by_name(header: str, kind: str, table: Table, unfilled: Iterable[Column]) -> str | None:
    """The unfilled column that a header may be; of those that hold what the header says it holds,
    where it says so.
    """
    of_kind = [
        column.name
        for column in unfilled
        if not kind or kind in map(kind_of_name, (column.name, *column.synonyms))
    ]
    if kind in _ALLOWED_BY_SOME and of_kind:
        # no mapping is proposed for such a header, but where the list allows it, it is the column
        # that it says
        return of_kind[0]
    return fits_unfilled(header, table=table, unfilled=of_kind)


def _plain(name: str) -> str:
    return "".join(words_of(name))


def _is_left_out(column: str, table: str) -> bool:
    # (1), (2), (3)
    return (
        names_note(column)
        or (table in _OF_THE_NETWORK and names_technical(column))
        or (
            table == _TELEDATA
            and (kind_of_name(column) == "location" or names_content(column) != "")
        )
    )
