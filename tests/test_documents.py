"""The documents say what the code does."""

from __future__ import annotations

import re
from pathlib import Path
from typing import get_args

import pytest
from ruamel.yaml import YAML

from teleaudit.rules.audit_file import DATE_FORMATS, FORMATS
from teleaudit.rules.catalogue import as_markdown, catalogue
from teleaudit.rules.policies import PolicyClause
from teleaudit.rules.rulebook import load_known_suites
from teleaudit.rules.suites import ExpectationType
from teleaudit.schema import TABLES

ROOT = Path(__file__).resolve().parent.parent


def _read(path: str) -> str:
    return (ROOT / path).read_text(encoding="utf-8")


def test_every_canonical_column_is_documented_and_no_other() -> None:
    sections = dict(
        re.findall(
            r"^### (\w+)\n(.*?)(?=^### |\Z)", _read("docs/exports.md"), re.MULTILINE | re.DOTALL
        )
    )
    assert list(sections) == list(TABLES)
    for name, table in TABLES.items():
        rows = re.findall(r"^\| `(\w+)` \| [\w /]+ \|(.*)\|$", sections[name], re.MULTILINE)
        assert [column for column, _ in rows] == list(table.names), name
        assert [column for column, remark in rows if "needed" in remark] == [
            column.name for column in table.columns if column.required
        ], name
        assert [column for column, remark in rows if "no end" in remark] == [
            column.name for column in table.columns if column.open_end
        ], name


def test_every_format_and_every_way_to_write_a_date_is_documented() -> None:
    text = _read("docs/exports.md")
    assert re.findall(r"^\| `([a-z0-9/.-]+)` \| [0-9]", text, re.MULTILINE) == list(DATE_FORMATS)
    assert all(f"| `{name}` |" in text for name in FORMATS)


def test_every_kind_of_expectation_is_documented() -> None:
    text = _read("docs/adding-a-rule.md")
    assert all(f"| `{name}` |" in text for name in get_args(ExpectationType))


def test_the_clauses_shown_as_examples_are_read_by_the_audit() -> None:
    blocks = re.findall(
        r"^```yaml\n(- clause:.*?)^```", _read("docs/adding-a-rule.md"), re.MULTILINE | re.DOTALL
    )
    assert blocks
    for block in blocks:
        PolicyClause.model_validate(YAML(typ="safe", pure=True).load(block)[0])


def test_the_catalogue_of_rules_is_current() -> None:
    made = as_markdown(catalogue(*load_known_suites(ROOT)))
    assert _read("docs/rules.md") == made, (
        "make it anew: teleaudit rules --format markdown > docs/rules.md"
    )


def test_documents_link_only_to_what_is_there() -> None:
    for document in (
        ROOT / "README.md",
        ROOT / "GLOSSARY.md",
        ROOT / "CHANGELOG.md",
        *sorted((ROOT / "docs").glob("*.md")),
    ):
        for target in re.findall(
            r"\]\((?!https?:|#)([^)#]+)", document.read_text(encoding="utf-8")
        ):
            assert (document.parent / target).exists() or target.endswith(".png"), (
                f"{document.name}: {target}"
            )


def test_every_question_beyond_the_clauses_has_an_answer_that_is_there() -> None:
    rows = re.findall(
        r"^\| (X-\d\d) \| ([^|]+) \| ([^|]+) \| ([^|]*) ?\|$",
        _read("docs/beyond-the-clauses.md"),
        re.MULTILINE,
    )
    assert [row[0] for row in rows] == [f"X-{number:02}" for number in range(1, 31)]
    clauses = {
        clause.clause: bool(clause.expectations)
        for suite in load_known_suites(ROOT)[0]
        for clause in suite.clauses
    }
    for code, _, answer, left_out in rows:
        named = re.findall(r"`((?:HYG|KAZ|BIZ)-[\w-]+)`", answer + left_out)
        assert set(named) <= set(clauses), code
        checked = re.findall(r"`((?:HYG|KAZ|BIZ)-[\w-]+)`", answer)
        assert any(clauses[name] for name in checked) or not answer.startswith("Check"), code
        assert (
            not any(clauses[name] for name in checked)
            or "Not assessed, said as" not in answer
            or code == "X-25"
        ), code


@pytest.mark.parametrize("name", ["README.md", "docs/foerste-kontrol.md"])
def test_a_document_with_commands_says_first_where_they_are(name: str) -> None:
    before, _, after = _read(name).partition("`source .venv/bin/activate`")
    assert "teleaudit init" in after
    assert "teleaudit init" not in before
    assert "jupyter lab" not in _read(name)  # which asks for news: teleaudit lab does not
