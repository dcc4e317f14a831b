"""Certificates of nobody: an authority, an organisation that signs, a service that stamps time."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

from asn1crypto import tsp
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    pkcs12,
)
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID, ObjectIdentifier
from pyhanko.keys import load_certs_from_pemder_data, load_private_key_from_pemder_data
from pyhanko.sign.timestamps.dummy_client import DummyTimeStamper

PASSPHRASE = "kun til prøver"
ORGANISATION = "Nordlys Tele A/S"


@dataclass(frozen=True, kw_only=True)
class Holder:
    """A key and what certifies it."""

    key: rsa.RSAPrivateKey
    certificate: x509.Certificate

    @property
    def pem(self) -> bytes:
        return self.certificate.public_bytes(Encoding.PEM)


@cache
def authority(name: str = "Prøvemyndighed") -> Holder:
    """Who certifies the others."""
    return _certified(name, None)


@cache
def organisation(name: str = ORGANISATION, *, days: float = 700) -> Holder:
    """Who signs; certified for so many days from yesterday on."""
    return _certified(name, authority(), days=days)


@cache
def p12(name: str = ORGANISATION, *, days: float = 700) -> bytes:
    """The same as operators get it."""
    own = organisation(name, days=days)
    return pkcs12.serialize_key_and_certificates(
        b"report",
        own.key,
        own.certificate,
        [authority().certificate],
        BestAvailableEncryption(PASSPHRASE.encode()),
    )


@contextmanager
def time_stamping_service(*, answers: bool = True, at: dt.datetime | None = None) -> Iterator[str]:
    """Its address on this machine; its clock may stand still."""
    own = _certified("Prøvetid", authority(), purpose=ExtendedKeyUsageOID.TIME_STAMPING)
    key = own.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    stamper = DummyTimeStamper(
        tsa_cert=next(iter(load_certs_from_pemder_data(own.pem))),
        tsa_key=load_private_key_from_pemder_data(key, None),
        fixed_dt=at,
    )

    class Service(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            asked = self.rfile.read(int(self.headers["Content-Length"]))
            answer = stamper.request_tsa_response(tsp.TimeStampReq.load(asked)).dump()
            self.send_response(200)
            self.send_header("Content-Type", "application/timestamp-reply")
            self.end_headers()
            self.wfile.write(answer if answers else b"sorry")

        def log_message(self, *_: object) -> None: ...

    server = HTTPServer(("127.0.0.1", 0), Service)
    serving = Thread(target=server.serve_forever)
    serving.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        serving.join()
        server.server_close()


def _certified(
    name: str,
    by: Holder | None,
    *,
    days: float = 700,
    purpose: ObjectIdentifier | None = None,
) -> Holder:
    key = rsa.generate_private_key(65537, 2048)
    subject = x509.Name(
        [
            x509.NameAttribute(NameOID.COUNTRY_NAME, "DK"),
            x509.NameAttribute(NameOID.COMMON_NAME, name),
        ]
    )
    began = dt.datetime.now(dt.UTC) - dt.timedelta(days=1)
    may = {
        name: name in ({"key_cert_sign"} if by is None else {"digital_signature"})
        for name in (
            "digital_signature",
            "content_commitment",
            "key_encipherment",
            "data_encipherment",
            "key_agreement",
            "key_cert_sign",
            "crl_sign",
            "encipher_only",
            "decipher_only",
        )
    }
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(by.certificate.subject if by else subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(began)
        .not_valid_after(began + dt.timedelta(days=days))
        .add_extension(x509.BasicConstraints(ca=by is None, path_length=None), critical=True)
        .add_extension(x509.KeyUsage(**may), critical=True)
    )
    if purpose is not None:
        builder = builder.add_extension(x509.ExtendedKeyUsage([purpose]), critical=True)
    return Holder(key=key, certificate=builder.sign(by.key if by else key, hashes.SHA256()))
