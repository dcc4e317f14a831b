"""Consents and what is sent: service messages, marketing, the proof of consent, audiences, notices
of a new policy.
"""

from __future__ import annotations

import pytest

from teleaudit.rules.verdicts import Verdict
from tests.spec import PARAMETERS, answer, set_to, spec

_MIDNIGHT_CROWD = 50


def _sends(rows: str) -> dict[str, str]:
    header = "send_id | customer_id | channel | address | sent_at | basis"
    return {"marketing_send": f"{header}\n{rows}"}


def _consents(rows: str) -> dict[str, str]:
    header = (
        "consent_id | customer_id | purpose | channel | address | given_at | withdrawn_at | _issues"
    )
    return {"consent": f"{header}\n{rows}"}


def _service(rows: str) -> dict[str, str]:
    return {"service_send": f"send_id | customer_id | type | channel | sent_at\n{rows}"}


def test_a_service_message_has_a_kind(engine: str) -> None:
    rows = """
        send_id | type
        --------+---------------
        d       | nyhedsbrev
        c       |
        a       | Driftsinfo
        b       | politikændring
    """
    result = spec(
        "KAZ-f.typed", {"service_send": rows}, engine=engine, deviating=["c", "d"], population=4
    )
    assert result.verdict is Verdict.FAIL


def test_words_of_selling_in_a_service_message_are_for_a_person_to_read(engine: str) -> None:
    rows = """
        send_id      | type           | template_text
        -------------+----------------+------------------------------------------
        new_price    | vilkårsændring | Prisen bliver 129 kr./md. fra januar
        bill         | faktura        | Din faktura på 249 kr/md er klar
        price        | driftsinfo     | Nu kun 99 kr. pr. måned
        discount     | driftsinfo     | Få RABAT på alt
        offer        | vilkårsændring | Se vores tilbud
        no_offer     | driftsinfo     | Fejlen er rettet, hvad der fortilbudtes
        plain        | sikkerhed      | Skift adgangskode
        untold       | driftsinfo     |
    """
    result = spec(
        "KAZ-f.no_offers",
        {"service_send": rows},
        engine=engine,
        deviating=["discount", "offer", "price"],
        not_assessable={"not_recorded": 1},
        population=8,
    )
    assert result.verdict is Verdict.REVIEW


def test_a_follow_up_follows_an_inquiry_of_the_customer(engine: str) -> None:
    sends = _service("""
        outbound | u | opfølgning | tlf | 2026-08-31 09:00:00
        last_day | a | opfølgning | tlf | 2026-08-31 09:00:00
        too_late | b | opfølgning | tlf | 2026-09-01 09:00:00
        same_day | c | Opfølgning | tlf | 2026-08-01 18:00:00
        before   | d | opfølgning | tlf | 2026-08-01 08:00:00
        nobody   |   | opfølgning | tlf | 2026-08-01 18:00:00
        undated  | c | opfølgning | tlf |
        epoch    | c | opfølgning | tlf | 1970-01-01 12:00:00
        none     | e | opfølgning | tlf | 2026-08-01 18:00:00
        other    | e | driftsinfo | sms | 2026-08-01 18:00:00
    """)
    inquiries = """
        interaction_id | customer_id | at                  | direction
        ---------------+-------------+---------------------+----------
        i1             | a           | 2026-08-01 12:00:00 | ind
        i2             | b           | 2026-08-01 12:00:00 | Indgående
        i3             | c           | 2026-08-01 12:00:00 | ind
        i4             | d           | 2026-08-01 12:00:00 | ind
        i5             | u           | 2026-08-20 12:00:00 | ud
        i6             | a           | 2020-01-01 12:00:00 | ind
    """
    spec(
        "KAZ-f.follow_up",
        sends | {"crm_interaction": inquiries},
        engine=engine,
        deviating=["before", "none", "outbound", "too_late"],
        not_assessable={"orphan": 1, "missing_date": 1, "impossible_date": 1},
        population=9,
    )


