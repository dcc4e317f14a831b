"""Text and pictures that a cell hides in another encoding: near-certain by itself, because nothing
else has a reason to read like text once decoded.

Source: 3GPP TS 23.038 (GSM 7-bit default alphabet with its extension table, packing, data coding
scheme); 3GPP TS 23.040 (SMS-DELIVER and SMS-SUBMIT, user data header); RFC 2045 (quoted-printable,
base64); magic numbers of JPEG, PNG, GIF, WebP (RFC 9649), the ISO base media file format (3GP, MP4,
HEIC) and AMR (RFC 4867).

A cell is accepted when 97 % of what it decodes to are characters that people type, with lower-case
letters (or a script that has none) and spaces.
A short text must consist of words besides: letters of one script, capitals where words begin, and
beside each other the letters that stand so in words.
Left out:
1. Packed septets and characters of fewer than ten octets, and what is decimal digits only: moments,
   counters and identifiers in BCD would pass. Digits of which
   every other two are zeros may be UCS-2 of a short text; they are told apart (``ucs2_digits``),
   because only a name or a person can say so.
2. The national language shift tables of 3GPP TS 23.038 and compressed text.
3. Status reports and commands: they hold no text.
4. Encrypted content.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator
from functools import cache, lru_cache
from html import unescape
from itertools import pairwise
from quopri import decodestring
from urllib.parse import unquote_plus

from teleaudit.detectors.message_words import neighbours
from teleaudit.detectors.writings import LONGEST_ENCODED, bytes_of_base64

MESSAGE_CHARACTERS = 0.97  # share of decoded characters that people type
SHORTEST = 12  # characters of a cell that may hide text
_LONG_ENOUGH = 60
_ENOUGH_WITHOUT_SPACE = 6  # characters of a script without capitals that stand for themselves

# 3GPP TS 23.038, 6.2.1 and 6.2.1.1; 0x1B leads to the extension table.
_ALPHABET = (
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞ\x1bÆæßÉ"
    " !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_EXTENSION = {
    0x0A: "\n",
    0x14: "^",
    0x28: "{",
    0x29: "}",
    0x2F: "\\",
    0x3C: "[",
    0x3D: "~",
    0x3E: "]",
    0x40: "|",
    0x65: "€",
}

# Expressions that every hidden text meets. The prefilter is made of the same: no look-around, no
# backslash.
_X = "[0-9A-Fa-f]"


def _nibble(allowed: str) -> str:
    return "[" + allowed + "".join(digit.lower() for digit in allowed if digit.isalpha()) + "]"


def _gsm7() -> str:
    """Packed septets: the header of a part, or a letter and most of a group of small letters,
    digits and spaces.

    They have a bit of their own set; of the first two groups of eight septets one has, but for one
    septet, no other characters.
    """
    odd, high, third, second = (
        _nibble(digits) for digits in ("13579BDF", "89ABCDEF", "4567CDEF", "2367ABEF")
    )
    # septets 1-7; 5 and 6 share an octet
    pieces = (
        f"{odd}{_X}",
        f"{_X}{high}",
        f"{_X}{third}",
        f"{_X}{second}",
        f"{_X}{odd}",
        f"{high}{_X}",
        f"{third}{_X}",
    )
    octets = [f"{_X}{_X}", *pieces[:4], f"{high}{odd}", pieces[6]]
    groups = []
    for loose in range(1, 8):
        one = list(octets)
        if loose in {5, 6}:
            one[5] = pieces[5] if loose == 5 else pieces[4]
        else:
            one[loose if loose < 5 else 6] = f"{_X}{_X}"
        groups.append("".join(one))
    letter = _nibble("4567CDEF")
    one_exception = "|".join(groups)
    parts = f"050003{_X}{{6}}{_X}*|060804{_X}{{8}}{_X}*"
    rest = "|".join(group[len(_X) * 2 :] for group in groups)
    return f"{parts}|{letter}{_X}(?:{rest}|{_X}{{12}}(?:{one_exception})){_X}*"


def _pdu() -> str:
    """A service centre of decimal semi-octets or none; then the first octet, an address and, of
    SMS-DELIVER, a time.
    """
    centre = "(?:00|0[2-9A-Ca-c][89A-Da-d][0-9](?:[0-9Ff][0-9]){1,11})?"
    address = "(?:0[1-9A-Fa-f]|1[0-4])[89A-Da-d][0-9]"
    time = "[0-9][01][0-9][0-3][0-9][0-2][0-9][0-5][0-9][0-5][0-9][0-9A-Fa-f]"
    delivered = f"[02468ACEace][048Cc]{address}{_X}{{6,30}}{time}"
    submitted = f"[02468ACEace1357BDFbdf][159Dd]{_X}{_X}{address}"
    return f"{centre}(?:{delivered}|{submitted}){_X}{{6}}{_X}*"


UCS2 = "(?:[Ff][Ee][Ff][Ff])?(?:0[0-7][0-9A-Fa-f]{2}|1[Ee][0-9A-Fa-f]{2}|2[0-9A-Fa-f]{3}|[Dd][89A-Fa-f][0-9A-Fa-f]{2}|[Ff][Ee]0[Ff]){3,}"
UCS2_LITTLE = "(?:[Ff][Ff][Ff][Ee])?(?:[0-9A-Fa-f]{2}0[0-7]|[0-9A-Fa-f]{2}1[Ee]|[0-9A-Fa-f]{2}2[0-9A-Fa-f]|[0-9A-Fa-f]{2}[Dd][89A-Fa-f]|0[Ff][Ff][Ee]){3,}"
BYTES = (  # UTF-8 or ISO 8859-1
    "(?:[2-7][0-9A-Fa-f]|0[AaDd]|[Cc][2-58-9AaBb][89AaBb][0-9A-Fa-f]|[Dd][0189AaBb][89AaBb][0-9A-Fa-f]|[Ee]2[89AaBb][0-9A-Fa-f]{3}"
    "|[Ff]09[0-9A-Fa-f]{5}|[CcEe][4-9A-Fa-f]|[FfDd][468CcAa]){10,}"
)
BASE64 = (
    "(?:[CDI-Za-z0245689+/][A-Za-z0-9+/]{3}){3,}(?:[A-Za-z0-9+/]{2}(?:==)?|[A-Za-z0-9+/]{3}=?)?"
)
# two of three octets are zero, or one
_WIDE = "[A-Za-z0-9+/][AQgw][A-D][A-Za-z0-9+/]", "A[A-P][AEIMQUYcgkosw048]A"
BASE64_WIDE = f"(?:/[/v][A-Za-z0-9+/]{{2}})?(?:(?:{_WIDE[0]}{_WIDE[1]}){{2,}}(?:{_WIDE[0]})?|(?:{_WIDE[1]}{_WIDE[0]}){{2,}}(?:{_WIDE[1]})?)(?:[A-Za-z0-9+/]{{2,3}}={{0,2}})?"
PICTURE = "(?:data:[a-z]+/[a-z0-9.+-]+;base64,)?(?:/9j/|iVBORw0KGgo|R0lGOD|UklGR|AAAA[A-Za-z0-9+/][GWm2]Z0eX|IyFBTV)[A-Za-z0-9+/]{20}"
PICTURE_BYTES = "(?:0x|[\\\\]x)?(?:[Ff][Ff][Dd]8[Ff][Ff][DdEe]|89504[Ee]470[Dd]0[Aa]|47494638|52494646[0-9A-Fa-f]{8}57454250|000000[0-9A-Fa-f]{2}66747970|2321414[Dd]52)[0-9A-Fa-f]{20}"
_GAPS = "[ :-]"
HEX_PAIRS = f"{_X}{{2}}(?:{_GAPS}{_X}{{2}}){{9}}"
ESCAPED_BYTES = "(?:(?:[\\\\]x|=|%)[0-9A-Fa-f]{2}){8}"
ESCAPED_CHARACTERS = "(?:[\\\\]u[0-9A-Fa-f]{4}){4}|(?:&#[0-9]{2,6};|&#x[0-9A-Fa-f]{2,5};){4}"
_GSM7, _PDU = _gsm7(), _pdu()
_BEFORE_HEX = "(?:0x|[\\\\]x|[xX]')?"
HEX_CELL = f"{_BEFORE_HEX}{_X}*'?"
# Asked one by one: together they make an automaton too large to keep.
HEX = (
    f"^{_BEFORE_HEX}(?:{UCS2}|{UCS2_LITTLE}|{BYTES}|{_PDU}){_X}{{0,8}}'?$",
    f"^{_BEFORE_HEX}(?:{_GSM7})'?$",
)
OTHERS = (f"^(?:{BASE64}|{BASE64_WIDE})$", f"^(?:{HEX_PAIRS}|{ESCAPED_BYTES}|{ESCAPED_CHARACTERS})")
# characters of a cell that the prefilter asks these about: whole units of every encoding, and few
# enough for an engine that tries them by recursion
PREFIX = 1_992
BEGINNINGS = (PICTURE, PICTURE_BYTES)

_HEX_PREFIX = re.compile(r"0x|\\x|[xX]'")
_PATTERNS = {
    name: re.compile(pattern)
    for name, pattern in (
        ("ucs2", UCS2),
        ("ucs2_little", UCS2_LITTLE),
        ("hex", BYTES),
        ("pdu", _PDU),
        ("gsm7", _GSM7),
    )
}
_HEX_ONLY = re.compile(f"{_X}*")
UCS2_DIGITS = "ucs2_digits"
_WIDE_DIGITS = re.compile("(?:00[2-7][0-9]){3,}")
_PAIRS = re.compile(f"{HEX_PAIRS}(?:{_GAPS}{_X}{{2}})*")
_BYTES_ESCAPED = re.compile(f"{ESCAPED_BYTES}(?:(?:[\\\\]x|=|%){_X}{{2}})*")
_CHARACTERS_ESCAPED = re.compile(f"(?:{ESCAPED_CHARACTERS})(?:[\\\\]u{_X}{{4}}|&#x?{_X}{{2,6}};)*")
_BASE64, _BASE64_WIDE = re.compile(BASE64), re.compile(BASE64_WIDE)
_PICTURES, _PICTURE_BYTES = re.compile(PICTURE), re.compile(PICTURE_BYTES)
_MAGIC = (b"\xff\xd8\xff", b"\x89PNG\r\n", b"GIF8", b"#!AMR")
_TYPED = re.compile(
    "[\t\n\r"
    " -~£¥§¿¡«»€–—’‘“”…\u00a0\u00c0-\u024f\u0386-\u03ce\u0400-\u04ff\u05d0-\u05ea\u060c\u061b\u061f-\u064a\u066a-\u06d3\u1e00-\u1eff"
    "\u2022\u2600-\u27bf\u200d\ufe0f\U0001f300-\U0001faff]"
)
_UNICASE = re.compile("[\u05d0-\u05ea\u0620-\u064a\u066e-\u06d3]")
_AROUND = ".,:;!?()\"'-…❤️"
_VOWELS = frozenset("aeiouyæøåäöüéèàìòùAEIOUYÆØÅÄÖÜÉ")
_ONE_SCRIPT = 0.8  # share of a short text's letters that are of the same script
# share of its pairs of letters that stand beside each other in known words; of letters at random
# six in ten do
_NEIGHBOURS = 0.8
# the same where every other octet is zero, which chance hardly ever brings about
_NEIGHBOURS_WIDE = 0.5
_MIN_LETTERS = 3


def hidden_text(text: str) -> tuple[str, str]:
    """How a cell hides text, and the text: ucs2, ucs2_digits, pdu, gsm7, hex, base64, escaped,
    picture; two empty strings when it hides none.
    """
    if len(text) < SHORTEST or text[:1].isspace():
        return "", ""
    if _is_picture(text):
        return "picture", ""
    cell = text[:LONGEST_ENCODED]
    for encoding, decoded in _readings(cell):
        if decoded:
            return encoding, decoded
    return "", ""


def _readings(cell: str) -> Iterator[tuple[str, str]]:
    digits = _hex_digits(cell)
    if digits:
        yield from _of_hex(digits)
    elif _CHARACTERS_ESCAPED.fullmatch(cell):
        yield "escaped", _typed(unescape(cell) if cell[0] == "&" else _unescaped(cell))
    if _HEX_ONLY.fullmatch(cell):
        return
    if _BASE64.fullmatch(cell):
        read = bytes_of_base64(cell)
        yield "base64", _typed(_decoded(read, "utf-8")) or _typed(_decoded(read, "latin-1"))
    if _BASE64_WIDE.fullmatch(cell):
        yield "base64", _wide(bytes_of_base64(cell))


def _hex_digits(cell: str) -> str:
    """The digits of a cell that is hexadecimal in any writing; an empty string for every other
    cell.
    """
    if _PAIRS.fullmatch(cell):
        return re.sub(_GAPS, "", cell)
    if _BYTES_ESCAPED.fullmatch(cell):
        return re.sub(r"\\x|[=%]", "", cell)
    bare = (
        _HEX_PREFIX.sub("", cell, count=1).removesuffix("'")
        if cell[:2] in {"0x", "\\x", "x'", "X'"}
        else cell
    )
    return bare if len(bare) % 2 == 0 and _HEX_ONLY.fullmatch(bare) else ""


def _of_hex(digits: str) -> Iterator[tuple[str, str]]:
    if digits.isdecimal():  # (1)
        yield (
            UCS2_DIGITS,
            (
                _typed(_decoded(bytes.fromhex(digits), "utf-16-be"), short=True)
                if _WIDE_DIGITS.fullmatch(digits)
                else ""
            ),
        )
        return
    yield from _of_letters(digits)


def _of_letters(digits: str) -> Iterator[tuple[str, str]]:
    if header := 2 * _header_length(bytes.fromhex(digits[:14])):
        if _PATTERNS["ucs2"].fullmatch(digits, header):
            yield "ucs2", _typed(_decoded(bytes.fromhex(digits[header:]), "utf-16-be"), short=True)
        yield "gsm7", text_of_septets(bytes.fromhex(digits))
    fitting = {name for name, pattern in _PATTERNS.items() if pattern.fullmatch(digits)}
    if not fitting:
        return
    octets = bytes.fromhex(digits)
    if "ucs2" in fitting:
        yield "ucs2", _typed(_decoded(octets, "utf-16-be").removeprefix("\ufeff"), short=True)
    if "ucs2_little" in fitting:
        yield "ucs2", _typed(_decoded(octets, "utf-16-le").removeprefix("\ufeff"), short=True)
    if "hex" in fitting:
        yield "hex", _typed(_decoded(octets, "utf-8")) or _typed(_decoded(octets, "latin-1"))
    if "pdu" in fitting:
        yield "pdu", text_of_pdu(octets)
    if "gsm7" in fitting:
        yield "gsm7", text_of_septets(octets)


def _decoded(octets: bytes, encoding: str) -> str:
    try:
        return octets.decode(encoding)
    except UnicodeDecodeError:
        return ""


def _wide(octets: bytes) -> str:
    """Text of base64 whose every other octet is zero, in the order that its mark or its
    zeros say.
    """
    even = octets[: len(octets) // 2 * 2]
    little = even.startswith(b"\xff\xfe") or (
        not even.startswith(b"\xfe\xff") and even[1::2].count(0) > even[::2].count(0)
    )
    return _typed(
        _decoded(even, "utf-16-le" if little else "utf-16-be").removeprefix("\ufeff"), short=True
    )


def _unescaped(cell: str) -> str:
    units = bytes.fromhex("".join(cell.split("\\u")))
    return _decoded(units, "utf-16-be")


def _is_picture(text: str) -> bool:
    """Begins like a picture, a film or a recording."""
    if _PICTURE_BYTES.match(text):
        return True
    match = _PICTURES.match(text)
    if match is None:
        return False
    # what comes later may be anything
    octets = bytes_of_base64(match.group().rpartition(",")[2][:24])
    return (
        octets.startswith(_MAGIC)
        or (octets[:4] == b"RIFF" and octets[8:12] == b"WEBP")
        or octets[4:8] == b"ftyp"
    )


def _typed(text: str, *, short: bool = False) -> str:
    """The text, if people type it: lower-case letters or a script without, and a space unless it
    may be ``short``; an empty string for every other.
    """
    if not text:
        return ""
    typed = sum(_TYPED.match(character) is not None for character in text)
    if typed < MESSAGE_CHARACTERS * len(text):
        return ""
    unicase = len(_UNICASE.findall(text))
    if unicase:
        return (
            text
            if unicase >= len(text) / 2 and (" " in text or unicase >= _ENOUGH_WITHOUT_SPACE)
            else ""
        )
    if 2 * sum("\u0100" <= character <= "\u024f" for character in text) > len(text):
        # no language has more letters beyond ISO 8859-1 than within it: digits that read as
        # characters
        return ""
    lower = sum(character.islower() for character in text)
    return (
        text
        if lower >= len(text) / 4 and (" " in text or short) and _is_worded(text, short=short)
        else ""
    )


def _is_worded(text: str, *, short: bool = False) -> bool:
    """Letters and spaces for the most part, vowels among them, words of letters: what chance puts
    together has none of it.

    A long text needs no such proof.
    """
    if len(text) > _LONG_ENOUGH:
        return True
    letters = [character for character in text if character.isalpha()]
    symbols = sum(character > "\u2190" for character in text)
    vowels = sum(character in _VOWELS or character > "\u017f" for character in letters)
    humps = sum(one.islower() and two.isupper() for one, two in pairwise(text))
    tokens = [token.strip(_AROUND) for token in text.split()]
    plain = [token for token in tokens if token.isalpha()]
    return (
        len(letters) + text.count(" ") + symbols >= len(text) * 0.7
        and len(letters) + symbols >= _MIN_LETTERS - short
        and vowels >= len(letters) * 0.15
        and humps <= len(text) / 20
        and len(plain) * 3 >= len(tokens) * 2
        and _are_words(plain, letters, share=_NEIGHBOURS_WIDE if short else _NEIGHBOURS)
    )


def _are_words(tokens: list[str], letters: list[str], *, share: float) -> bool:
    """Of one script, capitals where they begin, and their letters beside those that stand so in
    known words.
    """
    scripts = Counter(map(_script, letters))
    script, most = scripts.most_common(1)[0] if scripts else ("", 0)
    if most < _ONE_SCRIPT * len(letters) or sum(
        not (token[1:].islower() or token.isupper() or len(token) == 1) for token in tokens
    ) * 3 > len(tokens):
        return False
    pairs = [pair for token in tokens for pair in pairwise(token.casefold())]
    return script != "latin" or sum(
        first + second in neighbours() for first, second in pairs
    ) >= max(1, share * len(pairs))


@lru_cache(maxsize=4096)
def _script(letter: str) -> str:
    """The script of a letter: latin, cyrillic, greek."""
    return unicodedata.name(letter, "").partition(" ")[0].casefold()


# Packed septets (3GPP TS 23.038, 6.1.2.1.1)
def unpack(octets: bytes, *, septets: int | None = None, skip: int = 0) -> str:
    """Characters of packed septets, the first ``skip`` left out; so many as there are, or
    ``septets`` with those left out.
    """
    whole = int.from_bytes(octets, "little")
    count = len(octets) * 8 // 7 if septets is None else septets
    codes = [whole >> (7 * place) & 0x7F for place in range(skip, count)]
    if septets is None and codes and len(octets) % 7 == 0 and codes[-1] in {0x00, 0x0D}:
        codes.pop()  # filled up to the octet
    return _characters(codes)


def _characters(codes: list[int]) -> str:
    characters: list[str] = []
    escaped = False
    for code in codes:
        if code == 0x1B and not escaped:
            escaped = True
            continue
        characters.append(_EXTENSION.get(code, " ") if escaped else _ALPHABET[code])
        escaped = False
    return "".join(characters)


# octets of two parts: a longer cell is no single message, and unpacking takes time by its square
_LONGEST_SEPTETS = 280
_COMMON = frozenset(
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZæøåÆØÅäöüÄÖÜéàèñ0123456789"
    " .,;:!?'\"()-/+&%@€\n\r"
)


def text_of_septets(octets: bytes) -> str:
    """The text of packed septets, with or without a header; an empty string for octets that spell
    none.
    """
    if not 10 <= len(octets) <= _LONGEST_SEPTETS:
        return ""
    header = _header_length(octets)
    text = unpack(octets, skip=-(-header * 8 // 7))
    common = sum(character in _COMMON for character in text)
    letters = [character for character in text if character.isalpha()]
    lower = sum(character.islower() for character in letters)
    vowels = sum(character in _VOWELS for character in letters)
    humps = sum(one.islower() and two.isupper() for one, two in pairwise(text))
    words = text.split()
    is_text = (
        common >= MESSAGE_CHARACTERS * len(text)
        and lower >= len(text) / 2
        and len(letters) / 5 <= vowels <= len(letters) * 2 / 3
        and humps <= len(text) / 40
        and len(words) >= 2
        and max(map(len, words)) <= 24
        and _is_worded(text)
    )
    return text if is_text else ""


def _header_length(octets: bytes) -> int:
    """Octets of a header for messages in parts (3GPP TS 23.040, 9.2.3.24.1 and 9.2.3.24.8); 0 where
    there is none.
    """
    if len(octets) < 7:
        return 0
    if octets[:3] == b"\x05\x00\x03" and 0 < octets[5] <= octets[4]:
        return 6
    return 7 if octets[:3] == b"\x06\x08\x04" and 0 < octets[6] <= octets[5] else 0


# PDUs (3GPP TS 23.040, 9.2.2.1 and 9.2.2.2)
def text_of_pdu(octets: bytes) -> str:
    """The text of an SMS-DELIVER or SMS-SUBMIT, with or without the service centre before it; an
    empty string for octets that are neither, or hold no text.
    """
    centre = octets[0]
    starts = [0]
    if centre == 0 or (
        2 <= centre <= 12
        and len(octets) > centre + 1
        and octets[1] & 0x80
        and _is_decimal(octets[2 : centre + 1])
    ):
        starts.insert(0, centre + 1)
    for start in starts:
        text = _text_of_tpdu(octets[start:])
        if text:
            return text
    return ""


def _text_of_tpdu(octets: bytes) -> str:
    if len(octets) < 12:
        return ""
    first, kind = octets[0], octets[0] & 0x03
    if kind > 1 or (kind == 0 and first & 0x10):  # (3); a bit that SMS-DELIVER does not use
        return ""
    place = 1 + kind  # SMS-SUBMIT has a reference
    length = octets[place]
    place += 2 + -(-length // 2)
    if (
        not 1 <= length <= 20
        or not octets[place - 1 - -(-length // 2)] & 0x80
        or not _is_address(octets, place, length)
        or len(octets) < place + 3
    ):
        return ""
    protocol, coding = octets[place], octets[place + 1]
    place += 2
    validity = _validity_length(first) if kind else 7
    if (
        protocol & 0x80
        or (not kind and not _is_time(octets[place : place + 7]))
        or len(octets) < place + validity + 2
    ):
        return ""
    return _user_data(
        octets[place + validity + 1 :],
        octets[place + validity],
        coding,
        has_header=bool(first & 0x40),
    )


def _validity_length(first: int) -> int:
    return (0, 7, 1, 7)[first >> 3 & 0x03]


def _is_address(octets: bytes, end: int, length: int) -> bool:
    size = -(-length // 2)
    kind = octets[end - size - 1]
    return kind & 0x70 == 0x50 or _is_decimal(octets[end - size : end])  # alphanumeric, or digits


def _is_decimal(octets: bytes) -> bool:
    """Semi-octets of decimal digits (also * # a b c of an address are left out), the last half
    perhaps filled up with F.
    """
    written = "".join(f"{octet & 15:X}{octet >> 4:X}" for octet in octets)
    return written.removesuffix("F").isdecimal()


def _is_time(octets: bytes) -> bool:
    """Swapped semi-octets of year, month, day, hour, minute, second and quarters of an hour from
    UTC.
    """
    if len(octets) < 7 or any(octet & 15 > 9 or octet >> 4 > 9 for octet in octets[:6]):
        return False
    _, month, day, hour, minute, second = (10 * (octet & 15) + (octet >> 4) for octet in octets[:6])
    zone = 10 * (octets[6] & 7) + (octets[6] >> 4)
    return (
        1 <= month <= 12
        and 1 <= day <= 31
        and hour <= 23
        and minute <= 59
        and second <= 59
        and octets[6] >> 4 <= 9
        and zone <= 56
    )


def _user_data(octets: bytes, length: int, coding: int, *, has_header: bool) -> str:
    alphabet = _alphabet_of(coding)
    expected = -(-length * 7 // 8) if alphabet == "gsm7" else length
    if not alphabet or not octets or len(octets) != expected:
        return ""
    header = octets[0] + 1 if has_header else 0
    if header > len(octets):
        return ""
    if alphabet == "gsm7":
        text = unpack(octets, septets=length, skip=-(-header * 8 // 7))
    else:
        text = (
            _decoded(octets[header:], "utf-16-be")
            if alphabet == "ucs2"
            else _decoded(octets[header:], "utf-8") or _decoded(octets[header:], "latin-1")
        )
    typed = sum(_TYPED.match(character) is not None for character in text)
    return (
        text
        if any(character.isalpha() or character > "\u2190" for character in text)
        and typed >= MESSAGE_CHARACTERS * len(text)
        else ""
    )


@cache
def _alphabet_of(coding: int) -> str:
    """The alphabet that a data coding scheme names (3GPP TS 23.038, 4); an empty string for
    compressed text (2) and what is reserved.
    """
    if coding < 0x80:
        return "" if coding & 0x20 else ("gsm7", "octets", "ucs2", "")[coding >> 2 & 0x03]
    group = coding >> 4
    if group == 0xF:
        return "octets" if coding & 0x04 else "gsm7"
    return {0xC: "gsm7", 0xD: "gsm7", 0xE: "ucs2"}.get(group, "")


# Text that is only written otherwise: what it says must still read like a message.
_QUOTED = re.compile(r"=(?:[89A-F][0-9A-F]|20|3D|0[9AD]|\r?\n)")  # what has to be written so
_QUOTED_ALL = re.compile(r"=(?:[0-9A-F]{0,2}\Z|[0-9A-F]{2}|[ \t]*\r?\n)")
_ESCAPE = re.compile(r"\\u[0-9A-Fa-f]{4}|\\[nrt\"/\\]")
_ENTITY = re.compile(r"&(?:#[0-9]{2,6}|#x[0-9A-Fa-f]{2,5}|[A-Za-z]{2,8});")
PLUSSED = "^[^ \t\r\n\u00a0+]+[+]+[^ \t\r\n\u00a0+]+[+]+[^ \t\r\n\u00a0+]"
_LONG_WORD = 16  # signs
SPACED_BY_CODE = "%20|=20|&#?[A-Za-z0-9]{2,8};|[\\\\][unrt]"
_PLUSSED = re.compile(f"{PLUSSED}[^ \t\r\n\u00a0]*")


def _is_random(word: str) -> bool:
    """Whether what stands between two plus signs is no word: of base64 and not of a text."""
    return (
        len(word) >= _LONG_WORD
        and not word.islower()
        and not word.isupper()
        and sum(map(str.isdigit, word)) > 1
        and re.fullmatch(r"[A-Za-z0-9/=]+", word) is not None
    )


def written_plainly(text: str) -> tuple[str, str]:
    """How a text is written that is not written plainly, and the same text written plainly; two
    empty strings when it is plain already.
    """
    if "%20" in text or (
        ("%" in text or "+" in text)
        and _PLUSSED.fullmatch(text)
        and not any(map(_is_random, text.split("+")))
    ):
        return "url_encoded", unquote_plus(text, errors="replace")
    if (
        "=" in text
        and (" " in text or "=20" in text)
        and _QUOTED.search(text)
        and len(_QUOTED_ALL.findall(text)) == text.count("=")
    ):
        octets = decodestring(text.encode("utf-8", "replace"))
        return "quoted_printable", _decoded(octets, "utf-8") or octets.decode("latin-1")
    if "&" in text and _ENTITY.search(text):
        return "html_entities", unescape(text)
    if "\\" in text and _ESCAPE.search(text):
        return "json_escaped", _ESCAPE.sub(_escaped, text)
    return "", ""


def _escaped(match: re.Match[str]) -> str:
    mark = match.group()
    if mark[1] == "u":
        return chr(int.from_bytes(bytes.fromhex(mark[2:])))
    return {"n": "\n", "r": "\r", "t": "\t"}.get(mark[1], mark[1])
