"""Message content in a column, by its name and by how its values look together.

Source and what tells a single value: see ``message_values``.

1. Catalogue text repeats; messages mostly do not. A value that stands in more than three cells and
   in 0.4 % of them is catalogue text. So is a template:
   what repeats when its numbers and names are left out, unless a first person or a greeting speaks
   in it.
2. What reads as a message is one however often it repeats where the table names a sender and a
   recipient, and so is a greeting or a code that is sent to a person;
   anywhere else it is a question. Of few such texts among more that say nothing (names of tariffs)
   a person decides.
3. A column whose name says content is one, as long as its cells are not numbers only. Under a name
   that systems use too, its cells must speak.
4. Otherwise the share of cells that look like messages decides, among those that are no catalogue.
5. Letters to and from customers, with a case and a subject, are what they are kept for: never more
   than a question.
6. Of a column that holds messages as a whole every cell is one, but for words for "no value",
   numbers, a system's words, and catalogue text that is
   not rarer than what speaks.
7. Short answers ("ja", "ok") in teledata, in a column that may be named for content (``Tekst``),
   are a question, however often they repeat.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping

from teleaudit.detectors.attributes import names_note
from teleaudit.detectors.decisions import ColumnDecision, Hit, Level
from teleaudit.detectors.message_values import (
    CODE,
    FILE_NAME,
    LONGEST_LOOK,
    TWO_WORDS,
    holds_letters,
    is_certain_content,
    is_donation,
    is_impersonal,
    judge_message,
    names_content,
    names_keyword,
    signs_of,
    skeleton,
)
from teleaudit.detectors.sms_encodings import UCS2_DIGITS
from teleaudit.detectors.tables import CORRESPONDENCE, TELEDATA
from teleaudit.detectors.writings import digits_of_number

CONTENT_SHARE = 0.2  # of cells that look like messages: a content column
# of the texts that are no catalogue: messages, not notes among which one reads like a message
SPEAKING_SHARE = 0.5
NOTE_SHARE = 0.8  # of them in a column for notes
DOUBTFUL_SHARE = 0.1  # of the same: worth a question
CHAT_SHARE = 0.3  # of the same in a column named for content: short messages
CHANCE = 1e-4  # share of random cells that may decode to text
LONG_NUMBER = 12  # digits of a number that may be a message in an encoding that is not known here
CATALOGUE_CELLS = 3  # a text in more cells than these, and in more than
CATALOGUE_SHARE = 0.004  # of the column's cells, is catalogue text
MIN_REPEATED = 3  # different texts that read as messages: no list of something else
# the rules for which every cell of a column is a message: (6)
WHOLE_COLUMN = frozenset({"by_name", "content_column", "chat_column"})
_LATER = ("message_hint", "message_note", "message_code")
# Cells of texts that repeat and read as messages, surely or maybe; of codes for a person, which
# only beside sender and recipient are more than notes; and how many different texts repeat and read
# as messages, or say nothing.
_REPEATED = (
    "message_repeated",
    "message_asked",
    "message_passcode",
    "repeated_texts",
    "listed_texts",
)
# The counts of a column that decide, in the order in which they are shown. All but the first speak
# of cells with the same text at once, so parts add up. The last two say what the table is: 1 or 0.
MESSAGE_PROFILE = (
    *(
        "message_cells",
        "text_cells",
        "answer_cells",
        "message_like",
        "message_encoded",
        "message_catalogue",
        "message_numeric",
        "message_short",
    ),
    *_LATER,
    *_REPEATED,
    TELEDATA,
    CORRESPONDENCE,
)
# NORMAL_CLEARING, MOC-1, callType; of CODE what nobody writes
_SYSTEMS_WORD = re.compile(r"\S*[_\\=]\S*|(?=\S*[0-9])[0-9A-ZÆØÅ.:-]+|[a-z]+[A-Z]\w*")
# What all speak of in a code that is sent to a person: the code, the person, the digits.
_PASSCODE = (
    re.compile(r"(?i:(?:kode|koden|code|pin|otp|password)\b)"),
    re.compile(r"(?i:\b(?:din|dit|your|brug|indtast|use|enter)\b)"),
    re.compile(r"(?<![0-9])[0-9]{3}[ -]?[0-9]{1,5}(?![0-9])"),
)


def profile_messages(
    values: Iterable[tuple[str, int] | tuple[str, int, int] | tuple[str, int, int, int]],
    *,
    cells: int,
) -> dict[str, int]:
    """The counts that ``decide_message_column`` needs: distinct texts with the number of cells each
    stands in, out of so many filled cells.

    A third number says in how many cells a text of the same skeleton stands; without it, texts are
    compared as they are. A fourth says for how many texts of the same shape and numbers this one
    stands; without it, for itself.
    """
    counts = dict.fromkeys(MESSAGE_PROFILE, 0)
    counts["message_cells"] = cells
    for text, times, *more in values:
        alike, texts = (*more, *(times, 1)[len(more) :])
        of_class = _class_of(text, times, cells, alike=alike)
        counts[of_class] += times * texts
        counts["answer_cells"] += times * texts * _is_answer(text)
        if TWO_WORDS.search(text[:LONGEST_LOOK]):
            counts["text_cells"] += times * texts
            counts["repeated_texts"] += texts * (of_class == "message_repeated")
            counts["listed_texts"] += texts * (of_class == "message_catalogue")
    return counts


def _is_answer(text: str) -> bool:
    """One or two words that people answer with, such as "ja" and "ring", however often they repeat;
    no code, and no system's word.
    """
    signs = signs_of(text[:LONGEST_LOOK])
    return (
        signs.words in {1, 2} and (signs.share > 0 or signs.points > 0) and not is_impersonal(text)
    )


def _class_of(text: str, times: int, cells: int, *, alike: int) -> str:
    if certain := is_certain_content(text):
        return "message_hint" if certain == UCS2_DIGITS else "message_encoded"
    if not holds_letters(text):
        return "message_code" if digits_of_number(text) >= LONG_NUMBER else "message_numeric"
    found = judge_message(text, "")
    if found is not None and found[1] == "donation_keyword":
        return "message_like" if found[0] is not Level.REVIEW else "message_hint"
    if is_listed(text, times, cells=cells, alike=alike):
        return _class_of_listed(text, is_template=not is_catalogue(times, cells))
    if found is not None:
        return "message_like" if found[0] is not Level.REVIEW else "message_hint"
    look = text[:LONGEST_LOOK]
    if CODE.fullmatch(look) or FILE_NAME.fullmatch(look):
        return "message_code"
    return (
        "message_passcode"
        if _is_passcode(look)
        else "message_note"
        if is_impersonal(text)
        else "message_short"
    )


def _class_of_listed(text: str, *, is_template: bool) -> str:
    if spoken := _speech(text):
        return "message_asked" if spoken[0] is Level.REVIEW else "message_repeated"
    # a note that is written again and again with other names stays a note
    is_note = is_template and signs_of(text[:LONGEST_LOOK]).desk
    return "message_note" if is_note else "message_catalogue"


def _speech(text: str) -> tuple[Level, str] | None:
    """What a text is worth that stands between people: as by itself, and a greeting or a code for a
    person is a question too: (2).
    """
    found = judge_message(text, "")
    if found is not None:
        return found
    signs = signs_of(text[:LONGEST_LOOK])
    is_greeting = (
        signs.friendly and signs.points > 0 and not (signs.desk or signs.service or signs.technical)
    )
    return (
        (Level.REVIEW, "short_message")
        if is_greeting or _is_passcode(text[:LONGEST_LOOK])
        else None
    )


def _is_passcode(look: str) -> bool:
    """A code that is sent to a person: "Din kode er 4711"."""
    return all(part.search(look) for part in _PASSCODE)


def is_catalogue(times: int, cells: int) -> bool:
    """So many cells hold the same text that it comes from a list: (1)."""
    return times > catalogue_bound(cells)


def catalogue_bound(cells: int) -> float:
    """A text in more of so many cells than this comes from a list: (1)."""
    return max(CATALOGUE_CELLS, CATALOGUE_SHARE * cells)


def is_listed(text: str, times: int, *, cells: int, alike: int) -> bool:
    """The text comes from a list, or from a template whose numbers and names vary: (1).

    What is content by itself never does.
    """
    if is_catalogue(times, cells):
        return not (is_certain_content(text) or is_donation(text))
    if not is_catalogue(alike, cells):
        return False
    signs = signs_of(text[:LONGEST_LOOK])
    return not (
        signs.first
        or (signs.friendly and not signs.service)
        or is_certain_content(text)
        or is_donation(text)
    )


def is_cleared(text: str, times: int, *, cells: int, alike: int, decision: ColumnDecision) -> bool:
    """The text comes from a list and is nobody's message, in the light of what its column was found
    to be: (6).
    """
    if (
        decision.reason == "by_name"
        or not is_listed(text, times, cells=cells, alike=alike)
        or _speech(text)
    ):
        return False
    spoken = sum(
        decision.counts.get(name, 0)
        for name in ("message_like", "message_hint", "message_repeated", "message_asked")
    )
    return (
        decision.reason not in WHOLE_COLUMN
        or is_impersonal(text)
        or spoken < decision.counts.get("message_catalogue", 0)
    )


def decide_message_column(profile: Mapping[str, int], name: str) -> ColumnDecision:
    """What the counts of a column say, with its name.

    Counts that are missing are 0. ``k`` counts the cells that read as messages by themselves.
    """
    counts = {key: int(profile.get(key) or 0) for key in MESSAGE_PROFILE}
    level, reason = _decide(counts, name)
    kinds = frozenset({"message"}) if level is not None else frozenset[str]()
    found = counts["message_like"] + counts["message_encoded"] + counts["message_repeated"]
    return ColumnDecision(
        kinds=kinds, level=level, reason=reason, n=counts["message_cells"], k=found, counts=counts
    )


def _decide(counts: Mapping[str, int], name: str) -> tuple[Level | None, str]:
    level, reason = _decide_in_table(_in_context(counts), name)
    if level is None and counts["message_repeated"] and not names_note(name):
        level, reason = Level.REVIEW, "repeated_messages"
    return (level and Level.REVIEW) if counts[CORRESPONDENCE] else level, reason


def _in_context(counts: Mapping[str, int]) -> Mapping[str, int]:
    """The counts with what repeats put where it belongs in such a table: (2)."""
    repeated, asked, codes = (
        counts["message_repeated"],
        counts["message_asked"],
        counts["message_passcode"],
    )
    if not counts[TELEDATA]:
        return {
            **counts,
            "message_catalogue": counts["message_catalogue"] + repeated + asked,
            "message_note": counts["message_note"] + codes,
        }
    sure = repeated if counts["repeated_texts"] >= min(MIN_REPEATED, counts["listed_texts"]) else 0
    return {
        **counts,
        "message_like": counts["message_like"] + sure,
        "message_hint": counts["message_hint"] + repeated - sure + asked + codes,
    }


def _decide_in_table(counts: Mapping[str, int], name: str) -> tuple[Level | None, str]:
    named = names_content(name)
    by_name = _decide_by_name(counts, name) if named in {"strong", "shared"} else None
    if by_name is not None and (named == "strong" or _speaks(counts)):
        return by_name, "by_name"
    level, reason = _decide_by_look(counts, name, named)
    asks = by_name is not None or (named and _holds_answers(counts))
    return (Level.REVIEW, "by_name") if level is None and asks else (level, reason)


def _holds_answers(counts: Mapping[str, int]) -> bool:
    """In teledata, most of a column's words are those that people answer with: (7)."""
    answers = counts["answer_cells"]
    return (
        counts[TELEDATA] > 0
        and 0 < SPEAKING_SHARE * (counts["message_cells"] - counts["message_numeric"]) <= answers
    )


