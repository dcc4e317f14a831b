"""Text as a reader sees it: one kind of space and dash, ASCII digits, entities and escapes
resolved; every place leads back to the original.
"""

from __future__ import annotations

import base64
import binascii
import re
import sys
import unicodedata
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from html import unescape
from itertools import groupby
from urllib.parse import unquote

from teleaudit.detectors.knowledge import no_values

SPACES = "\t\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000"
DASHES = "\u00ad\u2010\u2011\u2012\u2013\u2014\u2015\u2212\ufe58\ufe63\uff0d"
DROPPED = "\u00ad\u180e\u200b\u200c\u200d\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2060\ufeff"
DOTS = {"\uff0e": ".", "\u2024": "."}


@cache
def digit_characters() -> str:
    """Every decimal digit of Unicode outside ASCII."""
    return "".join(
        character
        for character in map(chr, range(128, sys.maxunicode + 1))
        if unicodedata.category(character) == "Nd"
    )


@cache
def digit_ranges() -> str:
    """The same digits for a class of a regular expression: first and last of every run.

    Java asks each member of a class by itself.
    """
    codes = list(map(ord, digit_characters()))
    runs = [
        [code for _, code in run]
        for _, run in groupby(enumerate(codes), key=lambda numbered: numbered[1] - numbered[0])
    ]
    return "".join(f"{chr(run[0])}-{chr(run[-1])}" for run in runs)


@cache
def _table() -> dict[int, str]:
    table = (
        dict.fromkeys(map(ord, SPACES), " ")
        | dict.fromkeys(map(ord, DASHES), "-")
        | dict.fromkeys(map(ord, DROPPED), "")
    )
    table |= {ord(fancy): plain for fancy, plain in DOTS.items()}
    return table | {
        ord(character): str(unicodedata.decimal(character)) for character in digit_characters()
    }


@cache
def _special() -> re.Pattern[str]:
    plain = re.escape(SPACES + DASHES + DROPPED + "".join(DOTS))
    percent = "(?:%(?:25){0,2}[0-9A-Fa-f]{2}){1,4}"
    entity = "&(?:amp;){0,2}(?:[a-z]{2,8}|#[0-9]{1,7}|#[xX][0-9A-Fa-f]{1,6});"
    escape = r"\\{1,4}(?:u[0-9A-Fa-f]{4}|x[0-9A-Fa-f]{2}|[nrt])"
    return re.compile(
        rf"{percent}|{entity}|{escape}|<(?:br|BR|wbr) ?/?>|[{plain}]|(?=[^\x00-\x7f])\d"
    )


# an ASCII text without these is written plainly
_PLAINLY = ("%", "&", "\\", "\t", "<br", "<BR", "<wbr")
_ENCODED_TWICE = re.compile("%(?:25)+(?=[0-9A-Fa-f]{2})")
_LONGEST_NUMBER, _NUMBER = 48, re.compile(r"[\s'\"=]*\d(?:[\s.,/_+'-]*\d)*[\s'\"]*")
_LONGEST_NO_VALUE, _AROUND_NO_VALUE = 40, " \t\r\n\u00a0\"'"
_SPELT = re.compile(r"[ -@\[-`{-~\r\n]*")
_ESCAPES = {"n": "\n", "r": "\n", "t": " "}


@lru_cache(maxsize=4096)
def _resolved(text: str) -> str:
    if text[0] == "%":
        return _unquoted(text)
    if text[0] == "<":
        return "" if text[1] == "w" else "\n"
    if text[0] == "&":
        text = unescape(text.replace("amp;", ""))
    elif text[0] == "\\":
        escaped = text.lstrip("\\")
        text = _ESCAPES.get(escaped) or chr(int(escaped[1:], 16))
    return text.translate(_table())


def _unquoted(text: str) -> str:
    """The digits and marks that a %-encoding spells; the encoding itself where it spells anything
    else (track 1 begins %B).
    """
    spelt = unquote(_ENCODED_TWICE.sub("%", text), errors="replace").translate(_table())
    return spelt if _SPELT.fullmatch(spelt) else text


