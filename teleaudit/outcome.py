"""What a run came to, for whoever started it: lines for a person, the gravest first; one line for a
log; one object for a program.

Pure functions of an ``Outcome``. They show ids, names and counts, never a value of a row.
"""

from __future__ import annotations

import sys
import textwrap
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple

from teleaudit.errors import ExitCode
from teleaudit.exports.mapping_gaps import constant_instead
from teleaudit.exports.warnings import CUT_OFF, WITHOUT_ROWS
from teleaudit.report.authorities import without_secrets
from teleaudit.report.material import Entry, found, gravity, placeholders
from teleaudit.report.worklist import CONFIDENTIAL_CSV, WORKBOOK
from teleaudit.rules.verdicts import GRAVITY, Verdict
from teleaudit.runs.pipeline import REPORT_FILE, Outcome

MEANINGS: Mapping[ExitCode, str] = MappingProxyType(
    {
        ExitCode.CLEAN: "no deviations, everything assessed",
        ExitCode.DEVIATIONS: "deviations",
        ExitCode.NOT_ASSESSED: "no deviation, but something not assessed",
        ExitCode.INTERNAL: "a check or a notebook could not be carried out",
    }
)
FAILURES = (Verdict.ERROR, Verdict.BREACH, Verdict.FAIL)
DEVIATIONS = (Verdict.BREACH, Verdict.FAIL)
NOT_JUDGED = (Verdict.UNKNOWN, Verdict.PARTIAL, Verdict.UNSET)
NOT_HELD = "not_held"

_SIGNS = {Verdict.BREACH: "X", Verdict.FAIL: "x"}
_FOR_JUDGEMENT = (Verdict.REVIEW, Verdict.LEGAL)
_LOOK_AT = (
    "look at each of them: restricted/worklist.csv lists the records, those of level review too,"
    " with what to do"
)
_CHANGES = {
    "changed": "other words for",
    "new": "nothing mapped from line",
    "gone": "no text any more for",
}
_SEVERITY_WIDTH = len("critical")
_MIN_CLAIM = 12  # characters; a claim that gets fewer is left out
_INDENT = " " * 2


class Line(NamedTuple):
    """A line of text, and its style (rich's words) on a terminal."""

    text: str
    style: str = ""


class Cause(NamedTuple):
    """Why a check could not be judged, and what to do about it."""

    code: str  # as in results.json
    words: str  # followed by the names of what is missing
    action: str


NO_EXPORT = Cause(
    "no_export", "no export of", "add the export, or declare the table under not_held"
)
NO_FILE = Cause(
    "no_export",
    "no file for the export",
    "deliver the file, or correct its path under exports in audit.yaml",
)
MISSING_COLUMN = Cause("missing_column", "missing column", "map it under {place}.columns")
MISSING_HEADER = Cause(
    "missing_column",
    "missing column",
    "its header is not in the file: correct it under {place}.columns, or export the column",
)
ANY = Cause("", "not judged", "see the report")
CAUSES: Mapping[str, Cause] = MappingProxyType(
    {
        cause.code: cause
        for cause in (
            Cause(
                "no_rows",
                "no rows in",
                "export again, or declare the table under not_held where there is nothing to"
                " export",
            ),
            Cause(
                "all_null",
                "empty column",
                "export the column with its values, map another header to it under {place}.columns,"
                " or say that no record has any under {place}.constants",
            ),
            Cause(
                "nothing_in_scope",
                "no records that the rule is about",
                "declare the check under not_held where there are none; otherwise see what the"
                " exports leave out",
            ),
            Cause(
                "nothing_assessable",
                "no record could be judged:",
                "supply in the source what the records lack",
            ),
            Cause(
                "partial",
                "too few records could be judged:",
                "supply in the source what the records lack",
            ),
            Cause(
                "too_many_rejected",
                "too many rows that could not be read in",
                "mend the rows in the source and export again",
            ),
            Cause(
                "control_differs",
                "not the number of rows that the source counted in",
                "export again, or correct control_rows",
            ),
            Cause("cut_off", "a file that was cut off in", "export again"),
            Cause(
                "file_without_rows",
                "a file without rows in",
                "export it again, or take it out of the export where there is nothing to deliver",
            ),
            Cause(
                "unset",
                "parameter not set:",
                "set the value under parameters in audit.yaml, with owner, reason and approved_on",
            ),
        )
    }
)

