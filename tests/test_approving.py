"""Reports are drafts until somebody else than who ran the audit approves them."""

from __future__ import annotations

import io
import json
import os
import shutil
from pathlib import Path
from typing import Any

import pytest

from teleaudit.errors import UserError
from teleaudit.report import Report
from teleaudit.report.document import describe
from teleaudit.report.material import Material
from teleaudit.report.results import as_json
from teleaudit.report.signatures import attachments, load_signer
from teleaudit.report.wording import load_words
from teleaudit.runs.approving import approve_run
from teleaudit.runs.history import describe_runs
from teleaudit.runs.ledger import LEDGER_FILE, read_ledger
from teleaudit.runs.signing import sign_run
from teleaudit.runs.verification import Against, State, verify
from tests.command import call
from tests.pdf import open_pdf
from tests.pki import PASSPHRASE, p12
from tests.report.example import example
from tests.sealed import AUDIT, render_once, rendered, seal_run

FUNCTION = "Databeskyttelsesrådgiver"
FINAL = "report.final.da.pdf"


def run_of(home: Path) -> Path:
    """The one run of an audit."""
    return next(path.parent for path in home.glob("*/COMPLETE"))


def as_somebody_else(patch: pytest.MonkeyPatch) -> None:
    """From here on, another user of the system than who ran it."""
    own = os.getuid()
    patch.setattr("os.getuid", lambda: own + 1)


def render_all_once(patch: pytest.MonkeyPatch) -> None:
    """Who approves and who verifies take what is rendered already: the same bytes."""
    render_once(patch)
    patch.setattr(
        "teleaudit.runs.approving.render_reports", lambda results: rendered(as_json(results))
    )


@pytest.fixture(scope="module")
def drafts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An audit's folder with one run, not approved."""
    out = tmp_path_factory.mktemp("drafts")
    seal_run(out)
    return out / AUDIT


