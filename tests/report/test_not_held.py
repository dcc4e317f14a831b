"""What the controller does not hold: one row a table in the report, one in a notebook's summary,
and nothing check by check.
"""

from __future__ import annotations

import datetime as dt
import io
from typing import Any

import pytest
from python_calamine import CalamineWorkbook

from teleaudit.lab import Results, summary_table
from teleaudit.report import validate_results
from teleaudit.report.annexes import write_annex
from teleaudit.report.document import describe
from teleaudit.report.figures import alt_text_checks_by_data_set
from teleaudit.report.material import Material
from teleaudit.report.results import _clause_entry, exit_code
from teleaudit.report.wording import load_words
from teleaudit.rules.audit_file import NotHeld
from teleaudit.rules.rulebook import load_known_suites
from teleaudit.sessions.answers import Context
from teleaudit.workspace import package_workspace
from tests.report.example import check, clause, example

DA = load_words("da")
CONTEXT = Context(source="", as_of=dt.date(2026, 11, 22), words=DA, topics={}, checks={})
_DECLARED = {
    "table": "agreement",
    "owner": "Direktør",
    "reason": "Aftaler indgås ikke på skrift.",
    "declared_on": "2026-11-01",
}


def skipped(name: str, dataset: str) -> dict[str, Any]:
    return check(
        name,
        dataset,
        "skipped",
        f"Krav til {name}.",
        (0, 0, 0, 0),
        why="not_held",
        why_detail="agreement",
    )


@pytest.fixture
def material() -> Material:
    """A run in which everything is well, two checks are about a table that is not held, and a
    third, of another data set, rests on it.
    """
    results = example()
    held = [check("BIZ-ret-3.customer", "crm_customer", "pass", "Krav.", (9, 9, 0, 0))]
    results["checks"] = [
        skipped("HYG-key.agreement", "agreement"),
        skipped("BIZ-ret-4.agreement", "agreement"),
        skipped("BIZ-tele-3.agreement", "recording_index"),
        *held,
    ]
    results["clauses"] = [
        clause(one["clauses"][0], one["verdict"], one["claim"]["da"], [one["id"]])
        for one in results["checks"]
    ]
    results["clauses"][0]["reason"] = {
        "da": "Ikke relevant, erklæret af Direktør.",
        "en": "Not relevant.",
    }
    results["not_held"] = [_DECLARED]
    results["totals"]["checks"], results["totals"]["verdicts"] = 4, {"pass": 1, "skipped": 3}
    return Material(results=results, words=DA)


def test_the_results_obey_their_schema_and_are_clean(material: Material) -> None:
    validate_results(material.results)
    assert exit_code(material.results) == 0


@pytest.mark.parametrize(
    ("checks", "verdict"),
    [
        ((("pass", None), ("skipped", "not_held")), "pass"),
        ((("skipped", "not_held"), ("fail", None)), "fail"),
        ((("pass", None), ("unknown", "no_export"), ("skipped", "not_held")), "unknown"),
        ((("skipped", "not_held"),), "skipped"),
    ],
)
def test_a_clause_is_judged_by_its_checks_of_what_is_held(
    checks: tuple[tuple[str, str | None], ...], verdict: str
) -> None:
    clause = load_known_suites(package_workspace(), ["baseline"])[0][0].clauses[0]
    entries = [
        {
            "id": f"{clause.clause}.{number}",
            "clauses": [clause.clause],
            "verdict": one,
            "why": why,
            "why_detail": "agreement",
        }
        for number, (one, why) in enumerate(checks)
    ]
    assert (
        _clause_entry(
            clause,
            entries,
            {
                "agreement": NotHeld.model_validate(
                    {name: value for name, value in _DECLARED.items() if name != "table"}
                )
            },
        )["verdict"]
        == verdict
    )


def test_a_run_in_which_nothing_was_held_is_not_clean(material: Material) -> None:
    assert (
        exit_code({"checks": [one for one in material.checks if one["verdict"] == "skipped"]}) == 2
    )


def test_a_question_about_a_register_that_is_not_held_says_so_and_not_that_it_is_missing(
    material: Material,
) -> None:
    def answers() -> list[str]:
        return [row["answer"] for row in describe(material, {})["questions"]["rows"]]

    assert "Der er ikke modtaget en slettelog." in answers()
    material.results["not_held"].append({**_DECLARED, "table": "deletion_log"})
    assert "Den dataansvarlige har erklæret, at der ikke føres en slettelog." in answers()


