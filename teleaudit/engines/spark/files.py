"""The files of an export wherever Hadoop reaches: found, fingerprinted and sampled by the driver,
through its JVM.

A root without a scheme is a folder of the driver's machine. Anything else is a URL: hdfs://,
s3a://, abfss://, viewfs://, file:///.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from pathlib import Path, PurePosixPath
from typing import Any
from urllib.parse import unquote, urlsplit

from py4j.protocol import Py4JJavaError
from pyspark.sql import SparkSession
from pyspark.sql import functions as F  # noqa: N812 (its name everywhere)

from teleaudit.engines.spark.failures import error_name
from teleaudit.errors import ExportError
from teleaudit.exports.files import find_files, has_wildcard, is_ignored, split_pattern
from teleaudit.readers import sniffing
from teleaudit.redaction import BEGINNING, ShownPaths, beginning_of

_SPARK_PASSES_OVER = "_"  # files of this prefix, whoever names them
_DENIED = {"AccessControlException", "AccessDeniedException"}


@dataclass(frozen=True, kw_only=True)
class FoundFile:
    """One file of an export."""

    shown: str  # as it is named in messages
    relative: str  # to the root, posix
    path: Any  # org.apache.hadoop.fs.Path
    file_system: Any  # org.apache.hadoop.fs.FileSystem
    size_bytes: int
    modified_ms: int

    @property
    def url(self) -> str:
        """Its address, as Spark's readers take it."""
        return str(self.path.toString())

    def head(self) -> bytes:
        """The first bytes. Raises: ExportError."""
        return self.piece(0, sniffing.SAMPLE_BYTES)

    def piece(self, first: int, size: int) -> bytes:
        """Some bytes. Raises: ExportError."""
        with self._opened() as stream:
            stream.seek(first)
            return bytes(stream.readNBytes(size))

    def sha256(self, jvm: Any) -> str:
        """Of all bytes, hexadecimal. Raises: ExportError."""
        with self._opened() as stream:
            return str(
                jvm.org.apache.commons.codec.digest.DigestUtils.sha256Hex(
                    jvm.java.io.BufferedInputStream(stream, 1 << 20)
                )
            )

    def copy_to(self, target: Path) -> None:
        """A copy on the driver's disk, for its owner only. Raises: ExportError."""
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with self._opened() as stream, target.open("wb") as file:
            target.chmod(0o600)
            while chunk := bytes(stream.readNBytes(8 << 20)):
                file.write(chunk)
        self.refuse_changed()

    def refuse_changed(self) -> None:
        """Raises: ExportError when it is no longer the file that was found."""
        try:
            status = self.file_system.getFileStatus(self.path)
            is_same = (status.getLen(), status.getModificationTime()) == (
                self.size_bytes,
                self.modified_ms,
            )
        except Py4JJavaError:
            is_same = False
        if not is_same:
            raise changed(self.shown)

    @contextmanager
    def _opened(self) -> Iterator[Any]:
        try:
            stream = self.file_system.open(self.path)
        except Py4JJavaError as error:
            if error_name(error) in _DENIED or "Permission denied" in str(
                error.java_exception.getMessage()
            ):
                msg = (
                    f"{self.shown} cannot be read: no permission. Give the user that runs the audit"
                    " the right to read it."
                )
                raise ExportError(msg) from None
            raise
        try:
            yield stream
        finally:
            stream.close()


def _bare(address: str) -> str:
    """The address with one slash where the machine's own disk is meant: file:///a and file:/a are
    the same.
    """
    return re.sub(r"^file:/+", "file:/", address)


def changed(shown: str) -> ExportError:
    """The refusal of a file that is written to while it is read."""
    return ExportError(f"{shown} changed while it was read. Run again when the export is complete.")


