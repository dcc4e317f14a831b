"""Whether erasure is followed up: the log, the systems, the copies, the holds, and what was left
behind.
"""

from __future__ import annotations

import pytest

from teleaudit.rules.audit_file import Parameter
from teleaudit.rules.suites import Suite
from teleaudit.rules.verdicts import Verdict
from tests.spec import PARAMETERS, answer, known_suites, only, set_to, spec

_CUSTOMERS = """
    customer_id | created_at | end_date   | status
    ------------+------------+------------+-------
    back        | 2026-10-01 |            | Aktiv
    gone        | 2015-03-01 | 2020-05-31 | Ophørt
    stays       | 2015-03-01 |            | Aktiv
    held        | 2015-03-01 |            | Aktiv
    new         | 2026-10-02 |            | Aktiv
    dateless    |            |            | Aktiv
"""
_AGREEMENTS = "agreement_id | customer_id | ended_at\na1 | stays |"
_SUBSCRIPTIONS = """
    subscription_id | customer_id | end_date
    s1              | stays       |
    s2              | gone        | 2020-05-31
    s3              | held        |
"""
_HOLD = """
    hold_id | customer_id | reason  | start      | end        | approved_by
    h1      | held        | dispute | 2026-01-01 |            | counsel
    h2      | nobody_held | dispute | 2026-01-01 |            | counsel
"""


def log(rows: str) -> str:
    """A deletion log of ``entry | executed | type | key | due | actor | status``."""
    return f"""
        entry_id | executed_at | object_type | object_key | due_date | actor_type | status
        {rows}
    """


@pytest.mark.long_on_spark
def test_erasing_by_hand_what_should_go_by_itself_is_looked_at(engine: str) -> None:
    rows = log("""
        hand    | 2026-10-01 12:00:00 | crm_contact     | p1 | 2026-10-01 | person | ok
        job     | 2026-10-01 12:00:00 | crm_customer    | k1 | 2026-10-01 | Job    | ok
        silent  | 2026-10-01 12:00:00 | pbx_config      | c1 | 2026-10-01 |        | ok
        failed  | 2026-10-01 12:00:00 | agreement       | a1 | 2026-10-01 | person | fejl
        other   | 2026-10-01 12:00:00 | recording_index | r1 | 2026-10-01 | person | ok
        unsaid  | 2026-10-01 12:00:00 | crm_interaction | h1 | 2026-10-01 | person |
    """)
    result = spec(
        "KAZ-r3.automatic",
        {"deletion_log": rows},
        engine=engine,
        deviating=["hand", "unsaid"],
        not_assessable={"not_recorded": 1},
        population=4,
    )
    assert result.verdict is Verdict.REVIEW


@pytest.mark.long_on_spark
def test_a_deletion_that_failed_is_carried_out_later(engine: str) -> None:
    rows = log("""
        alone    | 2026-10-01 12:00:00 | crm_customer | k1 | 2026-10-01 | job | Fejl
        repeated | 2026-10-01 12:00:00 | crm_customer | k2 | 2026-10-01 | job | fejl
        repeat   | 2026-10-02 12:00:00 | crm_customer | k2 | 2026-10-01 | job | OK
        before   | 2026-09-30 12:00:00 | crm_customer | k3 | 2026-10-01 | job | ok
        after    | 2026-10-01 12:00:00 | crm_customer | k3 | 2026-10-01 | job | fejl
        another  | 2026-10-03 12:00:00 | crm_contact  | k1 | 2026-10-01 | job | ok
        unsaid   | 2026-10-01 12:00:00 | crm_customer | k4 | 2026-10-01 | job |
        undated  |                     | crm_customer | k5 | 2026-10-01 | job | fejl
        keyless  | 2026-10-01 12:00:00 | crm_customer |    | 2026-10-01 | job | fejl
    """)
    tables = {"deletion_log": rows}
    spec(
        "HYG-deletion-log.failed",
        tables,
        engine=engine,
        deviating=["after", "alone", "keyless"],
        not_assessable={"not_recorded": 1, "missing_date": 1},
        population=9,
    )


