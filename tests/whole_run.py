"""An operator's sample audit run whole, as a process of its own: once for all test files, whichever
worker asks first.

Half a minute each, and as long again with the notebooks. What is asserted of it stands in the files
that ask.
"""

from __future__ import annotations

import fcntl
import pickle
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.command import ROOT, Ended, ended, only_run, start


@dataclass(frozen=True, kw_only=True)
class WholeRun:
    """A run that nobody changes any more."""

    operator: str
    out: Path  # reports/ and the tmp/ that it was given
    ended: Ended

    @property
    def folder(self) -> Path:
        """Its run folder."""
        return only_run(self.out / "reports", self.operator)


def whole_run(
    operator: str, factory: pytest.TempPathFactory, *, notebooks: bool, is_worker: bool
) -> WholeRun:
    """The run of this test session; the first who asks runs it, and others wait."""
    # a worker's folder lies in that of the session
    shared = factory.getbasetemp().parent if is_worker else factory.getbasetemp()
    name = f"whole-{operator}" + "-without-notebooks" * (not notebooks)
    out, words = shared / name, () if notebooks else ("--no-notebooks",)
    with (shared / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        kept = out / "ended.pickle"
        if not kept.exists():
            (out / "tmp").mkdir(parents=True)
            environment = {"JUPYTER_DATA_DIR": str(out / "jupyter"), "TMPDIR": str(out / "tmp")}
            kept.write_bytes(
                pickle.dumps(
                    ended(
                        start(
                            "run",
                            ROOT / "audits" / operator,
                            "--out",
                            out / "reports",
                            *words,
                            environment=environment,
                        )
                    )
                )
            )
        # our own file
        return WholeRun(operator=operator, out=out, ended=pickle.loads(kept.read_bytes()))  # noqa: S301
