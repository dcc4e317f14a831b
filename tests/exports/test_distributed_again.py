"""Whatever is promised of an export that one machine reads, promised of one that Spark reads: the same tests, on a desk that reads everything twice."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.exports.spark_desk import SparkDesk, spark_desk
from tests.exports.test_bad_input import *  # noqa: F403 (every test of it)
from tests.exports.test_dates import *  # noqa: F403 (every test of it)
from tests.exports.test_delimited import *  # noqa: F403 (every test of it)
from tests.exports.test_formats import *  # noqa: F403 (every test of it)

pytestmark = pytest.mark.deep


@pytest.fixture
def desk(tmp_path: Path) -> SparkDesk:
    return spark_desk(tmp_path)
