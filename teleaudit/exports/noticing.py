"""What the reader noticed in one file of an export, as remarks."""

from __future__ import annotations

from teleaudit.exports.conversion import UNKNOWN_WORD, Source
from teleaudit.exports.mapping import Mapping
from teleaudit.exports.remarks import CUT_OFF, Remark
from teleaudit.exports.staging import Staged
from teleaudit.exports.working_copy import Converted


def remarks_on(file: Staged, mapping: Mapping, sources: dict[str, Source], result: Converted) -> list[Remark]:
    """The remarks on one file, in the order of its trouble: records, columns, values."""
    remarks = []
    if file.rejections.count:
        first = min(reject.line for reject in file.rejections.kept)
        remarks.append(Remark(code="rejected", file=file.shown, count=file.rejections.count, line=first, reasons=dict(sorted(file.rejections.reasons.items()))))
    if file.rejections.is_cut_off:
        remarks.append(Remark(code=CUT_OFF, file=file.shown))
    if result.blank_rows:
        remarks.append(Remark(code="blank_rows", file=file.shown, count=result.blank_rows))
    remarks += [_on_issue(file, mapping, sources[column], code, count, words=result.unknown_words.get(column, ())) for (column, code), count in result.issues.items()]
    remarks += [Remark(code="scientific", file=file.shown, column=header, count=count) for header, count in result.scientific.items()]
    remarks += [Remark(code="rounded", file=file.shown, column=header, count=count) for header, count in file.rounded.items()]
    return remarks


def _on_issue(file: Staged, mapping: Mapping, source: Source, code: str, count: int, *, words: tuple[str, ...]) -> Remark:
    header = mapping.headers.get(source.column.name, source.column.name)
    kind = source.column.kind.value if code == "unreadable" else None
    if code == UNKNOWN_WORD:
        return Remark(code=code, file=file.shown, column=header, count=count, canonical=source.column.name, words=words)
    return Remark(code=code, file=file.shown, column=header, count=count, kind=kind)
