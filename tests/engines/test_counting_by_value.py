"""Conditions asked once for each value of a column give the same numbers as asked of every row."""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pandas as pd
import pytest

from teleaudit.counting import CELL, Condition, is_low_cardinality
from teleaudit.detectors import (
    browsing_candidate_sql,
    card_candidate_sql,
    cpr_candidate_sql,
    message_candidate_sql,
)
from teleaudit.engines.duckdb import DuckDBEngine
from teleaudit_samples import invented
from tests.engines.tables import hard_texts
from tests.spec import spec

DICE = random.Random(20261122)  # noqa: S311 (invented texts)
ROWS = 20_000


@pytest.fixture
def running(tmp_path: Path) -> Iterator[DuckDBEngine]:
    """Call records with hard texts that repeat, a number of their own each, nothing at all, and
    whole numbers.
    """
    texts = [
        *hard_texts(DICE, 500),
        *(invented.card_number(DICE, "4571") for _ in range(20)),
        "Hej mor, vi ses i morgen",
        "240747-1234",
        "forum.example.dk",
        "",
        None,
    ]
    calls = {
        'Felt "1"': DICE.choices(texts, k=ROWS),
        "call_id": [f"c{place:07}" for place in range(ROWS)],
        "tom": [None] * ROWS,
        "tal": DICE.choices([1, None, 4571], k=ROWS),
    }
    with closing(DuckDBEngine(spill=tmp_path, memory_limit="500MB", threads=1)) as running:
        running.add_frame("cdr", pd.DataFrame(calls, dtype="object").astype({"tal": "Int64"}))
        yield running


def test_every_detectors_candidates_are_as_many(running: DuckDBEngine) -> None:
    cells = (
        'CAST("Felt ""1""" AS VARCHAR)',
        "call_id",
        "CAST(tom AS VARCHAR)",
        "CASE WHEN tal > 1 THEN CAST(tal AS VARCHAR) END",
    )
    wanted = [
        card_candidate_sql(CELL),
        cpr_candidate_sql(CELL),
        message_candidate_sql(CELL),
        browsing_candidate_sql(CELL, name=""),
        f"({CELL} IS NOT NULL)",
    ]
    asked = [
        ((place, number), Condition(sql, cell, "export_cdr"))
        for place, cell in enumerate(cells)
        for number, sql in enumerate(wanted)
        if (place, number) != (3, 1)
    ]
    counted = running.count_by_value(asked)
    assert {place for place, _ in counted} == {0, 2, 3}  # every record has a number of its own
    (rows,) = running.fetch(
        "SELECT"
        f" {', '.join(f'count(*) FILTER (WHERE {asking.condition.replace(CELL, asking.cell)})' for _, asking in asked)}"
        " FROM export_cdr"
    )
    expected = dict(zip((key for key, _ in asked), rows, strict=True))
    assert counted == {key: expected[key] for key in counted}
    # the hard texts meet all, the whole numbers are filled
    assert sum(bool(number) for number in counted.values()) == 6


def test_two_queries_answer_for_all_columns(running: DuckDBEngine) -> None:
    running.scans.clear()
    running.count_by_value(
        [
            (column, Condition(f"({CELL} IS NULL)", column, "export_cdr"))
            for column in ("call_id", "tom", "tal")
        ]
    )
    assert running.scans == {"cdr": 2}
    running.count_by_value([("call_id", Condition("false", "call_id", "export_cdr"))])
    assert running.scans == {"cdr": 3}


def test_nothing_asked_is_nothing_read(running: DuckDBEngine) -> None:
    running.scans.clear()
    assert (running.count_by_value([]), running.scans) == ({}, {})


@pytest.mark.parametrize(
    ("values", "rows", "few"),
    [
        (0, 10_000, True),
        (1_000, 10_000, True),
        (1_001, 10_000, False),
        (9_999, 9_999, True),
        (1_000_001, 10**9, False),
        (10**6, 10**9, True),
    ],
)
def test_values_are_few_where_many_rows_share_them(values: int, rows: int, *, few: bool) -> None:
    assert is_low_cardinality(values, rows) is few


def test_a_check_answers_alike_where_values_repeat() -> None:
    card, text = invented.card_number(DICE, "4571"), "Hej mor, jeg er lidt forsinket, vi ses"
    rows = [("voice", "") for _ in range(10_000)]
    rows[17], rows[4_711] = (card, ""), ("voice", text)
    table = "\n".join(
        [
            "call_id | Felt | Felt 2",
            *(f"c{place:05} | {felt} | {note}" for place, (felt, note) in enumerate(rows)),
        ]
    )
    found = spec(
        "HYG-card.cdr", {"cdr": table}, engine="duckdb", deviating=["c00017"], population=10_000
    )
    assert found.answer.columns == {"Felt": 1}
    assert spec(
        "BIZ-tele-2.cdr", {"cdr": table}, engine="duckdb", deviating=["c04711"], population=10_000
    ).answer.columns == {"Felt 2": 1}
