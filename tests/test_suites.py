"""A suite says something about every clause, in known words, or is refused with the place and what
was probably meant.
"""

from __future__ import annotations

import datetime as dt
from contextlib import closing
from pathlib import Path

import pytest

from teleaudit.engines.duckdb import DuckDBEngine
from teleaudit.errors import AuditFileError
from teleaudit.expectations import build
from teleaudit.expectations.rows import DataSet
from teleaudit.exports.doubtful import IN_FORCE
from teleaudit.rules.audit_file import Parameter
from teleaudit.rules.parameters import refuse_unusable
from teleaudit.rules.rulebook import load_rulebook
from teleaudit.rules.suites import (
    Suite,
    checks_of,
    columns_in,
    data_set_names,
    load_law,
    load_suite,
    load_suites,
    needed_columns,
)
from teleaudit.schema import TABLES
from teleaudit.schema.views import data_set_view
from teleaudit.workspace import package_workspace
from tests.spec import AS_OF, PARAMETERS, known_suites

_FOLDER = package_workspace() / "expectations"
_GOOD = """
- clause: XXX-one
  auditable: data
  topic: retention
  claim: {da: x, en: x}
  legal_basis: [gdpr-5-1-e]
  severity: high
  expectations:
    - part: customer
      data_set: crm_customer
      type: expect_erasure_by_deadline
      starts_at: relationship_end
      period: {parameter: automatic_days, unit: D}
      legal:
        - name: strict
          period: P1Y
- clause: XXX-two
  auditable: none
  claim: {da: y, en: y}
  not_assessed:
    reason: {da: z, en: z}
"""
_LAW = """
entries:
  - id: gdpr-5-1-e
    title_da: x
    citation_da: x
    authority: datatilsynet
    evidence: looked_up
    source: x
    read_in: mirror
    read_to: 2026-02-14
    checked_on: 2026-11-22
    valid_from: 2018-05-25
    valid_to: null
"""


def _folder(tmp_path: Path, suite: str, law: str = _LAW) -> Path:
    (tmp_path / "mine.yaml").write_text(suite, encoding="utf-8")
    (tmp_path / "law.yaml").write_text(law, encoding="utf-8")
    (tmp_path / "telecom_law.yaml").write_text("[]", encoding="utf-8")
    return tmp_path


def _refusal(tmp_path: Path, suite: str, law: str = _LAW) -> str:
    with pytest.raises(AuditFileError) as refusal:
        load_rulebook(("mine",), _folder(tmp_path, suite, law))
    return str(refusal.value)


def test_a_suite_is_read_with_its_checks_and_its_hash(tmp_path: Path) -> None:
    (suite,) = load_suites(("mine",), _folder(tmp_path, _GOOD))
    assert [check.id for check in suite.checks] == ["XXX-one.customer"]
    assert suite.checks[0].spec.parameters == ("automatic_days",)
    assert len(suite.sha256) == 64


@pytest.mark.parametrize(
    ("right", "wrong", "said"),
    [
        ("  severity: high", "  severty: high", "Did you mean 'severity'?"),
        ("      starts_at:", "      start_at:", "Did you mean 'starts_at'?"),
        (
            "type: expect_erasure_by_deadline",
            "type: expect_erasure_by_dedline",
            "Did you mean 'expect_erasure_by_deadline'?",
        ),
        (
            "data_set: crm_customer",
            "data_set: crm_custmer",
            "no data set 'crm_custmer'. Did you mean 'crm_customer'?",
        ),
        ("    reason: {da: z, en: z}", "    reasn: {da: z, en: z}", "Did you mean 'reason'?"),
        ("        - name: strict", "        - nam: strict", "Did you mean 'name'?"),
        (
            "legal_basis: [gdpr-5-1-e]",
            "legal_basis: [gdpr-5-1-f]",
            (
                "mine.yaml: XXX-one cites 'gdpr-5-1-f', which the register does not hold. Did you"
                " mean 'gdpr-5-1-e'?"
            ),
        ),
        (
            "      starts_at: relationship_end\n",
            "",
            "expect_erasure_by_deadline needs starts_at and period",
        ),
        (
            "    - part: customer\n      data_set: crm_customer",
            "    - part: customer",
            "an expectation needs either part and data_set, or for_each",
        ),
        ("  topic: retention\n", "", "a clause with expectations needs a topic"),
        (
            "  not_assessed:\n    reason: {da: z, en: z}\n",
            "",
            "a clause needs expectations, or not_assessed with a reason",
        ),
        ("clause: XXX-one", "clause: one", "String should match pattern"),
        ("clause: XXX-two", "clause: XXX-one", "duplicate id: XXX-one."),
        ("period: P1Y", "period: 1Y", "'1Y' is not a period like P5Y, P18M or P14D"),
    ],
)
def test_what_cannot_be_meant_is_refused(tmp_path: Path, right: str, wrong: str, said: str) -> None:
    assert right in _GOOD
    refusal = _refusal(tmp_path, _GOOD.replace(right, wrong))
    assert said in refusal
    assert "mine.yaml" in refusal or "duplicate id" in refusal


def test_two_expectations_with_one_id_are_refused(tmp_path: Path) -> None:
    entry = _GOOD[_GOOD.index("    - part: customer") : _GOOD.index("- clause: XXX-two")]
    assert "duplicate id: XXX-one.customer." in _refusal(
        tmp_path, _GOOD.replace(entry, entry + entry)
    )


