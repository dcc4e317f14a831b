"""Exports that hold nothing a policy forbids: call records, sessions, customers, invoices, logs, in
the columns that exchanges and systems really write.

Everything is drawn from a seed and invented. What could be taken for more than it is stands here on
purpose: moments of every precision, ids and check digits of every kind, names of access points,
places in source code, words for "no value", and the customers' own sites and mail domains.
"""

from __future__ import annotations

import base64
import csv
import datetime as dt
import io
import json
import random
import string
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial

from benchmarks.detection import identifiers
from benchmarks.detection.identifiers import Draw, digits, moment
from benchmarks.detection.wording import VARIANTS, wording

NO_VALUE = (
    "",
    "",
    "NULL",
    "(null)",
    "null",
    "N/A",
    "n/a",
    "ukendt",
    "unknown",
    "-",
    "\\N",
    "None",
    "nan",
    "NaN",
    "NaT",
    "ingen",
    "<null>",
    "undefined",
    "#N/A",
    "Ingen",
)
_WORDS = wording(VARIANTS[0])
_BASE32, _BASE58 = (
    "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567",
    "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz",
)
_CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_ALNUM = string.ascii_letters + string.digits


@dataclass(frozen=True, kw_only=True)
class Table:
    """One export: its columns, and how it is written."""

    name: str
    columns: Sequence[tuple[str, Draw]]
    delimiter: str = ";"
    header: bool = True
    quoted: bool = False
    sparse: float = 0.05  # share of cells that say that there is nothing


@dataclass(frozen=True, kw_only=True)
class Lines:
    """A log or a file of JSON: a line at a time."""

    name: str
    line: Draw


def write(export: Table | Lines, rng: random.Random, size: int) -> str:
    """So many characters of it, about."""
    return "".join(
        _lines(export, rng, size) if isinstance(export, Lines) else _records(export, rng, size)
    )


def _lines(export: Lines, rng: random.Random, size: int) -> Iterator[str]:
    while size > 0:
        line = f"{export.line(rng)}\n"
        size -= len(line)
        yield line


def _records(export: Table, rng: random.Random, size: int) -> Iterator[str]:
    draws = [_filled(draw, rng, export.sparse) for _, draw in export.columns]
    text = io.StringIO()
    writer = csv.writer(
        text,
        delimiter=export.delimiter,
        quoting=csv.QUOTE_NONNUMERIC if export.quoted else csv.QUOTE_MINIMAL,
        lineterminator="\n",
    )
    if export.header:
        writer.writerow([name for name, _ in export.columns])
    while text.tell() < size:
        writer.writerow([draw(rng) for draw in draws])
    yield text.getvalue()


def _filled(draw: Draw, rng: random.Random, sparse: float) -> Draw:
    """The column with the words for "no value" of its system, in some of its cells, or in nearly
    all of them.
    """
    words = rng.sample(NO_VALUE, rng.choice((1, 1, 2)))
    share = rng.choice((0.0, sparse, sparse, 4 * sparse, 0.97))

    def cell(rng: random.Random) -> str:
        return rng.choice(words) if rng.random() < share else draw(rng)

    return cell


# Moments


def when(form: str) -> Draw:
    """A moment in that form; ``%L`` stands for thousandths, ``%H2`` for hundredths, ``%U6`` for
    millionths of a second.
    """
    return lambda rng: _instant(
        form, moment(rng) + dt.timedelta(microseconds=rng.randrange(1_000_000))
    )


def _instant(form: str, at: dt.datetime) -> str:
    return at.strftime(
        form.replace("%L", f"{at.microsecond // 1000:03}")
        .replace("%H2", f"{at.microsecond // 10_000:02}")
        .replace("%U6", f"{at.microsecond:06}")
    )


def epoch(factor: int) -> Draw:
    """Parts of a second since 1970."""
    return lambda rng: identifiers.epoch(rng, factor)


def counted(form: str, count: int) -> Draw:
    """A day or a moment with a counter behind it."""
    return lambda rng: f"{moment(rng):{form}}{digits(rng, count)}"


MOMENTS: tuple[tuple[str, Draw], ...] = (
    ("start_ts", when("%Y%m%d%H%M%S%H2")),
    ("stamp_14", when("%Y%m%d%H%M%S")),
    ("stamp_17", when("%Y%m%d%H%M%S%L")),
    ("stamp_20", when("%Y%m%d%H%M%S%U6")),
    ("tidspunkt", when("%d%m%Y%H%M%S")),
    ("start_utc", when("%y%m%d%H%M%S")),
    ("event_time", when("%Y-%m-%dT%H:%M:%S.%LZ")),
    ("opdateret", when("%d-%m-%Y %H:%M:%S")),
    ("dato_kl", when("%d.%m.%Y %H.%M")),
    ("us_time", when("%m/%d/%Y %I:%M:%S %p")),
    ("epoch", epoch(1)),
    ("epoch_ms", epoch(1_000)),
    ("epoch_us", epoch(1_000_000)),
    ("epoch_ns", epoch(1_000_000_000)),
    ("epoch_decimal", lambda rng: f"{identifiers.epoch(rng)}.{digits(rng, rng.choice((3, 6)))}"),
    ("day_counter", counted("%Y%m%d", 8)),
    ("hour_counter", counted("%Y%m%d%H", 6)),
    ("minute", when("%y%m%d%H%M")),
    ("file_day", when("%Y%m%d")),
    (
        "filetime",
        lambda rng: str(
            116_444_736_000_000_000
            + int(identifiers.epoch(rng)) * 10_000_000
            + rng.randrange(10_000_000)
        ),
    ),
    ("tz", when("%Y%m%d%H%M%S+0100")),
    ("hex_time", lambda rng: f"{int(identifiers.epoch(rng)):08X}"),
)


