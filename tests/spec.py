"""How a rule is specified: text tables in, the records that deviate out, on every engine.

    spec("BIZ-ret-3.customer", {"crm_customer": '''
        customer_id | end_date
        ------------+-----------
        b           | 2025-11-21
        a           | 2025-11-22
    '''}, engine=engine, deviating=["b"])

Cells are stripped; an empty cell is null. Rows are given file and line as a reader would (spec.csv,
from line 2). A table that is not given is an export that was not handed in. The check is the one
that the operator's suite really holds.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import pandas as pd

from teleaudit.checks.runner import CheckRunner
from teleaudit.engines.duckdb import DuckDBEngine
from teleaudit.engines.engine import Engine
from teleaudit.exports.reading import ReadExport
from teleaudit.rules.audit_file import Audit, Parameter
from teleaudit.rules.rulebook import load_known_suites
from teleaudit.rules.suites import Check, Clause, Suite
from teleaudit.rules.verdicts import TO_LOOK_AT, CheckResult, Deviation, SetAside
from teleaudit.workspace import package_workspace
from tests.shared_engine import shared_engine
from tests.spark import session

if TYPE_CHECKING:
    from teleaudit.engines.spark.engine import SparkEngine

AS_OF = dt.date(2026, 11, 22)


_QUICK = {
    "spark.sql.codegen.wholeStage": "false",
    "spark.sql.codegen.factoryMode": "NO_CODEGEN",
    "spark.sql.adaptive.enabled": "false",
    "spark.sql.shuffle.partitions": "1",
}


def spark_engine(_spill: Path) -> SparkEngine:
    """An engine beside the others of the process's one session, on settings as users have them."""
    from teleaudit.engines.spark.engine import SparkEngine

    return SparkEngine(session())


def _quick_spark_engine(spill: Path) -> Engine:
    """One that compiles nothing: for few rows that takes longer than it saves.

    ``tests/test_engines_agree.py`` compiles.
    """
    engine = spark_engine(spill)
    for name, value in _QUICK.items():
        engine.session.conf.set(name, value)
    return engine


ENGINES: dict[str, Callable[[Path], Engine]] = {
    "duckdb": lambda spill: DuckDBEngine(spill=spill, memory_limit="500MB", threads=1),
    "spark": _quick_spark_engine,
}


@contextmanager
def _running(engine: str) -> Iterator[Engine]:
    """An engine for one spec: on DuckDB that of all specs of the process."""
    if engine == "duckdb":
        with shared_engine() as shared:
            yield shared
    else:
        with TemporaryDirectory() as spill, closing(ENGINES[engine](Path(spill))) as running:
            yield running


@dataclass(frozen=True, kw_only=True)
class Answered(CheckResult):
    """What a check answered, with all its deviations in the order of the worklist."""

    deviations: tuple[Deviation, ...] = ()
    aside: tuple[SetAside, ...] = ()


class Listed:
    """A worklist in memory: the deviations of each check, and what it set aside."""

    def __init__(self) -> None:
        self.deviations: dict[str, list[Deviation]] = {}
        self.aside: dict[str, list[SetAside]] = {}

    @contextmanager
    def writer_for(self, check: Check) -> Iterator[Callable[[Deviation], None]]:
        """Takes a check's deviations; keeps none where the block raises."""
        found: list[Deviation] = []
        yield found.append
        self.deviations[check.id] = found

    @contextmanager
    def set_aside_for(self, check: Check) -> Iterator[Callable[[SetAside], None]]:
        """Takes what a check set aside; keeps nothing where the block raises."""
        found: list[SetAside] = []
        yield found.append
        self.aside[check.id] = found

    def complete(self, result: CheckResult) -> Answered:
        """A result together with its deviations."""
        return Answered(
            **vars(result),
            deviations=tuple(self.deviations.get(result.id, ())),
            aside=tuple(self.aside.get(result.id, ())),
        )


def set_to(value: str | float) -> Parameter:
    """A parameter that the controller has set."""
    return Parameter(
        value=value, owner="Data protection officer", reason="spec", approved_on=dt.date(2026, 1, 1)
    )


PARAMETERS = {
    "immediately_days": set_to(14),
    "automatic_days": set_to(30),
    "traffic_data_unbilled": set_to("P1Y"),
    "agreement_period": set_to("P5Y"),
    "contact_days": set_to(90),
    "training_months": set_to(24),
    "erasure_days": set_to(30),
    "opt_out_hours": set_to(24),
    "follow_up_days": set_to(30),
    "optional_data_days": set_to(30),
    "lia_years": set_to(3),
    "prospect_months": set_to(12),
    "processor_deletion_days": set_to(30),
    "orphan_months": set_to(12),
}


