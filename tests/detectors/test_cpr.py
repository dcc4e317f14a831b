"""CPR numbers in values and columns: every writing, boundary and context, the table of centuries,
exceptions, replacements, and what only looks like one.
"""

from __future__ import annotations

import base64
import random
import time
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from teleaudit.detectors.cpr import (
    CPR_PROFILE,
    cpr_in_cell,
    decide_cpr_column,
    find_cpr,
    profile_cpr,
)
from teleaudit.detectors.cpr_number import (
    Grade,
    birth_year,
    grade_of,
    moment_like,
    passes_modulus_11,
    swedish_like,
)
from teleaudit.detectors.decisions import ColumnDecision
from teleaudit.detectors.knowledge import cpr_exception_years, cpr_test_numbers
from tests.detectors.cpr_numbers import cpr_number, dashed, many

CPR = cpr_number()
UNCHECKED = cpr_number(valid=False)  # a date, and no check digit
REPLACEMENT = "84" + UNCHECKED[2:]


def rows(table: str) -> list[list[str]]:
    """The rows of a text table without its header."""
    return [[cell.strip() for cell in line.split("|")] for line in table.strip().splitlines()[1:]]


def judged(text: str, field: str = "") -> str:
    """The level of the only CPR number in a text, or nothing."""
    hits = find_cpr(text, field=field)
    assert len(hits) <= 1
    return str(hits[0].level) if hits else ""


def reason(text: str, field: str = "") -> str:
    """The reason of the first CPR number in a text, or nothing."""
    hits = find_cpr(text, field=field)
    return hits[0].reason if hits else ""


CENTURIES = """
    seventh | year | born
    0       | 00   | 1900
    0       | 36   | 1936
    0       | 37   | 1937
    1       | 99   | 1999
    2       | 57   | 1957
    3       | 58   | 1958
    3       | 00   | 1900
    4       | 00   | 2000
    4       | 36   | 2036
    4       | 37   | 1937
    4       | 99   | 1999
    5       | 00   | 2000
    5       | 36   | 2036
    5       | 37   | 2037
    5       | 57   | 2057
    5       | 58   | 1858
    6       | 57   | 2057
    6       | 58   | 1858
    7       | 57   | 2057
    7       | 99   | 1899
    8       | 57   | 2057
    8       | 58   | 1858
    9       | 36   | 2036
    9       | 37   | 1937
    9       | 57   | 1957
    9       | 58   | 1958
"""


@pytest.mark.parametrize(("seventh", "year", "born"), rows(CENTURIES))
def test_the_seventh_digit_tells_the_century(seventh: str, year: str, born: str) -> None:
    assert birth_year(f"0101{year}{seventh}000") == int(born)


DATES = """
    birthday | seventh | is a date
    290200   | 4       | yes
    290200   | 0       |
    290204   | 0       | yes
    290203   | 0       |
    290296   | 5       | yes
    300204   | 0       |
    310447   | 6       |
    300447   | 6       | yes
    311247   | 6       | yes
    320147   | 6       |
    000147   | 6       |
    010047   | 6       |
    011347   | 6       |
    610147   | 6       | yes
    910147   | 6       | yes
    910447   | 6       |
    890200   | 4       | yes
    890200   | 0       |
    920147   | 6       |
    600147   | 6       |
"""


@pytest.mark.parametrize(("birthday", "seventh", "date"), rows(DATES))
def test_only_a_day_of_the_calendar_counts(birthday: str, seventh: str, date: str) -> None:
    assert bool(grade_of(cpr_number(birthday, seventh=seventh))) is bool(date)


def test_the_check_digit_is_modulus_11() -> None:
    assert passes_modulus_11("0707614285")  # the worked example of the civil registration office
    assert not passes_modulus_11("0707614286")
    assert grade_of(CPR) is Grade.STRONG
    assert grade_of(UNCHECKED) is Grade.DATED
    assert grade_of(REPLACEMENT) is Grade.REPLACEMENT


def test_a_birthday_with_numbers_without_a_check_digit_is_strong() -> None:
    assert len(cpr_exception_years()) == 26
    assert grade_of(cpr_number("010165", seventh="2", valid=False)) is Grade.STRONG
    assert grade_of(cpr_number("020165", seventh="2", valid=False)) is Grade.DATED
    assert grade_of(cpr_number("010161", seventh="2", valid=False)) is Grade.DATED
    assert grade_of(cpr_number("010165", seventh="6", valid=False)) is Grade.DATED  # 1865


