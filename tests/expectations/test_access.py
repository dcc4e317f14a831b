"""Who may look something up, what may be recorded, and how breaches are dealt with."""

from __future__ import annotations

import datetime as dt

import pytest

from teleaudit.rules.verdicts import Verdict
from tests.spec import PARAMETERS, answer, known_suites, set_to, spec

_POLICIES = pytest.mark.parametrize("clause", ["KAZ-t", "BIZ-acc-1"])
_ROSTER = """
    user_id | role      | valid_from | valid_to   | shared_account | may_export | trained_at
    --------+-----------+------------+------------+----------------+------------+-----------
    left    | clerk     | 2020-01-01 | 2026-06-30 | false          | false      | 2026-01-01
    clerk   | clerk     | 2020-01-01 |            | false          | false      | 2026-01-01
    moved   | clerk     | 2020-01-01 | 2026-05-31 | false          | true       | 2026-01-01
    moved   | billing   | 2026-06-01 |            | false          | false      | 2026-01-01
    watch   | on duty   | 2020-01-01 |            | true           | false      | 2026-01-01
    silent  | unknown   | 2020-01-01 |            |                |            | 2026-01-01
    undated | clerk     |            |            | false          | true       | 2026-01-01
"""


def accesses(rows: str) -> str:
    """A log of ``user | at | action | address``; accesses are known by their line."""
    return f"""
        user_id | at | action | source_ip
        {rows}
    """


@_POLICIES
def test_only_users_with_a_role_that_day_look_anything_up(engine: str, clause: str) -> None:
    log = accesses("""
        left      | 2026-07-01 00:00:00 | opslag | 10.0.0.1
        left      | 2026-06-30 23:59:59 | opslag | 10.0.0.1
        clerk     | 2019-12-31 23:59:59 | opslag | 10.0.0.1
        CLERK     | 2020-01-01 00:00:00 | opslag | 10.0.0.1
        moved     | 2026-05-31 12:00:00 | opslag | 10.0.0.1
        moved     | 2026-06-01 12:00:00 | opslag | 10.0.0.1
        stranger  | 2026-06-01 12:00:00 | opslag | 10.0.0.1
        undated   | 2026-06-01 12:00:00 | opslag | 10.0.0.1
                  | 2026-06-01 12:00:00 | opslag | 10.0.0.1
        clerk     |                     | opslag | 10.0.0.1
        clerk     | 1970-01-01 00:00:00 | opslag | 10.0.0.1
    """)
    spec(
        f"{clause}.roster",
        {"access_log": log, "staff_roster": _ROSTER},
        engine=engine,
        deviating=["spec.csv:2", "spec.csv:4", "spec.csv:8"],
        not_assessable={
            "undated_role": 1,
            "not_recorded": 1,
            "missing_date": 1,
            "impossible_date": 1,
        },
        population=11,
    )


def test_a_role_whose_end_cannot_be_read_proves_nothing(engine: str) -> None:
    roster = """
        user_id | valid_from | valid_to | _issues
        clerk   | 2020-01-01 |          | valid_to=unreadable
        boss    | 2020-01-01 |          | valid_to=placeholder
    """
    log = accesses("""
        clerk | 2026-06-01 12:00:00 | opslag | 10.0.0.1
        boss  | 2026-06-01 12:00:00 | opslag | 10.0.0.1
    """)
    spec(
        "KAZ-t.roster",
        {"access_log": log, "staff_roster": roster},
        engine=engine,
        not_assessable={"undated_role": 1},
        population=2,
    )


@pytest.mark.parametrize("missing", ["staff_roster", "access_log"])
def test_without_log_or_roster_nobody_knows(engine: str, missing: str) -> None:
    tables = {
        "access_log": accesses("clerk | 2026-06-01 12:00:00 | opslag | 10.0.0.1"),
        "staff_roster": _ROSTER,
    }
    result = answer(
        "KAZ-t.roster",
        {name: rows for name, rows in tables.items() if name != missing},
        engine=engine,
    )
    assert (result.verdict, result.why, result.why_detail) == (
        Verdict.UNKNOWN,
        "no_export",
        missing,
    )


