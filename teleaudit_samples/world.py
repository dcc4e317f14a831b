"""The invented operator: its tables as lists of rows, before anything is written to a file.

A row maps a canonical column (or, for what the audit does not map, the header itself) to a value. A
date that the operator's system got wrong is a ``Garbled`` text. Every row carries what was planted
in it under ``MARKS``.

The ordinary rows and every kind of planted ones draw from random streams of their own, one for each
table, and have numbers of their own (``World.of``): one row more, or a kind less, changes no other
row, and no file but those it stands in.
"""

from __future__ import annotations

import datetime as dt
import random
import zlib
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from teleaudit.schema import TABLES
from teleaudit_samples import invented
from teleaudit_samples.calendar import (
    AS_OF,
    CALENDAR_YEARS,
    CHANGED_YEARS,
    OPEN_END,
    FinancialYears,
    days_after,
    financial_year_end,
    month_end,
    years_after,
)

Row = dict[str, object]
# check kinds planted in the row that no rule on dates or keys would show: cards, CPR numbers,
# messages
MARKS = "*marks"
REMARK = "remark"  # a free text that no audit maps
FILE, LINE = "*file", "*line"  # where the row came to stand
ORDINARY = "ordinary"  # the kind of rows in which nothing is planted
# numbers of planted rows have seven digits: five tell the kind
_FIRST_BLOCK, _BLOCKS, _BLOCK = 10_000, 90_000, 100


class Garbled(str):
    """What stands where a date should."""

    __slots__ = ()


@dataclass(frozen=True, kw_only=True)
class Operator:
    """What differs between the two operators."""

    name: str
    legal_entity: str
    customer_prefix: str
    clause_prefix: str  # of the ids of its policy's clauses
    first_customer: int
    first_invoice: int
    slip_length: int  # digits of a payment slip id: 15 for kortart 71, 16 for 75
    years: FinancialYears
    card_check: str
    # kind of deviation -> check id, where it is not the same for every operator
    check_ids: dict[str, str]
    customer_due: Callable[[dt.date], dt.date]  # end of relationship -> last lawful day
    config_due: Callable[[dt.date], dt.date]
    agreement_due: Callable[[dt.date], dt.date]
    # the earliest end with which the customer may still stand in CRM on AS_OF
    customer_edge: dt.date
    config_edge: dt.date
    agreement_edge: dt.date
    # agreements of former customers stay in the archive; else they are destroyed
    archives_paper: bool
    keeps_masked_cards: bool  # with a payment by card; else the payment service alone has them

    def check_id(self, kind: str) -> str:
        """The check id of a kind of deviation (``card.cdr``, ``dates.invoice``, ``customer`` ...);
        one of the registers' is the id itself.
        """
        family, _, data_set = kind.partition(".")
        match family:
            case "card":
                return f"{self.card_check}.{data_set}"
            case "cpr":
                return f"HYG-cpr-number.{data_set}"
            case "dates" | "key":
                return f"HYG-{family}.{data_set}"
            case _:
                return self.check_ids.get(kind, kind)


def _kazoom_agreement_due(end: dt.date) -> dt.date:
    last = financial_year_end(end, CALENDAR_YEARS)
    return years_after(last, 5) if last else OPEN_END


_HYGIENE = {
    "location": "HYG-location.cdr",
    "end_date": "HYG-end-date.crm_customer",
    "duration": "HYG-duration.cdr",
}

KAZOOM = Operator(
    name="kazoom",
    legal_entity="Kazoom A/S",
    customer_prefix="K",
    clause_prefix="KAZ-",
    first_customer=1001,
    first_invoice=7010001,
    slip_length=15,
    years=CALENDAR_YEARS,
    card_check="KAZ-b2",
    check_ids={
        "customer": "KAZ-r3.customer",
        "contact": "KAZ-r3.contact",
        "interaction": "KAZ-r3.interaction",
        "agreement": "KAZ-r3.agreement",
        "pbx_config": "KAZ-r3.pbx_config",
        "invoice": "KAZ-r2.invoice",
        "payment": "KAZ-r2.payment",
        "invoice_series": "KAZ-r2.invoice_series",
        "payment_invoice": "KAZ-r2.payment_invoice",
        "billed": "KAZ-r2.billed",
        "unbilled": "KAZ-r1.unbilled",
        "message": "HYG-messages.cdr",
        **_HYGIENE,
    },
    customer_due=lambda end: days_after(end, 30),
    config_due=lambda end: days_after(end, 30),
    agreement_due=_kazoom_agreement_due,
    customer_edge=days_after(AS_OF, -30),
    config_edge=days_after(AS_OF, -30),
    agreement_edge=dt.date(2021, 1, 1),
    archives_paper=False,
    keeps_masked_cards=False,
)

