"""Columns of exports: those that hold cards, CPR, messages or visited sites, some of them under
names that say nothing, and the clean ones beside them.
"""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterator
from functools import partial

from benchmarks.detection import (
    browsing_values,
    card_values,
    card_writings,
    cpr_values,
    identifiers,
    message_values,
    sms_encodings,
)
from benchmarks.detection.corpus import Column, share
from benchmarks.detection.wording import Wording

Cell = Callable[[], str]
_CELLS = 400
_MANY = 1_000  # cells of a column in which finds are few


class _Maker:
    """Draws the cells of one corpus' columns."""

    def __init__(self, rng: random.Random, words: Wording) -> None:
        self.rng, self.words = rng, words
        self.serial = rng.randrange(10**6, 10**7)
        self.tacs = identifiers.tacs(rng)

    def mixed(self, *parts: tuple[float, Cell]) -> Cell:
        """A cell of one of the parts, by weight."""
        weights, cells = zip(*parts, strict=True)

        def cell() -> str:
            drawn: Cell = self.rng.choices(cells, weights=weights)[0]
            return drawn()

        return cell

    def of(self, draw: identifiers.Draw) -> Cell:
        return partial(draw, self.rng)

    def text(self, name: str) -> Cell:
        return lambda: self.words.pick(self.rng, name)

    def said(self, write: browsing_values.Write) -> Cell:
        return lambda: self.words.say(self.rng, write(self.rng, self.words))

    def card(self, writing: str = "bare", network: str = "") -> Cell:
        return lambda: card_writings.write(
            self.rng, self.words, identifiers.card(self.rng, network)[0], writing
        )

    def cpr(self, writing: str) -> Cell:
        return lambda: cpr_values.WRITINGS[writing][2](
            self.rng, self.words, cpr_values.number(self.rng, writing)
        )

    def chat(self) -> str:
        return message_values.chat(self.rng, self.words)

    def coded(self, code: Callable[[random.Random, str], str]) -> Cell:
        return lambda: code(self.rng, self.chat())

    def next_number(self, start: int) -> Cell:
        """Numbers that count up from there, with small gaps."""
        state = [start]

        def cell() -> str:
            state[0] += self.rng.randrange(1, 4)
            return str(state[0])

        return cell


def _empty() -> str:
    return ""


def draw(rng: random.Random, words: Wording, size: float) -> Iterator[Column]:
    """Every column of the corpus."""
    maker = _Maker(rng, words)
    for kind, planned in (
        ("card", _card_columns(maker)),
        ("cvv", _cvv_columns(maker)),
        ("cpr", _cpr_columns(maker)),
        ("message", _message_columns(maker)),
    ):
        yield from _filled(words.entries(f"column_{kind}"), kind, planned, size)
    yield from _filled(words.entries("column_browsing"), "browsing", _browsing_columns(maker), size)
    for what, name, count, cell in _clean_columns(maker):
        yield Column(
            name=name,
            what=what,
            holds=frozenset(),
            values=tuple(cell() for _ in range(max(_fewest(count), share(count, size)))),
        )


def _fewest(count: int) -> int:
    return min(count, 60)  # below it a column says too little to be judged


def _filled(
    names: tuple[str, ...], kind: str, planned: list[tuple[str, int, Cell]], size: float
) -> Iterator[Column]:
    for name, (what, count, cell) in zip(names, planned, strict=True):
        cells = tuple(cell() for _ in range(max(_fewest(count), share(count, size))))
        yield Column(name=name, what=what, holds=frozenset({kind}), values=cells)


