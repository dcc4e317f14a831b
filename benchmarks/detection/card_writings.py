"""How a card number is written: the ordinary writings of systems and people, and the exotic ones of
broken exports.
"""

from __future__ import annotations

import base64
import json
import random
from collections.abc import Callable

from benchmarks.detection import identifiers
from benchmarks.detection.wording import Wording

Writing = Callable[[random.Random, Wording, str], str]


def groups(number: str, separator: str) -> str:
    """The number in the groups printed on the card: 4-6-5 for fifteen digits, 4-6-4 for fourteen,
    else fours.
    """
    sizes = {15: (4, 6, 5), 14: (4, 6, 4)}.get(len(number), (4,) * -(-len(number) // 4))
    cut, start = [], 0
    for size in sizes:
        cut.append(number[start : start + size])
        start += size
    return separator.join(cut)


def expiry(rng: random.Random) -> str:
    """A month of expiry."""
    return f"{rng.randrange(1, 13):02}/{rng.randrange(26, 32)}"


def _usual(rng: random.Random, number: str) -> str:
    """As people and systems mostly write it."""
    return rng.choices((number, groups(number, " "), groups(number, "-")), weights=(5, 4, 1))[0]


def _said(template: str) -> Writing:
    def write(rng: random.Random, wording: Wording, number: str) -> str:
        return wording.say(rng, template, card=_usual(rng, number), bare=number, expiry=expiry(rng))

    return write


def _object(rng: random.Random, wording: Wording, number: str) -> str:
    written = {
        wording.pick(rng, "json_before"): rng.randrange(1, 9999),
        wording.pick(rng, "card_keys"): _usual(rng, number),
        wording.pick(rng, "json_after"): f"{expiry(rng)}",
    }
    return json.dumps(written, separators=rng.choice(((",", ":"), (", ", ": "))))


def _element(rng: random.Random, wording: Wording, number: str) -> str:
    key = wording.pick(rng, "card_keys")
    return f"<Payment><{key}>{number}</{key}><Amount>{rng.randrange(9, 999)}</Amount></Payment>"


def _escaped(rng: random.Random, wording: Wording, number: str) -> str:
    return json.dumps({"body": _object(rng, wording, number)})


def _thousands(rng: random.Random, _wording: Wording, number: str) -> str:
    return f"{int(number):,}".replace(",", rng.choice(". ,'"))


def _joined(separator: str) -> Writing:
    return lambda _rng, _wording, number: groups(number, separator)


def _zero_width(rng: random.Random, _wording: Wording, number: str) -> str:
    return groups(number, rng.choice(("\u200b", "\u200c", "\u2060", "\u00ad", "\ufeff")))


def _fullwidth(rng: random.Random, _wording: Wording, number: str) -> str:
    zero = rng.choice((0xFF10, 0xFF10, 0x0660))
    return "".join(
        chr(zero + int(digit))
        for digit in rng.choice((number, groups(number, " ")))
        if digit != " "
    )


def _line_break(rng: random.Random, _wording: Wording, number: str) -> str:
    return number[:8] + rng.choice(("\n", "\r\n")) + number[8:]


def _entities(rng: random.Random, _wording: Wording, number: str) -> str:
    if rng.random() < 0.5:
        return groups(number, "&nbsp;")
    return "".join(f"&#{ord(digit)};" for digit in number)


def _percent(rng: random.Random, wording: Wording, number: str) -> str:
    if rng.random() < 0.5:
        return f"{wording.pick(rng, 'card_keys')}={groups(number, '%20')}&exp={expiry(rng).replace('/', '%2F')}"
    return "".join(f"%{ord(digit):02X}" for digit in number)


def _base64(rng: random.Random, wording: Wording, number: str) -> str:
    return base64.b64encode(rng.choice((number, _object(rng, wording, number))).encode()).decode()


def _hex(rng: random.Random, _wording: Wording, number: str) -> str:
    coded = number.encode().hex()
    return rng.choice((coded, coded.upper(), f"0x{coded}"))


def _float(rng: random.Random, _wording: Wording, number: str) -> str:
    if len(number) > 16:
        return f"{number}.0"
    return rng.choice((f"{number}.0", f"{number}.00", f"{int(number):.15e}"))


def _glued(rng: random.Random, wording: Wording, number: str) -> str:
    return wording.say(rng, "{card_glued}", bare=number, expiry=expiry(rng))


def _track_1(rng: random.Random, wording: Wording, number: str) -> str:
    name = f"{wording.pick(rng, 'last_names')}/{wording.pick(rng, 'first_names')}".upper()
    return f"%B{number}^{name}^{rng.randrange(26, 32)}{rng.randrange(1, 13):02}201{identifiers.digits(rng, 10)}?"


def _track_2(rng: random.Random, _wording: Wording, number: str) -> str:
    body = (
        f"{number}={rng.randrange(26, 32)}{rng.randrange(1, 13):02}201{identifiers.digits(rng, 10)}"
    )
    return rng.choice((body, f";{body}?"))


# Writing -> how often, how.
ORDINARY: dict[str, tuple[int, Writing]] = {
    "bare": (22, lambda _rng, _wording, number: number),
    "spaced": (14, _joined(" ")),
    "dashed": (8, _joined("-")),
    "sentence, Danish": (16, _said("{card_danish}")),
    "sentence, English": (9, _said("{card_english}")),
    "JSON": (8, _object),
    "XML": (3, _element),
    "log line": (9, _said("{card_log}")),
    "record": (6, _said("{card_record}")),
    "with expiry": (8, _said("{card_expiry}")),
}
EXOTIC: dict[str, tuple[int, Writing]] = {
    "no-break space": (
        3,
        lambda rng, _wording, number: groups(number, rng.choice("\u00a0\u202f\u2009")),
    ),
    "dots": (3, _joined(".")),
    "en dash": (2, lambda rng, _wording, number: groups(number, rng.choice("\u2013\u2011\u2212"))),
    "full-width": (2, _fullwidth),
    "zero-width": (2, _zero_width),
    "line break": (2, _line_break),
    "HTML entities": (2, _entities),
    "percent-encoded": (2, _percent),
    "base64": (2, _base64),
    "hex": (2, _hex),
    "float": (2, _float),
    "glued": (3, _glued),
    "thousands": (2, _thousands),
    "apostrophe before it": (2, lambda _rng, _wording, number: f"'{number}"),
    "JSON in JSON": (2, _escaped),
    "two spaces, tab, slash, underscore": (
        2,
        lambda rng, _wording, number: groups(number, rng.choice(("  ", "\t", "/", "_"))),
    ),
    "eight and eight": (1, lambda _rng, _wording, number: f"{number[:8]} {number[8:]}"),
    "track 1": (2, _track_1),
    "track 2": (2, _track_2),
}


def write(rng: random.Random, wording: Wording, number: str, writing: str) -> str:
    """The number in that writing."""
    return ({**ORDINARY, **EXOTIC})[writing][1](rng, wording, number)
