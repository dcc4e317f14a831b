"""One file of an export as a relation that DuckDB reads."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from teleaudit.readers.opening import Recognised
from teleaudit.readers.rejects import Rejections

Progress = Callable[[str, int], None]


@dataclass(frozen=True, kw_only=True)
class FileRelation:
    """A file that DuckDB can read: where it lies, or as a stream."""

    shown: str
    recognised: Recognised
    header: tuple[str, ...]
    relation: str  # SQL
    expressions: tuple[str, ...]  # SQL of each column of the header
    types: tuple[str, ...]  # DuckDB's type of each
    line: str  # SQL of the line a record starts on
    rows: int
    rejections: Rejections
    sha256: str = ""
    size_bytes: int = 0
    has_native_dates: bool = False
    withheld: int = 0  # headers that are not shown
    error_cells: int = 0  # of a workbook, read as empty
    rounded: dict[str, int] = field(default_factory=dict)


def make_private(path: Path) -> None:
    """An empty file that only its owner may read or write."""
    os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
