"""Call records in any number, with planted deviations: exports of the invented operator Kazoom, and
the audit that reads them.

    python benchmarks/generate.py FOLDER --rows 100000000 [--format parquet|csv] [--seed 1]

The sample of ``teleaudit samples`` gives the small tables, its planted call records, and ordinary
records to draw from.
DuckDB draws from them by the hash of a running number, file by file, so memory does not grow with
the number of rows.
In every ten thousand records the same places deviate (``PLANTED``): what an audit must count is
known, and stands in
``planted.json`` by check id. The same arguments and the same DuckDB give the same records. Nobody
in them exists.
"""

from __future__ import annotations

import argparse
import csv
import json
import random
import shutil
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Any, Literal

import duckdb
from ruamel.yaml import YAML

from teleaudit.rules.audit_file import POLICY_FILE
from teleaudit.workspace import package_workspace
from teleaudit_samples import EXPECTED_FINDINGS, invented, write_samples

Format = Literal["parquet", "csv"]

OPERATOR = "kazoom"
AUDIT_FILE, PLANTED_FILE, EXPORTS = "audit.yaml", "planted.json", "exports"
BYTES_PER_ROW = {"parquet": 45, "csv": 230}
MIN_ROWS = 10_000
_TEMPLATES = 50_000
_CYCLE = 10_000
_ROWS_PER_FILE = 5_000_000
_MEMORY = "1GB"

# Places in every ten thousand records at which something is wrong, and the check that must find it.
PLANTED: dict[str, tuple[int, ...]] = {
    "KAZ-r1.unbilled": (101, 3101, 6101, 9101),
    "KAZ-r2.billed": (202, 5202),
    "HYG-dates.cdr": (303, 5303),
    "HYG-duration.cdr": (404, 5404),
    "HYG-key.cdr": (505,),
    "KAZ-b2.cdr": (606, 5606),
    "HYG-messages.cdr": (707, 5707),
}
_LOOK_ALIKE = 808  # sixteen digits of a card's shape that fail Luhn: no card

_DRAWN = """
SELECT
    CASE WHEN place = {key} THEN printf('U%012d', i - 1) ELSE printf('U%012d', i) END AS "recordId",
    t.type,
    t.retning,
    t.kundenr,
    t.abonnementsnr,
    t.a_nummer,
    CASE WHEN place = {card_dialled} THEN cards[1 + h % len(cards)] WHEN t.type = 'data' THEN NULL WHEN length(t.b_nummer) = 8 THEN printf('01%06d', (h >> 8) % 1000000)
        ELSE t.b_nummer END AS b_nummer,
    begun AS start,
    CASE place WHEN {ends_early} THEN begun - INTERVAL 1 HOUR WHEN {in_future} THEN NULL WHEN {negative} THEN begun WHEN {too_long} THEN begun + INTERVAL 90000 SECOND
        ELSE begun + to_seconds(lasted) END AS slut,
    CASE place WHEN {negative} THEN -5 WHEN {too_long} THEN 90000 ELSE lasted END AS varighed_sek,
    t.antal_sms,
    CASE WHEN t.type = 'data' THEN lasted * 40000 + h % 4000 ELSE 0 END AS data_bytes,
    t.zone,
    CASE WHEN t.zone = 'EU' THEN round(lasted * 0.02::DOUBLE, 2) ELSE 0.0 END AS beloeb,
    CASE WHEN place IN ({unbilled}) OR place = {in_future} THEN NULL WHEN place IN ({billed}) THEN overdue[1 + h % len(overdue)] ELSE t.fakturaid END AS fakturaid,
    t.imei,
    t.iccid,
    t.takst,
    t.fejltekst,
    CASE place WHEN {card_keyed} THEN cards[1 + h % len(cards)] WHEN {look_alike} THEN look_alikes[1 + h % len(look_alikes)] ELSE t.efterkald END AS efterkald,
    CASE WHEN place IN ({message}) THEN messages[1 + h % len(messages)] END AS sms_text,
    t.cell_id
FROM (
    SELECT
        i, h, place, t,
        CASE WHEN t.type IN ('sms', 'mms') THEN 0 ELSE CAST(least(5000, 2 - 140 * ln(1 - (h >> 32) % 1000003 / 1000004.0)) AS BIGINT) END AS lasted,
        CASE WHEN place = {in_future} THEN TIMESTAMP '2099-01-01 12:00:00'
            WHEN place IN ({unbilled}) THEN TIMESTAMP '2025-01-01 00:00:00' + to_days(CAST((h >> 12) % 300 AS INTEGER))
            ELSE date_trunc('day', t.start) END + CASE WHEN place = {in_future} THEN INTERVAL 0 SECOND ELSE to_seconds(25200 + (h >> 20) % 54000) END AS begun
    FROM (SELECT range AS i, CAST(hash(range + {seed} * 1000003) >> 1 AS BIGINT) AS h, range % {cycle} AS place FROM range({first}, {stop}))
    JOIN template AS t ON t.number = h % {templates}
), pool
"""


