"""What is held of customers, numbers and traffic, and no more than that."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Callable
from functools import partial

from teleaudit_samples import invented
from teleaudit_samples.calendar import AS_OF, days_after
from teleaudit_samples.lawful import START, noon
from teleaudit_samples.registers import consent
from teleaudit_samples.registers.deletion import processing_register
from teleaudit_samples.registers.disclosure import assignment as number_assignment
from teleaudit_samples.registers.rows import customer, mark, mark_column
from teleaudit_samples.world import KAZOOM, Row, World

LAST_YEAR = dt.date(2025, 11, 22)  # what is a year old on AS_OF
LAST_MONTH = dt.date(2026, 10, 22)  # what is a month old
LAST_WITHDRAWAL = dt.date(2026, 10, 23)  # thirty days before
OLDEST_BALANCE = dt.date(2023, 11, 22)  # three years before
_RESTED_TO = dt.date(2026, 3, 31)  # the last day of a number's quarantine
_RESTED: Row = {"valid_to": dt.date(2025, 12, 31), "quarantine_until": _RESTED_TO}
_LAST_CALLED = dt.date(2026, 9, 30)  # the last day of an assignment on which there is a call
_IDENTIFYING = (
    "name",
    "cvr",
    "address",
    "postcode",
    "city",
    "email",
    "phone",
    "mobile",
    "notes",
    "gln",
)


def quote(world: World, **values: object) -> Row:
    """A quote to a customer who accepted it."""
    row: Row = {
        "quote_id": world.key("TIL"),
        "customer_id": customer(world),
        "created_at": dt.date(2026, 9, 1),
        "status": "accepteret",
        "valid_until": dt.date(2026, 10, 1),
    }
    return world.add("quote", **(row | values))


def interconnect(world: World, **values: object) -> Row:
    """A call to another operator's subscriber."""
    row: Row = {
        "record_id": world.key("IC"),
        "partner": "Nabonet",
        "a_number": invented.phone(world.rng("interconnect")),
        "b_number": invented.phone(world.rng("interconnect")),
        "start_at": noon(dt.date(2026, 10, 2)),
        "duration_s": 61,
        "amount": 0.25,
    }
    return world.add("interconnect", **(row | values))


def ip_session(world: World, **values: object) -> Row:
    """An internet session of a day."""
    row: Row = {
        "session_id": world.key("IP"),
        "customer_id": customer(world),
        "username": "linje",
        "assigned_ip": "192.0.2.17",
        "start_at": noon(dt.date(2026, 9, 3)),
        "stop_at": noon(dt.date(2026, 9, 4)),
        "bytes_in": 1200,
        "bytes_out": 800,
    }
    return world.add("ip_session", **(row | values))


TABLES: dict[str, Callable[[World], Row]] = {
    "quote": quote,
    "number_assignment": number_assignment,
    "interconnect": interconnect,
    "ip_session": ip_session,
}


def _ordinary(world: World) -> None:
    """Rows with which nothing is wrong, nor looks so."""
    interconnect(world)


def _lawful_quotes(world: World) -> None:
    """(1) Up to the last day; a quote of long ago to who became a customer; a quote under a legal
    hold.
    """
    quote(world)
    quote(world, created_at=dt.date(2019, 4, 1), valid_until=dt.date(2019, 5, 1))
    quote(
        world,
        customer_id=world.new_customer_id(),
        created_at=LAST_YEAR,
        valid_until=None,
        status="afslået",
    )
    held = quote(
        world,
        customer_id=world.new_customer_id(),
        created_at=dt.date(2021, 2, 3),
        valid_until=None,
        status="afslået",
    )
    world.hold(str(held["customer_id"]), start=days_after(AS_OF, -90))


