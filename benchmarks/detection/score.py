"""How well a contender does: precision, recall and F1 by class, flags by decoy, columns found and
false, against the goals.

A value counts for the class of its section. Confirmed and probable are findings; ``review`` asks a
person and is none.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from benchmarks.detection.contenders import BROWSING, CARD, CPR, FOUND, MESSAGE, Contender, Said
from benchmarks.detection.corpus import KINDS, Column, Corpus, Value

FINDING = frozenset({"confirmed", "probable", FOUND})
ANY_LEVEL = FINDING | {"review"}
COLUMN_KINDS = (*KINDS, "cvv")
# at which share of its cells a peer of values calls a column
_SHARES = (("any cell", 0.0), ("1 %", 0.01), ("50 %", 0.5))
_BARE_IDS = (
    "IMEI",
    "IMEI with spare digit",
    "ICCID",
    "ICCID with filler",
    "FI line",
    "FI id 71",
    "FI id 75/04/15",
    "FI id that begins with 4 or 5",
)


@dataclass(frozen=True, kw_only=True)
class Tally:
    """Right and wrong answers."""

    true: int = 0  # found what is there
    false: int = 0  # found what is not
    missed: int = 0
    quiet: int = 0  # rightly said nothing

    @property
    def precision(self) -> float | None:
        """Share of the finds that are right; None where nothing was found."""
        return self.true / (self.true + self.false) if self.true + self.false else None

    @property
    def recall(self) -> float | None:
        """Share of what is there that was found; None where nothing is there."""
        return self.true / (self.true + self.missed) if self.true + self.missed else None

    @property
    def f1(self) -> float | None:
        """The harmonic mean of both; None where there was nothing to find and nothing was found."""
        return (
            2 * self.true / (2 * self.true + self.false + self.missed)
            if self.true + self.false + self.missed
            else None
        )

    @property
    def false_rate(self) -> float | None:
        """Share of the decoys that were called."""
        return self.false / (self.false + self.quiet) if self.false + self.quiet else None


def tally(pairs: Iterable[tuple[bool, bool]]) -> Tally:
    """What is there against what was said."""
    counted = Counter(pairs)
    return Tally(
        true=counted[True, True],
        false=counted[False, True],
        missed=counted[True, False],
        quiet=counted[False, False],
    )


@dataclass(frozen=True, kw_only=True)
class Judged:
    """A contender's answers, in the corpus' order."""

    contender: Contender
    corpus: Corpus
    said: tuple[Mapping[str, Said], ...]  # of each value
    seconds: float  # for all values, one thread
    # policy -> of each column
    columns: Mapping[str, tuple[Mapping[str, Said], ...]] = field(default_factory=dict)

    @property
    def per_second(self) -> float:
        """Values judged in a second."""
        return len(self.said) / self.seconds

    def level(self, place: int, kind: str) -> str:
        """What it said of a value for a kind; empty where it said nothing."""
        told = self.said[place].get(kind)
        return told.level if told else ""


def judge(contender: Contender, corpus: Corpus) -> Judged:
    """Ask a contender about every value and every column."""
    began = time.perf_counter()
    said = tuple(contender.judge(value.text, value.field) for value in corpus.values)
    seconds = time.perf_counter() - began
    return Judged(
        contender=contender,
        corpus=corpus,
        said=said,
        seconds=seconds,
        columns=_judge_columns(contender, corpus.columns),
    )


def _judge_columns(
    contender: Contender, columns: Sequence[Column]
) -> dict[str, tuple[Mapping[str, Said], ...]]:
    policies: dict[str, tuple[Mapping[str, Said], ...]] = {}
    if contender.judge_column is not None:
        policies["its own"] = tuple(
            contender.judge_column(column.values, column.name) for column in columns
        )
    if contender.name.startswith("teleaudit"):
        return policies
    found = [_cells_found(contender, column) for column in columns]
    for policy, least in _SHARES:
        policies[policy] = tuple(
            {kind: Said(FOUND) for kind, share in shares.items() if share > 0 and share >= least}
            for shares in found
        )
    return policies


def _cells_found(contender: Contender, column: Column) -> dict[str, float]:
    filled = [cell for cell in column.values if cell]
    counted = Counter(kind for cell in filled for kind in contender.judge(cell, column.name))
    return {kind: count / len(filled) for kind, count in counted.items()}


# Values.


def of_section(
    judged: Judged,
    section: str,
    *,
    levels: frozenset[str] = FINDING,
    only: Callable[[Value], bool] = lambda _value: True,
) -> Tally:
    """Right and wrong among a section's values."""
    scored = (
        (place, value)
        for place, value in enumerate(judged.corpus.values)
        if value.section == section and value.scored and only(value)
    )
    return tally((value.holds, judged.level(place, section) in levels) for place, value in scored)


