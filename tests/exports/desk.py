"""A desk to try exports on: write a file, read it, look at the working copy."""

from __future__ import annotations

import datetime as dt
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import pytest

from teleaudit.errors import ExportError
from teleaudit.exports import ReadExport, read_export
from teleaudit.rules.audit_file import ExportSpec

CUSTOMER = {
    "customer_id": "Kundenr",
    "name": "Navn",
    "created_at": "Oprettet",
    "end_date": "Ophørsdato",
    "open_balance": "Saldo",
}


@dataclass(frozen=True, kw_only=True)
class Desk:
    """One exports folder and one work folder."""

    root: Path
    work: Path

    def write(self, name: str, content: str | bytes, encoding: str = "utf-8") -> Path:
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode(encoding))
        return path

    def read(
        self,
        files: str,
        *,
        table: str = "crm_customer",
        columns: dict[str, str] | None = None,
        **spec: Any,
    ) -> ReadExport:
        shutil.rmtree(self.work / "kunder", ignore_errors=True)  # of the reading before
        return read_export(
            "kunder",
            ExportSpec(
                table=table, files=files, columns=CUSTOMER if columns is None else columns, **spec
            ),
            root=self.root,
            work=self.work,
        )

    def refusal(self, files: str, **spec: Any) -> str:
        with pytest.raises(ExportError) as caught:
            self.read(files, **spec)
        assert not list(self.work.iterdir()), "a refused export leaves something in the work folder"
        return str(caught.value)

    def rows(self, export: ReadExport, *columns: str) -> list[tuple[Any, ...]]:
        """The working copy in the order of the files and lines."""
        listed = ", ".join(f'"{column}"' for column in columns)
        files = [str(path) for path in export.parquet]
        return duckdb.execute(
            f"SELECT {listed} FROM read_parquet(?) ORDER BY _file, _line", [files]
        ).fetchall()


def wall_clock(*parts: int) -> dt.datetime:
    """A time as the working copy holds it: Copenhagen's wall clock, without zone."""
    # the working copy's times have none
    return dt.datetime(*parts)  # type: ignore[arg-type] # noqa: DTZ001
