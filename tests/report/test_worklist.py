"""The worklist as it is worked off: in order of risk, in Danish, and whole."""

from __future__ import annotations

import csv
import datetime as dt
import gc
import itertools
import re
import resource
import stat
import sys
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any, get_args

import pytest
from python_calamine import load_workbook

from teleaudit.checks.worklist import RECORDS, Worklist, reference
from teleaudit.report.wording import load_words
from teleaudit.report.worklist import (
    COLUMNS,
    CONFIDENTIAL_CSV,
    DANISH_CSV,
    LISTS,
    MAX_LINES,
    WORKBOOK,
    ListName,
    as_text,
    checked,
    write_worklists,
)
from teleaudit.rules.audit_file import load_audit
from teleaudit.rules.response import Decision, Response
from teleaudit.rules.rulebook import rulebook_of
from teleaudit.rules.suites import ActionCode, Check, DeadlineKind
from teleaudit.rules.verdicts import Deviation, Owner, SetAside
from tests.command import ROOT

_KEY, _AS_OF, _WORDS = bytes(range(32)), dt.date(2026, 11, 22), load_words("da")
_HEADERS = [_WORDS.at(f"worklist.columns.{column.name}.header") for column in COLUMNS]
_Listed = tuple[str, Deviation | SetAside]


def _checks() -> dict[str, Check]:
    rulebook = rulebook_of(load_audit(ROOT / "audits" / "bizzy"))
    return {check.id: check for check in rulebook.checks}


def _write(
    folder: Path,
    listed: Sequence[_Listed],
    answered: dict[str, tuple[str, str]],
    *,
    max_lines: int = MAX_LINES,
    response: Response | None = None,
    authorities: Sequence[str] = ("datatilsynet",),
    systems: Mapping[str, str] = MappingProxyType({"kunder": "CRM"}),
) -> dict[ListName, int]:
    """Both files of what some checks listed; ``answered`` with these verdicts and severities."""
    checks, work = _checks(), folder / "work"
    work.mkdir()
    with Worklist(folder / "worklist.csv", _KEY) as worklist:
        for name, records in itertools.groupby(listed, key=lambda one: one[0]):
            with (
                worklist.writer_for(checks[name]) as add,
                worklist.set_aside_for(checks[name]) as put,
            ):
                for _, record in records:
                    put(record) if isinstance(record, SetAside) else add(record)
    entries = [
        {
            "id": name,
            "clauses": [name.partition(".")[0]],
            "topic": checks[name].topic,
            "verdict": verdict,
            "severity": severity,
            "authorities": [*authorities],
            "deviations": 1,
            "review": 1,
        }
        for name, (verdict, severity) in answered.items()
    ]
    counts = write_worklists(
        folder,
        checked(checks.values(), entries, response or Response()),
        _WORDS,
        systems=systems,
        heading="Bizzy",
        as_of=_AS_OF,
        work=work,
        memory_limit="200MB",
        max_lines=max_lines,
    )
    assert [path for path in work.rglob("*") if path.is_file()] == []
    return counts


def _danish(folder: Path) -> list[dict[str, str]]:
    """The CSV as Excel in Denmark opens it."""
    raw = (folder / DANISH_CSV).read_bytes()
    assert raw.startswith("\ufeffListe;Prioritet;System;".encode())
    assert b"\n" not in raw.replace(b"\r\n", b"")
    return list(csv.DictReader(raw.decode("utf-8-sig").splitlines(), delimiter=";"))


def _sheet(folder: Path, name: str) -> list[list[Any]]:
    with load_workbook(folder / WORKBOOK) as book:
        return book.get_sheet_by_name(name).to_python()


