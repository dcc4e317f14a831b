"""Which records of the last run are still listed: matched inside the two closed annexes by check,
export and key, and told as numbers alone.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from typing import Any, Literal

import duckdb

from teleaudit.checks.worklist import RECORDS, RECORDS_SQL
from teleaudit.runs.folder import MANIFEST
from teleaudit.runs.history import PastRun, RecordsMatched

Unmatched = Literal["no_annex", "changed_annex"]
_LISTED = "kind IN ('deviation', 'review')"
_SQL = f"""
    SELECT check_id, count_if(sides = 2), count_if(sides = 3), count_if(sides = 1)
    FROM (
        SELECT check_id, export, record_key, bit_or(side) AS sides
        FROM (
            SELECT check_id, export, record_key, 1 AS side FROM {RECORDS_SQL} WHERE {_LISTED}
            UNION ALL
            SELECT check_id, export, record_key, 2 AS side FROM {RECORDS_SQL} WHERE {_LISTED}
        )
        GROUP BY ALL
    )
    GROUP BY check_id
"""


def match_records(
    last: PastRun, folder: Path, restricted: Path, *, work: Path, memory_limit: str
) -> Mapping[str, RecordsMatched] | Unmatched:
    """The records that each check lists, or listed in the ``last`` run, which left its ``folder``:
    how many are new, still there, and gone; or why that cannot be told.

    ``restricted`` is the closed annex of this run, ``work`` a folder that others cannot read.
    """
    before = folder / "restricted" / RECORDS
    if before.exists() and not before.is_file():  # a pipe would be waited for
        return "changed_annex"
    try:
        if not _is_as_sealed(before, folder, last):
            return "changed_annex"
        return _matched(before, restricted / RECORDS, work, memory_limit)
    except (FileNotFoundError, NotADirectoryError, IsADirectoryError, PermissionError):
        return "no_annex"
    except duckdb.Error:  # its message may quote a line
        return "changed_annex"


def _is_as_sealed(records: Path, folder: Path, run: PastRun) -> bool:
    """Whether the list is the one that the run left, by its manifest, which the ledger names."""
    manifest = (folder / "record" / MANIFEST).read_bytes()
    if hashlib.sha256(manifest).hexdigest() != run.manifest_sha256:
        return False
    sealed = {one["path"]: one["sha256"] for one in json.loads(manifest)["restricted"]}
    with records.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest() == sealed.get(records.name)


def _matched(before: Path, now: Path, work: Path, memory_limit: str) -> dict[str, RecordsMatched]:
    config: dict[str, Any] = {
        "memory_limit": memory_limit,
        "temp_directory": str(work / "matching"),
    }
    try:
        with closing(duckdb.connect(":memory:", config=config)) as connection:
            lines = connection.execute(_SQL, [str(before), str(now)]).fetchall()
    finally:
        shutil.rmtree(work / "matching", ignore_errors=True)
    return {check_id: RecordsMatched(*numbers) for check_id, *numbers in lines}