# Ids


def of(alphabet: str, *lengths: int) -> Draw:
    """Random characters."""
    return lambda rng: "".join(rng.choices(alphabet, k=rng.choice(lengths)))


def hexadecimal(*lengths: int, upper: bool = False) -> Draw:
    """Random hex digits."""

    def cell(rng: random.Random) -> str:
        length = rng.choice(lengths)
        return f"{rng.getrandbits(4 * length):0{length}{'X' if upper else 'x'}}"

    return cell


def in_base64(*octets: int, url: bool = False) -> Draw:
    """Random octets in base64, padded or not."""
    encode = base64.urlsafe_b64encode if url else base64.b64encode

    def cell(rng: random.Random) -> str:
        text = encode(rng.randbytes(rng.choice(octets))).decode()
        return text.rstrip("=") if url else text

    return cell


def counter(start: int, *, width: int = 0, form: str = "{}", luhn: bool = False) -> Draw:
    """Numbers that run on, one export after the other."""
    state = [start]

    def cell(rng: random.Random) -> str:
        state[0] += rng.choice((1, 1, 1, 2, 7))
        number = f"{state[0]:0{width}}"
        return form.format(number + identifiers.luhn_digit(number) if luhn else number)

    return cell


def snowflake(epoch_ms: int) -> Draw:
    """A moment in thousandths since then, a machine and a counter: 18 or 19 digits."""
    return lambda rng: str(
        (int(identifiers.epoch(rng, 1_000)) - epoch_ms) << 22
        | rng.randrange(32) << 12
        | rng.randrange(4096)
    )


def luhn_number(prefix: str, length: int) -> Draw:
    """An order number with a check digit of modulus 10."""

    def cell(rng: random.Random) -> str:
        body = prefix + digits(rng, length - 1 - len(prefix))
        return body + identifiers.luhn_digit(body)

    return cell


def mac(separator: str, *, upper: bool = True) -> Draw:
    """The address of a network card, its maker first."""

    def cell(rng: random.Random) -> str:
        text = (
            rng.choice(("000B82", "001565", "0004F2", "00A0C8", "805EC0", "6400F1", "0021A0"))
            + f"{rng.getrandbits(24):06X}"
        )
        pairs = separator.join(text[place : place + 2] for place in range(0, 12, 2))
        return pairs if upper else pairs.lower()

    return cell


def ulid(rng: random.Random) -> str:
    """Ten characters of a moment and sixteen at random."""
    return "01" + "".join(rng.choices(_CROCKFORD, k=24))


_TACS = tuple(identifiers.tacs(random.Random(7)))  # noqa: S311 (invented)
imei, imeisv = partial(identifiers.imei, known=_TACS), partial(identifiers.imeisv, known=_TACS)


def ids() -> tuple[tuple[str, Draw], ...]:
    """Ids of every shape; those that count begin anew with each call."""
    return (
        ("record_id", counter(1_000_000_000)),
        ("uuid", identifiers.uuid),
        ("uuid_plain", hexadecimal(32)),
        ("uuid_upper", lambda rng: identifiers.uuid(rng).upper()),
        ("correlation_id", hexadecimal(16)),
        ("trace", hexadecimal(32, 16)),
        ("charging_hex", hexadecimal(8, 12, 20, 24, upper=True)),
        ("md5", hexadecimal(32)),
        ("sha1", hexadecimal(40)),
        ("sha256", hexadecimal(64)),
        ("etag", in_base64(9, 12, 15, 16, 18)),
        ("nonce", in_base64(16, 20, 24, 32)),
        ("session_key", in_base64(12, 16, 18, 24, url=True)),
        ("object_id", hexadecimal(24)),
        ("base32_id", of(_BASE32, 12, 16, 26, 32)),
        ("base58_id", of(_BASE58, 11, 22, 27)),
        ("nano_id", of(_ALNUM + "_-", 12, 16, 21)),
        ("short_code", of(string.ascii_uppercase + string.digits, 6, 8, 10)),
        ("lower_code", of(string.ascii_lowercase + string.digits, 8, 12, 16, 20, 25)),
        ("letters", of(string.ascii_lowercase, 12, 16)),
        ("ulid", ulid),
        ("snowflake", snowflake(1_288_834_974_657)),
        ("message_id", snowflake(1_420_070_400_000)),
        ("hex_counter", lambda rng: f"{rng.randrange(1 << 32):016X}"),
        ("zero_counter", counter(4_100_000, width=16)),
        (
            "serial_no",
            lambda rng: (
                rng.choice(("SN", "21", "C02", "7H", "FOC"))
                + "".join(rng.choices(string.ascii_uppercase + string.digits, k=9))
            ),
        ),
        ("serienummer", lambda rng: digits(rng, rng.choice((12, 14, 16)))),
        ("order_luhn", luhn_number("10", 16)),
        ("ordre_ref", counter(20_260_000_000_000, luhn=True)),
        ("call_id", identifiers.call_id),
        ("imei", imei),
        ("imeisv", imeisv),
        ("imsi", identifiers.imsi),
        ("iccid", identifiers.iccid),
        ("eid", identifiers.eid),
        ("mac", mac("")),
        ("mac_colon", mac(":", upper=False)),
        ("mac_dash", mac("-")),
        (
            "ipv6",
            lambda rng: (
                f"2001:db8:{rng.getrandbits(16):x}:{rng.getrandbits(16):x}::{rng.getrandbits(16):x}"
            ),
        ),
        ("version", lambda rng: f"{rng.randrange(20)}.{rng.randrange(30)}.{rng.randrange(9)}"),
    )


