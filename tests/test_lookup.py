"""A reference leads back to its record inside the house, and nowhere else."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from teleaudit.checks.worklist import Worklist, reference
from teleaudit.rules.audit_file import load_audit
from teleaudit.rules.rulebook import rulebook_of
from teleaudit.rules.verdicts import Deviation, Owner, SetAside
from teleaudit.runs.folder import run_folder
from tests.command import ROOT, call

_CANARY = "70706142"
_ANNEX = "The closed annex, or a part of it, is"
_KEYS = {"first": b"1" * 32, "second": b"2" * 32}


@pytest.fixture
def out(tmp_path: Path) -> Path:
    """Two runs of Bizzy's audit that list records by keys of their own."""
    checks = {check.id: check for check in rulebook_of(load_audit(ROOT / "audits/bizzy")).checks}
    for name, key in _KEYS.items():
        with run_folder(tmp_path, "bizzy") as folder:
            (folder.restricted / "reference_key").write_text(key.hex(), encoding="ascii")
            owner = Owner("K\x1b[2J7", "kunder")
            with Worklist(folder.restricted / "worklist.csv", key) as worklist:
                for check in ("BIZ-ret-3.customer", "HYG-card.crm_customer"):
                    with worklist.writer_for(checks[check]) as add:
                        add(Deviation(_CANARY, owner=owner))
                        add(Deviation(f"+{name}", owner=Owner("", "kunder")))
                with worklist.set_aside_for(checks["BIZ-ret-3.contact"]) as put:
                    put(SetAside("held", "exempt", "legal_hold", owner=Owner("9", "kontakter")))
            folder.seal("0" * 64)
    return tmp_path


def _lookup(out: Path, told: str, *words: str) -> tuple[int, str, str]:
    ended = call("lookup", told, "bizzy", "--out", str(out), *words)
    return ended.code, ended.out, ended.err


def _run(out: Path, key: bytes) -> Path:
    """The folder of the run with that key."""
    (path,) = (
        path.parents[1]
        for path in out.glob("bizzy/*/restricted/reference_key")
        if path.read_text() == key.hex()
    )
    return path


@pytest.mark.parametrize("name", _KEYS)
def test_a_reference_of_any_run_leads_to_its_record(out: Path, name: str) -> None:
    told = reference(_KEYS[name], "crm_customer", _CANARY)
    code, shown, err = _lookup(out, told.lower())
    run = _run(out, _KEYS[name])

    assert (code, err) == (0, "")
    assert shown.splitlines() == [
        f"reference    {told}",
        f"run          {run.name} in {run.parent}",
        "export       kunder",
        "data set     crm_customer",
        f"record key   {_CANARY}",
        "customer no. K\ufffd[2J7",
        "check        BIZ-ret-3.customer (deviation)",
        "check        HYG-card.crm_customer (deviation)",
    ]


def test_a_key_that_was_disarmed_for_spreadsheets_is_shown_as_it_is(out: Path) -> None:
    _, shown, _ = _lookup(out, reference(_KEYS["first"], "crm_customer", "+first"))
    assert "record key   +first" in shown.splitlines()
    assert "customer no. none" in shown.splitlines()


def test_an_exempt_record_is_found_too_and_without_naming_the_audit(
    out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(out)
    told = reference(_KEYS["first"], "crm_contact", "held")
    ended = call("lookup", told, "--out", ".")

    assert "check        BIZ-ret-3.contact (exempt)" in ended.out.splitlines()


@pytest.mark.parametrize("named", [str, lambda run: run.name])
def test_a_run_knows_its_own_references_alone(out: Path, named: Callable[[Path], str]) -> None:
    words = ("--run", named(_run(out, _KEYS["second"])))
    own, others = (reference(key, "crm_customer", _CANARY) for key in reversed(_KEYS.values()))

    assert _lookup(out, own, *words)[0] == 0
    code, shown, err = _lookup(out, others, *words)
    assert (code, shown) == (3, "")
    assert "no record with that reference in 1 run." in err


def test_without_its_closed_annex_a_run_tells_nothing(out: Path) -> None:
    told, run = reference(_KEYS["first"], "crm_customer", _CANARY), _run(out, _KEYS["first"])
    shutil.rmtree(run / "restricted")
    code, _, err = _lookup(out, told, "--run", str(run))
    assert code == 3
    assert f"only the closed annex tells which record a reference belongs to. {_ANNEX}" in err
    assert f"missing in {run.name}" in err
    assert "in 1 run." in _lookup(out, told)[2]


def test_without_the_key_of_its_references_a_run_tells_nothing(out: Path) -> None:
    run = _run(out, _KEYS["first"])
    (run / "restricted" / "reference_key").unlink()
    code, shown, err = _lookup(
        out, reference(_KEYS["first"], "crm_customer", _CANARY), "--run", str(run)
    )
    assert (code, shown) == (3, "")
    assert _ANNEX in err


def test_a_run_that_is_not_complete_tells_nothing(out: Path) -> None:
    run = _run(out, _KEYS["first"])
    (run / "COMPLETE").unlink()
    told = reference(_KEYS["first"], "crm_customer", _CANARY)
    for named in (str(run), run.name):
        code, shown, err = _lookup(out, told, "--run", named)
        assert (code, shown) == (3, "")
    assert "is not complete" in _lookup(out, told, "--run", str(run))[2]
    assert "no run of that name" in err


@pytest.mark.parametrize("name", ["reference_key", "records.csv"])
@pytest.mark.parametrize("put", [Path.mkdir, os.mkfifo])
def test_what_is_no_file_is_a_damaged_annex(
    out: Path, name: str, put: Callable[[Path], object]
) -> None:
    run = _run(out, _KEYS["first"])
    (run / "restricted" / name).unlink()
    put(run / "restricted" / name)
    code, shown, err = _lookup(
        out, reference(_KEYS["first"], "crm_customer", _CANARY), "--run", str(run)
    )
    assert (code, shown) == (3, "")
    assert f"The closed annex is damaged in {run.name}" in err


def test_a_reference_beside_another_key_is_a_changed_list(out: Path) -> None:
    records = _run(out, _KEYS["first"]) / "restricted" / "records.csv"
    text = records.read_text(encoding="utf-8")
    records.write_text(text.replace(_CANARY, "1"), encoding="utf-8")
    code, shown, err = _lookup(out, reference(_KEYS["first"], "crm_customer", _CANARY))

    assert (code, shown) == (3, "")
    assert "is not as the run left it" in err


def test_what_is_no_reference_is_said_before_anything_is_looked_for(tmp_path: Path) -> None:
    assert "not a reference" in _lookup(tmp_path / "nothing", _CANARY)[2]


@pytest.mark.parametrize("told", [_CANARY, "R-1111-2222-3333-44445", "K003533"])
def test_what_is_no_reference_is_not_repeated(out: Path, told: str) -> None:
    code, shown, err = _lookup(out, told)
    assert (code, shown) == (3, "")
    assert told not in err


@pytest.mark.parametrize("words", [(), ("--run", "20200101T000000Z-000000")])
def test_where_there_is_no_run_it_is_said(tmp_path: Path, words: tuple[str, ...]) -> None:
    told = reference(_KEYS["first"], "crm_customer", "1")
    code, _, err = _lookup(tmp_path, told, *words)
    assert code == 3
    assert ("no run of that name" if words else "no complete run") in err
