"""Whoever has the record alone cannot find out which number or customer a reference stands for;
whoever has the closed annex finds every record.
"""

from __future__ import annotations

import csv
import hashlib
import hmac
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path

import pytest

from teleaudit.checks.worklist import RECORDS, Worklist, new_reference_key
from teleaudit.rules.audit_file import load_audit
from teleaudit.rules.rulebook import rulebook_of
from teleaudit.rules.verdicts import Deviation, Owner
from teleaudit.runs.folder import run_folder
from teleaudit.runs.lookup import look_up
from tests.command import ROOT, results_of
from tests.test_privacy import SHORTEST, found_in, our_own, texts_of
from tests.whole_run import WholeRun

_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_NUMBERS = 10**8  # of eight digits, as in Denmark
_BYTES = 10  # of a hash that a reference shows
Hash = Callable[[bytes], bytes]


def shown(told: str) -> bytes:
    """The part of a hash that a reference shows."""
    symbols = told.removeprefix("R-").replace("-", "")[:-1]
    number = sum(_ALPHABET.index(symbol) << 5 * place for place, symbol in enumerate(symbols))
    return number.to_bytes(_BYTES, "big")


def hashes(*, keys: Iterable[bytes]) -> Iterator[Hash]:
    """What a reference could be made by, as far as a reader of the record can tell: no key, or one
    that stands there.
    """
    yield lambda text: hashlib.sha256(text).digest()
    yield lambda text: hashlib.sha512(text).digest()
    yield lambda text: hashlib.blake2b(text).digest()
    for key in keys:
        yield partial(_keyed, key)


def _keyed(key: bytes, text: bytes) -> bytes:
    return hmac.digest(key, text, "sha256")


def found_by_trying(
    references: Iterable[str], data_sets: Iterable[str], tried: Iterable[str], *, keys: list[bytes]
) -> set[str]:
    """What of that which was tried has one of the references."""
    targets, ways = {shown(told) for told in references}, [*hashes(keys=keys)]
    prefixes = [b"", *(f"{name}\0".encode() for name in data_sets)]
    return {
        one
        for one in tried
        for prefix in prefixes
        for way in ways
        if way(prefix + one.encode())[:_BYTES] in targets
    }


def records_of(folder: Path) -> list[dict[str, str]]:
    with (folder / "restricted" / RECORDS).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def listed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run that lists customers and phone numbers by a key of its own; without a report."""
    check = next(
        check
        for check in rulebook_of(load_audit(ROOT / "audits/bizzy")).checks
        if check.id == "BIZ-ret-3.customer"
    )
    key = new_reference_key()
    with run_folder(tmp_path_factory.mktemp("listed"), "bizzy") as folder:
        (folder.restricted / "reference_key").write_text(key.hex(), encoding="ascii")
        with (
            Worklist(folder.restricted / "worklist.csv", key) as worklist,
            worklist.writer_for(check) as add,
        ):
            for n in range(25):
                add(Deviation(f"K{n:06}", owner=Owner(f"K{n:06}")))
                add(Deviation(f"{22_000_000 + 7 * n}", owner=Owner(f"K{n:06}")))
        folder.seal("0" * 64)
    return folder.path


def test_without_the_key_trying_finds_nothing_and_with_it_everything(listed: Path) -> None:
    records = records_of(listed)
    keys = {line["record_key"] for line in records}
    tried = keys | {f"{number:08}" for number in range(22_000_000, 22_002_000)}
    known = [b"", bytes(32), listed.name.encode(), b"bizzy"]
    secret = bytes.fromhex((listed / "restricted" / "reference_key").read_text(encoding="ascii"))
    references = [line["record_reference"] for line in records]
    tries = partial(found_by_trying, references, ["crm_customer"], tried)

    assert tries(keys=known) == set()
    assert tries(keys=[secret]) == keys


def test_with_the_closed_annex_every_record_is_found(listed: Path) -> None:
    for line in records_of(listed):
        found = look_up(line["record_reference"], [listed])
        assert (found.record_key, found.customer_id) == (line["record_key"], line["customer_id"])


# A whole run


@pytest.fixture
def bizzy(whole: Callable[..., WholeRun]) -> WholeRun:
    return whole("bizzy", notebooks=True)


@pytest.mark.whole_run
def test_the_record_bears_references_of_the_annex_and_nothing_else_of_it(bizzy: WholeRun) -> None:
    records, results = records_of(bizzy.folder), results_of(bizzy.folder)
    # a column is a record of its own; a file's name may be said
    values = {
        cell
        for line in records
        for cell in (line["customer_id"], *line["record_key"].split("|"))
        if len(cell) >= SHORTEST and cell != line["column"] and ":" not in cell
    }
    values -= found_in(our_own(), values)  # a role, or the operator's name, is part of some keys
    texts = {**dict(texts_of(bizzy.folder)), "stdout": bizzy.ended.out, "stderr": bizzy.ended.err}
    printed = {told for check in results["checks"] for told in check["references"]}

    assert len(values) > 100
    assert printed
    assert printed <= {line["record_reference"] for line in records}
    assert {name: found for name, text in texts.items() if (found := found_in(text, values))} == {}


@pytest.mark.whole_run
@pytest.mark.deep
def test_every_record_of_a_run_is_found_and_no_customer_by_trying(bizzy: WholeRun) -> None:
    records, results = records_of(bizzy.folder), results_of(bizzy.folder)
    known = [b"", bytes(32), results["run_id"].encode(), results["audit"].encode()]
    # ids, with what a spreadsheet would compute disarmed
    customers = {line["customer_id"].removeprefix("'") for line in records}
    references = {line["record_reference"]: line for line in records}
    data_sets = {line["dataset"] for line in records}

    assert found_by_trying(references, data_sets, customers, keys=known) == set()
    for told, line in references.items():
        assert look_up(told, [bizzy.folder]).data_set == line["dataset"]


def _numbers_found(start: int, *, end: int, prefix: bytes, targets: frozenset[bytes]) -> int:
    """How many numbers from one on have one of the references, without a key."""
    begun, found = hashlib.sha256(prefix), 0
    for number in range(start, end):
        one = begun.copy()
        one.update(b"%08d" % number)
        found += one.digest()[:_BYTES] in targets
    return found


@pytest.mark.whole_run
@pytest.mark.deep
@pytest.mark.parametrize("prefix", ["", "crm_customer\0", "number_assignment\0"])
def test_no_number_of_eight_digits_is_found_by_trying_all(bizzy: WholeRun, prefix: str) -> None:
    planted = hashlib.sha256(f"{prefix}31415926".encode()).digest()[:_BYTES]
    targets = frozenset(shown(line["record_reference"]) for line in records_of(bizzy.folder))
    step = _NUMBERS // 20
    count = partial(_count, step=step, prefix=prefix.encode(), targets=targets | {planted})
    with ProcessPoolExecutor() as pool:
        assert sum(pool.map(count, range(0, _NUMBERS, step))) == 1  # the one that was planted


def _count(start: int, *, step: int, prefix: bytes, targets: frozenset[bytes]) -> int:
    return _numbers_found(start, end=start + step, prefix=prefix, targets=targets)