def test_deletion_happens_no_later_than_the_day_after_the_deadline(engine: str) -> None:
    rows = """
        entry_id | executed_at         | due_date   | status | _issues
        late     | 2026-10-03 00:00:00 | 2026-10-01 | ok     |
        next_day | 2026-10-02 23:59:59 | 2026-10-01 | ok     |
        early    | 2026-09-01 12:00:00 | 2026-10-01 |        |
        failed   | 2026-10-09 12:00:00 | 2026-10-01 | fejl   |
        request  | 2026-10-09 12:00:00 |            | ok     |
        garbled  | 2026-10-09 12:00:00 |            | ok     | due_date=unreadable
        undated  |                     | 2026-10-01 | ok     | executed_at=zero
    """
    result = spec(
        "HYG-deletion-log.late",
        {"deletion_log": rows},
        engine=engine,
        deviating=["late"],
        not_assessable={"missing_date": 2},
        population=5,
    )
    assert result.deviations[0].due_date == "2026-10-01"


@pytest.mark.long_on_spark
def test_the_log_holds_keys_and_no_persons(engine: str) -> None:
    rows = """
        entry_id   | object_type       | object_key
        name       | crm_contact       | Åse Østergård
        key        | crm_customer      | K001234
        number     | crm_customer      | 398600
        bill       | invoice           | 20010001
        long       | crm_contact       | 4512345678
        call       | cdr               | 1700000000.9000001
        uuid       | crm_customer      | 8f14e45f-ceea-467f-a0e6-12ab34cd56ef
        words      | pbx_config        | SIP konto 7
        spaced     | crm_customer      | K00 12 34 56 78
        short      | number_assignment | 1234567
        assigned   | number_assignment | 01234567
        listed     | directory_118     | 01234567
        typeless   |                   | 01234567
        plus       | crm_contact       | +4501234567
        zeros      | crm_contact       | 0045 01234567
        pairs      | crm_contact       | 01 23 45 67
        cpr        | crm_contact       | 010203-4567
        mail       | crm_contact       | nogen@example.dk
        long_name  | crm_contact       | Anne-Marie Ø. Hansen
        keyless    | crm_contact       |
    """
    telling = ["assigned", "cpr", "listed", "long_name", "mail", "name", "pairs", "plus", "zeros"]
    spec(
        "HYG-deletion-log.identifiers",
        {"deletion_log": rows},
        engine=engine,
        deviating=telling,
        not_assessable={"missing_key": 1},
        population=20,
    )


@pytest.mark.long_on_spark
def test_what_was_erased_is_not_there_again(engine: str) -> None:
    rows = log("""
        same_day | 2026-10-01 12:00:00 | crm_customer    | back     | 2026-10-01 | job | ok
        earlier  | 2026-10-01 12:00:00 | crm_customer    | stays    | 2026-10-01 | job | ok
        key_anew | 2026-10-01 23:59:59 | crm_customer    | new      | 2026-10-01 | job | ok
        dateless | 2026-10-01 12:00:00 | crm_customer    | dateless | 2026-10-01 | job |
        erased   | 2026-10-01 12:00:00 | crm_customer    | nobody   | 2026-10-01 | job | ok
        failed   | 2026-10-01 12:00:00 | crm_customer    | held     | 2026-10-01 | job | fejl
        service  | 2026-10-01 12:00:00 | subscription    | s1       | 2026-10-01 | job | ok
        elsewhat | 2026-10-01 12:00:00 | subscription    | stays    | 2026-10-01 | job | ok
        no_file  | 2026-10-01 12:00:00 | crm_contact     | p1       | 2026-10-01 | job | ok
        undated  |                     | crm_customer    | stays    | 2026-10-01 | job | ok
        keyless  | 2026-10-01 12:00:00 | crm_customer    |          | 2026-10-01 | job | ok
        other    | 2026-10-01 12:00:00 | recording_index | stays    | 2026-10-01 | job | ok
    """)
    spec(
        "HYG-resurrected.deletion_log",
        {"deletion_log": rows, "crm_customer": _CUSTOMERS, "subscription": _SUBSCRIPTIONS},
        engine=engine,
        deviating=["dateless", "earlier", "same_day", "service"],
        # a key of letters alone, where services have digits too
        not_assessable={
            "not_exported": 1,
            "missing_date": 1,
            "missing_key": 1,
            "key_not_comparable": 1,
        },
        population=10,
    )