def _speaks(counts: Mapping[str, int]) -> bool:
    """Enough of the texts look like messages for a name that systems use too."""
    found = counts["message_like"] + counts["message_hint"] + counts["message_encoded"]
    return found > 0 and found >= CHAT_SHARE * (_texts(counts) + counts["message_encoded"])


def _decide_by_look(counts: Mapping[str, int], name: str, named: str) -> tuple[Level | None, str]:
    encoded, like, hint = counts["message_encoded"], counts["message_like"], counts["message_hint"]
    if encoded:
        if encoded >= CONTENT_SHARE * counts["message_cells"] and (encoded > 1 or named):
            return Level.CONFIRMED, "content_column"
        # one alone among many may be chance in any of a thousand columns
        enough = encoded > 1 or named or encoded >= SPEAKING_SHARE * counts["message_cells"]
        is_chance = encoded <= CHANCE * counts["message_cells"]
        return (Level.PROBABLE if enough and not is_chance else Level.REVIEW), "content_values"
    texts = _texts(counts)
    if (
        like + hint >= (NOTE_SHARE if names_note(name) else SPEAKING_SHARE) * texts
        and like >= SPEAKING_SHARE / 2 * texts
        and like > counts["message_note"]
    ):
        if like + hint >= CONTENT_SHARE * counts["message_cells"] and (
            like > 1 or named or counts[TELEDATA]
        ):
            return (Level.CONFIRMED if named else Level.PROBABLE), "content_column"
        return (Level.REVIEW if names_note(name) else Level.PROBABLE), "content_values"
    return _decide_doubt(counts, name, named)


