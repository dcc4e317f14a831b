"""What a condition says whatever the values that are missing would be: three-valued logic over SQL
conditions.

``certain(condition, unknown)`` holds only where the condition holds for every value of the unknown
columns; ``possible``
holds wherever it holds for some value. Both follow from the form of the condition: what joins its
parts (AND, OR, NOT and
coalesce to a truth value) is looked through, and a part that names an unknown column is false for
the one, true for the
other. So ``purpose = 'salg' OR consideration > 0`` is certain where the purpose is sale, though no
consideration is known.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping
from functools import lru_cache

import sqlglot
from sqlglot import exp

FALSE, TRUE = "FALSE", "TRUE"
_UNSET = "unset_"
_ABOUT_DOUBT = "unknown"  # a condition that names it speaks of unknown words itself
_WORD = re.compile(r"\w+")


def certain(condition: str, unknown: Collection[str]) -> str:
    """A condition that is true only where ``condition`` is, whatever the ``unknown`` columns hold;
    ``FALSE`` where it never is.
    """
    return bound(condition, dict.fromkeys(unknown, TRUE), at_least=True)


def possible(condition: str, unknown: Collection[str]) -> str:
    """A condition that is true wherever ``condition`` may be, depending on what the ``unknown``
    columns hold; ``TRUE`` where it always may.
    """
    return bound(condition, dict.fromkeys(unknown, TRUE), at_least=False)


def bound(condition: str, unknown: Mapping[str, str], *, at_least: bool) -> str:
    """What is certain of a condition (``at_least``), or possible.

    ``unknown``: column -> SQL: the rows in which nobody knows it.
    """
    return _bound(condition, frozenset(unknown.items()), at_least=at_least)


def unset_column(parameter: str) -> str:
    """What stands in a condition for a parameter that nobody has set: a column that
    nobody knows.
    """
    return f"{_UNSET}{parameter}"


def touches(condition: str, unknown: Collection[str]) -> bool:
    """Whether a condition names one of the columns."""
    return not _words(condition).isdisjoint(unknown) and _names(
        sqlglot.parse_one(condition, read="duckdb"), unknown
    )


def doubted_columns(reason: str, known: Collection[str]) -> frozenset[str]:
    """The columns of which a reason for not judging says that they cannot be relied on: those it
    names, also within its texts (``end_date=unreadable``).
    """
    tree = sqlglot.parse_one(reason, read="duckdb")
    named = {column.name for column in tree.find_all(exp.Column)}
    named |= {
        word
        for text in tree.find_all(exp.Literal)
        if text.is_string
        for word in _WORD.findall(text.this)
    }
    return frozenset(named & set(known))


def resting_on(
    columns: Iterable[str], requires: Mapping[str, Iterable[str]], table: str
) -> frozenset[str]:
    """The columns of a data set that cannot be relied on where these cannot: what is derived from
    them, and what they themselves were derived from.

    ``requires`` names the ``table.column`` that each derived column rests on, as views say.
    """
    doubted = set(columns)
    own = {
        derived: {name.partition(".")[2] for name in needed if name.startswith(f"{table}.")}
        for derived, needed in requires.items()
    }
    doubted |= {name for derived in doubted & own.keys() for name in own[derived]}
    return frozenset(doubted | {derived for derived, needed in own.items() if needed & doubted})


@lru_cache(maxsize=10_000)
def _bound(condition: str, unknown: frozenset[tuple[str, str]], *, at_least: bool) -> str:
    where = dict(unknown)
    if not touches(condition, where):
        return condition
    return _look(sqlglot.parse_one(condition, read="duckdb"), where, at_least=at_least).sql(
        dialect="duckdb"
    )


@lru_cache(maxsize=10_000)
def _words(condition: str) -> frozenset[str]:
    return frozenset(_WORD.findall(condition))


def _names(tree: exp.Expr, unknown: Collection[str]) -> bool:
    # may stand as a literal: INTERVAL 'unset_days' DAY
    unset = [name for name in unknown if name.startswith(_UNSET)]
    return any(column.name in unknown for column in tree.find_all(exp.Column)) or any(
        text.name in unset for text in tree.find_all(exp.Literal)
    )


def _look(tree: exp.Expr, unknown: Mapping[str, str], *, at_least: bool) -> exp.Expr:
    """The bound of a condition, from those of its parts."""
    if not _names(tree, unknown):
        return tree.copy()
    match tree:
        case exp.Paren():
            return _paren(_look(tree.this, unknown, at_least=at_least))
        case exp.And() | exp.Or():
            left, right = (
                _look(part, unknown, at_least=at_least) for part in (tree.left, tree.right)
            )
            return _joined(type(tree), left, right)
        case exp.Not():
            return _negated(_look(tree.this, unknown, at_least=not at_least))
        case exp.Coalesce(this=inner, expressions=[exp.Boolean() as default]):
            found = _look(inner, unknown, at_least=at_least)
            # An unknown value may make a null of what is none.
            otherwise = (
                _unless_unknown(default, _where(tree, unknown), at_least=True)
                if at_least and default.this
                else default.copy()
            )
            return (
                found
                if isinstance(found, exp.Boolean)
                else exp.Coalesce(this=found, expressions=[otherwise])
            )
        case _:
            where = _where(tree, unknown)
            return (
                tree.copy()
                if where != TRUE and _speaks_of_unknown(tree)
                else _unless_unknown(tree, where, at_least=at_least)
            )


def _where(tree: exp.Expr, unknown: Mapping[str, str]) -> str:
    """SQL: the rows in which a column that a condition names is unknown."""
    named = sorted({column.name for column in tree.find_all(exp.Column)} & unknown.keys())
    conditions = [unknown[column] for column in named]
    return (
        " OR ".join(f"({condition})" for condition in conditions)
        if conditions and TRUE not in conditions
        else TRUE
    )


def _unless_unknown(tree: exp.Expr, where: str, *, at_least: bool) -> exp.Expr:
    """A part of a condition, or what bounds it in the rows where it is unknown."""
    instead = exp.false() if at_least else exp.true()
    return (
        instead
        if where == TRUE
        else exp.Case().when(where, instead, dialect="duckdb").else_(tree.copy())
    )


def _speaks_of_unknown(tree: exp.Expr) -> bool:
    return any(text.is_string and text.name == _ABOUT_DOUBT for text in tree.find_all(exp.Literal))


def _joined(kind: Callable[..., exp.Expr], left: exp.Expr, right: exp.Expr) -> exp.Expr:
    """Both or either, without what a truth value settles."""
    settles = kind is exp.Or
    for one, other in ((left, right), (right, left)):
        if isinstance(one, exp.Boolean):
            return one if bool(one.this) is settles else other
    return kind(this=_paren(left), expression=_paren(right))


def _negated(tree: exp.Expr) -> exp.Expr:
    return (
        exp.Boolean(this=not tree.this)
        if isinstance(tree, exp.Boolean)
        else exp.Not(this=_paren(tree))
    )


def _paren(tree: exp.Expr) -> exp.Expr:
    return exp.Paren(this=tree) if isinstance(tree, exp.And | exp.Or | exp.Not) else tree
