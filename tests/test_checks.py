"""What a check answers when it cannot judge, and that one which raises takes no other with it."""

from __future__ import annotations

import datetime as dt
import errno
import re
from collections.abc import Iterator
from contextlib import closing, nullcontext
from pathlib import Path
from typing import Any

import pytest

from teleaudit.checks.runner import CheckRunner
from teleaudit.errors import UserError
from teleaudit.expectations.rows import ExpectRowsToSatisfy
from teleaudit.exports.reading import ExportFile, ReadExport
from teleaudit.rules.audit_file import Parameter
from teleaudit.rules.suites import TOPICS, Clause, Suite
from teleaudit.rules.verdicts import Deviation, Verdict
from tests.spec import (
    AS_OF,
    ENGINES,
    PARAMETERS,
    Listed,
    answer,
    answers,
    audit_of,
    known_suites,
    set_to,
    spec,
    table,
)

_CUSTOMERS = """
    customer_id | name     | end_date
    b           | Inge Ibs | 2020-01-31
    a           | Bo Bos   |
"""
_INVOICES = "invoice_id | issue_date\ni | 2020-01-01"


def _export(
    table: str, *, rows: int = 0, rejected: int = 0, problem: str | None = None, files: bool = True
) -> ReadExport:
    file = ExportFile(
        path=f"{table}.csv", sha256="0" * 64, size_bytes=1, rows=rows, rejected=rejected
    )
    return ReadExport(
        name=f"my_{table}",
        table=table,
        files=(file,) if files else (),
        parquet=(),
        columns=(),
        extra_columns=(),
        missing_columns={},
        rejects=(),
        extracted_at=None,
        problem=problem,
        warnings=(),
    )


def test_an_export_that_was_not_handed_in_is_unknown(engine: str) -> None:
    result = answer("BIZ-ret-3.customer", {}, engine=engine)
    assert (result.verdict, result.why, result.why_detail) == (
        Verdict.UNKNOWN,
        "no_export",
        "crm_customer",
    )


def test_an_export_that_a_derived_column_rests_on_is_named(engine: str) -> None:
    result = answer("BIZ-ret-6.invoice", {"invoice": _INVOICES}, engine=engine)
    assert (result.verdict, result.why, result.why_detail) == (
        Verdict.UNKNOWN,
        "no_export",
        "financial_years",
    )


@pytest.mark.parametrize(
    ("problem", "files", "why"),
    [
        ("no file matches kunder*.csv", False, "no_export"),
        ("header only", True, "no_rows"),
        ("empty file", True, "no_rows"),
    ],
)
# a column of the table above
def test_an_export_without_rows_is_unknown(
    engine: str,
    problem: str,
    files: bool,  # noqa: FBT001
    why: str,
) -> None:
    result = answer(
        "BIZ-ret-3.customer",
        {},
        engine=engine,
        exports=[_export("crm_customer", problem=problem, files=files)],
    )
    assert (result.verdict, result.why, result.why_detail) == (
        Verdict.UNKNOWN,
        why,
        f"my_crm_customer: {problem}",
    )


def test_a_frame_without_rows_is_unknown(engine: str) -> None:
    result = answer("BIZ-ret-3.customer", {"crm_customer": "customer_id | end_date"}, engine=engine)
    assert (result.verdict, result.why) == (Verdict.UNKNOWN, "nothing_in_scope")


