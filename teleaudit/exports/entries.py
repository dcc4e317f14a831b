"""An entry for ``exports:`` of an audit.yaml: what a file is taken for, and in Danish beside it why
and how sure; what a person must choose stands as a question mark, which no run accepts.

No value of a row is in it: headers, kinds, formats, shares and counts are.
"""

from __future__ import annotations

import io
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from ruamel.yaml import YAML

from teleaudit.exports.evidence import Undecided
from teleaudit.exports.vocabularies import values_yaml
from teleaudit.rules.undecided import DECIDE, UNDECIDED
from teleaudit.schema import TABLES

if TYPE_CHECKING:
    from teleaudit.exports.inspection import InspectedColumn, Inspection

_INDENT = "    "
_WIDTH = 110  # characters of a comment
_KINDS = {
    "card": "kortnumre",
    "cpr": "CPR-numre",
    "message": "beskeders tekst",
    "browsing": "besøgte sider",
    "cvv": "kontrolcifre fra kort",
    "pin_block": "PIN-blokke",
}
_LOOKS = {
    "date": "dato",
    "time": "dato og tid",
    "phone number": "telefonnummer",
    "CVR number": "CVR-nummer",
    "whole number": "heltal",
    "IP address": "IP-adresse",
    "number": "tal",
    "e-mail": "e-mailadresse",
    "nested": "indlejrede felter",
    "text": "tekst",
    "empty": "uden værdier",
}
_LETTERS = str.maketrans({"æ": "ae", "ø": "oe", "å": "aa"})


def entry_yaml(found: Inspection, *, name: str | None = None, files: str | None = None) -> str:
    """The entry, named after the file unless a name is given; of ``files`` where several are one
    export.
    """
    return "".join(
        f"{line}\n"
        for line in (
            f"  {name or export_name(found.file)}:",
            *_comment(_guess(found)),
            *_facts(found, files or found.file),
            *_mapped(found),
            *values_yaml(found.table or "", found.words),
            *(line for remark in _remarks(found) for line in _comment(remark)),
        )
    )


def export_name(file: str) -> str:
    """A name for the export, from the file's."""
    stem = re.sub(
        r"[^a-z0-9_]+", "_", Path(file).stem.casefold().translate(_LETTERS).replace("*", "_")
    ).strip("_")
    return stem or "udtraek"


def _guess(found: Inspection) -> str:
    """Why this table, and how sure."""
    if found.table is None:
        return "Ingen tabel passer til overskrifterne."
    named = {column.header for column in found.columns if column.suggested is not None}
    known = len(named | {header for headers in found.ties.values() for header in headers})
    return (
        f"{'Formentlig' if found.is_sure else 'Måske'} {_title(found.table)}: {known} af"
        f" {len(found.columns)} overskrifter er genkendt"
        + (", og alle nødvendige kolonner er fundet." if not found.missing else ".")
    )


def _title(table: str) -> str:
    return f"{TABLES[table].title_da} ({table})"


def _facts(found: Inspection, files: str) -> Iterator[str]:
    """What the file is and how it is written."""
    if found.alike and found.table is not None:
        choice = " eller ".join((found.table, *found.alike))
        yield _open("table", f"{choice}. Kolonnerne herunder er læst som {found.table}")
    elif found.table is None:
        yield _open("table", "hvilken tabel? docs/exports.md viser dem. Ellers slet stykket")
    else:
        yield f"{_INDENT}table: {found.table}"
    yield _fact("files", files)
    yield _fact("format", found.format)
    if found.encoding is not None:
        yield _fact("encoding", found.encoding)
    if found.delimiter is not None:
        yield _fact("delimiter", found.delimiter)
    if found.layout:
        yield f"{_INDENT}layout: # set på mellemrummene: hold det op mod beskrivelsen af filen"
        yield from (
            f"{_INDENT}  {_scalar(header)}: {_scalar(place)}"
            for header, place in found.layout.items()
        )
    if found.decimal is not None:
        yield _fact("decimal", found.decimal)
    if found.chosen_sheets:
        first, *others = found.chosen_sheets
        yield f"{_INDENT}sheet: {_scalar([first, *others] if others else first)}"
    elif len(found.sheets) > 1:
        yield _sheet(found)
    if not found.has_header:
        yield f"{_INDENT}header: false # første linje er en post: kolonnerne går efter deres plads"
    yield from _dates(found)


