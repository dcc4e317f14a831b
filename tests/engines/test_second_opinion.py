"""Great Expectations' own expectations on its pandas engine count what ours count: another
library's words, another engine's arithmetic.
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import great_expectations as gx
import pandas as pd
import pyarrow.parquet as pq
import pytest
from great_expectations import expectations as gxe

from teleaudit.checks.runner import CheckRunner
from teleaudit.exports.reading import ReadExport
from teleaudit.schema import TABLES
from tests.engines.tables import make_round
from tests.shared_engine import shared_engine
from tests.spec import AS_OF, PARAMETERS, Answered, audit_of, known_suites, set_to

SEEDS = (1, pytest.param(2, marks=pytest.mark.deep))
ROWS = 400
TABLE_OF = {"BIZ-ret-7.unbilled": "cdr"}  # where the check is not named after it
_FIRST = dt.date(1990, 1, 1)
_DAY = dt.timedelta(days=1)
_IN_TEN_YEARS = AS_OF.replace(year=AS_OF.year + 10)


class Opinion:
    """One round's exports: what we answer, and what Great Expectations finds unexpected."""

    def __init__(self, seed: int, folder: Path) -> None:
        self.folder = folder
        self.exports = {
            export.table: export for export in make_round(seed, folder, rows=ROWS, complete=True)
        }

    def table(self, name: str) -> pd.DataFrame:
        """A table's rows, numbered; its dates are Python's."""
        frame: pd.DataFrame = pq.read_table(self.exports[name].parquet[0]).to_pandas(
            date_as_object=True, timestamp_as_object=True, integer_object_nulls=True
        )
        return frame

    def ours(self, check: str, *tables: str) -> Answered:
        """The check's result where only these tables were handed in."""
        exports: list[ReadExport] = [self.exports[table] for table in tables]
        parameters = PARAMETERS | {"traffic_data_unbilled": set_to("P30D")}
        with shared_engine() as engine:
            results = CheckRunner(
                audit_of(parameters), known_suites(), exports, engine, as_of=AS_OF
            ).run_data_set(TABLE_OF.get(check) or check.rpartition(".")[2])
        return next(Answered(**vars(result)) for result in results if result.id == check)

    def theirs(self, frame: pd.DataFrame, *expectations: Any) -> set[int]:
        """The numbers of the rows that any of the expectations does not expect."""
        found: set[int] = set()
        for expectation in expectations if len(frame) else ():  # of no rows it tells no numbers
            result = self._batch(frame).validate(
                expectation, result_format={"result_format": "COMPLETE"}
            )
            found |= set(result.result["unexpected_index_list"] or ())  # absent where it raised
        return found

    def _batch(self, frame: pd.DataFrame) -> Any:
        return (
            gx.get_context(mode="ephemeral")
            .data_sources.add_pandas("pandas")
            .add_dataframe_asset("frame")
            .add_batch_definition_whole_dataframe("whole")
            .get_batch({"dataframe": frame})
        )