MENDED_BY: Mapping[str, str] = MappingProxyType(
    {  # reasons that no source need be corrected for
        "unknown_word": "say under values in audit.yaml which words they stand for",
        "missing_column": "export the column in every export of its table",
        "key_not_comparable": "export the log with keys as the other exports have them",
    }
)


@dataclass(frozen=True, kw_only=True)
class Gap:
    """Checks that could not be judged for the same cause."""

    reason: str
    subject: str  # what is missing
    names: tuple[str, ...]
    checks: tuple[str, ...]
    action: str

    def as_json(self) -> dict[str, Any]:
        """The gap for programs."""
        return {
            "reason": self.reason,
            "names": list(self.names),
            "count": len(self.checks),
            "checks": list(self.checks),
            "action": self.action,
        }


def as_lines(outcome: Outcome, *, width: int | None) -> list[Line]:
    """The outcome, the gravest first.

    Lines are shortened to ``width``, paths excepted; None shortens nothing.
    """
    results = without_secrets(outcome.results)
    headline = f"{results['controller']['name']}, as of {results['as_of']}, run {results['run_id']}"
    sections = [
        _heading(headline, width),
        _mapping_gap_lines(results.get("mapping_gaps", ()), width),
        _mapping_doubt_lines(results, width),
        _error_lines(outcome, width),
        _deviation_lines(_with(results, DEVIATIONS), width),
        [
            *_review_lines(_with(results, (Verdict.REVIEW,)), width),
            *_legal_lines(_with(results, (Verdict.LEGAL,)), width),
        ],
        _waiver_lines(results, width),
        _gap_lines(not_judged(results), width),
        _draft_lines(results, width),
        _changed_clause_lines(results, width),
        [
            line
            for text in (
                *_not_held(results),
                *_withheld(results),
                *_since_last(results),
                *_counts(results),
            )
            for line in _wrapped(text, width)
        ]
        + _paths(outcome),
    ]
    shown = [line for section in sections if section for line in (Line(""), *section)][1:]
    return [Line(_printable(line.text), line.style) for line in shown]


def as_summary(outcome: Outcome) -> str:
    """The outcome in one line."""
    results = without_secrets(outcome.results)
    failed = f" Failed: {', '.join(outcome.failed_notebooks)}." if outcome.failed_notebooks else ""
    counts = " ".join(_counts(results))
    unread = [export["name"] for export in results["exports"] if export["problem"]]
    not_read = f" Exports that could not be read: {', '.join(unread)}." if unread else ""
    return _printable(
        f"{results['controller']['name']}, as of {results['as_of']}: {counts}{not_read}{failed}"
        f" {_ending(outcome)} Report: {_report(outcome)}"
    )


def as_object(outcome: Outcome) -> dict[str, Any]:
    """The outcome as one object for programs (contract; README.md lists its keys)."""
    results = without_secrets(outcome.results)
    worklist = outcome.folder / "restricted" / "worklist.csv"
    told = {
        name: results[name]
        for name in ("mapping_gaps", "mapping_doubts", NOT_HELD, "waivers", "withheld")
        if results.get(name)
    }
    if before := results.get("compared_with"):
        told["since_last"] = {
            "run_id": before["run_id"],
            "as_of": before["as_of"],
            "checks": history_counts(results),
            "changed": before["changed"],
            "verdicts": changed_verdicts(results),
        }
    return {
        "exit_code": int(outcome.exit_code),
        "run_id": results["run_id"],
        "audit": results["audit"],
        "controller": results["controller"],
        "as_of": results["as_of"],
        "folder": str(outcome.folder),
        "report": str(_report(outcome)),
        "worklist": str(worklist) if worklist.exists() else None,
        "totals": results["totals"],
        "failures": [_failure(check) for check in _with(results, FAILURES)],
        "for_review": [_for_review(check) for check in _with(results, _FOR_JUDGEMENT)],
        "not_judged": [gap.as_json() for gap in not_judged(results)],
        "failed_notebooks": list(outcome.failed_notebooks),
        "seconds": outcome.timings["seconds"],
    } | told


