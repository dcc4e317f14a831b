"""Requests of data subjects."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

from teleaudit.samples import invented
from teleaudit.samples.lawful import noon
from teleaudit.samples.registers.rows import customer, mark
from teleaudit.samples.world import Row, World


def _dsar(world: World, **values: object) -> Row:
    row: Row = dict(dsar_id=world.key("AN"), customer_id=customer(world), type="indsigt", received_at=dt.date(2026, 6, 1), closed_at=dt.date(2026, 6, 20), outcome="imødekommet", systems_answered="CRM;teledata;fakturering")
    return world.add("dsar", **(row | values))


TABLES: dict[str, Callable[[World], Row]] = {"dsar": _dsar}


def lawful(world: World) -> None:
    """Ordinary rows, and what looks wrong and is not."""
    _dsar(world)


DEVIATIONS: dict[str, Callable[[World], None]] = {}
