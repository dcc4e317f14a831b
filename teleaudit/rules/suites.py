"""What must hold, resolved: suites of clauses with their expectations, and the checks they make.

A suite is a list of clauses in the order of the policy. A clause carries its expectations, or says
why it has none. What people write, rules and policies, is read in ``rule_files`` and ``policies``.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Annotated, Literal, get_args

import sqlglot
from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Discriminator,
    Field,
    Tag,
    model_validator,
)
from pydantic.config import JsonDict

from teleaudit.errors import near_match
from teleaudit.rules.deadlines import Period
from teleaudit.schema import TABLES, Kind
from teleaudit.schema.views import data_set_view, views

Severity = Literal["critical", "high", "medium", "low", "observation"]
OnDeviation = Literal["fail", "breach", "review"]
# Whether a deviation may be a personal data breach (GDPR art. 4(12)): somebody without a right to
# the data had them, or they were only kept, and it is one if somebody else could see them.
PossibleBreach = Literal["access", "storage"]
# what there is to do about a record, and which deadline it is due by
ActionCode = Literal[
    "erase",  # the record
    "remove",  # what was found in it; the record stays
    "repeat",  # the erasure that the record is about; the record stays
    "anonymise",
    "recall",  # have it erased where it was given
    "correct",
    "answer",  # the data subject
    "notify",  # those concerned
    "report",  # a breach, to the authority
    "stop",
    "close",  # an access
    "document",
    "assess",
]
DeadlineKind = Literal["erasure", "answer", "notice", "report", "follow_up"]
Auditable = Literal["data", "register", "text", "none"]  # what could answer a clause at all
Topic = Literal[
    "intake",
    "retention",
    "minimisation",
    "card_data",
    "message_content",
    "consent",
    "rights",
    "disclosure",
    "access",
    "deletion",
]
ExpectationType = Literal[
    "expect_erasure_by_deadline",
    "expect_rows_to_satisfy",
    "expect_possible_dates",
    "expect_unique_key",
    "expect_no_browsing_data",
    "expect_no_card_data",
    "expect_no_cpr_numbers",
    "expect_no_message_content",
    "expect_no_location_columns",
    "expect_only_listed_columns",
]
TOPICS: tuple[Topic, ...] = get_args(Topic)
_ACTIONS: dict[ExpectationType, ActionCode] = {  # where nobody says another; any other: assess
    "expect_erasure_by_deadline": "erase",
    "expect_no_browsing_data": "remove",
    "expect_no_card_data": "remove",
    "expect_no_cpr_numbers": "remove",
    "expect_no_message_content": "remove",
}
# that look into cells, where what is found may be certain or for a person to see
READ_BY_DETECTORS = frozenset[ExpectationType](
    {
        "expect_no_browsing_data",
        "expect_no_card_data",
        "expect_no_cpr_numbers",
        "expect_no_message_content",
    }
)
_OF_COLUMNS = frozenset[ExpectationType](
    {"expect_no_location_columns", "expect_only_listed_columns"}
)
_MAY_ERASE = frozenset[ActionCode]({"erase", "remove", "repeat", "anonymise", "assess"})
_HOLDS = "legal_hold"
_DEADLINES: dict[ActionCode, DeadlineKind] = {
    "erase": "erasure",
    "remove": "erasure",
    "repeat": "erasure",
    "anonymise": "erasure",
    "recall": "erasure",
    "answer": "answer",
    "notify": "notice",
    "report": "report",
}
_PARAMETER = re.compile(r"\$(\w+)")
_AS_OF = "as_of"


class Strict(BaseModel):
    """A part of a suite: what it does not know is refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)


def _or_text(schema: JsonDict) -> None:
    """Let the JSON Schema of a model allow a text alone as well."""
    whole = dict(schema)
    schema.clear()
    schema["anyOf"] = [{"type": "string"}, whole]


class Words(Strict):
    """A text in Danish, and in English where somebody wrote it; a text alone is Danish."""

    model_config = ConfigDict(json_schema_extra=_or_text)

    da: str
    en: str | None = None

    @model_validator(mode="before")
    @classmethod
    def _alone_it_is_danish(cls, value: object) -> object:
        return {"da": value} if isinstance(value, str) else value

    def by_language(self) -> dict[str, str]:
        """Code of a language -> text."""
        return {"da": self.da} | ({"en": self.en} if self.en else {})


