"""``teleaudit policy explain``: what is asked stands in the policy file itself, in comments that can be
made anew and taken away without another byte of it changing.
"""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from teleaudit.report.policy_comments import MARK, explain_file, strip_file
from teleaudit.report.policy_overview import WIDTH
from teleaudit.report.wording import load_words
from teleaudit.rules.policies import PolicyClause, RuleDetails
from teleaudit.rules.rulebook import open_policy
from teleaudit.rules.suites import NotAssessed, StatedDeadline
from teleaudit.rules.yaml_files import read_yaml
from tests.command import ROOT, call, small_workspace

DA = load_words("da")
CVR = "12345674"
HEAD_LINES = 20
PLAIN = """\
# yaml-language-server: $schema=../../schemas/policy.schema.json
# Mine.

title: Persondatapolitik
version: "2"
clauses:
# before the first
- clause: FJO-1 # beside
  claim: Stamdata slettes efter et år.
  rules:
  - retention.customer: {after: P1Y} # beside
    # below
  - retention.contact:
      after: P1Y

      claim:
        da: >-
          Kontaktpersoner slettes
          efter et år.

  # between
  limits: Intet.

- clause: FJO-2
  claim: Vi svarer venligt.
  not_assessed: {reason: Det ses ikke.}
"""
INLINE = """\
title: Persondatapolitik
version: "2"
clauses:
  - {clause: FJO-1, claim: Ingen kort., rules: [card_data.cards]}
  - clause: FJO-2
    claim: Ingen salg.
    rules: [disclosure.sale,
      disclosure.purpose]
  - clause: FJO-3
    claim: |
      En tekst med
      #> en linje, som er dens egen.
    rules: &both
      - access.export
    note: "Over
      #> to linjer."
"""
FLOW = '{title: P, version: "2", clauses: [{clause: FJO-1, claim: A, not_assessed: {reason: B}}]}\n'
TEXTS = {
    "plain": PLAIN,
    "inline": INLINE,
    "flow": FLOW,
    "windows": PLAIN.replace("\n", "\r\n"),
    "windows without a last end": PLAIN.replace("\n", "\r\n").rstrip(),
    "without a last end": INLINE.rstrip(),
    "with a byte order mark": "\ufeff" + INLINE,
    "with a byte order mark and a head": "\ufeff" + PLAIN,
    "a rule by its name alone": PLAIN.replace(": {after: P1Y} # beside", ":").replace(
        "retention.customer", "access.roster"
    ),
}


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    return small_workspace(tmp_path / "mine")


def written(workspace: Path, text: str) -> Path:
    file = workspace / "audits" / "fjordnet" / "policy.yaml"
    file.parent.mkdir(exist_ok=True)
    file.write_bytes(text.encode())
    return file


def lines_below(file: Path, line: str) -> str:
    """The comments of ours right below a line, as one text."""
    lines = file.read_text(encoding="utf-8").splitlines()
    at = next(number for number, one in enumerate(lines) if line in one)
    end = next(n for n, one in enumerate([*lines, ""]) if n > at and MARK not in one)
    return " ".join(one.partition(MARK)[2].strip() for one in lines[at + 1 : end])


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
def test_comments_change_nothing_that_is_said_are_made_once_and_leave_no_byte_behind(
    workspace: Path, text: str
) -> None:
    file = written(workspace, text)
    before = open_policy(file)
    assert explain_file(before, DA)
    explained, after = file.read_bytes(), open_policy(file)
    assert (after.policy, after.suite) == (before.policy, before.suite)
    assert explained.decode().count(MARK) > text.count(MARK)
    assert not explain_file(after, DA)
    assert file.read_bytes() == explained
    assert strip_file(file)
    assert file.read_bytes() == text.encode()
    assert not strip_file(file)


def test_what_is_asked_stands_below_each_clause_and_rule(workspace: Path) -> None:
    file = written(workspace, PLAIN)
    assert call("policy", "explain", file).code == 0
    assert lines_below(file, "- clause: FJO-1") == (
        "Der spørges i data, med 2 kontroller; se under hver regel."
    )
    assert lines_below(file, "- retention.customer").startswith(
        "Kundestamdata (crm_customer): Ingen post er gemt længere end 1 år efter kundeforholdets ophør."
    )
    assert lines_below(file, "          efter et år.").endswith(
        " Et fund er en afvigelse. [alvorlighed middel; FJO-1.contact]"
    )
    assert lines_below(file, "- clause: FJO-2").startswith("Der spørges ikke i data; hvorfor")
    assert lines_below(file, "# Mine.").startswith("Linjer med »#>« er skrevet af")


def test_a_list_on_one_line_is_explained_below_it(workspace: Path) -> None:
    file = written(workspace, INLINE)
    call("policy", "explain", file)
    told = lines_below(file, "      disclosure.purpose]")
    assert re.findall(r"FJO-2\.\w+", told) == ["FJO-2.sale", "FJO-2.purpose"]
    assert "FJO-1.<tabel>" in lines_below(file, "- {clause: FJO-1")


