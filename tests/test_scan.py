"""`teleaudit scan` on any file: what it finds, what it says of what it could not read, and that it
never shows a value.
"""

from __future__ import annotations

import bz2
import gzip
import hashlib
import io
import json
import lzma
import os
import random
import signal
import subprocess
import sys
import time
import tracemalloc
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import jsonschema
import psutil
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import xlsxwriter

from teleaudit.detectors import ColumnDecision, find_cards, knowledge, profile_cards
from teleaudit.detectors.cards import card_shapes
from teleaudit.detectors.kinds import kinds
from teleaudit.detectors.personal import is_personal
from teleaudit.detectors.tallies import CellTally, Rest, TextTally
from teleaudit.readers.batches import Cells, Column, named_columns
from teleaudit.readers.cells import read_batches
from teleaudit.readers.packers import DAMAGED
from teleaudit.readers.sources import Source, UnreadableError
from teleaudit.redaction import ShownPaths
from teleaudit.scanning.columns import Prefilter, ahead, encode
from tests.command import MAIN, PATIENCE_S, ROOT, Ended, call, ended, start

# Invented: they pass Luhn and belong to nobody.
CARDS = ("5019738405629174", "4571 4820 1934 7567", "4571903657281040", "5019562837491056")
MESSAGE = "Hej mor, jeg er hjemme ved fem, vil du med ud at spise?"
ROWS = [
    ("id", "besked", "kortnummer"),
    ("1", "Kom nu hjem, jeg savner dig", CARDS[0]),
    ("2", MESSAGE, CARDS[2]),
    ("3", "Jeg er der om lidt, ses vi?", CARDS[3]),
]
SCHEMA = {
    "type": "object",
    "additionalProperties": False,
    "required": ["file", "column", "row", "kind", "level", "reason", "scope"],
    "properties": {
        "file": {"type": "string"},
        "column": {"type": "string"},
        "row": {"type": ["integer", "null"], "minimum": 1},
        "kind": {"enum": ["card", "cpr", "message", "browsing"]},
        "level": {"enum": ["confirmed", "probable", "review"]},
        "network": {"type": "string"},
        "reason": {"type": "string", "pattern": "^[a-z0-9_]+$"},
        "scope": {"enum": ["value", "column"]},
    },
}


VALID = jsonschema.Draft202012Validator(SCHEMA)


def delimited(rows: Sequence[tuple[str, ...]], delimiter: str = ";") -> str:
    return "".join(
        delimiter.join(f'"{cell}"' if delimiter in cell else cell for cell in row) + "\n"
        for row in rows
    )


def objects() -> list[dict[str, Any]]:
    head, *rows = ROWS
    return [dict(zip(head, row, strict=True)) for row in rows]


def write_xlsx(path: Path, sheets: Mapping[str, Sequence[tuple[str, ...]]]) -> None:
    with xlsxwriter.Workbook(str(path)) as workbook:
        for name, rows in sheets.items():
            sheet = workbook.add_worksheet(name)
            for number, row in enumerate(rows):
                sheet.write_row(number, 0, row)


def write_parquet(path: Path) -> None:
    head, *rows = ROWS
    pq.write_table(
        pa.table({name: [row[place] for row in rows] for place, name in enumerate(head)}), path
    )


FORMATS: dict[str, Callable[[Path], object]] = {
    "semicolon.csv": lambda path: path.write_text(delimited(ROWS)),
    "comma.txt": lambda path: path.write_text(delimited(ROWS, ",")),
    "tab.tsv": lambda path: path.write_text(delimited(ROWS, "\t")),
    "excel_says_so.csv": lambda path: path.write_text("sep=;\n" + delimited(ROWS)),
    "utf16.csv": lambda path: path.write_text(delimited(ROWS), encoding="utf-16"),
    "utf16_without_mark.csv": lambda path: path.write_text(delimited(ROWS), encoding="utf-16-le"),
    "bom.csv": lambda path: path.write_text(delimited(ROWS), encoding="utf-8-sig"),
    "lines.jsonl": lambda path: path.write_text(
        "".join(json.dumps(one) + "\n" for one in objects())
    ),
    "array.json": lambda path: path.write_text(json.dumps(objects(), indent=2)),
    "sheet.xlsx": lambda path: write_xlsx(path, {"Ark1": ROWS}),
    "table.parquet": write_parquet,
    "packed.csv.gz": lambda path: path.write_bytes(gzip.compress(delimited(ROWS).encode())),
    "packed.csv.bz2": lambda path: path.write_bytes(bz2.compress(delimited(ROWS).encode())),
    "packed.csv.xz": lambda path: path.write_bytes(lzma.compress(delimited(ROWS).encode())),
    "packed.csv.zst": lambda path: path.write_bytes(
        pa.compress(delimited(ROWS).encode(), codec="zstd", asbytes=True)
    ),
}


