"""What a column holds about a person, by its name and, where the name tells nothing, by how its
values look.

Only counts of values are asked here, never a value. A date of birth looks like any date and is
known by its name alone.
"""

from __future__ import annotations

from collections.abc import Mapping

from teleaudit.detectors.location import location_kind
from teleaudit.detectors.names import speaks_of

# Tried in this order, so that "IMEI password" is a secret and "phone e-mail" an e-mail address.
_NAMED = (
    "cpr",
    "secret",
    "birth_date",
    "gender",
    "account",
    "id_document",
    "device",
    "location",
    "url",
    "ip_address",
    "email",
    "phone",
)
KINDS = (*_NAMED, "free_text", "other")
MOST = 0.6  # share of a column's values that must look alike

# Whole cells, asked in the order of KINDS; in words that DuckDB and Java read alike (no
# look-around, no backslash).
VALUE_PATTERNS: Mapping[str, str] = {
    "cpr": "^(0[1-9]|[12][0-9]|3[01])(0[1-9]|1[0-2])[0-9]{2}-?[0-9]{4}$",
    "gender": "^([MmKkFf]|[Mm]and|[Kk]vinde|[Mm]ale|[Ff]emale)$",
    "account": "^[A-Z]{2}[0-9]{2}( ?[A-Z0-9]{4}){2,7}( ?[A-Z0-9]{1,4})?$",
    "device": "^([0-9]{15}|[0-9A-Fa-f]{2}([:-][0-9A-Fa-f]{2}){5})$",
    "url": "^(https?://|www[.])|^([a-z0-9-]+[.])+(dk|com|net|org|eu|io|nu|se|no|de)(/.*)?$",
    "ip_address": "^([0-9]{1,3}([.][0-9]{1,3}){3}|[0-9A-Fa-f]{0,4}(:[0-9A-Fa-f]{0,4}){3,7})$",
    "email": "^[^@ ]+@[^@ ]+[.][A-Za-z]{2,}$",
    "phone": "^([+]|00)?(45)? ?[0-9]{2}( ?[0-9]{2}){3}$",
    "free_text": "[A-Za-zÆØÅæøå]{2,} +[A-Za-zÆØÅæøå]{2,} +[A-Za-zÆØÅæøå]{2,}",
}

# a day, and a day with the time of day; however day, month and year are ordered
DATE_PATTERNS: Mapping[str, str] = {
    "date": "^([0-9]{4}-[0-9]{1,2}-[0-9]{1,2}|[0-9]{1,2}[-./][0-9]{1,2}[-./][0-9]{2,4})$",
    "time": (
        "^([0-9]{4}-[0-9]{1,2}-[0-9]{1,2}|[0-9]{1,2}[-./][0-9]{1,2}[-./][0-9]{2,4})[T"
        " ][0-9]{1,2}[:.][0-9]{2}"
    ),
}
# share of a column's values that must look like dates for it to be a column of dates
NEARLY_ALL = 0.98


def kind_of_name(name: str) -> str:
    """What a column's name says it holds, one of ``KINDS``; empty when it says nothing."""
    return next(
        (
            kind
            for kind in _NAMED
            if (location_kind(name) if kind == "location" else speaks_of(name, _group(kind)))
        ),
        "",
    )


def kind_of_counts(looks: Mapping[str, int], *, values: int) -> str:
    """What a column holds whose ``values`` look like this so often: the first kind that most of
    them look like, or ``other``.
    """
    return next(
        (kind for kind in VALUE_PATTERNS if values and looks.get(kind, 0) >= MOST * values), "other"
    )


def names_technical(name: str) -> bool:
    """The column says how the network or its clock worked (volume, offset, port, node), and nothing
    that its name would tell about a person.
    """
    return speaks_of(name, "technical") and not kind_of_name(name)


def names_note(name: str) -> bool:
    """The column is for notes."""
    return speaks_of(name, "note")


def _group(kind: str) -> str:
    return kind if kind == "phone" else f"attribute_{kind}"
