"""What a policy file asks, written into the file itself: comments under its clauses and rules, for
somebody who sees only the file and the policy.

They bear a mark of their own, so that they can be made anew and taken away; no other byte changes.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ruamel.yaml.nodes import MappingNode, SequenceNode

from teleaudit.errors import UserError
from teleaudit.report.policy_overview import (
    WIDTH,
    ClauseOverview,
    PolicyOverview,
    describe_policy,
    told_of_rule,
)
from teleaudit.report.wording import Words
from teleaudit.rules.rulebook import OpenedPolicy
from teleaudit.rules.yaml_files import compose_yaml, has_same_data

MARK = "#>"
_INDENT = "  "
_OURS = re.compile(rf"\A(\ufeff?)(?:[ \t]*{MARK}[^\r\n]*(?:\r?\n|\Z))+|\r?\n[ \t]*{MARK}[^\r\n]*")


@dataclass(frozen=True, kw_only=True)
class _Comment:
    """Lines to be written below a place."""

    below: int  # a character of the line above; before the first line where it is negative
    indent: int
    paragraphs: Sequence[str]


def explain_file(opened: OpenedPolicy, words: Words) -> bool:
    """Write the comments into a policy file, or make them anew; whether anything changed.

    Raises: UserError where it cannot be written.
    """
    return _rewrite(opened.file, _explained(_text_of(opened.file), _overview(opened, words), words))


def strip_file(file: Path) -> bool:
    """Take the comments out of a policy file; whether there were any. Raises: UserError."""
    return _rewrite(file, without_comments(_text_of(file)))


def is_outdated(opened: OpenedPolicy, overview: PolicyOverview, words: Words) -> bool:
    """Whether a policy file has comments that would be others now."""
    text = _text_of(opened.file)
    if MARK not in text:
        return False
    return text != without_comments(text) and text != _explained(text, overview, words)


def without_comments(text: str) -> str:
    """A policy file's text as somebody wrote it."""
    inside = _scalars(compose_yaml(text))
    return _OURS.sub(
        lambda found: (
            found[0]
            if any(start < found.end() - 1 < end for start, end in inside)
            else found[1] or ""
        ),
        text,
    )


def _overview(opened: OpenedPolicy, words: Words) -> PolicyOverview:
    return describe_policy(
        opened.policy,
        opened.suite,
        opened.rules,
        opened.audit.parameters if opened.audit else None,
        words,
    )


def _text_of(file: Path) -> str:
    return file.read_bytes().decode("utf-8")  # with the ends of its lines as they are


def _rewrite(file: Path, text: str) -> bool:
    before = _text_of(file)
    if not has_same_data(before, text):
        msg = f"{file}: a comment would change what the file says; nothing was written."
        raise UserError(msg)
    if text == before:
        return False
    try:
        file.write_bytes(text.encode())
    except OSError as error:
        msg = f"{file} cannot be written: {error.strerror}."
        raise UserError(msg) from None
    return True


def _explained(text: str, overview: PolicyOverview, words: Words) -> str:
    """A policy file's text with the comments that it should have."""
    bare = without_comments(text)
    end = "\r\n" if "\r\n" in bare else "\n"
    comments = sorted(_comments(bare, overview, words), key=lambda one: one.below)
    for comment in reversed(comments):
        lines = [
            f"{' ' * comment.indent}{MARK} {line}"
            for paragraph in comment.paragraphs
            for line in textwrap.wrap(
                paragraph,
                WIDTH - comment.indent - len(MARK) - 1,
                subsequent_indent=_INDENT,
                break_long_words=False,
                break_on_hyphens=False,
            )
        ]
        if comment.below < 0:
            start = 1 if bare.startswith("\ufeff") else 0
            bare = bare[:start] + "".join(line + end for line in lines) + bare[start:]
        else:
            place = _end_of_line(bare, comment.below)
            bare = bare[:place] + "".join(end + line for line in lines) + bare[place:]
    return bare


def _comments(text: str, overview: PolicyOverview, words: Words) -> Iterator[_Comment]:
    root = compose_yaml(text)
    head = text[: root.start_mark.index].rstrip()
    yield _Comment(
        below=len(head) - 1 if head.removeprefix("\ufeff") else -1,
        indent=0,
        paragraphs=words.at("asked.comments.head"),
    )
    clauses = _value(root, "clauses")
    for clause, node in zip(overview.clauses, clauses.value, strict=True):
        column = node.start_mark.column
        yield _Comment(
            below=_last(text, clauses, node, _value(node, "clause")),
            indent=column,
            paragraphs=list(_of_clause(clause, words)),
        )
        rules = _value(node, "rules")
        for asked, rule in zip(clause.asked, rules.value if rules else (), strict=True):
            is_inline = any(one.flow_style for one in (clauses, node, rules))
            yield _Comment(
                below=_last(text, clauses, node, rules, rule),
                indent=column if is_inline else rule.start_mark.column,
                paragraphs=[told_of_rule(clause, asked, words)],
            )


def _of_clause(clause: ClauseOverview, words: Words) -> Iterator[str]:
    if clause.asked:
        count = sum(len(one.checks) for one in clause.asked)
        yield words.say("asked.comments.asked", checks=words.counted("check", count))
    else:
        yield words.at("asked.comments.not_asked")
    for label, told in (("deadlines", clause.deadlines), ("parameters", clause.parameters)):
        yield from (f"{words.at(f'asked.labels.{label}')}: {one}" for one in told)


# Places in the text


def _value(node: Any, key: str) -> Any:  # noqa: ANN401 (ruamel's)
    return next((value for name, value in node.value if name.value == key), None)


def _last(text: str, *path: Any) -> int:  # noqa: ANN401 (ruamel's)
    """The last character of a node, or of what holds it on one line with others."""
    node = next((one for one in path if getattr(one, "flow_style", False)), path[-1])
    return len(text[: _end(node)].rstrip()) - 1


def _end(node: Any) -> int:  # noqa: ANN401 (ruamel's)
    """Where a node's own text ends: a block's end mark stands where the next one begins."""
    if isinstance(node, MappingNode) and not node.flow_style:
        return max(_end(part) for pair in node.value for part in pair)
    if isinstance(node, SequenceNode) and not node.flow_style:
        return max(map(_end, node.value))
    index: int = node.end_mark.index
    return index


def _end_of_line(text: str, place: int) -> int:
    found = re.compile(r"\r?\n|\Z").search(text, place)
    return found.start() if found else len(text)


def _scalars(node: Any) -> list[tuple[int, int]]:  # noqa: ANN401 (ruamel's)
    """Where texts begin and end: a line in one is no comment."""
    if isinstance(node, MappingNode):
        return [place for pair in node.value for part in pair for place in _scalars(part)]
    if isinstance(node, SequenceNode):
        return [place for part in node.value for place in _scalars(part)]
    return [(node.start_mark.index, node.end_mark.index)]
