"""Export files read in chunks, with their SHA-256 on the way."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from pathlib import Path

from teleaudit.errors import ExportError

CHUNK_BYTES = 8 << 20


class HashedFile:
    """One pass over a file. ``sha256`` is that of all bytes once the chunks are used up."""

    def __init__(self, path: Path, shown: str) -> None:
        self._path = path
        self._shown = shown
        self._digest = hashlib.sha256()
        self.size_bytes = 0

    def chunks(self) -> Iterator[bytes]:
        """The file's bytes. Raises: ExportError when it changes while it is read."""
        with self._path.open("rb") as file:
            before = os.fstat(file.fileno())
            while chunk := file.read(CHUNK_BYTES):
                self._digest.update(chunk)
                self.size_bytes += len(chunk)
                yield chunk
                if self.size_bytes > before.st_size:  # it grows as fast as it is read
                    break
            after = os.fstat(file.fileno())
        if (before.st_size, before.st_mtime_ns) != (after.st_size, after.st_mtime_ns):
            msg = f"{self._shown} changed while it was read. Run again when the export is complete."
            raise ExportError(msg)

    def read_all(self) -> None:
        """Takes the fingerprint of a file that another library reads."""
        for _ in self.chunks():
            pass

    @property
    def sha256(self) -> str:
        """Hexadecimal."""
        return self._digest.hexdigest()
