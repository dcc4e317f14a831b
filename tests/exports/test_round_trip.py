"""What is written as CSV in any dialect is read back as it was."""

from __future__ import annotations

import csv
import io
import tempfile
from pathlib import Path
from typing import Literal

import duckdb
from hypothesis import given
from hypothesis import strategies as st

from teleaudit.exports import read_export
from teleaudit.exports.conversion import NULL_SPELLINGS
from teleaudit.rules.audit_file import ExportSpec

# No NUL, no C1 controls, no replacement sign: a reader refuses them. No letters that UTF-8 read
# wrongly would leave.
CHARACTERS = st.characters(
    codec="utf-8",
    min_codepoint=9,
    exclude_categories=("Cc", "Cs"),
    exclude_characters="\ufffd\ufeffÃâ├",
)
SPECIAL = st.sampled_from(list(" \";,|\t\n\r'æøåÆØÅ"))
# Python's writer leaves a CR alone unquoted, and it ends the record
TEXT = st.text(CHARACTERS | SPECIAL, max_size=12).map(lambda text: text.replace("\r", "\r\n"))
ENCODINGS = {"utf-8": "utf-8", "utf-8-sig": "utf-8", "utf-16": "utf-16"}


@given(
    rows=st.lists(st.lists(TEXT, min_size=3, max_size=3), min_size=1, max_size=8),
    delimiter=st.sampled_from([";", ",", "\t", "|"]),
    quoting=st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
    line_break=st.sampled_from(["\n", "\r\n"]),
    encoding=st.sampled_from(sorted(ENCODINGS)),
)
def test_what_is_written_is_read(
    rows: list[list[str]], delimiter: str, quoting: Literal[0, 1], line_break: str, encoding: str
) -> None:
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=delimiter, quoting=quoting, lineterminator=line_break)
    writer.writerow(["nr", "a", "b", "c"])
    lines = []
    for number, row in enumerate(rows):
        lines.append(1 + text.getvalue().replace("\r\n", "\n").replace("\r", "\n").count("\n"))
        writer.writerow([f"{number}", *row])
    with tempfile.TemporaryDirectory() as folder:
        root, work = Path(folder) / "exports", Path(folder) / "work"
        root.mkdir()
        (root / "a.csv").write_bytes(text.getvalue().encode(encoding))
        export = read_export(
            "a",
            ExportSpec(
                table="crm_customer",
                files="a.csv",
                delimiter=delimiter,
                encoding=ENCODINGS[encoding],
            ),
            root=root,
            work=work,
        )
        read = duckdb.execute(
            "SELECT _line, nr, a, b, c FROM read_parquet(?) ORDER BY _line",
            [[str(path) for path in export.parquet]],
        ).fetchall()
    assert read == [
        (
            line,
            f"{number}",
            *(
                None if value.strip(" \t\u00a0\u2009\u202f") in {"", *NULL_SPELLINGS} else value
                for value in row
            ),
        )
        for number, (line, row) in enumerate(zip(lines, rows, strict=True))
    ]
    assert export.rejects == ()