def not_judged(results: Entry) -> list[Gap]:
    """The checks that could not be judged, by cause; those that concern most checks first."""
    groups: dict[tuple[Cause, str], list[tuple[Entry, tuple[str, ...]]]] = {}
    for check in _with(results, NOT_JUDGED):
        cause, place, names = _cause(check, results)
        groups.setdefault((cause, place), []).append((check, names))
    gaps = [_gap(cause, place, found_in) for (cause, place), found_in in groups.items()]
    return sorted(gaps, key=lambda gap: (-len(gap.checks), gap.subject, gap.names))


def _gap(cause: Cause, place: str, found_in: Sequence[tuple[Entry, tuple[str, ...]]]) -> Gap:
    names = tuple(sorted({name for _, own in found_in for name in own}))
    checks = tuple(sorted(check["id"] for check, _ in found_in))
    action = cause.action.format(
        place=" and ".join(f"exports.{name}" for name in place.split(", "))
    )
    return Gap(
        reason=cause.code,
        subject=f"{cause.words} {place}:" if place else cause.words,
        names=names,
        checks=checks,
        action=action,
    )


def _cause(check: Entry, results: Entry) -> tuple[Cause, str, tuple[str, ...]]:
    """Why a check could not be judged, the exports that it is about where the action names them,
    and the names of what is missing.
    """
    exports, most = results["exports"], results["settings"]["max_rejected"]
    code, detail = check["why"] or check["verdict"], check["why_detail"] or ""
    # of an export that was declared, why_detail tells its problem too
    export, told, _ = detail.partition(": ")
    cause = CAUSES.get(code, ANY._replace(code=code))
    match code:
        case "no_export":
            return NO_FILE if told else NO_EXPORT, "", (export,)
        case "no_rows" | "unset":
            return cause, "", (export,)
        case "missing_column" | "all_null":
            table, _, column = detail.partition(".")
            own = [export for export in exports if export["table"] == table]
            if code == "missing_column":
                cause = (
                    MISSING_HEADER
                    if any(column in export["missing_columns"] for export in own)
                    else MISSING_COLUMN
                )
            return cause, ", ".join(export["name"] for export in own) or table, (column,)
        case "partial" | "nothing_assessable":
            actions = [
                MENDED_BY[reason] for reason in sorted(check["reasons"]) if reason in MENDED_BY
            ]
            return (
                cause._replace(action="; ".join(actions) or cause.action),
                "",
                tuple(check["reasons"]),
            )
        case "too_many_rejected":
            return (
                cause,
                "",
                tuple(
                    export["name"]
                    for export in exports
                    if export["rejected"] > most * (export["rows"] + export["rejected"])
                ),
            )
        case "cut_off" | "file_without_rows":
            codes = {CUT_OFF} if code == CUT_OFF else WITHOUT_ROWS
            return (
                cause,
                "",
                tuple(
                    export["name"]
                    for export in exports
                    if any(remark.get("code") in codes for remark in export["warnings"])
                ),
            )
        case "control_differs":
            return (
                cause,
                "",
                tuple(
                    export["name"]
                    for export in exports
                    if export["control_rows"]
                    not in (None, export["rows"], export["rows"] + export["rejected"])
                ),
            )
        case _:
            return cause, "", ()


def _with(results: Entry, verdicts: Sequence[Verdict]) -> list[Entry]:
    """The checks of these verdicts: by gravity, severity, number of deviations."""
    own = [check for check in results["checks"] if check["verdict"] in verdicts]
    return sorted(own, key=lambda check: (*gravity(check), -found(check), check["id"]))