BIZZY = Operator(
    name="bizzy",
    legal_entity="Bizzy",
    customer_prefix="",
    clause_prefix="BIZ-",
    # half of the ordinary customers, and so of the payment slip ids, begin with 4
    first_customer=398900,
    first_invoice=20010001,
    slip_length=16,
    years=CHANGED_YEARS,
    card_check="HYG-card",
    check_ids={
        "customer": "BIZ-ret-3.customer",
        "contact": "BIZ-ret-3.contact",
        "interaction": "BIZ-ret-3.interaction",
        "agreement": "BIZ-ret-4.agreement",
        "pbx_config": "BIZ-ret-5.pbx_config",
        "invoice": "BIZ-ret-6.invoice",
        "payment": "BIZ-ret-6.payment",
        "invoice_series": "BIZ-ret-6.invoice_series",
        "payment_invoice": "BIZ-ret-6.payment_invoice",
        "billed": "BIZ-ret-7.billed",
        "unbilled": "BIZ-ret-7.unbilled",
        "message": "BIZ-tele-2.cdr",
        "BIZ-cpr": "HYG-cpr.crm_customer",
        **_HYGIENE,
    },
    customer_due=lambda end: years_after(end, 1),
    config_due=lambda end: days_after(end, 14),
    agreement_due=lambda end: years_after(end, 5),
    customer_edge=dt.date(2025, 11, 22),
    config_edge=days_after(AS_OF, -14),
    agreement_edge=dt.date(2021, 11, 22),
    archives_paper=True,
    keeps_masked_cards=True,
)

_AHEAD = days_after(AS_OF, 60)
OPERATORS = {operator.name: operator for operator in (KAZOOM, BIZZY)}
TABLE_NAMES = tuple(TABLES)
BROKEN_LINES, LOCATION, MESSAGES = "broken lines", "location", "messages"
_PLAN = "plan"  # the stream that decides who comes and goes, before any table is filled


