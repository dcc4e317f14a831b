"""The ordinary ``python3`` kernel of this environment, as JupyterLab and plain papermill start it:
nothing of ours is in it beforehand.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from jupyter_client.blocking.client import BlockingKernelClient
from jupyter_client.manager import KernelManager

from teleaudit.notebooks.kernels import private_folder
from tests.command import ROOT

TIMEOUT_S = 240  # a kernel that imports everything on a busy machine


@dataclass(frozen=True, kw_only=True)
class Said:
    """What came back of a cell: the messages, and its outputs by kind."""

    error: tuple[str, list[str]] | None  # name and traceback, as the notebook shows them
    shown: list[dict[str, Any]] = field(default_factory=list)  # data by mime type
    streams: list[str] = field(default_factory=list)


class Kernel:
    """A kernel that cells are sent to."""

    def __init__(self, client: BlockingKernelClient) -> None:
        self._client = client

    def run(self, code: str) -> Said:
        """Run a cell."""
        messages: list[dict[str, Any]] = []
        reply = self._client.execute_interactive(
            code, timeout=TIMEOUT_S, output_hook=messages.append
        )["content"]
        told = [(message["msg_type"], message["content"]) for message in messages]
        errors = [
            (content["ename"], content["traceback"]) for kind, content in told if kind == "error"
        ]
        assert bool(errors) == (reply["status"] == "error")
        return Said(
            error=errors[0] if errors else None,
            shown=[
                content["data"]
                for kind, content in told
                if kind in ("display_data", "execute_result")
            ],
            streams=[content["text"] for kind, content in told if kind == "stream"],
        )

    def complete(self, code: str) -> list[str]:
        """What TAB offers at the end of a cell."""
        content = self._client.complete(code, reply=True, timeout=TIMEOUT_S)["content"]
        return [
            code[: content["cursor_start"]] + match + code[content["cursor_end"] :]
            for match in content["matches"]
        ]


def environment(**added: str) -> dict[str, str]:
    """The environment of a kernel that somebody starts who has set nothing of ours but what is
    ``added``.
    """
    kept = {name: value for name, value in os.environ.items() if not name.startswith("TELEAUDIT_")}
    return {**kept, "PYTHONPATH": str(ROOT), **added}


@contextmanager
def stock_kernel(cwd: Path, *, transport: str = "tcp", **added: str) -> Iterator[Kernel]:
    """A kernel started in a folder, with variables ``added`` to its environment."""
    with private_folder() as folder:
        manager = KernelManager(
            kernel_name="python3", transport=transport, connection_file=str(folder / "kernel.json")
        )
        manager.start_kernel(cwd=str(cwd), env=environment(**added))
        client = manager.blocking_client()
        client.start_channels()
        try:
            client.wait_for_ready(timeout=TIMEOUT_S)
            yield Kernel(client)
        finally:
            client.stop_channels()
            manager.shutdown_kernel(now=True)
            manager.cleanup_resources()
