"""Exports in which every value of a record is a canary: invented, unlike any word, and found again
wherever it is said.
"""

from __future__ import annotations

import csv
import io
import json
import random
import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import xlsxwriter
from python_calamine import CalamineWorkbook

SHORTEST = 5  # characters of a value that is looked for
_WORDS = re.compile(r"[^\W\d_]+(?:[ _-][^\W\d_]+)*")
_DATE = re.compile(r"\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}.*")
Table = list[list[str]]  # the header and the rows; or the rows alone
Spoil = Callable[[Table], Table]


class Canaries:
    """The values of one set of exports that nobody may say."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)  # noqa: S311 (no secret)
        self.values: set[str] = set()

    def record(self, row: Sequence[str], *, dates: bool) -> list[str]:
        """A record of the same shape: letters for letters, digits for digits.

        ``dates``: also in the place of dates, which then are none.
        """
        return [self._like(cell, dates=dates) for cell in row]

    def name(self) -> str:
        """What could be somebody's."""
        return self._known(f"{self._word(7)} {self._word(9)}")

    def _like(self, cell: str, *, dates: bool) -> str:
        if not cell or _DATE.fullmatch(cell):
            return self.name() if dates or not cell else cell
        if _WORDS.fullmatch(cell):
            # a word of a vocabulary may be named where it is unknown; a person may not
            return self.name()
        return self._known("".join(self._letter(letter) for letter in cell))

    def _letter(self, letter: str) -> str:
        if letter.isdigit():
            return self._random.choice("23456789")
        if not letter.isalpha():
            return letter
        other = self._random.choice("bdfghjklmnpqrstvwxz")
        return other.upper() if letter.isupper() else other

    def _word(self, length: int) -> str:
        return "".join(
            self._random.choice(("bdfglmnprstv", "aeiouy")[place % 2]) for place in range(length)
        ).capitalize()

    def _known(self, text: str) -> str:
        if (
            len(text) >= SHORTEST
            and (not text.isdigit() or len(text) > 6)
            and not re.fullmatch(r"[\W\d]{1,9}", text)
        ):
            self.values.add(text)
        return text


def rewritten(source: Path, target: Path, spoil: Spoil) -> None:
    """An export as ``spoil`` makes it of its table of texts, header and all, in the same format."""
    match source.suffix:
        case ".xlsx":
            sheet = CalamineWorkbook.from_path(source).get_sheet_by_index(0)
            table = [[_text(cell) for cell in row] for row in sheet.to_python()]
            _to_workbook(target, sheet.name, spoil(table))
        case ".parquet":
            _to_parquet(target, spoil(_of_objects(pq.read_table(source).to_pylist())))
        case ".jsonl":
            lines = source.read_text(encoding="utf-8").splitlines()
            header, *rows = spoil(_of_objects([json.loads(line) for line in lines]))
            target.write_text(
                "".join(
                    json.dumps(dict(zip(header, row, strict=True)), ensure_ascii=False) + "\n"
                    for row in rows
                ),
                encoding="utf-8",
            )
        case _:
            _to_delimited(source, target, spoil)


def _to_delimited(source: Path, target: Path, spoil: Spoil) -> None:
    content = source.read_bytes()
    delimiter = ";" if content[:200].count(b";") > content[:200].count(b",") else ","
    encoding = "windows-1252" if delimiter == ";" else "utf-8"
    rows = list(csv.reader(io.StringIO(content.decode(encoding), newline=""), delimiter=delimiter))
    with target.open("w", encoding=encoding, newline="") as file:
        csv.writer(file, delimiter=delimiter).writerows(
            spoil([row for row in rows if len(row) == len(rows[0])])
        )


def _to_workbook(target: Path, name: str, table: Table) -> None:
    with xlsxwriter.Workbook(target) as book:
        sheet = book.add_worksheet(name)
        for number, row in enumerate(table):
            for place, cell in enumerate(row):
                sheet.write_string(number, place, cell)


def _to_parquet(target: Path, table: Table) -> None:
    header, *rows = table
    pq.write_table(
        pa.table(
            {
                name: pa.array([row[place] or None for row in rows], pa.string())
                for place, name in enumerate(header)
            }
        ),
        target,
    )


def _of_objects(rows: Sequence[Mapping[str, object]]) -> Table:
    header = list(rows[0])
    return [header, *([_text(row.get(name)) for name in header] for row in rows)]


def _text(value: object) -> str:
    return "" if value is None else str(value)
