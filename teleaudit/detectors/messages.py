"""The content of SMS and MMS: in a value by its look or its encoding, in a column by its name and by how its values look together.

Source: Bizzy's policy on teledata ("the content of SMS/MMS is not visible"), Kazoom's likewise; § 7 of the Danish teleloven (secrecy of communications).

What tells content from other text:
1. People write to each other: function words, and a first or second person. Tariffs, error texts and hang-up causes are sentences too.
2. Catalogue text repeats; messages do not. A value that stands in more than three cells and in 0.4 % of them is catalogue text.
3. Desk words (customer, invoice, reminder) without a person speaking are a note about a customer, not a message.
4. Text in UCS-2 hexadecimal, in hexadecimal or in base64 has no other reason to be there; neither has a JPEG or a PNG.
5. A keyword sent to a short number (donation, premium SMS) is content. Recipient and amount are not.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from functools import cache
from itertools import pairwise

from teleaudit.detectors.decisions import ColumnDecision, Hit, Level
from teleaudit.detectors.knowledge import content_pairs, donation_connector, name_words, text_words
from teleaudit.detectors.names import words_of
from teleaudit.detectors.writings import LONGEST_ENCODED, bytes_of_base64, text_of_base64, text_of_hex

LONGEST_LOOK = 4_096  # characters of a text that are looked at; an SMS of ten parts has 1,530
FEWEST_WORDS = 3
FUNCTION_SHARE = 0.3
CONTENT_SHARE = 0.2  # of cells that look like messages: a content column
CATALOGUE_CELLS = 3  # a text in more cells than these, and in more than
CATALOGUE_SHARE = 0.004  # of the column's cells, is catalogue text
MESSAGE_CHARACTERS = 0.97  # share of decoded characters that people type

_LETTERS = "A-Za-z\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u024f"
_SPACE = " \t\r\n\u00a0"
_WORDS = f"[{_LETTERS}][^0-9_{_LETTERS}{_SPACE}]*[{_SPACE}][^0-9_{_LETTERS}]*[{_LETTERS}]"  # two words side by side, said so that no space can be tried twice
_UCS2 = "^(?:0[0-4][0-9A-Fa-f]{2}|1[Ee][0-9A-Fa-f]{2}|2[0-9A-Fa-f]{3}|[Dd][89A-Fa-f][0-9A-Fa-f]{2}|[Ff][Ee]0[Ff]){3,}$"
_ASCII_HEX = "^(?:[2-7][0-9A-Fa-f]|0[AaDd]|[Cc]3[89AaBb][0-9A-Fa-f]){10,}$"
_BASE64 = "^(?:[CDI-Za-w48][A-Za-z0-9+/]{3}){3,}(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$"
_PICTURE = "^(?:/9j/|iVBORw0KGgo|R0lGOD)[A-Za-z0-9+/=]*$"
# The same expressions are the prefilter in SQL: no look-around, no backslash.
TEXT_CANDIDATES = (_WORDS, _UCS2, _ASCII_HEX, _BASE64, _PICTURE)

_ENCODED = tuple((re.compile(pattern.removeprefix("^").removesuffix("$")), name) for pattern, name in ((_UCS2, "ucs2"), (_ASCII_HEX, "hex"), (_BASE64, "base64")))
_PICTURES = re.compile(_PICTURE.removeprefix("^").removesuffix("$"))
_TWO_WORDS = re.compile(_WORDS)
_WORD = re.compile(r"(?<!\w)[^\W\d_]+(?:['’][^\W\d_]+)?(?!\w)")
_TYPED = re.compile(r"[\w\s.,;:!?'\"’()\[\]/&%+*#=@€£$<>~^|{}\\–—…-]", re.ASCII)
_LATIN = re.compile("[\u00a1-\u024f\u0391-\u03a9\u2010-\u2026\u20ac\u2600-\u27bf\U0001f300-\U0001faff\u200d\ufe0f]")

# The counts of a column that decide, in the order in which they are shown.
MESSAGE_PROFILE = ("message_cells", "text_cells", "message_like", "message_encoded", "message_catalogue", "message_numeric", "message_short")


def find_messages(text: str, *, field: str = "") -> list[Hit]:
    """Message content in one value: at most one hit, the whole value."""
    found = _judge(text, field)
    return [] if found is None else [Hit(kind="message", level=found[0], reason=found[1], start=0, end=len(text))]


def _judge(text: str, field: str) -> tuple[Level, str] | None:
    named = names_content(field) if field else ""
    encoding = encoded_text(text)
    if encoding:
        return (Level.CONFIRMED if named else Level.PROBABLE), encoding
    if is_donation(text):
        return Level.PROBABLE, "donation_keyword"
    if looks_like_message(text):
        return (Level.CONFIRMED if named else Level.PROBABLE), "message_like"
    if named == "strong" and _holds_letters(text):
        return Level.PROBABLE, "by_name"
    return None


def looks_like_message(text: str) -> bool:
    """Reads as one person writing to another: (1) and (3) of this module's rules."""
    look = text[:LONGEST_LOOK]
    if _TWO_WORDS.search(look) is None:
        return False
    words = [word.casefold() for word in _WORD.findall(look)]
    if len(words) < FEWEST_WORDS:
        return False
    danish, english = (sum(word in text_words("function_words", language) for word in words) for language in ("da", "en"))
    spoken = sum(word in _persons(english=english > danish) for word in words)
    greeting = words[0] in text_words("greetings") or words[-1] in text_words("greetings")
    desk = sum(word in text_words("desk_words") for word in words)
    if not (spoken or greeting) or desk > spoken + greeting:
        return False
    return max(danish, english) >= FUNCTION_SHARE * len(words) or (greeting and len(words) <= 6)


