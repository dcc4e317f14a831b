"""The teledata suite beside a hand-written DuckDB query, Great Expectations on pandas and on Spark,
and pandera on polars.

    python benchmarks/teledata.py [--rows 1000000 10000000] [--sources copy parquet csv]
    [--contenders ...] [--repeat 3] [--timeout 1800] [--work DIR]

Three sources, a table each, and only what stands in one table may be compared:
  copy     teleaudit's typed Parquet working copy, made before: what is timed is each contender's
  own reading of it, and the checks
  parquet  the operator's export as Parquet: reading it is timed; teleaudit's reading (hash,
  rejected records, types, working copy) is in its seconds
  csv      the same records as CSV, likewise; the hand-written query scans the CSV itself and
  refuses nothing but what does not fit its types
Every contender runs in a process of its own, in turn. Imports and Great Expectations' start are not
timed, but are in the memory, which
is that of the whole process tree. One that does not give the hand-written query's counts is
reported wrong and has no ratio;
the hand-written query itself is held against what was planted.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import tempfile
from pathlib import Path
from typing import Any

from benchmarks import contenders
from benchmarks.generate import BYTES_PER_ROW, PLANTED_FILE, generate
from benchmarks.measuring import HERE, Measured, heading, markdown, measure, need_disk

SOURCES = {
    "copy": "checks on the typed working copy",
    "parquet": "reading the Parquet export, and checks",
    "csv": "reading the CSV export, and checks",
}
CONTENDERS = {
    "hand_written": "one hand-written DuckDB query",
    "teleaudit": "teleaudit",
    "gx_pandas": "Great Expectations on pandas",
    "pandera_polars": "pandera on polars",
    "gx_spark": "Great Expectations on Spark (teleaudit's engine, local[2])",
}
REFERENCE = "hand_written"
_ONCE = ("gx_pandas", "gx_spark")  # minutes: one run is enough


def main() -> int:
    """Print a table per number of records and source. Returns 1 where a contender counted wrong."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rows", type=int, nargs="+", default=[1_000_000, 10_000_000])
    parser.add_argument("--sources", nargs="+", choices=list(SOURCES), default=list(SOURCES))
    parser.add_argument(
        "--contenders",
        nargs="+",
        choices=list(CONTENDERS),
        default=list(CONTENDERS),
        help=f"{REFERENCE} always takes part",
    )
    parser.add_argument(
        "--repeat", type=int, default=3, help="runs of each contender but the slow ones"
    )
    parser.add_argument("--timeout", type=float, default=1800, help="seconds for one run")
    parser.add_argument(
        "--work",
        type=Path,
        default=Path(tempfile.gettempdir()),
        help="where the records are generated; they are removed at the end",
    )
    options = parser.parse_args()
    names = [name for name in CONTENDERS if name == REFERENCE or name in options.contenders]
    need_disk(
        options.work,
        max(options.rows) * (sum(BYTES_PER_ROW.values()) + 4 * BYTES_PER_ROW["parquet"]),
    )
    print(
        heading(
            "Teledata suite",
            "duckdb",
            "great-expectations",
            "pandas",
            "pandera",
            "polars",
            "pyspark",
        )
    )
    wrong = False
    for rows in options.rows:
        with tempfile.TemporaryDirectory(prefix="teleaudit-bench-", dir=options.work) as folder:
            planted = _prepare(Path(folder), rows, options.timeout)
            for source in options.sources:
                wrong |= _compare(Path(folder), rows, source, names, options, planted)
    return 1 if wrong else 0


def _prepare(folder: Path, rows: int, timeout: float) -> dict[str, int]:
    """The exports in both formats, and the working copy. Returns the counts that were planted."""
    for form in ("parquet", "csv"):
        generate(folder / form, rows=rows, form=form)
    prepared = _run("prepare", "parquet", folder, timeout)
    if failure := prepared.failure():
        sys.exit(f"the exports could not be read: {failure}\n{prepared.errors}")
    planted = json.loads((folder / "parquet" / PLANTED_FILE).read_text())
    return {name: planted[check_id] for name, check_id in contenders.CHECKS.items()}


def _run(name: str, source: str, folder: Path, timeout: float) -> Measured:
    return measure([sys.executable, HERE / "contenders.py", name, source, folder], timeout=timeout)


def _compare(
    folder: Path,
    rows: int,
    source: str,
    names: list[str],
    options: argparse.Namespace,
    planted: dict[str, int],
) -> bool:
    runs: dict[str, list[Measured]] = {name: [] for name in names}
    for turn in range(options.repeat):
        for name in names:
            if turn == 0 or (name not in _ONCE and runs[name][0].failure() is None):
                runs[name].append(_run(name, source, folder, options.timeout))
    base, lines, wrong = 0.0, [], False
    for name, own in runs.items():
        failure = next((found for run in own if (found := run.failure())), None)
        peak = f"{max(run.peak_mib for run in own):,.0f}"
        if failure:
            wrong = True
            print(own[0].errors[-2000:], file=sys.stderr)
            lines.append((CONTENDERS[name], failure, "", "none", peak, ""))
            continue
        answers = [run.answer() for run in own]
        if "not_yet" in answers[0]:
            lines.append(
                (CONTENDERS[name], f"not yet: {answers[0]['not_yet']}", "", "none", "", "")
            )
            continue
        same = all(answer["counts"] == planted for answer in answers)
        wrong |= not same
        seconds = statistics.median(answer["seconds"] for answer in answers)
        base = seconds if name == REFERENCE else base
        lines.append(
            (
                CONTENDERS[name],
                f"{seconds:.2f}",
                _reading(answers),
                f"{seconds / base:.2f}" if same and base else "none",
                peak,
                "yes" if same else "NO",
            )
        )
        if not same:
            print(
                f"{name} counted otherwise (planted, counted):"
                f" {_differences(planted, answers[0]['counts'])}",
                file=sys.stderr,
            )
    print(
        f"\n{rows:,} records, {SOURCES[source]}, medians of {options.repeat} (slow contenders: 1)\n"
    )
    print(
        markdown(
            (
                "contender",
                "seconds",
                "of which reading",
                "ratio",
                "peak memory, MiB",
                "counts as planted",
            ),
            lines,
        ),
        flush=True,
    )
    return wrong


def _reading(answers: list[dict[str, Any]]) -> str:
    return (
        f"{statistics.median(answer['reading'] for answer in answers):.2f}"
        if "reading" in answers[0]
        else "in the query"
    )


def _differences(
    planted: dict[str, int], counted: dict[str, int]
) -> dict[str, tuple[int | None, int | None]]:
    return {
        name: (planted.get(name), counted.get(name))
        for name in sorted({*planted, *counted})
        if planted.get(name) != counted.get(name)
    }


if __name__ == "__main__":
    sys.exit(main())
