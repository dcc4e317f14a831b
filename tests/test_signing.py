"""A report is signed once, by whoever may, after which any change to it shows."""

from __future__ import annotations

import datetime as dt
import errno
import hashlib
import io
import json
import re
import shutil
import socket
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, Never

import pytest
from cryptography.hazmat.primitives.serialization import NoEncryption, pkcs12
from hypothesis import assume, given
from hypothesis import strategies as st
from pyhanko.pdf_utils.generic import (
    ArrayObject,
    DictionaryObject,
    NameObject,
    NumberObject,
    TextStringObject,
)
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign.signers import SimpleSigner

from teleaudit.errors import UserError
from teleaudit.report.signatures import (
    UnreadablePdfError,
    attachments,
    check_signature,
    load_certificates,
    load_signer,
    sign_pdf,
)
from teleaudit.runs.ledger import LEDGER_FILE, append_entry, read_ledger
from teleaudit.runs.signing import VARIABLE, sign_run
from teleaudit.runs.verification import Against, State, verify
from tests.command import call
from tests.pki import ORGANISATION, PASSPHRASE, authority, p12, time_stamping_service
from tests.sealed import AUDIT, render_once, seal_run

SIGNED = "report.da.signed.pdf"


@pytest.fixture(scope="module")
def sealed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An audit's folder with one run, not signed."""
    out = tmp_path_factory.mktemp("sealed")
    seal_run(out)
    return out / AUDIT


