"""Invented numbers of every kind that a telecom export holds: cards, CPR, and what looks like them.

Each function draws one number from the generator it is given. Nothing is taken from anybody's data:
serial parts are random, and only what a public standard fixes is fixed (networks' prefixes and
lengths, check digits, country and operator codes). What each form is after stands beside it.
"""

from __future__ import annotations

import datetime as dt
import random
import string
from collections.abc import Callable, Sequence

# every moment lies before it; nothing asks the clock
AS_OF = dt.datetime(2026, 11, 22, 12, 0, 0, tzinfo=dt.UTC)

# Network -> share of a Danish operator's payments (ours: Visa/Dankort leads, the small ones large
# enough to be measured), prefixes, lengths. Prefixes and lengths after public tables of issuer
# identification numbers (ISO/IEC 7812; the networks' own BIN notices).
NETWORKS: dict[str, tuple[float, tuple[str, ...], tuple[int, ...]]] = {
    "visa_dankort": (28, ("4571",), (16,)),
    "visa": (17, ("40", "41", "42", "43", "44", "455", "456", "46", "47", "48", "49"), (16,)),
    "dankort": (8, ("5019",), (16,)),
    "mastercard": (22, ("51", "52", "53", "54", "55"), (16,)),
    "mastercard_2": (
        7,
        ("2221", "2229", "223", "229", "23", "24", "25", "26", "270", "271", "2720"),
        (16,),
    ),
    "amex": (4, ("34", "37"), (15,)),
    "forbrugsforeningen": (2, ("600722",), (16,)),
    "diners": (2, ("300", "301", "305", "36", "38", "39"), (14,)),
    "discover": (2, ("6011", "644", "649", "65"), (16,)),
    "jcb": (2, ("3528", "353", "356", "3589"), (16,)),
    "unionpay": (2, ("6210", "6222", "6228", "6250"), (16, 16, 19)),
    "maestro": (4, ("5018", "5020", "5038", "6304", "6759", "6761", "6763"), (16, 16, 16, 18, 19)),
}
_TACS_PER_CORPUS = 40
# the common ones; no 34 and no 37 among them
_REPORTING_BODIES = ("35", "35", "35", "35", "35", "86", "86", "01", "99", "91")
_DANISH_CODES = ("01", "02", "06", "20", "30", "66", "77", "12")  # mobile network codes under 238


def digits(rng: random.Random, count: int) -> str:
    """Random digits."""
    return "".join(rng.choices(string.digits, k=count))


def luhn_digit(number: str) -> str:
    """The check digit that makes the number pass modulus 10 (ISO/IEC 7812-1 annex B)."""
    doubled = sum(sum(divmod(2 * int(digit), 10)) for digit in number[::-2])
    return str(-(doubled + sum(map(int, number[-2::-2]))) % 10)


def passes_luhn(number: str) -> bool:
    """Whether the last digit is the check digit of the others."""
    return luhn_digit(number[:-1]) == number[-1]


def gs1_digit(number: str) -> str:
    """GS1's check digit: weights 3 and 1 from the right."""
    return str(
        -sum(
            int(digit) * (3 if place % 2 == 0 else 1)
            for place, digit in enumerate(reversed(number))
        )
        % 10
    )


def card(rng: random.Random, network: str = "") -> tuple[str, str]:
    """An invented card number and its network, drawn by the shares where none is named."""
    if not network:
        network = rng.choices(list(NETWORKS), weights=[share for share, _, _ in NETWORKS.values()])[
            0
        ]
    _, prefixes, lengths = NETWORKS[network]
    prefix, length = rng.choice(prefixes), rng.choice(lengths)
    body = prefix + digits(rng, length - 1 - len(prefix))
    return body + luhn_digit(body), network


def is_card_number(number: str) -> bool:
    """Whether some network issues that prefix at that length, and the check digit is right."""
    known = any(
        len(number) in lengths and number.startswith(prefixes)
        for _, prefixes, lengths in NETWORKS.values()
    )
    return known and passes_luhn(number)


def near_card(rng: random.Random) -> str:
    """A card number with one digit mistyped: it fails Luhn."""
    number, _ = card(rng)
    place = rng.randrange(6, len(number) - 1)
    other = rng.choice([digit for digit in string.digits if digit != number[place]])
    return number[:place] + other + number[place + 1 :]


