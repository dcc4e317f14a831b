"""The erasure of data at a glance: what fell due and was kept, and which deadline comes from where."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Mapping, Sequence
from typing import Any

from teleaudit.report.findings import deadline, people
from teleaudit.report.gaps import describe_conflicts
from teleaudit.report.material import NOT_ASSESSED, UNJUDGED, Cell, Entry, Material, Table
from teleaudit.report.wording import capital

ROWS = 14  # of a table
NAMED = 3  # data sets of a category; more are counted

Group = list[Entry]  # checks of one clause that count by the same deadline


def deadline_groups(material: Material) -> list[Group]:
    """The checks of deadlines by clause, period and event, in the order of the policy."""
    groups: dict[Hashable, Group] = defaultdict(list)
    for check in material.results["checks"]:
        criterion = check["criterion"] or {}
        # what a person must judge first is kept past no deadline yet
        if check["deadlines"] and check["verdict"] not in (*UNJUDGED, "review"):
            key = (check["clauses"][0], criterion.get("period"), criterion.get("starts_at"))
            groups[key].append(check)
    return list(groups.values())


def describe_erasure(material: Material, numbers: Mapping[str, str]) -> tuple[Table, str]:
    """A row for each category: deadline, fallen due, kept past it, exempt, the oldest, the people
    concerned, and where it is told; and how many more there are than a page has room for.
    """
    words, groups = material.words, deadline_groups(material)
    rows = []
    for checks in _most_kept(groups):
        told = {
            name: sum(check["deadlines"][name] for check in checks)
            for name in ("passed", "kept", "exempted")
        }
        days = [
            check["overdue"]["max_days"]
            for check in checks
            if (check["overdue"] or {}).get("max_days") is not None
        ]
        number = next((numbers[check["id"]] for check in checks if check["id"] in numbers), "")
        rows.append(
            (
                category(material, checks),
                period(material, checks[0]),
                words.number(told["passed"]),
                words.number(told["kept"]),
                words.number(told["exempted"]),
                words.counted("day", max(days)) if days else words.at("formats.nothing"),
                people(material, checks) if told["kept"] else words.at("formats.nothing"),
                {"number": number} if number else "",
            )
        )
    return material.table("erasure", rows, "erasure.empty"), (
        words.say("erasure.more_rows", n=words.counted("deadline", more))
        if (more := len(groups) - len(rows)) > 0
        else ""
    )


def _most_kept(groups: Sequence[Group]) -> list[Group]:
    """The groups in their order; where there are too many, those with most that is kept."""
    if len(groups) <= ROWS:
        return list(groups)
    most = sorted(groups, key=lambda own: -sum(check["deadlines"]["kept"] for check in own))[:ROWS]
    return [group for group in groups if group in most]


def category(material: Material, checks: Group) -> str:
    """What a deadline is about: the titles of its data sets."""
    names = list(dict.fromkeys(material.dataset(check["dataset"]) for check in checks))
    if len(names) <= NAMED:
        return capital(material.words.listed(names))
    more = material.words.say("erasure.more", n=material.words.number(len(names) - NAMED))
    return capital(material.words.listed([*names[:NAMED], more]))


def period(material: Material, check: Entry) -> str:
    """A check's deadline in words."""
    return material.words.say("finding.deadline_fact", **deadline(material, check))


def describe_deadlines(material: Material, numbers: Mapping[str, str]) -> dict[str, Any]:
    """The deadlines side by side: what the policy, the controller's parameters and the law say of
    each category, and where policy and law differ.
    """
    words = material.words
    return {
        "intro": words.at("erasure.deadlines_intro"),
        "table": material.table(
            "deadline_sources",
            [_sources(material, checks) for checks in _most_kept(deadline_groups(material))],
            "erasure.empty",
        ),
        "register": _register(material, numbers) if material.is_main else "",
        "conflicts_intro": words.at("legal.conflicts_intro"),
        "conflicts": describe_conflicts(material),
    }


def _register(material: Material, numbers: Mapping[str, str]) -> str:
    """What was found of the record of processing, where it was looked at."""
    words = material.words
    judged = [
        check
        for check in material.checks
        if check["dataset"] == "processing_register"
        and check["topic"] == "deletion"
        and check["verdict"] not in NOT_ASSESSED
    ]
    if not judged:
        return str(words.at("erasure.no_register"))
    told = dict.fromkeys(numbers[check["id"]] for check in judged if check["id"] in numbers)
    found = (
        words.say("erasure.register_found", numbers=words.listed(list(told)))
        if told
        else words.at("erasure.register_clean")
    )
    return words.say("erasure.register", found=found)


def _sources(material: Material, checks: Group) -> tuple[Any, ...]:
    words, first = material.words, checks[0]
    clause = first["clauses"][0]
    nothing = str(words.at("formats.nothing"))
    parameters = [material.parameter(name) for name in first["criterion"].get("parameters", ())]
    by_parameter = str(first["criterion"].get("period") or "").startswith("{")
    told = deadline(material, first)
    is_law = is_of_baseline(material, clause)
    set_by = "; ".join(
        words.say(
            "erasure.set_by",
            value=material.setting(one),
            owner=material.text(one["owner"]),
            approved_on=words.date(one["approved_on"]),
        )
        for one in parameters
        if one is not None
    )
    # a period that stands under a clause whose policy gives none is the law's, as the rule reads it
    gives_none = any(
        conflict["clause"] == clause and conflict["kind"] == "no_deadline"
        for conflict in material.results.get("conflicts", [])
    )
    if is_law:
        own: Cell = nothing
    else:
        said = "left_open" if by_parameter else "no_deadline"
        own = {
            "title": told["period"]
            if not by_parameter and not gives_none
            else str(words.at(f"erasure.{said}")),
            "note": clause,
        }
    return (
        category(material, checks),
        own,
        set_by if by_parameter else nothing,
        told["period"] if is_law or (gives_none and not by_parameter) else nothing,
        told["event"],
    )


def is_of_baseline(material: Material, clause_id: str) -> bool:
    """Whether a clause is none of the policy's but applies to everyone."""
    return any(
        clause["id"] == clause_id and clause.get("baseline")
        for clause in material.results["clauses"]
    )
