"""Needed columns that nobody mapped: of each table that was received, what checks rest on and no
export of it fills.

Told from the suites and the headers alone, before any check is asked; without an engine and without
a value.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from teleaudit.exports.reading import ReadExport
from teleaudit.exports.suggesting import fits_unfilled
from teleaudit.rules.suites import Check, Suite, checks_of, needed_columns
from teleaudit.schema import TABLES

_NAMED = 3  # checks in a sentence; more are counted


@dataclass(frozen=True, kw_only=True)
class Candidate:
    """A header of an export that may be the column."""

    export: str
    header: str


@dataclass(frozen=True, kw_only=True)
class MappingGap:
    """A canonical column that checks need and that no export of its table fills."""

    table: str
    column: str
    exports: tuple[str, ...]  # those of the table, by name
    # where the audit maps the column to a header that a file lacks
    looked_for: tuple[Candidate, ...]
    candidates: tuple[Candidate, ...]
    checks: tuple[str, ...]  # ids of those that cannot be judged without it, in suite order

    @property
    def label(self) -> str:
        """What Danish systems call the column, or its canonical name where that is
        known no better.
        """
        return column_label(self.table, self.column)

    @property
    def clauses(self) -> tuple[str, ...]:
        """The clauses that these checks belong to."""
        return tuple(dict.fromkeys(check.partition(".")[0] for check in self.checks))

    def as_json(self) -> dict[str, Any]:
        """The gap as it stands in results.json."""
        return asdict(self) | {"clauses": self.clauses}

    def describe(self, audit_file: str) -> str:
        """The gap in English: what is missing, what it may be, what it silences, and where to mend
        it.
        """
        more = f" and {len(self.checks) - _NAMED} more" if len(self.checks) > _NAMED else ""
        checks = (
            f"{len(self.checks)} {'check' if len(self.checks) == 1 else 'checks'} cannot be judged:"
            f" {', '.join(self.checks[:_NAMED])}{more}."
        )
        export = self.candidates[0].export if self.candidates else self.exports[0]
        otherwise = (
            "" if self.candidates or self.looked_for else constant_instead(self.table, self.column)
        )
        return (
            f"{self.describe_lack()}. {checks} Map it under"
            f" exports.{export}.columns in {audit_file}{otherwise}."
        )

    def describe_lack(self) -> str:
        """What is missing in which exports, and what it may be."""
        named = self.column if self.label == self.column else f"{self.column} ({self.label})"
        looked_for = {wanted.header: None for wanted in self.looked_for}
        is_missing = (
            f"{named} is mapped to {_quoted(looked_for)}, which a file lacks"
            if looked_for
            else f"nothing is mapped to {named}"
        )
        headers = {candidate.header: None for candidate in self.candidates}
        may_be = (
            f"the {'column' if len(headers) == 1 else 'columns'} {_quoted(headers)} may be it"
            if headers
            else "no other column looks like it"
        )
        return f"{', '.join(self.exports)}: {is_missing}; {may_be}"


def constant_instead(table: str, column: str) -> str:
    """The other way out where no header is the column: to say that it is empty.

    Nothing for one that every record of the table has.
    """
    return (
        ""
        if TABLES[table].column(column).required
        else f', or say that no record has one: constants: {{{column}: ""}}'
    )


def _quoted(names: Iterable[str]) -> str:
    return ", ".join(f'"{name}"' for name in names)


def column_label(table: str, column: str) -> str:
    """What Danish systems call a canonical column; its own name where nothing better is known."""
    usual = next(iter(TABLES[table].column(column).synonyms), column)
    return column if usual == column else usual.capitalize()


def find_mapping_gaps(
    suites: Iterable[Suite], exports: Sequence[ReadExport]
) -> tuple[MappingGap, ...]:
    """The gaps, those first that silence most checks.

    A check that rests on a table of which nothing was received is silenced by that, whatever is
    mapped, and counts for no gap.
    """
    received: dict[str, list[ReadExport]] = {}
    for export in exports:
        if export.problem is None:
            received.setdefault(export.table, []).append(export)
    filled = {
        table: frozenset(name for export in received.get(table, ()) for name in export.columns)
        for table in TABLES
    }
    silenced: dict[tuple[str, str], list[str]] = {}
    for check in checks_of(suites, filled):
        for needed in _needed_of_received(check, received, filled):
            table, _, column = needed.partition(".")
            if column not in filled[table]:
                silenced.setdefault((table, column), []).append(check.id)
    gaps = [
        mapping_gap(table, column, received[table], checks, filled[table])
        for (table, column), checks in silenced.items()
    ]
    return tuple(sorted(gaps, key=lambda gap: (-len(gap.checks), gap.table, gap.column)))


def _needed_of_received(
    check: Check, received: Mapping[str, object], filled: Mapping[str, frozenset[str]]
) -> tuple[str, ...]:
    """What a check needs, each once; nothing where a table is not there at all."""
    needed = dict.fromkeys(
        name for names in needed_columns(check, filled).values() for name in names
    )
    return tuple(needed) if all(name.partition(".")[0] in received for name in needed) else ()


def mapping_gap(
    table: str,
    column: str,
    exports: Sequence[ReadExport],
    checks: Sequence[str],
    filled: frozenset[str],
) -> MappingGap:
    """The gap that a column leaves that none of the table's exports fills, and what may be it."""
    unfilled = [name for name in TABLES[table].names if name not in filled]
    near = [
        Candidate(export=export.name, header=remark.near)
        for export in exports
        for remark in export.warnings
        if remark.canonical == column and remark.near
    ]
    fitting = [
        Candidate(export=export.name, header=header)
        for export in exports
        for header in (_header(name, table) for name in export.extra_columns)
        if header != export.missing_columns.get(column)
        and fits_unfilled(header, table=TABLES[table], unfilled=unfilled) == column
    ]
    return MappingGap(
        table=table,
        column=column,
        exports=tuple(export.name for export in exports),
        looked_for=tuple(
            Candidate(export=export.name, header=export.missing_columns[column])
            for export in exports
            if column in export.missing_columns
        ),
        candidates=tuple(dict.fromkeys([*near, *fitting])),
        checks=tuple(checks),
    )


def _header(name: str, table: str) -> str:
    """The header of an unmapped column: in the working copy one that is a canonical name has an
    underscore behind it.
    """
    bare = name.rstrip("_")
    return bare if bare.casefold() in TABLES[table].names else name
