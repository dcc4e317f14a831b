"""Whom the deviating records concern, and since when: how many customers, of these how many natural
persons and how many companies, and the month of the oldest record.

Records say how much is to be done, data subjects how many are affected. What a customer is, master
data tell: the type of customer where it is one of the known words, else a CVR number, which makes a
company. Sole traders have one too and count as companies, although they are natural persons; the
report says so. How old a record is, the date that every record of its table has tells
(``Table.beginning``), where it is possible. Nothing but counts and a month is fetched.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Container
from typing import Any, NamedTuple

from teleaudit.expectations.content import ExpectNoContent
from teleaudit.expectations.erasure_by_deadline import EARLIEST_PLAUSIBLE
from teleaudit.expectations.queries import Queries
from teleaudit.expectations.rows import DataSet, ExpectRowsToSatisfy
from teleaudit.rules.verdicts import Answer, Subjects
from teleaudit.schema import TABLES
from teleaudit.schema.sql import quoted

_CUSTOMER = "customer_id"
_PERSONS = (
    "privat",
    "privatkunde",
    "private",
    "person",
    "forbruger",
    "consumer",
    "residential",
    "b2c",
)
_COMPANIES = (
    "erhverv",
    "erhvervskunde",
    "virksomhed",
    "firma",
    "forening",
    "offentlig",
    "business",
    "company",
    "b2b",
)


class Concerned(NamedTuple):
    """Whom the records concern, and the month (``yyyy-mm``) of the oldest; None where their table
    does not tell.
    """

    subjects: Subjects | None = None
    oldest: str | None = None


# a Great Expectations object: its own types are not typed
def concerned(
    expectation: Any,
    data_set: DataSet,
    asks: Queries,
    answer: Answer,
    *,
    table: str,
    as_of: dt.date,
) -> Concerned:
    """The customers of the records that an expectation found, and the oldest of these.

    Records that a person must look at are asked about where no record deviates. Nothing is known
    where records are not told one by one.
    """
    match expectation:
        case ExpectRowsToSatisfy():
            columns: Container[str] = data_set.columns
        case ExpectNoContent():
            columns = data_set.own
        case _:
            return Concerned()
    customer = quoted(_CUSTOMER) if _CUSTOMER in columns else None
    beginning = TABLES[table].beginning
    began = (
        quoted(beginning.name)
        if beginning and beginning.name in data_set.filled and beginning.name in columns
        else None
    )
    if not (customer or began):
        return Concerned()
    records = expectation.found_records(
        data_set,
        answer,
        customer=customer or "CAST(NULL AS VARCHAR)",
        began=f"CAST({began} AS DATE)" if began else "CAST(NULL AS DATE)",
    )
    persons, companies = (
        ", ".join(f"'{word}'" for word in words) for words in (_PERSONS, _COMPANIES)
    )
    # a date that cannot be is no record's beginning
    possible = f"began >= {EARLIEST_PLAUSIBLE} AND began <= DATE '{as_of.isoformat()}'"
    sql = f"""
        WITH deviating AS (
            SELECT
                {_CUSTOMER},
                count(*) AS records,
                min(CASE WHEN {possible} THEN began END) AS began
            FROM ({records}) AS found
            GROUP BY {_CUSTOMER}
        ),
        kind AS (
            SELECT
                {_CUSTOMER},
                bool_or(coalesce(lower(trim(customer_type)) IN ({persons}), false)) AS person,
                bool_or(cvr IS NOT NULL OR coalesce(lower(trim(customer_type)) IN ({companies}), false)) AS company
            FROM export_crm_customer
            WHERE {_CUSTOMER} IS NOT NULL
            GROUP BY {_CUSTOMER}
        )
        SELECT
            count(d.{_CUSTOMER}),
            count(CASE WHEN k.person THEN 1 END),
            count(CASE WHEN k.company AND NOT k.person THEN 1 END),
            coalesce(sum(CASE WHEN d.{_CUSTOMER} IS NULL THEN d.records END), 0),
            substr(CAST(min(d.began) AS VARCHAR), 1, 7)
        FROM deviating AS d
        LEFT JOIN kind AS k ON d.{_CUSTOMER} = k.{_CUSTOMER}
    """
    ((customers, natural, legal, unnamed, oldest),) = asks.fetch(sql)
    subjects = Subjects(
        customers=int(customers),
        persons=int(natural),
        companies=int(legal),
        unnamed=int(unnamed),
    )
    return Concerned(subjects if customers else None, oldest)
