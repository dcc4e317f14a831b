"""What an executed notebook may hold: results, never a traceback, a place on this machine, or what
was said on stderr.
"""

from __future__ import annotations

import re
import socket
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from nbformat import NotebookNode

from teleaudit.error_reports import ERROR_ID, keep_error

_TRACEBACK = re.compile(
    r"Traceback \(most recent call last\)|^\s*File \"[^\"]+\", line \d+", re.MULTILINE
)
_DATA_URI = re.compile(r"(data:[\w/+.-]+;base64,[A-Za-z0-9+/=]*)")
_BINARY = ("image/png", "image/jpeg", "image/gif", "application/pdf")
_TIMES = ("start_time", "end_time", "duration", "exception", "status")


@dataclass(frozen=True, kw_only=True)
class Places:
    """Places of this machine that no document names."""

    roots: tuple[Path, ...]  # named relative to, the longest first

    @cached_property
    def _absolute(self) -> re.Pattern[str]:
        """Any path that starts with a folder at the root of this machine."""
        tops = "|".join(
            sorted((re.escape(entry.name) for entry in Path("/").iterdir()), key=len, reverse=True)
        )
        return re.compile(rf"(?<![\w./<~-])/(?:{tops})(?:/[^\s\"'<>|:;,()\[\]]+)+")

    def hide(self, text: str) -> str:
        """The text with paths under a root written from there, others by their last name, and
        without the machine's name.
        """
        for root in sorted(
            {str(root) for root in self.roots if len(root.parts) > 1}, key=len, reverse=True
        ):
            text = re.sub(rf"{re.escape(root)}(?:/|(?![\w.-]))", "", text)
        text = self._absolute.sub(
            lambda found: "…/" + found[0].rstrip("/").rpartition("/")[2], text
        )
        host = socket.gethostname()
        return (
            re.sub(rf"(?<![\w<-])(?<!</){re.escape(host)}(?![\w-])", "(maskine)", text)
            if host not in ("", "localhost")
            else text
        )


def places_of_this_machine(more: Iterable[Path]) -> Places:
    """The working folder, the home and what else is known."""
    known = [Path.cwd(), Path.home(), *(Path(path) for path in more)]
    return Places(roots=tuple(dict.fromkeys([*known, *(path.resolve() for path in known)])))


def scrub(notebook: NotebookNode, places: Places, restricted: Path | None) -> None:
    """Take out of an executed notebook, in place, what may not leave."""
    for name in ("input_path", "output_path", "environment_variables"):
        notebook.metadata.get("papermill", {}).pop(name, None)
    for cell in notebook.cells:
        cell.metadata.pop("execution", None)
        cell.metadata["papermill"] = {
            name: value
            for name, value in cell.metadata.get("papermill", {}).items()
            if name in _TIMES
        }
        if "injected-parameters" in cell.metadata.get("tags", ()):
            cell["id"] = "injected-parameters"
        if cell.cell_type == "code":
            cell.outputs = [
                scrubbed
                for output in cell.outputs
                if (
                    scrubbed := _scrub_output(
                        output, places, lambda text: keep_error(text, restricted)
                    )
                )
                is not None
            ]


def failed_output(error_type: str, error_id: str, told: str = "") -> NotebookNode:
    """What stands where a cell failed."""
    told = told or f"fejl-id {error_id}"
    return NotebookNode(
        output_type="error", ename=error_type, evalue=told, traceback=[f"{error_type}: {told}"]
    )


def _scrub_output(
    output: NotebookNode, places: Places, keep: Callable[[str], str]
) -> NotebookNode | None:
    match output.output_type:
        case "error":
            return _scrub_error(output, places, keep)
        case "stream":
            return _scrub_stream(output, places, keep)
        case _:
            output.data = NotebookNode(
                {
                    mime: value if mime in _BINARY else _hide_all(value, places, keep)
                    for mime, value in output.data.items()
                }
            )
            output.metadata = _hide_all(output.metadata, places, keep)
            return output


def _scrub_error(output: NotebookNode, places: Places, keep: Callable[[str], str]) -> NotebookNode:
    """An error that our kernel told is told again; of any other only type and id remain."""
    name = str(output.ename) if str(output.ename).isidentifier() else "Error"
    found = re.match(rf"fejl-id ({ERROR_ID.pattern})", str(output.evalue))
    if found:
        return failed_output(name, found[1], places.hide(str(output.evalue)))
    return failed_output(
        name, keep("\n".join([f"{output.ename}: {output.evalue}", *output.traceback]))
    )


def _scrub_stream(
    output: NotebookNode, places: Places, keep: Callable[[str], str]
) -> NotebookNode | None:
    """What a cell printed; nothing of stderr: warnings quote values, and the places
    they come from.
    """
    if output.name == "stderr":
        if not output.text.strip():
            return None
        return NotebookNode(
            output_type="stream",
            name="stderr",
            text=f"Meddelelser fra kørslen er udeladt her (id {keep(output.text)}).\n",
        )
    output.text = _hide_all(output.text, places, keep)
    return output


def _hide_all(value: Any, places: Places, keep: Callable[[str], str]) -> Any:  # noqa: ANN401 (JSON)
    """The same JSON with every text in it scrubbed."""
    match value:
        case str() if _TRACEBACK.search(value):
            return f"En fejlmeddelelse er udeladt her (fejl-id {keep(value)}).\n"
        case str():
            return "".join(
                part if part.startswith("data:") else places.hide(part)
                for part in _DATA_URI.split(value)
            )
        case dict():
            return NotebookNode(
                {name: _hide_all(inner, places, keep) for name, inner in value.items()}
            )
        case list():
            return [_hide_all(inner, places, keep) for inner in value]
        case _:
            return value