def test_follow_ups_are_not_judged_without_correspondence_or_without_a_time_set(
    engine: str,
) -> None:
    sends = _service("a | a | opfølgning | tlf | 2026-08-31 09:00:00")
    assert answer("KAZ-f.follow_up", sends, engine=engine).verdict is Verdict.UNKNOWN
    unset = PARAMETERS | {
        "follow_up_days": PARAMETERS["follow_up_days"].model_copy(update={"value": None})
    }
    assert (
        answer("KAZ-f.follow_up", sends, engine=engine, parameters=unset).verdict is Verdict.UNSET
    )


_OPT_OUTS = """
    c1 | out      | driftsinfo   | email |  | 2024-01-01 10:00:00 | 2026-05-01 10:00:00 |
    c2 | back     | driftsinfo   | email |  | 2024-01-01 10:00:00 | 2026-05-01 10:00:00 |
    c3 | back     | driftsinfo   | email |  | 2026-05-02 10:00:00 |                     |
    c4 | all_ways | driftsinfo   |       |  | 2024-01-01 10:00:00 | 2026-05-01 10:00:00 |
    c5 | sms_only | driftsinfo   | sms   |  | 2024-01-01 10:00:00 | 2026-05-01 10:00:00 |
    c6 | news     | markedsføring| email |  | 2024-01-01 10:00:00 | 2026-05-01 10:00:00 |
    c7 | garbled  | driftsinfo   | email |  | 2024-01-01 10:00:00 |                     | withdrawn_at=unreadable
    c8 | again    | driftsinfo   | email |  | 2024-01-01 10:00:00 | 2025-05-01 10:00:00 |
    c9 | again    | driftsinfo   | email |  | 2025-06-01 10:00:00 | 2026-05-01 10:00:00 |
    c0 | later    | driftsinfo   | email |  | 2024-01-01 10:00:00 | 2026-12-01 10:00:00 |
"""


def test_service_information_ends_with_the_opt_out_and_begins_again_with_a_new_opt_in(
    engine: str,
) -> None:
    sends = _service("""
        s9 | out      | driftsinfo | e-mail | 2026-05-02 10:00:00
        s1 | out      | driftsinfo | email  | 2026-05-02 10:00:01
        s2 | out      | sikkerhed  | email  | 2026-06-01 10:00:00
        s3 | back     | driftsinfo | email  | 2026-06-01 10:00:00
        s4 | all_ways | driftsinfo | sms    | 2026-06-01 10:00:00
        s5 | sms_only | driftsinfo | email  | 2026-06-01 10:00:00
        s6 | news     | driftsinfo | email  | 2026-06-01 10:00:00
        s7 | garbled  | driftsinfo | email  | 2026-06-01 10:00:00
        s8 | again    | driftsinfo | email  | 2026-06-01 10:00:00
        t1 | later    | driftsinfo | email  | 2026-06-01 10:00:00
        t2 | nobody   | driftsinfo | email  | 2026-06-01 10:00:00
        t3 |          | driftsinfo | email  | 2026-06-01 10:00:00
        t4 | out      | driftsinfo | email  |
        t5 | all_ways | driftsinfo |        | 2026-06-01 10:00:00
        t6 | out      | driftsinfo | email  | 1970-01-01 12:00:00
    """)
    spec(
        "KAZ-g.opted_out",
        sends | _consents(_OPT_OUTS),
        engine=engine,
        deviating=["s1", "s4", "s8", "t5"],
        not_assessable={"missing_date": 1, "orphan": 1, "unreadable": 1, "impossible_date": 1},
        population=14,
    )


