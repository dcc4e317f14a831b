"""The contenders of ``teledata.py``: each prints what it measured as one line of JSON.

    python benchmarks/contenders.py hand_written|teleaudit|gx_pandas|pandera_polars|gx_spark
    copy|parquet|csv FOLDER

All count the deviating records of the same checks on the same generated call records (Kazoom's
format): both retention checks, impossible dates, durations, repeated keys, location columns, card
numbers and message content. The source says what they read: teleaudit's typed working copy, or the
operator's export as Parquet or CSV.
"""

from __future__ import annotations

import datetime as dt
import json
import sys
import tempfile
import time
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import Any

AS_OF = dt.date(2026, 11, 22)
TABLES = (
    "cdr",
    "invoice",
    "financial_years",
    "legal_hold",
    "crm_customer",
    "agreement",
    "subscription",
)
# what the checks join to the call records
SMALL = ("invoice", "financial_years", "legal_hold", "crm_customer")
DATES = (
    *("issue_date", "period_to", "fy_start", "fy_end", "start", "end"),
    *("restricted_from", "restricted_to"),
)
CHECKS = {
    "billed": "KAZ-r2.billed",
    "unbilled": "KAZ-r1.unbilled",
    "dates": "HYG-dates.cdr",
    "key": "HYG-key.cdr",
    "duration": "HYG-duration.cdr",
    "location": "HYG-location.cdr",
    "card": "KAZ-b2.cdr",
    "message": "HYG-messages.cdr",
}
_NUMBERS = (
    "call_id",
    "record_type",
    "direction",
    "customer_id",
    "subscription_id",
    "a_number",
    "b_number",
    "destination",
    "invoice_id",
)
TEXT = (*_NUMBERS, "imei", "iccid", "takst", "fejltekst", "efterkald", "sms_text", "cell_id")
NOT_CARDS = ("imei", "iccid")  # columns of numbers that pass Luhn by their nature
MEMORY = "1536MB"
_SPARK = {
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.driver.host": "127.0.0.1",
    "spark.driver.memory": "2g",
    "spark.log.level": "OFF",
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.shuffle.partitions": "2",
}
PATTERN = "(?:^|[^0-9])[2-6][0-9]{3}[ .-]?[0-9]{4}[ .-]?[0-9]{4}[ .-]?[0-9]{1,7}(?:$|[^0-9])"


def prepare(folder: Path) -> dict[str, Any]:
    """Read the Parquet exports into working copies, and note where every contender finds what it
    reads: no other need load the audit.
    """
    from benchmarks.generate import AUDIT_FILE, EXPORTS
    from teleaudit.rules.audit_file import load_audit

    read = _read_exports(folder, "parquet", folder / "copies")
    sources = {
        "copy": {
            export.table: {"files": [str(path) for path in export.parquet], "names": {}}
            for export in read
        }
    }
    for source in ("parquet", "csv"):
        specs = [
            spec
            for spec in load_audit(folder / source / AUDIT_FILE).exports.values()
            if spec.table in TABLES
        ]
        root = folder / source / EXPORTS
        sources[source] = {
            spec.table: {
                "files": sorted(map(str, root.glob(spec.files))),
                "names": {header: name for name, header in spec.columns.items()},
            }
            for spec in specs
        }
    (folder / "sources.json").write_text(json.dumps(sources))
    (folder / "columns.json").write_text(
        json.dumps({export.table: [export.columns, export.extra_columns] for export in read})
    )
    return {}


def files_of(folder: Path, source: str, table: str) -> list[str]:
    """The files of a table in a source."""
    return json.loads((folder / "sources.json").read_text())[source][table]["files"]  # type: ignore[no-any-return]


def names_of(folder: Path, source: str, table: str) -> dict[str, str]:
    """Header in the export -> canonical column; empty for the working copy, whose columns bear
    canonical names.
    """
    return json.loads((folder / "sources.json").read_text())[source][table]["names"]  # type: ignore[no-any-return]


