"""What a condition says whatever the missing values would be."""

from __future__ import annotations

import itertools

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from teleaudit.expectations.certainty import certain, doubted_columns, possible, resting_on

TRUTHS = (None, False, True)
ROWS = [dict(zip(("a", "b", "u", "w"), values, strict=True)) for values in itertools.product(TRUTHS, repeat=4)]


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
def test_what_is_certain_and_what_is_possible_without_a_column(condition: str, sure: str, may_be: str) -> None:
    assert (certain(condition, {"u"}), possible(condition, {"u"})) == (sure, may_be)


CONDITIONS = st.recursive(
    st.sampled_from(["a", "b", "u", "w", "a IS NULL", "u IS NULL", "u IS NOT NULL", "a = u", "a <> b", "true"]),
    lambda inner: st.one_of(
        st.tuples(inner, st.sampled_from(["AND", "OR"]), inner).map(lambda parts: f"({' '.join(parts)})"),
        inner.map(lambda one: f"NOT ({one})"),
        st.tuples(inner, st.sampled_from(["true", "false"])).map(lambda parts: f"coalesce({parts[0]}, {parts[1]})"),
        st.tuples(inner, inner, inner).map(lambda parts: f"CASE WHEN {parts[0]} THEN {parts[1]} ELSE {parts[2]} END"),
    ),
    max_leaves=8,
)


@settings(max_examples=150, deadline=None)
@given(condition=CONDITIONS)
def test_what_is_certain_holds_for_every_value_and_what_holds_for_some_is_possible(condition: str) -> None:
    unknown = {"u", "w"}
    sure, may_be = certain(condition, unknown), possible(condition, unknown)
    with duckdb.connect() as connection:
        values = ", ".join(f"({', '.join('NULL::BOOLEAN' if value is None else str(value) for value in row.values())})" for row in ROWS)
        query = f"SELECT a, b, coalesce({condition}, false), coalesce({sure}, false), coalesce({may_be}, false) FROM (VALUES {values}) AS t(a, b, u, w)"
        found = connection.execute(query).fetchall()
    for known in itertools.product(TRUTHS, repeat=2):
        held = [row[2] for row in found if row[:2] == known]
        assert all(held) or not any(row[3] for row in found if row[:2] == known)
        assert not any(held) or all(row[4] for row in found if row[:2] == known)


def test_a_reason_doubts_the_columns_that_it_names_also_in_its_texts() -> None:
    known = {"end_date", "start_date", "_issues", "due"}

    assert doubted_columns("end_date IS NULL", known) == {"end_date"}
    assert doubted_columns("regexp_matches(_issues, '(^|;)(end_date|start_date)=(unreadable|zero)')", known) == {"_issues", "end_date", "start_date"}


def test_what_is_derived_from_a_doubted_column_is_doubted_and_so_is_what_a_doubted_column_was_derived_from() -> None:
    requires = {"due": ("dsar.received_at",), "late": ("dsar.received_at", "dsar.closed_at"), "known": ("crm_customer.customer_id",)}

    assert resting_on({"closed_at"}, requires, "dsar") == {"closed_at", "late"}
    assert resting_on({"late"}, requires, "dsar") == {"late", "received_at", "closed_at", "due"}
    assert resting_on({"customer_id"}, requires, "dsar") == {"customer_id"}