# Words of an operator


def one(*texts: str) -> Draw:
    """One of some texts."""
    return lambda rng: rng.choice(texts)


def number(low: int, high: int) -> Draw:
    """A whole number."""
    return lambda rng: str(rng.randrange(low, high))


def said(name: str) -> Draw:
    """An entry of the corpus' words."""
    return lambda rng: _WORDS.pick(rng, name)


def money(rng: random.Random) -> str:
    """An amount in kroner."""
    return f"{rng.randrange(1, 9999)},{rng.randrange(100):02}"


def phone(rng: random.Random) -> str:
    """A Danish number."""
    return rng.choice("2345679") + digits(rng, 7)


def e164(rng: random.Random) -> str:
    """The same with its country."""
    return "45" + phone(rng)


_FIRMS = (
    "Havneby VVS",
    "Kystens Tagdækning",
    "Bakkely Tandklinik",
    "Møllegård Auto",
    "Søndervang El",
    "Birkelund Revision",
    "Granly Optik",
    "Egedal Køkken",
    "Fjordby Anlæg",
    "Strandlyst Kro",
)
_WORD = (
    "havn",
    "bakke",
    "mølle",
    "birk",
    "gran",
    "eg",
    "fjord",
    "strand",
    "kyst",
    "skov",
    "lund",
    "by",
    "gård",
    "tag",
    "vvs",
    "auto",
    "klinik",
    "el",
    "revision",
    "optik",
)


def firm(rng: random.Random) -> str:
    """The name of a firm."""
    return (
        f"{rng.choice(_FIRMS)} {rng.choice(_WORD).title()}"
        f" {rng.choice(('ApS', 'A/S', 'I/S', 'IVS', 'v/ ' + _WORDS.pick(rng, 'last_names')))}"
    )


def domain(rng: random.Random) -> str:
    """A firm's domain."""
    name = "-".join(rng.choices(_WORD, k=2)).replace("ø", "oe").replace("å", "aa")
    return f"{name}{rng.choice(('', '', str(rng.randrange(90))))}.{rng.choice(('dk', 'dk', 'dk', 'com', 'eu', 'net', 'nu', 'shop'))}"


def website(rng: random.Random) -> str:
    """A firm's site, as people write it down."""
    return rng.choice(("www.{}", "https://www.{}/", "http://{}", "{}", "www.{}/kontakt")).format(
        domain(rng)
    )


def email(rng: random.Random) -> str:
    """A mail address."""
    return f"{rng.choice(('info', 'kontakt', 'faktura', _WORDS.pick(rng, 'first_names').lower()))}@{domain(rng)}"


def person(rng: random.Random) -> str:
    """A name."""
    return f"{_WORDS.pick(rng, 'first_names')} {_WORDS.pick(rng, 'last_names')}"


def street(rng: random.Random) -> str:
    """A street and a house."""
    return f"{_WORDS.pick(rng, 'streets')} {rng.randrange(1, 200)}"


_APNS = (
    "internet",
    "ims",
    "mms",
    "wap",
    "m2m",
    "sos",
    "internet.nordtel.dk",
    "mms.nordtel.dk",
    "bredband.nordtel.dk",
    "iot.nordtel.net",
    "ims.mnc006.mcc238.gprs",
    "internet.mnc002.mcc238.gprs",
    "internet.telefjord.dk",
    "data.sydnet.se",
    "vpn.bakkely.dk",
    "corp.kystgruppen.com",
    "online.telefjord.no",
    "internet.mnc001.mcc240.3gppnetwork.org",
)


