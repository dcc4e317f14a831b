"""What a scheduler is given: it takes it, it is closed, and it is installed only where a run that does
not take place would be missed.
"""

from __future__ import annotations

import ast
import datetime as dt
import json
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

from teleaudit.errors import UserError
from teleaudit.rules.schedule import Schedule
from teleaudit.scheduling import installing
from teleaudit.scheduling.cron import expression
from teleaudit.scheduling.installing import install
from teleaudit.scheduling.plans import Plan, Scheduler, entry_of, lay_out, make_plan
from teleaudit.scheduling.systemd import on_calendar
from tests.command import ROOT, call
from tests.scheduled import at, scheduled_audit

TODAY = at("2026-12-01").date()
SCHEDULE = "schedule: {every: month, starts_on: 2026-12-01}"
WEBHOOK = "notify: {webhook: {url: {env: HOOK}}}"


def plan(folder: Path, *lines: str, every: str | None = None) -> Plan:
    audit = scheduled_audit(folder, *(lines or (SCHEDULE,)))
    return make_plan(audit.path, every=every, out=folder / "re ports", user="daemon", today=TODAY)[
        0
    ]


def test_the_line_of_a_schedule_is_read_again_as_the_same(tmp_path: Path) -> None:
    schedule = Schedule(every="week", day=5, at="22:05", starts_on=dt.date(2026, 12, 1))
    audit = scheduled_audit(tmp_path, entry_of(schedule))

    assert audit.schedule == schedule


@pytest.mark.parametrize(
    ("words", "calendar", "fields"),
    [
        ({"every": "day"}, "*-*-* 03:15:00 Europe/Copenhagen", "15 3 * * *"),
        ({"every": "week", "day": 7}, "Sun *-*-* 03:15:00 Europe/Copenhagen", "15 3 * * 0"),
        ({"every": "month", "day": 5, "at": "22:00"}, "*-*-05 22:00:00 Europe/Copenhagen", "0 22 5 * *"),
        ({"every": "quarter"}, "*-01,04,07,10-01 03:15:00 Europe/Copenhagen", "15 3 1 1,4,7,10 *"),
    ],
)  # fmt: skip
def test_a_schedule_as_each_scheduler_writes_it(
    words: dict[str, Any], calendar: str, fields: str
) -> None:
    schedule = Schedule(starts_on=TODAY, **words)

    assert (on_calendar(schedule), expression(schedule)) == (calendar, fields)


# systemd


@pytest.mark.parametrize("every", ["day", "week", "month", "quarter"])
def test_systemd_reckons_the_same_moments(every: Any) -> None:
    schedule = Schedule(every=every, day=1, starts_on=dt.date(2026, 1, 1))
    for after in ("2026-03-28 12:00:00", "2026-10-24 12:00:00", "2026-12-31 12:00:00"):
        words = ["systemd-analyze", "calendar", f"--base-time={after} UTC", on_calendar(schedule)]
        try:
            told = subprocess.run(
                words, capture_output=True, text=True, check=True, env={**os.environ, "TZ": "UTC"}
            ).stdout
        except FileNotFoundError:
            pytest.skip("systemd-analyze is not here: systemd's own reckoning was not compared")
        line = next(line for line in told.splitlines() if "Next elapse" in line)
        expected = schedule.next_due(at(after.replace(" ", "T")))
        assert f"{expected:%Y-%m-%d %H:%M:%S UTC}" in line


@pytest.mark.parametrize("lines", [(SCHEDULE,), (SCHEDULE, WEBHOOK)], ids=["closed", "webhook"])
@pytest.mark.parametrize("name", ["plain", 'with blanks, 100 % and "quotes" $HOME'])
def test_systemd_accepts_the_units(tmp_path: Path, lines: tuple[str, ...], name: str) -> None:
    home = tmp_path / name
    home.mkdir()
    units = tmp_path / "units"
    units.mkdir()
    for file, content in lay_out(plan(home, *lines), "systemd").items():
        (units / file).write_text(content, encoding="utf-8")
    try:
        ended = subprocess.run(
            ["systemd-analyze", "verify", *sorted(units.iterdir())],
            capture_output=True,
            text=True,
            check=False,
        )
    except FileNotFoundError:
        pytest.skip("systemd-analyze is not here: systemd did not look at the units")

    assert (ended.returncode, ended.stdout, ended.stderr) == (0, "", "")


