r"""DuckDB's SQL, in which every rule is written, as Spark's.

sqlglot carries the grammar over. What it leaves, because it is a matter of meaning, is said here,
line by line:

1. regular expressions are Java's, not RE2's: ``java_pattern``;
2. ``hash`` is a 64-bit hash of each engine's own (``xxhash64``): equal keys have equal hashes, and
   nothing else is asked of it;
3. ``isodow`` is called ``dayofweek_iso``;
4. a common table expression stands in each of its places, where Spark puts it too: its optimizer
   (4.1, ``InlineCTE``) loses some of them where a plan is kept, by the order of plans;
5. ``trim`` takes every space of Unicode away, Spark's only the plain one.
"""

from __future__ import annotations

import re
from functools import lru_cache

import sqlglot
from sqlglot import exp

_CLASS = r"\[\^?\]?(?:\[:\^?\w+:\]|\\.|[^\]\\])*\]"
_DIFFERENT = re.compile(
    rf"\\.|{_CLASS}|\)(?:[*+]|\{{[0-9]+,\}})(?=\$)|[.$]", re.DOTALL
)  # in the order of ``java_pattern``; escapes and classes, so that what they hold is passed over
_IN_CLASS = re.compile(r"\\.|\[:(\^?)(\w+):\]|(?<!^)\[|&(?=&)", re.DOTALL)
_BLANK = r"\t\n\f\r "  # RE2's \s; Java's knows the vertical tab too
_TRIMMED = " \u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000"


@lru_cache(maxsize=1024)
def to_spark(sql: str) -> str:
    """A query, or an expression, in Spark's words."""
    tree = _put_in_place(sqlglot.parse_one(sql, read="duckdb").transform(_translated))
    return tree.sql(dialect="spark", comments=False)


def _translated(node: exp.Expr) -> exp.Expr:
    match node:
        case exp.RegexpLike() | exp.RegexpExtract() | exp.RegexpReplace() if isinstance(
            node.expression, exp.Literal
        ):
            node.set("expression", exp.Literal.string(java_pattern(node.expression.name)))  # (1)
        case exp.Anonymous() if node.name.lower() == "hash":
            return exp.Anonymous(this="xxhash64", expressions=node.expressions)  # (2)
        case exp.Extract() if node.name.lower() == "isodow":
            node.set("this", exp.var("DAYOFWEEK_ISO"))  # (3)
        case exp.Trim() if node.expression is None:
            node.set("expression", exp.Literal.string(_TRIMMED))  # (5)
    return node


def _put_in_place(tree: exp.Expr) -> exp.Expr:
    """The query with its common table expressions where they are named (4)."""
    for found in reversed(list(tree.find_all(exp.With))):  # inner ones first
        query = found.parent or tree
        for part in found.expressions:
            for table in list(query.find_all(exp.Table)):
                if table.name == part.alias and not table.db:
                    alias = table.alias or part.alias
                    table.replace(
                        exp.Subquery(this=part.this.copy(), alias=exp.to_identifier(alias))
                    )
        found.pop()
    return tree


def java_pattern(pattern: str) -> str:
    r"""A regular expression of RE2 in Java's words.

    1. ``$`` also matches before a last line break: ``\z``;
    2. ``.`` stops before other line breaks than ``\n`` too;
    3. in a class, ``[`` and ``&&`` begin another one, and ``[:alpha:]`` is unknown; ``\s`` holds
       the vertical tab;
    4. a group that is repeated up to the end is repeated by recursion, and a long text exhausts the
       stack. It becomes
       possessive: it gives nothing back, which is the same where none of its alternatives is the
       beginning of another.
    """
    return _DIFFERENT.sub(_in_java, pattern)


def _in_java(match: re.Match[str]) -> str:
    found = match.group()
    match found[0]:
        case "$":
            return r"\z"
        case ".":
            return r"[^\n]"
        case ")":
            return found + "+"
        case "[":
            return _IN_CLASS.sub(_in_java_class, found)
    return f"[{_BLANK}]" if found == r"\s" else found


def _in_java_class(match: re.Match[str]) -> str:
    if match[2]:
        name = "XDigit" if match[2] == "xdigit" else match[2].capitalize()
        return rf"\{'P' if match[1] else 'p'}{{{name}}}"
    found = match.group()
    return _BLANK if found == r"\s" else found if found[0] == "\\" else f"\\{found}"
