"""Export files read in chunks, with the SHA-256 of the file as it lies there: of what is packed,
that of the archive.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

from teleaudit.errors import ExportError
from teleaudit.readers.sources import Source

CHUNK_BYTES = 8 << 20


class HashedFile:
    """One pass over a file. ``sha256`` is that of all bytes once the chunks are used up."""

    def __init__(self, source: Source) -> None:
        assert source.path is not None  # noqa: S101 (exports lie in files)
        self._source = source
        self._path = source.path
        self._digest = hashlib.sha256()
        self.sha256 = ""  # hexadecimal
        self.size_bytes = 0  # of the file as it lies there

    def chunks(self) -> Iterator[bytes]:
        """What is to be read, unpacked.

        Raises: ExportError when it is damaged, or changes while it is read.
        """
        before = self._path.stat()
        yield from self._chunks(before.st_size) if self._source.is_plain else self._unpacked()
        after = self._path.stat()
        if (before.st_size, before.st_mtime_ns) != (
            after.st_size,
            after.st_mtime_ns,
        ) or self.size_bytes > before.st_size:
            raise changed_while_read(self._source.shown)

    def _chunks(self, size: int) -> Iterator[bytes]:
        with self._source.open() as file:
            # it may grow as fast as it is read
            while self.size_bytes <= size and (chunk := file.read(CHUNK_BYTES)):
                self._digest.update(chunk)
                self.size_bytes += len(chunk)
                yield chunk
        self.sha256 = self._digest.hexdigest()

    def _unpacked(self) -> Iterator[bytes]:
        with self._source.open() as file:
            while chunk := file.read(CHUNK_BYTES):
                yield chunk
        if self._source.damage:
            raise damaged_archive(self._source.shown)
        found = self._path.stat()
        self.sha256, self.size_bytes = _hashed(self._path, found.st_size, found.st_mtime_ns)

    def read_all(self) -> None:
        """Takes the fingerprint of a file that another library reads."""
        for _ in self.chunks():
            pass


def changed_while_read(shown: str) -> ExportError:
    """The refusal of a file that is not the same at the end as at the beginning."""
    return ExportError(f"{shown} changed while it was read. Run again when the export is complete.")


def damaged_archive(shown: str) -> ExportError:
    """The refusal of a file whose content cannot be unpacked to its end."""
    return ExportError(
        f"{shown} is damaged: it cannot be unpacked to its end. Export it again, or copy it again"
        " from where it was made."
    )


@lru_cache(maxsize=256)
def _hashed(path: Path, _size: int, _modified_ns: int) -> tuple[str, int]:
    """SHA-256 and bytes of a file that is read for each of its members.

    The rest of the arguments tells it from the file it was before.
    """
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest(), os.fstat(file.fileno()).st_size
