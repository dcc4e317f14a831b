"""How grave a finding is: one method for every rule, printed in the report.

Two things are the rule's and known beforehand, the kind of data and what a deviation may do to
people: they make the severity that its file states.

``critical``  payment cards, CPR numbers, what was said or written, secret numbers, sales, and
              disclosures without the order they take
``high``      traffic data and what shows whereabouts or use; a right that is denied or undone,
              sends against the customer's word, access or disclosure without a ground
``medium``    other personal data kept too long, an answer or a step that comes late
``low``       wording, registration and data quality that concern few directly

Two are the finding's: how many people it concerns and how long it has lasted. Each alone raises
``low`` and ``medium`` by one step, never above ``high``: what is critical is so by its kind. So the
same lateness has the same severity, whichever right or period it is about.
"""

from __future__ import annotations

from teleaudit.rules.suites import Severity

MANY = 1000  # customers, or records where these name nobody
SHARE = 0.01  # of the assessable records, from
FEW = 10  # records on
LONG_DAYS = 365  # past the deadline

_RAISED: dict[Severity, Severity] = {"low": "medium", "medium": "high"}


def weigh(
    severity: Severity,
    *,
    records: int,
    assessable: int,
    customers: int | None,
    overdue_days: int | None,
) -> Severity:
    """A rule's severity, raised by how many its finding concerns and how long it has lasted."""
    is_many = max(records, customers or 0) >= MANY or (
        records >= FEW and records >= SHARE * assessable
    )
    is_long = overdue_days is not None and overdue_days > LONG_DAYS
    return _RAISED.get(severity, severity) if is_many or is_long else severity