def _sheet(found: Inspection) -> str:
    """Sheets that begin alike are one export; of others a person must say which."""
    alike = found.alike_sheets
    if len(alike) > 1:
        others = len(found.sheets) - len(alike)
        besides = f"; {others} andre ark er ikke med" if others else ""
        return f"{_INDENT}sheet: {_scalar(list(alike))} # arkene begynder ens{besides}"
    return _open(
        "sheet",
        f"{', '.join(found.sheets)}: skriv ét, eller flere i [ ]. Kolonnerne er læst i det første",
    )


def _dates(found: Inspection) -> Iterator[str]:
    """One format for all date columns where every one of them proves it or is empty; otherwise
    column by column, with a question mark where the values can be read in two ways: all of them,
    for the rest of a file may settle what its first rows leave open.
    """
    by_header = {column.header: column for column in found.columns}
    mapped = {canonical: by_header[header] for canonical, header in found.mapping.items()}
    proven = {
        canonical: column.date_format
        for canonical, column in mapped.items()
        if column.date_format is not None
    }
    is_open = any(
        column.undecided_dates is not None or found.is_unproven(column) for column in found.columns
    )
    usual = Counter(proven.values()).most_common(1)[0][0] if proven and not is_open else None
    if usual is not None:
        yield f"{_INDENT}dates: {usual} # set i værdierne"
    lines = [
        f"{_INDENT}  {canonical}: {written}"
        for canonical, written in proven.items()
        if written != usual
    ]
    lines += [
        _open(f"  {canonical}", _on_dates(column.header, column.undecided_dates))
        for canonical, column in mapped.items()
        if column.undecided_dates is not None and found.is_complete
    ]
    if lines:
        yield f"{_INDENT}column_dates:"
    yield from lines


def _on_dates(header: str, dates: Undecided) -> str:
    choice = " eller ".join(dates.choices)
    if dates.reason == "ambiguous":
        return f"{_quoted(header)} kan læses på flere måder: {choice}"
    return (
        f"datoerne i {_quoted(header)} er ikke skrevet entydigt: udtræk dem på én måde og med årstal"
        f" på fire cifre, eller skriv {choice}, hvis det er det"
    )


def _mapped(found: Inspection) -> Iterator[str]:
    by_header = {column.header: column for column in found.columns}
    yield f"{_INDENT}columns:" + ("" if found.mapping or found.ties else " {}")
    for canonical, header in found.mapping.items():
        yield f"{_INDENT}  {canonical}: {_scalar(header)} # {_look(by_header[header])}"
    for canonical, headers in found.ties.items():
        choice = " eller ".join(map(_quoted, headers))
        yield _open(f"  {canonical}", f"{choice}? Eller slet linjen")


def _look(column: InspectedColumn) -> str:
    share = f", {column.empty:.0%} tomme".replace("%", " %") if 0.5 <= column.empty < 1 else ""
    return _LOOKS.get(column.looks_like, column.looks_like) + share