@pytest.mark.parametrize(
    ("check", "tables", "column"),
    [
        ("BIZ-ret-3.customer", {"crm_customer": "customer_id\na"}, "crm_customer.end_date"),
        (
            "BIZ-ret-3.customer",
            {"crm_customer": "end_date\n2020-01-01"},
            "crm_customer.customer_id",
        ),
        ("BIZ-ret-7.unbilled", {"cdr": "start_at\n2020-01-01 00:00:00"}, "cdr.invoice_id"),
        ("BIZ-ret-7.unbilled", {"cdr": "call_id | invoice_id\na | i"}, "cdr.start_at"),
        ("HYG-key.crm_customer", {"crm_customer": "name\nBo"}, "crm_customer.customer_id"),
        (
            "BIZ-ret-6.invoice",
            {"invoice": _INVOICES, "financial_years": "legal_entity | fy_start\nx | 2020-01-01"},
            "financial_years.fy_end",
        ),
    ],
)
def test_a_missing_column_is_unknown_and_named(
    engine: str, check: str, tables: dict[str, str], column: str
) -> None:
    result = answer(check, tables, engine=engine)
    assert (result.verdict, result.why, result.why_detail) == (
        Verdict.UNKNOWN,
        "missing_column",
        column,
    )


def test_a_column_that_is_empty_in_every_row_is_no_pass(engine: str) -> None:
    undated = answer("BIZ-ret-7.unbilled", {"cdr": "start_at | invoice_id\n |\n |"}, engine=engine)
    assert (undated.verdict, undated.why) == (
        Verdict.UNKNOWN,
        "nothing_in_scope" if undated.answer.population == 0 else "nothing_assessable",
    )
    unbilled = answer(
        "KAZ-r2.payment_invoice",
        {
            "payment": "invoice_id | paid_at\n | 2022-01-01",
            "invoice": _INVOICES,
            "financial_years": "fy_start | fy_end\n2020-01-01 | 2020-12-31",
        },
        engine=engine,
    )
    assert (unbilled.verdict, unbilled.why) == (Verdict.UNKNOWN, "nothing_in_scope")


@pytest.mark.parametrize(
    ("check", "name"),
    [
        ("BIZ-ret-5.pbx_config", "immediately_days"),
        ("KAZ-r3.customer", "automatic_days"),
        ("BIZ-ret-4.agreement", "agreement_period"),
        ("KAZ-r1.unbilled", "traffic_data_unbilled"),
    ],
)
def test_a_parameter_that_nobody_set_leaves_the_check_unset_whatever_the_data(
    engine: str, check: str, name: str
) -> None:
    result = answer(check, {}, engine=engine, parameters=PARAMETERS | {name: Parameter(value=None)})
    assert (result.verdict, result.why, result.why_detail) == (Verdict.UNSET, "unset", name)
    assert result.parameters == (name,)


@pytest.mark.parametrize("value", [14, "14", "5 years", "P5X"])
def test_a_parameter_that_is_no_period_is_refused_by_name(engine: str, value: str | int) -> None:
    with pytest.raises(
        UserError, match=f"parameter 'agreement_period': '{value}' is not a period like P5Y"
    ):
        answer(
            "BIZ-ret-4.agreement",
            {},
            engine=engine,
            parameters=PARAMETERS | {"agreement_period": set_to(value)},
        )


@pytest.mark.parametrize("value", ["P14D", 1.5, "soon"])
def test_a_parameter_with_a_unit_is_a_whole_number(engine: str, value: str | float) -> None:
    with pytest.raises(
        UserError, match=f"parameter 'immediately_days': '{value}' is not a whole number of days"
    ):
        answer(
            "BIZ-ret-5.pbx_config",
            {},
            engine=engine,
            parameters=PARAMETERS | {"immediately_days": set_to(value)},
        )


@pytest.mark.parametrize(("rejected", "verdict"), [(1, Verdict.FAIL), (2, Verdict.UNKNOWN)])
def test_an_export_is_judged_up_to_the_share_of_rejected_rows_that_the_audit_allows(
    engine: str, rejected: int, verdict: Verdict
) -> None:
    exports = [_export("crm_customer", rows=1000 - rejected, rejected=rejected)]
    result = answer(
        "BIZ-ret-3.customer",
        {"crm_customer": _CUSTOMERS},
        engine=engine,
        exports=exports,
        max_rejected=0.001,
    )
    assert result.verdict is verdict
    assert result.why == ("too_many_rejected" if verdict is Verdict.UNKNOWN else None)


