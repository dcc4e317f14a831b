"""The headers under which canonical columns come, read once from ``synonyms.yaml``, and what is the
same header.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files

from ruamel.yaml import YAML

_SHARED = "shared"
# those that the canonical columns have: minutes and megabytes are no spelling of them
_UNITS = "s|sek|sekunder|sec|secs|seconds?|dage|days|kr\\.?|dkk|bytes?|stk\\.?|hh:mm:ss"
_UNIT = re.compile(rf"[(\[]\s*(?:i )?(?:{_UNITS})\s*[)\]]", re.IGNORECASE)
_LETTERS = str.maketrans({"æ": "ae", "ø": "oe", "å": "aa", "ä": "ae", "ö": "oe", "ß": "ss"})
_NOT_IN_WORDS = re.compile(r"[\W_]+")


@dataclass(frozen=True, kw_only=True)
class Synonyms:
    """The words of one column.

    Two of the ``own`` in one file are a tie; a ``general`` word counts only where none of the
    others is there.
    """

    own: tuple[str, ...] = ()
    general: tuple[str, ...] = ()  # in their order

    @property
    def words(self) -> tuple[str, ...]:
        """All of them; the first is the column's Danish name."""
        return (*self.own, *self.general)


class SynonymsError(ValueError):
    """A file of synonyms that names what there is not, or a word twice."""


@lru_cache(maxsize=65_536)
def plain_header(header: str) -> str:
    """A header without what systems vary: case, spaces, punctuation, a unit in parentheses,
    ae/oe/aa for æ/ø/å and accents.
    """
    bare = _UNIT.sub("", unicodedata.normalize("NFC", header)).casefold().translate(_LETTERS)
    return _NOT_IN_WORDS.sub(
        "",
        "".join(
            letter
            for letter in unicodedata.normalize("NFD", bare)
            if not unicodedata.combining(letter)
        ),
    )


@cache
def released_synonyms() -> Mapping[str, Mapping[str, Sequence[str | list[str]]]]:
    """The file as it is."""
    read: Mapping[str, Mapping[str, Sequence[str | list[str]]]] = YAML(typ="safe").load(
        files("teleaudit.schema").joinpath("synonyms.yaml").read_text("utf-8")
    )
    return read


@cache
def synonyms_of(table: str, column: str) -> Synonyms:
    """The words of a column, the table's own before those that all tables share."""
    return _joined(
        *(
            words.get(column, ())
            for words in (released_synonyms().get(table, {}), released_synonyms()[_SHARED])
        )
    )


def _joined(*lists: Sequence[str | list[str]]) -> Synonyms:
    entries = [entry for words in lists for entry in words]
    general = [word for entry in entries if isinstance(entry, list) for word in entry]
    return Synonyms(
        own=tuple(entry for entry in entries if isinstance(entry, str)), general=tuple(general)
    )


def check_synonyms(
    read: Mapping[str, Mapping[str, Sequence[str | list[str]]]],
    columns: Mapping[str, Sequence[str]],
) -> None:
    """Refuses words for a table or column that there is not, and a word that stands twice in a
    table.

    ``columns``: of each table. Raises: SynonymsError.
    """
    known = {_SHARED: {column for names in columns.values() for column in names}} | {
        table: set(names) for table, names in columns.items()
    }
    for table, words in read.items():
        if table not in known:
            msg = f"no table {table}"
            raise SynonymsError(msg)
        for column in words:
            if column not in known[table]:
                msg = f"no column {table}.{column}"
                raise SynonymsError(msg)
    for table, names in columns.items():
        _refuse_doubled(table, _spellings(table, names, read))


def _spellings(
    table: str, columns: Sequence[str], read: Mapping[str, Mapping[str, Sequence[str | list[str]]]]
) -> Iterator[tuple[str, str]]:
    """Each plain spelling with its column; the canonical name, which the words may repeat once, is
    one of them.
    """
    for column in columns:
        name = plain_header(column)
        words = [
            plain_header(word)
            for word in _joined(
                read.get(table, {}).get(column, ()), read.get(_SHARED, {}).get(column, ())
            ).words
        ]
        yield name, column
        yield from ((word, column) for place, word in enumerate(words) if place or word != name)


def _refuse_doubled(table: str, spellings: Iterator[tuple[str, str]]) -> None:
    seen: dict[str, str] = {}
    for spelling, column in spellings:
        if not spelling or spelling in seen:
            msg = (
                f"table {table}: '{spelling}' stands at {seen.get(spelling, 'nothing')} and"
                f" {column}"
            )
            raise SynonymsError(msg)
        seen[spelling] = column