def _remarks(found: Inspection) -> Iterator[str]:
    """What a person should know or do, the gravest first."""
    yield from _on_messages(found)
    if found.alike:
        yield (
            f"Er det en anden tabel end {found.table}, så skriv stykket om med"
            " teleaudit inspect FIL --table NAVN."
        )
    for column in found.columns:
        if column.holds and not _is_the_text(found, column):
            surely = "ser ud til at rumme" if column.holds_surely else "rummer måske"
            yield f"{_quoted(column.header)} {surely} {_listed([_KINDS[k] for k in column.holds])}."
        if column.suggested is not None and column.undecided_dates and not found.is_complete:
            yield (
                f"{column.suggested}: datoerne i de første {found.rows} rækker kan læses på flere"
                " måder. En kørsel ser på alle rækker og siger til, hvis det bliver ved."
            )
        if (
            column.undecided_dates is None
            and found.is_unproven(column)
            and column.looks_like != "empty"
        ):
            yield f"{column.suggested}: intet kendt datoformat passer til værdierne."
    if found.words:
        yield (
            f"Ord, som ingen regel kender, i {_listed(list(found.words))}: skriv under values, hvad"
            " de står for."
        )
    if found.missing:
        yield (
            "Reglerne skal bruge, men ingen overskrift passer:"
            f" {', '.join(_with_nearest(*missing) for missing in found.missing)}."
        )
    if found.members:
        yield (
            f"Arkivet rummer {len(found.members)} filer, der læses som ét udtræk. Kun den første er"
            f" set: er de ikke ens, så skriv files: {found.file}/NAVN."
        )
    tied = {header for headers in found.ties.values() for header in headers}
    unmapped = [
        f"{_quoted(column.header)} ({_LOOKS.get(column.looks_like, column.looks_like)})"
        for column in found.columns
        if column.suggested is None and column.header not in tied
    ]
    if unmapped:
        yield (f"Ikke udpeget, men læses og gennemsøges: {', '.join(unmapped)}.")


def _is_the_text(found: Inspection, column: InspectedColumn) -> bool:
    return (
        found.messages is not None
        and column.header == found.messages[2]
        and column.holds == ("message",)
    )


def _on_messages(found: Inspection) -> Iterator[str]:
    if found.messages is None:
        return
    sender, recipient, text = map(_quoted, found.messages)
    surely = "rummer" if found.holds_messages else "rummer måske"
    yield (
        f"{text} {surely} beskeders tekst, ved siden af afsender ({sender}) og modtager"
        f" ({recipient}). Den udpeges ikke, så kontrollen finder den."
    )
    if lacking := found.lacking_of_messages:
        constants = ", ".join(f'{name}: ""' for name in lacking)
        yield f"Har beskeder ingen {_listed(lacking)}, så fjern # foran:"
        yield f"constants: {{{constants}}}"


def _with_nearest(canonical: str, nearest: str | None) -> str:
    return canonical if nearest is None else f"{canonical} (nærmest: {_quoted(nearest)})"


def _fact(key: str, value: str) -> str:
    return f"{_INDENT}{key}: {_scalar(value)}"


def _open(key: str, choice: str) -> str:
    return f'{_INDENT}{key}: "{UNDECIDED}" # {DECIDE} {on_one_line(choice)}.'


def _comment(text: str) -> Iterator[str]:
    """The text as comment lines."""
    words, line = on_one_line(text).split(" "), ""
    for word in words:
        if line and len(line) + len(word) >= _WIDTH:
            yield f"{_INDENT}# {line}"
            line = word
        else:
            line = f"{line} {word}".strip()
    yield f"{_INDENT}# {line}"


def _scalar(value: str | Sequence[str]) -> str:
    """A value as YAML writes it on one line."""
    yaml, text = YAML(), io.StringIO()
    yaml.width = 10_000
    yaml.default_flow_style = True
    yaml.dump(value, text)
    return text.getvalue().removesuffix("...\n").strip()


def _quoted(header: str) -> str:
    return f'"{header}"'


def _listed(words: Sequence[str]) -> str:
    return " og ".join(filter(None, (", ".join(words[:-1]), words[-1])))


def on_one_line(text: str) -> str:
    """The text with nothing in it that could end a line."""
    return " ".join(
        "".join(character if character.isprintable() else " " for character in text).split()
    )