@pytest.fixture(scope="module")
def signed_once(sealed: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same, signed."""
    home = shutil.copytree(sealed, tmp_path_factory.mktemp("signed") / AUDIT)
    sign_run(run_of(home), load_signer(p12(), PASSPHRASE), draft=True)
    return home


@pytest.fixture
def unsigned(sealed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the run's folder."""
    render_once(monkeypatch)
    return run_of(shutil.copytree(sealed, tmp_path / AUDIT))


@pytest.fixture
def signed(signed_once: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the signed run's folder."""
    render_once(monkeypatch)
    return run_of(shutil.copytree(signed_once, tmp_path / AUDIT))


@pytest.fixture
def ca(tmp_path: Path) -> Path:
    """The authority's certificate."""
    path = tmp_path / "ca.pem"
    path.write_bytes(authority().pem)
    return path


@pytest.fixture(scope="module")
def report(sealed: Path) -> bytes:
    """A report without a signature."""
    return (run_of(sealed) / "record" / "report.da.pdf").read_bytes()


def run_of(home: Path) -> Path:
    return next(path.parent for path in home.glob("*/COMPLETE"))


def told(path: Path, state: State = State.WRONG, **against: Path) -> list[str]:
    return [
        f"{one.subject}: {one.text}"
        for one in verify(path, Against(**against))
        if one.state is state
    ]


def faults(pdf: bytes) -> tuple[str, ...]:
    found = check_signature(pdf, ())
    assert found is not None
    return found.faults


# The signature


def test_a_signature_covers_the_whole_report_and_says_whose_it_is(report: bytes) -> None:
    signed = sign_pdf(report, load_signer(p12(), PASSPHRASE))
    found = check_signature(signed, load_certificates(authority().pem))

    assert signed.startswith(report + b"\n")
    assert attachments(signed) == attachments(report)
    assert found is not None
    assert (found.faults, found.distrust, found.is_timestamped) == ((), None, False)
    assert ORGANISATION in found.signer
    assert check_signature(report, ()) is None


@pytest.mark.parametrize("content", [b"", b"no certificate", b"0" * 64, b"0a1b2c" * 12])
def test_what_only_begins_like_a_certificate_is_none(content: bytes) -> None:
    with pytest.raises(UserError, match="holds no certificate"):
        load_certificates(content)


def test_a_certificate_of_somebody_else_s_authority_is_not_trusted(report: bytes) -> None:
    signed = sign_pdf(report, load_signer(p12(), PASSPHRASE))
    other = check_signature(signed, load_certificates(authority("En anden").pem))
    nobody = check_signature(signed, ())

    assert other is not None
    assert nobody is not None
    assert other.distrust
    assert nobody.distrust
    assert other.faults == nobody.faults == ()


def flipped(pdf: bytes, _: bytes) -> bytes:
    return pdf[:9_000] + bytes([pdf[9_000] ^ 1]) + pdf[9_001:]


def in_its_own_place(pdf: bytes, _: bytes) -> bytes:
    """A byte of what a signature does not cover: of the room that it did not need."""
    room = pdf.rindex(b"0" * 64)
    return pdf[:room] + b"1" + pdf[room + 1 :]


def with_bytes(pdf: bytes, _: bytes) -> bytes:
    return pdf + b"% more\n"


def with_update(pdf: bytes, _: bytes) -> bytes:
    writer = IncrementalPdfFileWriter(io.BytesIO(pdf))
    turn_page(writer)
    changed = io.BytesIO()
    writer.write(changed)
    return changed.getvalue()


def turn_page(writer: IncrementalPdfFileWriter) -> None:
    page = first_page(writer)
    page["/Rotate"] = NumberObject(180)
    writer.update_container(page)


def change_text(writer: IncrementalPdfFileWriter) -> None:
    """Something else on the first page, of as many bytes as before."""
    stream = first_page(writer)["/Contents"]
    stream._encoded_data = bytes(reversed(stream.encoded_data))
    writer.update_container(stream)


def hang_up_note(writer: IncrementalPdfFileWriter) -> None:
    """A second annotation on the first page."""
    page = first_page(writer)
    page["/Annots"] = ArrayObject([writer.add_object(page["/MediaBox"])])
    writer.update_container(page)


def bring_a_form(writer: IncrementalPdfFileWriter) -> None:
    """A form that can show more than the report's fields do."""
    form = {"/Fields": ArrayObject(), "/XFA": TextStringObject("more")}
    writer.root[NameObject("/AcroForm")] = DictionaryObject(
        {NameObject(key): value for key, value in form.items()}
    )
    writer.update_root()


def replace_catalog(writer: IncrementalPdfFileWriter) -> None:
    """A catalog of its own in place of the report's, which stays as it was."""
    catalog = DictionaryObject({key: writer.root.raw_get(key) for key in writer.root})
    catalog[NameObject("/Lang")] = TextStringObject("en")
    writer._root = writer.add_object(catalog)


def first_page(writer: IncrementalPdfFileWriter) -> Any:
    return writer.find_page_for_modification(0)[0].get_object()


def signed_with(change: Callable[[IncrementalPdfFileWriter], None]) -> Callable[..., bytes]:
    """The report changed in the same update that signs it."""

    def sign(_: bytes, report: bytes) -> bytes:
        class Changing(IncrementalPdfFileWriter):
            def __init__(self, stream: io.BytesIO) -> None:
                super().__init__(stream)
                change(self)

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("teleaudit.report.signatures.IncrementalPdfFileWriter", Changing)
            return sign_pdf(report, load_signer(p12(), PASSPHRASE))

    return sign


MORE = "shows something else than the report that was signed: more came with the signature"
APPENDED = "goes on after what the signature covers: something was appended"


DONE: dict[str, tuple[Callable[[bytes, bytes], bytes], str]] = {
    "a bit turned": (flipped, "was changed after it was signed"),
    "a byte in the signature's own room": (in_its_own_place, "was changed after it was signed"),
    "bytes appended": (with_bytes, APPENDED),
    "an update appended": (with_update, APPENDED),
    "a page turned while it was signed": (signed_with(turn_page), MORE),
    "a page's text changed while it was signed": (signed_with(change_text), MORE),
    "a note hung up while it was signed": (signed_with(hang_up_note), MORE),
    "a form brought along while it was signed": (signed_with(bring_a_form), MORE),
    "another catalog while it was signed": (signed_with(replace_catalog), MORE),
}


@pytest.mark.parametrize("what", DONE)
def test_what_was_done_to_a_signed_report_is_told(report: bytes, what: str) -> None:
    change, fault = DONE[what]
    signed = sign_pdf(report, load_signer(p12(), PASSPHRASE))

    assert faults(signed) == ()
    assert faults(change(signed, report)) == (fault,)


@pytest.fixture(scope="module")
def signed_report(signed_once: Path) -> Path:
    return run_of(signed_once) / "record" / SIGNED


@given(
    where=st.one_of(st.floats(0, 1, exclude_max=True), st.floats(0.97, 1, exclude_max=True)),
    bit=st.integers(0, 7),
)
def test_no_bit_of_a_signed_report_is_turned_unseen(
    signed_report: Path, where: float, bit: int
) -> None:
    turned = bytearray(signed_report.read_bytes())
    place = int(len(turned) * where)
    covered = re.search(rb"/ByteRange \[0 (\d+) (\d+)", turned)
    assert covered is not None
    # but for the signature's own place: nothing signs the certificates that came along
    assume(not int(covered[1]) <= place < int(covered[2]))
    turned[place] ^= 1 << bit
    with suppress(UnreadablePdfError):
        found = check_signature(bytes(turned), ())
        # without a signature it is a report to which something was appended
        assert found is None or found.faults


def test_a_report_cut_off_within_its_signature_cannot_be_read(report: bytes) -> None:
    signed = sign_pdf(report, load_signer(p12(), PASSPHRASE))
    with pytest.raises(UnreadablePdfError):
        check_signature(signed[:-500], ())


def test_a_time_stamp_comes_from_the_service_that_was_named(report: bytes) -> None:
    with time_stamping_service() as address:
        signed = sign_pdf(report, load_signer(p12(), PASSPHRASE), tsa=address)
    found = check_signature(signed, load_certificates(authority().pem))

    assert found is not None
    assert (found.faults, found.distrust, found.is_timestamped) == ((), None, True)


def test_a_certificate_that_has_run_out_since_counts_with_a_time_stamp(report: bytes) -> None:
    now = dt.datetime.now(dt.UTC)
    signer = SimpleSigner.load_pkcs12_data(p12(days=0.9), (), PASSPHRASE.encode())
    trusted = load_certificates(authority().pem)
    with time_stamping_service(at=now - dt.timedelta(hours=12)) as address:
        stamped = check_signature(sign_pdf(report, signer, tsa=address), trusted)
    plain = check_signature(sign_pdf(report, signer), trusted)

    assert stamped is not None
    assert plain is not None
    assert stamped.distrust is None
    assert plain.distrust is not None
    assert plain.distrust.startswith("it ran out on ")


def test_no_time_stamp_no_signature(report: bytes) -> None:
    with (
        time_stamping_service(answers=False) as address,
        pytest.raises(UserError, match=r"no time stamp from --tsa \(.*\): nothing was signed"),
    ):
        sign_pdf(report, load_signer(p12(), PASSPHRASE), tsa=address)
    with pytest.raises(UserError, match="no time stamp from --tsa"):
        sign_pdf(report, load_signer(p12(), PASSPHRASE), tsa=address)


def test_nothing_goes_to_the_network_unasked(
    unsigned: Path, ca: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> Never:
        msg = "the network"
        raise AssertionError(msg)

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    sign_run(unsigned, load_signer(p12(), PASSPHRASE), draft=True)
    assert told(unsigned, trust=ca) == []


# The key


def test_a_key_that_cannot_be_opened_is_refused_in_one_sentence() -> None:
    without_key = pkcs12.serialize_key_and_certificates(
        b"report", None, None, [authority().certificate], NoEncryption()
    )
    for file, passphrase in (
        (p12(), "another"),
        (p12(), ""),
        (without_key, ""),
        (b"no key", PASSPHRASE),
    ):
        with pytest.raises(UserError, match="the file of --p12 cannot be opened"):
            load_signer(file, passphrase)


def test_a_certificate_that_has_run_out_signs_nothing() -> None:
    with pytest.raises(UserError, match=r"is valid from \S+ to \S+, and not today"):
        load_signer(p12(days=0), PASSPHRASE)


# The run


def test_the_signed_report_stands_beside_the_other_and_in_the_ledger(
    signed: Path, ca: Path
) -> None:
    record = signed / "record"
    entry = json.loads((signed.parent / LEDGER_FILE).read_bytes().splitlines()[-1])

    reports = {path.name for path in record.glob("report*.pdf")}
    assert reports > {"report.da.pdf", SIGNED, "report.plain.da.pdf", "report.plain.da.signed.pdf"}
    assert all(name.replace(".da.pdf", ".da.signed.pdf") in reports for name in reports)
    assert (entry["kind"], entry["run_id"]) == ("signature", signed.name)
    assert entry["file"] in reports
    assert told(signed) == told(signed, State.UNKNOWN) == told(signed, trust=ca) == []
    assert f"{SIGNED}: the certificate is one that --trust certifies" in told(
        signed, State.HOLDS, trust=ca
    )
    assert f"{SIGNED}: whom the certificate belongs to was not checked: --trust CA.pem" in told(
        signed, State.LEFT_OUT
    )


CHANGES: dict[str, tuple[Callable[[Path], object], list[str]]] = {
    "the signed report taken away": (
        lambda run: (run / "record" / SIGNED).unlink(),
        [f"{SIGNED}: is missing"],
    ),
    "the signature taken off": (
        lambda run: shutil.copy(run / "record" / "report.da.pdf", run / "record" / SIGNED),
        [f"{SIGNED}: it is not the file that was sealed"],
    ),
    "signed anew by somebody else": (
        lambda run: (run / "record" / SIGNED).write_bytes(
            sign_pdf(
                (run / "record" / "report.da.pdf").read_bytes(),
                load_signer(p12("En anden"), PASSPHRASE),
            )
        ),
        [f"{SIGNED}: it is not the file that was sealed"],
    ),
    "one byte of the signed report": (
        lambda run: (run / "record" / SIGNED).write_bytes(
            flipped((run / "record" / SIGNED).read_bytes(), b"")
        ),
        [
            f"{SIGNED}: it is not the file that was sealed",
            f"{SIGNED}: is not what the results render to: another byte at 9,000",
            f"{SIGNED}: was changed after it was signed",
        ],
    ),
    "the ledger's line of the last signature removed": (
        lambda run: (run.parent / LEDGER_FILE).write_bytes(
            b"".join((run.parent / LEDGER_FILE).read_bytes().splitlines(keepends=True)[:-1])
        ),
        ["report.plain.da.signed.pdf: was added to the record after it was sealed"],
    ),
}


@pytest.mark.parametrize("what", CHANGES)
def test_it_is_said_what_was_done_to_a_signed_run(signed: Path, what: str) -> None:
    change, expected = CHANGES[what]
    change(signed)

    assert told(signed) == expected


def test_a_signed_report_alone_is_bound_by_whom_the_reader_trusts(signed: Path, ca: Path) -> None:
    report, ledger = signed / "record" / SIGNED, signed.parent / LEDGER_FILE

    assert told(report, trust=ca) == told(report, State.UNKNOWN, trust=ca) == []
    assert told(report) == []
    assert len(told(report, State.UNKNOWN)) == 1
    assert told(report, ledger=ledger) == told(report, State.UNKNOWN, ledger=ledger) == []

    stranger = sign_pdf(
        (signed / "record" / "report.da.pdf").read_bytes(),
        load_signer(p12("En anden"), PASSPHRASE),
    )
    report.write_bytes(stranger)
    assert told(report, ledger=ledger) == [f"{SIGNED}: is none that the ledger names"]


def test_a_run_is_signed_once_and_only_as_it_was_sealed(unsigned: Path) -> None:
    signer = load_signer(p12(), PASSPHRASE)
    (unsigned / "record" / "more.csv").touch()
    with pytest.raises(UserError, match=r"nothing was signed.*more.csv: was added to the record"):
        sign_run(unsigned, signer, draft=True)
    (unsigned / "record" / "more.csv").unlink()

    assert SIGNED in {path.name for path in sign_run(unsigned, signer, draft=True)}
    with pytest.raises(UserError, match=r"every report of the run at .* is signed"):
        sign_run(unsigned, signer, draft=True)
    with pytest.raises(UserError, match="no complete run at"):
        sign_run(unsigned.parent, signer)


def test_two_who_sign_at_once_leave_one_signature_that_the_ledger_names(
    unsigned: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    signer, refused = load_signer(p12(), PASSPHRASE), []

    def sign_while_another_does(pdf: bytes, *words: Any, **options: Any) -> bytes:
        try:
            sign_run(unsigned, signer, draft=True)
        except UserError as error:
            refused.append(str(error))
        return sign_pdf(pdf, *words, **options)

    with monkeypatch.context() as patch:
        patch.setattr("teleaudit.runs.signing.sign_pdf", sign_while_another_does)
        copies = sign_run(unsigned, signer, draft=True)

    assert len(refused) == len(copies)
    assert all("is being signed or approved at this moment" in one for one in refused)
    entries = read_ledger(unsigned.parent / LEDGER_FILE).of("signature", unsigned.name)
    assert {entry.content["file"]: entry.content["sha256"] for entry in entries} == {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in copies
    }
    assert len(entries) == len(copies)


def test_a_signed_copy_that_came_meanwhile_is_not_replaced(
    unsigned: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def sign_after_another(pdf: bytes, *words: Any, **options: Any) -> bytes:
        for report in (unsigned / "record").glob("report*.da.pdf"):
            report.with_name(f"{report.stem}.signed.pdf").write_bytes(b"another's")
        return sign_pdf(pdf, *words, **options)

    monkeypatch.setattr("teleaudit.runs.signing.sign_pdf", sign_after_another)
    with pytest.raises(UserError, match="is there by now, and was not replaced"):
        sign_run(unsigned, load_signer(p12(), PASSPHRASE), draft=True)
    assert (unsigned / "record" / SIGNED).read_bytes() == b"another's"
    assert read_ledger(unsigned.parent / LEDGER_FILE).of("signature", unsigned.name) == ()


def test_who_may_not_write_there_is_told_what_signing_needs(
    unsigned: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def forbidden(*_: object) -> Never:
        raise PermissionError(errno.EACCES, "Permission denied", LEDGER_FILE)

    monkeypatch.setattr("teleaudit.runs.signing.append_entry", forbidden)
    with pytest.raises(UserError, match=r"ledger\.jsonl may not be read or written by this user"):
        sign_run(unsigned, load_signer(p12(), PASSPHRASE), draft=True)
    assert not (unsigned / "record" / SIGNED).exists()


def test_nothing_is_signed_where_no_ledger_could_name_it(unsigned: Path) -> None:
    (unsigned.parent / LEDGER_FILE).unlink()
    with pytest.raises(UserError, match=r"does not lie beside its ledger\.jsonl"):
        sign_run(unsigned, load_signer(p12(), PASSPHRASE), draft=True)
    assert not (unsigned.parent / LEDGER_FILE).exists()


def test_a_signing_that_was_killed_is_done_again(unsigned: Path) -> None:
    append_entry(
        unsigned.parent,
        "signature",
        {"run_id": unsigned.name, "file": SIGNED, "sha256": "0" * 64},
    )
    assert told(unsigned) == [f"{SIGNED}: is missing"]

    sign_run(unsigned, load_signer(p12(), PASSPHRASE), draft=True)
    assert told(unsigned) == []


# The command


@pytest.fixture
def key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The key's file; no pass phrase in the environment."""
    monkeypatch.delenv(VARIABLE, raising=False)
    path = tmp_path / "key.p12"
    path.write_bytes(p12())
    return path


def test_the_pass_phrase_comes_from_a_file(unsigned: Path, key: Path, tmp_path: Path) -> None:
    file = tmp_path / "passphrase"
    file.write_text(f"{PASSPHRASE}\nanother line\n", encoding="utf-8")
    said = call("sign", unsigned, "--draft", "--p12", key, "--passphrase-file", file)

    assert (said.code, said.err) == (0, "")
    assert str(unsigned / "record" / SIGNED) in said.out.splitlines()


def test_the_pass_phrase_comes_from_the_environment(
    unsigned: Path, key: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(VARIABLE, PASSPHRASE)
    assert call("sign", unsigned, "--draft", "--p12", key).code == 0


def test_the_pass_phrase_is_asked_for_on_a_terminal(
    unsigned: Path, key: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO())
    assert (
        "the pass phrase of --p12 is missing" in call("sign", unsigned, "--draft", "--p12", key).err
    )

    monkeypatch.setattr("sys.stdin.isatty", lambda: True)
    monkeypatch.setattr("teleaudit.runs.signing.getpass", lambda _: PASSPHRASE)
    assert call("sign", unsigned, "--draft", "--p12", key).code == 0


def test_the_pass_phrase_is_no_argument(unsigned: Path, key: Path) -> None:
    assert call("sign", unsigned, "--draft", "--p12", key, "--passphrase", PASSPHRASE).code == 3


def test_a_time_stamping_service_has_an_address(unsigned: Path, key: Path) -> None:
    said = call("sign", unsigned, "--draft", "--p12", key, "--tsa", "tsa.example")
    assert (said.code, said.err) == (
        3,
        "teleaudit: --tsa names no service: write its address with https://.\n",
    )