def test_a_serial_number_of_zeros_was_never_given_out() -> None:
    assert grade_of("0101650000") is Grade.DATED


WRITINGS = {
    "dash": dashed(CPR),
    "bare": CPR,
    "space": dashed(CPR, " "),
    "spaced dash": dashed(CPR, " - "),
    "en dash": dashed(CPR, "\u2013"),
    "em dash": dashed(CPR, "\u2014"),
    "no-break space": dashed(CPR, "\u00a0"),
    "tab": dashed(CPR, "\t"),
    "soft hyphen": dashed(CPR, "\u00ad"),
    "zero-width spaces": "\u200b".join(CPR),
    "full-width digits": CPR.translate({48 + i: 0xFF10 + i for i in range(10)}),
    "arabic digits": CPR.translate({48 + i: 0x0660 + i for i in range(10)}),
    "html entity": dashed(CPR, "&nbsp;"),
    "numeric entity": dashed(CPR, "&#8211;"),
    "percent": dashed(CPR, "%20"),
    "json escape": dashed(CPR, "\\u2013"),
    "hex": dashed(CPR).encode().hex(),
    "bare hex": CPR.encode().hex(),
    "ucs-2": CPR.encode("utf-16-be").hex(),
    "base64": base64.b64encode(dashed(CPR).encode()).decode(),
    "base64 in text": base64.b64encode(f"se {CPR} her".encode()).decode(),
    "float": CPR + ".0",
    "float with a comma": CPR + ",00",
    "exponent": f"{CPR[0]}.{CPR[1:]}E9",
    "excel apostrophe": "'" + CPR,
    "excel formula": f'="{CPR}"',
    "spaces around": f"  {CPR} ",
    "quoted": f'"{dashed(CPR)}"',
    "in a sentence": f"Kunden {dashed(CPR)} vil opsige",
    "at the end of a sentence": f"Hun har {dashed(CPR)}.",
    "in json": f'{{"note": "{dashed(CPR)}"}}',
    "beside a phone number": f"12345678 {dashed(CPR)}",
    "a customer's word before": f"Kontohaver {dashed(CPR)}",
    "in a line of values": f"12345678,{CPR},2026-11-22",
    "before a word about others": f"{dashed(CPR)} har 12 cpr-sager",
    "beside a comma": f"Hansen, {dashed(CPR)}, Vejle",
}


@pytest.mark.parametrize("text", WRITINGS.values(), ids=WRITINGS)
def test_a_cpr_number_is_found_however_it_is_written(text: str) -> None:
    assert judged(text) == "probable"


def test_a_hit_says_where_it_stands_in_the_original_text() -> None:
    text = f"&nbsp;ÆØÅ \u200b{dashed(CPR, '&#8211;')}, tak"
    (hit,) = find_cpr(text)
    assert text[hit.start : hit.end] == dashed(CPR, "&#8211;")


CONFIRMED = {
    "word before": f"cpr {CPR}",
    "capitals": f"CPR-nr.: {dashed(CPR)}",
    "glued": f"cpr{CPR}",
    "glued with nr": f"CPRnr{dashed(CPR)}",
    "underscore": f"cpr_{CPR}",
    "compound": f"kundecpr: {CPR}",
    "personnummer": f"personnummeret er {dashed(CPR)}",
    "english": f"social security number {CPR}",
    "word behind": f"{dashed(CPR)} (cpr)",
    "json key": f'{{"cprNumber":"{CPR}"}}',
    "key and value": f"cpr={CPR};x=1",
    "cvr/cpr": f"CVR/CPR: 12345678 / {dashed(CPR)}",
    "cpr/cvr": f"CPR/CVR-nr. {dashed(CPR)}",
    "cpr-id": f"cpr-id: {CPR}",
    "after another number": f"ordre 12345, cpr {CPR}",
    "dots": f"cpr {dashed(CPR, '.')}",
    "date with dots": f"cpr {CPR[:2]}.{CPR[2:4]}.{CPR[4:6]}-{CPR[6:]}",
    "p-nr": f"p-nr {dashed(CPR)}",
    "in a path": f"https://example.dk/cpr/{CPR}",
    "percent-encoded": f"?cpr%3D{CPR}",
    "percent-encoded json": f"%22cpr%22%3A%22{CPR}%22",
    "xml": f"<PersonCivilRegistrationIdentifier>{CPR}</PersonCivilRegistrationIdentifier>",
    "moment beside the word": f"cpr {cpr_number('220126', seventh='1')}",
}


