"""Exports that one JupyterLab session has read, kept for its next notebook.

``teleaudit lab`` makes a private folder for as long as JupyterLab runs, and names it in an environment
variable. A notebook that opens an audit finds there what another one has read of the same files, told by
path, size and time of each, by the audit file, and by the state of this package. The folder is erased
when JupyterLab ends; one that was killed leaves it behind, unlocked, and the next start erases it.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import shutil
import signal
import stat
import subprocess
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

from teleaudit.checks.worklist import new_reference_key
from teleaudit.exports.files import find_files
from teleaudit.exports.reading import ReadExport
from teleaudit.report.results import versions
from teleaudit.rules.audit_file import Audit
from teleaudit.runs.pipeline import read_exports
from teleaudit.sessions.refusing import private_folder

VARIABLE = "TELEAUDIT_READINGS"
_PREFIX, _LOCK, _WHOLE = "readings-", "lock", "readings.json"
_READ = TypeAdapter(tuple[ReadExport, ...])


def run_with_readings(words: Sequence[str], environment: Mapping[str, str]) -> int:
    """Run a program that finds a folder for readings in its environment; returns how it ended.

    An interrupt of the terminal is the program's, a request to end is passed on to it.
    """
    with _store() as (folder, lock):
        # this Python, and no text of a user but a path; the lock is the program's too
        program = subprocess.Popen(  # noqa: S603
            words, env={**environment, VARIABLE: str(folder)}, pass_fds=(lock,)
        )
        with _passed_on(program):
            code = program.wait()
    return code if code >= 0 else 128 - code  # as a shell tells of a signal


@contextmanager
def _passed_on(program: subprocess.Popen[bytes]) -> Iterator[None]:
    before = {
        signal.SIGINT: signal.signal(signal.SIGINT, signal.SIG_IGN),
        **{
            number: signal.signal(number, lambda number, _frame: program.send_signal(number))
            for number in (signal.SIGTERM, signal.SIGHUP)
        },
    }
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextmanager
def _store() -> Iterator[tuple[Path, int]]:
    """A new private folder and its lock, for as long as the block lasts."""
    home = private_folder()
    erase_left_behind(home)
    folder = Path(tempfile.mkdtemp(prefix=_PREFIX, dir=home))  # mode 0700
    lock = os.open(folder / _LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield folder, lock
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        os.close(lock)


def erase_left_behind(home: Path) -> list[Path]:
    """Erase the readings of sessions that ended without doing so; returns their folders."""
    erased = []
    for folder in sorted(home.glob(f"{_PREFIX}*")):
        with suppress(OSError), (folder / _LOCK).open("rb+") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            shutil.rmtree(folder, ignore_errors=True)
            erased.append(folder)
    return erased


@contextmanager
def kept_readings(audit: Audit) -> Iterator[Path | None]:
    """The folder of the session's readings of an audit, for this process alone while the block lasts;
    None where no session keeps any.
    """
    home = os.environ.get(VARIABLE, "")
    if not home or not _is_private(Path(home)):
        yield None
        return
    folder = Path(home) / _key(audit)
    folder.mkdir(mode=0o700, exist_ok=True)
    with (folder / _LOCK).open("wb") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # another notebook may be reading
        yield folder


def read_once(audit: Audit, folder: Path) -> tuple[ReadExport, ...]:
    """The exports as a notebook of this session has read them, or as they are read now into the
    folder.

    Raises: UserError; nothing is kept then.
    """
    whole, work = folder / _WHOLE, folder / "exports"
    if whole.exists():
        return _READ.validate_json(whole.read_bytes(), strict=False)
    shutil.rmtree(work, ignore_errors=True)  # of a notebook that was killed
    exports = read_exports(audit, root=str(audit.root), work=work)
    part = whole.with_suffix(".part")
    part.write_text(json.dumps([asdict(export) for export in exports], default=str), "utf-8")
    part.replace(whole)
    return exports


def session_key(folder: Path) -> bytes:
    """The key of references and pseudonyms, one for all notebooks of a session that open the same."""
    file = folder / "reference_key"
    if not file.exists():
        file.write_text(new_reference_key().hex(), encoding="ascii")
        file.chmod(0o600)
    return bytes.fromhex(file.read_text(encoding="ascii"))


def _is_private(folder: Path) -> bool:
    """Whether it is a folder that this user alone can enter."""
    try:
        found = folder.lstat()
    except OSError:
        return False
    return (
        stat.S_ISDIR(found.st_mode)
        and found.st_uid == os.getuid()
        and not stat.S_IMODE(found.st_mode) & 0o077
    )


def _key(audit: Audit) -> str:
    """What readings are known by: another file, or another time of one, is another reading."""
    files = {
        path: path.stat()
        for spec in audit.exports.values()
        for path in find_files(spec.files, audit.root)
    }
    told: Mapping[str, Any] = {
        "audit": [str(audit.path.resolve()), hashlib.sha256(audit.path.read_bytes()).hexdigest()],
        "files": sorted(
            [str(path.resolve()), found.st_size, found.st_mtime_ns, found.st_ino]
            for path, found in files.items()
        ),
        "code": versions(),
    }
    return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()[:32]
