"""What a column holds: by its name first, by the look of its values where the name
tells nothing.
"""

from __future__ import annotations

import re

import pytest

from teleaudit.detectors.attributes import (
    KINDS,
    VALUE_PATTERNS,
    kind_of_counts,
    kind_of_name,
    names_note,
)
from teleaudit.schema import TABLES

NAMED = {
    "cpr": ["CPR-nr.", "cpr", "Personnummer", "cprNr"],
    "secret": [
        "SIP-adgangskode",
        "password",
        "sip_secret",
        "PUK-kode",
        "pinkode",
        "API key token",
        "IMEI password",
    ],
    "birth_date": ["Fødselsdato", "birth_date", "foedselsdag", "Alder"],
    "gender": ["Køn", "gender", "koen"],
    "account": ["IBAN", "Reg.nr. regnr", "bankkonto", "kontonummer"],
    "id_document": ["Pasnummer", "passport_no", "Kørekort"],
    "device": ["IMEI", "servedIMSI", "MAC-adresse", "iccid"],
    "location": ["Celle-id", "cell_id", "latitude"],
    "url": ["Besøgt domæne", "host", "dns_query", "url", "sni"],
    "ip_address": ["dst_ip", "ip-adresse", "source_ip"],
    "email": ["E-mail", "email2", "mailadresse"],
    "phone": ["Telefon 2", "mobilnr"],
}
SAYS_NOTHING = [
    "Segment",
    "Felt 2",
    "status",
    "customer_id",
    "description",
    "hostess",
    "passiv",
    "koncern",
    "pinde",
    "gendertes",
]
VALUES = {
    "cpr": ["310200-0000", "0101900000"],
    "gender": ["M", "kvinde"],
    "account": ["DK5000400440116243", "DK50 0040 0440 1162 43"],
    "device": ["000000000000000", "00:00:5e:00:53:af"],
    "url": ["https://example.dk/a b", "www.example", "forum.example.dk", "example.dk/side"],
    "ip_address": ["192.0.2.17", "2001:db8:0:0::1"],
    "email": ["nogen@example.dk"],
    "phone": ["01234567", "+45 01 23 45 67", "004501234567"],
    "free_text": ["ringer tit om aftenen"],
}
LIKE_NOTHING = [
    "A",
    "Fri tale",
    "2024-02-29",
    "12,50",
    "450101-0000",
    "0132900000",
    "12345",
    "aftale.pdf",
    "12:30:00",
    "",
]


@pytest.mark.parametrize(
    ("kind", "name"), [(kind, name) for kind, names in NAMED.items() for name in names]
)
def test_a_name_says_what_a_column_holds(kind: str, name: str) -> None:
    assert kind_of_name(name) == kind


@pytest.mark.parametrize("name", SAYS_NOTHING)
def test_a_name_that_only_resembles_says_nothing(name: str) -> None:
    assert kind_of_name(name) == ""


@pytest.mark.parametrize(
    ("kind", "value"), [(kind, value) for kind, values in VALUES.items() for value in values]
)
def test_a_value_looks_like_its_kind_and_no_earlier_one(kind: str, value: str) -> None:
    assert next(one for one, pattern in VALUE_PATTERNS.items() if re.search(pattern, value)) == kind


@pytest.mark.parametrize("value", LIKE_NOTHING)
def test_ordinary_values_look_like_nothing(value: str) -> None:
    assert [kind for kind, pattern in VALUE_PATTERNS.items() if re.search(pattern, value)] == []


def test_most_values_must_look_alike() -> None:
    assert kind_of_counts({"cpr": 6, "phone": 9}, values=10) == "cpr"
    assert kind_of_counts({"cpr": 5, "phone": 6}, values=10) == "phone"
    assert kind_of_counts({"cpr": 5}, values=10) == "other"
    assert kind_of_counts({}, values=0) == "other"


def test_every_kind_is_known() -> None:
    assert set(NAMED) | set(VALUE_PATTERNS) | {"other"} == set(KINDS)


def test_notes_are_known_by_name() -> None:
    assert [
        name
        for name in (
            "notes",
            "Intern note",
            "Bemærkninger",
            "Kommentar",
            "notesystem",
            "body",
            "remark2",
        )
        if names_note(name)
    ] == [
        "notes",
        "Intern note",
        "Bemærkninger",
        "Kommentar",
        "remark2",
    ]
    assert [
        column for table in TABLES.values() for column in table.names if names_note(column)
    ] == ["notes"]
