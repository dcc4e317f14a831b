"""Date formats: what values of each look like, and how DuckDB reads them.

Every expression takes the name of a text column that holds trimmed text or null and answers a
TIMESTAMP without zone, null where the text is no date of that format.
"""

from __future__ import annotations

import re
import zoneinfo
from dataclasses import dataclass
from functools import cache

from teleaudit.errors import ExportError, near_match
from teleaudit.exports import value_shapes
from teleaudit.rules.audit_file import DateFormat

LOCAL_ZONE = "Europe/Copenhagen"


@dataclass(frozen=True, kw_only=True)
class Shape:
    """What values look like before their format is known.

    Several formats mean: day and month could be swapped.
    """

    pattern: str  # RE2, matched from the start of the value
    formats: tuple[DateFormat, ...]
    separator: str = ""  # between day and month, where they could be swapped


_END = r"(?:[^0-9]|$)"

# Dots and "dd/mm-yyyy" are written day first everywhere they are used; only hyphens and slashes are
# ambiguous.
SHAPES = (
    Shape(pattern=rf"^\d{{4}}-\d{{1,2}}-\d{{1,2}}{_END}", formats=("yyyy-mm-dd",)),
    Shape(
        pattern=rf"^\d{{1,2}}-\d{{1,2}}-\d{{4}}{_END}",
        formats=("dd-mm-yyyy", "mm-dd-yyyy"),
        separator="-",
    ),
    Shape(
        pattern=rf"^\d{{1,2}}/\d{{1,2}}/\d{{4}}{_END}",
        formats=("dd/mm/yyyy", "mm/dd/yyyy"),
        separator="/",
    ),
    Shape(pattern=rf"^\d{{1,2}}\.\d{{1,2}}\.\d{{4}}{_END}", formats=("dd.mm.yyyy",)),
    Shape(pattern=rf"^\d{{1,2}}/\d{{1,2}}-\d{{4}}{_END}", formats=("dd/mm-yyyy",)),
    Shape(
        pattern=rf"^(?:19|20|21|99)\d{{2}}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01]){_END}",
        formats=("yyyymmdd",),
    ),
    Shape(pattern=r"^1?\d{9}$", formats=("epoch-seconds",)),
    # 2958465 is 31-12-9999
    Shape(pattern=r"^(?:[2-7]\d{4}|2958465)(?:[.,]\d+)?$", formats=("excel-serial",)),
    # never taken by itself: the century and the order are guesses
    Shape(pattern=rf"^\d{{1,2}}-\d{{1,2}}-\d{{2}}{_END}", formats=("dd-mm-yy",)),
)

_STRPTIME: dict[DateFormat, str] = {
    "dd-mm-yyyy": "%d-%m-%Y",
    "mm-dd-yyyy": "%m-%d-%Y",
    "dd.mm.yyyy": "%d.%m.%Y",
    "dd/mm/yyyy": "%d/%m/%Y",
    "mm/dd/yyyy": "%m/%d/%Y",
    "dd/mm-yyyy": "%d/%m-%Y",
    "yyyymmdd": "%Y%m%d",
    "dd-mm-yy": "%d-%m-%y",
}
_TIMES = (
    " %H:%M:%S",
    " %H:%M",
    " %H.%M.%S",
    " %H.%M",
    "T%H:%M:%S",
    "T%H:%M",
    " %H:%M:%S.%f",
    "T%H:%M:%S.%f",
)
_PLAIN_ISO = r"\d{4}-\d{1,2}-\d{1,2}(?:[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?)?"
_ISO_WITH_OFFSET = (
    r"\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)? ?(?:Z|z|[+-]\d{2}(?::?\d{2})?)"
)


def checked_zone(name: str) -> str:
    """The time zone's name. Raises: ExportError, with the near match."""
    known = _zones()
    if name not in known:
        msg = f"no time zone '{name}'.{near_match(name, known)}"
        raise ExportError(msg)
    return name


@cache
def _zones() -> frozenset[str]:
    return frozenset(zoneinfo.available_timezones())  # walks through the system's files


def to_local(timestamp: str, zone: str) -> str:
    """A wall clock of the zone, as the wall clock of Copenhagen."""
    return (
        timestamp
        if zone == LOCAL_ZONE
        else f"(({timestamp}) AT TIME ZONE '{zone}') AT TIME ZONE '{LOCAL_ZONE}'"
    )


def parsed(text: str, date_format: DateFormat, zone: str) -> str:
    """The text as Copenhagen's wall clock; a date without time stays that day's midnight in any
    zone.
    """
    match date_format:
        case "yyyy-mm-dd" | "iso8601":
            return _parsed_iso(text, zone)
        case "epoch-seconds":
            number = (
                f"CASE WHEN regexp_full_match({text}, '\\d{{1,11}}(\\.\\d+)?') THEN TRY_CAST({text}"
                " AS DOUBLE) END"
            )
            return to_local(f"make_timestamp(CAST(({number}) * 1000000 AS BIGINT))", "UTC")
        case "excel-serial":
            number = (
                f"CASE WHEN regexp_full_match({text}, '(\\d{{1,6}}|2958465)([.,]\\d+)?') THEN"
                f" TRY_CAST(replace({text}, ',', '.') AS DOUBLE) END"
            )
            return f"(TIMESTAMP '1899-12-30' + to_seconds(round(({number}) * 86400)))"
        case _:
            return _parsed_by_pattern(text, date_format, zone)


