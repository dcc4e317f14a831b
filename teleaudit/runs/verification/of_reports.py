"""A report: the results inside it, what they render to, and its signature."""

from __future__ import annotations

import hashlib
import json
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from pyhanko_certvalidator.authority import CertTrustAnchor

from teleaudit.report.signatures import (
    Signature,
    UnreadablePdfError,
    attachments,
    check_signature,
)
from teleaudit.report.typesetting import TypesettingError
from teleaudit.runs.reports import RESULTS_FILE, render_reports
from teleaudit.runs.verification.of_record import is_of_this_version, made_by_another
from teleaudit.runs.verification.statements import Statement, holds, left_out, unknown, wrong

_UNRENDERABLE = (ValueError, LookupError, TypeError, ArithmeticError, TypesettingError)


class Report:
    """A PDF as it lies there."""

    def __init__(self, name: str, pdf: bytes) -> None:
        self.name = name
        self._pdf = pdf
        self.damage = ""
        self.results = b""  # what is attached; nothing where that cannot be told
        try:
            found = attachments(pdf)
        except UnreadablePdfError:
            self.damage = "is no PDF with results inside, or a damaged one"
        else:
            if len(found) == 1:
                self.results = found[0]
            else:
                self.damage = f"holds {len(found)} files called {RESULTS_FILE} instead of one"

    @property
    def sha256(self) -> str:
        """Of the whole file."""
        return hashlib.sha256(self._pdf).hexdigest()

    def signature(self, trusted: Sequence[CertTrustAnchor]) -> Signature | None:
        """Its signature, if it has one that can be read."""
        try:
            return check_signature(self._pdf, trusted)
        except UnreadablePdfError:
            return None

    def check_attached(self, results: bytes) -> Iterator[Statement]:
        """Whether the results inside it are those of the run."""
        if self.results and self.results != results:
            yield wrong(self.name, f"the {RESULTS_FILE} attached to it is not that of the record")

    def check_pages(self, rendered: Renderings, *, is_signed: bool) -> Iterator[Statement]:
        """Whether it is, byte for byte, what the results inside it render to."""
        if self.damage:
            yield wrong(self.name, self.damage)
            return
        results = _loaded(self.results)
        if results is None:
            yield wrong(self.name, f"the {RESULTS_FILE} attached to it is none")
            return
        reports = rendered.of(self.results)
        difference = min(
            (_difference(self._pdf, report, is_signed=is_signed) for report in reports),
            key=lambda found: -1 if found is None else found[0],
            default=(0, "no report can be rendered from the results inside it"),
        )
        if difference is None:
            yield holds(
                self.name,
                f"{'up to its signature' if is_signed else 'is'} byte for byte what the"
                f" {RESULTS_FILE} inside it renders to",
            )
        elif is_of_this_version(results):
            yield wrong(self.name, difference[1])
        else:
            yield unknown(
                self.name,
                f"{made_by_another(results)}: what its results render to there cannot be told here",
            )

    def check_signature(
        self, signature: Signature | None, *, is_trust_asked: bool
    ) -> Iterator[Statement]:
        """Whether it is as it was signed, and by whom."""
        if signature is None:
            if not self.damage:
                yield left_out(self.name, "is not signed")
            return
        for fault in signature.faults:
            yield wrong(self.name, fault)
        signed_at = f"{signature.signed_at:%Y-%m-%d %H:%M %Z}" if signature.signed_at else "unknown"
        by = (
            f"signed by {signature.signer}, {signed_at}"
            f" ({'a time stamp' if signature.is_timestamped else 'by the signer’s own clock'})"
        )
        if not signature.faults:
            yield holds(self.name, f"{by}; the signature covers the whole file")
        if not is_trust_asked:
            yield left_out(
                self.name, "whom the certificate belongs to was not checked: --trust CA.pem"
            )
        elif signature.distrust is None:
            yield holds(self.name, "the certificate is one that --trust certifies")
        else:
            yield wrong(
                self.name,
                f"the certificate is none that --trust certifies ({signature.distrust})",
            )


class Renderings:
    """What results render to, each rendered once."""

    def __init__(self) -> None:
        self._known: dict[bytes, tuple[bytes, ...]] = {}

    def of(self, results: bytes) -> tuple[bytes, ...]:
        """The reports of a results.json; none where it is not one that can be rendered here."""
        if results not in self._known:
            with tempfile.TemporaryDirectory(prefix="teleaudit-verify-") as folder:
                try:
                    found = tuple(render_reports(results, Path(folder)).values())
                except _UNRENDERABLE:
                    found = ()
            self._known[results] = found
        return self._known[results]


def _loaded(results: bytes) -> object:
    try:
        return json.loads(results)
    except (ValueError, RecursionError):
        return None


def _difference(pdf: bytes, report: bytes, *, is_signed: bool) -> tuple[int, str] | None:
    """How a PDF differs from a report, after so many bytes less than it has (of several, the
    nearest counts); None where it does not.
    """
    if pdf == report or (is_signed and pdf.startswith(report + b"\n")):
        return None
    if pdf.startswith(report):
        added = len(pdf) - len(report)
        return 0, f"{added:,} bytes were appended to what the run wrote: an update of the PDF"
    same = next(
        (
            place
            for place, (one, other) in enumerate(zip(pdf, report, strict=False))
            if one != other
        ),
        min(len(pdf), len(report)),
    )
    return len(report) - same, (
        f"its pages are not what the {RESULTS_FILE} inside it renders to: another byte at {same:,}"
    )
