"""What is no table is called by its name, with what to export instead: never read as CSV, never a
crash, and nothing of it is shown.
"""

from __future__ import annotations

import json

import pytest

from teleaudit.errors import ExportError
from teleaudit.exports.inspection import inspect_file
from tests.exports.desk import Desk

PEOPLE = [
    {"navn": "Ulla Vestermark", "nr": "31640211"},
    {"navn": "Kaj Enevoldsen", "nr": "31640212"},
]
CALLS = "".join(
    f"INSERT INTO `cdr` VALUES ('2026-03-0{day} 10:00:00','Ulla Vestermark','31640211',{day});\n"
    for day in range(1, 9)
)
ROW = "<tr><td>Ulla Vestermark</td><td>31640211</td></tr>"
LOG = "".join(
    f'[2026-03-0{day}T10:00:00.000] [INFO] cdr - New: {{"navn": "Ulla Vestermark", "nr":'
    ' "31640211"}\n'
    for day in range(1, 9)
)
WORKBOOK = (
    "<Workbook"
    ' xmlns="urn:schemas-microsoft-com:office:spreadsheet"><Worksheet><Table><Row><Cell><Data>Ulla'
    " Vestermark 31640211</Data></Cell></Row></Table></Worksheet></Workbook>"
)
NO_TABLES = [
    ("cdr.sql", f"-- MySQL dump 10.13\n--\nSET NAMES utf8;\nCREATE TABLE `cdr` (\n  `a` int\n);\n{CALLS}", "an SQL dump"),
    ("cdr.txt", f"/*!40101 SET NAMES utf8 */;\nDROP TABLE IF EXISTS cdr;\ncreate temporary table cdr (a int);\n{CALLS}", "an SQL dump"),
    ("cdr.csv", "--\n-- PostgreSQL database dump\n--\n\nCOPY public.cdr (a, b) FROM stdin;\n1\tUlla Vestermark\n2\t31640211\n\\.\n", "an SQL dump"),
    ("cdr.csv", CALLS, "an SQL dump"),
    ("cdr.sql", f"PRAGMA foreign_keys=OFF;\nBEGIN TRANSACTION;\n{CALLS}", "an SQL dump"),
    ("brev.csv", "{\\rtf1\\ansi\\deff0 {\\fonttbl {\\f0 Arial;}}\n\\f0 Ulla Vestermark 31640211\\par\n}", "an RTF document"),
    ("kunder.xls", f"<html><body><table>{ROW}</table></body></html>", "an HTML page"),
    ("kunder.xls", f"\n<!-- dannet -->\n<TABLE border=1>\n{ROW}\n</TABLE>", "an HTML page"),
    ("kunder.xls", f'<!DOCTYPE html>\n<html lang="da">\n<table>{ROW}</table>', "an HTML page"),
    ("kunder.xls", f'<meta http-equiv="Content-Type" content="text/html; charset=utf-8"><table>{ROW}</table>', "an HTML page"),
    ("kunder.xls", f"MIME-Version: 1.0\nContent-Type: multipart/related\n\n<html><table>{ROW}</table></html>", "a web archive"),
    ("kunder.xls", f'<?xml version="1.0"?>\n<?mso-application progid="Excel.Sheet"?>\n{WORKBOOK}', "SpreadsheetML"),
    ("kunder.xml", f"<?xml version='1.0' encoding='utf-8'?>\n<kunder>{ROW}</kunder>", "an XML document"),
    ("kunder.csv", f'<kunder antal="2">\n{ROW}\n</kunder>\n', "an XML document"),
    ("cdr.log", LOG, "is a log"),
    ("cdr.csv", LOG.replace("[INFO] ", "").replace(" cdr -", ":"), "is a log"),
    ("cdr.txt", "[INFO] 2026-03-04 Ulla Vestermark ringede\n[WARN] 2026-03-05 31640211 optaget\n", "is a log"),
    ("cdr.txt", "+----+------+\n| nr | navn |\n+----+------+\n|  1 | Ulla |\n+----+------+\n", "a table drawn with lines"),
    ("kunder.json", json.dumps([list(person.values()) for person in PEOPLE]), "one JSON array of other things than objects"),
    ("kunder.json", json.dumps([person["navn"] for person in PEOPLE], indent=2), "one JSON array of other things than objects"),
    ("kunder.json", json.dumps({"kunder": PEOPLE}, indent=2), 'items of its list "kunder"'),
    ("kunder.json", json.dumps({"side": 1, "kunder": PEOPLE * 20_000}, indent=1), 'items of its list "kunder"'),
    ("kunder.json", json.dumps(PEOPLE[0], indent=4), "one JSON document, not JSON lines"),
    ("kunder.json", "\n".join(json.dumps(person, indent=1) for person in PEOPLE), "one JSON document, not JSON lines"),
    ("kunder.json", json.dumps({"tickets": PEOPLE}), 'wraps a list. Export the items of its list "tickets"'),
    ("kunder.json", json.dumps({"count": 2, "next_page": None, "tickets": PEOPLE}), 'wraps a list. Export the items of its list "tickets"'),
    ("kunder.json", json.dumps({"tickets": PEOPLE * 20_000}), 'wraps a list. Export the items of its list "tickets"'),
    ("kunder.json", json.dumps({"Ulla 040370-1236": PEOPLE}), "wraps a list. Export it as JSON lines"),
    ("log.csv", "".join(f"Mar  4 10:00:0{second} pbx asterisk[123]: Ulla Vestermark ringede 31640211\n" for second in range(3)), "is a log"),
    ("log.txt", "".join(f"<13>1 2026-03-04T10:00:0{second}Z pbx asterisk - Ulla Vestermark ringede 31640211\n" for second in range(3)), "is a log"),
    ("log.txt", "".join(f"Mar 14 10:00:0{second} pbx CRON: 31640211\n" for second in range(3)), "is a log"),
    ("kunder.csv", "BEGIN:VCARD\nVERSION:3.0\nFN:Ulla Vestermark\nTEL:31640211\nEND:VCARD\n", "a file of cards"),
    ("kunder.csv", "; kunder\n[kunde]\nnavn=Ulla Vestermark\nnr=31640211\n", "a file of settings"),
    ("kunder.md", "| Kundenr | Navn |\n|---|:---|\n| 31640211 | Ulla |\n", "a table drawn with lines"),
    ("kunder.txt", "Kundenr | Navn\n--- | ---\n31640211 | Ulla\n", "a table drawn with lines"),
    ("opkald.csv", '"kundenr,a_nummer,tid"\n"365,31640211,10:00"\n"366,31640212,11:00"\n', "every line is one quoted field"),
    ("opkald.csv", '"kundenr;navn"\n"365;Ulla Vestermark"\n', "every line is one quoted field"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "content", "what"), NO_TABLES)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
