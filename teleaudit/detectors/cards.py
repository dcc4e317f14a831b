"""Card numbers in a value: digit groups with the length and first digits of a card that pass Luhn,
judged by what stands beside them.

Source: ISO/IEC 7812-1 (Luhn, issuer numbers), PCI DSS 4.0.1 requirement 3 (what may be kept);
ranges in ``data/iin.yaml``.

What is left out:
1. Numbers inside longer runs of digits (ICCID, EID) and fractions of decimal numbers.
2. The identifiers of payment slips (``+71<...+creditor<``): they have a mod-10 digit too.
3. Masked and truncated numbers: the digits that are left are not a card number. ``truncation`` says
   whether too many are left.
4. GS1 numbers (GLN, GSRN) that pass their own check digit and begin like Maestro.
5. Numbers split over several columns (``split_cards`` looks for them), and pictures.
6. Base64 and hexadecimal in values longer than 65,536 characters, and one of them inside the other.
"""

from __future__ import annotations

import datetime as dt
import heapq
import itertools
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache, lru_cache, partial

from teleaudit.detectors.chunks import CHUNK, hits_in_chunks
from teleaudit.detectors.decisions import Hit, Level
from teleaudit.detectors.knowledge import card_range_of, context_pattern, test_cards
from teleaudit.detectors.luhn import luhn_valid
from teleaudit.detectors.names import names_card, names_identifier, names_order, speaks_of
from teleaudit.detectors.writings import BASE64, decoded, plain

SHORTEST, LONGEST = 12, 19
_SHORTEST_RARE = 16  # of a number in a rare range that is worth a person's look
AMEX_LENGTH = 15  # no longer than a phone number can be
CONTEXT = 40  # characters on either side in which a word speaks about the number

