"""No column of any export holds civil registration numbers (CPR).

A column is judged as a whole first: nearly all numbers of a CPR column are real dates with a right
check digit, of other ten-digit numbers one in forty is a date and one in four hundred has the check
digit too. See ``detectors/cpr.py``.

Source: databeskyttelsesloven § 11(2) (a private controller may process the number only by law,
consent or on few other grounds), GDPR art. 5(1)(c). Left out: masked numbers, dates of birth
without the last four digits, images.
"""

from __future__ import annotations

from typing import Any, ClassVar

from teleaudit.expectations.content import ExpectNoContent, content_fields
from teleaudit.expectations.rows import DataSet


class ExpectNoCprNumbers(ExpectNoContent):
    """No cell holds a CPR number."""

    kind: ClassVar[str] = "cpr"


# meta
def no_cpr_numbers(*, data_set: DataSet, table: str, **kwargs: Any) -> ExpectNoCprNumbers:
    """The expectation for every column of text or whole numbers of a data set."""
    return ExpectNoCprNumbers(**content_fields("cpr", data_set, table), **kwargs)