def test_the_hours_that_an_opt_out_may_take_are_the_controllers(engine: str) -> None:
    sends = _service("s1 | out | driftsinfo | email | 2026-05-01 11:00:00")
    spec(
        "KAZ-g.opted_out",
        sends | _consents(_OPT_OUTS),
        engine=engine,
        parameters=PARAMETERS | {"opt_out_hours": set_to(1)},
    )
    spec(
        "KAZ-g.opted_out",
        sends | _consents(_OPT_OUTS),
        engine=engine,
        parameters=PARAMETERS | {"opt_out_hours": set_to(0)},
        deviating=["s1"],
    )


_AGREED = """
    c1 | yes      | markedsføring | email | yes@example.dk   | 2025-01-01 10:00:00 |                     |
    c2 | withdrew | markedsføring | email | w@example.dk     | 2025-01-01 10:00:00 | 2026-03-01 10:00:00 |
    c3 | renewed  | Markedsføring | email | r@example.dk     | 2025-01-01 10:00:00 | 2026-03-01 10:00:00 |
    c4 | renewed  | markedsføring | email | r@example.dk     | 2026-03-01 10:00:01 |                     |
    c5 | other    | driftsinfo    | email | o@example.dk     | 2025-01-01 10:00:00 |                     |
    c6 | phone    | markedsføring | SMS   | +45 20 12 34 56  | 2025-01-01 10:00:00 |                     |
    c7 | garbled  | markedsføring | email | g@example.dk     | 2025-01-01 10:00:00 |                     | withdrawn_at=unreadable
    c8 | no_to_all| markedsføring | email | n@example.dk     | 2025-01-01 10:00:00 |                     |
    c9 | no_to_all| markedsføring |       |                  | 2025-01-01 10:00:00 | 2026-03-01 10:00:00 |
    d1 | vague    | markedsføring |       |                  | 2025-01-01 10:00:00 |                     |
    d2 | own      | markedsføring | email | own@example.dk   | 2025-01-01 10:00:00 | 2026-03-01 10:00:00 |
    d3 | twofold  | markedsføring | email | t@example.dk     | 2025-01-01 10:00:00 |                     |
    d4 | twofold  | markedsføring | email | t@example.dk     | 2025-02-01 10:00:00 | 2026-03-01 10:00:00 |
"""
_NEWS = """
    same_second | yes      | E-mail | YES@example.dk | 2025-01-01 10:00:00 | samtykke
    second_ago  | yes      | email  | yes@example.dk | 2025-01-01 09:59:59 | samtykke
    moved       | yes      | email  | new@example.dk | 2026-06-01 10:00:00 | samtykke
    by_sms      | yes      | sms    | yes@example.dk | 2026-06-01 10:00:00 | samtykke
    in_time     | withdrew | email  | w@example.dk   | 2026-03-01 09:59:59 | samtykke
    at_once     | withdrew | email  | w@example.dk   | 2026-03-01 10:00:00 | samtykke
    long_after  | withdrew | email  | w@example.dk   | 2026-06-01 10:00:00 |
    again       | renewed  | email  | r@example.dk   | 2026-06-01 10:00:00 | samtykke
    wrong_aim   | other    | email  | o@example.dk   | 2026-06-01 10:00:00 | samtykke
    spaced      | phone    | sms    | 20123456       | 2026-06-01 10:00:00 | samtykke
    garbled     | garbled  | email  | g@example.dk   | 2026-06-01 10:00:00 | samtykke
    after_all   | no_to_all| email  | n@example.dk   | 2026-06-01 10:00:00 | samtykke
    vague       | vague    | email  | v@example.dk   | 2026-06-01 10:00:00 | samtykke
    soft        | nobody   | email  | s@example.dk   | 2026-06-01 10:00:00 | 10_2
    soft_no     | own      | email  | own@example.dk | 2026-06-01 10:00:00 | 10_2
    twofold     | twofold  | email  | t@example.dk   | 2026-06-01 10:00:00 | samtykke
    cold        | nobody   | email  | c@example.dk   | 2026-06-01 10:00:00 | samtykke
    undated     | yes      | email  | yes@example.dk |                     | samtykke
    epoch       | yes      | email  | yes@example.dk | 1970-01-01 12:00:00 | samtykke
    unnamed     |          | email  | c@example.dk   | 2026-06-01 10:00:00 | samtykke
    no_address  | yes      | email  |                | 2026-06-01 10:00:00 | samtykke
"""
_UNJUDGED = {
    "missing_date": 1,
    "impossible_date": 1,
    "orphan": 1,
    "not_recorded": 1,
    "unreadable": 1,
}