def _read_exports(folder: Path, source: str, work: Path) -> list[Any]:
    from benchmarks.generate import AUDIT_FILE, EXPORTS
    from teleaudit.exports.reading import read_export
    from teleaudit.rules.audit_file import load_audit

    audit = load_audit(folder / source / AUDIT_FILE)
    work.mkdir(exist_ok=True)
    return [
        read_export(name, spec, root=folder / source / EXPORTS, work=work)
        for name, spec in audit.exports.items()
        if spec.table in TABLES
    ]


def _copied_exports(folder: Path) -> list[Any]:
    from teleaudit.exports.reading import ReadExport

    names = json.loads((folder / "columns.json").read_text())
    return [
        ReadExport(
            name=table,
            table=table,
            files=(),
            parquet=tuple(map(Path, files_of(folder, "copy", table))),
            columns=tuple(names[table][0]),
            extra_columns=tuple(names[table][1]),
            missing_columns={},
            rejects=(),
            extracted_at=None,
            problem=None,
            warnings=(),
        )
        for table in TABLES
    ]


def teleaudit(folder: Path, source: str) -> dict[str, Any]:
    """The suite as a run asks it; from an export, reading it into the working copy is timed too."""
    from teleaudit.engines.duckdb import DuckDBEngine

    def start(work: Path) -> tuple[list[Any], Any]:
        exports = (
            _copied_exports(folder)
            if source == "copy"
            else _read_exports(folder, source, work / "exports")
        )
        return exports, lambda: DuckDBEngine(spill=work / "spill", memory_limit=MEMORY)

    return _suite(folder, source, start)


def gx_spark(folder: Path, source: str) -> dict[str, Any]:
    """The same suite on Great Expectations' Spark engine, two threads; starting Spark
    is not timed.
    """
    if find_spec("pyspark") is None or find_spec("teleaudit.engines.spark.engine") is None:
        return {"not_yet": "teleaudit has no Spark engine here, or pyspark is not installed"}
    from pyspark.sql import SparkSession

    from teleaudit.engines.spark.engine import SparkEngine
    from teleaudit.engines.spark.reading import SESSION_SETTINGS

    builder = SparkSession.builder.master("local[2]")
    for name, value in {**_SPARK, **SESSION_SETTINGS}.items():
        builder = builder.config(name, value)
    session = (
        builder.config("spark.local.dir", str(folder / "spill"))
        .config("spark.sql.warehouse.dir", str(folder / "warehouse"))
        .getOrCreate()
    )
    session.range(1).count()  # warm, as the others' imports are

    def start(work: Path) -> tuple[list[Any], Any]:
        if source == "copy":
            return _copied_exports(folder), lambda: SparkEngine(session)
        read, frames = _read_on_spark(session, folder, source, work / "exports")
        return read, lambda: SparkEngine(session, read=frames)

    try:
        return _suite(folder, source, start)
    finally:
        session.stop()


def _read_on_spark(
    session: Any, folder: Path, source: str, work: Path
) -> tuple[list[Any], dict[str, list[Any]]]:
    from benchmarks.generate import AUDIT_FILE, EXPORTS
    from teleaudit.engines.spark.reading import read_export_on_spark
    from teleaudit.rules.audit_file import load_audit

    work.mkdir(exist_ok=True)
    read, frames = [], {}
    for name, spec in load_audit(folder / source / AUDIT_FILE).exports.items():
        if spec.table in TABLES:
            export, frame = read_export_on_spark(
                session, name, spec, root=str(folder / source / EXPORTS), work=work
            )
            read.append(export)
            frames[spec.table] = [frame] if frame is not None else []
    return read, frames


