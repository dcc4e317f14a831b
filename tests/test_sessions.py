"""A notebook opens the audit that was meant or none, and says in one Danish sentence what it does
not understand.
"""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import Any

import pytest

from teleaudit.errors import AuditFileError
from teleaudit.runs.state import ENVIRONMENT
from teleaudit.sessions import refusing
from teleaudit.sessions.choosing import VARIABLE, audit_file, date_of, refuse_unknown_parameters
from teleaudit.sessions.refusing import LabError, all_in_danish, in_danish

CANARY = "070761-4285"  # the shape of a CPR number
DECLARED = (
    'audit: str = ""  # which\nas_of: str = ""  # when\nrows: int = 3\nlimit: int | None = None\n'
)


@pytest.fixture(autouse=True)
def nothing_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(VARIABLE, raising=False)
    monkeypatch.delenv(ENVIRONMENT, raising=False)


@pytest.fixture
def workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A workspace with two samples, seen from its notebooks."""
    for folder in ("audits", "expectations", "notebooks"):
        (tmp_path / folder).mkdir()
    add(tmp_path, "bizzy", "sample: true")
    add(tmp_path, "kazoom", "sample: true")
    monkeypatch.chdir(tmp_path / "notebooks")
    return tmp_path


def add(workspace: Path, name: str, content: str = "name: own") -> None:
    (workspace / "audits" / name).mkdir()
    (workspace / "audits" / name / "audit.yaml").write_text(content, encoding="utf-8")


def refused(audit: str) -> str:
    with pytest.raises(LabError) as refusal:
        audit_file(audit)
    return str(refusal.value)


# Which audit


def test_with_nothing_said_the_only_audit_that_is_no_sample_is_meant(workspace: Path) -> None:
    add(workspace, "fjord")
    assert audit_file("") == workspace / "audits" / "fjord" / "audit.yaml"


def test_an_own_audit_that_cannot_be_read_is_meant_all_the_same_and_no_sample_in_its_place(
    workspace: Path,
) -> None:
    add(workspace, "fjord", "sample: true\n\tname: [")
    assert audit_file("").parent.name == "fjord"


def test_with_nothing_said_and_several_own_audits_none_is_guessed(workspace: Path) -> None:
    add(workspace, "fjord")
    add(workspace, "bakke")
    said = refused("")
    assert "Skriv i parameteren audit, hvilken kontrol" in said
    assert said.endswith("Kontrollerne er: bakke, bizzy (eksempel), fjord, kazoom (eksempel).")


def test_with_nothing_but_samples_none_is_guessed_but_a_single_one_is_meant(
    workspace: Path,
) -> None:
    assert refused("").endswith("Kontrollerne er: bizzy (eksempel), kazoom (eksempel).")
    (workspace / "audits" / "kazoom" / "audit.yaml").unlink()
    assert audit_file("").parent.name == "bizzy"


def test_the_variable_goes_before_the_only_own_audit_and_the_parameter_before_the_variable(
    workspace: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    add(workspace, "fjord")
    monkeypatch.setenv(VARIABLE, "kazoom")
    assert audit_file("").parent.name == "kazoom"
    assert audit_file("bizzy").parent.name == "bizzy"


@pytest.mark.parametrize(
    "said",
    [
        "bizzy",
        "audits/bizzy",
        "audits/bizzy/audit.yaml",
        "../audits/bizzy",
        "{workspace}/audits/bizzy/audit.yaml",
    ],
)
def test_an_audit_is_named_by_its_folder_or_by_a_path_from_here_or_from_the_workspace(
    said: str, workspace: Path
) -> None:
    assert (
        audit_file(said.format(workspace=workspace)).resolve()
        == workspace / "audits" / "bizzy" / "audit.yaml"
    )


@pytest.mark.parametrize("said", ["bizy", "audits/bizy", "audits/bizy/audit.yaml"])
def test_an_unknown_audit_is_refused_with_the_nearest_and_the_list(
    said: str, workspace: Path
) -> None:
    assert (
        refused(said)
        == f"Der er ingen kontrol »{said}«. Mente du »bizzy«? Kontrollerne er: bizzy (eksempel),"
        " kazoom (eksempel)."
    )


def test_an_unknown_audit_of_the_variable_is_said_to_come_from_there(
    workspace: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(VARIABLE, "fjord")
    assert refused("").startswith(
        "Miljøvariablen TELEAUDIT_AUDIT nævner kontrollen »fjord«, som ikke findes."
    )


# Parameters


def test_a_date_is_a_text_as_in_the_audit_file() -> None:
    assert date_of("") is None
    assert str(date_of("2026-11-22")) == "2026-11-22"


@pytest.mark.parametrize("said", ["22-11-2026", "20261122", 20261122, "2026-02-30", None, "i går"])
def test_any_other_date_is_refused_with_an_example(said: object) -> None:
    with pytest.raises(
        LabError, match=r'^as_of skal skrives åååå-mm-dd i anførselstegn, som "2026-11-22"'
    ):
        date_of(said)


@pytest.mark.parametrize(
    "injected",
    [
        'audit = "bizzy"\nas_of = "2026-11-22"\nrows = 4\n',
        "limit = None\n",
        "limit = 3\n",
        "as_of = 20261122\n",
        "",
    ],
)
def test_parameters_that_the_notebook_declares_are_taken(injected: str) -> None:
    refuse_unknown_parameters([DECLARED, f"# Parameters\n{injected}", "open_audit(audit)"])


@pytest.mark.parametrize(
    ("injected", "said"),
    [
        (
            "audt = 'bizzy'",
            (
                "Notesbogen har ingen parameter »audt«. Mente du »audit«? Parametrene er: audit,"
                " as_of, rows, limit."
            ),
        ),
        (
            "xyz = [1]",
            "Notesbogen har ingen parameter »xyz«. Parametrene er: audit, as_of, rows, limit.",
        ),
        ("rows = 'mange'", "Parameteren rows skal være et helt tal, ikke tekst."),
        ("limit = 2.5", "Parameteren limit skal være et helt tal eller None, ikke et tal."),
        ("rows = float('nan')", "Parameteren rows skal være et helt tal, ikke et tal."),
    ],
)
def test_a_parameter_that_the_notebook_does_not_know_is_refused_after_plain_papermill_let_it_pass(
    injected: str, said: str
) -> None:
    with pytest.raises(LabError) as refusal:
        refuse_unknown_parameters(["import os", DECLARED, f"# Parameters\n{injected}\n"])
    assert str(refusal.value) == said


def test_names_that_a_cell_makes_beside_other_work_are_known_too() -> None:
    refuse_unknown_parameters(
        [
            "import os\nrows = len('abc')\nwhere, when = 'a', 'b'",
            "%matplotlib inline",
            "# Parameters\nrows = 4\nwhen = 'c'\n",
        ]
    )
    with pytest.raises(LabError):
        refuse_unknown_parameters(["# Parameters\nrows = 4\n", "rows = 3"])


# What is told


def test_a_refusal_shows_as_its_sentence_alone_in_any_kernel() -> None:
    assert AuditFileError("no file x")._render_traceback_() == ["no file x"]


def test_a_message_of_the_library_is_led_in_by_what_could_not_be_done() -> None:
    @in_danish
    def open_audit() -> None:
        msg = "audit.yaml: unknown key 'nam'. Did you mean 'name'?"
        raise AuditFileError(msg)

    with pytest.raises(
        LabError,
        match=(
            r"^Kontrollen kunne ikke åbnes: audit\.yaml: unknown key 'nam'\. Did you mean 'name'\?$"
        ),
    ):
        open_audit()


@in_danish
def failing() -> None:
    raise LookupError(CANARY)


def test_any_other_error_is_told_by_its_type_and_kept_for_this_user_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    with pytest.raises(LabError) as told:
        failing()
    (kept,) = (tmp_path / f"teleaudit-{os.getuid()}" / "errors").iterdir()
    assert str(told.value).startswith(
        f"Der skete en uventet fejl (LookupError, fejl-id {kept.stem}), og cellen gav intet svar."
        f" Hele fejlmeddelelsen ligger i {kept}"
    )
    assert CANARY not in str(told.value)
    assert f"LookupError: {CANARY}" in kept.read_text(encoding="utf-8")
    assert kept.stat().st_mode & 0o077 == 0


def test_in_a_run_any_other_error_is_left_to_the_kernel_that_keeps_it_in_the_closed_annex(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv(ENVIRONMENT, "state.json")
    with pytest.raises(LookupError):
        failing()


def test_a_call_with_other_arguments_is_refused_with_those_that_there_are() -> None:
    @all_in_danish
    class Opened:
        def check(self, topic: str, *, deep: bool = False) -> str:
            return f"{topic}{deep}"

    assert Opened().check("retention", deep=True) == "retentionTrue"
    wrongs: list[dict[str, Any]] = [{}, {"topic": "retention", "period": "P1Y"}]
    for wrong in wrongs:
        with pytest.raises(
            LabError, match=r"^check kan ikke kaldes sådan\. Den tager: topic, deep\.$"
        ):
            Opened().check(**wrong)


def test_a_private_folder_that_is_somebody_else_s_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / f"teleaudit-{os.getuid()}").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(LabError, match="tilhører en anden"):
        refusing.private_folder()
