"""References that only the controller can undo, and a worklist that stays with the controller."""

from __future__ import annotations

import csv
import hmac
import io
import re
import stat
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from teleaudit.checks.worklist import (
    RECORD_COLUMNS,
    WORKLIST_COLUMNS,
    Worklist,
    check_character,
    disarmed,
    harmless,
    new_reference_key,
    parse_reference,
    reference,
    references,
)
from teleaudit.errors import UserError
from teleaudit.rules.audit_file import load_audit
from teleaudit.rules.rulebook import rulebook_of
from teleaudit.rules.suites import Check
from teleaudit.rules.verdicts import TO_LOOK_AT, CheckResult, Deviation, Owner, SetAside, Verdict
from teleaudit.workspace import package_workspace

_KEY = bytes(range(32))
_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


def _check(check_id: str = "BIZ-ret-3.customer") -> Check:
    return next(
        check
        for check in rulebook_of(load_audit(package_workspace() / "audits" / "bizzy")).checks
        if check.id == check_id
    )


def test_a_reference_is_the_same_for_the_same_record_of_a_run_and_no_other() -> None:
    assert reference(_KEY, "crm_customer", "1001") == reference(_KEY, "crm_customer", "1001")
    others = {
        reference(key, data_set, record)
        for key in (_KEY, b"x" * 32)
        for data_set in ("crm_customer", "cdr")
        for record in ("1001", "1002")
    }
    assert len(others) == 8
    assert reference(_KEY, "a", "bc") != reference(_KEY, "ab", "c")


def test_every_run_has_a_key_of_its_own() -> None:
    assert len({new_reference_key() for _ in range(10)}) == 10
    assert len(new_reference_key()) == 32


def test_a_reference_has_a_form_that_can_be_read_aloud() -> None:
    assert re.fullmatch(
        r"R(-[0-9A-HJKMNP-TV-Z]{4}){4}[0-9A-HJKMNP-TV-Z]", reference(_KEY, "crm_customer", "1001")
    )


@given(
    st.text(alphabet=_ALPHABET, min_size=16, max_size=16),
    st.integers(0, 15),
    st.sampled_from(_ALPHABET),
)
def test_one_misread_character_is_always_noticed(symbols: str, place: int, misread: str) -> None:
    changed = symbols[:place] + misread + symbols[place + 1 :]
    assert (check_character(changed) == check_character(symbols)) == (changed == symbols)


@given(st.text(alphabet=_ALPHABET, min_size=16, max_size=16), st.integers(0, 14))
def test_two_neighbours_swapped_are_noticed(symbols: str, place: int) -> None:
    pair = symbols[place : place + 2]
    changed = symbols[:place] + pair[::-1] + symbols[place + 2 :]
    unnoticed = pair[0] == pair[1] or set(pair) == {"0", "Z"}  # the one weakness of Luhn's method
    assert (check_character(changed) == check_character(symbols)) == unnoticed


def test_a_record_shows_the_references_of_the_worst_in_their_order() -> None:
    worst = (Deviation("b", overdue_days=9), Deviation("a", overdue_days=8))
    result = CheckResult(check=_check(), verdict=Verdict.FAIL, worst=worst)
    assert references(_KEY, result) == [
        reference(_KEY, "crm_customer", "b"),
        reference(_KEY, "crm_customer", "a"),
    ]


def test_a_reference_is_made_of_the_first_eighty_bits_of_a_keyed_hash_and_a_check_character() -> (
    None
):
    number = int.from_bytes(hmac.digest(_KEY, b"crm_customer\x001001", "sha256")[:10], "big")
    symbols = "".join(_ALPHABET[number >> 5 * place & 31] for place in range(16))
    assert reference(_KEY, "crm_customer", "1001").removeprefix("R-").replace(
        "-", ""
    ) == symbols + check_character(symbols)


@pytest.mark.parametrize(
    "cell",
    [
        "=1+1",
        "+45 12",
        "-1",
        "@SUM(A1)",
        "\tx",
        "\rx",
        "\nx",
        " =1+1",
        '"=1+1',
        "'=1+1",
        "\uff1d1+1",
        "\uff0b45",
        "\uff0d1",
        "\uff20SUM(A1)",
    ],
)
def test_a_cell_that_a_spreadsheet_would_compute_is_disarmed(cell: str) -> None:
    assert harmless(cell) == f"'{cell}"


@pytest.mark.parametrize(
    ("cell", "told"),
    [
        ("7;=1+1", "7;'=1+1"),
        ("7,+45", "7,'+45"),
        ("7\t@SUM(A1)", "7\t'@SUM(A1)"),
        ("7\n-1", "7\n'-1"),
        ("7\r\n=1", "7\r\n'=1"),
        ('7; "=1', "7;' \"=1"),
        ("7;\uff1d1;\uff0b1;\uff0d1;\uff201", "7;'\uff1d1;'\uff0b1;'\uff0d1;'\uff201"),
        ("=1;=2", "'=1;'=2"),
    ],
)
def test_a_formula_behind_another_separator_is_disarmed_too(cell: str, told: str) -> None:
    assert harmless(cell) == told


@pytest.mark.parametrize("cell", ["1001", "a=b", "a; b", "K-1,7-2", "", 12, -3, None])
def test_other_cells_stay_as_they_are(cell: object) -> None:
    assert harmless(cell) == cell


