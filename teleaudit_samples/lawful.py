"""What looks wrong and is not: deadline days, legal holds, odd spellings.

In the clean world too.

And, in ``DOUBTS``, what is neither a deviation nor clean: legal bands, open balances, records
that cannot be assessed, broken lines.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

from teleaudit_samples import invented
from teleaudit_samples.calendar import AS_OF, AUTUMN_SUNDAY, CHANGING_HOUR, OPEN_END, days_after
from teleaudit_samples.world import BROKEN_LINES, Row, World

START = dt.date(2015, 3, 1)
LONG_AGO = dt.date(2020, 5, 31)
_LATELY = dt.date(2026, 2, 16)
# of both operators: financial years that ended then are overdue on AS_OF
LAST_OVERDUE_YEAR_END = dt.date(2020, 12, 31)


def noon(day: dt.date) -> dt.datetime:
    """Wall-clock noon of the day."""
    return dt.datetime.combine(day, dt.time(12, 0, 0))


def everything(world: World, *, end: dt.date, held: bool = False, scan: bool = False) -> str:
    """A former customer of whom everything is still there. Returns the customer's key."""
    customer_id = world.customer(start=START, end=end)
    world.agreement(customer_id, start=START, end=end, scan=scan)
    world.contact(customer_id, start=START, end=end)
    world.mail(customer_id, day=days_after(START, 400))
    world.mail(customer_id, day=days_after(end, 3))
    world.config(customer_id, created=START)
    if held:
        start, last = world.rng("legal_hold").choice(
            (
                (days_after(end, 5), AS_OF),
                (days_after(end, 5), days_after(AS_OF, 60)),
                (_LATELY, None),
                (_LATELY, OPEN_END),
            )
        )
        # one without an end is reviewed within a year
        world.hold(customer_id, start=start, end=last)
    return customer_id


def _held_customers(world: World) -> None:
    """(1) A hold in force, reasoned and approved, suspends every deadline of the customer."""
    for place in range(8):
        customer_id = everything(world, end=days_after(LONG_AGO, 13 * place), held=True)
        invoice = world.invoice(
            customer_id, period_to=dt.date(2020, 4, 30), issued=dt.date(2020, 5, 2)
        )
        world.payment(customer_id, paid=dt.date(2020, 5, 20), invoice_id=str(invoice["invoice_id"]))
        world.call(
            customer_id, at=noon(dt.date(2020, 4, 1 + place)), invoice_id=str(invoice["invoice_id"])
        )
        world.call(customer_id, at=noon(dt.date(2024, 4, 1 + place)))


def _deadline_days(world: World) -> None:
    """(2) The deadline day itself is lawful."""
    for _ in range(4):
        customer_id = world.customer(start=START, end=world.operator.customer_edge)
        world.contact(customer_id, start=START)
        world.mail(customer_id, day=world.operator.customer_edge)
        customer_id = world.customer(start=START, end=world.operator.config_edge)
        world.config(customer_id, created=START)
        if world.operator.archives_paper:
            customer_id = world.customer(
                start=START, end=world.operator.agreement_edge, in_crm=False
            )
            world.agreement(customer_id, start=START, end=world.operator.agreement_edge)
    for leap_day in (dt.date(2016, 2, 29), dt.date(2020, 2, 29)):
        world.customer(start=leap_day)


def _odd_ends(world: World) -> None:
    """(3) No end is written in many ways, and a service that runs keeps a customer."""
    for end in (OPEN_END, dt.date(2099, 12, 31), dt.date(1900, 1, 1)):
        customer_id = world.customer(start=START, end=None)
        world.tables["crm_customer"][-1]["end_date"] = end
        world.agreement(customer_id, start=START, end=end)
        world.contact(customer_id, start=START, end=end)
    leaving = days_after(AS_OF, 39)  # has given notice: the end lies ahead
    world.customer(start=START, end=leaving)
    customer_id = world.customer(start=START, end=dt.date(2021, 6, 30), in_crm=False)
    world.subscription(customer_id, start=dt.date(2021, 7, 1))
    world.crm(customer_id, start=START, end=None)
    world.config(customer_id, created=dt.date(2021, 7, 1), deleted=dt.date(2023, 5, 5))


def _accounting_edges(world: World) -> None:
    """(4) Day one of the oldest financial year that must still be kept; for Bizzy it lies in the
    changed year.
    """
    customer_id = world.customer(start=START)
    first = days_after(LAST_OVERDUE_YEAR_END, 1)
    for issued in (first, days_after(first, 1)):
        world.invoice(customer_id, period_to=None, issued=issued)
        world.payment(customer_id, paid=issued)


