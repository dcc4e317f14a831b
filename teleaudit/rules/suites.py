"""What must hold: suites and the register of legal bases, read from YAML.

A suite is a list of clauses in the order of the policy. A clause carries its expectations, or says
why it has none.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Literal, get_args

import sqlglot
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from teleaudit.errors import AuditFileError, near_match
from teleaudit.rules.deadlines import Period
from teleaudit.rules.yaml_files import read_yaml, refuse_duplicate_ids, validated
from teleaudit.schema import TABLES, Kind
from teleaudit.schema.views import data_set_view, views

Severity = Literal["critical", "high", "medium", "low", "observation"]
OnDeviation = Literal["fail", "breach", "review"]
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
# the issuer's own publication, an unofficial copy of it, what others wrote of it; not read
ReadIn = Literal["official", "mirror", "secondary", "none"]
TOPICS: tuple[Topic, ...] = get_args(Topic)
_MARK = re.compile(r" \[(\w+)\]")
_PARAMETER = re.compile(r"\$(\w+)")
_AS_OF = "as_of"
_NO_SUITES = ("law", "telecom_law")


class Strict(BaseModel):
    """A part of a suite: what it does not know is refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Words(Strict):
    """A text in both languages."""

    da: str
    en: str


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


PeriodSpec = Annotated[str, AfterValidator(iso_period)] | PeriodFromParameter


class Reading(Strict):
    """A stricter reading of the deadline: what lies past it but not past the deadline is for a
    lawyer.
    """

    name: str
    period: PeriodSpec
    starts_at: str | None = None
    where: str | None = None
    question: Words | None = None  # what the lawyer is asked


class ExpectationSpec(Strict):
    """One expectation of a clause, on one data set or on each of several."""

    type: ExpectationType
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
    # what a closed list allows: canonical columns, and headers that no audit maps
    listed: tuple[str, ...] = ()
    # of ``detectors.attributes``: only columns named for these are outside the list
    kinds: tuple[str, ...] = ()
    exempt: tuple[str, ...] = ()
    legal: tuple[Reading, ...] = ()
    action: Words | None = None
    # where the expectation differs from its clause
    claim: Words | None = None
    legal_basis: tuple[str, ...] | None = None
    severity: Severity | None = None
    topic: Topic | None = None
    on_deviation: OnDeviation | None = None
    # a deviation may be a personal data breach: hours from its discovery to its notification
    breach_hours: Literal[24, 72] | None = None

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
        readings = [part for reading in self.legal for part in (reading.starts_at, reading.where)]
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
    period: Annotated[str, AfterValidator(iso_period)] | None = None  # null: the policy names none
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
    """One clause of a policy, or one rule of ours beside it."""

    clause: Annotated[str, Field(pattern=r"^[A-Z]{3}-[A-Za-z0-9-]+$")]
    auditable: Literal["data", "register", "text", "none"]
    claim: Words
    legal_basis: tuple[str, ...] = ()
    severity: Severity = "low"
    topic: Topic | None = None
    on_deviation: OnDeviation = "fail"
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
        if self.expectations and self.topic is None:
            msg = "a clause with expectations needs a topic"
            raise ValueError(msg)
        return self


