"""JSON lines as Arrow tables of text: one object a line, nested values kept as JSON, numbers with
all their digits.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Self

import pyarrow as pa

from teleaudit.detectors.personal import is_personal
from teleaudit.errors import ExportError
from teleaudit.readers.delimited import LINE
from teleaudit.readers.encodings import damages
from teleaudit.readers.headers import clean_name
from teleaudit.readers.records import (
    FIELD_LIMIT,
    Records,
    RecordSplitter,
    transcoded,
)
from teleaudit.readers.text_tables import OpenedText, TextStream

COLUMN_LIMIT = 5_000  # distinct keys of one file
# the column of the keys that are no names: they stand in it with their values, as data
OTHER_KEYS = "other_keys"
_MANY_KEYS, _OF_ONE = 20, 3  # so many keys, on average in fewer objects than this, are values
_BATCH_ROWS = 50_000
_NOT_JSON, _NOT_AN_OBJECT, _DUPLICATE_KEY, _FIELD_LIMIT = (
    "not_json",
    "not_an_object",
    "duplicate_key",
    "field_limit",
)
_TOO_DEEP, _UNDECODABLE = "too_deep", "undecodable"
_HALF_LETTER = re.compile(rb"\\u[dD][89a-fA-F]")


class _Number(str):
    """A number as it was written."""

    __slots__ = ()


class _RejectedLineError(Exception):
    """Why a line is no record."""


@dataclass(kw_only=True)
class JsonLines(TextStream):
    """One pass over a JSON lines file.

    ``names`` grows with every new key; tables name their columns by their place in it.
    """

    encoding: str
    decimal: str = "."  # how numbers are written out, so that they read like the file's texts
    values: int = 0  # keys of all objects together

    @classmethod
    def of(cls, text: OpenedText) -> Self:
        """Its reader."""
        return cls(
            encoding=text.encoding,
            shown=text.shown,
            rejections=text.rejections,
            proof=text.proof,
            decimal=text.decimal,
        )

    @property
    def withheld(self) -> int:
        """Columns that stand for keys that are not shown."""
        return int(OTHER_KEYS in self.names)

    def tables(self, chunks: Iterable[bytes]) -> Iterator[pa.Table]:
        """Tables with the columns ``c0``, ``c1`` ... as text and the line of each object; a missing
        key is null.
        """
        last_line = 0
        for block in self.blocks(self.noted(chunks)):
            yield from self.tables_of(block)
            last_line = int(block.lines[-1]) if len(block.lines) else last_line
        self._note_end(last_line)
        refuse_values_as_keys(len(self.names), self.values, self.rows, self.shown)

    def blocks(self, chunks: Iterable[bytes]) -> Iterator[Records]:
        """The objects, not yet parsed, or what stands where one should."""
        splitter = RecordSplitter(delimiter=b",", quoted=False, unread=self.rejections.keep)
        return splitter.split(transcoded(chunks, self.encoding))

    def _note_end(self, last_line: int) -> None:
        self.rejections.note_end(
            ends_with_break=self.ends_with_break, last_line=last_line, records=self.rows
        )

    def tables_of(self, block: Records) -> Iterator[pa.Table]:
        """The objects of one block; the columns are those of ``names`` and the new keys."""
        records = list(self._records(block))
        for first in range(0, len(records), _BATCH_ROWS):
            yield self._table(records[first : first + _BATCH_ROWS])

    def _records(self, block: Records) -> Iterator[tuple[int, dict[str, str | None]]]:
        """Line and fields of every sound object."""
        damaged: dict[int, str] = dict.fromkeys(block.malformed.nonzero()[0].tolist(), _FIELD_LIMIT)
        for offset, damage in damages(block.data):
            if damaged.setdefault(block.number_at(offset), damage) == damage:
                self.proof.note_damage(damage, int(block.lines[block.number_at(offset)]))
        for number, (start, end, line) in enumerate(
            zip(block.starts.tolist(), block.ends.tolist(), block.lines.tolist(), strict=True)
        ):
            if number in damaged:
                self.rejections.add(line, damaged[number])
                continue
            try:
                yield line, _fields(block.data[start:end], self.decimal)
            except _RejectedLineError as reason:
                self.rejections.add(line, str(reason))
        self.proof.note_text(block.data)

    def _table(self, records: list[tuple[int, dict[str, str | None]]]) -> pa.Table:
        places = {str(key): place for place, key in enumerate(self.names)}
        for _, fields in records:
            for key in fields:
                places.setdefault(key, len(places))
        refuse_values_as_keys(len(places), 0, 0, self.shown)
        self.names = tuple(places)
        self.rows += len(records)
        self.values += sum(len(fields) for _, fields in records)
        columns = {
            f"c{place}": pa.array([fields.get(key) for _, fields in records], pa.string())
            for key, place in places.items()
        }
        return pa.table({LINE: pa.array([line for line, _ in records], pa.int64()), **columns})


def refuse_values_as_keys(keys: int, values: int, objects: int, shown: str) -> None:
    """Raises: ExportError when values are used as keys: there are too many, or nearly every object
    brings keys of its own.
    """
    if keys > COLUMN_LIMIT:
        many = f"more than {COLUMN_LIMIT:,} different keys"
    elif keys >= _MANY_KEYS and objects >= _MANY_KEYS and values < _OF_ONE * keys:
        many = f"{keys:,} different keys in {objects:,} objects, most of them in one or two"
    else:
        return
    msg = f"{shown}: {many}. Are values used as keys? Export one object of fixed keys on each line."
    raise ExportError(msg)


def _fields(line: bytes, decimal: str) -> dict[str, str | None]:
    """The object's fields as text."""
    try:
        parsed = json.loads(
            line,
            parse_int=_Number,
            parse_float=_Number,
            parse_constant=_refuse_constant,
            object_pairs_hook=_without_doubled_keys,
        )
        fields = _named(parsed, decimal) if isinstance(parsed, dict) else None
    except RecursionError:
        raise _RejectedLineError(_TOO_DEEP) from None
    except ValueError:
        raise _RejectedLineError(_NOT_JSON) from None
    if fields is None:
        raise _RejectedLineError(_NOT_AN_OBJECT)
    if any(value is not None and len(value) > FIELD_LIMIT for value in fields.values()):
        raise _RejectedLineError(_FIELD_LIMIT)
    if _HALF_LETTER.search(line) and any(_holds_half_letter(value) for value in fields.values()):
        raise _RejectedLineError(_UNDECODABLE)
    return fields


