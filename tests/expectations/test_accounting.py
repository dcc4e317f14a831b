"""Invoices and payments: kept for five years after their financial year, no longer; and nothing
missing until then.
"""

from __future__ import annotations

import datetime as dt

import pytest

from teleaudit.rules.verdicts import Verdict
from tests.spec import answer, spec

_CALENDAR = "legal_entity | fy_start | fy_end\n" + "\n".join(
    f"Spec A/S | {year}-01-01 | {year}-12-31" for year in (2021, 2019, 2026, 2020, 2022, 2025)
)
_TO_JUNE = "legal_entity | fy_start | fy_end\n" + "\n".join(
    f"Spec A/S | {year}-07-01 | {year + 1}-06-30" for year in (2021, 2019, 2020, 2018)
)
_HOLD = """
    hold_id | customer_id | reason | start      | approved_by | end
    h       | held        | claim  | 2020-01-01 | counsel |
"""
_INVOICES = pytest.mark.parametrize("check", ["BIZ-ret-6.invoice", "KAZ-r2.invoice"])
_PAYMENTS = pytest.mark.parametrize("check", ["BIZ-ret-6.payment", "KAZ-r2.payment"])
_SERIES = pytest.mark.parametrize("check", ["BIZ-ret-6.invoice_series", "KAZ-r2.invoice_series"])
_NAMED = pytest.mark.parametrize("check", ["BIZ-ret-6.payment_invoice", "KAZ-r2.payment_invoice"])


@_INVOICES
def test_an_invoice_may_stay_five_years_after_its_financial_year(engine: str, check: str) -> None:
    invoices = """
        invoice_id | customer_id | issue_date
        first_2021 | c           | 2021-01-01
        last_2020  | c           | 2020-12-31
        this_year  | c           | 2026-11-22
        held       | held        | 2019-05-05
        no_year    | c           | 2024-05-21
        any_year   | c           | 2018-12-31
        no_date    | c           |
    """
    tables = {"invoice": invoices, "financial_years": _CALENDAR, "legal_hold": _HOLD}
    reasons = {"no_financial_year": 1, "missing_date": 1}
    result = spec(
        check,
        tables,
        engine=engine,
        deviating=["any_year", "last_2020"],
        exempt={"legal_hold": 1},
        not_assessable=reasons,
        population=7,
    )
    # a financial year ends within 18 months
    assert [deviation.due_date for deviation in result.deviations] == ["2025-06-30", "2025-12-31"]


@_INVOICES
def test_the_last_day_of_the_fifth_year_is_lawful(engine: str, check: str) -> None:
    tables = {
        "financial_years": _TO_JUNE,
        "invoice": "invoice_id | issue_date\ni_july | 2020-07-01\ni_june | 2020-06-30",
    }
    spec(check, tables, engine=engine, as_of=dt.date(2026, 6, 30), deviating=["i_june"])
    spec(check, tables, engine=engine, as_of=dt.date(2026, 7, 1), deviating=["i_july", "i_june"])
    spec(check, tables, engine=engine, as_of=dt.date(2025, 6, 30))


@_INVOICES
def test_the_period_that_is_invoiced_decides_the_year_and_not_the_date_of_the_invoice(
    engine: str, check: str
) -> None:
    invoices = """
        invoice_id  | issue_date | period_to
        for_2020    | 2021-01-05 | 2020-12-31
        ahead       | 2020-12-20 | 2021-03-31
        no_period   | 2020-12-20 |
    """
    spec(
        check,
        {"invoice": invoices, "financial_years": _CALENDAR},
        engine=engine,
        deviating=["for_2020", "no_period"],
    )


