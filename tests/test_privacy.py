"""No value of a row of the samples leaves: not in the record, not on stdout or stderr, not in the
ledger; also when a notebook fails.

What is personal or identifying is told by its shape, column by column. A value is taken for a word
of a catalogue, and not
looked for, when it is a date, a time, an amount or a short number, when it is short altogether, or
when more than
``CATALOGUE`` rows of its column hold it (statuses, products, cities, the standing texts of
letters).
What is found in common with our own words (suites, audits, notebooks, the report's vocabulary) is
not counted either.
"""

from __future__ import annotations

import csv
import html
import io
import json
import re
import shutil
import zipfile
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import nbformat
import pikepdf
import pyarrow.parquet as pq
import pytest
from python_calamine import CalamineWorkbook

from teleaudit_samples import EXPECTED_FINDINGS
from tests.command import MAIN, ROOT, Ended, ended, only_run, start
from tests.pdf import open_pdf
from tests.whole_run import WholeRun

pytestmark = pytest.mark.whole_run

CATALOGUE = 20  # rows that hold the same value
SHORTEST = 5  # characters of a value that identifies anybody
OPERATORS = ("bizzy", "kazoom")
# dates, times, amounts, short numbers
_NO_VALUE = re.compile(
    r"[\d.:/ T+Z-]*[-:./][\d.:/ T+Z-]*|[+-]?\d{1,6}(?:[.,]\d+)?|[+-]?\d+[.,]\d{1,4}"
)
_COORDINATE = re.compile(r"-?\d*\.\d+|(?<!\d)\d{1,7}(?!\d)")
_PART = re.compile(r"\w+")
# What a machine writes by chance: moments, durations, digests, record references, addresses in
# memory, ids of notebook cells. Their digits meet a phone number's about once in thirty runs
# ("22.345678" seconds).
_CHANCE = re.compile(
    r"\d{4}-\d\d-\d\d[T"
    r" ]\d\d:\d\d:\d\d\.\d+|(?<![\d.])\d{1,4}\.\d{5,}(?!\d)|\b[0-9a-f]{64}\b|\bR(?:-[0-9A-HJKMNP-TV-Z]{4}){3}-[0-9A-HJKMNP-TV-Z]{5}\b"
    r"|\b0x[0-9a-f]{6,16}\b|(?<=\"id\": \")[0-9a-f]{8}(?=\")"
)


@dataclass(frozen=True, kw_only=True)
class Left:
    """What a run gives away, as text by its place, and the values it must not hold."""

    operator: str
    ended: Ended
    texts: dict[str, str]
    values: frozenset[str]


# The values


def rows_of(path: Path) -> Iterator[Mapping[str, object]]:
    """The rows of an export, by whatever reads its format, not by our reader."""
    match path.suffix:
        case ".xlsx":
            header, *cells = CalamineWorkbook.from_path(path).get_sheet_by_index(0).to_python()
            yield from (
                {str(name): cell for name, cell in zip(header, row, strict=True)} for row in cells
            )
        case ".parquet":
            yield from pq.read_table(path).to_pylist()
        case ".jsonl":
            yield from (
                json.loads(line)
                for line in path.read_text(encoding="utf-8").splitlines()
                if line.strip()
            )
        case _:
            text = path.read_bytes()
            lines = text.decode(
                "windows-1252" if b";" in text[:200] else "utf-8", "replace"
            ).splitlines()
            rows = csv.reader(lines, delimiter=";" if b";" in text[:200] else ",")
            yield from ({str(place): cell for place, cell in enumerate(row)} for row in rows)


@cache
def values_of(folder: Path) -> frozenset[str]:
    """Every value of every row that is personal or identifies somebody."""
    found: set[str] = set()
    for path in sorted(set(folder.iterdir()) - {folder / EXPECTED_FINDINGS}):
        counts: dict[str, Counter[str]] = {}
        for row in rows_of(path):
            for column, value in row.items():
                counts.setdefault(column, Counter())[
                    str(value).strip() if value is not None else ""
                ] += 1
        # a header line was read as a row
        headers = {*counts, *(value for column in counts.values() for value in list(column)[:1])}
        rare = {
            value
            for column in counts.values()
            for value, count in column.items()
            if count <= CATALOGUE
        }
        found |= {
            value
            for value in rare - headers
            if len(value) >= SHORTEST and not _NO_VALUE.fullmatch(value)
        }
        found |= {digits for value in rare for digits in runs_of_digits(value)}
    return frozenset(found)


def runs_of_digits(text: str) -> Iterator[str]:
    """Numbers of phones, customers and cards as a machine would write them, whatever stands between
    their groups.
    """
    for run in re.findall(r"\d(?:[ .-]?\d){7,}", text):
        if (
            len(digits := re.sub(r"\D", "", run)) >= 8
            and not re.match(r"(?:19|20)\d{6}", digits)
            and not re.match(r"[0-3]\d[01]\d(?:19|20)\d\d", digits)
        ):
            yield digits


