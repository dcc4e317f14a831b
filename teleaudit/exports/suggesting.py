"""Which canonical column an unmapped header may well be."""

from __future__ import annotations

import re
from collections.abc import Collection

from teleaudit.schema import Column, Kind, Table

_STEM = 5  # letters that two words begin with alike: "Ophørt" and "ophørsdato"
_LOOKS = {"date": Kind.DATE, "time": Kind.TIMESTAMP}


def fits_unfilled(header: str, *, table: Table, unfilled: Collection[str], looks_like: str | None = None) -> str | None:
    """The unfilled canonical column that a header may well be: by name, or by look where one that the table requires is of that kind."""
    columns = [column for column in table.columns if column.name in unfilled]
    by_name = (column.name for column in columns if _words(header) & {word for name in (column.name, *column.synonyms) for word in _words(name)})
    by_look = (column.name for column in columns if column.required and _is_of(column, looks_like))
    return next(by_name, None) or next(by_look, None)


def _words(name: str) -> set[str]:
    """The whole name, and the beginnings of its long words."""
    words = re.findall(r"[^\W\d_]+", name.casefold())
    return {"".join(words), *(word[:_STEM] for word in words if len(word) >= _STEM)}


def _is_of(column: Column, looks_like: str | None) -> bool:
    return looks_like is not None and column.kind is _LOOKS.get(looks_like)
