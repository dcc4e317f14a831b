"""What executors count of parts of the rows adds up to what DuckDB counts of all, by value and row by row."""

from __future__ import annotations

import random

import duckdb
import pyarrow as pa
import pytest

from teleaudit.detectors import browsing_candidate_sql, card_candidate_sql, cpr_candidate_sql, message_candidate_sql
from teleaudit.engines import spark_counting
from teleaudit.expectations.metrics import AGGREGATE, CELL, MATCHING, Asked
from teleaudit.samples import invented
from tests.engines.tables import hard_texts

DICE = random.Random(20261123)  # noqa: S311 (invented texts)
ROWS = 24_000
CELLS = ('CAST("Felt ""1""" AS VARCHAR)', 'CAST("call_id" AS VARCHAR)', 'CASE WHEN "tal" > 1 THEN CAST("tal" AS VARCHAR) END')
CONDITIONS = (card_candidate_sql(CELL), cpr_candidate_sql(CELL), message_candidate_sql(CELL), browsing_candidate_sql(CELL, name=""), f"({CELL} IS NOT NULL)")


def counted(condition: str) -> str:
    return f"count(*) FILTER (WHERE {condition})"


ASKED = [
    Asked(AGGREGATE, counted("regexp_matches(call_id, '7$')")),
    *(Asked(MATCHING, counted(condition.replace(CELL, cell)), cell, condition) for cell in CELLS for condition in CONDITIONS),
]


@pytest.fixture(scope="module")
def records() -> pa.Table:
    texts = [*hard_texts(DICE, 500), *(invented.card_number(DICE, "4571") for _ in range(20)), "Hej mor, vi ses i morgen", "240747-1234", "forum.example.dk", "", None]
    calls = [f"c{place:07}" for place in range(ROWS)]
    return pa.table({'Felt "1"': DICE.choices(texts, k=ROWS), "call_id": calls, "tal": pa.array(DICE.choices([1, None, 4571], k=ROWS), pa.int64())})


@pytest.mark.parametrize("rows", [1, 1_000, 11_000, 100_000])
@pytest.mark.parametrize("asked", [ASKED, ASKED[:1], ASKED[5:6]])
def test_parts_add_up(monkeypatch: pytest.MonkeyPatch, records: pa.Table, rows: int, asked: list[Asked]) -> None:
    part = records.slice(0, 40) if rows == 1 else records
    monkeypatch.setattr(spark_counting, "_ROWS", rows)
    (found,) = spark_counting.count_part(iter(part.to_batches(max_chunksize=max(rows // 3, 1))), names=part.column_names, asked=asked)
    (expected,) = duckdb.execute(f"SELECT {', '.join(each.expression for each in asked)} FROM part").fetchall()
    assert found.to_pydict() == {"place": list(range(len(asked))), "rows": list(expected)}
    assert any(expected)


def test_no_rows_are_counted_as_none() -> None:
    (found,) = spark_counting.count_part(iter(()), names=["call_id"], asked=ASKED[:2])
    assert found.to_pydict() == {"place": [0, 1], "rows": [0, 0]}
