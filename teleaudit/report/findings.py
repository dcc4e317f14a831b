"""The chapter of findings: by theme, numbered, each about one clause and grouped by what is required.

What is wrong in many data sets for one cause is one finding; what belongs to a single check or
record stands in the annex for spreadsheets.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from teleaudit.report.material import FINDING, SEVERITY, Entry, Material, found, gravity
from teleaudit.report.waivers import acceptance

# Theme -> the topics of its checks. The last is about data, not about what was done with them.
THEMES: Mapping[str, tuple[str, ...]] = {
    "A": ("retention", "deletion"),
    "B": ("rights", "consent"),
    "C": ("message_content",),
    "D": ("card_data", "minimisation"),
    "E": ("disclosure",),
    "F": ("access",),
    "G": ("intake",),
}
DATA_QUALITY = "G"
THEME_OF = {topic: theme for theme, topics in THEMES.items() for topic in topics}
DATA_SETS_NAMED = 3  # in a sentence; more are counted
COLUMNS_NAMED = 4
# What a report has room for; the annex holds everything.
IN_FULL, ROWS = 60, 120

Part = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Requirement:
    """Checks that ask the same thing, each of its own data set, the gravest first."""

    checks: tuple[Entry, ...]

    @property
    def first(self) -> Entry:
        """The gravest; what all have in common can be read off it."""
        return self.checks[0]

    @property
    def is_review(self) -> bool:
        """Whether a person must judge before anything can be concluded."""
        return bool(self.first["verdict"] == "review")

    @property
    def found(self) -> int:
        """What it is about, in all."""
        return sum(found(check) for check in self.checks)

    def total(self, name: str) -> int:
        """A number summed over the data sets."""
        return sum(int(check.get(name) or 0) for check in self.checks)


@dataclass(frozen=True, kw_only=True)
class Finding:
    """What was found under one clause within one theme."""

    number: str  # ``A3``
    clause: str
    requirements: tuple[Requirement, ...]

    @property
    def theme(self) -> str:
        """The letter of its theme."""
        return self.number[0]

    @property
    def checks(self) -> tuple[Entry, ...]:
        """All its checks, the gravest first."""
        return tuple(check for requirement in self.requirements for check in requirement.checks)

    @property
    def first(self) -> Entry:
        """The gravest check."""
        return self.requirements[0].first

    @property
    def is_review(self) -> bool:
        """Whether nothing is concluded before a person has judged."""
        return all(requirement.is_review for requirement in self.requirements)

    @property
    def is_minor(self) -> bool:
        """Whether a row of a table says enough: low severity, or quality of data alone."""
        return self.theme == DATA_QUALITY or all(
            requirement.first["severity"] in ("low", "observation", None)
            for requirement in self.requirements
            if not requirement.is_review
        )


def number_findings(checks: Sequence[Entry]) -> dict[str, str]:
    """Check id -> number of the finding that it belongs to, such as ``A3``, for checks that found
    something: by theme, in each clause by clause, the gravest first. What is secret has none, or a
    gap would tell of it.

    results.json holds them, so that every report, list and notebook of a run says A3 of the same.
    """
    by_clause: dict[tuple[str, str], list[Entry]] = defaultdict(list)
    for check in checks:
        if check["verdict"] in FINDING and not check.get("secret"):
            by_clause[THEME_OF[check["topic"]], clause_of(check)].append(check)
    ordered = sorted(
        by_clause.items(),
        key=lambda entry: (
            entry[0][0],
            min(gravity(check) for check in entry[1]),
            -sum(found(check) for check in entry[1]),
            entry[0][1],
        ),
    )
    places: dict[str, int] = defaultdict(int)
    numbers: dict[str, str] = {}
    for (theme, _), own in ordered:
        places[theme] += 1
        numbers |= {check["id"]: f"{theme}{places[theme]}" for check in own}
    return numbers


def finding_numbers(results: Entry) -> dict[str, str]:
    """Check id -> number of its finding, as the results say; made where they are not yet whole."""
    told = {check["id"]: check["finding"] for check in results["checks"] if check.get("finding")}
    return told or number_findings(results["checks"])


def findings_of(material: Material) -> list[Finding]:
    """The findings in the order of their numbers."""
    numbers = finding_numbers(material.results)
    by_number: dict[str, list[Entry]] = defaultdict(list)
    for check in material.findings:
        by_number[numbers[check["id"]]].append(check)
    return [
        Finding(number=number, clause=clause_of(own[0]), requirements=_requirements(material, own))
        for number, own in sorted(
            by_number.items(), key=lambda entry: (entry[0][0], int(entry[0][1:]))
        )
    ]


def gravest_of(findings: Sequence[Finding]) -> list[Finding]:
    """Those that are deviations, the gravest first: by severity, then what may be a breach, then
    what concerns most.
    """

    def weight(finding: Finding) -> tuple[Any, ...]:
        most = max(
            (check["subjects"] or {}).get("customers", 0) or check["deviations"]
            for check in finding.checks
        )
        is_breach = any(check.get("possible_breach") for check in finding.checks)
        return SEVERITY.index(finding.first["severity"]), not is_breach, -most

    return sorted((one for one in findings if not one.is_review), key=weight)


def _requirements(material: Material, checks: Sequence[Entry]) -> tuple[Requirement, ...]:
    by_requirement: dict[Hashable, list[Entry]] = defaultdict(list)
    for check in checks:
        by_requirement[_same(material, check)].append(check)
    return tuple(Requirement(checks=tuple(own)) for own in by_requirement.values())


def clause_of(check: Entry) -> str:
    """The clause that a check belongs to."""
    return str(check["clauses"][0] if check["clauses"] else check["id"].partition(".")[0])


def _same(material: Material, check: Entry) -> Hashable:
    """What checks of one requirement have in common."""
    criterion = check["criterion"] or {}
    return (
        check["verdict"],
        material.text(check["claim"]),
        check["unit"],
        check["deadlines"] is not None,
        criterion.get("period"),
        criterion.get("starts_at"),
    )


def describe_findings(material: Material, findings: Sequence[Finding]) -> Part:
    """The chapter: themes with their findings, then what one row each says, then what a person must
    judge.
    """
    words = material.words
    told = [finding for finding in findings if not finding.is_review]
    in_full = [one.number for one in gravest_of(told) if not one.is_minor][:IN_FULL]
    minor = [one for one in told if one.number not in set(in_full)]
    return {
        "themes": [
            {
                "letter": theme,
                "title": words.at(f"themes.{theme}"),
                "findings": [_describe(material, finding) for finding in own],
            }
            for theme in THEMES
            if (own := [one for one in told if one.theme == theme and one.number in set(in_full)])
        ],
        "minor": material.table("minor", [_minor_row(material, one) for one in minor[:ROWS]]),
        "more": (
            words.say("finding.more", n=words.counted("finding", more))
            if (more := len(minor) - ROWS) > 0
            else ""
        ),
        "review": material.table(
            "review",
            [
                _review_row(material, finding, requirement)
                for finding in findings
                for requirement in finding.requirements
                if requirement.is_review
            ][:ROWS],
        ),
        "minor_intro": words.at("finding.minor_intro"),
        "intro": words.say("finding.intro"),
        "empty": words.at("finding.none") if not findings else "",
    }


def title_of(material: Material, finding: Finding) -> str:
    """What the clause requires; what the gravest check requires where the clause says nothing."""
    claim = material.clause_claim(finding.clause)
    return claim or material.text(finding.first["claim"])


def _describe(material: Material, finding: Finding) -> Part:
    words = material.words
    told = [one for one in finding.requirements if not one.is_review]
    title = title_of(material, finding)
    return {
        "number": finding.number,
        "title": title,
        "verdict": finding.first["verdict"],
        "severity": words.name("severities", finding.first["severity"] or ""),
        "grave": finding.first["severity"] or "",
        "paragraphs": [
            {
                "claim": claim if (claim := material.text(one.first["claim"])) != title else "",
                "text": " ".join(sentences(material, one)),
            }
            for one in told
        ],
        "review": (
            words.at("finding.with_review")
            if any(one.is_review for one in finding.requirements)
            else ""
        ),
        "action": actions_of(material, told),
        "breach": _breach(material, told),
        "facts": _facts(material, finding, told),
    }


def sentences(material: Material, requirement: Requirement) -> list[str]:
    """What was found, in whole sentences."""
    words, unit = material.words, requirement.first["unit"]
    said = [
        _counted(material, requirement),
        *(_overdue(material, requirement) or _oldest(material, requirement)),
    ]
    if columns := _columns(material, requirement):
        said.append(columns)
    if (review := requirement.total("review")) and not requirement.is_review:
        said.append(words.say("finding.also_review", n=words.counted(unit, review)))
    if legal := requirement.total("legal_records"):
        said.append(words.say("finding.also_legal", n=words.counted(unit, legal)))
    if exempted := requirement.total("exempted") - _of_deadlines(requirement, "exempted"):
        early = "exempted_early" if requirement.first["deadlines"] else "exempted"
        said.append(words.say(f"finding.{early}", e=words.counted(unit, exempted)))
    if left := requirement.total("population") - requirement.total("assessable"):
        said.append(words.say("finding.part", n=words.counted(unit, left)))
    return said


def _counted(material: Material, requirement: Requirement) -> str:
    words, first, unit = material.words, requirement.first, requirement.first["unit"]
    values = {
        "dataset": _named(material, requirement),
        "k": words.number(requirement.found),
        "k_units": words.counted(unit, requirement.found),
        "units": words.plural(words.at(f"units.{unit}"), requirement.found),
        "M_units": words.counted(unit, requirement.total("assessable")),
    }
    if requirement.is_review:
        return words.say("finding.review", **values)
    if not first["deadlines"]:
        return words.say(
            "finding.breach" if first["verdict"] == "breach" else "finding.plain", **values
        )
    passed, exempted = (_of_deadlines(requirement, name) for name in ("passed", "exempted"))
    return words.say(
        "finding.deadline_exempted" if exempted else "finding.deadline",
        passed=words.counted(unit, passed),
        exempted=words.number(exempted),
        **values,
        **deadline(material, first),
    )


def _of_deadlines(requirement: Requirement, name: str) -> int:
    return sum(check["deadlines"][name] for check in requirement.checks if check["deadlines"])


def _named(material: Material, requirement: Requirement) -> str:
    """The data sets by name; of many, how many, and where most was found."""
    words = material.words
    names = [words.quoted(material.dataset(check["dataset"])) for check in requirement.checks]
    if len(names) <= DATA_SETS_NAMED:
        return words.listed(names)
    most = max(requirement.checks, key=found)
    return words.say(
        "finding.in_many",
        n=words.counted("data_set", len(names)),
        most=material.dataset(most["dataset"]),
        k=words.number(found(most)),
    )


def _overdue(material: Material, requirement: Requirement) -> list[str]:
    """How long after the deadline: each number where there are one or two, else the greatest and,
    of one data set, the median.
    """
    words = material.words
    days = [
        check["overdue"]
        for check in requirement.checks
        if (check["overdue"] or {}).get("max_days") is not None
    ]
    if not days:
        return []
    most, one = max(told["max_days"] for told in days), requirement.found == 1
    values = {"max": words.counted("day", most)}
    if one or (requirement.found == 2 and days[0]["median_days"] == most):
        return [words.say("finding.overdue_one" if one else "finding.overdue_both", **values)]
    if len(days) > 1:
        return [words.say("finding.overdue_most", **values)]
    median = days[0]["median_days"]
    if median == most:
        return [words.say("finding.overdue_all", **values)]
    return [words.say("finding.overdue", median=_days(material, median), **values)]


def _oldest(material: Material, requirement: Requirement) -> list[str]:
    """Since when the oldest record is there, where its table tells and it matters."""
    months = [
        check["oldest"]
        for check in requirement.checks
        if check.get("oldest") and _matters_to_people(check)
    ]
    if not months:
        return []
    said = "finding.oldest_one" if requirement.found == 1 else "finding.oldest"
    return [material.words.say(said, month=material.words.month(min(months)))]


def _matters_to_people(check: Entry) -> bool:
    """Whether something was found in cells, or may be a breach: whoever assesses it must know how
    many it concerns and since when, or that nobody can tell.
    """
    return bool(found(check) and (check["columns"] or check.get("possible_breach")))


def _days(material: Material, days: float) -> str:
    words = material.words
    return (
        words.counted("day", int(days))
        if days == int(days)
        else f"{words.number(days)} {words.at('units.day.other')}"
    )


def _columns(material: Material, requirement: Requirement) -> str:
    """The columns in which something was found, those with most first."""
    words = material.words
    counts: dict[str, int] = defaultdict(int)
    for check in requirement.checks:
        of_check = check["columns"]
        if requirement.is_review:
            of_check = check.get("review_columns") or of_check
        for column, count in of_check.items():
            counts[column] += count
    if not counts:
        return ""
    names = sorted(counts, key=lambda name: (-counts[name], name))
    shown = [words.quoted(name) for name in names[:COLUMNS_NAMED]]
    if more := len(names) - len(shown):
        shown.append(words.say("finding.more_columns", n=words.number(more)))
    said = "finding.in_column" if len(names) == 1 else "finding.in_columns"
    return words.say(said, names=words.listed(shown))


def deadline(material: Material, check: Entry) -> dict[str, str]:
    """A check's period and what it is counted from, in words."""
    criterion = check["criterion"] or {}
    starts_at = criterion.get("starts_at") or ""
    return {
        "period": material.period(criterion.get("period") or ""),
        "event": material.words.event(check["dataset"], starts_at) or starts_at,
    }


