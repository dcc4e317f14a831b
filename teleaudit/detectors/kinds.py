"""What is looked for, a row each: which cells of a column its detector must see, how it counts them
and what the counts decide.

The judge, the audit's expectations and a scan read these rows. What one row does not say, none of
them knows.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import partial

from teleaudit.detectors.account_data import (
    ACCOUNT_PROFILE,
    account_in_cell,
    decide_account_column,
    names_account_data,
    profile_account,
)
from teleaudit.detectors.browsing import (
    BROWSING_PROFILE,
    browsing_in_cell,
    decide_browsing_column,
    profile_browsing,
    register_context,
)
from teleaudit.detectors.browsing_values import find_browsing
from teleaudit.detectors.cards import find_cards
from teleaudit.detectors.columns import (
    PROFILE,
    cards_in_cell,
    counted_as,
    decide_card_column,
    profile_cards,
)
from teleaudit.detectors.cpr import (
    CPR_PROFILE,
    cpr_in_cell,
    decide_cpr_column,
    find_cpr,
    profile_cpr,
)
from teleaudit.detectors.cpr_values import names_cpr
from teleaudit.detectors.decisions import ColumnDecision, Hit
from teleaudit.detectors.message_values import find_messages, names_content
from teleaudit.detectors.messages import (
    MESSAGE_PROFILE,
    decide_message_column,
    messages_in_cell,
    profile_values,
)
from teleaudit.detectors.names import names_card, names_identifier
from teleaudit.detectors.prefilter import (
    browsing_candidate_sql,
    card_candidate_sql,
    card_shaped_sql,
    cpr_candidate_sql,
    message_candidate_sql,
    truncated_candidate_sql,
)
from teleaudit.detectors.tables import message_context
from teleaudit.detectors.truncation import (
    TRUNCATED_PROFILE,
    decide_truncated_column,
    find_truncated,
    profile_truncated,
    truncated_in_cell,
)


def _always(_name: str) -> bool:
    return True


def _no_context(_names: Collection[str], _table: str) -> Mapping[str, int]:
    return {}


@dataclass(frozen=True, kw_only=True)
class Detector:
    """One kind of find. Its functions can be pickled."""

    name: str
    kind: str  # that findings name: card, cpr, message, browsing
    # a value on its own; None where only a column tells
    find: Callable[..., list[Hit]] | None
    # SQL by a column's name and its cell, an expression of type text: true of every cell that could
    # be a find or tell against one, never of null; of the others only the number counts
    candidates: Callable[[str, str], str]
    profile: Callable[..., dict[str, int]]  # of values, and ``name``: the counts of a column
    filled: str  # the name of the one that is the number of its filled cells
    decide: Callable[[Mapping[str, int], str], ColumnDecision]  # by the counts and the name
    in_cell: Callable[..., list[Hit]]  # of a text, ``name`` and ``decision``
    # the columns that it is asked about, by name
    concerns: Callable[[str], bool] = _always
    # What is known of the table, as counts: from the names of its columns, or, where that is given,
    # from the canonical table that it is. Here alone an audit knows more than a scan.
    context: Callable[[Collection[str], str], Mapping[str, int]] = _no_context
    # whether texts must be counted before they are judged: what many cells share is from a list
    counts_texts: bool = False
    # whole numbers bear on the column too, each as this says by six digits, length and Luhn
    counted_as: Callable[..., str] | None = None
    # the column is the find, and of no use to anyone cell by cell
    is_of_column: bool = False


def kinds(*, own_domains: Collection[str] = ()) -> tuple[Detector, ...]:
    """Everything that is looked for. ``own_domains`` are no browsing data."""
    return (
        Detector(
            name="card",
            kind="card",
            find=find_cards,
            candidates=_card_candidates,
            profile=profile_cards,
            filled=PROFILE[0],
            decide=decide_card_column,
            in_cell=cards_in_cell,
            counted_as=counted_as,
        ),
        Detector(
            name="account",
            kind="card",
            find=None,
            candidates=every_cell,
            profile=profile_account,
            filled=ACCOUNT_PROFILE[0],
            decide=decide_account_column,
            in_cell=account_in_cell,
            concerns=_names_account_data,
            is_of_column=True,
        ),
        Detector(
            name="truncated",
            kind="card",
            find=find_truncated,
            candidates=_truncated_candidates,
            profile=profile_truncated,
            filled=TRUNCATED_PROFILE[0],
            decide=decide_truncated_column,
            in_cell=truncated_in_cell,
        ),
        Detector(
            name="cpr",
            kind="cpr",
            find=find_cpr,
            candidates=_cpr_candidates,
            profile=profile_cpr,
            filled=CPR_PROFILE[0],
            decide=decide_cpr_column,
            in_cell=cpr_in_cell,
        ),
        Detector(
            name="message",
            kind="message",
            find=find_messages,
            candidates=_message_candidates,
            profile=profile_values,
            filled=MESSAGE_PROFILE[0],
            decide=decide_message_column,
            in_cell=messages_in_cell,
            context=message_context,
            counts_texts=True,
        ),
        Detector(
            name="browsing",
            kind="browsing",
            find=partial(find_browsing, own_domains=own_domains),
            candidates=_browsing_candidates,
            profile=partial(profile_browsing, own_domains=own_domains),
            filled=BROWSING_PROFILE[0],
            decide=decide_browsing_column,
            in_cell=partial(browsing_in_cell, own_domains=own_domains),
            context=register_context,
        ),
    )


def of_kind(kind: str, *, own_domains: Iterable[str] = ()) -> tuple[Detector, ...]:
    """The detectors whose finds are of that kind."""
    return tuple(one for one in kinds(own_domains=tuple(own_domains)) if one.kind == kind)


def _names_account_data(name: str) -> bool:
    return bool(names_account_data(name))


def every_cell(_name: str, cell: str) -> str:
    """SQL, true of every filled cell."""
    return f"({cell} <> '')"


def _card_candidates(name: str, cell: str) -> str:
    """Digits that could be a card number's; every cell under a name that speaks of cards.

    Under the name of another number, a cell of digits alone must begin like a card.
    """
    if names_card(name):
        return every_cell(name, cell)
    candidate = card_candidate_sql(cell)
    if not names_identifier(name):
        return candidate
    return (
        f"(CASE WHEN regexp_matches({cell}, '^[0-9]*$') THEN {card_shaped_sql(cell)} ELSE"
        f" {candidate} END)"
    )


def _truncated_candidates(name: str, cell: str) -> str:
    """Digits beside glyphs for others; every cell under a name that speaks of cards."""
    return every_cell(name, cell) if names_card(name) else truncated_candidate_sql(cell)


def _cpr_candidates(name: str, cell: str) -> str:
    """Digits that could begin with a date of birth; every cell under a name that speaks of CPR."""
    return every_cell(name, cell) if names_cpr(name) else cpr_candidate_sql(cell)


def _message_candidates(name: str, cell: str) -> str:
    """What reads like text or hides it; every cell under a name that may speak of content."""
    return every_cell(name, cell) if names_content(name) else message_candidate_sql(cell)


def _browsing_candidates(name: str, cell: str) -> str:
    """A dot or a colon where an address could be."""
    return browsing_candidate_sql(cell, name=name or None)