@pytest.fixture(scope="module")
def approved_once(drafts: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same, approved."""
    home = shutil.copytree(drafts, tmp_path_factory.mktemp("approved") / AUDIT)
    with pytest.MonkeyPatch.context() as patch:
        as_somebody_else(patch)
        render_all_once(patch)
        approve_run(run_of(home), FUNCTION)
    return home


@pytest.fixture
def draft(drafts: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the run's folder."""
    render_all_once(monkeypatch)
    return run_of(shutil.copytree(drafts, tmp_path / "draft" / AUDIT))


@pytest.fixture
def approved(approved_once: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the approved run's folder."""
    render_all_once(monkeypatch)
    return run_of(shutil.copytree(approved_once, tmp_path / "approved" / AUDIT))


def wrongs(path: Path, **against: Path) -> list[str]:
    """What verify calls wrong."""
    return [
        f"{one.subject}: {one.text}"
        for one in verify(path, Against(**against))
        if one.state is State.WRONG
    ]


def test_an_approved_run_holds_a_final_copy_of_each_report_and_the_ledger_names_them(
    approved: Path,
) -> None:
    names = {path.name for path in (approved / "record").glob("report.final.*")}

    drafts = {
        path.name for path in (approved / "record").glob("report.*") if path.name not in names
    }
    assert names == {name.replace("report.", "report.final.", 1) for name in drafts}
    (entry,) = read_ledger(approved.parent / LEDGER_FILE).of("approval", approved.name)
    assert entry.content["files"].keys() == names
    assert entry.content["approval"]["function"] == FUNCTION
    assert entry.content["approval"]["ledger_head"] == entry.content["previous"]
    assert wrongs(approved) == []
    (told,) = describe_runs(read_ledger(approved.parent / LEDGER_FILE))
    assert told["approved_on"] == entry.content["approval"]["approved_on"]


def test_a_final_report_alone_renders_from_what_is_inside_it(approved: Path) -> None:
    final = approved / "record" / FINAL
    (inside,) = attachments(final.read_bytes())

    assert json.loads(inside)["approval"]["function"] == FUNCTION
    assert wrongs(final, ledger=approved.parent / LEDGER_FILE) == []


def test_the_record_alone_verifies_with_its_final_reports(approved: Path, tmp_path: Path) -> None:
    record = shutil.copytree(approved / "record", tmp_path / "handed over")

    assert wrongs(record) == []


def test_a_final_report_that_was_changed_or_has_another_approver_is_told(approved: Path) -> None:
    final = approved / "record" / FINAL
    results = json.loads((approved / "record" / "results.json").read_bytes())
    approval = {"function": "En anden", "approved_on": "2026-11-30"}
    final.write_bytes(rendered(as_json({**results, "approval": approval}))[FINAL])

    assert wrongs(approved) == [
        f"{FINAL}: it is not the file that was sealed",
        f"{FINAL}: the results.json attached to it is not that of the run",
    ]


def test_final_reports_without_an_approval_in_the_ledger_count_for_nothing(draft: Path) -> None:
    results = json.loads((draft / "record" / "results.json").read_bytes())
    approval = {"function": FUNCTION, "approved_on": "2026-11-30"}
    (draft / "record" / FINAL).write_bytes(
        rendered(as_json({**results, "approval": approval}))[FINAL]
    )

    assert f"{FINAL}: was added to the record after it was sealed" in wrongs(draft)


def test_who_ran_it_cannot_approve_it(draft: Path) -> None:
    with pytest.raises(UserError, match="nothing was approved: this user owns the run's files"):
        approve_run(draft, FUNCTION)
    assert not list((draft / "record").glob("report.final.*"))


@pytest.mark.parametrize("function", ["", "  ", "x\x1b[2J", "x" * 81])
def test_an_approval_names_a_function(
    draft: Path, function: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    as_somebody_else(monkeypatch)
    with pytest.raises(UserError, match="--as names no function"):
        approve_run(draft, function)


def test_a_run_that_is_not_what_was_sealed_is_not_approved(
    draft: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    as_somebody_else(monkeypatch)
    (draft / "record" / "results.json").write_bytes(b"{}")
    with pytest.raises(UserError, match="nothing was approved, for the run is not what was sealed"):
        approve_run(draft, FUNCTION)
    with pytest.raises(UserError, match="no complete run at"):
        approve_run(draft.parent, FUNCTION)


def test_a_run_is_approved_once(approved: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    as_somebody_else(monkeypatch)
    with pytest.raises(UserError, match=f"approved already, by {FUNCTION} on 20"):
        approve_run(approved, "Direktør")


def test_two_who_approve_at_once_leave_one_approval(
    draft: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    refused = []

    def approve_meanwhile(results: Any) -> dict[str, bytes]:
        try:
            approve_run(draft, "Direktør")
        except UserError as error:
            refused.append(str(error))
        return rendered(as_json(results))

    as_somebody_else(monkeypatch)
    monkeypatch.setattr("teleaudit.runs.approving.render_reports", approve_meanwhile)
    approve_run(draft, FUNCTION)

    (entry,) = read_ledger(draft.parent / LEDGER_FILE).of("approval", draft.name)
    assert entry.content["approval"]["function"] == FUNCTION
    assert ["is being signed or approved at this moment" in one for one in refused] == [True]
    assert wrongs(draft) == []


def test_an_approval_that_was_killed_is_finished_as_it_was_begun(
    approved: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    as_somebody_else(monkeypatch)
    (approved / "record" / FINAL).unlink()
    assert wrongs(approved) == [f"{FINAL}: is missing"]

    approve_run(approved, "Direktør")

    assert wrongs(approved) == []
    assert len(read_ledger(approved.parent / LEDGER_FILE).of("approval", approved.name)) == 1


def test_a_disk_that_may_not_be_written_is_said_in_one_sentence(
    draft: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def forbidden(*_: object) -> None:
        raise PermissionError(13, "Permission denied", "record")

    as_somebody_else(monkeypatch)
    monkeypatch.setattr("teleaudit.runs.approving.append_entry", forbidden)
    with pytest.raises(UserError, match="may not be read or written by this user"):
        approve_run(draft, FUNCTION)
    assert wrongs(draft) == []
    assert not list(draft.glob(".*.part"))


def test_final_reports_are_signed_and_drafts_only_where_asked(approved: Path, draft: Path) -> None:
    signer = load_signer(p12(), PASSPHRASE)

    with pytest.raises(UserError, match="are drafts: somebody approves them first"):
        sign_run(draft, signer)
    assert {path.name for path in sign_run(draft, signer, draft=True)} >= {"report.da.signed.pdf"}
    signed = {path.name for path in sign_run(approved, signer)}
    assert "report.final.da.signed.pdf" in signed
    assert not [name for name in signed if not name.startswith("report.final.")]
    assert wrongs(approved) == []


def test_the_command_shows_what_it_wrote(draft: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert call("approve", str(draft), "--as", FUNCTION).code == 3
    as_somebody_else(monkeypatch)
    ended = call("approve", str(draft), "--as", FUNCTION)

    assert (ended.code, ended.err) == (0, "")
    assert str(draft / "record" / FINAL) in ended.out.splitlines()


# What the pages show


APPROVAL = {"function": FUNCTION, "approved_on": "2026-11-30"}


@pytest.mark.parametrize(
    ("approval", "state", "watermark"),
    [
        ({}, "released", ["UDKAST"]),
        ({}, "changed", ["UDKAST", "ændrede notesbøger"]),
        ({"approval": APPROVAL}, "released", []),
        ({"approval": APPROVAL}, "changed", ["ændrede notesbøger"]),
        ({"approval": APPROVAL}, "own", []),
    ],
)
def test_drafts_and_changed_notebooks_carry_a_watermark(
    approval: dict[str, object], state: str, watermark: list[str]
) -> None:
    notebooks = [{"name": "a.ipynb", "sha256": "0" * 64, "state": state}]
    results = {**example(), **approval, "notebooks": notebooks}

    assert describe(Material(results=results, words=load_words("da")), {})["watermark"] == watermark


def test_the_watermark_is_on_every_page_of_a_draft_and_on_none_of_a_final_report() -> None:
    results = {**example(), "notebooks": []}
    draft, final = Report(results=results), Report(results={**results, "approval": APPROVAL})
    pages = [
        [page.extract_text() for page in open_pdf(io.BytesIO(one.plain_pdf)).pages]
        for one in (draft, final)
    ]

    assert all("UDKAST" in page for page in pages[0])
    assert not [page for page in pages[1] if "UDKAST" in page]
    assert "Godkendt af Databeskyttelsesrådgiver den 30. november 2026" in " ".join(
        pages[1][0].split()
    )
    assert ('class="mark"' in draft.html.decode(), 'class="mark"' in final.html.decode()) == (
        True,
        False,
    )