_SEPARATOR = r"(?: {1,3}| ?- ?|[./_,+']| ?\r?\n ?)"
_RUNS = re.compile(rf"[0-9]+(?:{_SEPARATOR}[0-9]+)*")
_PARTS = re.compile(rf"([0-9]+)({_SEPARATOR})?")
_SHAPES = frozenset(
    {
        (4, 4, 4, 4),
        (4, 4, 4, 4, 1),
        (4, 4, 4, 4, 2),
        (4, 4, 4, 4, 3),
        (4, 6, 5),
        (4, 6, 4),
        (4, 4, 4, 3),
        (4, 4, 4, 2),
        (4, 4, 5),
        (4, 3, 3, 3),
        (8, 8),
        (8, 7),
        (8, 6),
        (8, 11),
        (6, 10),
        (6, 13),
        (4, 12),
        (1, 3, 3, 3, 3, 3),
        (3, 3, 3, 3, 3),
        (2, 3, 3, 3, 3),
        (1, 3, 3, 3, 3, 3, 3),
    }
)
# Nobody writes other numbers so: an IMEISV, a timestamp or an account stands in one piece or in
# other groups.
_CARD_GROUPS = frozenset(
    {
        (4, 4, 4, 4),
        (4, 4, 4, 4, 1),
        (4, 4, 4, 4, 2),
        (4, 4, 4, 4, 3),
        (4, 6, 5),
        (4, 6, 4),
        (4, 4, 4, 3),
        (4, 4, 4, 2),
        (6, 13),
    }
)
_BEGINNINGS = frozenset(shape[:length] for shape in _SHAPES for length in range(1, len(shape) + 1))
_TWELVE_DIGITS = re.compile(r"(?:\d[^\d]*){12}")
_PAYMENT_SLIP = re.compile(r"\+ ?(?:01|04|15|71|73|75) ?< ?[0-9 ]{0,24}\+ ?[0-9]{8} ?<?")
# the same without its brackets
_SLIP_BEFORE, _SLIP_AFTER = (
    re.compile("(?<![0-9])(?:04|15|71|73|75)[ <>+/-]{1,3}$"),
    re.compile("[ <>+/-]{1,3}[0-9]{8}(?![0-9])"),
)
_FLOAT = re.compile(r"([2-6])[.,]([0-9]{9,18})[eE]\+?(1[0-8])")
# an id at random: one in some hundred thousand ends like a card (RFC 9562)
_UUID = re.compile(
    r"(?<![0-9A-Za-z-])(?=[0-9-]*[A-Fa-f])[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}"
    r"(?![0-9A-Za-z-])"
)
_LOSTZEROS = 2  # at the end of a number, which a floating-point writing leaves out
_TOUCHING_BEFORE = re.compile(
    r"(?:kort|kortet|nr|no|visa|dankort|mastercard|maestro|amex|pan|cc|card|number|num|nummer|numre|mc|jcb|diners|exp|udl|cvc|cvv)$"
)
_TOUCHING_AFTER = re.compile(r"(?:exp|udl|cvc|cvv|valid|gyld|kr|dkk)")
_TRACK_NAME = re.compile(r"\^[^^\n]{2,26}\^[0-9]{4}")
# expiry date and service code
_TRACK_DATA = re.compile(r"[=DdF][2-4][0-9](?:0[1-9]|1[0-2])[1-9][0-9]{2}")
# EMV: track 2, number
_TRACK_TAG = re.compile(
    "57(?:0[89A-Fa-f]|1[0-3])([0-9]{12,19})[Dd][0-9]{7}|5[Aa]0[678Aa]([0-9]{12,19})[Ff]?(?=[59][Ff]|[^0-9A-Fa-f]|$)"
)
_EXPIRY = re.compile(
    r"^(?!.{0,16}kl)[^0-9]{0,16}(?:0[1-9]|1[0-2]) ?[-/.|] ?(?:20)?[2-4][0-9](?![0-9])"
)
_CHECK_CODE = re.compile(
    r"(?<![^\W\d_])(?:c[vs][vc]2?|kontrolcifre|sikkerhedskode)[\"' :=.-]{0,4}[0-9]{3,4}(?![0-9])"
)
_DATE_AND_CODE = re.compile(
    r"^[ ,;|/]{0,3}(?:udl|exp)?[a-zø:. ]{0,12}(?:0[1-9]|1[0-2]) ?[-/.|]? ?(?:20)?[2-4][0-9]["
    r" ,;|/]{1,3}[0-9]{3,4}(?![0-9])"
)
_KEY = re.compile(
    r"([A-Za-zÆØÅæøå_][\w.-]{0,40})(?:\\*[\"'])?\s{0,2}[:=]\s{0,2}(?:\\*[\"'])?[\[({]?$|<([A-Za-z_][\w.:-]{0,40})(?:\s[^<>]{0,40})?>\s{0,2}$"
)
_AFTER_KEY = " \t\r\n\\\"'[({"  # may stand between the sign behind a key and its number
_LONGEST_KEY = 96  # characters before a number in which its key is looked for
_CARD_REASONS = {"card": "card_context", "check_code": "card_with_check_code"}
_IBAN_BEFORE = re.compile(r"(?<![^\W_])[A-Za-z]{2}[0-9]{2} ?$")
ZEROS = "0000"  # fill up running numbers; in a card's digits they are one in two thousand
# FI 04: the type of a payment slip is no number of its own
_SLIP_TYPE = re.compile(r"(?<![^\W_])(fik?|ik|kortart)[ .:-]{0,2}(?:0[14]|15|7[135])(?![0-9])")
_MARKS = " .:#=-\"'("  # between a word and the number that it names
# between an order's word and a number: the word speaks of something else
_ANOTHER_MATTER = re.compile(r"[0-9]|[;!?]\s|(?<!nr)(?<!no)(?<!tlf)\.\s")
_BESIDE = 2  # characters after a number within which an order's word still speaks of it
_FAR = 16  # characters before a number from which on an order's word no longer speaks of it
_MONTH_YEAR = re.compile(r"(?:0[1-9]|1[0-2])[2-4][0-9]")
_FLOAT_DIGITS = 18  # at most, of a floating-point number, before and after its decimal mark
_MASKS = "*xX•#●∗"
_GS1_LENGTHS = frozenset({13, 14, 18})


@dataclass(frozen=True, kw_only=True)
class Candidate:
    """Digits that could be a card number by their grouping. Lives only while a value is judged."""

    digits: str
    start: int
    end: int
    # in one piece or grouped as cards may be; else only a card word beside it makes it one
    usual: bool
    grouped: bool = False  # written as cards are and hardly anything else
    glued: bool = False  # a dash, slash or underscore ties it to other text
    framed: bool = False  # in the data of a card's track

    def __repr__(self) -> str:
        """Its place, never its digits."""
        return f"Candidate(start={self.start}, end={self.end})"