def _lawful_numbers(world: World) -> None:
    """(2) A number passes to another customer on the day on which the first one gave it up, or the day
    after its quarantine; a call on the last day of an assignment.
    """
    number_assignment(world)
    passed_on = number_assignment(world, valid_to=dt.date(2022, 5, 1))
    number_assignment(world, number=passed_on["number"], valid_from=dt.date(2022, 5, 1))
    rested = number_assignment(world, **_RESTED)
    number_assignment(world, number=rested["number"], valid_from=days_after(_RESTED_TO, 1))
    _call_of(number_assignment(world, valid_to=_LAST_CALLED), world, _LAST_CALLED)


def _call_of(held: Row, world: World, day: dt.date) -> Row:
    """A call on an assigned number."""
    call = world.call(str(held["customer_id"]), at=noon(day))
    call["a_number"] = held["number"]
    return call


def _lawful_sessions(world: World) -> None:
    """(3) Up to the last day; one that runs; one that a bill rests on; one under a legal hold."""
    ip_session(world)
    ip_session(world, start_at=noon(days_after(LAST_YEAR, -1)), stop_at=noon(LAST_YEAR))
    ip_session(world, start_at=noon(dt.date(2024, 1, 2)), stop_at=None)
    ip_session(
        world,
        start_at=noon(dt.date(2025, 3, 4)),
        stop_at=noon(dt.date(2025, 3, 5)),
        invoice_id=world.billable[0]["invoice_id"],
    )
    held = ip_session(world, start_at=noon(dt.date(2024, 3, 4)), stop_at=noon(dt.date(2024, 3, 5)))
    world.hold(str(held["customer_id"]), start=days_after(AS_OF, -90))


def _lawful_sources(world: World) -> None:
    """(4) Informed on the last day of the month, or still to be informed."""
    _from_elsewhere(world, created=dt.date(2026, 3, 31), notified=dt.date(2026, 4, 30))
    _from_elsewhere(world, created=LAST_MONTH)


def _from_elsewhere(world: World, *, created: dt.date, notified: dt.date | None = None) -> Row:
    world.customer(start=created)
    row = world.tables["crm_customer"][-1]
    row.update(source="adresseliste", created_at=created, notified_at=notified)
    return row


def _lawful_bases(world: World) -> None:
    """(5) A prospect without a service; one who left yesterday; balancing tests up to the last day;
    another basis without one.
    """
    prospect = world.crm(
        world.new_customer_id(), start=dt.date(2026, 10, 20), end=days_after(AS_OF, 60)
    )
    quote(
        world,
        customer_id=prospect["customer_id"],
        created_at=dt.date(2026, 10, 25),
        valid_until=days_after(AS_OF, 60),
        status="sendt",
    )
    world.crm(world.new_customer_id(), start=dt.date(2026, 10, 20), end=days_after(AS_OF, -1))
    processing_register(
        world,
        purpose="misbrugskontrol",
        legal_basis="6_1_f",
        lia_ref=world.key("IA"),
        lia_date=OLDEST_BALANCE,
    )


def _lawful_names(world: World) -> None:
    """(6) A town called Testrup, an anonymised customer of whom nothing is left, a group of
    companies, and one with two mailboxes.
    """
    world.customer(start=START)
    world.tables["crm_customer"][-1].update(name="Testrup Bageri ApS", phone="01234567")
    _emptied(world, anonymised_at=days_after(AS_OF, -2))
    first = _company(world)
    _company(world)["email"] = first["email"]
    _company(world)["cvr"] = first["cvr"]


def _lawful_texts(world: World) -> None:
    """(7) A named customer with the hash of a number, and words within other words."""
    row = _named(world)
    row["notes"] = f"Nøgle i gammelt system: {_sha256(str(row['mobile']))}"
    _named(world)["notes"] = "Kristen træffes på Hospitalsvej; adressen er bekræftet"
    world.mail(str(row["customer_id"]), day=dt.date(2025, 3, 4))["body"] = (
        "Teknikeren har bedømt, at forsigtighed er nødvendig ved kirkegården."
    )


