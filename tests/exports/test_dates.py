"""Dates and times: formats declared and proved, zones, and what cannot be told."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

import pytest
import xlsxwriter

from teleaudit.exports import ReadExport
from tests.exports.desk import Desk, wall_clock

DAY = dt.date(2026, 2, 13)


def read_dates(desk: Desk, values: Sequence[str], **spec: Any) -> ReadExport:
    desk.write(
        "kunder.csv",
        "Kundenr;Ophørsdato\n"
        + "".join(f"{number};{value}\n" for number, value in enumerate(values)),
    )
    return desk.read("kunder.csv", columns={"end_date": "Ophørsdato"}, **spec)


def read_times(desk: Desk, values: Sequence[str], **spec: Any) -> ReadExport:
    desk.write(
        "kald.csv",
        "Nr|Tid\n" + "".join(f"{number}|{value}\n" for number, value in enumerate(values)),
    )
    return desk.read("kald.csv", table="cdr", columns={"start_at": "Tid"}, **spec)


@pytest.mark.parametrize(
    "text",
    [
        "13-02-2026",
        "02-13-2026",
        "13.02.2026",
        "13/02/2026",
        "02/13/2026",
        "13/2-2026",
        "2026-02-13",
        "20260213",
        "1770937200",
        "46066",
        "13-2-2026",
    ],
)
def test_a_format_is_proved_by_its_values(desk: Desk, text: str) -> None:
    assert desk.rows(read_dates(desk, [text]), "end_date") == [(DAY,)]


@pytest.mark.parametrize(
    ("declared", "text"),
    [
        ("dd-mm-yyyy", "13-02-2026"), ("mm-dd-yyyy", "02-13-2026"), ("dd.mm.yyyy", "13.02.2026"), ("dd/mm/yyyy", "13/02/2026"), ("mm/dd/yyyy", "02/13/2026"),
        ("dd/mm-yyyy", "13/2-2026"),
        ("yyyy-mm-dd", "2026-02-13"), ("yyyymmdd", "20260213"), ("dd-mm-yy", "13-02-26"), ("iso8601", "2026-02-12T23:30:00Z"), ("epoch-seconds", "1770937200"),
        ("excel-serial", "46066"),
    ],
)  # fmt: skip
def test_every_declared_format_is_read(desk: Desk, declared: str, text: str) -> None:
    export = read_dates(desk, [text, "vrøvl", ""], dates=declared)
    assert desk.rows(export, "end_date", "_issues") == [
        (DAY, None),
        (None, "end_date=unreadable"),
        (None, None),
    ]


def test_ambiguous_dates_are_refused_with_the_line_to_write(desk: Desk) -> None:
    desk.write("kunder_2026.csv", "Kundenr;Ophørsdato\n" + "1;05-06-2025\n2;11-12-2024\n" * 2_406)
    assert (
        desk.refusal("kunder_2026.csv", columns={"end_date": "Ophørsdato"})
        == 'kunder_2026.csv, column "Ophørsdato": every date could be day-month or month-day (no'
        " day above 12 in 4,812 rows). Say which: exports.kunder.dates: dd-mm-yyyy in"
        " audit.yaml."
    )


def test_the_proof_may_stand_in_the_last_row(desk: Desk) -> None:
    export = read_dates(desk, ["05-06-2025"] * 30_000 + ["13-02-2026"])
    assert desk.rows(export, "end_date")[0] == (dt.date(2025, 6, 5),)


def test_dates_that_are_the_same_both_ways_are_not_ambiguous(desk: Desk) -> None:
    assert desk.rows(read_dates(desk, ["05-05-2025"]), "end_date") == [(dt.date(2025, 5, 5),)]


def test_another_file_of_the_export_may_prove_the_order(desk: Desk) -> None:
    desk.write("kunder_1.csv", "Kundenr;Ophørsdato\n1;05-06-2025\n")
    desk.write("kunder_2.csv", "Kundenr;Ophørsdato\n1;13-02-2026\n")
    assert desk.rows(desk.read("kunder_*.csv", columns={"end_date": "Ophørsdato"}), "end_date") == [
        (dt.date(2025, 6, 5),),
        (DAY,),
    ]


def test_dates_in_both_orders_are_refused(desk: Desk) -> None:
    desk.write("kunder.csv", "Kundenr;Ophørsdato\n1;13-02-2026\n2;02-13-2026\n")
    assert (
        "some dates are readable only as day-month and some only as month-day (2 rows)"
        in desk.refusal("kunder.csv", columns={"end_date": "Ophørsdato"})
    )


def test_dates_written_in_two_ways_are_refused(desk: Desk) -> None:
    desk.write("kunder.csv", "Kundenr;Ophørsdato\n1;13-02-2026\n2;2026-02-13\n")
    assert "dates are written in more than one way (2 rows)" in desk.refusal(
        "kunder.csv", columns={"end_date": "Ophørsdato"}
    )


def test_years_of_two_digits_are_refused_until_declared(desk: Desk) -> None:
    desk.write("kunder.csv", "Kundenr;Ophørsdato\n1;13-02-26\n")
    assert (
        "years have two digits (1 rows). Say which: exports.kunder.dates: dd-mm-yy in audit.yaml."
        in desk.refusal("kunder.csv", columns={"end_date": "Ophørsdato"})
    )


@pytest.mark.parametrize("declared", ["yyyy-mm-dd", "mm-dd-yyyy"])
def test_a_declared_format_that_the_values_contradict_is_refused(desk: Desk, declared: str) -> None:
    desk.write(
        "kunder.csv",
        "Kundenr;Ophørsdato\n" + "".join(f"{day};{day:02}-02-2026\n" for day in range(1, 29)),
    )
    message = desk.refusal("kunder.csv", columns={"end_date": "Ophørsdato"}, dates=declared)
    assert (
        f"of 28 dates are not {declared}; dd-mm-yyyy fits. Write exports.kunder.column_dates:"
        " {end_date: dd-mm-yyyy} in audit.yaml." in message
    )


def test_columns_may_be_written_differently(desk: Desk) -> None:
    desk.write("kunder.csv", "Oprettet;Ophørsdato\n2026-02-13;05-06-2025\n")
    export = desk.read(
        "kunder.csv",
        columns={"created_at": "Oprettet", "end_date": "Ophørsdato"},
        dates="yyyy-mm-dd",
        column_dates={"end_date": "dd-mm-yyyy"},
    )
    assert desk.rows(export, "created_at", "end_date") == [(DAY, dt.date(2025, 6, 5))]


@pytest.mark.parametrize(
    ("text", "value", "issue"),
    [
        ("00-00-0000", None, "end_date=zero"),
        ("31-12-9999", None, "end_date=placeholder"),
        ("01-01-2099", None, "end_date=placeholder"),
        ("01-01-1900", None, "end_date=placeholder"),
        ("31-12-2098", dt.date(2098, 12, 31), None),
        ("01-01-1901", dt.date(1901, 1, 1), None),
        ("0", None, None),
        ("30-02-2026", None, "end_date=unreadable"),
        ("snart", None, "end_date=unreadable"),
        ("29-02-2024", dt.date(2024, 2, 29), None),
    ],
)
def test_impossible_dates_of_an_open_end(
    desk: Desk, text: str, value: dt.date | None, issue: str | None
) -> None:
    export = read_dates(desk, [text], dates="dd-mm-yyyy")
    assert desk.rows(export, "end_date", "_issues") == [(value, issue)]


@pytest.mark.parametrize(
    ("text", "year"), [("01-01-1900", 1900), ("01-01-2099", 2099), ("31-12-9999", 9999)]
)
def test_strange_years_elsewhere_are_left_to_the_expectations(
    desk: Desk, text: str, year: int
) -> None:
    desk.write("kunder.csv", f"Kundenr;Oprettet\n1;{text}\n")
    export = desk.read("kunder.csv", columns={"created_at": "Oprettet"}, dates="dd-mm-yyyy")
    [(value, issue)] = desk.rows(export, "created_at", "_issues")
    assert (value.year, issue) == (year, None)


@pytest.mark.parametrize("text", ["13-02-2026 14:05:00", "13-02-2026 14:05", "13-02-2026 14.05", "13-02-2026 14.05.00", "2026-02-13T14:05:00", "2026-02-13 14:05",
                                  "2026-02-13 14.05",
                                  "2026-02-13T14:05:00.000", "2026-02-13T13:05:00Z", "2026-02-13T15:05:00+02:00", "2026-02-13 08:05:00-0500", "20260213 14:05:00"])  # fmt: skip
def test_times_as_they_are_written(desk: Desk, text: str) -> None:
    assert desk.rows(read_times(desk, [text]), "start_at", "_issues") == [
        (wall_clock(2026, 2, 13, 14, 5), None)
    ]


@pytest.mark.parametrize(
    ("zone", "text", "local"),
    [
        ("UTC", "2026-07-01 12:00:00", wall_clock(2026, 7, 1, 14)),
        ("UTC", "2026-01-01 12:00:00", wall_clock(2026, 1, 1, 13)),
        ("UTC", "2026-10-25 00:30:00", wall_clock(2026, 10, 25, 2, 30)),
        ("UTC", "2026-10-25 01:30:00", wall_clock(2026, 10, 25, 2, 30)),
        ("UTC", "2026-03-29 01:30:00", wall_clock(2026, 3, 29, 3, 30)),
        ("America/New_York", "2026-07-01 12:00:00", wall_clock(2026, 7, 1, 18)),
        ("Europe/Copenhagen", "2026-07-01 12:00:00", wall_clock(2026, 7, 1, 12)),
    ],
)
def test_times_become_copenhagens_wall_clock(
    desk: Desk, zone: str, text: str, local: dt.datetime
) -> None:
    assert desk.rows(read_times(desk, [text], timezone=zone), "start_at", "_issues") == [
        (local, None)
    ]


@pytest.mark.parametrize(
    ("text", "issue"),
    [
        ("2026-03-29 01:59:59", None),
        ("2026-03-29 02:00:00", "start_at=gap"),
        ("2026-03-29 02:59:59", "start_at=gap"),
        ("2026-03-29 03:00:00", None),
        ("2026-03-22 02:30:00", None),
        ("2025-03-30 02:30:00", "start_at=gap"),
        ("2026-10-25 02:30:00", None),
        ("2026-03-29T02:30:00+02:00", None),
    ],
)
def test_times_in_the_hour_that_is_skipped(desk: Desk, text: str, issue: str | None) -> None:
    assert desk.rows(read_times(desk, [text]), "_issues") == [(issue,)]


def test_a_date_without_time_is_the_same_day_in_any_zone(desk: Desk) -> None:
    assert desk.rows(read_dates(desk, ["2026-02-13"], timezone="UTC"), "end_date") == [(DAY,)]


def test_an_unknown_zone_is_refused_with_the_near_match(desk: Desk) -> None:
    desk.write("kunder.csv", "Kundenr;Ophørsdato\n1;2026-02-13\n")
    assert (
        desk.refusal("kunder.csv", columns={"end_date": "Ophørsdato"}, timezone="Europe/Kopenhagen")
        == "no time zone 'Europe/Kopenhagen'. Did you mean 'Europe/Copenhagen'?"
    )


BOTH = [
    *(f"{day}-02-2026" for day in range(13, 29)),
    *(f"{day}-03-2026" for day in range(13, 32)),
    "05-06-2025",
    "04-04-2025",
]


@pytest.mark.parametrize("declared", [None, "dd-mm-yyyy"])
@pytest.mark.parametrize("separator", ["-", "/"])
@pytest.mark.parametrize("time", ["", " 14:05", " 14:05:00", " 14.05"])
def test_with_proof_of_both_orders_nothing_that_could_be_either_is_read(
    desk: Desk, declared: str | None, separator: str, time: str
) -> None:
    texts = [f"{text.replace('-', separator)}{time}" for text in [*BOTH, "02-25-2026"]]
    export = read_dates(desk, texts, dates=declared and declared.replace("-", separator))
    read = desk.rows(export, "end_date", "_issues")

    assert read[:35] == [(dt.date(2026, 2, day), None) for day in range(13, 29)] + [
        (dt.date(2026, 3, day), None) for day in range(13, 32)
    ]
    assert read[35:] == [
        (None, "end_date=unreadable;end_date=ambiguous"),
        (dt.date(2025, 4, 4), None),
        (None, "end_date=unreadable"),
    ]
    assert [(remark.code, remark.count) for remark in export.warnings] == [
        ("ambiguous", 1),
        ("unreadable", 2),
    ]


def test_one_proof_of_the_other_order_late_in_a_long_column_is_enough(desk: Desk) -> None:
    export = read_dates(desk, [*BOTH * 4_000, "02-25-2026", "03-04-2026"])

    assert export.rows == 37 * 4_000 + 2
    assert [(remark.code, remark.count) for remark in export.warnings] == [
        ("ambiguous", 4_001),
        ("unreadable", 4_002),
    ]


def test_without_proof_of_the_other_order_everything_is_read(desk: Desk) -> None:
    assert read_dates(desk, [*BOTH, "snart"]).warnings[0].code == "unreadable"
    assert desk.rows(read_dates(desk, BOTH), "end_date")[35] == (dt.date(2025, 6, 5),)


def test_a_file_with_both_orders_proves_none_for_another(desk: Desk) -> None:
    desk.write("kunder_1.csv", "Kundenr;Ophørsdato\n1;05-06-2025\n")
    desk.write(
        "kunder_2.csv",
        "Kundenr;Ophørsdato\n" + "".join(f"1;{text}\n" for text in [*BOTH, "02-25-2026"]),
    )
    assert "could be day-month or month-day" in desk.refusal(
        "kunder_*.csv", columns={"end_date": "Ophørsdato"}
    )


def as_excel_of_another_locale(days: list[dt.date], *, is_day_first: bool) -> list[dt.date | str]:
    """Dates as Excel leaves them that reads the other order: what it could read is swapped, the
    rest is text.
    """
    written = "%d-%m-%Y" if is_day_first else "%m/%d/%Y"
    return [
        day.replace(month=day.day, day=day.month) if day.day <= 12 else day.strftime(written)
        for day in days
    ]


def write_dates(desk: Desk, cells: list[dt.date | str]) -> None:
    with xlsxwriter.Workbook(
        desk.root / "kunder.xlsx", {"default_date_format": "dd-mm-yyyy"}
    ) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["Kundenr", "Ophørsdato"])
        for row, cell in enumerate(cells, start=1):
            sheet.write(row, 0, str(row))
            sheet.write(row, 1, cell)


ANY_DAYS = [dt.date(2025, 1, 3) + dt.timedelta(days=11 * number) for number in range(60)]


@pytest.mark.parametrize("declared", [None, "dd-mm-yyyy", "mm/dd/yyyy", "yyyy-mm-dd"])
@pytest.mark.parametrize(
    "days",
    [
        ANY_DAYS,
        ANY_DAYS[:4],
        [dt.date(2025, 3, 4), dt.date(2025, 3, 14)],
        [*ANY_DAYS, dt.date(2025, 12, 31)],
    ],
)
@pytest.mark.parametrize("is_day_first", [True, False])
def test_a_workbook_opened_in_another_locale_is_refused(
    desk: Desk, declared: str | None, days: list[dt.date], *, is_day_first: bool
) -> None:
    write_dates(desk, as_excel_of_another_locale(days, is_day_first=is_day_first))
    said = desk.refusal("kunder.xlsx", columns={"end_date": "Ophørsdato"}, dates=declared)

    assert (
        'column "Ophørsdato": Excel opened it in another locale and swapped day and month' in said
    )


@pytest.mark.parametrize("texts", [[], ["snart"], ["13-02-2026"], ["03-04-2026", "13-02-2026"]])
def test_a_workbook_of_real_dates_of_all_days_is_read(desk: Desk, texts: list[str]) -> None:
    write_dates(desk, [*ANY_DAYS, *texts])
    export = desk.read("kunder.xlsx", columns={"end_date": "Ophørsdato"}, dates="dd-mm-yyyy")

    assert [day for (day,) in desk.rows(export, "end_date")][: len(ANY_DAYS)] == ANY_DAYS


@pytest.mark.parametrize("declared", [None, "excel-serial"])
def test_excels_serial_of_the_last_day_of_9999_is_an_open_end(
    desk: Desk, declared: str | None
) -> None:
    dates = {"dates": declared} if declared else {}
    export = read_dates(desk, ["46066", "2958465"], **dates)
    assert desk.rows(export, "end_date", "_issues") == [
        (DAY, None),
        (None, "end_date=placeholder"),
    ]
