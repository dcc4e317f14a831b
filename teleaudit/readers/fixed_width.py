"""Lines of fields that stand at fixed places, as Arrow tables of text: each field from its first to its last character, without the blanks around it.

What stands in a line where the layout names no field is read too, as a column by its place: nothing hides between two fields.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Self

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from teleaudit.errors import ExportError
from teleaudit.readers.delimited import LINE
from teleaudit.readers.encodings import EncodingProof
from teleaudit.readers.headers import checked_header, count_withheld, header_of
from teleaudit.readers.records import FIELD_LIMIT, Records, RecordSplitter, ends_with_break, transcoded
from teleaudit.readers.rejects import Rejections
from teleaudit.readers.sniffing import Sample
from teleaudit.readers.text_tables import OpenedText
from teleaudit.readers.withheld import clean_name, is_personal

_LINE_END = "\r\n"
_PROPOSED_FROM, _FEWEST = 200, 3  # lines
_ALIKE = 0.9  # share of them that must be equally long


@dataclass(frozen=True, kw_only=True)
class Span:
    """Where a field stands."""

    name: str
    start: int  # characters before it
    end: int | None  # and up to its last one; none for the rest of the line


def spans_of(layout: Mapping[str, str], shown: str) -> tuple[Span, ...]:
    """The fields of a layout such as ``{Kundenr: 1-8}``, the first character being 1. Raises: ExportError where one ends before it begins."""
    spans = []
    for name, places in layout.items():
        first, _, last = places.partition("-")
        span = Span(name=name, start=int(first) - 1, end=int(last or first))
        if not 0 <= span.start < (span.end or 0):
            msg = f'{shown}: "{clean_name(name)}" of its layout in audit.yaml ends before it begins. Write its first and its last character, counted from 1, such as 9-38.'
            raise ExportError(msg)
        spans.append(span)
    return tuple(spans)


def _gaps(spans: Iterable[Span]) -> list[Span]:
    """The places that no field of a layout takes, and what follows the last."""
    gaps, end = [], 0
    for span in sorted(spans, key=lambda span: span.start):
        if span.start > end:
            gaps.append(Span(name=f"chars_{end + 1}_{span.start}", start=end, end=span.start))
        end = max(end, span.end or 0)
    return [*gaps, Span(name=f"chars_{end + 1}_", start=end, end=None)]


def proposed_layout(sample: Sample) -> dict[str, str]:
    """A layout for lines that are equally long, by the blanks that all of them have in one place; none for other text. Where fields touch, they are one."""
    lines = sample.text.splitlines()
    lines = [line for line in lines[: None if sample.complete else -1][:_PROPOSED_FROM] if line.strip()]
    width = max(map(len, lines), default=0)
    if len(lines) < _FEWEST or sum(len(line) == width for line in lines) < _ALIKE * len(lines):
        return {}
    filled = np.zeros(width + 1, dtype=bool)
    for line in lines:
        filled[[place for place, letter in enumerate(line) if not letter.isspace()]] = True
    starts = [place for place in range(width) if filled[place] and not filled[place - 1]]
    ends = [*starts[1:], width]
    cells = [[line[start:end].strip() for start, end in zip(starts, ends, strict=True)] for line in lines]
    if len(starts) < 2:
        return {}
    is_header, names = header_of(cells, len(starts))
    unnamed = not is_header or len({*names} - {None}) < len(names) or any(is_personal(name or "") for name in names)
    return {
        f"field_{number}" if unnamed else clean_name(name or ""): f"{start + 1}-{end}" for number, (name, start, end) in enumerate(zip(names, starts, ends, strict=True), start=1)
    }


@dataclass(kw_only=True)
class FixedWidth:
    """One pass over a file. ``header`` grows with every place outside the layout that holds something."""

    text: OpenedText
    spans: tuple[Span, ...]
    header: tuple[str, ...]
    withheld: int
    rows: int = 0
    _gaps: list[Span]
    _may_be_header: bool = True
    _shortest: int | None = field(default=None, repr=False)  # characters of a line, the last one not counted
    _last: int = field(default=0, repr=False)  # of the last one
    _ends_with_break: bool = field(default=False, repr=False)

    @classmethod
    def of(cls, text: OpenedText) -> Self:
        """Its reader."""
        spans = spans_of(text.layout, text.shown)
        names = [span.name for span in spans]
        return cls(text=text, spans=spans, header=checked_header(names, text.shown), withheld=count_withheld(names), _gaps=_gaps(spans))

    @property
    def proof(self) -> EncodingProof:
        """What the whole file says about its encoding."""
        return self.text.proof

    @property
    def rejections(self) -> Rejections:
        """The lines that cannot be read."""
        return self.text.rejections

    def tables(self, chunks: Iterable[bytes]) -> Iterator[pa.Table]:
        """Tables with the columns ``c0``, ``c1`` ... as text and the line of each record; an empty text stands for an empty field."""
        splitter = RecordSplitter(delimiter=b",", quoted=False)
        for block in splitter.split(transcoded(self._noted(chunks), self.text.encoding)):
            yield self._table(block)
        width = max((span.end or 0 for span in self.spans), default=0)
        self.rejections.is_cut_off = not self._ends_with_break and self._shortest is not None and self._last < width <= self._shortest

    def _noted(self, chunks: Iterable[bytes]) -> Iterator[bytes]:
        for chunk in chunks:
            self.proof.note_bytes(chunk)
            self._ends_with_break = ends_with_break(chunk) if chunk else self._ends_with_break
            yield chunk

    def _table(self, block: Records) -> pa.Table:
        sound = self._sound(block)
        self.proof.note_text(sound.data)
        offsets = np.append(sound.starts, len(sound.data)).astype(np.int32)
        texts = pc.utf8_rtrim(pa.StringArray.from_buffers(len(sound.starts), pa.py_buffer(offsets), pa.py_buffer(sound.data)), _LINE_END)
        lines = pa.array(sound.lines, pa.int64())
        if self._may_be_header and len(texts):
            self._may_be_header = False
            if self._is_header(texts[0].as_py()):
                texts, lines = texts[1:], lines[1:]
        self._note_lengths(texts)
        self.rows += len(texts)
        columns = {f"c{place}": _cut(texts, span) for place, span in enumerate(self.spans)}
        for gap in self._gaps:
            self._add_gap(columns, gap, _cut(texts, gap))
        return pa.table({LINE: lines, **columns})

    def _sound(self, block: Records) -> Records:
        reasons: dict[int, str] = dict.fromkeys(np.flatnonzero(block.malformed | (block.ends - block.starts > FIELD_LIMIT)).tolist(), "field_limit") if len(block.starts) else {}
        self.proof.note_damages(block, reasons)
        return self.rejections.set_aside(block, reasons)

    def _is_header(self, line: str) -> bool:
        """Whether the first line holds names: as the audit says, or when one of the layout's stands at its place."""
        declared = self.text.spec.header if self.text.spec else None
        if declared is not None:
            return declared
        return any(clean_name(line[span.start : span.end]) == clean_name(span.name) for span in self.spans)

    def _note_lengths(self, texts: pa.StringArray) -> None:
        """How long the lines are, so that a last one that is shorter than all others is known for a part of one."""
        if not len(texts):
            return
        lengths = pc.utf8_length(texts).to_numpy()
        before = [*lengths[:-1].tolist(), *([self._last] if self.rows else [])]
        self._shortest = min([*before, *([self._shortest] if self._shortest is not None else [])], default=None)
        self._last = int(lengths[-1])

    def _add_gap(self, columns: dict[str, pa.StringArray], gap: Span, texts: pa.StringArray) -> None:
        if gap.name not in self.header:
            if not pc.any(pc.not_equal(texts, "")).as_py():
                return
            self.header = (*self.header, gap.name)
        columns[f"c{self.header.index(gap.name)}"] = texts


def _cut(texts: pa.StringArray, span: Span) -> pa.StringArray:
    return pc.utf8_trim_whitespace(pc.utf8_slice_codeunits(texts, span.start, span.end))
