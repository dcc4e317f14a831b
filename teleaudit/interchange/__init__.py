"""What a run found, in the formats that other programs read: JUnit, OSCAL, CSV.

Each is made of results.json alone, so none holds a value of a row; each leaves out something that
results.json has (docs/results.md).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

from teleaudit.errors import UserError
from teleaudit.interchange.junit import as_junit
from teleaudit.interchange.oscal import as_oscal
from teleaudit.interchange.rows import as_csv
from teleaudit.report.authorities import without_secrets
from teleaudit.report.schema import InvalidResultsError, validate_results
from teleaudit.runs.folder import COMPLETE, RESULTS_FILE

FORMATS: Mapping[str, Callable[[Mapping[str, Any]], bytes]] = MappingProxyType(
    {"junit": as_junit, "oscal": as_oscal, "csv": as_csv}
)


def read_results(run: Path) -> dict[str, Any]:
    """The results of a complete run, as its schema says they are. Raises: UserError."""
    file = run / "record" / RESULTS_FILE
    if not (run / COMPLETE).is_file() or not file.is_file():
        msg = f"no complete run at {run}: name the folder of a run, reports/AUDIT/RUN."
        raise UserError(msg)
    try:
        results: dict[str, Any] = json.loads(file.read_bytes())
        validate_results(results)
    except InvalidResultsError as error:
        first, *others = str(error).splitlines()
        msg = (
            f"{file} breaks its schema: {first}{f' and {len(others):,} more' if others else ''}. It"
            " was changed, or made by another version: teleaudit verify tells which."
        )
        raise UserError(msg) from None
    except (ValueError, TypeError, RecursionError):
        msg = f"{file} holds no results: teleaudit verify tells what was changed."
        raise UserError(msg) from None
    except OSError as error:
        msg = f"{file} cannot be read: {error.strerror}."
        raise UserError(msg) from None
    return results


def export_run(run: Path, output: str) -> bytes:
    """The results of a complete run in one of ``FORMATS``, without what is secret.

    Raises: UserError.
    """
    return FORMATS[output](without_secrets(read_results(run)))
