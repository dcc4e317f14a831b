"""A file of text is read as the whole of it proves, however much of it was known when it was
written: records, issues, rejects, remarks, fingerprints.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import tempfile
import threading
from pathlib import Path
from typing import Any

import duckdb
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from teleaudit.errors import ExportError
from teleaudit.exports import ReadExport, read_export, tallies
from teleaudit.exports.opened import Opened, open_source
from teleaudit.exports.text_files import Memory, TextFile
from teleaudit.exports.value_shapes import (
    DIGITS,
    NO_FORM,
    PLAIN,
    WITH_COMMA,
    WITH_POINT,
    date_form,
    forms_of,
    with_nulls,
)
from teleaudit.readers.sources import Source
from teleaudit.rules.audit_file import ExportSpec
from tests.exports.desk import Desk

COLUMNS = {
    "invoice_id": "Nr",
    "customer_id": "Kunde",
    "issue_date": "Dato",
    "gross": "Beløb",
    "status": "Status",
}
CALLS = {
    "call_id": "Nr",
    "customer_id": "Kunde",
    "start_at": "Dato",
    "rated_amount": "Beløb",
    "duration_s": "Status",
}

_DAYS = st.dates(dt.date(2000, 1, 1), dt.date(2029, 12, 31))
_DATES = st.one_of(
    _DAYS.map(lambda day: f"{day:%d-%m-%Y}"),
    _DAYS.map(lambda day: f"{day:%Y-%m-%d}"),
    _DAYS.map(lambda day: f"{day:%d-%m-%Y} 02:30:00"),
    st.sampled_from(
        [
            "25-12-2025",
            "01-02-2025 10:11:12",
            "31-12-9999",
            "0",
            "00-00-0000",
            "30-02-2025",
            "29-03-2026 02:30:00",
            "25-12-2025 10.11",
            "2025-12-25T10:11:12",
        ]
    ),
)
_NUMBERS = st.sampled_from(
    [
        "1,5",
        "12,50",
        "-3,25",
        "1.234,50",
        "1.234",
        "12.50",
        "0",
        "-5",
        "+3,2",
        ",5",
        "kr. 12,50",
        "4,57E+15",
        "12345678901234567890",
        "00:05:05",
        "007",
        "1_0",
        "1e3",
    ],
)
_ODD = [
    "",
    " ",
    "NULL",
    "n/a",
    "-",
    "(null)",
    " a",
    "a ",
    "a\u00a0",
    "æ",
    "Åse",
    "~",
    "~x",
    "x~",
    "4,57E+15",
    "Ã¦",
    "a\x00b",
    "\ufffd",
]
_QUOTED = ['24"', '"citat; og ""mere"""', '"to\nlinjer"', '"x"y']
_TEXTS = st.one_of(
    st.sampled_from(_ODD),
    st.sampled_from(_QUOTED),
    st.text(st.characters(codec="utf-8", exclude_characters='\n\r";'), max_size=8),
)
_BAD_BYTES = st.sampled_from([b"", b"", b"\xe5", b"\xc3", b"\xe2\x82"])


@st.composite
def exports(draw: st.DrawFn) -> bytes:
    """A file with a header, and every sort of trouble below it."""
    usual_dates = draw(st.sampled_from([_DATES, _DAYS.map(lambda day: f"{day:%d-%m-%Y}")]))
    usual_numbers = draw(st.sampled_from([_NUMBERS, st.sampled_from(["1,5", "12,50", "7"])]))
    lines = [b"Nr;Kunde;Dato;Bel\xc3\xb8b;Status"]
    for number in range(draw(st.integers(0, 12))):
        fields = [
            str(number),
            draw(_TEXTS),
            draw(usual_dates | st.just("")),
            draw(usual_numbers | st.just("")),
            draw(_TEXTS | _NUMBERS),
        ]
        lines.append(
            ";".join(fields).encode()
            + draw(_BAD_BYTES)
            + draw(st.sampled_from([b"", b"", b"", b";", b"\n", b";x"]))
        )
    line_break = draw(st.sampled_from([b"\n", b"\r\n"]))
    return (
        draw(st.sampled_from([b"", b"\xef\xbb\xbf"]))
        + line_break.join(lines)
        + draw(st.sampled_from([b"", line_break, line_break * 2]))
    )


