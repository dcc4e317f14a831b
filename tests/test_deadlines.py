"""Calendar arithmetic: the examples of the method, and one answer from Python and from SQL."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

from teleaudit.rules.deadlines import Period

_DATES = st.dates(min_value=dt.date(1990, 1, 1), max_value=dt.date(2100, 12, 31))
_PERIODS = st.builds(Period, months=st.integers(0, 1200), days=st.integers(0, 3650))


@pytest.fixture(scope="module")
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(":memory:", config={"threads": 1}) as connection:
        yield connection


@pytest.mark.parametrize(
    ("start", "period", "last_lawful_day"),
    [
        ("2025-11-22", "P1Y", "2026-11-22"),
        ("2025-11-21", "P1Y", "2026-11-21"),
        ("2024-02-29", "P1Y", "2025-02-28"),
        ("2024-02-29", "P4Y", "2028-02-29"),
        ("2023-02-28", "P1Y", "2024-02-28"),
        ("2020-12-31", "P5Y", "2025-12-31"),
        ("2021-06-30", "P5Y", "2026-06-30"),
        ("2026-01-31", "P1M", "2026-02-28"),
        ("2026-10-22", "P1M", "2026-11-22"),
        ("2026-03-31", "P6M", "2026-09-30"),
        ("2026-11-08", "P14D", "2026-11-22"),
        ("2026-10-23", "P30D", "2026-11-22"),
        ("2024-01-31", "P1M1D", "2024-03-01"),
        ("2026-11-22", "P0D", "2026-11-22"),
    ],
)
def test_a_period_ends_on_the_same_day_number_or_the_last_day_of_the_month(
    start: str, period: str, last_lawful_day: str
) -> None:
    assert Period.parse(period).after(dt.date.fromisoformat(start)).isoformat() == last_lawful_day


@given(_DATES, _PERIODS)
def test_python_and_sql_give_the_same_day(
    connection: duckdb.DuckDBPyConnection, start: dt.date, period: Period
) -> None:
    asked = connection.execute(
        f"SELECT {period.sql('start')} FROM (SELECT ?::DATE AS start)", [start]
    ).fetchone()
    assert asked == (period.after(start),)


@given(_DATES, _PERIODS)
def test_a_deadline_never_comes_before_its_start_nor_does_a_longer_period_end_earlier(
    start: dt.date, period: Period
) -> None:
    assert (
        start
        <= period.after(start)
        < Period(months=period.months, days=period.days + 1).after(start)
    )


def test_a_missing_date_has_no_deadline(connection: duckdb.DuckDBPyConnection) -> None:
    assert connection.execute(
        f"SELECT {Period(months=1, days=1).sql('CAST(NULL AS DATE)')}"
    ).fetchone() == (None,)


@given(st.integers(0, 99), st.integers(0, 999), st.integers(0, 9999))
def test_a_period_is_read_from_its_iso_form(years: int, months: int, days: int) -> None:
    assert Period.parse(f"P{years}Y{months}M{days}D") == Period(
        months=12 * years + months, days=days
    )


_NO_PERIODS = [
    "",
    "P",
    "5Y",
    "p5y",
    "P5",
    "P-5Y",
    "P5YT1H",
    "PT24H",
    "P1W",
    "P1D1Y",
    "P1.5Y",
    "P5Y ",
    " P5Y",
    "P5Y\n",
    "P1000Y",
    "5 years",
    "P\N{ARABIC-INDIC DIGIT FIVE}Y",
]


@pytest.mark.parametrize("text", _NO_PERIODS)
def test_what_is_no_period_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is not a period like P5Y, P18M or P14D"):
        Period.parse(text)