@pytest.mark.parametrize("text", CONFIRMED.values(), ids=CONFIRMED)
def test_a_word_beside_it_confirms(text: str) -> None:
    assert judged(text) == "confirmed"


FIELDS = """
    field            | strong    | unchecked | replacement
    CPR              | confirmed | review    | probable
    kundeCprNr       | confirmed | review    | probable
    customer.cpr_nr  | confirmed | review    | probable
    Personnummer     | confirmed | review    | probable
    national_id      | confirmed | review    | probable
    note             | probable  |           | review
    Ref.             | probable  |           | review
    ordre_ref        | review    |           |
    ordrenr          | review    |           |
    created_at       | review    |           |
    P-nr             | review    |           |
    msisdn           | review    |           |
"""


@pytest.mark.parametrize(("field", "strong", "unchecked", "replacement"), rows(FIELDS))
def test_the_name_of_the_field_speaks_too(
    field: str, strong: str, unchecked: str, replacement: str
) -> None:
    assert [judged(dashed(number), field) for number in (CPR, UNCHECKED, REPLACEMENT)] == [
        strong,
        unchecked,
        replacement,
    ]


REVIEWED = {
    "other_context": (
        f"ordre {CPR}",
        f"sagsnr. {dashed(CPR)}",
        f"tlf: {CPR}",
        f'{{"order_id":"{CPR}"}}',
        f"cpr ikke oplyst, ordre {CPR}",
        f"timestamp={CPR}",
        f"Konto nr. {CPR}",
        f"p-nr {cpr_number('100347')}",
    ),
    "touching_text": (
        f"/kunder/{CPR}",
        f"A-{CPR}",
        f"{CPR}@example.dk",
        f"1234 {CPR}",
        f"1234-{CPR}",
        f"{dashed(CPR)}-7",
        f"#{CPR}",
        f"{dashed(CPR)}:55",
        f"{CPR},5",
    ),
    "no_check_digit": (f"cpr {dashed(UNCHECKED)}", f"personnummer: {UNCHECKED}"),
    "replacement_number": (dashed(REPLACEMENT), f"Kunden {dashed(REPLACEMENT)} ringede"),
    "moment_like": (cpr_number("220126", seventh="1"), dashed(cpr_number("220126", seventh="1"))),
    "epoch_like": (cpr_number("170147", seventh="6"),),
    "production_unit_like": (cpr_number("100347", seventh="6"),),
}


@pytest.mark.parametrize(
    ("why", "text"),
    [
        pytest.param(why, text, id=f"{why}-{place}")
        for why, texts in REVIEWED.items()
        for place, text in enumerate(texts)
    ],
)
def test_what_may_be_something_else_is_for_a_person_to_see(why: str, text: str) -> None:
    assert (judged(text), reason(text)) == ("review", why)


def test_a_dash_or_a_word_outweighs_a_look_alike() -> None:
    assert judged(dashed(cpr_number("170147", seventh="6"))) == "probable"
    assert judged(dashed(cpr_number("100347", seventh="6"))) == "probable"
    assert judged(f"cpr {cpr_number('170147', seventh='6')}") == "confirmed"


