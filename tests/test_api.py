"""``import teleaudit`` is what an analyst needs: from an opened audit to records, other questions and
other answers; and nothing of a row leaves by any of it until it is revealed.
"""

from __future__ import annotations

import datetime as dt
import json
import re
import tempfile
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import pytest

import teleaudit
from teleaudit.lab import OpenAudit
from teleaudit.runs.ledger import read_ledger
from teleaudit.sessions.answers import Result, Results
from teleaudit.sessions.refusing import LabError
from tests.opened import values_in, values_of

CANARY = "070761-4285"  # the shape of a CPR number
CUSTOMER = "BIZ-ret-3.customer"
RULES = {"_rulebook", "checks", "topics"}  # of attributes: long, and of nobody
AS_OF = dt.date(2026, 11, 22)


@pytest.fixture(scope="module")
def audit(opened: OpenAudit) -> OpenAudit:
    return opened


@pytest.fixture(scope="module")
def values(audit: OpenAudit) -> set[str]:
    """What nobody may see."""
    found = values_of(audit)
    assert len(found) > 2_000
    return found


def shown(value: Any) -> str:
    """Everything that a notebook shows of a value, rich and plain."""
    texts = [repr(value), str(value)]
    if hasattr(value, "_repr_html_"):
        texts.append(str(value._repr_html_()))
    return "\n".join(texts)


# Opening and checking


def test_open_is_all_that_there_is_to_import() -> None:
    assert teleaudit.__all__ == ["open"]
    assert dir(teleaudit) == ["__version__", "open"]


def test_the_exports_are_a_table_of_files(audit: OpenAudit) -> None:
    frame = audit.exports.data  # type: ignore[attr-defined] # pandas has it, its stubs do not
    assert list(frame["Udtræk"]) == [export.name for export in audit._state.exports]
    assert repr(audit.exports).startswith("Modtagne filer (10)\n")


@pytest.mark.parametrize(
    ("name", "ids"),
    [
        ("card_data", ["HYG-card.crm_contact"]),
        ("BIZ-ret-3", ["BIZ-ret-3.customer", "BIZ-ret-3.contact"]),
        ("BIZ-ret-3.customer", ["BIZ-ret-3.customer"]),
        ("BIZ-ret-*", ["BIZ-ret-3.customer", "BIZ-ret-3.contact", "BIZ-ret-7.unbilled"]),
        ("*.contact", ["BIZ-ret-3.contact", "BIZ-collect-2.contact", "HYG-orphan.contact"]),
    ],
)
def test_checks_are_asked_by_topic_clause_id_or_pattern(
    name: str, ids: list[str], audit: OpenAudit
) -> None:
    assert sorted(entry["id"] for entry in audit.check(name).entries) == sorted(ids)


def test_a_clause_of_several_checks_gives_them_all_and_an_id_the_one(audit: OpenAudit) -> None:
    retention = audit.check("retention")
    assert isinstance(retention["BIZ-ret-3"], Results)
    one = retention[CUSTOMER]
    assert isinstance(one, Result)
    assert re.fullmatch(
        r"BIZ-ret-3\.customer: Afvigelse\. N = [\d.]+, M = [\d.]+, k = \d+, e = \d+", repr(one)
    )
    assert repr(retention["BIZ-ret-3"]).splitlines()[0] == repr(one)


def test_nothing_shows_itself_by_its_address_in_memory(audit: OpenAudit) -> None:
    retention = audit.check("retention")
    for value in (
        audit,
        audit.exports,
        retention,
        retention.summary(),
        retention["BIZ-ret-3"],
        retention[CUSTOMER],
        audit.explain("BIZ-ret-3"),
        audit.what_if(CUSTOMER, after="P2Y"),
        audit.life_of(reference_of(audit)),
        audit.lookup(reference_of(audit)),
    ):
        assert " at 0x" not in repr(value)


def test_a_data_frame_is_checked_as_the_table_that_it_is(audit: OpenAudit) -> None:
    frame = pd.DataFrame(
        {
            "contact_id": ["a", "a", "b"],
            "customer_id": ["x", "x", None],
            "name": ["Kort 4571 0000 0000 0001", None, None],
        }
    )
    results = audit.check(frame, table="crm_contact")
    assert {entry["dataset"] for entry in results.entries} == {"crm_contact"}
    card = results["HYG-card.crm_contact"]
    assert isinstance(card, Result)
    assert card.entry["population"] == 3
    # the audit's own exports answer as before
    assert audit.check("HYG-card.crm_contact").entries[0]["population"] != 3


