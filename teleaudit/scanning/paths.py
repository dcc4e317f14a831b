"""Which files there are to scan. Files are opened for reading only."""

from __future__ import annotations

import os
import stat
import sys
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path

from teleaudit.detectors.personal import is_personal_path
from teleaudit.errors import UserError, near_match
from teleaudit.readers.packers import spooled
from teleaudit.readers.sources import Source, file_source, kept_source
from teleaudit.redaction import ShownPaths

STDIN = "-"


def find_sources(paths: Sequence[Path]) -> Iterator[Source | tuple[str, str]]:
    """Every file below the paths, in the order of their names; or what is shown of it and why it
    cannot be scanned.

    Raises: UserError for a path that is not there or no file, before anything is read.
    """
    _check(paths)
    shown = ShownPaths()
    seen: set[tuple[int, int]] = set()
    for path in paths:
        if str(path) == STDIN:
            with spooled(sys.stdin.buffer) as kept:
                yield kept_source(kept, STDIN)
        elif path.is_dir():
            yield from _in_folder(path, shown, seen)
        else:
            yield _source(path, shown, seen) or (shown.of(path.as_posix()), "given twice")


def _check(paths: Sequence[Path]) -> None:
    for path in paths:
        if str(path) == STDIN:
            continue
        named = ShownPaths().of(path.as_posix())
        try:
            mode = path.stat().st_mode
        except PermissionError:
            continue  # said when its turn comes
        except OSError:
            msg = f"no file or folder {named}.{_near(path)}"
            raise UserError(msg) from None
        if not stat.S_ISREG(mode) and not stat.S_ISDIR(mode):
            msg = (
                f"{named} is neither a file nor a folder. To scan what another program writes, pipe"
                " it in and name it '-'."
            )
            raise UserError(msg)


def _near(path: Path) -> str:
    with suppress(OSError):
        return near_match(
            path.name,
            [near.name for near in path.parent.iterdir() if not is_personal_path(near.name)],
        )
    return ""


def _in_folder(
    folder: Path, shown: ShownPaths, seen: set[tuple[int, int]]
) -> Iterator[Source | tuple[str, str]]:
    """Links are followed, each file and folder once: a link that leads back ends there."""
    waiting = [folder]
    while waiting:
        place = waiting.pop()
        try:
            found = place.stat()
            if (found.st_dev, found.st_ino) in seen:
                continue
            seen.add((found.st_dev, found.st_ino))
            entries = sorted(os.scandir(place), key=lambda entry: entry.name)
        except OSError as error:
            yield shown.of(place.as_posix()), _words(error)
            continue
        inner: list[Path] = []
        for entry in entries:
            path = place / entry.name
            if _is_folder(entry):
                inner.append(path)
                continue
            source = _source(path, shown, seen)
            if source is not None:
                yield source
        waiting += reversed(inner)


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:
        return False  # a link to itself


def _source(
    path: Path, shown: ShownPaths, seen: set[tuple[int, int]]
) -> Source | tuple[str, str] | None:
    """The file; why it is none to be read; nothing when it was seen before."""
    named = shown.of(path.as_posix())
    try:
        found = path.stat()
    except OSError as error:
        return named, _words(error)
    if not stat.S_ISREG(found.st_mode):
        return named, "neither a file nor a folder"
    named = shown.of_file(path, path.as_posix())
    if (found.st_dev, found.st_ino) in seen:
        return None
    seen.add((found.st_dev, found.st_ino))
    return file_source(path, named)


def _words(error: OSError) -> str:
    """What the system says, without the name of the file."""
    return {PermissionError: "no permission", FileNotFoundError: "a link that leads nowhere"}.get(
        type(error), (error.strerror or "cannot be read").lower()
    )
