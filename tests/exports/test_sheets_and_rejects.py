"""Workbooks of several sheets are never read by their first; records that cannot be read are told with line, reason and widths."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from teleaudit.exports.inspection import inspect_file
from teleaudit.readers.rejects import Reject
from tests.exports.desk import Desk
from tests.exports.test_headers import workbook

HEADER = ("Kundenr", "Navn", "Oprettet")
ONE = (HEADER, ("1", "Ulla", "2024-01-13"))
TWO = (HEADER, ("2", "Kaj", "2024-01-14"), ("3", "Ea", "2024-01-15"))
COLUMNS = {"customer_id": "Kundenr", "created_at": "Oprettet"}


@pytest.mark.parametrize(
    ("sheets", "said"),
    [
        ([("Aktive", ONE), ("Ophørte", TWO)], "2 sheets with tables: 'Aktive', 'Ophørte'"),
        ([("Forside", [("Kundeliste",)]), ("2023", ONE), ("2024", TWO)], "'2023', '2024'"),
        ([("Ulla 31640211", ONE), ("Data", TWO)], "sheet 1, 'Data'"),
        ([("Tom", []), ("Kun overskrift", [HEADER]), ("Data", TWO)], "'Kun overskrift', 'Data'"),
        ([(f"Uge {number}", ONE) for number in range(1, 6)], "'Uge 1', 'Uge 2', 'Uge 3', 'Uge 4', 'Uge 5'"),
    ],
)
def test_a_workbook_of_several_tables_is_refused_with_their_names(desk: Desk, sheets: list[tuple[str, Sequence[Sequence[str]]]], said: str) -> None:
    file = desk.write("a.xlsx", workbook(*sheets))

    assert said in desk.refusal("a.xlsx", columns=COLUMNS)
    assert "sheet: NAME" in desk.refusal("a.xlsx", columns=COLUMNS)
    assert said.split(": ", 1)[-1] in inspect_file(file).as_text()
    last, rows = sheets[-1]
    assert desk.rows(desk.read("a.xlsx", columns=COLUMNS, sheet=last), "customer_id") == [(row[0],) for row in rows[1:]]


@pytest.mark.parametrize("others", [[("Forside", [("Kundeliste",)])], [("Tom", [])], [("Forside", [("Udtrukket i marts",)]), ("Tom", [])]])
def test_the_only_sheet_with_a_table_is_the_one_wherever_it_stands(desk: Desk, others: list[tuple[str, Sequence[Sequence[str]]]]) -> None:
    desk.write("a.xlsx", workbook(*others, ("Data", TWO)))

    assert desk.rows(desk.read("a.xlsx", columns=COLUMNS), "customer_id") == [("2",), ("3",)]


def test_no_name_of_a_sheet_that_is_somebodys_is_suggested(desk: Desk) -> None:
    desk.write("a.xlsx", workbook(("Ulla 31640211", ONE), ("Data", TWO)))

    assert "31640211" not in desk.refusal("a.xlsx", columns=COLUMNS, sheet="Ulla 3164021")


def delimited(*lines: str) -> str:
    return "\n".join(lines) + "\n"


@pytest.mark.parametrize("end", [";", ";;", "; ", ';""', ";;;;"])
@pytest.mark.parametrize("every", [1, 2, 3])
def test_an_empty_field_beyond_the_header_is_none(desk: Desk, end: str, every: int) -> None:
    lines = [f'{number};"Ulla ""{number}"" A/S;";2024-01-13{end if number % every == 0 else ""}' for number in range(1, 13)]
    desk.write("a.csv", delimited("Kundenr;Navn;Oprettet", *lines))
    export = desk.read("a.csv", columns={**COLUMNS, "name": "Navn"})

    assert desk.rows(export, "customer_id", "name") == [(str(number), f'Ulla "{number}" A/S;') for number in range(1, 13)]
    assert export.rejected == 0


def test_a_filled_field_beyond_the_header_is_rejected_with_its_widths(desk: Desk) -> None:
    desk.write("a.csv", delimited("Kundenr;Navn;Oprettet", *["1;Ulla;2024-01-13"] * 10, "1;Ulla;2024-01-13;;x", "1;Ulla", "1;Ulla;2024-01-13;"))
    export = desk.read("a.csv", columns=COLUMNS)

    assert export.rows == 11
    assert export.rejects == (Reject(file="a.csv", line=12, reason="ragged", found=5, expected=3), Reject(file="a.csv", line=13, reason="ragged", found=2, expected=3))
    said = [str(warning) for warning in export.warnings]
    assert said == ["a.csv: 2 records could not be read and are kept apart (2 ragged; first on line 12).", "a.csv, line 12: 5 fields, the header has 3."]
    assert all(line in inspect_file(desk.root / "a.csv").as_text() for line in said)


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        (
            "a.csv",
            delimited("Kundenr;Navn;Oprettet", "1;Ulla", "2;Kaj"),
            "none of its records could be read; a.csv: 2 records could not be read and are kept apart (2 ragged; first on line 2); a.csv, line 2: 2 fields, the header has 3",
        ),
        ("a.csv", delimited("Kundenr;Navn;Oprettet", *["1;U\x00lla;2024-01-13"] * 3), "3 nul; first on line 2"),
        ("a.jsonl", delimited("7", "null", '"Ulla"'), "none of its records could be read"),
        ("a.jsonl", delimited("{", "{}x"), "2 not_json; first on line 1"),
        ("a.jsonl", delimited("{}", "{}"), "none of its records could be read"),
        ("a.csv", delimited("Kundenr;Navn;Oprettet", ";;", ";;"), "none of its records could be read"),
    ],
)
def test_an_export_of_which_no_record_was_read_cannot_be_judged(desk: Desk, name: str, content: str, said: str) -> None:
    desk.write(name, content)
    export = desk.read(name, columns=COLUMNS, format="jsonl" if name.endswith("l") else None)

    assert said in (export.problem or "")
    assert export.parquet == ()
    assert "Ulla" not in str(export)
