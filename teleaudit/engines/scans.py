"""How often an engine reads each data set: what the timings of a run state."""

from __future__ import annotations

import re
from collections import Counter

from teleaudit.schema import TABLES
from teleaudit.schema.views import views

_READ = re.compile(r'\b(?:FROM|JOIN)\s+"?(?:export_)?(\w+)"?')


class Scans(Counter[str]):
    """Queries by the data set they read."""

    def note(self, sql: str) -> None:
        """Count a query: once for every time it names a data set, its export included."""
        known = TABLES.keys() | {view.name for view in views()}
        self.update(name for name in _READ.findall(sql) if name in known)