def test_contacts_of_nobody_known_are_no_older_than_a_year(engine: str) -> None:
    contacts = """
        contact_id | customer_id | valid_to
        late       | nobody      | 2025-11-21
        last_day   | nobody      | 2025-11-22
        unending   | nobody      |
        ended      | gone        | 2019-01-01
        known      | stays       | 2019-01-01
        former     | tomb        | 2019-01-01
        held       | nobody_held | 2019-01-01
        keyless    |             | 2019-01-01
    """
    tombstones = """
        customer_id | end_date
        tomb        | 2019-01-01
    """
    tables = {
        "crm_contact": contacts,
        "crm_customer": _CUSTOMERS,
        "subscription": _SUBSCRIPTIONS,
        "agreement": _AGREEMENTS,
        "tombstone": tombstones,
        "legal_hold": _HOLD,
    }
    result = spec(
        "HYG-orphan.contact",
        tables,
        engine=engine,
        deviating=["keyless", "late"],
        not_assessable={"no_end_date": 1},
        exempt={"legal_hold": 1},
        population=8,
    )
    assert [d.overdue_days for d in result.deviations] == [2517, 1]


def test_the_register_of_former_customers_gives_the_end_that_erasure_counts_from(
    engine: str,
) -> None:
    tombstones = """
        customer_id | end_date
        tomb        | 2025-11-21
        lately      | 2025-11-22
        stays       | 2019-01-01
        undated     |
    """
    contacts = """
        contact_id | customer_id
        p1         | tomb
        p2         | lately
        p3         | stays
        p4         | nobody
        p5         | undated
    """
    tables = {
        "crm_contact": contacts,
        "crm_customer": _CUSTOMERS,
        "subscription": _SUBSCRIPTIONS,
        "agreement": _AGREEMENTS,
        "tombstone": tombstones,
    }
    spec(
        "BIZ-ret-3.contact",
        tables,
        engine=engine,
        deviating=["p1"],
        not_assessable={"orphan": 1, "no_end_date": 1},
        population=5,
    )


@pytest.mark.parametrize(
    ("part", "table", "key", "column", "time"),
    [
        ("interaction", "crm_interaction", "interaction_id", "at", " 23:59:59"),
        ("pbx_config", "pbx_config", "config_id", "deleted_at", ""),
    ],
)
def test_mails_and_configurations_of_nobody_known_are_no_older_than_a_year(
    engine: str, part: str, table: str, key: str, column: str, time: str
) -> None:
    rows = f"""
        {key}     | customer_id | {column}
        late      | nobody      | 2025-11-21{time}
        last_day  | nobody      | 2025-11-22{time}
        undated   | nobody      |
        known     | stays       | 2019-01-01{time}
        held      | nobody_held | 2019-01-01{time}
    """
    tables = {
        table: rows,
        "crm_customer": _CUSTOMERS,
        "subscription": _SUBSCRIPTIONS,
        "agreement": _AGREEMENTS,
        "legal_hold": _HOLD,
    }
    spec(
        f"HYG-orphan.{part}",
        tables,
        engine=engine,
        deviating=["late"],
        not_assessable={"no_end_date": 1},
        exempt={"legal_hold": 1},
        population=5,
    )


def test_a_billed_call_of_nobody_known_has_an_invoice_or_is_young(engine: str) -> None:
    calls = """
        call_id  | customer_id | start_at            | invoice_id
        late     | nobody      | 2025-11-21 23:59:59 | F9
        last_day | nobody      | 2025-11-22 00:00:00 | F9
        billed   | nobody      | 2023-01-01 12:00:00 | F1
        known    | stays       | 2023-01-01 12:00:00 | F9
        undated  | nobody      |                     | F9
        held     | nobody_held | 2023-01-01 12:00:00 | F9
        unbilled | nobody      | 2023-01-01 12:00:00 |
        prepaid  | stays       | 2023-01-01 12:00:00 |
        no_line  |             | 2023-01-01 12:00:00 | F9
    """
    invoices = """
        invoice_id | issue_date
        F1         | 2023-02-01
    """
    tables = {
        "cdr": calls,
        "invoice": invoices,
        "crm_customer": _CUSTOMERS,
        "subscription": _SUBSCRIPTIONS,
        "agreement": _AGREEMENTS,
        "legal_hold": _HOLD,
    }
    spec(
        "HYG-orphan.cdr",
        tables,
        engine=engine,
        deviating=["late"],
        not_assessable={"missing_date": 1},
        exempt={"legal_hold": 1},
        population=6,
    )


