"""The report as its readers get it.

Renew the golden text with ``RENEW_GOLDEN=1 pytest tests/report``.
"""

from __future__ import annotations

import io
import json
import os
import re
import subprocess
import textwrap
import zipfile
from collections.abc import Iterator
from importlib import resources
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from pypdf import PdfReader
from python_calamine import CalamineWorkbook
from ruamel.yaml import YAML

from teleaudit.errors import UserError
from teleaudit.report import Report, render_reports, validate_results
from teleaudit.report.authorities import authorities_concerned, results_for
from teleaudit.report.document import describe
from teleaudit.report.findings import findings_of, number_findings
from teleaudit.report.material import Material
from teleaudit.report.typesetting import TypesettingError, typeset
from teleaudit.report.wording import load_words
from teleaudit.schema import TABLES
from tests.conftest import need
from tests.pdf import open_pdf
from tests.report.example import Results, basis, check, clause, example, export, mapping_gap

DA = load_words("da")
GOLDEN = Path(__file__).with_name("report.golden.txt")
RIGHT_EDGE = 595.28 - 1.9 / 2.54 * 72 + 0.5  # points: A4 less the margin
# places where a word may or may not break; pypdf takes every hyphen for a soft one
READ = {0x200B: None, 0x2060: None, 0xAD: "-"}
NEVER = re.compile(r"\b(overhold\w*|revisor\w*|revisionsrapport\w*)", re.IGNORECASE)


def written(results: Results, authority: str = "datatilsynet") -> PdfReader:
    """The report of some results, opened."""
    return open_pdf(io.BytesIO(Report(results=results, authority=authority).pdf))


def described(results: Results) -> dict[str, Any]:
    """The report of some results as data."""
    return describe(Material(results=results, words=DA), {})


def words(reader: PdfReader) -> str:
    """All its text on one line, words hyphenated at a line's end made whole."""
    return re.sub(
        r"\s+",
        " ",
        re.sub(r"\u00ad\s*\n", "", "\n".join(page.extract_text() for page in reader.pages)),
    ).translate(READ)


def pages(reader: PdfReader) -> str:
    """Its text page by page, as the golden file holds it."""
    lines = [
        line.rstrip()
        for page in reader.pages
        for line in ("==== page ====", *page.extract_text().translate(READ).splitlines())
    ]
    return "\n".join(lines) + "\n"


@pytest.fixture(scope="module")
def example_words() -> str:
    """The text of the example's report: reading it takes longer than writing it."""
    return words(written(example()))


def small() -> Results:
    """Two checks, one of them a finding."""
    results = example()
    results["checks"] = [one for one in results["checks"] if one["id"].startswith("BIZ-ret-3")]
    results["clauses"] = [
        one for one in results["clauses"] if one["id"] in ("BIZ-ret-3", "BIZ-acc-2")
    ]
    results["exports"] = results["exports"][:2]
    results["legal_bases"] = results["legal_bases"][:1]
    return counted(results)


def counted(results: Results) -> Results:
    """The same with totals that agree."""
    verdicts = [one["verdict"] for one in results["checks"]]
    results["totals"] = {
        "checks": len(verdicts),
        "verdicts": {verdict: verdicts.count(verdict) for verdict in sorted(set(verdicts))},
        "deviations": sum(one["deviations"] or 0 for one in results["checks"]),
        "review": sum(one["review"] for one in results["checks"]),
        "exempted": sum(one["exempted"] or 0 for one in results["checks"]),
    }
    return results


def texts(tree: Any) -> Iterator[str]:
    """Every text in a tree of words."""
    match tree:
        case str():
            yield tree
        case dict():
            for value in tree.values():
                yield from texts(value)
        case list():
            for value in tree:
                yield from texts(value)
        case _:
            pytest.fail(f"no text: {type(tree).__name__}")


def test_a_small_report_reads_as_the_golden_file_says() -> None:
    text = pages(written(small()))
    if os.environ.get("RENEW_GOLDEN"):
        GOLDEN.write_text(text, encoding="utf-8")
    assert text == GOLDEN.read_text(encoding="utf-8")


def test_the_same_results_give_the_same_bytes() -> None:
    first, second = (render_reports(example()) for _ in range(2))
    assert first == second


def test_a_run_leaves_a_report_for_each_authority_that_a_finding_concerns() -> None:
    assert set(render_reports(example())) == {
        "report.da.pdf",
        "report.plain.da.pdf",
        "report.da.html",
        "annex.da.xlsx",
        "report.erhvervsstyrelsen.da.pdf",
    }


def test_timings_are_in_the_attached_results_alone() -> None:
    slower = small()
    slower["timings"] = slower["timings"] | {
        "seconds": 4711.5,
        "peak_memory_bytes": 815,
        "stages": [],
    }
    assert pages(written(slower)) == pages(written(small()))


@pytest.mark.parametrize("authority", ["datatilsynet", "erhvervsstyrelsen"])
def test_what_the_authority_is_competent_for_is_attached_and_makes_the_same_report(
    authority: str,
) -> None:
    report = Report(results=example(), authority=authority)
    with pikepdf.open(io.BytesIO(report.pdf)) as pdf:
        assert set(pdf.attachments) == {"results.json", "annex.xlsx"}
        attached = json.loads(pdf.attachments["results.json"].get_file().read_bytes())
        assert pdf.attachments["annex.xlsx"].get_file().read_bytes() == report.annex
        assert {str(file.AFRelationship) for file in pdf.Root.AF} == {"/Data", "/Supplement"}
        assert pdf.Root.Lang == "da-DK"
    assert attached == report.own_results
    assert Report(results=attached, authority=authority).pdf == report.pdf


def test_the_plain_report_has_no_attachments() -> None:
    with pikepdf.open(io.BytesIO(Report(results=small()).plain_pdf)) as pdf:
        assert not pdf.attachments


