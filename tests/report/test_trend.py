"""The chapter on what has become of the findings of the last run."""

from __future__ import annotations

import io
from typing import Any

import pytest
from python_calamine import CalamineWorkbook

from teleaudit.report import Report
from teleaudit.report.authorities import results_for
from teleaudit.report.document import describe
from teleaudit.report.material import Material
from teleaudit.report.wording import load_words
from tests.pdf import open_pdf
from tests.report.example import check, example

LAST = {"run_id": "20260801T040000Z-0b0b0b", "as_of": "2026-08-01"}


def with_past(*histories: tuple[str, str, int, int | None], **compared: object) -> dict[str, Any]:
    """The example, with what became of checks: id, state, deviations then, new records."""
    told = {name: _history(state, then, new) for name, state, then, new in histories}
    results = example()
    ended = check("BIZ-ret-9.ended", "crm_contact", "pass", "Krav 9.", (10, 10, 0, 0))
    lost = check(
        "BIZ-ret-8.lost", "crm_contact", "unknown", "Krav 8.", (None, None, 0, 0), why="no_export"
    )
    checks = [{**one, "history": told.get(one["id"])} for one in [*results["checks"], ended, lost]]
    verdicts = [one["verdict"] for one in checks]
    return {
        **results,
        "checks": checks,
        "totals": {
            **results["totals"],
            "checks": len(checks),
            "verdicts": {name: verdicts.count(name) for name in sorted(set(verdicts))},
        },
        "compared_with": {
            **LAST,
            "finished_at": "2026-08-01T04:00:00Z",
            "runs": 3,
            "changed": [],
            "gone": [],
            "records": "matched",
            **compared,
        },
    }


def _history(state: str, then: int | None, new: int | None) -> dict[str, Any]:
    return {
        "state": state,
        "since": LAST,
        "before": (
            {
                "verdict": "fail" if then else "pass",
                "severity": "high",
                "population": 50,
                "assessable": 50,
                "deviations": then,
                "review": 0,
                "exempted": 0,
            }
            if then is not None
            else None
        ),
        "records": None if new is None else {"new": new, "persisting": 0, "resolved": 2},
    }


def trend(results: dict[str, Any]) -> dict[str, Any] | None:
    """The chapter of the report."""
    told = describe(Material(results=results, words=load_words("da")), {})["trend"]
    assert told is None or isinstance(told, dict)
    return told


def test_without_an_earlier_run_there_is_no_chapter() -> None:
    assert trend(example()) is None


def test_a_row_tells_before_now_new_gone_and_since_when() -> None:
    told = trend(
        with_past(
            ("BIZ-ret-3.customer", "persisting", 21, 4),
            ("BIZ-ret-9.ended", "resolved", 6, 0),
            ("BIZ-ret-8.lost", "not_judged", 5, None),
        )
    )

    assert told is not None
    assert [[cell if isinstance(cell, str) else cell["number"] for cell in row] for row in told["table"]["rows"]] == [
        ["A2", "Kundestamdata og almindelig korrespondance i CRM slettes senest 1 år efter kundeforholdets ophør.", "21", "19", "4", "2", "består siden 01-08-2026"],
        ["", "Krav 8.", "5", "–", "–", "–", "ikke vurderet nu; konstateret siden 01-08-2026"],
        ["", "Krav 9.", "6", "0", "0", "2", "ikke længere konstateret; var det siden 01-08-2026"],
    ]  # fmt: skip
    assert (
        "1 punkt består, 1 punkt var konstateret, men kan ikke vurderes denne gang og 1 punkt"
        in (told["paragraphs"][0])
    )


def test_changed_rules_are_said_to_make_numbers_incomparable() -> None:
    changed = [{"kind": "rules", "name": f"{name}.yaml"} for name in "abcdef"]
    changed.append({"kind": "parameters", "name": "immediately_days"})

    told = trend(with_past(changed=changed, gone=["KAZ-1.x"], records="no_annex"))

    assert told is not None
    assert told["paragraphs"][1:] == [
        (
            "Tallene kan ikke uden videre sammenlignes, for siden da er der ændret i reglerne (a.yaml,"
            " b.yaml, c.yaml, d.yaml og 2 mere) og det, den dataansvarlige har fastsat"
            " (immediately_days)."
        ),
        "Hertil kommer 1 kontrol, som konstaterede noget dengang og ikke længere indgår.",
    ]
    assert "fra dengang ikke er til stede" in told["note"]


def test_the_chapter_stays_half_a_page_whatever_was_found() -> None:
    results = with_past()
    many = [
        check(f"BIZ-ret-{number}.x", "crm_contact", "fail", "Krav.", (9, 9, 1, 0))
        | {"history": _history("new", 0, 1)}
        for number in range(100, 140)
    ]
    told = trend({**results, "checks": many})

    assert told is not None
    assert len(told["table"]["rows"]) == 12
    assert told["more"] == "28 mere står i regnearksbilaget."


def test_another_authority_is_not_told_of_checks_that_are_gone() -> None:
    results = with_past(gone=["KAZ-1.x"])

    assert results_for(results, "erhvervsstyrelsen")["compared_with"]["gone"] == []
    assert results_for(results, "datatilsynet")["compared_with"]["gone"] == ["KAZ-1.x"]


@pytest.mark.parametrize("is_compared", [True, False])
def test_report_html_and_annex_tell_of_it_where_a_run_came_before(is_compared: bool) -> None:  # noqa: FBT001 (pytest's)
    results = with_past(("BIZ-ret-3.customer", "persisting", 21, 4)) if is_compared else example()
    report = Report(results=results)

    assert ('<h2 id="trend">' in report.html.decode()) is is_compared
    book = CalamineWorkbook.from_filelike(io.BytesIO(report.annex))
    assert ("Udvikling" in book.sheet_names) is is_compared
    assert (
        "Udvikling" in [row[0] for row in book.get_sheet_by_name("Vejledning").to_python()]
    ) is is_compared
    if is_compared:
        assert book.get_sheet_by_name("Udvikling").to_python()[1][:5] == [
            "BIZ-ret-3.customer",
            "består siden 01-08-2026",
            "Afvigelse konstateret",
            21,
            0,
        ]
        assert any(
            "Siden sidste kontrol" in page.extract_text()
            for page in open_pdf(io.BytesIO(report.plain_pdf)).pages
        )
