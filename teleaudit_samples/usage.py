"""Kazoom's usage records as Parquet with typed columns: calls, text messages and data sessions."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from teleaudit_samples.teledata import Batch, Pools, batches, microseconds, pools, take
from teleaudit_samples.world import FILE, LINE, LOCATION, MESSAGES, Row, World

FILE_NAME = "forbrug.parquet"

_TIME = pa.timestamp("us")
_SCHEMA = pa.schema(
    [
        ("recordId", pa.string()),
        ("type", pa.string()),
        ("retning", pa.string()),
        ("kundenr", pa.string()),
        ("abonnementsnr", pa.string()),
        ("a_nummer", pa.string()),
        ("b_nummer", pa.string()),
        ("start", _TIME),
        ("slut", _TIME),
        ("varighed_sek", pa.int64()),
        ("antal_sms", pa.int32()),
        ("data_bytes", pa.int64()),
        ("zone", pa.string()),
        ("beloeb", pa.float64()),
        ("fakturaid", pa.string()),
        ("imei", pa.string()),
        ("iccid", pa.string()),
        ("takst", pa.string()),
        ("fejltekst", pa.string()),
        ("efterkald", pa.string()),  # what was keyed in once the call stood
    ]
)
_TYPES = np.array(["voice", "sms", "data", "mms"])
# Catalogue texts of the rating and of the network. They are sentences, and no customer wrote them.
_TARIFFS = pa.array(
    [
        "Fri tale og fri SMS i Danmark",
        "Data 20 GB inkl. EU",
        "Udlandstakst zone 2",
        "Du betaler kun for det du bruger",
    ]
)
_ERRORS = pa.array(
    [
        "Nummeret kan ikke nås i øjeblikket",
        "Modtagerens telefon er slukket, prøv igen senere",
        "Subscriber absent, message will be retried",
    ]
)
_CELLS = pa.array([f"238-99-{number:05d}" for number in range(10100, 10160)])


def write_usage(world: World, folder: Path, *, rows: int, seed: int) -> None:
    """The planted records among ordinary ones, ``rows`` in all."""
    planted = world.tables["cdr"]
    schema = _schema(world)
    pool = pools(world)
    written = 0
    with pq.ParquetWriter(
        folder / FILE_NAME, schema, compression="zstd", compression_level=9
    ) as writer:
        for batch in batches(pool, rows=rows, planted=len(planted), seed=seed):
            writer.write_table(_table(batch, pool, schema))
            written += batch.size
            if batch.first_serial == 0:
                writer.write_table(_planted_table(planted, schema, first_line=written + 1))
                written += len(planted)


def _schema(world: World) -> pa.Schema:
    schema = _SCHEMA
    if MESSAGES in world.flaws:
        schema = schema.append(pa.field("sms_text", pa.string()))
    if LOCATION in world.flaws:
        schema = schema.append(pa.field("cell_id", pa.string()))
    return schema


def _table(batch: Batch, pool: Pools, schema: pa.Schema) -> pa.Table:
    kind = np.select([batch.variety < 55, batch.variety < 80, batch.variety < 97], [0, 1, 2], 3)
    is_text = (kind == 1) | (kind == 3)
    duration = np.where(is_text, 0, batch.duration)
    failed = batch.billsec == 0
    invoices = take(pool.invoice_ids, batch.invoice)
    # what is put to a bill costs something, abroad by the second
    price = np.where(batch.variety % 20 == 0, np.round(batch.duration * 0.02 + 0.01, 2), 0.25)
    columns = {
        "recordId": pc.binary_join_element_wise(
            "U", pc.utf8_lpad(pc.cast(pa.array(batch.serials), pa.string()), 10, "0"), ""
        ),
        "type": pa.array(_TYPES[kind]),
        "retning": pc.if_else(pa.array(batch.variety % 3 == 0), "ind", "ud"),
        "kundenr": take(pool.customer_ids, batch.caller),
        "abonnementsnr": take(pool.subscription_ids, batch.caller),
        "a_nummer": take(pool.phones, batch.caller),
        "b_nummer": pc.if_else(
            pa.array(kind == 2), pa.scalar(None, pa.string()), take(pool.other_parties, batch.other)
        ),
        "start": pa.array(microseconds(batch)).cast(_TIME),
        "slut": pa.array(microseconds(batch, duration)).cast(_TIME),
        "varighed_sek": pa.array(duration),
        "antal_sms": pa.array(is_text.astype(np.int32)),
        "data_bytes": pa.array(np.where(kind == 2, batch.duration * 40_000 + batch.other, 0)),
        "zone": pc.if_else(pa.array(batch.variety % 20 == 0), "EU", "Danmark"),
        "beloeb": pc.if_else(pc.is_valid(invoices), pa.array(price), 0.0),
        "fakturaid": invoices,
        "imei": take(pool.imeis, batch.caller),
        "iccid": take(pool.iccids, batch.caller),
        "takst": take(_TARIFFS, batch.variety % len(_TARIFFS)),
        "fejltekst": pc.if_else(
            pa.array(failed),
            take(_ERRORS, batch.other % len(_ERRORS)),
            pa.scalar(None, pa.string()),
        ),
        "efterkald": pc.if_else(
            pa.array(batch.serials % 97 == 0),
            pc.cast(pa.array(batch.variety % 4 + 1), pa.string()),
            pa.scalar(None, pa.string()),
        ),
        "sms_text": pa.nulls(batch.size, pa.string()),
        "cell_id": take(_CELLS, batch.other % len(_CELLS)),
    }
    return pa.table([columns[name] for name in schema.names], schema=schema)


def _planted_table(planted: list[Row], schema: pa.Schema, *, first_line: int) -> pa.Table:
    for line, row in enumerate(planted, start=first_line):
        row[FILE], row[LINE] = FILE_NAME, line
    return pa.Table.from_pylist(
        [{name: _record(row)[name] for name in schema.names} for row in planted], schema=schema
    )


def _record(row: Row) -> Row:
    return {
        "recordId": row["call_id"],
        "type": row["record_type"],
        "retning": row["direction"],
        "kundenr": row["customer_id"],
        "abonnementsnr": None,
        "a_nummer": row["a_number"],
        "b_nummer": row["b_number"],
        "start": _time(row["start_at"]),
        "slut": _time(row["end_at"]),
        "varighed_sek": row["duration_s"],
        "antal_sms": 1 if row["record_type"] == "sms" else 0,
        "data_bytes": 0,
        "zone": "Danmark",
        "beloeb": 0.25 if row["invoice_id"] else 0.0,
        "fakturaid": row["invoice_id"],
        "imei": None,
        "iccid": None,
        "takst": "Fri tale og fri SMS i Danmark",
        "fejltekst": row.get("visited"),
        "efterkald": row.get("post_dial"),
        "sms_text": row.get("text"),
        "cell_id": None,
    }


def _time(value: object) -> dt.datetime | None:
    return value if isinstance(value, dt.datetime) else None
