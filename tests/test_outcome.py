"""What a run came to, as a person, a log and a program are told: the gravest first, no value of a
row, nothing wider than the terminal.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from teleaudit.errors import ExitCode, UserError
from teleaudit.exports.mapping_gaps import Candidate, MappingGap
from teleaudit.outcome import as_lines, as_object, as_summary, not_judged
from teleaudit.runs.pipeline import Outcome
from teleaudit.terminal import GatedConsole
from tests.command import Ended, call

CANARY = "Rødgrød 70706142"
CLAIM = (
    "Customer master data and ordinary correspondence in the CRM are erased within 1 year of the"
    " end of the relationship."
)

MIXED = f"""
    id                 | verdict | severity | M     | k  | days | why            | detail                | claim
    -------------------+---------+----------+-------+----+------+----------------+-----------------------+------
    A-1.paid           | pass    | high     | 10    | 0  |      |                |                       | Paid.
    A-2.dates          | fail    | low      | 10    | 9  |      |                |                       | Dates.
    A-3.customer       | fail    | high     | 3497  | 12 | 2360 |                |                       | {CLAIM}
    A-3.contact        | fail    | high     | 1685  | 9  | 100  |                |                       | {CLAIM}
    A-4.card           | fail    | high     | 40    | 30 |      |                |                       | No cards.
    A-5.secret         | fail    | critical | 5     | 1  | 1    |                |                       | Secret.
    A-6.breach         | breach  | low      | 5     | 1  |      |                |                       | Breach.
    A-7.error          | error   | low      | 0     | 0  |      | error          | LookupError           | Error.
    A-8.twin           | review  | low      | 5     | 3  |      |                |                       | Twin.
    A-8.other          | review  | low      | 5     | 1  |      |                |                       | Twin.
    A-9.band           | legal   | low      | 5     | 0  |      |                |                       | Band.
    B-1.customer       | unknown | high     | 0     | 0  |      | missing_column | crm_customer.end_date | Ends.
    B-1.contact        | unknown | high     | 0     | 0  |      | missing_column | crm_customer.end_date | Ends.
    B-2.cvr            | unknown | high     | 0     | 0  |      | missing_column | crm_customer.cvr      | CVR.
    B-3.dsar           | unknown | high     | 0     | 0  |      | no_export      | dsar                  | Asked.
    B-3.quote          | unknown | high     | 0     | 0  |      | no_export      | quote                 | Quotes.
    B-3.tombstone      | unknown | high     | 0     | 0  |      | no_export      | tombstone             | Stones.
    B-4.immediately    | unset   | high     | 0     | 0  |      | unset          | immediately_days      | At once.