# What was left


def texts_of(folder: Path) -> Iterator[tuple[str, str]]:
    for path in sorted((folder / "record").rglob("*")):
        if path.suffix == ".pdf":
            yield path.name, _CHANCE.sub(" ", "\n".join(pdf_texts(path)))
        elif path.is_file():
            yield path.name, _CHANCE.sub(" ", without_pictures(file_text(path.read_bytes())))
    yield (
        "ledger.jsonl",
        _CHANCE.sub(" ", (folder.parent / "ledger.jsonl").read_text(encoding="utf-8")),
    )


def file_text(content: bytes) -> str:
    """A file as text; of a workbook that of every part of it."""
    if not content.startswith(b"PK"):
        return content.decode("utf-8", "replace")
    with zipfile.ZipFile(io.BytesIO(content)) as book:
        return "\n".join(
            html.unescape(book.read(name).decode())
            for name in book.namelist()
            # how the parts are written and hang together: the same in every workbook
            if not name.endswith((".rels", "[Content_Types].xml"))
        )


def pdf_texts(path: Path) -> Iterator[str]:
    """What a person reads in a PDF and what is attached to it, and every string and decompressed
    stream but fonts, pictures and coordinates.
    """
    yield from (page.extract_text() for page in open_pdf(path).pages)
    with pikepdf.open(path) as pdf:
        for thing in pdf.objects:
            yield from strings_in(thing)
            content = (
                thing.read_bytes()
                if isinstance(thing, pikepdf.Stream) and thing.get("/Subtype") != "/Image"
                else b""
            )
            if b"\0" not in content:  # a font
                yield _COORDINATE.sub(" ", content.decode("utf-8", "replace"))
        yield from (
            file_text(bytes(attached.get_file().read_bytes()))
            for attached in pdf.attachments.values()
        )


def strings_in(thing: Any) -> Iterator[str]:
    """The strings of one object; those of objects it refers to are theirs."""
    match thing:
        case pikepdf.String():
            yield str(thing)
        case pikepdf.Array():
            yield from (
                text
                for part in thing
                if not getattr(part, "is_indirect", False)
                for text in strings_in(part)
            )
        case pikepdf.Dictionary() | pikepdf.Stream():
            parts = [
                part
                for _, part in (
                    thing.stream_dict if isinstance(thing, pikepdf.Stream) else thing
                ).items()
            ]
            yield from (
                text
                for part in parts
                if not getattr(part, "is_indirect", False)
                for text in strings_in(part)
            )


def without_pictures(text: str) -> str:
    """The text of a notebook or results, JSON's escapes undone, without the letters of embedded
    pictures.
    """
    return (
        re.sub(
            r"[A-Za-z0-9+/]{200,}={0,2}",
            "",
            json.dumps(json.loads(text), ensure_ascii=False) if text.startswith("{") else text,
        )
        .replace("\\n", "\n")
        .replace('\\"', '"')
    )


def found_in(text: str, values: Iterable[str]) -> set[str]:
    """The values that occur in a text: all their words do, and where they are more than one word,
    they stand there as they are.
    """
    words = {*_PART.findall(text), *runs_of_digits(text)}
    return {
        value
        for value in values
        if words.issuperset(parts := parts_of(value))
        and parts
        and (parts == (value,) or value in text)
    }


@cache
def parts_of(value: str) -> tuple[str, ...]:
    """Its words: looked for in dozens of texts."""
    return tuple(_PART.findall(value))


def our_own() -> str:
    """Everything that we wrote and may say: suites, audits, notebooks, vocabulary,
    names of files.
    """
    files = [
        path
        for name in ("audits", "expectations", "notebooks", "teleaudit")
        for path in (ROOT / name).rglob("*")
        if path.suffix in (".yaml", ".ipynb", ".typ", ".json", ".py")
    ]
    return "\n".join(
        [path.read_text(encoding="utf-8") for path in files]
        + [path.name for path in (ROOT / "data_samples").rglob("*")]
    )


@pytest.fixture(scope="module")
def said_by_us() -> str:
    return our_own()


def of_run(operator: str, folder: Path, run: Ended) -> Left:
    texts = dict(texts_of(folder)) | {"stdout": run.out, "stderr": run.err}
    return Left(
        operator=operator,
        ended=run,
        texts=texts,
        values=values_of(ROOT / "data_samples" / operator),
    )


