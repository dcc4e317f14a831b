"""What an operator may put into the folder by mistake: a plain message or an honest "cannot be
judged", and the input as it was.
"""

from __future__ import annotations

import errno
import hashlib
import os
from contextlib import suppress
from pathlib import Path
from typing import IO, Any, Never

import pytest
from hypothesis import given
from hypothesis import strategies as st

from teleaudit.errors import ExportError
from teleaudit.exports import read_export
from teleaudit.rules.audit_file import ExportSpec
from tests.exports.desk import Desk

GOOD = "Kundenr;Navn;Oprettet;Ophørsdato;Saldo\n1;Ærø;13-01-2020;14-02-2025;1,5\n2;Bøje;15-01-2020;16-02-2025;2,5\n"
SECRETS = ("Ærø", "Bøje", "13-01-2020", "1,5", "hemmelig")


@given(
    name=st.one_of(
        st.text(max_size=12),
        st.from_regex(r"(\.{1,2}/|/|~/)*[\w. \\/-]{0,8}", fullmatch=True),
        st.sampled_from(["../outside", "..", ".", "", "outside/../..", "kunder/../../outside"]),
    )
)
def test_no_name_of_an_export_reaches_outside_the_folder_of_working_copies(
    tmp_path_factory: pytest.TempPathFactory, name: str
) -> None:
    home = tmp_path_factory.mktemp("home")
    root, work, outside = home / "exports", home / "run" / "work", home / "run" / "outside"
    for folder in (root, work, outside):
        folder.mkdir(parents=True)
        (folder / "kept.csv").write_text(GOOD, encoding="utf-8")
    before = {path for path in home.rglob("*") if not path.is_relative_to(work)}

    with suppress(ValueError, FileExistsError):
        read_export(
            name,
            ExportSpec(
                table="crm_customer",
                files="kept.csv",
                columns={"customer_id": "Kundenr"},
                dates="dd-mm-yyyy",
            ),
            root=root,
            work=work,
        )
        assert {path.name for path in work.iterdir()} == {"kept.csv", name}
    assert {path for path in home.rglob("*") if not path.is_relative_to(work)} == before
    assert (work / "kept.csv").exists()


def test_a_missing_file_cannot_be_judged(desk: Desk) -> None:
    export = desk.read("kunder_*.csv")
    assert (export.problem, export.parquet, export.files) == (
        "no file matches kunder_*.csv",
        (),
        (),
    )
    assert [str(remark) for remark in export.warnings] == [
        "no file matches kunder_*.csv.",
        "Its checks cannot be judged.",
    ]


@pytest.mark.parametrize(
    ("pattern", "near"),
    [
        ("aftale.csv", "aftaler.csv"),
        ("AFTALER1.csv", "aftaler.csv"),
        ("opkald.csv", None),
        ("aftale*.txt", None),
        ("no/aftale.csv", None),
    ],
)
def test_a_file_of_nearly_that_name_is_offered(desk: Desk, pattern: str, near: str | None) -> None:
    desk.write("aftaler.csv", "Aftalenr\n1\n")
    desk.write("kunder.csv", "Kundenr\n1\n")
    assert desk.read(pattern).problem == f"no file matches {pattern}" + (
        f". Did you mean '{near}'?" if near else ""
    )


def test_a_file_that_bears_somebodys_number_is_not_offered(desk: Desk) -> None:
    desk.write("20202020.csv", "Kundenr\n1\n")
    assert desk.read("20202021.csv").problem == "no file matches (name withheld 1).csv"


@pytest.mark.parametrize("content", [b"", b"\xef\xbb\xbf", b"\r\n\r\n"])
def test_an_empty_file_cannot_be_judged(desk: Desk, content: str | bytes) -> None:
    desk.write("kunder.csv", content)
    export = desk.read("kunder.csv")
    assert (export.problem, export.parquet) == ("kunder.csv is an empty file", ())
    assert [(file.path, file.rows) for file in export.files] == [("kunder.csv", 0)]


def test_a_header_alone_cannot_be_judged(desk: Desk) -> None:
    desk.write("kunder.csv", GOOD.splitlines()[0])
    assert desk.read("kunder.csv").problem == "kunder.csv has a header and no rows"


def test_an_empty_file_beside_a_good_one_is_said(desk: Desk) -> None:
    desk.write("kunder_1.csv", GOOD)
    desk.write("kunder_2.csv", "")
    export = desk.read("kunder_*.csv")
    assert export.problem is None
    assert "kunder_2.csv is an empty file." in [str(remark) for remark in export.warnings]