"""


def results(text: str, **more: Any) -> dict[str, Any]:
    """What results.json holds of checks in a table, as far as an outcome looks at it, and a canary
    wherever it may hold what is not shown.
    """
    lines = [
        [cell.strip() for cell in line.split("|")]
        for line in text.strip().splitlines()
        if "-+-" not in line
    ]
    checks = [check(dict(zip(lines[0], cells, strict=True))) for cells in lines[1:]]
    return {
        "audit": "small",
        "run_id": "20261122T101500Z-0a1b2c",
        "as_of": "2026-11-22",
        "controller": {"name": "Fjordtel", "cvr": "21497479"},
        "policy": {"title": "Privatlivspolitik", "version": "udateret"},
        "clauses": [],
        "settings": {"gate": 0.99, "max_rejected": 0.001},
        "exports": [
            export("kunder", missing=["cvr"]),
            export("bilag", table="invoice", rows=7, rejected=1, control=9),
        ],
        "checks": checks,
        "totals": {
            "checks": len(checks),
            "verdicts": dict(Counter(check["verdict"] for check in checks)),
            "deviations": sum(check["deviations"] for check in checks),
            "review": sum(check["review"] for check in checks),
            "exempted": 0,
        },
        **more,
    }


def check(row: dict[str, str]) -> dict[str, Any]:
    return {
        "id": row["id"],
        "dataset": row["id"].partition(".")[2],
        "verdict": row["verdict"],
        "unit": "record",
        "severity": row.get("severity", "high"),
        "population": int(row.get("M", 0)),
        "assessable": int(row.get("M", 0)),
        "deviations": 0 if row["verdict"] == "review" else int(row.get("k", 0)),
        "exempted": 0,
        "review": int(row.get("k", 0)) if row["verdict"] == "review" else 0,
        "legal": {"strict_reading": 4} if row["verdict"] == "legal" else {},
        "legal_records": 4 if row["verdict"] == "legal" else 0,
        "reasons": dict.fromkeys(row.get("reasons", "").split(), 1),
        "overdue": {"max_days": int(row["days"]), "median_days": 1} if row.get("days") else None,
        "why": row.get("why") or None,
        "why_detail": row.get("detail") or None,
        "claim": {"da": CANARY, "en": row.get("claim", "Claim.")},
        "error_id": "E-0a1b2c3d" if row["verdict"] == "error" else None,
        "references": [CANARY],
        "column_decisions": [{"column": CANARY}],
        "columns": {"Fritekst": 1} if row["verdict"] == "review" else {CANARY: 1},
    }


def export(
    name: str,
    *,
    table: str = "crm_customer",
    rows: int = 7,
    rejected: int = 0,
    control: int | None = None,
    missing: list[str] | None = None,
) -> dict[str, Any]:
    return {
        "name": name,
        "table": table,
        "rows": rows,
        "rejected": rejected,
        "control_rows": control,
        "missing_columns": missing or [],
        "problem": CANARY,
        "warnings": [{"text": CANARY, "column": CANARY}],
    }


def outcome(
    results: dict[str, Any],
    *,
    folder: Path = Path("reports/small/1"),
    code: ExitCode = ExitCode.DEVIATIONS,
    failed: tuple[str, ...] = (),
) -> Outcome:
    return Outcome(
        folder=folder,
        results=results,
        exit_code=code,
        failed_notebooks=failed,
        timings={"seconds": 12.5},
    )


def text(
    results: dict[str, Any],
    *,
    width: int | None = None,
    code: ExitCode = ExitCode.DEVIATIONS,
    failed: tuple[str, ...] = (),
) -> str:
    return "\n".join(
        line.text for line in as_lines(outcome(results, code=code, failed=failed), width=width)
    )


# Lines for a person


def gap(*headers: str, checks: Sequence[str]) -> dict[str, Any]:
    """A column that checks need and nobody mapped, as a run tells it."""
    candidates = tuple(Candidate(export="kunder", header=header) for header in headers)
    return MappingGap(
        table="crm_customer",
        column="end_date",
        exports=("kunder",),
        looked_for=(),
        candidates=candidates,
        checks=tuple(checks),
    ).as_json()


def test_a_log_gets_errors_deviations_reviews_and_gaps_in_that_order_with_whole_claims() -> None:
    assert (
        text(results(MIXED), code=ExitCode.INTERNAL, failed=("10_retention.ipynb",))
        == "Fjordtel, as of 2026-11-22, run 20261122T101500Z-0a1b2c\n\nCould not be carried"
        " out:\n! A-7.error: LookupError, E-0a1b2c3d\n! 10_retention.ipynb: failed\n  error"
        " reports, not to be passed on: reports/small/1/restricted/errors\n\nDeviations in 6"
        " checks (deviations of assessed, days overdue at most):\nX low      A-6.breach:"
        " Breach. 1 of 5\nx critical A-5.secret: Secret. 1 of 5, 1 day\nx high     A-4.card: No"
        f" cards. 30 of 40\nx high     A-3 (2 checks): {CLAIM} 21 of 5,182, 2,360 days\nx low   "
        "   A-2.dates: Dates. 9 of 10\n\nFor a person to judge, 2 checks:\n! low      A-8 (2"
        " checks): Twin.\n  3 records of 5 in data set twin, column Fritekst\n  1 record of 5"
        " in data set other, column Fritekst\n  look at each of them: restricted/worklist.csv"
        " lists the records, those of level review too, with what to do\nFor a lawyer to judge,"
        " 1 check:\n  A-9.band\n\nCould not be judged, 7 checks:\n? 3  no export of dsar,"
        " quote, tombstone\n     B-3.dsar and 2 more: add the export, or declare the table"
        " under not_held\n? 2  missing column kunder: end_date\n     B-1.contact and 1 more:"
        " map it under exports.kunder.columns\n? 1  missing column kunder: cvr\n     B-2.cvr:"
        " its header is not in the file: correct it under exports.kunder.columns, or export the"
        " column\n? 1  parameter not set: immediately_days\n     B-4.immediately: set the value"
        " under parameters in audit.yaml, with owner, reason and approved_on\n\n18 checks: 1"
        " error, 1 breach, 5 fail, 2 review, 1 legal, 6 unknown, 1 unset, 1 pass.\n62"
        " deviations, 4 for a person to judge, 0 exempted.\nReport:"
        " reports/small/1/record/report.da.pdf\nExit code 4: a check or a notebook could not be"
        " carried out."
    )


def test_neither_a_log_nor_a_program_is_told_what_the_law_keeps_secret() -> None:
    def told(k: int) -> tuple[str, str, str]:
        found = results(MIXED)
        (one,) = (check for check in found["checks"] if check["id"] == "A-5.secret")
        one |= {"secret": True, "deviations": k, "verdict": "fail" if k else "pass"}
        ended = outcome(found, code=ExitCode.DEVIATIONS)
        return text(found), as_summary(ended), json.dumps(as_object(ended))

    lines, summary, program = told(1)
    assert (lines, summary, program) == told(0)
    assert "A-5.secret" not in lines + summary + program
    assert (
        "1 check about what the law keeps secret not told here, whatever was found:"
        " restricted/worklist.secret.da.csv is for who is cleared for it." in lines
    )
    assert json.loads(program)["withheld"] == 1
    assert json.loads(program)["totals"]["checks"] == 17


def test_a_terminal_of_eighty_columns_gets_one_line_a_deviation_with_its_numbers_at_the_edge() -> (
    None
):
    lines = [
        line
        for line in text(results(MIXED), width=80).splitlines()
        if line.startswith(("x ", "X "))
    ]
    assert lines == [
        "X low      A-6.breach: Breach.                                            1 of 5",
        "x critical A-5.secret: Secret.                                     1 of 5, 1 day",
        "x high     A-4.card: No cards.                                          30 of 40",
        "x high     A-3 (2 checks): Customer master data and...   21 of 5,182, 2,360 days",
        "x low      A-2.dates: Dates.                                             9 of 10",
    ]


@pytest.mark.parametrize("width", [40, 60, 80, 200])
def test_no_line_is_wider_than_the_terminal_but_those_that_hold_a_path(width: int) -> None:
    whole = results(MIXED, mapping_gaps=[gap("Ophørt den " * 9, checks=["B-1.contact"])])
    lines = text(whole, width=width, failed=("10_retention.ipynb",)).splitlines()
    assert [line for line in lines if len(line) > width and "reports/" not in line] == []
    assert any(line.startswith("? 3  no export of dsar") for line in lines)


def test_names_that_find_no_room_are_counted() -> None:
    assert "? 3  no export of dsar, quote and 1 more" not in text(results(MIXED), width=80)
    assert "? 3  no export of dsar and 2 more" in text(results(MIXED), width=34)


def test_a_clean_run_says_so_in_five_lines() -> None:
    clean = results("id | verdict | M\nA-1.paid | pass | 10")
    assert text(clean, code=ExitCode.CLEAN).splitlines()[1:] == [
        "",
        "1 check: 1 pass.",
        "0 deviations, 0 exempted.",
        "Report: reports/small/1/record/report.da.pdf",
        "Exit code 0: no deviations, everything assessed.",
    ]


def test_the_worklist_is_named_where_there_is_one_with_lines(tmp_path: Path) -> None:
    (tmp_path / "restricted").mkdir()
    (tmp_path / "restricted" / "worklist.csv").touch()
    said = [line.text for line in as_lines(outcome(results(MIXED), folder=tmp_path), width=80)]
    assert f"Worklist, not to be passed on: {tmp_path}/restricted/worklist.csv" in said
    assert (
        as_object(outcome(results(MIXED), folder=tmp_path))["worklist"]
        == f"{tmp_path}/restricted/worklist.csv"
    )
    (tmp_path / "restricted" / "worklist.xlsx").touch()
    said = [line.text for line in as_lines(outcome(results(MIXED), folder=tmp_path), width=80)]
    assert f"Worklist, not to be passed on: {tmp_path}/restricted/worklist.xlsx" in said
    clean = results("id | verdict | M\nA-1.paid | pass | 10")
    assert not [
        line.text
        for line in as_lines(outcome(clean, folder=tmp_path), width=80)
        if "Worklist" in line.text
    ]


@pytest.mark.parametrize(
    ("row", "said", "names"),
    [
        (
            "unknown | no_export | kontakter: no file matches x. |",
            "no file for the export kontakter",
            ("kontakter",),
        ),
        (
            "unknown | no_rows | kontakter: none of its records |",
            "no rows in kontakter",
            ("kontakter",),
        ),
        (
            "unknown | all_null | crm_customer.end_date |",
            "empty column kunder: end_date",
            ("end_date",),
        ),
        ("unknown | nothing_in_scope | |", "no records that the rule is about", ()),
        (
            "unknown | nothing_assessable | | orphan no_end_date",
            "no record could be judged: no_end_date, orphan",
            ("no_end_date", "orphan"),
        ),
        (
            "unknown | too_many_rejected | |",
            "too many rows that could not be read in bilag",
            ("bilag",),
        ),
        (
            "unknown | control_differs | |",
            "not the number of rows that the source counted in bilag",
            ("bilag",),
        ),
        ("unknown | cut_off | |", "a file that was cut off in", ()),
        ("unknown | file_without_rows | |", "a file without rows in", ()),
        ("partial | | | orphan", "too few records could be judged: orphan", ("orphan",)),
        ("unknown | something_new | |", "not judged", ()),
    ],
)
def test_every_reason_is_told_with_names_and_what_to_do(
    row: str, said: str, names: tuple[str, ...]
) -> None:
    whole = results(f"id | verdict | why | detail | reasons\nA-1.paid | {row}")
    lines = text(whole, code=ExitCode.NOT_ASSESSED).splitlines()
    assert lines[3] == f"? 1  {said}"
    (gap,) = not_judged(whole)
    assert (gap.names, gap.checks) == (names, ("A-1.paid",))
    assert gap.reason == (whole["checks"][0]["why"] or "partial")
    assert lines[4] == f"     A-1.paid: {gap.action}"
    assert "{" not in gap.action


def test_what_no_source_need_be_corrected_for_says_what_to_do() -> None:
    (gap,) = not_judged(
        results("id | verdict | why | detail | reasons\nA-1.paid | partial | | | unknown_word")
    )
    assert gap.action == "say under values in audit.yaml which words they stand for"


def test_checks_that_all_ended_by_the_same_error_are_one_line() -> None:
    whole = results(
        "id | verdict | why | detail\nA-1.a | error | error | ProcessDied\nA-1.b | error | error |"
        " ProcessDied"
    )
    assert (
        "! A-1.a and 1 more: ProcessDied, E-0a1b2c3d"
        in text(whole, code=ExitCode.INTERNAL).splitlines()
    )


def test_columns_that_nobody_mapped_come_before_everything_else() -> None:
    gaps = [gap("Ophørt den", "Lukket", checks=["B-1.contact", "B-1.customer"])]
    assert text(results(MIXED, mapping_gaps=gaps)).splitlines()[2:6] == [
        "Columns that are not mapped, though checks need them:",
        '! kunder: end_date, perhaps "Ophørt den" or "Lukket" (silences B-1.contact and 1 more)',
        "  map it under exports.kunder.columns",
        "",
    ]
    assert as_object(outcome(results(MIXED, mapping_gaps=gaps)))["mapping_gaps"] == gaps


def test_where_no_header_is_the_column_the_way_out_is_a_constant() -> None:
    told = text(results(MIXED, mapping_gaps=[gap(checks=["B-2.cvr"]) | {"column": "cvr"}]))
    assert (
        '  map it under exports.kunder.columns, or say that no record has one: constants: {cvr: ""}'
        in told.splitlines()
    )


def test_what_is_declared_not_held_is_no_gap() -> None:
    whole = results(
        "id | verdict | why | detail\nA-1.dsar | skipped | not_held | dsar\nA-2.dsar | skipped |"
        " not_held | dsar",
        not_held=[{"table": "dsar"}],
    )
    said = text(whole, code=ExitCode.CLEAN)
    assert "Declared not held: dsar (2 checks not relevant)." in said.splitlines()
    assert "Could not be judged" not in said
    assert as_object(outcome(whole))["not_judged"] == []


def test_a_header_cannot_move_the_cursor() -> None:
    gaps = [gap("\x1b[2JOphørt\nden", checks=["B-1.contact"])]
    lines = as_lines(outcome(results(MIXED, mapping_gaps=gaps)), width=None)
    assert [line for line in lines if not line.text.isprintable()] == []


def test_no_value_of_a_row_is_in_any_form_of_the_outcome() -> None:
    ended = outcome(results(MIXED))
    for said in (
        text(results(MIXED)),
        text(results(MIXED), width=80),
        as_summary(ended),
        json.dumps(as_object(ended), ensure_ascii=False),
    ):
        assert "A-6.breach" in said or "Fjordtel" in said
        assert CANARY not in said


# One line, one object


def test_the_summary_is_one_line_with_counts_exit_code_and_report() -> None:
    assert (
        as_summary(outcome(results(MIXED), code=ExitCode.INTERNAL, failed=("10_retention.ipynb",)))
        == "Fjordtel, as of 2026-11-22: 18 checks: 1 error, 1 breach, 5 fail, 2 review, 1 legal, 6"
        " unknown, 1 unset, 1 pass. 62 deviations, 4 for a person to judge, 0 exempted. Exports"
        " that could not be read: kunder, bilag. Failed: 10_retention.ipynb. Exit code 4: a"
        " check or a notebook could not be carried out. Report:"
        " reports/small/1/record/report.da.pdf"
    )
    whole = results(MIXED)
    assert "could not be read" not in as_summary(
        outcome(whole | {"exports": [one | {"problem": None} for one in whole["exports"]]})
    )


def test_the_object_holds_the_documented_keys_and_agrees_with_the_results() -> None:
    whole = results(MIXED)
    told = as_object(outcome(whole, failed=("10_retention.ipynb",)))
    assert told == json.loads(json.dumps(told))
    assert {
        name: told[name]
        for name in (
            "exit_code",
            "run_id",
            "audit",
            "as_of",
            "folder",
            "report",
            "worklist",
            "failed_notebooks",
            "seconds",
        )
    } == {
        "exit_code": 1,
        "run_id": "20261122T101500Z-0a1b2c",
        "audit": "small",
        "as_of": "2026-11-22",
        "folder": "reports/small/1",
        "report": "reports/small/1/record/report.da.pdf",
        "worklist": None,
        "failed_notebooks": ["10_retention.ipynb"],
        "seconds": 12.5,
    }
    assert (told["controller"], told["totals"]) == (whole["controller"], whole["totals"])
    assert [failure["id"] for failure in told["failures"]] == [
        "A-7.error",
        "A-6.breach",
        "A-5.secret",
        "A-4.card",
        "A-3.customer",
        "A-3.contact",
        "A-2.dates",
    ]
    assert told["failures"][4] == {
        "id": "A-3.customer",
        "verdict": "fail",
        "severity": "high",
        "deviations": 12,
        "assessable": 3497,
        "overdue_max_days": 2360,
    }
    assert [(check["id"], check["count"]) for check in told["for_review"]] == [
        ("A-8.twin", 3),
        ("A-8.other", 1),
        ("A-9.band", 4),
    ]
    assert told["not_judged"][1] == {
        "reason": "missing_column",
        "names": ["end_date"],
        "count": 2,
        "checks": ["B-1.contact", "B-1.customer"],
        "action": "map it under exports.kunder.columns",
    }
    assert sum(gap["count"] for gap in told["not_judged"]) == 7


def test_template_words_that_still_stand_are_named_where_they_stand() -> None:
    claim = {
        "da": "Politikkens punkt om korrespondance (skal erstattes af politikkens egne ord).",
        "en": "Ours.",
    }
    unfinished = results(
        MIXED,
        policy={"title": "(titel ikke udfyldt)", "version": "3"},
        clauses=[
            {"id": "A-1", "claim": claim},
            {"id": "A-2", "claim": {"da": "Vores.", "en": "Ours."}},
            {"id": "A-3", "claim": claim},
        ],
    )
    said = (
        "! The template's words still stand in the title of policy.yaml, the claims of 2"
        " clauses (A-1 and 1 more): replace them by the policy's own before the report"
    )
    assert said in text(unfinished)
    assert "template" not in text(results(MIXED))


# The command


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Calls ``run`` with options; the run itself is made up."""
    (tmp_path / "audit.yaml").touch()
    ended = outcome(results(MIXED))

    def made_up(_path: Path, _options: object, *, say: Any, **_more: object) -> Outcome:
        say("note: something was noticed")
        say("asking the checks")
        return ended

    monkeypatch.setattr("teleaudit.runs.pipeline.run_audit", made_up)

    def called(*words: str) -> Ended:
        return call("run", tmp_path, *words)

    return called


