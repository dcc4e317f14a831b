"""What an audit lacks is told before it is run, in the order to mend it, and a run says the same."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from teleaudit.doctor import Diagnosis, Kind, Need, diagnose
from teleaudit.errors import AuditFileError, ExitCode
from teleaudit.rules.audit_file import load_audit
from teleaudit.rules.starting import new_operator, start_audit
from teleaudit.rules.undecided import UndecidedError
from teleaudit.schema import TABLES
from tests.command import ROOT, call, small_exports, small_workspace
from tests.third_operator import write_exports

CVR = "12345674"
AS_OF = dt.date(2026, 11, 22)
APPROVED = {"owner": "Direktør", "reason": "Besluttet.", "approved_on": "2026-11-01"}
KUNDER = (
    "Kundenr;Navn;CVR;Mail;Note;Oprettet;Ophørsdato\n1;A;;a@example.com;Ring;13-01-2020;14-02-2025\n"
    "2;B;;b@example.com;Skriv;13-01-2020;\n"
)
ENTRY: dict[str, Any] = {
    "table": "crm_customer",
    "files": "kunder.csv",
    "columns": {
        "customer_id": "Kundenr",
        "name": "Navn",
        "cvr": "CVR",
        "email": "Mail",
        "notes": "Note",
        "created_at": "Oprettet",
        "end_date": "Ophørsdato",
    },
}


@pytest.fixture
def audit(tmp_path: Path) -> Path:
    """The audit of an operator with one export, and nothing else said."""
    file = start_audit(small_workspace(tmp_path / "mine"), new_operator("Fjordnet ApS", CVR)).audit
    put(file, "kunder.csv", KUNDER)
    edit(file, lambda data: data.update(exports={"kunder": ENTRY}))
    return file


def put(audit: Path, name: str, text: str) -> None:
    (audit.parents[2] / "exports" / "fjordnet" / name).write_text(text, encoding="utf-8")


def edit(audit: Path, change: Callable[[dict[str, Any]], object]) -> None:
    data = YAML(typ="safe", pure=True).load(audit.read_text(encoding="utf-8"))
    change(data)
    with audit.open("w", encoding="utf-8") as file:
        YAML(typ="safe", pure=True).dump(data, file)


def declare_all(data: dict[str, Any]) -> None:
    """Set every parameter, and declare every table that has no export."""
    data["parameters"] = {
        name: {"value": 30 if name.endswith(("_days", "_months")) else "P1Y", **APPROVED}
        for name in data["parameters"]
    }
    held = {export["table"] for export in data["exports"].values()}
    data["not_held"] = {
        table: {"owner": "Direktør", "reason": "Føres ikke.", "declared_on": "2026-11-01"}
        for table in TABLES
        if table not in held
    }


def found(audit: Path) -> Diagnosis:
    return diagnose(audit, today=AS_OF)


def needs(audit: Path, *kinds: Kind) -> list[Need]:
    return [need for need in found(audit).needs if need.kind in kinds]


# One thing after the other


def test_what_stops_a_run_comes_first_and_what_the_report_shows_last(audit: Path) -> None:
    edit(audit, lambda data: data["exports"]["kunder"].update(column_dates={"end_date": "?"}))
    told = found(audit)

    assert [need.kind for need in told.needs] == sorted(need.kind for need in told.needs)
    assert [need.kind for need in told.needs if need.stops_run] == [Kind.UNDECIDED]
    assert {need.kind for need in told.needs} == {
        Kind.UNDECIDED,
        Kind.PARAMETER,
        Kind.NOT_RECEIVED,
        Kind.POLICY,
        Kind.OWN_DOMAINS,
        Kind.RESPONSE,
        Kind.KEEP,
    }
    assert told.exit_code is ExitCode.NOT_ASSESSED


def test_a_question_mark_is_told_with_its_line_and_no_run_accepts_it(audit: Path) -> None:
    edit(audit, lambda data: data["exports"]["kunder"].update(column_dates={"end_date": "?"}))
    line = 1 + audit.read_text(encoding="utf-8").splitlines().index(
        next(x for x in audit.read_text(encoding="utf-8").splitlines() if "end_date: '?'" in x)
    )
    (need,) = needs(audit, Kind.UNDECIDED)

    assert need.what == (
        f"exports.kunder.column_dates.end_date is not decided ({audit.resolve()}, line {line})"
    )
    with pytest.raises(UndecidedError, match=r"exports\.kunder\.column_dates\.end_date"):
        load_audit(audit)


def test_an_export_of_an_undecided_table_is_left_out_and_the_others_are_looked_at(
    audit: Path,
) -> None:
    edit(
        audit,
        lambda data: data["exports"].update(
            andet={"table": "?", "files": "x.csv"}, mangler={**ENTRY, "files": "ingen.csv"}
        ),
    )

    assert [need.what.partition(" ")[0] for need in needs(audit, Kind.UNDECIDED)] == [
        "exports.andet.table"
    ]
    assert [need.what for need in needs(audit, Kind.UNREADABLE)] == [
        "mangler: no file matches ingen.csv"
    ]


def test_an_audit_that_is_not_valid_is_refused(audit: Path) -> None:
    edit(audit, lambda data: data.update(gates=1))
    with pytest.raises(AuditFileError, match="unknown key 'gates'"):
        found(audit)


def test_dates_that_a_run_would_refuse_are_told_with_its_words(audit: Path) -> None:
    put(audit, "kunder.csv", KUNDER.replace("13-01", "03-01").replace("14-02", "04-02"))
    (need,) = needs(audit, Kind.UNREADABLE)

    assert need.stops_run
    assert 'column "Oprettet": every date could be day-month or month-day' in need.what
    assert "exports.kunder.dates: dd-mm-yyyy" in need.action


def test_dates_of_no_known_format_are_told_with_the_formats(audit: Path) -> None:
    put(audit, "kunder.csv", KUNDER.replace("14-02-2025", "14. februar 2025"))
    (need,) = needs(audit, Kind.UNFIT)

    assert 'column "Ophørsdato": 1 value cannot be read as a date' in need.what
    assert need.action.startswith("exports.kunder.column_dates: {end_date: ...}, one of: yyyy-mm")
    assert "FJO-customer.customer" in need.checks


def test_what_is_undecided_of_an_export_is_not_told_twice(audit: Path) -> None:
    put(audit, "kunder.csv", KUNDER.replace("13-01", "03-01").replace("14-02", "04-02"))
    edit(audit, lambda data: data["exports"]["kunder"].update(column_dates={"created_at": "?"}))

    assert [need.kind for need in found(audit).needs if need.stops_run] == [Kind.UNDECIDED]


def test_a_column_that_nobody_mapped_is_told_with_the_header_that_may_be_it(audit: Path) -> None:
    put(audit, "kunder.csv", KUNDER.replace("Ophørsdato", "Ophørt den"))
    edit(audit, lambda data: data["exports"]["kunder"]["columns"].pop("end_date"))
    (need,) = needs(audit, Kind.UNMAPPED)

    assert need.action == "exports.kunder.columns: {end_date: Ophørt den}"
    assert "FJO-customer.customer" in need.checks


def test_a_header_that_is_not_in_the_file_is_to_be_corrected(audit: Path) -> None:
    put(audit, "kunder.csv", KUNDER.replace("Ophørsdato", "Ophørsdatoen"))
    (need,) = needs(audit, Kind.UNMAPPED)

    assert 'is mapped to "Ophørsdato", which a file lacks; the column "Ophørsdatoen"' in need.what
    assert need.action == (
        "its header is not in the file: correct it under exports.kunder.columns, or export the"
        " column"
    )


def test_a_column_that_one_of_two_exports_lacks_is_told(audit: Path) -> None:
    put(audit, "nye.csv", KUNDER.replace(";Ophørsdato", "").replace(";14-02-2025", ""))
    own = {**ENTRY["columns"]}
    del own["end_date"]
    edit(
        audit,
        lambda data: data["exports"].update(nye={**ENTRY, "files": "nye.csv", "columns": own}),
    )

    (need,) = needs(audit, Kind.PARTLY_MAPPED)
    assert need.what.startswith("nye: nothing is mapped to end_date")


@pytest.mark.parametrize(("column", "told"), [("role", True), ("country", False)])
def test_words_that_no_rule_knows_are_told_where_a_check_rests_on_them(
    audit: Path, column: str, *, told: bool
) -> None:
    words = {"role": "databehandler", "country": "DK"} | {column: "månens bagside"}
    put(
        audit,
        "modtagere.csv",
        "Id;Navn;Rolle;Land\n1;A;databehandler;DK\n2;B;databehandler;DK\n"
        f"3;C;{words['role']};{words['country']}\n",
    )
    entry = {
        "table": "recipient_register",
        "files": "modtagere.csv",
        "columns": {"recipient_id": "Id", "name": "Navn", "role": "Rolle", "country": "Land"},
    }
    edit(audit, lambda data: data["exports"].update(modtagere=entry))
    found_needs = needs(audit, Kind.WORDS)

    assert [need.action.partition(", each")[0] for need in found_needs] == (
        ["exports.modtagere.values: {role: {månens bagside: ...}}"] if told else []
    )
    assert all("HYG-processor-copies.recipient_register" in need.checks for need in found_needs)


def test_what_is_set_declared_and_answered_is_missing_no_more(audit: Path) -> None:
    edit(audit, declare_all)
    edit(
        audit,
        lambda data: data.update(own_domains=[], keep={"restricted_days": 90, "record_days": 900}),
    )
    (audit.parent / "response.yaml").write_text(
        "dpo: Skriv til os\ncarried_out_by: Jura\n"
        "management: {text: Vi retter det., function: Direktør, date: 2026-11-01}\n"
        "dpo_opinion: {text: Enig., function: DPO, date: 2026-11-01}\n"
        "answers: {technical_erasure: Ja., manual_erasure: Ja., all_systems: Ja., log_integrity:"
        " Ja.}\n",
        encoding="utf-8",
    )
    assert [need.kind for need in found(audit).needs] == [Kind.POLICY]

    policy = audit.parent / "policy.yaml"
    text = policy.read_text(encoding="utf-8")
    for mark in (
        "(titel ikke udfyldt)",
        "(udgave ikke udfyldt)",
        "(skal erstattes af politikkens egne ord)",
    ):
        text = text.replace(mark, "Vores")
    policy.write_text(text, encoding="utf-8")
    told = found(audit)

    assert (told.needs, told.exit_code) == ((), ExitCode.CLEAN)
    assert all(topic.checks == topic.of for topic in told.topics)


def test_approvals_of_a_sample_stop_a_run(audit: Path) -> None:
    sample = load_audit(ROOT / "audits" / "bizzy")
    name, borrowed = next(
        (name, one) for name, one in sample.parameters.items() if one.owner is not None
    )
    edit(
        audit,
        lambda data: data["parameters"].update({name: json.loads(borrowed.model_dump_json())}),
    )
    (need,) = needs(audit, Kind.REFUSED)

    assert need.stops_run
    assert "sample audit 'bizzy'" in need.what


def test_a_notebook_that_is_not_as_it_was_released_is_told(audit: Path) -> None:
    notebooks = audit.parents[2] / "notebooks"
    notebooks.mkdir()
    own = json.loads((ROOT / "notebooks" / "10_retention.ipynb").read_text(encoding="utf-8"))
    own["cells"][0]["source"] = ["# Min egen overskrift"]
    (notebooks / "10_retention.ipynb").write_text(json.dumps(own), encoding="utf-8")
    (need,) = needs(audit, Kind.NOTEBOOKS)

    assert "10_retention.ipynb" in need.what


# The command


def test_the_command_tells_it_to_people_and_programs(audit: Path) -> None:
    told = call("doctor", audit)
    assert (told.code, told.err) == (2, "")
    assert "Fjordnet ApS: " in told.out
    assert "parameters: {customer_period: {value: ..., owner: ...," in told.out

    as_json = call("doctor", audit, "--json")
    data = json.loads(as_json.out)
    assert (as_json.code, data["exit_code"], data["audit"]) == (2, 2, "fjordnet")
    assert [one["kind"] for one in data["missing"]] == [
        need.kind.name.lower() for need in found(audit).needs
    ]
    assert {one["count"] == len(one["checks"]) for one in data["missing"]} == {True}


def test_an_unusable_audit_ends_with_3_also_for_programs(audit: Path) -> None:
    audit.write_text("name: [", encoding="utf-8")
    ended = call("doctor", audit, "--json")
    assert (ended.code, json.loads(ended.out)["exit_code"]) == (3, 3)


def test_no_value_of_a_row_is_shown(audit: Path) -> None:
    rows = "".join(f"{7000 + n};Zornbjerg;;;;13-01-2020;14-02-2025\n" for n in range(9))
    put(audit, "kunder.csv", KUNDER.splitlines()[0] + "\n" + rows + "8001;;x;;;;;;\n")
    shown = call("doctor", audit).out + call("doctor", audit, "--json").out
    assert not [value for value in ("Zornbjerg", "7000", "8001") if value in shown]


# It agrees with a run

NOT_JUDGED = {"no_export", "no_rows", "missing_column", "unset"}


def waiting(told: Diagnosis) -> set[str]:
    kinds = {Kind.UNMAPPED, Kind.PARAMETER, Kind.NOT_RECEIVED, Kind.UNREADABLE}
    return {check for need in told.needs if need.kind in kinds for check in need.checks}


def run(audit: Path, out: Path, *more: str) -> tuple[set[str], set[str]]:
    """The checks that a run cannot judge for what is missing, and those that it finds to deviate."""
    words = ("--as-of", AS_OF.isoformat(), "--out", str(out), "--no-notebooks", "--json", *more)
    data = json.loads(call("run", audit, *words).out)
    return (
        {
            check
            for gap in data["not_judged"]
            if gap["reason"] in NOT_JUDGED
            for check in gap["checks"]
        },
        {failure["id"] for failure in data["failures"]},
    )


def agrees(told: Diagnosis, ran: tuple[set[str], set[str]]) -> bool:
    """Whether each check that waits was not judged, but for those that deviate whatever is missing,
    and the other way round.
    """
    not_judged, failed = ran
    return waiting(told) - failed == not_judged - failed


@pytest.mark.parametrize("operator", ["kazoom", "bizzy"])
def test_of_the_samples_it_says_what_a_run_says(operator: str, tmp_path: Path) -> None:
    exports = small_exports(tmp_path / "exports", operator)
    audit = ROOT / "audits" / operator
    told = diagnose(audit, today=AS_OF, exports=str(exports))

    assert not [need for need in told.needs if need.stops_run]
    assert agrees(told, run(audit, tmp_path / "out", "--exports", str(exports)))


def test_of_a_third_operator_it_says_what_a_run_says(tmp_path: Path) -> None:
    write_exports(tmp_path / "udtræk")
    workspace = small_workspace(tmp_path / "mine")
    started = call(
        "init", workspace, "--operator", "Havnetel ApS", "--cvr", "31416051",
        "--from", tmp_path / "udtræk",
    )  # fmt: skip
    assert started.code == 0, started.err
    audit = workspace / "audits" / "havnetel" / "audit.yaml"

    def lose(data: dict[str, Any]) -> None:
        data["exports"]["kundekartotek"]["columns"].pop("end_date")
        data["exports"].pop("aftaleliste")
        (tmp_path / "udtræk" / "regnskabsperioder.csv").write_text(
            "Selskabsnavn;Første dag;Sidste dag\n", encoding="cp1252"
        )

    for number, change in enumerate((lose, declare_all)):
        edit(audit, change)
        told = found(audit)
        assert not [need for need in told.needs if need.stops_run]
        assert agrees(told, run(audit, tmp_path / f"out{number}"))
