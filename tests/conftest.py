"""What all tests share: how a test says that the machine lacks a tool it needs."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings

if TYPE_CHECKING:
    from teleaudit.lab import OpenAudit
    from tests.whole_run import WholeRun

# How many examples are drawn: a few each time, many with `make test-deep`. Without a deadline: a
# busy machine is slow and no failure.
settings.register_profile("quick", deadline=None, max_examples=15)
settings.register_profile("deep", deadline=None, max_examples=400)
settings.load_profile("quick")

_MISSING = "MISSING TOOL"
# Each is one worker's, from its first test to its last: what takes a minute begins at once, or one
# worker ends a minute after the others.
_LONG_FILES = (
    "test_stock_kernel.py",
    "test_run.py",
    "test_privacy.py",
    "test_jupyterlab.py",
    "test_samples_found.py",
    "test_samples.py",
    "test_first_audit.py",
    "test_no_silent_pass.py",
    "test_cli.py",
    "test_answering.py",
    "test_mapping_gaps.py",
    "test_install.py",
    "test_missing_exports.py",
    "test_second_opinion.py",
    "test_run_stopped.py",
    "test_run_bad_input.py",
    "test_silent_passes.py",
    "test_sealing.py",
    "test_canaries.py",
    "test_report.py",
    "test_starting.py",
    "test_progress.py",
    "test_outcome.py",
)


def need(*tools: str | Path, hint: str) -> None:
    """Go on only where every tool is there: a command on the PATH, or a file.

    On a developer's machine the test is skipped and the closing lines of the run say what to
    install (``hint``); with CI=true it fails.
    """
    missing = [
        str(tool)
        for tool in tools
        if not (tool.exists() if isinstance(tool, Path) else shutil.which(tool))
    ]
    if not missing:
        return
    message = f"{_MISSING}: {', '.join(missing)}. {hint}"
    if os.environ.get("CI") == "true":
        pytest.fail(message, pytrace=False)
    pytest.skip(message)


@pytest.fixture(scope="session")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Bizzy's audit with a dozen of its checks: one for whatever a run does with any audit.

    Two seconds instead of twenty.
    """
    from tests.command import small_audit

    return small_audit(tmp_path_factory.mktemp("small") / "workspace")


@pytest.fixture(scope="session")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Bizzy's audit with four of its checks, of three exports: for what a run does whatever it reads.

    A second less.
    """
    from tests.command import TINY_CHECKS, TINY_EXPORTS, small_audit

    target = tmp_path_factory.mktemp("tiny") / "workspace"
    return small_audit(target, exports=TINY_EXPORTS, checks=TINY_CHECKS)


@pytest.fixture(scope="session")
def clean(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Bizzy's exports of sixty customers, without a deviation."""
    from tests.command import small_exports

    return small_exports(tmp_path_factory.mktemp("clean"))


@pytest.fixture(scope="session")
def whole(
    tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest
) -> Callable[..., WholeRun]:
    """The whole run of an operator's sample audit: one for all files and all workers.

    Bizzy's runs its notebooks; Kazoom's does with the long tests, and where it is told to.
    """
    from tests.whole_run import whole_run

    is_worker = hasattr(request.config, "workerinput")

    def run(operator: str, *, notebooks: bool | None = None) -> WholeRun:
        told = operator == "bizzy" if notebooks is None else notebooks
        return whole_run(operator, tmp_path_factory, notebooks=told, is_worker=is_worker)

    return run


@pytest.fixture(scope="session")
def opened(tmp_path_factory: pytest.TempPathFactory) -> OpenAudit:
    """Bizzy's small audit with deviations of all kinds, opened as a notebook opens it."""
    from tests.opened import opened_audit

    return opened_audit(tmp_path_factory.mktemp("opened"))


@pytest.fixture
def few_notebooks(monkeypatch: pytest.MonkeyPatch) -> None:
    """A run in this process shows one of the ten topics, and the report: for what a run does
    whatever its notebooks are.

    Each is a kernel of its own, and a second.
    """
    from tests.command import FEW_NOTEBOOKS

    monkeypatch.setattr("teleaudit.runs.pipeline.NOTEBOOKS", FEW_NOTEBOOKS)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say loudly, once for each, what tools are missing."""
    reasons = {
        str(report.longrepr[2])
        for report in terminalreporter.stats.get("skipped", [])
        if isinstance(report.longrepr, tuple)
    }
    for reason in sorted(
        reason.removeprefix("Skipped: ") for reason in reasons if _MISSING in reason
    ):
        terminalreporter.write_line(f"NOT TESTED HERE, {reason}", red=True, bold=True)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """A test that asks for ``engine`` runs on every engine.

    Only such tests pay for importing Great Expectations.
    """
    if "engine" in metafunc.fixturenames:
        from tests.spec import ENGINES

        metafunc.parametrize("engine", sorted(ENGINES))


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """What needs Spark, or a sample's whole run, is marked so, and workers get long files first."""
    _mark_spark(items)
    for item in items:
        named = item.callspec.params if hasattr(item, "callspec") else {}  # a parameter so called
        if isinstance(item, pytest.Function) and "whole" in {*item.fixturenames} - {*named}:
            item.add_marker(pytest.mark.whole_run)
    if hasattr(config, "workerinput"):
        places = {name: place for place, name in enumerate(_LONG_FILES)}
        items.sort(key=lambda item: places.get(item.path.name, len(places)))


def _mark_spark(items: list[pytest.Item]) -> None:
    """On Spark a test takes seconds: of a file the first one runs that is not ``long_on_spark``, with
    its first values; all others are long tests.
    """
    seen: set[Path] = set()
    for item in items:
        if (
            isinstance(item, pytest.Function)
            and hasattr(item, "callspec")
            and item.callspec.params.get("engine") == "spark"
        ):
            item.add_marker(pytest.mark.spark)
            if item.path in seen or item.get_closest_marker("long_on_spark"):
                item.add_marker(pytest.mark.deep)
            else:
                seen.add(item.path)


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Only what is marked ``spark`` gets a session: all of it runs in one process, with
    one Java.
    """
    from tests.spark import allow

    allow(is_marked=item.get_closest_marker("spark") is not None)
