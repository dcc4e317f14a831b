"""Any file cell by cell: what an audit's reader reads is seen as columns, and what it rejects or
refuses is seen all the same.
"""

from __future__ import annotations

import io
import json
import re
import zipfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from types import MappingProxyType
from typing import Self

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import xlsxwriter
from hypothesis import given
from hypothesis import strategies as st

from teleaudit.readers import opening, records
from teleaudit.readers.cells import read_batches
from teleaudit.readers.delimited import LINE
from teleaudit.readers.formats import TEXT_FORMATS
from teleaudit.readers.sources import Source, UnreadableError
from teleaudit.readers.text_tables import OpenedText, TextFormat, TextTables

FIXED = "id   vare        pris\n" + "".join(f"{n:<5}mobil       {n}9  \n" for n in range(1, 5))
EXAMPLES: dict[str, tuple[str, bytes]] = {
    "jsonl": (".txt", b'{"id": "1", "vare": "mobil"}\n{"id": "2", "vare": "router"}\n'),
    "json": (".txt", b'[{"id": "1", "vare": "mobil"},\n{"id": "2", "vare": "router"}]'),
    "fixed": (".txt", FIXED.encode()),
}


def source_of(content: bytes, suffix: str = ".csv") -> Source:
    return Source(shown=f"a{suffix}", suffix=suffix, open=lambda: io.BytesIO(content))


def cells(content: bytes, suffix: str = ".csv") -> list[tuple[str, int, str]]:
    """Column, row and text of every cell that is filled."""
    return seen(source_of(content, suffix))


def seen(source: Source) -> list[tuple[str, int, str]]:
    return [
        (part.column.shown, row, text)
        for batch in read_batches(source)
        for part in batch
        for row, text in zip(part.rows, pa.array(part.texts, pa.string()).to_pylist(), strict=True)
        if text
    ]


def of(content: bytes, text: str, suffix: str = ".csv") -> set[tuple[str, int]]:
    """Where a text is seen."""
    return {(column, row) for column, row, cell in cells(content, suffix) if text in cell}


# One reader


@pytest.mark.parametrize("name", EXAMPLES)
def test_a_format_of_text_that_an_audit_reads_is_seen_by_its_columns(name: str) -> None:
    suffix, content = EXAMPLES[name]

    assert {column for column, *_ in cells(content, suffix)} - {"pris"} == {"id", "vare"}


