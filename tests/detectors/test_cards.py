"""Card numbers in values: every network, every writing, every look-alike, boundaries, and any text
without a crash.
"""

from __future__ import annotations

import base64
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from teleaudit.detectors import Hit, knowledge, scan_value
from teleaudit.detectors.cards import Candidate, find_cards
from teleaudit.detectors.columns import excel_damaged
from teleaudit.detectors.luhn import luhn_valid
from tests.detectors.numbers import grouped, with_check_digit

DANKORT = with_check_digit("5019", 16)
VISA = with_check_digit("4571", 16)
AMEX = with_check_digit("3712", 15)

NETWORKS = """
    beginning | length | network            | bare     | beside "kort"
    4571      | 16     | visa_dankort       | probable | confirmed
    4123      | 16     | visa               | probable | confirmed
    4123      | 19     | visa               | review   | confirmed
    4123      | 13     | visa               | review   | probable
    5019      | 16     | dankort            | probable | confirmed
    5312      | 16     | mastercard         | probable | confirmed
    2221      | 16     | mastercard         | probable | confirmed
    2720      | 16     | mastercard         | probable | confirmed
    2721      | 16     |                    |          |
    2220      | 16     |                    |          |
    3412      | 15     | amex               | probable | confirmed
    3712      | 15     | amex               | probable | confirmed
    3712      | 16     |                    |          |
    600722    | 16     | forbrugsforeningen | probable | confirmed
    6011      | 16     | discover           | probable | confirmed
    3041      | 14     | diners             | review   | confirmed
    3612      | 14     | diners             | review   | confirmed
    3530      | 16     | jcb                | review   | confirmed
    3590      | 16     |                    |          |
    6212      | 16     | unionpay           | probable | confirmed
    6212      | 18     | unionpay           | probable | confirmed
    6759      | 16     | maestro            | probable | confirmed
    6759      | 18     | maestro            | probable | confirmed
    5712      | 16     | maestro            | review   | probable
    5712      | 13     | maestro            |          | probable
    9912      | 16     |                    |          |
"""


def rows(table: str) -> list[list[str]]:
    """The rows of a text table without its header."""
    return [[cell.strip() for cell in line.split("|")] for line in table.strip().splitlines()[1:]]


def level(text: str, field: str = "") -> str:
    """The level of the only card in a text, or nothing."""
    hits = find_cards(text, field=field)
    assert len(hits) <= 1
    return str(hits[0].level) if hits else ""


def reason(text: str, field: str = "") -> str:
    """The reason of the first card in a text, or nothing."""
    hits = find_cards(text, field=field)
    return hits[0].reason if hits else ""


@pytest.mark.parametrize(("beginning", "length", "network", "bare", "beside"), rows(NETWORKS))
def test_each_network_is_known_by_its_first_digits_and_length(
    beginning: str, length: str, network: str, bare: str, beside: str
) -> None:
    number = with_check_digit(beginning, int(length))
    assert level(number) == bare
    assert level(f"Kort {number}") == beside
    assert {hit.network for hit in find_cards(f"Kort {number}")} == (
        {network} if network else set()
    )


