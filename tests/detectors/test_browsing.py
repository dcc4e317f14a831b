"""What subscribers looked at: every writing of an address, what only looks like one, and what a
column says as a whole.
"""

from __future__ import annotations

import base64
import re
import time
from collections.abc import Sequence

import duckdb
import pytest
import sqlglot
from hypothesis import given
from hypothesis import strategies as st

from teleaudit.detectors.browsing import (
    BROWSING_PROFILE,
    browsing_in_cell,
    decide_browsing_column,
    names_register,
    profile_browsing,
)
from teleaudit.detectors.browsing_values import find_browsing, names_destination, says
from teleaudit.detectors.decisions import Level
from teleaudit.detectors.knowledge import browsing_words, top_level_domains
from teleaudit.detectors.prefilter import browsing_candidate_sql
from teleaudit.detectors.sites import grade_of, is_own, own_names

CONNECTION = duckdb.connect()
OWN = ("operator.net", "https://www.kazoom.dk/persondata", "*.Bizzy.dk", "rødgrød.dk")

WRITINGS = {
    "address": "https://www.dr.dk/nyheder",
    "capitals": "HTTP://EXAMPLE.COM/a?b=c",
    "ftp": "ftp://ftp.example.org/x.iso",
    "socket": "wss://chat.example.com/ws",
    "address of numbers": "https://93.184.216.34/x",
    "with user and port": "http://user:word@www.example.com:8080/a",
    "in brackets": "http://[2a00:1450:400f:80d::200e]/",
    "www": "www.example.com",
    "host and path": "example.com/path?x=1",
    "short host and path": "bit.ly/3xYz",
    "word and path": "kunden så static.example.shop/p/kurv i går",
    "relative to a scheme": "//cdn.example.com/x.js",
    "name": "facebook.com",
    "with closing dot": "graph.facebook.com.",
    "wildcard": "*.googlevideo.com",
    "many labels": "r3---sn-5hne6nsz.googlevideo.com",
    "capitals only": "WWW.DR.DK",
    "capitals of two": "FACEBOOK.COM",
    "port": "login.example.se:443",
    "punycode": "xn--blbrgrd-fxak7p.dk",
    "own script": "blåbærgrød.dk",
    "international domain": "例え.日本.com",
    "foreign two labels alone": "svt.se",
    "known short name": "youtu.be",
    "percent": "https%3A%2F%2Fwww.example.com%2Fsti",
    "percent twice": "https%253A%252F%252Fwww.example.com%252Fsti",
    "percent dots": "www%2Eexample%2Ecom",
    "entities": "https&#58;&#x2f;&#47;www&period;example.com",
    "escaped slashes": "https:\\/\\/www.example.com\\/x",
    "escaped letters": "https:\\u002f\\u002fwww\\u002eexample\\u002ecom",
    "escaped lines": "siden\\nwww.example.com",
    "base64": base64.b64encode(b"https://www.example.com/path").decode(),
    "base64 of a name": base64.b64encode(b"www.example.com").decode(),
    "hex": b"http://www.example.com/".hex(),
    "wide hex": "0x" + "https://www.example.com/".encode("utf-16-be").hex(),
    "defanged": "hxxps://evil[.]example[.]com/x",
    "defanged name": "www[dot]example[dot]com",
    "wide dots": "www\uff0eexample\u3002com",
    "unseen character": "www.exam\u00adple\u200b.com",
    "in a sentence": "kunden kan ikke åbne netflix.com siden i går",
    "at the end of a sentence": "se www.example.dk.",
    "glued to a sentence": "Siden virker ikke.https://www.example.dk",
    "reserved for examples": "https://news.example/artikel",
}
NAMED = {
    "key url": ('{"url":"https://a.example.com/"}', "url"),
    "key sni": ('{"sni": "api.spotify.com"}', "sni"),
    "key host": ("{'host': 'nrk.no'}", "host"),
    "key dns": ('{"dns_query":"vg.no."}', "dns_name"),
    "key qname in mixed case": ("qname=eXaMpLe.CoM", "dns_name"),
    "key referer": ("referer=https://www.google.com/", "referer"),
    "squid": (
        (
            "1732271400.123 85 10.2.3.4 TCP_MISS/200 4312 GET http://www.bt.dk/ -"
            " HIER_DIRECT/93.184.216.34 text/html"
        ),
        "request",
    ),
    "squid tunnel": (
        "1732271400.123 85 10.2.3.4 TCP_TUNNEL/200 39 CONNECT www.bt.dk:443 - HIER_NONE/- -",
        "request",
    ),
    "dnsmasq": ("Nov 22 12:00:01 dnsmasq[12]: query[A] www.tv2.dk from 10.0.0.9", "dns_name"),
    "dnsmasq answers": (
        "Nov 22 12:00:01 dnsmasq[12]: reply www.tv2.dk is 93.184.216.34",
        "dns_name",
    ),
}
BY_FIELD = [
    ("vg.no", "host", "host"),
    ("order.id", "sni", "sni"),
    ("order.id", "tls_server_name", "sni"),
    ("Facebook.com", "besoegt_domaene", "host"),
    ("example.nu", "server_name", "sni"),
    ("nytimes.com", "Besøgt domæne", "host"),
    ("api.spotify.com", "dns_query", "dns_name"),
    ("https://www.dr.dk/", "http.referer", "referer"),
    ("https://www.dr.dk/", "URL", "url"),
    ("EXAMPLE.SE", "fqdn", "host"),
]
DESTINATIONS = [
    ("93.184.216.34", "dst_ip"),
    ("93.184.216.34:443", "Destination address"),
    ("2a00:1450:400f:80d::200e", "destIp"),
    ("203.0.113.9", "remote_ip"),
    ("src=100.64.1.2:5555 nat=87.48.1.2:6000 dst=93.184.216.34:443", ""),
    ('{"src_ip":"10.0.0.2","dst_ip":"93.184.216.34"}', ""),
    ("10.0.0.1:1234 -> 93.184.216.34:443", ""),
    ("forbundet til 93.184.216.34:443", ""),
    ("1 85 10.2.3.4 TCP_TUNNEL/200 39 - HIER_DIRECT/93.184.216.34 -", ""),
]
OWN_NAMES = [
    "www.operator.net",
    "https://mit.operator.net/faktura?id=1",
    "WWW.KAZOOM.DK",
    "bizzy.dk",
    "https://login.bizzy.dk",
    "xn--rdgrd-vuad.dk",
    "query[A] ns.operator.net from 10.0.0.1",
]
NOTHING = [
    ("\tat dk.operatoer.cdr.Cdr.load(Cdr.java:77)", ""),
    ("load.py:12: record rejected", ""),
    ("kilde=main.rs:33", ""),
    ("mediate.pl:120:8: warning", ""),
    ("rtp.jitter.in=3.2", ""),
    ("kunde.adresse.by = Odense", ""),
    ("faktura.sendes.to: 12 kunder", ""),
    ("ASP.NET", "platform"),
    ("kører på ASP.NET og Json.NET 4.8", ""),
    ("vpn.partner.dk", "Called-Station-Id"),
    ("vpn.partner.dk", "apn_name"),
    ("vpn.partner.dk", "Access Point Name"),
    ("vpn.partner.dk", "WAP-APN"),
    ("vpn.partner.dk", "dnn"),
    ("NULL", "søgeord"),
    ("ukendt", "search_term"),
    ("internet", "apn"),
    ("internet.mnc006.mcc238.gprs", "apn"),
    ("internet.mnc006.mcc238.gprs", ""),
    ("epc.mnc006.mcc238.3gppnetwork.org", "host"),
    ("web.partner.dk", "APN"),
    ("ggsn-01.example.com", "node"),
    ("gw.example.com", "nas_id"),
    ("smsc01.cph.partner.net", ""),
    ("cph-mmsc-2.partner.net", ""),
    ("87-104-12-3.dynamic.example.net", ""),
    ("srv01.local", "host"),
    ("db.internal", "hostname"),
    ("nas01.lan", ""),
    ("34.216.184.93.in-addr.arpa", "dns_query"),
    ("localhost", "host"),
    ("http://localhost:8080/", ""),
    ("http://intranet/side", "url"),
    ("http://192.168.1.1/", ""),
    ("peter.hansen@example.dk", ""),
    ("peter@example.com", "domain"),
    ("john.doe+x.dk@example.com", "email"),
    ("sip:+4512345678@sip.example.com", ""),
    ("sips:pbx.example.com", ""),
    ("sip:example.com;transport=tcp", ""),
    ("SIP/2.0/UDP pbx.example.com:5060;branch=z9hG4bK", ""),
    ("tel:+4512345678", ""),
    ("mailto:info@example.com", ""),
    ("a84b4c76e66710@pc33.example.com", "callid"),
    ("jdbc:mysql://db.example.com/x", ""),
    ("faktura_2026.pdf", ""),
    ("optagelse-123.wav", "recordingfile"),
    ("konto.dk.zip", "filnavn"),
    ("/var/log/example.com/access.log", ""),
    ("C:\\noter\\fil.dk", ""),
    ("com.example.Foo", ""),
    ("dk.operator.app", ""),
    ("com.google.android.youtube", ""),
    ("java.util.zip", ""),
    ("System.IO", ""),
    ("faktura.Kunden", ""),
    ("Kunden ringede.Det er aftalt", ""),
    ("kunden har betalt.nu er sagen lukket", ""),
    ("f.eks. bl.a. osv. kl. 12.30", ""),
    ("Nørregade 12, 2.tv", ""),
    ("31.12.2026 1.234,50 kr.", ""),
    ("2026-11-22T12:30:00.000Z", ""),
    ("1.2.3.4", ""),
    ("2.16.1", "version"),
    ("93.184.216.34", "ip"),
    ("93.184.216.34", "framed_ip_address"),
    ("93.184.216.34", "nat_ip"),
    ("93.184.216.34", "client_ip"),
    ("93.184.216.34", "remote_addr"),
    ("93.184.216.34", "dns_server"),
    ("2a00:1450:400f:80d::200e", "src_ip"),
    ("src=93.184.216.34", "dst"),
    ("10.0.0.1", "dst_ip"),
    ("100.64.3.4", "dst_ip"),
    ("224.0.0.251", "dst_ip"),
    ("fe80::1", "dst_ip"),
    ("12:30:45", "dst_ip"),
    ("4512345678", "dst"),
    ("Danmark", "destination"),
    ("http://schemas.xmlsoap.org/soap/envelope/", ""),
    ('<a xmlns="http://www.w3.org/2001/XMLSchema">', ""),
    ('{"@context":"https://example.org/ns"}', ""),
    ("https://creativecommons.org/licenses/by/4.0/", ""),
    ("http://www.apache.org/licenses/LICENSE-2.0", ""),
    ("NORMAL_CLEARING", "hangup_cause"),
    ("Q.850;cause=16", ""),
    ("SIP/2.0 486 Busy Here", ""),
    ("Asterisk PBX 16.2.1", "sip_user_agent"),
    ("Erhverv Fri Tale 20 GB", "tariff"),
    ("", "url"),
]
FOR_A_PERSON = [
    ("internet.partner.dk", "", "access_point"),
    ("mms.partner.net", "felt_7", "access_point"),
    ("load.py:443", "", "weak_name"),
    ("kunde.adresse.by", "", "weak_name"),
    ("Mozilla/5.0 (Linux; Android 14)", "user_agent", "user_agent"),
    ("backup.zip", "", "weak_name"),
    ("customer.name", "", "weak_name"),
    ("msg.to", "key", "weak_name"),
    ("TALE.EU", "", "weak_name"),
    ("Elgiganten.dk", "", "weak_name"),
    ("http://server.ukendt/x", "", "unlisted_domain"),
    ("https://hooks.partner.com/x", "callback_url", "system_address"),
    ("gw01.partner.net", "", "network_element"),
    ("Se din faktura på https://mit.partner.dk/faktura/17", "note", "self_service"),
    ("selvbetjening.partner.dk", "", "self_service"),
    ("brug state.folder.work her", "", "weak_name"),
    ("smsc01.cph.partner.net", "host", "network_element"),
    ("peter(at)example.dk", "", "mail_like"),
    ("https://mit.operator.net/?til=https://www.example.dk", "", "in_own_address"),
    ("billige rejser", "søgning", "search_term"),
    ("billige rejser", "search_term", "search_term"),
]


