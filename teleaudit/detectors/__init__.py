"""Detectors: card numbers and message content in values and columns, columns of locations. Pure functions; nothing here reads an export.

``scan_value`` judges one value on its own, ``scan_column`` a whole column and is what an audit uses. An engine takes the counts of a column in SQL
(``profile_query``, ``card_candidate_sql``, ``card_cells_query``, ``message_candidate_sql``) and lets ``decide_card_column`` and ``decide_message_column`` decide,
the same functions that ``scan_column`` asks.
"""

from __future__ import annotations

from collections.abc import Iterable

from teleaudit.detectors.cards import find_cards
from teleaudit.detectors.columns import cards_in_cell, count_card_text, decide_card_column, profile_cards, whole_number
from teleaudit.detectors.decisions import ColumnDecision, Hit, Level, combine
from teleaudit.detectors.location import location_columns, location_kind
from teleaudit.detectors.messages import decide_message_column, find_messages, messages_in_cell, profile_messages, profile_values
from teleaudit.detectors.prefilter import card_candidate_sql, card_cells_query, message_candidate_sql, profile_query

__all__ = [
    "ColumnDecision",
    "Hit",
    "Level",
    "card_candidate_sql",
    "card_cells_query",
    "cards_in_cell",
    "count_card_text",
    "decide_card_column",
    "decide_message_column",
    "find_cards",
    "find_messages",
    "location_columns",
    "location_kind",
    "message_candidate_sql",
    "messages_in_cell",
    "profile_cards",
    "profile_messages",
    "profile_query",
    "scan_cell",
    "scan_column",
    "scan_value",
    "whole_number",
]


def scan_value(text: str, *, field: str = "") -> list[Hit]:
    """What one value holds, judged on its own. ``field`` is the name of the column or key it stands in."""
    return [*find_cards(text, field=field), *find_messages(text, field=field)]


def scan_column(values: Iterable[str | None], *, name: str, table: str = "") -> ColumnDecision:  # noqa: ARG001 - part of the contract; tables of text do not bear on cards and messages yet
    """What a column holds as a whole, with the counts that say so. Empty and missing cells do not count."""
    filled = [value for value in values if value]
    return combine((decide_card_column(profile_cards(filled, name=name), name), decide_message_column(profile_values(filled), name)))


def scan_cell(text: str, *, name: str, decision: ColumnDecision) -> list[Hit]:
    """What one cell holds, in the light of the decision about its column: no chance hits in a column of IMEIs, every number in a column of cards."""
    return [*cards_in_cell(text, name=name, decision=decision), *messages_in_cell(text, name=name, decision=decision)]
