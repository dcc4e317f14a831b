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
import json
import re
from collections.abc import Iterator, Mapping
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb
import pandas as pd

from teleaudit.rules.suites import data_set_names
from teleaudit.schema import FILE_COLUMN, LINE_COLUMN, TABLES
from teleaudit.schema.sql import literal, quoted
from teleaudit.schema.views import data_set_view
from teleaudit.sessions.masking import Mask
from teleaudit.sessions.refusing import near, refuse

if TYPE_CHECKING:
    from teleaudit.engines.duckdb import DuckDBEngine
    from teleaudit.engines.engine import Engine

_COPY = "masked"
_numbers = itertools.count()
# of these the rows are made of what the query itself says
_HARMLESS_TABLE_FUNCTIONS = frozenset({"range", "generate_series", "unnest", "repeat"})
_NUMBER = re.compile(r"U?(TINY|SMALL|BIG|HUGE)INT|U?INTEGER|DECIMAL|FLOAT|DOUBLE")
_LARGE = frozenset({"data_bytes", "bytes_in", "bytes_out", LINE_COLUMN})
_LIKE_A_NUMBER = 10_000_000  # eight digits
_ABOUT_THE_MACHINE = frozenset({"getenv", "current_setting", "getvariable"})
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
        self._copied: set[str] = set()

    def ask(self, sql: str, limit: int) -> tuple[pd.DataFrame, bool]:
        """The first rows of a query's answer, and whether there are more. Raises: LabError."""
        for name in sorted(_tables_of(sql)):
            self._copy(name)
        with closing(duckdb.connect(":memory:")) as connection:
            connection.execute(f"SET memory_limit = {literal(self._memory)}")
            connection.execute(f"SET temp_directory = {literal(str(self._spill))}")
            if self._copied:
                connection.execute(f"ATTACH {literal(str(self._file))} AS {_COPY} (READ_ONLY)")
                connection.execute(f"USE {_COPY}")
            for name, value in _LOCKED.items():
                connection.execute(f"SET {name} = {value}")
            try:
                answer = connection.sql(sql)
                rows = answer.limit(limit + 1).df()
            except duckdb.Error as error:
                refuse("sql_failed", said=_first_lines(error))
        return rows.head(limit), len(rows) > limit

    def _copy(self, name: str) -> None:
        """Copy a table as it is shown, once."""
        if name in self._copied:
            return
        shown = self._mask.select(name, shown_columns(self._engine, name))
        with closing(self._engine.cursor()) as cursor, self._engine.watched():
            cursor.execute(f"ATTACH {literal(str(self._file))} AS {_COPY}")
            try:
                cursor.execute(
                    f"CREATE OR REPLACE TABLE {_COPY}.{quoted(name)} AS SELECT {shown} FROM"
                    f" {quoted(name)}"
                )
            finally:
                cursor.execute(f"DETACH {_COPY}")
        self._file.chmod(0o600)
        self._copied.add(name)


def shown_columns(engine: Engine, data_set: str) -> dict[str, str]:
    """The columns of a data set that a session knows of, name -> type: the canonical ones and those
    that its view adds.

    What nobody mapped has a header of the operator's own, which may say anything. A column of numbers
    that look like those of persons is given the type of texts, and so is masked.
    """
    view = data_set_view(data_set)
    own = engine.columns(f"export_{view.table}") if view.table in TABLES else {}
    canonical = (*TABLES[view.table].names, FILE_COLUMN, LINE_COLUMN) if own else ()
    known = {
        name: kind
        for name, kind in engine.columns(data_set).items()
        if name in canonical or name not in own
    }
    return known | dict.fromkeys(_numbers_of_persons(engine, data_set, known), "VARCHAR")


def _numbers_of_persons(engine: Engine, data_set: str, columns: Mapping[str, str]) -> Iterator[str]:
    """Columns of numbers of which at least half have so many digits as a telephone, CPR or card number:
    a quantity has not, bytes apart, and such a column was mapped wrongly.
    """
    numbers = [name for name, kind in columns.items() if _NUMBER.match(kind) and name not in _LARGE]
    if not numbers:
        return
    counts = ", ".join(
        f"count_if(abs({quoted(name)}) >= {_LIKE_A_NUMBER}), count({quoted(name)})"
        for name in numbers
    )
    ((*told,),) = engine.fetch(f"SELECT {counts} FROM {quoted(data_set)}")
    for name, large, all_of_them in zip(numbers, told[::2], told[1::2], strict=True):
        if large and 2 * large >= all_of_them:
            yield name


def _tables_of(sql: str) -> set[str]:
    """The tables that a query names. Raises: LabError where it is not one SELECT, or names what is no
    table of an audit.
    """
    try:
        statements = duckdb.extract_statements(sql)
    except duckdb.Error as error:
        refuse("sql_failed", said=_first_lines(error))
    if len(statements) != 1 or statements[0].type != duckdb.StatementType.SELECT:
        refuse("sql_select")
    with closing(duckdb.connect(":memory:")) as connection:
        ((told,),) = connection.execute("SELECT json_serialize_sql(?)", [sql]).fetchall()
    tree = json.loads(told)
    if tree.get("error"):
        refuse("sql_select")
    nodes = list(_nodes(tree))
    defined = {
        str(entry["key"]).casefold()
        for node in nodes
        for entry in (node.get("cte_map") or {}).get("map", ())
    }
    named: set[str] = set()
    for node in nodes:
        match node.get("type"):
            case "TABLE_FUNCTION":
                _refuse_function(node["function"]["function_name"], _HARMLESS_TABLE_FUNCTIONS)
            case "FUNCTION" if str(node.get("function_name")).lower() in _ABOUT_THE_MACHINE:
                refuse("sql_function", name=str(node["function_name"]).lower())
            case "BASE_TABLE" if str(node["table_name"]).casefold() not in defined:
                named.add(_known(node))
    return named


def _refuse_function(name: str, harmless: frozenset[str]) -> None:
    if name.lower() not in harmless:
        refuse("sql_function", name=name.lower())


def _known(node: Mapping[str, Any]) -> str:
    """The data set that a table of a query is. Raises: LabError."""
    name, known = str(node["table_name"]).lower(), data_set_names()
    if name not in known or node.get("schema_name") or node.get("catalog_name"):
        refuse(
            "sql_table",
            name=node["table_name"],
            near=near(name, list(known)),
            known=", ".join(known),
        )
    return name


def _nodes(tree: object) -> Iterator[dict[str, Any]]:
    match tree:
        case dict():
            yield tree
            for part in tree.values():
                yield from _nodes(part)
        case list():
            for part in tree:
                yield from _nodes(part)


def _first_lines(error: duckdb.Error) -> str:
    """What DuckDB says of a query, without the query itself below it."""
    return " ".join(str(error).partition("\n\nLINE ")[0].split())