# What an authority is competent for


def test_a_finding_stands_under_every_authority_that_is_competent_for_it() -> None:
    def told(authority: str, *authorities: str) -> set[str]:
        results = example()
        results["checks"] = [
            found_check("BIZ-ret-7.unbilled", list(authorities)),
            found_check("BIZ-dis-1.sale", []),
        ]
        return {check["id"] for check in results_for(results, authority)["checks"]}

    def found_check(name: str, authorities: list[str]) -> dict[str, Any]:
        return check(name, "cdr", "fail", "Krav.", (9, 9, 1, 0), authorities=authorities)

    both = ("datatilsynet", "digitaliseringsstyrelsen")
    assert told("digitaliseringsstyrelsen", *both) == {"BIZ-ret-7.unbilled"}
    # what nobody else supervises is left to the report's own reader
    assert told("datatilsynet", *both) == {"BIZ-ret-7.unbilled", "BIZ-dis-1.sale"}
    assert told("datatilsynet", "digitaliseringsstyrelsen") == {"BIZ-dis-1.sale"}


def with_secret(verdict: str, deviations: int) -> dict[str, Any]:
    """The example with a check, under a clause of its own and under that of another, of what the
    law keeps secret.
    """
    results, text = example(), "Et hemmeligt krav."
    more = {"topic": "disclosure", "authorities": [], "legal_basis": ["rpl-786i"], "secret": True}
    results["checks"] += [
        check(name, "disclosure", verdict, text, (9, 9, deviations, 0), references=[], **more)
        for name in ("BIZ-ret-3.secret", "BIZ-dis-10.secret")
    ]
    results["clauses"] = [
        {**one, "checks": [*one["checks"], "BIZ-ret-3.secret"]} if one["id"] == "BIZ-ret-3" else one
        for one in results["clauses"]
    ] + [clause("BIZ-dis-10", verdict, text, ["BIZ-dis-10.secret"])]
    results["legal_bases"].append(
        basis("rpl-786i", "Tavshed", "retsplejelovens § 786 i", "justitsministeriet", "2022-03-30")
    )
    return counted(results)


def test_what_the_law_keeps_secret_stands_in_no_report_and_no_report_tells_whether_it_was_found() -> (
    None
):
    found, clean = (with_secret(*told) for told in (("fail", 3), ("pass", 0)))
    assert found["totals"] != clean["totals"]
    numbers = number_findings(found["checks"])
    assert not {"BIZ-ret-3.secret", "BIZ-dis-10.secret"} & numbers.keys()
    for authority in authorities_concerned(found):
        own = results_for(found, authority)
        assert own == results_for(clean, authority)
        told = json.dumps(own, ensure_ascii=False)
        assert ".secret" not in told
        assert "rpl-786i" not in told
        assert "Et hemmeligt krav." not in told
        assert own["withheld"] == 2
    assert authorities_concerned(found) == authorities_concerned(clean)


def test_the_main_report_says_that_something_is_not_told_and_others_need_not() -> None:
    results = with_secret("fail", 3)
    said = described(results_for(results, "datatilsynet"))["not_assessed"]["withheld"]
    assert said.startswith("Hertil kommer 2 kontroller om pålæg, som udbyderen skal hemmeligholde")
    assert described(example())["not_assessed"]["withheld"] == ""
    other = results_for(results, "erhvervsstyrelsen")
    assert described(other)["not_assessed"]["withheld"] == ""


# The ledger


def test_a_printed_report_names_the_head_of_the_ledger_with_which_the_run_began() -> None:
    results = example()
    said = described(results)["method"]["ledger"]
    assert "\u00a0".join(textwrap.wrap(results["ledger_head"][:16], 4)) in said
    assert (
        "kontroljournalen tom"
        in described({**results, "ledger_head": "0" * 64})["method"]["ledger"]
    )
    del results["ledger_head"]  # of a version that named none
    assert described(results)["method"]["ledger"] == ""


def test_a_final_report_names_on_its_front_the_line_that_came_before_its_approval() -> None:
    approval = {"function": "Direktør", "approved_on": "2026-11-23"}
    head = "0123456789abcdef" + "f" * 48

    def front(results: dict[str, Any]) -> dict[str, Any]:
        return {fact["term"]: fact["value"] for fact in described(results)["front"]["facts"]}

    told = front(example() | {"approval": {**approval, "ledger_head": head}})
    assert told["Kontroljournal"].startswith("0123\u00a04567\u00a089ab\u00a0cdef")
    assert "Kontroljournal" not in front(example())
    assert "Kontroljournal" not in front(example() | {"approval": approval})


# Whom it concerns, and since when


def test_a_finding_whose_records_name_no_customer_says_that_nobody_can_tell_how_many() -> None:
    subjects = {"customers": 4, "persons": 3, "companies": 1, "unknown": 0, "unnamed": 0}

    def facts(*told: dict[str, Any] | None, **more: object) -> dict[str, str]:
        results = example()
        results["checks"] = [
            check(
                f"HYG-card.{place}",
                "payment",
                "fail",
                "Krav.",
                (9, 9, 5, 0),
                topic="card_data",
                subjects=one,
                **{"columns": {"Felt": 5}, **more},
            )
            for place, one in enumerate(told)
        ]
        (theme,) = described(results)["findings"]["themes"]
        return {fact["term"]: fact["value"] for fact in theme["findings"][0]["facts"]}

    assert facts(subjects)["Berørte"] == "4 kunder (3 personer, 1 virksomhed)"
    assert facts(None)["Berørte"] == "kan ikke opgøres uden kundenummer"
    assert facts(subjects, None)["Berørte"].startswith("mindst 4 kunder")
    # a register of systems names nobody, and concerns nobody one by one
    assert "Berørte" not in facts(None, columns={})
    assert "Berørte" in facts(None, columns={}, possible_breach="access")
    assert "Berørte" not in facts(None, unit="column")


