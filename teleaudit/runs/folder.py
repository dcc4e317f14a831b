"""The run folder (contract): ``OUT/<audit>/<run_id>/`` with record/, restricted/ and COMPLETE.

    record/       may leave: reports, results.json, manifest.json, executed notebooks
    restricted/   closed annex, mode 0700: the worklist, as CSV and to work off, the records it is
                  made of, the reference key, full error reports
    .work/        working copies of the exports, mode 0700; gone when the run ends, however it ends
    COMPLETE      written last; a folder without it is an interrupted run, never a result

A run that was killed leaves its .work/ behind; the next start on the same output folder finds its
lock free and removes what holds personal data. Several runs may go on at once: each has a folder of
its own.
"""

from __future__ import annotations

import datetime as dt
import errno
import fcntl
import hashlib
import json
import os
import re
import secrets
import shutil
import stat
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from teleaudit.errors import UserError

COMPLETE, MANIFEST, RESULTS_FILE = "COMPLETE", "manifest.json", "results.json"
RESTRICTED, _WORK, _LOCK = "restricted", ".work", "lock"
_PRIVATE = 0o700
_BEGAN = "%Y%m%dT%H%M%SZ"  # how a run's id begins
RUN_ID = re.compile(r"\d{8}T\d{6}Z-[0-9a-f]{6}")


@dataclass(frozen=True, kw_only=True)
class RunFolder:
    """The folder of one run."""

    path: Path
    run_id: str

    @property
    def record(self) -> Path:
        """What may leave."""
        return self.path / "record"

    @property
    def restricted(self) -> Path:
        """The closed annex."""
        return self.path / RESTRICTED

    @property
    def work(self) -> Path:
        """Working copies, while the run lasts."""
        return self.path / _WORK

    @property
    def exports(self) -> Path:
        """The working copies of the exports, a folder each, beside nothing else."""
        return self.work / "exports"

    def write(self, name: str, content: bytes) -> Path:
        """A file of the record, written under another name first so that it is whole or
        not there.
        """
        target = self.record / name
        target.parent.mkdir(parents=True, exist_ok=True)
        part = target.with_name(f".{target.name}.part")
        part.write_bytes(content)
        part.replace(target)
        return target

    def hold_only(self, files: Mapping[str, bytes]) -> int:
        """Make the record hold these files, by their names, and nothing else; returns how many
        entries somebody else had put there or changed.
        """
        others = 0
        # what lies in a folder before the folder
        for path in sorted(self.record.rglob("*"), reverse=True):
            name, is_link = path.relative_to(self.record).as_posix(), path.is_symlink()
            if path.is_dir() and not is_link:
                if not any(known.startswith(f"{name}/") for known in files):
                    path.rmdir()
            elif (
                is_link
                or not path.is_file()
                or name not in files
                or path.read_bytes() != files[name]
            ):
                path.unlink()
                others += 1
        for name, content in files.items():
            if not (self.record / name).exists():
                self.write(name, content)
        return others

    def annex_digests(self) -> dict[str, str]:
        """SHA-256 of what the checks left in the closed annex."""
        found = {}
        for path in sorted(self.restricted.iterdir()):
            if path.is_file():
                with path.open("rb") as file:  # as large as there are deviations
                    found[path.name] = hashlib.file_digest(file, "sha256").hexdigest()
        return found

    def seal(self, ledger_head: str) -> None:
        """Write the manifest's place in the ledger, then COMPLETE, last of all.

        Whoever may read that may read the record: notebooks were this user's alone while they ran,
        and who approves must be able to verify them.
        """
        part = self.path / f".{COMPLETE}"
        part.write_text(ledger_head + "\n", encoding="ascii")
        mode = stat.S_IMODE(part.stat().st_mode)
        for path in self.record.rglob("*"):
            if path.is_file() and not path.is_symlink():
                path.chmod(mode)
        part.replace(self.path / COMPLETE)

    def manifest(
        self, notebooks: Sequence[Mapping[str, str]] = (), *, annex: Mapping[str, str]
    ) -> bytes:
        """SHA-256 of every file of the record but the manifest itself, and of those of the closed
        ``annex``; and which notebooks were executed: name, digest, state.
        """
        files = sorted(
            path for path in self.record.rglob("*") if path.is_file() and path.name != MANIFEST
        )
        entries = [
            {
                "path": path.relative_to(self.record).as_posix(),
                "sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
                "bytes": path.stat().st_size,
            }
            for path in files
        ]
        return (
            json.dumps(
                {
                    "run_id": self.run_id,
                    "notebooks": list(notebooks),
                    "files": entries,
                    # no digest of a guessable text: each line of a list bears a keyed reference
                    "restricted": [
                        {"path": name, "sha256": sha256} for name, sha256 in annex.items()
                    ],
                },
                ensure_ascii=False,
                indent=1,
            )
            + "\n"
        ).encode()


@contextmanager
def run_folder(out: Path, audit: str) -> Iterator[RunFolder]:
    """A new run's folder under ``out/<audit>/``; the working copies are gone when the block is
    left, the closed annex of an incomplete run too.

    Interrupted runs' working copies are removed first. Raises: UserError where the folder cannot be
    written.
    """
    home = out / audit
    with _plain_words(home):
        _make(home)
        clean_interrupted(home)
        folder = _new_folder(home)
        lock = _locked(folder.work)
    try:
        with _plain_words(folder.path):
            yield folder
    finally:
        if not (folder.path / COMPLETE).exists():
            shutil.rmtree(folder.restricted, ignore_errors=True)
        shutil.rmtree(folder.work, ignore_errors=True)
        os.close(lock)


