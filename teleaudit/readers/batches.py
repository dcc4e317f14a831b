"""Cells in parts: each part of a column with the rows that its texts stand in."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from teleaudit.detectors.personal import is_personal
from teleaudit.readers.headers import clean_name

LINE = "line"  # the column of what stands in lines
BATCH_ROWS = 32_768
BATCH_CHARACTERS = 8 << 20
PIECE = 1 << 20  # characters of a line or value that are looked at together
OVERLAP = 512  # characters that neighbouring pieces share


@dataclass(frozen=True, kw_only=True)
class Column:
    """A column or key of a file, or its lines."""

    shown: str  # its name in findings
    field: str = ""  # its name for the detectors; empty where what is shown is no name
    # lines, or what they say beside a key: no column that could be judged as one
    is_line: bool = False


LINES = Column(shown=LINE, is_line=True)


@dataclass(frozen=True, kw_only=True)
class Cells:
    """A part of a column."""

    column: Column
    texts: Sequence[str | None]
    rows: Sequence[int]  # 1-based, of each text


Batch = Sequence[Cells]


@dataclass(kw_only=True)
class Gathering:
    """Cells that come one by one, handed on in batches."""

    _texts: dict[Column, tuple[list[str], list[int]]] = field(default_factory=dict)
    _cells: int = 0
    _characters: int = 0

    def add(self, column: Column, text: str, row: int) -> None:
        """One cell, in pieces when it is long."""
        texts, rows = self._texts.setdefault(column, ([], []))
        for piece in pieces(text):
            texts.append(piece)
            rows.append(row)
            self._cells += 1
            self._characters += len(piece)

    @property
    def is_full(self) -> bool:
        """A batch is together."""
        return self._cells >= 8 * BATCH_ROWS or self._characters >= BATCH_CHARACTERS

    def take(self) -> Batch:
        """What was gathered."""
        batch = [
            Cells(column=column, texts=texts, rows=rows)
            for column, (texts, rows) in self._texts.items()
        ]
        self._texts, self._cells, self._characters = {}, 0, 0
        return batch


def pieces(text: str) -> Iterator[str]:
    """A text, or the overlapping pieces of a long one."""
    if len(text) <= PIECE:
        yield text
        return
    for start in range(0, len(text), PIECE - OVERLAP):
        yield text[start : start + PIECE]


def named_columns(names: Sequence[str | None], *, prefix: str = "") -> list[Column]:
    """Columns by their headers; by their position where there is none, or where the header itself
    is somebody's.

    The same name twice gets its position too.
    """
    columns: list[Column] = []
    taken: set[str] = set()
    for place, name in enumerate(names, start=1):
        written = clean_name(name) if name is not None and not is_personal(name) else ""
        shown = f"{prefix}{written or f'column {place}'}"
        if shown in taken:
            shown = f"{shown} (column {place})"
        taken.add(shown)
        columns.append(Column(shown=shown, field=written))
    return columns
