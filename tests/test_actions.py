"""What there is to do about a record that deviates, as one word, and which deadline it is due by."""

from __future__ import annotations

import pytest

from teleaudit.rules.audit_file import load_audit
from teleaudit.rules.rule_files import load_rules
from teleaudit.rules.rulebook import rulebook_of
from teleaudit.rules.suites import Action, ActionCode, DeadlineKind
from tests.command import ROOT


@pytest.mark.parametrize(
    ("check", "code", "deadline"),
    [
        ("BIZ-ret-3.customer", "erase", "erasure"),  # by the type of the expectation
        ("HYG-card.payment", "remove", "erasure"),
        ("HYG-cpr-number.crm_customer", "remove", "erasure"),
        ("HYG-anonymous.hashed", "remove", "erasure"),  # the customer stays
        ("HYG-deletion-log.failed", "repeat", "erasure"),  # the line of the log stays
        ("HYG-resurrected.deletion_log", "repeat", "erasure"),
        ("HYG-backup.rerun", "repeat", "erasure"),
        ("BIZ-right-2.executed", "repeat", "erasure"),
        ("HYG-orphan.contact", "assess", "follow_up"),  # find the customer, or erase
        ("HYG-orphan.cdr", "assess", "follow_up"),
        ("BIZ-ret-6.ledger", "assess", "erasure"),
        ("HYG-cpr.crm_customer", "assess", "follow_up"),  # a whole column
        ("BIZ-right-1.in_time", "answer", "answer"),  # by the rule
        ("HYG-deletion-log.late", "assess", "erasure"),
        ("BIZ-collect-2.contact", "assess", "follow_up"),
        ("HYG-dates.cdr", "correct", "follow_up"),
    ],
)
def test_a_check_says_what_there_is_to_do_and_which_deadline_it_is(
    check: str, code: ActionCode, deadline: DeadlineKind
) -> None:
    checks = rulebook_of(load_audit(ROOT / "audits" / "bizzy")).checks
    (asked,) = (one for one in checks if one.id == check)
    assert (asked.action_code, asked.deadline) == (code, deadline)


@pytest.mark.parametrize(
    ("check", "may_erase"),
    [
        ("BIZ-ret-3.customer", True),
        ("HYG-card.crm_contact", True),
        ("HYG-deletion-log.failed", True),
        ("HYG-orphan.contact", True),
        ("BIZ-ret-6.ledger", True),
        ("BIZ-right-1.in_time", False),
        # the register of holds holds no evidence itself
        ("HYG-card.legal_hold", False),
        ("HYG-hold.approval", False),
    ],
)
def test_an_action_that_may_erase_waits_for_what_is_in_its_way(
    check: str, *, may_erase: bool
) -> None:
    checks = rulebook_of(load_audit(ROOT / "audits" / "bizzy")).checks
    assert [one.may_erase for one in checks if one.id == check] == [may_erase]


def test_a_policy_that_words_an_action_anew_keeps_its_code() -> None:
    rule = load_rules(ROOT / "expectations")["rights.requests_in_time"]
    reworded = rule.expectation(part="p", action=Action(da="Skriv til kunden."))
    stopped = rule.expectation(part="p", action=Action(da="Stands.", do="stop"))

    assert reworded.action == Action(da="Skriv til kunden.", do="answer")
    assert stopped.action == Action(da="Stands.", do="stop")
