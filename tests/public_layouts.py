"""Call records in the layouts of three systems, as their documentation and published files show
them. All calls are invented.

    python -m tests.public_layouts udtraek

Written are a mobile operator's list (the headers of a published generator of notional records),
Asterisk's Master.csv, which has no header, and what Cisco CUCM delivers by the hour, with the types
of its columns on the second line.
"""

from __future__ import annotations

import argparse
import csv
import datetime as dt
import random
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

CALLS = 400  # of each system
_MOBILE = [
    "RecordID",
    "SubscriberID",
    "SubscriberRole",
    "EventTimestamp",
    "Direction",
    "EventType",
    "CallingNumber",
    "CalledNumber",
    "DurationSec",
    "SMSLength",
    "IMEI",
    "IMSI",
    "CellTowerID",
    "TowerName",
    "Latitude",
    "Longitude",
    "Country",
]
_CUCM = {
    "cdrRecordType": "INTEGER",
    "globalCallID_callManagerId": "INTEGER",
    "globalCallID_callId": "INTEGER",
    "origLegCallIdentifier": "INTEGER",
    "dateTimeOrigination": "INTEGER",
    "origDeviceName": "VARCHAR(129)",
    "callingPartyNumber": "VARCHAR(50)",
    "originalCalledPartyNumber": "VARCHAR(50)",
    "finalCalledPartyNumber": "VARCHAR(50)",
    "dateTimeConnect": "INTEGER",
    "dateTimeDisconnect": "INTEGER",
    "duration": "INTEGER",
}
_TOWERS = (("T1", "Lyngbakken", "55.91", "9.71"), ("T2", "Østre Havn", "57.05", "9.94"))
_BEGIN = dt.datetime(2026, 3, 2, 8, tzinfo=dt.UTC)


def write_exports(folder: Path, seed: int = 11) -> None:
    """The files of the three systems, each in a folder of its own."""
    random_ = random.Random(seed)  # noqa: S311 (invented calls, the same each time)
    _write(folder / "mobil" / "notional_mobile_cdr.csv", [_MOBILE, *_mobile(random_)])
    _write(folder / "asterisk" / "Master.csv", _asterisk(random_), quoted=True)
    for hour, calls in enumerate(_halves(list(_cucm(random_)))):
        name = f"cdr_StandAloneCluster_01_2026030{2 + hour}0900_{10 + hour}"
        _write(folder / "cucm" / f"{name}.csv", [list(_CUCM), list(_CUCM.values()), *calls])


def _mobile(random_: random.Random) -> Iterator[Sequence[object]]:
    for number in range(CALLS):
        is_message = number % 3 == 0
        tower = random_.choice(_TOWERS)
        yield (
            f"R{number:05}",
            f"SUB{number % 40:03}",
            "USER",
            f"{_moment(number):%Y-%m-%d %H:%M:%S}",
            random_.choice(("MO", "MT")),
            "SMS" if is_message else "VOICE",
            _phone(random_),
            _phone(random_),
            "" if is_message else random_.randrange(5, 1_800),
            random_.randrange(2, 160) if is_message else "",
            f"{random_.randrange(10**14):015}",
            f"23801{random_.randrange(10**10):010}",
            *tower,
            "DK",
        )


def _asterisk(random_: random.Random) -> Iterator[Sequence[object]]:
    for number in range(CALLS):
        start, spoken = _moment(number), random_.randrange(5, 900)
        answer = start + dt.timedelta(seconds=6)
        end = answer + dt.timedelta(seconds=spoken)
        yield (
            f"K{number % 30}",
            _phone(random_),
            str(600 + number % 4),
            "from-pstn",
            "",
            f"PJSIP/trunk-{number:08x}",
            f"PJSIP/{200 + number % 9}-{number:08x}",
            "Dial",
            f"PJSIP/{200 + number % 9},20",
            *(f"{moment:%Y-%m-%d %H:%M:%S}" for moment in (start, answer, end)),
            spoken + 6,
            spoken,
            "ANSWERED",
            "DOCUMENTATION",
            f"{start.timestamp():.0f}.{number}",
            "",
        )


def _cucm(random_: random.Random) -> Iterator[Sequence[object]]:
    for number in range(CALLS):
        start, spoken = int(_moment(number).timestamp()), random_.randrange(5, 900)
        called = _phone(random_)
        yield (
            1,
            1,
            5_000 + number,
            90_000 + number,
            start,
            f"SEP0011223344{number % 90:02}",
            str(7_000 + number % 90),
            called,
            called,
            start + 5,
            start + 5 + spoken,
            spoken,
        )


def _moment(number: int) -> dt.datetime:
    return _BEGIN + dt.timedelta(minutes=37 * number)


def _phone(random_: random.Random) -> str:
    return f"+45{random_.choice('2345679')}{random_.randrange(10**7):07}"


def _halves(rows: list[Sequence[object]]) -> Iterator[list[Sequence[object]]]:
    middle = len(rows) // 2
    yield rows[:middle]
    yield rows[middle:]


def _write(path: Path, rows: Iterable[Sequence[object]], *, quoted: bool = False) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, quoting=csv.QUOTE_NONNUMERIC if quoted else csv.QUOTE_MINIMAL).writerows(
            rows
        )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    write_exports(parser.parse_args().folder)
