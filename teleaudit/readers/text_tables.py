"""What a reader of text is given, and what it answers: the agreement that a new format keeps."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Protocol

import pyarrow as pa

from teleaudit.readers.encodings import EncodingProof
from teleaudit.readers.rejects import Rejections
from teleaudit.rules.audit_file import ExportSpec


@dataclass(frozen=True, kw_only=True)
class OpenedText:
    """A file of text, ready to be read once."""

    shown: str
    encoding: str
    rejections: Rejections  # to be filled with the records that cannot be read
    proof: EncodingProof  # to be told the bytes, the text and the damage that were read
    spec: ExportSpec | None = None  # how the audit says that it is written; none without an audit
    proposed_layout: Mapping[str, str] = field(default_factory=dict)  # of a file without an audit

    @property
    def decimal(self) -> str:
        """How numbers are written out, so that they read like the file's texts."""
        return (self.spec.decimal if self.spec else None) or "."

    @property
    def layout(self) -> Mapping[str, str]:
        """Header -> first and last character of its field."""
        return self.spec.layout if self.spec else self.proposed_layout


class TextTables(Protocol):
    """One pass over a file. ``header`` and the counts are known once the tables are used up."""

    header: tuple[str, ...]
    rows: int

    @property
    def withheld(self) -> int:
        """Headers that are not shown."""

    def tables(self, chunks: Iterable[bytes]) -> Iterator[pa.Table]:
        """Tables with the columns ``c0``, ``c1`` ... of the header as text, and in ``line`` the
        line of the file on which each record starts.
        """