def people(
    material: Material, checks: Sequence[Entry], *, unknown: str = "finding.people_unknown"
) -> str:
    """How many customers are concerned, and how many of them are persons; the words at ``unknown``
    where records were found that name none.

    Of several data sets the most of one: the same customer may stand in each. Nothing of columns.
    """
    words = material.words
    told = [check["subjects"] for check in checks if (check["subjects"] or {}).get("customers")]
    untold = [
        check
        for check in checks
        if check["unit"] == "record" and not check["subjects"] and _matters_to_people(check)
    ]
    if not told:
        return str(words.at(unknown)) if untold else ""
    most = max(told, key=lambda one: one["customers"])
    parts = [
        words.counted(unit, most[name])
        for name, unit in (("persons", "person"), ("companies", "company"))
        if most[name]
    ] + ([words.counted("of_unknown_kind", most["unknown"])] if most["unknown"] else [])
    at_least = "finding.people_at_least" if len(told) + len(untold) > 1 else "finding.people"
    return words.say(
        at_least, customers=words.counted("customer", most["customers"]), parts=", ".join(parts)
    )


def _facts(
    material: Material, finding: Finding, told: Sequence[Requirement]
) -> list[dict[str, str]]:
    words = material.words
    checks = [check for requirement in told for check in requirement.checks]
    parameters = dict.fromkeys(
        name for check in checks for name in (check["criterion"] or {}).get("parameters", ())
    )
    facts = {
        "clause": finding.clause,
        "checks": words.number(len(checks)) if len(checks) > 1 else "",
        "people": people(material, checks),
        "parameters": "; ".join(_parameter(material, name) for name in parameters),
        "basis": material.bases_in_short(
            list(dict.fromkeys(basis for check in checks for basis in check["legal_basis"]))
        ),
        "waiver": acceptance(material, [one for one in checks if one["verdict"] != "review"]),
        "owner": material.decision(finding.clause).get("owner", ""),
        "deadline": (
            words.date(decided)
            if (decided := material.decision(finding.clause).get("deadline"))
            else ""
        ),
    }
    return [
        {"term": words.at(f"finding.facts.{name}"), "value": value}
        for name, value in facts.items()
        if value
    ]


