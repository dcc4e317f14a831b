"""The SQL prefilters let everything through that the detectors find, and little else."""

from __future__ import annotations

import random

import duckdb
import pytest
import sqlglot
from hypothesis import given
from hypothesis import strategies as st

from teleaudit.detectors import (
    card_candidate_sql,
    find_cards,
    find_messages,
    knowledge,
    message_candidate_sql,
)
from teleaudit.detectors.columns import SHAPED_GRADES
from teleaudit.detectors.message_values import shape, skeleton
from teleaudit.detectors.messages import profile_messages
from teleaudit.detectors.prefilter import (
    card_shaped_sql,
    message_shape_sql,
    message_skeleton_sql,
    worded_sql,
)
from tests.detectors.numbers import grouped, with_check_digit
from tests.detectors.test_cards import CONFIRMED, WRITINGS
from tests.detectors.test_messages import ENCODED, HINTS, KEYED, MESSAGES, NO_MESSAGES
from tests.detectors.test_sms_encodings import HIDDEN, PDUS, WRITTEN

CONNECTION = duckdb.connect()


def passes(sql: str, texts: list[str]) -> list[bool]:
    """The candidate expression on each text, in the engine."""
    rows = CONNECTION.execute(
        f"SELECT {sql} FROM (SELECT unnest(?::VARCHAR[]) AS c)", [texts]
    ).fetchall()
    return [bool(row[0]) for row in rows]


NUMBER = st.builds(
    with_check_digit,
    st.sampled_from(["4571", "5019", "2450", "3712", "6759", "3612", "4"]),
    st.sampled_from([13, 14, 15, 16, 19]),
    seed=st.integers(0, 50),
)
JOINED = st.builds(
    lambda number, separator, sizes: grouped(number, separator, *sizes),
    NUMBER,
    st.sampled_from(
        [
            "",
            " ",
            "  ",
            "-",
            " - ",
            ".",
            ",",
            "/",
            "_",
            "\n",
            "\r\n",
            "\t",
            "\u00a0",
            "\u2013",
            "\u200b",
            "&nbsp;",
            "&#160;",
            "%20",
            "%C2%A0",
            "\\u00a0",
            "\\n",
        ]
    ),
    st.sampled_from([(), (4, 6, 6), (8, 8), (6, 13), (1, 3, 3, 3, 3, 3), (2,) * 10, (1,) * 19]),
)
AROUND = st.text(max_size=6) | st.sampled_from(
    ["kort ", " kort", "%20", "kortnr", "12 ", " 12/28", "%B", "é"]
)


@given(
    st.lists(
        st.builds(lambda before, number, after: before + number + after, AROUND, JOINED, AROUND),
        min_size=1,
        max_size=30,
    )
)
def test_every_card_passes_the_prefilter(texts: list[str]) -> None:
    for text, candidate in zip(
        texts,
        passes(card_candidate_sql("c"), [text.replace("\0", " ") for text in texts]),
        strict=True,
    ):
        assert candidate or not find_cards(text.replace("\0", " "), field="kort"), text


def test_every_writing_of_a_card_passes_the_prefilter() -> None:
    texts = [*WRITINGS.values(), *CONFIRMED.values()]
    assert all(passes(card_candidate_sql("c"), texts))


PASSED_BY = [
    "12345678",
    "+45 12 34 56 78",
    "0045 12345678",
    "2026-11-22 12:30:00",
    "31.12.2026 12.30",
    "22-11-2026",
    "20261122123000",
    "Kunden ringede 12 34 56 78 den 31.12.2026 kl. 12.30 om faktura 1234567",
    "123456789012",
    "5f2b6a0e4c1d4d5b8a7f0c9e1d2b3a4f",
    "1764000000.123456",
    "tekst uden tal",
    "",
]


@pytest.mark.parametrize("text", PASSED_BY)
def test_phone_numbers_dates_and_short_identifiers_are_passed_by(text: str) -> None:
    assert passes(card_candidate_sql("c"), [text]) == [False]


