"""An operator's own audit, laid out empty beside the samples of a workspace: nothing in it is
another controller's.
"""

from __future__ import annotations

import json
import os
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from importlib.resources import files
from itertools import combinations
from pathlib import Path

from teleaudit.errors import UserError
from teleaudit.rules.audit_file import AUDIT_FILE, POLICY_FILE, valid_cvr
from teleaudit.rules.response import RESPONSE_FILE
from teleaudit.workspace import add_schemas, init_workspace, is_workspace

_LEGAL_FORM = re.compile(
    r"(?<![\w/])(A/S|I/S|K/S|P/S|G/S|ApS|IVS|[afs]\.?m\.?b\.?a\.?)(?![\w/])", re.IGNORECASE
)
_NAME = re.compile(r"[a-z][a-z0-9-]*")
_DANISH = str.maketrans({"æ": "ae", "ø": "oe", "å": "aa"})
_PLACEHOLDER = re.compile(
    r"\((?:titel ikke udfyldt|udgave ikke udfyldt|skal erstattes af politikkens egne ord)\)"
)
_CLAUSE = re.compile(r"^ *- clause: ([A-Z]{3})-", re.MULTILINE)
_NO_EXPORTS = """\
exports: {}
#   kunder:
#     table: crm_customer
#     files: kunder.csv
#     dates: dd-mm-yyyy
#     extracted_at: 2026-11-22 # dagen, udtrækket blev lavet
#     columns:
#       customer_id: Kundenr.
#       end_date: Ophørsdato
"""
_NOT_HELD = """\
#   directory_118:
#     owner: Direktør
#     reason: Virksomheden leverer ikke numre til nummeroplysningen.
#     declared_on: 2026-11-22
"""


@dataclass(frozen=True, kw_only=True)
class Operator:
    """Who gets an audit of its own."""

    operator: str  # as the report names it
    cvr: str
    name: str  # of the audit and its folder of exports


@dataclass(frozen=True, kw_only=True)
class Found:
    """What was found in a folder of exports, as the audit file takes it."""

    root: Path  # the folder
    entries: str  # what stands under exports:, each line with its end; or " {}" and comments
    not_held: str  # comments: what there is no export of


@dataclass(frozen=True, kw_only=True)
class LaidOut:
    """Where an operator's audit was laid out."""

    written: tuple[Path, ...]
    audit: Path
    policy: Path
    exports: Path


def new_operator(operator: str, cvr: str, name: str | None = None) -> Operator:
    """An operator, with a short name made of its own unless one is given. Raises: UserError."""
    operator = operator.strip()
    if not operator or not operator.isprintable():
        msg = "--operator needs the operator's name, on one line."
        raise UserError(msg)
    try:
        digits = valid_cvr(cvr)
    except ValueError as error:
        msg = f"--cvr {cvr}: {error}."
        raise UserError(msg) from None
    short = short_name(operator) if name is None else name
    if not _NAME.fullmatch(short):
        msg = (
            f"no short name can be made of {operator}: add --name."
            if name is None
            else f"--name {name}: use small letters a-z, digits and '-', a letter first."
        )
        raise UserError(msg)
    return Operator(operator=operator, cvr=digits, name=short)


def is_placeholder(text: str) -> bool:
    """Whether a text is still a template's: to be replaced by the policy's own."""
    return _PLACEHOLDER.search(text) is not None


def short_name(operator: str) -> str:
    """The operator's name in small letters a-z, digits and hyphens, without its legal form:
    ``Sønder Tele A/S`` is ``soender-tele``.
    """
    plain = _LEGAL_FORM.sub(" ", operator).casefold().translate(_DANISH)
    return re.sub(
        r"[^a-z0-9]+", "-", unicodedata.normalize("NFKD", plain).encode("ascii", "ignore").decode()
    ).strip("-")


def clause_prefix(name: str, taken: Iterable[str]) -> str:
    """Three letters of a name that begin no other policy's clauses.

    Raises: UserError where none are left.
    """
    letters, others = [letter for letter in name.upper() if letter.isalpha()], set(taken)
    found = next(
        (
            prefix
            for prefix in map("".join, combinations([*letters, "X", "X"], 3))
            if prefix not in others
        ),
        None,
    )
    if found is None:
        msg = (
            f"every three letters of '{name}' begin the clauses of another policy: choose another"
            " --name."
        )
        raise UserError(msg)
    return found


def taken_prefixes(workspace: Path, besides: Path | None = None) -> set[str]:
    """The three letters that the clauses of a workspace's policies and of its baseline begin with;
    without those of the folder ``besides``.
    """
    return {
        prefix
        for file in (
            *(workspace / "audits").glob(f"*/{POLICY_FILE}"),
            *(workspace / "expectations").glob("*.yaml"),
        )
        if file.parent.resolve() != besides
        for prefix in _CLAUSE.findall(file.read_text(encoding="utf-8"))
    }


def start_audit(target: Path, new: Operator, found: Found | None = None) -> LaidOut:
    """Lay out an operator's audit, starter policy and empty response, in a workspace or in one that is made
    for it: empty, or with the entries of the exports that were ``found``.

    Overwrites nothing. Raises: UserError.
    """
    laid_out = [] if is_workspace(target) else init_workspace(target)
    folder = target / "audits" / new.name
    exports = target / "exports" / new.name if found is None else found.root
    audit, policy, response = (folder / file for file in (AUDIT_FILE, POLICY_FILE, RESPONSE_FILE))
    if folder.exists():
        msg = f"{folder} exists already: choose another --name. Nothing was overwritten."
        raise UserError(msg)
    words = {
        "operator": new.operator,
        "quoted_operator": json.dumps(new.operator, ensure_ascii=False),
        "cvr": new.cvr,
        "name": new.name,
        "prefix": clause_prefix(new.name, taken_prefixes(target)),
        "exports_root": json.dumps(_path_from(folder, exports), ensure_ascii=False),
        "exports": _NO_EXPORTS if found is None else f"exports:{found.entries}",
        "not_held": _NOT_HELD if found is None else found.not_held,
    }
    try:
        laid_out += add_schemas(target)
        if found is None:
            exports.mkdir(parents=True, exist_ok=True)
        audit.parent.mkdir()
        for file in (policy, audit, response):
            with file.open("x", encoding="utf-8") as opened:
                opened.write(_filled(file.name, words))
    except OSError as error:
        msg = f"{target} cannot be written: {error.strerror}."
        raise UserError(msg) from None
    return LaidOut(
        written=tuple(sorted([*laid_out, audit, policy, response])),
        audit=audit,
        policy=policy,
        exports=exports,
    )


def _filled(template: str, words: dict[str, str]) -> str:
    text = (files("teleaudit") / "templates" / template).read_text(encoding="utf-8")
    return re.sub(r"@(\w+)@", lambda place: words[place[1]], text)


def _path_from(folder: Path, exports: Path) -> str:
    """Where the exports lie, seen from the audit's folder."""
    return Path(os.path.relpath(exports.resolve(), folder.resolve())).as_posix()
