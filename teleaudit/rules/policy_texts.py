"""A policy's text as clauses: split, known again by their hash, and held against what was mapped.

Read are plain texts of two shapes: clauses with letters or numbers, and paragraphs under headings.
A clause is known by its words alone: neither its number nor how its lines are broken counts, so that
one clause more does not change those after it.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise, takewhile, zip_longest
from pathlib import Path
from typing import Literal, Protocol

from teleaudit.errors import AuditFileError
from teleaudit.rules.yaml_files import read_text

State = Literal["changed", "new", "gone"]

_ADVICE = "Save the policy as plain text (.txt) in UTF-8."
_LETTERS = "abcdefghijklmnopqrstuvwxyzæøå"
_LETTERED = re.compile(r"\s*(?P<label>[a-zæøå]|[ivx]+)(?P<end>[.)])\s+(?P<text>\S.*)")
_NUMBERED = re.compile(r"\s*(?:§\s*)?(?P<label>\d{1,2}(?:\.\d{1,2})*)[.):]?\s+(?P<text>\S.*)")
_ITEM = re.compile(r"\s*([-*•–]|[a-zæøå]\)|[ivx]+[.)])\s+\S")
_MOST_OF_A_HEADING = 80
_WORDS_OF_A_HEADING = 10
_UNWRAPPED = 120  # a line as long as this is a whole paragraph
_FEWEST = 3  # letters or numbers in a row that are no chance
_DATE = r"\d{1,2}[-./]\s?\d{1,2}[-./]\s?\d{2,4}|\d{4}-\d\d-\d\d|\d{1,2}\. ?[a-zæøå]+ \d{4}|[a-zæøå]+ \d{4}"
_VERSION = re.compile(
    r"\b(?:opdateret|revideret|version|udgave|gældende|gælder|dateret|ændret)\b\D{0,20}?"
    rf"(?P<version>{_DATE}|\d+(?:\.\d+)*)",
    re.IGNORECASE,
)


@dataclass(frozen=True, kw_only=True)
class TextClause:
    """One clause of a policy's text."""

    line: int  # it begins on
    label: str  # its letter or number in the text; empty where it has none
    heading: str  # it stands under
    text: str

    @property
    def sha256(self) -> str:
        """What it is known by."""
        return hashlib.sha256(self.text.encode()).hexdigest()


@dataclass(frozen=True, kw_only=True)
class PolicyText:
    """A policy's text, in its order."""

    title: str  # empty where it begins with none
    version: str  # as printed on it; empty where it bears none
    clauses: tuple[TextClause, ...]


@dataclass(frozen=True, kw_only=True)
class TextChange:
    """A clause whose text is not the one that it was mapped from."""

    state: State
    clause: str | None = None  # None: no clause of the policy file is about this text
    line: int | None = None  # of the text; None: it is gone
    sha256: str | None = None  # of the text as it is now


class Mapped(Protocol):
    """A clause of a policy file, as far as it says which text it was mapped from."""

    @property
    def clause(self) -> str:
        """Its id."""

    @property
    def text_sha256(self) -> tuple[str, ...]:
        """The hashes of the paragraphs it tells."""


def read_policy_text(file: Path) -> PolicyText:
    """The clauses of a policy's text. Raises: AuditFileError."""
    text = read_text(file, _ADVICE)
    if "\0" in text:
        msg = f"{file} is no text file. {_ADVICE}"
        raise AuditFileError(msg)
    return split_policy(text)


def split_policy(text: str) -> PolicyText:
    """The clauses of a text in its order, whatever its shape."""
    lines = [
        (number, line)
        for number, line in enumerate(unicodedata.normalize("NFC", text).splitlines(), start=1)
        if line.strip()
    ]
    title = _plain(lines[0][1]) if lines and _is_title(lines[0][1]) else ""
    body = lines[1:] if title else lines
    version = next((found["version"] for _, line in lines if (found := _VERSION.search(line))), "")
    body = [(number, line) for number, line in body if not _is_version(line)]
    starts = _starts(body)
    first = min(starts, default=len(body))
    clauses = [
        *_paragraphs(body[:first], text),
        *_labelled(body, starts, first),
    ]
    return PolicyText(title=title, version=version, clauses=tuple(clauses))


