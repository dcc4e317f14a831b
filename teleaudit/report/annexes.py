"""The annex for spreadsheets: everything that is looked up and not read, one sheet each.

Beside the report and attached to it. The same results give the same bytes.
"""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Iterator, Sequence
from typing import Any

import xlsxwriter

from teleaudit.report.gaps import describe_mapping_doubts
from teleaudit.report.law import describe_rule, in_order
from teleaudit.report.material import UNJUDGED, Cell, Entry, Material, is_not_held
from teleaudit.report.remarks import say_remark
from teleaudit.report.trend import check_rows

TOLD_TOGETHER = ("unknown", "pass")  # verdicts under which checks of many data sets share a row
_WIDEST = 70  # letters of a column; more are wrapped
_MOST_ROWS, _MOST_LETTERS = 1_048_576, 32_767  # of a sheet and of a cell, as the format has it

Row = Sequence[str | float | None]


def write_annex(material: Material) -> bytes:
    """The workbook of a report."""
    words, buffer = material.words, io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True})
    made = dt.datetime.fromisoformat(material.results["finished_at"]).replace(tzinfo=None)
    book.set_properties(
        {
            "title": words.at("annex.title"),
            "author": _writable(material.results["controller"]["name"]),
            "created": made,
        }
    )
    head = book.add_format(
        {"bold": True, "bg_color": "#E4EBF1", "text_wrap": True, "valign": "top", "bottom": 1}
    )
    plain = book.add_format({"text_wrap": True, "valign": "top"})
    number = book.add_format({"num_format": "#,##0.##", "valign": "top"})
    for name, rows in _sheets(material).items():
        shown = words.at(f"annex.sheets.{name}")
        sheet = book.add_worksheet(shown["name"])
        for column, title in enumerate(shown["header"]):
            sheet.write_string(0, column, title, head)
            widest = max([len(title), *(_width(row[column]) for row in rows[:500])])
            sheet.set_column(column, column, min(widest + 2, _WIDEST))
        if len(rows) >= _MOST_ROWS:
            left = words.say("annex.left_out", n=words.number(len(rows) - _MOST_ROWS + 2))
            rows = [*rows[: _MOST_ROWS - 2], (left,)]  # noqa: PLW2901 (the sheet as it is written)
        for place, row in enumerate(rows, start=1):
            for column, value in enumerate(row):
                if isinstance(value, str):
                    sheet.write_string(place, column, _writable(value), plain)  # no formula
                elif value is not None:
                    sheet.write_number(place, column, value, number)
        sheet.freeze_panes(1, 0)
        sheet.autofilter(0, 0, max(len(rows), 1), len(shown["header"]) - 1)
        sheet.set_landscape()
        sheet.set_paper(9)  # A4
        sheet.fit_to_pages(1, 0)
        sheet.repeat_rows(0)
    book.close()
    return buffer.getvalue()


def _width(cell: str | float | None) -> int:
    """The letters of a cell's longest line."""
    return max((len(line) for line in str(cell or "").splitlines()), default=0)


def _writable(text: str) -> str:
    """A text that a cell can hold; half a letter, as names of files may have, as an escape."""
    return text[:_MOST_LETTERS].encode(errors="backslashreplace").decode()


def _sheets(material: Material) -> dict[str, list[Row]]:
    words = material.words
    is_compared = "compared_with" in material.results
    return {
        "guide": [
            (one["sheet"], one["text"])
            for one in words.at("annex.guide")
            if is_compared or one["sheet"] != words.at("annex.sheets.trend.name")
        ],
        "checks": [
            _check_row(material, check)
            for check in sorted(
                material.results["checks"], key=lambda one: _in_order(one.get("finding"))
            )
        ],
        "references": [
            # below each other in one cell: a row for each is half of the workbook
            (check["finding"], check["id"], "\n".join(check["references"]))
            for check in sorted(material.findings, key=lambda one: _in_order(one["finding"]))
            if check["references"]
        ],
        "columns": list(_columns(material)),
        "due": [
            (check["id"], material.dataset(check["dataset"]), *month.values())
            for check in material.results["checks"]
            for month in sorted(check["due_by_month"], key=lambda one: str(one["month"]))
        ],
        "reasons": [
            (check["id"], words.name("reasons", reason), count, check["population"])
            for check in material.checks
            for reason, count in sorted(check["reasons"].items())
            if count
        ],
        "exempt": [
            (check["id"], words.name("exemptions", ground), count)
            for check in material.checks
            for ground, count in sorted(check["exemptions"].items())
            if count
        ],
        **({"trend": check_rows(material)} if is_compared else {}),
        "clauses": [
            (
                clause["id"],
                material.text(clause["claim"]),
                words.at(f"verdicts.{clause['verdict']}.label"),
                len(clause["checks"]),
                material.text_or(clause.get("limits"), ""),
                material.text_or(clause.get("note"), ""),
                material.text_or(clause["reason"], ""),
            )
            for clause in material.results["clauses"]
        ],
        "files": [
            (
                export["name"],
                material.dataset(export["table"]),
                file["path"],
                file["rows"],
                file["rejected"],
                file["bytes"],
                file["sha256"],
            )
            for export in material.results["exports"]
            for file in export["files"]
        ],
        "remarks": list(_remarks(material)),
        "law": [
            describe_rule(material, basis)
            for basis in in_order(material, material.results["legal_bases"])
        ],
        "parameters": [
            (
                parameter["name"],
                material.setting(parameter),
                material.text(parameter["owner"]),
                material.text(parameter["reason"]),
                words.date(parameter["approved_on"]),
                as_text(material.resting_on(str(parameter["name"]))),
            )
            for parameter in material.results["parameters"]
        ],
        "programs": [
            *(
                (name, version, "")
                for name, version in sorted(material.results["versions"].items())
            ),
            *((name, "", digest) for name, digest in sorted(material.results["suites"].items())),
            *(
                (words.at("method.ledger.in_annex"), "", head)
                for head in (material.results.get("ledger_head"),)
                if head is not None
            ),
            *(
                (one["name"], words.name("method.notebooks.states", one["state"]), one["sha256"])
                for one in material.results.get("notebooks", [])
            ),
        ],
    }


