"""The check digit of ISO/IEC 7812-1 (Luhn, modulus 10), in Python and in SQL."""

from __future__ import annotations

_DOUBLED = bytes.maketrans(b"0123456789", b"0246813579")  # digit sum of twice the digit
_ZERO = ord("0")
_HALF = 10  # digits that are counted as one integer


def luhn_valid(digits: str) -> bool:
    """The last digit fits the others. ``digits`` are ASCII digits only."""
    octets = digits.encode("ascii")
    return (
        sum(octets[-1::-2]) + sum(octets[-2::-2].translate(_DOUBLED)) - _ZERO * len(octets)
    ) % 10 == 0


def luhn_sql(digits: str) -> str:
    """SQL that is true when the expression ``digits`` (ASCII digits, at most 20) passes.

    Only functions that DuckDB and Spark share.
    """
    return luhn_halves_sql(*halves_sql(digits))


def halves_sql(digits: str) -> tuple[str, str]:
    """The digits as two integers: what stands before the last ten, and the last ten."""
    padded = f"lpad({digits}, {2 * _HALF}, '0')"
    return (
        f"CAST(substr({padded}, 1, {_HALF}) AS BIGINT)",
        f"CAST(substr({padded}, {_HALF + 1}, {_HALF}) AS BIGINT)",
    )


def luhn_halves_sql(upper: str, lower: str) -> str:
    """``luhn_sql`` of two halves: arithmetic on integers, which an engine does for whole vectors at
    once.
    """
    return f"({' + '.join(term for half in (upper, lower) for term in _terms(half))}) % 10 = 0"


def _terms(half: str) -> list[str]:
    """Modulo ten they add up to the half's Luhn sum: d for each digit, d again where it counts
    double, and 1 for a double above nine (less 9 is plus 1).
    """
    once = [f"{half} // {10**place}" for place in range(_HALF)]
    twice = once[1::2]
    above = [f"{half} // {5 * 10**place} % 2" for place in range(1, _HALF, 2)]
    return [*once, *twice, *above]
