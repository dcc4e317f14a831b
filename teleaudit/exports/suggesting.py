"""Which table a file is, and which of its headers is which canonical column: by names, by how
values look, and by what is unique.

No value is asked for.

1. The best evidence is a word of ``synonyms.yaml``. Two words of a column are a tie unless looks
   tell them apart: it is shown, never guessed.
2. Then a header that is nearly such a word, where its values look the part.
3. A table is worth its headers' words, those of few tables more than those of many, less what it
   needs and does not find.
"""

from __future__ import annotations

import difflib
import math
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, lru_cache

from teleaudit.detectors.account_data import names_account_data
from teleaudit.detectors.attributes import kind_of_name
from teleaudit.detectors.message_values import names_content
from teleaudit.detectors.names import names_card, words_of
from teleaudit.schema import TABLES, Column, Table, plain_header

MESSAGE_TABLE, CORRESPONDENCE = "cdr", "crm_interaction"
_DATE_LOOKS = {"date", "time"}
_NUMBER_LOOKS = {"whole number", "number"}

_SAME_SPELLING = 0.92  # of two headers that differ in a letter
_SHORTEST_SPELLING = 6  # letters; shorter words differ from others in a letter
_SHORTEST_STEM = 4
_MISSING, _KEYLESS = 0.3, 0.5  # what a table loses for each needed column, and for its key
_ALIKE = 0.15
_MISFIT = 0.4  # what a word is worth whose values look like something else

# Words that say nothing by themselves, plainly spelled.
_NOTHING_SAID = """
    aa ad af all and at by d da dag dags data dato day date datetime den det dk e en er et fa felt
    field for fra from i id ids in ind is key kl kode kort card code kolonne column konto account ms
    name navn new nr no num number nummer of og om on op or out pa per pr ref reference sek sekunder
    status system t tekst text the tid tider tidspunkt time timestamp til to type ud utc value
    vaerdi version info information oplysning oplysninger
"""
_EMPTY_WORDS = frozenset(_NOTHING_SAID.split())
_OWN_NOUNS: Mapping[str, frozenset[str]] = {
    "crm_customer": frozenset(("kunde", "kunden", "kundens", "kundeforhold", "customer", "client")),
    "agreement": frozenset(("aftale", "aftalen", "aftalens", "kontrakt", "agreement", "contract")),
    "subscription": frozenset(("abonnement", "abonnementet", "abonnementets", "subscription")),
    "cdr": frozenset(("opkald", "opkaldet", "opkaldets", "samtale", "kald", "call", "cdr")),
    "invoice": frozenset(("faktura", "fakturaen", "fakturaens", "invoice")),
    "payment": frozenset(("betaling", "betalingens", "payment")),
}
# What a name may say that no canonical column is for, even where one bears it: whether such data is
# there at all is the question.
_NEVER_MEANT = frozenset(
    ("cpr", "secret", "birth_date", "gender", "account", "id_document", "device", "location")
)
_ONLY_BY_WORD = frozenset(("url", "ip_address", "email", "phone"))


@dataclass(frozen=True, kw_only=True)
class Look:
    """What is known of a column's values."""

    kind: str = ""  # date, time, whole number, text ...; empty when nobody looked
    empty: float = 0.0  # share of rows without a value
    is_unique: bool = False  # no value stands twice, and no row is without


@dataclass(frozen=True, kw_only=True)
class Suggestion:
    """A mapping as far as it can be told."""

    table: str
    # canonical column -> header, in the order of the table
    columns: Mapping[str, str] = field(default_factory=dict)
    # canonical column -> headers that may be it, which nobody can tell apart
    ties: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    # needed columns that no header names, each with the header that comes nearest
    missing_needed: tuple[tuple[str, str | None], ...] = ()


@dataclass(frozen=True, kw_only=True)
class Ranking:
    """The tables that a file may be."""

    table: Table | None  # the best
    alike: tuple[Table, ...] = ()  # others that fit as well
    message_headers: tuple[str, str, str] | None = None  # sender, recipient and text of messages


def suggest_table(
    header: Sequence[str], looks: Mapping[str, Look] | None = None, texts: Collection[str] = ()
) -> Ranking:
    """The table that the headers fit best, none when they fit no table, and those that fit as well.

    ``texts``: headers under which messages were found.
    """
    looks = looks or {}
    scores = {
        table.name: _score(table, header, looks)
        for table in TABLES.values()
        if len(_by_word(table, header)) >= min(2, len(header))
    }
    fitting = sorted(
        (name for name, score in scores.items() if score > 0),
        key=lambda name: (-scores[name], list(TABLES).index(name)),
    )
    messages = _message_headers(header, looks, texts)
    if messages is not None:
        return _rank_messages(fitting, header, looks, messages)
    if not fitting:
        return Ranking(table=None)
    best, *others = fitting
    return Ranking(
        table=TABLES[best],
        alike=tuple(TABLES[name] for name in others if scores[best] - scores[name] < _ALIKE),
    )


