"""Names of columns, keys, sheets and files that may be shown: a name can be somebody's number."""

from __future__ import annotations

import io
import re
import unicodedata
import zipfile
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cache, lru_cache, partial
from pathlib import Path, PurePath
from typing import BinaryIO, cast

import pyarrow as pa
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq

from teleaudit.detectors.personal import is_date, is_personal, is_personal_path
from teleaudit.readers.headers import escaped
from teleaudit.readers.packers import READ_ERRORS, spooled, unpacker_of
from teleaudit.readers.signatures import PARQUET, WORKBOOK_PARTS, ZIP
from teleaudit.schema import TABLES, plain_header

BEGINNING = 1 << 16  # bytes of a file in which its name is looked for
_BEGINNING_ROWS = 200
_DEEPEST, _MAX_MEMBERS = 3, 100  # of an archive that are looked into
_PARTS_OF_WORKBOOK = ("xl/sharedStrings.xml", "xl/worksheets/sheet1.xml")
_WORD = re.compile(r"[^\W_]+")
_MAX_WORDS = 12  # of a name that is looked for in the file
_WITHIN = r"[ _.\-/]+"  # between the words of a value
_NAME = r"[^\W\d_a-zæøå][\w'’-]+"
_EDGE = r"[;,\t|\"'<>:\x00-\x1f]"  # beside a value
_PERSON = re.compile(
    rf"(?:^|{_EDGE}) *{_NAME}(?: {_NAME}| [^\W\d_]\.){{0,3}} ({_NAME}) *(?={_EDGE}|$)", re.MULTILINE
)


def is_value_of(part: str, beginning: bytes) -> bool:
    """Whether a part of a path bears a whole value that stands in the file's first records: a name
    of several words, a key, a number; or the surname of one.

    Another single word without a digit tells nothing: statuses, products and tables are such words
    too.
    """
    stem = PurePath(part).stem
    if beginning and {word.casefold() for word in _words(stem)} & _surnames(beginning):
        return True
    runs = list(_runs(stem)) if beginning else []
    if not runs:
        return False
    values = "|".join(_WITHIN.join(re.escape(word) for word in run) for run in runs)
    return (
        re.search(
            rf"(?:^|{_EDGE}) *(?:{values}) *(?:{_EDGE}|$)",
            _text(beginning),
            re.IGNORECASE | re.MULTILINE,
        )
        is not None
    )


def is_personal_sheet(name: str, beginning: bytes) -> bool:
    """Whether the name of a sheet is somebody's: as a header would be, or as a value that stands in
    the beginning of the workbook.
    """
    return is_personal(name) or is_value_of(name, beginning)


def shown_sheet(name: str, number: int, beginning: bytes) -> str:
    """The sheet's name, or its number where it has none, or one that is somebody's."""
    is_shown = name.strip() and not is_personal_sheet(name, beginning)
    return escaped(name) if is_shown else f"sheet {number}"


def _words(stem: str) -> list[str]:
    return _WORD.findall(unicodedata.normalize("NFC", stem))[:_MAX_WORDS]


@lru_cache(maxsize=16)
def _surnames(beginning: bytes) -> frozenset[str]:
    """The last words of values that are written as names of persons are, each word with a capital;
    but none that a column is called too.
    """
    text = _text(beginning)
    _, _, others = text.partition("\n")  # below the header, unless it is JSON
    found = {
        found[1].casefold()
        for found in _PERSON.finditer(others if others and text[:1] not in {"{", "["} else text)
    }
    return frozenset(word for word in found if plain_header(word) not in _headers())


@cache
def _headers() -> frozenset[str]:
    return frozenset(
        plain_header(name)
        for table in TABLES.values()
        for column in table.columns
        for name in (table.name, column.name, *column.synonyms)
    )


def _runs(stem: str) -> Iterator[list[str]]:
    """The words of a name that follow each other and may be a value."""
    words = _words(stem)
    for first in range(len(words)):
        for end in range(first + 1, len(words) + 1):
            if _may_be_somebodys(words[first:end]):
                yield words[first:end]


