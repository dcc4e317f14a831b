"""Sign the reports of a run: beside each stands its signed copy, and the ledger names it."""

from __future__ import annotations

import datetime as dt
import hashlib
import os
import sys
from getpass import getpass
from pathlib import Path
from typing import TYPE_CHECKING

from teleaudit.errors import UserError
from teleaudit.report import FINAL
from teleaudit.report.signatures import load_signer, sign_pdf
from teleaudit.runs.folder import COMPLETE, adding_to
from teleaudit.runs.ledger import append_entry
from teleaudit.runs.verification import REPORTS, refuse_unsealed
from teleaudit.runs.verification.of_record import SIGNED

if TYPE_CHECKING:
    from pyhanko.sign.signers import SimpleSigner

VARIABLE = "TELEAUDIT_P12_PASSPHRASE"


def open_signer(p12: Path, passphrase_file: Path | None) -> SimpleSigner:
    """Key and certificate of a PKCS#12 file, with the pass phrase from a file, the environment or a
    prompt.

    Raises: UserError.
    """
    content = _read("--p12", p12)
    if passphrase_file is not None:
        lines = _read("--passphrase-file", passphrase_file).decode(errors="replace").splitlines()
        passphrase = lines[0] if lines else ""
    elif VARIABLE in os.environ:
        passphrase = os.environ[VARIABLE]
    elif sys.stdin.isatty():
        passphrase = getpass("Pass phrase of --p12: ")
    else:
        msg = (
            f"the pass phrase of --p12 is missing: name a file with --passphrase-file, or set"
            f" {VARIABLE}."
        )
        raise UserError(msg)
    return load_signer(content, passphrase)


def _read(option: str, path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        msg = f"the file of {option} cannot be read: {path}: {error.strerror}."
        raise UserError(msg) from None


def sign_run(
    run: Path, signer: SimpleSigner, *, tsa: str | None = None, draft: bool = False
) -> tuple[Path, ...]:
    """Sign every final report of a run, or every ``draft``, that has no signed copy; returns the
    copies.

    Raises: UserError where the run is not what was sealed, is not approved, or has nothing left to
    sign.
    """
    if not (run / COMPLETE).is_file():
        msg = f"no complete run at {run}: name the folder of a run, reports/AUDIT/RUN."
        raise UserError(msg)
    with adding_to(run, "signed"):
        return _sign(run, signer, tsa=tsa, draft=draft)


def _sign(run: Path, signer: SimpleSigner, *, tsa: str | None, draft: bool) -> tuple[Path, ...]:
    reports = [
        report
        for report in sorted((run / "record").glob(REPORTS))
        if report.is_file()
        and not report.name.endswith(SIGNED)
        and report.name.startswith(FINAL) is not draft
    ]
    if not reports and not draft:
        msg = (
            f"nothing was signed, for the reports of the run at {run} are drafts: somebody approves"
            f" them first (teleaudit approve {run} --as FUNCTION). --draft signs them as they are."
        )
        raise UserError(msg)
    copies = {
        target: report
        for report in reports
        if not os.path.lexists(target := report.with_name(report.stem + SIGNED))
    }
    refuse_unsealed(run, "signed", except_for=frozenset(target.name for target in copies))
    if not copies:
        msg = f"every report of the run at {run} is signed."
        raise UserError(msg)
    signed = {
        target: sign_pdf(report.read_bytes(), signer, tsa=tsa) for target, report in copies.items()
    }
    for target, content in signed.items():
        _enter(run.resolve(), target, content)
    return tuple(signed)


def _enter(run: Path, target: Path, content: bytes) -> None:
    """Write a signed copy, and name it in the ledger first: one that no ledger names counts for
    nothing.
    """
    part = run / f".{target.name}.part"
    try:
        part.write_bytes(content)
        if os.path.lexists(target):
            msg = f"{target.name} is there by now, and was not replaced: see who signed it."
            raise UserError(msg)
        append_entry(
            run.parent,
            "signature",
            {
                "audit": run.parent.name,
                "run_id": run.name,
                "file": target.name,
                "sha256": hashlib.sha256(content).hexdigest(),
                "signed_at": f"{dt.datetime.now(dt.UTC):%Y-%m-%dT%H:%M:%SZ}",
            },
        )
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)
