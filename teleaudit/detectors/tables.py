"""What a table is about, by the names of its columns together: who sent something to whom, or what
was written about a case.

The names are the headers that the canonical columns come under, so that a scan, ``inspect`` and a
mapped export agree.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from functools import cache

from teleaudit.schema import TABLES, plain_header

TELEDATA = "message_teledata"  # beside a sender and a recipient
CORRESPONDENCE = "message_correspondence"  # letters to and from customers
_CALLS, _LETTERS = TABLES["cdr"], TABLES["crm_interaction"]


def message_context(names: Collection[str], table: str = "") -> Mapping[str, int]:
    """What the names of a table's columns, or the canonical ``table`` that it is, say of the
    messages in it, as counts of a column.

    A case and a subject beside sender and recipient are a mailbox; a sender and a recipient alone
    never are.
    """
    plain = {plain_header(name) for name in names}
    parties = all(
        not plain.isdisjoint(_words(_CALLS.name, column)) for column in ("a_number", "b_number")
    )
    told = {
        column: not plain.isdisjoint(_words(_LETTERS.name, column))
        for column in ("interaction_id", "customer_id", "subject", "direction", "channel")
    }
    case = told["interaction_id"] or (told["customer_id"] and not parties)
    letters = case and (told["subject"] or (not parties and (told["direction"] or told["channel"])))
    is_teledata = table == _CALLS.name or (not letters and parties)
    return {TELEDATA: int(is_teledata), CORRESPONDENCE: int(letters and not is_teledata)}


@cache
def _words(table: str, column: str) -> frozenset[str]:
    """Of a case only the words that mean nothing else: ``id`` is any table's."""
    spellings = TABLES[table].column(column).spellings
    words = spellings.own if column in {"interaction_id", "subject"} else spellings.words
    return frozenset(map(plain_header, (column, *words)))
