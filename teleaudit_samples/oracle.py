"""What an audit of the planted rows must find, worked out in plain Python over the rows themselves.

Shares nothing with the engine but the words: no SQL, no suites, no views. Every consequence of a
planted row is here too, such as the contacts of a customer who should be gone.
"""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Iterator
from dataclasses import dataclass

from teleaudit.schema import TABLES, Kind
from teleaudit_samples.calendar import (
    AS_OF,
    AUTUMN_SUNDAY,
    CHANGING_HOUR,
    FIRST_POSSIBLE,
    SPRING_SUNDAY,
    days_after,
    financial_year_end,
    years_after,
)
from teleaudit_samples.world import FILE, LINE, LOCATION, MARKS, Garbled, Row, World

Finding = tuple[str, str]  # check id, record key

# Columns that may lie ahead: what is due, and the end of a period.
_MAY_LIE_AHEAD = {"due_date", "period_to", "fy_start", "fy_end", "valid_until", "scope_to"}
_IN_ORDER = {
    "crm_customer": (("start_date", "end_date"),),
    "crm_contact": (("valid_from", "valid_to"),),
    "agreement": (("valid_from", "ended_at"),),
    "subscription": (("start_date", "end_date"),),
    "pbx_config": (("created_at", "deleted_at"),),
    "cdr": (("start_at", "end_at"),),
    "financial_years": (("fy_start", "fy_end"),),
    "legal_hold": (("start", "end"),),
    "number_assignment": (("valid_from", "valid_to"),),
    "consent": (("given_at", "withdrawn_at"),),
    "dsar": (("received_at", "closed_at"),),
    "recipient_register": (("valid_from", "valid_to"),),
    "staff_roster": (("valid_from", "valid_to"),),
    "ip_session": (("start_at", "stop_at"),),
}
_UNBILLED_YEARS = 1
_ACCOUNTING_YEARS = 5
_DAY_SECONDS = 86400


def expected_findings(world: World) -> list[Finding]:
    """All findings the world must yield, sorted.

    The rows must have their place in a file already.
    """
    return sorted(_Oracle(world).findings())


@dataclass(frozen=True, kw_only=True)
class _Relationship:
    active: bool
    end: dt.date | None  # of the relationship; None while it lives or when nobody knows
    latest_service_end: dt.date | None


