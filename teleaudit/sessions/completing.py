"""What TAB offers inside the quotes of a call, ``opened.check("<TAB>``, and where SQL names a table.

IPython knows by itself what stands between brackets.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any

from IPython.core.completer import (
    CompletionContext,
    SimpleCompletion,
    SimpleMatcherResult,
    context_matcher,
)

# in ``opened.sql("... FROM <TAB>`` and in a cell of ``%%sql``
_IN_SQL = re.compile(
    r"(?:\A\s*%%sql\b|(?P<name>[^\W\d]\w*)\.(?P<method>sql)\(\s*[\"']).*"
    r"\b(?:from|join)\s+(?P<word>\w*)$",
    re.IGNORECASE | re.DOTALL,
)
_BEGUN = re.compile(
    r"(?P<name>[^\W\d]\w*)\.(?P<method>\w+)\(\s*(?:\w+\s*=\s*)?[\"'](?P<word>[\w.-]*)$"
)


# IPython's, which has no types
def offer(shell: Any, kind: type, words: Callable[[Any, str], Sequence[str]]) -> None:  # noqa: ANN401
    """Have TAB offer ``words(value, method)`` in the quotes of a method called on a variable of that
    kind, and in a cell of SQL what the method ``sql`` takes; the value is None there.

    Offered once, however often it is asked for.
    """
    completer = getattr(shell, "Completer", None)
    if completer is None or any(
        getattr(matcher, "offers", None) is kind for matcher in completer.custom_matchers
    ):
        return

    @context_matcher()  # type: ignore[untyped-decorator] # IPython's has no types
    def matcher(context: CompletionContext) -> SimpleMatcherResult:
        above = context.full_text.split("\n")[: context.cursor_line]
        text = "\n".join([*above, context.text_until_cursor])
        begun = _IN_SQL.search(text) or _BEGUN.search(context.text_until_cursor)
        value = shell.user_ns.get(begun["name"]) if begun and begun["name"] else None
        if begun is None or (begun["name"] and not isinstance(value, kind)):
            return SimpleMatcherResult(completions=[])
        found = [
            SimpleCompletion(text=word, type="str")
            for word in words(value, begun["method"] or "sql")
            if word.startswith(begun["word"])
        ]
        return SimpleMatcherResult(
            completions=found, matched_fragment=begun["word"], suppress=bool(found)
        )

    matcher.offers = kind
    completer.custom_matchers.append(matcher)
