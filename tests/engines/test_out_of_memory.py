"""Where neither memory nor disk is left, a run ends in words; no check is called wrong, and none
looks answered.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import great_expectations as gx
import pandas as pd
import pytest

from teleaudit.engines.duckdb import DuckDBEngine
from teleaudit.errors import UserError
from teleaudit.expectations.unique_key import ExpectUniqueKey

ROWS = 3_000_000
_WORDS = "DuckDB ran out of memory"


@pytest.fixture
def small(tmp_path: Path) -> Iterator[DuckDBEngine]:
    engine = DuckDBEngine(spill=tmp_path, memory_limit="16MB", threads=1)
    with engine.cursor() as cursor:
        cursor.execute("SET max_temp_directory_size = '1MB'")
    engine.add_frame("cdr", pd.DataFrame({"call_id": range(ROWS)}))
    engine._connection.execute("CREATE VIEW cdr AS SELECT * FROM export_cdr")
    yield engine
    engine.close()


def _shared_scan(small: DuckDBEngine) -> None:
    unique = ExpectUniqueKey(relation="export_cdr", key=["call_id"], meta={"id": "HYG-key.cdr"})
    small.validate("cdr", gx.ExpectationSuite(name="cdr", expectations=[unique]))


def _fetch(small: DuckDBEngine) -> None:
    list(small.fetch("SELECT call_id FROM export_cdr ORDER BY reverse(call_id)"))


def _keep(small: DuckDBEngine) -> None:
    small.keep("kept", "SELECT call_id || call_id AS twice FROM export_cdr")


@pytest.mark.parametrize("ask", [_shared_scan, _fetch, _keep])
def test_the_run_ends_in_words(small: DuckDBEngine, ask: Callable[[DuckDBEngine], None]) -> None:
    with pytest.raises(UserError, match=_WORDS):
        ask(small)


def test_nothing_is_asked_any_more(small: DuckDBEngine) -> None:
    with pytest.raises(UserError, match=_WORDS):
        _shared_scan(small)
    with pytest.raises(UserError, match=_WORDS):
        list(small.fetch("SELECT 1"))
