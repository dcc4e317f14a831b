"""What a check may say: nothing to look at is never a pass, and nothing found is ever hidden."""

from __future__ import annotations

import itertools
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from teleaudit.rules.severity import weigh
from teleaudit.rules.suites import Severity
from teleaudit.rules.verdicts import GRAVITY, Answer, Verdict, gravest, judge


def _judge(
    answer: Answer,
    *,
    gate: float = 0.99,
    on_deviation: Verdict = Verdict.FAIL,
    too_many_rejected: bool = False,
) -> tuple[Verdict, str | None]:
    return judge(answer, gate=gate, on_deviation=on_deviation, too_many_rejected=too_many_rejected)


def _answer(population: int, assessable: int, deviations: int = 0, **others: Any) -> Answer:
    return Answer(
        population=population, assessable=assessable, deviations=deviations, exempted=0, **others
    )


@pytest.mark.parametrize(
    ("answer", "verdict", "why"),
    [
        (_answer(100, 100), Verdict.PASS, None),
        (_answer(0, 0), Verdict.UNKNOWN, "nothing_in_scope"),
        (_answer(100, 0), Verdict.UNKNOWN, "nothing_assessable"),
        (_answer(100, 100, 1), Verdict.FAIL, None),
        (_answer(100, 99, unmapped={"Ophørt den": "end_date"}), Verdict.UNKNOWN, "not_mapped"),
        (_answer(1, 0, unmapped={"Ophørt den": "end_date"}), Verdict.UNKNOWN, "not_mapped"),
        (_answer(100, 99, 1, unmapped={"Ophørt den": "end_date"}), Verdict.FAIL, None),
        (_answer(100, 1, 1), Verdict.FAIL, None),
        (_answer(100, 99), Verdict.PASS, None),
        (_answer(100, 98), Verdict.PARTIAL, None),
        (_answer(10_000, 9_899), Verdict.PARTIAL, None),
        (_answer(100, 100, legal={"strict": 1}), Verdict.LEGAL, None),
        (_answer(100, 98, legal={"strict": 1}), Verdict.PARTIAL, None),
        (_answer(100, 100, 1, legal={"strict": 1}, review=1), Verdict.FAIL, None),
        (_answer(100, 100, legal={"strict": 1}, review=1), Verdict.REVIEW, None),
        (_answer(100, 100, review=1), Verdict.REVIEW, None),
        (
            Answer(
                population=2, assessable=2, deviations=0, exempted=2, exemptions={"legal_hold": 2}
            ),
            Verdict.PASS,
            None,
        ),
    ],
)
def test_every_verdict_has_its_rule(answer: Answer, verdict: Verdict, why: str | None) -> None:
    assert _judge(answer) == (verdict, why)


@pytest.mark.parametrize("on_deviation", [Verdict.FAIL, Verdict.BREACH, Verdict.REVIEW])
def test_the_clause_says_what_a_deviation_means(on_deviation: Verdict) -> None:
    assert _judge(_answer(5, 5, 1), on_deviation=on_deviation) == (on_deviation, None)
    assert _judge(_answer(5, 5), on_deviation=on_deviation) == (Verdict.PASS, None)


def test_an_export_of_which_too_much_was_rejected_is_not_judged_either_way() -> None:
    for answer in (_answer(5, 5), _answer(5, 5, 1), _answer(0, 0)):
        assert _judge(answer, too_many_rejected=True) == (Verdict.UNKNOWN, "too_many_rejected")


def test_where_the_source_counted_other_rows_what_was_found_stands_and_nothing_else_does() -> None:
    def judged(answer: Answer) -> tuple[Verdict, str | None]:
        return judge(
            answer,
            gate=0.99,
            on_deviation=Verdict.FAIL,
            too_many_rejected=False,
            control_differs=True,
        )

    assert judged(_answer(5, 5, 1)) == (Verdict.FAIL, None)
    assert judged(_answer(5, 5)) == (Verdict.UNKNOWN, "control_differs")
    assert judged(_answer(5, 4)) == (Verdict.UNKNOWN, "control_differs")
    assert judged(_answer(0, 0)) == (Verdict.UNKNOWN, "nothing_in_scope")


@given(st.integers(1, 10**7))
def test_exactly_at_the_gate_is_enough_and_one_record_fewer_is_not(hundreds: int) -> None:
    assert _judge(_answer(100 * hundreds, 99 * hundreds))[0] is Verdict.PASS
    assert _judge(_answer(100 * hundreds, 99 * hundreds - 1))[0] is Verdict.PARTIAL


@given(st.integers(0, 50), st.integers(0, 50), st.integers(0, 50), st.booleans())
# drawn by Hypothesis
def test_a_pass_needs_something_judged_the_gate_and_no_deviation(
    population: int,
    assessable: int,
    deviations: int,
    too_many_rejected: bool,  # noqa: FBT001
) -> None:
    verdict, why = _judge(
        _answer(population, assessable, deviations), too_many_rejected=too_many_rejected
    )
    if verdict is Verdict.PASS:
        assert assessable >= 0.99 * population > 0
        assert deviations == 0
        assert not too_many_rejected
    assert (why is not None) == (verdict is Verdict.UNKNOWN)


def test_a_whole_is_as_grave_as_its_gravest_part() -> None:
    assert gravest([]) is Verdict.SKIPPED
    assert set(GRAVITY) == set(Verdict)
    for graver, lighter in itertools.pairwise(GRAVITY):
        assert gravest([lighter, graver, lighter]) is graver
    assert gravest([Verdict.PASS]) is Verdict.PASS


def test_an_answer_survives_what_great_expectations_carries() -> None:
    answer = _answer(3, 2, 1, reasons={"missing_date": 1}, columns={"notes": 1})
    carried = answer.as_result()
    assert Answer.of_result(carried["result"]) == answer
    assert carried["success"] is False
    assert _answer(0, 0).as_result()["success"] is False
    assert _answer(3, 3).as_result()["success"] is True


@pytest.mark.parametrize(
    ("severity", "records", "assessable", "customers", "days", "told"),
    [
        ("medium", 9, 10, 9, None, "medium"),  # a large share of few
        ("medium", 10, 1000, 10, None, "high"),
        ("medium", 10, 1001, 10, None, "medium"),
        ("medium", 999, 10**6, 999, 365, "medium"),
        ("medium", 1000, 10**6, None, None, "high"),
        ("medium", 1, 10**6, 1, 366, "high"),
        ("low", 10, 10, 10, 4000, "medium"),  # one step, however much
        ("high", 10**6, 10**6, 10**6, 4000, "high"),  # critical by its kind alone
        ("critical", 1, 10**6, 1, None, "critical"),
        ("observation", 1000, 1000, 1000, None, "observation"),
    ],
)
def test_many_people_or_a_long_time_raise_the_severity_by_one_step_to_high_at_most(
    severity: Severity,
    records: int,
    assessable: int,
    customers: int | None,
    days: int | None,
    told: Severity,
) -> None:
    weighed = weigh(
        severity,
        records=records,
        assessable=assessable,
        customers=customers,
        overdue_days=days,
    )
    assert weighed == told
