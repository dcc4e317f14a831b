"""Risks that the controller has accepted for a time."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest

from teleaudit.errors import AuditFileError
from teleaudit.report import Report
from teleaudit.report.authorities import results_for
from teleaudit.report.document import describe
from teleaudit.report.material import Material
from teleaudit.report.results import exit_code, waiver_entry
from teleaudit.report.wording import load_words
from teleaudit.rules.audit_file import load_audit
from teleaudit.rules.rulebook import rulebook_of
from teleaudit.rules.waivers import Waiver
from tests.command import ROOT
from tests.report.example import example

CHECK = "BIZ-ret-3.customer"
WAIVER = {
    "check": CHECK,
    "reason": "CRM udskiftes i foråret.",
    "approved_by": ["Direktør", "Jurist"],
    "first": "2026-10-01",
    "last": "2027-03-31",
}


def audit_with(tmp_path: Path, waiver: dict[str, Any]) -> Path:
    """Bizzy's audit with a waiver on its last lines; it begins on the last but five."""
    folder = tmp_path / "audits" / "bizzy"
    folder.mkdir(parents=True)
    (tmp_path / "expectations").symlink_to(ROOT / "expectations")
    for name in ("audit.yaml", "policy.yaml"):
        text = (ROOT / "audits" / "bizzy" / name).read_text(encoding="utf-8")
        (folder / name).write_text(text, encoding="utf-8")
    first, *rest = (f"{key}: {value}" for key, value in waiver.items())
    with (folder / "audit.yaml").open("a", encoding="utf-8") as file:
        file.write("\n".join(["", "waivers:", f"  - {first}", *(f"    {one}" for one in rest), ""]))
    return folder / "audit.yaml"


def written(**changes: object) -> dict[str, Any]:
    """The waiver as it is written in the file."""
    return {**WAIVER, "approved_by": "[Direktør, Jurist]", **changes}


def test_a_waiver_of_a_check_or_of_a_clause_is_accepted(tmp_path: Path) -> None:
    for place, scope in enumerate((CHECK, "BIZ-ret-3")):
        audit = load_audit(audit_with(tmp_path / str(place), written(check=scope)))
        rulebook_of(audit)
        assert [waiver.check for waiver in audit.waivers] == [scope]


@pytest.mark.parametrize(
    ("changes", "key", "complaint"),
    [
        ({"approved_by": "[Jurist, 'jurist ']"}, "approved_by", "two different functions must"),
        ({"approved_by": "[Jurist]"}, "approved_by", "two different functions must approve it"),
        ({"approved_by": "[A, B, C]"}, "approved_by", "two different functions must approve it"),
        ({"last": "2026-09-30"}, "last", "before it begins on 2026-10-01"),
        ({"last": "2027-10-02"}, "last", "more than 12 months after 2026-10-01"),
        ({"reason": "''"}, "reason", "at least 1 character"),
    ],
)
def test_a_waiver_that_two_have_not_accepted_for_a_year_at_most_is_refused_with_its_line(
    tmp_path: Path, changes: dict[str, Any], key: str, complaint: str
) -> None:
    file = audit_with(tmp_path, written(**changes))
    lines = file.read_text(encoding="utf-8").splitlines()
    place = max(number for number, line in enumerate(lines, 1) if f"{key}:" in line)

    with pytest.raises(AuditFileError) as refused:
        load_audit(file)

    assert f"line {place}" in str(refused.value)
    assert complaint in str(refused.value)


def test_a_waiver_may_last_exactly_twelve_months(tmp_path: Path) -> None:
    assert load_audit(audit_with(tmp_path, written(last="2027-10-01"))).waivers


def test_a_waiver_of_no_check_is_refused_with_its_line_and_the_near_match(tmp_path: Path) -> None:
    file = audit_with(tmp_path, written(check="BIZ-ret-3.custmer"))
    lines = file.read_text(encoding="utf-8").splitlines()

    with pytest.raises(AuditFileError) as refused:
        rulebook_of(load_audit(file))

    assert f"line {lines.index('  - check: BIZ-ret-3.custmer') + 1}" in str(refused.value)
    assert "Did you mean 'BIZ-ret-3.customer'?" in str(refused.value)