@pytest.mark.parametrize(
    ("control", "why"),
    [(2, None), (3, None), (1, "control_differs"), (4, "control_differs"), (None, None)],
)
def test_an_export_of_other_rows_than_its_source_counted_passes_nothing(
    engine: str, control: int | None, why: str | None, tmp_path: Path
) -> None:
    declared = {
        "my_crm_customer": {"table": "crm_customer", "files": "kunder.csv", "control_rows": control}
    }
    audit, held = (
        audit_of(PARAMETERS, {"exports": declared, "max_rejected": 0.5}),
        _export("crm_customer", rows=2, rejected=1),
    )
    with closing(ENGINES[engine](tmp_path)) as running:
        bench = CheckRunner(
            audit,
            known_suites(),
            [held],
            running,
            as_of=AS_OF,
            frames={
                "crm_customer": table("customer_id | end_date\na | 2026-11-01\nb | 2026-11-02")
            },
        )
        results = {result.id: result for result in bench.run(("retention",))}
    assert results["BIZ-ret-3.customer"].why == why
    assert results["BIZ-ret-3.customer"].verdict is (Verdict.UNKNOWN if why else Verdict.PASS)


def test_the_audits_gate_decides_between_pass_and_partial(engine: str) -> None:
    customers = "customer_id | end_date\na | 2026-06-01\nb |\nc | 2026-06-01\nd | 2026-06-01"
    tables = {"crm_customer": customers}
    assert (
        spec(
            "BIZ-ret-3.customer",
            tables,
            engine=engine,
            not_assessable={"no_end_date": 1},
            gate=0.75,
        ).verdict
        is Verdict.PASS
    )
    assert (
        spec(
            "BIZ-ret-3.customer",
            tables,
            engine=engine,
            not_assessable={"no_end_date": 1},
            gate=0.76,
        ).verdict
        is Verdict.PARTIAL
    )


@pytest.fixture
def raising() -> Suite:
    """A suite in which the second of three checks on one data set raises on a value."""
    clauses = [
        Clause.model_validate(
            {
                "clause": f"XXX-{name}",
                "auditable": "data",
                "claim": "x",
                "expectations": [
                    {
                        "part": "p",
                        "data_set": "crm_customer",
                        "type": "expect_rows_to_satisfy",
                        "violates": violates,
                        "topic": "intake",
                        "severity": "low",
                    }
                ],
            }
        )
        for name, violates in (
            ("before", "end_date IS NULL"),
            ("raises", "CAST(name AS INTEGER) > 1"),
            ("after", "end_date IS NOT NULL"),
        )
    ]
    return Suite(name="raising", clauses=tuple(clauses))


@pytest.mark.long_on_spark
def test_a_check_that_raises_is_an_error_and_the_others_go_on(engine: str, raising: Suite) -> None:
    kept: list[str] = []

    def keep(text: str) -> str:
        kept.append(text)
        return "E-1"

    results = answers({"crm_customer": _CUSTOMERS}, engine=engine, suites=[raising], on_error=keep)
    assert {name: result.verdict for name, result in results.items()} == {
        "XXX-before.p": Verdict.FAIL,
        "XXX-raises.p": Verdict.ERROR,
        "XXX-after.p": Verdict.FAIL,
    }
    assert [d.record_key for d in results["XXX-before.p"].deviations] == ["a"]
    error = results["XXX-raises.p"]
    assert (error.why, error.error_id, error.deviations, error.answer.population) == (
        "error",
        "E-1",
        (),
        0,
    )
    assert len(kept) == 1


@pytest.mark.long_on_spark
def test_what_is_kept_of_an_error_is_all_of_it_and_what_is_said_its_type(
    engine: str, raising: Suite
) -> None:
    kept: dict[str, str] = {}
    result = answers(
        {"crm_customer": _CUSTOMERS},
        engine=engine,
        suites=[raising],
        on_error=lambda text: kept.setdefault("E-1", text) and "E-1",
    )["XXX-raises.p"]
    report = kept["E-1"]
    assert report.startswith("Traceback (most recent call last):")
    assert report.count("\n  File ") > 3
    # the exception's own words: what could not be cast, which may be a value
    assert "INT" in report
    assert result.why_detail is not None
    assert re.fullmatch(r"[\w.]+", result.why_detail)


