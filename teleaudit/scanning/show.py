"""Findings for whoever asked: an object a line, or a table by file and column. Never a value."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TypeGuard

from teleaudit.detectors import Level
from teleaudit.errors import ExitCode
from teleaudit.scanning.scan import LEVELS, Event, Finding, NotScanned, Scanned
from teleaudit.terminal import as_visible_json

_SHOWN_ROWS = 5


def as_json(finding: Finding) -> str:
    """One line of JSON (contract)."""
    found = {
        "file": finding.file,
        "column": finding.column,
        "row": finding.row,
        "kind": finding.kind,
        "level": finding.level.value,
    }
    network = {"network": finding.network} if finding.network is not None else {}
    return as_visible_json(
        found
        | network
        | {
            "reason": finding.reason,
            "scope": "column" if finding.row is None else "value",
        }
    )


def is_shown(event: Event, least: str) -> TypeGuard[Finding]:
    """A finding that is at least so sure."""
    return isinstance(event, Finding) and LEVELS.index(event.level) <= LEVELS.index(Level(least))


@dataclass(kw_only=True)
class _Line:
    """What was found of one kind in one column."""

    levels: Counter[Level] = field(default_factory=Counter)  # of cells
    reasons: Counter[str] = field(default_factory=Counter)
    rows: list[int] = field(default_factory=list)  # the first
    column_level: Level | None = None


@dataclass(kw_only=True)
class Summary:
    """Everything that a scan said, by file, column and kind; in memory that grows with the columns,
    not with the findings.
    """

    files: int = 0
    rows: int = 0
    empty: int = 0
    not_scanned: int = 0
    _lines: dict[tuple[str, str, str], _Line] = field(default_factory=dict)

    def add(self, event: Event) -> None:
        """Take note of an event."""
        match event:
            case Scanned(rows=rows):
                self.files += 1
                self.rows += rows
                self.empty += not rows
            case NotScanned(rows=rows):
                self.not_scanned += 1
                self.rows += rows
            case Finding():
                self._note(event)

    def _note(self, finding: Finding) -> None:
        line = self._lines.setdefault((finding.file, finding.column, finding.kind), _Line())
        line.reasons[finding.reason] += 1
        if finding.row is None:
            line.column_level = finding.level
            return
        line.levels[finding.level] += 1
        if len(line.rows) < _SHOWN_ROWS:
            line.rows.append(finding.row)

    @property
    def exit_code(self) -> ExitCode:
        """Of the scan, whatever of it is shown.

        What only a person can tell is no deviation; what was not read is never clean, and neither
        is nothing at all.
        """
        found = {
            level for line in self._lines.values() for level in (*line.levels, line.column_level)
        }
        if found & {Level.CONFIRMED, Level.PROBABLE}:
            return ExitCode.DEVIATIONS
        return ExitCode.NOT_ASSESSED if self.not_scanned or not self.rows else ExitCode.CLEAN

    def table(self, least: str) -> list[tuple[str, str, str, str, str, str, str]]:
        """File, column, kind, cells by level, the column's level, reasons, first rows; of what is
        at least so sure.
        """
        shown = LEVELS[: LEVELS.index(Level(least)) + 1]
        return [
            (
                file,
                column,
                kind,
                _levels(line, shown),
                line.column_level or "",
                ", ".join(reason for reason, _ in line.reasons.most_common(3)),
                _rows(line),
            )
            for (file, column, kind), line in sorted(self._lines.items())
            if any(line.levels[level] or line.column_level is level for level in shown)
        ]

    def totals(self, seconds: float) -> str:
        """What was scanned, in a sentence."""
        empty = f" ({self.empty:,} empty)" if self.empty else ""
        return (
            f"{_counted(self.files, 'file')} scanned{empty}, {_counted(self.rows, 'row')},"
            f" {seconds:,.1f} s; {self.not_scanned:,} not scanned."
        )


def _levels(line: _Line, shown: Sequence[Level]) -> str:
    return ", ".join(
        f"{line.levels[level]:,} {level.value}" for level in shown if line.levels[level]
    )


def _rows(line: _Line) -> str:
    more = line.levels.total() - len(line.rows)
    return ", ".join(map(str, line.rows)) + (f" and {more:,} more" if more else "")


def _counted(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