def node(rng: random.Random) -> str:
    """An element of the network."""
    return f"{rng.choice(('ggsn', 'smsc', 'pgw', 'sbc', 'bts'))}{rng.randrange(1, 40):02}.{rng.choice(('cph', 'aar', 'ode'))}.nordtel.{rng.choice(('net', 'local', 'core'))}"


def apn(rng: random.Random) -> str:
    """The name of an access point."""
    return rng.choice(_APNS)


_SOURCES = (
    "Cdr.java",
    "BillingJob.java",
    "load.py",
    "rate.py",
    "main.rs",
    "mediate.pl",
    "run.sh",
    "chan_sip.c",
    "pbx.c",
    "Program.cs",
    "index.js",
    "Codec.scala",
    "router.go",
    "Api.kt",
    "Export.vb",
    "handler.rb",
    "view.ts",
    "mapper.cc",
    "table.md",
    "Decoder.so",
    "jobs.ex",
    "parser.pm",
)
_KEYS = (
    "rtp.jitter.in",
    "kunde.adresse.by",
    "faktura.sendes.to",
    "call.duration.is",
    "rtp.loss.out",
    "session.ended.at",
    "kunde.kontakt.id",
    "mos.score.me",
    "sip.reason.is",
    "queue.wait.in",
    "media.codec.name",
    "trunk.group.id",
)
_PRODUCTS = (
    "ASP.NET",
    "ADO.NET",
    "VB.NET",
    "Node.js",
    "Socket.IO",
    "Json.NET",
    "Vue.js",
    "Paint.NET",
)
_FRAMES = (
    "dk.nordtel.cdr.Loader.load",
    "com.nordtel.billing.Rating.apply",
    "java.util.concurrent.ThreadPoolExecutor.runWorker",
    "org.nordtel.sip.Stack.send",
)


def source_line(rng: random.Random) -> str:
    """A place in source code."""
    return f"{rng.choice(_SOURCES)}:{rng.randrange(1, 2_000)}"


def error_line(rng: random.Random) -> str:
    """A line of an error log: a place in source code, an exception, a key and its value."""
    stamp = when("%Y-%m-%d %H:%M:%S.%L")(rng)
    return rng.choice(
        (
            f"\tat {rng.choice(_FRAMES)}({source_line(rng)})",
            f'  File "/opt/mediation/{rng.choice(_SOURCES)}", line {rng.randrange(900)}, in load',
            (
                f"{stamp} ERROR {source_line(rng)}: record {digits(rng, 9)} rejected,"
                f" {rng.randrange(20)} fields"
            ),
            f"{stamp} WARN [{source_line(rng)}] timeout after {rng.randrange(9000)} ms",
            (
                f"{stamp} NOTICE[{digits(rng, 5)}] {source_line(rng)} in handle_request: peer"
                f" {digits(rng, 4)} unreachable"
            ),
            (
                f"{stamp} DEBUG {rng.choice(_KEYS)}={rng.randrange(900) / 100}"
                f" {rng.choice(_KEYS)}={rng.randrange(9)}"
            ),
            (
                f"{stamp} INFO {rng.choice(_PRODUCTS)} runtime 4.{rng.randrange(9)} started, pid"
                f" {digits(rng, 5)}"
            ),
            f"{stamp} ERROR java.lang.NullPointerException: null",
            f"Caused by: java.net.SocketTimeoutException: Read timed out ({source_line(rng)})",
            (
                f"{rng.choice(_SOURCES)}:{rng.randrange(900)}:{rng.randrange(80)}: warning: unused"
                " variable"
            ),
            (
                f"{stamp} TRACE id={identifiers.uuid(rng)} span={hexadecimal(16)(rng)}"
                f" seq={counted('%Y%m%d', 8)(rng)}"
            ),
        )
    )


def key_value_line(rng: random.Random) -> str:
    """A line of a mediation log: keys and values."""
    return (
        f"{when('%Y-%m-%dT%H:%M:%S.%LZ')(rng)} level=info seq={counted('%Y%m%d', 8)(rng)}"
        f" imsi={identifiers.imsi(rng)} imei={imei(rng)} msisdn={e164(rng)} apn={apn(rng)}"
        f" start={when('%Y%m%d%H%M%S%H2')(rng)} bytes={rng.randrange(10**9)}"
        f" chid={hexadecimal(8)(rng)} cause={_WORDS.pick(rng, 'causes')}"
    )


def json_line(rng: random.Random) -> str:
    """An event in JSON."""
    event = {
        "id": identifiers.uuid(rng),
        "seq": int(counted("%Y%m%d", 8)(rng)),
        "ts": int(identifiers.epoch(rng, 1_000_000)),
        "stamp": when("%Y%m%d%H%M%S%L")(rng),
        "event": rng.choice(("cdr.loaded", "invoice.sent", "order.created", "sim.activated")),
        "device": {"imei": imei(rng), "iccid": identifiers.iccid(rng), "mac": mac(":")(rng)},
        "apn": apn(rng),
        "hash": hexadecimal(64)(rng),
        "message": rng.choice((None, "NULL", "None", "N/A", "record loaded", "ingen fejl")),
        "body": rng.choice((None, "NULL", "(null)", "-", "")),
        "at": source_line(rng),
    }
    return json.dumps(event, ensure_ascii=False)


