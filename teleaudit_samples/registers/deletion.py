"""Whether erasure is followed up: the log, the systems, the copies, what was left behind."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from functools import partial

from teleaudit_samples import invented
from teleaudit_samples.calendar import AS_OF, days_after
from teleaudit_samples.lawful import START, noon
from teleaudit_samples.registers.disclosure import ledger
from teleaudit_samples.registers.rows import customer, mark
from teleaudit_samples.world import Row, World

_CONTACT_DAYS = 90
_A_YEAR_AGO = dt.date(2025, 11, 22)
_DUE = dt.date(2026, 10, 1)
_ROTATION = 30
_FIVE_YEARS_AGO = dt.date(2021, 10, 4)
_KEPT = {"bizzy": "12 måneder", "kazoom": "30 dage efter ophør"}  # master data, by the policy
_SYSTEM = "SYSCRM"  # of which the copies are


def _deletion_log(world: World, **values: object) -> Row:
    row: Row = {
        "entry_id": world.key("SL"),
        "job": "crm-sletning",
        "executed_at": noon(_DUE),
        "object_type": "crm_customer",
        "object_key": world.new_customer_id(),
        "rule_id": "CRM-1",
        "due_date": _DUE,
        "actor_type": "job",
        "status": "ok",
    }
    return world.add("deletion_log", **(row | values))


def _tombstone(world: World, **values: object) -> Row:
    row: Row = {"customer_id": world.new_customer_id(), "end_date": dt.date(2022, 6, 30)}
    return world.add("tombstone", **(row | values))


def processing_register(world: World, **values: object) -> Row:
    """A lawful row of the record of processing activities."""
    row: Row = {
        "activity_id": world.key("BEH"),
        "purpose": "levering af abonnement",
        "legal_basis": "6_1_b",
        "data_category": "faktura",
        "retention": "5 år efter regnskabsåret",
    }
    return world.add("processing_register", **(row | values))


def _system_inventory(world: World, **values: object) -> Row:
    row: Row = {
        "system_id": world.key("SYS"),
        "name": "CRM",
        "personal_data": True,
        "export_name": "kunder",
        "erasure_rule": "CRM-1",
        "test_system": False,
    }
    return world.add("system_inventory", **(row | values))


def _backup_register(world: World, **values: object) -> Row:
    row: Row = {
        "backup_id": world.key("KOP"),
        "system_id": _SYSTEM,
        "oldest_restore_point": dt.date(2026, 10, 25),
        "rotation_days": _ROTATION,
        "restored_at": None,
        "deletions_rerun_at": None,
    }
    return world.add("backup_register", **(row | values))


TABLES: dict[str, Callable[[World], Row]] = {
    "deletion_log": _deletion_log,
    "tombstone": _tombstone,
    "processing_register": processing_register,
    "system_inventory": _system_inventory,
    "backup_register": _backup_register,
}


def _ordinary(world: World) -> None:
    """Rows with which nothing is wrong, nor looks so: periods of the policy's in other words."""
    _tombstone(world)
    processing_register(world)
    processing_register(world, data_category="kundestamdata", retention=_KEPT[world.operator.name])
    processing_register(world, data_category="betalinger", retention="P60M")


def _lawful_deletions(world: World) -> None:
    """(1) A day late, failed and repeated, by hand where no policy says automatically, a key used
    again by a new customer.
    """
    _deletion_log(world)
    _deletion_log(world, executed_at=noon(days_after(_DUE, 1)))
    failed = _deletion_log(world, status="fejl")
    _deletion_log(world, object_key=failed["object_key"], executed_at=noon(days_after(_DUE, 1)))
    _deletion_log(
        world,
        object_type="recording_index",
        object_key="OPT900001",
        rule_id=None,
        due_date=None,
        actor_type="person",
    )
    # eight digits are no telephone number by themselves
    _deletion_log(world, object_type="invoice", object_key="20019999", rule_id="BOG-1")
    returned = customer(world)
    _deletion_log(
        world,
        object_key=returned,
        executed_at=noon(days_after(START, -60)),
        due_date=days_after(START, -60),
    )


def _lawful_systems(world: World) -> None:
    """(2) Without personal data a system needs neither export nor rule, and a test system may be as
    it likes.
    """
    _system_inventory(world, system_id=_SYSTEM)
    _system_inventory(
        world, name="Overvågning", personal_data=False, export_name=None, erasure_rule=None
    )
    _system_inventory(
        world,
        name="CRM-test",
        personal_data=False,
        export_name=None,
        erasure_rule=None,
        test_system=True,
    )


def _lawful_backups(world: World) -> None:
    """(3) The oldest restore point that the rotation allows; restored, and the deletions repeated
    on the same day.
    """
    _backup_register(world)
    _backup_register(world, oldest_restore_point=days_after(AS_OF, -_ROTATION))
    _backup_register(
        world, restored_at=dt.date(2026, 11, 2), deletions_rerun_at=dt.date(2026, 11, 2)
    )