def find_cards(text: str, *, field: str = "") -> list[Hit]:
    """Card numbers in one value, in their order.

    ``field`` is the name of the column or key it stands in.
    """
    if len(text) < SHORTEST:
        return []
    if len(text) <= CHUNK and _TWELVE_DIGITS.search(text) is None:
        return list(_encoded(text, field)) if BASE64.search(text) else []
    hits = list(hits_in_chunks(text, partial(_in_piece, field=field)))
    if hits or len(text) > CHUNK:
        return hits
    return list(_encoded(text, field)) or list(_float(text, field))


def card_shapes(text: str) -> Iterator[tuple[int, bool]]:
    """Of each number in a text that has a card's grouping, range and length: where it stands, and
    whether it passes Luhn.
    """
    written = plain(text[:CHUNK])
    for candidate in _candidates(written.text):
        if candidate.usual and _grade(candidate.digits) in {"probable", "review"}:
            yield written.original(candidate.start), luhn_valid(candidate.digits)


def key_before(text: str, place: int) -> str:
    """The key that stands directly before a place: of JSON, also escaped, of ``key=value``, of XML.

    Empty where none does.
    """
    if not text[max(place - 8, 0) : place].rstrip(_AFTER_KEY).endswith(("=", ":", ">")):
        return ""
    key = _KEY.search(text, max(place - _LONGEST_KEY, 0), place)
    return "" if key is None else key[1] or key[2]


def _grade(digits: str) -> str:
    fitting = card_range_of(digits)
    return "" if fitting is None else fitting.grade


def _in_piece(piece: str, field: str) -> Iterator[Hit]:
    if _TWELVE_DIGITS.search(piece):
        written = plain(piece)
        for hit in _in_text(written.text, field):
            yield hit.at(*written.span(hit.start, hit.end))


def _encoded(text: str, field: str) -> Iterator[Hit]:
    for start, end, inner in decoded(text):
        for hit in itertools.islice(_in_text(plain(inner).text, field), 1):
            yield replace(hit, reason=f"encoded_{hit.reason}", start=start, end=end)


def _float(text: str, field: str) -> Iterator[Hit]:
    """A whole cell such as 4.571...E15 whose digits are still all there."""
    found = _FLOAT.fullmatch(text.strip())
    if found is None:
        return
    whole = found[1] + found[2]
    places = int(found[3]) + 1
    # fewer digits: Excel has rounded the number away
    if not places - _LOSTZEROS <= len(whole) <= places:
        return
    for hit in _in_text(whole.ljust(places, "0"), field):
        yield hit.at(0, len(text))


def _in_text(text: str, field: str) -> Iterator[Hit]:
    best: list[tuple[Candidate, Hit]] = []
    for candidate in _candidates(text):
        hit = _judge(candidate, text, field)
        if hit is None:
            continue
        if best and candidate.start < best[-1][0].end:
            continue  # a shorter reading of the same digits stood first
        best.append((candidate, hit))
    yield from (hit for _, hit in best)


def _candidates(text: str) -> Iterator[Candidate]:
    # (2)
    blanked = _PAYMENT_SLIP.sub(_blanks, text) if "<" in text else text
    blanked = _UUID.sub(_blanks, blanked) if "-" in text else blanked
    tagged = list(_tagged(blanked))
    found = (
        candidate
        for run in _RUNS.finditer(blanked)
        if run.end() - run.start() >= SHORTEST
        for candidate in _in_run(blanked, run.start(), run.end())
    )
    yield from (
        heapq.merge(tagged, found, key=lambda candidate: candidate.start) if tagged else found
    )


def _blanks(found: re.Match[str]) -> str:
    return "<" * len(found.group())


def _tagged(text: str) -> Iterator[Candidate]:
    for tag in _TRACK_TAG.finditer(text):
        start, end = tag.span(tag.lastindex or 1)
        yield Candidate(digits=text[start:end], start=start, end=end, usual=True, framed=True)