PASSED_BY = {
    "a longer number": f"1{CPR}",
    "a longer number behind": f"{CPR}1",
    "a phone number": f"+45{CPR}",
    "a phone number with a space": f"+45 {CPR}",
    "a decimal": f"0.{CPR}",
    "a decimal behind": f"{CPR}.5",
    "the id of a call": f"{CPR}.1234",
    "a letter before": f"x{CPR}",
    "a letter behind": f"{CPR}b",
    "hexadecimal": f"deadbeef{CPR}cafe",
    "uuid": f"{CPR[:8]}-{CPR[2:6]}-4{CPR[:3]}-8{CPR[:3]}-a{CPR}f",
    "masked": f"{CPR[:6]}-xxxx",
    "masked with stars": f"{CPR[:6]}-****",
    "half masked": f"{CPR[:6]}-{CPR[6:8]}**",
    "masked before": f"******{CPR[6:]}",
    "a date of birth": "født 24-07-1947",
    "six digits": "240747",
    "no check digit": dashed(UNCHECKED),
    "no check digit in text": f"Kunden {dashed(UNCHECKED)} ringede",
    "no date": "cpr 450747-1234",
    "nine digits": "101471234",
    "a bare replacement number": REPLACEMENT,
    "a replacement number beside order": f"ordre {dashed(REPLACEMENT)}",
    "a swedish number by its name": "svensk personnummer 850312-1234",
    "two separators": f"cpr {CPR[:2]}.{CPR[2:6]}-{CPR[6:]}",
    "dashes without a word": f"{CPR[:2]}-{CPR[2:4]}-{CPR[4:6]}-{CPR[6:]}",
    "a tied replacement number": f"A-{dashed(REPLACEMENT)}",
    "dots without a word": dashed(CPR, "."),
    "phone numbers in pairs": "20 12 34 56 78",
    "a time": "22-01-2026 14:35",
    "hash": "5f2b6a0e4c1d4d5b8a7f0c9e1d2b3a4f",
    "mean address": "10.10.10.10",
    "cpr without a number": "cpr-registret svarede ikke",
    "empty": "",
}


@pytest.mark.parametrize("text", PASSED_BY.values(), ids=PASSED_BY)
def test_what_is_no_cpr_number_is_passed_by(text: str) -> None:
    assert judged(text) == ""


def test_a_note_in_a_column_of_orders_is_read_as_a_note() -> None:
    assert judged(f"Kunden {dashed(CPR)} ringede om den", "ordrenr") == "probable"
    assert judged(f"Kunden {CPR} ringede om den", "ordrenr") == "review"


def test_a_lost_zero_needs_the_word_or_the_name() -> None:
    number = cpr_number("040747")[1:]
    assert judged(number) == ""
    assert judged(number, "cpr") == "probable"
    assert judged(number + ".0", "cpr") == "probable"
    assert judged(f"cpr {number}") == "probable"
    assert reason(f"cpr {dashed(number, '')}") == "lost_zero"
    assert judged(f"se {number} tak", "cpr") == ""
    assert judged(cpr_number("040747", valid=False)[1:], "cpr") == ""


def test_each_of_several_numbers_is_judged() -> None:
    hits = find_cpr(
        f"cpr {dashed(CPR)} og {dashed(cpr_number(place=1))}, ordre {cpr_number(place=2)}"
    )
    assert [hit.level for hit in hits] == ["confirmed", "confirmed", "review"]
    hits = find_cpr(f"{dashed(CPR)} cpr: {dashed(cpr_number(place=1))}")
    assert [hit.level for hit in hits] == ["probable", "confirmed"]


@pytest.mark.parametrize("number", sorted(cpr_test_numbers())[:3], ids=lambda _: "published")
def test_a_published_test_number_is_for_a_person_to_see(number: str) -> None:
    assert [judged(f"cpr {number}"), reason(dashed(number))] == ["review", "test_person"]


def test_a_swedish_number_is_for_a_person_to_see() -> None:
    both = next(
        number
        for place in range(80)
        if swedish_like(number := cpr_number("030721", seventh="6", place=place))
    )
    assert reason(dashed(both)) == "swedish_like"
    assert judged(both) == "probable"  # in Sweden a dash is always written
    assert not swedish_like(cpr_number("030747"))


def test_a_minute_of_the_last_years_is_moment_like() -> None:
    assert moment_like("2201261435")  # ddmmyyhhmm
    assert moment_like("2601221435")  # yymmddhhmm
    assert moment_like("2201260975")  # ddmmyy and a running number
    assert not moment_like("2201261075")
    assert not moment_like("2201262435")
    assert not moment_like("2201471435")
    assert not moment_like("2601221460")
    assert not moment_like("2213261435")


DICE = random.Random(20261122)  # noqa: S311 - invented numbers


def running(first: str, count: int, *, length: int = 10) -> list[str]:
    """So many numbers of running digits that begin so."""
    return [
        first + "".join(DICE.choices("0123456789", k=length - len(first))) for _ in range(count)
    ]