def found(text: str, field: str = "") -> list[tuple[str, str]]:
    return [
        (hit.level.value, hit.reason) for hit in find_browsing(text, field=field, own_domains=OWN)
    ]


@pytest.mark.parametrize("writing", WRITINGS)
def test_every_writing_of_an_address_is_found(writing: str) -> None:
    assert [level for level, _ in found(WRITINGS[writing])] == ["probable"]


@pytest.mark.parametrize("case", NAMED)
def test_a_key_or_a_request_confirms_what_stands_beside_it(case: str) -> None:
    text, reason = NAMED[case]
    assert ("confirmed", reason) in found(text)


@pytest.mark.parametrize(("text", "field", "reason"), BY_FIELD)
def test_the_name_of_a_field_confirms_its_value(text: str, field: str, reason: str) -> None:
    assert found(text, field) == [("confirmed", reason)]


@pytest.mark.parametrize(("text", "field"), DESTINATIONS)
def test_a_public_address_is_browsing_where_it_is_called_a_destination(
    text: str, field: str
) -> None:
    assert found(text, field) == [("probable", "destination_address")]


@pytest.mark.parametrize("text", OWN_NAMES)
def test_the_operators_own_domains_are_no_browsing(text: str) -> None:
    assert not found(text)
    assert find_browsing(text)


