"""Bizzy's small audit with deviations of all kinds, opened in this process as a notebook opens it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

import teleaudit
from teleaudit.lab import OpenAudit
from teleaudit.schema.sql import quoted
from teleaudit.sessions.masking import known_words
from tests.command import planted_exports, small_audit

_OURS = re.compile(r"P-[0-9A-F]{16}|R(?:-[0-9A-Z]{4}){3}-[0-9A-Z]{5}|<style.*?</style>", re.DOTALL)
_SHORTEST = 6
# what is somebody's: names, addresses, numbers; a single word is anybody's
_TELLING = re.compile(r".*(?:\w [^\W\d]|@|[^\W\d].*\d|\d{6}).*", re.DOTALL)


def planted_audit(place: Path, **fewer: Sequence[str]) -> Path:
    """The folder of the audit, in a workspace of its own; with ``fewer`` checks and exports."""
    audit = small_audit(place / "workspace", **fewer)
    exports = planted_exports(place / "exports")
    file = audit / "audit.yaml"
    file.write_text(
        file.read_text(encoding="utf-8").replace("../../data_samples/bizzy", str(exports)),
        encoding="utf-8",
    )
    return audit


def opened_audit(place: Path) -> OpenAudit:
    """The same, opened."""
    return teleaudit.open(planted_audit(place))


def values_of(audit: OpenAudit) -> set[str]:
    """Every text of a row that nobody may see, of six characters and more, single words apart."""
    engine, found = audit._desk._engine, set[str]()
    for export in audit._state.exports:
        relation = f"export_{export.table}"
        texts = [name for name, kind in engine.columns(relation).items() if kind == "VARCHAR"]
        for name in texts:
            if name.startswith("_"):
                continue
            words = known_words(export.table, name)
            rows = engine.fetch(f"SELECT DISTINCT {quoted(name)} FROM {relation}")
            found |= {
                value
                for (value,) in rows
                if value is not None
                and len(value) >= _SHORTEST
                and _TELLING.fullmatch(value)
                and value.lower() not in words
            }
    return found


def values_in(text: str, values: set[str]) -> set[str]:
    """Those that a text says, beside references and pseudonyms."""
    said = _OURS.sub(" ", text)
    return {value for value in values if value in said}
