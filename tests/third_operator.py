"""The exports of a third operator: invented, with Danish headers unlike those of the samples, and
the deviations planted in them.

    python -m tests.third_operator exports/havnetel          with deviations
    python -m tests.third_operator exports/havnetel --clean  without any

Nothing of it is made with the package's own sample generator: its headers, its order of columns and
its ways of writing are others.
"""

from __future__ import annotations

import argparse
import csv
import datetime as dt
import random
from collections.abc import Iterable, Sequence
from pathlib import Path

import xlsxwriter

AS_OF = dt.date(2026, 11, 22)
CUSTOMERS, CALLS, MESSAGES, INVOICES = 300, 5_000, 800, 900
ENDED_TOO_LONG, OLD_CALLS, OLD_INVOICES, CARDS, CPR_NUMBERS = 12, 40, 8, 5, 3

_FIRST = (
    "Alma",
    "Birk",
    "Clara",
    "Ditte",
    "Elias",
    "Freja",
    "Gorm",
    "Hanne",
    "Ida",
    "Jens",
    "Karla",
    "Lasse",
    "Mille",
    "Nanna",
    "Oskar",
    "Pelle",
)
_LAST = (
    "Birkholm",
    "Damsbo",
    "Enggaard",
    "Fjeldsted",
    "Granhøj",
    "Hedelund",
    "Kirkeby",
    "Lindeskov",
    "Mosegaard",
    "Nørreriis",
    "Overby",
    "Stenvad",
)
_STREETS = ("Havnegade", "Møllevej", "Strandvejen", "Skolegade", "Engvej", "Kirkestien")
_TOWNS = (
    ("5000", "Odense C"),
    ("6400", "Sønderborg"),
    ("7400", "Herning"),
    ("8900", "Randers C"),
    ("9900", "Frederikshavn"),
)
_NOTES = (
    "",
    "",
    "",
    "Ringer helst efter kl. 16",
    "Ønsker papirfaktura",
    "Aftalt nyt møde til foråret",
    "Har spurgt til fastnet",
)
_CARDS = (
    "4571 8332 1175 6643",
    "4571 3310 0928 4456",
    "5413 3300 8902 1118",
    "4571 9923 4410 0036",
    "5457 6238 9823 4113",
)
_OPENINGS = (
    "Hej {name}",
    "Kære {name}",
    "Godmorgen {name}",
    "{name} altså",
    "Hej igen {name}",
    "Tak for sidst {name}",
)
_MIDDLES = (
    "jeg er forsinket, toget holder stille ved {town}",
    "kan du hente børnene kl. {hour} i dag?",
    "vi ses på {street} om en halv time",
    "lægen ringede, prøverne så fine ud",
    "husk at købe mælk og rugbrød på vej hjem",
    "skal vi tage til {town} i weekenden?",
    "mor er indlagt, men det går bedre nu",
    "jeg glemte nøglerne hos jer på {street}",
)
_ENDINGS = ("Knus", "Ring lige", "Ses snart :)", "Hilsen {other}", "", "Skriv når du er fremme")

Row = Sequence[object]


def write_exports(folder: Path, *, clean: bool = False, seed: int = 7) -> None:
    """The six files of the operator in a new or empty folder."""
    folder.mkdir(parents=True, exist_ok=True)
    random_ = random.Random(seed)  # noqa: S311 (invented people, the same each time)
    customers = _customers(random_, clean=clean)
    _write_csv(folder / "kundekartotek.csv", customers, encoding="cp1252", delimiter=";")
    _write_csv(folder / "aftaleliste.csv", _agreements(customers), encoding="cp1252", delimiter=";")
    _write_csv(
        folder / "opkaldslog.csv",
        _calls(random_, customers, clean=clean),
        encoding="utf-8",
        delimiter=",",
    )
    _write_csv(
        folder / "sms_gateway.csv", _messages(random_, clean=clean), encoding="utf-8", delimiter=";"
    )
    _write_xlsx(folder / "fakturaoversigt.xlsx", _invoices(random_, customers, clean=clean))
    _write_csv(
        folder / "regnskabsperioder.csv", _financial_years(), encoding="cp1252", delimiter=";"
    )