def test_systemd_reads_each_word_of_the_command_as_it_is(tmp_path: Path) -> None:
    home = tmp_path / "100 % $HOME"
    home.mkdir()
    service = lay_out(plan(home), "systemd")["teleaudit-navn.service"]
    (line,) = (line for line in service.splitlines() if line.startswith("ExecStart="))

    words = [
        word.replace("%%", "%").replace("$$", "$")
        for word in shlex.split(line.removeprefix("ExecStart="))
    ]
    assert words[:5] == [sys.executable, "-m", "teleaudit", "run", str(home / "audit.yaml")]
    assert words[5:] == ["--scheduled", "--quiet", "--out", str(home / "re ports"), "--log", "text"]


def test_the_service_reaches_no_address_unless_a_notice_must(tmp_path: Path) -> None:
    closed = lay_out(plan(tmp_path), "systemd")
    mailed = (
        SCHEDULE,
        "notify: {mail: {host: localhost, security: none, sender: a@b.dk, to: [c@d.dk]}}",
    )
    local = lay_out(plan(tmp_path, *mailed), "systemd")
    opened = lay_out(plan(tmp_path, SCHEDULE, WEBHOOK), "systemd")

    for files, is_closed in ((closed, True), (local, True), (opened, False)):
        for name in ("teleaudit-navn.service", "teleaudit-navn-check.service"):
            assert ("IPAddressDeny=any\n" in files[name]) is is_closed
    assert "EnvironmentFile=-/etc/teleaudit/navn.env" in opened["teleaudit-navn.service"]
    assert "EnvironmentFile" not in closed["teleaudit-navn.service"]


@pytest.mark.parametrize(
    "line",
    [
        "NoNewPrivileges=yes",
        "ProtectSystem=strict",
        "CapabilityBoundingSet=",
        "Type=oneshot",
        "User=daemon",
        "TimeoutStartSec=370min",
        "SuccessExitStatus=1 2",
        "OnFailure=teleaudit-navn-check.service",
    ],
)
def test_the_service_is_closed_ended_in_time_and_looked_after(tmp_path: Path, line: str) -> None:
    assert line in lay_out(plan(tmp_path), "systemd")["teleaudit-navn.service"].splitlines()


def test_a_timer_catches_up_what_the_machine_slept_through(tmp_path: Path) -> None:
    timer = lay_out(plan(tmp_path), "systemd")["teleaudit-navn.timer"]

    assert "OnCalendar=*-*-01 03:15:00 Europe/Copenhagen\n" in timer
    assert "Persistent=true\n" in timer
    assert "RandomizedDelaySec=" in timer


# cron


def test_a_line_of_cron_is_the_same_command_for_a_shell(tmp_path: Path) -> None:
    home = tmp_path / "100 %"
    home.mkdir()
    lines = lay_out(plan(home), "cron")["teleaudit-navn"].splitlines()
    jobs = [line.split(" ", 6) for line in lines if line[0].isdigit()]

    assert [job[:6] for job in jobs] == [
        ["15", "3", "*", "*", "*", "daemon"],
        ["0", "12", "*", "*", "*", "daemon"],
    ]
    assert "CRON_TZ=Europe/Copenhagen" in lines
    words = shlex.split(jobs[0][6].replace(r"\%", "%"))
    assert words[3:8] == [sys.executable, "-m", "teleaudit", "run", str(home / "audit.yaml")]


# Airflow


