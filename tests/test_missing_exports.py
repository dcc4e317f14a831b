"""Without an export, the checks that rest on it say so and name it; every other check answers
exactly what it answered.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import closing
from pathlib import Path

import pytest

from teleaudit.checks.runner import CheckRunner
from teleaudit.exports.reading import ReadExport, read_export
from teleaudit.report.results import exit_code
from teleaudit.rules.audit_file import Audit, load_audit
from teleaudit.rules.rulebook import rulebook_of
from teleaudit.rules.suites import Check
from teleaudit.rules.verdicts import CheckResult, Verdict
from teleaudit.schema import TABLES
from teleaudit.schema.views import WAYS, data_set_view
from teleaudit_samples import write_samples
from tests.test_no_silent_pass import InOneQuery, tables_of

ROOT = Path(__file__).resolve().parents[1]
# What is known from elsewhere then decides: the end of a relationship from the services and the CRM
# that there are, and nobody is exempted by holds that nobody told.
OPTIONAL = ("agreement", "subscription", "legal_hold")


@pytest.fixture(scope="module", params=["kazoom", "bizzy"])
def operator(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Audit, list[ReadExport]]:
    """An operator's whole sample, with deviations, read once."""
    folder = tmp_path_factory.mktemp(request.param)
    write_samples(folder, operators=(request.param,), rows=1_000, customers=60)
    audit = load_audit(ROOT / "audits" / request.param)
    (folder / "work").mkdir()
    return audit, [
        read_export(name, spec, root=folder / request.param, work=folder / "work")
        for name, spec in audit.exports.items()
    ]


@pytest.fixture(scope="module")
def in_one_query(tmp_path_factory: pytest.TempPathFactory) -> Iterator[InOneQuery]:
    with closing(InOneQuery(spill=tmp_path_factory.mktemp("spill"))) as running:
        yield running


@pytest.fixture(scope="module")
def whole(
    operator: tuple[Audit, list[ReadExport]], in_one_query: InOneQuery
) -> Mapping[str, CheckResult]:
    """What every check answers when nothing is missing."""
    return asked(operator, in_one_query)


def asked(
    operator: tuple[Audit, list[ReadExport]], engine: InOneQuery, *, without: str = ""
) -> dict[str, CheckResult]:
    audit, exports = operator
    assert audit.as_of is not None
    engine.begin()
    kept = [export for export in exports if export.table != without]
    bench = CheckRunner(audit, rulebook_of(audit).suites, kept, engine, as_of=audit.as_of)
    by_data_set: dict[str, list[Check]] = {}
    for check in bench.checks():
        by_data_set.setdefault(check.data_set, []).append(check)
    return {
        result.id: result
        for name, checks in by_data_set.items()
        for result, _ in bench._check_data_set(name, checks, None)
    }


@pytest.mark.deep
@pytest.mark.parametrize("table", TABLES)
def test_a_check_names_the_export_that_it_lacks_or_answers_as_before(
    operator: tuple[Audit, list[ReadExport]],
    whole: Mapping[str, CheckResult],
    in_one_query: InOneQuery,
    table: str,
) -> None:
    left = asked(operator, in_one_query, without=table)
    said = {
        check_id
        for check_id, result in left.items()
        if result.verdict is Verdict.UNKNOWN
        and result.why == "no_export"
        and result.why_detail == table
    }
    changed = {check_id for check_id in whole if _told(left[check_id]) != _told(whole[check_id])}
    # the second where some record deviates whatever the export would say
    lacking = ("not_exported", "no_export", "quotes_unknown")
    checks = {
        check.id: check for suite in rulebook_of(operator[0]).suites for check in suite.checks
    }
    assert [check_id for check_id in changed if table not in tables_of(checks[check_id])] == []
    records_lack_it = {
        check_id
        for check_id in changed
        if any(
            left[check_id].answer.reasons.get(reason, 0)
            > whole[check_id].answer.reasons.get(reason, 0)
            for reason in lacking
        )
    }
    assert said
    assert said <= changed
    no_ground = {
        check_id for check_id in changed if _lacks_a_ground(whole[check_id], left[check_id])
    }
    told_otherwise = {check_id for check_id in changed if _is_one_way(checks[check_id], table)}
    assert table in OPTIONAL or changed - said - no_ground - told_otherwise == records_lack_it
    accused = {
        check_id
        for check_id in changed
        if left[check_id].answer.deviations > whole[check_id].answer.deviations
    }
    # by the CRM's own end dates, where the services say nothing against them any more
    if table in OPTIONAL:
        told_otherwise |= {
            check_id
            for check_id in changed
            if checks[check_id].spec.type == "expect_erasure_by_deadline"
        }
    assert table == "legal_hold" or accused <= no_ground | told_otherwise
    assert (
        exit_code(
            {
                "checks": [
                    {"verdict": result.verdict.value}
                    for result in left.values()
                    if result.verdict in {Verdict.PASS, Verdict.UNKNOWN}
                ]
            }
        )
        == 2
    )


def _is_one_way(check: Check, table: str) -> bool:
    """Whether a check answers by any of several ways, and a table is one of them: the others tell
    it then, and nothing contradicts them any more (a ledger that says paid is doubted where
    invoices say owed).
    """
    ways = data_set_view(check.data_set).one_of.values()
    return any(name.partition(".")[0] == table for way in ways for one in way for name in WAYS[one])


def _lacks_a_ground(whole: CheckResult, left: CheckResult) -> bool:
    """Whether all that differs is that nobody says any more whose processing is restricted: what
    was exempt for it deviates, as without a register of legal holds.
    """
    was, now = whole.answer, left.answer
    return (
        now.deviations - was.deviations == was.exemptions.get("restricted", 0) > 0
        and now.exemptions
        == {name: count for name, count in was.exemptions.items() if name != "restricted"}
        and (now.population, now.reasons) == (was.population, was.reasons)
    )


def _told(result: CheckResult) -> tuple[object, ...]:
    return result.verdict, result.why, result.answer
