"""What rules that belong to everyone must be good for: a short policy for a third operator, a new rule
without code, and a baseline that asks every table.
"""

from __future__ import annotations

import csv
import datetime as dt
import re
from pathlib import Path

import pytest

from teleaudit.rules.rulebook import load_rules_of, open_policy
from teleaudit.rules.starting import new_operator, start_audit
from teleaudit.rules.suites import ExpectationType
from teleaudit.schema import TABLES
from teleaudit.schema.views import data_set_view
from teleaudit_samples.planting import DEVIATIONS
from teleaudit_samples.registers.disclosure import porting
from teleaudit_samples.registers.rows import mark
from teleaudit_samples.world import World
from tests.command import ROOT, call, only_run, small_exports, small_workspace, worklist_of
from tests.spec import spec

SQL = re.compile(r"\b(SELECT|IS NULL|CAST|INTERVAL|coalesce)\b|\$as_of|<>|>=|<=")
ENGLISH = re.compile(r"^\s*en:|, en:|\{en:", re.MULTILINE)


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    return small_workspace(tmp_path / "mine")


# A third operator


def test_a_third_operators_policy_of_eight_clauses_is_short_and_has_no_sql_and_no_english(
    workspace: Path,
) -> None:
    file = start_audit(workspace, new_operator("Fjordnet ApS", "12345674")).policy
    lines = [
        line
        for line in file.read_text(encoding="utf-8").splitlines()
        if line.strip() and not line.lstrip().startswith("#")
    ]
    opened = open_policy(file)
    assert len(opened.suite.clauses) == 8
    assert len(lines) <= 60
    assert [line for line in lines if SQL.search(line) or ENGLISH.search(line)] == []
    assert [one.clause for one in opened.suite.clauses if not one.expectations] == ["FJO-other"]
    assert len(opened.suite.checks) > len(TABLES)


# A new rule

ENTRY = """
- rule: retention.porting
  type: expect_erasure_by_deadline
  data_set: porting
  starts_at: ported_at
  action: Slet flytningen.
  legal_basis: [gdpr-5-1-e]
  severity: medium
"""
POLICY = """\
title: Persondatapolitik
version: "1"
clauses:
  - clause: FJO-1
    claim: Flytninger slettes efter tre år.
    rules: [retention.porting: {after: P3Y}]
"""
TABLE = """
    porting_id | number   | ported_at
    -----------+----------+-----------
    b          | 70101011 | 2023-11-21
    d          | 70101012 |
    a          | 70101013 | 2023-11-22
    c          | 70101014 | 2026-01-01
"""


def with_a_new_rule(workspace: Path) -> Path:
    """A policy that uses a rule which the package does not have."""
    topic = workspace / "expectations" / "retention.yaml"
    topic.write_text(topic.read_text(encoding="utf-8") + ENTRY, encoding="utf-8")
    policy = workspace / "audits" / "bizzy" / "policy.yaml"
    policy.write_text(POLICY, encoding="utf-8")
    return policy


def test_a_new_rule_is_one_entry_and_one_table(workspace: Path) -> None:
    policy = with_a_new_rule(workspace)
    spec(
        "FJO-1.porting",
        {"porting": TABLE},
        engine="duckdb",
        suites=[open_policy(policy).suite],
        deviating=["b"],
        not_assessable={"missing_date": 1},
        exempt={},
    )
    assert "Ingen post er gemt længere end 3 år efter datoen »porteret«." in " ".join(
        call("policy", "check", policy).out.split()
    )