def _lawful_optional_data(world: World) -> None:
    """(8) With a consent, or until its data must be gone.

    The other operator's policy leaves no room for them.
    """
    if world.operator is KAZOOM:
        _with_optional_data(world)
        _with_optional_data(world, withdrawn=LAST_WITHDRAWAL)


def _named(world: World) -> Row:
    """A customer who is one, and still has a name."""
    world.customer(start=START)
    return world.tables["crm_customer"][-1]


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _company(world: World) -> Row:
    world.customer(start=START)
    row = world.tables["crm_customer"][-1]
    row.update(
        cvr=invented.cvr(world.rng("crm_customer")),
        name=invented.company(world.rng("crm_customer")),
        customer_type="Erhverv",
    )
    return row


def _emptied(world: World, **left: object) -> Row:
    """A customer who ended so lately that the row may still stand, with nothing in it but what is
    left.
    """
    customer(world, end=days_after(AS_OF, -3))
    row = world.tables["crm_customer"][-1]
    row.update(dict.fromkeys(_IDENTIFYING) | left)
    return row


def _with_optional_data(world: World, *, withdrawn: dt.date | None = None) -> Row:
    """A customer with a date of birth and a consent to it."""
    agreed = consent.TABLES["consent"](world)
    agreed.update(
        customer_id=customer(world),
        purpose="ekstra_oplysninger",
        channel=None,
        address=None,
        withdrawn_at=noon(withdrawn) if withdrawn else None,
    )
    row = world.tables["crm_customer"][-1]
    row.update(birth_date="1971-02-30", gender="K")  # a day that no calendar has
    return row


def _extra_column(world: World, *, check: str, table: str, columns: dict[str, object]) -> None:
    """Columns that the policy does not list, in one row."""
    makers: dict[str, Callable[[], Row]] = {
        "crm_customer": lambda: world.tables["crm_customer"][-1],
        "crm_contact": lambda: world.contact(
            str(world.tables["crm_customer"][-1]["customer_id"]), start=START
        ),
        "agreement": lambda: world.agreement(
            str(world.tables["crm_customer"][-1]["customer_id"]), start=START
        ),
        "subscription": lambda: world.tables["subscription"][-1],
        "pbx_config": lambda: world.config(
            str(world.tables["crm_customer"][-1]["customer_id"]), created=START
        ),
    }
    customer(world)
    row = makers[table]() if table in makers else TABLES[table](world)
    row.update(columns)
    for column in columns:
        mark_column(world, check, table, column)
    if check in _ALSO_BROWSING:
        mark(row, _ALSO_BROWSING[check])


def _overdue_prospects(world: World) -> None:
    for day in (days_after(LAST_YEAR, -1), dt.date(2023, 6, 1)):
        mark(
            quote(
                world,
                customer_id=world.new_customer_id(),
                created_at=day,
                valid_until=None,
                status="afslået",
            ),
            "BIZ-collect-2.prospect",
        )


def _overdue_sessions(world: World, check: str) -> None:
    for day in (days_after(LAST_YEAR, -1), dt.date(2024, 2, 29)):
        mark(
            ip_session(world, start_at=noon(days_after(day, -1)), stop_at=noon(day)),
            check,
        )


def _secret_sources(world: World) -> None:
    found = (
        _from_elsewhere(world, created=dt.date(2026, 3, 31), notified=dt.date(2026, 5, 1)),
        _from_elsewhere(world, created=days_after(LAST_MONTH, -1)),
    )
    for row in found:
        mark(row, "KAZ-c.source")


def _customers_without_basis(world: World) -> None:
    for end in (AS_OF, days_after(AS_OF, 300)):
        mark(
            world.crm(world.new_customer_id(), start=dt.date(2026, 1, 5), end=end), "KAZ-d.customer"
        )


def _old_balances(world: World) -> None:
    for lia in (
        {"lia_ref": world.key("IA"), "lia_date": days_after(OLDEST_BALANCE, -1)},
        {"lia_date": dt.date(2026, 1, 5)},
        {"lia_ref": world.key("IA")},
    ):
        mark(
            processing_register(world, purpose="kundeanalyse", legal_basis="6_1_f", **lia),
            "KAZ-e.balancing_test",
        )


