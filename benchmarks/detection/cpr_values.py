"""Values about people's CPR numbers, and the ten digits that look like them."""

from __future__ import annotations

import base64
import json
import random
from collections.abc import Callable, Iterator

from benchmarks.detection import card_values, identifiers
from benchmarks.detection.corpus import Value, place, share
from benchmarks.detection.wording import Wording

_COUNT = 1600
_OPEN = {"cpr_fields": 45, "neutral_fields": 55}
_NAMED = {"cpr_fields": 1}
_TOLD = {"neutral_fields": 1}
Writing = Callable[[random.Random, Wording, str], str]


def dashed(number: str, dash: str = "-") -> str:
    """The ten digits with a dash after the date."""
    return f"{number[:6]}{dash}{number[6:]}"


def _usual(rng: random.Random, number: str) -> str:
    return rng.choices((dashed(number), number, dashed(number, " ")), weights=(6, 3, 1))[0]


def _said(template: str) -> Writing:
    return lambda rng, words, number: words.say(rng, template, cpr=_usual(rng, number))


def _object(rng: random.Random, words: Wording, number: str) -> str:
    return json.dumps(
        {
            words.pick(rng, "json_before"): rng.randrange(1, 9999),
            words.pick(rng, "cpr_keys"): _usual(rng, number),
            "by": words.pick(rng, "towns"),
        },
        ensure_ascii=False,
    )


# Writing -> how often, in which fields, how, whether ordinary.
WRITINGS: dict[str, tuple[int, dict[str, int], Writing, bool]] = {
    "dashed": (26, _OPEN, lambda _r, _w, number: dashed(number), True),
    "bare": (18, _OPEN, lambda _r, _w, number: number, True),
    "spaced": (5, _OPEN, lambda _r, _w, number: dashed(number, " "), True),
    "sentence, Danish": (18, _TOLD, _said("{cpr_danish}"), True),
    "sentence without the word": (6, _TOLD, _said("{cpr_plain}"), True),
    "sentence, English": (5, _TOLD, _said("{cpr_english}"), True),
    "JSON": (6, _TOLD, _object, True),
    "log line": (5, _TOLD, _said("{cpr_log}"), True),
    "record": (5, _TOLD, _said("{cpr_record}"), True),
    "leading zero lost": (3, _NAMED, lambda _r, _w, number: number.lstrip("0"), True),
    "en dash": (
        2,
        _OPEN,
        lambda rng, _w, number: dashed(number, rng.choice("\u2013\u2011\u2212")),
        False,
    ),
    "no-break space": (1, _OPEN, lambda _r, _w, number: dashed(number, "\u00a0"), False),
    "full-width": (
        1,
        _OPEN,
        lambda _r, _w, number: "".join(chr(0xFF10 + int(digit)) for digit in number),
        False,
    ),
    "float": (1, _NAMED, lambda _r, _w, number: f"{number}.0", False),
    "dash between spaces": (3, _OPEN, lambda _r, _w, number: dashed(number, " - "), True),
    "dot or slash": (2, _OPEN, lambda rng, _w, number: dashed(number, rng.choice("./")), False),
    "apostrophe before it": (2, _OPEN, lambda _r, _w, number: f"'{number}", False),
    "glued": (
        2,
        _TOLD,
        lambda rng, _w, number: f"{rng.choice(('cpr', 'CPR', 'cprnr', 'personnr'))}{number}",
        False,
    ),
    "zero-width": (
        1,
        _OPEN,
        lambda rng, _w, number: dashed(number, rng.choice("\u200b\u00ad\u2060")),
        False,
    ),
    "HTML entities": (
        1,
        _OPEN,
        lambda rng, _w, number: dashed(number, rng.choice(("&#45;", "&ndash;", "&nbsp;"))),
        False,
    ),
    "percent-encoded": (
        1,
        _TOLD,
        lambda rng, _w, number: f"{rng.choice(('cpr', 'ssn'))}={dashed(number, '%2D')}&ok=1",
        False,
    ),
    "base64": (
        2,
        _OPEN,
        lambda _r, _w, number: base64.b64encode(dashed(number).encode()).decode(),
        False,
    ),
    "replacement number": (2, _NAMED, lambda _r, _w, number: dashed(number), True),
}

DECOYS: dict[str, card_values.Decoy] = {
    "epoch s": (500, "fields_time", "said_time", identifiers.epoch),
    "yymmddhhmm": (250, "fields_time", "said_time", identifiers.minute_first),
    "ddmmyy-hhmm": (200, "fields_day_and_time", "said_day_and_time", identifiers.day_and_time),
    "phone with 45": (500, "fields_msisdn", "said_msisdn", identifiers.phone_10),
    "phone, Danish": (300, "fields_msisdn", "said_msisdn", identifiers.msisdn_dk),
    "P-number": (250, "fields_p_number", "said_p_number", identifiers.p_number),
    "Swedish personnummer": (100, "fields_swedish", "said_swedish", identifiers.swedish),
    "order, ten digits": (500, "fields_ten", "said_ten", identifiers.ten_digits),
    "CVR": (150, "fields_cvr", "said_cvr", identifiers.cvr),
    "masked CPR": (120, "cpr_fields", "cpr_danish_value", identifiers.masked_cpr),
    "date that does not exist": (100, "fields_ten", "said_ten", identifiers.wrong_date),
    "bank account": (120, "fields_account", "said_account", identifiers.account),
    "call id": (200, "fields_call_id", "said_call_id", identifiers.call_id),
    "IMEI": (150, "fields_imei", "said_imei", lambda rng: identifiers.imei(rng, ("35", "86"))),
    "IMSI": (150, "fields_imsi", "said_imsi", identifiers.imsi),
    "FI line": (120, "fields_slip", "said_slip", identifiers.slip_line),
    "UUID": (100, "fields_uuid", "said_order", identifiers.uuid),
    "amount": (100, "fields_amount", "said_amount", identifiers.amount),
    "hash": (80, "fields_hash", "said_hash", identifiers.digest),
}


def draw(rng: random.Random, words: Wording, size: float) -> Iterator[Value]:
    """CPR numbers and their decoys."""
    names, weights = list(WRITINGS), [weight for weight, _, _, _ in WRITINGS.values()]
    for _ in range(share(_COUNT, size)):
        writing = rng.choices(names, weights=weights)[0]
        _, fields, write, ordinary = WRITINGS[writing]
        yield Value(
            section="cpr",
            text=write(rng, words, number(rng, writing)),
            field=place(rng, words, fields),
            holds=True,
            writing=writing,
            ordinary=ordinary,
        )
    for what, (count, fields_of, said, make) in DECOYS.items():
        for _ in range(share(count, size)):
            yield card_values.decoy(
                rng, words, section="cpr", what=what, fields=fields_of, said=said, made=make(rng)
            )


def number(rng: random.Random, writing: str) -> str:
    """An invented number that can be written so."""
    if writing == "replacement number":
        return identifiers.replacement_cpr(rng)
    made = identifiers.cpr(rng)
    while writing == "leading zero lost" and made[0] != "0":
        made = identifiers.cpr(rng)
    return made
