"""What an audit file leaves open on purpose: where a person must choose, ``inspect`` and ``init``
write a question mark, and no run goes on before it is replaced.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from teleaudit.errors import AuditFileError

UNDECIDED = "?"  # in quotes: alone it is no YAML
DECIDE = "AFGØR:"  # begins the comment beside it, which says between what

Place = tuple[str | int, ...]  # keys and positions, from the top of the file


class UndecidedError(AuditFileError):
    """An audit in which a person must choose something first."""


@dataclass(frozen=True, kw_only=True)
class OpenDecision:
    """One place that a person must fill."""

    where: str  # file and line
    place: Place

    @property
    def key(self) -> str:
        """As it is written in messages: exports.kald.table."""
        return ".".join(map(str, self.place))

    @property
    def action(self) -> str:
        """What to do about it."""
        return (
            f'write in place of "{UNDECIDED}" what the comment beside it ({DECIDE}) lets you choose'
            " from"
        )

    def __str__(self) -> str:
        action = self.action
        return f"{self.where}: {self.key} is not decided yet: {action}."


def undecided_places(data: object) -> Iterator[Place]:
    """Where a question mark stands in what a YAML file holds, in the order of the file."""
    match data:
        case dict():
            for key, value in data.items():
                yield from ((str(key), *place) for place in undecided_places(value))
        case list():
            for number, value in enumerate(data):
                yield from ((number, *place) for place in undecided_places(value))
        case str() if data == UNDECIDED:
            yield ()


def without_undecided(data: Any) -> Any:  # noqa: ANN401 (YAML holds anything)
    """The same without what is undecided, and without an export whose table or files are."""
    match data:
        case dict():
            return {
                key: without_undecided(value)
                for key, value in data.items()
                if value != UNDECIDED and not _is_unusable_export(value)
            }
        case list():
            return [without_undecided(value) for value in data if value != UNDECIDED]
    return data


def _is_unusable_export(value: object) -> bool:
    return isinstance(value, dict) and UNDECIDED in (value.get("table"), value.get("files"))
