"""What a run hands to its notebooks: the audit, the exports it has read, and where answers go.

Written once to the run's private work folder; a notebook's kernel finds it by the environment
variable TELEAUDIT_RUN.
"""

from __future__ import annotations

import datetime as dt
import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from secrets import token_hex
from typing import TYPE_CHECKING, Any

from pydantic import TypeAdapter

from teleaudit.error_reports import keep_error
from teleaudit.errors import UserError
from teleaudit.exports.reading import ReadExport
from teleaudit.rules.audit_file import Audit, load_audit
from teleaudit.rules.suites import Topic
from teleaudit.runs.folder import RunFolder

if TYPE_CHECKING:
    from teleaudit.engines.duckdb import DuckDBEngine

ENVIRONMENT = "TELEAUDIT_RUN"
_STATE = "state.json"


@dataclass(frozen=True, kw_only=True)
class RunState:
    """A run that goes on."""

    audit_path: Path
    as_of: dt.date
    started_at: dt.datetime
    folder: RunFolder
    exports: tuple[ReadExport, ...]
    engine: str
    memory: str

    def save(self) -> Path:
        """Write it for the kernels; returns the file to name in TELEAUDIT_RUN."""
        path = self.folder.work / _STATE
        path.write_text(json.dumps(asdict(self), default=str), encoding="utf-8")
        path.chmod(0o600)
        return path

    @classmethod
    def of_environment(cls) -> RunState | None:
        """The run that this process belongs to; None in JupyterLab."""
        path = os.environ.get(ENVIRONMENT)
        return (
            TypeAdapter(cls).validate_json(Path(path).read_bytes(), strict=False) if path else None
        )

    @property
    def is_run(self) -> bool:
        """Whether a run has saved it: its notebooks find the checks answered.

        JupyterLab has none to save it for.
        """
        return (self.folder.work / _STATE).exists()

    def audit(self) -> Audit:
        """The audit file of the run."""
        return load_audit(self.audit_path)

    @property
    def reference_key(self) -> bytes:
        """The key of the run's record references, from the closed annex."""
        return bytes.fromhex(
            (self.folder.restricted / "reference_key").read_text(encoding="ascii").strip()
        )

    def keep_answers(self, topic: Topic, entries: Sequence[Mapping[str, Any]]) -> None:
        """Keep a topic's entries of results.json until all are there."""
        target = self.folder.work / f"checks-{topic}.json"
        part = target.with_suffix(".part")
        part.write_text(json.dumps(entries), encoding="utf-8")
        part.replace(target)

    def answers(self, topic: Topic) -> list[dict[str, Any]] | None:
        """A topic's entries; None when the checks were not answered."""
        target = self.folder.work / f"checks-{topic}.json"
        return json.loads(target.read_bytes()) if target.exists() else None

    def keep_doubts(self, doubts: Sequence[Mapping[str, Any]]) -> None:
        """Keep what the mapping may be wrong about, as results.json tells it."""
        self._doubts.write_text(json.dumps(doubts), encoding="utf-8")

    @property
    def doubts(self) -> list[dict[str, Any]]:
        """The same; nothing when the checks were not answered."""
        return json.loads(self._doubts.read_bytes()) if self._doubts.exists() else []

    @property
    def _doubts(self) -> Path:
        return self.folder.work / "mapping_doubts.json"

    @property
    def results(self) -> Path:
        """The run's results.json while its report's notebook shows it; the record's own is written
        after the last notebook.
        """
        return self.folder.work / "results.json"

    @property
    def worklist(self) -> Path:
        """The worklist, in the closed annex."""
        return self.folder.restricted / "worklist.csv"

    def new_engine(self) -> DuckDBEngine:
        """An engine with the run's memory limit; it spills into a folder of its own in the work folder.

        Raises: UserError where the run's rows are Spark's.
        """
        if self.engine != "duckdb":
            msg = (
                "the rows of this run lie on Spark, and its checks were asked there: a notebook can"
                " show its answers, and not ask again."
            )
            raise UserError(msg)
        # Great Expectations takes seconds to import
        from teleaudit.engines.duckdb import DuckDBEngine

        spill = (
            self.folder.work / "spill" / token_hex(4)
        )  # two engines write files of the same names
        spill.mkdir(parents=True)
        return DuckDBEngine(spill=spill, memory_limit=self.memory)

    def keep_error(self, text: str) -> str:
        """Keep a full error report in the closed annex; returns the id under which it
        may be named.
        """
        return keep_error(text, self.folder.restricted)
