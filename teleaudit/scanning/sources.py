"""Which files there are to scan, and what is packed in them. Files are opened for reading only."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import os
import shutil
import stat
import sys
import tempfile
import zipfile
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path, PurePath
from typing import Any, BinaryIO, cast

import pyarrow as pa

from teleaudit.errors import UserError, near_match
from teleaudit.readers.withheld import ShownPaths, is_personal_path

STDIN = "-"
DEEPEST = 3  # archives in archives in archives
HEAD_BYTES = 1 << 20
DAMAGED = "damaged, or packed in a way that is not known here"
_PART_BYTES = 1 << 13  # of a packed file, that are lost with the place where it is damaged
_ENCRYPTED = 1  # a flag of ZIP members
_WORKBOOK_PARTS = frozenset({"xl/workbook.xml", "xl/workbook.bin", "content.xml"})


class UnreadableError(Exception):
    """Why a file, or the rest of it, could not be scanned; in words that hold nothing of the file."""


# What reading a damaged file raises. A disk that fails raises OSError too.
READ_ERRORS = (OSError, EOFError, zlib.error, lzma.LZMAError, zipfile.BadZipFile, pa.ArrowException, RuntimeError, NotImplementedError)


@dataclass(frozen=True, kw_only=True)
class Source:
    """Something that can be read from its start, as often as asked."""

    shown: str
    suffix: str  # of its own name, in lower case: .csv, .log
    open: Callable[[], BinaryIO]
    size: int | None = None  # bytes; None where nobody knows
    is_plain: bool = True  # what is opened may be read from its middle
    depth: int = 0
    damage: list[str] = field(default_factory=list)  # why what was read of it is not all there is

    def head(self) -> bytes:
        """The first bytes."""
        with self.open() as file:
            return file.read(HEAD_BYTES)

    def open_anywhere(self) -> BinaryIO:
        """A file that can be read from its middle; what is packed is unpacked into a temporary file without a name."""
        if self.is_plain:
            return self.open()
        with self.open() as packed:
            return _spooled(packed)


def find_sources(paths: Sequence[Path]) -> Iterator[Source | tuple[str, str]]:
    """Every file below the paths, in the order of their names; or what is shown of it and why it cannot be scanned.

    Raises: UserError for a path that is not there or no file, before anything is read.
    """
    _check(paths)
    shown = ShownPaths()
    seen: set[tuple[int, int]] = set()
    for path in paths:
        if str(path) == STDIN:
            with _spooled(sys.stdin.buffer) as kept:
                yield Source(shown=STDIN, suffix="", open=_opener_of(kept), size=os.fstat(kept.fileno()).st_size)
        elif path.is_dir():
            yield from _in_folder(path, shown, seen)
        else:
            yield _source(path, shown, seen) or (shown.of(path.as_posix()), "given twice")


def _check(paths: Sequence[Path]) -> None:
    for path in paths:
        if str(path) == STDIN:
            continue
        named = ShownPaths().of(path.as_posix())
        try:
            mode = path.stat().st_mode
        except PermissionError:
            continue  # said when its turn comes
        except OSError:
            msg = f"no file or folder {named}.{_near(path)}"
            raise UserError(msg) from None
        if not stat.S_ISREG(mode) and not stat.S_ISDIR(mode):
            msg = f"{named} is neither a file nor a folder. To scan what another program writes, pipe it in and name it '-'."
            raise UserError(msg)


def _near(path: Path) -> str:
    with suppress(OSError):
        return near_match(path.name, [near.name for near in path.parent.iterdir() if not is_personal_path(near.name)])
    return ""


def _in_folder(folder: Path, shown: ShownPaths, seen: set[tuple[int, int]]) -> Iterator[Source | tuple[str, str]]:
    """Links are followed, each file and folder once: a link that leads back ends there."""
    waiting = [folder]
    while waiting:
        place = waiting.pop()
        try:
            found = place.stat()
            if (found.st_dev, found.st_ino) in seen:
                continue
            seen.add((found.st_dev, found.st_ino))
            entries = sorted(os.scandir(place), key=lambda entry: entry.name)
        except OSError as error:
            yield shown.of(place.as_posix()), _words(error)
            continue
        inner: list[Path] = []
        for entry in entries:
            path = place / entry.name
            if _is_folder(entry):
                inner.append(path)
                continue
            source = _source(path, shown, seen)
            if source is not None:
                yield source
        waiting += reversed(inner)


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:
        return False  # a link to itself


def _source(path: Path, shown: ShownPaths, seen: set[tuple[int, int]]) -> Source | tuple[str, str] | None:
    """The file; why it is none to be read; nothing when it was seen before."""
    named = shown.of(path.as_posix())
    try:
        found = path.stat()
    except OSError as error:
        return named, _words(error)
    if not stat.S_ISREG(found.st_mode):
        return named, "neither a file nor a folder"
    named = shown.of_file(path, path.as_posix())
    if (found.st_dev, found.st_ino) in seen:
        return None
    seen.add((found.st_dev, found.st_ino))
    return Source(shown=named, suffix=path.suffix.lower(), open=lambda: path.open("rb"), size=found.st_size)


def _words(error: OSError) -> str:
    """What the system says, without the name of the file."""
    return {PermissionError: "no permission", FileNotFoundError: "a link that leads nowhere"}.get(type(error), (error.strerror or "cannot be read").lower())


def _opener_of(file: BinaryIO) -> Callable[[], BinaryIO]:
    """Opens a temporary file from its start, for one reader after the other: it has no name to open it by."""

    def open_again() -> BinaryIO:
        again = os.fdopen(os.dup(file.fileno()), "rb")
        again.seek(0)
        return again

    return open_again


def _spooled(stream: BinaryIO) -> BinaryIO:
    """All of a stream in a temporary file that has no name, so that nothing stays behind, whatever happens."""
    file = cast("BinaryIO", tempfile.TemporaryFile())  # noqa: SIM115 (whoever asked closes it)
    shutil.copyfileobj(stream, file, 1 << 20)
    file.seek(0)
    return file


# What is packed


def unpacked(source: Source) -> Iterator[Source | tuple[str, str]]:
    """The source itself when nothing is packed in it; else what is, however deep."""
    head = source.head()[:16]
    opener = next((opener for magic, opener in _PACKED if head.startswith(magic)), None)
    if opener is None and not head.startswith(b"PK\x03\x04"):
        yield source
        return
    if source.depth >= DEEPEST:
        yield source.shown, f"packed more than {DEEPEST} times over"
        return
    if opener is None:
        yield from _members(source)
        return
    # The name inside is the one without the ending of the packer, where it has one.
    inner = PurePath(source.shown.removesuffix(source.suffix)).suffix.lower() if source.suffix in _ENDINGS else source.suffix
    damage = source.damage
    yield from unpacked(Source(shown=source.shown, suffix=inner, open=lambda: opener(source.open(), damage), is_plain=False, depth=source.depth + 1, damage=damage))


def _members(source: Source) -> Iterator[Source | tuple[str, str]]:
    """The files of a ZIP archive; the archive itself when it is a workbook."""
    with source.open_anywhere() as file:
        with zipfile.ZipFile(file) as archive:
            members = [member for member in archive.infolist() if not member.is_dir()]
        if _WORKBOOK_PARTS & {member.filename for member in members}:
            yield source
            return
        shown, opened = ShownPaths(), source.open if source.is_plain else _opener_of(file)
        for member in sorted(members, key=lambda member: member.filename):
            yield from _member(source, member, f"{source.shown}/{shown.of(member.filename)}", opened)


def _member(source: Source, member: zipfile.ZipInfo, named: str, opened: Callable[[], BinaryIO]) -> Iterator[Source | tuple[str, str]]:
    if member.flag_bits & _ENCRYPTED:
        yield named, "protected by a password"
        return
    suffix, damage = PurePath(member.filename).suffix.lower(), list[str]()
    opener = _member_opener(opened, member, damage)
    try:
        yield from unpacked(Source(shown=named, suffix=suffix, open=opener, size=member.file_size, is_plain=False, depth=source.depth + 1, damage=damage))
    except READ_ERRORS:
        yield named, DAMAGED


def _member_opener(opened: Callable[[], BinaryIO], member: zipfile.ZipInfo, damage: list[str]) -> Callable[[], BinaryIO]:
    def open_member() -> BinaryIO:
        file = opened()
        try:
            with zipfile.ZipFile(file) as archive:
                return _unpacking(archive.open(member), file, damage)
        except BaseException:
            file.close()
            raise

    return open_member


class _Unpacking(io.RawIOBase):
    """What an unpacker reads, which closes the packed file too when it is closed: the unpackers leave that open."""

    def __init__(self, stream: Any, packed: BinaryIO, damage: list[str]) -> None:  # noqa: ANN401 (pyarrow's streams have no types)
        self._stream, self._packed, self._damage = stream, packed, damage
        self._read = getattr(stream, "read1", stream.read)  # what can be had before the place where it is damaged

    def readable(self) -> bool:
        """Yes."""
        return True

    def readinto(self, buffer: Any, /) -> int:  # noqa: ANN401 (as RawIOBase has it)
        """The next bytes; none behind the place where it is damaged, which is noted."""
        try:
            data = self._read(len(buffer))
        except READ_ERRORS:
            self._damage.append(DAMAGED)
            return 0
        buffer[: len(data)] = data
        return len(data)

    def close(self) -> None:
        """Close both."""
        if not self.closed:
            self._stream.close()
            self._packed.close()
        super().close()


def _unpacking(stream: Any, packed: BinaryIO, damage: list[str]) -> BinaryIO:  # noqa: ANN401 (pyarrow's streams have no types)
    return cast("BinaryIO", io.BufferedReader(_Unpacking(stream, packed, damage), _PART_BYTES))


def _gzip(file: BinaryIO, damage: list[str]) -> BinaryIO:
    return _unpacking(gzip.GzipFile(fileobj=file), file, damage)


def _bzip2(file: BinaryIO, damage: list[str]) -> BinaryIO:
    return _unpacking(bz2.BZ2File(file), file, damage)


def _xz(file: BinaryIO, damage: list[str]) -> BinaryIO:
    return _unpacking(lzma.LZMAFile(file), file, damage)


def _zstd(file: BinaryIO, damage: list[str]) -> BinaryIO:
    return _unpacking(pa.CompressedInputStream(pa.PythonFile(file, mode="r"), "zstd"), file, damage)


_PACKED = ((b"\x1f\x8b", _gzip), (b"BZh", _bzip2), (b"\xfd7zXZ\x00", _xz), (b"\x28\xb5\x2f\xfd", _zstd))
_ENDINGS = frozenset({".gz", ".bz2", ".xz", ".zst", ".zstd"})
