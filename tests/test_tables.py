"""How tables look in a notebook."""

from __future__ import annotations

import pandas as pd

from teleaudit.lab import summary_table
from teleaudit.report.tables import captioned
from teleaudit.report.wording import load_words
from tests.report.example import check


def test_a_table_has_a_caption_danish_numbers_and_dashes_and_no_row_numbers() -> None:
    frame = pd.DataFrame({"Kontrol": ["a", None], "Antal": pd.array([12345, None], dtype="Int64")})
    html = captioned(frame, "Kontroller (2)").to_html()
    assert "<caption>Kontroller (2)</caption>" in html
    assert ">12.345<" in html
    assert html.count(">–<") == 2
    assert "row_heading" not in html


def test_what_stands_in_a_cell_is_text_and_never_markup() -> None:
    html = captioned(pd.DataFrame({"Udtræk": ["<script>"]}), "Udtræk").to_html()
    assert "<script>" not in html


def test_a_table_without_rows_still_has_its_caption() -> None:
    assert (
        "<caption>Ingen</caption>"
        in captioned(pd.DataFrame(columns=["Kontrol"]), "Ingen").to_html()
    )


def test_checks_that_asked_the_same_and_found_nothing_share_a_row_and_what_was_not_judged_has_no_numbers() -> (
    None
):
    entries = [
        check("HYG-x.consent", "consent", "pass", "En påstand.", (5, 5, 0, 0)),
        check("HYG-x.cdr", "cdr", "pass", "En påstand.", (7, 6, 0, 1)),
        check("HYG-x.quote", "quote", "fail", "En påstand.", (9, 9, 2, 0)),
        check("KAZ-n.crm", "erasure_residue", "unset", "En anden påstand.", (3, 0, 0, 0)),
    ]
    # pandas has it, its stubs do not
    shown = summary_table(entries, load_words("da")).data  # type: ignore[attr-defined]

    assert [tuple(row) for row in shown[["Kontrol", "Datasæt", "Resultat"]].to_numpy()] == [
        ("HYG-x.quote", "Tilbud", "✖ Afvigelse"),
        ("KAZ-n.crm", "Rester efter imødekommet sletteanmodning", "□ Frist ikke fastsat"),
        ("HYG-x", "2 datasæt", "✔ Ingen afvigelser"),
    ]
    assert [list(shown[name].fillna(-1)) for name in "NMke"] == [
        [9, -1, 12],
        [9, -1, 11],
        [2, -1, 0],
        [0, -1, 1],
    ]
