"""An audit and a scan judge a column alike: by the same name and the same cells each kind gets the
same verdict, and the same rows are shown at the same level.

What they may differ in is named here, and nowhere else:
1. An audit knows which canonical table it looks into; a scan has the names of the columns.
2. An audit has types: a column of whole numbers is asked for cards and CPR numbers only, one of
   dates or amounts for nothing.
3. A scan shows a column of check codes or PIN blocks once, an audit lists its records.
"""

from __future__ import annotations

import csv
import pickle
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from teleaudit.checks.runner import CheckRunner
from teleaudit.detectors import scan_column
from teleaudit.detectors.judge import LEVELS, context_of
from teleaudit.detectors.kinds import kinds
from teleaudit.expectations.content import content_fields
from teleaudit.expectations.rows import DataSet
from teleaudit.scanning.scan import Finding, scan_paths
from tests import spec
from tests.detectors.test_invariants import DULL, NAMES, SURE, UNREAD
from tests.shared_engine import shared_engine

# by table: its key, the columns that say to both what it is about, and its checks by kind
TABLES: Mapping[str, tuple[str, tuple[str, ...], Mapping[str, str]]] = {
    "crm_customer": (
        "customer_id",
        (),
        {
            "card": "HYG-card.crm_customer",
            "cpr": "HYG-cpr-number.crm_customer",
            "message": "HYG-messages.crm_customer",
            "browsing": "HYG-browsing.crm_customer",
        },
    ),
    "cdr": (
        "call_id",
        ("a_number", "b_number"),
        {
            "card": "HYG-card.cdr",
            "cpr": "HYG-cpr-number.cdr",
            "message": "BIZ-tele-2.cdr",
            "browsing": "BIZ-tele-1.browsing_cdr",
        },
    ),
}
MASKED = ["457193123***1234", "4571 93** **** 1234", "457193******1234"]
WORDS = ["Router", "faktura", "Aktiv", "opkald", "MOC-1", "fiber", "kunde", "Udland", "ok", "x.dk"]
SHOWN = [cell for cell in SURE if cell.isprintable() and cell == cell.strip()]
CELL = st.sampled_from(
    [*SHOWN, *MASKED, *WORDS, *(cell for cell in DULL if cell), "604", "017", "4,57112E+15"]
)
CELLS = st.one_of(
    st.lists(CELL, min_size=1, max_size=8),
    st.sampled_from([*UNREAD.values(), ["604", "017", "385"], MASKED]),
    st.lists(st.sampled_from(SHOWN), min_size=1, max_size=3),
)
COLUMN = st.tuples(
    CELLS, st.lists(st.sampled_from([*WORDS, *DULL]), max_size=6), st.sampled_from([0, 1, 5, 40])
).map(lambda drawn: [*drawn[0], *(cell for cell in drawn[1] for _ in range(drawn[2]))])
COLUMNS = st.dictionaries(
    st.sampled_from([*NAMES, "CVV", "pin_block", "card_masked", "ukendt felt", "søgeord"]),
    COLUMN,
    min_size=4,
    max_size=12,
)


class Verdicts(NamedTuple):
    """What is said of a table."""

    columns: dict[tuple[str, str], tuple[str, str]]  # level and rule by column and kind
    cells: dict[tuple[int, str], str]  # the surest level by row and kind


def audited(table: str, frame: pd.DataFrame) -> Verdicts:
    """What the audit's checks say."""
    key, _, checks = TABLES[table]
    suites = [spec.only(suite, check) for check in checks.values() for suite in spec.known_suites()]
    placed = frame.assign(_file="spec.csv", _line=range(2, len(frame) + 2))
    with shared_engine() as engine:
        runner = CheckRunner(
            spec.audit_of(spec.PARAMETERS),
            [suite for suite in suites if any(one.expectations for one in suite.clauses)],
            (),
            engine,
            as_of=spec.AS_OF,
            frames={table: placed},
        )
        listed = spec.Listed()
        results = {result.id: result for result in runner.run(worklist=listed)}
    rows = {name: row for row, name in enumerate(frame[key], start=1)}
    columns, cells = {}, {}
    for kind, check in checks.items():
        for one in results[check].answer.column_decisions:
            if one["level"] is not None:
                columns[one["column"], kind] = one["level"], one["rule"]
        for found in listed.deviations.get(check, ()):
            cells[rows[found.record_key], kind] = found.level
    return Verdicts(columns, cells)


def scanned(path: Path, frame: pd.DataFrame) -> Verdicts:
    """What a scan says of the same cells."""
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([frame.columns, *frame.astype(object).fillna("").to_numpy()])
    columns: dict[tuple[str, str], tuple[str, str]] = {}
    cells: dict[tuple[int, str], str] = {}
    for event in scan_paths([path]):
        if not isinstance(event, Finding):
            continue
        level = str(event.level)
        if event.row is None:
            told = columns.get((event.column, event.kind), (level, event.reason))
            columns[event.column, event.kind] = surest(told, (level, event.reason))
        else:
            place = event.row, event.kind
            cells[place], _ = surest((cells.get(place, level), ""), (level, ""))
    return Verdicts(columns, cells)


def surest(*told: tuple[str, str]) -> tuple[str, str]:
    """The first of the surest level."""
    return min(told, key=lambda one: LEVELS.index(one[0]))