@_POLICIES
def test_an_account_of_many_looks_nothing_up(engine: str, clause: str) -> None:
    log = accesses("""
        watch    | 2026-06-01 12:00:00 | opslag | 10.0.0.1
        clerk    | 2026-06-01 12:00:00 | opslag | 10.0.0.1
        silent   | 2026-06-01 12:00:00 | opslag | 10.0.0.1
        stranger | 2026-06-01 12:00:00 | opslag | 10.0.0.1
    """)
    spec(
        f"{clause}.shared_account",
        {"access_log": log, "staff_roster": _ROSTER},
        engine=engine,
        deviating=["spec.csv:2"],
        not_assessable={"not_recorded": 1},
        population=3,
    )


@_POLICIES
def test_only_roles_that_may_export_do(engine: str, clause: str) -> None:
    log = accesses("""
        clerk    | 2026-06-01 12:00:00 | EKSPORT | 10.0.0.1
        moved    | 2026-05-31 12:00:00 | eksport | 10.0.0.1
        moved    | 2026-06-01 12:00:00 | export  | 10.0.0.1
        clerk    | 2026-06-01 12:00:00 | opslag  | 10.0.0.1
        silent   | 2026-06-01 12:00:00 | eksport | 10.0.0.1
        stranger | 2026-06-01 12:00:00 | eksport | 10.0.0.1
    """)
    tables = {"access_log": log, "staff_roster": _ROSTER}
    spec(
        f"{clause}.export",
        tables,
        engine=engine,
        deviating=["spec.csv:2", "spec.csv:4"],
        not_assessable={"not_recorded": 1},
        population=4,
    )


def test_look_ups_come_from_a_private_network_where_the_policy_says_so(engine: str) -> None:
    outside = [
        "9.255.255.255",
        "11.0.0.1",
        "172.15.255.255",
        "172.32.0.0",
        "192.167.1.1",
        "192.169.0.1",
        "110.1.2.3",
        "2001:db8::1",
        "FE80::1",
    ]
    inside = [
        "10.0.0.0",
        "10.255.255.255",
        "172.16.0.0",
        "172.31.255.255",
        "192.168.0.1",
        "192.168.255.254",
        "127.0.0.1",
        "fd00:1::1",
        "::1",
    ]
    log = accesses(
        "\n".join(
            f"clerk | 2026-06-01 12:00:00 | opslag | {address}"
            for address in (*outside, *inside, "intern", "10.0.0.1:5060", "")
        )
    )
    spec(
        "KAZ-t.network",
        {"access_log": log},
        engine=engine,
        deviating=sorted(f"spec.csv:{line}" for line, _ in enumerate(outside, start=2)),
        not_assessable={"unreadable": 2, "not_recorded": 1},
        population=21,
    )
    assert "BIZ-acc-1.network" not in {
        check.id for suite in known_suites() for check in suite.checks
    }


_CUSTOMERS = """
    customer_id | end_date
    ------------+-----------
    gone        | 2024-05-31
    stays       |
    held        |
"""
_SUBSCRIPTIONS = """
    subscription_id | customer_id | end_date
    s1              | stays       |
    s2              | gone        | 2024-05-31
    s3              | held        |
"""
_HOLD = """
    hold_id | customer_id | reason  | start      | end | approved_by
    h1      | held        | dispute | 2026-01-01 |     | counsel
"""


def test_a_paper_agreement_has_a_scan_as_long_as_the_customer_is_one(engine: str) -> None:
    agreements = """
        agreement_id | customer_id | ended_at   | scan_ref | paper_archive_ref | destroyed_at
        paper        | stays       |            |          | A1                |
        both         | stays       |            | a.pdf    | A2                |
        scan         | stays       |            | a.pdf    |                   |
        shredded     | stays       |            |          | A3                | 2026-01-01
        former       | gone        | 2024-05-31 |          | A4                |
        ended        | stays       | 2022-01-31 |          | A5                |
    """
    tables = {"agreement": agreements, "crm_customer": _CUSTOMERS, "subscription": _SUBSCRIPTIONS}
    spec("BIZ-acc-2.scan", tables, engine=engine, deviating=["ended", "paper"], population=3)


_RECORDING_AGREEMENTS = """
    agreement_id | customer_id | type             | signed_at  | valid_from | ended_at
    -------------+-------------+------------------+------------+------------+-----------
    a5           | late        | optagelse        | 2026-03-02 | 2026-03-01 |
    a1           | agreed      | Optagelse        | 2026-01-01 | 2026-02-01 | 2026-06-30
    a2           | other       | abonnement       | 2020-01-01 | 2020-01-01 |
    a3           | undated     | optagelse        |            |            |
    a4           | signed      | optagelsesaftale | 2026-02-01 |            |
    a6           | stays       | optagelse        | 2026-01-01 | 2026-01-01 |
    a7           | stays       | optagelse        | 2020-01-01 | 2020-01-01 | 2020-12-31
    a8           | held        | optagelse        | 2020-01-01 | 2020-01-01 | 2026-06-30
    a9           | today       | optagelse        | 2020-01-01 | 2020-01-01 | 2026-11-22
"""


