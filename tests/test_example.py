"""The example audit of an export that nobody here wrote, on an invented file of the same shape."""

from __future__ import annotations

import csv
import random
from pathlib import Path

from teleaudit.checks.runner import CheckRunner
from teleaudit.engines.duckdb import DuckDBEngine
from teleaudit.exports.inspection import inspect_file
from teleaudit.exports.reading import read_export
from teleaudit.rules.audit_file import load_audit
from teleaudit.rules.rulebook import rulebook_of
from teleaudit.rules.verdicts import Verdict
from teleaudit.workspace import package_workspace
from tests.spec import Answered, Listed

EXAMPLE = package_workspace() / "docs" / "examples" / "notional-cdr"
HEADER = (
    *(
        "RecordID",
        "SubscriberID",
        "SubscriberRole",
        "EventTimestamp",
        "Direction",
        "EventType",
        "CallingNumber",
        "CalledNumber",
        "DurationSec",
        "SMSLength",
    ),
    *("IMEI", "IMSI", "CellTowerID", "TowerName", "Latitude", "Longitude", "Country"),
)
DICE = random.Random(4)  # noqa: S311 (invented device numbers, the same each time)


def digits(count: int) -> str:
    return "".join(DICE.choices("0123456789", k=count))


def record(number: int) -> list[str]:
    call = number % 5 < 3
    return [
        *(
            f"Q{number:09}",
            "SUB001",
            "US_SUBSCRIBER",
            f"2026-{number % 6 + 1:02}-{number % 28 + 1:02} {number % 24:02}:{number % 60:02}:07",
        ),
        *(
            DICE.choice(("MO", "MT")),
            "VOICE" if call else "SMS",
            f"+52{digits(10)}",
            f"+1{digits(10)}",
            str(number % 600) if call else "",
            "" if call else str(number % 160),
        ),
        *(
            digits(15),
            digits(15),
            f"US{number % 9}",
            "San Diego East",
            "32.7157",
            "-117.1611",
            "US",
        ),
    ]


def audited(folder: Path) -> dict[str, Answered]:
    audit = load_audit(EXAMPLE)
    exports = [
        read_export(name, spec, root=folder, work=folder / "work")
        for name, spec in audit.exports.items()
    ]
    suites = rulebook_of(audit).suites
    assert audit.as_of is not None
    engine = DuckDBEngine(spill=folder / "work" / "spill")
    try:
        listed = Listed()
        return {
            result.id: listed.complete(result)
            for result in CheckRunner(audit, suites, exports, engine, as_of=audit.as_of).run(
                worklist=listed
            )
        }
    finally:
        engine.close()


def test_the_example_reports_locations_calls_no_device_number_a_card_and_passes_nothing_it_has_not_seen(
    tmp_path: Path,
) -> None:
    file = tmp_path / "notional_mobile_cdr.csv"
    with file.open("w", encoding="utf-8", newline="") as target:
        csv.writer(target).writerows([HEADER, *(record(number) for number in range(3000))])
    (tmp_path / "work").mkdir()
    results = audited(tmp_path)
    assert results["HYG-location.cdr"].verdict is Verdict.FAIL
    assert [d.record_key for d in results["HYG-location.cdr"].deviations] == [
        "CellTowerID",
        "Latitude",
        "Longitude",
        "TowerName",
    ]
    assert results["HYG-card.cdr"].verdict is Verdict.PASS
    assert results["OPR-content.cdr"].verdict is Verdict.PASS
    assert results["OPR-teledata.calls"].verdict is Verdict.UNSET
    others = {
        check_id
        for check_id, result in results.items()
        if result.check.data_set != "cdr" and result.verdict not in (Verdict.UNKNOWN, Verdict.UNSET)
    }
    assert others == set()


def test_the_example_maps_what_inspect_proposes(tmp_path: Path) -> None:
    file = tmp_path / "notional_mobile_cdr.csv"
    with file.open("w", encoding="utf-8", newline="") as target:
        csv.writer(target).writerows([HEADER, *(record(number) for number in range(50))])
    proposed = inspect_file(file).as_yaml()
    for canonical, header in load_audit(EXAMPLE).exports["notional_mobile_cdr"].columns.items():
        assert f"{canonical}: {header}" in proposed