def _suite(
    folder: Path, source: str, start: Callable[[Path], tuple[list[Any], Callable[[], Any]]]
) -> dict[str, Any]:
    """The suite's answers on the engine that ``start`` makes once it has read the exports."""
    import great_expectations as gx

    from benchmarks.generate import AUDIT_FILE
    from teleaudit.checks.runner import CheckRunner
    from teleaudit.expectations import build
    from teleaudit.rules.audit_file import load_audit
    from teleaudit.rules.rulebook import rulebook_of
    from teleaudit.rules.verdicts import Answer

    audit = load_audit(folder / ("parquet" if source == "copy" else source) / AUDIT_FILE)
    suites = rulebook_of(audit).suites
    with tempfile.TemporaryDirectory(dir=folder) as work:
        began = time.perf_counter()
        exports, make_engine = start(Path(work))
        read = time.perf_counter()
        engine = make_engine()
        bench = CheckRunner(audit, suites, exports, engine, as_of=AS_OF)
        data_set = bench.data_set("cdr")
        asked = [
            build(check, as_of=AS_OF, parameters=audit.parameters, data_set=data_set, table="cdr")
            for check in bench.checks()
            if check.id in CHECKS.values()
        ]
        answers = engine.validate("cdr", gx.ExpectationSuite(name="cdr", expectations=asked))
        ended = time.perf_counter()
        counts = {
            name: Answer.of_result(answers[check_id]["result"]).deviations
            for name, check_id in CHECKS.items()
        }
        engine.close()
    return {"seconds": ended - began, "reading": read - began, "counts": counts}


def hand_written(folder: Path, source: str) -> dict[str, Any]:
    """What a good engineer writes for this one export: one query, and Python on the few cells it
    leaves.
    """
    import duckdb

    # One query holds every distinct count at once and cannot spill them: ten million keys do not
    # fit into teleaudit's limit.
    config: dict[str, Any] = {
        "memory_limit": "8GB",
        "temp_directory": str(folder / "spill"),
        "preserve_insertion_order": False,
    }
    tables = {table: _relation(folder, source, table) for table in ("cdr", *SMALL)}
    connection = duckdb.connect(config=config)
    began = time.perf_counter()
    for table, relation in tables.items():
        connection.execute(f"CREATE VIEW {table} AS {relation}")
    connection.execute(_BILLING)
    # CASE, not AND: DuckDB evaluates an arm only where it applies, and most cells are short and
    # hold no space.
    numbers, texts = (
        [column for column in TEXT if column not in NOT_CARDS],
        [column for column in TEXT if column != "sms_text"],
    )
    cards = " OR ".join(
        f"CASE WHEN length({column}) >= 13 THEN regexp_matches({column}, '{PATTERN}') ELSE"
        " false END"
        for column in numbers
    )
    words = {
        column: (
            f"CASE WHEN contains({column}, ' ') THEN regexp_matches({column}, '{_TWO_WORDS}') ELSE"
            " false END"
        )
        for column in texts
    }
    # Parquet is read by column, so a few columns are read a second time; CSV is scanned once,
    # whatever it costs the aggregate.
    count = (
        "histogram(CASE WHEN {1} THEN {0} END)"
        if source == "csv"
        else "count(*) FILTER (WHERE {1})"
    )
    read = ", ".join(count.format(column, condition) for column, condition in words.items())
    query = _COUNTS.format(cards=cards, candidates=", ".join(numbers), read=read)
    row = connection.execute(query).fetchall()[0]
    counts = dict(
        zip(
            ("billed", "unbilled", "dates", "key", "duration", "location", "message"),
            row,
            strict=False,
        )
    )
    counts["card"] = sum(
        any(
            value and _holds_card(value, column)
            for column, value in zip(numbers, cells, strict=True)
        )
        for cells in row[7] or ()
    )
    for (column, condition), found in zip(words.items(), row[8:], strict=True):
        if found:
            again = f"SELECT {column}, count(*) FROM cdr AS c WHERE {condition} GROUP BY 1"
            counts["message"] += _messages(
                found if source == "csv" else dict(connection.execute(again).fetchall()), column
            )
    return {"seconds": time.perf_counter() - began, "counts": counts}