def test_a_recording_has_an_agreement_in_force_that_day(engine: str) -> None:
    recordings = """
        rec_id    | customer_id | started_at          | purpose    | deleted_at
        early     | agreed      | 2026-01-31 23:59:59 |            |
        first     | agreed      | 2026-02-01 00:00:00 |            |
        last      | agreed      | 2026-06-30 23:59:59 |            |
        after     | agreed      | 2026-07-01 00:00:00 |            |
        erased    | agreed      | 2026-07-01 00:00:00 |            | 2026-07-02
        other     | other       | 2026-03-01 12:00:00 |            |
        undated   | undated     | 2026-03-01 12:00:00 |            |
        unsigned  | late        | 2026-03-01 12:00:00 |            |
        signed    | late        | 2026-03-02 12:00:00 |            |
        unstarted | signed      | 2026-02-01 12:00:00 |            |
        own       | other       | 2026-03-01 12:00:00 | Egen_linje |
        nobody    |             | 2026-03-01 12:00:00 |            |
        timeless  | agreed      |                     |            |
        epoch     | agreed      | 1970-01-01 00:00:00 |            |
    """
    spec(
        "BIZ-tele-3.agreement",
        {"recording_index": recordings, "agreement": _RECORDING_AGREEMENTS},
        engine=engine,
        deviating=["after", "early", "erased", "other", "unsigned"],
        not_assessable={
            "undated_agreement": 1,
            "orphan": 1,
            "missing_date": 1,
            "impossible_date": 1,
        },
        population=13,
    )


def test_a_recording_goes_when_all_agreements_have_ended(engine: str) -> None:
    recordings = """
        rec_id   | customer_id | started_at          | deleted_at | _issues
        kept     | agreed      | 2026-03-01 12:00:00 |            |
        erased   | agreed      | 2026-03-01 12:00:00 | 2026-07-01 |
        garbled  | agreed      | 2026-03-01 12:00:00 |            | deleted_at=unreadable
        renewed  | stays       | 2020-03-01 12:00:00 |            |
        held     | held        | 2026-03-01 12:00:00 |            |
        last_day | today       | 2026-03-01 12:00:00 |            |
        unagreed | other       | 2026-03-01 12:00:00 |            |
    """
    result = spec(
        "BIZ-tele-3.after_end",
        {"recording_index": recordings, "agreement": _RECORDING_AGREEMENTS, "legal_hold": _HOLD},
        engine=engine,
        deviating=["kept"],
        not_assessable={"unreadable": 1},
        exempt={"legal_hold": 1},
        population=5,
    )
    assert result.deviations[0].overdue_days == 145


def test_every_recording_of_the_exchange_stands_in_the_index(engine: str) -> None:
    calls = """
        call_id | recording_path
        hidden  | /monitor/2026/c.wav
        known   | /monitor/2026/A.WAV
        windows | Z:\\rec\\b.wav
        none    |
        folder  | /monitor/2026/
    """
    index = """
        rec_id | path
        r1     | a.wav
        r2     | store/b.wav
        r3     | store/
        r4     |
    """
    spec(
        "BIZ-tele-3.index",
        {"cdr": calls, "recording_index": index},
        engine=engine,
        deviating=["folder", "hidden"],
        population=4,
    )


def test_a_breach_of_the_service_is_notified_within_24_hours_weekend_or_not(engine: str) -> None:
    breaches = """
        breach_id | kind     | discovered_at       | notified_at         | risk    | _issues
        monday    | tjeneste | 2026-09-18 09:40:00 | 2026-09-21 09:00:00 | risiko  |
        in_time   | Tjeneste | 2026-09-18 09:40:00 | 2026-09-19 09:40:00 | ingen   |
        last      | tjeneste | 2026-09-18 09:40:00 | 2026-09-19 10:00:00 | ingen   |
        late      | tjeneste | 2026-09-18 09:40:00 | 2026-09-19 10:00:01 | ingen   |
        never     | tjeneste | 2026-11-20 12:00:00 |                     |         |
        running   | tjeneste | 2026-11-21 12:00:00 |                     |         |
        garbled   | tjeneste | 2026-09-18 09:40:00 |                     |         | notified_at=unreadable
        unknown   | tjeneste |                     | 2026-09-18 09:40:00 |         |
        epoch     | tjeneste | 1970-01-01 00:00:00 | 2026-09-18 09:40:00 |         |
        other     | øvrigt   | 2026-09-18 09:40:00 |                     | høj     |
    """
    result = spec(
        "BIZ-prot.service_notice",
        {"breach_register": breaches},
        engine=engine,
        deviating=["late", "monday", "never"],
        not_assessable={"unreadable": 1, "missing_date": 1, "impossible_date": 1},
        population=9,
    )
    assert {d.record_key: d.due_date for d in result.deviations} == {
        "late": "2026-09-19",
        "monday": "2026-09-19",
        "never": "2026-11-21",
    }


