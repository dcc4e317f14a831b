"""Sensitive authentication data in columns: check codes of cards (CVV) and PIN blocks.

They may not be kept at all, not even encrypted.

Three digits alone say nothing: the name of the column must. Track data is found in values
(``find_cards``, reason ``track``), and so is a check code beside a card number (reason
``card_with_check_code``).

Source: PCI DSS 4.0.1 requirement 3.3; ISO 9564-1 for PIN blocks (16 hexadecimal digits, 32 in
format 4).

What is left out:
1. Results of a check (``cvv_result``) and flags: one letter or digit, or a column named for the
   result.
2. Columns where every code is the same: a constant, for a person to review.
3. Codes in encrypted form, other than PIN blocks.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from teleaudit.detectors.decisions import ColumnDecision, Hit, Level
from teleaudit.detectors.names import names_card, speaks_of

ACCOUNT_PROFILE = (
    "account_cells",
    "account_codes",
    "account_fours",
    "account_sum",
    "account_squares",
    "account_pin_blocks",
)
SHARE = 0.8  # of the filled cells that must look like it
MIN_CELLS = 3  # cells from which on a column is sure

_CHECK_CODE = re.compile("[0-9]{3,4}(?:[.,]0)?")
_PIN_BLOCK = re.compile("[0-9A-Fa-f]{16}|[0-9A-Fa-f]{32}")


def names_account_data(name: str) -> str:
    """The kind of data that a column's name speaks of: ``cvv``, ``pin_block`` or nothing."""
    if speaks_of(name, "pin_block"):
        return "pin_block"
    # (1)
    if any(
        speaks_of(name, group) for group in ("check_code", "check_code_shared", "check_code_weak")
    ) and not speaks_of(name, "check_code_about"):
        return "cvv"
    return ""


def profile_account(values: Iterable[str | None], **_column: object) -> dict[str, int]:
    """The counts that ``decide_account_column`` needs; those of parts may be added."""
    counts = dict.fromkeys(ACCOUNT_PROFILE, 0)
    for value in values:
        cell = (value or "").strip(" ")
        if not cell:
            continue
        counts["account_cells"] += 1
        if _CHECK_CODE.fullmatch(cell):
            code = int(cell[:4].rstrip(".,"))
            counts["account_codes"] += 1
            counts["account_fours"] += cell[3:4].isdecimal()
            counts["account_sum"] += code
            counts["account_squares"] += code * code
        counts["account_pin_blocks"] += _PIN_BLOCK.fullmatch(cell) is not None
    return counts


def decide_account_column(profile: Mapping[str, int], name: str) -> ColumnDecision:
    """What the counts of a column say, with its name. Counts that are missing are 0."""
    counts = {key: int(profile.get(key) or 0) for key in ACCOUNT_PROFILE}
    kind, cells = names_account_data(name), counts["account_cells"]
    found = counts["account_pin_blocks" if kind == "pin_block" else "account_codes"]
    if not kind or not cells or found <= SHARE * cells:
        return ColumnDecision(n=cells, k=found, counts=counts)
    level, reason = (
        _judge_codes(counts, name)
        if kind == "cvv"
        else (Level.CONFIRMED if cells >= MIN_CELLS else Level.PROBABLE, "pin_block_column")
    )
    return ColumnDecision(
        kinds=frozenset({kind}), level=level, reason=reason, n=cells, k=found, counts=counts
    )


def _judge_codes(counts: Mapping[str, int], name: str) -> tuple[Level, str]:
    codes = counts["account_codes"]
    # (2) no spread at all
    if codes > 1 and codes * counts["account_squares"] == counts["account_sum"] ** 2:
        return Level.REVIEW, "constant"
    sure = speaks_of(name, "check_code") or names_card(name)
    if not sure and speaks_of(name, "check_code_weak"):
        return Level.REVIEW, "check_code_name"
    # four digits may be what customers say at the service desk
    if codes < MIN_CELLS or (not sure and counts["account_fours"] > SHARE * codes):
        return Level.PROBABLE, "check_code_column"
    return Level.CONFIRMED, "check_code_column"


def account_in_cell(text: str, *, name: str, decision: ColumnDecision) -> list[Hit]:
    """The code or PIN block of one cell, in the light of the decision about its column."""
    kind = names_account_data(name)
    pattern = _PIN_BLOCK if kind == "pin_block" else _CHECK_CODE
    if (
        decision.level is None
        or kind not in decision.kinds
        or not pattern.fullmatch(text.strip(" "))
    ):
        return []
    return [Hit(kind=kind, level=decision.level, reason=decision.reason, start=0, end=len(text))]


def find_account(text: str, *, field: str = "") -> list[Hit]:
    """The code or PIN block of one value, by the name of the field it stands in."""
    return account_in_cell(
        text, name=field, decision=decide_account_column(profile_account([text]), field)
    )