def test_run_shows_the_outcome_and_no_table(run: Any) -> None:
    ended = run()
    assert (ended.code, ended.out) == (1, text(results(MIXED)) + "\n")


def test_run_with_table_shows_every_check_besides(run: Any) -> None:
    ended = run("--table")
    assert ended.out.startswith(text(results(MIXED)))
    assert ended.out.count("A-1.paid") == 1
    assert "unknown (no_export)" in ended.out
    assert ended.out.endswith("e exempted.\n")


def test_quiet_is_one_line_and_no_progress(run: Any) -> None:
    assert run("--quiet") == Ended(code=1, out=as_summary(outcome(results(MIXED))) + "\n", err="")


def test_json_is_one_object_and_progress_stays_on_stderr(run: Any) -> None:
    ended = run("--json")
    assert json.loads(ended.out) == as_object(outcome(results(MIXED)))
    assert ended.out.count("\n") == 1
    assert "asking the checks" in ended.err
    assert run("--json", "--quiet") == Ended(code=1, out=ended.out, err="")


@pytest.mark.parametrize("option", ["--json", "--quiet"])
def test_a_table_beside_what_stands_alone_is_refused(run: Any, option: str) -> None:
    ended = run("--table", option)
    assert ended.code == 3
    assert f"--table and {option} exclude each other" in ended.err
    assert "Fjordtel" not in ended.out


