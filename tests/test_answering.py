"""The checks of a run asked by a fork: how it ends is told, and no way of ending looks like an
answer.
"""

from __future__ import annotations

import errno
import os
import signal
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from teleaudit.errors import UserError
from teleaudit.notebooks.kernels import WarmKernels, kernel_environment
from teleaudit.runs.pipeline import _failure_of_fork
from tests.command import (
    FEW_NOTEBOOKS,
    PATIENCE_S,
    call,
    checks_of,
    ended,
    only_run,
    results_of,
    start,
)

pytestmark = pytest.mark.whole_run


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder whose modules forks can import."""
    folder = tmp_path_factory.mktemp("modules")
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("PYTHONPATH", str(folder))
        yield folder


@pytest.fixture(scope="module")
def warm(place: Path) -> Iterator[WarmKernels]:
    """Warm kernels that can import what a test puts into that folder."""
    assert os.environ["PYTHONPATH"] == str(place)
    with WarmKernels(preload=()) as kernels:
        yield kernels


def module(place: Path, body: str) -> str:
    """The name of a new module with a function of this body."""
    name = f"asked_{len(list(place.glob('asked_*.py')))}"
    text = f"import os, time\ndef function(emit):\n    {body}\n"
    (place / f"{name}.py").write_text(text, encoding="ascii")
    return name


def told(warm: WarmKernels, place: Path, body: str) -> list[dict[str, Any]]:
    answers = warm.call(
        f"{module(place, body)}:function",
        environment=kernel_environment({"TELEAUDIT_TEST": "yes"}),
        cwd=place,
    )
    assert answers is not None
    return list(answers)


def test_a_function_called_in_a_fork_tells_as_it_goes(warm: WarmKernels, place: Path) -> None:
    assert told(
        warm, place, "emit({'pid': os.getppid()}), emit({'seen': os.environ['TELEAUDIT_TEST']})"
    ) == [{"pid": warm.pid}, {"seen": "yes"}]


@pytest.mark.parametrize(
    "body",
    [
        "emit({'before': 1}), os.kill(os.getpid(), 9)",
        "emit({'before': 1}), os._exit(3)",
        "emit({'before': 1}), 1 / 0",
    ],
)
def test_a_fork_that_dies_has_told_what_it_told(warm: WarmKernels, place: Path, body: str) -> None:
    assert told(warm, place, body) == [{"before": 1}]


def test_a_fork_ends_with_the_warm_process(place: Path) -> None:
    name = module(place, "emit({'pid': os.getpid()})\n    time.sleep(60)")
    with WarmKernels(preload=()) as warm:
        answers = warm.call(f"{name}:function", environment=kernel_environment({}), cwd=place)
        assert answers is not None
        pid = next(answers)["pid"]
        warm.end()
        assert list(answers) == []
    until = time.monotonic() + PATIENCE_S
    while Path(f"/proc/{pid}").exists() and time.monotonic() < until:
        time.sleep(0.05)
    assert (
        not Path(f"/proc/{pid}/cmdline").exists()
        or Path(f"/proc/{pid}/cmdline").read_bytes() == b""
    )


class _Annex:
    def keep_error(self, _text: str) -> str:
        return "E-1"


def test_how_the_fork_ended_is_said_in_the_words_of_the_run() -> None:
    state: Any = _Annex()
    assert _failure_of_fork({"answered": True}, state) is None
    assert _failure_of_fork({"failed": "LookupError", "error_id": "E-2"}, state) == (
        "LookupError",
        "E-2",
    )
    assert _failure_of_fork({}, state) == ("ProcessDied", "E-1")
    with pytest.raises(UserError, match="ran out of memory"):
        _failure_of_fork({"refused": "DuckDB ran out of memory."}, state)
    with pytest.raises(OSError, match="No space left") as full:
        _failure_of_fork(
            {
                "errno": errno.ENOSPC,
                "strerror": "No space left on device",
                "filename": "worklist.csv",
            },
            state,
        )
    assert full.value.errno == errno.ENOSPC


def test_what_carries_out_a_run_leaves_the_import_of_great_expectations_to_the_fork() -> None:
    program = "import sys, teleaudit.runs.pipeline\nprint('great_expectations' in sys.modules)"
    assert ended(start(program=program)).out == "False\n"


@pytest.mark.usefixtures("few_notebooks")
def test_where_nothing_can_be_forked_the_run_asks_itself(
    tiny: Path, clean: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(WarmKernels, "call", lambda *_args, **_options: None)
    monkeypatch.setenv("JUPYTER_DATA_DIR", str(tmp_path / "jupyter"))
    assert call("run", tiny, "--exports", clean, "--out", tmp_path / "out").code == 0


def test_checks_whose_process_was_ended_by_the_system_are_errors_and_never_a_pass(
    tiny: Path, clean: Path, tmp_path: Path
) -> None:
    program = f"""
import os, teleaudit.runs.answering
import teleaudit.runs.pipeline as running
from teleaudit.cli import main
told = running._failure_of_fork
class Killed(running.WarmKernels):
    def call(self, function, **options):
        told = super().call(function, **options)
        (child,) = [int(pid) for pid in open(f"/proc/{{self.pid}}/task/{{self.pid}}/children").read().split()]
        os.kill(child, {int(signal.SIGKILL)})  # at once: it needs a second for its four checks
        return told
running.WarmKernels = Killed
running.NOTEBOOKS = {FEW_NOTEBOOKS}
main()
"""
    if sys.platform != "linux":
        pytest.skip("asks /proc for the child")
    environment = {"JUPYTER_DATA_DIR": str(tmp_path / "jupyter")}
    run = ended(
        start(
            "run",
            tiny,
            "--exports",
            clean,
            "--out",
            tmp_path / "out",
            program=program,
            environment=environment,
        )
    )
    folder = only_run(tmp_path / "out")
    assert run.code == 4, run.err
    checks = checks_of(folder)
    assert {(check["verdict"], check["why"], check["why_detail"]) for check in checks.values()} == {
        ("error", "error", "ProcessDied")
    }
    assert os.listdir(folder / "restricted" / "errors")  # noqa: PTH208 (any report will do)
    assert results_of(folder)["totals"]["deviations"] == 0
    assert "failed (LabError" in run.err
