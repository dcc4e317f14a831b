"""The report in English: a translation of the Danish one, from the same results.

Renew the golden text with ``RENEW_GOLDEN=1 pytest tests/report``.
"""

from __future__ import annotations

import io
import json
import os
import re
from collections.abc import Iterator, Mapping
from importlib import resources
from pathlib import Path
from string import Formatter
from typing import Any

import pikepdf
import pytest
from python_calamine import CalamineWorkbook

from teleaudit.report import Report, figures, render_reports, validate_results
from teleaudit.report.document import describe
from teleaudit.report.material import Material
from teleaudit.report.wording import load_words
from teleaudit.rules.audit_file import LANGUAGE_OF_RECORD, REPORT_LANGUAGES
from tests.pdf import open_pdf
from tests.report.example import Results, example
from tests.report.test_report import pages, small, words
from tests.report.test_web import Reading

DA, EN = load_words("da"), load_words("en")
GOLDEN = Path(__file__).with_name("report.en.golden.txt")
IN_HOUSE = {"asked", "lab", "worklist"}  # what no report says
NEVER = re.compile(
    r"\b(compl(y|ies|ied|ian\w*)|conform\w*|auditor\w*|audit reports?)\b", re.IGNORECASE
)
PLURALS = {"one", "other"}
# words, and letters in a word, that no English word has
DANISH = re.compile(
    r"og|ikke|af|til|som|der|det|den|er|eller|fra|ved|med|skal|blev|hvis|efter|uden|samt|kun|ingen"
    r"|hver|hvor|kan|kunne|poster|dage|frist|\w*[æøå]\w*"
)


def results() -> Results:
    """The example, with English in every text that people write."""
    told = example()
    told["policy"] = {"title": "Privacy policy", "version": "undated"}
    for parameter in told["parameters"]:
        if parameter["value"] is not None:
            parameter |= {"owner": "Head of operations", "reason": "Billing takes two weeks."}
    told["parameters"][1]["value"] = "P5Y"
    told["notebooks"][-1]["name"] = "own_numbers.ipynb"
    for export in told["exports"]:
        export["name"] = f"export_of_{export['table']}"
        export["files"] = [file | {"path": f"{export['table']}.csv"} for file in export["files"]]
        export["warnings"] = [
            {key: value if key != "file" else "payments.csv" for key, value in one.items()}
            for one in export["warnings"]
        ]
    return told


def placeholders(tree: Any, path: str = "") -> Iterator[tuple[str, frozenset[str]]]:
    """Every text by its dotted path, with the names that are filled in; plural forms, and the
    terms of the glossary, which each language has its own of, under one path.
    """
    match tree:
        case dict():
            for key, value in tree.items():
                yield from placeholders(value, path if key in PLURALS else f"{path}.{key}")
        case list():
            for place, value in enumerate(tree):
                yield from placeholders(
                    value,
                    path if path in (".glossary", ".document.keywords") else f"{path}.{place}",
                )
        case _:
            yield path, frozenset(name for _, name, _, _ in Formatter().parse(str(tree)) if name)


def shape(language: str) -> dict[str, frozenset[str]]:
    """What of a language's words a report uses."""
    tree = load_words(language).tree
    found: dict[str, frozenset[str]] = {}
    for path, names in placeholders({k: v for k, v in tree.items() if k not in IN_HOUSE}):
        found[path] = found.get(path, frozenset()) | names
    return found


def sheets(annex: bytes) -> str:
    """Names and cells of a workbook as one text."""
    book = CalamineWorkbook.from_filelike(io.BytesIO(annex))
    cells = (
        str(cell)
        for name in book.sheet_names
        for row in book.get_sheet_by_name(name).to_python()
        for cell in (name, *row)
    )
    return " ".join(cells)


def described(told: Mapping[str, Any], language: str = "en") -> dict[str, Any]:
    """The report as data."""
    return describe(Material(results=told, words=load_words(language)), {})


@pytest.fixture(scope="module")
def report() -> Report:
    return Report(results=results(), language="en")


@pytest.fixture(scope="module")
def text(report: Report) -> str:
    """The text of its PDF."""
    return words(open_pdf(io.BytesIO(report.pdf)))


