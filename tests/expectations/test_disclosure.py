"""Disclosures: to whom, of what, on which ground; directory enquiry, orders to suppliers, and
copies held by former processors.
"""

from __future__ import annotations

import pytest

from teleaudit.rules.verdicts import Verdict
from tests.spec import answer, spec

_REGISTER = """
    recipient_id | role          | agreement_ref | valid_from | valid_to   | allowed_categories       | country | transfer_basis
    -------------+---------------+---------------+------------+------------+--------------------------+---------+---------------
    undated      | databehandler | A4            |            |            |                          |         |
    paper        | Databehandler | A1            | 2026-01-01 | 2026-06-30 | Navn; adresse ;besøg (2) | dk      |
    none         | databehandler |               |            |            | navn                     | US      | SCC
    own          | selvstændig   |               |            |            | navn                     | US      |
    roleless     |               | A5            | 2020-01-01 |            | navn                     | Norge   |
"""
_NO_TELEDATA = "disclosure_id | recipient_id | recipient_type | purpose | data_categories | at"


def _disclosures(rows: str) -> dict[str, str]:
    return {"disclosure": f"{_NO_TELEDATA}\n{rows}", "recipient_register": _REGISTER}


@pytest.mark.parametrize("check_id", ["KAZ-o.recipient", "BIZ-dis-2.recipient"])
def test_a_recipient_stands_in_the_register_unless_it_is_an_authority(
    engine: str, check_id: str
) -> None:
    rows = """
        d | nobody | logistik  | levering | navn | 2026-03-01 12:00:00
        a | paper  | logistik  | levering | navn | 2026-03-01 12:00:00
        c |        | logistik  | levering | navn | 2026-03-01 12:00:00
        b | nobody | Myndighed | sag      | navn | 2026-03-01 12:00:00
    """
    spec(
        check_id,
        _disclosures(rows),
        engine=engine,
        deviating=["d"],
        not_assessable={"missing_recipient": 1},
        population=3,
    )


@pytest.mark.parametrize("check_id", ["KAZ-o.agreement", "BIZ-dis-2.agreement"])
def test_a_processor_receives_data_from_the_first_to_the_last_day_of_its_agreement(
    engine: str, check_id: str
) -> None:
    rows = """
        before   | paper    | logistik | levering | navn | 2025-12-31 23:59:59
        first    | paper    | logistik | levering | navn | 2026-01-01 00:00:00
        last     | paper    | logistik | levering | navn | 2026-06-30 23:59:59
        after    | paper    | logistik | levering | navn | 2026-07-01 00:00:00
        without  | none     | logistik | levering | navn |
        timeless | paper    | logistik | levering | navn |
        epoch    | paper    | logistik | levering | navn | 1970-01-01 00:00:00
        open     | undated  | logistik | levering | navn | 2026-03-01 12:00:00
        roleless | roleless | logistik | levering | navn | 2026-03-01 12:00:00
        own      | own      | logistik | levering | navn | 2026-03-01 12:00:00
        unknown  | nobody   | logistik | levering | navn | 2026-03-01 12:00:00
    """
    reasons = {"missing_date": 1, "impossible_date": 1, "undated_agreement": 1, "missing_role": 1}
    spec(
        check_id,
        _disclosures(rows),
        engine=engine,
        deviating=["after", "before", "without"],
        not_assessable=reasons,
        population=9,
    )


@pytest.mark.parametrize("check_id", ["KAZ-o.categories", "BIZ-dis-3.categories"])
def test_categories_are_compared_as_whole_names_in_any_order_and_spelling(
    engine: str, check_id: str
) -> None:
    rows = """
        nothing  | paper   | logistik | levering | ;            | 2026-03-01 12:00:00
        repeated | paper   | logistik | levering | navn;navn    | 2026-03-01 12:00:00
        turned   | paper   | logistik | levering | ADRESSE ; Navn; | 2026-03-01 12:00:00
        signs    | paper   | logistik | levering | besøg (2)    | 2026-03-01 12:00:00
        longer   | paper   | logistik | levering | navne        | 2026-03-01 12:00:00
        shorter  | paper   | logistik | levering | nav          | 2026-03-01 12:00:00
        like     | paper   | logistik | levering | besøg 2      | 2026-03-01 12:00:00
        more     | paper   | logistik | levering | navn;cpr;adresse | 2026-03-01 12:00:00
        unruled  | undated | logistik | levering | navn         | 2026-03-01 12:00:00
    """
    deviating = ["like", "longer", "more", "shorter"]
    spec(
        check_id,
        _disclosures(rows),
        engine=engine,
        deviating=deviating,
        not_assessable={"categories_not_recorded": 2},
        population=9,
    )


