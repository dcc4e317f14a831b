"""Names of columns, keys and files that may be shown: a name can be somebody's number."""

from __future__ import annotations

import datetime as dt
import re
from contextlib import suppress
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import PurePath

from teleaudit.scanning.kinds import kinds

LONGEST_NAME = 80  # characters; a longer header is a text
_PHONE = re.compile(r"(?<![\d.])(?:(?:\+|00)[ ]?\d{2}[ -]?)?[2-9]\d(?:[ .-]?\d\d){3}(?!\d)")
_FOREIGN_PHONE = re.compile(r"\+\d{8,15}(?!\d)")
_EMAIL = re.compile(r"[^@\s]@[^@\s]+\.\w")
_DATES = ("%Y%m%d", "%d%m%Y")
_IN_PATHS = frozenset({"card", "cpr"})  # report.com.txt is no browsing, and the name of a file no message


@lru_cache(maxsize=65_536)
def is_personal(name: str) -> bool:
    """A header or key that says something about a person, or may: it is data, not a name."""
    return len(name) > LONGEST_NAME or _holds_address(name) or any(kind.find(name) for kind in kinds())


@lru_cache(maxsize=4_096)
def is_personal_path(name: str) -> bool:
    """A part of a path that does. Dates in names of files are no telephone numbers."""
    return _holds_address(name) or any(kind.find(name) for kind in kinds() if kind.name in _IN_PATHS)


def _holds_address(name: str) -> bool:
    if _EMAIL.search(name) or _FOREIGN_PHONE.search(name):
        return True
    return any(not _is_date(found.group()) for found in _PHONE.finditer(name))


def _is_date(digits: str) -> bool:
    for form in _DATES:
        with suppress(ValueError):
            return 1950 <= dt.datetime.strptime(digits, form).replace(tzinfo=dt.UTC).year <= 2100
    return False


def printable(name: str) -> str:
    """The name on one line, without control characters and half letters."""
    return " ".join("".join(character if character.isprintable() else " " for character in name).split())


@dataclass(kw_only=True)
class ShownPaths:
    """How paths are shown: as given, but for the parts of them that are somebody's number. The same part is shown the same."""

    _withheld: dict[str, int] = field(default_factory=dict)

    def of(self, path: str) -> str:
        """The path as it may be shown."""
        return "/".join(self._part(part) for part in path.split("/"))

    def _part(self, part: str) -> str:
        if not is_personal_path(part):
            return printable(part)
        number = self._withheld.setdefault(part, len(self._withheld) + 1)
        suffix = PurePath(part).suffix
        return f"(name withheld {number}){suffix if suffix[1:].isalpha() else ''}"