def test_news_goes_only_where_there_was_consent_for_that_channel_and_address(engine: str) -> None:
    spec(
        "KAZ-h.covered",
        _sends(_NEWS) | _consents(_AGREED),
        engine=engine,
        deviating=["by_sms", "cold", "moved", "second_ago", "vague", "wrong_aim"],
        legal={"soft_opt_in": 1},
        not_assessable=_UNJUDGED,
        population=21,
    )


def test_no_news_goes_out_after_a_withdrawal_and_none_is_told_twice(engine: str) -> None:
    spec(
        "KAZ-h.withdrawn",
        _sends(_NEWS) | _consents(_AGREED),
        engine=engine,
        deviating=["after_all", "at_once", "long_after", "soft_no", "twofold"],
        not_assessable={"unreadable": 1},
        population=11,
    )


def test_of_a_yes_and_a_no_at_the_same_moment_the_no_counts(engine: str) -> None:
    sends = _sends(
        "s1 | tie | email | t@example.dk | 2026-06-01 10:00:00 | samtykke\ns2 | twin | email |"
        " t@example.dk | 2026-06-01 10:00:00 | samtykke"
    )
    consents = _consents("""
        c1 | tie  | markedsføring | email | t@example.dk | 2025-01-01 10:00:00 | 2026-03-01 10:00:00 |
        c2 | tie  | markedsføring | email | t@example.dk | 2026-03-01 10:00:00 |                     |
        c3 | twin | markedsføring | email | t@example.dk | 2026-03-01 10:00:00 |                     |
    """)
    spec("KAZ-h.withdrawn", sends | consents, engine=engine, deviating=["s1"], population=2)
    spec(
        "HYG-opt-out.marketing_send",
        sends | consents,
        engine=engine,
        deviating=["s2"],
        population=1,
    )


def test_without_a_register_of_consents_nobody_knows_who_was_covered(engine: str) -> None:
    for check in ("KAZ-h.covered", "KAZ-h.withdrawn", "HYG-opt-out.marketing_send"):
        assert (
            answer(
                check,
                _sends("a | a | email | a@example.dk | 2026-06-01 10:00:00 | samtykke"),
                engine=engine,
            ).verdict
            is Verdict.UNKNOWN
        )


def test_a_consent_has_its_text_and_its_proof(engine: str) -> None:
    rows = """
        consent_id | purpose       | text_version | evidence_ref
        -----------+---------------+--------------+-------------
        no_proof   | markedsføring | v1           |
        whole      | markedsføring | v1           | log/1
        no_text    | Marketing     |              | log/2
        opt_out    | driftsinfo    |              |
        for_what   |               |              |
    """
    spec(
        "KAZ-h.proof",
        {"consent": rows},
        engine=engine,
        deviating=["no_proof", "no_text"],
        not_assessable={"not_recorded": 1},
        population=4,
    )


