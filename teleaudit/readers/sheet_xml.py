"""What the parts of an .xlsx say that its reader passes over: cells with errors, formulas without
their results, rows that are gone.
"""

from __future__ import annotations

import html
import posixpath
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

_CHUNK, _MAX_ROW = 1 << 20, 64 << 20  # bytes
_ROW_END = b"row>"
_ERROR_CELL = re.compile(rb"<(?:\w+:)?c\b[^<>]*\bt=[\"']e[\"'][^<>]*>")
_FORMULA = rb"<(?:\w+:)?f\b(?:[^<>]*/>|[^<>]*>[^<>]*</(?:\w+:)?f>)"
_NO_VALUE = rb"(?:<(?:\w+:)?v\s*/>|<(?:\w+:)?v>\s*</(?:\w+:)?v>)?"
# A result that is a text may be empty; a number, a date or a truth value stands behind the formula.
_WITHOUT_RESULT = re.compile(
    rb"<(?:\w+:)?c\b(?![^<>]*\bt=[\"'](?:str|e)[\"'])[^<>]*>\s*"
    + _FORMULA
    + rb"\s*"
    + _NO_VALUE
    + rb"\s*</(?:\w+:)?c>"
)
_LAST_ROW = re.compile(rb"<(?:\w+:)?dimension\b[^<>]*\bref=[\"'][^\"']*?([0-9]+)[\"']")
_ROW = re.compile(rb"<(?:\w+:)?row\b[^<>]*?\sr=[\"']([0-9]+)[\"']")
_ROWS_OF_A_SHEET = 1_048_576  # a dimension that goes so far is that of whole columns
_RELATIONS = "xl/_rels/workbook.xml.rels"
_SHEET_TAG, _RELATION_TAG = (
    re.compile(r"<(?:\w+:)?sheet\s[^<>]*>"),
    re.compile(r"<(?:\w+:)?Relationship\s[^<>]*>"),
)
_ATTRIBUTE = re.compile(r"""(?:^|\s)(?:\w+:)?(\w+)=["']([^"']*)["']""")


class DoctypeError(Exception):
    """A part defines entities of its own: no spreadsheet program writes that, and its reader loses
    them.
    """


@dataclass(frozen=True, kw_only=True)
class SheetXml:
    """What the part of a sheet says."""

    errors: int = 0  # cells with an error, #REF! and the like, which are read as empty
    without_result: int = 0  # formulas, which are read as empty too
    lacks_rows: bool = False  # they end before the row that the sheet says it goes to


def refuse_doctype(workbook: BinaryIO) -> None:
    """Raises: DoctypeError."""
    if not zipfile.is_zipfile(workbook):
        return
    with zipfile.ZipFile(workbook) as archive:
        for part in _xml_parts(archive):
            with archive.open(part) as file:
                if b"<!DOCTYPE" in file.read(_CHUNK):
                    raise DoctypeError


def sheet_xml(workbook: BinaryIO, sheet: str) -> SheetXml:
    """Of the sheet of an .xlsx: of all its sheets where the workbook does not say which part is
    whose; of other workbooks nothing is known.
    """
    if not zipfile.is_zipfile(workbook):
        return SheetXml()
    with zipfile.ZipFile(workbook) as archive:
        wanted = _part_of_sheet(archive, sheet)
        found = [
            _of_part(archive, part)
            for part in _xml_parts(archive)
            if part.startswith("xl/worksheets/") and part == (wanted or part)
        ]
    return SheetXml(
        errors=sum(part.errors for part in found),
        without_result=sum(part.without_result for part in found),
        lacks_rows=wanted is not None and any(part.lacks_rows for part in found),
    )


def _xml_parts(archive: zipfile.ZipFile) -> list[str]:
    return [part for part in archive.namelist() if part.endswith(".xml")]


def _of_part(archive: zipfile.ZipFile, part: str) -> SheetXml:
    errors, without_result, end, last = 0, 0, 0, 0
    for rows in _rows(archive, part):
        if b'"e"' in rows or b"'e'" in rows:
            errors += len(_ERROR_CELL.findall(rows))
        if b"<f" in rows or b":f" in rows:
            without_result += len(_WITHOUT_RESULT.findall(rows))
        end = end or next((int(found) for found in _LAST_ROW.findall(rows)), 0)
        last = max([last, *map(int, _ROW.findall(rows)[-1:])])
    return SheetXml(
        errors=errors, without_result=without_result, lacks_rows=0 < last < end < _ROWS_OF_A_SHEET
    )


def _rows(archive: zipfile.ZipFile, part: str) -> Iterator[bytes]:
    """The part in pieces of whole rows; the first bears what stands before them, the last what
    stands behind.
    """
    pending = b""
    with archive.open(part) as file:
        while chunk := file.read(_CHUNK):
            pending += chunk
            cut = len(pending) if len(pending) > _MAX_ROW else pending.rfind(_ROW_END) + 1
            yield pending[:cut]
            pending = pending[cut:]
    yield pending


def _part_of_sheet(archive: zipfile.ZipFile, sheet: str) -> str | None:
    """Where a sheet's cells lie; none where the workbook does not say so as spreadsheet programs
    do.
    """
    if not {"xl/workbook.xml", _RELATIONS} <= set(archive.namelist()):
        return None
    text, relations = (
        archive.read(part).decode("utf-8", "replace") for part in ("xl/workbook.xml", _RELATIONS)
    )
    ids = {
        html.unescape(found["name"]): found["id"]
        for tag in _SHEET_TAG.findall(text)
        if (found := _attributes(tag)).keys() >= {"name", "id"}
    }
    targets = {
        found["Id"]: found["Target"]
        for tag in _RELATION_TAG.findall(relations)
        if (found := _attributes(tag)).keys() >= {"Id", "Target"}
    }
    target = targets.get(ids.get(sheet, ""))
    return (
        posixpath.normpath(posixpath.join("/xl", target)).lstrip("/")
        if target is not None
        else None
    )


def _attributes(tag: str) -> dict[str, str]:
    return dict(_ATTRIBUTE.findall(tag))
