"""Every code that the code base can emit has its Danish words: collected from the suites, the law
register and the sources.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import get_args

import pytest

from teleaudit.detectors.columns import UNREAD
from teleaudit.detectors.decisions import Level
from teleaudit.exports.warnings import CODES, Remark
from teleaudit.readers.rejects import REASONS
from teleaudit.report.remarks import say_remark
from teleaudit.report.wording import Words, load_words
from teleaudit.rules.law import load_law
from teleaudit.rules.rule_files import load_rules
from teleaudit.rules.rulebook import load_known_suites
from teleaudit.rules.suites import (
    TOPICS,
    Severity,
    Suite,
    data_set_names,
)
from teleaudit.rules.verdicts import Verdict
from teleaudit.schema import TABLES, Kind

DA: Words = load_words("da")
ROOT = Path(__file__).parents[2]
EXPECTATIONS = ROOT / "expectations"
CODE = re.compile(r"[a-z]+(_[a-z]+)*")


def suites() -> list[Suite]:
    """Every suite of the workspace."""
    return list(load_known_suites(ROOT)[0])


def sources(package: str) -> Iterator[ast.AST]:
    """Every node of a package's modules, or of one module."""
    place = ROOT.joinpath(*package.split("."))
    for path in (
        [place.with_suffix(".py")]
        if place.with_suffix(".py").exists()
        else sorted(place.glob("*.py"))
    ):
        yield from ast.walk(ast.parse(path.read_text(encoding="utf-8")))


def constants(node: ast.AST) -> set[str]:
    """The codes that stand as such under a node."""
    return {
        one.value
        for one in ast.walk(node)
        if isinstance(one, ast.Constant)
        and isinstance(one.value, str)
        and CODE.fullmatch(one.value)
    }


def keys(node: ast.AST) -> set[str]:
    """The constant keys of the dictionaries under a node."""
    return {
        key.value
        for one in ast.walk(node)
        if isinstance(one, ast.Dict)
        for key in one.keys
        if isinstance(key, ast.Constant) and isinstance(key.value, str)
    }


def is_reasons(node: ast.AST) -> bool:
    """Whether a node is a variable of reasons."""
    return isinstance(node, ast.Name) and node.id == "reasons"


def reasons_in_sources() -> set[str]:
    """Reasons that expectations give of themselves."""
    found: set[str] = set()
    for node in sources("teleaudit.expectations"):
        match node:
            case ast.Assign(targets=[target], value=value) if is_reasons(target):
                found |= keys(value)
            case ast.Assign(targets=[ast.Subscript(value=target, slice=key)]) if is_reasons(target):
                found |= constants(key)
            case ast.Call(func=ast.Attribute(value=target, attr="setdefault"), args=[key, *_]) if (
                is_reasons(target)
            ):
                found |= constants(key)
            case ast.keyword(arg="reasons", value=value):
                found |= keys(value)
    return found


def whys_in_sources() -> set[str]:
    """Codes of why a check cannot be judged."""
    found: set[str] = set()
    for module in (
        "teleaudit.checks.lacking",
        "teleaudit.checks.runner",
        "teleaudit.rules.verdicts",
        "teleaudit.runs.pipeline",
    ):
        for node in sources(module):
            if isinstance(node, ast.keyword) and node.arg == "why":
                found |= constants(node.value)
            if isinstance(node, ast.FunctionDef) and node.name in ("judge", "_lacks", "no_table"):
                found |= {
                    code
                    for one in ast.walk(node)
                    if isinstance(one, ast.Return) and one.value
                    for code in constants(one.value)
                }
    return found


DECIDING = {
    "account_data": "decide_account_column",
    "browsing": "decide_browsing_column",
    "columns": "decide_card_column",
    "cpr": "decide_cpr_column",
    "messages": "decide_message_column",
    "truncation": "decide_truncated_column",
}


def rules_of(module: str, decides: str) -> set[str]:
    """Codes of the rules by which a detector decides about a column: what it and the functions it
    asks for a level or a doubt return.
    """
    functions = {
        node.name: node
        for node in sources(f"teleaudit.detectors.{module}")
        if isinstance(node, ast.FunctionDef)
    }
    asked, found = [functions[decides]], set[str]()
    for function in asked:
        nodes = list(ast.walk(function))
        called = {
            node.func.id
            for node in nodes
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
        }
        asked += [
            functions[name]
            for name in sorted(called & functions.keys())
            if functions[name] not in asked and gives_a_rule(functions[name])
        ]
        found |= {
            code
            for node in nodes
            if isinstance(node, ast.Return) and node.value
            for code in told(node.value)
        }
        found |= {
            code
            for node in nodes
            if isinstance(node, ast.keyword) and node.arg == "reason"
            for code in told(node.value)
        }
        found |= {
            code
            for node in nodes
            if isinstance(node, ast.Assign) and "reason" in ast.unparse(node.targets[0])
            for code in told(node.value)
        }
    return found - {"none"}


def gives_a_rule(function: ast.FunctionDef) -> bool:
    """Whether a function returns a level with its rule, or a reason to doubt."""
    return function.returns is not None and (
        ast.unparse(function.returns) in {"tuple[Level, str]", "tuple[Level | None, str]"}
        or function.name == "_doubt"
    )


