"""What reading an export leaves to say: sentences for stderr and the report, with headers and counts, never with values."""

from __future__ import annotations

from teleaudit.exports.conversion import Source
from teleaudit.exports.mapping import Mapping
from teleaudit.exports.staging import Staged
from teleaudit.exports.working_copy import Converted
from teleaudit.schema import Kind

_NAMES = {
    Kind.TEXT: "text",
    Kind.INTEGER: "a whole number",
    Kind.DECIMAL: "a number",
    Kind.DATE: "a date",
    Kind.TIMESTAMP: "a time",
    Kind.BOOLEAN: "yes or no",
}


def remarks_on(file: Staged, mapping: Mapping, sources: dict[str, Source], result: Converted) -> list[str]:
    """The remarks on one file, in the order of its trouble: records, columns, values."""
    remarks = []
    if file.rejections.count:
        reasons = ", ".join(f"{count:,} {reason}" for reason, count in sorted(file.rejections.reasons.items()))
        first = min(reject.line for reject in file.rejections.kept)
        remarks.append(f"{file.shown}: {file.rejections.count:,} records could not be read and are kept apart ({reasons}; first on line {first:,}).")
    if result.blank_rows:
        remarks.append(f"{file.shown}: {result.blank_rows:,} rows without any value were passed over.")
    remarks += [_on_issue(file, mapping, sources[column], code, count) for (column, code), count in result.issues.items()]
    remarks += [_excel(file, header, count) + " They are kept as they stand." for header, count in result.scientific.items()]
    remarks += [
        f'{file.shown}, column "{header}": Excel has rounded {count:,} numbers to 15 digits. Format the column as text in the source.' for header, count in file.rounded.items()
    ]
    return remarks


def _on_issue(file: Staged, mapping: Mapping, source: Source, code: str, count: int) -> str:
    header = mapping.headers.get(source.column.name, source.column.name)
    place = f'{file.shown}, column "{header}":'
    match code:
        case "excel":
            return _excel(file, header, count)
        case "zero":
            return f"{place} {count:,} dates are all zeros."
        case "placeholder":
            return f"{place} {count:,} dates are placeholders (1900, 2099, 9999) and stand for no end."
        case "gap":
            return f"{place} {count:,} times fall in the hour that is skipped when summer time begins."
        case _:
            return f"{place} {count:,} values cannot be read as {_NAMES[source.column.kind]}."


def _excel(file: Staged, header: str, count: int) -> str:
    return f'{file.shown}, column "{header}": Excel has damaged {count:,} numbers (scientific notation, digits lost). Export it from the source again, not by way of Excel.'