_CUSTOMER, _CARD, _REQUEST = "BIZ-ret-3.customer", "HYG-card.crm_contact", "BIZ-right-1.in_time"
_TEST = "HYG-test.crm_customer"
_ANSWERED = {
    _CUSTOMER: ("fail", "medium"),
    _CARD: ("breach", "critical"),
    _REQUEST: ("fail", "high"),
    _TEST: ("review", "low"),
}
_LISTED: tuple[_Listed, ...] = (
    (_CUSTOMER, Deviation("1001", due_date="2026-11-21", overdue_days=1, owner=Owner("1001"))),
    (
        _CUSTOMER,
        Deviation("1002", "", "", "2024-11-21", 731, Owner("1002", "kunder", "access_request")),
    ),
    (_CUSTOMER, SetAside("1003", "exempt", "legal_hold", "2026-01-01", Owner("1003", "CRM"))),
    (_CUSTOMER, SetAside("1004", "legal", "open_balance", "", Owner("1004", "CRM"))),
    (_CARD, Deviation("7", "Bemærkning", "confirmed", owner=Owner("1001", "CRM", "legal_hold"))),
    (_CARD, Deviation("8", "Bemærkning", "review", owner=Owner("1009", "CRM"))),
    (_REQUEST, Deviation("A-1", "", "", "2026-11-01", 21, Owner("1005", "Sager", "open_request"))),
    (_TEST, Deviation("1006", owner=Owner("1006", "CRM"))),
)


def test_the_lists_are_apart_and_in_order_of_risk(tmp_path: Path) -> None:
    counts = _write(tmp_path, _LISTED, _ANSWERED)
    told = ("Liste", "Prioritet", "Postens nøgle", "Handling", "Fristens art", "Dage over fristen")

    assert counts == {"deviations": 4, "to_judge": 2, "exempt": 1, "unclear": 1}
    assert [tuple(line[name] for name in told) for line in _danish(tmp_path)] == [
        ("Afvigelser", "1", "7", "FJERN", "", ""),
        ("Afvigelser", "2", "A-1", "SVAR", "svar", "21"),
        ("Afvigelser", "3", "1002", "SLET", "sletning", "731"),
        ("Afvigelser", "3", "1001", "SLET", "sletning", "1"),
        ("Skal vurderes", "1", "8", "VURDER", "", ""),
        ("Skal vurderes", "4", "1006", "VURDER", "", ""),
        ("Undtaget", "3", "1003", "AFVENT", "sletning", ""),
        ("Uafklaret", "3", "1004", "AFKLAR", "", ""),
    ]


def test_a_possible_breach_is_of_the_first_priority_and_what_is_due_to_people_comes_first(
    tmp_path: Path,
) -> None:
    erased, disclosed, reported = "BIZ-ret-5.pbx_config", "HYG-card.payment", "BIZ-prot.notice"
    answered = {
        erased: ("breach", "critical"),
        disclosed: ("fail", "low"),
        _REQUEST: ("fail", "critical"),
        reported: ("fail", "critical"),
    }
    listed = [(name, Deviation(name, due_date="2026-01-01")) for name in answered]
    _write(tmp_path, listed, answered)

    assert [(line["Kontrol"], line["Prioritet"]) for line in _danish(tmp_path)] == [
        (reported, "1"),
        (_REQUEST, "1"),
        (erased, "1"),
        (disclosed, "1"),
    ]


@pytest.mark.parametrize("severity", ["high", "low"])
def test_what_is_to_be_notified_comes_before_all_else_whatever_its_severity(
    tmp_path: Path, severity: str
) -> None:
    reported, requested = "BIZ-prot.notice", "BIZ-right-1.in_time"
    answered = {
        _CARD: ("breach", "critical"),
        requested: ("fail", "critical"),
        reported: ("fail", severity),
    }
    _write(tmp_path, [(name, Deviation(name)) for name in answered], answered)

    assert [
        (line["Kontrol"], line["Prioritet"], line["Handling"]) for line in _danish(tmp_path)
    ] == [(reported, "1", "ANMELD"), (requested, "1", "SVAR"), (_CARD, "1", "FJERN")]


def test_what_the_law_keeps_secret_is_listed_for_who_is_cleared_for_it_and_for_no_team(
    tmp_path: Path,
) -> None:
    secret = ("BIZ-dis-10.secret", Deviation("D-7", owner=Owner("1007", "Videregivelser")))
    answered = {**_ANSWERED, secret[0]: ("fail", "high")}
    told = []
    for name, listed in {"found": (*_LISTED, secret), "not": _LISTED}.items():
        folder = tmp_path / name
        folder.mkdir()
        _write(folder, listed, answered)
        told.append(
            [
                *((folder / file).read_bytes() for file in (DANISH_CSV, WORKBOOK)),
                len((folder / CONFIDENTIAL_CSV).read_text(encoding="utf-8-sig").splitlines()),
            ]
        )

    # who works the lists off cannot tell whether there is any
    assert told[0][:2] == told[1][:2]
    assert [lines for *_, lines in told] == [2, 1]
    assert "D-7" in (tmp_path / "found" / CONFIDENTIAL_CSV).read_text(encoding="utf-8-sig")
    assert any(CONFIDENTIAL_CSV in str(row) for row in _sheet(tmp_path / "not", "Vejledning"))


