"""CPR numbers in a value: ten digits that are a date of birth with modulus 11 or an exception,
judged by how they are written and what stands beside them.

Source: CPR-kontoret (see ``cpr_number``); how often other numbers look alike: one random ten-digit
number in 400 is strong, one in eleven of the moments written yymmddhhmm, one in 16 of the seconds
since 1970 in a winter like 2023-2024.

What is left out:
1. Numbers inside longer runs of digits, decimals, e-mail addresses and names of systems; after a
   plus sign.
2. Masked numbers and dates of birth alone: the serial number is what makes a CPR number.
3. Nine digits that have lost their leading zero, unless a word or the field's name says CPR.
4. Ten digits without modulus 11 that nothing calls a CPR number.
5. Replacement numbers with letters in them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from functools import cache, partial

from teleaudit.detectors.chunks import CHUNK, hits_in_chunks
from teleaudit.detectors.cpr_number import Grade, grade_of, look_alike
from teleaudit.detectors.decisions import Hit, Level
from teleaudit.detectors.knowledge import cpr_pattern, cpr_test_numbers
from teleaudit.detectors.names import is_vague, names_identifier, speaks_of
from teleaudit.detectors.writings import plain, text_of_base64, text_of_hex

CONTEXT = 40  # characters on either side in which a word speaks about the number
ALONE = 1.5  # times its own length is a cell that holds a number and nothing else

# The same expressions stand in the SQL: no look-around, no backslash.
DAY = "(?:0[1-9]|[12][0-9]|3[01]|6[1-9]|[78][0-9]|9[01])"
MONTH = "(?:0[1-9]|1[0-2])"
LOST_ZERO = f"[1-9]{MONTH}[0-9]{{2}}[ -]?[0-9]{{4}}"
FLOAT_CELL = "[1-9][.,][0-9]{6,9}[eE][+]?0?[89]"
HEX_CELL = "(?:0x)?[0-9A-Fa-f]*"
BASE64_CELL = "[A-Za-z0-9+/_-]*={0,2}"
# three digits, in the four characters that spell them
THREE_IN_BASE64 = "[MNO][DTjz][AEIMQUYcgk][wxyz0-5]"
HEX_NINE = "(?:3[0-9](?:2[0Dd])?){9}"
WIDE_HEX_NINE = "(?:003[0-9](?:002[0Dd])?){9}"
SHORTEST_HEX, SHORTEST_BASE64 = 18, 12  # nine digits

_NINE_DIGITS = re.compile(r"(?:\d\D{0,12}){8}\d")
_ONE_WORD = re.compile(r"\s*[0-9A-Za-z+/_.,-]{11,}={0,2}\s*")
_NUMBER = re.compile(
    rf"(?<![0-9]){DAY}(?P<date>[./ -]?){MONTH}(?P=date)[0-9]{{2}}(?P<serial> ?- ?|"
    r" {1,2}|[./_])?[0-9]{4}(?![0-9])"
)
_LOST_ZERO = re.compile(rf"(?<![0-9]){LOST_ZERO}(?![0-9])")
_FLOAT = re.compile(FLOAT_CELL)
_HEX_CELL, _BASE64_CELL = re.compile(HEX_CELL), re.compile(BASE64_CELL)
_HEX, _WIDE_HEX, _BASE64 = (
    re.compile(HEX_NINE),
    re.compile(WIDE_HEX_NINE),
    re.compile(THREE_IN_BASE64),
)
_DIGITS = re.compile(r"[^0-9]+")
# what is left of a %-encoding is punctuation: cpr%3D, %22cpr%22%3A%22
_PERCENT = re.compile("%[2-7][0-9A-Fa-f]")

_LETTER_BEFORE = re.compile(r"[^\W\d_]$")
_REFUSED_BEFORE = re.compile(r"(?:\+(?:[0-9]{1,3}[ -]?)?|[0-9]\.|[*•●∗])$")  # (1), (2)
_REFUSED_AFTER = re.compile(r"[^\W\d_]|[*•●∗]|\.(?!0{1,2}(?![0-9]))[0-9]")
_TIED_BEFORE = re.compile(r"(?:[-/_#@]|(?<![0-9])[0-9]{1,5}[ ,])$")
_TIED_AFTER = re.compile(
    r"[-_@]|[:/][0-9]| [0-9]{1,5}(?![0-9])|,(?!0{1,2}(?![0-9]))[0-9]{1,3}(?![0-9])"
)
_TIED_DASHED_BEFORE = re.compile(r"(?:[-/_#@]|\+[0-9 ()]{1,12})$")
_TIED_DASHED_AFTER = re.compile(r"[-_@]|:[0-9]")
# between another number's word and the number
_BESIDE = r"\W{0,4}(?:(?:nr|nummer|no|num|number|id|er|is|var|på)\W{1,4})?$"
# after a word behind a number: the word speaks of the next one
_ITS_OWN_NUMBER = re.compile(r"[^0-9\n]{0,8}[0-9]")


def find_cpr(text: str, *, field: str = "") -> list[Hit]:
    """CPR numbers in one value, in their order.

    ``field`` is the name of the column or key it stands in.
    """
    hits = list(hits_in_chunks(text, partial(_in_piece, field=field)))
    if hits or len(text) > CHUNK:
        return hits
    return list(_whole_cell(text, field)) if _ONE_WORD.fullmatch(text) else []


def bare_digits(text: str) -> str:
    """The nine or ten digits of a number that is written like 3.112901234E9; empty for every other
    text.
    """
    if _FLOAT.fullmatch(text) is None:
        return ""
    mantissa, exponent = re.split("[eE]", text)
    whole, places = mantissa[0] + mantissa[2:], int(exponent) + 1
    return whole.ljust(places, "0") if len(whole) <= places else ""


def grades_in(text: str) -> Iterator[Grade]:
    """The grades of the numbers in a text that are written like a CPR number, whatever stands
    beside them.
    """
    if _NINE_DIGITS.search(text[:CHUNK]):
        for found in _NUMBER.finditer(plain(text[:CHUNK]).text):
            if not found["date"]:
                yield grade_of(_digits_of(found))


def _in_piece(piece: str, field: str) -> Iterator[Hit]:
    if _NINE_DIGITS.search(piece):
        written = plain(piece)
        for hit in _in_text(_PERCENT.sub("   ", written.text), field):
            yield hit.at(*written.span(hit.start, hit.end))


def _whole_cell(text: str, field: str) -> Iterator[Hit]:
    """A cell that hides its digits as a whole: a float, hexadecimal, base64."""
    for inner, reason in _inside(text.strip()):
        for hit in _in_text(plain(inner).text, field):
            yield replace(hit, reason=f"{reason}{hit.reason}", start=0, end=len(text))
            return


def _inside(cell: str) -> Iterator[tuple[str, str]]:
    if digits := bare_digits(cell):
        yield digits, ""
    if len(cell) >= SHORTEST_HEX and _HEX_CELL.fullmatch(cell):
        if _HEX.search(cell):
            yield text_of_hex(cell, "utf-8"), "encoded_"
        if _WIDE_HEX.search(cell):
            yield text_of_hex(cell, "utf-16-be"), "encoded_"
    if len(cell) >= SHORTEST_BASE64 and _BASE64_CELL.fullmatch(cell) and _BASE64.search(cell):
        yield text_of_base64(cell), "encoded_"


def _in_text(text: str, field: str) -> Iterator[Hit]:
    hits = [hit for found in _NUMBER.finditer(text) if (hit := _judge(found, text, field))]
    if not hits and _LOST_ZERO.search(text):
        hits = [
            hit for found in _LOST_ZERO.finditer(text) if (hit := _judge_short(found, text, field))
        ]
    yield from hits


def _digits_of(found: re.Match[str]) -> str:
    return _DIGITS.sub("", found.group())


def _judge(found: re.Match[str], text: str, field: str) -> Hit | None:
    digits = _digits_of(found)
    grade = grade_of(digits)
    if not grade or _is_refused(found, text):
        return None
    verdict = _weigh(found, digits, grade, text, field)
    return (
        Hit(kind="cpr", level=verdict[0], reason=verdict[1], start=found.start(), end=found.end())
        if verdict
        else None
    )


def _judge_short(found: re.Match[str], text: str, field: str) -> Hit | None:  # (3)
    digits = "0" + _digits_of(found)
    alone = len(text.strip()) <= len(found.group()) + 3  # an apostrophe, .0
    if (
        grade_of(digits) is not Grade.STRONG
        or _is_refused(found, text)
        or _context(found, digits, text, field if alone else "") != "cpr"
    ):
        return None
    return Hit(
        kind="cpr", level=Level.PROBABLE, reason="lost_zero", start=found.start(), end=found.end()
    )


def _is_refused(found: re.Match[str], text: str) -> bool:
    before = text[max(found.start() - CONTEXT, 0) : found.start()]
    foreign = _LETTER_BEFORE.search(before) and not _touching().search(before.casefold())
    return bool(
        foreign or _REFUSED_BEFORE.search(before) or _REFUSED_AFTER.match(text, found.end())
    )


@cache
def _touching() -> re.Pattern[str]:
    """The letters that touch a number end in a word for it: cpr0101..., CPRnr0101..."""
    return re.compile(rf"(?:{cpr_pattern('cpr')}|(?<![^\W_])(?:nr|no|nummer|number))$")


def _weigh(
    found: re.Match[str], digits: str, grade: Grade, text: str, field: str
) -> tuple[Level, str] | None:
    context = _context(found, digits, text, field)
    if digits in cpr_test_numbers():
        return Level.REVIEW, "test_person"
    if context == "cpr":
        return _called_cpr(grade)
    dashed = "-" in (found["serial"] or "")
    if found["date"] or (found["serial"] or "") in {".", "/", "_"}:
        return None  # dots and slashes are other numbers' too
    if grade is Grade.REPLACEMENT:
        return (
            (Level.REVIEW, "replacement_number")
            if dashed and not context and not _is_tied(found, text, dashed=True)
            else None
        )
    # (4)
    return _uncalled(found, digits, text, context, dashed=dashed) if grade is Grade.STRONG else None


def _called_cpr(grade: Grade) -> tuple[Level, str]:
    if grade is Grade.STRONG:
        return Level.CONFIRMED, "cpr_context"
    return (
        (Level.PROBABLE, "replacement_number")
        if grade is Grade.REPLACEMENT
        else (Level.REVIEW, "no_check_digit")
    )


def _uncalled(
    found: re.Match[str], digits: str, text: str, context: str, *, dashed: bool
) -> tuple[Level, str]:
    if context:
        return Level.REVIEW, "other_context"
    if other := look_alike(digits, bare=not found["serial"]):
        return Level.REVIEW, other
    if _is_tied(found, text, dashed=dashed):
        return Level.REVIEW, "touching_text"
    return Level.PROBABLE, "check_digit"


def _is_tied(found: re.Match[str], text: str, *, dashed: bool) -> bool:
    """Something ties the number to other digits or to a name: a dash, a slash, a short group beside
    it.
    """
    before = text[max(found.start() - CONTEXT, 0) : found.start()]
    first, last = (
        (_TIED_DASHED_BEFORE, _TIED_DASHED_AFTER) if dashed else (_TIED_BEFORE, _TIED_AFTER)
    )
    return first.search(before) is not None or last.match(text, found.end()) is not None


def _context(found: re.Match[str], digits: str, text: str, field: str) -> str:
    """What the words around say the number is: "cpr", "other" or nothing.

    The word right before it first, then the field's name, then the word behind.
    """
    before = text[max(found.start() - CONTEXT, 0) : found.start()].casefold()
    if _compiled("foreign", beside=True).search(before):
        return "other"
    if _compiled("production_unit", beside=True).search(before):
        return "other" if digits.startswith("10") else "cpr"
    named = _last_end(_compiled("cpr"), before)
    other = _compiled("other", beside=True).search(before)
    if other and other.start() >= named:
        return "other"
    if named >= 0:
        return "cpr"
    says = _field_says(field)
    if says == "other" and "-" in found.group() and len(text) > ALONE * len(found.group()):
        says = ""  # a note in a column of orders speaks of more than orders
    return says or _behind(text[found.end() : found.end() + CONTEXT].casefold())


def _behind(after: str) -> str:
    word = _compiled("cpr").search(after)
    return (
        "cpr"
        if word
        and not re.search("[0-9]", after[: word.start()])
        and not _ITS_OWN_NUMBER.match(after, word.end())
        else ""
    )


def _last_end(words: re.Pattern[str], text: str) -> int:
    return max((found.end() for found in words.finditer(text)), default=-1)


def _field_says(field: str) -> str:
    if not field:
        return ""
    return "cpr" if names_cpr(field) else "other" if names_other_number(field) else ""


def names_cpr(name: str) -> bool:
    """The name says that CPR numbers stand there."""
    return speaks_of(name, "cpr")


def names_other_number(name: str) -> bool:
    """The name says that ten-digit numbers of another kind stand there: phone numbers, orders,
    moments, production units.
    """
    if names_cpr(name) or is_vague(name):
        return False
    return any(
        speaks_of(name, group) for group in ("phone", "order", "cpr_other")
    ) or names_identifier(name)


@cache
def _compiled(group: str, *, beside: bool = False) -> re.Pattern[str]:
    return re.compile(cpr_pattern(group) + (_BESIDE if beside else ""))
