"""DAGs for Airflow 2 and 3: a plain file with a task of Bash each, to be put into the folder of
DAGs. They do not wait for each other: a check that is content must not make a failed run look well.

Airflow's workers must see the audit, its exports and the folder of its reports under the paths that
are written into it.
"""

from __future__ import annotations

import datetime as dt
import shlex

from teleaudit.scheduling.cron import expression
from teleaudit.scheduling.plans import Plan, checked_at

# Airflow 2 begins with the second time after the first day; what is not due is not run
_BEFORE = dt.timedelta(days=100)


def dag(plan: Plan) -> str:
    """The file."""
    schedule = plan.schedule
    first = schedule.starts_on - _BEFORE
    hour, minute = checked_at()
    folder = shlex.quote(str(plan.folder))
    # 1 and 2 are results: the task has not failed
    run = f"cd {folder} && {shlex.join(plan.run)}; code=$?; test $code -le 2 || exit $code"
    check = f"cd {folder} && {shlex.join(plan.check)}"
    return f'''\
"""The audit of {plan.name}, every {schedule.every} at {schedule.at} {schedule.timezone}."""

from __future__ import annotations

from datetime import timedelta

import pendulum

try:
    from airflow.providers.standard.operators.bash import BashOperator
    from airflow.sdk import DAG
except ImportError:  # Airflow 2
    from airflow import DAG
    from airflow.operators.bash import BashOperator

RUN = {run!r}
CHECK = {check!r}

COMMON = {{
    "start_date": pendulum.datetime({first.year}, {first.month}, {first.day}, tz={schedule.timezone!r}),
    "catchup": False,
    "max_active_runs": 1,
    "tags": ["teleaudit"],
}}

with DAG(dag_id={plan.label!r}, schedule={expression(schedule)!r}, **COMMON):
    BashOperator(
        task_id="run",
        bash_command=RUN,
        append_env=True,
        execution_timeout=timedelta(hours={schedule.max_hours}, minutes=10),
    )

with DAG(dag_id={f"{plan.label}-check"!r}, schedule={f"{minute} {hour} * * *"!r}, **COMMON):
    BashOperator(task_id="check", bash_command=CHECK, append_env=True)
'''
