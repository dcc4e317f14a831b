"""An operator's export, read once into a typed working copy: hashed, its broken records kept apart,
nothing guessed.

The input is opened for reading only. The working copy holds personal data: its files are readable
by their owner only, and whoever asked for it deletes it.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import duckdb

from teleaudit.errors import ExportError
from teleaudit.exports import dates
from teleaudit.exports.decisions import (
    Sources,
    decide_sources,
    refuse_contradicted_dates,
    refuse_swapped_by_excel,
)
from teleaudit.exports.evidence import DateEvidence, DecimalEvidence
from teleaudit.exports.files import find_files, nearest_file, sources_of
from teleaudit.exports.mapping import Mapping, map_columns
from teleaudit.exports.parquet_files import ParquetFile, begin_parquet_file, read_parquet_file
from teleaudit.exports.reader_warnings import remarks_on, remarks_on_rejects
from teleaudit.exports.relations import FileRelation, Progress
from teleaudit.exports.storage import (
    connect,
    private_folder,
    translate_file_errors,
    translate_storage_errors,
)
from teleaudit.exports.text_files import Memory, NotAsBegunError, TextFile
from teleaudit.exports.warnings import NOT_JUDGED, Remark
from teleaudit.exports.working_copy import Converted
from teleaudit.readers.hashed_file import HashedFile
from teleaudit.readers.opening import recognise
from teleaudit.readers.rejects import KEPT, Reject
from teleaudit.readers.sources import Source
from teleaudit.redaction import ShownPaths
from teleaudit.rules.audit_file import ExportSpec

_File = TextFile | ParquetFile


@dataclass(frozen=True, kw_only=True)
class ExportFile:
    """One file of an export, as it was read."""

    path: str  # relative to the exports' root, posix; of a member, that of its archive and its own
    sha256: str  # of the file as it lies there: of a member, its archive's
    size_bytes: int  # likewise
    rows: int
    rejected: int


@dataclass(frozen=True, kw_only=True)
class ReadExport:
    """An export and its working copy."""

    name: str
    table: str
    files: tuple[ExportFile, ...]
    parquet: tuple[Path, ...]  # empty when nothing could be read
    columns: tuple[str, ...]  # canonical columns present
    extra_columns: tuple[str, ...]  # unmapped columns kept
    # canonical column mapped in the audit but absent in a file -> header that was looked for
    missing_columns: dict[str, str]
    rejects: tuple[Reject, ...]  # at most 10,000; the counts in files and reject_reasons are whole
    extracted_at: dt.date | None
    problem: str | None  # why the export cannot be judged at all
    warnings: tuple[Remark, ...]  # for stderr and the report
    reject_reasons: dict[str, int] = field(default_factory=dict)
    # canonical columns of which the audit says one value for every row
    constant_columns: tuple[str, ...] = ()

    @property
    def rows(self) -> int:
        """Rows read, over all files."""
        return sum(file.rows for file in self.files)

    @property
    def rejected(self) -> int:
        """Records kept apart, over all files."""
        return sum(file.rejected for file in self.files)


def read_export(
    name: str, spec: ExportSpec, *, root: Path, work: Path, progress: Progress | None = None
) -> ReadExport:
    """The export's working copy in ``work/<name>``, and what reading it came to.

    ``progress`` is told the file and its rows so far.

    Raises: ExportError when reading would be a guess, or a file may not be read, or the disk is
    full. Nothing is left in ``work`` then.
    """
    return _read(
        name,
        spec,
        root,
        work,
        lambda reading, paths: reading.read(paths, progress or _say_nothing),
    )


def read_beginning(name: str, spec: ExportSpec, *, root: Path, work: Path) -> ReadExport:
    """What the first rows of the export's files come to, as ``read_export`` would tell of all of
    them: columns, remarks, problem, and working copies of these rows. No file is hashed. One whose
    first rows leave open how it is written is read to its end.

    Raises: ExportError, as ``read_export``.
    """
    return _read(name, spec, root, work, lambda reading, paths: reading.read_beginning(paths))


def _read(
    name: str,
    spec: ExportSpec,
    root: Path,
    work: Path,
    how: Callable[[_Reading, Sequence[Path]], ReadExport],
) -> ReadExport:
    """What ``how`` makes of the export's files, in a folder that is erased where it fails."""
    dates.checked_zone(spec.timezone)
    paths = find_files(spec.files, root)
    if not paths:
        return without_any_file(name, spec, near=nearest_file(spec.files, root))
    with (
        translate_storage_errors(name),
        private_folder(work, name) as folder,
        connect(folder) as connection,
    ):
        reading = _Reading(name=name, spec=spec, root=root, folder=folder, connection=connection)
        return how(reading, paths)


