"""Names of columns, keys, sheets and files that are, or may be, somebody's: such a name is data."""

from __future__ import annotations

import datetime as dt
import re
from contextlib import suppress
from functools import lru_cache

from teleaudit.detectors import find_cards, find_cpr, scan_value
from teleaudit.detectors.account_data import find_account

MAX_NAME = 80  # characters; a longer header is a text
_PHONE = re.compile(r"(?<![\d.])(?:(?:\+|00)[ ]?\d{2}[ -]?)?[2-9]\d(?:[ .-]?\d\d){3}(?!\d)")
_FOREIGN_PHONE = re.compile(r"\+\d{8,15}(?!\d)")
_EMAIL = re.compile(r"[^@\s]@[^@\s]+\.\w")
# as it is written, whether or not it is somebody's
_CPR = re.compile(r"(?<!\d)[0-3]\d[01]\d{3}-\d{4}(?!\d)")
_LONG_NUMBER = re.compile(r"\d{7,}")
_DATES = ("%Y%m%d", "%d%m%Y")


@lru_cache(maxsize=65_536)
def is_personal(name: str) -> bool:
    """A header or key that says something about a person, or may: it is data, not a name."""
    if (
        len(name) > MAX_NAME
        or _holds_address(name)
        or any(not is_date(found.group()) for found in _LONG_NUMBER.finditer(name))
    ):
        return True
    return bool(scan_value(name) or find_account(name))


@lru_cache(maxsize=4_096)
def is_personal_path(name: str) -> bool:
    """A part of a path that does.

    Dates in names of files are no telephone numbers, report.com.txt is no browsing, and the name of
    a file no message.
    """
    return _holds_address(name) or bool(find_cards(name) or find_cpr(name))


def _holds_address(name: str) -> bool:
    if _EMAIL.search(name) or _CPR.search(name) or _FOREIGN_PHONE.search(name):
        return True
    return any(not is_date(found.group()) for found in _PHONE.finditer(name))


def is_date(digits: str) -> bool:
    """Eight digits that are a date of our time."""
    for form in _DATES:
        with suppress(ValueError):
            return 1950 <= dt.datetime.strptime(digits, form).replace(tzinfo=dt.UTC).year <= 2100
    return False
