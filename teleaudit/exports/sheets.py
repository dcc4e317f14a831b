"""Which sheet of a workbook an export is, and what its reader passes over in it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import python_calamine as calamine

from teleaudit.errors import ExportError, near_match
from teleaudit.readers.headers import escaped
from teleaudit.readers.sheet_xml import SheetXml, refuse_doctype, sheet_xml
from teleaudit.readers.sources import Source, UnreadableError
from teleaudit.readers.workbooks import open_workbook, telling_damage
from teleaudit.redaction import beginning_within, is_personal_sheet, shown_sheet

_NO_TABLES = (
    calamine.SheetTypeEnum.ChartSheet,
    calamine.SheetTypeEnum.MacroSheet,
    calamine.SheetTypeEnum.Vba,
)
_Sheets = Mapping[str, calamine.CalamineSheet]


@dataclass(frozen=True, kw_only=True)
class ChosenSheet:
    """The sheet, and those beside it."""

    sheet: calamine.CalamineSheet
    xml: SheetXml
    tables: tuple[str, ...]  # the sheets that hold tables, as they are shown
    # where the first of several is taken, those that begin as it does, itself among them
    alike: tuple[str, ...]


def choose_sheet(source: Source, *, takes_first: bool) -> ChosenSheet:
    """The sheet that is named, or the only one that holds a table; where several do, the first if
    that is wanted.

    Raises: ExportError; also for formulas without results, which would be empty cells.
    """
    with _refusing_damage(source):
        sheets, names = _sheets(source)
    beginning = beginning_within(source.open)
    if not sheets:
        raise _no_sheet(source, names, beginning)
    tables = [
        name
        for name, sheet in sheets.items()
        if sheet.start is not None and sheet.start != sheet.end
    ]
    shown = tuple(_quoted(name, 1 + names.index(name), beginning) for name in tables)
    if len(tables) > 1 and not takes_first:
        msg = (
            f"{source.shown} has {len(tables)} sheets with tables: {', '.join(shown)}. Say in"
            " audit.yaml which to read: sheet: NAME, or sheet: [NAME, NAME] for one export."
        )
        raise ExportError(msg)
    chosen = next(iter(tables or sheets))
    return ChosenSheet(
        sheet=sheets[chosen],
        xml=_whole_xml(source, chosen),
        tables=shown,
        alike=_alike(chosen, tables, sheets, beginning) if takes_first else (),
    )


@contextmanager
def _refusing_damage(source: Source) -> Iterator[None]:
    try:
        with telling_damage():
            yield
    except UnreadableError as error:
        msg = (
            f"{source.shown} is {error}. Save it again as .xlsx or CSV, without a password; or copy"
            " it again, if it is not complete."
        )
        raise ExportError(msg) from None


def _sheets(source: Source) -> tuple[_Sheets, list[str]]:
    """The sheets that may be meant, and the names of all that can hold a table."""
    with source.open_anywhere() as file:
        refuse_doctype(file)
    workbook = open_workbook(source)
    names = [sheet.name for sheet in workbook.sheets_metadata if sheet.typ not in _NO_TABLES]
    meant = [name for name in names if source.sheet in {None, name}]
    return {name: workbook.get_sheet_by_name(name) for name in meant}, names


def _no_sheet(source: Source, names: Sequence[str], beginning: bytes) -> ExportError:
    if source.sheet is None:
        return ExportError(f"{source.shown} is a workbook without sheets.")
    known = [name for name in names if not is_personal_sheet(name, beginning)]
    # Where sheets are named for persons, what was asked for is nearly such a name, and is not
    # shown.
    asked = f"'{escaped(source.sheet)}'" if known == names else "of that name"
    return ExportError(f"{source.shown} has no sheet {asked}.{near_match(source.sheet, known)}")


def _whole_xml(source: Source, sheet: str) -> SheetXml:
    with _refusing_damage(source), source.open_anywhere() as file:
        xml = sheet_xml(file, sheet)
    if xml.without_result:
        msg = (
            f"{source.shown} holds {xml.without_result:,} formulas without their results: the"
            " program that wrote it did not work them out. Open it in a spreadsheet program and"
            " save it, or export the values."
        )
        raise ExportError(msg)
    return xml


def _alike(
    chosen: str, tables: Sequence[str], sheets: _Sheets, beginning: bytes
) -> tuple[str, ...]:
    if is_personal_sheet(chosen, beginning):
        return ()
    first = _first_row(sheets[chosen])
    return tuple(
        name
        for name in tables
        if not is_personal_sheet(name, beginning) and _first_row(sheets[name]) == first
    )


def _first_row(sheet: calamine.CalamineSheet) -> list[str]:
    """The headers of a sheet, in whatever order: columns are found by their names."""
    return sorted(map(str, sheet.to_python(skip_empty_area=True, nrows=1)[0]))


def _quoted(name: str, number: int, beginning: bytes) -> str:
    shown = shown_sheet(name, number, beginning)
    return shown if shown == f"sheet {number}" else f"'{shown}'"
