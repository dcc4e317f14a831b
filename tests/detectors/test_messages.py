"""Content of SMS and MMS: by the name of a column, by the look of its values, in every encoding;
and what only looks like it.
"""

from __future__ import annotations

import base64
import hashlib

import pytest

from teleaudit.detectors import find_messages, scan_cell, scan_column
from teleaudit.detectors.message_values import judge_message, names_content, skeleton
from teleaudit.detectors.messages import profile_messages, profile_values

MESSAGES = [
    "Hej mor, jeg kommer lidt senere i dag",
    "Kan du hente mælk på vejen hjem?",
    "vi ses kl 8 ved stationen, husk din jakke",
    "Tillykke med dagen, knus fra os alle",
    "Har du set min telefon? Jeg kan ikke finde den",
    "I will call you when I get home",
    "are you coming to the party or what",
    "Ring lige til mig når du er færdig",
    "hva laver du i aften",
    "ka du lige tage mælk med hjem",
    "Jeg har betalt regningen, så du skal ikke gøre det",
    "jaaa det ku være nice",
    "Jag kommer hem om en timme, kan du laga mat?",
    "Ich bin gleich da, warte bitte auf mich",
    "Gdzie jesteś? Czekam na ciebie w domu",
    "Neredesin canim, seni bekliyorum",
    "Unde ești? Te aștept la gară",
    "Je suis en retard, commence sans moi",
    "Я уже дома, ты где?",
]
CATALOGUE = [
    "Normal call clearing",
    "Opkald til mobil i Danmark",
    "The number you have dialled is not in use",
    "SMS til udlandet",
    "Din taletid er opbrugt",
]
CODES = ["VOICE", "SMS", "MOC-1", "4QSV10A4I2", "NORMAL_CLEARING", "10.0.0.1"]


@pytest.mark.parametrize("text", MESSAGES)
def test_a_message_between_people_is_known_by_its_look(text: str) -> None:
    (hit,) = find_messages(text)
    assert (hit.level, hit.reason) == ("probable", "message_like")
    assert find_messages(text, field="sms_text")[0].level == "confirmed"


HINTS = [
    "godnat skat",
    "Har været hos lægen i dag, det er ikke alvorligt",
    "er på arbejde til 16",
    "Ja tak 😀",
]


@pytest.mark.parametrize("text", HINTS)
def test_what_only_may_be_a_message_asks_a_person(text: str) -> None:
    (hit,) = find_messages(text)
    assert (hit.level, hit.reason) == ("review", "short_message")


STRUCTURED = {
    '{"v": "Hej mor, kommer du hjem i aften?", "id": 7}': "probable",
    "<m><body>jeg er lidt forsinket, ses snart kh Anne</body></m>": "probable",
    '{"note": "jeg vil gerne have en ny regning, tak for hjælpen", "number": "12", "id": 7}': "",
    '{"seq": 1, "name": "Du har nu betalt med dit kort, tak fordi du handlede hos os", "state": "ok"}': (
        ""
    ),
    "2026-01-02 03:04:05 sni=cd.example.net bytes=541529 you=me": "",
}


@pytest.mark.parametrize("text", STRUCTURED)
def test_keys_are_no_sentence_and_values_are_judged_by_themselves(text: str) -> None:
    assert "".join(hit.level for hit in find_messages(text)) == STRUCTURED[text]


OPERATORS = [
    "Der er driftsforstyrrelser i dit område, vi arbejder på sagen.",
    "Vi har fornyet dit mobilabonnement",
    "Din bredbåndsforbindelse er nu åben, god fornøjelse hos os",
]


@pytest.mark.parametrize("text", OPERATORS)
def test_the_operators_words_are_known_with_other_endings_and_in_compounds(text: str) -> None:
    assert [hit for hit in find_messages(text) if hit.is_finding] == []


def test_in_a_field_for_notes_a_message_is_only_a_question() -> None:
    assert [hit.level for hit in find_messages(MESSAGES[0], field="notat")] == ["review"]


