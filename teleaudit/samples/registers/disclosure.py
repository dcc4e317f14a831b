"""Who was given what, and on which ground."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

from teleaudit.samples import invented
from teleaudit.samples.lawful import noon
from teleaudit.samples.registers.rows import customer
from teleaudit.samples.world import Row, World

USUAL_RECIPIENT = "MOD000001"  # the first row of the register, which ``lawful`` makes


def recipient_register(world: World, **values: object) -> Row:
    """A processor under an agreement in force."""
    row: Row = {
        "recipient_id": world.key("MOD"),
        "name": "Fiktiv Logistik ApS",
        "recipient_type": "logistik",
        "role": "databehandler",
        "agreement_ref": world.key("DBA"),
        "valid_from": dt.date(2018, 5, 25),
        "allowed_categories": "navn;adresse;telefon;e-mail",
        "country": "DK",
    }
    return world.add("recipient_register", **(row | values))


def disclosure(world: World, **values: object) -> Row:
    """Name and address, to the usual recipient."""
    row: Row = {
        "disclosure_id": world.key("VID"),
        "recipient_id": USUAL_RECIPIENT,
        "recipient_type": "logistik",
        "purpose": "levering",
        "data_categories": "navn;adresse",
        "customer_id": customer(world),
        "at": noon(dt.date(2026, 7, 3)),
        "legal_basis": "6_1_b",
    }
    return world.add("disclosure", **(row | values))


def directory_118(world: World, **values: object) -> Row:
    """A number handed to directory enquiry."""
    row: Row = {
        "delivery_id": world.key("LEV"),
        "number": invented.phone(world.rng),
        "number_type": "fastnet",
        "secrecy": "ingen",
        "action": "ny",
        "delivered_at": noon(dt.date(2026, 3, 4)),
        "recipient": "nummeroplysning",
    }
    return world.add("directory_118", **(row | values))


def porting(world: World, **values: object) -> Row:
    """A number ported in on the customer's authority."""
    row: Row = {
        "porting_id": world.key("POR"),
        "number": invented.phone(world.rng),
        "direction": "ind",
        "customer_id": customer(world),
        "requested_at": dt.date(2026, 4, 1),
        "ported_at": dt.date(2026, 4, 14),
        "authority_ref": world.key("FUL"),
        "authority_signed_at": dt.date(2026, 3, 30),
        "status": "gennemført",
    }
    return world.add("porting", **(row | values))


def supplier_order(world: World, **values: object) -> Row:
    """An order with name and place of delivery."""
    row: Row = {
        "order_id": world.key("ORD"),
        "customer_id": customer(world),
        "supplier": "Fiktiv Fiber A/S",
        "kind": "bestilling",
        "sent_at": dt.date(2026, 5, 5),
        "fields": "navn;leveringsadresse",
    }
    return world.add("supplier_order", **(row | values))


def ledger(world: World, **values: object) -> Row:
    """An entry paid in time."""
    row: Row = {
        "entry_id": world.key("FIN"),
        "customer_id": customer(world),
        "invoice_id": None,
        "legal_entity": world.operator.legal_entity,
        "posting_date": dt.date(2026, 5, 2),
        "due_date": dt.date(2026, 5, 23),
        "paid_at": dt.date(2026, 5, 20),
        "amount": 249.5,
        "voucher_no": world.key("BIL"),
        "text": "Abonnement",
    }
    return world.add("ledger", **(row | values))


TABLES: dict[str, Callable[[World], Row]] = {
    "recipient_register": recipient_register,
    "disclosure": disclosure,
    "directory_118": directory_118,
    "porting": porting,
    "supplier_order": supplier_order,
    "ledger": ledger,
}


def lawful(world: World) -> None:
    """Ordinary rows, and what looks wrong and is not."""
    recipient_register(world)
    disclosure(world)
    directory_118(world)
    porting(world)
    supplier_order(world)
    ledger(world)


DEVIATIONS: dict[str, Callable[[World], None]] = {}
