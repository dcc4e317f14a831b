"""``teleaudit policy check``: what a policy file asks, in words that can be held beside the policy."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from teleaudit.errors import AuditFileError
from teleaudit.report.policy_overview import PolicyOverview, as_lines, describe_policy
from teleaudit.report.wording import load_words
from teleaudit.rules.audit_file import Parameter
from teleaudit.rules.rule_files import load_rules
from teleaudit.rules.rulebook import open_policy
from teleaudit.schema import TABLES
from tests.command import ROOT, call, small_workspace

DA = load_words("da")
SQL = re.compile(r"\$|\b(IS NULL|CAST|coalesce|INTERVAL|AND|OR|NOT)\b")
PARAMETERS = {
    "customer_period": Parameter.model_validate(
        {"value": "P18M", "owner": "Direktør", "reason": "x", "approved_on": "2026-01-01"}
    ),
    "prospect_months": Parameter(value=None),
}


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    return small_workspace(tmp_path / "mine")


def policy_of(workspace: Path, *clauses: str) -> Path:
    """A policy of these clauses, without an audit beside it."""
    file = workspace / "audits" / "fjordnet" / "policy.yaml"
    file.parent.mkdir(exist_ok=True)
    head = 'title: Persondatapolitik\nversion: "2"\nclauses:\n'
    file.write_text(head + "".join(clauses), encoding="utf-8")
    return file


def clause(number: int, rules: str) -> str:
    return f"- clause: FJO-{number}\n  claim: Punkt {number} lover noget.\n  rules:\n  - {rules}\n"


def overview_of(file: Path, parameters: dict[str, Parameter] | None = None) -> PolicyOverview:
    opened = open_policy(file)
    return describe_policy(opened.policy, opened.suite, opened.rules, parameters, DA)


@pytest.mark.parametrize(
    ("rules", "asked"),
    [
        (
            "retention.customer: {after: P1Y}",
            (
                "Ingen post er gemt længere end 1 år efter kundeforholdets ophør. Er det ikke sket,"
                " er fristen ikke begyndt; kan det ikke ses, er posten ikke vurderet. Undtaget: sletningsstop (legal hold) og begrænset behandling"
                " (databeskyttelsesforordningens artikel 18). Et fund er en afvigelse. Til en jurist, ikke en afvigelse: Kunden skylder. Det beror"
                " på en retlig vurdering, om stamdata må beholdes for kravets skyld, indtil det er"
                " forældet 3 år efter forfald; politikken nævner ikke den grund. Et anerkendt eller"
                " fastslået krav forældes først efter 10 år og kræver et sletningsstop."
            ),
        ),
        (
            "retention.contact: {after: {parameter: customer_period}, exempt: []}",
            (
                "Ingen post er gemt længere end 18 måneder (parameteren customer_period) efter"
                " kundeforholdets ophør. Er det ikke sket, er fristen ikke begyndt; kan det ikke ses,"
                " er posten ikke vurderet. Et fund er en afvigelse."
            ),
        ),
        (
            "retention.prospect: {after: {parameter: prospect_months, unit: M}, exempt: []}",
            (
                "Ingen post er gemt længere end den frist, som parameteren prospect_months skal"
                " sætte, efter tilbuddets dato. Gælder tilbud, hvis modtager ikke blev kunde. Et fund er en afvigelse."
            ),
        ),
        (
            (
                "minimisation.listed_columns: {tables: [crm_contact], as: contact, listed: [name,"
                " phone, Kaldenavn.]}"
            ),
            (
                "Kun disse kolonner må rumme noget: navn, telefon og Kaldenavn. Et fund er en"
                " afvigelse."
            ),
        ),
        # an open list closes nothing
        (
            "minimisation.undisclosed_columns: {tables: [crm_contact], as: contact, listed: [name]}",
            (
                "Andre kolonner end disse, der rummer noget, er et spørgsmål om, hvorvidt det er"
                " nødvendigt og oplyst: navn. Et fund skal ses af et menneske, før det er en"
                " afvigelse."
            ),
        ),
        (
            (
                "retention.billed_calls: {after: P5Y, exempt: [], readings: {billing_ceiling: null,"
                " nothing_charged: {parameter: customer_period}}}"
            ),
            (
                "Ingen post er gemt længere end 5 år efter udgangen af fakturaens regnskabsår. Gælder"
                " opkald, der henviser til en faktura. Et fund er en afvigelse. Til en jurist, endnu ikke en afvigelse, 3 år efter sidste rettidige"
                " betalingsdag: Det beror på en retlig vurdering, om trafikdata må beholdes, efter at"
                " kravet på betaling normalt er forældet, 3 år efter betalingsfristen. Til en jurist, endnu ikke en afvigelse,"
                " 18 måneder (parameteren customer_period) efter opkaldets dato: Opkaldet er sat til"
                " en faktura, men kostede intet. Det beror på en retlig vurdering, om det ligger til"
                " grund for fakturaen eller følger fristen for teledata uden faktura."
            ),
        ),
        (
            "minimisation.cpr_columns: {tables: [crm_customer]}",
            "Ingen kolonne er efter sit navn beregnet til CPR-nummer. Et fund er en afvigelse.",
        ),
        (
            "message_content.messages: {tables: [crm_customer]}",
            (
                "Ingen kolonne rummer indholdet af beskeder. Et fund skal ses af et menneske, før det"
                " er en afvigelse."
            ),
        ),
        (
            "access.roster",
            (
                "Den, der slår op, havde den dag en rolle på oversigten over medarbejdere. Et fund er"
                " en afvigelse."
            ),
        ),
        # of a cell it may be doubtful what it is
        (
            "message_content.teledata_browsing: {tables: [cdr]}",
            (
                "Ingen kolonne viser, hvilke sider, værter eller adresser på internettet nogen har"
                " brugt. Et fund er en afvigelse; er det ikke sikkert, skal det ses af et menneske."
            ),
        ),
        # the rule's own words, whatever the clause promises
        (
            "disclosure.sale",
            (
                "Ingen videregivelse til andre end myndigheder er sket mod betaling eller med salg,"
                " videresalg eller udlejning som formål. Et fund er en afvigelse."
            ),
        ),
    ],
)
def test_each_check_is_told_in_words_and_not_in_conditions(
    workspace: Path, rules: str, asked: str
) -> None:
    told = overview_of(policy_of(workspace, clause(1, rules)), PARAMETERS)
    assert [one.asks for one in told.clauses[0].asked] == [asked]


def test_every_rule_there_is_tells_in_plain_words_what_is_asked_of_which_records() -> None:
    rules = load_rules(ROOT / "expectations").values()
    assert [
        rule.rule
        for rule in rules
        if (rule.type == "expect_rows_to_satisfy" and not (rule.asks or rule.claim))
        or (rule.type == "expect_erasure_by_deadline" and rule.scope != "true" and not rule.asks)
    ] == []
    for rule in rules:
        assert rule.type == "expect_rows_to_satisfy" or f"{rule.type}" in {
            *DA.at("asked"),
            "expect_only_listed_columns",
        }
        assert DA.event(rule.data_set or "", rule.starts_at or "last_use")
        assert set(rule.exempt) <= set(DA.at("exemptions"))


def test_an_event_is_told_by_its_table_where_the_column_means_another_in_others() -> None:
    assert DA.event("crm_contact", "valid_to") == "kontaktpersonens fratræden"
    assert DA.event("number_assignment", "valid_to") == "tildelingens ophør"
    assert DA.event("recipient_register", "valid_to") is None
    assert DA.event("cdr", "start_at") != DA.event("ip_session", "start_at")
    assert DA.event("invoice", "relationship_end") == DA.event("agreement", "relationship_end")


@pytest.mark.parametrize("audit", ["bizzy", "kazoom"])
def test_every_clause_of_a_sample_says_what_is_asked_or_why_nothing_is(audit: str) -> None:
    opened = open_policy(ROOT / "audits" / audit)
    told = overview_of(opened.file, dict(opened.audit.parameters) if opened.audit else None)
    assert [one.id for one in told.clauses] == [one.clause for one in opened.policy.clauses]
    assert [one.id for one in told.clauses if not one.asked and not one.not_asked] == []
    assert [
        (one.id, asked.asks)
        for one in told.clauses
        for asked in one.asked
        if SQL.search(asked.asks) or len(asked.asks) < 20
    ] == []
    assert [check for one in told.clauses for asked in one.asked for check in asked.checks] == [
        check.id for check in opened.suite.checks
    ]


def test_a_clause_names_its_parameters_and_whether_the_audit_has_set_them(workspace: Path) -> None:
    file = policy_of(
        workspace,
        clause(1, "retention.customer: {after: {parameter: customer_period}}"),
        clause(2, "retention.prospect: {after: {parameter: prospect_months, unit: M}}"),
        clause(3, "rights.erasure_executed"),
    )
    assert [one.parameters for one in overview_of(file, PARAMETERS).clauses] == [
        ("customer_period: 18 måneder, sat af Direktør",),
        ("prospect_months: ikke sat i audit.yaml; kontrollen svarer »ikke fastsat«",),
        (
            (
                "erasure_days: ikke nævnt i audit.yaml; en kørsel bliver afvist, til den står der"
                " (value: null)"
            ),
        ),
    ]
    assert {one.parameters[0].partition(": ")[2] for one in overview_of(file).clauses} == {
        "sættes i audit.yaml, som ikke ligger ved siden af"
    }


@pytest.mark.parametrize(
    ("rules", "value"),
    [
        ("retention.customer: {after: {parameter: customer_period}}", "et år"),
        ("rights.erasure_executed", "P30D"),
    ],
)
def test_a_parameter_that_no_check_can_use_is_refused(
    workspace: Path, rules: str, value: str
) -> None:
    file = policy_of(workspace, clause(1, rules))
    set_so = PARAMETERS["customer_period"].model_copy(update={"value": value})
    with pytest.raises(AuditFileError, match=f"'{value}' is not a"):
        overview_of(file, {"customer_period": set_so, "erasure_days": set_so})


def test_the_end_tells_which_baseline_rules_stand_under_clauses_and_which_are_asked_besides(
    workspace: Path,
) -> None:
    file = policy_of(
        workspace,
        clause(1, "message_content.teledata_browsing: {tables: [cdr], as: cdr}"),
        clause(2, "minimisation.listed_columns: {tables: [crm_contact], listed: [name]}"),
    )
    told = overview_of(file)
    assert [(one.rule, one.clauses, one.data_sets) for one in told.under_clauses] == [
        ("minimisation.cpr_columns", ("FJO-2",), ("crm_contact",)),  # covered by the list
        ("message_content.teledata_browsing", ("FJO-1",), ("cdr",)),
    ]
    baseline = open_policy(file).rules.baseline
    assert sum(one.checks for one in told.besides) == len(baseline.checks) - 2
    lines = as_lines(told, DA)
    assert "  - message_content.teledata_browsing: 1 datasæt under FJO-1" in lines
    assert any(line.startswith(f"  - HYG-card ({len(TABLES)} kontroller): ") for line in lines)
    assert any(line.startswith("  Det besvarer ingen data: HYG-logging-store, ") for line in lines)
    assert "  Hviler på: processor_deletion_days: sættes i audit.yaml" in "\n".join(lines)


def test_the_whole_is_told_in_the_policys_order_with_what_is_not_looked_at(workspace: Path) -> None:
    file = policy_of(
        workspace,
        "- clause: FJO-9\n  claim: Ingen kortnumre.\n  rules: [card_data.cards]\n"
        "  limits: Papir og lyd er ikke med.\n",
        "- clause: FJO-2\n  claim: Vi svarer venligt.\n  not_assessed:\n"
        "    reason: Tonen i et svar står ikke i data.\n    evidence: En stikprøve.\n",
    )
    ended = call("policy", "check", file)
    assert (ended.code, ended.err) == (0, "")
    told = " ".join(ended.out.split())
    assert told.startswith(
        f"Persondatapolitik, udgave: 2 2 punkter: 1 spørges i data, med {len(TABLES)} kontroller; 1 besvarer"
        f" ingen data. FJO-9 Ingen kortnumre. Der spørges: - Hvert udtræk ({len(TABLES)} tabeller): Ingen"
        " kolonne rummer fulde kortnumre, kontrolcifre, PIN-blokke eller sporedata. Et fund er en afvigelse; er"
        " det ikke sikkert, skal det ses af et menneske. [alvorlighed kritisk;"
        f" FJO-9.<tabel>, {len(TABLES)} kontroller] Der ses ikke på: Papir og lyd er ikke med. FJO-2 Vi svarer"
        " venligt. Der spørges ikke: Tonen i et svar står ikke i data. Det kunne vise det: En"
        " stikprøve. Grundreglerne (expectations/baseline.yaml) spørges, hvad politikken end siger"
    )
    assert max(map(len, ended.out.splitlines())) <= 100


def test_programs_get_the_same_as_json_and_an_audit_may_be_named_alone(
    workspace: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(workspace)
    told = json.loads(call("policy", "check", "bizzy", "--format", "json").out)
    assert told["title"] == "Databeskyttelsespolitik"
    clauses = {one["id"]: one for one in told["clauses"]}
    assert [one["checks"] for one in clauses["BIZ-ret-3"]["asked"]] == [
        ["BIZ-ret-3.customer"],
        ["BIZ-ret-3.contact"],
        ["BIZ-ret-3.interaction"],
    ]
    assert clauses["BIZ-ret-5"]["parameters"] == ["immediately_days: 14, sat af Driftschef"]


@pytest.mark.parametrize(
    ("rules", "said"),
    [
        ("retention.custmer: {after: P1Y}", "Did you mean 'retention.customer'?"),
        ("retention.customer", "needs the policy's period"),
        ("retention.customer: {after: 1 år}", "is not a period like P5Y"),
    ],
)
def test_what_is_wrong_is_said_with_line_and_clause(workspace: Path, rules: str, said: str) -> None:
    ended = call("policy", "check", policy_of(workspace, clause(1, rules)))
    assert (ended.code, ended.out) == (3, "")
    assert re.search(r"policy\.yaml, line \d+: (FJO-1|retention)", ended.err)
    assert said in ended.err