@pytest.mark.parametrize("check_id", ["KAZ-o.transfer", "BIZ-dis-2.transfer"])
def test_a_recipient_in_a_third_country_needs_a_basis(engine: str, check_id: str) -> None:
    rows = """
        usa    | own      | logistik | levering | navn | 2026-03-01 12:00:00
        based  | none     | logistik | levering | navn | 2026-03-01 12:00:00
        here   | paper    | logistik | levering | navn | 2026-03-01 12:00:00
        norway | roleless | logistik | levering | navn | 2026-03-01 12:00:00
        where  | undated  | logistik | levering | navn | 2026-03-01 12:00:00
    """
    spec(
        check_id,
        _disclosures(rows),
        engine=engine,
        deviating=["usa"],
        not_assessable={"missing_country": 1},
        population=5,
    )


@pytest.mark.parametrize("check_id", ["KAZ-o.purpose", "BIZ-dis-3.purpose"])
def test_every_disclosure_has_a_purpose(engine: str, check_id: str) -> None:
    rows = """
        b |  paper | logistik |          | navn | 2026-03-01 12:00:00
        a |  paper | logistik | levering | navn | 2026-03-01 12:00:00
    """
    spec(check_id, _disclosures(rows), engine=engine, deviating=["b"], population=2)


def test_without_the_register_of_recipients_nobody_can_say_who_is_unknown(engine: str) -> None:
    rows = "a | paper | logistik | levering | navn | 2026-03-01 12:00:00"
    result = answer("KAZ-o.recipient", {"disclosure": f"{_NO_TELEDATA}\n{rows}"}, engine=engine)
    assert (result.verdict, result.why) == (Verdict.UNKNOWN, "no_export")


def test_browsing_goes_to_nobody_but_an_authority_with_a_title(engine: str) -> None:
    rows = """
        disclosure_id | recipient_type | data_categories           | title_ref
        firm          | audience       | navn; Internetadfærd      | K1
        untitled      | myndighed      | internetadfærd            |
        titled        | myndighed      | internetadfærd            | K2
        other         | logistik       | navn;internetadfærdsløs   |
        unrecorded    | logistik       |                           |
    """
    spec(
        "KAZ-s.browsing",
        {"disclosure": rows},
        engine=engine,
        deviating=["firm", "untitled"],
        not_assessable={"categories_not_recorded": 1},
        population=5,
    )


def test_browsing_is_one_fact_and_found_once(engine: str) -> None:
    rows = "a | paper | logistik | levering | internetadfærd | 2026-03-01 12:00:00"
    spec("KAZ-o.categories", _disclosures(rows), engine=engine, population=0)
    spec("BIZ-dis-3.categories", _disclosures(rows), engine=engine, deviating=["a"], population=1)


def test_a_sale_shows_by_its_price_or_its_purpose(engine: str) -> None:
    rows = """
        disclosure_id | recipient_type | purpose  | consideration | _issues
        priced        | andet          | levering | 0.01          |
        named         | andet          | Salg     |               |
        free          | andet          | levering | 0             |
        silent        | andet          |          |               |
        like          | andet          | salgsmøde |              |
        refund        | myndighed      | sag      | 450           |
        garbled       | andet          | levering |               | consideration=unreadable
    """
    spec(
        "BIZ-dis-1.sale",
        {"disclosure": rows},
        engine=engine,
        deviating=["named", "priced"],
        not_assessable={"unreadable": 1},
        population=6,
    )


def test_a_billing_partner_is_a_processor_with_an_agreement_and_is_found_once(engine: str) -> None:
    rows = """
        own      | own      | faktureringspartner | fakturering | navn | 2026-03-01 12:00:00
        good     | paper    | faktureringspartner | fakturering | navn | 2026-06-30 12:00:00
        late     | paper    | faktureringspartner | fakturering | navn | 2026-07-01 12:00:00
        roleless | roleless | faktureringspartner | fakturering | navn | 2026-03-01 12:00:00
        undated  | undated  | faktureringspartner | fakturering | navn | 2026-03-01 12:00:00
        timeless | paper    | faktureringspartner | fakturering | navn |
        epoch    | paper    | faktureringspartner | fakturering | navn | 1970-01-01 12:00:00
        another  | none     | logistik            | levering    | navn | 2026-03-01 12:00:00
    """
    reasons = {"missing_role": 1, "undated_agreement": 1, "missing_date": 1, "impossible_date": 1}
    spec(
        "BIZ-dis-6.agreement",
        _disclosures(rows),
        engine=engine,
        deviating=["late", "own"],
        not_assessable=reasons,
        population=7,
    )
    spec(
        "BIZ-dis-2.agreement",
        _disclosures(rows),
        engine=engine,
        deviating=["another"],
        population=1,
    )


