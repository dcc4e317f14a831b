"""Lines of fields that stand at fixed places, as Arrow tables of text: each field from its first to
its last character, without the blanks around it.

What stands in a line where the layout names no field is read too, as a column by its place: nothing
hides between two fields. A line that ends before its last field begins is no record: nobody can
tell empty fields from lost ones.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Self

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from teleaudit.detectors.personal import is_personal
from teleaudit.errors import ExportError
from teleaudit.readers.delimited import LINE
from teleaudit.readers.headers import clean_name, header_of
from teleaudit.readers.records import (
    FIELD_LIMIT,
    Records,
    RecordSplitter,
    transcoded,
)
from teleaudit.readers.sniffing import Sample
from teleaudit.readers.text_tables import OpenedText, TextFormat, TextStream

_LINE_END = "\r\n"
_PROPOSED_FROM, _MIN_LINES = 200, 3  # lines
_ALIKE = 0.9  # share of them that must be equally long


@dataclass(frozen=True, kw_only=True)
class Span:
    """Where a field stands."""

    name: str
    start: int  # characters before it
    end: int | None  # and up to its last one; none for the rest of the line


def spans_of(layout: Mapping[str, str], shown: str) -> tuple[Span, ...]:
    """The fields of a layout such as ``{Kundenr: 1-8}``, the first character being 1.

    Raises: ExportError where one ends before it begins, or two overlap.
    """
    spans = []
    for name, places in layout.items():
        first, _, last = places.partition("-")
        span = Span(name=name, start=int(first) - 1, end=int(last or first))
        if not 0 <= span.start < (span.end or 0):
            msg = (
                f'{shown}: "{clean_name(name)}" of its layout in audit.yaml ends before it begins.'
                " Write its first and its last character, counted from 1, such as 9-38."
            )
            raise ExportError(msg)
        spans.append(span)
    for before, after in pairwise(sorted(spans, key=lambda span: span.start)):
        if after.start < (before.end or 0):
            msg = (
                f'{shown}: "{clean_name(before.name)}" and "{clean_name(after.name)}" of its layout'
                " in audit.yaml overlap. Give every character to one field."
            )
            raise ExportError(msg)
    return tuple(spans)


def _gaps(spans: Iterable[Span]) -> list[Span]:
    """The places that no field of a layout takes, and what follows the last."""
    gaps, end = [], 0
    for span in sorted(spans, key=lambda span: span.start):
        if span.start > end:
            gaps.append(Span(name=f"chars_{end + 1}_{span.start}", start=end, end=span.start))
        end = max(end, span.end or 0)
    return [*gaps, Span(name=f"chars_{end + 1}_", start=end, end=None)]


def proposed_layout(sample: Sample, *, is_lenient: bool = False) -> dict[str, str]:
    """A layout for lines that are equally long, by the blanks that all of them have in one place;
    none for other text, nor, lenient, where no header names the fields.

    Where fields touch, they are one.
    """
    lines = sample.text.splitlines()
    lines = [
        line for line in lines[: None if sample.complete else -1][:_PROPOSED_FROM] if line.strip()
    ]
    width = max(map(len, lines), default=0)
    if len(lines) < _MIN_LINES or sum(len(line) == width for line in lines) < _ALIKE * len(lines):
        return {}
    filled = np.zeros(width + 1, dtype=bool)
    for line in lines:
        filled[[place for place, letter in enumerate(line) if not letter.isspace()]] = True
    starts = [place for place in range(width) if filled[place] and not filled[place - 1]]
    ends = [*starts[1:], width]
    cells = [
        [line[start:end].strip() for start, end in zip(starts, ends, strict=True)] for line in lines
    ]
    if len(starts) < 2:
        return {}
    is_header, names = header_of(cells, len(starts))
    unnamed = (
        not is_header
        or len({*names} - {None}) < len(names)
        or any(is_personal(name or "") for name in names)
    )
    if unnamed and is_lenient:
        return {}
    return {
        f"field_{number}" if unnamed else clean_name(name or ""): f"{start + 1}-{end}"
        for number, (name, start, end) in enumerate(zip(names, starts, ends, strict=True), start=1)
    }


@dataclass(kw_only=True)
class FixedWidth(TextStream):
    """One pass over a file.

    ``names`` grows with every place outside the layout that holds something.
    """

    text: OpenedText
    spans: tuple[Span, ...]
    _gaps: list[Span]
    _may_be_header: bool = True
    _lines: int = field(default=0, repr=False)
    # characters of a line, the last one not counted
    _shortest: int | None = field(default=None, repr=False)
    _last: int = field(default=0, repr=False)  # of the last one

    @classmethod
    def of(cls, text: OpenedText) -> Self:
        """Its reader."""
        spans = spans_of(text.layout, text.shown)
        return cls(
            shown=text.shown,
            rejections=text.rejections,
            proof=text.proof,
            names=tuple(span.name for span in spans),
            text=text,
            spans=spans,
            _gaps=_gaps(spans),
        )

    def tables(self, chunks: Iterable[bytes]) -> Iterator[pa.Table]:
        """Tables with the columns ``c0``, ``c1`` ... as text and the line of each record; an empty
        text stands for an empty field.
        """
        splitter = RecordSplitter(delimiter=b",", quoted=False, unread=self.rejections.keep)
        for block in splitter.split(transcoded(self.noted(chunks), self.text.encoding)):
            yield self._table(block)
        if self._is_one_line:
            msg = (
                f"{self.text.shown} is one line of {self._last:,} characters, and its layout in"
                f" audit.yaml ends with character {self._width}: are the line breaks lost? Export"
                " it with a line for each record; or, if it is one record, name its fields to the"
                " end."
            )
            raise ExportError(msg)
        is_broken = self._last <= self._last_start or (
            self._shortest is not None and self._last < self._width <= self._shortest
        )
        self.rejections.is_cut_off = self._lines > 1 and not self.ends_with_break and is_broken

    def _table(self, block: Records) -> pa.Table:
        sound = self._sound(block)
        self.proof.note_text(sound.data)
        offsets = np.append(sound.starts, len(sound.data)).astype(np.int32)
        texts = pc.utf8_rtrim(
            pa.StringArray.from_buffers(
                len(sound.starts), pa.py_buffer(offsets), pa.py_buffer(sound.data)
            ),
            _LINE_END,
        )
        lines = pa.array(sound.lines, pa.int64())
        if self._may_be_header and len(texts):
            self._may_be_header = False
            if self._is_header(texts[0].as_py()):
                texts, lines = texts[1:], lines[1:]
        texts, lines = self._long_enough(texts, lines)
        self._refuse_cut_numbers(texts)
        self.rows += len(texts)
        columns = {f"c{place}": _cut(texts, span) for place, span in enumerate(self.spans)}
        for gap in self._gaps:
            self._add_gap(columns, gap, _cut(texts, gap))
        return pa.table({LINE: lines, **columns})

    def _sound(self, block: Records) -> Records:
        reasons: dict[int, str] = (
            dict.fromkeys(
                np.flatnonzero(
                    block.malformed | (block.ends - block.starts > FIELD_LIMIT)
                ).tolist(),
                "field_limit",
            )
            if len(block.starts)
            else {}
        )
        self.proof.note_damages(block, reasons)
        return self.rejections.set_aside(block, reasons)

    def _is_header(self, line: str) -> bool:
        """Whether the first line holds names: as the audit says, or when one of the layout's stands
        at its place.
        """
        declared = self.text.spec.header if self.text.spec else None
        if declared is not None:
            return declared
        return any(
            clean_name(line[span.start : span.end]) == clean_name(span.name) for span in self.spans
        )

    @property
    def _width(self) -> int:
        """Characters up to the end of the last field."""
        return self._gaps[-1].start

    @property
    def _is_one_line(self) -> bool:
        """Whether all that was read so far is one line, in which several records have room."""
        return self._lines == 1 and self._last >= 2 * self._width

    @property
    def _last_start(self) -> int:
        """Characters before the last field."""
        return max(span.start for span in self.spans)

    def _long_enough(
        self, texts: pa.StringArray, lines: pa.Int64Array
    ) -> tuple[pa.StringArray, pa.Int64Array]:
        """The lines in which the last field begins, or that are blank; the others are set aside.

        Notes how long all are: a last one shorter than all others is a part of one.
        """
        if not len(texts):
            return texts, lines
        lengths = pc.utf8_length(texts)
        self._note_lengths(lengths.to_pylist())
        broken = pc.and_(
            pc.less_equal(lengths, self._last_start),
            pc.not_equal(pc.utf8_trim_whitespace(texts), ""),
        )
        short = zip(lines.filter(broken).to_pylist(), texts.filter(broken).to_pylist(), strict=True)
        for line, text in short:
            self.rejections.add(line, "short_line")
            self.rejections.keep(line, text.encode())
        return texts.filter(pc.invert(broken)), lines.filter(pc.invert(broken))

    def _note_lengths(self, lengths: Sequence[int]) -> None:
        before = [*lengths[:-1], *([self._last] if self._lines else [])]
        self._shortest = min(
            [*before, *([self._shortest] if self._shortest is not None else [])], default=None
        )
        self._last = lengths[-1]
        self._lines += len(lengths)

    def _refuse_cut_numbers(self, texts: pa.StringArray) -> None:
        """Raises: ExportError where a number goes on beyond the field that it stands in, in places
        that no field has: neither half would be known for what it is.
        """
        gaps = {gap.start for gap in self._gaps} | {gap.end for gap in self._gaps}
        for span in self.spans:
            for place, side in ((span.start, "begins"), (span.end, "ends")):
                if not place or place not in gaps or self._is_one_line:
                    continue
                count = (
                    pc.sum(
                        pc.match_substring_regex(
                            pc.utf8_slice_codeunits(texts, place - 1, place + 1), "^[0-9]{2}$"
                        )
                    ).as_py()
                    or 0
                )
                if count:
                    msg = (
                        f'{self.text.shown}: "{clean_name(span.name)}" of its layout in audit.yaml'
                        f" {side} within a number, in {count:,} of its first lines. Correct its"
                        " characters, or name what stands beside it as a field of its own."
                    )
                    raise ExportError(msg)

    def _add_gap(
        self, columns: dict[str, pa.StringArray], gap: Span, texts: pa.StringArray
    ) -> None:
        if gap.name not in self.names:
            if not pc.any(pc.not_equal(texts, "")).as_py():
                return
            self.names = (*self.names, gap.name)
        columns[f"c{self.names.index(gap.name)}"] = texts


def _cut(texts: pa.StringArray, span: Span) -> pa.StringArray:
    return pc.utf8_trim_whitespace(pc.utf8_slice_codeunits(texts, span.start, span.end))


FORMAT = TextFormat(called="text of fixed width", of=FixedWidth.of)