def test_a_finding_without_a_deadline_tells_how_old_its_oldest_record_is() -> None:
    def told(*months: str | None, k: int = 5, **more: object) -> str:
        results = example()
        results["checks"] = [
            check(
                f"HYG-card.{place}",
                "payment",
                "fail",
                "Krav.",
                (9, 9, k, 0),
                topic="card_data",
                oldest=month,
                **{"possible_breach": "storage", **more},
            )
            for place, month in enumerate(months)
        ]
        (theme,) = described(results)["findings"]["themes"]
        return str(theme["findings"][0]["paragraphs"][0]["text"])

    assert "Den ældste post er fra marts 2021." in told("2023-01", "2021-03", None)
    assert "Posten er fra marts 2021." in told("2021-03", k=1)
    assert "ældste post" not in told(None)
    late = {"max_days": 312, "median_days": 20}
    assert "ældste post" not in told("2021-03", overdue=late)
    # what may be no breach tells of its columns alone; the annex tells all
    assert "ældste post" not in told("2021-03", possible_breach=None)
    assert "ældste post" in told("2021-03", possible_breach=None, columns={"Felt": 5})


def test_another_authoritys_report_holds_neither_the_questions_nor_what_is_not_its_own() -> None:
    own = results_for(example(), "erhvervsstyrelsen")
    assert {one["id"].partition(".")[0] for one in own["checks"]} == {"BIZ-ret-6"}
    assert own["conflicts"] == []
    assert {basis["id"] for basis in own["legal_bases"]} == {"bogf-2022-12", "gdpr-5-1-e"}
    assert own["totals"]["verdicts"] == {"pass": 1, "review": 1}
    told = described(own)
    assert told["questions"] is None
    assert told["front"]["facts"][0] == {"term": "Modtager", "value": "Erhvervsstyrelsen"}


def test_what_is_one_authoritys_already_comes_back_as_it_is() -> None:
    own = results_for(example(), "datatilsynet")
    assert results_for(own, "datatilsynet") == own


def test_every_run_has_a_report_for_the_main_authority() -> None:
    assert authorities_concerned({"checks": []}) == ["datatilsynet"]


# Findings


def test_findings_are_numbered_by_theme_the_gravest_first() -> None:
    results = example()
    assert [
        (finding.number, finding.clause)
        for finding in findings_of(Material(results=results, words=DA))
    ] == [("A1", "BIZ-ret-5"), ("A2", "BIZ-ret-3"), ("A3", "BIZ-ret-6"), ("D1", "HYG-card")]


def test_a_finding_keeps_its_number_in_every_report() -> None:
    whole = example()
    numbers = {"BIZ-ret-6.invoice_series": "A3"}
    for one in whole["checks"]:
        one["finding"] = numbers.get(one["id"])
    own = results_for(whole, "erhvervsstyrelsen")
    (finding,) = findings_of(Material(results=own, words=DA))
    assert finding.number == "A3"


def test_a_finding_tells_its_numbers_in_danish(example_words: str) -> None:
    text = example_words
    assert (
        "I »Kundestamdata« findes 22 poster stadig, selv om slettefristen på 1 år efter"
        " kundeforholdets ophør er udløbet; 3 er undtaget, og for 19 er der ikke fundet en grund."
        " Den længste overskridelse er 312 dage, medianen 88,5 dage. 10 poster kunne ikke vurderes."
        in text
    )
    assert "19 kunder (3 personer, 15 virksomheder, 1 af ukendt art)" in text
    # without what is exempt
    assert (
        "I »PBX- og SIP-konfigurationer« findes 31 poster stadig, selv om slettefristen på 14 dage"
        " efter kundeforholdets ophør er udløbet; for 31 er der ikke fundet en grund." in text
    )
    assert "immediately_days = 14 dage" in text


@pytest.mark.parametrize(
    ("found", "days", "said"),
    [
        (1, (22, 22), "Fristen er overskredet med 22 dage."),
        (2, (22, 22), "Begge frister er overskredet med 22 dage."),
        (2, (22, 12), "Den længste overskridelse er 22 dage, medianen 12 dage."),
        (3, (22, 22), "Fristerne er overskredet med 22 dage."),
    ],
)
def test_lateness_is_told_as_one_says_it_of_so_many(
    found: int, days: tuple[int, int], said: str
) -> None:
    results = example()
    results["checks"] = [
        check(
            "BIZ-right-1.access",
            "dsar",
            "fail",
            "Krav.",
            (9, 9, found, 0),
            topic="rights",
            overdue={"max_days": days[0], "median_days": days[1]},
        )
    ]
    (theme,) = described(results)["findings"]["themes"]
    assert theme["findings"][0]["paragraphs"][0]["text"].endswith(said)


def test_checks_of_one_requirement_are_one_finding_that_names_where_most_was_found() -> None:
    results = small()
    own: dict[str, Any] = {
        "action": {"da": "Slet kortnummeret."},
        "severity": "critical",
        "topic": "card_data",
    }
    results["checks"] = [
        check(
            f"HYG-card.{name}",
            name,
            "fail",
            "Ingen kortnumre her.",
            (1000, 900, number, 0),
            columns={f"kolonne_{number}": number},
            **own,
        )
        for number, name in enumerate(TABLES, start=3)
    ]
    results["clauses"] = [
        clause("HYG-card", "fail", "Ingen kortnumre.", [one["id"] for one in results["checks"]])
    ]
    (theme,) = described(results)["findings"]["themes"]
    (finding,) = theme["findings"]
    (paragraph,) = finding["paragraphs"]
    most, last = len(TABLES) + 2, TABLES[list(TABLES)[-1]].title_da
    total = sum(range(3, len(TABLES) + 3))
    assert paragraph["text"].startswith(
        f"I {len(TABLES)} datasæt (flest i »{last}«, {most}) afviger {DA.number(total)} af"
        f" {DA.number(900 * len(TABLES))} poster. Fundet i kolonnerne »kolonne_{most}«, "
    )
    assert f"»kolonne_{most - 3}« og {len(TABLES) - 4} andre." in paragraph["text"]
    assert finding["action"] == "Slet kortnummeret."


