"""The files of a run: the record and the closed annex against the manifest, the results against
their schema, the exports against what the run read.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator, Mapping
from pathlib import Path, PurePosixPath
from typing import Any

from teleaudit.report import FINAL, InvalidResultsError, validate_results
from teleaudit.report.results import versions
from teleaudit.report.worklist import CONFIDENTIAL_CSV, DANISH_CSV, WORKBOOK
from teleaudit.runs.folder import MANIFEST, RESTRICTED
from teleaudit.runs.verification.statements import (
    Statement,
    count,
    holds,
    left_out,
    shown,
    unknown,
    wrong,
)

SIGNED = ".signed.pdf"
_TO_WORK_ON = (WORKBOOK, DANISH_CSV, CONFIDENTIAL_CSV)


def check_record(
    record: Path, manifest: Mapping[str, Any], added: Mapping[str, frozenset[str]] | None
) -> Iterator[Statement]:
    """Whether the record holds what the manifest names and nothing else but what was ``added``
    since: the digests that the ledger knows, by file name; None where no ledger is at hand.
    """
    named = {str(file["path"]): frozenset({str(file["sha256"])}) for file in manifest["files"]}
    known = {**named, **(added or {})}
    there = {
        path.relative_to(record).as_posix(): path
        for path in sorted(record.rglob("*"))
        if path.is_symlink() or not path.is_dir()
    }
    found = [
        *_changed(there, known, "it is not the file that was sealed"),
        *(
            wrong(shown(name), "was added to the record after it was sealed")
            for name in sorted(there.keys() - known.keys() - {MANIFEST})
            if added is not None or not (name.endswith(SIGNED) or name.startswith(FINAL))
        ),
    ]
    yield from found
    if not found:
        yield holds("record/", f"{count(len(known), 'file')}, as sealed, and no other")


def check_restricted(
    restricted: Path, manifest: Mapping[str, Any], purged_on: str | None
) -> Iterator[Statement]:
    """Whether the closed annex, where it is at hand, holds what the manifest names; or is gone,
    where the ledger says that it was erased.
    """
    named = manifest.get("restricted")
    if purged_on is not None:
        yield (
            wrong(f"{RESTRICTED}/", f"is there, though the ledger says it was erased {purged_on}")
            if restricted.exists()
            else left_out(f"{RESTRICTED}/", f"was erased {purged_on}, as the ledger says")
        )
    elif named is None:
        yield left_out(f"{RESTRICTED}/", "the manifest of this run does not name its files")
    elif not restricted.is_dir() or not os.access(restricted, os.R_OK | os.X_OK):
        yield left_out(f"{RESTRICTED}/", "is not here, or closed to this user")
    else:
        there = {path.name: path for path in restricted.iterdir()}
        known = {str(file["path"]): frozenset({str(file["sha256"])}) for file in named}
        for name in sorted(known.keys() & there.keys()):
            if there[name].is_file() and not os.access(there[name], os.R_OK):
                yield left_out(f"{RESTRICTED}/{shown(name)}", "is closed to this user")
                del known[name]
        found = list(_changed(there, known, "was changed after the run"))
        for one in found:
            subject = f"{RESTRICTED}/{one.subject}"
            if one.subject in _TO_WORK_ON and one.subject in there:
                yield left_out(subject, "was worked on since the run; worklist.csv tells what was")
            else:
                yield wrong(subject, one.text)
        kept = len(known) - len(found)
        if kept:
            yield holds(f"{RESTRICTED}/", f"{count(kept, 'file')}, as the run left them")


def _changed(
    there: Mapping[str, Path], known: Mapping[str, frozenset[str]], text: str
) -> Iterator[Statement]:
    for name, digests in sorted(known.items()):
        path = there.get(name)
        if path is None:
            yield wrong(shown(name), "is missing")
        elif path.is_symlink() or not path.is_file() or _digest(path) not in digests:
            yield wrong(shown(name), text)


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def read_manifest(content: bytes) -> Mapping[str, Any] | None:
    """The manifest; None for what is none."""
    try:
        manifest = json.loads(content)
        named = [*manifest["files"], *manifest.get("restricted", ())]
        is_one = isinstance(manifest["run_id"], str) and all(
            isinstance(file[key], str) for file in named for key in ("path", "sha256")
        )
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
        return None
    return manifest if is_one else None


def check_results(content: bytes, subject: str) -> Iterator[Statement]:
    """Whether results obey their schema."""
    try:
        results = json.loads(content)
        validate_results(results)
    except InvalidResultsError as error:
        complaints = str(error).splitlines()
        text = f"breaks its schema in {count(len(complaints), 'place')}, first {complaints[0]}"
        yield (
            wrong(subject, text)
            if is_of_this_version(results) or not _versions_of(results)
            else unknown(subject, f"{made_by_another(results)}, and here {text}")
        )
    except (ValueError, TypeError, RecursionError):
        yield wrong(subject, "is no JSON object of results")
    else:
        yield holds(subject, "obeys its schema, and its numbers agree")


def is_of_this_version(results: object) -> bool:
    """Whether what made these results is installed here, to the last file."""
    return _versions_of(results) == _own_versions()


def made_by_another(results: object) -> str:
    """By what other version results were made."""
    made = _versions_of(results)
    differing = [name for name, own in _own_versions().items() if made.get(name) != own]
    return "was made with " + ", ".join(
        f"{name} {shown(str(made.get(name, 'of an unknown version')))}" for name in differing
    )


def _versions_of(results: object) -> dict[str, str]:
    """Of what shapes a report, as results name it."""
    made = results.get("versions") if isinstance(results, dict) else None
    return {
        name: str(made[name]) for name in _own_versions() if isinstance(made, dict) and name in made
    }


def _own_versions() -> dict[str, str]:
    own = versions()
    return {name: own[name] for name in ("teleaudit", "teleaudit_code", "typst", "matplotlib")}


def check_exports(results: Mapping[str, Any], exports: Path | None) -> Iterator[Statement]:
    """Whether the exports are those that the run read, where they are at hand."""
    if exports is None:
        yield left_out("the exports", "say where they are with --exports DIR")
        return
    files = {
        (str(file["path"]), str(file["sha256"]))
        for export in results["exports"]
        for file in export["files"]
    }
    paths = {name: _file_of(exports, name) for name, _ in files}
    digests = {path: _digest(path) for path in {*paths.values()} if path is not None}
    same, missing = 0, 0
    for name, sha256 in sorted(files):
        path = paths[name]
        if path is None:
            missing += 1
        elif digests[path] == sha256:
            same += 1
        else:
            yield wrong(shown(name), "is not the export that the run read")
    if missing:
        yield left_out("the exports", f"{count(missing, 'file')} of {len(files):,} not there")
    if same:
        yield holds("the exports", f"{count(same, 'file')} of {len(files):,}, as the run read them")


def _file_of(exports: Path, name: str) -> Path | None:
    """The file of an export; of a member, its archive."""
    relative = PurePosixPath(name)
    if relative.is_absolute() or ".." in relative.parts:
        return None
    return next(
        (
            exports / part
            for part in (relative, *relative.parents[:-1])
            if (exports / part).is_file()
        ),
        None,
    )
