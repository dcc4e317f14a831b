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
import re
import secrets
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from operator import itemgetter
from pathlib import Path
from typing import Self, TextIO

from teleaudit.errors import UserError
from teleaudit.rules.suites import Check
from teleaudit.rules.verdicts import TO_LOOK_AT, CheckResult, Deviation, Owner, SetAside

# one line a record that some check lists, whatever becomes of it
RECORD_COLUMNS = (
    "check_id",
    "dataset",
    "record_key",
    "record_reference",
    "export",
    "customer_id",
    "kind",  # deviation, review, exempt, legal
    "column",
    "level",
    "grounds",  # what stands in the way, of the exemption, or the readings; parted by semicolons
    "due_date",
    "overdue_days",
    "action",
)
RECORDS = "records.csv"  # beside the worklist
# what to write after FROM in DuckDB, with the path as its parameter; all of it is text
RECORDS_SQL = (
    f"read_csv(?, columns = {dict.fromkeys(RECORD_COLUMNS, 'VARCHAR')!r}, header = true, auto_detect"
    " = false, delim = ',', quote = '\"', escape = '\"', parallel = false, max_line_size ="
    " 100000000)"
)
# contract: of what deviates or a person must look at
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
_Line = tuple[object, ...]  # cells of ``RECORD_COLUMNS``
LOOK_AT = "Se på posten, og afgør, om den er en afvigelse. Er den det: {action}"
_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford's base 32: no I, L, O, U
_SYMBOLS = 16  # 80 bits: among ten million records two references coincide with probability 4e-11
_BITS = 5
_MISREAD = str.maketrans("OIL", "011")
# and the same in full width, as East Asian spreadsheets read them
_SIGNS = "=+\\-@\uff1d\uff0b\uff0d\uff20"
_BEFORE = "[ \"']*"  # what a spreadsheet passes over before a sign
# where a formula may begin: in a cell, and behind whatever parts cells for one who opens the file
# with another separator than it was written with
_BEGINNING = rf"(?:\A(?={_BEFORE}[{_SIGNS}\t\r\n])|(?<=[,;\t\r\n])(?={_BEFORE}[{_SIGNS}]))"
_FORMULA = re.compile(_BEGINNING)
_DISARMED = re.compile(_BEGINNING.replace("(?=", "'(?="))


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


def parse_reference(text: str) -> str:
    """The reference that somebody typed or pasted, as it is printed.

    Small letters, other dashes, blanks, and the letters that are easily taken for digits do no
    harm. Raises: UserError, which never repeats the text.
    """
    symbols = re.sub(r"[\W_]", "", text).upper().translate(_MISREAD)
    if len(symbols) == _SYMBOLS + 2:
        symbols = symbols.removeprefix("R")
    if len(symbols) != _SYMBOLS + 1 or not set(symbols) <= set(_ALPHABET):
        msg = (
            "not a reference: it is written R-XXXX-XXXX-XXXX-XXXXX, 17 digits and letters after the"
            " R, as the report and results.json print it."
        )
        raise UserError(msg)
    body = symbols[:-1]
    if check_character(body) != symbols[-1]:
        msg = (
            "the reference is mistyped: its last character does not fit the others. Compare it with"
            " the report, or copy it from there."
        )
        raise UserError(msg)
    return f"R-{body[:4]}-{body[4:8]}-{body[8:12]}-{body[12:]}{symbols[-1]}"


class Worklist:
    """The worklist being written, for the controller only (mode 0600): one line per deviation and
    per record to look at, all of them, in the order in which they come.

    Beside it ``records.csv``: those and every record that is exempt, or for a lawyer, with whose
    they are.
    """

    def __init__(self, path: Path, key: bytes) -> None:
        """``key`` is that of the run's references."""
        self._key = key
        self._worklist = _Sheet(path, WORKLIST_COLUMNS)
        self._records = _Sheet(path.with_name(RECORDS), RECORD_COLUMNS)

    @property
    def lines(self) -> int:
        """How many deviations and records to look at it holds."""
        return self._worklist.lines

    def __enter__(self) -> Self:
        self._worklist.open()
        self._records.open()
        return self

    def __exit__(self, *_raised: object) -> None:
        self._worklist.close()
        self._records.close()

    @contextmanager
    def writer_for(self, check: Check) -> Iterator[Callable[[Deviation], None]]:
        """Takes the deviations of a check, one by one.

        Where the block raises, none of them is in the worklist.
        """
        line_of, sheets = self._line_of(check), (self._worklist, self._records)
        action = harmless(check.action.da)
        look_at = harmless(LOOK_AT.format(action=check.action.da))
        names = cache(harmless)

        def add(deviation: Deviation) -> None:
            record_key, column, level, due_date, overdue_days, owner = deviation
            kind, told = ("review", look_at) if level == TO_LOOK_AT else ("deviation", action)
            line = line_of(
                record_key,
                owner,
                (kind, names(column), level, owner.blocked_by, due_date, overdue_days, told),
            )
            for sheet in sheets:
                sheet.write(line)

        with self._worklist.whole(), self._records.whole():
            yield add

    @contextmanager
    def set_aside_for(self, check: Check) -> Iterator[Callable[[SetAside], None]]:
        """Takes what a check set aside, one by one.

        Where the block raises, none of it is in the list.
        """
        line_of = self._line_of(check)

        def add(record: SetAside) -> None:
            record_key, kind, grounds, due_date, owner = record
            self._records.write(
                line_of(record_key, owner, (kind, "", "", grounds, due_date, None, ""))
            )

        with self._records.whole():
            yield add

    def _line_of(self, check: Check) -> Callable[[str, Owner, _Line], _Line]:
        """What makes a line of a record's key, whose it is, and what is told of it."""
        check_id, data_set, key = check.id, check.data_set, self._key

        def line(record_key: str, owner: Owner, told: _Line) -> _Line:
            told_of = reference(key, data_set, record_key)
            whose = (owner.export, harmless(owner.customer_id))
            return (check_id, data_set, harmless(record_key), told_of, *whose, *told)

        return line


class _Sheet:
    """A list being written, for its owner only."""

    def __init__(self, path: Path, header: Sequence[str]) -> None:
        """``header`` names some of ``RECORD_COLUMNS``."""
        self._path, self._header = path, header
        self._cells = itemgetter(*map(RECORD_COLUMNS.index, header))
        self.lines = 0

    def open(self) -> None:
        descriptor = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        self._file: TextIO = os.fdopen(descriptor, "w", encoding="utf-8", newline="")
        self._write = csv.writer(self._file).writerow
        self._write(self._header)

    def close(self) -> None:
        self._file.close()

    def write(self, line: _Line) -> None:
        self._write(self._cells(line))
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
    """A cell that a spreadsheet shows and never computes, whatever of comma, semicolon, tab and the
    end of a line parts cells there: an apostrophe stands before each sign (``= + - @``) that would
    begin a formula.
    """
    # most keys are plain, and there are millions
    if not isinstance(value, str) or value.isalnum():
        return value
    return _FORMULA.sub("'", value)


def disarmed(cell: str) -> str:
    """The text that ``harmless`` made a cell of."""
    return _DISARMED.sub("", cell)
