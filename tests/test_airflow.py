"""A real Airflow, in an environment of its own, reads the DAGs and carries their commands out."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from teleaudit.scheduling.plans import lay_out, make_plan
from tests.command import ROOT
from tests.scheduled import at, late_schedule, scheduled_audit

pytestmark = pytest.mark.deep

PACKAGES = ("apache-airflow-core==3.3.2", "apache-airflow-providers-standard==1.21.0")


@pytest.fixture(scope="module")
def airflow(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Its command, with a database of its own beside it; a machine without a network has none."""
    folder = tmp_path_factory.mktemp("airflow")
    environment = folder / "venv"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", environment], check=True)
    python = environment / "bin" / "python"
    pip = [sys.executable, "-m", "pip", "--python", str(python), "install", "--quiet"]
    if subprocess.run([*pip, *PACKAGES], capture_output=True, check=False).returncode:
        pytest.skip("Airflow cannot be installed here: no Airflow read the DAGs")
    command = environment / "bin" / "airflow"
    subprocess.run([command, "db", "migrate"], env=of(command), check=True, capture_output=True)
    return command


def of(command: Path) -> dict[str, str]:
    """The variables of an Airflow whose home lies beside its environment."""
    home = command.parents[2]
    return {
        **os.environ,
        "AIRFLOW_HOME": str(home),
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
        "PYTHONPATH": str(ROOT),
    }


def state_of(airflow: Path, dag: str) -> str:
    """How a run of a DAG ends."""
    ended = subprocess.run(
        [airflow, "dags", "test", dag], env=of(airflow), capture_output=True, text=True, check=False
    )
    told = ended.stdout + ended.stderr
    return (
        "success"
        if "state=success, run_type" in told
        else "failed"
        if "state=failed" in told
        else told
    )


@pytest.mark.parametrize(
    ("schedule", "ends"),
    [
        ("schedule: {every: month, starts_on: 2099-01-01}", "success"),  # nothing is due
        (late_schedule(), "failed"),  # due, and refused, for there is no policy
    ],
    ids=["nothing due", "late and refused"],
)
def test_a_dag_ends_as_its_command_does(
    airflow: Path, tmp_path: Path, schedule: str, ends: str
) -> None:
    audit = scheduled_audit(tmp_path, schedule)
    plan, _ = make_plan(
        audit.path,
        every=None,
        out=tmp_path / "reports",
        user="daemon",
        today=at("2026-12-01").date(),
    )
    dags = airflow.parents[2] / "dags"
    dags.mkdir(exist_ok=True)
    for name, content in lay_out(plan, "airflow").items():
        (dags / name).write_text(content, encoding="utf-8")

    assert [state_of(airflow, name) for name in (plan.label, f"{plan.label}-check")] == [ends] * 2
