"""What the reader noticed in one file of an export, as remarks."""

from __future__ import annotations

from teleaudit.exports.conversion import UNKNOWN_WORD, Source
from teleaudit.exports.mapping import Mapping
from teleaudit.exports.relations import FileRelation
from teleaudit.exports.warnings import CUT_OFF, HEADER_ONLY, Remark
from teleaudit.exports.working_copy import Converted
from teleaudit.readers.rejects import Rejections


def remarks_on(
    file: FileRelation, mapping: Mapping, sources: dict[str, Source], result: Converted
) -> list[Remark]:
    """The remarks on one file, in the order of its trouble: records, columns, values."""
    remarks = remarks_on_rejects(file.rejections)
    if file.rejections.is_cut_off:
        remarks.append(Remark(code=CUT_OFF, file=file.shown))
    if file.rejections.passed_over:
        remarks.append(
            Remark(code="passed_over", file=file.shown, count=file.rejections.passed_over)
        )
    if file.withheld:
        remarks.append(Remark(code="withheld_headers", file=file.shown, count=file.withheld))
    if file.error_cells:
        remarks.append(Remark(code="error_cells", file=file.shown, count=file.error_cells))
    if file.rows and not result.rows:
        remarks.append(Remark(code=HEADER_ONLY, file=file.shown))
    if result.blank_rows:
        remarks.append(Remark(code="blank_rows", file=file.shown, count=result.blank_rows))
    remarks += [
        _on_issue(
            file, mapping, sources[column], code, count, words=result.unknown_words.get(column, ())
        )
        for (column, code), count in result.issues.items()
    ]
    remarks += [
        Remark(code="scientific", file=file.shown, column=header, count=count)
        for header, count in result.scientific.items()
    ]
    remarks += [
        Remark(code="rounded", file=file.shown, column=header, count=count)
        for header, count in file.rounded.items()
    ]
    return remarks


def remarks_on_rejects(rejections: Rejections) -> list[Remark]:
    """How many records could not be read, why, and where the first stands; where one has too many
    fields or too few, how many.
    """
    if not rejections.count:
        return []
    file, first = rejections.file, min(rejections.kept)
    remarks = [
        Remark(
            code="rejected",
            file=file,
            count=rejections.count,
            line=first.line,
            reasons=dict(sorted(rejections.reasons.items())),
        )
    ]
    ragged = min((reject for reject in rejections.kept if reject.expected), default=None)
    if ragged is not None:
        remarks.append(
            Remark(
                code="ragged",
                file=file,
                line=ragged.line,
                count=ragged.found,
                expected=ragged.expected,
            )
        )
    return remarks


def _on_issue(
    file: FileRelation,
    mapping: Mapping,
    source: Source,
    code: str,
    count: int,
    *,
    words: tuple[str, ...],
) -> Remark:
    header = mapping.headers.get(source.column.name, source.column.name)
    kind = source.column.kind.value if code == "unreadable" else None
    if code == UNKNOWN_WORD:
        return Remark(
            code=code,
            file=file.shown,
            column=header,
            count=count,
            canonical=source.column.name,
            words=words,
        )
    return Remark(code=code, file=file.shown, column=header, count=count, kind=kind)
