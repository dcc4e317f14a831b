"""What a condition says whatever the missing values would be."""

from __future__ import annotations

import itertools

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

from teleaudit.expectations.certainty import bound, certain, doubted_columns, possible, resting_on
from teleaudit.rules.audit_file import Parameter
from teleaudit.rules.verdicts import Verdict
from tests.spec import PARAMETERS, answer

TRUTHS = (None, False, True)
ROWS = [
    dict(zip(("a", "b", "u", "w"), values, strict=True))
    for values in itertools.product(TRUTHS, repeat=4)
]


@pytest.mark.parametrize(
    ("condition", "sure", "may_be"),
    [
        ("purpose = 'salg' OR coalesce(u > 0, false)", "purpose = 'salg'", "TRUE"),
        ("u IS NULL AND b", "FALSE", "b"),
        ("NOT (a AND u > 1)", "NOT a", "TRUE"),
        ("NOT coalesce(u, true) OR b", "b", "TRUE"),
        ("coalesce(u AND b, false)", "FALSE", "COALESCE(b, FALSE)"),
        ("coalesce(u OR b, true)", "COALESCE(b, FALSE)", "TRUE"),
        ("CASE WHEN u THEN a ELSE b END", "FALSE", "TRUE"),
        ("a AND b", "a AND b", "a AND b"),
        ("texts = 'u'", "texts = 'u'", "texts = 'u'"),
    ],
)
def test_what_is_certain_and_what_is_possible_without_a_column(
    condition: str, sure: str, may_be: str
) -> None:
    assert (certain(condition, {"u"}), possible(condition, {"u"})) == (sure, may_be)


CONDITIONS = st.recursive(
    st.sampled_from(
        ["a", "b", "u", "w", "a IS NULL", "u IS NULL", "u IS NOT NULL", "a = u", "a <> b", "true"]
    ),
    lambda inner: st.one_of(
        st.tuples(inner, st.sampled_from(["AND", "OR"]), inner).map(
            lambda parts: f"({' '.join(parts)})"
        ),
        inner.map(lambda one: f"NOT ({one})"),
        st.tuples(inner, st.sampled_from(["true", "false"])).map(
            lambda parts: f"coalesce({parts[0]}, {parts[1]})"
        ),
        st.tuples(inner, inner, inner).map(
            lambda parts: f"CASE WHEN {parts[0]} THEN {parts[1]} ELSE {parts[2]} END"
        ),
    ),
    max_leaves=8,
)


@given(condition=CONDITIONS)
def test_what_is_certain_holds_for_every_value_and_what_holds_for_some_is_possible(
    condition: str,
) -> None:
    unknown = {"u", "w"}
    sure, may_be = certain(condition, unknown), possible(condition, unknown)
    with duckdb.connect() as connection:
        values = ", ".join(
            f"({', '.join('NULL::BOOLEAN' if value is None else str(value) for value in row.values())})"
            for row in ROWS
        )
        query = (
            f"SELECT a, b, coalesce({condition}, false), coalesce({sure}, false),"
            f" coalesce({may_be}, false) FROM (VALUES {values}) AS t(a, b, u, w)"
        )
        found = connection.execute(query).fetchall()
    for known in itertools.product(TRUTHS, repeat=2):
        held = [row[2] for row in found if row[:2] == known]
        assert all(held) or not any(row[3] for row in found if row[:2] == known)
        assert not any(held) or all(row[4] for row in found if row[:2] == known)


@given(condition=CONDITIONS)
def test_where_a_column_is_unknown_in_some_rows_only_the_others_are_judged_as_they_stand(
    condition: str,
) -> None:
    unknown = {"u": "d", "w": "d AND b IS NULL"}
    sure, may_be = (
        bound(condition, unknown, at_least=True),
        bound(condition, unknown, at_least=False),
    )
    with duckdb.connect() as connection:
        values = ", ".join(
            f"({', '.join('NULL::BOOLEAN' if value is None else str(value) for value in row.values())},"
            f" {d})"
            for row in ROWS
            for d in (True, False)
        )
        query = (
            f"SELECT a, b, w, d, coalesce({condition}, false), coalesce({sure}, false),"
            f" coalesce({may_be}, false) FROM (VALUES {values}) AS t(a, b, u, w, d)"
        )
        found = connection.execute(query).fetchall()
    assert [row for row in found if not row[3] and not row[4] == row[5] == row[6]] == []
    for a, b, w in itertools.product(TRUTHS, repeat=3):
        alike = [
            row for row in found if row[:2] == (a, b) and row[3] and (b is None or row[2] == w)
        ]
        held = {row[4] for row in alike}
        assert held == {True} or not any(row[5] for row in alike)
        assert held == {False} or all(row[6] for row in alike)


def test_a_condition_that_speaks_of_unknown_words_itself_is_judged_as_it_stands() -> None:
    assert (
        bound("kind = 'unknown' OR kind = 'job'", {"kind": "d"}, at_least=True)
        == "kind = 'unknown' OR CASE WHEN (d) THEN FALSE ELSE kind = 'job' END"
    )


def test_a_reason_doubts_the_columns_that_it_names_also_in_its_texts() -> None:
    known = {"end_date", "start_date", "_issues", "due"}

    assert doubted_columns("end_date IS NULL", known) == {"end_date"}
    assert doubted_columns(
        "regexp_matches(_issues, '(^|;)(end_date|start_date)=(unreadable|zero)')", known
    ) == {"_issues", "end_date", "start_date"}


