"""What a file is, by its content, and its reader."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from teleaudit.errors import ExportError
from teleaudit.readers import dialects, sniffing
from teleaudit.readers.delimited import DelimitedText, Dialect
from teleaudit.readers.documents import refuse_no_table, refuse_quoted_lines
from teleaudit.readers.formats import TEXT_FORMATS
from teleaudit.readers.formats.fixed import proposed_layout
from teleaudit.readers.formats.json import is_empty_array
from teleaudit.readers.hashed_file import damaged_archive
from teleaudit.readers.headers import has_header, header_of
from teleaudit.readers.sources import Source
from teleaudit.readers.text_tables import OpenedText, TextTables
from teleaudit.rules.audit_file import ExportSpec, Format
from teleaudit.schema import TABLES


@dataclass(frozen=True, kw_only=True)
class Recognised:
    """How a file is written, as declared or by its content."""

    format: Format
    dialect: Dialect | None = None  # of delimited text
    encoding: str | None = None  # of any text
    encoding_is_sniffed: bool = False
    # of fields at fixed places, as it is proposed
    layout: Mapping[str, str] = field(default_factory=dict)


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
    head: bytes,
    spec: ExportSpec | None,
    *,
    complete: bool,
    shown: str,
    export: str,
    is_lenient: bool = False,
) -> Recognised | None:
    """How the file with these first bytes is written.

    Lenient, of two delimiters that fit the likelier one is taken, and a layout of fixed places only
    where its header names the fields: another may cut values at their blanks.

    Raises: ExportError.
    """
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
    begun = next((name for name, each in TEXT_FORMATS.items() if each.begins(sample)), found)
    if declared is None:
        found = begun
    elif begun in TEXT_FORMATS and begun != declared:
        msg = (
            f"{shown} is declared as {declared}, but is {TEXT_FORMATS[begun].called}. Write format:"
            f" {begun}, or leave format out."
        )
        raise ExportError(msg)
    if found == "json" and is_empty_array(sample):
        return None
    refuse_no_table(sample, shown=shown, declared=declared)
    if found in TEXT_FORMATS:
        return Recognised(format=found, encoding=encoding, encoding_is_sniffed=is_sniffed)
    delimiter = sniffing.sniff_delimiter(
        sample,
        shown=shown,
        export=export,
        declared=spec.delimiter if spec else None,
        is_lenient=is_lenient,
    )
    records = sniffing.sample_records(sample, delimiter)
    refuse_quoted_lines(records, shown=shown)
    if (
        spec is None
        and max(map(len, records), default=0) < 2
        and (layout := proposed_layout(sample, is_lenient=is_lenient))
    ):
        return Recognised(
            format="fixed", encoding=encoding, encoding_is_sniffed=True, layout=layout
        )
    is_asterisk = found == "asterisk" or (
        (spec is None or (spec.format is None and spec.header is not False))
        and bool(records)
        and dialects.is_asterisk(records[0])
    )
    dialect = Dialect(
        encoding=encoding,
        delimiter=delimiter,
        has_separator_line=sniffing.declared_in_file(sample.text) is not None,
        has_header=not is_asterisk
        and begins_with_header(records, spec=spec, shown=shown, export=export),
        is_asterisk=is_asterisk,
    )
    return Recognised(
        format="asterisk" if is_asterisk else "csv",
        dialect=dialect,
        encoding=encoding,
        encoding_is_sniffed=is_sniffed,
    )


def begins_with_header(
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


def text_tables(recognised: Recognised, text: OpenedText) -> TextTables:
    """The reader of a file of text."""
    if recognised.dialect is not None:
        return DelimitedText(
            dialect=recognised.dialect,
            shown=text.shown,
            rejections=text.rejections,
            proof=text.proof,
        )
    return TEXT_FORMATS[recognised.format].of(replace(text, proposed_layout=recognised.layout))


def with_encoding(recognised: Recognised, encoding: str) -> Recognised:
    """The same file, read in another encoding."""
    dialect = (
        replace(recognised.dialect, encoding=encoding) if recognised.dialect is not None else None
    )
    return replace(recognised, dialect=dialect, encoding=encoding)