def test_low_severity_and_quality_of_data_have_a_row_each_and_what_a_person_judges_another() -> (
    None
):
    def one(name: str, topic: str, verdict: str, severity: str) -> dict[str, Any]:
        found = {"review": 2} if verdict == "review" else {}
        numbers = (9, 9, 0 if verdict == "review" else 2, 0)
        return check(
            f"{name}.cdr", "cdr", verdict, "Krav.", numbers, topic=topic, severity=severity, **found
        )

    results = example()
    results["checks"] = [
        one("HYG-key", "intake", "fail", "medium"),
        one("BIZ-acc-2", "access", "fail", "low"),
        one("BIZ-acc-1", "access", "fail", "high"),
        one("HYG-test", "minimisation", "review", "low"),
    ]
    told = described(results)["findings"]
    assert [theme["title"] for theme in told["themes"]] == ["Adgang, optagelser og sikkerhed"]
    assert [row[0]["number"] for row in told["minor"]["rows"]] == ["F2", "G1"]
    assert [(row[0]["number"], row[2]) for row in told["review"]["rows"]] == [
        ("D1", "I »Teledata (opkaldsdetaljer)« skal 2 af 9 poster vurderes.")
    ]


@pytest.mark.parametrize("kind", ["access", "storage"])
def test_the_periods_of_a_breach_run_from_when_it_was_known_and_never_from_the_run(
    kind: str,
) -> None:
    results = example()
    results["checks"] = [
        check("KAZ-s.browsing", "cdr", "fail", "Krav.", (9, 9, 1, 0), possible_breach=kind)
    ]
    told = described(results)
    (theme,) = told["findings"]["themes"]
    said = theme["findings"][0]["breach"]
    periods = told["method"]["breach_periods"]
    assert ("hvis uvedkommende har haft adgang" in said) == (kind == "storage")
    assert all(word in periods for word in ("24 timer", "72 timer", "bekendt med", "611/2013"))
    assert results["finished_at"][:4] not in said + periods.replace("611/2013", "")


def test_columns_that_may_be_ones_nobody_mapped_are_named_and_never_called_deviations() -> None:
    results = small()
    may_be = {"Starttid": "start_at", "Varighed (sek)": "duration_s"}
    results["checks"] += [
        check(
            "BIZ-tele-1.cdr",
            "cdr",
            "unknown",
            "Lukket liste.",
            (4, 2, 0, 0),
            why="not_mapped",
            why_detail="Starttid; Varighed (sek)",
            unit="column",
            unmapped=may_be,
            reasons={"not_mapped": 2},
            topic="minimisation",
        )
    ]
    text = words(written(counted(results)))
    assert "kan være dem, kontrollen tillader. Det gælder »Starttid« og »Varighed (sek)«." in text
    assert "At kolonnerne udpeges i" in text


# Summary, erasure, questions, response


def test_the_summary_counts_findings_by_severity_and_says_what_stands_beside_them() -> None:
    assert described(example())["summary"]["paragraphs"][1] == (
        "Kontrollen er ikke gennemført fuldt ud, fordi en eller flere kontroller mislykkedes"
        " teknisk. Der er konstateret afvigelser på 3 punkter: 1 kritisk og 2 høje. Desuden kræver 1 forhold en manuel vurdering, før der kan konkluderes. For 41"
        " poster er der forhold, som beror på en retlig afklaring. 4 kontroller kunne ikke"
        " vurderes eller kun delvist. 2 kontroller viser ingen afvigelser i det undersøgte"
        " materiale."
    )
    assert described(small())["front"]["overall"] == (
        "Der er konstateret afvigelser på 1 punkt: 1 høj."
    )


def test_a_clean_run_is_told_as_what_the_material_showed() -> None:
    results = small()
    results["checks"] = [one for one in results["checks"] if one["verdict"] == "pass"]
    results["clauses"] = [clause("BIZ-ret-3", "pass", "Krav.", ["BIZ-ret-3.contact"])]
    text = words(written(counted(results)))
    assert "Der er ikke konstateret afvigelser i det undersøgte materiale" in text
    assert "Der er ingen konstateringer." in text


def test_the_table_of_erasure_has_a_row_for_each_deadline() -> None:
    rows = described(example())["summary"]["erasure"]["rows"]
    assert [row[:6] for row in rows] == [
        [
            "Kundestamdata",
            "1 år efter kundeforholdets ophør",
            "22",
            "19",
            "3",
            "312 dage",
        ],
        [
            "PBX- og SIP-konfigurationer",
            "14 dage efter kundeforholdets ophør",
            "31",
            "31",
            "0",
            "901 dage",
        ],
    ]
    assert [row[7] for row in rows] == [{"number": "A2"}, {"number": "A1"}]


def test_customers_of_several_data_sets_are_not_added_up() -> None:
    results = small()
    first = results["checks"][0]
    second = first | {"id": "BIZ-ret-3.interaction", "dataset": "crm_interaction"}
    second["subjects"] = first["subjects"] | {"customers": 4, "persons": 0, "companies": 3}
    results["checks"].append(second)
    (row,) = described(counted(results))["summary"]["erasure"]["rows"]
    assert row[0] == "Kundestamdata og Korrespondance"
    assert row[2:4] == ["44", "38"]
    assert row[6] == "mindst 19 kunder (3 personer, 15 virksomheder, 1 af ukendt art)"