def test_what_is_derived_from_a_doubted_column_is_doubted_and_so_is_what_a_doubted_column_was_derived_from() -> (
    None
):
    requires = {
        "due": ("dsar.received_at",),
        "late": ("dsar.received_at", "dsar.closed_at"),
        "known": ("crm_customer.customer_id",),
    }

    assert resting_on({"closed_at"}, requires, "dsar") == {"closed_at", "late"}
    assert resting_on({"late"}, requires, "dsar") == {"late", "received_at", "closed_at", "due"}
    assert resting_on({"customer_id"}, requires, "dsar") == {"customer_id"}


# Rules of the suites, asked without something that they rest on


def without(column: str, text: str) -> str:
    """A text table without one of its columns."""
    lines = [
        [cell.strip() for cell in line.split("|")]
        for line in text.strip().splitlines()
        if set(line.strip()) - set("-+ ")
    ]
    place = lines[0].index(column)
    return "\n".join(
        " | ".join(cell for at, cell in enumerate(line) if at != place) for line in lines
    )


SALES = """
    disclosure_id | recipient_type | purpose  | consideration
    priced        | andet          | levering | 0.01
    named         | andet          | salg     | 0
    free          | andet          | levering | 0
"""
TITLES = """
    disclosure_id | recipient_type | data_categories | at                  | title_type | title_ref | title_date
    untitled      | myndighed      | teledata        | 2026-07-03 12:00:00 |            |           |
    ordered       | myndighed      | teledata        | 2026-07-03 12:00:00 | kendelse   | K1        | 2026-07-01
    firm          | logistik       | teledata        | 2026-07-03 12:00:00 |            |           |
"""
TRAINED = """
    user_id | role    | valid_from | valid_to | trained_at | shared_account
    never   | support | 2020-01-01 |          |            | false
    once    | support | 2020-01-01 |          | 2021-01-01 | false
"""


def test_what_violates_without_the_missing_column_deviates_and_the_rest_is_not_judged(
    engine: str,
) -> None:
    result = answer(
        "BIZ-dis-1.sale", {"disclosure": without("consideration", SALES)}, engine=engine
    )

    assert (result.verdict, [deviation.record_key for deviation in result.deviations]) == (
        Verdict.FAIL,
        ["named"],
    )
    assert (result.answer.population, result.answer.assessable, result.answer.reasons) == (
        3,
        1,
        {"missing_column": 2},
    )


def test_a_disclosure_to_an_authority_without_any_title_needs_no_date_of_it(engine: str) -> None:
    tables = {"disclosure": without("title_date", TITLES)}
    result = answer("BIZ-dis-10.order", tables, engine=engine)

    assert (result.verdict, [deviation.record_key for deviation in result.deviations]) == (
        Verdict.FAIL,
        ["untitled"],
    )


def test_nothing_passes_that_lacks_a_column(engine: str) -> None:
    lawful = "\n".join(
        line for line in SALES.splitlines() if "named" not in line and "priced" not in line
    )

    assert answer("BIZ-dis-1.sale", {"disclosure": lawful}, engine=engine).verdict is Verdict.PASS
    result = answer(
        "BIZ-dis-1.sale", {"disclosure": without("consideration", lawful)}, engine=engine
    )
    assert (result.verdict, result.why, result.why_detail) == (
        Verdict.UNKNOWN,
        "missing_column",
        "disclosure.consideration",
    )


def test_what_violates_whatever_the_parameter_is_deviates_though_nobody_has_set_it(
    engine: str,
) -> None:
    parameters = PARAMETERS | {"training_months": Parameter(value=None)}
    result = answer(
        "BIZ-prot.training", {"staff_roster": TRAINED}, engine=engine, parameters=parameters
    )

    assert (
        result.verdict,
        [deviation.record_key.partition("|")[0] for deviation in result.deviations],
    ) == (Verdict.REVIEW, ["never"])
    assert result.answer.reasons == {"unset": 1}
    trained = "\n".join(line for line in TRAINED.splitlines() if "never" not in line)
    assert (
        answer(
            "BIZ-prot.training", {"staff_roster": trained}, engine=engine, parameters=parameters
        ).verdict
        is Verdict.UNSET
    )


def test_a_billed_call_whose_invoice_is_gone_deviates_once_no_invoice_could_excuse_it(
    engine: str,
) -> None:
    calls = """
        call_id  | start_at            | invoice_id
        certain  | 2017-05-21 10:00:00 | gone
        last_day | 2017-05-22 10:00:00 | gone
        doubtful | 2020-05-22 10:00:00 | gone
        known    | 2025-01-05 10:00:00 | F1
    """
    invoices = (
        "invoice_id | invoice_no | legal_entity | issue_date | due_date\nF1 | 1 | S | 2025-02-01 |"
        " 2025-03-01"
    )
    years = "legal_entity | fy_start | fy_end\nS | 2025-01-01 | 2025-12-31"
    result = answer(
        "BIZ-ret-7.billed",
        {"cdr": calls, "invoice": invoices, "financial_years": years},
        engine=engine,
    )

    assert [(deviation.record_key, deviation.due_date) for deviation in result.deviations] == [
        ("certain", "2026-11-21")
    ]
    assert result.answer.reasons == {"no_invoice": 2}
