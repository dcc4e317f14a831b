"""Both passes over each file: what its columns hold, then every cell in the light of that."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

import numpy as np

from teleaudit.detectors import Hit, Level
from teleaudit.detectors.judge import Judged, context_of, judge
from teleaudit.detectors.kinds import Detector, kinds
from teleaudit.detectors.tallies import Tally, tally
from teleaudit.progress import Progress, Step
from teleaudit.readers.batches import Column
from teleaudit.readers.cells import read_batches
from teleaudit.readers.packers import DAMAGED, READ_ERRORS
from teleaudit.readers.sources import Source, UnreadableError, unpacked
from teleaudit.redaction import ShownPaths, beginning_within, shown_sheet
from teleaudit.scanning.columns import ColumnView, Encoded, Prefilter, ahead, encode
from teleaudit.scanning.paths import find_sources
from teleaudit.scanning.splits import SplitTally

LEVELS = (Level.CONFIRMED, Level.PROBABLE, Level.REVIEW)  # surest first
# their size says nothing of their rows
_COMPRESSED = frozenset({".parquet", ".xlsx", ".xlsb", ".xls", ".ods"})
# what stands beside cards and may never be kept: the column is the find
_OF_CARDS = ("cvv", "pin_block")


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One cell, or one column as a whole; never what stands there."""

    file: str
    column: str
    row: int | None  # 1-based: of a table's records, of a text's lines; None for a column
    kind: str
    level: Level
    reason: str
    network: str | None = None


@dataclass(frozen=True, kw_only=True)
class Scanned:
    """A file that was read to its end."""

    file: str
    rows: int


@dataclass(frozen=True, kw_only=True)
class NotScanned:
    """A file, or the rest of one, that was not."""

    file: str
    reason: str
    rows: int = 0  # that were


Event = Finding | Scanned | NotScanned


def scan_paths(
    paths: Sequence[Path], *, own_domains: Collection[str] = (), progress: Progress | None = None
) -> Iterator[Event]:
    """Everything found below the paths, file by file: columns first, then cells by their row; then
    how the file ended.

    Raises: UserError for a path that is not there.
    """
    with Prefilter(detectors=kinds(own_domains=own_domains)) as looking:
        for source in find_sources(paths):
            yield from _scan_packed(source, looking, progress or _say_nothing)


def _say_nothing(_step: Step) -> None:
    """The progress of a scan without anyone watching."""


def _scan_packed(
    source: Source | tuple[str, str], looking: Prefilter, progress: Progress
) -> Iterator[Event]:
    if isinstance(source, tuple):
        yield NotScanned(file=source[0], reason=source[1])
        return
    try:
        for inner in _read(unpacked(source, ShownPaths().of_member)):
            if isinstance(inner, tuple):
                yield NotScanned(file=inner[0], reason=inner[1])
            else:
                yield from _Scanning(source=inner, looking=looking, progress=progress).events()
    except UnreadableError as error:
        yield NotScanned(file=source.shown, reason=str(error))


_Part = TypeVar("_Part")


def _read(parts: Iterator[_Part]) -> Iterator[_Part]:
    """The parts.

    Raises: UnreadableError for whatever a damaged file makes its reader raise; our own mistakes
    elsewhere stay what they are.
    """
    try:
        yield from parts
    except READ_ERRORS as error:
        raise UnreadableError(
            "no permission" if isinstance(error, PermissionError) else DAMAGED
        ) from None


# what a column was found to be, detector by detector, each with what it counted
_Held = Sequence[tuple[Judged, Tally]]


