"""Every kind of deviation, one function each, made so that planted alone it is found alone.

``DEVIATIONS`` maps a kind to what plants it; ``World.operator.check_id`` says which check finds it.
Where a customer's papers
must not deviate with the customer, they are left out, or the customer's row is: its subscription
still tells when it ended.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

from teleaudit.schema import TABLES, Kind
from teleaudit_samples import invented
from teleaudit_samples.calendar import AS_OF, CHANGING_HOUR, SPRING_SUNDAY, days_after, years_after
from teleaudit_samples.lawful import LAST_OVERDUE_YEAR_END, LONG_AGO, START, everything, noon
from teleaudit_samples.registers import DEVIATIONS as REGISTER_DEVIATIONS
from teleaudit_samples.registers import FRESH
from teleaudit_samples.world import (
    BIZZY,
    KAZOOM,
    LOCATION,
    MARKS,
    MESSAGES,
    REMARK,
    TABLE_NAMES,
    Garbled,
    Row,
    World,
)

LEAP_DAY = dt.date(2024, 2, 29)
FUTURE = dt.date(2099, 1, 1)


def plant_everything_at_once(world: World) -> None:
    """Former customers of whom everything was left behind: one neglect, a finding in every data
    set.
    """
    for place in range(5):
        end = days_after(LONG_AGO, -90 * place)
        customer_id = everything(world, end=end, scan=place % 2 == 0)
        if place == 1:
            world.hold(customer_id, start=end, end=days_after(AS_OF, -1))  # expired yesterday
        if place == 2:
            # suspends nothing
            _mark(world.hold(customer_id, start=end, approved_by=None), "HYG-hold.approval")
        invoice = world.invoice(
            customer_id, period_to=dt.date(2020, 3, 31), issued=dt.date(2020, 4, 2)
        )
        world.payment(customer_id, paid=dt.date(2020, 4, 20), invoice_id=str(invoice["invoice_id"]))
        world.call(
            customer_id,
            at=noon(dt.date(2020, 3, 10 + place)),
            invoice_id=str(invoice["invoice_id"]),
        )
    # names an invoice that was rightly erased
    world.payment(world.customer(start=START), paid=dt.date(2019, 6, 3), invoice_id="F1")
    world.next_invoice_no()  # so was the one between these two
    world.invoice(
        world.customer(start=START), period_to=dt.date(2019, 5, 31), issued=dt.date(2019, 6, 2)
    )


def _overdue_customers(world: World) -> None:
    edge = world.operator.customer_edge
    for end in (
        days_after(edge, -1),
        days_after(edge, -2),
        days_after(edge, -30),
        LEAP_DAY,
        dt.date(2023, 8, 31),
    ):
        world.customer(start=START, end=end)
    expired, coming = (
        world.customer(start=START, end=days_after(edge, -place)) for place in (100, 102)
    )
    world.hold(expired, start=days_after(edge, -50), end=days_after(AS_OF, -1))
    world.hold(coming, start=days_after(AS_OF, 1))
    # the claim was time-barred yesterday
    world.customer(start=START, end=days_after(years_after(AS_OF, -3), -1))
    world.tables["crm_customer"][-1]["open_balance"] = 980.0
    # a restriction lifted today, and one that begins tomorrow
    for start, lifted in ((days_after(edge, -50), AS_OF), (days_after(AS_OF, 1), None)):
        world.customer(start=START, end=days_after(edge, -104))
        world.tables["crm_customer"][-1].update(restricted_from=start, restricted_to=lifted)


def _overdue_contacts(world: World) -> None:
    edge = world.operator.customer_edge
    for end in (days_after(edge, -1), days_after(edge, -200), LEAP_DAY):
        world.contact(world.customer(start=START, end=end, in_crm=False), start=START)
    # the debt keeps the customer, not the contact
    owing = world.customer(start=START, end=days_after(edge, -20))
    world.tables["crm_customer"][-1]["open_balance"] = 2450.75
    world.contact(owing, start=START)


def _overdue_interactions(world: World) -> None:
    for end in (
        days_after(world.operator.customer_edge, -1),
        days_after(world.operator.customer_edge, -300),
        LEAP_DAY,
    ):
        customer_id = world.customer(start=START, end=end, in_crm=False)
        # counted from the end of the relationship, not from the mail
        world.mail(customer_id, day=end)
        world.mail(customer_id, day=days_after(START, 90))


def _overdue_agreements(world: World) -> None:
    edge = world.operator.agreement_edge
    for end in (
        days_after(edge, -1),
        dt.date(2020, 2, 29),
        dt.date(2018, 11, 30),
        dt.date(2016, 7, 1),
    ):
        customer_id = world.customer(start=START, end=end, in_crm=False)
        world.agreement(customer_id, start=START, end=end, scan=end.year < 2020)
    if world.operator is KAZOOM:  # the paper went, the scan stayed
        customer_id = world.customer(start=START, end=dt.date(2019, 1, 31), in_crm=False)
        world.agreement(
            customer_id,
            start=START,
            end=dt.date(2019, 1, 31),
            scan=True,
            destroyed=dt.date(2019, 3, 1),
        )


def _overdue_configs(world: World) -> None:
    edge = world.operator.config_edge
    for end in (days_after(edge, -1), days_after(edge, -7), LEAP_DAY):
        world.config(world.customer(start=START, end=end, in_crm=False), created=START)
    hidden = world.customer(start=START, end=days_after(edge, -60), in_crm=False)
    # marked as deleted, and still there
    world.config(hidden, created=START, deleted=days_after(edge, -59))


def _overdue_invoices(world: World) -> None:
    customer_id = world.customer(start=START)
    last = LAST_OVERDUE_YEAR_END
    world.invoice(customer_id, period_to=None, issued=last)
    # the period decides, not the date of issue
    world.invoice(customer_id, period_to=last, issued=days_after(last, 5))
    for period_to in (dt.date(2020, 2, 29), dt.date(2019, 6, 30), dt.date(2018, 1, 31)):
        world.invoice(customer_id, period_to=period_to, issued=days_after(period_to, 3))


def _overdue_payments(world: World) -> None:
    customer_id = world.customer(start=START)
    for paid in (
        LAST_OVERDUE_YEAR_END,
        dt.date(2020, 2, 29),
        dt.date(2019, 6, 30),
        dt.date(2016, 12, 31),
    ):
        world.payment(customer_id, paid=paid)


def _missing_invoices(world: World) -> None:
    customer_id = world.customer(start=START)
    for _ in range(3):
        world.invoice(customer_id, period_to=dt.date(2026, 10, 31), issued=dt.date(2026, 11, 3))
        world.next_invoice_no()
        world.invoice(customer_id, period_to=dt.date(2026, 10, 31), issued=dt.date(2026, 11, 3))


def _payments_without_invoice(world: World) -> None:
    customer_id = world.customer(start=START)
    for place in range(4):
        world.payment(
            customer_id,
            paid=dt.date(2023 + place % 3, 5, 4),
            invoice_id=f"F{world.operator.first_invoice + 900000 + place}",
        )


def _overdue_billed_calls(world: World) -> None:
    """The invoice is held for its debtor; the calls of another customer on it are not."""
    debtor = world.customer(start=START)
    world.hold(debtor, start=dt.date(2021, 1, 1))
    caller = world.customer(start=START)
    for period_to in (LAST_OVERDUE_YEAR_END, dt.date(2020, 2, 29), dt.date(2019, 7, 31)):
        invoice = world.invoice(debtor, period_to=period_to, issued=days_after(period_to, 2))
        for day in (1, 29):
            world.call(
                caller, at=noon(period_to.replace(day=day)), invoice_id=str(invoice["invoice_id"])
            )


def _overdue_unbilled_calls(world: World) -> None:
    customer_id = world.customer(start=START)
    for day in (
        dt.date(2025, 11, 21),
        dt.date(2025, 11, 20),
        dt.date(2025, 6, 1),
        LEAP_DAY,
        dt.date(2022, 7, 8),
    ):
        world.call(customer_id, at=noon(day))
    # known by its line alone
    world.call(customer_id, at=noon(dt.date(2025, 9, 9)))["call_id"] = None


def _messages(world: World) -> None:
    world.flaws.add(MESSAGES)
    customer_id = world.customer(start=START)
    for day in range(1, 29):
        call = world.call(customer_id, at=noon(dt.date(2026, 9, day)), kind="sms")
        call["text"] = invented.message(world.rng("cdr"))
        _mark(call, "message")


def _locations(world: World) -> None:
    world.flaws.add(LOCATION)


def _inconsistent_ends(world: World) -> None:
    recently = days_after(AS_OF, -5)
    for _ in range(2):
        world.customer(start=START, end=None)  # active, and CRM says it left
        world.tables["crm_customer"][-1]["end_date"] = dt.date(2022, 4, 30)
        world.customer(start=START, end=recently)  # ended, and CRM does not know
        world.tables["crm_customer"][-1]["end_date"] = None
        world.customer(start=START, end=recently)  # ended earlier, says CRM
        world.tables["crm_customer"][-1]["end_date"] = days_after(recently, -700)
    world.customer(start=START, end=recently)
    world.tables["crm_customer"][-1]["end_date"] = dt.date(9999, 12, 31)
    # neither a service nor an end
    prospect = world.crm(world.new_customer_id(), start=START, end=None)
    FRESH["quote"](world)["customer_id"] = prospect["customer_id"]


def _wrong_durations(world: World) -> None:
    customer_id = world.customer(start=START)
    at = noon(dt.date(2026, 8, 1))
    world.call(customer_id, at=at).update(duration_s=-5, billsec=-5, end_at=at)
    world.call(customer_id, at=at).update(duration_s=-3600, billsec=-3600, end_at=at)
    world.call(customer_id, at=at).update(
        duration_s=86401, billsec=300, end_at=at + dt.timedelta(seconds=86401)
    )
    world.call(customer_id, at=at).update(
        duration_s=999999, billsec=10, end_at=at + dt.timedelta(seconds=999999)
    )
    if world.operator is BIZZY:
        world.call(customer_id, at=at).update(
            duration_s=30, billsec=31, end_at=at + dt.timedelta(seconds=30)
        )


def _fresh_row(world: World, table: str) -> Row:
    """A row of that table with which nothing is wrong yet."""
    customer_id = world.customer(start=START)
    makers: dict[str, Callable[[], Row]] = {
        "crm_customer": lambda: world.tables["crm_customer"][-1],
        "crm_contact": lambda: world.contact(customer_id, start=START),
        "crm_interaction": lambda: world.mail(customer_id, day=dt.date(2025, 3, 4)),
        "agreement": lambda: world.agreement(customer_id, start=START),
        "subscription": lambda: world.tables["subscription"][-1],
        "pbx_config": lambda: world.config(customer_id, created=START),
        "cdr": lambda: world.call(customer_id, at=noon(dt.date(2026, 7, 7))),
        "invoice": lambda: world.invoice(
            customer_id, period_to=dt.date(2026, 10, 31), issued=dt.date(2026, 11, 4)
        ),
        "payment": lambda: world.payment(customer_id, paid=dt.date(2026, 6, 5)),
        "financial_years": lambda: _old_year(world),
        "legal_hold": lambda: world.hold(customer_id, start=dt.date(2024, 5, 6)),
    }
    return makers[table]() if table in makers else FRESH[table](world)


def _old_year(world: World) -> Row:
    """A financial year so long past that no deadline rests on it."""
    start = dt.date(
        world.rng("financial_years").randrange(1992, 2010),
        world.rng("financial_years").randrange(1, 13),
        1,
    )
    return world.add(
        "financial_years",
        legal_entity=world.operator.legal_entity,
        fy_start=start,
        fy_end=days_after(years_after(start, 1), -1),
        note=None,
    )


_FREE_TEXT = {
    "crm_customer": "notes",
    "crm_contact": "remark",
    "crm_interaction": "body",
    "agreement": "remark",
    "pbx_config": "remark",
    "invoice": "remark",
    "financial_years": "note",
    "legal_hold": "reason",
}
_BARE_COLUMN = {"subscription": "card", "payment": "card_reference", "cdr": "post_dial"}


def _cards(table: str) -> Callable[[World], None]:
    def plant(world: World) -> None:
        for place in range(2 if table == "financial_years" else 8):
            row = _fresh_row(world, table)
            if table not in _BARE_COLUMN:
                row[_FREE_TEXT.get(table, REMARK)] = invented.card_sentence(world.rng(table), place)
            else:
                row[_BARE_COLUMN[table]] = invented.card_number(
                    world.rng(table), invented.CARD_PREFIXES[place % len(invented.CARD_PREFIXES)]
                )
            _mark(row, f"card.{table}")
        _cards_in_mapped_columns(world, table)

    return plant


def _cards_in_mapped_columns(world: World, table: str) -> None:
    """In a column that should hold truncated numbers, and keyed in by a caller."""
    for prefix in invented.CARD_PREFIXES[:4]:
        pan = invented.card_number(world.rng(table), prefix)
        match table:
            case "payment":
                row = _fresh_row(world, table)
                row.update(method="Kort", card_masked=pan)
                _mark(row, f"card.{table}")
                row = _fresh_row(world, table)
                row.update(method="Kort", check_code=invented.digits(world.rng(table), 3))
            case "cdr":
                row = _fresh_row(world, table)
                row["b_number"] = pan
            case _:
                return
        _mark(row, f"card.{table}")


def _cpr_numbers(table: str) -> Callable[[World], None]:
    """In the same places as card numbers: free text, a reference, what was keyed in
    during a call.
    """

    def plant(world: World) -> None:
        for place in range(2 if table == "financial_years" else 5):
            row = _fresh_row(world, table)
            bare = _BARE_COLUMN.get(table)
            row[bare or _FREE_TEXT.get(table, REMARK)] = (
                invented.cpr(world.rng(table))
                if bare
                else invented.cpr_sentence(world.rng(table), place)
            )
            _mark(row, f"cpr.{table}")

    return plant


# A date that cannot be, in a column that decides no deadline, or that leaves the record without
# one.
_IMPOSSIBLE: dict[str, tuple[tuple[str, object], ...]] = {
    "crm_customer": (
        ("created_at", "zero"),
        ("created_at", "text"),
        ("created_at", dt.date(1900, 1, 1)),
        ("created_at", FUTURE),
    ),
    "crm_contact": (
        ("valid_from", "zero"),
        ("valid_from", dt.date(1899, 12, 31)),
        ("valid_to", dt.date(2010, 1, 1)),
    ),
    "crm_interaction": (("at", "zero"), ("at", noon(dt.date(1970, 1, 1))), ("at", noon(FUTURE))),
    "agreement": (
        ("signed_at", "text"),
        ("signed_at", dt.date(1900, 1, 1)),
        ("signed_at", dt.date(2062, 5, 5)),
    ),
    "subscription": (
        ("start_date", "zero"),
        ("start_date", dt.date(1900, 1, 1)),
        ("start_date", days_after(AS_OF, 2)),
    ),
    "pbx_config": (
        ("created_at", "text"),
        ("created_at", dt.date(1970, 1, 1)),
        ("created_at", FUTURE),
    ),
    "cdr": (
        ("start_at", noon(FUTURE)),
        ("end_at", noon(dt.date(2026, 7, 6))),
        ("end_at", noon(dt.date(1989, 12, 31))),
    ),
    "invoice": (
        ("issue_date", "zero"),
        ("issue_date", "text"),
        ("due_date", dt.date(2099, 12, 31)),
        ("due_date", dt.date(1900, 1, 1)),
    ),
    "payment": (
        ("paid_at", "zero"),
        ("paid_at", "text"),
        ("paid_at", FUTURE),
        ("paid_at", dt.date(1900, 1, 1)),
    ),
    "financial_years": (("fy_end", dt.date(1989, 12, 31)), ("fy_end", dt.date(1991, 1, 1))),
    "legal_hold": (("start", dt.date(1900, 1, 1)), ("end", dt.date(2020, 1, 1))),
}


def _impossible_in_register(table: str) -> tuple[tuple[str, object], ...]:
    """In the column without which the register's main checks judge nothing."""
    column = next(
        column
        for column in TABLES[table].columns
        if column.kind in {Kind.DATE, Kind.TIMESTAMP} and column.required
    )
    epoch = dt.date(1970, 1, 1)
    return (column.name, "zero"), (
        column.name,
        noon(epoch) if column.kind is Kind.TIMESTAMP else epoch,
    )


