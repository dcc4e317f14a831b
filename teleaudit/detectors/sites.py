"""Whether a name with dots in it is the name of a site, and how sure that is.

Names only, no text around them.

Source: RFC 1035 and RFC 5890 (labels), the root zone (``data/tlds.yaml``), names of network
elements and of nobody's site (``data/browsing.yaml``).

No site is named by:
1. Names in a domain that is not on the internet: 3GPP and GPRS names, ``.local``, ``.internal``,
   ``.arpa``.
2. Elements of the network (``smsc01.cph.example.net``) and the lines of customers
   (``87-104-1-2.dynamic.example.net``).
3. Names written backwards, as classes and apps are: ``com.example.app``.
4. Words without the space between two sentences (``aftalt.Der``), abbreviations (``tlf.nr``), keys
   of records (``customer.name``) and files:
   two labels of which the last is such a word say too little. Where nothing speaks for a site they
   are left out, where they stand alone a person is asked.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from enum import StrEnum
from functools import cache, lru_cache

from teleaudit.detectors.knowledge import browsing_words, top_level_domains
from teleaudit.detectors.message_words import function_words

LONGEST_NAME = 253  # characters, RFC 1035
_LABEL = re.compile(r"_?[^\W_](?:[\w-]{0,61}[^\W_])?")
_NETWORK_CODE = re.compile("mcc[0-9]{3}")
_ACCESS_ENDS = frozenset({"gprs", "3gppnetwork", "org"})
_WORDS_OF_LABEL = re.compile(r"[^\W\d_]+")


class Grade(StrEnum):
    """What a name is worth as the name of a site."""

    NONE = "none"
    UNLISTED = "unlisted"  # a name, but in no domain of the root zone
    NODE = "node"  # an element of the network or a customer's line: (2)
    WEAK = "weak"
    GOOD = "good"


@lru_cache(maxsize=8192)
def grade_of(
    name: str, *, anchored: bool = False, path: bool = False, alone: bool = False
) -> Grade:
    """What a name is worth.

    ``anchored``: a scheme, a port or ``www.`` says that it is one; ``path``: a path follows it;
    ``alone``: nothing else is in the value.
    """
    labels = labels_of(name)
    if not labels or _ends_in(labels, browsing_words("never_domains")):  # (1)
        return Grade.NONE
    if labels[-1] not in top_level_domains():
        return Grade.UNLISTED
    if _is_node(labels):
        return Grade.NODE
    if anchored or labels[0] == "www":
        return Grade.GOOD
    if _is_backwards(labels):  # (3)
        return Grade.NONE
    if ".".join(labels) in browsing_words("products"):
        return Grade.NONE
    if not name.islower() and any(character.isupper() for character in name):
        return _of_capitals(name, labels)
    return (
        _of_two(labels, path=path, alone=alone)
        if len(labels) == 2
        else _of_many(labels, path=path, alone=alone)
    )


@lru_cache(maxsize=8192)
def is_listed(label: str) -> bool:
    """The label is a top-level domain, in either writing."""
    return _own_script(label.casefold()) in top_level_domains()


@lru_cache(maxsize=8192)
def labels_of(name: str) -> tuple[str, ...]:
    """The labels of a name in lower case and in their own script, without wildcard and closing dot;
    empty when it is no name.
    """
    if len(name) > LONGEST_NAME + 3:
        return ()
    labels = tuple(name.removeprefix("*.").strip(".").casefold().split("."))
    if len(labels) < 2 or not all(_LABEL.fullmatch(label) for label in labels):
        return ()
    return (*labels[:-1], _own_script(labels[-1]))


def own_names(domains: Collection[str]) -> frozenset[str]:
    """An operator's domains as they are compared: lower case, without wildcard, address and path,
    in both writings.
    """
    return _own_names(frozenset(domains))


def is_own(name: str, own: frozenset[str]) -> bool:
    """The name is one of the operator's, or under one of them."""
    return bool(own) and _ends_in(
        tuple(map(_own_script, name.strip(".").casefold().split("."))), own
    )


def is_numbered_node(name: str) -> bool:
    """The name begins like that of a machine with a number: ``gw1``, ``core02``."""
    first, *others = labels_of(name) or ("",)
    words = _WORDS_OF_LABEL.findall(first)
    return (
        len(others) >= 2
        and first[-1:].isdigit()
        and bool(words)
        and words[-1] in browsing_words("numbered_nodes")
    )


def is_file(name: str) -> bool:
    """The name ends as a file may, and its top-level domain is one of those: ``load.py``."""
    return labels_of(name)[-1:] != () and labels_of(name)[-1] in browsing_words("file_tlds")


