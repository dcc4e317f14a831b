"""The contenders of ``run.py``: each prints what it measured as one line of JSON.

    python benchmarks/contenders.py prepare|hand_written|teleaudit|gx_pandas FOLDER ROWS

All count the deviating records of the same checks on the same working copy of generated usage records (Kazoom's format):
both retention checks, impossible dates, durations, repeated keys, location columns, card numbers and message content.
"""

from __future__ import annotations

import datetime as dt
import json
import resource
import sys
import time
from pathlib import Path
from typing import Any

AS_OF = dt.date(2026, 11, 22)
OPERATOR = "kazoom"
TABLES = ("cdr", "invoice", "financial_years", "legal_hold", "crm_customer", "agreement", "subscription")
CHECKS = {
    "billed": "KAZ-r2.billed",
    "unbilled": "KAZ-r1.unbilled",
    "dates": "HYG-dates.cdr",
    "key": "HYG-key.cdr",
    "duration": "HYG-duration.cdr",
    "location": "HYG-location.cdr",
    "card": "KAZ-b2.cdr",
    "message": "KAZ-q.cdr",
}
_NUMBERS = ("call_id", "record_type", "direction", "customer_id", "subscription_id", "a_number", "b_number", "destination", "invoice_id")
TEXT = (*_NUMBERS, "imei", "iccid", "takst", "fejltekst", "efterkald", "sms_text", "cell_id")
MEMORY = "1536MB"


def peak_mib() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def copies(folder: Path, table: str) -> list[str]:
    return json.loads((folder / "copies.json").read_text())[table]  # type: ignore[no-any-return]


def prepare(folder: Path, rows: int) -> dict[str, Any]:
    """Generate the exports and read them into working copies."""
    from teleaudit.audits import load_audit
    from teleaudit.exports.reading import read_export
    from teleaudit.samples import write_samples
    from teleaudit.workspace import package_workspace

    began = time.perf_counter()
    write_samples(folder / "exports", rows=rows, operators=(OPERATOR,))
    generated = time.perf_counter() - began
    audit = load_audit(package_workspace() / "audits" / OPERATOR)
    began = time.perf_counter()
    found = {spec.table: read_export(name, spec, root=folder / "exports" / OPERATOR, work=folder) for name, spec in audit.exports.items() if spec.table in TABLES}
    read = time.perf_counter() - began
    (folder / "copies.json").write_text(json.dumps({table: [str(path) for path in export.parquet] for table, export in found.items()}))
    (folder / "columns.json").write_text(json.dumps({table: [export.columns, export.extra_columns] for table, export in found.items()}))
    megabytes = sum(Path(path).stat().st_size for path in copies(folder, "cdr")) / 1e6
    return {"generated": generated, "read": read, "megabytes": megabytes, "peak_mib": peak_mib()}


