"""Real JupyterLab in a real browser: a notebook opened, "Run All Cells", and what is on the screen
then.

The pictures are kept under build/.
"""

from __future__ import annotations

import json
import re
import secrets
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlparse

import pytest
from selenium.common.exceptions import TimeoutException
from selenium.webdriver.chrome.webdriver import WebDriver
from selenium.webdriver.common.by import By
from selenium.webdriver.support.wait import WebDriverWait

from teleaudit.sessions.choosing import lab_environment
from teleaudit.workspace import init_workspace
from tests.browser import need_browser, opened_browser
from tests.command import ROOT, planted_exports
from tests.stock import environment

pytestmark = pytest.mark.whole_run

PICTURES = ROOT / "build" / "jupyterlab"
WAIT_S = 240
ERROR = (
    "[data-mime-type='application/vnd.jupyter.stderr'],"
    " [data-mime-type='application/vnd.jupyter.error'], .jp-OutputArea-output.jp-mod-error"
)


@pytest.mark.parametrize("words", [(), ("AUDIT=bizzy",)])
def test_make_lab_opens_the_audit_that_was_named_and_else_leaves_the_choice_to_the_notebook(
    words: tuple[str, ...],
) -> None:
    told = subprocess.run(
        ["make", "--no-print-directory", "-n", "lab", *words],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert told.splitlines()[-1].split()[1:] == [
        "lab",
        *(word.removeprefix("AUDIT=") for word in words),
    ]


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """JupyterLab as `teleaudit lab kazoom` starts it, in a fresh workspace; its address."""
    need_browser()
    place = tmp_path_factory.mktemp("jupyterlab")
    init_workspace(place / "workspace")
    planted_exports(place / "workspace" / "data_samples", "kazoom")  # a tenth of the rows
    kept = (
        "JUPYTER_CONFIG_DIR",
        "JUPYTER_DATA_DIR",
        "JUPYTER_RUNTIME_DIR",
        "JUPYTERLAB_SETTINGS_DIR",
        "JUPYTERLAB_WORKSPACES_DIR",
    )
    folders = {name: str(place / name) for name in kept}  # nothing of whoever runs the tests
    token = secrets.token_hex(16)
    started = [
        sys.executable,
        "-m",
        "jupyter",
        "lab",
        "--no-browser",
        "--ip=127.0.0.1",
        "--port=0",
        f"--IdentityProvider.token={token}",
        "--allow-root",
        "notebooks",
    ]
    variables = environment(**lab_environment(place / "workspace" / "audits" / "kazoom"), **folders)
    with (place / "server.log").open("wb") as log:
        server = subprocess.Popen(
            started, cwd=place / "workspace", env=variables, stdout=log, stderr=log
        )
        try:
            address = _address(place / "JUPYTER_RUNTIME_DIR", server)
            yield f"{address}lab/workspaces/{{0}}/tree/{{0}}.ipynb?token={token}"
        finally:
            server.terminate()
            server.wait(60)


def _address(runtime: Path, server: subprocess.Popen[bytes]) -> str:
    """Where a server answers, once it does."""
    until = time.monotonic() + WAIT_S
    while time.monotonic() < until and server.poll() is None:
        for file in runtime.glob("jpserver-*.json"):
            return str(json.loads(file.read_bytes())["url"])
        time.sleep(0.2)
    pytest.fail("JupyterLab did not start")


@pytest.fixture
def browser() -> Iterator[WebDriver]:
    with opened_browser() as driver:
        yield driver


def asked_hosts(driver: WebDriver) -> set[str]:
    """The machines that pages have asked anything of."""
    # selenium has no types here
    messages = [json.loads(entry["message"])["message"] for entry in driver.get_log("performance")]  # type: ignore[no-untyped-call]
    addresses = [
        urlparse(message["params"]["request"]["url"])
        for message in messages
        if message["method"] == "Network.requestWillBeSent"
    ]
    return {
        str(address.hostname)
        for address in addresses
        if address.scheme in ("http", "https", "ws", "wss")
    }


def click_menu(driver: WebDriver, menu: str, command: str) -> None:
    """Choose an entry of a menu, as a person does."""
    waiting = WebDriverWait(driver, WAIT_S)
    waiting.until(
        lambda _: [
            item
            for item in driver.find_elements(By.CSS_SELECTOR, ".lm-MenuBar-item")
            if item.text == menu
        ]
    )[0].click()
    waiting.until(
        lambda _: driver.find_elements(By.CSS_SELECTOR, f".lm-Menu-item[data-command='{command}']")
    )[0].click()


def prompts(driver: WebDriver) -> list[str]:
    """What stands before each code cell, also of those out of view: [ ]: not run, [*]: waiting or
    running, [3]: done.
    """
    return list(
        driver.execute_script(
            "return [...document.querySelectorAll('.jp-NotebookPanel .jp-CodeCell"
            " .jp-InputPrompt')].map(prompt => prompt.textContent)"
        )
    )


def is_done(driver: WebDriver) -> bool:
    """Whether every code cell has run, or one has stopped the rest."""
    told = prompts(driver)
    return bool(driver.find_elements(By.CSS_SELECTOR, ERROR)) or (
        bool(told) and all(re.fullmatch(r"\[\d+\]:", prompt) for prompt in told)
    )


def keep_picture(driver: WebDriver, name: str, element: Any = None) -> None:
    """Keep what is on the screen, with an element in view."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    if element is not None:
        driver.execute_script("arguments[0].scrollIntoView({block: 'center'})", element)
        time.sleep(1)  # what is scrolled to is drawn now
    driver.save_screenshot(str(PICTURES / f"{name}.png"))


@pytest.mark.timeout(600)
@pytest.mark.parametrize(
    ("name", "caption"),
    [
        pytest.param("00_intake", "Modtagne filer (", marks=pytest.mark.deep),
        ("10_retention", "Kontrollernes resultater ("),
    ],
)
def test_run_all_cells_shows_tables_and_figures_and_no_error(
    name: str, caption: str, lab: str, browser: WebDriver
) -> None:
    browser.get(lab.format(name))  # in a workspace of its own, so that no other tab is open
    WebDriverWait(browser, WAIT_S).until(
        lambda _: browser.find_elements(By.CSS_SELECTOR, ".jp-NotebookPanel .jp-CodeCell")
    )
    # A notebook run before its kernel is there asks for one.
    WebDriverWait(browser, WAIT_S).until(
        lambda _: "| Idle" in browser.find_element(By.ID, "jp-main-statusbar").text
    )
    click_menu(browser, "Run", "runmenu:run-all")
    try:
        WebDriverWait(browser, WAIT_S, poll_frequency=1).until(is_done)
    except TimeoutException:
        pytest.fail(f"cells that have not ended: {prompts(browser)}")
    finally:
        keep_picture(browser, f"{name}-end")

    assert [element.text for element in browser.find_elements(By.CSS_SELECTOR, ERROR)] == []
    heading, *_ = browser.find_elements(By.CSS_SELECTOR, ".jp-OutputArea h2")
    tables = [
        table
        for table in browser.find_elements(By.CSS_SELECTOR, ".jp-OutputArea table")
        if table.text.startswith(caption)
    ]
    figures = browser.find_elements(By.CSS_SELECTOR, ".jp-OutputArea img")
    assert heading.text == "Kazoom A/S, CVR-nummer 40700218"
    assert len(tables) == 1
    assert len(tables[0].find_elements(By.CSS_SELECTOR, "tbody tr")) > 5
    assert figures
    assert all(
        browser.execute_script(
            "return arguments[0].complete && arguments[0].naturalWidth > 300", figure
        )
        for figure in figures
    )
    for part, element in (("start", heading), ("table", tables[0]), ("figure", figures[0])):
        keep_picture(browser, f"{name}-{part}", element)
    assert [
        element.text
        for element in browser.find_elements(By.CSS_SELECTOR, ".jp-Dialog, .Toastify__toast")
    ] == []
    assert asked_hosts(browser) == {"127.0.0.1"}
