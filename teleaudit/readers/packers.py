"""What is packed, as the bytes that were packed, in memory that does not grow with them."""

from __future__ import annotations

import bz2
import io
import lzma
import shutil
import tempfile
import zipfile
import zlib
from collections.abc import Callable
from typing import Any, BinaryIO, cast

import pyarrow as pa

from teleaudit.readers.signatures import BZIP2, GZIP, XZ, ZSTD

DAMAGED = "damaged, or packed in a way that is not known here"
ENDINGS = frozenset({".gz", ".bz2", ".xz", ".zst", ".zstd"})
_PART_BYTES = 1 << 13  # of a packed file, that are lost with the place where it is damaged
# zeros with which a block of a disk or tape is filled up behind the end; more of them may have been
# a stream
_MAX_PADDING = 512

# What reading a damaged file raises. A disk that fails raises OSError too; zipfile raises
# RuntimeError for a member that is locked and NotImplementedError for a way of packing that it does
# not know.
READ_ERRORS = (
    OSError,
    EOFError,
    zlib.error,
    lzma.LZMAError,
    zipfile.BadZipFile,
    pa.ArrowException,
    RuntimeError,
    NotImplementedError,
)

# of the packed file, and where damage is noted
Unpacker = Callable[[BinaryIO, list[str]], BinaryIO]


def unpacker_of(head: bytes) -> Unpacker | None:
    """How one file is unpacked that begins so; none where it is not packed, or is an archive of
    files.
    """
    return next((unpacker for magic, unpacker in _UNPACKERS if head.startswith(magic)), None)


class _Unpacking(io.RawIOBase):
    """What an unpacker reads, which closes the packed file too when it is closed: the unpackers
    leave that open.
    """

    # pyarrow's streams have no types
    def __init__(self, stream: Any, packed: BinaryIO, damage: list[str]) -> None:  # noqa: ANN401
        self._stream, self._packed, self._damage = stream, packed, damage
        # what can be had before the place where it is damaged
        self._read = getattr(stream, "read1", stream.read)

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


# pyarrow's streams have no types
def unpacking(stream: Any, packed: BinaryIO, damage: list[str]) -> BinaryIO:  # noqa: ANN401
    """A stream of an unpacker, as a file."""
    return cast("BinaryIO", io.BufferedReader(_Unpacking(stream, packed, damage), _PART_BYTES))


class _Inflating:
    """One stream of gzip, asked as those of bzip2 and xz are."""

    def __init__(self) -> None:
        self._inflate, self._has_more = zlib.decompressobj(wbits=31), False

    @property
    def eof(self) -> bool:
        """Whether the end of the stream was read, and its checksum is right."""
        return self._inflate.eof

    @property
    def unused_data(self) -> bytes:
        """What was read beyond it."""
        return self._inflate.unused_data

    @property
    def needs_input(self) -> bool:
        """Whether nothing comes out before more goes in."""
        return not self._inflate.unconsumed_tail and not self._has_more

    def decompress(self, packed: bytes, size: int) -> bytes:
        """At most so many of the next bytes. Raises: zlib.error."""
        data = self._inflate.decompress(self._inflate.unconsumed_tail + packed, size)
        self._has_more = len(data) == size
        return data


class _Streams:
    """Packed streams one after the other, as pbzip2 and ``cat`` leave them.

    The library's own files pass over whatever follows the first that it cannot read.
    """

    def __init__(
        self, packed: BinaryIO, decompressor: Callable[[], Any], padding: bytes = b""
    ) -> None:
        self._packed, self._new, self._padding = packed, decompressor, padding
        self._current = decompressor()

    def read(self, size: int) -> bytes:
        """The next bytes, none at the end.

        Raises: ``READ_ERRORS``, also for a stream that is cut off, no stream, or overwritten by
        zeros.
        """
        while True:
            packed = b""
            if self._current.eof:
                if not (packed := self._beyond()):
                    return b""
                self._current = self._new()
            elif self._current.needs_input and not (packed := self._packed.read(_PART_BYTES)):
                raise EOFError
            if data := self._current.decompress(packed, size):
                return bytes(data)

    def _beyond(self) -> bytes:
        """The first bytes of the next stream, none where there is none.

        Raises: EOFError where padding is more than that.
        """
        padding, packed = 0, self._current.unused_data or self._packed.read(_PART_BYTES)
        while packed:
            rest = packed.lstrip(self._padding)
            padding += len(packed) - len(rest)
            if padding > (0 if rest else _MAX_PADDING):
                raise EOFError
            if rest:
                return bytes(rest)
            packed = self._packed.read(_PART_BYTES)
        return b""

    def close(self) -> None:
        """Nothing is held but the packed file, which is closed by whoever opened it."""


def _gzip(file: BinaryIO, damage: list[str]) -> BinaryIO:
    return unpacking(_Streams(file, _Inflating, padding=b"\0"), file, damage)


def _bzip2(file: BinaryIO, damage: list[str]) -> BinaryIO:
    return unpacking(_Streams(file, bz2.BZ2Decompressor), file, damage)


def _xz(file: BinaryIO, damage: list[str]) -> BinaryIO:
    return unpacking(_Streams(file, lzma.LZMADecompressor, padding=b"\0"), file, damage)


def _zstd(file: BinaryIO, damage: list[str]) -> BinaryIO:
    return unpacking(pa.CompressedInputStream(pa.PythonFile(file, mode="r"), "zstd"), file, damage)


_UNPACKERS: tuple[tuple[bytes, Unpacker], ...] = (
    (GZIP, _gzip),
    (BZIP2, _bzip2),
    (XZ, _xz),
    (ZSTD, _zstd),
)


def spooled(stream: BinaryIO) -> BinaryIO:
    """All of a stream in a temporary file that has no name, so that nothing stays behind, whatever
    happens.
    """
    file = cast("BinaryIO", tempfile.TemporaryFile())  # noqa: SIM115 (whoever asked closes it)
    shutil.copyfileobj(stream, file, 1 << 20)
    file.seek(0)
    return file
