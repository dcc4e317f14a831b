"""The content of SMS and MMS in one value, by its look or its encoding.

Source: Bizzy's policy on teledata ("the content of SMS/MMS is not visible"), Kazoom's likewise; § 7
of the Danish teleloven (secrecy of communications).

What tells content from other text:
1. People write to each other: small words of their language, a first or second person, greetings,
   the spelling of text messages.
   Tariffs, error texts and hang-up causes are sentences too.
2. Desk words (customer, ticket) are a note about a customer, not a message, even when it quotes
   one.
   The operator's own words (balance, data, invoice) weigh against a second person, less against a
   first.
3. Text that a cell hides in another encoding has no other reason to be there; neither has a
   picture, a part of an MMS or the text in a delivery receipt.
4. A keyword sent to a short number (donation, premium SMS) is content. Recipient and amount are
   not.
5. In JSON and in log lines the key names what its value is.
Left out: single short answers ("Ok") where neither name nor column speaks for them, notes that
repeat a message,
and what SMIL, MIME headers or file names say without a part of the message.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import pairwise

from teleaudit.detectors.attributes import names_note
from teleaudit.detectors.decisions import Hit, Level
from teleaudit.detectors.knowledge import content_pairs, name_words
from teleaudit.detectors.message_words import (
    donation_connector,
    donation_words,
    flags_of,
    languages,
    languages_of,
    lean_languages,
    persons,
)
from teleaudit.detectors.names import words_of
from teleaudit.detectors.sms_encodings import (
    BEGINNINGS,
    HEX,
    HEX_CELL,
    HEX_PAIRS,
    OTHERS,
    PLUSSED,
    SPACED_BY_CODE,
    UCS2_DIGITS,
    hidden_text,
    written_plainly,
)
from teleaudit.detectors.writings import is_no_value

LONGEST_LOOK = 4_096  # characters of a text that are looked at; an SMS of ten parts has 1,530
MIN_WORDS = 3
FUNCTION_SHARE = 0.3
LEAN_SHARE = 0.2  # in languages whose endings do the work
# small letters that a text keeps without numbers and names: enough to compare it by
TEMPLATE_LETTERS = 12

_LETTERS = "A-Za-z\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u1fff\u2c00-\ud7ff"
_SPACE = " \t\r\n\u00a0"
# two words side by side, said so that no space can be tried twice
_WORDS = f"[{_LETTERS}][^0-9_{_LETTERS}{_SPACE}]*[{_SPACE}][^0-9_{_LETTERS}]*[{_LETTERS}]"
_KANNEL = "msg:[0-9]+:"

TWO_WORDS = re.compile(_WORDS)
_WORD = re.compile(r"(?<!\w)[^\W\d_]+(?:['’][^\W\d_]+)?(?!\w)")
_EMOJI = re.compile(
    "[\U0001f300-\U0001faff\u2600-\u27bf]|[:;=8][-']?[)(DPpoO*](?!\\w)|<3|\\bxD\\b|\\^\\^"
)
# "Mit Bizzy" is where an operator's customers log in
_OWN_PAGES = re.compile(r"\b(?:Mit|Min|Mine|My|Mitt|Mein) [A-ZÆØÅ]")
_DRAWN_OUT = re.compile(r"([^\W\d_])\1\1")
_PLACEHOLDER = re.compile(
    r"\{\{|\$\{|\{[0-9a-z_]{0,30}\}|%\([a-z_]{1,30}\)|%[sd]\b|<[a-z_]{1,30}>|\[[A-ZÆØÅ_]{3,30}\]"
)
_TECHNICAL = re.compile(r"[{}<>=|\\_;\[\]*#@~^]|::|->|\b[a-z]+[A-Z]\w*|\b\w+\(")
_RECEIPT = re.compile(
    r"\bstat:\w{3,10}\s{1,3}err:\w{1,6}\s{1,3}text:(.*)", re.IGNORECASE | re.DOTALL
)
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
_STRUCTURED = re.compile(
    r"\s{0,9}(?:[\[{]\s{0,9}[\[{]?\s{0,9}\\{0,3}\"[^\"\n]{1,60}\"\s{0,3}[:,]|(?:[\w.-]{1,40}=[^\s=]{1,200}["
    r" ;,&|]{1,3}){2}[\w.-]{1,40}=)"
)
_LOGGED = re.compile(rf"\[{_KANNEL}([^\]]*)\]")
# a number or a word that makes a body the body of a message
_CARRIES = re.compile(r"[0-9]{8}|(?i:\b[sm]ms\b)")
FILE_NAME = re.compile(
    r"[^\r\n/\\]{1,120}\.(?:jpe?g|png|gif|webp|heic|bmp|mp4|3gpp?|mov|amr|mp3|m4a|wav|vcf|pdf|smil|txt|docx?)",
    re.IGNORECASE,
)
CODE = re.compile(r"[^\s]*[0-9_/\\=][^\s]*|[A-ZÆØÅ.:-]+|[a-z]+[A-Z]\w*")
_NAME_OR_NUMBER = "(?:[A-Z\u00c0-\u00d6\u00d8-\u00de][A-Za-z\u00c0-\u024f'-]*|[0-9]+)"
VARYING = f"{_NAME_OR_NUMBER}(?:[ .,:/-]*{_NAME_OR_NUMBER})*"  # several beside each other as one
_VARIES = re.compile(VARYING)
_TO_ZERO = str.maketrans("123456789", "000000000")


@dataclass(frozen=True, kw_only=True)
class TextCandidates:
    """Regular expressions without look-around, one of which every found text meets.

    Kept apart, because an automaton for all of them is too large to keep.
    """

    spaced: tuple[str, ...]  # texts with a space
    hex_cell: str  # texts of hexadecimal digits only,
    hexadecimal: tuple[str, ...]  # and what the first ``PREFIX`` characters of such a text meet
    # what the first ``PREFIX`` characters of other texts without a space meet,
    encoded: tuple[str, ...]
    unspaced: tuple[str, ...]  # or the text
    plain: str  # texts of letters and digits alone,
    # and what is left of the two above for the first ``PREFIX`` characters of such a text: all else
    # asks for another character
    encoded_plain: tuple[str, ...]


@cache
def text_candidates() -> TextCandidates:
    """What the prefilter asks."""
    first, second = content_pairs()
    keys = "|".join(
        [
            *sorted(
                name_words("content")
                | name_words("content_keyword")
                | name_words("content_shared")
                | name_words("content_weak")
            ),
            f"(?:{'|'.join(sorted(first))})[_.-]?(?:{'|'.join(sorted(second))})",
        ]
    )
    # Java takes only ASCII letters for the same in both cases
    keys = keys.replace("ø", "[øØ]").replace("æ", "[æÆ]").replace("å", "[åÅ]")
    marks = f"(?i:{keys})[A-Za-z0-9_.-]{{0,40}}[\"']?[{_SPACE}]{{0,2}}[:=]|{_KANNEL}|(?i:<smil|text:|content-type:)"
    beginnings = "|".join(BEGINNINGS)
    return TextCandidates(
        spaced=(
            _WORDS,
            f"^{HEX_PAIRS}|^(?:{beginnings})|{SPACED_BY_CODE}|[=-]> *[0-9]{{4}}",
            marks,
        ),
        hex_cell=f"^{HEX_CELL}$",
        hexadecimal=(*HEX, f"^(?:{beginnings})"),
        encoded=OTHERS,
        unspaced=(f"{PLUSSED}|^(?:{beginnings})|{SPACED_BY_CODE}", marks),
        plain="^[0-9A-Za-z]*$",
        encoded_plain=(f"{OTHERS[0]}|^(?:{beginnings})",),
    )


def find_messages(text: str, *, field: str = "") -> list[Hit]:
    """Message content in one value: at most one hit, the whole value."""
    found = judge_message(text, field)
    return (
        []
        if found is None
        else [Hit(kind="message", level=found[0], reason=found[1], start=0, end=len(text))]
    )


def judge_message(text: str, field: str) -> tuple[Level, str] | None:
    """How sure it is that a value is content, and why; None where it is not.

    ``field`` may be empty.
    """
    named = names_content(field) if field else ""
    certain = is_certain_content(text)
    if certain:
        return (
            Level.CONFIRMED if named else Level.REVIEW if certain == UCS2_DIGITS else Level.PROBABLE
        ), certain
    if is_donation(text):
        return (
            Level.PROBABLE if text.isupper() or " til 1" in text or named else Level.REVIEW
        ), "donation_keyword"
    keyed = _in_keys(text[:LONGEST_LOOK])
    if keyed is not None:
        return keyed
    by_look = _by_look(text, note=bool(field) and names_note(field))
    if by_look is not None and by_look[0] is not Level.REVIEW:
        return (Level.CONFIRMED if named else by_look[0]), by_look[1]
    if not named or named == "weak":
        return by_look
    by_name = _by_name(text, field, sure=by_look is not None)
    return (
        (Level.REVIEW, by_name[1])
        if by_name is not None and named == "shared" and by_look is None
        else by_name
    )


@lru_cache(maxsize=4)  # of one text it is asked several times over
def is_certain_content(text: str) -> str:
    """The encoding or format by which a value is content whatever it says, empty for none: (3)."""
    encoding, decoded = hidden_text(text)
    if encoding:
        return (
            ""
            if encoding in {"hex", "base64", "escaped"} and _is_system_text(decoded)
            else encoding
        )
    look = text[:LONGEST_LOOK]
    if "ext:" in look.casefold() and (receipt := _RECEIPT.search(look)):
        return "smpp_receipt" if holds_letters(receipt.group(1)) else ""
    lowered = look.casefold() if "<" in look or "ype:" in look.casefold() else ""
    return (
        "mms_part"
        if "<smil" in lowered or ("content-type:" in lowered and _PART.search(look))
        else ""
    )


def _is_system_text(text: str) -> bool:
    """JSON, a certificate, a configuration: text, but nobody wrote it to anybody."""
    signs = signs_of(text[:LONGEST_LOOK])
    return signs.technical and not signs.points > 0


def _in_keys(look: str) -> tuple[Level, str] | None:
    """The content that JSON, XML or a log line holds under a key that names it, or that a key of
    JSON holds whatever its name: (5).
    """
    best: tuple[Level, str] | None = None
    for key, value, quoted in _pairs(look):
        named = names_content(key)
        if not holds_letters(value) or not (named or (quoted and " " in value)):
            continue
        found = (
            _keyed_value(value, look, strong=named != "weak", quoted=quoted)
            if named
            else _speech_under(key, value)
        )
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
        yield (
            match["key"].rpartition(".")[2],
            value,
            match["bare"] is None and bool(match["quote"] or match["sign"] == "="),
        )


def _keyed_value(value: str, look: str, *, strong: bool, quoted: bool) -> tuple[Level, str] | None:
    encoding, _ = hidden_text(value)
    if encoding:
        return Level.PROBABLE, encoding
    by_look = _by_look(value, note=False)
    if by_look is not None and (by_look[0] is not Level.REVIEW or not (strong and quoted)):
        return by_look[0], "by_key" if by_look[0] is not Level.REVIEW else by_look[1]
    if not (strong and quoted) or CODE.fullmatch(value) or _PLACEHOLDER.search(value):
        return None
    signs = signs_of(value)
    return (
        Level.PROBABLE
        if _CARRIES.search(look) and not (signs.service or signs.desk or signs.technical)
        else Level.REVIEW
    ), "by_key"


def _speech_under(key: str, value: str) -> tuple[Level, str] | None:
    """What speaks as a message does under a key that says nothing of it."""
    if names_note(key) or not name_words("content_system").isdisjoint(words_of(key)):
        return None
    by_look = _by_look(value, note=False)
    return by_look if by_look is not None and by_look[0] is not Level.REVIEW else None


def _by_name(text: str, field: str, *, sure: bool) -> tuple[Level, str] | None:
    """What a value is worth whose field is named for content."""
    if not holds_letters(text):
        return None
    if FILE_NAME.fullmatch(text[:LONGEST_LOOK]):
        return Level.REVIEW, "attachment_name"
    if names_keyword(field):
        return (Level.PROBABLE if text.strip().isalpha() else Level.REVIEW), "by_name"
    return (Level.PROBABLE if sure or not is_impersonal(text) else Level.REVIEW), "by_name"


def is_impersonal(text: str) -> bool:
    """A code, a note, the operator's or a system's own text."""
    look = text[:LONGEST_LOOK]
    if CODE.fullmatch(look):
        return True
    signs = signs_of(look)
    return bool(signs.desk or signs.service or signs.technical)


@dataclass(frozen=True, kw_only=True)
class Signs:
    """What a text shows: (1) and (2)."""

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
def signs_of(look: str) -> Signs:
    """The signs in a text of at most ``LONGEST_LOOK`` characters."""
    written = _WORD.findall(look)
    known = [_known(word) for word in written]
    if not known:
        return Signs(
            words=0,
            share=0,
            first=0,
            persons=0,
            friendly=0,
            greeting=False,
            desk=0,
            service=0,
            technical=_is_technical(look),
            titled=False,
            points=0,
        )
    language, small = _language_of(known)
    first_words, other_words = persons(language)
    first = max(0, sum(word in first_words for word, _, _ in known) - len(_OWN_PAGES.findall(look)))
    other = sum(word in other_words for word, _, _ in known)
    groups = [group for _, _, groups in known for group in groups]
    desk, service, note = (
        groups.count("desk_words"),
        groups.count("service_words"),
        groups.count("note_words"),
    )
    opener, closer = "openers" in known[0][2], len(known) > 1 and "closers" in known[-1][2]
    face = _EMOJI.search(look) is not None
    chat = min(2, groups.count("chat_words") + (_DRAWN_OUT.search(look) is not None))
    points = (
        2 * min(first, 2)
        + min(other, 2)
        + 2 * opener
        + 2 * closer
        + 2 * face
        + chat
        + ("?" in look)
        + ("imperatives" in known[0][2])
    )
    points -= (min(2, service) if first else 2 * service) + note + look.isupper()
    need = LEAN_SHARE if language in lean_languages() else FUNCTION_SHARE
    return Signs(
        words=len(known),
        share=small / len(known) / need,
        first=first,
        persons=first + other,
        friendly=opener + closer + face + chat,
        greeting=opener or closer or face,
        desk=desk,
        service=service,
        technical=_is_technical(look),
        titled=len(known) >= MIN_WORDS
        and not look.isupper()
        and all(word[0].isupper() for word in written if len(word) > 1),
        points=points,
    )


@lru_cache(maxsize=65_536)
def _known(written: str) -> tuple[str, tuple[str, ...], frozenset[str]]:
    """A word casefolded, the languages it is a small word of, and its groups."""
    word = written.casefold().replace("’", "'")
    return word, languages_of(word), flags_of(word)


def _language_of(known: list[tuple[str, tuple[str, ...], frozenset[str]]]) -> tuple[str, int]:
    """The language most of whose small words stand in the text, and how many; Danish where two
    share the most.
    """
    counts: dict[str, int] = {}
    for _, of_languages, _ in known:
        for language in of_languages:
            counts[language] = counts.get(language, 0) + 1
    most = max(counts.values(), default=0)
    return next((language, most) for language in languages() if counts.get(language, 0) == most)


def _is_technical(look: str) -> bool:
    """Marks of logs, code and templates; JSON and pairs of keys and values, whose words are no
    sentence: (5).
    """
    if _STRUCTURED.match(look):
        return True
    plain = _EMOJI.sub("", look)
    return _PLACEHOLDER.search(plain) is not None or len(_TECHNICAL.findall(plain)) > max(
        1, len(plain) / 40
    )


def _by_look(text: str, *, note: bool) -> tuple[Level, str] | None:
    """Reads as one person writing to another: (1) and (2).

    In a field for notes that is a question only.
    """
    look = text[:LONGEST_LOOK]
    writing, plain = written_plainly(look)
    plain = plain or look
    if TWO_WORDS.search(plain) is None:
        return None
    signs = signs_of(plain)
    if signs.desk or signs.technical or signs.titled:
        return None
    if _is_speech(signs):
        return (Level.REVIEW if note else Level.PROBABLE), writing or "message_like"
    return (Level.REVIEW, "short_message") if _is_hint(signs) else None


def _is_speech(signs: Signs) -> bool:
    if signs.words < MIN_WORDS or not (signs.persons or signs.friendly):
        return False
    if signs.share >= 1:
        return signs.points >= 2 or (
            signs.points >= 1
            and signs.words >= 5
            and (signs.first > 0 or (signs.persons > 0 and not signs.service))
        )
    return signs.greeting and signs.points >= 4


def _is_hint(signs: Signs) -> bool:
    if signs.service and not signs.first:
        return False
    if signs.words < MIN_WORDS:
        return signs.points >= 2 and (
            signs.greeting or signs.friendly + signs.persons >= signs.words
        )
    plain = signs.points >= 0 and (
        (signs.words >= 5 and signs.share >= 2) or (signs.words > 5 and signs.share >= 1.8)
    )
    return signs.points >= 2 or (signs.points >= 1 and signs.share >= 1) or plain


def is_donation(text: str) -> bool:
    """A keyword sent to a short number: "ORD til 1231"."""
    match = _donation().fullmatch(text.strip(" ")) if len(text) <= 60 else None
    return match is not None and match.group(1).casefold() not in donation_words()


@cache
def _donation() -> re.Pattern[str]:
    return re.compile(
        r"(?:(?:send|sms|skriv|text) +){0,2}([^\W\d_]\w{1,19})(?: +[0-9]{1,4})?"
        rf" +{donation_connector()} +[0-9]{{4,5}}",
        re.IGNORECASE,
    )


@lru_cache(maxsize=4096)
def names_content(name: str) -> str:
    """What a column's name says of message content: "strong" (it holds it), "shared" (that or a
    system's texts), "weak" (it may), or "" (none, or counts of them).
    """
    words = words_of(name)
    if (
        not words
        or any(word in name_words("content_about") for word in words[-1:])
        or words[0] in {"antal", "count", "num", "has"}
    ):
        return ""
    if any(word in name_words("content_system") for word in words):
        return ""
    first, second = content_pairs()
    joined = {one + two for one, two in pairwise(words)}
    if any(
        word in name_words("content") | name_words("content_keyword") for word in (*words, *joined)
    ):
        return "strong"
    if any(one in first and two in second for one, two in pairwise(words)):
        return "strong"
    if any(word in name_words("content_shared") for word in (*words, *joined)):
        return "shared"
    return "weak" if any(word in name_words("content_weak") for word in words) else ""


def names_keyword(name: str) -> bool:
    """The column is named for the keywords of donations and premium SMS."""
    words = words_of(name)
    return not name_words("content_keyword").isdisjoint(
        (*words, *(one + two for one, two in pairwise(words)))
    )


def skeleton(text: str) -> str:
    """A text without its numbers and names, by which templates are told; the text itself when too
    little of it is left.

    ``message_skeleton_sql`` says the same.
    """
    bare = _VARIES.sub("#", text[:LONGEST_LOOK])
    return bare if len(re.sub("[^a-z]", "", bare)) >= TEMPLATE_LETTERS else text


@cache
def digits_matter() -> str:
    """A regular expression without look-around that a text meets in which a digit's value may tell.

    In another encoding or writing, in a picture, before a short number, in a face, in the name of a
    kind of file.
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
    """A text with a 0 for each of its digits, where no digit makes a difference to what it is: one
    judgement serves all texts of a shape.

    ``message_shape_sql`` says the same.
    """
    return text if _digits_matter().search(text) else text.translate(_TO_ZERO)


def holds_letters(text: str) -> bool:
    """It holds more than digits and punctuation, and more than a word for "no value"."""
    # an emoji is a message too
    return not is_no_value(text) and any(
        character.isalpha() or character > "\u2190" for character in text[:LONGEST_LOOK]
    )
