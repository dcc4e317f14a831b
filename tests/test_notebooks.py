"""A run leaves a document without personal data, whatever happens in it; the notebooks of this
repository are documents.
"""

from __future__ import annotations

import ast
import json
import re
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbformat.sign import NotebookNotary
from papermill.inspection import inspect_notebook

from teleaudit.errors import ParameterError
from teleaudit.notebooks import NotebookRun, run_notebook
from teleaudit.notebooks.kernels import WarmKernels, kernel_environment
from teleaudit.notebooks.parameters import declared_parameters
from teleaudit.runs.pipeline import NOTEBOOKS as OF_TOPICS

ROOT = Path(__file__).resolve().parent.parent
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
CANARY = "070761-4285"  # the shape of a CPR number
PARAMETERS = (
    'audit = "kazoom"  # which\nas_of: str | None = None\nrows = 3\nshare = 0.5\nfull = False'
)

Make = Callable[..., Path]
Run = Callable[..., tuple[NotebookRun, Any]]


@pytest.fixture(autouse=True)
def signatures(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JUPYTER_DATA_DIR", str(tmp_path / "jupyter"))


@pytest.fixture(scope="module")
def kernels() -> Iterator[WarmKernels]:
    with WarmKernels(preload=()) as warm:
        yield warm


@pytest.fixture
def make(tmp_path: Path) -> Make:
    """A notebook of a parameters cell and others."""

    def notebook(*cells: str, parameters: str = PARAMETERS, name: str = "tiny.ipynb") -> Path:
        declared = nbformat.v4.new_code_cell(parameters, metadata={"tags": ["parameters"]})
        nbformat.write(
            nbformat.v4.new_notebook(cells=[declared, *map(nbformat.v4.new_code_cell, cells)]),
            tmp_path / name,
        )
        return tmp_path / name

    return notebook


@pytest.fixture
def run(tmp_path: Path, kernels: WarmKernels) -> Run:
    """Run a notebook; returns what became of it and the executed document."""

    def notebook(source: Path, **parameters: object) -> tuple[NotebookRun, Any]:
        target = tmp_path / "record" / source.name
        ended = run_notebook(
            source,
            target,
            parameters,
            kernels=kernels,
            environment={"TELEAUDIT_RESTRICTED": str(tmp_path / "restricted")},
        )
        return ended, nbformat.read(target, as_version=4)

    return notebook


def outputs(document: Any) -> list[Any]:
    return [
        output for cell in document.cells if cell.cell_type == "code" for output in cell.outputs
    ]


# Parameters


def test_parameters_reach_the_notebook_and_are_kept_in_the_document(make: Make, run: Run) -> None:
    ended, document = run(
        make("print(audit, as_of, rows, share, full)"), audit="bizzy", as_of="2026-11-22", share=1
    )

    assert ended.ok
    assert outputs(document)[0].text == "bizzy 2026-11-22 3 1.0 False\n"
    assert document.metadata.papermill.parameters == {
        "audit": "bizzy",
        "as_of": "2026-11-22",
        "share": 1.0,
    }


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (
            {"as_off": "2026-11-22"},
            (
                "tiny.ipynb has no parameter 'as_off'. Did you mean 'as_of'? It declares: audit,"
                " as_of, rows, share, full."
            ),
        ),
        ({"audit": 7}, "tiny.ipynb: parameter 'audit' must be str, not int."),
        ({"audit": None}, "tiny.ipynb: parameter 'audit' must be str, not None."),
        ({"as_of": 20261122}, "tiny.ipynb: parameter 'as_of' must be str or None, not int."),
        ({"rows": True}, "tiny.ipynb: parameter 'rows' must be int, not bool."),
        ({"rows": 2.5}, "tiny.ipynb: parameter 'rows' must be int, not float."),
        ({"full": 0}, "tiny.ipynb: parameter 'full' must be bool, not int."),
        ({"rows": [1]}, "tiny.ipynb: parameter 'rows' must be int, not list."),
    ],
)
def test_a_parameter_that_is_not_declared_so_is_refused_before_anything_is_written(
    given: dict[str, object], said: str, make: Make, run: Run, tmp_path: Path
) -> None:
    with pytest.raises(ParameterError) as refused:
        run(make("1"), **given)

    assert str(refused.value) == said
    assert not (tmp_path / "record").exists()


