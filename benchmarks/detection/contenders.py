"""Who is judged: teleaudit as its users call it, and the peers as they come, at their own
thresholds.

A peer that is not installed is left out and named. Peers are imported by name, so that types are
checked where none is installed.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from importlib.metadata import version
from inspect import signature
from typing import Any

CARD, CPR, MESSAGE, BROWSING = "card", "cpr", "message", "browsing"
FOUND = "found"  # what a peer says, which knows no levels
_DIGITS = re.compile(r"(?<!\d)\d(?:[ -]?\d){12,18}(?!\d)")
_TEN = re.compile(r"(?<!\d)\d{6}[ -]?\d{4}(?!\d)")
_WORDS = 4


@dataclass(frozen=True)
class Said:
    """What a contender says of one kind: how sure, and why where it tells."""

    level: str
    reason: str = ""


Judge = Callable[[str, str], Mapping[str, Said]]  # a value and its field -> what is in it, by kind
# cells and their column's name -> the same
JudgeColumn = Callable[[Sequence[str], str], Mapping[str, Said]]


@dataclass(frozen=True, kw_only=True)
class Contender:
    """A detector under one calling convention."""

    name: str
    kinds: frozenset[str]  # what it looks for; it is not scored on the rest
    judge: Judge
    # None: it judges values only, and a column by the share of its cells
    judge_column: JudgeColumn | None = None


@dataclass(frozen=True, kw_only=True)
class Absent:
    """A peer that could not be run."""

    name: str
    why: str


def teleaudit(own_domains: Collection[str]) -> Contender:
    """``scan_value`` and ``scan_column``, told the operator's own domains where they
    ask for them.
    """
    from teleaudit.detectors import Level, scan_column, scan_value

    ranks = {Level.CONFIRMED: 0, Level.PROBABLE: 1, Level.REVIEW: 2}
    for_value, for_column = (
        {"own_domains": own_domains} if "own_domains" in signature(asked).parameters else {}
        for asked in (scan_value, scan_column)
    )
    ask_value: Any = scan_value  # whose keywords are known only now
    ask_column: Any = scan_column

    def judge(text: str, field: str) -> dict[str, Said]:
        hits = sorted(ask_value(text, field=field, **for_value), key=lambda hit: -ranks[hit.level])
        # the surest of a kind is written last
        return {hit.kind: Said(hit.level.value, hit.reason) for hit in hits}

    def judge_column(values: Sequence[str], name: str) -> dict[str, Said]:
        decision = ask_column(values, name=name, **for_column)
        return {kind: Said(str(decision.level), decision.reason) for kind in decision.kinds}

    return Contender(
        name="teleaudit",
        kinds=frozenset({CARD, CPR, MESSAGE, BROWSING, "cvv"}),
        judge=judge,
        judge_column=judge_column,
    )


def peers() -> list[Contender | Absent]:
    """Every peer, or why it is not run."""
    return [
        _guarded(name, load)
        for name, load in (
            ("presidio-analyzer", _presidio),
            ("colscan", _colscan),
            ("panhunt", _panhunt),
            ("scrubadub", _scrubadub),
            ("python-stdnum", _stdnum),
        )
    ] + [
        Contender(
            name='regex "13 to 19 digits", "6-4 digits"',
            kinds=frozenset({CARD, CPR}),
            judge=_patterns_alone,
        ),
        Contender(name=f'">= {_WORDS} words"', kinds=frozenset({MESSAGE}), judge=_words),
    ]


def _guarded(name: str, load: Callable[[], Contender]) -> Contender | Absent:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return load()
    except ImportError:
        return Absent(name=name, why="not installed: not measured")


def _told(found: Mapping[str, bool]) -> dict[str, Said]:
    return {kind: Said(FOUND) for kind, is_found in found.items() if is_found}


def _presidio() -> Contender:
    """Its pattern recognisers alone, without a language model: they are all that finds cards and
    URLs.

    Any score counts, as its engine's default has it.
    """
    recognizers = import_module("presidio_analyzer.predefined_recognizers")
    cards, urls = recognizers.CreditCardRecognizer(), recognizers.UrlRecognizer()

    def judge(text: str, _field: str) -> dict[str, Said]:
        return _told(
            {
                CARD: bool(cards.analyze(text, ["CREDIT_CARD"], None)),
                BROWSING: bool(urls.analyze(text, ["URL"], None)),
            }
        )

    return Contender(
        name=f"presidio-analyzer {version('presidio-analyzer')}",
        kinds=frozenset({CARD, BROWSING}),
        judge=judge,
    )


def _colscan() -> Contender:
    """Values by its classifier and what it finds inside texts; columns by its own decision,
    findings that it calls verified only.
    """
    rules, colscan = import_module("colscan._engine.validators"), import_module("colscan")
    named = {"credit_card": CARD, "url": BROWSING, "domain": BROWSING}

    def judge(text: str, _field: str) -> dict[str, Said]:
        types = {rules.classify(text), *(found for found, _ in rules.scan_embedded(text))}
        return {named[found]: Said(FOUND) for found in types if found in named}

    def judge_column(values: Sequence[str], name: str) -> dict[str, Said]:
        told = colscan.scan_column(values, name=name)
        types = {entry["type"] for entry in told["contains"] if entry["rule_verified"]} | (
            {told["type"]} if told["method"] == "validator" else set()
        )
        return {named[found]: Said(FOUND) for found in types if found in named}

    return Contender(
        name=f"colscan {version('colscan')}",
        kinds=frozenset({CARD, BROWSING}),
        judge=judge,
        judge_column=judge_column,
    )


def _panhunt() -> Contender:
    """Its patterns and its check, as its finder puts them together."""
    brands, check = (
        import_module("panhunt.patterns").CardPatterns().brands(),
        import_module("panhunt.pan").PAN.is_valid_luhn_checksum,
    )

    def judge(text: str, _field: str) -> dict[str, Said]:
        return _told(
            {CARD: any(check(pan=pan) for _, pattern in brands for pan in pattern.findall(text))}
        )

    return Contender(name=f"panhunt {version('panhunt')}", kinds=frozenset({CARD}), judge=judge)


def _scrubadub() -> Contender:
    cards = import_module("scrubadub.detectors.credit_card").CreditCardDetector()
    urls = import_module("scrubadub.detectors.url").UrlDetector()

    def judge(text: str, _field: str) -> dict[str, Said]:
        return _told(
            {
                CARD: any(True for _ in cards.iter_filth(text)),
                BROWSING: any(True for _ in urls.iter_filth(text)),
            }
        )

    return Contender(
        name=f"scrubadub {version('scrubadub')}", kinds=frozenset({CARD, BROWSING}), judge=judge
    )


def _stdnum() -> Contender:
    """A regular expression for the digits, the library for the check: Luhn, and the date in a CPR
    number.
    """
    luhn, cpr = import_module("stdnum.luhn"), import_module("stdnum.dk.cpr")

    def judge(text: str, _field: str) -> dict[str, Said]:
        cards = any(
            luhn.is_valid(found[0].replace(" ", "").replace("-", ""))
            for found in _DIGITS.finditer(text)
        )
        return _told(
            {CARD: cards, CPR: any(cpr.is_valid(found[0]) for found in _TEN.finditer(text))}
        )

    return Contender(
        name=f"regex + Luhn, regex + dk.cpr (python-stdnum {version('python-stdnum')})",
        kinds=frozenset({CARD, CPR}),
        judge=judge,
    )


def _patterns_alone(text: str, _field: str) -> dict[str, Said]:
    return _told({CARD: bool(_DIGITS.search(text)), CPR: bool(_TEN.search(text))})


def _words(text: str, _field: str) -> dict[str, Said]:
    return _told({MESSAGE: len(re.findall(r"[^\W\d_]{2,}", text)) >= _WORDS})
