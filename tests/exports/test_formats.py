"""JSON lines, Parquet, Excel and Asterisk's Master.csv."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Sequence
from decimal import Decimal

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import xlsxwriter

from teleaudit.readers.formats import TEXT_FORMATS
from teleaudit.rules.audit_file import FORMATS
from tests.exports.desk import Desk, wall_clock

CALL = (
    '"acc1","+4570101010","+4520202020","ctx","""Kim""'
    ' <70>","SIP/1","SIP/2","Dial","2,30","2026-02-13 14:05:00",{answer},"2026-02-13'
    ' 14:06:00",60,50,"ANSWERED","DOCUMENTATION"'
)


def master(columns: int, answer: str = '"2026-02-13 14:05:10"') -> str:
    more = ['"1770988800.1"', '"fri tekst"', '"peer"', '"linked"', "7"][: columns - 16]
    return ",".join([CALL.format(answer=answer), *more])


@pytest.mark.parametrize(
    ("columns", "call_id"),
    [(16, None), (17, "1770988800.1"), (18, "1770988800.1"), (21, "1770988800.1")],
)
@pytest.mark.parametrize("declared", [{}, {"format": "asterisk"}])
def test_asterisk_is_known_by_its_columns(
    desk: Desk, columns: int, call_id: str | None, declared: dict[str, str]
) -> None:
    desk.write("Master.csv", f"{master(columns)}\n{master(columns, answer='')}\n")
    export = desk.read("Master.csv", table="cdr", columns={}, **declared)
    wanted = [
        "_line",
        "a_number",
        "b_number",
        "start_at",
        "answer_at",
        "duration_s",
        "billsec",
        "customer_id",
        "clid",
    ]
    start = wall_clock(2026, 2, 13, 14, 5)
    assert desk.rows(export, *wanted) == [
        (
            1,
            "+4570101010",
            "+4520202020",
            start,
            wall_clock(2026, 2, 13, 14, 5, 10),
            60,
            50,
            "acc1",
            '"Kim" <70>',
        ),
        (2, "+4570101010", "+4520202020", start, None, 60, 50, "acc1", '"Kim" <70>'),
    ]
    assert ("call_id" in export.columns) is (call_id is not None)
    assert export.missing_columns == {}


def test_asterisk_with_a_number_of_columns_that_nobody_can_name_is_refused(desk: Desk) -> None:
    desk.write("Master.csv", master(16) + ',"1",2,3\n')
    assert "an Asterisk Master.csv has 16, 17, 18, 21 columns, this has 19." in desk.refusal(
        "Master.csv", table="cdr", columns={}, format="asterisk"
    )


def test_asterisk_takes_the_mapping_of_the_audit(desk: Desk) -> None:
    desk.write("Master.csv", master(18) + "\n")
    export = desk.read(
        "Master.csv",
        table="cdr",
        columns={"call_id": "uniqueid", "customer_id": "userfield", "start_at": "start"},
        format="asterisk",
        dates="iso8601",
    )
    assert desk.rows(export, "customer_id") == [("fri tekst",)]


def test_json_lines_keep_digits_and_nested_values(desk: Desk) -> None:
    lines = [
        (
            '{"customer_id": 12345678901234567890123, "name": "Å", "open_balance": 1.10, "x": {"a":'
            ' [1.50, "q"], "b": null}, "t": true}'
        ),
        "",
        '{"customer_id": "2", "y": 0.10000000000000000001}',
        "[1]",
        "{kaput",
        '{"a": 1, "a": 2}',
    ]
    desk.write("kunder.jsonl", "\n".join(lines))
    export = desk.read("kunder.jsonl", columns={})
    assert desk.rows(export, "_line", "customer_id", "name", "open_balance", "x", "t", "y") == [
        (
            1,
            "12345678901234567890123",
            "Å",
            Decimal("1.1"),
            '{"a": [1.50, "q"], "b": null}',
            "true",
            None,
        ),
        (3, "2", None, None, None, None, "0.10000000000000000001"),
    ]
    assert [(reject.line, reject.reason) for reject in export.rejects] == [
        (4, "not_an_object"),
        (5, "not_json"),
        (6, "duplicate_key"),
    ]


