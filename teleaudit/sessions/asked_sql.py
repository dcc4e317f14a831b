"""What a query asks for, by DuckDB's own reading of it: which tables, and which of their columns."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from typing import Any

import duckdb

from teleaudit.rules.suites import data_set_names
from teleaudit.sessions.refusing import near, refuse

# of these the rows are made of what the query itself says
_HARMLESS_TABLE_FUNCTIONS = frozenset({"range", "generate_series", "unnest", "repeat"})
_ABOUT_THE_MACHINE = frozenset({"getenv", "current_setting", "getvariable"})
_OF_ALL_COLUMNS = frozenset({"STAR", "SHOW_REF"})
Node = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class AskedSql:
    """One SELECT."""

    tables: frozenset[str]  # of an audit
    names: frozenset[str] | None  # columns are among these; None: any column of any table

    @classmethod
    def of(cls, sql: str) -> AskedSql:
        """What a query asks for. Raises: LabError where it is not one SELECT, names what is no table of
        an audit, or calls what reaches beyond them.
        """
        try:
            statements = duckdb.extract_statements(sql)
        except duckdb.Error as error:
            refuse("sql_failed", said=first_lines(error))
        if len(statements) != 1 or statements[0].type != duckdb.StatementType.SELECT:
            refuse("sql_select")
        with closing(duckdb.connect(":memory:")) as connection:
            ((told,),) = connection.execute("SELECT json_serialize_sql(?)", [sql]).fetchall()
        tree = json.loads(told)
        if tree.get("error"):
            refuse("sql_select")
        nodes = [*_nodes(tree)]
        for node in nodes:
            _refuse_functions(node)
        defined = {
            str(entry["key"]).casefold()
            for node in nodes
            for entry in (node.get("cte_map") or {}).get("map", ())
        }
        tables = [
            node
            for node in nodes
            if node.get("type") == "BASE_TABLE" and node["table_name"].casefold() not in defined
        ]
        return cls(tables=frozenset(map(_known, tables)), names=_names(tree, nodes, tables))


def first_lines(error: duckdb.Error) -> str:
    """What DuckDB says of a query, without the query itself below it."""
    return " ".join(str(error).partition("\n\nLINE ")[0].split())


def _refuse_functions(node: Node) -> None:
    name = ""
    match node.get("type"):
        case "TABLE_FUNCTION":
            name = str(node["function"]["function_name"]).lower()
        case "FUNCTION" if str(node.get("function_name")).lower() in _ABOUT_THE_MACHINE:
            name = str(node["function_name"]).lower()
    if name and name not in _HARMLESS_TABLE_FUNCTIONS:
        refuse("sql_function", name=name)


def _names(tree: object, nodes: Sequence[Node], tables: Sequence[Node]) -> frozenset[str] | None:
    """Every name that the query says anywhere, in small letters; None where it takes columns without
    naming them: by a star, by joining what is called the same, or a row as a whole.
    """
    rows = {str(node[key]).casefold() for node in tables for key in ("table_name", "alias")}
    for node in nodes:
        if node.get("type") in _OF_ALL_COLUMNS or node.get("ref_type") == "NATURAL":
            return None
        if node.get("type") == "COLUMN_REF" and node["column_names"][-1].casefold() in rows:
            return None
    return frozenset(text.casefold() for text in _texts(tree))


def _known(node: Node) -> str:
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


def _nodes(tree: object) -> Iterator[Node]:
    match tree:
        case dict():
            yield tree
            for part in tree.values():
                yield from _nodes(part)
        case list():
            for part in tree:
                yield from _nodes(part)


def _texts(tree: object) -> Iterator[str]:
    match tree:
        case str():
            yield tree
        case Mapping():
            for part in tree.values():
                yield from _texts(part)
        case list():
            for part in tree:
                yield from _texts(part)