@dataclass
class World:
    """One operator's rows, seen by one kind of them.

    Methods add what belongs together and return the row or key to plant in.
    """

    operator: Operator
    seed: str
    kind: str = ORDINARY
    # the first five digits of the kind's numbers; None of the ordinary rows'
    block: int | None = None
    tables: dict[str, list[Row]] = field(default_factory=lambda: {name: [] for name in TABLE_NAMES})
    flaws: set[str] = field(default_factory=set)  # of whole files: BROKEN_LINES, LOCATION, MESSAGES
    # check id and record key, of what is no row of a table: columns, and records of derived data
    # sets
    columns_found: list[tuple[str, str]] = field(default_factory=list)
    billable: list[Row] = field(default_factory=list)  # invoices that ordinary calls may name
    callers: list[Row] = field(default_factory=list)  # customers that ordinary calls may name
    _kinds: dict[int, str] = field(default_factory=dict)  # by block
    _streams: dict[str, random.Random] = field(default_factory=dict)
    _serials: dict[str, int] = field(default_factory=dict)

    def of(self, kind: str) -> World:
        """The same world for another kind of rows, with random streams and numbers that depend on
        its name alone.
        """
        block = _FIRST_BLOCK + zlib.crc32(kind.encode()) % _BLOCKS
        if block in self._kinds:
            msg = (
                f"the kinds {kind} and {self._kinds[block]} of planted rows would get the same"
                " numbers: rename one of them"
            )
            raise ValueError(msg)
        self._kinds[block] = kind
        return replace(self, kind=kind, block=block, _streams={}, _serials={})

    def rng(self, table: str) -> random.Random:
        """The random stream of the kind's rows in that table."""
        if table not in self._streams:
            self._streams[table] = random.Random(f"{self.seed}/{table}/{self.kind}")
        return self._streams[table]

    def add(self, table: str, **values: object) -> Row:
        """One row more."""
        row: Row = {**values, MARKS: []}
        self.tables[table].append(row)
        return row

    def number(self, name: str) -> int:
        """The next number of a count of that name: 1, 2 ... of the ordinary rows, of other kinds
        one that no other kind has.
        """
        self._serials[name] = serial = self._serials.get(name, 0) + 1
        if self.block is None:
            return serial
        if serial > _BLOCK:
            msg = f"{self.kind}: more than {_BLOCK} numbers of {name}"
            raise ValueError(msg)
        return self.block * _BLOCK + serial - 1

    def key(self, prefix: str) -> str:
        """The next key of that prefix."""
        return f"{prefix}{self.number(prefix):06d}"

    def day(self, table: str, first: dt.date, last: dt.date) -> dt.date:
        """A random day for that table, both ends included."""
        return days_after(first, self.rng(table).randrange((last - first).days + 1))

    def happens(self, table: str, chance: float) -> bool:
        """Whether something happens in that table that happens that often."""
        return self.rng(table).random() < chance

    def new_customer_id(self) -> str:
        """A key that no customer has had."""
        number = self.number("customer")
        if self.block is None:
            number += self.operator.first_customer - 1
        return f"{self.operator.customer_prefix}{number:06d}"

    def customer(self, *, start: dt.date, end: dt.date | None = None, in_crm: bool = True) -> str:
        """A customer with one subscription; ``end`` None means still a customer.

        Returns the customer's key.
        """
        customer_id = self.new_customer_id()
        if in_crm:
            self.crm(customer_id, start=start, end=end)
        self.subscription(customer_id, start=start, end=end)
        return customer_id

    def crm(self, customer_id: str, *, start: dt.date, end: object) -> Row:
        """The customer's row in CRM."""
        rng = self.rng("crm_customer")
        company = self.happens("crm_customer", 0.9 if self.operator is BIZZY else 0.1)
        name = invented.company(rng) if company else invented.person(rng)
        postcode, city = rng.choice(invented.TOWNS)
        return self.add(
            "crm_customer",
            customer_id=customer_id,
            customer_type="Erhverv" if company else "Privat",
            cvr=invented.cvr(rng) if company else None,
            name=name,
            address=f"{rng.choice(invented.STREETS)} {rng.randrange(1, 180)}",
            postcode=postcode,
            city=city,
            email=invented.email(rng, name),
            phone=invented.phone(rng),
            mobile=invented.phone(rng),
            created_at=days_after(start, -rng.randrange(20)),
            start_date=start,
            end_date=end,
            status="Ophørt" if isinstance(end, dt.date) and end < AS_OF else "Aktiv",
            open_balance=0.0,
            notes=rng.choice(invented.NOTES) if self.happens("crm_customer", 0.15) else None,
            gln=invented.gln(rng) if company and self.happens("crm_customer", 0.3) else None,
            source=rng.choice(("kunde", "Kunde", "kunden selv")),
        )

    def subscription(self, customer_id: str, *, start: dt.date, end: object = None) -> Row:
        """A subscription of the customer."""
        product = self.rng("subscription").choice(
            (
                "Fri tale",
                "Fri tale 20 GB",
                "Bredbånd 500",
                "Hosted PBX",
                "SIP-trunk",
                "Mobilt bredbånd",
            )
        )
        price = self.rng("subscription").randrange(79, 900) + 0.5
        return self.add(
            "subscription",
            subscription_id=self.key("A"),
            customer_id=customer_id,
            product=product,
            start_date=start,
            end_date=end,
            price=price,
        )

    def agreement(
        self,
        customer_id: str,
        *,
        start: dt.date,
        end: object = None,
        scan: bool | None = None,
        destroyed: dt.date | None = None,
    ) -> Row:
        """A written agreement of the customer.

        Where nobody says, it is scanned as long as it runs.
        """
        number = self.number("AFT")
        ended = isinstance(end, dt.date) and 1900 < end.year < 2099 and end < AS_OF
        return self.add(
            "agreement",
            agreement_id=f"AFT{number:06d}",
            customer_id=customer_id,
            type="abonnement",
            signed_at=start,
            valid_from=start,
            ended_at=end,
            scan_ref=f"scan/{number:06d}.pdf" if scan or (scan is None and not ended) else None,
            paper_archive_ref=f"Skab {number % 9 + 1}, mappe {number}",
            destroyed_at=destroyed,
        )

    def contact(self, customer_id: str, *, start: dt.date, end: object = None) -> Row:
        """A contact person of the customer."""
        rng = self.rng("crm_contact")
        name = invented.person(rng)
        role = rng.choice(
            ("Indehaver", "Bogholder", "Kontorleder", "It-ansvarlig", "Teknisk kontakt")
        )
        return self.add(
            "crm_contact",
            contact_id=self.key("P"),
            customer_id=customer_id,
            name=name,
            role=role,
            email=invented.email(rng, name),
            phone=invented.phone(rng),
            valid_from=start,
            valid_to=end,
        )

    def mail(self, customer_id: str, *, day: dt.date) -> Row:
        """A mail from the customer."""
        rng = self.rng("crm_interaction")
        at = dt.datetime.combine(
            day, dt.time(rng.randrange(8, 17), rng.randrange(60), rng.randrange(60))
        )
        return self.add(
            "crm_interaction",
            interaction_id=self.key("H"),
            customer_id=customer_id,
            at=at,
            channel=rng.choice(("mail", "mail", "chat", "tlf")),
            direction=rng.choice(("ind", "ud")),
            subject=rng.choice(invented.MAIL_SUBJECTS),
            body=invented.mail_body(rng),
        )

    def config(self, customer_id: str, *, created: dt.date, deleted: dt.date | None = None) -> Row:
        """A PBX, SIP or voicemail configuration on the customer's latest subscription."""
        subscription = next(
            (
                row["subscription_id"]
                for row in reversed(self.tables["subscription"])
                if row["customer_id"] == customer_id
            ),
            None,
        )
        return self.add(
            "pbx_config",
            config_id=self.key("C"),
            customer_id=customer_id,
            subscription_id=subscription,
            type=self.rng("pbx_config").choice(("pbx", "sip_peer", "voicemail", "ivr")),
            username=f"peer{self.number('peer'):05d}",
            status="slettet" if deleted else "aktiv",
            created_at=created,
            deleted_at=deleted,
        )

    def hold(
        self,
        customer_id: str,
        *,
        start: dt.date,
        end: object = _AHEAD,
        approved_by: str | None = "Juridisk afdeling",
    ) -> Row:
        """A legal hold on the customer, in force until some time after the audit where
        nobody says.
        """
        return self.add(
            "legal_hold",
            hold_id=self.key("STOP"),
            customer_id=customer_id,
            reason="Verserende tvist om afregning",
            start=start,
            end=end,
            approved_by=approved_by,
        )

    def invoice(self, customer_id: str, *, period_to: dt.date | None, issued: dt.date) -> Row:
        """An invoice with the next number of the kind's series."""
        number = self.next_invoice_no()
        return self.add(
            "invoice",
            invoice_id=f"F{number}",
            invoice_no=number,
            customer_id=customer_id,
            legal_entity=self.operator.legal_entity,
            issue_date=issued,
            due_date=days_after(issued, 21),
            period_from=period_to.replace(day=1) if period_to else None,
            period_to=period_to,
            gross=self.rng("invoice").randrange(7900, 300000) / 100,
            payment_slip_id=invented.payment_slip(customer_id, number, self.operator.slip_length),
            status="Bogført",
            remark=None,
        )

    def next_invoice_no(self) -> str:
        """The next number of the kind's series of invoices; one that no invoice gets is a hole in
        it.
        """
        number = self.number("invoice")
        return (
            str(self.operator.first_invoice + number - 1)
            if self.block is None
            else f"{self.block}-{number % _BLOCK:02d}"
        )

    def payment(self, customer_id: str, *, paid: dt.date, invoice_id: str | None = None) -> Row:
        """A payment."""
        rng = self.rng("payment")
        method = rng.choice(("FIK", "Betalingsservice", "Betalingsservice", "MobilePay", "Kort"))
        by_card = method == "Kort"
        row = self.add(
            "payment",
            payment_id=self.key("B"),
            customer_id=customer_id,
            invoice_id=invoice_id,
            legal_entity=self.operator.legal_entity,
            paid_at=paid,
            amount=rng.randrange(7900, 300000) / 100,
            method=method,
            psp_reference=f"psp-{rng.getrandbits(40):010x}" if by_card else None,
            card_masked=invented.masked_card(rng) if by_card else None,
            card_reference=None,
        )
        if not self.operator.keeps_masked_cards:
            row["card_masked"] = None
        return row

    def call(
        self,
        customer_id: str | None,
        *,
        at: dt.datetime,
        invoice_id: str | None = None,
        kind: str = "voice",
    ) -> Row:
        """A planted teledata record of 90 seconds; ordinary ones are made in bulk
        (``teledata``).
        """
        rng = self.rng("cdr")
        number = self.number("call")
        return self.add(
            "cdr",
            call_id=(
                f"{1_700_000_000 + number}.{number}" if self.operator is BIZZY else f"P{number:09d}"
            ),
            record_type=kind,
            direction="ud",
            customer_id=customer_id,
            a_number=invented.phone(rng),
            b_number=invented.phone(rng),
            start_at=at,
            end_at=at + dt.timedelta(seconds=90),
            duration_s=90,
            billsec=80,
            invoice_id=invoice_id,
        )


