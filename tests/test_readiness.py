"""An audit that is still empty, or that carries a sample's approvals, is refused before anything is
read.
"""

from __future__ import annotations

import datetime as dt
import re
import shutil
from pathlib import Path

import pytest

from teleaudit.errors import AuditFileError
from teleaudit.rules.audit_file import NotHeld, load_audit
from teleaudit.rules.readiness import refuse_later, refuse_unready
from tests.command import ROOT, call

BIZZY = (ROOT / "audits" / "bizzy" / "audit.yaml").read_text(encoding="utf-8")
OWN_CVR = "12345674"  # of nobody in the samples


def copied(folder: Path, *changes: tuple[str, str]) -> Path:
    """Bizzy's audit file, copied and changed, for a controller with another CVR number and without
    the mark of a sample.
    """
    text = BIZZY
    for old, new in (
        ('cvr: "21497479"', f'cvr: "{OWN_CVR}"'),
        ("sample: true", "sample: false"),
        *changes,
    ):
        assert old in text
        text = text.replace(old, new)
    file = folder / "audit.yaml"
    file.write_text(text, encoding="utf-8")
    shutil.copy(ROOT / "audits" / "bizzy" / "policy.yaml", folder)
    return file


def refusal(file: Path) -> str:
    with pytest.raises(AuditFileError) as refused:
        refuse_unready(load_audit(file))
    return str(refused.value)


@pytest.mark.parametrize("sample", ["bizzy", "kazoom"])
def test_a_sample_may_be_run_as_it_came(sample: str) -> None:
    refuse_unready(load_audit(ROOT / "audits" / sample))


def test_a_copied_sample_is_refused_with_every_parameter_that_it_has_borrowed(
    tmp_path: Path,
) -> None:
    said = refusal(
        copied(
            tmp_path,
            ("    value: 14\n    owner: Driftschef", "    value: 10\n    owner: Teknisk direktør"),
        )
    )
    assert "the sample audit 'bizzy'" in said
    assert "'value: null'" in said
    named = re.findall(r"\w+_\w+", said.partition(" of ")[2].partition(" are ")[0])
    assert named == [
        name
        for name in load_audit(ROOT / "audits" / "bizzy").parameters
        if name != "immediately_days"
    ]


def test_a_borrowed_approval_is_refused_whatever_its_value_and_its_name(tmp_path: Path) -> None:
    reason = "Konfigurationer ryddes ved det ugentlige driftsvindue; 14 dage rummer to vinduer."
    unset = (
        f"  mine_days:\n    value: null\n    owner: Driftschef\n    reason: {reason}\n   "
        " approved_on: 2026-10-01\n"
    )
    cleared = (BIZZY[BIZZY.index("parameters:\n") :], f"parameters:\n{unset}")
    assert "approved_on of mine_days are those" in refusal(copied(tmp_path, cleared))


def test_own_approvals_and_none_are_carried_out(tmp_path: Path) -> None:
    refuse_unready(
        load_audit(copied(tmp_path, ("approved_on: 2026-10-01", "approved_on: 2026-10-02")))
    )
    refuse_unready(
        load_audit(
            copied(
                tmp_path,
                (
                    BIZZY[BIZZY.index("parameters:\n") :],
                    "parameters:\n  immediately_days:\n    value: null\n",
                ),
            )
        )
    )


def test_a_sample_with_another_controller_is_told_to_drop_the_mark(tmp_path: Path) -> None:
    said = refusal(
        copied(
            tmp_path, ("sample: false", "sample: true"), ("  name: Bizzy", "  name: Fjordnet A/S")
        )
    )
    assert "'sample: true'" in said
    assert "Fjordnet A/S" in said
    assert "Remove that line" in said


def test_what_was_approved_or_declared_after_the_day_of_judging_is_refused(tmp_path: Path) -> None:
    read = load_audit(copied(tmp_path))
    audit = read.model_copy(
        update={
            "not_held": {
                "porting": NotHeld(
                    owner="Direktør", reason="Tilbydes ikke.", declared_on=dt.date(2026, 11, 24)
                )
            }
        }
    )
    audit._path = read.path
    refuse_later(audit, dt.date(2026, 11, 24))
    with pytest.raises(
        AuditFileError,
        match=(
            r": not_held\.porting\.declared_on: after 2026-11-23, the day on which the audit"
            r" judges\. Correct the date, or judge on a later day"
        ),
    ):
        refuse_later(audit, dt.date(2026, 11, 23))
    with pytest.raises(
        AuditFileError,
        match=(
            r"parameters\.immediately_days\.approved_on, .*not_held\.porting\.declared_on: after"
            r" 2026-09-30"
        ),
    ):
        refuse_later(audit, dt.date(2026, 9, 30))


def test_a_run_refuses_and_writes_nothing(tmp_path: Path) -> None:
    ended = call(
        "run",
        copied(tmp_path),
        "--exports",
        ROOT / "data_samples" / "bizzy",
        "--out",
        tmp_path / "out",
        "--no-notebooks",
    )
    assert (ended.code, ended.out) == (3, "")
    assert "sample audit 'bizzy'" in ended.err
    assert not (tmp_path / "out").exists()


def test_an_audit_that_is_still_empty_says_what_it_lacks(tmp_path: Path) -> None:
    (tmp_path / "audit.yaml").write_text(
        BIZZY[: BIZZY.index("exports:\n")] + "exports: {}\nparameters: {}\n", encoding="utf-8"
    )
    assert "no exports are named yet: 'teleaudit inspect FILE'" in refusal(tmp_path)