def carried_out(source: str, monkeypatch: pytest.MonkeyPatch, *, version: int) -> list[Any]:
    """The file as Airflow reads it, with what it imports replaced by what notes it."""
    told: list[Any] = []

    class Noted:
        def __init__(self, **words: Any) -> None:
            told.append(words)

        def __enter__(self) -> None:
            """Begin."""

        def __exit__(self, *_: object) -> None:
            """End."""

    modules = {
        2: {"airflow": "DAG", "airflow.operators.bash": "BashOperator"},
        3: {"airflow.sdk": "DAG", "airflow.providers.standard.operators.bash": "BashOperator"},
    }[version]
    pendulum = SimpleNamespace(datetime=lambda *words, tz: (*words, tz))
    monkeypatch.setitem(sys.modules, "pendulum", pendulum)
    for name, what in modules.items():
        module = ModuleType(name)
        setattr(module, what, Noted)
        monkeypatch.setitem(sys.modules, name, module)
    exec(compile(source, "dag.py", "exec"), {})  # noqa: S102 (our own text)
    return told


@pytest.mark.parametrize("version", [2, 3])
def test_airflow_gets_a_dag_that_runs_and_one_that_looks_after_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, version: int
) -> None:
    (source,) = lay_out(plan(tmp_path), "airflow").values()
    ast.parse(source)

    run, task, check, check_task = carried_out(source, monkeypatch, version=version)

    assert (run["dag_id"], run["schedule"], run["catchup"]) == (
        "teleaudit-navn",
        "15 3 1 * *",
        False,
    )
    assert run["max_active_runs"] == 1
    assert run["start_date"][:2] < (2026, 11)  # Airflow 2 begins a period late
    assert run["start_date"][-1] == "Europe/Copenhagen"
    assert (check["dag_id"], check["schedule"]) == ("teleaudit-navn-check", "0 12 * * *")
    assert "--check" in check_task["bash_command"]
    assert "--scheduled" in task["bash_command"]


@pytest.mark.parametrize(("code", "ends"), [(0, 0), (1, 0), (2, 0), (3, 3), (4, 4)])
def test_deviations_do_not_fail_the_task(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: int, ends: int
) -> None:
    (source,) = lay_out(plan(tmp_path), "airflow").values()
    task = carried_out(source, monkeypatch, version=3)[1]
    (tmp_path / "python").write_text(f"#!/bin/sh\nexit {code}\n", encoding="utf-8")
    (tmp_path / "python").chmod(0o755)
    command = task["bash_command"].replace(sys.executable, str(tmp_path / "python"))

    assert subprocess.run(["bash", "-c", command], check=False).returncode == ends


# jupyter-scheduler


def test_jupyter_scheduler_gets_a_notebook_that_runs_and_its_job(tmp_path: Path) -> None:
    files = lay_out(plan(tmp_path), "jupyter-scheduler")
    job = json.loads(files["teleaudit-navn.json"])
    notebook = json.loads(files[job["input_uri"]])

    assert (job["schedule"], job["timezone"]) == ("15 3 1 * *", "Europe/Copenhagen")
    code = notebook["cells"][1]["source"]
    ast.parse(code)
    assert "'--scheduled'" in code


# Installing


def test_files_are_installed_whole_and_timers_begin(tmp_path: Path) -> None:
    told = plan(tmp_path)
    told.out.mkdir()
    calls: list[list[str]] = []
    place = tmp_path / "system"
    place.mkdir()

    written = install(
        told,
        "systemd",
        lay_out(told, "systemd"),
        is_declared=True,
        folder=place,
        call=lambda words: calls.append(list(words)),
    )

    assert sorted(written) == sorted(place.iterdir())
    assert calls == [
        ["systemctl", "daemon-reload"],
        ["systemctl", "enable", "--now", "teleaudit-navn.timer", "teleaudit-navn-check.timer"],
    ]


