"""Who looked at what, and what was recorded."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

from teleaudit.samples import invented
from teleaudit.samples.lawful import noon
from teleaudit.samples.registers.rows import customer, mark
from teleaudit.samples.world import Row, World


def _access_log(world: World, **values: object) -> Row:
    row: Row = dict(at=noon(dt.date(2026, 9, 9)), user_id="bruger1", action="opslag", object_type="crm_customer", object_id=customer(world), system="CRM", source_ip="10.0.0.7", ticket_id=world.key("SAG"), row_count=1)
    return world.add("access_log", **(row | values))


def _staff_roster(world: World, **values: object) -> Row:
    row: Row = dict(user_id=f"bruger{world.serial('staff')}", role="kundeservice", valid_from=dt.date(2020, 1, 1), valid_to=None, shared_account=False, may_export=False, trained_at=dt.date(2026, 1, 15))
    return world.add("staff_roster", **(row | values))


def _recording_index(world: World, **values: object) -> Row:
    row: Row = dict(rec_id=world.key("OPT"), started_at=noon(dt.date(2026, 10, 6)), number=invented.phone(world.rng), customer_id=customer(world), direction="ind", path=f"optagelser/{world.serial('path'):05d}.wav", purpose="dokumentation", agreement_id=None)
    return world.add("recording_index", **(row | values))


def _breach_register(world: World, **values: object) -> Row:
    row: Row = dict(breach_id=world.key("BRU"), kind="øvrigt", discovered_at=noon(dt.date(2026, 2, 2)), notified_at=noon(dt.date(2026, 2, 4)), risk="risiko", decision="Anmeldt; ingen høj risiko")
    return world.add("breach_register", **(row | values))


TABLES: dict[str, Callable[[World], Row]] = {"access_log": _access_log, "staff_roster": _staff_roster, "recording_index": _recording_index, "breach_register": _breach_register}


def lawful(world: World) -> None:
    """Ordinary rows, and what looks wrong and is not."""
    _access_log(world)
    _staff_roster(world)
    _recording_index(world)
    _breach_register(world)


DEVIATIONS: dict[str, Callable[[World], None]] = {}