@pytest.mark.parametrize(
    ("columns", "table", "said"),
    [
        (
            {"start_at": ["070761-4285"]},
            "cdr",
            "Kolonnen start_at i datarammen skal være timestamp",
        ),
        (
            {"kaldt_den": ["2026-01-01"]},
            "cdr",
            "Ingen kolonne i datarammen hedder som en kolonne i cdr",
        ),
        ({"start_at": ["2026-01-01"]}, "crd", "Der er ingen tabel »crd«. Mente du »cdr«?"),
        ({"start_at": ["2026-01-01"]}, "", "En dataramme skal have navnet på den tabel"),
    ],
)
def test_a_data_frame_that_is_no_table_is_refused_without_its_values(
    columns: dict[str, list[str]], table: str, said: str, audit: OpenAudit
) -> None:
    with pytest.raises(LabError) as refused:
        audit.check(pd.DataFrame(columns), table=table)
    assert said in str(refused.value)
    assert CANARY not in str(refused.value)


# Records


def reference_of(audit: OpenAudit) -> str:
    """The reference of a customer who is kept too long."""
    return str(audit.check(CUSTOMER).records()["Reference"][0])


def test_records_are_the_deviations_longest_overdue_first(audit: OpenAudit) -> None:
    one = audit.check(CUSTOMER)[CUSTOMER]
    assert isinstance(one, Result)
    records = one.records()
    assert len(records) == one.entry["deviations"]
    assert list(records["Dage over frist"]) == sorted(records["Dage over frist"], reverse=True)
    assert records["Dage over frist"][0] == one.entry["overdue"]["max_days"]
    assert [*records["Reference"]][:3] == one.entry["references"][:3]
    assert (pd.Timestamp(AS_OF) - records["Frist"]).dt.days.tolist() == records[
        "Dage over frist"
    ].tolist()
    assert len(one.records(limit=2)) == 2


def test_records_show_dates_and_the_system_and_pseudonyms_for_texts(audit: OpenAudit) -> None:
    records = audit.check(CUSTOMER).records()
    assert records["customer_id"].str.fullmatch(r"P-[0-9A-F]{16}").all()
    assert records["name"].dropna().str.fullmatch(r"P-[0-9A-F]{16}").all()
    assert pd.api.types.is_datetime64_any_dtype(records["relationship_end"])
    assert list(records["System"].unique()) == [records["System"][0]]


def test_records_of_several_checks_stand_in_one_table(audit: OpenAudit) -> None:
    clause = audit.check("BIZ-ret-3")
    assert records_by_check(clause.records()) == {
        entry["id"]: entry["deviations"] for entry in clause.entries if entry["deviations"]
    }


def records_by_check(records: pd.DataFrame) -> dict[str, int]:
    return {str(name): len(own) for name, own in records.groupby("Kontrol")}


def test_a_check_without_deviations_has_an_empty_table(audit: OpenAudit) -> None:
    clean = [entry["id"] for entry in audit.check("*").entries if entry["verdict"] == "pass"]
    assert audit.check(clean[0]).records().empty


@pytest.mark.parametrize("limit", [0, -1, "50", 2.5])
def test_a_limit_is_a_whole_number(limit: Any, audit: OpenAudit) -> None:
    with pytest.raises(LabError, match="limit skal være et helt tal"):
        audit.check(CUSTOMER).records(limit=limit)


# What else might be


def test_another_period_changes_what_deviates_and_nothing_else(audit: OpenAudit) -> None:
    now = audit.check(CUSTOMER).entries[0]
    never, at_once = (audit.what_if(CUSTOMER, after=period) for period in ("P90Y", "P1D"))
    assert (never.counts["k"][0], never.counts["k nu"][0]) == (0, now["deviations"])
    assert never.counts["N"][0] == now["population"]
    assert at_once.counts["k"][0] >= now["deviations"]
    assert at_once.counts["Forskel"][0] == at_once.counts["k"][0] - now["deviations"]
    assert "Hvis fristen var 1 dag (den er 1 år)" in repr(at_once)
    assert len(at_once.records()) == min(50, at_once.counts["k"][0])
    assert audit.check(CUSTOMER).entries[0] == now


def test_on_a_later_day_more_is_overdue_and_for_longer(audit: OpenAudit) -> None:
    later = audit.what_if(CUSTOMER, as_of="2027-11-22")
    assert later.counts["k"][0] >= later.counts["k nu"][0]
    days = audit.check(CUSTOMER).entries[0]["overdue"]["max_days"]
    assert later.counts["Dage over frist"][0] == days + 365