@pytest.fixture(scope="module", params=SEEDS)
def opinion(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Opinion:
    return Opinion(request.param, tmp_path_factory.mktemp("opinion"))


def between(column: str, first: Any, last: Any) -> Any:
    return gxe.ExpectColumnValuesToBeBetween(column=column, min_value=first, max_value=last)


def in_order(frame: pd.DataFrame, earlier: str, later: str) -> list[Any]:
    if not {earlier, later} <= set(frame.columns):
        return []
    return [
        gxe.ExpectColumnPairValuesAToBeGreaterThanB(
            column_A=later, column_B=earlier, or_equal=True, ignore_row_if="either_value_is_missing"
        )
    ]


@pytest.mark.parametrize("table", ["crm_contact", "subscription", "legal_hold", "invoice"])
def test_they_find_as_many_repeated_keys(opinion: Opinion, table: str) -> None:
    frame = opinion.table(table)
    (key,) = TABLES[table].key
    # every record of a group, the first included
    in_groups = opinion.theirs(frame, gxe.ExpectColumnValuesToBeUnique(column=key))
    missing = opinion.theirs(frame, gxe.ExpectColumnValuesToNotBeNull(column=key))
    ours = opinion.ours(f"HYG-key.{table}", table).answer
    assert (ours.population, ours.population - ours.assessable, ours.deviations) == (
        len(frame),
        len(missing),
        len(in_groups) - frame.loc[sorted(in_groups), key].nunique(),
    )


def test_they_find_as_many_repeated_keys_of_two_columns(opinion: Opinion) -> None:
    frame = opinion.table("financial_years")
    key = list(TABLES["financial_years"].key)
    in_groups = opinion.theirs(
        frame,
        gxe.ExpectCompoundColumnsToBeUnique(column_list=key, ignore_row_if="any_value_is_missing"),
    )
    ours = opinion.ours("HYG-key.financial_years", "financial_years").answer
    assert ours.deviations == len(in_groups) - len(
        frame.loc[sorted(in_groups), key].drop_duplicates()
    )


@pytest.mark.parametrize("table", ["crm_contact", "subscription", "agreement", "legal_hold"])
def test_they_find_as_many_impossible_dates(opinion: Opinion, table: str) -> None:
    frame = opinion.table(table)
    dates = [
        column
        for column in TABLES[table].columns
        if column.kind == "date" and column.name in frame.columns
    ]
    ranges = [
        between(column.name, _FIRST, _IN_TEN_YEARS if column.open_end else AS_OF + _DAY)
        for column in dates
    ]
    marks = gxe.ExpectColumnValuesToNotMatchRegex(
        column="_issues",
        regex=(
            rf"(?:^|;)(?:{'|'.join(column.name for column in dates)})=(?:unreadable|zero|gap)(?:;|$)"
        ),
    )
    pairs = [
        pair
        for earlier, later in (
            ("valid_from", "valid_to"),
            ("valid_from", "ended_at"),
            ("start_date", "end_date"),
            ("start", "end"),
            ("signed_at", "ended_at"),
        )
        for pair in in_order(frame, earlier, later)
    ]
    assert opinion.ours(f"HYG-dates.{table}", table).answer.deviations == len(
        opinion.theirs(frame, *ranges, *pairs, marks)
    )


def test_they_find_as_many_lengths_that_cannot_be(opinion: Opinion) -> None:
    frame = opinion.table("cdr")
    given = [
        between(column, 0, 86400) for column in ("duration_s", "billsec") if column in frame.columns
    ]
    assert opinion.ours("HYG-duration.cdr", "cdr").answer.deviations == len(
        opinion.theirs(frame, *given, *in_order(frame, "billsec", "duration_s"))
    )


def test_they_find_as_many_former_customers_without_an_end(opinion: Opinion) -> None:
    frame = (
        opinion.table("crm_customer").dropna(subset="customer_id").drop_duplicates("customer_id")
    )
    # with customers alone, only who is said to have left lacks an end
    frame = frame.assign(_issues=None, status="ophørt")
    file = opinion.folder / "customers.parquet"
    frame.to_parquet(file)
    export = opinion.exports["crm_customer"]
    opinion.exports["known_customers"] = ReadExport(
        **vars(export)
        | {"parquet": (file,), "columns": tuple(dict.fromkeys((*export.columns, "status")))}
    )
    without_end = opinion.theirs(frame, gxe.ExpectColumnValuesToNotBeNull(column="end_date"))
    assert opinion.ours("HYG-end-date.crm_customer", "known_customers").answer.deviations == len(
        without_end
    )


def test_they_find_as_many_calls_kept_past_a_fixed_deadline(opinion: Opinion) -> None:
    calls = opinion.table("cdr").dropna(subset="start_at")
    calls = calls[calls["invoice_id"].isna()]
    calls = calls.assign(call_date=[moment.date() for moment in calls["start_at"]])
    possible = calls[[_FIRST <= day <= AS_OF + _DAY for day in calls["call_date"]]]
    assert opinion.ours("BIZ-ret-7.unbilled", "cdr").answer.deviations == len(
        opinion.theirs(possible, between("call_date", AS_OF - 30 * _DAY, None))
    )