NUMBERS = many(60)
MOMENTS = [
    f"{year}{month:02}{day:02}{10 + day % 9}{day + 20}"
    for year in (24, 25)
    for month in range(1, 13)
    for day in range(1, 29)
]
ACCOUNTS = [number for number in running("", 9000) if passes_modulus_11(number)]
LOST = [number[1:] for number in many(20, days=range(1, 10))]

COLUMNS: dict[str, tuple[str, Sequence[str | None], str, str]] = {
    "by name": ("CPR-nr", [*NUMBERS], "confirmed", "cpr_column"),
    "by name with dashes": (
        "cpr",
        [dashed(number) for number in NUMBERS],
        "confirmed",
        "cpr_column",
    ),
    "one by name": ("cpr", [NUMBERS[0], None, ""], "confirmed", "cpr_column"),
    "without a name": ("felt7", [*NUMBERS], "probable", "cpr_column"),
    "three without a name": (
        "felt7",
        [dashed(number) for number in NUMBERS[:3]],
        "probable",
        "cpr_column",
    ),
    "under the name of a customer number": ("kundenr", [*NUMBERS], "probable", "cpr_column"),
    "three under the name of orders": ("ordrenr", [*NUMBERS[:3]], "review", "other_name"),
    "some of them mistyped": (
        "felt7",
        [*NUMBERS[:40], *(cpr_number(place=i, valid=False) for i in range(10))],
        "probable",
        "cpr_column",
    ),
    "among phone numbers": (
        "kontakt",
        [*running("45", 900), *NUMBERS[:9]],
        "probable",
        "cpr_column",
    ),
    "among order numbers": (
        "felt7",
        [*running("", 900), *NUMBERS[:40]],
        "probable",
        "mixed_column",
    ),
    "a thousand among numbers without a check digit": (
        "felt7",
        [*NUMBERS * 18, *[UNCHECKED] * 3000],
        "probable",
        "mixed_column",
    ),
    "a thousand": ("felt7", NUMBERS * 18, "probable", "cpr_column"),
    "one with a dash": ("felt7", [dashed(CPR), "12345678", "ja"], "probable", "single_numbers"),
    "few among many dates": (
        "felt7",
        [*NUMBERS * 10, *[UNCHECKED] * 3400],
        "probable",
        "mixed_column",
    ),
    "beside numbers of another scheme": (
        "felt7",
        [*NUMBERS, *(cpr_number("407047", place=i) for i in range(5))],
        "probable",
        "cpr_column",
    ),
    "bank accounts under the name": ("cpr", [*ACCOUNTS], "confirmed", "cpr_column"),
    "one that reads as a moment": (
        "felt7",
        [dashed(cpr_number("220126", seventh="1"))],
        "review",
        "too_few_to_tell",
    ),
    "one without a dash": ("felt7", [CPR, "12345678", "ja"], "review", "too_few_to_tell"),
    "one under another name": ("ordrenr", [dashed(CPR), "12345678"], "review", "too_few_to_tell"),
    "one without a dash under another name": ("ordrenr", [CPR, "12345678"], "", "chance"),
    "random numbers": ("felt7", running("", 4000), "", "chance"),
    "order numbers": ("ordrenr", running("", 4000), "", "chance"),
    "moments": ("felt7", [*MOMENTS], "", "look_alikes"),
    "moments of one hour": (
        "felt7",
        [f"2203{day:02}1435" for day in range(1, 31)],
        "",
        "look_alikes",
    ),
    "seconds": ("felt7", [str(1701000000 + 7919 * i) for i in range(1400)], "", "look_alikes"),
    "production units": ("felt7", running("100", 900), "", "look_alikes"),
    "bank accounts": ("felt7", [*ACCOUNTS], "", "modulus_11_identifier"),
    "phone numbers": ("felt7", running("45", 900), "", "none"),
    "swedish numbers": (
        "felt7",
        [f"{70 + i % 20}{i % 12 + 1:02}{i % 28 + 1:02}-{1000 + 37 * i}" for i in range(60)],
        "review",
        "replacement_column",
    ),
    "replacement numbers by name": (
        "cpr",
        [f"{int(number[0]) + 6}{number[1:]}" for number in NUMBERS],
        "probable",
        "replacement_column",
    ),
    "replacement numbers among others": (
        "felt7",
        [*NUMBERS, *(f"{int(number[0]) + 6}{number[1:]}" for number in NUMBERS[:9])],
        "probable",
        "replacement_column",
    ),
    "no check digit by name": (
        "cpr",
        [cpr_number(place=i, valid=False) for i in range(30)],
        "review",
        "no_check_digit",
    ),
    "test numbers by name": (
        "cpr",
        sorted(cpr_test_numbers() - {"0707614285"}),
        "review",
        "test_person",
    ),
    "test numbers": ("felt7", ["2512489996", "2911829996"], "review", "test_person"),
    "few lost zeros under another name": ("ordrenr", LOST[:3], "review", "other_name"),
    "lost zeros": ("felt7", [*LOST, *NUMBERS], "probable", "cpr_column"),
    "only lost zeros": ("felt7", [*LOST], "probable", "lost_zero"),
    "lost zeros by name": ("CPR", [*LOST], "confirmed", "lost_zero"),
    "replacement numbers among phone numbers": (
        "felt7",
        [*running("45", 60), *(f"{int(number[0]) + 6}{number[1:]}" for number in NUMBERS)],
        "",
        "none",
    ),
    "lost zeros among running numbers": (
        "felt7",
        [*LOST, *running("199", 100, length=9)],
        "",
        "chance",
    ),
    "nine digits": ("felt7", running("", 900, length=9), "", "chance"),
    "with the whole year": (
        "cpr",
        [f"{number[:4]}20{number[4:6]}-{number[6:]}" for number in NUMBERS],
        "review",
        "unread_numbers",
    ),
    "with dots": (
        "cpr_nr",
        [f"{number[:2]}.{number[2:4]}.{number[4:6]}-{number[6:]}" for number in NUMBERS],
        "confirmed",
        "cpr_in_text",
    ),
    "without a date": (
        "personnummer",
        [f"99{number[2:]}" for number in NUMBERS],
        "review",
        "unread_numbers",
    ),
    "moments named for CPR": (
        "cpr_opslag_tidspunkt",
        [f"2026-07-{day:02} 10.11.12" for day in range(1, 29)],
        "",
        "none",
    ),
    "hashed": ("cpr", [f"{i:064x}" for i in range(1, 40)], "", "none"),
    "masked": ("cpr", [number[:6] + "-xxxx" for number in NUMBERS], "", "none"),
    "in a note": (
        "note",
        ["Kunden ringer igen", f"oplyste {dashed(CPR)} i dag"],
        "probable",
        "cpr_in_text",
    ),
    "in a long note": (
        "note",
        [f"{'Kunden ringer igen. ' * 9} oplyste {dashed(CPR)}"],
        "probable",
        "cpr_in_text",
    ),
    "beside the word in a note": (
        "note",
        ["Kunden ringer igen", f"cpr {CPR}"],
        "confirmed",
        "cpr_in_text",
    ),
    "numbers in log lines": (
        "note",
        [f"hop={number};leg=2" for number in running("", 4000)],
        "",
        "chance",
    ),
    "empty": ("cpr", [None, ""], "", "none"),
}


