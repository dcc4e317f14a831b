"""Invented exports for engines to disagree about: every cell from a pool of what is hard to read,
judge, order or count.

A round's tables hold many cases at once. Rows share few customers, invoices and subscriptions, so
that what is told about one of them comes together from many rows. All of it follows from one seed.
"""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from teleaudit.exports.reading import ExportFile, ReadExport
from teleaudit.schema import FILE_COLUMN, ISSUES_COLUMN, LINE_COLUMN, TABLES, Column, Kind
from tests.detectors.numbers import grouped, with_check_digit
from tests.detectors.test_cards import CONFIRMED, WRITINGS
from tests.detectors.test_messages import ENCODED, MESSAGES, NO_MESSAGES
from tests.spec import AS_OF

_DAY = dt.timedelta(days=1)
_TYPES: dict[Kind, pa.DataType] = {
    Kind.TEXT: pa.string(),
    Kind.INTEGER: pa.int64(),
    Kind.DECIMAL: pa.decimal128(18, 4),
    Kind.DATE: pa.date32(),
    Kind.TIMESTAMP: pa.timestamp("us"),
    Kind.BOOLEAN: pa.bool_(),
}
_BREAKS = (
    "\n",
    "\r",
    "\r\n",
    "\x0b",
    "\x0c",
    "\x1c",
    "\x85",
    "\u2028",
    "\u2029",
    "\u00a0",
    "\u3000",
    "\u200b",
    "\ufeff",
    "\u0301",
    "\t",
    " ",
)
_TEXTS = (
    "",
    " ",
    "a",
    "A",
    "Søren Ærø Åse",
    "Sø\u0308ren A\u030ase",
    "\u0130stanbul \u017ftraße \u212a",
    "\U0001f600",
    "\U0001f468\u200d\U0001f469\u200d\U0001f467",
    "a|b",
    "o'hara",
    'say "hej"',
    "back\\slash \\n \\u0034",
    "%_%",
    "$1 [a] (b) {3,}",
    "NULL",
    "0",
    "-0.0",
    "1e3",
    "4,57E+15",
    "\x01\x1f\x7f",
    "x" * 300,
)
_FOREIGN_ZEROS = ("\u0660", "\u06f0", "\u0966", "\uff10", "\U0001d7ce", "\U0001d7d8")
_MARKS = ("unreadable", "zero", "gap", "excel", "placeholder")
_STATES = (
    "aktiv",
    "Aktiv",
    "ACTIVE",
    "AKT\u0130V",
    "a\u212ativ",
    "aktiv\n",
    "opsagt",
    "",
    "aktiv ",
)
_INVOICE_NUMBERS = (
    "F{:05}",
    "{}",
    "f-{:03}",
    "\u2028{:04}",
    "\n{:04}",
    "F{:05}\n",
    "\U0001f600{:02}",
    "{:018}",
    "x",
    "F",
    "2025-{:04}",
)


class Dice(random.Random):
    """One seed's choices."""

    def often(self, share: float) -> bool:
        """True in such a share of throws."""
        return self.random() < share