@_INVOICES
def test_a_changed_financial_year_is_counted_as_it_was(engine: str, check: str) -> None:
    years = """
        legal_entity | fy_start   | fy_end
        Spec A/S     | 2021-07-01 | 2022-06-30
        Spec A/S     | 2020-01-01 | 2021-06-30
        Spec A/S     | 2019-01-01 | 2019-12-31
    """
    tables = {
        "financial_years": years,
        "invoice": (
            "invoice_id | issue_date\nlong_year | 2020-01-01\nold | 2019-12-31\nlast | 2021-06-30"
        ),
    }
    spec(check, tables, engine=engine, as_of=dt.date(2026, 6, 30), deviating=["old"])
    spec(
        check,
        tables,
        engine=engine,
        as_of=dt.date(2026, 7, 1),
        deviating=["last", "long_year", "old"],
    )


@_INVOICES
def test_a_year_of_more_than_eighteen_months_is_no_financial_year(engine: str, check: str) -> None:
    years = """
        legal_entity | fy_start   | fy_end
        Spec A/S     | 2015-01-01 | 2024-12-31
        Spec A/S     | 2014-01-01 | 2013-12-31
        Spec A/S     | 2012-01-01 | 2012-12-31
    """
    spec(
        check,
        {
            "financial_years": years,
            "invoice": "invoice_id | issue_date\nb | 2020-07-01\na | 2012-06-01",
        },
        engine=engine,
        deviating=["a"],
        not_assessable={"no_financial_year": 1},
    )


@_INVOICES
def test_each_company_has_its_own_years(engine: str, check: str) -> None:
    years = """
        legal_entity | fy_start   | fy_end
        Two ApS      | 2020-07-01 | 2021-06-30
        One A/S      | 2020-01-01 | 2020-12-31
    """
    invoices = """
        invoice_id | legal_entity | issue_date
        two        | Two ApS      | 2020-12-31
        nobody     |              | 2020-12-31
        one        | One A/S      | 2020-12-31
        other      | Three ApS    | 2020-12-31
    """
    spec(
        check,
        {"financial_years": years, "invoice": invoices},
        engine=engine,
        as_of=dt.date(2026, 6, 30),
        deviating=["one"],
        not_assessable={"no_financial_year": 2},
        population=4,
    )


@_PAYMENTS
def test_a_payment_may_stay_five_years_after_the_financial_year_in_which_it_was_paid(
    engine: str, check: str
) -> None:
    payments = """
        payment_id | customer_id | paid_at
        first_2021 | c           | 2021-01-01
        last_2020  | c           | 2020-12-31
        this_year  | c           | 2026-11-22
        held       | held        | 2019-05-05
        no_year    |             | 2024-05-21
        any_year   |             | 2018-12-31
        no_day     |             | 1900-01-01
        no_date    | c           |
    """
    tables = {"payment": payments, "financial_years": _CALENDAR, "legal_hold": _HOLD}
    reasons = {"no_financial_year": 2, "missing_date": 1}
    spec(
        check,
        tables,
        engine=engine,
        deviating=["any_year", "last_2020"],
        exempt={"legal_hold": 1},
        not_assessable=reasons,
        population=8,
    )


@_PAYMENTS
def test_a_payment_is_counted_by_years_that_end_in_june(engine: str, check: str) -> None:
    tables = {
        "financial_years": _TO_JUNE,
        "payment": "payment_id | paid_at\np_july | 2020-07-01\np_june | 2020-06-30",
    }
    spec(check, tables, engine=engine, as_of=dt.date(2026, 6, 30), deviating=["p_june"])
    spec(check, tables, engine=engine, as_of=dt.date(2026, 7, 1), deviating=["p_july", "p_june"])


def _series(*numbers: tuple[str, str]) -> str:
    return "invoice_id | invoice_no | issue_date\n" + "\n".join(
        f"id{number} | {number} | {date}" for number, date in numbers
    )


@_SERIES
def test_a_gap_in_a_series_that_must_be_kept_is_for_review(engine: str, check: str) -> None:
    invoices = _series(("F0104", "2022-05-01"), ("F0101", "2021-02-01"), ("F0102", "2021-03-01"))
    result = spec(
        check,
        {"invoice": invoices, "financial_years": _CALENDAR},
        engine=engine,
        deviating=["F0103"],
        population=4,
    )
    assert result.verdict is Verdict.REVIEW