@pytest.mark.parametrize(
    ("source", "said"),
    [
        (
            "audit = open('x').read()",
            "line 1 of the cell tagged 'parameters' is not `name = literal`",
        ),
        (
            "audit = 'a'\nimport os",
            "line 2 of the cell tagged 'parameters' is not `name = literal`",
        ),
        ("rows = [1]", "line 1 of the cell tagged 'parameters' is not `name = literal`"),
        ("as_of = None", "say its type too, as in `as_of: str | None = None`"),
        ("audit = ", "is not Python (line 1)"),
    ],
)
def test_a_parameters_cell_only_declares(source: str, said: str, make: Make, run: Run) -> None:
    with pytest.raises(ParameterError, match=re.escape(said)):
        run(make("1", parameters=source))


# Failures


def test_a_failing_cell_leaves_a_marked_document_without_a_value(
    make: Make, run: Run, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    failing = (
        "import sys\nvalue = '070761' + '-4285'\nprint(f'a line about {value}',"
        f" file=sys.stderr)\nraise ValueError(value)  # {CANARY[:3]}"
    )
    ended, document = run(make(failing, "print('never')"))
    text = (tmp_path / "record" / "tiny.ipynb").read_text(encoding="utf-8")

    assert (ended.ok, ended.error_type) == (False, "ValueError")
    assert "An Exception was encountered at" in document.cells[0].source
    assert CANARY not in text
    assert "Traceback" not in text
    assert [output for output in outputs(document) if output.output_type == "error"] == [
        {
            "output_type": "error",
            "ename": "ValueError",
            "evalue": f"fejl-id {ended.error_id}",
            "traceback": [f"ValueError: fejl-id {ended.error_id}"],
        }
    ]
    assert CANARY not in "".join(capfd.readouterr())
    assert CANARY not in repr(ended)
    kept = tmp_path / "restricted" / "errors" / f"{ended.error_id}.txt"
    assert f"ValueError: {CANARY}" in kept.read_text(encoding="utf-8")
    assert kept.stat().st_mode & 0o077 == 0


def test_a_mistake_that_the_user_can_mend_is_told_without_places(make: Make, run: Run) -> None:
    ended, document = run(
        make(
            "from teleaudit.errors import UserError\nraise UserError('no file"
            f" {Path.cwd()}/audits/x.yaml, nor {sys.prefix}/lib/y.yaml')"
        )
    )

    assert (
        outputs(document)[0].evalue
        == f"fejl-id {ended.error_id}: no file audits/x.yaml, nor lib/y.yaml"
    )


@pytest.mark.parametrize(
    "cell",
    [
        "class Row:\n    def _repr_html_(self): raise KeyError('070761' + '-4285')\nRow()",
        "value = '070761' + '-4285'\nassert not value, value",
        (
            "import traceback\ntry:\n    raise KeyError('070761' + '-4285')\nexcept KeyError:\n   "
            " traceback.print_exc()"
        ),
        (
            "import traceback\ntry:\n    raise KeyError('070761' + '-4285')\nexcept KeyError:\n   "
            " print(traceback.format_exc())"
        ),
        "import warnings\nwarnings.warn('070761' + '-4285')",
        "import logging\nlogging.getLogger('x').warning('070761' + '-4285')",
        (
            "import threading\nthread = threading.Thread(target=lambda: int('070761' +"
            " '-4285'))\nthread.start()\nthread.join()"
        ),
        "import os\n_ = os.write(2, b'070761' + b'-4285')",
        "import os\n_ = os.system('echo 070761''-4285 >&2')",
        "exit('070761' + '-4285')",
        "raise ExceptionGroup('070761' + '-4285', [ValueError('070761' + '-4285')])",
        "raise type('070761' + '-4285', (Exception,), {})()",
        "%run -i 070761''-4285.py",
    ],
)
def test_no_way_to_fail_or_warn_leaves_a_value(
    cell: str, make: Make, run: Run, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    run(make(cell))
    document = json.loads((tmp_path / "record" / "tiny.ipynb").read_text(encoding="utf-8"))

    assert CANARY not in json.dumps(
        [one.get("outputs") for one in document["cells"]] + [document["metadata"]]
    )
    assert CANARY not in "".join(capfd.readouterr())


def test_a_kernel_killed_for_want_of_memory_is_a_failure_and_no_hang(
    make: Make, run: Run, tmp_path: Path
) -> None:
    ended, document = run(
        make(
            "print('so far')",
            "import os, signal\nos.kill(os.getpid(), signal.SIGKILL)",
            "print('never')",
        )
    )

    assert (ended.ok, ended.error_type) == (False, "KernelDied")
    assert "An Exception was encountered at" in document.cells[0].source
    assert [output.get("text") or output.get("ename") for output in outputs(document)] == [
        "so far\n",
        "KernelDied",
    ]
    assert (tmp_path / "restricted" / "errors" / f"{ended.error_id}.txt").exists()


def test_leaving_early_is_a_failure(make: Make, run: Run) -> None:
    ended, _ = run(make("import sys\nsys.exit(0)", "print('never')"))

    assert (ended.ok, ended.error_type) == (False, "SystemExit")


def test_a_cold_kernel_keeps_values_as_well(make: Make, tmp_path: Path) -> None:
    ended = run_notebook(
        make("raise ValueError('070761' + '-4285')"),
        tmp_path / "cold.ipynb",
        {},
        kernels=None,
        environment={},
        restricted=tmp_path / "closed",
    )

    assert (ended.ok, ended.error_type) == (False, "ValueError")
    assert CANARY not in (tmp_path / "cold.ipynb").read_text(encoding="utf-8")
    assert CANARY in (tmp_path / "closed" / "errors" / f"{ended.error_id}.txt").read_text(
        encoding="utf-8"
    )


def test_without_a_closed_annex_an_error_is_told_all_the_same(
    make: Make, tmp_path: Path, kernels: WarmKernels, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("TELEAUDIT_RESTRICTED", raising=False)
    ended = run_notebook(make("1 / 0"), tmp_path / "out.ipynb", {}, kernels=kernels, environment={})

    assert ended.error_type == "ZeroDivisionError"
    assert ended.error_id is not None


# The document


def test_the_document_names_no_place_and_no_machine(make: Make, run: Run, tmp_path: Path) -> None:
    ended, document = run(
        make(
            "import os, sys, socket\nprint(os.getcwd(), os.path.expanduser('~/x'), sys.prefix,"
            f" '{tmp_path}/a/b', socket.gethostname(), 'og/eller 1/2 https://a.dk/b/c')",
            "from pathlib import Path\nPath(sys.executable)",
            "class Table:\n    def _repr_html_(self): return f'<td>{sys.prefix}/x</td><img"
            ' src="data:image/png;base64,ab/opt/lib/cd=="/>\'\nTable()',
        )
    )
    text = (tmp_path / "record" / "tiny.ipynb").read_text(encoding="utf-8")
    said = json.dumps(outputs(document))

    assert ended.ok
    assert not [
        name
        for name in (str(Path.cwd()), str(Path.home()) + "/", sys.prefix, sys.base_prefix)
        if name in said
    ]
    assert str(tmp_path) not in said
    assert socket.gethostname() not in said
    assert "og/eller 1/2 https://a.dk/b/c" in said
    assert "base64,ab/opt/lib/cd==" in said
    assert not re.search(r"input_path|output_path|environment_variables", text)


def test_the_document_is_for_this_user_alone_and_trusted(
    make: Make, run: Run, tmp_path: Path
) -> None:
    _, document = run(make("1"))
    notary = NotebookNotary()

    assert (tmp_path / "record" / "tiny.ipynb").stat().st_mode & 0o777 == 0o600
    assert [path.name for path in (tmp_path / "record").iterdir()] == ["tiny.ipynb"]
    assert notary.check_signature(document)
    notary.store.close()


def test_where_no_signature_can_be_kept_the_run_is_as_good(
    make: Make,
    run: Run,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    (tmp_path / "no_folder").touch()
    monkeypatch.setenv("JUPYTER_DATA_DIR", str(tmp_path / "no_folder"))

    assert run(make("1"))[0].ok
    assert capfd.readouterr() == ("", "")


def test_two_notebooks_at_once_do_not_mix(make: Make, run: Run) -> None:
    sources = [make(f"print(audit, {number})", name=f"n{number}.ipynb") for number in range(4)]
    with ThreadPoolExecutor(2) as pool:
        ended = list(
            pool.map(lambda numbered: run(numbered[1], audit=f"a{numbered[0]}"), enumerate(sources))
        )

    assert [outputs(document)[0].text for _, document in ended] == [
        f"a{number} {number}\n" for number in range(4)
    ]


def test_a_folder_with_braces_in_its_name_is_only_a_folder(
    make: Make, tmp_path: Path, kernels: WarmKernels
) -> None:
    target = tmp_path / "{audit}" / "out.ipynb"

    assert run_notebook(make("1"), target, {"audit": "bizzy"}, kernels=kernels, environment={}).ok
    assert target.exists()


def test_nothing_is_said_on_stderr(make: Make, tmp_path: Path) -> None:
    script = """
        import pathlib, sys
        from teleaudit.notebooks.kernels import WarmKernels
        from teleaudit.notebooks import run_notebook
        with WarmKernels(preload=()) as warm:
            source = pathlib.Path(sys.argv[1])
            run_notebook(source, source.with_name("out.ipynb"), {}, kernels=warm, environment={}, restricted=source.parent / "closed")
    """
    source = make("raise ValueError('070761' + '-4285')", "import os\nos.kill(os.getpid(), 9)")
    said = subprocess.run(
        [sys.executable, "-c", script.replace("\n        ", "\n"), str(source)],
        env=kernel_environment({}),
        capture_output=True,
        text=True,
        check=True,
    )

    assert (said.stdout, said.stderr) == ("", "")


# The notebooks of this repository


@pytest.fixture(params=NOTEBOOKS, ids=lambda path: path.name)
def committed(request: pytest.FixtureRequest) -> Path:
    return Path(request.param)


def cells_of(path: Path, kind: str) -> list[Any]:
    return [cell for cell in nbformat.read(path, as_version=4).cells if cell.cell_type == kind]


def test_the_notebooks_are_those_of_the_run() -> None:
    assert [path.name for path in NOTEBOOKS] == [*OF_TOPICS.values(), "90_report.ipynb"]


def test_a_notebook_is_committed_as_plain_as_it_can_be(committed: Path) -> None:
    text = committed.read_text(encoding="utf-8")
    document = json.loads(text)
    code = [cell for cell in document["cells"] if cell["cell_type"] == "code"]

    assert text == json.dumps(document, ensure_ascii=False, indent=1, sort_keys=True) + "\n"
    assert [
        cell["id"] for cell in code if cell["outputs"] or cell["execution_count"] is not None
    ] == []
    assert document["metadata"] == {
        "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
        "language_info": {"name": "python"},
    }
    assert len({cell["id"] for cell in document["cells"]}) == len(document["cells"])
    assert all(set(cell["metadata"]) <= {"tags"} for cell in document["cells"])


def test_the_parameters_are_literals_with_a_comment_each(committed: Path) -> None:
    tagged = [
        cell for cell in cells_of(committed, "code") if cell.metadata.get("tags") == ["parameters"]
    ]
    lines = tagged[0].source.splitlines()

    assert len(tagged) == 1
    assert [
        parameter.name
        for parameter in declared_parameters(
            nbformat.read(committed, as_version=4), name=committed.name
        )
    ] == ["audit", "as_of"]
    # typed and empty: nobody's audit is opened unless it was meant
    assert all(re.fullmatch(r'\w+: str = ""  # .{10,}', line) for line in lines)


def test_a_notebook_names_no_operator_and_no_sample(committed: Path) -> None:
    assert (
        re.findall(
            r"kazoom|bizzy|eksempeldata", committed.read_text(encoding="utf-8"), flags=re.IGNORECASE
        )
        == []
    )


def test_plain_papermill_tells_names_types_and_meaning_of_the_parameters(committed: Path) -> None:
    told = inspect_notebook(committed)

    assert {name: (one["inferred_type_name"], one["default"]) for name, one in told.items()} == {
        "audit": ("str", '""'),
        "as_of": ("str", '""'),
    }
    assert told["audit"]["help"].startswith("kontrollens mappe i audits/; tom: ")
    assert told["as_of"]["help"].startswith("opgørelsesdato, åååå-mm-dd; tom: ")


def test_a_notebook_first_shows_who_is_audited(committed: Path) -> None:
    asked = [
        cell.source
        for cell in cells_of(committed, "code")
        if cell.metadata.get("tags") != ["parameters"]
    ]

    assert asked[:2] == [
        "from teleaudit.lab import open_audit",
        "opened = open_audit(audit, as_of=as_of)\nopened",
    ]
    assert not any("open_audit" in source for source in asked[2:])


def test_a_code_cell_asks_and_shows_and_does_nothing_else(committed: Path) -> None:
    allowed = (ast.Expr, ast.Assign, ast.AnnAssign, ast.ImportFrom)
    for cell in cells_of(committed, "code"):
        body = ast.parse(cell.source).body
        assert len(cell.source.splitlines()) <= 5
        assert all(isinstance(statement, allowed) for statement in body)
        assert not any(
            isinstance(
                node, ast.Lambda | ast.ListComp | ast.GeneratorExp | ast.DictComp | ast.IfExp
            )
            for node in ast.walk(ast.parse(cell.source))
        )
        assert not re.search(
            r"\b(select|from)\b.*\b(from|where)\b", cell.source, flags=re.IGNORECASE
        )
        assert not cell.source.startswith(("%", "!"))
        assert cell.metadata.get("tags") or "#" not in cell.source


def test_a_notebook_reads_as_a_document(committed: Path) -> None:
    cells = nbformat.read(committed, as_version=4).cells
    title, first = cells[0].source.splitlines()[0], cells[0].source

    assert re.fullmatch(r"# [^#].*", title)
    assert all(f"**{word}.**" in first for word in ("Spørgsmål", "Data", "Svar"))
    assert sum(cell.source.startswith("# ") for cell in cells if cell.cell_type == "markdown") == 1
    assert all(cell.source.startswith("## ") for cell in cells[1:] if cell.cell_type == "markdown")
    assert [cell for cell in cells if cell.cell_type == "markdown"][-1].source.startswith(
        "## Hvad er ikke undersøgt"
    )
    for before, cell in pairwise(cells):
        assert (
            cell.cell_type == "markdown"
            or before.cell_type == "markdown"
            or "import" in cell.source
        )


def test_no_word_says_that_a_rule_is_kept(committed: Path) -> None:
    prose = " ".join(cell.source for cell in cells_of(committed, "markdown")).casefold()

    assert not re.search(r"overhold|\brevision|\brevisor|persondata|/home/|/users/", prose)
