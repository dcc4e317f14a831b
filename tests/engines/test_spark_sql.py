"""DuckDB's SQL in Spark's words: every translation by itself, and regular expressions in both
engines on texts that are hard to read.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import Any

import duckdb
import pyarrow as pa
import pytest

from teleaudit.detectors import card_candidate_sql, message_candidate_sql
from teleaudit.detectors.luhn import luhn_sql
from teleaudit.detectors.prefilter import card_number_sql
from teleaudit.engines.spark.sql import java_pattern, to_spark
from tests.engines.tables import hard_texts
from tests.spark import session

HARD = hard_texts(random.Random(20261122), 1_500)  # noqa: S311 (invented texts)


def on_both(
    expressions: Sequence[str], texts: Sequence[str]
) -> tuple[list[tuple[Any, ...]], list[tuple[Any, ...]]]:
    """What DuckDB and Spark make of expressions over ``c``, text by text."""
    sql = (
        "SELECT"
        f" {', '.join(f'{expression} AS x{place}' for place, expression in enumerate(expressions))}"
        " FROM texts ORDER BY place"
    )
    table = pa.table({"place": pa.array(range(len(texts))), "c": pa.array(texts, pa.string())})
    with duckdb.connect() as connection:
        connection.register("texts", table)
        expected = connection.execute(sql).fetchall()
    spark = session().newSession()
    spark.conf.set("spark.sql.ansi.enabled", "true")
    spark.createDataFrame(table).createOrReplaceTempView("texts")
    return expected, [tuple(row) for row in spark.sql(to_spark(sql)).collect()]


@pytest.mark.parametrize(
    ("pattern", "said"),
    [
        ("^a$", r"^a\z"),
        (r"\$", r"\$"),
        ("[$.]$", r"[$.]\z"),
        ("[]$]$", r"[]$]\z"),
        ("[^]$]", "[^]$]"),
        (r"[\]$]$", r"[\]$]\z"),
        (r"\\$", r"\\\z"),
        ("a.c", r"a[^\n]c"),
        ("[[a]", r"[\[a]"),
        ("[a&&b]", r"[a\&&b]"),
        ("[[:alpha:][:^xdigit:]_]", r"[\p{Alpha}\P{XDigit}_]"),
        (r"\s[\s]", "[\\t\\n\\f\\r ][\\t\\n\\f\\r ]"),
        ("(?:ab|c){3,}$", r"(?:ab|c){3,}+\z"),
        ("(?:ab|c){3,}d", "(?:ab|c){3,}d"),
    ],
)
def test_a_regular_expression_is_said_to_java(pattern: str, said: str) -> None:
    assert java_pattern(pattern) == said


@pytest.mark.parametrize(
    ("sql", "said"),
    [
        ("regexp_matches(c, 'a$')", r"c RLIKE 'a\\z'"),
        ("regexp_extract(c, '(a)(b)$', 2)", r"REGEXP_EXTRACT(c, '(a)(b)\\z', 2)"),
        ("regexp_extract(c, 'a$', 0)", r"REGEXP_EXTRACT(c, 'a\\z', 0)"),
        ("regexp_replace(c, '0$', '')", r"REGEXP_REPLACE(c, '0\\z', '')"),
        ("hash(a, b)", "XXHASH64(a, b)"),
        ("extract('isodow' FROM a)", "EXTRACT(DAYOFWEEK_ISO FROM a)"),
        ("trim(a, ' ')", "TRIM(' ' FROM a)"),
        ("md5(a) || sha1(a) || sha256(a)", "MD5(a) || SHA(a) || SHA2(a, 256)"),
    ],
)
def test_a_rule_is_said_to_spark(sql: str, said: str) -> None:
    assert to_spark(sql) == said


def test_common_table_expressions_stand_where_they_are_named() -> None:
    sql = "WITH a AS MATERIALIZED (SELECT 1 AS x), b AS (SELECT q.x FROM a AS q) SELECT x FROM b"
    assert to_spark(sql) == ("SELECT x FROM (SELECT q.x FROM (SELECT 1 AS x) AS q) AS b")


EXPRESSIONS = {
    "card candidates": card_candidate_sql("c"),
    "message candidates": message_candidate_sql("c"),
    "card numbers": card_number_sql("c"),
    "luhn": f"CASE WHEN regexp_matches(c, '^[0-9]{{1,19}}$') THEN {luhn_sql('c')} END",
    "marks": "coalesce(regexp_matches(c, '(^|;)end_date=(unreadable|zero|gap)(;|$)'), false)",
    "any sign": "regexp_extract(c, '^(.*?)([0-9]{1,15})$', 2)",
    "classes": r"regexp_replace(c, '[[:space:]&&x[]|\s.', '#', 'g')",
    "trimmed": "trim(c)",
    "lengths": "length(c)",
    "beginnings": "substr(c, 1, 6)",
    "padded": "lpad(c, 20, '0')",
    "without": "nullif(c, '')",
    "hashes": "md5(c) || sha1(c) || sha256(c)",
    "hash values": (
        "regexp_extract(lower(c),"
        " '(^|[^0-9a-f])([0-9a-f]{64}|[0-9a-f]{40}|[0-9a-f]{32})([^0-9a-f]|$)', 2)"
    ),
    "alike": "c LIKE '%duration_s=%'",
}


@pytest.mark.spark
def test_both_engines_read_hard_texts_alike() -> None:
    expected, found = on_both(list(EXPRESSIONS.values()), HARD)
    places = {
        name: [
            text
            for text, (one, other) in enumerate(zip(expected, found, strict=True))
            if one[place] != other[place]
        ]
        for place, name in enumerate(EXPRESSIONS)
    }
    assert {name: differing for name, differing in places.items() if differing} == {}


@pytest.mark.spark
def test_both_engines_put_hard_texts_into_one_order() -> None:
    texts = [*HARD, None]
    table = pa.table({"c": pa.array(texts, pa.string())})
    with duckdb.connect() as connection:
        connection.register("texts", table)
        expected = connection.execute("SELECT c FROM texts ORDER BY c").fetchall()
    spark = session().newSession()
    spark.createDataFrame(table).createOrReplaceTempView("texts")
    assert [
        tuple(row) for row in spark.sql(to_spark("SELECT c FROM texts ORDER BY c")).collect()
    ] == expected


LONG = 200_000
_LONG_TEXTS = {
    "digits": "4571" * (LONG // 4),
    "letters": "abcd" * (LONG // 4),
    "UCS-2": "00480065" * (LONG // 8),
    "UCS-2 and a letter": "00480065" * (LONG // 8) + "g",
    "hexadecimal": "4865c3a6" * (LONG // 8),
    "hexadecimal and a letter": "4865c3a6" * (LONG // 8) + "g",
    "base64": "aGVqIGR1" * (LONG // 8),
    "base64 and a full stop": "aGVqIGR1" * (LONG // 8) + ".",
    "digits apart": "4 " * (LONG // 2),
    "dashes": "4" + "-" * LONG,
    "spaces": "a" + " " * LONG + "1",
    "words": "hej du " * (LONG // 7),
    "foreign digits": "\u0664" * LONG,
    "emoji": "\U0001f600" * LONG,
}


@pytest.mark.spark
def test_long_texts_exhaust_neither_stack_nor_patience() -> None:
    expected, found = on_both(
        [card_candidate_sql("c"), message_candidate_sql("c"), card_number_sql("c")],
        list(_LONG_TEXTS.values()),
    )
    assert dict(zip(_LONG_TEXTS, found, strict=True)) == dict(
        zip(_LONG_TEXTS, expected, strict=True)
    )
