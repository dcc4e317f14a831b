"""Whom the deviating records concern: how many customers, of these how many natural persons and how
many companies.

Records say how much is to be done, data subjects how many are affected. What a customer is, master
data tell: the type of customer where it is one of the known words, else a CVR number, which makes a
company. Sole traders have one too and count as companies, although they are natural persons; the
report says so. Nothing but counts is fetched.
"""

from __future__ import annotations

from collections.abc import Container
from typing import Any

from teleaudit.expectations.queries import Queries
from teleaudit.expectations.rows import _DEVIATES, DataSet, ExpectRowsToSatisfy
from teleaudit.rules.verdicts import Subjects
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


# a Great Expectations object: its own types are not typed
def data_subjects(
    expectation: Any, data_set: DataSet, asks: Queries, *, columns: Container[str]
) -> Subjects | None:
    """The customers of an expectation's deviating records; None where its records name no customer
    or are not told one by one.
    """
    if not isinstance(expectation, ExpectRowsToSatisfy) or _CUSTOMER not in columns:
        return None
    persons, companies = (
        ", ".join(f"'{word}'" for word in words) for words in (_PERSONS, _COMPANIES)
    )
    sql = f"""
        WITH deviating AS (
            SELECT {_CUSTOMER}, count(*) AS records
            FROM {quoted(data_set.name)}
            WHERE {expectation.classification()} = {_DEVIATES}
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
            coalesce(sum(CASE WHEN d.{_CUSTOMER} IS NULL THEN d.records END), 0)
        FROM deviating AS d
        LEFT JOIN kind AS k ON d.{_CUSTOMER} = k.{_CUSTOMER}
    """
    ((customers, natural, legal, unnamed),) = asks.fetch(sql)
    return (
        Subjects(
            customers=int(customers),
            persons=int(natural),
            companies=int(legal),
            unnamed=int(unnamed),
        )
        if customers
        else None
    )
