"""How a command is stopped: by Ctrl-C, by a signal, and in spite of code that loses the first."""

from __future__ import annotations

import signal
import sys

_ASKED_AGAIN_S = 1


class Signals:
    """Whether somebody asked this process to stop."""

    stopped = False


def stop(_number: int, _frame: object) -> None:
    """End like Ctrl-C, whatever signal asks; a second one does not disturb the clearing up."""
    if not Signals.stopped:
        Signals.stopped = True
        signal.setitimer(signal.ITIMER_REAL, _ASKED_AGAIN_S, _ASKED_AGAIN_S)
        raise KeyboardInterrupt


def stop_again(_number: int, _frame: object) -> None:
    """Ctrl-C is lost where it comes while foreign code calls back or something is given up: ask
    again, but not while an error is on its way and things are cleared up.
    """
    if sys.exception() is None:
        raise KeyboardInterrupt
