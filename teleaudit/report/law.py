"""The rules that a report rests on: where each was read, and up to which date."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from teleaudit.report.material import Entry, Material, Table, law_of

Part = dict[str, Any]


def describe_law(material: Material) -> Part:
    """The rules that findings and questions cite; those that a lawyer reads again come first in the
    paragraph. The whole register stands in the annex for spreadsheets.
    """
    words = material.words
    cited = [
        basis for basis in material.results["legal_bases"] if basis["id"] in material.cited_bases
    ]
    copies = dict.fromkeys(material.text(copy) for basis in cited for copy in basis["copies"])
    recheck = [basis for basis in cited if basis["recheck_before_release"]]
    return {
        "intro": words.at("law.intro"),
        "copies": words.say("law.copies", copies="; ".join(copies)) if copies else "",
        "own_deadlines": words.at("law.own_deadlines"),
        "recheck": (
            words.say("law.recheck", rules=words.counted("rule", len(recheck))) if recheck else ""
        ),
        "table": _by_source(material, cited),
    }


def _by_source(material: Material, bases: Sequence[Entry]) -> Table:
    """The provisions that were read in the same place, in a row each: the report's own reader's
    first.
    """
    rows: dict[tuple[str, ...], list[Entry]] = {}
    for basis in in_order(material, bases):
        where = _where_read(material, basis)
        rows.setdefault((law_of(material.cited(basis)), *where.values()), []).append(basis)
    return material.table(
        "law",
        [
            (material.bases(basis["id"] for basis in own), _where_read(material, own[0]))
            for own in rows.values()
        ],
        "law.empty",
    )


def in_order(material: Material, bases: Sequence[Entry]) -> list[Entry]:
    """Rules, the report's own reader's first."""
    return sorted(
        bases,
        key=lambda basis: (
            basis["authority"] != material.authority,
            str(basis["authority"]),
            str(basis["id"]),
        ),
    )


def describe_rule(material: Material, basis: Entry) -> tuple[str, ...]:
    """One rule as the annex holds it: title, citation, when it applies, where it was read."""
    words, where = material.words, _where_read(material, basis)
    valid = words.say(
        "law.from_to" if basis["valid_to"] else "law.from",
        start=words.date(basis["valid_from"]),
        end=words.date(basis["valid_to"]),
    )
    return (
        str(basis.get("title_da", basis["id"])),
        material.cited(basis),
        valid if basis["valid_from"] else words.date(None),
        where["title"],
        where["note"],
    )


def law_cut_off(material: Material) -> str:
    """Up to which date the rules that checks rest on were read, and for how many nobody can say."""
    words = material.words
    applied = [
        basis for basis in material.results["legal_bases"] if basis["id"] in material.applied_bases
    ]
    dates = sorted(basis["read_to"] for basis in applied if basis["read_to"])
    if not dates:
        return str(words.at("law.no_cut_off"))
    said = [
        words.say(
            "law.cut_off" if dates[0] == dates[-1] else "law.cut_offs",
            first=words.date(dates[0]),
            last=words.date(dates[-1]),
        )
    ]
    if undated := len(applied) - len(dates):
        said.append(words.say("law.undated", count=words.counted("rule", undated)))
    return " ".join(said)


def _where_read(material: Material, basis: Entry) -> Mapping[str, str]:
    """What was read of a rule, up to which date, and where."""
    words = material.words
    name = (
        "mirror_undated"
        if basis["read_in"] == "mirror" and not basis["read_to"]
        else basis["read_in"]
    )
    return {
        "title": words.say(
            f"law.read_in.{name}",
            checked_on=words.date(basis["checked_on"]),
            read_to=words.date(basis["read_to"]),
        ),
        "note": f"{material.text(basis['read_at'])}",
    }
