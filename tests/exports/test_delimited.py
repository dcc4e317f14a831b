"""CSV as operators write it: dialects, encodings, lines, and what becomes of broken records."""

from __future__ import annotations

import datetime as dt
import hashlib
import stat
from decimal import Decimal

import pytest

from tests.exports.desk import Desk, wall_clock

GOOD = (
    "Kundenr;Navn;Oprettet;Ophørsdato;Saldo;Noter\n0017;Ærø Smør"
    ' ApS;13-01-2020;31-12-9999;1.234,50;"to\nlinjer; og'
    ' ""citat"""\n0018;Åse;14-01-2020;14-02-2025;-5,5;\n'
)


@pytest.mark.parametrize(
    "encoding",
    ["utf-8", "utf-8-sig", "windows-1252", "iso-8859-1", "utf-16", "utf-16-le", "utf-16-be"],
)
def test_an_undeclared_encoding_is_found(desk: Desk, encoding: str) -> None:
    desk.write("kunder.csv", GOOD, encoding)
    export = desk.read("kunder.csv")
    assert desk.rows(export, "name") == [("Ærø Smør ApS",), ("Åse",)]


@pytest.mark.parametrize("encoding", ["utf-8", "windows-1252", "iso-8859-1", "cp850", "utf-16"])
def test_a_declared_encoding_is_read(desk: Desk, encoding: str) -> None:
    desk.write("kunder.csv", GOOD, encoding)
    assert desk.rows(desk.read("kunder.csv", encoding=encoding), "name") == [
        ("Ærø Smør ApS",),
        ("Åse",),
    ]


@pytest.mark.parametrize("delimiter", [";", ",", "\t", "|"])
def test_an_undeclared_delimiter_is_found(desk: Desk, delimiter: str) -> None:
    desk.write(
        "kunder.csv",
        f"Kundenr{delimiter}Navn{delimiter}By\n1{delimiter}A{delimiter}B\n2{delimiter}C{delimiter}D\n",
    )
    export = desk.read("kunder.csv", columns={"customer_id": "Kundenr", "name": "Navn"})
    assert desk.rows(export, "customer_id", "name", "By") == [("1", "A", "B"), ("2", "C", "D")]


def test_values_have_their_canonical_types(desk: Desk) -> None:
    desk.write("kunder.csv", GOOD)
    export = desk.read("kunder.csv")
    assert export.columns == ("customer_id", "name", "created_at", "end_date", "open_balance")
    assert export.extra_columns == ("Noter",)
    assert desk.rows(
        export,
        "_file",
        "_line",
        "_issues",
        "customer_id",
        "created_at",
        "end_date",
        "open_balance",
        "Noter",
    ) == [
        (
            "kunder.csv",
            2,
            "end_date=placeholder",
            "0017",
            dt.date(2020, 1, 13),
            None,
            Decimal("1234.5"),
            'to\nlinjer; og "citat"',
        ),
        (
            "kunder.csv",
            4,
            None,
            "0018",
            dt.date(2020, 1, 14),
            dt.date(2025, 2, 14),
            Decimal("-5.5"),
            None,
        ),
    ]


def test_the_columns_stand_in_the_order_of_the_contract(desk: Desk) -> None:
    desk.write("kunder.csv", GOOD)
    export = desk.read("kunder.csv")
    import duckdb

    described = duckdb.execute(
        "DESCRIBE SELECT * FROM read_parquet(?)", [str(export.parquet[0])]
    ).fetchall()
    assert [(row[0], row[1]) for row in described] == [
        ("_file", "VARCHAR"), ("_line", "BIGINT"), ("_issues", "VARCHAR"), ("customer_id", "VARCHAR"), ("name", "VARCHAR"),
        ("created_at", "DATE"), ("end_date", "DATE"), ("open_balance", "DECIMAL(18,4)"), ("Noter", "VARCHAR"),
    ]  # fmt: skip


