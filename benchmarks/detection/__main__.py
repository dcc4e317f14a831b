"""How well cards, CPR, messages and visited sites are found in a labelled corpus, beside the peers.

    python -m benchmarks.detection [--variant development|held-out|both] [--peers] [--misses]
    [--seed 1]

Prints tables in Markdown; ends with 1 where teleaudit misses a goal. No table holds a value: only
kinds, writings, field names and counts. The misses of the held-out variant are never listed, so
that nobody improves a detector on them.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Sequence

from benchmarks.detection import score
from benchmarks.detection.contenders import Absent, Contender, peers, teleaudit
from benchmarks.detection.corpus import KINDS, Corpus, Value, draw_corpus
from benchmarks.detection.score import ANY_LEVEL, COLUMN_KINDS, FINDING, Judged, Tally, ratio
from benchmarks.detection.wording import VARIANTS
from benchmarks.measuring import heading, markdown

_TITLES = {"card": "cards", "cpr": "CPR", "message": "messages", "browsing": "browsing"}


def main() -> int:
    """Print the tables. Returns 1 where a goal is missed."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.detection",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--variant", choices=(*VARIANTS, "both"), default="both")
    parser.add_argument(
        "--peers", action="store_true", help="run the peers that are installed, too"
    )
    parser.add_argument(
        "--misses",
        action="store_true",
        help="list what teleaudit misses in the development variant, by writing, decoy and field",
    )
    parser.add_argument(
        "--examples",
        type=int,
        default=0,
        metavar="N",
        help="with --misses: N invented values of each line",
    )
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--size", type=float, default=1.0, help="of the corpus; goals are for 1")
    options = parser.parse_args()
    variants = VARIANTS if options.variant == "both" else (options.variant,)
    others = peers() if options.peers else []
    print(heading("Detection", "teleaudit"))
    met = [
        _show(
            draw_corpus(variant, seed=options.seed, size=options.size),
            others,
            misses=options.misses,
            examples=options.examples,
        )
        for variant in variants
    ]
    for peer in others:
        if isinstance(peer, Absent):
            print(f"\n{peer.name}: {peer.why}")
    return 0 if all(met) else 1


def _show(
    corpus: Corpus, others: Sequence[Contender | Absent], *, misses: bool, examples: int
) -> bool:
    ours = score.judge(teleaudit(corpus.own_domains), corpus)
    judged = [ours, *(score.judge(peer, corpus) for peer in others if isinstance(peer, Contender))]
    goals = score.goals(ours)
    _part(
        f"Variant {corpus.variant}, seed {corpus.seed}: {len(corpus.values)} values,"
        f" {len(corpus.columns)} columns, {corpus.digest()[:12]}",
        level=2,
    )
    shown = {True: "yes", False: "NO", None: "measured there"}
    _part("Goals")
    print(
        markdown(
            ("goal", "wanted", "measured", "met"),
            [(goal.what, goal.wanted, goal.measured, shown[goal.met]) for goal in goals],
        )
    )
    for kind in KINDS:
        _part(f"Values: {_TITLES[kind]}")
        print(
            markdown(
                ("detector", "P", "R", "F1", "false rate", "found", "false", "missed", "elsewhere"),
                _by_detector(judged, kind),
            )
        )
    _part("Speed, values, one thread")
    print(
        markdown(
            ("detector", "values/s"),
            [(one.contender.name, f"{one.per_second:,.0f}") for one in judged],
        )
    )
    _part("Cards by writing: recall (teleaudit: confirmed + probable, then incl. review)")
    print(_group_table(judged, "card", _writing, holds=True))
    _part("Cards by network: recall")
    print(_group_table(judged, "card", _network, holds=True))
    for kind in ("cpr", "message", "browsing"):
        _part(f"{_TITLES[kind]} by writing: recall")
        print(_group_table(judged, kind, _writing, holds=True))
    for kind in KINDS:
        _part(f"Decoys of {_TITLES[kind]}: called")
        print(_group_table(judged, kind, _look_alike, holds=False))
    _part(
        "Columns: found, false, missed; a peer that judges values by the best of any cell / 1 % /"
        " 50 %"
    )
    print(
        markdown(
            ("kind", "detector", "policy", "found", "false", "missed", "P", "R", "F1", "in review"),
            _by_column(judged),
        )
    )
    if misses:
        _show_misses(ours, examples)
    return all(goal.met is not False for goal in goals)


def _part(title: str, *, level: int = 3) -> None:
    print(f"\n{'#' * level} {title}\n")


def _able(judged: Sequence[Judged], kind: str) -> list[Judged]:
    return [one for one in judged if kind in one.contender.kinds]


def _is_ours(one: Judged) -> bool:
    return one.contender.name == "teleaudit"


