"""What a policy file asks, clause by clause, in words for somebody who is no programmer: held beside
the policy it shows what is asked, what is not, and why not.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from teleaudit.report.wording import Words, capital
from teleaudit.rules.audit_file import Parameter
from teleaudit.rules.parameters import number_of, period_of
from teleaudit.rules.policies import Asked as AskedUnder
from teleaudit.rules.policies import PolicyFile, without_rehomed
from teleaudit.rules.policy_texts import TextChange
from teleaudit.rules.rulebook import Rules
from teleaudit.rules.starting import is_placeholder
from teleaudit.rules.suites import (
    READ_BY_DETECTORS,
    Check,
    Clause,
    ExpectationSpec,
    PeriodSpec,
    Reading,
    Severity,
    StatedDeadline,
    Suite,
)
from teleaudit.schema import TABLES

WIDTH = 100
_INDENT = "  "
_MOST_IDS = 4  # more checks of one rule go by their number


@dataclass(frozen=True, kw_only=True)
class DataSet:
    """A data set as people and as programs call it."""

    name: str
    title: str


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What one rule asks under a clause, of one data set or of several."""

    rule: str
    checks: tuple[str, ...]  # ids
    data_sets: tuple[DataSet, ...]
    asks: str
    severity: Severity
    parameters: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class ClauseOverview:
    """A clause: what is asked of it and what is not."""

    id: str
    claim: str
    asked: tuple[Asked, ...]
    limits: str | None  # what of it is not looked at
    not_asked: str | None  # why nothing is asked
    evidence: str | None  # what would answer it
    note: str | None
    deadlines: tuple[str, ...]
    questions: tuple[str, ...]
    parameters: tuple[str, ...]  # each with whether it is set


@dataclass(frozen=True, kw_only=True)
class Rehomed:
    """A rule of the baseline that the policy asks under clauses of its own."""

    rule: str
    clauses: tuple[str, ...]
    data_sets: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class BaselineOverview:
    """What is asked beside the policy."""

    clause: str
    claim: str
    checks: int  # none where no data answers the clause
    parameters: tuple[str, ...]  # each with whether it is set


@dataclass(frozen=True, kw_only=True)
class PolicyOverview:
    """A whole policy."""

    title: str
    version: str
    drafts: tuple[str, ...]  # clauses whose claim is still a template's
    clauses: tuple[ClauseOverview, ...]
    changes: tuple[TextChange, ...]  # of the policy's text since its clauses were mapped
    under_clauses: tuple[Rehomed, ...]
    besides: tuple[BaselineOverview, ...]


def describe_policy(
    policy: PolicyFile,
    suite: Suite,
    rules: Rules,
    parameters: Mapping[str, Parameter] | None,
    words: Words,
    changes: tuple[TextChange, ...] = (),
) -> PolicyOverview:
    """What a policy asks; ``parameters`` are those of the audit beside it, None where there is none.

    Raises: AuditFileError for a parameter's value that no check can use.
    """
    tell = _Telling(rules=rules, parameters=parameters, words=words)
    asked = rules.asked_under(suite, parameters or {})
    kept = without_rehomed(rules.baseline, asked)
    return PolicyOverview(
        title=policy.title,
        version=policy.version,
        drafts=tuple(clause.clause for clause in suite.clauses if is_placeholder(clause.claim.da)),
        clauses=tuple(tell.clause(clause, suite) for clause in suite.clauses),
        changes=changes,
        under_clauses=tuple(_rehomed(rules, asked)),
        besides=tuple(tell.baseline(clause, kept) for clause in kept.clauses),
    )


def as_lines(overview: PolicyOverview, words: Words, width: int = WIDTH) -> list[str]:
    """The overview for a person, in lines of at most ``width`` characters."""
    blocks: list[Iterable[str]] = [_head(overview, words)]
    blocks += [_clause_lines(clause, words) for clause in overview.clauses]
    blocks.append(_baseline_lines(overview, words))
    return [
        line
        for number, block in enumerate(blocks)
        for line in (*([""] if number else []), *(w for text in block for w in _wrap(text, width)))
    ]


