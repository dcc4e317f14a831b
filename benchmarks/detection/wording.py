"""The words of a variant: lists and sentence templates from ``development.toml`` or
``held_out.toml``, and how a template becomes a sentence.

``{name}`` in a template stands for one entry of that list, which may hold further names, or for
what the caller gives: ``{card}``, ``{value}``.
``{9}`` stands for as many random digits; ``{time}`` and ``{date}`` for a time and a date.
"""

from __future__ import annotations

import random
import re
import tomllib
from collections.abc import Callable
from functools import cache
from pathlib import Path

from benchmarks.detection import identifiers

VARIANTS = ("development", "held-out")
_SLOT = re.compile(r"\{(\w+)\}")
_DEEPEST = 8


class Wording:
    """One variant's lists."""

    def __init__(self, lists: dict[str, list[str]]) -> None:
        self._lists = lists

    def entries(self, name: str) -> tuple[str, ...]:
        """All entries of a list."""
        return tuple(self._lists[name])

    def pick(self, rng: random.Random, name: str) -> str:
        """One entry of a list, its slots filled."""
        return self.say(rng, rng.choice(self._lists[name]))

    def say(self, rng: random.Random, template: str, **given: str) -> str:
        """The template with every slot filled."""
        text = template
        for _ in range(_DEEPEST):
            filled = _SLOT.sub(lambda slot: self._fill(rng, slot[1], given), text)
            if filled == text:
                return text
            text = filled
        message = f"a template goes deeper than {_DEEPEST}"
        raise ValueError(message)

    def _fill(self, rng: random.Random, slot: str, given: dict[str, str]) -> str:
        if slot in given:
            return given[slot]
        if slot.isdecimal():
            return identifiers.digits(rng, int(slot))
        made = _MADE.get(slot)
        return made(rng) if made else rng.choice(self._lists[slot])


_MADE: dict[str, Callable[[random.Random], str]] = {
    "time": lambda rng: (
        f"{rng.randrange(7, 23)}{rng.choice('.:')}{rng.choice(('00', '10', '15', '20', '30', '45', '50'))}"
    ),
    "date": lambda rng: f"{identifiers.moment(rng):%d-%m-%Y}",
    "day": lambda rng: f"{identifiers.moment(rng):%d.%m}",
    "stamp": lambda rng: f"{identifiers.moment(rng):%Y-%m-%d %H:%M:%S}",
    "small": lambda rng: str(rng.randrange(2, 30)),
    "kroner": lambda rng: f"{rng.randrange(9, 2400)},{rng.choice(('00', '50', '95'))}",
    "phone": lambda rng: f"{rng.choice('2345679')}{identifiers.digits(rng, 7)}",
    "private": identifiers.address,
    "uuid": identifiers.uuid,
    "imei": lambda rng: identifiers.imei(rng, identifiers.tacs(rng)),
    "session_id": lambda rng: f"{rng.getrandbits(48):012x}",
}


@cache
def wording(variant: str) -> Wording:
    """The words of that variant."""
    file = Path(__file__).with_name(variant.replace("-", "_") + ".toml")
    return Wording(tomllib.loads(file.read_text(encoding="utf-8")))
