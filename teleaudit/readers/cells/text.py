"""Lines of text, whatever their encoding and length; and what a log says beside a key."""

from __future__ import annotations

import codecs
import io
import re
from collections.abc import Iterator

from teleaudit.readers.cells.batches import OVERLAP, PIECE
from teleaudit.readers.sources import Source


def _as_windows(error: UnicodeError) -> tuple[str, int]:
    """What does not decode is read as windows-1252: a file of two encodings loses no letter."""
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return error.object[error.start : error.end].decode("cp1252", "replace"), error.end


codecs.register_error("teleaudit.windows", _as_windows)
ERRORS = {"utf-8": "teleaudit.windows"}  # by encoding; the others mark what does not decode
LINE_END = re.compile(r"[\r\n]+\Z")


def open_text(source: Source, encoding: str) -> io.TextIOWrapper:
    """The source's text with its line breaks as they are."""
    return io.TextIOWrapper(
        source.open(), encoding=encoding, errors=ERRORS.get(encoding, "replace"), newline=""
    )


def read_lines(source: Source, encoding: str) -> Iterator[tuple[str, bool]]:
    """Lines with their break, long ones in overlapping pieces; and whether it is a whole line, or
    its last piece.
    """
    with open_text(source, encoding) as text:
        yield from lines_of(text)


def lines_of(text: io.TextIOWrapper, read: str = "") -> Iterator[tuple[str, bool]]:
    """The same of what was ``read`` of it already, and of the rest."""
    begun, before, mark = io.StringIO(read, newline=""), "", "\ufeff"
    while line := _line(begun, text):
        ended = line.endswith(("\n", "\r")) or len(line) < PIECE
        yield before + line.removeprefix(mark), ended
        before, mark = "" if ended else line[-OVERLAP:], ""


def _line(begun: io.StringIO, text: io.TextIOWrapper) -> str:
    line = begun.readline(PIECE)
    return (
        line
        if line.endswith(("\n", "\r")) or len(line) >= PIECE
        else line + text.readline(PIECE - len(line))
    )
