"""A hash chain of runs: one line of JSON per complete run, each naming the hash of the line before
it.

An edited or removed line in the middle breaks the chain. Lines cut off at the end do not: the head
is therefore kept in each run's manifest, too.
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

    Waits for another run that is appending; a chain that does not hold is refused. A line that
    could not be written whole is taken back: by this run when the disk is full, by the next one
    when this one was killed. Raises: UserError.
    """
    path = folder / LEDGER_FILE
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o640)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        content = path.read_bytes()
        whole = _whole_lines(content)
        line = json.dumps(
            {"previous": _head(whole.splitlines(), path)} | dict(entry),
            ensure_ascii=False,
            sort_keys=True,
        ).encode()
        kept = min(len(whole), len(content))
        _write_after(descriptor, kept, whole[kept:] + line + b"\n")
    finally:
        os.close(descriptor)
    return hashlib.sha256(line).hexdigest()


def head(folder: Path) -> str:
    """The hash of the last line, 64 zeros where there is none.

    Raises: UserError when the chain does not hold.
    """
    path = folder / LEDGER_FILE
    return _head(_whole_lines(path.read_bytes()).splitlines(), path) if path.exists() else _NO_ENTRY


def _whole_lines(content: bytes) -> bytes:
    """Without a torn last line, left by a run that was killed while writing it.

    One that lacks only its end is given it.
    """
    tail = content[content.rfind(b"\n") + 1 :]
    try:
        json.loads(tail)
    except ValueError:
        return content[: len(content) - len(tail)]
    return content + b"\n"


def _write_after(descriptor: int, size: int, line: bytes) -> None:
    """Write a line at the end, whole or not at all."""
    at = size
    try:
        os.ftruncate(descriptor, size)
        while line:
            written = os.pwrite(descriptor, line, at)
            line, at = line[written:], at + written
        os.fsync(descriptor)
    except OSError:
        os.ftruncate(descriptor, size)
        raise


def _head(lines: list[bytes], path: Path) -> str:
    previous = _NO_ENTRY
    for number, line in enumerate(lines, 1):
        try:
            holds = json.loads(line)["previous"] == previous
        except (ValueError, KeyError, TypeError):
            holds = False
        if not holds:
            msg = (
                f"{path.name}, line {number}: the chain of runs is broken here. The file was edited"
                " or damaged; keep it aside and start a new one."
            )
            raise UserError(msg)
        previous = hashlib.sha256(line).hexdigest()
    return previous