_ASSIGNED = """
    number   | number_type | customer_id | valid_from | valid_to   | is_main | secrecy  | ported_out_at
    ---------+-------------+-------------+------------+------------+---------+----------+--------------
    70000001 | fastnet     | c1          | 2020-01-01 |            | true    | ingen    |
    70000002 | mobil       | c2          | 2020-01-01 |            | false   | hemmelig |
    70000003 | mobil       | c3          | 2020-01-01 |            | false   | udeladt  |
    70000004 | fastnet     | c4          | 2020-01-01 | 2026-11-18 | false   |          |
    70000005 | fastnet     | c4          | 2020-01-01 | 2026-11-19 | false   | ingen    |
    70000006 | fastnet     | c4          | 2020-01-01 |            | false   | ingen    | 2026-05-31
    70000007 | fastnet     | c5          | 2020-01-01 | 2025-12-31 | false   | hemmelig |
    70000007 | fastnet     | c6          | 2026-02-01 |            | false   | ingen    |
    70000008 | mobil       |             | 2020-01-01 |            | false   | ingen    |
    70000009 | mobil       | c9          | 2020-01-01 |            | false   | ingen    |
"""
_WISHES = """
    consent_id | customer_id | purpose      | given_at            | withdrawn_at
    -----------+-------------+--------------+---------------------+--------------------
    w1         | c2          | 118          | 2026-03-04 12:00:00 |
    w2         | c3          | 118          | 2026-03-04 12:00:01 |
    w3         | c9          | 118          | 2026-01-01 12:00:00 | 2026-11-18 12:00:00
    w4         | c9          | markedsføring | 2026-01-01 12:00:00 |
"""
_DELIVERED = """
    delivery_id | number       | number_type | secrecy  | action | delivered_at        | recipient
    ------------+--------------+-------------+----------+--------+---------------------+----------
    last        | 70000001     | fastnet     | ingen    | ændr   | 2026-11-19 12:00:00 | 118
    first       | 70000001     | fastnet     | ingen    | ny     | 2026-03-04 12:00:00 | 118
    wished      | +45 70000002 | mobil       | hemmelig | ny     | 2026-03-04 12:00:00 | 118
    unwished    | 70 00 00 03  | mobil       |          | ny     | 2026-03-04 12:00:00 | 118
    ended       | 70000004     | fastnet     | ingen    | ny     | 2026-03-04 12:00:00 | 118
    in_time     | 70000005     | fastnet     | ingen    | ny     | 2026-03-04 12:00:00 | 118
    ported      | 70000006     | fastnet     | ingen    | ny     | 2026-03-04 12:00:00 | 118
    reused      | 70000007     | fastnet     | ingen    | ny     | 2026-03-04 12:00:00 | 118
    nobodys     | 70000008     | mobil       | ingen    | ny     | 2026-03-04 12:00:00 | 118
    regretted   | 70000009     | mobil       | ingen    | ny     | 2026-03-04 12:00:00 | 118
    undated     | 70000001     | fastnet     | ingen    | ny     |                     | 118
    stranger    | 70000099     | fastnet     | ingen    | ny     | 2026-03-04 12:00:00 | 118
"""
_DIRECTORY = {"directory_118": _DELIVERED, "number_assignment": _ASSIGNED, "consent": _WISHES}


def test_a_mobile_number_stands_in_the_directory_by_a_wish_given_before_and_not_withdrawn(
    engine: str,
) -> None:
    reasons = {"missing_date": 1, "no_assignment": 1}
    spec(
        "BIZ-dis-4.mobile",
        _DIRECTORY,
        engine=engine,
        deviating=["regretted", "unwished"],
        not_assessable=reasons,
        population=11,
    )


def test_a_secret_number_is_delivered_as_secret(engine: str) -> None:
    reasons = {"missing_date": 1, "no_assignment": 1, "missing_secrecy": 1}
    spec(
        "BIZ-dis-4.secret",
        _DIRECTORY,
        engine=engine,
        deviating=["unwished"],
        not_assessable=reasons,
        population=11,
    )


def test_secret_and_left_out_are_not_the_same(engine: str) -> None:
    delivered = """
        delivery_id | number   | secrecy  | action | delivered_at        | recipient
        weaker      | 70000002 | udeladt  | ny     | 2026-03-04 12:00:00 | 118
        stricter    | 70000003 | hemmelig | ny     | 2026-03-04 12:00:00 | 118
    """
    spec(
        "BIZ-dis-4.secret",
        {**_DIRECTORY, "directory_118": delivered},
        engine=engine,
        deviating=["weaker"],
        population=2,
    )


def test_a_number_is_removed_by_the_first_delivery_after_its_end(engine: str) -> None:
    reasons = {"missing_date": 1, "no_assignment": 1}
    result = spec(
        "BIZ-dis-4.ended",
        _DIRECTORY,
        engine=engine,
        deviating=["ended", "ported"],
        not_assessable=reasons,
        population=11,
    )
    assert [deviation.overdue_days for deviation in result.deviations] == [4, 175]