ENCODED = {
    "ucs2": "Hej".encode("utf-16-be").hex().upper(),
    "hex": b"Hej mor, jeg kommer".hex(),
    "base64": base64.b64encode("Hej mor, jeg kommer på lørdag".encode()).decode(),
    "gsm7": "C8F71D14969741F977FD07",
    "pdu": "07911326040000F0040B911346610089F60000208062917314080CC8F71D14969741F977FD07",
    "url_encoded": "Hej+skat%2C+er+du+p%C3%A5+vej",
    "quoted_printable": "Hej skat, er du p=C3=A5 vej",
    "smpp_receipt": (
        "id:77 sub:001 dlvrd:001 submit date:2601021200 done date:2601021201 stat:DELIVRD err:000"
        " text:Hej skat, kan du"
    ),
    "mms_part": "Content-Type: text/plain; charset=utf-8\r\nContent-ID: <t>\r\n\r\nSes vi?",
    "by_key": '{"type":"sms","to":"4500000001","body":"Ok"}',
    "picture": base64.b64encode(b"\xff\xd8\xff\xe0" + b"\0" * 60).decode(),
}


@pytest.mark.parametrize("encoding", ENCODED)
def test_text_in_another_encoding_is_known(encoding: str) -> None:
    assert [hit.reason for hit in find_messages(ENCODED[encoding])] == [encoding]


@pytest.mark.parametrize(
    "text", ["ORD til 1231", "SMS HJERTE til 1999", "send KAGE 100 til 1245", "GAVE to 72999"]
)
def test_a_keyword_to_a_short_number_is_content(text: str) -> None:
    assert [hit.reason for hit in find_messages(text)] == ["donation_keyword"]


KEYED = {
    "json": ('{"type":"sms","to":"4500000001","body":"Ses"}', "probable"),
    "a log line": (
        '12:00:01 INFO sms to=4500000001 msg="kan du ringe til mig" status=0',
        "probable",
    ),
    "kannel": (
        "Sent SMS [SMSC:a] [from:1204] [to:+4500000001] [msg:11:Hej med dig] [udh:0:]",
        "probable",
    ),
    "hidden": ('{"ud":"00480065006A00200064006900670021"}', "probable"),
    "a page": ('{"title":"Konto","body":"Læs mere her"}', "review"),
    "a template": ('{"sms":1,"body":"Hej {navn}, her er {beloeb}"}', ""),
    "a status": ('{"level":"info","message":"OK"}', ""),
    "a size": ('{"body":"140"}', ""),
}


@pytest.mark.parametrize("case", KEYED)
def test_a_key_names_what_its_value_is(case: str) -> None:
    text, level = KEYED[case]
    assert [str(hit.level) for hit in find_messages(text)] == [level] * bool(level)


def test_the_name_of_a_picture_is_a_question() -> None:
    assert [
        (hit.level, hit.reason) for hit in find_messages("IMG_0001.jpg", field="attachment")
    ] == [("review", "attachment_name")]


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
    "Du har brugt 80 % af din data",
    "Din saldo er 45,50 kr",
    "Are you sure you want to delete this item?",
    "Kunden skrev: hej jeg kan ikke ringe, kan I hjælpe mig?",
    "Du og Jeg ApS",
    "Opkald til 1818",
    "Viderestillet til 1201",
    (
        "id:77 sub:001 dlvrd:001 submit date:2601021200 done date:2601021201 stat:DELIVRD err:000"
        " text:-"
    ),
    "X-Mms-Message-Type: m-notification-ind",
    "Content-Type: application/smil",
    "SELECT id, body FROM messages WHERE you = 1",
    (
        "Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like"
        " Gecko)"
    ),
    "",
]


@pytest.mark.parametrize("text", NO_MESSAGES)
def test_other_text_is_no_message(text: str) -> None:
    assert find_messages(text) == []


@pytest.mark.parametrize(
    "text",
    [
        "NULL",
        "(null)",
        "<null>",
        "N/A",
        "n/a",
        "ukendt",
        "Unknown",
        "-",
        "\\N",
        "None",
        "nan",
        "NaT",
        "ingen",
        " NULL ",
        '"None"',
    ],
)
@pytest.mark.parametrize("field", ["", "body", "sms_text", "nøgleord", "indhold"])
def test_words_for_nothing_are_no_message(text: str, field: str) -> None:
    assert find_messages(text, field=field) == []
    assert find_messages(f"{field}={text}") == []
    assert find_messages(f"id:7 stat:DELIVRD err:000 text:{text}") == []


