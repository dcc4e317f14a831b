"""Where the workspace is found, and that laying one out never costs anybody a file."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from teleaudit import workspace
from teleaudit.errors import UserError
from teleaudit.rules.audit_file import valid_cvr
from teleaudit.workspace import (
    FOLDERS,
    GITIGNORE,
    README,
    find_workspace,
    init_workspace,
    package_workspace,
    reports_folder,
)

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture
def small(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A package workspace of a few files, one of them a notebook's checkpoint."""
    source = tmp_path / "package"
    for name in (
        "audits/bizzy/audit.yaml",
        "expectations/retention.yaml",
        "notebooks/00_intake.ipynb",
        "notebooks/.ipynb_checkpoints/00_intake.ipynb",
        "data_samples/bizzy/kunder.csv",
    ):
        (source / name).parent.mkdir(parents=True, exist_ok=True)
        (source / name).write_bytes(b"kunde;\xe6\r\n")
    monkeypatch.setattr(workspace, "package_workspace", lambda: source)
    return source


def test_in_a_checkout_the_repository_is_the_workspace() -> None:
    assert package_workspace() == ROOT


def test_the_installed_package_has_its_own_copy(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        workspace, "__file__", str(tmp_path / "site-packages" / "teleaudit" / "workspace.py")
    )

    assert package_workspace() == tmp_path / "site-packages" / "teleaudit" / "workspace"


def test_the_nearest_workspace_above_a_file_is_found(small: Path) -> None:
    assert find_workspace(small / "audits" / "bizzy" / "audit.yaml") == small


def test_outside_any_workspace_the_package_s_own_is_used(small: Path, tmp_path: Path) -> None:
    (tmp_path / "elsewhere" / "audits").mkdir(parents=True)  # half a workspace is none

    assert find_workspace(tmp_path / "elsewhere" / "audits") == small


@pytest.mark.parametrize("exists", [False, True])
def test_a_workspace_is_laid_out_byte_for_byte_without_checkpoints(
    small: Path, tmp_path: Path, *, exists: bool
) -> None:
    target = tmp_path / "new" / "place"
    if exists:
        target.mkdir(parents=True)

    written = init_workspace(target)

    assert [path.relative_to(target).as_posix() for path in written] == [
        ".gitignore",
        "README.md",
        "audits/bizzy/audit.yaml",
        "data_samples/bizzy/kunder.csv",
        "expectations/retention.yaml",
        "notebooks/00_intake.ipynb",
    ]
    assert (target / "data_samples/bizzy/kunder.csv").read_bytes() == b"kunde;\xe6\r\n"
    assert find_workspace(target / "audits" / "bizzy") == target


def test_a_folder_that_holds_anything_is_refused_and_stays_as_it_is(
    small: Path, tmp_path: Path
) -> None:
    target = tmp_path / "mine"
    target.mkdir()
    (target / "notes.txt").write_text("mine")

    with pytest.raises(UserError, match="not empty"):
        init_workspace(target)

    assert [path.name for path in target.iterdir()] == ["notes.txt"]


def test_a_file_of_that_name_is_refused(small: Path, tmp_path: Path) -> None:
    target = tmp_path / "mine"
    target.write_text("mine")

    with pytest.raises(UserError, match="name a new folder"):
        init_workspace(target)

    assert target.read_text() == "mine"


def test_a_full_disk_is_said(small: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(shutil, "copyfileobj", full)

    with pytest.raises(UserError, match="No space left on device"):
        init_workspace(tmp_path / "new")


def test_the_repository_has_every_folder_of_a_workspace() -> None:
    assert [name for name in FOLDERS if not any((ROOT / name).rglob("*.*"))] == []


# Where reports go


def test_reports_go_into_the_workspace_of_the_audit_wherever_one_stands(
    small: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    audit = small / "audits" / "bizzy" / "audit.yaml"

    for place in (tmp_path, audit.parent):
        monkeypatch.chdir(place)
        assert reports_folder(audit) == small / "reports"


def test_an_audit_outside_any_workspace_has_its_reports_where_one_stands(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)

    assert reports_folder(tmp_path / "elsewhere" / "audit.yaml") == tmp_path / "reports"


def test_nothing_is_reported_among_the_installed_packages(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        workspace, "__file__", str(tmp_path / "site-packages" / "teleaudit" / "workspace.py")
    )
    home = package_workspace()
    for name in FOLDERS:
        (home / name).mkdir(parents=True)
    monkeypatch.chdir(tmp_path)

    assert reports_folder(home / "audits" / "bizzy" / "audit.yaml") == tmp_path / "reports"


def test_git_ignores_reports_wherever_in_a_workspace_they_lie(tmp_path: Path) -> None:
    shutil.which("git") or pytest.skip("git is not installed")
    subprocess.run(["git", "init", "--quiet", tmp_path], check=True)
    (tmp_path / ".gitignore").write_text(GITIGNORE, encoding="utf-8")
    for name in ("reports", "audits/bizzy/reports"):
        (tmp_path / name).mkdir(parents=True)
        (tmp_path / name / "worklist.csv").touch()

    told = subprocess.run(
        ["git", "status", "--porcelain", "--untracked-files=all"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert told == "?? .gitignore\n"


@pytest.mark.parametrize(
    "text",
    [
        README,
        *(
            (ROOT / name).read_text(encoding="utf-8")
            for name in ("README.md", "docs/foerste-kontrol.md")
        ),
    ],
)
def test_a_command_to_copy_names_a_valid_cvr_number(text: str) -> None:
    numbers = re.findall(r"--cvr (\S+)", text)

    assert numbers
    assert [
        number for number in numbers if number.strip("`.") != valid_cvr(number.strip("`."))
    ] == []
