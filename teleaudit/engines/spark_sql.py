r"""DuckDB's SQL, in which every rule is written, as Spark's.

sqlglot carries the grammar over. What it leaves, because it is a matter of meaning, is said here, line by line:

1. Java's ``$`` also matches before a last line break, RE2's does not: ``\z``;
2. ``hash`` is a 64-bit hash of each engine's own (``xxhash64``): equal keys have equal hashes, and nothing else is asked of it;
3. ``isodow`` is called ``dayofweek_iso``;
4. a common table expression is computed as the planner likes.
"""

from __future__ import annotations

import re
from functools import lru_cache

import sqlglot
from sqlglot import exp

_END = re.compile(r"\\.|\[\^?\]?(?:\\.|[^\]\\])*\]|\$")  # an escape, a class of characters, or the sign in question


@lru_cache(maxsize=1024)
def to_spark(sql: str) -> str:
    """A query, or an expression, in Spark's words."""
    tree = sqlglot.parse_one(sql, read="duckdb").transform(_translated)
    return tree.sql(dialect="spark", comments=False)


def _translated(node: exp.Expr) -> exp.Expr:
    match node:
        case exp.RegexpLike() | exp.RegexpExtract() | exp.RegexpReplace() if isinstance(node.expression, exp.Literal):
            node.set("expression", exp.Literal.string(java_pattern(node.expression.name)))  # (1)
        case exp.Anonymous() if node.name.lower() == "hash":
            return exp.Anonymous(this="xxhash64", expressions=node.expressions)  # (2)
        case exp.Extract() if node.name.lower() == "isodow":
            node.set("this", exp.var("DAYOFWEEK_ISO"))  # (3)
        case exp.CTE():
            node.set("materialized", None)  # (4)
    return node


def java_pattern(pattern: str) -> str:
    """A regular expression of RE2 in Java's words."""
    return _END.sub(lambda match: r"\z" if match.group() == "$" else match.group(), pattern)
