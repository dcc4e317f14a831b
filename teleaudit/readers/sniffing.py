"""What a file is, by its content: format, encoding, delimiter.

What cannot be decided is refused, never guessed.
"""

from __future__ import annotations

import codecs
import csv
import io
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from teleaudit.errors import ExportError
from teleaudit.readers.signatures import PARQUET, foreign, is_workbook
from teleaudit.rules.audit_file import FORMATS, Format

SAMPLE_BYTES = 1 << 20
DELIMITERS = (";", ",", "\t", "|")
SAMPLE_RECORDS = 200

_BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_EBCDIC = tuple(
    bytes([code])
    for first, last in (
        (0x81, 0x89),
        (0x91, 0x99),
        (0xA2, 0xA9),
        (0xC1, 0xC9),
        (0xD1, 0xD9),
        (0xE2, 0xE9),
        (0xF0, 0xF9),
        (0x40, 0x40),
    )
    for code in range(first, last + 1)
)
_NO_TEXT = {"parquet", "excel"}
DANISH_LETTERS = "æøåÆØÅéÉöÖüÜäÄ"


@dataclass(frozen=True, kw_only=True)
class Sample:
    """The beginning of a text file, decoded: enough to see how it is written."""

    text: str
    encoding: str
    complete: bool  # the whole file is in it


def sniff_format(head: bytes, *, shown: str, declared: Format | None = None) -> Format:
    """The format by the first bytes of what is no archive; for text, ``csv`` until more of it is
    seen.

    Raises: ExportError when the content is something else than declared, or nothing that can be
    read.
    """
    found = _binary_format(head, shown)
    if found is None:
        text = head.lstrip(b"\xef\xbb\xbf").lstrip()
        if declared in _NO_TEXT:
            msg = (
                f"{shown} is declared as {declared}, but is text. Write the format that it has"
                f" ({', '.join(name for name in FORMATS if name not in _NO_TEXT)}), or leave format"
                " out."
            )
            raise ExportError(msg)
        return declared or ("jsonl" if text[:1] == b"{" else "csv")
    if declared is not None and declared != found:
        msg = (
            f"{shown} is declared as {declared}, but its content is {found}. Write format: {found},"
            " or leave format out."
        )
        raise ExportError(msg)
    return found


def _binary_format(head: bytes, shown: str) -> Format | None:
    """Parquet or Excel, or none for text."""
    what = foreign(head)
    if what is not None:
        msg = (
            f"{shown} is {what}, not an export that can be read. Export it as CSV, JSON lines,"
            " Parquet or Excel."
        )
        raise ExportError(msg)
    if head.startswith(PARQUET):
        return "parquet"
    return "excel" if is_workbook(head) else None


def sniff_encoding(head: bytes, *, shown: str, export: str, declared: str | None = None) -> str:
    """The codec that the file is read with; ``utf-8`` also for plain ASCII (the reader proves it
    over the whole file).

    Raises: ExportError for an unknown codec, a byte order mark against the declaration, or NUL
    bytes of UTF-16 without a mark.
    """
    marked = next((name for mark, name in _BYTE_ORDER_MARKS if head.startswith(mark)), None)
    if declared is not None:
        return _declared_encoding(declared, marked, shown=shown, export=export)
    if marked is not None:
        return marked
    if _looks_like_ebcdic(head):
        msg = (
            f"{shown} looks like EBCDIC, as mainframes write text. Export it as UTF-8, or say which"
            f" code page it has: exports.{export}.encoding: cp037 (or cp273, cp1140 ...) in"
            " audit.yaml."
        )
        raise ExportError(msg)
    return _sniff_utf16(head) or _utf8_or_windows(head)


def _declared_encoding(declared: str, marked: str | None, *, shown: str, export: str) -> str:
    name = codecs.lookup(declared).name
    if marked is not None and not name.replace("_", "-").startswith(marked):
        msg = (
            f"{shown} is declared as {declared}, but begins with the mark of {marked}. Write"
            f" exports.{export}.encoding: {marked} in audit.yaml."
        )
        raise ExportError(msg)
    return "utf-8" if name == "utf-8-sig" else name


def _looks_like_ebcdic(head: bytes) -> bool:
    """Whether nearly all bytes are its letters, digits and blanks, and none a line break of ASCII:
    in Western text such bytes are the few beyond ASCII.
    """
    return (
        len(head) >= 64 and b"\n" not in head and sum(map(head.count, _EBCDIC)) >= 0.8 * len(head)
    )


def _sniff_utf16(head: bytes) -> str | None:
    """UTF-16 without a mark: Western text has a zero in every other byte."""
    if len(head) < 4:
        return None
    half = len(head) // 2
    if head[1::2].count(0) > 0.8 * half and head[0::2].count(0) < 0.05 * half:
        return "utf-16-le"
    if head[0::2].count(0) > 0.8 * half and head[1::2].count(0) < 0.05 * half:
        return "utf-16-be"
    return None


def _utf8_or_windows(head: bytes) -> str:
    """UTF-8 when more lines with letters beyond ASCII decode than do not."""
    if head.isascii():
        return "utf-8"
    beyond_ascii = [
        line
        for line in head.splitlines()[: None if len(head) < SAMPLE_BYTES else -1]
        if not line.isascii()
    ]
    good = sum(1 for line in beyond_ascii if _decodes(line))
    return "utf-8" if good >= len(beyond_ascii) - good else "cp1252"


