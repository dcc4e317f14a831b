"""What a condition says whatever the values that are missing would be: three-valued logic over SQL conditions.

``certain(condition, unknown)`` holds only where the condition holds for every value of the unknown columns; ``possible``
holds wherever it holds for some value. Both follow from the form of the condition: what joins its parts (AND, OR, NOT and
coalesce to a truth value) is looked through, and a part that names an unknown column is false for the one, true for the
other. So ``purpose = 'salg' OR consideration > 0`` is certain where the purpose is sale, though no consideration is known.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping
from functools import lru_cache

import sqlglot
from sqlglot import exp

FALSE, TRUE = "FALSE", "TRUE"
_UNSET = "unset_"
_WORD = re.compile(r"\w+")


def certain(condition: str, unknown: Collection[str]) -> str:
    """A condition that is true only where ``condition`` is, whatever the ``unknown`` columns hold; ``FALSE`` where it never is."""
    return _bound(condition, frozenset(unknown), at_least=True)


def possible(condition: str, unknown: Collection[str]) -> str:
    """A condition that is true wherever ``condition`` may be, depending on what the ``unknown`` columns hold; ``TRUE`` where it always may."""
    return _bound(condition, frozenset(unknown), at_least=False)


def unset_column(parameter: str) -> str:
    """What stands in a condition for a parameter that nobody has set: a column that nobody knows."""
    return f"{_UNSET}{parameter}"


def touches(condition: str, unknown: Collection[str]) -> bool:
    """Whether a condition names one of the columns."""
    return not _words(condition).isdisjoint(unknown) and _names(sqlglot.parse_one(condition, read="duckdb"), unknown)


def doubted_columns(reason: str, known: Collection[str]) -> frozenset[str]:
    """The columns of which a reason for not judging says that they cannot be relied on: those it names, also within its texts (``end_date=unreadable``)."""
    tree = sqlglot.parse_one(reason, read="duckdb")
    named = {column.name for column in tree.find_all(exp.Column)}
    named |= {word for text in tree.find_all(exp.Literal) if text.is_string for word in _WORD.findall(text.this)}
    return frozenset(named & set(known))


def resting_on(columns: Iterable[str], requires: Mapping[str, Iterable[str]], table: str) -> frozenset[str]:
    """The columns of a data set that cannot be relied on where these cannot: what is derived from them, and what they themselves were derived from.

    ``requires`` names the ``table.column`` that each derived column rests on, as views say.
    """
    doubted = set(columns)
    own = {derived: {name.partition(".")[2] for name in needed if name.startswith(f"{table}.")} for derived, needed in requires.items()}
    doubted |= {name for derived in doubted & own.keys() for name in own[derived]}
    return frozenset(doubted | {derived for derived, needed in own.items() if needed & doubted})


@lru_cache(maxsize=10_000)
def _bound(condition: str, unknown: frozenset[str], *, at_least: bool) -> str:
    if not touches(condition, unknown):
        return condition
    return _look(sqlglot.parse_one(condition, read="duckdb"), unknown, at_least=at_least).sql(dialect="duckdb")


@lru_cache(maxsize=10_000)
def _words(condition: str) -> frozenset[str]:
    return frozenset(_WORD.findall(condition))


def _names(tree: exp.Expr, unknown: Collection[str]) -> bool:
    unset = [name for name in unknown if name.startswith(_UNSET)]  # may stand as a literal: INTERVAL 'unset_days' DAY
    return any(column.name in unknown for column in tree.find_all(exp.Column)) or any(text.name in unset for text in tree.find_all(exp.Literal))


def _look(tree: exp.Expr, unknown: Collection[str], *, at_least: bool) -> exp.Expr:
    """The bound of a condition, from those of its parts."""
    if not _names(tree, unknown):
        return tree.copy()
    match tree:
        case exp.Paren():
            return _paren(_look(tree.this, unknown, at_least=at_least))
        case exp.And() | exp.Or():
            left, right = (_look(part, unknown, at_least=at_least) for part in (tree.left, tree.right))
            return _joined(type(tree), left, right)
        case exp.Not():
            return _negated(_look(tree.this, unknown, at_least=not at_least))
        case exp.Coalesce(this=inner, expressions=[exp.Boolean()]):
            found = _look(inner, unknown, at_least=at_least)
            otherwise = exp.false() if at_least else tree.expressions[0].copy()  # an unknown value may make a null of what is none
            return found if isinstance(found, exp.Boolean) else exp.Coalesce(this=found, expressions=[otherwise])
        case _:
            return exp.false() if at_least else exp.true()


def _joined(kind: Callable[..., exp.Expr], left: exp.Expr, right: exp.Expr) -> exp.Expr:
    """Both or either, without what a truth value settles."""
    settles = kind is exp.Or
    for one, other in ((left, right), (right, left)):
        if isinstance(one, exp.Boolean):
            return one if bool(one.this) is settles else other
    return kind(this=_paren(left), expression=_paren(right))


def _negated(tree: exp.Expr) -> exp.Expr:
    return exp.Boolean(this=not tree.this) if isinstance(tree, exp.Boolean) else exp.Not(this=_paren(tree))


def _paren(tree: exp.Expr) -> exp.Expr:
    return exp.Paren(this=tree) if isinstance(tree, exp.And | exp.Or | exp.Not) else tree