def test_every_message_passes_the_prefilter() -> None:
    dice = random.Random(5)  # noqa: S311 - shuffled words
    words = " ".join(MESSAGES).split()
    written = [
        *ENCODED.values(),
        *PDUS.values(),
        *(cell for cells in (*HIDDEN.values(), *WRITTEN.values()) for cell in cells),
        *(text for text, _ in KEYED.values()),
    ]
    written += [
        *(text * 700 for text in written),
        *(f"{text}\n" for text in written),
        *(text[:25] for text in written),
    ]
    texts = [
        *MESSAGES,
        *HINTS,
        *written,
        "ORD til 1231",
        "ORD -> 1231",
        *NO_MESSAGES,
        *(
            dice.choice([" ", ", ", "\n", " 7 "]).join(dice.choices(words, k=5))
            for _ in range(2000)
        ),
    ]
    for text, candidate in zip(texts, passes(message_candidate_sql("c"), texts), strict=True):
        assert candidate or not find_messages(text), text


@given(st.lists(st.text(), min_size=1, max_size=20))
def test_any_text_that_is_found_is_a_candidate(texts: list[str]) -> None:
    clean = [text.replace("\0", " ") for text in texts]
    for text, card, message in zip(
        clean,
        passes(card_candidate_sql("c"), clean),
        passes(message_candidate_sql("c"), clean),
        strict=True,
    ):
        assert card or not find_cards(text)
        assert message or not find_messages(text)


PIECES = st.sampled_from(
    [
        "Hej",
        "skat",
        "kan",
        "du",
        "mig",
        "jeg",
        "ø",
        "я",
        "уже",
        "+",
        "%20",
        "%2C",
        "=20",
        "=\n",
        "&nbsp;",
        "&#32;",
        "\\u0020",
        "\\n",
        " ",
        "\n",
        "\u00a0",
        ",",
        "?",
        "7",
        "_",
        "body=",
        '"body":"',
        '"',
        "til 1231",
        "48",
        "0x",
        "\\x",
    ]
)


@given(st.lists(st.builds("".join, st.lists(PIECES, max_size=9)), min_size=1, max_size=30))
def test_messages_in_any_writing_are_candidates(texts: list[str]) -> None:
    for text, candidate in zip(texts, passes(message_candidate_sql("c"), texts), strict=True):
        assert candidate or not find_messages(text), text


def test_the_engine_leaves_the_same_of_a_text_without_numbers_and_names() -> None:
    texts = [
        *MESSAGES,
        *NO_MESSAGES,
        "Hej Åse O'Brien-Øst, din regning på 45,50 kr er klar",
        "ÆØÅ 7/8: alt er sendt til kunden",
    ]
    rows = CONNECTION.execute(
        f"SELECT {message_skeleton_sql('c')} FROM (SELECT unnest(?::VARCHAR[]) AS c)", [texts]
    ).fetchall()
    assert [row[0] for row in rows] == [skeleton(text) for text in texts]


WITH_DIGITS = st.sampled_from(
    [
        *(f"{number}" for number in (0, 8, 45, 1231, 10203, 20485060, 4826073844)),
        "8)",
        "8-D",
        "=8",
        "<3",
        "12:30",
        "19-05-2026",
        "7 kr.",
        "ordre 4711",
        "mp4",
        ".mp3",
        "3gp",
        "til 1231",
        "TIL 80123",
        "-> 1231",
        "FF D8 FF E0",
        "0x48656a",
        "&#72;&#101;&#106;",
        "=C3=A6",
        "%C3%A6",
        "\\u00e6",
        "msg:31:hej",
        "body1=",
        '"text2": "',
        "stat:DELIVRD err:000 text:",
        "hej",
        "skat",
        "jeg",
        "kommer",
        "kl",
        "du",
        "kunden",
        "Router",
        "Bo",
        "tekst",
        "ved",
        "det",
        "ORD",
        "?",
        ":",
        "(",
        ")",
        ",",
        "\n",
    ]
)


