"""What a folder of unknown exports is taken for, and how it is written into an audit file."""

from __future__ import annotations

import os
import zipfile
from collections.abc import Sequence
from pathlib import Path

import pytest
import xlsxwriter
from ruamel.yaml import YAML

from teleaudit.errors import UserError
from teleaudit.exports import read_export
from teleaudit.exports.surveying import (
    Survey,
    as_entries,
    as_lines,
    as_not_held,
    survey_folder,
)
from teleaudit.rules.audit_file import ExportSpec
from teleaudit.rules.undecided import UNDECIDED, undecided_places
from teleaudit.schema import TABLES

CALLS = "Opkaldsnummer;Starttid;Varighed (sek);Ringer;Kaldt nummer;Kundenummer;Fakturanummer\n"
CUSTOMERS = "Kundenr;Navn;Oprettet;Ophørsdato\n"


def write(root: Path, name: str, text: str, encoding: str = "utf-8") -> None:
    path = root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding=encoding)


def call(day: str, number: int) -> str:
    return f"C{number};{day} 10:00:00;{60 + number};4520202020;4530303030;K{number};F{number}\n"


def month(number: int) -> str:
    return CALLS + "".join(call(f"2026-{number:02}-{day:02}", day) for day in (3, 14, 27))


def taken(survey: Survey) -> dict[str, tuple[str, str | None, int]]:
    """Files -> name, table and number of files of each proposal."""
    return {one.files: (one.name, one.inspection.table, one.count) for one in survey.proposals}


def entries(survey: Survey) -> dict[str, dict[str, object]]:
    """What the audit file would hold under exports."""
    found = YAML(typ="safe", pure=True).load(f"exports:{as_entries(survey)}")["exports"]
    return found or {}


# Which files are one export


def test_the_months_of_one_log_are_one_export_wherever_they_lie(tmp_path: Path) -> None:
    for number in (1, 2, 10):
        write(tmp_path, f"teledata/cdr_2026_{number:02}.csv", month(number))
    write(tmp_path, "crm/kunder.csv", CUSTOMERS + "1;A;13-01-2020;14-02-2025\n")

    assert taken(survey_folder(tmp_path)) == {
        "crm/kunder.csv": ("kunder", "crm_customer", 1),
        "teledata/cdr_*.csv": ("cdr", "cdr", 3),
    }


@pytest.mark.parametrize(
    "other", [CUSTOMERS + "1;A;13-01-2020;14-02-2025\n", CALLS + call("27-02-2026", 1)]
)
def test_other_headers_and_other_ways_of_writing_are_exports_of_their_own(
    tmp_path: Path, other: str
) -> None:
    write(tmp_path, "cdr_2026_01.csv", month(1))
    write(tmp_path, "cdr_2026_02.csv", other)

    assert list(taken(survey_folder(tmp_path))) == ["cdr_2026_01.csv", "cdr_2026_02.csv"]


def test_a_pattern_finds_no_file_of_another_kind(tmp_path: Path) -> None:
    for name in ("cdr_2026_01.csv", "cdr_2026_02.csv"):
        write(tmp_path, name, month(1))
    write(tmp_path, "cdr_noter.csv", "Bare en linje\n")

    assert list(taken(survey_folder(tmp_path))) == ["cdr_2026_0*.csv"]


def test_one_month_of_open_dates_is_settled_by_another(tmp_path: Path) -> None:
    for number, day in ((1, "05-06-2025"), (2, "28-02-2025")):
        write(tmp_path, f"kunder_{number}.csv", f"{CUSTOMERS}{number};A;{day};{day}\n")
    (entry,) = entries(survey_folder(tmp_path)).values()

    assert (entry["files"], entry["dates"]) == ("kunder_*.csv", "dd-mm-yyyy")


def test_a_month_of_mixed_dates_is_not_settled_by_another(tmp_path: Path) -> None:
    write(tmp_path, "kunder_1.csv", f"{CUSTOMERS}1;A;28-02-2025;28-02-2025\n")
    write(
        tmp_path,
        "kunder_2.csv",
        f"{CUSTOMERS}2;B;28-02-2025;28-02-2025\n3;C;2025-02-28;28-02-2025\n",
    )

    assert undecided(survey_folder(tmp_path)) == ["kunder.column_dates.created_at"]


