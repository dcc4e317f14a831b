"""Delimited text cut into records: where each starts, and which are broken.

A record ends at a line break outside quotes. Blocks whose quotes are well formed are cut by
vectorised parity; only a block with a stray quote is walked record by record. What is broken is
taken out before the fields are parsed, with its line and the reason.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

FIELD_LIMIT = 1 << 20  # bytes of one field
RECORD_LIMIT = 64 << 20  # bytes kept in memory in search of a record's end

_Positions = npt.NDArray[np.int64]
_LF, _CR, _QUOTE = 10, 13, 34


@dataclass(frozen=True, kw_only=True)
class Records:
    """Whole records of one block of UTF-8 text."""

    data: bytes
    # byte offset of each record; its end is the start of the next, or the end of the data
    starts: _Positions
    lines: _Positions  # line of the file on which each starts
    malformed: npt.NDArray[np.bool_]  # a quote out of place, or a field without end

    @property
    def ends(self) -> _Positions:
        """Byte offset behind each record."""
        return np.append(self.starts[1:], len(self.data))

    def keep(self, good: npt.NDArray[np.bool_]) -> Records:
        """Only these records; the others' bytes are gone."""
        if bool(good.all()):
            return self
        kept = np.flatnonzero(good)
        return self._of(
            [
                self.data[start:end]
                for start, end in zip(
                    self.starts[kept].tolist(), self.ends[kept].tolist(), strict=True
                )
            ],
            kept,
        )

    def exchange(self, records: dict[int, bytes]) -> Records:
        """All records, some of them as they are given here by their number."""
        parts = [
            records.get(number, self.data[start:end])
            for number, (start, end) in enumerate(
                zip(self.starts.tolist(), self.ends.tolist(), strict=True)
            )
        ]
        return self._of(parts, np.arange(len(parts)))

    def content(self, number: int) -> bytes:
        """One record with its line break."""
        end = self.starts[number + 1] if number + 1 < len(self.starts) else len(self.data)
        return self.data[self.starts[number] : end]

    def text(self, number: int) -> str:
        """The same; what does not decode is marked."""
        return self.content(number).decode("utf-8", "replace")

    def _of(self, parts: list[bytes], numbers: _Positions) -> Records:
        lengths = np.array([len(part) for part in parts], dtype=np.int64)
        starts = np.cumsum(lengths) - lengths if parts else lengths
        return Records(
            data=b"".join(parts),
            starts=starts,
            lines=self.lines[numbers],
            malformed=self.malformed[numbers],
        )

    def number_at(self, offset: int) -> int:
        """Which record holds the byte."""
        return int(np.searchsorted(self.starts, offset, side="right")) - 1


_NONE = np.zeros(0, dtype=np.int64)
_NO_RECORDS = Records(data=b"", starts=_NONE, lines=_NONE, malformed=_NONE.astype(bool))


