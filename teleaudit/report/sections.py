"""The chapter of findings: a section for each clause, in it a part for each requirement, in that
every check with its numbers.

Checks that ask the same of several data sets stand in one table; what belongs to one data set alone
follows it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from teleaudit.report.material import Entry, Material, Table, found, gravity
from teleaudit.report.wording import capital

PERIODS_SHOWN = 12  # in one table: months, or years when there are more months
DATA_SETS_NAMED = 3  # in a sentence; more are counted

Part = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Requirement:
    """Checks that ask the same thing, each of its own data set."""

    checks: tuple[Entry, ...]

    @property
    def first(self) -> Entry:
        """The gravest; what all have in common can be read off it."""
        return self.checks[0]

    def total(self, name: str) -> int:
        """A number summed over the data sets."""
        return sum(int(check.get(name) or 0) for check in self.checks)


@dataclass(frozen=True, kw_only=True)
class Section:
    """What was found under one clause."""

    clause: str
    requirements: tuple[Requirement, ...]

    @property
    def checks(self) -> tuple[Entry, ...]:
        """All its checks, the gravest first."""
        return tuple(check for requirement in self.requirements for check in requirement.checks)

    @property
    def found(self) -> int:
        """What its findings are about, in all."""
        return sum(found(check) for check in self.checks)


def sections(material: Material, authority: str | None = None) -> list[Section]:
    """The findings, or those that an authority is competent for, by clause and requirement, the
    gravest first.
    """
    by_clause: dict[str, dict[Hashable, list[Entry]]] = defaultdict(lambda: defaultdict(list))
    for check in (
        check
        for check in material.findings
        if authority is None or authority in authorities_of(material, check)
    ):
        by_clause[_clause(check)][_same(material, check)].append(check)
    found_by_clause = [
        Section(
            clause=clause,
            requirements=tuple(
                Requirement(checks=tuple(checks)) for checks in by_requirement.values()
            ),
        )
        for clause, by_requirement in by_clause.items()
    ]
    return sorted(
        found_by_clause, key=lambda section: (*gravity(section.checks[0]), -section.found)
    )


def authorities_of(material: Material, check: Entry) -> list[str]:
    """Who is competent for a check's findings; the report's own reader where nobody supervises what
    the check cites.
    """
    return check["authorities"] or [material.words.at("finding.own_authority")]


def other_authorities(material: Material) -> list[str]:
    """The authorities beside the report's own reader that findings concern, in the order of the
    language's names.
    """
    named = {
        authority for check in material.findings for authority in authorities_of(material, check)
    } - {material.words.at("finding.own_authority")}
    return sorted(named, key=lambda authority: material.words.name("authorities", authority))


def _clause(check: Entry) -> str:
    return str(check["clauses"][0] if check["clauses"] else check["id"].partition(".")[0])


def _same(material: Material, check: Entry) -> Hashable:
    """What checks of one requirement have in common."""
    criterion = check["criterion"] or {}
    told = (
        check["verdict"],
        material.text(check["claim"]),
        check["severity"],
        tuple(check["authorities"]),
        check["unit"],
        check["topic"],
    )
    return (
        *told,
        tuple(check["legal_basis"]),
        criterion.get("period"),
        criterion.get("starts_at"),
        tuple(criterion.get("parameters", ())),
    )


def describe_section(material: Material, section: Section, figures: Mapping[str, Part]) -> Part:
    """One clause's findings."""
    words, checks = material.words, section.checks
    name = "title_one" if len(checks) == 1 else "title_many"
    title = words.say(
        f"finding.{name}",
        clause=section.clause,
        topic=words.name("topics", checks[0]["topic"]),
        checks=words.counted("check", len(checks)),
    )
    return {
        "title": title,
        "requirements": [
            _describe(material, requirement, figures, alone=len(section.requirements) == 1)
            for requirement in section.requirements
        ],
    }


def _describe(
    material: Material, requirement: Requirement, figures: Mapping[str, Part], *, alone: bool
) -> Part:
    words, first = material.words, requirement.first
    return {
        "title": (
            ""
            if alone
            else capital(
                words.listed([material.dataset(check["dataset"]) for check in requirement.checks])
            )
        ),
        "verdict": first["verdict"],
        "claim": material.text(first["claim"]),
        "sentence": " ".join(_sentences(material, requirement)),
        "numbers": _table(material, requirement),
        "facts": _facts(material, first),
        "action": _action(material, requirement),
        "data_sets": [_data_set(material, check, figures) for check in requirement.checks],
    }