def test_an_encoding_that_differs_is_left_to_each_file(tmp_path: Path) -> None:
    write(tmp_path, "kunder_1.csv", CUSTOMERS + "1;Anna;13-01-2020;14-02-2025\n", "cp1252")
    write(tmp_path, "kunder_2.csv", CUSTOMERS + "2;Ærø;13-01-2020;14-02-2025\n", "utf-8")
    write(tmp_path, "kunder_3.csv", CUSTOMERS + "3;Åse;13-01-2020;14-02-2025\n", "cp1252")
    (entry,) = entries(survey_folder(tmp_path)).values()

    assert entry["files"] == "kunder_*.csv"
    assert "encoding" not in entry


def test_files_of_one_name_in_two_folders_get_two_names(tmp_path: Path) -> None:
    for folder in ("nord", "syd"):
        write(tmp_path, f"{folder}/kunder.csv", CUSTOMERS + "1;A;13-01-2020;14-02-2025\n")

    assert [one.name for one in survey_folder(tmp_path).proposals] == ["kunder", "syd_kunder"]


def test_the_files_of_an_archive_are_exports_by_their_kind(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "pakke.zip", "w") as archive:
        for number in (1, 2):
            archive.writestr(f"cdr_2026_{number:02}.csv", month(number))
        archive.writestr("kunder.csv", CUSTOMERS + "1;A;13-01-2020;14-02-2025\n")
        archive.writestr("kunde 010170-1235.csv", CUSTOMERS + "1;A;13-01-2020;14-02-2025\n")
    survey = survey_folder(tmp_path)

    assert taken(survey) == {
        "pakke.zip/cdr_*.csv": ("cdr", "cdr", 2),
        "pakke.zip/kunder.csv": ("kunder", "crm_customer", 1),
    }
    assert [left.file for left in survey.left_out] == ["pakke.zip/(name withheld 1).csv"]
    for name, entry in entries(survey).items():
        work = tmp_path / "work"
        work.mkdir(exist_ok=True)
        read = read_export(name, ExportSpec.model_validate(entry), root=tmp_path, work=work)
        assert (read.problem, read.rows) == (None, 6 if name == "cdr" else 1)


# What is left out


