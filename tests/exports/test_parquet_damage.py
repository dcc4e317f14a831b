"""A damaged Parquet file is refused by name, also where its reader notices nothing."""

from __future__ import annotations

import datetime as dt
import math
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from teleaudit.errors import ExportError
from teleaudit.exports.inspection import inspect_file
from teleaudit.readers.parquet_damage import refuse_damaged
from tests.exports.desk import Desk

ROWS = 400
TABLE = pa.table(
    {
        "Kundenr": [f"K{number:05}" for number in range(ROWS)],
        "Navn": [f"Navn nummer {number:03}" for number in range(ROWS)],
        "Saldo": list(range(ROWS)),
    }
)
PLAIN: dict[str, Any] = {"compression": "none", "use_dictionary": False}


def written(desk: Desk, table: pa.Table = TABLE, **how: Any) -> bytes:
    pq.write_table(table, desk.root / "a.parquet", **how)
    return (desk.root / "a.parquet").read_bytes()


def damage_of(desk: Desk, content: bytes) -> str:
    desk.write("a.parquet", content)
    said = desk.refusal("a.parquet", columns={"customer_id": "Kundenr"})
    assert said.startswith("a.parquet is damaged: ")
    assert "Navn nummer" not in said
    return said


def test_a_text_that_was_changed_beyond_the_statistics_is_noticed(desk: Desk) -> None:
    content = written(desk, **PLAIN)

    assert "do not agree with the statistics" in damage_of(
        desk, content.replace(b"Navn nummer 200", b"Mavn nummer 200", 1)
    )


def test_lengths_of_texts_that_were_changed_are_noticed(desk: Desk) -> None:
    content = written(desk, **PLAIN)
    first = content.index(b"Navn nummer 001") - 4
    for length in (0, 1, 14, 16, 200, 0x7FFFFFFF):
        damage_of(desk, content[:first] + length.to_bytes(4, "little") + content[first + 4 :])


def test_the_largest_value_that_is_gone_is_noticed(desk: Desk) -> None:
    content = written(desk, **PLAIN)
    last = content.index((ROWS - 2).to_bytes(8, "little")) + 8

    assert "do not agree with the statistics" in damage_of(
        desk, content[:last] + bytes(8) + content[last + 8 :]
    )


@pytest.mark.parametrize("compression", ["snappy", "zstd", "gzip"])
def test_a_compressed_page_that_was_cut_or_flipped_is_named(desk: Desk, compression: str) -> None:
    content = written(desk, compression=compression, write_page_checksum=True)
    for place in range(60, 2_000, 97):
        damage_of(desk, content[:place] + bytes([content[place] ^ 0xFF]) + content[place + 1 :])


def test_with_checksums_every_changed_value_is_noticed(desk: Desk) -> None:
    content = written(desk, **PLAIN, write_page_checksum=True)
    for number in range(50, ROWS, 50):
        damage_of(
            desk,
            content.replace(
                f"Navn nummer {number:03}".encode(), f"Navn nummeR {number:03}".encode(), 1
            ),
        )


def test_inspect_names_it_too(desk: Desk) -> None:
    content = written(desk, **PLAIN)
    place = content.index(b"K00000") - 12
    file = desk.write("a.parquet", content[:place] + b"\xff" * 20 + content[place + 20 :])
    with pytest.raises(ExportError, match=r"a\.parquet is damaged"):
        inspect_file(file)


def test_a_file_cut_short_is_named(desk: Desk) -> None:
    content = written(desk)
    for size in (8, 100, len(content) - 1):
        desk.write("a.parquet", content[:size])
        assert (
            desk.refusal("a.parquet", columns={"customer_id": "Kundenr"})
            == "a.parquet is no complete Parquet file. Export it again."
        )


LONG = ["b" * 9_000, "ø" * 70, "", None]
SOUND = {
    "texts": LONG,
    "floats": [1.5, math.nan, -0.0, None],
    "not a number": [math.nan, math.nan, None, math.nan],
    "dates": [dt.date(2026, 2, 13), None, dt.date(1, 1, 1), dt.date(9999, 12, 31)],
    "truths": [True, None, False, True],
    "nothing": [None, None, None, None],
    "nested": [{"a": 1, "b": ["x"]}, None, {"a": None, "b": []}, {"a": 2, "b": None}],
    "times": [dt.datetime(2026, 2, 13, 14, tzinfo=dt.UTC), None, None, None],
}


@pytest.mark.parametrize("writer", ["pyarrow", "duckdb"])
@pytest.mark.parametrize("name", SOUND)
def test_what_is_sound_is_read(tmp_path: Path, name: str, writer: str) -> None:
    sound = pa.table({"id": ["1", "2", "3", "4"], name: SOUND[name]})
    file = tmp_path / "a.parquet"
    if writer == "pyarrow":
        pq.write_table(sound, file, row_group_size=3)
    else:
        duckdb.execute("COPY (SELECT * FROM sound) TO $file", {"file": str(file)})

    refuse_damaged(file, "a.parquet")


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    texts=st.lists(st.none() | st.text(max_size=80), min_size=1, max_size=30),
    numbers=st.integers(1, 5),
)
def test_whatever_is_written_is_no_damage(
    tmp_path: Path, texts: list[str | None], numbers: int
) -> None:
    file = tmp_path / "a.parquet"
    pq.write_table(
        pa.table({"a": pa.array(texts, pa.string()), "n": list(range(len(texts)))}),
        file,
        row_group_size=numbers,
    )
    refuse_damaged(file, "a.parquet")
    sound = pq.read_table(file)
    assert sound.num_rows == len(texts)
    duckdb.execute("COPY (SELECT * FROM sound) TO $file", {"file": str(file)})
    refuse_damaged(file, "a.parquet")
