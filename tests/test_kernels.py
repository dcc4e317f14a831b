"""Kernels are forked warm, speak over IPC in a private place, and end with whoever
asked for them.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from pathlib import Path

import nbformat
import psutil
import pytest

import teleaudit
from teleaudit.error_reports import ENVIRONMENT
from teleaudit.notebooks import run_notebook
from teleaudit.notebooks.kernels import (
    LONGEST_SOCKET,
    ONE_THREAD,
    WarmKernels,
    kernel_environment,
    private_folder,
)
from tests.command import PATIENCE_S

pytestmark = pytest.mark.whole_run

Ask = Callable[[WarmKernels | None, str], str]


@pytest.fixture(autouse=True)
def signatures(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JUPYTER_DATA_DIR", str(tmp_path / "jupyter"))


@pytest.fixture(scope="module")
def kernels() -> Iterator[WarmKernels]:
    with WarmKernels(preload=()) as warm:
        yield warm


@pytest.fixture
def ask(tmp_path: Path) -> Ask:
    """Run one cell and return what it printed."""

    def run(warm: WarmKernels | None, code: str) -> str:
        place = Path(tempfile.mkdtemp(dir=tmp_path))
        nbformat.write(
            nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(code)]), place / "asked.ipynb"
        )
        answer = run_notebook(
            place / "asked.ipynb",
            place / "answered.ipynb",
            {},
            kernels=warm,
            environment={},
            restricted=place,
        )
        assert answer.ok, [
            path.read_text(encoding="utf-8") for path in (place / "errors").iterdir()
        ]
        return "".join(
            output.text
            for cell in nbformat.read(place / "answered.ipynb", as_version=4).cells
            for output in cell.outputs
        )

    return run


def gone(pid: int) -> bool:
    """Whether a process ends."""
    until = time.monotonic() + PATIENCE_S
    while time.monotonic() < until:
        if not psutil.pid_exists(pid) or psutil.Process(pid).status() == psutil.STATUS_ZOMBIE:
            return True
        time.sleep(0.05)
    return False


def test_a_kernel_is_forked_from_a_process_that_has_imported_everything(ask: Ask) -> None:
    # Falls back to a cold kernel, whose parent is this process, when an import leaves a thread
    # running.
    with WarmKernels() as warm:
        said = ask(
            warm,
            "import os, sys\nprint(os.getppid(), *({'great_expectations', 'pandas', 'duckdb',"
            " 'matplotlib', 'teleaudit.lab'} <= sys.modules.keys(),))",
        )

        assert said.split() == [str(warm.pid), "True"]


def test_kernels_import_this_very_package() -> None:
    package_root, *_ = kernel_environment({})["PYTHONPATH"].split(os.pathsep)

    assert Path(package_root) == Path(teleaudit.__file__).resolve().parents[1]


@pytest.fixture
def endless(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A module whose import does not end."""
    (tmp_path / "endless.py").write_text("import time\ntime.sleep(86_400)\n", encoding="ascii")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    return "endless"


def test_starting_does_not_keep_the_caller_waiting(endless: str) -> None:
    with WarmKernels(preload=(endless,)) as warm:
        assert warm.pid is not None
        assert psutil.pid_exists(warm.pid)


def test_the_end_comes_in_the_middle_of_an_import_and_is_told_to_who_waits(
    endless: str, tmp_path: Path
) -> None:
    with ThreadPoolExecutor(1) as pool, WarmKernels(preload=(endless,)) as warm:
        waiting = pool.submit(warm.fork, tmp_path / "kernel.json", environment={}, cwd=tmp_path)
        assert not wait([waiting], timeout=0.2).done
        warm.end()
        with pytest.raises(RuntimeError, match="no kernels any more"):
            waiting.result(PATIENCE_S)


@pytest.mark.parametrize("is_warm", [True, False])
def test_warm_process_and_kernels_stand_apart_from_the_terminal_of_the_caller(
    kernels: WarmKernels, ask: Ask, *, is_warm: bool
) -> None:
    code = """
        import os
        print(os.getsid(0), *(os.path.samefile(f"/proc/self/fd/{number}", os.devnull) for number in range(3)))
    """
    session, *is_nobody = ask(
        kernels if is_warm else None, code.replace("        ", "").strip()
    ).split()
    assert kernels.pid is not None

    # Ctrl-C goes to the sessions of the terminal
    assert len({os.getsid(0), os.getsid(kernels.pid), int(session)}) == 3
    assert is_nobody == ["True"] * 3
    assert all(Path(f"/proc/{kernels.pid}/fd/{number}").samefile(os.devnull) for number in range(3))


def test_the_warm_process_imports_with_one_thread_and_the_caller_keeps_its_environment() -> None:
    before = dict(os.environ)
    with WarmKernels(preload=()) as warm:
        environment = psutil.Process(warm.pid).environ()

    assert environment.items() >= {**ONE_THREAD, "MPLBACKEND": "agg"}.items()
    assert dict(os.environ) == before


def test_a_kernel_finds_no_spark(kernels: WarmKernels, ask: Ask) -> None:
    code = "try: import pyspark\nexcept ImportError as error: print(error.name)"

    assert ask(kernels, code) == "pyspark\n"