def _customers(random_: random.Random, *, clean: bool) -> list[Row]:
    rows: list[Row] = [
        (
            "Kundenummer",
            "Kundens navn",
            "Vej og nr.",
            "Postnummer",
            "By",
            "CVR",
            "Mailadresse",
            "Tlf. nr.",
            "Oprettet den",
            "Ophørt den",
            "Notat",
        )
    ]
    planted = 0 if clean else ENDED_TOO_LONG
    for number in range(CUSTOMERS):
        first, last = random_.choice(_FIRST), random_.choice(_LAST)
        created = dt.date(2015, 1, 1) + dt.timedelta(days=random_.randrange(2_500))
        ended: dt.date | None = None
        if number < planted:
            ended = dt.date(2023, 2, 1) + dt.timedelta(days=17 * number)
        elif number % 9 == 0:
            ended = AS_OF - dt.timedelta(days=random_.randrange(5, 300))
        note = random_.choice(_NOTES)
        if not clean and 100 <= number < 100 + CARDS:
            note = f"Vil betale med kort {_CARDS[number - 100]} hver måned"
        if not clean and 200 <= number < 200 + CPR_NUMBERS:
            note = f"CPR oplyst i telefonen: {_cpr(random_)}"
        code, town = random_.choice(_TOWNS)
        rows.append(
            (
                f"H{70_000 + number}",
                f"{first} {last}",
                f"{random_.choice(_STREETS)} {random_.randrange(1, 90)}",
                code,
                town,
                _cvr(random_) if number % 5 == 4 else "",
                f"{first}.{last}{number}@example.com".lower().replace("ø", "oe").replace("å", "aa"),
                _phone(random_),
                _danish(created),
                _danish(ended) if ended else "",
                note,
            )
        )
    return rows


def _cvr(random_: random.Random) -> str:
    """Eight digits whose sum by weight is divisible by 11, as those of companies are."""
    while True:
        digits = f"{random_.randrange(10_000_000, 99_999_999)}"
        if (
            sum(
                weight * int(digit)
                for weight, digit in zip((2, 7, 6, 5, 4, 3, 2, 1), digits, strict=True)
            )
            % 11
            == 0
        ):
            return digits


def _cpr(random_: random.Random) -> str:
    """A number whose date and check digit are right; nobody bears it but by chance."""
    weights = (4, 3, 2, 7, 6, 5, 4, 3, 2)
    while True:
        born = dt.date(1950, 2, 2) + dt.timedelta(days=random_.randrange(15_000))
        digits = f"{born:%d%m%y}{random_.randrange(0, 400):03}"
        check = (
            -sum(weight * int(digit) for weight, digit in zip(weights, digits, strict=True)) % 11
        )
        if check < 10:
            return f"{digits[:6]}-{digits[6:]}{check}"


def _agreements(customers: Sequence[Row]) -> list[Row]:
    rows: list[Row] = [
        ("Aftalenummer", "Kundenummer", "Indgået den", "Udløbet den", "Aftalens art")
    ]
    return rows + [
        (f"A-{20_000 + place}", row[0], row[8], row[9], "Telefoni")
        for place, row in enumerate(customers[1:])
    ]


def _calls(random_: random.Random, customers: Sequence[Row], *, clean: bool) -> list[Row]:
    rows: list[Row] = [
        (
            "Opkaldsnummer",
            "Starttid",
            "Varighed (sek)",
            "Ringer",
            "Kaldt nummer",
            "Kundenummer",
            "Fakturanummer",
        )
    ]
    planted = 0 if clean else OLD_CALLS
    numbers = [str(row[0]) for row in customers[1:]]
    for place in range(CALLS):
        day = (
            _at(2019, 3, 1) + dt.timedelta(hours=31 * place)
            if place < planted
            else _at(2026, 8, 1) + dt.timedelta(minutes=30 * place % 150_000)
        )
        start = day + dt.timedelta(seconds=random_.randrange(1_700))
        invoice = (
            f"F{600_000 + 300 + random_.randrange(INVOICES - 300)}" if place >= planted else ""
        )
        rows.append(
            (
                f"{880_000 + place}",
                f"{start:%Y-%m-%d %H:%M:%S}",
                random_.randrange(2, 3_000),
                _phone(random_),
                _phone(random_),
                random_.choice(numbers),
                invoice,
            )
        )
    return rows


