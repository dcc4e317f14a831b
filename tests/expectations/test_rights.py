"""Requests of data subjects: answered in time, refused with a reason, carried out in full."""

from __future__ import annotations

import datetime as dt
from contextlib import closing
from pathlib import Path

import pytest
from dateutil.easter import easter

from teleaudit.checks.runner import CheckRunner
from teleaudit.rules.verdicts import Verdict
from tests.spec import AS_OF, ENGINES, PARAMETERS, answer, audit_of, spec

_KINDS = pytest.mark.parametrize(
    ("check", "kind"),
    [
        ("KAZ-j.in_time", "indsigt"),
        ("KAZ-j.in_time", "indsigelse"),
        ("KAZ-k.in_time", "berigtigelse"),
        ("KAZ-m.in_time", "portabilitet"),
        ("KAZ-n.in_time", "sletning"),
        ("BIZ-right-1.in_time", "begrænsning"),
        ("BIZ-change.in_time", "berigtigelse"),
        ("BIZ-right-2.in_time", "sletning"),
    ],
)
_WEEKEND = 5
_LAST_PRAYER_DAY = 2023


def _holidays(year: int) -> set[dt.date]:
    moved = [
        easter(year) + dt.timedelta(days)
        for days in (-3, -2, 0, 1, 39, 49, 50, *([26] if year <= _LAST_PRAYER_DAY else []))
    ]
    return {*moved, dt.date(year, 1, 1), dt.date(year, 12, 25), dt.date(year, 12, 26)}


def test_the_working_days_are_those_of_the_danish_calendar(engine: str, tmp_path: Path) -> None:
    with closing(ENGINES[engine](tmp_path)) as running:
        CheckRunner(audit_of({}), (), (), running, as_of=AS_OF)
        found = {
            row[0]: row[1] for row in running.fetch("SELECT day, working_day FROM non_working_day")
        }
    days = [
        dt.date(1990, 1, 1) + dt.timedelta(n)
        for n in range((dt.date(2100, 12, 31) - dt.date(1990, 1, 1)).days + 1)
    ]
    off = {day for day in days if day.weekday() >= _WEEKEND}.union(
        *(_holidays(year) for year in range(1990, 2101))
    )
    assert set(found) == off
    assert all(
        working not in off
        and all(day + dt.timedelta(n) in off for n in range((working - day).days))
        for day, working in found.items()
        if working.year <= days[-1].year
    )


@pytest.mark.parametrize(
    ("received", "day", "is_off"),
    [
        ("2026-03-02", "2026-04-02", True),  # Maundy Thursday
        ("2023-04-05", "2023-05-05", True),  # the last Store bededag
        ("2024-03-26", "2024-04-26", False),  # where it would have stood
        ("2026-05-05", "2026-06-05", False),  # Constitution Day
        ("2025-11-24", "2025-12-24", False),
        ("2026-04-14", "2026-05-14", True),  # Ascension Day
        ("2026-04-15", "2026-05-15", False),
    ],
)
def test_only_statutory_holidays_move_a_deadline(
    engine: str, received: str, day: str, *, is_off: bool
) -> None:
    a_day_later = dt.date.fromisoformat(day) + dt.timedelta(days=1)
    rows = f"dsar_id | type | received_at | closed_at\na | indsigt | {received} | {a_day_later}"
    spec(
        "KAZ-j.in_time",
        {"dsar": rows},
        engine=engine,
        deviating=[] if is_off else ["a"],
        population=1,
    )


@_KINDS
def test_a_request_is_answered_within_a_month_that_ends_on_a_working_day(
    engine: str, check: str, kind: str
) -> None:
    rows = f"""
        dsar_id    | type     | received_at | closed_at  | _issues
        -----------+----------+-------------+------------+---------------------
        last_day   | {kind}   | 2026-06-01  | 2026-07-01 |
        late       | {kind}   | 2026-06-01  | 2026-07-02 |
        short      | {kind}   | 2025-01-31  | 2025-02-28 |
        short_late | {kind}   | 2025-01-31  | 2025-03-01 |
        saturday   | {kind}   | 2026-01-31  | 2026-03-02 |
        sat_late   | {kind}   | 2026-01-31  | 2026-03-03 |
        easter     | {kind}   | 2026-03-02  | 2026-04-07 |
        after_east | {kind}   | 2026-03-02  | 2026-04-08 |
        still_open | {kind}   | 2026-10-22  |            |
        long_open  | {kind}   | 2026-10-20  |            |
        undated    | {kind}   |             | 2026-07-02 |
        epoch      | {kind}   | 1970-01-01  | 2026-07-02 |
        garbled    | {kind}   | 2026-06-01  |            | closed_at=unreadable
        strange    | klage    | 2026-06-01  | 2026-07-02 |
        untold     |          | 2026-06-01  | 2026-07-02 |
    """
    result = spec(
        check,
        {"dsar": rows},
        engine=engine,
        deviating=["after_east", "late", "long_open", "sat_late", "short_late"],
        not_assessable={
            "missing_date": 1,
            "impossible_date": 1,
            "unreadable": 1,
            "unknown_type": 2,
        },
        population=15,
    )
    assert [deviation.due_date for deviation in result.deviations] == [
        "2026-04-07",
        "2026-07-01",
        "2026-11-20",
        "2026-03-02",
        "2025-02-28",
    ]


