"""The kernel itself: an IPython kernel that says of an error its type and an id, and keeps the rest
in the closed annex.

An exception's message, its traceback and the source lines in it may hold a value of a row. What
leaves the kernel does not.
"""

from __future__ import annotations

import atexit
import os
import sys
import traceback
from pathlib import Path
from typing import Any, NoReturn

from ipykernel import kernelapp
from ipykernel.iostream import IOPubThread
from ipykernel.ipkernel import IPythonKernel
from ipykernel.zmqshell import ZMQInteractiveShell
from traitlets import Type

from teleaudit.error_reports import ENVIRONMENT, keep_error, tell


class QuietShell(ZMQInteractiveShell):
    """An interactive shell whose errors hold no value."""

    told = ""  # of the last error

    def _showtraceback(
        self, etype: type[BaseException], evalue: BaseException, stb: list[str]
    ) -> None:
        text = "".join(
            traceback.format_exception(etype, evalue, getattr(evalue, "__traceback__", None))
        )
        restricted = os.environ.get(ENVIRONMENT)
        self.told = tell(evalue, keep_error(text, Path(restricted) if restricted else None))
        del stb
        # IPython has no types here
        super()._showtraceback(etype, self.told, [f"{etype.__name__}: {self.told}"])  # type: ignore[no-untyped-call]


class QuietKernel(IPythonKernel):
    """An IPython kernel with such a shell."""

    shell_class = Type(QuietShell)

    # handed on as they are
    async def do_execute(self, *args: Any, **options: Any) -> dict[str, Any]:  # noqa: ANN401
        """Run a cell; the reply tells as little as the notebook."""
        # ipykernel has no types here
        reply: dict[str, Any] = await super().do_execute(*args, **options)  # type: ignore[no-untyped-call]
        if reply["status"] == "error" and isinstance(self.shell, QuietShell):
            reply["evalue"] = self.shell.told
        return reply


class _ClosedIOPub(IOPubThread):
    """Sends outputs, without the TCP port on which it would take what forked processes print, also
    when all else is IPC.
    """

    def _setup_pipe_in(self) -> None:
        self._pipe_flag = False


def serve(connection_file: Path) -> NoReturn:
    """Answer on a connection file until told to stop, then leave the process.

    Nobody's own IPython start-up files, no history on disk.
    """
    _silence()
    # ipykernel 7.4 has no setting for it
    kernelapp.IOPubThread = _ClosedIOPub  # type: ignore[attr-defined]
    os.environ["IPYTHONDIR"] = str(connection_file.with_suffix(".ipython"))
    app = kernelapp.IPKernelApp.instance(kernel_class=QuietKernel, parent_handle=os.getppid())
    app.initialize(
        [
            "-f",
            str(connection_file),
            "--HistoryManager.enabled=False",
            "--HistoryManager.hist_file=:memory:",
        ]
    )
    try:
        app.start()
    finally:
        # now and then it waits seconds for a thread of its own that waits for it (ipykernel 7.4)
        atexit.unregister(app.close)
        # what the notebook registered; the rest of leaving is the system's
        atexit._run_exitfuncs()  # noqa: SLF001
        os._exit(0)


def _silence() -> None:
    """Point the three standard files of this process at nothing; what cells print goes to the
    notebook.
    """
    nothing = os.open(os.devnull, os.O_RDWR)
    for standard in (0, 1, 2):
        os.dup2(nothing, standard)
    os.close(nothing)


if __name__ == "__main__":
    serve(Path(sys.argv[1]))