def peer(rng: random.Random) -> str:
    """A channel of Asterisk."""
    return f"SIP/{digits(rng, 3)}-{rng.getrandbits(32):08x}"


def unique(rng: random.Random) -> str:
    """A call's id in Asterisk."""
    return f"{identifiers.epoch(rng)}.{rng.randrange(900_000)}"


def clid(rng: random.Random) -> str:
    """A caller's name and number."""
    return f'"{person(rng)}" <{phone(rng)}>'


def _asterisk() -> list[Draw]:
    stamp, seconds = when("%Y-%m-%d %H:%M:%S"), number(0, 4000)
    applications = one("Dial", "Queue", "VoiceMail", "Playback", "Hangup")
    return [
        digits_of(6),
        phone,
        phone,
        one("internt", "from-trunk", "indgaaende"),
        clid,
        peer,
        peer,
        applications,
        said("applications"),
        stamp,
        stamp,
        stamp,
        seconds,
        seconds,
        one("ANSWERED", "NO ANSWER", "BUSY", "FAILED"),
        one("BILLING", "DOCUMENTATION"),
        unique,
        one("", "F20250013", "kø 4"),
    ]


def digits_of(length: int) -> Draw:
    """So many digits."""
    return lambda rng: digits(rng, length)


_MASKS = (
    "4571 12** **** {}",
    "457112******{}",
    "**** **** **** {}",
    "XXXXXXXXXXXX{}",
    "501912xxxxxx{}",
    "...{}",
)


def masked_card(rng: random.Random) -> str:
    """What may be kept of a card number."""
    return rng.choice(_MASKS).format(digits(rng, 4))


_STAMP, _ISO, _DAY = when("%d-%m-%Y %H:%M:%S"), when("%Y-%m-%d %H:%M:%S"), when("%d-%m-%Y")
_SECONDS = number(0, 5_000)


def _moments_and_ids(start: int) -> Sequence[Table]:
    """Every moment and every id, with and without a name that says so."""
    return (
        Table(name="tider.csv", columns=[("nr", counter(start)), *MOMENTS], sparse=0.02),
        Table(
            name="tider_uden_navn.csv",
            columns=[
                ("nr", counter(start)),
                *((f"felt_{place}", draw) for place, (_, draw) in enumerate(MOMENTS)),
            ],
            delimiter=",",
        ),
        Table(name="id.csv", columns=ids()),
        Table(
            name="id_uden_navn.csv",
            columns=[
                (f"kolonne_{place}", draw)
                for place, (name, draw) in enumerate(ids())
                if name not in {"order_luhn", "iccid", "eid"}
            ],
            delimiter="\t",
        ),
    )


def _exchanges(start: int) -> Sequence[Table]:
    """Records of calls as exchanges write them."""
    return (
        Table(
            name="Master.csv",
            columns=[("", draw) for draw in _asterisk()],
            delimiter=",",
            header=False,
            quoted=True,
            sparse=0.0,
        ),
        Table(
            name="freeswitch_cdr.csv",
            delimiter=",",
            quoted=True,
            columns=[
                ("caller_id_name", one("Kontoret", "Reception", "Anonymous", "unknown", "")),
                ("caller_id_number", phone),
                ("destination_number", phone),
                ("context", one("default", "public")),
                ("start_stamp", _ISO),
                ("answer_stamp", _ISO),
                ("end_stamp", _ISO),
                ("duration", _SECONDS),
                ("billsec", _SECONDS),
                ("hangup_cause", said("causes")),
                ("uuid", identifiers.uuid),
                ("bleg_uuid", identifiers.uuid),
                ("accountcode", digits_of(6)),
                ("read_codec", one("PCMA", "OPUS", "G722")),
                ("sip_network_ip", identifiers.address),
                ("start_uepoch", epoch(1_000_000)),
                ("sip_call_id", identifiers.call_id),
                ("sip_user_agent", said("user_agents")),
                ("rtp_audio_in_jitter_min_variance", lambda rng: f"{rng.random() * 9:.4f}"),
                ("last_app", one("bridge", "playback", "voicemail")),
                ("last_arg", lambda rng: f"sofia/gateway/trunk{rng.randrange(9)}/{phone(rng)}"),
            ],
        ),
        Table(
            name="cucm_cdr.csv",
            delimiter=",",
            quoted=True,
            columns=[
                ("cdrRecordType", one("1")),
                ("globalCallID_callManagerId", number(1, 5)),
                ("globalCallID_callId", counter(start)),
                ("origLegCallIdentifier", counter(start)),
                ("dateTimeOrigination", epoch(1)),
                ("origNodeId", number(1, 5)),
                ("origIpAddr", lambda rng: str(rng.randrange(-(2**31), 2**31))),
                ("callingPartyNumber", phone),
                ("callingPartyUnicodeLoginUserID", one("", "abo", "lk")),
                ("origCause_value", number(0, 130)),
                ("destLegIdentifier", counter(start)),
                ("originalCalledPartyNumber", phone),
                ("finalCalledPartyNumber", phone),
                ("finalCalledPartyNumberPartition", one("PT_Intern", "PT_PSTN", "")),
                ("dateTimeConnect", epoch(1)),
                ("dateTimeDisconnect", epoch(1)),
                ("duration", _SECONDS),
                ("origDeviceName", lambda rng: f"SEP{mac('')(rng)}"),
                ("destDeviceName", lambda rng: f"SEP{mac('')(rng)}"),
                ("pkid", identifiers.uuid),
                ("origIpv4v6Addr", identifiers.address),
                ("globalCallId_ClusterID", one("StandAloneCluster", "CPH-CL1")),
                ("incomingProtocolCallRef", hexadecimal(32, upper=True)),
                ("currentRoutingReason", number(0, 5)),
            ],
        ),
        Table(
            name="punkter_uden_navn.csv",
            columns=[
                ("nr", counter(start)),
                ("felt_1", apn),
                ("felt_2", when("%Y%m%d%H%M%S%H2")),
                ("felt_3", number(0, 10**10)),
            ],
        ),
    )