def _say_nothing(_file: str, _rows: int) -> None:
    """The progress of a run without anyone watching."""


@dataclass(frozen=True, kw_only=True)
class _Reading:
    """One export being read."""

    name: str
    spec: ExportSpec
    root: Path
    folder: Path
    connection: duckdb.DuckDBPyConnection

    def read(self, paths: Sequence[Path], progress: Progress) -> ReadExport:
        begun = self._begin_all(paths, progress, only_beginning=False)
        if isinstance(begun, ReadExport):
            return begun
        files, empty = begun
        return self._told(files, *self._convert(files), empty)

    def read_beginning(self, paths: Sequence[Path]) -> ReadExport:
        begun = self._begin_all(paths, _say_nothing, only_beginning=True)
        if isinstance(begun, ReadExport):
            return begun
        files, empty = begun
        mapping, plans = self._decide_from_beginnings(files) or self._decide_by_all(files)
        converted = [
            file.write_beginning(mapping, plan, copy)
            for file, plan, copy in zip(files, plans, self._copies(files), strict=True)
        ]
        self._refuse_contradicted(files, mapping, plans, converted)
        return self._told(files, mapping, plans, converted, empty)

    def _begin_all(
        self, paths: Sequence[Path], progress: Progress, *, only_beginning: bool
    ) -> tuple[list[_File], list[ExportFile]] | ReadExport:
        """The files that have something in them, and those that have not; where none has a row,
        what reading comes to.
        """
        sources = sources_of(paths, self.root, self.spec)
        if not sources:
            return without_any_file(self.name, self.spec)
        memory = Memory()
        begun = [
            self._begin(source, memory, progress, only_beginning=only_beginning)
            for source in sources
        ]
        empty = [
            _empty_file(source) for source, file in zip(sources, begun, strict=True) if not file
        ]
        files = [file for file in begun if file]
        if not any(file.file.rows for file in files):
            return without_any_row(self.name, self.spec, empty, [file.file for file in files])
        return files, empty

    def _told(
        self,
        files: Sequence[_File],
        mapping: Mapping,
        plans: Sequence[Sources],
        converted: Sequence[Converted],
        empty: Sequence[ExportFile],
    ) -> ReadExport:
        for copy in self.folder.glob("unpacked_*"):
            copy.unlink()
        return described_export(
            self.name,
            self.spec,
            [file.file for file in files],
            mapping,
            plans,
            self._copies(files),
            converted,
            empty,
        )

    def _begin(
        self, source: Source, memory: Memory, progress: Progress, *, only_beginning: bool
    ) -> TextFile | ParquetFile | None:
        """The file, known by its beginning; none when it is empty. Raises: ExportError."""
        with translate_file_errors(source.shown):
            recognised = recognise(source, self.spec, export=self.name)
            if recognised is None:
                return None
            if recognised.format == "parquet":
                begin = begin_parquet_file if only_beginning else read_parquet_file
                return begin(
                    source,
                    recognised,
                    folder=self.folder,
                    connection=self.connection,
                    progress=progress,
                )
            file = TextFile(
                source=source,
                recognised=recognised,
                spec=self.spec,
                export=self.name,
                connection=self.connection,
                memory=memory,
                progress=progress,
            )
            file.begin()
        is_blank_sheet = recognised.format == "excel" and not file.file.header
        return None if is_blank_sheet else file

    def _convert(self, files: Sequence[_File]) -> tuple[Mapping, list[Sources], list[Converted]]:
        """Writes the working copies as the beginnings of the files tell, and once more where the
        whole of them tells something else.
        """
        are_whole = all(file.is_whole for file in files)
        begun = self._decide(files) if are_whole else self._decide_from_beginnings(files)
        converted = self._write_as_begun(files, *begun) if begun else None
        mapping, plans = begun if begun and are_whole else self._decide_by_all(files)
        if converted is None or (mapping, plans) != begun:
            converted = self._write(files, mapping, plans)
        self._refuse_contradicted(files, mapping, plans, converted)
        return mapping, plans, converted

    def _refuse_contradicted(
        self,
        files: Sequence[_File],
        mapping: Mapping,
        plans: Sequence[Sources],
        converted: Sequence[Converted],
    ) -> None:
        refuse_contradicted_dates(
            _evidence(files),
            [file.file for file in files],
            plans,
            converted,
            mapping,
            export=self.name,
        )

    def _decide_from_beginnings(
        self, files: Sequence[_File]
    ) -> tuple[Mapping, list[Sources]] | None:
        """How the columns are read; none where only the whole of the files can tell."""
        try:
            return self._decide(files)
        except ExportError:
            return None

    def _decide_by_all(self, files: Sequence[_File]) -> tuple[Mapping, list[Sources]]:
        """How the columns are read, by every row. Raises: ExportError."""
        for file in files:
            file.survey()
        return self._decide(files)

    def _decide(self, files: Sequence[_File]) -> tuple[Mapping, list[Sources]]:
        relations = [file.file for file in files]
        mapping = map_columns(relations, self.spec)
        for file in files:
            if isinstance(file, TextFile) and file.file.has_native_dates:
                refuse_swapped_by_excel(file.file, mapping, self.spec, file.of_excel_dates)
        evidence = _evidence(files)
        return mapping, decide_sources(evidence, relations, mapping, self.spec, export=self.name)

    def _write_as_begun(
        self, files: Sequence[_File], mapping: Mapping, plans: Sequence[Sources]
    ) -> list[Converted] | None:
        """Writes the working copies; none where a file is not what its beginning shows."""
        try:
            return self._write(files, mapping, plans)
        except NotAsBegunError:
            return None

    def _write(
        self, files: Sequence[_File], mapping: Mapping, plans: Sequence[Sources]
    ) -> list[Converted]:
        """Writes the working copies. Raises: NotAsBegunError, where a file is not whole."""
        copies = self._copies(files)
        for copy in copies:
            copy.unlink(missing_ok=True)
        return [
            file.write(mapping, plan, copy)
            for file, plan, copy in zip(files, plans, copies, strict=True)
        ]

    def _copies(self, files: Sequence[_File]) -> tuple[Path, ...]:
        return tuple(self.folder / f"{number:04}.parquet" for number in range(len(files)))


