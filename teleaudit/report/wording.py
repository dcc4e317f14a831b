"""The words of one report language, and how it writes numbers, dates and periods.

Words live in ``<language>.yaml`` beside this file; Babel knows the plural rules and separators.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_date, format_datetime
from babel.lists import format_list
from babel.numbers import format_decimal, format_percent
from ruamel.yaml import YAML

from teleaudit.errors import UserError, near_match

ZONE = ZoneInfo("Europe/Copenhagen")

_PERIOD = re.compile(r"P(?:(?P<year>\d+)Y)?(?:(?P<month>\d+)M)?(?:(?P<day>\d+)D)?")
_SMALLEST_SHARE = 0.0001  # two decimals of a percentage


@dataclass(frozen=True, kw_only=True)
class Words:
    """The words of one language, by dotted path."""

    tree: Mapping[str, Any]
    locale: Locale

    def at(self, path: str) -> Any:  # noqa: ANN401 (a word, a list or a table of words)
        """What stands at a dotted path. Raises: KeyError."""
        node: Any = self.tree
        for key in path.split("."):
            node = node[key]
        return node

    def say(self, path: str, **values: object) -> str:
        """The stock sentence at a path with its names filled in."""
        return str(self.at(path)).format_map(values)

    def name(self, group: str, code: str) -> str:
        """The word for a code, or the code itself where the language has none."""
        return str(self.at(group).get(code, code))

    def event(self, data_set: str, column: str) -> str | None:
        """What a date column of a data set tells of: the word of that data set's own, else of the
        column's wherever it stands; None where neither is known.
        """
        words: dict[str, str] = self.at("events")
        return words.get(f"{data_set}.{column}", words.get(column))

    def number(self, value: float | None) -> str:
        """``1.234`` or ``1.234,56``; a dash for None."""
        return (
            str(self.at("formats.nothing"))
            if value is None
            else str(format_decimal(value, locale=self.locale))
        )

    def percent(self, value: float) -> str:
        """A share 0..1 as a percentage with at most two decimals."""
        return str(format_percent(value, format=self.at("formats.percent"), locale=self.locale))

    def share(self, part: int, whole: int) -> str:
        """``part`` of ``whole`` as a percentage that never rounds to none or to all when it is
        neither; a dash when ``whole`` is 0.
        """
        if whole == 0:
            return str(self.at("formats.nothing"))
        ratio = part / whole
        if 0 < ratio < _SMALLEST_SHARE:
            return str(self.at("formats.small_share"))
        return self.percent(min(ratio, 1 - _SMALLEST_SHARE) if part < whole else ratio)

    def number_share(self, part: int, whole: int) -> str:
        """``12 (44,44 %)``; the number alone where it, or what it is counted among, is none."""
        return (
            self.say(
                "formats.number_share", number=self.number(part), share=self.share(part, whole)
            )
            if part and whole
            else self.number(part)
        )

    def quoted(self, text: str) -> str:
        """``»a«``."""
        return self.say("formats.quoted", text=text)

    def counted(self, unit: str, count: int) -> str:
        """``1 post``, ``2.314 poster``; the unit's own name when the language does not know it."""
        forms = self.at("units").get(unit, {})
        return f"{self.number(count)} {self.plural(forms, count) if forms else unit}"

    def plural(self, forms: Mapping[str, str], count: int) -> str:
        """The form that goes with a count."""
        return forms.get(self.locale.plural_form(count), forms["other"])

    def date(self, iso: str | None, style: str = "date_short") -> str:
        """An ISO date as the language writes it; a dash for None."""
        if iso is None:
            return str(self.at("formats.nothing"))
        return str(
            format_date(
                dt.date.fromisoformat(iso), format=self.at(f"formats.{style}"), locale=self.locale
            )
        )

    def month(self, iso_month: str) -> str:
        """``2025-03`` as ``marts 2025``."""
        return self.date(f"{iso_month}-01", "month")

    def moment(self, iso: str) -> str:
        """A UTC time as local time of Denmark with its zone."""
        local = dt.datetime.fromisoformat(iso).astimezone(ZONE)
        return (
            f"{format_datetime(local, format=self.at('formats.moment'), locale=self.locale)}"
            f" {local.tzname()}"
        )

    def period(self, iso: str) -> str:
        """``P1Y6M`` as ``1 år og 6 måneder``; the text itself when it is not such a period."""
        found = _PERIOD.fullmatch(iso)
        parts = [
            self.counted(unit, int(count))
            for unit, count in (found.groupdict().items() if found else ())
            if count is not None
        ]
        return self.listed(parts) if parts else iso

    def listed(self, items: Sequence[str]) -> str:
        """``a, b og c``."""
        return (
            format_list(list(items), locale=self.locale)
            if items
            else str(self.at("formats.nothing"))
        )


def capital(text: str) -> str:
    """The text with a capital first letter."""
    return text[:1].upper() + text[1:]


@cache
def load_words(language: str) -> Words:
    """The words of a language. Raises: UserError for a language that has no file."""
    files = {
        file.name.removesuffix(".yaml"): file
        for file in resources.files(__package__).iterdir()
        if file.name.endswith(".yaml")
    }
    if language not in files:
        msg = (
            f"no report language '{language}'. There are: {', '.join(sorted(files))}."
            f"{near_match(language, files)}"
        )
        raise UserError(msg)
    tree = YAML(typ="safe", pure=True).load(files[language].read_text(encoding="utf-8"))
    return Words(tree=tree, locale=Locale.parse(f"{tree['language']}_{tree['region']}"))