def test_each_of_the_eight_questions_is_answered_or_says_why_it_is_not() -> None:
    results = example()
    results["checks"].append(
        check(
            "HYG-deletion-log.late",
            "deletion_log",
            "fail",
            "Krav.",
            (9, 9, 1, 0),
            topic="deletion",
        )
    )
    results["response"] = {"answers": {"manual_erasure": "To medarbejdere må slette."}}
    rows = described(results)["questions"]["rows"]
    assert [row["label"] for row in rows] == [
        "Besvaret",
        "Ikke besvaret",
        "Besvaret",
        "Ikke besvaret",
        "Besvaret",
        "Delvist besvaret",
        "Ikke besvaret",
        "Ikke besvaret",
    ]
    assert all(row["answer"] for row in rows)
    assert rows[2]["answer"] == "Den dataansvarlige oplyser: To medarbejdere må slette."
    assert rows[5]["answer"] == (
        "1 kontrol af sletteloggen er gennemført; 1 af dem viser afvigelser eller forhold til"
        " vurdering."
    )
    assert rows[5]["findings"] == ["A3"]


def test_what_nobody_answered_is_said_to_be_missing_and_what_was_decided_stands_in_the_plan() -> (
    None
):
    results = example()
    assert described(results)["response"]["plan"]["rows"] == []
    results["response"] = {
        "case_number": "2026-41-0007",
        "management": {"text": "Vi retter det.", "function": "Direktør", "date": "2026-11-30"},
        "findings": {
            "BIZ-ret-3": {"decision": "Jobbet rettes.", "owner": "Driftschef", "status": "done"}
        },
    }
    told = described(results)
    (row,) = told["response"]["plan"]["rows"]
    assert row == [
        {"number": "A2"},
        {"title": "Jobbet rettes.", "note": ""},
        "Driftschef",
        "ikke fastsat",
        "Udført",
    ]
    assert told["response"]["plan_open"].endswith("frist: A1, A3 og D1.")
    facts = {fact["term"]: fact["value"] for fact in told["front"]["facts"]}
    assert facts["Journalnummer"] == "2026-41-0007"
    assert facts["Anledning"] == "ikke oplyst"
    management, dpo = told["response"]["statements"]
    assert (management["filled"], management["signed"]) == (True, "Direktør, 30. november 2026")
    assert (dpo["filled"], dpo["text"]) == (
        False,
        "Databeskyttelsesrådgiveren har ikke afgivet en udtalelse.",
    )


def test_a_deadline_stands_under_who_set_it() -> None:
    results = example()
    results["checks"] += [
        check(
            f"{clause_id}.x",
            "agreement",
            "pass",
            "Krav.",
            (9, 9, 0, 0),
            criterion={"starts_at": "relationship_end", "period": period, "parameters": names},
            deadlines={"records": 9, "passed": 0, "kept": 0, "exempted": 0},
        )
        for clause_id, period, names in (
            ("BIZ-ret-5b", "{immediately_days}D", ["immediately_days"]),
            ("HYG-teledata", "P1Y", []),
        )
    ]
    results["clauses"].append(
        clause("HYG-teledata", "pass", "Krav.", ["HYG-teledata.x"], baseline=True)
    )
    rows = described(results)["deadlines"]["table"]["rows"]
    assert rows[0][1:] == [
        {"title": "1 år", "note": "BIZ-ret-3"},
        "–",
        "–",
        "kundeforholdets ophør",
    ]
    assert rows[-2][1:] == [
        {"title": "lader fristen stå åben", "note": "BIZ-ret-5b"},
        "14 dage (Driftschefen, 01-10-2026)",
        "–",
        "kundeforholdets ophør",
    ]
    assert rows[-1][1:] == ["–", "–", "1 år", "kundeforholdets ophør"]


def test_columns_that_nobody_mapped_come_before_the_numbers_with_what_they_silence() -> None:
    results = small()
    results["mapping_gaps"] = [
        mapping_gap(
            "crm_customer",
            "end_date",
            ["Ophørt den", "Sidste dag"],
            ["BIZ-ret-3.customer", "BIZ-ret-3.contact", "BIZ-ret-4.agreement"],
        )
    ]
    results["mapping_gaps"] += [
        mapping_gap("cdr", column, [], ["BIZ-ret-7.unbilled"])
        for column in ("start_at", "call_id", "invoice_id", "direction", "billsec", "b_number")
    ]
    text = words(written(results)).replace("_ ", "_")  # where a name was broken
    box = (
        "Før tallene læses 7 kolonner, som kontroller bygger på, er ikke udpeget i de modtagne"
        " udtræk: »Ophørsdato« (end_date), »Opkaldstid« (start_at), "
    )
    assert box in text
    assert "»Retning« (direction) og 2 mere. Derfor kan 4 kontroller ikke vurderes." in text
    assert text.index(box) < text.index("De alvorligste konstateringer Nr.")
    assert (
        "»Ophørsdato« (end_date) »Ophørt den«; »Sidste dag« 3 kontroller BIZ-ret-3, BIZ-ret-4"
        in text
    )
    assert "»Taksttid« (billsec) ingen kolonne ligner 1 kontrol BIZ-ret-7" in text


def test_where_every_needed_column_is_mapped_nothing_is_said_of_it() -> None:
    text = words(written(small() | {"mapping_gaps": []}))
    assert "Før tallene læses" not in text
    assert "ikke er udpeget" not in text


def test_where_nobody_delivered_the_legal_holds_the_summary_says_what_that_means() -> None:
    results = small()
    said = described(results)["summary"]["paragraphs"]
    assert said[-1].startswith("Der er hverken modtaget sletningsstop (legal hold) eller erklæret")
    results["exports"].append(export("sletningsstop", "legal_hold", "hold.csv", 0))
    assert len(described(results)["summary"]["paragraphs"]) == len(said) - 1


