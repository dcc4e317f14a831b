"""No column of the teledata tells what a subscriber looked at on the internet: addresses of pages,
hosts, names asked for, destinations.

Volume, time and the address that the subscriber was given belong to the service; where the traffic
went does not. The
operator's own domains, which the audit names, and the names of the mobile network itself are no
browsing data. See
``detectors/browsing_values.py`` and ``browsing.py`` for the rules and their sources.
Left out: traffic outside the tables (packet captures, proxy archives), and search words, which look
like any words.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

from teleaudit.detectors.browsing import (
    BROWSING_PROFILE,
    browsing_in_cell,
    decide_browsing_column,
    profile_browsing,
)
from teleaudit.detectors.decisions import ColumnDecision
from teleaudit.detectors.judge import InCell, Profile
from teleaudit.detectors.prefilter import browsing_candidate_sql
from teleaudit.expectations.content import ExpectNothingDetected, columns_to_look_into
from teleaudit.expectations.rows import DataSet


class ExpectNoBrowsingData(ExpectNothingDetected):
    """No cell holds a page, a host or a destination."""

    asks_filled = True
    own_domains: list[str]

    def candidate(self, column: str, cell: str) -> str:
        """Cells with a dot or a colon where an address could be."""
        return browsing_candidate_sql(cell, name=column)

    def profile(self, column: str) -> Profile:
        """Counts of cells with foreign hosts."""
        return partial(profile_browsing, name=column, own_domains=tuple(self.own_domains))

    def decide(self, counts: dict[str, int], column: str, filled: int) -> ColumnDecision:
        """By the name and by the share of cells."""
        return decide_browsing_column(counts | {BROWSING_PROFILE[0]: filled}, column)

    def in_cell(self, column: str, decision: ColumnDecision) -> InCell:
        """One cell in the light of its column."""
        return partial(
            browsing_in_cell, name=column, decision=decision, own_domains=tuple(self.own_domains)
        )


# meta
def no_browsing_data(
    *, own_domains: Sequence[str], data_set: DataSet, table: str, **kwargs: Any
) -> ExpectNoBrowsingData:
    """The expectation for every text column of a data set."""
    texts = [
        column
        for column in columns_to_look_into(data_set, table)
        if data_set.own[column] == "VARCHAR"
    ]
    return ExpectNoBrowsingData(
        relation=f"export_{table}",
        columns=texts,
        own_domains=list(own_domains),
        key_sql=data_set.key_sql,
        **kwargs,
    )