def test_what_is_no_table_is_called_by_its_name(
    desk: Desk, name: str, content: str, what: str, encoding: str
) -> None:
    file = desk.write(name, content, encoding)
    with pytest.raises(ExportError) as caught:
        inspect_file(file)

    assert desk.refusal(name) == str(caught.value)
    assert what in str(caught.value)
    assert "xport" in str(caught.value) or "save it as" in str(caught.value).lower()
    assert not [value for value in ("Ulla", "31640211", "040370") if value in str(caught.value)]


@pytest.mark.parametrize("what", ["an SQL dump", "an HTML page", "is a log"])
def test_utf_16_does_not_hide_it(desk: Desk, what: str) -> None:
    name, content, _ = next(each for each in NO_TABLES if each[2] == what)
    desk.write(name, content, "utf-16")

    assert what in desk.refusal(name)


@pytest.mark.parametrize("declared", ["csv", "jsonl"])
def test_no_declaration_makes_a_dump_a_table(desk: Desk, declared: str) -> None:
    desk.write("cdr.sql", NO_TABLES[0][1])

    assert "an SQL dump" in desk.refusal("cdr.sql", format=declared)


TABLES = [
    ("a.csv", 'Kundenr;Bemærkning\n1;"insert into\ncreate table "\n2;<b>fed</b>\n'),
    ("a.csv", "[Kundenr];[Navn]\n1;Ulla\n2;Kaj\n"),
    ("a.csv", "[Navn]\nUlla\nKaj\nEa\n"),
    ("a.csv", "Mar 4 10:00:00;Ulla\nMar 5 10:00:00;Kaj\n"),
    ("a.csv", "a|b\n---|x\n1|y\n"),
    ("a.csv", 'Kundenr;Adresse\n1;"Skovvej 1, 8000 Aarhus"\n2;"Torvet 2, 8000 Aarhus"\n'),
    ("a.csv", 'Adresse\n"Skovvej 1, 8000 Aarhus"\n"Torvet 2, 8000 Aarhus"\n'),
    ("a.csv", "Start;Navn\n1;set names\n2;drop table\n"),
    ("a.csv", " nr | navn\n----+------\n  1 | Ulla\n  2 | Kaj\n"),
    ("a.jsonl", json.dumps({"id": 1, "linjer": PEOPLE}) + "\n" + json.dumps({"id": 2, "linjer": PEOPLE}) + "\n"),
    ("a.jsonl", json.dumps({"id": 1, "linjer": PEOPLE[:1]}) + "\n"),
    ("a.jsonl", '{"id": 1, "navn"\n' + json.dumps({"id": 2}) + "\n"),
    ("a.jsonl", json.dumps({"id": 1, "tekst": "x" * 200_000}) + "\n" + json.dumps({"id": 2}) + "\n"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "content"), TABLES)
def test_a_table_that_holds_such_words_is_read(desk: Desk, name: str, content: str) -> None:
    desk.write(name, content)

    assert desk.read(name, columns={"notes": "column_1"}, header=False).rows > 0
    assert inspect_file(desk.root / name).rows > 0