WRITINGS = {
    "plain": VISA,
    "spaces": grouped(VISA, " "),
    "double spaces": grouped(VISA, "  "),
    "dashes": grouped(VISA, "-"),
    "dots": grouped(VISA, "."),
    "no-break spaces": grouped(VISA, "\u00a0"),
    "narrow spaces": grouped(VISA, "\u202f"),
    "en dashes": grouped(VISA, "\u2013"),
    "tabs": grouped(VISA, "\t"),
    "zero-width spaces": "\u200b".join(VISA),
    "soft hyphens": grouped(VISA, "\u00ad"),
    "full-width digits": VISA.translate({48 + i: 0xFF10 + i for i in range(10)}),
    "html entities": grouped(VISA, "&nbsp;"),
    "numeric entities": grouped(VISA, "&#160;"),
    "percent": grouped(VISA, "%20"),
    "percent utf-8": grouped(VISA, "%C2%A0"),
    "json escapes": grouped(VISA, "\\u00a0"),
    "two lines": VISA[:8] + "\n" + VISA[8:],
    "halves": grouped(VISA, " ", 8, 8),
    "underscores": grouped(VISA, "_"),
    "slashes": grouped(VISA, "/"),
    "form encoding": grouped(VISA, "+"),
    "apostrophes": grouped(VISA, "'", 1, 3, 3, 3, 3, 3),
    "line breaks of html": grouped(VISA, "<br/>", 8, 8),
    "groups on two lines": f"{grouped(VISA[:8], ' ')}\n{grouped(VISA[8:], ' ')}",
    "entities for digits": "".join(f"&#{ord(digit)};" for digit in VISA),
    "entities encoded twice": grouped(VISA, "&amp;nbsp;"),
    "percent for digits": "%22" + "".join(f"%{ord(digit):02X}" for digit in VISA),
    "percent encoded twice": grouped(VISA, "%2520"),
    "escaped bytes": "".join(f"\\x{ord(digit):02x}" for digit in VISA),
    "thousands": grouped(VISA, ".", 1, 3, 3, 3, 3, 3),
    "excel apostrophe": "'" + VISA,
    "float": VISA + ".0",
    "spark float": f"{VISA[0]}.{VISA[1:]}E15",
    "hex": VISA.encode().hex(),
    "hex of bytes": VISA.encode().hex(" "),
    "hex in a log line": f"body=00ff{VISA.encode().hex().upper()}; code=0",
    "ucs-2 of the other order": VISA.encode("utf-16-le").hex(),
    "ucs-2": VISA.encode("utf-16-be").hex(),
    "base64": base64.b64encode(f"nr {VISA} ".encode()).decode(),
    "base64 in json": (
        f'{{"data":"{base64.urlsafe_b64encode(grouped(VISA, " ").encode()).decode().rstrip("=")}"}}'
    ),
    "base64 in groups": base64.b64encode(grouped(VISA, " ").encode()).decode(),
    "with a code behind": grouped(VISA, " ") + " 123",
    "with month and year behind": grouped(VISA, " ") + " 1128 123",
    "in a sentence": f"Kunden opgav {grouped(VISA, ' ')} i telefonen",
    "in json": f'{{"note": "{VISA}"}}',
    "keyed in a call": f"90901234,,{VISA}#",
}


@pytest.mark.parametrize("text", WRITINGS.values(), ids=WRITINGS)
def test_a_card_is_found_however_it_is_written(text: str) -> None:
    assert level(text) in {"probable", "confirmed"}


@pytest.mark.parametrize(
    "text", [grouped(AMEX, " ", 4, 6, 5), grouped(AMEX, "-", 4, 6, 5), grouped(AMEX, " "), AMEX]
)
def test_amex_is_found_in_its_own_groups(text: str) -> None:
    assert level(text) == "probable"


def test_a_hit_says_where_it_stands_in_the_original_text() -> None:
    text = f"&nbsp;ÆØÅ \u200b{grouped(VISA, '&nbsp;')}, tak"
    (hit,) = find_cards(text)
    assert text[hit.start : hit.end] == grouped(VISA, "&nbsp;")


CONFIRMED = {
    "keyword before": f"Dankort: {VISA}",
    "keyword after": f"{VISA} (visa)",
    "keyword glued": f"kortnr{VISA}",
    "json key": f'{{"pan":"{VISA}"}}',
    "expiry beside": f"{grouped(VISA, ' ')} 11/28",
    "track 1": f"%B{VISA}^HANSEN/PER^28112010000",
    "track 2": f";{VISA}=28112010000?",
    "track 2 of a chip": f"9F02015711{VISA}D28112010000",
    "number of a chip": f"5A08{VISA}5F24032811305F3401",
    "check code": f"{VISA} cvv 123",
    "date and check code": f"{VISA} 1128 123",
    "nested json": '{"body":"{\\"cardNumber\\":\\"' + VISA + '\\"}"}',
    "xml": f"<CardNumber>{grouped(VISA, ' ')}</CardNumber>",
    "order number before it": f"ordre=12345 pan={VISA}",
    "odd groups beside a keyword": f"kort {grouped(VISA, ' ', 2, 2, 2, 2, 2, 2, 2, 2)}",
}


@pytest.mark.parametrize("text", CONFIRMED.values(), ids=CONFIRMED)
def test_a_card_word_an_expiry_or_a_track_confirms(text: str) -> None:
    assert level(text) == "confirmed"


def test_the_name_of_the_field_confirms_or_refuses() -> None:
    assert level(VISA, "Kort-nr.") == "confirmed"
    assert level(VISA, "cardNumber") == "confirmed"
    assert level(VISA, "ordrenr") == "review"
    for name in (
        "IMEI",
        "iccid",
        "betalings-id",
        "Betalings_ID",
        "payment_slip_id",
        "fik",
        "OCR-linje",
        "simkort_nr",
        "EAN-nr",
    ):
        assert level(VISA, name) == "", name