def parsed_by_form(text: str, date_format: DateFormat, zone: str) -> dict[int, str]:
    """The same for values of known form: form -> expression, for the forms of this format; without
    the tests and guesses that a value of unknown form needs.
    """
    if date_format in {"yyyy-mm-dd", "iso8601"}:
        naive = f"TRY_CAST({text} AS TIMESTAMP)"
        return {value_shapes.date_form("0000-00-00"): naive} | {
            value_shapes.date_form(f"0000-00-00{time}"): to_local(naive, zone)
            for time in (" 00:00:00", "T00:00:00")
        }
    day = _STRPTIME.get(date_format)
    written = day and re.sub(r"%[dm]", "00", day.replace("%Y", "0000"))
    if written not in value_shapes.DATES:
        return {}
    times = {" 00:00:00": " %H:%M:%S", " 00:00": " %H:%M"}
    with_times = {
        value_shapes.date_form(f"{written}{zeros}"): to_local(
            f"try_strptime({text}, '{day}{time}')", zone
        )
        for zeros, time in times.items()
    }
    return {value_shapes.date_form(written): f"try_strptime({text}, '{day}')"} | with_times


def _parsed_iso(text: str, zone: str) -> str:
    naive = f"TRY_CAST({text} AS TIMESTAMP)"
    local = (
        naive
        if zone == LOCAL_ZONE
        else f"CASE WHEN length({text}) <= 10 THEN {naive} ELSE {to_local(naive, zone)} END"
    )
    dotted = ", ".join(f"'%Y-%m-%d{time}'" for time in (" %H.%M.%S", " %H.%M"))
    return (
        f"CASE WHEN regexp_full_match({text}, '{_PLAIN_ISO}') THEN {local} WHEN"
        f" regexp_full_match({text}, '{_ISO_WITH_OFFSET}') THEN TRY_CAST({text} AS TIMESTAMPTZ) AT"
        f" TIME ZONE '{LOCAL_ZONE}' WHEN regexp_full_match({text}, '\\d{{4}}-.*') THEN"
        f" {to_local(f'try_strptime({text}, [{dotted}])', zone)} END"
    )


def _parsed_by_pattern(text: str, date_format: DateFormat, zone: str) -> str:
    day = _STRPTIME[date_format]
    times = ", ".join(f"'{day}{time}'" for time in _TIMES)
    moment = to_local(f"try_strptime({text}, [{times}])", zone)
    # strptime takes "26" for the year 26; only dd-mm-yy may have two digits.
    shape = next(shape.pattern for shape in SHAPES if date_format in shape.formats)
    guard = rf"^\d{{8}}{_END}" if date_format == "yyyymmdd" else shape
    return (
        f"CASE WHEN regexp_matches({text}, '{guard}') THEN coalesce(try_strptime({text}, '{day}'),"
        f" {moment}) END"
    )


def shape_of(date_format: DateFormat) -> int:
    """The place in SHAPES of what is written so."""
    return next(place for place, shape in enumerate(SHAPES) if date_format in shape.formats)


def is_swappable(date_format: DateFormat) -> bool:
    """Whether the same way of writing is used with day and month in the other order."""
    return any(shape.separator and date_format in shape.formats for shape in SHAPES)


def could_be_either(text: str, date_format: DateFormat) -> str:
    """Whether the text is another date when day and month are swapped."""
    shape = SHAPES[shape_of(date_format)]
    first, second = first_two(text, shape.separator)
    is_swapped = f"{first} <> {second} AND {first} BETWEEN 1 AND 12 AND {second} BETWEEN 1 AND 12"
    return (
        f"(CASE WHEN regexp_matches({text}, '{shape.pattern}') THEN coalesce({is_swapped}, false)"
        " ELSE false END)"
    )


def first_two(text: str, separator: str) -> tuple[str, str]:
    """The first two numbers of a text that is cut by the separator."""
    first, second = (
        f"TRY_CAST(split_part({text}, '{separator}', {part}) AS TINYINT)" for part in (1, 2)
    )
    return first, second


def is_zero(text: str) -> str:
    """Whether the text is a date of nothing but zeros, 00-00-0000 or 0000-00-00 00:00:00."""
    return f"regexp_full_match({text}, '0+[-./]0+[-./]0+([T ][0:.]+)?|0{{8}}')"


def in_spring_gap(timestamp: str, text: str, zone: str, date_format: DateFormat) -> str:
    """Whether a local time without offset falls in the hour that the clocks skip on the last Sunday
    of March, 02:00 to 02:59.
    """
    if zone != LOCAL_ZONE or date_format == "epoch-seconds":
        return "false"
    told_offset = (
        f"regexp_full_match({text}, '{_ISO_WITH_OFFSET}')"
        if date_format in {"yyyy-mm-dd", "iso8601"}
        else "false"
    )
    is_in_gap = (
        f"month({timestamp}) = 3 AND day({timestamp}) >= 25 AND isodow({timestamp}) = 7 AND NOT"
        f" {told_offset}"
    )
    return f"(CASE WHEN hour({timestamp}) = 2 THEN {is_in_gap} ELSE false END)"
