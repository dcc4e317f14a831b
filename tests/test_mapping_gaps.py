"""Needed columns that nobody mapped: told before any check is asked, with what each may be and what
it silences.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from pypdf import PdfReader

from teleaudit.exports.mapping_gaps import Candidate, MappingGap, find_mapping_gaps
from teleaudit.exports.reading import ReadExport
from teleaudit.exports.warnings import Remark
from teleaudit.lab import OpenAudit
from teleaudit.rules.audit_file import load_audit
from teleaudit.runs.folder import run_folder
from teleaudit.runs.pipeline import read_exports
from teleaudit.runs.state import RunState
from teleaudit.schema import TABLES
from tests.command import (
    Ended,
    call,
    checks_of,
    narrow,
    only_run,
    results_of,
    small_workspace,
)
from tests.spec import AS_OF, known_suites
from tests.whole_run import WholeRun

_MAPPED = (
    "      end_date: Ophørsdato # 31-12-9999 and an empty cell both mean that the customer has not"
    " left\n"
)
_INVOICE = ("invoice_id", "invoice_no", "customer_id", "issue_date")


def received(
    name: str,
    table: str,
    columns: Sequence[str],
    extra: Sequence[str] = (),
    *,
    problem: str | None = None,
) -> ReadExport:
    """An export with these canonical columns, and unmapped ones."""
    return ReadExport(
        name=name,
        table=table,
        files=(),
        parquet=(),
        columns=tuple(columns),
        extra_columns=tuple(extra),
        missing_columns={},
        rejects=(),
        extracted_at=None,
        problem=problem,
        warnings=(),
    )


def all_but(table: str, *columns: str) -> list[str]:
    return [name for name in TABLES[table].names if name not in columns]


def gaps(*exports: ReadExport) -> dict[str, MappingGap]:
    return {f"{gap.table}.{gap.column}": gap for gap in find_mapping_gaps(known_suites(), exports)}


def test_a_needed_column_that_nobody_mapped_is_named_with_what_it_may_be_and_what_it_silences() -> (
    None
):
    gap = gaps(
        received(
            "kunder", "crm_customer", all_but("crm_customer", "end_date"), ("Ophørt den", "Segment")
        )
    )["crm_customer.end_date"]
    assert (gap.exports, gap.label, gap.candidates) == (
        ("kunder",),
        "Ophørsdato",
        (Candidate(export="kunder", header="Ophørt den"),),
    )
    assert {"BIZ-ret-3.customer", "KAZ-r3.customer"} <= set(gap.checks)
    assert {"BIZ-ret-3", "KAZ-r3"} <= set(gap.clauses)
    assert len(gap.clauses) == len(set(gap.clauses)) <= len(gap.checks) == len(set(gap.checks))


def test_checks_of_tables_that_were_not_received_are_silenced_by_that_alone() -> None:
    customers = received("kunder", "crm_customer", all_but("crm_customer", "end_date"))
    alone = set(gaps(customers)["crm_customer.end_date"].checks)
    assert "BIZ-ret-3.contact" not in alone
    contacts = received("kontakter", "crm_contact", TABLES["crm_contact"].names)
    assert set(gaps(customers, contacts)["crm_customer.end_date"].checks) >= alone | {
        "BIZ-ret-3.contact",
        "KAZ-r3.contact",
    }
    assert (
        gaps(customers, replace(contacts, problem="header only")).keys() == gaps(customers).keys()
    )


def test_what_one_export_of_a_table_fills_is_no_gap() -> None:
    first, second = (
        received("a", "crm_customer", all_but("crm_customer", "end_date")),
        received("b", "crm_customer", ["customer_id", "end_date"]),
    )
    assert gaps(first).keys() == {"crm_customer.end_date"}
    assert gaps(first, second) == {}


def test_an_export_that_cannot_be_judged_is_no_gap_of_mapping() -> None:
    assert gaps(received("kunder", "crm_customer", [], problem="no file matches kunder*.csv")) == {}


def test_a_header_that_the_audit_names_and_a_file_lacks_is_shown_with_the_near_one() -> None:
    invoices = received("fakturaer", "invoice", _INVOICE[:3], ("Fakturadatoen", "Forfald"))
    remark = Remark(
        code="missing_column_near",
        file="f.csv",
        column="Dato for faktura",
        canonical="issue_date",
        near="Fakturadatoen",
    )
    invoices = replace(
        invoices, missing_columns={"issue_date": "Dato for faktura"}, warnings=(remark,)
    )
    gap = gaps(
        invoices, received("regnskabsår", "financial_years", TABLES["financial_years"].names)
    )["invoice.issue_date"]
    assert gap.looked_for == (Candidate(export="fakturaer", header="Dato for faktura"),)
    assert gap.candidates[0] == Candidate(export="fakturaer", header="Fakturadatoen")
    assert len(gap.candidates) == len(set(gap.candidates))
    assert gap.describe("a.yaml").startswith(
        'fakturaer: issue_date (Fakturadato) is mapped to "Dato for faktura", which a file lacks;'
        " the column"
    )


def test_a_header_that_is_a_canonical_name_is_told_as_the_file_has_it() -> None:
    gap = gaps(
        received("kunder", "crm_customer", all_but("crm_customer", "end_date"), ("End_Date_",))
    )["crm_customer.end_date"]
    assert [candidate.header for candidate in gap.candidates] == ["End_Date"]


_GAP = MappingGap(
    table="crm_customer",
    column="end_date",
    exports=("kunder", "arkiv"),
    looked_for=(),
    candidates=(Candidate(export="arkiv", header="Ophørt den"),),
    checks=("BIZ-ret-3.customer", "BIZ-ret-3.contact", "KAZ-r3.customer", "KAZ-r3.contact"),
)


def test_a_gap_says_what_is_missing_what_it_may_be_what_it_silences_and_where_to_mend_it() -> None:
    assert (
        _GAP.describe("audits/x/audit.yaml")
        == 'kunder, arkiv: nothing is mapped to end_date (Ophørsdato); the column "Ophørt den" may'
        " be it. 4 checks cannot be judged: BIZ-ret-3.customer, BIZ-ret-3.contact,"
        " KAZ-r3.customer and 1 more. Map it under exports.arkiv.columns in audits/x/audit.yaml."
    )


def test_a_gap_that_no_column_looks_like_says_so() -> None:
    assert (
        replace(_GAP, column="status", candidates=(), checks=_GAP.checks[:1]).describe(
            "audits/x/audit.yaml"
        )
        == "kunder, arkiv: nothing is mapped to status; no other column looks like it. 1 check"
        " cannot be judged: BIZ-ret-3.customer. Map it under exports.kunder.columns in"
        ' audits/x/audit.yaml, or say that no record has one: constants: {status: ""}.'
    )


def test_a_column_that_every_record_has_is_not_to_be_called_empty() -> None:
    assert "constants" not in replace(_GAP, candidates=()).describe("audits/x/audit.yaml")


# A run


@pytest.fixture(scope="module")
def unmapped(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The small audit without a mapping of the customers' end date; returns its folder."""
    workspace = small_workspace(tmp_path_factory.mktemp("unmapped") / "workspace")
    file = workspace / "audits" / "bizzy" / "audit.yaml"
    text = file.read_text(encoding="utf-8")
    assert text.count(_MAPPED) == 1
    file.write_text(text.replace(_MAPPED, ""), encoding="utf-8")
    return narrow(workspace)


