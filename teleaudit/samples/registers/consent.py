"""Consents, and what was sent."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

from teleaudit.samples import invented
from teleaudit.samples.lawful import noon
from teleaudit.samples.registers.rows import customer, mark
from teleaudit.samples.world import Row, World


def _consent(world: World, **values: object) -> Row:
    row: Row = dict(consent_id=world.key("SAM"), customer_id=customer(world), purpose="markedsføring", channel="email", address="nyt@example.dk", text_version="2025-1", given_at=noon(dt.date(2025, 2, 3)), source="selvbetjening", evidence_ref=world.key("BEV"))
    return world.add("consent", **(row | values))


def _service_send(world: World, **values: object) -> Row:
    row: Row = dict(send_id=world.key("SU"), customer_id=customer(world), type="driftsinfo", channel="email", address="drift@example.dk", template_id="DRIFT-1", template_text="Der er planlagt arbejde på nettet i nat", sent_at=noon(dt.date(2026, 8, 4)), status="leveret")
    return world.add("service_send", **(row | values))


def _marketing_send(world: World, **values: object) -> Row:
    row: Row = dict(send_id=world.key("MU"), customer_id=customer(world), channel="email", address="nyt@example.dk", campaign="efterår", sent_at=noon(dt.date(2026, 9, 15)), status="leveret", basis="samtykke")
    return world.add("marketing_send", **(row | values))


def _policy_version(world: World, **values: object) -> Row:
    row: Row = dict(policy_version_id=world.key("POL"), valid_from=dt.date(2022, 1, 8), material=False)
    return world.add("policy_version", **(row | values))


TABLES: dict[str, Callable[[World], Row]] = {"consent": _consent, "service_send": _service_send, "marketing_send": _marketing_send, "policy_version": _policy_version}


def lawful(world: World) -> None:
    """Ordinary rows, and what looks wrong and is not."""
    _consent(world)
    _service_send(world)
    _marketing_send(world)
    _policy_version(world)


DEVIATIONS: dict[str, Callable[[World], None]] = {}
