"""The text of an export as canonical types, in DuckDB's SQL: one expression for the value, one for
what was wrong with it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, assert_never

from teleaudit.exports import dates, value_shapes
from teleaudit.rules.audit_file import DateFormat
from teleaudit.schema import Column, Kind
from teleaudit.schema.sql import SQL_TYPES, literal

# What systems write where there is no value: MySQL and PostgreSQL (\N), Python and pandas (None,
# nan, NaT, <NA>), Go and Ruby (<nil>, nil), SQL clients ((null), <null>, [NULL]), Asterisk and
# FreeSWITCH ((none)), Excel (#N/A, #NULL!), and people (dashes).
NULL_SPELLINGS = (
    *(
        "NULL",
        "null",
        "Null",
        "(null)",
        "(NULL)",
        "<null>",
        "<NULL>",
        "[null]",
        "[NULL]",
        "\\N",
        "(none)",
    ),
    *("None", "nan", "NaN", "NAN", "NaT", "<NA>", "<nil>", "nil", "N/A", "n/a", "#N/A", "#NULL!"),
    *("-", "--", "\u2013", "\u2014"),
)
# in a column that may be open-ended, these and beyond stand for "no end"
OPEN_END_YEARS = (1900, 2099)
UNKNOWN_WORD = "unknown_word"
DURATION_COLUMNS = {"duration_s", "billsec"}  # also written hh:mm:ss

_MAX_NOTHING = 16  # bytes of a text that may be a spelling of nothing between blanks
# space, tab, no-break, thin and narrow no-break space
_BLANKS = "' ' || chr(9) || chr(160) || chr(8201) || chr(8239)"
SCIENTIFIC = r"[-+]?\d([.,]\d+)?E\+\d+"
_NUMBER_AROUND = r"(?i)^(kr\.?|DKK)\s*|\s*(kr\.?|DKK|,-)$"
_TRUE = ("true", "ja", "j", "1", "sand", "yes", "y", "x")
_FALSE = ("false", "nej", "n", "0", "falsk", "no")


@dataclass(frozen=True, kw_only=True)
class Source:
    """One canonical column in a file of an export."""

    column: Column
    expression: str  # SQL of the value there
    sql_type: str = "VARCHAR"  # its type there
    date_format: DateFormat | None = None
    decimal: Literal[",", "."] = "."
    zone: str = dates.LOCAL_ZONE
    # some dates are only readable as day-month and some only as month-day: what could be either is
    # not read
    holds_both_orders: bool = False
    has_native_dates: bool = False  # Excel: real dates stand among text, written yyyy-mm-dd
    form: str = ""  # SQL of the form of each value, where the forms are known
    # folded word -> canonical word, where rules rest on the column's words
    words: Mapping[str, str] = field(default_factory=dict)
    is_closed: bool = False  # whether it may have no other words
    # text of which it is known that all of it is ``plain``: it stands as it is
    is_plain: bool = False

    @property
    def is_text(self) -> bool:
        """Whether its values are read from text."""
        if self.sql_type == "VARCHAR":
            return True
        return self.column.kind in {
            Kind.DATE,
            Kind.TIMESTAMP,
            Kind.BOOLEAN,
        } and not self.sql_type.startswith(("DATE", "TIMESTAMP", "BOOLEAN"))


def counted(condition: str) -> str:
    """How many rows meet the condition: 0, not null, when there is none (as count_if would say)."""
    return f"count(*) FILTER (WHERE {condition})"


def cleaned(expression: str, kind: Kind, form: str = "") -> str:
    """Trimmed text; null for what stands for nothing."""
    spellings = (*NULL_SPELLINGS, "0") if kind.is_date else NULL_SPELLINGS
    nothing = "|".join(re.escape(spelling) for spelling in spellings)
    # Nearly every value starts and ends with a plain character and is no spelling of nothing:
    # trimming all of them would cost more than the rest of the reading. The other branch names the
    # trimmed text once: DuckDB computes what an expression names twice beforehand, for every row.
    trimmed = f"nullif(regexp_replace(trim({expression}, {_BLANKS}), '^({nothing})$', ''), '')"
    known = (
        f"WHEN {form} >= {value_shapes.FIRST_DATE if '0' in spellings else value_shapes.PLAIN} THEN"
        f" {expression} "
        if form
        else ""
    )
    return (
        f"CASE {known}WHEN {_needs_no_cleaning(expression, spellings)} THEN {expression} ELSE"
        f" {trimmed} END"
    )


def plain(expression: str) -> str:
    """Whether a text certainly stands in the working copy as it is, without an issue;
    null of null.
    """
    return (
        f"({_needs_no_cleaning(expression, NULL_SPELLINGS)} AND NOT contains({expression}, 'E+'))"
    )


def _needs_no_cleaning(expression: str, spellings: Sequence[str]) -> str:
    # beyond the end of a text that is not ASCII
    last = f"substr({expression}, CAST(strlen({expression}) AS INTEGER), 1)"
    return (
        f"{expression} BETWEEN '!' AND '~' AND {last} BETWEEN '!' AND '~' AND {expression} NOT IN"
        f" ({', '.join(map(literal, spellings))})"
    )


def clean_value(source: Source) -> str:
    """What the value is parsed from: trimmed text, or the typed value as it is."""
    if source.is_plain or not source.is_text:
        return (
            _without_nan(source.expression, source.sql_type)
            if not source.is_plain
            else source.expression
        )
    as_text = (
        source.expression
        if source.sql_type == "VARCHAR"
        else f"CAST({source.expression} AS VARCHAR)"
    )
    return cleaned(as_text, source.column.kind, source.form)


def parsed_value(source: Source, clean: str) -> str:
    """The clean value in its canonical type; null where it cannot be read as that.

    A known word is the canonical one, any other stands as it is.
    """
    parsed = _parsed(source, clean)
    return canonical_word(parsed, source.words) if source.words else parsed


def canonical_word(text: str, words: Mapping[str, str]) -> str:
    """The canonical word of a text, or the text where there is none; ``words`` are folded as
    ``schema.vocabularies.folded`` does.
    """
    branches = " ".join(f"WHEN {literal(own)} THEN {literal(word)}" for own, word in words.items())
    folded = f"regexp_replace(lower(trim({text})), '[\\s_-]+', ' ', 'g')"
    return (
        f"CASE WHEN {_is_canonical(text, words)} THEN {text} ELSE CASE {folded} {branches} ELSE"
        f" {text} END END"
    )


def is_unknown_word(text: str, words: Mapping[str, str]) -> str:
    """Whether a text is none of the canonical words; null of null."""
    return f"NOT {_is_canonical(text, words)}"


def _is_canonical(text: str, words: Mapping[str, str]) -> str:
    return f"({text} IN ({', '.join(map(literal, dict.fromkeys(words.values())))}))"


def _parsed(source: Source, clean: str) -> str:
    if source.is_plain:
        return clean
    if not source.is_text:
        return _cast(source, clean)
    match source.column.kind:
        case Kind.TEXT:
            return f"CASE WHEN NOT {is_scientific(clean)} THEN {clean} END"
        case Kind.INTEGER:
            return _integer(clean, source)
        case Kind.DECIMAL:
            return _decimal(clean, source)
        case Kind.DATE | Kind.TIMESTAMP:
            return _moment(source, clean)
        case Kind.BOOLEAN:
            folded = f"lower({clean})"
            return (
                f"CASE WHEN {folded} IN {_TRUE} THEN true WHEN {folded} IN {_FALSE} THEN false END"
            )
        case _:
            assert_never(source.column.kind)


def issue(source: Source, clean: str, parsed: str) -> str:
    """The issue code of one value, ``end_date=unreadable``, or null."""
    column, cases = source.column, []
    is_date = column.kind.is_date
    if source.is_text and column.kind in {Kind.TEXT, Kind.INTEGER}:
        cases.append((f"{parsed} IS NULL AND {is_scientific(clean)}", "excel"))
    if source.is_text and is_date:
        cases.append((f"{parsed} IS NULL AND {dates.is_zero(clean)}", "zero"))
    if source.holds_both_orders and source.date_format is not None:
        cases.append(
            (
                f"{parsed} IS NULL AND {dates.could_be_either(clean, source.date_format)}",
                f"unreadable;{column.name}=ambiguous",
            )
        )
    cases.append((f"{parsed} IS NULL", "unreadable"))
    if source.is_closed:
        cases.append((is_unknown_word(parsed, source.words), UNKNOWN_WORD))
    if column.open_end:
        cases.append((_is_open_end(parsed), "placeholder"))
    if source.is_text and column.kind is Kind.TIMESTAMP and source.date_format is not None:
        cases.append((dates.in_spring_gap(parsed, clean, source.zone, source.date_format), "gap"))
    branches = " ".join(
        f"WHEN {condition} THEN {literal(f'{column.name}={code}')}" for condition, code in cases
    )
    return f"CASE WHEN {clean} IS NULL THEN NULL {branches} END"


def is_sound(source: Source, clean: str, parsed: str) -> str:
    """Whether the value certainly has no issue; nearly all have none, and need not be
    asked which.
    """
    readable = [f"{parsed} IS NOT NULL"]
    if source.is_closed:
        readable.append(_is_canonical(parsed, source.words))
    if source.column.open_end:
        readable.append(f"NOT {_is_open_end(parsed)}")
    if source.column.kind is Kind.TIMESTAMP:
        readable.append(f"hour({parsed}) <> 2")  # the only hour that clocks skip
    return f"({clean} IS NULL OR ({' AND '.join(readable)}))"


def final_value(source: Source, parsed: str) -> str:
    """The value that stands in the working copy: a placeholder of an open end is null."""
    if source.column.open_end:
        return f"CASE WHEN NOT ({_is_open_end(parsed)}) THEN {parsed} END"
    return parsed


def is_scientific(text: str) -> str:
    """Whether Excel has turned a long number into 4,57E+15."""
    return f"(contains({text}, 'E+') AND regexp_full_match({text}, '{SCIENTIFIC}'))"


def extra_value(expression: str, sql_type: str) -> str:
    """An unmapped column as text, untouched but for what stands for nothing."""
    if sql_type == "VARCHAR":
        nothing = (
            f"trim({expression}, {_BLANKS}) IN ({', '.join(map(literal, ('', *NULL_SPELLINGS)))})"
        )
        return (
            f"CASE WHEN CASE WHEN strlen({expression}) <= {_MAX_NOTHING} THEN {nothing} ELSE false"
            f" END THEN NULL ELSE {expression} END"
        )
    return _typed_as_text(expression, sql_type)


def _without_nan(expression: str, sql_type: str) -> str:
    """A typed value; null for the number that is none."""
    return (
        f"CASE WHEN NOT isnan({expression}) THEN {expression} END"
        if sql_type in {"FLOAT", "DOUBLE"}
        else expression
    )


def _is_open_end(parsed: str) -> str:
    first, last = OPEN_END_YEARS
    return f"(year({parsed}) <= {first} OR year({parsed}) >= {last})"


def _moment(source: Source, clean: str) -> str:
    date_format = source.date_format or "yyyy-mm-dd"
    moment = dates.parsed(clean, date_format, source.zone)
    if source.has_native_dates and date_format not in {"yyyy-mm-dd", "iso8601"}:
        moment = f"coalesce({moment}, {dates.parsed(clean, 'yyyy-mm-dd', dates.LOCAL_ZONE)})"
    known = dates.parsed_by_form(clean, date_format, source.zone) if source.form else {}
    if known:
        moment = (
            f"CASE {source.form}"
            f" {' '.join(f'WHEN {form} THEN {fast}' for form, fast in known.items())} ELSE"
            f" {moment} END"
        )
    if source.holds_both_orders:
        moment = f"CASE WHEN NOT {dates.could_be_either(clean, date_format)} THEN {moment} END"
    return f"CAST({moment} AS {SQL_TYPES[source.column.kind]})"


def _decimal(clean: str, source: Source) -> str:
    number = _plain_number(clean, source.decimal)
    if source.form:
        with_sign = (
            f"WHEN {value_shapes.WITH_COMMA} THEN replace({clean}, ',', '.')"
            if source.decimal == ","
            else f"WHEN {value_shapes.WITH_POINT} THEN {clean}"
        )
        number = (
            f"CASE {source.form} WHEN {value_shapes.DIGITS} THEN {clean} {with_sign} ELSE"
            f" {number} END"
        )
    return f"TRY_CAST({number} AS DECIMAL(18, 4))"


def _integer(clean: str, source: Source) -> str:
    known = (
        f"WHEN {source.form} = {value_shapes.DIGITS} THEN TRY_CAST({clean} AS BIGINT) "
        if source.form
        else ""
    )
    simple = f"WHEN regexp_full_match({clean}, '[-+]?\\d{{1,18}}') THEN TRY_CAST({clean} AS BIGINT)"
    number = f"TRY_CAST({_plain_number(clean, source.decimal)} AS DECIMAL(38, 6))"
    whole = f"CASE WHEN ({number}) = trunc({number}) THEN TRY_CAST({number} AS BIGINT) END"
    clock = ""
    if source.column.name in DURATION_COLUMNS:
        parts = [f"TRY_CAST(split_part({clean}, ':', {part}) AS BIGINT)" for part in (1, 2, 3)]
        clock = (
            f"WHEN regexp_full_match({clean}, '\\d{{1,4}}:[0-5]\\d:[0-5]\\d') THEN {parts[0]} *"
            f" 3600 + {parts[1]} * 60 + {parts[2]}"
        )
    return f"CASE {known}{simple} {clock} ELSE {whole} END"


def _plain_number(clean: str, decimal: Literal[",", "."]) -> str:
    """A number as DuckDB writes it: without thousands, with a decimal point, its minus in front;
    null for anything else.
    """
    sign, thousands = (",", ".") if decimal == "," else (".", ",")
    dot, group = (f"[{sign}]", f"[{thousands} \u00a0\u2009\u202f]")
    simple = f"regexp_full_match({clean}, '[-+]?\\d+({dot}\\d+)?')"
    bare = f"regexp_replace({clean}, '{_NUMBER_AROUND}', '', 'g')"
    shape = f"[-+]?(\\d+|\\d{{1,3}}({group}\\d{{3}})+)({dot}\\d+)?-?"
    digits = f"replace(regexp_replace({bare}, '{group}', '', 'g'), '{sign}', '.')"
    signed = f"CASE WHEN right({digits}, 1) = '-' THEN '-' || left({digits}, -1) ELSE {digits} END"
    return (
        f"CASE WHEN {simple} THEN replace({clean}, '{sign}', '.') WHEN regexp_full_match({bare},"
        f" '{shape}') THEN {signed} END"
    )


def _cast(source: Source, clean: str) -> str:
    kind, sql_type = source.column.kind, source.sql_type
    if kind is Kind.TEXT:
        return _typed_as_text(clean, sql_type)
    if kind.is_date and sql_type.startswith(("DATE", "TIMESTAMP")):
        return _typed_moment(source, clean)
    if kind is Kind.INTEGER and sql_type in {"FLOAT", "DOUBLE"}:
        return f"CASE WHEN {clean} = trunc({clean}) THEN TRY_CAST({clean} AS BIGINT) END"
    return f"TRY_CAST({clean} AS {SQL_TYPES[kind]})"


def _typed_moment(source: Source, clean: str) -> str:
    target = SQL_TYPES[source.column.kind]
    if source.sql_type == "DATE":
        return f"CASE WHEN isfinite({clean}) THEN CAST({clean} AS {target}) END"
    has_zone = source.sql_type == "TIMESTAMP WITH TIME ZONE"
    moment = (
        f"({clean} AT TIME ZONE '{dates.LOCAL_ZONE}')"
        if has_zone
        else dates.to_local(f"CAST({clean} AS TIMESTAMP)", source.zone)
    )
    return f"CASE WHEN isfinite({clean}) THEN CAST({moment} AS {target}) END"


def _typed_as_text(expression: str, sql_type: str) -> str:
    if sql_type in {"FLOAT", "DOUBLE"}:
        is_whole = (
            f"isfinite({expression}) AND {expression} = trunc({expression}) AND abs({expression}) <"
            " 1e18"
        )
        return (
            f"CASE WHEN {is_whole} THEN CAST(CAST({expression} AS BIGINT) AS VARCHAR) WHEN NOT"
            f" isnan({expression}) THEN CAST({expression} AS VARCHAR) END"
        )
    if sql_type.startswith(("STRUCT", "MAP")) or sql_type.endswith("]"):
        return f"CAST(to_json({expression}) AS VARCHAR)"
    return f"CAST({expression} AS VARCHAR)"