def _by_detector(judged: Sequence[Judged], kind: str) -> Iterator[tuple[object, ...]]:
    for one in _able(judged, kind):
        if not _is_ours(one):
            yield (
                one.contender.name,
                *_figures(score.of_section(one, kind)),
                score.elsewhere(one, kind),
            )
            continue
        for name, levels in (
            ("confirmed", frozenset({"confirmed"})),
            ("**confirmed + probable**", FINDING),
            ("incl. review", ANY_LEVEL),
        ):
            yield (
                f"teleaudit, {name}",
                *_figures(score.of_section(one, kind, levels=levels)),
                score.elsewhere(one, kind) if levels == FINDING else "",
            )


def _figures(counted: Tally) -> tuple[object, ...]:
    rate = "-" if counted.false_rate is None else f"{counted.false_rate:.4f}"
    return (
        ratio(counted.precision),
        ratio(counted.recall),
        ratio(counted.f1),
        rate,
        counted.true,
        counted.false,
        counted.missed,
    )


def _group_table(
    judged: Sequence[Judged], kind: str, name: Callable[[Value], str], *, holds: bool
) -> str:
    """A line for each writing or decoy: how many there are, and of every detector its recall, or
    how many it called.
    """
    able = _able(judged, kind)
    rows = []
    for group in score.groups(judged[0].corpus, kind, name, holds=holds):
        of_group = _of_group(name, group, holds=holds)
        counted = [
            score.of_section(one, kind, levels=levels, only=of_group)
            for one in able
            for levels in ((FINDING, ANY_LEVEL) if _is_ours(one) else (FINDING,))
        ]
        there = sum((counted[0].true, counted[0].missed, counted[0].false, counted[0].quiet))
        rows.append([group, there, *(ratio(one.recall) if holds else one.false for one in counted)])
    return markdown(("", "n", *_heads(able)), rows)


def _of_group(name: Callable[[Value], str], group: str, *, holds: bool) -> Callable[[Value], bool]:
    return lambda value: value.holds == holds and name(value) == group


def _writing(value: Value) -> str:
    return value.writing


def _network(value: Value) -> str:
    return value.network


def _look_alike(value: Value) -> str:
    return value.look_alike


def _heads(able: Sequence[Judged]) -> list[str]:
    return [
        head
        for one in able
        for head in (("teleaudit", "incl. review") if _is_ours(one) else (one.contender.name,))
    ]


def _by_column(judged: Sequence[Judged]) -> Iterator[tuple[object, ...]]:
    for kind in COLUMN_KINDS:
        for one in _able(judged, kind):
            policy, counted = score.of_columns(one, kind)
            figures = (ratio(counted.precision), ratio(counted.recall), ratio(counted.f1))
            yield (
                kind,
                one.contender.name,
                policy,
                counted.true,
                counted.false,
                counted.missed,
                *figures,
                score.columns_in_review(one, kind) if _is_ours(one) else "",
            )


def _show_misses(ours: Judged, examples: int) -> None:
    if ours.corpus.variant != VARIANTS[0]:
        print("\nThe misses of this variant are not listed: it is for judging only.")
        return
    for kind in KINDS:
        for title, holds in (("missed", True), ("falsely called", False)):
            _part(f"{_TITLES[kind]}: {title}")
            print(_miss_table(ours, kind, examples, holds=holds))
    _part("Columns: missed and falsely called")
    print(
        markdown(
            ("column", "what it holds", "truth", "said", "level", "reason"), _column_misses(ours)
        )
    )


def _miss_table(ours: Judged, kind: str, examples: int, *, holds: bool) -> str:
    counted: Counter[tuple[str, ...]] = Counter()
    shown: dict[tuple[str, ...], list[str]] = {}
    for place, value in enumerate(ours.corpus.values):
        said = ours.said[place].get(kind)
        found = said is not None and said.level in FINDING
        if value.section != kind or not value.scored or value.holds != holds or found == holds:
            continue
        key = (
            value.look_alike or "-",
            value.writing,
            value.field or "(none)",
            said.level if said else "nothing",
            said.reason if said else "",
        )
        counted[key] += 1
        shown.setdefault(key, []).append(value.text)
    rows = [
        (
            *key,
            count,
            *([" ‖ ".join(repr(text)[:120] for text in shown[key][:examples])] if examples else []),
        )
        for key, count in counted.most_common()
    ]
    return markdown(
        (
            "decoy",
            "writing",
            "field",
            "said",
            "reason",
            "n",
            *(["for example"] if examples else []),
        ),
        rows,
    )


def _column_misses(ours: Judged) -> Iterator[tuple[object, ...]]:
    for column, said in zip(ours.corpus.columns, ours.columns["its own"], strict=True):
        found = {kind for kind, told in said.items() if told.level in FINDING}
        if found != column.holds:
            level, reason = next(((told.level, told.reason) for told in said.values()), ("", ""))
            yield (
                column.name,
                column.what,
                ", ".join(sorted(column.holds)) or "clean",
                ", ".join(sorted(said)) or "nothing",
                level,
                reason,
            )


if __name__ == "__main__":
    sys.exit(main())
