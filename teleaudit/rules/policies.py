"""A policy, clause by clause: which rules hold under it, with the policy's own periods.

``audits/<name>/policy.yaml`` is an operator's; ``expectations/baseline.yaml`` is what applies to
every operator, whatever its policy says. A policy may put a rule of the baseline under a clause of
its own; it is asked once then, and none is ever dropped.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, NoReturn

from pydantic import BeforeValidator, Field, ValidationError, model_validator

from teleaudit.errors import AuditFileError, near_match
from teleaudit.rules.audit_file import Parameter
from teleaudit.rules.deadlines import can_end_before
from teleaudit.rules.parameters import period_of
from teleaudit.rules.policy_texts import TextChange, find_changes, read_policy_text
from teleaudit.rules.rule_files import Rule, RuleName
from teleaudit.rules.suites import (
    Action,
    Auditable,
    Check,
    Clause,
    ClauseId,
    ExpectationSpec,
    NotAssessed,
    OnDeviation,
    OpenQuestion,
    PeriodFromParameter,
    PeriodSpec,
    Severity,
    StatedDeadline,
    Strict,
    Suite,
    Words,
)
from teleaudit.rules.yaml_files import (
    complaints,
    place_of,
    read_yaml,
    refuse_duplicate_ids,
    validated,
)

BASELINE = "baseline"
Sha256 = Annotated[str, Field(pattern="^[0-9a-f]{64}$")]
_SEVERITIES: tuple[Severity, ...] = ("critical", "high", "medium", "low", "observation")


def _by_name(value: object) -> object:
    """``retention.customer`` and ``retention.customer: {after: P1Y}`` as one kind of entry."""
    if isinstance(value, str):
        return {"rule": value}
    if isinstance(value, dict) and len(value) == 1:
        ((name, told),) = value.items()
        if told is None or isinstance(told, dict):
            return {"rule": name, **(told or {})}
    return value


def _as_several(value: object) -> object:
    """One hash as several."""
    return (value,) if isinstance(value, str) else value


def _named(value: object) -> object:
    """Names alone are readings whose period the rule gives."""
    return dict.fromkeys(value) if isinstance(value, (list, tuple)) else value


class RuleDetails(Strict):
    """What a policy says of its own where it uses a rule."""

    part: Annotated[str | None, Field(alias="as")] = None  # the last part of the check's id
    tables: tuple[str, ...] = ()  # of a rule about many data sets: these alone
    after: PeriodSpec | None = None
    since: dt.date | None = None  # the day of the promise: what is not later is not asked
    exempt: tuple[str, ...] | None = None
    listed: tuple[str, ...] | None = None
    # the stricter readings that are put to a lawyer, with the policy's period where it has one
    readings: Annotated[
        dict[str, PeriodSpec | None],
        BeforeValidator(
            _named, json_schema_input_type=tuple[str, ...] | dict[str, PeriodSpec | None]
        ),
    ] = Field(default_factory=dict)
    claim: Words | None = None
    legal_basis: tuple[str, ...] | None = None
    severity: Severity | None = None
    on_deviation: OnDeviation | None = None
    action: Action | None = None


class RuleUse(RuleDetails):
    """A rule under a clause, with what the policy says of its own."""

    rule: str


# As people write it: a name alone, or one name with what the policy says.
_Written = (
    RuleName
    | Annotated[dict[RuleName, RuleDetails | None], Field(min_length=1, max_length=1)]
    | RuleUse
)


class PolicyClause(Strict):
    """One clause of a policy, as its file says it."""

    clause: ClauseId
    claim: Words
    # of the paragraphs of the policy's text that it tells (policy_texts)
    text_sha256: Annotated[
        tuple[Sha256, ...],
        BeforeValidator(_as_several, json_schema_input_type=Sha256 | tuple[Sha256, ...]),
    ] = ()
    rules: tuple[
        Annotated[RuleUse, BeforeValidator(_by_name, json_schema_input_type=_Written)], ...
    ] = ()
    not_assessed: NotAssessed | None = None
    auditable: Auditable | None = None  # where it is not plain: data with rules, none without
    # of all rules of the clause, where the policy or its law asks for others than the rules' own
    legal_basis: tuple[str, ...] | None = None
    severity: Severity | None = None
    limits: Words | None = None
    note: Words | None = None
    deadlines: tuple[StatedDeadline, ...] = ()
    questions: tuple[OpenQuestion, ...] = ()

    @model_validator(mode="after")
    def _answers_or_says_why_not(self) -> PolicyClause:
        if not self.rules and self.not_assessed is None:
            msg = f"{self.clause}: a clause needs rules, or not_assessed with a reason"
            raise ValueError(msg)
        return self


class BaselineFile(Strict):
    """What always applies, clause by clause."""

    clauses: tuple[PolicyClause, ...]


class PolicyFile(BaselineFile):
    """A privacy policy, clause by clause in its own order."""

    title: str
    version: str  # as printed on it; "udateret" when it bears no date
    text: str | None = None  # the file of its text, seen from this one


def load_policy(file: Path, name: str, rules: Mapping[str, Rule]) -> tuple[PolicyFile, Suite]:
    """A policy file, and the suite of an operator's checks that it makes.

    Raises: AuditFileError naming file, line and clause.
    """
    policy = validated(read_yaml(file), PolicyFile, file)
    return policy, _suite(name, policy.clauses, rules, file)


def find_text_changes(policy: PolicyFile, file: Path) -> tuple[TextChange, ...]:
    """Which clauses' texts are not as they were when they were mapped; none where the policy file
    names no text.

    Raises: AuditFileError for a text that is not there or cannot be read.
    """
    if policy.text is None:
        return ()
    text_file = file.parent / policy.text
    if not text_file.is_file():
        msg = (
            f"{place_of(file, ('text',))}: no file {text_file}. Put the policy's text there, or name"
            " it as it is seen from here; without 'text' nobody is told when its words change."
        )
        raise AuditFileError(msg)
    return find_changes(policy.clauses, read_policy_text(text_file))


def load_baseline(folder: Path, rules: Mapping[str, Rule]) -> Suite:
    """What always applies, of ``expectations/baseline.yaml``. Raises: AuditFileError."""
    file = folder / f"{BASELINE}.yaml"
    return _suite(BASELINE, validated(read_yaml(file), BaselineFile, file).clauses, rules, file)


Asked = Mapping[tuple[str, str], Check]  # by rule and data set


def asked_under(
    baseline: Suite,
    policy: Suite,
    rules: Mapping[str, Rule],
    parameters: Mapping[str, Parameter],
) -> Asked:
    """What the baseline asks, by rule and data set, that a policy asks under a clause of its own:
    the first check that asks as much or more.

    One that lets more pass (a longer period or one that is not set, further exemptions, fewer
    records, a question where the baseline finds a deviation) is asked beside it: no policy loosens
    the law.
    """
    asked: dict[tuple[str, str], list[Check]] = {}
    for check in policy.checks:
        if check.spec.rule:
            for name in (check.spec.rule, *rules[check.spec.rule].covers):
                asked.setdefault((name, check.data_set), []).append(check)
    found: dict[tuple[str, str], Check] = {}
    for check in baseline.checks:
        key = (check.spec.rule or "", check.data_set)
        for own in asked.get(key, ()):
            if not _lets_more_pass(own.spec, check.spec, parameters):
                found.setdefault(key, own)
    return found


def _lets_more_pass(
    own: ExpectationSpec, base: ExpectationSpec, parameters: Mapping[str, Parameter]
) -> bool:
    if base.on_deviation != "review" and own.on_deviation == "review":
        return True
    if base.period is not None and own.period is not None:
        longest, period = (_set_period(one.period, parameters) for one in (base, own))
        if longest is not None and (period is None or can_end_before(longest, period)):
            return True
    is_same = own.rule == base.rule  # another, which covers it, speaks of other records
    return is_same and (own.scope != base.scope or not set(own.exempt) <= set(base.exempt))


def _set_period(spec: PeriodSpec | None, parameters: Mapping[str, Parameter]) -> str | None:
    """A period as it stands or as its parameter sets it; one that no audit names is not set."""
    if spec is None or (isinstance(spec, PeriodFromParameter) and spec.parameter not in parameters):
        return None
    return period_of(spec, parameters)


def without_rehomed(baseline: Suite, asked: Asked) -> Suite:
    """The baseline without what a policy asks under clauses of its own (``asked_under``): each rule
    is asked of a data set once.
    """
    clauses: list[Clause] = []
    for clause in baseline.clauses:
        kept = tuple(_left(clause.expectations, asked))
        if kept or not clause.expectations:
            clauses.append(clause.model_copy(update={"expectations": kept}))
    return Suite(name=baseline.name, clauses=tuple(clauses))


def _left(specs: Iterable[ExpectationSpec], asked: Asked) -> Iterator[ExpectationSpec]:
    for spec in specs:
        data_sets = tuple(name for name in spec.data_sets if (spec.rule or "", name) not in asked)
        if data_sets == spec.data_sets:
            yield spec
        elif data_sets:
            yield spec.model_copy(update={"for_each": data_sets})


def _suite(
    name: str, clauses: Iterable[PolicyClause], rules: Mapping[str, Rule], file: Path
) -> Suite:
    suite = Suite(
        name=name,
        clauses=tuple(
            _resolved(clause, rules, _Place(file, ("clauses", number)))
            for number, clause in enumerate(clauses)
        ),
    )
    refuse_duplicate_ids(file, [clause.clause for clause in suite.clauses])
    refuse_duplicate_ids(
        file,
        [check.id for check in suite.checks],
        remedy=" Two rules of the clause make a check of that name: give one another `as`.",
    )
    return suite


@dataclass(frozen=True)
class _Place:
    """A place in a file, looked up when something is wrong there."""

    file: Path
    location: tuple[str | int, ...]

    def refuse(self, what: str) -> NoReturn:
        msg = f"{place_of(self.file, self.location)}: {what}"
        raise AuditFileError(msg)


def _resolved(clause: PolicyClause, rules: Mapping[str, Rule], place: _Place) -> Clause:
    """The clause with the expectations that its rules make."""
    expectations = tuple(
        _expectation(use, clause, rules, _Place(place.file, (*place.location, "rules", number)))
        for number, use in enumerate(clause.rules)
    )
    bases = tuple(dict.fromkeys(basis for spec in expectations for basis in spec.legal_basis))
    return Clause(
        clause=clause.clause,
        auditable=clause.auditable or ("data" if expectations else "none"),
        claim=clause.claim,
        legal_basis=bases if clause.legal_basis is None else clause.legal_basis,
        severity=clause.severity or _gravest(spec.severity for spec in expectations),
        expectations=expectations,
        not_assessed=clause.not_assessed,
        limits=clause.limits,
        note=clause.note,
        deadlines=clause.deadlines,
        questions=clause.questions,
    )


def _gravest(severities: Iterable[Severity]) -> Severity:
    known = set(severities)
    return next((severity for severity in _SEVERITIES if severity in known), "low")


def _expectation(
    use: RuleUse, clause: PolicyClause, rules: Mapping[str, Rule], place: _Place
) -> ExpectationSpec:
    rule = rules.get(use.rule)
    if rule is None:
        place.refuse(f"no rule '{use.rule}'.{near_match(use.rule, rules)}")
    if rule.type == "expect_erasure_by_deadline" and use.after is None and rule.after is None:
        place.refuse(f"{use.rule} needs the policy's period, such as {use.rule}: {{after: P1Y}}.")
    if use.since is not None and rule.since is None:
        place.refuse(f"{use.rule} has no day that could be later: leave out 'since'.")
    told: dict[str, Any] = {
        "period": use.after or rule.after,
        "legal": tuple(_readings(use, rule, place)),
        **_data_sets(use, rule, place),
        "scope": rule.scope_since(use.since),
        **_of_the_policy(use, clause),
    }
    try:
        return rule.expectation(**told)
    except ValidationError as error:
        place.refuse(
            "; ".join(f"{use.rule}: {each}" for each in complaints(error, ExpectationSpec))
        )


def _data_sets(use: RuleUse, rule: Rule, place: _Place) -> dict[str, Any]:
    """What a rule is asked of here, and how its checks are called."""
    if rule.for_each is None:
        if use.tables:
            place.refuse(f"{use.rule} is about {rule.data_set} alone: leave out 'tables'.")
        return {"part": use.part or rule.part}
    if use.part is None:
        return {"for_each": use.tables or rule.for_each}
    if len(use.tables) != 1:
        place.refuse(
            f"{use.rule} is about many tables: 'as' needs the one it is for, such as"
            f" {{tables: [cdr], as: {use.part}}}."
        )
    return {"part": use.part, "data_set": use.tables[0], "for_each": None}


def _of_the_policy(use: RuleUse, clause: PolicyClause) -> dict[str, Any]:
    """What the policy says of its own: of this rule, else of all rules of the clause."""
    told = {
        "exempt": use.exempt,
        "listed": use.listed,
        "claim": use.claim,
        "on_deviation": use.on_deviation,
        "action": use.action,
        "severity": use.severity or clause.severity,
        "legal_basis": clause.legal_basis if use.legal_basis is None else use.legal_basis,
    }
    return {name: value for name, value in told.items() if value is not None}


def _readings(use: RuleUse, rule: Rule, place: _Place) -> Iterator[dict[str, Any]]:
    known = {reading.name: reading for reading in rule.readings}
    for name, after in use.readings.items():
        if name not in known:
            place.refuse(f"{rule.rule} has no reading '{name}'.{near_match(name, known)}")
        told = known[name].put(use.after or rule.after)
        yield {**told, "period": after} if after else told
    yield from (
        reading.put(None)
        for reading in rule.readings
        if reading.stays_while and reading.name not in use.readings
    )
