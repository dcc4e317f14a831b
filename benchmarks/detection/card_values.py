"""Values about payment cards: numbers of every network in every writing, and what telecom exports
hold that looks like them.
"""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterator

from benchmarks.detection import card_writings, identifiers
from benchmarks.detection.corpus import Value, place, share
from benchmarks.detection.wording import Wording

_ORDINARY = 2800
_EXOTIC = 1850
_APART = 60
# Public test numbers, as their publishers list them (shared among all payment test suites; all pass
# Luhn).
TEST_CARDS = (
    "4111111111111111",
    "4242424242424242",
    "5555555555554444",
    "378282246310005",
    "6011111111111117",
    "30569309025904",
    "3530111333300000",
    "5019717010103742",
)

# Look-alike -> how many, the list of its fields, the list of sentences about it, how it is drawn.
Decoy = tuple[int, str, str, identifiers.Draw]


def decoys(rng: random.Random) -> dict[str, Decoy]:
    """The look-alikes of one corpus, whose devices share a few types."""
    known = identifiers.tacs(rng)
    draw = identifiers
    return {
        "IMEI": (950, "fields_imei", "said_imei", lambda r: draw.imei(r, known)),
        "IMEI with spare digit": (
            150,
            "fields_imei",
            "said_imei",
            lambda r: draw.imei_on_the_wire(r, known),
        ),
        "IMEISV": (700, "fields_imeisv", "said_imeisv", lambda r: draw.imeisv(r, known)),
        "ICCID": (800, "fields_iccid", "said_iccid", draw.iccid),
        "ICCID with filler": (150, "fields_iccid", "said_iccid", draw.raw_iccid),
        "IMSI": (700, "fields_imsi", "said_imsi", draw.imsi),
        "MSISDN, Danish": (700, "fields_msisdn", "said_msisdn", draw.msisdn_dk),
        "MSISDN, abroad": (550, "fields_msisdn", "said_msisdn", draw.msisdn_abroad),
        "dialled digits": (100, "fields_msisdn", "said_msisdn", draw.dialled),
        "FI line": (450, "fields_slip", "said_slip", draw.slip_line),
        "FI id 71": (350, "fields_slip", "said_slip", draw.slip_71),
        "FI id 75/04/15": (300, "fields_slip", "said_slip", draw.slip_16),
        "FI id that begins with 4 or 5": (80, "fields_slip", "said_slip", draw.slip_16_like_a_card),
        "OCR reference": (200, "fields_ocr", "said_slip", draw.ocr),
        "GLN": (300, "fields_gln", "said_gln", draw.gln),
        "GSRN": (150, "fields_gsrn", "said_gsrn", draw.gsrn),
        "EID": (150, "fields_eid", "said_eid", draw.eid),
        "UUID": (300, "fields_uuid", "said_order", draw.uuid),
        "order or case": (500, "fields_order", "said_order", draw.order),
        "order, 16 random digits": (250, "fields_order", "said_order", draw.random_16),
        "session, yymmddhhmmss first": (300, "fields_session", "said_session", draw.session),
        "yyyymmddhhmmss": (300, "fields_time", "said_time", draw.stamp_14),
        "epoch s": (150, "fields_time", "said_time", draw.epoch),
        "epoch ms": (250, "fields_time", "said_time", lambda r: draw.epoch(r, 1_000)),
        "epoch µs": (200, "fields_time", "said_time", lambda r: draw.epoch(r, 1_000_000)),
        "bank account": (250, "fields_account", "said_account", draw.account),
        "IBAN": (180, "fields_iban", "said_account", draw.iban),
        "masked card": (400, "fields_masked", "said_masked", draw.masked),
        "call id": (300, "fields_call_id", "said_call_id", draw.call_id),
        "hash": (180, "fields_hash", "said_hash", draw.digest),
        "coordinates": (150, "fields_coordinates", "said_coordinates", draw.coordinates),
        "amount": (180, "fields_amount", "said_amount", draw.amount),
        "P-number": (120, "fields_p_number", "said_p_number", draw.p_number),
        "CVR": (120, "fields_cvr", "said_cvr", draw.cvr),
        "card with a mistyped digit": (150, "fields_near", "said_near", draw.near_card),
        "lost to a spreadsheet": (60, "fields_excel", "said_excel", draw.excel_loss),
        "voucher": (150, "fields_voucher", "said_voucher", draw.voucher),
    }