def test_what_is_no_table_is_left_out_with_what_to_export_instead(tmp_path: Path) -> None:
    (tmp_path / "aftale.pdf").write_bytes(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n<<>>\nendobj\n")
    write(tmp_path, "laes_mig.txt", "Her ligger udtrækkene.\nSpørg Jens.\n")
    write(tmp_path, ".skjult.csv", CUSTOMERS)
    survey = survey_folder(tmp_path)

    assert survey.proposals == ()
    assert {left.file for left in survey.left_out} == {"aftale.pdf", "laes_mig.txt"}
    assert all("xport" in left.reason for left in survey.left_out)
    assert entries(survey) == {}


def test_a_table_that_fits_none_is_a_comment_and_stops_nothing(tmp_path: Path) -> None:
    write(tmp_path, "vejr.csv", "Station;Nedbør;Vind\nA;1,5;3\nB;2,5;4\n")
    survey = survey_folder(tmp_path)

    assert entries(survey) == {}
    assert '#    table: "?" # AFGØR:' in as_entries(survey)


def test_a_file_named_for_somebody_is_not_named_and_not_read(tmp_path: Path) -> None:
    write(tmp_path, "kunde 010170-1235.csv", CUSTOMERS + "1;A;13-01-2020;14-02-2025\n")
    survey = survey_folder(tmp_path)

    assert survey.proposals == ()
    assert "010170" not in "\n".join([*as_lines(survey), as_entries(survey)])


@pytest.mark.parametrize("made", [False, True])
def test_a_folder_that_is_not_there_or_empty_is_refused(tmp_path: Path, *, made: bool) -> None:
    if made:
        (tmp_path / "tom").mkdir()
    with pytest.raises(UserError, match="no file in" if made else "no folder"):
        survey_folder(tmp_path / "tom")


def test_a_folder_that_may_not_be_listed_does_not_look_empty(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path, "kunder.csv", CUSTOMERS + "1;A;13-01-2020;14-02-2025\n")
    write(tmp_path, "lukket/opkald.csv", month(1))
    listed = os.scandir

    def scandir(path: str) -> object:
        if str(path).endswith("lukket"):
            raise PermissionError(13, "Permission denied", str(path))
        return listed(path)

    monkeypatch.setattr(os, "scandir", scandir)
    with pytest.raises(UserError, match="lukket cannot be read: permission denied"):
        survey_folder(tmp_path)


# What the audit file says


def undecided(survey: Survey) -> Sequence[str]:
    return [".".join(map(str, place)) for place in undecided_places(entries(survey))]


def test_what_a_person_must_choose_is_a_question_mark(tmp_path: Path) -> None:
    write(
        tmp_path,
        "kunder.csv",
        "Kundenr;Oprettet;Ophørsdato;Slutdato\n1;05-06-2020;14-02-2025;15-03-2025\n",
    )
    write(
        tmp_path,
        "aftaler.csv",
        "Aftalenr;Kundenummer;Produkt;Underskriftsdato;Opsagt pr.\n1;2;Fri;13-01-2025;13-01-2026\n",
    )
    survey = survey_folder(tmp_path)

    assert undecided(survey) == [
        "aftaler.table",
        "kunder.column_dates.created_at",
        "kunder.columns.end_date",
    ]
    text = as_entries(survey)
    assert text.count(f'"{UNDECIDED}" # AFGØR: ') == 3
    assert '"Oprettet" kan læses på flere måder: dd-mm-yyyy eller mm-dd-yyyy' in text
    assert '"Ophørsdato" eller "Slutdato"?' in text


def workbook(path: Path, sheets: Sequence[tuple[str, Sequence[str]]]) -> None:
    with xlsxwriter.Workbook(path) as book:
        for name, header in sheets:
            sheet = book.add_worksheet(name)
            sheet.write_row(0, 0, header)
            sheet.write_row(1, 0, ["7", "1", "13-01-2025"][: len(header)])


@pytest.mark.parametrize("packed", [False, True])
def test_sheets_that_begin_alike_are_one_export_and_others_are_their_own(
    tmp_path: Path, *, packed: bool
) -> None:
    invoice = ("Fakturanr", "Kundenr", "Fakturadato")
    sheets = [
        ("2025", invoice),
        ("Kunder", ("Kundenr", "Navn", "Oprettet")),
        ("2026", invoice),
        ("Vejr", ("Station", "Nedbør")),
    ]
    workbook(tmp_path / "udtræk.xlsx", sheets)
    if packed:
        with zipfile.ZipFile(tmp_path / "pakke.zip", "w") as archive:
            archive.write(tmp_path / "udtræk.xlsx", "udtræk.xlsx")
            archive.writestr("læs.txt", "Hej\n")
        (tmp_path / "udtræk.xlsx").unlink()
    survey = survey_folder(tmp_path)

    assert {name: (entry["table"], entry["sheet"]) for name, entry in entries(survey).items()} == {
        "udtraek_2025": ("invoice", ["2025", "2026"]),
        "udtraek_kunder": ("crm_customer", "Kunder"),
    }
    assert "#    sheet: Vejr" in as_entries(survey)
    for entry in entries(survey).values():
        ExportSpec.model_validate(entry)


def test_a_sheet_named_for_somebody_leaves_the_choice_to_a_person(tmp_path: Path) -> None:
    sheets = [("010170-1235", ("Fakturanr", "Kundenr", "Fakturadato")), ("Noter", ("Emne", "Art"))]
    workbook(tmp_path / "fakturaer.xlsx", sheets)
    survey = survey_folder(tmp_path)

    assert undecided(survey) == ["fakturaer.sheet"]
    assert "010170" not in "\n".join([*as_lines(survey), as_entries(survey)])


def test_every_entry_that_is_decided_is_accepted_and_none_holds_a_value(tmp_path: Path) -> None:
    write(tmp_path, "cdr_1.csv", month(1))
    write(tmp_path, "kunder.csv", CUSTOMERS + "1;Zornbjerg;13-01-2020;14-02-2025\n", "cp1252")
    survey = survey_folder(tmp_path)
    specs = {name: ExportSpec.model_validate(one) for name, one in entries(survey).items()}

    assert {name: spec.table for name, spec in specs.items()} == {
        "cdr_1": "cdr",
        "kunder": "crm_customer",
    }
    shown = "\n".join([*as_lines(survey), as_entries(survey)])
    assert not [value for value in ("Zornbjerg", "4520202020", "14-02-2025") if value in shown]


def test_tables_that_no_export_fills_stand_ready_to_be_declared(tmp_path: Path) -> None:
    write(tmp_path, "kunder.csv", CUSTOMERS + "1;A;13-01-2020;14-02-2025\n")
    lines = as_not_held(survey_folder(tmp_path)).splitlines()

    assert len(lines) == len(TABLES)  # a heading, and all but the one
    assert all(line.startswith("#") for line in lines)
    assert not [line for line in lines if "crm_customer:" in line]
