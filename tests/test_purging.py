"""Closed annexes are erased after their time and not before, nothing else is, and the ledger proves
it.
"""

from __future__ import annotations

import datetime as dt
import errno
import hashlib
import json
import os
import shutil
from pathlib import Path
from typing import Any

import pytest

from teleaudit.errors import UserError
from teleaudit.rules.audit_file import Keep
from teleaudit.runs import purging
from teleaudit.runs.folder import run_folder
from teleaudit.runs.ledger import LEDGER_FILE, append_entry, head, read_ledger
from teleaudit.runs.purging import Annex, Asked, State, find_annexes, purge
from tests.command import Ended, call
from tests.sealed import render_once, seal_run

NOW = dt.datetime(2026, 11, 22, 12, tzinfo=dt.UTC)
CONTENT = {"worklist.csv": b"check_id,record_key\nA,31640211\n", "reference_key": b"00ff\n"}


@pytest.fixture
def audit(tmp_path: Path) -> Path:
    return written_audit(tmp_path, "keep: {restricted_days: 90}\n")


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return tmp_path / "reports"


def written_audit(folder: Path, more: str = "") -> Path:
    text = "name: navn\ncontroller: {name: Navn, cvr: '21497479'}\nexports_root: .\nexports: {}\n"
    (folder / "audit.yaml").write_text(text + more, encoding="utf-8")
    return folder / "audit.yaml"


def a_run(out: Path, days_ago: int, **entry: str) -> Path:
    """A complete run that ended so many days before NOW."""
    with run_folder(out, "navn") as folder:
        for name, content in CONTENT.items():
            (folder.restricted / name).write_bytes(content)
        folder.write("results.json", b"{}")
        folder.write("manifest.json", folder.manifest(annex=folder.annex_digests()))
        (folder.restricted / "errors").mkdir()
        (folder.restricted / "errors" / "E-1.txt").write_bytes(b"31640211")
        finished_at = f"{NOW - dt.timedelta(days=days_ago):%Y-%m-%dT%H:%M:%SZ}"
        told = {"audit": "navn", "run_id": folder.run_id, "finished_at": finished_at} | entry
        folder.seal(append_entry(out / "navn", "run", told))
    return folder.path


def states(audit: Path | None, out: Path, asked: Asked | None = None) -> dict[str, State]:
    return {one.run_id: one.state for one in find_annexes(audit, out, asked or Asked(), NOW)}


def the_due(audit: Path, out: Path, asked: Asked | None = None) -> Annex:
    annexes = find_annexes(audit, out, asked or Asked(), NOW)
    (due,) = (one for one in annexes if one.state is State.DUE)
    return due