def decision_of(case: str) -> ColumnDecision:
    """What is decided about the column of that case."""
    name, values, *_ = COLUMNS[case]
    return decide_cpr_column(profile_cpr(values, name=name), name)


@pytest.mark.parametrize("case", COLUMNS)
def test_a_column_is_decided_as_a_whole(case: str) -> None:
    level, why = COLUMNS[case][2:]
    decision = decision_of(case)
    assert (str(decision.level or ""), decision.reason) == (level, why)
    assert decision.kinds == ({"cpr"} if level else frozenset())


def test_the_counts_of_parts_add_up() -> None:
    values = [*NUMBERS, *LOST, *running("", 50), f"cpr {CPR}", None, ""]
    whole, parts = profile_cpr(values), [profile_cpr(values[:70]), profile_cpr(values[70:])]
    assert tuple(whole) == CPR_PROFILE
    assert whole == {key: sum(part[key] for part in parts) for key in CPR_PROFILE}


CELLS = """
    column                           | strong    | replacement | unchecked | lost zero
    by name                          | confirmed | probable    | review    |
    without a name                   | probable  | probable    |           |
    lost zeros                       | probable  | probable    |           | probable
    lost zeros by name               |           |             |           | confirmed
    among order numbers              | probable  |             |           |
    few among many dates             | review    |             |           |
    random numbers                   |           |             |           |
    bank accounts                    |           |             |           |
    replacement numbers by name      | probable  | probable    |           |
    no check digit by name           | review    |             | review    |
"""