@dataclass(frozen=True, kw_only=True)
class _Telling:
    """What the sentences are made of."""

    rules: Rules
    parameters: Mapping[str, Parameter] | None
    words: Words

    def clause(self, clause: Clause, suite: Suite) -> ClauseOverview:
        checks = [check for check in suite.checks if check.clause is clause]
        missing = clause.not_assessed
        return ClauseOverview(
            id=clause.clause,
            claim=clause.claim.da,
            asked=tuple(self.asked(spec, checks) for spec in clause.expectations),
            limits=clause.limits.da if clause.limits else None,
            not_asked=missing.reason.da if missing else None,
            evidence=missing.evidence.da if missing and missing.evidence else None,
            note=clause.note.da if clause.note else None,
            deadlines=tuple(map(self.deadline, clause.deadlines)),
            questions=tuple(one.question.da for one in clause.questions),
            parameters=self.parameters_of(clause),
        )

    def baseline(self, clause: Clause, kept: Suite) -> BaselineOverview:
        return BaselineOverview(
            clause=clause.clause,
            claim=clause.claim.da,
            checks=sum(check.clause is clause for check in kept.checks),
            parameters=self.parameters_of(clause),
        )

    def parameters_of(self, clause: Clause) -> tuple[str, ...]:
        names = dict.fromkeys(
            (
                *(name for spec in clause.expectations for name in spec.parameters),
                *(one.parameter for one in clause.deadlines if one.parameter),
            )
        )
        for name in (name for spec in clause.expectations for name in spec.numbers):
            if name in (self.parameters or {}):
                number_of(name, self.parameters or {})
        return tuple(map(self.parameter, names))

    def asked(self, spec: ExpectationSpec, checks: Iterable[Check]) -> Asked:
        own = [check for check in checks if check.spec is spec]
        return Asked(
            rule=spec.rule or "",
            checks=tuple(check.id for check in own),
            data_sets=tuple(DataSet(name=name, title=self.title(name)) for name in spec.data_sets),
            asks=" ".join(self.sentences(spec, own[0])),
            severity=spec.severity,
            parameters=spec.parameters,
        )

    def title(self, data_set: str) -> str:
        if data_set in TABLES:
            return TABLES[data_set].title_da
        return self.words.name("data_sets", data_set)

    def sentences(self, spec: ExpectationSpec, check: Check) -> Iterator[str]:
        """What must hold, of which records, what is exempt, and who decides."""
        words, rule = self.words, self.rules.by_name[spec.rule or ""]
        match spec.type:
            case "expect_erasure_by_deadline":
                yield words.say(
                    f"asked.{spec.type}",
                    period=self.period(spec.period),
                    event=self.event(spec.starts_at or "", check.data_set),
                )
                if spec.null_means == "running":
                    yield words.at("asked.running")
            case "expect_only_listed_columns":
                yield from self.columns(spec)
            case "expect_rows_to_satisfy":
                # the rule's own words: a policy's may promise more than is asked
                yield (rule.asks or rule.claim or check.claim).da
            case _:
                yield words.at(f"asked.{spec.type}")
        if rule.asks and spec.type != "expect_rows_to_satisfy":
            yield rule.asks.da
        if spec.exempt:
            grounds = [words.name("exemptions", name) for name in spec.exempt]
            yield words.say(
                "asked.exempt", grounds=words.listed([one[:1].lower() + one[1:] for one in grounds])
            )
        yield words.at(f"asked.found.{_kind_of_find(spec)}")
        yield from (self.reading(one, spec, check) for one in spec.legal if one.question)

    def reading(self, reading: Reading, spec: ExpectationSpec, check: Check) -> str:
        """What is put to a lawyer, and where it has a period of its own, after how long."""
        question = reading.question.da if reading.question else ""
        if reading.period is None:
            return self.words.say("asked.reading", question=question)
        return self.words.say(
            "asked.reading_after",
            period=self.period(reading.period),
            event=self.event(reading.starts_at or spec.starts_at or "", check.data_set),
            question=question,
        )

    def columns(self, spec: ExpectationSpec) -> Iterator[str]:
        words = self.words
        if spec.kinds:
            kinds = [words.name("attribute_kinds", kind) for kind in spec.kinds]
            yield words.say("asked.kinds", kinds=words.listed(kinds))
        if spec.listed:
            known = {
                column.name: column
                for name in spec.data_sets
                if name in TABLES
                for column in TABLES[name].columns
            }
            named = [
                (known[name].synonyms or (name,))[0] if name in known else name
                for name in spec.listed
            ]
            # a header may end in a full stop of its own
            # of an open list to hold more is no deviation
            kind = "listed_open" if spec.on_deviation == "review" else "listed"
            yield words.say(f"asked.{kind}", columns=words.listed(named).rstrip("."))

    def event(self, column: str, data_set: str) -> str:
        """What a period is counted from; a date that no language has a word for, by its column."""
        if told := self.words.event(data_set, column):
            return told
        known = {one.name: one for one in TABLES[data_set].columns} if data_set in TABLES else {}
        named = known[column].synonyms[:1] if column in known else ()
        return self.words.say("asked.date_column", name=(*named, column)[0])

    def period(self, spec: PeriodSpec | None) -> str:
        if spec is None or isinstance(spec, str):
            return self.words.period(spec or "")
        known = self.parameters or {}
        iso = period_of(spec, known) if spec.parameter in known else None
        if iso is None:
            return self.words.say("asked.unset_period", name=spec.parameter)
        return self.words.say(
            "asked.own_period", period=self.words.period(iso), name=spec.parameter
        )

    def value(self, name: str) -> str | int | float | None:
        declared = (self.parameters or {}).get(name)
        return declared.value if declared else None

    def deadline(self, stated: StatedDeadline) -> str:
        words = self.words
        known = self.rules.category(stated.category)
        category = known.title.da
        bounds = [
            words.say(
                f"legal.law.{name}",
                period=words.period(bound.period),
                start=bound.counted_from.da,
            )
            for name, bound in known.bounds.items()
        ]
        law = words.say("asked.law", bounds=words.listed(bounds))
        if stated.parameter:
            value = self.value(stated.parameter)
            iso = f"P{value}{stated.unit}" if stated.unit else str(value)
            period = (
                words.at("method.not_set") if value is None else words.period(iso)
            ) + f" ({stated.parameter})"
        else:
            period = words.period(stated.period) if stated.period else words.at("asked.no_deadline")
        if stated.counted_from is None or not (stated.period or stated.parameter):
            return words.say("asked.deadline", category=category, period=period, law=law)
        return words.say(
            "asked.deadline_from",
            category=category,
            period=period,
            event=stated.counted_from.da,
            law=law,
        )

    def parameter(self, name: str) -> str:
        if self.parameters is None:
            return self.words.say("asked.parameter.no_audit", name=name)
        declared = self.parameters.get(name)
        if declared is None:
            return self.words.say("asked.parameter.not_declared", name=name)
        if declared.value is None:
            return self.words.say("asked.parameter.unset", name=name)
        value = str(declared.value)
        return self.words.say(
            "asked.parameter.set", name=name, value=self.words.period(value), owner=declared.owner
        )