class _Oracle:
    def __init__(self, world: World) -> None:
        self.world = world
        self.operator = world.operator
        self.tables = world.tables
        self.suspended = {
            row["customer_id"] for row in self.tables["legal_hold"] if _in_force(row)
        } | {row["customer_id"] for row in self.tables["crm_customer"] if _is_restricted(row)}
        self.relationships = self._relationships()
        self.invoices = {row["invoice_id"]: row for row in self.tables["invoice"]}

    def findings(self) -> Iterator[Finding]:
        for kind, table, row in self._deviations():
            yield self.operator.check_id(kind), row_key(table, row)
        for number in self._missing_invoice_numbers():
            yield self.operator.check_id("invoice_series"), number
        for kind, row in self._duplicates():
            yield self.operator.check_id(kind), f"{row[FILE]}:{row[LINE]}"
        yield from self.world.columns_found
        if LOCATION in self.world.flaws:
            yield self.operator.check_id("location"), "cell_id"

    def _deviations(self) -> Iterator[tuple[str, str, Row]]:
        yield from self._retention()
        yield from self._accounting()
        yield from self._teledata()
        for table, rows in self.tables.items():
            for row in rows:
                marks = row[MARKS]
                assert isinstance(marks, list)  # noqa: S101 (World.add made it so)
                yield from ((kind, table, row) for kind in marks)
                if _is_impossible(table, row):
                    yield f"dates.{table}", table, row

    def _retention(self) -> Iterator[tuple[str, str, Row]]:
        for row in self.tables["crm_customer"]:
            if self._is_overdue(row, "customer") and not self._may_owe(row):
                yield "customer", "crm_customer", row
            if self._has_wrong_end(row):
                yield "end_date", "crm_customer", row
        for kind, table in (
            ("contact", "crm_contact"),
            ("interaction", "crm_interaction"),
            ("pbx_config", "pbx_config"),
        ):
            yield from (
                (kind, table, row) for row in self.tables[table] if self._is_overdue(row, kind)
            )
        for row in self.tables["agreement"]:
            gone = row["destroyed_at"] is not None and row["scan_ref"] is None
            if not gone and self._is_overdue(row, "agreement"):
                yield "agreement", "agreement", row

    def _may_owe(self, customer: Row) -> bool:
        """Whether a claim on a former customer may live: for a lawyer, no deviation."""
        balance, end = customer["open_balance"], self.relationships[customer["customer_id"]].end
        return (
            isinstance(balance, float)
            and balance > 0
            and end is not None
            and years_after(end, 3) >= AS_OF
        )

    def _is_overdue(self, row: Row, kind: str) -> bool:
        relationship = self.relationships.get(row["customer_id"])
        if relationship is None or relationship.end is None or row["customer_id"] in self.suspended:
            return False
        rules = {"agreement": self.operator.agreement_due, "pbx_config": self.operator.config_due}
        return rules.get(kind, self.operator.customer_due)(relationship.end) < AS_OF

    def _relationships(self) -> dict[object, _Relationship]:
        services: dict[object, list[dt.date | None]] = {}
        for table, column in (("agreement", "ended_at"), ("subscription", "end_date")):
            for row in self.tables[table]:
                services.setdefault(row["customer_id"], []).append(_end(row[column]))
        crm = {row["customer_id"]: _end(row["end_date"]) for row in self.tables["crm_customer"]}
        former = {row["customer_id"]: _end(row["end_date"]) for row in self.tables["tombstone"]}
        return {
            customer: _relationship(
                services.get(customer, []), crm.get(customer), former.get(customer)
            )
            for customer in (*services, *crm, *former)
        }

    def _has_wrong_end(self, row: Row) -> bool:
        relationship = self.relationships[row["customer_id"]]
        end = _end(row["end_date"])
        if relationship.active:
            return end is not None and end < AS_OF
        return end is None or (
            relationship.latest_service_end is not None and end < relationship.latest_service_end
        )

    def _accounting(self) -> Iterator[tuple[str, str, Row]]:
        for row in self.tables["invoice"]:
            if (
                self._is_past_accounting(_invoice_day(row))
                and row["customer_id"] not in self.suspended
            ):
                yield "invoice", "invoice", row
        for row in self.tables["payment"]:
            past = self._is_past_accounting(_day(row["paid_at"]))
            if past and row["customer_id"] not in self.suspended:
                yield "payment", "payment", row
            if (
                row["invoice_id"] is not None
                and row["invoice_id"] not in self.invoices
                and not past
            ):
                yield "payment_invoice", "payment", row

    def _is_past_accounting(self, day: dt.date | None) -> bool:
        year_end = financial_year_end(day, self.operator.years) if day else None
        return year_end is not None and years_after(year_end, _ACCOUNTING_YEARS) < AS_OF

    def _missing_invoice_numbers(self) -> Iterator[str]:
        """Of every series: the numbers that begin with the same words before a dash, or
        with none.
        """
        series: dict[str, dict[int, Row]] = {}
        for row in self.tables["invoice"]:
            name, dash, number = str(row["invoice_no"]).rpartition("-")
            series.setdefault(name + dash, {})[int(number)] = row
        for name, by_number in series.items():
            for before, after in itertools.pairwise(sorted(by_number)):
                neighbours = (_invoice_day(by_number[number]) for number in (before, after))
                if not all(self._is_past_accounting(day) for day in neighbours):
                    yield from (f"{name}{number:02d}" for number in range(before + 1, after))

    def _teledata(self) -> Iterator[tuple[str, str, Row]]:
        for row in self.tables["cdr"]:
            day = _day(row["start_at"])
            suspended = row["customer_id"] in self.suspended
            invoice = self.invoices.get(row["invoice_id"])
            if (
                invoice is not None
                and not suspended
                and self._is_past_accounting(_invoice_day(invoice))
            ):
                yield "billed", "cdr", row
            if (
                row["invoice_id"] is None
                and not suspended
                and day is not None
                and years_after(day, _UNBILLED_YEARS) < AS_OF
            ):
                yield "unbilled", "cdr", row
            if _has_wrong_duration(row):
                yield "duration", "cdr", row

    def _duplicates(self) -> Iterator[tuple[str, Row]]:
        for table, rows in self.tables.items():
            seen: set[tuple[object, ...]] = set()
            for row in sorted(rows, key=lambda row: (str(row[FILE]), int(str(row[LINE])))):
                key = tuple(row[column] for column in TABLES[table].key)
                if key and key in seen and None not in key:
                    yield f"key.{table}", row
                seen.add(key)


