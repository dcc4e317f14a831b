"""Two recorded runs held against each other from a notebook."""

from __future__ import annotations

import shutil
from pathlib import Path

import pandas as pd
import pytest

import teleaudit
from teleaudit.lab import OpenAudit
from teleaudit.sessions.comparing import run_ids
from teleaudit.sessions.refusing import LabError
from tests.command import TINY_CHECKS, TINY_EXPORTS, call, planted_exports, small_audit

CUSTOMER = "BIZ-ret-3.customer"


@pytest.fixture(scope="module")
def audit(tmp_path_factory: pytest.TempPathFactory, clean: Path) -> OpenAudit:
    """An audit that was run twice: with deviations, and after they were mended."""
    place = tmp_path_factory.mktemp("compared")
    folder = small_audit(place / "workspace", exports=TINY_EXPORTS, checks=TINY_CHECKS)
    file = folder / "audit.yaml"
    file.write_text(
        file.read_text(encoding="utf-8").replace("../../data_samples/bizzy", str(clean)),
        encoding="utf-8",
    )
    for exports in (planted_exports(place / "exports"), clean):
        call("run", folder, "--exports", exports, "--no-notebooks", "--quiet")
    return teleaudit.open(folder)


def of_check(changes: pd.DataFrame, name: str = CUSTOMER) -> dict[str, object]:
    """The row of a check."""
    (row,) = changes[changes["Kontrol"] == name].to_dict("records")
    return {str(key): value for key, value in row.items()}


def test_what_was_mended_is_gone(audit: OpenAudit) -> None:
    compared = audit.compare()
    row = of_check(compared.changes)
    assert (row["Før"], row["Nu"], row["k nu"], row["Nye"]) == (
        "Afvigelse",
        "Ingen afvigelser",
        0,
        0,
    )
    assert row["Væk"] == row["k før"] == -int(str(row["Forskel"])) > 0
    assert CUSTOMER in repr(compared)
    assert " at 0x" not in repr(compared)


def test_runs_are_named_in_any_order_and_the_earlier_stands_first(audit: OpenAudit) -> None:
    first, second = run_ids(audit._home)
    assert audit.compare(second, first).changes.equals(audit.compare(first, second).changes)
    alone = audit.compare(first, first).changes
    assert set(alone["Forskel"]) == {0}


def test_a_run_that_is_not_there_is_refused_with_those_that_are(audit: OpenAudit) -> None:
    known = run_ids(audit._home)
    with pytest.raises(LabError, match=rf"^Der er ingen færdig kørsel.*{known[0]}, {known[1]}\.$"):
        audit.compare("2026")


def test_without_a_closed_annex_the_numbers_are_told_and_the_records_are_not(
    audit: OpenAudit,
) -> None:
    first, _ = run_ids(audit._home)
    shutil.move(audit._home / first / "restricted", audit._home / first / "elsewhere")
    try:
        compared = audit.compare()
    finally:
        shutil.move(audit._home / first / "elsewhere", audit._home / first / "restricted")
    row = of_check(compared.changes)
    assert pd.isna(row["Væk"])  # type: ignore[call-overload] # a number or nothing
    assert int(str(row["k før"])) > 0
    assert "et lukket bilag er her ikke" in repr(compared)


def test_a_reference_of_a_report_leads_to_its_record(audit: OpenAudit) -> None:
    first, _ = run_ids(audit._home)
    worklist = (audit._home / first / "restricted" / "worklist.csv").read_text(encoding="utf-8")
    line = next(line for line in worklist.splitlines() if line.startswith(f"{CUSTOMER},"))
    key, reference = line.split(",")[2:4]
    found = audit.lookup(reference)
    assert (found.data_set, found.checks) == ("crm_customer", (CUSTOMER,))
    assert first in repr(found)
    assert key not in repr(found) + found._repr_html_()
    assert "står ikke i de udtræk, der er læst nu" in repr(found)
    before = (audit._home / "ledger.jsonl").read_bytes()
    with pytest.raises(LabError, match=rf"^Posten {reference} står ikke i de udtræk"):
        audit.reveal(reference, reason="Sag 2026-17")
    assert (audit._home / "ledger.jsonl").read_bytes() == before


def test_one_run_is_no_comparison(tmp_path: Path, clean: Path) -> None:
    folder = small_audit(tmp_path / "workspace", exports=TINY_EXPORTS, checks=TINY_CHECKS)
    file = folder / "audit.yaml"
    file.write_text(
        file.read_text(encoding="utf-8").replace("../../data_samples/bizzy", str(clean)),
        encoding="utf-8",
    )
    with pytest.raises(LabError, match="Der skal to kørsler til en sammenligning"):
        teleaudit.open(folder).compare()
