"""A job of jupyter-scheduler: a notebook that carries out what is due, and the definition of the job
as its server takes it.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from pathlib import Path

from teleaudit.scheduling.cron import expression
from teleaudit.scheduling.plans import Plan


def job(plan: Plan) -> Mapping[str, str]:
    """Notebook and definition, by the names of their files."""
    notebook = f"{plan.label}.ipynb"
    return {
        notebook: _json(_notebook(plan)),
        f"{plan.label}.json": _json(_definition(plan, notebook)),
    }


def _definition(plan: Plan, notebook: str) -> object:
    return {
        "name": plan.label,
        "input_uri": notebook,
        # what jupyter-scheduler calls this Python where it knows no other environments
        "runtime_environment_name": Path(sys.executable).name,
        "output_formats": ["ipynb"],
        "schedule": expression(plan.schedule),
        "timezone": plan.schedule.timezone,
    }


def _notebook(plan: Plan) -> object:
    code = (
        "import subprocess\n"
        "\n"
        f"ended = subprocess.run({list(plan.run)!r}, cwd={str(plan.folder)!r}, check=False)\n"
        "assert ended.returncode <= 2, f'exit code {ended.returncode}'"
    )
    return {
        "cells": [
            {
                "cell_type": "markdown",
                "id": "title",
                "metadata": {},
                "source": f"# Planlagt kontrol: {plan.name}\n\nUdfører det, der er forfaldent.",
            },
            {
                "cell_type": "code",
                "id": "run",
                "metadata": {},
                "execution_count": None,
                "outputs": [],
                "source": code,
            },
        ],
        "metadata": {
            "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"}
        },
        "nbformat": 4,
        "nbformat_minor": 5,
    }


def _json(content: object) -> str:
    return json.dumps(content, ensure_ascii=False, indent=1) + "\n"
