"""Full error reports: kept in the closed annex, named outside it by an id alone."""

from __future__ import annotations

import os
import re
from pathlib import Path

from teleaudit.errors import UserError

ENVIRONMENT = "TELEAUDIT_RESTRICTED"  # the closed annex of the run, for the kernels
ERROR_ID = re.compile(r"E-[0-9a-f]{8}")


def keep_error(text: str, restricted: Path | None) -> str:
    """Keep a full error report, readable by this user alone; returns the id by which it may be
    named.

    Without a closed annex the report is lost and the id stands for nothing but itself.
    """
    error_id = f"E-{os.urandom(4).hex()}"
    if restricted is not None:
        folder = restricted / "errors"
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with os.fdopen(
            os.open(folder / f"{error_id}.txt", os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600),
            "w",
            encoding="utf-8",
            errors="backslashreplace",
        ) as file:
            file.write(text)
    return error_id


def tell(error: BaseException, error_id: str) -> str:
    """What may be said of an error beside its type: the id, and the message of a mistake that the
    user can mend.
    """
    return f"fejl-id {error_id}: {error}" if isinstance(error, UserError) else f"fejl-id {error_id}"
