"""What people and programs are told of scheduled runs: counts, ids of checks and paths inside the
workspace, no value of a row and nothing of the machine.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal

from teleaudit.errors import UserError
from teleaudit.outcome import changed_verdicts
from teleaudit.report.wording import Words, load_words
from teleaudit.rules.schedule import Event
from teleaudit.rules.verdicts import GRAVITY
from teleaudit.runs.due import moment_text
from teleaudit.runs.pipeline import REPORT_FILE, Outcome

Reason = Literal["refused", "internal", "notebooks", "timeout", "interrupted"]
_LISTED = 20  # changed checks in the text; the object has all
_REASONS: Mapping[Reason, str] = {
    "refused": "den blev afvist, fordi opsætning eller udtræk ikke kan bruges som de er",
    "internal": "der opstod en fejl i programmet",
    "notebooks": "en notesbog fejlede; kontrollernes resultater foreligger",
    "timeout": "den tog længere tid, end den må",
    "interrupted": "den blev afbrudt",
}


@dataclass(frozen=True, kw_only=True)
class Notice:
    """One thing to tell."""

    id: str  # the same for the same thing: it is told once
    event: Event
    audit: str
    due_at: str | None
    subject: str
    text: str  # Danish
    told: Mapping[str, Any]  # what there is besides, by event

    def as_json(self) -> dict[str, Any]:
        """The notice for programs."""
        told = asdict(self)
        return {name: value for name, value in told.items() if name != "told"} | dict(self.told)


def of_outcome(outcome: Outcome, due_at: dt.datetime) -> list[Notice]:
    """What there is to tell of a run that came to a result."""
    results = outcome.results
    told = _of_run(outcome)
    notices = [
        _notice(
            "complete",
            results["run_id"],
            results["audit"],
            due_at,
            f"kontrollen {results['audit']} er udført",
            [_counts(results), _where(told)],
            told,
        )
    ]
    if changed := changed_verdicts(results):
        before = results["compared_with"]
        notices.append(
            _notice(
                "changed",
                results["run_id"],
                results["audit"],
                due_at,
                f"{_n(len(changed), 'resultat', 'resultater')} er ændret i kontrollen"
                f" {results['audit']}",
                [
                    f"Siden kørsel {before['run_id']}, opgjort {_day(before['as_of'])}:",
                    *_listed(changed),
                    _counts(results),
                    _where(told),
                ],
                told | {"changed": changed, "compared_with": before["run_id"]},
            )
        )
    if outcome.failed_notebooks:
        notices.append(of_failure(results["audit"], due_at, "notebooks", told))
    return notices


def of_failure(
    audit: str, due_at: dt.datetime, reason: Reason, told: Mapping[str, Any] | None = None
) -> Notice:
    """That a scheduled run failed."""
    return _notice(
        "failure",
        moment_text(due_at),
        audit,
        due_at,
        f"den planlagte kontrol {audit} mislykkedes",
        [
            f"Kontrollen, der var planlagt til {_moment(due_at)}, mislykkedes: {_REASONS[reason]}.",
            f"Se loggen. Når årsagen er rettet, gentages den med: {_again(audit)}",
        ],
        {"reason": reason, **(told or {})},
    )


def of_silence(audit: str, due_at: dt.datetime) -> Notice:
    """That a scheduled run did not take place."""
    return _notice(
        "silence",
        moment_text(due_at),
        audit,
        due_at,
        f"den planlagte kontrol {audit} er udeblevet",
        [
            f"Kontrollen, der var planlagt til {_moment(due_at)}, er ikke gennemført.",
            f"Er den ikke i gang, udføres den med: {_again(audit)}",
        ],
        {},
    )


def reason_of(error: BaseException, *, is_timed_out: bool) -> Reason:
    """Why a run came to no result."""
    if is_timed_out:
        return "timeout"
    if isinstance(error, KeyboardInterrupt):
        return "interrupted"
    return "refused" if isinstance(error, UserError) else "internal"


def _of_run(outcome: Outcome) -> dict[str, Any]:
    results = outcome.results
    run = Path(outcome.folder.parent.parent.name) / results["audit"] / results["run_id"]
    return {
        "run_id": results["run_id"],
        "as_of": results["as_of"],
        "exit_code": int(outcome.exit_code),
        "totals": results["totals"],
        "report": str(run / "record" / REPORT_FILE),
    }


def _notice(
    event: Event,
    about: str,
    audit: str,
    due_at: dt.datetime,
    subject: str,
    lines: Sequence[str],
    told: Mapping[str, Any],
) -> Notice:
    return Notice(
        id=f"{event}:{about}",
        event=event,
        audit=audit,
        due_at=moment_text(due_at),
        subject=f"teleaudit: {subject}",
        text="\n".join([f"{subject[0].upper()}{subject[1:]}.", "", *lines]),
        told=told,
    )


def _listed(changed: Sequence[Mapping[str, Any]]) -> list[str]:
    more = len(changed) - _LISTED
    return [
        *(
            f"- {one['check']}: {_verdict(one['before'])} -> {_verdict(one['now'])}"
            for one in changed[:_LISTED]
        ),
        *([f"- og {more} mere"] if more > 0 else []),
    ]


def _verdict(code: str | None) -> str:
    return "Ikke spurgt" if code is None else str(_words().at(f"verdicts.{code}.short"))


def _counts(results: Mapping[str, Any]) -> str:
    totals = results["totals"]
    verdicts = ", ".join(
        f"{_verdict(code)} {totals['verdicts'][code]}"
        for code in GRAVITY
        if code in totals["verdicts"]
    )
    return (
        f"{_n(totals['checks'], 'kontrol', 'kontroller')}: {verdicts}."
        f" {_n(totals['deviations'], 'afvigelse', 'afvigelser')},"
        f" {totals['review']} til vurdering, {totals['exempted']} undtaget."
    )


def _where(told: Mapping[str, Any]) -> str:
    return f"Rapport: {told['report']}"


def _n(count: int, one: str, many: str) -> str:
    return f"{count} {one if count == 1 else many}"


def _again(audit: str) -> str:
    return f"teleaudit run {audit} --scheduled"


def _day(iso: str) -> str:
    return _words().date(iso, "date")


def _moment(moment: dt.datetime) -> str:
    return _words().moment(moment_text(moment))


@cache
def _words() -> Words:
    return load_words("da")