def _relation(folder: Path, source: str, table: str) -> str:
    """A query for a table under its canonical names."""
    if source == "copy":
        return f"SELECT * FROM read_parquet({files_of(folder, 'copy', table)!r})"
    files, names = files_of(folder, source, table), names_of(folder, source, table)
    csv = "read_csv({files!r}, header = true, delim = ',', quote = '\"', columns = {columns!r})"
    if table in SMALL:
        # Not TRY_CAST: DuckDB 2.0.0 hands it to the CSV reader, where a date that is none ends the
        # query.
        dates = {
            header: f"CAST(try_strptime(\"{header}\", '%Y-%m-%d') AS DATE)"
            for header, name in names.items()
            if name in DATES
        }
        selected = ", ".join(
            dates.get(header, f'"{header}"') + f' AS "{name}"' for header, name in names.items()
        )
        return (
            f"SELECT {selected} FROM"
            f" {csv.format(files=files, columns=dict.fromkeys(_header(files[0]), 'VARCHAR'))}"
        )
    kinds = {
        "start_at": "TIMESTAMP",
        "end_at": "TIMESTAMP",
        "duration_s": "BIGINT",
        "sms_count": "INTEGER",
        "data_bytes": "BIGINT",
        "rated_amount": "DOUBLE",
    }
    columns = (
        {header: kinds.get(names.get(header, header), "VARCHAR") for header in _header(files[0])}
        if source == "csv"
        else {}
    )
    scan = (
        csv.format(files=files, columns=columns) if source == "csv" else f"read_parquet({files!r})"
    )
    renamed = ", ".join(f'"{header}" AS {name}' for header, name in names.items())
    return f"SELECT {renamed}, * EXCLUDE ({', '.join(names)}), NULL::VARCHAR AS _issues FROM {scan}"


def _header(path: str) -> list[str]:
    with Path(path).open(encoding="utf-8") as file:
        return file.readline().rstrip("\n").split(",")


_TWO_WORDS = "[a-zæøå]+ [a-zæøåA-ZÆØÅ]+"
_BILLING = """
CREATE TABLE billing AS
SELECT invoice_id, max(fy_end) AS fye
FROM invoice AS i
LEFT JOIN financial_years AS f ON f.legal_entity = i.legal_entity AND coalesce(i.period_to, i.issue_date) BETWEEN f.fy_start AND f.fy_end
GROUP BY invoice_id
"""

_COUNTS = """
WITH held AS (
    SELECT customer_id FROM legal_hold
    WHERE start <= DATE '2026-11-22' AND coalesce("end" >= DATE '2026-11-22', true) AND reason IS NOT NULL AND approved_by IS NOT NULL
    UNION
    SELECT customer_id FROM crm_customer
    WHERE restricted_from <= DATE '2026-11-22' AND coalesce(restricted_to > DATE '2026-11-22', true)
)
SELECT
    count(*) FILTER (WHERE c.invoice_id IS NOT NULL AND b.fye >= DATE '1990-01-01' AND b.fye + INTERVAL 5 YEAR < DATE '2026-11-22' AND h.customer_id IS NULL),
    count(*) FILTER (WHERE c.invoice_id IS NULL AND c.start_at >= DATE '1990-01-01' AND c.start_at::DATE + INTERVAL 1 YEAR < DATE '2026-11-22' AND h.customer_id IS NULL),
    count(*) FILTER (WHERE regexp_matches(c._issues, '(start_at|end_at)=(unreadable|zero|gap)') OR least(c.start_at, c.end_at) < DATE '1990-01-01'
        OR greatest(c.start_at, c.end_at) >= DATE '2026-11-24'
        OR (c.end_at < c.start_at AND NOT (month(c.end_at) = 10 AND day(c.end_at) > 24 AND isodow(c.end_at) = 7 AND hour(c.end_at) = 2))),
    count(c.call_id) - count(DISTINCT c.call_id),
    count(*) FILTER (WHERE c.duration_s < 0 OR c.duration_s > 86400),
    CASE WHEN count(c.cell_id) > 0 THEN 1 ELSE 0 END,
    count(c.sms_text),
    list(CASE WHEN {cards} THEN [{candidates}] END) FILTER (WHERE {cards}),
    {read}
FROM cdr AS c
LEFT JOIN billing AS b USING (invoice_id)
LEFT JOIN held AS h USING (customer_id)
"""


