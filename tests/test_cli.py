"""Every command as a stranger meets it: help, exit codes, near matches; results on stdout, all else
on stderr.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Never

import pytest

from teleaudit import __version__
from teleaudit.cli.signals import Signals
from teleaudit.rules.audit_file import ReportLanguage, load_audit
from teleaudit.runs.pipeline import _languages
from tests.command import (
    MAIN,
    ROOT,
    Ended,
    call,
    checks_of,
    only_run,
    results_of,
    small_exports,
    small_workspace,
)

COMMANDS = {
    "run": (
        "--as-of",
        "--exports",
        "--engine",
        "--out",
        "--lang",
        "--jobs",
        "--memory",
        "--no-notebooks",
        "--timings",
        "--table",
        "--quiet",
        "--json",
        "--log",
        "--scheduled",
    ),
    "inspect": ("--table", "--yaml"),
    "samples": ("--rows", "--seed", "--operator", "--clean"),
    "init": (),
    "lab": ("--no-browser",),
    "rules": ("--format", "--suite"),
    "policy": ("check", "new"),
    "scan": ("--format", "--own-domain", "--min-level"),
    "approve": ("--as",),
    "history": ("--check", "--out", "--format"),
    "schedule": ("--every", "--as", "--to", "--install", "--check", "--user", "--out"),
    "sign": ("--p12", "--passphrase-file", "--tsa", "--draft"),
    "verify": ("--ledger", "--exports", "--trust"),
}
CANARY = "Rødgrød 70706142"


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    return small_workspace(tmp_path / "workspace")


def run(audit: Path, exports: Path, out: Path, *words: str) -> Ended:
    return call("run", audit, "--exports", exports, "--out", out, "--no-notebooks", *words)


def refusal(*words: str | Path) -> str:
    """What a command says that ends with exit code 3: on stderr alone, without a traceback."""
    ended = call(*words)
    assert (ended.code, ended.out) == (3, "")
    assert "Traceback" not in ended.err
    assert "internal error" not in ended.err
    return ended.err.removeprefix("teleaudit: ").rstrip("\n")


def spoil(file: Path, old: str, new: str) -> Path:
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), encoding="utf-8")
    return file


# Help


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help_that_names_its_options(command: str) -> None:
    ended = call(command, "--help")
    assert (ended.code, ended.err) == (0, "")
    assert [option for option in COMMANDS[command] if option not in ended.out] == []


def test_the_help_names_every_command_and_the_exit_codes() -> None:
    ended = call("--help")
    assert (ended.code, ended.err) == (0, "")
    assert [command for command in COMMANDS if f"  {command} " not in ended.out] == []
    assert "3 wrong use" in " ".join(ended.out.split())


def test_a_call_without_a_command_shows_the_help_and_is_wrong_use() -> None:
    ended = call()
    assert (ended.code, ended.out) == (3, "")
    assert "Commands:" in ended.err


def test_the_version_is_a_result() -> None:
    assert call("--version") == Ended(code=0, out=f"teleaudit {__version__}\n", err="")


# Exit codes


def test_clean_exports_end_with_0_and_results_on_stdout_alone(
    small: Path, clean: Path, tmp_path: Path
) -> None:
    ended = run(small, clean, tmp_path)
    assert ended.code == 0
    assert "Report: " in ended.out
    assert {check["verdict"] for check in checks_of(only_run(tmp_path)).values()} == {"pass"}
    assert "asking the checks" in ended.err
    assert [
        line
        for line in ended.err.splitlines()
        if not re.match(r"\d\d:\d\d:\d\d (run|note:|asking|writing) ", line)
    ] == []
    assert "asking" not in ended.out


def test_timings_are_told_on_stderr_when_asked_for_and_kept_in_the_results_anyhow(
    small: Path, clean: Path, tmp_path: Path
) -> None:
    ended = run(small, clean, tmp_path, "--timings", "--memory", "700MiB")
    rows = [line.split() for line in ended.err.splitlines()]
    heads = {row[0] for row in rows if row}
    assert {"stage", "start", "reading", "imports", "views", "checks", "report"} <= heads
    assert ["reading", "opkald"] in [row[:2] for row in rows]
    assert "limit of the engine: 700MiB" in ended.err
    assert "seconds" not in ended.out
    timings = results_of(only_run(tmp_path))["timings"]
    assert timings["memory_limit"] == "700MiB"
    # it holds this very file
    assert "report" not in {stage["stage"] for stage in timings["stages"]}


def test_deviations_end_with_1(tiny: Path, tmp_path: Path) -> None:
    exports = small_exports(tmp_path, only="BIZ-ret-3.contact")
    ended = run(tiny, exports, tmp_path / "out")
    assert ended.code == 1
    assert checks_of(only_run(tmp_path / "out"))["BIZ-ret-3.contact"]["verdict"] == "fail"


def test_an_export_that_is_not_there_ends_with_2(tiny: Path, clean: Path, tmp_path: Path) -> None:
    exports = Path(shutil.copytree(clean, tmp_path / "exports"))
    (exports / "kontakter.csv").unlink()
    ended = run(tiny, exports, tmp_path / "out")
    assert ended.code == 2
    assert "no file for the export kontakter" in ended.out
    assert checks_of(only_run(tmp_path / "out"))["BIZ-ret-3.contact"]["why"] == "no_export"


def test_our_own_mistake_ends_with_4_and_tells_no_value(
    tiny: Path, clean: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_args: object) -> Never:
        raise LookupError(CANARY)

    monkeypatch.setattr("teleaudit.runs.pipeline._compose", fail)
    ended = run(tiny, clean, tmp_path)
    assert (ended.code, ended.out) == (4, "")
    assert ended.err.splitlines()[-1].startswith(
        "teleaudit: internal error (LookupError in teleaudit.runs.pipeline, line "
    )
    assert CANARY not in ended.err
    assert "Traceback" not in ended.err
    assert [path.name for path in only_run(tmp_path).iterdir()] == ["record"]


def test_a_stop_that_the_engine_takes_for_an_error_of_its_own_is_a_stop_all_the_same(
    tiny: Path, clean: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Signals, "stopped", True)
    ended = run(tiny, clean, tmp_path)
    assert (ended.code, ended.out, ended.err) == (
        4,
        "",
        "teleaudit: interrupted. The run folder is not complete; its working copies are gone.\n",
    )


# Languages


def test_english_reports_are_written_beside_the_danish_ones_that_always_are(
    tiny: Path, clean: Path, tmp_path: Path
) -> None:
    assert run(tiny, clean, tmp_path, "--lang", "en").code == 0
    folder = only_run(tmp_path)
    assert results_of(folder)["report_languages"] == ["da", "en"]
    assert {
        f"report.{kind}{language}.{suffix}"
        for language in ("da", "en")
        for kind, suffix in (("", "pdf"), ("plain.", "pdf"), ("", "html"))
    } <= {path.name for path in (folder / "record").iterdir()}


@pytest.mark.parametrize(
    ("declared", "asked", "written"),
    [
        (("da",), None, ["da"]),
        (("en",), None, ["da", "en"]),
        (("en", "da"), ("da",), ["da"]),
        (("da",), ("en", "en"), ["da", "en"]),
    ],
)
def test_the_command_says_in_which_languages_else_the_audit(
    declared: tuple[ReportLanguage, ...],
    asked: tuple[ReportLanguage, ...] | None,
    written: list[ReportLanguage],
) -> None:
    audit = load_audit(ROOT / "audits" / "bizzy").model_copy(update={"report_languages": declared})
    assert _languages(audit, asked) == written


# Wrong use


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("runn", "audits/bizzy"), "No such command 'runn'. Did you mean 'run'?"),
        (
            ("run", "audits/bizzy", "--as-off", "2026-11-22"),
            "No such option: --as-off. Did you mean '--as-of'?",
        ),
        (("rules", "--suit", "baseline"), "No such option: --suit. Did you mean '--suite'?"),
        (("run",), "Missing argument 'AUDIT.yaml'."),
        (
            ("run", "audits/bizzy", "audits/kazoom"),
            "Got unexpected extra argument(s) (audits/kazoom)",
        ),
        (("run", "audits/bizzy", "--as-of"), "Option '--as-of' requires an argument."),
        (
            ("run", "audits/bizzy", "--as-of", "2026-13-01"),
            "--as-of 2026-13-01 is no date: write it as yyyy-mm-dd, as in 2026-11-22.",
        ),
        (
            ("run", "audits/bizzy", "--as-of", "22-11-2026"),
            "--as-of 22-11-2026 is no date: write it as yyyy-mm-dd, as in 2026-11-22.",
        ),
        (
            ("run", "audits/bizzy", "--as-of", ""),
            "--as-of  is no date: write it as yyyy-mm-dd, as in 2026-11-22.",
        ),
        (
            ("run", "audits/bizzy", "--engine", "flink"),
            "--engine flink: not available here. There is: duckdb, spark.",
        ),
        (
            ("run", "audits/bizzy", "--lang", "da,sv"),
            "--lang sv: not available here. There is: da, en.",
        ),
        (
            ("run", "audits/bizzy", "--memory", "plenty"),
            "invalid size for --memory: plenty. Write a number and its unit, as in 1536MB or 4GB.",
        ),
        (
            ("run", "audits/bizzy", "--jobs", "0"),
            "Invalid value for '--jobs': Input should be greater than or equal to 1",
        ),
        (
            ("run", "audits/bizy"),
            "no file audits/bizy. Did you mean 'bizzy'? Audits in audits: bizzy, kazoom.",
        ),
        (
            ("run", "audits/kazom/audit.yaml"),
            (
                "no file audits/kazom/audit.yaml. Did you mean 'kazoom'? Audits in audits: bizzy,"
                " kazoom."
            ),
        ),
        (("run", "audits"), "no file audits/audit.yaml. Audits in audits: bizzy, kazoom."),
        (("run", "."), "no file audit.yaml. Audits in audits: bizzy, kazoom."),
        (
            ("run", "audits/nobody/audit.yaml"),
            "no file audits/nobody/audit.yaml. Audits in audits: bizzy, kazoom.",
        ),
        (
            ("run", "audits/bizzy", "--exports", "nowhere"),
            (
                "no folder nowhere for the exports: see exports_root in the audit file, or name one"
                " with --exports."
            ),
        ),
        (
            ("rules", "--format", "xml"),
            "Invalid value for '--format': 'xml' is not one of 'table', 'json', 'markdown'.",
        ),
        (
            ("samples", "new", "--operator", "kazom"),
            "--operator kazom: not available here. There is: kazoom, bizzy. Did you mean 'kazoom'?",
        ),
        (("samples", "new", "--rows", "x"), "Invalid value for '--rows': "),
    ],
)
def test_wrong_use_is_said_with_its_near_match(
    words: tuple[str, ...], said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(ROOT)
    assert refusal(*words).startswith(said)


def test_an_audit_may_be_named_alone(workspace: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(workspace)
    assert refusal("run", "kazoom").startswith(
        f"no folder {workspace / 'data_samples' / 'kazoom'} for the exports"
    )
    assert "Did you mean 'kazoom'?" in refusal("run", "kazom")


@pytest.mark.parametrize(
    ("file", "old", "new", "said"),
    [
        (
            "audits/bizzy/policy.yaml",
            "- retention.customer:",
            "- retention.custmer:",
            "BIZ-ret-3: no rule 'retention.custmer'. Did you mean 'retention.customer'?",
        ),
        (
            "audits/bizzy/audit.yaml",
            "report_languages: [da]",
            "report_languages: [da, sv]",
            "report_languages: Input should be 'da' or 'en'.",
        ),
        (
            "audits/bizzy/audit.yaml",
            "gate: 0.99",
            "gatte: 0.99",
            "unknown key 'gatte'. Did you mean 'gate'?",
        ),
        (
            "audits/bizzy/audit.yaml",
            "    delimiter:",
            "    delimeter:",
            "unknown key 'exports.optagede_opkald.delimeter'. Did you mean 'delimiter'?",
        ),
        (
            "audits/bizzy/audit.yaml",
            "table: crm_customer",
            "table: crm_custommer",
            "no table 'crm_custommer'. Did you mean 'crm_customer'?",
        ),
        (
            "audits/bizzy/audit.yaml",
            "      end_date: Oph",
            "      end_dato: Oph",
            "table crm_customer has no column 'end_dato'. Did you mean 'end_date'?",
        ),
        (
            "audits/bizzy/audit.yaml",
            "  immediately_days:",
            "  immediatly_days:",
            "It has 'immediatly_days', which no check asks for: write 'immediately_days' there.",
        ),
        ("audits/bizzy/audit.yaml", "name: bizzy", "name: bizzy\nname: kazoom", "not valid YAML"),
        (
            "audits/bizzy/audit.yaml",
            '"21497479"',
            '"21497478"',
            "controller.cvr: not a valid CVR number",
        ),
        (
            "audits/bizzy/audit.yaml",
            "as_of: 2026-11-22",
            "as_of: 2026-13-22",
            "audit.yaml: invalid date or number (month must be in 1..12).",
        ),
        ("audits/bizzy/audit.yaml", "table: crm_contact", "table: [", "not valid YAML"),
        (
            "expectations/retention.yaml",
            "type: expect_erasure_by_deadline",
            "type: expect_erasure_by_deadlin",
            "Did you mean 'expect_erasure_by_deadline'?",
        ),
        (
            "expectations/retention.yaml",
            "starts_at: relationship_end",
            "starts_at: relationship_ende",
            "Did you mean 'relationship_end'?",
        ),
        (
            "expectations/retention.yaml",
            "data_set: crm_contact",
            "data_set: crm_contacts",
            "Did you mean 'crm_contact'?",
        ),
        ("expectations/retention.yaml", "severity: ", "severety: ", "Did you mean 'severity'?"),
    ],
)
def test_a_misspelt_word_in_an_audit_or_suite_is_refused(
    workspace: Path, file: str, old: str, new: str, said: str
) -> None:
    spoil(workspace / file, old, new)
    assert said in refusal(
        "run", workspace / "audits" / "bizzy", "--exports", ROOT / "data_samples" / "bizzy"
    )
    assert not (workspace / "reports").exists()


def test_a_day_of_judging_that_is_yet_to_come_is_noted(workspace: Path) -> None:
    noted = (
        "note: 2999-01-01, the day on which the audit judges, is yet to come: what will be erased"
        " until then counts as kept"
    )
    assert (
        noted
        in call(
            "run", workspace / "audits" / "bizzy", "--as-of", "2999-01-01", "--exports", "nowhere"
        ).err
    )
    assert (
        "yet to come"
        not in call(
            "run", workspace / "audits" / "bizzy", "--as-of", "2026-11-22", "--exports", "nowhere"
        ).err
    )


def test_a_run_on_a_day_before_its_parameters_were_approved_is_refused(workspace: Path) -> None:
    assert "immediately_days.approved_on" in refusal(
        "run", workspace / "audits" / "bizzy", "--as-of", "2026-09-30", "--exports", "nowhere"
    )


# inspect, samples, init, rules


def test_inspect_prints_the_mapping_alone_on_stdout(clean: Path) -> None:
    ended = call("inspect", clean / "kunder.csv")
    assert ended.code == 0
    assert "table: crm_customer" in ended.out
    assert (
        "table: crm_contact" in call("inspect", clean / "kunder.csv", "--table", "crm_contact").out
    )
    assert (
        refusal("inspect", clean / "kunder.csv", "--table", "crm_contacts")
        == "--table crm_contacts: no such table. Did you mean 'crm_contact'? docs/exports.md lists"
        " them."
    )
    assert call("inspect", clean / "kunder.csv", "--yaml") == Ended(code=0, out=ended.out, err="")


def test_inspect_refuses_what_is_no_export(tmp_path: Path) -> None:
    (tmp_path / "empty.csv").touch()
    (tmp_path / "report.csv").write_bytes(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n")
    (tmp_path / "packed.csv").write_bytes(b"7z\xbc\xaf\x27\x1c\x00\x04")
    assert refusal("inspect", tmp_path / "none.csv") == f"no file {tmp_path / 'none.csv'}."
    assert refusal("inspect", tmp_path / "empty.csv") == "empty.csv is empty."
    assert "is a PDF document" in refusal("inspect", tmp_path / "report.csv")
    assert "is a 7-Zip archive" in refusal("inspect", tmp_path / "packed.csv")
    assert "is a folder" in refusal("inspect", tmp_path)


def test_samples_writes_both_operators_and_names_their_folders(tmp_path: Path) -> None:
    ended = call("samples", tmp_path, "--rows", "1000", "--clean")
    assert (ended.code, ended.err) == (0, "")
    assert sorted(ended.out.split()) == [str(tmp_path / "bizzy"), str(tmp_path / "kazoom")]
    assert (tmp_path / "kazoom" / "forbrug.parquet").exists()


def test_samples_refuses_a_place_it_cannot_write(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    assert "cannot be written" in refusal("samples", tmp_path / "file", "--rows", "1000")


def test_init_lays_out_a_workspace_that_can_be_asked_for_its_rules(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ended = call("init", tmp_path / "mine")
    assert (ended.code, ended.err) == (0, "")
    assert re.findall(r"^  teleaudit (\w+)", ended.out, re.MULTILINE) == ["run", "init", "inspect"]
    monkeypatch.chdir(tmp_path / "mine")
    assert call("rules").code == 0


def test_init_leaves_a_folder_that_holds_something_alone(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine")
    assert (
        refusal("init", tmp_path)
        == f"{tmp_path} is not empty: name a new folder. Nothing was written."
    )
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


@pytest.mark.parametrize(("words", "audit"), [(("bizzy",), True), ((), False)])
def test_lab_opens_the_notebooks_of_the_workspace_and_asks_nobody_for_news(
    workspace: Path, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...], *, audit: bool
) -> None:
    started: list[tuple[list[str], dict[str, str]]] = []

    def start(called: list[str], environment: dict[str, str]) -> int:
        started.append((called, environment))
        return 0

    monkeypatch.setattr("teleaudit.sessions.readings.run_with_readings", start)
    monkeypatch.setenv("JUPYTER_CONFIG_PATH", "/etc/ours")
    monkeypatch.delenv("TELEAUDIT_AUDIT", raising=False)
    monkeypatch.chdir(workspace / "audits")

    assert call("lab", *words, "--no-browser").code == 0
    ((called, environment),) = started
    assert called[1:] == ["-m", "jupyterlab", str(workspace / "notebooks"), "--no-browser"]
    assert environment["JUPYTER_CONFIG_PATH"] == f"{ROOT / 'teleaudit' / 'jupyter'}:/etc/ours"
    assert environment.get("TELEAUDIT_AUDIT") == (
        str(workspace / "audits" / "bizzy" / "audit.yaml") if audit else None
    )


def test_rules_are_json_for_programs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    ended = call("rules", "--format", "json", "--suite", "bizzy")
    assert (ended.code, ended.err) == (0, "")
    rules = json.loads(ended.out)
    assert {rule["suite"] for rule in rules} == {"bizzy"}
    assert "BIZ-ret-3.customer" in {rule["check"] for rule in rules}
    assert all(rule["claim"] and (rule["check"] or rule["not_assessed"]) for rule in rules)
    assert "Did you mean 'bizzy'?" in refusal("rules", "--suite", "bizy")


# The process


def test_a_reader_who_leaves_and_a_terminal_without_danish_letters_change_nothing() -> None:
    command = [sys.executable, "-c", MAIN, "rules"]
    with subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        process.stdout.close()
        assert process.stderr is not None
        assert process.stderr.read() == ""
    assert process.returncode == 0
    plain = subprocess.run(
        command, cwd=ROOT, env={"PYTHONIOENCODING": "ascii"}, capture_output=True, check=True
    )
    assert plain.stderr == b""
    assert b"BIZ-ret-3.customer" in plain.stdout