def _rank_messages(
    fitting: Sequence[str],
    header: Sequence[str],
    looks: Mapping[str, Look],
    messages: tuple[str, str, str],
) -> Ranking:
    """Messages that belong to no case and no customer are teledata, whatever the other headers say;
    else a person is asked, unless the headers fit no correspondence.
    """
    sender, recipient, _ = messages
    correspondence = _by_word(TABLES[CORRESPONDENCE], header)
    own_words = {
        column: _own_words(TABLES[CORRESPONDENCE].column(column))
        for column in ("interaction_id", "customer_id")
    }
    belongs = any(
        plain_header(name) in own_words[column]
        for column in own_words
        for name in correspondence.get(column, ())
    )
    if not belongs and "e-mail" not in {
        looks.get(name, Look()).kind for name in (sender, recipient)
    }:
        return Ranking(table=TABLES[MESSAGE_TABLE], message_headers=messages)
    best = fitting[0] if fitting else CORRESPONDENCE
    possible = (*([CORRESPONDENCE] if CORRESPONDENCE in fitting else []), MESSAGE_TABLE)
    return Ranking(
        table=TABLES[best],
        alike=tuple(TABLES[name] for name in possible if name != best),
        message_headers=messages,
    )


def _message_headers(
    header: Sequence[str], looks: Mapping[str, Look], texts: Collection[str]
) -> tuple[str, str, str] | None:
    """Sender, recipient and text, where a file has all three."""
    calls = _by_word(TABLES[MESSAGE_TABLE], header)
    parties = [
        next(
            (
                name
                for name in calls.get(column, ())
                if looks.get(name, Look()).kind not in _DATE_LOOKS
            ),
            None,
        )
        for column in ("a_number", "b_number")
    ]
    known = {name for names in calls.values() for name in names}
    bodies = _by_word(TABLES[CORRESPONDENCE], header).get("body", ())
    written = [
        name
        for name in header
        if name not in known
        and (
            name in texts or (_may_be_text(looks, name) and (name in bodies or names_content(name)))
        )
    ]
    text = min(written, key=lambda name: (name not in bodies, name not in texts), default=None)
    sender, recipient = parties
    return (sender, recipient, text) if sender and recipient and text else None


def _may_be_text(looks: Mapping[str, Look], name: str) -> bool:
    return looks.get(name, Look()).kind in {"", "text"}


def suggest_mapping(
    header: Sequence[str],
    looks: Mapping[str, Look] | None,
    table: Table,
    *,
    needed: Collection[str] | None = None,
) -> Suggestion:
    """The mapping of the headers to a table.

    ``needed``: the columns that are missed where no header names them; those that the table
    requires.
    """
    looks = looks or {}
    found = {
        column: _told_apart(table, table.column(column), names, looks)
        for column, names in _by_word(table, header).items()
    }
    taken = {name for names in found.values() for name in names}
    found |= _nearly(
        table,
        [name for name in header if name not in taken],
        [column for column in table.columns if column.name not in found],
        looks,
    )
    taken = {name for names in found.values() for name in names}
    if (only := _number_as_id(table, found, looks)) is not None:
        found |= only
    found |= _only_date(table, header, found, looks)
    taken |= {name for names in found.values() for name in names}
    free = [name for name in header if name not in taken]
    wanted = [
        column
        for column in table.columns
        if (column.required if needed is None else column.name in needed)
        and column.name not in found
    ]
    return Suggestion(
        table=table.name,
        columns={
            column.name: found[column.name][0]
            for column in table.columns
            if len(found.get(column.name, ())) == 1
        },
        ties={
            column.name: found[column.name]
            for column in table.columns
            if len(found.get(column.name, ())) > 1
        },
        missing_needed=tuple(
            (column.name, _nearest(table, column, free, looks)) for column in wanted
        ),
    )


def fits_unfilled(
    header: str, *, table: Table, unfilled: Collection[str], looks_like: str | None = None
) -> str | None:
    """The unfilled column of the table that a header may well be, by its name, or by its values
    where they look like the dates of a needed column.

    None for a name that says clearly what it is, such as gender or cpr: it is not meant for a
    column that somebody forgot.
    """
    columns = [column for column in table.columns if column.name in unfilled]
    if not columns or is_never_meant(header):
        return None
    fits = [(_closeness(header, table, column), column) for column in columns]
    best = max(closeness for closeness, _ in fits)
    if best:
        return next(column.name for closeness, column in fits if closeness == best)
    if looks_like not in _DATE_LOOKS or kind_of_name(header):
        return None
    return next(
        (column.name for column in columns if column.required and column.kind.is_date), None
    )


