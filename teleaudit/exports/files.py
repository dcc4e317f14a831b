"""The files of an export: what a path or glob pattern of the audit finds below the exports' root."""

from __future__ import annotations

import difflib
import os
from collections.abc import Iterable
from pathlib import Path, PurePosixPath

from teleaudit.errors import ExportError
from teleaudit.readers.withheld import ShownPaths

_IGNORED_PREFIXES = (".", "~$")  # hidden files, and the lock files of an open Excel
_NEAR = 0.8  # how alike the names of two files are that may be taken for each other
_WILDCARDS = set("*?[")


def find_files(pattern: str, root: Path) -> list[Path]:
    """The matching files, in the order of their names. Raises: ExportError for a folder that may not be listed, or a pattern that leaves the root."""
    relative = path_below_root(pattern)
    _check_folders(relative, root)
    matches = list(root.glob(pattern)) if has_wildcard(pattern) else [root / relative]
    return sorted(path for path in matches if path.is_file() and not is_ignored(path.name))


def path_below_root(pattern: str) -> PurePosixPath:
    """The pattern as a path. Raises: ExportError when it leaves the root."""
    relative = PurePosixPath(pattern)
    if relative.is_absolute() or ".." in relative.parts:
        msg = f"files: {ShownPaths().of(pattern)} leaves the folder of the exports. Write a path below it, or another exports_root."
        raise ExportError(msg)
    return relative


def has_wildcard(pattern: str) -> bool:
    """Whether a pattern, or a part of one, may match several names."""
    return bool(_WILDCARDS & set(pattern))


def is_ignored(name: str) -> bool:
    """Whether a file of that name is no export."""
    return name.startswith(_IGNORED_PREFIXES)


def nearest_file(pattern: str, root: Path) -> str | None:
    """The file below the exports' root that a path nearly names, where it may be shown."""
    asked = path_below_root(pattern)
    folder = root / asked.parent
    if has_wildcard(pattern) or not folder.is_dir():
        return None
    paths = {path.name.casefold(): path for path in folder.iterdir() if path.is_file() and not is_ignored(path.name)}
    close = difflib.get_close_matches(asked.name.casefold(), sorted(paths), n=1, cutoff=_NEAR)
    if not close:
        return None
    (shown,) = shown_paths([path := paths[close[0]]], root)
    return shown if shown == path.relative_to(root).as_posix() else None


def shown_paths(paths: Iterable[Path], root: Path) -> dict[str, Path]:
    """The files of an export by their names in messages and in the working copy: those that are somebody's number, or a value of the file, are withheld."""
    shown = ShownPaths()
    return {shown.of_file(path, path.relative_to(root).as_posix()): path for path in paths}


def _check_folders(relative: PurePosixPath, root: Path) -> None:
    """Refuses what globbing would pass over in silence: a folder without read permission looks empty to it."""
    folder = root
    for part in ("", *relative.parts[:-1]):
        if has_wildcard(part):
            break
        folder /= part
        try:
            with os.scandir(folder):
                pass
        except PermissionError:
            shown = "The exports folder" if folder == root else f"The folder {ShownPaths().of(folder.relative_to(root).as_posix())}"
            msg = f"{shown} cannot be read: no permission. Give the user that runs the audit the right to list and read it."
            raise ExportError(msg) from None
        except (FileNotFoundError, NotADirectoryError):
            return
