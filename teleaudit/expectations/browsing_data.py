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
from typing import Any, ClassVar

from teleaudit.expectations.content import ExpectNoContent, content_fields
from teleaudit.expectations.rows import DataSet


class ExpectNoBrowsingData(ExpectNoContent):
    """No cell holds a page, a host or a destination."""

    kind: ClassVar[str] = "browsing"


# meta
def no_browsing_data(
    *, own_domains: Sequence[str], data_set: DataSet, table: str, **kwargs: Any
) -> ExpectNoBrowsingData:
    """The expectation for every text column of a data set."""
    fields = content_fields("browsing", data_set, table, own_domains=own_domains)
    return ExpectNoBrowsingData(**fields, **kwargs)
