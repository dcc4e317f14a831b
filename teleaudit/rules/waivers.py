"""Risks that the controller has accepted for a time: shown as accepted, and counted like any other
deviation.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationInfo, field_validator

from teleaudit.rules.deadlines import Period

# Longer is no exception any more, but another rule: the policy's period, or a parameter.
LONGEST = Period(months=12)
APPROVERS = 2
Text = Annotated[str, Field(min_length=1)]
WaiverState = Literal["in_force", "expired", "not_yet"]


class Waiver(BaseModel):
    """An accepted risk: which, why, by whom, from and to what day, both included."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    check: Text  # the id of a check, or a clause: all its checks
    reason: Text
    approved_by: tuple[Text, ...]  # two functions
    first: dt.date
    last: dt.date

    @field_validator("approved_by")
    @classmethod
    def _by_two(cls, approved_by: tuple[str, ...]) -> tuple[str, ...]:
        """Raises: ValueError."""
        different = {" ".join(one.split()).casefold() for one in approved_by}
        if not len(approved_by) == len(different) == APPROVERS:
            msg = "two different functions must approve it, such as [Direktør, Jurist]"
            raise ValueError(msg)
        return approved_by

    @field_validator("last")
    @classmethod
    def _ends(cls, last: dt.date, info: ValidationInfo) -> dt.date:
        """Raises: ValueError."""
        first = info.data.get("first")
        if first is None:
            return last
        if last < first:
            msg = f"before it begins on {first.isoformat()}"
            raise ValueError(msg)
        if last > LONGEST.after(first):
            msg = (
                f"more than 12 months after {first.isoformat()}, its first day: accept it until"
                f" {LONGEST.after(first).isoformat()} at most, and anew then"
            )
            raise ValueError(msg)
        return last

    def state(self, as_of: dt.date) -> WaiverState:
        """Whether it counts on the day on which the audit judges."""
        if as_of < self.first:
            return "not_yet"
        return "expired" if as_of > self.last else "in_force"

    def covers(self, check_id: str, clauses: Iterable[str]) -> bool:
        """Whether it is about a check, which is one of these clauses."""
        return self.check == check_id or self.check in clauses