def test_a_clause_is_supposed_as_a_whole(audit: OpenAudit) -> None:
    assert list(audit.what_if("BIZ-ret-3", after="P2Y").counts["Kontrol"]) == [
        "BIZ-ret-3.customer",
        "BIZ-ret-3.contact",
    ]


@pytest.mark.parametrize(
    ("name", "supposed", "said"),
    [
        (CUSTOMER, {}, "Skriv, hvad der skal antages"),
        (CUSTOMER, {"after": "2 år"}, "after skal være en periode som"),
        (CUSTOMER, {"as_of": "22-11-2026"}, "as_of skal skrives åååå-mm-dd"),
        (
            "HYG-card.crm_contact",
            {"after": "P2Y"},
            "Der er ingen frist at ændre i HYG-card.crm_contact",
        ),
        (
            "BIZ-ret-33",
            {"after": "P2Y"},
            "Der er ingen kontrol »BIZ-ret-33« her. Mente du »BIZ-ret-3",
        ),
    ],
)
def test_what_cannot_be_supposed_is_refused(
    name: str, supposed: dict[str, str], said: str, audit: OpenAudit
) -> None:
    with pytest.raises(LabError, match=re.escape(said)):
        audit.what_if(name, **supposed)


def test_an_explanation_tells_clause_law_rule_period_and_sql(audit: OpenAudit) -> None:
    told = audit.explain(CUSTOMER)
    text = repr(told)
    check = audit._checks[CUSTOMER]
    assert check.clause.claim.da in text
    assert audit._rulebook.law[check.legal_basis[0]].citation_da in text
    assert str(check.spec.rule) in text
    assert "1 år" in text
    assert "relationship_end" in told.sql[CUSTOMER]
    assert told._repr_html_().count("<h3>") == 1


def test_the_sql_of_an_explanation_counts_what_the_check_counted(audit: OpenAudit) -> None:
    counted = {
        row[0]: row[1] for row in audit._desk._engine.fetch(audit.explain(CUSTOMER).sql[CUSTOMER])
    }
    assert counted[2] == audit.check(CUSTOMER).entries[0]["deviations"]


# One customer, one record


def test_a_life_is_every_date_of_a_customer_oldest_first(audit: OpenAudit) -> None:
    life = audit.life_of(reference_of(audit))
    assert life.events["at"].is_monotonic_increasing
    assert {"crm_customer", "agreement"} <= set(life.events["data_set"])
    assert life.total == len(life.events)
    pseudonym = str(audit.check(CUSTOMER).records()["customer_id"][0])
    assert audit.life_of(pseudonym).events.equals(life.events)
    assert life.plot().alt.startswith("Tidslinje fra ")
    assert len(audit.life_of(pseudonym, limit=2).events) == 2


@pytest.mark.parametrize("who", ["no such customer", "P-0123456789ABCDEF"])
def test_a_customer_who_is_unknown_is_refused_without_being_named(
    who: str, audit: OpenAudit
) -> None:
    with pytest.raises(LabError, match=r"^Udtrækkene har ingen daterede poster med den kunde\.$"):
        audit.life_of(who)


def test_a_reference_leads_to_its_record(audit: OpenAudit) -> None:
    found = audit.lookup(reference_of(audit).lower())
    assert (found.data_set, found.checks) == ("crm_customer", (CUSTOMER,))
    assert found.values["customer_id"].startswith("P-")
    assert "Kundestamdata (crm_customer)" in repr(found)


def test_a_reference_that_nobody_knows_is_refused(audit: OpenAudit) -> None:
    with pytest.raises(LabError, match="Cellen kunne ikke udføres: not a reference"):
        audit.lookup("R-1")


# Revealing


def test_what_is_revealed_is_entered_in_the_ledger_first_and_without_values(
    audit: OpenAudit, values: set[str]
) -> None:
    name = reference_of(audit)
    shown_now = audit.reveal([name], reason="Sag 2026-17, sletning bekræftes")
    assert values_in(shown_now._repr_html_(), values)
    assert values_in(repr(shown_now), values) == set()
    ledger = read_ledger(audit._home / "ledger.jsonl")
    entry = ledger.entries[-1]
    assert (entry.kind, entry.content["reason"], entry.content["references"]) == (
        "reveal",
        "Sag 2026-17, sletning bekræftes",
        [name],
    )
    told = {name: said for name, said in entry.content.items() if name != "previous"}
    assert values_in(json.dumps(told, ensure_ascii=False), values) == set()
    assert ledger.broken_at is None