def _kind_of_find(spec: ExpectationSpec) -> str:
    if spec.on_deviation == "review":
        return "review"
    # what only looks like it is for a person to see
    return "either" if spec.type in READ_BY_DETECTORS else "deviation"


def _rehomed(rules: Rules, asked: AskedUnder) -> Iterator[Rehomed]:
    """The rules of the baseline that the policy asks itself, or asks more than."""
    for spec in (spec for clause in rules.baseline.clauses for spec in clause.expectations):
        own = {
            name: asked[spec.rule or "", name].clause.clause
            for name in spec.data_sets
            if (spec.rule or "", name) in asked
        }
        if own:
            yield Rehomed(
                rule=spec.rule or "",
                clauses=tuple(dict.fromkeys(own.values())),
                data_sets=tuple(own),
            )


# Lines


def _head(overview: PolicyOverview, words: Words) -> Iterator[str]:
    asked = [clause for clause in overview.clauses if clause.asked]
    yield words.say("asked.title", title=overview.title, version=overview.version)
    yield words.say(
        "asked.counts",
        clauses=words.counted("clause", len(overview.clauses)),
        asked=words.number(len(asked)),
        checks=words.counted(
            "check", sum(len(one.checks) for clause in asked for one in clause.asked)
        ),
        rest=words.number(len(overview.clauses) - len(asked)),
    )
    if overview.drafts:
        yield words.say("asked.draft", places=words.listed(_few(overview.drafts, words)))
    for change in overview.changes:
        yield words.say(
            f"asked.text.{change.state}",
            clause=change.clause,
            line=change.line,
            sha256=change.sha256,
        )