def test_a_wrong_delimiter_is_refused(desk: Desk) -> None:
    desk.write("kunder.csv", GOOD)
    message = desk.refusal("kunder.csv", delimiter=",")
    assert (
        message
        == "kunder.csv: cut at comma the header has 1 column, cut at semicolon it has 5. Write"
        " exports.kunder.delimiter: ';' in audit.yaml."
    )


@pytest.mark.parametrize(
    ("written", "declared", "advice"),
    [
        ("utf-8", "windows-1252", "utf-8"),
        ("utf-8", "iso-8859-1", "utf-8"),
        ("utf-8", "cp850", "utf-8"),
        ("windows-1252", "utf-8", "windows-1252"),
        ("windows-1252", "cp850", "windows-1252"),
        ("cp850", "windows-1252", "cp850"),
        ("cp850", "utf-8", "cp850"),
        ("cp850", None, "cp850"),
        ("utf-8-sig", "windows-1252", "utf-8"),
        ("utf-16", "utf-8", "utf-16"),
    ],
)
@pytest.mark.parametrize("header", ["Ophørsdato", "Ophort"])
def test_a_wrong_encoding_is_refused(
    desk: Desk, written: str, declared: str | None, advice: str, header: str
) -> None:
    desk.write("kunder.csv", GOOD.replace("Ophørsdato", header), written)
    message = desk.refusal("kunder.csv", columns={"customer_id": "Kundenr"}, encoding=declared)
    assert f"exports.kunder.encoding: {advice} in audit.yaml" in message


@pytest.mark.parametrize("wrong", ["windows-1252", "iso-8859-1", "cp850"])
def test_mojibake_does_not_pass(desk: Desk, wrong: str) -> None:
    desk.write(
        "kunder.csv",
        GOOD.encode()
        .decode(wrong, "replace")
        .replace("\ufffd", "?")
        .replace("Oph", "Oph")
        .encode(),
    )
    assert "damaged" in desk.refusal("kunder.csv")


def test_mojibake_in_the_rows_alone_does_not_pass(desk: Desk) -> None:
    desk.write("kunder.csv", "Kundenr;Navn\n1;" + "Ærø".encode().decode("windows-1252") + "\n2;b\n")
    message = desk.refusal("kunder.csv", columns={"customer_id": "Kundenr"})
    assert (
        "kunder.csv, line 2: read as utf-8 it has letters mangled by an earlier wrong reading"
        " (mojibake) in 1 records." in message
    )


def test_curly_quotes_are_no_latin_1(desk: Desk) -> None:
    desk.write("kunder.csv", "Kundenr;Navn\n1;“Ærø”\n", "windows-1252")
    assert desk.refusal(
        "kunder.csv", columns={"customer_id": "Kundenr"}, encoding="iso-8859-1"
    ).startswith("kunder.csv, line 2: bytes that iso-8859-1 has no letter for.")
    assert desk.rows(desk.read("kunder.csv", columns={"name": "Navn"}), "name") == [("“Ærø”",)]


def test_letters_that_prove_no_encoding_are_refused(desk: Desk) -> None:
    desk.write("kunder.csv", b"Kundenr;Navn\n1;\xa7\n")
    assert "it is not UTF-8, and nothing proves another encoding" in desk.refusal(
        "kunder.csv", columns={"customer_id": "Kundenr"}
    )


