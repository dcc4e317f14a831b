"""The reports that can be handed to authorities: a PDF for people, with the results for machines and
the annex for spreadsheets inside it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from teleaudit.report.annexes import write_annex
from teleaudit.report.authorities import authorities_concerned, results_for
from teleaudit.report.decisions import describe_decisions
from teleaudit.report.document import describe
from teleaudit.report.figures import for_report
from teleaudit.report.material import MAIN_AUTHORITY, Material, Table
from teleaudit.report.results import as_json
from teleaudit.report.schema import InvalidResultsError, validate_results
from teleaudit.report.typesetting import draw_pages, typeset
from teleaudit.report.web import render_html
from teleaudit.report.wording import load_words
from teleaudit.rules.audit_file import LANGUAGE_OF_RECORD

__all__ = [
    "FINAL",
    "MAIN_AUTHORITY",
    "InvalidResultsError",
    "Report",
    "render_reports",
    "validate_results",
]


FINAL = "report.final."  # how the names of approved reports begin


@dataclass(frozen=True, kw_only=True)
class Report:
    """The report of a run for one authority, made of its results alone: the same results give the
    same bytes.
    """

    results: Mapping[str, Any]  # of the run, or what is attached to this report
    authority: str = MAIN_AUTHORITY
    language: str = LANGUAGE_OF_RECORD

    @cached_property
    def own_results(self) -> dict[str, Any]:
        """What of the results the authority is competent for, and the report's language.

        Raises: InvalidResultsError.
        """
        validate_results(self.results)
        return results_for(self.results, self.authority) | {"language": self.language}

    @cached_property
    def annex(self) -> bytes:
        """The annex for spreadsheets. Raises: UserError (no such language)."""
        return write_annex(self._material)

    @cached_property
    def pdf(self) -> bytes:
        """PDF/A-3a and PDF/UA-1, with results.json and the annex inside it.

        Raises: InvalidResultsError, UserError (no such language), TypesettingError.
        """
        return self._typeset({"results.json": as_json(self.own_results), "annex.xlsx": self.annex})

    @cached_property
    def plain_pdf(self) -> bytes:
        """The same as PDF/A-2a, without attachments, for mail that takes none. Raises: as ``pdf``."""
        return self._typeset({})

    @cached_property
    def html(self) -> bytes:
        """The same as one HTML file. Raises: InvalidResultsError, UserError (no such language)."""
        return render_html(
            self._document,
            pictures={file: svg for file, svg, _ in self._figures.values()},
            words=self._material.words,
        )

    def draw_pages(self) -> list[bytes]:
        """Every page as a PNG. Raises: as ``pdf``."""
        return draw_pages(
            self._document, pictures={file: svg for file, svg, _ in self._figures.values()}
        )

    @cached_property
    def decisions(self) -> Table:
        """What people must decide or write before it is approved."""
        return describe_decisions(self._material)

    @cached_property
    def _material(self) -> Material:
        return Material(results=self.own_results, words=load_words(self.language))

    @cached_property
    def _figures(self) -> dict[str, tuple[str, bytes, str]]:
        """File, SVG and alt text by name."""
        pictures = for_report(self._material)
        return {
            key: (f"figure-{number}.svg", pictures[key].svg, pictures[key].alt)
            for number, key in enumerate(sorted(pictures), start=1)
        }

    @cached_property
    def _document(self) -> dict[str, Any]:
        """The report as data."""
        return describe(
            self._material,
            {key: {"file": file, "alt": alt} for key, (file, _, alt) in self._figures.items()},
        )

    def _typeset(self, attachments: Mapping[str, bytes]) -> bytes:
        return typeset(
            self._document,
            attachments=attachments,
            pictures={file: svg for file, svg, _ in self._figures.values()},
            finished_at=self.own_results["finished_at"],
        )


def render_reports(results: Mapping[str, Any]) -> dict[str, bytes]:
    """Every report of a run by file name, in each of its languages: ``report.da.pdf`` for the main
    authority, with its plain copy, its HTML companion and its annex, and one for each other
    authority that a finding concerns.
    Of results with an approval the final ones, ``report.final.da.pdf`` ..., without the annex,
    which is the draft's.

    Raises: InvalidResultsError, UserError (no such language), TypesettingError.
    """
    return {
        name: content
        for language in results.get("report_languages", (LANGUAGE_OF_RECORD,))
        for name, content in _render_in(language, results).items()
    }


def _render_in(language: str, results: Mapping[str, Any]) -> dict[str, bytes]:
    """Every report of a run in one language."""
    validate_results(results)
    main = Report(results=results, language=language)
    others = authorities_concerned(main.results)[1:]
    is_final = "approval" in results
    name = FINAL if is_final else "report."
    return {
        f"{name}{language}.pdf": main.pdf,
        f"{name}plain.{language}.pdf": main.plain_pdf,
        f"{name}{language}.html": main.html,
        **({} if is_final else {f"annex.{language}.xlsx": main.annex}),
        **{
            f"{name}{authority}.{language}.pdf": Report(
                results=results, authority=authority, language=language
            ).pdf
            for authority in others
        },
    }
