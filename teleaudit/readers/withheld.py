"""Names of columns, keys, sheets and files that may be shown: a name can be somebody's number."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from contextlib import suppress
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import PurePath

from teleaudit.detectors import find_cards, find_cpr, scan_value
from teleaudit.detectors.account_data import find_account

MAX_NAME = 80  # characters; a longer header is a text
_PHONE = re.compile(r"(?<![\d.])(?:(?:\+|00)[ ]?\d{2}[ -]?)?[2-9]\d(?:[ .-]?\d\d){3}(?!\d)")
_FOREIGN_PHONE = re.compile(r"\+\d{8,15}(?!\d)")
_EMAIL = re.compile(r"[^@\s]@[^@\s]+\.\w")
_CPR = re.compile(r"(?<!\d)[0-3]\d[01]\d{3}-\d{4}(?!\d)")  # as it is written, whether or not it is somebody's
_LONG_NUMBER = re.compile(r"\d{7,}")
_DATES = ("%Y%m%d", "%d%m%Y")


@lru_cache(maxsize=65_536)
def is_personal(name: str) -> bool:
    """A header or key that says something about a person, or may: it is data, not a name."""
    if len(name) > MAX_NAME or _holds_address(name) or any(not _is_date(found.group()) for found in _LONG_NUMBER.finditer(name)):
        return True
    return bool(scan_value(name) or find_account(name))


@lru_cache(maxsize=4_096)
def is_personal_path(name: str) -> bool:
    """A part of a path that does. Dates in names of files are no telephone numbers, report.com.txt is no browsing, and the name of a file no message."""
    return _holds_address(name) or bool(find_cards(name) or find_cpr(name))


def _holds_address(name: str) -> bool:
    if _EMAIL.search(name) or _CPR.search(name) or _FOREIGN_PHONE.search(name):
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


def escaped(name: str) -> str:
    r"""The name on one line; a control character or half a letter as ``\x1b``: no terminal obeys it, and two names stay two."""
    if name.isprintable():
        return name
    return "".join(" " if letter.isspace() else letter if letter.isprintable() else letter.encode("unicode_escape", "surrogatepass").decode() for letter in name)


def clean_name(name: str) -> str:
    """A header as it is looked for and shown, in the file and in the audit alike."""
    return escaped(unicodedata.normalize("NFC", name).strip())


@dataclass(kw_only=True)
class ShownPaths:
    """How paths are shown: as given, but for the parts of them that are somebody's number. The same part is shown the same."""

    _withheld: dict[str, int] = field(default_factory=dict)

    def of(self, path: str) -> str:
        """The path as it may be shown."""
        return "/".join(self._part(part) for part in path.split("/"))

    def _part(self, part: str) -> str:
        if not is_personal_path(part):
            return escaped(part)
        number = self._withheld.setdefault(part, len(self._withheld) + 1)
        suffix = PurePath(part).suffix
        return f"(name withheld {number}){suffix if suffix[1:].isalpha() else ''}"
