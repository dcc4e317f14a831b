"""What the machine gives and what a run takes: limits of containers are obeyed, a whole tree of
processes is weighed.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from teleaudit import machine

GIB = machine.GIB


@pytest.fixture
def groups(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine of 64 GiB whose control groups can be written."""
    monkeypatch.setattr(machine, "_PROC", tmp_path / "proc")
    monkeypatch.setattr(machine, "_CGROUP", tmp_path / "cgroup")
    monkeypatch.setattr(
        os, "sysconf", {"SC_PAGE_SIZE": 4096, "SC_PHYS_PAGES": 64 * GIB // 4096}.__getitem__
    )
    (tmp_path / "proc" / "self").mkdir(parents=True)
    return tmp_path


def limited(groups: Path, member: str, limits: dict[str, str]) -> None:
    (groups / "proc" / "self" / "cgroup").write_text(member, encoding="ascii")
    for name, limit in limits.items():
        place = groups / "cgroup" / name
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(limit, encoding="ascii")


@pytest.mark.parametrize(
    ("member", "limits", "memory", "default"),
    [
        ("", {}, 64 * GIB, "4096MiB"),
        ("0::/\n", {"memory.max": "max\n"}, 64 * GIB, "4096MiB"),
        ("0::/\n", {"memory.max": f"{6 * GIB}\n"}, 6 * GIB, "3072MiB"),
        (
            "0::/slice/job\n",
            {"slice/memory.max": f"{2 * GIB}\n", "slice/job/memory.max": "max\n"},
            2 * GIB,
            "1024MiB",
        ),
        (
            "0::/slice/job\n",
            {"slice/memory.max": f"{8 * GIB}\n", "slice/job/memory.max": f"{GIB}\n"},
            GIB,
            "512MiB",
        ),
        (
            "5:cpu:/x\n4:memory:/x\n",
            {"memory/x/memory.limit_in_bytes": f"{GIB}\n", "x/memory.max": "1\n"},
            GIB,
            "512MiB",
        ),
        (
            "4:memory:/\n",
            {"memory/memory.limit_in_bytes": "9223372036854771712\n"},
            64 * GIB,
            "4096MiB",
        ),
    ],
)
def test_memory_is_the_machines_or_the_part_that_a_container_gives(
    groups: Path, member: str, limits: dict[str, str], memory: int, default: str
) -> None:
    limited(groups, member, limits)
    assert (machine.memory_bytes(), machine.default_memory()) == (memory, default)


def test_this_machine_has_memory_and_cores() -> None:
    assert machine.memory_bytes() > GIB // 4
    assert 1 <= machine.cores() <= (os.cpu_count() or 1)


def test_what_a_child_holds_is_counted_and_gone_with_it() -> None:
    before = machine.memory_of_tree()
    command = "held = bytearray(range(256)) * 800_000; print(flush=True); input()"
    with subprocess.Popen(
        [sys.executable, "-c", command], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as child:
        assert child.stdout is not None
        child.stdout.readline()
        during = machine.memory_of_tree()
        child.communicate(b"\n")
    assert before > 0
    if sys.platform == "linux":
        assert during - before > 150e6
        assert machine.memory_of_tree() < during - 100e6


def test_a_process_whose_shares_are_not_told_counts_with_all_it_holds(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    this = psutil.Process()

    def refused(_process: psutil.Process) -> None:
        raise psutil.AccessDenied

    monkeypatch.setattr(psutil.Process, "memory_full_info", refused)
    monkeypatch.setattr(psutil.Process, "children", lambda _process, **_options: [])
    assert machine.memory_of_tree(this) > this.memory_info().rss // 2


def test_a_process_that_has_ended_holds_nothing() -> None:
    with subprocess.Popen([sys.executable, "-c", ""]) as child:
        known = psutil.Process(child.pid)
    assert machine.memory_of_tree(known) == 0


def test_bytes_read_are_counted_where_the_system_tells_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_bytes(bytes(300_000))
    before = machine.bytes_read()
    (tmp_path / "file").read_bytes()
    after = machine.bytes_read()
    if sys.platform == "linux":
        assert before is not None
        assert after is not None
        assert 300_000 <= after - before < 400_000
    monkeypatch.setattr(machine, "_PROC", tmp_path)
    assert machine.bytes_read() is None


def test_disk_use_is_that_of_all_files_below_a_folder(tmp_path: Path) -> None:
    assert machine.disk_use(tmp_path / "none") == 0
    (tmp_path / "a" / "b").mkdir(parents=True)
    (tmp_path / "a" / "b" / "file").write_bytes(os.urandom(100_000))
    assert 100_000 <= machine.disk_use(tmp_path) < 200_000
