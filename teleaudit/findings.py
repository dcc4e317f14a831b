"""Keyed record references and the worklist: what may leave, and what stays in the closed annex.

A reference is a keyed hash of data set and record key. The key is made anew for every run and stays with the controller:
without it nobody can test which phone or customer number a reference belongs to (an unkeyed hash of all Danish phone
numbers is reversed in minutes), and references of two reports cannot be linked.
"""

from __future__ import annotations

import csv
import hashlib
import hmac
import os
import secrets
from collections.abc import Iterable
from pathlib import Path

from teleaudit.verdicts import CheckResult

WORKLIST_COLUMNS = ("check_id", "dataset", "record_key", "record_reference", "column", "level", "due_date", "overdue_days", "action")  # contract
MAX_REFERENCES = 20
_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford's base 32: no I, L, O, U
_SYMBOLS = 16  # 80 bits: among ten million records two references coincide with probability 4e-11
_BITS = 5
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")


def new_reference_key() -> bytes:
    """A fresh key for one run."""
    return secrets.token_bytes(32)


def reference(key: bytes, data_set: str, record_key: str) -> str:
    """``R-XXXX-XXXX-XXXX-XXXXC``; the last character is a check character against misreading."""
    digest = hmac.digest(key, f"{data_set}\0{record_key}".encode(), hashlib.sha256)
    number = int.from_bytes(digest[: _SYMBOLS * _BITS // 8], "big")
    symbols = "".join(_ALPHABET[(number >> (_BITS * i)) & 31] for i in range(_SYMBOLS))
    return "R-" + "-".join(symbols[i : i + 4] for i in range(0, _SYMBOLS, 4)) + check_character(symbols)


def check_character(symbols: str) -> str:
    """Luhn's check in base 32: one symbol misread is always noticed, two neighbours swapped nearly always."""
    doubled = [2 * _ALPHABET.index(symbol) for symbol in symbols[::-2]]
    plain = [_ALPHABET.index(symbol) for symbol in symbols[-2::-2]]
    base = len(_ALPHABET)
    return _ALPHABET[-(sum(value // base + value % base for value in doubled) + sum(plain)) % base]


def references(key: bytes, result: CheckResult) -> list[str]:
    """The references of a check's longest overdue records, at most twenty."""
    worst = sorted(result.deviations, key=lambda d: (-(d.overdue_days or 0), d.record_key))[:MAX_REFERENCES]
    return [reference(key, result.check.data_set, deviation.record_key) for deviation in worst]


def write_worklist(path: Path, results: Iterable[CheckResult], key: bytes) -> int:
    """One line per deviation, all of them, for the controller only (mode 0600). Returns the number of lines."""
    lines = 0
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(WORKLIST_COLUMNS)
        for result in results:
            data_set = result.check.data_set
            for d in result.deviations:
                row = (result.id, data_set, d.record_key, reference(key, data_set, d.record_key), d.column, d.level, d.due_date, d.overdue_days, result.check.action)
                writer.writerow([harmless(value) for value in row])
                lines += 1
    return lines


def harmless(value: object) -> object:
    """A cell that a spreadsheet shows and never computes: a leading ``= + - @`` is disarmed by an apostrophe."""
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA) else value