def test_each_table_that_is_not_held_has_one_row_that_names_the_checks_of_other_data_sets(
    material: Material,
) -> None:
    (row,) = describe(material, {})["not_assessed"]["not_held"]["rows"]
    count = {
        "note": "3, heraf kontroller af andre datasæt, som bygger på dette:",
        "parts": "BIZ-tele-3.agreement",
    }
    assert row == ["Aftaler", "Direktør", "Aftaler indgås ikke på skrift.", "01-11-2026", count]


@pytest.mark.parametrize(
    ("is_so", "note"),
    [
        (True, "1, om poster, som datasættet ikke har:"),
        (False, "Ingen: Datasættet har poster, som kontrollen gælder for, og de er vurderet:"),
    ],
)
# a column of the table above
def test_a_check_that_is_declared_to_be_about_no_record_has_a_row_of_its_own_that_says_whether_it_is_so(
    material: Material,
    is_so: bool,  # noqa: FBT001
    note: str,
) -> None:
    declared = {name: value for name, value in _DECLARED.items() if name != "table"}
    material.results["not_held"].append({"check": "BIZ-ret-3.customer", **declared})
    if is_so:
        material.results["checks"][-1] |= {
            "verdict": "skipped",
            "why": "not_held",
            "why_detail": "BIZ-ret-3.customer",
            "population": 0,
            "assessable": 0,
        }
        material.results["totals"]["verdicts"] = {"skipped": 4}
        material.results["clauses"][-1]["verdict"] = "skipped"
    validate_results(material.results)
    row = describe(material, {})["not_assessed"]["not_held"]["rows"][-1]
    assert row == [
        "Kundestamdata",
        "Direktør",
        "Aftaler indgås ikke på skrift.",
        "01-11-2026",
        {"note": note, "parts": "BIZ-ret-3.customer"},
    ]


def test_checks_of_what_is_not_held_stand_in_the_annex_and_in_no_table_of_the_report(
    material: Material,
) -> None:
    assert describe(material, {})["not_assessed"]["checks"]["rows"] == []
    rows = (
        CalamineWorkbook.from_filelike(io.BytesIO(write_annex(material)))
        .get_sheet_by_name("Kontroller")
        .to_python()
    )
    assert [row[4] for row in rows[1:4]] == ["Ikke relevant – erklæret af den dataansvarlige"] * 3


def test_a_clause_whose_checks_are_all_of_that_kind_says_why_it_is_not_relevant(
    material: Material,
) -> None:
    rows = describe(material, {})["not_assessed"]["clauses"]["rows"]
    assert [row[0] for row in rows] == [
        {"id": name} for name in ("HYG-key", "BIZ-ret-4", "BIZ-tele-3")
    ]
    assert rows[0][2] == {
        "title": "Ikke relevant, erklæret af Direktør.",
        "note": "At den dataansvarlige underbygger sin erklæring.",
    }


def test_what_is_not_held_takes_nothing_from_a_result_without_deviations(
    material: Material,
) -> None:
    assert describe(material, {})["summary"]["paragraphs"][1] == (
        "Der er ikke konstateret afvigelser i det undersøgte materiale. 3 kontroller er ikke"
        " relevante efter den dataansvarliges erklæring. 1 kontrol viser ingen afvigelser i det"
        " undersøgte materiale."
    )


def test_a_notebook_shows_one_row_a_table_and_no_reason_check_by_check(material: Material) -> None:
    entries = [{**one, "column_decisions": []} for one in material.results["checks"]]
    # the frame that is styled
    rows = summary_table(entries, DA).data.to_dict("records")  # type: ignore[attr-defined]
    assert [(row["Kontrol"], row["Datasæt"], row["Resultat"]) for row in rows] == [
        ("3 kontroller", "Aftaler", "– Ikke relevant"),
        ("BIZ-ret-3.customer", "Kundestamdata", "✔ Ingen afvigelser"),
    ]
    assert (
        len(
            Results(entries, CONTEXT)  # type: ignore[attr-defined]
            .not_assessed()
            .data
        )
        == 0
    )
    assert len(summary_table(entries[:1], DA).data) == 1  # type: ignore[attr-defined]


def test_the_figure_of_checks_leaves_out_what_is_not_held(material: Material) -> None:
    assert alt_text_checks_by_data_set(material.results["checks"]).startswith(
        "Tabel med 1 kontrol "
    )