def test_an_own_domain_is_no_part_of_another_name() -> None:
    assert found("https://notoperator.net/")
    assert found("operator.net.example.com")


@pytest.mark.parametrize(("text", "field"), NOTHING)
def test_what_only_looks_like_a_site_is_left_out(text: str, field: str) -> None:
    assert not found(text, field)


@pytest.mark.parametrize(("text", "field", "reason"), FOR_A_PERSON)
def test_weak_signs_are_for_a_person(text: str, field: str, reason: str) -> None:
    assert ("review", reason) in found(text, field)
    assert {level for level, _ in found(text, field)} == {"review"}


def test_a_find_is_where_it_says() -> None:
    text = (
        '10.0.0.1 - - "GET / HTTP/1.1" 200 12 "https:\\/\\/www.google.com\\/" og så facebook.com,'
        " (se www.dr.dk/nyheder)."
    )
    assert [text[hit.start : hit.end] for hit in find_browsing(text)] == [
        "https:\\/\\/www.google.com\\/",
        "facebook.com",
        "www.dr.dk/nyheder",
    ]


def test_several_addresses_of_a_cell_are_told_apart() -> None:
    assert len(found("https://a.example.com/x,https://b.example.com/y;http://c.example.com")) == 3
    assert found("https://mit.operator.net/,https://www.example.com/") == [("probable", "url")]