def _messages(found: dict[str, int], column: str) -> int:
    """Cells outside the message column that read as a message, by the same exact detector; distinct
    texts are judged once, catalogue texts repeat.
    """
    from teleaudit.detectors import scan_column

    return sum(
        times
        for value, times in found.items()
        if times <= 3 and "message" in scan_column([value], name=column).kinds
    )


def gx_pandas(folder: Path, source: str) -> dict[str, Any]:
    """Great Expectations' own expectations on a pandas frame, with the columns they need computed
    in pandas.
    """
    import great_expectations as gx
    import pandas as pd
    from great_expectations import expectations as gxe

    began = time.perf_counter()
    frames = {table: _pandas_frame(folder, source, table) for table in ("cdr", *SMALL)}
    read = time.perf_counter()
    cdr = _enriched(frames, pd)
    as_of = pd.Timestamp(AS_OF)
    billed = cdr["invoice_id"].notna()
    cdr["billed_from"] = cdr["fye"].where(billed & ~cdr["held"] & (cdr["fye"] >= "1990-01-01"))
    cdr["unbilled_from"] = (
        cdr["start_at"]
        .dt.normalize()
        .where(~billed & ~cdr["held"] & (cdr["start_at"] >= "1990-01-01"))
    )
    cdr["date_ok"] = ~_impossible(cdr, as_of, pd)
    text = [column for column in TEXT if column not in (*NOT_CARDS, "sms_text")]
    context = gx.get_context(mode="ephemeral")
    batch = (
        context.data_sources.add_pandas("bench")
        .add_dataframe_asset("cdr")
        .add_batch_definition_whole_dataframe("whole")
        .get_batch({"dataframe": cdr})
    )
    never = {
        "billed": gxe.ExpectColumnValuesToBeBetween(
            column="billed_from", min_value=as_of - pd.DateOffset(years=5)
        ),
        "unbilled": gxe.ExpectColumnValuesToBeBetween(
            column="unbilled_from", min_value=as_of - pd.DateOffset(years=1)
        ),
        "dates": gxe.ExpectColumnValuesToBeInSet(column="date_ok", value_set=[True]),
        "key": gxe.ExpectColumnValuesToBeUnique(column="call_id"),
        "duration": gxe.ExpectColumnValuesToBeBetween(
            column="duration_s", min_value=0, max_value=86400
        ),
        "location": gxe.ExpectColumnValuesToBeNull(column="cell_id"),
        "message": gxe.ExpectColumnValuesToBeNull(column="sms_text"),
    }
    suite = gx.ExpectationSuite(
        name="bench", expectations=[_named(e, name) for name, e in never.items()]
    )
    for column in text:
        suite.add_expectation(
            _named(
                gxe.ExpectColumnValuesToNotMatchRegex(column=column, regex=PATTERN),
                f"card {column}",
            )
        )
    results = batch.validate(
        suite, result_format={"result_format": "BASIC", "partial_unexpected_count": 0}
    )
    configured = [(result.expectation_config, result.result) for result in results.results]
    found = {
        config.meta["id"]: result.get("unexpected_count", 0)
        for config, result in configured
        if config is not None and config.meta
    }
    counts = {name: int(found[name]) for name in never}
    counts["location"] = int(counts["location"] > 0)
    counts["key"] = _surplus(cdr["call_id"])
    counts["card"] = _cards_in(cdr, [column for column in text if found[f"card {column}"]])
    return {"seconds": time.perf_counter() - began, "reading": read - began, "counts": counts}