@pytest.mark.parametrize(("case", "strong", "replacement", "unchecked", "lost"), rows(CELLS))
def test_a_cell_is_judged_in_the_light_of_its_column(
    case: str, strong: str, replacement: str, unchecked: str, lost: str
) -> None:
    decision = decision_of(case)
    found = [
        cpr_in_cell(cell, name=COLUMNS[case][0], decision=decision)
        for cell in (CPR, REPLACEMENT, UNCHECKED, cpr_number("040747")[1:])
    ]
    assert [str(hits[0].level) if hits else "" for hits in found] == [
        strong,
        replacement,
        unchecked,
        lost,
    ]


def test_a_test_number_and_a_note_are_judged_by_themselves() -> None:
    decision = decision_of("by name")
    assert [
        hit.reason for hit in cpr_in_cell(min(cpr_test_numbers()), name="cpr", decision=decision)
    ] == ["test_person"]
    assert [
        hit.level for hit in cpr_in_cell(f"se {dashed(CPR)}", name="note", decision=decision)
    ] == ["probable"]
    assert (
        cpr_in_cell(f"hop={CPR};leg=2", name="note", decision=decision_of("numbers in log lines"))
        == []
    )
    assert [
        hit.level
        for hit in cpr_in_cell(
            f"cpr {CPR}", name="note", decision=decision_of("numbers in log lines")
        )
    ] == ["confirmed"]


def test_no_representation_shows_a_digit_of_a_value() -> None:
    assert not any(
        CPR[place : place + 4] in repr((find_cpr(f"cpr {CPR}"), decision_of("by name")))
        for place in range(7)
    )


def processor_seconds(line: str) -> float:
    """What a line costs, whatever else the machine does."""
    began = time.process_time()
    find_cpr(line)
    return time.process_time() - began


def test_a_line_of_many_megabytes_takes_time_proportional_to_its_length() -> None:
    for piece, times in (
        ("0", 1_000_000),
        ("24 07 47 ", 100_000),
        (f"{dashed(CPR)[:9]} ", 100_000),
        ("cpr", 300_000),
        ("%20", 300_000),
        ("_", 1_000_000),
    ):
        short, long = (processor_seconds(f"cpr {piece * count}") for count in (times // 10, times))
        # ten times the length; a hundred times where each sign looks at all others
        assert long < 40 * short + 0.1


def test_a_number_on_the_border_of_two_chunks_is_found_once() -> None:
    for shift in range(12):
        text = " " * (65_536 - shift) + dashed(CPR) + " " * 100_000
        (hit,) = find_cpr(text)
        assert text[hit.start : hit.end] == dashed(CPR)


PIECES = st.sampled_from(
    [
        CPR,
        dashed(CPR),
        CPR[1:],
        UNCHECKED,
        "cpr ",
        "-",
        "\u2013",
        "&#8211;",
        "%20",
        "\u200b",
        "\ud800",
        "+45",
        ".0",
        "E9",
        "é",
    ]
) | st.text(max_size=4)


@given(st.lists(PIECES, max_size=8).map("".join), st.sampled_from(["", "cpr", "ordrenr"]))
def test_any_text_is_judged_and_every_place_lies_inside_it(text: str, field: str) -> None:
    for hit in find_cpr(text, field=field):
        assert 0 <= hit.start < hit.end <= len(text)
        assert hit.kind == "cpr"


@given(st.lists(PIECES | st.none(), max_size=8), st.sampled_from(["", "cpr", "ordrenr"]))
def test_any_column_is_decided(values: list[str | None], name: str) -> None:
    decision = decide_cpr_column(profile_cpr(values, name=name), name)
    assert (decision.level is None) is (not decision.kinds)
    for value in values:
        assert all(
            0 <= hit.start < hit.end <= len(value or "")
            for hit in cpr_in_cell(value or "", name=name, decision=decision)
        )
