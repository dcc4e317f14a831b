"""A report's signature (PAdES): an invisible certification after which nothing may be changed.

A visible one would break PDF/A and PDF/UA. Nothing is asked of the network but a time stamp, and
that only where the address of a service is given.

It needs pyHanko, which ``teleaudit[sign]`` installs: whoever imports this without gets a UserError.
"""

from __future__ import annotations

import datetime as dt
import io
import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from teleaudit.errors import UserError
from teleaudit.readers.headers import escaped

try:
    from asn1crypto.parser import peek
    from pyhanko.keys import load_certs_from_pemder_data
    from pyhanko.pdf_utils.generic import Reference, StreamObject
    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
    from pyhanko.pdf_utils.reader import PdfFileReader
    from pyhanko.sign import signers
    from pyhanko.sign.fields import MDPPerm, SigFieldSpec, SigSeedSubFilter
    from pyhanko.sign.timestamps import TimestampRequestError
    from pyhanko.sign.timestamps.requests_client import RequestsHTTPTimeStamper
    from pyhanko.sign.validation import validate_pdf_signature
    from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature
    from pyhanko.sign.validation.settings import KeyUsageConstraints
    from pyhanko.sign.validation.status import PdfSignatureStatus, SignatureCoverageLevel
    from pyhanko_certvalidator import ValidationContext
    from pyhanko_certvalidator.authority import CertTrustAnchor
except ModuleNotFoundError:
    msg = "signatures need pyHanko, which is not installed: pip install 'teleaudit[sign]'."
    raise UserError(msg) from None

ATTACHMENT = "results.json"
_FIELD, _FIELD_NAME = "Underskrift", "Digital underskrift på rapporten"
_PATIENCE_S = 30
# what a certificate may be for that signs a report
_KEY_USAGE = KeyUsageConstraints(key_usage={"non_repudiation", "digital_signature"})
# what a signature adds to objects that the report had, by their type
_MAY_CHANGE = {
    "/Catalog": frozenset({"/AcroForm", "/Perms", "/Extensions", "/Version"}),
    "/Page": frozenset({"/Annots"}),
    "/Metadata": frozenset({"/Length", "/Filter"}),  # the time of the change stands there
    "": frozenset({"/ModDate", "/Producer"}),  # of the document's information
}
_OF_FORM = frozenset({"/Fields", "/SigFlags"})
_OF_FIELD = frozenset({"/FT", "/T", "/TU", "/Type", "/Subtype", "/F", "/Rect", "/P", "/V"})


class UnreadablePdfError(ValueError):
    """Bytes that are no PDF, or one that is damaged."""


@dataclass(frozen=True, kw_only=True)
class Signature:
    """What a PDF's signature says, and what is wrong with it."""

    signer: str  # the subject of the certificate
    signed_at: dt.datetime | None
    is_timestamped: bool  # otherwise the time is the signer's own word
    faults: tuple[str, ...]
    distrust: str | None  # why the certificate is not one of those trusted; None: it is


def load_signer(p12: bytes, passphrase: str) -> signers.SimpleSigner:
    """Key and certificate of a PKCS#12 file.

    Raises: UserError where they cannot be opened or used today.
    """
    _keep_quiet()
    try:
        signer: signers.SimpleSigner = signers.SimpleSigner.load_pkcs12_data(
            p12, (), passphrase.encode() or None
        )
    except (ValueError, TypeError, AttributeError):
        msg = (
            "the file of --p12 cannot be opened: it is no PKCS#12 file with a key and its"
            " certificate, or the pass phrase is another."
        )
        raise UserError(msg) from None
    certificate = signer.signing_cert
    assert certificate is not None  # noqa: S101 (it came with the key)
    now = dt.datetime.now(dt.UTC)
    if not certificate.not_valid_before <= now <= certificate.not_valid_after:
        msg = (
            f"the certificate of --p12 is valid from {certificate.not_valid_before:%Y-%m-%d} to"
            f" {certificate.not_valid_after:%Y-%m-%d}, and not today."
        )
        raise UserError(msg)
    return signer