@pytest.mark.parametrize("between", [" ", "\n", ",", '"', "|"])
def test_a_long_value_is_cut_between_names(between: str) -> None:
    long = between.join(
        ["mit.operator.net", "https://www.operator.net/en/sti", "notes", "12.30"] * 8000
    )
    assert find_browsing(long, own_domains=OWN) == []
    assert len(find_browsing(between.join(["www.example.com", "notes"] * 20000))) == 20000


SAYS = {
    "sure": ["sni", "tls_sni", "dns_query", "qname", "HttpReferer", "Besøgt domæne", "request.url"],
    "browsing": ["url", "host", "Domæne", "website"],
    "system": [
        "Called-Station-Id",
        "Access Point",
        "adgangspunkt",
        "dnn",
        "apn",
        "access_point_name",
        "callback_url",
        "dns_server",
        "node",
        "mail_domain",
    ],
    "search": ["search_term", "søgeord", "Søgning"],
    "file": ["filnavn", "recording_file", "class"],
    "": ["amount", "a_number", "note", "destination", "duration"],
}


@pytest.mark.parametrize(
    ("meaning", "name"), [(meaning, name) for meaning, names in SAYS.items() for name in names]
)
def test_a_name_says_what_its_column_holds(meaning: str, name: str) -> None:
    assert says(name) == meaning


