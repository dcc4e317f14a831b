"""Detail files of a RADIUS server are read as tables: a record each, an attribute a column."""

from __future__ import annotations

import datetime as dt
import io

import pyarrow as pa
import pytest

from teleaudit.exports.inspection import inspect_file
from teleaudit.readers.cells import read_batches
from teleaudit.readers.rejects import Reject
from teleaudit.readers.sources import Source
from tests.exports.desk import Desk, wall_clock

START = """Wed Mar  4 10:00:00 2026
\tUser-Name = "linje1@net"
\tAcct-Session-Id = "5F2A"
\tAcct-Status-Type = Start
\tCisco-AVPair = "a=\\"1\\""
\tCisco-AVPair = "b=2"

"""
STOP = """Thu Mar 05 11:30:05 2026
\tAcct-Session-Id = "5F2A"
\tAcct-Session-Time = 91805
\tFramed-IP-Address = 192.0.2.7

"""
COLUMNS = {"session_id": "Acct-Session-Id", "start_at": "detail_time"}


def read(desk: Desk, content: str | bytes, *columns: str) -> list[tuple[object, ...]]:
    desk.write("detail", content)
    export = desk.read("detail", table="ip_session", columns=COLUMNS)
    assert export.rejects == ()
    return desk.rows(export, *columns)


def test_a_record_has_the_moment_and_its_attributes(desk: Desk) -> None:
    assert read(desk, START + STOP, "_line", "start_at", "session_id", "Acct-Session-Time") == [
        (1, wall_clock(2026, 3, 4, 10), "5F2A", None),
        (8, wall_clock(2026, 3, 5, 11, 30, 5), "5F2A", "91805"),
    ]


def test_values_that_stand_several_times_are_joined_and_escapes_undone(desk: Desk) -> None:
    assert read(desk, START + STOP, "Cisco-AVPair") == [('a="1"; b=2',), (None,)]


@pytest.mark.parametrize(
    "content",
    [
        START.rstrip() + "\n" + STOP,  # without a blank line between
        (START + STOP).replace("\n", "\r\n"),
        START.replace("\n\n", "\n \n") + STOP,
        "\n\n" + START + STOP.rstrip(),
        (START + STOP).replace("2026\n", "CET 2026\n"),
    ],
)
def test_records_end_where_the_next_begins(desk: Desk, content: str) -> None:
    assert [row[0] for row in read(desk, content, "Acct-Session-Time")] == [None, "91805"]


def test_records_go_on_over_blocks(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("teleaudit.readers.hashed_file.CHUNK_BYTES", 16)
    assert len(read(desk, (START + STOP) * 20, "session_id")) == 40


@pytest.mark.parametrize(
    ("broken", "line"),
    [
        (START.replace("\tAcct-Status-Type = Start", "\tAcct-Status-Type Start"), 8),
        (START.replace('"5F2A"', '"5F2A'), 8),
        ("\tUser-Name = linje9\n\n", 8),
    ],
    ids=["no_sign", "no_end", "no_moment"],
)
def test_what_does_not_keep_to_the_format_is_no_record(desk: Desk, broken: str, line: int) -> None:
    desk.write("detail", START + broken + STOP)
    export = desk.read("detail", table="ip_session", columns=COLUMNS)
    assert export.rejects == (Reject(file="detail", line=line, reason="no_record"),)
    assert export.rows == 2


def test_it_is_proposed_and_its_days_are_read_without_doubt(desk: Desk) -> None:
    inspected = inspect_file(desk.write("detail", START + STOP))
    assert inspected.format == "radius"
    assert [column.header for column in inspected.columns][:3] == [
        "detail_time",
        "User-Name",
        "Acct-Session-Id",
    ]


def test_a_scan_sees_every_record_and_what_is_none() -> None:
    content = (START + "\tUser-Name : linje2\n\n" + STOP).encode()
    source = Source(shown="detail", suffix="", open=lambda: io.BytesIO(content))
    cells = {
        (part.column.shown, text)
        for batch in read_batches(source)
        for part in batch
        for text in pa.array(part.texts, pa.string()).to_pylist()
        if text
    }
    assert {("User-Name", "linje1@net"), ("Framed-IP-Address", "192.0.2.7")} <= cells
    assert any("linje2" in text for column, text in cells if column == "line")


@pytest.mark.parametrize("declared", [{}, {"format": "radius"}])
def test_what_is_proposed_is_read(desk: Desk, declared: dict[str, str]) -> None:
    desk.write("detail", START + STOP)
    assert desk.read("detail", table="ip_session", columns=COLUMNS, **declared).rows == 2


def test_what_is_declared_as_something_else_is_refused(desk: Desk) -> None:
    desk.write("detail", START + STOP)
    assert desk.refusal("detail", table="ip_session", columns=COLUMNS, format="csv") == (
        "detail is declared as csv, but is a detail file of a RADIUS server. Write format: radius,"
        " or leave format out."
    )


def test_an_attribute_spelled_in_two_ways_is_refused(desk: Desk) -> None:
    desk.write("detail", START + STOP.replace("Acct-Session-Id", "acct-session-id"))
    refusal = desk.refusal("detail", table="ip_session", columns=COLUMNS)
    assert "are keys of its records, and may be the same one" in refusal


def test_a_day_that_no_month_has_is_unreadable(desk: Desk) -> None:
    desk.write("detail", START.replace("Mar  4", "Feb 30") + STOP * 30)
    export = desk.read("detail", table="ip_session", columns=COLUMNS)
    found = [row[0] for row in desk.rows(export, "start_at")]
    assert found[:2] == [None, dt.datetime(2026, 3, 5, 11, 30, 5)]  # noqa: DTZ001 (wall clock)
