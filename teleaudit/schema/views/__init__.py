"""Questions that need more than one table, one SQL file each.

A file's head says what it is; then come lines a program reads:

    -- order: 10                     files are created in this order; lower ones may be used by
    higher ones
    -- kind: table | view            a table is computed once, a view with every scan
    -- key: invoice_no               key of a data set that is no canonical table
    -- of: invoice                   the canonical table it tells about, where its name is another
    -- relationship_end requires crm_customer.customer_id, crm_customer.end_date

    -- remains_in_services certain without pbx_config, number_assignment
    -- relationship_end doubts agreement.ended_at where ends_unknown

The last forms say what a derived column rests on. Where what it requires is missing, a check on it
is ``unknown``, but for rows
of which it is true ``certain without`` the tables that are missing: their exports could only add
such rows. Where
only some exports of a table lack such a column, or it holds words that nobody knows, the check
cannot judge the rows that
stand there; and where the column is of another table, none, unless ``doubts`` tells which: for
unknown words, and for
columns of ends.
``$as_of`` stands for the date of the audit, ``$services_known`` for whether agreements or
subscriptions were exported, and
``$agreement_without_end`` and others of ``IN_FORCE`` for the rows of exports that have no such
column;
``$public_holidays`` for Denmark's, of every audit the same.
Tables of the working copy are named ``export_<table>`` and hold every canonical column, null where
the export lacks it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files

from teleaudit.schema import FILE_COLUMN, ISSUES_COLUMN, LINE_COLUMN, TABLES
from teleaudit.schema.public_holidays import public_holidays

_HEAD = re.compile(r"^-- (\w+): (.+)$", re.MULTILINE)
_NAMED = re.compile(r"\bAS (\w+)")
_QUALIFIER = re.compile(r"\b(\w+)\.\w")  # short names of relations, which are named by AS too
_CERTAIN = re.compile(r"^-- (\w+) certain without (.+)$", re.MULTILINE)
_DOUBTS = re.compile(r"^-- (\w+) doubts (.+?)(?: where (.+))?$", re.MULTILINE)
_REQUIRES = re.compile(r"^-- (\w+) requires (.+)$", re.MULTILINE)


@dataclass(frozen=True, kw_only=True)
class View:
    """One SQL file: a helper or a data set as the checks see it."""

    name: str
    sql: str
    order: int
    kind: str
    table: str  # the canonical table it tells about
    key: tuple[str, ...]
    # derived column -> table.column it rests on
    requires: dict[str, tuple[str, ...]] = field(default_factory=dict)
    # derived column -> tables without which it is true where it says so, though not false where it
    # says that
    certain: dict[str, frozenset[str]] = field(default_factory=dict)
    # derived column -> table.column -> SQL: the rows that a doubt about it concerns; empty: the
    # row's own
    doubts: dict[str, dict[str, str]] = field(default_factory=dict)

    @property
    def is_row_by_row(self) -> bool:
        """Whether each row is one of its table's, with the file, line and issues that
        it has there.
        """
        return self.table in TABLES and self.key == TABLES[self.table].key

    @property
    def columns(self) -> frozenset[str]:
        """Every column that an expectation may name: the table's, where its rows stand, and what
        the view adds.
        """
        own = TABLES[self.table].names if self.table in TABLES else ()
        return frozenset(
            (
                *own,
                FILE_COLUMN,
                LINE_COLUMN,
                ISSUES_COLUMN,
                *self.requires,
                *_NAMED.findall(self.sql),
            )
        )


def fill_placeholders(sql: str, placeholders: Mapping[str, str]) -> str:
    """A view's SQL for the exports of one audit."""
    for name, said in placeholders.items():
        sql = sql.replace(f"${name}", said)
    return sql.replace("$public_holidays", public_holidays())


@cache
def views() -> tuple[View, ...]:
    """All views in the order in which they are created."""
    found = [
        _read(entry.name.removesuffix(".sql"), entry.read_text(encoding="utf-8"))
        for entry in files(__name__).iterdir()
        if entry.name.endswith(".sql")
    ]
    return tuple(sorted(found, key=lambda view: (view.order, view.name)))


@cache
def derived_names(table: str) -> frozenset[str]:
    """Every name that a view of a table gives a column: what an unmapped header may not be called
    in its working copy.
    """
    return frozenset().union(
        *(
            {*view.requires, *_NAMED.findall(view.sql)} - {*_QUALIFIER.findall(view.sql)}
            for view in views()
            if view.table == table
        )
    )


def data_set_view(name: str) -> View:
    """What a data set is: its view, or the canonical table as it stands where it needs none."""
    known = {view.name: view for view in views()}
    return known.get(name) or View(
        name=name, sql="", order=0, kind="view", table=name, key=TABLES[name].key
    )


def _read(name: str, text: str) -> View:
    head = dict(_HEAD.findall(text))
    table = head.get("of", name)
    key = (
        tuple(head["key"].split(", "))
        if "key" in head
        else TABLES[table].key
        if table in TABLES
        else ()
    )
    return View(
        name=name,
        sql=text,
        order=int(head["order"]),
        kind=head["kind"],
        table=table,
        key=key,
        requires={column: tuple(names.split(", ")) for column, names in _REQUIRES.findall(text)},
        certain={column: frozenset(names.split(", ")) for column, names in _CERTAIN.findall(text)},
        doubts=_doubts(text),
    )


def _doubts(text: str) -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = {}
    for column, names, where in _DOUBTS.findall(text):
        found.setdefault(column, {}).update(dict.fromkeys(names.split(", "), where))
    return found
