"""The register of legal bases: what the law is, and what of it was read where.

``law.yaml`` of ``expectations/``.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from teleaudit.errors import AuditFileError
from teleaudit.rules.suites import Words
from teleaudit.rules.yaml_files import read_yaml, refuse_duplicate_ids, validated

# the issuer's own publication, an unofficial copy of it, what others wrote of it; not read
ReadIn = Literal["official", "mirror", "secondary", "none"]
_BILL = "bill"  # the kind of what is no law yet
_MARK = re.compile(r" \[(\w+)\]")


class LegalBasis(BaseModel):
    """One entry of the register of legal bases."""

    model_config = ConfigDict(extra="allow", frozen=True)

    id: str
    title_da: str
    citation_da: str
    kind: str | None = None
    # who supervises, or where nobody does, who issued it; names a file of its own report
    authority: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
    is_supervised: bool = True  # not by a court, a ministry or a party to a contract
    evidence: str
    source: str
    source_da: str | None = None  # where the source is told in English
    read_in: ReadIn
    read_to: dt.date | None  # the newest text that was read
    # the unofficial copies in which it was read: ``source_marks`` of the register
    copies: tuple[Words, ...] = ()
    recheck_before_release: bool = False
    checked_on: dt.date | None
    valid_from: dt.date | None
    valid_to: dt.date | None

    @property
    def read_at(self) -> str:
        """Where it was read, in Danish, without the marks of the copies."""
        return _MARK.sub("", self.source_da or self.source)

    def is_in_force(self, day: dt.date) -> bool:
        """Whether it applies on a day, as far as anybody looked it up."""
        return (
            self.kind != _BILL
            and (self.valid_from is None or self.valid_from <= day)
            and (self.valid_to is None or day <= self.valid_to)
        )


def supervisors(bases: Iterable[LegalBasis]) -> list[str]:
    """Who supervises these, each once, in their order; nobody where only courts, ministries or
    parties to a contract stand behind them.
    """
    return list(dict.fromkeys(basis.authority for basis in bases if basis.is_supervised))


def load_law(folder: Path) -> Mapping[str, LegalBasis]:
    """The register of legal bases by id. Raises: AuditFileError."""
    file = folder / "law.yaml"
    data: Any = read_yaml(file)
    try:
        marks, recheck, authorities = (
            data.get("source_marks", {}),
            data.get("currency", {}).get("recheck_before_release", ()),
            data.get("authorities", {}),
        )
        told = [
            entry
            | {
                "copies": [marks[mark] for mark in _MARK.findall(entry["source"])],
                "recheck_before_release": entry["id"] in recheck,
                "is_supervised": authorities.get(entry["authority"], {}).get("supervises", True),
            }
            for entry in data["entries"]
        ]
    except (AttributeError, KeyError, TypeError) as error:
        msg = (
            f"{file}: {error} is missing."
            if isinstance(error, KeyError)
            else f"{file}: 'entries' is missing."
        )
        raise AuditFileError(msg) from None
    entries = validated(told, tuple[LegalBasis, ...], file)
    refuse_duplicate_ids(file, [entry.id for entry in entries])
    return {entry.id: entry for entry in entries}
