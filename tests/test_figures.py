"""Figures say what they show, in numbers that stand in the results, and come out alike
every time.
"""

from __future__ import annotations

import xml.etree.ElementTree as ET
from typing import Any, cast

import pytest
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from matplotlib.text import Text

from teleaudit.report import figures
from teleaudit.report.material import Material
from teleaudit.report.wording import load_words
from teleaudit.rules.verdicts import Verdict
from tests.report.example import check, example

SOURCE = "Kilde: udtræk fra Bizzy, opgjort pr. 22-11-2026, kørsel 20261122T052250Z-a1b2c3"
AS_OF = "2026-11-22"


def retention(*due: tuple[str, int, int], **more: Any) -> dict[str, Any]:
    months = [
        {"month": month, "records": records, "overdue": overdue} for month, records, overdue in due
    ]
    return (
        check("BIZ-ret-3.customer", "crm_customer", "fail", "En påstand.", (3000, 2990, 1152, 3))
        | {
            "due_by_month": months,
            "overdue": {"max_days": 1400, "median_days": 33},
            "deadlines": {"records": 1247, "passed": 1155, "kept": 1152, "exempted": 3},
        }
        | more
    )


def texts(figure: Figure) -> str:
    """Everything that is written in a figure."""
    svg = ET.fromstring(figures.svg_of(figure))  # noqa: S314 (made a moment ago)
    assert svg.tag.endswith("svg")
    return "\n".join(artist.get_text() for artist in cast("list[Text]", figure.findobj(Text)))


def heights(figure: Figure) -> list[float]:
    """The heights of the bars that are drawn."""
    return [
        bar.get_height()
        for axes in figure.axes
        for bar in axes.patches
        if isinstance(bar, Rectangle)
    ]


PASSED = "Fristen er udløbet for 1.155 poster: 1.152 (99,74 %) er bevaret, 3 er undtaget."
CHECK = retention(("2026-09", 1200, 1150), ("2026-11", 40, 2), ("2027-02", 7, 0))


def test_age_shows_every_month_between_and_the_date_of_the_audit() -> None:
    figure = figures.age_against_deadline(CHECK, source=SOURCE, as_of=AS_OF)
    said = texts(figure)

    assert heights(figure) == [50, 0, 38, 0, 0, 7, 1150, 0, 2, 0, 0, 0]  # within, then overdue
    assert [label.get_text() for label in figure.axes[0].get_xticklabels()] == [
        "09-2026",
        "10-2026",
        "11-2026",
        "12-2026",
        "01-2027",
        "02-2027",
    ]
    assert (
        "Kundestamdata: alder i forhold til fristen\nBIZ-ret-3.customer, september 2026–februar"
        " 2027" in said
    )
    assert "Opgørelsesdato 22-11-2026" in said
    assert "1.200\n1.150 over" in said
    assert f"{SOURCE}\n2.990 vurderbare poster af 3.000. {PASSED}" in said
    assert "Antal poster" in said


def test_age_without_a_date_marks_none() -> None:
    assert "Opgørelsesdato" not in texts(figures.age_against_deadline(CHECK, source=SOURCE))


def test_many_months_are_shown_by_year() -> None:
    long = retention(("2019-01", 1, 1), ("2019-12", 2, 2), ("2026-12", 4, 0))
    figure = figures.age_against_deadline(long, source=SOURCE, as_of=AS_OF)

    assert [label.get_text() for label in figure.axes[0].get_xticklabels()] == [
        str(year) for year in range(2019, 2027)
    ]
    assert heights(figure)[8] == 3  # overdue of the first year
    assert "2019–2026" in texts(figure)


def test_overdue_counts_only_what_is_overdue() -> None:
    figure = figures.overdue_by_month(CHECK, source=SOURCE)

    assert heights(figure) == [1150, 0, 2]
    assert "Antal poster\nover fristen" in texts(figure)


def test_what_is_overdue_is_hatched_so_that_grey_tells_it_apart() -> None:
    figure = figures.age_against_deadline(CHECK, source=SOURCE)
    bars = [patch for patch in figure.axes[0].patches if isinstance(patch, Rectangle)]

    assert {bool(bar.get_hatch()) for bar in bars} == {True, False}


@pytest.mark.parametrize("draw", [figures.age_against_deadline, figures.overdue_by_month])
def test_nothing_to_show_is_said(draw: Any) -> None:
    assert "Ingen poster at vise" in texts(draw(retention(), source=SOURCE))