def _optional_data_without_consent(world: World) -> None:
    mark(
        _with_optional_data(world, withdrawn=days_after(LAST_WITHDRAWAL, -1)), "KAZ-i.optional_data"
    )
    world.customer(start=START)
    row = world.tables["crm_customer"][-1]
    row["gender"] = "M"
    mark(row, "KAZ-i.optional_data")


def _half_anonymised(world: World) -> None:
    for left in (
        {
            "anonymised_at": days_after(AS_OF, -1),
            "phone": invented.phone(world.rng("crm_customer")),
        },
        {"email": "tidligere@example.dk"},
    ):
        mark(_emptied(world, **left), "HYG-anonymous.crm_customer")


def _hashed(world: World) -> None:
    """A number of the register in place of the name, one of a contact in a note, and a customer's
    own under a name that is gone too early.
    """
    assigned = str(number_assignment(world)["number"])
    called = str(world.contact(customer(world), start=START)["phone"])
    known = str(_named(world)["mobile"])
    found = (
        _emptied(world, anonymised_at=days_after(AS_OF, -1), name=_sha256(f"45{assigned}")),
        _emptied(
            world,
            anonymised_at=days_after(AS_OF, -1),
            notes=f"Tidl. nr.: {hashlib.sha1(called.encode(), usedforsecurity=False).hexdigest()}",
        ),
        _emptied(
            world,
            email=(
                f"{hashlib.md5(f'+45{known}'.encode(), usedforsecurity=False).hexdigest()}@example.dk"
            ),
        ),
        _named(world),
    )
    found[-1].update(dict.fromkeys(_IDENTIFYING), email=_sha256(f"0045{known}").upper())
    for row in found:
        mark(row, "HYG-anonymous.hashed")


def _telling_notes(world: World) -> None:
    for note in (
        "Værgen ringer på kundens vegne",
        "Er blevet sygemeldt, ring efter kl. 10",
        "Politianmeldt for misbrug af linjen",
    ):
        row = _named(world)
        row["notes"] = note
        mark(row, "HYG-special.crm_customer")


def _telling_mails(world: World) -> None:
    for values in (
        {"body": "Min mand er indlagt på hospitalet, så vi nåede ikke at betale."},
        {"body": "Vi ringer fra fagforeningen om medlemmernes telefoner."},
        {"subject": "Dødsfald i familien"},
    ):
        row = world.mail(customer(world), day=dt.date(2025, 3, 4))
        row.update(values)
        mark(row, "HYG-special.crm_interaction")


def _test_customers(world: World) -> None:
    for values in (
        {"name": "Test Testesen"},
        {"email": "kunde@example.org"},
        {"mobile": "12 34 56 78"},
    ):
        world.customer(start=START)
        row = world.tables["crm_customer"][-1]
        row.update(values)
        mark(row, "HYG-test.crm_customer")


def _test_contacts(world: World) -> None:
    contact = world.contact(customer(world), start=START)
    contact["name"] = "Testperson 2"
    mark(contact, "HYG-test.crm_contact")


def _shared_numbers(world: World) -> None:
    first = number_assignment(world, valid_to=dt.date(2024, 8, 2))
    for row in (
        first,
        number_assignment(world, number=first["number"], valid_from=dt.date(2024, 8, 1)),
    ):
        mark(row, "HYG-number.number_assignment")


def _numbers_given_on_early(world: World) -> None:
    for day in (days_after(_RESTED_TO, -30), _RESTED_TO):
        rested = number_assignment(world, **_RESTED)
        mark(
            number_assignment(world, number=rested["number"], valid_from=day),
            "HYG-number.quarantine",
        )


def _calls_outside_assignments(world: World) -> None:
    """Before the customer had the number, and after it was given up."""
    held = number_assignment(world, valid_from=dt.date(2026, 4, 1), valid_to=_LAST_CALLED)
    for day in (dt.date(2026, 3, 31), days_after(_LAST_CALLED, 1)):
        mark(_call_of(held, world, day), "HYG-number.calls")


