"""One JSON array of objects as Arrow tables of text: its objects as those of JSON lines, wherever
their lines end.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

import numpy as np

from teleaudit.errors import ExportError
from teleaudit.readers.formats.jsonl import JsonLines
from teleaudit.readers.records import RECORD_LIMIT, Records, transcoded
from teleaudit.readers.sniffing import Sample
from teleaudit.readers.text_tables import TextFormat

_ARRAY = re.compile(r"\s*\[\s*[{\]]")
_EMPTY = re.compile(r"\s*\[\s*\]\s*")
_SPACE = re.compile(rb"[ \t\r\n]*")
_STRING = rb'"(?:[^"\\]++|\\.)*+"'
# most items, in one step
_FLAT_OBJECT = re.compile(
    rb'\{(?:[^"{}\[\]]++|' + _STRING + rb")*+\}[ \t\r\n]*(?=[,\]])", re.DOTALL
)
_TOKEN = re.compile(_STRING + rb'|[\[\]{},"]', re.DOTALL)


def is_array_of_objects(sample: Sample) -> bool:
    """Whether the text begins as one, or as an empty array."""
    return _ARRAY.match(sample.text) is not None


def is_empty_array(sample: Sample) -> bool:
    """Whether nothing is in it."""
    return sample.complete and _EMPTY.fullmatch(sample.text) is not None


@dataclass(kw_only=True)
class JsonArray(JsonLines):
    """One pass over an array."""

    def blocks(self, chunks: Iterable[bytes]) -> Iterator[Records]:
        """The items."""
        items = _Items(shown=self.shown)
        yield from items.split(transcoded(chunks, self.encoding))
        self.rejections.is_cut_off = not items.is_whole

    def _note_end(self, last_line: int) -> None:
        """What no bracket closes was cut off, however short it is: that is known by now."""


@dataclass(kw_only=True)
class _Items:
    """Cuts an array into its items: at every comma that stands in none of them."""

    shown: str
    is_whole: bool = False  # its end was seen
    _pending: bytes = b""
    _line: int = 1
    _begun: bool = False
    _found: list[tuple[bytes, int]] = field(default_factory=list)

    def split(self, chunks: Iterable[bytes]) -> Iterator[Records]:
        """Blocks of whole items with the lines on which they start."""
        for chunk in chunks:
            self._pending += chunk
            self._take()
            if len(self._pending) > RECORD_LIMIT:
                msg = (
                    f"{self.shown}, line {self._line:,}: an item of more than {RECORD_LIMIT >> 20}"
                    " MiB. Export one array of objects, or JSON lines."
                )
                raise ExportError(msg)
            yield from self._blocks()
        if self._pending.strip():  # what was cut off, or stands behind the end
            self._found.append((self._pending, self._line))
            self.is_whole = False
        yield from self._blocks()

    def _take(self) -> None:
        """Every item that is whole; the rest stays pending."""
        place = 0
        if not self._begun and (opening := self._pending.find(b"[")) >= 0:
            self._begun, place = True, self._moved(0, opening + 1)
        while self._begun and not self.is_whole:
            # matches the empty text too
            start = self._moved(place, _SPACE.match(self._pending, place).end())  # type: ignore[union-attr]
            end = self._end(start)
            if end is None:
                place = start
                break
            self.is_whole = self._pending.startswith(b"]", end)
            item = self._pending[start:end]
            if item or not self.is_whole:
                self._found.append((item, self._line))
            place = self._moved(start, end + 1)
        self._pending = self._pending[place:]

    def _moved(self, place: int, to: int) -> int:
        self._line += self._pending.count(b"\n", place, to)
        return to

    def _end(self, start: int) -> int | None:
        """Where the comma or bracket behind an item stands; none when it is not there yet."""
        flat = _FLAT_OBJECT.match(self._pending, start)
        if flat is not None:
            return flat.end()
        depth = 0
        for token in _TOKEN.finditer(self._pending, start):
            match token.group():
                case b'"':
                    return None  # a string that goes on
                case b"," if depth == 0:
                    return token.start()
                case b"{" | b"[":
                    depth += 1
                case b"]" if depth == 0:
                    return token.start()
                case b"}" | b"]":
                    depth -= 1
        return None

    def _blocks(self) -> Iterator[Records]:
        items, self._found = self._found, []
        if not items:
            return
        lengths = np.array([len(item) + 1 for item, _ in items], dtype=np.int64)
        lines = np.array([line for _, line in items], dtype=np.int64)
        data = b"".join(item + b"\n" for item, _ in items)
        yield Records(
            data=data,
            starts=np.cumsum(lengths) - lengths,
            lines=lines,
            malformed=np.zeros(len(items), dtype=bool),
        )


FORMAT = TextFormat(
    called="one JSON array", of=JsonArray.of, begins=is_array_of_objects, by_key=True
)