# First the run that tests/test_run.py does not begin with: no worker waits for another.
@pytest.fixture(
    scope="module",
    params=[
        pytest.param(("kazoom", False), id="kazoom-without-notebooks"),
        pytest.param(("bizzy", True), id="bizzy"),
        pytest.param(("kazoom", True), id="kazoom", marks=pytest.mark.deep),
    ],
)
def left(request: pytest.FixtureRequest, whole: Callable[..., WholeRun]) -> Left:
    operator, notebooks = request.param
    run = whole(operator, notebooks=notebooks)
    return of_run(operator, run.folder, run.ended)


@pytest.fixture(scope="module")
def left_by_a_failure(tmp_path_factory: pytest.TempPathFactory, small: Path) -> Left:
    """A run whose two notebooks open the exports and raise, print and warn with rows in their
    hands.
    """
    out = tmp_path_factory.mktemp("failing")
    audit = shutil.copytree(small.parents[1], out / "workspace") / "audits" / "bizzy"
    (out / "workspace" / "notebooks").mkdir()
    raising = (
        "import pandas, sys\nrows = list(audit_._bench.engine.fetch('SELECT * FROM crm_customer"
        " LIMIT 50'))\nprint(rows, file=sys.stderr)\nraise LookupError(*rows)"
    )
    notebooks = {"retention": "10_retention.ipynb", "card_data": "20_card_data.ipynb"}
    for name in notebooks.values():
        notebook = nbformat.read(ROOT / "notebooks" / name, as_version=4)
        notebook.cells.append(
            nbformat.v4.new_code_cell(
                f"from teleaudit.lab import open_audit\naudit_ = open_audit('bizzy')\n{raising}"
            )
        )
        nbformat.write(notebook, out / "workspace" / "notebooks" / name)
    words = ("run", audit, "--exports", ROOT / "data_samples" / "bizzy", "--out", out / "reports")
    program = f"import teleaudit.runs.pipeline as run; run.NOTEBOOKS = {notebooks}; {MAIN}"
    environment = {"JUPYTER_DATA_DIR": str(out / "jupyter")}
    run = ended(start(*words, program=program, environment=environment))
    return of_run("bizzy", only_run(out / "reports"), run)


# The search itself


@pytest.mark.parametrize("operator", OPERATORS)
def test_the_search_knows_thousands_of_values_of_every_kind(operator: str, said_by_us: str) -> None:
    values = values_of(ROOT / "data_samples" / operator)
    assert len(values) > 20_000
    assert sum("@" in value for value in values) > 500  # addresses of e-mail
    # phones, customers, cards
    assert sum(value.isdigit() and len(value) >= 8 for value in values) > 1_000
    assert sum(value.count(" ") > 5 for value in values) > 100  # texts
    assert len(found_in(said_by_us, values)) < 200  # words that registers and rules share


def test_the_search_finds_a_value_wherever_it_stands() -> None:
    values = {"Vibeke Ahlgren", "70706142", "vibeke@example.dk", "K-100234"}
    for text in (
        '{"name": "Vibeke Ahlgren"}',
        "tlf. 70 70 61 42.",
        "(vibeke@example.dk)",
        "kunde K-100234:",
    ):
        assert len(found_in(text, values)) == 1, text
    assert found_in("Vibeke, 1707061425, K-1002345", values) <= {"K-100234"}


@pytest.mark.parametrize(
    "text",
    [
        '"start_time": "2026-11-22T07:45:22.345678"',
        '"duration": 22.345678,',
        f"sha256 {'a22345678bcdef00' * 4}",
        "R-2234-5678-AAAA-AAAAA",
        "at 0x7f3d22345678",
    ],
)
def test_what_a_machine_writes_by_chance_is_no_value(text: str) -> None:
    assert found_in(text, {"22345678"})
    assert not found_in(_CHANCE.sub(" ", text), {"22345678"})


@pytest.mark.parametrize(
    "text", ["22345678", "22.34.56.78", "22 34 56 78", "K-22345678", "kl. 2026-11-22 22345678"]
)
def test_what_could_be_a_value_is_never_taken_for_chance(text: str) -> None:
    assert found_in(_CHANCE.sub(" ", text), {"22345678"})


# The promise


def test_no_value_of_a_row_leaves(left: Left, said_by_us: str) -> None:
    assert left.ended.code == 1, left.ended.err
    ours = found_in(said_by_us, left.values)
    assert {
        place: len(found)
        for place, text in left.texts.items()
        if (found := found_in(text, left.values) - ours)
    } == {}


def test_no_value_of_a_row_leaves_when_notebooks_fail_with_rows_in_their_hands(
    left_by_a_failure: Left, said_by_us: str
) -> None:
    assert left_by_a_failure.ended.code == 4
    assert left_by_a_failure.ended.err.count("failed (LookupError") == 2
    ours = found_in(said_by_us, left_by_a_failure.values)
    assert {
        place: len(found)
        for place, text in left_by_a_failure.texts.items()
        if (found := found_in(text, left_by_a_failure.values) - ours)
    } == {}
