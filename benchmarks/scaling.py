"""The whole audit from 1 to 100 million call records: time per million, peak memory, time by stage,
temporary disk.

    python benchmarks/scaling.py [--rows 1000000 3000000 10000000 30000000 100000000] [--formats
    parquet csv] [--memory 4GB] [--out docs/benchmarks] [--work DIR] [--again]

For each size and format the exports are generated, ``teleaudit run`` audits them in a process of
its own, and both are removed. What was measured is kept in OUT/scaling.json after every run:
stopped, the command goes on where it was; --again measures anew. Every check must count what was
planted. The plot goes to OUT/scaling.png. Memory is that of the process tree, notebooks included.
"""

from __future__ import annotations

import argparse
import csv
import datetime as dt
import json
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from benchmarks.generate import AUDIT_FILE, BYTES_PER_ROW, Format, generate
from benchmarks.measuring import (
    Measured,
    folder_bytes,
    heading,
    machine,
    markdown,
    measure,
    need_disk,
    versions,
)

ROWS = (1_000_000, 3_000_000, 10_000_000, 30_000_000, 100_000_000)
FORMATS: tuple[Format, ...] = ("parquet", "csv")
PACKAGES = ("teleaudit", "duckdb", "great-expectations")
_WORKING_BYTES_PER_ROW = 200  # working copy, what is staged for it and what the engine spills
_FINE = (0, 1, 2)  # exit codes of a run that ended with an answer
# Okabe and Ito's colours, which colour-blind people tell apart; marks and lines differ too.
_LOOKS: dict[str, dict[str, Any]] = {
    "parquet": {"color": "#0072B2", "marker": "o", "linestyle": "-"},
    "csv": {"color": "#D55E00", "marker": "s", "linestyle": "--"},
}
_NAMES = {"parquet": "Parquet", "csv": "CSV"}


def main() -> int:
    """Measure what is not measured yet, print the table, draw the plot.

    Returns 1 where a run failed or counted wrong.
    """
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rows", type=int, nargs="+", default=list(ROWS))
    parser.add_argument("--formats", nargs="+", choices=FORMATS, default=list(FORMATS))
    parser.add_argument("--memory", help="teleaudit's --memory; left out, its default")
    parser.add_argument("--timeout", type=float, default=4 * 3600, help="seconds for one audit")
    parser.add_argument("--out", type=Path, default=Path("docs/benchmarks"))
    parser.add_argument(
        "--work",
        type=Path,
        default=Path(tempfile.gettempdir()),
        help="where exports and runs lie meanwhile",
    )
    parser.add_argument("--again", action="store_true", help="forget what was measured before")
    parser.add_argument(
        "--plot-only", action="store_true", help="measure nothing; table and plot of what was"
    )
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    kept = options.out / "scaling.json"
    found: dict[str, dict[str, Any]] = (
        json.loads(kept.read_text())["runs"] if kept.exists() and not options.again else {}
    )
    for rows in sorted(options.rows):
        for form in options.formats:
            if options.plot_only or f"{form} {rows}" in found:
                continue
            found[f"{form} {rows}"] = _measured(rows, form, options)
            about = {
                "machine": machine(),
                "versions": versions(*PACKAGES),
                "measured_at": dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
            }
            kept.write_text(json.dumps({**about, "runs": found}, indent=1) + "\n")
    shown = [
        found[key]
        for key in (f"{form} {rows}" for form in options.formats for rows in sorted(options.rows))
        if key in found
    ]
    print(heading("Whole audit", *PACKAGES) + "\n")
    print(
        markdown(
            (
                "records",
                "export",
                "seconds",
                "seconds per million",
                "peak memory, MiB",
                "temporary disk, MB",
                "counts as planted",
                "stages, seconds",
            ),
            map(_line, shown),
        )
    )
    good = [run for run in shown if not run["failure"] and run["same_counts"]]
    _print_growth(good)
    if good:
        draw(good, options.out / "scaling.png")
    return 0 if len(good) == len(shown) else 1


def _measured(rows: int, form: Format, options: argparse.Namespace) -> dict[str, Any]:
    """One audit of freshly generated exports; both are gone afterwards."""
    need_disk(options.work, rows * (BYTES_PER_ROW[form] + _WORKING_BYTES_PER_ROW))
    with tempfile.TemporaryDirectory(prefix="teleaudit-bench-", dir=options.work) as name:
        folder = Path(name)
        began = time.perf_counter()
        planted = generate(folder / "made", rows=rows, form=form)
        export_mb = folder_bytes(folder / "made") / 1e6
        print(
            f"{rows:,} records as {_NAMES[form]}: {export_mb:,.0f} MB generated in"
            f" {time.perf_counter() - began:.0f} s; auditing",
            file=sys.stderr,
        )
        out = folder / "reports"
        out.mkdir()
        memory = ("--memory", options.memory) if options.memory else ()
        command = [
            Path(sys.executable).with_name("teleaudit"),
            "run",
            folder / "made" / AUDIT_FILE,
            "--out",
            out,
            *memory,
        ]
        done = measure(command, timeout=options.timeout, watch=out)
        if failure := done.failure(fine=_FINE):
            print(done.errors[-2000:], file=sys.stderr)
        return {
            "rows": rows,
            "format": form,
            "failure": failure,
            "seconds": round(done.seconds, 1),
            "peak_mib": round(done.peak_mib),
            "temporary_disk_mb": round(done.disk_mib * 2**20 / 1e6),
            "export_mb": round(export_mb),
            **({"same_counts": False, "timings": {}} if failure else _answers(out, planted, done)),
        }