def test_an_extension_counts_when_it_was_announced_in_time_and_with_a_reason(engine: str) -> None:
    rows = """
        dsar_id   | type    | received_at | extended_at | extension_reason | closed_at
        ----------+---------+-------------+-------------+------------------+-----------
        last_day  | indsigt | 2026-06-01  | 2026-07-01  | many systems     | 2026-09-01
        too_long  | indsigt | 2026-06-01  | 2026-06-10  | many systems     | 2026-09-02
        too_late  | indsigt | 2026-06-01  | 2026-07-02  | many systems     | 2026-07-10
        unasked   | indsigt | 2026-06-01  | 2026-06-10  |                  | 2026-07-10
        monday    | indsigt | 2026-01-31  | 2026-03-02  | many systems     | 2026-04-30
        blank     | indsigt | 2026-06-01  |             | many systems     | 2026-07-10
    """
    spec(
        "KAZ-j.in_time",
        {"dsar": rows},
        engine=engine,
        deviating=["blank", "too_late", "too_long", "unasked"],
        population=6,
    )


def test_waiting_for_proof_of_identity_stops_the_clock_and_is_told_apart(engine: str) -> None:
    rows = """
        dsar_id    | type    | received_at | id_requested_at | id_received_at | extended_at | extension_reason | closed_at
        -----------+---------+-------------+-----------------+----------------+-------------+------------------+-----------
        in_month   | indsigt | 2026-06-01  | 2026-06-02      | 2026-06-16     |             |                  | 2026-07-01
        paused     | indsigt | 2026-06-01  | 2026-06-02      | 2026-06-16     |             |                  | 2026-07-15
        too_long   | indsigt | 2026-06-01  | 2026-06-02      | 2026-06-16     |             |                  | 2026-07-16
        asked_late | indsigt | 2026-06-01  | 2026-07-02      | 2026-07-05     |             |                  | 2026-07-03
        asked_last | indsigt | 2026-06-01  | 2026-07-01      | 2026-07-03     |             |                  | 2026-07-03
        backwards  | indsigt | 2026-06-01  | 2026-06-16      | 2026-06-02     |             |                  | 2026-07-02
        waiting    | indsigt | 2026-06-01  | 2026-06-02      |                |             |                  |
        both       | indsigt | 2026-06-01  | 2026-06-02      | 2026-06-16     | 2026-07-15  | many systems     | 2026-09-15
        both_long  | indsigt | 2026-06-01  | 2026-06-02      | 2026-06-16     | 2026-07-15  | many systems     | 2026-09-16
    """
    spec(
        "KAZ-j.in_time",
        {"dsar": rows},
        engine=engine,
        deviating=["asked_late", "backwards", "both_long", "too_long"],
        exempt={"identity_pause": 4},
        population=9,
    )


@pytest.mark.parametrize(
    ("check", "kind"),
    [
        ("KAZ-j.refusal", "indsigt"),
        ("KAZ-n.refusal", "sletning"),
        ("BIZ-right-1.refusal", "berigtigelse"),
        ("BIZ-right-2.refusal", "sletning"),
    ],
)
def test_a_refusal_has_a_reason_and_says_where_to_complain(
    engine: str, check: str, kind: str
) -> None:
    other = "indsigt" if kind == "sletning" else "sletning"
    rows = f"""
        dsar_id   | type    | closed_at  | outcome     | refusal_reason | complaint_guidance | _issues
        ----------+---------+------------+-------------+----------------+--------------------+------------------------------
        whole     | {kind}  | 2026-06-01 | Afslag      | law            | true               |
        in_part   | {kind}  | 2026-06-01 | delvist     |                | true               |
        no_advice | {kind}  | 2026-06-01 | afslag      | law            | false              |
        silent    | {kind}  | 2026-06-01 | afslag      | law            |                    |
        garbled   | {kind}  | 2026-06-01 | afslag      | law            |                    | complaint_guidance=unreadable
        granted   | {kind}  | 2026-06-01 | imødekommet |                |                    |
        unknown   | {kind}  | 2026-06-01 |             |                |                    |
        running   | {kind}  |            |             |                |                    |
        other     | {other} | 2026-06-01 | afslag      |                |                    |
    """
    spec(
        check,
        {"dsar": rows},
        engine=engine,
        deviating=["in_part", "no_advice", "silent"],
        not_assessable={"not_recorded": 1, "unreadable": 1},
        population=6,
    )


