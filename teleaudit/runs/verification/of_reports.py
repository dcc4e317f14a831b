"""A report: what results render to, what is attached to it, and its signature."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from teleaudit.report import Report, render_reports
from teleaudit.report.typesetting import TypesettingError
from teleaudit.runs.folder import RESULTS_FILE
from teleaudit.runs.verification.of_record import is_of_this_version, made_by_another
from teleaudit.runs.verification.statements import Statement, holds, left_out, unknown, wrong

if TYPE_CHECKING:
    from pyhanko_certvalidator.authority import CertTrustAnchor

    from teleaudit.report.signatures import Signature

NEEDS_PYHANKO = (
    "what is inside it cannot be looked at without pyHanko: pip install 'teleaudit[sign]'"
)
_UNRENDERABLE = (ValueError, LookupError, TypeError, ArithmeticError, TypesettingError)


class FoundReport:
    """A file that a run rendered, as it lies there; a PDF may be signed."""

    def __init__(self, name: str, content: bytes, trusted: Sequence[CertTrustAnchor]) -> None:
        self.name = name
        self._content, self._trusted = content, trusted

    @property
    def sha256(self) -> str:
        """Of the whole file."""
        return hashlib.sha256(self._content).hexdigest()

    @property
    def can_be_read(self) -> bool:
        """Whether there is what it takes to look into a PDF."""
        return find_spec("pyhanko") is not None

    @property
    def _may_be_signed(self) -> bool:
        return b"/ByteRange" in self._content

    @cached_property
    def signature(self) -> Signature | None:
        """Its signature, if it has one that can be read."""
        if not self.can_be_read:
            return None
        from teleaudit.report.signatures import UnreadablePdfError, check_signature

        try:
            return check_signature(self._content, self._trusted)
        except UnreadablePdfError:
            return None

    @cached_property
    def attached(self) -> list[bytes] | None:
        """What is attached to it as results.json; None for a damaged PDF."""
        return _attached(self._content)

    def check_rendering(self, rendered: bytes | None, results: object) -> Iterator[Statement]:
        """Whether it is, byte for byte, what the results render to."""
        is_signed = self.signature is not None or (self._may_be_signed and not self.can_be_read)
        fault = (
            "nothing can be rendered of the results that bears its name"
            if rendered is None
            else self._difference(rendered, is_signed=is_signed)
        )
        if fault is None:
            yield holds(
                self.name,
                f"{'up to its signature' if is_signed else 'is'} byte for byte what the results"
                " render to",
            )
        elif is_of_this_version(results):
            yield wrong(self.name, fault)
        else:
            yield unknown(
                self.name,
                f"{made_by_another(results)}: what the results render to there cannot be told here",
            )

    def _difference(self, rendered: bytes, *, is_signed: bool) -> str | None:
        """How it differs from what was rendered, None where it does not."""
        found = self._content
        if found == rendered or (is_signed and found.startswith(rendered + b"\n")):
            return None
        if found.startswith(rendered):
            added = len(found) - len(rendered)
            return f"{added:,} bytes were appended to what the run wrote: an update of the file"
        if rendered.startswith(b"%PDF") and self.can_be_read:
            if self.attached is None:
                return "is no PDF any more, or a damaged one"
            if self.attached != _attached(rendered):
                return f"the {RESULTS_FILE} attached to it is not that of the run"
        pairs = enumerate(zip(found, rendered, strict=False))
        same = next(
            (place for place, (one, other) in pairs if one != other),
            min(len(found), len(rendered)),
        )
        return f"is not what the results render to: another byte at {same:,}"

    def check_signature(self, *, is_trust_asked: bool) -> Iterator[Statement]:
        """Whether it is as it was signed, and by whom."""
        if self._may_be_signed and not self.can_be_read:
            yield unknown(self.name, f"is signed, and {NEEDS_PYHANKO}")
            return
        signature = self.signature
        if signature is None:
            yield left_out(self.name, "is not signed")
            return
        for fault in signature.faults:
            yield wrong(self.name, fault)
        if not signature.faults:
            at = f"{signature.signed_at:%Y-%m-%d %H:%M %Z}" if signature.signed_at else "no time"
            clock = "a time stamp" if signature.is_timestamped else "by the signer’s own clock"
            yield holds(
                self.name,
                f"signed by {signature.signer}, {at} ({clock}); the signature covers the whole"
                " file",
            )
        if not is_trust_asked:
            yield left_out(
                self.name, "whom the certificate belongs to was not checked: --trust CA.pem"
            )
        elif signature.distrust is None:
            yield holds(self.name, "the certificate is one that --trust certifies")
        else:
            yield wrong(
                self.name,
                f"the certificate is none that --trust certifies: {signature.distrust}",
            )


def render_run(results: Mapping[str, Any]) -> Mapping[str, bytes]:
    """Every file that a run renders of its results, by name; nothing where they are not such."""
    try:
        return render_reports(results)
    except _UNRENDERABLE:
        return {}


def render_alone(attached: bytes) -> bytes | None:
    """The report that such results are attached to; None where they are not such."""
    try:
        results = json.loads(attached)
        return Report(
            results=results, authority=results["authority"], language=results["language"]
        ).pdf
    except (*_UNRENDERABLE, RecursionError):
        return None


def _attached(pdf: bytes) -> list[bytes] | None:
    if find_spec("pyhanko") is None:
        return None
    from teleaudit.report.signatures import UnreadablePdfError, attachments

    try:
        return attachments(pdf)
    except UnreadablePdfError:
        return None
