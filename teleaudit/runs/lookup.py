"""From a reference that the report prints back to the record, inside the house: out of the closed
annex of the run, and nothing else.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import duckdb

from teleaudit.checks.worklist import RECORDS, RECORDS_SQL, disarmed, reference
from teleaudit.errors import UserError
from teleaudit.rules.audit_file import find_audit, load_audit
from teleaudit.runs.folder import COMPLETE, complete_runs
from teleaudit.workspace import reports_folder


@dataclass(frozen=True, kw_only=True)
class FoundRecord:
    """A record by its keys, where it lies, and the checks that list it.

    For those who are entitled to see the closed annex only.
    """

    reference: str
    run: Path
    export: str
    data_set: str
    record_key: str
    customer_id: str  # empty where the record names no customer
    checks: tuple[tuple[str, str], ...]  # id, and as what it lists the record

    def lines(self) -> list[str]:
        """What a terminal shows of it."""
        told = (
            ("reference", self.reference),
            ("run", f"{self.run.name} in {self.run.parent}"),
            ("export", self.export),
            ("data set", self.data_set),
            ("record key", self.record_key),
            ("customer no.", self.customer_id or "none"),
            *(("check", f"{check} ({kind})") for check, kind in self.checks),
        )
        return [f"{name:<13}{_printable(cell)}" for name, cell in told]


def runs_to_search(
    *, audit: Path | None = None, run: Path | None = None, out: Path | None = None
) -> list[Path]:
    """The folders of complete runs, oldest first: one, those of an audit, or of all audits whose
    runs lie together.

    ``run`` is a folder, or the id of a run. Raises: UserError.
    """
    if run is not None and run.is_dir():
        if not (run / COMPLETE).is_file():
            msg = (
                f"the run at {run} is not complete: it goes on, or was interrupted, and what its"
                " closed annex lists was never sealed. Name a complete run with --run."
            )
            raise UserError(msg)
        return [run]
    home = find_audit(audit) if audit else None
    out = out or reports_folder(home or Path.cwd() / "audits")
    homes = [out / load_audit(home).name] if home else sorted(out.glob("*/"))
    runs = sorted(
        (folder for one in homes for folder in complete_runs(one)), key=lambda folder: folder.name
    )
    if run is not None:
        runs = [folder for folder in runs if folder.name == run.name]
    if not runs:
        what = "no run of that name" if run is not None else "no complete run"
        msg = f"{what} in {out}: name its folder with --run, or where runs lie with --out."
        raise UserError(msg)
    return runs


def look_up(told: str, runs: Sequence[Path]) -> FoundRecord:
    """The record that a reference, as ``parse_reference`` gives it, belongs to, in the newest of
    the runs that knows it.

    Raises: UserError.
    """
    without, damaged = [], []
    for run in reversed(runs):
        try:
            found = _found_in(run, told)
        except FileNotFoundError:
            without.append(run.name)
            continue
        except (ValueError, OSError, duckdb.Error) as error:
            if isinstance(error, PermissionError):
                msg = f"the closed annex of run {run.name} may not be read by this user."
                raise UserError(msg) from None
            damaged.append(run.name)
            continue
        if found is not None:
            return found
    looked = len(runs) - len(without) - len(damaged)
    msg = (
        f"no record with that reference in {looked} run{'s' * (looked != 1)}. Every run has"
        " references of its own: take the run that the report names, with --run."
        if looked
        else "only the closed annex tells which record a reference belongs to."
    )
    if without:
        msg += (
            f" The closed annex, or a part of it, is missing in {', '.join(without)}: ask who keeps"
            " it, or whether its time was up."
        )
    if damaged:
        msg += (
            f" The closed annex is damaged in {', '.join(damaged)}: it is not as the run left it."
        )
    raise UserError(msg)


def _found_in(run: Path, told: str) -> FoundRecord | None:
    """The record in one run. Raises: UserError, OSError."""
    annex = run / "restricted"
    for name in ("reference_key", RECORDS):
        if (annex / name).exists() and not (annex / name).is_file():  # a pipe would be waited for
            raise OSError
    key = bytes.fromhex((annex / "reference_key").read_text(encoding="ascii").strip())
    with (annex / RECORDS).open("rb"), closing(duckdb.connect(":memory:")) as connection:
        lines = connection.execute(
            "SELECT check_id, kind, dataset, coalesce(record_key, ''), coalesce(export, ''),"
            f" coalesce(customer_id, '') FROM {RECORDS_SQL} WHERE record_reference = ?",
            [str(annex / RECORDS), told],
        ).fetchall()
    if not lines:
        return None
    *_, data_set, written, export, customer_id = lines[0]
    record_key = next(
        (one for one in (disarmed(written), written) if reference(key, data_set, one) == told), None
    )
    if record_key is None:
        msg = (
            f"the list of records of run {run.name} is not as the run left it: the reference stands"
            " there beside another record's key."
        )
        raise UserError(msg)
    return FoundRecord(
        reference=told,
        run=run,
        export=export,
        data_set=data_set,
        record_key=record_key,
        customer_id=disarmed(customer_id),
        checks=tuple(sorted({(check, kind) for check, kind, *_ in lines})),
    )


def _printable(cell: str) -> str:
    """A cell without what a terminal would obey."""
    return "".join(one if one.isprintable() else "\N{REPLACEMENT CHARACTER}" for one in cell)