@pytest.mark.parametrize("check", ["KAZ-k.recipients", "BIZ-change.recipients"])
def test_those_who_were_given_wrong_data_are_told_of_the_correction(
    engine: str, check: str
) -> None:
    rows = """
        dsar_id  | customer_id | type         | received_at | closed_at  | executed_at | outcome     | recipients_notified_at | _issues
        ---------+-------------+--------------+-------------+------------+-------------+-------------+------------------------+---------
        untold   | given       | berigtigelse | 2026-06-01  | 2026-06-10 |             | imødekommet |                        |
        in_part  | given       | Berigtigelse | 2026-06-01  | 2026-06-10 |             | delvist     |                        |
        told     | given       | berigtigelse | 2026-06-01  | 2026-06-10 |             | imødekommet | 2026-06-11             |
        garbled  | given       | berigtigelse | 2026-06-01  | 2026-06-10 |             | imødekommet |                        | recipients_notified_at=unreadable
        refused  | given       | berigtigelse | 2026-06-01  | 2026-06-10 |             | afslag      |                        |
        nobody   | kept        | berigtigelse | 2026-06-01  | 2026-06-10 |             | imødekommet |                        |
        already  | later       | berigtigelse | 2026-06-01  | 2026-06-10 | 2026-06-04  | imødekommet |                        |
        same_day | later       | berigtigelse | 2026-06-01  | 2026-06-10 | 2026-06-05  | imødekommet |                        |
        erasure  | given       | sletning     | 2026-06-01  | 2026-06-10 |             | imødekommet |                        |
    """
    given = """
        disclosure_id | customer_id | at
        --------------+-------------+--------------------
        v1            | given       | 2020-01-01 10:00:00
        v2            | later       | 2026-06-05 10:00:00
        v3            |             | 2026-06-05 10:00:00
    """
    spec(
        check,
        {"dsar": rows, "disclosure": given},
        engine=engine,
        deviating=["in_part", "same_day", "untold"],
        not_assessable={"unreadable": 1},
        population=5,
    )
    assert answer(check, {"dsar": rows}, engine=engine).verdict is Verdict.UNKNOWN


_RESTRICTED = """
    customer_id | restricted_from | restricted_to | _issues
    ------------+-----------------+---------------+-------------------------
    lifted      | 2026-05-01      | 2026-08-01    |
    lasting     | 2026-05-01      |               |
    free        |                 |               |
    garbled     | 2026-05-01      |               | restricted_to=unreadable
"""
_MOMENTS = (
    ("before", "lifted", "2026-04-30 23:59:59"),
    ("first", "lifted", "2026-05-01 00:00:00"),
    ("last", "lifted", "2026-07-31 23:59:59"),
    ("after", "lifted", "2026-08-01 00:00:00"),
    ("now", "lasting", "2026-11-01 10:00:00"),
    ("never", "free", "2026-06-01 10:00:00"),
    ("nobody", "gone", "2026-06-01 10:00:00"),
    ("doubt", "garbled", "2026-06-01 10:00:00"),
    ("undated", "lasting", ""),
)


@pytest.mark.parametrize(
    ("part", "table", "columns"),
    [
        ("marketing", "marketing_send", "send_id | customer_id | sent_at"),
        ("disclosure", "disclosure", "disclosure_id | customer_id | at"),
        ("erasure", "deletion_log", "entry_id | object_key | executed_at"),
    ],
)
def test_nothing_is_done_with_a_customers_data_while_they_are_restricted(
    engine: str, part: str, table: str, columns: str
) -> None:
    rows = "\n".join([columns, *(" | ".join(moment) for moment in _MOMENTS)])
    tables = {"crm_customer": _RESTRICTED, table: rows}
    found = [f"{table}|{key}" for key in ("first", "last", "now")]
    spec(
        f"KAZ-l.{part}",
        tables,
        engine=engine,
        deviating=found,
        not_assessable={"unreadable": 1, "missing_date": 1},
        population=7,
    )
    assert (
        answer(f"KAZ-l.{part}", {"crm_customer": _RESTRICTED}, engine=engine).verdict
        is Verdict.UNKNOWN
    )


