"""An operator's clean sample, read and asked once.

Of exports that differ from it in a few files, only what can be answered otherwise is read and asked
again.

Twenty seconds become two. That the answers are those of a whole audit,
``tests/test_samples_found.py`` shows.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import nullcontext
from pathlib import Path

from teleaudit.checks.runner import CheckRunner
from teleaudit.exports.reading import ReadExport, read_export
from teleaudit.rules.audit_file import Audit, ExportSpec, load_audit
from teleaudit.rules.rulebook import rulebook_of
from teleaudit.rules.suites import READ_BY_DETECTORS, TOPICS, Check
from teleaudit.schema.views import data_set_view
from tests.command import ROOT
from tests.shared_engine import shared_engine
from tests.spec import Answered, Listed
from tests.test_no_silent_pass import tables_of


class CleanAudit:
    """An audit's answers to clean exports, and to others for what these differ in."""

    def __init__(self, audit: Audit, exports: Path, folder: Path) -> None:
        """Read and ask everything.

        Working copies go to ``folder``, which outlives the audit's use.
        """
        self.audit, self.root, self.folder = audit, exports, folder
        self.suites = rulebook_of(audit).suites
        self._exports = {
            name: self._read(name, exports, folder / "clean") for name in audit.exports
        }
        self.answers = {
            answered.id: answered for answered in self._ask(list(self._exports.values()), None)
        }

    def answers_to(self, exports: Path, work: str) -> tuple[Answered, ...]:
        """What every check answers to these exports; where nothing that it rests on differs, what
        it answered to the clean ones.
        """
        differing = [
            name
            for name, spec in self.audit.exports.items()
            if files_of(spec, exports) != files_of(spec, self.root)
        ]
        read = {name: self._read(name, exports, self.folder / work) for name in differing}
        tables = frozenset(self.audit.exports[name].table for name in differing)
        return tuple(
            self._ask([read.get(name, kept) for name, kept in self._exports.items()], tables)
        )

    def _read(self, name: str, exports: Path, work: Path) -> ReadExport:
        work.mkdir(exist_ok=True)
        return read_export(name, self.audit.exports[name], root=exports, work=work)

    def _ask(
        self, exports: Sequence[ReadExport], tables: frozenset[str] | None
    ) -> Iterator[Answered]:
        assert self.audit.as_of is not None
        listed = Listed()
        with shared_engine() as engine:
            bench = CheckRunner(self.audit, self.suites, exports, engine, as_of=self.audit.as_of)
            checks = [check for topic in TOPICS for check in bench.checks(topic)]
            reached = [check for check in checks if tables is None or tables & rests_on(check)]
            found = {
                result.id: listed.complete(result)
                for result in bench._run(reached, listed, lambda *_: nullcontext(), None)
            }
        yield from (
            found[check.id] if check.id in found else self.answers[check.id] for check in checks
        )


def files_of(spec: ExportSpec, root: Path) -> dict[str, bytes]:
    """The files of an export as they lie there."""
    return {
        path.relative_to(root).as_posix(): path.read_bytes()
        for path in sorted(root.glob(spec.files))
    }


def rests_on(check: Check) -> frozenset[str]:
    """The tables that a check can tell a difference in: those of its data set and of what its
    columns need or doubt; of a detector, which reads the export itself, that alone.
    """
    view = data_set_view(check.data_set)
    if check.spec.type in READ_BY_DETECTORS:
        return frozenset({view.table})
    needed = {source.partition(".")[0] for names in view.requires.values() for source in names} | {
        source.partition(".")[0] for told in view.doubts.values() for source in told
    }
    return tables_of(check) | needed


def clean_audit(operator: str, exports: Path, folder: Path) -> CleanAudit:
    """Of an operator's sample audit."""
    return CleanAudit(load_audit(ROOT / "audits" / operator), exports, folder)
