"""What was noticed while an export was read, said in the report's language."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from teleaudit.report.wording import Words


def say_remark(words: Words, remark: Mapping[str, Any]) -> str:
    """A remark of results.json as a sentence; its English text where the language does not know its
    code.
    """
    forms = words.at("remarks").get(remark["code"])
    if forms is None:
        return str(remark["text"])
    count = remark.get("count")
    values = {name: remark.get(name, "") for name in ("file", "column", "canonical", "near")}
    sentence = words.plural(forms, count if count is not None else 0)
    return sentence.format_map(
        {
            **values,
            "count": words.number(count),
            "line": words.number(remark.get("line")),
            "expected": words.number(remark.get("expected")),
            "kind": words.name("kinds", remark.get("kind", "")),
        }
    )
