"""Clean exports by the megabyte, scanned as anybody would: nothing in them may be more than a
question to a person.

    python -m benchmarks.detection.clean [--megabytes 50] [--seed 1] [--only PART] [--keep FOLDER]

Prints what was found by file, column and kind, without a value; ends with 1 where anything is
confirmed or probable.
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.detection.clean_exports import exports, write
from benchmarks.measuring import markdown
from teleaudit.detectors import Level
from teleaudit.scanning.scan import Finding, NotScanned, scan_paths

# characters of a file: an extract of a day, of a month
_SIZES = (10_000, 40_000, 150_000, 600_000, 2_500_000)
_LARGE = 20_000_000
_EVERY = 40  # files of which one is large


@dataclass(kw_only=True)
class Seen:
    """What the scans said."""

    files: int = 0
    characters: int = 0
    not_scanned: list[str] = field(default_factory=list)
    levels: Counter[Level] = field(default_factory=Counter)
    found: Counter[tuple[str, str, str, str, str, str]] = field(default_factory=Counter)

    @property
    def is_clean(self) -> bool:
        """Everything was read, and nothing is more than a question."""
        return not self.not_scanned and not self.levels.keys() - {Level.REVIEW}


def scan_clean(*, megabytes: float, seed: int, only: str = "", folder: Path | None = None) -> Seen:
    """Draw exports of so many megabytes, file by file, and scan each of them.

    ``folder`` keeps those in which something is found.
    """
    seen = Seen()
    with tempfile.TemporaryDirectory() as temporary:
        for name, text in _drawn(megabytes * 1e6, seed, only):
            path = Path(temporary) / name
            path.write_text(text, encoding="utf-8")
            before = sum(seen.levels[level] for level in (Level.CONFIRMED, Level.PROBABLE))
            _scan(path, seen)
            seen.files += 1
            seen.characters += len(text)
            if (
                folder is not None
                and sum(seen.levels[level] for level in (Level.CONFIRMED, Level.PROBABLE)) > before
            ):
                (folder / f"{seen.files:05}_{name}").write_text(text, encoding="utf-8")
            path.unlink()
    return seen


def _drawn(size: float, seed: int, only: str) -> Iterator[tuple[str, str]]:
    """Files until they are of that size together, every export in turn; each draws from its own
    seed, so that what is drawn does not rest on the size.
    """
    chosen = [export for export in exports(seed) if only in export.name]
    place = 0
    while size > 0:
        rng = random.Random(f"{seed}/{place}")  # noqa: S311 (invented exports)
        export = chosen[place % len(chosen)]
        drawn = _LARGE if place % _EVERY == _EVERY - 1 else rng.choice(_SIZES)
        # a little of each first
        text = write(
            export,
            rng,
            min(drawn, max(int(size), _SIZES[0])) if place >= len(chosen) else _SIZES[0],
        )
        yield export.name, text
        size -= len(text)
        place += 1


def _scan(path: Path, seen: Seen) -> None:
    for event in scan_paths([path]):
        match event:
            case Finding():
                seen.levels[event.level] += 1
                scope = "column" if event.row is None else "cells"
                seen.found[
                    path.name, event.column, event.kind, event.level.value, event.reason, scope
                ] += 1
            case NotScanned(reason=reason):
                seen.not_scanned.append(f"{path.name}: {reason}")


def main() -> int:
    """Print what was found.

    Returns 1 where something is confirmed or probable, or a file was not read.
    """
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.detection.clean",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--megabytes", type=float, default=50)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", default="", metavar="PART", help="exports whose name holds this")
    parser.add_argument(
        "--keep",
        type=Path,
        metavar="FOLDER",
        help="keep the files in which something is confirmed or probable",
    )
    options = parser.parse_args()
    if options.keep is not None:
        options.keep.mkdir(parents=True, exist_ok=True)
    began = time.perf_counter()
    seen = scan_clean(
        megabytes=options.megabytes, seed=options.seed, only=options.only, folder=options.keep
    )
    rows = [
        (*key, count)
        for key, count in sorted(seen.found.items(), key=lambda found: (found[0][3], found[0]))
    ]
    print(markdown(("file", "column", "kind", "level", "reason", "scope", "n"), rows))
    print(*seen.not_scanned, sep="\n")
    levels = ", ".join(f"{seen.levels[level]:,} {level.value}" for level in Level)
    print(
        f"{seen.files:,} files, {seen.characters / 1e6:,.1f} MB, {time.perf_counter() - began:,.0f}"
        f" s: {levels}"
    )
    return 0 if seen.is_clean else 1


if __name__ == "__main__":
    sys.exit(main())