def _sentences(material: Material, requirement: Requirement) -> list[str]:
    words, first, unit = material.words, requirement.first, requirement.first["unit"]
    values = {
        "as_of": words.date(material.results["as_of"], "date"),
        "dataset": _named(material, requirement),
        "k": words.counted(unit, sum(found(check) for check in requirement.checks)),
        "M": words.number(requirement.total("assessable")),
        "N": words.number(requirement.total("population")),
    }
    said = [
        words.say(f"finding.{_wording(first)}", **values, **_deadline(material, first)),
        *_passed(material, requirement),
        *_overdue(material, requirement),
    ]
    if requirement.total("review") and first["verdict"] != "review":
        said.append(
            words.say("finding.also_review", n=words.counted(unit, requirement.total("review")))
        )
    if legal := sum(check.get("legal_records", 0) for check in requirement.checks):
        said.append(words.say("finding.also_legal", n=words.counted(unit, legal)))
    if others := requirement.total("exempted") - sum(
        check["deadlines"]["exempted"] for check in requirement.checks if check["deadlines"]
    ):
        name = "exempted_early" if first["deadlines"] else "exempted"
        said.append(words.say(f"finding.{name}", e=words.counted(unit, others)))
    if requirement.total("assessable") < requirement.total("population"):
        said.append(words.at("finding.part"))
    return said


def _named(material: Material, requirement: Requirement) -> str:
    names = [f"»{material.dataset(check['dataset'])}«" for check in requirement.checks]
    return (
        material.words.listed(names)
        if len(names) <= DATA_SETS_NAMED
        else material.words.counted("data_set", len(names))
    )


def _passed(material: Material, requirement: Requirement) -> list[str]:
    """Of the records that have a deadline, for how many it has passed, and what became of these."""
    told = [check["deadlines"] for check in requirement.checks if check["deadlines"]]
    if not told:
        return []
    words, total = (
        material.words,
        {
            name: sum(one[name] for one in told)
            for name in ("records", "passed", "kept", "exempted")
        },
    )
    records, passed = (
        words.counted(requirement.first["unit"], total["records"]),
        words.number(total["passed"]),
    )
    return [
        words.say(
            "finding.passed",
            records=records,
            passed=passed,
            kept=words.number_share(total["kept"], total["passed"]),
            exempted=words.number(total["exempted"]),
        )
    ]


def _overdue(material: Material, requirement: Requirement) -> list[str]:
    words = material.words
    days = [
        check["overdue"]
        for check in requirement.checks
        if (check["overdue"] or {}).get("max_days") is not None
    ]
    if not days:
        return []
    most = words.counted("day", max(one["max_days"] for one in days))
    if len(requirement.checks) > 1:
        return [words.say("finding.overdue_most", max=most)]
    return [words.say("finding.overdue", max=most, median=_days(material, days[0]["median_days"]))]


def _wording(check: Entry) -> str:
    if check["verdict"] == "review":
        return "review"
    if check["deadlines"]:
        return "deadline"
    return "breach" if check["verdict"] == "breach" else "plain"


def _deadline(material: Material, check: Entry) -> dict[str, str]:
    criterion = check["criterion"] or {}
    starts_at = criterion.get("starts_at") or ""
    return {
        "period": material.period(criterion.get("period") or ""),
        "event": material.words.event(check["dataset"], starts_at) or starts_at,
    }


def _days(material: Material, days: float | None) -> str:
    words = material.words
    if days is None:
        return str(words.at("formats.nothing"))
    return (
        words.counted("day", int(days))
        if days == int(days)
        else f"{words.number(days)} {words.at('units.day.other')}"
    )


def _facts(material: Material, check: Entry) -> list[dict[str, str]]:
    words, criterion = material.words, check["criterion"] or {}
    facts = {
        "severity": words.name("severities", check["severity"] or ""),
        "authority": (
            words.listed([words.name("authorities", name) for name in check["authorities"]])
            if check["authorities"]
            else ""
        ),
        "clauses": words.listed(check["clauses"]) if len(check["clauses"]) > 1 else "",
        "basis": material.bases(check["legal_basis"]),
        "deadline": (
            words.say("finding.deadline_fact", **_deadline(material, check))
            if _wording(check) == "deadline"
            else ""
        ),
        "parameters": "; ".join(
            _parameter(material, name) for name in criterion.get("parameters", ())
        ),
        "breach": _breach(material, check),
    }
    return [
        {"term": words.at(f"finding.facts.{name}"), "value": value}
        for name, value in facts.items()
        if value
    ]