def _lawful_holds(world: World) -> None:
    """(4) A hold without an end that is twelve months old to the day, or was reviewed then."""
    world.hold(customer(world), start=_A_YEAR_AGO, end=None)
    world.hold(customer(world), start=dt.date(2022, 3, 1), end=None)["review_date"] = _A_YEAR_AGO


def _lawful_orphans(world: World) -> None:
    """(5) Of nobody known: a bill that must be kept, the call behind it, calls so young that they
    are logged, a bill that stands elsewhere.
    """
    nobody = world.new_customer_id()
    invoice = world.invoice(nobody, period_to=dt.date(2025, 3, 31), issued=dt.date(2025, 4, 2))
    world.call(nobody, at=noon(dt.date(2025, 3, 5)), invoice_id=str(invoice["invoice_id"]))
    world.call(nobody, at=noon(_A_YEAR_AGO))


def _lawful_contacts(world: World) -> None:
    """(6) Contacts who left today, and on the last day on which they may still stand."""
    for days in (0, _CONTACT_DAYS):
        world.contact(customer(world), start=START, end=days_after(AS_OF, -days))


def _by_hand(world: World) -> None:
    for table in ("crm_customer", "crm_contact", "crm_interaction", "agreement", "pbx_config"):
        mark(
            _deletion_log(
                world, object_type=table, object_key=world.key("SLET"), actor_type="person"
            ),
            "KAZ-r3.automatic",
        )


def _failed(world: World) -> None:
    mark(_deletion_log(world, status="fejl"), "HYG-deletion-log.failed")
    key = world.new_customer_id()  # it had succeeded once, before
    _deletion_log(
        world,
        object_key=key,
        executed_at=noon(days_after(_DUE, -30)),
        due_date=days_after(_DUE, -30),
    )
    mark(_deletion_log(world, object_key=key, status="fejl"), "HYG-deletion-log.failed")


def _late(world: World) -> None:
    for days in (2, 40):
        mark(
            _deletion_log(world, executed_at=noon(days_after(_DUE, days))), "HYG-deletion-log.late"
        )


def _telling_keys(world: World) -> None:
    rng = world.rng("deletion_log")
    number = invented.phone(rng)
    name = invented.person(rng)
    for key in (
        f"+45{number}",
        f"0045 {number}",
        " ".join((number[:2], number[2:4], number[4:6], number[6:])),
        invented.email(rng, name),
        name,
    ):
        mark(_deletion_log(world, object_key=key), "HYG-deletion-log.identifiers")
    mark(
        _deletion_log(world, object_type="number_assignment", object_key=f"{number}|2019-05-01"),
        "HYG-deletion-log.identifiers",
    )


def _resurrected(world: World) -> None:
    """Still there, or there again: with a date of creation before the deletion, on the very day,
    and without one.
    """
    check_id = "HYG-resurrected.deletion_log"
    mark(_deletion_log(world, object_key=customer(world)), check_id)
    config = world.config(customer(world), created=_DUE)
    mark(_deletion_log(world, object_type="pbx_config", object_key=config["config_id"]), check_id)
    contact = world.contact(customer(world), start=START)
    contact["valid_from"] = None
    mark(
        _deletion_log(world, object_type="crm_contact", object_key=contact["contact_id"]), check_id
    )


def _unreviewed_holds(world: World) -> None:
    for start in (days_after(_A_YEAR_AGO, -1), dt.date(2021, 6, 1)):
        mark(world.hold(customer(world), start=start, end=None), "HYG-hold.review")
    lapsed = world.hold(customer(world), start=dt.date(2021, 6, 1), end=None)
    lapsed["review_date"] = days_after(_A_YEAR_AGO, -1)
    mark(lapsed, "HYG-hold.review")


def _unapproved_holds(world: World) -> None:
    mark(
        world.hold(customer(world), start=dt.date(2026, 3, 4), approved_by=None),
        "HYG-hold.approval",
    )
    unexplained = world.hold(customer(world), start=dt.date(2026, 3, 4))
    unexplained["reason"] = None
    mark(unexplained, "HYG-hold.approval")


def _other_periods_in_the_record(world: World) -> None:
    for period in ("10 år", "P1Y"):
        mark(processing_register(world, retention=period), "HYG-system.register_period")


def _unexported_systems(world: World) -> None:
    mark(_system_inventory(world, name="Gammelt kartotek", export_name=None), "HYG-system.export")


def _systems_without_rule(world: World) -> None:
    mark(
        _system_inventory(world, name="Sagssystem", export_name="sager", erasure_rule=None),
        "HYG-system.erasure_rule",
    )


def _copies_for_tests(world: World) -> None:
    mark(
        _system_inventory(world, name="CRM-udvikling", export_name="kunder-test", test_system=True),
        "HYG-system.test_data",
    )


def _activities_without_period(world: World) -> None:
    for retention in (None, ""):
        mark(processing_register(world, retention=retention), "HYG-system.register_retention")


def _old_entries(world: World, check: str) -> None:
    for posted in (dt.date(2019, 6, 3), dt.date(2017, 2, 28)):
        mark(ledger(world, **_posted(posted)), check)