def build(operator: Operator, *, seed: int, customers: int) -> World:
    """The operator's ordinary business, in which nothing deviates."""
    world = World(operator=operator, seed=f"{operator.name} {seed}")
    for start, end in operator.years:
        world.add(
            "financial_years",
            legal_entity=operator.legal_entity,
            fy_start=start,
            fy_end=end,
            note=None,
        )
    for number in range(customers):
        _ordinary_customer(world, number)
    _ordinary_invoices(world, count=customers * 5 // 3)
    return world


def _ordinary_customer(world: World, number: int) -> None:
    start = world.day(_PLAN, dt.date(2014, 1, 1), dt.date(2020, 12, 31))
    kinds = (_living_customer, _recently_ended_customer, _former_customer)
    customer = (
        _reactivated_customer
        if number % 40 == 0
        else world.rng(_PLAN).choices(kinds, weights=(86, 5, 9))[0]
    )
    customer(world, start)


def _living_customer(world: World, start: dt.date) -> None:
    customer_id = world.customer(start=start)
    world.callers.append(world.tables["crm_customer"][-1])
    if world.happens("crm_customer", 0.3):
        world.tables["crm_customer"][-1]["end_date"] = OPEN_END
    if world.happens("agreement", 0.5):
        world.agreement(
            customer_id, start=start, end=world.rng("agreement").choice((None, OPEN_END))
        )
    _papers(world, customer_id, start, AS_OF)
    if world.happens("pbx_config", 0.4):
        world.config(
            customer_id,
            created=start,
            deleted=(
                world.day("pbx_config", start, AS_OF) if world.happens("pbx_config", 0.1) else None
            ),
        )


def _reactivated_customer(world: World, start: dt.date) -> None:
    """Left in 2022 and came back: the old end counts for nothing."""
    customer_id = world.customer(start=start)
    world.agreement(customer_id, start=start, end=dt.date(2022, 3, 31), scan=True)
    world.agreement(customer_id, start=dt.date(2024, 2, 1))
    world.tables["subscription"][-1]["end_date"] = dt.date(2022, 3, 31)
    world.subscription(customer_id, start=dt.date(2024, 2, 1))
    _papers(world, customer_id, start, dt.date(2022, 3, 31))


def _recently_ended_customer(world: World, start: dt.date) -> None:
    """Ended so lately that CRM may still hold the customer; the configuration only when it was a
    matter of days.
    """
    edges = (world.operator.customer_edge, world.operator.config_edge)
    end = world.day(_PLAN, world.rng(_PLAN).choice(edges), days_after(AS_OF, -1))
    customer_id = world.customer(start=start, end=end)
    world.agreement(customer_id, start=start, end=end, scan=True)
    _papers(world, customer_id, start, end)
    if end >= world.operator.config_edge:
        world.config(customer_id, created=start)


def _former_customer(world: World, start: dt.date) -> None:
    """Erased from CRM; what remains is lawfully kept: history of subscriptions, the archive, the
    accounts.
    """
    end = world.day(
        _PLAN,
        days_after(world.operator.agreement_edge, 1),
        days_after(world.operator.customer_edge, -1),
    )
    customer_id = world.customer(start=start, end=end, in_crm=False)
    world.agreement(
        customer_id,
        start=start,
        end=end,
        destroyed=None if world.operator.archives_paper else days_after(end, 20),
    )


def _papers(world: World, customer_id: str, start: dt.date, end: dt.date) -> None:
    contacts = world.rng("crm_contact")
    for _ in range(contacts.choice((0, 0, 1, 1, 2))):
        world.contact(customer_id, start=start, end=contacts.choice((None, OPEN_END)))
    for _ in range(world.rng("crm_interaction").choice((0, 0, 1, 1, 2))):
        world.mail(customer_id, day=world.day("crm_interaction", start, end))


def _ordinary_invoices(world: World, *, count: int) -> None:
    """An unbroken series from the first month that must still be kept to the last one billed."""
    months = [
        dt.date(year, month, 1)
        for year in range(2021, 2027)
        for month in range(1, 13)
        if (year, month) < (2026, 11)
    ]
    for number in range(count):
        customer = world.rng("invoice").choice(world.callers)
        period_to = month_end(months[number * len(months) // count])
        issued = days_after(period_to, 1 + number * len(months) % count * 3 // count)
        invoice = world.invoice(str(customer["customer_id"]), period_to=period_to, issued=issued)
        due = days_after(issued, 21)
        if due >= years_after(AS_OF, -3):
            world.billable.append(invoice)
        if world.happens("payment", 0.9) and due <= days_after(AS_OF, -8):
            world.payment(
                str(customer["customer_id"]),
                paid=days_after(due, world.rng("payment").randrange(-10, 8)),
                invoice_id=str(invoice["invoice_id"]),
            )