def test_proof_of_consent_goes_five_years_after_the_withdrawal_or_the_last_use_and_is_doubtful_after_two(
    engine: str,
) -> None:
    consents = _consents("""
        in_force   | a | markedsføring | email | a@example.dk | 2015-01-01 10:00:00 |                     |
        two_years  | b | markedsføring | email | b@example.dk | 2015-01-01 10:00:00 | 2024-11-22 10:00:00 |
        band       | c | markedsføring | email | c@example.dk | 2015-01-01 10:00:00 | 2024-11-21 10:00:00 |
        last_day   | d | markedsføring | email | d@example.dk | 2015-01-01 10:00:00 | 2021-11-22 10:00:00 |
        late       | e | markedsføring | email | e@example.dk | 2015-01-01 10:00:00 | 2021-11-21 10:00:00 |
        used_after | f | markedsføring | email | f@example.dk | 2015-01-01 10:00:00 | 2019-01-01 10:00:00 |
        long_used  | g | markedsføring | email | g@example.dk | 2015-01-01 10:00:00 |                     |
        held       | h | markedsføring | email | h@example.dk | 2015-01-01 10:00:00 | 2019-01-01 10:00:00 |
        garbled    | i | markedsføring | email | i@example.dk | 2015-01-01 10:00:00 |                     | withdrawn_at=unreadable
        opt_out    | j | driftsinfo    | email | j@example.dk | 2015-01-01 10:00:00 | 2015-02-01 10:00:00 |
        used_once  | k | markedsføring | email | k@example.dk | 2022-01-01 10:00:00 |                     |
    """)
    sends = _sends("""
        s1 | f | email | f@example.dk | 2025-06-01 10:00:00 | samtykke
        s2 | g | email | g@example.dk | 2020-06-01 10:00:00 | samtykke
        s3 | g | email | g@example.dk | 2018-06-01 10:00:00 | samtykke
        s4 | k | email | k@example.dk | 2016-06-01 10:00:00 | samtykke
    """)
    hold = (
        "hold_id | customer_id | reason | start | end | approved_by\nh1 | h | dispute | 2020-01-01"
        " | | counsel"
    )
    result = spec(
        "KAZ-h.proof_kept",
        consents | sends | {"legal_hold": hold},
        engine=engine,
        deviating=["late", "long_used"],
        exempt={"legal_hold": 1},
        legal={"proof_of_consent": 2},
        not_assessable={"unreadable": 1},
        population=10,
    )
    assert [deviation.overdue_days for deviation in result.deviations] == [1, 539]


_UPLOADS = """
    disclosure_id | customer_id | purpose              | at                  | hashed | legal_basis
    --------------+-------------+----------------------+---------------------+--------+------------
    plain         | fine        | suppression_audience | 2026-06-01 10:00:00 | false  | 6_1_f
    hidden        | objected    | suppression_audience | 2026-06-01 10:00:00 | true   | 6_1_F
    who_knows     | same_day    | suppression_audience | 2026-06-01 10:00:00 |        |
    by_consent    | refused     | suppression_audience | 2026-06-01 10:00:00 | true   | 6_1_a
    gone          | withdrew    | Suppression_audience | 2026-06-01 10:00:00 | true   | 6_1_f
    came_back     | renewed     | suppression_audience | 2026-06-01 10:00:00 | true   | 6_1_f
    in_time       | later       | suppression_audience | 2026-06-01 10:00:00 | true   | 6_1_f
    garbled       | garbled     | suppression_audience | 2026-06-01 10:00:00 | true   | 6_1_f
    nobody        |             | suppression_audience | 2026-06-01 10:00:00 | true   | 6_1_f
    undated       | fine        | suppression_audience |                     | true   | 6_1_f
    parcel        | objected    | levering             | 2026-06-01 10:00:00 | false  | 6_1_b
"""


def test_what_is_uploaded_to_platforms_is_hashed_or_a_person_says_how_it_was_protected(
    engine: str,
) -> None:
    found = spec(
        "KAZ-p.hashed",
        {"disclosure": _UPLOADS},
        engine=engine,
        deviating=["plain"],
        not_assessable={"not_recorded": 1},
        population=10,
    )
    assert (found.verdict, found.check.legal_basis[0]) == (Verdict.REVIEW, "gdpr-32")