def _failure(check: Entry) -> dict[str, Any]:
    overdue = check["overdue"]["max_days"] if check["overdue"] else None
    return {
        name: check[name] for name in ("id", "verdict", "severity", "deviations", "assessable")
    } | {"overdue_max_days": overdue}


def _for_review(check: Entry) -> dict[str, Any]:
    count = check["legal_records"] if check["verdict"] == Verdict.LEGAL else found(check)
    columns = _columns(check) if check["verdict"] == Verdict.REVIEW else []
    return {name: check[name] for name in ("id", "verdict", "severity", "dataset")} | {
        "columns": columns,
        "count": count,
    }


# Sections


def _mapping_gap_lines(gaps: Sequence[Entry], width: int | None) -> list[Line]:
    lines: list[Line] = []
    for gap in gaps:
        headers = {candidate["header"]: candidate["export"] for candidate in gap["candidates"]}
        like = " or ".join(f'"{header}"' for header in headers)
        text = (
            f"! {', '.join(gap['exports'])}: {gap['column']}{f', perhaps {like}' if like else ''}"
            f" (silences {_first_of(gap['checks'])})"
        )
        lines += _wrapped(text, width, style="bold red")
        otherwise = (
            "" if headers or gap["looked_for"] else constant_instead(gap["table"], gap["column"])
        )
        lines += _wrapped(
            "map it under"
            f" exports.{next(iter(headers.values()), gap['exports'][0])}.columns{otherwise}",
            width,
            indent=_INDENT,
        )
    return (
        [*_heading("Columns that are not mapped, though checks need them:", width), *lines]
        if lines
        else []
    )


def _mapping_doubt_lines(results: Entry, width: int | None) -> list[Line]:
    """Columns that may be mapped wrongly, and why. No verdict rests on it."""
    lines: list[Line] = []
    for doubt in results.get("mapping_doubts", ()):
        exports = (
            ", ".join(
                export["name"] for export in results["exports"] if export["table"] == doubt["table"]
            )
            or doubt["table"]
        )
        columns = ", ".join(doubt["columns"])
        why = (
            f"{doubt['check']} deviates for {doubt['count']:,} of {doubt['total']:,} records"
            if doubt["check"]
            else f"none of {doubt['count']:,} values occurs in any other export"
        )
        lines += _wrapped(
            f"! {exports}: check the mapping of {columns}: {why}", width, style="bold red"
        )
    return [*_heading("Columns that may be mapped wrongly:", width), *lines] if lines else []


def _error_lines(outcome: Outcome, width: int | None) -> list[Line]:
    groups: dict[tuple[str, str], list[str]] = {}
    for check in _with(outcome.results, (Verdict.ERROR,)):
        groups.setdefault((check["why_detail"] or "error", check["error_id"] or ""), []).append(
            check["id"]
        )
    texts = [
        f"! {_first_of(ids)}: {', '.join(filter(None, names))}" for names, ids in groups.items()
    ]
    texts += [f"! {name}: failed" for name in outcome.failed_notebooks]
    if not texts:
        return []
    lines = [line for text in texts for line in _wrapped(text, width, style="bold red")]
    return [
        *_heading("Could not be carried out:", width),
        *lines,
        Line(
            f"{_INDENT}error reports, not to be passed on:"
            f" {outcome.folder / 'restricted' / 'errors'}"
        ),
    ]


def _deviation_lines(checks: Sequence[Entry], width: int | None) -> list[Line]:
    """A line for each; checks of one clause that ask the same of many data sets share it."""
    groups: dict[Any, list[Entry]] = {}
    for check in checks:
        groups.setdefault(
            (
                _clause(check),
                _english(check["claim"]),
                check["verdict"],
                check["severity"],
                check["unit"],
            ),
            [],
        ).append(check)
    own = sorted(
        groups.values(),
        key=lambda checks: (*gravity(checks[0]), -_sum(checks, "deviations"), checks[0]["id"]),
    )
    heading = (
        f"Deviations in {_counted(len(checks), 'check')} (deviations of assessed, days overdue at"
        " most):"
    )
    return (
        [*_heading(heading, width), *(Line(_deviation(checks, width), "red") for checks in own)]
        if own
        else []
    )