def test_lists_without_anything_secret_speak_of_none(tmp_path: Path) -> None:
    _write(tmp_path, _LISTED, _ANSWERED)

    assert not (tmp_path / CONFIDENTIAL_CSV).exists()
    assert not any(CONFIDENTIAL_CSV in str(row) for row in _sheet(tmp_path, "Vejledning"))


def test_who_acts_and_by_when_are_what_was_decided_about_the_clause(tmp_path: Path) -> None:
    decision = Decision(owner="=Driftschef", deadline=dt.date(2026, 12, 31))
    _write(tmp_path, _LISTED, _ANSWERED, response=Response(findings={"BIZ-ret-3": decision}))
    told = {
        line["Postens nøgle"]: (line["Ansvarlig"], line["Gør senest"]) for line in _danish(tmp_path)
    }

    assert told == {
        **dict.fromkeys(("7", "8", "A-1", "1006"), ("", "")),
        **dict.fromkeys(("1001", "1002", "1004"), ("'=Driftschef", "31-12-2026")),
        "1003": ("", ""),  # exempt: nothing is to be done
    }


@pytest.mark.parametrize(
    ("authorities", "told"),
    [
        ([], ""),
        (["digitaliseringsstyrelsen", "datatilsynet"], ""),
        (["erhvervsstyrelsen"], "Erhvervsstyrelsen"),
        (["kortordning", "domstol"], "Kortselskaber og indløser (aftalevilkår), Domstolene"),
    ],
)
def test_a_finding_that_stands_in_another_authoritys_report_says_in_whose(
    tmp_path: Path, authorities: Sequence[str], told: str
) -> None:
    _write(tmp_path, _LISTED[:1], _ANSWERED, authorities=authorities)

    assert [line["Rapport"] for line in _danish(tmp_path)] == [told]


def test_a_line_tells_what_is_to_be_done_until_when_and_what_stands_in_the_way(
    tmp_path: Path,
) -> None:
    _write(tmp_path, _LISTED, _ANSWERED)
    lines = {line["Postens nøgle"]: line for line in _danish(tmp_path)}

    assert list(lines["1002"].values()) == [
        *("Afvigelser", "3", "CRM", "1002", "1002"),
        reference(_KEY, "crm_customer", "1002"),
        *("", "A1", "", _CUSTOMER, "SLET", "Slet kundens stamdata i CRM."),
        *("21-11-2024", "sletning", "731", "åben indsigtssag", "Middel", *[""] * 5),
    ]
    # what is not erased is not held back
    assert {key: lines[key]["Blokeret af"] for key in ("7", "A-1", "1003", "1004")} == {
        "7": "sletningsstop",
        "A-1": "",
        "1003": "sletningsstop",
        "1004": "Kunden skylder, og kravet er ikke nødvendigvis forældet.",
    }
    assert lines["8"]["Det skal gøres"].startswith("Se på posten, og afgør, om den er en afvigelse")


def test_a_whole_column_is_no_records_key_and_no_record_to_erase(tmp_path: Path) -> None:
    column, held = "HYG-cpr.crm_customer", "HYG-card.legal_hold"
    listed = [
        (column, Deviation("=cpr", "=cpr")),
        (held, Deviation("H1", "Note", "confirmed", owner=Owner("1", blocked_by="legal_hold"))),
    ]
    _write(tmp_path, listed, {column: ("fail", "high"), held: ("fail", "high")})
    told = ("Postens nøgle", "Handling", "Blokeret af")

    assert sorted(tuple(line[name] for name in told) for line in _danish(tmp_path)) == [
        ("H1", "FJERN", ""),
        ("hele kolonnen »=cpr«", "VURDER", ""),
    ]


