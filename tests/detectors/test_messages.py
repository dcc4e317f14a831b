"""Content of SMS and MMS: by the name of a column, by the look of its values, in every encoding; and what only looks like it."""

from __future__ import annotations

import base64

import pytest

from teleaudit.detectors import find_messages, scan_cell, scan_column
from teleaudit.detectors.messages import names_content

MESSAGES = [
    "Hej mor, jeg kommer lidt senere i dag",
    "Kan du hente mælk på vejen hjem?",
    "vi ses kl 8 ved stationen, husk din jakke",
    "Tillykke med dagen, knus fra os alle",
    "Har du set min telefon? Jeg kan ikke finde den",
    "I will call you when I get home",
    "are you coming to the party or what",
    "Ring lige til mig når du er færdig",
]
CATALOGUE = ["Normal call clearing", "Opkald til mobil i Danmark", "The number you have dialled is not in use", "SMS til udlandet", "Din taletid er opbrugt"]
CODES = ["VOICE", "SMS", "MOC-1", "4QSV10A4I2", "NORMAL_CLEARING", "10.0.0.1"]


@pytest.mark.parametrize("text", MESSAGES)
def test_a_message_between_people_is_known_by_its_look(text: str) -> None:
    (hit,) = find_messages(text)
    assert (hit.level, hit.reason) == ("probable", "message_like")
    assert find_messages(text, field="sms_text")[0].level == "confirmed"


ENCODED = {
    "ucs2": "Hej".encode("utf-16-be").hex().upper(),
    "hex": b"Hej mor, jeg kommer".hex(),
    "base64": base64.b64encode("Hej mor, jeg kommer på lørdag".encode()).decode(),
    "picture": base64.b64encode(b"\xff\xd8\xff\xe0" + b"\0" * 60).decode(),
}


@pytest.mark.parametrize("encoding", ENCODED)
def test_text_in_another_encoding_is_known(encoding: str) -> None:
    assert [hit.reason for hit in find_messages(ENCODED[encoding])] == [encoding]


def test_a_keyword_to_a_short_number_is_content() -> None:
    assert [hit.reason for hit in find_messages("ORD til 1231")] == ["donation_keyword"]


NO_MESSAGES = [
    *CATALOGUE[:2],
    CATALOGUE[3],
    *CODES,
    "Kunden rykker for faktura",
    "Abonnement oprettet, kunden ønsker betaling på faktura",
    "004512345678",
    "4571234567890123",
    "1231",
    "100 kr til Kræftens Bekæmpelse",
    "d41d8cd98f00b204e9800998ecf8427e",
    "9b1deb4d-3b7d-4bad-9bdd-2b0d7b3dcb6d",
    "SIP/2.0 486 Busy Here",
    "Erhverv Fri Tale 20 GB",
    "",
]


@pytest.mark.parametrize("text", NO_MESSAGES)
def test_other_text_is_no_message(text: str) -> None:
    assert find_messages(text) == []


NAMES = {
    "strong": ["body", "sms_text", "SMS-tekst", "besked", "Beskedtekst", "indhold", "payload", "udh", "pdu", "message_body", "short_message", "smsText", "nøgleord"],
    "weak": ["message", "msg", "tekst", "emne", "text"],
    "": [
        "msg_len",
        "SMSLength",
        "body_parts",
        "message_id",
        "antal sms",
        "sms_count",
        "encoding",
        "text_encoding",
        "payload_bytes",
        "besked_antal",
        "duration",
        "b_number",
        "message_type",
    ],
}


@pytest.mark.parametrize(("says", "name"), [(says, name) for says, names in NAMES.items() for name in names])
def test_a_name_tells_content_from_counts_about_it(says: str, name: str) -> None:
    assert names_content(name) == says


COLUMNS: dict[str, tuple[str, list[str | None], str, str]] = {
    "messages": ("userfield", [*MESSAGES, "Ok", "ja"], "probable", "content_column"),
    "messages in a text column": ("tekst", list(MESSAGES), "confirmed", "content_column"),
    "short texts in a body": ("body", ["Ok", "Ja", None], "probable", "by_name"),
    "messages in a body": ("sms_text", ["Ok", MESSAGES[0]], "confirmed", "by_name"),
    "a few messages among codes": ("lastdata", [*CODES * 200, *MESSAGES[:3]], "probable", "content_values"),
    "ucs-2": ("data", [text.encode("utf-16-be").hex() for text in MESSAGES], "confirmed", "content_column"),
    "catalogue": ("beskrivelse", [*CATALOGUE * 40], "", "catalogue_text"),
    "catalogue in a message column": ("message", [*CATALOGUE * 40], "", "catalogue_text"),
    "codes": ("disposition", [*CODES * 40], "", "none"),
    "sizes named payload": ("payload", ["140", "12", "70"] * 9, "", "none"),
    "a count": ("antal sms", ["1", "2"] * 9, "", "none"),
    "an empty body": ("body", [None, "", None], "", "none"),
    "zones": ("destination", ["Danmark", "EU zone 1", "Resten af verden"] * 30, "", "catalogue_text"),
}


@pytest.mark.parametrize("case", COLUMNS)
def test_a_column_of_texts_is_decided_as_a_whole(case: str) -> None:
    name, values, level, reason = COLUMNS[case]
    decision = scan_column(values, name=name)
    assert (str(decision.level or ""), decision.reason) == (level, reason)
    assert decision.kinds == ({"message"} if level else frozenset())


def test_in_a_content_column_every_cell_counts_and_elsewhere_only_the_messages() -> None:
    body, few = (scan_column(COLUMNS[case][1], name=COLUMNS[case][0]) for case in ("messages in a body", "a few messages among codes"))
    assert scan_cell("Ok", name="sms_text", decision=body)
    assert scan_cell(MESSAGES[0], name="lastdata", decision=few)
    assert not scan_cell("MOC-1", name="lastdata", decision=few)