class Action(Words):
    """What is to be done about a record that deviates."""

    do: ActionCode | None = None  # where the type of the expectation does not tell


_ANY_ACTION = Words(
    da="Vurdér posten og ret eller slet den.", en="Assess the record, and correct or erase it."
)


class PeriodFromParameter(Strict):
    """A period whose length the controller has set: a number of ``unit``, or an ISO period where
    there is no unit.
    """

    parameter: str
    unit: Literal["D", "M", "Y"] | None = None


def iso_period(text: str) -> str:
    """The text, if it is an ISO period. Raises: ValueError."""
    Period.parse(text)
    return text


ClauseId = Annotated[str, Field(pattern=r"^[A-Z]{3}-[A-Za-z0-9-]+$")]
# by its look, so that what is wrong is said of the one that was meant
IsoPeriod = Annotated[
    str,
    AfterValidator(iso_period),
    Field(json_schema_extra={"pattern": r"^P(\d+Y)?(\d+M)?(\d+D)?$"}),
]
PeriodSpec = Annotated[
    Annotated[IsoPeriod, Tag("[period]")] | Annotated[PeriodFromParameter, Tag("[parameter]")],
    Discriminator(
        lambda value: (
            "[parameter]" if isinstance(value, (dict, PeriodFromParameter)) else "[period]"
        )
    ),
]


class Reading(Strict):
    """What is put to a lawyer, and no deviation: a record past a stricter reading of the deadline
    but not past the deadline, or one past the deadline while a ground may hold that the policy does
    not name.
    """

    name: str
    period: PeriodSpec | None = None
    starts_at: str | None = None
    where: str | None = None
    stays_while: str | None = None  # a condition: the ground
    question: Words | None = None  # what the lawyer is asked

    @model_validator(mode="after")
    def _is_one_of_two(self) -> Reading:
        if (self.period is None) == (self.stays_while is None):
            msg = f"reading '{self.name}' needs either a period or stays_while"
            raise ValueError(msg)
        return self


class ExpectationSpec(Strict):
    """One expectation of a clause, on one data set or on each of several."""

    type: ExpectationType
    rule: str | None = None  # the rule that it was made of
    part: str | None = None
    data_set: str | None = None
    for_each: Literal["all"] | tuple[str, ...] | None = None
    starts_at: str | None = None
    # the latest day on which the period can have begun where ``starts_at`` is not known
    starts_by: str | None = None
    period: PeriodSpec | None = None
    null_means: Literal["running", "unknown"] = "unknown"
    not_assessable: dict[str, str] = Field(default_factory=dict)
    scope: str = "true"
    violates: str | None = None
    due: str | None = None  # the date a row was due, where it has one that is no period
    deadline: DeadlineKind | None = None  # which one that is, where the action does not tell
    # what a policy's list names: canonical columns, and headers that no audit maps
    listed: tuple[str, ...] = ()
    # of ``detectors.attributes``: only columns named for these are outside the list
    kinds: tuple[str, ...] = ()
    except_kinds: tuple[str, ...] = ()  # columns named for these are another check's
    exempt: tuple[str, ...] = ()
    legal: tuple[Reading, ...] = ()
    action: Action | None = None
    topic: Topic
    severity: Severity
    legal_basis: tuple[str, ...] = ()
    on_deviation: OnDeviation = "fail"
    claim: Words | None = None  # where it differs from its clause's
    possible_breach: PossibleBreach | None = None
    # that there is such a record is itself secret by law: what is found stands in no report
    secret: bool = False

    @model_validator(mode="after")
    def _is_whole(self) -> ExpectationSpec:
        if (self.for_each is None) == (self.data_set is None or self.part is None):
            msg = "an expectation needs either part and data_set, or for_each"
            raise ValueError(msg)
        if self.type == "expect_erasure_by_deadline" and (
            self.starts_at is None or self.period is None
        ):
            msg = "expect_erasure_by_deadline needs starts_at and period"
            raise ValueError(msg)
        if self.type == "expect_only_listed_columns" and not (self.listed or self.kinds):
            msg = "expect_only_listed_columns needs listed or kinds"
            raise ValueError(msg)
        if self.type == "expect_rows_to_satisfy" and self.violates is None:
            msg = "expect_rows_to_satisfy needs violates"
            raise ValueError(msg)
        for name in (self.data_set, *(self.for_each if isinstance(self.for_each, tuple) else ())):
            if name is not None and name not in data_set_names():
                msg = f"no data set '{name}'.{near_match(name, data_set_names())}"
                raise ValueError(msg)
        return self

    @property
    def data_sets(self) -> tuple[str, ...]:
        """The data sets it speaks about."""
        if self.for_each == "all":
            return tuple(TABLES)
        return self.for_each or (self.data_set or "",)

    @property
    def parameters(self) -> tuple[str, ...]:
        """The parameters it rests on."""
        return tuple(
            dict.fromkeys(
                (
                    *(
                        period.parameter
                        for period in self.periods
                        if isinstance(period, PeriodFromParameter)
                    ),
                    *self.numbers,
                )
            )
        )

    @property
    def periods(self) -> tuple[PeriodSpec, ...]:
        """The periods it counts by."""
        return tuple(
            period
            for period in (self.period, *(reading.period for reading in self.legal))
            if period is not None
        )

    @property
    def numbers(self) -> tuple[str, ...]:
        """The parameters in its conditions: whole numbers."""
        return tuple(
            name
            for condition in self.conditions
            for name in _PARAMETER.findall(condition)
            if name != _AS_OF
        )

    @property
    def conditions(self) -> tuple[str, ...]:
        """Everything in it that speaks of columns, as SQL."""
        readings = [
            part
            for reading in self.legal
            for part in (reading.starts_at, reading.where, reading.stays_while)
        ]
        parts = (
            self.starts_at,
            self.starts_by,
            self.scope,
            self.violates,
            self.due,
            *self.not_assessable.values(),
            *(f"exempt_{name}" for name in self.exempt),
            *readings,
        )
        return tuple(part for part in parts if part is not None)


