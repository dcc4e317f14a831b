"""Text that is no table, called by its name: dumps, pages, documents and logs, with what to export
instead.

Nothing of it is shown but the name of a list.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from teleaudit.detectors.personal import is_personal
from teleaudit.errors import ExportError
from teleaudit.readers.formats.json import is_array_of_objects
from teleaudit.readers.headers import clean_name
from teleaudit.readers.sniffing import DELIMITERS, Sample
from teleaudit.rules.audit_file import Format

_AS_TABLE = "Export the table itself, as CSV or JSON lines."
_AS_LINES = "Export it as JSON lines: one object on each line."
_BEGINNING = 65_536  # characters
_LINES = 50  # of JSON that are tried
_MAX_BESIDE = 5  # keys beside a list that is wrapped: page, count, next_page ...

_SQL_BEGINS = re.compile(
    r"\s*(?:--|/\*|#|(?:set|drop|create|insert|begin|pragma|use|lock|copy|start|replace|alter)\s)",
    re.IGNORECASE,
)
_SQL_STATEMENT = re.compile(
    r"^\s*(?:insert\s+(?:ignore\s+)?into|replace\s+into|create\s+(?:\w+\s+)*table|copy\s+\S[^\n]*\sfrom\s+stdin)\b",
    re.IGNORECASE | re.MULTILINE,
)
_HTML = re.compile(
    r"\s*(?:<!--.{0,2000}?-->\s*)*<(?:!doctype\s+html|html|head|body|table|meta|style|div|center)\b",
    re.IGNORECASE | re.DOTALL,
)
_SPREADSHEET = "urn:schemas-microsoft-com:office:spreadsheet"
_XML = re.compile(
    r"\s*<(?:\?xml\b|!doctype\b|!--|[A-Za-z_][\w.:-]*(?:\s+[\w.:-]+\s*=\s*[\"'][^<>]*)?\s*/?>)",
    re.IGNORECASE,
)
_DRAWN = re.compile(r"\s*\+(?:-+\+)+\s*$", re.MULTILINE)
_BRACKETED = re.compile(r"\[[^\[\]{}\"\n]*\][ \t:]*[^\s,\]]")  # [2026-11-29T10:00:00] [INFO] ...
# Mar  4 10:00:00 pbx asterisk[123]: ...
_SYSLOG = re.compile(
    r"(?:<\d{1,3}>)?(?:[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d|\d \d{4}-\d\d-\d\dT\S+) \S+ [^\s:]+:? "
)
_CARD = re.compile(r"\s*BEGIN:V(?:CARD|CALENDAR)\b", re.IGNORECASE)
_SETTINGS = re.compile(
    r"\s*(?:[;#][^\n]*\n\s*)*\[[^\[\]\n]+\][ \t]*\n(?:\s*[\w.-]+[ \t]*=[^\n]*\n){2}"
)
# Markdown
_RULED = re.compile(
    r"[^\n]*\|[^\n]*\n[ \t]*\|?(?:[ \t]*:?-{3,}:?[ \t]*\|)+(?:[ \t]*:?-{3,}:?)?[ \t]*(?:\n|$)"
)
_ARRAY = re.compile(r"\[\s*(?:[\[{\"\]\d-]|true\b|false\b|null\b)")
_LIST = re.compile(r'"((?:[^"\\\n]|\\.){1,80})"\s*:\s*\[\s*\{')


def refuse_no_table(sample: Sample, *, shown: str, declared: Format | None) -> None:
    """Raises: ExportError for text that is no table."""
    text = sample.text[:_BEGINNING]
    what = next((words for is_it, words in _KINDS if is_it(text)), None) or _json_document(
        sample, declared
    )
    if what is not None:
        msg = f"{shown} is {what}"
        raise ExportError(msg)


def refuse_quoted_lines(records: Sequence[Sequence[str]], *, shown: str) -> None:
    """Raises: ExportError when every line is one quoted field that holds the delimiters."""
    lines = [record[0] for record in records if len(record) == 1]
    if len(lines) < max(2, len(records)) or not any(
        len({line.count(delimiter) for line in lines}) == 1 and delimiter in lines[0]
        for delimiter in DELIMITERS
    ):
        return
    msg = (
        f"{shown}: every line is one quoted field that holds the delimiters, as when a CSV was"
        " opened in one column and saved again. Export it from the source again."
    )
    raise ExportError(msg)


def _is_sql(text: str) -> bool:
    return _SQL_BEGINS.match(text) is not None and _SQL_STATEMENT.search(text) is not None


def _is_log(text: str) -> bool:
    lines = [line for line in text.splitlines()[:_LINES] if line.strip()]
    return bool(lines) and any(
        2 * sum(form.match(line) is not None for line in lines) > len(lines)
        and form.match(lines[0]) is not None
        for form in (_BRACKETED, _SYSLOG)
    )


_KINDS: tuple[tuple[Callable[[str], bool], str], ...] = (
    (
        lambda text: text.startswith("{\\rtf"),
        f"an RTF document (a word processor's), not a table. {_AS_TABLE}",
    ),
    (
        lambda text: text[:1_000].lstrip().lower().startswith("mime-version:"),
        "a web archive (MHTML), as Excel saves web pages. Save it as .xlsx or CSV.",
    ),
    (
        lambda text: _SPREADSHEET in text,
        (
            "a workbook in Excel's XML of 2003 (SpreadsheetML), whatever its name. Open it and save"
            " it as .xlsx or CSV."
        ),
    ),
    (
        lambda text: _HTML.match(text) is not None,
        (
            "an HTML page, whatever its name. Open it in a spreadsheet and save it as .xlsx or CSV,"
            " or export the table itself."
        ),
    ),
    (lambda text: _XML.match(text) is not None, f"an XML document, not a table. {_AS_TABLE}"),
    (
        _is_sql,
        (
            f"an SQL dump, not a table. {_AS_TABLE[:-1]} (mysql --batch, or COPY ... TO in"
            " PostgreSQL), one file a table."
        ),
    ),
    (
        lambda text: _DRAWN.match(text) is not None,
        (
            "a table drawn with lines, as mysql prints it on a terminal. Export it with mysql"
            " --batch, which writes it with tabs."
        ),
    ),
    (
        lambda text: _RULED.match(text) is not None,
        f"a table drawn with lines, as Markdown writes it. {_AS_TABLE}",
    ),
    (
        lambda text: _CARD.match(text) is not None,
        f"a file of cards (vCard or iCalendar), not a table. {_AS_TABLE}",
    ),
    (
        lambda text: _SETTINGS.match(text) is not None,
        f"a file of settings (INI), not a table. {_AS_TABLE}",
    ),
    (
        lambda text: text.strip() == "[",
        "the beginning of a JSON array and no more: it was cut off. Export it again.",
    ),
    (_is_log, f"a log, not a table. {_AS_TABLE[:-1]}, from the system that wrote it."),
)


def _json_document(sample: Sample, declared: Format | None) -> str | None:
    """What JSON is that is not lines of objects."""
    text = sample.text.lstrip()
    if _ARRAY.match(text) and not is_array_of_objects(sample) and declared != "csv":
        return f"one JSON array of other things than objects. {_AS_LINES}"
    if declared == "json" and not is_array_of_objects(sample):
        return (
            "declared as json, but is no JSON array. Export it as one array of objects, or write"
            " the format that it has."
        )
    if not text.startswith("{") or declared == "csv":
        return None
    lines = [line for line in text.splitlines() if line.strip()]
    objects = list(_objects(lines[:_LINES]))
    if not objects and _is_json(text, complete=sample.complete):
        return f"one JSON document, not JSON lines. {_of_list(_LIST.search(text))}"
    if (
        len(lines) == 1
        and declared is None
        and (found := _wrapped(objects[0]) if objects else _LIST.match(text.lstrip("{ \t")))
    ):
        return f"one JSON document that wraps a list. {_of_list(found)}"
    return None


def _objects(lines: Sequence[str]) -> Iterator[dict[str, Any]]:
    for line in lines:
        try:
            value = json.loads(line)
        except (ValueError, RecursionError):
            continue
        if isinstance(value, dict):
            yield value


def _is_json(text: str, *, complete: bool) -> bool:
    """Whether the text begins with a document over several lines; of one that is cut, whether it
    looks so.
    """
    if not complete:
        return re.match(r'\{\s*"', text) is not None and "\n" in text
    try:
        _, end = json.JSONDecoder().raw_decode(text)
    except (ValueError, RecursionError):
        return False
    return "\n" in text[:end]


def _wrapped(value: dict[str, Any]) -> str | None:
    """The key of the list of objects that an object wraps: it holds at least two, and beside it
    there are only single values.
    """
    lists = [
        key
        for key, inner in value.items()
        if isinstance(inner, list)
        and len(inner) > 1
        and all(isinstance(item, dict) for item in inner)
    ]
    return lists[0] if len(lists) == 1 and len(value) <= _MAX_BESIDE + 1 else None


def _of_list(found: re.Match[str] | str | None) -> str:
    name = clean_name(found[1] if isinstance(found, re.Match) else found) if found else ""
    if not name or is_personal(name):
        return _AS_LINES
    return f'Export the items of its list "{name}" as JSON lines: one object on each line.'