def _answers(out: Path, planted: dict[str, int], done: Measured) -> dict[str, Any]:
    """Whether every check counted what was planted, and the worklist names as many; the stages
    where the run kept them.
    """
    (path,) = out.glob("*/*/record/results.json")
    results = json.loads(path.read_bytes())
    # What was planted for a person to judge is counted apart from deviations.
    counted = {
        check["id"]: check["review" if check["verdict"] == "review" else "deviations"]
        for check in results["checks"]
    }
    other = {
        check_id: (planted.get(check_id, 0), n)
        for check_id, n in counted.items()
        if n != planted.get(check_id, 0)
    }
    with (path.parents[1] / "restricted" / "worklist.csv").open(
        encoding="utf-8", newline=""
    ) as file:
        lines = sum(1 for _ in csv.reader(file)) - 1
    listed = results["totals"]["deviations"] + results["totals"]["review"]
    if other or lines != listed:
        print(
            f"other counts (planted, counted): {other}; {lines} lines in the worklist,"
            f" {listed} deviations and records for review\n{done.errors[-500:]}",
            file=sys.stderr,
        )
    return {
        "same_counts": not other and lines == listed,
        "worklist_lines": lines,
        "timings": _seconds(results.get("timings")),
    }


def _seconds(timings: Any) -> dict[str, float]:
    """Seconds by kind of stage, summed over exports, data sets and notebooks."""
    seconds: dict[str, float] = {}
    for entry in timings["stages"]:
        seconds[entry["stage"]] = seconds.get(entry["stage"], 0.0) + entry["seconds"]
    return {stage: round(value, 1) for stage, value in seconds.items()}


def _line(run: dict[str, Any]) -> tuple[str, ...]:
    million = run["seconds"] / run["rows"] * 1e6
    stages = (
        ", ".join(f"{stage} {seconds:g}" for stage, seconds in run["timings"].items()) or "not kept"
    )
    seconds = run["failure"] or f"{run['seconds']:.0f}"
    counts = "yes" if run["same_counts"] else "NO"
    return (
        f"{run['rows']:,}",
        _NAMES[run["format"]],
        seconds,
        f"{million:.2f}",
        f"{run['peak_mib']:,}",
        f"{run['temporary_disk_mb']:,}",
        counts,
        stages,
    )


def _print_growth(runs: list[dict[str, Any]]) -> None:
    """What a million records cost at the largest size, beside the smallest."""
    for form in FORMATS:
        own = sorted((run for run in runs if run["format"] == form), key=lambda run: run["rows"])
        if len(own) > 1:
            first, last = own[0], own[-1]
            growth = last["seconds"] / last["rows"] / (first["seconds"] / first["rows"]) - 1
            between = (last["seconds"] - first["seconds"]) / (last["rows"] - first["rows"]) * 1e6
            sizes = f"from {first['rows']:,} to {last['rows']:,} records"
            print(
                f"\n{_NAMES[form]}, {sizes}: time per million {growth:+.0%}, memory"
                f" {last['peak_mib'] / first['peak_mib'] - 1:+.0%}; each further million"
                f" {between:.2f} s."
            )


def draw(runs: list[dict[str, Any]], target: Path) -> None:
    """Time per million records and peak memory by number of records, both formats in both."""
    import matplotlib as mpl

    mpl.use("Agg")
    from matplotlib import pyplot as plt

    figure, (above, below) = plt.subplots(2, 1, sharex=True, figsize=(7, 6.4), layout="constrained")
    sizes = sorted({run["rows"] for run in runs})
    for form in FORMATS:
        own = sorted((run for run in runs if run["format"] == form), key=lambda run: run["rows"])
        if own:
            rows = [run["rows"] for run in own]
            above.plot(
                rows,
                [run["seconds"] / run["rows"] * 1e6 for run in own],
                label=_NAMES[form],
                linewidth=2,
                **_LOOKS[form],
            )
            below.plot(
                rows,
                [run["peak_mib"] / 1024 for run in own],
                label=_NAMES[form],
                linewidth=2,
                **_LOOKS[form],
            )
    above.set(
        title="The whole audit, from exports to report",
        ylabel="seconds per million records",
        ylim=(0, None),
    )
    below.set(xlabel="call records", ylabel="peak memory, GiB", ylim=(0, None), xscale="log")
    below.set_xticks(sizes, [f"{size / 1e6:g} M" for size in sizes], minor=False)
    below.minorticks_off()
    for axes in (above, below):
        axes.grid(visible=True, color="#dddddd")
        axes.set_axisbelow(True)
        axes.spines[["top", "right"]].set_visible(False)
    above.legend(frameon=False, title="export")
    figure.savefig(target, dpi=150, metadata={"Software": None})
    plt.close(figure)


if __name__ == "__main__":
    sys.exit(main())
