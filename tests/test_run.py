"""A run from exports to ledger: what it leaves, with and without notebooks, and when something in
it raises.
"""

from __future__ import annotations

import getpass
import hashlib
import json
import os
import re
import shutil
import socket
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Never

import nbformat
import pytest

from teleaudit.checks.worklist import WORKLIST_COLUMNS
from teleaudit.expectations.rows import ExpectRowsToSatisfy
from teleaudit.report import validate_results
from teleaudit.report.authorities import authorities_concerned
from teleaudit.rules.suites import TOPICS
from teleaudit.rules.verdicts import TO_LOOK_AT
from teleaudit.rules.yaml_files import read_yaml
from teleaudit.runs.folder import COMPLETE, complete_runs
from teleaudit.runs.ledger import head
from tests.command import (
    FEW_NOTEBOOKS,
    ROOT,
    Ended,
    call,
    checks_of,
    only_run,
    planted_exports,
    results_of,
    small_exports,
    worklist_of,
)
from tests.test_privacy import file_text
from tests.whole_run import WholeRun

pytestmark = pytest.mark.whole_run

CANARY = "Kanariefuglsgade 70706142"
CONTACTS, CUSTOMERS = "BIZ-ret-3.contact", "BIZ-ret-3.customer"


def run(audit: Path, exports: Path, out: Path, *words: str | Path) -> Ended:
    return call("run", audit, "--exports", exports, "--out", out, *words)