def test_how_long_a_record_of_nobody_known_may_stand_is_for_the_controller_to_say(
    engine: str,
) -> None:
    tables = {
        "crm_contact": "contact_id | customer_id | valid_to\nc1 | nobody | 2025-11-21",
        "crm_customer": _CUSTOMERS,
        "subscription": _SUBSCRIPTIONS,
        "agreement": _AGREEMENTS,
    }
    longer = PARAMETERS | {"orphan_months": set_to(13)}
    nobody_said = PARAMETERS["orphan_months"].model_copy(update={"value": None})
    unset = PARAMETERS | {"orphan_months": nobody_said}
    spec("HYG-orphan.contact", tables, engine=engine, parameters=longer, population=1)
    found = answer("HYG-orphan.contact", tables, engine=engine, parameters=unset)
    assert (found.verdict, found.answer.deviations) == (Verdict.UNSET, 0)


@pytest.mark.parametrize("missing", ["subscription", "agreement"])
def test_who_may_stand_in_a_register_that_was_not_exported_is_not_called_unknown(
    engine: str, missing: str
) -> None:
    contacts = """
        contact_id | customer_id | valid_to
        late       | nobody      | 2025-11-21
        keyless    |             | 2019-01-01
    """
    services = {"subscription": _SUBSCRIPTIONS, "agreement": _AGREEMENTS}
    del services[missing]
    spec(
        "HYG-orphan.contact",
        {"crm_contact": contacts, "crm_customer": _CUSTOMERS, **services},
        engine=engine,
        deviating=["keyless"],
        not_assessable={"services_unknown": 1},
        population=2,
    )


def test_a_hold_is_reasoned_and_approved(engine: str) -> None:
    holds = """
        hold_id    | customer_id | reason  | start      | end | approved_by
        unreasoned | stays       |         | 2026-01-01 |     | counsel
        sound      | stays       | dispute | 2026-01-01 |     | counsel
        unapproved | stays       | dispute | 2026-01-01 |     |
    """
    spec(
        "HYG-hold.approval",
        {"legal_hold": holds},
        engine=engine,
        deviating=["unapproved", "unreasoned"],
        population=3,
    )


def test_a_hold_without_an_end_is_looked_at_after_twelve_months(engine: str) -> None:
    holds = """
        hold_id  | customer_id | reason  | start      | end        | approved_by | _issues
        old      | stays       | dispute | 2025-11-21 |            | counsel     |
        boundary | stays       | dispute | 2025-11-22 |            | counsel     |
        dated    | stays       | dispute | 2020-01-01 | 2026-11-22 | counsel     |
        over     | stays       | dispute | 2020-01-01 | 2026-11-21 | counsel     |
        today    | stays       | dispute | 2026-11-22 |            | counsel     |
        coming   | stays       | dispute | 2026-11-23 |            | counsel     |
        garbled  | stays       | dispute | 2020-01-01 |            | counsel     | end=unreadable
        open     | stays       | dispute | 2020-01-01 |            | counsel     | end=placeholder
        undated  | stays       | dispute |            |            | counsel     |
        bounded  | stays       | dispute |            | 2026-11-22 | counsel     |
    """
    reasons = {"unreadable": 1, "missing_date": 1}
    result = spec(
        "HYG-hold.review",
        {"legal_hold": holds},
        engine=engine,
        deviating=["old", "open"],
        not_assessable=reasons,
        population=8,
    )
    assert result.verdict is Verdict.REVIEW


