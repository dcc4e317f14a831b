"""Browsing data in a column: addresses of sites that subscribers visited.

Source and what is found in a single value: see ``browsing_values``.

1. A column that names one or two sites again and again is a configuration, unless its name is sure.
2. Sites in a fifth of the cells make a browsing column, fewer are single values; its name decides
   how sure that is.
3. Sites that customers told the desk about, browsers' names of themselves, addresses of systems and
   search terms are for a person to judge.
4. So are sites in a column where as many cells are names of access points to the operator's
   network, unless its name is sure: most access points look like one,
   a customer's own (``vpn.example.dk``) looks like any site.
5. In a register of customers, contacts or firms a site is their own. A register is told by the
   names of the columns beside, where these are known.
"""

from __future__ import annotations

import zlib
from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace

from teleaudit.detectors.browsing_values import find_browsing, finds_in, says
from teleaudit.detectors.decisions import ColumnDecision, Hit, Level, gravest
from teleaudit.detectors.knowledge import name_words
from teleaudit.detectors.names import speaks_of, words_of
from teleaudit.detectors.sites import names_access_point, own_names

COLUMN_SHARE = 0.2  # of cells with sites: a browsing column
FEW_CELLS = 30  # cells with sites from which on it tells how many different ones there are
FEW_PLACES = 2  # of SPREAD that are filled by so few different sites that they belong to a system
SPREAD = 8
MIN_OF_REGISTER = 2  # columns of names, addresses or firms that make a register

_SPREAD = tuple(f"browsing_spread_{place}" for place in range(SPREAD))
# The counts of a column that decide; all are sums. The spread tells few different sites from many:
# cells by a checksum of their site.
BROWSING_PROFILE = (
    "browsing_cells",
    "browsing_confirmed",
    "browsing_probable",
    "browsing_review",
    "browsing_destinations",
    "browsing_user_agents",
    "browsing_own",
    "browsing_access_points",
    "browsing_register",  # (5)
    *_SPREAD,
)


def profile_browsing(
    values: Iterable[str | None], *, name: str = "", own_domains: Collection[str] = ()
) -> dict[str, int]:
    """The counts that ``decide_browsing_column`` needs, of a column's values.

    Counts of parts of a column may be added.
    """
    counts = dict.fromkeys(BROWSING_PROFILE, 0)
    own = own_names(own_domains)
    for value in values:
        if value:
            _count(value, counts, name, own)
    return counts


def _count(value: str, counts: dict[str, int], name: str, own: frozenset[str]) -> None:
    counts["browsing_cells"] += 1
    finds = finds_in(value, name, own)
    counts["browsing_access_points"] += names_access_point(value)
    counts["browsing_own"] += any(find.level is None for find in finds)
    level = gravest(find.level for find in finds if find.level is not None)
    if level is None:
        return
    leading = next(find for find in finds if find.level is level)
    counts[f"browsing_{level.value}"] += 1
    counts["browsing_destinations"] += leading.reason == "destination_address"
    counts["browsing_user_agents"] += leading.reason == "user_agent"
    if leading.site and level is not Level.REVIEW:
        counts[
            _SPREAD[zlib.crc32(leading.site.casefold().encode("utf-8", "surrogatepass")) % SPREAD]
        ] += 1


def decide_browsing_column(profile: Mapping[str, int], name: str) -> ColumnDecision:
    """What the counts of a column say, with its name. Counts that are missing are 0."""
    counts = {key: int(profile.get(key) or 0) for key in BROWSING_PROFILE}
    level, reason = _decide(counts, name)
    kinds = frozenset({"browsing"}) if level is not None else frozenset[str]()
    found = counts["browsing_confirmed"] + counts["browsing_probable"]
    return ColumnDecision(
        kinds=kinds,
        level=level,
        reason=reason,
        n=counts["browsing_cells"],
        k=found or counts["browsing_review"],
        counts=counts,
    )


def names_register(names: Iterable[str]) -> bool:
    """Columns of these names together are a register of customers, contacts or firms, and tell
    nothing of traffic: (5).
    """
    columns = set(names)
    if any(speaks_of(name, "traffic") for name in columns):
        return False
    return (
        sum("".join(words_of(name)) in name_words("register") for name in columns)
        >= MIN_OF_REGISTER
    )


def register_context(names: Collection[str], table: str = "") -> Mapping[str, int]:
    """What the names of a table's columns say of the sites in it, as counts of a column; nothing
    where the canonical ``table`` that it is is known: (5).
    """
    return {"browsing_register": int(not table and names_register(names))}


def _decide(counts: Mapping[str, int], name: str) -> tuple[Level | None, str]:
    level, reason = _decide_alone(counts, name)
    own_site = (
        counts["browsing_register"] > 0
        and level is not None
        and level is not Level.REVIEW
        and says(name) != "sure"
    )
    return (Level.REVIEW, "customer_site") if own_site else (level, reason)


def _decide_alone(counts: Mapping[str, int], name: str) -> tuple[Level | None, str]:
    found = counts["browsing_confirmed"] + counts["browsing_probable"]
    said = says(name) if name else ""
    if not found:
        return _without_sites(counts, said)
    if _are_few(counts) and said != "sure":
        return Level.REVIEW, "few_sites"
    if counts["browsing_access_points"] >= found and said != "sure":
        return Level.REVIEW, "access_points"
    if counts["browsing_destinations"] >= found:
        return Level.PROBABLE, "destination_addresses"
    if said in {"sure", "browsing"} and counts["browsing_confirmed"]:
        return Level.CONFIRMED, "by_name"
    level = Level.CONFIRMED if counts["browsing_confirmed"] else Level.PROBABLE
    if found >= COLUMN_SHARE * counts["browsing_cells"]:
        return level, "browsing_column"
    if level is Level.PROBABLE and speaks_of(name, "note"):
        return Level.REVIEW, "sites_in_notes"  # what a customer told the desk is no record of use
    return level, "browsing_values"


def _without_sites(counts: Mapping[str, int], said: str) -> tuple[Level | None, str]:
    if not counts["browsing_review"]:
        return None, "own_domain" if counts["browsing_own"] else "none"
    if said == "search":
        return Level.REVIEW, "search_terms"
    if counts["browsing_user_agents"] == counts["browsing_review"]:
        return Level.REVIEW, "user_agents"
    return Level.REVIEW, "system_addresses" if said == "system" else "weak_signs"


def _are_few(counts: Mapping[str, int]) -> bool:
    """The column names one or two sites again and again, as a configuration does."""
    filled = [counts[place] for place in _SPREAD if counts[place]]
    return len(filled) <= FEW_PLACES and sum(filled) >= max(
        FEW_CELLS, counts["browsing_cells"] // 2
    )


def browsing_in_cell(
    text: str, *, name: str, decision: ColumnDecision, own_domains: Collection[str] = ()
) -> list[Hit]:
    """What one cell says, in the light of the decision about its column: a question where the
    column itself is one.
    """
    level, _ = _decide({key: decision.counts.get(key, 0) for key in BROWSING_PROFILE}, name)
    if level is None:
        return []
    hits = find_browsing(text, field=name, own_domains=own_domains)
    return hits if level is not Level.REVIEW else [replace(hit, level=Level.REVIEW) for hit in hits]