@pytest.mark.parametrize(
    ("error", "code", "said"),
    [
        (UserError("no folder x."), 3, "no folder x."),
        (KeyboardInterrupt(), 4, "interrupted. "),
        (LookupError(CANARY), 4, "internal error (LookupError in teleaudit."),
    ],
)
def test_json_tells_an_error_too(
    run: Any, monkeypatch: pytest.MonkeyPatch, error: BaseException, code: int, said: str
) -> None:
    def fail(*_args: object, **_more: object) -> None:
        raise error

    monkeypatch.setattr("teleaudit.runs.pipeline.run_audit", fail)
    ended = run("--json")
    told = json.loads(ended.out)
    assert (ended.code, set(told), told["exit_code"]) == (code, {"error", "exit_code"}, code)
    assert told["error"].startswith(said)
    assert ended.err == f"teleaudit: {told['error']}\n"
    assert CANARY not in ended.out + ended.err
    assert run().out == ""


def test_json_tells_wrong_use_too_and_other_commands_are_not_concerned(run: Any) -> None:
    ended = run("--json", "--as-off", "2026-11-22")
    assert json.loads(ended.out) == {
        "error": "No such option: --as-off. Did you mean '--as-of'?",
        "exit_code": 3,
    }
    assert "Usage: " in ended.err
    assert call("scan", "--json").out == ""


