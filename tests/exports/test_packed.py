"""An export that is packed is read as what is packed in it: its lines, and the fingerprint of the
file as it was delivered.
"""

from __future__ import annotations

import bz2
import gzip
import hashlib
import io
import lzma
import zipfile
from collections.abc import Callable, Mapping

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from ruamel.yaml import YAML

from teleaudit.errors import ExportError
from teleaudit.exports import read_export
from teleaudit.exports.inspection import inspect_file
from teleaudit.readers.rejects import Reject
from teleaudit.rules.audit_file import ExportSpec
from tests.command import call
from tests.exports.desk import Desk
from tests.exports.test_headers import workbook

COLUMNS = {"customer_id": "Kundenr", "name": "Navn", "created_at": "Oprettet"}
TABLE = [("Kundenr", "Navn", "Oprettet"), ("1", "Ærø", "2024-01-13"), ("2", "Kaj", "2024-01-14")]
GOOD = "Kundenr;Navn;Oprettet\n1;Ærø;2024-01-13\n\n2;Kaj;2024-01-14\n3;x\n".encode()
PACKERS: dict[str, Callable[[bytes], bytes]] = {
    "gz": gzip.compress,
    "bz2": bz2.compress,
    "xz": lzma.compress,
    "zst": lambda content: bytes(pa.compress(content, codec="zstd", asbytes=True)),
    "zip": lambda content: zipped({"kunder.csv": content}),
    "zip.gz": lambda content: gzip.compress(zipped({"kunder.csv": content})),
}


def gzipped(content: bytes) -> bytes:
    """The same bytes at any time: a parametrized test is named after them."""
    return gzip.compress(content, mtime=0)


def zipped(members: Mapping[str, bytes]) -> bytes:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return written.getvalue()


def parquet() -> bytes:
    written = io.BytesIO()
    header, *rows = TABLE
    pq.write_table(
        pa.table({name: [row[place] for row in rows] for place, name in enumerate(header)}), written
    )
    return written.getvalue()


@pytest.mark.parametrize("packer", PACKERS)
def test_what_is_packed_is_read_by_its_own_lines_under_the_hash_of_the_package(
    desk: Desk, packer: str
) -> None:
    content = PACKERS[packer](GOOD)
    desk.write(f"kunder.{packer}", content)
    export = desk.read(f"kunder.{packer}", columns=COLUMNS)
    shown = f"kunder.{packer}" + ("/kunder.csv" if "zip" in packer else "")

    assert desk.rows(export, "_line", "_file", "customer_id", "name") == [
        (2, shown, "1", "Ærø"),
        (4, shown, "2", "Kaj"),
    ]
    assert export.rejects == (Reject(file=shown, line=5, reason="ragged", found=2, expected=3),)
    assert [(file.path, file.sha256, file.size_bytes) for file in export.files] == [
        (shown, hashlib.sha256(content).hexdigest(), len(content))
    ]


FORMATS: dict[str, Callable[[], bytes]] = {
    "kunder.xlsx": lambda: workbook(("Ark1", TABLE)),
    "kunder.parquet": parquet,
    "kunder.jsonl": (
        '{"Kundenr": "1", "Navn": "Ærø", "Oprettet": "2024-01-13"}\n{"Kundenr": "2", "Navn": "Kaj",'
        ' "Oprettet": "2024-01-14"}\n'.encode
    ),
    "latin.csv": lambda: GOOD.decode().encode("cp1252"),
}


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize("packer", ["gz", "zip"])
def test_every_format_may_be_packed(desk: Desk, name: str, packer: str) -> None:
    path = desk.write(f"{name}.{packer}", PACKERS[packer](FORMATS[name]()))

    assert desk.rows(desk.read(path.name, columns=COLUMNS), "customer_id", "name") == [
        ("1", "Ærø"),
        ("2", "Kaj"),
    ]
    assert inspect_file(path).table == "crm_customer"


