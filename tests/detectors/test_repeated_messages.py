"""Messages that repeat stay messages beside a sender and a recipient, however many texts there are
and however often each stands there; lists stay lists.

The same everywhere: in a column on its own, in a scan, in the audit's check and in what ``inspect``
says of a file.
"""

from __future__ import annotations

import csv
from collections.abc import Sequence
from itertools import product
from pathlib import Path

import pytest

from teleaudit.detectors import Level, scan_cell, scan_column
from teleaudit.detectors.tables import message_context
from teleaudit.exports.inspection import inspect_file
from teleaudit.rules.verdicts import Verdict
from teleaudit.scanning.scan import Finding, scan_paths
from tests.spec import Answered, answer

HEADER = ("Løbenr", "Fra nummer", "Til nummer", "Starttidspunkt", "Type", "Fritekst")
WHAT, WHEN = (
    ("brød", "kaffe", "børnene", "cyklen", "nøglen", "avisen", "kagen", "gaven"),
    (
        "i dag",
        "i morgen",
        "efter skole",
        "inden aften",
        "på fredag",
    ),
)
PRIVATE = [f"kan du hente {what} {when}? knus" for what, when in product(WHAT, WHEN)]
CODES = [
    "Din kode er 482913. Del den ikke med nogen",
    "Your code is 55120",
    "Brug koden 4455 for at logge ind",
    "Din engangskode: 991 204",
]
GREETINGS = ["Elsker dig", "Tillykke!", "Hej alle", "godnat skat", "Mor er syg :("]
LISTS = {
    "tariffs": [
        "Lokalopkald",
        "Udlandsopkald",
        "Fri tale",
        "Mobil til mobil",
        "Erhverv Fri Tale 20 GB",
        "SMS til udlandet",
    ],
    "causes": [
        "Normal call clearing",
        "User busy",
        "Nummeret er ikke i brug",
        "Opkaldet kunne ikke gennemføres",
        "No answer from user",
    ],
    "announcements": [
        "Din taletid er opbrugt",
        "The number you have dialled is not in use",
        "Alle linjer er optaget, vent venligst",
        "Velkommen til Danmark. Opkald koster 2 kr.",
    ],
    "statuses": ["Aktiv", "Ophørt", "Betalt", "SMS", "Tale"],
}
TIMES = (1, 2, 3, 4, 5, 10, 33, 100)


def is_found(cells: Sequence[str]) -> bool:
    """Every cell is more than a question, and so is the column."""
    decision = scan_column(cells, name="Fritekst", beside=HEADER)
    hits = [scan_cell(text, name="Fritekst", decision=decision) for text in sorted(set(cells))]
    return decision.is_finding and all(
        found and all(hit.is_finding for hit in found) for found in hits
    )


@pytest.mark.parametrize("times", TIMES)
@pytest.mark.parametrize("texts", [1, 2, 3, 8, 40])
def test_private_texts_beside_sender_and_recipient_are_found_however_often_they_repeat(
    texts: int, times: int
) -> None:
    cells = PRIVATE[:texts] * times
    assert is_found(cells)
    assert all(
        scan_cell(text, name="Fritekst", decision=scan_column(cells, name="Fritekst", table="cdr"))
        for text in cells[:texts]
    )
    # wherever it is, it is a question at least
    assert scan_column(cells, name="Fritekst").level is not None


@pytest.mark.parametrize("times", TIMES)
@pytest.mark.parametrize("text", [*CODES, *GREETINGS])
def test_a_code_and_a_greeting_beside_sender_and_recipient_are_a_question_at_least(
    text: str, times: int
) -> None:
    decision = scan_column([text] * times, name="Fritekst", beside=HEADER)
    if times > 3 or text not in GREETINGS:  # a single word that stands there once says nothing
        assert decision.level is not None
        assert scan_cell(text, name="Fritekst", decision=decision)


@pytest.mark.parametrize("cells", [400, 4])
def test_codes_of_one_template_are_a_question_at_least(cells: int) -> None:
    texts = [f"Din kode er {4821 + 37 * number}. Del den ikke med nogen" for number in range(cells)]
    assert scan_column(texts, name="Fritekst", beside=HEADER).level is not None
    assert scan_column(texts, name="Fritekst").level is None


@pytest.mark.parametrize("times", [4, 20, 100])
@pytest.mark.parametrize("name", LISTS)
def test_a_list_of_the_operator_stays_a_list(name: str, times: int) -> None:
    assert scan_column(LISTS[name] * times, name="Fritekst", beside=HEADER).level is None


def test_one_name_of_a_tariff_that_reads_like_a_message_is_only_a_question() -> None:
    decision = scan_column(
        [*LISTS["tariffs"], "Free calls to your family"] * 100, name="Fritekst", beside=HEADER
    )
    assert decision.level is Level.REVIEW


# Everywhere the same


def write(path: Path, cells: Sequence[str]) -> Path:
    """Calls, and messages with the cells."""
    with path.open("w", encoding="utf-8", newline="") as file:
        rows = [
            (
                number,
                f"45{20000000 + number}",
                f"45{30000000 + number}",
                f"2026-02-{1 + number % 28:02}T12:00:00",
                "SMS" if cell else "Tale",
                cell,
            )
            for number, cell in enumerate(cells)
        ]
        csv.writer(file, delimiter=";").writerows([HEADER, *rows])
    return path


