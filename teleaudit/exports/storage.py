"""Where working copies are made: a private folder, a bounded engine, and plain words when the disk
is full.
"""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb
import pyarrow as pa

from teleaudit.errors import ExportError
from teleaudit.exports.dates import LOCAL_ZONE
from teleaudit.machine import set_progress_bar
from teleaudit.rules.audit_file import plain_name
from teleaudit.schema.sql import literal

MEMORY_LIMIT = "512MB"
_THREADS = 4
_FULL = {errno.ENOSPC, errno.EDQUOT}


@contextmanager
def private_folder(work: Path, name: str) -> Iterator[Path]:
    """A new folder of that name for its owner only.

    Whatever goes wrong inside, nothing of it stays behind.

    Raises: ValueError for a name that leads elsewhere, FileExistsError; nothing was touched then.
    """
    folder = work / plain_name(name)
    folder.mkdir(mode=0o700, parents=True)
    try:
        yield folder
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise


@contextmanager
def translate_storage_errors(export: str) -> Iterator[None]:
    """Turns a full disk into a message, and hides the engine's own messages: they quote values of
    the rows.

    Raises: ExportError, RuntimeError.
    """
    try:
        yield
    except OSError as error:
        if error.errno not in _FULL:
            raise
        raise ExportError(_disk_full(export)) from None
    except (duckdb.Error, pa.ArrowException) as error:
        if "No space left" in str(error) or "max_temp_directory_size" in str(error):
            raise ExportError(_disk_full(export)) from None
        if isinstance(error, duckdb.OutOfMemoryException):
            msg = (
                f"export {export}: reading it needs more memory than {MEMORY_LIMIT}. Has it many"
                " hundreds of columns? Export only those that the table has."
            )
            raise ExportError(msg) from None
        msg = f"export {export}: {type(error).__name__} in the conversion"
        raise RuntimeError(msg) from None


@contextmanager
def translate_file_errors(shown: str) -> Iterator[None]:
    """Turns a file that may not be read, or is there no more, into a message. Raises: ExportError."""
    try:
        yield
    except PermissionError:
        msg = (
            f"{shown} cannot be read: no permission. Give the user that runs the audit the right to"
            " read it."
        )
        raise ExportError(msg) from None
    except FileNotFoundError:
        msg = f"{shown} was removed while it was read. Run again when the export is complete."
        raise ExportError(msg) from None


def _disk_full(export: str) -> str:
    return (
        f"export {export}: no space left where the working copies are made. Reading needs about"
        " the size of the export as it is unpacked; free some, or choose another --out."
    )


@contextmanager
def connect(folder: Path | None = None) -> Iterator[duckdb.DuckDBPyConnection]:
    """An engine of its own with bounded memory, that spills into the folder; times without zone are
    Copenhagen's.
    """
    connection = duckdb.connect(":memory:")
    try:
        connection.execute(f"SET memory_limit = '{MEMORY_LIMIT}'")
        connection.execute(f"SET threads = {_most_threads()}")
        connection.execute(f"SET TimeZone = '{LOCAL_ZONE}'")
        connection.execute("SET preserve_insertion_order = false")
        set_progress_bar(connection, watched=False)
        if folder is not None:
            connection.execute(f"SET temp_directory = {literal(str(folder / 'spill'))}")
        yield connection
    finally:
        connection.close()
        if folder is not None:
            shutil.rmtree(folder / "spill", ignore_errors=True)


@contextmanager
def on_this_thread(connection: duckdb.DuckDBPyConnection) -> Iterator[None]:
    """Queries run on the calling thread alone, as they must where they read what Python makes.

    A thread of the engine's that calls back into Python can wait for the interpreter's lock for
    ever while other threads start or end. It costs no time either: what Python makes comes from one
    thread at a time anyway.
    """
    connection.execute("SET threads = 1")
    try:
        yield
    finally:
        connection.execute(f"SET threads = {_most_threads()}")


def _most_threads() -> int:
    return min(_THREADS, os.cpu_count() or 1)