def row_key(table: str, row: Row) -> str:
    """The key of a record as a worklist writes it; file and line where the record has no key."""
    values = [row[column] for column in TABLES[table].key]
    if not values or any(value is None or isinstance(value, Garbled) for value in values):
        return f"{row[FILE]}:{row[LINE]}"
    return "|".join(str(value) for value in values)


def _in_force(hold: Row) -> bool:
    start, end = _day(hold["start"]), _end(hold["end"])
    return (
        start is not None
        and start <= AS_OF
        and (end is None or end >= AS_OF)
        and None not in (hold["reason"], hold["approved_by"])
    )


def _is_restricted(customer: Row) -> bool:
    """Whether processing is restricted on the day of the audit: from its first day, no more on the
    day of lifting.
    """
    start, end = _day(customer.get("restricted_from")), _end(customer.get("restricted_to"))
    return start is not None and start <= AS_OF and (end is None or end > AS_OF)


def _relationship(ends: list[dt.date | None], *recorded: dt.date | None) -> _Relationship:
    dated = [end for end in ends if end is not None]
    latest = max(dated, default=None)
    active = len(dated) < len(ends) or (latest is not None and latest >= AS_OF)
    known = [end for end in (latest, *recorded) if end is not None]
    return _Relationship(
        active=active, end=None if active else max(known, default=None), latest_service_end=latest
    )


def _invoice_day(row: Row) -> dt.date | None:
    return _day(row["period_to"]) or _day(row["issue_date"])


def _day(value: object) -> dt.date | None:
    if isinstance(value, dt.datetime):
        return value.date()
    return value if isinstance(value, dt.date) else None


def _end(value: object) -> dt.date | None:
    """A date that may be left open: 31-12-9999, 2099 and 1900 say that there is no end."""
    day = _day(value)
    return day if day is not None and 1900 < day.year < 2099 else None


def _is_impossible(table: str, row: Row) -> bool:
    for column in TABLES[table].columns:
        value = row.get(column.name)
        if column.kind not in {Kind.DATE, Kind.TIMESTAMP} or value is None:
            continue
        if isinstance(value, Garbled):
            return True
        if (
            isinstance(value, dt.datetime)
            and value.date() == SPRING_SUNDAY
            and value.hour == CHANGING_HOUR
        ):
            return True
        day = _end(value) if column.open_end else _day(value)
        ahead = (
            years_after(AS_OF, 10)
            if column.open_end or column.name in _MAY_LIE_AHEAD
            else days_after(AS_OF, 1)
        )
        if day is not None and not FIRST_POSSIBLE <= day <= ahead:
            return True
    return any(_is_before(row, end, start) for start, end in _IN_ORDER.get(table, ()))


def _is_before(row: Row, end: str, start: str) -> bool:
    first, last = row.get(start), row.get(end)
    if isinstance(first, dt.datetime) and isinstance(last, dt.datetime):
        return last < first and not (last.date() == AUTUMN_SUNDAY and last.hour == CHANGING_HOUR)
    first_day, last_day = _day(first), _end(last)
    return first_day is not None and last_day is not None and last_day < first_day


def _has_wrong_duration(row: Row) -> bool:
    duration, billed = row["duration_s"], row["billsec"]
    if not isinstance(duration, int) or not isinstance(billed, int):
        return False
    return duration < 0 or duration > _DAY_SECONDS or billed > duration