def test_a_hold_without_approval_is_to_be_decided_first(tmp_path: Path) -> None:
    blocked = Owner("1001", "CRM", "hold_unapproved")
    _write(tmp_path, [(_CUSTOMER, Deviation("1001", owner=blocked))], _ANSWERED)

    assert [line["Blokeret af"] for line in _danish(tmp_path)] == [
        "sletningsstop uden begrundelse eller godkendelse, afgør det først"
    ]


def test_the_workbook_has_the_same_lines_as_the_csv_with_real_dates(tmp_path: Path) -> None:
    _write(tmp_path, _LISTED, _ANSWERED)
    lines = _danish(tmp_path)
    with load_workbook(tmp_path / WORKBOOK) as book:
        assert book.sheet_names == [
            *("Vejledning", "Afvigelser", "Skal vurderes", "Undtaget", "Uafklaret")
        ]

    def told(cell: object) -> str:
        return f"{cell:%d-%m-%Y}" if isinstance(cell, dt.date) else str(cell).removesuffix(".0")

    for name in ("Afvigelser", "Skal vurderes", "Undtaget", "Uafklaret"):
        header, *rows = _sheet(tmp_path, name)
        assert header == _HEADERS
        own = [[*line.values()][1:] for line in lines if line["Liste"] == name]
        assert [[told(cell) for cell in row] for row in rows] == own
    assert _sheet(tmp_path, "Afvigelser")[2][11] == dt.date(2026, 11, 1)


def test_the_first_sheet_explains_every_column_and_every_code(tmp_path: Path) -> None:
    _write(tmp_path, _LISTED, _ANSWERED)
    guide = {row[0]: row[1] for row in _sheet(tmp_path, "Vejledning")}

    assert {*_HEADERS, "SLET", "VURDER", "AFVENT"} <= guide.keys()
    assert guide["Afvigelser"].startswith("4 poster. ")
    assert guide["Undtaget"].startswith("1 post. ")


def test_every_code_deadline_and_list_has_its_words() -> None:
    assert {*get_args(ActionCode), "wait", "clarify"} == _WORDS.at("worklist.codes").keys()
    assert {*get_args(DeadlineKind)} == _WORDS.at("worklist.deadlines").keys()
    assert [*LISTS] == [*_WORDS.at("worklist.lists")]
    assert [column.name for column in COLUMNS] == [*_WORDS.at("worklist.columns")]


def test_keys_stay_texts_and_no_cell_is_computed(tmp_path: Path) -> None:
    keys = ("0012", "4571000000001234", "3/12", "+4512345678", "=1+1", 'a;"b"', "æøå\nx", "12")
    _write(tmp_path, [(_CUSTOMER, Deviation(key, owner=Owner(key))) for key in keys], _ANSWERED)
    raw = (tmp_path / DANISH_CSV).read_bytes().decode("utf-8-sig")
    cells = [row[4] for row in csv.reader(raw.splitlines(keepends=True), delimiter=";")][1:]
    in_workbook = [row[3] for row in _sheet(tmp_path, "Afvigelser")[1:]]

    assert sorted(cells) == sorted(
        ("'0012", "'4571000000001234", "'3/12", "'+4512345678", "'=1+1", 'a;"b"', "æøå\nx", "12")
    )
    assert sorted(in_workbook) == sorted(
        ("0012", "4571000000001234", "3/12", "'+4512345678", "'=1+1", 'a;"b"', "æøå\nx", "12")
    )
    with zipfile.ZipFile(tmp_path / WORKBOOK) as book:
        sheets = [book.read(name) for name in book.namelist() if "/sheet" in name]
    assert not any(b"<f>" in sheet for sheet in sheets)


def test_no_cell_of_any_list_is_a_formula_whatever_parts_the_cells(tmp_path: Path) -> None:
    evil = "7;=1,=2\t=3\n=4,\uff1d5"
    owner, column = Owner(evil, "kunder"), "HYG-cpr.crm_customer"
    _write(
        tmp_path,
        [
            (_CUSTOMER, Deviation(evil, evil, owner=owner)),
            (_CUSTOMER, SetAside(evil, "exempt", "legal_hold", owner=owner)),
            (column, Deviation(evil, evil, owner=owner)),
        ],
        {**_ANSWERED, column: ("fail", "high")},
        response=Response(findings={"BIZ-ret-3": Decision(owner=evil)}),
        systems={"kunder": evil},
    )
    for name in ("worklist.csv", RECORDS, DANISH_CSV):
        text = (tmp_path / name).read_text(encoding="utf-8-sig")
        assert "=1" in text
        assert [
            one for one in re.split(r"[,;\t\r\n]", text) if re.match(r"[ \"]*[=\uff1d]", one)
        ] == []
    with zipfile.ZipFile(tmp_path / WORKBOOK) as book:
        assert not [name for name in book.namelist() if b"<f>" in book.read(name)]


