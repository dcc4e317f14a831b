"""Text messages as networks carry them: UCS-2 and GSM-7 in hex, PDUs, base64, receipts, parts of
multimedia messages.

The alphabet is that of 3GPP TS 23.038, the frames those of TS 23.040; receipts are in the form of
SMPP 3.4, appendix B.
"""

from __future__ import annotations

import base64
import random
import string

from benchmarks.detection import identifiers

_GSM = (
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞ\x1bÆæßÉ"
    " !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_SEPTETS = {character: place for place, character in enumerate(_GSM)}
_DELIVER = "04"  # SMS-DELIVER, no more messages to send
_SUBMIT = "11"  # SMS-SUBMIT with a relative validity period


def in_gsm(text: str) -> str:
    """The text with a question mark for what the alphabet lacks."""
    return "".join(character if character in _SEPTETS else "?" for character in text)


def gsm7(text: str) -> str:
    """The text packed, seven bits a character, as hex digits."""
    bits = sum(_SEPTETS[character] << (7 * place) for place, character in enumerate(in_gsm(text)))
    return bits.to_bytes((7 * len(text) + 7) // 8, "little").hex().upper()


def ucs2(text: str) -> str:
    """The text in UCS-2 as hex digits."""
    return text.encode("utf-16-be").hex().upper()


def _semi_octets(number: str) -> str:
    filled = number + "F" * (len(number) % 2)
    return "".join(filled[place + 1] + filled[place] for place in range(0, len(filled), 2))


def _peer(rng: random.Random) -> str:
    number = "45" + rng.choice("2345679") + identifiers.digits(rng, 7)
    return f"{len(number):02X}91{_semi_octets(number)}"


def _body(text: str) -> tuple[str, str]:
    """Coding scheme, and length with data, of a text short enough for one message."""
    if all(character in _SEPTETS for character in text):
        return "00", f"{len(text[:160]):02X}{gsm7(text[:160])}"
    coded = ucs2(text[:60])
    return "08", f"{len(coded) // 2:02X}{coded}"


def deliver(rng: random.Random, text: str) -> str:
    """What a handset receives: service centre, sender, moment, text."""
    coding, data = _body(text)
    centre = f"0791{_semi_octets('45' + identifiers.digits(rng, 8))}F0"[:16]
    at = identifiers.moment(rng)
    stamp = _semi_octets(f"{at:%y%m%d%H%M%S}") + "40"
    return centre + _DELIVER + _peer(rng) + "00" + coding + stamp + data


def submit(rng: random.Random, text: str) -> str:
    """What a handset sends: no service centre, reference, receiver, validity, text."""
    coding, data = _body(text)
    return "00" + _SUBMIT + f"{rng.randrange(256):02X}" + _peer(rng) + "00" + coding + "AA" + data


def in_base64(text: str) -> str:
    """The text in UTF-8, base64."""
    return base64.b64encode(text.encode()).decode()


def receipt(rng: random.Random, text: str) -> str:
    """A delivery receipt; what follows ``text:`` is the first twenty characters of what was sent,
    or nothing.
    """
    at = identifiers.moment(rng)
    return (
        f"id:{rng.getrandbits(40):010X} sub:001 dlvrd:001 submit date:{at:%y%m%d%H%M} done"
        f" date:{at:%y%m%d%H%M} stat:{rng.choice(('DELIVRD', 'DELIVRD', 'EXPIRED', 'UNDELIV'))}"
        f" err:000 text:{text[:20]}"
    )


def text_part(rng: random.Random, text: str) -> str:
    """The text part of a multimedia message."""
    return (
        "Content-Type: text/plain; charset=utf-8\nContent-ID:"
        f" <{rng.randrange(1, 99)}.txt>\n\n{text}"
    )


def picture_part(rng: random.Random, text: str) -> str:  # noqa: ARG001 (a part like the others)
    """The beginning of a picture, base64."""
    start = rng.choice(
        (
            b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01\x01\x00\x00\x01",
            b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00",
        )
    )
    return base64.b64encode(start + rng.randbytes(60)).decode()


def slides(rng: random.Random, text: str) -> str:
    """The page that shows a multimedia message's parts."""
    name = "".join(rng.choices(string.ascii_lowercase, k=6))
    return (
        '<smil><head><layout><root-layout/></layout></head><body><par dur="5000ms"><img'
        f' src="{name}.jpg"/><text src="{name}.txt" alt="{text[:12]}"/></par></body></smil>'
    )
