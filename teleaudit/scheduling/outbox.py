"""Notices until they are sent, and which were: each once by each channel, and again after a failure.

A file of lines beside the ledger. A process that is killed between sending and noting it sends once
more: nothing is lost instead.
"""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

OUTBOX_FILE = "notices.jsonl"
Notice = Mapping[str, Any]  # as JSON


class NotSentError(Exception):
    """A notice that a channel did not take; the message holds no secret."""


Send = Callable[[str, Notice], None]  # by a channel; raises NotSentError


class Outbox:
    """The notices of an audit."""

    def __init__(self, home: Path) -> None:
        self._file = home / OUTBOX_FILE

    def knows(self, notice_id: str) -> bool:
        """Whether there is such a notice, sent or not."""
        return any(_id_of(line) == notice_id for line in self._lines())

    def add(self, notice: Notice, channels: Sequence[str]) -> None:
        """A notice to be sent; one that is there already is not added again."""
        with self._locked() as descriptor:
            if not self.knows(notice["id"]):
                _append(descriptor, {"notice": notice, "channels": list(channels)})

    def waiting(self) -> list[tuple[Notice, str]]:
        """What is to be sent, and by which channel."""
        lines = list(self._lines())
        sent = {(line["sent"], line["channel"]) for line in lines if "sent" in line}
        return [
            (line["notice"], channel)
            for line in lines
            if "notice" in line
            for channel in line["channels"]
            if (line["notice"]["id"], channel) not in sent
        ]

    def deliver(self, send: Send, now: str) -> Iterator[tuple[Notice, str, str]]:
        """Send all that waits; gives what could not be sent, by which channel, and why.

        A channel that fails is not tried again this time: each try may take its patience.
        """
        if not self._file.exists():
            return
        with self._locked() as descriptor:
            failed: dict[str, str] = {}
            for notice, channel in self.waiting():
                if channel in failed:
                    yield notice, channel, failed[channel]
                    continue
                try:
                    send(channel, notice)
                except NotSentError as error:
                    failed[channel] = str(error)
                    yield notice, channel, str(error)
                else:
                    _append(descriptor, {"sent": notice["id"], "channel": channel, "at": now})

    def _lines(self) -> Iterator[Mapping[str, Any]]:
        content = self._file.read_bytes() if self._file.exists() else b""
        for line in content.splitlines():
            try:
                told = json.loads(line)
            except ValueError:
                continue  # torn: its process was killed
            if isinstance(told, dict):
                yield told

    @contextmanager
    def _locked(self) -> Iterator[int]:
        flags = os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC
        descriptor = os.open(self._file, flags, 0o660)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield descriptor
        finally:
            os.close(descriptor)


def _id_of(line: Mapping[str, Any]) -> str | None:
    return line["notice"]["id"] if "notice" in line else None


def _append(descriptor: int, told: Mapping[str, Any]) -> None:
    """A line of its own, also after one that was torn."""
    size = os.fstat(descriptor).st_size
    is_torn = size > 0 and os.pread(descriptor, 1, size - 1) != b"\n"
    line = json.dumps(told, ensure_ascii=False, sort_keys=True) + "\n"
    os.write(descriptor, ("\n" if is_torn else "").encode() + line.encode())
    os.fsync(descriptor)
