"""Texts of a Parquet file that are plain throughout stand as they are; where one is not, all are
cleaned as ever.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from teleaudit.exports import conversion, working_copy
from teleaudit.exports.conversion import NULL_SPELLINGS, Source
from teleaudit.exports.mapping import Mapping
from teleaudit.exports.relations import FileRelation
from teleaudit.exports.working_copy import working_copy_query
from teleaudit.schema import Kind
from tests.exports.desk import Desk

HARD = [
    "",
    " ",
    "\t4",
    "4 ",
    "4\u00a0",
    "\u20094",
    "4,57E+15",
    "-1.2E+3",
    "E+4",
    "Ærø",
    "Bornhø",
    "~",
    "!",
    "0",
    "NULL ",
    *NULL_SPELLINGS,
]
TEXTS = (
    st.none() | st.sampled_from(HARD) | st.text(alphabet="aZ09-.,+E ~!æ\u00a0\u20ac", max_size=9)
)


@given(TEXTS)
def test_a_plain_text_needs_no_cleaning_and_has_no_issue(text: str | None) -> None:
    asked = (
        f"SELECT {conversion.plain('c')}, {conversion.cleaned('c', Kind.TEXT)},"
        f" {conversion.is_scientific('c')} FROM (SELECT CAST(? AS VARCHAR) AS c)"
    )
    ((plain, clean, scientific),) = duckdb.execute(asked, [text]).fetchall()
    assert plain is None if text is None else isinstance(plain, bool)
    if plain:
        assert (clean, scientific) == (text, False)


@pytest.mark.parametrize("text", ["a", "20458871", "kort forsendelse", "O'Brien", "x=1;y", "n/a/b"])
def test_common_texts_are_plain(text: str) -> None:
    assert duckdb.execute(
        f"SELECT {conversion.plain('c')} FROM (SELECT ? AS c)", [text]
    ).fetchall() == [(True,)]


def read(
    folder: Path, numbers: Sequence[str | None], names: Sequence[str | None]
) -> tuple[list[tuple[object, ...]], object]:
    desk = Desk(root=folder / "exports", work=folder / "work")
    desk.root.mkdir(parents=True)
    desk.work.mkdir()
    texts = pa.string()
    pq.write_table(
        pa.table(
            {
                "Kundenr": pa.array(numbers, texts),
                "Navn": pa.array(names, texts),
                "Rest": pa.array(["r"] * len(names), texts),
            }
        ),
        desk.root / "kunder.parquet",
    )
    export = desk.read("kunder.parquet", columns={"customer_id": "Kundenr", "name": "Navn"})
    return desk.rows(export, "_line", "_issues", "customer_id", "name", "Rest"), export.warnings


@pytest.mark.parametrize("repeated", [1, 40])
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    cells=st.lists(st.tuples(TEXTS, st.sampled_from(["Jan", "Ib", *HARD])), min_size=1, max_size=8)
)
def test_what_is_read_is_the_same_as_without_asking_first(
    monkeypatch: pytest.MonkeyPatch, cells: list[tuple[str | None, str]], repeated: int
) -> None:
    numbers, names = (
        [number for number, _ in cells] * repeated,
        [name for _, name in cells] * repeated,
    )
    with TemporaryDirectory() as folder:
        found = read(Path(folder) / "asked", numbers, names)
        with monkeypatch.context() as patched:
            patched.setattr(
                working_copy, "_with_plain_texts", lambda _connection, _file, sources: sources
            )
            assert found == read(Path(folder) / "cleaned", numbers, names)


@pytest.mark.parametrize(
    ("numbers", "names", "plain"),
    [
        (["1", "2"] * 40, ["Jan"] * 80, {"customer_id", "name"}),
        (["1", "2"] * 40, ["Jan"] * 79 + ["Jan "], {"customer_id"}),
        ([str(number) for number in range(80)], ["Jan"] * 79 + ["4,57E+15"], {"customer_id"}),
        ([*(str(number) for number in range(79)), "NULL"], [None] * 79 + ["Jan"], {"name"}),
        (["1"] * 80, [None] * 80, {"customer_id"}),
    ],
)
def test_only_columns_that_are_plain_throughout_are_spared(
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    numbers: list[str],
    names: list[str | None],
    plain: set[str],
) -> None:
    spared: list[set[str]] = []

    def watched(file: FileRelation, mapping: Mapping, sources: dict[str, Source]) -> str:
        spared.append({name for name, source in sources.items() if source.is_plain})
        return working_copy_query(file, mapping, sources)

    monkeypatch.setattr(working_copy, "working_copy_query", watched)
    read(tmp_path, numbers, names)
    assert spared == [plain]
