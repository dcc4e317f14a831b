"""docs/api.md does what it says: its examples run, and it names all that an opened audit can be asked."""

from __future__ import annotations

import inspect
import re
from pathlib import Path

import pytest

from teleaudit.lab import OpenAudit
from teleaudit.runs.folder import complete_runs
from teleaudit.sessions.answers import Result, Results
from tests.command import ROOT, TINY_CHECKS, TINY_EXPORTS, call
from tests.opened import planted_audit

TEXT = (ROOT / "docs" / "api.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```python\n(.*?)^```", TEXT, re.MULTILINE | re.DOTALL)
# asked in the notebooks of a run, and told there
OF_NOTEBOOKS = {
    "conflicts",
    "export_warnings",
    "limits",
    "mapping_gaps",
    "report",
    "results",
    "rules",
    "audit",
    "plot_ages",
}


def test_the_examples_run_in_their_order(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    audit = planted_audit(tmp_path, exports=TINY_EXPORTS, checks=TINY_CHECKS)
    monkeypatch.chdir(audit.parents[1])
    for _ in range(2):
        assert call("run", audit, "--no-notebooks", "--quiet").code == 1
    known: dict[str, object] = {"runs": complete_runs(Path("reports/bizzy"))}

    for block in BLOCKS:
        exec(block, known)  # noqa: S102 (our own document)

    assert len(BLOCKS) > 8


@pytest.mark.parametrize("kind", [OpenAudit, Results, Result])
def test_everything_that_can_be_asked_is_named(kind: type) -> None:
    asked = {
        name
        for name, member in inspect.getmembers(kind)
        if not name.startswith("_") and (inspect.isfunction(member) or isinstance(member, property))
    }
    assert {name for name in asked - OF_NOTEBOOKS if not re.search(rf"\b{name}\b", TEXT)} == set()
