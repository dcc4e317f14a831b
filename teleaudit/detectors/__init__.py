"""Detectors: card numbers, CPR numbers, message content and browsing data in values and columns,
columns of locations.

Pure functions; nothing here reads an export.

``scan_value`` judges one value on its own, ``scan_column`` a whole column. ``kinds`` has a row for
each detector, and ``judge`` asks them all: an audit, a notebook and a scan come to the same verdict
on a column because they ask the same function. Where the cells are too many, an engine finds the
candidates in SQL (``prefilter``) and only these are counted.
A check code alone (three digits) is nothing: only a whole column of them, named so, is found.
"""

from __future__ import annotations

from teleaudit.detectors.account_data import decide_account_column, profile_account
from teleaudit.detectors.browsing import browsing_in_cell, decide_browsing_column, profile_browsing
from teleaudit.detectors.browsing_values import find_browsing
from teleaudit.detectors.cards import find_cards
from teleaudit.detectors.columns import (
    cards_in_cell,
    count_card_text,
    decide_card_column,
    profile_cards,
    whole_number,
)
from teleaudit.detectors.cpr import cpr_in_cell, decide_cpr_column, find_cpr, profile_cpr
from teleaudit.detectors.decisions import ColumnDecision, Hit, Level, combine
from teleaudit.detectors.judge import scan_cell, scan_column, scan_value
from teleaudit.detectors.location import location_columns, location_kind
from teleaudit.detectors.message_values import find_messages
from teleaudit.detectors.messages import (
    decide_message_column,
    messages_in_cell,
    profile_messages,
)
from teleaudit.detectors.prefilter import (
    browsing_candidate_sql,
    card_candidate_sql,
    card_cells_query,
    cpr_candidate_sql,
    message_candidate_sql,
    profile_query,
)
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
