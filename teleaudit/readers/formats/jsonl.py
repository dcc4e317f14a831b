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
from teleaudit.readers.encodings import damages
from teleaudit.readers.headers import clean_name
from teleaudit.readers.keyed_records import KeyedRecords
from teleaudit.readers.records import (
    FIELD_LIMIT,
    Records,
    RecordSplitter,
    transcoded,
)
from teleaudit.readers.text_tables import OpenedText, TextFormat

# the column of the keys that are no names: they stand in it with their values, as data
OTHER_KEYS = "other_keys"
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
class JsonLines(KeyedRecords):
    """One pass over a JSON lines file.

    ``names`` grows with every new key.
    """

    encoding: str
    decimal: str = "."  # how numbers are written out, so that they read like the file's texts

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
        self.refuse_values_as_keys()

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
        yield from self.tables_by_key(list(self._records(block)))

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


FORMAT = TextFormat(called="JSON lines", of=JsonLines.of, by_key=True)
