"""Whoever changes anything of what was sealed is found, and it is said what was changed."""

from __future__ import annotations

import errno
import hashlib
import io
import json
import os
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Never

import pikepdf
import pytest

from teleaudit.errors import UserError
from teleaudit.report.results import as_json, versions
from teleaudit.report.signatures import load_signer
from teleaudit.runs.ledger import LEDGER_FILE
from teleaudit.runs.signing import sign_run
from teleaudit.runs.verification import Against, State, verify
from tests.command import MAIN, Ended, call, ended, results_of, start
from tests.pki import PASSPHRASE, p12
from tests.sealed import AUDIT, render_once, rendered, seal_run

Change = Callable[[Path], object]


@pytest.fixture(scope="module")
def three(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An audit's folder with three runs and their ledger."""
    out = tmp_path_factory.mktemp("sealed")
    for _ in range(3):
        seal_run(out)
    return out / AUDIT


@pytest.fixture
def home(three: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy to spoil."""
    render_once(monkeypatch)
    return shutil.copytree(three, tmp_path / AUDIT)


def runs_of(home: Path) -> list[Path]:
    """In the order of the ledger."""
    entries = [json.loads(line) for line in (home / LEDGER_FILE).read_bytes().splitlines()]
    return [home / entry["run_id"] for entry in entries if entry["kind"] == "run"]


def told(path: Path, state: State = State.WRONG, **against: Path) -> list[str]:
    """What is said of a run, or a report, in this state."""
    return [
        f"{one.subject}: {one.text}"
        for one in verify(path, Against(**against))
        if one.state is state
    ]


def rewrite(path: Path, change: Callable[[bytes], bytes]) -> None:
    path.write_bytes(change(path.read_bytes()))


def flip(place: int) -> Callable[[bytes], bytes]:
    """One bit of one byte."""
    return lambda content: content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :]


def another_result(content: bytes) -> bytes:
    """A deviation less, with sums that agree."""
    results = json.loads(content)
    results["checks"][0]["deviations"] -= 1
    results["totals"]["deviations"] -= 1
    return as_json(results)


def with_another_attachment(pdf: bytes) -> bytes:
    """The same pages with other results inside."""
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        inside = opened.attachments["results.json"].get_file().read_bytes()
    return with_attached(pdf, another_result(inside))


def with_attached(pdf: bytes, results: bytes) -> bytes:
    """The same pages with this inside."""
    changed = io.BytesIO()
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        opened.attachments["results.json"] = pikepdf.AttachedFileSpec(
            opened,
            results,
            filename="results.json",
            description="",
            mime_type="application/json",
            creation_date="",
            mod_date="",
        )
        opened.save(changed)
    return changed.getvalue()


def with_an_update(pdf: bytes) -> bytes:
    """An incremental update that turns the first page around."""
    from pyhanko.pdf_utils.generic import NumberObject
    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter

    writer = IncrementalPdfFileWriter(io.BytesIO(pdf + b"\n"))
    page = writer.find_page_for_modification(0)[0].get_object()
    page["/Rotate"] = NumberObject(180)
    writer.update_container(page)
    changed = io.BytesIO()
    writer.write(changed)
    return changed.getvalue()


def in_record(name: str, change: Callable[[bytes], bytes]) -> Change:
    return lambda run: rewrite(run / "record" / name, change)


def in_ledger(change: Callable[[list[bytes]], list[bytes]]) -> Change:
    def apply(run: Path) -> None:
        lines = (run.parent / LEDGER_FILE).read_bytes().splitlines(keepends=True)
        (run.parent / LEDGER_FILE).write_bytes(b"".join(change(lines)))

    return apply


def chained_anew(lines: list[bytes]) -> list[bytes]:
    """The same entries, each naming the one before it."""
    previous, chained = "0" * 64, []
    for line in lines:
        new = json.dumps(json.loads(line) | {"previous": previous}, sort_keys=True).encode()
        previous = hashlib.sha256(new).hexdigest()
        chained.append(new + b"\n")
    return chained


def add(name: str) -> Change:
    def apply(run: Path) -> None:
        (run / name).write_text("a\n", encoding="ascii")

    return apply


def in_place_of(name: str, put: Callable[[Path], object]) -> Change:
    """Something that is no file."""

    def apply(run: Path) -> None:
        (run / name).unlink()
        put(run / name)

    return apply


NOT_SEALED = "it is not the file that was sealed"
NOT_NAMED = "is not the one that the ledger names"
OTHER_BYTE = "report.da.pdf: is not what the results render to: another byte at N"
OTHER_RESULTS = "report.da.pdf: the results.json attached to it is not that of the run"
CHAIN = (
    "ledger.jsonl: line {} does not name the line before it: one of the two was edited, or lines"
    " were taken out, added or put in another order"
)
MISSING = "ledger.jsonl: the entry of run {} is missing"
OTHER_ENTRY = "ledger.jsonl: the entry of run {} is not the one that the run was sealed with"
OTHER_HEAD = (
    "ledger.jsonl: does not hold the head that the results name: it is not the ledger that the run"
    " was entered in, or its earlier lines were written anew"
)

# what is done to the second of three runs, and what is said to be wrong of it
CHANGES: dict[str, tuple[Change, list[str]]] = {
    "one byte of the report": (
        in_record("report.da.pdf", flip(20_000)),
        [f"report.da.pdf: {NOT_SEALED}", OTHER_BYTE],
    ),
    "an update appended to the report": (
        in_record("report.da.pdf", with_an_update),
        [
            f"report.da.pdf: {NOT_SEALED}",
            "report.da.pdf: N bytes were appended to what the run wrote: an update of the file",
        ],
    ),
    "the attachment swapped": (
        in_record("report.da.pdf", with_another_attachment),
        [f"report.da.pdf: {NOT_SEALED}", OTHER_RESULTS],
    ),
    "the report cut off": (
        in_record("report.da.pdf", lambda pdf: pdf[:-2_000]),
        [
            f"report.da.pdf: {NOT_SEALED}",
            "report.da.pdf: is no PDF any more, or a damaged one",
        ],
    ),
    "the results changed": (
        in_record("results.json", another_result),
        [f"results.json: {NOT_SEALED}"],
    ),
    "a notebook replaced": (
        in_record("notebooks/10_retention.ipynb", lambda _: b"[]\n"),
        [f"notebooks/10_retention.ipynb: {NOT_SEALED}"],
    ),
    "a notebook taken away": (
        lambda run: (run / "record" / "notebooks" / "10_retention.ipynb").unlink(),
        ["notebooks/10_retention.ipynb: is missing"],
    ),
    "a file added to the record": (
        add("record/more.csv"),
        ["more.csv: was added to the record after it was sealed"],
    ),
    "a file of somebody's name added to the record": (
        add("record/010190-1234.csv"),
        ["a file whose name is not shown: was added to the record after it was sealed"],
    ),
    "a link added to the record": (
        lambda run: (run / "record" / "more").symlink_to("/"),
        ["more: was added to the record after it was sealed"],
    ),
    "a report added that says it is signed": (
        lambda run: _copy(run / "record" / "report.da.pdf", "report.da.signed.pdf"),
        ["report.da.signed.pdf: was added to the record after it was sealed"],
    ),
    "the manifest edited": (
        in_record("manifest.json", lambda content: content.replace(b'"bytes": 3', b'"bytes": 4')),
        [f"manifest.json: {NOT_NAMED}"],
    ),
    "the manifest replaced by none": (
        in_record("manifest.json", lambda _: b"[]"),
        [f"manifest.json: {NOT_NAMED}", "manifest.json: is no manifest"],
    ),
    "the manifest taken away": (
        lambda run: (run / "record" / "manifest.json").unlink(),
        ["manifest.json: is missing"],
    ),
    "the worklist changed": (
        lambda run: rewrite(run / "restricted" / "worklist.csv", lambda lines: lines + b"x\n"),
        ["restricted/worklist.csv: was changed after the run"],
    ),
    "the worklist taken away": (
        lambda run: (run / "restricted" / "worklist.csv").unlink(),
        ["restricted/worklist.csv: is missing"],
    ),
    "the seal taken away": (
        lambda run: (run / "COMPLETE").unlink(),
        ["COMPLETE: is missing, though the ledger knows the run"],
    ),
    "a folder in the place of the seal": (
        in_place_of("COMPLETE", Path.mkdir),
        ["COMPLETE: is no file, though the ledger knows the run"],
    ),
    "a pipe in the place of the seal": (
        in_place_of("COMPLETE", os.mkfifo),
        ["COMPLETE: is no file, though the ledger knows the run"],
    ),
    "a link that leads nowhere in the place of the seal": (
        in_place_of("COMPLETE", lambda path: path.symlink_to("nowhere")),
        ["COMPLETE: is no file, though the ledger knows the run"],
    ),
    "a folder in the place of the manifest": (
        in_place_of("record/manifest.json", Path.mkdir),
        ["manifest.json: is no file"],
    ),
    "a pipe in the place of the results": (
        in_place_of("record/results.json", os.mkfifo),
        [f"results.json: {NOT_SEALED}"],
    ),
    "a folder in the place of the report": (
        in_place_of("record/report.da.pdf", Path.mkdir),
        ["report.da.pdf: is missing"],
    ),
    "a pipe in the place of the worklist": (
        in_place_of("restricted/worklist.csv", os.mkfifo),
        ["restricted/worklist.csv: was changed after the run"],
    ),
    "a line of the ledger edited": (
        in_ledger(lambda lines: [lines[0].replace(b"bizzy", b"dizzy"), *lines[1:]]),
        [CHAIN.format(2), OTHER_ENTRY.format("FIRST")],
    ),
    "the last line of the ledger edited": (
        in_ledger(lambda lines: [*lines[:-1], lines[-1].replace(b"bizzy", b"dizzy")]),
        [OTHER_ENTRY.format("LAST")],
    ),
    "the ledger's line of the run taken out": (
        in_ledger(lambda lines: [lines[0], lines[2]]),
        [CHAIN.format(2), MISSING.format("RUN")],
    ),
    "the ledger cut off at its beginning": (
        in_ledger(lambda lines: lines[1:]),
        [CHAIN.format(1), MISSING.format("FIRST")],
    ),
    "the ledger's last line removed": (
        in_ledger(lambda lines: lines[:-1]),
        [MISSING.format("LAST")],
    ),
    "the ledger's last line removed, and the seal forged that named it": (
        lambda run: [
            in_ledger(lambda lines: lines[:-1])(run),
            *(
                shutil.copy(run / "COMPLETE", seal)
                for seal in run.parent.glob("*/COMPLETE")
                if seal.parent.name.encode() not in (run.parent / LEDGER_FILE).read_bytes()
            ),
        ],
        [MISSING.format("LAST")],
    ),
    "the ledger's last line torn": (
        in_ledger(lambda lines: [*lines[:-1], lines[-1][:40]]),
        [MISSING.format("LAST")],
    ),
    "the ledger's lines reordered": (
        in_ledger(lambda lines: [lines[1], lines[0], lines[2]]),
        [CHAIN.format(1)],
    ),
    "a line of the ledger that is none": (
        in_ledger(lambda lines: [lines[0], b"[]\n", *lines[1:]]),
        [CHAIN.format(2)],
    ),
    "the ledger written anew without its first line": (
        in_ledger(lambda lines: chained_anew(lines[1:])),
        [
            MISSING.format("FIRST"),
            OTHER_ENTRY.format("LAST"),
            OTHER_ENTRY.format("RUN"),
            OTHER_HEAD,
        ],
    ),
}


def _copy(path: Path, name: str) -> None:
    shutil.copy(path, path.with_name(name))


@pytest.mark.parametrize("what", CHANGES)
def test_it_is_said_what_was_changed(home: Path, what: str) -> None:
    change, expected = CHANGES[what]
    runs = runs_of(home)
    change(runs[1])

    found = "\n".join(told(runs[1]))
    for name, run in zip(("FIRST", "RUN", "LAST"), runs, strict=True):
        found = found.replace(run.name, name)
    found = re.sub(r"byte at [\d,]+", "byte at N", re.sub(r"[\d,]+ bytes", "N bytes", found))
    assert sorted(found.splitlines()) == sorted(expected)


def test_a_run_that_nobody_touched_holds(home: Path) -> None:
    for run in runs_of(home):
        assert told(run) == told(run, State.UNKNOWN) == []


def test_a_worklist_that_is_there_to_be_worked_off_may_be(home: Path) -> None:
    run = runs_of(home)[1]
    rewrite(run / "restricted" / "worklist.xlsx", lambda lines: lines + b"done\n")

    assert told(run) == told(run, State.UNKNOWN) == []
    assert (
        "restricted/worklist.xlsx: was worked on since the run; worklist.csv tells what was"
        in told(run, State.LEFT_OUT)
    )
    assert "restricted/: 1 file, as the run left them" in told(run, State.HOLDS)


def test_results_and_report_changed_together_are_not_those_of_the_ledger(
    home: Path, tmp_path: Path
) -> None:
    run = runs_of(home)[1]
    rewrite(run / "record" / "results.json", another_result)
    forged = rendered((run / "record" / "results.json").read_bytes())
    (run / "record" / "report.da.pdf").write_bytes(forged["report.da.pdf"])

    assert told(run) == [f"report.da.pdf: {NOT_SEALED}", f"results.json: {NOT_SEALED}"]
    assert "the reports: results.json is not what they were rendered from" in told(
        run, State.LEFT_OUT
    )


def test_a_run_without_its_ledger_cannot_be_told(home: Path) -> None:
    run = runs_of(home)[1]
    (home / LEDGER_FILE).unlink()

    assert told(run) == []
    assert told(run, State.UNKNOWN) == [
        "ledger.jsonl: is not beside the run: say where it is with --ledger FILE"
    ]


def test_a_record_that_was_handed_over_is_held_against_a_ledger(home: Path, tmp_path: Path) -> None:
    record = shutil.copytree(runs_of(home)[1] / "record", tmp_path / "handed_over")
    assert told(record) == told(record, ledger=home / LEDGER_FILE) == []
    assert told(record, State.UNKNOWN, ledger=home / LEDGER_FILE) == []

    (home / LEDGER_FILE).write_bytes(b"")
    assert told(record, ledger=home / LEDGER_FILE) == [
        f"ledger.jsonl: has no entry of run {runs_of_record(record)}, or more than one"
    ]


def runs_of_record(record: Path) -> str:
    return str(json.loads((record / "results.json").read_bytes())["run_id"])


def test_a_run_of_a_version_that_named_less_holds_as_far_as_it_goes(
    home: Path, tmp_path: Path
) -> None:
    run = runs_of(home)[2]
    manifest = json.loads((run / "record" / "manifest.json").read_bytes())
    del manifest["restricted"]
    rewrite(run / "record" / "manifest.json", lambda _: json.dumps(manifest).encode())
    lines = (home / LEDGER_FILE).read_bytes().splitlines(keepends=True)
    entry = json.loads(lines[2])
    del entry["files"], entry["kind"]
    entry["manifest_sha256"] = hashlib.sha256(
        (run / "record" / "manifest.json").read_bytes()
    ).hexdigest()
    last = json.dumps(entry).encode()
    (home / LEDGER_FILE).write_bytes(b"".join([*lines[:2], last + b"\n"]))
    (run / "COMPLETE").write_text(hashlib.sha256(last).hexdigest() + "\n", encoding="ascii")

    assert told(run) == told(run, State.UNKNOWN) == []
    assert "restricted/: the manifest of this run does not name its files" in told(
        run, State.LEFT_OUT
    )
    assert told(run / "record" / "report.da.pdf", State.UNKNOWN, ledger=home / LEDGER_FILE) == [
        "ledger.jsonl: its entry of the run, of an older version, names no reports"
    ]


def test_an_interrupted_run_has_nothing_to_verify(home: Path) -> None:
    run = home / "20261122T000000Z-000000"
    (run / "record").mkdir(parents=True)
    with pytest.raises(
        UserError, match="is not complete: it was interrupted, and nothing in it was sealed"
    ):
        told(run)


def test_what_this_user_may_not_read_is_refused(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_: Path) -> Never:
        raise PermissionError(errno.EACCES, "Permission denied", LEDGER_FILE)

    monkeypatch.setattr("teleaudit.runs.verification.read_ledger", refuse)
    with pytest.raises(UserError, match=r"ledger\.jsonl may not be read by this user"):
        told(runs_of(home)[1])


@pytest.mark.parametrize("put", [Path.mkdir, os.mkfifo, lambda path: path.symlink_to("nowhere")])
def test_a_seal_beside_that_is_no_file_is_no_crash(
    home: Path, put: Callable[[Path], object]
) -> None:
    first, run, _ = runs_of(home)
    in_place_of("COMPLETE", put)(first)
    assert told(run) == []
    for command in (("sign", first, "--p12", first), ("approve", first, "--as", "Direktør")):
        said = call(*command)
        assert (said.code, said.out) == (3, "")


@pytest.mark.parametrize("name", ["ledger.jsonl", "pipe"])
def test_a_ledger_that_is_no_file_is_refused(home: Path, name: str) -> None:
    run, pipe = runs_of(home)[1], home / "pipe"
    os.mkfifo(pipe)
    (home / LEDGER_FILE).unlink()
    (home / LEDGER_FILE).mkdir()
    said = call("verify", run, "--ledger", home / name)
    assert (said.code, said.out) == (3, "")
    assert f"--ledger cannot be read: {home / name}: it is no file." in said.err


def test_what_is_no_folder_is_no_closed_annex(home: Path) -> None:
    run = runs_of(home)[1]
    shutil.rmtree(run / "restricted")
    (run / "restricted").write_bytes(b"")
    (run / "restricted").chmod(0o755)
    assert told(run) == []
    assert "restricted/: is not here, or closed to this user" in told(run, State.LEFT_OUT)


def test_a_file_of_the_closed_annex_that_this_user_may_not_read_is_left_out(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run, may = runs_of(home)[1], os.access
    monkeypatch.setattr(
        "os.access", lambda path, mode: Path(path).name != "worklist.csv" and may(path, mode)
    )
    assert told(run) == []
    assert "restricted/worklist.csv: is closed to this user" in told(run, State.LEFT_OUT)


# Another file of a run alone


@pytest.mark.parametrize(
    "name",
    [
        "record/annex.da.xlsx",
        "record/report.da.html",
        "record/results.json",
        "record/notebooks/10_retention.ipynb",
        "restricted/worklist.csv",
    ],
)
def test_any_file_of_a_run_is_held_against_its_manifest(home: Path, name: str) -> None:
    run, subject = runs_of(home)[1], name.removeprefix("record/")
    said = call("verify", run / name)
    assert (said.code, said.err) == (0, "")
    assert f"{subject}: is as run {run.name} left it" in told(run / name, State.HOLDS)

    rewrite(run / name, lambda content: content + b"\n")
    text = NOT_SEALED if name.startswith("record/") else "was changed after the run"
    assert told(run / name) == [f"{subject}: {text}"]


def test_a_file_that_a_run_did_not_leave_is_none_of_it(home: Path) -> None:
    run = runs_of(home)[1]
    (run / "record" / "more.csv").touch()
    (run / "restricted" / "more.csv").touch()
    assert told(run / "record" / "more.csv") == [f"more.csv: is none that run {run.name} left"]
    assert told(run / "restricted" / "more.csv") == [
        f"restricted/more.csv: is none that run {run.name} left"
    ]


def test_a_file_of_a_forged_manifest_does_not_hold(home: Path) -> None:
    run = runs_of(home)[1]
    page = run / "record" / "report.da.html"
    before = hashlib.sha256(page.read_bytes()).hexdigest().encode()
    rewrite(page, lambda content: content + b"\n")
    after = hashlib.sha256(page.read_bytes()).hexdigest().encode()
    rewrite(run / "record" / "manifest.json", lambda content: content.replace(before, after))
    assert told(page) == [f"manifest.json: {NOT_NAMED}"]


def test_an_annex_without_its_run_is_told_by_a_ledger_or_not_at_all(
    home: Path, tmp_path: Path
) -> None:
    for name in ("annex.da.xlsx", "report.da.html"):
        alone = Path(shutil.copy(runs_of(home)[1] / "record" / name, tmp_path / name))
        said = call("verify", alone)
        assert (said.code, said.out) == (3, "")
        assert f"{name} is no PDF, and does not lie in the folder of a run" in said.err

        ledger = home / LEDGER_FILE
        assert told(alone, ledger=ledger) == []
        assert f"{name}: is one that the ledger names" in told(alone, State.HOLDS, ledger=ledger)
        rewrite(alone, lambda content: content + b"\n")
        assert told(alone, ledger=ledger) == [f"{name}: is none that the ledger names"]


# A report alone


def test_a_report_alone_is_bound_by_the_ledger_that_names_its_results(home: Path) -> None:
    report = runs_of(home)[1] / "record" / "report.da.pdf"

    assert told(report) == []
    assert told(report, State.UNKNOWN) == [
        (
            "report.da.pdf: whose it is cannot be told: only a ledger (--ledger FILE) or a"
            " signature with --trust CA.pem says so"
        )
    ]
    assert told(report, ledger=home / LEDGER_FILE) == []
    assert told(report, State.UNKNOWN, ledger=home / LEDGER_FILE) == []


def test_a_report_without_attachments_is_bound_by_the_ledger_alone(home: Path) -> None:
    plain = runs_of(home)[1] / "record" / "report.plain.da.pdf"

    assert told(plain) == told(plain, ledger=home / LEDGER_FILE) == []
    assert told(plain, State.UNKNOWN, ledger=home / LEDGER_FILE) == [
        (
            "report.plain.da.pdf: holds no results to render it from: verify it in the folder of"
            " its run"
        )
    ]


def test_whatever_a_run_renders_is_rendered_once_more(home: Path) -> None:
    record = runs_of(home)[1] / "record"
    names = rendered((record / "results.json").read_bytes())
    looked_at = [one for one in told(record.parent, State.HOLDS) if "byte for byte" in one]
    assert [one.partition(":")[0] for one in looked_at] == sorted(names)
    assert {"report.da.pdf", "report.plain.da.pdf", "annex.da.xlsx"} < names.keys()

    for report in record.glob("report*.pdf"):
        assert told(report) == []


def test_a_translation_is_verified_as_the_report_that_it_translates(tmp_path: Path) -> None:
    run = seal_run(tmp_path, report_languages=["da", "en"])
    assert told(run) == []
    assert "report.en.pdf: is byte for byte what the results render to" in told(run, State.HOLDS)
    assert told(run / "record" / "report.en.pdf") == []


def test_a_report_of_other_results_is_not_that_of_the_ledger(home: Path, tmp_path: Path) -> None:
    content = another_result((runs_of(home)[1] / "record" / "results.json").read_bytes())
    report = tmp_path / "report.pdf"
    report.write_bytes(rendered(content)["report.da.pdf"])

    assert told(report) == []
    assert told(report, ledger=home / LEDGER_FILE) == ["report.pdf: is none that the ledger names"]


def test_pages_of_another_version_are_neither_right_nor_wrong(tmp_path: Path) -> None:
    run = seal_run(tmp_path, versions=versions() | {"teleaudit_code": "000000000000"})
    assert told(run, State.UNKNOWN) == []  # the same bytes are the same, whoever made them

    rewrite(run / "record" / "report.da.pdf", flip(20_000))
    assert told(run) == [f"report.da.pdf: {NOT_SEALED}"]
    assert told(run, State.UNKNOWN) == [
        (
            "report.da.pdf: was made with teleaudit_code 000000000000: what the results render to"
            " there cannot be told here"
        )
    ]


@pytest.mark.parametrize("inside", [b"[]", b"{}", b"{", b"[" * 100_000])
def test_results_that_are_none_are_no_crash(home: Path, inside: bytes) -> None:
    run = runs_of(home)[1]
    rewrite(run / "record" / "results.json", lambda _: inside)
    rewrite(run / "record" / "report.da.pdf", lambda pdf: with_attached(pdf, inside))
    assert any("results.json: is no JSON object" in one or "breaks" in one for one in told(run))
    assert told(run / "record" / "report.da.pdf")


# Without pyHanko


def without_pyhanko(*words: str | Path) -> Ended:
    """A command in an environment that does not have it."""
    hidden = (
        "import sys\nfrom importlib.abc import MetaPathFinder\n"
        "class Hidden(MetaPathFinder):\n"
        "    def find_spec(self, name, path=None, target=None):\n"
        "        if name.partition('.')[0] in {'pyhanko', 'pyhanko_certvalidator', 'asn1crypto'}:\n"
        "            raise ModuleNotFoundError(name)\n"
        "import importlib.util as util\n"
        "known = util.find_spec\n"
        "util.find_spec = lambda name, *more: None if name == 'pyhanko' else known(name, *more)\n"
        "sys.meta_path.insert(0, Hidden())\n"
    )
    return ended(start(*words, program=hidden + MAIN))


def test_without_pyhanko_all_but_what_is_inside_a_report_is_verified(home: Path) -> None:
    run = runs_of(home)[1]
    report, signed = (run / "record" / f"report.da{end}.pdf" for end in ("", ".signed"))
    sign_run(run, load_signer(p12(), PASSPHRASE), draft=True)
    said = without_pyhanko("verify", run)
    assert (said.code, said.err) == (2, "")
    assert "ok        report.da.pdf: is byte for byte what the results render to\n" in said.out
    assert "left out  report.da.pdf: is not signed\n" in said.out
    assert (
        f"unknown   {signed.name}: is signed, and what is inside it cannot be looked at" in said.out
    )

    alone = without_pyhanko("verify", report)
    assert alone.code == 2
    assert "pip install 'teleaudit[sign]'" in alone.out
    for words in (("sign", run, "--p12", report), ("verify", run, "--trust", report)):
        said = without_pyhanko(*words)
        assert said.code == 3
        assert said.err.endswith("which is not installed: pip install 'teleaudit[sign]'.\n")
        assert said.err.count("\n") == 1


# The command


def test_the_command_says_so_line_by_line_and_by_its_exit_code(home: Path) -> None:
    run = runs_of(home)[1]
    files = sum(path.is_file() for path in (run / "record").rglob("*")) - 1
    clean = call("verify", run)
    assert (clean.code, clean.err) == (0, "")
    assert f"ok        record/: {files} files, as sealed, and no other\n" in clean.out
    assert clean.out.endswith("Nothing is wrong in what was looked at.\n")

    alone = call("verify", run / "record" / "report.da.pdf")
    assert alone.code == 2
    assert alone.out.endswith("Nothing is wrong, but 1 thing could not be compared.\n")

    (run / "record" / "more.csv").touch()
    spoiled = call("verify", run)
    assert spoiled.code == 1
    assert "WRONG     more.csv: was added to the record after it was sealed\n" in spoiled.out
    assert spoiled.out.endswith("1 thing is wrong.\n")


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["nowhere"], "no run or report at nowhere: name the folder of a run"),
        (["{home}"], "no run or report at"),
        (["{run}", "--ledger", "nowhere"], "--ledger cannot be read: nowhere: No such file"),
        (["{run}", "--exports", "nowhere"], "no folder nowhere for the exports"),
        (["{run}", "--trust", "{run}/COMPLETE"], "the file of --trust holds no certificate"),
    ],
)
def test_what_cannot_be_looked_at_is_refused(home: Path, words: list[str], message: str) -> None:
    run = runs_of(home)[1]
    said = call("verify", *(word.format(home=home, run=run) for word in words))
    assert said.code == 3
    assert message in said.err


@pytest.mark.whole_run
def test_real_runs_hold_with_their_exports_and_not_with_others(
    tiny: Path, clean: Path, tmp_path: Path
) -> None:
    for _ in range(2):
        ran = call("run", tiny, "--exports", clean, "--out", tmp_path / "out", "--no-notebooks")
        assert ran.code in {0, 1, 2}, ran.err
    first, second = runs_of(tmp_path / "out" / "bizzy")
    exports = shutil.copytree(clean, tmp_path / "exports")

    assert results_of(first)["ledger_head"] == "0" * 64
    assert results_of(second)["ledger_head"] == (first / "COMPLETE").read_text().strip()
    for run in (first, second):
        assert told(run, exports=exports) == told(run, State.UNKNOWN, exports=exports) == []
    assert "the exports: 3 files of 3, as the run read them" in told(
        first, State.HOLDS, exports=exports
    )
    with (exports / "kunder.csv").open("a", encoding="utf-8") as file:
        file.write("\n")
    (exports / "kontakter.csv").unlink()
    assert told(first, exports=exports) == ["kunder.csv: is not the export that the run read"]
    assert "the exports: 1 file of 3 not there" in told(first, State.LEFT_OUT, exports=exports)
