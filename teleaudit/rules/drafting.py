"""A first policy file made of a policy's text: its clauses in their order, each with the rules that its
words suggest. Every guess is marked; nothing is overwritten.
"""

from __future__ import annotations

import json
import os
import re
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import as_file, files
from pathlib import Path
from typing import Any

from pydantic import Field

from teleaudit.errors import UserError
from teleaudit.rules.audit_file import POLICY_FILE
from teleaudit.rules.policy_texts import PolicyText, TextClause, read_policy_text
from teleaudit.rules.rule_files import Rule, load_rules
from teleaudit.rules.starting import clause_prefix, short_name, taken_prefixes
from teleaudit.rules.suites import Strict
from teleaudit.rules.yaml_files import read_yaml, validated
from teleaudit.workspace import MODELINE, SCHEMAS, find_workspace

_TEXT_WIDTH = 120
_SENTENCE_ENDS = re.compile(r"(?<=[.!?])\s+(?=[A-ZÆØÅ])")
_LETTER = "[a-zæøåéüöä]"
_NUMBERS = {
    word: number
    for number, words in enumerate(
        (
            "en et én ét",
            "to",
            "tre",
            "fire",
            "fem",
            "seks",
            "syv",
            "otte",
            "ni",
            "ti",
            "elleve",
            "tolv",
        ),
        start=1,
    )
    for word in words.split()
} | {"fjorten": 14, "atten": 18, "fireogtyve": 24, "tredive": 30, "tres": 60, "halvfems": 90}
_PERIOD = re.compile(
    rf"(?<![\w,.])(?P<number>\d{{1,4}}|{'|'.join(_NUMBERS)})\s+(?:hele\s+|fulde\s+)?"
    rf"(?P<unit>år|måned|mdr|md\.|uge|dag|døgn){_LETTER}*"
)
_HALVES = {"halvandet år": "P18M", "et halvt år": "P6M", "et halvår": "P6M"}
_UNITS = {"år": "Y", "måned": "M", "mdr": "M", "md.": "M", "uge": "D", "dag": "D", "døgn": "D"}
_AT_ONCE = re.compile(
    r"(?<!\w)(straks|umiddelbart|øjeblikkelig\w*|omgående|med det samme|uden unødig\w* ophold)"
)
_AT_ONCE_PARAMETER = "immediately_days"


class Suggestion(Strict):
    """Words of a policy, and the rules that they suggest."""

    words: tuple[tuple[str, ...], ...]
    without: tuple[str, ...] = ()
    rules: tuple[dict[str, dict[str, Any]], ...] = ()
    parameter: str | None = None
    # category of telecom_law.yaml -> what the clause's period runs from, in Danish
    deadlines: dict[str, str] = Field(default_factory=dict)
    hint: str | None = None


class Guess(Strict):
    """A rule that a clause's words suggest, as it is written under the clause."""

    rule: str
    use: dict[str, Any] = Field(default_factory=dict)
    words: tuple[str, ...]
    deadlines: dict[str, str] = Field(default_factory=dict)  # as of its suggestion


@dataclass(frozen=True, kw_only=True)
class Drafted:
    """What was written."""

    file: Path
    clauses: int
    guessed: int  # clauses of them with rules
    parameters: tuple[str, ...]  # that audit.yaml must name


@cache
def suggestions() -> tuple[Suggestion, ...]:
    """What the package knows. Raises: AuditFileError."""
    with as_file(files("teleaudit.rules") / "suggestions.yaml") as file:
        return validated(read_yaml(file), tuple[Suggestion, ...], file)


