"""One file, or what is packed in it, recognised and opened as tables of text.

Parquet is recognised, and read where it lies.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from types import MappingProxyType

import pyarrow as pa

from teleaudit.errors import ExportError
from teleaudit.readers import sniffing
from teleaudit.readers.delimited import DamagedHeaderError, DelimitedText, Dialect
from teleaudit.readers.documents import refuse_no_table, refuse_quoted_lines
from teleaudit.readers.encodings import EncodingProof, likely_encoding
from teleaudit.readers.fixed_width import FixedWidth, proposed_layout
from teleaudit.readers.hashed_file import HashedFile, damaged_archive
from teleaudit.readers.headers import has_header, header_of
from teleaudit.readers.json_arrays import JsonArray, is_array_of_objects, is_empty_array
from teleaudit.readers.json_lines import JsonLines
from teleaudit.readers.rejects import Rejections
from teleaudit.readers.sources import Source
from teleaudit.readers.text_tables import OpenedText, TextTables
from teleaudit.readers.workbooks import Worksheet
from teleaudit.rules.audit_file import ExportSpec, Format
from teleaudit.schema import TABLES

# The formats of text that are no delimited text, and their readers.
TEXT_READERS: Mapping[Format, Callable[[OpenedText], TextTables]] = MappingProxyType(
    {
        "jsonl": JsonLines.of,
        "json": JsonArray.of,
        "fixed": FixedWidth.of,
    }
)


@dataclass(frozen=True, kw_only=True)
class Recognised:
    """How a file is written, as declared or by its content."""

    format: Format
    dialect: Dialect | None = None  # of delimited text
    encoding: str | None = None  # of any text
    encoding_is_sniffed: bool = False
    # of fields at fixed places, as it is proposed
    layout: Mapping[str, str] = field(default_factory=dict)


@dataclass(kw_only=True)
class Opened:
    """A file being read. What it counts is whole once its tables are used up."""

    recognised: Recognised
    file: HashedFile
    rejections: Rejections
    content: TextTables | Worksheet
    proof: EncodingProof | None = None

    def tables(self) -> Iterator[pa.Table]:
        """Tables of text with the line of every record."""
        if isinstance(self.content, Worksheet):
            self.file.read_all()
            return self.content.tables()
        return self.content.tables(self.file.chunks())


def recognise(source: Source, spec: ExportSpec | None, *, export: str) -> Recognised | None:
    """How a file that is no archive is written; none when it is empty. Raises: ExportError."""
    head = source.head()
    if source.damage:
        raise damaged_archive(source.shown)
    return recognise_head(
        head,
        spec,
        complete=len(head) < sniffing.SAMPLE_BYTES or source.size == len(head),
        shown=source.shown,
        export=export,
    )


def recognise_head(
    head: bytes, spec: ExportSpec | None, *, complete: bool, shown: str, export: str
) -> Recognised | None:
    """How the file with these first bytes is written. Raises: ExportError."""
    if not head.strip(b"\xef\xbb\xbf\xff\xfe \r\n\t\x00"):
        return None
    declared = spec.format if spec else None
    found = sniffing.sniff_format(head, shown=shown, declared=declared)
    if found in {"parquet", "excel"}:
        return Recognised(format=found)
    is_sniffed = spec is None or spec.encoding is None
    encoding = sniffing.sniff_encoding(
        head, shown=shown, export=export, declared=spec.encoding if spec else None
    )
    sample = sniffing.take_sample(head, encoding, complete=complete)
    if is_array_of_objects(sample) and declared not in {"json", "csv"}:
        if declared is not None:
            msg = (
                f"{shown} is declared as {declared}, but is one JSON array. Write format: json, or"
                " leave format out."
            )
            raise ExportError(msg)
        found = "json"
    if found == "json" and is_empty_array(sample):
        return None
    refuse_no_table(sample, shown=shown, declared=declared)
    if found in TEXT_READERS:
        return Recognised(format=found, encoding=encoding, encoding_is_sniffed=is_sniffed)
    delimiter = sniffing.sniff_delimiter(
        sample, shown=shown, export=export, declared=spec.delimiter if spec else None
    )
    records = sniffing.sample_records(sample, delimiter)
    refuse_quoted_lines(records, shown=shown)
    if (
        spec is None
        and max(map(len, records), default=0) < 2
        and (layout := proposed_layout(sample))
    ):
        return Recognised(
            format="fixed", encoding=encoding, encoding_is_sniffed=True, layout=layout
        )
    is_asterisk = found == "asterisk" or (
        (spec is None or (spec.format is None and spec.header is not False))
        and sniffing.looks_like_asterisk(sample, delimiter)
    )
    dialect = Dialect(
        encoding=encoding,
        delimiter=delimiter,
        has_separator_line=sniffing.declared_in_file(sample.text) is not None,
        has_header=not is_asterisk and _has_header(records, spec=spec, shown=shown, export=export),
        is_asterisk=is_asterisk,
    )
    return Recognised(
        format="asterisk" if is_asterisk else "csv",
        dialect=dialect,
        encoding=encoding,
        encoding_is_sniffed=is_sniffed,
    )


def _has_header(
    records: Sequence[Sequence[str]], *, spec: ExportSpec | None, shown: str, export: str
) -> bool:
    """Whether the first of these records is a header: of a file without an audit, by its look.

    Raises: ExportError.
    """
    if spec is None:
        return not records or header_of(records, len(records[0]))[0]
    return has_header(
        records,
        named=spec.columns.values() or TABLES[spec.table].names,
        declared=spec.header,
        shown=shown,
        export=export,
    )


def open_source(
    source: Source, recognised: Recognised, spec: ExportSpec | None, *, export: str
) -> Opened:
    """The file, ready to be read once. Not for Parquet, which is read where it lies."""
    shown, decimal = source.shown, (spec.decimal if spec else None) or "."
    rejections, file = Rejections(file=shown, passed_over=source.passed_over), HashedFile(source)
    if recognised.format == "excel":
        sheet = Worksheet(
            source=source,
            rejections=rejections,
            takes_first=spec is None,
            begins_with_header=partial(_has_header, spec=spec, shown=shown, export=export),
            decimal=decimal,
        )
        return Opened(recognised=recognised, file=file, rejections=rejections, content=sheet)
    proof = EncodingProof(encoding=recognised.encoding or "utf-8")
    content: TextTables
    if recognised.dialect is not None:
        content = DelimitedText(
            dialect=recognised.dialect, shown=shown, rejections=rejections, proof=proof
        )
    else:
        content = TEXT_READERS[recognised.format](
            OpenedText(
                shown=shown,
                encoding=proof.encoding,
                rejections=rejections,
                proof=proof,
                spec=spec,
                proposed_layout=recognised.layout,
            )
        )
    return Opened(
        recognised=recognised, file=file, rejections=rejections, content=content, proof=proof
    )


def with_encoding(recognised: Recognised, encoding: str) -> Recognised:
    """The same file, read in another encoding."""
    dialect = (
        replace(recognised.dialect, encoding=encoding) if recognised.dialect is not None else None
    )
    return replace(recognised, dialect=dialect, encoding=encoding)


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
