"""The teledata suite on generated records, beside a hand-written DuckDB query and Great Expectations on pandas.

    python benchmarks/run.py [--rows 1000000 10000000] [--repeat 3] [--no-pandas]

Every contender runs in a process of its own, in turn, on the same working copy, and must give the same numbers of
deviating records; a contender that does not is reported as wrong and has no ratio. Imports are not timed (they are paid
once per run and printed apart). Memory is the process's peak resident set, imports included.

Like is compared with like: the judged part is the counting of every check on the data set ``cdr``, detectors included.
What else a run does (worklist, figures by month, the reading of the export) is timed apart and belongs to no ratio.
"""

from __future__ import annotations

import argparse
import json
import platform
import statistics
import subprocess
import sys
import tempfile
from importlib.metadata import version
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
CONTENDERS = ("hand_written", "teleaudit", "gx_pandas")


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--rows", type=int, nargs="+", default=[1_000_000, 10_000_000])
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--no-pandas", action="store_true", help="leave the slow contender out")
    options = parser.parse_args()
    wrong = False
    print(f"{platform.machine()}, Python {platform.python_version()}, duckdb {version('duckdb')}, great-expectations {version('great-expectations')}, pandas {version('pandas')}")
    for rows in options.rows:
        with tempfile.TemporaryDirectory(prefix="teleaudit-bench-") as folder:
            prepared = _child("prepare", Path(folder), rows)
            read = f"read into the working copy in {prepared['read']:.1f} s ({prepared['megabytes']:.0f} MB, peak {prepared['peak_mib']:.0f} MiB)"
            print(f"\n{rows:,} records: exported in {prepared['generated']:.1f} s, {read}")
            wrong |= _compare(Path(folder), rows, options.repeat, CONTENDERS[: 2 if options.no_pandas else 3])
    return 1 if wrong else 0


def _compare(folder: Path, rows: int, repeat: int, contenders: tuple[str, ...]) -> bool:
    runs: dict[str, list[dict[str, Any]]] = {name: [] for name in contenders}
    for _ in range(repeat):
        for name in contenders:
            if name != "gx_pandas" or not runs[name]:  # minutes: once is enough
                runs[name].append(_child(name, folder, rows))
    reference = runs["hand_written"][0]["counts"]
    base = statistics.median(run["seconds"] for run in runs["hand_written"])
    print("| contender | seconds (median) | ratio | peak MiB | same counts |\n|---|---|---|---|---|")
    wrong = False
    for name, own in runs.items():
        same = all(run["counts"] == reference for run in own)
        wrong |= not same
        seconds = statistics.median(run["seconds"] for run in own)
        print(f"| {name} | {seconds:.2f} | {f'{seconds / base:.2f}' if same else 'none'} | {max(run['peak_mib'] for run in own):.0f} | {'yes' if same else 'NO'} |")
        if not same:
            print({key: (reference.get(key), own[0]["counts"].get(key)) for key in sorted({*reference, *own[0]["counts"]}) if reference.get(key) != own[0]["counts"].get(key)})
    whole = [run["with_worklist"] for run in runs["teleaudit"]]
    print(f"teleaudit with worklist and figures by month: {statistics.median(whole):.2f} s; Great Expectations imported in {runs['teleaudit'][0]['imports']:.1f} s")
    return wrong


def _child(contender: str, folder: Path, rows: int) -> dict[str, Any]:
    """Run one contender in a process of its own and read what it measured."""
    done = subprocess.run([sys.executable, str(HERE / "contenders.py"), contender, str(folder), str(rows)], check=False, capture_output=True, text=True)
    if done.returncode:
        print(done.stderr, file=sys.stderr)
        sys.exit(f"{contender} failed")
    answer: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return answer


if __name__ == "__main__":
    sys.exit(main())