def _twins(world: World) -> None:
    first = _company(world)
    second = _company(world)
    second.update(cvr=first["cvr"], email=str(first["email"]).upper())
    for row in (first, second):
        mark(row, "HYG-twin.crm_customer")


# A column of visited hosts is outside the policy's list, and its cells are browsing data: one fact,
# told by both.
_ALSO_BROWSING = {
    "KAZ-q.session_columns": "KAZ-q.browsing_ip_session",
    "BIZ-tele-1.ip_session": "BIZ-tele-1.browsing_ip_session",
}
_NO_CPR = "310200-0000"  # the 31st of February
_COLUMNS: dict[str, tuple[str, dict[str, object]]] = {
    "KAZ-b1.customer": ("crm_customer", {"segment": "A", "cpr": _NO_CPR}),
    "KAZ-b1.contact": ("crm_contact", {"birthday": "30-02"}),
    "KAZ-b1.pbx_config": ("pbx_config", {"cpr": _NO_CPR}),
    "KAZ-q.session_columns": ("ip_session", {"host": "forum.example.dk"}),
    "BIZ-collect-2.customer": ("crm_customer", {"segment": "A", "gender": "K"}),
    "BIZ-collect-2.contact": ("crm_contact", {"birthday": "30-02"}),
    "BIZ-collect-3.subscription": ("subscription", {"imei": "000000000000000"}),
    "BIZ-collect-3.number_assignment": ("number_assignment", {"puk": "0000"}),
    "BIZ-collect-3.pbx_config": ("pbx_config", {"password": "ikke-en-kode"}),
    "BIZ-tele-1.ip_session": ("ip_session", {"host": "forum.example.dk"}),
    "BIZ-dis-5.interconnect": ("interconnect", {"contact": "Vagten"}),
    "HYG-location.interconnect": ("interconnect", {"cell": "0-0"}),
    "HYG-cpr.agreement": ("agreement", {"cpr": _NO_CPR}),
}
LAWFUL: tuple[Callable[[World], None], ...] = (
    _ordinary,
    _lawful_quotes,
    _lawful_numbers,
    _lawful_sessions,
    _lawful_sources,
    _lawful_bases,
    _lawful_names,
    _lawful_texts,
    _lawful_optional_data,
)
DEVIATIONS: dict[str, Callable[[World], None]] = {
    **{
        check: partial(_extra_column, check=check, table=table, columns=columns)
        for check, (table, columns) in _COLUMNS.items()
    },
    # of the other operator's customers its own closed list finds the column
    "BIZ-cpr": partial(
        _extra_column, check="HYG-cpr.crm_customer", table="crm_customer", columns={"cpr": _NO_CPR}
    ),
    "BIZ-collect-2.prospect": _overdue_prospects,
    "KAZ-q.ip_session": partial(_overdue_sessions, check="KAZ-q.ip_session"),
    "HYG-teledata.internet_sessions": partial(
        _overdue_sessions, check="HYG-teledata.internet_sessions"
    ),
    "KAZ-c.source": _secret_sources,
    "KAZ-d.customer": _customers_without_basis,
    "KAZ-e.balancing_test": _old_balances,
    "KAZ-i.optional_data": _optional_data_without_consent,
    "HYG-anonymous.crm_customer": _half_anonymised,
    "HYG-anonymous.hashed": _hashed,
    "HYG-special.crm_interaction": _telling_mails,
    "HYG-special.crm_customer": _telling_notes,
    "HYG-test.crm_customer": _test_customers,
    "HYG-test.crm_contact": _test_contacts,
    "HYG-number.number_assignment": _shared_numbers,
    "HYG-number.quarantine": _numbers_given_on_early,
    "HYG-number.calls": _calls_outside_assignments,
    "HYG-twin.crm_customer": _twins,
}