def test_what_people_wrote_at_length_is_printed_to_its_end() -> None:
    results = small()
    words_of = [f"ord{number}" for number in range(900)]
    results["response"] = {
        "management": {
            "text": " ".join(words_of[:450]),
            "function": "Direktør",
            "date": "2026-11-30",
        },
        "findings": {"BIZ-ret-3": {"cause": " ".join(words_of[450:]), "owner": "Driftschef"}},
    }
    text = set(words(written(results)).split())
    assert [word for word in words_of if word not in text] == []


# What was not assessed, and the law


def test_checks_that_are_open_for_one_reason_have_a_row_together() -> None:
    results = small()
    results["checks"] = [
        check(f"HYG-key.{name}", name, "unknown", "Krav.", (0, 0, 0, 0), why="no_rows")
        for name in ("agreement", "cdr", "dsar", "invoice", "ledger")
    ]
    results["clauses"] = []
    results["totals"]["checks"] = 5
    (row,) = described(results)["not_assessed"]["checks"]["rows"]
    assert row[0] == {
        "title": "5 kontroller",
        "parts": "HYG-key.agreement HYG-key.cdr HYG-key.dsar HYG-key.invoice",
    }
    assert described(results)["front"]["overall"].endswith(
        "5 af 5 kontroller kunne ikke vurderes eller kun delvist."
    )


def test_what_is_not_assessed_says_why_and_what_would_close_it(example_words: str) -> None:
    text = example_words
    assert (
        "En kolonne, som kontrollen bygger på, mangler. Det gælder kolonnen record_type i"
        " datasættet »Teledata (opkaldsdetaljer)«." in text
    )
    assert "Et udtræk med kolonnen." in text
    assert "id E-7f3a91." in text
    assert "Besigtigelse på stedet." in text


def test_a_check_above_the_gate_that_does_not_pass_says_why() -> None:
    results = small()
    results["checks"] = [
        check(
            "BIZ-ret-3.few",
            "cdr",
            "partial",
            "Krav.",
            (1000, 999, 0, 0),
            reasons={"unknown_word": 1},
        )
    ]
    results["clauses"] = [clause("BIZ-ret-3", "partial", "Krav.", ["BIZ-ret-3.few"])]
    told = described(counted(results))["not_assessed"]
    assert told["checks"]["rows"][0][2].startswith(
        "999 af 1.000 kunne vurderes (99,9 %). Resten kan ikke vurderes af en årsag"
    )
    assert (
        "(0 punkter), og de enkelte poster, der ikke kunne vurderes (1 post)" in (told["elsewhere"])
    )


def test_a_check_that_could_not_be_judged_shows_no_zeros() -> None:
    results = small()
    gone = check("BIZ-ret-3.gone", "cdr", "unknown", "Krav.", (0, 0, 0, 0), why="no_export")
    results["checks"] = [gone]
    results["clauses"] = [clause("BIZ-ret-3", "unknown", "Krav.", ["BIZ-ret-3.gone"])]
    (row,) = described(counted(results))["not_assessed"]["checks"]["rows"]
    assert row[0] == {"id": "BIZ-ret-3.gone"}
    assert described(counted(results))["front"]["overall"].startswith(
        "Der er ikke konstateret afvigelser i det, der kunne vurderes, men ikke alt kunne vurderes."
    )


def test_a_rule_that_nobody_looked_up_says_so_and_one_read_in_a_copy_says_up_to_when(
    example_words: str,
) -> None:
    text = example_words
    assert "PCI DSS v4.0.1, krav 3.5.1 (ikke slået op)" in text
    assert "læst i uofficiel gengivelse (t.o.m. 12-02-2026) retsinformation.dk" in text
    assert "læst i uofficiel gengivelse (t.o.m. 14-02-2026)" in text
    assert "Uofficielle gengivelser, der er brugt: tekst fra retsinformation.dk i en kopi." in text


def test_only_what_was_read_in_the_issuers_own_text_is_called_verified() -> None:
    results = example()
    bases = {
        "official": "efterprøvet i udstederens egen tekst 22-11-2026",
        "secondary": "sekundær kilde, læst 22-11-2026",
        "mirror": "læst i uofficiel gengivelse (uden dato)",
    }
    for basis_entry, kind in zip(results["legal_bases"], bases, strict=False):
        basis_entry |= {"read_in": kind, "read_to": None}
    results["checks"][0]["legal_basis"] = [one["id"] for one in results["legal_bases"][:3]]
    text = words(written(results))
    assert all(said in text for said in bases.values())
    assert len(re.findall("efterprøvet", text.replace("der »efterprøvet«", ""))) == 1
    assert "(sekundær kilde)" in text


def test_provisions_that_were_read_in_one_place_share_a_row() -> None:
    results = small()
    results["checks"][0]["legal_basis"] = ["gdpr-5-1-e", "gdpr-5-1-c"]
    results["legal_bases"] = [
        one | {"read_to": "2026-02-12"} for one in example()["legal_bases"][:2]
    ]
    ((cited, where),) = described(results)["law"]["table"]["rows"]
    assert cited == (
        "databeskyttelsesforordningens artikel\u00a05, stk.\u00a01, litra\u00a0c; artikel\u00a05,"
        " stk.\u00a01, litra\u00a0e"
    )
    assert where["title"] == "læst i uofficiel gengivelse (t.o.m. 12-02-2026)"


def test_rules_that_nothing_found_refers_to_stand_in_the_annex_for_spreadsheets_alone() -> None:
    results = small()
    results["legal_bases"].append(
        basis("bogf-9", "Noget andet", "bogføringslovens § 9", "erhvervsstyrelsen", "2022-07-01")
    )
    results["clauses"][-1]["legal_basis"] = ["bogf-9"]
    assert "bogføringslovens" not in words(written(results))
    assert "bogføringslovens §\u00a09" in sheet(Report(results=results).annex, "Regler")[-1]


