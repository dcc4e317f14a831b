"""The rules that belong to everyone: ``expectations/<topic>.yaml``, one entry a rule.

A rule says what is asked of a data set, whoever asks it: the condition, the reasons for which a
record cannot be judged, what to do about a deviation, the law behind it. It names no operator and
no period of a policy. A policy uses it under one of its clauses (``policies``).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field, ValidationError

from teleaudit.errors import AuditFileError
from teleaudit.rules.suites import (
    TOPICS,
    Action,
    DeadlineKind,
    ExpectationSpec,
    ExpectationType,
    OnDeviation,
    PeriodSpec,
    PossibleBreach,
    Severity,
    Strict,
    Topic,
    Words,
    unknown_columns,
)
from teleaudit.rules.yaml_files import (
    complaints,
    place_of,
    read_yaml,
    refuse_duplicate_ids,
    validated,
)

# The first and the last day that a record of an operator can bear; a day ahead is a clock's.
_IMPOSSIBLE = "{0} < DATE '1990-01-01' OR {0} >= $as_of + INTERVAL '2' DAY"
_UNREADABLE = "{0} IS NULL AND regexp_matches(_issues, '(^|;){0}=(unreadable|zero)')"

RuleName = Annotated[str, Field(pattern=r"^[a-z_]+\.[a-z0-9_]+$")]  # <topic>.<name>
Need = Literal["customer", "relationship", "request_type"]
# What a rule rests on beside its own columns: reason and condition where it is not known.
_NEEDS: Mapping[Need, Mapping[str, str]] = {
    "customer": {"orphan": "customer_id IS NULL"},
    "relationship": {
        "no_end_date": "relationship_state = 'no_end_date'",
        "orphan": "relationship_state = 'orphan'",
    },
    "request_type": {"unknown_type": "request_type = 'unknown'"},
}


class RuleReading(Strict):
    """A stricter reading of a deadline, which a policy may put to a lawyer; the period is the
    policy's unless the law gives it. One with ``stays_while`` is put to a lawyer whatever the
    policy says.
    """

    name: str
    starts_at: str | None = None
    where: str | None = None
    stays_while: str | None = None
    question: Words | None = None
    after: PeriodSpec | None = None

    def put(self, period: PeriodSpec | None) -> dict[str, Any]:
        """The reading as it is put to a lawyer, with a policy's period where it gives none."""
        own = None if self.stays_while else self.after or period
        return {**self.model_dump(exclude={"after"}), "period": own}


