"""The command line as a stranger uses it: called in this process, or started as one of its own
where signals matter.
"""

from __future__ import annotations

import csv
import io
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from teleaudit.cli import _code
from teleaudit.rules.policies import PolicyClause, RuleUse
from teleaudit.rules.rule_files import Rule, load_rules
from teleaudit.rules.yaml_files import read_yaml
from teleaudit_samples import write_samples

ROOT = Path(__file__).resolve().parents[1]
# with what must happen: a machine that does other work too is slow, and a test is no clock
PATIENCE_S = 1_500
MAIN = "from teleaudit.cli import main; main()"
# what a run shows besides the report, where its notebooks are not what is tested
FEW_NOTEBOOKS = {"retention": "10_retention.ipynb"}
WITH_FEW_NOTEBOOKS = (
    f"import teleaudit.runs.pipeline as run; run.NOTEBOOKS = {FEW_NOTEBOOKS}; {MAIN}"
)
# tests in the background or under nohup inherit deaf ears
_AS_ON_A_TERMINAL = (
    "import signal\nfor name in (signal.SIGINT, signal.SIGHUP): signal.signal(name,"
    " signal.SIG_DFL)\n"
)


@dataclass(frozen=True, kw_only=True)
class Ended:
    """A command that has ended."""

    code: int
    out: str
    err: str


def call(*words: str | Path) -> Ended:
    """Run a command in this process."""
    out, err = io.StringIO(), io.StringIO()
    with redirect_stdout(out), redirect_stderr(err):
        code = _code([str(word) for word in words])
    return Ended(code=int(code), out=out.getvalue(), err=err.getvalue())


