"""Logs and other text by line.

What stands beside a key (``imei=...``, or in a line's JSON) is judged under that key, with what
else stands there.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from teleaudit.detectors import whole_number
from teleaudit.detectors.attributes import kind_of_name
from teleaudit.detectors.message_values import names_content
from teleaudit.detectors.names import names_card, names_identifier
from teleaudit.readers.batches import LINE, LINES, Batch, Column, Gathering
from teleaudit.readers.json_paths import Keys, parsed
from teleaudit.readers.lines import read_lines
from teleaudit.readers.sources import Source

MAX_KEYS = 200  # keys of a log that are told apart
_PAIR = re.compile(
    r"""(?<![\w.&-])(?P<key>[^\W\d][\w.-]{0,39})(?:=|: ?(?=["']))"""
    r"""(?:"(?P<double>[^"]{1,65536})"|'(?P<single>[^']{1,65536})'"""
    r"""|(?P<plain>[^\s"'=;|&,][^=;|&"]{0,65536}?)(?=[;|&"]|,? +[\w.-]{1,40}=|\Z))"""
)


def read_log(source: Source, encoding: str, *, first: int = 1) -> Iterator[Batch]:
    """Lines by their number, from the ``first`` on."""
    fields, gathering, number = _Fields(), Gathering(), 1
    for line, ended in read_lines(source, encoding):
        for column, text in fields.cells(line.rstrip("\r\n")) if number >= first else ():
            gathering.add(column, text, number)
        number += ended
        if gathering.is_full:
            yield gathering.take()
    yield gathering.take()


@dataclass(kw_only=True)
class _Fields:
    """The keys of a log.

    All of it is shown as lines: a key here is what a line says, not a column.
    """

    _keys: dict[str, Column] = field(default_factory=dict)
    _json: Keys = field(default_factory=Keys)

    def cells(self, line: str) -> Iterator[tuple[Column, str]]:
        """What a line says beside keys that tell something, and the rest of it."""
        opening = line.find("{")
        if opening >= 0 and line.endswith("}"):
            try:
                inside = list(self._json.cells(parsed(line[opening:])))
            except (ValueError, RecursionError):
                pass
            else:
                yield from ((self._column(column.field), text) for column, text in inside)
                line = line[:opening]  # what stands before it
        rest, cut = [], 0
        for pair in _PAIR.finditer(line) if "=" in line or ":" in line else ():
            kind = pair.lastgroup or "plain"
            if _tells(pair["key"], pair[kind]):
                yield self._column(pair["key"]), pair[kind]
                rest.append(line[cut : pair.start(kind)])
                cut = pair.end(kind)
        rest.append(line[cut:])
        yield LINES, "".join(rest)

    def _column(self, key: str) -> Column:
        column = self._keys.get(key)
        if column is None:
            if len(self._keys) >= MAX_KEYS:
                return LINES
            column = self._keys[key] = Column(shown=LINE, field=key, is_line=True)
        return column


def _tells(key: str, text: str) -> bool:
    """The key says what stands there, or a long number does: it is then judged among its like."""
    return bool(whole_number(text)) or _speaks(key)


def _speaks(key: str) -> bool:
    return (
        names_identifier(key)
        or names_card(key)
        or bool(names_content(key))
        or bool(kind_of_name(key))
    )