def _card_columns(make: _Maker) -> list[tuple[str, int, Cell]]:
    digits = make.of(lambda rng: identifiers.digits(rng, rng.randrange(1, 5)))
    orders = make.of(identifiers.random_16)
    return [
        ("card numbers", _CELLS, make.card()),
        (
            "keyed digits, 6 % cards",
            _MANY,
            make.mixed((0.3, _empty), (0.64, digits), (0.06, make.card())),
        ),
        ("card numbers in groups", _CELLS, make.card("spaced")),
        ("random orders, 40 % cards", _CELLS, make.mixed((0.6, orders), (0.4, make.card()))),
        (
            "notes, 3 % with a card",
            _MANY,
            make.mixed((0.97, make.text("notes")), (0.03, make.card("sentence, Danish"))),
        ),
        ("JSON with a card", _CELLS, make.card("JSON")),
        (
            "phone numbers, 3 % cards",
            _MANY,
            make.mixed((0.97, make.of(identifiers.msisdn_dk)), (0.03, make.card())),
        ),
        (
            "running orders, 8 % cards",
            _MANY,
            make.mixed(
                (0.92, make.next_number(1_000_000_000_000_000 + make.serial)), (0.08, make.card())
            ),
        ),
        (
            "masked cards, 10 % clear",
            _CELLS,
            make.mixed((0.9, make.of(identifiers.masked)), (0.1, make.card())),
        ),
        (
            "log lines, 4 % with a card",
            _MANY,
            make.mixed((0.96, make.text("log_lines")), (0.04, make.card("log line"))),
        ),
        ("card numbers as floats", _CELLS, make.card("float")),
        ("card numbers in base64", _CELLS, make.card("base64")),
        (
            "track data",
            _CELLS,
            make.mixed((0.5, make.card("track 1")), (0.5, make.card("track 2"))),
        ),
        ("cards under another number's name", _CELLS, make.card()),
        (
            "cards with no-break spaces, dots, full-width digits",
            _CELLS,
            make.mixed(
                (1, make.card("no-break space")),
                (1, make.card("dots")),
                (1, make.card("full-width")),
            ),
        ),
        (
            "records with a card and its expiry",
            _CELLS,
            make.mixed((1, make.card("record")), (1, make.card("with expiry"))),
        ),
    ]


def _cvv_columns(make: _Maker) -> list[tuple[str, int, Cell]]:
    three = make.of(lambda rng: identifiers.digits(rng, 3))
    four = make.of(lambda rng: identifiers.digits(rng, 4))
    return [
        ("card security codes", _CELLS, three),
        (
            "card security codes, some of four digits",
            _CELLS,
            make.mixed((0.95, three), (0.05, four)),
        ),
        ("card security codes, half empty", _CELLS, make.mixed((0.5, three), (0.5, _empty))),
    ]


def _cpr_columns(make: _Maker) -> list[tuple[str, int, Cell]]:
    lost = make.of(lambda rng: identifiers.cpr(rng).lstrip("0"))
    return [
        ("CPR with a dash", _CELLS, make.cpr("dashed")),
        ("CPR as numbers, leading zero lost", _CELLS, lost),
        ("CPR, ten digits", _CELLS, make.cpr("bare")),
        (
            "notes, 10 % with a CPR",
            _MANY,
            make.mixed((0.9, make.text("notes")), (0.1, make.cpr("sentence, Danish"))),
        ),
        ("CPR under a neutral name", _CELLS, make.cpr("bare")),
        ("JSON with a CPR", _CELLS, make.cpr("JSON")),
        (
            "CPR of private customers, CVR of firms",
            _CELLS,
            make.mixed((0.6, make.cpr("dashed")), (0.4, make.of(identifiers.cvr))),
        ),
        (
            "CPR with a dash, half empty",
            _CELLS,
            make.mixed((0.5, make.cpr("dashed")), (0.5, _empty)),
        ),
    ]