@_SERIES
def test_an_unbroken_series_passes(engine: str, check: str) -> None:
    invoices = _series(
        ("99", "2021-05-01"), ("101", "2021-06-01"), ("98", "2021-02-01"), ("100", "2021-06-01")
    )
    result = spec(
        check, {"invoice": invoices, "financial_years": _CALENDAR}, engine=engine, population=4
    )
    assert result.verdict is Verdict.PASS


@_SERIES
def test_what_is_erased_by_law_leaves_no_gap(engine: str, check: str) -> None:
    invoices = _series(
        ("107", "2021-05-01"),
        ("103", "2020-03-01"),
        ("101", "2020-01-01"),
        ("106", "2021-01-01"),
        ("104", "2020-12-31"),
    )
    spec(check, {"invoice": invoices, "financial_years": _CALENDAR}, engine=engine, population=2)
    spec(
        check,
        {"invoice": invoices, "financial_years": _CALENDAR},
        engine=engine,
        as_of=dt.date(2025, 12, 31),
        deviating=["102", "105"],
        population=7,
    )


@_SERIES
def test_each_prefix_and_company_has_a_series_of_its_own(engine: str, check: str) -> None:
    invoices = """
        invoice_id | invoice_no | legal_entity | issue_date
        1          | K-02       | Spec A/S     | 2022-01-01
        2          | F-01       | Spec A/S     | 2022-01-01
        3          | F-02       | Spec A/S     | 2022-01-01
        4          | K-01       | Spec A/S     | 2022-01-01
        5          | 03         | Other A/S    | 2022-01-01
        6          | 01         | Spec A/S     | 2022-01-01
        7          | ukendt     | Spec A/S     | 2022-01-01
        8          |            | Spec A/S     | 2022-01-01
    """
    spec(
        check,
        {
            "invoice": invoices,
            "financial_years": _CALENDAR + "\nOther A/S | 2022-01-01 | 2022-12-31",
        },
        engine=engine,
        population=6,
    )


@_SERIES
def test_numbers_that_are_not_consecutive_say_nothing(engine: str, check: str) -> None:
    invoices = _series(("900000", "2022-01-01"), ("100100", "2022-01-01"), ("550000", "2022-01-01"))
    result = answer(check, {"invoice": invoices, "financial_years": _CALENDAR}, engine=engine)
    assert (result.verdict, result.why) == (Verdict.UNKNOWN, "nothing_in_scope")


@_SERIES
def test_a_gap_among_invoices_without_a_financial_year_cannot_be_judged(
    engine: str, check: str
) -> None:
    invoices = _series(("3", "2001-01-01"), ("1", "2001-01-01"), ("4", "2022-01-01"))
    spec(
        check,
        {"invoice": invoices, "financial_years": _CALENDAR},
        engine=engine,
        not_assessable={"no_financial_year": 3},
        population=4,
    )


@_NAMED
def test_a_payment_names_an_invoice_that_is_there_while_it_must_be_kept(
    engine: str, check: str
) -> None:
    payments = """
        payment_id | invoice_id | paid_at
        lost       | i2         | 2022-06-01
        found      | i1         | 2022-06-01
        too_old    | i3         | 2021-12-31
        cash       |            | 2022-06-01
        first_kept | i4         | 2022-01-01
        no_date    | i5         |
        no_year    | i6         | 1999-01-01
    """
    tables = {
        "payment": payments,
        "invoice": "invoice_id | issue_date\ni1 | 2022-05-01",
        "financial_years": _CALENDAR,
    }
    reasons = {"no_financial_year": 1, "missing_date": 1}
    result = spec(
        check,
        tables,
        engine=engine,
        deviating=["first_kept", "lost"],
        not_assessable=reasons,
        population=5,
    )
    assert result.verdict is Verdict.FAIL


