"""Files that someone broke, or made to break a reader: one message or a counted record, never a
crash, never a value.
"""

from __future__ import annotations

import io
import json
import os
import zipfile
from collections.abc import Callable

import pytest
import xlsxwriter

from teleaudit.errors import ExportError
from teleaudit.exports.inspection import inspect_file
from tests.exports.desk import Desk
from tests.exports.test_headers import workbook

COLUMNS = {"customer_id": "id"}
GOOD = '{"id": "1", "navn": "Ulla"}\n'


def read(desk: Desk, content: str) -> dict[str, int]:
    """The reasons for which lines between two good ones are rejected."""
    file = desk.write("a.jsonl", f"{GOOD}{content}\n{GOOD}")
    export = desk.read("a.jsonl", columns=COLUMNS)
    inspected = inspect_file(file)

    assert export.rows == inspected.rows - sum(
        remark.count or 0 for remark in export.warnings if remark.code == "blank_rows"
    )
    assert [row for row in desk.rows(export, "customer_id") if row == ("1",)] == [("1",)] * 2
    return export.reject_reasons


@pytest.mark.parametrize(
    ("line", "reasons"),
    [
        ('{"id": ' + "[" * 900 + "]" * 900 + "}", {"too_deep": 1}),
        ('{"id": ' + "[" * 90_000 + "]" * 90_000 + "}", {"too_deep": 1}),
        ('{"id": ' + '{"a": ' * 600 + "1" + "}" * 600 + "}", {"too_deep": 1}),
        ('{"id": "2", "navn": "\\ud800"}', {"undecodable": 1}),
        ('{"id": "2", "navn": {"a": ["\\udfff"]}}', {"undecodable": 1}),
        ('{"id": "2", "\\ud800": "x"}', {}),
        ('{"id": "2", "navn": "\\ud83d\\ude00"}', {}),
        ("7", {"not_an_object": 1}),
        ("null", {"not_an_object": 1}),
        ('"Ulla"\n[]', {"not_an_object": 2}),
        ("{}", {}),
        ('{"": "tom"}', {}),
        ('{"id": "2", "id ": "3"}', {"duplicate_key": 1}),
        ('{"id": "2", "id": "3"}', {"duplicate_key": 1}),
        ('{"id": NaN}', {"not_json": 1}),
    ],
)  # fmt: skip
def test_a_line_of_json_that_is_no_record_is_counted(
    desk: Desk, line: str, reasons: dict[str, int]
) -> None:
    assert read(desk, line) == reasons


@pytest.mark.parametrize(
    "content",
    [
        '{"a"\nnull\n7\n',
        "{}\n{}\n",
        '{"": 1}\n',
        '{"a": ' + "[" * 5_000 + "\n",
        '{"a": "\\ud800"}\n',
        '{"x": NaN}\n',
    ],
)
def test_json_without_any_record_is_no_crash(desk: Desk, content: str) -> None:
    file = desk.write("a.jsonl", content)
    export = desk.read("a.jsonl", columns=COLUMNS, format="jsonl")

    assert export.rows == 0 or export.missing_columns
    if export.rows:
        assert inspect_file(file).rows == export.rows
    else:
        with pytest.raises(ExportError, match="none of its records could be read"):
            inspect_file(file)


def rezipped(content: bytes, change: Callable[[str, bytes], bytes]) -> bytes:
    """A workbook whose parts were changed."""
    written = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(written, "w") as new:
        for name in old.namelist():
            new.writestr(name, change(name, old.read(name)))
    return written.getvalue()


