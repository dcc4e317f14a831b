"""What checks would answer with another period, or on another day. Nothing of it is a finding."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pandas as pd
from pandas.io.formats.style import Styler

from teleaudit.report.tables import captioned
from teleaudit.rules.deadlines import Period
from teleaudit.rules.parameters import period_of
from teleaudit.rules.suites import Check
from teleaudit.sessions.answers import NUMBERS, Context, Result, Results, summary_row
from teleaudit.sessions.desk import Desk
from teleaudit.sessions.refusing import all_in_danish, refuse

_PERIODIC = "expect_erasure_by_deadline"


@all_in_danish
class WhatIf:
    """The answers of checks as they would be, beside those that they give."""

    def __init__(self, before: Results, after: Results, told: str) -> None:
        """``told`` says what was supposed."""
        self.before, self.after, self._told = before, after, told

    def __getitem__(self, name: str) -> Result | Results:
        """The answer of a check as it would be. Raises: LabError."""
        return self.after[name]

    def _ipython_key_completions_(self) -> list[str]:
        return self.after._ipython_key_completions_()

    @property
    def counts(self) -> pd.DataFrame:
        """One row per check: ``Kontrol``, ``Resultat``, N, M, k and e as they would be, ``k nu``,
        ``Forskel`` (deviations more or fewer) and ``Dage over frist`` (of the longest overdue record).
        """
        now = {entry["id"]: entry["deviations"] for entry in self.before.entries}
        words = self.after.context.words
        rows = [
            {
                **summary_row([entry], words),
                "k nu": now[entry["id"]],
                "Forskel": entry["deviations"] - now[entry["id"]],
            }
            for entry in self.after.entries
        ]
        frame = pd.DataFrame(rows).drop(columns=["Datasæt", "Alvorlighed"])
        numbers = [*NUMBERS.values(), "Dage over frist", "k nu", "Forskel"]
        return frame.astype(dict.fromkeys(numbers, "Int64"))

    def summary(self) -> Styler:
        """The same as a notebook shows it."""
        return captioned(self.counts, self._told)

    def _repr_html_(self) -> str:
        return self.summary().to_html()

    def __repr__(self) -> str:
        return repr(self.summary())

    def records(self, limit: int = 50) -> pd.DataFrame:
        """The records that the checks would list: see ``Results.records``."""
        return self.after.records(limit)

    def plot_age(self) -> None:
        """Show the figures of age, as they would be, of every check that has a deadline."""
        self.after.plot_age()


def ask_what_if(
    desk: Desk, context: Context, checks: Sequence[Check], *, after: object, as_of: dt.date | None
) -> WhatIf:
    """What the checks answer with the period ``after``, or on the day ``as_of``, or both.

    Raises: LabError where nothing is supposed, no check has a period, or it is none.
    """
    if after == "" and as_of is None:
        refuse("what_if")
    changed = [with_period(check, after) for check in checks] if after != "" else [*checks]
    asked = [check for check in changed if check is not None]
    if not asked:
        refuse("no_period", name=", ".join(check.id for check in checks))
    own = {check.id: check for check in checks}
    day = as_of or context.as_of
    words = context.words
    supposed = replace(
        context, as_of=day, checks={**context.checks, **{check.id: check for check in asked}}
    )
    now = Results(desk.entries([own[check.id] for check in asked]), context)
    then = Results(desk.entries(asked, as_of=day), supposed)
    told = words.say(
        "lab.supposed",
        what=words.listed(
            [
                *(
                    [words.say("lab.supposed_period", period=words.period(str(after)))]
                    if after
                    else []
                ),
                *(
                    [words.say("lab.supposed_day", date=words.date(day.isoformat()))]
                    if as_of
                    else []
                ),
            ]
        ),
        now=_now(own[asked[0].id], desk, context) if len(asked) == 1 else "",
    )
    return WhatIf(now, then, told)


def with_period(check: Check, after: object) -> Check | None:
    """The check with another period; None for one that has none. Raises: LabError."""
    if not isinstance(after, str) or not _is_period(after):
        refuse("period")
    if check.spec.type != _PERIODIC:
        return None
    return replace(check, spec=check.spec.model_copy(update={"period": after}))


def _is_period(text: str) -> bool:
    try:
        Period.parse(text)
    except ValueError:
        return False
    return True


def _now(check: Check, desk: Desk, context: Context) -> str:
    """The period that a check has, told in brackets."""
    spec: Any = check.spec.period
    period = period_of(spec, desk.audit.parameters) if spec is not None else None
    if period is None:
        return ""
    return f" ({context.words.say('lab.supposed_now', period=context.words.period(period))})"