def is_never_meant(header: str) -> bool:
    """The name says something that no mapping makes harmless: CPR, gender, a secret, a place, a
    device, a check code.
    """
    return kind_of_name(header) in _NEVER_MEANT or names_account_data(header) != ""


def names_a_key(header: str) -> bool:
    """The header is a word of some table's key, or of an invoice's number."""
    return plain_header(header) in _words_of_keys()


# Names


@cache
def _words_of_keys() -> frozenset[str]:
    keys = {
        table.name: {*table.key} | ({"invoice_no"} if table.name == "invoice" else set())
        for table in TABLES.values()
    }
    return frozenset(
        word
        for table in TABLES.values()
        for word, (column, _) in _words(table).items()
        if column in keys[table.name]
    )


@cache
def _words(table: Table) -> Mapping[str, tuple[str, int]]:
    """Plain word -> canonical column and rank: the canonical name, the column's own words, then
    each general word behind the one before.
    """
    known: dict[str, tuple[str, int]] = {}
    for column in table.columns:
        known |= {
            plain_header(word): (column.name, 2 + place)
            for place, word in enumerate(column.spellings.general)
        }
        known |= {plain_header(word): (column.name, 1) for word in column.spellings.own}
        known[plain_header(column.name)] = (column.name, 0)
    return known


@cache
def _own_words(column: Column) -> frozenset[str]:
    return frozenset(plain_header(word) for word in (column.name, *column.spellings.own))


@cache
def _tables_of_words() -> Counter[str]:
    return Counter(word for table in TABLES.values() for word in _words(table))


