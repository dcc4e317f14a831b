"""Bizzy's calls as Asterisk's ``Master.csv``: 18 columns, no header, texts quoted, numbers not, an
unanswered call without a time of answer.

``Master.csv`` has no column for recordings: the calls that the exchange recorded stand in a list of
its own.
"""

from __future__ import annotations

import csv
import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from teleaudit_samples.layouts import layout
from teleaudit_samples.teledata import Batch, Integers, Pools, batches, pools, take
from teleaudit_samples.world import BIZZY, FILE, LINE, Garbled, Row, World

CPR_DIGITS = 10
FILE_NAME = "Master.csv"
RECORDED_FILE_NAME = "optagede_opkald.csv"

# What Asterisk did last, and with what: repeated phrases of the dial plan, no words of any
# customer.
_LAST_APPS = (
    'Playback","Nummeret er ikke i brug, prøv igen senere',
    'VoiceMail","1201@kontor,u',
    'Queue","salg,t,,,300',
    'Playback","Alle medarbejdere er optaget, vent venligst',
    'Hangup","17',
)


def write_master_csv(world: World, folder: Path, *, rows: int, seed: int) -> None:
    """The planted calls among ordinary ones, ``rows`` in all, and the recorded ones beside them."""
    planted = [row for row in world.tables["cdr"] if "recording_path" not in row]
    _write_recorded([row for row in world.tables["cdr"] if "recording_path" in row], folder)
    pool = pools(world)
    written = 0
    with (folder / FILE_NAME).open("wb") as file:
        for batch in batches(pool, rows=rows, planted=len(planted), seed=seed):
            file.write(_lines(batch, pool))
            written += batch.size
            if batch.first_serial == 0:
                file.writelines(_planted_lines(planted, first_line=written + 1))
                written += len(planted)


def _lines(batch: Batch, pool: Pools) -> memoryview:
    answered = pa.array(batch.billsec > 0)
    source = take(pool.phones, batch.caller)
    target = take(pool.other_parties, batch.other)
    invoice = pc.fill_null(take(pool.invoice_ids, batch.invoice), "")
    answer = pc.if_else(
        answered, _join('"', _clock(batch, pool, batch.duration - batch.billsec), '"'), ""
    )
    parts = (
        '"', take(pool.customer_ids, batch.caller), '","', source, '","', target,
        '","internt","<', source, '>","SIP/', _text(batch.variety + 100), "-",
        _text(batch.serials % 65536), '","SIP/ud-', _text(batch.serials % 4096), '","',
        _last_app(batch, target), '","', _clock(batch, pool), '",', answer, ',"',
        _clock(batch, pool, batch.duration), '",', _text(batch.duration), ",", _text(batch.billsec),
        ',"', pc.if_else(answered, "ANSWERED", "NO ANSWER"), '","',
        pc.if_else(pc.equal(invoice, ""), "DOCUMENTATION", "BILLING"), '","',
        _text(batch.serials + 1_600_000_000), ".", _text(batch.serials), '","', invoice, '"\n',
    )  # fmt: skip
    lines = _join(*parts)
    start, end = (
        np.frombuffer(lines.buffers()[1], dtype=np.int32)[place] for place in (0, batch.size)
    )
    return memoryview(lines.buffers()[2])[int(start) : int(end)]


def _last_app(batch: Batch, target: pa.Array) -> pa.Array:
    dialled = _join('Dial","SIP/ud/', target, ",60,tT")
    other = take(pa.array(_LAST_APPS), batch.variety % len(_LAST_APPS))
    return pc.if_else(pa.array(batch.variety < 92), dialled, other)


def _clock(batch: Batch, pool: Pools, after: Integers | None = None) -> pa.Array:
    """Date and time of the start, or so many seconds after it; never past midnight, as the last
    calls begin at 22.
    """
    return _join(
        take(pool.days, batch.day),
        " ",
        take(pool.seconds, batch.second if after is None else batch.second + after),
    )


def _text(numbers: Integers) -> pa.Array:
    return pc.cast(pa.array(numbers), pa.string())


def _join(*parts: pa.Array | str) -> pa.Array:
    return pc.binary_join_element_wise(
        *(pa.scalar(part) if isinstance(part, str) else part for part in parts), ""
    )


def _planted_lines(planted: list[Row], *, first_line: int) -> Iterator[bytes]:
    for line, row in enumerate(planted, start=first_line):
        row[FILE], row[LINE] = FILE_NAME, line
        yield (",".join(_fields(row)) + "\n").encode("utf-8")


def _fields(row: Row) -> Iterator[str]:
    billsec = row["billsec"]
    answered = isinstance(billsec, int) and billsec > 0
    text = row.get("text")
    a_number, b_number = row["a_number"], row["b_number"]
    if text is not None:
        last_app, last_data = "MessageSend", text
    elif "visited" in row:
        last_app, last_data = "CURL", row["visited"]
    elif "post_dial" in row:
        last_app, last_data = (
            "Read",
            (
                f"{'kortnr' if len(str(row['post_dial'])) > CPR_DIGITS else 'cprnr'}"
                f" {row['post_dial']}"
            ),
        )
    else:
        last_app, last_data = "Dial", f"SIP/ud/{b_number if len(str(b_number)) < 16 else ''},60,tT"
    clid = f'"Reception" <{a_number}>'
    yield from map(
        _quoted,
        (
            row["customer_id"],
            a_number,
            b_number,
            "internt",
            clid,
            "SIP/101-1",
            "SIP/ud-1",
            last_app,
            last_data,
        ),
    )
    answer = row["start_at"] if answered and not isinstance(row["start_at"], Garbled) else None
    yield from (
        _quoted(time) if time is not None else ""
        for time in (row["start_at"], answer, row["end_at"])
    )
    yield from (str(row["duration_s"]), str(billsec))
    yield from map(
        _quoted,
        (
            "ANSWERED" if answered else "NO ANSWER",
            "BILLING" if row["invoice_id"] else "DOCUMENTATION",
            row["call_id"],
            row["invoice_id"],
        ),
    )


def _write_recorded(rows: list[Row], folder: Path) -> None:
    with (folder / RECORDED_FILE_NAME).open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        columns = layout(BIZZY, "optagede_opkald").columns
        writer.writerow(columns.values())
        for line, row in enumerate(rows, start=2):
            row[FILE], row[LINE] = RECORDED_FILE_NAME, line
            writer.writerow([row[column] for column in columns])


def _quoted(value: object) -> str:
    if isinstance(value, dt.datetime):
        value = value.strftime("%Y-%m-%d %H:%M:%S")
    return '"' + ("" if value is None else str(value)).replace('"', '""') + '"'