def _in_run(text: str, begin: int, stop: int) -> Iterator[Candidate]:
    groups: list[tuple[int, int]] = []
    kinds: list[str] = []  # kinds[i] stands between groups i and i + 1
    for part in _PARTS.finditer(text, begin, stop):
        groups.append(part.span(1))
        kinds.append(_kind(part[2] or ""))
    if "\n" not in kinds or " " not in kinds:
        yield from _read(text, groups, kinds)
        return
    # groups go on in the next line
    joined = [
        " " if kind == "\n" and " " in kinds[max(index - 1, 0) : index + 2] else kind
        for index, kind in enumerate(kinds)
    ]
    yield from heapq.merge(
        _read(text, groups, kinds),
        _read(text, groups, joined),
        key=lambda candidate: candidate.start,
    )


def _read(text: str, groups: list[tuple[int, int]], kinds: list[str]) -> Iterator[Candidate]:
    for index, (start, end) in enumerate(groups):
        before = kinds[index - 1] if index else ""
        if SHORTEST <= end - start <= LONGEST and not _is_fraction(text, groups, kinds, index):
            tied = (
                before in {"-", "/", "_"}
                or kinds[index] in {"-", "_"}
                or _may_be_fraction(groups, kinds, index)
            )
            yield Candidate(digits=text[start:end], start=start, end=end, usual=True, glued=tied)
        yield from _grouped(text, groups, kinds, index)


def _may_be_fraction(groups: list[tuple[int, int]], kinds: list[str], index: int) -> bool:
    """``12,4571...`` may be a decimal number: together no more digits than one holds."""
    return (
        index == 1
        and kinds[0] == ","
        and groups[0][1] - groups[0][0] + groups[1][1] - groups[1][0] <= _FLOAT_DIGITS
    )


def _kind(separator: str) -> str:
    if not separator:
        return ""
    return separator.strip(" \r\n") or ("\n" if "\n" in separator else " ")


# (1)
def _is_fraction(text: str, groups: list[tuple[int, int]], kinds: list[str], index: int) -> bool:
    if index and (
        kinds[index - 1] == "."
        or (kinds[index - 1] == "," and text[slice(*groups[index - 1])] == "0")
    ):
        return True
    if kinds[index] not in {".", ","} or index + 1 == len(groups):
        return False
    following = text[slice(*groups[index + 1])]
    last = index + 2 == len(groups)
    return (
        last
        and len(following) <= 4
        and following.strip("0") != ""
        and (kinds[index] == "." or len(following) <= 2)
    )


def _grouped(
    text: str, groups: list[tuple[int, int]], kinds: list[str], index: int
) -> Iterator[Candidate]:
    """Readings of several groups from this one on, joined by one kind of separator."""
    first = index == 0 or kinds[index - 1] != kinds[index]
    lengths: tuple[int, ...] = ()
    for place in range(index, len(groups)):
        lengths = (*lengths, groups[place][1] - groups[place][0])
        if (
            (place > index and kinds[place - 1] != kinds[index])
            or sum(lengths) > LONGEST
            or not (first or lengths in _BEGINNINGS)
        ):
            return
        last = place + 1 == len(groups) or kinds[place] != kinds[index]
        if (
            place == index
            or sum(lengths) < SHORTEST
            or not _is_reading(text, groups, kinds, index, place, whole=first and last)
        ):
            continue
        digits = "".join(text[slice(*group)] for group in groups[index : place + 1])
        # a line ends anywhere in it
        broken = len(lengths) == 2 and kinds[index] == "\n" and lengths not in _SHAPES
        yield Candidate(
            digits=digits,
            start=groups[index][0],
            end=groups[place][1],
            usual=broken or lengths in _SHAPES,
            grouped=lengths in _CARD_GROUPS,
            glued=broken,
        )


def _is_reading(
    text: str,
    groups: list[tuple[int, int]],
    kinds: list[str],
    index: int,
    place: int,
    *,
    whole: bool,
) -> bool:
    """The groups are all there are, or they have the shape of a card and what follows is no
    continuation.
    """
    if whole:
        return True
    lengths = tuple(end - start for start, end in groups[index : place + 1])
    return (
        lengths in _SHAPES
        and kinds[index] in {" ", "\n", "-"}
        and _may_border(text, groups, kinds, index, place)
    )


