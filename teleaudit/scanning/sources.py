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
from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import Any, BinaryIO, cast

import pyarrow as pa

from teleaudit.errors import UserError, near_match
from teleaudit.scanning.withheld import ShownPaths, is_personal_path

STDIN = "-"
DEEPEST = 3  # archives in archives in archives
HEAD_BYTES = 1 << 20
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
            yield _standard_input()
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
    if (found.st_dev, found.st_ino) in seen:
        return None
    seen.add((found.st_dev, found.st_ino))
    return Source(shown=named, suffix=path.suffix.lower(), open=lambda: path.open("rb"), size=found.st_size)


def _words(error: OSError) -> str:
    """What the system says, without the name of the file."""
    return {PermissionError: "no permission", FileNotFoundError: "a link that leads nowhere"}.get(type(error), (error.strerror or "cannot be read").lower())


class _Shared:
    """A temporary file that several readers use one after the other: closing a reader only rewinds it."""

    def __init__(self, file: BinaryIO) -> None:
        self.file = file

    def open(self) -> BinaryIO:
        """The file from its start."""
        again = os.fdopen(os.dup(self.file.fileno()), "rb")
        again.seek(0)
        return again


def _spooled(stream: BinaryIO) -> BinaryIO:
    """All of a stream in a temporary file that has no name, so that nothing stays behind, whatever happens."""
    file = cast("BinaryIO", tempfile.TemporaryFile())  # noqa: SIM115 (whoever asked closes it)
    shutil.copyfileobj(stream, file, 1 << 20)
    file.seek(0)
    return file


def _standard_input() -> Source:
    kept = _Shared(_spooled(sys.stdin.buffer))
    return Source(shown=STDIN, suffix="", open=kept.open, size=os.fstat(kept.file.fileno()).st_size)


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
    yield from unpacked(Source(shown=source.shown, suffix=inner, open=lambda: opener(source.open()), is_plain=False, depth=source.depth + 1))


def _members(source: Source) -> Iterator[Source | tuple[str, str]]:
    """The files of a ZIP archive; the archive itself when it is a workbook."""
    with source.open_anywhere() as file, zipfile.ZipFile(file) as archive:
        members = [member for member in archive.infolist() if not member.is_dir()]
    if _WORKBOOK_PARTS & {member.filename for member in members}:
        yield source
        return
    shown, kept = ShownPaths(), None if source.is_plain else _Shared(source.open_anywhere())
    opened = source.open if kept is None else kept.open
    for member in sorted(members, key=lambda member: member.filename):
        named = f"{source.shown}/{shown.of(member.filename)}"
        if member.flag_bits & 1:
            yield named, "protected by a password"
            continue
        inner = Source(
            shown=named, suffix=PurePath(member.filename).suffix.lower(), open=_member_opener(opened, member), size=member.file_size, is_plain=False, depth=source.depth + 1
        )
        try:
            yield from unpacked(inner)
        except READ_ERRORS:
            yield named, "damaged, or packed in a way that is not known here"


def _member_opener(opened: Callable[[], BinaryIO], member: zipfile.ZipInfo) -> Callable[[], BinaryIO]:
    def open_member() -> BinaryIO:
        file = opened()
        try:
            with zipfile.ZipFile(file) as archive:
                return _unpacking(archive.open(member), file)
        except BaseException:
            file.close()
            raise

    return open_member


class _Unpacking(io.RawIOBase):
    """What an unpacker reads, which closes the packed file too when it is closed: the unpackers leave that open."""

    def __init__(self, stream: Any, packed: BinaryIO) -> None:  # noqa: ANN401 (pyarrow's streams have no types)
        self._stream, self._packed = stream, packed

    def readable(self) -> bool:
        """Yes."""
        return True

    def readinto(self, buffer: Any, /) -> int:  # noqa: ANN401 (as RawIOBase has it)
        """The next bytes."""
        data = self._stream.read(len(buffer))
        buffer[: len(data)] = data
        return len(data)

    def close(self) -> None:
        """Close both."""
        if not self.closed:
            self._stream.close()
            self._packed.close()
        super().close()


def _unpacking(stream: Any, packed: BinaryIO) -> BinaryIO:  # noqa: ANN401 (pyarrow's streams have no types)
    return cast("BinaryIO", io.BufferedReader(_Unpacking(stream, packed), 1 << 18))


def _gzip(file: BinaryIO) -> BinaryIO:
    return _unpacking(gzip.GzipFile(fileobj=file), file)


def _bzip2(file: BinaryIO) -> BinaryIO:
    return _unpacking(bz2.BZ2File(file), file)


def _xz(file: BinaryIO) -> BinaryIO:
    return _unpacking(lzma.LZMAFile(file), file)


def _zstd(file: BinaryIO) -> BinaryIO:
    return _unpacking(pa.CompressedInputStream(pa.PythonFile(file, mode="r"), "zstd"), file)


_PACKED = ((b"\x1f\x8b", _gzip), (b"BZh", _bzip2), (b"\xfd7zXZ\x00", _xz), (b"\x28\xb5\x2f\xfd", _zstd))
_ENDINGS = frozenset({".gz", ".bz2", ".xz", ".zst", ".zstd"})
