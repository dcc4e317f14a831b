"""What ``teleaudit inspect`` says of a file, and that an audit accepts it."""

from __future__ import annotations

import datetime as dt

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from ruamel.yaml import YAML

from teleaudit.audits import ExportSpec
from teleaudit.errors import ExportError
from teleaudit.exports import ReadExport, read_export
from teleaudit.exports.inspecting import Inspection, inspect_file
from tests.exports.desk import Desk, wall_clock

CALLS = """\
RecordID,SubscriberID,SubscriberRole,EventTimestamp,Direction,EventType,CallingNumber,CalledNumber,DurationSec,SMSLength,IMEI,IMSI,CellTowerID,TowerName,Latitude,Longitude,Country
A1,SUB01,USER,2026-06-14 14:25:16,MT,VOICE,+4570101010,+4520202020,305,,987434040562013,238017897922459,DK1,Himmelbjerget,56.1053,9.6845,DK
A2,SUB02,END_USER,2026-05-12 04:27:14,MO,SMS,+4570101011,+4520202021,,50,155988123182562,238018148423649,DK2,Ejer Bavnehøj,55.9767,9.8303,DK
"""


def accepted(desk: Desk, inspection: Inspection) -> ReadExport:
    """What reading comes to with the suggested entry."""
    entry = YAML(typ="safe").load(inspection.as_yaml())["exports"]
    [(name, spec)] = entry.items()
    return read_export(name, ExportSpec.model_validate(spec), root=desk.root, work=desk.work)


def test_a_mobile_operators_call_records_are_recognised(desk: Desk) -> None:
    inspection = inspect_file(desk.write("mobile_cdr.csv", CALLS))
    assert (inspection.format, inspection.encoding, inspection.delimiter, inspection.table, inspection.rows) == ("csv", "utf-8", ",", "cdr", 2)
    assert {column.header: column.suggested for column in inspection.columns if column.suggested} == {
        "RecordID": "call_id",
        "SubscriberID": "customer_id",
        "EventTimestamp": "start_at",
        "Direction": "direction",
        "EventType": "record_type",
        "CallingNumber": "a_number",
        "CalledNumber": "b_number",
        "DurationSec": "duration_s",
    }
    export = accepted(desk, inspection)
    assert desk.rows(export, "call_id", "start_at", "duration_s", "Latitude") == [
        ("A1", wall_clock(2026, 6, 14, 14, 25, 16), 305, "56.1053"),
        ("A2", wall_clock(2026, 5, 12, 4, 27, 14), None, "55.9767"),
    ]


def test_the_entry_is_yaml_to_paste(desk: Desk) -> None:
    text = "Kundenr;Navn;Oprettet;Ophørsdato;Saldo\n1;Ærø;13-01-2020;2025-02-14;1,5\n"
    assert inspect_file(desk.write("Kunder 2026.csv", text, "windows-1252")).as_yaml() == (
        "exports:\n"
        "  kunder_2026:\n"
        "    table: crm_customer\n"
        "    files: Kunder 2026.csv\n"
        "    format: csv\n"
        "    encoding: windows-1252\n"
        "    delimiter: ;\n"
        "    decimal: ','\n"
        "    dates: dd-mm-yyyy\n"
        "    column_dates:\n"
        "      end_date: yyyy-mm-dd\n"
        "    columns:\n"
        "      customer_id: Kundenr\n"
        "      name: Navn\n"
        "      created_at: Oprettet\n"
        "      end_date: Ophørsdato\n"
        "      open_balance: Saldo\n"
    )


def test_the_text_holds_no_value(desk: Desk) -> None:
    text = inspect_file(desk.write("mobile_cdr.csv", CALLS)).as_text()
    assert "EventTimestamp  time" in text
    assert [value for line in CALLS.splitlines()[1:] for value in line.split(",") if len(value) > 3 and value in text] == []


def test_dates_that_cannot_be_told_are_a_question_in_the_entry(desk: Desk) -> None:
    inspection = inspect_file(desk.write("kunder.csv", "Kundenr;Oprettet\n1;05-06-2025\n"))
    assert "    # created_at: ambiguous dates: write dd-mm-yyyy, or what it is, in column_dates\n" in inspection.as_yaml()
    with pytest.raises(ExportError, match="every date could be day-month"):
        accepted(desk, inspection)


def test_asterisk_is_recognised(desk: Desk) -> None:
    call = '"acc","1","2","c","x","a","b","Dial","","2026-02-13 14:05:00",,"2026-02-13 14:06:00",60,50,"ANSWERED","DOCUMENTATION","17.1"\n'
    inspection = inspect_file(desk.write("Master.csv", call))
    assert (inspection.format, inspection.table) == ("asterisk", "cdr")
    assert desk.rows(accepted(desk, inspection), "call_id", "start_at") == [("17.1", wall_clock(2026, 2, 13, 14, 5))]


@pytest.mark.parametrize("name", ["kunder.parquet", "kunder.jsonl"])
def test_other_formats_are_recognised(desk: Desk, name: str) -> None:
    path = desk.root / name
    if name.endswith("jsonl"):
        path.write_text('{"customer_id": 1, "created_at": "2026-02-13"}\n', encoding="utf-8")
    else:
        pq.write_table(pa.table({"customer_id": [1], "created_at": [dt.date(2026, 2, 13)]}), path)
    inspection = inspect_file(path)
    assert inspection.table == "crm_customer"
    assert desk.rows(accepted(desk, inspection), "customer_id", "created_at") == [("1", dt.date(2026, 2, 13))]


def test_headers_that_fit_no_table_are_said(desk: Desk) -> None:
    inspection = inspect_file(desk.write("vejr.csv", "Station;Temperatur\n1;2,5\n"))
    assert inspection.table is None
    assert "No table fits these headers. TABLE is one of: crm_customer" in inspection.as_yaml()


def test_a_long_file_is_looked_at_in_part_and_said_so(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("teleaudit.exports.fingerprints.CHUNK_BYTES", 1_000)
    inspection = inspect_file(desk.write("kunder.csv", "Kundenr;Navn\n" + "1;a\n" * 5_000), limit=100)
    assert not inspection.is_complete
    assert f"looked at the first {inspection.rows:,} rows" in inspection.as_text()


@pytest.mark.parametrize(("content", "message"), [("", "kunder.csv is empty."), (b"%PDF-1.7", "kunder.csv is a PDF document")])
def test_what_cannot_be_read_is_refused(desk: Desk, content: str | bytes, message: str) -> None:
    with pytest.raises(ExportError, match=message):
        inspect_file(desk.write("kunder.csv", content))


def test_a_missing_file_is_refused(desk: Desk) -> None:
    with pytest.raises(ExportError, match="no file"):
        inspect_file(desk.root / "ingen.csv")