def test_why_a_fork_could_not_do_what_it_was_asked_is_kept_in_the_closed_annex(
    kernels: WarmKernels, tmp_path: Path
) -> None:
    answers = kernels.call(
        "no_such_module:function",
        environment=kernel_environment({ENVIRONMENT: str(tmp_path)}),
        cwd=tmp_path,
    )
    assert answers is not None
    assert list(answers) == []
    (kept,) = (tmp_path / "errors").iterdir()
    assert "No module named 'no_such_module'" in kept.read_text(encoding="utf-8")


def test_kernels_speak_over_ipc_in_a_folder_that_only_this_user_can_enter(
    kernels: WarmKernels, ask: Ask
) -> None:
    code = """
        import json, os, pathlib, psutil
        from ipykernel.connect import get_connection_file
        file = pathlib.Path(get_connection_file())
        sockets = [path for path in file.parent.iterdir() if path.is_socket()]
        print(json.loads(file.read_text())["transport"], oct(file.parent.stat().st_mode & 0o777), oct(file.stat().st_mode & 0o077))
        print(len(sockets), max(len(os.fsencode(path)) for path in sockets), len(psutil.Process().net_connections("inet")))
    """
    transport, folder, file, count, longest, network = ask(
        kernels, code.replace("        ", "").strip()
    ).split()

    assert (transport, folder, file, network) == ("ipc", "0o700", "0o0", "0")
    assert int(count) == 5
    assert int(longest) <= LONGEST_SOCKET


def test_a_deep_temporary_folder_leaves_room_for_the_sockets(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    deep = tmp_path / ("d" * 100)
    deep.mkdir()
    with monkeypatch.context() as patched:
        patched.setattr(tempfile, "tempdir", str(deep))
        with private_folder() as folder:
            assert len(os.fsencode(folder / "kernel-12345678-ipc-5")) <= LONGEST_SOCKET
    assert not folder.exists()


def test_two_notebooks_at_once_have_a_kernel_each(kernels: WarmKernels, ask: Ask) -> None:
    with ThreadPoolExecutor(2) as pool:
        said = list(pool.map(lambda _: ask(kernels, "import os\nprint(os.getpid())"), range(4)))

    assert len(set(said)) == 4


def test_a_kernel_sees_what_is_added_to_the_environment_and_nothing_of_another(
    kernels: WarmKernels, ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TELEAUDIT_TEST", "yes")
    assert ask(kernels, "import os\nprint(os.environ.get('TELEAUDIT_TEST'))") == "yes\n"

    monkeypatch.delenv("TELEAUDIT_TEST")
    assert ask(kernels, "import os\nprint(os.environ.get('TELEAUDIT_TEST'))") == "None\n"


def test_what_a_notebook_registered_for_its_end_is_done(
    kernels: WarmKernels, ask: Ask, tmp_path: Path
) -> None:
    ask(
        kernels,
        "import atexit,"
        f" pathlib\natexit.register(pathlib.Path({str(tmp_path / 'ended')!r}).touch)\nNone",
    )

    assert (tmp_path / "ended").exists()


def test_nothing_is_left_behind(
    ask: Ask, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    with private_folder() as short:
        with monkeypatch.context() as patched, WarmKernels(preload=()) as warm:
            patched.setattr(tempfile, "tempdir", str(short))
            pid = warm.pid
            kernel = int(ask(warm, "import os\nprint(os.getpid())"))
        assert list(short.iterdir()) == []

    assert pid is not None
    assert gone(pid)
    assert gone(kernel)
    assert capfd.readouterr() == ("", "")


def test_kernels_end_with_a_caller_that_was_killed(tmp_path: Path) -> None:
    script = """
        import pathlib, subprocess, sys
        from teleaudit.notebooks.kernels import WarmKernels, kernel_environment
        with WarmKernels(preload=()) as warm:
            kernel = warm.fork(pathlib.Path(sys.argv[1], "kernel.json"), environment=kernel_environment({}), cwd=pathlib.Path(sys.argv[1]))
            print(warm.pid, kernel.pid, flush=True)
            sys.stdin.read()
    """
    (tmp_path / "kernel.json").write_text(
        '{"transport": "ipc", "ip": "k", "key": "k", "signature_scheme": "hmac-sha256"}',
        encoding="ascii",
    )
    caller = subprocess.Popen(
        [sys.executable, "-c", script.replace("\n        ", "\n"), str(tmp_path)],
        env=kernel_environment({}),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    with caller:
        assert caller.stdout is not None
        server, kernel = (int(pid) for pid in caller.stdout.readline().split())
        os.kill(caller.pid, signal.SIGKILL)

    assert gone(server)
    assert gone(kernel)


def test_without_fork_a_kernel_starts_cold_over_ipc_all_the_same(
    ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delattr(os, "fork")

    with WarmKernels() as warm:
        assert warm.pid is None
        assert (
            ask(
                warm,
                "from ipykernel.connect import"
                " get_connection_info\nprint(get_connection_info(unpack=True)['transport'])",
            )
            == "ipc\n"
        )


def test_an_import_that_leaves_a_thread_running_makes_kernels_start_cold(
    tmp_path: Path, ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "threaded.py").write_text(
        "import threading, time\nthreading.Thread(target=time.sleep, args=(60,),"
        " daemon=True).start()\n",
        encoding="ascii",
    )
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))

    with WarmKernels(preload=("threaded",)) as warm:
        assert ask(warm, "import os\nprint(os.getppid())") == f"{os.getpid()}\n"