@pytest.mark.whole_run
def test_a_new_rule_finds_what_one_function_plants(
    workspace: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with_a_new_rule(workspace)

    def old_porting(world: World) -> None:
        then = dt.date(2020, 1, 1)
        row = porting(world, requested_at=then, authority_signed_at=then, ported_at=then)
        mark(row, "FJO-1.porting")

    monkeypatch.setitem(DEVIATIONS, "FJO-1.porting", old_porting)
    exports = small_exports(tmp_path / "exports", only="FJO-1.porting")
    with (exports / "expected_findings.csv").open(encoding="utf-8") as file:
        planted = [(row["check_id"], row["record_key"]) for row in csv.DictReader(file)]
    assert len(planted) == 1

    audit = workspace / "audits" / "bizzy" / "audit.yaml"
    out = tmp_path / "reports"
    ended = call("run", audit, "--exports", exports, "--out", out, "--no-notebooks", "--quiet")
    assert ended.code == 1, ended.err
    assert [
        (row["check_id"], row["record_key"]) for row in worklist_of(only_run(out, "bizzy"))
    ] == planted


# The baseline

ASKED: dict[ExpectationType, str] = {
    "expect_no_card_data": "cards",
    "expect_no_cpr_numbers": "cpr",
    "expect_no_message_content": "messages",
    "expect_no_browsing_data": "browsing",
    "expect_possible_dates": "dates",
    "expect_unique_key": "keys",
    "expect_no_location_columns": "location",
}
# What the baseline asks of each canonical table. "keys" where records have one, "location" where
# tables are about customers and what they do; messages and browsing not where what is written with customers is the purpose.
BASELINE = """
    crm_customer        | cards cpr messages browsing dates keys location
    crm_contact         | cards cpr messages browsing dates keys
    crm_interaction     | cards cpr dates keys location
    agreement           | cards cpr messages browsing dates keys
    subscription        | cards cpr messages browsing dates keys location
    pbx_config          | cards cpr messages browsing dates keys
    cdr                 | cards cpr messages browsing dates keys location
    invoice             | cards cpr messages browsing dates keys location
    payment             | cards cpr messages browsing dates keys
    financial_years     | cards cpr messages browsing dates keys
    legal_hold          | cards cpr messages browsing dates keys
    quote               | cards cpr messages browsing dates keys
    number_assignment   | cards cpr messages browsing dates keys location
    ledger              | cards cpr messages browsing dates keys
    consent             | cards cpr messages browsing dates keys
    service_send        | cards cpr dates keys
    marketing_send      | cards cpr dates keys
    policy_version      | cards cpr messages browsing dates keys
    dsar                | cards cpr messages browsing dates keys
    recipient_register  | cards cpr messages browsing dates keys
    disclosure          | cards cpr messages browsing dates keys location
    directory_118       | cards cpr messages browsing dates keys
    porting             | cards cpr messages browsing dates keys
    supplier_order      | cards cpr messages browsing dates keys
    interconnect        | cards cpr messages browsing dates keys location
    ip_session          | cards cpr messages browsing dates keys location
    access_log          | cards cpr messages browsing dates location
    staff_roster        | cards cpr messages browsing dates keys
    recording_index     | cards cpr messages browsing dates keys location
    deletion_log        | cards cpr messages browsing dates keys
    tombstone           | cards cpr messages browsing dates keys
    processing_register | cards cpr messages browsing dates keys
    breach_register     | cards cpr messages browsing dates keys
    system_inventory    | cards cpr messages browsing dates keys
    backup_register     | cards cpr messages browsing dates keys
"""


def asked_by_the_baseline() -> list[str]:
    baseline = load_rules_of(ROOT / "expectations").baseline
    asked: dict[str, set[str]] = {name: set() for name in TABLES}
    for check in baseline.checks:
        if check.spec.type in ASKED and (
            check.spec.type != "expect_unique_key" or data_set_view(check.data_set).key
        ):
            asked[check.data_set].add(ASKED[check.spec.type])
    return [
        f"{name} | " + " ".join(one for one in ASKED.values() if one in asked[name])
        for name in TABLES
    ]


def test_the_baseline_alone_asks_every_table() -> None:
    assert asked_by_the_baseline() == [
        " ".join(line.split()) for line in BASELINE.strip().splitlines()
    ]