def test_words_for_age_come_from_the_numbers() -> None:
    assert (
        figures.alt_text_age_against_deadline(CHECK)
        == "Søjlediagram for Kundestamdata, kontrol BIZ-ret-3.customer: 1.247 poster fordelt efter"
        " måned, hvor fristen udløber. Fristerne ligger fra september 2026 til februar 2027."
        f" {PASSED} Flest har frist i september 2026: 1.200. Den største overskridelse er 1.400"
        " dage."
    )
    assert (
        figures.alt_text_age_against_deadline(retention())
        == "Ingen poster med en frist i Kundestamdata, kontrol BIZ-ret-3.customer."
    )


def test_a_deadline_that_is_no_retention_period_is_told_without_a_share() -> None:
    answered = CHECK | {"deadlines": None}
    assert (
        "Fristen er overskredet for 1.152 af dem. Flest"
        in figures.alt_text_age_against_deadline(answered)
    )
    assert "udløbet" not in texts(figures.age_against_deadline(answered, source=SOURCE)).replace(
        "udløber eller udløb", ""
    )


def test_words_for_overdue_come_from_the_numbers() -> None:
    assert (
        figures.alt_text_overdue_by_month(CHECK)
        == "Søjlediagram for Kundestamdata, kontrol BIZ-ret-3.customer: 1.152 poster over fristen,"
        " med frist fra september 2026 til november 2026. Flest i september 2026: 1.150."
    )
    assert (
        figures.alt_text_overdue_by_month(retention(("2026-09", 5, 0)))
        == "Ingen poster over fristen i Kundestamdata, kontrol BIZ-ret-3.customer."
    )


def test_the_matrix_shows_every_verdict_by_its_sign_and_leaves_the_rest_blank() -> None:
    checks = [
        check(
            f"C-{number}.part",
            "crm_customer" if number % 2 else "cdr",
            verdict.value,
            "En påstand.",
            (5, 5, 0, 0),
        )
        for number, verdict in enumerate(Verdict)
    ]
    figure = figures.checks_by_data_set(checks, source=SOURCE)
    said = texts(figure).splitlines()

    assert [label.get_text() for label in figure.axes[0].get_xticklabels()] == [
        "Kundestamdata",
        "Teledata (opkaldsdetaljer)",
    ]
    assert [label.get_text() for label in figure.axes[0].get_yticklabels()] == [
        f"C-{number}" for number in range(10)
    ]
    assert sorted(set("!■✖?§○◐□◇✔") - set(said)) == []
    assert len([patch for patch in figure.axes[0].patches if isinstance(patch, Rectangle)]) == 10
    assert "Tom: kravet angår ikke datasættet" in said
    assert len(set(figures._CELL.values())) == len(Verdict) == len(figures._CELL)


def test_checks_of_one_clause_on_one_data_set_share_a_cell_gravest_first() -> None:
    checks = [
        check(f"C-1.{part}", "cdr", verdict, "En påstand.", (5, 5, 0, 0))
        for part, verdict in (("a", "pass"), ("b", "fail"), ("c", "pass"))
    ]
    figure = figures.checks_by_data_set(checks, source=SOURCE)

    assert [text.get_text() for text in figure.axes[0].texts] == ["✖ ✔"]
    assert "Tom: kravet angår ikke datasættet" not in texts(figure)


def test_a_crowded_matrix_marks_what_it_has_no_room_for_and_names_every_data_set_in_danish() -> (
    None
):
    checks = [
        check(f"C-{number}.a", "erasure_residue", "fail", "En påstand.", (5, 5, 1, 0))
        for number in range(30)
    ]
    checks.append(check("C-1.b", "erasure_residue", "review", "En påstand.", (5, 5, 1, 0)))
    figure = figures.checks_by_data_set(checks, source=SOURCE)

    assert sorted({text.get_text() for text in figure.axes[0].texts}) == ["✖", "✖⁺"]
    assert "⁺  Kravet har også mindre alvorlige resultater for datasættet" in texts(figure)
    assert [label.get_text() for label in figure.axes[0].get_xticklabels()] == [
        "Rester efter imødekommet sletteanmodning"
    ]


