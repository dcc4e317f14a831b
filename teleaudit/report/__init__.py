"""The report that can be handed to the authority: a PDF for people with the results for machines
inside it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Protocol

from teleaudit.report.document import describe
from teleaudit.report.material import Material
from teleaudit.report.schema import InvalidResultsError, validate_results
from teleaudit.report.typesetting import typeset
from teleaudit.report.wording import load_words

__all__ = ["Figure", "InvalidResultsError", "validate_results", "write_report"]


class Figure(Protocol):
    """A picture and what it says in words."""

    @property
    def svg(self) -> bytes:
        """The picture."""

    @property
    def alt(self) -> str:
        """What it shows, for those who do not see it; never empty."""


def write_report(
    results: Mapping[str, Any],
    target: Path,
    *,
    figures: Mapping[str, Figure],
    language: str = "da",
    results_json: bytes,
) -> Path:
    """Write the report of a run as PDF/A-3a and PDF/UA-1 to ``target`` and return it.

    ``results_json`` is attached as it stands and must hold the same as ``results``. ``figures`` are
    keyed ``<check id>`` or
    ``<check id>/<name>`` (shown with that finding), or by a name that is no check's (shown in the
    overview).
    Raises: InvalidResultsError, UserError (no such language), TypesettingError.
    """
    validate_results(results)
    if json.loads(results_json) != results:
        msg = "$: the file to attach holds other results than those to report"
        raise InvalidResultsError(msg)
    names = {key: f"figure-{number}.svg" for number, key in enumerate(sorted(figures), start=1)}
    document = describe(
        Material(results=results, words=load_words(language)),
        {key: {"file": names[key], "alt": figures[key].alt} for key in names},
    )
    pdf = typeset(
        document,
        attachment=results_json,
        pictures={names[key]: figures[key].svg for key in names},
        finished_at=results["finished_at"],
    )
    unfinished = target.with_name(f".{target.name}.unfinished")
    unfinished.write_bytes(pdf)
    return unfinished.replace(target)
