"""A run on Spark: a session, the exports read in it, and an engine on what was read.

Imported only where somebody asks for Spark.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from pyspark.sql import DataFrame, SparkSession

from teleaudit.engines.spark.reading import SESSION_SETTINGS, read_export_on_spark
from teleaudit.engines.spark.session import spark_session
from teleaudit.exports.reading import ReadExport
from teleaudit.rules.audit_file import ExportSpec

if TYPE_CHECKING:
    from teleaudit.engines.engine import Engine


class SparkRun:
    """A session that reads exports and answers questions about them."""

    def __init__(self, session: SparkSession) -> None:
        """``session`` is left as it was found, but for the settings that reading needs."""
        self._session = session.newSession()
        for name, value in SESSION_SETTINGS.items():
            self._session.conf.set(name, value)
        self._frames: dict[str, list[DataFrame]] = {}

    def read(
        self,
        name: str,
        spec: ExportSpec,
        root: str,
        work: Path,
        progress: Callable[[str, int], None] | None,
    ) -> ReadExport:
        """Read an export where it lies. Raises: ExportError."""
        export, frame = read_export_on_spark(
            self._session, name, spec, root=root, work=work, progress=progress
        )
        if frame is not None:
            self._frames.setdefault(spec.table, []).append(frame)
        return export

    def engine(self) -> Engine:
        """An engine on everything that was read."""
        # Great Expectations takes seconds to import
        from teleaudit.engines.spark.engine import SparkEngine

        return SparkEngine(self._session, read=self._frames)

    def close(self) -> None:
        """Give up what Spark keeps of the exports."""
        for frame in (frame for frames in self._frames.values() for frame in frames):
            frame.unpersist()


@contextmanager
def spark_run(
    master: str | None, *, memory: str, work: Path, executor_memory: str | None = None
) -> Iterator[SparkRun]:
    """A run on a master, or in the session this process runs in.

    ``executor_memory`` is for the executors of a cluster. Raises: UserError where there is no
    Spark.
    """
    with spark_session(
        master, memory=memory, executor_memory=executor_memory, scratch=work / "spark"
    ) as session:
        run = SparkRun(session)
        yield run
        run.close()