def _impossible_dates(table: str) -> Callable[[World], None]:
    def plant(world: World) -> None:
        zero, text = (
            ("00-00-0000", "31-02-2024")
            if world.operator is BIZZY
            else ("0000-00-00", "2024-02-31")
        )
        for column, value in _IMPOSSIBLE.get(table) or _impossible_in_register(table):
            row = _fresh_row(world, table)
            row[column] = {"zero": Garbled(zero), "text": Garbled(text)}.get(str(value), value)
            if column == "start_at":
                row["end_at"] = None
            if table == "invoice" and value == "text":
                row["period_to"] = None
        # Parquet holds times, a Master.csv whatever was written
        if table == "cdr" and world.operator is BIZZY:
            _fresh_row(world, table).update(start_at=Garbled("0000-00-00 00:00:00"), end_at=None)
            skipped_hour = dt.datetime.combine(SPRING_SUNDAY, dt.time(CHANGING_HOUR, 30))
            _fresh_row(world, table).update(
                start_at=skipped_hour, end_at=skipped_hour + dt.timedelta(hours=1)
            )

    return plant


def _duplicate_keys(table: str) -> Callable[[World], None]:
    def plant(world: World) -> None:
        for _ in range(1 if table == "financial_years" else 3):
            world.tables[table].append({**_fresh_row(world, table), MARKS: []})

    return plant