# decided by name or sentence alone, so never bare in a nameless field
AMBIGUOUS = frozenset({"FI id that begins with 4 or 5"})


def draw(rng: random.Random, words: Wording, size: float) -> Iterator[Value]:
    """Cards, decoys, and what is counted apart."""
    yield from _cards(rng, words, share(_ORDINARY, size), card_writings.ORDINARY, ordinary=True)
    yield from _cards(rng, words, share(_EXOTIC, size), card_writings.EXOTIC, ordinary=False)
    for what, (count, fields, said, make) in decoys(rng).items():
        for _ in range(share(count, size)):
            yield decoy(
                rng,
                words,
                section="card",
                what=what,
                fields=fields,
                said=said,
                made=make(rng),
                named=what in AMBIGUOUS,
            )
    for number in TEST_CARDS:
        yield Value(
            section="card",
            text=number,
            field=words.pick(rng, "neutral_fields"),
            holds=True,
            writing="bare",
            look_alike="public test number",
            scored=False,
        )
    for _ in range(share(_APART, size)):
        yield Value(
            section="card",
            text=identifiers.overexposed(rng),
            field=words.pick(rng, "fields_masked"),
            holds=True,
            writing="bare",
            look_alike="masked too little",
            scored=False,
        )


def _cards(
    rng: random.Random,
    words: Wording,
    count: int,
    writings: dict[str, tuple[int, card_writings.Writing]],
    *,
    ordinary: bool,
) -> Iterator[Value]:
    names, weights = list(writings), [weight for weight, _ in writings.values()]
    for _ in range(count):
        number, network = identifiers.card(rng)
        writing = rng.choices(names, weights=weights)[0]
        told_by_itself = writing in {
            "sentence, Danish",
            "sentence, English",
            "JSON",
            "XML",
            "log line",
            "record",
        }
        fields = (
            {"neutral_fields": 1}
            if told_by_itself
            else {"card_fields": 40, "neutral_fields": 56, "misleading_fields": 4}
        )
        text = card_writings.write(rng, words, number, writing)
        yield Value(
            section="card",
            text=text,
            field=place(rng, words, fields),
            holds=True,
            writing=writing,
            network=network,
            ordinary=ordinary,
        )


def decoy(
    rng: random.Random,
    words: Wording,
    *,
    section: str,
    what: str,
    fields: str,
    said: str,
    made: str,
    named: bool = False,
) -> Value:
    """A look-alike in the contexts in which the real thing stands: alone, in a sentence, in JSON, a
    log line, a record.
    """
    writing = rng.choices(
        ("bare", "bare, neutral field", "sentence", "JSON", "log line", "record"),
        weights=(42, 0 if named else 24, 16, 8, 8, 0 if named else 3),
    )[0]
    key = words.pick(rng, fields)
    write: dict[str, Callable[[], str]] = {
        "sentence": lambda: words.say(rng, f"{{{said}}}", value=made),
        "JSON": lambda: json.dumps(
            {
                words.pick(rng, "json_before"): rng.randrange(1, 9999),
                key: made,
                "created": words.say(rng, "{stamp}"),
            }
        ),
        "log line": lambda: words.say(rng, "{value_log}", key=key, value=made),
        "record": lambda: words.say(rng, "{value_record}", value=made),
    }
    text = write[writing]() if writing in write else made
    return Value(
        section=section,
        text=text,
        field=key if writing == "bare" else words.pick(rng, "neutral_fields"),
        holds=False,
        writing=writing.split(",")[0],
        look_alike=what,
    )
