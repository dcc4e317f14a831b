"""The files of an export: what a path or glob pattern of the audit finds below the
exports' root.
"""

from __future__ import annotations

import difflib
import os
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from fnmatch import fnmatchcase
from pathlib import Path, PurePosixPath

from teleaudit.errors import ExportError
from teleaudit.readers.hashed_file import damaged_archive
from teleaudit.readers.headers import escaped
from teleaudit.readers.packers import READ_ERRORS
from teleaudit.readers.signatures import is_workbook
from teleaudit.readers.sources import Source, file_source, unpacked
from teleaudit.redaction import ShownPaths, beginning_within, is_personal_sheet
from teleaudit.rules.audit_file import ExportSpec

_IGNORED_PREFIXES = (".", "~$")  # hidden files, and the lock files of an open Excel
_NEAR = 0.8  # how alike the names of two files are that may be taken for each other
_WILDCARDS = set("*?[")
_ARCHIVE = ".zip"  # what follows it in a pattern is a path inside


def find_files(pattern: str, root: Path) -> list[Path]:
    """The matching files, in the order of their names.

    Raises: ExportError for a folder that may not be listed, a pattern that leaves the root, or a
    link that leads nowhere.
    """
    relative, _ = split_pattern(pattern)
    _check_folders(relative, root)
    matches = list(root.glob(str(relative))) if has_wildcard(str(relative)) else [root / relative]
    for path in matches:
        if path.is_symlink() and not path.exists() and not is_ignored(path.name):
            msg = (
                f"{ShownPaths().of(path.relative_to(root).as_posix())} is a link that leads to no"
                " file. Put the file itself there, or take the link away."
            )
            raise ExportError(msg)
    return sorted(path for path in matches if path.is_file() and not is_ignored(path.name))


def split_pattern(pattern: str) -> tuple[PurePosixPath, tuple[str, ...]]:
    """The path of files, and that of members of the ZIP archives that they are, if it goes on.

    Raises: ExportError when it leaves the root.
    """
    parts = path_below_root(pattern).parts
    inside = next(
        (place for place, part in enumerate(parts, start=1) if part.casefold().endswith(_ARCHIVE)),
        len(parts),
    )
    return PurePosixPath(*parts[:inside]), parts[inside:]


def path_below_root(pattern: str) -> PurePosixPath:
    """The pattern as a path. Raises: ExportError when it leaves the root."""
    relative = PurePosixPath(pattern)
    if relative.is_absolute() or ".." in relative.parts:
        msg = (
            f"files: {ShownPaths().of(pattern)} leaves the folder of the exports. Write a path"
            " below it, or another exports_root."
        )
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
    paths = {
        path.name.casefold(): path
        for path in folder.iterdir()
        if path.is_file() and not is_ignored(path.name)
    }
    close = difflib.get_close_matches(asked.name.casefold(), sorted(paths), n=1, cutoff=_NEAR)
    if not close:
        return None
    path = paths[close[0]]
    shown = ShownPaths().of_file(path, path.relative_to(root).as_posix())
    return shown if shown == path.relative_to(root).as_posix() else None


def sources_of(paths: Iterable[Path], root: Path, spec: ExportSpec) -> list[Source]:
    """The files of an export and what is packed in them, of workbooks each of several sheets.

    A name that is somebody's number, or a value of the file, is withheld.

    Raises: ExportError for an archive that cannot be unpacked.
    """
    shown = ShownPaths()
    _, wanted = split_pattern(spec.files)
    files = (
        unpacked_file(path, shown.of_file(path, path.relative_to(root).as_posix()))
        for path in paths
    )
    return [
        part
        for file in files
        for source in file
        if _is_wanted(source.member, wanted)
        for part in _sheets_of(source, spec.sheet)
    ]


def _is_wanted(member: str, wanted: Sequence[str]) -> bool:
    """Whether a member lies where the pattern says, if it says anything of members."""
    parts = PurePosixPath(member).parts
    return not wanted or (len(parts) == len(wanted) and all(map(fnmatchcase, parts, wanted)))


def _sheets_of(source: Source, sheets: Sequence[str]) -> list[Source]:
    """The source for each of several sheets, as if it were a file of its own; as it is where one is
    named, or none.
    """
    if len(sheets) < 2:
        return [replace(source, sheet=sheet) for sheet in sheets] or [source]
    if not is_workbook(source.head()):
        return [source]
    beginning = beginning_within(source.open)
    named = [
        f"(name withheld {number})" if is_personal_sheet(sheet, beginning) else escaped(sheet)
        for number, sheet in enumerate(sheets, start=1)
    ]
    return [
        replace(source, sheet=sheet, shown=f"{source.shown}!{name}")
        for sheet, name in zip(sheets, named, strict=True)
    ]


def unpacked_file(path: Path, shown: str) -> list[Source]:
    """The file, or what is packed in it.

    One that is not there, or may not be read, is left for its reader to say. Raises: ExportError.
    """
    try:
        every = [
            _readable(found) for found in unpacked(file_source(path, shown), ShownPaths().of_member)
        ]
    except (PermissionError, FileNotFoundError, IsADirectoryError):
        return [
            Source(shown=shown, suffix=path.suffix.lower(), open=lambda: path.open("rb"), path=path)
        ]
    except READ_ERRORS:
        raise damaged_archive(shown) from None
    sources = [source for source in every if not _is_ignored_member(source.member)]
    if not sources:
        msg = f"{shown} is an archive without files."
        raise ExportError(msg)
    doubled = [
        name for name, count in Counter(source.shown for source in sources).items() if count > 1
    ]
    if doubled:
        msg = f"{shown} holds several files of one name: {doubled[0]}. Pack each of them once."
        raise ExportError(msg)
    # an empty file says nothing
    hidden, teller = len(every) - len(sources), max(sources, key=lambda source: bool(source.size))
    return [
        replace(source, passed_over=hidden) if source is teller and hidden else source
        for source in sources
    ]


def _readable(found: Source | tuple[str, str]) -> Source:
    if isinstance(found, Source):
        return found
    named, why = found
    msg = f"{named} is {why}. Unpack it first, or pack it with ZIP or gzip and without a password."
    raise ExportError(msg)


def _is_ignored_member(member: str) -> bool:
    """Whether what is packed under that name is no export: hidden files, and what macOS adds."""
    return any(
        (is_ignored(part) and part not in {".", ".."}) or part == "__MACOSX"
        for part in PurePosixPath(member.replace("\\", "/")).parts
    )


def _check_folders(relative: PurePosixPath, root: Path) -> None:
    """Refuses what globbing would pass over in silence: a folder without read permission looks
    empty to it.
    """
    folder = root
    for part in ("", *relative.parts[:-1]):
        if has_wildcard(part):
            break
        folder /= part
        try:
            with os.scandir(folder):
                pass
        except PermissionError:
            shown = (
                "The exports folder"
                if folder == root
                else f"The folder {ShownPaths().of(folder.relative_to(root).as_posix())}"
            )
            msg = (
                f"{shown} cannot be read: no permission. Give the user that runs the audit the"
                " right to list and read it."
            )
            raise ExportError(msg) from None
        except (FileNotFoundError, NotADirectoryError):
            return