def find_changes(mapped: Sequence[Mapped], text: PolicyText) -> tuple[TextChange, ...]:
    """Which clauses are not as they were when they were mapped, in the order of the text.

    A clause without a hash says nothing of its text. What stands between the same neighbours as
    before is taken for the same clause, changed.
    """
    of_text = {clause.sha256: number for number, clause in enumerate(text.clauses)}
    known = [clause for clause in mapped if clause.text_sha256]
    told = {digest for clause in known for digest in clause.text_sha256}
    # the last place of the text that is as it was -> what stood after it: hash -> clauses
    lost: dict[int, dict[str, list[str]]] = {}
    place_of: dict[str, int] = {}
    before = -1
    for clause in known:
        for digest in clause.text_sha256:
            if digest in of_text:
                before = of_text[digest]
            else:
                place = place_of.setdefault(digest, before)
                lost.setdefault(place, {}).setdefault(digest, []).append(clause.clause)
    changes: list[TextChange] = []
    for place in range(-1, len(text.clauses)):
        if place >= 0 and text.clauses[place].sha256 not in told:
            continue
        now = list(takewhile(lambda one: one.sha256 not in told, text.clauses[place + 1 :]))
        for names, clause_now in zip_longest(lost.get(place, {}).values(), now):
            changes += _changes(names or [], clause_now)
    return tuple(changes)


def _changes(names: Sequence[str], now: TextClause | None) -> Iterator[TextChange]:
    """What became of the clauses that told one paragraph."""
    if now is None:
        yield from (TextChange(state="gone", clause=name) for name in names)
        return
    for name in names or (None,):
        state: State = "changed" if name else "new"
        yield TextChange(state=state, clause=name, line=now.line, sha256=now.sha256)


# Splitting


def _starts(lines: Sequence[tuple[int, str]]) -> dict[int, str]:
    """Where a lettered or numbered clause begins: position among the lines -> its label."""
    for starts in (_lettered(lines), _numbered(lines)):
        headings = sum(_is_heading(_without_label(lines[place][1])) for place in starts)
        # numbers before headings: the paragraphs below them are the clauses
        if len(starts) >= _FEWEST and headings * 2 <= len(starts):
            return starts
    return {}


def _lettered(lines: Sequence[tuple[int, str]]) -> dict[int, str]:
    """Clauses a, b, c ...; ``i.`` is the ninth of them, or the first of a list inside one."""
    marks = [
        (place, found["label"], found["end"])
        for place, (_, line) in enumerate(lines)
        if (found := _LETTERED.fullmatch(line))
    ]
    end = next((end for _, label, end in marks if label == "a"), "")
    own = [(place, label) for place, label, one in marks if one == end]
    starts: dict[int, str] = {}
    following = _LETTERS
    for (_, before), (place, label), (_, after) in zip(
        [(-1, ""), *own], own, [*own[1:], (-1, "")], strict=False
    ):
        is_roman = (label == "i" and after == "ii") or (before, label) in {("iv", "v"), ("ix", "x")}
        # a letter may be missing
        if label in following[:2] and not is_roman:
            starts[place] = label
            following = following.partition(label)[2]
    return starts


def _numbered(lines: Sequence[tuple[int, str]]) -> dict[int, str]:
    """Clauses 1, 2, 2.1 ...: each number follows the one before it."""
    starts: dict[int, str] = {}
    last: tuple[int, ...] = (0,)
    for place, (_, line) in enumerate(lines):
        found = _NUMBERED.fullmatch(line)
        if found is None:
            continue
        number = tuple(map(int, found["label"].split(".")))
        follows = {(*last, 1), *((*last[:level], last[level] + 1) for level in range(len(last)))}
        if number in follows:
            starts[place] = found["label"]
            last = number
    return starts


