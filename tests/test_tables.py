"""How tables look in a notebook."""

from __future__ import annotations

import pandas as pd

from teleaudit.tables import captioned


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
    assert "<caption>Ingen</caption>" in captioned(pd.DataFrame(columns=["Kontrol"]), "Ingen").to_html()
