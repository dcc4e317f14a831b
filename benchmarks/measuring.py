"""What all benchmarks share: a command measured from outside, the machine it ran on, tables in
Markdown.

Memory is that of the whole process tree: the largest sum of its processes' proportional shares
(Linux: PSS, so that pages which forked processes share count once) seen in samples, or the
high-water mark of its largest single process, whichever is more.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import platform
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import psutil

from teleaudit.machine import memory_of_tree

HERE = Path(__file__).resolve().parent
REPOSITORY = HERE.parent
_SAMPLE_SECONDS = 0.2
_DISK_SECONDS = 1.0
_MIB = 2**20
_KILLED = -9


@dataclass(frozen=True, kw_only=True)
class Measured:
    """A command that ended, by itself or not."""

    exit_code: int  # negative: the signal that ended it
    timed_out: bool
    seconds: float  # of the whole process, imports included
    peak_mib: float  # of the process tree
    disk_mib: float  # high-water of the watched folder
    output: str
    errors: str

    def failure(self, *, fine: tuple[int, ...] = (0,)) -> str | None:
        """Why it gave no answer, in a few words; None when it did."""
        if self.timed_out:
            return "timeout"
        if self.exit_code in fine:
            return None
        if self.exit_code == _KILLED or any(
            word in self.errors
            for word in ("MemoryError", "OutOfMemory", "out of memory", "Out of Memory")
        ):
            return "out of memory"
        raised = re.findall(
            r"^([\w.]+(?:Error|Exception|Errors))\b", self.errors, flags=re.MULTILINE
        )
        return f"crash ({raised[-1] if raised else f'exit code {self.exit_code}'})"

    def answer(self) -> dict[str, Any]:
        """The last line of its output, which is JSON."""
        found: dict[str, Any] = json.loads(self.output.splitlines()[-1])
        return found


def measure(
    command: Sequence[str | Path], *, timeout: float, watch: Path | None = None
) -> Measured:
    """Run a command to its end, or to the end of its time, when it and its children are ended.

    ``watch`` is a folder whose size on disk is followed.
    """
    with tempfile.TemporaryFile("w+") as output, tempfile.TemporaryFile("w+") as errors:
        began = time.perf_counter()
        process = subprocess.Popen(
            [str(part) for part in command],
            stdout=output,
            stderr=errors,
            stdin=subprocess.DEVNULL,
            start_new_session=True,
        )
        sampler = _Sampler(process.pid, watch)
        sampler.start()
        timer = threading.Timer(timeout, _end_tree, (process.pid,))
        timer.start()
        # or a command that is told to end leaves the process and its files behind
        before = signal.signal(signal.SIGTERM, _leave)
        try:
            process.wait()
        except BaseException:
            _end_tree(process.pid)
            raise
        finally:
            signal.signal(signal.SIGTERM, before)
            timed_out = timer.finished.is_set()
            timer.cancel()
            sampler.stop()
        seconds = time.perf_counter() - began
        texts = []
        for file in (output, errors):
            file.seek(0)
            texts.append(file.read())
        return Measured(
            exit_code=process.returncode,
            timed_out=timed_out,
            seconds=seconds,
            peak_mib=sampler.peak_bytes / _MIB,
            disk_mib=sampler.disk_bytes / _MIB,
            output=texts[0],
            errors=texts[1],
        )


class _Sampler(threading.Thread):
    """Looks at a process and its children until told to stop."""

    def __init__(self, pid: int, watch: Path | None) -> None:
        super().__init__(daemon=True)
        self._root, self._watch = psutil.Process(pid), watch
        self._end = threading.Event()
        self.peak_bytes = self.disk_bytes = 0

    def run(self) -> None:
        """Sample memory often and disk seldom."""
        looked_at_disk = 0.0
        while not self._end.wait(_SAMPLE_SECONDS):
            self.peak_bytes = max(self.peak_bytes, tree_bytes(self._root))
            if self._watch is not None and time.monotonic() - looked_at_disk > _DISK_SECONDS:
                looked_at_disk = time.monotonic()
                self.disk_bytes = max(self.disk_bytes, folder_bytes(self._watch))

    def stop(self) -> None:
        """End it and wait."""
        self._end.set()
        self.join()


def tree_bytes(root: psutil.Process) -> int:
    """Memory of a process and all its children now, or the most that one of them has ever had."""
    highest = 0
    with suppress(psutil.Error):
        highest = max(_high_water(process) for process in (root, *root.children(recursive=True)))
    return max(memory_of_tree(root), highest)


def _high_water(process: psutil.Process) -> int:
    """The most memory that a process has ever had, in bytes (proc_pid_status(5): VmHWM, in kB); 0
    where nobody knows.
    """
    with suppress(OSError), Path(f"/proc/{process.pid}/status").open(encoding="utf-8") as lines:
        for line in lines:
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) * 1024
    return 0


def folder_bytes(folder: Path) -> int:
    """What a folder takes on disk; files may come and go meanwhile."""
    total = 0
    for place, _, names in os.walk(folder):
        for name in names:
            with suppress(OSError):
                total += (Path(place) / name).stat(follow_symlinks=False).st_blocks * 512
    return total


def _leave(_signal: int, _frame: object) -> None:
    sys.exit("told to end")


def _end_tree(pid: int) -> None:
    """End a process and its children, those that have left its group too."""
    with suppress(psutil.Error):
        root = psutil.Process(pid)
        for process in (*root.children(recursive=True), root):
            with suppress(psutil.Error):
                process.kill()


def need_disk(folder: Path, needed_bytes: int) -> None:
    """Say what is needed, and stop where it is not there."""
    folder.mkdir(parents=True, exist_ok=True)
    free = shutil.disk_usage(folder).free
    print(
        f"disk: needs about {needed_bytes / 1e9:.1f} GB in {folder}, {free / 1e9:.1f} GB are free",
        file=sys.stderr,
    )
    if free < needed_bytes * 1.1:
        sys.exit("too little disk: ask for fewer --rows, or name a roomier --work")


def heading(title: str, *packages: str) -> str:
    """A line for above a table: what, when, on which machine, with which versions."""
    return (
        f"{title}: {dt.datetime.now().astimezone():%d-%m-%Y}, {machine()}, Python"
        f" {platform.python_version()}, {', '.join(versions(*packages))}"
    )


def machine() -> str:
    """Processor, cores and memory."""
    model = platform.machine()
    with suppress(OSError):
        names = [
            line.split(":", 1)[1].strip()
            for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
            if line.startswith("model name")
        ]
        model = names[0] if names else model
    memory = psutil.virtual_memory().total / 2**30
    return f"{model}, {os.cpu_count()} cores, {memory:.0f} GiB"


def versions(*packages: str) -> list[str]:
    """Name and version of the packages; one that is not installed is said to be."""
    found = []
    for name in packages:
        try:
            found.append(f"{name} {version(name)}")
        except PackageNotFoundError:
            found.append(f"{name} not installed")
    return found


def markdown(headers: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """A table."""
    lines = [headers, ["---"] * len(headers), *rows]
    return "\n".join("| " + " | ".join(str(cell) for cell in line) + " |" for line in lines)
