"""What subscribers looked at on the internet: addresses of sites in a value, be it a cell or a line
of a log.

Source: Kazoom's policy (no data on the use of the line beyond law, contract and measurement; no
behaviour on the internet to others), Bizzy's closed list of teledata; § 7 of the Danish teleloven.
Writings: RFC 3986 (addresses), RFC 1035 and RFC 5890 (names), RFC 9110 (requests), lines of Squid,
nginx, dnsmasq and address translators.

What is found: addresses with a scheme, names of sites (DNS, SNI, Host), public addresses where a
session went to, and, for a person to judge, browsers' names of themselves.
What is left out:
1. The operator's own domains, and names that no site has (``sites.py``).
2. What follows an ``@`` and addresses of other services: mail, SIP, telephone numbers, databases.
3. Files, places in source code (``load.py:12``), paths of directories, and keys to which a value is
   given.
4. Schemas, licences and JSON-LD contexts: they name a meaning, nobody has been there.
5. IP addresses that are not said to be a destination: a subscriber's own address, a resolver, a
   version number; private and reserved addresses always.
6. What somebody searched for looks like any text: only the name of the column tells, and a person
   decides.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field, replace
from functools import lru_cache
from html import unescape
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

from teleaudit.detectors.chunks import CHUNK
from teleaudit.detectors.decisions import Hit, Level
from teleaudit.detectors.knowledge import browsing_words, name_words
from teleaudit.detectors.names import speaks_of, words_of
from teleaudit.detectors.sites import (
    Grade,
    grade_of,
    is_access_point,
    is_file,
    is_listed,
    is_numbered_node,
    is_own,
    is_self_service,
    labels_of,
    own_names,
)
from teleaudit.detectors.writings import (
    LONGEST_ENCODED,
    Plain,
    is_no_value,
    text_of_base64,
    text_of_hex,
)

MARGIN = 2_048  # characters before the end of a chunk in which it may end at a space
CONTEXT = 64  # characters before a find in which a key or a request speaks about it

DOTS, COLONS, SLASHES = ".\uff0e\u3002\uff61\u2024", ":\uff1a", "/\uff0f"
DROPPED = "\u00ad\u200b\u200c\u200d\u2060\ufeff"
SCHEMES = "h(?:tt|xx)ps?|ftps?|wss?"
# Whole cells that hide an address: of these characters only, and beginning with http, ftp or www.
# The prefilter in SQL is made of the same.
BASE64_ADDRESS = "(?:aHR0c|aHh4c|SFRUU|ZnRwOi8v|RlRQOi8v|d3d3L|V1dXL)[A-Za-z0-9+/_-]*={0,2}"
HEX_ADDRESS = "(?:0x)?(?:68747470|48545450|6674703[aA]|7777772[eE]|0068007400740070|007700770077002[eE])(?:[0-9A-Fa-f]{2})*"
BROWSERS = "Mozilla|Opera|Dalvik|okhttp|CFNetwork|AppleWebKit|Instagram|WhatsApp|curl|Wget"

_ADDRESS = rf"(?P<scheme>(?i:{SCHEMES}))://(?P<rest>[^\s\"'<>`|{{}}\\^]{{1,4096}}+)"
_NAME = r"(?<![\w.@-])(?:\*\.)?[\w-]*+\.[\w.-]++(?!://|@|\+[\w.+-]{0,64}@)"
_PLACES = re.compile(f"{_ADDRESS}|{_NAME}")
_SIX = re.compile(
    r"(?<![\w:.])[0-9A-Fa-f]{0,4}(?::[0-9A-Fa-f]{0,4}){2,7}(?:(?<=:)[0-9]{1,3}(?:\.[0-9]{1,3}){3})?(?![\w:])"
)
_ANOTHER = re.compile(rf"[,;](?=(?i:{SCHEMES})://)")
_HOST = re.compile(r"\[([0-9A-Fa-f:.]{2,45})\]|([\w.-]+)")
_PORT = re.compile(r":([0-9]{1,5})(?![0-9.])")
_PATH = re.compile(r"[/?][^\s\"'<>`|{}\\^]*+")
_KEY = re.compile(r"([\w@$][\w.$-]{0,40})[\"'\\]{0,2}\]?\s{0,2}(?:=>|[=:])\s{0,2}[\"'\[(<\\]{0,3}$")
_REQUEST = re.compile(
    r"(?:\b(?P<request>GET|POST|PUT|HEAD|CONNECT|OPTIONS|DELETE|PATCH)|\b(?P<dns>query\[\w{1,10}\]|(?i:dns|forwarded|reply|cached))"
    r"|\b(?i:(?P<sni>sni)|(?P<host>host:|url|besøgte|visited))):? [\"']?$"
)
_TOWARDS = re.compile(r"(?:->|=>|→|DIRECT/|(?i:\b(?:dst|dest|destination|daddr)))[ :=]{0,2}$")
_SERVICE = re.compile(r"(?:^|[^\w])([a-z][a-z0-9.+-]{1,15}):$", re.IGNORECASE)
_DIRECT = re.compile(r"(?:DIRECT|PARENT)/$")
_AT_SPELT = re.compile(r"[(\[{] ?at ?[)\]}] ?$", re.IGNORECASE)
_GIVEN = re.compile(r" {0,2}=(?![=>])")
_WEB_PORTS = frozenset({"80", "443", "8080", "8443"})
_SIP_PORTS = frozenset({"5060", "5061", "5080"})
_BROWSER = re.compile(rf"\b(?:{BROWSERS})/[0-9]")
_IPV4 = re.compile(r"[0-9]{1,3}(?:\.[0-9]{1,3}){3}")
_BASE64, _HEX = re.compile(BASE64_ADDRESS), re.compile(HEX_ADDRESS)
# No value holds a find without one of these: a quick look that most values do not pass.
_POSSIBLE = re.compile(
    rf"\.[^\W\d_]|\.[0-9]{{1,3}}\.[0-9]|:[:/]|(?::[0-9A-Fa-f]{{1,4}}){{5}}|(?:{BROWSERS})/|%[0-9A-Fa-f]{{2}}|&[#a-z]|\\|[\[({{](?:[.:/]|[dD])"
    rf"|[{DOTS[1:]}{COLONS[1:]}{SLASHES[1:]}{DROPPED}]"
)
# letters, digits and :/._@=?&#*- in a %-code; a space or a quote would cut the address
_SPELT = "(?:2[36AaDdEeFf]|3[0-9AaDdFf]|4[0-9A-Fa-f]|5[0-9AaFf]|6[1-9A-Fa-f]|7[0-9Aa])"
_SPECIAL = re.compile(
    rf"%(?:25){{0,3}}{_SPELT}|&(?:#[0-9]{{1,7}}|#[xX][0-9A-Fa-f]{{1,6}}|[a-z]{{2,6}});|\\(?:u00[0-9A-Fa-f]{{2}}|[nrt/\"'])"
    rf"|\[(?:[.:/]|://|(?i:dot))\]|\((?:[.]|(?i:dot))\)|\{{[.]\}}|[{DOTS[1:]}{COLONS[1:]}{SLASHES[1:]}{DROPPED}]"
)
_FLAT = str.maketrans(
    dict.fromkeys(DOTS, ".")
    | dict.fromkeys(COLONS, ":")
    | dict.fromkeys(SLASHES, "/")
    | dict.fromkeys(DROPPED, "")
)
# Addresses for documentation count as public: no network has them, and invented exports write the
# internet with them (RFC 5737, RFC 3849).
_FOR_EXAMPLES = tuple(
    map(ip_network, ("192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24", "2001:db8::/32"))
)

_ENDS = (" \n\t\r", "\"'<>|", ",;")  # where a chunk may end, the best first
_REASONS = {
    "sni": "sni",
    "servername": "sni",
    "refer": "referer",
    "dns": "dns_name",
    "qname": "dns_name",
    "query": "dns_name",
    "rrname": "dns_name",
}


@dataclass(frozen=True, kw_only=True)
class Find:
    """A place in a value and what it is. Lives only while a value is judged."""

    level: Level | None  # None: the operator's own
    reason: str
    start: int
    end: int
    site: str = field(default="", repr=False)


def find_browsing(text: str, *, field: str = "", own_domains: Collection[str] = ()) -> list[Hit]:
    """What one value says about somebody's use of the internet, in its order.

    ``field`` is the name of the column or key it stands in.
    """
    return [
        Hit(kind="browsing", level=find.level, reason=find.reason, start=find.start, end=find.end)
        for find in finds_in(text, field, own_names(own_domains))
        if find.level is not None
    ]


def finds_in(text: str, field: str, own: frozenset[str]) -> list[Find]:
    """The places in one value, the operator's own names (``own``, as ``own_names`` gives them)
    among them.
    """
    found = (
        [find for chunk in _chunks(text) for find in _in_chunk(text, chunk, field, own)]
        if _POSSIBLE.search(text)
        else []
    )
    if not found:
        found = list(_encoded(text, field, own))
    # (6)
    if (
        not found
        and field
        and says(field) == "search"
        and not is_no_value(text)
        and any(character.isalpha() for character in text[:CHUNK])
    ):
        found = [Find(level=Level.REVIEW, reason="search_term", start=0, end=len(text))]
    return found


def _chunks(text: str) -> Iterator[range]:
    """Parts of a text that end where no name or address goes on: at a space, else at a quote, else
    at a comma.
    """
    start = 0
    while start < len(text):
        stop = min(start + CHUNK, len(text))
        if stop < len(text):
            ends = (max(text.rfind(mark, stop - MARGIN, stop) for mark in marks) for marks in _ENDS)
            stop = next((end + 1 for end in ends if end >= 0), stop)
        yield range(start, stop)
        start = stop


def _in_chunk(text: str, chunk: range, field: str, own: frozenset[str]) -> Iterator[Find]:
    offset = max(chunk.start - CONTEXT, 0)
    written = _plain(text[offset : chunk.stop])
    finds = sorted(
        (*_in_text(written.text, field, own), *_user_agents(written.text)),
        key=lambda find: find.start,
    )
    for find in finds:
        start = offset + written.original(find.start)
        if start in chunk:
            yield replace(find, start=start, end=offset + written.original(find.end))


def _encoded(text: str, field: str, own: frozenset[str]) -> Iterator[Find]:
    cell = text[: LONGEST_ENCODED + 1].strip()
    if len(cell) > LONGEST_ENCODED or len(cell) < 8:
        return
    for find in _in_text(_plain(_inner(cell)).text, field, own):
        reason = f"encoded_{find.reason}" if find.level else find.reason
        yield replace(find, reason=reason, start=0, end=len(text))
        return


def _inner(cell: str) -> str:
    if _BASE64.fullmatch(cell):
        return text_of_base64(cell)
    if _HEX.fullmatch(cell):
        return text_of_hex(
            cell, "utf-16-be" if cell.removeprefix("0x").startswith("00") else "utf-8"
        )
    return ""


def _plain(text: str) -> Plain:
    """The text with escapes, entities, %-codes and defanged dots written plainly."""
    pieces: list[str] = []
    starts, shifts = [0], [0]
    length = cut = 0
    windows = ":\\" in text or text.startswith("\\\\")
    for match in _SPECIAL.finditer(text):
        resolved = _resolved(match.group(), windows=windows)
        pieces += (text[cut : match.start()], resolved)
        length += match.start() - cut + len(resolved)
        cut = match.end()
        starts.append(length)
        shifts.append(cut - length)
    return Plain(
        text="".join((*pieces, text[cut:])) if cut else text,
        starts=tuple(starts),
        shifts=tuple(shifts),
    )


@lru_cache(maxsize=4096)
def _resolved(written: str, *, windows: bool) -> str:
    if written[0] == "%":
        return chr(int(written[-2:], 16))
    if written[0] == "&":
        spelt = unescape(written)
        return spelt.translate(_FLAT) if len(spelt) == 1 else written
    if written[0] == "\\":
        return _unescaped(written, windows=windows)
    inner = written.strip("[](){}").casefold()
    return "." if inner == "dot" else inner.translate(_FLAT)


def _unescaped(written: str, *, windows: bool) -> str:
    if written[1] == "u":
        return chr(int.from_bytes(bytes.fromhex(written[2:])))
    if written[1] in "nrt":
        return written if windows else " "
    return written[1]


def _in_text(text: str, field: str, own: frozenset[str]) -> Iterator[Find]:
    place = inside_own = 0
    while (match := _PLACES.search(text, place)) is not None:
        find, place = (
            _address(text, match, field, own) if match["scheme"] else _name(text, match, field, own)
        )
        if find is None:
            continue
        if find.start < inside_own and find.level is not None and text[find.start - 1] not in ",;":
            find = Find(
                level=Level.REVIEW,
                reason="in_own_address",
                start=find.start,
                end=find.end,
                site=find.site,
            )
        yield find
        if find.level is None and match["scheme"]:
            inside_own, place = find.end, match.start("rest") + 1
    yield from _six(text, field)


def _address(
    text: str, match: re.Match[str], field: str, own: frozenset[str]
) -> tuple[Find | None, int]:
    """An address with a scheme."""
    rest = match["rest"]
    if (another := _ANOTHER.search(rest)) is not None:
        rest = rest[: another.start()]
    stop = match.start("rest") + len(rest)
    end = match.start("rest") + len(rest.rstrip(".,;:!?)]*"))
    host = _host_of(rest)
    context = _context(text, match.start(), field)
    # (4); crawlers' own addresses stand after a plus
    if (
        not host
        or (match.start() and text[match.start() - 1] == "+")
        or _is_schema(host, rest, context)
    ):
        return None, stop
    if is_own(host, own):
        return Find(level=None, reason="own_domain", start=match.start(), end=end), stop
    judged = _judge_address(host, context)
    return (
        None
        if judged is None
        else Find(level=judged[0], reason=judged[1], start=match.start(), end=end, site=host)
    ), stop


def _host_of(rest: str) -> str:
    authority = re.split(r"[/?#,;]", rest, maxsplit=1)[0]
    host = _HOST.match(authority.rpartition("@")[2])
    return (host[1] or host[2]) if host else ""


def _judge_address(host: str, context: _Context) -> tuple[Level, str] | None:
    grade = _grade_of_host(host)
    if grade is Grade.NONE:
        return None
    if context.says in {"system", "file"}:
        return Level.REVIEW, "system_address"
    if grade is not Grade.GOOD:
        return Level.REVIEW, "unlisted_domain" if grade is Grade.UNLISTED else "network_element"
    if context.named:
        return Level.CONFIRMED, context.reason or "url"
    return (Level.REVIEW, "self_service") if is_self_service(host) else (Level.PROBABLE, "url")


def _grade_of_host(host: str) -> Grade:
    if _IPV4.fullmatch(host) or ":" in host:
        return Grade.GOOD if _is_public(host) else Grade.NONE
    return grade_of(host, anchored=True)


def _is_schema(host: str, rest: str, context: _Context) -> bool:  # (4)
    if context.says == "schema":
        return True
    known = host.casefold()
    if known.startswith(("schemas.", "xmlns.")):
        return True
    return not context.named and (
        known in browsing_words("schema_hosts")
        or any(part in rest.casefold() for part in browsing_words("license_paths"))
    )


def _name(
    text: str, match: re.Match[str], field: str, own: frozenset[str]
) -> tuple[Find | None, int]:
    """A name without a scheme, or an IPv4 address."""
    written = match.group().rstrip(".-")
    name = written[written.rfind("..") + 2 if ".." in written else 0 :].lstrip(".-")
    start, end = match.start() + len(written) - len(name), match.start() + len(written)
    if _IPV4.fullmatch(name):
        return _destination(text, start, end, field), match.end()
    # (2) and (3)
    if not is_listed(name.rpartition(".")[2]) or not labels_of(name) or not _may_begin(text, start):
        return None, match.end()
    port = _PORT.match(text, end)
    after = port.end() if port else end
    if is_own(name.removeprefix("*."), own):
        path = _PATH.match(text, after)
        return Find(level=None, reason="own_domain", start=start, end=end), max(
            match.end(), path.end() if path else after
        )
    judged = _judge_name(
        text,
        start,
        end,
        name=name,
        port=port[1] if port else "",
        path=text[after : after + 1] in {"/", "?"},
        field=field,
    )
    if judged is None:
        return None, match.end()
    path = _PATH.match(text, after)
    last = after + len(path.group().rstrip(".,;:!?)]")) if path else after
    return Find(level=judged[0], reason=judged[1], start=start, end=last, site=name), max(
        match.end(), path.end() if path else after
    )


def _may_begin(text: str, start: int) -> bool:
    """What stands before a name does not make it a file, or an address of another service."""
    before = text[max(start - 24, 0) : start]
    if before.endswith(("/", "\\")):
        relative = before.endswith("//") and not before.endswith("://")
        return (
            relative
            or bool(_DIRECT.search(before))
            or (text.startswith("www.", start) and not before.endswith("//"))
        )
    service = _SERVICE.search(before)
    return service is None or service[1].casefold() not in browsing_words("other_schemes")


def _judge_name(
    text: str, start: int, end: int, *, name: str, port: str, path: bool, field: str
) -> tuple[Level, str] | None:
    context = _context(text, start, field)
    # load.py:12
    if _is_key(text, name, end) or (
        port and is_file(name) and not context.named and port not in _WEB_PORTS
    ):
        return None
    anchored = (bool(port) and not is_file(name)) or name.startswith("*.")
    grade = grade_of(
        name, anchored=anchored, path=path, alone=bool(port) or _is_alone(text, start, end)
    )
    if (
        context.says in {"system", "schema", "file"}
        or port in _SIP_PORTS
        or (
            grade is Grade.NONE
            and not (context.named and grade_of(name, anchored=True) is Grade.GOOD)
        )
    ):
        return None
    if _AT_SPELT.search(text[max(start - 8, 0) : start]):
        return Level.REVIEW, "mail_like"
    if grade is Grade.NODE or (is_numbered_node(name) and not context.named):
        return (
            (Level.REVIEW, "network_element") if context.named or grade is not Grade.NODE else None
        )
    if context.named:
        return Level.CONFIRMED, context.reason or "host"
    return _judge_unnamed(name, grade)


def _judge_unnamed(name: str, grade: Grade) -> tuple[Level, str]:
    """A name of which nothing around says what it is."""
    if is_self_service(name):
        return Level.REVIEW, "self_service"
    if is_access_point(name):
        return Level.REVIEW, "access_point"
    return (Level.PROBABLE, "host") if grade is Grade.GOOD else (Level.REVIEW, "weak_name")


def _is_key(text: str, name: str, end: int) -> bool:
    """A value is given to the name: ``rtp.jitter.in=3.2``."""
    return _GIVEN.match(text, end) is not None and not name.casefold().startswith("www.")


def _is_alone(text: str, start: int, end: int) -> bool:
    """Nothing but the name is in the value, or in its quotes."""
    if (
        start
        and end < len(text)
        and text[start - 1] in "\"'"
        and text[end : end + 2].strip(".")[:1] == text[start - 1]
    ):
        return True
    return (
        start <= CONTEXT
        and not text[:start].strip(" \t\r\n.*\"'<(")
        and not text[end : end + CONTEXT].strip(" \t\r\n.\"'>)")
    )


@dataclass(frozen=True, kw_only=True)
class _Context:
    """What is said about a place: by the key or the request before it, else by the name of the
    field.
    """

    says: str  # sure, browsing, system, search, schema, file, or nothing
    reason: str = ""

    @property
    def named(self) -> bool:
        return self.says in {"sure", "browsing"}


def _context(text: str, start: int, field: str) -> _Context:
    before = text[max(start - CONTEXT, 0) : start]
    if (key := _KEY.search(before)) is not None and (said := says(key[1])):
        return _Context(says=said, reason=_reason_of(key[1]))
    if (request := _REQUEST.search(before)) is not None:
        return _Context(
            says="sure",
            reason={"dns": "dns_name", "sni": "sni", "host": "host"}.get(
                request.lastgroup or "", "request"
            ),
        )
    return _Context(says=says(field), reason=_reason_of(field)) if field else _Context(says="")


@lru_cache(maxsize=4096)
def says(name: str) -> str:
    """What the name of a column or key says: sure, system, browsing, search, schema, file; empty
    for nothing.
    """
    words = set(words_of(name))
    joined = "".join(words_of(name))
    if speaks_of(name, "browsing_sure"):
        return "sure"
    if joined in browsing_words("schema_keys") or words & {"xmlns"}:
        return "schema"
    if words & browsing_words("file_names"):
        return "file"
    if joined in name_words("browsing"):  # server_name is what TLS calls the site
        return "browsing"
    return next(
        (
            said
            for said, group in (
                ("system", "browsing_system"),
                ("browsing", "browsing"),
                ("search", "browsing_search"),
            )
            if speaks_of(name, group)
        ),
        "",
    )


@lru_cache(maxsize=4096)
def _reason_of(name: str) -> str:
    words = "".join(words_of(name))
    return next((reason for part, reason in _REASONS.items() if part in words), "")


def _destination(text: str, start: int, end: int, field: str) -> Find | None:
    """An IP address that is said to be where a session went to: (5)."""
    if (
        start and text[start - 1] in "/\\@_" and not _DIRECT.search(text[max(start - 8, 0) : start])
    ) or not _is_public(text[start:end]):
        return None
    port = _PORT.match(text, end)
    if not _is_towards(text[max(start - CONTEXT, 0) : start], field, port=port is not None):
        return None
    return Find(
        level=Level.PROBABLE,
        reason="destination_address",
        start=start,
        end=port.end() if port else end,
        site=text[start:end],
    )


def _is_towards(before: str, field: str, *, port: bool) -> bool:
    key = _KEY.search(before)
    if key is not None and (speaks_of(key[1], "browsing_source") or names_destination(key[1])):
        return names_destination(key[1])
    return (
        bool(_TOWARDS.search(before))
        or (port and before.endswith((" to ", " til ")))
        or names_destination(field)
    )


def _six(text: str, field: str) -> Iterator[Find]:
    if text.count(":") < 2:
        return
    for match in _SIX.finditer(text):
        find = _destination(text, match.start(), match.end(), field)
        if find is not None:
            yield find


@lru_cache(maxsize=4096)
def names_destination(name: str) -> bool:
    """The name says where a session went to, and not whose address it is."""
    if not name or words_of(name) == ("remote", "addr"):  # nginx calls its client so
        return False
    return speaks_of(name, "browsing_destination") and not speaks_of(name, "browsing_source")


@lru_cache(maxsize=8192)
def _is_public(address: str) -> bool:
    try:
        known: IPv4Address | IPv6Address = ip_address(address)
    except ValueError:
        return False
    if any(known in network for network in _FOR_EXAMPLES):
        return True
    return known.is_global and not known.is_multicast


def _user_agents(text: str) -> Iterator[Find]:
    match = _BROWSER.search(text) if "/" in text else None
    if match is not None:
        yield Find(level=Level.REVIEW, reason="user_agent", start=match.start(), end=match.end())
