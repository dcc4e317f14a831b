"""Erase the closed annexes of runs (worklists and the key of the references) after their time.

The ledger proves it: names and digests of what was erased, never content. Nothing else of a run is
touched, so the rest can still be verified. Erased means unlinked: what storage and backups hold of a
file is not overwritten.

No link is ever followed. Whoever is stopped between erasing and proving goes on next time, for what
is to be erased is first written down in the annex itself.
"""

from __future__ import annotations

import datetime as dt
import fcntl
import hashlib
import json
import os
import shutil
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from teleaudit.errors import UserError
from teleaudit.rules.audit_file import AUDIT_FILE, Audit, find_audit, load_audit
from teleaudit.runs.folder import COMPLETE, MANIFEST, RESTRICTED, RUN_ID
from teleaudit.runs.ledger import (
    LEDGER_FILE,
    Entry,
    Ledger,
    append_entry,
    head,
    read_ledger,
    refuse_unwritable,
)
from teleaudit.workspace import find_workspace, reports_folder

_ERASING = ".erasing.json"  # what is being erased
_DIRECTORY = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC


class State(StrEnum):
    """What becomes of a closed annex."""

    DUE = "is due"
    KEPT = "is kept"
    ERASED = "was erased"
    LEFT_ALONE = "is left alone"


@dataclass(frozen=True, kw_only=True)
class Annex:
    """The closed annex of a run, and what becomes of it."""

    home: Path  # the folder of the audit's runs
    run_id: str
    state: State
    text: str  # since when, until when, or why

    def __str__(self) -> str:
        return f"{self.home.name} {self.run_id}: {self.state}: {self.text}"


@dataclass(frozen=True, kw_only=True)
class Asked:
    """Which annexes are asked for, where not those past the audit's own deadline."""

    older_than: int | None = None  # days
    run: str | None = None


@dataclass(frozen=True, kw_only=True)
class Erased:
    """What was in an annex: files that the run left, and how many others."""

    files: tuple[tuple[str, str], ...]  # name and SHA-256
    others: int  # by number alone: a person may have named them after a customer

    def __str__(self) -> str:
        names = ", ".join(name for name, _ in self.files)
        others = f"{self.others:,} other{'' if self.others == 1 else 's'}" if self.others else ""
        return " and ".join(filter(None, (names, others))) or "nothing was left in it"


def find_annexes(
    audit: Path | None, out: Path | None, asked: Asked, now: dt.datetime
) -> list[Annex]:
    """The closed annexes of an audit's runs, or of all audits of the workspace.

    Raises: UserError where nothing says which are due, or the ledger does not hold.
    """
    if audit is not None:
        files = [find_audit(audit)]
    else:
        files = sorted((find_workspace(Path.cwd()) / "audits").glob(f"*/{AUDIT_FILE}"))
    found: list[Annex] = []
    for file in files:
        opened = load_audit(file)
        home = (out or reports_folder(file)) / opened.name
        days = _days(opened, asked, is_named=audit is not None)
        if home.is_dir():
            try:
                found += _annexes(home, days, asked, now)
            except OSError as error:
                msg = f"{home} cannot be read: {error.strerror}. Nothing was erased."
                raise UserError(msg) from None
    if asked.run is not None and not found:
        msg = f"no run {asked.run} there. Name the folder of a run as --run, without a path."
        raise UserError(msg)
    return found


def _days(audit: Audit, asked: Asked, *, is_named: bool) -> int | None:
    days = audit.keep.restricted_days if asked.older_than is None else asked.older_than
    if days is None and asked.run is None and is_named:
        msg = (
            f"{audit.path} sets no keep.restricted_days: set it, or say --older-than DAYS or --run"
            " RUN. Nothing was erased."
        )
        raise UserError(msg)
    return days


def _annexes(home: Path, days: int | None, asked: Asked, now: dt.datetime) -> Iterator[Annex]:
    if home.is_symlink() or (home / LEDGER_FILE).is_symlink():
        msg = f"{home} or its {LEDGER_FILE} is a link: nothing was erased there."
        raise UserError(msg)
    head(home)  # what could not be proved is not erased
    ledger = read_ledger(home / LEDGER_FILE)
    for path in sorted(home.iterdir()):
        # anything else is no run
        if RUN_ID.fullmatch(path.name) and asked.run in (None, path.name):
            state, text = _judge(path, ledger, None if asked.run else days, asked, now)
            yield Annex(home=home, run_id=path.name, state=state, text=text)


def _judge(
    run: Path, ledger: Ledger, days: int | None, asked: Asked, now: dt.datetime
) -> tuple[State, str]:
    """What becomes of the annex of a run, and why."""
    restricted, purges = run / RESTRICTED, ledger.of("purge", run.name)
    if run.is_symlink() or restricted.is_symlink() or (run / COMPLETE).is_symlink():
        return State.LEFT_ALONE, "it is a link"
    if not (run / COMPLETE).is_file() or (run / ".work").exists():
        return State.LEFT_ALONE, "the run goes on, or was interrupted"
    if not restricted.is_dir():
        if purges:
            return State.ERASED, f"at {purges[-1].content.get('purged_at')}, as the ledger says"
        return State.LEFT_ALONE, "it is not there, and the ledger does not say why"
    entries = ledger.of("run", run.name)
    finished_at = _moment(entries[0].content.get("finished_at")) if len(entries) == 1 else None
    if finished_at is None:
        return State.LEFT_ALONE, "the ledger does not say when the run ended"
    if asked.run is not None:
        return State.DUE, "it was named"
    if days is None:
        return State.KEPT, "audit.yaml sets no keep.restricted_days"
    due_at = finished_at + dt.timedelta(days=days)
    day = f"{due_at:%Y-%m-%d}, {days:,} day{'' if days == 1 else 's'} after the run"
    return (State.DUE, f"since {day}") if due_at <= now else (State.KEPT, f"until {day}")


