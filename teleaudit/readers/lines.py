"""Text of any encoding in which no letter is lost, and its lines, however long."""

from __future__ import annotations

import codecs
import io
from collections.abc import Iterator

from teleaudit.readers.batches import OVERLAP, PIECE
from teleaudit.readers.records import transcoded
from teleaudit.readers.sources import Source

_CHUNK = 8 << 20  # bytes


def _as_windows(error: UnicodeError) -> tuple[str, int]:
    """What does not decode is read as windows-1252: a file of two encodings loses no letter."""
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return error.object[error.start : error.end].decode("cp1252", "replace"), error.end


codecs.register_error("teleaudit.windows", _as_windows)
_ERRORS = {"utf-8": "teleaudit.windows"}  # by encoding; the others mark what does not decode


def open_text(source: Source, encoding: str) -> io.TextIOWrapper:
    """The source's text with its line breaks as they are."""
    return io.TextIOWrapper(
        source.open(), encoding=encoding, errors=_ERRORS.get(encoding, "replace"), newline=""
    )


def read_utf8(source: Source, encoding: str) -> Iterator[bytes]:
    """The source's text as UTF-8."""
    with source.open() as file:
        chunks = iter(lambda: file.read(_CHUNK), b"")
        yield from transcoded(chunks, encoding, errors=_ERRORS.get(encoding, "replace"))


def read_lines(source: Source, encoding: str) -> Iterator[tuple[str, bool]]:
    """Lines with their break, long ones in overlapping pieces; and whether it is a whole line, or
    its last piece.
    """
    with open_text(source, encoding) as text:
        before, mark = "", "\ufeff"
        while line := text.readline(PIECE):
            ended = line.endswith(("\n", "\r")) or len(line) < PIECE
            yield before + line.removeprefix(mark), ended
            before, mark = "" if ended else line[-OVERLAP:], ""