def test_the_members_of_an_archive_are_files_of_one_export(desk: Desk) -> None:
    members = {
        "2024/feb.csv": GOOD,
        "2024/jan.csv": GOOD.replace(b"2;Kaj", b"7;Ida"),
        "__MACOSX/2024/._jan.csv": b"\0\5\26\7",
        ".DS_Store": b"\0\0\0\1Bud1",
        "2024/tom.csv": b"",
    }
    desk.write("kunder.zip", zipped(members))
    export = desk.read("kunder.zip", columns=COLUMNS)

    assert [(file.path, file.rows, file.rejected) for file in export.files] == [
        ("kunder.zip/2024/feb.csv", 2, 1),
        ("kunder.zip/2024/jan.csv", 2, 1),
        ("kunder.zip/2024/tom.csv", 0, 0),
    ]
    assert len({file.sha256 for file in export.files}) == 1
    assert [str(remark) for remark in export.warnings if remark.code == "passed_over"] == [
        (
            "2 hidden files (names that begin with . or ~$, or __MACOSX) in the archive of"
            " kunder.zip/2024/feb.csv were passed over. Rename those that are part of the export."
        )
    ]
    assert desk.rows(export, "_file", "customer_id")[2:] == [
        ("kunder.zip/2024/jan.csv", "1"),
        ("kunder.zip/2024/jan.csv", "7"),
    ]


def test_archives_in_archives_are_read_while_others_are_open(desk: Desk) -> None:
    desk.write(
        "alt.zip",
        zipped(
            {
                "a.zip": zipped({"1.csv": GOOD, "2.csv.gz": gzipped(GOOD)}),
                "b.zip": zipped({"3.csv": GOOD}),
            }
        ),
    )
    export = desk.read("alt.zip", columns=COLUMNS)

    assert [(file.path, file.rows) for file in export.files] == [
        ("alt.zip/a.zip/1.csv", 2),
        ("alt.zip/a.zip/2.csv.gz", 2),
        ("alt.zip/b.zip/3.csv", 2),
    ]


def locked(content: bytes) -> bytes:
    """The archive, its members marked as encrypted."""
    flagged = bytearray(content)
    for magic, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        flagged[content.index(magic) + place] |= 1
    return bytes(flagged)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (gzipped(gzipped(gzipped(gzipped(GOOD)))), "x.csv is packed more than 3 times over."),
        (locked(zipped({"a.csv": GOOD})), "x.csv/a.csv is protected by a password."),
        (zipped({"a.csv": b"%PDF-1.7"}), "x.csv/a.csv is a PDF document"),
        (zipped({}), "x.csv is an empty ZIP archive"),
        (zipped({".DS_Store": b"Bud1"}), "x.csv is an archive without files."),
        (zipped({"a.csv": GOOD})[:-30], "x.csv is damaged"),
        (gzipped(GOOD)[:-12], "x.csv is damaged"),
        (gzipped(GOOD)[:12], "x.csv is damaged"),
        (gzipped(GOOD * 90_000)[:-12], "x.csv is damaged"),
        (gzipped(parquet())[:-12], "x.csv is damaged"),
        (gzipped(workbook(("Ark1", TABLE)))[:-12], "x.csv is damaged"),
        (zipped({"a.csv": GOOD}).replace(b"a.csv", b"b.csv", 1), "x.csv/a.csv is damaged"),
    ],
)
def test_what_cannot_be_unpacked_to_its_end_is_refused(
    desk: Desk, content: bytes, said: str
) -> None:
    path = desk.write("x.csv", content)

    assert said in desk.refusal("x.csv", columns=COLUMNS)
    with pytest.raises(ExportError):
        inspect_file(path)


TWICE: dict[str, Callable[[bytes], bytes]] = {
    "bz2": bz2.compress,
    "xz": lzma.compress,
    "gz": gzipped,
}


@pytest.mark.parametrize("packer", TWICE)
def test_streams_that_were_put_together_are_read_to_their_end(desk: Desk, packer: str) -> None:
    pack = TWICE[packer]
    lines = GOOD.splitlines(keepends=True)
    desk.write(f"kunder.{packer}", pack(b"".join(lines[:2])) + pack(b"".join(lines[2:])))
    assert desk.read(f"kunder.{packer}", columns=COLUMNS).rows == 2

    damaged = bytearray(pack(b"".join(lines[:2])) + pack(b"".join(lines[2:])))
    damaged[len(pack(b"".join(lines[:2]))) + 1] ^= 1
    desk.write(f"skadet.{packer}", bytes(damaged))
    assert "is damaged" in desk.refusal(f"skadet.{packer}", columns=COLUMNS)


@pytest.mark.parametrize("hidden", [".a.csv", "~$a.csv", "__MACOSX/a.csv", ".gemt/a.csv"])
@pytest.mark.parametrize(
    ("name", "content"),
    [("b.csv", GOOD), ("b.parquet", parquet()), ("b.xlsx", workbook(("Ark1", TABLE)))],
)
def test_a_hidden_member_is_passed_over_and_said(
    desk: Desk, hidden: str, name: str, content: bytes
) -> None:
    desk.write("kunder.zip", zipped({hidden: GOOD, name: content, "a.csv": b""}))

    (remark,) = [
        remark
        for remark in desk.read("kunder.zip", columns=COLUMNS).warnings
        if remark.code == "passed_over"
    ]
    assert (remark.count, remark.file) == (1, f"kunder.zip/{name}")