def _message_columns(make: _Maker) -> list[tuple[str, int, Cell]]:
    codes = make.of(
        lambda rng: rng.choice(("OK", "AFVIST", "1", "2", "3", "9", f"T{rng.randrange(99)}"))
    )
    parts = make.mixed(
        (1, make.coded(sms_encodings.text_part)),
        (1, make.coded(sms_encodings.picture_part)),
        (1, make.coded(sms_encodings.slides)),
    )
    return [
        ("text messages", _CELLS, make.chat),
        (
            "text messages, many of one word",
            _CELLS,
            make.mixed((0.6, make.chat), (0.4, make.text("text_short"))),
        ),
        ("codes, 30 % text messages", _CELLS, make.mixed((0.7, codes), (0.3, make.chat))),
        ("UCS-2 in hex", _CELLS, make.coded(lambda _r, text: sms_encodings.ucs2(text))),
        (
            "PDUs",
            _CELLS,
            make.mixed(
                (1, make.coded(sms_encodings.deliver)), (1, make.coded(sms_encodings.submit))
            ),
        ),
        ("base64", _CELLS, make.coded(lambda _r, text: sms_encodings.in_base64(text))),
        ("receipts with text", _CELLS, make.coded(sms_encodings.receipt)),
        ("parts of multimedia messages", _CELLS, parts),
        (
            "young people's messages under a neutral name",
            _CELLS,
            make.mixed((0.6, make.text("text_young")), (0.4, make.chat)),
        ),
        ("English messages", _CELLS, make.text("text_english")),
        ("donation keywords", _CELLS, make.text("keywords")),
        ("half empty, text messages", _CELLS, make.mixed((0.5, _empty), (0.5, make.chat))),
    ]


def _browsing_columns(make: _Maker) -> list[tuple[str, int, Cell]]:
    site = make.of(lambda rng: browsing_values.site(rng, make.words))
    page = make.of(lambda rng: make.words.say(rng, browsing_values.url(rng, make.words)))
    return [
        ("pages visited", _CELLS, page),
        ("hosts visited", _CELLS, site),
        ("server names of TLS", _CELLS, site),
        ("names asked for", _CELLS, site),
        ("destination addresses", _CELLS, make.of(identifiers.public_address)),
        (
            "hosts and own hosts under a neutral name",
            _CELLS,
            make.mixed((0.6, site), (0.4, make.text("own_hosts"))),
        ),
    ]


def _clean_columns(make: _Maker) -> Iterator[tuple[str, str, int, Cell]]:
    """What it is, its name, how many cells, a cell."""
    yield from _clean_numbers(make)
    yield from _clean_series(make)
    yield from _clean_texts(make)
    yield from _clean_names(make)


def _named(
    make: _Maker, what: str, fields: str, cell: Cell
) -> Iterator[tuple[str, str, int, Cell]]:
    """The same under each of its own names and under a neutral one."""
    for name in make.words.entries(fields)[:2]:
        yield what, name, _CELLS, cell
    neutral = [name for name in make.words.entries("neutral_fields") if name]
    yield f"{what}, neutral name", make.rng.choice(neutral), _CELLS, cell


def _clean_numbers(make: _Maker) -> Iterator[tuple[str, str, int, Cell]]:
    decoys = card_values.decoys(make.rng)
    # a column of mistyped cards is one of cards; ids like cards come by name alone
    left_out = {"card with a mistyped digit", *card_values.AMBIGUOUS}
    for what, (_, fields, _, cell) in decoys.items():
        if what not in left_out:
            yield from _named(make, what, fields, make.of(cell))
    slips, imeis = make.words.entries("fields_slip"), make.words.entries("fields_imei")
    yield (
        "FI ids that begin with 4 or 5",
        slips[0],
        _CELLS,
        make.of(identifiers.slip_16_like_a_card),
    )
    yield (
        "IMEI and IMEISV",
        imeis[0],
        _CELLS,
        make.mixed((1, make.of(decoys["IMEI"][3])), (1, make.of(decoys["IMEISV"][3]))),
    )
    yield (
        "IMEI, half empty",
        imeis[1],
        _CELLS,
        make.mixed((1, make.of(decoys["IMEI"][3])), (1, _empty)),
    )
    yield "few IMEIs", imeis[0], 25, make.of(decoys["IMEI"][3])
    yield (
        "other numbers of modulus 10",
        make.words.entries("neutral_fields")[1],
        _CELLS,
        make.of(_mod_10),
    )
    yield (
        "JSON with an IMEI",
        make.words.entries("column_card")[5],
        _CELLS,
        lambda: json.dumps(
            {"imei": decoys["IMEI"][3](make.rng), "at": make.words.say(make.rng, "{stamp}")}
        ),
    )