# Devices, SIM cards, subscribers.


def tacs(rng: random.Random) -> list[str]:
    """The type allocation codes of one operator's devices: few, as in any export (3GPP
    TS 23.003).
    """
    return [rng.choice(_REPORTING_BODIES) + digits(rng, 6) for _ in range(_TACS_PER_CORPUS)]


def imei(rng: random.Random, known: Sequence[str]) -> str:
    """Fifteen digits: type, serial number, Luhn digit."""
    body = rng.choice(known) + digits(rng, 6)
    return body + luhn_digit(body)


def imei_on_the_wire(rng: random.Random, known: Sequence[str]) -> str:
    """Type and serial number with the spare digit 0, as the network sends it."""
    return rng.choice(known) + digits(rng, 6) + "0"


def imeisv(rng: random.Random, known: Sequence[str]) -> str:
    """Sixteen digits: type, serial number, software version; no check digit."""
    return rng.choice(known) + digits(rng, 6) + f"{rng.randrange(1, 60):02}"


def imsi(rng: random.Random) -> str:
    """Country 238, a Danish network, subscriber; one in ten roams in from elsewhere."""
    if rng.random() < 0.1:
        return rng.choice(("24001", "24201", "26201", "23410", "20801", "26006", "31026")) + digits(
            rng, 10
        )
    return "238" + rng.choice(_DANISH_CODES) + digits(rng, 10)


def iccid(rng: random.Random) -> str:
    """Nineteen digits as printed on a SIM card: 89, country 45, issuer, account, Luhn digit (ITU-T
    E.118).
    """
    body = "8945" + rng.choice(_DANISH_CODES) + digits(rng, 12)
    return body + luhn_digit(body)


def raw_iccid(rng: random.Random) -> str:
    """Twenty places as a card is read: the nineteen digits and a filler."""
    return iccid(rng) + "F"


def eid(rng: random.Random) -> str:
    """The identity of an eSIM: 32 digits, modulus 97 (GSMA SGP.29)."""
    body = "89" + rng.choice(("049032", "044045", "033023", "045001")) + digits(rng, 22)
    return body + f"{98 - int(body + '00') % 97:02}"


def msisdn_dk(rng: random.Random) -> str:
    """A Danish number in one of the ways in which exports write it."""
    number = rng.choice("2345679") + digits(rng, 7)
    pairs = " ".join(number[place : place + 2] for place in range(0, 8, 2))
    return rng.choice(
        (number, f"45{number}", f"+45{number}", f"0045{number}", pairs, f"+45 {pairs}")
    )


def msisdn_abroad(rng: random.Random) -> str:
    """A number abroad, 10 to 15 digits: also those that begin as cards do (49, 55, 52, 62, 63)."""
    code, length = rng.choice(
        (
            ("49", 11),
            ("49", 11),
            ("46", 9),
            ("47", 8),
            ("44", 10),
            ("48", 9),
            ("55", 11),
            ("52", 10),
            ("62", 11),
            ("63", 10),
            ("86", 11),
            ("34", 9),
        )
    )
    return rng.choice(("", "", "+", "00")) + code + rng.choice("123567") + digits(rng, length - 1)


def dialled(rng: random.Random) -> str:
    """What was keyed after the number: a queue's choices, a long test string of one digit."""
    return (
        "45"
        + digits(rng, 8)
        + rng.choice(("p", "w", ",", "#"))
        + digits(rng, rng.randrange(1, 6))
        + "#"
    )


# Payment slips and bookkeeping.


def _slip_id(prefix: str, length: int, rng: random.Random) -> str:
    body = prefix + digits(rng, length - 1 - len(prefix))
    return body + luhn_digit(body)


def creditor(rng: random.Random) -> str:
    """Eight digits that begin with 8."""
    return "8" + digits(rng, 7)


def slip_71(rng: random.Random) -> str:
    """The id on a slip of type 71: fifteen digits, filled with zeros from the left, modulus 10."""
    return _slip_id("0" * rng.randrange(2, 6), 15, rng)


def slip_16(rng: random.Random) -> str:
    """The id on a slip of type 75, 04 or 15: sixteen digits of customer and invoice, modulus 10."""
    return _slip_id(rng.choice(("00", "01", "000", "10", "20", "7", "9")), 16, rng)