def _networks(start: int) -> Sequence[Table]:
    """Records of mobile calls, messages and sessions, and what operators owe each other for them."""
    return (
        Table(
            name="radacct.csv",
            delimiter=",",
            columns=[
                ("Acct-Session-Id", hexadecimal(8, 16, upper=True)),
                ("Acct-Unique-Session-Id", hexadecimal(32)),
                ("User-Name", lambda rng: f"{phone(rng)}@nordtel"),
                ("NAS-IP-Address", identifiers.address),
                ("NAS-Identifier", node),
                ("NAS-Port-Id", lambda rng: f"xe-0/0/{rng.randrange(9)}:{rng.randrange(4000)}"),
                ("Called-Station-Id", apn),
                ("Calling-Station-Id", e164),
                ("Framed-IP-Address", identifiers.public_address),
                ("Acct-Status-Type", one("Start", "Stop", "Interim-Update")),
                ("Acct-Session-Time", _SECONDS),
                ("Acct-Input-Octets", number(0, 10**10)),
                ("Acct-Output-Octets", number(0, 10**11)),
                ("3GPP-IMSI", identifiers.imsi),
                ("3GPP-IMEISV", imeisv),
                ("3GPP-Charging-Id", number(10**8, 4 * 10**9)),
                ("Event-Timestamp", epoch(1)),
                ("Acct-Terminate-Cause", one("User-Request", "Lost-Carrier", "Idle-Timeout")),
                ("Class", hexadecimal(32, 48)),
            ],
        ),
        Table(
            name="mobil_cdr.csv",
            columns=[
                ("cdr_id", snowflake(1_288_834_974_657)),
                ("lbnr", counter(start, width=16)),
                ("a_nummer", e164),
                ("b_nummer", identifiers.msisdn_abroad),
                ("servedIMSI", identifiers.imsi),
                ("servedIMEI", imei),
                ("servedIMEISV", imeisv),
                ("start_ts", when("%Y%m%d%H%M%S%H2")),
                ("slut_ts", when("%Y%m%d%H%M%S%L")),
                ("varighed_sek", _SECONDS),
                ("apn_name", apn),
                ("access_point", apn),
                ("dnn", apn),
                ("charging_id", number(10**8, 4 * 10**9)),
                ("bytes_op", number(0, 10**10)),
                ("bytes_ned", number(0, 10**11)),
                ("takst", said("tariffs")),
                ("pris", money),
                ("sgsn", node),
                ("rat", one("LTE", "NR", "UMTS", "GERAN")),
                ("cause", said("causes")),
                ("filnavn", lambda rng: f"CDR_{counted('%Y%m%d%H%M%S', 4)(rng)}.dat"),
            ],
        ),
        Table(
            name="sms_cdr.csv",
            columns=[
                ("smsc_id", hexadecimal(8, 10, upper=True)),
                ("msg_id", snowflake(1_420_070_400_000)),
                ("afsender", one("NORDTEL", "4510203040", "Havneby")),
                ("modtager", e164),
                ("submit_ts", when("%y%m%d%H%M%S")),
                ("done_ts", when("%y%m%d%H%M%S")),
                ("status", one("DELIVRD", "EXPIRED", "UNDELIV")),
                ("msg_parts", number(1, 5)),
                ("dcs", number(0, 9)),
                ("sms_length", number(1, 160)),
                ("err", digits_of(3)),
                ("body", one("")),
                ("sms_tekst", one("NULL", "-", "N/A")),
                ("payload_hash", hexadecimal(64)),
                ("smsc", one("4540590000", "4542000000")),
            ],
        ),
        Table(
            name="internetsessioner.csv",
            columns=[
                ("Sessionsid", identifiers.uuid),
                ("Kundenr", counter(400_000)),
                ("Brugernavn", lambda rng: f"linje{digits(rng, 5)}"),
                ("Tildelt ip", identifiers.public_address),
                ("Start", _ISO),
                ("Stop", _ISO),
                ("Bytes ind", number(0, 10**10)),
                ("Bytes ud", number(0, 10**10)),
                ("Start ms", epoch(1_000)),
                ("MAC", mac(":")),
                ("Port", number(1024, 65_535)),
                ("Adgangspunkt", apn),
                ("WAP-APN", apn),
            ],
        ),
        Table(
            name="samtrafik.csv",
            columns=[
                ("Postid", counter(start, form="IC{}")),
                ("Afregningsnr", counter(2_026_000_000_000_000)),
                ("Operatør", one("DNKTD", "DNKHU", "SWEIQ", "NORNC")),
                ("A-nummer", e164),
                ("B-nummer", identifiers.msisdn_abroad),
                ("Start", when("%Y%m%d%H%M%S")),
                ("UTC", one("+0100", "+0200")),
                ("Varighed", _SECONDS),
                ("Beløb", money),
                (
                    "Celle-id",
                    lambda rng: f"238-{rng.choice(('01', '02'))}-{digits(rng, 4)}-{digits(rng, 5)}",
                ),
                ("TAP-fil", lambda rng: f"CDDNKTDSWEIQ{digits(rng, 5)}"),
            ],
        ),
    )