def test_the_line_of_excels_separator_counts(desk: Desk) -> None:
    desk.write("kunder.csv", "sep=;\r\n" + GOOD.replace("\n", "\r\n"))
    assert desk.rows(desk.read("kunder.csv"), "_line") == [(3,), (5,)]


@pytest.mark.parametrize("line_break", ["\n", "\r\n", "\r"])
def test_lines_are_counted_as_an_editor_counts_them(desk: Desk, line_break: str) -> None:
    lines = ["Kundenr;Navn", "1;a", '2;"b', 'b"', "3;c;zu viel", "", "4;d"]
    desk.write("kunder.csv", line_break.join(lines))
    export = desk.read("kunder.csv", columns={"customer_id": "Kundenr"})
    assert desk.rows(export, "_line", "customer_id") == [(2, "1"), (3, "2"), (7, "4")]
    assert [(reject.line, reject.reason) for reject in export.rejects] == [(5, "ragged")]


def test_lines_stay_right_when_a_record_spans_blocks(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("teleaudit.readers.hashed_file.CHUNK_BYTES", 37)
    body = "".join(
        f'{number};"æ{number}\nø"\n' if number % 3 else f"{number};å\n" for number in range(1, 60)
    )
    desk.write("kunder.csv", "Kundenr;Navn\n" + body)
    lines, line = [], 2
    for number in range(1, 60):
        lines.append((line, str(number)))
        line += 2 if number % 3 else 1
    assert (
        desk.rows(
            desk.read("kunder.csv", columns={"customer_id": "Kundenr"}), "_line", "customer_id"
        )
        == lines
    )


def test_a_quote_inside_a_value_is_a_character(desk: Desk) -> None:
    desk.write("kunder.csv", 'Kundenr;Navn\n1;Skærm 24" sort\n2;"b"\n')
    assert desk.rows(desk.read("kunder.csv", columns={"name": "Navn"}), "name") == [
        ('Skærm 24" sort',),
        ("b",),
    ]


@pytest.mark.parametrize(
    "broken",
    ['2;"Firma "X" ApS"', '2;"uden slut', "2;b;c", "2", "2;a\x00b", "2;Ã¦blegrød", '2;"a" '],
)
def test_a_broken_record_costs_itself_and_nothing_else(desk: Desk, broken: str) -> None:
    desk.write("kunder.csv", f'Kundenr;Navn\n1;Blåbær\n{broken}\n3;"Rødgrød\nmed"\n4;d\n')
    export = desk.read("kunder.csv", columns={"customer_id": "Kundenr", "name": "Navn"})
    assert desk.rows(export, "_line", "customer_id") == [(2, "1"), (4, "3"), (6, "4")]
    assert [reject.line for reject in export.rejects] == [3]
    assert export.files[0].rejected == 1
    assert "kept apart" in str(export.warnings[0])


@pytest.mark.parametrize(
    ("header", "before", "swallowed", "after"),
    [
        # In a wide table the number of fields tells.
        (
            "Kundenr;Navn;By;Land;Note",
            "1;a;b;c;d",
            '2;a;b;c;"d\n3;Bo;Ry;DK;\n4;Ib;Ry;DK;ok"',
            "5;a;b;c;d",
        ),
        (
            "Kundenr;Navn;By;Land;Note",
            "1;a;b;c;d",
            '"2;a;b;c;d\n3;Bo;Ry;DK;\n4";Ib;Ry;DK;ok',
            "5;a;b;c;d",
        ),
        (
            "Kundenr;Navn;By;Land;Note",
            "1;a;b;c;d",
            '2;"a";b;c;"d\r\n3;Bo;Ry;DK;""\r\n\r\nkort\r\n4;Ib;Ry;DK;ok"',
            "5;a;b;c;d",
        ),
        # The record as a whole has too many fields: no less is lost.
        (
            "Kundenr;Navn;By;Land;Note",
            "1;a;b;c;d",
            '2;a;b;c;"d\n3;Bo;Ry;DK;\n4;Ib;Ry;DK;ok";;x',
            "5;a;b;c;d",
        ),
        # In a narrow one the lines begin alike too.
        ("Kundenr;Note", "1;a", '2;"d\n3;e\n4;f"', "5;a"),
        ("Kundenr,Navn,Note", "K-1,a,b", 'K-2,"a,b\nK-31,a,b\nK-4",a,b', "K-5,a,b"),
    ],
)
def test_records_that_a_stray_quote_made_one_field_of_are_all_counted_as_broken(
    desk: Desk, header: str, before: str, swallowed: str, after: str
) -> None:
    desk.write("kunder.csv", f"{header}\n{before}\n{swallowed}\n{after}\n")
    export = desk.read("kunder.csv", columns={"customer_id": "Kundenr"})
    lost = [number for number, line in enumerate(swallowed.splitlines(), 3) if line]
    assert [reject.line for reject in export.rejects] == lost
    assert export.reject_reasons == {"swallowed": len(lost)}
    assert export.rows == 2


@pytest.mark.parametrize(
    "text",
    [
        "Kære kunde; tak\nHilsen; Bo",
        "En; to; tre; fire; fem\nsnart",
        "Hej\n\nVi ses\n",
        "Se:\n1;2;3\n",
        ";;;;\nto linjer og\ntre",
    ],
)
def test_a_text_of_several_lines_is_no_swallowed_record(desk: Desk, text: str) -> None:
    for header, record in (
        ("Kundenr;Note", f'1;"{text}"'),
        ("Kundenr;Note;By;Land;Navn", f'1;"{text}";a;b;c'),
        ("Note;Kundenr", f'"{text}";1'),
    ):
        desk.write("kunder.csv", f"{header}\n{record}\n")
        assert desk.rows(
            desk.read("kunder.csv", columns={"customer_id": "Kundenr", "notes": "Note"}),
            "customer_id",
            "notes",
        ) == [("1", text)]


@pytest.mark.parametrize(
    ("broken", "reason"),
    [
        ('2;"x"y', "quote"),
        ("2;b;c", "ragged"),
        ("2;\x00", "nul"),
        ("2;Ã¦", "mojibake"),
        ("2;\x9d", "control"),
        ("2;\ufffd", "undecodable"),
        (f"2;{'x' * 1_048_577}", "field_limit"),
    ],
)
def test_a_broken_record_is_kept_apart_with_its_reason(
    desk: Desk, broken: str, reason: str
) -> None:
    desk.write("kunder.csv", f"Kundenr;Navn\n1;Blåbær\n{broken}\n3;c\n")
    export = desk.read("kunder.csv", columns={"customer_id": "Kundenr"})
    assert export.reject_reasons == {reason: 1}
    assert desk.rows(export, "customer_id") == [("1",), ("3",)]


def test_a_record_that_does_not_decode_is_kept_apart_among_good_ones(desk: Desk) -> None:
    desk.write(
        "kunder.csv",
        "Kundenr;Navn\n1;Blåbær\n".encode() + b"2;Bl\xe5b\xe6r\n" + "3;Rødgrød\n".encode(),
    )
    export = desk.read("kunder.csv", columns={"customer_id": "Kundenr"})
    assert export.reject_reasons == {"undecodable": 1}
    assert desk.rows(export, "_line", "customer_id") == [(2, "1"), (4, "3")]


def test_a_field_of_50_mb_is_kept_apart(desk: Desk) -> None:
    desk.write("kunder.csv", 'Kundenr;Navn\n1;a\n2;"' + "x" * (50 << 20) + '\n"\n3;c\n')
    export = desk.read("kunder.csv", columns={"customer_id": "Kundenr"})
    assert export.reject_reasons == {"field_limit": 1}
    assert desk.rows(export, "_line", "customer_id") == [(2, "1"), (5, "3")]


def test_a_record_without_end_does_not_swallow_the_file(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("teleaudit.readers.records.RECORD_LIMIT", 10_000)
    monkeypatch.setattr("teleaudit.readers.hashed_file.CHUNK_BYTES", 4_096)
    desk.write(
        "kunder.csv",
        'Kundenr;Navn\n1;"a\n' + "".join(f"{number};b\n" for number in range(2, 5_000)),
    )
    export = desk.read("kunder.csv", columns={"customer_id": "Kundenr"})
    assert export.reject_reasons == {"quote": 1}
    assert export.files[0].rows == 4_998


def test_rows_without_any_value_are_no_records(desk: Desk) -> None:
    desk.write("kunder.csv", "Kundenr;Navn\n1;a\n;\n;\n")
    export = desk.read("kunder.csv", columns={"customer_id": "Kundenr"})
    assert export.files[0].rows == 1
    assert "2 rows without any value were passed over" in str(export.warnings[0])


def test_several_files_make_one_export(desk: Desk) -> None:
    desk.write("2026/kunder_01.csv", "Kundenr;Navn\n1;a\n")
    desk.write("2026/kunder_02.csv", "Kundenr;Navn;By\n2;b;c\n")
    desk.write("2026/~$kunder_03.csv", "x")
    export = desk.read("2026/kunder_*.csv", columns={"customer_id": "Kundenr"})
    assert [file.path for file in export.files] == ["2026/kunder_01.csv", "2026/kunder_02.csv"]
    assert desk.rows(export, "_file", "customer_id", "Navn", "By") == [
        ("2026/kunder_01.csv", "1", "a", None),
        ("2026/kunder_02.csv", "2", "b", "c"),
    ]


def test_the_fingerprint_is_that_of_the_file(desk: Desk) -> None:
    path = desk.write("kunder.csv", GOOD)
    file = desk.read("kunder.csv").files[0]
    assert file.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    assert file.size_bytes == path.stat().st_size


def test_the_working_copy_is_private(desk: Desk) -> None:
    desk.write("kunder.csv", GOOD)
    export = desk.read("kunder.csv")
    assert {stat.S_IMODE(path.stat().st_mode) for path in export.parquet} == {0o600}
    assert stat.S_IMODE(export.parquet[0].parent.stat().st_mode) == 0o700
    assert set(export.parquet) == set(export.parquet[0].parent.iterdir())


def test_an_unmapped_column_named_like_a_canonical_one_gets_an_underscore(desk: Desk) -> None:
    desk.write("kunder.csv", "Kundenr;name;_file\n1;a;b\n")
    export = desk.read("kunder.csv", columns={"customer_id": "Kundenr"})
    assert export.extra_columns == ("name_", "_file_")
    assert desk.rows(export, "name_", "_file_") == [("a", "b")]


def test_constants_stand_in_every_row(desk: Desk) -> None:
    desk.write("fakturaer.csv", "Nr;Dato\n1;13-01-2020\n")
    export = desk.read(
        "fakturaer.csv",
        table="invoice",
        columns={"invoice_no": "Nr", "issue_date": "Dato"},
        constants={"legal_entity": "Bizzy ApS"},
    )
    assert desk.rows(export, "invoice_no", "legal_entity") == [("1", "Bizzy ApS")]
    assert export.columns == ("invoice_no", "legal_entity", "issue_date")


@pytest.mark.parametrize("spelling", ["", "NULL", "(null)", "N/A", "-", "  "])
def test_spellings_of_nothing_are_null_without_an_issue(desk: Desk, spelling: str) -> None:
    desk.write(
        "kunder.csv",
        f"Kundenr;Navn;Oprettet;Ophørsdato;Saldo\n1;{spelling};13-01-2020;{spelling};{spelling}\n",
    )
    assert desk.rows(desk.read("kunder.csv"), "name", "end_date", "open_balance", "_issues") == [
        (None, None, None, None)
    ]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1.234,50", "1234.5"), ("-1.234,50", "-1234.5"), ("1.234,50-", "-1234.5"), ("1\u00a0234,50", "1234.5"), ("1.234.567", "1234567"),
        ("12", "12"), ("1.234", "1234"), ("kr. 12,50", "12.5"), ("12,50 DKK", "12.5"), ("+3,25", "3.25"), ("1234.50", None), ("1.23,5", None), ("tolv", None), ("9" * 20, None),
    ],
)  # fmt: skip
def test_numbers_with_a_decimal_comma(desk: Desk, text: str, value: str | None) -> None:
    desk.write("kunder.csv", f"Kundenr;Saldo\n1;{text}\n")
    export = desk.read("kunder.csv", columns={"open_balance": "Saldo"}, decimal=",")
    assert desk.rows(export, "open_balance") == [(Decimal(value) if value else None,)]
    assert desk.rows(export, "_issues") == [(None if value else "open_balance=unreadable",)]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("305", 305),
        ("1.305", 1305),
        ("00:05:05", 305),
        ("305,0", 305),
        ("305,5", None),
        ("4,57E+15", None),
        ("-3", -3),
    ],
)
def test_whole_numbers_and_durations(desk: Desk, text: str, value: int | None) -> None:
    desk.write("kald.csv", f"A;Varighed\n1;{text}\n")
    export = desk.read("kald.csv", table="cdr", columns={"duration_s": "Varighed"}, decimal=",")
    assert desk.rows(export, "duration_s") == [(value,)]