def texts(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@pytest.fixture(autouse=True)
def signatures(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JUPYTER_DATA_DIR", str(tmp_path / "jupyter"))


# What a run leaves


@pytest.fixture(scope="module", params=["bizzy", pytest.param("kazoom", marks=pytest.mark.deep)])
def both(request: pytest.FixtureRequest, whole: Callable[..., WholeRun]) -> tuple[str, Path, Ended]:
    """A sample audit with notebooks, as a process of its own."""
    run = whole(request.param, notebooks=True)
    return run.operator, run.out, run.ended


def test_the_run_folder_is_as_the_contract_says(both: tuple[str, Path, Ended]) -> None:
    name, out, run = both
    assert run.code == 1, run.err
    folder = only_run(out / "reports", name)
    notebooks = {f"record/notebooks/{path.name}" for path in (ROOT / "notebooks").glob("*.ipynb")}
    found = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    others = authorities_concerned(results_of(folder))[1:]
    assert others == ["digitaliseringsstyrelsen", "erhvervsstyrelsen", "forbrugerombudsmanden"]
    assert found == notebooks | {
        "record/results.json",
        "record/manifest.json",
        "record/report.da.pdf",
        "record/report.plain.da.pdf",
        "record/report.da.html",
        "record/annex.da.xlsx",
        *(f"record/report.{authority}.da.pdf" for authority in others),
        "restricted/worklist.csv",
        "restricted/records.csv",
        "restricted/worklist.xlsx",
        "restricted/worklist.da.csv",
        # where the audit asks for what the law keeps secret
        *({"restricted/worklist.secret.da.csv"} if name == "bizzy" else set()),
        "restricted/reference_key",
        COMPLETE,
    }
    assert (
        mode(folder / "restricted"),
        {mode(path) for path in (folder / "restricted").iterdir()},
    ) == (0o700, {0o600})
    assert {path.name for path in folder.iterdir()} == {"record", "restricted", COMPLETE}
    assert (
        max(path.stat().st_mtime_ns for path in folder.rglob("*") if path.is_file())
        == (folder / COMPLETE).stat().st_mtime_ns
    )
    assert (folder / COMPLETE).read_text(encoding="ascii").strip() == head(out / "reports" / name)
    assert list((out / "tmp").iterdir()) == []


def test_the_manifest_names_every_file_of_the_record(both: tuple[str, Path, Ended]) -> None:
    name, out, _ = both
    record = only_run(out / "reports", name) / "record"
    manifest = json.loads((record / "manifest.json").read_bytes())
    others = {path: content for path, content in texts(record).items() if path != "manifest.json"}
    assert {file["path"]: (file["sha256"], file["bytes"]) for file in manifest["files"]} == {
        path: (hashlib.sha256(text).hexdigest(), len(text)) for path, text in others.items()
    }


def test_results_obey_their_schema_and_name_paths_from_the_exports(
    both: tuple[str, Path, Ended],
) -> None:
    name, out, _ = both
    results = results_of(only_run(out / "reports", name))
    validate_results(results)
    paths = {file["path"] for export in results["exports"] for file in export["files"]}
    assert paths == {path.name for path in (ROOT / "data_samples" / name).iterdir()} - {
        "expected_findings.csv"
    }


def test_the_record_names_no_user_no_machine_and_no_place_on_it(
    both: tuple[str, Path, Ended],
) -> None:
    name, out, _ = both
    record = texts(only_run(out / "reports", name) / "record")
    text = "\n".join(
        file_text(content) for path, content in record.items() if not path.endswith(".pdf")
    )
    text = re.sub(r"[A-Za-z0-9+/]{100,}={0,2}", "", text)  # pictures
    # as text
    places = [
        str(ROOT),
        str(out),
        os.path.expanduser("~"),  # noqa: PTH111
        socket.gethostname(),
        "/usr/lib",
        "site-packages",
        f"/{getpass.getuser()}/",
    ]
    assert [place for place in places if len(place) > 1 and place in text] == []
    assert re.findall(r"(?<![\w.<:/])/(?:home|root|tmp|usr|var|opt|work|etc|proc)/\S*", text) == []


def test_the_worklist_holds_exactly_what_was_planted(both: tuple[str, Path, Ended]) -> None:
    name, out, _ = both
    folder = only_run(out / "reports", name)
    lines = worklist_of(folder)
    assert (
        tuple(lines[0])
        == WORKLIST_COLUMNS
        == (
            "check_id",
            "dataset",
            "record_key",
            "record_reference",
            "column",
            "level",
            "due_date",
            "overdue_days",
            "action",
        )
    )
    expected = (
        (ROOT / "data_samples" / name / "expected_findings.csv")
        .read_text(encoding="utf-8")
        .splitlines()[1:]
    )
    found = [line for line in lines if line["level"] != TO_LOOK_AT]
    assert sorted(f"{line['check_id']},{line['record_key']}" for line in found) == sorted(expected)
    # numbers that stand for a CPR number and cannot be read as one
    asked = {line["check_id"]: line["action"] for line in lines if line["level"] == TO_LOOK_AT}
    assert set(asked) <= {
        f"HYG-cpr-number.{table}" for table in ("crm_customer", "agreement", "pbx_config")
    }
    assert all(action.startswith("Se på ") for action in asked.values())
    referenced = {
        reference for check in checks_of(folder).values() for reference in check["references"]
    }
    assert referenced <= {line["record_reference"] for line in lines}


def test_progress_is_on_stderr_and_results_on_stdout(both: tuple[str, Path, Ended]) -> None:
    _, _, run = both
    assert [
        line
        for line in run.err.splitlines()
        if not re.match(
            r"\d\d:\d\d:\d\d (run \d{8}T|note: |asking the checks$|\d\d_\w+\.ipynb: done in"
            r" |writing the report$)",
            line,
        )
    ] == []
    assert "Report: " in run.out
    assert "done in" not in run.out


def answers_of(folder: Path) -> tuple[dict[str, object], list[dict[str, str]]]:
    """Results and worklist of a run, without what differs from one run to the next."""
    results = results_of(folder)
    for own in ("run_id", "started_at", "finished_at", "notebooks", "timings"):
        del results[own]
    for check in results["checks"]:
        del check["references"]  # keyed anew in every run
    return results, [
        {name: cell for name, cell in line.items() if name != "record_reference"}
        for line in worklist_of(folder)
    ]


@pytest.mark.deep
def test_a_whole_run_without_notebooks_answers_the_same(
    both: tuple[str, Path, Ended], tmp_path: Path
) -> None:
    name, out, _ = both
    assert call("run", ROOT / "audits" / name, "--out", tmp_path, "--no-notebooks").code == 1
    assert answers_of(only_run(tmp_path, name)) == answers_of(only_run(out / "reports", name))
    assert not (only_run(tmp_path, name) / "record" / "notebooks").exists()


@pytest.mark.usefixtures("few_notebooks")
def test_a_run_without_notebooks_answers_the_same(tiny: Path, tmp_path: Path) -> None:
    exports = planted_exports(tmp_path / "exports")
    assert [
        run(tiny, exports, tmp_path / "with").code,
        run(tiny, exports, tmp_path / "without", "--no-notebooks").code,
    ] == [1, 1]
    with_notebooks, without = only_run(tmp_path / "with"), only_run(tmp_path / "without")
    assert answers_of(without) == answers_of(with_notebooks)
    assert (
        results_of(without)["notebooks"],
        {one["state"] for one in results_of(with_notebooks)["notebooks"]},
    ) == ([], {"released"})
    assert (with_notebooks / "record" / "notebooks").exists()
    assert not (without / "record" / "notebooks").exists()


def test_the_worklist_is_in_the_order_of_checks_and_record_keys(
    both: tuple[str, Path, Ended],
) -> None:
    name, out, _ = both
    folder = only_run(out / "reports", name)
    places = {check_id: place for place, check_id in enumerate(checks_of(folder))}
    order = [(places[line["check_id"]], line["record_key"]) for line in worklist_of(folder)]
    assert order == sorted(order)


def test_results_say_where_time_went_and_what_was_taken_of_the_machine(
    both: tuple[str, Path, Ended],
) -> None:
    name, out, _ = both
    results = results_of(only_run(out / "reports", name))
    timings = results["timings"]
    stages = {(stage["stage"], stage["name"]): stage for stage in timings["stages"]}
    assert [stages["reading", export["name"]]["rows"] for export in results["exports"]] == [
        export["rows"] for export in results["exports"]
    ]
    assert sum(
        stage["rows"] for (kind, of), stage in stages.items() if kind == "worklist" and of
    ) == len(worklist_of(only_run(out / "reports", name)))
    assert len(worklist_of(only_run(out / "reports", name))) == sum(
        check["deviations"] + check["review"] for check in results["checks"]
    )
    assert (
        sum(stage["checks"] for (kind, _), stage in stages.items() if kind == "checks")
        == results["totals"]["checks"]
    )
    assert {path.name for path in (ROOT / "notebooks").glob("*.ipynb")} - {"90_report.ipynb"} == {
        of for kind, of in stages if kind == "notebook_start"
    }
    assert 0 < sum(stage["seconds"] for stage in stages.values()) < 2 * timings["seconds"]
    assert 200e6 < timings["peak_memory_bytes"] < 5 * 2**30
    assert timings["peak_disk_bytes"] > timings["peak_spill_bytes"]


def test_the_ledger_holds_over_three_runs(tiny: Path, clean: Path, tmp_path: Path) -> None:
    for _ in range(3):
        assert run(tiny, clean, tmp_path, "--no-notebooks").code == 0
    entries = [
        json.loads(line) for line in (tmp_path / "bizzy" / "ledger.jsonl").read_bytes().splitlines()
    ]
    runs = complete_runs(tmp_path / "bizzy")
    assert [entry["run_id"] for entry in entries] == [
        folder.name
        for folder in sorted(runs, key=lambda folder: (folder / COMPLETE).stat().st_mtime_ns)
    ]
    assert entries[0]["previous"] == "0" * 64
    assert len({entry["previous"] for entry in entries}) == 3
    manifests = {
        folder.name: hashlib.sha256((folder / "record" / "manifest.json").read_bytes()).hexdigest()
        for folder in runs
    }
    assert {entry["run_id"]: entry["manifest_sha256"] for entry in entries} == manifests
    assert (runs[-1] / COMPLETE).read_text(encoding="ascii").strip() == head(tmp_path / "bizzy")


# What raises


@pytest.fixture(scope="module")
def spoilt(
    small: Path, clean: Path, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Path, Ended]:
    """A run in a workspace whose retention notebook raises, in words that hold a value, and with a
    notebook of the operator's that rewrites answers; the other topics' stay away.
    """
    place = tmp_path_factory.mktemp("spoilt")
    audit = shutil.copytree(small.parents[1], place / "workspace") / "audits" / "bizzy"
    notebook = nbformat.read(ROOT / "notebooks" / "10_retention.ipynb", as_version=4)
    number = next(
        i for i, cell in enumerate(notebook.cells) if "parameters" in cell.metadata.get("tags", ())
    )
    source = (
        f"import sys\nvalue = {CANARY[:9]!r} + {CANARY[9:]!r}\nprint(value, file=sys.stderr)\nraise"
        " LookupError(value)"
    )
    notebook.cells.insert(number + 1, nbformat.v4.new_code_cell(source))
    (place / "workspace" / "notebooks").mkdir()
    nbformat.write(notebook, place / "workspace" / "notebooks" / "10_retention.ipynb")
    rewriting = (
        "import json, os\nfrom pathlib import Path\nkept ="
        " Path(os.environ['TELEAUDIT_RUN']).with_name('checks-card_data.json')\nentries ="
        " json.loads(kept.read_text())\n"
        "for entry in entries: entry['verdict'] ="
        " 'skipped'\nkept.with_suffix('.new').write_text(json.dumps(entries))\nkept.with_suffix('.new').replace(kept)\nprint('rewritten')"
    )
    nbformat.write(
        nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(rewriting)]), audit / "own.ipynb"
    )
    file = audit / "audit.yaml"
    file.write_text(
        json.dumps({**read_yaml(file), "notebooks": ["own.ipynb"]}, default=str), encoding="utf-8"
    )
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("teleaudit.runs.pipeline.NOTEBOOKS", FEW_NOTEBOOKS)
        return place / "out", run(audit, clean, place / "out")