@pytest.fixture(scope="module")
def ran(
    unmapped: Path, clean: Path, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Ended, Path]:
    """How a run of that audit ended, and its folder."""
    out = tmp_path_factory.mktemp("out")
    return call("run", unmapped, "--exports", clean, "--out", out, "--no-notebooks"), only_run(out)


def test_a_run_begins_with_the_columns_that_nobody_mapped(
    unmapped: Path, ran: tuple[Ended, Path]
) -> None:
    ended, _ = ran
    lines = ended.err.splitlines()
    assert ended.code == 2
    assert lines[0].partition(" ")[2].startswith("run ")
    assert (
        lines[1]
        .partition(" ")[2]
        .startswith(
            'kunder: nothing is mapped to end_date (Ophørsdato); the column "Ophørsdato" may be it.'
            " 4 checks cannot be judged: "
        )
    )
    assert lines[1].endswith(f"Map it under exports.kunder.columns in {unmapped / 'audit.yaml'}.")


def test_the_checks_that_a_gap_names_are_unknown_and_no_others_for_want_of_a_column(
    ran: tuple[Ended, Path],
) -> None:
    (gap,) = results_of(ran[1])["mapping_gaps"]
    unknown = {
        name for name, check in checks_of(ran[1]).items() if check["why"] == "missing_column"
    }
    assert set(gap["checks"]) == unknown > {"BIZ-ret-3.customer", "BIZ-ret-3.contact"}
    assert (gap["table"], gap["column"], gap["candidates"]) == (
        "crm_customer",
        "end_date",
        [{"export": "kunder", "header": "Ophørsdato"}],
    )


def test_the_report_says_so_before_the_numbers_and_in_the_chapter_on_the_data(
    ran: tuple[Ended, Path],
) -> None:
    text = (
        " ".join(
            " ".join(
                page.extract_text() for page in PdfReader(ran[1] / "record" / "report.da.pdf").pages
            ).split()
        )
        .replace("\u200b", "")
        .replace("_ ", "_")
    )
    said = (
        "Før tallene læses 1 kolonne, som kontroller bygger på, er ikke udpeget i de modtagne"
        " udtræk: »Ophørsdato« (end_date). Derfor kan 4 kontroller ikke vurderes."
    )
    assert said in text
    assert text.index(said) < text.index("Kontrollen er udført pr.")
    assert "Kolonner, som kontroller bygger på, og som ikke er udpeget" in text


def test_a_notebook_shows_them_as_a_table(unmapped: Path, clean: Path, tmp_path: Path) -> None:
    audit = load_audit(unmapped)
    with run_folder(tmp_path, audit.name) as folder:
        exports = read_exports(audit, root=str(clean), work=folder.work)
        state = RunState(
            audit_path=audit.path,
            as_of=AS_OF,
            started_at=dt.datetime.now(dt.UTC),
            folder=folder,
            exports=exports,
            engine="duckdb",
            memory="500MB",
        )
        shown = OpenAudit(state).mapping_gaps()
    # pandas has it, its stubs do not
    assert shown.data.to_numpy().tolist() == [  # type: ignore[attr-defined]
        [
            "kunder",
            "»Ophørsdato« (end_date)",
            "»Ophørsdato«",
            "4 kontroller: BIZ-acc-2 BIZ-ret-3 HYG-orphan",
        ]
    ]
    # likewise
    assert shown.caption == "Kolonner, som kontroller bygger på, og som ikke er udpeget (1)"  # type: ignore[attr-defined]


@pytest.mark.parametrize("operator", ["bizzy", "kazoom"])
def test_the_samples_map_all_that_their_checks_need(
    whole: Callable[[str], WholeRun], operator: str
) -> None:
    assert results_of(whole(operator).folder)["mapping_gaps"] == []