def slip_16_like_a_card(rng: random.Random) -> str:
    """The same with a customer number that begins with 4 or 5: no rule can tell it from a card by
    itself.
    """
    return _slip_id(rng.choice(("4", "5")) + rng.choice("12345"), 16, rng)


def slip_line(rng: random.Random) -> str:
    """The code line of a payment slip."""
    kind = rng.choice(("71", "71", "75", "75", "04", "15"))
    number = (
        slip_71(rng) if kind == "71" else rng.choice((slip_16, slip_16, slip_16_like_a_card))(rng)
    )
    space = rng.choice(("", "", " "))
    return f"+{kind}<{space}{number}+{space}{creditor(rng)}<"


def ocr(rng: random.Random) -> str:
    """A payment reference of 12 to 14 digits, modulus 10."""
    return _slip_id(rng.choice(("1", "20", "7")), rng.choice((12, 13, 14)), rng)


def gln(rng: random.Random) -> str:
    """A location number of a Danish public body or firm."""
    body = rng.choice(("5790", "5798", "5712")) + digits(rng, 8)
    return body + gs1_digit(body)


def gsrn(rng: random.Random) -> str:
    """The number of a metering point."""
    body = "571313" + digits(rng, 11)
    return body + gs1_digit(body)


def account(rng: random.Random) -> str:
    """Registration number and account, some with a registration number that begins as Diners' cards
    do.
    """
    number = rng.choice(
        (
            "3001",
            "3046",
            "3627",
            "3811",
            "3904",
            "1551",
            "2105",
            "5301",
            "5479",
            "6610",
            "7670",
            "8401",
            "9070",
        )
    ) + digits(rng, 10)
    return rng.choice((number, number, f"{number[:4]} {number[4:]}", f"{number[:4]}-{number[4:]}"))


def iban(rng: random.Random) -> str:
    """A Danish IBAN with its check digits, modulus 97."""
    bban = rng.choice("3456789") + digits(rng, 13)
    check = 98 - int(bban + "131400") % 97  # D = 13, K = 14
    number = f"DK{check:02}{bban}"
    return rng.choice((number, " ".join(number[place : place + 4] for place in range(0, 18, 4))))


def masked(rng: random.Random) -> str:
    """A card number cut as PCI's table allows: the last four, first six and last four, first eight
    and last four of sixteen.
    """
    number, _ = card(rng, rng.choice(("visa_dankort", "visa", "dankort", "mastercard")))
    glyph = rng.choice("*xX•#")
    first = rng.choice((0, 4, 6, 6, 8))
    cut = number[:first] + glyph * (12 - first) + number[-4:]
    return rng.choice(
        (
            cut,
            " ".join(cut[place : place + 4] for place in range(0, 16, 4)),
            f"{glyph * 4}{number[-4:]}",
        )
    )


def overexposed(rng: random.Random) -> str:
    """A card number of which more is left than PCI's table allows."""
    number, _ = card(rng, rng.choice(("visa_dankort", "visa", "dankort", "mastercard")))
    first, last = rng.choice(((10, 4), (12, 2), (8, 6), (6, 8)))
    return number[:first] + rng.choice("*xX#") * (16 - first - last) + number[-last:]


def excel_loss(rng: random.Random) -> str:
    """What a spreadsheet shows of a long number: six digits and an exponent."""
    number = rng.choice("123456789") + digits(rng, 5)
    comma = rng.choice(",.")
    return f"{number[0]}{comma}{number[1:]}E+{rng.choice((11, 13, 14, 15, 15, 18))}"


# Orders, sessions, moments.


def random_16(rng: random.Random) -> str:
    """An order number of sixteen digits: one in fifty looks like a card by chance."""
    return rng.choice(string.digits[1:]) + digits(rng, 15)


def order(rng: random.Random) -> str:
    """An order, case or subscription number of 12 to 19 digits, or one with letters."""
    length = rng.choice((12, 13, 14, 15, 16, 17, 18, 19))
    number = rng.choice("1236789") + digits(rng, length - 1)
    return rng.choice(
        (
            number,
            number,
            number,
            f"{rng.choice(('SO', 'ORD', 'TT', 'SAG'))}-{number[:10]}",
            f"{number[:4]}-{number[4:8]}-{number[8:12]}",
        )
    )