def test_what_was_taken_back_stands_no_longer_and_each_receiver_is_a_directory_of_its_own(
    engine: str,
) -> None:
    delivered = """
        delivery_id | number   | secrecy | action | delivered_at        | recipient
        gone        | 70000006 | ingen   | ny     | 2026-03-04 12:00:00 | a
        removal     | 70000006 | ingen   | Slet   | 2026-06-01 12:00:00 | a
        left        | 70000006 | ingen   | ny     | 2026-03-04 12:00:00 | b
        b_later     | 70000001 | ingen   | ny     | 2026-06-01 12:00:00 | b
        not_yet     | 70000006 | ingen   | ny     | 2026-03-04 12:00:00 | c
        to_come     | 70000001 | ingen   | ny     | 2027-06-01 12:00:00 | c
    """
    spec(
        "BIZ-dis-4.ended",
        {**_DIRECTORY, "directory_118": delivered},
        engine=engine,
        deviating=["left"],
        population=3,
    )


def test_a_main_number_that_is_not_delivered_is_looked_at(engine: str) -> None:
    assigned = """
        number       | number_type | customer_id | valid_from | valid_to   | is_main | secrecy  | ported_out_at
        70000001     | fastnet     | c1          | 2020-01-01 |            | true    | ingen    |
        70000010     | fastnet     | c1          | 2020-01-01 | 2026-11-22 | true    | ingen    |
        70000011     | fastnet     | c1          | 2020-01-01 | 2026-11-21 | true    | ingen    |
        70000012     | fastnet     | c1          | 2026-11-18 |            | true    | ingen    |
        70000013     | fastnet     | c1          | 2026-11-19 |            | true    | ingen    |
        70000014     | fastnet     | c1          | 2020-01-01 |            | true    | udeladt  |
        70000015     | mobil       | c1          | 2020-01-01 |            | true    | ingen    |
        70000016     | fastnet     | c9          | 2020-01-01 |            | true    | ingen    |
        70000017     |             | c1          | 2020-01-01 |            | true    | ingen    |
        70000018     | fastnet     | c1          | 2020-01-01 |            |         | ingen    |
        70000019     | fastnet     | c1          | 2020-01-01 |            | true    | ingen    | 2026-11-22
        70000020     | fastnet     | c1          | 1970-01-01 |            | true    | ingen    |
        700000211234 | fastnet     | c1          | 2020-01-01 |            | true    | ingen    |
        70000022     | fastnet     | c1          | 2020-01-01 |            | false   | ingen    |
    """
    reasons = {"impossible_date": 1, "missing_kind": 1, "missing_number_type": 1}
    deviating = ["70000010|2020-01-01", "70000012|2026-11-18"]
    result = spec(
        "BIZ-dis-4.main",
        {**_DIRECTORY, "number_assignment": assigned},
        engine=engine,
        deviating=deviating,
        not_assessable=reasons,
        population=8,
    )
    assert result.verdict is Verdict.REVIEW


_ORDERS = """
    order_id | kind       | fields
    ---------+------------+-----------------------------
    both     | Bestilling | Leveringsadresse ; navn;
    phone    | bestilling | navn;leveringsadresse;telefon
    like     | bestilling | navne
    contact  | bestilling | navn;kontaktperson
    silent   | bestilling |
    empty    | bestilling | ;
    kindless |            | navn
    neither  |            | navn;cpr
    sent     | forsendelse | navn;adresse;kontaktperson
    cpr      | forsendelse | navn;cpr
"""


def test_an_order_carries_name_and_place_of_delivery_and_a_shipment_a_contact_too(
    engine: str,
) -> None:
    reasons = {"missing_kind": 1, "categories_not_recorded": 2}
    spec(
        "BIZ-dis-7.fields",
        {"supplier_order": _ORDERS},
        engine=engine,
        deviating=["contact", "like", "neither", "phone"],
        not_assessable=reasons,
        population=8,
    )
    spec(
        "BIZ-dis-8.fields",
        {"supplier_order": _ORDERS},
        engine=engine,
        deviating=["cpr"],
        not_assessable={"missing_kind": 2},
        population=4,
    )


