"""What is held of customers, numbers and traffic, and no more than that."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

from teleaudit.samples import invented
from teleaudit.samples.lawful import noon
from teleaudit.samples.registers.rows import customer, mark
from teleaudit.samples.world import Row, World


def _quote(world: World, **values: object) -> Row:
    row: Row = dict(quote_id=world.key("TIL"), customer_id=customer(world), created_at=dt.date(2026, 9, 1), status="accepteret", valid_until=dt.date(2026, 10, 1))
    return world.add("quote", **(row | values))


def _number_assignment(world: World, **values: object) -> Row:
    row: Row = dict(number=invented.phone(world.rng), number_type="fastnet", customer_id=customer(world), valid_from=dt.date(2019, 5, 1), valid_to=None, is_main=True, secrecy="ingen")
    return world.add("number_assignment", **(row | values))


def _interconnect(world: World, **values: object) -> Row:
    row: Row = dict(record_id=world.key("IC"), partner="Nabonet", a_number=invented.phone(world.rng), b_number=invented.phone(world.rng), start_at=noon(dt.date(2026, 10, 2)), duration_s=61, amount=0.25)
    return world.add("interconnect", **(row | values))


def _ip_session(world: World, **values: object) -> Row:
    row: Row = dict(session_id=world.key("IP"), customer_id=customer(world), username="linje", assigned_ip="192.0.2.17", start_at=noon(dt.date(2026, 9, 3)), stop_at=noon(dt.date(2026, 9, 4)), bytes_in=1200, bytes_out=800)
    return world.add("ip_session", **(row | values))


TABLES: dict[str, Callable[[World], Row]] = {"quote": _quote, "number_assignment": _number_assignment, "interconnect": _interconnect, "ip_session": _ip_session}


def lawful(world: World) -> None:
    """Ordinary rows, and what looks wrong and is not."""
    _quote(world)
    _number_assignment(world)
    _interconnect(world)
    _ip_session(world)


DEVIATIONS: dict[str, Callable[[World], None]] = {}