def is_access_point(name: str) -> bool:
    """The name begins like that of an access point to the operator's network:
    ``internet.example.dk``.
    """
    labels = labels_of(name)
    return len(labels) >= 3 and labels[0] in browsing_words("access_points")


def names_access_point(text: str) -> bool:
    """The whole value is the name of an access point, with the operator's name or without:
    ``internet``, ``ims.mnc006.mcc238.gprs`` (3GPP TS 23.003, 9).
    """
    first, *others = text.strip().casefold().split(".")
    return first in browsing_words("access_points") or (
        len(others) >= 2
        and others[-1] in _ACCESS_ENDS
        and any(_NETWORK_CODE.fullmatch(label) for label in others)
    )


def is_self_service(name: str) -> bool:
    """The name begins like the page where an operator's customers help themselves:
    ``mit.example.dk``.
    """
    labels = labels_of(name)
    return len(labels) >= 3 and labels[0] in browsing_words("service_labels")


@cache
def _own_names(domains: frozenset[str]) -> frozenset[str]:
    bare = (
        re.sub(r"^[a-z]+://", "", domain.strip().casefold())
        .partition("/")[0]
        .removeprefix("*")
        .strip(".")
        for domain in domains
    )
    return frozenset(".".join(map(_own_script, name.split("."))) for name in bare if name)


@lru_cache(maxsize=4096)
def _own_script(label: str) -> str:
    """A label in its own script: ``xn--`` spells it in ASCII."""
    if not label.startswith("xn--") or len(label) > 63:
        return label
    try:
        return label[4:].encode("ascii").decode("punycode").casefold()
    except (UnicodeError, OverflowError):
        return label


def _ends_in(labels: tuple[str, ...], domains: frozenset[str]) -> bool:
    return any(
        ".".join(labels[start:]) in domains for start in range(max(len(labels) - 8, 0), len(labels))
    )


def _is_node(labels: tuple[str, ...]) -> bool:  # (2)
    if len(labels) < 3:
        return False
    first = labels[0]
    if not browsing_words("telecom_nodes").isdisjoint(_WORDS_OF_LABEL.findall(first)):
        return True
    line = {
        word for label in labels[:-2] for word in _WORDS_OF_LABEL.findall(label)
    } & browsing_words("line_words")
    return bool(line) and sum(character.isdigit() for character in first) >= 4


def _is_backwards(labels: tuple[str, ...]) -> bool:  # (3)
    if labels[0] not in browsing_words("class_starts") or labels[-1] in browsing_words("sure_tlds"):
        return False
    return len(labels) > 2 or labels[0] in {
        "java",
        "javax",
        "jakarta",
        "kotlin",
        "android",
        "system",
        "self",
        "this",
    }


def _of_capitals(name: str, labels: tuple[str, ...]) -> Grade:
    """Company names, tariffs and sentences without a space have capitals; so have names of sites
    that a system writes in capitals only.
    """
    last = name.strip(".").rpartition(".")[2]
    if name.isupper():
        # .NET is a product, too
        return (
            Grade.GOOD
            if labels[-1] in {"com", "org"} or (labels[-1] in {"net", "dk"} and len(labels) > 2)
            else Grade.WEAK
        )
    if last.istitle() or labels[-1] not in browsing_words("sure_tlds"):
        return Grade.NONE
    return Grade.WEAK if len(labels) == 2 else Grade.GOOD


def _of_two(labels: tuple[str, ...], *, path: bool, alone: bool) -> Grade:  # (4)
    first, last = labels
    if last in browsing_words("sure_tlds") or ".".join(labels) in browsing_words("short_hosts"):
        return Grade.GOOD
    if last in browsing_words("word_tlds") or last in browsing_words("file_tlds"):
        return Grade.WEAK if alone or path else Grade.NONE
    if alone or path:
        return Grade.WEAK if first.isdigit() else Grade.GOOD
    return Grade.NONE if last in _function_words() else Grade.WEAK


def _of_many(labels: tuple[str, ...], *, path: bool, alone: bool) -> Grade:
    if labels[-1] in browsing_words("file_tlds"):
        return Grade.WEAK
    if labels[-1] in browsing_words("key_tlds") and not (path and len(labels[-1]) == 2):
        return Grade.WEAK if alone else Grade.NONE
    # state.folder.work
    if labels[-1] in browsing_words("word_tlds") and len(labels[-1]) > 2 and not (path or alone):
        return Grade.WEAK
    return Grade.GOOD


@cache
def _function_words() -> frozenset[str]:
    return function_words("da") | function_words("en") | browsing_words("function_tlds")
