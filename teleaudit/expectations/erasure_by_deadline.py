"""Records are erased when their retention period has run out.

The last day of the period is itself lawful: a record deviates from the next day. Where the text of
a clause allows a strict and a lenient reading, the lenient day is the deadline and the strict one
stands under ``legal``; so does what is past the deadline while a ground may hold that only a lawyer
can weigh.

Source: calendar arithmetic in ``deadlines.py``; which period, from which event, is the suite's.
Left out:
1. a start date before 1990 or later than the day after the audit is no date to count from: not
   assessable; the end of a
   financial year that still runs does lie ahead;
2. what the clause calls exempt is judged per record, never per customer.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from teleaudit.expectations.rows import ExpectRowsToSatisfy, left_to_a_lawyer
from teleaudit.expectations.suspension import suspension_in_doubt
from teleaudit.rules.deadlines import Period
from teleaudit.rules.verdicts import Answer

# no operator of the present market holds older customer data
EARLIEST_PLAUSIBLE = "DATE '1990-01-01'"
MAY_LIE_AHEAD = frozenset(
    {"financial_year_end", "invoice_fye", "relationship_fye", "payment_deadline"}
)


class ExpectErasureByDeadline(ExpectRowsToSatisfy):
    """No record is kept past the last day of its period.

    Most records have no deadline yet, or one that lies ahead: how many are kept too long is told
    among those whose deadline has passed.
    """

    violates: str = "false"
    starts_at: str = ""
    period: str = ""

    def code(self) -> str:
        """The code of a row, odd where its deadline has passed."""
        return f"2 * ({super().code()}) + CASE WHEN {self.violates} THEN 1 ELSE 0 END"

    def answer(self, codes: Mapping[int, int]) -> Answer:
        """The numbers, and what became of the records whose deadline has passed.

        Those that were erased are in no export.
        """
        rows: Counter[int] = Counter()
        for code, count in codes.items():
            rows[code // 2] += count
        answer = super().answer(rows)
        passed = super().answer({code // 2: count for code, count in codes.items() if code % 2})
        kept, exempted = passed.deviations, passed.exempted
        with_deadline = sum(records for records, _ in answer.due_by_month.values())
        return replace(
            answer,
            deadlines={
                "records": with_deadline,
                "passed": kept + exempted,
                "kept": kept,
                "exempted": exempted,
            },
        )


def erasure_by_deadline(
    *,
    as_of: str,
    starts_at: str,
    period: str,
    null_means: str = "unknown",
    starts_by: str | None = None,
    legal: list[dict[str, str]] | None = None,
    not_assessable: dict[str, str] | None = None,
    exempt: dict[str, str] | None = None,
    **kwargs: Any,
) -> ExpectErasureByDeadline:
    """The expectation for one deadline.

    ``as_of`` and ``period`` are ISO texts; ``starts_at`` is a date column.

    ``null_means``: ``running`` where no start date means that the period has not begun, ``unknown``
    where it cannot be judged.
    ``starts_by`` is the latest day on which it can have begun where nobody knows: what is past the
    deadline even so deviates.
    """
    day = f"DATE '{as_of}'"
    due = Period.parse(period).sql(starts_at)
    reasons = dict(not_assessable or {})
    if null_means == "unknown":
        reasons.setdefault("missing_date", f"{starts_at} IS NULL")
    # (1)
    reasons["impossible_date"] = f"{starts_at} < {EARLIEST_PLAUSIBLE}" + (
        "" if starts_at in MAY_LIE_AHEAD else f" OR {starts_at} > {day} + INTERVAL '1' DAY"
    )
    violates = f"{day} > {due}"
    if starts_by:
        latest = Period.parse(period).sql(f"({starts_by})")
        # (1)
        past = (
            f"{starts_at} IS NULL AND coalesce({starts_by} >= {EARLIEST_PLAUSIBLE} AND {day} >"
            f" {latest}, false)"
        )
        reasons = {name: f"({condition}) AND NOT ({past})" for name, condition in reasons.items()}
        violates, due = (
            f"{violates} OR ({past})",
            f"coalesce({due}, CASE WHEN {past} THEN {latest} END)",
        )
    violates, left = left_to_a_lawyer(
        violates,
        {one["name"]: one["stays_while"] for one in legal or [] if "stays_while" in one},
    )
    readings = left | {
        reading["name"]: (
            f"{day} > {Period.parse(reading['period']).sql(reading.get('starts_at', starts_at))}"
            + (f" AND ({reading['where']})" if "where" in reading else "")
        )
        for reading in legal or []
        if "period" in reading
    }
    reasons |= suspension_in_doubt(exempt=exempt or {}, violates=(violates, *readings.values()))
    return ExpectErasureByDeadline(
        starts_at=starts_at,
        period=period,
        not_assessable=reasons,
        violates=violates,
        exempt=exempt or {},
        legal=readings,
        due=due,
        **kwargs,
    )