def table(text: str) -> pd.DataFrame:
    """The frame of a text table: a header, an optional ruler, rows; ``|`` between cells."""
    lines = [
        line
        for line in text.strip().splitlines()
        if line.strip() and set(line.strip()) - set("-+ ")
    ]
    rows = [[cell.strip() or None for cell in line.split("|")] for line in lines]
    header = [str(name) for name in rows[0]]
    assert all(len(row) == len(header) for row in rows), "every row of a spec has all cells"
    frame = pd.DataFrame(rows[1:], columns=header, dtype="object")
    frame.insert(0, "_line", range(2, len(frame) + 2))
    frame.insert(0, "_file", "spec.csv")
    return frame


def answer(
    check_id: str,
    tables: Mapping[str, str],
    *,
    engine: str,
    parameters: Mapping[str, Parameter] = PARAMETERS,
    exports: Sequence[ReadExport] = (),
    suites: Sequence[Suite] | None = None,
    **settings: Any,
) -> Answered:
    """The result of one check of the suites on text tables, and on exports where the reading of one
    matters.
    """
    found = answers(
        tables,
        engine=engine,
        parameters=parameters,
        exports=exports,
        suites=suites or [only(suite, check_id) for suite in known_suites()],
        **settings,
    )
    return found[check_id]


def answers(
    tables: Mapping[str, str],
    *,
    engine: str,
    suites: Sequence[Suite],
    parameters: Mapping[str, Parameter] = PARAMETERS,
    exports: Sequence[ReadExport] = (),
    as_of: dt.date = AS_OF,
    on_error: Callable[[str], str] | None = None,
    **settings: Any,
) -> dict[str, Answered]:
    """The results of all checks of suites, by id.

    ``settings`` are keys of an audit file: gate, max_rejected.
    """
    with _running(engine) as running:
        frames = {name: table(text) for name, text in tables.items()}
        bench = CheckRunner(
            audit_of(parameters, settings), suites, exports, running, as_of=as_of, frames=frames
        )
        listed = Listed()
        return {
            result.id: listed.complete(result)
            for result in bench.run(worklist=listed, on_error=on_error)
        }


def spec(
    check_id: str,
    tables: Mapping[str, str],
    *,
    engine: str,
    deviating: Sequence[str] = (),
    exempt: Mapping[str, int] | None = None,
    not_assessable: Mapping[str, int] | None = None,
    legal: Mapping[str, int] | None = None,
    population: int | None = None,
    **kwargs: Any,
) -> Answered:
    """Assert which records deviate, in order, and how many are exempt, not assessable or for a
    lawyer; all others hold.
    """
    result = answer(check_id, tables, engine=engine, **kwargs)
    found = result.answer
    assert result.why in (None, "not_mapped") or found.assessable == 0, (
        f"{result.why}: {result.why_detail}"
    )
    assert [d.record_key for d in result.deviations if d.level != TO_LOOK_AT] == list(deviating), (
        found
    )
    assert sum(d.level == TO_LOOK_AT for d in result.deviations) == found.review
    assert found.deviations == len(deviating)
    assert found.exemptions == dict(exempt or {})
    assert found.exempted == sum(found.exemptions.values())
    assert found.reasons == dict(not_assessable or {})
    assert found.legal == dict(legal or {})
    assert {
        kind: sum(one.kind == kind for one in result.aside) for kind in ("exempt", "legal")
    } == {
        "exempt": found.exempted,
        "legal": found.legal_records,
    }
    assert found.assessable == found.population - sum(found.reasons.values())
    if population is not None:
        assert found.population == population
    return result


@cache
def known_suites() -> tuple[Suite, ...]:
    """Every suite of the package."""
    return load_known_suites(package_workspace())[0]


def only(suite: Suite, check_id: str) -> Suite:
    """The suite with nothing but the expectation that a check is made of."""
    clauses = tuple(
        _narrowed(clause, check_id)
        for clause in suite.clauses
        if check_id.startswith(f"{clause.clause}.")
    )
    return Suite(name=suite.name, clauses=clauses)


def _narrowed(clause: Clause, check_id: str) -> Clause:
    part = check_id.removeprefix(f"{clause.clause}.")
    return clause.model_copy(
        update={
            "expectations": tuple(
                spec for spec in clause.expectations if part in (spec.part, *spec.data_sets)
            )
        }
    )


def audit_of(
    parameters: Mapping[str, Parameter], settings: Mapping[str, Any] | None = None
) -> Audit:
    """An audit with these parameters. ``settings`` are keys of an audit file."""
    return Audit.model_validate(
        {
            "name": "spec",
            "controller": {"name": "Spec", "cvr": "21497479"},
            "exports_root": ".",
            "exports": {},
            "parameters": {name: parameter.model_dump() for name, parameter in parameters.items()},
            **(settings or {}),
        }
    )