def test_letters_beyond_ascii_that_come_late_are_still_decided(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("teleaudit.readers.sniffing.SAMPLE_BYTES", 100)
    desk.write("kunder.csv", "Kundenr;Navn\n" + "1;a\n" * 1_000 + "2;Ærø\n", "windows-1252")
    assert desk.rows(desk.read("kunder.csv", columns={"name": "Navn"}), "name")[-1] == ("Ærø",)


def test_a_missing_column_is_named_with_its_near_match(desk: Desk) -> None:
    desk.write("kunder.csv", GOOD)
    export = desk.read(
        "kunder.csv", columns={"customer_id": "Kundenr", "end_date": "Ophørdato", "cvr": "CVR-nr"}
    )
    assert export.missing_columns == {"end_date": "Ophørdato", "cvr": "CVR-nr"}
    said = [str(remark) for remark in export.warnings]
    assert said[:2] == [
        "kunder.csv: no column \"Ophørdato\" (for end_date). Did you mean 'Ophørsdato'?",
        'kunder.csv: no column "CVR-nr" (for cvr).',
    ]
    assert export.columns == ("customer_id",)
    assert "Ophørsdato" in export.extra_columns


def test_a_column_missing_in_one_file_is_missing(desk: Desk) -> None:
    desk.write("kunder_1.csv", "Kundenr;Navn\n1;a\n")
    desk.write("kunder_2.csv", "Kundenr\n2\n")
    export = desk.read("kunder_*.csv", columns={"customer_id": "Kundenr", "name": "Navn"})
    assert export.missing_columns == {"name": "Navn"}
    assert desk.rows(export, "customer_id", "Navn") == [("1", "a"), ("2", None)]


def test_a_doubled_column_is_refused(desk: Desk) -> None:
    desk.write("kunder.csv", "Kundenr;Navn;Navn\n1;a;b\n")
    assert (
        desk.refusal("kunder.csv")
        == 'kunder.csv: "Navn" stands in the header more than once. Give every column its own name'
        " in the export."
    )


@pytest.mark.parametrize(("content", "declared", "message"), [
    (b"PAR1xxxxPAR1", "csv", "its content is parquet. Write format: parquet"),
    (b"a;b\n1;2\n", "parquet", "kunder.csv is declared as parquet, but is text."),
    (b"[1, 2]", None, "is one JSON array of other things than objects"),
    (b"7z\xbc\xaf\x27\x1c", None, "is a 7-Zip archive"),
])  # fmt: skip
def test_a_format_against_the_declaration_is_refused(
    desk: Desk, content: str | bytes, declared: str | None, message: str
) -> None:
    desk.write("kunder.csv", content)
    assert message in desk.refusal("kunder.csv", format=declared)


@pytest.mark.parametrize("pattern", ["/etc/passwd", "../kunder.csv"])
def test_a_path_out_of_the_folder_is_refused(desk: Desk, pattern: str) -> None:
    assert "leaves the folder of the exports" in desk.refusal(pattern)


def test_a_file_without_permission_is_refused(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    path = desk.write("kunder.csv", GOOD)
    opened = Path.open

    def open_file(own: Path, mode: str) -> IO[Any]:
        if own == path:
            raise PermissionError(errno.EACCES, "Permission denied", str(path))
        return opened(own, mode)

    monkeypatch.setattr(Path, "open", open_file)
    assert (
        desk.refusal("kunder.csv")
        == "kunder.csv cannot be read: no permission. Give the user that runs the audit the right"
        " to read it."
    )


@pytest.mark.parametrize(
    ("files", "shown"), [("kunder.csv", "The exports folder"), ("2026/*.csv", "The folder 2026")]
)
def test_a_folder_without_permission_is_refused(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, files: str, shown: str
) -> None:
    desk.write("2026/kunder.csv", GOOD)
    closed = desk.root if shown == "The exports folder" else desk.root / "2026"
    real = os.scandir

    def scandir(path: str) -> object:
        if str(path) == str(closed):
            raise PermissionError(errno.EACCES, "Permission denied", str(path))
        return real(path)

    monkeypatch.setattr("os.scandir", scandir)
    assert desk.refusal(files).startswith(f"{shown} cannot be read: no permission.")


@pytest.mark.parametrize(
    ("place", "file", "content"),
    [
        ("teleaudit.exports.text_files.write_working_copy", "kunder.jsonl", '{"Kundenr": "1"}\n'),
        ("teleaudit.exports.text_files.write_working_copy", "kunder.csv", GOOD),
    ],
)
def test_a_full_disk_is_said_and_leaves_nothing(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, place: str, file: str, content: str
) -> None:
    def full(*_args: object, **_kwargs: object) -> Never:
        raise OSError(errno.ENOSPC, "No space left on device")

    desk.write(file, content)
    monkeypatch.setattr(place, full)
    assert desk.refusal(file).startswith(
        "export kunder: no space left where the working copies are made."
    )


def test_the_engines_own_messages_are_hidden(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    import duckdb

    def leak(*_args: object, **_kwargs: object) -> Never:
        message = "Could not convert string 'hemmelig' to INT32"
        raise duckdb.ConversionException(message)

    desk.write("kunder.csv", GOOD)
    monkeypatch.setattr("teleaudit.exports.text_files.write_working_copy", leak)
    with pytest.raises(RuntimeError) as caught:
        desk.read("kunder.csv")
    assert str(caught.value) == "export kunder: ConversionException in the conversion"
    assert caught.value.__suppress_context__


def test_a_file_that_changes_while_it_is_read_is_refused(desk: Desk) -> None:
    path = desk.write("kunder.csv", GOOD)

    def meddle(_file: str, _rows: int) -> None:
        with path.open("a", encoding="utf-8") as file:
            file.write("3;c;13-01-2020;;\n")

    with pytest.raises(ExportError, match=r"kunder\.csv changed while it was read"):
        read_export(
            "kunder",
            ExportSpec(table="crm_customer", files="kunder.csv"),
            root=desk.root,
            work=desk.work,
            progress=meddle,
        )


def test_the_input_is_never_written_to(desk: Desk) -> None:
    path = desk.write("kunder.csv", GOOD + "kaputt\n")
    path.chmod(0o444)
    before = (
        hashlib.sha256(path.read_bytes()).hexdigest(),
        path.stat().st_mtime_ns,
        sorted(desk.root.iterdir()),
    )
    desk.read("kunder.csv")
    assert (
        hashlib.sha256(path.read_bytes()).hexdigest(),
        path.stat().st_mtime_ns,
        sorted(desk.root.iterdir()),
    ) == before


def test_no_warning_holds_a_value(desk: Desk) -> None:
    rows = (
        "1;hemmelig;vrøvl;00-00-0000;hemmelig\n2;hemmelig;x\n4,57E+15;hemmelig;13-01-2020;31-12-9999;1,5\n"
        '3;"hemmelig"x;13-01-2020;;\n' + "5;hemmelig\x00;;;\n" * 3
    )
    desk.write("kunder.csv", GOOD + rows)
    export = desk.read("kunder.csv", dates="dd-mm-yyyy")
    said = " ".join([*map(str, export.warnings), repr(export.warnings), repr(export.rejects)])
    assert len(export.warnings) >= 5
    assert [secret for secret in (*SECRETS, "4,57", "vrøvl") if secret in said] == []


def test_the_rest_of_a_killed_run_is_cleared(desk: Desk) -> None:
    left = desk.work / "kunder" / "0007.parquet"
    left.parent.mkdir()
    left.write_bytes(b"personal data")
    desk.write("kunder.csv", GOOD)
    assert left not in set(desk.read("kunder.csv").parquet[0].parent.iterdir())


LINES = "Kundenr;Navn;Oprettet\n" + "".join(
    f"{number};Kaj Kajsen;2024-01-{number}\n" for number in range(10, 29)
)


@pytest.mark.parametrize("encoding", ["utf-32", "utf-16"])
def test_a_byte_order_mark_is_told_from_the_one_it_begins_with(desk: Desk, encoding: str) -> None:
    desk.write("kunder.csv", LINES, encoding)

    assert (
        desk.read("kunder.csv", columns={"customer_id": "Kundenr", "created_at": "Oprettet"}).rows
        == 19
    )


def test_ebcdic_is_called_by_its_name_and_read_where_it_is_declared(desk: Desk) -> None:
    desk.write("kunder.csv", LINES, "cp1140")

    assert "kunder.csv looks like EBCDIC, as mainframes write text." in desk.refusal("kunder.csv")
    assert (
        desk.read(
            "kunder.csv",
            columns={"customer_id": "Kundenr", "created_at": "Oprettet"},
            encoding="cp1140",
        ).rows
        == 19
    )


@pytest.mark.parametrize("text", ["[", " [\n\n"])
def test_the_beginning_of_an_array_and_no_more_was_cut_off(desk: Desk, text: str) -> None:
    desk.write("kunder.json", text)

    assert (
        "kunder.json is the beginning of a JSON array and no more: it was cut off."
        in desk.refusal("kunder.json")
    )


@pytest.mark.parametrize("files", ["a.csv", "*.csv"])
@pytest.mark.parametrize("target", ["a.csv", "nowhere.csv"])
def test_a_link_that_leads_nowhere_is_no_missing_file(desk: Desk, files: str, target: str) -> None:
    desk.write("b.csv", LINES)
    (desk.root / "a.csv").symlink_to(target)

    assert "a.csv is a link that leads to no file." in desk.refusal(
        files, columns={"customer_id": "Kundenr"}
    )
