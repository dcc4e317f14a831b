"""Values about what people write to each other, plain and as networks carry it, and the texts of an
operator's own systems.
"""

from __future__ import annotations

import base64
import random
from collections.abc import Callable, Iterator

from benchmarks.detection import identifiers, sms_encodings
from benchmarks.detection.corpus import Value, place, share
from benchmarks.detection.wording import Wording

_OPEN = {"message_fields": 50, "neutral_fields": 50}
Write = Callable[[random.Random, Wording], str]

# What the entries of ``column_text`` in the wording are about, in its order.
TEXTS = (
    "tariffs", "errors", "causes", "notes", "service_texts", "products", "addresses", "log_lines", "prompts", "invoice_lines",
    "campaigns", "answers", "clauses", "tickets", "user_agents", "applications", "roles", "countries", "tasks", "ledger_texts",
)  # fmt: skip


def chat(rng: random.Random, words: Wording) -> str:
    """A text message in one of the ways people write."""
    kind = rng.choices(
        ("text_danish", "text_english", "text_mixed", "text_young"), weights=(60, 15, 8, 17)
    )[0]
    text = words.pick(rng, kind)
    if rng.random() < 0.2:
        text = text.lower()
    if rng.random() < 0.15:
        text = f"{text} {words.pick(rng, 'text_danish')}"
    return text


def _plain(name: str) -> Write:
    return lambda rng, words: words.pick(rng, name)


def _coded(code: Callable[[random.Random, str], str]) -> Write:
    return lambda rng, words: code(rng, chat(rng, words))


# Writing -> how many, how, whether a system wrote it plainly.
WRITINGS: dict[str, tuple[int, Write, bool]] = {
    "Danish": (700, _plain("text_danish"), True),
    "English": (200, _plain("text_english"), True),
    "mixed": (80, _plain("text_mixed"), True),
    "young": (150, _plain("text_young"), True),
    "one word": (30, _plain("text_short"), True),
    "donation keyword": (30, _plain("keywords"), True),
    "UCS-2 hex": (110, _coded(lambda _r, text: sms_encodings.ucs2(text)), False),
    "GSM-7 hex": (90, _coded(lambda _r, text: sms_encodings.gsm7(text)), False),
    "PDU, delivered": (90, _coded(sms_encodings.deliver), False),
    "PDU, submitted": (70, _coded(sms_encodings.submit), False),
    "base64": (90, _coded(lambda _r, text: sms_encodings.in_base64(text)), False),
    "receipt": (90, _coded(sms_encodings.receipt), False),
    "MMS text part": (60, _coded(sms_encodings.text_part), False),
    "MMS picture": (60, _coded(sms_encodings.picture_part), False),
    "MMS slides": (40, _coded(sms_encodings.slides), False),
}
CODES: dict[str, tuple[int, identifiers.Draw]] = {
    "hash": (200, identifiers.digest),
    "hex, random": (150, lambda rng: rng.randbytes(rng.randrange(8, 90)).hex().upper()),
    "base64, random": (
        120,
        lambda rng: base64.b64encode(rng.randbytes(rng.randrange(9, 60))).decode(),
    ),
    "receipt without text": (120, lambda rng: sms_encodings.receipt(rng, "")),
    "UUID": (80, identifiers.uuid),
    "keyed digits": (120, lambda rng: identifiers.digits(rng, rng.randrange(1, 9))),
    "IMSI": (80, identifiers.imsi),
    "call id": (80, identifiers.call_id),
}
_TEXTS = 120  # of each kind


def draw(rng: random.Random, words: Wording, size: float) -> Iterator[Value]:
    """Messages, texts that are none, codes."""
    for writing, (count, write, ordinary) in WRITINGS.items():
        for _ in range(share(count, size)):
            yield Value(
                section="message",
                text=write(rng, words),
                field=place(rng, words, _OPEN),
                holds=True,
                writing=writing,
                ordinary=ordinary,
            )
    for what, name in zip(TEXTS, words.entries("column_text"), strict=True):
        for _ in range(share(_TEXTS, size)):
            yield _clean(
                what,
                words.pick(rng, what),
                name if rng.random() < 0.7 else words.pick(rng, "neutral_fields"),
            )
    for what, (count, make) in CODES.items():
        for _ in range(share(count, size)):
            yield _clean(what, make(rng), words.pick(rng, "neutral_fields"))


def _clean(what: str, text: str, field: str) -> Value:
    return Value(
        section="message",
        text=text,
        field=field,
        holds=False,
        writing="bare",
        look_alike=what.replace("_", " "),
    )
