"""Where a run's time goes, by stage, and what it takes of the machine: for results.json and for
``run --timings``.

Nothing here is a value of a row: names of exports, data sets and notebooks, and numbers.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Self

from teleaudit.machine import disk_use, memory_of_tree

_SAMPLE_EVERY_S = 0.5


@dataclass(kw_only=True)
class Stage:
    """A part of a run."""

    # start, spark, reading, imports, views, checks, worklist, notebook_start, notebook, report
    stage: str
    name: str | None = None  # of the export, data set or notebook
    seconds: float = 0.0
    rows: int | None = None  # read, checked, or listed
    checks: int | None = None
    scans: int | None = None  # queries that read the data set

    def add(self, other: Stage) -> None:
        """Count what was done later in the same stage."""
        self.seconds += other.seconds
        self.rows = _sum(self.rows, other.rows)
        self.checks = _sum(self.checks, other.checks)
        self.scans = _sum(self.scans, other.scans)


def _sum(one: int | None, other: int | None) -> int | None:
    return one if other is None else other + (one or 0)


class Timings:
    """The stages of a run so far.

    While the block lasts, memory and temporary disk are looked at twice a second.
    """

    def __init__(self, *, began: float, memory_limit: str) -> None:
        """``began`` is the monotonic clock when the run did; ``memory_limit`` is what the engine
        was given.
        """
        self._began, self.memory_limit = began, memory_limit
        self.stages: list[Stage] = []
        self._peaks = _Peaks()

    @property
    def seconds(self) -> float:
        """How long the run has lasted."""
        return time.monotonic() - self._began

    def add(self, stage: Stage) -> None:
        """Put a stage that has ended beside the others; one of the same name is continued."""
        known = next(
            (one for one in self.stages if (one.stage, one.name) == (stage.stage, stage.name)), None
        )
        if known is None:
            self.stages.append(stage)
        else:
            known.add(stage)

    @contextmanager
    def stage(self, stage: str, name: str | None = None) -> Iterator[Stage]:
        """Time a block; what it did may be written into the stage."""
        began, timed = time.monotonic(), Stage(stage=stage, name=name)
        yield timed
        timed.seconds = time.monotonic() - began
        self.add(timed)

    def watch(self, work: Path) -> _Peaks:
        """Look at the machine while the block lasts; ``work`` holds all temporary files
        of the run.
        """
        self._peaks.work = work
        return self._peaks

    def as_json(self) -> dict[str, Any]:
        """As it stands in results.json."""
        self._peaks.look()
        return {
            "seconds": round(self.seconds, 3),
            "stages": [
                asdict(stage) | {"seconds": round(stage.seconds, 3)} for stage in self.stages
            ],
            "memory_limit": self.memory_limit,
            "peak_memory_bytes": self._peaks.memory,
            "peak_disk_bytes": self._peaks.disk,
            "peak_spill_bytes": self._peaks.spill,
        }


@dataclass
class _Peaks:
    """The most of it that was seen at one time."""

    memory: int = 0
    disk: int = 0  # working copies and spilled memory
    spill: int = 0  # of these, what did not fit into memory
    work: Path = field(default_factory=Path)
    _ended: threading.Event = field(default_factory=threading.Event)
    _thread: threading.Thread | None = None

    def __enter__(self) -> Self:
        self._thread = threading.Thread(target=self._look_on, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_raised: object) -> None:
        self._ended.set()
        if self._thread is not None:
            self._thread.join()

    def look(self) -> None:
        """See what is taken now."""
        self.memory = max(self.memory, memory_of_tree())
        self.disk = max(self.disk, disk_use(self.work))
        self.spill = max(
            self.spill,
            sum(
                disk_use(folder)
                for folder in (self.work / "spill", *self.work.glob("exports/*/spill"))
            ),
        )

    def _look_on(self) -> None:
        while not self._ended.wait(_SAMPLE_EVERY_S):
            self.look()