def _customers(start: int) -> Sequence[Table]:
    """Customers and what they have."""
    return (
        Table(
            name="kunder.csv",
            columns=[
                ("Kundenr.", counter(398_000)),
                ("Navn", firm),
                ("CVR-nr.", identifiers.cvr),
                ("P-nr.", identifiers.p_number),
                ("Adresse", street),
                ("Postnr", digits_of(4)),
                ("By", said("towns")),
                ("E-mail", email),
                ("Telefon", phone),
                ("Hjemmeside", website),
                ("Domæne", domain),
                ("Oprettet", _DAY),
                ("Ophørsdato", _DAY),
                ("Status", one("Aktiv", "Opsagt")),
                ("EAN-lokationsnr.", identifiers.gln),
                ("Kilde", one("kunde", "messe", "unknown", "ukendt")),
                ("Bemærkninger", said("notes")),
                ("Kontaktperson", person),
                ("Branche", one("VVS", "Tandlæge", "Detailhandel")),
            ],
        ),
        Table(
            name="companies.csv",
            delimiter=",",
            columns=[
                ("Record ID", snowflake(1_420_070_400_000)),
                ("Company name", firm),
                ("Company Domain Name", domain),
                ("Website URL", website),
                ("City", said("towns")),
                ("Postal Code", digits_of(4)),
                ("Industry", one("RETAIL", "CONSTRUCTION")),
                ("Phone Number", identifiers.msisdn_dk),
                ("Create Date", _ISO),
                ("Owner", person),
                ("Lead source", one("web", "phone", "N/A")),
            ],
        ),
        Table(
            name="kontakter.csv",
            columns=[
                ("KontaktID", counter(start, form="P{}")),
                ("Kundenr.", counter(398_000)),
                ("Kontaktperson", person),
                ("Titel", said("roles")),
                ("E-mail", email),
                ("Telefon", identifiers.msisdn_dk),
                ("Firma", firm),
                ("Website", website),
                ("Firmadomæne", domain),
                ("url", website),
                ("Intern note", said("notes")),
                ("Gyldig fra", _DAY),
            ],
        ),
        Table(
            name="abonnementer.csv",
            columns=[
                ("Abonnementsnr.", counter(start, form="A{}")),
                ("Kundenr.", counter(398_000)),
                ("Produkt", said("products")),
                ("Startdato", _DAY),
                ("Pris pr. md.", money),
                ("SIM-kort", identifiers.iccid),
                ("IMSI", identifiers.imsi),
                ("IMEI", imei),
                ("Nummer", phone),
                ("PUK", digits_of(8)),
                ("Serienr.", of(string.ascii_uppercase + string.digits, 10, 12)),
                ("Ekstern reference", identifiers.uuid),
                ("eSIM EID", identifiers.eid),
                ("Målepunkt", identifiers.gsrn),
            ],
        ),
        Table(
            name="udstyr.csv",
            columns=[
                ("serial", of(string.ascii_uppercase + string.digits, 11, 12, 16)),
                ("mac", mac("-")),
                ("macaddress", mac("")),
                ("hostname", node),
                ("firmware", said("versions")),
                ("sidst_set", epoch(1)),
                ("model", said("products")),
                ("config_hash", hexadecimal(40)),
                ("parameter", one(*_KEYS)),
                ("vaerdi", number(0, 900)),
                ("platform", one(*_PRODUCTS)),
                ("kilde", source_line),
                ("imei", imei),
                ("certifikat", hexadecimal(40, upper=True)),
            ],
        ),
    )