REFUSED = {
    "wrong check digit": VISA[:-1] + str((int(VISA[-1]) + 1) % 10),
    "inside a longer number": f"{VISA}1",
    "behind a digit": f"1{VISA}",
    "inside a word": f"a{VISA}b",
    "a phone number": f"+{VISA[:15]}",
    "a fraction": f"0.{VISA}",
    "an amount": f"{VISA},50",
    "masked": f"{VISA[:6]}******{VISA[-4:]}",
    "stars before": f"****{VISA}",
    "truncated": f"{VISA[:4]} {VISA[4:6]}XX XXXX {VISA[-4:]}",
    "payment slip 71": f"+71<{with_check_digit('0', 15)}+81234567<",
    "payment slip 75": f"+75<{with_check_digit('4', 16)}+81234567<",
    "payment slip 04": f"+04<{with_check_digit('5019', 16)}+81234567<",
    "payment slip without brackets": f"FI 75 {with_check_digit('4', 16)} 81234567",
    "payment slip with dashes": f"75-{with_check_digit('5312', 16)}-81234567",
    "imei": with_check_digit("35123456", 15),
    "imei of another body": with_check_digit("86123456", 15),
    "iccid": with_check_digit("8945", 19),
    "iccid of 20": with_check_digit("8945", 20),
    "iccid in groups": grouped(with_check_digit("8945", 19), " "),
    "eid": with_check_digit("8904", 32),
    "imsi": "238" + "012345678901",
    "gln": "5790000000005",
    "timestamp": "20261122052250",
    "epoch microseconds": "1764000000000000",
    "iban": f"DK12 {grouped(with_check_digit('3612', 14), ' ')}",
    "key of another number": f'{{"imei":"{VISA}"}}',
    "escaped key of another number": '{\\"servedIMEISV\\":' + with_check_digit("3530", 16) + "}",
    "one digit": "4" * 16,
    "twelve digits": "451234567890",
    "two phone numbers": "12 34 56 78 / 12 34 56 78",
    "uuid": "4571cafe-1234-4123-8123-123456789012",
    "uuid that ends like a card": "CC3863C8-3D9F-4DDE-8505-674603809817",
    "uuid that ends like a card, in braces": "{CC3863C8-3D9F-4DDE-8505-674603809817}",
    "uuid with groups and what may be a track": "12043489-2646-4455-8810-8319F4502915",
    "excel damage": "4,57112E+15",
    "empty": "",
}


@pytest.mark.parametrize("text", REFUSED.values(), ids=REFUSED)
def test_what_looks_like_a_card_and_is_none_is_not_found(text: str) -> None:
    assert level(text) == ""


def test_every_imei_iccid_and_fi_identifier_of_kortart_71_is_left_alone() -> None:
    for seed in range(300):
        for beginning, length in (("35", 15), ("86", 15), ("01", 15), ("8945", 19), ("00", 15)):
            assert level(with_check_digit(beginning, length, seed=seed)) == ""


def test_a_check_code_beside_a_card_is_named() -> None:
    for text in (
        f"{VISA} cvv 123",
        f"cvc: 123, kort {VISA}",
        f"{VISA} 11/28 123",
        f"{VISA};1128;123",
        f"{VISA}|11|2028|123",
    ):
        assert reason(text) == "card_with_check_code", text
    assert reason(f"{VISA} 11/28") == "card_context"
    assert reason(f"se {VISA} kl. 08.30") == "luhn_and_iin"


def test_doubtful_numbers_are_for_a_person_to_review() -> None:
    assert reason(f"IMEI {with_check_digit('3530', 16)}") == "identifier_context"
    assert reason(f"ordre {VISA}") == reason(f"Ordrenr. {VISA}") == "identifier_context"
    assert reason(f"Betalings-id {VISA}") == "identifier_context"
    assert reason(f"FI 04 {VISA}") == reason(f"kortart 71: {VISA}") == "identifier_context"
    assert (
        reason(f"Tlf.: {grouped(VISA, ' ')}")
        == reason(f"tlf. {grouped(VISA, ' ')}")
        == "identifier_context"
    )
    assert reason(with_check_digit("260115101010", 16)) == "date_like"
    assert reason(with_check_digit("260115", 16)) == "date_like"
    assert reason(with_check_digit("4571120000", 16)) == "zero_filled"
    assert reason(f"{VISA[:5]}\n{VISA[5:]}") == "touching_text"
    assert (
        reason(f'{{"orderId":"{VISA}"}}')
        == reason(f'"sessionId\\":\\"{VISA}')
        == reason(f"timestamp={VISA}")
        == "identifier_context"
    )
    assert reason(f"ABC-{VISA}") == "touching_text"
    for text in (f"IMEI {with_check_digit('3530', 16)}", f"ordre {VISA}", f"ABC-{VISA}"):
        assert level(text) == "review"


