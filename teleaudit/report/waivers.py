"""Risks that the controller has accepted: told beside the findings, and counted all the same."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from teleaudit.report.material import Entry, Material, Table


def waivers_about(material: Material, checks: Sequence[Entry]) -> list[Entry]:
    """The waivers that cover any of these checks, those that last longest first; such as are yet to
    begin are not among them.
    """
    ids = {check["id"] for check in checks}
    return sorted(
        (
            waiver
            for waiver in material.results.get("waivers", [])
            if ids.intersection(waiver["checks"]) and waiver["state"] != "not_yet"
        ),
        key=lambda waiver: str(waiver["last"]),
        reverse=True,
    )


def acceptance(material: Material, checks: Sequence[Entry]) -> str:
    """Until when a finding is accepted, or was, and by whom; nothing where it is not."""
    told = waivers_about(material, checks)
    if not told:
        return ""
    words, waiver = material.words, told[0]
    covered = {name for one in told if one["state"] == waiver["state"] for name in one["checks"]}
    part = "" if all(check["id"] in covered for check in checks) else "_part"
    return words.say(
        f"waivers.{waiver['state']}{part}",
        last=words.date(waiver["last"]),
        approved_by=words.listed(waiver["approved_by"]),
    )


def is_accepted(material: Material, checks: Sequence[Entry]) -> bool:
    """Whether a waiver that is in force covers each of these checks."""
    covered = {
        name
        for waiver in material.results.get("waivers", [])
        if waiver["state"] == "in_force"
        for name in waiver["checks"]
    }
    return all(check["id"] in covered for check in checks)


def describe_waivers(material: Material, numbers: Mapping[str, str]) -> Table:
    """Every waiver in a row; ``numbers`` are those of the findings, by check id."""
    words = material.words
    return material.table(
        "waivers",
        [
            (
                {"code": waiver["check"]},
                waiver["reason"],
                words.listed(waiver["approved_by"]),
                words.say(
                    "waivers.period",
                    first=words.date(waiver["first"]),
                    last=words.date(waiver["last"]),
                ),
                words.name("waivers.states", waiver["state"]),
                ", ".join(dict.fromkeys(numbers[one] for one in waiver["checks"] if one in numbers))
                or str(words.at("formats.nothing")),
            )
            for waiver in material.results.get("waivers", [])
        ],
    )