def test_a_number_is_ported_in_on_an_authority_signed_by_that_day(engine: str) -> None:
    rows = """
        porting_id | direction | ported_at  | authority_ref | authority_signed_at | status
        same_day   | ind       | 2026-04-14 | F1            | 2026-04-14          | gennemført
        day_after  | Ind       | 2026-04-14 | F2            | 2026-04-15          | gennemført
        without    | ind       |            |               |                     |
        unsigned   | ind       | 2026-04-14 | F3            |                     |
        epoch      | ind       | 1970-01-01 | F4            | 2026-04-14          |
        neither    |           | 2026-04-14 | F5            | 2026-04-14          |
        cancelled  | ind       | 2026-04-14 |               |                     | Annulleret
        out        | ud        | 2026-04-14 |               |                     |
    """
    reasons = {"missing_kind": 1, "missing_date": 1, "impossible_date": 1}
    spec(
        "BIZ-dis-7.authority",
        {"porting": rows},
        engine=engine,
        deviating=["day_after", "without"],
        not_assessable=reasons,
        population=6,
    )


_DEBTS = """
    entry_id | customer_id | due_date   | paid_at    | amount
    ---------+-------------+------------+------------+-------
    e1       | owes        | 2026-07-02 |            | 100
    e2       | due_today   | 2026-07-03 |            | 100
    e3       | paid_today  | 2026-07-02 | 2026-07-03 | 100
    e4       | paid        | 2026-07-01 | 2026-07-02 | 100
    e5       | credit      | 2026-07-01 |            | -100
    e6       | unpriced    | 2026-07-01 |            |
    e7       | undated     |            |            | 100
"""


def test_only_a_debt_past_due_and_unpaid_that_day_goes_to_collection(engine: str) -> None:
    rows = """
        disclosure_id | recipient_type | purpose  | customer_id | at                  | data_categories
        credit        | inkasso        | Inkasso  | credit      | 2026-07-03 12:00:00 | navn
        owes          | inkasso        | inkasso  | owes        | 2026-07-03 00:00:00 | navn
        due_today     | andet          | inkasso  | due_today   | 2026-07-03 23:59:59 | navn
        paid_today    | inkasso        |          | paid_today  | 2026-07-03 12:00:00 | navn
        paid          | inkasso        | inkasso  | paid        | 2026-07-03 12:00:00 | navn;teledata
        nothing       | inkasso        | inkasso  | nobody      | 2026-07-03 12:00:00 | Opkaldsdetaljer
        unpriced      | inkasso        | inkasso  | unpriced    | 2026-07-03 12:00:00 |
        undated       | inkasso        | inkasso  | undated     | 2026-07-03 12:00:00 | navn
        timeless      | inkasso        | inkasso  | owes        |                     | navn
        epoch         | inkasso        | inkasso  | owes        | 1970-01-01 12:00:00 | navn
        customerless  | inkasso        | inkasso  |             | 2026-07-03 12:00:00 | navn
        other         | logistik       | levering | paid        | 2026-07-03 12:00:00 | teledata
    """
    tables = {"disclosure": rows, "ledger": _DEBTS}
    reasons = {"missing_date": 2, "impossible_date": 1, "orphan": 1}
    spec(
        "BIZ-dis-9.debt",
        tables,
        engine=engine,
        deviating=["credit", "due_today", "nothing", "paid"],
        not_assessable=reasons,
        population=11,
    )
    spec(
        "BIZ-dis-9.teledata",
        tables,
        engine=engine,
        deviating=["nothing", "paid"],
        not_assessable={"categories_not_recorded": 1},
        population=11,
    )


_COLLECTED = "disclosure_id | recipient_type | purpose | customer_id | at | data_categories"


def _collected(*customers: str) -> str:
    """Each of them passed on for collection on the same day, by the customer's own name."""
    rows = (f"{one} | inkasso | inkasso | {one} | 2026-07-03 12:00:00 | navn" for one in customers)
    return "\n".join((_COLLECTED, *rows))


def test_invoices_and_payments_tell_the_debt_where_there_is_no_ledger(engine: str) -> None:
    tables = {
        "disclosure": _collected(
            "short", "paid_up", "unpaid", "early", "late_money", "in_parts", "on_account", "no_bill",
            "undated", "other_bill",
        ),
        "invoice": """
            invoice_id | customer_id | due_date   | gross
            i1         | short       | 2026-07-02 | 100
            i2         | paid_up     | 2026-07-02 | 100
            i3         | unpaid      | 2026-07-02 | 100
            i4         | early       | 2026-07-03 | 100
            i5         | late_money  | 2026-07-02 | 100
            i6         | in_parts    | 2026-06-02 | 100
            i7         | on_account  | 2026-07-02 | 100
            i8         | undated     |            | 100
            i9         | other_bill  | 2026-06-02 | 100
            i10        | other_bill  | 2026-07-02 | 50
        """,
        "payment": """
            payment_id | customer_id | invoice_id | paid_at    | amount
            p1         | short       | i1         | 2026-07-01 | 99
            p2         | paid_up     | i2         | 2026-07-02 | 100
            p3         | late_money  | i5         | 2026-07-03 | 100
            p4         | in_parts    | i6         | 2026-06-10 | 60
            p5         |             | i6         | 2026-07-02 | 40
            p6         | on_account  |            | 2026-07-01 | 100
            p7         | other_bill  | i9         | 2026-06-01 | 100
        """,
    }  # fmt: skip
    spec(
        "BIZ-dis-9.debt",
        tables,
        engine=engine,
        deviating=["early", "in_parts", "paid_up"],
        not_assessable={"debt_in_doubt": 2, "missing_date": 1},
        population=10,
    )


