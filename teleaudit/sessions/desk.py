"""The exports of one session: checks are asked of them, and records are shown as ``masking`` lets them
be seen.

Keys and values of records pass through here and stay: what is handed out are counts, references,
pseudonyms, and what the schema's kinds and words let through. In a recorded run nothing of a single
record is shown at all, for a record may leave the house.
"""

from __future__ import annotations

import atexit
import datetime as dt
import heapq
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, closing, contextmanager, nullcontext
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import pandas as pd

from teleaudit.checks.worklist import parse_reference, reference
from teleaudit.errors import UserError
from teleaudit.report.results import check_entry
from teleaudit.rules.audit_file import Audit
from teleaudit.rules.rulebook import Rulebook
from teleaudit.rules.suites import Check, columns_in
from teleaudit.rules.verdicts import Deviation, SetAside
from teleaudit.runs.lookup import look_up, runs_to_search
from teleaudit.runs.state import RunState
from teleaudit.schema import TABLES
from teleaudit.schema.sql import literal, quoted
from teleaudit.schema.views import data_set_view
from teleaudit.sessions.free_sql import FreeSql
from teleaudit.sessions.masking import Mask, is_pseudonym, shown_columns
from teleaudit.sessions.refusing import refuse

if TYPE_CHECKING:
    from teleaudit.checks.runner import CheckRunner
    from teleaudit.engines.duckdb import DuckDBEngine
    from teleaudit.engines.engine import Engine

_CUSTOMER = "customer_id"
_KEY = "Reference"


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where a record stands that a reference names."""

    data_set: str
    record_key: str
    checks: tuple[str, ...] = ()  # that list it
    run_id: str = ""  # of the reference; empty: this session

    def __repr__(self) -> str:
        """Without the key, which is a value."""
        return f"Place({self.data_set})"


class _Shown:
    """The places of the references that this session has shown."""

    __slots__ = ("_places",)

    def __init__(self) -> None:
        self._places: dict[str, Place] = {}

    def add(self, name: str, place: Place) -> str:
        self._places.setdefault(name, place)
        return name

    def get(self, name: str) -> Place | None:
        return self._places.get(name)


class _Longest:
    """A worklist that keeps the longest overdue deviations of a check, and no more than that."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self.found: list[Deviation] = []

    def writer_for(self, _check: Check) -> AbstractContextManager[Callable[[Deviation], None]]:
        return self._kept()

    @contextmanager
    def _kept(self) -> Iterator[Callable[[Deviation], None]]:
        yield self._add
        self._shorten()

    def set_aside_for(self, _check: Check) -> AbstractContextManager[Callable[[SetAside], None]]:
        return nullcontext(_pass_over)

    def _add(self, deviation: Deviation) -> None:
        self.found.append(deviation)
        if len(self.found) > 2 * self._limit + 1_000:
            self._shorten()

    def _shorten(self) -> None:
        self.found = heapq.nsmallest(
            self._limit, self.found, key=lambda one: (-(one.overdue_days or 0), one.record_key)
        )


def _pass_over(_record: SetAside) -> None:
    """A record that no list shows."""