def _may_border(
    text: str, groups: list[tuple[int, int]], kinds: list[str], index: int, place: int
) -> bool:
    """The groups beside a reading are not its continuation: an expiry date or a check code, or
    another length before it.
    """
    lead = groups[index][1] - groups[index][0]
    if (
        index
        and kinds[index - 1] == kinds[index]
        and groups[index - 1][1] - groups[index - 1][0] == lead
    ):
        return False
    if place + 1 == len(groups) or kinds[place] != kinds[index]:
        return True
    following = text[slice(*groups[place + 1])]
    return (
        len(following) <= 3 or len(following) >= 8 or _MONTH_YEAR.fullmatch(following) is not None
    )


def _judge(candidate: Candidate, text: str, field: str) -> Hit | None:
    fitting = card_range_of(candidate.digits)
    if fitting is None or not luhn_valid(candidate.digits) or len(set(candidate.digits)) == 1:
        return None
    framed = candidate.framed or _is_track(candidate, text)
    glued = candidate.glued
    if not framed:
        touching = _touching(candidate, text)
        if touching == "refused":
            return None
        glued = glued or touching == "glued"
    verdict = _weigh(candidate, text, field, grade=fitting.grade, framed=framed, glued=glued)
    if verdict is None:
        return None
    level, reason = verdict
    return Hit(
        kind="card",
        level=level,
        reason=reason,
        network=fitting.network,
        start=candidate.start,
        end=candidate.end,
    )


def _weigh(
    candidate: Candidate, text: str, field: str, *, grade: str, framed: bool, glued: bool
) -> tuple[Level, str] | None:
    if candidate.digits in test_cards():
        return Level.REVIEW, "test_card"
    if framed:
        return Level.CONFIRMED, "track"
    context = _context(candidate, text, field)
    if context in _CARD_REASONS:
        return (Level.PROBABLE if grade == "context" else Level.CONFIRMED), _CARD_REASONS[context]
    if not candidate.usual or _passes_gs1(candidate.digits):
        return None
    if grade == "context":
        alone = not context and len(text.strip()) == candidate.end - candidate.start
        return (
            (Level.REVIEW, "rare_range")
            if alone and (len(candidate.digits) >= _SHORTEST_RARE or candidate.digits[0] == "4")
            else None
        )
    return _weigh_bare(candidate, grade=grade, glued=glued, context=context)


def _weigh_bare(
    candidate: Candidate, *, grade: str, glued: bool, context: str
) -> tuple[Level, str] | None:
    if context == "column_of_identifiers":
        return None
    if context == "phone" and grade == "review":
        return None
    if context in {"identifier", "order"} or (
        context == "phone" and len(candidate.digits) <= AMEX_LENGTH
    ):
        return Level.REVIEW, "identifier_context"
    if ZEROS in candidate.digits:
        return Level.REVIEW, "zero_filled"
    if candidate.grouped:
        return Level.PROBABLE, "luhn_and_iin"
    if _is_time(candidate.digits):
        return Level.REVIEW, "date_like"
    if glued:
        return Level.REVIEW, "touching_text"
    return (
        (Level.PROBABLE, "luhn_and_iin") if grade == "probable" else (Level.REVIEW, "rare_network")
    )


def _context(candidate: Candidate, text: str, field: str) -> str:
    """What stands around says the number is: a check code, an expiry date, its key, the nearest
    word before it, the name of the field, the nearest word after it.
    """
    before = text[max(candidate.start - CONTEXT, 0) : candidate.start].casefold()
    after = text[candidate.end : candidate.end + CONTEXT].casefold()
    if _CHECK_CODE.search(after) or _CHECK_CODE.search(before) or _DATE_AND_CODE.match(after):
        return "check_code"
    if _EXPIRY.match(after):
        return "card"
    alone = not before.strip() and not after.strip()
    key = _field_says(key_before(text, candidate.start), alone=True)
    if key == "phone" and candidate.grouped:
        return "order"  # Tlf.: two numbers in a row
    return (
        key
        or _nearest_before(before, grouped=candidate.grouped)
        or _field_says(field, alone=alone)
        or _nearest_after(after)
    )


def _field_says(field: str, *, alone: bool) -> str:
    if not field:
        return ""
    if names_identifier(field):
        return "column_of_identifiers" if alone else "identifier"
    if names_card(field):
        return "card"
    if alone and speaks_of(field, "phone"):
        return "phone"
    return "order" if alone and names_order(field) else ""


