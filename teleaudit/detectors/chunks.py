"""Long values in parts, so that time and memory stay proportional to a value."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from teleaudit.detectors.decisions import Hit

CHUNK = 65_536  # characters judged at a time
MARGIN = 512  # characters that neighbouring chunks see of each other


def hits_in_chunks(text: str, find: Callable[[str], Iterable[Hit]]) -> Iterator[Hit]:
    """What is found in a text of any length, each hit in the chunk in which it begins."""
    if len(text) <= CHUNK:
        yield from find(text)
        return
    for start in range(0, len(text), CHUNK):
        offset = max(start - MARGIN, 0)
        for hit in find(text[offset : start + CHUNK + MARGIN]):
            if start <= offset + hit.start < start + CHUNK:
                yield hit.at(offset + hit.start, offset + hit.end)
