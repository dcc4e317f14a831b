"""The report as one HTML file: the same data as the PDF, nothing fetched, and it works in a browser."""

from __future__ import annotations

import base64
import hashlib
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from teleaudit.report import Report
from tests.browser import need_browser, opened_browser
from tests.report.example import Results, example


def page(results: Results) -> str:
    """The file as text."""
    return Report(results=results).html.decode()


class Reading(HTMLParser):
    """What a page holds: its text, ids, and every address in it."""

    def __init__(self, source: str) -> None:
        super().__init__()
        self.text: list[str] = []
        self.ids: list[str] = []
        self.addresses: list[str] = []
        self.headings: list[int] = []
        self.pictures: list[str | None] = []
        self.feed(source)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = dict(attrs)
        self.ids += [one for one in [told.get("id")] if one]
        self.addresses += [one for name in ("href", "src", "action") if (one := told.get(name))]
        if re.fullmatch("h[1-6]", tag):
            self.headings.append(int(tag[1]))
        if tag == "img":
            self.pictures.append(told.get("alt"))

    def handle_data(self, data: str) -> None:
        self.text.append(data)


def test_the_same_results_give_the_same_bytes() -> None:
    assert Report(results=example()).html == Report(results=example()).html


def test_it_says_what_the_pdf_says() -> None:
    text = " ".join(" ".join(Reading(page(example())).text).split())
    for said in (
        "Kontrollen er ikke gennemført fuldt ud",
        "I »Kundestamdata« findes 22 poster stadig, selv om slettefristen på 1 år efter",
        "19 kunder (3 personer, 15 virksomheder, 1 af ukendt art)",
        "Databeskyttelsesrådgiveren har ikke afgivet en udtalelse.",
        "id E-7f3a91.",
        "Uofficielle gengivelser, der er brugt",
    ):
        assert said in text


def test_nothing_is_fetched_and_every_link_leads_somewhere_in_it() -> None:
    read = Reading(page(example()))
    links = [address for address in read.addresses if address.startswith("#")]
    others = [address for address in read.addresses if not address.startswith("#")]
    assert all(address.startswith("data:image/svg+xml;base64,") for address in others)
    assert {address[1:] for address in links} <= set(read.ids)
    assert len(read.ids) == len(set(read.ids))
    assert "url(" not in page(example())


def test_headings_skip_no_level_and_pictures_have_words() -> None:
    read = Reading(page(example()))
    assert read.headings[0] == 1
    assert all(
        after - before <= 1 for before, after in zip(read.headings, read.headings[1:], strict=False)
    )
    assert read.pictures
    assert all(read.pictures)


@pytest.mark.parametrize(
    "letters", ["<script>alert(1)</script>", '" onload="x', "{{ 7*7 }}", "\ud83d"]
)
def test_text_that_looks_like_markup_stays_text(letters: str) -> None:
    results = example()
    results["controller"]["name"] = f"Navn {letters}"
    results["checks"][0]["columns"] = {letters: 3}
    read = Reading(page(results))
    shown = letters.encode(errors="backslashreplace").decode()
    assert shown in "".join(read.text)
    assert page(results).count("<script>") == 1


def test_a_browser_runs_the_script_of_the_page_itself_and_no_other() -> None:
    source = page(example())
    policy = re.search(r'http-equiv="Content-Security-Policy" content="([^"]*)"', source)
    assert policy is not None
    parts = dict(one.split(" ", 1) for one in policy[1].split("; "))
    for name in ("style", "script"):
        (own,) = re.findall(rf"<{name}>(.*?)</{name}>", source, re.DOTALL)
        digest = base64.b64encode(hashlib.sha256(own.encode()).digest()).decode()
        assert parts[f"{name}-src"] == f"'sha256-{digest}'"
    assert "unsafe" not in policy[1]
    assert not re.search(r"<[^>]* (style|on\w+)=", source)  # which no hash allows


@pytest.mark.whole_run
def test_a_script_that_somebody_puts_in_does_not_run(tmp_path: Path) -> None:
    need_browser()
    file = tmp_path / "report.da.html"
    added = (
        '<script>document.title = "run"</script>'
        '<img src="data:," onerror="document.title = \'run\'">'
        "<style>body { visibility: hidden }</style>"
    )
    file.write_text(page(example()).replace('<main id="main">', f'<main id="main">{added}'))
    with opened_browser() as browser:
        browser.get(file.as_uri())
        assert browser.title not in {"", "run"}
        shown = "return getComputedStyle(document.body).visibility"
        assert browser.execute_script(shown) == "visible"


@pytest.mark.whole_run
def test_it_is_searched_and_sorted_in_a_browser(tmp_path: Path) -> None:
    need_browser()
    file = tmp_path / "report.da.html"
    results = example()
    results["response"] = {
        "findings": {
            "BIZ-ret-3": {"owner": "Å", "deadline": "2026-02-01"},
            "BIZ-ret-5": {"owner": "B", "deadline": "2027-01-02"},
        }
    }
    file.write_bytes(Report(results=results).html)
    with opened_browser() as browser:
        browser.get(file.as_uri())

        def ask(script: str) -> Any:
            return browser.execute_script(f"return {script}")

        assert ask("performance.getEntriesByType('resource').length") == 0
        # selenium has no types here
        said = browser.get_log("browser")  # type: ignore[no-untyped-call]
        assert [entry for entry in said if entry["level"] == "SEVERE"] == []
        browser.execute_script(
            "const words = document.getElementById('words');"
            "words.value = 'KORTNUMRE'; words.dispatchEvent(new Event('input'))"
        )
        assert ask("document.getElementById('shown').textContent") == "1 vist"
        assert ask(
            "[...document.querySelectorAll('.finding:not([hidden])')].map(one => one.id)"
        ) == ["D1"]
        dates = "[...document.querySelectorAll('#response ~ .scroll table')][0]"
        for order in (["01-02-2026", "02-01-2027"], ["02-01-2027", "01-02-2026"]):
            browser.execute_script(f"{dates}.querySelector('th:nth-child(4) button').click()")
            assert (
                ask(f"[...{dates}.tBodies[0].rows].map(row => row.cells[3].textContent)") == order
            )


@pytest.mark.whole_run
@pytest.mark.parametrize(
    ("language", "order"),
    [("da", ["31", "1.234"]), ("en", ["31", "1,234"])],
)
def test_numbers_are_sorted_as_the_language_writes_them(
    tmp_path: Path, language: str, order: list[str]
) -> None:
    need_browser()
    file = tmp_path / "report.html"
    results = example()
    results["checks"][0]["deadlines"] |= {"records": 2000, "passed": 2000, "kept": 1234}
    file.write_bytes(Report(results=results, language=language).html)
    with opened_browser() as browser:
        browser.get(file.as_uri())
        table = "document.querySelector('table.sortable')"
        browser.execute_script(f"{table}.querySelector('th:nth-child(4) button').click()")
        shown = browser.execute_script(
            f"return [...{table}.tBodies[0].rows].map(row => row.cells[3].textContent)"
        )
    assert [text.replace("\u00a0", " ") for text in shown] == order
