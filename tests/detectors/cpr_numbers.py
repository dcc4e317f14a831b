"""Invented CPR numbers for the detectors' tests: of people who are born in 2037-2057, so that
nobody has one, unless a test is about a year.
"""

from __future__ import annotations

from teleaudit.detectors.cpr_number import passes_modulus_11


def cpr_number(
    birthday: str = "240747", *, seventh: str = "6", place: int = 0, valid: bool = True
) -> str:
    """The ten digits of the place-th number of that birthday (ddmmyy) and seventh digit that passes
    modulus 11, or that does not.
    """
    fitting = (
        number
        for serial in range(121, 1000)
        if passes_modulus_11(number := f"{birthday}{seventh}{serial:03}") is valid
    )
    return next(number for index, number in enumerate(fitting) if index == place)


def dashed(number: str, dash: str = "-") -> str:
    """The number with a dash, or something else, before its last four digits."""
    return number[:6] + dash + number[6:]


def many(count: int, *, days: range = range(1, 29)) -> list[str]:
    """So many different numbers, on different days."""
    return [
        cpr_number(f"{days[i % len(days)]:02}{i % 12 + 1:02}{40 + i % 17}", place=i // 40)
        for i in range(count)
    ]