def _mod_10(rng: random.Random) -> str:
    body = rng.choice("123456789") + identifiers.digits(rng, 14)
    return body + identifiers.luhn_digit(body)


def _clean_series(make: _Maker) -> Iterator[tuple[str, str, int, Cell]]:
    cpr_like = {
        "yymmddhhmm",
        "ddmmyy-hhmm",
        "phone with 45",
        "Swedish personnummer",
        "order, ten digits",
        "masked CPR",
    }
    for what in sorted(cpr_like):
        _, fields, _, cell = cpr_values.DECOYS[what]
        yield from _named(make, what, fields, make.of(cell))
    orders, times = make.words.entries("fields_order"), make.words.entries("fields_time")
    yield (
        "running numbers, 16 digits",
        orders[0],
        _CELLS,
        make.next_number(1_000_000_000_000_000 + make.serial),
    )
    yield (
        "running numbers that begin as Visa does",
        orders[1],
        _CELLS,
        make.next_number(4_571_000_000_000_000 + make.serial),
    )
    yield (
        "running numbers, ten digits",
        orders[2],
        _CELLS,
        make.next_number(1_200_000_000 + make.serial),
    )
    yield (
        "dates of birth",
        "foedselsdato",
        _CELLS,
        make.of(lambda rng: f"{identifiers.moment(rng):%d%m}{rng.randrange(40, 99)}"),
    )
    yield "epoch ns", times[0], _CELLS, make.of(lambda rng: identifiers.epoch(rng, 1_000_000_000))
    yield (
        "moments of one winter, epoch s",
        times[2],
        _CELLS,
        make.of(lambda rng: str(rng.randrange(1_701_000_000, 1_713_000_000))),
    )
    for name in make.words.entries("fields_extension"):
        yield (
            "three digits that are no security code",
            name,
            _CELLS,
            make.of(lambda rng: identifiers.digits(rng, 3)),
        )
    yield (
        "card brands",
        "kort_type",
        _CELLS,
        make.of(lambda rng: rng.choice(("Visa", "Dankort", "Mastercard", "MobilePay"))),
    )
    yield "SSCC", orders[0], _CELLS, make.of(_sscc)


def _sscc(rng: random.Random) -> str:
    body = rng.choice(("35712", "05790")) + identifiers.digits(rng, 12)
    return body + identifiers.gs1_digit(body)


def _clean_texts(make: _Maker) -> Iterator[tuple[str, str, int, Cell]]:
    neutral = [name for name in make.words.entries("neutral_fields") if name]
    for place, (what, name) in enumerate(
        zip(message_values.TEXTS, make.words.entries("column_text"), strict=True)
    ):
        yield what.replace("_", " "), name, _CELLS, make.text(what)
        if place % 2 == 0:
            yield (
                f"{what.replace('_', ' ')}, neutral name",
                neutral[place % len(neutral)],
                _CELLS,
                make.text(what),
            )
    for what, (_, cell) in message_values.CODES.items():
        yield what, neutral[len(what) % len(neutral)], _CELLS, make.of(cell)


def _clean_names(make: _Maker) -> Iterator[tuple[str, str, int, Cell]]:
    for what in (
        "own domain",
        "3GPP name",
        "mail address",
        "SIP address",
        "file name",
        "class name",
        "node name",
        "version",
        "no space after the period",
    ):
        _, fields, write = browsing_values.DECOYS[what]
        yield what, make.words.entries(next(iter(fields)))[0], _CELLS, make.said(write)
    for what, fields_of, draw_one in (
        ("private addresses", "fields_address", identifiers.address),
        ("the subscribers' own addresses", "fields_address", identifiers.public_address),
    ):
        yield what, make.words.entries(fields_of)[-1], _CELLS, make.of(draw_one)
    yield "firms", make.words.entries("fields_firm")[0], _CELLS, make.text("firms")
    yield "towns", "by", _CELLS, make.text("towns")
    yield (
        "names",
        "navn",
        _CELLS,
        lambda: (
            f"{make.words.pick(make.rng, 'first_names')} {make.words.pick(make.rng, 'last_names')}"
        ),
    )
