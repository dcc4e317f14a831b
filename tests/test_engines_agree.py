"""DuckDB and Spark answer the same, whatever stands in the exports.

What the right answer is, the specs say.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pandas as pd
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from teleaudit.checks.runner import CheckRunner
from teleaudit.engines.engine import Engine
from teleaudit.rules.suites import TOPICS, Topic
from teleaudit.rules.verdicts import Verdict
from tests.engines.tables import make_round
from tests.spec import (
    AS_OF,
    ENGINES,
    PARAMETERS,
    Answered,
    Listed,
    audit_of,
    known_suites,
    only,
    spark_engine,
)

pytestmark = pytest.mark.spark
_AS_OF_DATES = (
    AS_OF,
    dt.date(2024, 2, 29),
    dt.date(2025, 2, 28),
    dt.date(2025, 12, 31),
    dt.date(2026, 1, 1),
    dt.date(2026, 3, 31),
)


def disagreements(
    seed: int,
    as_of: dt.date,
    *,
    rows: int,
    suites: frozenset[str],
    topics: Sequence[Topic] = TOPICS,
) -> dict[str, list[str]]:
    """By check, in what the engines differ about a round of exports."""
    asked = [suite for suite in known_suites() if suite.name in suites]
    with TemporaryDirectory() as folder:
        exports = make_round(seed, Path(folder), rows=rows)

        def answered(make_engine: Callable[[Path], Engine]) -> dict[str, Answered]:
            with closing(make_engine(Path(folder, "spill"))) as engine:
                listed = Listed()
                results = CheckRunner(
                    audit_of(PARAMETERS), asked, exports, engine, as_of=as_of
                ).run(topics, worklist=listed)
                return {result.id: listed.complete(result) for result in results}

        one, other = answered(ENGINES["duckdb"]), answered(spark_engine)
    assert one.keys() == other.keys()
    # whatever stands in an export can be judged, or is said not to be
    assert not [check for check in one if one[check].verdict is Verdict.ERROR]
    return {check: found for check in one if (found := differing(one[check], other[check]))}


def differing(one: Answered, other: Answered) -> list[str]:
    """In what two answers differ; of deviations how many there are and the place of the first that
    differs, never which.
    """
    told = [
        f"{name}: {left!r}, {right!r}"
        for name in vars(one)
        if name not in {"check", "worst", "deviations"}
        and (left := getattr(one, name)) != (right := getattr(other, name))
    ]
    if one.deviations != other.deviations:
        pairs: Any = enumerate(zip(one.deviations, other.deviations, strict=False))
        place = next(
            (place for place, (left, right) in pairs if left != right), "the end of the shorter"
        )
        told.append(
            f"deviations: {len(one.deviations)}, {len(other.deviations)}; they part at {place}"
        )
    return told + (["worst"] if one.worst != other.worst else [])


@pytest.mark.deep
def test_engines_agree_about_checks_of_requests_and_of_calls() -> None:
    assert (
        disagreements(
            20261122,
            AS_OF,
            rows=100,
            suites=frozenset({"kazoom"}),
            topics=("rights", "message_content"),
        )
        == {}
    )


def test_one_customer_with_half_the_calls_is_judged_like_any_other() -> None:
    calls = 22_000  # of which half are more than the driver sorts itself
    ended = pd.Timestamp("2020-03-31")
    owner = [f"K{1 if number % 2 else number % 40:03}" for number in range(calls)]
    frames = {
        "crm_customer": pd.DataFrame({"customer_id": sorted(set(owner)), "end_date": ended}),
        "legal_hold": pd.DataFrame(
            {
                "hold_id": ["H1"],
                "customer_id": ["K001"],
                "start": pd.Timestamp("2020-01-01"),
                "end": pd.NaT,
                "reason": ["x"],
                "approved_by": ["y"],
            }
        ),
        "cdr": pd.DataFrame(
            {
                "call_id": range(calls),
                "customer_id": owner,
                "start_at": pd.Timestamp("2019-05-05 10:00"),
                "invoice_id": None,
            }
        ),
    }
    asked = [only(suite, "BIZ-ret-7.unbilled") for suite in known_suites()]
    found = {}
    for name, make_engine in ENGINES.items():
        with TemporaryDirectory() as folder, closing(make_engine(Path(folder, "spill"))) as engine:
            listed = Listed()
            (result,) = CheckRunner(
                audit_of(PARAMETERS), asked, (), engine, as_of=AS_OF, frames=frames
            ).run(worklist=listed)
            found[name] = listed.complete(result)
    assert differing(found["duckdb"], found["spark"]) == []
    assert (
        found["duckdb"].answer.population,
        len(found["duckdb"].deviations),
        found["duckdb"].answer.exempted,
    ) == (calls, calls // 2, calls // 2)


@pytest.mark.deep
@pytest.mark.timeout(1800)
# a round takes too long to be made smaller
@settings(
    max_examples=1,  # a quarter of an hour on a busy machine
    deadline=None,
    database=None,
    phases=(Phase.generate,),
    suppress_health_check=list(HealthCheck),
)
@given(seed=st.integers(0, 2**32 - 1), as_of=st.sampled_from(_AS_OF_DATES))
def test_engines_agree_about_every_check_whatever_the_exports_hold(
    seed: int, as_of: dt.date
) -> None:
    assert (
        disagreements(seed, as_of, rows=1_000, suites=frozenset({"bizzy", "kazoom", "baseline"}))
        == {}
    )
