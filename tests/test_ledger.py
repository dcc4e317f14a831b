"""The ledger is a chain: what was edited is found at its line, and no line is left half written."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from teleaudit.errors import UserError
from teleaudit.runs.ledger import LEDGER_FILE, append_entry, head, read_ledger, refuse_unwritable

_APPEND = """
import sys
from pathlib import Path
from teleaudit.runs.ledger import append_entry
for number in range(int(sys.argv[3])):
    append_entry(Path(sys.argv[1]), "run", {"run_id": f"{sys.argv[2]}-{number}"})
"""
_APPEND_ON_A_FULL_DISK = """
import resource, sys
from pathlib import Path
from teleaudit.runs.ledger import LEDGER_FILE, append_entry
folder = Path(sys.argv[1])
room = (folder / LEDGER_FILE).stat().st_size + 20
resource.setrlimit(resource.RLIMIT_FSIZE, (room, room))
append_entry(folder, "run", {"run_id": "does not fit"})
"""


def _lines(folder: Path) -> list[bytes]:
    return (folder / LEDGER_FILE).read_bytes().splitlines()


def test_every_line_names_the_hash_of_the_line_before(tmp_path: Path) -> None:
    heads = [
        append_entry(tmp_path, "run", {"run_id": f"{number}", "note": "Ærø"}) for number in range(3)
    ]
    lines = _lines(tmp_path)
    assert [json.loads(line)["previous"] for line in lines] == ["0" * 64, *heads[:2]]
    assert heads == [hashlib.sha256(line).hexdigest() for line in lines]
    assert head(tmp_path) == heads[-1]


def test_where_nothing_ran_the_head_is_zeros(tmp_path: Path) -> None:
    assert head(tmp_path) == "0" * 64


@pytest.mark.parametrize(
    "mend",
    [
        lambda lines: [lines[0], lines[1].replace(b"run-1", b"run-7"), *lines[2:]],
        lambda lines: [lines[0], *lines[2:]],
    ],
)
def test_an_edited_or_removed_line_is_found_at_the_line_where_the_chain_breaks(
    tmp_path: Path, mend: object
) -> None:
    for number in range(4):
        append_entry(tmp_path, "run", {"run_id": f"run-{number}"})
    assert callable(mend)
    lines = mend(_lines(tmp_path))
    (tmp_path / LEDGER_FILE).write_bytes(b"\n".join(lines) + b"\n")
    broken = 3 if len(lines) == 4 else 2
    with pytest.raises(
        UserError, match=f"ledger.jsonl, line {broken}: the chain of runs is broken"
    ):
        head(tmp_path)
    with pytest.raises(UserError, match=f"line {broken}"):
        append_entry(tmp_path, "run", {"run_id": "later"})
    assert _lines(tmp_path) == lines


@pytest.mark.parametrize("line", [b"no json", b"[]", b"{}", b"1"])
def test_a_line_that_is_no_entry_breaks_the_chain(tmp_path: Path, line: bytes) -> None:
    (tmp_path / LEDGER_FILE).write_bytes(line + b"\n")
    with pytest.raises(UserError, match="line 1"):
        head(tmp_path)


def test_two_processes_may_append_at_once(tmp_path: Path) -> None:
    processes = [
        subprocess.Popen([sys.executable, "-c", _APPEND, str(tmp_path), name, "25"])
        for name in ("a", "b")
    ]
    assert [process.wait(60) for process in processes] == [0, 0]
    assert sorted(json.loads(line)["run_id"] for line in _lines(tmp_path)) == sorted(
        f"{name}-{number}" for name in "ab" for number in range(25)
    )
    assert head(tmp_path) == hashlib.sha256(_lines(tmp_path)[-1]).hexdigest()


def test_a_process_killed_while_it_appends_leaves_a_chain_that_goes_on(tmp_path: Path) -> None:
    for _ in range(3):
        process = subprocess.Popen([sys.executable, "-c", _APPEND, str(tmp_path), "a", "100000"])
        before = _size(tmp_path)
        while _size(tmp_path) < before + 2_000:
            assert process.poll() is None
        process.kill()
        process.wait()
        append_entry(tmp_path, "run", {"run_id": "later"})
        assert json.loads(_lines(tmp_path)[-1])["run_id"] == "later"
    assert read_ledger(tmp_path / LEDGER_FILE).broken_at is None


def _size(folder: Path) -> int:
    path = folder / LEDGER_FILE
    return path.stat().st_size if path.exists() else 0


def test_a_full_disk_leaves_no_part_of_a_line(tmp_path: Path) -> None:
    append_entry(tmp_path, "run", {"run_id": "first"})
    before = (tmp_path / LEDGER_FILE).read_bytes()
    process = subprocess.run(
        [sys.executable, "-c", _APPEND_ON_A_FULL_DISK, str(tmp_path)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert process.returncode != 0
    assert "OSError" in process.stderr
    assert (tmp_path / LEDGER_FILE).read_bytes() == before


def test_a_line_torn_by_a_killed_run_is_taken_back_by_the_next(tmp_path: Path) -> None:
    first = append_entry(tmp_path, "run", {"run_id": "first"})
    with (tmp_path / LEDGER_FILE).open("ab") as file:
        file.write(b'{"previous": "' + first.encode() + b'", "run')
    assert head(tmp_path) == first
    append_entry(tmp_path, "run", {"run_id": "second"})
    assert [json.loads(line)["run_id"] for line in _lines(tmp_path)] == ["first", "second"]


def test_a_last_line_that_lost_only_its_end_still_counts(tmp_path: Path) -> None:
    first = append_entry(tmp_path, "run", {"run_id": "first"})
    (tmp_path / LEDGER_FILE).write_bytes((tmp_path / LEDGER_FILE).read_bytes().rstrip())
    assert head(tmp_path) == first
    append_entry(tmp_path, "run", {"run_id": "second"})
    assert [json.loads(line)["run_id"] for line in _lines(tmp_path)] == ["first", "second"]


def a_pipe(path: Path) -> None:
    os.mkfifo(path)


def a_link_that_leads_nowhere(path: Path) -> None:
    path.symlink_to("nowhere")


@pytest.mark.parametrize("put", [Path.mkdir, a_pipe, a_link_that_leads_nowhere])
def test_what_is_no_file_is_refused_and_not_waited_for(
    tmp_path: Path, put: Callable[[Path], object]
) -> None:
    put(tmp_path / LEDGER_FILE)
    for use in (
        lambda: head(tmp_path),
        lambda: read_ledger(tmp_path / LEDGER_FILE),
        lambda: append_entry(tmp_path, "run", {}),
    ):
        with pytest.raises(UserError, match="is no file that could be the ledger"):
            use()
    assert not (tmp_path / "nowhere").exists()


def test_who_could_not_append_is_told_before_anything_is_done(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    refuse_unwritable(tmp_path)  # the first run makes it
    append_entry(tmp_path, "run", {"run_id": "one"})
    refuse_unwritable(tmp_path)

    monkeypatch.setattr("os.access", lambda *_: False)
    with pytest.raises(UserError, match="may not be read or written by this user"):
        refuse_unwritable(tmp_path)
