"""All legs of an Asterisk call bear its uniqueid, and are records of their own; the same record
twice is a duplicate.
"""

from __future__ import annotations

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.exports.desk import Desk

LEGS = [
    ("PJSIP/200-01", "600", "PJSIP/201-01", "10:00:00"),
    ("PJSIP/200-01", "600", "PJSIP/202-01", "10:00:00"),
    ("PJSIP/200-01", "601", "", "10:00:00"),
    ("PJSIP/200-02", "600", "", "10:00:09"),
]


def master(call: str, number: int, *, columns: int) -> str:
    channel, dst, dstchannel, clock = LEGS[number]
    start = f"2026-03-04 {clock}"
    fields = [
        "K1",
        "31640211",
        dst,
        "fra",
        "",
        channel,
        dstchannel,
        "Dial",
        "",
        start,
        "",
        start,
        "30",
        "0",
        "NO ANSWER",
        "DOCUMENTATION",
        call,
        "",
        "",
        call,
        str(number),
    ]
    return ",".join(f'"{field}"' for field in fields[:columns]) + "\n"


def keys(
    desk: Desk, files: str, columns: dict[str, str] | None = None
) -> list[tuple[str | None, str]]:
    """Call and leg of every record."""
    return desk.rows(desk.read(files, table="cdr", columns=columns or {}), "call_id", "leg")


@pytest.mark.parametrize("columns", [17, 18, 21])
def test_the_legs_of_a_call_in_master_csv_have_keys_of_their_own(desk: Desk, columns: int) -> None:
    desk.write(
        "Master.csv",
        "".join(
            master(f"17044417{call}.0", leg, columns=columns)
            for call in range(3)
            for leg in range(4)
        ),
    )
    found = keys(desk, "Master.csv")

    assert len(set(found)) == 12
    assert [call for call, _ in found] == [
        f"17044417{call}.0" for call in range(3) for _ in range(4)
    ]


@pytest.mark.parametrize("columns", [17, 21])
def test_the_same_record_twice_has_one_key(desk: Desk, columns: int) -> None:
    desk.write(
        "Master.csv", "".join(master("1704441791.0", leg, columns=columns) for leg in (0, 1, 0))
    )

    assert len(set(keys(desk, "Master.csv"))) == 2


def test_the_sequence_is_the_leg_even_if_all_else_is_the_same(desk: Desk) -> None:
    desk.write(
        "cdr.csv",
        "calldate;uniqueid;Sequence;src\n2026-03-04 10:00:00;1704441791.0;7;31640211\n2026-03-04"
        " 10:00:00;1704441791.0;8;31640211\n",
    )

    assert keys(desk, "cdr.csv", {"call_id": "uniqueid", "start_at": "calldate"}) == [
        ("1704441791.0", "7"),
        ("1704441791.0", "8"),
    ]


def test_a_table_of_freepbx_without_sequence_tells_legs_by_channel_destination_and_time(
    desk: Desk,
) -> None:
    rows = [("1704441791.0", *leg) for leg in (*LEGS, LEGS[0])]
    table = {
        header: [row[place] for row in rows]
        for place, header in enumerate(("uniqueid", "channel", "dst", "dstchannel", "calldate"))
    }
    pq.write_table(pa.table(table), desk.root / "cdr.parquet")

    assert len(set(keys(desk, "cdr.parquet", {"call_id": "uniqueid", "b_number": "dst"}))) == 4


@pytest.mark.parametrize("missing", ["", "\\N", "NULL"])
def test_a_record_without_uniqueid_has_no_key(desk: Desk, missing: str) -> None:
    desk.write(
        "cdr.csv",
        f"calldate;uniqueid;sequence\n2026-03-04 10:00:00;{missing};7\n2026-03-04"
        f" 10:00:00;1704441791.0;{missing}\n",
    )

    assert keys(desk, "cdr.csv", {"call_id": "uniqueid", "start_at": "calldate"}) == [
        (None, "7"),
        ("1704441791.0", "2026-03-04 10:00:00"),
    ]


def test_calls_of_other_systems_have_no_legs(desk: Desk) -> None:
    desk.write(
        "cdr.csv", "Opkaldsid;Sequence;Start\nA1;7;2026-03-04 10:00:00\nA1;8;2026-03-04 10:00:00\n"
    )

    assert (
        "leg"
        not in desk.read(
            "cdr.csv", table="cdr", columns={"call_id": "Opkaldsid", "start_at": "Start"}
        ).columns
    )