def test_json_lines_may_gain_a_key_late(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("teleaudit.readers.keyed_records._BATCH_ROWS", 2)
    desk.write(
        "kunder.jsonl",
        "".join(
            json.dumps({"customer_id": str(number)} | ({"name": "ny"} if number > 4 else {})) + "\n"
            for number in range(7)
        ),
    )
    assert desk.rows(desk.read("kunder.jsonl", columns={}), "customer_id", "name")[4:] == [
        ("4", None),
        ("5", "ny"),
        ("6", "ny"),
    ]


def test_parquet_is_converted_where_it_lies(desk: Desk) -> None:
    table = pa.table(
        {
            "Kundenr": pa.array([17, 18], pa.int64()),
            "Navn": ["A", "-"],
            "Oprettet": pa.array([wall_clock(2026, 2, 13), None], pa.timestamp("ns")),
            "Ophørsdato": pa.array([dt.date(9999, 12, 31), dt.date(2026, 2, 13)]),
            "Saldo": pa.array([1.5, None], pa.float64()),
            "Tal": pa.array([4571000000000000.0, 1.5]),
            "Liste": [["a"], None],
        }
    )
    pq.write_table(table, desk.root / "kunder.parquet")
    export = desk.read("kunder.parquet")
    assert desk.rows(
        export,
        "_line",
        "_issues",
        "customer_id",
        "name",
        "created_at",
        "end_date",
        "open_balance",
        "Tal",
        "Liste",
    ) == [
        (
            1,
            "end_date=placeholder",
            "17",
            "A",
            dt.date(2026, 2, 13),
            None,
            Decimal("1.5"),
            "4571000000000000",
            '["a"]',
        ),
        (2, None, "18", None, None, dt.date(2026, 2, 13), None, "1.5", None),
    ]


def test_parquet_times_become_copenhagens_wall_clock(desk: Desk) -> None:
    moment = wall_clock(2026, 7, 1, 12)
    table = pa.table(
        {
            "aware": pa.array([moment], pa.timestamp("us", tz="UTC")),
            "naive": pa.array([moment], pa.timestamp("ms")),
            "text": ["2026-07-01T12:00:00Z"],
        }
    )
    pq.write_table(table, desk.root / "kald.parquet")
    export = desk.read(
        "kald.parquet",
        table="cdr",
        columns={"start_at": "aware", "answer_at": "naive", "end_at": "text"},
        timezone="UTC",
    )
    assert desk.rows(export, "start_at", "answer_at", "end_at") == [
        (wall_clock(2026, 7, 1, 14),) * 3
    ]


def test_half_a_parquet_file_is_refused(desk: Desk) -> None:
    pq.write_table(pa.table({"a": list(range(1000))}), desk.root / "hel.parquet")
    desk.write("kunder.parquet", (desk.root / "hel.parquet").read_bytes()[:800])
    assert (
        desk.refusal("kunder.parquet")
        == "kunder.parquet is no complete Parquet file. Export it again."
    )


def workbook(
    desk: Desk,
    rows: Sequence[Sequence[object]],
    name: str = "kunder.xlsx",
    sheets: Sequence[str] = ("Ark1",),
) -> None:
    book = xlsxwriter.Workbook(str(desk.root / name))
    day, moment = (
        book.add_format({"num_format": "dd-mm-yyyy"}),
        book.add_format({"num_format": "dd-mm-yyyy hh:mm"}),
    )
    for sheet in [book.add_worksheet(sheet) for sheet in sheets]:
        for row, cells in enumerate(rows):
            for column, cell in enumerate(cells):
                if isinstance(cell, dt.datetime):
                    sheet.write_datetime(row, column, cell, moment)
                elif isinstance(cell, dt.date):
                    sheet.write_datetime(row, column, cell, day)
                else:
                    sheet.write(row, column, cell)
    book.close()


def test_excel_keeps_whole_numbers_whole_and_dates_dates(desk: Desk) -> None:
    header = ["Kundenr", "Navn", "Oprettet", "Ophørsdato", "Saldo", "Tal"]
    workbook(
        desk,
        [
            header,
            [17, "007", dt.date(2026, 2, 1), "13-02-2026", 1234.5, 1.25],
            [],
            [18, "B", dt.date(2026, 2, 2), "", -3, 70101010],
        ],
    )
    export = desk.read("kunder.xlsx")
    assert desk.rows(
        export, "_line", "customer_id", "name", "created_at", "end_date", "open_balance", "Tal"
    ) == [
        (2, "17", "007", dt.date(2026, 2, 1), dt.date(2026, 2, 13), Decimal("1234.5"), "1.25"),
        (4, "18", "B", dt.date(2026, 2, 2), None, Decimal(-3), "70101010"),
    ]


def test_excel_reads_real_dates_beside_declared_text(desk: Desk) -> None:
    workbook(desk, [["Kundenr", "Oprettet"], [1, dt.date(2026, 2, 1)], [2, "02-03-2026"]])
    export = desk.read("kunder.xlsx", columns={"created_at": "Oprettet"}, dates="dd-mm-yyyy")
    assert desk.rows(export, "created_at") == [(dt.date(2026, 2, 1),), (dt.date(2026, 3, 2),)]


def test_excel_numbers_are_read_with_a_declared_decimal_comma_too(desk: Desk) -> None:
    workbook(desk, [["Kundenr", "Saldo"], [1, 12.5], [2, "1.234,50"]])
    assert desk.rows(
        desk.read("kunder.xlsx", columns={"open_balance": "Saldo"}, decimal=","), "open_balance"
    ) == [(Decimal("12.5"),), (Decimal("1234.5"),)]


def test_excel_numbers_longer_than_excel_keeps_are_named(desk: Desk) -> None:
    workbook(desk, [["Kundenr", "Konto"], [1, 4571000000000000]])
    said = [str(remark) for remark in desk.read("kunder.xlsx", columns={}).warnings]
    assert (
        'kunder.xlsx, column "Konto": Excel has rounded 1 number to 15 digits. Format the column as'
        " text in the source." in said
    )


def test_the_sheet_is_the_one_named(desk: Desk) -> None:
    workbook(desk, [["Kundenr"], [1]], sheets=("Forside", "Kunder"))
    assert desk.rows(
        desk.read("kunder.xlsx", columns={"customer_id": "Kundenr"}, sheet="Kunder"), "customer_id"
    ) == [("1",)]
    assert (
        desk.refusal("kunder.xlsx", sheet="Kundr")
        == "kunder.xlsx has no sheet 'Kundr'. Did you mean 'Kunder'?"
    )


@pytest.mark.parametrize(
    ("table", "header"),
    [
        ("dsar", "due"),
        ("dsar", "answered_on"),
        ("cdr", "call_date"),
        ("crm_customer", "is_test"),
        ("crm_customer", "IS_TEST"),
        ("crm_customer", "relationship_end"),
        ("disclosure", "names"),
        ("dsar", "decision"),
    ],
)
def test_an_unmapped_header_never_takes_the_name_of_a_derived_column(
    desk: Desk, table: str, header: str
) -> None:
    desk.write("kunder.csv", f"Kundenr;{header}\nK1;x\n")
    export = desk.read("kunder.csv", table=table, columns={"customer_id": "Kundenr"})

    assert export.extra_columns == (f"{header}_",)
    assert desk.rows(export, f"{header}_") == [("x",)]


def test_every_format_of_the_audit_file_has_a_reader() -> None:
    assert {*FORMATS} == {*TEXT_FORMATS, "csv", "asterisk", "parquet", "excel"}
