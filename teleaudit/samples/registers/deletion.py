"""Whether erasure is followed up: the log, the systems, the copies."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

from teleaudit.samples import invented
from teleaudit.samples.lawful import noon
from teleaudit.samples.registers.rows import customer, mark
from teleaudit.samples.world import Row, World


def _deletion_log(world: World, **values: object) -> Row:
    row: Row = dict(entry_id=world.key("SL"), job="crm-sletning", executed_at=noon(dt.date(2026, 10, 1)), object_type="crm_customer", object_key=world.new_customer_id(), rule_id="CRM-1", due_date=dt.date(2026, 10, 1), actor_type="job", status="ok")
    return world.add("deletion_log", **(row | values))


def _tombstone(world: World, **values: object) -> Row:
    row: Row = dict(customer_id=world.new_customer_id(), end_date=dt.date(2022, 6, 30))
    return world.add("tombstone", **(row | values))


def processing_register(world: World, **values: object) -> Row:
    """A lawful row of the record of processing activities."""
    row: Row = dict(activity_id=world.key("BEH"), purpose="levering af abonnement", legal_basis="6_1_b", retention="P1Y")
    return world.add("processing_register", **(row | values))


def _system_inventory(world: World, **values: object) -> Row:
    row: Row = dict(system_id=world.key("SYS"), name="CRM", personal_data=True, export_name="kunder", erasure_rule="CRM-1", test_system=False)
    return world.add("system_inventory", **(row | values))


def _backup_register(world: World, **values: object) -> Row:
    row: Row = dict(backup_id=world.key("KOP"), system_id="SYS000001", oldest_restore_point=dt.date(2026, 10, 25), rotation_days=30)
    return world.add("backup_register", **(row | values))


TABLES: dict[str, Callable[[World], Row]] = {"deletion_log": _deletion_log, "tombstone": _tombstone, "processing_register": processing_register, "system_inventory": _system_inventory, "backup_register": _backup_register}


def lawful(world: World) -> None:
    """Ordinary rows, and what looks wrong and is not."""
    _deletion_log(world)
    _tombstone(world)
    processing_register(world)
    _system_inventory(world)
    _backup_register(world)


DEVIATIONS: dict[str, Callable[[World], None]] = {}
