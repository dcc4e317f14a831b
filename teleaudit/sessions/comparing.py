"""Two recorded runs of an audit, check by check: what each found, and which records are new, still
there and gone, as numbers alone.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd
from pandas.io.formats.style import Styler

from teleaudit.report.authorities import without_secrets
from teleaudit.report.tables import captioned
from teleaudit.report.wording import Words
from teleaudit.runs.folder import RESTRICTED, RESULTS_FILE, complete_runs
from teleaudit.runs.history import RecordsMatched, past_runs
from teleaudit.runs.ledger import LEDGER_FILE, read_ledger
from teleaudit.runs.matching import match_records
from teleaudit.sessions.refusing import all_in_danish, near, refuse

_MATCHED = ("Nye", "Består", "Væk")
_NUMBERS = ("k før", "k nu", "Forskel", *_MATCHED)


@all_in_danish
class Comparison:
    """Two runs, the earlier one first."""

    def __init__(self, changes: pd.DataFrame, caption: str, remark: str) -> None:
        """One row of ``changes`` for each check that either run asked."""
        self.changes, self._caption, self._remark = changes, caption, remark

    def summary(self) -> Styler:
        """The checks that do not answer as before, or have a deviation."""
        told = self.changes
        differs = (
            (told["Før"] != told["Nu"])
            | told["Forskel"].fillna(0).ne(0)
            | told["k nu"].fillna(0).gt(0)
        )
        return captioned(told[differs], f"{self._caption}. {self._remark}".strip())

    def _repr_html_(self) -> str:
        return self.summary().to_html()

    def __repr__(self) -> str:
        return repr(self.summary())


def run_ids(home: Path) -> list[str]:
    """The complete runs of an audit, oldest first."""
    return [folder.name for folder in complete_runs(home)]


def compare_runs(
    home: Path, run_a: object, run_b: object, *, work: Path, memory: str, words: Words
) -> Comparison:
    """Two runs below ``home``, by their ids; the last two where none is named.

    ``work`` is a folder that others cannot read. Raises: LabError.
    """
    known = run_ids(home)
    if len(known) < 2:
        refuse("too_few_runs", folder=home.name)
    asked = (run_a or known[-2], run_b or known[-1])
    for name in asked:
        if name not in known:
            refuse("no_run", near=near(str(name), known), known=", ".join(known[-5:]))
    first, second = (home / str(name) for name in sorted(map(str, asked)))
    before, after = (
        without_secrets(json.loads((folder / "record" / RESULTS_FILE).read_bytes()))
        for folder in (first, second)
    )
    matched = _matched(home, first, second, work, memory)
    reason = matched if isinstance(matched, str) else None
    return Comparison(
        _changes(
            before["checks"], after["checks"], {} if isinstance(matched, str) else matched, words
        ),
        words.say(
            "lab.compared",
            first=words.date(before["as_of"]),
            second=words.date(after["as_of"]),
            first_run=first.name,
            second_run=second.name,
        ),
        words.at(f"lab.unmatched.{reason}") if reason else "",
    )


def _matched(
    home: Path, first: Path, second: Path, work: Path, memory: str
) -> Mapping[str, RecordsMatched] | str:
    past = {run.run_id: run for run in past_runs(read_ledger(home / LEDGER_FILE))}
    if first.name not in past:
        return "no_annex"
    return match_records(
        past[first.name], first, second / RESTRICTED, work=work, memory_limit=memory
    )


def _changes(
    before: Sequence[Mapping[str, Any]],
    after: Sequence[Mapping[str, Any]],
    matched: Mapping[str, RecordsMatched],
    words: Words,
) -> pd.DataFrame:
    was, is_now = ({check["id"]: check for check in checks} for checks in (before, after))
    rows = []
    for name in dict.fromkeys([*is_now, *was]):
        old, new = was.get(name), is_now.get(name)
        k_before, k_now = (check["deviations"] if check else None for check in (old, new))
        rows.append(
            {
                "Kontrol": name,
                "Før": _verdict(old, words),
                "Nu": _verdict(new, words),
                "k før": k_before,
                "k nu": k_now,
                "Forskel": None if k_before is None or k_now is None else k_now - k_before,
                **dict(zip(_MATCHED, matched.get(name, (None,) * 3), strict=True)),
            }
        )
    frame = pd.DataFrame(rows, columns=["Kontrol", "Før", "Nu", *_NUMBERS])
    return frame.astype(dict.fromkeys(_NUMBERS, "Int64"))


def _verdict(check: Mapping[str, Any] | None, words: Words) -> str:
    return str(words.at(f"verdicts.{check['verdict']}.short" if check else "lab.not_asked"))
