"""Deviations come in the order of their keys, few or many, on every engine."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pandas as pd

from tests.spec import ENGINES

KEYS = ["b", None, "Å", "a|2", "Ø", "a", "aa", "æ", "🙂", "B", "ﬀ", ""]
# by their code points, which is by their bytes in UTF-8
IN_ORDER = ["", "B", "a", "aa", "a|2", "b", "Å", "Ø", "æ", "ﬀ", "🙂", None]


def test_rows_are_sorted_by_their_columns_and_nulls_are_last_few_or_many(
    engine: str, tmp_path: Path
) -> None:
    with closing(ENGINES[engine](tmp_path)) as running:
        running.add_frame(
            "crm_customer",
            pd.DataFrame({"customer_id": KEYS * 2, "notes": ["2"] * len(KEYS) + ["1"] * len(KEYS)}),
        )
        for told in (2 * len(KEYS), 10_001):
            rows = list(
                running.fetch_sorted(
                    "SELECT customer_id AS record_key, notes AS due FROM export_crm_customer", told
                )
            )
            assert rows == [(key, due) for key in IN_ORDER for due in ("1", "2")]
