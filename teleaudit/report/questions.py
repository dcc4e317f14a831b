"""The eight questions about erasure that Datatilsynet sent out before its inspections in 2018, each
with what this run can say and where it is told.

Four are answered by data, four by people in ``response.yaml``; what nobody answers is said to be
unanswered, and why. Source: the questionnaire as Datatilsynet published it; told in our own words.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from teleaudit.report.erasure import deadline_groups
from teleaudit.report.material import FINDING, NOT_ASSESSED, Entry, Material, is_not_held

Part = dict[str, Any]

# Question -> the data sets that its checks are about, or None where people answer it.
_DATA_SETS: Mapping[str, tuple[str, ...] | None] = {
    "deadlines": (),
    "technical_erasure": None,
    "manual_erasure": None,
    "all_systems": ("system_inventory",),
    "control": (),
    "log": ("deletion_log",),
    "backup": ("backup_register",),
    "log_integrity": None,
}


def describe_questions(material: Material, numbers: Mapping[str, str]) -> Part:
    """The page of questions: number, question, answer, and the labels it refers to."""
    words = material.words
    return {
        "intro": words.at("questions.intro"),
        "header": words.at("questions.header"),
        "rows": [
            {
                "number": words.number(place),
                "question": words.at(f"questions.asked.{name}"),
                "answered": bool(answer := _answer(material, name)),
                "answer": answer or words.at(f"questions.{_why_not(material, name)}.{name}"),
                "label": words.at(f"questions.labels.{_how_far(name, answer)}"),
                "places": _places(name) if answer else [],
                "findings": _finding_numbers(material, name, numbers),
            }
            for place, name in enumerate(_DATA_SETS, start=1)
        ],
    }


def _why_not(material: Material, name: str) -> str:
    """Why a question has no answer: a register that is declared not to be held was not omitted."""
    declared = {one.get("table") for one in material.results.get("not_held", [])}
    tables = _DATA_SETS[name]
    return "not_held" if tables and declared.issuperset(tables) else "unanswered"


def _how_far(name: str, answer: str) -> str:
    """How far a question is answered: that checks were made of a log does not say how it is kept."""
    if not answer:
        return "not"
    return "partly" if _DATA_SETS[name] else "answered"


def _places(name: str) -> list[str]:
    """The labels of the chapters that tell more."""
    return {"deadlines": ["deadlines"], "control": ["summary", "findings"]}.get(name, [])


def _answer(material: Material, name: str) -> str:
    own = str(material.response.get("answers", {}).get(name, ""))
    data_sets = _DATA_SETS[name]
    if data_sets is None:
        return material.words.say("questions.by_people", text=own) if own else ""
    told = _from_data(material, name, data_sets)
    return " ".join(part for part in (told, own) if part)


def _from_data(material: Material, name: str, data_sets: Sequence[str]) -> str:
    words, groups = material.words, deadline_groups(material)
    if name == "deadlines":
        return (
            words.say("questions.answers.deadlines", n=words.counted("deadline", len(groups)))
            if groups
            else ""
        )
    if name == "control":
        if not groups:
            return ""
        checks = [check for group in groups for check in group]
        passed, kept = (
            sum(check["deadlines"][one] for check in checks) for one in ("passed", "kept")
        )
        return words.say(
            "questions.answers.control",
            passed=words.counted("record", passed),
            kept=words.counted("record", kept),
        )
    checks = [
        check
        for check in material.checks
        if check["dataset"] in data_sets and check["topic"] == "deletion" and not is_not_held(check)
    ]
    judged = [check for check in checks if check["verdict"] not in NOT_ASSESSED]
    if not judged:
        return ""
    deviating = [check for check in judged if check["verdict"] in FINDING]
    return words.say(
        f"questions.answers.{name}",
        checks=words.counted("check", len(judged)),
        found=_found(material, deviating),
        exports=words.counted("export", len(material.results["exports"])),
    )


def _found(material: Material, checks: Sequence[Entry]) -> str:
    words = material.words
    return (
        words.say("questions.some_deviate", n=words.number(len(checks)))
        if checks
        else str(words.at("questions.none_deviate"))
    )


def _finding_numbers(material: Material, name: str, numbers: Mapping[str, str]) -> list[str]:
    data_sets = _DATA_SETS[name] or ()
    return list(
        dict.fromkeys(
            numbers[check["id"]]
            for check in material.checks
            if check["dataset"] in data_sets
            and check["topic"] == "deletion"
            and check["id"] in numbers
        )
    )
