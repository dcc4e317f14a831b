"""Who looked at what, and what was recorded."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from functools import partial

from teleaudit_samples import invented
from teleaudit_samples.calendar import AS_OF, days_after
from teleaudit_samples.lawful import START, noon
from teleaudit_samples.registers.disclosure import assignment
from teleaudit_samples.registers.rows import customer, mark
from teleaudit_samples.world import BIZZY, Row, World

# on the roster of every world
_CLERK, _ANALYST, _MOVED, _LEFT = "bruger1", "bruger2", "bruger3", "bruger4"
_MOVED_ON, _LEFT_ON = dt.date(2026, 6, 1), dt.date(2026, 6, 30)
_TRAINED_LAST = dt.date(2024, 11, 22)  # 24 months before the audit, to the day
_INSIDE = (
    "10.0.0.7",
    "10.255.255.255",
    "172.16.0.1",
    "172.31.255.254",
    "192.168.1.44",
    "fd12:3456:789a::7",
)
# kept for documentation: nobody's
_OUTSIDE = ("198.51.100.7", "203.0.113.250", "192.0.2.16", "2001:db8::7")
# a Friday: neither 24 nor 72 hours wait for Monday
_DISCOVERED = dt.datetime.combine(dt.date(2026, 9, 18), dt.time(9, 40))


def _access_log(world: World, **values: object) -> Row:
    row: Row = {
        "at": noon(dt.date(2026, 9, 9)),
        "user_id": _CLERK,
        "action": "opslag",
        "object_type": "crm_customer",
        "object_id": customer(world),
        "system": "CRM",
        "source_ip": "10.0.0.7",
        "ticket_id": world.key("SAG"),
        "row_count": 1,
    }
    return world.add("access_log", **(row | values))


def _staff_roster(world: World, **values: object) -> Row:
    row: Row = {
        "user_id": f"bruger{100 + world.number('staff')}",
        "role": "kundeservice",
        "valid_from": dt.date(2020, 1, 1),
        "valid_to": None,
        "shared_account": False,
        "may_export": False,
        "trained_at": dt.date(2026, 1, 15),
    }
    return world.add("staff_roster", **(row | values))


def _recording_agreement(
    world: World, customer_id: str, *, start: dt.date = START, end: dt.date | None = None
) -> Row:
    agreement = world.agreement(customer_id, start=start, end=end, scan=True)
    agreement["type"] = "optagelse"
    return agreement


def _recording(world: World, customer_id: str, **values: object) -> Row:
    number = world.number("path")
    row: Row = {
        "rec_id": world.key("OPT"),
        "started_at": noon(dt.date(2026, 10, 6)),
        "number": invented.phone(world.rng("recording_index")),
        "customer_id": customer_id,
        "direction": "ind",
        "path": f"optagelser/2026/{number:05d}.wav",
        "purpose": "dokumentation",
        "agreement_id": None,
        "deleted_at": None,
    }
    return world.add("recording_index", **(row | values))


def _recording_index(world: World) -> Row:
    customer_id = customer(world)
    agreement = _recording_agreement(world, customer_id)
    return _recording(world, customer_id, agreement_id=agreement["agreement_id"])


def _breach_register(world: World, **values: object) -> Row:
    row: Row = {
        "breach_id": world.key("BRU"),
        "kind": "øvrigt",
        "discovered_at": noon(dt.date(2026, 2, 2)),
        "notified_at": noon(dt.date(2026, 2, 4)),
        "risk": "risiko",
        "persons_informed_at": None,
        "decision": "Anmeldt; ingen høj risiko",
    }
    return world.add("breach_register", **(row | values))


TABLES: dict[str, Callable[[World], Row]] = {
    "access_log": _access_log,
    "staff_roster": _staff_roster,
    "recording_index": _recording_index,
    "breach_register": _breach_register,
}


def _lawful_staff(world: World) -> None:
    """(1) A change of role, a former employee who needs no training, training on the last possible
    day, an account of many that looks nothing up.
    """
    _staff_roster(world, user_id=_CLERK)
    _staff_roster(world, user_id=_ANALYST, role="analyse", may_export=True)
    _staff_roster(world, user_id=_MOVED, valid_to=days_after(_MOVED_ON, -1))
    _staff_roster(world, user_id=_MOVED, role="fakturering", valid_from=_MOVED_ON)
    _staff_roster(world, user_id=_LEFT, valid_to=_LEFT_ON, trained_at=None)
    _staff_roster(world, trained_at=_TRAINED_LAST)
    _staff_roster(world, role="vagt", shared_account=True, trained_at=None)


def _lawful_access(world: World) -> None:
    """(2) The first and the last day of a role, every private network, an export by one who may."""
    for address in _INSIDE:
        _access_log(world, source_ip=address)
    _access_log(world, user_id=_CLERK.upper(), at=noon(dt.date(2020, 1, 1)))
    for day in (days_after(_MOVED_ON, -1), _MOVED_ON):
        _access_log(world, user_id=_MOVED, at=noon(day), action="ændring")
    _access_log(world, user_id=_LEFT, at=dt.datetime.combine(_LEFT_ON, dt.time(23, 59)))
    _access_log(world, user_id=_ANALYST, action="eksport", row_count=1200)


def _lawful_recordings(world: World) -> None:
    """(3) The first and the last day of an agreement, what was erased with it, one that ends today,
    the operator's own line, a number that the agreement names.
    """
    _recording_index(world)
    first, last = dt.date(2026, 2, 2), dt.date(2026, 6, 30)
    customer_id = customer(world)
    _recording_agreement(world, customer_id, start=first, end=last)
    for day in (first, last):
        _recording(world, customer_id, started_at=noon(day), deleted_at=last)
    customer_id = customer(world)
    _recording_agreement(world, customer_id, end=AS_OF)
    _recording(world, customer_id)
    _recording(world, customer(world), purpose="egen_linje")
    _scoped(world, on_agreed=True)
    if world.operator is BIZZY:
        for folder in ("/var/spool/asterisk/monitor/", "Z:\\optagelser\\"):
            recording = _recording_index(world)
            file_name = str(recording["path"]).rpartition("/")[2]
            _recorded_call(world, str(recording["customer_id"]), folder + file_name.upper())


def _scoped(world: World, *, on_agreed: bool) -> Row:
    """A recording of a customer whose agreement is about one of two numbers."""
    customer_id = customer(world)
    agreed, other = (str(assignment(world, customer_id=customer_id)["number"]) for _ in range(2))
    _recording_agreement(world, customer_id)["scope"] = f"{agreed}; 01 00 00 00"
    return _recording(world, customer_id, number=agreed if on_agreed else other)


def _recorded_call(world: World, customer_id: str, path: str) -> Row:
    call = world.call(customer_id, at=noon(dt.date(2026, 10, 6)))
    call["recording_path"] = path
    return call


def _lawful_breaches(world: World) -> None:
    """(4) The last moment of both deadlines, no risk and no notice, a breach whose deadline has not
    passed.
    """
    _breach_register(world)
    _breach_register(
        world,
        kind="tjeneste",
        discovered_at=_DISCOVERED,
        notified_at=_DISCOVERED + dt.timedelta(hours=24),
    )
    _breach_register(
        world, discovered_at=_DISCOVERED, notified_at=_DISCOVERED + dt.timedelta(hours=72)
    )
    _breach_register(
        world, notified_at=None, risk="ingen", decision="Krypteret enhed; ingen risiko"
    )
    _breach_register(
        world,
        risk="høj",
        persons_informed_at=noon(dt.date(2026, 2, 5)),
        decision="Anmeldt; kunderne er underrettet",
    )
    yesterday = noon(days_after(AS_OF, -1))
    _breach_register(
        world,
        kind="tjeneste",
        discovered_at=yesterday,
        notified_at=None,
        decision="Under undersøgelse",
    )
    _breach_register(
        world, discovered_at=yesterday, notified_at=None, decision="Under undersøgelse"
    )


def _strangers(check_id: str, world: World) -> None:
    """By somebody nobody knows, before a role began and after it ended."""
    mark(_access_log(world, user_id="bruger900"), check_id)
    mark(_access_log(world, at=noon(dt.date(2019, 12, 31))), check_id)
    mark(
        _access_log(
            world,
            user_id=_LEFT,
            at=dt.datetime.combine(days_after(_LEFT_ON, 1), dt.time(0, 5)),
            action="eksport",
        ),
        check_id,
    )


def _shared_accounts(check_id: str, world: World) -> None:
    account = _staff_roster(world, shared_account=True)
    for day in (3, 4):
        mark(
            _access_log(world, user_id=account["user_id"], at=noon(dt.date(2026, 8, day))), check_id
        )


def _from_outside(check_id: str, world: World) -> None:
    for address in _OUTSIDE:
        mark(_access_log(world, source_ip=address), check_id)


def _unauthorised_exports(check_id: str, world: World) -> None:
    for rows in (1, 4000):
        mark(_access_log(world, action="eksport", row_count=rows), check_id)


def _paper_alone(world: World) -> None:
    for start in (START, dt.date(2024, 2, 29)):
        mark(world.agreement(customer(world), start=start, scan=False), "BIZ-acc-2.scan")


def _recordings_without_agreement(world: World) -> None:
    """Never agreed, not yet agreed, no longer agreed; signed too late; erasure of the recording
    heals nothing.
    """
    check_id = "BIZ-tele-3.agreement"
    mark(_recording(world, customer(world)), check_id)
    mark(_recording(world, customer(world), deleted_at=dt.date(2026, 10, 7)), check_id)
    first, last = dt.date(2026, 2, 2), dt.date(2026, 6, 30)
    customer_id = customer(world)
    _recording_agreement(world, customer_id, start=first, end=last)
    for day in (days_after(first, -1), days_after(last, 1)):
        mark(_recording(world, customer_id, started_at=noon(day)), check_id)
    customer_id = customer(world)
    _recording_agreement(world, customer_id)["signed_at"] = dt.date(2026, 10, 7)
    mark(_recording(world, customer_id), check_id)


def _recordings_of_other_numbers(world: World) -> None:
    for _ in range(2):
        mark(_scoped(world, on_agreed=False), "BIZ-tele-3.scope")


def _recordings_kept(world: World) -> None:
    customer_id = customer(world)
    _recording_agreement(world, customer_id, end=days_after(AS_OF, -1))
    for day in (dt.date(2026, 3, 3), days_after(AS_OF, -1)):
        mark(_recording(world, customer_id, started_at=noon(day)), "BIZ-tele-3.after_end")


def _hidden_recordings(world: World) -> None:
    for place in range(2):
        mark(
            _recorded_call(
                world, customer(world), f"/var/spool/asterisk/monitor/skjult-{place}.wav"
            ),
            "BIZ-tele-3.index",
        )


def _late_service_notices(world: World) -> None:
    check_id = "BIZ-prot.service_notice"
    late = {"kind": "tjeneste", "discovered_at": _DISCOVERED}
    mark(
        _breach_register(
            world, **late, notified_at=dt.datetime.combine(dt.date(2026, 9, 19), dt.time(10, 1))
        ),
        check_id,
    )
    mark(
        _breach_register(
            world,
            **late,
            notified_at=dt.datetime.combine(dt.date(2026, 9, 21), dt.time(9, 0)),
            risk="ingen",
        ),
        check_id,
    )
    mark(_breach_register(world, **late, notified_at=None), check_id)


def _late_notices(world: World) -> None:
    check_id = "BIZ-prot.notice"
    mark(
        _breach_register(
            world,
            discovered_at=_DISCOVERED,
            notified_at=dt.datetime.combine(dt.date(2026, 9, 21), dt.time(10, 1)),
        ),
        check_id,
    )
    mark(_breach_register(world, notified_at=None), check_id)


def _uninformed_persons(world: World) -> None:
    mark(
        _breach_register(world, risk="høj", decision="Anmeldt; kunderne er ikke underrettet"),
        "BIZ-prot.persons",
    )


def _undecided_breaches(world: World) -> None:
    mark(_breach_register(world, decision=None), "BIZ-prot.decision")


def _untrained_staff(world: World) -> None:
    for trained_at in (days_after(_TRAINED_LAST, -1), None):
        mark(_staff_roster(world, trained_at=trained_at), "BIZ-prot.training")


_BY_CLAUSE = {
    "roster": _strangers,
    "shared_account": _shared_accounts,
    "network": _from_outside,
    "export": _unauthorised_exports,
}

LAWFUL: tuple[Callable[[World], None], ...] = (
    _lawful_staff,
    _lawful_access,
    _lawful_recordings,
    _lawful_breaches,
)
DEVIATIONS: dict[str, Callable[[World], None]] = {
    **{
        check_id: partial(plant, check_id)
        for part, plant in _BY_CLAUSE.items()
        for check_id in (f"KAZ-t.{part}", f"BIZ-acc-1.{part}")
        if check_id != "BIZ-acc-1.network"  # that policy says nothing of it
    },
    "BIZ-acc-2.scan": _paper_alone,
    "BIZ-tele-3.agreement": _recordings_without_agreement,
    "BIZ-tele-3.scope": _recordings_of_other_numbers,
    "BIZ-tele-3.after_end": _recordings_kept,
    "BIZ-tele-3.index": _hidden_recordings,
    "BIZ-prot.service_notice": _late_service_notices,
    "BIZ-prot.notice": _late_notices,
    "BIZ-prot.persons": _uninformed_persons,
    "BIZ-prot.decision": _undecided_breaches,
    "BIZ-prot.training": _untrained_staff,
}