def test_the_front_page_bears_the_date_up_to_which_the_rules_were_read() -> None:
    front = " ".join(written(example()).pages[0].extract_text().split())
    assert (
        "Retsregler læst til De regler, som kontrollerne bygger på, er læst i tekster til og med"
        " 12-02-2026, nogle til og med 14-02-2026; ændringer derefter er ikke" in front
    )
    assert "1 regel er læst i kilder uden en sådan dato eller er ikke slået op." in front


def test_the_front_page_says_where_a_templates_words_still_stand() -> None:
    results = small()
    results["policy"] = {"title": "(titel ikke udfyldt)", "version": "(udgave ikke udfyldt)"}
    results["clauses"][0]["claim"] = {
        "da": "Politikkens punkt om aftaler (skal erstattes af politikkens egne ord).",
        "en": "Ours.",
    }
    front = words(written(results)).partition("Side 1 af")[0]
    assert (
        "Udkast Skabelonens tekst står stadig i politikkens titel, politikkens udgave og teksten"
        " til 1 punkt. Den skal" in front
    )
    assert "Skabelonens tekst" not in words(written(small())).partition("Side 1 af")[0]


def test_it_never_says_that_a_rule_is_kept() -> None:
    results = example()
    assert not NEVER.findall(words(written(results)))
    empty: Results = {
        name: [] for name in ("checks", "clauses", "exports", "legal_bases", "parameters")
    }
    assert not NEVER.findall(words(written(counted(results | empty))))
    package = resources.files("teleaudit.report")
    for name in ("da.yaml", "report.typ"):
        assert not NEVER.findall(package.joinpath(name).read_text(encoding="utf-8"))


# Form


@pytest.mark.parametrize(
    "letters",
    [
        '#panic(1) #read("/etc/passwd")',
        "*_`$<>@= [x] {y} \\ // %(a)s {0}",
        "-- /* */ <script>",
        "kanji 測 og 🙂",
        "\x00\x07\u202e\ud83d",
        "= Overskrift",
    ],
)
def test_hostile_text_stays_text(letters: str) -> None:
    results = example()
    results["controller"]["name"] = f"Navn {letters}"
    results["exports"][0]["name"] = letters
    results["checks"][0]["columns"] = {letters: 3}
    results["checks"][0]["claim"] = {"da": letters}
    # as the JSON of a file would bring it
    text = words(written(json.loads(json.dumps(results))))
    assert "Navn" in text
    for typed in ("#panic(1)", "*_`$<>@=", "<script>", "‹U+6E2C›", "‹U+202E›", "= Overskrift"):
        if (
            typed in letters
            or (typed == "‹U+6E2C›" and "測" in letters)
            or (typed == "‹U+202E›" and "\u202e" in letters)
        ):
            assert typed in text


def test_very_long_names_stay_inside_the_page(tmp_path: Path) -> None:
    results = example()
    long = "meget_langt_navn_" * 12
    first = results["checks"][0]
    results["clauses"][0]["checks"][0] = first["id"] = f"BIZ-ret-3.{long}"
    results["clauses"][4]["checks"][1] = results["checks"][-1]["id"] = f"BIZ-ret-7.{long}"
    results["exports"][0]["name"] = long + "9" * 90
    results["controller"]["name"] = "Selskab" * 30
    results["parameters"][0]["name"] = long
    first["criterion"] = first["criterion"] | {"parameters": [long]}
    first["columns"] = {"A" * 150: 2}
    path = tmp_path / "report.pdf"
    path.write_bytes(Report(results=results).pdf)
    need("pdftotext", hint="On Debian: apt-get install poppler-utils")
    boxes = subprocess.run(
        ["pdftotext", "-bbox", str(path), "-"], capture_output=True, text=True, check=True
    ).stdout
    rights = [float(right) for right in re.findall(r'xMax="([0-9.]+)"', boxes)]
    assert rights
    assert max(rights) <= RIGHT_EDGE


def test_an_empty_run_still_makes_a_report() -> None:
    results = counted(
        example()
        | {
            "checks": [],
            "clauses": [],
            "exports": [],
            "legal_bases": [],
            "parameters": [],
            "suites": {},
        }
    )
    text = words(written(results))
    assert "Der er ikke udført nogen kontroller." in text


def test_two_hundred_findings_lose_nothing() -> None:
    results = example()
    model = results["checks"][0]
    results["checks"] = [
        model | {"id": f"BIZ-x{number}.part", "clauses": [f"BIZ-x{number}"]}
        for number in range(200)
    ]
    results["clauses"] = [
        clause(f"BIZ-x{number}", "fail", f"Krav {number}.", [f"BIZ-x{number}.part"])
        for number in range(200)
    ]
    report = Report(results=counted(results))
    text = words(open_pdf(io.BytesIO(report.pdf)))
    # the gravest in full, then a row each, then their number
    assert len(set(re.findall(r"\b(A\d+) (?:Krav: )?Krav \d+\.", text))) == 180
    assert "20 punkter mere står i regnearksbilaget." in text
    rows = sheet(report.annex, "Kontroller")[1:]
    assert {row[1] for row in rows} == {f"BIZ-x{number}.part" for number in range(200)}


def test_a_picture_without_words_is_refused() -> None:
    svg = b'<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>'
    told = describe(
        Material(results=small(), words=DA), {"ageing": {"file": "figure-1.svg", "alt": ""}}
    )
    with pytest.raises(TypesettingError, match="alt"):
        typeset(
            told,
            attachments={},
            pictures={"figure-1.svg": svg},
            finished_at=small()["finished_at"],
        )


def test_an_unknown_language_is_refused_with_those_there_are() -> None:
    with pytest.raises(UserError, match=r"no report language 'xx'. There are: da"):
        Report(results=example(), language="xx").draw_pages()


