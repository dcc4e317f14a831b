"""Calendar arithmetic of retention.

Retention is counted in whole calendar dates, never in seconds or 365-day years. A period ends on
the same day number n months later or, where that day does not exist, on the last day of that month:
29-02-2024 plus one year is 28-02-2025. The day the period ends is itself lawful; a record is
overdue from the next day.

Source: for periods of EU law, Regulation 1182/71 art. 3; for the operators' own periods the same
rule is a method choice that the report prints.
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass

from dateutil.relativedelta import relativedelta

_ISO_PERIOD = re.compile(
    r"P(?=\d)(?:(?P<years>\d{1,3})Y)?(?:(?P<months>\d{1,4})M)?(?:(?P<days>\d{1,5})D)?", re.ASCII
)
_A_LEAP_YEAR = [dt.date(2024, 1, 1) + dt.timedelta(days=day) for day in range(366)]


@dataclass(frozen=True, kw_only=True)
class Period:
    """A retention period in calendar months and days."""

    months: int = 0
    days: int = 0

    @classmethod
    def parse(cls, text: str) -> Period:
        """The period of an ISO 8601 duration in years, months and days: ``P5Y``, ``P1Y6M``,
        ``P14D``.

        Raises: ValueError.
        """
        match = _ISO_PERIOD.fullmatch(text)
        if match is None:
            msg = f"'{text}' is not a period like P5Y, P18M or P14D"
            raise ValueError(msg)
        part = {name: int(value or 0) for name, value in match.groupdict().items()}
        return cls(months=12 * part["years"] + part["months"], days=part["days"])

    def after(self, start: dt.date) -> dt.date:
        """The last lawful day of a period that starts to run on ``start``."""
        return start + relativedelta(months=self.months) + relativedelta(days=self.days)

    def sql(self, column: str) -> str:
        """``after`` in DuckDB's SQL, for a date column or expression; null stays null."""
        steps = "".join(
            f" + INTERVAL '{n}' {unit}"
            for n, unit in ((self.months, "MONTH"), (self.days, "DAY"))
            if n
        )
        return f"CAST({column}{steps} AS DATE)"


def can_end_before(one: str, other: str) -> bool:
    """Whether an ISO period may end before another that begins on the same day."""
    first, second = Period.parse(one), Period.parse(other)
    return any(first.after(day) < second.after(day) for day in _A_LEAP_YEAR)
