"""What a report is made of: the results of one run and the words of one language, and how they are
looked up together.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from teleaudit.report.wording import Words
from teleaudit.rules.starting import is_placeholder
from teleaudit.schema import TABLES

# the last is no verdict: see is_not_held
GRAVITY = (
    "error",
    "breach",
    "fail",
    "review",
    "legal",
    "unknown",
    "partial",
    "unset",
    "skipped",
    "pass",
    "not_held",
)
SEVERITY = ("critical", "high", "medium", "low", "observation", None)
BASES_NAMED = 3  # of a finding; more stand in the annex
FINDING = ("breach", "fail", "review")
# Who is handed a report whatever was found, and what nobody else supervises.
MAIN_AUTHORITY = "datatilsynet"
UNJUDGED = ("error", "unknown", "unset", "skipped")  # their numbers are no result
NOT_ASSESSED = ("error", "unknown", "partial", "unset", "skipped")

# Danish law is cited in Danish, whatever the language of the report.
# with the number or letter that follows
_KEPT_TOGETHER = re.compile(r"(artikel|§§?|stk\.|nr\.|litra|krav) ")
# stands in full in the register
_PUBLICATION = re.compile(r" \((?:lov|lovbekendtgørelse|bekendtgørelse|direktiv)\b[^)]*\)")
# the law in the genitive, before what is cited of it
_LAW = re.compile(r"(?P<law>\w+s) (?=artikel\b|§)")
_FROM_PARAMETER = re.compile(r"\{(?P<name>\w+)\}(?P<unit>[YMD]?)")

# how parameters of numbers are named
_UNITS = {"hours": "hour", "days": "day", "months": "month", "years": "year"}

Entry = Mapping[str, Any]  # an object of results.json; its shape is results.schema.json
# text, or what the template shows below each other: title, id (check or clause), note, short
# (verdict), code (any other name), hash
Cell = str | Mapping[str, str]
Table = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Material:
    """Results and words. Everything it returns is ready to be shown."""

    results: Entry
    words: Words

    @cached_property
    def checks(self) -> tuple[Entry, ...]:
        """Every check, the gravest first; among equals by severity, then by number of
        deviations.
        """
        return tuple(
            sorted(
                self.results["checks"],
                key=lambda check: (*gravity(check), -(check["deviations"] or 0), check["id"]),
            )
        )

    @property
    def findings(self) -> list[Entry]:
        """The checks that get a section of their own."""
        return [check for check in self.checks if check["verdict"] in FINDING]

    @property
    def verdict_counts(self) -> dict[str, int]:
        """Checks by verdict, the gravest first, only those that occur."""
        verdicts = [
            "not_held" if is_not_held(check) else check["verdict"]
            for check in self.results["checks"]
        ]
        return {verdict: verdicts.count(verdict) for verdict in GRAVITY if verdict in verdicts}

    @property
    def authority(self) -> str:
        """Whose report it is."""
        return str(self.results.get("authority", MAIN_AUTHORITY))

    @property
    def is_main(self) -> bool:
        """Whether it is the report that every run leaves, with all that is no other's."""
        return self.authority == MAIN_AUTHORITY

    @property
    def response(self) -> Entry:
        """What people answered; empty where nobody has."""
        return self.results.get("response") or {}

    def decision(self, clause: str) -> Entry:
        """What was decided about the findings under a clause; empty where nothing was."""
        decided: Entry = self.response.get("findings", {}).get(clause, {})
        return decided

    def is_relevant(self, clause: Entry) -> bool:
        """Whether a clause has checks that are about something which the controller holds."""
        return not self._held.isdisjoint(clause["checks"])

    @cached_property
    def _held(self) -> frozenset[str]:
        """The checks about something that the controller holds."""
        return frozenset(check["id"] for check in self.results["checks"] if not is_not_held(check))

    def text(self, text: str | Mapping[str, Any] | None) -> str:
        """A text of the results in the report's language; in another one when it was not written in
        this; a dash for none.
        """
        return self.text_or(text, str(self.words.at("formats.nothing")))

    def text_or(self, text: str | Mapping[str, Any] | None, otherwise: str) -> str:
        """The same, with something else to say for none.

        Texts may be nested: languages under a language.
        """
        match text:
            case None | "":
                return otherwise
            case str():
                return text
            case _:
                written = [text.get(self.words.locale.language), *text.values()]
                return self.text_or(next((one for one in written if one), None), otherwise)

    def dataset(self, name: str) -> str:
        """The title of a data set, or its name where the language has none."""
        return str(
            getattr(
                TABLES.get(name),
                f"title_{self.words.locale.language}",
                self.words.name("data_sets", name),
            )
        )

    def clause_claim(self, clause_id: str) -> str:
        """What a clause says; nothing for a clause that the results do not hold."""
        return self._claims.get(clause_id, "")

    @cached_property
    def _claims(self) -> dict[str, str]:
        return {clause["id"]: self.text(clause["claim"]) for clause in self.results["clauses"]}

    def citation(self, basis_id: str) -> str:
        """How a legal basis is cited; marked when neither it nor a copy was read, or it does not
        apply on the date of the audit.

        Its id when the register does not hold it.
        """
        for basis in self.results["legal_bases"]:
            if basis["id"] == basis_id:
                marks = (
                    [self.words.at(f"law.marks.{basis['read_in']}")]
                    if basis["read_in"] in self.words.at("law.marks")
                    else []
                )
                if basis["valid_to"] and basis["valid_to"] < self.results["as_of"]:
                    marks.append(
                        self.words.say("law.until", end=self.words.date(basis["valid_to"]))
                    )
                return f"{self.cited(basis)} ({', '.join(marks)})" if marks else self.cited(basis)
        return basis_id

    def cited(self, basis: Entry) -> str:
        """An entry of the register as it is cited, its numbers not parted from what they count."""
        return _KEPT_TOGETHER.sub("\\1\u00a0", str(basis["citation_da"]))

    def bases(self, basis_ids: Iterable[str]) -> str:
        """The citations of several legal bases in one line, without where they were published; a
        law is named once where they follow each other.
        """
        cited: list[str] = []
        law = ""
        for citation in (_PUBLICATION.sub("", self.citation(basis_id)) for basis_id in basis_ids):
            named = _LAW.match(citation)
            cited.append(citation[named.end() :] if named and named["law"] == law else citation)
            law = named["law"] if named else ""
        return "; ".join(cited) or str(self.words.at("formats.nothing"))

    def bases_in_short(self, basis_ids: Sequence[str]) -> str:
        """The first of several legal bases, the commonest law by its short name, and how many more
        the annex holds.
        """
        short = self.bases(basis_ids[:BASES_NAMED])
        for law, name in self.words.at("law.short").items():
            short = short.replace(law, name)
        if more := len(basis_ids) - BASES_NAMED:
            return (
                self.words.say("law.more", bases=short, n=self.words.number(more))
                if more > 0
                else short
            )
        return short

    @cached_property
    def applied_bases(self) -> frozenset[str]:
        """The legal bases that checks with a result refer to."""
        return frozenset(
            basis
            for check in self.results["checks"]
            if check["verdict"] not in UNJUDGED
            for basis in check["legal_basis"]
        )

    @cached_property
    def cited_bases(self) -> frozenset[str]:
        """The legal bases of what was found, of what a lawyer must clarify, and of differences
        between policy and law.
        """
        told = [check for check in self.checks if check["verdict"] in FINDING or check["legal"]]
        return frozenset(
            basis
            for entry in (*told, *self.results.get("conflicts", []))
            for basis in entry["legal_basis"]
        )

    def parameter(self, name: str) -> Entry | None:
        """The parameter of that name."""
        return next(
            (parameter for parameter in self.results["parameters"] if parameter["name"] == name),
            None,
        )

    def value(self, value: str | float | None) -> str:
        """A parameter's value as text."""
        if value is None:
            return str(self.words.at("method.not_set"))
        return self.words.period(value) if isinstance(value, str) else self.words.number(value)

    def resting_on(self, name: str) -> Cell:
        """The checks that rest on a parameter, or that none does: then its name is a slip, or the
        policy no longer needs it.
        """
        checks = [
            str(check["id"])
            for check in self.results["checks"]
            if name in (check["criterion"] or {}).get("parameters", ())
        ]
        return {"parts": " ".join(checks)} if checks else str(self.words.at("method.unused"))

    def setting(self, parameter: Entry) -> str:
        """A parameter's value as text, with the unit that its name ends in."""
        unit, value = _UNITS.get(str(parameter["name"]).rpartition("_")[2]), parameter["value"]
        return (
            self.words.counted(unit, value)
            if unit and isinstance(value, int)
            else self.value(value)
        )

    def period(self, period: str) -> str:
        """A criterion's period in words.

        ``{days}D`` takes its number, ``{deadline}`` the whole period, from the parameter of that
        name.
        """
        found = _FROM_PARAMETER.fullmatch(period)
        if found is None:
            return self.words.period(period)
        parameter = self.parameter(found["name"])
        if parameter is None or parameter["value"] is None:
            return str(self.words.at("method.not_set"))
        return self.words.period(
            f"P{parameter['value']}{found['unit']}" if found["unit"] else str(parameter["value"])
        )

    def table(self, name: str, rows: Sequence[Sequence[Cell]], empty: str = "") -> Table:
        """A table with its caption and header; ``empty`` is shown in its place when it
        has no rows.
        """
        return {
            **self.words.at(f"tables.{name}"),
            "rows": [list(row) for row in rows],
            "empty": self.words.at(empty) if empty else "",
        }


def is_not_held(check: Entry) -> bool:
    """Whether a check is not relevant, because it is about something that the controller has
    declared not to hold.
    """
    return check.get("why") == "not_held"


def law_of(citation: str) -> str:
    """The law that a provision is cited of, in the genitive; nothing where none is."""
    found = _LAW.match(citation)
    return found["law"] if found else ""


def placeholders(results: Entry) -> tuple[list[str], list[str]]:
    """The keys of the policy's name, and the ids of the clauses, whose text is still a
    template's.
    """
    named = [name for name in ("title", "version") if is_placeholder(str(results["policy"][name]))]
    return named, [
        str(clause["id"])
        for clause in results["clauses"]
        if any(is_placeholder(str(text)) for text in (clause["claim"] or {}).values())
    ]


def found(check: Entry) -> int:
    """What a finding is about: deviations, or for a review what a person must look at."""
    count = check["review"] if check["verdict"] == "review" else check["deviations"]
    return count or 0  # null where nothing could be counted


def gravity(check: Entry) -> tuple[int, int]:
    """Where a check stands among others: by verdict, then by severity."""
    return GRAVITY.index(check["verdict"]), SEVERITY.index(check["severity"])