@pytest.mark.parametrize(
    ("scheduler", "is_declared", "has_reports", "said"),
    [
        ("systemd", False, True, r"only missed where .* says when it is due\. Write there: schedule:"),
        ("systemd", True, False, "which is not there. Run the audit once as daemon"),
        ("cron", True, True, "cannot be written"),
        ("jupyter-scheduler", True, True, "write the two files with --to DIR"),
    ],
)  # fmt: skip
def test_nothing_is_installed_that_could_not_run_or_be_missed(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    *,
    scheduler: Scheduler,
    is_declared: bool,
    has_reports: bool,
    said: str,
) -> None:
    monkeypatch.setattr(installing, "CRON", tmp_path / "nowhere")
    monkeypatch.setattr(installing, "UNITS", tmp_path / "nowhere")
    told = plan(tmp_path)
    if has_reports:
        told.out.mkdir()

    with pytest.raises(UserError, match=said):
        install(told, scheduler, lay_out(told, scheduler), is_declared=is_declared)


# The command


def test_the_command_prints_what_it_would_write_and_the_line_that_is_missing(
    tmp_path: Path,
) -> None:
    file = scheduled_audit(tmp_path).path
    words = ("schedule", file, "--every", "month", "--user", "daemon")

    printed, written = call(*words), call(*words, "--to", tmp_path)

    assert printed.code == 0
    assert "write in" in printed.err
    assert "schedule: {every: month, starts_on: " in printed.err
    for path in map(Path, written.out.splitlines()):
        assert f"# {path.name}\n{path.read_text(encoding='utf-8')}" in printed.out


def test_an_audit_that_always_judges_the_same_day_is_told_so(tmp_path: Path) -> None:
    file = scheduled_audit(tmp_path, SCHEDULE, "as_of: 2026-01-01").path

    ended = call("schedule", file, "--user", "daemon")

    assert "every scheduled run judges that day" in ended.err
    assert "write in" not in ended.err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--every", "year"], "--every year: there is day, week, month, quarter."),
        (["--as", "launchd"], "--as launchd: not available here. There is: systemd, cron,"),
        (["--install", "--to", "x"], "--install and --to exclude each other."),
        (["--user", "nobody-of-that-name"], "--user: this system knows no such user."),
        (["--check"], "has no schedule"),
        ([], "has no schedule: say --every, one of day"),
    ],
)
def test_the_command_refuses_what_there_is_not(tmp_path: Path, words: list[str], said: str) -> None:
    file = scheduled_audit(tmp_path).path

    ended = call("schedule", file, *(["--user", "daemon"] if "--user" not in words else []), *words)

    assert ended.code == 3
    assert said in ended.err


@pytest.mark.skipif(os.getuid() != 0, reason="only root is asked for another user")
def test_root_runs_no_audit(tmp_path: Path) -> None:
    file = scheduled_audit(tmp_path, SCHEDULE).path

    assert "an audit is not run as root: say with --user" in call("schedule", file).err


# The document


def test_the_document_shows_what_audit_yaml_takes_and_every_key_of_a_schedule(
    tmp_path: Path,
) -> None:
    text = (ROOT / "docs/schedule.md").read_text(encoding="utf-8")
    blocks = re.findall(r"^```yaml\n(.*?)^```", text, re.MULTILINE | re.DOTALL)

    audit = scheduled_audit(tmp_path, *blocks)

    assert audit.schedule is not None
    assert audit.notify.channels == ("command", "mail", "webhook")
    documented = re.findall(r"^\| `(\w+)` \|", text.partition("## A scheduler")[0], re.MULTILINE)
    assert documented == list(Schedule.model_fields)


def test_the_commands_of_the_document_are_those_that_there_are() -> None:
    text = (ROOT / "docs/schedule.md").read_text(encoding="utf-8")
    blocks = re.findall(r"^```(\w*)\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    (block,) = (block for language, block in blocks if not language)
    help_text = call("schedule", "--help").out

    options = set(re.findall(r"--[a-z]+", block))
    assert options == {"--every", "--as", "--to", "--install", "--user"}
    assert all(option in help_text for option in options)
