"""Text read straight into the working copy gives what the thorough way gives: records, issues,
rejects, remarks, fingerprints.
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
from hypothesis import given
from hypothesis import strategies as st

from teleaudit.errors import ExportError
from teleaudit.exports import ReadExport, read_export
from teleaudit.exports.single_pass import SinglePass
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


@given(
    content=exports(),
    chunk=st.sampled_from([1 << 20, 67]),
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
)
def test_the_straight_way_gives_what_the_thorough_way_gives(
    content: bytes, chunk: int, table: str, declared: dict[str, str], encoding: str | None
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
        patch.setattr("teleaudit.readers.hashed_file.CHUNK_BYTES", chunk)
        (Path(folder) / "a.csv").write_bytes(content)
        straight = outcome(spec, Path(folder), "straight")
        patch.setattr(SinglePass, "read", lambda _self, _files: None)
        thorough = outcome(spec, Path(folder), "thorough")
    assert straight == thorough


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


@pytest.mark.parametrize(
    "last", ["25-12-2025;1,5", "25-12-2025;-1.234,50", "x;y", ";", " 25-12-2025 ; 1,5 ", "NULL;-"]
)
def test_a_file_that_is_alike_to_its_end_is_read_once(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, last: str
) -> None:
    monkeypatch.setattr("teleaudit.readers.hashed_file.CHUNK_BYTES", 200)
    monkeypatch.setattr("teleaudit.exports.reading.staging.stage", None)
    desk.write("kunder.csv", clean(300, last=last))
    columns = {"customer_id": "Kundenr", "created_at": "Oprettet", "open_balance": "Saldo"}
    assert desk.read("kunder.csv", columns=columns, encoding="utf-8").rows == 301


def test_what_the_end_of_a_file_disproves_is_decided_by_the_whole(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
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