def all_of(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def purges(out: Path) -> list[dict[str, Any]]:
    entries = read_ledger(out / "navn" / LEDGER_FILE).entries
    return [dict(entry.content) for entry in entries if entry.kind == "purge"]


# When


@pytest.mark.parametrize(
    ("days_ago", "asked", "state"),
    [
        (89, Asked(), State.KEPT),
        (90, Asked(), State.DUE),
        (10, Asked(older_than=10), State.DUE),
        (10, Asked(older_than=11), State.KEPT),
        (120, Asked(older_than=121), State.KEPT),  # what is said goes before the audit file
    ],
)
def test_an_annex_is_due_when_its_days_have_passed(
    audit: Path, out: Path, days_ago: int, asked: Asked, state: State
) -> None:
    run = a_run(out, days_ago)
    assert states(audit, out, asked) == {run.name: state}


def test_a_named_run_is_due_whatever_its_age_and_no_other_is_told(audit: Path, out: Path) -> None:
    run, _other = a_run(out, 0), a_run(out, 200)
    assert states(audit, out, Asked(run=run.name)) == {run.name: State.DUE}


def test_an_audit_without_a_deadline_is_refused_by_name_and_passed_over_among_others(
    tmp_path: Path, out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    workspace = tmp_path / "home"
    for name in ("audits/navn", "expectations", "notebooks"):
        (workspace / name).mkdir(parents=True)
    audit = written_audit(workspace / "audits" / "navn")
    run = a_run(out, 9_999)
    with pytest.raises(UserError, match=r"sets no keep\.restricted_days.*Nothing was erased"):
        find_annexes(audit, out, Asked(), NOW)
    monkeypatch.chdir(workspace)
    assert states(None, out) == {run.name: State.KEPT}


@pytest.mark.parametrize(
    "keep",
    [
        {"restricted_days": 0},
        {"restricted_days": 90, "record_days": 89},
        {"restricted_days": "90 days"},
        {"days": 90},
    ],
)
def test_a_deadline_that_cannot_be_meant_is_refused(keep: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="validation error"):
        Keep.model_validate(keep)


# What


def test_the_annex_is_gone_and_all_else_is_as_it_was(audit: Path, out: Path) -> None:
    run, young = a_run(out, 100), a_run(out, 10)
    before = {name: content for name, content in all_of(out).items() if "ledger" not in name}
    purge(the_due(audit, out))
    own = f"navn/{run.name}/restricted"
    assert not (run / "restricted").exists()
    assert {name: content for name, content in all_of(out).items() if "ledger" not in name} == {
        name: content for name, content in before.items() if not name.startswith(own)
    }
    assert (young / "restricted" / "worklist.csv").exists()


def test_the_ledger_names_what_was_erased_and_holds_none_of_it(audit: Path, out: Path) -> None:
    run = a_run(out, 100)
    (run / "restricted" / "Ulla Vestermark 31640211.xlsx").write_bytes(b"a copy")
    erased = purge(the_due(audit, out))
    (entry,) = purges(out)
    assert entry["run_id"] == run.name
    assert entry["erased"] == [
        {"path": name, "sha256": hashlib.sha256(content).hexdigest()}
        for name, content in sorted(CONTENT.items())
    ]
    assert entry["others"] == 2  # the copy, and the error reports
    assert head(out / "navn")  # the chain holds
    text = (out / "navn" / LEDGER_FILE).read_text() + str(erased)
    assert "Vestermark" not in text
    assert "31640211" not in text


def test_a_list_that_was_worked_on_is_named_as_it_was_when_it_was_erased(
    audit: Path, out: Path
) -> None:
    run = a_run(out, 100)
    (run / "restricted" / "worklist.csv").write_bytes(b"done")
    purge(the_due(audit, out))
    digests = {file["path"]: file["sha256"] for file in purges(out)[0]["erased"]}
    assert digests["worklist.csv"] == hashlib.sha256(b"done").hexdigest()


def test_a_purged_run_is_told_and_not_purged_again(audit: Path, out: Path) -> None:
    run = a_run(out, 100)
    purge(the_due(audit, out))
    (told,) = find_annexes(audit, out, Asked(), NOW)
    assert told.state is State.ERASED
    assert purges(out)[0]["purged_at"] in str(told)
    assert run.name in str(told)


def test_an_annex_that_came_back_from_a_backup_is_erased_and_entered_again(
    audit: Path, out: Path, tmp_path: Path
) -> None:
    run = a_run(out, 100)
    shutil.copytree(run / "restricted", tmp_path / "backup")
    purge(the_due(audit, out))
    shutil.copytree(tmp_path / "backup", run / "restricted")
    purge(the_due(audit, out))
    assert not (run / "restricted").exists()
    assert len(purges(out)) == 2


@pytest.mark.parametrize("stopped_in", ["shutil.rmtree", "os.unlink", "append_entry", "os.rmdir"])
def test_whoever_was_stopped_goes_on_and_the_proof_is_whole(
    audit: Path, out: Path, monkeypatch: pytest.MonkeyPatch, stopped_in: str
) -> None:
    run = a_run(out, 100)

    def stop(*_given: object, **_more: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(f"teleaudit.runs.purging.{stopped_in}", stop)
        with pytest.raises(KeyboardInterrupt):
            purge(the_due(audit, out))
    assert (run / "restricted").exists()
    purge(the_due(audit, out))
    assert not (run / "restricted").exists()
    (entry,) = purges(out)
    assert [file["path"] for file in entry["erased"]] == sorted(CONTENT)
    assert entry["others"] == 1


# What is never touched


def test_a_run_that_goes_on_or_was_interrupted_is_left_alone(audit: Path, out: Path) -> None:
    going_on, open_still = a_run(out, 100), a_run(out, 100)
    (going_on / "COMPLETE").unlink()
    (open_still / ".work").mkdir()
    before = all_of(out)
    assert set(states(audit, out, Asked(older_than=0)).values()) == {State.LEFT_ALONE}
    assert all_of(out) == before


@pytest.mark.parametrize(
    "entry", [{"finished_at": "yesterday"}, {"finished_at": "2026-01-01"}, {"run_id": "another"}]
)
def test_a_run_whose_end_the_ledger_does_not_know_is_left_alone(
    audit: Path, out: Path, entry: dict[str, str]
) -> None:
    run = a_run(out, 100, **entry)
    assert states(audit, out) == {run.name: State.LEFT_ALONE}


def test_nothing_outside_is_reached_by_a_link(audit: Path, out: Path, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    (outside / "restricted").mkdir(parents=True)
    for file in ("COMPLETE", "restricted/worklist.csv", "precious.txt"):
        (outside / file).write_text("precious")
    run, linked, inside = a_run(out, 100), a_run(out, 100), a_run(out, 100)
    shutil.rmtree(run)
    run.symlink_to(outside)
    shutil.rmtree(linked / "restricted")
    (linked / "restricted").symlink_to(outside / "restricted")
    (inside / "restricted" / "folder").symlink_to(outside)
    (inside / "restricted" / "errors" / "up").symlink_to(outside)
    (inside / "restricted" / "worklist.csv").unlink()
    (inside / "restricted" / "worklist.csv").symlink_to(outside / "precious.txt")
    before = all_of(outside)
    purge(the_due(audit, out))
    assert states(audit, out) == {
        run.name: State.LEFT_ALONE,
        linked.name: State.LEFT_ALONE,
        inside.name: State.ERASED,
    }
    assert all_of(outside) == before
    assert [file["path"] for file in purges(out)[0]["erased"]] == ["reference_key"]


@pytest.mark.parametrize("name", ["restricted", "run"])
def test_a_link_put_there_at_the_last_moment_is_not_followed(
    audit: Path, out: Path, tmp_path: Path, name: str
) -> None:
    run = a_run(out, 100)
    due = the_due(audit, out)
    swapped = run if name == "run" else run / "restricted"
    swapped.rename(tmp_path / "outside")
    swapped.symlink_to(tmp_path / "outside")
    before = all_of(tmp_path / "outside")
    with pytest.raises(UserError, match="could not be erased"):
        purge(due)
    assert all_of(tmp_path / "outside") == before
    assert purges(out) == []


@pytest.mark.parametrize("name", ["navn", f"navn/{LEDGER_FILE}"])
def test_a_folder_or_ledger_that_is_a_link_is_refused(
    audit: Path, out: Path, tmp_path: Path, name: str
) -> None:
    a_run(out, 100)
    (out / name).rename(tmp_path / "outside")
    (out / name).symlink_to(tmp_path / "outside")
    with pytest.raises(UserError, match="is a link: nothing was erased there"):
        find_annexes(audit, out, Asked(), NOW)


@pytest.mark.parametrize("run", ["../outside", "/", ".", "..", "", "20261122T052250Z-a1b2c3/.."])
def test_a_run_named_by_a_path_is_no_run(audit: Path, out: Path, run: str) -> None:
    a_run(out, 100)
    with pytest.raises(UserError, match="no run"):
        find_annexes(audit, out, Asked(run=run), NOW)


def test_folders_that_are_no_runs_are_not_looked_at(audit: Path, out: Path) -> None:
    run = a_run(out, 100)
    shutil.copytree(run, run.with_name("kept for the lawyer"))
    assert list(states(audit, out)) == [run.name]


def test_what_cannot_be_proved_is_not_erased(audit: Path, out: Path) -> None:
    run, _other = a_run(out, 100), a_run(out, 100)
    ledger = out / "navn" / LEDGER_FILE
    ledger.write_bytes(ledger.read_bytes().replace(b"navn", b"maks", 1))
    with pytest.raises(UserError, match="the chain of runs is broken"):
        find_annexes(audit, out, Asked(), NOW)
    assert (run / "restricted" / "worklist.csv").exists()


def test_two_purges_at_once_do_not_meet(audit: Path, out: Path) -> None:
    run = a_run(out, 100)
    due = the_due(audit, out)
    with purging._opened(due), pytest.raises(UserError, match="by another purge"):
        purge(due)
    assert (run / "restricted" / "worklist.csv").exists()


# The command


def purged(audit: Path, out: Path, *words: str) -> Ended:
    return call("purge", audit, "--out", out, *words)


def test_without_yes_and_without_a_terminal_nothing_is_erased(
    audit: Path, out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = a_run(out, 9_999)
    monkeypatch.setattr("sys.stdin.isatty", lambda: False, raising=False)
    ended = purged(audit, out, "--older-than", "0")
    assert ended.code == 3
    assert "nothing was erased, for nobody can be asked here: add --yes" in ended.err
    assert f"navn {run.name}: is due: since" in ended.out
    assert (run / "restricted" / "worklist.csv").exists()


@pytest.mark.parametrize(("answer", "is_there"), [(True, False), (False, True)])
def test_on_a_terminal_it_is_asked_first(
    audit: Path, out: Path, monkeypatch: pytest.MonkeyPatch, *, answer: bool, is_there: bool
) -> None:
    run = a_run(out, 9_999)
    asked: list[str] = []

    def confirm(text: str, **_more: object) -> bool:
        asked.append(text)
        return answer

    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    monkeypatch.setattr("typer.confirm", confirm)
    ended = purged(audit, out)
    assert ended.code == 0
    assert ("Nothing was erased." in ended.out) is is_there
    assert asked == ["Erase 1 of these?"]
    assert (run / "restricted").exists() is is_there


def test_with_yes_it_says_per_run_what_it_did(audit: Path, out: Path) -> None:
    old, young = a_run(out, 9_999), a_run(out, -1)
    ended = purged(audit, out, "--yes")
    assert ended.code == 0
    assert f"navn {old.name}: erased: reference_key, worklist.csv and 1 other" in ended.out
    assert f"navn {young.name}: is kept: until" in ended.out
    assert "Nothing is due" not in ended.out
    again = purged(audit, out, "--yes")
    assert f"navn {old.name}: was erased: at" in again.out
    assert "Nothing is due." in again.out


def test_a_run_and_an_age_exclude_each_other(audit: Path, out: Path) -> None:
    ended = purged(audit, out, "--older-than", "1", "--run", "x")
    assert (ended.code, ended.out) == (3, "")
    assert "exclude each other" in ended.err


# What is left


def test_a_purged_run_can_be_verified_and_its_annex_is_told_to_be_erased(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from teleaudit.runs.verification import Against, verify

    render_once(monkeypatch)
    run = seal_run(tmp_path)
    annex = Annex(home=run.parent, run_id=run.name, state=State.DUE, text="")
    today = f"{dt.datetime.now(dt.UTC):%Y-%m-%d}"
    shutil.copytree(run / "restricted", tmp_path / "backup")
    before = [str(one) for one in verify(run, Against())]
    purge(annex)
    after = [str(one) for one in verify(run, Against())]
    changed = [one for one in after if one not in before]
    assert not [one for one in after if "WRONG" in one]
    assert [one for one in changed if "restricted/" in one and f"was erased on {today}, as" in one]
    shutil.copytree(tmp_path / "backup", run / "restricted")
    told = [str(one) for one in verify(run, Against()) if "WRONG" in str(one)]
    assert len(told) == 1
    assert f"is there, though the ledger says it was erased on {today}" in told[0]


def test_of_a_run_whose_manifest_names_no_annex_the_files_are_counted(
    audit: Path, out: Path
) -> None:
    run = a_run(out, 100)
    manifest = json.loads((run / "record" / "manifest.json").read_bytes())
    del manifest["restricted"]
    (run / "record" / "manifest.json").write_text(json.dumps(manifest))
    purge(the_due(audit, out))
    assert (purges(out)[0]["erased"], purges(out)[0]["others"]) == ([], 3)


@pytest.mark.skipif(os.getuid() == 0, reason="root may read everything")
def test_a_folder_that_may_not_be_read_is_told(audit: Path, out: Path) -> None:
    a_run(out, 100)
    (out / "navn").chmod(0)
    with pytest.raises(UserError, match="cannot be read"):
        find_annexes(audit, out, Asked(), NOW)
    (out / "navn").chmod(0o755)


def test_who_may_not_enter_it_in_the_ledger_erases_nothing(
    audit: Path, out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run, may = a_run(out, 91), os.access
    monkeypatch.setattr(
        "os.access",
        lambda path, mode: Path(path).name != LEDGER_FILE and may(path, mode),
    )
    with pytest.raises(UserError, match=r"ledger\.jsonl may not be read or written by this user"):
        purge(the_due(audit, out))
    assert {name: (run / "restricted" / name).read_bytes() for name in CONTENT} == CONTENT


def test_another_user_s_annex_is_said_to_be_closed(
    audit: Path, out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run, opened = a_run(out, 91), os.open

    def closed(path: str, *words: Any, **options: Any) -> int:
        if path == "restricted":
            raise PermissionError(errno.EACCES, "Permission denied", path)
        return opened(path, *words, **options)

    due = the_due(audit, out)
    monkeypatch.setattr("os.open", closed)
    with pytest.raises(UserError, match="is closed to this user: whoever ran the audit owns it"):
        purge(due)
    monkeypatch.undo()
    assert {name: (run / "restricted" / name).read_bytes() for name in CONTENT} == CONTENT
    assert purges(out) == []
