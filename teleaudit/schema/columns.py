"""What a canonical table and its columns are."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum

from teleaudit.schema.synonyms import Synonyms, synonyms_of


class Kind(StrEnum):
    """How a column's text is read.

    Identifiers, CVR, phone and card numbers are TEXT: digits are not quantities.
    """

    TEXT = "text"
    INTEGER = "integer"
    DECIMAL = "decimal"
    DATE = "date"
    TIMESTAMP = "timestamp"  # local wall clock of Europe/Copenhagen, without zone
    BOOLEAN = "boolean"

    @property
    def is_date(self) -> bool:
        """Whether it is a day or a moment."""
        return self in {Kind.DATE, Kind.TIMESTAMP}

    @property
    def is_number(self) -> bool:
        """Whether it is a quantity."""
        return self in {Kind.INTEGER, Kind.DECIMAL}


# only legitimate interests are weighed; requests and portings may all be open
_MAY_NEVER_COME = {"lia_date", "closed_at", "ported_at"}


@dataclass(frozen=True, kw_only=True)
class Column:
    """One canonical column."""

    name: str
    kind: Kind = Kind.TEXT
    required: bool = False  # without it the table's main checks cannot be judged
    open_end: bool = False  # 31-12-9999, 2099 and 1900 in it mean "no end", not a date
    free_text: bool = False  # people write in it what they like
    # not required, but where an export has it, some record has a value in it
    always_filled: bool = False
    table: str = ""  # that it is a column of

    @property
    def spellings(self) -> Synonyms:
        """The headers under which it comes, as ``synonyms.yaml`` has them."""
        return synonyms_of(self.table, self.name)

    @property
    def synonyms(self) -> tuple[str, ...]:
        """Headers seen in Danish systems and public formats; the first is its Danish name."""
        return self.spellings.words


@dataclass(frozen=True, kw_only=True)
class Table:
    """One canonical table.

    ``key`` is empty where records have no key: they are then known by file name and line.
    """

    name: str
    title_da: str
    title_en: str
    columns: tuple[Column, ...]
    key: tuple[str, ...] = ()
    # where these differ, records of one key are no duplicates; null where nothing tells
    told_apart_by: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Tell the columns whose they are."""
        object.__setattr__(
            self, "columns", tuple(replace(column, table=self.name) for column in self.columns)
        )

    @property
    def beginning(self) -> Column | None:
        """The date that every record has, because it began or happened then: the first of its
        dates, unless that may never come.
        """
        dates = (column for column in self.columns if column.kind.is_date)
        return next(
            (
                column
                for column in dates
                if not column.open_end and column.name not in _MAY_NEVER_COME
            ),
            None,
        )

    def is_always_filled(self, name: str) -> bool:
        """Whether records have a value in the column: their beginning, and that without which they
        would say nothing.

        What may never come, such as an end, may be in none.
        """
        column = self.column(name)
        return (
            column == self.beginning
            or column.always_filled
            or (column.required and not column.open_end and name not in _MAY_NEVER_COME)
        )

    def column(self, name: str) -> Column:
        """The column of that name. Raises: KeyError."""
        return {column.name: column for column in self.columns}[name]

    @property
    def names(self) -> tuple[str, ...]:
        """The column names in their order."""
        return tuple(column.name for column in self.columns)


def text(name: str, *, required: bool = False, always_filled: bool = False) -> Column:
    """A column of text: identifiers and numbers that are no quantities too."""
    return Column(name=name, required=required, always_filled=always_filled)


def free_text(name: str, *, required: bool = False) -> Column:
    """A column of text in which people write what they like."""
    return Column(name=name, free_text=True, required=required)


def date(name: str, *, required: bool = False, open_end: bool = False) -> Column:
    """A column of dates."""
    return Column(name=name, kind=Kind.DATE, required=required, open_end=open_end)


def time(name: str, *, required: bool = False, open_end: bool = False) -> Column:
    """A column of local times."""
    return Column(name=name, kind=Kind.TIMESTAMP, required=required, open_end=open_end)


def integer(name: str) -> Column:
    """A column of whole numbers."""
    return Column(name=name, kind=Kind.INTEGER)


def decimal(name: str) -> Column:
    """A column of decimal numbers."""
    return Column(name=name, kind=Kind.DECIMAL)


def boolean(name: str) -> Column:
    """A column of yes and no."""
    return Column(name=name, kind=Kind.BOOLEAN)
