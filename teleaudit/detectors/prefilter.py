"""The detectors' SQL: which cells are worth judging one by one, and the counts that decide about a
column.

Written in DuckDB's words and only those that sqlglot carries over to Spark: regular expressions
without look-around and without a backslash. A candidate expression is true for every text in which
the exact detector finds something, and for few others.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

from teleaudit.detectors import browsing_values
from teleaudit.detectors.cards import ZEROS
from teleaudit.detectors.columns import (
    DANISH,
    EXCEL_DAMAGED,
    HEAD,
    ISSUER,
    LONGEST_DAMAGED,
    NO_BREAK_SPACE,
    PADDING,
    PROFILE,
    PUNCTUATION,
    SHAPED_GRADES,
    WHOLE_NUMBER,
    ZERO_DECIMALS,
)
from teleaudit.detectors.cpr_values import (
    DAY,
    FLOAT_CELL,
    HEX_NINE,
    LOST_ZERO,
    MONTH,
    THREE_IN_BASE64,
    WIDE_HEX_NINE,
)
from teleaudit.detectors.knowledge import browsing_words, card_ranges, test_cards
from teleaudit.detectors.luhn import halves_sql, luhn_halves_sql, luhn_sql
from teleaudit.detectors.message_values import (
    LONGEST_LOOK,
    TEMPLATE_LETTERS,
    VARYING,
    digits_matter,
    text_candidates,
)
from teleaudit.detectors.sms_encodings import PREFIX, SHORTEST
from teleaudit.detectors.split_cards import PART, SHAPES
from teleaudit.detectors.writings import (
    BASE64_DIGITS,
    DASHES,
    DOTS,
    DROPPED,
    HEX_DIGITS,
    SPACES,
    WIDE_HEX_DIGITS,
    digit_ranges,
)

# A card's first two digits and ten more, joined by separators of one kind; what stands before is no
# digit.
_STARTS = ("[456]{0}[0-9]", "2{0}[1-7]", "3{0}[0-9]", "1{0}8", "8{0}1")
_KINDS = ("[ \t-]*", "[ \t\r\n]*", "[.]?", "[,]?", "[/]?", "[_+']?")
_GROUPED = "|".join(
    f"(?:{'|'.join(start.format(kind) for start in _STARTS)})(?:{kind}[0-9]){{10}}"
    for kind in _KINDS
)
# what str.strip takes away
_BLANK = "[ \t\r\n\x0b\x0c\x1c-\x1f\x85\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]*"
_FLOAT_CELL = f"^{_BLANK}[2-6][.,][0-9]{{9,18}}[eE][+]?1[0-8]{_BLANK}$"
_TRACK = "[0-9]{12}[Dd][0-9]{7}|5[Aa]0[678Aa][0-9]{12}"  # of a chip: track 2, number
_BEYOND_ASCII = "\u0080-\U0010ffff"
# Where a mobile telephone was (3GPP TS 23.003: country, network, area, cell): fifteen digits or
# fewer, and no card of these begins like it, nor any part of it.
_CELL_IDENTITY = "^2(?:[02-9][0-9]|1[0-24-9])-[0-37-9][0-9]-[0-9]{1,5}-[0-9]{1,5}$"
_ENCODED = f"{HEX_DIGITS}|{WIDE_HEX_DIGITS}|{BASE64_DIGITS}"


@cache
def _card_patterns() -> tuple[str, str, str, str]:
    """Plainly written; with something only the exact detector can read; twelve digits of any
    script; in another writing.
    """
    digits = digit_ranges()
    exotic = f"[%&{SPACES.replace(chr(9), '')}{DASHES}{DROPPED}{''.join(DOTS)}{digits}]|[\\\\][unrtx]|<(?:br|BR|wbr)"
    return (
        f"(?:^|[^0-9])(?:{_GROUPED})",
        exotic,
        f"(?:[0-9{digits}][^0-9{digits}]*){{12}}",
        f"{_FLOAT_CELL}|{_TRACK}|{_ENCODED}",
    )


def _matches(column: str, pattern: str) -> str:
    quoted = pattern.replace("'", "''")
    return f"regexp_matches({column}, '{quoted}')"


def truncated_candidate_sql(column: str) -> str:
    """SQL, true for every text of ``column`` in which ``find_truncated`` could find a card under a
    name that does not speak of cards; false for null.
    """
    masked = _matches(column, "[0-9][ -]?[*#xX•●∗·][ -]?[*#xX•●∗·]")
    return f"(CASE WHEN length({column}) < 12 THEN false ELSE {masked} END)"


def card_candidate_sql(column: str) -> str:
    """SQL, true for every text of ``column`` (an expression of type text) in which ``find_cards``
    could find a card; false for null.

    A CASE, because an engine evaluates its arms only where they apply: most cells are too short. A
    regular expression costs the same whatever it looks for, so one asks for everything and only
    what it lets through is asked again.
    """
    grouped, exotic, twelve, written = _card_patterns()
    anything, plain = (
        "|".join(f"(?:{pattern})" for pattern in (grouped, exotic, written)),
        f"(?:{grouped})|(?:{written})",
    )
    # a foreign writing needs its twelve digits
    sure = f"CASE WHEN {_matches(column, plain)} THEN true ELSE {_matches(column, twelve)} END"
    return (
        f"(CASE WHEN length({column}) < 12 THEN false WHEN {_matches(column, anything)} THEN CASE"
        f" WHEN {_matches(column, _CELL_IDENTITY)} THEN false ELSE {sure} END ELSE false END)"
    )


def card_shaped_sql(digits: str) -> str:
    """SQL, true of digits (an expression of type text) that are a known test card, or begin as a
    card of their length does; false for null.

    A regular expression of lengths and first two digits goes before the exact ranges, which cost
    twenty times as much.
    """
    tests = sorted(test_cards())
    shaped = (
        f"{digits} IN ({', '.join(map(repr, tests))}) OR"
        f" {_shaped_sql(f'length({digits})', _prefix_sql(digits))}"
    )
    return f"(CASE WHEN {_matches(digits, _beginnings())} THEN {shaped} ELSE false END)"


@cache
def _beginnings() -> str:
    """Whole numbers of a card's length that begin with two digits of a card of that length, and
    test cards.
    """
    by_length: dict[int, set[str]] = {}
    for card_range in card_ranges():
        if card_range.grade in SHAPED_GRADES:
            for length in card_range.lengths:
                by_length.setdefault(length, set()).update(
                    f"{two:02}"
                    for two in range(int(card_range.first[:2]), int(card_range.last[:2]) + 1)
                )
    numbers = (
        f"(?:{'|'.join(sorted(beginnings))})[0-9]{{{length - 2}}}"
        for length, beginnings in sorted(by_length.items())
    )
    return f"^(?:{'|'.join((*numbers, *sorted(test_cards())))})$"


def message_candidate_sql(column: str) -> str:
    """SQL, true for every text of ``column`` in which ``find_messages`` could find content: two
    words, or text in another encoding; false for null.

    A CASE, because an engine evaluates only the arm that applies: most cells of teledata are
    letters and digits without a space, and short.
    """
    candidates = text_candidates()
    spaced = " OR ".join(
        f"contains({column}, {space})"
        for space in ("' '", "chr(9)", "chr(10)", "chr(13)", "chr(160)")
    )
    prefix = f"substr({column}, 1, {PREFIX})"
    hexadecimal = (
        f"WHEN {_matches(column, candidates.hex_cell)} THEN"
        f" {_matches_any((prefix, candidates.hexadecimal))}"
    )
    plain = (
        f"CASE WHEN length({column}) < {SHORTEST} THEN false {hexadecimal} ELSE"
        f" {_matches_any((prefix, candidates.encoded_plain))} END"
    )
    without = f"""CASE WHEN length({column}) < {SHORTEST} THEN {_matches_any((column, candidates.unspaced))}
        {hexadecimal} ELSE {_matches_any((prefix, candidates.encoded), (column, candidates.unspaced))} END"""
    return f"""(CASE WHEN {_matches(column, candidates.plain)} THEN {plain}
        WHEN {spaced} THEN {_matches_any((column, candidates.spaced))}
        WHEN length({column}) >= 8 THEN {without} ELSE false END)"""


def worded_sql(column: str) -> str:
    """SQL, true of a text (an expression of type text) that holds a word and is no code: lower-case
    or foreign letters without a digit or a code's mark, or any letter beside a space. Null for null.

    Of the cells that are no message candidates these are what a column's messages are a share of.
    """
    letter, small = f"[A-Za-z{_BEYOND_ASCII}]", f"[a-z{_BEYOND_ASCII}]"
    mark = "[^0-9_/=\\\\]"
    return _matches(column, f"^{mark}*{small}{mark}*$|{letter}.* | .*{letter}")


def _matches_any(*asked: tuple[str, Sequence[str]]) -> str:
    """One pattern after the other, each on what the ones before did not match."""
    return (
        "CASE"
        f" {' '.join(f'WHEN {_matches(text, pattern)} THEN true' for text, patterns in asked for pattern in patterns)}"
        " ELSE false END"
    )


def message_skeleton_sql(column: str) -> str:
    """SQL for what is left of a text without its numbers and names, or for the text itself when
    that is too little: ``skeleton`` in the engine.
    """
    look = f"substr({column}, 1, {LONGEST_LOOK})"
    varying = VARYING.replace("'", "''")
    bare = f"regexp_replace({look}, '{varying}', '#', 'g')"
    return (
        f"CASE WHEN length(regexp_replace({bare}, '[^a-z]', '', 'g')) >= {TEMPLATE_LETTERS} THEN"
        f" {bare} ELSE {column} END"
    )


def message_shape_sql(column: str) -> str:
    """SQL for a text with zeros for its digits where no digit makes a difference: ``shape`` in the
    engine.
    """
    return (
        f"CASE WHEN {_matches(column, digits_matter())} THEN {column} ELSE translate({column},"
        " '123456789', '000000000') END"
    )


def profile_query(relation: str, columns: Sequence[str]) -> str:
    """One query, one scan: a row with the counts of every column (an expression of type text), in
    the order of ``columns`` and of ``PROFILE``.

    They are named ``c0_cells``, ``c0_numbers`` ... ``c1_cells`` ... In steps (the number, its
    parts, its kind, the counts), because an aggregate cannot name what another computes and the
    text would grow a hundredfold.
    """
    places = range(len(columns))
    numbered = ", ".join(
        f"{column} AS c{place}, {card_number_sql(column)} AS n{place}"
        for place, column in enumerate(columns)
    )
    measured = ", ".join(_measured_sql(place) for place in places)
    kinds = ", ".join(
        f"c{place}, n{place},"
        f" {_kind_sql(f'n{place}', f'u{place}', f'l{place}', length=f's{place}', prefix=f'p{place}')}"
        f" AS k{place}"
        for place in places
    )
    counts = ", ".join(
        f"{sql} AS c{place}_{name}"
        for place in places
        for name, sql in _aggregates(f"c{place}", f"n{place}", f"k{place}")
    )
    return (
        f"SELECT {counts} FROM (SELECT {kinds} FROM (SELECT {measured} FROM (SELECT {numbered} FROM"
        f" {relation}) AS numbered) AS measured) AS classified"
    )


def card_cells_query(candidates: str, *, every: bool = False) -> str:
    """A query for record, text and digits of the cells worth judging one by one; digits are null
    for running text.

    Running text always; whole numbers only of a card's shape that pass Luhn, and test cards, unless
    ``every`` one is asked for. ``candidates`` is a relation of
    ``record`` and ``cell``. In steps, so that what is dear is computed for the few cells that come
    so far.
    """
    tests = ", ".join(f"'{digits}'" for digits in sorted(test_cards()))
    card = (
        f"CASE WHEN {_shaped_sql('length(number)', _prefix_sql('number'))} THEN"
        f" {luhn_sql('number')} ELSE number IN ({tests}) END"
    )
    cells = f"SELECT record, cell, {card_number_sql('cell')} AS number FROM {candidates}"
    return (
        f"WITH candidate AS MATERIALIZED ({cells}) SELECT record, cell, number FROM candidate WHERE"
        f" {'true' if every else f'number IS NULL OR {card}'}"
    )


def split_part_sql(column: str) -> str:
    """SQL, true of a cell (an expression of type text) that may be a part of a card number:
    ``part_of`` in the engine; false for null.
    """
    return (
        f"CASE WHEN length({column}) >= 3 THEN {_matches(f'trim({column})', PART)} ELSE false END"
    )


def split_profile_query(relation: str, columns: Sequence[str]) -> str:
    """One row with the counts that ``decide_split_columns`` needs of columns side by side
    (expressions of type text), in the order of ``SPLIT_PROFILE``.
    """
    passing = f"CASE WHEN number IS NULL THEN NULL WHEN {luhn_sql('number')} THEN number END"
    counts = (
        f"count(*), count(number), count(DISTINCT number), count(DISTINCT {passing}),"
        " count(DISTINCT CASE WHEN number IS NOT NULL THEN ending END)"
    )
    return f"SELECT {counts} FROM ({_split_query(relation, columns)}) AS joined"


def split_cells_query(relation: str, record: str, columns: Sequence[str]) -> str:
    """A query for ``record`` (an expression) and the number that columns side by side come to,
    where it has a card's range and length and passes Luhn.
    """
    joined = _split_query(relation, columns, f"{record} AS record")
    return (
        f"SELECT record, number AS cell FROM ({joined}) AS joined WHERE CASE WHEN number IS NULL"
        f" THEN false ELSE {luhn_sql('number')} END"
    )


def _split_query(relation: str, columns: Sequence[str], *more: str) -> str:
    """Of the rows in which each of the columns is filled: the last part, and the number of a card's
    range and length that they come to, or null.
    """
    parts = [f"p{place}" for place in range(len(columns))]
    digits_of = (
        f"CASE WHEN {split_part_sql(column)} THEN regexp_replace(trim({column}), '{ZERO_DECIMALS}',"
        " '') ELSE '' END"
        for column in columns
    )
    cut = [f"{digits} AS {part}" for digits, part in zip(digits_of, parts, strict=True)]
    filled = " AND ".join(f"length({column}) > 0" for column in columns)
    fits = " OR ".join(
        f"({' AND '.join(f'length({part}) = {size}' for part, size in zip(parts, shape, strict=True))})"
        for shape in sorted(SHAPES)
        if len(shape) == len(columns)
    )
    digits = " || ".join(parts)
    names = [name.rpartition(" ")[2] for name in more]
    number = (
        f"CASE WHEN {fits} THEN CASE WHEN"
        f" {_shaped_sql(f'length({digits})', _prefix_sql(f'({digits})'))} THEN {digits} END END AS"
        " number"
    )
    return (
        f"SELECT {', '.join([*names, f'{parts[-1]} AS ending', number])} FROM (SELECT"
        f" {', '.join([*more, *cut])} FROM {relation} WHERE {filled}) AS cut"
    )


def _aggregates(column: str, number: str, kind: str) -> list[tuple[str, str]]:
    of_kinds = {
        "card_shaped": "3, 4, 5",
        "card_luhn": "4, 5",
        "test_cards": "5, 6",
        "other": "1, 2, 6",
        "other_luhn": "2, 6",
    }
    prefix = _prefix_sql(number)
    danish = _shaped_sql(f"length({number})", prefix, networks=DANISH)
    damaged = (
        f"{number} IS NULL AND length({column}) <= {LONGEST_DAMAGED} AND"
        f" {_matches(_trimmed_sql(column), EXCEL_DAMAGED)}"
    )
    counts = {
        "cells": f"count(nullif({column}, ''))",
        "numbers": f"count({number})",
        "card_distinct": f"approx_count_distinct(CASE WHEN {kind} IN (4, 5) THEN {number} END)",
        "card_issuers": f"approx_count_distinct(CASE WHEN {kind} IN (4, 5) THEN {prefix} END)",
        "card_heads": (
            f"approx_count_distinct(CASE WHEN {kind} IN (4, 5) THEN substr({number}, 1, {HEAD})"
            " END)"
        ),
        "card_fours": (
            f"count(CASE WHEN {kind} IN (4, 5) THEN CASE WHEN {prefix} // 100000 = 4 THEN 1 END"
            " END)"
        ),
        "card_rare": (
            f"count(CASE WHEN {kind} IN (4, 5) THEN CASE WHEN"
            f" {_shaped_sql(f'length({number})', prefix, grades=frozenset({'review'}))} THEN 1 END"
            " END)"
        ),
        "card_zeros": (
            f"count(CASE WHEN {kind} IN (4, 5) THEN CASE WHEN contains({number}, '{ZEROS}') THEN 1"
            " END END)"
        ),
        "danish_shaped": (
            f"count(CASE WHEN {kind} IN (3, 4, 5) THEN CASE WHEN {danish} THEN 1 END END)"
        ),
        "danish_luhn": f"count(CASE WHEN {kind} IN (4, 5) THEN CASE WHEN {danish} THEN 1 END END)",
        "other_padded": (
            f"count(CASE WHEN {kind} IN (1, 2, 6) THEN CASE WHEN {prefix} <"
            f" {10 ** (ISSUER - len(PADDING))} THEN 1 END END)"
        ),
        "excel_damaged": f"count(CASE WHEN {damaged} THEN 1 END)",
    } | {
        name: f"count(CASE WHEN {kind} IN ({kinds}) THEN 1 END)" for name, kinds in of_kinds.items()
    }
    return [(name, counts[name]) for name in PROFILE]


def card_number_sql(column: str) -> str:
    """SQL for the digits of a cell that is a whole number of 12-19 digits, else null:
    ``whole_number`` in the engine.
    """
    trimmed = _trimmed_sql(column)
    digits = f"regexp_replace({trimmed}, '{ZERO_DECIMALS}', '')"
    for mark in PUNCTUATION:
        digits = f"replace({digits}, '{mark.replace(chr(39), chr(39) * 2)}', '')"
    return (
        f"CASE WHEN length({column}) >= 12 AND {_matches(trimmed, WHOLE_NUMBER)} THEN {digits} END"
    )


def _trimmed_sql(column: str) -> str:
    return f"trim(replace({column}, '{NO_BREAK_SPACE}', ' '))"


def _prefix_sql(number: str) -> str:
    return f"CAST(substr({number}, 1, 6) AS INTEGER)"


def _measured_sql(place: int) -> str:
    number = f"n{place}"
    upper, lower = halves_sql(number)
    return (
        f"c{place}, {number}, {upper} AS u{place}, {lower} AS l{place}, length({number}) AS"
        f" s{place}, {_prefix_sql(number)} AS p{place}"
    )


def _kind_sql(number: str, upper: str, lower: str, *, length: str, prefix: str) -> str:
    """1 another number, 2 one that passes Luhn; 3 card-shaped, 4 and passes, 5 and a test card; 6 a
    test card of another shape; null for no number.
    """
    tests = ", ".join(f"'{digits}'" for digits in sorted(test_cards()))
    is_test = f"{number} IN ({tests})"
    passes = luhn_halves_sql(upper, lower)
    code = (
        f"CASE WHEN {_shaped_sql(length, prefix)} THEN 2 ELSE 0 END + CASE WHEN {passes} THEN 2"
        " ELSE 1 END"
    )
    return (
        f"CASE WHEN {number} IS NULL THEN NULL WHEN {is_test} THEN CASE WHEN"
        f" {_shaped_sql(length, prefix)} THEN 5 ELSE 6 END ELSE {code} END"
    )


def _shaped_sql(
    length: str,
    prefix: str,
    *,
    grades: frozenset[str] = SHAPED_GRADES,
    networks: frozenset[str] = frozenset(),
) -> str:
    """The first six digits lie in a range of cards of that length: of those grades, and of those
    networks where any are named.
    """
    by_lengths: dict[str, list[str]] = {}
    for card_range in card_ranges():
        if card_range.grade in grades and (not networks or card_range.network in networks):
            lengths = ", ".join(map(str, sorted(card_range.lengths)))
            by_lengths.setdefault(lengths, []).append(
                f"{prefix} BETWEEN {card_range.first} AND {card_range.last}"
            )
    fitting = (
        f"({length} IN ({lengths}) AND ({' OR '.join(ranges)}))"
        for lengths, ranges in by_lengths.items()
    )
    return f"({' OR '.join(fitting)})"


def cpr_candidate_sql(column: str) -> str:
    """SQL, true for every text of ``column`` (an expression of type text) in which ``find_cpr``
    could find a CPR number; false for null.

    And for one in fifty of the cells that are ten digits beginning with no date: whether they pass
    modulus 11 too tells a scheme of other numbers.
    """
    plain, nine = _cpr_patterns()
    # a foreign writing needs its nine digits
    sure = f"CASE WHEN {_matches(column, plain)} THEN true ELSE {_matches(column, nine)} END"
    return (
        f"(CASE WHEN length({column}) < 9 THEN false WHEN"
        f" {_matches(column, f'{plain}|{_exotic()}')} THEN {sure} ELSE false END)"
    )


@cache
def _cpr_patterns() -> tuple[str, str]:
    """Plainly written, or a whole cell in another writing; nine digits of any script."""
    digits = digit_ranges()
    number = f"{DAY}[./ \t-]?{MONTH}[./ \t-]?[0-9]{{2}}[./_ \t-]{{0,3}}[0-9]{{4}}"
    cells = (
        FLOAT_CELL,
        f"(?:0x)?[0-9A-Fa-f]*(?:{HEX_NINE}|{WIDE_HEX_NINE})[0-9A-Fa-f]*",
        f"[A-Za-z0-9+/_-]*{THREE_IN_BASE64}[A-Za-z0-9+/_-]*={{0,2}}",
        "[0-9]{8}(?:37|73)",
    )
    return (
        f"(?:^|[^0-9])(?:{number}|{LOST_ZERO})(?:[^0-9]|$)|^{_BLANK}(?:{'|'.join(cells)}){_BLANK}$",
        f"(?:[0-9{digits}][^0-9{digits}]*){{9}}",
    )


def _exotic() -> str:
    """What only ``writings.plain`` can read: a tab apart, which the expressions hold themselves."""
    return (
        f"[%&<{SPACES.replace(chr(9), '')}{DASHES}{DROPPED}{''.join(DOTS)}{digit_ranges()}]|[\\\\]"
    )


def browsing_candidate_sql(column: str, *, name: str | None = None) -> str:
    """SQL, true for every text of ``column`` (an expression of type text) in which
    ``find_browsing`` could find something; false for null.

    Where the column's ``name`` is given and speaks of no destination, cells that are an IP address
    and nothing else are left out; without a name they are candidates, and what somebody searched
    for is none: only a name tells it.
    """
    if name is not None and browsing_values.says(name) == "search":
        return f"(CASE WHEN length({column}) > 0 THEN true ELSE false END)"
    anything, plain, dotted = _browsing_patterns(
        alone=name is None or browsing_values.names_destination(name)
    )
    # an escape needs its dot or colon
    sure = f"CASE WHEN {_matches(column, plain)} THEN true ELSE {_matches(column, dotted)} END"
    return (
        f"(CASE WHEN length({column}) < 4 THEN false WHEN {_matches(column, anything)} THEN {sure}"
        " ELSE false END)"
    )


@cache
def _browsing_patterns(*, alone: bool) -> tuple[str, str, str]:
    """Anything worth a second look; plainly written or a whole cell in another writing; a dot or a
    colon in any writing.
    """
    before, before_six = ("", "") if alone else ("[^0-9.]", "[^0-9A-Fa-f:][0-9A-Fa-f:]*")
    plain = (
        "://",
        "(?:^|[^A-Za-z0-9_.@-])[A-Za-z0-9_.-]*[.](?:[A-Za-z]{2,}|[Xx][Nn]--[A-Za-z0-9-]+)[.-]*(?:$|[^A-Za-z0-9_.@-])",
        f"[.][A-Za-z0-9_-]*[{_BEYOND_ASCII}]",
        f"{before}[0-9]{{1,3}}(?:[.][0-9]{{1,3}}){{3}}",
        f"{before_six}(?:::|(?:[0-9A-Fa-f]{{1,4}}:){{7}})",
        f"(?:{browsing_values.BROWSERS})/[0-9]",
        f"^{_BLANK}(?:{browsing_values.BASE64_ADDRESS}|{browsing_values.HEX_ADDRESS}){_BLANK}$",
        # no find, but it bears on the column
        f"^{_BLANK}(?i:{'|'.join(sorted(browsing_words('access_points')))}){_BLANK}$",
    )
    fancy = browsing_values.DOTS[1:] + browsing_values.COLONS[1:]
    marked = (
        "%[0-9A-Fa-f]{2}",
        "&(?:#|[a-z]{2,6};)",
        "[\\\\]",
        "[({\\[](?:[.:/]|[dD][oO][tT])",
        f"[{fancy}{browsing_values.SLASHES[1:]}{browsing_values.DROPPED}]",
    )
    anything, sure = (
        "|".join(f"(?:{pattern})" for pattern in patterns)
        for patterns in ((*plain, *marked), plain)
    )
    return (
        anything,
        sure,
        f"[.{fancy}]|%(?:25)*(?:2[Ee]|3[Aa])|&#|&period;|&colon;|u00|[dD][oO][tT]|::",
    )