@pytest.mark.parametrize("reason", ["", "   ", "x", None, 7])
def test_nothing_is_revealed_without_a_reason(reason: Any, audit: OpenAudit) -> None:
    with pytest.raises(LabError, match="Skriv, hvorfor oplysningerne skal vises"):
        audit.reveal(reference_of(audit), reason=reason)


def test_a_reason_that_names_somebody_is_refused_and_nothing_entered(audit: OpenAudit) -> None:
    name = reference_of(audit)
    (real,) = [audit._desk.real_row(audit._desk.find(name))]
    before = read_ledger(audit._home / "ledger.jsonl").head
    for reason in (f"ring til {real['customer_id']}", f"kunde {CANARY}", "skriv til a@b.dk"):
        with pytest.raises(LabError, match="Grunden nævner en oplysning"):
            audit.reveal(name, reason=reason)
    assert read_ledger(audit._home / "ledger.jsonl").head == before


@pytest.fixture
def recorded(audit: OpenAudit) -> Iterator[None]:
    """The audit as a notebook of a run has it, which has saved its state for it."""
    saved = audit._state.save()
    assert audit._state.is_run
    yield
    saved.unlink()


def test_in_a_recorded_run_no_single_record_is_shown(
    audit: OpenAudit, request: pytest.FixtureRequest
) -> None:
    name, results = reference_of(audit), audit.check(CUSTOMER)
    request.getfixturevalue("recorded")
    for ask in (
        results.records,
        lambda: audit.sql("SELECT count(*) FROM cdr"),
        lambda: audit.life_of(name),
        lambda: audit.lookup(name),
        lambda: audit.reveal(name, reason="Sag 2026-17"),
    ):
        with pytest.raises(LabError, match="Enkelte poster vises ikke i en kørsel"):
            ask()


# Nothing of a row


def test_no_value_of_a_row_leaves_by_what_is_shown(audit: OpenAudit, values: set[str]) -> None:
    name = reference_of(audit)
    results = audit.check("*")
    what_if = audit.what_if("BIZ-ret-3", after="P1M")
    for value in (
        audit,
        audit.exports,
        results,
        *results,
        audit.explain("BIZ-ret-*"),
        what_if,
        audit.lookup(name),
        audit.life_of(name),
    ):
        assert values_in(shown(value), values) == set()
    for frame in (
        results.records(limit=100),
        what_if.records(limit=100),
        audit.life_of(name).events,
        *(
            audit.sql(f"SELECT * FROM {table} LIMIT 100")
            for table in ("crm_customer", "crm_contact", "cdr")
        ),
    ):
        assert values_in(frame.to_csv(), values) == set()


def test_no_value_of_a_row_is_an_attribute_that_shows_itself(
    audit: OpenAudit, values: set[str]
) -> None:
    name = reference_of(audit)
    found, life = audit.lookup(name), audit.life_of(name)
    revealed = audit.reveal(name, reason="Sag 2026-17")
    for value in (audit, audit._desk, audit._context, found, life, audit.check(CUSTOMER)):
        own = {name: held for name, held in vars(value).items() if name not in RULES}
        assert values_in(str(own), values) == set()
    assert not hasattr(revealed, "__dict__")


@pytest.mark.parametrize(
    "ask", ["records", "sql", "life_of", "lookup", "reveal", "what_if", "explain"]
)
def test_no_value_of_a_row_leaves_by_an_error(
    ask: str, audit: OpenAudit, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    name, results = reference_of(audit), audit.check(CUSTOMER)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))  # where the whole of it is kept

    def fails(*_arguments: object, **_options: object) -> object:
        raise duckdb.ConversionException(CANARY)

    for method in ("records", "sql", "life_of", "find", "runner_on"):
        monkeypatch.setattr(audit._desk, method, fails)
    monkeypatch.setattr(type(audit._desk.runner), "checks", fails)
    calls: dict[str, Callable[[], object]] = {
        "records": results.records,
        "sql": lambda: audit.sql("SELECT 1"),
        "life_of": lambda: audit.life_of(name),
        "lookup": lambda: audit.lookup(name),
        "reveal": lambda: audit.reveal(name, reason="Sag 2026-17"),
        "what_if": lambda: audit.what_if(CUSTOMER, after="P2Y"),
        "explain": lambda: audit.explain(CUSTOMER),
    }
    with pytest.raises(LabError, match="Der skete en uventet fejl") as refused:
        calls[ask]()
    told = "".join(traceback.format_exception(refused.value))
    assert CANARY not in told + str(refused.value._render_traceback_())