def _named(parsed: dict[str, Any], decimal: str) -> dict[str, str | None]:
    """The fields by their keys; keys without a name, or that are somebody's, are data like their
    values.
    """
    fields, others = dict[str, str | None](), dict[str, Any]()
    for key, value in parsed.items():
        name = clean_name(key)
        if not name or name == OTHER_KEYS or is_personal(name):
            others[key] = value
        elif name in fields:
            raise _RejectedLineError(_DUPLICATE_KEY)
        else:
            fields[name] = _as_text(value, decimal)
    return fields | ({OTHER_KEYS: _as_json(others)} if others else {})


def _holds_half_letter(value: str | None) -> bool:
    return value is not None and any("\ud800" <= letter <= "\udfff" for letter in value)


def _refuse_constant(_name: str) -> None:
    raise ValueError


def _without_doubled_keys(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    fields = dict(pairs)
    if len(fields) != len(pairs):
        raise _RejectedLineError(_DUPLICATE_KEY)
    return fields


def _as_text(value: Any, decimal: str) -> str | None:  # noqa: ANN401 (JSON holds anything)
    match value:
        case None:
            return None
        case bool():
            return "true" if value else "false"
        case _Number():
            return value.replace(".", decimal)
        case str():
            return value
        case _:
            return _as_json(value)


def _as_json(value: Any) -> str:  # noqa: ANN401 (JSON holds anything)
    """Nested JSON in one line, its numbers as they were written."""
    match value:
        case _Number():
            return str(value)
        case dict():
            return (
                "{"
                + ", ".join(
                    f"{json.dumps(key, ensure_ascii=False)}: {_as_json(item)}"
                    for key, item in value.items()
                )
                + "}"
            )
        case list():
            return "[" + ", ".join(_as_json(item) for item in value) + "]"
        case _:
            return json.dumps(value, ensure_ascii=False)