def findings(*words: str | Path) -> tuple[Ended, list[dict[str, Any]]]:
    """A scan's findings, each of them as the contract has it."""
    done = call("scan", "--format", "jsonl", *words)
    found = [json.loads(line) for line in done.out.splitlines()]
    for one in found:
        VALID.validate(one)
        assert (one["row"] is None) == (one["scope"] == "column")
    return done, found


def cells(found: list[dict[str, Any]], kind: str) -> set[tuple[str, int]]:
    return {
        (one["column"], one["row"])
        for one in found
        if one["kind"] == kind and one["scope"] == "value"
    }


def says_nothing(done: Ended, *values: str) -> bool:
    said = done.out + done.err
    return not any(
        value in said or value.replace(" ", "") in said for value in (*CARDS, MESSAGE, *values)
    )


# What is found


@pytest.mark.parametrize("name", FORMATS)
def test_every_format_gives_the_same_findings(name: str, tmp_path: Path) -> None:
    FORMATS[name](tmp_path / name)
    done, found = findings(tmp_path / name)

    assert done.code == 1
    assert cells(found, "card") == {("kortnummer", 1), ("kortnummer", 2), ("kortnummer", 3)}
    assert cells(found, "message") == {("besked", 1), ("besked", 2), ("besked", 3)}
    assert {(one["column"], one["kind"]) for one in found if one["scope"] == "column"} == {
        ("kortnummer", "card"),
        ("besked", "message"),
    }
    assert {one["file"] for one in found} == {str(tmp_path / name)}
    assert says_nothing(done)


def test_a_log_is_read_by_line_and_in_the_light_of_its_keys(tmp_path: Path) -> None:
    log = tmp_path / "app.log"
    log.write_text(
        f"2026-11-01 10:00:00,123 INFO start\n2026-11-01 10:00:01,002 WARN kortnummer={CARDS[0]}"
        f' afvist\n2026-11-01 10:00:02,002 INFO sms text="{MESSAGE}"\n2026-11-01 10:00:03,002 INFO'
        f' imei={CARDS[2]} iccid={CARDS[3]}\n2026-11-01 10:00:04,002 INFO {{"pan": "{CARDS[0]}"}}\n'
    )
    done, found = findings(log)

    assert cells(found, "card") == {("line", 2), ("line", 5)}
    assert cells(found, "message") == {("line", 3)}
    assert {one["scope"] for one in found} == {"value"}
    assert says_nothing(done)