def test_any_other_breach_with_a_risk_is_notified_within_72_hours(engine: str) -> None:
    breaches = """
        breach_id | kind     | discovered_at       | notified_at         | risk
        late      | øvrigt   | 2026-09-18 09:40:00 | 2026-09-21 10:00:01 | risiko
        last      | øvrigt   | 2026-09-18 09:40:00 | 2026-09-21 10:00:00 | høj
        harmless  | øvrigt   | 2026-09-18 09:40:00 |                     | Ingen
        never     | øvrigt   | 2026-11-18 12:00:00 |                     | høj
        running   | øvrigt   | 2026-11-19 12:00:00 |                     | høj
        unjudged  | øvrigt   | 2026-09-18 09:40:00 |                     |
        unsorted  |          | 2026-09-18 09:40:00 |                     | høj
        undated   | øvrigt   |                     | 2026-09-21 10:00:00 | høj
        service   | tjeneste | 2026-09-18 09:40:00 |                     | høj
    """
    tables = {"breach_register": breaches}
    spec(
        "BIZ-prot.notice",
        tables,
        engine=engine,
        deviating=["late", "never"],
        not_assessable={"not_recorded": 2, "missing_date": 1},
        population=7,
    )


def test_where_the_risk_is_high_somebody_looks_at_whether_persons_were_informed(
    engine: str,
) -> None:
    breaches = """
        breach_id | risk   | persons_informed_at | _issues
        silent    | HØJ    |                     |
        told      | høj    | 2026-09-21 10:00:00 |
        garbled   | høj    |                     | persons_informed_at=unreadable
        low       | risiko |                     |
        unjudged  |        |                     |
    """
    result = spec(
        "BIZ-prot.persons",
        {"breach_register": breaches},
        engine=engine,
        deviating=["silent"],
        not_assessable={"unreadable": 1},
        population=3,
    )
    assert result.verdict is Verdict.REVIEW


def test_the_register_says_what_was_decided(engine: str) -> None:
    breaches = """
        breach_id | decision
        silent    |
        told      | notified
    """
    spec(
        "BIZ-prot.decision",
        {"breach_register": breaches},
        engine=engine,
        deviating=["silent"],
        population=2,
    )


_STAFF = """
    user_id  | valid_from | valid_to   | shared_account | trained_at | _issues
    overdue  | 2020-01-01 |            | false          | 2024-11-21 |
    last_day | 2020-01-01 |            | false          | 2024-11-22 |
    never    | 2026-11-22 | 2026-11-22 |                |            |
    left     | 2020-01-01 | 2026-11-21 | false          |            |
    coming   | 2026-11-23 |            | false          |            |
    watch    | 2020-01-01 |            | true           |            |
    garbled  | 2020-01-01 |            | false          |            | trained_at=unreadable
    endless  | 2020-01-01 |            | false          |            | valid_to=unreadable
"""


def test_whoever_was_not_trained_within_the_months_set_may_have_been_instructed_in_another_way(
    engine: str,
) -> None:
    result = spec(
        "BIZ-prot.training",
        {"staff_roster": _STAFF},
        engine=engine,
        deviating=["never|2026-11-22", "overdue|2020-01-01"],
        not_assessable={"unreadable": 2},
        population=5,
    )
    assert [d.overdue_days for d in result.deviations] == [None, 1]
    assert result.verdict is Verdict.REVIEW