@pytest.mark.parametrize(
    ("name", "towards"),
    [
        ("dst_ip", True),
        ("Destination", True),
        ("remote_ip", True),
        ("src_ip", False),
        ("nat_dst_ip", False),
        ("destinationNumber", False),
        ("", False),
    ],
)
def test_a_name_says_whose_address_it_is(name: str, *, towards: bool) -> None:
    assert names_destination(name) is towards


SITES = [f"www.side{number}.dk" for number in range(12)]
COLUMNS: dict[str, tuple[str, Sequence[str | None], str, str]] = {
    "visited": ("besoegt_domaene", [*SITES, None, ""], "confirmed", "by_name"),
    "one site visited often": ("sni", ["www.example.com"] * 90, "confirmed", "by_name"),
    "unnamed": ("felt7", SITES * 4, "probable", "browsing_column"),
    "requests": (
        "linje",
        ["1 85 10.2.3.4 TCP_MISS/200 43 GET http://www.bt.dk/ - DIRECT/- -"] * 9,
        "confirmed",
        "browsing_column",
    ),
    "a few in notes": (
        "note",
        ["kunden rykker"] * 90 + ["kan ikke åbne netflix.com"],
        "review",
        "sites_in_notes",
    ),
    "a log in notes": (
        "note",
        ["kunden rykker"] * 90 + ["sni=netflix.com"],
        "confirmed",
        "browsing_values",
    ),
    "a few among codes": (
        "lastdata",
        ["VOICE"] * 90 + ["https://www.example.com/x"],
        "probable",
        "browsing_values",
    ),
    "destinations": (
        "dst_ip",
        [f"93.184.216.{number}" for number in range(60)],
        "probable",
        "destination_addresses",
    ),
    "the same endpoint": ("url", ["https://hooks.example.com/x"] * 60, "review", "few_sites"),
    "endpoints": (
        "webhook",
        ["https://hooks.example.com/x", "https://b.example.com/x"],
        "review",
        "system_addresses",
    ),
    "own": (
        "url",
        ["https://www.operator.net/", "https://mit.operator.net/"] * 30,
        "",
        "own_domain",
    ),
    "browsers": ("user_agent", ["Mozilla/5.0 (Linux; Android 14)"] * 9, "review", "user_agents"),
    "searches": ("søgeord", ["billige rejser", "vejr"], "review", "search_terms"),
    "own addresses": ("framed_ip", [f"93.184.216.{number}" for number in range(60)], "", "none"),
    "private destinations": ("dst_ip", ["10.0.0.1", "192.168.1.7"], "", "none"),
    "access points": (
        "apn",
        ["internet", "web.example.dk", "internet.mnc006.mcc238.gprs"] * 9,
        "",
        "none",
    ),
    "access points under another name": (
        "felt7",
        ["internet", "ims", "vpn.example.dk", "data.example.se", "internet.mnc006.mcc238.gprs"] * 9,
        "review",
        "access_points",
    ),
    "access points and many sites": ("felt7", ["internet", *SITES], "probable", "browsing_column"),
    "access points named for browsing": (
        "sni",
        ["internet", "vpn.example.dk"],
        "confirmed",
        "by_name",
    ),
    "searches for nothing": ("søgeord", ["NULL", "-", "ukendt"] * 9, "", "none"),
    "mail": ("email", ["peter@example.dk"] * 9, "", "none"),
    "numbers": ("dst", ["4512345678"] * 9, "", "none"),
    "empty": ("url", [None, ""], "", "none"),
}


@pytest.mark.parametrize("case", COLUMNS)
def test_a_column_is_decided_as_a_whole(case: str) -> None:
    name, values, level, reason = COLUMNS[case]
    decision = decide_browsing_column(profile_browsing(values, name=name, own_domains=OWN), name)
    assert (str(decision.level or ""), decision.reason) == (level, reason)
    assert decision.kinds == ({"browsing"} if level else frozenset())
    assert decision.n == sum(1 for value in values if value)