def test_json_is_told_by_the_path_of_its_keys(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text(
        json.dumps(
            {"made": "2026", "orders": [{"pay": [{"pan": card}], "ok": True} for card in CARDS]}
        )
    )
    _, found = findings(tmp_path / "a.json")

    assert cells(found, "card") == {("orders[].pay[].pan", row) for row in (1, 2, 3, 4)}


def test_no_value_is_lost_under_a_key_that_stands_twice(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text(f'[{{"navn": "x", "kort": "{CARDS[0]}", "kort": "ingen"}}]')
    _, found = findings(tmp_path / "a.json")

    assert cells(found, "card") == {("kort[]", 1)}


def test_keys_that_are_values_are_found_and_never_shown(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text(
        json.dumps({"kort": {CARDS[0]: {"navn": "x"}}})
        + "\n"
        + json.dumps({"kort": {CARDS[2]: {"navn": "y"}}})
        + "\n"
    )
    done, found = findings(tmp_path / "a.jsonl")

    assert cells(found, "card") == {("kort.*", 1), ("kort.*", 2)}
    assert says_nothing(done)


def test_every_sheet_is_read_and_named(tmp_path: Path) -> None:
    write_xlsx(
        tmp_path / "a.xlsx",
        {"Sager": [("id", "navn"), ("1", "x")], "Betaling": ROWS, CARDS[0]: ROWS},
    )
    done, found = findings(tmp_path / "a.xlsx")

    assert {one["column"] for one in found if one["kind"] == "card"} == {
        "Betaling!kortnummer",
        "sheet 3!kortnummer",
    }
    assert says_nothing(done)


def test_a_sheet_named_for_somebody_in_the_workbook_goes_by_its_number(tmp_path: Path) -> None:
    named = [("id", "navn", "kortnummer"), ("1", "Ulla Vestermark", CARDS[0])]
    write_xlsx(tmp_path / "a.xlsx", {"Ulla Vestermark": named, "Betaling": ROWS})
    done, found = findings(tmp_path / "a.xlsx")

    assert {one["column"] for one in found if one["kind"] == "card"} == {
        "sheet 1!kortnummer",
        "Betaling!kortnummer",
    }
    assert says_nothing(done, "Ulla", "Vestermark")


def test_numbers_in_parquet_and_what_is_nested_are_read(tmp_path: Path) -> None:
    numbers = [int(card.replace(" ", "")) for card in CARDS]
    table = pa.table(
        {
            "kort": pa.array(numbers, pa.int64()),
            "betaling": [{"pan": card} for card in CARDS],
            "tid": pa.array([0] * 4, pa.timestamp("s")),
        }
    )
    pq.write_table(table, tmp_path / "a.parquet")
    _, found = findings(tmp_path / "a.parquet")

    assert {one["column"] for one in found} == {"kort", "betaling.pan"}


def test_what_an_archive_holds_is_scanned_file_by_file(tmp_path: Path) -> None:
    inner = io.BytesIO()
    with zipfile.ZipFile(inner, "w") as archive:
        archive.writestr("deep.csv.gz", gzip.compress(delimited(ROWS).encode()))
        write_parquet(tmp_path / "x.parquet")
        archive.write(tmp_path / "x.parquet", "x.parquet")
    (tmp_path / "x.parquet").unlink()
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("clean.txt", "nothing here\n")
        archive.writestr("folder/inner.zip", inner.getvalue())
    done, found = findings(tmp_path / "a.zip")

    assert {one["file"] for one in found} == {
        f"{tmp_path}/a.zip/folder/inner.zip/deep.csv.gz",
        f"{tmp_path}/a.zip/folder/inner.zip/x.parquet",
    }
    assert "3 files scanned" in done.err


def test_identifiers_with_a_check_digit_are_no_cards(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(
        "imei;navn\n"
        + "".join(
            f"35{number:012}{_check(f'35{number:012}')};x\n" for number in range(0, 90_000, 1_000)
        )
    )
    done, found = findings(tmp_path / "a.csv")

    assert (done.code, found) == (0, [])


def _check(digits: str) -> int:
    doubled = sum(
        sum(divmod(2 * int(digit), 10)) if place % 2 == 0 else int(digit)
        for place, digit in enumerate(reversed(digits))
    )
    return -doubled % 10


@pytest.mark.parametrize(
    ("header", "cell", "reason"),
    [("cvv", "1{}7", "cvv_column"), ("pin_block", "0412AC8{}9BFFFFFF", "pin_block_column")],
)
def test_what_stands_beside_cards_and_may_never_be_kept_is_found_as_a_column(
    header: str, cell: str, reason: str, tmp_path: Path
) -> None:
    (tmp_path / "a.csv").write_text(
        f"id;{header}\n" + "".join(f"{number};{cell.format(number)}\n" for number in range(10))
    )
    done, found = findings(tmp_path / "a.csv")

    assert done.code == 1
    assert [(one["column"], one["row"], one["kind"], one["reason"]) for one in found] == [
        (header, None, "card", reason)
    ]


@pytest.mark.parametrize(
    ("header", "level"),
    [("kort1;kort2;kort3;kort4", "probable"), ("a;b;c;d", None), ("a;b;c;telefon", None)],
)
def test_a_card_that_is_split_over_columns_is_found_with_all_of_them(
    header: str, level: str | None, tmp_path: Path
) -> None:
    cards = [card.replace(" ", "") for card in CARDS]
    rows = "".join(
        f"{number};{card[:4]};{card[4:8]};{card[8:12]};{card[12:]};2025\n"
        for number, card in enumerate(cards)
    )
    (tmp_path / "a.csv").write_text(f"id;{header};aar\n{rows}")
    done, found = findings(tmp_path / "a.csv")

    assert done.code == (1 if level else 0)
    assert [(one["column"], one["row"], one["level"], one["reason"]) for one in found] == (
        [(header.replace(";", " + "), None, level, "split_over_columns")] if level else []
    )
    assert says_nothing(done, *cards, *(card[4:12] for card in cards))


def test_call_records_hold_no_split_cards(tmp_path: Path) -> None:
    dice = random.Random(9)  # noqa: S311 - invented numbers
    lines = ""
    for number in range(3_000):
        subscribers = (
            f"{dice.randrange(20_000_000, 99_999_999)};{dice.choice((45203142, 53301928))}"
        )
        lines += f"{subscribers};{dice.randrange(4000, 6000)};{';'.join(str(dice.randrange(1000, 10_000)) for _ in range(3))};{20250101 + number % 28}\n"
    (tmp_path / "a.csv").write_text(f"fra;til;lac;celle;sekunder;bytes;dag\n{lines}")
    assert findings(tmp_path / "a.csv")[1] == []


def test_truncated_numbers_of_which_too_much_is_left_are_found_and_asked_about_elsewhere(
    tmp_path: Path,
) -> None:
    (tmp_path / "a.csv").write_text(
        "id;kort_maskeret;sagsnr\n1;457193******1234;457193123***1234\n2;457193123***1234;x\n"
    )
    done, found = findings(tmp_path / "a.csv")

    assert done.code == 1
    assert [
        (one["column"], one["row"], one["kind"], one["level"], one["reason"]) for one in found
    ] == [
        (column, row, "card", level, "overexposed_truncation")
        for column, row, level in (
            ("kort_maskeret", None, "probable"),
            ("sagsnr", None, "review"),
            ("sagsnr", 1, "review"),
            ("kort_maskeret", 2, "probable"),
        )
    ]


def test_cpr_numbers_and_browsing_are_found_and_own_domains_are_not(tmp_path: Path) -> None:
    sites = (
        "https://www.dr.dk/nyheder",
        "https://minside.bizzy.dk/faktura",
        "https://politiken.dk/sport",
        "https://www.netdoktor.dk/angst",
    )
    rows = "".join(f"{number};251248-4916;{site}\n" for number, site in enumerate(sites))
    (tmp_path / "a.csv").write_text(f"id;cpr;url\n{rows}")
    done, found = findings(tmp_path / "a.csv", "--own-domain", "bizzy.dk")

    assert done.code == 1
    assert cells(found, "cpr") == {("cpr", row) for row in (1, 2, 3, 4)}
    assert cells(found, "browsing") == {("url", row) for row in (1, 3, 4)}
    assert says_nothing(done, "251248", "netdoktor")


def test_what_only_a_person_can_tell_is_shown_and_is_no_failure(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("id;kortnummer\n1;4111111111111111\n")  # published for tests
    done, found = findings(tmp_path / "a.csv")

    assert done.code == 0
    assert {one["level"] for one in found} == {"review"}
    assert (
        call("scan", tmp_path / "a.csv", "--format", "jsonl", "--min-level", "probable").out == ""
    )


def test_less_is_shown_on_demand_and_the_exit_code_stays(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(f"id;note\n1;{CARDS[2]}\n2;4111111111111111\n")
    every = call("scan", tmp_path / "a.csv")
    confirmed = call("scan", tmp_path / "a.csv", "--min-level", "confirmed")

    assert every.code == confirmed.code == 1
    assert "note" in every.out
    assert "note" not in confirmed.out


# Headers


def test_a_file_without_header_has_its_columns_by_number(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(
        delimited([(CARDS[0], "Vibeke Ahlgren", "70706142"), (CARDS[2], "Mads Holm", "70706143")])
    )
    done, found = findings(tmp_path / "a.csv")

    assert cells(found, "card") == {("column 1", 1), ("column 1", 2)}
    assert says_nothing(done, "Vibeke", "70706142")


def test_names_of_people_alone_are_not_taken_for_a_header(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(
        delimited(
            [
                ("Vibeke Ahlgren", "Kom nu hjem, jeg savner dig"),
                ("Mads Holm", MESSAGE),
                ("Eva Lund", "Jeg er der om lidt, ses vi?"),
            ]
        )
    )
    done, found = findings(tmp_path / "a.csv")

    assert cells(found, "message") == {("column 2", 1), ("column 2", 2), ("column 2", 3)}
    assert says_nothing(done, "Vibeke")


@pytest.mark.parametrize(
    "name", [CARDS[0], "70706142", "+4570706142", "vibeke@example.dk", "x" * 200, MESSAGE]
)
def test_a_name_that_is_somebodys_is_withheld(name: str) -> None:
    assert is_personal(name)
    assert [column.shown for column in named_columns(["id", name])] == ["id", "column 2"]


@pytest.mark.parametrize(
    "name", ["id", "Kortnummer", "besked", "a_number", "Ophørsdato", "sms_text", "2024"]
)
def test_an_ordinary_name_is_shown(name: str) -> None:
    assert named_columns([name])[0].shown == name


def test_two_columns_of_the_same_name_are_told_apart() -> None:
    assert [column.shown for column in named_columns(["note", "note", None])] == [
        "note",
        "note (column 2)",
        "column 3",
    ]


def test_files_are_shown_as_given_but_for_what_is_somebodys() -> None:
    shown = ShownPaths()

    assert shown.of("exports/cdr_20261122.csv") == "exports/cdr_20261122.csv"
    assert shown.of("exports/20212223.csv") == "exports/(name withheld 1).csv"
    assert shown.of(f"{CARDS[0]}/20212223.csv") == "(name withheld 2)/(name withheld 1).csv"


# Broken and odd files


def test_broken_records_are_scanned_too(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(
        f'id;note\n1;a\n2;b;c;d;{CARDS[0]} kort\n3;"open {CARDS[2]} kort\n4;x\n5;{CARDS[3]} kort\n'
    )
    _, found = findings(tmp_path / "a.csv")

    assert {one["row"] for one in found if one["kind"] == "card" and one["scope"] == "value"} == {
        2,
        3,
        5,
    }


def test_lines_of_json_that_are_broken_are_scanned_as_text(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text(f'{{"a": "x"}}\n{{"kort": "{CARDS[0]}"\n')
    _, found = findings(tmp_path / "a.jsonl")

    assert cells(found, "card") == {("line", 2)}


def test_a_document_that_breaks_off_is_scanned_to_its_end(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text(
        json.dumps([{"kort": card} for card in CARDS])[:-40] + f" kort {CARDS[0]}"
    )
    _, found = findings(tmp_path / "a.json")

    assert len(cells(found, "card")) >= 3


@pytest.mark.parametrize(
    "mixed",
    [
        b"navn;kort\nS\xf8ren \xc3\xb8;%s\n",
        b"navn;kort\nS\x00ren;%s\n",
        b"navn;kort\n\xff\xfe\xfd;%s\n",
    ],
)
def test_bytes_that_do_not_decode_hide_nothing(mixed: bytes, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes(mixed % CARDS[0].encode())
    _, found = findings(tmp_path / "a.csv")

    assert cells(found, "card") == {("kort", 1)}


def test_half_letters_do_not_stop_it(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text(f'{{"a": "\\ud800", "\\udfff": "kort {CARDS[0]}"}}\n')
    done, found = findings(tmp_path / "a.jsonl")

    assert done.code == 1
    assert len(cells(found, "card")) == 1


# What cannot be read


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("a.bin", bytes(range(256)) * 40, "binary"),
        ("a.pdf", b"%PDF-1.7 x", "a PDF document"),
        ("a.csv.gz", gzip.compress(b"name,number\n" * 400, mtime=0)[:12], "damaged"),
        ("a.xlsx", b"PK\x03\x04" + b"x" * 100, "damaged"),
        (
            "a.xls",
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"x" * 600,
            "a workbook that cannot be opened",
        ),
        ("a.parquet", b"PAR1" + b"x" * 100, "a damaged Parquet file"),
    ],
)
def test_what_cannot_be_read_is_said_and_never_looks_clean(
    name: str, content: bytes, said: str, tmp_path: Path
) -> None:
    (tmp_path / name).write_bytes(content)
    (tmp_path / "clean.csv").write_text("id;navn\n1;x\n")
    done, found = findings(tmp_path)

    assert (done.code, found) == (2, [])
    assert f"not scanned: {tmp_path}/{name}: " in done.err
    assert said in done.err
    assert "1 file scanned" in done.err


def test_what_was_read_of_a_damaged_file_still_counts(tmp_path: Path) -> None:
    rows = delimited(ROWS) + "".join(
        f"{number};{hashlib.sha256(bytes([number % 251, number // 251])).hexdigest()[:16]} x;\n"
        for number in range(2_000)
    )
    (tmp_path / "a.csv.gz").write_bytes(gzip.compress(rows.encode())[:-5_000])
    done, found = findings(tmp_path / "a.csv.gz")

    assert done.code == 1
    assert len(cells(found, "card")) == 3
    assert "damaged" in done.err
    assert "rows were" in done.err


def test_a_workbook_with_a_damaged_sheet_is_not_clean(tmp_path: Path) -> None:
    write_xlsx(tmp_path / "whole.xlsx", {"Ark1": ROWS})
    with (
        zipfile.ZipFile(tmp_path / "whole.xlsx") as whole,
        zipfile.ZipFile(tmp_path / "a.xlsx", "w") as damaged,
    ):
        for name in whole.namelist():
            content = whole.read(name)
            damaged.writestr(
                name, content[: len(content) // 2] if name.endswith("sheet1.xml") else content
            )
    (tmp_path / "whole.xlsx").unlink()
    done = call("scan", tmp_path / "a.xlsx")

    assert done.code in {1, 2}
    assert "not scanned" in done.err


def test_a_member_with_a_password_is_said(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("x.csv", "id\n1\n")
    packed = bytearray((tmp_path / "a.zip").read_bytes())
    for sign in (b"PK\x03\x04", b"PK\x01\x02"):
        packed[packed.find(sign) + (6 if sign.endswith(b"\x04") else 8)] |= 1
    (tmp_path / "a.zip").write_bytes(packed)
    done = call("scan", tmp_path / "a.zip")

    assert done.code == 2
    assert "a.zip/x.csv: protected by a password" in done.err


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_without_permission_is_said(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("id\n1\n")
    (tmp_path / "a.csv").chmod(0)
    assert call("scan", tmp_path).code == 2


def test_an_empty_file_is_read_and_nothing_at_all_is_not_assessed(tmp_path: Path) -> None:
    (tmp_path / "empty.csv").touch()
    assert call("scan", tmp_path).code == 2
    (tmp_path / "a.csv").write_text("id;navn\n1;x\n")
    done = call("scan", tmp_path)

    assert done.code == 0
    assert "2 files scanned (1 empty), 1 row" in done.out


def test_a_folder_without_files_is_not_assessed(tmp_path: Path) -> None:
    assert call("scan", tmp_path).code == 2


def test_a_path_that_is_not_there_is_wrong_use_with_a_near_match(tmp_path: Path) -> None:
    (tmp_path / "kunder.csv").write_text("id\n1\n")
    done = call("scan", tmp_path / "kundr.csv")

    assert (done.code, done.out) == (3, "")
    assert "Did you mean 'kunder.csv'?" in done.err


def test_a_pipe_in_the_file_system_is_refused_and_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    assert call("scan", tmp_path / "pipe").code == 3
    (tmp_path / "a.csv").write_text("id;navn\n1;x\n")
    done = call("scan", tmp_path)
    assert done.code == 2
    assert "pipe: neither a file nor a folder" in done.err


def test_links_that_lead_in_circles_end(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "up").symlink_to(tmp_path)
    (tmp_path / "self").symlink_to(tmp_path / "self")
    (tmp_path / "a" / "x.csv").write_text(delimited(ROWS))
    (tmp_path / "a" / "y.csv").symlink_to(tmp_path / "a" / "x.csv")
    done, found = findings(tmp_path)

    assert len({one["file"] for one in found}) == 1
    assert "1 file scanned" in done.err


# Privacy


def test_no_value_is_said_wherever_it_stands(tmp_path: Path) -> None:
    canaries = ("5019473829105631", "4571 6728 3940 5187", "2512484916", "20212223")
    first, second, cpr, phone = canaries
    (tmp_path / f"{phone}.csv").write_text(f"{first};{cpr}\n{second};x\n")
    (tmp_path / "a.json").write_text(
        json.dumps({first: {cpr: [phone, second]}, "kort": {"x": first}})
    )
    (tmp_path / "b.log").write_text(f"{first}={second}\nkort: {first} {cpr}\n")
    write_xlsx(tmp_path / "c.xlsx", {phone: [(first, cpr), (second, cpr)]})
    with zipfile.ZipFile(tmp_path / "d.zip", "w") as archive:
        archive.writestr(f"{first}/{phone}.txt", f"kort {second}\n")
    (tmp_path / f"{first}.bin").write_bytes(bytes(range(256)))
    for form in ("table", "jsonl"):
        done = call("scan", tmp_path, "--format", form)
        assert done.code == 1
        assert says_nothing(done, *canaries)
    missing = call("scan", tmp_path / f"{phone}.cs")
    assert missing.code == 3
    assert says_nothing(missing, *canaries)


def test_a_mistake_of_ours_tells_no_value(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_args: object, **_named: object) -> None:
        raise ValueError(CARDS[0])

    (tmp_path / "a.csv").write_text(delimited(ROWS))
    monkeypatch.setattr("teleaudit.scanning.scan._Scanning._count", fail)
    done = call("scan", tmp_path / "a.csv")

    assert done.code == 4
    assert says_nothing(done)


# Size, standard input, interruption


def test_a_line_of_many_megabytes_takes_little_memory(tmp_path: Path) -> None:
    line = "x1 y2; " * (3 << 20) + f"kort {CARDS[0]} " + "z" * (2 << 20)
    (tmp_path / "a.log").write_text(line)
    source = Source(shown="a.log", suffix=".log", open=lambda: (tmp_path / "a.log").open("rb"))
    tracemalloc.start()
    pieces = sum(len(part.texts) for batch in read_batches(source) for part in batch)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert pieces > 20
    assert peak < 48 << 20
    _, found = findings(tmp_path / "a.log")
    assert cells(found, "card") == {("line", 1)}


def test_a_long_line_in_a_table_is_one_record_of_text(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(
        f"id;note\n1;a\n2;{'æ' * (3 << 20)} kort {CARDS[0]}\n3;kort {CARDS[2]}\n"
    )
    _, found = findings(tmp_path / "a.csv")

    assert {one["row"] for one in found if one["kind"] == "card" and one["scope"] == "value"} == {
        2,
        3,
    }


def test_texts_are_counted_in_bounded_memory_and_lists_are_still_known() -> None:
    tally = TextTally()
    for part in range(25):
        tally.add(
            [
                (f"Jeg er på vej hjem nu, nummer {part} {number} til dig", 1)
                for number in range(1_000)
            ]
            + [("Dit abonnement er spærret, ring til os", 20)],
            Rest(words=6, listed=4, others=5),
        )
    profile = tally.counts()

    assert len(tally._texts) <= 22_000
    assert profile["message_cells"] == 25 * 1_035
    assert tally.clears("Dit abonnement er spærret, ring til os", 1, ColumnDecision())
    assert (
        sum(
            count
            for name, count in profile.items()
            if name
            not in {
                "message_cells",
                "text_cells",
                "answer_cells",
                "repeated_texts",
                "listed_texts",
            }
        )
        == 25 * 1_035
    )


def test_standard_input_is_scanned_and_leaves_nothing_behind(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", MAIN, "scan", "-", "--format", "jsonl"],
        input=delimited(ROWS).encode(),
        capture_output=True,
        check=False,
        env={**os.environ, "PYTHONPATH": str(ROOT), "TMPDIR": str(tmp_path)},
    )
    found = [json.loads(line) for line in done.stdout.splitlines()]

    assert done.returncode == 1
    assert {one["file"] for one in found} == {"-"}
    assert cells(found, "card") == {("kortnummer", 1), ("kortnummer", 2), ("kortnummer", 3)}
    assert list(tmp_path.iterdir()) == []


def test_an_interrupted_scan_says_so_and_leaves_nothing_behind(tmp_path: Path) -> None:
    (tmp_path / "temporary").mkdir()
    (tmp_path / "a.csv").write_text(
        "id;note\n" + "".join(f"{number};{MESSAGE} {number}\n" for number in range(1_000_000))
    )
    process = start("scan", tmp_path / "a.csv", environment={"TMPDIR": str(tmp_path / "temporary")})
    until = time.monotonic() + PATIENCE_S
    while str(tmp_path / "a.csv") not in {
        file.path for file in psutil.Process(process.pid).open_files()
    }:
        assert time.monotonic() < until
        time.sleep(0.1)
    process.send_signal(signal.SIGINT)
    done = ended(process)

    assert done.code == 4
    assert "interrupted" in done.err
    assert "Traceback" not in done.err
    assert list((tmp_path / "temporary").iterdir()) == []


def test_a_reader_that_leaves_early_does_not_change_the_exit_code(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(
        "id;besked\n" + "".join(f"{number};{MESSAGE} {number}\n" for number in range(3_000))
    )
    process = start("scan", tmp_path / "a.csv", "--format", "jsonl")
    assert process.stdout is not None
    process.stdout.readline()
    process.stdout.close()
    assert process.stderr is not None
    said = process.stderr.read()
    process.stderr.close()

    assert process.wait(60) == 1
    assert "Traceback" not in said
    assert "internal error" not in said


def test_a_table_is_the_same_block_by_block_and_record_by_record(tmp_path: Path) -> None:
    rows = [
        (
            f"{number};kort {CARDS[number % 3]};{number:016}"
            if number % 7 == 0
            else f"{number};Kunden ringer igen;{number:016}"
        )
        for number in range(1, 400)
    ]
    (tmp_path / "regular.csv").write_text("id;note;nr\n" + "\n".join(rows) + "\n")
    (tmp_path / "quoted.csv").write_text(
        "id;note;nr\r\n"
        + "\r\n\r\n".join(
            row.replace("Kunden ringer igen", '"Kunden; ""ringer"" igen"') for row in rows
        )
    )
    (tmp_path / "ragged.csv").write_text("id;note;nr\n" + "\n".join(rows) + "\n400;x\n")
    found = {
        name: [
            (one["row"], one["column"], one["kind"], one["level"])
            for one in findings(tmp_path / f"{name}.csv")[1]
        ]
        for name in ("regular", "quoted", "ragged")
    }

    assert found["regular"]
    assert found["regular"] == found["quoted"] == found["ragged"]


def test_counting_alike_numbers_once_changes_no_count() -> None:
    dice = random.Random(7)  # noqa: S311 - invented numbers
    beginnings = (
        "3528",
        "35693",
        "89450",
        "4571",
        "5019",
        "6007",
        "2380",
        "2221",
        "411111",
        "0045",
        "17",
    )
    numbers = [
        "".join((beginning, *dice.choices("0123456789", k=length - len(beginning))))
        for beginning in beginnings
        for length in range(12, 20)
        for _ in range(40)
    ]
    identities = [
        f"{dice.choice((238, 213, 204))}-{dice.randrange(100):02}-{dice.randrange(10**5)}-{dice.randrange(10**5)}"
        for _ in range(2_000)
    ]
    texts = [
        *numbers,
        *numbers[::3],
        *identities,
        *CARDS,
        *knowledge.test_cards(),
        "10.1.2.3",
        "ukendt",
        "-",
    ]
    with Prefilter(detectors=kinds()) as looking:
        (look,) = looking.look(
            encode(
                [
                    Cells(
                        column=Column(shown="nr", field="nr"),
                        texts=texts,
                        rows=range(1, len(texts) + 1),
                    )
                ]
            )
        )
    card = next(kind for kind in kinds() if kind.name == "card")
    noticed = look.of_interest(card)
    tally = CellTally(profile=profile_cards, filled=card.filled)
    tally.add(look.counted(noticed, card.counted_as), look.rest(card))

    assert tally.counts() == profile_cards(texts)
    assert (
        sum(times for _, times in look.counted(noticed, card.counted_as))
        == look.times[noticed].sum()
    )
    assert len(look.counted(noticed, card.counted_as)) < len(set(texts)) / 3


def test_where_a_telephone_was_is_no_card_whatever_its_digits() -> None:
    dice = random.Random(8)  # noqa: S311 - invented numbers
    identities = {
        f"2{dice.randrange(100):02}-{dice.randrange(100):02}-{dice.randrange(10**5)}-{dice.randrange(10**5)}"
        for _ in range(5_000)
    }
    with Prefilter(detectors=kinds()) as looking:
        (look,) = looking.look(
            encode(
                [
                    Cells(
                        column=Column(shown="celle", field="celle"),
                        texts=sorted(identities),
                        rows=range(1, len(identities) + 1),
                    )
                ]
            )
        )
    left_out = look.chosen(~look.noticed["card"])

    assert len(left_out) > len(identities) / 3
    assert not any(
        find_cards(text, field="kortnummer") or any(card_shapes(text)) for text in left_out
    )


def test_parts_are_made_ahead_in_their_order_and_a_failure_comes_in_its_place() -> None:
    def parts() -> Iterator[int]:
        yield from (1, 2)
        raise UnreadableError(DAMAGED)

    made: list[int] = []
    with pytest.raises(UnreadableError):
        made.extend(ahead(parts()))
    assert made == [1, 2]
    assert list(ahead(iter(()))) == []
