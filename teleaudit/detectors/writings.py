"""Text as a reader sees it: one kind of space and dash, ASCII digits, entities and escapes resolved; every place leads back to the original."""

from __future__ import annotations

import base64
import binascii
import re
import sys
import unicodedata
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from html import unescape
from itertools import groupby
from urllib.parse import unquote

SPACES = "\t\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000"
DASHES = "\u00ad\u2010\u2011\u2012\u2013\u2014\u2015\u2212\ufe58\ufe63\uff0d"
DROPPED = "\u00ad\u180e\u200b\u200c\u200d\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2060\ufeff"
DOTS = {"\uff0e": ".", "\u2024": "."}


@cache
def digit_characters() -> str:
    """Every decimal digit of Unicode outside ASCII."""
    return "".join(character for character in map(chr, range(128, sys.maxunicode + 1)) if unicodedata.category(character) == "Nd")


@cache
def digit_ranges() -> str:
    """The same digits for a class of a regular expression: first and last of every run. Java asks each member of a class by itself."""
    codes = list(map(ord, digit_characters()))
    runs = [[code for _, code in run] for _, run in groupby(enumerate(codes), key=lambda numbered: numbered[1] - numbered[0])]
    return "".join(f"{chr(run[0])}-{chr(run[-1])}" for run in runs)


@cache
def _table() -> dict[int, str]:
    table = dict.fromkeys(map(ord, SPACES), " ") | dict.fromkeys(map(ord, DASHES), "-") | dict.fromkeys(map(ord, DROPPED), "")
    table |= {ord(fancy): plain for fancy, plain in DOTS.items()}
    return table | {ord(character): str(unicodedata.decimal(character)) for character in digit_characters()}


@cache
def _special() -> re.Pattern[str]:
    plain = re.escape(SPACES + DASHES + DROPPED + "".join(DOTS))
    return re.compile(rf"(?:%[0-9A-Fa-f]{{2}}){{1,4}}|&(?:[a-z]{{2,8}}|#[0-9]{{1,7}}|#x[0-9A-Fa-f]{{1,6}});|\\(?:u[0-9A-Fa-f]{{4}}|[nrt])|[{plain}]|(?=[^\x00-\x7f])\d")


_SPELT = re.compile(r"[ -/0-9\r\n]*")
_ESCAPES = {"\\n": "\n", "\\r": "\n", "\\t": " "}


def _resolved(match: re.Match[str]) -> str:
    text = match.group()
    if text[0] == "%":
        return _unquoted(text)
    if text[0] == "&":
        text = unescape(text)
    elif text[0] == "\\":
        text = _ESCAPES.get(text) or chr(int.from_bytes(bytes.fromhex(text[2:])))
    return text.translate(_table())


def _unquoted(text: str) -> str:
    """The spaces, dashes and digits that a %-encoding spells; the encoding itself where it spells anything else (track 1 begins %B)."""
    spelt = unquote(text, errors="replace").translate(_table())
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


def plain(text: str) -> Plain:
    """The text with its exotic characters, entities and escapes written plainly."""
    if text.isascii() and not any(mark in text for mark in "%&\\\t"):
        return Plain(text=text)
    pieces: list[str] = []
    starts, shifts = [0], [0]
    length = cut = 0
    for match in _special().finditer(text):
        resolved = _resolved(match)
        pieces += (text[cut : match.start()], resolved)
        length += match.start() - cut + len(resolved)
        cut = match.end()
        starts.append(length)
        shifts.append(cut - length)
    return Plain(text="".join((*pieces, text[cut:])), starts=tuple(starts), shifts=tuple(shifts))


# Whole cells that hide their digits: of these characters only, and holding this. The prefilter in SQL is made of the same: no look-around, no backslash.
HEX_CELL = "(?:0x)?[0-9A-Fa-f]*"
HEX_DIGITS = "(?:3[0-9](?:2[0DdEe])?){12}"
WIDE_HEX_DIGITS = "(?:003[0-9](?:002[0DdEe])?){12}"
BASE64_CELL = "[A-Za-z0-9+/_-]*={0,2}"
BASE64_DIGITS = "[MNO][DTjz][AEIMQUYcgk][wxyz0-5]"  # three ASCII digits in four characters
LONGEST_ENCODED = 65_536  # characters of a cell that is decoded as a whole
SHORTEST_ENCODED = 16  # twelve digits in base64

_HEX_CELL, _HEX_DIGITS, _WIDE_HEX_DIGITS = re.compile(HEX_CELL), re.compile(HEX_DIGITS), re.compile(WIDE_HEX_DIGITS)
_BASE64_CELL, _BASE64_DIGITS = re.compile(BASE64_CELL), re.compile(BASE64_DIGITS)


def decoded(text: str) -> Iterator[str]:
    """What a whole cell says that is written in hexadecimal or base64 and holds digits."""
    if not SHORTEST_ENCODED <= len(text) <= LONGEST_ENCODED:
        return
    if _HEX_CELL.fullmatch(text):
        if _HEX_DIGITS.search(text):
            yield text_of_hex(text, "utf-8")
        if _WIDE_HEX_DIGITS.search(text):
            yield text_of_hex(text, "utf-16-be")
    if _BASE64_CELL.fullmatch(text) and _BASE64_DIGITS.search(text):
        yield text_of_base64(text)


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
        return base64.urlsafe_b64decode(stripped.replace("+", "-").replace("/", "_") + "=" * (-len(stripped) % 4))
    except binascii.Error:
        return b""
