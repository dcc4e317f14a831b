"""Denmark's public holidays, as the library ``holidays`` knows them: Store bededag until 2023, no
day that is free by custom alone.
"""

from __future__ import annotations

from functools import cache

YEARS = range(1990, 2101)  # for which periods are counted, views/non_working_day.sql


@cache
def public_holidays() -> str:
    """Every public holiday of those years, as ISO dates with a space between."""
    # loads the calendars of all countries, which takes as long as pandas does
    from holidays import PUBLIC, country_holidays

    return " ".join(
        day.isoformat() for day in sorted(country_holidays("DK", years=YEARS, categories=PUBLIC))
    )
