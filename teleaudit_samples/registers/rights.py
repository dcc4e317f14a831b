"""Requests of data subjects."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from functools import partial

from teleaudit_samples.calendar import days_after
from teleaudit_samples.lawful import START, noon
from teleaudit_samples.registers import minimisation
from teleaudit_samples.registers.consent import consent, covered_send
from teleaudit_samples.registers.deletion import TABLES as DELETION_TABLES
from teleaudit_samples.registers.disclosure import disclosure
from teleaudit_samples.registers.rows import customer, mark, mark_key
from teleaudit_samples.world import Row, World

_REFUSED: Row = {
    "outcome": "afslag",
    "refusal_reason": "Oplysningerne kræves af bogføringsloven",
    "complaint_guidance": True,
}
_FROM, _TO = dt.date(2026, 5, 1), dt.date(2026, 8, 1)  # of the restrictions
_EXECUTED = dt.date(2026, 10, 1)  # of the erasures: more than 30 days before the audit


def dsar(world: World, **values: object) -> Row:
    """A request for access that was granted in time."""
    row: Row = {
        "dsar_id": world.key("AN"),
        "customer_id": customer(world),
        "type": "indsigt",
        "received_at": dt.date(2026, 6, 1),
        "closed_at": dt.date(2026, 6, 20),
        "outcome": "imødekommet",
        "systems_answered": "CRM;teledata;fakturering",
    }
    return world.add("dsar", **(row | values))


TABLES: dict[str, Callable[[World], Row]] = {"dsar": dsar}


def _ordinary(world: World) -> None:
    """Rows with which nothing is wrong, nor looks so."""
    dsar(world)


def _deadline_days(world: World) -> None:
    """(1) Answered on the last day: after a month, after a short one, after Easter, extended,
    paused; and one that still runs.
    """
    for received, closed in (
        (dt.date(2026, 6, 1), dt.date(2026, 7, 1)),
        (dt.date(2026, 1, 31), dt.date(2026, 3, 2)),  # 28 February is a Saturday
        (dt.date(2026, 3, 3), dt.date(2026, 4, 7)),  # 3 April is Good Friday
        (dt.date(2026, 10, 22), None),  # 22 November is a Sunday
    ):
        for kind in ("indsigt", "indsigelse", "begrænsning", "berigtigelse"):
            dsar(
                world,
                type=kind,
                received_at=received,
                closed_at=closed,
                outcome="imødekommet" if closed else None,
            )
    dsar(
        world,
        extended_at=dt.date(2026, 7, 1),
        extension_reason="Mange systemer",
        closed_at=dt.date(2026, 9, 1),
    )
    dsar(
        world,
        id_requested_at=dt.date(2026, 6, 2),
        id_received_at=dt.date(2026, 6, 16),
        closed_at=dt.date(2026, 7, 15),
    )


def _refusals(world: World) -> None:
    """(2) Refused with a reason and guidance."""
    for kind in (
        "indsigt",
        "indsigelse",
        "begrænsning",
        "berigtigelse",
        "portabilitet",
        "sletning",
    ):
        dsar(world, type=kind, **_REFUSED)


def _told_recipients(world: World) -> None:
    """(3) Recipients were told of a correction, or there were none, or the data went
    out corrected.
    """
    row = dsar(world, type="berigtigelse", recipients_notified_at=dt.date(2026, 6, 20))
    disclosure(world, customer_id=row["customer_id"], at=noon(dt.date(2026, 4, 2)))
    dsar(world, type="berigtigelse")
    row = dsar(world, type="berigtigelse")
    disclosure(world, customer_id=row["customer_id"], at=noon(dt.date(2026, 7, 2)))


def _formats(world: World) -> None:
    """(4) Formats that machines read, in many spellings."""
    for form in ("CSV", "json", "application/xml", "Excel (xlsx)"):
        dsar(world, type="portabilitet", format=form)


def _restricted(world: World, *, lifted: dt.date | None = _TO) -> str:
    customer_id = customer(world)
    world.tables["crm_customer"][-1].update(restricted_from=_FROM, restricted_to=lifted)
    return customer_id


def _around_restrictions(world: World) -> None:
    """(5) The day before a restriction, and the day on which it was lifted."""
    for day in (days_after(_FROM, -1), _TO):
        _processed(world, _restricted(world), day)


def _processed(world: World, customer_id: str, day: dt.date) -> dict[str, Row]:
    """Everything that must not happen while processing is restricted."""
    erased = DELETION_TABLES["deletion_log"](world)
    erased.update(
        object_type="crm_interaction", object_key=customer_id, executed_at=noon(day), due_date=day
    )
    return {
        "marketing": covered_send(world, customer_id=customer_id, sent_at=noon(day)),
        "disclosure": disclosure(world, customer_id=customer_id, at=noon(day)),
        "erasure": erased,
    }


def _erasure(world: World, *, customer_id: str, **values: object) -> Row:
    return dsar(
        world,
        **(
            {
                "type": "sletning",
                "customer_id": customer_id,
                "received_at": dt.date(2026, 9, 3),
                "closed_at": _EXECUTED,
                "executed_at": _EXECUTED,
            }
            | values
        ),
    )


def _erased(world: World) -> None:
    """(6) Nothing is left, or what may be: accounts, withdrawn consents, a number of last year; or
    the customer came back.
    """
    _erasure(world, customer_id=world.new_customer_id())
    gone = world.customer(start=START, end=dt.date(2026, 9, 30), in_crm=False)
    world.invoice(gone, period_to=dt.date(2026, 9, 30), issued=dt.date(2026, 10, 2))
    consent(world, customer_id=gone, withdrawn_at=noon(_EXECUTED))
    minimisation.TABLES["number_assignment"](world).update(
        customer_id=gone, valid_to=dt.date(2026, 9, 30)
    )
    _erasure(world, customer_id=gone)
    back = world.customer(start=dt.date(2026, 11, 10), in_crm=False)
    world.crm(back, start=dt.date(2026, 11, 10), end=None)["created_at"] = dt.date(2026, 11, 5)
    world.contact(back, start=dt.date(2026, 11, 10))
    _erasure(world, customer_id=back)
    # the thirtieth day is today
    _erasure(
        world,
        customer_id=customer(world),
        received_at=dt.date(2026, 10, 1),
        closed_at=dt.date(2026, 10, 23),
        executed_at=None,
    )
    _erasure(
        world,
        customer_id=customer(world),
        received_at=dt.date(2026, 10, 1),
        closed_at=dt.date(2026, 10, 23),
        executed_at=dt.date(2026, 10, 23),
    )


def _late(world: World, check_id: str, kind: str) -> None:
    """A day late, in all the ways that do not save it."""

    def late(**values: object) -> None:
        mark(dsar(world, **({"type": kind, "format": "csv"} | values)), check_id)

    closed = {
        "type": kind,
        "closed_at": dt.date(2026, 7, 2),
        "executed_at": dt.date(2026, 7, 2) if kind == "sletning" else None,
    }
    if kind == "sletning":
        closed["customer_id"] = world.new_customer_id()
    late(**closed)
    late(
        **(
            closed
            | {
                "received_at": dt.date(2026, 3, 3),
                "closed_at": dt.date(2026, 4, 8),
                "executed_at": closed["executed_at"] and dt.date(2026, 4, 8),
            }
        )
    )
    # still open; the last day was Friday the 20th
    late(received_at=dt.date(2026, 10, 20), closed_at=None, outcome=None)
    late(**(closed | {"extended_at": dt.date(2026, 7, 2), "extension_reason": "Mange systemer"}))
    late(**(closed | {"extended_at": dt.date(2026, 6, 10)}))  # without a reason
    late(
        **(closed | {"id_requested_at": dt.date(2026, 7, 2), "id_received_at": dt.date(2026, 7, 9)})
    )
    late(
        **(
            closed
            | {
                "id_requested_at": dt.date(2026, 6, 2),
                "id_received_at": dt.date(2026, 6, 3),
                "closed_at": dt.date(2026, 7, 3),
                "executed_at": closed["executed_at"],
            }
        )
    )


def _unexplained(world: World, check_id: str, kind: str) -> None:
    for lacks in (
        {"refusal_reason": None},
        {"complaint_guidance": False},
        {"complaint_guidance": None},
        {"outcome": "delvist", "refusal_reason": None},
    ):
        mark(dsar(world, type=kind, **(_REFUSED | lacks)), check_id)


def _untold_recipients(world: World, check_id: str) -> None:
    for outcome in ("imødekommet", "delvist"):
        granted = _REFUSED | {"outcome": outcome}
        row = mark(dsar(world, type="berigtigelse", **granted), check_id)
        disclosure(world, customer_id=row["customer_id"], at=noon(dt.date(2026, 6, 20)))


def _while_restricted(world: World, part: str) -> None:
    keys = {
        "marketing": ("marketing_send", "send_id"),
        "disclosure": ("disclosure", "disclosure_id"),
        "erasure": ("deletion_log", "entry_id"),
    }
    table, key = keys[part]
    for day, lifted in ((_FROM, _TO), (days_after(_TO, -1), _TO), (dt.date(2026, 11, 2), None)):
        kept = {name: len(world.tables[name]) for name, _ in keys.values()}
        row = _processed(world, _restricted(world, lifted=lifted), day)[part]
        for name, rows in kept.items():
            if name != table:
                del world.tables[name][rows:]
        mark_key(world, f"KAZ-l.{part}", table, row[key])


def _unreadable_formats(world: World) -> None:
    for form in ("pdf", "papir", "scannet PDF"):
        mark(dsar(world, type="portabilitet", format=form), "KAZ-m.format")


def _not_executed(world: World, check_id: str) -> None:
    mark(
        _erasure(
            world,
            customer_id=customer(world),
            received_at=dt.date(2026, 10, 1),
            closed_at=dt.date(2026, 10, 22),
            executed_at=None,
        ),
        check_id,
    )
    mark(
        _erasure(
            world,
            customer_id=world.new_customer_id(),
            received_at=dt.date(2026, 8, 3),
            closed_at=dt.date(2026, 8, 20),
            executed_at=dt.date(2026, 9, 20),
        ),
        check_id,
    )


def _left_in_crm(world: World, check_id: str) -> None:
    customer_id = customer(world)
    contact, letter = (
        world.contact(customer_id, start=START),
        world.mail(customer_id, day=dt.date(2025, 4, 4)),
    )
    row = _erasure(world, customer_id=customer_id)
    for table, key in (
        ("crm_customer", customer_id),
        ("crm_contact", contact["contact_id"]),
        ("crm_interaction", letter["interaction_id"]),
    ):
        mark_key(world, check_id, row["dsar_id"], table, key)


def _left_in_services(world: World, check_id: str) -> None:
    customer_id = world.customer(start=START, in_crm=False)
    config = world.config(customer_id, created=START)
    number = minimisation.TABLES["number_assignment"](world)
    number.update(customer_id=customer_id, is_main=False)
    row = _erasure(world, customer_id=customer_id)
    for table, key in (
        ("pbx_config", config["config_id"]),
        ("number_assignment", number["number"]),
    ):
        mark_key(world, check_id, row["dsar_id"], table, key)


def _left_in_marketing(world: World, check_id: str) -> None:
    customer_id = world.customer(start=START, in_crm=False)
    send = covered_send(world, customer_id=customer_id, sent_at=noon(days_after(_EXECUTED, 1)))
    row = _erasure(world, customer_id=customer_id)
    for table, key in (
        ("consent", world.tables["consent"][-1]["consent_id"]),
        ("marketing_send", send["send_id"]),
    ):
        mark_key(world, check_id, row["dsar_id"], table, key)


def _of_both(
    kazoom: str, bizzy: str, plant: Callable[..., None], *kind: str
) -> dict[str, Callable[[World], None]]:
    """The same neglect, which each operator's policy has a clause for."""
    return {
        check_id: partial(_planted, plant=plant, arguments=(check_id, *kind))
        for check_id in (kazoom, bizzy)
    }