@example(
    content=b"Nr;Kunde;Dato;Bel\xc3\xb8b;Status\n0;;01-01-2000;1,5;\n1;\xc2\x80;;;\n2;;01-01-2000;;\xe5\n3;;25-12-2025;1,5;",
    table="invoice",
    declared={},
    encoding="utf-8",
    kept_values=0,
    kept_tables=0,
)
@given(
    content=exports(),
    table=st.sampled_from(["invoice", "cdr"]),
    declared=st.sampled_from(
        [
            {},
            {"dates": "dd-mm-yyyy", "decimal": ","},
            {"dates": "yyyy-mm-dd", "decimal": "."},
            {"decimal": ","},
        ]
    ),
    encoding=st.sampled_from(["utf-8", None]),
    kept_values=st.sampled_from([tallies.KEPT_BYTES, 0]),
    kept_tables=st.sampled_from([1 << 20, 0]),
)
def test_the_beginning_of_a_file_decides_nothing_that_the_whole_does_not_prove(
    content: bytes,
    table: str,
    declared: dict[str, str],
    encoding: str | None,
    kept_values: int,
    kept_tables: int,
) -> None:
    spec = ExportSpec(
        table=table,
        files="a.csv",
        delimiter=";",
        encoding=encoding,
        columns=COLUMNS if table == "invoice" else CALLS,
        **declared,  # type: ignore[arg-type]
    )
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        (Path(folder) / "a.csv").write_bytes(content)
        whole = outcome(spec, Path(folder), "whole")
        patch.setattr("teleaudit.exports.reading.Memory", lambda: Memory(free_bytes=kept_tables))
        patch.setattr("teleaudit.exports.tallies.KEPT_BYTES", kept_values)
        read_again = outcome(spec, Path(folder), "again")
        patch.setattr("teleaudit.readers.hashed_file.CHUNK_BYTES", 67)
        by_beginning = outcome(spec, Path(folder), "beginning")
    assert read_again == whole
    assert by_beginning == whole


def outcome(spec: ExportSpec, folder: Path, work: str) -> tuple[Any, ...]:
    """Everything that reading an export answers; or the refusal."""
    try:
        export = read_export("a", spec, root=folder, work=folder / work)
    except ExportError as error:
        assert not (folder / work / "a").exists()
        return (str(error),)
    assert set(export.parquet) == set((folder / work / "a").iterdir() if export.parquet else ())
    return dataclasses.astuple(dataclasses.replace(export, parquet=())), rows(export)


def rows(export: ReadExport) -> list[tuple[Any, ...]]:
    """The working copy, its types first."""
    if not export.parquet:
        return []
    files = [str(path) for path in export.parquet]
    described = [
        row[:2]
        for row in duckdb.execute("DESCRIBE SELECT * FROM read_parquet(?)", [files]).fetchall()
    ]
    return [
        *described,
        *duckdb.execute("SELECT * FROM read_parquet(?) ORDER BY _file, _line", [files]).fetchall(),
    ]


def clean(rows: int, *, last: str = "25-12-2025;1,5") -> str:
    return (
        "Kundenr;Oprettet;Saldo\n"
        + "".join(f"{number};{28 - number % 28:02}-03-2025;{number},50\n" for number in range(rows))
        + f"x;{last}\n"
    )