def test_how_long_training_counts_is_for_the_controller_to_say(engine: str) -> None:
    unset = answer(
        "BIZ-prot.training",
        {"staff_roster": _STAFF},
        engine=engine,
        parameters={
            **PARAMETERS,
            "training_months": PARAMETERS["training_months"].model_copy(update={"value": None}),
        },
    )
    # however long training counts
    assert (unset.verdict, [d.record_key for d in unset.deviations]) == (
        Verdict.REVIEW,
        ["never|2026-11-22"],
    )
    assert unset.answer.reasons["unset"] >= 1
    longer = answer(
        "BIZ-prot.training",
        {"staff_roster": _STAFF},
        engine=engine,
        parameters={**PARAMETERS, "training_months": set_to(25)},
    )
    assert [d.record_key for d in longer.deviations] == ["never|2026-11-22"]


def test_the_day_on_which_training_is_too_old_is_the_next(engine: str) -> None:
    staff = """
        user_id | valid_from | valid_to | shared_account | trained_at
        a       | 2020-01-01 |          | false          | 2024-02-29
    """
    tables = {"staff_roster": staff}
    spec("BIZ-prot.training", tables, engine=engine, as_of=dt.date(2026, 2, 28))
    spec(
        "BIZ-prot.training",
        tables,
        engine=engine,
        as_of=dt.date(2026, 3, 1),
        deviating=["a|2020-01-01"],
    )


def test_a_recording_is_on_a_number_that_the_agreement_names(engine: str) -> None:
    tables = {
        "recording_index": """
            rec_id      | customer_id | number       | started_at          | purpose
            other       | named       | 01 23 45 69  | 2026-03-02 10:00:00 |
            second      | named       | +4501234568  | 2026-03-02 10:00:00 |
            first       | named       | 01234567     | 2026-03-02 10:00:00 |
            caller      | named       | 0199999999   | 2026-03-02 10:00:00 |
            unnumbered  | named       |              | 2026-03-02 10:00:00 |
            given_up    | named       | 01234560     | 2026-03-02 10:00:00 |
            later       | named       | 01234569     | 2025-12-31 10:00:00 |
            all         | whole       | 01234571     | 2026-03-02 10:00:00 |
            silent      | silent      | 01234572     | 2026-03-02 10:00:00 |
            words       | words       | 01234573     | 2026-03-02 10:00:00 |
            either      | either      | 01234574     | 2026-03-02 10:00:00 |
            own         | named       | 01234569     | 2026-03-02 10:00:00 | egen_linje
            never       | never       | 01234575     | 2026-03-02 10:00:00 |
            nobody      |             | 01234569     | 2026-03-02 10:00:00 |
        """,
        "agreement": """
            agreement_id | customer_id | type      | valid_from | ended_at | scope
            a1           | named       | optagelse | 2026-01-01 |          | 01 23 45 67; +45 01234568
            a2           | whole       | optagelse | 2020-01-01 |          | Alle numre
            a3           | silent      | optagelse | 2020-01-01 |          |
            a4           | words       | optagelse | 2020-01-01 |          | salgskøen
            a5           | either      | optagelse | 2020-01-01 |          | 01234500
            a6           | either      | optagelse | 2020-01-01 |          | 004501234574/01234501
            a7           | never       | telefoni  | 2020-01-01 |          | 01234500
        """,
        "number_assignment": """
            number      | customer_id | valid_from | valid_to
            01234569    | named       | 2020-01-01 |
            +4501234560 | named       | 2020-01-01 | 2026-03-01
            01234573    | words       | 2020-01-01 |
            01234574    | either      | 2020-01-01 |
        """,
    }
    spec(
        "BIZ-tele-3.scope",
        tables,
        engine=engine,
        deviating=["other"],
        not_assessable={"scope_in_words": 1, "no_assignment": 3},
        population=10,
    )


def test_a_recording_agreement_for_a_fixed_time_ends_with_it(engine: str) -> None:
    tables = {
        "recording_index": """
            rec_id | customer_id | started_at          | deleted_at
            after  | fixed       | 2026-07-01 00:00:00 | 2026-07-02
            last   | fixed       | 2026-06-30 23:59:59 | 2026-07-02
            early  | stopped     | 2026-05-02 12:00:00 | 2026-07-02
            open   | open        | 2026-10-02 12:00:00 |
        """,
        "agreement": """
            agreement_id | customer_id | type      | valid_from | ended_at   | agreed_until
            a1           | fixed       | optagelse | 2026-01-01 |            | 2026-06-30
            a2           | stopped     | optagelse | 2026-01-01 | 2026-05-01 | 2026-06-30
            a3           | open        | optagelse | 2026-01-01 |            |
        """,
    }
    spec("BIZ-tele-3.agreement", tables, engine=engine, deviating=["after", "early"], population=4)