class Desk:
    """What is asked of a session's exports, and shown of their records."""

    def __init__(
        self,
        state: RunState,
        audit: Audit,
        rulebook: Rulebook,
        *,
        frames: Mapping[str, pd.DataFrame] | None = None,
    ) -> None:
        """``frames`` are tables in memory, by canonical name, instead of their exports."""
        self.state, self.audit, self._rulebook = state, audit, rulebook
        self._frames = frames or {}
        self._other: tuple[dt.date, CheckRunner] | None = None  # the last other day that was asked
        self._shown = _Shown()

    def __repr__(self) -> str:
        return f"Desk({self.audit.name})"

    # Checks

    @cached_property
    def runner(self) -> CheckRunner:
        """The checks as of the audit's day."""
        return self._runner_as_of(self.state.as_of)

    def _runner_as_of(self, as_of: dt.date) -> CheckRunner:
        # Great Expectations takes seconds to import
        from teleaudit.checks.runner import CheckRunner

        engine = self.state.new_engine()
        atexit.register(engine.close)
        return CheckRunner(
            self.audit,
            self._rulebook.suites,
            [export for export in self.state.exports if export.table not in self._frames],
            engine,
            as_of=as_of,
            frames=self._frames,
        )

    def runner_on(self, as_of: dt.date) -> CheckRunner:
        """The checks as of any day; the views of the last one asked are kept."""
        if as_of == self.state.as_of:
            return self.runner
        if self._other is None or self._other[0] != as_of:
            if self._other is not None:
                engine = self._other[1].engine
                engine.close()
                atexit.unregister(engine.close)
            self._other = (as_of, self._runner_as_of(as_of))
        return self._other[1]

    def entries(
        self, checks: Sequence[Check], *, as_of: dt.date | None = None
    ) -> list[dict[str, Any]]:
        """What checks answer, as it stands in results.json."""
        results = self.runner_on(as_of or self.state.as_of).ask(
            checks, on_error=self.state.keep_error
        )
        key = self.state.reference_key
        return [
            check_entry(result, law=self._rulebook.law, reference_key=key) for result in results
        ]

    # Records

    @cached_property
    def _mask(self) -> Mask:
        return Mask(self.state.reference_key)

    @property
    def _engine(self) -> DuckDBEngine:
        # new_engine makes no other
        return self.runner.engine  # type: ignore[return-value]

    def records(
        self, checks: Sequence[Check], limit: int, *, as_of: dt.date | None = None
    ) -> pd.DataFrame:
        """The records that checks list, longest overdue first, at most ``limit`` of each."""
        self._refuse_in_run()
        found = [
            self._records_of(check, limit, self.runner_on(as_of or self.state.as_of))
            for check in checks
        ]
        filled = [frame for frame in found if len(frame)]
        frame = pd.concat(filled, ignore_index=True) if filled else found[0]
        return frame.dropna(axis="columns", how="all") if filled else frame

    def _records_of(self, check: Check, limit: int, runner: CheckRunner) -> pd.DataFrame:
        longest = _Longest(limit)
        runner.ask([check], worklist=longest, on_error=self.state.keep_error)
        told = pd.DataFrame(
            [self._told(check, deviation) for deviation in longest.found],
            columns=["Kontrol", _KEY, "System", "Kolonne", "Niveau", "Frist", "Dage over frist"],
        ).astype({"Dage over frist": "Int64", "Frist": "datetime64[s]"})
        if check.lists_columns or not longest.found:
            return told
        rows = self._rows(
            check.data_set,
            [deviation.record_key for deviation in longest.found],
            _columns_of(check, runner),
            runner,
        )
        return pd.concat([told, rows], axis="columns")

    def _told(self, check: Check, deviation: Deviation) -> tuple[object, ...]:
        """What is known of a record beside its own columns; None where nothing is."""
        name = self._shown.add(
            reference(self.state.reference_key, check.data_set, deviation.record_key),
            Place(data_set=check.data_set, record_key=deviation.record_key, checks=(check.id,)),
        )
        declared = self.audit.exports.get(deviation.owner.export)
        system = (declared.system if declared else None) or deviation.owner.export
        return (
            check.id,
            name,
            system or None,
            deviation.column or None,
            deviation.level or None,
            deviation.due_date or None,
            deviation.overdue_days,
        )

    def _rows(
        self, data_set: str, keys: Sequence[str], columns: Mapping[str, str], runner: CheckRunner
    ) -> pd.DataFrame:
        """The records of these keys as they are shown, in that order; a row without values for one
        that is not there.
        """
        key = runner.data_set(data_set).key_sql
        wanted = ", ".join(map(literal, keys))
        sql = (
            f"SELECT {key} AS {quoted(_KEY)}, {self._mask.select(data_set, columns)} FROM"
            f" {quoted(data_set)} WHERE {key} IN ({wanted})"
        )
        rows = _frame(sql, runner.engine).drop_duplicates(_KEY).set_index(_KEY)
        return rows.reindex([*keys]).reset_index(drop=True)

    # Free questions

    @cached_property
    def _free(self) -> FreeSql:
        self.state.folder.work.mkdir(mode=0o700, exist_ok=True)
        return FreeSql(self._engine, self._mask, self.state.folder.work, self.state.memory)

    def sql(self, query: str, limit: int) -> tuple[pd.DataFrame, bool]:
        """The first rows of a query's answer, and whether there are more. Raises: LabError."""
        self._refuse_in_run()
        return self._free.ask(query, limit)

    def life_of(self, customer: str, limit: int) -> tuple[pd.DataFrame, int]:
        """What is dated of a customer, oldest first: ``at``, ``data_set``, ``event`` (a column's name),
        ``reference``; and how much there is.

        The customer is named by number, by pseudonym, or by the reference of a record of theirs.
        """
        self._refuse_in_run()
        parts = list(self._events_of(self._is_customer(customer)))
        if not parts:
            refuse("no_customer")
        events = " UNION ALL ".join(parts)
        ((total,),) = self._engine.fetch(f"SELECT count(*) FROM ({events}) AS events")
        frame = _frame(
            f'{events} ORDER BY "at", data_set, event, record_key LIMIT {limit}', self._engine
        )
        if frame.empty:
            refuse("no_customer")
        key = self.state.reference_key
        names = [
            self._shown.add(
                reference(key, data_set, record_key),
                Place(data_set=data_set, record_key=record_key),
            )
            for data_set, record_key in zip(frame["data_set"], frame["record_key"], strict=True)
        ]
        return frame.drop(columns="record_key").assign(reference=names), int(total)

    def _events_of(self, is_customer: str) -> Iterator[str]:
        """Queries for the dates of every table that knows customers."""
        for name, table in TABLES.items():
            data_set = self.runner.data_set(name)
            if _CUSTOMER not in data_set.filled:
                continue
            for column in table.columns:
                if column.kind.is_date and column.name in data_set.filled:
                    yield (
                        f'SELECT CAST({quoted(column.name)} AS TIMESTAMP) AS "at", {literal(name)} AS'
                        f" data_set, {literal(column.name)} AS event, {data_set.key_sql} AS record_key"
                        f" FROM export_{name} WHERE {is_customer} AND {quoted(column.name)} IS NOT NULL"
                    )

    def _is_customer(self, said: str) -> str:
        """A condition that holds for the rows of the customer that was named so."""
        if is_pseudonym(said):
            return f"{self._mask.pseudonym(_CUSTOMER)} = {literal(said)}"
        if not said.strip().upper().startswith("R-"):
            return f"CAST({_CUSTOMER} AS VARCHAR) = {literal(said)}"
        place = self.find(said)
        if _CUSTOMER not in self._engine.columns(place.data_set):
            refuse("no_customer")
        key = self.runner.data_set(place.data_set).key_sql
        ((found,),) = self._engine.fetch(
            f"SELECT min(CAST({_CUSTOMER} AS VARCHAR)) FROM {quoted(place.data_set)} WHERE {key} ="
            f" {literal(place.record_key)}"
        )
        if found is None:
            refuse("no_customer")
        return f"CAST({_CUSTOMER} AS VARCHAR) = {literal(found)}"

    # References

    def find(self, told: str) -> Place:
        """Where the record of a reference stands: one that this session has shown, or one of a run
        whose closed annex is at hand.

        Raises: UserError.
        """
        self._refuse_in_run()
        name = parse_reference(told)
        if (place := self._shown.get(name)) is not None:
            return place
        try:
            found = look_up(name, runs_to_search(audit=self.state.audit_path))
        except UserError as error:
            refuse("no_reference", said=error)
        return Place(
            data_set=found.data_set,
            record_key=found.record_key,
            checks=tuple(check for check, _ in found.checks),
            run_id=found.run.name,
        )

    def shown_row(self, place: Place) -> dict[str, Any]:
        """A record as it is shown; nothing where today's exports have none of its key."""
        columns = shown_columns(self._engine, place.data_set)
        (row,) = self._rows(place.data_set, [place.record_key], columns, self.runner).to_dict(
            "records"
        )
        own = (*TABLES[data_set_view(place.data_set).table].names,)
        return {name: row[name] for name in columns if name in own and not pd.isna(row[name])}

    def real_row(self, place: Place) -> dict[str, Any]:
        """A record as it stands in the export, every column that has a value.

        For ``reveal`` alone.
        """
        key = self.runner.data_set(place.data_set).key_sql
        own = self._engine.columns(f"export_{data_set_view(place.data_set).table}")
        known = self._engine.columns(place.data_set)
        # of what a view makes of several records, all that it tells
        names = [name for name in known if name in own] or [*known]
        rows = _frame(
            f"SELECT {', '.join(map(quoted, names))} FROM {quoted(place.data_set)} WHERE {key} ="
            f" {literal(place.record_key)} LIMIT 1",
            self._engine,
        ).to_dict("records")
        return {
            str(name): value for row in rows for name, value in row.items() if not pd.isna(value)
        }

    def _refuse_in_run(self) -> None:
        """Refuse what shows single records where the notebook may leave the house. Raises: LabError."""
        if self.state.is_run:
            refuse("not_in_a_run")


def _frame(sql: str, engine: Engine) -> pd.DataFrame:
    """The rows of a query, from an engine of ``RunState.new_engine``."""
    # which makes no other
    own: DuckDBEngine = engine  # type: ignore[assignment]
    with closing(own.cursor()) as cursor, own.watched():
        return cursor.execute(sql).df()


def _columns_of(check: Check, runner: CheckRunner) -> dict[str, str]:
    """The columns that say something of a record that a check lists: those that the exports have, and
    those of the view that the check asks about.
    """
    view, filled = data_set_view(check.data_set), runner.data_set(check.data_set).filled
    asked = {name for condition in check.spec.conditions for name in columns_in(condition)}
    own = TABLES[view.table].names if view.table in TABLES else ()
    return {
        name: kind
        for name, kind in shown_columns(runner.engine, check.data_set).items()
        if name in filled
        or name in view.key
        or (name in asked and name not in own and not name.startswith("exempt_"))
    }
