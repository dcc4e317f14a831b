"""Detectors: card numbers, CPR numbers, message content and browsing data in values and columns,
columns of locations.

Pure functions; nothing here reads an export.

``scan_value`` judges one value on its own, ``scan_column`` a whole column and is what an audit
uses. An engine finds the candidates of a column
in SQL (``*_candidate_sql``), counts them (``profile_*``, for cards ``profile_query``) and lets
``decide_*_column`` decide, the same functions that ``scan_column`` asks.
A check code alone (three digits) is nothing: only a whole column of them, named so, is found.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable

from teleaudit.detectors.account_data import decide_account_column, profile_account
from teleaudit.detectors.browsing import browsing_in_cell, decide_browsing_column, profile_browsing
from teleaudit.detectors.browsing_values import find_browsing
from teleaudit.detectors.cards import find_cards
from teleaudit.detectors.columns import (
    card_data_in_cell,
    cards_in_cell,
    count_card_text,
    decide_card_column,
    decide_card_data,
    profile_card_data,
    profile_cards,
    whole_number,
)
from teleaudit.detectors.cpr import cpr_in_cell, decide_cpr_column, find_cpr, profile_cpr
from teleaudit.detectors.decisions import ColumnDecision, Hit, Level, combine
from teleaudit.detectors.location import location_columns, location_kind
from teleaudit.detectors.message_values import find_messages
from teleaudit.detectors.messages import (
    decide_message_column,
    messages_in_cell,
    profile_messages,
    profile_values,
)
from teleaudit.detectors.prefilter import (
    browsing_candidate_sql,
    card_candidate_sql,
    card_cells_query,
    cpr_candidate_sql,
    message_candidate_sql,
    profile_query,
)
from teleaudit.detectors.tables import message_context
from teleaudit.detectors.truncation import find_truncated

__all__ = [
    "ColumnDecision",
    "Hit",
    "Level",
    "browsing_candidate_sql",
    "browsing_in_cell",
    "card_candidate_sql",
    "card_cells_query",
    "cards_in_cell",
    "combine",
    "count_card_text",
    "cpr_candidate_sql",
    "cpr_in_cell",
    "decide_account_column",
    "decide_browsing_column",
    "decide_card_column",
    "decide_cpr_column",
    "decide_message_column",
    "find_browsing",
    "find_cards",
    "find_cpr",
    "find_messages",
    "find_truncated",
    "location_columns",
    "location_kind",
    "message_candidate_sql",
    "messages_in_cell",
    "profile_account",
    "profile_browsing",
    "profile_cards",
    "profile_cpr",
    "profile_messages",
    "profile_query",
    "scan_cell",
    "scan_column",
    "scan_value",
    "whole_number",
]


def scan_value(text: str, *, field: str = "", own_domains: Collection[str] = ()) -> list[Hit]:
    """What one value holds, judged on its own.

    ``field`` is the name of the column or key it stands in; ``own_domains`` are no browsing data.
    """
    return [
        *find_cards(text, field=field),
        *find_truncated(text, field=field),
        *find_cpr(text, field=field),
        *find_messages(text, field=field),
        *find_browsing(text, field=field, own_domains=own_domains),
    ]


def scan_column(
    values: Iterable[str | None],
    *,
    name: str,
    table: str = "",
    beside: Collection[str] = (),
    own_domains: Collection[str] = (),
) -> ColumnDecision:
    """What a column holds as a whole, with the counts that say so.

    Empty and missing cells do not count.

    ``table`` is the canonical table that it is a column of, where that is known, and ``beside`` the
    names of the columns of its table.
    """
    filled = [value for value in values if value]
    return combine(
        (
            decide_card_data(profile_card_data(filled, name=name), name),
            decide_cpr_column(profile_cpr(filled, name=name), name),
            decide_message_column(
                {**profile_values(filled), **message_context(beside, table=table)}, name
            ),
            decide_browsing_column(
                profile_browsing(filled, name=name, own_domains=own_domains), name
            ),
        )
    )


def scan_cell(
    text: str, *, name: str, decision: ColumnDecision, own_domains: Collection[str] = ()
) -> list[Hit]:
    """What one cell holds, in the light of the decision about its column: no chance hits in a
    column of IMEIs, every number in a column of cards.
    """
    return [
        *card_data_in_cell(text, name=name, decision=decision),
        *cpr_in_cell(text, name=name, decision=decision),
        *messages_in_cell(text, name=name, decision=decision),
        *browsing_in_cell(text, name=name, decision=decision, own_domains=own_domains),
    ]
