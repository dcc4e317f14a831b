"""A file, or what is packed in one, as something that can be read from its start as often as asked.

Files are opened for reading only.
"""

from __future__ import annotations

import os
import shutil
import weakref
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePath
from typing import BinaryIO

from teleaudit.readers.packers import DAMAGED, ENDINGS, READ_ERRORS, spooled, unpacker_of, unpacking
from teleaudit.readers.signatures import WORKBOOK_PARTS, ZIP
from teleaudit.readers.sniffing import SAMPLE_BYTES

# what is shown of the member of an archive, by its path in it and how it is opened
ShowMember = Callable[[str, Callable[[], BinaryIO]], str]
DEEPEST = 3  # archives in archives in archives
_MAGIC_BYTES = 16
_ENCRYPTED = 1  # a flag of ZIP members


class UnreadableError(Exception):
    """Why a file, or the rest of it, could not be read; in words that hold nothing of the file."""


@dataclass(frozen=True, kw_only=True)
class Source:
    """Something that can be read from its start, as often as asked."""

    shown: str
    suffix: str  # of its own name, in lower case: .csv, .log
    open: Callable[[], BinaryIO]
    path: Path | None = None  # of the file that it is, or is packed in
    # its path in the archive that it is packed in, through all of them; no name to show
    member: str = ""
    sheet: str | None = None  # of a workbook, the one to read; no name to show
    size: int | None = None  # bytes; None where nobody knows
    is_plain: bool = True  # what is opened may be read from its middle
    depth: int = 0
    # hidden files of its archive that are no exports, told by one of the others
    passed_over: int = 0
    damage: list[str] = field(default_factory=list)  # why what was read of it is not all there is

    def head(self, size: int = SAMPLE_BYTES) -> bytes:
        """The first bytes."""
        with self.open() as file:
            return file.read(size)

    def open_anywhere(self) -> BinaryIO:
        """A file that can be read from its middle; what is packed is unpacked into a temporary file
        without a name.
        """
        if self.is_plain:
            return self.open()
        with self.open() as packed:
            return spooled(packed)

    def copy_to(self, target: Path) -> None:
        """All of it, into a file that is there already."""
        with self.open() as file, target.open("wb") as copy:
            shutil.copyfileobj(file, copy, 1 << 20)


def file_source(path: Path, shown: str) -> Source:
    """A file of this machine. Raises: OSError."""
    return Source(
        shown=shown,
        suffix=path.suffix.lower(),
        open=lambda: path.open("rb"),
        path=path,
        size=path.stat().st_size,
    )


def kept_source(file: BinaryIO, shown: str) -> Source:
    """A temporary file, which stays as long as something may read it."""
    return Source(
        shown=shown, suffix="", open=_opener_of(file), size=os.fstat(file.fileno()).st_size
    )


def _opener_of(file: BinaryIO) -> Callable[[], BinaryIO]:
    """Opens a temporary file from its start, for one reader after the other: it has no name to open
    it by.

    It stays until nobody can open it any more.
    """
    kept = os.dup(file.fileno())

    def open_again() -> BinaryIO:
        again = os.fdopen(os.dup(kept), "rb")
        again.seek(0)
        return again

    weakref.finalize(open_again, os.close, kept)
    return open_again


# What is packed


def unpacked(source: Source, show: ShowMember) -> Iterator[Source | tuple[str, str]]:
    """The source itself when nothing is packed in it; else what is, however deep, or what is shown
    of it and why it cannot be read.

    Raises: READ_ERRORS.
    """
    head = source.head(_MAGIC_BYTES)
    unpacker = unpacker_of(head)
    if unpacker is None and not head.startswith(ZIP):
        yield source
        return
    if source.depth >= DEEPEST:
        yield source.shown, f"packed more than {DEEPEST} times over"
        return
    if unpacker is None:
        yield from _members(source, show)
        return
    # The name inside is the one without the ending of the packer, where it has one.
    inner = (
        PurePath(source.shown.removesuffix(source.suffix)).suffix.lower()
        if source.suffix in ENDINGS
        else source.suffix
    )
    yield from unpacked(
        replace(
            source,
            suffix=inner,
            open=lambda: unpacker(source.open(), source.damage),
            size=None,
            is_plain=False,
            depth=source.depth + 1,
        ),
        show,
    )


def _members(source: Source, show: ShowMember) -> Iterator[Source | tuple[str, str]]:
    """The files of a ZIP archive; the archive itself when it is a workbook."""
    with source.open_anywhere() as file:
        with zipfile.ZipFile(file) as archive:
            members = [
                member for member in archive.infolist() if member.file_size or not member.is_dir()
            ]
        opened = source.open if source.is_plain else _opener_of(file)
    if members and min(member.header_offset for member in members) > 0:
        yield (
            source.shown,
            (
                "an archive behind other bytes, perhaps two that were put together, of which only"
                " the last can be seen"
            ),
        )
        return
    if WORKBOOK_PARTS & {member.filename for member in members}:
        yield source
        return
    for member in sorted(members, key=lambda member: member.filename):
        named = show(member.filename, _member_opener(opened, member, []))
        inner = _member(source, member, f"{source.shown}/{named}", opened)
        if isinstance(inner, tuple):
            yield inner
            continue
        try:
            yield from unpacked(inner, show)
        except READ_ERRORS:
            yield inner.shown, DAMAGED


def _member(
    source: Source, member: zipfile.ZipInfo, named: str, opened: Callable[[], BinaryIO]
) -> Source | tuple[str, str]:
    if member.flag_bits & _ENCRYPTED:
        return named, "protected by a password"
    damage = list[str]()
    return replace(
        source,
        shown=named,
        suffix=PurePath(member.filename).suffix.lower(),
        open=_member_opener(opened, member, damage),
        member=f"{source.member}/{member.filename}" if source.member else member.filename,
        size=member.file_size,
        is_plain=False,
        depth=source.depth + 1,
        damage=damage,
    )


def _member_opener(
    opened: Callable[[], BinaryIO], member: zipfile.ZipInfo, damage: list[str]
) -> Callable[[], BinaryIO]:
    def open_member() -> BinaryIO:
        file = opened()
        try:
            with zipfile.ZipFile(file) as archive:
                return unpacking(archive.open(member), file, damage)
        except BaseException:
            file.close()
            raise

    return open_member