@dataclass(frozen=True, kw_only=True)
class _Evidence:
    """What each file proves."""

    files: dict[str, _File]

    def of_dates(self, file: FileRelation, expressions: Sequence[str]) -> list[DateEvidence]:
        """How its dates are written."""
        return self.files[file.shown].of_dates(expressions)

    def of_decimals(self, file: FileRelation, expressions: Sequence[str]) -> list[DecimalEvidence]:
        """How its numbers are written."""
        return self.files[file.shown].of_decimals(expressions)


def _evidence(files: Sequence[_File]) -> _Evidence:
    return _Evidence(files={file.file.shown: file for file in files})


def described_export(
    name: str,
    spec: ExportSpec,
    files: Sequence[FileRelation],
    mapping: Mapping,
    plans: Sequence[Sources],
    copies: tuple[Path, ...],
    converted: Sequence[Converted],
    empty: Sequence[ExportFile],
) -> ReadExport:
    """What reading an export with records came to; when all of them turn out blank, that nothing
    can be said about it.
    """
    if not any(result.rows for result in converted):
        for copy in copies:
            copy.unlink()
        return without_any_row(name, spec, empty, files)
    described = [
        _described(file, result.rows) for file, result in zip(files, converted, strict=True)
    ]
    remarks = [
        remark
        for file, plan, result in zip(files, plans, converted, strict=True)
        for remark in remarks_on(file, mapping, plan, result)
    ]
    return ReadExport(
        name=name,
        table=spec.table,
        files=tuple(sorted([*described, *empty], key=lambda file: file.path)),
        parquet=copies,
        columns=tuple(plans[0]),
        extra_columns=tuple(mapping.extras),
        missing_columns=mapping.missing,
        rejects=_kept_rejects(files),
        extracted_at=spec.extracted_at,
        problem=None,
        warnings=(
            *_without_rows(empty, [file for file in files if not file.rejections.count]),
            *mapping.remarks,
            *remarks,
        ),
        reject_reasons=_reasons(files),
        constant_columns=tuple(mapping.constants),
    )


