"""Single records as a session shows them: where a reference leads, one customer's life, and what was
revealed.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from html import escape
from pathlib import Path
from typing import Any

import pandas as pd
from pandas.io.formats.style import Styler

from teleaudit.detectors.personal import is_personal_path
from teleaudit.report import figures
from teleaudit.report.tables import captioned
from teleaudit.report.wording import Words
from teleaudit.runs.ledger import append_entry
from teleaudit.schema import TABLES
from teleaudit.sessions.answers import of_data_sets
from teleaudit.sessions.desk import Desk, Place
from teleaudit.sessions.refusing import all_in_danish, refuse

_LEAST_REASON = 5  # characters
_SHORTEST_VALUE = 4


@all_in_danish
class Found:
    """The record that a reference names, as it is shown: where it stands, what lists it, and what of it
    says nothing of a person.
    """

    def __init__(self, reference: str, place: Place, row: Mapping[str, Any], words: Words) -> None:
        self.reference, self.data_set, self.checks = reference, place.data_set, place.checks
        self.values = dict(row)
        self._run_id, self._words = place.run_id, words

    def _facts(self) -> list[tuple[str, str]]:
        terms, nothing = self._words.at("lab.found"), self._words.at("formats.nothing")
        title = of_data_sets([self.data_set], self._words)
        return [
            (terms["reference"], self.reference),
            (terms["data_set"], f"{title} ({self.data_set})"),
            (terms["checks"], ", ".join(self.checks) or nothing),
            (terms["run"], self._run_id or terms["here"]),
            *((name, _shown(value)) for name, value in self.values.items()),
            *([] if self.values else [(terms["row"], terms["gone"])]),
        ]

    def _repr_html_(self) -> str:
        return _table(self._facts())

    def __repr__(self) -> str:
        return "\n".join(f"{term}: {told}" for term, told in self._facts())


@all_in_danish
class Life:
    """What is dated of one customer in all exports, oldest first.

    ``events`` has a row for each date of a record: ``at``, ``data_set``, ``event`` (the column's
    canonical name), ``reference`` (of the record).
    """

    def __init__(self, events: pd.DataFrame, total: int, source: str, words: Words) -> None:
        self.events, self.total = events, total
        self._source, self._words = source, words

    def _told(self) -> pd.DataFrame:
        words, events = self._words, self.events
        return pd.DataFrame(
            {
                "Dato": [words.date(at.date().isoformat()) for at in events["at"]],
                "Datasæt": [TABLES[name].title_da for name in events["data_set"]],
                "Hændelse": [
                    _event(data_set, name, words)
                    for data_set, name in zip(events["data_set"], events["event"], strict=True)
                ],
                "Reference": events["reference"],
            }
        )

    def summary(self) -> Styler:
        """One row for each event."""
        shown, total = (self._words.number(one) for one in (len(self.events), self.total))
        return captioned(self._told(), self._words.say("lab.life", shown=shown, total=total))

    def _repr_html_(self) -> str:
        return self.summary().to_html()

    def __repr__(self) -> str:
        return repr(self.summary())

    def plot(self) -> figures.Shown:
        """The events on a time line, a row for each data set."""
        by_data_set = {
            TABLES[str(name)].title_da: [at.to_pydatetime() for at in own["at"]]
            for name, own in self.events.groupby("data_set", sort=False)
        }
        return figures.show(
            figures.time_line(
                by_data_set, title=self._words.at("lab.life_title"), source=self._source
            ),
            figures.alt_text_time_line(by_data_set),
        )


def _event(data_set: str, column: str, words: Words) -> str:
    own = TABLES[data_set].column(column)
    return own.synonyms[0] if own.synonyms else words.event(data_set, column) or column


def _shown(value: object) -> str:
    """A value as text, a day without a time."""
    return str(value).removesuffix(" 00:00:00")


def _table(facts: Iterable[tuple[str, object]]) -> str:
    rows = (
        f"<tr><th style='text-align: left'>{escape(term)}</th><td style='text-align: left'>"
        f"{escape(_shown(told))}</td></tr>"
        for term, told in facts
    )
    return f"<table>{''.join(rows)}</table>"


class Revealed:
    """Values of records, shown to one analyst: in the cell, and nowhere else.

    The text of it, which logs and other programs take, says only what was shown.
    """

    __slots__ = ("_html", "_told")

    def __init__(self, rows: Mapping[str, Mapping[str, Any]], words: Words) -> None:
        self._told = words.say("lab.revealed", records=words.counted("record", len(rows)))
        parts = "".join(
            f"<h4>{escape(name)}</h4>{_table(row.items())}" for name, row in rows.items()
        )
        self._html = f"<p>{escape(self._told)}</p>{parts}"

    def __repr__(self) -> str:
        return self._told

    def _repr_html_(self) -> str:
        return self._html


def reveal_records(
    desk: Desk, references: Sequence[str], reason: object, *, home: Path, words: Words
) -> Revealed:
    """The values of the records that references name, once the ledger in ``home`` has the reason and the
    references.

    Raises: LabError, in a recorded run too.
    """
    if not isinstance(reason, str) or len(reason.strip()) < _LEAST_REASON:
        refuse("no_reason")
    places = {name: desk.find(name) for name in references}
    rows = {name: desk.real_row(place) for name, place in places.items()}
    for name, row in rows.items():
        if not row:
            refuse("record_gone", name=name)
    hidden = {
        str(value).casefold()
        for name, place in places.items()
        for shown in (desk.shown_row(place),)
        for column, value in rows[name].items()
        if str(shown.get(column)) != str(value)
    }
    if is_personal_path(reason) or any(
        value in reason.casefold() for value in hidden if len(value) >= _SHORTEST_VALUE
    ):
        refuse("personal_reason")
    home.mkdir(parents=True, exist_ok=True)
    append_entry(
        home,
        "reveal",
        {
            "reason": reason.strip(),
            "references": [*rows],
            "revealed_at": dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
        },
    )
    return Revealed(rows, words)