def _few(ids: Sequence[str], words: Words) -> list[str]:
    """The first of them, and how many more there are."""
    shown = list(ids[:_MOST_IDS])
    rest = len(ids) - len(shown)
    return [*shown, words.say("data.mapping_gaps.more", n=words.number(rest))] if rest else shown


def _clause_lines(clause: ClauseOverview, words: Words) -> Iterator[str]:
    yield f"{clause.id}  {clause.claim}"
    labelled: Sequence[tuple[str, Sequence[str]]] = (
        ("asked", [told_of_rule(clause, one, words) for one in clause.asked]),
        ("not_asked", [clause.not_asked] if clause.not_asked else []),
        ("evidence", [clause.evidence] if clause.evidence else []),
        ("limits", [clause.limits] if clause.limits else []),
        ("deadlines", clause.deadlines),
        ("questions", clause.questions),
        ("parameters", clause.parameters),
        ("note", [clause.note] if clause.note else []),
    )
    for label, texts in labelled:
        if not texts:
            continue
        title = words.at(f"asked.labels.{label}")
        if len(texts) == 1 and label != "asked":
            yield f"{_INDENT}{title}: {texts[0]}"
        else:
            yield f"{_INDENT}{title}:"
            yield from (f"{_INDENT}- {text}" for text in texts)


def told_of_rule(clause: ClauseOverview, asked: Asked, words: Words) -> str:
    """What a rule asks under a clause, of what, and how grave it is."""
    named = words.listed(
        [words.say("asked.data_set", title=one.title, name=one.name) for one in asked.data_sets]
    )
    if len(asked.data_sets) == len(TABLES):
        named = words.say("asked.all_data_sets", n=words.number(len(TABLES)))
    ids = (
        ", ".join(asked.checks)
        if len(asked.checks) <= _MOST_IDS
        else words.say(
            "asked.many_ids", clause=clause.id, checks=words.counted("check", len(asked.checks))
        )
    )
    told = words.say("asked.id", severity=words.name("severities", asked.severity).lower(), ids=ids)
    return f"{capital(named)}: {asked.asks} {told}"


def _baseline_lines(overview: PolicyOverview, words: Words) -> Iterator[str]:
    yield words.at("asked.baseline.title")
    if overview.under_clauses:
        count = sum(len(one.data_sets) for one in overview.under_clauses)
        yield _INDENT + words.say("asked.baseline.own", checks=words.counted("check", count)) + ":"
        for one in overview.under_clauses:
            data_sets = words.counted("data_set", len(one.data_sets))
            yield f"{_INDENT}- " + words.say(
                "asked.baseline.own_row",
                rule=one.rule,
                data_sets=data_sets,
                clauses=words.listed(one.clauses),
            )
    asked = [one for one in overview.besides if one.checks]
    count = sum(one.checks for one in asked)
    yield _INDENT + words.say("asked.baseline.besides", checks=words.counted("check", count)) + ":"
    for clause in asked:
        yield f"{_INDENT}- " + words.say(
            "asked.baseline.besides_row",
            clause=clause.clause,
            claim=clause.claim,
            checks=words.counted("check", clause.checks),
        )
    parameters = [told for one in overview.besides for told in one.parameters]
    if parameters:
        yield f"{_INDENT}{words.at('asked.labels.parameters')}: {'; '.join(parameters)}"
    rest = [one.clause for one in overview.besides if not one.checks]
    if rest:
        yield _INDENT + words.say("asked.baseline.no_data", clauses=words.listed(rest))


def _wrap(text: str, width: int) -> list[str]:
    """A line broken where it is too long, what follows indented below its words."""
    indent = len(text) - len(text.lstrip(" -"))
    return textwrap.wrap(
        text,
        width,
        subsequent_indent=" " * (indent + (0 if indent else len(_INDENT))),
        break_long_words=False,
        break_on_hyphens=False,
    )
