"""Card numbers of which digits were removed: what may be kept, what is too much, and what is no
card.
"""

from __future__ import annotations

import duckdb
import pytest

from teleaudit.detectors import Level, scan_cell, scan_column
from teleaudit.detectors.cards import find_cards
from teleaudit.detectors.prefilter import truncated_candidate_sql
from teleaudit.detectors.truncation import find_truncated, truncated

WRITINGS = """
    written                 | length | kept | overexposed
    457112******1234        | 16     | 10   | no
    45711234****1234        | 16     | 12   | no
    457112345***1234        | 16     | 13   | yes
    45711234***51234        | 16     | 13   | yes
    4571 12XX XXXX 1234     | 16     | 10   | no
    4571-1234-56••-1234     | 16     | 14   | yes
    4571 1234 5678 ####     | 16     | 12   | no
    457112...1234           | 16     | 10   | no
    457112…1234             | 16     | 10   | no
    4571123412...1234       | 16     | 14   | yes
    371234*****1234         | 15     | 10   | no
    3712345****1234         | 15     | 11   | yes
    371234...1234           | 15     | 10   | no
    361234****1234          | 14     | 10   | no
    62123456*******1234     | 19     | 12   | no
    6212345678901*****1     | 19     | 14   | yes
    ************1234        |        |      |
    ****1234                |        |      |
    991234******1234        |        |      |
    4571123412341234        |        |      |
    4571.1234.12..          |        |      |
    192016x108012345        |        |      |
    45******78              |        |      |
    4588118713#8513#        |        |      |
    4588118713##8513        | 16     | 14   | yes
    457112                  |        |      |
"""


@pytest.mark.parametrize(
    ("written", "length", "kept", "overexposed"),
    [[cell.strip() for cell in line.split("|")] for line in WRITINGS.strip().splitlines()[1:]],
)
def test_what_is_left_is_measured_against_the_limits_of_its_length(
    written: str, length: str, kept: str, overexposed: str
) -> None:
    left = truncated(written)
    if not length:
        assert left is None
        return
    assert left is not None
    assert (left.length, len(left.kept), left.is_overexposed) == (
        int(length),
        int(kept),
        overexposed == "yes",
    )
    hits = find_truncated(f"Betalt med {written} i dag")
    assert [(hit.reason, hit.start) for hit in hits] == (
        [("overexposed_truncation", 11)] if overexposed == "yes" else []
    )
    assert find_cards(f"Betalt med {written} i dag") == []


@pytest.mark.parametrize(
    "text", ["", "*" * 100_000, "4*" * 50_000, "4571 " * 20_000, "4." * 50_000, "1…" * 1000]
)
def test_any_text_is_looked_at_without_a_crash(text: str) -> None:
    for hit in find_truncated(text):
        assert 0 <= hit.start < hit.end <= len(text)


def test_columns_and_cells_are_judged_in_python_as_in_an_audit() -> None:
    cells = ["457193******1234", "457193123***1234", "", None, "4571 **** ***3 1234"]
    decision = scan_column(cells, name="card_masked")
    assert (*decision.kinds, decision.level, decision.reason, decision.n, decision.k) == (
        "card",
        Level.PROBABLE,
        "overexposed_truncation",
        3,
        2,
    )
    assert [
        len(scan_cell(cell or "", name="card_masked", decision=decision)) for cell in cells
    ] == [0, 1, 0, 0, 1]
    in_text = scan_column(cells, name="router")
    assert (in_text.level, in_text.k) == (Level.REVIEW, 2)
    (hit,) = scan_cell("457193123***1234", name="router", decision=in_text)
    assert hit.level is Level.REVIEW


@pytest.mark.parametrize(
    ("text", "level"),
    [
        ("Kunden oplyste kort 457193123***1234 i dag", "probable"),
        ("457193123***1234, udstedt som Dankort", "probable"),
        ("ref. 457193123***1234", "review"),
        ("kort 4571 12** **** 1234", None),  # no more is left than may be
        ("kort 4571123412...1234", None),  # dots and lines stand for much else in a text
        ("kort 4571123412__1234", None),
        ("kort 45719312341234", None),
    ],
)
def test_in_a_text_a_word_for_cards_makes_it_one_and_else_a_person_looks(
    text: str, level: str | None
) -> None:
    cells = ["ring igen", text, "faktura sendt"]
    decision = scan_column(cells, name="noter")
    assert (decision.level and decision.level.value) == level
    hits = scan_cell(text, name="noter", decision=decision)
    assert [hit.level.value for hit in hits if hit.reason == "overexposed_truncation"] == (
        [level] if level else []
    )
    if level:
        query = f"SELECT {truncated_candidate_sql('c')} FROM (SELECT ? AS c)"
        assert duckdb.execute(query, [text]).fetchall() == [(True,)]