def elsewhere(judged: Judged, kind: str) -> int:
    """Finds of a kind in the values that are about something else."""
    others = (place for place, value in enumerate(judged.corpus.values) if value.section != kind)
    return sum(judged.level(place, kind) in FINDING for place in others)


def groups(corpus: Corpus, section: str, name: Callable[[Value], str], *, holds: bool) -> list[str]:
    """The writings or decoys of a section, in the corpus' order."""
    return list(
        dict.fromkeys(
            name(value)
            for value in corpus.values
            if value.section == section and value.holds == holds and value.scored
        )
    )


# Columns.


def of_columns(judged: Judged, kind: str) -> tuple[str, Tally]:
    """The best policy by F1 and its tally.

    What a column holds besides is told by the same answer, so its level is that of the surest.
    """
    truth = [kind in column.holds for column in judged.corpus.columns]
    tallies = {
        policy: tally(
            zip(
                truth,
                (kind in said and said[kind].level in FINDING for said in answers),
                strict=True,
            )
        )
        for policy, answers in judged.columns.items()
    }
    best = max(tallies, key=lambda policy: tallies[policy].f1 or 0)
    return best, tallies[best]


def columns_in_review(judged: Judged, kind: str) -> int:
    """Columns without a find of that kind which a person is asked about."""
    return sum(
        said[kind].level == "review" for said in next(iter(judged.columns.values())) if kind in said
    )


# Goals.


@dataclass(frozen=True, kw_only=True)
class Goal:
    """One line of what is to be shown."""

    what: str
    wanted: str
    measured: str
    met: bool | None  # None: measured elsewhere


def goals(judged: Judged) -> list[Goal]:
    """Every goal and whether it is met."""
    ordinary = of_section(judged, CARD, levels=ANY_LEVEL, only=lambda value: value.ordinary)
    bare = of_section(
        judged, CARD, only=lambda value: value.writing == "bare" and value.look_alike in _BARE_IDS
    )
    return [
        _both("cards, values: precision / recall", judged, CARD, 0.99, 0.85),
        Goal(
            what="cards, values: recall incl. review, ordinary writings",
            wanted=">= .99",
            measured=ratio(ordinary.recall),
            met=_at_least(ordinary.recall, 0.99),
        ),
        Goal(
            what="bare IMEI, ICCID, FI ids flagged confirmed or probable",
            wanted="<= 0.2 %",
            measured=(
                f"{100 * (bare.false_rate or 0):.2f} % ({bare.false}/{bare.false + bare.quiet})"
            ),
            met=(bare.false_rate or 0) <= 0.002,
        ),
        _all_columns("cards, columns: found / false", judged, CARD),
        _both("CPR, values: precision / recall", judged, CPR, 0.99, 0.80),
        _all_columns("SMS and MMS content, columns: found / false", judged, MESSAGE),
        _both("browsing, values: precision / recall", judged, BROWSING, 0.97, 0.94),
        Goal(
            what="10 M short notes through the engine, two cores",
            wanted=">= 2 M rows/s",
            measured="python benchmarks/detectors.py",
            met=None,
        ),
    ]


def _both(what: str, judged: Judged, kind: str, precision: float, recall: float) -> Goal:
    counted = of_section(judged, kind)
    met = _at_least(counted.precision, precision) and _at_least(counted.recall, recall)
    return Goal(
        what=what,
        wanted=f">= {ratio(precision)} / >= {ratio(recall)}",
        measured=f"{ratio(counted.precision)} / {ratio(counted.recall)}",
        met=met,
    )


def _all_columns(what: str, judged: Judged, kind: str) -> Goal:
    _, counted = of_columns(judged, kind)
    found = f"{counted.true} of {counted.true + counted.missed} / {counted.false}"
    return Goal(
        what=what, wanted="all / 0", measured=found, met=counted.missed == 0 and counted.false == 0
    )


def _at_least(measured: float | None, wanted: float) -> bool:
    return measured is not None and measured >= wanted


def ratio(share: float | None) -> str:
    """Three decimals, cut and not rounded, so that .9899 is not shown as a goal met."""
    return "-" if share is None else f"{int(share * 1000 + 1e-9) / 1000:.3f}".replace("0.", ".", 1)