@cache
def _words(group: str) -> re.Pattern[str]:
    return re.compile(context_pattern(group))


def _nearest_before(before: str, *, grouped: bool) -> str:
    before = _SLIP_TYPE.sub(lambda slip: slip[1].ljust(len(slip[0])), before)
    ends = {group: _last_end(_words(group), before) for group in ("card", "identifier", "order")}
    distance = len(before.rstrip(_MARKS)) - ends["order"]
    if distance > (_BESIDE if grouped else _FAR):
        ends["order"] = -1
    if max(ends["identifier"], ends["order"]) > ends["card"] and not _ANOTHER_MATTER.search(
        before, max(ends.values())
    ):
        return max(ends, key=ends.__getitem__)
    return "card" if ends["card"] >= 0 else ""


def _last_end(words: re.Pattern[str], text: str) -> int:
    return max((found.end() for found in words.finditer(text)), default=-1)


def _nearest_after(after: str) -> str:
    starts = {
        group: found.start()
        for group in ("card", "identifier", "order")
        if (found := _words(group).search(after))
    }
    nearest = min(starts, key=starts.__getitem__, default="")
    return nearest if nearest == "card" or (nearest and starts[nearest] <= _BESIDE) else ""


def _is_track(candidate: Candidate, text: str) -> bool:
    before, after = (
        text[max(candidate.start - 1, 0) : candidate.start],
        text[candidate.end : candidate.end + 40],
    )
    if _TRACK_NAME.match(after):
        return before in {"B", "b"} or not before.isalnum()
    return _TRACK_DATA.match(after) is not None and not before.isalnum()


def _touching(candidate: Candidate, text: str) -> str:
    """How the characters beside the number bear on it: "refused" (part of something else), "glued"
    (tied to text), or "".
    """
    before, after = (
        text[max(candidate.start - 16, 0) : candidate.start],
        text[candidate.end : candidate.end + 16],
    )
    # (3)
    if (
        _IBAN_BEFORE.search(before)
        or before.endswith("+")
        or _is_mask(before[-2:])
        or _is_mask(after[:2])
    ):
        return "refused"
    if _SLIP_AFTER.match(after) and _SLIP_BEFORE.search(before):  # (2)
        return "refused"
    letters = re.search(r"[^\W\d_]+$", before)
    if letters and not _TOUCHING_BEFORE.search(letters.group().casefold()):
        return "refused"
    if after and after[0].isalpha() and not _TOUCHING_AFTER.match(after.casefold()):
        return "refused"
    return "glued" if (before and before[-1] in "-/_@") or (after and after[0] in "-_@") else ""


def _is_mask(beside: str) -> bool:
    """Two glyphs that stand for digits.

    One alone is a key of a telephone: ``#`` ends what was dialled.
    """
    return (
        len(beside) == 2
        and beside[0] in _MASKS
        and beside[1] in _MASKS
        and beside.casefold() != "xx"
    )


def _passes_gs1(digits: str) -> bool:  # (4)
    # 57 is Denmark; a parcel's has a digit before it
    if len(digits) not in _GS1_LENGTHS or not (digits.startswith("57") or digits[1:3] == "57"):
        return False
    return (
        sum(int(digit) * (1, 3)[index % 2] for index, digit in enumerate(reversed(digits))) % 10
        == 0
    )


@lru_cache(maxsize=8192)
def _is_time(digits: str) -> bool:
    """Begins with a day of the years around now, as running numbers do (yymmdd, ddmmyy), or is a
    whole moment (ddmmyyyyhhmmss).
    """
    formats = {
        16: (("%y%m%d", 6), ("%d%m%y%H%M%S", 12), ("%d%m%Y", 8)),
        14: (("%d%m%Y%H%M%S", 14),),
    }
    return any(
        _reads_as(digits[:length], pattern) for pattern, length in formats.get(len(digits), ())
    )


def _reads_as(digits: str, pattern: str) -> bool:
    try:
        # only asks whether it reads as a moment
        moment = dt.datetime.strptime(digits, pattern)  # noqa: DTZ007
    except ValueError:
        return False
    return 2000 <= moment.year <= 2035
