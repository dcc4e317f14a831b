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
from teleaudit.rules.audit_file import Parameter, load_audit
from teleaudit.rules.law import load_law
from teleaudit.rules.parameters import refuse_unusable
from teleaudit.rules.policies import without_rehomed
from teleaudit.rules.rulebook import Rulebook, load_known_suites, load_rulebook, load_rules_of
from teleaudit.rules.suites import (
    checks_of,
    columns_in,
    data_set_names,
    needed_columns,
)
from teleaudit.schema import TABLES
from teleaudit.schema.views import WAYS, data_set_view
from teleaudit.workspace import package_workspace
from tests.spec import AS_OF, PARAMETERS, known_suites

NOTHING: dict[str, frozenset[str]] = {}  # is exported
_FOLDER = package_workspace() / "expectations"
_RULES = """
- rule: retention.customer
  type: expect_erasure_by_deadline
  data_set: crm_customer
  starts_at: relationship_end
  needs: [relationship]
  exempt: [legal_hold]
  readings:
    - name: strict
      where: end_date IS NOT NULL
  action: {da: x, en: x}
  legal_basis: [gdpr-5-1-e]
  severity: high

- rule: retention.words
  claim: x
  type: expect_rows_to_satisfy
  for_each: [crm_customer, crm_contact]
  recorded: [name]
  violates: name = 'x'
  action: x
  legal_basis: [gdpr-5-1-e]
  severity: low
"""
_BASELINE = """
clauses:
  - clause: ALL-words
    claim: x
    rules: [retention.words]
"""
_GOOD = """
title: x
version: "1"
clauses:
  - clause: XXX-one
    claim: x
    rules:
      - retention.customer: {after: {parameter: automatic_days, unit: D}, readings: {strict: P1Y}}
  - clause: XXX-two
    claim: y
    not_assessed: {reason: z}
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


def _book(
    tmp_path: Path,
    policy: str,
    *,
    rules: str = _RULES,
    law: str = _LAW,
    baseline: str = _BASELINE,
) -> Rulebook:
    for name, text in (
        ("policy", policy),
        ("retention", rules),
        ("baseline", baseline),
        ("law", law),
        ("telecom_law", "[]"),
    ):
        (tmp_path / f"{name}.yaml").write_text(text, encoding="utf-8")
    return load_rulebook(tmp_path / "policy.yaml", "mine", tmp_path, {})


def _refusal(tmp_path: Path, policy: str, *, rules: str = _RULES, law: str = _LAW) -> str:
    with pytest.raises(AuditFileError) as refusal:
        _book(tmp_path, policy, rules=rules, law=law)
    return str(refusal.value).replace(f"{tmp_path}/", "")


def _with_rules(*uses: str) -> str:
    """A policy of one clause with these rules."""
    listed = "\n".join(f"      - {use}" for use in uses)
    return f"title: x\nversion: '1'\nclauses:\n  - clause: XXX-one\n    claim: x\n    rules:\n{listed}\n"


def test_a_policy_is_read_with_its_checks_and_what_always_applies(tmp_path: Path) -> None:
    book = _book(tmp_path, _GOOD)
    assert (book.title, book.version) == ("x", "1")
    assert [check.id for check in book.checks] == [
        "XXX-one.customer",
        "ALL-words.crm_customer",
        "ALL-words.crm_contact",
    ]
    assert book.checks[0].spec.parameters == ("automatic_days",)
    assert sorted(book.hashes) == [
        "baseline.yaml",
        "law.yaml",
        "policy.yaml",
        "retention.yaml",
        "telecom_law.yaml",
    ]


# What a policy says of a rule, and what its checks are then. (Nothing: what the rule says.)
@pytest.mark.parametrize(
    ("use", "checks", "field", "value"),
    [
        ("retention.customer: {after: P2Y}", ["XXX-one.customer"], "period", "P2Y"),
        ("retention.customer: {after: P2Y}", ["XXX-one.customer"], "exempt", ("legal_hold",)),
        ("retention.customer: {after: P2Y, exempt: []}", ["XXX-one.customer"], "exempt", ()),
        ("retention.customer: {after: P2Y, as: all}", ["XXX-one.all"], "severity", "high"),
        ("retention.words", ["XXX-one.crm_customer", "XXX-one.crm_contact"], "severity", "low"),
        (
            "retention.words: {tables: [crm_contact]}",
            ["XXX-one.crm_contact"],
            "not_assessable",
            {"not_recorded": "name IS NULL"},
        ),
        (
            "retention.words: {tables: [crm_contact], as: w, severity: high}",
            ["XXX-one.w"],
            "severity",
            "high",
        ),
    ],
)
def test_a_policy_says_of_a_rule_what_is_its_own(
    tmp_path: Path, use: str, checks: list[str], field: str, value: object
) -> None:
    policy, _ = _book(tmp_path, _with_rules(use)).suites
    assert [check.id for check in policy.checks] == checks
    assert {repr(getattr(check.spec, field)) for check in policy.checks} == {repr(value)}


def test_what_a_policy_promises_from_a_day_on_is_asked_of_what_is_later(tmp_path: Path) -> None:
    dated = _RULES.replace("  needs:", "  since: end_date\n  scope: name IS NOT NULL\n  needs:")
    use = "retention.customer: {after: P1Y, since: 2022-01-08}"
    policy, _ = _book(tmp_path, _with_rules(use), rules=dated).suites
    assert [check.spec.scope for check in policy.checks] == [
        "(name IS NOT NULL) AND end_date > DATE '2022-01-08'"
    ]
    assert "has no day that could be later: leave out 'since'." in _refusal(
        tmp_path, _with_rules(use)
    )
    unknown = _RULES.replace("  needs:", "  since: nonsense\n  needs:")
    assert "no column 'nonsense'" in _refusal(tmp_path, _GOOD, rules=unknown)


@pytest.mark.parametrize(
    ("use", "baseline"),
    [
        ("retention.customer: {after: P2Y}", ["ALL-words.crm_customer", "ALL-words.crm_contact"]),
        ("retention.words: {tables: [crm_contact]}", ["ALL-words.crm_customer"]),
        ("retention.words: {tables: [crm_customer], as: w}", ["ALL-words.crm_contact"]),
        ("retention.words", []),
    ],
)
def test_a_rule_of_the_baseline_is_asked_of_each_table_once_under_the_policys_clause_where_it_has_one(
    tmp_path: Path, use: str, baseline: list[str]
) -> None:
    _, rest = _book(tmp_path, _with_rules(use)).suites
    assert [check.id for check in rest.checks] == baseline


# The baseline asks that customers are gone after five years. (A parameter that no audit sets.)
@pytest.mark.parametrize(
    ("use", "is_left"),
    [
        ("{after: P5Y}", False),
        ("{after: P60M}", False),
        ("{after: P1Y, exempt: []}", False),
        ("{after: P5Y1D}", True),
        ("{after: {parameter: automatic_days, unit: D}}", True),
        ("{after: P1Y, exempt: [legal_hold, restricted]}", True),
        ("{after: P1Y, on_deviation: review}", True),
    ],
)
def test_no_policy_lets_more_pass_than_what_always_applies(
    tmp_path: Path, use: str, *, is_left: bool
) -> None:
    always = _BASELINE.replace("[retention.words]", "[retention.customer: {after: P5Y}]")
    policy = _with_rules(f"retention.customer: {use}")
    _, rest = _book(tmp_path, policy, baseline=always).suites
    assert [check.id for check in rest.checks] == ["ALL-words.customer"] * is_left


def test_a_rule_that_asks_less_is_not_asked_beside_one_that_covers_it(tmp_path: Path) -> None:
    more = _RULES.replace("  needs:", "  covers: [retention.words]\n  needs:")
    _, rest = _book(tmp_path, _with_rules("retention.customer: {after: P1Y}"), rules=more).suites
    assert [check.id for check in rest.checks] == ["ALL-words.crm_contact"]


@pytest.mark.parametrize(
    ("uses", "said"),
    [
        (
            ["retention.custmer"],
            (
                "policy.yaml, line 7: XXX-one: no rule 'retention.custmer'. Did you mean"
                " 'retention.customer'?"
            ),
        ),
        (
            ["retention.words", "retention.customer"],
            (
                "policy.yaml, line 8: XXX-one: retention.customer needs the policy's period, such as"
                " retention.customer: {after: P1Y}."
            ),
        ),
        (
            ["retention.customer: {after: 1Y}"],
            (
                "policy.yaml, line 7: XXX-one: clauses.rules.after: '1Y' is not a"
                " period like P5Y, P18M or P14D"
            ),
        ),
        (
            ["retention.customer: {after: P1Y, readings: [strikt]}"],
            (
                "policy.yaml, line 7: XXX-one: retention.customer has no reading 'strikt'. Did you"
                " mean 'strict'?"
            ),
        ),
        (
            ["retention.customer: {after: P1Y, tables: [crm_contact]}"],
            (
                "policy.yaml, line 7: XXX-one: retention.customer is about crm_customer alone: leave"
                " out 'tables'."
            ),
        ),
        (
            ["retention.words: {as: w}"],
            (
                "policy.yaml, line 7: XXX-one: retention.words is about many tables: 'as' needs the"
                " one it is for, such as {tables: [cdr], as: w}."
            ),
        ),
        (
            ["retention.words: {tables: [crm_contacts]}"],
            (
                "policy.yaml, line 7: XXX-one: retention.words: no data set 'crm_contacts'. Did you"
                " mean 'crm_contact'?"
            ),
        ),
        (
            ["retention.words: {severty: high}"],
            (
                "policy.yaml, line 7: XXX-one: unknown key 'clauses.rules.severty'. Did you mean"
                " 'severity'?"
            ),
        ),
        (
            ["retention.customer: {after: P1Y}", "retention.customer: {after: P2Y}"],
            (
                "policy.yaml: duplicate id: XXX-one.customer. Two rules of the clause make a check"
                " of that name: give one another `as`."
            ),
        ),
        (
            ["retention.words: {legal_basis: [gdpr-5-1-f]}"],
            (
                "policy.yaml: XXX-one cites 'gdpr-5-1-f', which the register does not hold. Did you"
                " mean 'gdpr-5-1-e'?"
            ),
        ),
    ],
)
def test_what_a_policy_cannot_mean_is_refused_with_its_line_and_clause(
    tmp_path: Path, uses: list[str], said: str
) -> None:
    assert said in _refusal(tmp_path, _with_rules(*uses))


@pytest.mark.parametrize(
    ("right", "wrong", "said"),
    [
        (
            "    not_assessed: {reason: z}\n",
            "",
            "XXX-two: a clause needs rules, or not_assessed with a reason",
        ),
        ("not_assessed: {reason: z}", "not_assessed: {reasn: z}", "Did you mean 'reason'?"),
        ("clause: XXX-one", "clause: one", "String should match pattern"),
        ("clause: XXX-two", "clause: XXX-one", "duplicate id: XXX-one."),
        ('version: "1"', "version: 1.0", "version: text is wanted here: write it in quotes."),
        ("title: x\n", "", "'title' is missing."),
    ],
)
def test_what_a_policy_file_cannot_be_is_refused(
    tmp_path: Path, right: str, wrong: str, said: str
) -> None:
    assert right in _GOOD
    assert said in _refusal(tmp_path, _GOOD.replace(right, wrong))


@pytest.mark.parametrize(
    ("right", "wrong", "said"),
    [
        (
            "type: expect_erasure_by_deadline",
            "type: expect_erasure_by_dedline",
            "retention.yaml, line 3: retention.customer: type",
        ),
        ("severity: high", "severty: high", "Did you mean 'severity'?"),
        ("starts_at:", "start_at:", "Did you mean 'starts_at'?"),
        (
            "data_set: crm_customer",
            "data_set: crm_custmer",
            (
                "retention.yaml, line 2: retention.customer: no data set 'crm_custmer'. Did you mean"
                " 'crm_customer'?"
            ),
        ),
        (
            "where: end_date IS NOT NULL",
            "where: end_dat IS NOT NULL",
            "the data set crm_customer has no column 'end_dat'. Did you mean 'end_date'?",
        ),
        ("where: end_date IS NOT NULL", "where: end_date IS (", "a condition that is not SQL"),
        ("    - name: strict", "    - nam: strict", "Did you mean 'name'?"),
        ("needs: [relationship]", "needs: [relation]", "needs: "),
        (
            "  starts_at: relationship_end\n",
            "",
            "expect_erasure_by_deadline needs starts_at and period",
        ),
        (
            "  data_set: crm_customer\n",
            "",
            "an expectation needs either part and data_set, or for_each",
        ),
        (
            "rule: retention.customer",
            "rule: rights.customer",
            "the name of a rule of this file begins with 'retention.'.",
        ),
        ("rule: retention.customer", "rule: retention.words", "duplicate id: retention.words."),
    ],
)
def test_what_a_rule_cannot_mean_is_refused_with_its_line(
    tmp_path: Path, right: str, wrong: str, said: str
) -> None:
    assert right in _RULES
    assert said in _refusal(tmp_path, _GOOD, rules=_RULES.replace(right, wrong, 1))


def test_a_legal_basis_that_stands_twice_is_refused(tmp_path: Path) -> None:
    entry = _LAW[_LAW.index("  - id") :]
    assert "law.yaml: duplicate id: gdpr-5-1-e." in _refusal(tmp_path, _GOOD, law=_LAW + entry)


@pytest.mark.parametrize("law", ["", "[]", "other: 1", "entries: [{id: x}]"])
def test_a_register_that_is_none_is_refused(tmp_path: Path, law: str) -> None:
    assert "law.yaml" in _refusal(tmp_path, _GOOD, law=law)


def test_a_suite_that_there_is_not_is_named_with_the_nearest() -> None:
    with pytest.raises(AuditFileError, match=r"no suite 'bizy' in .*Did you mean 'bizzy'\?"):
        load_known_suites(package_workspace(), ["bizy"])


def test_what_is_no_yaml_is_refused_with_its_line(tmp_path: Path) -> None:
    assert "policy.yaml, line 3: not valid YAML" in _refusal(tmp_path, "- clause: [\n  a\n")


def test_a_parameter_that_the_audit_does_not_name_is_a_misspelling(tmp_path: Path) -> None:
    suite, _ = _book(tmp_path, _GOOD).suites
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
    (suite,), _ = load_known_suites(package_workspace(), ["baseline"])
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
    (suite,), _ = load_known_suites(package_workspace(), ["baseline"])
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
    suites = known_suites()
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
                "quotes_known": "true",
                **dict.fromkeys((*IN_FORCE, *WAYS), "false"),
                "policy_periods": "SELECT '' AS table_name, 0 AS months, 0 AS days",
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
                needed_columns(check, NOTHING).keys()
                == columns_in(code) & engine.columns(check.data_set).keys() & known
            ), check.id
            asked += 1
    assert asked > 100


def test_a_view_says_what_its_columns_rest_on() -> None:
    checks = {check.id: check for suite in known_suites() for check in suite.checks}
    assert needed_columns(checks["BIZ-ret-3.customer"], NOTHING)["relationship_end"] == (
        "crm_customer.customer_id",
        "crm_customer.end_date",
    )
    assert needed_columns(checks["HYG-key.crm_customer"], NOTHING) == {
        "customer_id": ("crm_customer.customer_id",)
    }
    assert needed_columns(checks["HYG-card.crm_customer"], NOTHING) == {}


def test_the_law_binds_an_operator_whose_policy_is_silent_and_asks_nothing_twice() -> None:
    rules = load_rules_of(package_workspace() / "expectations")

    def asked_beside(name: str) -> set[str]:
        audit = load_audit(package_workspace() / "audits" / name)
        _, suite = rules.policy(audit.policy_file, name)
        left = without_rehomed(rules.baseline, rules.asked_under(suite, audit.parameters))
        statute = ("HYG-marketing.", "HYG-accounting.", "HYG-teledata.")
        return {check.id for check in left.checks if check.id.startswith(statute)}

    accounting = {"HYG-accounting.ledger_document", "HYG-accounting.early"}
    assert asked_beside("kazoom") == accounting
    assert asked_beside("bizzy") == {
        *accounting,
        "HYG-teledata.internet_sessions",
        *(f"HYG-marketing.{part}" for part in ("covered", "withdrawn", "proof")),
    }
    # one period for all calls leaves nothing of the law's own to ask
    assert {"retention.billed_calls", "retention.unbilled_calls"} == {
        *rules.by_name["retention.calls"].covers
    }