def test_a_terminal_gets_colours_and_lines_of_its_width(
    run: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "teleaudit.cli.console.out",
        GatedConsole(
            highlight=False, soft_wrap=True, force_terminal=True, width=80, color_system="standard"
        ),
    )
    out = run().out
    assert (
        "\x1b[31mx high     A-3 (2 checks): Customer master data and...   21 of 5,182, 2,360"
        " days\x1b[0m" in out.splitlines()
    )
    assert "\x1b" not in text(results(MIXED), width=80)


def test_what_has_become_of_the_last_run_s_findings_is_told_in_checks() -> None:
    told = results(MIXED)
    for check, state in zip(told["checks"], ["resolved", "new", "new", None], strict=False):
        check["history"] = {"state": state}
    told["compared_with"] = {
        "run_id": "20260801T040000Z-0b0b0b",
        "as_of": "2026-08-01",
        "changed": [{"kind": "rules", "name": "a.yaml"}, {"kind": "rules", "name": "b.yaml"}],
    }

    said = [line.text for line in as_lines(outcome(told), width=None)]

    assert (
        "Since run 20260801T040000Z-0b0b0b, as of 2026-08-01, in checks: 2 new, 1 resolved. Not the"
        " same as then: rules."
    ) in said
    assert as_object(outcome(told))["since_last"]["checks"] == {"new": 2, "resolved": 1}
    assert "since_last" not in as_object(outcome(results(MIXED)))


def test_what_is_accepted_for_a_time_is_told_and_so_is_what_expired() -> None:
    waiver = {
        "check": "A-3",
        "reason": "",
        "approved_by": ["CEO", "DPO"],
        "first": "2026-10-01",
        "last": "2026-12-31",
        "state": "in_force",
        "checks": ["A-3.customer", "A-3.contact"],
    }
    told = results(
        MIXED, waivers=[waiver, {**waiver, "check": "A-2", "state": "expired", "checks": []}]
    )

    said = [line.text for line in as_lines(outcome(told), width=None)]

    assert "  A-3 (2 checks): until 2026-12-31, approved by CEO and DPO" in said
    assert (
        "! The waiver of A-2 expired on 2026-12-31: mend what is found, have it accepted anew, or"
        " take it out of audit.yaml."
    ) in said
    assert as_object(outcome(told))["totals"] == results(MIXED)["totals"]
