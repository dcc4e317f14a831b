"""The figures of notebooks and reports: pure functions from the entries of results.json to
pictures, each with its words. Those of a report are in its language, those of notebooks in Danish.

Colours are those of Okabe and Ito, which the colour-blind tell apart; a hatch or a sign says the
same in greyscale.
"""

from __future__ import annotations

import base64
import datetime as dt
import io
import textwrap
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from typing import Any

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch, Rectangle
from matplotlib.ticker import FuncFormatter, MaxNLocator

from teleaudit.report.material import Material, is_not_held
from teleaudit.report.wording import Words, load_words
from teleaudit.rules.verdicts import GRAVITY
from teleaudit.schema import TABLES

Entry = Mapping[str, Any]  # a check of results.json

_WIDTH = 6.3  # inches: the text width of an A4 page
_EMPTY_HEIGHT = 1.3
_PNG_DPI = 120
_MONTHS_SHOWN = 36  # more are shown by year
_LETTERS_ACROSS = 66
_NAMES_LEVEL = 3  # names of data sets that have room beside each other
_NAMES_SLANTED = 16  # and up to here at a slant; more stand upright
_PANELS, _PANELS_ACROSS, _PANEL_HEIGHT = 18, 3, 1.25  # of the figure of ageing; inches
_YEARS_SHOWN, _YEARS_LABELLED = 9, 6
_MORE = "⁺"  # beside the gravest sign
_ROOMY = 24  # rows or columns of a matrix with letters of full size; with more it still fits a page
_BARS_ACROSS = 5  # bars that the width is for, at least
# bars that get a number above them, and how many of it are overdue
_LABELLED, _LABELLED_IN_FULL = 24, 10

_BLUE, _VERMILION, _GREY, _LINE = "#0072B2", "#D55E00", "#767676", "#333333"
_PALE = "#C9D3DA"
_CELL = {  # pale Okabe-Ito: the sign in it keeps its contrast
    "error": "#F0E442",
    "breach": "#E8905A",
    "fail": "#F6C9A8",
    "review": "#FBE3B5",
    "legal": "#E6D3E8",
    "unknown": "#E3E3E3",
    "partial": "#D5E6DF",
    "unset": "#EFEFEF",
    "skipped": "#F7F7F7",
    "pass": "#CFE8F5",
}
# keeps a number readable on a line
_BEHIND = {"facecolor": "white", "edgecolor": "none", "pad": 0.5, "alpha": 0.8}
_STYLE: dict[Any, Any] = {  # keys: Matplotlib's, whose type lists every one
    "font.family": "DejaVu Sans",
    "font.size": 9,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.titlesize": 10,
    "axes.titlelocation": "left",
    "axes.titleweight": "bold",
    "hatch.linewidth": 0.8,
    "svg.hashsalt": "teleaudit",
    "svg.fonttype": "path",
}


@dataclass(frozen=True, kw_only=True)
class Picture:
    """A figure for a report, and what it says in words."""

    svg: bytes
    alt: str


@dataclass(frozen=True, kw_only=True)
class Shown:
    """A figure for a notebook, with its words for those who do not see it."""

    png: bytes
    alt: str

    def __repr__(self) -> str:
        return self.alt

    def _repr_mimebundle_(self, **_options: object) -> tuple[dict[str, str], dict[str, Any]]:
        """What Jupyter shows: a PNG, because an untrusted notebook shows neither SVG nor a picture
        inside HTML.
        """
        return {"image/png": base64.b64encode(self.png).decode("ascii"), "text/plain": self.alt}, {
            "image/png": {"alt": self.alt},
            "alt": self.alt,
        }


def show(figure: Figure, alt: str) -> Shown:
    """The figure as a notebook displays it."""
    return Shown(png=png_of(figure), alt=alt)