def scanned(path: Path, cells: Sequence[str]) -> set[int]:
    """The rows in which a scan finds more than a question."""
    found = {
        event.row
        for event in scan_paths([write(path, cells)])
        if isinstance(event, Finding)
        and event.kind == "message"
        and event.level is not Level.REVIEW
    }
    return {row for row in found if row is not None}


def audited(cells: Sequence[str]) -> Answered:
    """What the audit says of the same."""
    rows = "\n".join(
        f"c{number:05} | 45{20000000 + number} | 45{30000000 + number} | {cell}"
        for number, cell in enumerate(cells)
    )
    return answer(
        "BIZ-tele-2.cdr",
        {"cdr": f"call_id | a_number | b_number | Fritekst\n{rows}"},
        engine="duckdb",
    )


@pytest.mark.parametrize(("texts", "times"), [(1, 4), (1, 100), (3, 1), (8, 5), (10, 4), (40, 10)])
def test_scan_audit_and_inspect_name_every_private_text(
    texts: int, times: int, tmp_path: Path
) -> None:
    cells = [*PRIVATE[:texts] * times, *[""] * 30]
    told, path = audited(cells), tmp_path / "opkald.csv"
    assert scanned(path, cells) == set(range(1, texts * times + 1))
    assert (told.verdict, told.answer.deviations, len(told.deviations)) == (
        Verdict.FAIL,
        texts * times,
        texts * times,
    )
    assert (
        "message"
        in next(
            column for column in inspect_file(path).columns if column.header == "Fritekst"
        ).holds
    )


def test_private_texts_among_tariffs_are_named_and_the_tariffs_are_not(tmp_path: Path) -> None:
    tariffs = ["Erhverv Fri Tale 20 GB", "SMS til udlandet", "Nummeret er ikke i brug"]
    cells = [*tariffs * 40, *PRIVATE[:5] * 20]
    told = audited(cells)
    assert scanned(tmp_path / "opkald.csv", cells) == set(range(121, 221))
    assert {deviation.record_key for deviation in told.deviations} == {
        f"c{number:05}" for number in range(120, 220)
    }


@pytest.mark.parametrize("name", LISTS)
def test_the_operators_lists_pass_in_the_audit(name: str) -> None:
    assert audited(LISTS[name] * 20).verdict is Verdict.PASS


ANSWERS = ["ja", "nej", "ok", "ring", "kys"]


@pytest.mark.parametrize("times", [1, 4, 80])
@pytest.mark.parametrize("name", ["Tekst", "text", "tekst_1", "Besked", "sms_text", "Message"])
def test_short_answers_in_a_column_that_may_be_named_for_messages_are_a_question_in_teledata(
    name: str, times: int
) -> None:
    decision = scan_column(ANSWERS * times, name=name, beside=HEADER)
    assert decision.level is not None
    assert scan_cell("ja", name=name, decision=decision)


@pytest.mark.parametrize("name", LISTS)
@pytest.mark.parametrize("times", [1, 4, 20])
def test_a_list_of_the_operator_in_a_column_of_texts_stays_a_list(name: str, times: int) -> None:
    assert scan_column(LISTS[name] * times, name="Tekst", beside=HEADER).reason != "by_name"


def test_the_audit_asks_for_short_answers() -> None:
    rows = "\n".join(
        f"c{number:03} | 45{20000000 + number} | 45{30000000 + number} | {ANSWERS[number % 5]}"
        for number in range(100)
    )
    told = answer(
        "BIZ-tele-2.cdr", {"cdr": f"call_id | a_number | b_number | Tekst\n{rows}"}, engine="duckdb"
    )
    assert (told.verdict, told.answer.review) == (Verdict.REVIEW, 100)


# Letters to and from customers

LETTERS = [
    "Kunden spørger til regning",
    "Ønsker nyt simkort tilsendt",
    "Klager over hastighed på bredbånd",
    "Takker for hjælpen",
]


@pytest.mark.parametrize(
    ("headers", "kind"),
    [
        (("Henvendelses-id", "Kundenummer", "Retning", "Emne"), "letters"),
        (("Kundenr", "Emne", "Modtaget"), "letters"),
        (("ticket id", "subject", "from", "to"), "letters"),
        (("Fra nummer", "Til nummer", "Kundenummer", "Type"), "teledata"),
        (("log id", "afsender", "modtager", "retning"), "teledata"),
        (("Kundenummer", "Navn", "Postnummer"), ""),
    ],
)
def test_the_columns_beside_say_what_a_table_is_about(headers: tuple[str, ...], kind: str) -> None:
    told = message_context(headers)
    assert (told["message_correspondence"], told["message_teledata"]) == (
        kind == "letters",
        kind == "teledata",
    )


def test_letters_from_customers_are_a_question_and_no_finding(tmp_path: Path) -> None:
    lines = [
        f"h{number};k{number};indgående;Henvendelse;{text}"
        for number, text in enumerate([*LETTERS * 40, "Mit navn er nyt, kan I rette det for mig?"])
    ]
    path = tmp_path / "henvendelser.csv"
    path.write_text(
        "\n".join(["Henvendelses-id;Kundenummer;Retning;Emne;Besked", *lines]), encoding="utf-8"
    )
    assert {event.level for event in scan_paths([path]) if isinstance(event, Finding)} == {
        Level.REVIEW
    }


def test_one_message_under_a_name_for_messages_does_not_confirm_a_hundred_notes() -> None:
    assert (
        scan_column(
            [*LETTERS * 40, "Mit navn er nyt, kan I rette det for mig?"], name="Besked"
        ).level
        is Level.REVIEW
    )
    assert scan_column(PRIVATE, name="Besked").level is Level.CONFIRMED
