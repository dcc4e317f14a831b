"""JSON as cells: every value under the path of its keys, ``a.b[].c``; objects one by one, a document
that is no table of them by the items of its outermost list.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from teleaudit.detectors.personal import is_personal
from teleaudit.readers.batches import LINES, Batch, Column, Gathering, pieces
from teleaudit.readers.headers import clean_name
from teleaudit.readers.lines import open_text
from teleaudit.readers.records import Records
from teleaudit.readers.rejects import Rejections
from teleaudit.readers.sources import Source

MAX_KEYS = 2_000  # paths of one file; what lies under others counts as one column
ANY = "*"  # stands for keys that are values
LARGEST_VALUE = 64 << 20  # characters of one value that is parsed as a whole
_CHUNK = 1 << 20
_BETWEEN = re.compile(r"[\s,]*")
_LIST_INSIDE = re.compile(r'\s*\{[^\[\]{}]{0,4096}?"([^"\\]{1,80})"\s*:\s*\[')
_OTHERS = Column(shown="other keys")


@dataclass(kw_only=True)
class Keys:
    """The columns of one file's keys, however many there are.

    A key that is somebody's number is a value, and never shown.
    """

    _columns: dict[str, Column] = field(default_factory=dict)

    def cells(self, value: object, path: str = "") -> Iterator[tuple[Column, str]]:
        """Every value that is text or a number, with its column; and every key that is a value."""
        match value:
            case dict():
                for key, inner in value.items():
                    named = clean_name(key)
                    if not named or named.isdecimal() or is_personal(key):
                        named = ANY
                        yield self.column(_joined(path, ANY)), key
                    yield from self.cells(inner, _joined(path, named))
            case list():
                for inner in value:
                    yield from self.cells(inner, f"{path}[]")
            case str():
                yield self.column(path), value
            case _:
                return

    def column(self, path: str) -> Column:
        """The column of a path."""
        column = self._columns.get(path)
        if column is None:
            if len(self._columns) >= MAX_KEYS:
                return _OTHERS
            column = self._columns[path] = Column(
                shown=path or "value", field="" if path.endswith(ANY) else path
            )
        return column


def _joined(path: str, key: str) -> str:
    return f"{path}.{key}" if path else key


def parsed(text: str) -> object:
    """JSON with its numbers as they are written. Raises: ValueError, RecursionError."""
    return _DECODER.decode(text)


def _object(pairs: list[tuple[str, object]]) -> dict[str, object]:
    """An object; where a key stands more than once in it, with all its values, of which JSON
    readers keep the last.
    """
    found = dict(pairs)
    if len(found) == len(pairs):
        return found
    values: dict[str, list[object]] = {}
    for key, value in pairs:
        values.setdefault(key, []).append(value)
    return {key: held if len(held) > 1 else held[0] for key, held in values.items()}


_DECODER = json.JSONDecoder(
    parse_int=str, parse_float=str, parse_constant=str, strict=False, object_pairs_hook=_object
)


def is_object(text: str) -> bool:
    """Whether the text is a JSON object."""
    try:
        return isinstance(parsed(text), dict)
    except (ValueError, RecursionError):
        return False


def read_objects(blocks: Iterable[Records], rejections: Rejections) -> Iterator[Batch]:
    """The objects of JSON lines or of an array, by their number; one that is no JSON, or rejected
    before it could be, is read as text.
    """
    keys, gathering, record, endless = Keys(), Gathering(), 0, 0
    for block in blocks:
        for line, text in rejections.take_unread():
            record, endless = record + (line != endless), line
            gathering.add(LINES, text, record)
        for number in range(len(block.starts)):
            text = block.text(number).strip()
            if not text:
                continue
            record += 1
            for column, cell in _cells(keys, text):
                gathering.add(column, cell, record)
            if gathering.is_full:
                yield gathering.take()
    yield gathering.take()


def _cells(keys: Keys, text: str) -> Sequence[tuple[Column, str]]:
    try:
        return list(keys.cells(parsed(text)))
    except (ValueError, RecursionError):
        return [(LINES, text)]


def read_document(source: Source, encoding: str) -> Iterator[Batch]:
    """A document, by the number of the item in its outermost list; what is no JSON from somewhere
    on is read as text from there.
    """
    document, gathering = _Document(), Gathering()
    with open_text(source, encoding) as text:
        more = True
        while more:
            # twice as much each time that a value does not end
            chunk = text.read(max(_CHUNK, len(document.pending)))
            more = bool(chunk)
            for column, value, row in document.cells(chunk, is_last=not more):
                gathering.add(column, value, row)
                if gathering.is_full:
                    yield gathering.take()
    yield gathering.take()


@dataclass(kw_only=True)
class _Document:
    """A document that comes in chunks."""

    pending: str = ""
    _keys: Keys = field(default_factory=Keys)
    _path: str = ""  # of the list that is read item by item
    _row: int = 0
    _in_list: bool | None = None  # None until its beginning was seen
    _is_text: bool = False  # it is no JSON any more

    def cells(self, chunk: str, *, is_last: bool) -> Iterator[tuple[Column, str, int]]:
        """Column, text and row of everything that is whole."""
        self.pending += chunk
        if self._in_list is None:
            self.pending = self.pending.removeprefix("\ufeff").lstrip()
            self._in_list = self.pending.startswith("[")
            self.pending = self.pending[int(self._in_list) :]
        if not self._is_text:
            yield from self._values(is_last=is_last)
        if self._is_text and self.pending:
            yield from ((LINES, piece, self._row + 1) for piece in pieces(self.pending))
            self.pending = ""

    def _values(self, *, is_last: bool) -> Iterator[tuple[Column, str, int]]:
        place = 0
        while (start := self._begin(place)) < len(self.pending):
            try:
                value, end = _DECODER.raw_decode(self.pending, start)
            except (ValueError, RecursionError) as error:
                self._is_text = is_last or isinstance(error, RecursionError)
                break
            if end == len(self.pending) and not is_last:
                break  # a number may go on
            place = end
            yield from self._rows(value)
        self.pending = self.pending[start:]
        if not self._is_text and len(self.pending) > LARGEST_VALUE:
            self._enter_list()

    def _begin(self, place: int) -> int:
        found = _BETWEEN.match(self.pending, place)
        start = found.end() if found else place
        if self._in_list and self.pending.startswith("]", start):
            self._in_list = False
            return self._begin(start + 1)
        return start

    def _rows(self, value: object) -> Iterator[tuple[Column, str, int]]:
        if self._in_list or not isinstance(value, dict):
            self._row += 1
            yield from (
                (column, text, self._row) for column, text in self._keys.cells(value, self._path)
            )
            return
        self._row += 1
        for key, inner in value.items():
            items = inner if isinstance(inner, list) else None
            if items is None:
                yield from (
                    (column, text, self._row) for column, text in self._keys.cells({key: inner})
                )
            else:  # each item is a row
                yield from (
                    (column, text, row)
                    for row, item in enumerate(items, start=1)
                    for column, text in self._keys.cells({key: [item]})
                )

    def _enter_list(self) -> None:
        """A huge object that holds a list: the list is read item by item. Otherwise it is text."""
        found = _LIST_INSIDE.match(self.pending) if not self._in_list else None
        if found is None:
            self._is_text = True
            return
        name = clean_name(found[1])
        self._path = f"{ANY if is_personal(found[1]) or name.isdecimal() else name}[]"
        self._in_list, self._row = True, 0
        self.pending = self.pending[found.end() :]