def test_every_language_of_a_report_has_its_words() -> None:
    files = {
        file.name for file in resources.files("teleaudit.report").iterdir() if ".yaml" in file.name
    }
    assert {f"{language}.yaml" for language in REPORT_LANGUAGES} == files
    validate_results(example() | {"report_languages": list(REPORT_LANGUAGES)})


def test_english_has_the_keys_and_the_placeholders_of_danish_and_says_that_it_translates() -> None:
    danish, english = shape("da"), shape("en")
    own = {".translation.title", ".translation.text"}
    assert sorted(english.keys() - own) == sorted(danish)
    assert own < english.keys()
    assert {path for path in danish if english[path] != danish[path]} == set()


def test_english_counts_one_and_more() -> None:
    assert [
        EN.counted(unit, count) for unit in ("record", "company") for count in (0, 1, 1234)
    ] == [
        "0 records",
        "1 record",
        "1,234 records",
        "0 companies",
        "1 company",
        "1,234 companies",
    ]
    assert all(
        forms.keys() == PLURALS and forms["one"]
        for group in ("units", "severity_counts")
        for forms in EN.at(group).values()
    )


def test_a_small_report_reads_as_the_golden_file_says() -> None:
    found = pages(open_pdf(io.BytesIO(Report(results=small(), language="en").pdf)))
    if os.environ.get("RENEW_GOLDEN"):
        GOLDEN.write_text(found, encoding="utf-8")
    assert found == GOLDEN.read_text(encoding="utf-8")


def test_nothing_in_it_is_danish_but_what_is_cited(report: Report) -> None:
    page = Reading(report.html.decode())
    whole = json.dumps(described(report.own_results), ensure_ascii=False)
    said = " ".join([whole, *page.text, *map(str, page.pictures), sheets(report.annex)])
    cited = {
        word
        for basis in report.own_results["legal_bases"]
        for name in ("citation_da", "title_da", "read_at")
        for word in re.findall(r"\w+", str(basis[name]).casefold())
    }
    danish = {word for word in re.findall(r"\w+", said.casefold()) if DANISH.fullmatch(word)}
    assert danish <= cited
    assert "»" not in said


def test_it_tells_its_numbers_in_english(text: str) -> None:
    assert (
        "In “Customer master data”, 22 records still exist although the erasure deadline of 1 year"
        " after the end of the relationship has passed; exempt: 3; without a ground that was found:"
        " 19. The longest delay is 312 days, the median 88.5 days. 10 records could not be"
        " assessed." in text
    )
    assert "Recommended action: Erase the customers in the CRM." in text
    assert "on 6 exports with 86,684 rows" in text
    assert "Deviations were found: 3 findings (1 critical and 2 high)." in text


def test_the_figure_speaks_english_too(report: Report) -> None:
    (alt,) = Reading(report.html.decode()).pictures
    assert str(alt).endswith(
        "Customer master data: 19 of 22 records past the deadline are without a ground, with"
        " deadlines from January 2026 to September 2026, exceeded by at most 312 days."
    )
    english, danish = (
        figures.for_report(Material(results=results(), words=words))["ageing"].svg
        for words in (EN, DA)
    )
    assert english != danish  # letters are outlines


def test_the_danish_text_goes_first() -> None:
    assert "the Danish text prevails" in described(results())["translation"]["text"]
    assert described(results(), LANGUAGE_OF_RECORD)["translation"] is None


def test_it_never_says_that_a_rule_is_kept(text: str) -> None:
    assert not NEVER.findall(text)
    source = resources.files("teleaudit.report").joinpath("en.yaml").read_text(encoding="utf-8")
    assert not NEVER.findall(source)


def test_readers_and_programs_are_told_its_language(report: Report) -> None:
    with pikepdf.open(io.BytesIO(report.pdf)) as pdf:
        assert pdf.Root.Lang == "en-GB"
    assert '<html lang="en-GB" data-decimal="."' in report.html.decode()
    assert report.own_results["language"] == "en"
    assert Report(results=report.own_results, language="en").pdf == report.pdf


def test_a_run_leaves_every_report_in_each_of_its_languages() -> None:
    danish = set(render_reports(example()))
    assert set(render_reports(example() | {"report_languages": ["da", "en"]})) == danish | {
        name.replace(".da.", ".en.") for name in danish
    }
