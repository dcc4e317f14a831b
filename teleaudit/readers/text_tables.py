"""What a reader of text is given, and what it answers: the agreement that a new format keeps."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import pyarrow as pa

from teleaudit.readers.encodings import EncodingProof
from teleaudit.readers.headers import checked_header, count_withheld
from teleaudit.readers.records import ends_with_break
from teleaudit.readers.rejects import Rejections
from teleaudit.readers.sniffing import Sample
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


@dataclass(kw_only=True)
class TextTables(ABC):
    """One pass over a file. ``names`` and the counts are known once the tables are used up."""

    shown: str
    rejections: Rejections
    # of the columns, as they stand in the file; none where a column has none
    names: tuple[str | None, ...] = ()
    rows: int = 0

    @abstractmethod
    def tables(self, chunks: Iterable[bytes]) -> Iterator[pa.Table]:
        """Tables with the columns ``c0``, ``c1`` ... of the names as text, and in ``line`` the line
        of the file on which each record starts; all chunks are used up.
        """

    def broken(self, text: str) -> Iterator[Sequence[str] | str]:
        """What a record that was rejected comes to all the same: by fields, or as text."""
        yield text

    @property
    def header(self) -> tuple[str, ...]:
        """What an audit calls the columns. Raises: ExportError where one name stands twice."""
        return checked_header(self.names, self.shown)

    @property
    def withheld(self) -> int:
        """Headers that are not shown."""
        return count_withheld(self.names)


@dataclass(kw_only=True)
class TextStream(TextTables):
    """One pass over a file of text."""

    proof: EncodingProof
    ends_with_break: bool = field(default=False, repr=False)

    def noted(self, chunks: Iterable[bytes]) -> Iterator[bytes]:
        """The chunks, as they pass by."""
        for chunk in chunks:
            self.proof.note_bytes(chunk)
            self.ends_with_break = ends_with_break(chunk) if chunk else self.ends_with_break
            yield chunk


@dataclass(frozen=True, kw_only=True)
class TextFormat:
    """A format of text: its reader, and how it is known where an audit does not declare it."""

    called: str  # to whoever declared another
    of: Callable[[OpenedText], TextTables]
    by_key: bool = False  # each record says its own keys: two spellings may be the same one
    begins: Callable[[Sample], bool] = field(default=lambda _sample: False)