@dataclass(kw_only=True)
class _Scanning:
    """Both passes over one file."""

    source: Source
    looking: Prefilter
    progress: Progress
    _tallies: dict[Column, dict[str, Tally]] = field(default_factory=dict)
    _splits: SplitTally = field(default_factory=SplitTally)
    _rows: int = 0
    _problem: str | None = None

    def events(self) -> Iterator[Event]:
        """What was found, then how the file ended."""
        for looks in self._looks():
            for look in looks:
                self._count(look)
            self._splits.add(looks)
        names = {column.field for column in self._tallies if not column.is_line}
        context = context_of(self.looking.detectors, names)
        held = {
            column: found
            for column in self._tallies
            if (found := list(self._judged(column, {} if column.is_line else context)))
        }
        for column, found in held.items():
            yield from self._of_column(column, found)
        for columns, decision in self._splits.decided():
            named = " + ".join(column.shown for column in columns)
            yield Finding(
                file=self.source.shown,
                column=named,
                row=None,
                kind="card",
                level=decision.level or Level.REVIEW,
                reason=decision.reason,
            )
        if held:
            for looks in self._looks(only=held):
                yield from self._of_cells(looks, held)
        if self._problem is None:
            yield Scanned(file=self.source.shown, rows=self._rows)
        else:
            yield NotScanned(file=self.source.shown, reason=self._problem, rows=self._rows)

    def _looks(self, *, only: Collection[Column] | None = None) -> Iterator[list[ColumnView]]:
        """The columns of each batch, in the second pass ``only`` some, and a word to whoever waits.

        Why the rest of the file cannot be read is kept.
        """
        rows = size = 0
        try:
            for last, encoded in ahead(self._encoded(only)):
                looks = self.looking.look(encoded)
                yield looks
                rows = max(rows, last)
                size += sum(look.size for look in looks)
                self._say(rows, size, second=only is not None)
        except UnreadableError as error:
            self._problem = str(error)
        self._problem = self._problem or next(iter(self.source.damage), None)
        self._rows = max(self._rows, rows)

    def _encoded(self, only: Collection[Column] | None) -> Iterator[tuple[int, list[Encoded]]]:
        """The last row of each batch, and its columns."""
        for batch in _read(read_batches(self.source, self._shown_sheet)):
            last = max((cells.rows[-1] for cells in batch if len(cells.rows)), default=0)
            yield (
                last,
                encode(
                    batch if only is None else [cells for cells in batch if cells.column in only]
                ),
            )

    def _shown_sheet(self, name: str, number: int) -> str:
        return shown_sheet(name, number, beginning_within(self.source.open))

    def _say(self, rows: int, size: int, *, second: bool) -> None:
        if second:
            self.progress(
                Step(
                    stage="reading",
                    name=f"{self.source.shown}, second pass",
                    done=rows,
                    total=self._rows,
                )
            )
            return
        is_text = (
            self.source.size is not None
            and self.source.is_plain
            and self.source.suffix not in _COMPRESSED
        )
        self.progress(
            Step(
                stage="reading",
                name=self.source.shown,
                done=rows,
                total=round(rows * (self.source.size or 0) / max(size, 1)) if is_text else None,
                about=True,
            )
        )

    def _count(self, look: ColumnView) -> None:
        concerned = self._concerned(look.column)
        tallies = self._tallies.get(look.column)
        if tallies is None:
            tallies = self._tallies[look.column] = {
                one.name: tally(one, look.column.field) for one in concerned
            }
        for one in concerned:
            counted = look.counted(look.of_interest(one), one.counted_as)
            tallies[one.name].add(counted, look.rest(one))

    def _concerned(self, column: Column) -> Sequence[Detector]:
        return [one for one in self.looking.detectors if one.concerns(column.field)]

    def _judged(self, column: Column, context: Mapping[str, int]) -> Iterator[tuple[Judged, Tally]]:
        """What holds something, be it a question."""
        for one in self._concerned(column):
            counted = self._tallies[column][one.name]
            judged = judge(one, counted.counts(), name=column.field, context=context)
            if judged.holds:
                yield judged, counted

    def _of_column(self, column: Column, found: _Held) -> Iterator[Finding]:
        """What the column is as a whole. Lines are none."""
        for judged, _ in found if not column.is_line else ():
            reasons = {
                f"{name}_column" if name in _OF_CARDS else judged.decision.reason
                for name in judged.decision.kinds
            }
            for reason in sorted(reasons):
                yield Finding(
                    file=self.source.shown,
                    column=column.shown,
                    row=None,
                    kind=judged.detector.kind,
                    level=judged.decision.level or Level.REVIEW,
                    reason=reason,
                )

    def _of_cells(
        self, looks: Sequence[ColumnView], held: Mapping[Column, _Held]
    ) -> Iterator[Finding]:
        """By row; for one row, column and kind the surest."""
        surest: dict[tuple[int, str, str], Hit] = {}
        for look in looks:
            for judged, counted in held[look.column]:
                hits = _hits(look, judged, counted)
                for row, place in look.rows_of(np.array(sorted(hits), dtype=np.int64)):
                    key, hit = (row, look.column.shown, judged.detector.kind), hits[place]
                    if key not in surest or LEVELS.index(hit.level) < LEVELS.index(
                        surest[key].level
                    ):
                        surest[key] = hit
        for (row, column, kind), hit in sorted(surest.items(), key=lambda found: found[0]):
            yield Finding(
                file=self.source.shown,
                column=column,
                row=row,
                kind=kind,
                level=hit.level,
                reason=hit.reason,
                network=hit.network,
            )


def _hits(look: ColumnView, judged: Judged, counted: Tally) -> dict[int, Hit]:
    """The surest hit of each text that holds any, by the text's place."""
    found: dict[int, Hit] = {}
    if judged.detector.is_of_column:
        return found
    which = look.times > 0 if judged.is_every_cell else look.of_interest(judged.detector)
    for place, text in zip(np.flatnonzero(which).tolist(), look.chosen(which), strict=True):
        if counted.clears(text, int(look.times[place]), judged.decision):
            continue
        if hits := judged.finds(text):
            found[place] = min(hits, key=lambda hit: LEVELS.index(hit.level))
    return found
