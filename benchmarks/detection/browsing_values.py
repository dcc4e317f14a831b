"""Values about which sites somebody visited, and the names of hosts, files and classes that are
none of it.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator

from benchmarks.detection import identifiers
from benchmarks.detection.corpus import Value, place, share
from benchmarks.detection.wording import Wording

Write = Callable[[random.Random, Wording], str]
_SUBDOMAINS = ("", "", "", "www.", "m.", "api.", "cdn2.", "login.", "static.", "a1.img.")


def site(rng: random.Random, words: Wording) -> str:
    """An invented site, sometimes a host below it."""
    name = (
        words.pick(rng, "sites")
        if rng.random() < 0.3
        else words.say(rng, "{site_first}{site_second}.{site_last}")
    )
    return name if name.count(".") > 1 else rng.choice(_SUBDOMAINS) + name


def url(rng: random.Random, words: Wording) -> str:
    """A page of it."""
    return (
        f"{rng.choice(('https', 'https', 'http'))}://{site(rng, words)}{words.pick(rng, 'paths')}"
    )


def _said(rng: random.Random, words: Wording) -> str:
    return words.say(rng, "{browsing_said}", site=site(rng, words), url=url(rng, words))


# Writing -> how many, in which fields, how.
WRITINGS: dict[str, tuple[int, dict[str, int], Write]] = {
    "URL": (450, {"url_fields": 6, "neutral_fields": 4}, url),
    "URL without scheme": (
        150,
        {"url_fields": 5, "neutral_fields": 5},
        lambda rng, words: (
            f"{site(rng, words)}/{rng.choice(('a', 'da', 'p'))}{words.pick(rng, 'paths')}"
        ),
    ),
    "host": (350, {"host_fields": 6, "neutral_fields": 4}, site),
    "SNI": (150, {"sni_fields": 1}, site),
    "DNS name": (
        150,
        {"dns_fields": 1},
        lambda rng, words: site(rng, words) + rng.choice(("", "", ".")),
    ),
    "destination address": (
        150,
        {"ip_fields": 1},
        lambda rng, _words: identifiers.public_address(rng),
    ),
    "sentence or log line": (300, {"neutral_fields": 1}, _said),
}
# Look-alike -> how many, in which fields, how.
DECOYS: dict[str, tuple[int, dict[str, int], Write]] = {
    "own domain": (
        350,
        {"fields_node": 4, "host_fields": 3, "neutral_fields": 3},
        lambda rng, words: words.pick(rng, "own_hosts"),
    ),
    "3GPP name": (250, {"fields_node": 1}, lambda rng, words: words.pick(rng, "network_names")),
    "mail address": (
        350,
        {"fields_mail": 6, "neutral_fields": 4},
        lambda rng, words: words.pick(rng, "mails").lower(),
    ),
    "SIP address": (
        300,
        {"fields_msisdn": 5, "neutral_fields": 5},
        lambda rng, words: words.pick(rng, "sips"),
    ),
    "file name": (
        250,
        {"fields_file": 6, "neutral_fields": 4},
        lambda rng, words: words.pick(rng, "files"),
    ),
    "class name": (120, {"neutral_fields": 1}, lambda rng, words: words.pick(rng, "classes")),
    "node name": (
        250,
        {"fields_node": 6, "neutral_fields": 4},
        lambda rng, words: words.pick(rng, "nodes"),
    ),
    "version": (120, {"neutral_fields": 1}, lambda rng, words: words.pick(rng, "versions")),
    "no space after the period": (
        200,
        {"neutral_fields": 1},
        lambda rng, words: (
            f"{words.pick(rng, 'run_on')}{rng.choice(('', ' {6}', ' /{first_names}'))}"
        ),
    ),
    "abbreviation": (
        120,
        {"neutral_fields": 1},
        lambda rng, words: words.pick(rng, "abbreviations"),
    ),
    "private address": (150, {"fields_address": 1}, lambda rng, _words: identifiers.address(rng)),
    "the subscriber's own address": (
        120,
        {"fields_address": 1},
        lambda rng, _words: identifiers.public_address(rng),
    ),
    "note": (250, {"neutral_fields": 1}, lambda rng, words: words.pick(rng, "notes")),
    "tariff": (100, {"neutral_fields": 1}, lambda rng, words: words.pick(rng, "tariffs")),
    "log line": (120, {"neutral_fields": 1}, lambda rng, words: words.pick(rng, "log_lines")),
    "user agent": (80, {"neutral_fields": 1}, lambda rng, words: words.pick(rng, "user_agents")),
    "call id": (120, {"fields_call_id": 1}, lambda rng, _words: identifiers.call_id(rng)),
}


def draw(rng: random.Random, words: Wording, size: float) -> Iterator[Value]:
    """Sites visited, and names that are none."""
    for holds, kinds in ((True, WRITINGS), (False, DECOYS)):
        for what, (count, fields, write) in kinds.items():
            for _ in range(share(count, size)):
                text = words.say(rng, write(rng, words))
                writing, look_alike = (what, "") if holds else ("bare", what)
                yield Value(
                    section="browsing",
                    text=text,
                    field=place(rng, words, fields),
                    holds=holds,
                    writing=writing,
                    look_alike=look_alike,
                )
