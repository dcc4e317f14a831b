"""The calendar of retention in plain Python, as a person would count on paper.

Written apart from the engine, so that the two can disagree.
"""

from __future__ import annotations

import calendar
import datetime as dt

AS_OF = dt.date(2026, 11, 22)
OPEN_END = dt.date(9999, 12, 31)
FIRST_POSSIBLE = dt.date(1990, 1, 1)
# The clocks of 2026: on the first the hour from 02:00 does not exist, on the second it comes twice.
SPRING_SUNDAY = dt.date(2026, 3, 29)
AUTUMN_SUNDAY = dt.date(2026, 10, 25)
CHANGING_HOUR = 2

FinancialYears = tuple[tuple[dt.date, dt.date], ...]

CALENDAR_YEARS: FinancialYears = tuple(
    (dt.date(year, 1, 1), dt.date(year, 12, 31)) for year in range(2012, 2027)
)
# Calendar years until 2020, then a changed year (omlægning) of 18 months, then July to June.
CHANGED_YEARS: FinancialYears = (
    *((dt.date(year, 1, 1), dt.date(year, 12, 31)) for year in range(2012, 2021)),
    (dt.date(2021, 1, 1), dt.date(2022, 6, 30)),
    *((dt.date(year, 7, 1), dt.date(year + 1, 6, 30)) for year in range(2022, 2027)),
)


def years_after(day: dt.date, years: int) -> dt.date:
    """The same day that many years later; 28 February where there is no 29."""
    year = day.year + years
    return dt.date(year, day.month, min(day.day, calendar.monthrange(year, day.month)[1]))


def days_after(day: dt.date, days: int) -> dt.date:
    """That many days later."""
    return day + dt.timedelta(days=days)


def financial_year_end(day: dt.date, years: FinancialYears) -> dt.date | None:
    """Last day of the financial year that contains the day."""
    return next((end for start, end in years if start <= day <= end), None)


def month_end(day: dt.date) -> dt.date:
    """Last day of the month."""
    return day.replace(day=calendar.monthrange(day.year, day.month)[1])