def test_the_worklist_has_a_line_for_every_deviation_and_is_the_owners_alone(
    tmp_path: Path,
) -> None:
    target = tmp_path / "worklist.csv"
    with Worklist(target, _KEY) as worklist:
        with worklist.writer_for(_check()) as add:
            add(Deviation("=1001", due_date="2026-11-21", overdue_days=1))
        with worklist.writer_for(_check()) as add:
            add(Deviation('kunder.csv:7, "x"', "Bemærkninger;notes", "confirmed"))
            for _ in range(25):
                add(Deviation("k"))
    assert worklist.lines == 27
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
    assert (
        rows[1]["record_key"],
        rows[1]["column"],
        rows[1]["level"],
        rows[1]["overdue_days"],
    ) == ('kunder.csv:7, "x"', "Bemærkninger;notes", "confirmed", "")
    assert stat.S_IMODE(target.stat().st_mode) == 0o600


def test_a_check_that_raises_in_the_middle_has_no_line_and_the_others_keep_theirs(
    tmp_path: Path,
) -> None:
    target = tmp_path / "worklist.csv"
    with Worklist(target, _KEY) as worklist:
        for key in ("before", "Å raises", "after"):
            with suppress(LookupError), worklist.writer_for(_check()) as add:
                add(Deviation(key))
                if "raises" in key:
                    raise LookupError
    assert worklist.lines == 2
    with target.open(encoding="utf-8", newline="") as file:
        assert [row["record_key"] for row in csv.DictReader(file)] == ["before", "after"]


def test_every_listed_record_stands_beside_the_worklist_with_whose_it_is(tmp_path: Path) -> None:
    with Worklist(tmp_path / "worklist.csv", _KEY) as worklist:
        with worklist.set_aside_for(_check()) as put:
            put(SetAside("=1001", "exempt", "legal_hold", "2026-11-21", Owner("+1", "CRM")))
            put(SetAside("K2", "legal", "strict_reading;billing_ceiling"))
        with suppress(LookupError), worklist.set_aside_for(_check()) as put:
            put(SetAside("K3", "exempt", "restricted"))
            raise LookupError
        with worklist.writer_for(_check()) as add:
            add(Deviation("K4", "Felt", "", "2026-11-20", 2, Owner("4", "CRM", "restricted")))
            add(Deviation("K5", level=TO_LOOK_AT))
    assert worklist.lines == 2
    target = tmp_path / "records.csv"
    with target.open(encoding="utf-8", newline="") as file:
        first, *others = csv.DictReader(file)
    assert tuple(first) == RECORD_COLUMNS
    assert list(first.values()) == [
        "BIZ-ret-3.customer",
        "crm_customer",
        "'=1001",
        reference(_KEY, "crm_customer", "=1001"),
        "CRM",
        "'+1",
        "exempt",
        "",
        "",
        "legal_hold",
        "2026-11-21",
        "",
        "",
    ]
    assert [(line["record_key"], line["kind"], line["grounds"]) for line in others] == [
        ("K2", "legal", "strict_reading;billing_ceiling"),
        ("K4", "deviation", "restricted"),
        ("K5", "review", ""),
    ]
    assert stat.S_IMODE(target.stat().st_mode) == 0o600


@given(st.text(alphabet=_ALPHABET[:4] + "=+-@'\"\t\n\r,; \uff1d", max_size=8))
def test_what_was_disarmed_is_itself_again(cell: str) -> None:
    assert disarmed(str(harmless(cell))) == cell


_PART = st.text(alphabet="7=+-@'\"\t\n\r,; \uff0b", max_size=6)


@given(cells=st.lists(_PART, min_size=1, max_size=3), written=st.sampled_from(",;"))
def test_no_cell_is_a_formula_whatever_parts_the_cells(cells: list[str], written: str) -> None:
    file = io.StringIO(newline="")
    csv.writer(file, delimiter=written).writerow([harmless(cell) for cell in cells])
    for parted in re.split(r"[,;\t\r\n]", file.getvalue()):
        assert not re.match(r"[ \"]*[=+\-@\uff0b]", parted)


_MISREAD = str.maketrans("01", "OI")


@pytest.mark.parametrize(
    "write",
    [
        str,
        str.lower,
        lambda told: told.translate(_MISREAD),
        lambda told: told.replace("1", "l"),
        lambda told: told.replace("-", "\u2011"),
        lambda told: told.replace("-", " "),
        lambda told: told.removeprefix("R-").replace("-", ""),
        lambda told: f" {told.replace('-', '')} ",
    ],
)
@pytest.mark.parametrize("record", [str(number) for number in range(12)])
def test_a_reference_is_read_however_it_is_written(
    write: Callable[[str], str], record: str
) -> None:
    printed = reference(_KEY, "crm_customer", record)
    assert parse_reference(write(printed)) == printed


@pytest.mark.parametrize(
    "text", ["", "K003533", "12345678", "R-1234", "2412901234", "R-UUUU-UUUU-UUUU-UUUUU", "æ" * 17]
)
def test_what_is_no_reference_is_refused_and_not_repeated(text: str) -> None:
    with pytest.raises(UserError, match="not a reference") as refused:
        parse_reference(text)
    assert not text or text not in str(refused.value)


def test_a_mistyped_reference_is_told_apart_by_its_check_character() -> None:
    printed = reference(_KEY, "crm_customer", "1001")
    mistyped = printed[:-1] + ("2" if printed[-1] != "2" else "3")
    with pytest.raises(UserError, match="mistyped") as refused:
        parse_reference(mistyped)
    assert mistyped not in str(refused.value)