def test_numbers_that_excel_has_damaged_are_named(desk: Desk) -> None:
    desk.write("kunder.csv", "Kundenr;Navn;Konto\n4,57E+15;a;4,57E+15\n17;b;18\n")
    export = desk.read("kunder.csv", columns={"customer_id": "Kundenr", "name": "Navn"})
    assert desk.rows(export, "customer_id", "_issues", "Konto") == [
        (None, "customer_id=excel", "4,57E+15"),
        ("17", None, "18"),
    ]
    assert any(
        'column "Kundenr": Excel has damaged 1 number (' in str(warning)
        for warning in export.warnings
    )
    assert any(
        'column "Konto": Excel has damaged 1 number (' in str(warning)
        for warning in export.warnings
    )


def test_the_decimal_sign_is_proved_by_the_whole_column(desk: Desk) -> None:
    desk.write("kunder.csv", "Kundenr;Saldo\n" + "1;1.234\n" * 20_000 + "1;2,5\n")
    export = desk.read("kunder.csv", columns={"open_balance": "Saldo"})
    assert desk.rows(export, "open_balance")[0] == (Decimal(1234),)


def test_numbers_that_prove_no_decimal_sign_are_refused(desk: Desk) -> None:
    desk.write("kunder.csv", "Kundenr;Saldo\n1;1.234\n")
    assert (
        desk.refusal("kunder.csv", columns={"open_balance": "Saldo"})
        == 'kunder.csv, column "Saldo": three digits behind each sign could be decimals or'
        " thousands (1 numbers). Say which: exports.kunder.decimal: ',' in audit.yaml."
    )


def test_ciscos_line_of_types_is_no_call(desk: Desk) -> None:
    desk.write(
        "cucm.csv",
        "cdrRecordType,callingPartyNumber,dateTimeOrigination,duration\nINTEGER,VARCHAR(50),INTEGER,INTEGER\n1,101,1767225600,5\n1,102,1769904000,6\n",
    )
    export = desk.read(
        "cucm.csv",
        table="cdr",
        columns={
            "a_number": "callingPartyNumber",
            "start_at": "dateTimeOrigination",
            "duration_s": "duration",
        },
    )
    assert desk.rows(export, "_line", "a_number", "start_at") == [
        (3, "101", wall_clock(2026, 1, 1, 1)),
        (4, "102", wall_clock(2026, 2, 1, 1)),
    ]


def test_a_mark_of_byte_order_below_the_header_is_a_letter(desk: Desk) -> None:
    desk.write("kunder.csv", "\ufeffKundenr;Navn\n\ufeff1;a\n")
    assert desk.rows(
        desk.read("kunder.csv", columns={"customer_id": "Kundenr"}), "customer_id"
    ) == [("\ufeff1",)]
