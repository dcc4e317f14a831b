"""The engine that specs share answers as one that each has for itself: nothing of an earlier spec
is left.
"""

from __future__ import annotations

import pytest

import tests.spec
from tests.recorded import told
from tests.spec import answer

_ENDED = "customer_id | end_date\na | 2025-11-20\nb | 2025-11-22"
_RUNNING = "customer_id | end_date | Ekstra\na |  | 1\nb | 2026-11-22 | 2"
_CONTACTS = "contact_id | customer_id\nx | a\ny | b"
QUESTIONS = [
    ("BIZ-ret-3.contact", {"crm_customer": _ENDED, "crm_contact": _CONTACTS}),
    ("BIZ-ret-3.contact", {"crm_customer": _RUNNING, "crm_contact": _CONTACTS}),
    ("BIZ-ret-3.contact", {"crm_contact": _CONTACTS}),
    (
        "BIZ-ret-3.contact",
        {
            "crm_customer": _ENDED,
            "crm_contact": _CONTACTS,
            "agreement": "agreement_id | customer_id | ended_at\n1 | a | ",
        },
    ),
    ("HYG-key.crm_customer", {"crm_customer": "customer_id\na\na\nb"}),
    ("HYG-key.crm_customer", {"crm_customer": "customer_id\nc"}),
    ("BIZ-ret-3.contact", {"crm_customer": _ENDED, "crm_contact": _CONTACTS}),
]


def test_specs_that_share_an_engine_answer_as_with_one_of_their_own(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    shared = [told(answer(check, tables, engine="duckdb")) for check, tables in QUESTIONS]
    monkeypatch.setitem(tests.spec.ENGINES, "alone", tests.spec.ENGINES["duckdb"])
    assert shared == [told(answer(check, tables, engine="alone")) for check, tables in QUESTIONS]
    # the first question and the last are one
    assert len({str(each) for each in shared}) == len(QUESTIONS) - 1


def test_a_spec_that_an_engine_did_not_survive_is_followed_by_others() -> None:
    with pytest.raises(AssertionError, match="every row of a spec has all cells"):
        answer(
            "HYG-key.crm_customer", {"crm_customer": "customer_id | end_date\na"}, engine="duckdb"
        )
    assert (
        answer(
            "HYG-key.crm_customer", {"crm_customer": "customer_id\na\na"}, engine="duckdb"
        ).answer.deviations
        == 1
    )