def told(node: ast.AST) -> set[str]:
    """The codes that an expression can be: alone, beside a level, or one of two."""
    match node:
        case ast.Constant(value=str(code)):
            return {code} if re.fullmatch("[a-z0-9_]+", code) else set()
        case ast.Name(id="UNREAD"):
            return {UNREAD}
        case ast.Tuple(elts=parts):
            return {code for part in parts for code in told(part)}
        case ast.IfExp(body=first, orelse=second):
            return told(first) | told(second)
    return set()


def lacking(codes: Iterable[str], path: str) -> list[str]:
    """Codes without words."""
    return sorted(set(codes) - set(DA.at(path)))


def test_reasons_have_words() -> None:
    own = reasons_in_sources()
    assert {"missing_date", "impossible_date", "missing_key", "excel_damaged"} <= own
    declared = {reason for rule in load_rules(EXPECTATIONS).values() for reason in rule.reasons}
    assert lacking(own | declared, "reasons") == []


def test_whys_have_words_and_what_would_close_them() -> None:
    whys = whys_in_sources()
    assert {
        "no_export",
        "no_rows",
        "missing_column",
        "all_null",
        "nothing_in_scope",
        "too_many_rejected",
        "nothing_assessable",
    } <= whys
    assert lacking(whys, "not_assessed.why") == []
    assert lacking(whys, "not_assessed.closes") == []


def test_what_the_suites_name_has_words() -> None:
    checks = [check for suite in suites() for check in suite.checks]
    assert lacking((name for check in checks for name in check.spec.exempt), "exemptions") == []
    assert (
        lacking((band.name for check in checks for band in check.spec.legal), "legal.bands") == []
    )
    assert [
        (check.id, column)
        for check in checks
        for column in (check.spec.starts_at, *(band.starts_at for band in check.spec.legal))
        if column and DA.event(check.data_set, column) is None
    ] == []
    assert (
        lacking((basis.authority for basis in load_law(EXPECTATIONS).values()), "authorities") == []
    )


def test_verdicts_severities_and_topics_have_words() -> None:
    assert lacking((verdict.value for verdict in Verdict), "verdicts") == []
    assert all(
        {"sign", "short", "label", "count"} == set(words) for words in DA.at("verdicts").values()
    )
    assert lacking(get_args(Severity), "severities") == []
    assert lacking(TOPICS, "topics") == []


def test_levels_and_rules_of_columns_have_words() -> None:
    rules = {module: rules_of(module, decides) for module, decides in DECIDING.items()}
    assert {"pin_block_column", "check_code_name", "constant"} <= rules["account_data"]
    assert {"own_domain", "few_sites", "browsing_values", "weak_signs"} <= rules["browsing"]
    assert {
        "mod10_identifier",
        "rare_network",
        "card_column",
        "excel_damaged",
        "cards_in_text",
        "zero_filled",
    } <= rules["columns"]
    assert {"look_alikes", "lost_zero", "cpr_in_text", "other_name", "replacement_column"} <= rules[
        "cpr"
    ]
    assert {"by_name", "catalogue_text", "content_values", "chat_column"} <= rules["messages"]
    assert set(DA.at("column_rules")) == set().union(*rules.values())
    assert lacking([*Level, "none"], "levels") == []


def test_data_sets_without_a_table_have_words() -> None:
    assert lacking(set(data_set_names()) - set(TABLES), "data_sets") == []


def test_reasons_of_rejected_records_have_words() -> None:
    assert lacking(REASONS, "data.reject_reasons") == []


@pytest.mark.parametrize("count", [1, 2])
@pytest.mark.parametrize("code", CODES)
def test_a_remark_has_words_in_both_languages(code: str, count: int) -> None:
    remark = Remark(
        code=code,
        file="a.csv",
        column="Dato",
        count=count,
        line=3,
        kind="date",
        canonical="end_date",
        near="Datoen",
        expected=7,
        reasons={"ragged": count},
    )
    english, danish = str(remark), say_remark(DA, remark.as_json())
    assert english != danish
    assert not re.search(r"\b(None|numbers? of|record|rows?|value)\b", danish)
    assert "None" not in english
    assert not re.search(r"[{}]", english + danish)


def test_kinds_of_values_have_words() -> None:
    assert lacking((kind.value for kind in Kind), "kinds") == []


def test_english_and_danish_count_one_and_more() -> None:
    one, more = (
        Remark(code="unreadable", file="k.csv", column="Dato", count=count, kind="date")
        for count in (1, 1200)
    )
    assert str(one) == 'k.csv, column "Dato": 1 value cannot be read as a date.'
    assert str(more) == 'k.csv, column "Dato": 1,200 values cannot be read as a date.'
    assert (
        say_remark(DA, one.as_json())
        == "k.csv, kolonnen »Dato«: 1 værdi kan ikke læses som en dato."
    )
    assert (
        say_remark(DA, more.as_json())
        == "k.csv, kolonnen »Dato«: 1.200 værdier kan ikke læses som en dato."
    )


def test_a_remark_nobody_translated_is_said_in_english() -> None:
    assert say_remark(DA, {"code": "new", "text": "Something new."}) == "Something new."
