"""No column of any export holds civil registration numbers (CPR).

A column is judged as a whole first: nearly all numbers of a CPR column are real dates with a right
check digit, of other ten-digit numbers one in forty is a date and one in four hundred has the check
digit too. See ``detectors/cpr.py``.

Source: databeskyttelsesloven § 11(2) (a private controller may process the number only by law,
consent or on few other grounds), GDPR art. 5(1)(c). Left out: masked numbers, dates of birth
without the last four digits, images.
"""

from __future__ import annotations

from functools import partial
from typing import Any

from teleaudit.detectors.cpr import cpr_in_cell, decide_cpr_column, profile_cpr
from teleaudit.detectors.cpr_values import names_cpr
from teleaudit.detectors.decisions import ColumnDecision
from teleaudit.detectors.judge import InCell, Profile
from teleaudit.detectors.prefilter import cpr_candidate_sql
from teleaudit.expectations.content import ExpectNothingDetected, columns_to_look_into
from teleaudit.expectations.rows import DataSet


class ExpectNoCprNumbers(ExpectNothingDetected):
    """No cell holds a CPR number."""

    def candidate(self, column: str, cell: str) -> str:
        """Cells with digits that could begin with a date of birth; every filled cell of a column
        that is named for CPR numbers.
        """
        return f"({cell} IS NOT NULL)" if names_cpr(column) else cpr_candidate_sql(cell)

    def profile(self, column: str) -> Profile:
        """Counts of ten-digit numbers, dates and check digits."""
        return partial(profile_cpr, name=column)

    # as every detector has it
    def decide(self, counts: dict[str, int], column: str, filled: int) -> ColumnDecision:
        """By the share that dates and check digits have."""
        return decide_cpr_column(counts, column)

    def in_cell(self, column: str, decision: ColumnDecision) -> InCell:
        """One cell in the light of its column."""
        return partial(cpr_in_cell, name=column, decision=decision)


# meta
def no_cpr_numbers(*, data_set: DataSet, table: str, **kwargs: Any) -> ExpectNoCprNumbers:
    """The expectation for every column of text or whole numbers of a data set."""
    return ExpectNoCprNumbers(
        relation=f"export_{table}",
        columns=columns_to_look_into(data_set, table),
        key_sql=data_set.key_sql,
        **kwargs,
    )