def _by_word(table: Table, header: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """Canonical column -> the headers that are words of it."""
    words, named = _words(table), dict[str, tuple[str, ...]]()
    for name in header:
        if (known := words.get(plain_header(name))) is not None:
            named[known[0]] = (*named.get(known[0], ()), name)
    return named


def _score(table: Table, header: Sequence[str], looks: Mapping[str, Look]) -> float:
    named = _by_word(table, header)
    gained = sum(
        max(_worth(name, table.column(column), looks) for name in names)
        for column, names in named.items()
    )
    missing = sum(column.required and column.name not in named for column in table.columns)
    return gained - _MISSING * missing - _KEYLESS * (not set(table.key) <= named.keys())


def _worth(name: str, column: Column, looks: Mapping[str, Look]) -> float:
    return (_MISFIT if _fit(column, looks.get(name, Look())) < 0 else 1.0) / math.sqrt(
        _tables_of_words()[plain_header(name)]
    )


def _fit(column: Column, look: Look) -> int:
    """1: the values look the part; 0: they say nothing; -1: they look like something else."""
    if look.kind in {"", "empty"}:
        return 0
    if column.kind.is_date:
        return 1 if look.kind in _DATE_LOOKS else 0 if look.kind == "whole number" else -1
    if column.kind.is_number:
        return 1 if look.kind in _NUMBER_LOOKS else 0 if look.kind == "text" else -1
    return -1 if look.kind in _DATE_LOOKS and kind_of_name(column.name) != "birth_date" else 0


def _told_apart(
    table: Table, column: Column, names: tuple[str, ...], looks: Mapping[str, Look]
) -> tuple[str, ...]:
    """Of several headers that are words of a column, the one that looks, rank or uniqueness single
    out; all that are left where nothing does.
    """
    if len(names) == 1:
        return names
    fits = {
        name: (
            max(0, _fit(column, looks.get(name, Look())))
            if not column.open_end
            else min(0, _fit(column, looks.get(name, Look())))
        )
        for name in names
    }
    names = tuple(name for name in names if fits[name] == max(fits.values()))
    ranks = {name: _words(table)[plain_header(name)][1] for name in names}
    names = tuple(name for name in names if ranks[name] == min(ranks.values()))
    unique = tuple(name for name in names if looks.get(name, Look()).is_unique)
    return unique if table.key == (column.name,) and unique else names


def _nearly(
    table: Table, header: Sequence[str], columns: Sequence[Column], looks: Mapping[str, Look]
) -> dict[str, tuple[str, ...]]:
    """Canonical column -> headers that are nearly words of it and of no other, and whose values
    look the part.
    """
    found: dict[str, tuple[str, ...]] = {}
    for name in header:
        near = (
            [
                column.name
                for column in columns
                if _is_near(name, table, column)
                and _looks_the_part(column, looks.get(name, Look()))
            ]
            if not is_never_meant(name)
            else []
        )
        if len(near) == 1:
            found[near[0]] = (*found.get(near[0], ()), name)
    return found


def _looks_the_part(column: Column, look: Look) -> bool:
    fit = _fit(column, look)
    return fit > 0 or (
        fit == 0 and (not look.kind or not (column.kind.is_date or column.kind.is_number))
    )


def _only_date(
    table: Table,
    header: Sequence[str],
    found: Mapping[str, tuple[str, ...]],
    looks: Mapping[str, Look],
) -> dict[str, tuple[str, ...]]:
    """The one column of dates that a file has, where the table cannot do without one and no name
    said which it is.
    """
    needed = [column.name for column in table.columns if column.required and column.kind.is_date]
    dated = [name for name in header if name in looks and looks[name].kind in _DATE_LOOKS]
    if (
        len(needed) != 1
        or len(dated) != 1
        or needed[0] in found
        or any(dated[0] in names for names in found.values())
        or kind_of_name(dated[0])
    ):
        return {}
    return {needed[0]: (dated[0],)}


def _number_as_id(
    table: Table, found: Mapping[str, tuple[str, ...]], looks: Mapping[str, Look]
) -> dict[str, tuple[str, ...]] | None:
    """Where a system has one number for an invoice, that is its id too, when it is unique."""
    if (
        table.name != "invoice"
        or "invoice_id" in found
        or len(number := found.get("invoice_no", ())) != 1
    ):
        return None
    return {"invoice_id": number} if looks.get(number[0], Look()).is_unique else None


def _nearest(
    table: Table, column: Column, header: Sequence[str], looks: Mapping[str, Look]
) -> str | None:
    """The free header that comes nearest by name and looks the part; else, for a date, the only one
    that looks like dates; else the nearest by name.
    """
    meant = sorted(
        (name for name in header if not is_never_meant(name)),
        key=lambda name: (-_closeness(name, table, column), -_similarity(name, column)),
    )
    near = [name for name in meant if _closeness(name, table, column)]
    dated = [
        name
        for name in meant
        if column.kind.is_date
        and looks.get(name, Look()).kind in _DATE_LOOKS
        and not kind_of_name(name)
    ]
    fitting = [name for name in near if _fit(column, looks.get(name, Look())) >= 0]
    return next(iter([*fitting, *(dated if len(dated) == 1 else []), *near]), None)


@lru_cache(maxsize=65_536)
def _closeness(header: str, table: Table, column: Column) -> int:
    """3: a word of the column.

    2: nearly one. 1: shares a telling word or its beginning. 0: neither.
    """
    known = _words(table).get(plain_header(header))
    if known is not None:
        return 3 if known[0] == column.name else 0
    if _is_near(header, table, column):
        return 2
    if kind_of_name(header) in _ONLY_BY_WORD or names_card(header) or names_content(header):
        return 0
    return int(
        any(_share_a_stem(word, other) for word in _telling(header) for other in _stems(column))
    )


def _is_near(header: str, table: Table, column: Column) -> bool:
    """A word of the column but for a letter, or but for words that say nothing."""
    plain = plain_header(header)
    if len(plain) >= _SHORTEST_SPELLING and any(
        _same_but_for_a_letter(plain, word) for word in _own_words(column)
    ):
        return True
    rest = _EMPTY_WORDS | _OWN_NOUNS.get(table.name, frozenset())
    words = frozenset(_plain_words(header))
    return any(wanted <= words and words - wanted <= rest for wanted in _telling_words(column))


def _same_but_for_a_letter(one: str, other: str) -> bool:
    if one[0] != other[0] or abs(len(one) - len(other)) > 2:
        return False
    matcher = difflib.SequenceMatcher(None, one, other)
    return matcher.quick_ratio() >= _SAME_SPELLING and matcher.ratio() >= _SAME_SPELLING


def _similarity(header: str, column: Column) -> float:
    plain = plain_header(header)
    return max(difflib.SequenceMatcher(None, plain, word).ratio() for word in _own_words(column))


@cache
def _telling_words(column: Column) -> tuple[frozenset[str], ...]:
    """The column's own words, cut into words, that say something."""
    cut = (frozenset(_plain_words(word)) for word in (column.name, *column.spellings.own))
    return tuple(words for words in cut if words - _EMPTY_WORDS)


@cache
def _stems(column: Column) -> frozenset[str]:
    return frozenset(
        word for name in (column.name, *column.spellings.own) for word in _telling(name)
    )


def _telling(name: str) -> Iterator[str]:
    return (
        word for word in _plain_words(name) if word not in _EMPTY_WORDS and not word.isdecimal()
    )


def _plain_words(name: str) -> list[str]:
    return [plain for word in words_of(name) if (plain := plain_header(word))]


def _share_a_stem(one: str, other: str) -> bool:
    """The same word, or one that begins with the other."""
    shorter, longer = sorted((one, other), key=len)
    return one == other or (len(shorter) >= _SHORTEST_STEM and longer.startswith(shorter))