def _edges() -> list[dt.date]:
    """The days on which some deadline of the suites turns, counted from the day of the audit, and
    days that are hard in themselves.
    """
    months = (0, 1, 12, 36, 48, 60, 72, 120, -120)
    years = [
        AS_OF.replace(year=AS_OF.year - n // 12) if n % 12 == 0 else AS_OF - 31 * _DAY
        for n in months
    ]
    turns = [
        *years,
        AS_OF - 14 * _DAY,
        AS_OF - 30 * _DAY,
        dt.date(1990, 1, 1),
        dt.date(AS_OF.year + 10, AS_OF.month, AS_OF.day),
    ]
    near = [turn + n * _DAY for turn in turns for n in (-2, -1, 0, 1, 2)]
    ends = [
        dt.date(year, month, day)
        for year in range(2019, 2028)
        for month, day in ((12, 31), (1, 1), (2, 28), (3, 1), (6, 30), (10, 25))
    ]
    leaps = [dt.date(year, 2, 29) for year in (2000, 2004, 2016, 2020, 2024)]
    return [
        *near,
        *ends,
        *leaps,
        dt.date(1899, 12, 30),
        dt.date(1900, 1, 1),
        dt.date(1970, 1, 1),
        dt.date(1500, 2, 3),
        dt.date(1, 1, 1),
        dt.date(9999, 12, 31),
        dt.date(2099, 12, 31),
    ]


_EDGES = _edges()
_TIMES = (
    dt.time(0),
    dt.time(23, 59, 59),
    dt.time(23, 59, 59, 999_999),
    dt.time(2, 30),
    dt.time(2, 59, 59, 500_000),
    dt.time(12, 0, 0, 100),
    dt.time(3),
)


def make_round(seed: int, folder: Path, *, rows: int, complete: bool = False) -> list[ReadExport]:
    """One operator's exports with so many rows each, as working copies in a folder: one of every
    column, or of nearly all, some in two parts.
    """
    dice = Dice(seed)
    exports = []
    for table in TABLES.values():
        if not complete and dice.often(0.04):
            continue
        # each costs Spark some jobs
        rich = {column.name: dice.choice(_POOLS) for column in dice.sample(table.columns, 1)} | {
            "Ekstra": dice.choice(_POOLS)
        }
        columns = [
            column for column in table.columns if complete or column.required or dice.often(0.95)
        ]
        parts = 1 if complete else dice.choice((1, 1, 2))
        exports += [
            _export(
                dice,
                table.name,
                columns,
                rich,
                folder,
                part,
                rows=1 if not complete and dice.often(0.03) else rows,
            )
            for part in range(parts)
        ]
    return exports


def _export(
    dice: Dice,
    table: str,
    columns: Sequence[Column],
    pools: dict[str, str],
    folder: Path,
    part: int,
    *,
    rows: int,
) -> ReadExport:
    name = f"{table}_{part}"
    extras = {"Ekstra": pools["Ekstra"], "celle_id": "texts"} | (
        {"besked": "messages"} if table == "cdr" else {}
    )
    held: dict[str, pa.Array] = {
        FILE_COLUMN: pa.array(
            [dice.choice((f"{name}.csv", f"ø/{name} 2.csv")) for _ in range(rows)], pa.string()
        ),
        LINE_COLUMN: pa.array(
            [dice.choice((n + 2, n + 2, n + 2, 7)) for n in range(rows)], pa.int64()
        ),
        ISSUES_COLUMN: pa.array([_issues(dice, columns) for _ in range(rows)], pa.string()),
    }
    for column in columns:
        empty = 1.0 if dice.often(0.02) else dice.choice((0.0, 0.1, 0.3))
        cells = [
            (
                None
                if dice.often(empty)
                else _cell(dice, column, pools.get(column.name, "texts"), rows)
            )
            for _ in range(rows)
        ]
        held[column.name] = pa.array(cells, _TYPES[column.kind])
    if table == "financial_years":
        held |= _years(dice, rows)
    for header, kind in extras.items():
        held[header] = pa.array(
            [None if dice.often(0.2) else _text(dice, kind) for _ in range(rows)], pa.string()
        )
    file = folder / f"{name}.parquet"
    pq.write_table(pa.table(held), file)
    return ReadExport(
        name=name,
        table=table,
        files=(
            ExportFile(path=f"{name}.csv", sha256="0" * 64, size_bytes=1, rows=rows, rejected=0),
        ),
        parquet=(file,),
        columns=tuple(column.name for column in columns),
        extra_columns=tuple(extras),
        missing_columns={},
        rejects=(),
        extracted_at=None,
        problem=None,
        warnings=(),
    )


def _years(dice: Dice, rows: int) -> dict[str, pa.Array]:
    """Mostly calendar years, which is what deadlines of accounts rest on; some changed,
    overlapping, turned round or far too long.
    """
    starts = [
        dt.date(dice.randint(2014, 2027), 1, 1) if dice.often(0.9) else _date(dice)
        for _ in range(rows)
    ]
    ends = [start.replace(month=12, day=31) if dice.often(0.9) else _date(dice) for start in starts]
    return {"fy_start": pa.array(starts, pa.date32()), "fy_end": pa.array(ends, pa.date32())}


def _issues(dice: Dice, columns: Sequence[Column]) -> str | None:
    if dice.often(0.7):
        return None
    marks = [
        f"{dice.choice(columns).name}={dice.choice(_MARKS)}" for _ in range(dice.randint(1, 3))
    ]
    return ";".join(marks)


def _cell(dice: Dice, column: Column, pool: str, rows: int) -> Any:
    match column.kind:
        case Kind.DATE:
            return _date(dice)
        case Kind.TIMESTAMP:
            return dt.datetime.combine(_date(dice), dice.choice(_TIMES))
        case Kind.INTEGER:
            return dice.choice(
                (
                    0,
                    1,
                    -1,
                    59,
                    60,
                    86400,
                    86401,
                    4571000000000000,
                    2**63 - 1,
                    -(2**63),
                    dice.randint(0, 90_000),
                    dice.randint(10**11, 10**16),
                )
            )
        case Kind.DECIMAL:
            return Decimal(
                dice.choice(
                    (
                        "0",
                        "0.0001",
                        "-0.0001",
                        "99999999999999.9999",
                        "-12.5",
                        "1250.00",
                        "4571000000000.0000",
                    )
                )
            )
        case Kind.BOOLEAN:
            return dice.often(0.5)
        case Kind.TEXT:
            return _named_text(dice, column.name, pool, rows)


def _date(dice: Dice) -> dt.date:
    return (
        dice.choice(_EDGES)
        if dice.often(0.8)
        else dt.date(2018, 1, 1) + dice.randint(0, 3500) * _DAY
    )


def _named_text(dice: Dice, name: str, pool: str, rows: int) -> str:
    """Keys from few values, so that rows meet; other columns from the pool of the round."""
    if name == "legal_entity":
        return dice.choice(("A/S", "A/S", "A/S", "ApS", ""))
    if name == "invoice_no":
        return dice.choice(_INVOICE_NUMBERS).format(dice.randint(0, 25))
    if name == "status":
        return dice.choice(_STATES)
    if name.endswith("_id"):
        key = f"{name[0]}{dice.randint(0, rows)}"
        return (
            key
            if dice.often(0.8)
            else dice.choice(
                (
                    "",
                    key + "\n",
                    "\n" + key,
                    key.upper(),
                    key + dice.choice(_BREAKS),
                    "\U0001f600" + key,
                    f"ø{key}",
                    f"{key}|x",
                    f" {key}",
                )
            )
        )
    return _text(dice, pool)


_POOLS = (
    "texts",
    "cards",
    "numbers",
    "imeis",
    "messages",
    "mixed",
    "mixed",
    "encoded",
    "catalogue",
)


def _text(dice: Dice, pool: str) -> str:
    match pool:
        case "texts":
            return dice.choice(_TEXTS)
        case "cards":
            return _card(dice)
        case "numbers":
            return str(dice.randint(10**11, 10**17)) if dice.often(0.98) else _card(dice)
        case "imeis":
            return with_check_digit(
                dice.choice(("35", "86", "01")), 15, seed=dice.randint(0, 10_000)
            )
        case "messages":
            return dice.choice((*MESSAGES, *NO_MESSAGES, "ORD til 1231", "Ok", "\U0001f600"))
        case "encoded":
            return dice.choice((*ENCODED.values(), *WRITINGS.values(), *CONFIRMED.values()))
        case "catalogue":
            return dice.choice(("Hej, du har talt for meget", "Fri tale", "NORMAL_CLEARING"))
        case _:
            return (
                dice.choice(("", *_BREAKS))
                + _text(dice, dice.choice(_POOLS[:5]))
                + dice.choice(("", *_BREAKS))
            )


def _card(dice: Dice) -> str:
    number = with_check_digit(
        dice.choice(("4571", "5019", "4123", "2450", "3712", "6759", "3612")),
        dice.choice((14, 15, 16, 16, 16, 19)),
        seed=dice.randint(0, 200),
    )
    if dice.often(0.3):
        return number
    if dice.often(0.3):
        zero = ord(dice.choice(_FOREIGN_ZEROS))
        return "".join(chr(zero + int(digit)) for digit in number)
    return grouped(
        number,
        dice.choice((*_BREAKS, "-", ".", ",", "/", "\u2013", "&nbsp;", "%20")),
        *dice.choice(((4, 6, 6), (4, 4, 4), (8, 8), (1, 3, 3))),
    )


def hard_texts(dice: random.Random, count: int) -> list[str]:
    """So many texts of the pools, with what is hard to read before, after and between them."""
    own = Dice(dice.random())
    around = ("", *_BREAKS, "x", "é", "\U0001f600", "0", "'", "F")
    marks = ("end_date=unreadable", "xend_date=zero", "a=zero;end_date=gap\n", ";duration_s=excel")
    typed = "0123456789abcdefABCDEF =+/-.,' \n\u00a0[&\\$"
    pieces = [
        lambda: _text(own, own.choice(_POOLS)),
        lambda: own.choice(marks),
        lambda: "".join(own.choices(typed, k=own.randint(1, 30))),
    ]
    return [
        own.choice(around)
        + own.choice(around).join(own.choice(pieces)() for _ in range(own.choice((1, 1, 1, 2, 3))))
        + own.choice(around)
        for _ in range(count)
    ]
