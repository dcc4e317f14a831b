"""Check codes and PIN blocks: told by the name of the column and the look of its cells."""

from __future__ import annotations

import random

import pytest

from teleaudit.detectors.account_data import (
    account_in_cell,
    decide_account_column,
    find_account,
    profile_account,
)

DICE = random.Random(5)  # noqa: S311 - invented codes
THREE = [f"{DICE.randrange(1000):03}" for _ in range(50)]
FOUR = [f"{DICE.randrange(10_000):04}" for _ in range(50)]
BLOCKS = [f"{DICE.getrandbits(64):016X}" for _ in range(20)]

COLUMNS: dict[str, tuple[str, list[str | None], str, str]] = {
    "codes": ("cvv", [*THREE, None, ""], "cvv confirmed", "check_code_column"),
    "codes of american express": ("CVC2", list(FOUR), "cvv confirmed", "check_code_column"),
    "danish names": ("kontrolcifre", list(THREE), "cvv confirmed", "check_code_column"),
    "kortkode": ("Kort-kode", list(THREE), "cvv confirmed", "check_code_column"),
    "written as decimals": (
        "cvv",
        [f"{code}.0" for code in THREE],
        "cvv confirmed",
        "check_code_column",
    ),
    "sikkerhedskode": ("sikkerhedskode", list(THREE), "cvv confirmed", "check_code_column"),
    "a customer's own code": ("sikkerhedskode", list(FOUR), "cvv probable", "check_code_column"),
    "caller id": ("cid", list(THREE), "cvv review", "check_code_name"),
    "cid of a card": ("card_cid", list(FOUR), "cvv confirmed", "check_code_column"),
    "one code": ("cvv", [THREE[0], None], "cvv probable", "check_code_column"),
    "a constant": ("cvv", ["123"] * 40, "cvv review", "constant"),
    "flags": ("cvv", ["0", "1"] * 40, "", "none"),
    "results": ("cvv_result", ["200", "404", "200"], "", "none"),
    "result letters": ("cvv", ["M", "N", "U"] * 9, "", "none"),
    "mostly others": ("cvv", [*THREE[:3], *["ukendt"] * 3], "", "none"),
    "another name": ("lokalnummer", list(THREE), "", "none"),
    "cell id": ("cell_id", list(FOUR), "", "none"),
    "pin blocks": ("pin_block", list(BLOCKS), "pin_block confirmed", "pin_block_column"),
    "named and something else": ("pinblock", ["ja", "nej"], "", "none"),
    "hexadecimal under another name": ("session", list(BLOCKS), "", "none"),
    "empty": ("cvv", [None, "", " "], "", "none"),
}


@pytest.mark.parametrize("case", COLUMNS)
def test_the_name_and_the_cells_say_it_together(case: str) -> None:
    name, values, expected, reason = COLUMNS[case]
    decision = decide_account_column(profile_account(values), name)
    assert (
        " ".join([*decision.kinds, *([decision.level] if decision.level else [])]),
        decision.reason,
    ) == (expected, reason)
    assert decision.n >= decision.k


def test_the_counts_of_parts_add_up() -> None:
    parts = [profile_account(THREE[:20]), profile_account(THREE[20:])]
    assert {key: parts[0][key] + parts[1][key] for key in parts[0]} == profile_account(THREE)


def test_a_cell_is_judged_by_its_column() -> None:
    decision = decide_account_column(profile_account(THREE), "cvv")
    assert [
        (hit.kind, hit.level) for hit in account_in_cell(THREE[0], name="cvv", decision=decision)
    ] == [("cvv", "confirmed")]
    assert account_in_cell("ukendt", name="cvv", decision=decision) == []
    assert [(hit.kind, hit.level) for hit in find_account("123", field="cvv")] == [
        ("cvv", "probable")
    ]
    assert find_account("123", field="lokalnummer") == []
