"""Whether a table begins with a header, and what its columns are called: no value of a row is ever
taken for a name.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from functools import cache

from teleaudit.detectors.attributes import kind_of_name
from teleaudit.detectors.message_values import names_content
from teleaudit.detectors.names import names_card, names_identifier
from teleaudit.detectors.personal import is_personal
from teleaudit.errors import ExportError
from teleaudit.readers import dialects
from teleaudit.schema import TABLES, plain_header

_LETTER = re.compile(r"[^\W\d_]")
_KEY = re.compile(
    r"[a-zæøå][a-zæøå0-9]*(?:[_.-][a-zæøå0-9]+)*|[A-ZÆØÅa-zæøå0-9]+(?:_[A-ZÆØÅa-zæøå0-9]+)+"
)
# share of a column's cells that are numbers or dates, so that a word above them is a header
_WITHOUT_LETTERS = 0.6


def escaped(name: str) -> str:
    r"""The name on one line; a control character or half a letter as ``\x1b``: no terminal obeys
    it, and two names stay two.
    """
    if name.isprintable():
        return name
    return "".join(
        (
            " "
            if letter.isspace()
            else (
                letter
                if letter.isprintable()
                else letter.encode("unicode_escape", "surrogatepass").decode()
            )
        )
        for letter in name
    )


def clean_name(name: str) -> str:
    """A header as it is looked for and shown, in the file and in the audit alike."""
    return escaped(unicodedata.normalize("NFC", name).strip())


def header_of(records: Sequence[Sequence[str]], width: int) -> tuple[bool, list[str | None]]:
    """Whether the first record is a header, and the names of the columns: none where there is no
    header, so that no value is taken for a name.
    """
    first = [cell.strip() for cell in records[0]]
    if dialects.is_asterisk(records[0]):
        return False, list(dialects.ASTERISK_COLUMNS[len(first)])
    if not _is_header(first, records[1:]):
        return False, [None] * width
    return True, [*(cell or None for cell in first), *([None] * (width - len(first)))]


def _is_header(first: Sequence[str], others: Sequence[Sequence[str]]) -> bool:
    filled = [cell for cell in first if cell]
    if not filled or any(not _LETTER.search(cell) or is_personal(cell) for cell in filled):
        return False
    own = [cell for place, cell in enumerate(first) if cell and not _recurs(place, first, others)]
    if any(plain_header(cell) in _synonyms() for cell in own) or (
        len(own) == len(filled) and all(_KEY.fullmatch(cell) for cell in filled)
    ):
        return True
    if 2 * sum(_says_what_stands_below(cell) for cell in filled) >= len(filled):
        return True
    return any(
        _is_without_letters([record[place] for record in others if place < len(record)])
        for place, cell in enumerate(first)
        if cell
    )


def _recurs(place: int, first: Sequence[str], others: Sequence[Sequence[str]]) -> bool:
    """Whether a word stands below itself again, in another record than the same one: it is, or may
    be, a value of its column.
    """
    return any(
        place < len(other) and other[place].strip() == first[place]
        for other in others
        if [cell.strip() for cell in other] != list(first)
    )


def _is_without_letters(cells: Sequence[str]) -> bool:
    filled = [cell for cell in cells if cell.strip()]
    return bool(filled) and sum(
        _LETTER.search(cell) is None for cell in filled
    ) >= _WITHOUT_LETTERS * len(filled)


def _says_what_stands_below(cell: str) -> bool:
    return len(cell.split()) <= 3 and (
        names_card(cell)
        or names_identifier(cell)
        or bool(names_content(cell))
        or bool(kind_of_name(cell))
    )


@cache
def _synonyms() -> frozenset[str]:
    return frozenset(
        plain_header(name)
        for table in TABLES.values()
        for column in table.columns
        for name in (column.name, *column.synonyms)
    )


def has_header(
    records: Sequence[Sequence[str]],
    *,
    named: Iterable[str],
    declared: bool | None,
    shown: str,
    export: str,
) -> bool:
    """Whether the first record is the header of an audit's file: when at least half of the headers
    ``named`` stand there, or by its look; never where the audit says no.

    Raises: ExportError when it looks like a record and few of its cells are headers of the audit's,
    whatever the audit says.
    """
    if declared is False or not records:
        return declared is not False
    wanted = {clean_name(name) for name in named}
    found = wanted & {clean_name(cell) for cell in records[0]}
    # A word that is a header elsewhere may stand in a record too: that half of them do is no
    # chance.
    if (
        2 * len(found) >= min(len(wanted), len(records[0]))
        or header_of(records, len(records[0]))[0]
    ):
        return True
    msg = (
        f"{shown} has no header: its first line is a record like the others, and hardly one of the"
        f" audit's headers stands there. Write exports.{export}.header: false in audit.yaml and map"
        " the columns by their position (column_1, column_2 ...); or, if it is a header after all,"
        f" correct the headers under exports.{export}.columns."
    )
    raise ExportError(msg)


def position(number: int) -> str:
    """The name of a column that has none, or none that may be shown."""
    return f"column_{number}"


def count_withheld(names: Iterable[str | None]) -> int:
    """How many headers are not shown, because they are, or may be, somebody's."""
    return sum(is_personal(clean_name(name)) for name in names if name)


def checked_header(names: Iterable[str | None], shown: str) -> tuple[str, ...]:
    """The headers, trimmed; one without a name, or that is somebody's, gets its position.

    Raises: ExportError when one stands there twice.
    """
    header = tuple(
        position(number) if not (clean := clean_name(name or "")) or is_personal(clean) else clean
        for number, name in enumerate(names, start=1)
    )
    doubled = sorted(name for name, count in Counter(header).items() if count > 1)
    if doubled:
        listed = ", ".join(f'"{name}"' for name in doubled[:5])
        msg = (
            f"{shown}: {listed} stands in the header more than once. Give every column its own name"
            " in the export."
        )
        raise ExportError(msg)
    return header