def draft_policy(text_file: Path, name: str | None, out: Path | None) -> Drafted:
    """Write a first policy file of a policy's text. Raises: UserError, AuditFileError."""
    file = out or text_file.parent / POLICY_FILE
    if file.exists():
        msg = (
            f"{file} exists already, and nothing was overwritten: name another file with --out, or"
            " move that one away first."
        )
        raise UserError(msg)
    text = read_policy_text(text_file)
    if not text.clauses:
        msg = f"{text_file} holds no clauses: it is empty, or has headings alone."
        raise UserError(msg)
    workspace = find_workspace(file.resolve().parent)
    rules = load_rules(workspace / "expectations")
    own = name or (
        file.resolve().parent.name
        if file.resolve().parent.parent.name == "audits"
        else short_name(text_file.stem)
    )
    prefix = clause_prefix(own, taken_prefixes(workspace, besides=file.resolve().parent))
    guesses = [guess_rules(clause, rules) for clause in text.clauses]
    lines = _head(text, text_file, file) + [
        line
        for number, (clause, found) in enumerate(zip(text.clauses, guesses, strict=True), start=1)
        for line in _clause(f"{prefix}-{number}", number, clause, found)
    ]
    try:
        with file.open("x", encoding="utf-8") as opened:
            opened.write("\n".join(lines) + "\n")
    except OSError as error:
        msg = f"{file} cannot be written: {error.strerror}."
        raise UserError(msg) from None
    return Drafted(
        file=file,
        clauses=len(text.clauses),
        guessed=sum(map(bool, guesses)),
        parameters=tuple(
            dict.fromkeys(
                name
                for found in guesses
                for guess in found
                for name in _parameters(guess, rules[guess.rule])
            )
        ),
    )


def guess_rules(clause: TextClause, rules: Mapping[str, Rule]) -> tuple[Guess, ...]:
    """The rules that a clause's words suggest, each once; none whose checks would bear the ids of
    another's.
    """
    found = [
        guess
        for sentence in _SENTENCE_ENDS.split(clause.text)
        for suggestion, words in _suggested(sentence)
        for guess in _guesses(sentence, suggestion, words, rules)
    ]
    kept: list[Guess] = []
    parts: set[str] = set()
    # what states its period goes before what leaves it open
    for guess in sorted(found, key=lambda one: isinstance(one.use.get("after"), dict)):
        own = set(_parts(rules[guess.rule], guess.use))
        if not own & parts:
            parts |= own
            kept.append(guess)
    return tuple(sorted(kept, key=found.index))


def _guesses(
    sentence: str, suggestion: Suggestion, words: Sequence[str], rules: Mapping[str, Rule]
) -> Iterator[Guess]:
    for name, given in (one for use in suggestion.rules for one in use.items()):
        rule = rules.get(name)
        if rule is None:  # a workspace may have rules of its own
            continue
        if rule.type != "expect_erasure_by_deadline" or rule.after is not None:
            yield Guess(rule=name, use=given, words=tuple(words))
            continue
        period, said = _period(sentence, suggestion.parameter)
        yield Guess(
            rule=name,
            use={**given, "after": period},
            words=(*words, *([said] if said else [])),
            deadlines=suggestion.deadlines,
        )


def _suggested(sentence: str) -> Iterator[tuple[Suggestion, tuple[str, ...]]]:
    """The suggestions for a sentence, with its words that stand for them."""
    for suggestion in suggestions():
        found = [_found(sentence, words) for words in suggestion.words]
        if all(found) and not _found(sentence, suggestion.without):
            yield suggestion, tuple(dict.fromkeys(found))


def _found(sentence: str, beginnings: Sequence[str]) -> str:
    """The first word of a sentence that begins like one of these; empty where none does."""
    if not beginnings:
        return ""
    pattern = "|".join(map(re.escape, beginnings))
    found = re.search(rf"(?<!{_LETTER})(?:{pattern}){_LETTER}*", sentence.casefold())
    return found[0] if found else ""


def _period(sentence: str, parameter: str | None) -> tuple[str | dict[str, str], str]:
    """The period that a sentence states, and its words for it; else the parameter to set it by."""
    plain = sentence.casefold()
    for words, iso in _HALVES.items():
        if words in plain:
            return iso, words
    if found := _PERIOD.search(plain):
        number = int(found["number"]) if found["number"].isdigit() else _NUMBERS[found["number"]]
        if found["unit"] == "uge":
            number *= 7
        return f"P{number}{_UNITS[found['unit']]}", found[0]
    if found := _AT_ONCE.search(plain):
        return {"parameter": _AT_ONCE_PARAMETER, "unit": "D"}, found[0]
    unit = {"unit": "D"} if parameter == _AT_ONCE_PARAMETER else {}
    return {"parameter": parameter or "period", **unit}, ""


def _parts(rule: Rule, use: Mapping[str, Any]) -> Iterator[str]:
    """The last parts of the ids of the checks that a use of a rule makes."""
    if "as" in use or rule.for_each is None:
        yield use.get("as", rule.part)
    else:
        yield from use.get("tables") or rule.example().data_sets