def test_a_clause_in_two_suites_is_refused(tmp_path: Path) -> None:
    folder = _folder(tmp_path, _GOOD)
    (folder / "other.yaml").write_text(_GOOD, encoding="utf-8")
    with pytest.raises(AuditFileError, match="duplicate id: XXX-one, XXX-two"):
        load_suites(("mine", "other"), folder)


def test_a_legal_basis_that_stands_twice_is_refused(tmp_path: Path) -> None:
    entry = _LAW[_LAW.index("  - id") :]
    assert "law.yaml: duplicate id: gdpr-5-1-e." in _refusal(tmp_path, _GOOD, _LAW + entry)


@pytest.mark.parametrize("law", ["", "[]", "other: 1", "entries: [{id: x}]"])
def test_a_register_that_is_none_is_refused(tmp_path: Path, law: str) -> None:
    assert "law.yaml" in _refusal(tmp_path, _GOOD, law)


def test_a_missing_suite_is_named_with_the_nearest(tmp_path: Path) -> None:
    with pytest.raises(AuditFileError, match=r"no suite 'mien' in .*Did you mean 'mine'\?"):
        load_suites(("mien",), _folder(tmp_path, _GOOD))


def test_what_is_no_yaml_is_refused_with_its_line(tmp_path: Path) -> None:
    assert "mine.yaml, line 3: not valid YAML" in _refusal(tmp_path, "- clause: [\n  a\n")


def test_a_parameter_that_the_audit_does_not_name_is_a_misspelling(tmp_path: Path) -> None:
    (suite,) = load_suites(("mine",), _folder(tmp_path, _GOOD))
    refuse_unusable(suite.checks, {"automatic_days": Parameter(value=None)})
    with pytest.raises(
        AuditFileError,
        match=(
            r"XXX-one.customer needs the .*'automatic_days'.* It has 'automatic_day', which no"
            r" check asks for: write 'automatic_days' there\."
        ),
    ):
        refuse_unusable(
            suite.checks, {"automatic_day": Parameter(value=None), "other": Parameter(value=None)}
        )


def test_a_value_that_no_check_can_use_is_refused_before_any_export_is_looked_at() -> None:
    suite = load_suite("hygiene", _FOLDER)
    set_to = {
        name: Parameter(value=None) for check in suite.checks for name in check.spec.parameters
    }
    refuse_unusable(suite.checks, set_to)
    days = Parameter(
        value="P30D", owner="Direktør", reason="Aftalt.", approved_on=dt.date(2026, 11, 1)
    )
    with pytest.raises(
        AuditFileError, match=r"parameter 'processor_deletion_days': 'P30D' is not a whole number\."
    ):
        refuse_unusable(suite.checks, set_to | {"processor_deletion_days": days})


def test_checks_of_every_data_set_leave_out_what_has_no_key_or_no_date() -> None:
    suite = load_suite("hygiene", _FOLDER)
    everything = {name: frozenset(table.names) for name, table in TABLES.items()}
    ids = {check.id for check in checks_of([suite], everything, "intake")}
    assert {check for check in ids if check.startswith("HYG-key.")} == {
        f"HYG-key.{name}" for name, table in TABLES.items() if table.key
    }
    undated = everything | {"payment": frozenset({"payment_id"})}
    assert ids - {check.id for check in checks_of([suite], undated, "intake")} == {
        "HYG-dates.payment"
    }


def test_the_package_s_suites_speak_only_of_data_sets_and_law_that_there_are() -> None:
    suites: tuple[Suite, ...] = load_suites(("bizzy", "kazoom", "hygiene"), _FOLDER)
    assert {check.data_set for suite in suites for check in suite.checks} <= set(data_set_names())
    assert load_law(_FOLDER)


def test_what_a_check_needs_is_every_column_that_its_expectation_asks_of_each_row(
    tmp_path: Path,
) -> None:
    asked = 0
    with closing(DuckDBEngine(spill=tmp_path)) as engine:
        for table in TABLES:
            engine.add_table(table, [])
        engine.create_views(
            {
                "as_of": f"DATE '{AS_OF.isoformat()}'",
                "services_known": "true",
                **dict.fromkeys(IN_FORCE, "false"),
            }
        )
        for check in (
            check
            for suite in known_suites()
            for check in suite.checks
            if check.spec.type in ("expect_erasure_by_deadline", "expect_rows_to_satisfy")
        ):
            view = data_set_view(check.data_set)
            data_set = DataSet(
                name=check.data_set,
                key=view.key,
                own=engine.columns(f"export_{view.table}"),
                filled=frozenset(TABLES[view.table].names),
            )
            code = build(
                check, as_of=AS_OF, parameters=PARAMETERS, data_set=data_set, table=view.table
            ).code()
            known = view.requires.keys() | set(TABLES[view.table].names)
            assert (
                needed_columns(check).keys()
                == columns_in(code) & engine.columns(check.data_set).keys() & known
            ), check.id
            asked += 1
    assert asked > 100


def test_a_view_says_what_its_columns_rest_on() -> None:
    checks = {check.id: check for suite in known_suites() for check in suite.checks}
    assert needed_columns(checks["BIZ-ret-3.customer"])["relationship_end"] == (
        "crm_customer.customer_id",
        "crm_customer.end_date",
    )
    assert needed_columns(checks["HYG-key.crm_customer"]) == {
        "customer_id": ("crm_customer.customer_id",)
    }
    assert needed_columns(checks["HYG-card.crm_customer"]) == {}
