"""What systems write where there is no value is none, wherever it stands and however the file is
written.
"""

from __future__ import annotations

import json
import math

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from teleaudit.exports.inspection import inspect_file
from tests.exports.desk import Desk
from tests.exports.test_headers import workbook

SPELLINGS = [
    "\\N",
    "None",
    "nan",
    "NaN",
    "NaT",
    "(null)",
    "(NULL)",
    "NULL",
    "null",
    "Null",
    "<null>",
    "<NULL>",
    "N/A",
    "n/a",
    "#N/A",
    "-",
]
SPELLINGS += [
    "<NA>",
    "[null]",
    "[NULL]",
    "(none)",
    "<nil>",
    "nil",
    "NAN",
    "#NULL!",
    "--",
    "\u2013",
    "\u2014",
]
WORDS = [
    "Nil",
    "[nul]",
    "<na>",
    "(ingen)",
    "---",
    "NANA",
    "Nathan",
    "nanna",
    "N",
    "None af dem",
    "-1",
    "null punkt",
    "NUL",
    "na",
    "ingen",
]
HEADER = ("Opkald", "Kald", "Sekunder", "Faktura", "Bemærkning")
COLUMNS = {
    "call_id": "Opkald",
    "start_at": "Kald",
    "duration_s": "Sekunder",
    "invoice_id": "Faktura",
}


def write(desk: Desk, kind: str, rows: list[tuple[str, ...]]) -> str:
    name = f"a.{kind}"
    match kind:
        case "csv":
            desk.write(name, "".join("\t".join(row) + "\n" for row in [HEADER, *rows]))
        case "xlsx":
            desk.write(name, workbook(("Ark1", [HEADER, *rows])))
        case "jsonl":
            desk.write(
                name,
                "".join(json.dumps(dict(zip(HEADER, row, strict=True))) + "\n" for row in rows),
            )
        case _:
            pq.write_table(
                pa.table(
                    {header: [row[place] for row in rows] for place, header in enumerate(HEADER)}
                ),
                desk.root / name,
            )
    return name


@pytest.mark.parametrize("kind", ["csv", "xlsx", "jsonl", "parquet"])
@pytest.mark.parametrize("blanks", ["{}", " {} ", "\u00a0{}"])
def test_every_spelling_of_nothing_is_none_in_every_column(
    desk: Desk, kind: str, blanks: str
) -> None:
    nothing = [blanks.format(spelling) for spelling in SPELLINGS]
    name = write(
        desk,
        kind,
        [
            ("1", "2026-02-13 14:05:00", "7", "F1", "husk"),
            *(
                (str(number), text, text, text, text)
                for number, text in enumerate(nothing, start=2)
            ),
        ],
    )
    export = desk.read(name, table="cdr", columns=COLUMNS)
    rows = desk.rows(export, "start_at", "duration_s", "invoice_id", "Bemærkning", "_issues")

    assert rows[0][1:] == (7, "F1", "husk", None)
    assert rows[1:] == [(None,) * 5] * len(SPELLINGS)
    assert [remark.code for remark in export.warnings] == []


@pytest.mark.parametrize("kind", ["csv", "xlsx", "jsonl", "parquet"])
def test_words_that_only_look_like_nothing_are_values(desk: Desk, kind: str) -> None:
    name = write(
        desk,
        kind,
        [
            (str(number), "2026-02-13 14:05:00", "7", word, word)
            for number, word in enumerate(WORDS)
        ],
    )

    assert desk.rows(desk.read(name, table="cdr", columns=COLUMNS), "invoice_id", "Bemærkning") == [
        (word, word) for word in WORDS
    ]


def test_a_number_that_is_none_in_parquet_is_none(desk: Desk) -> None:
    numbers = [1.0, math.nan, None, 2.5]
    pq.write_table(
        pa.table(
            {"Opkald": ["1", "2", "3", "4"], "Beløb": numbers, "Faktura": numbers, "Andet": numbers}
        ),
        desk.root / "a.parquet",
    )
    export = desk.read(
        "a.parquet",
        table="cdr",
        columns={"call_id": "Opkald", "rated_amount": "Beløb", "invoice_id": "Faktura"},
    )

    assert desk.rows(export, "invoice_id", "Andet", "_issues") == [
        ("1", "1", None),
        (None, None, None),
        (None, None, None),
        ("2.5", "2.5", None),
    ]
    assert [row[0] is None for row in desk.rows(export, "rated_amount")] == [
        False,
        True,
        True,
        False,
    ]


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_inspect_sees_dates_among_nothing(desk: Desk, spelling: str) -> None:
    file = desk.write("a.csv", "Kundenr;Ophørsdato\n" + f"1;13-02-2026\n2;{spelling}\n" * 20)
    column = inspect_file(file).columns[1]

    assert (column.looks_like, column.empty, column.date_format) == ("date", 0.5, "dd-mm-yyyy")