def sign_pdf(pdf: bytes, signer: signers.SimpleSigner, *, tsa: str | None = None) -> bytes:
    """The PDF with a certification appended; with a time stamp of the service at ``tsa``.

    Raises: UserError where the service does not answer as one.
    """
    _keep_quiet()
    # PDF/A wants the end of a line before what is appended
    writer = IncrementalPdfFileWriter(io.BytesIO(pdf.removesuffix(b"\n") + b"\n"))
    stamper = RequestsHTTPTimeStamper(tsa, timeout=_PATIENCE_S) if tsa is not None else None
    details = signers.PdfSignatureMetadata(
        field_name=_FIELD,
        md_algorithm="sha256",
        subfilter=SigSeedSubFilter.PADES,
        certify=True,
        docmdp_permissions=MDPPerm.NO_CHANGES,
    )
    place = SigFieldSpec(
        _FIELD, on_page=0, combine_annotation=True, readable_field_name=_FIELD_NAME
    )
    signing = signers.PdfSigner(details, signer, timestamper=stamper, new_field_spec=place)
    try:
        signed: bytes = signing.sign_pdf(writer).getvalue()
    except (TimestampRequestError, ValueError, LookupError, TypeError) as error:
        if tsa is None:
            raise
        msg = f"no time stamp from --tsa ({type(error).__name__}): nothing was signed."
        raise UserError(msg) from None
    return signed


def load_certificates(pem: bytes) -> tuple[CertTrustAnchor, ...]:
    """The certificates of a PEM or DER file, to trust whom they certify.

    Raises: UserError.
    """
    try:
        certificates = list(load_certs_from_pemder_data(pem))
        for one in certificates:
            # read now: text that begins with 0 looks like one until somebody reads on
            one.subject.native  # noqa: B018
        found = [CertTrustAnchor(one) for one in certificates]
    except (ValueError, TypeError, KeyError):
        found = []
    if not found:
        msg = "the file of --trust holds no certificate in PEM or DER."
        raise UserError(msg)
    return tuple(found)


def attachments(pdf: bytes) -> list[bytes]:
    """What is attached to a PDF as results.json: one, where nobody had a hand in it; none to a plain
    one.

    Raises: UnreadablePdfError.
    """
    with _Reading(pdf) as reader:
        if "/EmbeddedFiles" not in reader.root.get("/Names", {}):
            return []
        names = reader.root["/Names"]["/EmbeddedFiles"]["/Names"]
        return [
            bytes(names[place + 1]["/EF"]["/F"].data)
            for place in range(0, len(names), 2)
            if str(names[place]) == ATTACHMENT
        ]


def check_signature(pdf: bytes, trusted: Sequence[CertTrustAnchor]) -> Signature | None:
    """The signature of a PDF, held against what is signed and whom ``trusted`` certifies; None
    where it has none.

    Raises: UnreadablePdfError.
    """
    _keep_quiet()
    with _Reading(pdf) as reader:
        found = reader.embedded_signatures
        if not found:
            return None
        status = _validate(found[0], trusted)
        stamp = status.timestamp_validity
        if stamp is not None and stamp.trusted and stamp.intact and stamp.valid:
            # a certificate that has run out since was good when it signed
            status = _validate(found[0], trusted, moment=stamp.timestamp)
        return Signature(
            signer=escaped(status.signing_cert.subject.human_friendly),
            signed_at=stamp.timestamp if stamp else status.signer_reported_dt,
            is_timestamped=stamp is not None,
            faults=tuple(_faults(reader, found, status)),
            distrust=None if status.trusted else _distrust(status),
        )


def _validate(
    signature: EmbeddedPdfSignature,
    trusted: Sequence[CertTrustAnchor],
    moment: dt.datetime | None = None,
) -> PdfSignatureStatus:
    return validate_pdf_signature(
        signature,
        ValidationContext(trust_roots=trusted, allow_fetching=False, moment=moment),
        ValidationContext(trust_roots=trusted, allow_fetching=False),
        key_usage_settings=_KEY_USAGE,
        skip_diff=True,
    )


def _distrust(status: PdfSignatureStatus) -> str:
    certificate = status.signing_cert
    if dt.datetime.now(dt.UTC) > certificate.not_valid_after:
        return (
            f"it ran out on {certificate.not_valid_after:%Y-%m-%d}, and no time stamp that is"
            " trusted says that it was valid when it signed"
        )
    return "no chain of certificates that are valid leads from it to one of those"


