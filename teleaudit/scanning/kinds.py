"""What is looked for, a line each: the detector's functions and the cells that it wants to see."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass

from teleaudit.detectors import ColumnDecision, Hit, cards_in_cell, decide_card_column, decide_message_column, find_cards, find_messages, messages_in_cell, profile_cards
from teleaudit.detectors.prefilter import card_candidate_sql, card_number_sql, message_candidate_sql

KINDS = ("card", "cpr", "message", "browsing")


@dataclass(frozen=True, kw_only=True)
class Kind:
    """One kind of find."""

    name: str
    find: Callable[..., list[Hit]]  # a value on its own
    noticed: Callable[[str], str]  # SQL, true of every cell that could be a find or that bears on its column; the others only count
    profile: Callable[..., dict[str, int]] | None  # None for messages, whose texts are counted first
    decide: Callable[[Mapping[str, int], str], ColumnDecision]
    in_cell: Callable[..., list[Hit]]


def kinds(*, own_domains: Collection[str] = ()) -> Sequence[Kind]:
    """Everything that is looked for."""
    return (
        Kind(name="card", find=find_cards, noticed=_card_or_number, profile=profile_cards, decide=decide_card_column, in_cell=cards_in_cell),
        Kind(name="message", find=find_messages, noticed=message_candidate_sql, profile=None, decide=decide_message_column, in_cell=messages_in_cell),
    )


def _card_or_number(column: str) -> str:
    return f"({card_candidate_sql(column)} OR ({card_number_sql(column)}) IS NOT NULL)"
