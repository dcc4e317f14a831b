"""The labelled corpus: values with the field they stand in, and columns, drawn from a seed.

Nothing in it is anybody's.

Two variants with the same make-up and other words: 'development' to improve detectors on,
'held-out' to judge them by. Decoys come in the proportions of a telecom operator's exports: devices
and SIM cards first, payment slips, moments and orders next.
"""

from __future__ import annotations

import hashlib
import random
from collections.abc import Iterator
from dataclasses import dataclass

from benchmarks.detection.wording import Wording, wording

KINDS = ("card", "cpr", "message", "browsing")


@dataclass(frozen=True, kw_only=True)
class Value:
    """One value, and what is true of it."""

    section: str  # the class that it tests: card, cpr, message, browsing
    text: str
    field: str
    holds: bool  # whether it holds what the section is about
    writing: str  # how it is written: bare, spaced, JSON ...
    look_alike: str = ""  # what it is, where it holds nothing
    network: str = ""  # of a card
    ordinary: bool = True  # written as people and systems do, not by a broken export
    scored: bool = True  # False: counted apart, since rule books differ on whether it is a find


@dataclass(frozen=True, kw_only=True)
class Column:
    """One column of an export, and what is true of it."""

    name: str
    what: str  # what it holds, in words
    holds: frozenset[str]  # card, cvv, cpr, message, browsing; empty when it is clean
    values: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Corpus:
    """A variant drawn with a seed."""

    variant: str
    seed: int
    values: tuple[Value, ...]
    columns: tuple[Column, ...]
    own_domains: frozenset[str]  # the operator's own, which are no browsing

    def digest(self) -> str:
        """The same for the same variant, seed and size; another for any other text."""
        told = hashlib.sha256()
        for value in self.values:
            told.update(repr(value).encode())
        for column in self.columns:
            told.update(
                repr((column.name, column.what, sorted(column.holds), column.values)).encode()
            )
        return told.hexdigest()


def draw_corpus(variant: str, *, seed: int = 1, size: float = 1.0) -> Corpus:
    """The corpus of that variant; ``size`` scales how many values and cells there are, not which
    kinds of them.
    """
    from benchmarks.detection import (
        browsing_values,
        card_values,
        columns,
        cpr_values,
        message_values,
    )

    words = wording(variant)
    values: list[Value] = []
    for section, draw in (
        ("card", card_values.draw),
        ("cpr", cpr_values.draw),
        ("message", message_values.draw),
        ("browsing", browsing_values.draw),
    ):
        values += _apart(draw(_generator(variant, seed, section), words, size))
    drawn = tuple(columns.draw(_generator(variant, seed, "columns"), words, size))
    return Corpus(
        variant=variant,
        seed=seed,
        values=tuple(values),
        columns=drawn,
        own_domains=frozenset(words.entries("own_domains")),
    )


def _generator(variant: str, seed: int, section: str) -> random.Random:
    return random.Random(f"{variant} {seed} {section}")  # noqa: S311 (invented data)


def _apart(values: Iterator[Value]) -> Iterator[Value]:
    """The values without repetitions, and without a text that stands for both sides."""
    label: dict[str, bool] = {}
    seen: set[tuple[str, str]] = set()
    for value in values:
        if (
            label.setdefault(value.text, value.holds) == value.holds
            and (value.text, value.field) not in seen
        ):
            seen.add((value.text, value.field))
            yield value


def share(count: int, size: float) -> int:
    """That many at this size, at least one."""
    return max(1, round(count * size))


def place(rng: random.Random, words: Wording, lists: dict[str, int]) -> str:
    """A field name from one of the lists, by weight."""
    return words.pick(rng, rng.choices(list(lists), weights=list(lists.values()))[0])