@pytest.fixture
def openings(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The files in the order in which they are opened to be read."""
    opened: list[str] = []

    def noted(source: Source, *args: Any, **named: Any) -> Opened:
        opened.append(source.shown)
        return open_source(source, *args, **named)

    monkeypatch.setattr("teleaudit.exports.text_files.open_source", noted)
    return opened


def test_a_small_file_is_read_once(desk: Desk, openings: list[str]) -> None:
    desk.write("kunder.csv", clean(300))
    assert desk.read("kunder.csv").rows == 301
    assert openings == ["kunder.csv"]


@pytest.mark.parametrize(
    "last", ["25-12-2025;1,5", "25-12-2025;-1.234,50", "x;y", ";", " 25-12-2025 ; 1,5 ", "NULL;-"]
)
def test_a_file_that_is_alike_to_its_end_is_read_once_behind_its_beginning(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, openings: list[str], last: str
) -> None:
    monkeypatch.setattr("teleaudit.readers.hashed_file.CHUNK_BYTES", 200)
    desk.write("kunder.csv", clean(300, last=last))
    columns = {"customer_id": "Kundenr", "created_at": "Oprettet", "open_balance": "Saldo"}
    assert desk.read("kunder.csv", columns=columns, encoding="utf-8").rows == 301
    assert openings == ["kunder.csv"] * 2  # beginning, all


def test_what_the_end_of_a_file_disproves_is_decided_by_the_whole(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, openings: list[str]
) -> None:
    monkeypatch.setattr("teleaudit.readers.hashed_file.CHUNK_BYTES", 200)
    month_first = "".join(f"{number};03/{13 + number % 10}/2025\n" for number in range(20))
    day_first = "".join(f"{number};{13 + number % 10}/03/2025\n" for number in range(900))
    desk.write("kunder.csv", f"Kundenr;Oprettet\n{month_first}{day_first}")
    columns = {"customer_id": "Kundenr", "created_at": "Oprettet"}
    export = desk.read("kunder.csv", columns=columns)
    found = [row[0] for row in desk.rows(export, "created_at")]
    assert (sum(value is None for value in found), sum(value is not None for value in found)) == (
        20,
        900,
    )
    assert openings == ["kunder.csv"] * 3  # beginning, all, all


def test_a_key_that_comes_late_is_a_column(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, openings: list[str]
) -> None:
    monkeypatch.setattr("teleaudit.readers.hashed_file.CHUNK_BYTES", 200)
    early = "".join(f'{{"Kundenr": "{number}"}}\n' for number in range(100))
    desk.write("kunder.jsonl", early + '{"Kundenr": "x", "Oprettet": "25-12-2025"}\n')
    export = desk.read("kunder.jsonl", columns={"customer_id": "Kundenr", "created_at": "Oprettet"})
    found = desk.rows(export, "customer_id", "created_at")
    assert len(found) == 101
    assert found[0] == ("0", None)
    assert found[-1] == ("x", dt.date(2025, 12, 25))
    assert openings == ["kunder.jsonl"] * 3  # beginning, up to the key, all


def test_letters_beyond_ascii_may_come_late(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, openings: list[str]
) -> None:
    monkeypatch.setattr("teleaudit.readers.hashed_file.CHUNK_BYTES", 200)
    monkeypatch.setattr("teleaudit.readers.sniffing.SAMPLE_BYTES", 300)
    monkeypatch.setattr("teleaudit.readers.sources.SAMPLE_BYTES", 300)
    rows = "".join(f"{number};Ida\n" for number in range(200))
    desk.write("kunder.csv", f"Kundenr;Navn\n{rows}x;S\u00f8ren\n", encoding="cp1252")
    export = desk.read("kunder.csv", columns={"customer_id": "Kundenr", "name": "Navn"})
    assert desk.rows(export, "name")[-1] == ("S\u00f8ren",)
    assert openings == ["kunder.csv"] * 3  # beginning, all as UTF-8, all as cp1252


def test_a_file_that_changes_between_two_readings_is_refused(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("teleaudit.exports.reading.Memory", lambda: Memory(free_bytes=0))
    path = desk.write("kunder.csv", clean(3))
    begin = TextFile.begin

    def change(file: TextFile) -> None:
        begin(file)
        path.write_text(clean(4), encoding="utf-8")

    monkeypatch.setattr(TextFile, "begin", change)
    assert desk.refusal("kunder.csv") == (
        "kunder.csv changed while it was read. Run again when the export is complete."
    )


def test_progress_is_told_while_a_file_is_read(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("teleaudit.readers.hashed_file.CHUNK_BYTES", 200)
    desk.write("kunder.csv", clean(300))
    told: list[tuple[str, int]] = []
    read_export(
        "a",
        ExportSpec(table="crm_customer", files="kunder.csv"),
        root=desk.root,
        work=desk.work,
        progress=lambda file, rows: told.append((file, rows)),
    )
    assert len(told) > 10
    assert told == sorted(told)
    assert told[-1] == ("kunder.csv", 301)


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("", NO_FORM), (" a", NO_FORM), ("a ", NO_FORM), ("NULL", NO_FORM), ("-", NO_FORM), ("æ", NO_FORM), ("~", NO_FORM),
        ("a", PLAIN), ("Navn paa kunde", PLAIN), ("+5", PLAIN), ("1" * 19, PLAIN), ("1,234", PLAIN), (",5", PLAIN), ("1,", PLAIN),
        ("1,2,3", PLAIN), ("1a2", PLAIN), ("12-5,0", PLAIN),
        ("0", DIGITS), ("1" * 18, DIGITS), ("1,5", WITH_COMMA), ("-1,50", WITH_COMMA), ("-123,50", WITH_COMMA), ("0.25", WITH_POINT),
        ("2025-01-02", date_form("0000-00-00")), ("2025-01-02 03:04:05", date_form("0000-00-00 00:00:00")), ("02/01-2025", date_form("00/00-0000")),
    ],
)  # fmt: skip
@pytest.mark.parametrize(
    "beside",
    [
        [],
        ["17"] * 20,
        ["1,5", "-2,5"] * 20,
        ["2025-01-02"] * 20,
        ["01-02-2025 00:00:00"] * 20,
        ["", "x"] * 20,
    ],
)
def test_a_form_is_only_ever_what_is_certain(text: str, form: int, beside: list[str]) -> None:
    import pyarrow as pa

    texts = with_nulls(pa.chunked_array([[*beside, text, *beside]], pa.string()))
    assert forms_of(texts)[len(beside)] in {form, min(form, PLAIN), NO_FORM}
    assert not beside or texts.to_pylist() == [value or None for value in [*beside, text, *beside]]


def test_python_is_called_on_the_calling_thread_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("teleaudit.readers.hashed_file.CHUNK_BYTES", 4_096)
    (tmp_path / "a.csv").write_text(
        "Nr;Kunde;Dato;Beløb;Status\n" + "1;2;2026-01-31;3,5;ny\n" * 5_000, encoding="utf-8"
    )
    spec = ExportSpec(table="invoice", files="a.csv", delimiter=";", columns=COLUMNS)
    callers = set[int]()
    read_export(
        "a",
        spec,
        root=tmp_path,
        work=tmp_path / "work",
        progress=lambda *_: callers.add(threading.get_ident()),
    )
    assert callers == {threading.get_ident()}