def session(rng: random.Random) -> str:
    """Sixteen digits that begin with a moment, yymmddhhmmss, and a counter."""
    return f"{moment(rng):%y%m%d%H%M%S}" + digits(rng, 4)


def moment(rng: random.Random) -> dt.datetime:
    """A second in the four years before the corpus' day."""
    return AS_OF - dt.timedelta(seconds=rng.randrange(4 * 365 * 86_400))


def stamp_14(rng: random.Random) -> str:
    """Fourteen digits of a moment: yyyymmddhhmmss, or day first."""
    return rng.choice(
        (
            f"{moment(rng):%Y%m%d%H%M%S}",
            f"{moment(rng):%Y%m%d%H%M%S}",
            f"{moment(rng):%d%m%Y%H%M%S}",
        )
    )


def epoch(rng: random.Random, factor: int = 1) -> str:
    """Seconds since 1970, or parts of them."""
    return str(int(moment(rng).timestamp()) * factor + rng.randrange(factor))


def uuid(rng: random.Random) -> str:
    """A random UUID, version 4."""
    text = f"{rng.getrandbits(128):032x}"
    return f"{text[:8]}-{text[8:12]}-4{text[13:16]}-{rng.choice('89ab')}{text[17:20]}-{text[20:]}"


def digest(rng: random.Random) -> str:
    """A hash as hex digits."""
    length = rng.choice((32, 40, 64))
    return f"{rng.getrandbits(4 * length):0{length}x}"


def call_id(rng: random.Random) -> str:
    """A call's id as telephone exchanges write it."""
    seconds = int(moment(rng).timestamp())
    return rng.choice(
        (
            f"{seconds}.{rng.randrange(1, 900_000)}",
            f"{rng.getrandbits(64):x}@{address(rng)}",
            f"{digits(rng, 10)}-{digits(rng, 8)}-{digits(rng, 4)}",
            f"{rng.randrange(1, 4)}{digits(rng, 16)}",
        )
    )


def coordinates(rng: random.Random) -> str:
    """A place in Denmark in degrees."""
    north, east = f"{rng.uniform(54.6, 57.7):.8f}", f"{rng.uniform(8.1, 12.6):.8f}"
    return rng.choice((north, east, f"{north},{east}", f"{north} {east}"))


def amount(rng: random.Random) -> str:
    """An amount of money, Danish or as a float's full expansion."""
    return rng.choice(
        (
            f"{rng.randrange(1, 9999)},{rng.randrange(100):02}",
            f"{rng.randrange(1, 999)}.{rng.randrange(1000):03},{rng.randrange(100):02}",
            f"{rng.uniform(0, 900):.14f}",
            f"{rng.uniform(0, 9):.16f}",
            f"-{rng.randrange(1, 999)},00",
        )
    )


def voucher(rng: random.Random) -> str:
    """A top-up code."""
    code = rng.choice("123456789") + digits(rng, rng.choice((11, 13, 13, 15)))
    return rng.choice((code, "-".join(code[place : place + 4] for place in range(0, len(code), 4))))


def address(rng: random.Random) -> str:
    """An address in a private network."""
    return rng.choice(
        (
            f"10.{rng.randrange(256)}.{rng.randrange(256)}.{rng.randrange(1, 255)}",
            f"192.168.{rng.randrange(256)}.{rng.randrange(1, 255)}",
        )
    )


def public_address(rng: random.Random) -> str:
    """An address out on the network: outside every private, shared and reserved range."""
    return f"{rng.choice((23, 31, 34, 52, 77, 83, 93, 104, 142, 151, 185, 194))}.{rng.randrange(16, 88)}.{rng.randrange(256)}.{rng.randrange(1, 255)}"


# People: CPR and what looks like it.

CPR_WEIGHTS = (4, 3, 2, 7, 6, 5, 4, 3, 2, 1)
# Births for which numbers without modulus 11 exist: cpr.dk, "Personnumre uden kontrolciffer", of 10
# May 2023.
WITHOUT_CHECK = (60, 62, 64, 65, 66, 67, 69, 70, 74, 75, 78, *range(80, 93), 94, 95)


def passes_11(number: str) -> bool:
    """Whether the ten digits pass modulus 11."""
    return (
        sum(weight * int(digit) for weight, digit in zip(CPR_WEIGHTS, number, strict=True)) % 11
        == 0
    )


