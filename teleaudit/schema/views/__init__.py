"""Questions that need more than one table, one SQL file each.

A file's head says what it is; then come lines a program reads:

    -- order: 10                     files are created in this order; lower ones may be used by
    higher ones
    -- kind: table | view            a table is computed once, a view with every scan
    -- key: invoice_no               key of a data set that is no canonical table
    -- of: invoice                   the canonical table it tells about, where its name is another
    -- relationship_end requires crm_customer.customer_id, crm_customer.end_date

    -- debt requires one of ledger_open_items, ledger_balances
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
``$as_of`` stands for the date of the audit, ``$services_known`` for whether agreements and
subscriptions were exported, or are declared not to be held, ``$quotes_known`` for whether quotes were, and
``$agreement_without_end`` and others of ``IN_FORCE`` for the rows of exports that have no such
column;
``$ledger_open_items`` and others of ``WAYS`` for whether exports have all columns of that way to an
answer, which ``requires one of`` names: any will do.
``$public_holidays`` for Denmark's, of every audit the same.
Tables of the working copy are named ``export_<table>`` and hold every canonical column, null where
the export lacks it.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from importlib.resources import files

from teleaudit.schema import FILE_COLUMN, ISSUES_COLUMN, LINE_COLUMN, TABLES
from teleaudit.schema.public_holidays import public_holidays

_HEAD = re.compile(r"^-- (\w+): (.+)$", re.MULTILINE)
_NAMED = re.compile(r"\bAS (\w+)")
_QUALIFIER = re.compile(r"\b(\w+)\.\w")  # short names of relations, which are named by AS too
_CERTAIN = re.compile(r"^-- (\w+) certain without (.+)$", re.MULTILINE)
_DOUBTS = re.compile(r"^-- (\w+) doubts (.+?)(?: where (.+))?$", re.MULTILINE)
_REQUIRES = re.compile(r"^-- (\w+) requires (?!one of )(.+)$", re.MULTILINE)
_ONE_OF = re.compile(r"^-- (\w+) requires one of (.+)$", re.MULTILINE)
# ways to one answer, by the columns that each needs
WAYS: Mapping[str, tuple[str, ...]] = {
    "ledger_open_items": ("ledger.customer_id", "ledger.due_date", "ledger.paid_at"),
    "ledger_balances": (
        "ledger.customer_id",
        "ledger.posting_date",
        "ledger.due_date",
        "ledger.debit",
        "ledger.credit",
    ),
    "invoices_and_payments": (
        "invoice.invoice_id",
        "invoice.customer_id",
        "invoice.due_date",
        "invoice.gross",
        "payment.invoice_id",
        "payment.paid_at",
        "payment.amount",
    ),
}


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
    # derived column -> ways (``WAYS``) of which one is enough
    one_of: dict[str, tuple[str, ...]] = field(default_factory=dict)
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

    def by(self, filled: Mapping[str, Collection[str]]) -> View:
        """The view as it rests on these exports: a column with several ways to its answer requires
        what those need that the exports have, and the first where they have none.
        """
        if not self.one_of:
            return self
        ways = {
            column: [name for name in names if is_open(name, filled)] or names[:1]
            for column, names in self.one_of.items()
        }
        return replace(
            self,
            requires=self.requires
            | {
                column: (*self.requires[column], *(need for name in names for need in WAYS[name]))
                for column, names in ways.items()
            },
        )

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


def is_open(way: str, filled: Mapping[str, Collection[str]]) -> bool:
    """Whether exports have all columns of a way to an answer; ``filled``: table -> its columns."""
    needed = (name.partition(".")[::2] for name in WAYS[way])
    return all(column in filled.get(table, ()) for table, column in needed)


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
        one_of={column: tuple(names.split(", ")) for column, names in _ONE_OF.findall(text)},
        certain={column: frozenset(names.split(", ")) for column, names in _CERTAIN.findall(text)},
        doubts=_doubts(text),
    )


def _doubts(text: str) -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = {}
    for column, names, where in _DOUBTS.findall(text):
        found.setdefault(column, {}).update(dict.fromkeys(names.split(", "), where))
    return found
