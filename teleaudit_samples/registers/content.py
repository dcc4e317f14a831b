"""What must stand in no cell, or in none outside its place: messages, and where customers went on
the internet.

Hosts are below example.dk, no domain of either operator's; addresses lie in the blocks that RFC
5737 keeps for documentation. Card numbers and CPR numbers are planted in every table
(``planting``).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

from teleaudit_samples import invented
from teleaudit_samples.lawful import START, noon
from teleaudit_samples.registers import access, disclosure, minimisation, rights
from teleaudit_samples.registers.rows import customer, mark
from teleaudit_samples.world import Row, World

TABLES: dict[str, Callable[[World], Row]] = {}  # the tables are the other modules'
_SITES = ("forum.example.dk", "avis.example.dk", "sundhed.example.dk", "dating.example.dk")
_PAGES = tuple(f"https://{site}/side/{number}" for number, site in enumerate(_SITES, start=11))
_TRACES = (
    *_PAGES,
    "GET http://butik.example.dk/kurv HTTP/1.1",
    "forbindelse til 203.0.113.80:443 afbrudt",
)
# of the mobile network itself, 3GPP TS 23.003
NETWORK_NAMES = ("epc.mnc099.mcc238.3gppnetwork.org", "internet.mnc099.mcc238.gprs")


def _lawful_numbers(world: World) -> None:
    """(1) A date of birth without the last four digits, a masked CPR number, a production unit, a
    telephone number.
    """
    for note in (
        "Født 24-07-1947, spørger på vegne af sin datter",
        "CPR 240747-****, set og ikke gemt",
        "P-nr. 1003456789 er flyttet",
        "Ring på 4501234567 eller 01234567",
    ):
        world.customer(start=START)
        world.tables["crm_customer"][-1]["notes"] = note


def _lawful_addresses(world: World) -> None:
    """(2) The operator's own pages, and names of the mobile network; the address that a session was
    given.
    """
    own = f"https://selvbetjening.{world.operator.name}.dk/saldo"
    world.call(customer(world), at=noon(dt.date(2026, 9, 2)))["visited"] = own
    minimisation.ip_session(world, username="linje", assigned_ip="203.0.113.9", service=own)
    for name in NETWORK_NAMES:
        minimisation.ip_session(world, username=f"linje@{name}")
        minimisation.interconnect(world, partner=name)


def _lawful_answers(world: World) -> None:
    """(3) How the check of a code went is not the code."""
    customer_id = customer(world)
    for answer in ("M", "M", "N"):
        world.payment(customer_id, paid=dt.date(2026, 6, 4)).update(
            method="Kort", check_result=answer
        )


def _visits(check: str) -> Callable[[World], None]:
    """Pages, hosts and destinations in a field for something else."""

    def plant(world: World) -> None:
        customer_id = customer(world)
        for place, trace in enumerate(_TRACES):
            match check.rpartition("_")[2]:
                case "cdr":
                    row = world.call(customer_id, at=noon(dt.date(2026, 9, 3 + place)))
                    row["visited"] = trace
                case "session":
                    row = minimisation.ip_session(world, service=trace)
                case _:
                    row = minimisation.interconnect(world, b_number=_SITES[place % len(_SITES)])
            mark(row, check)

    return plant


def _visits_handed_on(world: World) -> None:
    """A column of a register that nobody mapped."""
    for page in _PAGES:
        mark(disclosure.disclosure(world, visited=page), "HYG-browsing.disclosure")


def _transcripts(world: World) -> None:
    """What was said, in writing beside the recording: known by its look."""
    for _ in range(6):
        row = access.TABLES["recording_index"](world)
        row["transcript"] = invented.message(world.rng("recording_index"))
        mark(row, "HYG-messages.recording_index")


def _forwarded_messages(world: World) -> None:
    """Known by the name of the column."""
    for _ in range(3):
        mark(rights.dsar(world, sms_text=invented.message(world.rng("dsar"))), "HYG-messages.dsar")


LAWFUL: tuple[Callable[[World], None], ...] = (_lawful_numbers, _lawful_addresses, _lawful_answers)


def _masked_cards(world: World) -> None:
    """Truncated card numbers, of a policy by which no card data comes into the operator's hands."""
    for _ in range(3):
        row = mark(world.payment(customer(world), paid=dt.date(2026, 9, 8)), "KAZ-b2.masked")
        row.update(method="Kort", card_masked=invented.masked_card(world.rng("payment")))


DEVIATIONS: dict[str, Callable[[World], None]] = {
    "KAZ-b2.masked": _masked_cards,
    **{
        check: _visits(check)
        for clause in ("KAZ-q", "BIZ-tele-1")
        for check in (
            f"{clause}.browsing_cdr",
            f"{clause}.browsing_ip_session",
            f"{clause}.browsing_interconnect",
        )
    },
    "HYG-browsing.disclosure": _visits_handed_on,
    "HYG-messages.dsar": _forwarded_messages,
    "HYG-messages.recording_index": _transcripts,
}