def table_of(table: str, columns: Mapping[str, Sequence[str]]) -> pd.DataFrame:
    """Records with these columns beside the key."""
    key, beside, _ = TABLES[table]
    rows = max(map(len, columns.values()))
    numbers = {name: [f"45{place:08}" for place in range(rows)] for name in beside}
    nothing = "" if beside else None  # to an audit and a scan it is the same
    padded = {name: [*cells, *[nothing] * (rows - len(cells))] for name, cells in columns.items()}
    return pd.DataFrame(
        {key: [f"r{place:03}" for place in range(rows)], **numbers, **padded}, dtype="object"
    )


def of_single_columns(told: Verdicts) -> dict[tuple[str, str], tuple[str, str]]:
    """Without what columns hold together, and without the names of the rules for check codes,
    which a scan tells by what they are: (3).
    """
    return {
        (column, kind): (level, "" if column in {"CVV", "pin_block"} else rule)
        for (column, kind), (level, rule) in told.columns.items()
        if " + " not in column
    }


@pytest.mark.parametrize("table", TABLES)
@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    max_examples=settings().max_examples // 5,  # each of some columns, an audit and a scan
)
@given(columns=COLUMNS)
def test_a_column_gets_the_same_verdict_in_an_audit_and_in_a_scan(
    table: str, tmp_path: Path, columns: dict[str, list[str]]
) -> None:
    frame = table_of(table, columns)
    audit, scan = audited(table, frame), scanned(tmp_path / "export.csv", frame)
    assert of_single_columns(audit) == of_single_columns(scan)
    of_codes = {
        row
        for name in ("CVV", "pin_block")
        if name in columns
        for row in range(1, len(columns[name]) + 1)
    }
    assert {place: level for place, level in audit.cells.items() if place[0] not in of_codes} == {
        place: level for place, level in scan.cells.items() if place[0] not in of_codes
    }


FEW = ["Hej skat, jeg kommer hjem nu", "Kan du hente mig i aften?", "Vi ses hjemme hos mor"]
AMONG = {
    "codes": [f"MOC-{number}" for number in range(40)],
    "one word again and again": ["Aktiv"] * 60,
    "different words": [f"{first}{second}ing" for first in "bdfghklm" for second in "aeiou"],
    "numbers": [f"{number}" for number in range(40)],
}


@pytest.mark.parametrize("among", AMONG)
def test_few_messages_weigh_the_same_whatever_stands_among_them(among: str, tmp_path: Path) -> None:
    cells = [*FEW, *AMONG[among]]
    frame = table_of("cdr", {"felt_7": cells})
    whole = scan_column(cells, name="felt_7", beside=list(frame.columns))
    told = (str(whole.level), whole.reason)
    assert whole.kinds == {"message"}
    assert audited("cdr", frame).columns["felt_7", "message"] == told
    assert scanned(tmp_path / "export.csv", frame).columns["felt_7", "message"] == told


def test_what_a_table_is_about_is_told_by_its_columns_or_by_its_name() -> None:
    told = {
        "teledata": context_of(kinds(), ["A-nummer", "B-nummer", "tekst"]),
        "register": context_of(kinds(), ["navn", "adresse", "hjemmeside"]),
    }
    assert {name: [count for count in found if found[count]] for name, found in told.items()} == {
        "teledata": ["message_teledata"],
        "register": ["browsing_register"],
    }
    assert context_of(kinds(), table="cdr") == told["teledata"]
    assert not any(context_of(kinds(), ["navn", "adresse"], "crm_customer").values())


def test_an_audit_asks_numbers_for_numbers_and_dates_for_nothing() -> None:
    own = {"call_id": "VARCHAR", "duration_s": "BIGINT", "started_at": "TIMESTAMP", "x": "VARCHAR"}
    data_set = DataSet(name="cdr", key=("call_id",), own=own, filled=frozenset(own))
    columns = {kind: content_fields(kind, data_set, "cdr")["columns"] for kind in TABLES["cdr"][2]}
    assert columns == {
        "card": ["call_id", "duration_s", "x"],
        "cpr": ["call_id", "duration_s", "x"],
        "message": ["call_id", "x"],
        "browsing": ["call_id", "x"],
    }


def test_check_codes_are_shown_once_by_a_scan_and_record_by_record_by_an_audit(
    tmp_path: Path,
) -> None:
    frame = table_of("crm_customer", {"CVV": ["604", "017", "385"]})
    audit, scan = audited("crm_customer", frame), scanned(tmp_path / "export.csv", frame)
    assert audit.columns == {("CVV", "card"): ("confirmed", "check_code_column")}
    assert scan.columns == {("CVV", "card"): ("confirmed", "cvv_column")}
    assert audit.cells == {(row, "card"): "confirmed" for row in (1, 2, 3)}
    assert scan.cells == {}


def test_detectors_travel_to_other_processes() -> None:
    there = pickle.loads(pickle.dumps(kinds(own_domains=("kazoom.dk",))))  # noqa: S301 - our own
    assert [one.name for one in there] == [one.name for one in kinds()]
    browsing = there[-1]
    assert browsing.find("https://www.kazoom.dk/saldo") == []
    assert browsing.find("https://avis.example.dk/side") != []
