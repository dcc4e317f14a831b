r"""What a command writes, and the one gate that it goes through: nothing that comes from a file, its
name, a header or an answer is ever obeyed by a terminal.

Control characters, half letters and marks that turn the direction of writing are shown as escapes,
``\x1b``; in JSON as JSON writes them, so that programs read what was there.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable, Iterable
from typing import Any

from rich.console import Console, ConsoleOptions, RenderableType
from rich.segment import Segment
from rich.text import Text

# but for the end of a line and the tab, which are ours too
_OBEYED = re.compile(
    r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]"
)


def visible(text: str) -> str:
    r"""The text as a terminal may get it: what it would obey as an escape, ``\x1b``."""
    return _OBEYED.sub(lambda found: found[0].encode("unicode_escape").decode("ascii"), text)


def as_visible_json(value: object, *, indent: int | None = None) -> str:
    """The value as JSON that people can read too, and no terminal obeys."""
    text = json.dumps(value, ensure_ascii=False, indent=indent)
    return _OBEYED.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


class GatedConsole(Console):
    """A console that nobody else can command, and whose reader may leave (`teleaudit rules | head`):
    what nobody reads is not written, and the exit code stays.
    """

    def on_broken_pipe(self) -> None:
        """Write nothing more."""
        self.quiet = True

    def render_str(self, text: str, **options: Any) -> Text:  # noqa: ANN401 (rich's)
        """The same, as wide as it is shown; rich would drop some control characters unseen."""
        return super().render_str(visible(text), **options)

    def render(
        self, renderable: RenderableType, options: ConsoleOptions | None = None
    ) -> Iterable[Segment]:
        """The same; only what rich itself commands (colours, a bar's cursor) goes through as it
        is.
        """
        for segment in super().render(renderable, options):
            yield segment if segment.control else segment._replace(text=visible(segment.text))


def writer() -> Callable[[str], None]:
    """Writes results that are too many for rich; when the reader has left nothing more, like the
    console.
    """
    gone: list[OSError] = []

    def write(text: str) -> None:
        if not gone:
            try:
                sys.stdout.write(visible(text))
            except BrokenPipeError as error:
                gone.append(error)

    return write
