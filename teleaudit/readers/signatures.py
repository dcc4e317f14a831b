"""What the first bytes of a file say it is: one table for whoever opens files."""

from __future__ import annotations

PARQUET = b"PAR1"
ZIP = b"PK\x03\x04"
EXCEL_97 = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
GZIP, BZIP2, XZ, ZSTD = b"\x1f\x8b", b"BZh", b"\xfd7zXZ\x00", b"\x28\xb5\x2f\xfd"
COMPRESSED = (GZIP, BZIP2, XZ, ZSTD)
# of which a ZIP archive that is a workbook holds one
WORKBOOK_PARTS = frozenset({"xl/workbook.xml", "xl/workbook.bin", "content.xml"})

_FOREIGN = (
    (b"%PDF", "a PDF document"),
    (b"7z\xbc\xaf\x27\x1c", "a 7-Zip archive"),
    (b"Rar!", "a RAR archive"),
    (b"PK\x05\x06", "an empty ZIP archive"),
    (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
    (b"GIF8", "a picture"),
    (b"SQLite format 3\x00", "an SQLite database"),
    (b"\x7fELF", "a program"),
    (b"Obj\x01", "an Avro file"),
    (b"ARROW1", "an Arrow file"),
)


def foreign(head: bytes) -> str | None:
    """What a file is that nothing here reads."""
    return next((what for magic, what in _FOREIGN if head.startswith(magic)), None)


def is_workbook(head: bytes) -> bool:
    """Whether a file from which every archive was unpacked is a workbook: such an archive is one
    too.
    """
    return head.startswith((ZIP, EXCEL_97))