class LegalBasis(BaseModel):
    """One entry of the register of legal bases."""

    model_config = ConfigDict(extra="allow", frozen=True)

    id: str
    title_da: str
    citation_da: str
    authority: str
    evidence: str
    source: str
    source_da: str | None = None  # where the source is told in English
    read_in: ReadIn
    read_to: dt.date | None  # the newest text that was read
    # the unofficial copies in which it was read: ``source_marks`` of the register
    copies: tuple[Words, ...] = ()
    recheck_before_release: bool = False
    checked_on: dt.date | None
    valid_from: dt.date | None
    valid_to: dt.date | None

    @property
    def read_at(self) -> str:
        """Where it was read, in Danish, without the marks of the copies."""
        return _MARK.sub("", self.source_da or self.source)

    def is_in_force(self, day: dt.date) -> bool:
        """Whether it applies on a day, as far as anybody looked it up."""
        return (self.valid_from is None or self.valid_from <= day) and (
            self.valid_to is None or day <= self.valid_to
        )


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
        # a clause with expectations has one
        return self.spec.topic or self.clause.topic or "intake"

    @property
    def claim(self) -> Words:
        """What must hold."""
        return self.spec.claim or self.clause.claim

    @property
    def legal_basis(self) -> tuple[str, ...]:
        """Ids in the register; the first says which authority is competent."""
        return self.clause.legal_basis if self.spec.legal_basis is None else self.spec.legal_basis

    @property
    def severity(self) -> Severity:
        """How grave a deviation is."""
        return self.spec.severity or self.clause.severity

    @property
    def on_deviation(self) -> OnDeviation:
        """The verdict that a deviation gives."""
        return self.spec.on_deviation or self.clause.on_deviation

    @property
    def action(self) -> str:
        """What the worklist says to do, in Danish."""
        return self.spec.action.da if self.spec.action else "Vurdér posten og ret eller slet den."

    def refuse_unknown_columns(self) -> None:
        """Raises AuditFileError for a column that the data set cannot have, whatever is exported: a
        misspelling, not a missing column.
        """
        known = data_set_view(self.data_set).columns
        for condition in self.spec.conditions:
            try:
                named = columns_in(condition)
            except sqlglot.ParseError:
                msg = f"{self.id}: a condition that is not SQL: {condition}"
                raise AuditFileError(msg) from None
            for name in sorted(named - known):
                msg = (
                    f"{self.id}: the data set {self.data_set} has no column"
                    f" '{name}'.{near_match(name, known)}"
                )
                raise AuditFileError(msg)


@dataclass(frozen=True, kw_only=True)
class Suite:
    """A suite file as read, with the hash that shows which one it was."""

    name: str
    clauses: tuple[Clause, ...]
    sha256: str

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


def needed_columns(check: Check) -> dict[str, tuple[str, ...]]:
    """What a check cannot do without, as ``table.column``, by the column of its data set that rests
    on it; in alphabetical order.

    A column that nobody exports itself needs those that its view says it rests on.
    """
    view = data_set_view(check.data_set)
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


def data_set_names() -> tuple[str, ...]:
    """Everything a check may speak about: the canonical tables and the data sets
    derived from them.
    """
    return (*TABLES, *(view.name for view in views() if view.key and view.name not in TABLES))


def suite_names(folder: Path) -> list[str]:
    """The suites of a folder; what law says stands beside them."""
    return sorted(path.stem for path in folder.glob("*.yaml") if path.stem not in _NO_SUITES)


def load_suite(name: str, folder: Path) -> Suite:
    """The suite ``<name>.yaml`` of a folder. Raises: AuditFileError."""
    file = folder / f"{name}.yaml"
    if not file.is_file():
        msg = f"no suite '{name}' in {folder}.{near_match(name, suite_names(folder))}"
        raise AuditFileError(msg)
    clauses = validated(read_yaml(file), tuple[Clause, ...], file)
    refuse_duplicate_ids(file, [clause.clause for clause in clauses])
    suite = Suite(name=name, clauses=clauses, sha256=hashlib.sha256(file.read_bytes()).hexdigest())
    refuse_duplicate_ids(file, [check.id for check in suite.checks])
    for check in suite.checks:
        check.refuse_unknown_columns()
    return suite


def load_suites(names: tuple[str, ...], folder: Path) -> tuple[Suite, ...]:
    """The suites of an audit, without an id twice. Raises: AuditFileError."""
    suites = tuple(load_suite(name, folder) for name in names)
    refuse_duplicate_ids(folder, [clause.clause for suite in suites for clause in suite.clauses])
    return suites


def load_law(folder: Path) -> Mapping[str, LegalBasis]:
    """The register of legal bases by id. Raises: AuditFileError."""
    file = folder / "law.yaml"
    data: Any = read_yaml(file)
    try:
        marks, recheck = (
            data.get("source_marks", {}),
            data.get("currency", {}).get("recheck_before_release", ()),
        )
        told = [
            entry
            | {
                "copies": [marks[mark] for mark in _MARK.findall(entry["source"])],
                "recheck_before_release": entry["id"] in recheck,
            }
            for entry in data["entries"]
        ]
    except (AttributeError, KeyError, TypeError) as error:
        msg = (
            f"{file}: {error} is missing."
            if isinstance(error, KeyError)
            else f"{file}: 'entries' is missing."
        )
        raise AuditFileError(msg) from None
    entries = validated(told, tuple[LegalBasis, ...], file)
    refuse_duplicate_ids(file, [entry.id for entry in entries])
    return {entry.id: entry for entry in entries}
