"""The world's tables as files.

Writing a row notes in it the file and line where it came to stand.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
from dataclasses import replace
from pathlib import Path

import xlsxwriter

from teleaudit_samples.calendar import AS_OF
from teleaudit_samples.layouts import Layout, Style, extra_columns, layouts
from teleaudit_samples.world import BIZZY, BROKEN_LINES, FILE, LINE, Row, World

_BROKEN = "betalinger.csv"  # the export that has the broken lines, in the world that has any
_BROKEN_LINES = {  # after which row: early ones, among the ordinary rows
    20: "B900001;402001;;Bizzy;03-02-2026;99,00;FIK;;;;en linje med for mange felter;",
    40: "B900002;402002;for få felter",
}


def write_tables(world: World, folder: Path) -> None:
    """Every export but the teledata."""
    for table, plain in layouts(world.operator).items():
        layout = _with_extra(plain, world, table)
        for name, rows in _by_file(world.tables[table], layout).items():
            match Path(name).suffix:
                case ".xlsx":
                    _write_excel(folder / name, rows, layout)
                case ".jsonl":
                    _write_json_lines(folder / name, rows, layout)
                case _:
                    _write_csv(
                        folder / name,
                        rows,
                        layout,
                        broken=BROKEN_LINES in world.flaws
                        and name == _BROKEN
                        and world.operator is BIZZY,
                    )


def _with_extra(layout: Layout, world: World, table: str) -> Layout:
    """The layout with those of the extra columns that any row fills."""
    extra = {
        column: header
        for column, header in extra_columns(world.operator, table).items()
        if any(row.get(column) is not None for row in world.tables[table])
    }
    return replace(layout, columns=layout.columns | extra)


def _by_file(rows: list[Row], layout: Layout) -> dict[str, list[Row]]:
    files: dict[str, list[Row]] = {}
    for row in rows:
        files.setdefault(layout.file(row), []).append(row)
    return dict(sorted(files.items()))


def _place(row: Row, path: Path, line: int) -> None:
    row[FILE], row[LINE] = path.name, line


def _write_csv(path: Path, rows: list[Row], layout: Layout, *, broken: bool) -> None:
    style = layout.style
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=style.delimiter, lineterminator=style.newline)
    writer.writerow(layout.columns.values())
    line = 2
    for number, row in enumerate(rows):
        start = text.tell()
        writer.writerow([_csv_cell(row.get(column), style) for column in layout.columns])
        _place(row, path, line)
        text.seek(start)
        line += text.read().count("\n")
        if broken and number in _BROKEN_LINES:
            text.write(_BROKEN_LINES[number] + style.newline)
            line += 1
    path.write_bytes(text.getvalue().encode(style.encoding))


def _csv_cell(value: object, style: Style) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "ja" if value else "nej"
    if isinstance(value, dt.datetime):
        return value.strftime(f"{style.date} %H:%M:%S")
    if isinstance(value, dt.date):
        return value.strftime(style.date)
    return f"{value:.2f}".replace(".", style.decimal) if isinstance(value, float) else str(value)


def _write_json_lines(path: Path, rows: list[Row], layout: Layout) -> None:
    with path.open("w", encoding="utf-8", newline="\n") as file:
        for line, row in enumerate(rows, start=1):
            record = {
                header: _json_value(row.get(column)) for column, header in layout.columns.items()
            }
            file.write(json.dumps(record, ensure_ascii=False) + "\n")
            _place(row, path, line)


def _json_value(value: object) -> object:
    return value.isoformat() if isinstance(value, dt.datetime) else value


def _write_excel(path: Path, rows: list[Row], layout: Layout) -> None:
    """A sheet with real dates.

    Workbooks tell when they were made: here always on the day of the audit.
    """
    with xlsxwriter.Workbook(path) as book:
        book.set_properties(
            {"title": "Fakturaer", "created": dt.datetime.combine(AS_OF, dt.time())}
        )
        date_format = book.add_format({"num_format": "dd-mm-yyyy"})
        sheet = book.add_worksheet("Fakturaer")
        sheet.write_row(0, 0, layout.columns.values())
        for line, row in enumerate(rows, start=1):
            for place, column in enumerate(layout.columns):
                value = row.get(column)
                if isinstance(value, dt.date):
                    sheet.write_datetime(line, place, value, date_format)
                elif isinstance(value, float):
                    sheet.write_number(line, place, value)
                elif value is not None:
                    sheet.write_string(line, place, str(value))
            _place(row, path, line + 1)