@dataclass(frozen=True, kw_only=True)
class Root:
    """Where an audit's exports lie."""

    session: SparkSession
    address: str  # a folder's path, or a URL

    @property
    def local(self) -> Path | None:
        """The folder, when it is one of the driver's machine."""
        parts = urlsplit(self.address)
        if not parts.scheme:
            return Path(self.address).absolute()
        return Path(unquote(parts.path)) if parts.scheme == "file" else None

    def find(self, pattern: str) -> list[FoundFile]:
        """The matching files, in the order of their names. Raises: ExportError."""
        if self.local is not None:
            shown = ShownPaths()
            return [self._local_file(path, shown) for path in find_files(pattern, self.local)]
        parts = split_pattern(pattern)[0].parts
        try:
            folder = self._path(self.address)
            file_system = folder.getFileSystem(self._configuration)
            matches = _Matches(jvm=self.jvm, file_system=file_system)
            found = {
                relative: status
                for relative, status in matches.below(folder, (), parts)
                if not is_ignored(relative[-1])
            }
        except Py4JJavaError as error:
            if error_name(error) in _DENIED:
                msg = (
                    "The exports folder, or one below it, cannot be read: no permission. Give the"
                    " user that runs the audit the right to list and read it."
                )
            else:
                msg = (
                    f"The exports folder cannot be opened ({error_name(error)}). Is its address"
                    " right, and does Spark have the connector and the settings for it?"
                )
            raise ExportError(msg) from None
        shown = ShownPaths()
        return [
            _found("/".join(relative), status, file_system, shown)
            for relative, status in sorted(found.items())
        ]

    def hashes(self, files: Sequence[FoundFile]) -> list[int]:
        """Of each file's address, as Spark's column ``_metadata.file_path`` says it: eight bytes in
        every row, where the address would be many.
        """
        # their content is not asked for
        listed = (
            self.session.read.format("binaryFile")
            .option("__globPaths__", "false")
            .load([file.url for file in files])
        )
        found = {
            _bare(address): int(number)
            for address, number in listed.select(
                "_metadata.file_path", F.xxhash64("_metadata.file_path")
            ).collect()
        }
        if len(set(found.values())) < len(found):
            msg = "two addresses with one hash"
            raise RuntimeError(msg)
        return [
            found[_bare(str(file.path.toUri().toString()))] if file.size_bytes else 0
            for file in files
        ]

    def spark_passes_over(self, file: FoundFile) -> bool:
        """Whether Spark would ignore the file, unpack it, or not open it, by its name."""
        name = PurePosixPath(file.relative).name
        codec = self.jvm.org.apache.hadoop.io.compress.CompressionCodecFactory(
            self._configuration
        ).getCodec(file.path)
        return (
            name.startswith(_SPARK_PASSES_OVER)
            or name.endswith("._COPYING_")
            or ":" in name
            or codec is not None
        )

    @property
    def jvm(self) -> Any:
        """The driver's JVM."""
        # Spark's only way to Hadoop's file systems
        return self.session.sparkContext._jvm  # noqa: SLF001

    @property
    def _configuration(self) -> Any:
        # as Spark's own readers see it
        return self.session._jsparkSession.sessionState().newHadoopConf()  # noqa: SLF001

    def _path(self, *parts: str | None) -> Any:
        return self.jvm.org.apache.hadoop.fs.Path(*parts)

    def _local_file(self, path: Path, shown: ShownPaths) -> FoundFile:
        assert self.local is not None  # noqa: S101 (find asks only then)
        java_path = self._path("file", None, str(path))
        file_system = java_path.getFileSystem(self._configuration)
        return _found(
            path.relative_to(self.local).as_posix(),
            file_system.getFileStatus(java_path),
            file_system,
            shown,
            beginning_of(path),
        )


# py4j has no types
def _found(
    relative: str, status: Any, file_system: Any, shown: ShownPaths, beginning: bytes | None = None
) -> FoundFile:
    file = FoundFile(
        shown=shown.of(relative),
        relative=relative,
        path=status.getPath(),
        file_system=file_system,
        size_bytes=status.getLen(),
        modified_ms=status.getModificationTime(),
    )
    return replace(
        file, shown=shown.of(relative, file.piece(0, BEGINNING) if beginning is None else beginning)
    )


@dataclass(frozen=True, kw_only=True)
class _Matches:
    """A pattern's files, by the rules of a local folder: Hadoop's own patterns know no ``**``, and
    know braces.
    """

    jvm: Any
    file_system: Any

    # py4j has no types
    def below(
        self, folder: Any, relative: tuple[str, ...], parts: tuple[str, ...]
    ) -> Iterator[tuple[tuple[str, ...], Any]]:
        """The files, as the parts of their path below the root and their status."""
        if not parts:
            return
        part, rest = parts[0], parts[1:]
        if part == "**":
            yield from self.below(folder, relative, rest)
        for name, status in self._children(folder, part):
            if status.isDirectory():
                yield from self.below(
                    status.getPath(), (*relative, name), parts if part == "**" else rest
                )
            elif not rest and part != "**":
                yield (*relative, name), status

    # py4j has no types
    def _children(self, folder: Any, part: str) -> Iterator[tuple[str, Any]]:
        if not has_wildcard(part):
            path = self.jvm.org.apache.hadoop.fs.Path(folder, part)
            if self.file_system.exists(path):
                yield part, self.file_system.getFileStatus(path)
            return
        try:
            statuses = self.file_system.listStatus(folder)
        except Py4JJavaError as error:
            if error_name(error) != "FileNotFoundException":
                raise
            return
        for status in statuses:
            name = str(status.getPath().getName())
            if part == "**" or fnmatchcase(name, part):
                yield name, status