def test_a_hold_without_an_end_that_was_reviewed_counts_from_its_review(engine: str) -> None:
    holds = """
        hold_id  | customer_id | reason  | start      | end | approved_by | review_date | _issues
        lapsed   | stays       | dispute | 2020-01-01 |     | counsel     | 2025-11-21  |
        reviewed | stays       | dispute | 2020-01-01 |     | counsel     | 2025-11-22  |
        planned  | stays       | dispute | 2020-01-01 |     | counsel     | 2026-11-23  |
        before   | stays       | dispute | 2025-11-22 |     | counsel     | 2024-01-01  |
        never    | stays       | dispute | 2025-11-21 |     | counsel     |             |
        garbled  | stays       | dispute | 2020-01-01 |     | counsel     |             | review_date=unreadable
    """
    spec(
        "HYG-hold.review",
        {"legal_hold": holds},
        engine=engine,
        deviating=["lapsed", "never", "planned"],
        not_assessable={"review_unreadable": 1},
        population=6,
    )


_STATED = """
    activity_id | purpose | legal_basis | data_category    | retention
    shorter     | x       | 6_1_b       | faktura          | 3 år
    same        | x       | 6_1_b       | invoice          | 5 år efter regnskabsårets udløb
    iso         | x       | 6_1_b       | Fakturaer        | P5Y
    in_months   | x       | 6_1_b       | payment          | 60 months
    in_words    | x       | 6_1_b       | betaling         | Fem år.
    days        | x       | 6_1_b       | konfiguration    | slettes senest 14 dage efter ophør
    weeks       | x       | 6_1_b       | pbx              | to uger
    longer      | x       | 6_1_b       | pbx              | P1M
    either      | x       | 6_1_b       | teledata         | 12 måneder
    other       | x       | 6_1_b       | teledata         | 2 years
    two         | x       | 6_1_b       | invoice          | 3 år, dog 5 år for bilag
    range       | x       | 6_1_b       | invoice          | 3-5 år
    at_least    | x       | 6_1_b       | invoice          | mindst 5 år
    provision   | x       | 6_1_b       | invoice          | 5 år, jf. § 12
    vague       | x       | 6_1_b       | invoice          | så længe det er nødvendigt
    nameless    | x       | 6_1_b       |                  | 5 år
    unknown     | x       | 6_1_b       | rejsekort        | 5 år
    no_period   | x       | 6_1_b       | samtykker og frameldinger | 5 år
    silent      | x       | 6_1_b       | invoice          |
    unset       | x       | 6_1_b       | agreement        | 5 år
"""


def test_the_period_in_the_record_is_that_of_the_policy_or_its_parameter(engine: str) -> None:
    policy, baseline = (suite for suite in known_suites() if suite.name in ("bizzy", "baseline"))
    asked = [
        clause
        for clause in policy.clauses
        if clause.clause in ("BIZ-ret-4", "BIZ-ret-5", "BIZ-ret-6", "BIZ-ret-7")
    ]
    result = spec(
        "HYG-system.register_period",
        {"processing_register": _STATED},
        engine=engine,
        parameters=PARAMETERS | {"agreement_period": Parameter(value=None)},
        suites=[
            Suite(name="bizzy", clauses=tuple(asked)),
            only(baseline, "HYG-system.register_period"),
        ],
        deviating=["longer", "other", "shorter"],
        not_assessable={
            "not_recorded": 1,
            "period_not_read": 5,
            "period_unset": 1,
            "unknown_word": 1,
        },
        population=18,
    )
    assert (result.verdict, result.check.severity) == (Verdict.REVIEW, "low")


_SYSTEMS = """
    system_id | personal_data | export_name | erasure_rule | test_system
    unseen    | true          |             | R1           | false
    ruleless  | true          | kunder      |              | false
    sound     | true          | kunder      | R1           | false
    pump      | false         |             |              | false
    unsure    |               | kunder      |              |
    test      | false         |             |              | true
    copy      | true          | kunder      | R1           | true
"""


