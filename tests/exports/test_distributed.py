"""Exports read on Spark: the same rows, and the same account of them, as one machine gives.

The desk compares both at every reading.
"""

from __future__ import annotations

import datetime as dt
import json
import random
import shutil
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from teleaudit.engines.spark import files, reading
from teleaudit.engines.spark.reading import read_export_on_spark
from teleaudit.errors import ExportError
from teleaudit.rules.audit_file import ExportSpec
from tests.exports.desk import wall_clock
from tests.exports.spark_desk import SparkDesk, cut_small, spark_desk
from tests.exports.test_delimited import GOOD
from tests.exports.test_formats import master, workbook

pytestmark = pytest.mark.spark
NAMES = {"customer_id": "Kundenr", "name": "Navn"}


@pytest.fixture
def desk(tmp_path: Path) -> SparkDesk:
    return spark_desk(tmp_path)


@pytest.fixture
def small_blocks(desk: SparkDesk) -> Iterator[None]:
    with cut_small(desk.session):
        yield


def untidy(rows: int, *, seed: int) -> str:
    """Delimited text with everything that makes cutting hard: line breaks and delimiters in quotes,
    stray quotes, open quotes, blank lines, wrong counts of fields.
    """
    chance = random.Random(seed)  # noqa: S311 (the same text every time)
    kinds = [
        '"ført\nover {n}\nlinjer"',
        "almindelig {n}",
        '"semi;kolon {n}"',
        '"doblet ""citat"" {n}"',
        'Skærm 24" sort',
        "",
        '"{n}\r\n"',
        "æøå " * 20,
    ]
    broken = [
        '{n};"Firma "X" ApS";1',
        "{n};a;b;c;d",
        "{n}",
        "",
        "{n};\x00;1",
        "{n};Ã¦;1",
        '{n};"åben',
    ]
    lines = ["Kundenr;Navn;Saldo"]
    for number in range(rows):
        if chance.random() < 0.02:
            lines.append(chance.choice(broken).format(n=number))
        else:
            lines.append(f"{number};{chance.choice(kinds).format(n=number)};{number},5")
    return "\n".join(lines)


@pytest.mark.parametrize(
    ("seed", "size"),
    [
        (0, 4096),
        pytest.param(1, 1500, marks=pytest.mark.deep),
        pytest.param(2, 400, marks=pytest.mark.deep),
    ],
)
def test_a_file_is_read_the_same_wherever_it_is_cut(desk: SparkDesk, seed: int, size: int) -> None:
    desk.write("kunder.csv", untidy(400, seed=seed))
    with cut_small(desk.session, size):
        export = desk.read("kunder.csv", columns={**NAMES, "open_balance": "Saldo"})
    assert export.rows > 300
    assert {"quote", "ragged"} <= set(export.reject_reasons)


def test_a_record_may_reach_over_several_blocks(desk: SparkDesk) -> None:
    desk.write(
        "kunder.csv",
        'Kundenr;Navn\n1;"'
        + "ni tegn!\n" * 300
        + '"\n2;b\n3;"'
        + "c\n" * 2_000
        + '"\n4;"ingen ende\n5;e\n',
    )
    with cut_small(desk.session, 1_000):
        export = desk.read("kunder.csv", columns=NAMES)
    assert desk.rows(export, "_line", "customer_id") == [
        (2, "1"),
        (303, "2"),
        (304, "3"),
        (2306, "5"),
    ]


@pytest.mark.parametrize(
    ("head", "line_break"),
    [("sep=;\r\n", "\r\n"), pytest.param("\ufeff\n\n", "\n", marks=pytest.mark.deep)],
)
def test_the_header_may_reach_over_several_blocks(
    desk: SparkDesk, head: str, line_break: str
) -> None:
    header = "Kundenr;Navn;" + ";".join(f'"felt\n{number}"' for number in range(60))
    rows = line_break.join(f"{number};a" + ";" * 60 for number in range(20))
    desk.write("kunder.csv", f"{head}{header}{line_break}{rows}")
    with cut_small(desk.session, 500):
        assert desk.read("kunder.csv", columns=NAMES).rows == 20


