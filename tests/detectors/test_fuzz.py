"""Any text and any bytes: no crash, places within the value, nothing of it in what is answered, and
time in proportion to its length.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from teleaudit.detectors import (
    ColumnDecision,
    Hit,
    find_browsing,
    find_cards,
    find_cpr,
    find_messages,
    find_truncated,
    scan_cell,
    scan_column,
    scan_value,
)
from tests.detectors.numbers import with_check_digit

CARD = with_check_digit("4571", 16)
# Pieces that the detectors look for, and what they could stumble over when there is much of it.
PIECES = (
    *(
        "0",
        "1",
        "0123456789",
        "1 ",
        "1-",
        "1.",
        "1,",
        "1/",
        "1_",
        "1-2 3.4/5_",
        "4571 ",
        f"{CARD} ",
        f"{CARD},",
        "4571***1234 ",
        "4571..",
        "4…",
        "*",
        "xX",
        "+71<0000000000000",
    ),
    *(
        "0101901234 ",
        "010190-",
        "1e",
        "4.5e15 ",
        "4,571E15",
        "B4571^",
        "=25121011234",
        "57085AF",
        "3132",
        "31:",
        "0031",
        "MDEy",
        "abcdEFGH0123+/",
        "/9j/",
        "050003",
        "0048",
    ),
    *(
        "%20",
        "%31",
        "%2531",
        "&",
        "&#",
        "&#49;",
        "&amp;",
        "&#x31;",
        "\\",
        "\\n",
        "\\u0031",
        "\\ud800",
        "=C3",
        "=\r\n",
        "=",
        "+",
        "a+b+",
        "<",
        "<a ",
        "<a>b</a>",
        "<br>",
        "</",
    ),
    *(
        ".",
        "..",
        "@",
        "a.",
        "a-",
        "a_",
        "a@b.",
        "www.",
        "http://",
        "http://a.dk/b ",
        "HTTPS://",
        "xn--a.",
        "1.1.1.1 ",
        "::",
        "a:",
        "[.]",
        "GET ",
        "sni=",
        "dst=",
        "Mozilla/5.0 ",
    ),
    *(
        "[",
        "]",
        "{",
        '{"a":',
        '{"body":"hej du"},',
        "a=1 ",
        "text=",
        "[msg:1:",
        "'a':'",
        '"',
        "^",
        "content-type: text/plain\n",
        "stat:a err:0 text:",
        "til 1231 ",
        "GIV til 1231 ",
    ),
    # foreign digits
    *(
        "hej du er sød ",
        "Anna Bo ",
        "kort ",
        "cpr ",
        "imei",
        "abc",
        "ø",
        "😀",
        "١",  # noqa: RUF001
        "１",  # noqa: RUF001 (as above)
        "\u200b",
        "\ud800",
        "\udfff",
        "\0",
        "\x85",
        "\u2028",
        " ",
        "\t",
        "\n",
        "1\r\n",
    ),
)
ANY = st.text(st.characters(exclude_categories=()))  # half letters too
BYTES = st.binary().map(lambda octets: octets.decode("latin-1"))
MADE = st.lists(
    st.one_of(st.sampled_from(PIECES), st.text(st.characters(exclude_categories=()), max_size=3)),
    max_size=40,
).map("".join)
TEXTS = st.one_of(ANY, BYTES, MADE)
FIELDS = st.one_of(
    st.sampled_from(
        (
            "",
            "kortnr",
            "imei",
            "cpr",
            "body",
            "payload",
            "url",
            "dst_ip",
            "søgeord",
            "cvv",
            "ref",
            "note",
            "keyword",
            "fi_linje",
            "b_nummer",
        )
    ),
    ANY,
)

_LEVEL = r"<Level\.[A-Z]+: '[a-z]+'>"
_HIT = re.compile(
    rf"Hit\(kind='[a-z]+', level={_LEVEL}, reason='[a-z_]+', start=[0-9]+, end=[0-9]+,"
    r" network=(?:None|'[a-z_0-9]+')\)"
)
_DECISION = re.compile(
    r"ColumnDecision\(kinds=frozenset\((?:\{'[a-z_]+'(?:, '[a-z_]+')*\})?\),"
    rf" level=(?:None|{_LEVEL}), reason='[a-z0-9_]+', n=[0-9]+, k=[0-9]+, "
    r"counts=\{(?:'[a-z0-9_]+': [0-9]+(?:, )?)*\}\)"
)


def check_hits(text: str, hits: list[Hit]) -> None:
    """Places within the value, and words of ours only."""
    for hit in hits:
        assert 0 <= hit.start < hit.end <= len(text)
        assert hit.kind in {"card", "cpr", "message", "browsing"}
        assert _HIT.fullmatch(repr(hit))


@given(TEXTS, FIELDS)
def test_any_value_is_judged(text: str, field: str) -> None:
    check_hits(text, scan_value(text, field=field, own_domains=("example.dk",)))


@given(st.lists(st.one_of(TEXTS, st.none()), max_size=12), FIELDS)
def test_any_column_is_decided_and_its_cells_are_judged(cells: list[str | None], name: str) -> None:
    decision = scan_column(cells, name=name, own_domains=("example.dk",))
    assert isinstance(decision, ColumnDecision)
    assert _DECISION.fullmatch(repr(decision))
    assert (decision.level is None) == (not decision.kinds)
    for cell in filter(None, cells):
        check_hits(cell, scan_cell(cell, name=name, decision=decision, own_domains=("example.dk",)))


DETECTORS: dict[str, Callable[[str], list[Hit]]] = {
    "cards": find_cards,
    "truncated": find_truncated,
    "cpr": find_cpr,
    "messages": find_messages,
    "browsing": find_browsing,
}


def seconds_for(find: Callable[[str], list[Hit]], piece: str, length: int) -> float:
    """Of this process, the least of two."""
    text = (piece * (length // len(piece) + 1))[:length]
    spent = []
    for _ in range(2):
        began = time.process_time()
        find(text)
        spent.append(time.process_time() - began)
    return min(spent)


def check_growth(piece: str, length: int) -> None:
    """Ten times the text takes no more than thirty times as long.

    What takes no time is no measure.
    """
    for name, find in DETECTORS.items():
        short, long = seconds_for(find, piece, length), seconds_for(find, piece, 10 * length)
        assert long <= 30 * short + 0.05, name


@pytest.mark.parametrize("piece", PIECES, ids=range(len(PIECES)))
def test_time_grows_with_the_length_of_a_value(piece: str) -> None:
    check_growth(piece, 8_000)


@pytest.mark.deep
@pytest.mark.parametrize("piece", PIECES, ids=range(len(PIECES)))
def test_time_grows_with_the_length_of_a_very_long_value(piece: str) -> None:
    check_growth(piece, 200_000)
