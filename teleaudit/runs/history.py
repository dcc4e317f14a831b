"""The runs of an audit over time: what the ledger keeps of each, and what has become of a finding
since the last one.

A finding is told by its check: keyed references differ from run to run. Records are matched in the
closed annexes alone (``matching``), and only their numbers leave.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, NamedTuple

from teleaudit.errors import UserError, near_match
from teleaudit.report.material import FINDING, SEVERITY
from teleaudit.report.results import exit_code
from teleaudit.rules.audit_file import Audit, find_audit, load_audit
from teleaudit.rules.verdicts import Verdict
from teleaudit.runs.due import gaps, moment_text
from teleaudit.runs.ledger import LEDGER_FILE, Ledger, head, read_ledger
from teleaudit.workspace import reports_folder

Results = Mapping[str, Any]
State = Literal["new", "first_judged", "reappeared", "persisting", "resolved", "not_judged"]
_CLEAN = "pass"
COMPLETE = "complete"
_ROW = (
    "run_id",
    "state",
    "scheduled_for",
    "as_of",
    "finished_at",
    "exit_code",
    "checks",
    "deviations",
    "review",
    "findings",
    "approved_on",
)


class Numbers(NamedTuple):
    """What the ledger keeps of a check, in this order."""

    verdict: str
    severity: str | None
    population: int | None
    assessable: int | None
    deviations: int | None
    review: int | None
    exempted: int | None

    @property
    def is_finding(self) -> bool:
        """Whether something was found."""
        return self.verdict in FINDING

    @property
    def is_judged(self) -> bool:
        """Whether the run could tell that there is something, or that there is nothing."""
        return self.is_finding or self.verdict == _CLEAN


@dataclass(frozen=True, kw_only=True)
class PastRun:
    """A run as the ledger tells of it."""

    run_id: str
    as_of: str
    finished_at: str
    manifest_sha256: str
    checks: Mapping[str, Numbers]
    basis: Mapping[str, Mapping[str, object]]

    def when(self) -> dict[str, str]:
        """How results refer to it."""
        return {"run_id": self.run_id, "as_of": self.as_of}


def ledger_numbers(results: Results) -> dict[str, Any]:
    """What the ledger keeps of a run, so that later ones can be compared with it: the numbers by
    check, and what decides them besides the exports.
    """
    return {
        "checks": {
            check["id"]: [check.get(name) for name in Numbers._fields]
            for check in results["checks"]
        },
        "basis": _basis(results),
    }


def _basis(results: Results) -> dict[str, dict[str, object]]:
    """What changes numbers though the exports stay the same, by kind and name."""
    return {
        "rules": {name: sha256[:16] for name, sha256 in results["suites"].items()},
        "parameters": {one["name"]: one["value"] for one in results["parameters"]},
        "settings": {name: results["settings"][name] for name in ("gate", "max_rejected")},
        "code": {name: results["versions"].get(name) for name in ("teleaudit", "teleaudit_code")},
    }


def past_runs(ledger: Ledger) -> tuple[PastRun, ...]:
    """The runs of a ledger that their numbers are known of, oldest first; those of earlier versions
    left none.

    Raises: UserError for numbers that no run wrote.
    """
    return tuple(_past_runs(ledger))


def _past_runs(ledger: Ledger) -> Iterator[PastRun]:
    for entry in ledger.entries:
        told = entry.content
        if entry.kind == "run" and isinstance(told.get("checks"), dict):
            try:
                yield _past_run(told)
            except (LookupError, TypeError, ValueError):
                msg = (
                    f"{LEDGER_FILE}, line {entry.line}: the numbers there are not as a run writes"
                    " them. Keep the file aside, and start a new one."
                )
                raise UserError(msg) from None


def _past_run(told: Mapping[str, Any]) -> PastRun:
    """Raises: LookupError, TypeError, ValueError for what no run wrote."""
    return PastRun(
        run_id=str(told["run_id"]),
        as_of=dt.date.fromisoformat(told["as_of"]).isoformat(),
        finished_at=str(told["finished_at"]),
        manifest_sha256=str(told["manifest_sha256"]),
        checks={name: _numbers(told) for name, told in told["checks"].items()},
        basis={kind: dict(names) for kind, names in dict(told["basis"]).items()},
    )


def _numbers(told: Sequence[Any]) -> Numbers:
    numbers = Numbers(*told)
    counts = [numbers.population, numbers.assessable, numbers.deviations, numbers.exempted]
    population, assessable, deviations, exempted = (count or 0 for count in counts)
    if min(population, deviations, exempted) < 0 or not (
        deviations + exempted <= assessable <= population
    ):
        msg = "no numbers of a check"
        raise ValueError(msg)
    Verdict(numbers.verdict)
    return numbers


class RecordsMatched(NamedTuple):
    """Records that a check lists, now and in the last run."""

    new: int
    persisting: int
    resolved: int


def with_history(
    results: Results,
    past: Sequence[PastRun],
    records: Mapping[str, RecordsMatched] | str,
) -> dict[str, Any]:
    """The results, with what has become of each check's finding since the last run; unchanged where
    no run came before.

    ``records`` are by check id, none for a check that lists none now and listed none then; or the
    code of why none could be matched.
    """
    if not past:
        return dict(results)
    last = past[-1]
    is_matched = not isinstance(records, str)
    now = {check["id"]: _numbers_of(check) for check in results["checks"]}
    matched = {} if isinstance(records, str) else records
    own = {"run_id": results["run_id"], "as_of": results["as_of"]}
    return {
        **results,
        "compared_with": {
            **last.when(),
            "finished_at": last.finished_at,
            "runs": len(past),
            "changed": changed(last.basis, _basis(results)),
            "gone": sorted(
                name
                for name, numbers in last.checks.items()
                if numbers.is_finding and name not in now
            ),
            "records": "matched" if is_matched else records,
        },
        "checks": [
            {
                **check,
                "history": _history(
                    check["id"],
                    now[check["id"]],
                    past,
                    own,
                    matched.get(check["id"], RecordsMatched(0, 0, 0)) if is_matched else None,
                ),
            }
            for check in results["checks"]
        ],
    }


def _numbers_of(check: Mapping[str, Any]) -> Numbers:
    return Numbers._make(check.get(name) for name in Numbers._fields)


def _history(
    name: str,
    now: Numbers,
    past: Sequence[PastRun],
    own: Mapping[str, str],
    matched: RecordsMatched | None,
) -> dict[str, Any] | None:
    """What has become of one check's finding; None where there was and is none, and the last run
    did not know the check.
    """
    before = past[-1].checks.get(name)
    state, since = _state(name, now, past)
    if state is None and before is None:
        return None
    return {
        "state": state,
        "since": (since.when() if since else dict(own)) if state else None,
        "before": before._asdict() if before else None,
        "records": matched._asdict() if matched and state else None,
    }


def _state(name: str, now: Numbers, past: Sequence[PastRun]) -> tuple[State | None, PastRun | None]:
    """What has become of a finding, and the run that it was found in first without interruption;
    None for this run.

    A run that could not judge the check neither begins nor ends anything.
    """
    judged = [run for run in past if name in run.checks and run.checks[name].is_judged]
    was_open = bool(judged) and judged[-1].checks[name].is_finding
    first = _first_without_interruption(name, judged) if was_open else None
    if now.is_finding:
        if was_open:
            return "persisting", first
        if not judged:
            return "first_judged", None
        return ("reappeared" if any(run.checks[name].is_finding for run in judged) else "new"), None
    if not was_open:
        return None, None
    return ("resolved" if now.is_judged else "not_judged"), first


def _first_without_interruption(name: str, judged: Sequence[PastRun]) -> PastRun:
    """The first of the runs up to the last one that all found it."""
    first = judged[-1]
    for run in reversed(judged):
        if not run.checks[name].is_finding:
            break
        first = run
    return first


def changed(
    before: Mapping[str, Mapping[str, object]], now: Mapping[str, Mapping[str, object]]
) -> list[dict[str, str]]:
    """What decides numbers and is not as it was, by kind and name."""
    nothing: Mapping[str, object] = {}
    return [
        {"kind": kind, "name": name}
        for kind in sorted(before.keys() | now.keys())
        for name in sorted(before.get(kind, nothing).keys() | now.get(kind, nothing).keys())
        if before.get(kind, nothing).get(name) != now.get(kind, nothing).get(name)
    ]


# What a person asks for


@dataclass(frozen=True, kw_only=True)
class Kept:
    """What is there of an audit's runs."""

    audit: Audit
    home: Path  # where they lie
    ledger: Ledger