def _texts(counts: Mapping[str, int]) -> int:
    """Cells with text that is in no list and is no code."""
    return (
        counts["message_like"]
        + counts["message_hint"]
        + counts["message_note"]
        + counts["message_short"]
    )


def _decide_doubt(counts: Mapping[str, int], name: str, named: str) -> tuple[Level | None, str]:
    like, hint, texts = counts["message_like"], counts["message_hint"], _texts(counts)
    if named and like + hint > max(1, counts["message_note"]) and like + hint >= CHAT_SHARE * texts:
        return Level.PROBABLE, "chat_column"
    if like + hint and like + hint >= (DOUBTFUL_SHARE if like else CHAT_SHARE) * texts:
        return Level.REVIEW, "content_values"
    if like and not names_note(name):
        return Level.REVIEW, "content_values"  # one by one they would be found
    if like or hint or counts["message_note"]:
        return None, "other_text"
    return None, (
        "catalogue_text" if counts["message_catalogue"] and counts["text_cells"] else "none"
    )


def _decide_by_name(counts: Mapping[str, int], name: str) -> Level | None:
    """What a column named for content is worth; None when it holds numbers only."""
    found = counts["message_like"] + counts["message_encoded"]
    spoken = found + counts["message_hint"] + counts["message_short"]
    listed = counts["message_catalogue"] + counts["message_code"] + counts["message_note"]
    if found >= DOUBTFUL_SHARE * (spoken + listed) and found and spoken >= counts["message_note"]:
        return Level.CONFIRMED
    if names_keyword(name) and counts["message_catalogue"] + spoken:
        return Level.PROBABLE
    if spoken and spoken >= CONTENT_SHARE * (spoken + listed):
        return Level.PROBABLE
    return Level.REVIEW if spoken or listed else None