@cache
def _persons(*, english: bool) -> frozenset[str]:
    every = text_words("pronouns", "da") | text_words("pronouns", "en")
    return every if english else every - text_words("pronouns", "ambiguous")


def is_donation(text: str) -> bool:
    """A keyword sent to a short number: "ORD til 1231"."""
    return len(text) <= 40 and _donation().fullmatch(text.strip(" ")) is not None


@cache
def _donation() -> re.Pattern[str]:
    return re.compile(rf"[^\W\d_]\w{{1,19}} +{donation_connector()} +[0-9]{{4,5}}", re.IGNORECASE)


def encoded_text(text: str) -> str:
    """How a cell hides text or a picture: ucs2, hex, base64, picture; empty when it does not."""
    if len(text) < 12 or text[:1].isspace():
        return ""
    if _PICTURES.fullmatch(text):
        return "picture" if bytes_of_base64(text[:64])[:3] in {b"\xff\xd8\xff", b"\x89PN", b"GIF"} else ""
    cell = text[:LONGEST_ENCODED]
    for pattern, name in _ENCODED:
        if pattern.fullmatch(text) and _is_typed(_decode(cell, name), short=name == "ucs2"):
            return name
    return ""


def _decode(cell: str, encoding: str) -> str:
    if encoding == "base64":
        return text_of_base64(cell)
    return text_of_hex(cell, "utf-16-be" if encoding == "ucs2" else "utf-8")


def _is_typed(text: str, *, short: bool) -> bool:
    """Characters people type, among them lower-case letters, and spaces unless it is short."""
    if not text:
        return False
    typed = sum(_TYPED.fullmatch(character) is not None or _LATIN.fullmatch(character) is not None for character in text)
    lower = sum(character.islower() for character in text)
    return typed >= MESSAGE_CHARACTERS * len(text) and lower >= len(text) / 4 and (" " in text or short)


