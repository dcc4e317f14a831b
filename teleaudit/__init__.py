"""Compliance audits of telecom operators' exports: from files to a report that can be handed to the
authority.

    audit = teleaudit.open("bizzy")
    audit.check("retention")["BIZ-ret-3"].records()

``open`` is all there is to import; what it gives does the rest (``docs/api.md``). Everything else of
the package is internal.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from teleaudit.lab import OpenAudit

__all__ = ["open"]
__version__ = "0.1.0"


# as people say it; inside the package nobody opens files here
def open(audit: str | Path = "", *, as_of: str = "") -> OpenAudit:  # noqa: A001
    """An audit with its exports read, ready to be checked.

    ``audit`` is the name of a folder in ``audits/`` of the workspace, or the path of an audit file or
    its folder; nothing means the one of TELEAUDIT_AUDIT, or the workspace's only own. ``as_of`` is the
    day on which deadlines are judged, ``yyyy-mm-dd``; nothing means the audit's own, or today. Raises:
    LabError, one sentence in Danish that says what to do.
    """
    from teleaudit.lab import open_audit  # what reads and shows takes seconds to import

    return open_audit(audit, as_of=as_of)


def __dir__() -> list[str]:
    """What TAB offers: the public face, and none of what it is made of."""
    return [*__all__, "__version__"]
