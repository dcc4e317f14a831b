"""Text that a cell hides: every writing that exports have, and identifiers of the same characters
that hide none.
"""

from __future__ import annotations

import base64
import random

import pytest

from teleaudit.detectors import Level, find_messages, scan_column
from teleaudit.detectors.sms_encodings import hidden_text, unpack, written_plainly

TEXT = "Hej skat, er du på vej hjem? Jeg har lavet mad"
_ALPHABET = (
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞ\x1bÆæßÉ"
    " !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)


def packed(text: str, *, skip: int = 0) -> bytes:
    """A text as septets of the default alphabet, after so many empty ones."""
    whole = sum(
        _ALPHABET.index(character) << 7 * (place + skip) for place, character in enumerate(text)
    )
    return whole.to_bytes(-(-(len(text) + skip) * 7 // 8), "little")


def deliver(
    data: str,
    *,
    coding: str = "00",
    first: str = "04",
    length: int,
    time: str = "62211221000040",
    address: str = "0A915421436587",
) -> str:
    """An SMS-DELIVER without its service centre."""
    return f"{first}{address}00{coding}{time}{length:02X}{data}"


CENTRE = "06915462510050"
PACKED, WIDE = packed(TEXT).hex().upper(), TEXT.encode("utf-16-be").hex().upper()
HEADER = "050003A70201"
PDUS = {
    "deliver": deliver(PACKED, length=len(TEXT)),
    "deliver with its centre": CENTRE + deliver(PACKED, length=len(TEXT)),
    "centre left empty": "00" + deliver(PACKED, length=len(TEXT)),
    "small letters": (CENTRE + deliver(PACKED, length=len(TEXT))).lower(),
    "ucs-2": deliver(WIDE, coding="08", length=len(WIDE) // 2),
    "eight bits": deliver(TEXT.encode("latin-1").hex(), coding="04", length=len(TEXT)),
    "short text": CENTRE + deliver(packed("Ok").hex(), length=2),
    "alphanumeric sender": deliver(
        PACKED, length=len(TEXT), address="0AD0" + packed("Bizzy").hex()
    ),
    "part of a longer one": deliver(
        (bytes.fromhex(HEADER) + bytes(2)).hex()[: len(HEADER)] + packed(TEXT, skip=7)[6:].hex(),
        first="44",
        length=len(TEXT) + 7,
    ),
    "submit": f"0100 0A915421436587 0000 {len(TEXT):02X}{PACKED}".replace(" ", ""),
    "submit with a validity": f"{CENTRE}1100 0A915421436587 0000AA {len(TEXT):02X}{PACKED}".replace(
        " ", ""
    ),
}


@pytest.mark.parametrize("form", PDUS)
def test_a_pdu_is_read_with_or_without_its_centre(form: str) -> None:
    encoding, text = hidden_text(PDUS[form])
    assert encoding == "pdu"
    assert text in {TEXT, "Ok"}


BROKEN = {
    "too short": PDUS["deliver"][:-4],
    "too long": PDUS["deliver"] + "0000",
    "no such month": deliver(PACKED, length=len(TEXT), time="62311221000040"),
    "no such hour": deliver(PACKED, length=len(TEXT), time="62211242000040"),
    "an address of letters": deliver(PACKED, length=len(TEXT), address="0A91AB21436587"),
    "compressed": deliver(PACKED, coding="20", length=len(TEXT)),
    "a status report": deliver(PACKED, length=len(TEXT), first="06"),
    "binary": deliver(bytes(range(128, 168)).hex(), coding="04", length=40),
}


@pytest.mark.parametrize("form", BROKEN)
def test_what_is_not_built_like_a_pdu_is_none(form: str) -> None:
    assert hidden_text(BROKEN[form])[0] != "pdu"


def test_septets_are_unpacked_with_their_extensions() -> None:
    assert unpack(packed("Æblegrød på ØÅ\x1be!")) == "Æblegrød på ØÅ€!"
    # seven octets hold eight septets: the last fills up
    assert unpack(packed("sytegn!")) == "sytegn!"


HIDDEN = {
    "gsm7": [PACKED, PACKED.lower(), "0x" + PACKED, HEADER + packed(TEXT, skip=7)[6:].hex().upper()],
    "ucs2": [WIDE, WIDE.lower(), "FEFF" + WIDE, TEXT.encode("utf-16").hex(), TEXT.encode("utf-16-le").hex(), HEADER + WIDE,
             "Я уже дома".encode("utf-16-be").hex(), "انا في البيت".encode("utf-16-be").hex(), "Ja tak 😀".encode("utf-16-be").hex()],
    "hex": [TEXT.encode().hex(), "0x" + TEXT.encode().hex(), f"x'{TEXT.encode().hex()}'", "\\x" + TEXT.encode().hex(),
            TEXT.encode().hex(" "), TEXT.encode().hex(":"), TEXT.encode("latin-1").hex(),
            "".join(f"\\x{octet:02x}" for octet in TEXT.encode()), "".join(f"={octet:02X}" for octet in TEXT.encode()),
            "".join(f"%{octet:02X}" for octet in TEXT.encode()), "Я уже дома, жду".encode().hex()],
    "base64": [base64.b64encode(octets).decode() for octets in (TEXT.encode(), TEXT.encode("latin-1"), TEXT.encode("utf-16-le"), TEXT.encode("utf-16-be"), TEXT.encode("utf-16"))],
    "escaped": ["".join(f"\\u{ord(character):04x}" for character in TEXT), "".join(f"&#{ord(character)};" for character in TEXT)],
    "picture": [
        *(base64.b64encode(magic + bytes(40)).decode()
          for magic in (b"\xff\xd8\xff\xe1", b"\x89PNG\r\n\x1a\n", b"GIF89a", b"RIFF\0\0\0\0WEBP", b"\0\0\0\x18ftypheic", b"\0\0\0 ftyp3gp5", b"#!AMR\n")),
        "ffd8ffe000104a46494600010100000100010000", "0x89504E470D0A1A0A0000000D49484452", "0000001866747970336770350000000033677035",
        "data:image/jpeg;base64," + base64.b64encode(b"\xff\xd8\xff\xe0" + bytes(40)).decode(),
    ],
}  # fmt: skip
CELLS = [(encoding, place) for encoding, cells in HIDDEN.items() for place in range(len(cells))]


@pytest.mark.parametrize(("encoding", "place"), CELLS)
def test_hidden_text_is_found(encoding: str, place: int) -> None:
    found, text = hidden_text(HIDDEN[encoding][place])
    assert found == encoding
    assert encoding == "picture" or text in {
        TEXT,
        "Я уже дома",
        "Я уже дома, жду",
        "انا في البيت",
        "Ja tak 😀",
    }


WRITTEN = {
    "url_encoded": [
        "Hej+skat%2C+er+du+p%C3%A5+vej",
        "Hej%20skat%2C%20er%20du%20p%C3%A5%20vej",
        "kan+du+ringe+til+mig",
    ],
    "quoted_printable": ["Hej skat, er du p=C3=A5 vej", "Hej=20skat,=20er=20du=20p=E5=20vej"],
    "html_entities": [
        "Hej skat, er du p&aring; vej",
        "Hej&nbsp;skat,&nbsp;er&nbsp;du&nbsp;p&#229;&nbsp;vej",
    ],
    "json_escaped": ["Hej skat, er du p\\u00e5 vej", "Hej\\nskat\\ner\\ndu\\nhjemme?"],
}


@pytest.mark.parametrize("text", [text for texts in WRITTEN.values() for text in texts])
def test_text_that_is_written_otherwise_is_read_like_any_other(text: str) -> None:
    (writing,) = (name for name, texts in WRITTEN.items() if text in texts)
    assert written_plainly(text)[0] == writing
    assert [hit.reason for hit in find_messages(text)] == [writing]


def _digits(dice: random.Random, count: int) -> str:
    return "".join(dice.choices("0123456789", k=count))


def _semi(digits: str) -> str:
    filled = digits + "F" * (len(digits) % 2)
    return "".join(filled[place + 1] + filled[place] for place in range(0, len(filled), 2))


def identifiers(dice: random.Random) -> list[str]:
    """One of every kind that a telecom export writes with the same characters."""
    octets = dice.randbytes
    return [
        octets(dice.randint(10, 140)).hex(),
        octets(16).hex(),
        octets(32).hex().upper(),
        _digits(dice, dice.randint(12, 40)),
        _semi("35" + _digits(dice, 13)),
        _semi("23820" + _digits(dice, 10)),
        _semi("8945" + _digits(dice, 16)),
        f"8232F810{octets(2).hex()}32F8100{octets(4).hex()[1:]}",
        (
            f"30{dice.randint(40, 90):02X}8001{octets(1).hex()}8308{_semi('23820' + _digits(dice, 10))}840791{octets(4).hex()}"
        ),
        f"840791{_semi('45' + _digits(dice, 8))}850926{_digits(dice, 10)}2B0100{octets(20).hex()}",
        octets(dice.choice([8, 16, 20])).hex(":"),
        base64.b64encode(octets(dice.randint(9, 48))).decode(),
        "".join(
            dice.choices(
                "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789",
                k=dice.choice([12, 16, 20, 24]),
            )
        ),
    ]


def test_chance_makes_text_of_less_than_one_identifier_in_ten_thousand() -> None:
    dice = random.Random(5)  # noqa: S311 - invented identifiers
    cells = [cell for _ in range(1_000) for cell in identifiers(dice)]
    assert sum(hidden_text(cell)[0] != "" for cell in cells) <= len(cells) / 10_000


def test_what_follows_the_beginning_of_a_picture_may_be_anything() -> None:
    assert hidden_text(HIDDEN["picture"][0][:40] + "ø\udc80")[0] == "picture"


def test_a_long_cell_takes_time_by_its_length() -> None:
    for piece in (
        "48656A20",
        "00480065",
        "SGVqIHNr",
        "C8F71D14",
        "\\u0048",
        "=48",
        "%48",
        "48 ",
        "a+",
        "&#72;",
        "id:1 text:",
        'body="',
        "{",
        "ø ",
        "07",
        "\udc80",
    ):
        find_messages(piece * 200_000, field="body")


MOMENTS = [
    "2026020702210071",  # with hundredths
    "2026021804450491",
    "20260218044504912",
    "20260410022600630161",
    "260412040901",
    "250418044304",
    "0xDE2026021804450491"[4:],
    "20 26 02 18 04 45 04 91 20 26 02",
]


@pytest.mark.parametrize("moment", MOMENTS)
def test_digits_are_no_text(moment: str) -> None:
    assert hidden_text(moment) == ("", "")
    assert scan_column([moment] * 3, name="start_ts").level is None


def test_digits_of_a_short_text_are_one_only_where_a_name_says_so() -> None:
    digits = "Fedt".encode("utf-16-be").hex()
    assert digits.isdecimal()
    assert [hit.level for hit in find_messages(digits)] == [Level.REVIEW]
    assert [hit.level for hit in find_messages(digits, field="sms_text")] == [Level.CONFIRMED]


@pytest.mark.parametrize(
    "text",
    ["Hej", "Ja tak", "Nej!", "Fedt nok", "Cześć, jak się masz", "Çok güzel", "Καλημέρα σε όλους"],
)
def test_a_short_text_in_sixteen_bits_is_found(text: str) -> None:
    assert hidden_text(text.encode("utf-16-be").hex().upper()) == ("ucs2", text)


@pytest.mark.parametrize(
    "digits",
    [
        "004104d11e65",
        "0004f200ba03",
        "00cb1efa006b",
        "cb13e80f7284d52fc6ba4c",
        "413e288e02c10178d39a51",
    ],
)
def test_letters_that_no_word_has_beside_each_other_are_chance(digits: str) -> None:
    assert hidden_text(digits) == ("", "")


def test_chance_makes_text_of_less_than_one_short_id_in_a_million() -> None:
    dice = random.Random(9)  # noqa: S311 - invented ids
    cells = (
        f"{dice.getrandbits(4 * length):0{length}x}"
        for length in (12, 16, 20, 22, 24, 32)
        for _ in range(40_000)
    )
    assert [cell for cell in cells if hidden_text(cell)[0]] == []
