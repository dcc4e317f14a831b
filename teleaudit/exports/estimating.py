"""How many rows an export may have, before it is read: for whoever waits."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from teleaudit.readers.signatures import COMPRESSED, PARQUET, ZIP

_SAMPLE = 1 << 20
_NO_TEXT = (ZIP, PARQUET, *COMPRESSED)


def estimate_rows(paths: Iterable[Path]) -> int | None:
    """Rows of the files together: exact for Parquet, otherwise from the length of their first
    lines; None where nothing can be said.
    """
    rows = [_rows_of(path) for path in paths]
    return None if None in rows else sum(number for number in rows if number is not None)


def _rows_of(path: Path) -> int | None:
    with suppress(OSError, pa.ArrowInvalid), path.open("rb") as file:
        head = file.read(_SAMPLE)
        if head.startswith(PARQUET):
            return int(pq.read_metadata(path).num_rows)
        if not head.startswith(_NO_TEXT):
            return head.count(b"\n") * path.stat().st_size // len(head) if head else 0
    return None