def main() -> int:
    """Generate what the command line asks for."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path, help="a new or empty folder")
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--format", choices=("parquet", "csv"), default="parquet")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    began = time.perf_counter()
    planted = generate(options.folder, rows=options.rows, form=options.format, seed=options.seed)
    exports = options.folder / EXPORTS
    megabytes = sum(path.stat().st_size for path in exports.iterdir()) / 1e6
    print(
        f"{options.rows:,} records in {time.perf_counter() - began:.1f} s, {megabytes:,.0f} MB in"
        f" {exports}"
    )
    print(
        f"{sum(planted.values()):,} deviations planted, by check in"
        f" {options.folder / PLANTED_FILE}; audit: {options.folder / AUDIT_FILE}"
    )
    return 0


def generate(folder: Path, *, rows: int, form: Format, seed: int = 1) -> dict[str, int]:
    """Write exports, audit file and ``planted.json`` into a folder.

    Returns the deviations that the audit must count, by check id.
    """
    if rows < MIN_ROWS:
        sys.exit(
            f"--rows {rows}: no fewer than {MIN_ROWS:,} records, or what the sample plants has no"
            " room."
        )
    exports = folder / EXPORTS
    if exports.exists():
        sys.exit(f"{exports} is there already")
    folder.mkdir(parents=True, exist_ok=True)
    write_samples(folder, rows=_TEMPLATES, operators=(OPERATOR,))
    (folder / OPERATOR).rename(exports)
    counts = _sample_findings(exports)
    drawn = _write_records(exports, rows=rows, form=form, seed=seed)
    for check_id, places in PLANTED.items():
        counts[check_id] += sum(len(range(place, drawn, _CYCLE)) for place in places)
    planted = dict(sorted(counts.items()))
    (folder / PLANTED_FILE).write_text(json.dumps(planted, indent=1) + "\n", encoding="utf-8")
    _write_audit(folder, form)
    return planted


def _sample_findings(exports: Path) -> Counter[str]:
    with (exports / EXPECTED_FINDINGS).open(encoding="utf-8", newline="") as file:
        found = Counter(row["check_id"] for row in csv.DictReader(file))
    (exports / EXPECTED_FINDINGS).unlink()
    return found


def _write_records(exports: Path, *, rows: int, form: Format, seed: int) -> int:
    """The sample's planted records, then drawn ones. Returns how many were drawn."""
    sample = exports / "forbrug.parquet"
    connection = duckdb.connect(
        config={"memory_limit": _MEMORY, "temp_directory": str(exports.parent / "spill")}
    )
    connection.execute(f"CREATE TABLE sample AS SELECT * FROM '{sample}'")
    sample.unlink()
    ordinary = "coalesce(\"recordId\", '') LIKE 'U%'"
    connection.execute(
        'CREATE TABLE template AS SELECT row_number() OVER (ORDER BY "recordId") - 1 AS number, *'
        f" FROM sample WHERE {ordinary}"
    )
    # Calls billed by an invoice that had to be erased are among the sample's planted ones; so are
    # the invoices' ids.
    pools = _pools(seed) | {"overdue": _overdue_invoices(connection, exports)}
    connection.execute(
        "CREATE TABLE pool AS SELECT"
        f" {', '.join(f'$${json.dumps(v, ensure_ascii=False)}$$::JSON::VARCHAR[] AS {name}' for name, v in pools.items())}"
    )
    own = f"SELECT * FROM sample WHERE NOT ({ordinary})"
    ((kept,),) = connection.execute(f"SELECT count(*) FROM ({own})").fetchall()
    _copy(connection, own, exports / f"forbrug_0000.{form}")
    drawn = rows - int(kept)
    size = min(_ROWS_PER_FILE, -(-drawn // 2))
    ((templates,),) = connection.execute("SELECT count(*) FROM template").fetchall()
    for number, first in enumerate(range(0, drawn, size), start=1):
        _copy(
            connection,
            _drawn(first, min(first + size, drawn), templates=int(templates), seed=seed),
            exports / f"forbrug_{number:04}.{form}",
        )
    connection.close()
    return drawn


def _copy(connection: duckdb.DuckDBPyConnection, query: str, target: Path) -> None:
    how = (
        "FORMAT parquet, COMPRESSION zstd"
        if target.suffix == ".parquet"
        else "FORMAT csv, HEADER, DELIMITER ','"
    )
    connection.execute(f"COPY ({query}) TO '{target}' ({how})")


def _drawn(first: int, stop: int, *, templates: int, seed: int) -> str:
    card_keyed, card_dialled = PLANTED["KAZ-b2.cdr"]
    ends_early, in_future = PLANTED["HYG-dates.cdr"]
    negative, too_long = PLANTED["HYG-duration.cdr"]
    return _DRAWN.format(
        first=first,
        stop=stop,
        seed=seed,
        cycle=_CYCLE,
        templates=templates,
        key=PLANTED["HYG-key.cdr"][0],
        card_keyed=card_keyed,
        card_dialled=card_dialled,
        look_alike=_LOOK_ALIKE,
        ends_early=ends_early,
        in_future=in_future,
        negative=negative,
        too_long=too_long,
        unbilled=", ".join(map(str, PLANTED["KAZ-r1.unbilled"])),
        billed=", ".join(map(str, PLANTED["KAZ-r2.billed"])),
        message=", ".join(map(str, PLANTED["HYG-messages.cdr"])),
    )


def _pools(seed: int) -> dict[str, list[str]]:
    """Card numbers nobody was issued, the same with a wrong last digit, and messages
    nobody wrote.
    """
    rng = random.Random(seed)  # noqa: S311 (invented numbers)
    cards = [
        invented.card_number(rng, invented.CARD_PREFIXES[place % len(invented.CARD_PREFIXES)])
        for place in range(2000)
    ]
    wrong = [
        card[:-1] + str((int(card[-1]) + 1 + place % 9) % 10) for place, card in enumerate(cards)
    ]
    return {
        "cards": cards,
        "look_alikes": wrong,
        "messages": [invented.message(rng) for _ in range(2000)],
    }


def _overdue_invoices(connection: duckdb.DuckDBPyConnection, exports: Path) -> list[str]:
    """Invoices of financial years that ended more than five years before the day of the audit."""
    query = (
        f"SELECT fakturaid FROM read_csv('{exports}/fakturaer_*.csv', all_varchar = true) WHERE"
        " coalesce(periode_til, fakturadato) BETWEEN '2012-01-01' AND '2020-12-31' ORDER BY 1"
    )
    return [str(row[0]) for row in connection.execute(query).fetchall()]


def _write_audit(folder: Path, form: Format) -> None:
    """Kazoom's audit of these exports: other files of usage records, and where they are CSV, what
    they are written like.
    """
    yaml = YAML()
    sample = package_workspace() / "audits" / OPERATOR
    shutil.copy(sample / POLICY_FILE, folder)
    audit: Any = yaml.load(sample / AUDIT_FILE)
    audit["exports_root"] = EXPORTS
    usage = audit["exports"]["forbrug"]
    usage["files"], usage["format"] = f"forbrug_*.{form}", form
    if form == "csv":
        usage.update({"encoding": "utf-8", "delimiter": ",", "decimal": ".", "dates": "yyyy-mm-dd"})
    with (folder / AUDIT_FILE).open("w", encoding="utf-8") as file:
        yaml.dump(audit, file)


if __name__ == "__main__":
    sys.exit(main())