def test_a_comment_that_would_change_a_text_is_not_written(workspace: Path) -> None:
    text = INLINE.replace("rules: &both", "rules:").replace(
        "      - access.export\n",
        "      - access.export:\n          claim:\n            da: |+\n              Udtræk.\n\n\n",
    )
    file = written(workspace, text)
    ended = call("policy", "explain", file)
    assert (ended.code, "nothing was written" in ended.err.replace("\n", " ")) == (3, True)
    assert file.read_bytes() == text.encode()


def test_the_head_is_short_and_explains_every_key_there_is() -> None:
    head = " ".join(DA.at("asked.comments.head"))
    keys = {
        field.alias or name
        for model in (PolicyClause, RuleDetails, StatedDeadline, NotAssessed)
        for name, field in model.model_fields.items()
    }
    plain = {"clause", "period", "counted_from", "verdict", "reason", "evidence"}
    assert [key for key in sorted({*keys, "null", "P1Y", "unit"} - plain) if key not in head] == []
    text = (ROOT / "audits" / "bizzy" / "policy.yaml").read_text(encoding="utf-8")
    assert 0 < sum(line.startswith(MARK) for line in text.splitlines()) <= HEAD_LINES


@pytest.mark.parametrize("folder", ["audits/bizzy", "audits/kazoom", "docs/examples/notional-cdr"])
def test_the_comments_of_a_sample_are_up_to_date_and_name_every_check(folder: str) -> None:
    file = ROOT / folder / "policy.yaml"
    text = file.read_text(encoding="utf-8")
    lines = [line.partition(MARK)[2].strip() for line in text.splitlines() if MARK in line]
    told = json.loads(call("policy", "check", file, "--format", "json").out)
    assert told["comments_outdated"] is False
    comments = " ".join(lines)
    checks = [check for check in open_policy(file).suite.checks if check.spec.for_each != "all"]
    ids = [check.id if len(check.spec.data_sets) < 5 else check.clause.clause for check in checks]
    assert [one for one in ids if not re.search(rf"{re.escape(one)}\b", comments)] == []
    assert [one for one in text.splitlines() if MARK in one and len(one) > WIDTH] == []


def test_check_says_when_the_comments_are_no_longer_true(workspace: Path) -> None:
    audit = workspace / "audits" / "bizzy" / "audit.yaml"
    policy = audit.with_name("policy.yaml")
    said = "Forklaringerne i filen (#>) er ikke, som de ville blive nu."
    assert said not in call("policy", "check", policy).out
    text = audit.read_text(encoding="utf-8")
    changed = re.sub(r"(prospect_months:.*\n\s+value: )12", r"\g<1>18", text)
    assert changed != text
    audit.write_text(changed, encoding="utf-8")
    ended = call("policy", "check", policy)
    assert (ended.code, said in " ".join(ended.out.split())) == (0, True)
    assert call("policy", "explain", policy).code == 0
    assert "18 måneder (parameteren prospect_months)" in " ".join(
        policy.read_text(encoding="utf-8").replace(f"{MARK} ", "").split()
    )
    assert said not in call("policy", "check", policy).out
    assert call("policy", "explain", policy, "--remove").code == 0
    assert said not in call("policy", "check", policy).out  # none are not old


def test_what_is_begun_for_an_operator_is_explained_from_the_start(workspace: Path) -> None:
    assert call("init", workspace, "--operator", "Fjordnet ApS", "--cvr", CVR).code == 0
    starter = workspace / "audits" / "fjordnet" / "policy.yaml"
    text = workspace / "audits" / "fjordnet" / "policy.txt"
    text.write_text("Politik\n\nKundedata slettes efter 2 år.\n\nVi er flinke.\n", encoding="utf-8")
    drafted = starter.with_name("own.yaml")
    assert call("policy", "new", text, "--out", drafted).code == 0
    for file in (starter, drafted):
        opened = open_policy(file)
        assert MARK in file.read_text(encoding="utf-8")
        assert not explain_file(opened, DA)
    assert "den frist, som parameteren customer_period skal sætte," in " ".join(
        starter.read_text(encoding="utf-8").replace(f"{MARK} ", "").split()
    )


def test_a_policy_can_be_read_before_its_audit_is_decided(workspace: Path) -> None:
    audit = workspace / "audits" / "bizzy" / "audit.yaml"
    data = read_yaml(audit)
    name = next(iter(data["exports"]))
    text = audit.read_text(encoding="utf-8")
    table = data["exports"][name]["table"]
    audit.write_text(text.replace(f"table: {table}", 'table: "?"', 1), encoding="utf-8")
    assert call("policy", "check", audit).code == 0
