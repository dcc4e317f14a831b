"""Which canonical columns the released suites ask for: a check whose column no export names answers
``unknown``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache

from teleaudit.rules.suites import ExpectationSpec, suite_names
from teleaudit.rules.yaml_files import read_yaml
from teleaudit.schema import TABLES
from teleaudit.schema.views import data_set_view
from teleaudit.workspace import package_workspace

_NAME = re.compile(r"[a-z_][a-z0-9_]*")


@cache
def asked_columns() -> Mapping[str, frozenset[str]]:
    """Canonical table -> the columns of it that some check rests on.

    Names in conditions are taken as they stand: nothing is parsed, which would take seconds.
    """
    folder = package_workspace() / "expectations"
    asked: dict[str, set[str]] = {table: set() for table in TABLES}
    for suite in suite_names(folder):
        for clause in read_yaml(folder / f"{suite}.yaml"):
            for expectation in clause.get("expectations", ()):
                for table, column in _columns_of(ExpectationSpec.model_validate(expectation)):
                    asked[table].add(column)
    return {table: frozenset(columns) for table, columns in asked.items()}


def _columns_of(spec: ExpectationSpec) -> Iterator[tuple[str, str]]:
    named = {name for condition in spec.conditions for name in _NAME.findall(condition)}
    for data_set in spec.data_sets if named else ():
        view = data_set_view(data_set)
        for name in named & view.columns:
            for needed in view.requires.get(name, (f"{view.table}.{name}",)):
                table, _, column = needed.partition(".")
                if table in TABLES and column in TABLES[table].names:
                    yield table, column
