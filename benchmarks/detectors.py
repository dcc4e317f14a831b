"""The detectors on ten million notes of which one in a thousand is a candidate: rows per second,
and the counts of the slow path.

    python benchmarks/detectors.py [--rows 10000000] [--repeat 3] [--slow-rows N] [--threads 2]
    [--work DIR]

Cards: notes of customer service; in every two thousand one holds an invented card number, bare or
in groups, and one a look-alike (sixteen digits that fail Luhn, a masked number, a tracking number).
CPR numbers and browsing: the same notes with an invented CPR number or an address, and with
look-alikes (orders, telephone numbers; mails, files, names of the mobile network). Messages: short
codes and keyed digits; one in a thousand is a text message. "All four" asks everything about the
notes with cards. teleaudit looks as an audit does: a prefilter on every cell inside the engine, the
exact detector on the candidates. What is timed is Great Expectations' call, so reading the Parquet
file is in it. The slow path asks the exact detector about every cell, in one thread; where it would
take longer than about three minutes it asks about the first million, said in the table. Messages
are not judged by a cell alone: the slow path, too, decides about the column and then about every
cell.
"""

from __future__ import annotations

import argparse
import itertools
import json
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

from benchmarks.measuring import HERE, heading, markdown, measure, need_disk

KINDS = {  # kind -> what it is called, the column looked into
    "card": ("card numbers", "noter"),
    "cpr": ("CPR numbers", "noter"),
    "browsing": ("browsing", "noter"),
    "message": ("message content", "svar"),
    "all": ("all four", "noter"),
}
_CYCLE = 2_000
_SLOW_SECONDS = 180
_FEWER = 1_000_000
_TRIED = 50_000
_BYTES_PER_ROW = 60

# Ordinary notes are put together from these; {a} and {b} are the running number's digits, so that
# few are alike.
_ORDINARY = (
    "Kunden ringede kl. {a}, sag {b} oprettet",
    "Router skiftet, ny adgangskode sendt, sag {b}",
    "Ønsker opkald på 01{b} om formiddagen",
    "Faktura {b} sendt igen pr. mail den {a}",
    "Har spurgt til dækning, henvist til kortet på hjemmesiden",
    "Betalt rettidigt, ingen rykker",
    "Tekniker bestilt til adressen, ordre {b}",
)
_CODES = ("OK", "AFVIST", "OPTAGET", "INTET-SVAR", "FEJL-{a}", "{a}", "T{b}", "1", "2", "3")


