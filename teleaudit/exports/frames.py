"""The words of a data frame in memory, which no reader has read: SQL for the canonical ones, and
for the issue of unknown ones.
"""

from __future__ import annotations

from collections.abc import Collection

from teleaudit.exports.conversion import UNKNOWN_WORD, canonical_word, is_unknown_word
from teleaudit.schema import ISSUES_COLUMN, VOCABULARIES
from teleaudit.schema.sql import literal, quoted


def word_columns(table: str, columns: Collection[str]) -> dict[str, str]:
    """SQL of each column on whose words rules rest, and of the issues where some may be unknown;
    nothing for any other column.
    """
    own = {
        name.partition(".")[2]: vocabulary
        for name, vocabulary in VOCABULARIES.items()
        if name.startswith(f"{table}.")
    }
    found = {
        name: canonical_word(f"CAST({quoted(name)} AS VARCHAR)", vocabulary.spellings)
        for name, vocabulary in own.items()
        if name in columns
    }
    issues = [
        f"CASE WHEN {is_unknown_word(found[name], own[name].spellings)} THEN"
        f" {literal(f'{name}={UNKNOWN_WORD}')} END"
        for name in found
        if own[name].closed
    ]
    if not issues:
        return found
    before = [f"CAST({quoted(ISSUES_COLUMN)} AS VARCHAR)"] if ISSUES_COLUMN in columns else []
    return found | {ISSUES_COLUMN: f"nullif(concat_ws(';', {', '.join([*before, *issues])}), '')"}
