"""The report as its readers get it.

Renew the golden text with ``RENEW_GOLDEN=1 pytest tests/report``.
"""

from __future__ import annotations

import io
import json
import os
import re
import subprocess
from collections.abc import Iterator
from importlib import resources
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from pypdf import PdfReader
from ruamel.yaml import YAML

from teleaudit.errors import UserError
from teleaudit.report import InvalidResultsError, write_report
from teleaudit.report.document import describe
from teleaudit.report.material import Material
from teleaudit.report.sections import describe_section, sections
from teleaudit.report.typesetting import TypesettingError
from teleaudit.report.wording import load_words
from teleaudit.schema import TABLES
from tests.conftest import need
from tests.pdf import open_pdf
from tests.report.example import (
    Picture,
    Results,
    basis,
    check,
    clause,
    encoded,
    example,
    figures,
    mapping_gap,
)

DA = load_words("da")
ID_ROOM = 26  # letters of an identifier that stay on one line
GOLDEN = Path(__file__).with_name("report.golden.txt")
RIGHT_EDGE = 595.28 - 2.0 / 2.54 * 72 + 0.5  # points: A4 less the margin
# places where a word may or may not break; pypdf takes every hyphen for a soft one
READ = {0x200B: None, 0x2060: None, 0xAD: "-"}
NEVER = re.compile(r"\b(overhold\w*|revisor\w*|revisionsrapport\w*)", re.IGNORECASE)


