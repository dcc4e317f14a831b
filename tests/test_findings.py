"""References that only the controller can undo, and a worklist that stays with the controller."""

from __future__ import annotations

import csv
import re
import stat
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from teleaudit.findings import MAX_REFERENCES, WORKLIST_COLUMNS, check_character, harmless, new_reference_key, reference, references, write_worklist
from teleaudit.suites import Check, load_suite
from teleaudit.verdicts import CheckResult, Deviation, Verdict
from teleaudit.workspace import package_workspace

_KEY = bytes(range(32))
_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


def _check(check_id: str = "BIZ-ret-3.customer") -> Check:
    return next(check for check in load_suite("bizzy", package_workspace() / "expectations").checks if check.id == check_id)


def _result(*deviations: Deviation) -> CheckResult:
    return CheckResult(check=_check(), verdict=Verdict.FAIL, deviations=deviations)


def test_a_reference_is_the_same_for_the_same_record_of_a_run_and_no_other() -> None:
    assert reference(_KEY, "crm_customer", "1001") == reference(_KEY, "crm_customer", "1001")
    others = {reference(key, data_set, record) for key in (_KEY, b"x" * 32) for data_set in ("crm_customer", "cdr") for record in ("1001", "1002")}
    assert len(others) == 8
    assert reference(_KEY, "a", "bc") != reference(_KEY, "ab", "c")


def test_every_run_has_a_key_of_its_own() -> None:
    assert len({new_reference_key() for _ in range(10)}) == 10
    assert len(new_reference_key()) == 32


def test_a_reference_has_a_form_that_can_be_read_aloud() -> None:
    assert re.fullmatch(r"R(-[0-9A-HJKMNP-TV-Z]{4}){4}[0-9A-HJKMNP-TV-Z]", reference(_KEY, "crm_customer", "1001"))


@given(st.text(alphabet=_ALPHABET, min_size=16, max_size=16), st.integers(0, 15), st.sampled_from(_ALPHABET))
def test_one_misread_character_is_always_noticed(symbols: str, place: int, misread: str) -> None:
    changed = symbols[:place] + misread + symbols[place + 1 :]
    assert (check_character(changed) == check_character(symbols)) == (changed == symbols)


@given(st.text(alphabet=_ALPHABET, min_size=16, max_size=16), st.integers(0, 14))
def test_two_neighbours_swapped_are_noticed(symbols: str, place: int) -> None:
    pair = symbols[place : place + 2]
    changed = symbols[:place] + pair[::-1] + symbols[place + 2 :]
    unnoticed = pair[0] == pair[1] or set(pair) == {"0", "Z"}  # the one weakness of Luhn's method
    assert (check_character(changed) == check_character(symbols)) == unnoticed


def test_a_record_shows_the_references_of_the_worst_and_at_most_twenty() -> None:
    deviations = [Deviation(record_key=f"{number:03}", overdue_days=number) for number in range(30)]
    shown = references(_KEY, _result(*deviations))
    assert shown == [reference(_KEY, "crm_customer", f"{number:03}") for number in range(29, 9, -1)]
    assert len(shown) == MAX_REFERENCES


def test_references_without_deadlines_are_in_the_order_of_the_keys() -> None:
    shown = references(_KEY, _result(Deviation(record_key="b"), Deviation(record_key="a")))
    assert shown == [reference(_KEY, "crm_customer", "a"), reference(_KEY, "crm_customer", "b")]


@pytest.mark.parametrize("cell", ["=1+1", "+45 12", "-1", "@SUM(A1)", "\tx", "\rx", "\n=1"])
def test_a_cell_that_a_spreadsheet_would_compute_is_disarmed(cell: str) -> None:
    assert harmless(cell) == f"'{cell}"


@pytest.mark.parametrize("cell", ["1001", "a=b", "", 12, -3, None])
def test_other_cells_stay_as_they_are(cell: object) -> None:
    assert harmless(cell) == cell


def test_the_worklist_has_a_line_for_every_deviation_and_is_the_owners_alone(tmp_path: Path) -> None:
    target = tmp_path / "worklist.csv"
    late = Deviation(record_key="=1001", due_date="2026-11-21", overdue_days=1)
    card = Deviation(record_key='kunder.csv:7, "x"', column="Bemærkninger;notes", level="confirmed")
    assert write_worklist(target, [_result(late), _result(), _result(card, *([Deviation(record_key="k")] * 25))], _KEY) == 27
    with target.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert tuple(rows[0]) == WORKLIST_COLUMNS
    assert list(rows[0].values()) == [
        "BIZ-ret-3.customer",
        "crm_customer",
        "'=1001",
        reference(_KEY, "crm_customer", "=1001"),
        "",
        "",
        "2026-11-21",
        "1",
        "Slet kundens stamdata i CRM.",
    ]
    assert (rows[1]["record_key"], rows[1]["column"], rows[1]["level"], rows[1]["overdue_days"]) == ('kunder.csv:7, "x"', "Bemærkninger;notes", "confirmed", "")
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
