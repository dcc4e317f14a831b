"""Answers as a notebook shows them: those of a topic, a clause or a pattern, and that of one check.

What they hold are entries of results.json: counts, names and references. Records are asked for when
somebody wants them, and shown as ``masking`` lets them be seen.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any, NoReturn

import pandas as pd
from pandas.io.formats.style import Styler

from teleaudit.errors import closest
from teleaudit.report import figures
from teleaudit.report.annexes import group_for_display
from teleaudit.report.material import UNJUDGED, Material, found, is_not_held
from teleaudit.report.tables import captioned
from teleaudit.report.wording import Words
from teleaudit.rules.suites import Check, Topic
from teleaudit.schema import TABLES
from teleaudit.sessions.desk import Desk
from teleaudit.sessions.refusing import all_in_danish, kind_of, near, refuse

NUMBERS = {"population": "N", "assessable": "M", "deviations": "k", "exempted": "e"}
LONGEST = "Dage over frist"  # of the longest overdue record
MAX_RECORDS = 50


@dataclass(frozen=True, kw_only=True)
class Context:
    """What all answers of a session share."""

    source: str  # the source line of figures
    as_of: dt.date
    words: Words
    topics: Mapping[str, Topic]  # of every check of the audit
    # by id; the checks are asked of the desk, which has none in a test
    checks: Mapping[str, Check]
    desk: Desk | None = None

    def records(self, check_ids: Sequence[str], limit: object) -> pd.DataFrame:
        """The records that these checks list, as they are shown. Raises: LabError."""
        most = checked_limit(limit)
        if self.desk is None:
            refuse("no_exports")
        checks = [self.checks[name] for name in check_ids]
        return self.desk.records(checks, most, as_of=self.as_of)


def of_data_sets(names: Sequence[str], words: Words) -> str:
    """The title of one data set, the number of several."""
    if len(names) > 1:
        return words.counted("data_set", len(names))
    return TABLES[names[0]].title_da if names[0] in TABLES else words.name("data_sets", names[0])


def summary_table(entries: Sequence[Mapping[str, Any]], words: Words) -> Styler:
    """One row per check, gravest first: verdict, population, assessable, deviations, exempted.

    As in the report, checks that asked the same of many data sets and found nothing share a row.
    """
    rows = [
        summary_row(alike, words)
        for alike in group_for_display(Material(results={"checks": entries}, words=words))
    ]
    frame = (
        pd.DataFrame(rows).astype(dict.fromkeys((*NUMBERS.values(), LONGEST), "Int64"))
        if rows
        else pd.DataFrame()
    )
    return captioned(frame, f"Kontrollernes resultater ({words.counted('check', len(entries))})")


def summary_row(alike: Sequence[Mapping[str, Any]], words: Words) -> dict[str, Any]:
    """The row of checks that are shown as one: verdict, severity, and the four numbers by their signs."""
    first = alike[0]
    not_held, judged = is_not_held(first), first["verdict"] not in UNJUDGED
    verdict = words.at("verdicts")["not_held" if not_held else first["verdict"]]
    return {
        "Kontrol": (
            words.counted("check", len(alike))
            if not_held
            else first["id"]
            if len(alike) == 1
            else str(first["id"]).partition(".")[0]
        ),
        "Datasæt": of_data_sets(
            (
                [first["why_detail"]]
                if not_held and first["why_detail"] in TABLES
                else [check["dataset"] for check in alike]
            ),
            words,
        ),
        "Resultat": (
            f"{verdict['sign']} {verdict['short']}"
            + (
                f" ({words.number(sum(found(check) for check in alike))})"
                if first["verdict"] == "review"
                else ""
            )
        ),
        "Alvorlighed": None if not_held else words.name("severities", first["severity"]),
        **{
            title: sum(check[name] for check in alike) if judged else None
            for name, title in NUMBERS.items()
        },
        LONGEST: first["overdue"]["max_days"] if first["overdue"] else None,
    }


@all_in_danish
class Results:
    """The answers of several checks: of a topic, a clause, a pattern, or a data frame.

    ``results["BIZ-ret-3"]`` is the answer of that check, or those of that clause; they are gone
    through in the order of the audit's rules.
    """

    def __init__(
        self, entries: Sequence[Mapping[str, Any]], context: Context, *, topic: Topic | None = None
    ) -> None:
        # what the law keeps secret is told in no notebook
        self.entries = [dict(entry) for entry in entries if not entry.get("secret")]
        self.context, self._words, self._topic = context, context.words, topic

    def __getitem__(self, name: str) -> Result | Results:
        """The answer of a check, or those of a clause or a pattern (``BIZ-ret-*``); where these are one,
        that one.

        Raises: LabError that says where else it is, or which is near.
        """
        if not isinstance(name, str):
            refuse("check_type", kind=kind_of(name))
        meant = [entry for entry in self.entries if is_meant(name, entry["id"])]
        if not meant:
            self._refuse_name(name)
        return self._answer(meant[0]) if len(meant) == 1 else Results(meant, self.context)

    def _refuse_name(self, name: str) -> NoReturn:
        """Say of what is no name here to which topic it belongs, or which is nearest, in any topic."""
        here, topics = [entry["id"] for entry in self.entries], self.context.topics
        other = next((topic for one, topic in topics.items() if is_meant(name, one)), self._topic)
        if other != self._topic and other is not None:
            refuse("check_of", name=name, topic=other)
        if (close := closest(name, [*here, *topics])) and close not in here:
            refuse("check_of", name=close, topic=topics[close])
        if self._topic is None:
            refuse("no_check_here", name=name, near=near(name, here))
        refuse("no_check", name=name, topic=self._topic, near=near(name, here))

    def _ipython_key_completions_(self) -> list[str]:
        ids = [entry["id"] for entry in self.entries]
        return [*ids, *(name for name in clauses_of(ids) if name not in ids)]

    def __len__(self) -> int:
        """How many checks answered."""
        return len(self.entries)

    def __iter__(self) -> Iterator[Result]:
        return (self._answer(entry) for entry in self.entries)

    def _answer(self, entry: Mapping[str, Any]) -> Result:
        return Result(entry, self.context)

    def _repr_html_(self) -> str:
        """What a notebook shows: the summary."""
        return self.summary().to_html()

    def __repr__(self) -> str:
        return "\n".join(map(repr, self)) or self._words.at("lab.nothing")

    def records(self, limit: int = MAX_RECORDS) -> pd.DataFrame:
        """The records that the checks list, longest overdue first, at most ``limit`` of each check.

        One row per record and check: ``Kontrol``, ``Reference``, ``System``, ``Kolonne`` and ``Niveau``
        (where something was found in a column, and how surely), ``Frist`` (a day), ``Dage over frist``;
        then the record's own columns by their canonical names. Dates, numbers and known words are shown,
        every other text is a pseudonym ``P-…`` that is the same wherever the value stands. Nulls are
        values that the export has not. Raises: LabError, in a recorded run too.
        """
        return self.context.records([entry["id"] for entry in self.entries], limit)

    def summary(self) -> Styler:
        """One row per check: verdict and the four numbers."""
        return summary_table(self.entries, self._words)

    def columns(self) -> Styler:
        """One row per column in which a detector saw something: the rule that decided and the
        counts it rests on, also where it cleared the column.
        """
        levels, rules = self._words.at("levels"), self._words.at("column_rules")
        rows = [
            {
                "Kontrol": entry["id"],
                "Kolonne": told["column"],
                "Afgørelse": levels[told["level"] or "none"],
                "Regel": rules[told["rule"]],
                "Talt (n)": told["n"],
                "Ligner (k)": told["k"],
                "Andel": self._words.share(told["k"], told["n"]) if told["n"] else "–",
            }
            for entry in self.entries
            for told in entry["column_decisions"]
        ]
        frame = pd.DataFrame(
            rows,
            columns=["Kontrol", "Kolonne", "Afgørelse", "Regel", "Talt (n)", "Ligner (k)", "Andel"],
        )
        return captioned(frame, f"Kolonner, der blev set nærmere på ({len(frame)})")

    def not_assessed(self) -> Styler:
        """Why records, or whole checks, could not be judged."""
        rows = [
            {"Kontrol": entry["id"], "Årsag": reason, "Antal": count}
            for entry in self.entries
            if not is_not_held(entry)
            for reason, count in (
                *([(self._why(entry), entry["population"])] if entry["why"] else []),
                *(
                    (self._words.name("reasons", code), count)
                    for code, count in entry["reasons"].items()
                ),
            )
        ]
        frame = pd.DataFrame(rows, columns=["Kontrol", "Årsag", "Antal"])
        return captioned(frame, f"Ikke vurderet, efter årsag ({len(frame)})")

    def _why(self, entry: Mapping[str, Any]) -> str:
        """Why a whole check could not be judged, and what it lacks by name."""
        reason = str(self._words.at("not_assessed.why").get(entry["why"], entry["why"])).format(
            error_id=entry["error_id"] or "–"
        )
        return f"{reason} ({entry['why_detail']})" if entry["why_detail"] else reason

    def plot_overview(self) -> Any:  # noqa: ANN401 (what a notebook displays)
        """Checks by data set."""
        return figures.show(
            figures.checks_by_data_set(self.entries, source=self.context.source),
            figures.alt_text_checks_by_data_set(self.entries),
        )

    def plot_age(self) -> None:
        """The same as ``plot_ages``."""
        self.plot_ages()

    def plot_ages(self) -> None:
        """Show records by the month of their deadline, a figure for each check that has a deadline
        and deviations.
        """
        figures.show_all(answer.plot_age() for answer in self if answer.entry["overdue"])

    def plot_overdue(self) -> None:
        """Show overdue records by month, a figure for each check that has any."""
        figures.show_all(answer.plot_overdue() for answer in self if answer.entry["overdue"])


@all_in_danish
class Result:
    """One check's answer: the verdict, N, M, k and e, and what it rests on (``entry``, as it stands in
    results.json).
    """

    def __init__(self, entry: Mapping[str, Any], context: Context) -> None:
        self.entry, self.context, self._words = dict(entry), context, context.words

    def _repr_html_(self) -> str:
        """What a notebook shows: the verdict, the four numbers and what was asked."""
        row = {
            **summary_row([self.entry], self._words),
            self._words.at("lab.claim"): self.entry["claim"]["da"],
        }
        frame = (
            pd.DataFrame([row])
            .drop(columns="Kontrol")
            .astype(dict.fromkeys((*NUMBERS.values(), LONGEST), "Int64"))
        )
        return captioned(frame, self._words.say("lab.caption", id=self.entry["id"])).to_html()

    def __repr__(self) -> str:
        numbers = self._words.say(
            "lab.answer_numbers",
            **{name: self._words.number(self.entry[name]) for name in NUMBERS},
        )
        return self._words.say(
            "lab.answer",
            id=self.entry["id"],
            verdict=self._words.at(f"verdicts.{self.entry['verdict']}.short"),
            numbers=numbers,
        )

    def _repr_mimebundle_(self, **_options: object) -> dict[str, str]:
        """The same for whatever shows only text."""
        return {"text/html": self._repr_html_(), "text/plain": repr(self)}

    def records(self, limit: int = MAX_RECORDS) -> pd.DataFrame:
        """The records that the check lists, longest overdue first: see ``Results.records``."""
        return self.context.records([self.entry["id"]], limit)

    def plot_age(self) -> Any:  # noqa: ANN401 (what a notebook displays)
        """Records by the month of their deadline, with the date of the audit marked."""
        return figures.show(
            figures.age_against_deadline(
                self.entry, source=self.context.source, as_of=self.context.as_of.isoformat()
            ),
            figures.alt_text_age_against_deadline(self.entry),
        )

    def plot_overdue(self) -> Any:  # noqa: ANN401 (what a notebook displays)
        """Overdue records by the month in which they fell due."""
        return figures.show(
            figures.overdue_by_month(self.entry, source=self.context.source),
            figures.alt_text_overdue_by_month(self.entry),
        )


def checked_limit(limit: object) -> int:
    """How many rows are wanted at most. Raises: LabError."""
    if not isinstance(limit, int) or limit < 1:
        refuse("limit")
    return limit


def is_meant(name: str, check_id: str) -> bool:
    """Whether a check is meant by an id, a clause, or a pattern with ``*`` and ``?``."""
    return name in (check_id, check_id.partition(".")[0]) or (
        any(sign in name for sign in "*?") and fnmatchcase(check_id, name)
    )


def clauses_of(check_ids: Sequence[str]) -> list[str]:
    """The clauses that checks belong to, each once."""
    return list(dict.fromkeys(name.partition(".")[0] for name in check_ids))