@dataclass(kw_only=True)
class RecordSplitter:
    """Cuts a stream of UTF-8 bytes into blocks of whole records."""

    delimiter: bytes
    quoted: bool = True  # False for JSON lines, where a line break always ends the record
    # is given the line, and bit by bit the content, of a record that is in no block: it does not end
    unread: Callable[[int, bytes], None] = lambda _line, _content: None
    _pending: bytes = b""
    _line: int = 1

    @property
    def pending(self) -> bytes:
        """The beginning of a record that has not ended yet."""
        return self._pending

    @property
    def line(self) -> int:
        """The line on which what is pending, or else what comes next, starts."""
        return self._line

    def split(self, chunks: Iterable[bytes], *, to_the_end: bool = True) -> Iterator[Records]:
        """Blocks of whole records, in the order of the file.

        Where the chunks are not its end, what they leave unfinished stays pending.
        """
        skipping = False
        for chunk in chunks:
            if skipping:
                chunk, skipping = self._skip_line(chunk)  # noqa: PLW2901 (what is left of it)
                if skipping:
                    yield _NO_RECORDS  # whoever looks into what is skipped gets his turn
                    continue
            block = self._cut(self._pending + chunk, final=False)
            if block is not None:
                yield block
            if len(self._pending) > RECORD_LIMIT:
                dropped, skipping = self._drop_endless_record()
                yield dropped
        while to_the_end and self._pending:
            block = self._cut(self._pending, final=True)
            if block is not None:
                yield block

    def _skip_line(self, chunk: bytes) -> tuple[bytes, bool]:
        end = chunk.find(b"\n")
        self.unread(self._line, chunk[: end + 1] if end >= 0 else chunk)
        if end < 0:
            return b"", True
        self._line += 1
        return chunk[end + 1 :], False

    def _drop_endless_record(self) -> tuple[Records, bool]:
        """Gives up the first line of a record that does not end; reading resumes on the line after
        it.
        """
        dropped = Records(
            data=b"\n",
            starts=np.zeros(1, dtype=np.int64),
            lines=np.array([self._line]),
            malformed=np.ones(1, dtype=bool),
        )
        self._pending, skipping = self._skip_line(self._pending)
        return dropped, skipping

    def _cut(self, data: bytes, *, final: bool) -> Records | None:
        """The whole records at the start of the data; the rest stays pending."""
        if final and not data.endswith((b"\n", b"\r")):
            data += b"\n"
        array = np.frombuffer(data, dtype=np.uint8)
        breaks = _line_breaks(data, array, final=final)
        if not self.quoted or b'"' not in data:
            return self._block(data, breaks, breaks, malformed=None)
        quotes = np.flatnonzero(array == _QUOTE)
        ends = breaks[np.searchsorted(quotes, breaks) % 2 == 0]
        if (
            len(ends)
            and self._quotes_are_in_place(array, quotes[quotes < ends[-1]])
            and not (final and len(data) != ends[-1] + 1)
        ):
            return self._block(data, breaks, ends, malformed=None)
        return self._walk(data, breaks, final=final)

    def _quotes_are_in_place(self, array: npt.NDArray[np.uint8], quotes: _Positions) -> bool:
        """Opening quotes stand at the start of a field, closing ones at its end; a doubled quote is
        both.
        """
        beside = np.zeros(256, dtype=bool)
        beside[[_LF, _CR, _QUOTE, self.delimiter[0]]] = True
        opening, closing = quotes[0::2], quotes[1::2]
        before = beside[array[opening[opening > 0] - 1]]
        return bool(before.all()) and bool(beside[array[closing + 1]].all())

    def _walk(self, data: bytes, breaks: _Positions, *, final: bool) -> Records | None:
        """The slow way: record by record.

        A record that breaks the quoting rules gives up its first line only.
        """
        record, unfinished = _record_patterns(self.delimiter)
        ends: list[int] = []
        malformed: list[bool] = []
        position = 0
        while position < len(data):
            match = record.match(data, position)
            if match is None and not final and unfinished.match(data, position):
                break
            if match is None:
                following = np.searchsorted(breaks, position)
                if following == len(breaks):
                    break
                position = int(breaks[following]) + 1
            elif not final and match.end() == len(data) and data.endswith(b"\r"):
                break  # the other half of a line break may still come
            else:
                position = match.end()
            ends.append(position - 1)
            malformed.append(match is None)
        return self._block(
            data, breaks, np.array(ends, dtype=np.int64), malformed=np.array(malformed, dtype=bool)
        )

    def _block(
        self,
        data: bytes,
        breaks: _Positions,
        ends: _Positions,
        *,
        malformed: npt.NDArray[np.bool_] | None,
    ) -> Records | None:
        if len(ends) == 0:
            self._pending = data
            return None
        starts = np.concatenate(([0], ends[:-1] + 1))
        lines = self._line + np.searchsorted(breaks, starts)
        self._line += int(np.searchsorted(breaks, ends[-1] + 1))
        cut = int(ends[-1]) + 1
        self._pending = data[cut:]
        broken = malformed if malformed is not None else np.zeros(len(starts), dtype=bool)
        return _without_blank_lines(
            Records(data=data[:cut], starts=starts, lines=lines, malformed=broken)
        )


