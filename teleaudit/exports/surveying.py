"""A folder of unknown exports: which of its files are tables, which of them are one export, and
what each is taken for.

1. Files of one folder whose headers are the same, whose writing does not differ and whose names
   begin and end alike are one export, by a pattern that finds them and no other file.
2. A file is left out, with the reason, where it cannot be read, is no table, or has a name that may
   not be shown.

Nothing is copied or changed, and no value of a row is in the answer.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from pathlib import Path, PurePosixPath

from teleaudit.errors import UserError
from teleaudit.exports.entries import entry_yaml, export_name, on_one_line
from teleaudit.exports.files import has_wildcard, is_ignored, unpacked_file
from teleaudit.exports.inspection import InspectedColumn, Inspection, inspect_file
from teleaudit.redaction import ShownPaths
from teleaudit.schema import TABLES

_ROWS = 50_000  # of each file that are looked at
_MAX_NAME = 60  # characters of an export's name
_COUNTED = re.compile(r"[\d._ -]+$")  # what tells one month's file from another's
_SHORTEST = 2  # letters that the names of one export's files begin with
_NO_TABLE = (
    "it holds no table. Export the rows behind it, with a header, as CSV, Excel, Parquet or JSON"
    " lines"
)
_WITHHELD = "its name is, or may be, somebody's: give it another one. It was not looked at"
_NO_HEADER = (
    "its first line is a record. Export it with a header; or take the # away and map its columns by"
    " their position: column_1, column_2 ..."
)


@dataclass(frozen=True, kw_only=True)
class Proposal:
    """What may be an export of an audit."""

    name: str
    files: str  # path or pattern, from the folder
    count: int  # files
    inspection: Inspection  # of the first file, with what the others prove


@dataclass(frozen=True, kw_only=True)
class LeftOut:
    """A file that is no export as it is."""

    file: str  # as it may be shown
    reason: str


@dataclass(frozen=True, kw_only=True)
class Survey:
    """What a folder holds."""

    proposals: tuple[Proposal, ...]
    left_out: tuple[LeftOut, ...]


@dataclass(frozen=True, kw_only=True)
class _Place:
    """A file, or one that is packed in it."""

    file: Path
    path: PurePosixPath  # from the folder, as an audit file names it
    member: str | None = None  # of an archive
    shown: str = ""  # where that is known already


@dataclass(frozen=True, kw_only=True)
class _Looked:
    """A file that was looked at."""

    path: PurePosixPath  # from the folder
    inspection: Inspection


def survey_folder(root: Path, *, rows: int = _ROWS) -> Survey:
    """What the files in and below a folder are, by their first ``rows`` rows.

    Raises: UserError where there is no such folder, or no file in it.
    """
    if not root.is_dir():
        msg = f"no folder {ShownPaths().of(root.as_posix())}: name the one that holds the exports."
        raise UserError(msg)
    paths = list(_files(root))
    if not paths:
        msg = f"no file in {ShownPaths().of(root.as_posix())}: put the exports there first."
        raise UserError(msg)
    shown, looked, left_out = ShownPaths(), list[_Looked](), list[LeftOut]()
    for path in paths:
        for found in _look(_Place(file=root / path, path=path), shown, rows):
            if isinstance(found, LeftOut):
                left_out.append(found)
            else:
                looked.append(found)
    every = [*paths, *(file.path for file in looked if file.path not in paths)]
    return Survey(proposals=tuple(_proposals(looked, every)), left_out=tuple(left_out))


def _files(root: Path) -> Iterator[PurePosixPath]:
    """The files in and below a folder, hidden ones left out.

    Raises: UserError for a folder that may not be listed: it would look empty.
    """

    def refuse(error: OSError) -> None:
        shown = ShownPaths().of(Path(error.filename).as_posix())
        msg = f"the folder {shown} cannot be read: {(error.strerror or 'no reason told').lower()}."
        raise UserError(msg)

    for folder, folders, files in os.walk(root, onerror=refuse):
        folders[:] = sorted(name for name in folders if not is_ignored(name))
        for name in sorted(files):
            if not is_ignored(name):
                yield PurePosixPath((Path(folder) / name).relative_to(root).as_posix())


def _look(place: _Place, shown: ShownPaths, rows: int) -> Iterator[_Looked | LeftOut]:
    """The file; of an archive each of its files, of a workbook whose sheets do not begin alike each
    kind of sheet.
    """
    named = place.shown or shown.of_file(place.file, str(place.path))
    if named != str(place.path):
        yield LeftOut(file=named, reason=_WITHHELD)
        return
    if has_wildcard(named):
        yield LeftOut(file=named, reason="its name has one of * ? [ in it: give it another one")
        return
    try:
        inspection = inspect_file(place.file, member=place.member, limit=rows)
    except UserError as error:
        yield LeftOut(file=named, reason=_reason(str(error), place.path.name))
        return
    if inspection.members and place.path.suffix.casefold() == ".zip":
        for source in unpacked_file(place.file, named):
            inside = _Place(
                file=place.file,
                path=place.path / source.member,
                member=source.member,
                shown=source.shown,
            )
            yield from _look(inside, shown, rows)
    elif inspection.table is None and len(inspection.columns) < 2:
        yield LeftOut(file=named, reason=_NO_TABLE)
    else:
        for found in _by_sheets(place, inspection, rows):
            yield _Looked(path=place.path, inspection=found)


def _by_sheets(place: _Place, whole: Inspection, rows: int) -> list[Inspection]:
    """The file as it is; or what its sheets are, those with the same headers together.

    As it is where the name of a sheet may not be shown, or one cannot be read: a person says then.
    """
    names = [sheet[1:-1] for sheet in whole.sheets if sheet[:1] == sheet[-1:] == "'"]
    if len(whole.alike_sheets) == len(whole.sheets) or len(names) < max(2, len(whole.sheets)):
        return [whole]
    try:
        found = {
            name: inspect_file(place.file, member=place.member, sheet=name, limit=rows)
            for name in names
        }
    except UserError:
        return [whole]
    groups: dict[tuple[str, ...], list[str]] = {}
    for name, inspection in found.items():
        groups.setdefault(tuple(column.header for column in inspection.columns), []).append(name)
    merged = [(own, _merged([found[name] for name in own])) for own in groups.values()]
    return [
        replace(one, file=whole.file, sheets=(), alike_sheets=(), chosen_sheets=tuple(own))
        for own, one in merged
        if one is not None
    ] + [
        replace(found[name], file=whole.file, sheets=(), alike_sheets=(), chosen_sheets=(name,))
        for own, one in merged
        if one is None
        for name in own
    ]


def _reason(refusal: str, name: str) -> str:
    """The refusal of a file without its name, which stands before it."""
    return refusal.removeprefix(name).removeprefix(":").strip().removesuffix(".")


def _proposals(looked: Sequence[_Looked], paths: Sequence[PurePosixPath]) -> Iterator[Proposal]:
    taken: set[str] = set()
    for group in _groups(looked):
        for own, pattern in _one_export_or_more(group, paths):
            yield Proposal(
                name=_free_name(pattern, own[0].inspection.chosen_sheets, taken),
                files=pattern,
                count=len(own),
                inspection=_merged([file.inspection for file in own]) or own[0].inspection,
            )


def _groups(looked: Sequence[_Looked]) -> Iterable[list[_Looked]]:
    """Files of one folder with the same headers, in the order of their first."""
    groups: dict[tuple[object, ...], list[_Looked]] = {}
    for file in looked:
        found = file.inspection
        like = (
            file.path.parent,
            file.path.suffix.casefold(),
            found.format,
            found.delimiter,
            found.has_header,
            tuple(column.header for column in found.columns),
            (*found.sheets, *found.chosen_sheets),
            bool(found.members),
        )
        groups.setdefault(like, []).append(file)
    return groups.values()


def _one_export_or_more(
    group: Sequence[_Looked], paths: Sequence[PurePosixPath]
) -> Iterator[tuple[Sequence[_Looked], str]]:
    """The files with the pattern that finds them, or each by itself."""
    pattern = _pattern([file.path for file in group], paths) if len(group) > 1 else None
    if pattern is not None and _merged([file.inspection for file in group]) is not None:
        yield group, pattern
        return
    yield from (([file], str(file.path)) for file in group)


def _pattern(own: Sequence[PurePosixPath], paths: Sequence[PurePosixPath]) -> str | None:
    """The widest pattern that finds these files and no other (1)."""
    names = [path.name for path in own]
    prefix = os.path.commonprefix(names)  # noqa: RUF071 (of names)
    suffix = os.path.commonprefix([name[len(prefix) :][::-1] for name in names])[::-1]  # noqa: RUF071
    bare = _COUNTED.sub("", prefix)
    if sum(letter.isalpha() for letter in bare) < _SHORTEST:
        return None
    others = [path for path in paths if path.parent == own[0].parent and path not in own]
    for begin in (prefix[: len(bare) + 1] if len(bare) < len(prefix) else bare, prefix):
        name = f"{begin}*{re.sub('^[0-9._ -]*(?=[.])', '', suffix)}"
        if not any(fnmatchcase(other.name, name) for other in others):
            return str(own[0].parent / name)
    return None


def _merged(found: Sequence[Inspection]) -> Inspection | None:
    """The first with what all of them prove; None where two of them are written differently."""
    decimals = {one.decimal for one in found if one.decimal is not None}
    columns = [
        _merged_column([one.columns[place] for one in found])
        for place in range(len(found[0].columns))
    ]
    if len(decimals) > 1 or len({one.table for one in found}) > 1:
        return None
    merged = [column for column in columns if column is not None]
    if len(merged) < len(columns):
        return None
    most = max(found, key=lambda one: len(one.mapping))
    return replace(
        most,
        encoding=found[0].encoding if len({one.encoding for one in found}) == 1 else None,
        decimal=decimals.pop() if decimals else None,
        rows=sum(one.rows for one in found),
        is_complete=all(one.is_complete for one in found),
        columns=tuple(
            replace(column, suggested=own.suggested)
            for column, own in zip(merged, most.columns, strict=True)
        ),
        words=_merged_words([one.words for one in found]),
    )


def _merged_column(columns: Sequence[InspectedColumn]) -> InspectedColumn | None:
    """One column of all; None where its dates are written in two ways. Where one of them proves the
    order of day and month, those are settled that leave it open.
    """
    formats = {column.date_format for column in columns if column.date_format is not None}
    doubts = [column.undecided_dates for column in columns if column.undecided_dates is not None]
    settled = [doubt for doubt in doubts if doubt.reason == "ambiguous" and formats]
    if len(formats) > 1 or any(not formats <= {*doubt.choices} for doubt in settled):
        return None
    still_open = next((doubt for doubt in doubts if doubt not in settled), None)
    first = next((column for column in columns if column.looks_like != "empty"), columns[0])
    found = dict.fromkeys(kind for column in columns for kind in column.holds)
    return replace(
        first,
        empty=sum(column.empty for column in columns) / len(columns),
        date_format=next(iter(formats), None) if still_open is None else None,
        undecided_dates=still_open,
        holds=tuple(found),
        holds_surely=any(column.holds and column.holds_surely for column in columns) or not found,
    )


def _merged_words(found: Sequence[Mapping[str, tuple[str, ...]]]) -> dict[str, tuple[str, ...]]:
    merged: dict[str, dict[str, None]] = {}
    for words in found:
        for column, own in words.items():
            merged.setdefault(column, {}).update(dict.fromkeys(own))
    return {column: tuple(own) for column, own in merged.items()}


def _free_name(files: str, sheets: Sequence[str], taken: set[str]) -> str:
    """A name for the export that no other has: of its files and sheet; with their folder where it
    must be.
    """
    path = PurePosixPath(files)
    parts = (path.name, *sheets[:1])
    own, longer = (
        "_".join(map(export_name, some))[:_MAX_NAME]
        for some in (parts, (*path.parent.parts, *parts))
    )
    numbered = (f"{own}_{number}" for number in range(2, len(taken) + 3))
    name = next(one for one in (own, longer, *numbered) if one not in taken)
    taken.add(name)
    return name


def as_entries(survey: Survey) -> str:
    """What stands under ``exports:`` of an audit file: an entry for each export; as comments what
    fits no table, and what was left out.
    """
    known = [proposal for proposal in survey.proposals if proposal.inspection.table is not None]
    others = [proposal for proposal in survey.proposals if proposal.inspection.table is None]
    lines = ["" if known else " {}"]
    for proposal in known:
        lines += _entry(proposal).splitlines()
    if others:
        lines.append(
            "# Filer, der ligner ingen af tabellerne. Skal en af dem med, så tag # væk og vælg en tabel."
        )
    for proposal in others:
        lines += [f"#{line}" for line in _entry(proposal).splitlines()]
    if survey.left_out:
        lines.append("# Filer, der ikke er med; `teleaudit inspect FIL` siger hvorfor:")
    lines += [f"#   {on_one_line(left.file)}" for left in survey.left_out]
    return "".join(f"{line}\n" for line in lines)


def _entry(proposal: Proposal) -> str:
    return entry_yaml(proposal.inspection, name=proposal.name, files=proposal.files)


def as_not_held(survey: Survey) -> str:
    """The tables that no export fills, as comments to declare them by."""
    filled = {proposal.inspection.table for proposal in survey.proposals}
    lines = [
        f"#   {table.name}: {{owner: ..., reason: ..., declared_on: ...}} # {table.title_da}"
        for table in TABLES.values()
        if table.name not in filled
    ]
    return "".join(f"{line}\n" for line in ("# Intet udtræk er fundet til disse tabeller:", *lines))


def as_lines(survey: Survey) -> Iterator[str]:
    """For a reader: what was taken for what, and what was left out."""
    known = [proposal for proposal in survey.proposals if proposal.inspection.table is not None]
    others = [proposal for proposal in survey.proposals if proposal.inspection.table is None]
    if known:
        yield "Taken for exports:"
    for proposal in known:
        found = proposal.inspection
        files = f" ({proposal.count:,} files)" if proposal.count > 1 else ""
        mapped = len({column.header for column in found.columns if column.suggested is not None})
        yield (
            f"  {proposal.files}{files}{_sheets(found)}: {found.table}{'' if found.is_sure else ', not sure'};"
            f" {mapped} of {len(found.columns)} columns known"
        )
        for column in found.columns:
            if column.finding is not None:
                yield f'    ! "{on_one_line(column.header)}" {column.finding}'
    if others:
        yield "Like none of the tables, and left out (their entries are comments in the audit):"
    for proposal in others:
        without = "" if proposal.inspection.has_header else f": {_NO_HEADER}"
        yield f"  {proposal.files}{_sheets(proposal.inspection)}{without}"
    if survey.left_out:
        yield "Left out:"
    yield from (f"  {left.file}: {left.reason}" for left in survey.left_out)


def _sheets(found: Inspection) -> str:
    return (
        f", sheet {', '.join(map(on_one_line, found.chosen_sheets))}" if found.chosen_sheets else ""
    )
