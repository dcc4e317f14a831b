"""What a run hands to its notebooks: the audit, the exports it has read, and where answers go.

Written once to the run's private work folder; a notebook's kernel finds it by the environment variable TELEAUDIT_RUN.
"""

from __future__ import annotations

import datetime as dt
import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

from teleaudit.audits import Audit, load_audit
from teleaudit.exports.reading import ReadExport
from teleaudit.findings import WORKLIST_COLUMNS
from teleaudit.kernels.annex import keep_error
from teleaudit.runs import RunFolder
from teleaudit.suites import Topic

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
        return TypeAdapter(cls).validate_json(Path(path).read_bytes(), strict=False) if path else None

    def audit(self) -> Audit:
        """The audit file of the run."""
        return load_audit(self.audit_path)

    @property
    def reference_key(self) -> bytes:
        """The key of the run's record references, from the closed annex."""
        return bytes.fromhex((self.folder.restricted / "reference_key").read_text(encoding="ascii").strip())

    def keep_answers(self, topic: Topic, entries: Sequence[Mapping[str, Any]]) -> None:
        """Keep a topic's entries of results.json until all are there."""
        target = self.folder.work / f"checks-{topic}.json"
        part = target.with_suffix(".part")
        part.write_text(json.dumps(entries), encoding="utf-8")
        part.replace(target)

    def answers(self, topic: Topic) -> list[dict[str, Any]] | None:
        """A topic's entries; None when its notebook did not come so far."""
        target = self.folder.work / f"checks-{topic}.json"
        return json.loads(target.read_bytes()) if target.exists() else None

    def worklist_part(self, topic: Topic) -> Path:
        """Where a topic's lines of the worklist go."""
        return self.folder.restricted / f"worklist-{topic}.csv"

    def join_worklist(self, topics: Sequence[Topic]) -> None:
        """Make worklist.csv of the topics' parts."""
        target = self.folder.restricted / "worklist.csv"
        with os.fdopen(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8", newline="") as whole:
            whole.write(",".join(WORKLIST_COLUMNS) + "\r\n")
            for part in (self.worklist_part(topic) for topic in topics):
                if part.exists():
                    with part.open(encoding="utf-8", newline="") as lines:
                        next(lines)
                        whole.writelines(lines)
                    part.unlink()

    def keep_error(self, text: str) -> str:
        """Keep a full error report in the closed annex; returns the id under which it may be named."""
        return keep_error(text, self.folder.restricted)
