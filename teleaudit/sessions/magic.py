"""``%%sql`` in a cell: the rest of the cell is asked of the audit that was opened last, or of the one
that a variable named behind it holds.
"""

from __future__ import annotations

from typing import Any, Protocol

from teleaudit.sessions.refusing import in_danish, refuse


class Asked(Protocol):
    """What can be asked in SQL."""

    def sql(self, query: str, /) -> Any:  # noqa: ANN401 (what a notebook displays)
        """The answer to a query."""


# IPython's, which has no types
def offer_sql(shell: Any, opened: Asked, kind: type) -> None:  # noqa: ANN401
    """Have ``%%sql`` ask what was ``opened``; by name, a variable of that ``kind``."""
    if shell is None:
        return

    @in_danish
    def sql(line: str, cell: str) -> Any:  # noqa: ANN401 (what a notebook displays)
        name = line.strip()
        asked = shell.user_ns.get(name) if name else opened
        if not isinstance(asked, kind):
            refuse("no_opened", name=name)
        return asked.sql(cell)  # type: ignore[attr-defined] # ``kind`` has it

    shell.register_magic_function(sql, "cell", "sql")
