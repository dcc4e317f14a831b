"""Who was given what, and on which ground."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from functools import partial

from teleaudit_samples import invented
from teleaudit_samples.calendar import AS_OF, days_after
from teleaudit_samples.lawful import noon
from teleaudit_samples.registers.rows import customer, mark
from teleaudit_samples.world import Row, World

# Recipients that ``lawful`` enters in the register.
USUAL_RECIPIENT = "MODLOGISTIK"
COLLECTOR = "MODINKASSO"
BILLING_PARTNER = "MODFAKTURA"
HAND_OVER = dt.date(2026, 7, 3)  # the day of an ordinary disclosure
DELIVERED = dt.date(2026, 3, 4)  # the day of an ordinary delivery to directory enquiry
LAST_DELIVERY = dt.date(2026, 11, 20)


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
        "at": noon(HAND_OVER),
        "legal_basis": "6_1_b",
    }
    return world.add("disclosure", **(row | values))


def assignment(world: World, **values: object) -> Row:
    """A number that a customer holds, and not the main one."""
    row: Row = {
        "number": invented.phone(world.rng("number_assignment")),
        "number_type": "fastnet",
        "customer_id": customer(world),
        "valid_from": dt.date(2019, 5, 1),
        "valid_to": None,
        "is_main": False,
        "secrecy": "ingen",
    }
    return world.add("number_assignment", **(row | values))


def directory_118(world: World, **values: object) -> Row:
    """A number handed to directory enquiry; its holder has it still, unless a number is given."""
    row: Row = {
        "delivery_id": world.key("LEV"),
        "number": values["number"] if "number" in values else assignment(world)["number"],
        "number_type": "fastnet",
        "secrecy": "ingen",
        "action": "ny",
        "delivered_at": noon(DELIVERED),
        "recipient": "nummeroplysning",
    }
    return world.add("directory_118", **(row | values))


def porting(world: World, **values: object) -> Row:
    """A number ported in on the customer's authority."""
    row: Row = {
        "porting_id": world.key("POR"),
        "number": invented.phone(world.rng("porting")),
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


def _lawful_recipients(world: World) -> None:
    """(1) A processor that has until today to confirm, one that has confirmed, and one that is no
    processor.
    """
    recipient_register(world, recipient_id=USUAL_RECIPIENT)
    recipient_register(
        world,
        recipient_id=COLLECTOR,
        recipient_type="inkasso",
        role="selvstændig",
        agreement_ref=None,
        allowed_categories="navn;adresse;krav",
    )
    recipient_register(
        world,
        recipient_id=BILLING_PARTNER,
        recipient_type="faktureringspartner",
        allowed_categories="navn;adresse;teledata",
    )
    recipient_register(world, valid_to=days_after(AS_OF, -30))
    recipient_register(
        world, valid_to=dt.date(2024, 6, 30), deletion_confirmed_at=dt.date(2024, 7, 20)
    )
    recipient_register(world, role="selvstændig", valid_to=dt.date(2024, 6, 30))


def _lawful_disclosures(world: World) -> None:
    """(2) Both ends of an agreement, names written in another way, transfers with a basis or within
    the EEA, and a refund by an authority.
    """
    disclosure(world, consideration=0.0)
    disclosure(world, data_categories=" E-mail; NAVN ;;telefon;")
    disclosure(
        world,
        recipient_id=BILLING_PARTNER,
        recipient_type="faktureringspartner",
        purpose="fakturering",
        data_categories="navn;teledata",
    )
    bounded = recipient_register(
        world,
        valid_from=HAND_OVER,
        valid_to=days_after(HAND_OVER, 7),
        deletion_confirmed_at=dt.date(2026, 8, 1),
    )
    for day in (HAND_OVER, days_after(HAND_OVER, 7)):
        disclosure(
            world,
            recipient_id=bounded["recipient_id"],
            at=dt.datetime.combine(day, dt.time(23, 59)),
        )
    for country, basis in (("US", "standardkontrakt"), ("NO", None), ("Sverige", None)):
        disclosure(
            world,
            recipient_id=recipient_register(world, country=country, transfer_basis=basis)[
                "recipient_id"
            ],
        )
    _to_authority(world, consideration=450.0)


def _lawful_collection(world: World) -> None:
    """(3) A debt due the day before, and one paid on the very day; an invoice of which a part is
    unpaid.
    """
    for paid in (None, HAND_OVER):
        debtor = customer(world)
        ledger(world, customer_id=debtor, due_date=days_after(HAND_OVER, -1), paid_at=paid)
        _to_collector(world, customer_id=debtor)
    ledger(world)
    _billed(world, debtor := customer(world), unpaid=1.0)
    _to_collector(world, customer_id=debtor)


def _lawful_titles(world: World) -> None:
    """(4) Data of exactly the period, an order of the day after in an urgent case, identification
    on request of the police.
    """
    _to_authority(world, title_date=days_after(HAND_OVER, 1))
    _to_authority(world, title_type="edition", data_categories="lokalisering")
    _to_authority(world, data_categories="internetadfærd")
    _identified(world)
    _identified(world, title_type="kendelse", data_categories="navn;betalinger")


def _lawful_deliveries(world: World) -> None:
    """(5) Wishes, marks, removals in time, and main numbers that need not be delivered."""
    directory_118(world)
    directory_118(world, delivered_at=noon(LAST_DELIVERY))
    wished = assignment(world, number_type="mobil")
    _wish(world, wished)
    _delivered(world, wished)
    _delivered(world, unwished := assignment(world, number_type="mobil"))
    _delivered(world, unwished, action="slet", delivered_at=noon(days_after(DELIVERED, 1)))
    for held, given in (("hemmelig", "hemmelig"), ("udeladt", "udeladt"), ("udeladt", "hemmelig")):
        _delivered(world, assignment(world, secrecy=held), secrecy=given)
    for end in (LAST_DELIVERY, days_after(LAST_DELIVERY, 1)):
        _delivered(world, assignment(world, valid_to=end))
    _delivered(world, ported := assignment(world, ported_out_at=dt.date(2026, 5, 31)))
    _delivered(world, ported, action="slet", delivered_at=noon(dt.date(2026, 6, 1)))
    assignment(world, is_main=True, secrecy="hemmelig")
    assignment(world, is_main=True, number_type="mobil")
    assignment(world, is_main=True, valid_from=LAST_DELIVERY)
    assignment(world, is_main=True, valid_to=days_after(AS_OF, -1))
    _wish(world, assignment(world, is_main=True), withdrawn_at=noon(dt.date(2026, 2, 1)))


def _lawful_orders(world: World) -> None:
    """(6) Fields in another order, an authority signed on the day, and numbers that leave without
    one.
    """
    supplier_order(world, fields="Leveringsadresse; navn")
    supplier_order(world, kind="forsendelse", fields="navn;adresse;kontaktperson")
    porting(world)
    porting(world, authority_signed_at=dt.date(2026, 4, 14))
    porting(world, direction="ud", authority_ref=None, authority_signed_at=None)
    porting(world, status="annulleret", authority_ref=None, authority_signed_at=None)


def _to_authority(world: World, **values: object) -> Row:
    """Call details handed over on a court order, of exactly the period that it covers."""
    title: Row = {
        "recipient_id": "POLITI",
        "recipient_type": "myndighed",
        "purpose": "efterforskning",
        "data_categories": "nummer;teledata",
        "legal_basis": "6_1_c",
        "title_type": "kendelse",
        "title_ref": world.key("KEN"),
        "title_date": days_after(HAND_OVER, -3),
        "scope_from": dt.date(2026, 6, 1),
        "scope_to": dt.date(2026, 6, 28),
        "data_from": dt.date(2026, 6, 1),
        "data_to": dt.date(2026, 6, 28),
    }
    return disclosure(world, **(title | values))


def _identified(world: World, **values: object) -> Row:
    """Who an end user is, on request of the police."""
    no_period: Row = dict.fromkeys(("scope_from", "scope_to", "data_from", "data_to"))
    return _to_authority(
        world,
        **(no_period | {"title_type": "804b", "data_categories": "navn;adresse;nummer"} | values),
    )


def _to_collector(world: World, **values: object) -> Row:
    return disclosure(
        world,
        **(
            {
                "recipient_id": COLLECTOR,
                "recipient_type": "inkasso",
                "purpose": "inkasso",
                "data_categories": "navn;krav",
            }
            | values
        ),
    )


def _delivered(world: World, held: Row, **values: object) -> Row:
    return directory_118(
        world, **({"number": held["number"], "number_type": held["number_type"]} | values)
    )


def _wish(world: World, held: Row, **values: object) -> Row:
    """The holder's wish to stand with directory enquiry."""
    row: Row = {
        "consent_id": world.key("SAM"),
        "customer_id": held["customer_id"],
        "purpose": "118",
        "channel": "telefon",
        "address": held["number"],
        "text_version": "2025-1",
        "given_at": noon(dt.date(2025, 2, 3)),
        "source": "selvbetjening",
        "evidence_ref": world.key("BEV"),
    }
    return world.add("consent", **(row | values))


def _unknown_recipients(check_id: str, world: World) -> None:
    for _ in range(2):
        mark(disclosure(world, recipient_id=world.key("UKENDT")), check_id)


def _without_agreement(check_id: str, world: World) -> None:
    """None at all, one that ended the day before, and one that began the day after."""
    confirmed = days_after(HAND_OVER, 20)
    for values in (
        {"agreement_ref": None},
        {"valid_to": days_after(HAND_OVER, -1), "deletion_confirmed_at": confirmed},
        {"valid_from": days_after(HAND_OVER, 1)},
    ):
        mark(
            disclosure(world, recipient_id=recipient_register(world, **values)["recipient_id"]),
            check_id,
        )


def _too_much(check_id: str, world: World) -> None:
    """Names that are not allowed, or only look like one that is."""
    for names in ("navn;cpr", "adresser", "kontonr;navn;adresse"):
        mark(disclosure(world, data_categories=names), check_id)


def _transfers(check_id: str, world: World) -> None:
    for country in ("US", "GB"):
        mark(
            disclosure(
                world, recipient_id=recipient_register(world, country=country)["recipient_id"]
            ),
            check_id,
        )


def _without_purpose(check_id: str, world: World) -> None:
    mark(disclosure(world, purpose=None), check_id)


def _billing_partners(world: World) -> None:
    """One whose agreement has ended, and one that is no processor."""
    for values in (
        {"valid_to": days_after(HAND_OVER, -1), "deletion_confirmed_at": HAND_OVER},
        {"role": "selvstændig"},
    ):
        partner = recipient_register(world, recipient_type="faktureringspartner", **values)
        mark(
            disclosure(
                world,
                recipient_id=partner["recipient_id"],
                recipient_type="faktureringspartner",
                purpose="fakturering",
            ),
            "BIZ-dis-6.agreement",
        )


def _sales(world: World) -> None:
    mark(disclosure(world, consideration=1.0), "BIZ-dis-1.sale")
    mark(disclosure(world, purpose="Salg"), "BIZ-dis-1.sale")


def _browsing(world: World) -> None:
    mark(disclosure(world, data_categories="navn;internetadfærd"), "KAZ-s.browsing")
    mark(_to_authority(world, data_categories="internetadfærd", title_ref=None), "KAZ-s.browsing")


def _unwished_mobiles(world: World) -> None:
    """No wish, a wish of the day after, and a wish that was withdrawn before the latest
    delivery.
    """
    check_id = "BIZ-dis-4.mobile"
    for wish in (
        None,
        {"given_at": noon(days_after(DELIVERED, 1))},
        {"withdrawn_at": noon(days_after(LAST_DELIVERY, -1))},
    ):
        held = assignment(world, number_type="mobil")
        if wish is not None:
            _wish(world, held, **wish)
        mark(_delivered(world, held), check_id)


def _unmarked_secrets(world: World) -> None:
    for held, given in (
        ("hemmelig", "ingen"),
        ("hemmelig", "udeladt"),
        ("hemmelig", None),
        ("udeladt", "ingen"),
    ):
        mark(_delivered(world, assignment(world, secrecy=held), secrecy=given), "BIZ-dis-4.secret")


def _ended_numbers(world: World) -> None:
    """Given up or ported out before the latest delivery; and one delivered when it had been given
    up already.
    """
    for values in (
        {"valid_to": days_after(LAST_DELIVERY, -1)},
        {"ported_out_at": dt.date(2026, 5, 31)},
        {"valid_to": dt.date(2025, 12, 31)},
    ):
        mark(_delivered(world, assignment(world, **values)), "BIZ-dis-4.ended")


def _undelivered_mains(world: World) -> None:
    mark(assignment(world, is_main=True), "BIZ-dis-4.main")
    mark(
        assignment(world, is_main=True, valid_from=days_after(LAST_DELIVERY, -1)), "BIZ-dis-4.main"
    )
    taken_back = mark(assignment(world, is_main=True), "BIZ-dis-4.main")
    _delivered(world, taken_back)
    _delivered(world, taken_back, action="slet", delivered_at=noon(days_after(DELIVERED, 1)))


def _wordy_orders(world: World) -> None:
    mark(supplier_order(world, fields="navn;leveringsadresse;telefon"), "BIZ-dis-7.fields")
    mark(supplier_order(world, fields="navn;kontaktperson"), "BIZ-dis-7.fields")


def _portings(world: World) -> None:
    mark(porting(world, authority_ref=None, authority_signed_at=None), "BIZ-dis-7.authority")
    mark(porting(world, authority_signed_at=dt.date(2026, 4, 15)), "BIZ-dis-7.authority")


def _wordy_shipments(world: World) -> None:
    mark(supplier_order(world, kind="forsendelse", fields="navn;adresse;cpr"), "BIZ-dis-8.fields")


def _billed(world: World, customer_id: str, *, unpaid: float) -> None:
    """An invoice past due when debts are passed on, of which the ledger says nothing; paid the day
    before, but for what is left.
    """
    invoice = world.invoice(
        customer_id, period_to=dt.date(2026, 5, 31), issued=days_after(HAND_OVER, -30)
    )
    paid = world.payment(
        customer_id, paid=days_after(HAND_OVER, -1), invoice_id=str(invoice["invoice_id"])
    )
    paid["amount"] = float(str(invoice["gross"])) - unpaid


def _without_debt(check_id: str, world: World) -> None:
    """Nothing on the ledger, due that very day, paid the day before, a credit, and an invoice that was
    paid.
    """
    for entry in (
        None,
        {"due_date": HAND_OVER, "paid_at": None},
        {"paid_at": days_after(HAND_OVER, -1)},
        {"paid_at": None, "amount": -20.0},
    ):
        debtor = customer(world)
        if entry is not None:
            ledger(world, customer_id=debtor, **entry)
        mark(_to_collector(world, customer_id=debtor), check_id)
    _billed(world, debtor := customer(world), unpaid=0.0)
    mark(_to_collector(world, customer_id=debtor), check_id)


def _itemised_debts(world: World) -> None:
    debtor = customer(world)
    ledger(world, customer_id=debtor, paid_at=None)
    for names in ("navn;teledata", "navn;krav;opkaldsdetaljer"):
        mark(_to_collector(world, customer_id=debtor, data_categories=names), "BIZ-dis-9.teledata")


def _without_order(world: World) -> None:
    check_id = "BIZ-dis-10.order"
    no_period: Row = dict.fromkeys(("scope_from", "scope_to", "data_from", "data_to"))
    mark(_to_authority(world, **(no_period | {"title_type": "804b"})), check_id)
    mark(
        _to_authority(
            world,
            **(
                no_period
                | {
                    "title_type": None,
                    "title_ref": None,
                    "title_date": None,
                    "data_categories": "lokalisering",
                }
            ),
        ),
        check_id,
    )
    mark(_to_authority(world, **(no_period | {"title_type": "sikringspålæg"})), check_id)
    mark(_to_authority(world, title_date=days_after(HAND_OVER, 2)), check_id)


def _without_title(world: World) -> None:
    check_id = "BIZ-dis-10.title"
    mark(_identified(world, title_type=None, title_ref=None, title_date=None), check_id)
    mark(_identified(world, title_ref=None), check_id)
    mark(_identified(world, title_type="sikringspålæg"), check_id)
    mark(_identified(world, data_categories="navn;betalinger"), check_id)


def _outside_the_period(world: World) -> None:
    mark(_to_authority(world, data_from=dt.date(2026, 5, 31)), "BIZ-dis-10.period")
    mark(_to_authority(world, data_to=dt.date(2026, 6, 29)), "BIZ-dis-10.period")


def _secret_orders(world: World) -> None:
    mark(_to_authority(world, title_type="786 c"), "BIZ-dis-10.secret")


def _unconfirmed_processors(world: World) -> None:
    for end in (days_after(AS_OF, -31), dt.date(2023, 1, 31)):
        mark(recipient_register(world, valid_to=end), "HYG-processor-copies.recipient_register")


def _for_both(
    kazoom: str, bizzy: str, plant: Callable[[str, World], None]
) -> dict[str, Callable[[World], None]]:
    """One fact that stands under a clause of either policy."""
    return {check_id: partial(plant, check_id) for check_id in (kazoom, bizzy)}


LAWFUL: tuple[Callable[[World], None], ...] = (
    _lawful_recipients,
    _lawful_disclosures,
    _lawful_collection,
    _lawful_titles,
    _lawful_deliveries,
    _lawful_orders,
)
DEVIATIONS: dict[str, Callable[[World], None]] = {
    **_for_both("KAZ-o.recipient", "BIZ-dis-2.recipient", _unknown_recipients),
    **_for_both("KAZ-o.agreement", "BIZ-dis-2.agreement", _without_agreement),
    **_for_both("KAZ-o.transfer", "BIZ-dis-2.transfer", _transfers),
    **_for_both("KAZ-o.categories", "BIZ-dis-3.categories", _too_much),
    **_for_both("KAZ-o.purpose", "BIZ-dis-3.purpose", _without_purpose),
    "KAZ-s.browsing": _browsing,
    "BIZ-dis-1.sale": _sales,
    "BIZ-dis-4.mobile": _unwished_mobiles,
    "BIZ-dis-4.secret": _unmarked_secrets,
    "BIZ-dis-4.ended": _ended_numbers,
    "BIZ-dis-4.main": _undelivered_mains,
    "BIZ-dis-6.agreement": _billing_partners,
    "BIZ-dis-7.fields": _wordy_orders,
    "BIZ-dis-7.authority": _portings,
    "BIZ-dis-8.fields": _wordy_shipments,
    **_for_both("HYG-collection.debt", "BIZ-dis-9.debt", _without_debt),
    "BIZ-dis-9.teledata": _itemised_debts,
    "BIZ-dis-10.order": _without_order,
    "BIZ-dis-10.title": _without_title,
    "BIZ-dis-10.period": _outside_the_period,
    "BIZ-dis-10.secret": _secret_orders,
    "HYG-processor-copies.recipient_register": _unconfirmed_processors,
}
