"""The policies, the baseline and the rules as texts: every clause told, in both languages, in our
own words, on a basis that is in force.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from teleaudit.rules.rulebook import load_known_suites
from teleaudit.rules.suites import TOPICS
from teleaudit.schema import TABLES

ROOT = Path(__file__).resolve().parent.parent
EXPECTATIONS = ROOT / "expectations"
LAW = EXPECTATIONS / "law.yaml"
_TEMPLATE = ROOT / "teleaudit" / "templates" / "policy.yaml"
FILES = {
    "bizzy": ROOT / "audits" / "bizzy" / "policy.yaml",
    "kazoom": ROOT / "audits" / "kazoom" / "policy.yaml",
    "baseline": EXPECTATIONS / "baseline.yaml",
}
SUITES = tuple(FILES)
AS_OF = dt.date(2026, 11, 22)
SHINGLE_WORDS = 8

KAZOOM = "a b1 b2 c c2 d e f g h h2 h3 i i2 j k k2 l m m2 n o p q r1 r2 r3 s t u v v2 w"
BIZZY = (
    "intro ctrl collect-1 collect-2 collect-3 change tele-1 tele-2 tele-3 acc-1 acc-2 ret-1 ret-2"
    " ret-3 ret-4 ret-5 ret-6 ret-7 right-1 right-2 right-3 prot dis-1 dis-2 dis-3 dis-4 dis-5"
    " dis-6 dis-7 dis-8 dis-9 dis-10 more"
)
BASELINE = (
    "card dates end-date key duration location anonymous test number cpr cpr-number messages browsing"
    " special twin processor-copies consent-import opt-out marketing collection accounting teledata deletion-log"
    " resurrected orphan hold system backup logging-store spoken-card trend vulnerable called-party audit-access"
)
CLAUSES = {
    "kazoom": [f"KAZ-{name}" for name in KAZOOM.split()],
    "bizzy": [f"BIZ-{name}" for name in BIZZY.split()],
    "baseline": [f"HYG-{name}" for name in BASELINE.split()],
}

Entry = dict[str, Any]  # a clause or an entry of the register as YAML gives it


@cache
def _read(file: Path) -> Any:
    return YAML(typ="safe", pure=True).load(file.read_text(encoding="utf-8"))


def _clauses_of(suite: str) -> list[Entry]:
    clauses: list[Entry] = _read(FILES[suite])["clauses"]
    return clauses


def _clauses() -> Iterator[Entry]:
    for suite in SUITES:
        yield from _clauses_of(suite)


def _rules() -> Iterator[Entry]:
    for topic in TOPICS:
        yield from _read(EXPECTATIONS / f"{topic}.yaml")


def _pairs(node: Any, place: str) -> Iterator[tuple[str, Entry]]:
    """Every text given in languages, with the place where it stands."""
    if isinstance(node, dict):
        if {"da", "en"} & set(node):
            yield place, node
        for key, value in node.items():
            yield from _pairs(value, f"{place}.{key}")
    elif isinstance(node, list):
        for number, value in enumerate(node):
            yield from _pairs(value, f"{place}.{number}")


def _texts() -> list[tuple[str, Entry]]:
    return [
        pair
        for entry in (*_clauses(), *_rules())
        for pair in _pairs(entry, entry.get("clause") or entry["rule"])
    ]


def shingles(text: str) -> set[str]:
    """Hashes of every run of eight words, whatever their case and punctuation."""
    words = re.findall(r"\w+", text.casefold())
    runs = (
        " ".join(words[start : start + SHINGLE_WORDS])
        for start in range(len(words) - SHINGLE_WORDS + 1)
    )
    return {hashlib.sha256(run.encode()).hexdigest()[:12] for run in runs}


@cache
def _policies() -> frozenset[str]:
    """Both policies as hashes: their text does not belong in this repository."""
    return frozenset(
        (Path(__file__).parent / "policy_shingles.txt").read_text(encoding="ascii").split()
    )


@pytest.mark.parametrize("suite", SUITES)
def test_every_clause_stands_once_and_in_the_order_of_the_policy(suite: str) -> None:
    assert [clause["clause"] for clause in _clauses_of(suite)] == CLAUSES[suite]


def test_a_clause_is_checked_or_says_why_it_is_not() -> None:
    for clause in _clauses():
        assert ("rules" in clause) != ("not_assessed" in clause), clause["clause"]
        if "not_assessed" in clause:
            assert set(clause["not_assessed"]) == {"reason", "evidence"}, clause["clause"]


def test_every_rule_is_used_by_a_policy_or_the_baseline_or_offered_to_a_new_one() -> None:
    template = _TEMPLATE.read_text(encoding="utf-8")
    used = {
        use if isinstance(use, str) else next(iter(use))
        for clause in _clauses()
        for use in clause.get("rules", [])
    }
    assert [
        rule["rule"]
        for rule in _rules()
        if rule["rule"] not in used and rule["rule"] not in template
    ] == []


def test_every_claim_is_told_in_danish_and_in_english() -> None:
    for clause in _clauses():
        assert set(clause["claim"]) == {"da", "en"}, clause["clause"]
    for place, text in _texts():
        assert set(text) - {"do"} == {"da", "en"}, place  # an action has a code too
        assert all(isinstance(words, str) and words.strip() for words in text.values()), place
        assert text["da"] != text["en"], place


def test_no_two_clauses_of_a_suite_make_the_same_claim() -> None:
    for suite in SUITES:
        claims = [
            clause["claim"][language] for clause in _clauses_of(suite) for language in ("da", "en")
        ]
        assert len(claims) == len(set(claims))


def test_danish_sentences_are_not_english_ones_left_behind() -> None:
    for place, text in _texts():
        assert not re.search(r"\b(the|and|of|is|are)\b", text["da"]), place
        assert not re.search(r"\b(og|ikke|af|er|kunden)\b", text["en"]), place


def test_no_sentence_of_a_policy_is_copied() -> None:
    for place, text in _texts():
        assert not shingles(text["da"]) & _policies(), place


def test_the_texts_of_both_policies_are_known_by_their_hashes() -> None:
    assert len(_policies()) > 1600
    assert all(re.fullmatch("[0-9a-f]{12}", shingle) for shingle in _policies())


def test_a_copied_sentence_is_recognised_whatever_its_case_and_punctuation() -> None:
    policy = shingles("Vi gemmer aldrig noget om nogen, medmindre de selv har bedt os om det.")
    assert shingles("»VI GEMMER ALDRIG: noget om nogen medmindre de« sagde han") & policy
    assert not shingles("Vi gemmer aldrig noget om nogen, med mindre de selv har bedt") & policy


@pytest.mark.parametrize(
    "file",
    [*FILES.values(), *sorted(EXPECTATIONS.glob("*.yaml"))],
    ids=lambda file: file.parent.name + "-" + file.stem,
)
def test_no_text_grants_a_certificate(file: Path) -> None:
    assert not re.search(r"overhold(er|t)\b", file.read_text(encoding="utf-8"), re.IGNORECASE)


def test_every_cited_basis_is_in_the_register_and_in_force() -> None:
    law = {entry["id"]: entry for entry in _read(LAW)["entries"]}
    for suite in load_known_suites(ROOT)[0]:
        for clause in suite.clauses:
            cited = [
                *clause.legal_basis,
                *(basis for spec in clause.expectations for basis in spec.legal_basis),
            ]
            assert cited, clause.clause
            for basis in cited:
                assert (
                    (law[basis]["valid_from"] or AS_OF)
                    <= AS_OF
                    <= (law[basis]["valid_to"] or AS_OF)
                ), (clause.clause, basis)


def test_the_register_says_of_every_basis_what_is_known_and_how() -> None:
    register = _read(LAW)
    ids = [entry["id"] for entry in register["entries"]]
    assert len(ids) == len(set(ids))
    for entry in register["entries"]:
        assert entry["authority"] in register["authorities"], entry["id"]
        assert entry["confidence"] in {"high", "medium", "low"}, entry["id"]
        assert (entry["evidence"] == "looked_up") == (entry["checked_on"] is not None), entry["id"]
        assert (entry["evidence"] == "looked_up") == (entry["read_in"] != "none"), entry["id"]
        marks = re.findall(r"\[(\w+)\]", entry["source"])
        assert set(marks) <= register["source_marks"].keys(), entry["id"]
        # nothing read in a copy is called official
        assert entry["read_in"] == "mirror" or not marks, entry["id"]
        read_to = {
            "m1": register["currency"]["danish_acts_read_to"],
            "m2": register["currency"]["eu_acts_read_to"],
        }
        assert entry["read_to"] == next(
            (read_to[mark] for mark in marks if mark in read_to), None
        ), entry["id"]
        for name in ("title", "citation", "rule"):
            assert entry[f"{name}_da"], entry["id"]
            assert entry[f"{name}_en"], entry["id"]
    assert set(register["currency"]["recheck_before_release"]) <= set(ids)


# columns that tell whom a record is about
_PERSONAL = {"customer_id", "user_id", "number", "a_number", "object_key"}


@pytest.mark.parametrize(("suite", "clause"), [("bizzy", "BIZ-ret-3"), ("kazoom", "KAZ-r3")])
def test_a_promise_of_erasure_is_asked_of_every_table_with_personal_data_or_names_those_that_it_is_not_asked_of(
    suite: str, clause: str
) -> None:
    (own,) = load_known_suites(ROOT, [suite])[0]
    asked = {check.data_set for check in own.checks if "legal_hold" in check.spec.exempt}
    limits = next(
        one["limits"]["da"] for one in _clauses_of(suite) if one["clause"] == clause
    ).lower()
    personal = {
        name: table.title_da.lower()
        for name, table in TABLES.items()
        if _PERSONAL & set(table.names)
    }
    assert len(personal) > 20
    assert [
        name for name, title in personal.items() if name not in asked and title not in limits
    ] == []


def test_what_is_no_law_does_not_look_like_it() -> None:
    for entry in _read(LAW)["entries"]:
        assert (entry["kind"] == "contract") == ("ikke en retsregel" in entry["citation_da"]), (
            entry["id"]
        )
        assert "ikke gældende ret" not in entry["citation_da"], entry["id"]


def test_the_severity_of_the_gravest_facts_is_critical() -> None:
    critical = {"KAZ-b2", "HYG-card", "BIZ-tele-2"}
    assert critical <= {
        clause.clause
        for suite in load_known_suites(ROOT)[0]
        for clause in suite.clauses
        if clause.severity == "critical"
    }


def test_what_may_be_a_breach_is_told_of_access_and_disclosure_and_of_storage() -> None:
    suites, _ = load_known_suites(ROOT)
    kinds: dict[str, set[str]] = {"access": set(), "storage": set()}
    for suite in suites:
        for check in suite.checks:
            if check.spec.possible_breach:
                kinds[check.spec.possible_breach].add(check.spec.rule or "")
    assert kinds["access"] == {
        *(f"access.{name}" for name in ("roster", "shared_account", "network", "export")),
        *(f"disclosure.{name}" for name in ("sale", "recipient", "browsing", "directory_secret")),
        *(f"disclosure.collection_{name}" for name in ("debt", "teledata")),
        *(f"disclosure.authority_{name}" for name in ("order", "title", "period", "secret")),
    }
    assert kinds["storage"] == {
        "card_data.cards",
        "minimisation.cpr_numbers",
        "message_content.teledata_messages",
        "message_content.teledata_browsing",
        *(f"access.recording_{name}" for name in ("agreement", "scope", "after_end", "index")),
    }


def test_what_stands_in_no_report_is_secret_by_a_law_that_says_so() -> None:
    suites, _ = load_known_suites(ROOT)
    secret = {
        (check.spec.rule, check.legal_basis)
        for suite in suites
        for check in suite.checks
        if check.spec.secret
    }
    assert secret == {("disclosure.authority_secret", ("rpl-786i",))}


def test_the_same_lateness_has_the_same_severity_whichever_right_or_period_it_is_about() -> None:
    suites, _ = load_known_suites(ROOT)
    specs = [check.spec for suite in suites for check in suite.checks]
    late_answers = {
        spec.rule: spec.severity for spec in specs if (spec.rule or "").endswith("_in_time")
    }
    assert len(late_answers) == 5
    assert set(late_answers.values()) == {"medium"}
    kept_too_long = {
        (spec.data_set in {"cdr", "ip_session"}, spec.severity)
        for spec in specs
        # a deviation, and not what a person must look at first
        if spec.type == "expect_erasure_by_deadline" and spec.on_deviation == "fail"
    }
    assert kept_too_long == {(True, "high"), (False, "medium")}  # traffic data, and all other
