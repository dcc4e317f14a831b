"""Two runs at once, and runs that are stopped or killed in the middle: nothing looks complete,
nothing that holds a row stays behind.
"""

from __future__ import annotations

import signal
import subprocess
import time
from pathlib import Path

import psutil
import pytest

from teleaudit.runs.folder import COMPLETE, complete_runs
from teleaudit.runs.ledger import head
from tests.command import PATIENCE_S, WITH_FEW_NOTEBOOKS, call, ended, only_run, start

pytestmark = pytest.mark.whole_run

STOPPED = "teleaudit: interrupted. The run folder is not complete; its working copies are gone.\n"


def test_two_runs_at_once_on_one_folder_are_both_complete(
    tiny: Path, clean: Path, tmp_path: Path
) -> None:
    words = ("run", tiny, "--exports", clean, "--out", tmp_path, "--no-notebooks")
    both = [start(*words) for _ in range(2)]
    assert [ended(process).code for process in both] == [0, 0]
    assert len(complete_runs(tmp_path / "bizzy")) == 2
    assert len((tmp_path / "bizzy" / "ledger.jsonl").read_bytes().splitlines()) == 2
    head(tmp_path / "bizzy")
    assert list((tmp_path / "bizzy").rglob(".work")) == []


def in_the_middle(process: subprocess.Popen[str], out: Path) -> list[psutil.Process]:
    """Wait until the exports are read and kernels run; returns the processes started on the way."""
    until = time.monotonic() + PATIENCE_S
    while time.monotonic() < until and process.poll() is None:
        started = psutil.Process(process.pid).children(recursive=True)
        if len(started) > 1 and list(out.glob("*/*/.work/state.json")):
            return started
        time.sleep(0.05)
    pytest.fail("the run never came to its middle")


def gone(processes: list[psutil.Process]) -> bool:
    """Whether all end."""
    _, alive = psutil.wait_procs(processes, timeout=PATIENCE_S)
    return all(process.status() == psutil.STATUS_ZOMBIE for process in alive)


def left(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


@pytest.mark.parametrize(
    "number",
    [
        signal.SIGINT,
        pytest.param(signal.SIGTERM, marks=pytest.mark.deep),
        pytest.param(signal.SIGHUP, marks=pytest.mark.deep),
    ],
)
def test_a_run_that_is_stopped_leaves_nothing_that_holds_a_row(
    tiny: Path, clean: Path, tmp_path: Path, number: signal.Signals
) -> None:
    words = ("run", tiny, "--exports", clean, "--out", tmp_path)
    process = start(*words, program=WITH_FEW_NOTEBOOKS)
    started = in_the_middle(process, tmp_path)
    process.send_signal(number)
    process.send_signal(number)  # impatience does not disturb the clearing up
    stopped = ended(process)
    assert (stopped.code, stopped.out) == (4, "")
    assert stopped.err.endswith(STOPPED)
    assert "Traceback" not in stopped.err
    assert left(only_run(tmp_path)) == ["record"]
    assert gone(started)


ASKS_FOR_EVER = """
import time
import teleaudit.checks.runner
from teleaudit.cli import main

def asks_for_ever(*_, **__):
    print("asking", flush=True)
    time.sleep(86_400)

teleaudit.checks.runner.CheckRunner._check_data_set = asks_for_ever
main()
"""


def test_a_run_that_is_stopped_while_it_asks_without_notebooks_ends_too(
    tiny: Path, clean: Path, tmp_path: Path
) -> None:
    words = ("run", tiny, "--exports", clean, "--out", tmp_path, "--no-notebooks")
    process = start(*words, program=ASKS_FOR_EVER)
    assert process.stdout is not None
    assert process.stdout.readline() == "asking\n"
    process.send_signal(signal.SIGINT)
    stopped = ended(process)
    assert (stopped.code, stopped.out) == (4, "")
    assert stopped.err.endswith(STOPPED)
    assert left(only_run(tmp_path)) == ["record"]


LOSES_CTRL_C = """
import time
from teleaudit import cli
from teleaudit.scanning import scan

def loses_the_first(*_, **__):
    print("here", flush=True)
    try:
        time.sleep(86_400)
    except KeyboardInterrupt:
        pass
    time.sleep(86_400)
    yield

scan.scan_paths = loses_the_first
cli.main()
"""


def test_a_command_ends_though_foreign_code_lost_the_first_signal() -> None:
    process = start("scan", "a.csv", program=LOSES_CTRL_C)
    assert process.stdout is not None
    assert process.stdout.readline() == "here\n"
    process.send_signal(signal.SIGINT)
    stopped = ended(process)
    assert (stopped.code, stopped.out) == (4, "")
    assert "Traceback" not in stopped.err


def test_a_run_that_was_killed_is_cleared_away_by_the_next_start(
    tiny: Path, clean: Path, tmp_path: Path
) -> None:
    words = ("run", tiny, "--exports", clean, "--out", tmp_path)
    process = start(*words, program=WITH_FEW_NOTEBOOKS)
    started = in_the_middle(process, tmp_path)
    process.kill()
    ended(process)
    assert gone(started)
    killed = only_run(tmp_path)
    assert not (killed / COMPLETE).exists()
    assert (killed / ".work").exists()
    assert call(*words, "--no-notebooks").code == 0
    assert left(killed) == ["record"]
    assert complete_runs(tmp_path / "bizzy") != [killed]