def show_all(shown: Iterable[Shown]) -> None:
    """Display several figures below one cell; say so where there is none."""
    from IPython.display import display

    pictures = list(shown)
    for picture in pictures:
        display(picture)  # type: ignore[no-untyped-call] # IPython's has no types
    if not pictures:
        # below the cell that asked
        print("Ingen figurer: ingen kontroller med afvigelser har en frist.")  # noqa: T201


def for_report(material: Material) -> dict[str, Picture]:
    """The figures of a report, in its language: ``ageing``, where a deadline has passed for
    something that is kept.
    """
    late = _late(material.results["checks"])
    return (
        {
            "ageing": Picture(
                svg=svg_of(_ageing(material, late)), alt=_alt_text_ageing(material, late)
            )
        }
        if late
        else {}
    )


# Ageing of all checks of deadlines, side by side


def _late(checks: Sequence[Entry]) -> list[Entry]:
    """The checks that found records past their deadline, those with most first where there is no
    room for all.
    """
    late = [
        check
        for check in checks
        if check["deadlines"] and any(month["overdue"] for month in check["due_by_month"])
    ]
    most = sorted(late, key=lambda check: -check["deviations"])[:_PANELS]
    return [check for check in late if check in most]


def _ageing(material: Material, checks: Sequence[Entry]) -> Figure:
    """A small chart for each check: records by the year in which their deadline passed, those still
    kept hatched, with their number; each with a scale of its own.
    """
    words, as_of = material.words, str(material.results["as_of"])
    across, down = _PANELS_ACROSS, -(-len(checks) // _PANELS_ACROSS)
    with mpl.rc_context(_STYLE):
        figure = Figure(figsize=(_WIDTH, 0.35 + _PANEL_HEIGHT * down), layout="constrained")
        grid = figure.subplots(down, across, squeeze=False)
        for axes, check in zip(grid.flat, checks, strict=False):
            _draw_panel(axes, material, check, as_of)
        for axes in grid.flat[len(checks) :]:
            axes.axis("off")
        figure.legend(
            handles=[
                Patch(
                    facecolor=_VERMILION,
                    hatch="////",
                    edgecolor="white",
                    label=words.at("ageing.kept"),
                ),
                Patch(facecolor=_PALE, label=words.at("ageing.others")),
            ],
            loc="outside lower left",
            ncols=2,
            frameon=False,
            fontsize=8,
        )
        return figure


def _draw_panel(axes: Axes, material: Material, check: Entry, as_of: str) -> None:
    words, passed = material.words, _passed_by_year(check, as_of)
    top = max(records for _, records, _ in passed)
    # one record of many is seen too
    kept = [max(overdue, 0.03 * top) if overdue else 0 for _, _, overdue in passed]
    others = [max(records - overdue, 0) for _, records, overdue in passed]
    places = range(len(passed))
    axes.bar(places, kept, color=_VERMILION, hatch="////", edgecolor="white", linewidth=0)
    axes.bar(places, others, bottom=kept, color=_PALE, linewidth=0)
    for place, (_, records, overdue), shown in zip(places, passed, kept, strict=True):
        if overdue:
            axes.annotate(
                words.number(overdue)
                if overdue == records
                else f"{words.number(overdue)}/{words.number(records)}",
                (place, max(records, shown)),
                textcoords="offset points",
                xytext=(0, 1.5),
                ha="center",
                va="bottom",
                fontsize=7,
            )
    told = check["deadlines"]
    counts = words.say(
        "ageing.panel", kept=words.number(told["kept"]), passed=words.number(told["passed"])
    )
    title = textwrap.shorten(material.dataset(check["dataset"]), 32, placeholder=" …")
    axes.set_title(
        f"{title}\n{counts}",
        fontsize=8,
        fontweight="normal",
    )
    years = [label for label, _, _ in passed]
    axes.set_xticks(range(len(years)), years)
    if len(years) > _YEARS_LABELLED:
        for place, label in enumerate(axes.get_xticklabels()):
            label.set_visible((len(years) - 1 - place) % 2 == 0)
    axes.tick_params(axis="x", labelsize=7, length=0)
    axes.set_yticks([])
    axes.spines["left"].set_visible(False)
    beside = max(0.0, (_BARS_ACROSS - len(years)) / 2)
    axes.set_xlim(-0.6 - beside, len(years) - 0.4 + beside)
    axes.set_ylim(0, top * 1.3)


def _passed_by_year(check: Entry, as_of: str) -> list[tuple[str, int, int]]:
    """Year, records whose deadline fell in it, and those of them still kept; the last years each,
    what lies before them together.
    """
    last_year = int(as_of[:4])
    records: dict[int, int] = defaultdict(int)
    overdue: dict[int, int] = defaultdict(int)
    for month in check["due_by_month"]:
        year = int(month["month"][:4])
        if month["month"] < as_of[:7]:
            records[year] += month["records"]
            overdue[year] += month["overdue"]
        elif month["overdue"]:
            # of the month of the audit's date only these are known to be past their deadline here
            records[year] += month["overdue"]
            overdue[year] += month["overdue"]
    first = max(min(records), last_year - _YEARS_SHOWN + 1)
    told = [
        (str(year), records.get(year, 0), overdue.get(year, 0))
        for year in range(first, last_year + 1)
    ]
    before = [year for year in records if year < first]
    if before:
        told.insert(
            0,
            (
                f"–{first - 1}",
                sum(records[year] for year in before),
                sum(overdue[year] for year in before),
            ),
        )
    return told


def _alt_text_ageing(material: Material, checks: Sequence[Entry]) -> str:
    """The figure in words: the numbers of every panel."""
    words = material.words
    said = [words.say("ageing.alt", data_sets=words.counted("data_set", len(checks)))]
    for check in checks:
        told, worst = check["deadlines"], (check["overdue"] or {}).get("max_days")
        late = [month["month"] for month in check["due_by_month"] if month["overdue"]]
        said.append(
            words.say(
                "ageing.alt_panel_worst" if worst else "ageing.alt_panel",
                dataset=material.dataset(check["dataset"]),
                kept=words.number(told["kept"]),
                passed=words.counted(check["unit"], told["passed"]),
                first=words.month(min(late)),
                last=words.month(max(late)),
                worst=words.counted("day", worst) if worst else "",
            )
        )
    return " ".join(said)


# Age against the deadline


def age_against_deadline(check: Entry, *, source: str, as_of: str = "") -> Figure:
    """Records by the month (or year) in which their deadline falls; those overdue are hatched, the
    audit's date is marked.
    """
    words, bars = _words(), _bars(check["due_by_month"], up_to=as_of[:7])
    with _figure(2.7 if bars else _EMPTY_HEIGHT) as figure:
        axes = figure.add_subplot()
        if not bars:
            return _without_data(figure, axes, _title(check, "alder i forhold til fristen"), source)
        places = range(len(bars))
        within = axes.bar(
            places,
            [bar.records - bar.overdue for bar in bars],
            color=_BLUE,
            label="Ikke overskredet eller undtaget",
            bottom=[bar.overdue for bar in bars],
        )
        late = axes.bar(
            places,
            [bar.overdue for bar in bars],
            color=_VERMILION,
            hatch="////",
            edgecolor="white",
            label="Fristen er overskredet",
        )
        _periods(axes, bars)
        _counts(axes, f"Antal {_plural(check)}")
        axes.set_xlabel(f"{bars[0].kind}, hvor fristen udløber eller udløb")
        marked = _mark_date(axes, bars, as_of) if as_of else None
        _totals(
            axes,
            [
                (
                    bar.records,
                    (
                        _of_them_overdue(bar)
                        if len(bars) <= _LABELLED_IN_FULL
                        else words.number(bar.records)
                    ),
                )
                for bar in bars
            ],
        )
        handles = [
            artist
            for artist, some in (
                (late, any(bar.overdue for bar in bars)),
                (within, any(bar.records > bar.overdue for bar in bars)),
                (marked, marked),
            )
            if some
        ]
        axes.legend(
            handles=handles,
            frameon=False,
            loc="lower left",
            bbox_to_anchor=(0, 1),
            ncols=len(handles),
            fontsize=7.5,
            borderaxespad=0.2,
            columnspacing=1,
            handlelength=1.6,
        )
        axes.set_ylim(0, max(bar.records for bar in bars) * 1.45)
        _finish(
            figure,
            axes,
            _title(check, "alder i forhold til fristen", bars),
            _with_records(source, check, words),
        )
        return figure


def alt_text_age_against_deadline(check: Entry) -> str:
    """The figure in words."""
    words, bars = _words(), _bars(check["due_by_month"])
    if not bars:
        return f"Ingen {_plural(check)} med en frist i {_data_set(check)}, kontrol {check['id']}."
    most = max(bars, key=lambda bar: bar.records)
    total = sum(bar.records for bar in bars)
    said = [
        (
            f"Søjlediagram for {_data_set(check)}, kontrol {check['id']}: {_counted(check, total)}"
            f" fordelt efter {_lower(bars[0].kind)}, hvor fristen udløber."
        ),
        f"Fristerne ligger fra {bars[0].label} til {bars[-1].label}.",
        _of_passed(check, words)
        or f"Fristen er overskredet for {words.number(sum(bar.overdue for bar in bars))} af dem.",
        f"Flest har frist i {most.label}: {words.number(most.records)}.",
    ]
    worst = (check.get("overdue") or {}).get("max_days")
    if worst is not None:
        said.append(f"Den største overskridelse er {words.counted('day', worst)}.")
    return " ".join(said)


# Overdue by month


def overdue_by_month(check: Entry, *, source: str) -> Figure:
    """Overdue records by the month (or year) in which they fell due."""
    words, bars = _words(), _overdue_bars(check)
    with _figure(2.8 if bars else _EMPTY_HEIGHT) as figure:
        axes = figure.add_subplot()
        if not bars:
            return _without_data(figure, axes, _title(check, "overskredne frister"), source)
        axes.bar(
            range(len(bars)),
            [bar.overdue for bar in bars],
            color=_VERMILION,
            hatch="////",
            edgecolor="white",
        )
        _periods(axes, bars)
        _counts(axes, f"Antal {_plural(check)}\nover fristen")
        axes.set_xlabel(f"{bars[0].kind}, hvor fristen udløb")
        _totals(axes, [(bar.overdue, words.number(bar.overdue)) for bar in bars])
        axes.set_ylim(0, max(bar.overdue for bar in bars) * 1.15)
        _finish(
            figure,
            axes,
            _title(check, "overskredne frister", bars),
            _with_records(source, check, words),
        )
        return figure


def alt_text_overdue_by_month(check: Entry) -> str:
    """The figure in words."""
    words, bars = _words(), _overdue_bars(check)
    if not bars:
        return f"Ingen {_plural(check)} over fristen i {_data_set(check)}, kontrol {check['id']}."
    most = max(bars, key=lambda bar: bar.overdue)
    return (
        f"Søjlediagram for {_data_set(check)}, kontrol {check['id']}:"
        f" {_counted(check, sum(bar.overdue for bar in bars))} over fristen, med frist fra"
        f" {bars[0].label} til {bars[-1].label}. Flest i {most.label}:"
        f" {words.number(most.overdue)}."
    )


# Checks by data set


def checks_by_data_set(checks: Sequence[Entry], *, source: str) -> Figure:
    """A matrix of clauses and data sets with the verdict in each cell; blank where the clause does
    not speak about the data set, or that is not held.
    """
    checks = _relevant(checks)
    cells = _cells(checks)
    rows, columns = list(dict.fromkeys(row for row, _ in cells)), _columns(checks)
    used = [
        verdict.value
        for verdict in GRAVITY
        if any(verdict.value in verdicts for verdicts in cells.values())
    ]
    key = 0.165 * (2.5 + len(used)) if cells else 0.0
    # inches below the cells
    names = 0.6 if len(columns) <= _NAMES_LEVEL else 1.2 if len(columns) <= _NAMES_SLANTED else 2.1
    high, size = (
        (0.22, _STYLE["font.size"]) if max(len(rows), len(columns)) <= _ROOMY else (0.125, 6.5)
    )
    with _figure(0.7 + names + high * len(rows) + key if cells else _EMPTY_HEIGHT) as figure:
        if not cells:
            return _without_data(
                figure, figure.add_subplot(), "Vurderinger efter krav og datasæt", source
            )
        axes, below = figure.subplots(2, height_ratios=[high * len(rows), key])
        for (row, column), verdicts in cells.items():
            _draw_cell(axes, columns.index(column), rows.index(row), verdicts, size=size)
        _grid(axes, rows, [_title_of(column) for column in columns], size=size)
        marked = any(artist.get_text().endswith(_MORE) for artist in axes.texts)
        _key_to_verdicts(
            below, used, some_blank=len(cells) < len(rows) * len(columns), some_marked=marked
        )
        _finish(
            figure,
            axes,
            f"Vurdering af {_words().counted('check', len(checks))} efter krav og datasæt",
            source,
        )
        return figure


def alt_text_checks_by_data_set(checks: Sequence[Entry]) -> str:
    """The figure in words."""
    words, checks = _words(), _relevant(checks)
    if not checks:
        return "Ingen kontroller."
    rows = {row for row, _ in _cells(checks)}
    told = (
        words.counted("check", len(checks)),
        words.number(len(rows)),
        words.number(len(_columns(checks))),
    )
    said = ["Tabel med {} fordelt på {} krav og {} datasæt.".format(*told)]
    for verdict in GRAVITY:
        found = [check for check in checks if check["verdict"] == verdict.value]
        if found:
            names = words.listed([str(check["id"]) for check in found[:5]]) + (
                " og flere" if len(found) > 5 else ""
            )
            said.append(
                f"{_label(verdict.value)}: {words.number(len(found))}"
                + ("." if verdict.value == "pass" else f" ({names}).")
            )
    return " ".join(said)


def _relevant(checks: Sequence[Entry]) -> list[Entry]:
    """Those that are about something which the controller holds."""
    return [check for check in checks if not is_not_held(check)]


def _cells(checks: Sequence[Entry]) -> dict[tuple[str, str], list[str]]:
    """Verdicts by clause and data set, the gravest first.

    Checks of the baseline have their own id for a clause.
    """
    gravity = {verdict.value: place for place, verdict in enumerate(GRAVITY)}
    cells: dict[tuple[str, str], list[str]] = defaultdict(list)
    for check in checks:
        for clause in check["clauses"] or [check["id"].partition(".")[0]]:
            cells[clause, check["dataset"]].append(check["verdict"])
    return {
        cell: sorted(dict.fromkeys(verdicts), key=gravity.__getitem__)
        for cell, verdicts in cells.items()
    }


def _columns(checks: Sequence[Entry]) -> list[str]:
    """The data sets, in the order of the canonical tables, others after them."""
    named = {check["dataset"] for check in checks}
    return [name for name in TABLES if name in named] + sorted(named - TABLES.keys())


def _draw_cell(axes: Axes, column: int, row: int, verdicts: Sequence[str], *, size: float) -> None:
    """A cell in the colour of the gravest verdict, with the signs of all of them, or a mark for the
    others where there is no room.
    """
    axes.add_patch(
        Rectangle((column - 0.5, row - 0.5), 1, 1, facecolor=_CELL[verdicts[0]], edgecolor="none")
    )
    signs = (
        " ".join(_sign(verdict) for verdict in verdicts)
        if size == _STYLE["font.size"] or len(verdicts) == 1
        else f"{_sign(verdicts[0])}{_MORE}"
    )
    axes.text(column, row, signs, ha="center", va="center", fontsize=size)


def _grid(axes: Axes, rows: Sequence[str], columns: Sequence[str], *, size: float) -> None:
    axes.set_xlim(-0.5, len(columns) - 0.5)
    axes.set_ylim(len(rows) - 0.5, -0.5)
    if len(columns) <= _NAMES_LEVEL:
        axes.set_xticks(
            range(len(columns)),
            [textwrap.fill(name, _LETTERS_ACROSS // len(columns)) for name in columns],
        )
    elif len(columns) <= _NAMES_SLANTED:
        axes.set_xticks(
            range(len(columns)), columns, rotation=30, ha="right", rotation_mode="anchor"
        )
    else:
        axes.set_xticks(range(len(columns)), columns, rotation=90)
    axes.set_yticks(range(len(rows)), rows)
    axes.tick_params(labelsize=size)
    axes.set_xlabel("Datasæt")
    axes.set_ylabel("Krav")
    for spine in axes.spines.values():
        spine.set_visible(True)
        spine.set_color("#999999")
    axes.set_xticks([place - 0.5 for place in range(1, len(columns))], minor=True)
    axes.set_yticks([place - 0.5 for place in range(1, len(rows))], minor=True)
    axes.grid(which="minor", color="#999999", linewidth=0.5)
    axes.tick_params(which="both", length=0)


def _key_to_verdicts(
    axes: Axes, verdicts: Sequence[str], *, some_blank: bool, some_marked: bool
) -> None:
    handles = [
        Patch(
            facecolor=_CELL[verdict],
            edgecolor="#999999",
            label=f"{_sign(verdict)}  {_label(verdict)}",
        )
        for verdict in verdicts
    ]
    if some_marked:
        handles.append(
            Patch(
                facecolor="none",
                edgecolor="none",
                label=f"{_MORE}  Kravet har også mindre alvorlige resultater for datasættet",
            )
        )
    if some_blank:
        handles.append(
            Patch(facecolor="white", edgecolor="#999999", label="Tom: kravet angår ikke datasættet")
        )
    axes.axis("off")
    axes.legend(handles=handles, loc="upper left", frameon=False, fontsize=7.5, borderaxespad=0)


# Bars


@dataclass(frozen=True, kw_only=True)
class _Bar:
    """What falls due in a month or a year."""

    key: str  # 2025-03 or 2025
    records: int
    overdue: int

    @property
    def kind(self) -> str:
        return "Måned" if "-" in self.key else "År"

    @property
    def label(self) -> str:
        return _words().month(self.key) if "-" in self.key else self.key

    @property
    def tick(self) -> str:
        return f"{self.key[5:7]}-{self.key[:4]}" if "-" in self.key else self.key


def _bars(months: Sequence[Entry], *, up_to: str = "") -> list[_Bar]:
    """A bar for every month from the first to the last, at least ``up_to``, also the empty ones; by
    year when there would be too many.
    """
    if not months:
        return []
    counts = {month["month"]: (month["records"], month["overdue"]) for month in months}
    keys = list(_months_between(min(counts), max(*counts, up_to)))
    if len(keys) <= _MONTHS_SHOWN:
        return [
            _Bar(key=key, records=counts.get(key, (0, 0))[0], overdue=counts.get(key, (0, 0))[1])
            for key in keys
        ]
    years = range(int(keys[0][:4]), int(keys[-1][:4]) + 1)
    return [
        _Bar(key=str(year), records=_sum(counts, year, 0), overdue=_sum(counts, year, 1))
        for year in years
    ]


def _sum(counts: Mapping[str, tuple[int, int]], year: int, which: int) -> int:
    return sum(count[which] for month, count in counts.items() if month.startswith(f"{year:04}-"))


def _months_between(first: str, last: str) -> Iterator[str]:
    year, month = int(first[:4]), int(first[5:7])
    while f"{year:04}-{month:02}" <= last:
        yield f"{year:04}-{month:02}"
        year, month = (year, month + 1) if month < 12 else (year + 1, 1)


def _overdue_bars(check: Entry) -> list[_Bar]:
    return _bars([month for month in check["due_by_month"] if month["overdue"]])


def _mark_date(axes: Axes, bars: Sequence[_Bar], date: str) -> Line2D | None:
    """A line at the audit's date, where it is among the bars."""
    keys = [bar.key for bar in bars]
    key = date[: len(keys[0])]
    if key not in keys:
        return None
    day = dt.date.fromisoformat(date)
    share = (
        (day.day - 1) / 31 if len(key) == len("yyyy-mm") else (day.timetuple().tm_yday - 1) / 366
    )
    return axes.axvline(
        keys.index(key) - 0.5 + share,
        color=_LINE,
        linewidth=1.2,
        linestyle="--",
        label=f"Opgørelsesdato {_words().date(date)}",
    )


def _periods(axes: Axes, bars: Sequence[_Bar]) -> None:
    step = max(1, -(-len(bars) // 12))
    axes.set_xticks(
        range(0, len(bars), step),
        [bar.tick for bar in bars[::step]],
        rotation=0 if len(bars) <= 6 else 30,
        ha="center" if len(bars) <= 6 else "right",
    )
    beside = max(0.0, (_BARS_ACROSS - len(bars)) / 2)  # a lone bar is no wider than others
    axes.set_xlim(-0.6 - beside, len(bars) - 0.4 + beside)


def _counts(axes: Axes, label: str) -> None:
    axes.yaxis.set_major_locator(MaxNLocator(integer=True, nbins=5))
    axes.yaxis.set_major_formatter(
        FuncFormatter(lambda value, _place: _words().number(round(value)))
    )
    axes.set_ylabel(label)


def _of_them_overdue(bar: _Bar) -> str:
    """The number of a bar, and that of its overdue part, which may be too small to be seen."""
    words = _words()
    if not bar.overdue:
        return words.number(bar.records)
    return (
        f"{words.number(bar.overdue)} over"
        if bar.overdue == bar.records
        else f"{words.number(bar.records)}\n{words.number(bar.overdue)} over"
    )


def _totals(axes: Axes, heights: Sequence[tuple[int, str]]) -> None:
    """What to write above each bar, where there is room for it."""
    if len(heights) > _LABELLED:
        return
    for place, (height, text) in enumerate(heights):
        if height:
            axes.annotate(
                text,
                (place, height),
                textcoords="offset points",
                xytext=(0, 2),
                ha="center",
                va="bottom",
                fontsize=7.5,
                bbox=_BEHIND,
            )


# One customer's life


def time_line(events: Mapping[str, Sequence[dt.datetime]], *, title: str, source: str) -> Figure:
    """Dated events, a row for each data set, the first on top."""
    with _figure(1.2 + 0.3 * len(events)) as figure:
        axes = figure.add_subplot()
        for place, days in enumerate(events.values()):
            # a list of dates, which Matplotlib takes and its stubs do not
            axes.plot(days, [place] * len(days), "|", color=_BLUE, markersize=10)  # type: ignore[arg-type]
        axes.set_yticks(range(len(events)), list(events))
        axes.set_ylim(len(events) - 0.5, -0.5)
        axes.grid(axis="x", color=_PALE, linewidth=0.6)
        axes.set_xlabel("Dato")
        _finish(figure, axes, title, source)
    return figure


def alt_text_time_line(events: Mapping[str, Sequence[dt.datetime]]) -> str:
    """The figure in words."""
    words = _words()
    first, last = (
        words.date(pick(day for days in events.values() for day in days).date().isoformat())
        for pick in (min, max)
    )
    told = words.listed([f"{name} ({words.number(len(days))})" for name, days in events.items()])
    return f"Tidslinje fra {first} til {last}, hændelser efter datasæt: {told}."


# What all have


@contextmanager
def _figure(height: float) -> Iterator[Figure]:
    with mpl.rc_context(_STYLE):
        yield Figure(figsize=(_WIDTH, height), layout="constrained")


def _finish(figure: Figure, axes: Axes, title: str, source: str) -> None:
    figure.suptitle(title, x=0.01, ha="left", fontsize=9.5, fontweight="bold", wrap=True)
    figure.supxlabel(source, x=0.01, ha="left", fontsize=7.5, color=_GREY)
    axes.set_axisbelow(True)


def _without_data(figure: Figure, axes: Axes, title: str, source: str) -> Figure:
    axes.axis("off")
    axes.text(0.5, 0.5, "Ingen poster at vise", ha="center", va="center", color=_GREY)
    _finish(figure, axes, title, source)
    return figure


def _title(check: Entry, subject: str, bars: Sequence[_Bar] = ()) -> str:
    return f"{_data_set(check)}: {subject}\n{check['id']}" + (f", {_period(bars)}" if bars else "")


def _period(bars: Sequence[_Bar]) -> str:
    first, last = bars[0], bars[-1]
    if first.key == last.key:
        return first.label
    same_year = "-" in first.key and first.key[:4] == last.key[:4]
    return f"{first.label.removesuffix(first.key[:4]).strip() if same_year else first.label}–{last.label}"


def _with_records(source: str, check: Entry, words: Words) -> str:
    judged = check["assessable"]
    told = (
        f"{source}\n{words.number(judged)} vurderbar{'' if judged == 1 else 'e'}"
        f" {_units(check, judged)} af {words.number(check['population'])}"
    )
    passed = _of_passed(check, words)
    return f"{told}. {passed}" if passed else told


def _of_passed(check: Entry, words: Words) -> str:
    """What became of the records whose deadline has passed; nothing where the check counts none."""
    told = check["deadlines"]
    if not told:
        return ""
    kept = words.number_share(told["kept"], told["passed"])
    return (
        f"Fristen er udløbet for {words.counted(check['unit'], told['passed'])}: {kept} er bevaret,"
        f" {words.number(told['exempted'])} er undtaget."
    )


def _data_set(check: Entry) -> str:
    return _title_of(check["dataset"])


def _title_of(data_set: str) -> str:
    return TABLES[data_set].title_da if data_set in TABLES else _words().name("data_sets", data_set)


def _plural(check: Entry) -> str:
    return _units(check, 0)


def _units(check: Entry, count: int) -> str:
    """What a check counts, in the form that goes with a count."""
    units = _words().at("units")
    return _words().plural(units.get(check["unit"], units["record"]), count)


def _counted(check: Entry, count: int) -> str:
    return f"{_words().number(count)} {_units(check, count)}"


def _lower(word: str) -> str:
    return word[:1].lower() + word[1:]


def _sign(verdict: str) -> str:
    return str(_words().at(f"verdicts.{verdict}.sign"))


def _label(verdict: str) -> str:
    return str(_words().at(f"verdicts.{verdict}.label"))


@cache
def _words() -> Words:
    return load_words("da")


# Files


def svg_of(figure: Figure) -> bytes:
    """The figure as SVG, the same bytes every time, letters as outlines so that it looks alike
    everywhere.
    """
    content = io.BytesIO()
    with mpl.rc_context(_STYLE):
        # Matplotlib's has no types
        FigureCanvasSVG(figure).print_svg(content, metadata={"Date": None, "Creator": None})  # type: ignore[no-untyped-call]
    return content.getvalue()


def png_of(figure: Figure) -> bytes:
    """The figure as PNG, the same bytes every time."""
    content = io.BytesIO()
    with mpl.rc_context(_STYLE):
        figure.set_dpi(_PNG_DPI)
        # Matplotlib's has no types
        FigureCanvasAgg(figure).print_png(content, metadata={"Software": None})  # type: ignore[no-untyped-call]
    return content.getvalue()