def _accounts(start: int) -> Sequence[Table]:
    """What customers are billed and pay."""
    return (
        Table(
            name="fakturaer.csv",
            columns=[
                ("Fakturanr.", counter(20_010_000, form="F{}")),
                ("Kundenr.", counter(398_000)),
                ("Dato", _DAY),
                ("Forfald", _DAY),
                ("Beløb", money),
                ("FI-linje", identifiers.slip_line),
                ("Betalings-id", identifiers.slip_71),
                ("OCR", identifiers.ocr),
                ("EAN", identifiers.gln),
                ("Tekst", said("invoice_lines")),
                ("Valuta", one("DKK")),
                ("Bogført", _ISO),
                ("Pdf", lambda rng: f"faktura_{digits(rng, 8)}.pdf"),
            ],
        ),
        Table(
            name="betalinger.csv",
            columns=[
                ("Betalingsnr.", counter(start, form="B{}")),
                ("FakturaID", counter(20_010_000, form="F{}")),
                ("Betalingsdato", _DAY),
                ("Beløb", money),
                ("Betalingsmåde", one("Dankort", "MobilePay", "Betalingsservice", "Visa")),
                ("PSP-reference", of(string.ascii_uppercase + string.digits, 16)),
                ("Kort (maskeret)", masked_card),
                ("Kortreference", hexadecimal(24, 32)),
                ("CVV-resultat", one("M", "N", "U", "")),
                ("Udløb", lambda rng: f"{rng.randrange(1, 13):02}/{rng.randrange(26, 33)}"),
                ("Ordrenr", luhn_number("20", 16)),
                ("3DS", in_base64(20)),
                ("Transaktion", counted("%y%m%d%H%M%S", 4)),
                ("Konto", identifiers.account),
            ],
        ),
        Table(
            name="finansposter.csv",
            columns=[
                ("Postnr", counter(start, form="FIN{}")),
                ("Kundenr", counter(398_000)),
                ("Bogføringsdato", _DAY),
                ("Beløb", money),
                ("Bilagsnr", counter(start, form="BIL{}")),
                ("Tekst", said("ledger_texts")),
                ("IBAN", identifiers.iban),
                ("Kontonr", identifiers.account),
            ],
        ),
    )


def _registers(start: int) -> Sequence[Table]:
    """Cases, accesses and recordings."""
    return (
        Table(
            name="sager.csv",
            columns=[
                ("Sagsnr", counted("%Y%m%d", 8)),
                ("Kundenr", counter(398_000)),
                ("Emne", said("tickets")),
                ("Intern note", said("notes")),
                ("Oprettet", _STAMP),
                ("Løst", _STAMP),
                ("Agent", person),
                ("Skabelon", said("campaigns")),
                ("Prioritet", one("Lav", "Høj")),
                ("Fejltekst", said("errors")),
                ("Opgave", said("tasks")),
            ],
        ),
        Table(
            name="adgangslog.csv",
            columns=[
                ("Tidspunkt", _STAMP),
                ("Bruger", lambda rng: f"bruger{rng.randrange(90)}"),
                ("Handling", one("opslag", "rettelse", "udtræk")),
                ("Objekt", counter(398_000)),
                ("System", one("CRM", "BSS")),
                ("Ip-adresse", identifiers.address),
                ("Sagsnr", counter(start, form="SAG{}")),
                ("Anmodning", lambda rng: f"/kunder/{digits(rng, 6)}/vis?side={rng.randrange(9)}"),
                ("Sporing", hexadecimal(32)),
            ],
        ),
        Table(
            name="optagelser.csv",
            columns=[
                ("Optagelsesid", counter(start, form="OPT{}")),
                ("Tidspunkt", _STAMP),
                ("Nummer", phone),
                ("Placering", lambda rng: f"optagelser/{moment(rng):%Y/%m}/{digits(rng, 8)}.wav"),
                ("Afskrift", one("")),
                ("uniqueid", lambda rng: f"{identifiers.epoch(rng)}.{digits(rng, 6)}"),
                (
                    "recordingfile",
                    lambda rng: (
                        f"q-4-{phone(rng)}-{when('%Y%m%d-%H%M%S')(rng)}-{identifiers.epoch(rng)}.{digits(rng, 4)}.wav"
                    ),
                ),
            ],
        ),
    )


def exports(seed: int) -> Sequence[Table | Lines]:
    """Every export. The numbers that run on begin anew with the seed."""
    start = random.Random(seed).randrange(10**8, 9 * 10**8)  # noqa: S311 (invented)
    return (
        *(table for tables in _TABLES for table in tables(start)),
        Lines(name="mediation.log", line=key_value_line),
        Lines(name="fejl.log", line=error_line),
        Lines(name="pbx.log", line=said("log_lines")),
        Lines(name="haendelser.jsonl", line=json_line),
    )


_TABLES: Sequence[Callable[[int], Sequence[Table]]] = (
    _moments_and_ids,
    _exchanges,
    _networks,
    _customers,
    _accounts,
    _registers,
)