@pytest.mark.parametrize(
    ("part", "found", "population", "verdict"),
    [
        ("export", "unseen", 5, Verdict.REVIEW),
        ("erasure_rule", "ruleless", 5, Verdict.FAIL),
        ("test_data", "copy", 7, Verdict.REVIEW),
    ],
)
def test_systems_with_personal_data_are_exported_have_a_rule_and_are_no_test(
    engine: str, part: str, found: str, population: int, verdict: Verdict
) -> None:
    result = spec(
        f"HYG-system.{part}",
        {"system_inventory": _SYSTEMS},
        engine=engine,
        deviating=[found],
        not_assessable={"not_recorded": 1},
        population=population,
    )
    assert result.verdict is verdict


def test_backups_are_no_older_than_their_rotation(engine: str) -> None:
    backups = """
        backup_id | oldest_restore_point | rotation_days
        old       | 2026-10-22           | 30
        boundary  | 2026-10-23           | 30
        unsaid    | 2020-01-01           |
        undated   |                      | 30
        epoch     | 1970-01-01           | 30
    """
    spec(
        "HYG-backup.age",
        {"backup_register": backups},
        engine=engine,
        deviating=["old"],
        not_assessable={"not_recorded": 1, "missing_date": 1, "impossible_date": 1},
        population=5,
    )


def test_after_a_restore_the_deletions_are_repeated(engine: str) -> None:
    backups = """
        backup_id | oldest_restore_point | restored_at | deletions_rerun_at | _issues
        before    | 2026-10-23           | 2026-11-02  | 2026-11-01         |
        same_day  | 2026-10-23           | 2026-11-02  | 2026-11-02         |
        never     | 2026-10-23           | 2026-11-02  |                    |
        garbled   | 2026-10-23           | 2026-11-02  |                    | deletions_rerun_at=unreadable
        untouched | 2026-10-23           |             |                    |
    """
    spec(
        "HYG-backup.rerun",
        {"backup_register": backups},
        engine=engine,
        deviating=["before", "never"],
        not_assessable={"unreadable": 1},
        population=4,
    )


def test_a_contact_person_who_left_goes_within_the_days_set(engine: str) -> None:
    contacts = """
        contact_id | customer_id | valid_from | valid_to   | _issues
        late       | stays       | 2015-03-01 | 2026-08-23 |
        last_day   | stays       | 2015-03-01 | 2026-08-24 |
        still      | stays       | 2015-03-01 |            |
        endless    | stays       | 2015-03-01 |            | valid_to=placeholder
        garbled    | stays       | 2015-03-01 |            | valid_to=unreadable
        backwards  | stays       | 2015-03-01 | 2010-01-01 |
        former     | gone        | 2015-03-01 | 2019-01-01 |
        nobodys    | nobody      | 2015-03-01 | 2019-01-01 |
        held       | held        | 2015-03-01 | 2019-01-01 |
        unsure     | back        | 2015-03-01 | 2019-01-01 |
    """
    tables = {
        "crm_contact": contacts,
        "crm_customer": _CUSTOMERS,
        "subscription": _SUBSCRIPTIONS,
        "legal_hold": _HOLD,
    }
    result = spec(
        "BIZ-ret-2.left_contact",
        tables,
        engine=engine,
        deviating=["late", "unsure"],
        not_assessable={"unreadable": 1, "disordered_dates": 1},
        exempt={"legal_hold": 1},
        population=8,
    )
    assert result.deviations[0].overdue_days == 1


def test_without_a_deletion_log_nobody_knows(engine: str) -> None:
    for check_id in ("HYG-resurrected.deletion_log", "HYG-deletion-log.failed", "KAZ-r3.automatic"):
        result = answer(check_id, {"crm_customer": _CUSTOMERS}, engine=engine)
        assert (result.verdict, result.why) == (Verdict.UNKNOWN, "no_export")


def test_the_record_of_processing_states_a_period_for_each_activity_or_a_person_looks(
    engine: str,
) -> None:
    activities = """
        activity_id | purpose  | retention
        ------------+----------+----------
        none        | customer |
        said        | customer | P1Y
        in_words    | billing  | 5 år
    """
    result = spec(
        "HYG-system.register_retention",
        {"processing_register": activities},
        engine=engine,
        deviating=["none"],
        population=3,
    )
    assert result.verdict is Verdict.REVIEW