class StatedDeadline(Strict):
    """How long the policy says that a category of data is kept; held against ``telecom_law.yaml``
    without any data.
    """

    category: str
    period: IsoPeriod | None = None  # null: the policy names none
    parameter: str | None = None  # where the controller has set what the policy leaves open
    unit: Literal["D", "M", "Y"] | None = None  # of the parameter's number
    counted_from: Words | None = None


class OpenQuestion(Strict):
    """What a lawyer is asked about a clause, whatever the data."""

    question: Words
    legal_basis: tuple[str, ...]


class NotAssessed(Strict):
    """Why no check answers a clause, and what would."""

    verdict: Literal["skipped", "unknown"] = "skipped"
    reason: Words
    evidence: Words | None = None


class Clause(Strict):
    """One clause of a policy, or of what always applies, with the expectations of its rules."""

    clause: ClauseId
    auditable: Auditable
    claim: Words
    legal_basis: tuple[str, ...] = ()
    severity: Severity = "low"
    expectations: tuple[ExpectationSpec, ...] = ()
    not_assessed: NotAssessed | None = None
    limits: Words | None = None  # what of the clause the expectations do not look at
    note: Words | None = None  # on the policy's wording
    deadlines: tuple[StatedDeadline, ...] = ()
    questions: tuple[OpenQuestion, ...] = ()

    @model_validator(mode="after")
    def _answers_or_says_why_not(self) -> Clause:
        if not self.expectations and self.not_assessed is None:
            msg = "a clause needs expectations, or not_assessed with a reason"
            raise ValueError(msg)
        return self


@dataclass(frozen=True, kw_only=True)
class Check:
    """One expectation of one clause on one data set: what a run answers."""

    id: str
    clause: Clause
    spec: ExpectationSpec
    data_set: str

    @property
    def topic(self) -> Topic:
        """The notebook it belongs to."""
        return self.spec.topic

    @property
    def claim(self) -> Words:
        """What must hold."""
        return self.spec.claim or self.clause.claim

    @property
    def legal_basis(self) -> tuple[str, ...]:
        """Ids in the register; everyone who supervises one of them is competent."""
        return self.spec.legal_basis

    @property
    def severity(self) -> Severity:
        """How grave a deviation is."""
        return self.spec.severity

    @property
    def on_deviation(self) -> OnDeviation:
        """The verdict that a deviation gives."""
        return self.spec.on_deviation

    @property
    def action(self) -> Words:
        """What worklist and report say to do."""
        return self.spec.action or _ANY_ACTION

    @property
    def action_code(self) -> ActionCode:
        """The same as a code."""
        if self.spec.action and self.spec.action.do:
            return self.spec.action.do
        return _ACTIONS.get(self.spec.type, "assess")

    @property
    def may_erase(self) -> bool:
        """Whether the action may take away what a legal hold, a restriction or an open request keeps.
        The register of holds keeps no evidence itself.
        """
        return self.action_code in _MAY_ERASE and self.data_set != _HOLDS

    @property
    def lists_columns(self) -> bool:
        """Whether what it lists are whole columns, by their names, and no records."""
        return self.spec.type in _OF_COLUMNS

    @property
    def deadline(self) -> DeadlineKind:
        """Which deadline a record's due date is."""
        return self.spec.deadline or _DEADLINES.get(self.action_code, "follow_up")