def _decodes(line: bytes) -> bool:
    try:
        line.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def take_sample(head: bytes, encoding: str, *, complete: bool) -> Sample:
    """The beginning of the file as text, without byte order mark; what does not decode is marked,
    not refused, here.
    """
    text = codecs.getincrementaldecoder(encoding)("replace").decode(head, final=complete)
    return Sample(text=text.removeprefix("\ufeff"), encoding=encoding, complete=complete)


def declared_in_file(text: str) -> str | None:
    """The delimiter of Excel's first line ``sep=;``, which is not part of the data."""
    first = text.split("\n", 1)[0].rstrip("\r")
    return first[4] if len(first) == 5 and first.lower().startswith("sep=") else None


def first_records(
    text: str, delimiter: str, *, complete: bool, limit: int = SAMPLE_RECORDS
) -> list[list[str]]:
    """The first records of delimited text; the last one is left out when the sample may have cut
    it.
    """
    lines = text.splitlines(keepends=True)
    records: list[list[str]] = []
    csv.field_size_limit(max(csv.field_size_limit(), len(text) + 1))
    for record in csv.reader(
        io.StringIO("".join(lines[: limit * 4]), newline=""), delimiter=delimiter
    ):
        records.append(record)
        if len(records) > limit:
            break
    cut = not complete or len(lines) > limit * 4 or len(records) > limit
    return [record for record in (records[:-1] if cut and len(records) > 1 else records) if record]


def sample_records(sample: Sample, delimiter: str) -> list[list[str]]:
    """The first records below Excel's line ``sep=;``; none where they cannot be cut."""
    text = (
        sample.text.split("\n", 1)[-1] if declared_in_file(sample.text) is not None else sample.text
    )
    try:
        return first_records(text, delimiter, complete=sample.complete)
    except csv.Error:
        return []


def sniff_delimiter(
    sample: Sample,
    *,
    shown: str,
    export: str,
    declared: str | None = None,
    is_lenient: bool = False,
) -> str:
    """The delimiter: as ``sep=`` says, as declared, or the one that cuts every record into as many
    fields as the header.

    Raises: ExportError when the declared one does not fit and another does, or, unless lenient, when
    two fit equally well.
    """
    said = declared_in_file(sample.text)
    fits = {delimiter: _fit(sample_records(sample, delimiter)) for delimiter in DELIMITERS}
    best = max(fits, key=lambda delimiter: (fits[delimiter], fits[delimiter].usual))
    wanted = {"\\t": "\t", "tab": "\t"}.get(declared, declared) if declared is not None else said
    if wanted is not None:
        fit = fits.get(wanted) or _fit(sample_records(sample, wanted))
        if is_lenient and fit.columns <= 1 and fits[best].consistent:
            return best
        _check_wanted(wanted, fit, best, fits[best], shown=shown, export=export)
        return wanted
    rivals = [delimiter for delimiter in DELIMITERS if fits[delimiter] == fits[best]]
    if fits[best].columns > 1 and len(rivals) > 1 and not is_lenient:
        msg = (
            f"{shown}: {' and '.join(_named(rival) for rival in rivals)} cut it equally well. Say"
            f" which: exports.{export}.delimiter in audit.yaml."
        )
        raise ExportError(msg)
    return best


@dataclass(frozen=True, order=True)
class _Fit:
    consistent: bool  # nearly every record has as many fields as the header, and more than one
    columns: int  # of the header, where that is so
    # share of records with as many fields as most, more than one, and how many these are
    usual: tuple[float, int] = field(default=(0.0, 0), compare=False)


def _fit(records: Sequence[Sequence[str]]) -> _Fit:
    if not records:
        return _Fit(consistent=False, columns=0)
    counts = Counter(len(record) for record in records)
    columns = len(records[0])
    width, most = usual_width(records)
    return _Fit(
        consistent=columns > 1 and counts[columns] >= 0.5 * len(records),
        columns=columns,
        usual=(most / len(records) if width > 1 else 0.0, width),
    )


def usual_width(records: Sequence[Sequence[str]]) -> tuple[int, int]:
    """How many fields most records have, and how many these are."""
    return Counter(map(len, records)).most_common(1)[0] if records else (0, 0)


def _check_wanted(
    wanted: str, fit: _Fit, best: str, best_fit: _Fit, *, shown: str, export: str
) -> None:
    if len(wanted) != 1:
        msg = f"exports.{export}.delimiter in audit.yaml is one character (or tab)."
        raise ExportError(msg)
    if fit.columns <= 1 and best_fit.consistent:
        msg = (
            f"{shown}: cut at {_named(wanted)} the header has {fit.columns} column, cut at"
            f" {_named(best)} it has {best_fit.columns}. Write exports.{export}.delimiter: '{best}'"
            " in audit.yaml."
        )
        raise ExportError(msg.replace("'\t'", "tab"))


def _named(delimiter: str) -> str:
    names = {";": "semicolon", ",": "comma", "\t": "tab", "|": "bar"}
    return names.get(delimiter, f"'{delimiter}'")