def test_uploads_to_platforms_are_recorded_as_resting_on_legitimate_interest_or_consent(
    engine: str,
) -> None:
    found = spec(
        "KAZ-p.basis",
        {"disclosure": _UPLOADS},
        engine=engine,
        deviating=["who_knows"],
        population=10,
    )
    assert found.verdict is Verdict.REVIEW


def test_whoever_objected_or_withdrew_is_in_no_later_upload_whatever_became_of_the_objection(
    engine: str,
) -> None:
    requests = """
        dsar_id | customer_id | type       | received_at | outcome
        --------+-------------+------------+-------------+------------
        d1      | objected    | Indsigelse | 2026-05-31  | imødekommet
        d2      | same_day    | indsigelse | 2026-06-01  | imødekommet
        d3      | refused     | indsigelse | 2026-05-01  | afslag
        d4      | fine        | indsigt    | 2026-05-01  | imødekommet
        d5      | renewed     | indsigelse | 2026-05-01  | andet
        d6      | later       | indsigelse | 2026-05-31  |
    """
    consents = _consents("""
        c1 | withdrew | markedsføring | email | w@example.dk | 2025-01-01 10:00:00 | 2026-06-01 10:00:00 |
        c2 | renewed  | markedsføring | email | r@example.dk | 2025-01-01 10:00:00 | 2026-03-01 10:00:00 |
        c3 | renewed  | markedsføring | email | r@example.dk | 2026-04-01 10:00:00 |                     |
        c4 | later    | markedsføring | email | l@example.dk | 2025-01-01 10:00:00 | 2026-06-01 10:00:01 |
        c5 | garbled  | markedsføring | email | g@example.dk | 2025-01-01 10:00:00 |                     | withdrawn_at=unreadable
        c6 | fine     | driftsinfo    | email | f@example.dk | 2025-01-01 10:00:00 | 2025-02-01 10:00:00 |
    """)
    spec(
        "KAZ-p.objection",
        {"disclosure": _UPLOADS, "dsar": requests} | consents,
        engine=engine,
        deviating=["by_consent", "gone", "hidden", "in_time"],
        not_assessable={"missing_date": 1, "orphan": 1, "unreadable": 1},
        population=10,
    )


def test_every_customer_is_told_of_a_material_change_no_later_than_its_day(engine: str) -> None:
    customers = """
        customer_id | start_date | created_at | end_date
        ------------+------------+------------+-----------
        told        | 2015-01-01 |            |
        on_the_day  | 2015-01-01 |            |
        a_day_late  | 2015-01-01 |            |
        bounced     | 2015-01-01 |            |
        second_try  | 2015-01-01 |            |
        forgotten   |            | 2015-01-01 |
        left_before | 2015-01-01 |            | 2023-12-31
        left_on_day | 2015-01-01 |            | 2024-01-01
        joined      | 2024-01-01 |            |
        the_eve     | 2023-12-31 |            |
        no_status   | 2015-01-01 |            |
        since_when  |            |            |
    """
    services = """
        subscription_id | customer_id | end_date
        ----------------+-------------+---------
        s1              | told        |
        s2              | on_the_day  |
        s3              | a_day_late  |
        s4              | bounced     |
        s5              | second_try  |
        s6              | forgotten   |
        s7              | joined      |
        s8              | the_eve     |
        s9              | no_status   |
        t1              | since_when  |
    """
    versions = """
        policy_version_id | valid_from | material
        ------------------+------------+---------
        v1                | 2020-01-01 | false
        v2                | 2024-01-01 | true
        v3                | 2027-01-01 | true
        of_old            | 2016-06-01 | true
        the_promise       | 2022-01-08 | true
    """
    sends = """
        send_id | customer_id | type           | policy_version_id | sent_at             | status
        --------+-------------+----------------+-------------------+---------------------+---------
        n1      | told        | politikændring | v2                | 2023-12-01 10:00:00 | leveret
        n2      | on_the_day  | Politikændring | v2                | 2024-01-01 23:00:00 | Leveret
        n3      | a_day_late  | politikændring | v2                | 2024-01-02 00:00:00 | leveret
        n4      | bounced     | politikændring | v2                | 2023-12-01 10:00:00 | afvist
        n5      | second_try  | politikændring | v2                | 2023-12-01 10:00:00 | afvist
        n6      | second_try  | politikændring | v2                | 2023-12-09 10:00:00 | leveret
        n7      | forgotten   | politikændring | v1                | 2019-12-01 10:00:00 | leveret
        n8      | forgotten   | driftsinfo     | v2                | 2023-12-01 10:00:00 | leveret
        n9      | no_status   | politikændring | v2                | 2023-12-01 10:00:00 |
    """
    spec(
        "KAZ-v.told",
        {
            "crm_customer": customers,
            "subscription": services,
            "policy_version": versions,
            "service_send": sends,
        },
        engine=engine,
        deviating=["a_day_late|v2", "bounced|v2", "forgotten|v2", "left_on_day|v2", "the_eve|v2"],
        not_assessable={"not_recorded": 1, "missing_date": 1},
        population=10,
    )