def test_the_words_are_all_text() -> None:
    tree = YAML(typ="safe", pure=True).load(
        resources.files("teleaudit.report").joinpath("da.yaml").read_text(encoding="utf-8")
    )
    assert all(text for text in texts(tree))


def test_no_word_of_a_language_stands_in_the_template() -> None:
    template = (
        resources.files("teleaudit.report").joinpath("report.typ").read_text(encoding="utf-8")
    )
    assert not re.search(r"[æøåÆØÅ]", template)


# The annex for spreadsheets


def sheet(annex: bytes, name: str) -> list[list[Any]]:
    """The rows of a sheet as they are stored."""
    return CalamineWorkbook.from_filelike(io.BytesIO(annex)).get_sheet_by_name(name).to_python()


def test_the_annex_holds_every_check_reference_and_file() -> None:
    results = example()
    annex = Report(results=results).annex
    own = results_for(results, "datatilsynet")
    rows = sheet(annex, "Kontroller")[1:]
    assert {row[1] for row in rows} == {one["id"] for one in own["checks"]}
    assert [row[0] for row in rows[:4]] == ["A1", "A2", "D1", ""]
    assert [row[2].splitlines() for row in sheet(annex, "Referencer")[1:]] == [
        one["references"]
        for name in ("BIZ-ret-5.pbx_config", "BIZ-ret-3.customer", "HYG-card.crm_interaction")
        for one in own["checks"]
        if one["id"] == name
    ]
    assert {row[6] for row in sheet(annex, "Filer")[1:]} == {
        file["sha256"] for export in results["exports"] for file in export["files"]
    }
    customer = next(row for row in rows if row[1] == "BIZ-ret-3.customer")
    assert customer[7:12] == [3000, 2990, 19, 0, 3]
    assert customer[13:18] == [312, 88.5, 19, 3, 15]


def test_remarks_on_exports_are_said_in_danish_in_the_annex() -> None:
    remarks = " ".join(
        remark for _, remark in sheet(Report(results=example()).annex, "Bemærkninger")
    )
    assert (
        "cdr/Master.csv, kolonnen »start«: 9 tidspunkter ligger i den time, der springes over, når"
        " sommertiden begynder." in remarks
    )
    assert "Ingen fil svarer til betalinger*.csv." in remarks
    assert "times fall" not in remarks


def test_no_cell_of_the_annex_is_a_formula() -> None:
    results = example()
    results["exports"][1]["name"] = '=HYPERLINK("x")'
    annex = Report(results=results).annex
    assert sheet(annex, "Filer")[2][0] == '=HYPERLINK("x")'
    with zipfile.ZipFile(io.BytesIO(annex)) as book:
        assert not [
            name
            for name in book.namelist()
            if name.startswith("xl/worksheets") and b"<f>" in book.read(name)
        ]


def test_its_guide_tells_of_every_sheet() -> None:
    annex = Report(results=small()).annex
    names = CalamineWorkbook.from_filelike(io.BytesIO(annex)).sheet_names
    assert [row[0] for row in sheet(annex, "Vejledning")[1:]] == names[1:]


# Before it is approved


def test_what_is_still_open_has_a_row_for_each_kind() -> None:
    results = example()
    results["legal_bases"][0]["recheck_before_release"] = True
    results["changed_clauses"] = [{"clause": "BIZ-ret-4", "state": "changed", "line": 4}]
    results["response"] = {
        "occasion": "Egenkontrol",
        "findings": {"BIZ-ret-3": {"owner": "Driftschef", "deadline": "2026-12-31"}},
    }
    told = {row[0]: row[1:] for row in Report(results=results).decisions["rows"]}
    # what is for another authority is decided on in its own report
    assert "Konstateringer til manuel vurdering" not in told
    assert told["Politikkens tekst er ændret, siden punktet blev omsat"] == [
        "1",
        "BIZ-ret-4",
        "policy.yaml",
    ]
    assert told["Frister og ord, der ikke er fastsat"][1] == "traffic_data_unbilled"
    assert told["Punkter til retlig afklaring"][1] == "BIZ-ret-4"
    assert told["Konstateringer uden ansvarlig eller frist"] == ["2", "A1, D1", "response.yaml"]
    assert "litra\u00a0e" in told["Regler, der læses igen i deres officielle tekst"][1]
    assert told["Det, rapporten skriver som ikke oplyst"][1].startswith("journalnummer, ")
    assert "anledning" not in told["Det, rapporten skriver som ikke oplyst"][1]


def test_every_page_can_be_looked_at_as_a_picture() -> None:
    report = Report(results=small())
    drawn = report.draw_pages()
    assert len(drawn) == len(PdfReader(io.BytesIO(report.pdf)).pages)
    assert all(page.startswith(b"\x89PNG") for page in drawn)


@pytest.mark.parametrize(
    ("keep", "told"),
    [
        (
            {"restricted_days": 90, "record_days": 1826},
            ("slettes 90 dage efter kørslen", "opbevares i 1.826 dage efter kørslen"),
        ),
        (
            {"restricted_days": 1, "record_days": None},
            ("slettes 1 dag efter kørslen", "ikke fastsat, hvor længe rapporten"),
        ),
        (
            {"restricted_days": None, "record_days": 1},
            ("har ikke fastsat, hvornår kontrolgrundlaget", "opbevares i 1 dag efter"),
        ),
        (None, ("har ikke fastsat, hvornår kontrolgrundlaget", "ikke fastsat, hvor længe")),
    ],
)
def test_the_report_states_the_audits_own_deadlines_or_that_none_is_set(
    keep: dict[str, int | None] | None, told: tuple[str, str]
) -> None:
    results = example()
    if keep is not None:
        results["settings"]["keep"] = keep
    validate_results(results)
    said = described(results)["method"]["keeping"]
    assert [one for one in told if one not in said] == []