def _labelled(
    lines: Sequence[tuple[int, str]], starts: dict[int, str], first: int
) -> Iterator[TextClause]:
    heading = ""
    for place, after in pairwise([*sorted(starts), len(lines)]):
        if place == first and first and _is_heading(lines[first - 1][1]):
            heading = _plain(lines[first - 1][1])
        own = list(lines[place:after])
        # a heading stands right before the next clause
        following = (
            _plain(own.pop()[1])
            if after < len(lines) and len(own) > 1 and _is_heading(own[-1][1])
            else ""
        )
        texts = [_without_label(own[0][1]), *(line for _, line in own[1:])]
        if len(own) == 1 and _is_heading(texts[0]) and _is_deeper(starts, place, after):
            heading = _plain(texts[0])
        else:
            yield TextClause(
                line=own[0][0], label=starts[place], heading=heading, text=_joined(texts)
            )
        heading = following or heading


def _is_deeper(starts: dict[int, str], place: int, after: int) -> bool:
    return starts.get(after, "").startswith(f"{starts[place]}.")


def _paragraphs(lines: Sequence[tuple[int, str]], text: str) -> list[TextClause]:
    """Paragraphs, with the heading they stand under; a list belongs to what announces it."""
    heading, short, found = "", list[tuple[int, str]](), list[TextClause]()
    for number, line in _whole(lines, text):
        if _is_heading(line):
            short.append((number, _plain(_without_number(line))))
        elif found and not short and _continues(line, found[-1]):
            found[-1] = _with_more(found[-1], [line])
        else:
            *others, (_, heading) = short or [(0, heading)]
            _put(others, found)
            found.append(TextClause(line=number, label="", heading=heading, text=_joined([line])))
            short = []
    _put(short, found)
    return found


def _continues(line: str, clause: TextClause) -> bool:
    """Whether a line is part of a list."""
    return bool(_ITEM.match(line)) or (clause.text.endswith(":") and line[:1].islower())


def _put(short: Sequence[tuple[int, str]], found: list[TextClause]) -> None:
    """Short lines that are no heading: what was announced before, or something of their own."""
    if not short:
        return
    texts = [text for _, text in short]
    if found and found[-1].text.endswith(":"):
        found[-1] = _with_more(found[-1], texts)
    else:
        found.append(TextClause(line=short[0][0], label="", heading="", text=_joined(texts)))


def _with_more(clause: TextClause, lines: Sequence[str]) -> TextClause:
    return TextClause(
        line=clause.line,
        label=clause.label,
        heading=clause.heading,
        text=_joined([clause.text, *lines]),
    )


def _whole(lines: Sequence[tuple[int, str]], text: str) -> Iterator[tuple[int, str]]:
    """Whole paragraphs, headings and items of lists, each with its first line."""
    has_gaps = any(not line.strip() for line in text.strip().splitlines())
    if not has_gaps or any(len(line) > _UNWRAPPED for _, line in lines):
        yield from lines
        return
    block: list[tuple[int, str]] = []
    for number, line in lines:
        is_apart = bool(block) and (number > block[-1][0] + 1 or bool(_ITEM.match(line)))
        begins_below = len(block) == 1 and _is_heading(block[0][1]) and line[:1].isupper()
        if is_apart or begins_below:
            yield block[0][0], _joined([one for _, one in block])
            block = []
        block.append((number, line))
    if block:
        yield block[0][0], _joined([one for _, one in block])


def _is_heading(line: str) -> bool:
    """A short line that is no sentence, item or address."""
    text = _plain(line)
    return (
        0 < len(text) <= _MOST_OF_A_HEADING
        and len(text.split()) <= _WORDS_OF_A_HEADING
        and text[-1] not in ".:;,!"
        and not text[0].islower()
        and "@" not in text
        and _ITEM.match(line) is None
    )


def _is_title(line: str) -> bool:
    """A heading, which may begin with a small letter."""
    return _is_heading(line.strip().capitalize()) and _without_label(line) == line


def _is_version(line: str) -> bool:
    return (
        len(line.split()) <= _WORDS_OF_A_HEADING
        and _VERSION.search(line) is not None
        and _without_label(line) == line
    )


def _without_label(line: str) -> str:
    found = _LETTERED.fullmatch(line) or _NUMBERED.fullmatch(line)
    return found["text"] if found else line


def _without_number(line: str) -> str:
    found = _NUMBERED.fullmatch(line)
    return found["text"] if found else line


def _joined(lines: Sequence[str]) -> str:
    return _plain(" ".join(lines))


def _plain(text: str) -> str:
    return " ".join(text.split())