class Rule(Strict):
    """One rule, as its file says it."""

    rule: RuleName
    claim: Words | None = None  # what must hold, where the clause's own words are too wide
    # in plain words, what must hold or of which records, where neither type nor claim tells it
    asks: Words | None = None
    type: ExpectationType
    data_set: str | None = None
    for_each: Literal["all"] | tuple[str, ...] | None = None
    starts_at: str | None = None
    starts_by: str | None = None
    after: PeriodSpec | None = None  # where the law gives it; else the policy does
    null_means: Literal["running", "unknown"] = "unknown"
    # Short words for what makes a record not assessable, in this order, and then the rest of it.
    needs: tuple[Need, ...] = ()
    dates: tuple[str, ...] = ()  # these must be there, and possible
    readable: tuple[str, ...] = ()  # these may be missing, but not unreadable
    recorded: tuple[str, ...] = ()  # these must be there
    not_assessable: dict[str, str] = Field(default_factory=dict)
    scope: str = "true"
    since: str | None = None  # the date column that the day of a policy's promise is held against
    violates: str | None = None
    due: str | None = None
    deadline: DeadlineKind | None = None
    listed: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    except_kinds: tuple[str, ...] = ()
    exempt: tuple[str, ...] = ()
    readings: tuple[RuleReading, ...] = ()
    # rules that ask less of the same data set: not asked beside this one
    covers: tuple[str, ...] = ()
    action: Action
    legal_basis: tuple[str, ...]
    severity: Severity
    on_deviation: OnDeviation = "fail"
    possible_breach: PossibleBreach | None = None
    secret: bool = False  # found or not, it is told in no report

    @property
    def topic(self) -> Topic:
        """The notebook that shows it: the first part of its name."""
        topic: Topic = self.rule.partition(".")[0]  # type: ignore[assignment] # checked on loading
        return topic

    @property
    def part(self) -> str:
        """The last part of its checks' ids, unless a policy says another."""
        return self.rule.partition(".")[2]

    @property
    def reasons(self) -> dict[str, str]:
        """Reason -> condition for which a record cannot be judged; short words first."""
        told: dict[str, list[str]] = {}
        for reason, condition in self._reasons():
            told.setdefault(reason, []).append(condition)
        return {
            reason: " OR ".join(
                conditions if len(conditions) == 1 else (f"({each})" for each in conditions)
            )
            for reason, conditions in told.items()
        }

    def _reasons(self) -> Iterator[tuple[str, str]]:
        for need in self.needs:
            yield from _NEEDS[need].items()
        for column in map(_quoted, self.dates):
            yield "missing_date", f"{column} IS NULL"
        for column in map(_quoted, self.dates):
            yield "impossible_date", _IMPOSSIBLE.format(column)
        for column in self.readable:
            yield "unreadable", _UNREADABLE.format(column)
        for column in map(_quoted, self.recorded):
            yield "not_recorded", f"{column} IS NULL"
        yield from self.not_assessable.items()

    def expectation(self, **policy: Any) -> ExpectationSpec:  # noqa: ANN401 (validated below)
        """The expectation that a policy's use of the rule makes: the rule's own, and over it what
        the policy says.

        Raises: pydantic.ValidationError.
        """
        own = {
            name: getattr(self, name)
            for name in Rule.model_fields.keys() & ExpectationSpec.model_fields.keys()
        }
        action = policy.get("action")
        if isinstance(action, Action) and action.do is None:
            policy["action"] = action.model_copy(update={"do": self.action.do})
        return ExpectationSpec.model_validate(
            {**own, "topic": self.topic, "not_assessable": self.reasons, **policy}
        )

    def scope_since(self, day: dt.date | None) -> str:
        """The records it speaks about, where a policy has promised it from a day on."""
        return self.scope if day is None else f"({self.scope}) AND {self.since} > DATE '{day}'"

    def example(self) -> ExpectationSpec:
        """An expectation as some policy would make it, with all readings.

        Raises: pydantic.ValidationError.
        """
        period = self.after or "P1Y"
        return self.expectation(
            part=self.part,
            period=period,
            legal=[reading.put(period) for reading in self.readings],
            listed=self.listed or ("any",),
            scope=self.scope_since(dt.date.min if self.since else None),
        )


def load_rules(folder: Path) -> Mapping[str, Rule]:
    """The rules of ``expectations/`` by name. Raises: AuditFileError."""
    rules: list[Rule] = []
    for topic in TOPICS:
        file = folder / f"{topic}.yaml"
        if not file.exists():
            continue
        found = validated(read_yaml(file), tuple[Rule, ...], file)
        for number, rule in enumerate(found):
            for wrong in _faults(rule, topic):
                msg = f"{place_of(file, (number,))}: {wrong}"
                raise AuditFileError(msg)
        refuse_duplicate_ids(file, [rule.rule for rule in found])
        rules += found
    return {rule.rule: rule for rule in rules}


def _faults(rule: Rule, topic: Topic) -> Iterator[str]:
    """What is wrong with a rule whoever uses it."""
    if rule.topic != topic:
        yield f"the name of a rule of this file begins with '{topic}.'."
        return
    try:
        spec = rule.example()
    except ValidationError as error:
        yield from complaints(error, ExpectationSpec)
    else:
        yield from unknown_columns(spec)


def _quoted(column: str) -> str:
    return f'"{column}"' if column in ("at", "start", "end") else column