def start(
    *words: str | Path,
    program: str = MAIN,
    environment: Mapping[str, str] | None = None,
    cwd: Path = ROOT,
) -> subprocess.Popen[str]:
    """Start a command as a process of its own."""
    # With `python -c` the working folder comes first on the path: this very package, in a test of
    # another folder too.
    added = {"PYTHONPATH": str(ROOT), "COLUMNS": "200", **(environment or {})}
    return subprocess.Popen(
        [sys.executable, "-c", _AS_ON_A_TERMINAL + program, *(str(word) for word in words)],
        cwd=cwd,
        env={**os.environ, **added},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def ended(process: subprocess.Popen[str]) -> Ended:
    """Wait for a process."""
    out, err = process.communicate(timeout=PATIENCE_S)
    return Ended(code=process.returncode, out=out, err=err)


def small_exports(target: Path, operator: str = "bizzy", *, only: str | None = None) -> Path:
    """Exports of sixty customers and a thousand calls, clean or with one kind of deviation; returns
    their folder.
    """
    write_samples(
        target, operators=(operator,), rows=1_000, clean=only is None, only=only, customers=60
    )
    return target / operator


def planted_exports(target: Path, operator: str = "bizzy") -> Path:
    """Exports of sixty customers with deviations of all kinds; returns their folder."""
    write_samples(target, operators=(operator,), rows=1_000, customers=60)
    return target / operator


def small_workspace(target: Path) -> Path:
    """A workspace without samples, to spoil."""
    for name in ("audits", "expectations", "schemas"):
        shutil.copytree(ROOT / name, target / name)
    return target


# One check of every topic at least, and the exports that they rest on.
SMALL_CHECKS = (
    "HYG-dates.crm_customer",
    "HYG-key.crm_customer",
    "BIZ-ret-3.customer",
    "BIZ-ret-3.contact",
    "BIZ-ret-7.unbilled",
    "BIZ-collect-2.contact",
    "HYG-card.crm_contact",
    "HYG-location.cdr",
    "HYG-consent-import.consent",
    "BIZ-change.in_time",
    "BIZ-dis-1.sale",
    "BIZ-acc-2.scan",
    "HYG-orphan.contact",
)
SMALL_EXPORTS = (
    "kunder",
    "kontakter",
    "aftaler",
    "abonnementer",
    "opkald",
    "optagede_opkald",
    "sletningsstop",
    "samtykker_og_frameldinger",
    "anmodninger_fra_registrerede",
    "videregivelser",
)


# Those of them that three exports answer.
TINY_CHECKS = (
    "HYG-dates.crm_customer",
    "HYG-key.crm_customer",
    "BIZ-ret-3.customer",
    "BIZ-ret-3.contact",
)
TINY_EXPORTS = ("kunder", "kontakter", "sletningsstop")


def small_audit(
    target: Path,
    *,
    exports: Sequence[str] = SMALL_EXPORTS,
    checks: Sequence[str] = SMALL_CHECKS,
) -> Path:
    """Bizzy's audit with a dozen of its checks, in a workspace of its own: for what a run does
    whatever it is asked.

    Returns the audit's folder.
    """
    return narrow(small_workspace(target), exports=exports, checks=checks)


def narrow(
    workspace: Path,
    *,
    exports: Sequence[str] = SMALL_EXPORTS,
    checks: Sequence[str] = SMALL_CHECKS,
) -> Path:
    """Leave a dozen checks, and exports, in a workspace's audit of Bizzy; returns the audit's
    folder.
    """
    folder = workspace / "audits" / "bizzy"
    audit = read_yaml(folder / "audit.yaml")
    rules = load_rules(workspace / "expectations")
    for file in (folder / "policy.yaml", workspace / "expectations" / "baseline.yaml"):
        policy = read_yaml(file)
        clauses = [
            clause
            for own in policy["clauses"]
            if (clause := _narrowed(PolicyClause.model_validate(own), checks, rules))["rules"]
        ]
        _write_yaml(file, {**policy, "clauses": clauses})
    _write_yaml(
        folder / "audit.yaml",
        {**audit, "exports": {name: audit["exports"][name] for name in exports}},
    )
    return folder


def _narrowed(
    clause: PolicyClause, checks: Sequence[str], rules: Mapping[str, Rule]
) -> dict[str, Any]:
    """A clause with nothing but these checks."""
    wanted = {
        check.removeprefix(f"{clause.clause}.")
        for check in checks
        if check.startswith(f"{clause.clause}.")
    }
    return {
        **clause.model_dump(mode="json", exclude_unset=True),
        "rules": [
            told for use in clause.rules if (told := _narrowed_use(use, rules[use.rule], wanted))
        ],
    }


def _narrowed_use(use: RuleUse, rule: Rule, wanted: set[str]) -> dict[str, Any] | None:
    own = use.model_dump(mode="json", exclude_unset=True, by_alias=True, exclude={"rule"})
    if rule.for_each is None or use.part is not None:
        return {use.rule: own} if (use.part or rule.part) in wanted else None
    tables = sorted(wanted & set(use.tables or rule.example().data_sets))
    return {use.rule: {**own, "tables": tables}} if tables else None


def _write_yaml(path: Path, content: object) -> None:
    # JSON is YAML
    path.write_text(
        json.dumps(content, default=str, ensure_ascii=False, indent=1), encoding="utf-8"
    )


def only_run(out: Path, audit: str = "bizzy") -> Path:
    """The one run folder of an output folder."""
    (folder,) = (path for path in (out / audit).iterdir() if path.is_dir())
    return folder


def complete_run(out: Path, audit: str, number: int) -> Path:
    """A complete run of an output folder, by its place in time."""
    return sorted(path.parent for path in (out / audit).glob("*/COMPLETE"))[number]


def results_of(folder: Path) -> dict[str, Any]:
    """results.json of a run."""
    # our own file
    return json.loads((folder / "record" / "results.json").read_bytes())  # type: ignore[no-any-return]


def checks_of(folder: Path) -> dict[str, dict[str, Any]]:
    """The checks of a run, by id."""
    return {check["id"]: check for check in results_of(folder)["checks"]}


def worklist_of(folder: Path) -> list[dict[str, str]]:
    """The lines of a run's worklist."""
    with (folder / "restricted" / "worklist.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))
