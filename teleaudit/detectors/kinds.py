"""What is looked for, a line each: the detector's functions and the cells that it wants to see."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from teleaudit.detectors.account_data import (
    CHECK_CODE,
    PIN_BLOCK,
    decide_account_column,
    find_account,
    names_account_data,
    profile_account,
)
from teleaudit.detectors.browsing import (
    browsing_in_cell,
    decide_browsing_column,
    names_register,
    profile_browsing,
)
from teleaudit.detectors.browsing_values import find_browsing, says
from teleaudit.detectors.cards import find_cards
from teleaudit.detectors.columns import (
    EXCEL_DAMAGED,
    LONGEST_DAMAGED,
    cards_in_cell,
    counted_as,
    decide_card_column,
    profile_cards,
)
from teleaudit.detectors.cpr import cpr_in_cell, decide_cpr_column, find_cpr, profile_cpr
from teleaudit.detectors.cpr_values import names_cpr
from teleaudit.detectors.decisions import ColumnDecision, Hit
from teleaudit.detectors.message_values import find_messages, names_content
from teleaudit.detectors.messages import decide_message_column, messages_in_cell
from teleaudit.detectors.names import names_card
from teleaudit.detectors.prefilter import (
    browsing_candidate_sql,
    card_candidate_sql,
    cpr_candidate_sql,
    message_candidate_sql,
)
from teleaudit.detectors.tables import message_context
from teleaudit.detectors.truncation import (
    decide_truncated_column,
    find_truncated,
    profile_truncated,
    truncated_sql,
)

# a cell; and what it comes to where it is a whole number of 12-19 digits, else null
TEXT, DIGITS = "text", "digits"
# Where a mobile telephone was (3GPP TS 23.003: country, network, area, cell): fifteen digits or
# fewer, and no card of these begins like it, nor any part of it.
_CELL_IDENTITY = "^2(?:[02-9][0-9]|1[0-24-9])-[0-37-9][0-9]-[0-9]{1,5}-[0-9]{1,5}$"


@dataclass(frozen=True, kw_only=True)
class Detector:
    """One kind of find."""

    name: str
    find: Callable[..., list[Hit]]  # a value on its own
    # SQL over TEXT and DIGITS, by the column's name: true of cells that could be finds or bear on
    # their column; the others only count
    noticed: Callable[[str], str]
    # None for messages, whose texts are counted first
    profile: Callable[..., dict[str, int]] | None
    decide: Callable[[Mapping[str, int], str], ColumnDecision]
    in_cell: Callable[..., list[Hit]] | None  # None where the column as a whole is the find
    # the columns that it is asked about, by name
    concerns: Callable[[str], bool] = lambda _name: True
    # the columns of which it wants to see every filled cell, by name
    wants_all: Callable[[str], bool] = lambda _name: False
    # what the names of all columns of a table add to the counts of each
    beside: Callable[[Collection[str]], Mapping[str, int]] = lambda _names: {}
    # whole numbers that count alike for their column: by six digits, length and Luhn
    counted_as: Callable[..., str] | None = None
    reported: str = ""  # the kind that findings name, where it is another

    @property
    def shown(self) -> str:
        """The kind that findings name."""
        return self.reported or self.name


def kinds(*, own_domains: Collection[str] = ()) -> Sequence[Detector]:
    """Everything that is looked for."""
    return (
        Detector(
            name="card",
            find=find_cards,
            noticed=_card_or_number,
            profile=profile_cards,
            decide=decide_card_column,
            in_cell=cards_in_cell,
            wants_all=names_card,
            counted_as=counted_as,
        ),
        Detector(
            name="account",
            find=find_account,
            noticed=_code_or_block,
            profile=profile_account,
            decide=decide_account_column,
            in_cell=None,
            concerns=lambda name: bool(names_account_data(name)),
            reported="card",
        ),
        Detector(
            name="truncated",
            find=find_truncated,
            noticed=lambda _name: truncated_sql(TEXT),
            profile=_profile_truncated,
            decide=lambda profile, _name: decide_truncated_column(profile),
            in_cell=lambda text, **_in: find_truncated(text),
            concerns=names_card,
            reported="card",
        ),
        Detector(
            name="cpr",
            find=find_cpr,
            noticed=lambda _name: cpr_candidate_sql(TEXT),
            profile=profile_cpr,
            decide=decide_cpr_column,
            in_cell=cpr_in_cell,
            wants_all=names_cpr,
        ),
        Detector(
            name="message",
            find=find_messages,
            noticed=lambda _name: message_candidate_sql(TEXT),
            profile=None,
            decide=decide_message_column,
            in_cell=messages_in_cell,
            wants_all=_names_content,
            beside=message_context,
        ),
        Detector(
            name="browsing",
            find=partial(find_browsing, own_domains=own_domains),
            noticed=_sites,
            profile=partial(profile_browsing, own_domains=own_domains),
            decide=decide_browsing_column,
            in_cell=partial(browsing_in_cell, own_domains=own_domains),
            wants_all=lambda name: says(name) == "search",
            beside=lambda names: {"browsing_register": int(names_register(names))},
        ),
    )


def _profile_truncated(values: Iterable[str], **_in: str) -> dict[str, int]:
    return profile_truncated(values)


def _names_content(name: str) -> bool:
    return bool(names_content(name))


def _card_or_number(_name: str) -> str:
    candidate = f"NOT regexp_matches({TEXT}, '{_CELL_IDENTITY}')"
    damaged = (
        f"CASE WHEN length({TEXT}) <= {LONGEST_DAMAGED} THEN regexp_matches(trim({TEXT}),"
        f" '{EXCEL_DAMAGED}') ELSE false END"
    )
    return (
        f"CASE WHEN {DIGITS} IS NOT NULL THEN true WHEN {card_candidate_sql(TEXT)} THEN {candidate}"
        f" ELSE {damaged} END"
    )


def _code_or_block(_name: str) -> str:
    return f"regexp_matches(trim({TEXT}), '{CHECK_CODE}|{PIN_BLOCK}')"


def _sites(name: str) -> str:
    return browsing_candidate_sql(TEXT, name=name or None)