def test_debits_and_credits_tell_the_debt_of_the_customers_accounts(engine: str) -> None:
    tables = {
        "disclosure": _collected(
            "owes", "settled", "early", "paid_that_day", "in_credit", "undated", "half_told",
            "both_sides", "sales_only", "nobody",
        ),
        "ledger": """
            entry_id | customer_id   | account     | posting_date | due_date   | debit | credit
            e1       | owes          |             | 2026-06-01   | 2026-07-02 | 100   |
            e2       | owes          |             | 2026-06-20   |            |       | 40
            e3       | settled       | Debitorer   | 2026-06-01   | 2026-07-02 | 100   |
            e4       | settled       | debitor     | 2026-07-02   |            | 0     | 100
            e5       | early         |             | 2026-06-12   | 2026-07-03 | 100   |
            e6       | paid_that_day |             | 2026-06-01   | 2026-07-02 | 100   |
            e7       | paid_that_day |             | 2026-07-03   |            |       | 100
            e8       | in_credit     |             | 2026-06-01   |            |       | 20
            e9       | undated       |             | 2026-06-01   |            | 100   |
            e10      | half_told     |             | 2026-06-01   | 2026-07-02 |       |
            e11      | both_sides    | debitor     | 2026-06-01   | 2026-07-02 | 100   |
            e12      | both_sides    | Varesalg    | 2026-06-01   |            |       | 100
            e13      | sales_only    | Varesalg    | 2026-06-01   |            |       | 100
        """,
    }  # fmt: skip
    spec(
        "BIZ-dis-9.debt",
        tables,
        engine=engine,
        deviating=["early", "in_credit", "nobody", "settled"],
        not_assessable={"debt_in_doubt": 2, "missing_date": 1},
        population=10,
    )


def test_a_ledger_and_invoices_that_contradict_each_other_accuse_nobody(engine: str) -> None:
    tables = {
        "disclosure": _collected("ledger_paid", "not_booked", "both_paid"),
        "ledger": """
            entry_id | customer_id | due_date   | paid_at    | amount
            e1       | ledger_paid | 2026-07-01 | 2026-07-02 | 100
            e2       | both_paid   | 2026-07-01 | 2026-07-02 | 100
        """,
        "invoice": """
            invoice_id | customer_id | due_date   | gross
            i1         | ledger_paid | 2026-07-01 | 100
            i2         | not_booked  | 2026-07-01 | 100
            i3         | both_paid   | 2026-07-01 | 100
        """,
        "payment": """
            payment_id | customer_id | invoice_id | paid_at    | amount
            p1         | both_paid   | i3         | 2026-07-02 | 100
        """,
    }
    spec(
        "BIZ-dis-9.debt",
        tables,
        engine=engine,
        deviating=["both_paid"],
        not_assessable={"debt_in_doubt": 1},
        population=3,
    )


def test_who_can_be_told_a_debt_by_nothing_makes_the_check_unknown(engine: str) -> None:
    invoices = "invoice_id | customer_id | due_date | gross\ni1 | owes | 2026-07-01 | 100"
    unpriced = "entry_id | customer_id | posting_date | amount\ne1 | owes | 2026-06-01 | 100"
    for more in ({}, {"invoice": invoices}, {"ledger": unpriced}):
        result = answer("BIZ-dis-9.debt", {"disclosure": _collected("owes"), **more}, engine=engine)
        assert (result.verdict, result.answer.deviations) == (Verdict.UNKNOWN, 0)
        assert result.why in {"no_export", "missing_column"}


