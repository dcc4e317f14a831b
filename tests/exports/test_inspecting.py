"""What ``teleaudit inspect`` says of a file, and that an audit accepts it."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import xlsxwriter
from pydantic import ValidationError
from ruamel.yaml import YAML

from teleaudit.checks.runner import CheckRunner
from teleaudit.engines.duckdb import DuckDBEngine
from teleaudit.errors import ExportError
from teleaudit.exports import ReadExport, read_export
from teleaudit.exports.inspection import Inspection, inspect_file
from teleaudit.rules.audit_file import ExportSpec, load_audit
from teleaudit.rules.rulebook import rulebook_of
from teleaudit.rules.undecided import UNDECIDED
from teleaudit.rules.verdicts import Verdict
from teleaudit.schema import TABLES
from teleaudit.workspace import package_workspace
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
    assert (
        inspection.format,
        inspection.encoding,
        inspection.delimiter,
        inspection.table,
        inspection.rows,
    ) == ("csv", "utf-8", ",", "cdr", 2)
    assert {
        column.header: column.suggested for column in inspection.columns if column.suggested
    } == {
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
    assert (
        inspect_file(desk.write("Kunder 2026.csv", text, "windows-1252")).as_yaml() == "exports:\n"
        "  kunder_2026:\n"
        "    # Formentlig Kundestamdata (crm_customer): 5 af 5 overskrifter er genkendt, og alle"
        " nødvendige kolonner er\n"
        "    # fundet.\n"
        "    table: crm_customer\n"
        "    files: Kunder 2026.csv\n"
        "    format: csv\n"
        "    encoding: windows-1252\n"
        "    delimiter: ;\n"
        "    decimal: ','\n"
        "    dates: dd-mm-yyyy # set i værdierne\n"
        "    column_dates:\n"
        "      end_date: yyyy-mm-dd\n"
        "    columns:\n"
        "      customer_id: Kundenr # heltal\n"
        "      name: Navn # tekst\n"
        "      created_at: Oprettet # dato\n"
        "      end_date: Ophørsdato # dato\n"
        "      open_balance: Saldo # tal\n"
    )


def test_the_text_holds_no_value(desk: Desk) -> None:
    text = inspect_file(desk.write("mobile_cdr.csv", CALLS)).as_text()
    assert "EventTimestamp  time" in text
    assert [
        value
        for line in CALLS.splitlines()[1:]
        for value in line.split(",")
        if len(value) > 3 and value in text
    ] == []


def test_dates_that_cannot_be_told_are_a_question_in_the_entry(desk: Desk) -> None:
    inspection = inspect_file(desk.write("kunder.csv", "Kundenr;Oprettet\n1;05-06-2025\n"))
    assert (
        '      created_at: "?" # AFGØR: "Oprettet" kan læses på flere måder: dd-mm-yyyy eller'
        " mm-dd-yyyy.\n" in inspection.as_yaml()
    )
    assert "! created_at: ambiguous dates: write dd-mm-yyyy" in inspection.as_text()
    with pytest.raises(ValidationError, match=r"column_dates\.created_at"):
        accepted(desk, inspection)


def test_asterisk_is_recognised(desk: Desk) -> None:
    call = (
        '"acc","1","2","c","x","a","b","Dial","","2026-02-13 14:05:00",,"2026-02-13'
        ' 14:06:00",60,50,"ANSWERED","DOCUMENTATION","17.1"\n'
    )
    inspection = inspect_file(desk.write("Master.csv", call))
    assert (inspection.format, inspection.table) == ("asterisk", "cdr")
    assert desk.rows(accepted(desk, inspection), "call_id", "start_at") == [
        ("17.1", wall_clock(2026, 2, 13, 14, 5))
    ]


@pytest.mark.parametrize("name", ["kunder.parquet", "kunder.jsonl"])
def test_other_formats_are_recognised(desk: Desk, name: str) -> None:
    path = desk.root / name
    if name.endswith("jsonl"):
        path.write_text('{"customer_id": 1, "created_at": "2026-02-13"}\n', encoding="utf-8")
    else:
        pq.write_table(pa.table({"customer_id": [1], "created_at": [dt.date(2026, 2, 13)]}), path)
    inspection = inspect_file(path)
    assert inspection.table == "crm_customer"
    assert desk.rows(accepted(desk, inspection), "customer_id", "created_at") == [
        ("1", dt.date(2026, 2, 13))
    ]


def test_headers_that_fit_no_table_are_said(desk: Desk) -> None:
    inspection = inspect_file(desk.write("vejr.csv", "Station;Temperatur\n1;2,5\n"))
    assert inspection.table is None
    assert '    table: "?" # AFGØR: hvilken tabel?' in inspection.as_yaml()


def test_a_long_file_is_looked_at_in_part_and_said_so(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("teleaudit.readers.hashed_file.CHUNK_BYTES", 1_000)
    inspection = inspect_file(
        desk.write("kunder.csv", "Kundenr;Navn\n" + "1;a\n" * 5_000), limit=100
    )
    assert not inspection.is_complete
    assert f"looked at the first {inspection.rows:,} rows" in inspection.as_text()


@pytest.mark.parametrize(
    ("content", "message"),
    [("", "kunder.csv is empty."), (b"%PDF-1.7", "kunder.csv is a PDF document")],
)
def test_what_cannot_be_read_is_refused(desk: Desk, content: str | bytes, message: str) -> None:
    with pytest.raises(ExportError, match=message):
        inspect_file(desk.write("kunder.csv", content))


def test_a_missing_file_is_refused(desk: Desk) -> None:
    with pytest.raises(ExportError, match="no file"):
        inspect_file(desk.root / "ingen.csv")


# Ties, what is missing, dates that are open


def test_a_tie_is_shown_and_not_guessed(desk: Desk) -> None:
    inspection = inspect_file(
        desk.write(
            "kunder.csv",
            "Kundenr;Oprettet;Ophørsdato;Slutdato\n1;13-01-2020;14-02-2025;15-03-2025\n",
        )
    )
    assert (
        '      end_date: "?" # AFGØR: "Ophørsdato" eller "Slutdato"? Eller slet linjen.\n'
        in inspection.as_yaml()
    )
    # which an audit refuses; whoever asks without one finds no column of that name
    assert "end_date" not in accepted(desk, inspection).columns
    assert '! end_date: "Ophørsdato" or "Slutdato"?' in inspection.as_text()
    assert inspection.as_text().count("end_date?") == 2


def test_what_rules_need_and_nobody_found_is_said_with_the_nearest_header(desk: Desk) -> None:
    inspection = inspect_file(
        desk.write("kunder.csv", "Kundenr;Oprettet;Sidste dag\n1;13-01-2020;14-02-2025\n")
    )
    assert (
        "    # Reglerne skal bruge, men ingen overskrift passer: end_date (nærmest: "
        '"Sidste dag").\n' in inspection.as_yaml()
    )
    assert '! Needed by rules, not found: end_date (nearest: "Sidste dag")' in inspection.as_text()


def test_what_only_some_rules_ask_for_is_said_to_a_reader(desk: Desk) -> None:
    text = inspect_file(
        desk.write("opkald.csv", "Starttid;A-nr;B-nr\n2026-01-13 10:00:00;20202020;30303030\n")
    ).as_text()
    assert "! Asked for by some rules, not found: customer_id, duration_s, invoice_id" in text
    assert "Needed by rules" not in text


MIXED = "Kundenr;Navn;Oprettet;Ophørsdato\n1;a;13-01-2018;01-12-2025\n2;b;19-02-2018;01-11-2025\n"


def test_a_column_that_proves_its_dates_does_not_speak_for_one_that_does_not(desk: Desk) -> None:
    inspection = inspect_file(desk.write("kunder.csv", MIXED))
    entry = YAML(typ="safe").load(inspection.as_yaml())["exports"]["kunder"]
    assert "dates" not in entry
    assert entry["column_dates"] == {"created_at": "dd-mm-yyyy", "end_date": UNDECIDED}
    del entry["column_dates"]["end_date"]
    spec = ExportSpec.model_validate(entry)
    with pytest.raises(ExportError, match='column "Ophørsdato": every date could be day-month'):
        read_export("kunder", spec, root=desk.root, work=desk.work)


def test_dates_that_only_the_first_rows_leave_open_are_left_to_the_whole_file(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("teleaudit.readers.hashed_file.CHUNK_BYTES", 1_000)
    path = desk.write("kunder.csv", "Kundenr;Oprettet\n" + "1;05-06-2025\n" * 5_000)
    entry = inspect_file(path, limit=100).as_yaml()

    assert UNDECIDED in inspect_file(path).as_yaml()
    assert UNDECIDED not in entry
    assert "# created_at: datoerne i de første" in entry


def test_the_answer_to_the_question_is_read(desk: Desk) -> None:
    answered = (
        inspect_file(desk.write("kunder.csv", MIXED))
        .as_yaml()
        .replace('end_date: "?"', "end_date: mm-dd-yyyy")
    )
    spec = ExportSpec.model_validate(YAML(typ="safe").load(answered)["exports"]["kunder"])
    assert desk.rows(read_export("kunder", spec, root=desk.root, work=desk.work), "end_date") == [
        (dt.date(2025, 1, 12),),
        (dt.date(2025, 1, 11),),
    ]


def test_a_tie_of_open_dates_keeps_its_question(desk: Desk) -> None:
    text = "Kundenr;Oprettet;Ophørsdato;Slutdato\n1;13-01-2018;01-12-2025;01-12-2025\n"
    chosen = (
        inspect_file(desk.write("kunder.csv", text))
        .as_yaml()
        .replace('end_date: "?"', "end_date: Slutdato")
    )
    spec = ExportSpec.model_validate(YAML(typ="safe").load(chosen)["exports"]["kunder"])
    with pytest.raises(ExportError, match='column "Slutdato": every date could be day-month'):
        read_export("kunder", spec, root=desk.root, work=desk.work)


def test_an_empty_date_column_is_no_question(desk: Desk) -> None:
    entry = inspect_file(
        desk.write("kunder.csv", "Kundenr;Oprettet;Ophørsdato\n1;13-01-2018;\n")
    ).as_yaml()
    assert "    dates: dd-mm-yyyy #" in entry


def test_dates_of_no_known_format_are_said(desk: Desk) -> None:
    entry = inspect_file(
        desk.write("opkald.csv", "Starttid;A-nr;B-nr\n13. januar 2026;20202020;30303030\n")
    ).as_yaml()
    assert "    # start_at: intet kendt datoformat passer til værdierne.\n" in entry


def test_an_invoices_number_stands_for_its_id_and_is_read_as_both(desk: Desk) -> None:
    inspection = inspect_file(
        desk.write(
            "fakturaer.csv", "Fakturanummer;Kundenr;Fakturadato\n7;1;13-01-2026\n8;1;14-01-2026\n"
        )
    )
    assert "invoice_id, invoice_no" in inspection.as_text()
    assert desk.rows(accepted(desk, inspection), "invoice_id", "invoice_no") == [
        ("7", "7"),
        ("8", "8"),
    ]


# What stands in the columns

TALK = (
    "Hej skat, kan du hente børnene i dag?",
    "Jeg er forsinket, vi ses om en time :)",
    "Husk mælk og brød når du kommer hjem",
    "Tillykke med fødselsdagen min ven!",
)
MESSAGES = "Besked_id;Sendt;Afsender;Modtager;Tekst;Status\n" + "".join(
    f"M{number};2026-01-13"
    f" 10:{number % 60:02}:00;{20202020 + number};{30303030 + number};{TALK[number % 4]}"
    f" {number};OK\n"
    for number in range(40)
)


def test_a_gateways_log_of_messages_is_teledata_and_says_so(desk: Desk) -> None:
    inspection = inspect_file(desk.write("sms_log.csv", MESSAGES))
    assert (inspection.table, inspection.alike, inspection.messages) == (
        "cdr",
        (),
        ("Afsender", "Modtager", "Tekst"),
    )
    assert (
        '    # "Tekst" rummer beskeders tekst, ved siden af afsender ("Afsender") og modtager'
        ' ("Modtager").' in inspection.as_yaml()
    )
    assert [line for line in inspection.as_text().splitlines() if line.startswith('! "Tekst"')] == [
        (
            '! "Tekst" holds the text of messages, beside sender ("Afsender") and recipient'
            ' ("Modtager").'
        )
    ]
    assert set(accepted(desk, inspection).columns) == {
        "call_id",
        "start_at",
        "a_number",
        "b_number",
    }


def test_the_audit_finds_the_texts_of_a_log_that_is_mapped_as_proposed(desk: Desk) -> None:
    export = accepted(desk, inspect_file(desk.write("sms_log.csv", MESSAGES)))
    engine = DuckDBEngine(spill=desk.work / "spill")
    try:
        bench = CheckRunner(
            audit := load_audit(package_workspace() / "audits" / "bizzy"),
            rulebook_of(audit).suites,
            [export],
            engine,
            as_of=dt.date(2026, 11, 22),
        )
        verdicts = {result.id: result.verdict for result in bench.run(("message_content",))}
    finally:
        engine.close()
    assert verdicts["BIZ-tele-2.cdr"] is Verdict.FAIL


def test_messages_with_a_customer_could_be_either_and_both_are_said(desk: Desk) -> None:
    inspection = inspect_file(
        desk.write("log.csv", MESSAGES.replace("Status", "Kundenr").replace(";OK", ";1000"))
    )
    assert {inspection.table, *inspection.alike} == {"crm_interaction", "cdr"}
    assert "fits as well as" in inspection.as_text()
    assert '    table: "?" # AFGØR: ' in inspection.as_yaml()
    assert "rummer beskeders tekst" in inspection.as_yaml()


def test_correspondence_may_hold_text(desk: Desk) -> None:
    rows = "".join(
        f"S{number};1;2026-01-13 10:00:00;{TALK[number % 4]} {number}\n" for number in range(40)
    )
    inspection = inspect_file(
        desk.write("korrespondance.csv", "Sagsnr;Kundenr;Tidspunkt;Notat\n" + rows)
    )
    assert inspection.table == "crm_interaction"
    assert "!" not in inspection.as_text().replace("! Asked", "")


def test_cards_in_correspondence_are_said_and_that_it_holds_text_is_not(desk: Desk) -> None:
    rows = "".join(
        f"S{number};1;2026-01-13 10:00:00;{TALK[number % 4]} {number}"
        f" {'4571 2345 6789 0112' if number % 5 == 0 else ''}\n"
        for number in range(40)
    )
    text = inspect_file(
        desk.write("korrespondance.csv", "Sagsnr;Kundenr;Tidspunkt;Notat\n" + rows)
    ).as_text()
    assert '! "Notat" looks like it holds card numbers.' in text


def test_sites_outside_teledata_are_for_a_person(desk: Desk) -> None:
    rows = "".join(
        f"{number};;13-01-2020;https://www.avis{number}.dk/sport\n" for number in range(30)
    )
    text = inspect_file(
        desk.write("kunder.csv", "Kundenr;Ophørsdato;Oprettet;Set\n" + rows)
    ).as_text()
    assert '! "Set" may hold visited sites.' in text


def test_cards_and_cpr_numbers_are_said_by_kind_and_never_shown(desk: Desk) -> None:
    card, person = "4571 2345 6789 0112", "010170-1234"
    text = "Kundenr;Navn;Ophørsdato;Oprettet;Noter;Felt 7\n" + "".join(
        f"{1000 + row};N{row};;13-01-2020;Kort {card};{person}\n" for row in range(30)
    )
    inspection = inspect_file(desk.write("kunder.csv", text))
    assert {column.header: column.holds for column in inspection.columns if column.holds} == {
        "Noter": ("card",),
        "Felt 7": ("cpr",),
    }
    shown = inspection.as_text() + inspection.as_yaml()
    assert '! "Noter" looks like it holds card numbers.' in shown
    assert card not in shown
    assert person not in shown


def test_what_is_to_be_decided_stands_before_the_columns(desk: Desk) -> None:
    lines = inspect_file(desk.write("kunder.csv", MIXED)).as_text().splitlines()
    problems = [place for place, line in enumerate(lines) if line.startswith("!")]
    table = next(place for place, line in enumerate(lines) if line.startswith("column"))
    assert problems
    assert max(problems) < table
    assert (
        len(
            {
                line.index(word)
                for line, word in zip(
                    lines[table:],
                    ("looks like", "whole number", "text", "date", "date"),
                    strict=True,
                )
            }
        )
        == 1
    )


def test_values_have_looks(desk: Desk) -> None:
    text = "a;b;c;d;e\n" + "ole@example.dk;+4520202020;10.0.0.1;2026-01-13;13585628\n" * 6
    looks = [column.looks_like for column in inspect_file(desk.write("ting.csv", text)).columns]
    assert looks == ["e-mail", "phone number", "IP address", "date", "CVR number"]


def test_a_header_over_two_lines_is_no_line_of_yaml(desk: Desk) -> None:
    entry = inspect_file(
        desk.write(
            "kunder.csv",
            'Kundenr;Oprettet;"Ophørs\ndato";"Slut\ndato"\n1;13-01-2020;14-02-2025;15-03-2025\n',
        )
    ).as_yaml()
    assert YAML(typ="safe").load(entry)["exports"]["kunder"]["columns"] == {
        "customer_id": "Kundenr",
        "created_at": "Oprettet",
        "end_date": UNDECIDED,
    }


def test_words_that_no_rule_knows_are_proposed_for_a_person_to_confirm(tmp_path: Path) -> None:
    file = tmp_path / "anmodninger.csv"
    rows = [
        "1;K1;indsigt;13-01-2026;14-01-2026;henlagt",
        "2;K2;sletning;15-01-2026;20-01-2026;henlagt",
        "3;K3;indsigt;13-02-2026;24-02-2026;imødekommet",
    ]
    file.write_text(
        "\n".join(["Anmodningsnr;Kundenr;Type;Modtaget;Afsluttet;Udfald", *rows]), encoding="utf-8"
    )
    found = inspect_file(file)

    assert found.words == {"outcome": ("henlagt",)}
    entry = (
        '    #   outcome:  # known: imødekommet, delvist, afslag, andet\n    #     "henlagt":'
        " andet\n"
    )
    assert entry in found.as_yaml()
    assert (
        "! Words that no rule knows, in outcome: say under values which word each stands for."
        in found.as_text()
    )


def test_names_in_a_column_of_words_are_no_words(tmp_path: Path) -> None:
    file = tmp_path / "anmodninger.csv"
    rows = [
        "1;K1;indsigt;13-01-2026;14-01-2026;Anders Holm",
        "2;K2;sletning;15-01-2026;20-01-2026;imødekommet",
    ]
    file.write_text(
        "\n".join(["Anmodningsnr;Kundenr;Type;Modtaget;Afsluttet;Udfald", *rows]), encoding="utf-8"
    )

    assert "Holm" not in inspect_file(file).as_yaml() + inspect_file(file).as_text()


CALL_LIST = (
    "Løbenr;Kundenummer;Fra nummer;Til nummer;Starttidspunkt;Varighed"
    " (sek);Type;Bilagsnr;Fritekst\n"
    + "".join(
        f"{number};K{number % 9};{20202020 + number};{30303030 + number};{1 + number % 28:02}-01-2026"
        f" 10:{number % 60:02}:00;61;{'SMS' if number < 2 else 'Tale'};{500 + number};"
        f"{TALK[number] if number < 2 else ''}\n"
        for number in range(60)
    )
)


def test_a_list_of_a_customers_calls_is_teledata_though_two_messages_stand_in_it(
    desk: Desk,
) -> None:
    inspection = inspect_file(desk.write("opkald.csv", CALL_LIST))
    assert (inspection.table, inspection.alike) == ("cdr", ())
    assert inspection.mapping == {
        "call_id": "Løbenr",
        "customer_id": "Kundenummer",
        "a_number": "Fra nummer",
        "b_number": "Til nummer",
        "start_at": "Starttidspunkt",
        "duration_s": "Varighed (sek)",
        "record_type": "Type",
        "invoice_id": "Bilagsnr",
    }
    assert (
        len([line for line in inspection.as_text().splitlines() if line.startswith('! "Fritekst"')])
        == 1
    )


def test_a_column_that_is_only_named_for_messages_is_not_said_to_hold_them(desk: Desk) -> None:
    rows = "".join(
        f"M{number};2026-01-13"
        f" 10:{number:02}:00;{20202020 + number};{30303030 + number};{number % 3}\n"
        for number in range(40)
    )
    text = inspect_file(
        desk.write(
            "sms_log.csv",
            "Besked_id;Sendt;Afsender;Modtager;Beskedtekst\n" + rows.replace(";0\n", ";ja\n"),
        )
    ).as_text()
    assert (
        '! "Beskedtekst" may hold the text of messages, beside sender ("Afsender") and recipient'
        ' ("Modtager").' in text
    )


def test_a_person_may_say_which_table_it_is(desk: Desk) -> None:
    inspection = inspect_file(desk.write("opkald.csv", CALL_LIST), table="interconnect")
    assert (inspection.table, inspection.alike, inspection.mapping["record_id"]) == (
        "interconnect",
        (),
        "Løbenr",
    )


def test_tables_that_fit_as_well_are_named_with_the_way_to_choose(desk: Desk) -> None:
    inspection = inspect_file(
        desk.write(
            "aftaler.csv",
            "Aftalenr;Kundenummer;Produkt;Underskriftsdato;Opsagt"
            " pr.\n1;2;Fri;13-01-2025;13-01-2026\n",
        )
    )
    assert (
        '    table: "?" # AFGØR: agreement eller subscription. Kolonnerne herunder er læst som'
        " agreement.\n" in inspection.as_yaml()
    )
    assert "teleaudit inspect FIL --table NAVN" in inspection.as_yaml()
    assert (
        "! As table, subscription fits as well as agreement: say which it is. inspect --table"
        " NAME prints the entry of another." in inspection.as_text()
    )


def test_words_of_an_open_vocabulary_are_no_question(desk: Desk) -> None:
    rows = "".join(
        f"{number};13-01-2020;;{'Ophørt' if number % 3 else 'Aktiv'}\n" for number in range(9)
    )
    inspection = inspect_file(
        desk.write("kunder.csv", "Kundenr;Oprettet;Ophørsdato;Kundestatus\n" + rows)
    )
    assert (inspection.mapping["status"], inspection.words) == ("Kundestatus", {})
    assert "values" not in inspection.as_yaml() + inspection.as_text()


def test_headers_of_a_small_operators_customers_are_known(desk: Desk) -> None:
    text = (
        "Kundenummer;Segment;Tilmeldt den;Udmeldt"
        " den;Sagsbehandlernote\n1;Privat;13-01-2020;;Ringer\n"
    )
    assert inspect_file(desk.write("kunder.csv", text)).mapping == {
        "customer_id": "Kundenummer",
        "customer_type": "Segment",
        "created_at": "Tilmeldt den",
        "end_date": "Udmeldt den",
        "notes": "Sagsbehandlernote",
    }


def test_a_column_that_no_rule_rests_on_is_not_said_to_be_needed_by_rules(desk: Desk) -> None:
    inspection = inspect_file(
        desk.write("vagter.csv", "Medarbejdernr;Gyldig fra\nM1;13-01-2026\n"), table="staff_roster"
    )
    assert TABLES["staff_roster"].column("role").required
    assert "role" not in inspection.mapping
    assert "role" not in {name for name, _ in inspection.missing}


def test_the_sheet_that_was_looked_at_is_named(desk: Desk) -> None:
    workbook = xlsxwriter.Workbook(str(desk.root / "fakturaer.xlsx"))
    sheet = workbook.add_worksheet("Fakturaer")
    sheet.write_row(0, 0, ("Fakturanr", "Kundenr"))
    sheet.write_row(1, 0, ("7", "1"))
    workbook.add_worksheet("Vejledning").write(0, 0, "Lavet af bogholderiet")
    workbook.close()
    assert (
        inspect_file(desk.root / "fakturaer.xlsx")
        .as_text()
        .startswith("fakturaer.xlsx: excel, sheet 'Fakturaer', ")
    )