def find_runs(audit: Path, out: Path | None = None) -> Kept:
    """The runs of an audit, by its name, file or folder, where they lie.

    Raises: UserError where the ledger's chain does not hold.
    """
    file = find_audit(audit)
    opened = load_audit(file)
    home = (out or reports_folder(file)) / opened.name
    head(home)
    return Kept(audit=opened, home=home, ledger=read_ledger(home / LEDGER_FILE))


def describe_history(kept: Kept, now: dt.datetime) -> list[dict[str, Any]]:
    """Every run, oldest first, and between them what was begun or due and came to no result.

    Raises: UserError where there is nothing of it.
    """
    told = [(str(row["finished_at"] or ""), row) for row in describe_runs(kept.ledger)]
    for gap in gaps(kept.audit.schedule, kept.ledger, kept.home, now):
        at = moment_text(gap.at)
        row = {
            "run_id": gap.run_id,
            "state": gap.state,
            "scheduled_for": None if gap.run_id else at,
        }
        told.append((at, dict.fromkeys(_ROW) | row))
    rows = [row for _, row in sorted(told, key=lambda one: one[0])]
    if not rows:
        msg = f"no runs in {kept.home}: run the audit first, or say with --out where runs lie."
        raise UserError(msg)
    return rows


def describe_runs(ledger: Ledger) -> list[dict[str, Any]]:
    """Every run of a ledger, oldest first: when, and what it found; of runs of earlier versions,
    which left no numbers, only when.
    """
    known = {run.run_id: run for run in past_runs(ledger)}
    approved = {
        entry.content.get("run_id"): entry.content["approval"]["approved_on"]
        for entry in ledger.entries
        if entry.kind == "approval"
    }
    return [
        {
            "run_id": entry.content.get("run_id"),
            "state": COMPLETE,
            **{name: entry.content.get(name) for name in ("scheduled_for", "as_of", "finished_at")},
            **_summary(known.get(str(entry.content.get("run_id")))),
            "approved_on": approved.get(entry.content.get("run_id")),
        }
        for entry in ledger.entries
        if entry.kind == "run"
    ]