def test_long_names_beside_each_other_take_several_lines() -> None:
    checks = [
        check(f"C-{name}.a", name, "fail", "En påstand.", (5, 5, 1, 0))
        for name in ("dsar", "erasure_residue", "restricted_processing")
    ]

    assert [
        label.get_text()
        for label in figures.checks_by_data_set(checks, source=SOURCE).axes[0].get_xticklabels()
    ] == [
        "Anmodninger fra\nregistrerede",
        "Rester efter\nimødekommet\nsletteanmodning",
        "Behandling af\nbegrænsede kunder",
    ]


def test_a_period_within_a_year_names_the_year_once() -> None:
    within = retention(("2026-03", 2, 1), ("2026-11", 4, 0))

    assert "BIZ-ret-3.customer, marts–november 2026" in texts(
        figures.age_against_deadline(within, source=SOURCE)
    )


def test_words_for_the_matrix_name_what_is_not_well() -> None:
    checks = [
        check("C-1.a", "cdr", "pass", "En påstand.", (5, 5, 0, 0)),
        check("C-2.a", "invoice", "fail", "En påstand.", (5, 5, 1, 0)),
    ]

    assert (
        figures.alt_text_checks_by_data_set(checks)
        == "Tabel med 2 kontroller fordelt på 2 krav og 2 datasæt. Afvigelse konstateret: 1"
        " (C-2.a). Ingen afvigelser konstateret: 1."
    )
    assert figures.alt_text_checks_by_data_set([]) == "Ingen kontroller."


def test_the_same_results_give_the_same_bytes() -> None:
    drawn = [
        (
            figures.svg_of(figures.age_against_deadline(CHECK, source=SOURCE)),
            figures.png_of(figures.overdue_by_month(CHECK, source=SOURCE)),
        )
        for _ in range(2)
    ]
    (svg, png), again = drawn

    assert (svg, png) == again
    assert b"<dc:date>" not in svg
    assert b"Software" not in png


def test_every_letter_and_sign_is_in_the_font(recwarn: pytest.WarningsRecorder) -> None:
    figures.for_report(Material(results=example(), words=load_words("da")))

    assert [str(warning.message) for warning in recwarn] == []


def test_a_report_gets_one_figure_of_everything_that_is_kept_past_its_deadline() -> None:
    material = Material(results=example(), words=load_words("da"))
    (picture,) = figures.for_report(material).values()

    assert b"<svg" in picture.svg
    assert picture.alt == (
        "1 datasæt med poster, hvis slettefrist er overskredet, hvert som et søjlediagram over det"
        " år, hvor fristen udløb. Kundestamdata: 19 af 22 poster over fristen er uden grund, med frist fra januar"
        " 2026 til september 2026, længst overskredet med 312 dage."
    )


def test_where_nothing_is_kept_past_its_deadline_there_is_no_figure() -> None:
    results = {"checks": [], "as_of": "2026-11-22"}
    assert figures.for_report(Material(results=results, words=load_words("da"))) == {}


@pytest.mark.parametrize(
    ("months", "years"),
    [
        ({"2026-01": (1, 1)}, [("2026", 1, 1)]),
        # each year to the last one is shown, also without records; what is due later is not
        ({"2024-12": (5, 2), "2027-01": (9, 0)}, [("2024", 5, 2), ("2025", 0, 0), ("2026", 0, 0)]),
        # of the month of the audit's date, what is not yet due is not drawn
        ({"2026-11": (100, 2)}, [("2026", 2, 2)]),
        # many years: those before the last nine together
        (
            {"2009-05": (7, 1), "2012-05": (2, 2), "2026-05": (100_000, 1)},
            [
                ("–2017", 9, 3),
                *((str(year), 0, 0) for year in range(2018, 2026)),
                ("2026", 100000, 1),
            ],
        ),
    ],
)
def test_ageing_is_told_by_year_up_to_the_date_of_the_audit(
    months: dict[str, tuple[int, int]], years: list[tuple[str, int, int]]
) -> None:
    check = {
        "due_by_month": [
            {"month": month, "records": records, "overdue": overdue}
            for month, (records, overdue) in months.items()
        ]
    }
    assert figures._passed_by_year(check, "2026-11-22") == years


def test_a_notebook_shows_a_png_with_its_words() -> None:
    shown = figures.show(figures.overdue_by_month(CHECK, source=SOURCE), "Ord.")
    data, metadata = shown._repr_mimebundle_()

    assert data["text/plain"] == metadata["image/png"]["alt"] == repr(shown) == "Ord."
    assert data["image/png"].startswith("iVBOR")
