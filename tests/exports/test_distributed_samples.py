"""The invented exports of both operators, read on Spark as their audits say: what one machine
reads, to the last row.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from teleaudit.rules.audit_file import Writing, load_audit
from tests.exports.spark_desk import spark_desk

ROOT = Path(__file__).resolve().parents[2]


def _exports() -> Iterator[Any]:
    """Every export; a writing (format, encoding, dates ...) that one before it has, and no values
    of its own, is a long test.
    """
    seen: set[str] = set()
    for operator in ("bizzy", "kazoom"):
        for name, spec in load_audit(ROOT / "audits" / operator).exports.items():
            told = spec.model_dump(include={*Writing.model_fields, "column_dates", "sheet"})
            writing = repr({**told, "extracted_at": None, "is_glob": "*" in spec.files})
            marks = [pytest.mark.deep] if writing in seen and not spec.values else []
            seen.add(writing)
            yield pytest.param(operator, name, id=f"{operator}-{name}", marks=marks)


pytestmark = pytest.mark.spark


@pytest.mark.parametrize(("operator", "name"), list(_exports()))
def test_a_sample_is_read_on_spark_as_on_one_machine(
    tmp_path: Path, operator: str, name: str
) -> None:
    audit = load_audit(ROOT / "audits" / operator)
    desk = spark_desk(tmp_path)
    desk.root.rmdir()
    desk.root.symlink_to(audit.root)
    assert desk.read_both(name, audit.exports[name]).rows > 0
