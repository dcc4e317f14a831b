"""Whose a listed record is, and what stands in the way of erasing it: for the closed annex."""

from __future__ import annotations

from functools import partial

import duckdb
import pytest

from teleaudit.expectations.rows import DataSet
from teleaudit.rules.verdicts import Owner
from tests.spec import answer

_CUSTOMERS = """
    customer_id | end_date   | restricted_from | restricted_to | _issues
    asks        | 2020-01-31 |                 |               |
    asks_erased | 2020-01-31 |                 |               |
    doubt       | 2020-01-31 | 2026-05-01      |               | restricted_to=unreadable
    free        | 2020-01-31 |                 |               |
    held        | 2020-01-31 |                 |               |
    held_doubt  | 2020-01-31 |                 |               |
    moves       | 2020-01-31 |                 |               |
    undecided   | 2020-01-31 |                 |               |
    unreasoned  | 2020-01-31 |                 |               |
    restricted  | 2020-01-31 | 2026-05-01      |               |
"""
_HOLDS = """
    hold_id | customer_id | start      | end        | reason | approved_by | _issues
    1       | held        | 2026-01-01 |            | Sag    | Jura        |
    2       | held_doubt  | 2026-01-01 |            | Sag    | Jura        | end=unreadable
    3       | free        | 2025-01-01 | 2025-12-31 | Sag    | Jura        |
    4       | undecided   | 2026-01-01 |            | Sag    |             |
    5       | unreasoned  |            |            |        | Jura        |
    6       | free        | 2025-01-01 | 2025-12-31 |        |             |
"""
_REQUESTS = """
    request_id | customer_id | type         | received_at | closed_at
    1          | asks        | indsigt      | 2026-11-20  |
    2          | asks_erased | sletning     | 2026-11-20  |
    3          | free        | indsigt      | 2026-10-01  | 2026-10-05
    4          | held        | berigtigelse | 2026-11-20  |
    5          | moves       | portabilitet | 2026-11-20  |
    6          | moves       | indsigt      | 2026-11-20  |
"""
_BLOCKED = {
    "asks": "access_request",
    "asks_erased": "",
    "doubt": "restriction_in_doubt",
    "free": "",
    "held": "legal_hold;open_request",
    "held_doubt": "hold_in_doubt",
    "moves": "access_request;open_request",
    "restricted": "restricted",
    "undecided": "hold_unapproved",
    "unreasoned": "hold_unapproved",
}


def _contacts() -> str:
    """A contact person of each customer with a card number in the role, one of them twice."""
    rows = [f"{name} | {name} | kort 4571724525913998" for name in (*_BLOCKED, "held")]
    return "\n".join(["contact_id | customer_id | role", *rows, "nobody | | 4571724525913998"])


@pytest.mark.parametrize("check", ["HYG-card.crm_contact", "HYG-key.crm_contact"])
def test_a_listed_record_tells_whose_it_is_and_what_stands_in_the_way(
    engine: str, check: str
) -> None:
    tables = {
        "crm_customer": _CUSTOMERS,
        "legal_hold": _HOLDS,
        "dsar": _REQUESTS,
        "crm_contact": _contacts(),
    }
    listed = answer(check, tables, engine=engine).deviations
    owners = {(one.owner.customer_id, one.owner.blocked_by) for one in listed}

    assert owners == (
        {*_BLOCKED.items(), ("", "")}
        if check.startswith("HYG-card")
        else {("held", _BLOCKED["held"])}
    )


def test_what_is_kept_too_long_and_what_is_exempt_tell_it_too(engine: str) -> None:
    tables = {"crm_customer": _CUSTOMERS, "legal_hold": _HOLDS, "dsar": _REQUESTS}
    result = answer("BIZ-ret-3.customer", tables, engine=engine)

    assert {one.record_key: one.owner for one in result.deviations} == {
        name: Owner(customer_id=name, blocked_by=_BLOCKED[name])
        for name in ("asks", "asks_erased", "free", "moves", "undecided", "unreasoned")
    }
    assert [(one.grounds, one.owner.customer_id) for one in result.aside] == [
        ("legal_hold", "held"),
        ("restricted", "restricted"),
    ]


def test_a_record_tells_which_of_several_exports_it_comes_from() -> None:
    exports = {"kunder": ("a.csv",), "arkiv's": ("b.csv", "c.csv"), "tom": ()}
    told = partial(DataSet, name="t", key=("k",), own={}, filled=frozenset(), exports=exports)
    rows = "(VALUES ('a.csv'), ('c.csv')) AS t(_file)"

    def exports_of(data_set: DataSet) -> list[str]:
        sql = f"SELECT export FROM (SELECT {data_set.owner_sql} FROM {rows})"
        return [export for (export,) in duckdb.execute(sql).fetchall()]

    assert exports_of(told(columns=frozenset({"_file"}))) == ["kunder", "arkiv's"]
    assert exports_of(told(columns=frozenset())) == ["kunder / arkiv's / tom"] * 2


def test_a_record_that_names_no_customer_is_nobodys(engine: str) -> None:
    systems = "system_id | personal_data | erasure_rule\n crm | true |"
    tables = {"crm_customer": _CUSTOMERS, "system_inventory": systems}
    listed = answer("HYG-system.erasure_rule", tables, engine=engine).deviations

    assert [one.owner for one in listed] == [Owner()]
