"""Workbooks of several sheets are never read by their first; records that cannot be read are told
with line, reason and widths.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Sequence

import pytest
import xlsxwriter
from pydantic import ValidationError
from ruamel.yaml import YAML

from teleaudit.exports import read_export
from teleaudit.exports.inspection import inspect_file
from teleaudit.readers.rejects import Reject
from teleaudit.rules.audit_file import ExportSpec
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
        (
            [(f"Uge {number}", ONE) for number in range(1, 6)],
            "'Uge 1', 'Uge 2', 'Uge 3', 'Uge 4', 'Uge 5'",
        ),
    ],
)
def test_a_workbook_of_several_tables_is_refused_with_their_names(
    desk: Desk, sheets: list[tuple[str, Sequence[Sequence[str]]]], said: str
) -> None:
    file = desk.write("a.xlsx", workbook(*sheets))

    assert said in desk.refusal("a.xlsx", columns=COLUMNS)
    assert "sheet: NAME" in desk.refusal("a.xlsx", columns=COLUMNS)
    assert said.split(": ", 1)[-1] in inspect_file(file).as_text()
    last, rows = sheets[-1]
    assert desk.rows(desk.read("a.xlsx", columns=COLUMNS, sheet=last), "customer_id") == [
        (row[0],) for row in rows[1:]
    ]


@pytest.mark.parametrize(
    "others",
    [
        [("Forside", [("Kundeliste",)])],
        [("Tom", [])],
        [("Forside", [("Udtrukket i marts",)]), ("Tom", [])],
    ],
)
def test_the_only_sheet_with_a_table_is_the_one_wherever_it_stands(
    desk: Desk, others: list[tuple[str, Sequence[Sequence[str]]]]
) -> None:
    desk.write("a.xlsx", workbook(*others, ("Data", TWO)))

    assert desk.rows(desk.read("a.xlsx", columns=COLUMNS), "customer_id") == [("2",), ("3",)]


def test_no_name_of_a_sheet_that_is_somebodys_is_suggested(desk: Desk) -> None:
    desk.write("a.xlsx", workbook(("Ulla 31640211", ONE), ("Data", TWO)))

    assert "31640211" not in desk.refusal("a.xlsx", columns=COLUMNS, sheet="Ulla 3164021")


NAMED = (("Kundenr", "Navn", "Oprettet"), ("1", "Ulla Zornbjerg", "2024-01-13"))


@pytest.mark.parametrize("sheet", [(), "Ula Zornbjerg", ("Ulla Zornbjerg", "Data")])
def test_a_sheet_that_is_named_like_a_value_of_its_rows_is_not_shown(
    desk: Desk, sheet: str | tuple[str, ...]
) -> None:
    file = desk.write("a.xlsx", workbook(("Ulla Zornbjerg", NAMED), ("Data", TWO)))
    if len(sheet) == 2:
        said = "".join(
            part.path for part in desk.read("a.xlsx", columns=COLUMNS, sheet=sheet).files
        )
    else:
        said = (
            desk.refusal("a.xlsx", columns=COLUMNS, sheet=sheet)
            + inspect_file(file).as_text()
            + inspect_file(file).as_yaml()
        )

    assert "Zornbjerg" not in said


def test_sheets_with_the_same_headers_in_another_order_are_proposed_together(desk: Desk) -> None:
    file = desk.write(
        "a.xlsx",
        workbook(
            ("Aktive", ONE),
            ("Gamle", [tuple(reversed(row)) for row in TWO]),
            ("Andet", [("Nr", "Andet"), ("1", "2")]),
        ),
    )

    assert inspect_file(file).alike_sheets == ("Aktive", "Gamle")


@pytest.mark.parametrize(("empty", "code"), [([], "empty_file"), ([HEADER], "header_only")])
def test_a_sheet_without_rows_beside_others_is_said(
    desk: Desk, empty: Sequence[Sequence[str]], code: str
) -> None:
    desk.write("a.xlsx", workbook(("Aktive", TWO), ("Tom", empty)))
    export = desk.read("a.xlsx", columns=COLUMNS, sheet=("Aktive", "Tom"))

    assert (export.rows, [(remark.code, remark.file) for remark in export.warnings]) == (
        2,
        [(code, "a.xlsx!Tom")],
    )


def test_a_file_of_which_no_record_can_be_read_beside_others_is_said(desk: Desk) -> None:
    desk.write("a1.jsonl", '{"Kundenr": "1", "Oprettet": "2024-01-13"}\n')
    desk.write("a2.jsonl", '{"Kundenr":\n{"Kundenr"}\n')
    export = desk.read("a*.jsonl", columns=COLUMNS)

    assert ([(file.rows, file.rejected) for file in export.files], export.missing_columns) == (
        [(1, 0), (0, 2)],
        COLUMNS,
    )


def part_changed(content: bytes, old: str, new: str) -> bytes:
    """The workbook with something in its first sheet's part written otherwise, wherever
    it stands.
    """
    changed = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as archive, zipfile.ZipFile(changed, "w") as target:
        for name in archive.namelist():
            text = archive.read(name)
            target.writestr(
                name,
                (
                    re.sub(old.encode(), new.encode(), text)
                    if name == "xl/worksheets/sheet1.xml"
                    else text
                ),
            )
    return changed.getvalue()


@pytest.mark.parametrize(
    "kept", ["<f>TODAY()</f>", "<f>TODAY()</f><v></v>", "<f t='shared' si='0'/><v/>", "<f>1</f>"]
)
def test_formulas_without_their_results_are_refused_with_their_number(
    desk: Desk, kept: str
) -> None:
    desk.write(
        "a.xlsx",
        part_changed(
            workbook(("Ark1", [("Kundenr", "Oprettet"), (1, 45304), (2, 45305)])),
            r'(<c r="B[23]")><v>\d+</v></c>',
            rf"\1>{kept}</c>",
        ),
    )

    assert "a.xlsx holds 2 formulas without their results" in desk.refusal(
        "a.xlsx", columns=COLUMNS
    )


@pytest.mark.parametrize(
    "kept",
    ['t="str"><f>""</f><v></v>', "><f>1+1</f><v>45304</v>", ' t="str"><f>A2</f><v>2024-01-13</v>'],
)
def test_formulas_with_their_results_are_read(desk: Desk, kept: str) -> None:
    desk.write(
        "a.xlsx",
        part_changed(
            workbook(("Ark1", [("Kundenr", "Oprettet"), (1, 45304), (2, 45305)])),
            r'(<c r="B[3]")><v>\d+</v></c>',
            rf"\1 {kept}</c>",
        ),
    )

    assert (
        desk.read("a.xlsx", columns=COLUMNS, column_dates={"created_at": "excel-serial"}).rows == 2
    )


def test_a_sheet_whose_rows_end_before_its_dimension_does_was_cut_off(desk: Desk) -> None:
    whole = workbook(("Ark1", TWO))
    for content, is_cut_off in (
        (whole, False),
        (part_changed(whole, r'<row r="3".*</row>', ""), True),
        (part_changed(whole, r'ref="A1:C3"', 'ref="A1:C1048576"'), False),
    ):
        desk.write("a.xlsx", content)
        assert (
            "cut_off" in [remark.code for remark in desk.read("a.xlsx", columns=COLUMNS).warnings]
        ) is is_cut_off


def delimited(*lines: str) -> str:
    return "\n".join(lines) + "\n"


@pytest.mark.parametrize("end", [";", ";;", "; ", ';""', ";;;;"])
@pytest.mark.parametrize("every", [1, 2, 3])
def test_an_empty_field_beyond_the_header_is_none(desk: Desk, end: str, every: int) -> None:
    lines = [
        f'{number};"Ulla ""{number}"" A/S;";2024-01-13{end if number % every == 0 else ""}'
        for number in range(1, 13)
    ]
    desk.write("a.csv", delimited("Kundenr;Navn;Oprettet", *lines))
    export = desk.read("a.csv", columns={**COLUMNS, "name": "Navn"})

    assert desk.rows(export, "customer_id", "name") == [
        (str(number), f'Ulla "{number}" A/S;') for number in range(1, 13)
    ]
    assert export.rejected == 0


def test_a_filled_field_beyond_the_header_is_rejected_with_its_widths(desk: Desk) -> None:
    desk.write(
        "a.csv",
        delimited(
            "Kundenr;Navn;Oprettet",
            *["1;Ulla;2024-01-13"] * 10,
            "1;Ulla;2024-01-13;;x",
            "1;Ulla",
            "1;Ulla;2024-01-13;",
        ),
    )
    export = desk.read("a.csv", columns=COLUMNS)

    assert export.rows == 11
    assert export.rejects == (
        Reject(file="a.csv", line=12, reason="ragged", found=5, expected=3),
        Reject(file="a.csv", line=13, reason="ragged", found=2, expected=3),
    )
    said = [str(warning) for warning in export.warnings]
    assert said == [
        "a.csv: 2 records could not be read and are kept apart (2 ragged; first on line 12).",
        "a.csv, line 12: 5 fields, the header has 3.",
    ]
    assert all(line in inspect_file(desk.root / "a.csv").as_text() for line in said)


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        (
            "a.csv",
            delimited("Kundenr;Navn;Oprettet", "1;Ulla", "2;Kaj"),
            (
                "none of its records could be read; a.csv: 2 records could not be read and are kept"
                " apart (2 ragged; first on line 2); a.csv, line 2: 2 fields, the header has 3"
            ),
        ),
        (
            "a.csv",
            delimited("Kundenr;Navn;Oprettet", *["1;U\x00lla;2024-01-13"] * 3),
            "3 nul; first on line 2",
        ),
        ("a.jsonl", delimited("7", "null", '"Ulla"'), "none of its records could be read"),
        ("a.jsonl", delimited("{", "{}x"), "2 not_json; first on line 1"),
        ("a.jsonl", delimited("{}", "{}"), "none of its records could be read"),
        (
            "a.csv",
            delimited("Kundenr;Navn;Oprettet", ";;", ";;"),
            "none of its records could be read",
        ),
    ],
)
def test_an_export_of_which_no_record_was_read_cannot_be_judged(
    desk: Desk, name: str, content: str, said: str
) -> None:
    desk.write(name, content)
    export = desk.read(name, columns=COLUMNS, format="jsonl" if name.endswith("l") else None)

    assert said in (export.problem or "")
    assert export.parquet == ()
    assert "Ulla" not in str(export)


def test_several_sheets_are_files_of_one_export(desk: Desk) -> None:
    desk.write(
        "a.xlsx",
        workbook(("Aktive", ONE), ("Noter", [("Fri tekst", "x"), ("a", "b")]), ("Ophørte", TWO)),
    )
    export = desk.read("a.xlsx", columns=COLUMNS, sheet=["Ophørte", "Aktive"])

    assert [(file.path, file.rows) for file in export.files] == [
        ("a.xlsx!Aktive", 1),
        ("a.xlsx!Ophørte", 2),
    ]
    assert len({file.sha256 for file in export.files}) == 1
    assert desk.rows(export, "_file", "_line", "customer_id") == [
        ("a.xlsx!Aktive", 2, "1"),
        ("a.xlsx!Ophørte", 2, "2"),
        ("a.xlsx!Ophørte", 3, "3"),
    ]


def test_several_sheets_are_read_from_every_workbook_of_the_export(desk: Desk) -> None:
    for name in ("a.xlsx", "b.xlsx"):
        desk.write(name, workbook(("2023", ONE), ("2024", TWO)))
    export = desk.read("*.xlsx", columns=COLUMNS, sheet=[2023, 2024])

    assert [file.path for file in export.files] == [
        "a.xlsx!2023",
        "a.xlsx!2024",
        "b.xlsx!2023",
        "b.xlsx!2024",
    ]


def test_a_sheet_that_is_named_and_not_there_is_refused_and_one_named_twice_too(desk: Desk) -> None:
    desk.write("a.xlsx", workbook(("Aktive", ONE), ("Ophørte", TWO)))

    assert "a.xlsx!Ophort has no sheet 'Ophort'. Did you mean 'Ophørte'?" in desk.refusal(
        "a.xlsx", columns=COLUMNS, sheet=["Aktive", "Ophort"]
    )
    with pytest.raises(ValidationError, match="names a sheet twice"):
        desk.read("a.xlsx", columns=COLUMNS, sheet=["Aktive", "Aktive"])


def test_the_name_of_a_sheet_that_is_somebodys_is_withheld_among_several(desk: Desk) -> None:
    desk.write("a.xlsx", workbook(("Ulla 31640211", ONE), ("Data", TWO)))

    assert [
        file.path
        for file in desk.read("a.xlsx", columns=COLUMNS, sheet=["Ulla 31640211", "Data"]).files
    ] == ["a.xlsx!(name withheld 1)", "a.xlsx!Data"]


def test_cells_with_an_error_are_those_of_the_sheet(desk: Desk) -> None:
    with xlsxwriter.Workbook(desk.root / "a.xlsx") as book:
        for name, errors in (("A & B", 2), ("Ingen", 0), ("Én", 1)):
            sheet = book.add_worksheet(name)
            sheet.write_row(0, 0, HEADER)
            for row in range(1, 4):
                sheet.write_row(row, 0, ["1", "Ulla"])
                sheet.write_formula(row, 2, "=1/0", None, "#DIV/0!" if row <= errors else "x")
    export = desk.read("a.xlsx", columns={"customer_id": "Kundenr"}, sheet=["A & B", "Ingen", "Én"])

    assert [
        (remark.file, remark.count) for remark in export.warnings if remark.code == "error_cells"
    ] == [("a.xlsx!A & B", 2), ("a.xlsx!Én", 1)]


def test_inspect_proposes_the_sheets_that_begin_alike(desk: Desk) -> None:
    path = desk.write(
        "a.xlsx",
        workbook(("Aktive", ONE), ("Noter", [("Fri tekst", "x"), ("a", "b")]), ("Ophørte", TWO)),
    )
    [(name, entry)] = YAML(typ="safe").load(inspect_file(path).as_yaml())["exports"].items()

    assert entry["sheet"] == ["Aktive", "Ophørte"]
    assert (
        read_export(name, ExportSpec.model_validate(entry), root=desk.root, work=desk.work).rows
        == 3
    )
