"""papermill with an engine of our own: kernels over IPC, the document scrubbed before it is first
written.
"""

from __future__ import annotations

import asyncio
import sys
import traceback
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import papermill
from jupyter_core.utils import ensure_event_loop
from nbclient.exceptions import DeadKernelError
from nbformat import NotebookNode
from papermill.clientwrap import PapermillNotebookClient
from papermill.engines import Engine, NotebookExecutionManager, papermill_engines
from papermill.exceptions import PapermillExecutionError

from teleaudit.error_reports import ERROR_ID, keep_error
from teleaudit.notebooks.kernels import WarmKernels, private_folder
from teleaudit.notebooks.kernels.manager import QUIET, kernel_manager, start_options
from teleaudit.notebooks.scrubbing import failed_output, places_of_this_machine, scrub

_ENGINE = "teleaudit"
_START_TIMEOUT_S = 300  # a cold kernel on a busy machine
_IOPUB_TIMEOUT_S = 60  # between a cell's reply and the last of its outputs


@dataclass(frozen=True, kw_only=True)
class _Order:
    """What the engine needs beside the notebook."""

    kernels: WarmKernels | None
    environment: Mapping[str, str]
    restricted: Path | None


class _Engine(Engine):  # type: ignore[misc] # papermill has no types
    """Runs the cells, marks where it broke, scrubs.

    Has no time limit: a large export may take hours.
    """

    @classmethod
    # papermill's own
    def execute_managed_notebook(
        cls,
        nb_man: NotebookExecutionManager,
        kernel_name: str,
        *,
        order: _Order,
        **_options: Any,  # noqa: ANN401
    ) -> None:
        """Run the notebook that ``nb_man`` holds."""
        del kernel_name
        try:
            with private_folder() as folder:
                client = PapermillNotebookClient(
                    nb_man,
                    km=kernel_manager(folder, order.kernels),
                    log=QUIET,
                    timeout=None,
                    startup_timeout=_START_TIMEOUT_S,
                    iopub_timeout=_IOPUB_TIMEOUT_S,
                )
                client.execute(
                    cleanup_kc=True, **start_options(dict(order.environment), Path.cwd())
                )
        # whatever became of the kernel, the document stays and says where
        except Exception as error:  # noqa: BLE001
            _mark(nb_man.nb, error, order.restricted)
        finally:
            _close_loop()
            scrub(
                nb_man.nb,
                places_of_this_machine(
                    [Path(sys.prefix), *([order.restricted.parent] if order.restricted else [])]
                ),
                order.restricted,
            )


def execute(
    notebook: NotebookNode,
    target: Path,
    parameters: Mapping[str, object],
    *,
    kernels: WarmKernels | None,
    environment: Mapping[str, str],
    restricted: Path | None,
) -> tuple[str, str] | None:
    """Run a notebook and write it to ``target``; returns type and id of the error it ended with,
    None when it ended well.
    """
    papermill_engines.register(_ENGINE, _Engine)
    try:
        papermill.execute_notebook(
            notebook,
            str(target.resolve()).replace("{", "{{").replace("}", "}}"),  # papermill fills names in
            parameters=dict(parameters),
            engine_name=_ENGINE,
            kernel_name="python3",
            language="python",
            progress_bar=False,
            request_save_on_cell_execute=False,  # nothing is written before it is scrubbed
            order=_Order(kernels=kernels, environment=environment, restricted=restricted),
        )
    except PapermillExecutionError as error:
        found = ERROR_ID.search(error.evalue)
        return error.ename, (
            found[0] if found else keep_error(f"{error.ename}: {error.evalue}", restricted)
        )
    return None


def _close_loop() -> None:
    """Close the event loop that Jupyter made for this thread."""
    loop = ensure_event_loop()
    if not loop.is_running():
        loop.close()
        asyncio.set_event_loop(None)


def _mark(notebook: NotebookNode, error: Exception, restricted: Path | None) -> None:
    """Put a failure that no cell raised where it happened: in the first cell that has not ended."""
    name = "KernelDied" if isinstance(error, DeadKernelError) else type(error).__name__
    error_id = keep_error("".join(traceback.format_exception(error)), restricted)
    cells = [cell for cell in notebook.cells if cell.cell_type == "code"]
    begun = [
        cell for cell in cells if cell.metadata.get("papermill", {}).get("start_time")
    ] or cells[:1]
    for cell in begun[-1:]:
        cell.outputs = [*cell.outputs, failed_output(name, error_id)]
        cell.metadata["papermill"] = {
            **cell.metadata.get("papermill", {}),
            "exception": True,
            "status": "failed",
        }
