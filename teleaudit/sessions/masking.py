"""What a session shows of a record: dates, quantities, truths, and words that the schema knows. Every
other text is replaced by a keyed pseudonym.

Nothing is shown because a column is believed to be harmless: an export may have been mapped wrongly,
and then a name stands where a status should. What a column's kind cannot say of a person is shown; of
a text, only a word that stands in the schema's own vocabularies or views. The pseudonym of a value is
the same wherever it stands, so that counts, distinct counts, groups and joins are right. Its key is
derived from that of the session's references and never handed out: nobody can test which number a
pseudonym belongs to.
"""

from __future__ import annotations

import hmac
import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from typing import TYPE_CHECKING

from teleaudit.schema import FILE_COLUMN, ISSUES_COLUMN, LINE_COLUMN, TABLES, VOCABULARIES
from teleaudit.schema.sql import literal, quoted
from teleaudit.schema.views import data_set_view, views

if TYPE_CHECKING:
    from teleaudit.engines.engine import Engine

_SIGN = "P-"
_SYMBOLS = 16  # 64 bits: of ten million values two share a pseudonym with probability 3e-6
_PSEUDONYM = re.compile(rf"{_SIGN}[0-9A-F]{{{_SYMBOLS}}}")
# types in DuckDB's words that say how much or when, and never who
_SHOWN = re.compile(
    r"BOOLEAN|U?(TINY|SMALL|BIG|HUGE)INT|U?INTEGER|DECIMAL\(\d+,\d+\)|FLOAT|DOUBLE|DATE"
    r"|TIMESTAMP(_\w+)?( WITH TIME ZONE)?"
)
_NUMBER = re.compile(r"U?(TINY|SMALL|BIG|HUGE)INT|U?INTEGER|DECIMAL|FLOAT|DOUBLE")
_LARGE = frozenset({"data_bytes", "bytes_in", "bytes_out", LINE_COLUMN})
_LIKE_A_NUMBER = 10_000_000  # eight digits
_PLACES = frozenset({FILE_COLUMN, LINE_COLUMN, ISSUES_COLUMN})  # names and codes of ours
_WORD = re.compile(r"'([a-zæøå]+(?:_[a-zæøå]+)*)'")


class Mask:
    """The pseudonyms of one session."""

    def __init__(self, key: bytes) -> None:
        """``key`` is that of the session's references."""
        self._salt = hmac.digest(key, b"pseudonyms", "sha256").hex()

    def pseudonym(self, cell: str) -> str:
        """The pseudonym of an SQL expression, as SQL; null stays null.

        The statement holds the key: it is for the engine alone.
        """
        text = f"{literal(self._salt)} || CAST({cell} AS VARCHAR)"
        return f"{literal(_SIGN)} || upper(left(sha256({text}), {_SYMBOLS}))"

    def select(self, data_set: str, columns: Mapping[str, str]) -> str:
        """The select list that shows these columns of a data set, name -> type in DuckDB's words."""
        return ", ".join(
            f"{self._shown(data_set, name, kind)} AS {quoted(name)}"
            for name, kind in columns.items()
        )

    def _shown(self, data_set: str, name: str, kind: str) -> str:
        cell = quoted(name)
        if _SHOWN.fullmatch(kind) or name in _PLACES:
            return cell
        known = known_words(data_set, name)
        if not known:
            return self.pseudonym(cell)
        words = ", ".join(map(literal, sorted(known)))
        return (
            f"CASE WHEN lower(trim(CAST({cell} AS VARCHAR))) IN ({words}) THEN {cell} ELSE"
            f" {self.pseudonym(cell)} END"
        )


def is_pseudonym(text: str) -> bool:
    """Whether a text is one, as a session shows it."""
    return _PSEUDONYM.fullmatch(text) is not None


@cache
def known_words(data_set: str, column: str) -> frozenset[str]:
    """The words that are shown in a text column, in small letters: those of the vocabularies of every
    column of that name, and in one that a view adds those that the views' own SQL gives.
    """
    view = data_set_view(data_set)
    if view.table not in TABLES or column in TABLES[view.table].names:
        return _spelled(name for name in VOCABULARIES if name.partition(".")[2] == column)
    return frozenset(word for one in views() for word in _WORD.findall(one.sql))


def _spelled(names: Iterable[str]) -> frozenset[str]:
    return frozenset(
        word.lower()
        for name in names
        for word in (*VOCABULARIES[name].canonical, *VOCABULARIES[name].spellings)
    )


def shown_columns(engine: Engine, data_set: str) -> dict[str, str]:
    """The columns of a data set that a session knows of, name -> type: the canonical ones and those
    that its view adds.

    What nobody mapped has a header of the operator's own, which may say anything. A column of numbers
    that look like those of persons is given the type of texts, and so is masked.
    """
    view = data_set_view(data_set)
    own = engine.columns(f"export_{view.table}") if view.table in TABLES else {}
    canonical = (*TABLES[view.table].names, FILE_COLUMN, LINE_COLUMN) if own else ()
    known = {
        name: kind
        for name, kind in engine.columns(data_set).items()
        if name in canonical or name not in own
    }
    return known | dict.fromkeys(_numbers_of_persons(engine, data_set, known), "VARCHAR")


def _numbers_of_persons(engine: Engine, data_set: str, columns: Mapping[str, str]) -> Iterator[str]:
    """Columns of numbers of which at least half have so many digits as a telephone, CPR or card number:
    a quantity has not, bytes apart, and such a column was mapped wrongly.
    """
    numbers = [name for name, kind in columns.items() if _NUMBER.match(kind) and name not in _LARGE]
    if not numbers:
        return
    counts = ", ".join(
        f"count_if(abs({quoted(name)}) >= {_LIKE_A_NUMBER}), count({quoted(name)})"
        for name in numbers
    )
    ((*told,),) = engine.fetch(f"SELECT {counts} FROM {quoted(data_set)}")
    for name, large, all_of_them in zip(numbers, told[::2], told[1::2], strict=True):
        if large and 2 * large >= all_of_them:
            yield name