def test_a_notebook_that_fails_is_marked_and_takes_no_answer_with_it(
    spoilt: tuple[Path, Ended],
) -> None:
    out, ended = spoilt
    folder = only_run(out)
    assert ended.code == 4
    checks = checks_of(folder)
    assert {(check["topic"], check["verdict"], check["why"]) for check in checks.values()} == {
        (topic, "pass", None) for topic in TOPICS
    }
    validate_results(results_of(folder))
    copy = nbformat.read(folder / "record" / "notebooks" / "10_retention.ipynb", as_version=4)
    assert [
        output.ename
        for cell in copy.cells
        for output in cell.get("outputs", [])
        if output.output_type == "error"
    ] == ["LookupError"]
    assert re.search(r"10_retention\.ipynb: failed \(LookupError, E-[0-9a-f]{8}\)", ended.err)
    assert (folder / "record" / "report.da.pdf").stat().st_size > 10_000
    assert (folder / COMPLETE).exists()
    said = [ended.out.encode(), ended.err.encode(), *texts(folder / "record").values()]
    assert [text for text in said if CANARY.encode() in text] == []
    assert any(CANARY.encode() in text for text in texts(folder / "restricted" / "errors").values())


def test_a_changed_and_an_own_notebook_are_run_and_told_and_change_no_verdict(
    spoilt: tuple[Path, Ended],
) -> None:
    out, ended = spoilt
    folder = only_run(out)
    told = results_of(folder)["notebooks"]
    own = nbformat.read(folder / "record" / "notebooks" / "own.ipynb", as_version=4)
    assert {one["name"]: one["state"] for one in told if one["state"] != "released"} == {
        "10_retention.ipynb": "changed",
        "own.ipynb": "own",
    }
    standard = [*FEW_NOTEBOOKS.values(), "90_report.ipynb"]
    assert [one["name"] for one in told] == [*standard, "own.ipynb"]
    assert json.loads((folder / "record" / "manifest.json").read_bytes())["notebooks"] == told
    assert [output.text for cell in own.cells for output in cell.outputs] == ["rewritten\n"]
    assert {check["verdict"] for check in checks_of(folder).values()} == {"pass"}
    assert "note: own.ipynb is your own, and the record says so" in ended.err
    assert "note: 10_retention.ipynb is not as it was released, and the record says so" in ended.err


def test_a_check_that_raises_is_an_error_and_the_others_answer(
    tiny: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_args: object) -> Never:
        raise LookupError(CANARY)

    monkeypatch.setattr(ExpectRowsToSatisfy, "deviations", fail)
    ended = run(tiny, small_exports(tmp_path, only=CONTACTS), tmp_path / "out", "--no-notebooks")
    folder = only_run(tmp_path / "out")
    checks = checks_of(folder)
    assert ended.code == 4
    assert {
        check["id"]: check["why_detail"]
        for check in checks.values()
        if check["verdict"] not in ("pass", "legal")  # one of the contacts is of who owes
    } == {CONTACTS: "LookupError"}
    assert (folder / "restricted" / "errors" / f"{checks[CONTACTS]['error_id']}.txt").exists()
    assert CANARY not in ended.out + ended.err
    assert [
        path for path, text in texts(folder / "record").items() if CANARY.encode() in text
    ] == []