def names_content(name: str) -> str:
    """What a column's name says of message content: "strong" (it holds it), "weak" (it may), or "" (it does not, or speaks about messages only)."""
    words = words_of(name)
    if not words or any(word in name_words("content_about") for word in words[-1:]) or words[0] in {"antal", "count", "num", "has"}:
        return ""
    first, second = content_pairs()
    joined = {one + two for one, two in pairwise(words)}
    if any(word in name_words("content") for word in (*words, *joined)):
        return "strong"
    if any(one in first and two in second for one, two in pairwise(words)):
        return "strong"
    return "weak" if any(word in name_words("content_weak") for word in words) else ""


def profile_messages(values: Iterable[tuple[str, int]], *, cells: int) -> dict[str, int]:
    """The counts that ``decide_message_column`` needs: distinct texts with the number of cells each stands in, out of so many filled cells."""
    counts = dict.fromkeys(MESSAGE_PROFILE, 0)
    counts["message_cells"] = cells
    for text, times in values:
        counts[_class_of(text, times, cells)] += times
        if _TWO_WORDS.search(text[:LONGEST_LOOK]):
            counts["text_cells"] += times
    return counts


def _class_of(text: str, times: int, cells: int) -> str:
    if encoded_text(text):
        return "message_encoded"
    if not _holds_letters(text):
        return "message_numeric"
    if is_catalogue(times, cells):
        return "message_catalogue"
    return "message_like" if looks_like_message(text) or is_donation(text) else "message_short"


def is_catalogue(times: int, cells: int) -> bool:
    """So many cells hold the same text that it comes from a list: (2)."""
    return times > CATALOGUE_CELLS and times > CATALOGUE_SHARE * cells


def _holds_letters(text: str) -> bool:
    return any(character.isalpha() or character > "\u2190" for character in text[:LONGEST_LOOK])  # an emoji is a message too


def decide_message_column(profile: Mapping[str, int], name: str) -> ColumnDecision:
    """What the counts of a column say, with its name. Counts that are missing are 0."""
    counts = {key: int(profile.get(key) or 0) for key in MESSAGE_PROFILE}
    level, reason = _decide(counts, names_content(name))
    kinds = frozenset({"message"}) if level is not None else frozenset[str]()
    return ColumnDecision(kinds=kinds, level=level, reason=reason, counts=counts)


def _decide(counts: Mapping[str, int], named: str) -> tuple[Level | None, str]:
    found = counts["message_like"] + counts["message_encoded"]
    if named == "strong" and _holds_more_than_numbers(counts):
        return (Level.CONFIRMED if found else Level.PROBABLE), "by_name"
    if found and found >= CONTENT_SHARE * counts["message_cells"] and (found > 1 or named):
        return (Level.CONFIRMED if named or counts["message_encoded"] else Level.PROBABLE), "content_column"
    if found:
        return Level.PROBABLE, "content_values"
    return None, "catalogue_text" if counts["message_catalogue"] and counts["text_cells"] else "none"


def _holds_more_than_numbers(counts: Mapping[str, int]) -> bool:
    return counts["message_cells"] > counts["message_numeric"]


def messages_in_cell(text: str, *, name: str, decision: ColumnDecision) -> list[Hit]:
    """The content in one cell, in the light of what its column was found to be."""
    if "message" not in decision.kinds or decision.level is None or not text:
        return []
    counts = {key: decision.counts.get(key, 0) for key in MESSAGE_PROFILE}
    level, reason = _decide(counts, names_content(name))
    if level is None:
        return []
    if reason == "by_name":
        return [Hit(kind="message", level=level, reason=reason, start=0, end=len(text))]
    return [Hit(kind="message", level=level, reason=reason, start=0, end=len(text))] if encoded_text(text) or is_donation(text) or looks_like_message(text) else []


def profile_values(values: Iterable[str]) -> dict[str, int]:
    """The counts of ``profile_messages`` from a column's filled cells, one by one."""
    times = Counter(values)
    return profile_messages(times.items(), cells=times.total())