def _make(home: Path) -> None:
    try:
        home.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        if error.errno not in (errno.ENOENT, errno.ENAMETOOLONG, errno.ELOOP, errno.EINVAL):
            raise
        msg = (
            f"the folder of --out cannot be made: {os.strerror(error.errno)}. Choose another folder"
            " with --out."
        )
        raise UserError(msg) from None


def clean_interrupted(home: Path) -> list[Path]:
    """Remove working copies and closed annexes of runs that ended without COMPLETE and no longer go
    on.
    """
    cleaned = []
    for path in sorted(home.iterdir()):
        with _lock_of_an_ended_run(path / _WORK) as ended:
            if ended:
                if not (path / COMPLETE).exists():
                    shutil.rmtree(path / RESTRICTED, ignore_errors=True)
                shutil.rmtree(path / _WORK, ignore_errors=True)
                cleaned.append(path)
    return cleaned


def complete_runs(home: Path) -> list[Path]:
    """The folders of complete runs, oldest first."""
    if not home.is_dir():
        return []
    return sorted(path.parent for path in home.glob(f"*/{COMPLETE}") if path.is_file())


@dataclass(frozen=True, kw_only=True)
class Unfinished:
    """A run without a result."""

    run_id: str
    goes_on: bool  # or belongs to another user, of whom nobody can tell

    @property
    def started_at(self) -> dt.datetime:
        """When it began, as its id says."""
        began = self.run_id.partition("-")[0]
        return dt.datetime.strptime(began, _BEGAN).replace(tzinfo=dt.UTC)


def unfinished_runs(home: Path) -> list[Unfinished]:
    """The runs without COMPLETE, oldest first: those that go on, and those that were interrupted."""
    if not home.is_dir():
        return []
    return [
        Unfinished(run_id=path.name, goes_on=_goes_on(path))
        for path in sorted(home.iterdir())
        if RUN_ID.fullmatch(path.name) and path.is_dir() and not (path / COMPLETE).exists()
    ]


def _goes_on(run: Path) -> bool:
    if not (run / _WORK).exists():
        return False
    with _lock_of_an_ended_run(run / _WORK) as ended:
        return not ended


@contextmanager
def adding_to(run: Path, deed: str) -> Iterator[None]:
    """While a complete run's record gets files of its own, nobody else adds any.

    Raises: UserError where somebody else does, or this user may not.
    """
    try:
        folder = os.open(run, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            fcntl.flock(folder, fcntl.LOCK_EX | fcntl.LOCK_NB)
            yield
        finally:
            os.close(folder)
    except BlockingIOError:
        msg = (
            f"nothing was {deed}, for the run at {run} is being signed or approved at this moment:"
            " see what came of it, and try again."
        )
        raise UserError(msg) from None
    except PermissionError as error:
        msg = (
            f"{error.filename} may not be read or written by this user. Who approves or signs needs"
            " the right to write to the run's folder, its record/ and the ledger beside it: see"
            " docs/verify.md."
        )
        raise UserError(msg) from None


def _new_folder(home: Path) -> RunFolder:
    run_id = f"{dt.datetime.now(dt.UTC):{_BEGAN}}-{secrets.token_hex(3)}"
    folder = RunFolder(path=home / run_id, run_id=run_id)
    for path, mode in (
        # who approves is of the group, where the umask lets it write
        (folder.path, 0o775),
        (folder.record, 0o775),
        (folder.restricted, _PRIVATE),
        (folder.work, _PRIVATE),
    ):
        path.mkdir(mode=mode)
    return folder


def _locked(work: Path) -> int:
    """The run's lock, held from the moment it can be seen."""
    part = work / f".{_LOCK}"
    lock = os.open(part, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    fcntl.flock(lock, fcntl.LOCK_EX)
    part.rename(work / _LOCK)
    return lock


@contextmanager
def _lock_of_an_ended_run(work: Path) -> Iterator[bool]:
    """Whether the run of these working copies has ended; if so its lock is held, so that no two
    starts clean the same one.
    """
    try:
        lock = os.open(work / _LOCK, os.O_RDWR | os.O_CLOEXEC)
    except (FileNotFoundError, NotADirectoryError):
        yield _is_old(work)
        return
    except PermissionError:  # another user's, who cleans up after it
        yield False
        return
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        ended = True
    except BlockingIOError:
        ended = False
    try:
        yield ended
    finally:
        os.close(lock)


def _is_old(work: Path) -> bool:
    """Whether working copies without a lock are a minute old: a run that is just being made has
    none yet, nor has one just being cleaned.
    """
    try:
        return dt.datetime.now(dt.UTC).timestamp() - work.stat().st_mtime > 60
    except (FileNotFoundError, NotADirectoryError):
        return False


@contextmanager
def _plain_words(folder: Path) -> Iterator[None]:
    """Say what a full or forbidden disk means."""
    try:
        yield
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            msg = (
                f"No space left on the disk that holds {folder}. Nothing there looks complete; free"
                " some space or choose another folder with --out, and run again."
            )
        elif (
            error.errno in (errno.EACCES, errno.EROFS, errno.EPERM)
            and error.filename
            and _belong_together(Path(str(error.filename)), folder)
        ):
            msg = f"{folder} cannot be written: {error.strerror}. Choose another folder with --out."
        elif isinstance(error, FileExistsError | NotADirectoryError):
            msg = (
                f"{folder} cannot be made: there is a file of that name. Choose another folder with"
                " --out."
            )
        else:
            raise
        raise UserError(msg) from None


def _belong_together(path: Path, folder: Path) -> bool:
    return path.is_relative_to(folder) or folder.is_relative_to(path)
