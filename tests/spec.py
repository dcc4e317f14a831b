"""How a rule is specified: text tables in, the records that deviate out, on every engine.

    spec("BIZ-ret-3.customer", {"crm_customer": '''
        customer_id | end_date
        ------------+-----------
        a           | 2025-11-22
        b           | 2025-11-21
    '''}, deviating=["b"])

Cells are stripped; an empty cell is null. Rows are given file and line as a reader would. The check is the one that the
operator's suite really holds.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd

from teleaudit.audits import Audit, Parameter
from teleaudit.checks import Bench
from teleaudit.engines.duckdb import DuckDBEngine
from teleaudit.suites import Suite, load_suites
from teleaudit.verdicts import CheckResult
from teleaudit.workspace import package_workspace

AS_OF = dt.date(2026, 11, 22)
ENGINES = {"duckdb": lambda spill: DuckDBEngine(spill=spill, memory_limit="500MB", threads=1)}
_SET = {"owner": "Data protection officer", "reason": "spec", "approved_on": dt.date(2026, 1, 1)}
PARAMETERS = {
    "immediately_days": Parameter(value=14, **_SET),
    "automatic_days": Parameter(value=30, **_SET),
    "traffic_data_unbilled": Parameter(value="P1Y", **_SET),
    "agreement_period": Parameter(value="P5Y", **_SET),
}


def table(text: str) -> pd.DataFrame:
    """The frame of a text table: a header, an optional ruler, rows; ``|`` between cells."""
    lines = [line for line in text.strip().splitlines() if line.strip() and set(line.strip()) - set("-+ ")]
    rows = [[cell.strip() or None for cell in line.split("|")] for line in lines]
    header = [str(name) for name in rows[0]]
    assert all(len(row) == len(header) for row in rows), "every row of a spec has all cells"
    frame = pd.DataFrame(rows[1:], columns=header, dtype="object")
    frame.insert(0, "_line", range(2, len(frame) + 2))
    frame.insert(0, "_file", "spec.csv")
    return frame


def answer(
    check_id: str, tables: Mapping[str, str], *, spill: Path, engine: str = "duckdb", parameters: Mapping[str, Parameter] = PARAMETERS, as_of: dt.date = AS_OF
) -> CheckResult:
    """The result of one check of the suites on text tables."""
    suites = tuple(_only(suite, check_id) for suite in _suites())
    bench = Bench(_audit(parameters), suites, (), running := ENGINES[engine](spill), as_of=as_of, frames={name: table(text) for name, text in tables.items()})
    try:
        (result,) = [result for result in bench.run() if result.id == check_id]
    finally:
        running.close()
    return result


def spec(
    check_id: str,
    tables: Mapping[str, str],
    *,
    spill: Path,
    engine: str = "duckdb",
    deviating: Sequence[str] = (),
    exempt: Mapping[str, int] | None = None,
    not_assessable: Mapping[str, int] | None = None,
    legal: Mapping[str, int] | None = None,
    population: int | None = None,
    **kwargs: Any,
) -> CheckResult:
    """Assert which records deviate, in order, and how many are exempt, not assessable or for a lawyer."""
    result = answer(check_id, tables, spill=spill, engine=engine, **kwargs)
    found = result.answer
    assert [d.record_key for d in result.deviations] == list(deviating), result
    assert found.deviations == len(deviating)
    assert found.exemptions == dict(exempt or {})
    assert found.reasons == dict(not_assessable or {})
    assert found.legal == dict(legal or {})
    assert found.assessable == found.population - sum(found.reasons.values())
    if population is not None:
        assert found.population == population
    return result


@cache
def _suites() -> tuple[Suite, ...]:
    return load_suites(("bizzy", "kazoom", "hygiene"), package_workspace() / "expectations")


def _only(suite: Suite, check_id: str) -> Suite:
    return Suite(name=suite.name, clauses=tuple(clause for clause in suite.clauses if check_id.startswith(f"{clause.clause}.")), sha256=suite.sha256)


def _audit(parameters: Mapping[str, Parameter]) -> Audit:
    return Audit.model_validate(
        {
            "name": "spec",
            "controller": {"name": "Spec", "cvr": "21497479"},
            "policy": {"title": "Spec", "version": "1"},
            "exports_root": ".",
            "suites": ["bizzy", "kazoom", "hygiene"],
            "exports": {},
            "parameters": {name: parameter.model_dump() for name, parameter in parameters.items()},
        }
    )
