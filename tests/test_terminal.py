"""Nothing that comes from a file is obeyed by a terminal: it is shown, and programs read it."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest
from rich.console import Console
from rich.table import Table
from rich.text import Text

from teleaudit.terminal import GatedConsole, as_visible_json, visible, writer
from tests.command import Ended, call, small_workspace

# clears the screen; a title; C1; writes from right to left; half a letter; a bell and a way back
EVIL = "a\x1b[2Jb\x1b]0;t\x07\x9b2J\u202ec\u2066\udce9d\r\x7f"
SHOWN = r"a\x1b[2Jb\x1b]0;t\x07\x9b2J\u202ec\u2066\udce9d\r\x7f"


def test_what_a_terminal_would_obey_is_shown_and_the_rest_stays() -> None:
    assert visible(EVIL) == SHOWN
    assert visible(SHOWN) == SHOWN
    told = "Blåbærgrød – 1\u00a0234\tkr.\nЖ 😀\n"
    assert visible(told) == told


@pytest.mark.parametrize("is_terminal", [True, False])
def test_a_console_commands_nothing_that_it_is_given(*, is_terminal: bool) -> None:
    file = io.StringIO()
    console = GatedConsole(file=file, force_terminal=is_terminal, width=200, highlight=False)
    table = Table("header")
    table.add_row(EVIL)
    console.print(EVIL, markup=False)
    console.print(Text(EVIL, "bold"))
    console.print(table)
    written = file.getvalue()

    assert SHOWN in written
    for sign in ("\x1b[2J", "\x1b]", "\x07", "\x9b", "\u202e", "\u2066", "\udce9", "\r", "\x7f"):
        assert sign not in written
    assert ("\x1b[1m" in written) is is_terminal  # its own colours stay
    assert written.count("\\x1b[2J") == 3


def test_a_plain_console_obeys() -> None:
    file = io.StringIO()
    Console(file=file, width=200).print(EVIL, markup=False)
    assert "\x1b[2J" in file.getvalue()


def test_json_holds_what_was_there_and_no_terminal_obeys_it() -> None:
    text = as_visible_json({EVIL: [EVIL, "æ"]}, indent=1)
    assert json.loads(text) == {EVIL: [EVIL, "æ"]}
    assert visible(text) == text
    assert "æ" in text


def test_results_go_through_the_gate_too(capsys: pytest.CaptureFixture[str]) -> None:
    writer()(EVIL + "\n")
    assert capsys.readouterr().out == SHOWN + "\n"


# Commands


def is_plain(said: Ended) -> bool:
    return visible(said.out) == said.out and visible(said.err) == said.err


@pytest.mark.parametrize(
    "words",
    [
        ("run", EVIL),
        ("run", EVIL, "--json"),
        ("verify", EVIL),
        ("inspect", EVIL),
        ("scan", EVIL),
        ("policy", "check", EVIL),
        ("history", EVIL),
        ("approve", EVIL, "--as", "x"),
        ("export", EVIL, "--format", "csv"),
        (EVIL,),
        ("run", f"--{EVIL}"),
    ],
)
def test_a_name_that_commands_a_terminal_is_shown(words: tuple[str, ...]) -> None:
    said = call(*words)
    assert said.code in {2, 3}
    assert is_plain(said)
    if "--json" in words:
        assert json.loads(said.out)["exit_code"] == 3


def test_headers_and_file_names_are_shown(tmp_path: Path) -> None:
    file = tmp_path / "a\x1b[2J\u202eb.csv"
    file.write_text("navn\x1b[2J;kort\u202e\x9b\n" + "x;4571000000000001\n" * 9, encoding="utf-8")
    for words in (("inspect", file), ("scan", file), ("scan", file, "--format", "jsonl")):
        assert is_plain(call(*words))


@pytest.mark.parametrize("output", ["text", "json"])
def test_titles_and_clauses_of_a_policy_are_shown(tmp_path: Path, output: str) -> None:
    policy = small_workspace(tmp_path) / "audits" / "bizzy" / "policy.yaml"
    text = policy.read_text(encoding="utf-8")
    spoilt = text.replace(
        "      da: Politikken gælder", '      da: "\\e[2J\\x9b2J\\u202e gælder" #', 1
    )
    assert spoilt != text
    policy.write_text(spoilt, encoding="utf-8")
    said = call("policy", "check", policy, "--format", output)
    assert said.code == 0, said.err
    assert "[2J" in said.out
    assert is_plain(said)