def _entries_without_document(world: World) -> None:
    mark(ledger(world, invoice_id=world.key("F")), "HYG-accounting.ledger_document")


def _invoices_erased_early(world: World) -> None:
    """The entry is of a year before which an invoice need not be kept any more."""
    row = ledger(world, invoice_id=world.key("F"), **_posted(_FIVE_YEARS_AGO))
    mark(
        _deletion_log(world, object_type="invoice", object_key=row["invoice_id"]),
        "HYG-accounting.early",
    )


def _posted(day: dt.date) -> Row:
    return {"posting_date": day, "due_date": day, "paid_at": day}


def _lawful_accounting(world: World) -> None:
    """(5) An entry whose invoice is there; one of the year before the last that must be kept names
    an invoice that may be gone; one under a legal hold outlives its invoice.
    """
    billed = customer(world)
    invoice = world.invoice(billed, period_to=dt.date(2026, 4, 30), issued=dt.date(2026, 5, 2))
    ledger(world, customer_id=billed, invoice_id=invoice["invoice_id"])
    ledger(world, invoice_id=world.key("F"), **_posted(_FIVE_YEARS_AGO))
    held = customer(world)
    world.hold(held, start=dt.date(2024, 5, 6))
    row = ledger(world, customer_id=held, invoice_id=world.key("F"), **_posted(dt.date(2019, 6, 3)))
    _deletion_log(world, object_type="invoice", object_key=row["invoice_id"])


def _old_backups(world: World) -> None:
    for days in (1, 400):
        mark(
            _backup_register(world, oldest_restore_point=days_after(AS_OF, -_ROTATION - days)),
            "HYG-backup.age",
        )


def _restores_without_rerun(world: World) -> None:
    restored_at = dt.date(2026, 11, 10)
    for rerun_at in (None, days_after(restored_at, -1)):
        mark(
            _backup_register(world, restored_at=restored_at, deletions_rerun_at=rerun_at),
            "HYG-backup.rerun",
        )


def _orphan_contacts(world: World) -> None:
    for end in (days_after(_A_YEAR_AGO, -1), dt.date(2019, 4, 1)):
        mark(world.contact(world.new_customer_id(), start=START, end=end), "HYG-orphan.contact")


def _orphan_interactions(world: World) -> None:
    for day in (days_after(_A_YEAR_AGO, -1), dt.date(2021, 2, 3)):
        mark(world.mail(world.new_customer_id(), day=day), "HYG-orphan.interaction")


def _orphan_configs(world: World) -> None:
    mark(
        world.config(world.new_customer_id(), created=START, deleted=dt.date(2024, 9, 9)),
        "HYG-orphan.pbx_config",
    )


def _orphan_calls(world: World) -> None:
    """Neither the customer nor the bill is known any longer."""
    nobody = world.new_customer_id()
    for day in (days_after(_A_YEAR_AGO, -1), dt.date(2024, 2, 29)):
        mark(
            world.call(
                nobody, at=noon(day), invoice_id=f"F{world.operator.first_invoice + 950000}"
            ),
            "HYG-orphan.cdr",
        )


def _left_contacts(world: World) -> None:
    for days in (_CONTACT_DAYS + 1, 900):
        mark(
            world.contact(customer(world), start=START, end=days_after(AS_OF, -days)),
            "BIZ-ret-2.left_contact",
        )


LAWFUL: tuple[Callable[[World], None], ...] = (
    _ordinary,
    _lawful_deletions,
    _lawful_systems,
    _lawful_backups,
    _lawful_holds,
    _lawful_orphans,
    _lawful_contacts,
    _lawful_accounting,
)
DEVIATIONS: dict[str, Callable[[World], None]] = {
    "KAZ-r3.automatic": _by_hand,
    "BIZ-ret-2.left_contact": _left_contacts,
    "HYG-deletion-log.failed": _failed,
    "HYG-deletion-log.late": _late,
    "HYG-deletion-log.identifiers": _telling_keys,
    "HYG-resurrected.deletion_log": _resurrected,
    "HYG-hold.review": _unreviewed_holds,
    "HYG-hold.approval": _unapproved_holds,
    "HYG-system.register_period": _other_periods_in_the_record,
    "HYG-system.export": _unexported_systems,
    "HYG-system.erasure_rule": _systems_without_rule,
    "HYG-system.test_data": _copies_for_tests,
    "HYG-system.register_retention": _activities_without_period,
    "BIZ-ret-6.ledger": partial(_old_entries, check="BIZ-ret-6.ledger"),
    "KAZ-r2.ledger": partial(_old_entries, check="KAZ-r2.ledger"),
    "HYG-accounting.ledger_document": _entries_without_document,
    "HYG-accounting.early": _invoices_erased_early,
    "HYG-backup.age": _old_backups,
    "HYG-backup.rerun": _restores_without_rerun,
    "HYG-orphan.contact": _orphan_contacts,
    "HYG-orphan.interaction": _orphan_interactions,
    "HYG-orphan.pbx_config": _orphan_configs,
    "HYG-orphan.cdr": _orphan_calls,
}
