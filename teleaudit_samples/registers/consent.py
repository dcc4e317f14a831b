"""Consents, and what was sent."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from functools import partial

from teleaudit_samples.calendar import AS_OF, days_after, years_after
from teleaudit_samples.lawful import noon
from teleaudit_samples.registers.disclosure import disclosure
from teleaudit_samples.registers.rows import customer, mark, mark_key
from teleaudit_samples.world import KAZOOM, Row, World

_GIVEN, _SENT = dt.date(2025, 2, 3), dt.date(2026, 9, 15)
_SECOND = dt.timedelta(seconds=1)
# after the version that promises to tell everybody, which is of 08-01-2022
_MATERIAL, _CHANGED = "POL-2022", dt.date(2022, 6, 1)
_EARLY = dt.date(2012, 1, 25)
_TOLD = "KAZ-v.told"
_CROWD = 50  # consents in one second that look like an import


def consent(world: World, **values: object) -> Row:
    """To marketing by mail, in force."""
    row: Row = {
        "consent_id": world.key("SAM"),
        "customer_id": customer(world),
        "purpose": "markedsføring",
        "channel": "email",
        "address": "nyt@example.dk",
        "text_version": "2025-1",
        "given_at": noon(_GIVEN) + world.rng("consent").randrange(4 * 3600) * _SECOND,
        "source": "selvbetjening",
        "evidence_ref": world.key("BEV"),
    }
    return world.add("consent", **(row | values))


def service_send(world: World, **values: object) -> Row:
    """Service information, delivered."""
    row: Row = {
        "send_id": world.key("SU"),
        "customer_id": customer(world),
        "type": "driftsinfo",
        "channel": "email",
        "address": "drift@example.dk",
        "template_id": "DRIFT-1",
        "template_text": "Der er planlagt arbejde på nettet i nat",
        "sent_at": noon(dt.date(2026, 8, 4)),
        "status": "leveret",
    }
    return world.add("service_send", **(row | values))


def marketing_send(world: World, **values: object) -> Row:
    """News by mail, said to rest on consent."""
    row: Row = {
        "send_id": world.key("MU"),
        "customer_id": customer(world),
        "channel": "email",
        "address": f"nyhed{world.number('news')}@example.dk",
        "campaign": "efterår",
        "sent_at": noon(_SENT),
        "status": "leveret",
        "basis": "samtykke",
    }
    return world.add("marketing_send", **(row | values))


def covered_send(world: World, *, agreed: Row | None = None, **values: object) -> Row:
    """News that a consent covers; ``agreed`` says how the consent differs from an ordinary one."""
    row = marketing_send(world, **values)
    consent(
        world, **({"customer_id": row["customer_id"], "address": row["address"]} | (agreed or {}))
    )
    return row


def policy_version(world: World, **values: object) -> Row:
    """A version that changed nothing of weight."""
    row: Row = {
        "policy_version_id": world.key("POL"),
        "valid_from": dt.date(2022, 1, 8),
        "material": False,
    }
    return world.add("policy_version", **(row | values))


TABLES: dict[str, Callable[[World], Row]] = {
    "consent": consent,
    "service_send": service_send,
    "marketing_send": covered_send,
    "policy_version": policy_version,
}


def _ordinary(world: World) -> None:
    """Rows with which nothing is wrong, nor looks so."""
    consent(world)
    policy_version(world)


def _lawful_service_messages(world: World) -> None:
    """(1) Every kind of message, a new price among changed terms, a follow-up on the last day."""
    texts = {
        "vilkårsændring": "Prisen bliver 129 kr./md. fra 1. januar",
        "faktura": "Din faktura på 249 kr/md er klar",
        "sikkerhed": "Skift venligst adgangskode",
        "politikændring": "Vores politik er ændret",
        "Driftsinfo": "Fejlen er rettet",
    }
    for kind, words in texts.items():
        service_send(world, type=kind, template_text=words)
    for days in (0, 30):
        inquiry = _inquiry(world, direction="ind", day=days_after(dt.date(2026, 8, 4), -days))
        service_send(
            world,
            type="opfølgning",
            customer_id=inquiry["customer_id"],
            template_text="Blev problemet løst?",
        )


def _inquiry(world: World, *, direction: str, day: dt.date) -> Row:
    row = world.mail(customer(world), day=day)
    row.update(direction=direction, at=noon(day) - dt.timedelta(hours=2))
    return row


def _lawful_opt_outs(world: World) -> None:
    """(2) Sent within the hours that an opt-out takes, after a new opt-in, or of another kind."""
    out_at = noon(dt.date(2026, 5, 4))
    out = {"purpose": "driftsinfo", "given_at": noon(dt.date(2024, 1, 5)), "withdrawn_at": out_at}
    service_send(
        world,
        customer_id=consent(world, **out)["customer_id"],
        sent_at=out_at + dt.timedelta(hours=24),
    )
    back = consent(world, **out)["customer_id"]
    consent(world, customer_id=back, purpose="driftsinfo", given_at=out_at + dt.timedelta(days=3))
    service_send(world, customer_id=back, sent_at=out_at + dt.timedelta(days=4))
    for kind in ("sikkerhed", "faktura", "vilkårsændring"):
        service_send(
            world,
            customer_id=consent(world, **out)["customer_id"],
            type=kind,
            template_text="Vigtig besked om din aftale",
        )


def _lawful_news(world: World) -> None:
    """(3) Consent of the same second, withdrawn a second later, given anew; and own customers who
    were told how to say no.
    """
    covered_send(world)
    at = noon(_SENT)
    covered_send(world, agreed={"given_at": at, "withdrawn_at": at + _SECOND})
    again = covered_send(world, agreed={"given_at": at - 30 * _SECOND})
    consent(
        world,
        customer_id=again["customer_id"],
        address=again["address"],
        withdrawn_at=at - 60 * _SECOND,
    )
    covered_send(
        world,
        channel="sms",
        address="+45 20 12 34 56",
        agreed={"channel": "SMS", "address": "20123456"},
    )
    covered_send(
        world, channel="E-mail", address="Nyhed@Example.dk", agreed={"address": "nyhed@example.dk"}
    )


def sent_to_own_customers(world: World) -> None:
    """Recorded as sent without consent to an own customer: for a lawyer."""
    marketing_send(world, basis="10_2")


def _lawful_proof(world: World) -> None:
    """(4) Proof kept for two years after the withdrawal, which even the strict reading allows."""
    consent(world, given_at=noon(dt.date(2019, 3, 4)), withdrawn_at=noon(years_after(AS_OF, -2)))
    consent(world, given_at=noon(dt.date(2016, 3, 4)))  # in force, never used
    consent(world, purpose="driftsinfo", text_version=None, evidence_ref=None)


def upload(world: World, **values: object) -> Row:
    """A customer on a list that keeps own customers out of advertising."""
    said: Row = {
        "recipient_type": "audience",
        "purpose": "suppression_audience",
        "data_categories": "e-mail",
        "legal_basis": "6_1_f",
        "hashed": True,
    }
    return disclosure(world, **(said | values))


def _lawful_uploads(world: World) -> None:
    """(5) Objections that came on the day or later, or were withdrawn; a consent given anew; an
    upload that rests on consent.
    """
    row = upload(world)
    upload(world, legal_basis="6_1_a")
    at = row["at"]
    assert isinstance(at, dt.datetime)  # noqa: S101 (the maker made it so)
    for received, outcome in (
        (at.date(), "imødekommet"),
        (days_after(at.date(), 1), "imødekommet"),
        (days_after(at.date(), -40), "andet"),
    ):
        _objection(world, upload(world)["customer_id"], received=received, outcome=outcome)
    again = upload(world)["customer_id"]
    consent(world, customer_id=again, withdrawn_at=at - dt.timedelta(days=40))
    consent(world, customer_id=again, given_at=at - dt.timedelta(days=30))
    consent(world, customer_id=upload(world)["customer_id"], withdrawn_at=at + _SECOND)


def _objection(
    world: World, customer_id: object, *, received: dt.date, outcome: str | None
) -> None:
    refused = outcome == "afslag"
    world.add(
        "dsar",
        dsar_id=world.key("AN"),
        customer_id=customer_id,
        type="indsigelse",
        received_at=received,
        closed_at=days_after(received, 10) if outcome else None,
        outcome=outcome,
        refusal_reason="Legitim interesse vejer tungest" if refused else None,
        complaint_guidance=True if refused else None,
    )


def _lawful_notices(world: World) -> None:
    """(6) Told on the very day, or at the second attempt; a customer who joined that day was given
    the new version; of a change before the promise nobody was told.
    """
    policy_version(world, valid_from=dt.date(2013, 6, 1), material=True)
    policy_version(world, policy_version_id=_MATERIAL, valid_from=_CHANGED, material=True)
    _notice(world, world.customer(start=_EARLY), day=_CHANGED)
    twice = world.customer(start=_EARLY)
    _notice(world, twice, day=days_after(_CHANGED, -20), status="afvist")
    _notice(world, twice, day=days_after(_CHANGED, -10))
    world.customer(start=_CHANGED)


def tell_everybody(world: World) -> None:
    """Whoever was a customer when the policy changed was told, but for those of whom a check must
    find that they were not. The other operator's policy promises no such thing.
    """
    if world.operator is not KAZOOM:
        return
    told = {
        row["customer_id"] for row in world.tables["service_send"] if row.get("policy_version_id")
    }
    told |= {key.partition("|")[0] for check, key in world.columns_found if check == _TOLD}
    ends = _ends(world)
    for row in world.tables["crm_customer"]:
        customer_id, start = row["customer_id"], row["start_date"]
        joined_later = isinstance(start, dt.date) and start >= _CHANGED
        left_before = all(
            isinstance(end, dt.date) and end < _CHANGED for end in ends.get(customer_id, [None])
        )
        if customer_id is None or customer_id in told or joined_later or left_before:
            continue
        told.add(customer_id)
        world.add(
            "service_send",
            send_id=f"SU-{customer_id}",
            customer_id=customer_id,
            type="politikændring",
            channel="email",
            address="drift@example.dk",
            template_id="POL-1",
            template_text="Vores politik er ændret",
            sent_at=noon(_CHANGED),
            status="leveret",
            policy_version_id=_MATERIAL,
        )


def _ends(world: World) -> dict[object, list[object]]:
    """Of each customer the ends of everything that shows when they were one."""
    ends: dict[object, list[object]] = {}
    for table, column in (
        ("crm_customer", "end_date"),
        ("agreement", "ended_at"),
        ("subscription", "end_date"),
    ):
        for row in world.tables[table]:
            ends.setdefault(row["customer_id"], []).append(row.get(column))
    return ends


def _notice(world: World, customer_id: str, *, day: dt.date, **values: object) -> None:
    service_send(
        world,
        **(
            {
                "customer_id": customer_id,
                "type": "politikændring",
                "template_text": "Vores politik er ændret",
                "sent_at": noon(day),
                "policy_version_id": _MATERIAL,
            }
            | values
        ),
    )


def _shared_addresses(world: World) -> None:
    """(7) Two customers with one address: the other withdrew later, or this one agreed
    after that.
    """
    for given, withdrawn in (
        (noon(_GIVEN), noon(_SENT) + _SECOND),
        (noon(dt.date(2025, 8, 1)), noon(dt.date(2025, 7, 1))),
    ):
        row = covered_send(world, agreed={"given_at": given})
        consent(world, address=row["address"], withdrawn_at=withdrawn)


def _small_crowd(world: World) -> None:
    """(8) As many consents in one second as are no import yet."""
    crowd = customer(world)
    for _ in range(_CROWD - 1):
        consent(world, customer_id=crowd, given_at=noon(dt.date(2024, 4, 4)))


def _untyped(world: World) -> None:
    for kind in (None, "nyhedsbrev", "info"):
        mark(service_send(world, type=kind), "KAZ-f.typed")


def _offers(world: World) -> None:
    for words in (
        "Få rabat på din næste telefon",
        "Driften er normal. Se vores tilbud i butikken",
        "Nu kun 99 kr./md. med større hastighed",
        "Kampagne: gratis oprettelse",
    ):
        mark(service_send(world, template_text=words), "KAZ-f.no_offers")


def _opted_out(world: World) -> None:
    out_at = noon(dt.date(2026, 5, 4))
    for channel, later in (
        ("email", dt.timedelta(hours=24, seconds=1)),
        (None, dt.timedelta(days=90)),
    ):
        row = consent(
            world,
            purpose="driftsinfo",
            channel=channel,
            given_at=noon(dt.date(2024, 1, 5)),
            withdrawn_at=out_at,
        )
        mark(
            service_send(world, customer_id=row["customer_id"], sent_at=out_at + later),
            "KAZ-g.opted_out",
        )
    twice = consent(
        world,
        purpose="driftsinfo",
        given_at=noon(dt.date(2024, 1, 5)),
        withdrawn_at=noon(dt.date(2025, 3, 4)),
    )["customer_id"]
    consent(
        world,
        customer_id=twice,
        purpose="driftsinfo",
        given_at=noon(dt.date(2025, 6, 1)),
        withdrawn_at=out_at,
    )
    mark(service_send(world, customer_id=twice), "KAZ-g.opted_out")


def _never_covered(world: World, check: str) -> None:
    """Never agreed to; agreed for another address, another channel, too late, or as another
    customer.
    """
    mark(marketing_send(world), check)
    mark(covered_send(world, agreed={"address": "tidligere@example.dk"}), check)
    mark(covered_send(world, agreed={"channel": "sms"}), check)
    mark(covered_send(world, agreed={"given_at": noon(_SENT) + _SECOND}), check)
    mark(covered_send(world, agreed={"customer_id": customer(world)}), check)
    mark(covered_send(world, agreed={"purpose": "driftsinfo"}), check)


def _sent_after_withdrawal(world: World, check: str) -> None:
    for ago in (0, 1, 86400 * 200):
        mark(covered_send(world, agreed={"withdrawn_at": noon(_SENT) - ago * _SECOND}), check)
    mark(
        covered_send(world, basis="10_2", agreed={"withdrawn_at": noon(dt.date(2026, 1, 2))}), check
    )


def _without_proof(world: World, check: str) -> None:
    mark(consent(world, text_version=None), check)
    mark(consent(world, evidence_ref=None), check)
    mark(consent(world, text_version=None, evidence_ref=None), check)


def _old_proof(world: World) -> None:
    past = days_after(years_after(AS_OF, -5), -1)
    for day in (past, dt.date(2020, 2, 29)):
        mark(
            consent(world, given_at=noon(dt.date(2017, 5, 2)), withdrawn_at=noon(day)),
            "KAZ-h.proof_kept",
        )
    row = marketing_send(world, sent_at=noon(past))
    # last used then
    mark(
        consent(
            world,
            customer_id=row["customer_id"],
            address=row["address"],
            given_at=noon(dt.date(2017, 5, 2)),
        ),
        "KAZ-h.proof_kept",
    )


def _plain_uploads(world: World) -> None:
    mark(upload(world, hashed=False), "KAZ-p.hashed")


def _uploads_without_basis(world: World) -> None:
    for basis in (None, "6_1_b"):  # nobody knows on what, or on the agreement
        mark(upload(world, legal_basis=basis), "KAZ-p.basis")


def _uploads_of_objectors(world: World) -> None:
    check = "KAZ-p.objection"
    for outcome in ("imødekommet", "afslag", None):  # the last is open, and may still be answered
        day = days_after(AS_OF, -40 if outcome else -4)
        row = mark(upload(world, at=noon(day)), check)
        _objection(world, row["customer_id"], received=days_after(day, -1), outcome=outcome)
    row = mark(upload(world, at=noon(_SENT)), check)
    consent(world, customer_id=row["customer_id"], withdrawn_at=noon(_SENT) - _SECOND)


def _untold(world: World) -> None:
    for place in range(4):
        untold = world.customer(start=_EARLY)
        mark_key(world, _TOLD, untold, _MATERIAL)
        match place:
            case 0:
                _notice(world, untold, day=days_after(_CHANGED, 1))
            case 1:
                _notice(world, untold, day=days_after(_CHANGED, -9), status="afvist")
            case 2:
                _notice(world, untold, day=days_after(_CHANGED, -9), policy_version_id=None)
            case _:
                pass  # nothing was sent at all


def _imported_consents(world: World) -> None:
    crowd = customer(world)
    for _ in range(_CROWD):
        mark(
            consent(world, customer_id=crowd, given_at=noon(dt.date(2023, 11, 11))),
            "HYG-consent-import.consent",
        )


def _withdrawn_as_someone_else(world: World) -> None:
    for later in (_SECOND, dt.timedelta(days=300)):
        row = mark(covered_send(world), "HYG-opt-out.marketing_send")
        consent(
            world, address=row["address"], withdrawn_at=noon(_GIVEN) + dt.timedelta(hours=5) + later
        )


LAWFUL: tuple[Callable[[World], None], ...] = (
    _ordinary,
    _lawful_service_messages,
    _lawful_opt_outs,
    _lawful_news,
    _lawful_proof,
    _lawful_uploads,
    _lawful_notices,
    _shared_addresses,
    _small_crowd,
)
DEVIATIONS: dict[str, Callable[[World], None]] = {
    "KAZ-f.typed": _untyped,
    "KAZ-f.no_offers": _offers,
    "KAZ-g.opted_out": _opted_out,
    "KAZ-h.covered": partial(_never_covered, check="KAZ-h.covered"),
    "HYG-marketing.covered": partial(_never_covered, check="HYG-marketing.covered"),
    "KAZ-h.withdrawn": partial(_sent_after_withdrawal, check="KAZ-h.withdrawn"),
    "HYG-marketing.withdrawn": partial(_sent_after_withdrawal, check="HYG-marketing.withdrawn"),
    "KAZ-h.proof": partial(_without_proof, check="KAZ-h.proof"),
    "HYG-marketing.proof": partial(_without_proof, check="HYG-marketing.proof"),
    "KAZ-h.proof_kept": _old_proof,
    "KAZ-p.hashed": _plain_uploads,
    "KAZ-p.basis": _uploads_without_basis,
    "KAZ-p.objection": _uploads_of_objectors,
    _TOLD: _untold,
    "HYG-consent-import.consent": _imported_consents,
    "HYG-opt-out.marketing_send": _withdrawn_as_someone_else,
}
