"""How a notebook gets its kernel: over IPC, forked from the warm process or, where there is none,
started cold.
"""

from __future__ import annotations

import logging
import sys
from pathlib import Path
from typing import Any

from jupyter_client.connect import KernelConnectionInfo
from jupyter_client.kernelspec import KernelSpec
from jupyter_client.manager import AsyncKernelManager
from jupyter_client.provisioning.local_provisioner import LocalProvisioner

from teleaudit.notebooks.kernels import WarmKernels, kernel_environment

# what Jupyter would say on stderr; a failure is told by the notebook
QUIET = logging.getLogger("teleaudit.notebooks.kernels.quiet")
QUIET.addHandler(logging.NullHandler())
QUIET.propagate = False

_COLD = KernelSpec(
    argv=[sys.executable, "-P", "-m", "teleaudit.notebooks.kernels.shell", "{connection_file}"],
    display_name="Python 3",
    language="python",
)


class _WarmProvisioner(LocalProvisioner):
    """Starts a kernel by forking it; all else is as for a process of one's own."""

    warm: WarmKernels | None = None

    # Popen's options
    async def launch_kernel(self, cmd: list[str], **options: Any) -> KernelConnectionInfo:  # noqa: ANN401
        forked = (
            self.warm.fork(
                Path(self.parent.connection_file),
                environment=options["env"],
                cwd=Path(options["cwd"]),
            )
            if self.warm and self.parent
            else None
        )
        if forked is None:
            return await super().launch_kernel(cmd, **options)
        # it does what Popen does as far as it is asked
        self.process = forked  # type: ignore[assignment]
        self.pid = self.pgid = forked.pid
        self.cwd = options["cwd"]
        return self.connection_info


def kernel_manager(folder: Path, warm: WarmKernels | None) -> AsyncKernelManager:
    """A manager of one kernel whose connection file and sockets lie in ``folder``, which only this
    user can enter.
    """
    manager = AsyncKernelManager(
        kernel_name="python3",
        transport="ipc",
        connection_file=str(folder / "kernel.json"),
        log=QUIET,
    )
    manager._kernel_spec = _COLD  # noqa: SLF001 (no kernel spec installed on this machine is asked)
    provisioner = _WarmProvisioner(parent=manager, kernel_id=folder.name, kernel_spec=_COLD)
    provisioner.warm = warm
    manager.provisioner = provisioner
    return manager


def start_options(environment: dict[str, str], cwd: Path) -> dict[str, Any]:
    """What a kernel is started with."""
    return {"env": kernel_environment(environment), "cwd": str(cwd)}