def _messages(random_: random.Random, *, clean: bool) -> list[Row]:
    """A gateway's log; the clean one keeps what billing needs: the number of characters."""
    header: Row = (
        ("Besked-id", "Kundenummer", "Afsendt kl.", "Afsender", "Modtager", "Antal tegn")
        if clean
        else ("Besked-id", "Kundenummer", "Afsendt kl.", "Afsender", "Modtager", "Tekst")
    )
    rows = [header]
    for place in range(MESSAGES):
        sent = _at(2026, 9, 1) + dt.timedelta(minutes=97 * place % 110_000)
        names = {
            "name": random_.choice(_FIRST),
            "other": random_.choice(_FIRST),
            "town": random_.choice(_TOWNS)[1],
            "street": random_.choice(_STREETS),
            "hour": random_.randrange(13, 18),
        }
        text = f"{random_.choice(_OPENINGS)}, {random_.choice(_MIDDLES)}. {random_.choice(_ENDINGS)}".format(
            **names
        ).strip()
        rows.append(
            (
                f"G-{70_000 + place}",
                f"H{70_000 + random_.randrange(CUSTOMERS)}",
                f"{sent:%Y-%m-%d %H:%M:%S}",
                _phone(random_),
                _phone(random_),
                len(text) if clean else text,
            )
        )
    return rows


def _invoices(random_: random.Random, customers: Sequence[Row], *, clean: bool) -> list[Row]:
    rows: list[Row] = [
        (
            "Fakturanummer",
            "Kundenummer",
            "Udstedt den",
            "Betales senest",
            "Beløb (DKK)",
            "Selskabsnavn",
        )
    ]
    planted = 0 if clean else OLD_INVOICES
    numbers = [str(row[0]) for row in customers[1:]]
    for place in range(INVOICES):
        issued = (
            dt.date(2019, 2, 10) + dt.timedelta(days=31 * place)
            if place < planted
            else dt.date(2022, 1, 5) + dt.timedelta(days=2 * place % 1_780)
        )
        rows.append(
            (
                f"F{600_000 + place}",
                random_.choice(numbers),
                issued,
                issued + dt.timedelta(days=14),
                round(random_.uniform(80, 900), 2),
                "Havnetel ApS",
            )
        )
    return rows


def _financial_years() -> list[Row]:
    rows: list[Row] = [("Selskabsnavn", "Første dag", "Sidste dag")]
    return rows + [("Havnetel ApS", f"01-01-{year}", f"31-12-{year}") for year in range(2018, 2027)]


def _at(year: int, month: int, day: int) -> dt.datetime:
    return dt.datetime(year, month, day, 7, tzinfo=dt.UTC)  # written as the wall clock shows it


def _phone(random_: random.Random) -> str:
    return f"45{random_.choice('2345679')}{random_.randrange(10_000_000):07}"


def _danish(day: dt.date) -> str:
    return f"{day:%d-%m-%Y}"


def _write_csv(path: Path, rows: Iterable[Row], *, encoding: str, delimiter: str) -> None:
    with path.open("w", encoding=encoding, newline="") as file:
        csv.writer(file, delimiter=delimiter).writerows(rows)


def _write_xlsx(path: Path, rows: Iterable[Row]) -> None:
    with xlsxwriter.Workbook(path, {"default_date_format": "dd-mm-yyyy"}) as book:
        sheet = book.add_worksheet("Fakturaer")
        for place, row in enumerate(rows):
            sheet.write_row(place, 0, row)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--clean", action="store_true", help="without any deviation")
    asked = parser.parse_args()
    write_exports(asked.folder, clean=asked.clean)