def messages_in_cell(text: str, *, name: str, decision: ColumnDecision) -> list[Hit]:
    """The content in one cell, in the light of what its column was found to be."""
    if not text:
        return []
    counts = {key: decision.counts.get(key, 0) for key in MESSAGE_PROFILE}
    level, reason = _decide(counts, name)
    if level is None:
        return []
    whole = [Hit(kind="message", level=level, reason=reason, start=0, end=len(text))]
    if reason in WHOLE_COLUMN:
        return [] if _is_none(text, by_name=reason == "by_name") else whole
    found = _speech(text) if counts[TELEDATA] else judge_message(text, "")
    if found is None or (
        found[0] is Level.REVIEW and reason == "content_values" and level is not Level.REVIEW
    ):
        return []
    return whole


def _is_none(text: str, *, by_name: bool) -> bool:
    """A number, a word for "no value" and, unless the column is named for messages, a system's
    word: (6).
    """
    if not holds_letters(text):
        return digits_of_number(text) < LONG_NUMBER
    return (
        not by_name
        and _SYSTEMS_WORD.fullmatch(text[:LONGEST_LOOK]) is not None
        and not is_certain_content(text)
    )


def profile_rest(*, words: int, listed: int, others: int) -> dict[str, int]:
    """The counts that cells add which ``message_candidate_sql`` leaves out: of words, apart those
    that come from a list, and of anything else.
    """
    return {"message_short": words, "message_catalogue": listed, "message_numeric": others}


def profile_values(values: Iterable[str | None], **_column: object) -> dict[str, int]:
    """The counts of ``profile_messages`` from a column's cells, one by one."""
    times = Counter(value for value in values if value)
    alike: Counter[str] = Counter()
    for text, cells in times.items():
        alike[skeleton(text)] += cells
    return profile_messages(
        ((text, cells, alike[skeleton(text)]) for text, cells in times.items()), cells=times.total()
    )
