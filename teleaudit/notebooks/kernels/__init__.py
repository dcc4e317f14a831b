"""Kernels for notebooks, forked from one process that has imported everything already.

Importing Great Expectations, pandas, DuckDB and Matplotlib takes seconds; a fork of a process that
has done so takes none. The warm process is started in the background, so that the caller reads
exports meanwhile.

    the caller  --one byte and a socket-->  the warm process  --fork-->  a kernel
        |                                                                   |
        +------------- the socket: what to run; its end tells death --------+

Messages between notebook and kernel go over IPC sockets in a private folder, never over TCP: other
users of the machine could read along. Nothing of this needs a network. Where processes cannot be
forked a kernel starts cold, also over IPC.

Why not multiprocessing's fork server: it forks whether or not threads run; it listens on a socket
with a name, which a long TMPDIR leaves no room for and a killed caller leaves behind; it starts a
resource tracker that outlives the block; and it has no environment, output and session of its own.
Only with its private names can it be ended during an import, and kept from running the caller's
``__main__`` again.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from multiprocessing.connection import Connection, Pipe
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import teleaudit

LONGEST_SOCKET = 107  # bytes in the path of a Unix socket (sun_path of 108, closed by a zero)
_ROOM = 24  # for a name in the folder: kernel-1234abcd-ipc-5

# What notebooks import. Names that cannot be imported are left to the notebook, whose cell then
# says so.
PRELOAD = (
    "great_expectations",
    "pandas",
    "duckdb",
    "pyarrow",
    "matplotlib.figure",
    "matplotlib.backends.backend_agg",
    "matplotlib.backends.backend_svg",
    "holidays.countries",
    "teleaudit.lab",
    "teleaudit.checks.runner",
    "teleaudit.engines.duckdb",
)

# A thread that runs while a process forks leaves its locks locked for ever in the child.
# The last one is for the allocator inside pyarrow, which would tidy up in the background.
ONE_THREAD = {
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "NUMEXPR_NUM_THREADS": "1",
    "JE_ARROW_MALLOC_CONF": "background_thread:false",
}


class ForkedKernel:
    """A kernel forked from the warm process.

    Looks like the part of ``subprocess.Popen`` that Jupyter uses.
    """

    stdin = stdout = stderr = None

    def __init__(self, line: Connection, pid: int) -> None:
        self._line, self.pid = line, pid
        self.returncode: int | None = None

    def poll(self) -> int | None:
        """None while it lives.

        The line to it is closed by the system when it ends, however it ends.
        """
        return self._poll(0)

    def _poll(self, seconds: float | None) -> int | None:
        # it never says anything: this is the end of the line
        if self.returncode is None and self._line.poll(seconds):
            self._line.close()
            self.returncode = 0
        return self.returncode

    def wait(self) -> int:
        """Wait for its end."""
        self._poll(None)
        return 0

    def send_signal(self, number: int) -> None:
        """Send a signal to it and to what it started."""
        if self.poll() is None:
            with suppress(ProcessLookupError):
                os.killpg(self.pid, number)

    def terminate(self) -> None:
        """Ask it to end."""
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        """End it."""
        self.send_signal(signal.SIGKILL)


class WarmKernels:
    """A warm process to fork kernels from, for as long as the block lasts.

    It starts in the background at once and ends with the block, or with the caller however that
    ends; so do its kernels. Where it cannot work (no fork, an import that leaves threads running)
    notebooks get cold kernels.
    """

    def __init__(self, preload: Sequence[str] = PRELOAD) -> None:
        self._preload = tuple(preload)
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._control: socket.socket | None = None
        self._ended = False

    def __enter__(self) -> Self:
        if hasattr(os, "fork") and hasattr(socket, "send_fds"):
            self._control, theirs = socket.socketpair()
            with theirs:
                self._process = _start_server(theirs, self._preload)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        value: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.end()

    def end(self) -> None:
        """End the warm process and every kernel, whatever they are doing; a notebook that still
        asks for one fails.
        """
        self._ended = True
        if self._control is None or self._process is None:
            return
        self._control.close()
        self._process.kill()  # it holds nothing, and may be in the middle of an import
        self._process.wait()
        self._control = self._process = None

    @property
    def pid(self) -> int | None:
        """The warm process; None where there is none."""
        return self._process.pid if self._process else None

    def fork(
        self, connection_file: Path, *, environment: Mapping[str, str], cwd: Path
    ) -> ForkedKernel | None:
        """A new kernel that answers on ``connection_file``, once the imports are done; None where
        kernels must start cold.

        Raises: RuntimeError after the end.
        """
        forked = self._fork({"connection_file": str(connection_file)}, environment, cwd)
        return ForkedKernel(*forked) if forked else None

    def call(
        self, function: str, *, environment: Mapping[str, str], cwd: Path
    ) -> Iterator[dict[str, Any]] | None:
        """Call ``module:function`` in a fork that has imported everything, with a function that
        tells a mapping; yields what is told, as it comes.

        None where processes cannot be forked. Raises: RuntimeError after the end.
        """
        forked = self._fork({"call": function}, environment, cwd)
        return _told(forked[0]) if forked else None

    def _fork(
        self, what: Mapping[str, str], environment: Mapping[str, str], cwd: Path
    ) -> tuple[Connection, int] | None:
        """The line to a fork that does what is requested, and its process id."""
        if self._control is None:
            self._refuse_after_the_end()
            return None
        ours, theirs = Pipe()
        request = {**what, "cwd": str(cwd), "environment": dict(environment)}
        try:
            with theirs, self._lock:
                socket.send_fds(self._control, [b"k"], [theirs.fileno()])
            ours.send_bytes(json.dumps(request).encode())
            return ours, int(ours.recv_bytes())
        except (EOFError, OSError):
            ours.close()
            self._refuse_after_the_end()
            return None

    def _refuse_after_the_end(self) -> None:
        if self._ended:
            msg = "no kernels any more"
            raise RuntimeError(msg)


def _start_server(control: socket.socket, preload: Sequence[str]) -> subprocess.Popen[bytes]:
    module = f"{__name__}.server"
    command = [sys.executable, "-P", "-m", module, str(control.fileno()), *preload]
    return subprocess.Popen(  # noqa: S603 (our own module)
        command,
        env=kernel_environment({}),
        pass_fds=[control.fileno()],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,  # Ctrl-C reaches the caller, who then ends it
    )


def _told(line: Connection) -> Iterator[dict[str, Any]]:
    """What the fork tells, until it ends."""
    with line, suppress(EOFError, OSError):
        while True:
            yield json.loads(line.recv_bytes())


def kernel_environment(additions: Mapping[str, str]) -> dict[str, str]:
    """The environment of a kernel: the caller's and what is added, one thread for numerics, this
    very package.
    """
    package_root = str(Path(teleaudit.__file__).resolve().parents[1])
    path = os.pathsep.join(
        dict.fromkeys(
            [package_root, *filter(None, os.environ.get("PYTHONPATH", "").split(os.pathsep))]
        )
    )
    return {**os.environ, **ONE_THREAD, "MPLBACKEND": "agg", "PYTHONPATH": path, **additions}


@contextmanager
def private_folder() -> Iterator[Path]:
    """A folder that only this user can enter, short enough for sockets in it; gone when the block
    is left.

    Raises: OSError.
    """
    # mkdtemp makes a private folder in it
    candidates = [
        tempfile.gettempdir(),
        os.environ.get("XDG_RUNTIME_DIR", ""),
        "/tmp",  # noqa: S108
    ]
    parent = next(
        place
        for place in candidates
        if Path(place).is_dir()
        and len(os.fsencode(place)) + len("/ta-12345678/") + _ROOM <= LONGEST_SOCKET
    )
    folder = Path(tempfile.mkdtemp(prefix="ta-", dir=parent))  # mode 0700
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