def _summary(run: PastRun | None) -> dict[str, Any]:
    if run is None:
        return {
            "exit_code": None,
            "checks": None,
            "deviations": None,
            "review": None,
            "findings": None,
        }
    numbers = run.checks.values()
    severities = Counter(one.severity for one in numbers if one.is_finding)
    return {
        # as far as checks decide it: a notebook that failed is not in the ledger
        "exit_code": exit_code({"checks": [{"verdict": one.verdict} for one in numbers]}),
        "checks": len(numbers),
        "deviations": sum(one.deviations or 0 for one in numbers),
        "review": sum(one.review or 0 for one in numbers),
        "findings": {name: severities[name] for name in SEVERITY if name and severities[name]},
    }


def describe_check(ledger: Ledger, check_id: str) -> list[dict[str, Any]]:
    """What one check gave in every run whose numbers are known, oldest first.

    Raises: UserError for a check that no run asked.
    """
    runs = past_runs(ledger)
    if not any(check_id in run.checks for run in runs):
        known = sorted({name for run in runs for name in run.checks})
        msg = f"no run asked a check '{check_id}'.{near_match(check_id, known)}"
        raise UserError(msg)
    return [
        {**run.when(), "finished_at": run.finished_at, **run.checks[check_id]._asdict()}
        for run in runs
        if check_id in run.checks
    ]