def test_withheld_names_trailing_delimiters_both_orders_and_nothing_are_read_alike(
    desk: SparkDesk, small_blocks: None
) -> None:
    rows = "".join(
        f"{number};13-02-2026;\\N;;\n2;05-06-2025;None;x;\n3;14-02-2026;y;;z\n"
        for number in range(500)
    )
    desk.write(
        "kunder 31640211.csv", f"Kundenr;Ophørsdato;Ulla 040370-1236;Navn\n{rows}4;02-25-2026;;\n"
    )
    export = desk.read(
        "*.csv", columns={"customer_id": "Kundenr", "end_date": "Ophørsdato"}, dates="dd-mm-yyyy"
    )

    assert export.files[0].path == "(name withheld 1).csv"
    assert [(remark.code, remark.count) for remark in export.warnings] == [
        ("rejected", 500),
        ("ragged", 5),
        ("withheld_headers", 1),
        ("ambiguous", 500),
        ("unreadable", 501),
    ]


def test_keys_that_are_no_names_are_read_alike(desk: SparkDesk, small_blocks: None) -> None:
    lines = "".join(
        json.dumps({"id": number, f"{31_640_000 + number % 3}": "x", "": 1, "felt": "\\N"}) + "\n"
        for number in range(500)
    )
    desk.write("kunder.jsonl", lines)

    assert desk.read("kunder.jsonl", columns={"customer_id": "id"}).extra_columns == (
        "felt",
        "other_keys",
    )


def test_a_mark_of_byte_order_inside_a_file_is_a_letter(
    desk: SparkDesk, small_blocks: None
) -> None:
    desk.write(
        "kunder.csv",
        "\ufeff\ufeffKundenr;Navn\n" + "".join(f"\ufeff{number};a\n" for number in range(2_000)),
    )
    assert desk.read("kunder.csv", columns={"name": "Navn"}).rows == 2_000


@pytest.mark.parametrize("encoding", ["utf-8", "windows-1252", "iso-8859-1", "cp850"])
@pytest.mark.parametrize("is_declared", [True, False])
# parametrised
def test_letters_are_proved_over_all_blocks(
    desk: SparkDesk,
    small_blocks: None,
    encoding: str,
    is_declared: bool,  # noqa: FBT001
) -> None:
    desk.write(
        "kunder.csv",
        "Kundenr;Navn\n"
        + "".join(
            f"{number};{'Blåbærgrød' if number > 1_900 else 'Smith'}\n" for number in range(2_000)
        ),
        encoding,
    )
    if encoding == "cp850" and not is_declared:
        assert "encoding: cp850 in audit.yaml" in desk.refusal("kunder.csv", columns=NAMES)
    else:
        assert (
            desk.read("kunder.csv", columns=NAMES, encoding=encoding if is_declared else None).rows
            == 2_000
        )