def _pandas_frame(folder: Path, source: str, table: str) -> Any:
    import pandas as pd

    files, renamed = files_of(folder, source, table), names_of(folder, source, table)
    if source == "copy":
        return pd.concat([pd.read_parquet(path) for path in files], ignore_index=True)
    if table != "cdr":
        frame = pd.concat(
            [pd.read_csv(path, dtype=str) for path in files], ignore_index=True
        ).rename(columns=renamed)
        return frame.assign(
            **{
                name: pd.to_datetime(frame[name], errors="coerce", format="%Y-%m-%d")
                for name in DATES
                if name in frame
            }
        )
    if source == "parquet":
        return pd.concat([pd.read_parquet(path) for path in files], ignore_index=True).rename(
            columns=renamed
        )
    times = [header for header, name in renamed.items() if name in {"start_at", "end_at"}]
    text = {header: str for header in _header(files[0]) if renamed.get(header, header) in TEXT}
    return pd.concat(
        [pd.read_csv(path, dtype=text, parse_dates=times) for path in files], ignore_index=True
    ).rename(columns=renamed)


def _enriched(frames: dict[str, Any], pd: Any) -> Any:
    """The call records with the end of their invoice's financial year and whether their customer is
    held, or restricted.
    """
    invoice, years, hold = frames["invoice"], frames["financial_years"], frames["legal_hold"]
    customer = frames["crm_customer"]
    day = pd.to_datetime(invoice["period_to"]).fillna(pd.to_datetime(invoice["issue_date"]))
    invoice = invoice.assign(day=day).merge(years, on="legal_entity", suffixes=("", "_year"))
    invoice = invoice[
        (invoice["day"] >= pd.to_datetime(invoice["fy_start"]))
        & (invoice["day"] <= pd.to_datetime(invoice["fy_end"]))
    ]
    fye = pd.to_datetime(invoice.groupby("invoice_id")["fy_end"].max()).rename("fye")
    cdr = frames["cdr"].merge(fye, how="left", left_on="invoice_id", right_index=True)
    as_of = pd.Timestamp(AS_OF)
    start, end = pd.to_datetime(hold["start"]), pd.to_datetime(hold["end"])
    in_force = (
        (start <= as_of)
        & (end.isna() | (end >= as_of))
        & hold["reason"].notna()
        & hold["approved_by"].notna()
    )
    begun, lifted = (pd.to_datetime(customer[f"restricted_{side}"]) for side in ("from", "to"))
    restricted = (begun <= as_of) & (lifted.isna() | (lifted > as_of))
    cdr["held"] = cdr["customer_id"].isin(
        {*hold.loc[in_force, "customer_id"], *customer.loc[restricted, "customer_id"]}
    )
    return cdr


def _impossible(cdr: Any, as_of: Any, pd: Any) -> Any:
    """Rows with an impossible date."""
    end = cdr["end_at"]
    repeated = (
        (end.dt.month == 10) & (end.dt.day > 24) & (end.dt.dayofweek == 6) & (end.dt.hour == 2)
    )
    wrong = (end < cdr["start_at"]) & ~repeated
    if "_issues" in cdr:
        wrong |= (
            cdr["_issues"].fillna("").str.contains(r"(?:start_at|end_at)=(?:unreadable|zero|gap)")
        )
    for column in ("start_at", "end_at"):
        wrong |= (cdr[column] < "1990-01-01") | (cdr[column] >= as_of + pd.Timedelta(days=2))
    return wrong


def _named(expectation: Any, name: str) -> Any:
    expectation.meta = {"id": name}
    return expectation


def _surplus(keys: Any) -> int:
    """Great Expectations counts every row of a repeated key, the first included; the others count
    the second and later ones.
    """
    return int(keys.dropna().duplicated().sum())


