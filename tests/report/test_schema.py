"""The published schema of results.json, and what it cannot say."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from teleaudit.report import InvalidResultsError, validate_results
from teleaudit.report.schema import results_schema
from tests.report.example import Results, example, mapping_gap


def test_the_fast_judge_knows_every_word_of_the_schema() -> None:
    """It passes over what it does not know; these are JSON Schema's since draft 7."""
    known = {
        "$schema", "$id", "$defs", "$ref", "title", "description", "type", "const", "enum",
        "properties", "additionalProperties", "propertyNames", "required", "items", "uniqueItems",
        "minItems", "maxItems", "minLength", "maxLength", "pattern", "format", "minimum", "maximum",
        "exclusiveMinimum", "exclusiveMaximum", "anyOf", "oneOf", "allOf", "not", "if", "then",
        "else",
    }  # fmt: skip

    def words(node: Any, *, is_schema: bool) -> Iterator[str]:
        match node:
            case dict():
                for name, value in node.items():
                    if is_schema:
                        yield name
                    names_parts = is_schema and name in ("properties", "$defs")
                    yield from words(
                        value, is_schema=not names_parts and name not in ("enum", "const")
                    )
            case list():
                for value in node:
                    yield from words(value, is_schema=is_schema)

    assert set(words(results_schema(), is_schema=True)) <= known


def a_stage_that_nobody_knows(results: Results) -> None:
    results["timings"]["stages"][0]["stage"] = "lunch"


def set_verdict(results: Results) -> None:
    results["checks"][0]["verdict"] = "overholdt"


def drop_number(results: Results) -> None:
    del results["checks"][0]["assessable"]


def empty_number(results: Results) -> None:
    results["checks"][0]["deviations"] = None


def pass_with_deviations(results: Results) -> None:
    results["checks"][1]["deviations"] = 1


def fail_without_deviations(results: Results) -> None:
    results["checks"][0]["deviations"] = 0


def unknown_without_reason(results: Results) -> None:
    next(check for check in results["checks"] if check["verdict"] == "unknown")["why"] = None


def extra_key(results: Results) -> None:
    results["checks"][0]["values"] = ["x"]


def absolute_path(results: Results) -> None:
    results["exports"][0]["files"][0]["path"] = "/home/x/kunder.csv"


def too_many_references(results: Results) -> None:
    results["checks"][0]["references"] = ["R"] * 21


def local_time(results: Results) -> None:
    results["finished_at"] = "2026-11-22T05:23:31+01:00"


def more_assessable_than_population(results: Results) -> None:
    results["checks"][0]["assessable"] = 3001


def reasons_that_do_not_add_up(results: Results) -> None:
    results["checks"][0]["reasons"] = {"orphan": 1}


def more_deviations_than_assessable(results: Results) -> None:
    results["checks"][0]["deviations"] = 2990


def more_kept_than_passed(results: Results) -> None:
    results["checks"][0]["deadlines"]["kept"] = 20


def more_passed_than_records(results: Results) -> None:
    results["checks"][0]["deadlines"]["records"] = 21


def more_overdue_than_records(results: Results) -> None:
    results["checks"][0]["due_by_month"] = [{"month": "2026-01", "records": 1, "overdue": 2}]


def a_month_twice(results: Results) -> None:
    results["checks"][0]["due_by_month"] = [{"month": "2026-01", "records": 1, "overdue": 1}] * 2


def no_month(results: Results) -> None:
    results["checks"][0]["due_by_month"] = [{"month": "0000-00", "records": 1, "overdue": 1}]


def thirteenth_month(results: Results) -> None:
    results["checks"][0]["due_by_month"] = [{"month": "2026-13", "records": 1, "overdue": 1}]


def median_above_the_most(results: Results) -> None:
    results["checks"][0]["overdue"] = {"max_days": 3, "median_days": 3.5}


def more_persons_than_customers(results: Results) -> None:
    results["checks"][0]["subjects"] |= {"persons": 19}


def more_for_a_lawyer_than_assessable(results: Results) -> None:
    results["checks"][0]["legal_records"] = 2991


def no_such_day(results: Results) -> None:
    results["as_of"] = "2026-02-30"


def no_such_hour(results: Results) -> None:
    results["started_at"] = "2026-11-22T25:00:00Z"


