"""No notebook has a say in what is sealed: the record is filled from what the run itself holds,
after the last of them.
"""

from __future__ import annotations

import json
from pathlib import Path

import nbformat
import pytest

from teleaudit.rules.yaml_files import read_yaml
from tests.command import (
    TINY_CHECKS,
    TINY_EXPORTS,
    call,
    only_run,
    results_of,
    small_audit,
    small_exports,
)

pytestmark = pytest.mark.whole_run

FORGERY = """
import json, os, pathlib
work = pathlib.Path(os.environ["TELEAUDIT_RUN"]).parent
record, restricted = work.parent / "record", work.parent / "restricted"
for kept in work.glob("checks-*.json"):
    kept.write_text(kept.read_text().replace('"fail"', '"pass"'))
for forged in (record / "results.json", work / "results.json"):
    forged.write_text(json.dumps({"forged": True}))
(record / "report.da.pdf").write_bytes(b"%PDF-1.7 forged")
(record / "rows.csv").write_text("rows")
(record / "w.csv").write_bytes((restricted / "worklist.csv").read_bytes())
"""
TAMPERING = """
import os, pathlib
worklist = pathlib.Path(os.environ["TELEAUDIT_RESTRICTED"]) / "worklist.csv"
worklist.write_text(worklist.read_text().splitlines()[0] + "\\n")
"""


@pytest.fixture(scope="module")
def faulty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return small_exports(tmp_path_factory.mktemp("faulty"), only="BIZ-ret-3.contact")


def with_notebook(folder: Path, source: str) -> Path:
    """The tiny audit, with a notebook of the operator's own."""
    audit = small_audit(folder, exports=TINY_EXPORTS, checks=TINY_CHECKS)
    declared = nbformat.v4.new_code_cell(
        'audit: str = ""  # kontrollen\nas_of: str = ""  # datoen',
        metadata={"tags": ["parameters"]},
    )
    nbformat.write(
        nbformat.v4.new_notebook(cells=[declared, nbformat.v4.new_code_cell(source)]),
        audit / "own.ipynb",
    )
    data = dict(read_yaml(audit / "audit.yaml")) | {"notebooks": ["own.ipynb"]}
    (audit / "audit.yaml").write_text(
        json.dumps(data, default=str, ensure_ascii=False), encoding="utf-8"
    )
    return audit


@pytest.mark.usefixtures("few_notebooks")
def test_what_a_notebook_forges_is_not_sealed(faulty: Path, tmp_path: Path) -> None:
    ended = call(
        "run",
        with_notebook(tmp_path / "workspace", FORGERY),
        "--exports",
        faulty,
        "--out",
        tmp_path / "out",
    )
    folder = only_run(tmp_path / "out")

    assert ended.code == 1, ended.err
    assert results_of(folder)["totals"]["verdicts"]["fail"] >= 1
    assert (folder / "record" / "report.da.pdf").stat().st_size > 20_000
    assert not {"rows.csv", "w.csv"} & {path.name for path in (folder / "record").iterdir()}
    assert (
        "in record/ were not the run's own: removed, or put back as the run made them" in ended.err
    )
    assert {
        file["path"]
        for file in json.loads((folder / "record" / "manifest.json").read_bytes())["files"]
    } >= {"results.json", "report.da.pdf", "notebooks/own.ipynb"}


@pytest.mark.usefixtures("few_notebooks")
def test_a_notebook_that_changes_the_worklist_ends_the_run_unsealed(
    faulty: Path, tmp_path: Path
) -> None:
    ended = call(
        "run",
        with_notebook(tmp_path / "workspace", TAMPERING),
        "--exports",
        faulty,
        "--out",
        tmp_path / "out",
    )
    folder = only_run(tmp_path / "out")

    assert ended.code == 3
    assert (
        "worklist.csv of the closed annex changed while the notebooks ran: nothing is sealed."
        in ended.err
    )
    assert not (folder / "COMPLETE").exists()
    assert not (folder / "restricted").exists()