def _cards_in(cdr: Any, columns: list[str]) -> int:
    rows: set[int] = set()
    for column in columns:
        candidates = cdr.loc[cdr[column].str.contains(PATTERN, na=False), column]
        rows |= {index for index, value in candidates.items() if _holds_card(value, column)}
    return len(rows)


def _holds_card(value: str, column: str) -> bool:
    from teleaudit.detectors import find_cards

    return any(hit.is_finding for hit in find_cards(value, field=column))


def pandera_polars(folder: Path, source: str) -> dict[str, Any]:
    """A pandera schema on a polars frame, with the columns it needs computed in polars."""
    import pandera.polars as pa
    import polars as pl

    began = time.perf_counter()
    frames = {table: _polars_frame(folder, source, table) for table in ("cdr", *SMALL)}
    read = time.perf_counter()
    cdr = _prepared(frames)
    columns = {
        "billed_from": pa.Column(
            nullable=True, checks=pa.Check.ge(AS_OF.replace(year=AS_OF.year - 5))
        ),
        "unbilled_from": pa.Column(
            nullable=True, checks=pa.Check.ge(AS_OF.replace(year=AS_OF.year - 1))
        ),
        "date_ok": pa.Column(nullable=True, checks=pa.Check.isin([True])),
        "call_id": pa.Column(nullable=True, unique=True, checks=_no_cards("call_id")),
        "duration_s": pa.Column(nullable=True, checks=pa.Check.in_range(0, 86400)),
        "sms_text": pa.Column(
            nullable=True,
            checks=pa.Check(lambda data: data.lazyframe.select(pl.col(data.key).is_null())),
        ),
    }
    for column in TEXT:
        if column not in (*NOT_CARDS, "sms_text", "call_id"):
            columns[column] = pa.Column(nullable=True, checks=_no_cards(column))
    location = pa.Check(
        lambda data: data.lazyframe.select(pl.col("cell_id").is_null().all()), name="location"
    )
    try:
        pa.DataFrameSchema(columns, checks=location).validate(cdr, lazy=True)
    except pa.errors.SchemaErrors as refused:
        cases = refused.failure_cases
    else:
        cases = pl.DataFrame(
            schema={
                "column": pl.String,
                "check": pl.String,
                "index": pl.Int64,
                "failure_case": pl.String,
            }
        )
    judged = {
        "billed": "billed_from",
        "unbilled": "unbilled_from",
        "dates": "date_ok",
        "duration": "duration_s",
        "message": "sms_text",
    }
    counts = {
        name: cases.filter(pl.col("column") == column).height for name, column in judged.items()
    }
    counts["location"] = int(cases.filter(pl.col("check") == "location").height > 0)
    repeated = (
        cases.filter(pl.col("check") == "field_uniqueness").get_column("failure_case").drop_nulls()
    )
    counts["key"] = repeated.len() - repeated.n_unique()
    counts["card"] = cases.filter(pl.col("check") == "card").get_column("index").n_unique()
    return {"seconds": time.perf_counter() - began, "reading": read - began, "counts": counts}


def _no_cards(column: str) -> Any:
    """A check: the pattern in polars, the exact detector on the candidates."""
    import pandera.polars as pa
    import polars as pl

    def holds(data: Any) -> Any:
        cells = data.lazyframe.select(pl.col(data.key)).collect().get_column(data.key)
        candidates = cells.str.contains(PATTERN).fill_null(value=False).arg_true()
        cards = [
            row
            for row, value in zip(candidates, cells.gather(candidates), strict=True)
            if _holds_card(value, column)
        ]
        return pl.LazyFrame(
            {
                data.key: (
                    pl.repeat(value=True, n=cells.len(), eager=True).scatter(cards, values=False)
                )
            }
        )

    return pa.Check(holds, name="card")


