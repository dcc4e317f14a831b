"""What this machine gives a run, and what a run takes of it: memory, cores, disk."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import duckdb
import psutil

GIB = 1 << 30
_MOST = 4 * GIB
_PROC, _CGROUP = Path("/proc"), Path("/sys/fs/cgroup")


def cores() -> int:
    """Processors that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def memory_bytes() -> int:
    """The machine's memory, or the part of it that a container or service gives this process."""
    return min([os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES"), *_limits()])


def default_memory() -> str:
    """Half of the memory, at most 4 GiB, as DuckDB writes a size."""
    return f"{min(memory_bytes() // 2, _MOST) >> 20}MiB"


def _limits() -> Iterator[int]:
    """The limits of every control group that this process is in, both versions (cgroups(7)); "max"
    and absurdly large ones say nothing.
    """
    with suppress(OSError):
        for line in (
            (_PROC / "self" / "cgroup").read_text(encoding="ascii", errors="replace").splitlines()
        ):
            _, controllers, path = line.split(":", 2)
            if controllers not in ("", "memory"):
                continue
            root, name = (
                (_CGROUP / "memory", "memory.limit_in_bytes")
                if controllers
                else (_CGROUP, "memory.max")
            )
            place = root / path.lstrip("/")
            for folder in (place, *place.parents[: len(place.parts) - len(root.parts)]):
                with suppress(OSError, ValueError):
                    yield int((folder / name).read_text(encoding="ascii"))


def memory_of_tree(root: psutil.Process | None = None) -> int:
    """Bytes of memory that a process (this one, unless another is given) and all it started hold
    now; on Linux what they share counts once.
    """
    root = root or psutil.Process()
    with suppress(psutil.NoSuchProcess):
        return sum(_share_of(process) for process in (root, *root.children(recursive=True)))
    return 0


def _share_of(process: psutil.Process) -> int:
    """A process's memory, pages that others map too divided among them where the system tells; 0
    once it has ended.
    """
    with suppress(psutil.NoSuchProcess):
        try:
            memory = process.memory_full_info()
        except psutil.AccessDenied:  # another user's, on macOS also another process's
            return process.memory_info().rss
        share: int = getattr(memory, "pss", memory.rss)
        return share
    return 0


def bytes_read() -> int | None:
    """Bytes that this process has read from files so far (proc_pid_io(5): rchar); None where the
    system does not tell.
    """
    with suppress(OSError):
        return int((_PROC / "self" / "io").read_text(encoding="ascii").split()[1])
    return None


def disk_use(folder: Path) -> int:
    """Bytes that the files below a folder take on the disk now; one that is just being removed
    counts nothing.
    """
    total = 0
    for place, _, names in os.walk(folder):
        for name in names:
            with suppress(OSError):
                # many times a second
                total += os.lstat(os.path.join(place, name)).st_blocks * 512  # noqa: PTH118
    return total


def set_progress_bar(connection: duckdb.DuckDBPyConnection, *, watched: bool) -> bool:
    """Have DuckDB draw nothing, and count how far a query is only where somebody watches; returns
    whether it counts.

    In a Jupyter kernel without ipywidgets DuckDB 2.0 neither counts nor draws, and refuses every
    word about it.
    """
    try:
        connection.execute(f"SET enable_progress_bar = {str(watched).lower()}")
        connection.execute("SET enable_progress_bar_print = false")
    except duckdb.InvalidInputException:
        return False
    return watched
