"""Which header of an export's files is which canonical column, which is kept as it is, and which
was looked for in vain.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from collections.abc import Mapping as Dictionary
from dataclasses import dataclass

from teleaudit.detectors.personal import is_personal
from teleaudit.errors import ExportError, closest
from teleaudit.exports.relations import FileRelation
from teleaudit.exports.warnings import Remark
from teleaudit.readers import dialects
from teleaudit.readers.formats import TEXT_FORMATS
from teleaudit.readers.headers import clean_name
from teleaudit.rules.audit_file import ExportSpec, Format
from teleaudit.schema import FILE_COLUMN, ISSUES_COLUMN, LINE_COLUMN, TABLES, Kind, plain_header
from teleaudit.schema.views import derived_names


@dataclass(frozen=True, kw_only=True)
class Mapping:
    """The columns of the working copy; the same for every file of the export."""

    # canonical column -> header, in the order of the schema; present in every file
    headers: dict[str, str]
    constants: dict[str, str]  # canonical column -> its value in every row
    extras: dict[str, str]  # name in the working copy -> header, in the order of the files
    missing: dict[str, str]  # canonical column -> header that some file lacks
    remarks: tuple[Remark, ...]

    @property
    def columns(self) -> tuple[str, ...]:
        """The canonical columns present."""
        return tuple(self.headers)


def map_columns(files: Sequence[FileRelation], spec: ExportSpec) -> Mapping:
    """The mapping that holds for every file.

    A column that one file lacks is missing: its values elsewhere are kept under their header.

    Raises: ExportError for keys of JSON that are one mapped column written in two ways.
    """
    wanted = wanted_headers(files, spec)
    for file in files:
        _refuse_two_spellings(file, wanted)
    lacking = {
        column: [file for file in files if header not in file.header]
        for column, header in wanted.items()
    }
    missing = {column: wanted[column] for column, without in lacking.items() if without}
    remarks = [_on_missing(column, wanted[column], lacking[column][0]) for column in missing]
    names = TABLES[spec.table].names
    present = {
        column: wanted[column] for column in names if column in wanted and column not in missing
    }
    constants = {
        column: spec.constants[column]
        for column in names
        if column in spec.constants and column not in present
    }
    extras = _extra_names(
        (header for file in files for header in file.header),
        set(present.values()),
        reserved={*names, *derived_names(spec.table)},
    )
    return Mapping(
        headers=present, constants=constants, extras=extras, missing=missing, remarks=tuple(remarks)
    )


def _refuse_two_spellings(file: FileRelation, wanted: Dictionary[str, str]) -> None:
    """Objects that bear the other spelling of a key would be read as if they had no value.

    A table with two such columns has both in every record.
    """
    text_format = TEXT_FORMATS.get(file.recognised.format)
    if text_format is None or not text_format.by_key:
        return
    for column, header in wanted.items():
        others = [
            other
            for other in file.header
            if other != header and plain_header(other) == plain_header(header)
        ]
        if header in file.header and others:
            msg = (
                f'{file.shown}: "{header}" (for {column}) and "{others[0]}" are keys of its'
                " records, and may be the same one. Export it with one spelling in every record."
            )
            raise ExportError(msg)


def wanted_headers(files: Sequence[FileRelation], spec: ExportSpec) -> dict[str, str]:
    """Canonical column -> header, as the audit says; where it says nothing, as the format says, or
    headers that are canonical names.
    """
    if spec.columns:
        return {column: wanted_header(column, header) for column, header in spec.columns.items()}
    found = {header for file in files for header in file.header}
    if files and all(file.recognised.format == "asterisk" for file in files):
        return {
            column: header
            for column, header in dialects.ASTERISK_MAPPING.items()
            if header in found and column in TABLES[spec.table].names
        }
    return {column: column for column in TABLES[spec.table].names if column in found}


def kinds_by_header(spec: ExportSpec, file_format: Format) -> dict[str, set[Kind]]:
    """Header -> what is read from it, if a file of this format has it."""
    named: list[tuple[str, str]] = (
        [(column, wanted_header(column, header)) for column, header in spec.columns.items()]
        if spec.columns
        else [(column, column) for column in TABLES[spec.table].names]
    )
    if file_format == "asterisk" and not spec.columns:
        named += dialects.ASTERISK_MAPPING.items()
    kinds: dict[str, set[Kind]] = {}
    for column, header in named:
        if column in TABLES[spec.table].names:
            kinds.setdefault(header, set()).add(TABLES[spec.table].column(column).kind)
    return kinds


def wanted_header(column: str, header: str) -> str:
    """A header of the audit, as it is looked for.

    Raises: ExportError for one that is somebody's number, and not shown.
    """
    clean = clean_name(header)
    if is_personal(clean):
        msg = (
            f"columns.{column} in audit.yaml: the header is, or may be, personal data, and is not"
            " shown. Map the column by its position instead: column_1, column_2 ..."
        )
        raise ExportError(msg)
    return clean


def _on_missing(column: str, header: str, file: FileRelation) -> Remark:
    near = closest(header, file.header)
    return Remark(
        code="missing_column_near" if near else "missing_column",
        file=file.shown,
        column=header,
        canonical=column,
        near=near,
    )


def _extra_names(
    headers: Iterable[str], mapped: set[str], *, reserved: Iterable[str]
) -> dict[str, str]:
    """Names for the unmapped columns; one that is taken gets an underscore, so that none passes for
    a canonical or a derived column.
    """
    taken = {name.casefold() for name in (*reserved, FILE_COLUMN, LINE_COLUMN, ISSUES_COLUMN)}
    extras: dict[str, str] = {}
    for header in dict.fromkeys(headers):
        if header in mapped:
            continue
        name = header
        while name.casefold() in taken:
            name += "_"
        taken.add(name.casefold())
        extras[name] = header
    return extras