def test_letters_that_come_late_decide_as_ever(
    desk: SparkDesk, small_blocks: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("teleaudit.readers.sniffing.SAMPLE_BYTES", 100)
    desk.write("kunder_1.csv", "Kundenr;Navn\n" + "1;a\n" * 2_000 + "2;Ærø\n", "windows-1252")
    desk.write("kunder_2.csv", "Kundenr;Navn\n" + "1;a\n" * 2_000 + "2;Ærø\n")
    assert desk.rows(desk.read("kunder_*.csv", columns=NAMES), "name")[2_000] == ("Ærø",)


def test_bytes_that_do_not_decode_are_kept_apart(desk: SparkDesk, small_blocks: None) -> None:
    desk.write(
        "kunder.csv",
        "Kundenr;Navn\n1;Blåbær\n".encode() * 500
        + b"2;Bl\xe5b\xe6r\n3;\xff\xfe\x00\n"
        + "4;Rødgrød\n".encode() * 500,
    )
    assert desk.read("kunder.csv", columns=NAMES).reject_reasons == {"nul": 1, "undecodable": 1}


def test_dates_and_numbers_are_proved_over_all_blocks(desk: SparkDesk, small_blocks: None) -> None:
    header = "Kundenr;Oprettet;Ophørsdato;Saldo\n"
    desk.write(
        "kunder_1.csv", header + "1;01-02-2020;02/03/2025;1.234\n" * 1_000 + "2;13-02-2020;;1,5\n"
    )
    desk.write(
        "kunder_2.csv",
        header
        + "3;01-02-2020;13/03/2025;12,25\nfjerde;00-00-0000;31/12/9999;tolv\n4,57E+15;x;;4,57E+15\n",
    )
    export = desk.read(
        "kunder_*.csv",
        columns={
            "customer_id": "Kundenr",
            "created_at": "Oprettet",
            "end_date": "Ophørsdato",
            "open_balance": "Saldo",
        },
    )
    assert desk.rows(export, "created_at", "end_date", "open_balance")[0] == (
        dt.date(2020, 2, 1),
        dt.date(2025, 3, 2),
        Decimal(1234),
    )


@pytest.mark.parametrize(
    ("rows", "spec", "message"),
    [
        ("1;01-02-2020;1,5\n", {}, "every date could be day-month or month-day"),
        (
            "1;01-02-2020;1,5\n2;13-02-2020;x\n",
            {"dates": "mm-dd-yyyy"},
            "dates are not mm-dd-yyyy; dd-mm-yyyy fits",
        ),
        (
            "1;13-02-2020;1,5\n1;13-02-2020;2.5\n",
            {},
            "some numbers have a decimal comma and some a decimal point",
        ),
        ("1;13-02-20;1\n", {}, "years have two digits"),
    ],
)
def test_what_can_be_read_in_two_ways_is_refused(
    desk: SparkDesk, small_blocks: None, rows: str, spec: dict[str, str], message: str
) -> None:
    desk.write("kunder.csv", "Kundenr;Oprettet;Saldo\n" + rows * 500)
    columns = {"customer_id": "Kundenr", "created_at": "Oprettet", "open_balance": "Saldo"}
    with pytest.raises(ExportError, match=message):
        desk.read("kunder.csv", columns=columns, **spec)


def test_json_lines_gain_keys_in_the_order_of_the_file(desk: SparkDesk, small_blocks: None) -> None:
    lines = [
        json.dumps(
            {
                "customer_id": str(number),
                f"felt_{number // 300}": "æ\n",
                "created_at": f"{number % 28 + 1:02}-02-2020",
            },
            ensure_ascii=False,
        )
        for number in range(1_000)
    ]
    lines[500:500] = ["", "[1]", "{kaput", '{"a": 1, "a": 2}', '{"x": "Ã¦"}']
    desk.write("kunder.jsonl", "\n".join(lines))
    export = desk.read("kunder.jsonl", columns={})
    assert export.extra_columns == ("felt_0", "felt_1", "felt_2", "felt_3")
    assert sum(export.reject_reasons.values()) == 4


def test_values_used_as_keys_are_refused(desk: SparkDesk, small_blocks: None) -> None:
    desk.write(
        "kunder.jsonl", "".join(json.dumps({str(number): 1}) + "\n" for number in range(6_000))
    )
    assert "more than 5,000 different keys" in desk.refusal("kunder.jsonl", columns={})


def test_asterisk_and_cisco_are_known(desk: SparkDesk, small_blocks: None) -> None:
    desk.write("Master.csv", f"{master(18)}\n" * 200)
    assert desk.read("Master.csv", table="cdr", columns={}).rows == 200
    desk.write(
        "cucm.csv",
        "cdrRecordType,callingPartyNumber,dateTimeOrigination,duration\nINTEGER,VARCHAR(50),INTEGER,INTEGER\n"
        + "1,101,1767225600,5\n" * 500,
    )
    assert (
        desk.read(
            "cucm.csv",
            table="cdr",
            columns={
                "a_number": "callingPartyNumber",
                "start_at": "dateTimeOrigination",
                "duration_s": "duration",
            },
        ).rows
        == 500
    )


def test_many_files_of_all_kinds_make_one_export(desk: SparkDesk, small_blocks: None) -> None:
    for number in range(40):
        desk.write(
            f"{number % 4}/kunder_{number:02}.csv", "Kundenr;Navn\n" + f"{number};a\n" * number
        )
    desk.write("0/tom.csv", "")
    desk.write("1/hoved.csv", "Kundenr;Navn;By")
    desk.write("2/kunder.jsonl", '{"Kundenr": "1", "Navn": "b", "Land": "DK"}\n')
    pq.write_table(
        pa.table({"Kundenr": ["7"] * 10, "Navn": ["c"] * 10, "Tal": [1] * 10}),
        desk.root / "3/kunder.parquet",
    )
    assert desk.read("*/*", columns=NAMES).rows == sum(range(40)) + 11
    assert desk.read("3/kunder_*", columns=NAMES).rows == sum(range(3, 40, 4))
    desk.write("4/a.csv", "")
    desk.write("4/b.csv", "Kundenr;Navn\n")
    assert desk.read("4/*", columns=NAMES).problem is not None


@pytest.mark.parametrize(
    "name",
    ["år=2026/kunder 1%20æøå #+&,;[a]{b,c}.csv", "a/b/_kunder.csv", "kunder.csv.bz2", "12:00.csv"],
)
def test_files_have_any_name(desk: SparkDesk, name: str) -> None:
    desk.write(name, GOOD)
    assert desk.read("**/*").rows == 2


def test_parquet_is_read_by_spark_itself(desk: SparkDesk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("teleaudit.engines.spark.reading.read_export", None)
    moment = wall_clock(2026, 7, 1, 12)
    rows = {
        "Kundenr": pa.array([17, None, 18], pa.int64()),
        "Navn": pa.array(["A", "-", ""]),
        "Oprettet": pa.array(["13-02-2026", None, "01-02-2026"]),
        "Ophørsdato": pa.array([dt.date(9999, 12, 31), None, dt.date(1500, 2, 13)]),
        "Saldo": pa.array([1.5, None, float("nan")]),
        "small.tal`": pa.array([1, None, 255], pa.uint8()),
        "stort": pa.array([2**64 - 1, None, 0], pa.uint64()),
        "float": pa.array([1.5, None, 1e20], pa.float32()),
        "zone": pa.array(
            [moment, None, dt.datetime(1850, 1, 1)],  # noqa: DTZ001 (its zone is the column's)
            pa.timestamp("us", tz="Asia/Tokyo"),
        ),
        "uden": pa.array([moment, None, wall_clock(1500, 1, 1)], pa.timestamp("ms")),
        "decimal": pa.array([Decimal("1.50"), None, Decimal("-7.25")], pa.decimal128(38, 2)),
        "ja": pa.array([True, None, False]),
        "bytes": pa.array([b"\x00\xff", None, b"a"]),
        "kategori": pa.array(["x", None, "y"]).dictionary_encode(),
        "liste": pa.array([["a", None], None, []]),
        "struct": pa.array(
            [{"a": 1, "b": {"c": [dt.date(2026, 1, 1)]}}, None, {"a": None, "b": None}]
        ),
        "map": pa.array([[("k", 1)], None, []], pa.map_(pa.string(), pa.int32())),
    }
    table = pa.table(rows)
    pq.write_table(pa.concat_tables([table] * 50), desk.root / "kunder_1.parquet", row_group_size=7)
    pq.write_table(table, desk.root / "kunder_2.parquet")
    pq.write_table(
        table.drop(["map", "liste"]),
        desk.root / "kunder_3.parquet",
        compression="zstd",
        version="1.0",
    )
    export = desk.read("kunder_*.parquet")
    assert [file.rows for file in export.files] == [150, 3, 3]
    desk.read(
        "kunder_1.parquet",
        table="cdr",
        columns={
            "start_at": "zone",
            "answer_at": "uden",
            "billsec": "Saldo",
            "duration_s": "small.tal`",
            "end_at": "Oprettet",
        },
        timezone="UTC",
    )


@pytest.mark.parametrize(
    "column",
    [
        pa.array([wall_clock(2026, 1, 1)], pa.timestamp("ns")),
        pa.array([dt.time(12)]),
        pa.array([dt.timedelta(1)], pa.duration("us")),
    ],
)
def test_parquet_types_that_spark_reads_otherwise_are_read_by_the_driver(
    desk: SparkDesk, column: pa.Array
) -> None:
    pq.write_table(pa.table({"Kundenr": ["1"], "Tid": column}), desk.root / "kunder.parquet")
    assert desk.read("kunder.parquet", columns={"customer_id": "Kundenr"}).rows == 1


def test_columns_that_spark_cannot_tell_apart_are_read_by_the_driver(desk: SparkDesk) -> None:
    pq.write_table(pa.table({"Kundenr": ["1"], "NAVN": ["A"]}), desk.root / "kunder.parquet")
    pq.write_table(pa.table({"Kundenr": ["1"], "_metadata": ["A"]}), desk.root / "andre.parquet")
    assert desk.read("*.parquet", columns={"customer_id": "Kundenr"}).rows == 2


def test_what_cannot_be_cut_is_read_by_the_driver(desk: SparkDesk) -> None:
    desk.write("kunder_1.csv", GOOD, "utf-16")
    desk.write("kunder_2.csv", GOOD.replace("\n", "\r"))
    desk.write("kunder_3.csv", GOOD)
    workbook(desk, [["Kundenr", "Navn"], [17, "a"]], "kunder_4.xlsx")
    export = desk.read("kunder_*", columns=NAMES)
    assert [file.rows for file in export.files] == [2, 2, 2, 1]


def mounted(desk: SparkDesk) -> SparkDesk:
    """The same desk under a URL of another file system: Hadoop's view of several, mounted on the
    folder.
    """
    table = desk.root.parent.name.replace("_", "-")
    desk.session.conf.set(f"fs.viewfs.mounttable.{table}.link./data", desk.root.as_uri())
    return replace(desk, url=f"viewfs://{table}/data")


def test_any_file_system_of_hadoop_will_do(desk: SparkDesk, small_blocks: None) -> None:
    away = mounted(desk)
    away.write("2026/år 1/kunder æ%20.csv", untidy(300, seed=9))
    away.write("2026/.skjult/kunder.csv", GOOD)
    away.write("2026/.skjult.csv", GOOD)
    away.write("2026/~$kunder.csv", GOOD)
    away.write("2026/b/c/kunder.csv", GOOD)
    pq.write_table(pa.table({"Kundenr": ["7"] * 10}), desk.root / "2026/kunder.parquet")
    workbook(desk, [["Kundenr", "Navn"], [17, "a"]], "2026/kunder.xlsx")
    for pattern in (
        "2026/år*/kunder*.csv",
        "**/*.csv",
        "2026/*.parquet",
        "2026/*/*/k*.csv",
        "2026/kunder.xlsx",
        "2026/[a-b]/c/kunder.csv",
        "2026/b/c/kunder.csv",
    ):
        assert away.read(pattern, columns={"customer_id": "Kundenr"}).rows > 0
    for pattern in (
        "2027/*.csv",
        "2026/kunder.csv",
        "2026",
        "2026/*/c",
        "2026/{b,c}/*/*.csv",
        "**",
    ):
        assert (
            away.read(pattern, columns={"customer_id": "Kundenr"}).problem
            == f"no file matches {pattern}"
        )
    for pattern in ("../x.csv", "/x.csv"):
        with pytest.raises(ExportError, match="leaves the folder of the exports"):
            away.read(pattern)


def test_a_url_of_the_driver_s_own_disk_is_its_folder(desk: SparkDesk) -> None:
    desk.write("kunder.csv", GOOD)
    assert replace(desk, url=desk.root.as_uri()).read("kunder.csv").rows == 2


@pytest.mark.parametrize("url", ["ukendt://a/b", "viewfs://ingen-tabel/a"])
def test_a_root_that_cannot_be_opened_is_refused(desk: SparkDesk, tmp_path: Path, url: str) -> None:
    with pytest.raises(
        ExportError, match=r"The exports folder cannot be opened \(\w+\)\. Is its address right"
    ):
        read_export_on_spark(
            desk.session,
            "kunder",
            ExportSpec(table="crm_customer", files="*.csv"),
            root=url,
            work=tmp_path / "w",
        )


def refused(desk: SparkDesk, meddle: object) -> str:
    """What reading says of a file that is meddled with once it was surveyed."""
    spec = ExportSpec(table="crm_customer", files="kunder.csv", columns=NAMES)
    with pytest.raises(ExportError) as caught:
        read_export_on_spark(
            desk.session,
            "kunder",
            spec,
            root=str(desk.root),
            work=desk.work,
            progress=lambda _file, _rows: meddle(),  # type: ignore[operator]
        )
    assert not list(desk.work.iterdir())
    return str(caught.value)


def test_a_file_that_changes_while_it_is_read_is_refused(
    desk: SparkDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = desk.write("kunder.csv", GOOD)
    message = "kunder.csv changed while it was read. Run again when the export is complete."
    assert (
        refused(desk, lambda: path.write_text(GOOD + "0019;hemmelig\n", encoding="utf-8"))
        == message
    )
    desk.write("kunder.csv", GOOD)
    assert refused(desk, path.unlink) == message
    desk.write("kunder.csv", GOOD)
    monkeypatch.setattr(files.FoundFile, "refuse_changed", lambda _file: None)
    assert (
        refused(desk, lambda: path.write_text(GOOD.replace("Åse", "Ida"), encoding="utf-8"))
        == "export kunder: a file changed while it was read. Run again when the export is complete."
    )


def test_a_file_that_only_the_driver_sees_is_refused(
    desk: SparkDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = desk.write("kunder.csv", GOOD)
    monkeypatch.setattr(files.FoundFile, "refuse_changed", lambda _file: None)
    assert refused(desk, path.unlink).startswith(
        "export kunder: a file is visible to the driver but not to the executors. Put the exports"
        " on storage that all of them reach"
    )


def test_no_message_holds_a_value(desk: SparkDesk, monkeypatch: pytest.MonkeyPatch) -> None:
    def leak(_rows: object) -> object:
        return desk.session.sql("SELECT raise_error('hemmelig')").collect()

    desk.write("kunder.csv", GOOD)
    spec = ExportSpec(table="crm_customer", files="kunder.csv", columns=NAMES)
    with pytest.raises(RuntimeError) as caught:
        read_export_on_spark(
            desk.session,
            "kunder",
            spec,
            root=str(desk.root),
            work=desk.work,
            keep=leak,  # type: ignore[arg-type]
        )
    assert str(caught.value) == "export kunder: USER_RAISED_EXCEPTION in Spark"
    assert caught.value.__suppress_context__


def test_every_row_is_made_once(desk: SparkDesk) -> None:
    desk.write("kunder.csv", GOOD)
    spec = ExportSpec(table="crm_customer", files="kunder.csv", columns=NAMES)
    _, rows = read_export_on_spark(
        desk.session, "kunder", spec, root=str(desk.root), work=desk.work
    )
    assert rows is not None
    shutil.rmtree(desk.root)
    assert rows.count() == 2
    rows.unpersist()


def test_the_settings_are_those_that_spark_knows(desk: SparkDesk) -> None:
    before = {name: desk.session.conf.get(name, None) for name in reading.SESSION_SETTINGS}
    for name, value in reading.SESSION_SETTINGS.items():
        desk.session.conf.set(name, value)
    try:
        desk.write("kunder.csv", untidy(300, seed=3))
        assert desk.read("kunder.csv", columns=NAMES).rows > 200
    finally:
        for name, old in before.items():
            desk.session.conf.unset(name) if old is None else desk.session.conf.set(name, old)
