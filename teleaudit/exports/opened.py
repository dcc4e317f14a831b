"""One file of an export, recognised and ready to be read once as tables of text.

Parquet is recognised, and read where it lies.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

import pyarrow as pa

from teleaudit.errors import ExportError
from teleaudit.exports.sheets import choose_sheet
from teleaudit.readers.delimited import DamagedHeaderError
from teleaudit.readers.encodings import EncodingProof, likely_encoding
from teleaudit.readers.hashed_file import HashedFile
from teleaudit.readers.opening import Recognised, begins_with_header, text_tables
from teleaudit.readers.rejects import Rejections
from teleaudit.readers.sources import Source
from teleaudit.readers.text_tables import OpenedText, TextTables
from teleaudit.readers.workbooks import Worksheet
from teleaudit.rules.audit_file import ExportSpec


@dataclass(kw_only=True)
class Opened:
    """A file being read. What it counts is whole once its tables are used up."""

    recognised: Recognised
    file: HashedFile
    rejections: Rejections
    content: TextTables
    proof: EncodingProof | None = None
    sheets: tuple[str, ...] = ()  # of a workbook, those that hold tables
    alike: tuple[str, ...] = ()  # those that begin as the one that is read, itself among them

    def tables(self) -> Iterator[pa.Table]:
        """Tables of text with the line of every record.

        Raises: ExportError for a header that gives the columns no names.
        """
        for table in self.content.tables(self.file.chunks()):
            _ = self.content.header
            yield table


def open_source(
    source: Source, recognised: Recognised, spec: ExportSpec | None, *, export: str
) -> Opened:
    """The file, ready to be read once. Not for Parquet, which is read where it lies."""
    rejections = Rejections(file=source.shown, passed_over=source.passed_over)
    file = HashedFile(source)
    if recognised.format == "excel":
        chosen = choose_sheet(source, takes_first=spec is None)
        rejections.is_cut_off = chosen.xml.lacks_rows
        sheet = Worksheet(
            shown=source.shown,
            rejections=rejections,
            sheet=chosen.sheet,
            begins_with_header=partial(
                begins_with_header, spec=spec, shown=source.shown, export=export
            ),
            decimal=(spec.decimal if spec else None) or ".",
            errors=chosen.xml.errors,
        )
        return Opened(
            recognised=recognised,
            file=file,
            rejections=rejections,
            content=sheet,
            sheets=chosen.tables,
            alike=chosen.alike,
        )
    proof = EncodingProof(encoding=recognised.encoding or "utf-8")
    text = OpenedText(
        shown=source.shown, encoding=proof.encoding, rejections=rejections, proof=proof, spec=spec
    )
    content = text_tables(recognised, text)
    return Opened(
        recognised=recognised, file=file, rejections=rejections, content=content, proof=proof
    )


class NotUtf8Error(Exception):
    """The first letters beyond ASCII stand late in the file, and are not UTF-8."""


def damaged_header(
    error: DamagedHeaderError, head: bytes, recognised: Recognised, *, export: str
) -> ExportError:
    """The refusal, with the encoding that may read it."""
    likely = likely_encoding(head)
    advice = (
        f" It looks like {likely}: write exports.{export}.encoding: {likely} in audit.yaml."
        if likely and likely != recognised.encoding
        else ""
    )
    return ExportError(f"{error}{advice}")


def check_encoding(source: Source, opened: Opened, *, export: str) -> None:
    """Refuses a file whose encoding the whole file disproves. Raises: ExportError."""
    if opened.proof is None:
        return
    if opened.recognised.encoding_is_sniffed and opened.proof.is_not_utf8:
        raise NotUtf8Error
    opened.proof.check(
        shown=source.shown,
        export=export,
        sniffed=opened.recognised.encoding_is_sniffed,
        likely=likely_encoding(source.head()),
    )
