"""Whatever is promised of an export that one machine reads, promised of one that Spark reads: the
same tests, on a desk that reads everything twice.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.exports.spark_desk import SparkDesk, spark_desk
from tests.exports.test_bad_input import *  # noqa: F403 (every test of it)
from tests.exports.test_dates import *  # noqa: F403 (every test of it)
from tests.exports.test_delimited import *  # noqa: F403 (every test of it)
from tests.exports.test_formats import *  # noqa: F403 (every test of it)

# What stands in for the parts of one machine's reader.
# named above
del (
    test_a_file_without_permission_is_refused,  # noqa: F821
    test_a_full_disk_is_said_and_leaves_nothing,  # noqa: F821 (as above)
    test_the_engines_own_messages_are_hidden,  # noqa: F821 (as above)
)

pytestmark = [pytest.mark.spark, pytest.mark.deep]


@pytest.fixture
def desk(tmp_path: Path) -> SparkDesk:
    return spark_desk(tmp_path)
