"""Invented exports of two operators, in the formats operators really use, with everything an audit
must find and must not find.

The line: ``invented`` (people and numbers) -> ``world`` (an operator's ordinary rows) -> ``lawful``
and ``planting`` (what looks wrong, what is wrong) -> ``writing``, ``usage``, ``asterisk`` (files)
-> ``oracle`` (what must be found). Everything planted has a name: a kind of deviation its own, what
looks wrong and is not that of its function. The name is the seed of its rows and of their numbers,
so that it can be added, changed or left out without a byte of any file it is not in. How invented
people and numbers are told from real ones stands in ``invented``.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator
from pathlib import Path

from teleaudit.errors import UserError, near_match
from teleaudit_samples.asterisk import write_master_csv
from teleaudit_samples.lawful import DOUBTS, LAWFUL
from teleaudit_samples.oracle import expected_findings
from teleaudit_samples.planting import DEVIATIONS, plant_everything_at_once
from teleaudit_samples.registers import LAWFUL as LAWFUL_IN_REGISTERS
from teleaudit_samples.registers.consent import sent_to_own_customers, tell_everybody
from teleaudit_samples.usage import write_usage
from teleaudit_samples.world import BIZZY, KAZOOM, OPERATORS, Operator, World, build
from teleaudit_samples.writing import write_tables

SEED = 20261122
CUSTOMERS = 2200
TELEDATA_ROWS = {KAZOOM.name: 30_000, BIZZY.name: 20_000}
EXPECTED_FINDINGS = "expected_findings.csv"


def write_samples(
    target: Path,
    *,
    seed: int = SEED,
    rows: int | None = None,
    operators: tuple[str, ...] = (KAZOOM.name, BIZZY.name),
    clean: bool = False,
    only: str | None = None,
    without: str | None = None,
    customers: int = CUSTOMERS,
) -> None:
    """Write ``target/<operator>/`` with the exports and what an audit as of 22-11-2026 must find in
    them.

    The same arguments give the same bytes. ``rows`` scales the teledata alone, streaming, to any
    number; what must be found
    stays the same. ``clean`` leaves every deviation out; ``only`` is a check id and leaves out
    every deviation but that kind;
    ``without`` is one and leaves out that kind alone. ``customers`` is how many ordinary ones there
    are.
    Raises: UserError.
    """
    for name in operators:
        operator = _operator(name)
        world = _world(
            operator, customers=customers, seed=seed, clean=clean, only=only, without=without
        )
        folder = target / name
        try:
            folder.mkdir(parents=True, exist_ok=True)
            write_tables(world, folder)
            _write_teledata(
                world, folder, rows=TELEDATA_ROWS[name] if rows is None else rows, seed=seed
            )
            _write_expected(world, folder)
        except OSError as error:
            msg = f"{folder} cannot be written: {error.strerror}."
            raise UserError(msg) from None


# what of the baseline each policy asks under clauses of its own, as far as it is planted for either
_UNDER_OWN_CLAUSES = {
    "bizzy": ("HYG-collection.",),
    "kazoom": ("HYG-marketing.", "HYG-teledata."),
}


def check_ids(operator: str) -> tuple[str, ...]:
    """Every check id for which the operator's sample holds planted deviations, sorted."""
    return tuple(sorted(_kinds(_operator(operator))))


def _operator(name: str) -> Operator:
    if name not in OPERATORS:
        msg = f"no sample operator '{name}'.{near_match(name, OPERATORS)}"
        raise UserError(msg)
    return OPERATORS[name]


def _kinds(operator: Operator) -> dict[str, str]:
    """Check id -> kind of deviation.

    Asterisk knows no cells: Bizzy's calls have no location, and in its interconnect records, which a
    clause lists, another column is planted. A clause of one policy is no deviation
    from the other, and what a policy says of marketing, internet sessions or collection is asked
    there, under a clause of its own.
    """
    others = {"KAZ-", "BIZ-"} - {operator.clause_prefix}
    return {
        operator.check_id(kind): kind
        for kind in DEVIATIONS
        if kind[:4] not in others
        and not (operator is BIZZY and kind in ("location", "HYG-location.interconnect"))
        and not kind.startswith(_UNDER_OWN_CLAUSES[operator.name])
    }


def _world(
    operator: Operator,
    *,
    customers: int,
    seed: int,
    clean: bool,
    only: str | None,
    without: str | None,
) -> World:
    world, kinds = build(operator, seed=seed, customers=customers), _kinds(operator)
    for kind, plant in _planted(kinds, clean=clean, only=only):
        if without is None or kind != kinds[without]:
            plant(world.of(kind))
    tell_everybody(world)
    return world


def _planted(
    kinds: dict[str, str], *, clean: bool, only: str | None
) -> Iterator[tuple[str, Callable[[World], None]]]:
    """What is planted, by name, in the order in which it stands in the files."""
    yield from map(_named, (*LAWFUL, *LAWFUL_IN_REGISTERS))
    if only is not None:
        if only not in kinds and not any(only in _kinds(other) for other in OPERATORS.values()):
            msg = f"no sample deviation is found by a check '{only}'.{near_match(only, kinds)}"
            raise UserError(msg)
        yield from (
            (kind, DEVIATIONS[kind]) for check_id, kind in kinds.items() if check_id == only
        )
    elif not clean:
        yield from map(_named, (*DOUBTS, sent_to_own_customers, plant_everything_at_once))
        yield from ((kind, DEVIATIONS[kind]) for kind in kinds.values())


def _named(plant: Callable[[World], None]) -> tuple[str, Callable[[World], None]]:
    """A function that plants what no check is named for, under its own name and its module's."""
    return f"{plant.__module__.rpartition('.')[2]}.{plant.__name__.lstrip('_')}", plant


def _write_teledata(world: World, folder: Path, *, rows: int, seed: int) -> None:
    planted = len(world.tables["cdr"])
    if rows <= planted:
        msg = (
            f"--rows {rows}: the sample of {world.operator.name} needs more than {planted} teledata"
            " records to hold what is planted in it."
        )
        raise UserError(msg)
    write = write_master_csv if world.operator is BIZZY else write_usage
    write(world, folder, rows=rows, seed=seed)


def _write_expected(world: World, folder: Path) -> None:
    with (folder / EXPECTED_FINDINGS).open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(("check_id", "record_key"))
        writer.writerows(expected_findings(world))