def _deviation(checks: Sequence[Entry], width: int | None) -> str:
    """Sign, severity, id, claim, k of M: the claim gives way where there is no room."""
    first = checks[0]
    head = (
        f"{_SIGNS[first['verdict']]} {first['severity'] or '':<{_SEVERITY_WIDTH}} {_name(checks)}"
    )
    unit = " columns" if first["unit"] == "column" else ""
    numbers = f"{_sum(checks, 'deviations'):,} of {_sum(checks, 'assessable'):,}{unit}"
    overdue = max(
        (check["overdue"]["max_days"] for check in checks if check["overdue"]), default=None
    )
    if overdue is not None:
        numbers += f", {_counted(overdue, 'day')}"
    claim = _english(first["claim"])
    if width is None:
        return f"{head}: {claim} {numbers}"
    room = width - len(head) - len(numbers) - 4
    if room < _MIN_CLAIM:
        return _cut(f"{head}: {numbers}", width)
    return f"{head}: {_cut(claim, room):<{room}}  {numbers}"


def _english(claim: Mapping[str, str]) -> str:
    """A claim in English where its policy is told so, else in Danish."""
    return claim.get("en") or claim["da"]


def _review_lines(checks: Sequence[Entry], width: int | None) -> list[Line]:
    """What a person must look at: severity, id, claim, how many records where; then what to do."""
    groups: dict[Any, list[Entry]] = {}
    for check in checks:
        groups.setdefault((_clause(check), _english(check["claim"]), check["severity"]), []).append(
            check
        )
    if not groups:
        return []
    lines = _heading(f"For a person to judge, {_counted(len(checks), 'check')}:", width)
    for own in groups.values():
        severity = own[0]["severity"] or ""
        lines += _wrapped(
            f"! {severity:<{_SEVERITY_WIDTH}} {_name(own)}: {_english(own[0]['claim'])}",
            width,
            style="yellow",
        )
        lines += [
            line for check in own for line in _wrapped(_to_look_at(check), width, indent=_INDENT)
        ]
    return [*lines, *_wrapped(_LOOK_AT, width, indent=_INDENT)]


def _to_look_at(check: Entry) -> str:
    """How many records of which data set, and in which columns."""
    columns = _columns(check)
    where = f", column{'' if len(columns) == 1 else 's'} {', '.join(columns)}" if columns else ""
    return (
        f"{_counted(found(check), check['unit'])} of {check['assessable']:,} in data set"
        f" {check['dataset']}{where}"
    )


def _columns(check: Entry) -> list[str]:
    return sorted({*check.get("columns", {}), *check.get("review_columns", {})})


def _legal_lines(checks: Sequence[Entry], width: int | None) -> list[Line]:
    """What a lawyer must judge, by id."""
    groups: dict[Any, list[Entry]] = {}
    for check in checks:
        groups.setdefault((_clause(check), _english(check["claim"])), []).append(check)
    if not groups:
        return []
    names = ", ".join(_name(own) for own in groups.values())
    return [
        *_heading(f"For a lawyer to judge, {_counted(len(checks), 'check')}:", width),
        *_wrapped(names, width, indent=_INDENT, style="yellow"),
    ]


def _waiver_lines(results: Entry, width: int | None) -> list[Line]:
    """Which deviations are accepted for a time; they count all the same."""
    in_force, deviating = [], {check["id"] for check in _with(results, DEVIATIONS)}
    expired = []
    for waiver in results.get("waivers", ()):
        by = f"approved by {' and '.join(waiver['approved_by'])}"
        covered = deviating.intersection(waiver["checks"])
        if waiver["state"] == "in_force" and covered:
            in_force.append(
                f"{_INDENT}{waiver['check']} ({_counted(len(covered), 'check')}): until"
                f" {waiver['last']}, {by}"
            )
        elif waiver["state"] == "expired":
            expired.append(
                f"! The waiver of {waiver['check']} expired on {waiver['last']}: mend what is found,"
                " have it accepted anew, or take it out of audit.yaml."
            )
    return [
        *(_heading("Accepted for a time, and counted all the same:", width) if in_force else []),
        *(line for text in in_force for line in _wrapped(text, width, style="yellow")),
        *(line for text in expired for line in _wrapped(text, width, style="bold red")),
    ]