@pytest.mark.parametrize(
    ("key", "told"),
    [
        ("0", "0"),
        ("1001", "1001"),
        ("12345678901", "12345678901"),
        ("123456789012", "'123456789012"),
        ("01", "'01"),
        ("1-2", "'1-2"),
        ("12:30", "'12:30"),
        ("1,5", "'1,5"),
        ("12e5", "'12e5"),
        ("maj-12", "'maj-12"),
        ("2 dec", "'2 dec"),
        ("K003533", "K003533"),
        ("1001|2", "1001|2"),
        ("kunder.csv:7", "kunder.csv:7"),
        ("decimal", "decimal"),
        ("", ""),
    ],
)
def test_a_key_that_a_spreadsheet_takes_for_another_is_marked_as_text(key: str, told: str) -> None:
    assert as_text(key) == told


def test_what_a_sheet_does_not_hold_is_said_and_stands_in_the_csv(tmp_path: Path) -> None:
    listed = [
        (_CUSTOMER, Deviation(f"K{n}", due_date=f"2026-01-{n:02}", overdue_days=99 - n))
        for n in (3, 1, 2)
    ]
    _write(tmp_path, listed, _ANSWERED, max_lines=2)
    _, *rows = _sheet(tmp_path, "Afvigelser")
    left_out = "Arket viser de 2 mest alvorlige af 3 poster; alle står i worklist.da.csv."

    assert [row[3] for row in rows[:2]] == ["K1", "K2"]
    assert [row[0] for row in rows[2:]] == [left_out]
    assert [line["Postens nøgle"] for line in _danish(tmp_path)] == ["K1", "K2", "K3"]
    assert {row[0]: row[1] for row in _sheet(tmp_path, "Vejledning")}["Afvigelser"].startswith(
        left_out
    )


def test_a_cell_that_is_too_long_for_a_sheet_ends_visibly_there(tmp_path: Path) -> None:
    key = "K" * 3_000_000
    _write(tmp_path, [(_CUSTOMER, Deviation(key))], _ANSWERED)
    (cell,) = (row[3] for row in _sheet(tmp_path, "Afvigelser")[1:])

    assert (len(cell), cell[-2:]) == (32_767, "K…")
    assert key in (tmp_path / DANISH_CSV).read_text(encoding="utf-8-sig")


def test_the_same_records_give_the_same_bytes_for_the_owner_alone(tmp_path: Path) -> None:
    files = []
    for name in ("one", "other"):
        (tmp_path / name).mkdir()
        _write(tmp_path / name, _LISTED, _ANSWERED)
        for file in (WORKBOOK, DANISH_CSV):
            assert stat.S_IMODE((tmp_path / name / file).stat().st_mode) == 0o600
        files.append([(tmp_path / name / file).read_bytes() for file in (WORKBOOK, DANISH_CSV)])

    assert files[0] == files[1]


@pytest.mark.parametrize("bytes_at_most", [2_000, 5_000, 10_000])  # CSV, temporary files, workbook
def test_a_file_that_finds_no_room_is_said_once_and_as_the_system_says_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, bytes_at_most: int
) -> None:
    said = []
    monkeypatch.setattr(sys, "unraisablehook", lambda told: said.append(told.exc_type))
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (bytes_at_most, hard))
    try:
        with pytest.raises(OSError, match="File too large"):
            _write(tmp_path, _LISTED, _ANSWERED)
        gc.collect()
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert {*said} <= {ResourceWarning}  # temporary files that nobody closed go with the run


def test_no_records_give_lists_without_lines(tmp_path: Path) -> None:
    assert _write(tmp_path, [], _ANSWERED) == dict.fromkeys(LISTS, 0)
    assert _danish(tmp_path) == []
    assert _sheet(tmp_path, "Afvigelser") == [_HEADERS]