_TITLES = """
    disclosure_id | recipient_type | data_categories | at                  | title_type   | title_ref | title_date | scope_from | scope_to   | data_from  | data_to
    --------------+----------------+-----------------+---------------------+--------------+-----------+------------+------------+------------+------------+-----------
    ordered       | myndighed      | teledata        | 2026-07-03 12:00:00 | kendelse     | K1        | 2026-07-01 | 2026-06-01 | 2026-06-28 | 2026-06-01 | 2026-06-28
    urgent        | myndighed      | lokalisering    | 2026-07-03 12:00:00 | Edition      | K2        | 2026-07-04 | 2026-06-01 | 2026-06-28 | 2026-05-31 | 2026-06-28
    too_late      | myndighed      | teledata        | 2026-07-03 12:00:00 | kendelse     | K3        | 2026-07-05 | 2026-06-01 | 2026-06-28 | 2026-06-01 | 2026-06-29
    requested     | myndighed      | navn;teledata   | 2026-07-03 12:00:00 | 804b         | K4        | 2026-07-01 |            |            |            |
    untitled      | myndighed      | teledata        | 2026-07-03 12:00:00 |              |           |            |            |            |            |
    unnamed       | myndighed      | teledata        | 2026-07-03 12:00:00 | fogedret     | K5        | 2026-07-01 |            |            |            |
    undated       | myndighed      | teledata        | 2026-07-03 12:00:00 | kendelse     | K6        |            | 2026-06-01 |            | 2026-06-01 | 2026-06-28
    epoch         | myndighed      | teledata        | 1970-01-01 12:00:00 | kendelse     | K7        | 2026-07-01 | 2026-06-01 | 2026-06-28 | 2026-06-01 | 2026-06-28
    identified    | myndighed      | navn;ip-adresse | 2026-07-03 12:00:00 | § 804 b      | K8        | 2026-07-01 |            |            |            |
    wide          | myndighed      | navn;betalinger | 2026-07-03 12:00:00 | 804b         | K9        | 2026-07-01 |            |            |            |
    bank          | myndighed      | navn;betalinger | 2026-07-03 12:00:00 | edition      | K10       | 2026-07-01 |            |            |            |
    kept          | myndighed      | navn            | 2026-07-03 12:00:00 | sikringspålæg | K11      | 2026-07-01 |            |            |            |
    referless     | myndighed      | navn            | 2026-07-03 12:00:00 | 804b         |           | 2026-07-01 |            |            |            |
    unrecorded    | myndighed      |                 | 2026-07-03 12:00:00 | 804b         | K12       | 2026-07-01 |            |            |            |
    dateless      | myndighed      | navn            | 2026-07-03 12:00:00 | 804b         | K13       |            |            |            |            |
    agreed        | myndighed      | teledata        | 2026-07-03 12:00:00 | samtykke     | K14       | 2026-07-01 |            |            |            |
    in_danger     | myndighed      | lokalisering    | 2026-07-03 12:00:00 | nødsituation | K15       | 2026-07-03 |            |            |            |
    unshown       | myndighed      | teledata        | 2026-07-03 12:00:00 | samtykke     |           |            |            |            |            |
    permitted     | myndighed      | navn            | 2026-07-03 12:00:00 | samtykke     | K16       | 2026-07-01 |            |            |            |
    tax           | myndighed      | navn            | 2026-07-03 12:00:00 | skattelov    | K14       | 2026-07-01 |            |            |            |
    targeted      | myndighed      | teledata        | 2026-07-03 12:00:00 | § 786 c      | K15       | 2026-07-01 |            |            |            |
    firm          | logistik       | teledata        | 2026-07-03 12:00:00 |              |           |            |            |            |            |
"""


def test_call_details_are_handed_over_on_a_court_order_or_a_person_says_what_carries_it(
    engine: str,
) -> None:
    reasons = {
        "unknown_title": 1,
        "consent_or_emergency": 2,
        "missing_date": 1,
        "impossible_date": 1,
    }
    result = spec(
        "BIZ-dis-10.order",
        {"disclosure": _TITLES},
        engine=engine,
        deviating=["requested", "too_late", "unshown", "untitled"],
        not_assessable=reasons,
        population=11,
    )
    assert result.check.severity == "critical"


def test_other_data_need_a_title_that_gives_a_right_to_them(engine: str) -> None:
    reasons = {
        "unknown_title": 1,
        "consent_or_emergency": 1,
        "categories_not_recorded": 1,
        "missing_date": 1,
    }
    spec(
        "BIZ-dis-10.title",
        {"disclosure": _TITLES},
        engine=engine,
        deviating=["kept", "referless", "wide"],
        not_assessable=reasons,
        population=9,
    )


def test_data_lie_within_the_period_of_the_title(engine: str) -> None:
    spec(
        "BIZ-dis-10.period",
        {"disclosure": _TITLES},
        engine=engine,
        deviating=["too_late", "urgent"],
        not_assessable={"missing_date": 2},
        population=6,
    )