@pytest.mark.parametrize(
    "names",
    [
        ["Kundenr.", "Navn", "Adresse", "Postnr", "Hjemmeside"],
        ["Record ID", "Company name", "Company Domain Name", "City"],
        ["id", "Firma", "E-mail", "Website"],
    ],
)
def test_names_addresses_and_firms_side_by_side_are_a_register(names: list[str]) -> None:
    assert names_register(names)


@pytest.mark.parametrize(
    "names",
    [
        ["msisdn", "start", "website"],
        ["Navn", "Adresse", "Besøgt domæne"],
        ["Kundenr", "Brugernavn", "Bytes ind", "url", "by", "navn"],
        ["url"],
        [],
    ],
)
def test_what_somebody_did_is_no_register(names: list[str]) -> None:
    assert not names_register(names)


def test_the_counts_of_parts_of_a_column_add_up() -> None:
    values = [*SITES, "https://www.operator.net/", "Mozilla/5.0", None]
    whole = profile_browsing(values, name="url", own_domains=OWN)
    first, second = (
        profile_browsing(part, name="url", own_domains=OWN) for part in (values[:5], values[5:])
    )
    assert {name: first[name] + second[name] for name in first} == whole
    assert tuple(whole) == BROWSING_PROFILE


def test_a_cell_is_judged_in_the_light_of_its_column() -> None:
    cell = "https://hooks.example.com/x"
    few, many, none = (
        decide_browsing_column(profile_browsing(values, name="url"), "url")
        for values in ([cell] * 60, [cell, *SITES], [])
    )
    assert [hit.level for hit in browsing_in_cell(cell, name="url", decision=few)] == [Level.REVIEW]
    assert [hit.level for hit in browsing_in_cell(cell, name="url", decision=many)] == [
        Level.CONFIRMED
    ]
    assert browsing_in_cell(cell, name="url", decision=none) == []
    assert browsing_in_cell(cell, name="url", decision=many, own_domains=["example.com"]) == []


def test_own_domains_are_compared_in_both_writings() -> None:
    assert is_own("www.xn--rdgrd-vuad.dk", own_names(["rødgrød.dk"]))
    assert is_own("RØDGRØD.dk.", own_names(["xn--rdgrd-vuad.dk"]))


def test_the_domains_are_those_of_the_root() -> None:
    assert {"dk", "com", "भारत", "example"} <= top_level_domains()
    assert "arpa" not in top_level_domains()
    for group in ("sure_tlds", "word_tlds", "file_tlds", "key_tlds"):
        assert browsing_words(group) <= top_level_domains()
    assert not browsing_words("sure_tlds") & (
        browsing_words("word_tlds") | browsing_words("file_tlds")
    )


TOKENS = st.sampled_from(
    [
        *WRITINGS.values(),
        *(text for text, _ in NAMED.values()),
        *(text for text, _ in DESTINATIONS),
        *(text for text, *_ in FOR_A_PERSON),
        *OWN_NAMES,
        *"@.:/\\[](){}%&;,\"'=+*_-\n\u00ad\ud800æ 2",
        "->",
        "%2e",
        "%3A",
        "&#46;",
        "\\u002e",
        "\\/",
        "[.]",
        "(dot)",
        "http://",
        "//",
        "www",
        "com",
        ".dk",
        "example",
        "::1",
        "1.2.3.4",
        "dst=",
        "url: ",
        "sip:",
        "xn--",
        "Mozilla/5",
    ]
)
TEXTS = st.lists(TOKENS | st.text(max_size=3), max_size=6).map("".join)
FIELDS = st.sampled_from(["", "url", "host", "dst_ip", "apn", "note", "sni", "callback", "filnavn"])


@given(TEXTS, FIELDS)
def test_any_text_is_judged_and_every_place_lies_in_it(text: str, field: str) -> None:
    for hit in find_browsing(text, field=field, own_domains=OWN):
        assert 0 <= hit.start < hit.end <= len(text)
    assert (
        text == ""
        or text not in repr(find_browsing(text, field=field))
        or len(text) < 9
        or re.fullmatch(r"[a-z_]+", text)
    )


