"""Who was given what, and on which ground."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

from teleaudit.samples import invented
from teleaudit.samples.lawful import noon
from teleaudit.samples.registers.rows import customer, mark
from teleaudit.samples.world import Row, World


def _recipient_register(world: World, **values: object) -> Row:
    row: Row = dict(recipient_id=world.key("MOD"), name="Fiktiv Logistik ApS", recipient_type="logistik", role="databehandler", agreement_ref=world.key("DBA"), valid_from=dt.date(2018, 5, 25), allowed_categories="navn;adresse;telefon;e-mail", country="DK")
    return world.add("recipient_register", **(row | values))


def _disclosure(world: World, **values: object) -> Row:
    row: Row = dict(disclosure_id=world.key("VID"), recipient_id="MOD000001", recipient_type="logistik", purpose="levering", data_categories="navn;adresse", customer_id=customer(world), at=noon(dt.date(2026, 7, 3)), legal_basis="6_1_b")
    return world.add("disclosure", **(row | values))


def _directory_118(world: World, **values: object) -> Row:
    row: Row = dict(delivery_id=world.key("LEV"), number=invented.phone(world.rng), number_type="fastnet", secrecy="ingen", action="ny", delivered_at=noon(dt.date(2026, 3, 4)), recipient="nummeroplysning")
    return world.add("directory_118", **(row | values))


def _porting(world: World, **values: object) -> Row:
    row: Row = dict(porting_id=world.key("POR"), number=invented.phone(world.rng), direction="ind", customer_id=customer(world), requested_at=dt.date(2026, 4, 1), ported_at=dt.date(2026, 4, 14), authority_ref=world.key("FUL"), authority_signed_at=dt.date(2026, 3, 30), status="gennemført")
    return world.add("porting", **(row | values))


def _supplier_order(world: World, **values: object) -> Row:
    row: Row = dict(order_id=world.key("ORD"), customer_id=customer(world), supplier="Fiktiv Fiber A/S", kind="bestilling", sent_at=dt.date(2026, 5, 5), fields="navn;leveringsadresse")
    return world.add("supplier_order", **(row | values))


def _ledger(world: World, **values: object) -> Row:
    row: Row = dict(entry_id=world.key("FIN"), customer_id=customer(world), invoice_id=None, legal_entity=world.operator.legal_entity, posting_date=dt.date(2026, 5, 2), due_date=dt.date(2026, 5, 23), paid_at=dt.date(2026, 5, 20), amount=249.5, voucher_no=world.key("BIL"), text="Abonnement")
    return world.add("ledger", **(row | values))


TABLES: dict[str, Callable[[World], Row]] = {"recipient_register": _recipient_register, "disclosure": _disclosure, "directory_118": _directory_118, "porting": _porting, "supplier_order": _supplier_order, "ledger": _ledger}


def lawful(world: World) -> None:
    """Ordinary rows, and what looks wrong and is not."""
    _recipient_register(world)
    _disclosure(world)
    _directory_118(world)
    _porting(world)
    _supplier_order(world)
    _ledger(world)


DEVIATIONS: dict[str, Callable[[World], None]] = {}
