"""Swapped columns are suspected aloud: a key that matches nothing, a check that nearly every record
deviates from.

No verdict changes for it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pandas as pd
import pytest

from teleaudit.checks.mapping_doubts import MIN_ROWS, MappingDoubt
from teleaudit.checks.runner import CheckRunner
from teleaudit.engines.engine import Engine
from teleaudit.outcome import as_lines
from teleaudit.report.gaps import describe_mapping_doubts, summarise_mapping_doubts
from teleaudit.report.material import Material
from teleaudit.report.wording import load_words
from teleaudit.rules.verdicts import Verdict
from tests.shared_engine import shared_engine
from tests.spec import AS_OF, PARAMETERS, audit_of, known_suites, only
from tests.test_outcome import outcome, results

CUSTOMERS = range(40)


@pytest.fixture
def one() -> Iterator[Engine]:
    with shared_engine() as shared:
        yield shared


def frame(**columns: list[Any]) -> pd.DataFrame:
    rows = len(next(iter(columns.values())))
    return pd.DataFrame(
        {"_file": "spec.csv", "_line": range(2, rows + 2), **columns}, dtype="object"
    )


def tables(
    *, key: str = "K{}", customers: range = CUSTOMERS, end: str | None = None
) -> dict[str, pd.DataFrame]:
    """Customers with such keys, and two exports about the customers K0, K1, ..."""
    ids = [f"K{number}" for number in customers]
    return {
        "crm_customer": frame(
            customer_id=[key.format(number) for number in customers],
            created_at=["2020-01-01"] * len(ids),
            end_date=[end] * len(ids),
        ),
        "invoice": frame(
            invoice_id=[f"i{number}" for number in customers],
            customer_id=ids,
            issue_date=["2026-01-01"] * len(ids),
        ),
        "agreement": frame(
            agreement_id=[f"a{number}" for number in customers],
            customer_id=ids,
            ended_at=[None] * len(ids),
        ),
    }


def doubts(
    engine: Engine, frames: dict[str, pd.DataFrame], check: str = "HYG-dates.crm_customer"
) -> tuple[list[MappingDoubt], Verdict]:
    suites = [only(suite, check) for suite in known_suites()]
    bench = CheckRunner(audit_of(PARAMETERS, {}), suites, [], engine, as_of=AS_OF, frames=frames)
    answered = bench.run()
    return bench.mapping_doubts(answered), next(
        result.verdict for result in answered if result.id == check
    )


def test_exports_that_share_their_keys_give_no_doubt(one: Engine) -> None:
    assert doubts(one, tables()) == ([], Verdict.PASS)


def test_a_key_that_no_other_export_shares_is_doubted(one: Engine) -> None:
    (doubt,), verdict = doubts(one, tables(key="Navn {}"))
    assert (doubt.kind, doubt.table, doubt.columns, doubt.count) == (
        "unmatched_key",
        "crm_customer",
        ("customer_id",),
        len(CUSTOMERS),
    )
    assert verdict is Verdict.PASS


def test_keys_of_two_kinds_that_share_a_name_are_not_compared(one: Engine) -> None:
    sent = {
        name: frame(send_id=[f"{name}{number}" for number in CUSTOMERS])
        for name in ("service_send", "marketing_send")
    }
    assert doubts(one, tables() | sent)[0] == []


def test_few_keys_prove_nothing(one: Engine) -> None:
    assert doubts(one, tables(key="Navn {}", customers=range(MIN_ROWS - 1)))[0] == []


def test_one_key_that_is_shared_is_enough(one: Engine) -> None:
    frames = tables(key="Navn {}")
    frames["crm_customer"].loc[3, "customer_id"] = "K3"
    assert doubts(one, frames)[0] == []


@pytest.mark.parametrize(
    ("right", "doubted"),
    [(0, ["HYG-dates.crm_customer"]), (2, ["HYG-dates.crm_customer"]), (3, [])],
)
def test_a_check_that_nearly_every_record_deviates_from_is_doubted_with_its_columns(
    one: Engine, right: int, doubted: list[str]
) -> None:
    frames = tables(end="2019-01-01")
    frames["crm_customer"].loc[frames["crm_customer"].index < right, "end_date"] = None
    found, verdict = doubts(one, frames)
    assert verdict is Verdict.FAIL  # whatever is doubted
    assert [doubt.check for doubt in found] == doubted
    assert all(
        doubt.columns == ("created_at", "end_date") and doubt.count == len(CUSTOMERS) - right
        for doubt in found
    )


NEARLY_ALL = MappingDoubt(
    kind="nearly_all",
    table="crm_customer",
    columns=("end_date",),
    check="HYG-end-date.crm_customer",
    count=199,
    total=200,
).as_json()
UNMATCHED = MappingDoubt(
    kind="unmatched_key",
    table="crm_customer",
    columns=("customer_id",),
    check=None,
    count=200,
    total=200,
).as_json()


def test_the_console_says_which_columns_of_which_export_to_look_at() -> None:
    whole = results(
        "id | verdict | M\nA-1.paid | pass | 10", mapping_doubts=[NEARLY_ALL, UNMATCHED]
    )
    lines = [line.text for line in as_lines(outcome(whole), width=None)]
    assert (
        "! kunder: check the mapping of end_date: HYG-end-date.crm_customer deviates for 199 of 200"
        " records" in lines
    )
    assert (
        "! kunder: check the mapping of customer_id: none of 200 values occurs in any other export"
        in lines
    )


def test_the_report_and_the_first_cell_say_it_in_danish() -> None:
    material = Material(
        results={
            "mapping_doubts": [NEARLY_ALL],
            "exports": [{"name": "kunder", "table": "crm_customer"}],
        },
        words=load_words("da"),
    )
    summary = summarise_mapping_doubts(material)
    assert summary is not None
    assert "Kontrollér udpegningen af" in summary["text"]
    assert "199 af 200" in summary["text"]
    assert describe_mapping_doubts(material)[0][0] == {"code": "kunder"}
    assert summarise_mapping_doubts(Material(results={}, words=load_words("da"))) is None
