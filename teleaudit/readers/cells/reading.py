"""What a file is, by its content, and its cells.

Left out, and said when it happens: documents, pictures, databases and other binary files; workbooks
with a password.

Limits, all of memory: a line or value longer than a mebibyte is looked at in overlapping pieces; a
value of JSON with more than 64 MiB that is not a list of smaller ones is read as text; a sheet of a
workbook is in memory as a whole.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator

from teleaudit.errors import ExportError
from teleaudit.readers.cells.batches import Batch
from teleaudit.readers.cells.delimited import read_table, table_form
from teleaudit.readers.cells.json_values import parsed, read_json, read_json_lines
from teleaudit.readers.cells.logs import read_log
from teleaudit.readers.cells.typed import read_parquet, read_workbook
from teleaudit.readers.signatures import PARQUET, foreign, is_workbook
from teleaudit.readers.sniffing import SAMPLE_BYTES, sniff_encoding, take_sample
from teleaudit.readers.sources import Source, UnreadableError

_TABLES = frozenset({".csv", ".tsv", ".tab", ".psv"})
_JSON_LINES = frozenset({".jsonl", ".ndjson"})
_CONTROLS = re.compile("[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f]")
_MAX_CONTROLS = 0.02  # share of control characters in text: a log that was cut off holds NULs
_FEW_CONTROLS = 8
_LOOKED_AT = 65_536


def read_batches(source: Source) -> Iterator[Batch]:
    """The source's cells. Raises: UnreadableError, or what reading a damaged file raises."""
    head = source.head()
    if not head:
        return iter(())  # empty, or damaged from the start, which is noted
    what = foreign(head)
    if what is not None:
        msg = f"binary: {what}"
        raise UnreadableError(msg)
    if head.startswith(PARQUET):
        return read_parquet(source)
    if is_workbook(head):
        return read_workbook(source)
    return _read_text(source, head)


def _read_text(source: Source, head: bytes) -> Iterator[Batch]:
    encoding = _encoding(head)
    complete = len(head) < SAMPLE_BYTES
    sample = take_sample(head, encoding, complete=complete).text
    if len(_CONTROLS.findall(sample[:_LOOKED_AT])) > max(
        _FEW_CONTROLS, _MAX_CONTROLS * len(sample[:_LOOKED_AT])
    ):
        msg = "binary"
        raise UnreadableError(msg)
    form = _json_form(source.suffix, sample.lstrip())
    if form is not None:
        return read_json_lines(source, encoding) if form == "lines" else read_json(source, encoding)
    table = (
        table_form(sample, is_named_table=source.suffix in _TABLES, complete=complete)
        if source.suffix != ".log"
        else None
    )
    return read_table(source, table, encoding) if table is not None else read_log(source, encoding)


def _encoding(head: bytes) -> str:
    if head.startswith((codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)):
        return "utf-32"
    try:
        return sniff_encoding(head, shown="", export="")
    except ExportError:  # nothing declares an encoding here, so nothing contradicts
        return "cp1252"


def _json_form(suffix: str, text: str) -> str | None:
    """``lines``, ``document``, or nothing: a log's lines may begin with brackets too."""
    if suffix in _JSON_LINES:
        return "lines"
    if text[:1] not in {"{", "["}:
        return None
    first, _, rest = text.partition("\n")
    try:
        value = parsed(first.strip())
    except (ValueError, RecursionError):
        return (
            "document"
            if suffix == ".json"
            or text[:1] == "{"
            or re.match(r"\[\s*(?:[\[{\"\]]|-?[0-9.]+\s*[,\]])", text)
            else None
        )
    return (
        "lines" if isinstance(value, dict) and (rest.strip() or suffix != ".json") else "document"
    )