def test_the_first_and_the_last_day_of_a_title_are_within_it_and_it_may_follow_by_a_day(
    engine: str,
) -> None:
    rows = """
        disclosure_id | recipient_type | data_categories | at                  | title_type | title_ref | title_date | scope_from | scope_to   | data_from  | data_to
        first_day     | myndighed      | navn            | 2026-07-03 12:00:00 | 804b       | K1        | 2026-07-04 | 2026-06-01 | 2026-06-28 | 2026-06-01 | 2026-06-01
        last_day      | myndighed      | navn            | 2026-07-03 12:00:00 | 804b       | K2        | 2026-07-05 | 2026-06-01 | 2026-06-28 | 2026-06-28 | 2026-06-28
        day_before    | myndighed      | navn            | 2026-07-03 12:00:00 | 804b       | K3        | 2026-07-03 | 2026-06-01 | 2026-06-28 | 2026-05-31 | 2026-05-31
        day_after     | myndighed      | navn            | 2026-07-03 12:00:00 | 804b       | K4        | 2026-07-03 | 2026-06-01 | 2026-06-28 | 2026-06-29 | 2026-06-29
    """
    spec(
        "BIZ-dis-10.period",
        {"disclosure": rows},
        engine=engine,
        deviating=["day_after", "day_before"],
        population=4,
    )
    spec(
        "BIZ-dis-10.title",
        {"disclosure": rows},
        engine=engine,
        deviating=["last_day"],
        population=4,
    )


def test_a_secret_order_does_not_show_and_a_title_that_nobody_recorded_may_be_one(
    engine: str,
) -> None:
    reasons = {"unknown_word": 2, "not_recorded": 1}
    spec(
        "BIZ-dis-10.secret",
        {"disclosure": _TITLES},
        engine=engine,
        deviating=["targeted"],
        not_assessable=reasons,
        population=21,
    )


def test_a_former_processor_confirms_within_the_days_the_controller_has_set(engine: str) -> None:
    rows = """
        recipient_id | role          | valid_to   | deletion_confirmed_at | _issues
        late         | databehandler | 2026-10-22 |                       |
        last_day     | Databehandler | 2026-10-23 |                       |
        confirmed    | databehandler | 2020-01-31 | 2021-01-31            |
        running      | databehandler | 2026-11-22 |                       |
        open         | databehandler |            |                       |
        own          | selvstændig   | 2020-01-31 |                       |
        roleless     |               | 2020-01-31 |                       |
        garbled      | databehandler |            |                       | valid_to=unreadable
        epoch        | databehandler | 1970-01-01 |                       |
    """
    reasons = {"missing_role": 1, "missing_date": 1, "impossible_date": 1}
    result = spec(
        "HYG-processor-copies.recipient_register",
        {"recipient_register": rows},
        engine=engine,
        deviating=["late"],
        not_assessable=reasons,
        population=6,
    )
    assert result.deviations[0].overdue_days == 1


def test_a_wish_about_one_number_is_none_for_the_customers_other_numbers(engine: str) -> None:
    assigned = """
        number   | number_type | customer_id | valid_from | valid_to | is_main | secrecy
        70000001 | mobil       | c           | 2020-01-01 |          | false   | ingen
        70000002 | mobil       | c           | 2020-01-01 |          | false   | ingen
        70000003 | mobil       | d           | 2020-01-01 |          | false   | ingen
    """
    delivered = """
        delivery_id | number   | number_type | secrecy | action | delivered_at        | recipient
        one         | 70000001 | mobil       | ingen   | ny     | 2026-03-04 12:00:00 | 118
        other       | 70000002 | mobil       | ingen   | ny     | 2026-03-04 12:00:00 | 118
        by_mail     | 70000003 | mobil       | ingen   | ny     | 2026-03-04 12:00:00 | 118
    """
    wishes = """
        consent_id | customer_id | purpose | address         | given_at            | withdrawn_at
        w1         | c           | 118     | +45 70 00 00 01 | 2026-01-01 12:00:00 |
        w2         | d           | 118     | d@example.dk    | 2026-01-01 12:00:00 |
    """
    tables = {"directory_118": delivered, "number_assignment": assigned, "consent": wishes}
    spec("BIZ-dis-4.mobile", tables, engine=engine, deviating=["other"], population=3)


def test_a_withdrawal_about_one_number_excepts_no_other_main_number(engine: str) -> None:
    assigned = """
        number   | number_type | customer_id | valid_from | valid_to | is_main | secrecy | ported_out_at
        70000001 | fastnet     | c           | 2020-01-01 |          | true    | ingen   |
        70000002 | fastnet     | c           | 2020-01-01 |          | true    | ingen   |
        70000009 | fastnet     | x           | 2020-01-01 |          | false   | ingen   |
    """
    delivered = """
        delivery_id | number   | number_type | secrecy | action | delivered_at        | recipient
        any         | 70000009 | fastnet     | ingen   | ny     | 2026-03-04 12:00:00 | 118
    """
    wishes = """
        consent_id | customer_id | purpose | address  | given_at            | withdrawn_at
        w1         | c           | 118     | 70000001 | 2021-01-01 12:00:00 | 2022-01-01 12:00:00
    """
    tables = {"directory_118": delivered, "number_assignment": assigned, "consent": wishes}
    spec(
        "BIZ-dis-4.main",
        tables,
        engine=engine,
        deviating=["70000002|2020-01-01"],
        population=2,
    )
