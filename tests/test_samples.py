"""The invented exports: the same every time, wholly invented, and with every kind of deviation an
audit can find.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
import re
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow.parquet as pq
import pytest
from _pytest.mark import ParameterSet
from stdnum import luhn
from stdnum.dk import cvr

import teleaudit_samples
from teleaudit.detectors import knowledge
from teleaudit.detectors.cpr_number import birth_year, passes_modulus_11
from teleaudit.errors import UserError
from teleaudit.rules.audit_file import load_audit
from teleaudit.rules.rulebook import rulebook_of
from teleaudit.schema import TABLES, Kind
from teleaudit_samples import EXPECTED_FINDINGS, TELEDATA_ROWS, check_ids, write_samples
from teleaudit_samples.layouts import extra_columns, layouts
from teleaudit_samples.registers.content import NETWORK_NAMES
from teleaudit_samples.world import MARKS, OPERATORS, World

ROOT = Path(__file__).resolve().parents[1]
COMMITTED = ROOT / "data_samples"
MAX_BYTES = 12_000_000
BOTH = tuple(OPERATORS)
CPR_DIGITS = 10
LARGE = 500  # rows of a data set that is no small register

# Checks of the suites for which nothing is planted, and why.
NOT_PLANTED = {
    "BIZ-tele-1.cdr": "Asterisk's Master.csv has fixed columns",
    "HYG-location.cdr": "the same; of Kazoom's usage records it is planted",
    "HYG-location.interconnect": "of Kazoom's it is planted; Bizzy's are held against a list too",
    **dict.fromkeys(
        (
            f"HYG-location.{table}"
            for table in (
                "ip_session",
                "crm_customer",
                "crm_interaction",
                "subscription",
                "number_assignment",
                "invoice",
                "disclosure",
                "recording_index",
                "access_log",
            )
        ),
        "asks after columns named for places, as planted in others of its data sets",
    ),
    "KAZ-f.follow_up": "rests on the one parameter that the sample audit leaves open",
    **dict.fromkeys(
        ("KAZ-b1.cdr", "KAZ-b1.interconnect", "KAZ-b1.number_assignment", "KAZ-b1.subscription"),
        "asks after columns named for people, as planted in others of its data sets",
    ),
    **{
        f"{clause}.{table}": "asks the same of every table, as planted in others"
        for clause in ("HYG-messages", "HYG-browsing")
        for table in TABLES
    },
    **{
        f"HYG-cpr.{table}": (
            "asks after columns named for CPR numbers, as planted in others of its data sets"
        )
        for table in TABLES
    },
    **{
        f"HYG-dates.{table.name}": "has no date that its main checks need"
        for table in TABLES.values()
        if not any(c.required and c.kind in {Kind.DATE, Kind.TIMESTAMP} for c in table.columns)
    },
    **{f"HYG-key.{table.name}": "has no key" for table in TABLES.values() if not table.key},
}

# Checks that tell the same fact from two sides: a column outside the policy's list, and what stands
# in its cells.
SAME_FACT = {
    "KAZ-q.session_columns": ("KAZ-q.browsing_ip_session",),
    "BIZ-tele-1.ip_session": ("BIZ-tele-1.browsing_ip_session",),
}


@pytest.fixture(scope="module")
def fresh(tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("samples")
    write_samples(target)
    return target


def findings(folder: Path) -> list[tuple[str, str]]:
    with (folder / EXPECTED_FINDINGS).open(encoding="utf-8", newline="") as file:
        header, *rows = csv.reader(file)
    assert header == ["check_id", "record_key"]
    return [(check_id, key) for check_id, key in rows]


def contents(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def text_of(folder: Path) -> str:
    """Every cell of every export, as one text."""
    parts = [
        path.read_text(
            encoding=(
                "windows-1252"
                if folder.name == "bizzy" and path.name not in {"Master.csv", EXPECTED_FINDINGS}
                else "utf-8"
            )
        )
        for path in folder.glob("*.csv")
    ]
    parts += [path.read_text(encoding="utf-8") for path in folder.glob("*.jsonl")]
    parts += [
        pq.read_table(path).to_pandas().to_csv(index=False) for path in folder.glob("*.parquet")
    ]
    parts += [
        pd.read_excel(path, engine="calamine", dtype=str).to_csv(index=False)
        for path in folder.glob("*.xlsx")
    ]
    return "\n".join(parts)


def test_a_second_run_gives_the_same_bytes_even_under_another_hash_seed(
    fresh: Path, tmp_path: Path
) -> None:
    command = (
        "import sys; from pathlib import Path; from teleaudit_samples import write_samples;"
        " write_samples(Path(sys.argv[1]))"
    )
    subprocess.run(
        [sys.executable, "-c", command, str(tmp_path)],
        check=True,
        env={"PYTHONHASHSEED": "7", "PYTHONPATH": str(ROOT)},
        cwd=tmp_path,
    )
    assert contents(tmp_path) == contents(fresh)


def test_another_seed_gives_other_people(fresh: Path, tmp_path: Path) -> None:
    write_samples(tmp_path, seed=1, operators=("bizzy",))
    assert (tmp_path / "bizzy" / "kunder.csv").read_bytes() != (
        fresh / "bizzy" / "kunder.csv"
    ).read_bytes()


def test_the_committed_samples_are_the_generated_ones(fresh: Path) -> None:
    assert contents(COMMITTED).keys() == contents(fresh).keys()
    for name, written in contents(fresh).items():
        committed = COMMITTED / name
        if committed.suffix == ".parquet":  # its bytes name the library's version
            assert pq.read_table(committed).equals(pq.read_table(fresh / name))
        else:
            assert committed.read_bytes() == written, (
                f"{name}: run `teleaudit samples data_samples`"
            )


def test_the_committed_samples_are_small(fresh: Path) -> None:
    assert sum(len(written) for written in contents(fresh).values()) <= MAX_BYTES


@pytest.mark.parametrize("operator", BOTH)
def test_every_check_finds_something_and_each_finding_is_listed_once(
    fresh: Path, operator: str
) -> None:
    found = findings(fresh / operator)
    audit = load_audit(ROOT / "audits" / operator)
    checks = {check.id for suite in rulebook_of(audit).suites for check in suite.checks}
    assert {check_id for check_id, _ in found} == set(check_ids(operator))
    assert found == sorted(set(found))
    assert set(check_ids(operator)) <= checks
    assert checks - set(check_ids(operator)) <= NOT_PLANTED.keys()


@pytest.mark.parametrize("operator", BOTH)
@pytest.mark.parametrize(
    "customers", [60, pytest.param(teleaudit_samples.CUSTOMERS, marks=pytest.mark.deep)]
)
def test_the_clean_world_has_nothing_to_find(tmp_path: Path, operator: str, customers: int) -> None:
    write_samples(tmp_path, operators=(operator,), clean=True, customers=customers)
    assert findings(tmp_path / operator) == []


def every_kind(*, always_one_in: int) -> list[ParameterSet]:
    """Some of them in every run of the tests, all in the long ones."""
    pairs = [(operator, check_id) for operator in BOTH for check_id in check_ids(operator)]
    return [
        pytest.param(*pair, marks=() if place % always_one_in == 0 else (pytest.mark.deep,))
        for place, pair in enumerate(pairs)
    ]


@pytest.mark.parametrize(("operator", "check_id"), every_kind(always_one_in=40))
def test_each_kind_planted_alone_is_expected_alone(
    small: Callable[..., dict[str, bytes]], operator: str, check_id: str
) -> None:
    planted = small(operator, only=check_id)  # what is planted does not depend on the others
    assert {found for found, _ in listed(planted)} == {check_id, *SAME_FACT.get(check_id, ())}


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., dict[str, bytes]]:
    """The files of an operator's small sample, with what ``write_samples`` is told about its
    deviations.
    """
    interned: dict[bytes, bytes] = {}

    @cache
    def written(operator: str, **deviations: Any) -> dict[str, bytes]:
        folder = tmp_path_factory.mktemp("small")
        write_samples(folder, operators=(operator,), rows=1_000, customers=60, **deviations)
        files = contents(folder / operator)
        shutil.rmtree(folder)
        # four hundred samples that differ in a few files
        return {name: interned.setdefault(content, content) for name, content in files.items()}

    return written


def changed(before: dict[str, bytes], after: dict[str, bytes]) -> set[str]:
    return {name for name in before.keys() | after.keys() if before.get(name) != after.get(name)}


def rows_of(name: str, written: bytes) -> list[dict[str, object]]:
    """The rows of a text file by header, without broken ones; of the invoices' workbook and the
    call records none.
    """
    if name.endswith(".jsonl"):
        return [json.loads(line) for line in written.splitlines()]
    if not name.endswith(".csv") or name == "Master.csv":
        return []
    text = written.decode("utf-8" if b"\r\n" not in written else "windows-1252")
    read = csv.DictReader(
        io.StringIO(text, newline=""), delimiter=";" if ";" in text.splitlines()[0] else ","
    )
    return [dict(row) for row in read if None not in row]


@pytest.mark.parametrize(("operator", "check_id"), every_kind(always_one_in=40))
def test_a_kind_left_out_changes_nothing_but_its_own_rows(
    small: Callable[..., dict[str, bytes]], operator: str, check_id: str
) -> None:
    """No other byte of the files that the kind is not in, no other row of those that it is in, no
    other finding.
    """
    whole, less = small(operator), small(operator, without=check_id)
    clean, alone = small(operator, clean=True), small(operator, only=check_id)
    own = changed(clean, alone)

    assert EXPECTED_FINDINGS in own
    assert changed(whole, less) == own
    for name in own - {EXPECTED_FINDINGS}:
        left, those_with = rows_of(name, less.get(name, b"")), iter(rows_of(name, whole[name]))
        assert all(any(row.items() <= other.items() for other in those_with) for row in left), name
    found = {
        which: Counter(check for check, _ in listed(files))
        for which, files in {"whole": whole, "less": less, "alone": alone}.items()
    }
    assert found["whole"] - found["less"] == found["alone"]
    assert found["less"] <= found["whole"]


def listed(files: dict[str, bytes]) -> list[list[str]]:
    return list(csv.reader(files[EXPECTED_FINDINGS].decode().splitlines()))[1:]


def test_two_kinds_never_get_the_same_numbers() -> None:
    world = World(operator=OPERATORS["bizzy"], seed="1")
    world.of("a kind")
    with pytest.raises(ValueError, match="rename one of them"):
        world.of("a kind")


def test_a_misspelt_check_or_operator_is_refused_with_the_near_match(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"Did you mean 'BIZ-ret-3\.customer'"):
        write_samples(tmp_path, operators=("bizzy",), only="BIZ-ret-3.custommer")
    with pytest.raises(UserError, match="Did you mean 'kazoom'"):
        write_samples(tmp_path, operators=("kazom",))


def test_only_invented_mail_domains_and_numbers_occur(fresh: Path) -> None:
    for operator in BOTH:
        text = text_of(fresh / operator)
        assert {domain.casefold() for domain in re.findall(r"@([\w.-]+\.\w+)", text)} - set(
            NETWORK_NAMES
        ) == {"example.dk", "example.com", "example.org"}
        customers = customer_frame(fresh, operator)
        assert customers["phone"].dropna().str.startswith("01").all()
        # a test customer's
        assert set(customers["mobile"].dropna()[lambda numbers: ~numbers.str.startswith("01")]) == {
            "12 34 56 78"
        }
        assert customers["postcode"].dropna().str.startswith("00").all()


def test_company_numbers_pass_modulus_11(fresh: Path) -> None:
    for operator in BOTH:
        numbers = customer_frame(fresh, operator)["cvr"].dropna()
        assert len(numbers) > 100
        assert numbers.map(cvr.is_valid).all()


def customer_frame(target: Path, operator: str) -> pd.DataFrame:
    spec = load_audit(ROOT / "audits" / operator).exports["kunder"]
    frame = pd.read_csv(
        target / operator / spec.files, sep=spec.delimiter, encoding=spec.encoding, dtype=str
    )
    return frame.rename(columns={header: name for name, header in spec.columns.items()})


def test_what_looks_like_a_card_and_is_none_is_there(fresh: Path) -> None:
    usage = pq.read_table(fresh / "kazoom" / "forbrug.parquet").to_pandas()
    assert usage["imei"].dropna().map(luhn.is_valid).all()
    assert usage["iccid"].dropna().str.fullmatch(r"8945\d{15}").all()
    invoices = pd.read_excel(fresh / "bizzy" / "fakturaer.xlsx", engine="calamine", dtype=str)
    slips = invoices["Betalings-id"]
    assert slips.str.fullmatch(r"\d{16}").all()
    assert slips.map(luhn.is_valid).all()
    assert slips.str.startswith("4").mean() > 0.3


def test_planted_cards_pass_luhn_and_are_no_public_test_cards(fresh: Path) -> None:
    references = (
        pd.read_csv(fresh / "kazoom" / "betalinger.csv", dtype=str)["kortreference"],
        pd.read_csv(fresh / "kazoom" / "abonnementer.csv", dtype=str)["ekstern_reference"],
    )
    numbers = pd.concat(
        [
            *(column.where(column.str.len() > CPR_DIGITS) for column in references),
            pq.read_table(fresh / "kazoom" / "forbrug.parquet")
            .to_pandas()["efterkald"]
            .where(lambda text: text.str.len() > CPR_DIGITS),
        ]
    ).dropna()
    assert len(numbers) == 24
    assert numbers.map(luhn.is_valid).all()
    assert set(numbers.str[:4]) == {"5019", "4571", "2223", "2541", "2718", "4539", "5234", "5413"}
    assert not set(numbers) & knowledge.test_cards()


def test_planted_cpr_numbers_are_those_of_people_yet_to_be_born(fresh: Path) -> None:
    text = text_of(fresh / "kazoom") + text_of(fresh / "bizzy")
    numbers = {
        digits.replace("-", "")
        for digits in re.findall(
            r"(?i)(?:cpr|personnummer|cprnr)[a-z.]*(?: er)? ([0-9]{6}-?[0-9]{4})", text
        )
    }
    assert len(numbers) > 200
    assert "3102000000" not in numbers
    assert {
        (passes_modulus_11(number), 2037 <= birth_year(number) <= 2057) for number in numbers
    } == {(True, True)}


@pytest.mark.parametrize("operator", BOTH)
def test_the_audit_finds_every_export_and_maps_every_canonical_column_in_it(
    fresh: Path, operator: str
) -> None:
    audit = load_audit(ROOT / "audits" / operator)
    assert {spec.table for spec in audit.exports.values()} == set(TABLES)
    assert audit.as_of == dt.date(2026, 11, 22)
    for spec in audit.exports.values():
        assert list((fresh / operator).glob(spec.files)), spec.files
        if spec.table != "cdr":
            columns = layouts(OPERATORS[operator])[spec.table].columns
            assert spec.columns.keys() == {
                name for name in columns if name in TABLES[spec.table].names
            }


@pytest.mark.parametrize("operator", BOTH)
def test_every_value_of_a_row_has_a_column_in_its_file(operator: str) -> None:
    world = teleaudit_samples._world(
        OPERATORS[operator], customers=60, seed=1, clean=False, only=None, without=None
    )
    for table, layout in layouts(world.operator).items():
        filled = {
            column
            for row in world.tables[table]
            for column, value in row.items()
            if value is not None and column != MARKS
        }
        assert filled <= layout.columns.keys() | extra_columns(world.operator, table).keys(), table


def test_the_usage_records_are_mapped_by_columns_that_exist(fresh: Path) -> None:
    names = pq.read_schema(fresh / "kazoom" / "forbrug.parquet").names
    mapped = load_audit(ROOT / "audits" / "kazoom").exports["forbrug"].columns
    assert set(mapped.values()) <= set(names)
    assert {"imei", "iccid", "takst", "fejltekst", "efterkald", "sms_text", "cell_id"} == set(
        names
    ) - set(mapped.values())


def test_kazooms_invoices_lie_in_two_files_of_one_pattern(fresh: Path) -> None:
    assert (
        len(
            list(
                (fresh / "kazoom").glob(
                    load_audit(ROOT / "audits" / "kazoom").exports["fakturaer"].files
                )
            )
        )
        == 2
    )


def test_impossible_dates_stay_below_half_a_percent_of_the_large_data_sets(fresh: Path) -> None:
    for operator in BOTH:
        bad = Counter(
            check_id.removeprefix("HYG-dates.")
            for check_id, _ in findings(fresh / operator)
            if check_id.startswith("HYG-dates.")
        )
        for table, layout in layouts(OPERATORS[operator]).items():
            if any(column.kind is Kind.DATE for column in TABLES[table].columns):
                name = layout.file({"period_to": "2025", "issue_date": "2025"})
                rows = (
                    len((fresh / operator / name).read_bytes().splitlines())
                    if not name.endswith("xlsx")
                    else 1000
                )
                assert rows < LARGE or bad[table] < 0.005 * rows, (operator, table)


def asterisk_calls(path: Path) -> pd.DataFrame:
    names = (
        "accountcode src dst dcontext clid channel dstchannel lastapp lastdata start answer end"
        " duration billsec disposition amaflags uniqueid userfield"
    )
    return pd.read_csv(path, names=names.split(), dtype=str, keep_default_na=False)


@pytest.mark.parametrize("operator", BOTH)
def test_ordinary_teledata_deviate_in_nothing(tmp_path: Path, operator: str) -> None:
    """MappedQuery by pandas, from the files alone: neither overdue nor out of order, every invoice there
    and in its period.
    """
    write_samples(tmp_path, operators=(operator,), clean=True, rows=5_000)
    if operator == "bizzy":
        calls = asterisk_calls(tmp_path / "bizzy" / "Master.csv").rename(
            columns={"userfield": "invoice_id"}
        )
        invoices = pd.read_excel(
            tmp_path / "bizzy" / "fakturaer.xlsx", engine="calamine"
        ).set_index("FakturaID")
        due = pd.to_datetime(invoices["Forfaldsdato"])
    else:
        calls = (
            pq.read_table(tmp_path / "kazoom" / "forbrug.parquet")
            .to_pandas()
            .rename(columns={"slut": "end", "varighed_sek": "duration", "fakturaid": "invoice_id"})
        )
        calls["invoice_id"] = calls["invoice_id"].fillna("")
        invoices = pd.concat(
            pd.read_csv(path) for path in (tmp_path / "kazoom").glob("fakturaer_*.csv")
        ).set_index("fakturaid")
        due = pd.to_datetime(invoices["forfaldsdato"])
        assert "sms_text" not in calls
        assert "cell_id" not in calls
    ordinary = calls[pd.to_numeric(calls["duration"]) < 6_000]
    # older ones are under a legal hold
    ordinary = ordinary[pd.to_datetime(ordinary["start"]) > pd.Timestamp("2024-05-01")]
    assert len(ordinary) > 2_000
    start, end = pd.to_datetime(ordinary["start"]), pd.to_datetime(ordinary["end"])
    autumn = start.dt.date == dt.date(2026, 10, 25)
    assert ((end >= start) | autumn).all()
    unbilled = ordinary["invoice_id"] == ""
    assert start[unbilled].min() >= pd.Timestamp("2025-11-22")
    billed = calls.loc[calls["invoice_id"] != "", "invoice_id"]
    assert set(billed) <= set(invoices.index)
    assert (due[ordinary.loc[~unbilled, "invoice_id"]] >= pd.Timestamp("2023-11-22")).all()


@pytest.mark.parametrize("operator", BOTH)
def test_scaling_changes_the_number_of_teledata_and_not_what_must_be_found(
    fresh: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, operator: str
) -> None:
    monkeypatch.setattr("teleaudit_samples.teledata.BATCH_ROWS", 20_000)
    write_samples(tmp_path, operators=(operator,), rows=45_000)  # more than one batch
    if operator == "bizzy":
        keys = asterisk_calls(tmp_path / "bizzy" / "Master.csv")["uniqueid"]
    else:
        keys = (
            pq.read_table(tmp_path / "kazoom" / "forbrug.parquet", columns=["recordId"])
            .to_pandas()["recordId"]
            .fillna("")
        )
    assert len(keys) == 45_000
    assert keys[keys != ""].duplicated().sum() == 3  # the planted ones

    def without_lines(found: list[tuple[str, str]]) -> list[tuple[str, str]]:
        return sorted(
            (check_id, re.sub(r"((Master\.csv|forbrug\.parquet):)\d+", r"\1", key))
            for check_id, key in found
        )

    assert without_lines(findings(tmp_path / operator)) == without_lines(findings(fresh / operator))


def test_too_few_rows_for_what_is_planted_are_refused(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="needs more than"):
        write_samples(tmp_path, operators=("kazoom",), rows=10)


def test_lines_of_records_without_a_key_are_the_lines_of_the_file(fresh: Path) -> None:
    lines = (fresh / "bizzy" / "Master.csv").read_text(encoding="utf-8").splitlines()
    assert len(lines) == TELEDATA_ROWS["bizzy"]
    keyed_by_line = [
        int(key.rpartition(":")[2])
        for check_id, key in findings(fresh / "bizzy")
        if key.startswith("Master.csv:")
    ]
    assert len(keyed_by_line) == 4
    calls = [next(csv.reader([lines[line - 1]])) for line in keyed_by_line]
    assert sorted(call[16] == "" for call in calls) == [False, False, False, True]
    customers = (fresh / "bizzy" / "kunder.csv").read_bytes().decode("windows-1252").split("\r\n")
    joined = "\r\n".join(customers)
    assert joined.count("\n") > len(customers) - 1  # notes with line breaks inside
    for check_id, key in findings(fresh / "bizzy"):
        if check_id == "HYG-key.crm_customer":
            line = joined.replace("\r\n", "\n").split("\n")[int(key.rpartition(":")[2]) - 1]
            assert joined.count(line.split(";")[0] + ";") == 2
