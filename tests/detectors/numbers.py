"""Invented numbers for the detectors' tests: digits from a seed, the check digit computed."""

from __future__ import annotations

import random

from teleaudit.detectors.luhn import luhn_valid


def with_check_digit(prefix: str, length: int, *, seed: int = 1) -> str:
    """A number with that beginning and length that passes Luhn."""
    dice = random.Random(f"{prefix}/{length}/{seed}")  # noqa: S311 - invented numbers
    body = prefix + "".join(dice.choices("123456789", k=length - len(prefix) - 1))
    return next(body + digit for digit in "0123456789" if luhn_valid(body + digit))


def grouped(number: str, separator: str, *lengths: int) -> str:
    """The number in groups of these lengths (four each by default)."""
    sizes = lengths or (4,) * (len(number) // 4) + ((len(number) % 4,) if len(number) % 4 else ())
    groups, place = [], 0
    for size in sizes:
        groups.append(number[place : place + size])
        place += size
    return separator.join(groups)
