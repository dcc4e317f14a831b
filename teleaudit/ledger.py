"""A hash chain of runs: one line of JSON per complete run, each naming the hash of the line before it.

An edited or removed line in the middle breaks the chain. Lines cut off at the end do not: the head is therefore kept in
each run's manifest, too.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
from collections.abc import Mapping
from pathlib import Path

from teleaudit.errors import UserError

LEDGER_FILE = "ledger.jsonl"
_NO_ENTRY = "0" * 64


def append_run(folder: Path, entry: Mapping[str, str]) -> str:
    """Append a run to the ledger of an output folder; returns the hash of its line, the new head.

    Waits for another run that is appending; a chain that does not hold is refused. Raises: UserError.
    """
    path = folder / LEDGER_FILE
    with os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT, 0o640), "r+b") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        previous = _head(file.read().splitlines(), path)
        line = json.dumps({"previous": previous} | dict(entry), ensure_ascii=False, sort_keys=True).encode()
        file.write(line + b"\n")
        file.flush()
        os.fsync(file.fileno())
    return hashlib.sha256(line).hexdigest()


def head(folder: Path) -> str:
    """The hash of the last line, 64 zeros where there is none. Raises: UserError when the chain does not hold."""
    path = folder / LEDGER_FILE
    return _head(path.read_bytes().splitlines(), path) if path.exists() else _NO_ENTRY


def _head(lines: list[bytes], path: Path) -> str:
    previous = _NO_ENTRY
    for number, line in enumerate(lines, 1):
        try:
            holds = json.loads(line)["previous"] == previous
        except (ValueError, KeyError, TypeError):
            holds = False
        if not holds:
            msg = f"{path.name}, line {number}: the chain of runs is broken here. The file was edited or damaged; keep it aside and start a new one."
            raise UserError(msg)
        previous = hashlib.sha256(line).hexdigest()
    return previous