def _lawful_calls(world: World) -> None:
    """(5) Unbilled calls up to the deadline day, a call of exactly 24 hours, one that nobody
    answered, one while the clocks were set back.
    """
    customer_id = world.customer(start=START)
    for place in range(5):
        world.call(customer_id, at=noon(dt.date(2025, 11, 22 + place)))
    whole_day = world.call(customer_id, at=noon(dt.date(2026, 3, 3)))
    whole_day.update(duration_s=86400, billsec=86400, end_at=noon(dt.date(2026, 3, 4)))
    unanswered = world.call(customer_id, at=noon(dt.date(2026, 3, 5)))
    unanswered.update(duration_s=0, billsec=0, end_at=unanswered["start_at"])
    night = dt.datetime.combine(AUTUMN_SUNDAY, dt.time(CHANGING_HOUR, 59, 30))
    world.call(customer_id, at=night)["end_at"] = night.replace(minute=1, second=0)
    call = world.call(customer_id, at=noon(dt.date(2026, 3, 6)), kind="sms")
    call.update(b_number="447700900123")


def _look_alikes(world: World) -> None:
    """(6) Digits that are no cards, in free text; IMEI, ICCID, GLN and payment slips stand in
    columns of their own.
    """
    rng = world.rng("crm_customer")
    texts = (
        f"Kort til fakturabetaling ender på {invented.digits(rng, 4)}",
        f"Betalt med kort {invented.masked_card(rng)}",
        f"Telefonens IMEI er {invented.imei(rng)}",
        f"Nyt SIM med ICCID {invented.iccid(rng)}",
        f"Fakturer til EAN {invented.gln(rng)}",
        f"Ring på {invented.phone(rng)} eller {invented.phone(rng)}",
        "Bad om at få sit kort over dækningen tilsendt.\nHusk plan B.",
    )
    for text in texts:
        customer_id = world.customer(start=START)
        world.tables["crm_customer"][-1]["notes"] = text
        world.mail(customer_id, day=dt.date(2025, 2, 3))["body"] = text


def _restricted_customers(world: World) -> None:
    """(7) Restriction of processing (GDPR, article 18) leaves storage alone: from its first day,
    until the day before it is lifted.
    """
    for start, lifted in (
        (AS_OF, None),
        (_LATELY, days_after(AS_OF, 1)),
        (dt.date(2020, 7, 1), OPEN_END),
    ):
        customer_id = everything(world, end=LONG_AGO)
        world.tables["crm_customer"][-1].update(restricted_from=start, restricted_to=lifted)
        invoice = world.invoice(
            customer_id, period_to=dt.date(2020, 4, 30), issued=dt.date(2020, 5, 2)
        )
        world.payment(customer_id, paid=dt.date(2020, 5, 20), invoice_id=str(invoice["invoice_id"]))
        world.call(customer_id, at=noon(dt.date(2020, 4, 1)), invoice_id=str(invoice["invoice_id"]))
        world.call(customer_id, at=noon(dt.date(2024, 4, 1)))


LAWFUL: tuple[Callable[[World], None], ...] = (
    _held_customers,
    _deadline_days,
    _odd_ends,
    _accounting_edges,
    _lawful_calls,
    _look_alikes,
    _restricted_customers,
)


def _bands(world: World) -> None:
    """(1) Past the strict reading, not past the lenient one."""
    edge = days_after(world.operator.customer_edge, -1)
    for place in range(6):  # a scan in CRM, or an agreement kept only by the accounting rule
        customer_id = world.customer(start=START, end=days_after(edge, -50 * place), in_crm=False)
        world.agreement(customer_id, start=START, end=days_after(edge, -50 * place), scan=True)
    # one service of a living customer ended
    customer_id = world.customer(start=START, end=dt.date(2022, 1, 31))
    world.config(customer_id, created=START)
    world.subscription(customer_id, start=START)
    world.tables["crm_customer"][-1].update(end_date=None, status="Aktiv")
    # calls whose bill can no longer be challenged
    for period_to in (
        dt.date(2021, 3, 31),
        dt.date(2021, 10, 31),
        dt.date(2022, 8, 31),
        dt.date(2023, 5, 31),
    ):
        customer_id = world.customer(start=START)
        invoice = world.invoice(customer_id, period_to=period_to, issued=days_after(period_to, 2))
        for day in range(1, 25):
            world.call(
                customer_id,
                at=noon(period_to.replace(day=day)),
                invoice_id=str(invoice["invoice_id"]),
            )


def _not_assessable(world: World) -> None:
    """(2) Contacts and mails whose customer nobody knows, a call without a time, a number skipped
    among erased invoices.
    """
    for _ in range(3):
        nobody = world.new_customer_id()
        world.contact(nobody, start=START)
        world.mail(nobody, day=dt.date(2026, 5, 6))
    missing: Row = world.call(world.customer(start=START), at=noon(dt.date(2026, 1, 5)))
    missing.update(start_at=None, end_at=None)


def _broken_lines(world: World) -> None:
    """(3) Lines with too many fields and with too few."""
    world.flaws.add(BROKEN_LINES)


def _open_balances(world: World) -> None:
    """(4) Money still owed: whether it keeps the customer's own row is for a lawyer."""
    for place in range(6):
        world.customer(start=START, end=days_after(world.operator.customer_edge, -40 * place - 1))
        world.tables["crm_customer"][-1]["open_balance"] = 120.5 + place


DOUBTS: tuple[Callable[[World], None], ...] = (
    _bands,
    _not_assessable,
    _broken_lines,
    _open_balances,
)