def _in_order(number: str | None) -> tuple[bool, str, int]:
    """By the number of the finding; what found nothing comes last."""
    return (False, number[0], int(number[1:])) if number else (True, "", 0)


def _check_row(material: Material, check: Entry) -> Row:
    words = material.words
    judged = check["verdict"] not in UNJUDGED
    overdue, subjects = check["overdue"] or {}, check["subjects"] or {}
    verdict = "not_held" if is_not_held(check) else check["verdict"]
    return (
        check.get("finding") or "",
        check["id"],
        material.text(check["claim"]),
        material.dataset(check["dataset"]),
        words.at(f"verdicts.{verdict}.label"),
        words.name("severities", check["severity"] or ""),
        words.at(f"units.{check['unit']}.other"),
        *(
            check[name] if judged else None
            for name in ("population", "assessable", "deviations", "review", "exempted")
        ),
        check.get("legal_records"),
        overdue.get("max_days"),
        overdue.get("median_days"),
        subjects.get("customers"),
        subjects.get("persons"),
        subjects.get("companies"),
        check.get("oldest"),
        check["expectation"],
        material.bases(check["legal_basis"]),
    )


def _columns(material: Material) -> Iterator[Row]:
    """The columns in which something was found, and the rule that decided about each."""
    words = material.words
    for check in material.checks:
        decided = {one["column"]: one for one in check.get("column_decisions", [])}
        told = {**check["columns"], **check.get("review_columns", {})}
        for column, count in sorted(told.items(), key=lambda item: (-item[1], item[0])):
            decision = decided.get(column)
            kind = check.get("kinds", {}).get(column)
            yield (
                check.get("finding") or "",
                check["id"],
                material.dataset(check["dataset"]),
                column,
                count,
                words.name("attribute_kinds", kind) if kind else "",
                words.name("column_rules", decision["rule"]) if decision else "",
                decision["k"] if decision else None,
                decision["n"] if decision else None,
            )


def _remarks(material: Material) -> Iterator[Row]:
    words = material.words
    for exports, remark in describe_mapping_doubts(material):
        yield as_text(exports), remark
    for export in material.results["exports"]:
        warnings = export["warnings"]
        told = {remark.get("canonical") for remark in warnings}
        if export["problem"] and not warnings:
            yield export["name"], export["problem"]
        for column in sorted(export["missing_columns"]):
            if column not in told:
                yield export["name"], words.say("data.missing_column", column=column)
        for remark in warnings:
            yield export["name"], say_remark(words, remark)
        for reason, count in sorted(export["rejects"].items()):
            yield (
                export["name"],
                f"{words.name('data.reject_reasons', reason)}: {words.counted('row', count)}",
            )


def as_text(cell: Cell) -> str:
    """A cell of a table as one line."""
    return cell if isinstance(cell, str) else " – ".join(part for part in cell.values() if part)


def group_for_display(material: Material) -> list[list[Entry]]:
    """Checks that have a row together: those that ask the same of many data sets and got the same
    result, and all about a table that is not held.

    A deviation has a row of its own.
    """
    rows: dict[Any, list[Entry]] = {}
    for check in material.checks:
        clause = str(check["id"]).partition(".")[0]
        together = (
            (clause, material.text(check["claim"]), check["verdict"])
            if check["verdict"] in TOLD_TOGETHER
            else check["id"]
        )
        rows.setdefault(
            ("not_held", check["why_detail"]) if is_not_held(check) else together, []
        ).append(check)
    return list(rows.values())
