"""What an analyst asks in words of their own: one SELECT on the canonical tables and data sets.

It cannot leak, because no value is there. The tables that a query names are copied into a database of
their own as ``masking`` shows them, and the query runs in an instance of DuckDB that holds this copy
and nothing else: read-only, without access to files, network, extensions or variables of the notebook,
its configuration locked. Whatever the query makes of a column (another name, capitals, a part of it, an
error that quotes it), it makes of a pseudonym. Counts, distinct counts, sums and joins are those of the
exports.
"""

from __future__ import annotations

import itertools
from collections.abc import Collection, Mapping
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb
import pandas as pd

from teleaudit.schema.sql import literal, quoted
from teleaudit.sessions.asked_sql import AskedSql, first_lines
from teleaudit.sessions.masking import Mask, shown_columns
from teleaudit.sessions.refusing import refuse

if TYPE_CHECKING:
    from teleaudit.engines.duckdb import DuckDBEngine

_COPY = "masked"
_numbers = itertools.count()
_LOCKED: Mapping[str, Any] = {
    "autoinstall_known_extensions": "false",
    "autoload_known_extensions": "false",
    "python_enable_replacements": "false",
    "enable_external_access": "false",
    "lock_configuration": "true",
}


class FreeSql:
    """The masked copies of a session's tables, and what is asked of them."""

    def __init__(self, engine: DuckDBEngine, mask: Mask, folder: Path, memory: str) -> None:
        """``folder`` is one that others cannot enter; the copies lie there."""
        self._engine, self._mask, self._memory = engine, mask, memory
        name = f"{_COPY}-{next(_numbers)}"  # a data frame has copies of its own
        self._file, self._spill = folder / f"{name}.duckdb", folder / f"{name}.spill"
        self._columns: dict[str, dict[str, str]] = {}  # table -> what it may show
        self._copied: dict[str, frozenset[str]] = {}  # table -> its columns

    def ask(self, sql: str, limit: int) -> tuple[pd.DataFrame, bool]:
        """The first rows of a query's answer, and whether there are more. Raises: LabError."""
        asked = AskedSql.of(sql)
        # a name that DuckDB does not find is looked for among all columns: its message names the near
        for names in (asked.names, None):
            self._copy(asked.tables, names)
            try:
                rows = self._answer(sql, limit + 1)
                break
            except duckdb.Error as error:
                if names is None or not isinstance(error, duckdb.BinderException):
                    refuse("sql_failed", said=first_lines(error))
        return rows.head(limit), len(rows) > limit

    def _answer(self, sql: str, limit: int) -> pd.DataFrame:
        with closing(duckdb.connect(":memory:")) as connection:
            connection.execute(f"SET memory_limit = {literal(self._memory)}")
            connection.execute(f"SET temp_directory = {literal(str(self._spill))}")
            if self._copied:
                connection.execute(f"ATTACH {literal(str(self._file))} AS {_COPY} (READ_ONLY)")
                connection.execute(f"USE {_COPY}")
            for name, value in _LOCKED.items():
                connection.execute(f"SET {name} = {value}")
            rows: pd.DataFrame = connection.sql(sql).limit(limit).df()
        return rows

    def _copy(self, tables: Collection[str], names: Collection[str] | None) -> None:
        """Copy columns of these names as they are shown, each once; all columns where there are none."""
        for table in sorted(tables):
            if table not in self._columns:
                self._columns[table] = shown_columns(self._engine, table)
            shown = self._columns[table]
            wanted = {name for name in shown if names is None or name.casefold() in names}
            before = self._copied.get(table)
            if before is None or not wanted <= before:
                # a table has a column
                kept = wanted | (before or frozenset()) or {next(iter(shown))}
                self._write(table, {name: kind for name, kind in shown.items() if name in kept})

    def _write(self, table: str, columns: Mapping[str, str]) -> None:
        shown = self._mask.select(table, columns)
        with closing(self._engine.cursor()) as cursor, self._engine.watched():
            cursor.execute(f"ATTACH {literal(str(self._file))} AS {_COPY}")
            try:
                cursor.execute(
                    f"CREATE OR REPLACE TABLE {_COPY}.{quoted(table)} AS SELECT {shown} FROM"
                    f" {quoted(table)}"
                )
            finally:
                cursor.execute(f"DETACH {_COPY}")
        self._file.chmod(0o600)
        self._copied[table] = frozenset(columns)
