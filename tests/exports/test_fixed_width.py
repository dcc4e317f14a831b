"""Lines of fields at fixed places are read as the layout in audit.yaml says, and nothing between
the fields is left out.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from pydantic import ValidationError
from ruamel.yaml import YAML

from teleaudit.exports import read_export
from teleaudit.exports.inspection import inspect_file
from teleaudit.readers.rejects import Reject
from teleaudit.rules.audit_file import ExportSpec
from tests.exports.desk import Desk

LAYOUT = {"Kundenr": "1-6", "Navn": "7-16", "Oprettet": "17-26"}
COLUMNS = {"customer_id": "Kundenr", "name": "Navn", "created_at": "Oprettet"}
LINES = ("000017Ærø       2024-01-13", "000018Kaj Ø     2024-02-14")


def read(
    desk: Desk, *lines: str, end: str = "\n", layout: dict[str, str] | None = None, **spec: Any
) -> Any:
    desk.write("kunder.txt", "\n".join(lines) + end)
    return desk.read("kunder.txt", columns=COLUMNS, format="fixed", layout=layout or LAYOUT, **spec)


@pytest.mark.parametrize("encoding", ["utf-8", "windows-1252", "cp850", "utf-16"])
def test_fields_are_cut_by_character_whatever_the_encoding(desk: Desk, encoding: str) -> None:
    desk.write("kunder.txt", "\n".join((*LINES, "", f"000019{' ' * 11}\n")), encoding)
    export = desk.read(
        "kunder.txt",
        columns=COLUMNS,
        format="fixed",
        layout=LAYOUT,
        encoding="cp850" if encoding == "cp850" else None,
    )

    assert desk.rows(export, "_line", "customer_id", "name", "created_at") == [
        (1, "000017", "Ærø", dt.date(2024, 1, 13)),
        (2, "000018", "Kaj Ø", dt.date(2024, 2, 14)),
        (4, "000019", None, None),
    ]
    assert (export.rejected, export.extra_columns) == (0, ())


@pytest.mark.parametrize(
    ("layout", "lines", "extra", "values"),
    [
        (LAYOUT, [f"{LINES[0]} x", LINES[1]], "chars_27_", ["x", None]),
        ({"Kundenr": "1-6", "Oprettet": "17-26"}, LINES, "chars_7_16", ["Ærø", "Kaj Ø"]),
        ({"Navn": "7-16", "Oprettet": "17-26"}, LINES, "chars_1_6", ["000017", "000018"]),
    ],
)
def test_what_stands_outside_the_fields_is_a_column_by_its_place(
    desk: Desk, layout: dict[str, str], lines: list[str], extra: str, values: list[str | None]
) -> None:
    export = read(desk, *lines, layout=layout)

    assert export.extra_columns == (extra,)
    assert [row[0] for row in desk.rows(export, extra)] == values


@pytest.mark.parametrize(
    ("first", "spec", "rows"),
    [
        ("KundenNavn      Oprettet  ", {}, 2),
        ("KUNDENNAVN      OPRETTET  ", {"header": True}, 2),
        (LINES[0], {"header": False}, 3),
        (LINES[0], {}, 3),
    ],
)
def test_the_first_line_is_a_header_where_the_layouts_names_stand_in_it(
    desk: Desk, first: str, spec: dict[str, Any], rows: int
) -> None:
    assert read(desk, first, *LINES, **spec).rows == rows


def test_damaged_lines_are_kept_apart(desk: Desk) -> None:
    desk.write(
        "kunder.txt",
        f"{LINES[0]}\n000018K\x00j       2024-02-14\n".encode()
        + b"000019\xff          2024-02-14\n"
        + b"1" * (2 << 20)
        + f"\n{LINES[1]}\n".encode(),
    )
    export = desk.read("kunder.txt", columns=COLUMNS, format="fixed", layout=LAYOUT)

    assert export.rejects == tuple(
        Reject(file="kunder.txt", line=line, reason=reason)
        for line, reason in ((2, "nul"), (3, "undecodable"), (4, "field_limit"))
    )
    assert [row[0] for row in desk.rows(export, "_line")] == [1, 5]


@pytest.mark.parametrize("short", ["000019", "000019Ida       "])
def test_a_line_that_ends_before_its_last_field_begins_is_no_record_with_empty_fields(
    desk: Desk, short: str
) -> None:
    export = read(desk, LINES[0], short, "   ", LINES[1])

    assert export.rejects == (Reject(file="kunder.txt", line=2, reason="short_line"),)
    assert [row[0] for row in desk.rows(export, "customer_id")] == ["000017", "000018"]


def test_a_file_without_line_breaks_is_refused(desk: Desk) -> None:
    desk.write("kunder.txt", "".join(LINES))

    assert (
        "kunder.txt is one line of 52 characters, and its layout in audit.yaml ends with"
        " character 26"
        in desk.refusal("kunder.txt", columns=COLUMNS, format="fixed", layout=LAYOUT)
    )


@pytest.mark.parametrize("other", ["16-26", "10-16", "17-26"])
def test_fields_that_overlap_are_refused(desk: Desk, other: str) -> None:
    desk.write("kunder.txt", "\n".join(LINES))

    assert "overlap. Give every character to one field." in desk.refusal(
        "kunder.txt", columns=COLUMNS, format="fixed", layout={**LAYOUT, "Andet": other}
    )


@pytest.mark.parametrize(
    ("field", "places", "side"),
    [("Oprettet", "17-23", "ends"), ("Oprettet", "19-26", "begins"), ("Kundenr", "1-3", "ends")],
)
def test_a_field_that_cuts_a_number_in_two_is_refused(
    desk: Desk, field: str, places: str, side: str
) -> None:
    desk.write("kunder.txt", "\n".join(line.replace("-", "0") for line in LINES))

    assert f'"{field}" of its layout in audit.yaml {side} within a number' in desk.refusal(
        "kunder.txt", columns=COLUMNS, format="fixed", layout={**LAYOUT, field: places}
    )


@pytest.mark.parametrize(
    ("last", "end", "is_cut_off"),
    [
        (LINES[1], "", False),
        ("000019Ida         2024-0", "", True),
        ("000019Ida    ", "", True),
        ("000019Ida    ", "\n", False),
    ],
)
def test_a_last_line_that_is_shorter_than_all_others_was_cut_off(
    desk: Desk, last: str, end: str, *, is_cut_off: bool
) -> None:
    export = read(desk, *LINES, last, end=end)

    assert ("cut_off" in [remark.code for remark in export.warnings]) is is_cut_off


@pytest.mark.parametrize(
    ("spec", "said"),
    [
        ({"format": "fixed"}, "format: fixed needs a layout"),
        ({"format": "csv", "layout": LAYOUT}, "a layout is for format: fixed"),
        ({"format": "fixed", "layout": {"Kundenr": "1 til 6"}}, "Kundenr"),
    ],
)
def test_a_layout_belongs_to_the_format(desk: Desk, spec: dict[str, Any], said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        desk.read("kunder.txt", columns=COLUMNS, **spec)


@pytest.mark.parametrize("places", ["0-6", "7-6", "0"])
def test_a_field_that_ends_before_it_begins_is_refused(desk: Desk, places: str) -> None:
    desk.write("kunder.txt", "\n".join(LINES))

    assert '"Navn" of its layout in audit.yaml ends before it begins.' in desk.refusal(
        "kunder.txt", columns=COLUMNS, format="fixed", layout={**LAYOUT, "Navn": places}
    )


HEADED = (
    "Kundenr  Navn        Oprettet  ",
    "7        Kaj Ø       13-01-2024",
    "1801     Mette       14-01-2024",
    "23       Ærø         15-01-2024",
)


def test_inspect_proposes_a_layout_by_the_blanks_that_all_lines_have(desk: Desk) -> None:
    path = desk.write("kunder.txt", "".join(f"{line}\n" for line in HEADED))
    inspection = inspect_file(path)
    [(name, entry)] = YAML(typ="safe").load(inspection.as_yaml())["exports"].items()
    export = read_export(name, ExportSpec.model_validate(entry), root=desk.root, work=desk.work)

    assert (entry["format"], entry["layout"]) == (
        "fixed",
        {"Kundenr": "1-9", "Navn": "10-21", "Oprettet": "22-31"},
    )
    assert desk.rows(export, "customer_id", "created_at") == [
        ("7", dt.date(2024, 1, 13)),
        ("1801", dt.date(2024, 1, 14)),
        ("23", dt.date(2024, 1, 15)),
    ]
    assert "    layout: # set på mellemrummene" in inspection.as_yaml()


def test_fields_without_names_are_proposed_by_their_number(desk: Desk) -> None:
    inspection = inspect_file(desk.write("kunder.txt", "".join(f"{line}\n" for line in HEADED[1:])))

    assert list(inspection.layout) == ["field_1", "field_2", "field_3"]
    assert not [
        value
        for value in ("Mette", "1801", "2024")
        if value in inspection.as_text() + inspection.as_yaml()
    ]


@pytest.mark.parametrize(
    "content",
    [
        "Note\nHej med dig\nVi ses i morgen, ikke?\nJa\n",
        "Kundenr\n1001\n1002\n1003\n",
        "Kundenr Navn\n1 Kaj\n",
        "a;b\n1;2\n3;4\n5;6\n",
    ],
)
def test_other_text_gets_no_layout(desk: Desk, content: str) -> None:
    assert inspect_file(desk.write("a.txt", content)).format == "csv"