@pytest.mark.parametrize(
    ("as_of", "state"),
    [
        ("2026-09-30", "not_yet"),
        ("2026-10-01", "in_force"),
        ("2027-03-31", "in_force"),
        ("2027-04-01", "expired"),
    ],
)
def test_a_waiver_counts_from_its_first_to_its_last_day(as_of: str, state: str) -> None:
    assert Waiver.model_validate(WAIVER).state(dt.date.fromisoformat(as_of)) == state


def with_waiver(**changes: Any) -> dict[str, Any]:
    """The example, with the waiver on its date."""
    results = example()
    waiver = Waiver.model_validate({**WAIVER, **changes})
    as_of = dt.date.fromisoformat(results["as_of"])
    return {**results, "waivers": [waiver_entry(waiver, as_of, results["checks"])]}


def report(results: dict[str, Any]) -> dict[str, Any]:
    """The report as data."""
    told = describe(Material(results=results, words=load_words("da")), {})
    assert isinstance(told, dict)
    return told


def fact(told: dict[str, Any], number: str) -> str | None:
    """What the margin of a finding says of its acceptance."""
    (finding,) = (
        one
        for theme in told["findings"]["themes"]
        for one in theme["findings"]
        if one["number"] == number
    )
    return next(
        (one["value"] for one in finding["facts"] if one["term"] == "Accepteret risiko"), None
    )


def test_a_waiver_changes_no_number_and_no_exit_code() -> None:
    plain, waived = report(example()), report(with_waiver())

    assert exit_code(with_waiver()) == exit_code(example())
    assert waived["summary"] == plain["summary"]
    assert waived["front"] == plain["front"]
    assert [
        {**one, "facts": ()} for theme in waived["findings"]["themes"] for one in theme["findings"]
    ] == [
        {**one, "facts": ()} for theme in plain["findings"]["themes"] for one in theme["findings"]
    ]


def test_an_accepted_finding_says_until_when_and_by_whom_and_stands_in_the_plan() -> None:
    told = report(with_waiver())

    assert fact(told, "A2") == "til 31-03-2027, godkendt af Direktør og Jurist"
    assert fact(told, "A1") is None
    (row,) = (row for row in told["response"]["plan"]["rows"] if row[0] == {"number": "A2"})
    assert row[1]["note"] == ("Accepteret risiko til 31-03-2027, godkendt af Direktør og Jurist.")
    assert row[4] == "Accepteret"
    assert told["response"]["waivers"]["rows"] == [
        [
            {"code": CHECK},
            "CRM udskiftes i foråret.",
            "Direktør og Jurist",
            "01-10-2026 til 31-03-2027",
            "gælder",
            "A2",
        ]
    ]


def test_an_expired_waiver_says_so_and_one_to_come_is_not_yet_told_of_the_finding() -> None:
    expired = with_waiver(first="2026-01-01", last="2026-11-21")

    assert fact(report(expired), "A2") == ("udløbet 21-11-2026; var godkendt af Direktør og Jurist")
    assert [row[2] for row in Report(results=expired).decisions["rows"] if "udløbet" in row[0]] == [
        CHECK
    ]
    to_come = report(with_waiver(first="2026-12-01"))
    assert fact(to_come, "A2") is None
    assert to_come["response"]["waivers"]["rows"][0][4] == "gælder ikke endnu"


def test_a_waiver_of_a_clause_covers_all_its_checks() -> None:
    (waiver,) = with_waiver(check="BIZ-ret-3")["waivers"]

    assert waiver["checks"] == [CHECK, "BIZ-ret-3.contact"]


def test_without_waivers_nothing_is_said() -> None:
    told = report({**example(), "waivers": []})

    assert told["response"]["waivers"]["rows"] == []
    assert fact(told, "A2") is None


def test_an_authority_is_told_of_waivers_of_its_own_checks_alone() -> None:
    results = with_waiver()

    assert results_for(results, "erhvervsstyrelsen")["waivers"] == []
    assert results_for(results, "datatilsynet")["waivers"] == results["waivers"]


def test_pdf_and_html_hold_what_is_accepted() -> None:
    told = Report(results=with_waiver())

    assert "Accepterede risici" in told.html.decode()
    assert told.plain_pdf.startswith(b"%PDF")