def _gap_lines(gaps: Sequence[Gap], width: int | None) -> list[Line]:
    """For each cause: how many checks and what is missing; then which checks, and what to do about
    it.
    """
    if not gaps:
        return []
    digits = max(len(f"{len(gap.checks):,}") for gap in gaps)
    indent = " " * (digits + 4)
    lines = _heading(
        f"Could not be judged, {_counted(sum(len(gap.checks) for gap in gaps), 'check')}:", width
    )
    for gap in gaps:
        head = f"? {len(gap.checks):>{digits},}  {gap.subject} "
        names = _fitted(gap.names, width, len(head)) if gap.names else ""
        lines.append(Line(_cut((head + names).rstrip(": "), width), "cyan"))
        lines += _wrapped(f"{_first_of(gap.checks)}: {gap.action}", width, indent=indent)
    return lines


def _draft_lines(results: Entry, width: int | None) -> list[Line]:
    """Where a template's words still stand, which the report would show as the policy's."""
    named, clauses = placeholders(results)
    places = [f"the {name} of policy.yaml" for name in named] + (
        [f"the claims of {_counted(len(clauses), 'clause')} ({_first_of(clauses)})"]
        if clauses
        else []
    )
    if not places:
        return []
    return _wrapped(
        f"! The template's words still stand in {', '.join(places)}: replace them by the policy's"
        " own before the report is handed over.",
        width,
        style="bold red",
    )


def _changed_clause_lines(results: Entry, width: int | None) -> list[Line]:
    """Where the policy's text is not the one that its clauses were mapped from."""
    by_state: dict[str, list[Entry]] = {}
    for change in results.get("changed_clauses", ()):
        by_state.setdefault(change["state"], []).append(change)
    told = [
        f"{words} {', '.join(change['clause'] or str(change['line']) for change in by_state[state])}"
        for state, words in _CHANGES.items()
        if state in by_state
    ]
    if not told:
        return []
    return _wrapped(
        f"! The policy's text has changed since it was mapped: {'; '.join(told)}. 'teleaudit policy"
        f" check {results['audit']}' says more.",
        width,
        style="bold yellow",
    )


def _not_held(results: Entry) -> list[str]:
    tables = sorted(
        declared.get("table") or declared["check"] for declared in results.get(NOT_HELD, ())
    )
    checks = [
        check
        for check in results["checks"]
        if check["verdict"] == Verdict.SKIPPED and check["why"] == NOT_HELD
    ]
    return (
        [f"Declared not held: {', '.join(tables)} ({_counted(len(checks), 'check')} not relevant)."]
        if tables
        else []
    )


def _withheld(results: Entry) -> list[str]:
    """Where the result of what the law keeps secret is told: a log is read by many."""
    count = results.get("withheld", 0)
    told = (
        f"{_counted(count, 'check')} about what the law keeps secret not told here, whatever was"
        f" found: restricted/{CONFIDENTIAL_CSV} is for who is cleared for it."
    )
    return [told] if count else []


def _since_last(results: Entry) -> list[str]:
    """What has become of the findings of the last run, in checks."""
    before = results.get("compared_with")
    if before is None:
        return []
    counts = history_counts(results)
    told = ", ".join(f"{count:,}\u00a0{state.replace('_', ' ')}" for state, count in counts.items())
    changed = sorted({one["kind"] for one in before["changed"]})
    return [
        f"Since run {before['run_id']}, as of {before['as_of']}, in checks: {told or 'nothing found'}."
        + (f" Not the same as then: {', '.join(changed)}." if changed else "")
    ]


def history_counts(results: Entry) -> dict[str, int]:
    """Checks by what has become of their findings since the last run."""
    states = Counter(
        state for check in results["checks"] if (state := (check.get("history") or {}).get("state"))
    )
    return dict(sorted(states.items()))


