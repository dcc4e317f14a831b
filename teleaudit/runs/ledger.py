"""A hash chain of what was done: one line of JSON per complete run, per approval, per signed report,
per closed annex that was erased, and each time somebody had values of records revealed, each naming
the hash of the line before it.

An edited or removed line in the middle breaks the chain. Lines cut off at the end do not: a run
therefore keeps the hash of its own line in COMPLETE, and the head it began with in results.json.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal

from teleaudit.errors import UserError

LEDGER_FILE = "ledger.jsonl"
NO_ENTRY = "0" * 64  # the head of a ledger that holds nothing
Kind = Literal["run", "approval", "signature", "purge", "reveal"]


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One line of a ledger."""

    line: int
    sha256: str
    content: Mapping[str, Any]  # nothing where the line is no entry

    @property
    def kind(self) -> str:
        """What was done; the first versions wrote of runs alone, and did not say so."""
        return str(self.content.get("kind", "run"))


@dataclass(frozen=True, kw_only=True)
class Ledger:
    """What a ledger holds, and whether it holds together."""

    entries: tuple[Entry, ...]  # those after a break too
    broken_at: int | None  # the first line that does not name the hash of the line before it

    @property
    def head(self) -> str:
        """The hash of the last line, 64 zeros where there is none."""
        return self.entries[-1].sha256 if self.entries else NO_ENTRY

    def of(self, kind: Kind, run_id: str) -> tuple[Entry, ...]:
        """The entries of a kind that are about a run."""
        return tuple(
            entry
            for entry in self.entries
            if entry.kind == kind and entry.content.get("run_id") == run_id
        )


def read_ledger(path: Path) -> Ledger:
    """The ledger in a file, empty where there is none; without a torn last line.

    Raises: UserError.
    """
    return _read(_whole_lines(_content_of(path)).splitlines())


def append_entry(folder: Path, kind: Kind, entry: Mapping[str, Any]) -> str:
    """Append to the ledger of an output folder; returns the hash of the line, the new head.

    Waits for another run that is appending; a chain that does not hold is refused. A line that
    could not be written whole is taken back: by this run when the disk is full, by the next one
    when this one was killed. Raises: UserError.
    """
    path = folder / LEDGER_FILE
    _refuse_no_file(path)
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o660)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        content = path.read_bytes()
        whole = _whole_lines(content)
        line = json.dumps(
            {"previous": _head(whole.splitlines(), path), "kind": kind} | dict(entry),
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
    return _head(_whole_lines(_content_of(path)).splitlines(), path)


def refuse_unwritable(folder: Path) -> None:
    """Raises UserError where this user could not append to the ledger of an output folder, before
    anything is done that it must name.
    """
    path = folder / LEDGER_FILE
    if path.exists() and not os.access(path, os.R_OK | os.W_OK):
        msg = (
            f"{path} may not be read or written by this user, and without it nothing is done here."
            " It belongs to whoever ran the first audit: docs/verify.md says how users share it."
        )
        raise UserError(msg)


def _content_of(path: Path) -> bytes:
    """What a ledger's file holds, nothing where there is none. Raises: UserError."""
    _refuse_no_file(path)
    try:
        return path.read_bytes() if path.exists() else b""
    except PermissionError:
        msg = f"{path} may not be read by this user: see docs/verify.md."
        raise UserError(msg) from None


def _refuse_no_file(path: Path) -> None:
    """Raises UserError for a folder, a pipe, or a link that leads nowhere."""
    if os.path.lexists(path) and not path.is_file():
        msg = f"{path} is no file that could be the ledger: see what it is, and take it away."
        raise UserError(msg)


def _whole_lines(content: bytes) -> bytes:
    """Without a torn last line, left by a run that was killed while writing it.

    One that lacks only its end is given it.
    """
    tail = content[content.rfind(b"\n") + 1 :]
    try:
        json.loads(tail)
    except (ValueError, RecursionError):
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
    ledger = _read(lines)
    if ledger.broken_at is not None:
        msg = (
            f"{path.name}, line {ledger.broken_at}: the chain of runs is broken here. The file was"
            " edited or damaged; keep it aside and start a new one."
        )
        raise UserError(msg)
    return ledger.head


def _read(lines: list[bytes]) -> Ledger:
    entries: list[Entry] = []
    broken_at, previous = None, NO_ENTRY
    for number, line in enumerate(lines, 1):
        content = _content(line)
        if broken_at is None and content.get("previous") != previous:
            broken_at = number
        previous = hashlib.sha256(line).hexdigest()
        entries.append(Entry(line=number, sha256=previous, content=content))
    return Ledger(entries=tuple(entries), broken_at=broken_at)


def _content(line: bytes) -> Mapping[str, Any]:
    try:
        content = json.loads(line)
    except (ValueError, RecursionError):
        content = None
    return MappingProxyType(content if isinstance(content, dict) else {})
