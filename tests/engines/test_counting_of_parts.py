"""What executors count of parts of the rows adds up to what DuckDB counts of all, by value and row
by row.
"""

from __future__ import annotations

import random
import subprocess
import sys

import duckdb
import pyarrow as pa
import pytest

from teleaudit.counting import CELL
from teleaudit.detectors import (
    browsing_candidate_sql,
    card_candidate_sql,
    cpr_candidate_sql,
    message_candidate_sql,
)
from teleaudit.engines.spark import parts
from teleaudit.engines.spark.parts import Counted
from teleaudit_samples import invented
from tests.engines.tables import hard_texts

DICE = random.Random(20261123)  # noqa: S311 (invented texts)
ROWS = 24_000
CELLS = (
    'CAST("Felt ""1""" AS VARCHAR)',
    'CAST("call_id" AS VARCHAR)',
    'CASE WHEN "tal" > 1 THEN CAST("tal" AS VARCHAR) END',
)
CONDITIONS = (
    card_candidate_sql(CELL),
    cpr_candidate_sql(CELL),
    message_candidate_sql(CELL),
    browsing_candidate_sql(CELL, name=""),
    f"({CELL} IS NOT NULL)",
)


def counted(condition: str) -> str:
    return f"count(*) FILTER (WHERE {condition})"


ASKED = [
    Counted(counted("regexp_matches(call_id, '7$')")),
    *(
        Counted(counted(condition.replace(CELL, cell)), cell, condition)
        for cell in CELLS
        for condition in CONDITIONS
    ),
]


@pytest.fixture(scope="module")
def records() -> pa.Table:
    texts = [
        *hard_texts(DICE, 500),
        *(invented.card_number(DICE, "4571") for _ in range(20)),
        "Hej mor, vi ses i morgen",
        "240747-1234",
        "forum.example.dk",
        "",
        None,
    ]
    calls = [f"c{place:07}" for place in range(ROWS)]
    return pa.table(
        {
            'Felt "1"': DICE.choices(texts, k=ROWS),
            "call_id": calls,
            "tal": pa.array(DICE.choices([1, None, 4571], k=ROWS), pa.int64()),
        }
    )


@pytest.mark.parametrize("rows", [1, 1_000, 11_000, 100_000])
@pytest.mark.parametrize("asked", [ASKED, ASKED[:1], ASKED[5:6]])
def test_parts_add_up(
    monkeypatch: pytest.MonkeyPatch, records: pa.Table, rows: int, asked: list[Counted]
) -> None:
    part = records.slice(0, 40) if rows == 1 else records
    monkeypatch.setattr(parts, "_ROWS", rows)
    (found,) = parts.count_part(
        iter(part.to_batches(max_chunksize=max(rows // 3, 1))), names=part.column_names, asked=asked
    )
    (expected,) = duckdb.execute(
        f"SELECT {', '.join(each.expression for each in asked)} FROM part"
    ).fetchall()
    assert found.to_pydict() == {"place": list(range(len(asked))), "rows": list(expected)}
    assert any(expected)


def test_no_rows_are_counted_as_none() -> None:
    (found,) = parts.count_part(iter(()), names=["call_id"], asked=ASKED[:2])
    assert found.to_pydict() == {"place": [0, 1], "rows": [0, 0]}


@pytest.mark.parametrize("rows", [50, 100_000])
@pytest.mark.parametrize("condition", CONDITIONS)
def test_the_rows_that_meet_a_condition_are_those_that_are_counted(
    monkeypatch: pytest.MonkeyPatch, records: pa.Table, rows: int, condition: str
) -> None:
    monkeypatch.setattr(parts, "_ROWS", rows)
    cells = records.select(["call_id", 'Felt "1"']).slice(0, 1_500)
    found = [
        row
        for batch in parts.matching_part(
            iter(cells.to_batches(max_chunksize=50)), condition=condition.replace(CELL, "cell")
        )
        for row in batch.to_pylist()
    ]
    told = condition.replace(CELL, 'CAST("Felt ""1""" AS VARCHAR)')
    expected = duckdb.execute(
        f'SELECT call_id AS record, "Felt ""1""" AS cell FROM cells WHERE {told} ORDER BY ALL'
    ).fetchall()
    assert sorted((row["record"], row["cell"]) for row in found) == expected
    assert expected


def test_executors_and_who_asks_for_a_session_need_no_great_expectations() -> None:
    asked = (
        "teleaudit.engines.spark.parts, teleaudit.detectors.judge,"
        " teleaudit.engines.spark.reading, teleaudit.engines.spark.blocks,"
        " teleaudit.engines.spark.session"
    )
    told = subprocess.run(
        [sys.executable, "-c", f"import sys, {asked}; print('great_expectations' in sys.modules)"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert told.stdout.strip() == "False"