@pytest.mark.long_on_spark
def test_a_disclosure_under_a_legal_title_is_allowed_and_an_erasure_that_failed_was_none(
    engine: str,
) -> None:
    given = """
        disclosure_id | customer_id | at                  | title_ref
        --------------+-------------+---------------------+----------
        ordered       | lasting     | 2026-06-01 10:00:00 | K-17
        unasked       | lasting     | 2026-06-01 10:00:00 |
    """
    erased = """
        entry_id | object_key | executed_at         | status
        ---------+------------+---------------------+-------
        failed   | lasting    | 2026-06-01 10:00:00 | Fejl
        done     | lasting    | 2026-06-01 10:00:00 | ok
    """
    tables = {"crm_customer": _RESTRICTED, "disclosure": given, "deletion_log": erased}
    spec(
        "KAZ-l.disclosure",
        tables,
        engine=engine,
        deviating=["disclosure|unasked"],
        exempt={"legal_title": 1},
        population=2,
    )
    spec("KAZ-l.erasure", tables, engine=engine, deviating=["deletion_log|done"], population=1)


def test_data_are_handed_over_in_a_format_that_machines_read(engine: str) -> None:
    rows = """
        dsar_id | type         | outcome     | format
        --------+--------------+-------------+-----------------
        paper   | portabilitet | imødekommet | papir
        pdf     | portabilitet | delvist     | PDF
        csv     | portabilitet | imødekommet | CSV
        xml     | portabilitet | imødekommet | application/xml
        json    | portabilitet | imødekommet | json
        untold  | portabilitet | imødekommet |
        refused | portabilitet | afslag      |
        access  | indsigt      | imødekommet | pdf
    """
    spec(
        "KAZ-m.format",
        {"dsar": rows},
        engine=engine,
        deviating=["paper", "pdf"],
        not_assessable={"not_recorded": 1},
        population=6,
    )


_OPERATORS = pytest.mark.parametrize("clause", ["KAZ-n", "BIZ-right-2"])


@_OPERATORS
def test_an_erasure_that_was_granted_is_carried_out(engine: str, clause: str) -> None:
    rows = """
        dsar_id  | type     | outcome     | closed_at  | executed_at | _issues
        ---------+----------+-------------+------------+-------------+-----------------------
        waiting  | sletning | imødekommet | 2026-10-23 |             |
        never    | sletning | imødekommet | 2026-10-22 |             |
        in_time  | sletning | imødekommet | 2026-06-01 | 2026-07-01  |
        late     | sletning | imødekommet | 2026-06-01 | 2026-07-02  |
        garbled  | sletning | imødekommet | 2026-06-01 |             | executed_at=unreadable
        undated  | sletning | imødekommet |            |             |
        epoch    | sletning | imødekommet | 1970-01-01 |             |
        refused  | sletning | afslag      | 2026-06-01 |             |
        access   | indsigt  | imødekommet | 2026-06-01 |             |
    """
    reasons = {"missing_date": 1, "unreadable": 1, "impossible_date": 1}
    result = spec(
        f"{clause}.executed",
        {"dsar": rows},
        engine=engine,
        deviating=["late", "never"],
        not_assessable=reasons,
        population=7,
    )
    assert [deviation.due_date for deviation in result.deviations] == ["2026-07-01", "2026-11-21"]


_ERASURES = {
    "dsar": (
        """
        dsar_id | customer_id | type     | outcome     | executed_at
        --------+-------------+----------+-------------+------------
        d1      | left        | sletning | imødekommet | 2026-10-22
        d2      | fresh       | sletning | imødekommet | 2026-10-23
        d3      | clean       | Sletning | Imødekommet | 2026-01-01
        d4      | held        | sletning | imødekommet | 2026-01-01
        d5      | refused     | sletning | afslag      | 2026-01-01
        d6      | back        | sletning | imødekommet | 2026-01-01
        d7      |             | sletning | imødekommet | 2026-01-01
        d8      | waiting     | sletning | imødekommet |
    """
    ),
    "legal_hold": (
        "hold_id | customer_id | reason | start | end | approved_by\nh1 | held | dispute |"
        " 2020-01-01 | | counsel"
    ),
}
_ALL = ("left", "fresh", "held", "refused", "back", "waiting", "stranger")