def _polars_frame(folder: Path, source: str, table: str) -> Any:
    import polars as pl

    files, renamed = files_of(folder, source, table), names_of(folder, source, table)
    if source == "copy":
        return pl.read_parquet(files)
    if table != "cdr":
        frame = pl.concat([pl.read_csv(path, infer_schema=False) for path in files]).rename(renamed)
        return frame.with_columns(
            pl.col(name).str.to_date("%Y-%m-%d", strict=False)
            for name in DATES
            if name in frame.columns
        )
    if source == "parquet":
        return pl.read_parquet(files).rename(renamed)
    kinds: dict[str, Any] = {
        "start_at": pl.Datetime("us"),
        "end_at": pl.Datetime("us"),
        "duration_s": pl.Int64,
        "sms_count": pl.Int32,
        "data_bytes": pl.Int64,
        "rated_amount": pl.Float64,
    }
    return pl.read_csv(
        files,
        schema={
            header: kinds.get(renamed.get(header, header), pl.String)
            for header in _header(files[0])
        },
    ).rename(renamed)


def _prepared(frames: dict[str, Any]) -> Any:
    """The call records with what the schema asks of: the dates that deadlines are counted from, and
    whether the dates can be.
    """
    import polars as pl

    invoice, years, hold = frames["invoice"], frames["financial_years"], frames["legal_hold"]
    day = pl.coalesce(pl.col("period_to"), pl.col("issue_date")).cast(pl.Date)
    dated = invoice.select("invoice_id", "legal_entity", day=day).join(
        years.select("legal_entity", "fy_start", "fy_end"), on="legal_entity"
    )
    fye = (
        dated.filter(pl.col("day").is_between(pl.col("fy_start"), pl.col("fy_end")))
        .group_by("invoice_id")
        .agg(fye=pl.col("fy_end").max())
    )
    in_force = (
        (pl.col("start") <= AS_OF)
        & (pl.col("end").is_null() | (pl.col("end") >= AS_OF))
        & pl.col("reason").is_not_null()
        & pl.col("approved_by").is_not_null()
    )
    restricted = (pl.col("restricted_from") <= AS_OF) & (
        pl.col("restricted_to").is_null() | (pl.col("restricted_to") > AS_OF)
    )
    held = pl.concat(
        [
            hold.filter(in_force).get_column("customer_id"),
            frames["crm_customer"].filter(restricted).get_column("customer_id"),
        ]
    ).unique()
    first = dt.date(1990, 1, 1)
    start, end = pl.col("start_at"), pl.col("end_at")
    outside = [
        (column < first) | (column >= AS_OF + dt.timedelta(days=2)) for column in (start, end)
    ]
    repeated = (
        (end.dt.month() == 10)
        & (end.dt.day() > 24)
        & (end.dt.weekday() == 7)
        & (end.dt.hour() == 2)
    )
    unread = (
        pl.col("_issues").str.contains("(start_at|end_at)=(unreadable|zero|gap)")
        if "_issues" in frames["cdr"].columns
        else pl.lit(value=False)
    )
    free = ~pl.col("customer_id").is_in(held.implode()).fill_null(value=False)
    billed = pl.col("invoice_id").is_not_null()
    return (
        frames["cdr"]
        .join(fye, on="invoice_id", how="left", maintain_order="left")
        .with_columns(
            billed_from=pl.when(billed & free & (pl.col("fye") >= first)).then(pl.col("fye")),
            unbilled_from=pl.when(~billed & free & (start >= first)).then(start.dt.date()),
            date_ok=~pl.any_horizontal(
                *(
                    cond.fill_null(value=False)
                    for cond in (*outside, (end < start) & ~repeated, unread)
                )
            ),
        )
    )


CONTENDERS = {"prepare": lambda folder, _source: prepare(folder)} | {
    f.__name__: f for f in (hand_written, teleaudit, gx_pandas, pandera_polars, gx_spark)
}

if __name__ == "__main__":
    contender, source_, folder_ = sys.argv[1:]
    print(json.dumps(CONTENDERS[contender](Path(folder_), source_)))
