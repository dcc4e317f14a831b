"""Judges results against the published JSON Schema, and against what a schema cannot say: that the
numbers agree with each other.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from jsonschema import Draft202012Validator


class InvalidResultsError(ValueError):
    """Results that break their schema: our bug, never the user's.

    The message names places and rules, no values.
    """


def results_schema() -> dict[str, Any]:
    """The published schema."""
    schema: dict[str, Any] = json.loads(
        resources.files(__package__).joinpath("results.schema.json").read_text(encoding="utf-8")
    )
    return schema


@cache
def _obeys() -> Callable[[Mapping[str, Any]], bool]:
    """Whether results obey the schema, ten times as fast as with reasons."""
    import fastjsonschema

    judge = fastjsonschema.compile(results_schema(), formats={"date": _is_date}, use_default=False)

    def obeys(results: Mapping[str, Any]) -> bool:
        try:
            judge(dict(results))
        except fastjsonschema.JsonSchemaValueException:
            return False
        return True

    return obeys


@cache
def _validator() -> Draft202012Validator:
    # a second of grammars, which nothing needs but results that are wrong
    from jsonschema import Draft202012Validator

    schema = results_schema()
    Draft202012Validator.check_schema(schema)
    return Draft202012Validator(schema, format_checker=Draft202012Validator.FORMAT_CHECKER)


def _is_date(text: str) -> bool:
    """Whether there is such a day. How it is written is the pattern's."""
    try:
        dt.date.fromisoformat(text)
    except ValueError:
        return False
    return True


def validate_results(results: Mapping[str, Any]) -> None:
    """Accept results that obey ``results.schema.json`` and whose numbers agree.

    Raises: InvalidResultsError, one line per complaint.
    """
    complaints = (
        []
        if _obeys()(results)
        else [
            f"{error.json_path}: breaks '{error.validator}'"
            for error in _validator().iter_errors(dict(results))
        ]
        or ["$: breaks the schema"]
    )
    complaints = sorted(complaints or _disagreements(results))
    if complaints:
        raise InvalidResultsError("\n".join(complaints))


def _disagreements(results: Mapping[str, Any]) -> Iterator[str]:
    ids = [check["id"] for check in results["checks"]]
    if len(set(ids)) != len(ids):
        yield "$.checks: an id occurs twice"
    for index, clause in enumerate(results["clauses"]):
        if not set(clause["checks"]) <= set(ids):
            yield f"$.clauses[{index}].checks: names a check that is not there"
    for index, check in enumerate(results["checks"]):
        for rule in (*_broken_sums(check), *_broken_shares(check)):
            yield f"$.checks[{index}]: {rule}"
    if results["totals"]["checks"] != len(ids):
        yield "$.totals.checks: is not the number of checks"
    began, ended = (_moment(results[name]) for name in ("started_at", "finished_at"))
    if began is None or ended is None or ended < began:
        yield "$.finished_at: is not after started_at, or one of the two is on no day that there is"


def _moment(text: str) -> dt.datetime | None:
    try:
        return dt.datetime.fromisoformat(text)
    except ValueError:
        return None


def _broken_sums(check: Mapping[str, Any]) -> Iterator[str]:
    population, assessable, deviations, exempted = (
        check[name] for name in ("population", "assessable", "deviations", "exempted")
    )
    if population is None or assessable is None:
        return
    if assessable > population:
        yield "more assessable than population"
    elif check["reasons"] and sum(check["reasons"].values()) != population - assessable:
        yield "the reasons do not add up to population - assessable"
    if (deviations or 0) + (exempted or 0) > assessable:
        yield "more deviations and exempted than assessable"


def _broken_shares(check: Mapping[str, Any]) -> Iterator[str]:
    """What is more than that of which it is a part; a part that is not there is not judged."""
    deadlines, overdue, subjects = (
        check.get(name) or {} for name in ("deadlines", "overdue", "subjects")
    )
    if _is_more(deadlines, ("kept", "exempted"), "passed"):
        yield "more kept and exempted than deadlines that have passed"
    if _is_more(deadlines, ("passed",), "records"):
        yield "more deadlines that have passed than records that have one"
    if _is_more(check, ("legal_records",), "assessable"):
        yield "more records for a lawyer than assessable"
    if _is_more(overdue, ("median_days",), "max_days"):
        yield "the median of the days overdue is more than the most"
    if _is_more(subjects, ("persons", "companies"), "customers"):
        yield "more persons and companies than customers"
    months = check["due_by_month"]
    if any(_is_more(month, ("overdue",), "records") for month in months):
        yield "a month with more overdue than records"
    if len({month["month"] for month in months}) != len(months):
        yield "a month occurs twice"


def _is_more(numbers: Mapping[str, Any], parts: Sequence[str], whole: str) -> bool:
    told = [numbers.get(part) or 0 for part in parts]
    return numbers.get(whole) is not None and sum(told) > numbers[whole]