@dataclass(frozen=True, kw_only=True)
class Suite:
    """The clauses of a policy, or of what always applies."""

    name: str
    clauses: tuple[Clause, ...]

    @property
    def checks(self) -> tuple[Check, ...]:
        """Every check of the suite, in its order."""
        return tuple(
            Check(
                id=f"{clause.clause}.{spec.part or data_set}",
                clause=clause,
                spec=spec,
                data_set=data_set,
            )
            for clause in self.clauses
            for spec in clause.expectations
            for data_set in spec.data_sets
        )


def checks_of(
    suites: Iterable[Suite], filled: Mapping[str, frozenset[str]], topic: Topic | None = None
) -> tuple[Check, ...]:
    """The checks of a topic, or of all, in suite order.

    ``filled`` names the canonical columns that each table's exports hold. A check asked of every
    data set leaves out those
    that have nothing of its kind: no key, no dates. One asked of a data set by name stays, and will
    say what is missing.
    """
    return tuple(
        check
        for suite in suites
        for check in suite.checks
        if topic in (None, check.topic) and _has_a_subject(check, filled)
    )


def needed_columns(
    check: Check, filled: Mapping[str, Collection[str]]
) -> dict[str, tuple[str, ...]]:
    """What a check cannot do without, as ``table.column``, by the column of its data set that rests
    on it; in alphabetical order.

    A column that nobody exports itself needs those that its view says it rests on, where there are
    several ways by those that exports fill (``filled``: table -> columns).
    """
    view = data_set_view(check.data_set).by(filled)
    asked = (
        set(view.key)
        if check.spec.type == "expect_unique_key"
        else {name for condition in check.spec.conditions for name in columns_in(condition)}
    )
    own = {column: (f"{view.table}.{column}",) for column in TABLES[view.table].names}
    return {
        column: needed
        for column in sorted(asked)
        if (needed := view.requires.get(column, own.get(column, ())))
    }


@cache
def columns_in(condition: str) -> frozenset[str]:
    """The columns that an SQL condition names. Raises: sqlglot.ParseError."""
    return frozenset(
        column.name
        for column in sqlglot.parse_one(condition, read="duckdb").find_all(sqlglot.exp.Column)
    )


def _has_a_subject(check: Check, filled: Mapping[str, frozenset[str]]) -> bool:
    view = data_set_view(check.data_set)
    if check.spec.for_each != "all":
        return True
    match check.spec.type:
        case "expect_unique_key":
            return bool(view.key)
        case "expect_possible_dates":
            return any(
                column.kind in (Kind.DATE, Kind.TIMESTAMP)
                for column in TABLES[view.table].columns
                if column.name in filled[view.table] or not filled[view.table]
            )
        case _:
            return True


def unknown_columns(spec: ExpectationSpec) -> Iterator[str]:
    """What is wrong with the conditions of an expectation: a column that a data set of its cannot
    have, whatever is exported (a misspelling, not a missing column), or no SQL.
    """
    for condition in spec.conditions:
        try:
            named = columns_in(condition)
        except sqlglot.ParseError:
            yield f"a condition that is not SQL: {condition}"
            continue
        for data_set in spec.data_sets:
            known = data_set_view(data_set).columns
            for name in sorted(named - known):
                yield (f"the data set {data_set} has no column '{name}'.{near_match(name, known)}")


def data_set_names() -> tuple[str, ...]:
    """Everything a check may speak about: the canonical tables and the data sets
    derived from them.
    """
    return (*TABLES, *(view.name for view in views() if view.key and view.name not in TABLES))
