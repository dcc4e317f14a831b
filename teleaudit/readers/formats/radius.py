"""Detail files of FreeRADIUS as Arrow tables of text: a record is the line with the moment at which
the server took it, and below it an attribute a line, to the next blank line.

The moment is the column ``detail_time``. An attribute that a record has several times over stands
there once, its values joined by semicolons.

Source: FreeRADIUS, ``mods-available/detail`` (header ``%t``; ``Attribute = value``, texts in double
quotes with a backslash before a quote or a backslash).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Self

import pyarrow as pa

from teleaudit.readers.encodings import damages
from teleaudit.readers.keyed_records import KeyedRecord, KeyedRecords
from teleaudit.readers.records import FIELD_LIMIT, Records, RecordSplitter, transcoded
from teleaudit.readers.sniffing import Sample
from teleaudit.readers.text_tables import OpenedText, TextFormat

TIME = "detail_time"

_MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
_MOMENT = re.compile(
    rf"[A-Z][a-z]{{2}} (?P<month>{'|'.join(_MONTHS)}) (?P<day>[ \d]\d)"
    r" (?P<time>\d\d:\d\d:\d\d) (?:[A-Z]+ )?(?P<year>\d{4})"
)
_ATTRIBUTE = re.compile(r'\s+([A-Za-z][\w.:-]*) = (?:"((?:[^"\\]|\\.)*)"|(?!")(.*))')
_ESCAPED = re.compile(r'\\(["\\])')
_BEGINNING = re.compile(rf"\s*{_MOMENT.pattern}[ \t]*\r?\n\s+[A-Z][\w.:-]* = ")


@dataclass(kw_only=True)
class _Pending:
    """A record whose end was not seen yet."""

    line: int
    fields: dict[str, str | None]
    reason: str = ""  # why it is no record
    content: list[bytes] = field(default_factory=list)


@dataclass(kw_only=True)
class RadiusDetail(KeyedRecords):
    """One pass over a file."""

    encoding: str
    _pending: _Pending | None = field(default=None, repr=False)
    _last: int = field(default=0, repr=False)  # line

    @classmethod
    def of(cls, text: OpenedText) -> Self:
        """Its reader."""
        return cls(
            encoding=text.encoding, shown=text.shown, rejections=text.rejections, proof=text.proof
        )

    def tables(self, chunks: Iterable[bytes]) -> Iterator[pa.Table]:
        """Tables with the columns ``c0``, ``c1`` ... as text and the line of each record's moment;
        an attribute that a record lacks is null.

        A line that is no attribute, and one that belongs to no record, are no record.
        """
        splitter = RecordSplitter(delimiter=b",", quoted=False, unread=self.rejections.keep)
        for block in splitter.split(transcoded(self.noted(chunks), self.encoding)):
            yield from self.tables_by_key(list(self._records(block)))
        self.rejections.is_cut_off = self._pending is not None and not self.ends_with_break
        yield from self.tables_by_key(list(self._end()))
        self.refuse_values_as_keys()

    def _records(self, block: Records) -> Iterator[KeyedRecord]:
        """The records that end in a block."""
        damaged: dict[int, str] = dict.fromkeys(
            block.malformed.nonzero()[0].tolist(), "field_limit"
        )
        for offset, damage in damages(block.data):
            number = block.number_at(offset)
            if damaged.setdefault(number, damage) == damage:
                self.proof.note_damage(damage, int(block.lines[number]))
        self.proof.note_text(block.data)
        for number, line in enumerate(block.lines.tolist()):
            content = block.content(number)
            text = content.decode().rstrip("\r\n")
            moment = _MOMENT.fullmatch(text.rstrip())
            is_blank = not text.strip()
            if moment is not None or is_blank or line > self._last + 1:  # empty lines are not here
                yield from self._end()
            self._last = line
            if is_blank:
                continue
            if moment is not None:
                self._pending = _Pending(line=line, fields={TIME: _as_time(moment)})
            else:
                self._add(line, text, damaged.get(number, ""))
            if self._pending is not None:
                self._pending.content.append(content)

    def _add(self, line: int, text: str, reason: str) -> None:
        """A line of a record; one above all of them, or that cannot be read, spoils it."""
        if self._pending is None:
            self._pending = _Pending(line=line, fields={}, reason="no_record")
        found = _ATTRIBUTE.fullmatch(text)
        if found is None or len(text) > FIELD_LIMIT:
            self._pending.reason = self._pending.reason or reason or "no_record"
            return
        name, quoted, bare = found.groups()
        value = bare if quoted is None else _ESCAPED.sub(r"\1", quoted)
        before = self._pending.fields.get(name)
        self._pending.fields[name] = value if before is None else f"{before}; {value}"
        self._pending.reason = self._pending.reason or reason

    def _end(self) -> Iterator[KeyedRecord]:
        """The record that was read, unless something spoils it."""
        record, self._pending = self._pending, None
        if record is None:
            return
        if not record.reason:
            yield record.line, record.fields
            return
        self.rejections.add(record.line, record.reason)
        self.rejections.keep(record.line, b"".join(record.content))


def _as_time(moment: re.Match[str]) -> str:
    """As yyyy-mm-dd hh:mm:ss, whose day and month nobody can swap; a day that no month has stays
    to be found unreadable.
    """
    month = _MONTHS.index(moment["month"]) + 1
    return f"{moment['year']}-{month:02}-{int(moment['day']):02} {moment['time']}"


def _begins(sample: Sample) -> bool:
    return _BEGINNING.match(sample.text) is not None


FORMAT = TextFormat(
    called="a detail file of a RADIUS server", of=RadiusDetail.of, begins=_begins, by_key=True
)