def _breach(material: Material, check: Entry) -> str:
    """Whether what was found may be a personal data breach, and what its notification is counted
    from; whether it is one, the controller decides.
    """
    kind, words = check.get("possible_breach"), material.words
    return (
        f"{words.at(f'finding.possible_breach.{kind}')} {words.at('finding.breach_periods')}"
        if kind
        else ""
    )


def _parameter(material: Material, name: str) -> str:
    words, parameter = material.words, material.parameter(name)
    if parameter is None or parameter["value"] is None:
        return words.say("finding.parameter_unset", name=name)
    return words.say(
        "finding.parameter_fact",
        name=name,
        value=material.setting(parameter),
        owner=material.text(parameter["owner"]),
        approved_on=words.date(parameter["approved_on"]),
    )


def _table(material: Material, requirement: Requirement) -> Table:
    """The numbers of every check; without days past the deadline where nothing is past one."""
    name = "deadlines" if requirement.first["deadlines"] else "numbers"
    table = material.table(name, [_numbers(material, check) for check in requirement.checks])
    if any(check["overdue"] for check in requirement.checks):
        return table
    return {**table, "header": table["header"][:-1], "rows": [row[:-1] for row in table["rows"]]}


def _numbers(material: Material, check: Entry) -> tuple[Any, ...]:
    """N, M, k and e of one check, each with the share it is of what it is counted among, and the
    days past the deadline.

    What is kept past its deadline is counted among the records whose deadline has passed; so is
    what is exempted, but not what only a strict reading calls late.
    """
    words, assessable, told = material.words, check["assessable"], check["deadlines"]
    among = told["passed"] if told else assessable
    return (
        {"title": material.dataset(check["dataset"]), "id": check["id"]},
        words.number(check["population"]),
        words.number_share(assessable, check["population"]),
        *([words.number(told["passed"])] if told else []),
        words.number_share(check["deviations"], among),
        (
            words.number_share(check["exempted"], among)
            if not told or told["exempted"] == check["exempted"]
            else words.number(check["exempted"])
        ),
        _late(material, check),
    )


def _late(material: Material, check: Entry) -> str:
    words, overdue = material.words, check["overdue"] or {}
    if overdue.get("max_days") is None:
        return str(words.at("formats.nothing"))
    return words.say(
        "finding.overdue_cell",
        max=words.number(overdue["max_days"]),
        median=words.number(overdue["median_days"]),
    )


def _data_set(material: Material, check: Entry, figures: Mapping[str, Part]) -> Part:
    """What belongs to one check alone: columns, grounds, reasons, deadlines and references."""
    words, dataset = material.words, material.dataset(check["dataset"])
    return {
        "title": dataset,
        "id": check["id"],
        "lines": _lines(material, check),
        "figures": [
            {
                **figure,
                "caption": words.say(
                    "finding.figure", dataset=dataset, name=_figure_name(material, key)
                ),
            }
            for key, figure in sorted(figures.items())
            if key.partition("/")[0] == check["id"]
        ],
        "due": _due(material, check["due_by_month"]),
        "references": list(check["references"]),
        "references_note": _references_note(material, check),
    }


def _lines(material: Material, check: Entry) -> list[Part]:
    """The parts that a check's numbers are made of, the largest first."""
    words = material.words
    counts: dict[str, dict[str, int]] = {
        name: check[name] for name in ("columns", "exemptions", "reasons")
    }
    lines = [
        {
            "term": words.at(f"finding.lines.{name}"),
            "items": [
                {"name": _code(material, name, code), "count": _count(material, check, code, count)}
                for code, count in _largest_first(parts)
            ],
        }
        for name, parts in counts.items()
        if parts
    ]
    if unmapped := check.get("unmapped"):
        lines.append(
            {
                "term": words.at("finding.lines.unmapped"),
                "items": [{"name": {"code": header}, "count": ""} for header in sorted(unmapped)],
            }
        )
    if check["subjects"]:
        told = {
            name: count for name, count in check["subjects"].items() if count or name == "customers"
        }
        lines.append(
            {
                "term": words.at("finding.lines.subjects"),
                "items": [
                    {"name": words.at(f"finding.subjects.{name}"), "count": words.number(count)}
                    for name, count in told.items()
                ],
            }
        )
    if decided := [told for told in check.get("column_decisions", []) if told["level"]]:
        lines.append(
            {
                "term": words.at("finding.lines.decisions"),
                "items": [
                    {"name": {"code": told["column"]}, "count": _decision(material, told)}
                    for told in decided
                ],
            }
        )
    if check.get("review"):
        columns = [
            {"name": {"code": column}, "count": words.number(count)}
            for column, count in _largest_first(check.get("review_columns", {}))
        ]
        lines.append(
            {
                "term": words.at("finding.lines.review"),
                "items": [
                    {
                        "name": words.at("finding.line_review"),
                        "count": words.number(check["review"]),
                    },
                    *columns,
                ],
            }
        )
    return lines