def test_a_format_that_is_added_to_the_readers_is_seen_too(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    class Backwards(TextTables):
        @classmethod
        def of(cls, text: OpenedText) -> Self:
            return cls(shown=text.shown, rejections=text.rejections, names=("baglæns",))

        def tables(self, chunks: Iterable[bytes]) -> Iterator[pa.Table]:
            lines = b"".join(chunks).decode().splitlines()
            self.rejections.keep(2, lines[1].encode())
            kept = [1, *range(3, len(lines) + 1)]
            yield pa.table({LINE: kept, "c0": [lines[line - 1][::-1].strip() for line in kept]})

    formats = MappingProxyType(
        {**TEXT_FORMATS, "fixed": TextFormat(called="text", of=Backwards.of)}
    )
    monkeypatch.setattr(opening, "TEXT_FORMATS", formats)

    assert cells(FIXED.encode(), ".txt")[:3] == [
        ("baglæns", 1, "sirp        erav   di"),
        ("baglæns", 3, "92       libom    2"),
        ("baglæns", 4, "93       libom    3"),
    ]
    assert of(FIXED.encode(), "mobil", ".txt") == {("line", 2)}


def test_a_layout_that_no_header_names_cuts_no_value(tmp_path: Path) -> None:
    content = b"4571 4820 1934 7567\n5019 7384 0562 9174\n4571 9036 5728 1040\n"

    assert cells(content, ".txt")[0] == ("line", 1, "4571 4820 1934 7567")
    assert cells(content, ".csv")[0] == ("column 1", 1, "4571 4820 1934 7567")


def test_a_workbook_with_the_ending_of_another_format_is_seen(tmp_path: Path) -> None:
    with xlsxwriter.Workbook(str(tmp_path / "a.xlsx")) as workbook:
        workbook.add_worksheet().write_column(0, 0, ["vare", "mobil"])
    path = (tmp_path / "a.xlsx").rename(tmp_path / "a.xls")
    plain = Source(shown="a.xls", suffix=".xls", open=lambda: path.open("rb"), path=path)

    assert seen(plain) == [("vare", 1, "mobil")]


def workbook_of(formula: str, doctype: str = "") -> bytes:
    """A workbook with a formula, which its writer worked out or not."""
    written = io.BytesIO()
    with xlsxwriter.Workbook(written, {"in_memory": True}) as book:
        book.add_worksheet().write_column(0, 0, ["vare", "mobil"])
    with (
        zipfile.ZipFile(io.BytesIO(written.getvalue())) as whole,
        zipfile.ZipFile(made := io.BytesIO(), "w") as changed,
    ):
        for name in whole.namelist():
            content = whole.read(name)
            if name.endswith("sheet1.xml"):
                row = f'<row r="3"><c r="A3">{formula}</c></row></sheetData>'
                content = content.replace(b"</sheetData>", row.encode())
                content = content.replace(b"<worksheet", f"{doctype}<worksheet".encode(), 1)
            changed.writestr(name, content)
    return made.getvalue()


@pytest.mark.parametrize(
    ("content", "damage"),
    [
        (workbook_of("<f>A2</f><v>7</v>"), []),
        (workbook_of("<f>A2</f>"), ["a workbook with formulas whose results are not stored (1)"]),
        (
            workbook_of("<v>7</v>", '<!DOCTYPE x [<!ENTITY e "kort">]>'),
            ["a workbook that defines entities of its own"],
        ),
    ],
)
def test_what_the_reader_of_a_workbook_passes_over_is_said(
    content: bytes, damage: list[str]
) -> None:
    source = source_of(content, ".xlsx")

    assert ("vare", 1, "mobil") in seen(source)
    assert source.damage == damage


def test_a_page_of_a_parquet_file_without_its_checksum_is_not_read_as_if_it_were_whole() -> None:
    written = io.BytesIO()
    pq.write_table(
        pa.table({"vare": [f"mobil {number:04}" for number in range(100)]}),
        written,
        compression="none",
        use_dictionary=False,
        write_page_checksum=True,
    )

    with pytest.raises(OSError, match="CRC"):
        cells(written.getvalue().replace(b"mobil 0042", b"nobil 0042", 1), ".parquet")


# What the reader rejects


@pytest.mark.parametrize(
    ("broken", "where"),
    [
        (b"2;x;y;mobil", {("column 4", 2)}),  # too many fields
        (b"mobil", {("id", 2)}),  # too few
        (b"2;\0mobil;y", {("vare", 2)}),
        (b"2;\xc3\x83\xc2\xa6 mobil;y", {("vare", 2)}),  # mojibake
        (b"2;\x81 mobil;y", {("vare", 2)}),  # no letter in any encoding
        (b'2;"x"mobil;y', {("vare", 2)}),  # a quote out of place
        (b'2;"mobil;y', {("vare", 2)}),  # one without end
        (b"2;" + b"x" * (2 << 20) + b" mobil;y", {("vare", 2)}),  # a field too long
    ],
)
def test_a_record_that_is_rejected_is_seen_in_its_place(
    broken: bytes, where: set[tuple[str, int]]
) -> None:
    content = b"id;vare;pris\n1;router;9\n" + broken + b"\n3;router;9\n"

    assert of(content, "mobil") == where
    assert of(content, "router") >= {("vare", 1), ("vare", 3)}


def test_records_that_a_quote_swallowed_are_seen_one_by_one() -> None:
    content = b'id;vare;pris\n1;"router;9\n2;mobil;9\n3;"kabel;9\n4;x;y\n'

    assert of(content, "router") == {("vare", 1)}
    assert of(content, "mobil") == {("vare", 2)}
    assert of(content, "kabel") == {("vare", 3)}
    assert of(content, "x") == {("vare", 4)}


@pytest.mark.parametrize("name", ["a.csv", "a.jsonl"])
def test_a_record_without_end_is_seen_to_its_last_letter(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(records, "RECORD_LIMIT", 1 << 20)
    monkeypatch.setattr("teleaudit.readers.lines._CHUNK", 1 << 18)
    start, end = {
        "a.csv": (b"id;vare\n1;", b"\n2;y\n"),
        "a.jsonl": (b'{"a": "', b'"}\n{"a": 2}\n'),
    }[name]
    words = [f"ord{number}" for number in range(300_000)]
    content = start + " ".join(words).encode() + end
    suffix = Path(name).suffix
    found = cells(content, suffix)
    endless = [text for _, row, text in found if row == 1]

    assert {*words} <= {word for text in endless for word in re.findall(r"ord\d+", text)}
    assert max(row for _, row, _ in found) == 2


@pytest.mark.parametrize(
    ("item", "where"),
    [
        ('{"vare": "mobil", "vare": "x"}', {("vare[]", 2)}),
        ('{"vare": NaN, "a": "mobil"}', {("a", 2)}),
        ('{"vare": "a\tmobil"}', {("vare", 2)}),
        ('["mobil"]', {("[]", 2)}),
        ('{"vare": {"x": ["mobil"]}}', {("vare.x[]", 2)}),
        ('{"vare" mobil}', {("line", 2)}),
        ('{"20212223": "mobil"}', {("*", 2)}),
        ("[" * 100_000 + "mobil", {("line", 2)}),
    ],
)
def test_json_that_is_no_record_of_an_audit_is_seen(item: str, where: set[tuple[str, int]]) -> None:
    content = f'{{"vare": "x"}}\n{item}\n{{"vare": "y"}}\n'.encode()

    assert of(content, "mobil", ".jsonl") == where


def test_what_is_broken_in_an_array_hides_nothing_behind_it() -> None:
    content = b'[{"vare": "x"}, {"vare" mobil}, {"vare": "y"}] mobil'

    assert of(content, "mobil", ".json") == {("line", 2), ("line", 4)}
    assert of(content, "y", ".json") == {("vare", 3)}


def test_lines_too_short_for_their_layout_are_seen() -> None:
    content = FIXED.encode() + FIXED.encode().splitlines(keepends=True)[1] * 20 + b"5 kort\n"

    assert of(content, "kort", ".txt") == {("line", 25)}


# What the reader refuses


def test_an_item_that_is_too_long_for_the_reader_is_seen_by_line(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("teleaudit.readers.formats.json.RECORD_LIMIT", 1 << 20)
    monkeypatch.setattr("teleaudit.readers.lines._CHUNK", 1 << 18)
    long = json.dumps({"vare": "x " * (1 << 20) + "mobil"})
    content = f'[{{"vare": "router"}},\n{long},\n{{"vare": "kabel"}}]'.encode()

    assert of(content, "router", ".json") == {("line", 1)}
    assert of(content, "mobil", ".json") == {("line", 2)}
    assert of(content, "kabel", ".json") == {("line", 3)}


@pytest.mark.parametrize(
    "page", [b"<html><body>\n<p>mobil</p>", b"INSERT INTO a VALUES\n('mobil');\nDROP TABLE b;\n"]
)
def test_what_is_no_table_for_an_audit_is_seen_by_line(page: bytes) -> None:
    assert of(page, "mobil") == {("line", 2)}


def test_a_title_above_a_table_costs_none_of_its_columns() -> None:
    content = b"Udskrift 2026\n\n" + b"".join(b"%d,mobil,9\n" % number for number in range(9))

    assert {column for column, _ in of(content, "mobil")} == {"column 2"}


def test_of_two_delimiters_that_fit_the_likelier_one_is_taken() -> None:
    content = b"vare;a,b\nmobil;x,y\nmobil;x,y\nmobil;x,y,z\n"

    assert ("column 1", 2, "mobil") in cells(content)


JUNK = [
    '"',
    ";",
    ",",
    "\n",
    "\r\n",
    "\r",
    "\0",
    " ",
    "æ",
    "\t",
    '";"',
    '""',
    "{",
    "[",
    "]",
    "}",
    ":",
]


@pytest.mark.parametrize("suffix", [".csv", ".txt", ".json", ".jsonl", ".log"])
@given(
    start=st.sampled_from(["id;vare\n", "id,vare,pris\n1,x,2\n", '{"a": 1}\n', "[", "x\n\n", ""]),
    junk=st.lists(st.lists(st.sampled_from(JUNK), min_size=1, max_size=4), max_size=30),
    encoding=st.sampled_from(["utf-8", "cp1252", "utf-16"]),
)
def test_no_word_below_a_header_is_lost_whatever_stands_around_it(
    suffix: str, start: str, junk: list[list[str]], encoding: str
) -> None:
    words = [f"ord{number}x" for number in range(len(junk))]
    text = (
        start
        + "\nfirst"
        + "".join(f"{''.join(around)}{word}" for word, around in zip(words, junk, strict=True))
    )
    try:
        found = "\n".join(cell for *_, cell in cells(text.encode(encoding), suffix))
    except UnreadableError:  # so many NULs that it is said to be binary
        assert text.count("\0") > 8
        return
    header = next((line for line in text.splitlines() if line.strip("\r\n")), "")

    assert [word for word in words if word not in found and word not in header] == []
