"""Which canonical columns the rules ask for: a check whose column no export names answers
``unknown``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache

from teleaudit.rules.rule_files import load_rules
from teleaudit.rules.suites import ExpectationSpec
from teleaudit.schema import TABLES
from teleaudit.schema.views import WAYS, data_set_view
from teleaudit.workspace import package_workspace

_NAME = re.compile(r"[a-z_][a-z0-9_]*")


@cache
def asked_columns() -> Mapping[str, frozenset[str]]:
    """Canonical table -> the columns of it that some check rests on.

    Names in conditions are taken as they stand.
    """
    asked: dict[str, set[str]] = {table: set() for table in TABLES}
    for rule in load_rules(package_workspace() / "expectations").values():
        for table, column in _columns_of(rule.example()):
            asked[table].add(column)
    return {table: frozenset(columns) for table, columns in asked.items()}


def _columns_of(spec: ExpectationSpec) -> Iterator[tuple[str, str]]:
    named = {name for condition in spec.conditions for name in _NAME.findall(condition)}
    for data_set in spec.data_sets if named else ():
        view = data_set_view(data_set)
        for name in named & view.columns:
            ways = (need for way in view.one_of.get(name, ()) for need in WAYS[way])
            for needed in (*view.requires.get(name, (f"{view.table}.{name}",)), *ways):
                table, _, column = needed.partition(".")
                if table in TABLES and column in TABLES[table].names:
                    yield table, column