ENTITY = b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/hostname">]>'
LAUGHS = b'<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
BROKEN: dict[str, Callable[[str, bytes], bytes]] = {
    "cut sheet": lambda name, part: (
        part[: len(part) // 2] if "sheet1" in name and "rels" not in name else part
    ),
    "cut workbook": lambda name, part: (
        part[: len(part) // 2] if name == "xl/workbook.xml" else part
    ),
    "external entity": lambda name, part: (
        part.replace(b"<worksheet", ENTITY + b"<worksheet", 1).replace(
            b"<v>0</v>", b"<v>&e;</v>", 1
        )
        if "sheet1" in name
        else part
    ),
    "laughs": lambda name, part: (
        part.replace(b"<worksheet", LAUGHS + b"<worksheet", 1).replace(
            b"<v>0</v>", b"<v>&b;</v>", 1
        )
        if "sheet1" in name
        else part
    ),
    "no sheets": lambda name, part: (
        part.split(b"<sheets>")[0] + b"</workbook>" if name == "xl/workbook.xml" else part
    ),
    "empty sheet": lambda name, part: b"" if "sheet1" in name and "rels" not in name else part,
}


@pytest.mark.parametrize("how", BROKEN)
def test_a_broken_workbook_is_refused_by_name(desk: Desk, how: str) -> None:
    content = rezipped(
        workbook(
            (
                "Ark1",
                [("Kundenr", "Navn"), *[(str(number), "Ulla Vestermark") for number in range(30)]],
            )
        ),
        BROKEN[how],
    )
    file = desk.write("a.xlsx", content)
    said = desk.refusal("a.xlsx", columns={"customer_id": "Kundenr"})

    assert said.startswith("a.xlsx is ")
    assert "orkbook" in said
    assert "Ulla" not in said
    with pytest.raises(ExportError, match=r"a\.xlsx is "):
        inspect_file(file)


def test_numbers_that_are_none_in_a_workbook_are_no_crash(desk: Desk) -> None:
    content = workbook(
        ("Ark1", [("Kundenr", "Saldo"), *[(str(number), number + 0.5) for number in range(4)]])
    )
    content = rezipped(
        content,
        lambda name, part: (
            part.replace(b"<v>0.5</v>", b"<v>inf</v>").replace(b"<v>1.5</v>", b"<v>nan</v>")
            if "sheet1" in name
            else part
        ),
    )
    desk.write("a.xlsx", content)
    export = desk.read("a.xlsx", columns={"customer_id": "Kundenr", "open_balance": "Saldo"})

    assert [row[0] is None for row in desk.rows(export, "open_balance")] == [
        True,
        True,
        False,
        False,
    ]
    assert desk.rows(export, "_issues")[:2] == [("open_balance=unreadable",), (None,)]


def test_cells_with_an_error_are_counted(desk: Desk) -> None:
    with xlsxwriter.Workbook(desk.root / "a.xlsx") as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["Kundenr", "Saldo"])
        for row in range(1, 20_001):
            sheet.write_string(row, 0, str(row))
            sheet.write_formula(row, 1, "=1/0", None, "#DIV/0!" if row % 2 else 7)
    export = desk.read("a.xlsx", columns={"customer_id": "Kundenr", "open_balance": "Saldo"})

    assert [(remark.code, remark.count) for remark in export.warnings] == [("error_cells", 10_000)]
    assert [row[0] is None for row in desk.rows(export, "open_balance")] == [True, False] * 10_000


def test_cells_beyond_the_header_of_a_workbook_are_columns_by_position(desk: Desk) -> None:
    rows = [("Kundenr", "Navn"), ("1", "Ulla"), ("2", "Kaj", "", "bemærkning"), ("3", "Ea")]
    desk.write("a.xlsx", workbook(("Ark1", rows)))
    export = desk.read("a.xlsx", columns={"customer_id": "Kundenr"})

    assert export.extra_columns == ("Navn", "column_3", "column_4")
    assert desk.rows(export, "column_4") == [(None,), ("bemærkning",), (None,)]


def test_a_pipe_is_refused_at_once(desk: Desk) -> None:
    os.mkfifo(desk.root / "a.csv")
    with pytest.raises(ExportError, match=r"a\.csv is neither a file nor a folder"):
        inspect_file(desk.root / "a.csv")
    assert desk.read("*.csv").problem == "no file matches *.csv"


# as a spreadsheet of East Asia writes it
@pytest.mark.parametrize(
    "header",
    ["=1+1", "＝1+1", "@SUM(A1)", "+45", "-2", '=HYPERLINK("http://eksempel.dk")'],  # noqa: RUF001
)
def test_a_header_that_is_a_formula_is_a_name_and_nothing_more(desk: Desk, header: str) -> None:
    with xlsxwriter.Workbook(desk.root / "a.xlsx") as book:
        sheet = book.add_worksheet()
        for row, cells in enumerate([("Kundenr", header), ("1", "x"), ("2", "y")]):
            for place, cell in enumerate(cells):
                sheet.write_string(row, place, cell)
    export = desk.read("a.xlsx", columns={"customer_id": "Kundenr"})

    assert len(export.extra_columns) == 1
    assert desk.rows(export, export.extra_columns[0]) == [("x",), ("y",)]


def test_a_file_that_goes_while_it_is_read_is_said(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = desk.write("a.csv", "Kundenr;Navn\n1;Ulla\n")
    monkeypatch.setattr("teleaudit.exports.reading.find_files", lambda *_: [file])
    file.unlink()

    assert (
        desk.refusal("a.csv", columns={"customer_id": "Kundenr"})
        == "a.csv was removed while it was read. Run again when the export is complete."
    )


def test_pages_of_keys_stay_few(desk: Desk) -> None:
    desk.write(
        "a.jsonl",
        "".join(json.dumps({"id": "1", f"k{number}": number}) + "\n" for number in range(5_001)),
    )

    assert "different keys" in desk.refusal("a.jsonl", columns=COLUMNS)
