"""What a check lacks of what was received: an export, its rows, or a column.

Told by names alone, before anything is asked; only whether a column holds nothing is asked of
whoever has the rows.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass

from teleaudit.exports.reading import ReadExport
from teleaudit.rules.audit_file import Audit
from teleaudit.rules.suites import Check, needed_columns
from teleaudit.schema import TABLES
from teleaudit.schema.views import View, data_set_view

# Without a single end date, and without services that have ends, nobody can say that no
# relationship has ended.
END_OF_RELATIONSHIP = "crm_customer.end_date"
_SERVICES = ("agreement", "subscription")


@dataclass(frozen=True)
class Missing:
    """What a check lacks."""

    why: str  # code
    detail: str  # name of the export, or table.column
    # of its data set that therefore nobody knows; none where the data set itself is missing
    columns: tuple[str, ...] = ()
    certain: tuple[str, ...] = ()  # of these, those that are true all the same where they say so


class Received:
    """The exports of an audit, as checks need them."""

    def __init__(
        self,
        audit: Audit,
        exports: Sequence[ReadExport],
        *,
        is_all_null: Callable[[str, str], bool],
        frames: Mapping[str, Collection[str]] | None = None,
    ) -> None:
        """``frames``: the columns of tables in memory, which stand in the place of exports;
        ``is_all_null``: whether a column of a table holds nothing.
        """
        self.audit, self.exports = audit, exports
        self._frames, self._is_all_null = frames or {}, is_all_null
        # canonical table -> its columns that exports hold
        self.filled: dict[str, frozenset[str]] = {
            table: (
                frozenset(self._frames[table]) & frozenset(TABLES[table].names)
                if table in self._frames
                else frozenset(
                    name for export in exports if export.table == table for name in export.columns
                )
            )
            for table in TABLES
        }
        # without the tables of which nothing can be read
        self.usable = {
            table: frozenset[str]() if self.no_table(table) else names
            for table, names in self.filled.items()
        }
        # every register of services that the controller holds: what one of them says nothing of may
        # stand in another
        delivered = [bool(self.filled[table]) for table in _SERVICES]
        self.services_known = any(delivered) and all(
            there or table in audit.not_held
            for table, there in zip(_SERVICES, delivered, strict=True)
        )

    def view(self, data_set: str) -> View:
        """The view of a data set by what is there."""
        return data_set_view(data_set).by(self.usable)

    def no_table(self, table: str) -> tuple[str, str] | None:
        """Code and name of what is missing where nothing of a table can be read."""
        if table in self._frames:
            return None
        own = [export for export in self.exports if export.table == table]
        if not own:
            return "no_export", table
        for export in own:
            if export.problem is not None:
                return (
                    "no_rows" if export.files else "no_export"
                ), f"{export.name}: {export.problem}"
        return None

    def not_held(self, check: Check) -> str | None:
        """The table that the controller declared not to hold, where a check is about it or rests on
        a column of it; whatever else the check lacks then is of no account.
        """
        if not self.audit.not_held:
            return None
        needed = (
            name.partition(".")[0]
            for names in needed_columns(check, self.usable).values()
            for name in names
        )
        return next(
            (
                table
                for table in (self.view(check.data_set).table, *needed)
                if table in self.audit.not_held and table not in self._frames
            ),
            None,
        )

    def missing(self, check: Check) -> Missing | None:
        """What is missing for a check: an export, its rows, or a column; the first stands for
        all.
        """
        view = self.view(check.data_set)
        if problem := self.no_table(view.table):
            return Missing(*problem)
        lacking = self._lacking(check, view)
        if not lacking:
            return None
        certain = [
            column
            for column, found in lacking.items()
            if all(self._adds_rows_only(view, column, name) for name in found)
        ]
        return Missing(
            *next(iter(next(iter(lacking.values())).values())),
            columns=tuple(lacking),
            certain=tuple(certain),
        )

    def all_missing(self, check: Check) -> tuple[tuple[str, str], ...]:
        """Code and name of everything that is missing for a check, each once."""
        view = self.view(check.data_set)
        if problem := self.no_table(view.table):
            return (problem,)
        return tuple(
            dict.fromkeys(
                problem
                for found in self._lacking(check, view).values()
                for problem in found.values()
            )
        )

    def _lacking(self, check: Check, view: View) -> dict[str, dict[str, tuple[str, str]]]:
        """Column -> what is missing of what it needs -> code and name."""
        lacking: dict[str, dict[str, tuple[str, str]]] = {}
        for column, names in needed_columns(check, self.usable).items():
            if found := {
                name: problem for name in names if (problem := self._lacks(view, column, name))
            }:
                lacking[column] = found
        return lacking

    def _adds_rows_only(self, view: View, column: str, needed: str) -> bool:
        """Whether all of the table that something is missing of is missing, and a column is true
        without it where it says so.
        """
        table = needed.partition(".")[0]
        return table in view.certain.get(column, ()) and self.no_table(table) is not None

    def _lacks(self, view: View, column: str, needed: str) -> tuple[str, str] | None:
        """Code and name of what is missing for a column of a data set, in what it needs."""
        table, _, name = needed.partition(".")
        if problem := self.no_table(table):
            return problem
        if name not in self.filled[table]:
            return "missing_column", needed
        if (
            column in view.requires
            and needed == END_OF_RELATIONSHIP
            and not self.services_known
            and self._is_all_null(table, name)
        ):
            return "all_null", needed
        return None