@pytest.mark.parametrize("packer", ["gz", "xz"])
@pytest.mark.parametrize(
    ("behind", "is_damaged"),
    [
        (bytes(512), False),
        (bytes(513), True),
        (bytes(20_000), True),
        (b"\0" * 8 + b"stream", True),
        (b"noget", True),
    ],
)
def test_zeros_behind_the_end_fill_a_block_and_no_more(
    desk: Desk, packer: str, behind: bytes, *, is_damaged: bool
) -> None:
    pack = PACKERS[packer]
    desk.write(
        f"kunder.{packer}", pack(GOOD) + behind.replace(b"stream", pack(GOOD.partition(b"\n")[2]))
    )

    if is_damaged:
        assert "is damaged" in desk.refusal(f"kunder.{packer}", columns=COLUMNS)
    else:
        assert desk.read(f"kunder.{packer}", columns=COLUMNS).rows == 2


def test_no_member_is_passed_over_for_its_name(desk: Desk) -> None:
    desk.write("kunder.zip", zipped({"../udtraek/a.csv": GOOD, "b.csv/": GOOD, "..\\c.csv": GOOD}))
    assert desk.read("kunder.zip", columns=COLUMNS).rows == 6


def test_archives_that_were_put_together_are_refused(desk: Desk) -> None:
    desk.write("kunder.zip", zipped({"a.csv": GOOD}) + zipped({"b.csv": GOOD}))
    assert "an archive behind other bytes" in desk.refusal("kunder.zip", columns=COLUMNS)


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_two_members_of_one_name_are_refused(desk: Desk) -> None:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as archive:
        archive.writestr("a.csv", GOOD)
        archive.writestr("a.csv", GOOD)
    desk.write("kunder.zip", written.getvalue())

    assert "kunder.zip holds several files of one name: kunder.zip/a.csv." in desk.refusal(
        "kunder.zip", columns=COLUMNS
    )


def test_a_name_that_is_a_value_of_what_is_packed_is_withheld(desk: Desk) -> None:
    content = b"Kundenr;Navn;Oprettet\n1;Ulla Vestermark;2024-01-13\n"
    for name, packed in (
        ("Ulla Vestermark.csv.gz", gzip.compress(content)),
        ("alle.zip", zipped({"Ulla Vestermark.csv": content})),
    ):
        path = desk.write(name, packed)
        said = [file.path for file in desk.read(name, columns=COLUMNS).files] + [
            inspect_file(path).as_text(),
            call("scan", path).out,
        ]

        assert not any("Vestermark" in words for words in said)


def test_inspect_proposes_the_archive_and_says_what_it_holds(desk: Desk) -> None:
    path = desk.write("kunder.zip", zipped({f"uge{number}.csv": GOOD for number in range(1, 8)}))
    inspection = inspect_file(path)
    [(name, entry)] = YAML(typ="safe").load(inspection.as_yaml())["exports"].items()

    assert (
        "It holds 7 files, which are read as one export: kunder.zip/uge1.csv, "
        in inspection.as_text()
    )
    assert entry["files"] == "kunder.zip"
    assert (
        read_export(name, ExportSpec.model_validate(entry), root=desk.root, work=desk.work).rows
        == 14
    )


@pytest.mark.parametrize(
    ("files", "read"),
    [
        ("alt.zip/kunder_*.csv", ["alt.zip/kunder_1.csv", "alt.zip/kunder_2.csv"]),
        ("alt.zip/ind/*/kunder.csv", ["alt.zip/ind/a.zip/kunder.csv"]),
        ("*.ZIP/kunder.csv", ["NY.ZIP/kunder.csv"]),
        ("*.zip/kald.csv", []),
    ],
)
def test_a_path_goes_on_inside_an_archive(desk: Desk, files: str, read: list[str]) -> None:
    desk.write(
        "alt.zip",
        zipped(
            {
                "kunder_1.csv": GOOD,
                "kunder_2.csv": GOOD,
                "fakturaer.csv": b"Nr;Dato\n1;2024-01-13\n",
                "ind/a.zip": zipped({"kunder.csv": GOOD}),
            }
        ),
    )
    desk.write("NY.ZIP", zipped({"kunder.csv": GOOD}))
    export = desk.read(files, columns=COLUMNS)

    assert [file.path for file in export.files] == read
    assert (export.problem == f"no file matches {files}") is (not read)
