"""The run folder: private where it must be, complete only at the end, and clean after whoever was
killed.
"""

from __future__ import annotations

import errno
import hashlib
import json
import os
import signal
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from teleaudit.errors import UserError
from teleaudit.runs.folder import COMPLETE, RunFolder, clean_interrupted, complete_runs, run_folder
from teleaudit.runs.ledger import LEDGER_FILE, append_entry

_RUN = """
import os, sys, time
from pathlib import Path
from teleaudit.runs.folder import run_folder
with run_folder(Path(sys.argv[1]), "bizzy") as folder:
    (folder.work / "copy.parquet").write_text("rows")
    (folder.restricted / "worklist.csv").write_text("keys")
    if "sealed" in sys.argv:
        folder.seal("0" * 64)
    print(folder.path, flush=True)
    time.sleep(60)
"""


def _start(out: Path, *words: str) -> tuple[subprocess.Popen[str], Path]:
    process = subprocess.Popen(
        [sys.executable, "-c", _RUN, str(out), *words], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    return process, Path(process.stdout.readline().strip())


def _kill(process: subprocess.Popen[str]) -> None:
    process.send_signal(signal.SIGKILL)
    process.communicate()


def _copy_into(folder: RunFolder) -> RunFolder:
    (folder.work / "copy.parquet").write_text("rows")
    return folder


def _run_that_fails(out: Path, folders: list[RunFolder]) -> None:
    with run_folder(out, "bizzy") as folder:
        folders.append(_copy_into(folder))
        raise ZeroDivisionError


def _mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_what_may_not_leave_is_the_owners_alone(tmp_path: Path) -> None:
    previous = os.umask(0)
    try:
        with run_folder(tmp_path, "bizzy") as folder:
            assert [_mode(path) for path in (folder.record, folder.restricted, folder.work)] == [
                0o775,
                0o700,
                0o700,
            ]
    finally:
        os.umask(previous)


def test_a_folder_is_complete_only_when_sealed(tmp_path: Path) -> None:
    with run_folder(tmp_path, "bizzy") as folder:
        folder.write("results.json", b"{}")
        assert complete_runs(tmp_path / "bizzy") == []
        folder.seal("a" * 64)
        assert complete_runs(tmp_path / "bizzy") == [folder.path]
    assert (folder.path / COMPLETE).read_text() == "a" * 64 + "\n"


def test_working_copies_are_gone_when_a_run_ends_however_it_ends(tmp_path: Path) -> None:
    folders: list[RunFolder] = []
    with run_folder(tmp_path, "bizzy") as folder:
        folders.append(_copy_into(folder))
    with pytest.raises(ZeroDivisionError):
        _run_that_fails(tmp_path, folders)
    assert [folder.work.exists() for folder in folders] == [False, False]


def test_a_file_of_the_record_is_whole_or_not_there_and_stands_in_the_manifest(
    tmp_path: Path,
) -> None:
    with run_folder(tmp_path, "bizzy") as folder:
        folder.write("b/results.json", b"{}")
        folder.write("a.txt", b"a")
        (folder.restricted / "worklist.csv").write_bytes(b"keys")
        folder.write(
            "manifest.json",
            folder.manifest(
                [{"name": "x.ipynb", "sha256": "0", "state": "own"}], annex=folder.annex_digests()
            ),
        )
        manifest = json.loads((folder.record / "manifest.json").read_bytes())
    assert sorted(path.name for path in folder.record.rglob("*") if path.is_file()) == [
        "a.txt",
        "manifest.json",
        "results.json",
    ]
    assert manifest == {
        "run_id": folder.run_id,
        "notebooks": [{"name": "x.ipynb", "sha256": "0", "state": "own"}],
        "files": [
            {"path": "a.txt", "sha256": hashlib.sha256(b"a").hexdigest(), "bytes": 1},
            {"path": "b/results.json", "sha256": hashlib.sha256(b"{}").hexdigest(), "bytes": 2},
        ],
        "restricted": [{"path": "worklist.csv", "sha256": hashlib.sha256(b"keys").hexdigest()}],
    }


def test_two_runs_at_once_have_folders_of_their_own(tmp_path: Path) -> None:
    with run_folder(tmp_path, "bizzy") as one, run_folder(tmp_path, "bizzy") as other:
        assert one.path != other.path
        assert one.work.is_dir()
        assert other.work.is_dir()


def test_the_next_start_removes_what_a_killed_run_left_and_touches_no_running_one(
    tmp_path: Path,
) -> None:
    (tmp_path / "bizzy").mkdir()
    (tmp_path / "bizzy" / "ledger.jsonl").touch()
    killed, left = _start(tmp_path)
    _kill(killed)
    running, going_on = _start(tmp_path)
    try:
        assert not (left / ".work").exists()
        assert not (left / "restricted").exists()
        assert left.is_dir()
        with run_folder(tmp_path, "bizzy"):
            assert (going_on / ".work" / "copy.parquet").exists()
            assert (going_on / "restricted" / "worklist.csv").exists()
    finally:
        _kill(running)
    assert clean_interrupted(tmp_path / "bizzy") == [going_on]
    assert clean_interrupted(tmp_path / "bizzy") == []


def test_a_run_killed_after_its_seal_keeps_its_closed_annex(tmp_path: Path) -> None:
    killed, left = _start(tmp_path, "sealed")
    _kill(killed)
    assert clean_interrupted(tmp_path / "bizzy") == [left]
    assert not (left / ".work").exists()
    assert (left / "restricted" / "worklist.csv").exists()


def test_a_folder_that_is_just_being_made_has_no_lock_yet_and_is_left_alone(tmp_path: Path) -> None:
    work = tmp_path / "bizzy" / "20261122T000000Z-000000" / ".work"
    work.mkdir(parents=True)
    assert clean_interrupted(tmp_path / "bizzy") == []
    os.utime(work, (0, 0))
    assert clean_interrupted(tmp_path / "bizzy") == [work.parent]
    assert not work.exists()


def test_another_user_s_run_is_left_to_that_user(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened, theirs = os.open, tmp_path / "bizzy" / "theirs"
    (theirs / ".work").mkdir(parents=True)

    def closed(path: Path, *words: Any, **options: Any) -> int:
        if Path(path).is_relative_to(theirs):
            raise PermissionError(errno.EACCES, "Permission denied", str(path))
        return opened(path, *words, **options)

    monkeypatch.setattr("os.open", closed)
    with run_folder(tmp_path, "bizzy") as folder:
        folder.seal("0" * 64)
    assert (theirs / ".work").is_dir()


def test_what_an_approver_must_read_and_write_is_the_group_s_and_the_closed_annex_is_not(
    tmp_path: Path,
) -> None:
    before = os.umask(0o007)
    try:
        with run_folder(tmp_path, "bizzy") as folder:
            notebook = folder.write("notebooks/10_retention.ipynb", b"{}")
            notebook.chmod(0o600)  # as an executed one is
            (folder.restricted / "reference_key").touch(0o600)
            folder.seal(append_entry(tmp_path / "bizzy", "run", {"run_id": folder.run_id}))
    finally:
        os.umask(before)
    run = folder.path
    assert {_mode(path) for path in (run, run / "record", notebook.parent)} == {0o770}
    assert {_mode(path) for path in (notebook, run / COMPLETE, run.parent / LEDGER_FILE)} == {0o660}
    assert (_mode(run / "restricted"), _mode(run / "restricted" / "reference_key")) == (
        0o700,
        0o600,
    )


def test_a_full_disk_is_said_in_plain_words(tmp_path: Path) -> None:
    with (
        pytest.raises(UserError, match=r"No space left on the disk that holds .*--out"),
        run_folder(tmp_path, "bizzy") as folder,
    ):
        raise OSError(errno.ENOSPC, "No space left on device", str(folder.record / "results.json"))
    assert not (folder.path / COMPLETE).exists()


@pytest.mark.parametrize("out", ["/proc/x", "x" * 5_000, "a/../" + "y" * 300])
def test_a_run_folder_that_cannot_be_is_refused(out: str) -> None:
    with (
        pytest.raises(UserError, match=r"the folder of --out cannot be made: .*\. Choose another"),
        run_folder(Path(out), "bizzy"),
    ):
        pass


@pytest.mark.parametrize("name", ["out", "out/bizzy"])
def test_a_file_where_the_folder_should_be_is_said_in_plain_words(
    tmp_path: Path, name: str
) -> None:
    (tmp_path / name).parent.mkdir(exist_ok=True)
    (tmp_path / name).touch()
    with (
        pytest.raises(UserError, match=r"there is a file of that name.*--out"),
        run_folder(tmp_path / "out", "bizzy"),
    ):
        pass


@pytest.mark.parametrize("refused", ["..", "record/results.json"])
def test_a_folder_that_may_not_be_written_is_said_in_plain_words(
    tmp_path: Path, refused: str
) -> None:
    with (
        pytest.raises(UserError, match="cannot be written: Permission denied"),
        run_folder(tmp_path, "bizzy") as folder,
    ):
        raise PermissionError(
            errno.EACCES, "Permission denied", os.path.normpath(folder.path / refused)
        )


def test_an_error_that_is_not_the_folders_is_not_explained_away(tmp_path: Path) -> None:
    with pytest.raises(PermissionError), run_folder(tmp_path, "bizzy"):
        raise PermissionError(errno.EACCES, "Permission denied", "/elsewhere/file")


# What is sealed


def _record(out: Path) -> RunFolder:
    with run_folder(out, "bizzy") as folder:
        folder.write("results.json", b"{}")
        folder.write("notebooks/10_retention.ipynb", b"nb")
        folder.seal("0" * 64)
    return folder


KNOWN = {"results.json": b"{}", "report.da.pdf": b"%PDF", "notebooks/10_retention.ipynb": b"nb"}


def test_a_record_holds_the_files_of_the_run_and_no_other(tmp_path: Path) -> None:
    folder = _record(tmp_path / "out")
    outside = tmp_path / "outside.csv"
    outside.write_text("kept", encoding="utf-8")
    folder.write("results.json", b'{"forged": true}')
    folder.write("notebooks/rows.csv", b"rows")
    folder.write("deep/er/rows.csv", b"rows")
    (folder.record / "link.csv").symlink_to(outside)
    (folder.record / "folder").symlink_to(tmp_path)
    os.mkfifo(folder.record / "pipe")

    assert folder.hold_only(KNOWN) == 6
    assert {
        path.relative_to(folder.record).as_posix(): path.read_bytes()
        for path in folder.record.rglob("*")
        if path.is_file()
    } == KNOWN
    assert sorted(path.name for path in folder.record.rglob("*") if path.is_dir()) == ["notebooks"]
    assert outside.read_text(encoding="utf-8") == "kept"
    assert folder.hold_only(KNOWN) == 0


def test_a_changed_annex_shows(tmp_path: Path) -> None:
    folder = _record(tmp_path)
    (folder.restricted / "worklist.csv").write_text("a", encoding="ascii")
    before = folder.annex_digests()
    (folder.restricted / "worklist.csv").write_text("b", encoding="ascii")

    assert before.keys() == folder.annex_digests().keys() == {"worklist.csv"}
    assert before != folder.annex_digests()