def without_any_file(name: str, spec: ExportSpec, *, near: str | None = None) -> ReadExport:
    """An export of which there is no file, but perhaps one of nearly that name."""
    return _not_judged(
        name,
        spec,
        problem=[
            Remark(
                code="no_file_near" if near else "no_file",
                file=ShownPaths().of(spec.files),
                near=near,
            )
        ],
        files=(),
    )


def not_readable(name: str, spec: ExportSpec, refusal: str) -> ReadExport:
    """An export that is refused, for whoever goes on to look at the others."""
    return replace(without_any_file(name, spec), problem=refusal.removesuffix("."))


def without_any_row(
    name: str, spec: ExportSpec, empty: Sequence[ExportFile], files: Sequence[FileRelation]
) -> ReadExport:
    """An export whose files have no row that could be read."""
    return _not_judged(
        name,
        spec,
        problem=_nothing_in(empty, files),
        files=[*empty, *(_described(file, 0) for file in files)],
        rejected=files,
    )


def _not_judged(
    name: str,
    spec: ExportSpec,
    *,
    problem: Sequence[Remark],
    files: Sequence[ExportFile],
    rejected: Sequence[FileRelation] = (),
) -> ReadExport:
    """An export that nothing can be said about."""
    return ReadExport(
        name=name,
        table=spec.table,
        files=tuple(sorted(files, key=lambda file: file.path)),
        parquet=(),
        columns=(),
        extra_columns=(),
        missing_columns={},
        rejects=_kept_rejects(rejected),
        extracted_at=spec.extracted_at,
        problem="; ".join(str(remark).removesuffix(".") for remark in problem),
        warnings=(*problem, Remark(code=NOT_JUDGED)),
        reject_reasons=_reasons(rejected),
    )


def _nothing_in(empty: Sequence[ExportFile], files: Sequence[FileRelation]) -> list[Remark]:
    """Why there is no row at all."""
    rejected = [remark for file in files for remark in remarks_on_rejects(file.rejections)]
    if rejected or any(file.rows for file in files):
        return [Remark(code="no_records"), *rejected]
    return _without_rows(empty, files)


def _without_rows(empty: Sequence[ExportFile], files: Sequence[FileRelation]) -> list[Remark]:
    """The files that have none."""
    return [
        *(Remark(code="empty_file", file=file.path) for file in empty),
        *(Remark(code="header_only", file=file.shown) for file in files if not file.rows),
    ]


def _described(file: FileRelation, rows: int) -> ExportFile:
    return ExportFile(
        path=file.shown,
        sha256=file.sha256,
        size_bytes=file.size_bytes,
        rows=rows,
        rejected=file.rejections.count,
    )


def _empty_file(source: Source) -> ExportFile:
    content = HashedFile(source)
    content.read_all()
    return ExportFile(
        path=source.shown, sha256=content.sha256, size_bytes=content.size_bytes, rows=0, rejected=0
    )


def _kept_rejects(files: Sequence[FileRelation]) -> tuple[Reject, ...]:
    return tuple(sorted(reject for file in files for reject in file.rejections.kept)[:KEPT])


def _reasons(files: Sequence[FileRelation]) -> dict[str, int]:
    return dict(sorted(sum((file.rejections.reasons for file in files), Counter[str]()).items()))