def _moment(text: object) -> dt.datetime | None:
    try:
        moment = dt.datetime.fromisoformat(str(text))
    except ValueError:
        return None
    return moment if moment.tzinfo is not None else None


def purge(annex: Annex) -> Erased:
    """Erase a closed annex that is due, and name in the ledger what was erased.

    Raises: UserError.
    """
    run = annex.home / annex.run_id
    refuse_unwritable(annex.home)  # what could not be entered is not erased
    try:
        with _opened(annex) as (run_fd, folder):
            held_something = bool(_names(folder))
            erased = _erase(folder, _named_in_manifest(run))
            # one that was stopped after it was entered has nothing left to enter
            if held_something or not _purges(annex):
                append_entry(annex.home, "purge", _entry(annex, erased))
            with suppress(FileNotFoundError):  # an annex that held nothing
                os.unlink(_ERASING, dir_fd=folder)
            os.rmdir(RESTRICTED, dir_fd=run_fd)
    except PermissionError:
        msg = (
            f"the closed annex of {run} is closed to this user: whoever ran the audit owns it, and"
            " erases it as the same user of the system."
        )
        raise UserError(msg) from None
    except OSError as error:
        msg = f"the closed annex of {run} could not be erased: {error.strerror}."
        raise UserError(msg) from None
    return erased


@contextmanager
def _opened(annex: Annex) -> Iterator[tuple[int, int]]:
    """The folders of the run and of its annex, no link on the way, and no other who erases it."""
    descriptors = [os.open(annex.home, _DIRECTORY)]
    try:
        for name in (annex.run_id, RESTRICTED):
            descriptors.append(os.open(name, _DIRECTORY, dir_fd=descriptors[-1]))
        try:
            fcntl.flock(descriptors[-1], fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            msg = f"run {annex.run_id}: its closed annex is being erased by another purge."
            raise UserError(msg) from None
        yield descriptors[-2], descriptors[-1]
    finally:
        for descriptor in descriptors:
            os.close(descriptor)


def _erase(folder: int, known: frozenset[str]) -> Erased:
    """Unlink all that is in a folder but the note of it; what a note names was there before."""
    names = _names(folder)
    noted = _noted(folder, known)
    files = dict(noted.files) | {
        name: _digest(name, folder)
        for name in names
        if name in known and stat.S_ISREG(_mode(name, folder))
    }
    others = max(noted.others, sum(name not in files for name in names))
    erased = Erased(files=tuple(sorted(files.items())), others=others)
    if names:
        _note(erased, folder)
    for name in names:
        if stat.S_ISDIR(_mode(name, folder)):
            shutil.rmtree(name, dir_fd=folder)
        else:
            os.unlink(name, dir_fd=folder)
    return erased


def _names(folder: int) -> list[str]:
    return sorted(name for name in os.listdir(folder) if name != _ERASING)


def _purges(annex: Annex) -> tuple[Entry, ...]:
    return read_ledger(annex.home / LEDGER_FILE).of("purge", annex.run_id)


def _mode(name: str, folder: int) -> int:
    return os.stat(name, dir_fd=folder, follow_symlinks=False).st_mode


def _digest(name: str, folder: int) -> str:
    descriptor = os.open(name, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC, dir_fd=folder)
    with os.fdopen(descriptor, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _note(erased: Erased, folder: int) -> None:
    """Write down what is going to be erased, whole or not at all."""
    part = f"{_ERASING}.part"
    flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW | os.O_CLOEXEC
    with os.fdopen(os.open(part, flags, 0o600, dir_fd=folder), "w", encoding="utf-8") as file:
        json.dump({"files": erased.files, "others": erased.others}, file)
        file.flush()
        os.fsync(file.fileno())
    os.rename(part, _ERASING, src_dir_fd=folder, dst_dir_fd=folder)


def _noted(folder: int, known: frozenset[str]) -> Erased:
    """What an earlier purge wrote down that was stopped; nothing where none was."""
    try:
        descriptor = os.open(_ERASING, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC, dir_fd=folder)
        with os.fdopen(descriptor, "rb") as file:
            note = json.load(file)
        files = tuple((str(name), str(sha256)) for name, sha256 in note["files"] if name in known)
        return Erased(files=files, others=int(note["others"]))
    except (OSError, ValueError, LookupError, TypeError):
        return Erased(files=(), others=0)


def _named_in_manifest(run: Path) -> frozenset[str]:
    """The files that the run left in its annex."""
    try:
        manifest = json.loads((run / "record" / MANIFEST).read_bytes())
        return frozenset(file["path"] for file in manifest["restricted"])
    except (OSError, ValueError, LookupError, TypeError):
        return frozenset()  # of a version that did not name them


def _entry(annex: Annex, erased: Erased) -> dict[str, Any]:
    return {
        "audit": annex.home.name,
        "run_id": annex.run_id,
        "purged_at": f"{dt.datetime.now(dt.UTC):%Y-%m-%dT%H:%M:%SZ}",
        "erased": [{"path": name, "sha256": sha256} for name, sha256 in erased.files],
        "others": erased.others,
    }
