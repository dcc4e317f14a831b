"""One JSON array of objects is read as its objects on lines would be, each under the line on which
it starts.
"""

from __future__ import annotations

import json
import tempfile
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ruamel.yaml import YAML

from teleaudit.exports import read_export
from teleaudit.exports.inspection import inspect_file
from teleaudit.readers.rejects import Reject
from teleaudit.rules.audit_file import ExportSpec
from tests.exports.desk import Desk

COLUMNS = {"customer_id": "id", "name": "navn"}
# What shows that a file is read in the wrong encoding refuses both files, and is no text here.
_DAMAGED = "".join(map(chr, range(0x7F, 0xA0))) + "\ufffdÃÂ"
_TEXTS = st.one_of(
    st.text(st.characters(codec="utf-8", exclude_characters=_DAMAGED), max_size=6),
    st.sampled_from(['}, {"', "],[", '\\"', "[1, {", "\\", '"']),
)
_VALUES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    _TEXTS,
    st.lists(_TEXTS, max_size=3),
    st.dictionaries(_TEXTS, st.lists(st.integers(), max_size=2), max_size=2),
)
_ITEMS = st.one_of(
    st.dictionaries(st.sampled_from(["id", "navn", "x"]), _VALUES, max_size=3),
    st.integers(),
    st.just([]),
)


@given(
    items=st.lists(_ITEMS, max_size=6),
    indent=st.sampled_from([None, 0, 2]),
    chunk=st.sampled_from([1, 7, 1 << 20]),
    ascii_only=st.booleans(),
)
def test_an_array_gives_what_its_items_give_on_lines(
    items: list[Any], indent: int | None, chunk: int, *, ascii_only: bool
) -> None:
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        patch.setattr("teleaudit.readers.hashed_file.CHUNK_BYTES", chunk)
        desk = Desk(root=Path(folder) / "exports", work=Path(folder) / "work")
        first: list[Any] = [{"id": "0", "navn": "", "x": ""}]
        desk.write("a.json", json.dumps(first + items, indent=indent, ensure_ascii=ascii_only))
        desk.write(
            "a.jsonl",
            "".join(json.dumps(item, ensure_ascii=ascii_only) + "\n" for item in first + items),
        )
        array, lines = (
            desk.read(name, columns={}, table="crm_customer") for name in ("a.json", "a.jsonl")
        )
        read = (
            [desk.rows(export, *array.extra_columns) for export in (array, lines)]
            if array.parquet
            else []
        )

    assert array.extra_columns == lines.extra_columns
    assert array.reject_reasons == lines.reject_reasons
    assert (array.rows, array.problem is None) == (lines.rows, lines.problem is None)
    assert not read or read[0] == read[1]


def test_lines_digits_and_nested_values_are_those_of_the_file(desk: Desk) -> None:
    desk.write(
        "kunder.json",
        '[\n {"id": 12345678901234567890123,\n  "navn": "Å]}",\n  "saldo": 1.10},\n\n {"id": "2",'
        ' "x": {"a": [1.50, "q"]}}, 7,\n {"id": 3, "id": 4},\n {kaput}\n]\n',
    )
    export = desk.read("kunder.json", columns={**COLUMNS, "open_balance": "saldo"})

    assert desk.rows(export, "_line", "customer_id", "name", "open_balance", "x") == [
        (2, "12345678901234567890123", "Å]}", Decimal("1.1"), None),
        (6, "2", None, None, '{"a": [1.50, "q"]}'),
    ]
    assert export.rejects == tuple(
        Reject(file="kunder.json", line=line, reason=reason)
        for line, reason in ((6, "not_an_object"), (7, "duplicate_key"), (8, "not_json"))
    )