NAMES = {
    "strong": [
        "body",
        "sms_text",
        "SMS-tekst",
        "besked",
        "Beskedtekst",
        "udh",
        "pdu",
        "message_body",
        "short_message",
        "smsText",
        "nøgleord",
        "sms_kodeord",
        "donation",
    ],
    "shared": ["indhold", "payload", "userData", "attachments"],
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
        "error_message",
        "sms_skabelon",
    ],
}


@pytest.mark.parametrize(
    ("says", "name"), [(says, name) for says, names in NAMES.items() for name in names]
)
def test_a_name_tells_content_from_counts_about_it(says: str, name: str) -> None:
    assert names_content(name) == says


WHAT, HOW, WHERE = (
    ("linjen", "stikket", "kablet", "masten"),
    ("afbrudt", "repareret", "flyttet", "spærret"),
    ("kælderen", "skabet", "gaden", "tavlen"),
)
COLUMNS: dict[str, tuple[str, list[str | None], str, str]] = {
    "messages": ("userfield", [*MESSAGES, "Ok", "ja"], "probable", "content_column"),
    "messages in a text column": ("tekst", list(MESSAGES), "confirmed", "content_column"),
    "short texts in a body": ("body", ["Ok", "Ja", None], "probable", "by_name"),
    "messages in a body": ("sms_text", ["Ok", MESSAGES[0]], "confirmed", "by_name"),
    "a few messages among codes": (
        "lastdata",
        [*CODES * 200, *MESSAGES[:3]],
        "probable",
        "content_values",
    ),
    "ucs-2": (
        "data",
        [text.encode("utf-16-be").hex() for text in MESSAGES],
        "confirmed",
        "content_column",
    ),
    "catalogue": ("beskrivelse", [*CATALOGUE * 40], "", "catalogue_text"),
    "catalogue in a message column": ("message", [*CATALOGUE * 40], "", "catalogue_text"),
    "codes": ("disposition", [*CODES * 40], "", "none"),
    "sizes named payload": ("payload", ["140", "12", "70"] * 9, "", "none"),
    "a count": ("antal sms", ["1", "2"] * 9, "", "none"),
    "an empty body": ("body", [None, "", None], "", "none"),
    "short texts in a column that may hold text": (
        "tekst",
        ["godnat skat", "ja tak :)", "ses kl 8", "hva så bro", "okii tak", "på vej", "Ok"],
        "probable",
        "chat_column",
    ),
    "cut off": ("custom_1", [text[:14] for text in MESSAGES[:8]], "probable", "content_column"),
    "keywords": ("nøgleord", ["HJERTE", "GAVE"] * 40, "probable", "by_name"),
    "keywords and their number": (
        "felt7",
        ["HJERTE til 1231", "GAVE til 1245"] * 40,
        "probable",
        "content_column",
    ),
    "pictures' names": (
        "attachment",
        [f"IMG_{number:04}.jpg" for number in range(40)],
        "review",
        "by_name",
    ),
    "places named indhold": (
        "indhold",
        [f"Hovedgaden {number}, Nykøbing" for number in range(90)],
        "review",
        "by_name",
    ),
    "messages in a payload": ("payload", [*MESSAGES, "Ok", "ja"], "confirmed", "by_name"),
    "keywords of a donation": ("donationsord", ["STØT", "NØD 50"] * 40, "probable", "by_name"),
    "hashes named payload": (
        "payload",
        [hashlib.sha256(bytes([number])).hexdigest() for number in range(40)],
        "review",
        "by_name",
    ),
    "templates with names and amounts": (
        "svar",
        [
            f"Hej {name}, din regning på {amount} kr er klar"
            for amount in range(60)
            for name in ("Ida", "Bo")
        ],
        "",
        "catalogue_text",
    ),
    "templates in a body": (
        "besked",
        [f"Du har brugt {share} % af din data" for share in range(60)],
        "review",
        "by_name",
    ),
    "notes": (
        "bemærkning",
        [
            f"Kunden ringede kl. {hour}, hun {verb} ikke ringe ud, sag {hour * 7}"
            for hour in range(24)
            for verb in ("kan", "vil")
        ],
        "",
        "other_text",
    ),
    "a message among notes": (
        "bemærkning",
        [
            *(f"Kunden ringede kl. {hour}, sag {hour * 7} oprettet" for hour in range(24)),
            MESSAGES[0],
        ],
        "",
        "other_text",
    ),
    "log lines": (
        "message",
        [f"user {number} could not connect to the server" for number in range(60)],
        "",
        "catalogue_text",
    ),
    "a message among other texts": (
        "beskrivelse",
        [
            *(f"{what} er {how} i {where}" for what in WHAT for how in HOW for where in WHERE),
            MESSAGES[0],
        ],
        "review",
        "content_values",
    ),
    "long numbers named for messages": (
        "sms_text",
        [f"{number:020}" for number in range(40)],
        "review",
        "by_name",
    ),
    "words for nothing in a body": (
        "body",
        ["NULL", "(null)", "n/a", "ukendt", "None", "nan", "-", "ingen"] * 9,
        "",
        "none",
    ),
    "few words for nothing in a body": ("sms_tekst", ["ukendt", "(null)"], "", "none"),
    "words for nothing instead of keywords": ("nøgleord", ["NULL", "None"] * 40, "", "none"),
    "zones": (
        "destination",
        ["Danmark", "EU zone 1", "Resten af verden"] * 30,
        "",
        "catalogue_text",
    ),
}


