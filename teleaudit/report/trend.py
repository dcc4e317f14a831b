"""What has become of the findings of the last run: before and now, finding by finding.

Half a page; every check stands in the annex for spreadsheets.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from teleaudit.report.findings import THEME_OF, Finding, clause_of
from teleaudit.report.material import FINDING, SEVERITY, Cell, Entry, Material, found
from teleaudit.report.wording import capital

ROWS = 12  # half a page
NAMED = 4  # of what changed; more are counted
# What a finding of several checks is called after, the first that one of them is in; also the order
# of the table.
_FOUND = ("persisting", "reappeared", "new", "first_judged")
_GONE = ("not_judged", "resolved")
_IN_TABLE = ("reappeared", "new", "first_judged", "persisting", "not_judged", "resolved")

Part = dict[str, Any]


class Trend:
    """Checks of one clause and theme, as a finding is, with what has become of them."""

    def __init__(self, number: str, checks: Sequence[Entry]) -> None:
        self.number, self.checks = number, checks  # no number where nothing is found now

    @property
    def state(self) -> str:
        """What has become of it."""
        states = {check["history"]["state"] for check in self.checks}
        return next(state for state in (*_FOUND, *_GONE) if state in states)

    @property
    def since(self) -> str:
        """The first of the dates since which it has been found."""
        return min(str(check["history"]["since"]["as_of"]) for check in self.checks)

    @property
    def before(self) -> int | None:
        """What was found then; None where no check could be judged."""
        told = [
            before
            for check in self.checks
            if (before := check["history"]["before"]) and before["verdict"] in (*FINDING, "pass")
        ]
        return (
            sum(found(before) for before in told if before["verdict"] in FINDING) if told else None
        )

    @property
    def now(self) -> int | None:
        """What is found now; None where it could not be judged."""
        if self.state == "not_judged":
            return None
        return sum(found(check) for check in self.checks if check["verdict"] in FINDING)

    def records(self, name: str) -> int | None:
        """Records that are ``new`` or ``resolved``; None where they were not matched."""
        told = [check["history"]["records"] for check in self.checks]
        return None if None in told else sum(one[name] for one in told)


def trends_of(results: Entry, numbers: Mapping[str, str]) -> list[Trend]:
    """What was found now or then, by clause and theme, in the order of the table; ``numbers`` are
    those of the findings, by check id.
    """
    groups: dict[tuple[str, str], list[Entry]] = defaultdict(list)
    for check in results["checks"]:
        if (check.get("history") or {}).get("state"):
            groups[THEME_OF[check["topic"]], clause_of(check)].append(check)
    trends = [
        Trend(next((numbers[one["id"]] for one in own if one["id"] in numbers), ""), own)
        for own in groups.values()
    ]
    return sorted(trends, key=_weight)


def _weight(trend: Trend) -> tuple[int, int, int, str]:
    return (
        _IN_TABLE.index(trend.state),
        min(SEVERITY.index(check["severity"]) for check in trend.checks),
        -(trend.now or 0),
        clause_of(trend.checks[0]),
    )


def describe_trend(material: Material, findings: Sequence[Finding]) -> Part | None:
    """The chapter; None where no run came before."""
    words, before = material.words, material.results.get("compared_with")
    if before is None:
        return None
    numbers = {check["id"]: finding.number for finding in findings for check in finding.checks}
    trends = trends_of(material.results, numbers)
    counts = Counter(trend.state for trend in trends)
    told = [
        words.say(f"trend.counts.{state}", n=words.counted("finding", counts[state]))
        for state in _IN_TABLE
        if counts[state]
    ]
    more = len(trends) - ROWS
    return {
        "paragraphs": [
            words.say(
                "trend.intro",
                as_of=words.date(before["as_of"], "date"),
                run_id=before["run_id"],
                finished=words.moment(before["finished_at"]),
            )
            + " "
            + (f"{capital(words.listed(told))}." if told else str(words.at("trend.none"))),
            *_comparable(material, before),
        ],
        "table": material.table("trend", [_row(material, trend) for trend in trends[:ROWS]]),
        "more": words.say("trend.more", n=words.number(more)) if more > 0 else "",
        "note": " ".join(
            [words.name("trend.records", before["records"]), words.at("trend.resolved_note")]
        ),
    }


def _comparable(material: Material, before: Entry) -> list[str]:
    """What keeps the numbers from being compared as they stand."""
    words = material.words
    by_kind: dict[str, list[str]] = defaultdict(list)
    for one in before["changed"]:
        by_kind[one["kind"]].append(one["name"])
    changed = [
        words.say(f"trend.changed.{kind}", names=_named(material, names))
        for kind, names in by_kind.items()
    ]
    return [
        *([words.say("trend.incomparable", what=words.listed(changed))] if changed else []),
        *(
            [words.say("trend.gone", n=words.counted("check", len(before["gone"])))]
            if before["gone"]
            else []
        ),
    ]


def _named(material: Material, names: Sequence[str]) -> str:
    words, more = material.words, len(names) - NAMED
    return words.listed(
        [
            *names[:NAMED],
            *([words.say("trend.more_names", n=words.number(more))] if more > 0 else []),
        ]
    )


def _row(material: Material, trend: Trend) -> tuple[Cell, ...]:
    words = material.words
    return (
        {"number": trend.number} if trend.number else "",
        material.clause_claim(clause_of(trend.checks[0]))
        or material.text(trend.checks[0]["claim"]),
        words.number(trend.before),
        words.number(trend.now),
        words.number(trend.records("new")),
        words.number(trend.records("resolved")),
        words.say(f"trend.states.{trend.state}", since=words.date(trend.since)),
    )


def check_rows(material: Material) -> list[Sequence[str | float | None]]:
    """Every check that found something now or then, for the annex."""
    words = material.words
    return [
        (
            check["id"],
            words.say(
                f"trend.states.{history['state']}", since=words.date(history["since"]["as_of"])
            ),
            *(
                (
                    words.at(f"verdicts.{before['verdict']}.label"),
                    before["deviations"],
                    before["review"],
                )
                if (before := history["before"])
                else ("", None, None)
            ),
            words.at(f"verdicts.{check['verdict']}.label"),
            check["deviations"],
            check["review"],
            *(
                (records["new"], records["persisting"], records["resolved"])
                if (records := history["records"])
                else (None, None, None)
            ),
        )
        for check in material.checks
        if (history := check.get("history")) and history["state"]
    ]
