"""What people answer to a report: read from response.yaml, and never made up."""

from __future__ import annotations

from pathlib import Path

import pytest

from teleaudit.errors import AuditFileError
from teleaudit.rules.response import (
    RESPONSE_FILE,
    Response,
    decisions_about_nothing,
    load_response,
)


def test_where_nobody_answered_everything_is_empty(tmp_path: Path) -> None:
    assert load_response(tmp_path) == Response()
    (tmp_path / RESPONSE_FILE).write_text("# later\n", encoding="utf-8")
    assert load_response(tmp_path) == Response()


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("recipent: Datatilsynet\n", r"line 1: unknown key 'recipent'\. Did you mean 'recipient'"),
        ("findings:\n  BIZ-ret-3: {deadline: snart}\n", r"line 2: .*deadline"),
        ("management: {text: Vi retter det.}\n", r"line 1: .*function"),
        ("answers:\n  backups: Hver nat.\n", r"line 2: .*backups"),
        ("findings:\n  BIZ-ret-3: {status: snart}\n", r"line 2: .*status"),
        ('case_number: "  "\n', r"line 1: .*case_number"),
        ("period: {first: 2026-02-01, last: 2026-01-01}\n", r"line 1: .*lies before the first"),
        (f"edition: {'x' * 201}\n", r"line 1: .*edition"),
        ("findings:\n  BIZ-ret-3: {deadline: 0026-02-01}\n", r"line 2: .*can hardly be meant"),
        ("period: {first: 0001-01-01, last: 2026-01-01}\n", r"line 1: .*can hardly be meant"),
        ('findings:\n  "BIZ\\e[2J": {owner: X}\n', r"holds control characters"),
        ('recipient: "Datatilsynet\\u202e"\n', r"line 1: recipient: holds control characters"),
    ],
)
def test_what_cannot_be_meant_is_refused_with_its_line(
    text: str, complaint: str, tmp_path: Path
) -> None:
    (tmp_path / RESPONSE_FILE).write_text(text, encoding="utf-8")
    with pytest.raises(AuditFileError, match=complaint):
        load_response(tmp_path)


def test_a_decision_about_no_clause_of_the_audit_is_said(tmp_path: Path) -> None:
    (tmp_path / RESPONSE_FILE).write_text(
        "findings:\n  BIZ-ret-3: {owner: Driftschef}\n  BIZ-rte-4: {owner: Driftschef}\n",
        encoding="utf-8",
    )
    (said,) = decisions_about_nothing(load_response(tmp_path), ["BIZ-ret-3", "BIZ-ret-4"])
    assert said == (
        "response.yaml: the decision about BIZ-rte-4 is about no clause of this audit. Did you mean"
        " 'BIZ-ret-4'?"
    )


def test_a_link_that_leads_nowhere_is_no_empty_response(tmp_path: Path) -> None:
    (tmp_path / RESPONSE_FILE).symlink_to(tmp_path / "gone.yaml")
    with pytest.raises(AuditFileError, match="no file"):
        load_response(tmp_path)