def _code(material: Material, group: str, code: str) -> str | dict[str, str]:
    return {"code": code} if group == "columns" else material.words.name(group, code)


def _count(material: Material, check: Entry, code: str, count: int) -> str:
    """The number, with what a column holds where that is known."""
    words, kind = material.words, check.get("kinds", {}).get(code)
    return (
        words.say(
            "finding.values_of_kind",
            n=words.number(count),
            kind=words.name("attribute_kinds", kind),
        )
        if kind
        else words.number(count)
    )


def _decision(material: Material, told: Entry) -> str:
    """The rule that decided about a column, and the counts it rests on."""
    words = material.words
    rule = words.name("column_rules", told["rule"])
    return (
        words.say(
            "finding.column_rule",
            rule=rule,
            k=words.number(told["k"]),
            n=words.number(told["n"]),
            share=words.share(told["k"], told["n"]),
        )
        if told["n"]
        else rule
    )


def _largest_first(counts: Mapping[str, int]) -> list[tuple[str, int]]:
    return sorted(counts.items(), key=lambda item: (-item[1], item[0]))


def _figure_name(material: Material, key: str) -> str:
    name = key.partition("/")[2]
    return (
        material.words.name("finding.figure_names", name)
        if name
        else str(material.words.at("finding.figure_any"))
    )


def _due(material: Material, months: Sequence[Entry]) -> Part:
    """The table that goes with the figures, lying down: months, or years when there are many
    months.
    """
    words = material.words
    if len(months) <= PERIODS_SHOWN:
        name, periods = (
            "months",
            [
                (
                    words.date(f"{month['month']}-01", "month_short"),
                    month["records"],
                    month["overdue"],
                )
                for month in _in_order(months)
            ],
        )
    else:
        name, periods = "years", _by_year(months)
    shown = periods[-PERIODS_SHOWN:]
    note = (
        words.say("finding.months_shown", shown=len(shown), total=words.number(len(periods)))
        if len(shown) < len(periods)
        else ""
    )
    return {"table": _lying(material, name, shown), "note": note}


def _lying(material: Material, name: str, periods: Sequence[tuple[str, int, int]]) -> Table:
    words = material.words
    rows = [
        (words.at("finding.due_records"), *(words.number(records) for _, records, _ in periods)),
        (words.at("finding.due_overdue"), *(words.number(overdue) for _, _, overdue in periods)),
    ]
    table = material.table(name, rows if periods else [])
    return {**table, "header": [table["header"][0], *(period for period, _, _ in periods)]}


def _in_order(months: Sequence[Entry]) -> list[Entry]:
    return sorted(months, key=lambda month: str(month["month"]))


def _by_year(months: Sequence[Entry]) -> list[tuple[str, int, int]]:
    records: dict[str, int] = defaultdict(int)
    overdue: dict[str, int] = defaultdict(int)
    for month in months:
        year = str(month["month"])[:4]
        records[year] += month["records"]
        overdue[year] += month["overdue"]
    return [(year, records[year], overdue[year]) for year in sorted(records)]


def _references_note(material: Material, check: Entry) -> str:
    words, shown, total = material.words, len(check["references"]), found(check)
    if not shown:
        return str(words.at("finding.references_none"))
    name = "references_note" if shown < total else "references_all"
    return words.say(f"finding.{name}", shown=shown, total=words.number(total))


def _action(material: Material, requirement: Requirement) -> str:
    """What to do, as the checks say it, each different thing once."""
    words, actions = material.words, material.words.at("finding.actions")
    kind = "review" if requirement.first["verdict"] == "review" else requirement.first["topic"]
    told = dict.fromkeys(
        material.text_or(check.get("action"), actions.get(kind, actions["any"]))
        for check in requirement.checks
    )
    return " ".join([*told, words.at("finding.action_owner")])
