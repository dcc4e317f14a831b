"""An operator's own audit is laid out empty, beside what there is, and becomes a report by pasting,
setting and declaring.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from teleaudit.errors import UserError
from teleaudit.rules.audit_file import load_audit, load_decided
from teleaudit.rules.rulebook import rulebook_of
from teleaudit.rules.starting import (
    clause_prefix,
    is_placeholder,
    new_operator,
    short_name,
    start_audit,
)
from teleaudit.schema import TABLES
from tests.command import ROOT, call, checks_of, only_run, results_of, small_workspace

CVR = "12345674"


def laid_out(workspace: Path) -> Path:
    """The audit file of Fjordnet ApS in a workspace without samples."""
    return start_audit(workspace, new_operator("Fjordnet ApS", CVR)).audit


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    return small_workspace(tmp_path / "mine")


def fingerprints(folder: Path) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.rglob("*")
        if path.is_file()
    }


# Names and numbers


@pytest.mark.parametrize(
    ("operator", "name"),
    [
        ("Fjordnet A/S", "fjordnet"),
        ("Sønder Å Tele ApS", "soender-aa-tele"),
        ("Is & Ild Telefoni I/S", "is-ild-telefoni"),
        ("Ærø Bredbånd A.M.B.A.", "aeroe-bredbaand"),
        ("Café Télé, IVS", "cafe-tele"),
    ],
)
def test_the_short_name_is_the_operators_without_its_legal_form(operator: str, name: str) -> None:
    assert short_name(operator) == name


@pytest.mark.parametrize(
    ("taken", "prefix"), [([], "FJO"), (["FJO"], "FJR"), (["FJO", "FJR", "FJD"], "FJN")]
)
def test_clauses_begin_with_three_letters_of_the_name_that_no_other_suite_has(
    taken: list[str], prefix: str
) -> None:
    assert clause_prefix("fjordnet", taken) == prefix
    assert clause_prefix("tv-2", []) == "TVX"


@pytest.mark.parametrize(
    ("operator", "cvr", "name", "said"),
    [
        (
            "Fjordnet ApS",
            "12345678",
            None,
            "--cvr 12345678: not a valid CVR number (eight digits, modulus 11).",
        ),
        ("Fjordnet ApS", "1234", None, "not a valid CVR number"),
        (" ", CVR, None, "--operator needs the operator's name"),
        ("Fjord\nnet", CVR, None, "on one line"),
        ("3 ApS", CVR, None, "no short name can be made of 3 ApS: add --name."),
        ("Fjordnet ApS", CVR, "Fjord net", "--name Fjord net: use small letters"),
    ],
)
def test_what_is_no_operator_is_refused(
    operator: str, cvr: str, name: str | None, said: str
) -> None:
    with pytest.raises(UserError) as refused:
        new_operator(operator, cvr, name)
    assert said in str(refused.value)


# What is laid out


def test_the_audit_is_its_own_empty_and_loads_with_its_suites(workspace: Path) -> None:
    audit = load_audit(laid_out(workspace))
    assert (audit.name, audit.controller.name, audit.controller.cvr) == (
        "fjordnet",
        "Fjordnet ApS",
        CVR,
    )
    assert (audit.exports, audit.not_held, audit.sample) == ({}, {}, False)
    assert audit.root == workspace / "exports" / "fjordnet"
    assert audit.root.is_dir()
    needed = {
        name
        for suite in rulebook_of(audit).suites
        for check in suite.checks
        for name in check.spec.parameters
    }
    assert set(audit.parameters) == needed
    assert {
        (one.value, one.owner, one.reason, one.approved_on) for one in audit.parameters.values()
    } == {(None, None, None, None)}


def test_a_name_that_yaml_would_misread_is_kept(workspace: Path) -> None:
    name = 'Tele "Nord": @name@ # 1'
    assert load_audit(start_audit(workspace, new_operator(name, CVR)).audit).controller.name == name


def test_the_starter_suite_speaks_of_the_operators_policy_and_marks_what_must_be_replaced(
    workspace: Path,
) -> None:
    laid_out(workspace)
    file = workspace / "audits" / "fjordnet" / "policy.yaml"
    policy = rulebook_of(load_audit(workspace / "audits" / "fjordnet"))
    suite = policy.suites[0]
    asked = [clause for clause in suite.clauses if clause.expectations]
    assert [clause.clause for clause in asked] == [
        f"FJO-{name}"
        for name in (
            "customer",
            "correspondence",
            "agreement",
            "teledata",
            "content",
            "accounting",
            "card",
        )
    ]
    assert [
        clause.clause
        for clause in asked
        if not clause.claim.da.startswith("Politikkens punkt om ")
        or "skal erstattes af politikkens egne ord" not in clause.claim.da
    ] == []
    text = file.read_text(encoding="utf-8")
    assert text.count("# REPLACE") == len(asked)
    assert all(
        map(
            is_placeholder,
            (policy.title, policy.version, *(clause.claim.da for clause in asked)),
        )
    )
    assert re.findall("@|Bizzy|Kazoom", text) == []


@pytest.mark.parametrize("first", [True, False])
def test_nothing_else_in_a_workspace_is_touched(workspace: Path, *, first: bool) -> None:
    before = fingerprints(workspace)
    start_audit(workspace, new_operator("Fjordnet ApS", CVR, None if first else "andet"))
    after = fingerprints(workspace)
    assert {path: digest for path, digest in after.items() if path in before} == before
    assert len(after) == len(before) + 3


def test_an_audit_of_that_name_is_left_as_it_is(workspace: Path) -> None:
    taken = "audits/fjordnet/notes.txt"
    (workspace / taken).parent.mkdir(exist_ok=True)
    (workspace / taken).write_text("mine", encoding="utf-8")
    before = fingerprints(workspace)
    with pytest.raises(
        UserError, match=r"exists already: choose another --name\. Nothing was overwritten"
    ):
        laid_out(workspace)
    assert fingerprints(workspace) == before


def test_init_lays_out_the_workspace_too_and_says_what_comes_next(tmp_path: Path) -> None:
    target = tmp_path / "new"
    ended = call("init", target, "--operator", "Fjordnet ApS", "--cvr", CVR)
    assert (ended.code, ended.err) == (0, "")
    assert re.findall(r"^  teleaudit (\w+)", ended.out, re.MULTILINE) == [
        "inspect",
        "policy",
        "doctor",
        "run",
    ]
    assert load_audit(target / "audits" / "fjordnet").controller.name == "Fjordnet ApS"
    assert (target / "notebooks" / "00_intake.ipynb").exists()
    again = call("init", target, "--operator", "Fjordnet ApS", "--cvr", CVR, "--name", "fjordnet-2")
    assert again.code == 0
    assert load_audit(target / "audits" / "fjordnet-2").policy_file.exists()


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ("17;04-05-2021;30-06-2026", "Nothing is left open that stops a run"),
        ("17;04-05-2021;03-06-2026", "exports.kunder.column_dates.end_date is not decided"),
        ("", "no exports are named yet"),
    ],
)
def test_init_from_exports_says_what_was_found_and_what_stops_a_run(
    tmp_path: Path, rows: str, said: str
) -> None:
    exports = tmp_path / "udtræk"
    exports.mkdir()
    text = f"Kundenr;Oprettet;Ophørt\n{rows}\n" if rows else "Intet at se\n"
    (exports / "kunder.csv").write_text(text.replace("04-05", "14-05"), encoding="utf-8")
    who = ("--operator", "Fjordnet ApS", "--cvr", CVR)
    ended = call("init", small_workspace(tmp_path / "mine"), *who, "--from", exports)

    assert ended.code == 0, ended.err
    assert said in ended.out
    assert re.findall(r"^  teleaudit (\w+)", ended.out, re.MULTILINE) == ["doctor", "run"]
    audit = tmp_path / "mine" / "audits" / "fjordnet" / "audit.yaml"
    assert load_decided(audit)[0].root == exports.resolve()
    assert list(exports.iterdir()) == [exports / "kunder.csv"]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--operator", "Fjordnet"), "go together"),
        (("--cvr", CVR), "go together"),
        (("--name", "x"), "go together"),
        (("--from", "udtræk"), "go together"),
    ],
)
def test_operator_and_cvr_are_asked_for_together(
    tmp_path: Path, words: tuple[str, ...], said: str
) -> None:
    ended = call("init", tmp_path / "new", *words)
    assert (ended.code, said in ended.err) == (3, True)
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_holds_something_and_is_no_workspace_stays_refused(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").touch()
    ended = call("init", tmp_path, "--operator", "Fjordnet ApS", "--cvr", CVR)
    assert (ended.code, "is not empty" in ended.err) == (3, True)
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


# From the empty audit to a report

EXPORTS = {  # name: table, its canonical columns, rows under headers of the operator's own
    "kunder": (
        "crm_customer",
        "customer_id name cvr email notes created_at end_date",
        (
            "Kundenr.;Navn;CVR;Mail;Note;Oprettet;Ophørt\n17;Bo"
            " Bos;99990007;a@bosbyg.dk;Årsfaktura;04-05-2021;\n18;Ib"
            " Ibs;99990015;b@ibsbageri.dk;Årsfaktura;01-02-2020;30-06-2026\n"
        ),
    ),
    "aftaler": (
        "agreement",
        "agreement_id customer_id valid_from ended_at",
        "Aftale;Kunde;Fra;Til\nA1;17;04-05-2021;\nA2;18;01-02-2020;30-06-2026\n",
    ),
    "opkald": (
        "cdr",
        "call_id customer_id start_at duration_s invoice_id",
        (
            "Id;Kunde;Start;Sekunder;Faktura\nC1;17;13-10-2026 10:00:00;61;F1\nC2;18;14-05-2026"
            " 11:30:00;5;F1\n"
        ),
    ),
    "fakturaer": (
        "invoice",
        "invoice_id customer_id legal_entity issue_date",
        "Faktura;Kunde;Selskab;Dato\nF1;17;Fjordnet;31-10-2026\n",
    ),
    "regnskabsaar": (
        "financial_years",
        "legal_entity fy_start fy_end",
        "Selskab;Start;Slut\nFjordnet;01-01-2026;31-12-2026\n",
    ),
}


def edit(audit: Path, change: Callable[[dict[str, Any]], None]) -> None:
    data = YAML(typ="safe", pure=True).load(audit.read_text(encoding="utf-8"))
    change(data)
    with audit.open("w", encoding="utf-8") as file:
        YAML(typ="safe", pure=True).dump(data, file)


def paste_exports(data: dict[str, Any]) -> None:
    for name, (table, columns, text) in EXPORTS.items():
        headers = text.splitlines()[0].split(";")
        data["exports"][name] = {
            "table": table,
            "files": f"{name}.csv",
            "dates": "dd-mm-yyyy",
            "columns": dict(zip(columns.split(), headers, strict=True)),
        }


def set_parameters(data: dict[str, Any]) -> None:
    approved = {
        "owner": "Direktør",
        "reason": "Besluttet af ledelsen.",
        "approved_on": "2026-11-01",
    }
    data["parameters"] = {
        name: {"value": 30 if name.endswith(("_days", "_months")) else "P1Y", **approved}
        for name in data["parameters"]
    }


def declare(data: dict[str, Any]) -> None:
    held = {table for table, _, _ in EXPORTS.values()}
    data["not_held"] = {
        table: {"owner": "Direktør", "reason": "Føres ikke.", "declared_on": "2026-11-01"}
        for table in TABLES
        if table not in held
    }


def run(audit: Path, out: Path) -> int:
    return call("run", audit, "--as-of", "2026-11-22", "--out", out, "--no-notebooks").code


def test_a_small_operators_audit_grows_from_a_refusal_to_a_clean_result(workspace: Path) -> None:
    audit, out = laid_out(workspace), workspace / "reports"
    refused = call("run", audit, "--out", out)
    assert (refused.code, "no exports are named yet: 'teleaudit inspect FILE'" in refused.err) == (
        3,
        True,
    )
    for name, (_, _, text) in EXPORTS.items():
        (workspace / "exports" / "fjordnet" / f"{name}.csv").write_text(
            text.replace("\n", "\r\n"), encoding="utf-8", newline=""
        )

    edit(audit, paste_exports)
    assert run(audit, out / "pasted") == 2
    pasted = checks_of(only_run(out / "pasted", "fjordnet"))
    assert {
        name: pasted[name]["why_detail"] for name in ("FJO-customer.customer", "FJO-teledata.cdr")
    } == {
        "FJO-customer.customer": "customer_period",
        "FJO-teledata.cdr": "teledata_period",
    }
    assert {
        name: (check["verdict"], check["why"])
        for name, check in pasted.items()
        if check["verdict"] not in {"pass", "unknown", "unset"}
    } == {}

    edit(audit, set_parameters)
    edit(audit, declare)
    code = run(audit, out / "declared")
    folder = only_run(out / "declared", "fjordnet")
    declared = checks_of(folder)
    assert {
        name: (check["verdict"], check["why"])
        for name, check in declared.items()
        if check["verdict"] not in {"pass", "skipped"}
    } == {}
    assert code == 0
    assert {
        name: declared[name]["verdict"]
        for name in (
            "FJO-customer.customer",
            "FJO-teledata.cdr",
            "FJO-accounting.invoice",
            "FJO-customer.contact",
        )
    } == {
        "FJO-customer.customer": "pass",
        "FJO-teledata.cdr": "pass",
        "FJO-accounting.invoice": "pass",
        "FJO-customer.contact": "skipped",
    }
    assert {check["why_detail"] for check in declared.values()} - {None} <= {
        one["table"] for one in results_of(folder)["not_held"]
    }


def test_an_operator_without_companies_reaches_a_clean_result_by_declaring_the_checks_about_them(
    workspace: Path,
) -> None:
    audit, out = laid_out(workspace), workspace / "reports"
    for name, (_, _, text) in EXPORTS.items():
        (workspace / "exports" / "fjordnet" / f"{name}.csv").write_text(text, encoding="utf-8")

    def without_companies(data: dict[str, Any]) -> None:
        del data["exports"]["kunder"]["columns"]["cvr"]
        data["exports"]["kunder"]["constants"] = {"cvr": ""}
        data["not_held"]["HYG-twin.crm_customer"] = {
            "owner": "Direktør",
            "reason": "Alle kunder er privatpersoner.",
            "declared_on": "2026-11-01",
        }

    for change in (paste_exports, set_parameters, declare, without_companies):
        edit(audit, change)
    assert run(audit, out) == 0
    twin = checks_of(only_run(out, "fjordnet"))["HYG-twin.crm_customer"]
    assert (twin["verdict"], twin["why"], twin["why_detail"]) == (
        "skipped",
        "not_held",
        "HYG-twin.crm_customer",
    )
    edit(
        audit,
        lambda data: data["not_held"].update(
            {"HYG-twn.crm_customer": data["not_held"].pop("HYG-twin.crm_customer")}
        ),
    )
    refused = call("run", audit, "--out", out)
    assert (
        refused.code,
        "no check 'HYG-twn.crm_customer' among those of this audit. Did you mean"
        " 'HYG-twin.crm_customer'?" in refused.err,
    ) == (3, True)


def test_the_package_carries_the_templates() -> None:
    assert {path.name for path in (ROOT / "teleaudit" / "templates").iterdir()} == {
        "audit.yaml",
        "policy.yaml",
        "response.yaml",
    }