def _planted(world: World, *, plant: Callable[..., None], arguments: tuple[str, ...]) -> None:
    plant(world, *arguments)


LAWFUL: tuple[Callable[[World], None], ...] = (
    _ordinary,
    _deadline_days,
    _refusals,
    _told_recipients,
    _formats,
    _around_restrictions,
    _erased,
)
DEVIATIONS: dict[str, Callable[[World], None]] = {
    **_of_both("KAZ-j.in_time", "BIZ-right-1.in_time", _late, "indsigelse"),
    **_of_both("KAZ-j.refusal", "BIZ-right-1.refusal", _unexplained, "indsigt"),
    **_of_both("KAZ-k.in_time", "BIZ-change.in_time", _late, "berigtigelse"),
    **_of_both("KAZ-k.recipients", "BIZ-change.recipients", _untold_recipients),
    **{
        f"KAZ-l.{part}": partial(_while_restricted, part=part)
        for part in ("marketing", "disclosure", "erasure")
    },
    "KAZ-m.format": _unreadable_formats,
    "KAZ-m.in_time": partial(_late, check_id="KAZ-m.in_time", kind="portabilitet"),
    **_of_both("KAZ-n.in_time", "BIZ-right-2.in_time", _late, "sletning"),
    **_of_both("KAZ-n.refusal", "BIZ-right-2.refusal", _unexplained, "sletning"),
    **_of_both("KAZ-n.executed", "BIZ-right-2.executed", _not_executed),
    **_of_both("KAZ-n.crm", "BIZ-right-2.crm", _left_in_crm),
    **_of_both("KAZ-n.services", "BIZ-right-2.services", _left_in_services),
    **_of_both("KAZ-n.marketing", "BIZ-right-2.marketing", _left_in_marketing),
}