def candidates(texts: list[str], *, name: str | None = None) -> list[bool]:
    rows = CONNECTION.execute(
        f"SELECT {browsing_candidate_sql('c', name=name)} FROM (SELECT unnest(?::VARCHAR[]) AS c)",
        [texts],
    ).fetchall()
    return [bool(row[0]) for row in rows]


@given(st.lists(TEXTS, min_size=1, max_size=30))
def test_everything_that_is_found_is_a_candidate(texts: list[str]) -> None:
    clean = [text.encode("utf-8", "replace").decode().replace("\0", " ") for text in texts]
    for field in ("", "url", "dst_ip", "callback"):
        for text, any_name, this_name in zip(
            clean, candidates(clean), candidates(clean, name=field), strict=True
        ):
            hit = find_browsing(text, field=field)
            assert not hit or (any_name and this_name)


def test_every_writing_is_a_candidate() -> None:
    texts = [
        *WRITINGS.values(),
        *(text for text, _ in NAMED.values()),
        *(text for text, _ in DESTINATIONS),
        *(text for text, *_ in FOR_A_PERSON[:-2]),
    ]
    assert all(candidates(texts))
    assert candidates(["billige rejser"], name="søgning") == [True]


PASSED_BY = [
    "4512345678",
    "2026-11-22 12:30:00.000",
    "31.12.2026 kl. 12.30",
    "1.234,50",
    "peter.hansen@example.dk",
    "NORMAL_CLEARING",
    "Kunden rykker for faktura. Det er aftalt.",
    "01:23:45:67:89:ab",
    "5f2b6a0e4c1d4d5b8a7f0c9e1d2b3a4f",
    "Hansen & Co, 25% [note]",
    "",
]


@pytest.mark.parametrize("text", PASSED_BY)
def test_numbers_times_mail_and_sentences_are_passed_by(text: str) -> None:
    assert candidates([text]) == [False]


def test_addresses_of_subscribers_are_passed_by_where_the_column_is_no_destination() -> None:
    assert candidates(["93.184.216.34", "2a00:1450:400f:80d::200e"], name="framed_ip") == [
        False,
        False,
    ]
    assert candidates(["93.184.216.34", "2a00:1450:400f:80d::200e"], name="dst_ip") == [True, True]


def test_the_candidates_can_be_said_to_spark() -> None:
    for name in (None, "url", "søgning"):
        assert sqlglot.transpile(
            f"SELECT {browsing_candidate_sql('c', name=name)} FROM t",
            read="duckdb",
            write="spark",
            unsupported_level=sqlglot.ErrorLevel.RAISE,
        )


HOSTILE = {
    "one word": "a",
    "dots": ".",
    "labels": "a.",
    "slashes": "https://",
    "own addresses": "https://operator.net/",
    "keys": "url=",
    "colons": "a:",
    "mail": "a.b+",
    "questions": "a.zz?",
    "escapes": "%25",
    "capitals": "A.b",
    "base64": "aHR0c",
    "spaces": " ",
    "brackets": "[.",
}


@pytest.mark.parametrize("case", HOSTILE)
def test_the_time_for_a_value_is_proportional_to_its_length(case: str) -> None:
    def seconds(length: int) -> float:
        text = (HOSTILE[case] * length)[:length]
        start = time.process_time()
        find_browsing(text, field="url", own_domains=OWN)
        return time.process_time() - start

    seconds(10_000)
    assert seconds(400_000) < max(60 * seconds(40_000), 2.0)


@pytest.mark.parametrize(
    ("name", "grade"),
    [
        ("a." * 130 + "dk", "none"),
        ("a_.dk", "none"),
        ("-a.dk", "none"),
        ("_443._tcp.example.dk", "good"),
        ("xn--" + "9" * 70 + ".dk", "none"),
        ("example.xn--fiqs8s", "good"),
    ],
)
def test_a_name_keeps_to_the_rules_of_names(name: str, grade: str) -> None:
    assert grade_of(name, alone=True) == grade