@pytest.mark.parametrize(
    ("beginning", "length", "sizes"), [("3530", 16, ()), ("3612", 14, (4, 6, 4)), ("4123", 19, ())]
)
def test_a_rare_card_is_probable_where_it_is_written_as_cards_are(
    beginning: str, length: int, sizes: tuple[int, ...]
) -> None:
    number = with_check_digit(beginning, length)
    assert level(number) == "review"
    for separator in (" ", "-", "\u00a0", "&nbsp;"):
        assert level(grouped(number, separator, *sizes)) == "probable"


def test_an_order_s_word_speaks_of_the_number_beside_it_only() -> None:
    assert level(f"ordre {grouped(VISA, ' ')}") == "review"
    assert level(f"Betaling af faktura med {grouped(VISA, ' ')}") == "probable"
    assert level(f"faktura betalt i telefonen af kunden selv med {VISA}") == "probable"
    assert level(f"aftalt {VISA} i dag", "faktura_note") == "probable"


@pytest.mark.parametrize(
    ("text", "damaged"),
    [
        ("4,57112E+15", True),
        ("4.57E15", True),
        ("5E+15", True),
        (" 3,5E+14 ", True),
        (f"{VISA[0]},{VISA[1:]}E+15", False),
        ("4,57112E+3", False),
        (VISA, False),
    ],
)
# a column of the table
def test_a_number_that_a_spreadsheet_has_rounded_is_named_and_is_no_card(
    text: str,
    damaged: bool,  # noqa: FBT001
) -> None:
    assert excel_damaged(text) is damaged
    assert damaged is False or not find_cards(text, field="kortnummer")


def test_published_test_numbers_are_named_as_such() -> None:
    for number in sorted(knowledge.test_cards()):
        assert luhn_valid(number)
        assert [(hit.level, hit.reason) for hit in find_cards(number)] == [("review", "test_card")]
        assert level(f"Kort {number}") == "review"


def test_seventeen_cards_in_free_text_are_found_one_by_one() -> None:
    numbers = [with_check_digit("4571", 16, seed=seed) for seed in range(17)]
    text = "; ".join(f"{grouped(number, ' ')} 09/27" for number in numbers)
    assert [text[hit.start : hit.end].replace(" ", "") for hit in find_cards(text)] == numbers


def test_a_card_between_other_numbers_is_found() -> None:
    assert (
        level(f"sag 2026-11 tlf 12 34 56 78. {grouped(DANKORT, ' ')} oplyst 22-11-2026")
        == "probable"
    )


def test_a_hit_and_a_candidate_never_show_a_digit() -> None:
    (hit,) = find_cards(f"Kort {VISA}")
    candidate = Candidate(digits=VISA, start=0, end=16, usual=True)
    assert VISA[:4] not in repr(hit) + repr(candidate)
    assert set(Hit.__dataclass_fields__) == {"kind", "level", "reason", "start", "end", "network"}


def test_cards_are_found_at_any_place_of_a_long_line() -> None:
    filler = "linje uden ord om det " * 4000  # longer than a chunk
    for shift in range(65_500, 65_560, 7):
        text = filler[:shift] + " " + grouped(VISA, " ") + " " + filler
        assert [hit.start for hit in find_cards(text)] == [shift + 1]


@pytest.mark.parametrize(
    "text",
    [
        "1 " * 500_000,
        "4" * 1_000_000,
        "4571 " * 200_000,
        "&#52;" * 200_000,
        "+01<" * 200_000,
        "A1" * 500_000,
        "34" * 500_000,
        "MDAw" * 250_000,
        "&amp;" * 200_000,
        "571145" * 100_000,
        "1234 1234\n" * 100_000,
        "a=" * 500_000,
        "%25" * 300_000,
        '{"k":"4571' * 50_000,
        "3" * 65_000 + "!",
        "kort " * 200_000,
    ],
)
def test_no_text_makes_the_detector_slow(text: str) -> None:
    begun = time.process_time()
    scan_value(text)
    assert time.process_time() - begun < 10  # a second or so; what is excluded is quadratic time


@given(
    st.text() | st.text(alphabet="0123456789 -.%&;#+<>=^\u00a0\u200b\uff10\uff1145", max_size=60)
)
def test_any_text_is_judged_without_a_crash(text: str) -> None:
    for hit in scan_value(text, field=text[:20]):
        assert 0 <= hit.start < hit.end <= len(text)


def test_a_narrow_range_wins_over_the_wide_one_it_lies_in() -> None:
    networks = {
        number: knowledge.card_range_of(with_check_digit(number, 16))
        for number in ("4571", "4572", "5019", "5099")
    }
    assert [found.network for found in networks.values() if found] == [
        "visa_dankort",
        "visa",
        "dankort",
        "maestro",
    ]