def written(
    target: Path, results: Results, pictures: dict[str, Picture] | None = None
) -> PdfReader:
    """The report of some results, opened."""
    path = write_report(
        results, target / "report.da.pdf", figures=pictures or {}, results_json=encoded(results)
    )
    return open_pdf(path)


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
def example_words(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The text of the example's report: reading it takes longer than writing it."""
    return words(written(tmp_path_factory.mktemp("example"), example()))


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


def test_a_small_report_reads_as_the_golden_file_says(tmp_path: Path) -> None:
    text = pages(written(tmp_path, small(), figures()))
    if os.environ.get("RENEW_GOLDEN"):
        GOLDEN.write_text(text, encoding="utf-8")
    assert text == GOLDEN.read_text(encoding="utf-8")


def test_the_same_results_give_the_same_bytes(tmp_path: Path) -> None:
    results = example()
    first, second = (
        write_report(
            results, tmp_path / name, figures=figures(), results_json=encoded(results)
        ).read_bytes()
        for name in ("a.pdf", "b.pdf")
    )
    assert first == second
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.pdf", "b.pdf"]


def test_timings_are_in_the_attached_results_alone(tmp_path: Path) -> None:
    slower = small()
    slower["timings"] = slower["timings"] | {
        "seconds": 4711.5,
        "peak_memory_bytes": 815,
        "stages": [],
    }
    assert pages(written(tmp_path, slower)) == pages(written(tmp_path, small()))


def test_the_results_are_attached_as_data_and_unchanged(tmp_path: Path) -> None:
    results = example()
    path = write_report(results, tmp_path / "report.pdf", figures={}, results_json=encoded(results))
    with pikepdf.open(path) as pdf:
        assert list(pdf.attachments) == ["results.json"]
        assert pdf.attachments["results.json"].get_file().read_bytes() == encoded(results)
        assert pdf.Root.AF[0].AFRelationship == "/Data"
        assert pdf.Root.Lang == "da-DK"


# lines that move the overview from a left-hand page to a right-hand one
@pytest.mark.parametrize("before", [0, 30])
def test_every_clause_stands_with_its_verdict_on_one_spread(before: int, tmp_path: Path) -> None:
    results = small()
    clause = results["clauses"][0]
    told = {
        "da": (
            "En kunde, der har frabedt sig driftsinformation, får den ikke, og ønsket gælder, til"
            " kunden siger andet."
        ),
        "en": "No.",
    }
    results["clauses"] += [
        clause | {"id": f"BIZ-x-{number}", "claim": told, "checks": []} | {"verdict": "pass"}
        for number in range(60)
    ]
    results["exports"][0]["warnings"] = [
        {"code": "header_only", "file": f"{number}.csv", "text": "No rows."}
        for number in range(before)
    ]
    picture = figures()["BIZ-ret-3.customer/by_month"]
    pages_of_clauses = [
        number
        for number, page in enumerate(
            written(tmp_path, results, {"checks": picture}).pages, start=1
        )
        if "frabedt sig" in page.extract_text()
    ]

    assert len(pages_of_clauses) == 2
    assert pages_of_clauses[0] % 2 == 0


def test_every_verdict_is_shown_by_sign_and_word(example_words: str) -> None:
    text = example_words
    for status in (
        "✖ Afvigelse konstateret",
        "■ Overtrædelse konstateret",
        "✔ Ingen afvigelser Ingen afvigelser konstateret",
        "? Kræver manuel vurdering",
        "§ Retlig afklaring Retlig afklaring påkrævet",
        "◐ Delvist vurderet",
        "! Teknisk fejl Kontrollen kunne ikke gennemføres",
        "○ Kan ikke vurderes Kan ikke vurderes – datagrundlaget er utilstrækkeligt",
        "□ Frist ikke fastsat Ikke vurderet – frist ikke fastsat",
    ):
        assert status in text


def test_a_finding_tells_its_numbers_in_danish(example_words: str) -> None:
    text = example_words
    assert (
        "konstateret 19 poster, hvor slettefristen på 1 år efter kundeforholdets ophør var"
        " overskredet. 164 poster har en frist" in text
    )
    assert (
        "for 22 er den udløbet: 19 (86,36 %) er bevaret, 3 er undtaget. Det, der er slettet, ses"
        " ikke i et udtræk og er ikke talt med." in text
    )
    # a long word may be divided
    assert "delse var 312 dage, medianen 88,5 dage. Resultatet gælder" in text
    assert "BIZ-ret-3.customer 3.000 2.990 (99,67 %) 22 19 (86,36 %) 3 (13,64 %) 312 (88,5)" in text
    assert (
        "Kunder (registrerede): i alt 19; fysiske personer 3; virksomheder 15; art ikke oplyst 1"
        in text
    )
    assert "Undtagne: Sletningsstop (legal hold) 2; Begrænset behandling" in text
    assert (
        "Ikke vurderbare: Hverken aktiv ydelse eller slutdato 8; Posten hører ikke til en kendt"
        " kunde 2" in text
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


def test_columns_that_nobody_mapped_come_before_the_numbers_with_what_they_silence(
    tmp_path: Path,
) -> None:
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
    text = words(written(tmp_path, results))
    box = (
        "Før tallene læses 7 kolonner, som kontroller bygger på, er ikke udpeget i de modtagne"
        " udtræk: »Ophørsdato« (end_date), »Opkaldstid« (start_at), "
    )
    assert box in text
    assert "»Retning« (direction) og 2 mere. Derfor kan 4 kontroller ikke vurderes." in text
    assert text.index(box) < text.index("Antal kontroller efter resultat")
    assert (
        "»Ophørsdato« (end_date) »Ophørt den«; »Sidste dag« 3 kontroller BIZ-ret-3, BIZ-ret-4"
        in text
    )
    assert "»Taksttid« (billsec) ingen kolonne ligner 1 kontrol BIZ-ret-7" in text
    assert "Der er ingen bemærkninger til de modtagne udtræk" not in text


def test_where_every_needed_column_is_mapped_nothing_is_said_of_it(tmp_path: Path) -> None:
    text = words(written(tmp_path, small() | {"mapping_gaps": []}))
    assert "Der er ingen bemærkninger til de modtagne udtræk" in text
    assert "Før tallene læses" not in text
    assert "ikke er udpeget" not in text


def test_columns_that_may_be_ones_nobody_mapped_are_named_and_never_called_deviations(
    tmp_path: Path,
) -> None:
    results = small()
    may_be = {"Starttid": "start_at", "Varighed (sek)": "duration_s"}
    own: dict[str, Any] = {
        "unit": "column",
        "unmapped": may_be,
        "reasons": {"not_mapped": 2},
        "topic": "minimisation",
    }
    results["checks"] += [
        check(
            "BIZ-tele-1.cdr",
            "cdr",
            "unknown",
            "Lukket liste.",
            (4, 2, 0, 0),
            why="not_mapped",
            why_detail="Starttid; Varighed (sek)",
            **own,
        ),
        check(
            "BIZ-tele-1.more",
            "cdr",
            "fail",
            "Lukket liste.",
            (5, 3, 1, 0),
            columns={"Religion": 9},
            kinds={"Religion": "other"},
            **own,
        ),
    ]
    results["clauses"].append(
        clause("BIZ-tele-1", "fail", "Lukket liste.", ["BIZ-tele-1.cdr", "BIZ-tele-1.more"])
    )
    text = words(written(tmp_path, counted(results)))
    assert "kan være dem, kontrollen tillader. Det gælder »Starttid« og »Varighed (sek)«." in text
    assert "At kolonnerne udpeges i" in text
    assert "Kolonner: Religion 9 (andet)" in text
    assert re.search(r"Ikke udpegede kolonner: Starttid ?; Varighed \(sek\)", text)
    assert "Ikke vurderbare: Kolonnen er ikke udpeget i kolonneoversættelsen 2" in text


def test_a_check_above_the_gate_that_does_not_pass_says_why(tmp_path: Path) -> None:
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
    text = words(written(tmp_path, counted(results)))
    assert "999 af 1.000 kunne vurderes (99,9 %). Resten kan ikke vurderes af en årsag" in text
    assert "Ordet er ikke et af dem, reglen kender" in text


def test_a_check_that_could_not_be_judged_shows_no_zeros(tmp_path: Path) -> None:
    results = small()
    gone = check("BIZ-ret-3.gone", "cdr", "unknown", "Krav.", (0, 0, 0, 0), why="no_export")
    results["checks"] = [gone]
    results["clauses"] = [clause("BIZ-ret-3", "unknown", "Krav.", ["BIZ-ret-3.gone"])]
    text = words(written(tmp_path, counted(results)))
    assert "BIZ-ret-3.gone Teledata (opkaldsdetaljer) – – – – ○ Kan ikke vurderes" in text
    assert (
        "Der er ikke konstateret afvigelser i det, der kunne vurderes, men ikke alt kunne vurderes"
        in text
    )


def test_a_rule_that_nobody_looked_up_says_so_and_one_read_in_a_copy_says_up_to_when(
    example_words: str,
) -> None:
    text = example_words
    assert "PCI DSS v4.0.1, krav 3.5.1 (ikke slået op)" in text
    assert "læst i uofficiel gengivelse (t.o.m. 12-02-2026) retsinformation.dk" in text
    assert "læst i uofficiel gengivelse (t.o.m. 14-02-2026)" in text
    assert "Uofficielle gengivelser, der er brugt: tekst fra retsinformation.dk i en kopi." in text


def test_only_what_was_read_in_the_issuers_own_text_is_called_verified(tmp_path: Path) -> None:
    results = example()
    bases = {
        "official": "efterprøvet i udstederens egen tekst 22-11-2026",
        "secondary": "sekundær kilde, læst 22-11-2026",
        "mirror": "læst i uofficiel gengivelse (uden dato)",
    }
    for basis_entry, kind in zip(results["legal_bases"], bases, strict=False):
        basis_entry |= {"read_in": kind, "read_to": None}
    text = words(written(tmp_path, results))
    assert all(said in text for said in bases.values())
    assert len(re.findall("efterprøvet", text.replace("der »efterprøvet«", ""))) == 1
    assert "(sekundær kilde)" in text


def test_the_front_page_bears_the_date_up_to_which_the_rules_were_read(tmp_path: Path) -> None:
    front = " ".join(written(tmp_path, example()).pages[0].extract_text().split())
    assert (
        "Retsregler læst til De regler, som kontrollerne bygger på, er læst i tekster til og med"
        " 12-02-2026, nogle til og med 14-02-2026; ændringer derefter er ikke" in front
    )
    assert "1 regel er læst i kilder uden en sådan dato eller er ikke slået op." in front


def test_the_front_page_says_where_a_templates_words_still_stand(tmp_path: Path) -> None:
    results = small()
    results["policy"] = {"title": "(titel ikke udfyldt)", "version": "(udgave ikke udfyldt)"}
    results["clauses"][0]["claim"] = {
        "da": "Politikkens punkt om aftaler (skal erstattes af politikkens egne ord).",
        "en": "Ours.",
    }
    front = words(
        PdfReader(
            io.BytesIO(
                write_report(
                    results, tmp_path / "a.pdf", figures={}, results_json=encoded(results)
                ).read_bytes()
            )
        )
    )
    assert (
        "Udkast Skabelonens tekst står stadig i politikkens titel, politikkens udgave og teksten"
        " til 1 punkt. Den skal" in front.partition("Side 1 af")[0]
    )
    assert "Udkast" not in words(written(tmp_path, small())).partition("Side 1 af")[0]


def test_what_must_be_read_again_before_a_release_stands_in_the_annex_of_law(
    example_words: str,
) -> None:
    annex = example_words.rsplit("Regler, der læses igen", 1)[1]
    assert "Sletning af trafikdata" in annex
    assert "Dataminimering databeskyttelses" not in annex


def test_it_never_says_that_a_rule_is_kept(tmp_path: Path) -> None:
    results = example()
    assert not NEVER.findall(words(written(tmp_path, results, figures())))
    assert not NEVER.findall(
        words(
            written(
                tmp_path,
                counted(
                    results
                    | {
                        "checks": [],
                        "clauses": [],
                        "exports": [],
                        "legal_bases": [],
                        "parameters": [],
                    }
                ),
            )
        )
    )
    package = resources.files("teleaudit.report")
    for name in ("da.yaml", "report.typ"):
        assert not NEVER.findall(package.joinpath(name).read_text(encoding="utf-8"))


def test_a_clean_run_is_told_as_what_the_material_showed(tmp_path: Path) -> None:
    results = small()
    results["checks"] = [one for one in results["checks"] if one["verdict"] == "pass"]
    results["clauses"] = [clause("BIZ-ret-3", "pass", "Krav.", ["BIZ-ret-3.contact"])]
    text = words(written(tmp_path, counted(results)))
    assert "Der er ikke konstateret afvigelser i det undersøgte materiale" in text
    assert "Der er ingen konstateringer." in text


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
def test_hostile_text_stays_text(tmp_path: Path, letters: str) -> None:
    results = example()
    results["controller"]["name"] = f"Navn {letters}"
    results["exports"][0]["name"] = letters
    results["exports"][0]["warnings"] = [
        {
            "code": "unreadable",
            "column": letters,
            "file": letters,
            "count": 2,
            "kind": "date",
            "text": letters,
        },
        {"code": "new", "text": letters},
    ]
    results["checks"][0]["columns"] = {letters: 3}
    results["checks"][0]["claim"] = {"da": letters}
    content = json.dumps(results).encode()
    path = write_report(results, tmp_path / "report.pdf", figures={}, results_json=content)
    text = words(PdfReader(path))
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
    results["exports"][0]["name"] = long + "9" * 90
    results["exports"][0]["files"][0]["path"] = f"{long}/{long}.csv"
    results["controller"]["name"] = "Selskab" * 30
    results["parameters"][0]["name"] = long
    first["columns"] = {"A" * 150: 2}
    path = write_report(results, tmp_path / "report.pdf", figures={}, results_json=encoded(results))
    need("pdftotext", hint="On Debian: apt-get install poppler-utils")
    boxes = subprocess.run(
        ["pdftotext", "-bbox", str(path), "-"], capture_output=True, text=True, check=True
    ).stdout
    rights = [float(right) for right in re.findall(r'xMax="([0-9.]+)"', boxes)]
    assert rights
    assert max(rights) <= RIGHT_EDGE


def test_an_empty_run_still_makes_a_report(tmp_path: Path) -> None:
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
    text = words(written(tmp_path, results))
    assert "Der er ikke udført nogen kontroller." in text


def test_two_hundred_checks_fit(tmp_path: Path) -> None:
    results = example()
    model = results["checks"][0]
    results["checks"] = [
        model | {"id": f"BIZ-x{number % 40}.part_{number:03}", "clauses": [f"BIZ-x{number % 40}"]}
        for number in range(200)
    ]
    results["clauses"] = [
        clause(
            f"BIZ-x{number}",
            "fail",
            "Krav.",
            [one["id"] for one in results["checks"] if one["clauses"] == [f"BIZ-x{number}"]],
        )
        for number in range(40)
    ]
    reader = written(tmp_path, counted(results))
    text = words(reader)
    # summary, numbers, references
    assert all(text.count(one["id"]) >= 3 for one in results["checks"])
    assert "Tabellen viser 5 af 40 punkter med konstateringer." in text
    assert len(reader.pages) < 120


def test_many_months_are_summed_by_year(tmp_path: Path) -> None:
    results = small()
    results["checks"][0]["due_by_month"] = [
        {"month": f"{year}-{month:02}", "records": 10, "overdue": 1}
        for year in range(2015, 2020)
        for month in range(1, 13)
    ]
    text = words(written(tmp_path, results))
    assert (
        "Forfaldsår 2015 2016 2017 2018 2019 Poster 120 120 120 120 120 Heraf overskredne 12 12 12"
        " 12 12" in text
    )


def test_a_year_of_months_stands_in_one_table(tmp_path: Path) -> None:
    results = small()
    results["checks"][0]["due_by_month"] = [
        {"month": f"2025-{month:02}", "records": month, "overdue": 1} for month in range(1, 13)
    ]
    assert "Poster 1 2 3 4 5 6 7 8 9 10 11 12 Heraf overskredne 1 1 1 1 1 1 1 1 1 1 1 1" in words(
        written(tmp_path, results)
    )


def test_checks_of_one_requirement_share_a_section_and_lose_nothing(tmp_path: Path) -> None:
    results = small()
    own: dict[str, Any] = {
        "criterion": None,
        "overdue": None,
        "due_by_month": [],
        "action": {"da": "Slet kortnummeret."},
        "severity": "critical",
        "topic": "card_data",
    }
    found = [
        check(
            f"HYG-card.{name}",
            name,
            "fail",
            "Ingen kortnumre her.",
            (1000 + number, 900 + number, number, 0),
            columns={f"kolonne_{name}": number},
            **own,
        )
        for number, name in enumerate(TABLES, start=3)
    ]
    results["checks"] += found
    results["clauses"].append(
        clause("HYG-card", "fail", "Ingen kortnumre.", [one["id"] for one in found])
    )
    text = words(written(tmp_path, counted(results)))
    assert text.count("Slet kortnummeret.") == 1
    assert f"HYG-card – Betalingskortdata: {len(found)} kontroller" in text
    for one in (one for one in found if len(one["id"]) <= ID_ROOM):
        assert f"{one['id']} {DA.number(one['population'])} {one['assessable']} (" in text
        assert f"kolonne_{one['dataset']} {one['deviations']}" in text
        assert all(reference in text for reference in one["references"])


def test_what_deviates_otherwise_has_a_part_of_its_own(example_words: str) -> None:
    text = example_words
    assert "✖ Afvigelse konstateret Krav" in text
    assert "Konstateringer, der hører under Erhvervsstyrelsen, står i bilag for sig." in text
    main, _, annex = text.rpartition("Konstateringer, der hører under Erhvervsstyrelsen")
    assert "? Kræver manuel vurdering Krav" in annex
    assert "? Kræver manuel vurdering Krav" not in main


def test_a_finding_stands_under_every_authority_that_is_competent_for_it() -> None:
    def told(authority: str, *authorities: str) -> set[str]:
        results = example()
        results["checks"] = [
            found_check("BIZ-ret-7.unbilled", list(authorities)),
            found_check("BIZ-dis-10.secret", []),
        ]
        return {
            check["id"]
            for section in sections(Material(results=results, words=DA), authority)
            for check in section.checks
        }

    def found_check(name: str, authorities: list[str]) -> dict[str, Any]:
        return check(name, "cdr", "fail", "Krav.", (9, 9, 1, 0), authorities=authorities)

    both = ("datatilsynet", "digitaliseringsstyrelsen")
    assert told("digitaliseringsstyrelsen", *both) == {"BIZ-ret-7.unbilled"}
    # what nobody else supervises is left to the report's own reader
    assert told("datatilsynet", *both) == {"BIZ-ret-7.unbilled", "BIZ-dis-10.secret"}
    assert told("datatilsynet", "digitaliseringsstyrelsen") == {"BIZ-dis-10.secret"}


def test_the_gravest_findings_count_by_severity_and_add_up_nothing_of_two_kinds() -> None:
    def one(name: str, verdict: str, found: int, **more: object) -> dict[str, Any]:
        numbers = (99, 99, found if verdict == "fail" else 0, 0)
        return check(f"BIZ-dis-4.{name}", "directory_118", verdict, "Krav.", numbers, **more)

    results = example()
    results["checks"] = [
        one("secret", "fail", 4, severity="critical"),
        one("ended", "fail", 6, severity="high"),
        one("columns", "fail", 1, severity="high", unit="column"),
        one("main", "review", 3, severity="low", review=3),
    ]
    (row,) = describe(Material(results=results, words=DA), {})["summary"]["gravest"]["rows"]
    assert row[2] == "Kritisk"
    assert row[4] == (
        "4 poster (kritisk), 6 poster (høj), 1 kolonne (høj) og 3 poster til manuel vurdering"
    )


@pytest.mark.parametrize("kind", ["access", "storage"])
def test_the_periods_of_a_breach_run_from_when_it_was_known_and_never_from_the_run(
    kind: str,
) -> None:
    results = example()
    results["checks"] = [
        check("KAZ-s.browsing", "cdr", "fail", "Krav.", (9, 9, 1, 0), possible_breach=kind)
    ]
    material = Material(results=results, words=DA)
    (section,) = sections(material)
    (requirement,) = describe_section(material, section, {})["requirements"]
    (told,) = [fact["value"] for fact in requirement["facts"] if fact["term"] == "Muligt brud"]
    assert all(word in told for word in ("24 timer", "72 timer", "bekendt med", "611/2013"))
    assert results["finished_at"][:4] not in told  # no moment of the run
    assert ("hvis uvedkommende har haft adgang" in told) == (kind == "storage")


def test_rules_that_no_check_refers_to_stand_in_the_annex(tmp_path: Path) -> None:
    text = words(written(tmp_path, example()))
    body, annex = text.rsplit("Øvrige regler", 1)
    assert "Sletning af trafikdata" in body  # a check that was carried out in part
    assert "Der er ingen øvrige regler." in annex
    alone = small()
    alone["legal_bases"].append(
        basis("bogf-9", "Noget andet", "bogføringslovens § 9", "erhvervsstyrelsen", "2022-07-01")
    )
    alone["clauses"][-1]["legal_basis"] = ["bogf-9"]
    assert (
        "Noget andet bogføringslovens § 9 fra 01-07-2022"
        in words(written(tmp_path, alone)).rsplit("Øvrige regler", 1)[1]
    )


def test_remarks_on_exports_are_said_in_danish(example_words: str) -> None:
    text = example_words
    assert (
        "cdr/Master.csv, kolonnen »start«: 9 tidspunkter ligger i den time, der springes over, når"
        " sommertiden begynder." in text
    )
    assert (
        "Ingen fil svarer til betalinger*.csv. betalinger De kontroller, der bygger på udtrækket,"
        " kan ikke vurderes." in text
    )
    assert "times fall" not in text


def test_notes_on_the_wording_have_their_section(tmp_path: Path) -> None:
    results = small()
    results["clauses"][0]["note"] = {
        "da": "Ordlyden siger ikke hvornår.",
        "en": "It does not say when.",
    }
    assert "Punkt Bemærkning BIZ-ret-3 Ordlyden siger ikke hvornår." in words(
        written(tmp_path, results)
    )


def test_a_figure_stands_with_its_finding_and_others_in_the_overview(tmp_path: Path) -> None:
    picture = figures()["BIZ-ret-3.customer/by_month"]
    text = words(
        written(
            tmp_path,
            example(),
            {
                "checks": picture,
                "BIZ-ret-3.customer/by_month": picture,
                "BIZ-ret-3.contact": picture,
            },
        )
    )
    assert "Figur 1: Resultater efter datasæt" in text
    assert "Figur 2: Kundestamdata: overskredne frister efter forfaldsmåned" in text
    assert "Figur 3" not in text


def test_a_tall_figure_fits_on_one_page_with_its_caption(tmp_path: Path) -> None:
    need("pdftotext", hint="On Debian: apt-get install poppler-utils")
    text = '<text x="5" y="{}" font-family="DejaVu Sans">{}</text>'
    svg = (
        '<svg xmlns="http://www.w3.org/2000/svg" width="100"'
        f' height="1000">{text.format(20, "TOP")}{text.format(990, "END")}</svg>'
    )
    tall = Picture(svg=svg.encode(), alt="En meget høj figur.")
    path = write_report(
        small(), tmp_path / "report.pdf", figures={"checks": tall}, results_json=encoded(small())
    )
    seen = subprocess.run(
        ["pdftotext", str(path), "-"], capture_output=True, text=True, check=True
    ).stdout.split("\f")
    assert [page for page in seen if all(word in page for word in ("TOP", "END", "Figur 1"))]


def test_a_figure_without_alt_text_is_refused(tmp_path: Path) -> None:
    mute = Picture(svg=figures()["BIZ-ret-3.customer/by_month"].svg, alt="")
    with pytest.raises(TypesettingError, match="alt"):
        written(tmp_path, example(), {"checks": mute})
    assert not list(tmp_path.iterdir())


def test_results_other_than_those_attached_are_refused(tmp_path: Path) -> None:
    results = example()
    other = example() | {"as_of": "2026-11-23"}
    with pytest.raises(InvalidResultsError, match="other results"):
        write_report(results, tmp_path / "report.pdf", figures={}, results_json=encoded(other))


def test_an_unknown_language_is_refused_with_those_there_are(tmp_path: Path) -> None:
    results = example()
    with pytest.raises(UserError, match=r"no report language 'xx'. There are: da"):
        write_report(
            results,
            tmp_path / "report.pdf",
            figures={},
            language="xx",
            results_json=encoded(results),
        )


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
