"""The content of SMS and MMS: in a value by its look or its encoding, in a column by its name and by how its values look together.

Source: Bizzy's policy on teledata ("the content of SMS/MMS is not visible"), Kazoom's likewise; § 7 of the Danish teleloven (secrecy of communications).

What tells content from other text:
1. People write to each other: small words of their language, a first or second person, greetings, the spelling of text messages.
   Tariffs, error texts and hang-up causes are sentences too.
2. Catalogue text repeats; messages do not. A value that stands in more than three cells and in 0.4 % of them is catalogue text. So is a template:
   what repeats when its numbers and names are left out, unless a first person or a greeting speaks in it.
3. Desk words (customer, ticket) are a note about a customer, not a message, even when it quotes one.
   The operator's own words (balance, data, invoice) weigh against a second person, less against a first.
4. Text that a cell hides in another encoding has no other reason to be there; neither has a picture, a part of an MMS or the text in a delivery receipt.
5. A keyword sent to a short number (donation, premium SMS) is content. Recipient and amount are not.
6. In JSON and in log lines the key names what its value is.
Left out: single short answers ("Ok") where neither name nor column speaks for them, notes that repeat a message,
and what SMIL, MIME headers or file names say without a part of the message.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import pairwise

from teleaudit.detectors.attributes import names_note
from teleaudit.detectors.decisions import ColumnDecision, Hit, Level
from teleaudit.detectors.knowledge import content_pairs, name_words
from teleaudit.detectors.message_words import donation_connector, donation_words, flags_of, languages, languages_of, lean_languages, persons
from teleaudit.detectors.names import words_of
from teleaudit.detectors.sms_encodings import BEGINNINGS, HEX, HEX_CELL, HEX_PAIRS, OTHERS, PLUSSED, SPACED_BY_CODE, hidden_text, written_plainly

LONGEST_LOOK = 4_096  # characters of a text that are looked at; an SMS of ten parts has 1,530
FEWEST_WORDS = 3
FUNCTION_SHARE = 0.3
LEAN_SHARE = 0.2  # in languages whose endings do the work
CONTENT_SHARE = 0.2  # of cells that look like messages: a content column
SPEAKING_SHARE = 0.5  # of the texts that are no catalogue: messages, not notes among which one reads like a message
NOTE_SHARE = 0.8  # of them in a column for notes
DOUBTFUL_SHARE = 0.1  # of the same: worth a question
CHAT_SHARE = 0.3  # of the same in a column named for content: short messages
CHANCE = 1e-4  # share of random cells that may decode to text
CATALOGUE_CELLS = 3  # a text in more cells than these, and in more than
CATALOGUE_SHARE = 0.004  # of the column's cells, is catalogue text
TEMPLATE_LETTERS = 12  # small letters that a text keeps without numbers and names: enough to compare it by

_LETTERS = "A-Za-z\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u1fff\u2c00-\ud7ff"
_SPACE = " \t\r\n\u00a0"
_WORDS = f"[{_LETTERS}][^0-9_{_LETTERS}{_SPACE}]*[{_SPACE}][^0-9_{_LETTERS}]*[{_LETTERS}]"  # two words side by side, said so that no space can be tried twice
_KANNEL = "msg:[0-9]+:"

_TWO_WORDS = re.compile(_WORDS)
_WORD = re.compile(r"(?<!\w)[^\W\d_]+(?:['’][^\W\d_]+)?(?!\w)")
_EMOJI = re.compile("[\U0001f300-\U0001faff\u2600-\u27bf]|[:;=8][-']?[)(DPpoO*](?!\\w)|<3|\\bxD\\b|\\^\\^")
_OWN_PAGES = re.compile(r"\b(?:Mit|Min|Mine|My|Mitt|Mein) [A-ZÆØÅ]")  # "Mit Bizzy" is where an operator's customers log in
_DRAWN_OUT = re.compile(r"([^\W\d_])\1\1")
_PLACEHOLDER = re.compile(r"\{\{|\$\{|\{[0-9a-z_]{0,30}\}|%\([a-z_]{1,30}\)|%[sd]\b|<[a-z_]{1,30}>|\[[A-ZÆØÅ_]{3,30}\]")
_TECHNICAL = re.compile(r"[{}<>=|\\_;\[\]*#@~^]|::|->|\b[a-z]+[A-Z]\w*|\b\w+\(")
_RECEIPT = re.compile(r"\bstat:\w{3,10}\s{1,3}err:\w{1,6}\s{1,3}text:(.*)", re.IGNORECASE | re.DOTALL)
_PART = re.compile(
    r"content-type:\s{0,3}(?:text/plain|image/|video/|audio/|application/smil|multipart/(?:related|mixed))[^\r\n\\]{0,200}(?:(?:\r?\n|\\r\\n|\\n)[\w-]{1,40}:[^\r\n\\]{0,300}){0,12}(?:\r?\n|\\r\\n|\\n){2}\s{0,4}[^\s-]",
    re.IGNORECASE,
)
_KEYED = re.compile(
    r"(?P<quote>[\"']?)(?P<key>[^\W\d][\w.-]{0,40})(?P=quote)\s{0,2}(?P<sign>[:=])\s{0,2}"
    r"(?:\"(?P<double>(?:[^\"\\]|\\.){1,2000})\"?|'(?P<single>[^'\\]{1,2000})'|(?P<bare>[^\s\"',;&{}\[\]][^,;&{}\[\]\r\n\"]{0,300}?)(?=\s+[\w.-]{1,40}[=:]|[,;&}\]\r\n\"]|\Z))",
    re.DOTALL,
)
_TAGGED = re.compile(r"<([A-Za-z][\w.:-]{0,40})(?:\s[^<>]{0,200})?>([^<>]{1,2000})</")
_STRUCTURED = re.compile(r"\s{0,9}(?:[\[{]\s{0,9}[\[{]?\s{0,9}\\{0,3}\"[^\"\n]{1,60}\"\s{0,3}[:,]|(?:[\w.-]{1,40}=[^\s=]{1,200}[ ;,&|]{1,3}){2}[\w.-]{1,40}=)")
_LOGGED = re.compile(rf"\[{_KANNEL}([^\]]*)\]")
_CARRIES = re.compile(r"[0-9]{8}|(?i:\b[sm]ms\b)")  # a number or a word that makes a body the body of a message
_FILE_NAME = re.compile(r"[^\r\n/\\]{1,120}\.(?:jpe?g|png|gif|webp|heic|bmp|mp4|3gpp?|mov|amr|mp3|m4a|wav|vcf|pdf|smil|txt|docx?)", re.IGNORECASE)
_CODE = re.compile(r"[^\s]*[0-9_/\\=][^\s]*|[A-ZÆØÅ.:-]+|[a-z]+[A-Z]\w*")
_NAME_OR_NUMBER = "(?:[A-Z\u00c0-\u00d6\u00d8-\u00de][A-Za-z\u00c0-\u024f'-]*|[0-9]+)"
VARYING = f"{_NAME_OR_NUMBER}(?:[ .,:/-]*{_NAME_OR_NUMBER})*"  # several beside each other as one
_VARIES = re.compile(VARYING)
_TO_ZERO = str.maketrans("123456789", "000000000")

_LATER = ("message_hint", "message_note", "message_code")
# The counts of a column that decide, in the order in which they are shown. All but the first speak of cells with the same text at once, so parts add up.
MESSAGE_PROFILE = ("message_cells", "text_cells", "message_like", "message_encoded", "message_catalogue", "message_numeric", "message_short", *_LATER)


@dataclass(frozen=True, kw_only=True)
class TextCandidates:
    """Regular expressions without look-around, one of which every found text meets. Kept apart, because an automaton for all of them is too large to keep."""

    spaced: tuple[str, ...]  # texts with a space
    hex_cell: str  # texts of hexadecimal digits only,
    hexadecimal: tuple[str, ...]  # and what the first ``PREFIX`` characters of such a text meet
    encoded: tuple[str, ...]  # what the first ``PREFIX`` characters of other texts without a space meet,
    unspaced: tuple[str, ...]  # or the text


@cache
def text_candidates() -> TextCandidates:
    """What the prefilter asks."""
    first, second = content_pairs()
    keys = "|".join(
        [
            *sorted(name_words("content") | name_words("content_keyword") | name_words("content_shared") | name_words("content_weak")),
            f"(?:{'|'.join(sorted(first))})[_.-]?(?:{'|'.join(sorted(second))})",
        ]
    )
    keys = keys.replace("ø", "[øØ]").replace("æ", "[æÆ]").replace("å", "[åÅ]")  # Java takes only ASCII letters for the same in both cases
    marks = f"(?i:{keys})[A-Za-z0-9_.-]{{0,40}}[\"']?[{_SPACE}]{{0,2}}[:=]|{_KANNEL}|(?i:<smil|text:|content-type:)"
    beginnings = "|".join(BEGINNINGS)
    return TextCandidates(
        spaced=(_WORDS, f"^{HEX_PAIRS}|^(?:{beginnings})|{SPACED_BY_CODE}|[=-]> *[0-9]{{4}}", marks),
        hex_cell=f"^{HEX_CELL}$",
        hexadecimal=(*HEX, f"^(?:{beginnings})"),
        encoded=OTHERS,
        unspaced=(f"{PLUSSED}|^(?:{beginnings})|{SPACED_BY_CODE}", marks),
    )


def find_messages(text: str, *, field: str = "") -> list[Hit]:
    """Message content in one value: at most one hit, the whole value."""
    found = _judge(text, field)
    return [] if found is None else [Hit(kind="message", level=found[0], reason=found[1], start=0, end=len(text))]


def _judge(text: str, field: str) -> tuple[Level, str] | None:
    named = names_content(field) if field else ""
    certain = _certain(text)
    if certain:
        return (Level.CONFIRMED if named else Level.PROBABLE), certain
    if is_donation(text):
        return (Level.PROBABLE if text.isupper() or " til 1" in text or named else Level.REVIEW), "donation_keyword"
    keyed = _in_keys(text[:LONGEST_LOOK])
    if keyed is not None:
        return keyed
    by_look = _by_look(text, note=bool(field) and names_note(field))
    if by_look is not None and by_look[0] is not Level.REVIEW:
        return (Level.CONFIRMED if named else by_look[0]), by_look[1]
    if not named or named == "weak":
        return by_look
    by_name = _by_name(text, field, sure=by_look is not None)
    return (Level.REVIEW, by_name[1]) if by_name is not None and named == "shared" and by_look is None else by_name


@lru_cache(maxsize=4)  # of one text it is asked several times over
def _certain(text: str) -> str:
    """What is content by itself: (4)."""
    encoding, decoded = hidden_text(text)
    if encoding:
        return "" if encoding in {"hex", "base64", "escaped"} and _is_system_text(decoded) else encoding
    look = text[:LONGEST_LOOK]
    if "ext:" in look.casefold() and (receipt := _RECEIPT.search(look)):
        return "smpp_receipt" if _holds_letters(receipt.group(1)) else ""
    lowered = look.casefold() if "<" in look or "ype:" in look.casefold() else ""
    return "mms_part" if "<smil" in lowered or ("content-type:" in lowered and _PART.search(look)) else ""


def _is_system_text(text: str) -> bool:
    """JSON, a certificate, a configuration: text, but nobody wrote it to anybody."""
    signs = _signs_of(text[:LONGEST_LOOK])
    return signs.technical and not signs.points > 0


def _in_keys(look: str) -> tuple[Level, str] | None:
    """The content that JSON, XML or a log line holds under a key that names it, or that a key of JSON holds whatever its name: (6)."""
    best: tuple[Level, str] | None = None
    for key, value, quoted in _pairs(look):
        named = names_content(key)
        if not _holds_letters(value) or not (named or (quoted and " " in value)):
            continue
        found = _keyed_value(value, look, strong=named != "weak", quoted=quoted) if named else _speech_under(key, value)
        if found is not None and (best is None or best[0] is Level.REVIEW):
            best = found
    return best


def _pairs(look: str) -> Iterator[tuple[str, str, bool]]:
    for match in _TAGGED.finditer(look) if "</" in look else ():
        yield match.group(1).rpartition(":")[2], match.group(2), True
    if ":" not in look and "=" not in look:
        return
    for match in _LOGGED.finditer(look):
        yield "sms_text", match.group(1), True
    for match in _KEYED.finditer(look):
        value = match["double"] or match["single"] or match["bare"] or ""
        yield match["key"].rpartition(".")[2], value, match["bare"] is None and bool(match["quote"] or match["sign"] == "=")


def _keyed_value(value: str, look: str, *, strong: bool, quoted: bool) -> tuple[Level, str] | None:
    encoding, _ = hidden_text(value)
    if encoding:
        return Level.PROBABLE, encoding
    by_look = _by_look(value, note=False)
    if by_look is not None and (by_look[0] is not Level.REVIEW or not (strong and quoted)):
        return by_look[0], "by_key" if by_look[0] is not Level.REVIEW else by_look[1]
    if not (strong and quoted) or _CODE.fullmatch(value) or _PLACEHOLDER.search(value):
        return None
    signs = _signs_of(value)
    return (Level.PROBABLE if _CARRIES.search(look) and not (signs.service or signs.desk or signs.technical) else Level.REVIEW), "by_key"


def _speech_under(key: str, value: str) -> tuple[Level, str] | None:
    """What speaks as a message does under a key that says nothing of it."""
    if names_note(key) or not name_words("content_system").isdisjoint(words_of(key)):
        return None
    by_look = _by_look(value, note=False)
    return by_look if by_look is not None and by_look[0] is not Level.REVIEW else None


def _by_name(text: str, field: str, *, sure: bool) -> tuple[Level, str] | None:
    """What a value is worth whose field is named for content."""
    if not _holds_letters(text):
        return None
    if _FILE_NAME.fullmatch(text[:LONGEST_LOOK]):
        return Level.REVIEW, "attachment_name"
    if names_keyword(field):
        return (Level.PROBABLE if text.strip().isalpha() else Level.REVIEW), "by_name"
    return (Level.PROBABLE if sure or not _is_impersonal(text) else Level.REVIEW), "by_name"


def _is_impersonal(text: str) -> bool:
    """A code, a note, the operator's or a system's own text."""
    look = text[:LONGEST_LOOK]
    if _CODE.fullmatch(look):
        return True
    signs = _signs_of(look)
    return bool(signs.desk or signs.service or signs.technical)


@dataclass(frozen=True, kw_only=True)
class _Signs:
    """What a text shows: (1) and (3)."""

    words: int
    share: float  # of its words that are small words of its language, of those the language needs
    first: int  # words of a first person
    persons: int  # words of a first or second person
    friendly: int  # greetings, faces, the spelling of text messages
    greeting: bool
    desk: int
    service: int
    technical: bool
    titled: bool  # every word has a capital: names, addresses, products
    points: int


@lru_cache(maxsize=64)
def _signs_of(look: str) -> _Signs:
    written = _WORD.findall(look)
    known = [_known(word) for word in written]
    if not known:
        return _Signs(words=0, share=0, first=0, persons=0, friendly=0, greeting=False, desk=0, service=0, technical=_is_technical(look), titled=False, points=0)
    language, small = _language_of(known)
    first_words, other_words = persons(language)
    first = max(0, sum(word in first_words for word, _, _ in known) - len(_OWN_PAGES.findall(look)))
    other = sum(word in other_words for word, _, _ in known)
    groups = [group for _, _, groups in known for group in groups]
    desk, service, note = groups.count("desk_words"), groups.count("service_words"), groups.count("note_words")
    opener, closer = "openers" in known[0][2], len(known) > 1 and "closers" in known[-1][2]
    face = _EMOJI.search(look) is not None
    chat = min(2, groups.count("chat_words") + (_DRAWN_OUT.search(look) is not None))
    points = 2 * min(first, 2) + min(other, 2) + 2 * opener + 2 * closer + 2 * face + chat + ("?" in look) + ("imperatives" in known[0][2])
    points -= (min(2, service) if first else 2 * service) + note + look.isupper()
    need = LEAN_SHARE if language in lean_languages() else FUNCTION_SHARE
    return _Signs(
        words=len(known),
        share=small / len(known) / need,
        first=first,
        persons=first + other,
        friendly=opener + closer + face + chat,
        greeting=opener or closer or face,
        desk=desk,
        service=service,
        technical=_is_technical(look),
        titled=len(known) >= FEWEST_WORDS and not look.isupper() and all(word[0].isupper() for word in written if len(word) > 1),
        points=points,
    )


@lru_cache(maxsize=65_536)
def _known(written: str) -> tuple[str, tuple[str, ...], frozenset[str]]:
    """A word casefolded, the languages it is a small word of, and its groups."""
    word = written.casefold().replace("’", "'")
    return word, languages_of(word), flags_of(word)


def _language_of(known: list[tuple[str, tuple[str, ...], frozenset[str]]]) -> tuple[str, int]:
    """The language most of whose small words stand in the text, and how many; Danish where two share the most."""
    counts: dict[str, int] = {}
    for _, of_languages, _ in known:
        for language in of_languages:
            counts[language] = counts.get(language, 0) + 1
    most = max(counts.values(), default=0)
    return next((language, most) for language in languages() if counts.get(language, 0) == most)


def _is_technical(look: str) -> bool:
    """Marks of logs, code and templates; JSON and pairs of keys and values, whose words are no sentence: (6)."""
    if _STRUCTURED.match(look):
        return True
    plain = _EMOJI.sub("", look)
    return _PLACEHOLDER.search(plain) is not None or len(_TECHNICAL.findall(plain)) > max(1, len(plain) / 40)


def _by_look(text: str, *, note: bool) -> tuple[Level, str] | None:
    """Reads as one person writing to another: (1) and (3). In a field for notes that is a question only."""
    look = text[:LONGEST_LOOK]
    writing, plain = written_plainly(look)
    plain = plain or look
    if _TWO_WORDS.search(plain) is None:
        return None
    signs = _signs_of(plain)
    if signs.desk or signs.technical or signs.titled:
        return None
    if _is_speech(signs):
        return (Level.REVIEW if note else Level.PROBABLE), writing or "message_like"
    return (Level.REVIEW, "short_message") if _is_hint(signs) else None


def _is_speech(signs: _Signs) -> bool:
    if signs.words < FEWEST_WORDS or not (signs.persons or signs.friendly):
        return False
    if signs.share >= 1:
        return signs.points >= 2 or (signs.points >= 1 and signs.words >= 5 and (signs.first > 0 or (signs.persons > 0 and not signs.service)))
    return signs.greeting and signs.points >= 4


def _is_hint(signs: _Signs) -> bool:
    if signs.service and not signs.first:
        return False
    if signs.words < FEWEST_WORDS:
        return signs.points >= 2 and (signs.greeting or signs.friendly + signs.persons >= signs.words)
    plain = signs.points >= 0 and ((signs.words >= 5 and signs.share >= 2) or (signs.words > 5 and signs.share >= 1.8))
    return signs.points >= 2 or (signs.points >= 1 and signs.share >= 1) or plain


def looks_like_message(text: str) -> bool:
    """Reads as one person writing to another."""
    found = _by_look(text, note=False)
    return found is not None and found[0] is not Level.REVIEW


def is_donation(text: str) -> bool:
    """A keyword sent to a short number: "ORD til 1231"."""
    match = _donation().fullmatch(text.strip(" ")) if len(text) <= 60 else None
    return match is not None and match.group(1).casefold() not in donation_words()


@cache
def _donation() -> re.Pattern[str]:
    return re.compile(rf"(?:(?:send|sms|skriv|text) +){{0,2}}([^\W\d_]\w{{1,19}})(?: +[0-9]{{1,4}})? +{donation_connector()} +[0-9]{{4,5}}", re.IGNORECASE)


@lru_cache(maxsize=4096)
def names_content(name: str) -> str:
    """What a column's name says of message content: "strong" (it holds it), "shared" (that or a system's texts), "weak" (it may), or "" (none, or counts of them)."""
    words = words_of(name)
    if not words or any(word in name_words("content_about") for word in words[-1:]) or words[0] in {"antal", "count", "num", "has"}:
        return ""
    if any(word in name_words("content_system") for word in words):
        return ""
    first, second = content_pairs()
    joined = {one + two for one, two in pairwise(words)}
    if any(word in name_words("content") | name_words("content_keyword") for word in (*words, *joined)):
        return "strong"
    if any(one in first and two in second for one, two in pairwise(words)):
        return "strong"
    if any(word in name_words("content_shared") for word in (*words, *joined)):
        return "shared"
    return "weak" if any(word in name_words("content_weak") for word in words) else ""


def names_keyword(name: str) -> bool:
    """The column is named for the keywords of donations and premium SMS."""
    words = words_of(name)
    return not name_words("content_keyword").isdisjoint((*words, *(one + two for one, two in pairwise(words))))


def skeleton(text: str) -> str:
    """A text without its numbers and names, by which templates are told; the text itself when too little of it is left. ``message_skeleton_sql`` says the same."""
    bare = _VARIES.sub("#", text[:LONGEST_LOOK])
    return bare if len(re.sub("[^a-z]", "", bare)) >= TEMPLATE_LETTERS else text


@cache
def digits_matter() -> str:
    """A regular expression without look-around that a text meets in which a digit's value may tell.

    In another encoding or writing, in a picture, before a short number, in a face, in the name of a kind of file.
    """
    return "|".join(
        (
            f"^[^{_SPACE}]*$",
            f"^[^{_SPACE}]{{16}}",
            "^[0-9A-Fa-f]{2}[ :-][0-9A-Fa-f]{2}[ :-]",
            "[%=&\\\\]|<3|8[-']?[)(DPpoO*]",
            f"(?i: {donation_connector()} +[0-9]{{4,5}} *$)",
            "(?i:[.](?:mp[34]|3gp|m4a))",
        )
    )


@cache
def _digits_matter() -> re.Pattern[str]:
    return re.compile(digits_matter().replace("$", r"\Z"))


def shape(text: str) -> str:
    """A text with a 0 for each of its digits, where no digit makes a difference to what it is: one judgement serves all texts of a shape. ``message_shape_sql`` says the same."""
    return text if _digits_matter().search(text) else text.translate(_TO_ZERO)


def profile_messages(values: Iterable[tuple[str, int] | tuple[str, int, int] | tuple[str, int, int, int]], *, cells: int) -> dict[str, int]:
    """The counts that ``decide_message_column`` needs: distinct texts with the number of cells each stands in, out of so many filled cells.

    A third number says in how many cells a text of the same skeleton stands; without it, texts are compared as they are.
    A fourth says for how many texts of the same shape and numbers this one stands; without it, for itself.
    """
    counts = dict.fromkeys(MESSAGE_PROFILE, 0)
    counts["message_cells"] = cells
    for text, times, *more in values:
        alike, texts = (*more, *(times, 1)[len(more) :])
        counts[_class_of(text, times, cells, alike=alike)] += times * texts
        if _TWO_WORDS.search(text[:LONGEST_LOOK]):
            counts["text_cells"] += times * texts
    return counts


def _class_of(text: str, times: int, cells: int, *, alike: int) -> str:
    if _certain(text):
        return "message_encoded"
    if not _holds_letters(text):
        return "message_numeric"
    found = _judge(text, "")
    if found is not None and found[1] == "donation_keyword":
        return "message_like" if found[0] is not Level.REVIEW else "message_hint"
    look = text[:LONGEST_LOOK]
    if is_listed(text, times, cells=cells, alike=alike):  # a note that is written again and again with other names stays a note
        return "message_note" if not is_catalogue(times, cells) and _signs_of(look).desk else "message_catalogue"
    if found is not None:
        return "message_like" if found[0] is not Level.REVIEW else "message_hint"
    if _CODE.fullmatch(look) or _FILE_NAME.fullmatch(look):
        return "message_code"
    return "message_note" if _is_impersonal(text) else "message_short"


def is_catalogue(times: int, cells: int) -> bool:
    """So many cells hold the same text that it comes from a list: (2)."""
    return times > CATALOGUE_CELLS and times > CATALOGUE_SHARE * cells


def is_listed(text: str, times: int, *, cells: int, alike: int) -> bool:
    """The text comes from a list, or from a template whose numbers and names vary: (2). What is content by itself never does."""
    if is_catalogue(times, cells):
        return not (_certain(text) or is_donation(text))
    if not is_catalogue(alike, cells):
        return False
    signs = _signs_of(text[:LONGEST_LOOK])
    return not (signs.first or (signs.friendly and not signs.service) or _certain(text) or is_donation(text))


def _holds_letters(text: str) -> bool:
    return any(character.isalpha() or character > "\u2190" for character in text[:LONGEST_LOOK])  # an emoji is a message too


def decide_message_column(profile: Mapping[str, int], name: str) -> ColumnDecision:
    """What the counts of a column say, with its name. Counts that are missing are 0."""
    counts = {key: int(profile.get(key) or 0) for key in MESSAGE_PROFILE}
    level, reason = _decide(counts, name)
    kinds = frozenset({"message"}) if level is not None else frozenset[str]()
    found = counts["message_like"] + counts["message_encoded"]
    return ColumnDecision(kinds=kinds, level=level, reason=reason, n=counts["message_cells"], k=found, counts=counts)


def _decide(counts: Mapping[str, int], name: str) -> tuple[Level | None, str]:
    named = names_content(name)
    by_name = _decide_by_name(counts, name) if named in {"strong", "shared"} else None
    if by_name is not None and (named == "strong" or _speaks(counts)):
        return by_name, "by_name"
    level, reason = _decide_by_look(counts, name, named)
    return (Level.REVIEW, "by_name") if level is None and by_name is not None else (level, reason)


def _speaks(counts: Mapping[str, int]) -> bool:
    """Enough of the texts look like messages for a name that systems use too."""
    found = counts["message_like"] + counts["message_hint"] + counts["message_encoded"]
    return found > 0 and found >= CHAT_SHARE * (_texts(counts) + counts["message_encoded"])


def _decide_by_look(counts: Mapping[str, int], name: str, named: str) -> tuple[Level | None, str]:
    encoded, like, hint = counts["message_encoded"], counts["message_like"], counts["message_hint"]
    if encoded:
        if encoded >= CONTENT_SHARE * counts["message_cells"] and (encoded > 1 or named):
            return Level.CONFIRMED, "content_column"
        return (Level.PROBABLE if encoded > CHANCE * counts["message_cells"] else Level.REVIEW), "content_values"
    texts = _texts(counts)
    if like + hint >= (NOTE_SHARE if names_note(name) else SPEAKING_SHARE) * texts and like >= SPEAKING_SHARE / 2 * texts and like > counts["message_note"]:
        if like + hint >= CONTENT_SHARE * counts["message_cells"] and (like > 1 or named):
            return (Level.CONFIRMED if named else Level.PROBABLE), "content_column"
        return (Level.REVIEW if names_note(name) else Level.PROBABLE), "content_values"
    return _decide_doubt(counts, named)


def _texts(counts: Mapping[str, int]) -> int:
    """Cells with text that is in no list and is no code."""
    return counts["message_like"] + counts["message_hint"] + counts["message_note"] + counts["message_short"]


def _decide_doubt(counts: Mapping[str, int], named: str) -> tuple[Level | None, str]:
    like, hint, texts = counts["message_like"], counts["message_hint"], _texts(counts)
    if named and like + hint > max(1, counts["message_note"]) and like + hint >= CHAT_SHARE * texts:
        return Level.PROBABLE, "chat_column"
    if like + hint and like + hint >= (DOUBTFUL_SHARE if like else CHAT_SHARE) * texts:
        return Level.REVIEW, "content_values"
    if like or hint or counts["message_note"]:
        return None, "other_text"
    return None, "catalogue_text" if counts["message_catalogue"] and counts["text_cells"] else "none"


def _decide_by_name(counts: Mapping[str, int], name: str) -> Level | None:
    """What a column named for content is worth; None when it holds numbers only."""
    found = counts["message_like"] + counts["message_encoded"]
    spoken = found + counts["message_hint"] + counts["message_short"]
    listed = counts["message_catalogue"] + counts["message_code"] + counts["message_note"]
    if found and spoken >= counts["message_note"]:
        return Level.CONFIRMED
    if names_keyword(name) and counts["message_catalogue"] + spoken:
        return Level.PROBABLE
    if spoken and spoken >= CONTENT_SHARE * (spoken + listed):
        return Level.PROBABLE
    return Level.REVIEW if spoken or listed else None


def messages_in_cell(text: str, *, name: str, decision: ColumnDecision) -> list[Hit]:
    """The content in one cell, in the light of what its column was found to be."""
    if "message" not in decision.kinds or decision.level is None or not text:
        return []
    counts = {key: decision.counts.get(key, 0) for key in MESSAGE_PROFILE}
    level, reason = _decide(counts, name)
    if level is None:
        return []
    whole = [Hit(kind="message", level=level, reason=reason, start=0, end=len(text))]
    if reason == "by_name":
        return whole
    found = _judge(text, "")
    if found is None or (found[0] is Level.REVIEW and reason == "content_values" and level is not Level.REVIEW):
        return []
    return whole


def profile_values(values: Iterable[str]) -> dict[str, int]:
    """The counts of ``profile_messages`` from a column's filled cells, one by one."""
    times = Counter(values)
    alike: Counter[str] = Counter()
    for text, cells in times.items():
        alike[skeleton(text)] += cells
    return profile_messages(((text, cells, alike[skeleton(text)]) for text, cells in times.items()), cells=times.total())