def _one_each(columns: str, since: str = "2015-01-01", back: str = "2026-01-02") -> str:
    return "\n".join(
        [columns, *(f"{name}_1 | {name} | {back if name == 'back' else since}" for name in _ALL)]
    )


@_OPERATORS
def test_nothing_is_left_in_the_crm_after_an_erasure(engine: str, clause: str) -> None:
    customers = "\n".join(
        [
            "customer_id | created_at | anonymised_at",
            *(f"{name} | {'2026-01-02' if name == 'back' else '2015-01-01'} |" for name in _ALL),
            "clean | 2015-01-01 | 2026-01-01",
        ]
    )
    tables = {
        "crm_customer": customers,
        "crm_contact": _one_each("contact_id | customer_id | valid_from"),
        "crm_interaction": _one_each(
            "interaction_id | customer_id | at", back="2026-01-02 10:00:00"
        ),
    }
    found = ["d1|crm_contact|left_1", "d1|crm_customer|left", "d1|crm_interaction|left_1"]
    result = spec(
        f"{clause}.crm",
        _ERASURES | tables,
        engine=engine,
        deviating=found,
        exempt={"legal_hold": 3},
        not_assessable={"orphan": 1},
        population=12,
    )
    assert {deviation.overdue_days for deviation in result.deviations} == {1}
    alone = answer(f"{clause}.crm", _ERASURES | {"crm_customer": customers}, engine=engine)
    # whatever the other exports would hold
    assert (alone.verdict, [deviation.record_key for deviation in alone.deviations]) == (
        Verdict.FAIL,
        ["d1|crm_customer|left"],
    )
    assert (
        answer(
            f"{clause}.crm",
            _ERASURES
            | {"crm_customer": customers.replace("left | 2015-01-01", "left | 2026-11-22")},
            engine=engine,
        ).verdict
        is Verdict.UNKNOWN
    )


@_OPERATORS
def test_no_service_is_left_after_an_erasure_but_who_had_a_number_within_a_year(
    engine: str, clause: str
) -> None:
    numbers = """
        number   | customer_id | valid_from | valid_to
        ---------+-------------+------------+-----------
        10000001 | left        | 2015-01-01 |
        10000002 | left        | 2015-01-01 | 2025-11-22
        10000003 | left        | 2015-01-01 | 2025-11-21
        10000004 | back        | 2026-01-02 |
        10000005 | stranger    | 2015-01-01 |
    """
    tables = {
        "pbx_config": _one_each("config_id | customer_id | created_at"),
        "number_assignment": numbers,
    }
    found = [
        "d1|number_assignment|10000001",
        "d1|number_assignment|10000003",
        "d1|pbx_config|left_1",
    ]
    spec(
        f"{clause}.services",
        _ERASURES | tables,
        engine=engine,
        deviating=found,
        exempt={"statutory": 1, "legal_hold": 1},
        not_assessable={"orphan": 1},
        population=9,
    )


@_OPERATORS
def test_no_marketing_is_left_after_an_erasure_but_the_proof_of_what_was_withdrawn(
    engine: str, clause: str
) -> None:
    consents = """
        consent_id | customer_id | given_at            | withdrawn_at
        -----------+-------------+---------------------+--------------------
        c1         | left        | 2025-01-01 10:00:00 |
        c2         | left        | 2025-01-01 10:00:00 | 2026-10-22 10:00:00
        c3         | back        | 2026-02-01 10:00:00 |
        c4         | fresh       | 2025-01-01 10:00:00 |
    """
    sends = """
        send_id | customer_id | sent_at
        --------+-------------+--------------------
        s1      | left        | 2026-10-23 00:00:00
        s2      | left        | 2026-10-22 23:59:59
        s3      | back        | 2026-03-01 10:00:00
        s4      | clean       | 2026-01-02 10:00:00
        s5      | stranger    | 2026-03-01 10:00:00
    """
    found = ["d1|consent|c1", "d1|marketing_send|s1", "d3|marketing_send|s4"]
    spec(
        f"{clause}.marketing",
        _ERASURES | {"consent": consents, "marketing_send": sends},
        engine=engine,
        deviating=found,
        not_assessable={"orphan": 1},
        population=7,
    )


@_OPERATORS
def test_how_long_an_erasure_may_take_is_the_controllers(engine: str, clause: str) -> None:
    unset = PARAMETERS | {
        "erasure_days": PARAMETERS["erasure_days"].model_copy(update={"value": None})
    }
    for part in ("executed", "crm"):
        assert (
            answer(f"{clause}.{part}", _ERASURES, engine=engine, parameters=unset).verdict
            is Verdict.UNSET
        )