def teleaudit(folder: Path, rows: int) -> dict[str, Any]:
    """The suite as a run asks it."""
    del rows
    began = time.perf_counter()
    import great_expectations as gx

    from teleaudit.audits import load_audit
    from teleaudit.checks import Bench
    from teleaudit.engines.duckdb import DuckDBEngine
    from teleaudit.expectations import build
    from teleaudit.exports.reading import ReadExport
    from teleaudit.suites import load_suites
    from teleaudit.verdicts import Answer
    from teleaudit.workspace import package_workspace

    imports = time.perf_counter() - began
    audit = load_audit(package_workspace() / "audits" / OPERATOR)
    suites = load_suites(audit.suites, package_workspace() / "expectations")
    names = json.loads((folder / "columns.json").read_text())
    exports = [
        ReadExport(
            name=table,
            table=table,
            files=(),
            parquet=tuple(map(Path, copies(folder, table))),
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
    engine = DuckDBEngine(spill=folder / "spill", memory_limit=MEMORY)
    began = time.perf_counter()
    bench = Bench(audit, suites, exports, engine, as_of=AS_OF)
    data_set = bench.data_set("cdr")
    asked = [build(check, as_of=AS_OF, parameters=audit.parameters, data_set=data_set, table="cdr") for check in bench.checks() if check.data_set == "cdr"]
    answers = engine.validate("cdr", gx.ExpectationSuite(name="cdr", expectations=asked))
    seconds = time.perf_counter() - began
    counts = {name: Answer.of_result(answers[check_id]["result"]).deviations for name, check_id in CHECKS.items()}
    peak = peak_mib()
    began = time.perf_counter()
    bench.run_data_set("cdr")
    with_worklist = time.perf_counter() - began
    engine.close()
    return {"seconds": seconds, "counts": counts, "peak_mib": peak, "imports": imports, "with_worklist": with_worklist}


def hand_written(folder: Path, rows: int) -> dict[str, Any]:
    """What a good engineer writes for this one export: one query, and Python on the few cells it leaves."""
    del rows
    import duckdb

    connection = duckdb.connect(config={"memory_limit": MEMORY, "temp_directory": str(folder / "spill"), "preserve_insertion_order": False})
    began = time.perf_counter()
    for table in TABLES:
        connection.execute(f"CREATE VIEW {table} AS SELECT * FROM read_parquet({copies(folder, table)!r})")
    connection.execute(_BILLING)
    pattern = "(^|[^0-9])[2-6][0-9]{3}[ .-]?[0-9]{4}[ .-]?[0-9]{4}[ .-]?[0-9]{1,7}($|[^0-9])"
    # CASE, not AND: DuckDB evaluates an arm only where it applies, and most cells are short and hold no space.
    cards = " OR ".join(f"CASE WHEN length({column}) >= 13 THEN regexp_matches({column}, '{pattern}') ELSE false END" for column in TEXT if column not in ("imei", "iccid"))
    words = " OR ".join(f"CASE WHEN contains({column}, ' ') THEN regexp_matches({column}, '{_TWO_WORDS}') ELSE false END" for column in TEXT if column != "sms_text")
    row = connection.execute(_COUNTS.format(cards=cards, words=words)).fetchall()[0]
    counts = dict(zip(("billed", "unbilled", "dates", "key", "duration", "location", "message"), row, strict=False))
    counts["card"] = _cards(connection, cards) if row[7] else 0
    counts["message"] += _messages(connection) if row[8] else 0
    return {"seconds": time.perf_counter() - began, "counts": counts, "peak_mib": peak_mib()}


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
    SELECT DISTINCT customer_id FROM legal_hold
    WHERE start <= DATE '2026-11-22' AND coalesce("end" >= DATE '2026-11-22', true) AND reason IS NOT NULL AND approved_by IS NOT NULL
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
    count(*) FILTER (WHERE {cards}),
    count(*) FILTER (WHERE {words})
FROM cdr AS c
LEFT JOIN billing AS b USING (invoice_id)
LEFT JOIN held AS h USING (customer_id)
"""


def _cards(connection: Any, cards: str) -> int:
    """Rows in which a candidate is a card number, by the same exact detector."""
    from teleaudit.detectors import scan_value

    rows = connection.execute(f"SELECT {', '.join(f'{c} AS {c}' for c in TEXT)} FROM cdr AS c WHERE {cards}").fetchall()
    cells = [[(name, value) for name, value in zip(TEXT, row, strict=True) if value and name not in ("imei", "iccid")] for row in rows]
    return sum(any(hit.kind == "card" and hit.is_finding for name, value in row for hit in scan_value(value, field=name)) for row in cells)


def _messages(connection: Any) -> int:
    """Rows outside the message column that read as a message, by the same exact detector; distinct texts are judged once."""
    from teleaudit.detectors import scan_column

    found = 0
    for column in TEXT:
        if column != "sms_text":
            values = connection.execute(f"SELECT {column}, count(*) FROM cdr AS c WHERE regexp_matches({column}, '{_TWO_WORDS}') GROUP BY 1").fetchall()
            for value, times in values:
                found += times if "message" in scan_column([value], name=column).kinds and times <= 3 else 0
    return found


def gx_pandas(folder: Path, rows: int) -> dict[str, Any]:
    """Great Expectations' own expectations on a pandas frame, with the columns they need computed in pandas."""
    del rows
    import great_expectations as gx
    import pandas as pd
    from dateutil.relativedelta import relativedelta
    from great_expectations import expectations as gxe

    began = time.perf_counter()
    frames = {table: pd.concat([pd.read_parquet(path) for path in copies(folder, table)]) for table in ("cdr", "invoice", "financial_years", "legal_hold")}
    cdr = _enriched(frames, pd)
    as_of = pd.Timestamp(AS_OF)
    billed, unbilled = cdr["invoice_id"].notna(), cdr["invoice_id"].isna()
    cdr["billed_from"] = cdr["fye"].where(billed & ~cdr["held"] & (cdr["fye"] >= "1990-01-01"))
    cdr["unbilled_from"] = cdr["start_at"].dt.normalize().where(unbilled & ~cdr["held"] & (cdr["start_at"] >= "1990-01-01"))
    cdr["date_ok"] = ~_impossible(cdr, as_of, pd)
    text = [column for column in TEXT if column not in ("imei", "iccid", "sms_text")]
    context = gx.get_context(mode="ephemeral")
    batch = context.data_sources.add_pandas("bench").add_dataframe_asset("cdr").add_batch_definition_whole_dataframe("whole").get_batch({"dataframe": cdr})
    never = {
        "billed": gxe.ExpectColumnValuesToBeBetween(column="billed_from", min_value=as_of - relativedelta(years=5)),
        "unbilled": gxe.ExpectColumnValuesToBeBetween(column="unbilled_from", min_value=as_of - relativedelta(years=1)),
        "dates": gxe.ExpectColumnValuesToBeInSet(column="date_ok", value_set=[True]),
        "key": gxe.ExpectColumnValuesToBeUnique(column="call_id"),
        "duration": gxe.ExpectColumnValuesToBeBetween(column="duration_s", min_value=0, max_value=86400),
        "location": gxe.ExpectColumnValuesToBeNull(column="cell_id"),
        "message": gxe.ExpectColumnValuesToBeNull(column="sms_text"),
    }
    suite = gx.ExpectationSuite(name="bench", expectations=[_named(e, name) for name, e in never.items()])
    pattern = r"(?:^|[^0-9])[2-6][0-9]{3}[ .-]?[0-9]{4}[ .-]?[0-9]{4}[ .-]?[0-9]{1,7}(?:$|[^0-9])"
    for column in text:
        suite.add_expectation(_named(gxe.ExpectColumnValuesToNotMatchRegex(column=column, regex=pattern), f"card {column}"))
    results = batch.validate(suite, result_format={"result_format": "BASIC", "partial_unexpected_count": 0})
    configured = [(result.expectation_config, result.result) for result in results.results]
    found = {config.meta["id"]: result.get("unexpected_count", 0) for config, result in configured if config is not None and config.meta}
    counts = {name: int(found[name]) for name in never}
    counts["location"] = int(counts["location"] > 0)
    counts["key"] = _surplus(cdr["call_id"])
    counts["card"] = _cards_in(cdr, [column for column in text if found[f"card {column}"]], pattern)
    return {"seconds": time.perf_counter() - began, "counts": counts, "peak_mib": peak_mib()}


def _enriched(frames: dict[str, Any], pd: Any) -> Any:
    """The call records with the end of their invoice's financial year and whether their customer is held."""
    invoice, years, hold = frames["invoice"], frames["financial_years"], frames["legal_hold"]
    day = pd.to_datetime(invoice["period_to"].fillna(invoice["issue_date"]))
    invoice = invoice.assign(day=day).merge(years, on="legal_entity", suffixes=("", "_year"))
    invoice = invoice[(invoice["day"] >= pd.to_datetime(invoice["fy_start"])) & (invoice["day"] <= pd.to_datetime(invoice["fy_end"]))]
    fye = pd.to_datetime(invoice.groupby("invoice_id")["fy_end"].max()).rename("fye")
    cdr = frames["cdr"].merge(fye, how="left", left_on="invoice_id", right_index=True)
    as_of = pd.Timestamp(AS_OF)
    start, end = pd.to_datetime(hold["start"]), pd.to_datetime(hold["end"])
    in_force = (start <= as_of) & (end.isna() | (end >= as_of)) & hold["reason"].notna() & hold["approved_by"].notna()
    cdr["held"] = cdr["customer_id"].isin(set(hold.loc[in_force, "customer_id"]))
    return cdr


def _impossible(cdr: Any, as_of: Any, pd: Any) -> Any:
    """Rows with an impossible date."""
    unread = cdr["_issues"].fillna("").str.contains(r"(?:start_at|end_at)=(?:unreadable|zero|gap)")
    outside = unread & False
    for column in ("start_at", "end_at"):
        outside |= (cdr[column] < "1990-01-01") | (cdr[column] >= as_of + pd.Timedelta(days=2))
    end = cdr["end_at"]
    repeated = (end.dt.month == 10) & (end.dt.day > 24) & (end.dt.dayofweek == 6) & (end.dt.hour == 2)
    return unread | outside | ((end < cdr["start_at"]) & ~repeated)


def _named(expectation: Any, name: str) -> Any:
    expectation.meta = {"id": name}
    return expectation


def _surplus(keys: Any) -> int:
    """Great Expectations counts every row of a repeated key, the first included; the others count the second and later ones."""
    return int(keys.dropna().duplicated().sum())


def _cards_in(cdr: Any, columns: list[str], pattern: str) -> int:
    from teleaudit.detectors import scan_value

    rows: set[int] = set()
    for column in columns:
        candidates = cdr.loc[cdr[column].str.contains(pattern, na=False), column]
        rows |= {index for index, value in candidates.items() if any(hit.kind == "card" and hit.is_finding for hit in scan_value(value, field=column))}
    return len(rows)


if __name__ == "__main__":
    contender, folder, rows = sys.argv[1:]
    print(json.dumps({"prepare": prepare, "hand_written": hand_written, "teleaudit": teleaudit, "gx_pandas": gx_pandas}[contender](Path(folder), int(rows))))
