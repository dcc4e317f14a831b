"""Bad input to a whole audit: the right verdict and exit code, or a plain refusal; the input stays
as it was.
"""

from __future__ import annotations

import errno
import hashlib
import shutil
import stat
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Never

import pytest

from teleaudit.rules.audit_file import load_audit
from tests.command import (
    ROOT,
    Ended,
    call,
    checks_of,
    ended,
    only_run,
    results_of,
    small_audit,
    start,
    worklist_of,
)

pytestmark = pytest.mark.whole_run

AUDIT = ROOT / "audits" / "bizzy"
CANARY = "Kanariefuglsgade 70706142"
EVERY_EXPORT = tuple(load_audit(AUDIT).exports)
CONTACTS, CUSTOMERS = "BIZ-ret-3.contact", "BIZ-ret-3.customer"


def run(audit: Path, exports: Path, out: Path, *words: str | Path) -> Ended:
    return call("run", audit, "--exports", exports, "--out", out, *words)


def texts(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def fingerprints(folder: Path) -> dict[str, tuple[str, int, int]]:
    return {
        path.name: (
            hashlib.sha256(path.read_bytes()).hexdigest(),
            path.stat().st_mtime_ns,
            mode(path),
        )
        for path in sorted(folder.iterdir())
    }


@pytest.fixture
def exports(clean: Path, tmp_path: Path) -> Path:
    """Clean exports to spoil."""
    return Path(shutil.copytree(clean, tmp_path / "exports"))


def without_rows(path: Path) -> None:
    path.write_bytes(path.read_bytes().splitlines(keepends=True)[0])


def without_a_column(path: Path) -> None:
    lines = path.read_text(encoding="windows-1252").splitlines()
    place = lines[0].split(";").index("Kundenr.")
    path.write_text(
        "\n".join(
            ";".join(cell for i, cell in enumerate(line.split(";")) if i != place) for line in lines
        )
        + "\n",
        encoding="windows-1252",
    )


def with_a_renamed_column(path: Path) -> None:
    path.write_bytes(path.read_bytes().replace(b"Kundenr.", b"Kundenummer.", 1))


@pytest.mark.parametrize(
    ("spoil", "why", "note", "code"),
    [
        (Path.unlink, "no_export", "no file matches kontakter.csv", 2),
        pytest.param(
            lambda path: path.write_bytes(b""),
            "no_rows",
            "kontakter.csv is an empty file",
            2,
            marks=pytest.mark.deep,
        ),
        (without_rows, "no_rows", "kontakter.csv has a header and no rows", 2),
        pytest.param(
            without_a_column,
            "missing_column",
            'no column "Kundenr." (for customer_id)',
            2,
            marks=pytest.mark.deep,
        ),
        # the column that nobody mapped may be the one that is missing: no deviation
        (with_a_renamed_column, "missing_column", "Did you mean 'Kundenummer.'?", 2),
    ],
)
def test_an_export_that_says_nothing_is_unknown_and_never_a_pass(
    tiny: Path,
    exports: Path,
    tmp_path: Path,
    spoil: Callable[[Path], object],
    why: str,
    note: str,
    code: int,
) -> None:
    spoil(exports / "kontakter.csv")
    ended = run(tiny, exports, tmp_path / "out", "--no-notebooks")
    checks = checks_of(only_run(tmp_path / "out"))
    assert ended.code == code
    assert (checks[CONTACTS]["verdict"], checks[CONTACTS]["why"]) == ("unknown", why)
    assert checks[CUSTOMERS]["verdict"] == "pass"
    assert note in ended.err


@pytest.mark.parametrize(("rows", "verdict", "code"), [(1, "pass", 0), (2, "unknown", 2)])
def test_a_few_broken_rows_are_counted_and_more_leave_the_export_unjudged(
    exports: Path, tmp_path: Path, rows: int, verdict: str, code: int
) -> None:
    calls, needed = "BIZ-ret-7.unbilled", ("opkald", "kunder", "sletningsstop")
    audit = small_audit(tmp_path / "workspace", exports=needed, checks=(calls, "HYG-location.cdr"))
    with (exports / "Master.csv").open("a", encoding="utf-8") as file:
        file.write('"ragged"\n' * rows)  # beside a thousand
    ended = run(audit, exports, tmp_path / "out", "--no-notebooks")
    folder = only_run(tmp_path / "out")
    assert (ended.code, checks_of(folder)[calls]["verdict"]) == (code, verdict)
    assert next(
        export["rejects"] for export in results_of(folder)["exports"] if export["name"] == "opkald"
    ) == {"ragged": rows}
    assert "kept apart" in ended.err


def test_duplicate_keys_and_text_for_a_date_are_deviations(
    tiny: Path, exports: Path, tmp_path: Path
) -> None:
    path = exports / "kunder.csv"
    lines = path.read_text(encoding="windows-1252").splitlines()
    created = lines[0].split(";").index("Oprettet")
    cells = lines[1].split(";")
    cells[created] = CANARY
    path.write_text(
        "\n".join([lines[0], ";".join(cells), *lines[2:], lines[2]]) + "\n", encoding="windows-1252"
    )
    ended = run(tiny, exports, tmp_path / "out", "--no-notebooks")
    folder = only_run(tmp_path / "out")
    found = {(line["check_id"], line["record_key"]) for line in worklist_of(folder)}
    assert ended.code == 1
    assert found == {
        ("HYG-key.crm_customer", f"kunder.csv:{len(lines) + 1}"),
        ("HYG-dates.crm_customer", cells[lines[0].split(";").index("Kundenr.")]),
    }
    assert CANARY not in ended.out + ended.err
    assert [
        name for name, text in texts(folder / "record").items() if CANARY.encode() in text
    ] == []


@pytest.mark.parametrize("place", ["", " "])
def test_an_empty_place_of_exports_is_no_other_place(
    tiny: Path, tmp_path: Path, place: str
) -> None:
    ended = call("run", tiny, "--exports", place, "--out", tmp_path / "out")
    assert (ended.code, ended.out) == (3, "")
    assert "--exports names no folder: is the variable set that holds it?" in ended.err
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("method", ["is_dir", "iterdir"])
def test_a_folder_without_read_permission_is_refused(
    tiny: Path, clean: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, method: str
) -> None:
    real = getattr(Path, method)

    def closed(path: Path) -> Any:
        if path == clean:
            raise PermissionError(errno.EACCES, "Permission denied", str(path))
        return real(path)

    monkeypatch.setattr(Path, method, closed)
    said = run(tiny, clean, tmp_path / "out", "--no-notebooks")
    assert (said.code, said.out) == (3, "")
    assert (
        said.err
        == f"teleaudit: the folder {clean} may not be read: give this user the right to list and"
        " read it.\n"
    )
    assert not (tmp_path / "out").exists()


@pytest.fixture
def tiny_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of two megabytes."""
    place = tmp_path / "disk"
    place.mkdir()
    if (
        shutil.which("mount") is None
        or subprocess.run(
            ["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", place],
            capture_output=True,
            check=False,
        ).returncode
        != 0
    ):
        pytest.skip("no right to mount a tiny disk here")
    yield place
    subprocess.run(["umount", "-l", place], check=True)


@pytest.mark.parametrize("words", [pytest.param((), marks=pytest.mark.deep), ("--no-notebooks",)])
def test_a_disk_that_is_really_full_is_said_and_nothing_looks_complete(
    tiny_disk: Path, words: tuple[str, ...]
) -> None:
    said = ended(start("run", AUDIT, "--out", tiny_disk, *words))
    assert (said.code, said.out) == (3, "")
    assert "space left" in said.err.splitlines()[-1]
    assert "Traceback" not in said.err
    assert [path.name for path in only_run(tiny_disk).iterdir()] in (["record"], [])


@pytest.mark.parametrize(
    "place",
    [
        "teleaudit.runs.pipeline.as_json",
        "teleaudit.runs.pipeline.append_entry",
        "teleaudit.runs.pipeline.render_reports",
        "teleaudit.runs.answering.Worklist",
        "teleaudit.runs.pipeline.write_worklists",
    ],
)
def test_a_disk_that_is_full_at_any_step_is_said_and_nothing_looks_complete(
    tiny: Path, clean: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    def full(*_args: object, **_options: object) -> Never:
        raise OSError(errno.ENOSPC, "No space left on device", str(tmp_path))

    monkeypatch.setattr(place, full)
    said = run(tiny, clean, tmp_path, "--no-notebooks")
    assert (said.code, said.out) == (3, "")
    assert said.err.splitlines()[-1].startswith("teleaudit: No space left on the disk that holds ")
    assert [path.name for path in only_run(tmp_path).iterdir()] == ["record"]


def test_a_broken_ledger_is_refused_before_anything_is_read(
    tiny: Path, clean: Path, tmp_path: Path
) -> None:
    (tmp_path / "bizzy").mkdir()
    (tmp_path / "bizzy" / "ledger.jsonl").write_text("{}\n", encoding="ascii")
    said = run(tiny, clean, tmp_path, "--no-notebooks")
    assert (said.code, said.out) == (3, "")
    assert "ledger.jsonl, line 1: the chain of runs is broken here" in said.err
    assert "reading the exports" not in said.err


def test_exports_are_never_written_to(exports: Path, tmp_path: Path) -> None:
    for path in exports.iterdir():
        path.chmod(0o444)
    exports.chmod(0o555)
    before = fingerprints(exports)
    audit = small_audit(tmp_path / "workspace", exports=EVERY_EXPORT)
    assert run(audit, exports, tmp_path / "out", "--no-notebooks").code == 0
    assert fingerprints(exports) == before