@pytest.mark.parametrize(
    ("content", "rows", "reasons", "is_cut_off"),
    [
        ('[{"id": 1}, {"id": 2}]', 2, {}, False),
        ('[{"id": 1}, {"id": 2}', 2, {}, True),
        ('[{"id": 1}, {"id": 2, "navn": "Ul', 1, {"not_json": 1}, True),
        ('[{"id": 1}, {"id": 2},', 2, {}, True),
        ('[{"id": 1}]\n[{"id": 2}]', 1, {"not_an_object": 1}, True),
        ('[{"id": 1}, , {"id": 2},]', 2, {"not_json": 1}, False),
        ('[{"id": 1} {"id": 2}, {"id": 3}]', 1, {"not_json": 1}, False),
        ('[{"id": 1}, {"id": "\x00"}]', 1, {"nul": 1}, False),
    ],
)
def test_what_is_broken_is_counted_and_what_was_cut_off_is_said(
    desk: Desk, content: str, rows: int, reasons: dict[str, int], *, is_cut_off: bool
) -> None:
    desk.write("kunder.json", content)
    export = desk.read("kunder.json", columns=COLUMNS)

    assert (export.rows, export.reject_reasons) == (rows, reasons)
    assert ("cut_off" in [remark.code for remark in export.warnings]) is is_cut_off
    assert "Ul" not in str(export)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "windows-1252", "utf-16"])
def test_an_array_may_be_written_in_any_encoding(desk: Desk, encoding: str) -> None:
    desk.write(
        "kunder.json",
        json.dumps(
            [{"id": "1", "navn": "Ærø"}, {"id": "2", "navn": "Ålø"}], ensure_ascii=False, indent=1
        ),
        encoding,
    )

    assert desk.rows(desk.read("kunder.json", columns=COLUMNS), "name") == [("Ærø",), ("Ålø",)]


@pytest.mark.parametrize(
    ("content", "declared", "said"),
    [
        (
            '[{"id": 1}]',
            "jsonl",
            (
                "kunder.json is declared as jsonl, but is one JSON array. Write format: json, or"
                " leave format out."
            ),
        ),
        ('{"id": 1}\n', "json", "kunder.json is declared as json, but is no JSON array."),
        ("id;navn\n1;x\n", "json", "kunder.json is declared as json, but is no JSON array."),
        (
            '[["id", "navn"], [1, "x"]]',
            None,
            "kunder.json is one JSON array of other things than objects.",
        ),
        ("PAR1", "json", "its content is parquet"),
    ],
)
def test_an_array_and_what_is_none_are_told_apart(
    desk: Desk, content: str, declared: str | None, said: str
) -> None:
    desk.write("kunder.json", content)

    assert said in desk.refusal("kunder.json", columns=COLUMNS, format=declared)


def test_an_empty_array_is_an_empty_file(desk: Desk) -> None:
    desk.write("kunder.json", " [\n]\n")

    assert desk.read("kunder.json", columns=COLUMNS).problem == "kunder.json is an empty file"


def test_an_item_without_end_is_refused_before_it_fills_the_memory(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("teleaudit.readers.formats.json.RECORD_LIMIT", 1 << 20)
    monkeypatch.setattr("teleaudit.readers.hashed_file.CHUNK_BYTES", 1 << 18)
    desk.write("kunder.json", '[\n{"id": "' + "7" * (3 << 20))

    assert "kunder.json, line 2: an item of more than 1 MiB." in desk.refusal(
        "kunder.json", columns=COLUMNS
    )


def test_inspect_proposes_an_array(desk: Desk) -> None:
    path = desk.write(
        "kunder.json",
        json.dumps(
            [
                {"Kundenr": str(number), "Navn": "x", "Oprettet": "2024-01-13"}
                for number in range(5)
            ],
            indent=2,
        ),
    )
    [(name, entry)] = YAML(typ="safe").load(inspect_file(path).as_yaml())["exports"].items()

    assert (entry["format"], entry["table"]) == ("json", "crm_customer")
    assert (
        read_export(name, ExportSpec.model_validate(entry), root=desk.root, work=desk.work).rows
        == 5
    )


@pytest.mark.parametrize("other", ["ID", "Id ", "i d", "iD"])
@pytest.mark.parametrize("name", ["kunder.json", "kunder.jsonl"])
def test_a_mapped_key_that_some_objects_spell_otherwise_is_refused(
    desk: Desk, name: str, other: str
) -> None:
    objects = [{"id": "1", "navn": "Å"}, {other: "2", "navn": "B"}]
    desk.write(
        name,
        (
            json.dumps(objects)
            if name.endswith("json")
            else "".join(json.dumps(one) + "\n" for one in objects)
        ),
    )

    assert (
        f'{name}: "id" (for customer_id) and "{other.strip()}" are keys of its records, and may be'
        " the same one." in desk.refusal(name, columns=COLUMNS)
    )
