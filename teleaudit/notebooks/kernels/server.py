"""The warm process: imports once, then forks a kernel, or a function's process, for every byte it
receives.

Ends when its caller is gone.
"""

from __future__ import annotations

import ctypes
import gc
import importlib
import json
import os
import signal
import socket
import sys
import threading
import traceback
from collections.abc import Mapping, Sequence
from contextlib import suppress
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import psutil

from teleaudit.error_reports import ENVIRONMENT, keep_error
from teleaudit.errors import UserError
from teleaudit.rules.yaml_files import read_yaml
from teleaudit.workspace import package_workspace

_PR_SET_PDEATHSIG = 1  # linux/prctl.h


def main(control_fd: int, preload: Sequence[str]) -> None:
    """Import, then serve until the control line is closed."""
    control = socket.socket(fileno=control_fd)
    control.set_inheritable(False)
    warm(preload)
    gc.collect()
    gc.freeze()  # the collector of a kernel leaves the shared pages alone
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # the system buries kernels that ended
    while True:
        byte, files, _, _ = socket.recv_fds(control, 1, 1)
        if not byte:
            return
        # forking now could leave a lock locked for ever: closing the line says "start cold"
        if psutil.Process().num_threads() > 1:
            os.close(files[0])
            continue
        parent = os.getpid()
        if os.fork() == 0:
            control.close()
            _become_kernel(Connection(files[0]), parent)
        os.close(files[0])


def warm(preload: Sequence[str]) -> None:
    """Import what kernels need, without what only costs time: a grammar for addresses nobody asks
    for, and Spark, which no kernel asks: its session is the caller's.

    Both stay hidden from the kernels: Great Expectations keeps in mind what it did not find.
    """
    for name in ("rfc3987_syntax", "pyspark"):
        sys.modules[name] = None  # type: ignore[assignment] # makes an import fail
    for name in ("ipykernel.kernelapp", "teleaudit.notebooks.kernels.shell", *preload):
        with suppress(ImportError):
            importlib.import_module(name)
    _read_rules()


def _read_rules() -> None:
    """Parse the suites and the register of law once: half a second that every kernel would spend
    again.
    """
    for file in sorted((package_workspace() / "expectations").glob("*.yaml")):
        with suppress(UserError):
            read_yaml(file)


def _become_kernel(line: Connection, parent: int) -> None:
    """Turn this process into the kernel, or let it call the function, that was asked for.

    Does not return.
    """
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    os.setsid()
    _end_with_parent(parent)
    os.set_inheritable(line.fileno(), False)  # noqa: FBT003 (it has no name)
    try:
        request = json.loads(line.recv_bytes())
        os.environ.clear()
        os.environ.update(request["environment"])
        os.chdir(request["cwd"])
        line.send_bytes(b"%d" % os.getpid())
        if "call" in request:
            _call(request["call"], line)
            os._exit(0)
        from teleaudit.notebooks.kernels.shell import serve

        serve(Path(request["connection_file"]))
    # a kernel that cannot start: its notebook says that it died, the annex why
    except Exception:  # noqa: BLE001
        restricted = os.environ.get(ENVIRONMENT)
        keep_error(traceback.format_exc(), Path(restricted) if restricted else None)
    finally:
        os._exit(1)


def _call(function: str, line: Connection) -> None:
    """Call ``module:function`` with a function that sends what it is told to the caller; threads
    may emit too.
    """
    lock = threading.Lock()

    def emit(what: Mapping[str, Any]) -> None:
        with lock:
            line.send_bytes(json.dumps(what).encode())

    module, _, name = function.partition(":")
    getattr(importlib.import_module(module), name)(emit)


def _end_with_parent(parent: int) -> None:
    """Have the system end this kernel when the warm process ends.

    Elsewhere than on Linux ipykernel's own watch does it, a second later.
    """
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(0)


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2:])