def _has_dates(table: str) -> bool:
    return table in _IMPOSSIBLE or any(
        column.kind in {Kind.DATE, Kind.TIMESTAMP} and column.required
        for column in TABLES[table].columns
    )


def _mark(row: Row, kind: str) -> None:
    marks = row[MARKS]
    assert isinstance(marks, list)  # noqa: S101 (World.add made it so)
    marks.append(kind)


DEVIATIONS: dict[str, Callable[[World], None]] = {
    "customer": _overdue_customers,
    "contact": _overdue_contacts,
    "interaction": _overdue_interactions,
    "agreement": _overdue_agreements,
    "pbx_config": _overdue_configs,
    "invoice": _overdue_invoices,
    "payment": _overdue_payments,
    "invoice_series": _missing_invoices,
    "payment_invoice": _payments_without_invoice,
    "billed": _overdue_billed_calls,
    "unbilled": _overdue_unbilled_calls,
    "message": _messages,
    "location": _locations,
    "end_date": _inconsistent_ends,
    "duration": _wrong_durations,
    **REGISTER_DEVIATIONS,
    **{f"card.{table}": _cards(table) for table in TABLE_NAMES},
    **{f"cpr.{table}": _cpr_numbers(table) for table in TABLE_NAMES},
    **{f"dates.{table}": _impossible_dates(table) for table in TABLE_NAMES if _has_dates(table)},
    **{f"key.{table}": _duplicate_keys(table) for table in TABLE_NAMES if TABLES[table].key},
}
