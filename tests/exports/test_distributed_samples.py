"""The invented exports of both operators, read on Spark as their audits say: what one machine
reads, to the last row.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from teleaudit.rules.audit_file import load_audit
from tests.exports.spark_desk import spark_desk

ROOT = Path(__file__).resolve().parents[2]
EXPORTS = [
    (operator, name)
    for operator in ("bizzy", "kazoom")
    for name in load_audit(ROOT / "audits" / operator).exports
]
pytestmark = pytest.mark.spark


@pytest.mark.parametrize(("operator", "name"), EXPORTS)
def test_a_sample_is_read_on_spark_as_on_one_machine(
    tmp_path: Path, operator: str, name: str
) -> None:
    audit = load_audit(ROOT / "audits" / operator)
    desk = spark_desk(tmp_path)
    desk.root.rmdir()
    desk.root.symlink_to(audit.root)
    assert desk.read_both(name, audit.exports[name]).rows > 0