@given(
    st.lists(st.builds(" ".join, st.lists(WITH_DIGITS, max_size=8)), min_size=1, max_size=30),
    st.integers(1, 9),
    st.integers(1, 6),
)
def test_texts_of_one_shape_are_judged_alike(texts: list[str], times: int, alike: int) -> None:
    for text in texts:
        of_its_shape = shape(text)
        assert [(hit.level, hit.reason) for hit in find_messages(of_its_shape)] == [
            (hit.level, hit.reason) for hit in find_messages(text)
        ]
        numbers = times, times * alike
        assert profile_messages([(of_its_shape, *numbers)], cells=1000) == profile_messages(
            [(text, *numbers)], cells=1000
        )


@given(st.lists(st.builds(" ".join, st.lists(WITH_DIGITS, max_size=8)), min_size=1, max_size=30))
def test_the_engine_gives_texts_the_same_shape(texts: list[str]) -> None:
    rows = CONNECTION.execute(
        f"SELECT {message_shape_sql('c')} FROM (SELECT unnest(?::VARCHAR[]) AS c)", [texts]
    ).fetchall()
    assert [row[0] for row in rows] == [shape(text) for text in texts]


def test_known_texts_are_judged_as_their_shapes() -> None:
    texts = [
        *MESSAGES,
        *HINTS,
        *NO_MESSAGES,
        *(cell for cells in (*HIDDEN.values(), *WRITTEN.values()) for cell in cells),
        *(text for text, _ in KEYED.values()),
    ]
    assert shape("Router skiftet, sag 123456") == shape("Router skiftet, sag 987654")
    for text in texts:
        assert [(hit.level, hit.reason) for hit in find_messages(shape(text))] == [
            (hit.level, hit.reason) for hit in find_messages(text)
        ], text


def test_beginnings_and_lengths_of_cards_are_told_by_the_engine() -> None:
    ranges = [
        card_range for card_range in knowledge.card_ranges() if card_range.grade in SHAPED_GRADES
    ]
    around = {
        f"{int(edge) + step:06}".ljust(length, "7")
        for one in knowledge.card_ranges()
        for length in one.lengths
        for edge in (one.first, one.last)
        for step in (-1, 0, 1)
    }
    numbers = [
        *sorted(around),
        *sorted(knowledge.test_cards()),
        "490154203237518",
        "457172452591399",
        "4571 7245 2591 3998",
        "x",
        "",
    ]
    shaped = [
        number in knowledge.test_cards()
        or any(
            number.isdecimal()
            and len(number) in one.lengths
            and one.first <= number[:6] <= one.last
            for one in ranges
        )
        for number in numbers
    ]
    assert passes(card_shaped_sql("c"), numbers) == shaped


def test_numbers_and_codes_are_no_message_candidates() -> None:
    assert not any(
        passes(
            message_candidate_sql("c"),
            [
                "+4512345678",
                "SMS",
                "4QSV10A4I2",
                "5f2b6a0e4c1d4d5b8a7f0c9e1d2b3a4f",
                "2026-11-22 12:30",
                "123456789012345",
            ],
        )
    )


def test_a_word_is_told_from_a_code_and_a_number() -> None:
    words = ["Router", "ok", "Åse", "уже", "Kr. 500", "500 Kr", "x.dk", "3 dage"]
    others = ["MOC-1", "NORMAL", "OK", "a_b", "key=v", "x\\y", "4a7f", "17", "12 34", "-", "", "!"]
    assert passes(worded_sql("c"), words) == [True] * len(words)
    assert passes(worded_sql("c"), others) == [False] * len(others)


@pytest.mark.parametrize(
    "sql",
    [
        card_candidate_sql("c"),
        message_candidate_sql("c"),
        message_shape_sql("c"),
        worded_sql("c"),
    ],
)
def test_the_prefilters_can_be_said_to_spark(sql: str) -> None:
    assert (
        "RLIKE"
        in sqlglot.transpile(
            f"SELECT {sql} FROM t",
            read="duckdb",
            write="spark",
            unsupported_level=sqlglot.ErrorLevel.RAISE,
        )[0]
    )