def _may_be_somebodys(words: list[str]) -> bool:
    if all(word.isdigit() for word in words):
        digits = "".join(words)
        return len(digits) >= 5 and not is_date(digits)
    return sum(word.isalpha() for word in words) >= 2 or any(
        not word.isalpha() and not word.isdigit() for word in words
    )


def _text(content: bytes) -> str:
    """The content as text, whatever it is written in: for looking for a word, not for reading."""
    plain = content.replace(b"\0", b"")
    try:
        return unicodedata.normalize("NFC", plain.decode("utf-8"))
    except UnicodeDecodeError:
        return plain.decode("cp1252", "replace")


def beginning_of(path: Path) -> bytes:
    """The first bytes of a file, of a packed table the texts of its first records; empty where it
    cannot be read, which its reader will say.
    """
    if not path.is_file():
        return b""  # a pipe would be waited for
    return beginning_within(lambda: path.open("rb"))


def beginning_within(opened: Callable[[], BinaryIO], packed: int = 0) -> bytes:
    """The same of what can be opened so: of what is packed in it, as far as that goes."""
    with suppress(*READ_ERRORS):
        with opened() as file:
            head = file.read(BEGINNING)
        unpacker = unpacker_of(head)
        if packed >= _DEEPEST or (unpacker is None and not head.startswith((ZIP, PARQUET))):
            return head
        if unpacker is not None:
            return beginning_within(lambda: unpacker(opened(), []), packed + 1)
        with opened() as file, file if file.seekable() else spooled(file) as anywhere:
            return (
                _texts_of_parquet(anywhere)
                if head.startswith(PARQUET)
                else _texts_of_archive(anywhere, packed)
            )
    return b""


def _texts_of_archive(file: BinaryIO, packed: int) -> bytes:
    """Of a workbook its first texts; of another ZIP archive those of its first members."""
    with zipfile.ZipFile(file) as archive:
        names = archive.namelist()
        if WORKBOOK_PARTS & set(names):
            return b"\n".join(
                archive.open(name).read(BEGINNING) for name in _PARTS_OF_WORKBOOK if name in names
            )
        return b"\n".join(
            beginning_within(partial(_member, archive, name), packed + 1)
            for name in names[:_MAX_MEMBERS]
        )


def _member(archive: zipfile.ZipFile, name: str) -> BinaryIO:
    return cast("BinaryIO", archive.open(name))


def _texts_of_parquet(anywhere: BinaryIO) -> bytes:
    written = io.BytesIO()
    with pq.ParquetFile(anywhere) as file:
        names = [
            field.name
            for field in file.schema_arrow
            if pa.types.is_string(field.type)
            or pa.types.is_large_string(field.type)
            or pa.types.is_integer(field.type)
        ]
        for batch in file.iter_batches(_BEGINNING_ROWS, columns=names):
            pa_csv.write_csv(batch, written)
            break
    return written.getvalue()


@dataclass(kw_only=True)
class ShownPaths:
    """How paths are shown: as given, but for the parts of them that are somebody's number.

    The same part is shown the same.
    """

    _withheld: dict[str, int] = field(default_factory=dict)

    def of(self, path: str, beginning: bytes = b"") -> str:
        """The path as it may be shown, to say where a file of that ``beginning`` lies: a part that
        is a value of one of its first records is withheld too.
        """
        return "/".join(self._part(part, beginning) for part in path.split("/"))

    def of_member(self, path: str, opened: Callable[[], BinaryIO]) -> str:
        """How the member of an archive is shown that can be opened so."""
        return self.of(path, beginning_within(opened))

    def of_file(self, path: Path, named: str) -> str:
        """How a file that lies on this machine is shown that is ``named`` so."""
        return self.of(named, beginning_of(path))

    def _part(self, part: str, beginning: bytes) -> str:
        if not is_personal_path(part) and not is_value_of(part, beginning):
            return escaped(part)
        number = self._withheld.setdefault(part, len(self._withheld) + 1)
        suffix = PurePath(part).suffix
        return f"(name withheld {number}){suffix if suffix[1:].isalpha() else ''}"
