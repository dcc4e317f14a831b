"""What ten digits say of themselves as a Danish personal identification number: the date and
century of birth, the check digit, the look-alikes.

Source: CPR-kontoret, "Personnummeret i CPR-systemet" (1 July 2008): the century by the seventh
digit, modulus 11; "Personnumre uden kontrolciffer": the dates of birth that have numbers without
it; "Erstatningspersonnummer i eksterne systemer": replacement numbers. The lists are in
``data/cpr.yaml``.
"""

from __future__ import annotations

from enum import StrEnum

from teleaudit.detectors.knowledge import cpr_day_shift, cpr_exception_years, cpr_moments
from teleaudit.detectors.luhn import luhn_valid

LENGTH = 10
_WEIGHTS = (4, 3, 2, 7, 6, 5, 4, 3, 2, 1)
_MONTHS = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


class Grade(StrEnum):
    """What ten digits are worth by themselves."""

    # a date, and modulus 11 or a date of birth that has numbers without it: 1 random number in 400
    STRONG = "strong"
    DATED = "dated"  # a date only: 1 in 40
    REPLACEMENT = "replacement"  # a date whose day is raised by 60
    NONE = ""


def grade_of(digits: str) -> Grade:
    """The grade of ten ASCII digits."""
    day, month = int(digits[:2]), int(digits[2:4])
    shifted = day > cpr_day_shift()
    if not _is_date(day - cpr_day_shift() if shifted else day, month, birth_year(digits)):
        return Grade.NONE
    if shifted:
        return Grade.REPLACEMENT
    issued = digits[6:] != "0000"  # the first serial number is 0001
    return (
        Grade.STRONG
        if issued and (passes_modulus_11(digits) or _is_exception(digits))
        else Grade.DATED
    )


def birth_year(digits: str) -> int:
    """The year that the fifth to seventh digit say."""
    year, seventh = int(digits[4:6]), digits[6]
    if seventh in "0123" or (seventh in "49" and year >= 37):
        return 1900 + year
    return 1800 + year if seventh in "5678" and year >= 58 else 2000 + year


def passes_modulus_11(digits: str) -> bool:
    """The weighted sum of the ten digits is divisible by eleven."""
    return (
        sum(weight * int(digit) for weight, digit in zip(_WEIGHTS, digits, strict=True)) % 11 == 0
    )


def moment_like(digits: str) -> bool:
    """Read as ddmmyyhhmm or yymmddhhmm the digits are a minute of the last years, or they are a day
    of them with a small number.

    The person would be in the nineties.
    """
    years, _ = cpr_moments()
    first, month, last, hour, minute = (
        int(digits[place : place + 2]) for place in range(0, LENGTH, 2)
    )
    if not 1 <= month <= 12:
        return False
    timed = hour <= 23 and minute <= 59
    return (last in years and 1 <= first <= 31 and (timed or hour < 10)) or (
        timed and first in years and 1 <= last <= 31
    )


def look_alike(digits: str, *, bare: bool) -> str:
    """What else the digits are as likely: a moment, seconds since 1970, a production unit, a
    Swedish number; empty when nothing.

    ``bare`` digits have no dash.
    """
    if moment_like(digits):
        return "moment_like"
    if not bare and swedish_like(digits):
        return "swedish_like"
    if bare and int(digits) in cpr_moments()[1]:
        return "epoch_like"
    return "production_unit_like" if bare and digits.startswith("10") else ""


def swedish_like(digits: str) -> bool:
    """Read as yymmdd and four digits they are somebody of a telephone's age in Sweden, with the
    check digit (Luhn) of there.
    """
    year, month, day = int(digits[:2]), int(digits[2:4]), int(digits[4:6])
    return (year <= 12 or year >= 26) and _is_date(day, month, 2000 + year) and luhn_valid(digits)


def _is_date(day: int, month: int, year: int) -> bool:
    if not (1 <= month <= 12 and 1 <= day <= _MONTHS[month - 1]):
        return False
    return (day, month) != (29, 2) or (year % 4 == 0 and (year % 100 != 0 or year % 400 == 0))


def _is_exception(digits: str) -> bool:
    return digits.startswith("0101") and birth_year(digits) in cpr_exception_years()