def _breach(material: Material, requirements: Sequence[Requirement]) -> str:
    """Whether what was found may be a personal data breach; whether it is one, the controller
    decides. Access weighs more than storage.
    """
    kinds = {
        check.get("possible_breach") for requirement in requirements for check in requirement.checks
    }
    kind = next((one for one in ("access", "storage") if one in kinds), None)
    return str(material.words.at(f"finding.possible_breach.{kind}")) if kind else ""


def _parameter(material: Material, name: str) -> str:
    words, parameter = material.words, material.parameter(name)
    if parameter is None or parameter["value"] is None:
        return words.say("finding.parameter_unset", name=name)
    return words.say("finding.parameter_fact", name=name, value=material.setting(parameter))


def actions_of(material: Material, requirements: Sequence[Requirement]) -> str:
    """What to do, as the checks say it, each different thing once."""
    actions = material.words.at("finding.actions")
    told: dict[str, None] = {}
    for requirement in requirements:
        kind = "review" if requirement.is_review else requirement.first["topic"]
        for check in requirement.checks:
            told[material.text_or(check.get("action"), actions.get(kind, actions["any"]))] = None
    return " ".join(told)


def _minor_row(material: Material, finding: Finding) -> tuple[Any, ...]:
    words = material.words
    told = [one for one in finding.requirements if not one.is_review]
    return (
        {"number": finding.number},
        title_of(material, finding),
        " ".join(_counted(material, one) for one in told),
        words.name("severities", finding.first["severity"] or ""),
    )


def _review_row(material: Material, finding: Finding, requirement: Requirement) -> tuple[Any, ...]:
    said = [_counted(material, requirement)]
    if columns := _columns(material, requirement):
        said.append(columns)
    return (
        {"number": finding.number},
        material.text(requirement.first["claim"]),
        " ".join(said),
        actions_of(material, [requirement]),
    )