def changed_verdicts(results: Entry) -> list[dict[str, str | None]]:
    """The checks that answer otherwise than in the run before; ``before`` is None for one that was
    not asked then and has found something now.
    """
    changed = []
    for check in results["checks"]:
        history = check.get("history")
        before = ((history or {}).get("before") or {}).get("verdict")
        if history and before != check["verdict"]:
            changed.append({"check": check["id"], "before": before, "now": check["verdict"]})
    return changed


def _counts(results: Entry) -> list[str]:
    totals = results["totals"]
    verdicts = ", ".join(
        f"{totals['verdicts'][verdict]:,}\u00a0{verdict}"
        for verdict in GRAVITY
        if verdict in totals["verdicts"]
    )
    review = f", {totals['review']:,} for a person to judge" if totals["review"] else ""
    return [
        f"{_counted(totals['checks'], 'check')}: {verdicts or 'none'}.",
        f"{_counted(totals['deviations'], 'deviation')}{review}, {totals['exempted']:,} exempted.",
    ]


def _paths(outcome: Outcome) -> list[Line]:
    worklist = outcome.folder / "restricted" / "worklist.csv"
    lines = [Line(f"Report: {_report(outcome)}")]
    if (
        outcome.results["totals"]["deviations"] or outcome.results["totals"]["review"]
    ) and worklist.exists():
        workbook = worklist.with_name(WORKBOOK)
        shown = workbook if workbook.exists() else worklist
        lines.append(Line(f"Worklist, not to be passed on: {shown}"))
    return [*lines, Line(_ending(outcome))]


def _ending(outcome: Outcome) -> str:
    return f"Exit code {int(outcome.exit_code)}: {MEANINGS[outcome.exit_code]}."


def _report(outcome: Outcome) -> Path:
    return outcome.folder / "record" / REPORT_FILE


# Words


def _clause(check: Entry) -> str:
    return str(check["id"]).partition(".")[0]


def _name(checks: Sequence[Entry]) -> str:
    return (
        str(checks[0]["id"])
        if len(checks) == 1
        else f"{_clause(checks[0])} ({_counted(len(checks), 'check')})"
    )


def _sum(checks: Iterable[Entry], number: str) -> int:
    return sum(check[number] for check in checks)


def _counted(count: int, unit: str) -> str:
    """The count and its unit, which no end of a line parts: ``_printable`` makes the space an
    ordinary one.
    """
    return f"{count:,}\u00a0{unit}{'' if count == 1 else 's'}"


def _first_of(ids: Sequence[str]) -> str:
    return f"{ids[0]} and {len(ids) - 1:,} more" if len(ids) > 1 else "".join(ids)


def _fitted(names: Sequence[str], width: int | None, used: int) -> str:
    """As many of the names as there is room for, one at least; all where nothing is shortened."""
    room = sys.maxsize if width is None else width - used
    for count in range(len(names), 0, -1):
        more = f" and {len(names) - count:,} more" if count < len(names) else ""
        text = ", ".join(names[:count]) + more
        if len(text) <= room or count == 1:
            return text
    return ""


def _cut(text: str, width: int | None) -> str:
    return text if width is None or len(text) <= width else text[: width - 3].rstrip() + "..."


def _heading(text: str, width: int | None) -> list[Line]:
    return _wrapped(text, width, style="bold")


def _wrapped(text: str, width: int | None, *, indent: str = "", style: str = "") -> list[Line]:
    """The text in as many lines as it takes; in one where nothing is shortened."""
    if width is None:
        return [Line(indent + text, style)]
    lines = textwrap.wrap(
        text,
        width,
        initial_indent=indent,
        subsequent_indent=indent or _INDENT,
        break_long_words=False,
        break_on_hyphens=False,
    )
    return [Line(line, style) for line in lines]


def _printable(text: str) -> str:
    """The text without what could move a terminal's cursor: headers are foreign."""
    return "".join(letter if letter.isprintable() else " " for letter in text)