def main() -> int:
    """Print the table. Returns 1 where counts differ."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rows", type=int, default=10_000_000)
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument(
        "--slow-rows",
        type=int,
        help="rows for the slow path; left out: all that take at most three minutes",
    )
    parser.add_argument("--threads", type=int, default=2, help="of the engine")
    parser.add_argument("--timeout", type=float, default=1800)
    parser.add_argument("--work", type=Path, default=Path(tempfile.gettempdir()))
    parser.add_argument("--child", nargs=2, metavar=("KIND", "FILE"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.child:
        kind, file = options.child
        print(json.dumps(_look(kind, Path(file), threads=options.threads)))
        return 0
    need_disk(options.work, options.rows * _BYTES_PER_ROW)
    lines, wrong = [], False
    for kind, (called, _) in KINDS.items():
        with tempfile.TemporaryDirectory(prefix="teleaudit-bench-", dir=options.work) as folder:
            line, same = _measured(kind, called, Path(folder), options)
        lines.append(line)
        wrong |= not same
    print(
        heading(
            f"Detectors, {options.rows:,} cells, {options.threads} threads",
            "teleaudit",
            "duckdb",
            "great-expectations",
        )
        + "\n"
    )
    print(
        markdown(
            (
                "detector",
                "seconds",
                "million rows/s",
                "peak memory, MiB",
                "planted",
                "found",
                "slow path",
                "slow path, million rows/s",
            ),
            lines,
        )
    )
    return 1 if wrong else 0


def _measured(
    kind: str, called: str, folder: Path, options: argparse.Namespace
) -> tuple[tuple[str, ...], bool]:
    file = folder / "cells.parquet"
    planted = write_cells(file, kind=kind, rows=options.rows)
    command: list[str | Path] = [
        sys.executable,
        HERE / "detectors.py",
        "--threads",
        str(options.threads),
        "--child",
        kind,
        file,
    ]
    runs = [measure(command, timeout=options.timeout) for _ in range(options.repeat)]
    if failure := next((found for run in runs if (found := run.failure())), None):
        print(runs[0].errors[-2000:], file=sys.stderr)
        return (called, failure, "", "", f"{planted:,}", "", "", ""), False
    answers = [run.answer() for run in runs]
    seconds = statistics.median(answer["seconds"] for answer in answers)
    looked_at = options.slow_rows or _affordable(kind, file, options.rows)
    began = time.perf_counter()
    slow = slow_path(kind, itertools.islice(_cells(kind, file), looked_at))
    slow_rate = looked_at / (time.perf_counter() - began) / 1e6
    expected = sum(1 for place in range(looked_at) if _is_planted(kind, place))
    same = slow == expected and all(answer["found"] == planted for answer in answers)
    said = (
        f"{slow:,}"
        if looked_at == options.rows
        else f"{slow:,} of the first {looked_at:,} rows, planted {expected:,}"
    )
    peak = max(run.peak_mib for run in runs)
    found = f"{answers[0]['found']:,}{'' if same else ', WRONG'}"
    return (
        called,
        f"{seconds:.2f}",
        f"{options.rows / seconds / 1e6:.2f}",
        f"{peak:,.0f}",
        f"{planted:,}",
        found,
        said,
        f"{slow_rate:.3f}",
    ), same


def _is_planted(kind: str, place: int) -> bool:
    """Whether the cell at that place holds what must be found."""
    return place % _CYCLE == 17 or (kind == "message" and place % _CYCLE == 1017)


def write_cells(file: Path, *, kind: str, rows: int) -> int:
    """A working copy of call records with one column of text. Returns the finds planted in it."""
    import duckdb

    pools = {
        name: f"$${json.dumps(values, ensure_ascii=False)}$$::JSON::VARCHAR[]"
        for name, values in _pools(kind).items()
    }
    look_alike = f"WHEN i % {_CYCLE} = 1017 THEN others[1 + h % len(others)]"
    drawn = f"""
        SELECT
            'cells.csv' AS _file, i + 2 AS _line, NULL::VARCHAR AS _issues, printf('C%010d', i) AS call_id,
            CASE WHEN i % {_CYCLE} = 17 THEN finds[1 + h % len(finds)] {look_alike}
                ELSE replace(replace(ordinary[1 + h % len(ordinary)], '{{a}}', CAST(h // 7 % 60 AS VARCHAR)), '{{b}}', printf('%06d', h // 11 % 1000000)) END AS {KINDS[kind][1]}
        FROM (SELECT range AS i, CAST(hash(range) >> 1 AS BIGINT) AS h FROM range({rows})), (SELECT {", ".join(f"{values} AS {name}" for name, values in pools.items())})
    """
    with duckdb.connect() as connection:
        connection.execute(f"COPY ({drawn}) TO '{file}' (FORMAT parquet, COMPRESSION zstd)")
    return sum(len(range(place, rows, _CYCLE)) for place in (17, 1017) if _is_planted(kind, place))


def _pools(kind: str) -> dict[str, list[str]]:
    """What must be found, what must not, and what is ordinary."""
    from teleaudit_samples import invented

    rng = random.Random(1)  # noqa: S311 (invented numbers)
    if kind == "message":
        messages = [invented.message(rng) for _ in range(4000)]
        return {"finds": messages, "others": messages, "ordinary": list(_CODES)}
    if kind == "cpr":
        numbers = [invented.cpr(rng) for _ in range(1000)]
        misprinted = [number[:-1] + str((int(number[-1]) + 1) % 10) for number in numbers]
        alike = [
            f"{text} {number}" for number in misprinted for text in ("Ordrenr.", "Sporingsnr.")
        ]
        return {
            "finds": [invented.cpr_sentence(rng, place) for place in range(2000)],
            "others": [*alike, *(f"Ring på +45{invented.phone(rng)}" for _ in range(1000))],
            "ordinary": list(_ORDINARY),
        }
    if kind == "browsing":
        sites = [
            f"https://{name}.example.com/{invented.digits(rng, 5)}"
            for _ in range(500)
            for name in ("forum", "nyheder", "handel", "spil")
        ]
        alike = [f"epdg.epc.mnc0{place:02}.mcc238.pub.3gppnetwork.org" for place in range(100)] + [
            f"Faktura faktura_{place}.pdf sendt til kunde{place}@example.com"
            for place in range(900)
        ]
        return {
            "finds": [f"Besøgte {site} i går" for site in sites],
            "others": alike,
            "ordinary": list(_ORDINARY),
        }
    others = []
    for place in range(1000):
        card = invented.card_number(
            rng, invented.CARD_PREFIXES[place % len(invented.CARD_PREFIXES)]
        )
        wrong = card[:-1] + str((int(card[-1]) + 1 + place % 9) % 10)
        others += [
            f"Sporingsnr. {wrong} afhentet",
            f"Betalt med kort {invented.masked_card(rng)}",
            f"Pakke {invented.spaced(wrong)} sendt retur",
        ]
    return {
        "finds": [invented.card_sentence(rng, place) for place in range(2000)],
        "others": others,
        "ordinary": list(_ORDINARY),
    }


def _look(kind: str, file: Path, *, threads: int) -> dict[str, Any]:
    """Ask the check of that kind, as a run asks it, of a working copy."""
    import great_expectations as gx

    from teleaudit.engines.duckdb import DuckDBEngine
    from teleaudit.expectations.browsing_data import no_browsing_data
    from teleaudit.expectations.card_data import no_card_data
    from teleaudit.expectations.cpr_numbers import no_cpr_numbers
    from teleaudit.expectations.message_content import no_message_content
    from teleaudit.expectations.rows import DataSet
    from teleaudit.rules.verdicts import Answer

    column = KINDS[kind][1]
    with tempfile.TemporaryDirectory(dir=file.parent) as spill:
        engine = DuckDBEngine(spill=Path(spill), threads=threads)
        engine.add_table("cdr", [file])
        own = {
            name: kind
            for name, kind in engine.columns("export_cdr").items()
            if name in {"call_id", column, "_file", "_line", "_issues"}
        }
        data_set = DataSet(name="cdr", key=("call_id",), own=own, filled=frozenset({"call_id"}))
        asks: dict[str, Callable[..., Any]] = {
            "card": no_card_data,
            "cpr": no_cpr_numbers,
            "message": no_message_content,
            "browsing": partial(no_browsing_data, own_domains=()),
        }
        asked = [
            ask(data_set=data_set, table="cdr", meta={"id": name})
            for name, ask in asks.items()
            if kind in {name, "all"}
        ]
        suite = gx.ExpectationSuite(name="cells", expectations=asked)
        began = time.perf_counter()
        answer = engine.validate("export_cdr", suite)["card" if kind == "all" else kind]
        seconds = time.perf_counter() - began
        engine.close()
    return {"seconds": seconds, "found": Answer.of_result(answer["result"]).deviations}


def _cells(kind: str, file: Path) -> Iterator[str]:
    """Every cell, in order, in batches so that memory stays small."""
    import pyarrow.parquet as pq

    for batch in pq.ParquetFile(file).iter_batches(columns=[KINDS[kind][1]]):
        yield from batch.column(0).to_pylist()


def _affordable(kind: str, file: Path, rows: int) -> int:
    """How many rows the slow path can look at in its time: all, or a million."""
    began = time.perf_counter()
    slow_path(kind, itertools.islice(_cells(kind, file), _TRIED))
    return (
        rows if (time.perf_counter() - began) / _TRIED * rows < _SLOW_SECONDS else min(rows, _FEWER)
    )


def slow_path(kind: str, cells: Iterator[str]) -> int:
    """Cells in which the exact detector finds something, asked of every one."""
    from teleaudit.detectors import (
        Hit,
        find_browsing,
        find_cards,
        find_cpr,
        scan_cell,
        scan_column,
        scan_value,
    )

    if kind == "all":
        return sum(
            any(hit.is_finding and hit.kind == "card" for hit in scan_value(cell, field="noter"))
            for cell in cells
        )
    if kind != "message":
        find: Callable[..., list[Hit]] = {
            "card": find_cards,
            "cpr": find_cpr,
            "browsing": find_browsing,
        }[kind]
        return sum(any(hit.is_finding for hit in find(cell, field="noter")) for cell in cells)
    whole = list(cells)
    decision = scan_column(whole, name="svar")
    return sum(
        any(
            hit.is_finding and hit.kind == "message"
            for hit in scan_cell(cell, name="svar", decision=decision)
        )
        for cell in whole
    )


if __name__ == "__main__":
    sys.exit(main())
