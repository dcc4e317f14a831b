"""Exports read on Spark: the same rows, and the same account of them, as one machine gives."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.exports.spark_desk import SparkDesk
from tests.exports.test_delimited import GOOD
from tests.spark import session


@pytest.fixture
def desk(tmp_path: Path) -> SparkDesk:
    made = SparkDesk(root=tmp_path / "exports", work=tmp_path / "work", session=session())
    made.root.mkdir()
    made.work.mkdir()
    return made


def test_one_file(desk: SparkDesk) -> None:
    desk.write("kunder.csv", GOOD)
    assert desk.read("kunder.csv").rows == 2