@pytest.mark.parametrize(("crowd", "found"), [(49, 0), (50, 50)])
def test_consents_in_great_numbers_in_one_second_look_imported(
    engine: str, crowd: int, found: int
) -> None:
    rows = "\n".join(f"c{place:02} | 2025-01-01 10:00:00" for place in range(crowd))
    dated = "\n".join(f"d{place:02} | 2025-01-02 00:00:00" for place in range(_MIDNIGHT_CROWD))
    result = spec(
        "HYG-consent-import.consent",
        {
            "consent": (
                f"consent_id | given_at\n{rows}\n{dated}\nsingle | 2025-01-01 10:00:01\nnever |"
            )
        },
        engine=engine,
        deviating=[f"c{place:02}" for place in range(found)],
        not_assessable={"date_only": _MIDNIGHT_CROWD, "missing_date": 1},
    )
    assert result.answer.assessable == crowd + 1


def test_a_withdrawal_under_another_number_is_for_a_person_to_look_at(engine: str) -> None:
    consents = _consents("""
        c1 | mine       | markedsføring | email | a@example.dk | 2025-01-01 10:00:00 |                     |
        c2 | hers       | markedsføring | email | A@example.dk | 2024-01-01 10:00:00 | 2026-03-01 10:00:00 |
        c3 | agreed     | markedsføring | email | b@example.dk | 2026-03-01 10:00:01 |                     |
        c4 | before     | markedsføring | email | b@example.dk | 2024-01-01 10:00:00 | 2026-03-01 10:00:00 |
        c5 | withdrawn  | markedsføring | email | a@example.dk | 2025-01-01 10:00:00 | 2026-03-01 10:00:00 |
        c6 | elsewhere  | markedsføring | sms   | b@example.dk | 2025-01-01 10:00:00 |                     |
    """)
    sends = _sends("""
        s1 | mine      | email | a@example.dk | 2026-06-01 10:00:00 | samtykke
        s2 | mine      | email | a@example.dk | 2026-02-01 10:00:00 | samtykke
        s3 | agreed    | email | b@example.dk | 2026-06-01 10:00:00 | samtykke
        s4 | withdrawn | email | a@example.dk | 2026-06-01 10:00:00 | samtykke
        s5 | stranger  | email | a@example.dk | 2026-06-01 10:00:00 | samtykke
        s6 | elsewhere | sms   | b@example.dk | 2026-06-01 10:00:00 | samtykke
        s7 | stranger  | email | a@example.dk | 2026-06-01 10:00:00 | 10_2
    """)
    result = spec(
        "HYG-opt-out.marketing_send",
        sends | consents,
        engine=engine,
        deviating=["s1", "s7"],
        population=5,
    )
    assert result.verdict is Verdict.REVIEW