def _parameters(guess: Guess, rule: Rule) -> Iterator[str]:
    after = guess.use.get("after")
    if isinstance(after, dict):
        yield after["parameter"]
    yield from rule.example().numbers


# Writing


def _head(text: PolicyText, text_file: Path, file: Path) -> list[str]:
    beside = _relative(text_file, file)
    title = "GUESS" if text.title else "REPLACE"
    version = "GUESS" if text.version else "REPLACE: as printed; udateret where it bears no date"
    home = find_workspace(file.resolve().parent)
    schema = home / SCHEMAS / f"{Path(POLICY_FILE).stem}.schema.json"
    # another's files are no neighbours
    is_near = file.resolve().is_relative_to(home) and schema.is_file()
    return [
        *([f"{MODELINE}{_relative(schema, file)}"] if is_near else []),
        f"# Made of {Path(beside).name} by `teleaudit policy new`. Nobody has read the policy yet:",
        "# every guess is marked GUESS, with the words that it rests on. For each clause:",
        "#   - read the policy's words, which stand above it",
        "#   - tell the claim in words of your own, and take the mark REPLACE away",
        "#   - keep the rules that answer it, remove the others, add what is missing: expectations/",
        "# `teleaudit policy check` shows clause by clause what is asked then, and what has changed.",
        "# What applies to every operator is asked besides: expectations/baseline.yaml.",
        "",
        f"title: {_quoted(text.title or '(titel ikke udfyldt)')} # {title}",
        f"version: {_quoted(text.version or '(udgave ikke udfyldt)')} # {version}",
        f"text: {_quoted(beside)} # the clauses' hashes are of its words",
        "",
        "clauses:",
    ]


def _relative(path: Path, file: Path) -> str:
    """A path as it is seen from a file."""
    return Path(os.path.relpath(path.resolve(), file.resolve().parent)).as_posix()


def _clause(name: str, number: int, clause: TextClause, guesses: Sequence[Guess]) -> Iterator[str]:
    place = ", ".join(
        (
            *([f"»{clause.heading}«"] if clause.heading else []),
            *([f"punkt {clause.label}"] if clause.label else []),
            f"linje {clause.line}",
        )
    )
    yield ""
    yield f"  # {place}:"
    for line in textwrap.wrap(clause.text, _TEXT_WIDTH, break_on_hyphens=False):
        yield f"  #   {line}"
    for hint in dict.fromkeys(
        suggestion.hint
        for sentence in _SENTENCE_ENDS.split(clause.text)
        for suggestion, _ in _suggested(sentence)
        if suggestion.hint
    ):
        yield f"  # GUESS: {hint}"
    yield f"  - clause: {name}"
    yield f"    claim: Politikkens punkt {number} (skal erstattes af politikkens egne ord). # REPLACE"
    yield f"    text_sha256: {clause.sha256}"
    if guesses:
        yield from _deadlines(guesses)
        yield "    rules:"
        for guess in guesses:
            use = f": {_flow(guess.use)}" if guess.use else ""
            yield f"      - {guess.rule}{use} # GUESS: {', '.join(guess.words)}"
        return
    yield "    auditable: text"
    yield "    not_assessed: # GUESS: no word of it suggests a rule"
    yield "      verdict: unknown"
    yield "      reason: Punktet er endnu ikke omsat til kontroller."
    yield "      evidence: At den dataansvarlige læser punktet og vælger de regler, der besvarer det."


def _deadlines(guesses: Sequence[Guess]) -> Iterator[str]:
    """What a clause's periods are held against, each category once; what they run from is a guess."""
    found = {
        category: (guess.use["after"], start)
        for guess in reversed(guesses)
        for category, start in guess.deadlines.items()
    }
    if not found:
        return
    yield "    deadlines: # held against telecom_law.yaml, without any data"
    for category, (after, start) in sorted(found.items()):
        period = after if isinstance(after, dict) else {"period": after}
        use = {"category": category, **period, "counted_from": start}
        yield f"      - {_flow(use)} # GUESS"


def _flow(use: Mapping[str, Any]) -> str:
    """A mapping on one line of YAML; only plain names and periods stand in it."""
    return "{" + ", ".join(f"{key}: {_flow_value(value)}" for key, value in use.items()) + "}"


def _flow_value(value: object) -> str:
    match value:
        case dict():
            return _flow(value)
        case list() | tuple():
            return "[" + ", ".join(map(str, value)) + "]"
        case _:
            return str(value)


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)