@pytest.mark.long_on_spark
def test_what_is_said_of_an_error_holds_no_value(
    engine: str, raising: Suite, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    results = answers({"crm_customer": _CUSTOMERS}, engine=engine, suites=[raising])
    said = [str(results["XXX-raises.p"]), *capfd.readouterr(), caplog.text]
    assert not [text for text in said if "Inge" in text or "Bo Bos" in text]


@pytest.mark.long_on_spark
def test_checks_are_answered_by_topic_in_the_order_of_their_suites(engine: str) -> None:
    suites = known_suites()
    results = answers({"crm_customer": _CUSTOMERS}, engine=engine, suites=suites)
    every = [
        check.id
        for topic in TOPICS
        for suite in suites
        for check in suite.checks
        if check.topic == topic
    ]
    assert list(results) == [check for check in every if check in results]
    assert len(results) > 60
    answered = {
        name
        for name, result in results.items()
        if result.verdict not in {Verdict.UNKNOWN, Verdict.UNSET}
    }
    assert {
        "BIZ-ret-3.customer",
        "KAZ-r3.customer",
        "HYG-key.crm_customer",
        "HYG-dates.crm_customer",
        "HYG-end-date.crm_customer",
        "HYG-card.crm_customer",
    } <= answered
    assert {results[name].check.data_set for name in answered} == {"crm_customer"}
    assert not any(
        result.verdict is Verdict.PASS and not result.answer.assessable
        for result in results.values()
    )


def test_customers_without_a_single_end_date_and_without_services_are_unknown_whatever_their_status_says(
    engine: str,
) -> None:
    customers = """
        customer_id | created_at | end_date | status
        b           | 2020-01-01 |          | Aktiv
        a           | 2020-01-01 |          | Aktiv
    """
    result = answer("BIZ-ret-3.customer", {"crm_customer": customers}, engine=engine)
    assert (result.verdict, result.why, result.why_detail) == (
        Verdict.UNKNOWN,
        "all_null",
        "crm_customer.end_date",
    )


def _overdue(count: int) -> str:
    """Customers whose relationship ended a year and 1, 2, 3 ... days ago, the longest ago first."""
    ends = [(number, AS_OF - dt.timedelta(days=365 + number)) for number in range(count, 0, -1)]
    return "customer_id | end_date\n" + "\n".join(f"{number:03} | {end}" for number, end in ends)


def test_of_deviations_the_twenty_longest_overdue_are_kept_and_all_are_listed(engine: str) -> None:
    result = answer("BIZ-ret-3.customer", {"crm_customer": _overdue(30)}, engine=engine)
    assert [d.record_key for d in result.deviations] == [f"{number:03}" for number in range(1, 31)]
    assert [d.record_key for d in result.worst] == [f"{number:03}" for number in range(30, 10, -1)]
    assert (result.max_overdue_days, result.median_overdue_days) == (30, 15.5)


@pytest.mark.parametrize(("count", "median"), [(1, 1), (2, 1.5), (3, 2)])
def test_the_median_of_overdue_days_is_that_of_all_deviations(
    engine: str, count: int, median: float
) -> None:
    assert (
        answer(
            "BIZ-ret-3.customer", {"crm_customer": _overdue(count)}, engine=engine
        ).median_overdue_days
        == median
    )


def test_records_without_a_deadline_are_in_the_order_of_their_keys_and_overdue_by_nothing(
    engine: str,
) -> None:
    result = answer(
        "HYG-key.crm_customer", {"crm_customer": "customer_id\nb\na\nb\na"}, engine=engine
    )
    assert [d.record_key for d in result.worst] == ["spec.csv:4", "spec.csv:5"]
    assert (result.max_overdue_days, result.median_overdue_days) == (None, None)


def test_a_check_that_raises_while_its_deviations_are_listed_is_an_error_that_lists_none(
    engine: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_args: object) -> Iterator[Deviation]:
        yield Deviation("a")
        msg = "Inge Ibs"
        raise LookupError(msg)

    monkeypatch.setattr(ExpectRowsToSatisfy, "deviations", fail)
    result = answer("BIZ-ret-3.customer", {"crm_customer": _CUSTOMERS}, engine=engine)
    assert (
        result.verdict,
        result.why,
        result.why_detail,
        result.answer.population,
        result.deviations,
        result.worst,
    ) == (Verdict.ERROR, "error", "LookupError", 0, (), ())


def test_a_full_disk_under_the_worklist_is_no_error_of_a_check(
    engine: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_args: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Listed, "writer_for", lambda *_args: nullcontext(full))
    with pytest.raises(OSError, match="No space left"):
        answer("BIZ-ret-3.customer", {"crm_customer": _CUSTOMERS}, engine=engine)


# What the controller does not hold


def _not_held(*tables: str) -> dict[str, Any]:
    return {
        "not_held": {
            name: {"owner": "Direktør", "reason": "føres ikke", "declared_on": "2026-11-01"}
            for name in tables
        }
    }


@pytest.mark.parametrize(
    ("check", "tables", "not_held"),
    [
        ("BIZ-ret-3.customer", {}, "crm_customer"),
        ("HYG-key.crm_contact", {}, "crm_contact"),  # asked of all tables
        # its deadline rests on that table
        ("BIZ-ret-6.invoice", {"invoice": _INVOICES}, "financial_years"),
        # and lacks a column besides
        ("BIZ-ret-6.invoice", {"invoice": "invoice_id\ni"}, "financial_years"),
    ],
)
def test_a_check_about_a_table_that_is_not_held_is_skipped_and_names_it(
    engine: str, check: str, tables: dict[str, str], not_held: str
) -> None:
    result = answer(check, tables, engine=engine, **_not_held(not_held))
    assert (result.verdict, result.why, result.why_detail, result.answer.population) == (
        Verdict.SKIPPED,
        "not_held",
        not_held,
        0,
    )


@pytest.mark.parametrize(
    ("customers", "expected"),
    [
        # no record that it is about, as declared
        ("customer_id | end_date", (Verdict.SKIPPED, "not_held", "BIZ-ret-3.customer")),
        (_CUSTOMERS, (Verdict.FAIL, None, None)),  # records that there should not be are judged
        # nobody can say whether there is one
        ("customer_id\na", (Verdict.UNKNOWN, "missing_column", "crm_customer.end_date")),
    ],
)
def test_a_check_that_is_declared_to_be_about_no_record_is_skipped_where_that_is_so(
    engine: str, customers: str, expected: tuple[Verdict, str | None, str | None]
) -> None:
    result = answer(
        "BIZ-ret-3.customer",
        {"crm_customer": customers},
        engine=engine,
        **_not_held("BIZ-ret-3.customer"),
    )
    assert (result.verdict, result.why, result.why_detail) == expected


def test_a_check_that_does_not_rest_on_what_is_not_held_answers_as_ever(engine: str) -> None:
    tables = {"crm_customer": _CUSTOMERS}
    assert (
        answer(
            "BIZ-ret-3.customer", tables, engine=engine, **_not_held("crm_contact", "legal_hold")
        ).verdict
        is Verdict.FAIL
    )


def test_a_check_about_a_table_that_is_not_held_needs_no_parameter(engine: str) -> None:
    unset = PARAMETERS | {"agreement_period": Parameter(value=None)}
    result = answer(
        "BIZ-ret-4.agreement", {}, engine=engine, parameters=unset, **_not_held("agreement")
    )
    assert (result.verdict, result.why_detail) == (Verdict.SKIPPED, "agreement")
