"""Keyed record references and the worklist: what may leave, and what stays in the closed annex.

A reference is a keyed hash of data set and record key. The key is made anew for every run and stays
with the controller: without it nobody can test which phone or customer number a reference belongs
to (an unkeyed hash of all Danish phone numbers is reversed in minutes), and references of two
reports cannot be linked.
"""

from __future__ import annotations

import csv
import hmac
import os
import secrets
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Self, TextIO

from teleaudit.rules.suites import Check
from teleaudit.rules.verdicts import TO_LOOK_AT, CheckResult, Deviation, SetAside

# contract
WORKLIST_COLUMNS = (
    "check_id",
    "dataset",
    "record_key",
    "record_reference",
    "column",
    "level",
    "due_date",
    "overdue_days",
    "action",
)
SET_ASIDE = "set_aside.csv"  # beside the worklist
SET_ASIDE_COLUMNS = (
    "check_id",
    "dataset",
    "record_key",
    "record_reference",
    "kind",
    "grounds",
    "due_date",
)
LOOK_AT = "Se på posten, og afgør, om den er en afvigelse. Er den det: {action}"
_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford's base 32: no I, L, O, U
_SYMBOLS = 16  # 80 bits: among ten million records two references coincide with probability 4e-11
_BITS = 5
# and the same in full width, as East Asian spreadsheets read them
_FORMULA = ("=", "+", "-", "@", "\uff1d", "\uff0b", "\uff0d", "\uff20", "\t", "\r", "\n")


def new_reference_key() -> bytes:
    """A fresh key for one run."""
    return secrets.token_bytes(32)


def reference(key: bytes, data_set: str, record_key: str) -> str:
    """``R-XXXX-XXXX-XXXX-XXXXC``; the last character is a check character against misreading."""
    number = int.from_bytes(
        hmac.digest(key, f"{data_set}\0{record_key}".encode(), "sha256")[: _SYMBOLS * _BITS // 8],
        "big",
    )
    pairs = [number >> shift & _PAIR for shift in _SHIFTS]
    a, b, c, d, e, f, g, h = [_TWO_SYMBOLS[pair] for pair in pairs]
    return f"R-{a}{b}-{c}{d}-{e}{f}-{g}{h}{_ALPHABET[-sum([_CHECK_SUM[pair] for pair in pairs]) % len(_ALPHABET)]}"


def check_character(symbols: str) -> str:
    """Luhn's check in base 32: one symbol misread is always noticed, two neighbours swapped nearly
    always.
    """
    doubled = [2 * _ALPHABET.index(symbol) for symbol in symbols[::-2]]
    plain = [_ALPHABET.index(symbol) for symbol in symbols[-2::-2]]
    base = len(_ALPHABET)
    return _ALPHABET[-(sum(value // base + value % base for value in doubled) + sum(plain)) % base]


# Millions of records get a reference each: two symbols at a time, with what they add to the check
# character's sum.
_PAIR = (1 << 2 * _BITS) - 1
_SHIFTS = tuple(range(0, _SYMBOLS * _BITS, 2 * _BITS))
_TWO_SYMBOLS = tuple(_ALPHABET[pair & 31] + _ALPHABET[pair >> _BITS] for pair in range(_PAIR + 1))
_CHECK_SUM = tuple(
    (pair & 31) + sum(divmod(2 * (pair >> _BITS), len(_ALPHABET))) for pair in range(_PAIR + 1)
)


def references(key: bytes, result: CheckResult) -> list[str]:
    """The references of a check's longest overdue records, or of those to look at, at
    most twenty.
    """
    return [
        reference(key, result.check.data_set, deviation.record_key) for deviation in result.worst
    ]


class Worklist:
    """The worklist being written, for the controller only (mode 0600): one line per deviation and
    per record to look at, all of them, in the order in which they come.

    Beside it ``set_aside.csv``: a line per record that is exempt, or for a lawyer, and why.
    """

    def __init__(self, path: Path, key: bytes) -> None:
        """``key`` is that of the run's references."""
        self._key = key
        self._worklist = _Sheet(path, WORKLIST_COLUMNS)
        self._set_aside = _Sheet(path.with_name(SET_ASIDE), SET_ASIDE_COLUMNS)

    @property
    def lines(self) -> int:
        """How many deviations and records to look at it holds."""
        return self._worklist.lines

    def __enter__(self) -> Self:
        self._worklist.open()
        self._set_aside.open()
        return self

    def __exit__(self, *_raised: object) -> None:
        self._worklist.close()
        self._set_aside.close()

    @contextmanager
    def writer_for(self, check: Check) -> Iterator[Callable[[Deviation], None]]:
        """Takes the deviations of a check, one by one.

        Where the block raises, none of them is in the worklist.
        """
        data_set, key, write = check.data_set, self._key, self._worklist.write
        action, look_at = harmless(check.action), LOOK_AT.format(action=check.action)

        def add(deviation: Deviation) -> None:
            record_key, column, level, due_date, overdue_days = deviation
            told = look_at if level == TO_LOOK_AT else action
            write(
                (
                    check.id,
                    data_set,
                    harmless(record_key),
                    reference(key, data_set, record_key),
                    harmless(column),
                    level,
                    due_date,
                    overdue_days,
                    told,
                )
            )

        with self._worklist.whole():
            yield add

    @contextmanager
    def set_aside_for(self, check: Check) -> Iterator[Callable[[SetAside], None]]:
        """Takes what a check set aside, one by one.

        Where the block raises, none of it is in the list.
        """
        data_set, key, write = check.data_set, self._key, self._set_aside.write

        def add(record: SetAside) -> None:
            record_key, kind, grounds, due_date = record
            told = reference(key, data_set, record_key)
            write((check.id, data_set, harmless(record_key), told, kind, grounds, due_date))

        with self._set_aside.whole():
            yield add


class _Sheet:
    """A list being written, for its owner only."""

    def __init__(self, path: Path, header: Sequence[str]) -> None:
        self._path, self._header = path, header
        self.lines = 0

    def open(self) -> None:
        descriptor = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        self._file: TextIO = os.fdopen(descriptor, "w", encoding="utf-8", newline="")
        self._write = csv.writer(self._file).writerow
        self._write(self._header)

    def close(self) -> None:
        self._file.close()

    def write(self, line: Iterable[object]) -> None:
        self._write(line)
        self.lines += 1

    @contextmanager
    def whole(self) -> Iterator[None]:
        """What is written in this block stays only where it does not raise."""
        place, lines = self._file.tell(), self.lines
        try:
            yield
        except BaseException:
            self._file.seek(place)
            self._file.truncate()
            self.lines = lines
            raise


def harmless(value: object) -> object:
    """A cell that a spreadsheet shows and never computes: a leading ``= + - @`` is disarmed by an
    apostrophe.
    """
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA) else value