@_NAMED
def test_a_payment_is_looked_at_up_to_the_last_day_of_its_preceding_year_s_period(
    engine: str, check: str
) -> None:
    years = (
        "legal_entity | fy_start | fy_end\nSpec A/S | 2021-11-23 | 2022-11-22\nSpec A/S |"
        " 2020-11-23 | 2021-11-22"
    )
    payments = """
        payment_id | invoice_id | paid_at
        last_day   | i2         | 2022-11-22
        day_after  | i2         | 2021-11-22
    """
    tables = {
        "payment": payments,
        "invoice": "invoice_id | issue_date\ni1 | 2022-05-01",
        "financial_years": years,
    }
    spec(check, tables, engine=engine, deviating=["last_day"], population=1)


@_NAMED
def test_payments_with_their_invoices_pass(engine: str, check: str) -> None:
    payments = """
        payment_id | invoice_id | paid_at
        b          | i1         | 2022-06-01
        a          | i1         | 2022-07-01
    """
    tables = {
        "payment": payments,
        "invoice": "invoice_id | issue_date\ni1 | 2022-05-01\ni1 | 2022-05-01",
        "financial_years": _CALENDAR,
    }
    assert spec(check, tables, engine=engine, population=2).verdict is Verdict.PASS


@pytest.mark.parametrize("check", ["BIZ-ret-6.ledger", "KAZ-r2.ledger"])
def test_a_ledger_entry_may_stay_five_years_after_its_financial_year(
    engine: str, check: str
) -> None:
    entries = """
        entry_id  | customer_id | posting_date
        last_2020 | c           | 2020-12-31
        held      | held        | 2019-05-05
        this_year | c           | 2026-11-22
        any_year  | c           | 2018-12-31
        young     | c           | 2021-01-01
        no_date   | c           |
    """
    spec(
        check,
        {"ledger": entries, "financial_years": _CALENDAR, "legal_hold": _HOLD},
        engine=engine,
        deviating=["any_year", "last_2020"],
        exempt={"legal_hold": 1},
        not_assessable={"missing_date": 1},
        population=6,
    )


def test_the_invoice_that_an_entry_names_exists_as_long_as_it_must_be_kept(engine: str) -> None:
    entries = """
        entry_id | invoice_id | posting_date
        gone     | I9         | 2022-01-01
        old_gone | I8         | 2021-12-31
        there    | I1         | 2026-01-05
        none     |            | 2026-01-05
        undated  | I7         |
    """
    invoices = """
        invoice_id | issue_date
        I1         | 2026-01-01
    """
    spec(
        "HYG-accounting.ledger_document",
        {"ledger": entries, "invoice": invoices, "financial_years": _CALENDAR},
        engine=engine,
        deviating=["gone"],
        not_assessable={"missing_date": 1},
        population=3,
    )


def test_an_invoice_that_the_ledger_knows_is_not_erased_within_its_five_years(engine: str) -> None:
    entries = """
        entry_id | invoice_id | posting_date
        paid     | early      | 2022-02-01
        posted   | early      | 2021-12-30
        2        | in_time    | 2020-03-01
        3        | day_before | 2020-03-01
        4        | failed     | 2021-03-01
        5        | undated    | 2021-03-01
    """
    log = """
        entry_id | object_type | object_key | executed_at         | status
        a        | invoice     | early      | 2026-10-01 08:00:00 | ok
        b        | invoice     | in_time    | 2025-12-31 08:00:00 | ok
        c        | invoice     | day_before | 2025-12-30 23:00:00 | ok
        d        | invoice     | failed     | 2026-10-01 08:00:00 | fejl
        e        | invoice     | unknown    | 2026-10-01 08:00:00 | ok
        f        | payment     | early      | 2026-10-01 08:00:00 | ok
        g        | invoice     | undated    |                     | ok
    """
    spec(
        "HYG-accounting.early",
        {"ledger": entries, "deletion_log": log, "financial_years": _CALENDAR},
        engine=engine,
        deviating=["a", "c"],
        not_assessable={"missing_date": 1},
        population=4,
    )
