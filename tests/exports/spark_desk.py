"""A desk on which every export is read twice, by one machine and on Spark, and both must come to
the same.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import duckdb
from pyspark.sql import DataFrame, SparkSession

from teleaudit.engines.spark.reading import read_export_on_spark
from teleaudit.errors import ExportError
from teleaudit.exports import ReadExport, read_export
from teleaudit.rules.audit_file import ExportSpec
from teleaudit.schema.sql import literal
from tests.exports.desk import CUSTOMER, Desk
from tests.spark import session


@dataclass(frozen=True, kw_only=True)
class SparkDesk(Desk):
    """The same folders, and a session."""

    session: SparkSession
    url: str | None = None  # of the root; its path when there is none

    def read(
        self,
        files: str,
        *,
        table: str = "crm_customer",
        columns: dict[str, str] | None = None,
        **spec: Any,
    ) -> ReadExport:
        asked = ExportSpec(
            table=table, files=files, columns=CUSTOMER if columns is None else columns, **spec
        )
        return self.read_both("kunder", asked)

    def read_both(self, name: str, spec: ExportSpec) -> ReadExport:
        """The export as one machine reads it, when Spark reads the same.

        Raises: ExportError, when both refuse it alike.
        """
        refusals, one, other = [], None, None
        shutil.rmtree(self.work / name, ignore_errors=True)  # of the reading before
        try:
            one = read_export(name, spec, root=self.root, work=self.work)
        except ExportError as error:
            refusals.append(str(error))
        work = self.work.parent / "work on spark"
        work.mkdir(exist_ok=True)
        try:
            other = read_export_on_spark(
                self.session, name, spec, root=self.url or str(self.root), work=work
            )
        except ExportError as error:
            refusals.append(str(error))
        assert not list(work.iterdir()), "reading on Spark leaves something in the work folder"
        if one is None or other is None:
            assert len(refusals) == 2, refusals
            assert refusals[0] == refusals[1]
            raise ExportError(refusals[0])
        export, rows = other
        assert replace(one, parquet=()) == export
        assert (rows is None) is (not one.parquet)
        if rows is not None:
            assert_same_rows(one, rows)
            rows.unpersist()
        return one


def spark_desk(folder: Path) -> SparkDesk:
    """An empty exports folder and an empty work folder."""
    made = SparkDesk(root=folder / "exports", work=folder / "work", session=session())
    made.root.mkdir()
    made.work.mkdir()
    return made


def assert_same_rows(export: ReadExport, rows: DataFrame) -> None:
    """The same columns of the same types, and the same values in every row."""
    names, types, expected = of_working_copy(export)
    with duckdb.connect() as connection:
        connection.register("made", rows.toArrow())
        got = connection.sql("SELECT * FROM made ORDER BY _file, _line")
        assert (got.columns, [str(kind) for kind in got.types]) == (names, types)
        assert got.fetchall() == expected


def of_working_copy(export: ReadExport) -> tuple[list[str], list[str], list[tuple[Any, ...]]]:
    """Names, types and rows, in the order of the files and lines."""
    listed = ", ".join(literal(str(path)) for path in export.parquet)
    with duckdb.connect() as connection:
        read = connection.query(f"SELECT * FROM read_parquet([{listed}]) ORDER BY _file, _line")
        return read.columns, [str(kind) for kind in read.types], read.fetchall()


@contextmanager
def cut_small(session: SparkSession, size: int = 4096) -> Iterator[None]:
    """Blocks of so few bytes that a small file has many."""
    wanted = {
        "spark.sql.files.maxPartitionBytes": str(size),
        "spark.sql.files.openCostInBytes": "0",
    }
    before = {name: str(session.conf.get(name)) for name in wanted}
    for name, value in wanted.items():
        session.conf.set(name, value)
    try:
        yield
    finally:
        for name, value in before.items():
            session.conf.set(name, value)