@dataclass(frozen=True, kw_only=True)
class Plain:
    """Normalised text and the way back."""

    text: str
    starts: tuple[int, ...] = (0,)  # places in ``text`` from which on
    shifts: tuple[int, ...] = (0,)  # the original lies this much further

    def original(self, place: int) -> int:
        """The place in the original text."""
        return place + self.shifts[bisect_right(self.starts, place) - 1]

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Start and end in the original of what stands here; ``end`` is behind the last
        character.
        """
        return self.original(start), self.original(end - 1) + 1


def plain(text: str) -> Plain:
    """The text with its exotic characters, entities and escapes written plainly."""
    if text.isascii() and not any(mark in text for mark in _PLAINLY):
        return Plain(text=text)
    pieces: list[str] = []
    starts, shifts = [0], [0]
    length = cut = 0
    for match in _special().finditer(text):
        resolved = _resolved(match.group())
        pieces += (text[cut : match.start()], resolved)
        length += match.start() - cut + len(resolved)
        cut = match.end()
        starts.append(length)
        shifts.append(cut - length)
    return Plain(text="".join((*pieces, text[cut:])), starts=tuple(starts), shifts=tuple(shifts))


def digits_of_number(text: str) -> int:
    """How many digits a cell holds that is a number in any writing and nothing else; 0 for every
    other cell.
    """
    return (
        sum(character.isdecimal() for character in text)
        if len(text) <= _LONGEST_NUMBER and _NUMBER.fullmatch(text)
        else 0
    )


def is_no_value(text: str) -> bool:
    """The cell says that there is nothing in it: NULL, (null), n/a, ukendt, a dash."""
    return len(text) <= _LONGEST_NO_VALUE and text.strip(_AROUND_NO_VALUE).casefold() in no_values()


# Parts of a text that hide their digits: hexadecimal, UTF-16 in hexadecimal, base64. The prefilter
# in SQL is made of the same: no look-around, no backslash.
HEX_DIGITS = "(?:3[0-9][ :]?(?:2[0DdEe][ :]?)?){12}"
WIDE_HEX_DIGITS = "(?:003[0-9](?:002[0DdEe])?){12}"
# in the four characters of base64 that spell them
_THREE_DIGITS = "[MNO][DTjz][AEIMQUYcgk][wxyz0-5]"
BASE64_DIGITS = f"{_THREE_DIGITS}[A-Za-z0-9+/_-]*{_THREE_DIGITS}"
LONGEST_ENCODED = 65_536  # characters of a cell that is decoded
SHORTEST_ENCODED = 16  # twelve digits in base64
# characters of hexadecimal decoded on either side of the digits: words beside a number, and the
# rest of it
_BESIDE_HEX = 160

_HEX_DIGITS = (re.compile(HEX_DIGITS), re.compile(WIDE_HEX_DIGITS))
_HEX_BEFORE, _HEX_AFTER = (
    re.compile(r"(?:[0-9A-Fa-f]{2}[ :]?)*\Z"),
    re.compile("(?:[ :]?[0-9A-Fa-f]{2})*"),
)
BASE64 = re.compile(BASE64_DIGITS)
_BASE64_TOKEN = re.compile("[A-Za-z0-9+/_-]{16,}={0,2}")


def decoded(text: str) -> Iterator[tuple[int, int, str]]:
    """The parts of a text that spell digits in hexadecimal or base64: where they stand, and what
    they say.
    """
    if not SHORTEST_ENCODED <= len(text) <= LONGEST_ENCODED:
        return
    for pattern in _HEX_DIGITS:
        yield from _decoded_hex(text, pattern)
    if BASE64.search(text):
        for token in _BASE64_TOKEN.finditer(text):
            if BASE64.search(token.group()):
                yield (*token.span(), text_of_base64(token.group()))


def _decoded_hex(text: str, pattern: re.Pattern[str]) -> Iterator[tuple[int, int, str]]:
    done = 0
    for digits in pattern.finditer(text):
        if digits.start() < done:
            continue
        nearest = max(digits.start() - _BESIDE_HEX, done)
        before = _HEX_BEFORE.search(text[nearest : digits.start()])
        after = _HEX_AFTER.match(text, digits.end(), digits.end() + _BESIDE_HEX)
        begin = nearest + before.start() if before else digits.start()
        done = after.end() if after else digits.end()
        spelt = bytes.fromhex(text[begin:done].replace(":", " "))
        # without its zero bytes UTF-16 of digits is ASCII, in either order
        yield begin, done, spelt.replace(b"\0", b"").decode("utf-8", errors="ignore")


def text_of_hex(written: str, encoding: str) -> str:
    """The text that hexadecimal digits spell; empty when they spell none."""
    try:
        return bytes.fromhex(written.removeprefix("0x")).decode(encoding)
    except ValueError:  # an odd number of digits, or no text of this encoding
        return ""


def text_of_base64(written: str) -> str:
    """The text that a base64 cell holds, with or without its padding; empty when it holds none."""
    try:
        return bytes_of_base64(written).decode("utf-8")
    except UnicodeDecodeError:
        return ""


def bytes_of_base64(written: str) -> bytes:
    """The bytes that a base64 cell holds, in either alphabet; empty when it is none."""
    stripped = written.rstrip("=")
    try:
        return base64.urlsafe_b64decode(
            stripped.replace("+", "-").replace("/", "_") + "=" * (-len(stripped) % 4)
        )
    except binascii.Error:
        return b""
