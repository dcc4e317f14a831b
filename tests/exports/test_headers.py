"""No value of a row becomes a name: files without a header are recognised, and names that are
somebody's are not shown.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import xlsxwriter

from teleaudit.exports.inspection import inspect_file
from teleaudit.readers import sniffing
from teleaudit.readers.headers import header_of
from teleaudit.readers.sources import file_source
from teleaudit.rules.audit_file import load_audit
from tests.command import ROOT, call
from tests.exports.desk import Desk

CALLS = [
    ("4531640211", "4527001942", "2026-03-04 09:00:01", "61"),
    ("4531640212", "4527001943", "2026-03-05 10:00:02", "0"),
    ("4531640213", "4527001942", "2026-03-17 11:00:03", "7"),
]
PEOPLE = [
    ("Ulla Vestermark", "Skovbrynet 4", "tlf. om aftenen"),
    ("Kaj Enevoldsen", "Havnegade 9", "ny router"),
    ("Ea Sunddal", "Torvet 1", "rykker sendt"),
]
DOUBLED = [("4531640211", "4531640211", "12"), ("4531640212", "4527001942", "13")]
MESSAGES = [
    ("1", "Kom nu hjem til mig jeg savner dig"),
    ("2", "Jeg er der om lidt ses vi ved bageren?"),
]
MASTER_OF_OTHER_WIDTH = [
    ("900", "2026-03-04", "BUSY", "a@eksempel.dk"),
    ("901", "2026-03-05", "ANSWERED", "b@eksempel.dk"),
]
LOG_OF_WORDS = [("u123", "login", "ok"), ("u124", "eksport", "ok"), ("u125", "login", "fejl")]
KEYED_WORDS = [
    ("KX-1001", "Ulla Vestermark", "aktiv", "ja"),
    ("KX-1002", "Kaj Enevoldsen", "aktiv", "nej"),
    ("KX-1003", "Ea Sunddal", "opsagt", "ja"),
]
ADDRESSES = [
    ("ulla@eksempel.dk", "email", "markedsføring"),
    ("kaj@eksempel.dk", "sms", "markedsføring"),
]
TRUTHS = [
    ("sand", "Ulla Vestermark", "A"),
    ("falsk", "Kaj Enevoldsen", "B"),
    ("sand", "Ea Sunddal", "A"),
]
TOWNS = [
    ("Ulla", "Vestermark", "Aarhus"),
    ("Kaj", "Enevoldsen", "Aarhus"),
    ("Ea", "Sunddal", "Odense"),
]
DEVICES = [
    ("00:11:22:33:44:55", "10.0.0.1", "2026-01-01 10:00:00"),
    ("00:11:22:33:44:56", "10.0.0.2", "2026-01-02 10:00:00"),
]
WITHOUT_HEADER: dict[str, Sequence[Sequence[str]]] = {
    "calls": CALLS,
    "people": PEOPLE,
    "doubled": DOUBLED,
    "messages": MESSAGES,
    "mixed": MASTER_OF_OTHER_WIDTH,
    "words": LOG_OF_WORDS,
    "keys": KEYED_WORDS,
    "addresses": ADDRESSES,
    "truths": TRUTHS,
    "towns": TOWNS,
    "devices": DEVICES,
}
PERSONAL = (
    "Ulla Vestermark 040370-1236",
    "31640211",
    "+4531640211",
    "ulla@eksempel.dk",
    "4571001234567890",
    "Kom nu hjem til mig, jeg savner dig, ses vi?",
    "4531640211",
    "9" * 90,
)


def delimited(rows: Sequence[Sequence[str]], delimiter: str = ";") -> str:
    return "".join(delimiter.join(row) + "\n" for row in rows)


def workbook(*sheets: tuple[str, Sequence[Sequence[str | float]]]) -> bytes:
    written = io.BytesIO()
    with xlsxwriter.Workbook(written, {"in_memory": True}) as book:
        for name, rows in sheets:
            sheet = book.add_worksheet(name)
            for number, row in enumerate(rows):
                sheet.write_row(number, 0, row)
    return written.getvalue()


def contents(kind: str, rows: Sequence[Sequence[str]]) -> bytes:
    return (
        workbook(("Ark1", rows))
        if kind == "xlsx"
        else delimited(rows, {"csv": ";", "tsv": "\t", "txt": "|"}[kind]).encode()
    )


def says_nothing_of(said: str, rows: Sequence[Sequence[str]]) -> bool:
    return not [value for row in rows for value in row if len(value) > 2 and value in said]


@pytest.mark.parametrize("kind", ["csv", "tsv", "txt", "xlsx"])
@pytest.mark.parametrize("name", WITHOUT_HEADER)
def test_a_file_without_a_header_is_refused_and_nothing_of_it_is_said(
    desk: Desk, name: str, kind: str
) -> None:
    rows = WITHOUT_HEADER[name]
    desk.write(f"a.{kind}", contents(kind, rows))
    said = desk.refusal(f"a.{kind}")

    assert "has no header" in said
    assert "header: false" in said
    assert says_nothing_of(said, rows)


@pytest.mark.parametrize("kind", ["csv", "tsv", "txt", "xlsx"])
@pytest.mark.parametrize("name", WITHOUT_HEADER)
def test_declared_to_have_no_header_every_record_is_read(desk: Desk, name: str, kind: str) -> None:
    rows = WITHOUT_HEADER[name]
    desk.write(f"a.{kind}", contents(kind, rows))
    export = desk.read(f"a.{kind}", columns={"name": "column_1"}, header=False)

    assert desk.rows(export, "name") == [(row[0],) for row in rows]
    assert list(export.extra_columns) == [f"column_{place}" for place in range(2, len(rows[0]) + 1)]


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
@pytest.mark.parametrize("name", WITHOUT_HEADER)
def test_inspect_says_that_there_is_no_header_and_shows_no_value(
    desk: Desk, name: str, kind: str
) -> None:
    rows = WITHOUT_HEADER[name]
    found = inspect_file(desk.write(f"a.{kind}", contents(kind, rows)))

    assert found.rows == len(rows)
    assert "header: false" in found.as_yaml()
    assert "no header" in found.as_text()
    assert says_nothing_of(found.as_text() + found.as_yaml(), rows)


def test_a_header_of_words_that_nobody_knows_is_one_when_the_audit_maps_a_column_of_it(
    desk: Desk,
) -> None:
    desk.write("a.csv", "Hvem der bor der;Hvad der blev sagt\nUlla;Ny router\nKaj;Rykker\n")

    assert "has no header" in desk.refusal("a.csv", columns={"name": "Hvem"})
    assert desk.rows(desk.read("a.csv", columns={"name": "Hvem der bor der"}), "name") == [
        ("Ulla",),
        ("Kaj",),
    ]
    assert desk.rows(desk.read("a.csv", columns={"name": "column_1"}, header=False), "name") == [
        ("Hvem der bor der",),
        ("Ulla",),
        ("Kaj",),
    ]
    # saying so makes no header of a record
    assert "has no header" in desk.refusal("a.csv", columns={"name": "Hvem"}, header=True)


def test_a_record_in_which_one_of_the_audits_headers_stands_by_chance_is_no_header(
    desk: Desk,
) -> None:
    desk.write(
        "a.csv",
        "K9;Navn;ulla@eksempel.dk;Ny router\nK8;Ulla Vestermark;kaj@eksempel.dk;Rykker\nK7;Kaj"
        " Enevoldsen;ea@eksempel.dk;Flytning\n",
    )
    said = desk.refusal(
        "a.csv",
        columns={
            "customer_id": "Kundenr",
            "name": "Navn",
            "email": "Mail",
            "notes": "Bemærkninger",
        },
    )

    assert "has no header" in said
    assert "Ny router" not in said


def test_a_header_that_stands_again_in_the_middle_of_the_file_is_one(desk: Desk) -> None:
    desk.write(
        "a.csv",
        "sagsnr;emne;sagsbehandler\nr1;router;ul\nsagsnr;emne;sagsbehandler\nr2;regning;kaj\n",
    )

    assert inspect_file(desk.root / "a.csv").has_header


@pytest.mark.parametrize("personal", PERSONAL)
@pytest.mark.parametrize("kind", ["csv", "xlsx", "parquet"])
def test_a_header_that_is_somebodys_goes_by_its_position(
    desk: Desk, personal: str, kind: str
) -> None:
    rows = [("Kundenr", "Oprettet", personal), ("1", "2024-01-13", "x"), ("2", "2024-01-14", "y")]
    if kind == "parquet":
        pq.write_table(
            pa.table(
                {header: [row[place] for row in rows[1:]] for place, header in enumerate(rows[0])}
            ),
            desk.root / "a.parquet",
        )
    else:
        desk.write(f"a.{kind}", contents(kind, rows))
    export = desk.read(f"a.{kind}", columns={"customer_id": "Kundenr", "created_at": "Oprettet"})

    assert list(export.extra_columns) == ["column_3"]
    assert desk.rows(export, "column_3") == [("x",), ("y",)]
    assert [(remark.code, remark.count) for remark in export.warnings] == [("withheld_headers", 1)]
    assert personal not in str(export.warnings)
    inspected = inspect_file(desk.root / f"a.{kind}")
    assert personal not in inspected.as_text() + inspected.as_yaml()


@pytest.mark.parametrize("personal", PERSONAL)
def test_a_mapped_header_that_is_somebodys_is_refused_unsaid(desk: Desk, personal: str) -> None:
    desk.write("a.csv", f"Kundenr;{personal}\n1;x\n")
    said = desk.refusal("a.csv", columns={"customer_id": "Kundenr", "notes": personal})

    assert "column_1" in said
    assert personal not in said


@pytest.mark.parametrize("personal", PERSONAL)
def test_a_key_that_is_somebodys_is_data(desk: Desk, personal: str) -> None:
    desk.write(
        "a.jsonl",
        "".join(
            json.dumps({"id": str(number), personal: number, "": "tom"}) + "\n"
            for number in range(3)
        ),
    )
    export = desk.read("a.jsonl", columns={"customer_id": "id"})

    assert list(export.extra_columns) == ["other_keys"]
    assert json.loads(desk.rows(export, "other_keys")[2][0]) == {personal: 2, "": "tom"}
    assert [remark.code for remark in export.warnings] == ["withheld_headers"]
    assert personal not in str(export.warnings) + inspect_file(desk.root / "a.jsonl").as_text()


@pytest.mark.parametrize("keys", [1, 2])
def test_objects_that_each_bring_keys_of_their_own_are_refused(desk: Desk, keys: int) -> None:
    names = [
        f"{first} {last}"
        for first in ("Ulla", "Kaj", "Ea", "Bo", "Liv", "Ib")
        for last in ("Vestermark", "Enevoldsen", "Sunddal", "Krogh", "Ravn", "Bek", "Dam", "Lund")
    ]
    desk.write(
        "a.jsonl",
        "".join(
            json.dumps(
                {"uge": 7, **{names[(place + each) % len(names)]: 1 for each in range(keys)}}
            )
            + "\n"
            for place in range(len(names))
        ),
    )
    said = desk.refusal("a.jsonl", columns={"customer_id": "uge"})

    assert "values used as keys" in said
    assert says_nothing_of(said, [names])


def test_sparse_keys_of_a_log_are_read(desk: Desk) -> None:
    desk.write(
        "a.jsonl",
        "".join(json.dumps({"uge": 7, f"felt_{place % 25}": 1}) + "\n" for place in range(200)),
    )

    assert desk.read("a.jsonl", columns={"customer_id": "uge"}).rows == 200


@pytest.mark.parametrize(
    "name", ["040370-1236", "31640211", "4111111111111111", "ulla@eksempel.dk"]
)
def test_a_file_name_that_is_somebodys_is_withheld(desk: Desk, name: str) -> None:
    desk.write(f"{name}/{name}.csv", "Kundenr;Oprettet\n1;2024-01-13\n2;snart\n")
    desk.write("b.csv", "Kundenr;Oprettet\n3;2024-01-13\n")
    export = desk.read("**/*.csv", columns={"customer_id": "Kundenr", "created_at": "Oprettet"})

    assert desk.rows(export, "customer_id") == [("1",), ("2",), ("3",)]
    assert len(export.files) == len({file.path for file in export.files}) == 2
    assert export.files[0].path.startswith("(name withheld 1)")
    assert name not in str(export) + inspect_file(desk.root / name / f"{name}.csv").as_text()
    assert name not in str(desk.read(f"{name}.csv").problem)


NAMED_AFTER = [
    ("Ulla Vestermark.csv", True),
    ("udtræk ulla_vestermark 2026.csv", True),
    ("K10023.csv", True),
    ("kunde-10023.csv", True),
    ("opkald_10023_2.csv", True),
    ("vestermark.csv", True),
    ("Ulla Enevoldsen.csv", True),
    ("ulla.csv", False),
    ("kunder.csv", False),
    ("kunder_2026.csv", False),
    ("skovbrynet.csv", False),
    ("20260304.csv", False),
    ("K100.csv", False),
]


@pytest.mark.parametrize(("name", "is_withheld"), NAMED_AFTER)
@pytest.mark.parametrize("kind", ["csv", "jsonl", "xlsx", "parquet"])
def test_a_file_name_that_bears_a_value_of_its_first_records_is_withheld(
    desk: Desk, name: str, kind: str, *, is_withheld: bool
) -> None:
    rows = [
        ("Kundenr", "Navn", "Adresse", "Konto", "Oprettet"),
        ("K10023", "Ulla Vestermark", "Skovbrynet", "10023", "20260304"),
        ("K10024", "Kaj Enevoldsen", "Kunder", "10024", "20260305"),
    ]
    written = {
        "csv": lambda: delimited(rows).encode(),
        "jsonl": (
            lambda: "".join(
                json.dumps(dict(zip(rows[0], row, strict=True))) + "\n" for row in rows[1:]
            ).encode()
        ),
        "xlsx": lambda: workbook(("Ark1", rows)),
        "parquet": lambda: parquet(rows),
    }
    path = desk.write(f"alle/{Path(name).stem}.{kind}", written[kind]())
    shown = desk.read(f"alle/*.{kind}", columns={"customer_id": "Kundenr"}).files[0].path
    said = inspect_file(path).as_text() + call("scan", path).out

    assert (shown == f"alle/(name withheld 1).{kind}") is is_withheld
    assert (Path(name).stem not in shown + said) is is_withheld


def parquet(rows: Sequence[Sequence[str]]) -> bytes:
    written = io.BytesIO()
    pq.write_table(
        pa.table(
            {header: [row[place] for row in rows[1:]] for place, header in enumerate(rows[0])}
        ),
        written,
    )
    return written.getvalue()


@pytest.mark.parametrize(
    ("header", "shown"),
    [
        ("Kort\nnummer", "Kort nummer"),
        ("\x1b[31mRød", "\\x1b[31mRød"),
        ("Bel\u202eøb", "Bel\\u202eøb"),
        ("Beløb\u00a0kr", "Beløb kr"),
    ],
)
def test_control_characters_in_a_header_are_shown_escaped(
    desk: Desk, header: str, shown: str
) -> None:
    file = desk.write("a.csv", f'Kundenr;"{header}"\n1;x\n')

    assert header not in inspect_file(file).as_text()
    assert shown in inspect_file(file).as_text()
    assert desk.rows(
        desk.read("a.csv", columns={"customer_id": "Kundenr", "notes": header}), "notes"
    ) == [("x",)]


@pytest.mark.parametrize("name", ["a\x1b[31m.csv", "a\nb.csv", "a\u202etxt.csv"])
def test_control_characters_in_a_file_name_are_shown_escaped(desk: Desk, name: str) -> None:
    desk.write(name, "Kundenr;Oprettet\n1;2024-01-13\n")
    export = desk.read("*.csv", columns={"customer_id": "Kundenr"})

    assert export.rows == 1
    assert export.files[0].path.isprintable()
    assert all(line.isprintable() for line in inspect_file(desk.root / name).as_text().splitlines())


def test_a_file_name_that_is_no_text_is_read(desk: Desk) -> None:
    desk.write("a.csv", "Kundenr;Oprettet\n1;2024-01-13\n").rename(desk.root / "a\udcff.csv")
    export = desk.read("*.csv", columns={"customer_id": "Kundenr"})

    assert [(file.path, file.rows) for file in export.files] == [("a\\udcff.csv", 1)]


def sample_tables() -> list[tuple[str, list[list[str]]]]:
    """The first records of every delimited export of both operators, the header among them."""
    tables = []
    for operator in ("bizzy", "kazoom"):
        audit = load_audit(ROOT / "audits" / operator)
        for name, spec in audit.exports.items():
            for path in sorted(audit.root.glob(spec.files)):
                if path.suffix in {".csv", ".txt"} and spec.format != "asterisk":
                    head = file_source(path, name).head()
                    sample = sniffing.take_sample(
                        head, sniffing.sniff_encoding(head, shown=name, export=name), complete=True
                    )
                    delimiter = sniffing.sniff_delimiter(
                        sample, shown=name, export=name, declared=spec.delimiter
                    )
                    tables.append(
                        (f"{operator} {name}", sniffing.sample_records(sample, delimiter))
                    )
    return tables


SAMPLE_TABLES = dict(sample_tables())


@pytest.mark.parametrize("name", SAMPLE_TABLES)
def test_every_sample_export_has_a_header_by_its_look_and_no_record_looks_like_one(
    name: str,
) -> None:
    header, *records = SAMPLE_TABLES[name]

    assert header_of([header, *records], len(header))[0]
    assert not [
        place
        for place in range(min(20, len(records)))
        if header_of(records[place:], len(header))[0]
    ]


@pytest.mark.parametrize("name", SAMPLE_TABLES)
def test_the_first_record_of_a_sample_export_in_the_place_of_its_header_is_not_said(
    desk: Desk, name: str
) -> None:
    header, *records = SAMPLE_TABLES[name]
    written = io.StringIO(newline="")
    csv.writer(written, delimiter=";").writerows(records[:50])
    desk.write("a.csv", written.getvalue())
    said = (
        desk.refusal("a.csv", columns={"notes": header[0]})
        + inspect_file(desk.root / "a.csv").as_text()
    )

    assert says_nothing_of(
        said,
        [
            [
                value
                for value in records[0]
                if len(value) > 4 and any(letter.isdigit() for letter in value)
            ]
        ],
    )
