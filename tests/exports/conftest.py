"""What the tests of the exports share."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.exports.desk import Desk


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """An empty exports folder and an empty work folder."""
    made = Desk(root=tmp_path / "exports", work=tmp_path / "work")
    made.root.mkdir()
    made.work.mkdir()
    return made