def ends_with_break(chunk: bytes) -> bool:
    """Whether bytes of any encoding end with a line break; in UTF-16 a zero may follow it."""
    return chunk.rstrip(b"\0").endswith((b"\n", b"\r"))


def _line_breaks(data: bytes, array: npt.NDArray[np.uint8], *, final: bool) -> _Positions:
    """Offsets of the last byte of every line break: LF, CR LF, or CR alone."""
    if b"\r" not in data:
        return np.flatnonzero(array == _LF)
    # a CR at the very end may be half of a pair
    after = np.append(array[1:], _LF if not final else 0)
    return np.flatnonzero((array == _LF) | ((array == _CR) & (after != _LF)))


def _without_blank_lines(block: Records) -> Records:
    """Blank lines are no records."""
    lengths = block.ends - block.starts
    if int(lengths.min()) > 2:
        return block
    blank = np.array(
        [
            not block.data[start:end].strip(b"\r\n")
            for start, end in zip(block.starts.tolist(), block.ends.tolist(), strict=True)
        ],
        dtype=bool,
    )
    return block.keep(~blank | block.malformed)


def _record_patterns(delimiter: bytes) -> tuple[re.Pattern[bytes], re.Pattern[bytes]]:
    """A whole record with its line break; and the beginning of one, up to the end of the data."""
    cut = re.escape(delimiter)
    field = rb'(?:"(?:[^"]++|"")*+"|[^"\r\n' + cut + rb"][^\r\n" + cut + rb"]*+|)"
    record = field + rb"(?:" + cut + field + rb")*+"
    opened = rb"(?:(?<![^\r\n" + cut + rb'])"(?:[^"]++|"")*+)?'
    return re.compile(record + rb"(?:\r\n|\n|\r)"), re.compile(
        record + rb"(?:" + cut + rb")?" + opened + rb"\r?\Z"
    )


def transcoded(
    chunks: Iterable[bytes],
    encoding: str,
    *,
    from_the_start: bool = True,
    errors: str = "replace",
) -> Iterator[bytes]:
    """The chunks as UTF-8 without byte order mark, which only the start of a file has; where bytes
    do not decode stands what ``errors`` makes of them, U+FFFD unless told otherwise.
    """
    texts = (
        _as_utf8(chunks, errors) if encoding == "utf-8" else _reencoded(chunks, encoding, errors)
    )
    first = from_the_start
    for text in texts:
        yield text.removeprefix(codecs.BOM_UTF8) if first else text
        first = first and not text


def _reencoded(chunks: Iterable[bytes], encoding: str, errors: str) -> Iterator[bytes]:
    decoder = codecs.getincrementaldecoder(encoding)(errors)
    for chunk in chunks:
        yield decoder.decode(chunk).encode("utf-8", "replace")
    yield decoder.decode(b"", final=True).encode("utf-8", "replace")


def _as_utf8(chunks: Iterable[bytes], errors: str) -> Iterator[bytes]:
    """What should be UTF-8 already: checked, and only decoded where it is not.

    No chunk ends within a letter.
    """
    pending = b""
    for chunk in chunks:
        data = pending + chunk
        cut = _last_letter(data)
        pending = data[cut:]
        yield _sound_utf8(data[:cut], errors)
    yield _sound_utf8(pending, errors)


def _last_letter(data: bytes) -> int:
    """Where the last letter starts, when it could go on beyond the data; or the end of the data."""
    for cut in range(len(data) - 1, max(len(data) - 4, -1), -1):
        if data[cut] >= 0xC0:
            return cut
        if data[cut] < 0x80:
            break
    return len(data)


def _sound_utf8(data: bytes, errors: str) -> bytes:
    if data.isascii() or _is_utf8(data):
        return data
    return data.decode("utf-8", errors).encode()


def _is_utf8(data: bytes) -> bool:
    """Arrow's check, which is several times faster than decoding."""
    text = pa.StringArray.from_buffers(
        1, pa.py_buffer(np.array([0, len(data)], dtype=np.int32)), pa.py_buffer(data)
    )
    try:
        text.validate(full=True)
    except pa.ArrowInvalid:
        return False
    return True
