"""What one notebook of a JupyterLab session has read, the next one finds; and nothing of it is left
when the session ends, however it ends.
"""

from __future__ import annotations

import fcntl
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest

import teleaudit
from teleaudit.sessions import readings
from teleaudit.sessions.readings import VARIABLE, erase_left_behind, run_with_readings
from teleaudit.sessions.refusing import LabError, private_folder
from tests.command import PATIENCE_S, ROOT, TINY_CHECKS, TINY_EXPORTS, small_audit


@pytest.fixture
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A temporary folder of the test's own, where sessions keep what is private."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


@pytest.fixture
def audit(own: Path, clean: Path) -> Path:
    """An audit of three exports."""
    folder = small_audit(own / "workspace", exports=TINY_EXPORTS, checks=TINY_CHECKS)
    exports = own / "exports"
    exports.mkdir()
    for file in clean.iterdir():
        (exports / file.name).write_bytes(file.read_bytes())
    spec = folder / "audit.yaml"
    spec.write_text(
        spec.read_text(encoding="utf-8").replace("../../data_samples/bizzy", str(exports)),
        encoding="utf-8",
    )
    return folder


@pytest.fixture
def session(own: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of a session's readings."""
    folder = private_folder() / "readings-test"
    folder.mkdir(mode=0o700)
    monkeypatch.setenv(VARIABLE, str(folder))
    return folder


def reads(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The audits whose exports are read from now on."""
    read: list[str] = []
    # where it is used
    true = readings.read_exports  # type: ignore[attr-defined]

    def noted(audit: object, **options: object) -> object:
        read.append(getattr(audit, "name", ""))
        return true(audit, **options)  # type: ignore[arg-type] # as it is called

    monkeypatch.setattr(readings, "read_exports", noted)
    return read


def test_a_second_notebook_reads_nothing_and_answers_the_same(
    audit: Path, session: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    read = reads(monkeypatch)
    first, second = teleaudit.open(audit), teleaudit.open(audit)
    assert read == ["bizzy"]
    assert first._state.exports == second._state.exports
    assert first.check("retention").entries == second.check("retention").entries


def test_references_are_the_same_in_all_notebooks_of_a_session(audit: Path, session: Path) -> None:
    first, second = teleaudit.open(audit), teleaudit.open(audit)
    assert first._state.reference_key == second._state.reference_key


@pytest.mark.parametrize("changed", ["export", "audit"])
def test_what_has_changed_is_read_anew(
    changed: str, audit: Path, session: Path, own: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    teleaudit.open(audit)
    read = reads(monkeypatch)
    if changed == "audit":
        told = json.loads((audit / "audit.yaml").read_text(encoding="utf-8"))
        (audit / "audit.yaml").write_text(json.dumps({**told, "gate": 0.5}), encoding="utf-8")
    else:
        for file in (own / "exports").iterdir():
            os.utime(file, ns=(1, 1))
    teleaudit.open(audit)
    assert read == ["bizzy"]


def test_a_reading_that_failed_or_was_killed_is_not_kept(
    audit: Path, session: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def killed(*_arguments: object, work: Path, **_options: object) -> object:
        (work / "kunder").mkdir(parents=True)
        msg = "in the middle"
        raise LookupError(msg)

    with monkeypatch.context() as patched:
        patched.setattr(readings, "read_exports", killed)
        with pytest.raises(LabError):
            teleaudit.open(audit)
    assert teleaudit.open(audit).check("retention").entries


def test_a_folder_that_others_may_enter_is_not_written_to(
    audit: Path, session: Path, own: Path
) -> None:
    session.chmod(0o755)
    teleaudit.open(audit)
    assert list(session.iterdir()) == []


def test_without_a_session_nothing_is_kept(audit: Path, own: Path) -> None:
    teleaudit.open(audit)
    assert list(private_folder().glob("readings-*")) == []


def test_the_store_is_private_and_gone_when_the_program_ends(own: Path) -> None:
    look = (
        "import os, stat, sys; f = os.environ['TELEAUDIT_READINGS'];"
        " print(f, oct(stat.S_IMODE(os.stat(f).st_mode)), file=open(sys.argv[1], 'w'))"
    )
    assert run_with_readings([sys.executable, "-c", look, str(own / "told")], os.environ) == 0
    folder, mode = (own / "told").read_text(encoding="utf-8").split()
    assert mode == "0o700"
    assert not Path(folder).exists()


def test_how_the_program_ended_is_told(own: Path) -> None:
    assert run_with_readings([sys.executable, "-c", "raise SystemExit(3)"], os.environ) == 3


def test_a_session_that_was_killed_is_cleaned_up_at_the_next_start(own: Path) -> None:
    home = private_folder()
    left, kept = home / "readings-left", home / "readings-kept"
    for folder in (left, kept):
        folder.mkdir(mode=0o700)
        (folder / "lock").touch()
    with (kept / "lock").open("rb+") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        assert erase_left_behind(home) == [left]
    assert (left.exists(), kept.exists()) == (False, True)


def test_a_request_to_end_is_passed_on_and_the_store_erased(own: Path) -> None:
    program = (
        "import os, sys, tempfile\ntempfile.tempdir = sys.argv[1]\n"
        "from teleaudit.sessions.readings import run_with_readings\n"
        'child = \'import os, time; print(os.environ["TELEAUDIT_READINGS"], flush=True);'
        " time.sleep(9999)'\n"
        "sys.exit(run_with_readings([sys.executable, '-c', child], os.environ))"
    )
    started = subprocess.Popen(
        [sys.executable, "-c", program, str(own)],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        text=True,
    )
    assert started.stdout is not None
    folder = Path(started.stdout.readline().strip())
    assert folder.is_dir()
    time.sleep(0.2)  # until it waits
    started.send_signal(signal.SIGTERM)
    assert started.wait(PATIENCE_S) == 128 + signal.SIGTERM
    started.stdout.close()
    assert not folder.exists()
