"""What people answer to a report: to whom it goes and why, management's statement, the data
protection officer's opinion, and who does what by when. Read from ``response.yaml``; nothing in it
is ever made up, and what nobody has written stands in the report as not filled in.
"""

from __future__ import annotations

import datetime as dt
import os
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    model_validator,
)

from teleaudit.errors import near_match
from teleaudit.rules.yaml_files import read_yaml, validated

RESPONSE_FILE = "response.yaml"
# What Datatilsynet asked at its inspections of erasure in 2018 and data cannot answer; the other
# four of its eight questions are answered by checks.
Question = Literal["technical_erasure", "manual_erasure", "all_systems", "log_integrity"]
Status = Literal["open", "in_progress", "done", "accepted"]
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


def _plain(text: str) -> str:
    if _CONTROL.search(text):
        msg = "holds control characters, which no report prints: write it as plain text"
        raise ValueError(msg)
    return text


def _on_a_day_of_ours(day: dt.date) -> dt.date:
    if not 2000 <= day.year < 2100:
        msg = f"{day.isoformat()} can hardly be meant: write the year with its four digits"
        raise ValueError(msg)
    return day


# A blank is no answer, and a report has room for so many letters.
_Plain = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1), AfterValidator(_plain)
]
Text = Annotated[_Plain, StringConstraints(max_length=200)]
Sentences = Annotated[_Plain, StringConstraints(max_length=1_000)]
Page = Annotated[_Plain, StringConstraints(max_length=4_000)]
ClauseName = Annotated[Text, StringConstraints(pattern=r"^[^\t\n]+$")]
Day = Annotated[dt.date, AfterValidator(_on_a_day_of_ours)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Period(_Strict):
    """The period that a report is about, both days included."""

    first: Day
    last: Day

    @model_validator(mode="after")
    def _in_order(self) -> Period:
        if self.last < self.first:
            msg = "the last day lies before the first"
            raise ValueError(msg)
        return self


class Statement(_Strict):
    """What somebody states, with the function (not the name) in which it was signed, and when."""

    text: Page
    function: Text
    date: Day


class Decision(_Strict):
    """What was decided about the findings under one clause."""

    cause: Sentences | None = None
    decision: Sentences | None = None
    owner: Text | None = None  # a function
    deadline: Day | None = None
    status: Status | None = None


class Response(_Strict):
    """One operator's answers, as its ``response.yaml`` says. Every part may be missing."""

    recipient: Text | None = None
    case_number: Text | None = None
    occasion: Text | None = None
    period: Period | None = None
    edition: Text | None = None
    dpo: Text | None = None  # how to reach the data protection officer
    carried_out_by: Text | None = None  # who ran the checks: a function or department
    management: Statement | None = None
    dpo_opinion: Statement | None = None
    answers: dict[Question, Sentences] = Field(default_factory=dict)
    findings: dict[ClauseName, Decision] = Field(default_factory=dict)  # by clause


def load_response(folder: Path) -> Response:
    """The answers beside an audit file; empty where the file is not there.

    Raises: AuditFileError.
    """
    file = folder / RESPONSE_FILE
    return validated(read_yaml(file) or {}, Response, file) if os.path.lexists(file) else Response()


def decisions_about_nothing(response: Response, clauses: Iterable[str]) -> list[str]:
    """What to say of each decision about a clause that there is not."""
    known = tuple(clauses)
    return [
        f"{RESPONSE_FILE}: the decision about {clause} is about no clause of this"
        f" audit.{near_match(clause, known)}"
        for clause in response.findings
        if clause not in known
    ]
