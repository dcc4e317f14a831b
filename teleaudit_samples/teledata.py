"""Ordinary teledata in bulk: any number of records, none of which deviates, in batches of vectors.

Memory does not grow with their number.

A billed record names an invoice whose bill may still be challenged, and lies in its period. An
unbilled one is younger than a year. Calls begin between 07:00 and 22:00, so none falls into the
hours in which the clocks change.
"""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Iterator
from dataclasses import dataclass, fields

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from teleaudit_samples import invented
from teleaudit_samples.calendar import AS_OF
from teleaudit_samples.world import World

BATCH_ROWS = 200_000

Integers = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

_FIRST_DAY = dt.date(2020, 1, 1)
_BILLED_SHARE = 0.55
_ANSWERED_SHARE = 0.8
_OTHER_PARTIES = 4000
_FIRST_SECOND, _LAST_SECOND = 7 * 3600, 22 * 3600


@dataclass(frozen=True, kw_only=True)
class Pools:
    """What records are made of: text by position, so that a batch is a matter of ``take``."""

    customer_ids: pa.Array  # by caller
    subscription_ids: pa.Array
    phones: pa.Array
    imeis: pa.Array
    iccids: pa.Array
    other_parties: pa.Array
    invoice_ids: pa.Array  # by billable invoice; the last is null: not billed
    invoice_callers: Integers  # by billable invoice: position of its customer
    first_days: Integers  # of the invoice's period, counted from _FIRST_DAY
    period_days: Integers
    days: pa.Array  # "2020-01-01" ...
    seconds: pa.Array  # "00:00:00" ...


@dataclass(frozen=True, kw_only=True)
class Batch:
    """Positions and quantities of some records."""

    first_serial: int
    caller: Integers
    invoice: Integers  # position; the last one means not billed
    other: Integers
    day: Integers  # from _FIRST_DAY
    second: Integers  # of the day
    duration: Integers
    billsec: Integers
    variety: Integers  # 0..99, for whatever else differs

    @property
    def size(self) -> int:
        """How many records."""
        return len(self.caller)

    def first(self, count: int) -> Batch:
        """That many of them, from the beginning."""
        return Batch(
            first_serial=self.first_serial,
            **{
                each.name: getattr(self, each.name)[:count]
                for each in fields(self)
                if each.name != "first_serial"
            },
        )

    @property
    def serials(self) -> Integers:
        """Numbers that no other batch has."""
        return np.arange(self.first_serial, self.first_serial + self.size, dtype=np.int64)


def pools(world: World) -> Pools:
    """What the ordinary records of that world may name."""
    rng = random.Random(f"{world.operator.name} teledata")
    callers = [str(row["customer_id"]) for row in world.callers]
    place = {customer_id: number for number, customer_id in enumerate(callers)}
    subscriptions = {
        str(row["customer_id"]): str(row["subscription_id"])
        for row in reversed(world.tables["subscription"])
    }
    periods = [(row["period_from"], row["period_to"]) for row in world.billable]
    spans = [
        (start, end)
        for start, end in periods
        if isinstance(start, dt.date) and isinstance(end, dt.date)
    ]
    return Pools(
        customer_ids=pa.array(callers),
        subscription_ids=pa.array([subscriptions[customer_id] for customer_id in callers]),
        phones=pa.array([str(row["phone"]) for row in world.callers]),
        imeis=pa.array([invented.imei(rng) for _ in callers]),
        iccids=pa.array([invented.iccid(rng) for _ in callers]),
        other_parties=pa.array([_other_party(rng) for _ in range(_OTHER_PARTIES)]),
        invoice_ids=pa.array(
            [*(str(row["invoice_id"]) for row in world.billable), None], pa.string()
        ),
        invoice_callers=np.array(
            [place[str(row["customer_id"])] for row in world.billable], dtype=np.int64
        ),
        first_days=np.array([(start - _FIRST_DAY).days for start, _ in spans], dtype=np.int64),
        period_days=np.array([(end - start).days + 1 for start, end in spans], dtype=np.int64),
        days=pa.array(
            [
                (_FIRST_DAY + dt.timedelta(days=number)).isoformat()
                for number in range((AS_OF - _FIRST_DAY).days + 2)
            ]
        ),
        seconds=pa.array(
            [
                f"{number // 3600:02d}:{number // 60 % 60:02d}:{number % 60:02d}"
                for number in range(86400)
            ]
        ),
    )


def _other_party(rng: random.Random) -> str:
    """Mostly Danish numbers, some from the foreign ranges that are kept for drama."""
    share = rng.random()
    if share < 0.94:
        return invented.phone(rng)
    if share < 0.97:
        return "447700900" + invented.digits(rng, 3)
    return f"1{rng.randrange(201, 989)}55501{invented.digits(rng, 2)}"


def batches(pool: Pools, *, rows: int, planted: int, seed: int) -> Iterator[Batch]:
    """Ordinary records, ``rows`` in all with the planted ones, for which the last are left out: the
    others are the same whatever is planted.

    The first batch is small, so that a caller can put its own rows among them.
    """
    rng = np.random.default_rng(seed)
    ordinary = rows - planted
    written = 0
    while written < ordinary:
        size = min(BATCH_ROWS if written else rows // 3 + 1, BATCH_ROWS, rows - written)
        batch = _batch(pool, rng, size=size, first_serial=written)
        yield batch if written + size <= ordinary else batch.first(ordinary - written)
        written += size


def _batch(pool: Pools, rng: np.random.Generator, *, size: int, first_serial: int) -> Batch:
    unbilled = len(pool.invoice_ids) - 1
    billed = rng.random(size) < _BILLED_SHARE
    invoice = rng.integers(0, unbilled, size)
    in_period = pool.first_days[invoice] + (rng.random(size) * pool.period_days[invoice]).astype(
        np.int64
    )
    last_year = (AS_OF - _FIRST_DAY).days - rng.integers(1, 365, size)
    answered = billed | (rng.random(size) < _ANSWERED_SHARE)
    duration = np.minimum(rng.exponential(140.0, size), 5000.0).astype(np.int64) + 2
    return Batch(
        first_serial=first_serial,
        caller=np.where(
            billed, pool.invoice_callers[invoice], rng.integers(0, len(pool.customer_ids), size)
        ),
        invoice=np.where(billed, invoice, unbilled),
        other=rng.integers(0, _OTHER_PARTIES, size),
        day=np.where(billed, in_period, last_year),
        second=rng.integers(_FIRST_SECOND, _LAST_SECOND, size),
        duration=duration,
        billsec=np.where(answered, np.maximum(duration - 8, 1), 0),
        variety=rng.integers(0, 100, size),
    )


def take(pool: pa.Array, positions: Integers) -> pa.Array:
    """The pool's values at these positions."""
    return pool.take(pa.array(positions))


def microseconds(batch: Batch, after: Integers | None = None) -> Integers:
    """The records' start, or so many seconds after it, as wall-clock microseconds since 1970."""
    epoch = (_FIRST_DAY - dt.date(1970, 1, 1)).days
    seconds = (batch.day + epoch) * 86400 + batch.second + (0 if after is None else after)
    return np.asarray(seconds * 1_000_000, dtype=np.int64)
