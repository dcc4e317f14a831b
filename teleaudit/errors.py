"""What can go wrong, and what the command line answers.

Two families:

    UserError              the user can mend it: shown as one message, without traceback
    anything else          our bug: shown with an error id, exit code 4

| exit code | meaning |
|---|---|
| 0 | no deviations, everything assessed |
| 1 | deviations found |
| 2 | no deviation, but something could not be assessed |
| 3 | wrong use, configuration or input (``UserError``) |
| 4 | internal error, or a notebook that failed |
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from enum import IntEnum


class ExitCode(IntEnum):
    """What the process answers; schedulers read it (contract)."""

    CLEAN = 0
    DEVIATIONS = 1
    NOT_ASSESSED = 2
    WRONG_USE = 3
    INTERNAL = 4


class UserError(Exception):
    """Wrong use, configuration or input.

    The message says what to do and holds no value of a row.
    """

    exit_code: ExitCode = ExitCode.WRONG_USE

    def _render_traceback_(self) -> list[str]:
        """What a Jupyter notebook shows of it, in any kernel (IPython asks for this): the message,
        and no traceback.
        """
        return [str(self)]


class AuditFileError(UserError):
    """An audit, suite or law file that cannot be used as it stands."""


class ExportError(UserError):
    """An export file that cannot be read as declared."""


class ParameterError(UserError):
    """A notebook parameter that the notebook does not declare, or of the wrong type."""


def near_match(name: str, known: Iterable[str]) -> str:
    """`` Did you mean 'x'?`` for the closest known name, or an empty string when none is close."""
    close = closest(name, known)
    return f" Did you mean '{close}'?" if close else ""


def closest(name: str, known: Iterable[str]) -> str | None:
    """The known name closest to a name, when one is close."""
    by_fold = {candidate.casefold(): candidate for candidate in sorted(known)}
    close = difflib.get_close_matches(name.casefold(), list(by_fold), n=1, cutoff=0.6)
    return by_fold[close[0]] if close else None