def birth_date(number: str) -> dt.date | None:
    """The date of birth that ten digits tell, century by the seventh; None where they tell none."""
    day, month, year, seventh = int(number[:2]), int(number[2:4]), int(number[4:6]), int(number[6])
    if seventh <= 3:
        century = 1900
    elif seventh in {4, 9}:
        century = 2000 if year <= 36 else 1900
    else:
        century = 2000 if year <= 57 else 1800
    try:
        return dt.date(century + year, month, day)
    except ValueError:
        return None


def cpr(rng: random.Random) -> str:
    """An invented CPR number of somebody born 1930 to 2025; one in fifty is of those without
    modulus 11.
    """
    if rng.random() < 0.02:
        return _without_check(rng)
    while True:
        born = dt.date(1930, 1, 1) + dt.timedelta(days=rng.randrange(35_000))
        seventh = rng.choice("0123") if born.year < 2000 else rng.choice("4567")
        number = f"{born:%d%m%y}{seventh}{digits(rng, 3)}"
        told = birth_date(number)
        if passes_11(number) and told and told.year == born.year:
            return number


def _without_check(rng: random.Random) -> str:
    while True:
        number = f"0101{rng.choice(WITHOUT_CHECK)}{rng.choice('0123')}{digits(rng, 3)}"
        if not passes_11(number):
            return number


def replacement_cpr(rng: random.Random) -> str:
    """A replacement number: 60 added to the day of birth, four digits after the date."""
    born = dt.date(1940, 1, 1) + dt.timedelta(days=rng.randrange(30_000))
    return f"{born.day + 60}{born:%m%y}{digits(rng, 4)}"


def p_number(rng: random.Random) -> str:
    """The number of a production unit: ten digits from 10 on."""
    return "10" + digits(rng, 8)


def cvr(rng: random.Random) -> str:
    """A company's number: eight digits, modulus 11."""
    while True:
        body = rng.choice("1234") + digits(rng, 6)
        check = (
            -sum(
                weight * int(digit)
                for weight, digit in zip((2, 7, 6, 5, 4, 3, 2), body, strict=True)
            )
            % 11
        )
        if check < 10:
            return body + str(check)


def swedish(rng: random.Random) -> str:
    """A Swedish personnummer: yymmdd-nnnn with a Luhn digit."""
    born = dt.date(1940, 1, 1) + dt.timedelta(days=rng.randrange(29_000))
    body = f"{born:%y%m%d}{digits(rng, 3)}"
    return f"{body[:6]}-{body[6:]}{luhn_digit(body)}"


def ten_digits(rng: random.Random) -> str:
    """An order or case number of ten digits: one in forty tells a date, one in four hundred passes
    as CPR.
    """
    return rng.choice("123456789") + digits(rng, 9)


def minute_first(rng: random.Random) -> str:
    """Ten digits of a moment, year first: yymmddhhmm."""
    return f"{moment(rng):%y%m%d%H%M}"


def day_and_time(rng: random.Random) -> str:
    """A moment, day first: ddmmyy-hhmm, or without the dash."""
    return rng.choice(
        (f"{moment(rng):%d%m%y-%H%M}", f"{moment(rng):%d%m%y-%H%M}", f"{moment(rng):%d%m%y%H%M}")
    )


def phone_10(rng: random.Random) -> str:
    """A Danish number after 45: ten digits whose day would be the 45th."""
    return "45" + rng.choice("2345679") + digits(rng, 7)


def masked_cpr(rng: random.Random) -> str:
    """A date of birth whose last four are hidden."""
    return f"{cpr(rng)[:6]}-{rng.choice(('xxxx', '****', 'XXXX', '----'))}"


def wrong_date(rng: random.Random) -> str:
    """Ten digits with a dash after six whose date does not exist."""
    day, month = rng.choice(
        (
            (rng.randrange(32, 60), rng.randrange(1, 13)),
            (rng.randrange(1, 29), rng.randrange(13, 20)),
            (31, rng.choice((2, 4, 6, 9, 11))),
        )
    )
    return f"{day:02}{month:02}{digits(rng, 2)}-{digits(rng, 4)}"


Draw = Callable[[random.Random], str]