def _faults(
    reader: PdfFileReader, found: Sequence[EmbeddedPdfSignature], status: PdfSignatureStatus
) -> Iterator[str]:
    """Why a signature does not say that the report is as it was signed."""
    stamp = status.timestamp_validity
    if not (status.intact and status.valid and _is_padded_with_nothing(reader, found[0])):
        yield "was changed after it was signed"
    if status.coverage is not SignatureCoverageLevel.ENTIRE_FILE:
        yield "goes on after what the signature covers: something was appended"
    elif found[0].docmdp_level is not MDPPerm.NO_CHANGES or len(found) != 1:
        yield "bears another signature than the one that allows no change"
    elif not _adds_only_a_signature(reader):
        yield "shows something else than the report that was signed: more came with the signature"
    if stamp is not None and not (stamp.intact and stamp.valid):
        yield "bears a time stamp that is not for this signature"


def _is_padded_with_nothing(reader: PdfFileReader, signature: EmbeddedPdfSignature) -> bool:
    """Whether the one place that a signature does not cover, its own, holds nothing else."""
    first, length, second, _ = (int(number) for number in signature.byte_range)
    reader.stream.seek(first + length)
    place = reader.stream.read(second - first - length)
    content = signature.pkcs7_content
    written = content[: peek(content)].hex().upper().encode().ljust(len(place) - 2, b"0")
    return bool(place == b"<%b>" % written)


def _adds_only_a_signature(reader: PdfFileReader) -> bool:
    """Whether what came with the signature leaves every page as it was: an invisible field, and
    where it is named.
    """
    if reader.xrefs.total_revisions != 2 or reader.xrefs.refs_freed_in_revision(1):
        return False
    form = reader.root["/AcroForm"]
    if not (form.keys() <= _OF_FORM and len(form["/Fields"]) == 1):
        return False
    field = form["/Fields"][0]
    if not (field.keys() <= _OF_FIELD and [float(side) for side in field["/Rect"]] == [0.0] * 4):
        return False
    before, added = reader.get_historical_resolver(0), repr(form["/Fields"].raw_get(0))
    if any(
        repr(_raw_value(before.trailer_view, key)) != repr(_raw_value(reader.trailer_view, key))
        for key in ("/Root", "/Info")
    ):
        return False
    return all(
        _is_same(before.get_object(ref), reader.get_object(ref), added)
        for ref in reader.xrefs.explicit_refs_in_revision(1)
        if _was_there(reader, ref)
    )


def _was_there(reader: PdfFileReader, ref: Reference) -> bool:
    try:
        return bool(reader.xrefs.get_introducing_revision(ref) == 0)
    except KeyError:
        return False


def _is_same(before: Any, after: Any, added: str) -> bool:  # noqa: ANN401 (any object of a PDF)
    """Whether an object is what it was, but for the field that was ``added``."""
    match before, after:
        case list(), list():
            return _raw(after) in (_raw(before), [*_raw(before), added])
        case StreamObject(), StreamObject() if before.get("/Type") != "/Metadata":
            return repr(before) == repr(after) and before.encoded_data == after.encoded_data
        case dict(), dict():
            changed = {
                key
                for key in before.keys() | after.keys()
                if repr(_raw_value(before, key)) != repr(_raw_value(after, key))
            }
            fields = before.get("/Annots", []), after.get("/Annots", [])
            return changed <= _MAY_CHANGE.get(str(before.get("/Type", "")), frozenset()) and (
                "/Annots" not in changed or _is_same(*fields, added)
            )
        case _:
            return False


def _raw(array: Any) -> list[str]:  # noqa: ANN401 (an array of a PDF)
    return [
        repr(array.raw_get(place) if hasattr(array, "raw_get") else array[place])
        for place in range(len(array))
    ]


def _raw_value(dictionary: Any, key: str) -> object:  # noqa: ANN401 (a dictionary of a PDF)
    return dictionary.raw_get(key) if key in dictionary else None


def _keep_quiet() -> None:
    """The library tells the log of every certificate that it does not trust."""
    for name in ("pyhanko", "pyhanko_certvalidator"):
        logging.getLogger(name).setLevel(logging.CRITICAL + 1)


class _Reading:
    """A PDF to read. Whatever goes wrong in it is the PDF's fault: the bytes may be anybody's, and
    what the library stumbles over (a stream, a certificate, its own assertion) never counts as
    read.
    """

    def __init__(self, pdf: bytes) -> None:
        self._pdf = pdf

    def __enter__(self) -> PdfFileReader:
        try:
            return PdfFileReader(io.BytesIO(self._pdf))
        except Exception as error:  # noqa: BLE001 (see above)
            raise UnreadablePdfError(type(error).__name__) from None

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is not None and issubclass(kind, Exception):
            raise UnreadablePdfError(kind.__name__) from None