@pytest.mark.parametrize("case", COLUMNS)
def test_a_column_of_texts_is_decided_as_a_whole(case: str) -> None:
    name, values, level, reason = COLUMNS[case]
    decision = scan_column(values, name=name)
    assert (str(decision.level or ""), decision.reason) == (level, reason)
    assert decision.kinds == ({"message"} if level else frozenset())


def test_in_a_content_column_every_cell_counts_and_elsewhere_only_the_messages() -> None:
    body, few = (
        scan_column(COLUMNS[case][1], name=COLUMNS[case][0])
        for case in ("messages in a body", "a few messages among codes")
    )
    assert scan_cell("Ok", name="sms_text", decision=body)
    assert scan_cell(MESSAGES[0], name="lastdata", decision=few)
    assert not scan_cell("MOC-1", name="lastdata", decision=few)


def test_a_template_is_what_repeats_without_numbers_and_names() -> None:
    assert skeleton("Hej Ida, din regning på 45,50 kr er klar") == skeleton(
        "Hej Bo Olsen, din regning på 7 kr er klar"
    )
    assert skeleton("Ok") != skeleton("Ja")


def test_parts_of_a_column_add_up() -> None:
    cells = [*MESSAGES, *CATALOGUE * 40, *CODES]
    whole = profile_values(cells)
    times = {text: cells.count(text) for text in cells}
    parts = [
        profile_messages(
            [(text, count) for text, count in times.items() if len(text) % 2 == odd],
            cells=len(cells),
        )
        for odd in (0, 1)
    ]
    assert {
        name: sum(part[name] for part in parts) for name in whole if name != "message_cells"
    } == {name: count for name, count in whole.items() if name != "message_cells"}


def test_one_encoded_text_alone_among_random_ones_is_for_review() -> None:
    texts = ["Hej skat, er du på vej hjem nu?", "Kan du hente Ida klokken fire i dag?"]
    said = [base64.b64encode(text.encode()).decode() for text in texts]
    others = [base64.b64encode(hashlib.sha256(bytes([n])).digest()).decode() for n in range(40)]
    levels = [
        scan_column([*encoded, *beside], name="kolonne_11").level
        for encoded, beside in ((said[:1], others), (said, others), (said[:1], []))
    ]
    assert levels == ["review", "probable", "probable"]


def test_base64_with_plus_signs_is_no_text_that_was_written_for_an_address() -> None:
    assert judge_message("K54kpN1p/SlM/8w1gQOODI3jSyxEJK3HrJ03/ew+i+4=", "nonce") is None
    assert judge_message("Hej+skat+hvorn%C3%A5r+kommer+du+hjem", "nonce") is not None
    assert judge_message("Hej+skat+ring+til+mig+kl+17/18", "nonce") is not None