def ended_before_it_began(results: Results) -> None:
    results["started_at"] = "2026-11-23T00:00:00Z"


def ended_on_no_day(results: Results) -> None:
    results["finished_at"] = "2026-11-31T00:00:00Z"


def unknown_check_in_clause(results: Results) -> None:
    results["clauses"][0]["checks"] = ["BIZ-ret-3.gone"]


def check_twice(results: Results) -> None:
    results["checks"].append(results["checks"][0])


def gap_that_silences_nothing(results: Results) -> None:
    results["mapping_gaps"] = [mapping_gap("cdr", "start_at", ["Starttid"], [])]


def wrong_total(results: Results) -> None:
    results["totals"]["checks"] = 1


def test_the_example_is_accepted() -> None:
    validate_results(example())


def test_results_of_versions_that_kept_no_timings_are_accepted() -> None:
    validate_results({name: value for name, value in example().items() if name != "timings"})


def test_columns_that_nobody_mapped_are_accepted() -> None:
    validate_results(
        example()
        | {"mapping_gaps": [mapping_gap("cdr", "start_at", ["Starttid"], ["BIZ-ret-7.unbilled"])]}
    )


@pytest.mark.parametrize(
    ("spoil", "place"),
    [
        (set_verdict, r"\$\.checks\[0\]\.verdict"),
        (drop_number, r"\$\.checks\[0\]: breaks 'required'"),
        (empty_number, r"\$\.checks\[0\]\.deviations"),
        (pass_with_deviations, r"\$\.checks\[1\]\.deviations"),
        (fail_without_deviations, r"\$\.checks\[0\]\.deviations"),
        (unknown_without_reason, r"\$\.checks\[\d+\]\.why"),
        (extra_key, r"\$\.checks\[0\]: breaks 'additionalProperties'"),
        (absolute_path, r"\$\.exports\[0\]\.files\[0\]\.path"),
        (too_many_references, r"\$\.checks\[0\]\.references"),
        (local_time, r"\$\.finished_at"),
        (more_assessable_than_population, "more assessable than population"),
        (reasons_that_do_not_add_up, "reasons do not add up"),
        (more_deviations_than_assessable, "more deviations and exempted than assessable"),
        (more_kept_than_passed, r"\$\.checks\[0\]: more kept and exempted than deadlines"),
        (more_passed_than_records, r"\$\.checks\[0\]: more deadlines that have passed than"),
        (more_overdue_than_records, r"\$\.checks\[0\]: a month with more overdue than records"),
        (a_month_twice, r"\$\.checks\[0\]: a month occurs twice"),
        (no_month, r"\$\.checks\[0\]\.due_by_month\[0\]\.month"),
        (thirteenth_month, r"\$\.checks\[0\]\.due_by_month\[0\]\.month"),
        (median_above_the_most, r"\$\.checks\[0\]: the median of the days overdue"),
        (more_persons_than_customers, r"\$\.checks\[0\]: more persons and companies"),
        (more_for_a_lawyer_than_assessable, r"\$\.checks\[0\]: more records for a lawyer"),
        (no_such_day, r"\$\.as_of: breaks 'format'"),
        (no_such_hour, r"\$\.started_at"),
        (ended_before_it_began, r"\$\.finished_at: is not after started_at"),
        (ended_on_no_day, r"\$\.finished_at"),
        (unknown_check_in_clause, r"\$\.clauses\[0\]\.checks"),
        (check_twice, "an id occurs twice"),
        (a_stage_that_nobody_knows, r"\$\.timings\.stages\[0\]\.stage"),
        (gap_that_silences_nothing, r"\$\.mapping_gaps\[0\]\.checks: breaks 'minItems'"),
        (wrong_total, r"\$\.totals\.checks"),
    ],
)
def test_spoiled_results_are_refused_at_their_place(
    spoil: Callable[[Results], None], place: str
) -> None:
    results = example()
    spoil(results)
    with pytest.raises(InvalidResultsError, match=place):
        validate_results(results)


def test_a_refusal_holds_no_value() -> None:
    results = example()
    results["checks"][0]["verdict"] = "0101011234"
    with pytest.raises(InvalidResultsError) as refusal:
        validate_results(results)
    assert "0101011234" not in str(refusal.value)
