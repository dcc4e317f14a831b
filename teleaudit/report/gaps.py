"""The chapters about what needs a lawyer, what was not assessed, and what the policy's wording
leaves open; and the columns that nobody mapped.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from teleaudit.exports.mapping_gaps import column_label
from teleaudit.exports.warnings import NOT_JUDGED
from teleaudit.report.material import NOT_ASSESSED, Cell, Entry, Material, Table, is_not_held
from teleaudit.report.remarks import say_remark
from teleaudit.report.wording import capital
from teleaudit.rules.audit_file import POLICY_FILE
from teleaudit.schema import TABLES

CHECKS_NAMED = 4  # of those that are open for the same reason; the annex names all
GAPS_NAMED = 5  # columns in a sentence; more are counted
_COLUMN = re.compile(r"(?P<table>\w+)\.(?P<column>\w+)")

Part = dict[str, Any]


def describe_mapping_gaps(material: Material) -> Table:
    """Each needed column that nobody mapped: what it may be, and which checks it silences."""
    return material.table(
        "mapping_gaps", [_mapping_gap(material, gap) for gap in _mapping_gaps(material)]
    )


def summarise_mapping_gaps(material: Material) -> Part | None:
    """The box that comes before the numbers; None where every needed column is mapped."""
    words, gaps = material.words, _mapping_gaps(material)
    if not gaps:
        return None
    labels = [_gap_column(material, gap) for gap in gaps[:GAPS_NAMED]]
    labels += (
        [words.say("data.mapping_gaps.more", n=words.number(len(gaps) - GAPS_NAMED))]
        if len(gaps) > GAPS_NAMED
        else []
    )
    silenced = {check for gap in gaps for check in gap["checks"]}
    counts = {
        "columns": words.counted("column", len(gaps)),
        "checks": words.counted("check", len(silenced)),
    }
    return {
        "title": words.at("data.mapping_gaps.title"),
        "text": words.say("data.mapping_gaps.summary", labels=words.listed(labels), **counts),
    }


def describe_mapping_doubts(material: Material) -> list[tuple[Cell, str]]:
    """A remark for each column that may be mapped wrongly: the exports, and why."""
    return [
        ({"code": _exports_of(material, doubt["table"])}, _mapping_doubt(material, doubt))
        for doubt in material.results.get("mapping_doubts", [])
    ]


def describe_changed_clauses(material: Material) -> list[tuple[Cell, str]]:
    """A remark for each way in which the policy's text is not the one that was mapped."""
    words = material.words
    by_state: dict[str, list[Entry]] = {}
    for change in material.results.get("changed_clauses", []):
        by_state.setdefault(change["state"], []).append(change)
    return [
        (
            {"code": POLICY_FILE},
            words.say(
                f"data.changed_clauses.{state}",
                clauses=words.listed([str(one["clause"]) for one in changes]),
                paragraphs=words.counted("paragraph", len(changes)),
            ),
        )
        for state, changes in by_state.items()
    ]


def summarise_mapping_doubts(material: Material) -> Part | None:
    """The box that comes before the numbers; None where the mapping gives no doubt."""
    words, doubts = material.words, material.results.get("mapping_doubts", [])
    if not doubts:
        return None
    told = [
        f"{_exports_of(material, doubt['table'])}: {_mapping_doubt(material, doubt)}"
        for doubt in doubts[:GAPS_NAMED]
    ]
    more = (
        [words.say("data.mapping_gaps.more", n=words.number(len(doubts) - GAPS_NAMED))]
        if len(doubts) > GAPS_NAMED
        else []
    )
    return {"title": words.at("data.mapping_doubts.title"), "text": " ".join([*told, *more])}


def _mapping_doubt(material: Material, doubt: Entry) -> str:
    words = material.words
    columns = words.listed(
        [_column_of(material, doubt["table"], column) for column in doubt["columns"]]
    )
    counts = {"count": words.number(doubt["count"]), "total": words.number(doubt["total"])}
    return words.say(
        f"data.mapping_doubts.{doubt['kind']}",
        columns=columns,
        check=doubt["check"] or "",
        **counts,
    )


def _exports_of(material: Material, table: str) -> str:
    return (
        " ".join(
            export["name"]
            for export in material.results.get("exports", [])
            if export["table"] == table
        )
        or table
    )


def _mapping_gaps(material: Material) -> list[Entry]:
    return list(material.results.get("mapping_gaps", []))


def _mapping_gap(material: Material, gap: Entry) -> tuple[Cell, ...]:
    words = material.words
    headers = [
        words.say("data.mapping_gaps.looked_for", header=header)
        for header in _headers(gap["looked_for"])
    ]
    headers += [
        words.say("data.mapping_gaps.candidate", header=header)
        for header in _headers(gap["candidates"])
    ] or [words.at("data.mapping_gaps.unknown")]
    silenced = {
        "note": words.counted("check", len(gap["checks"])),
        "parts": " ".join(gap["clauses"]),
    }
    return (
        {"code": " ".join(gap["exports"])},
        _gap_column(material, gap),
        "; ".join(headers),
        silenced,
    )


def _headers(found: list[Entry]) -> list[str]:
    return list(dict.fromkeys(one["header"] for one in found))


def _gap_column(material: Material, gap: Entry) -> str:
    return _column_of(material, gap["table"], gap["column"])


def _column_of(material: Material, table: str, column: str) -> str:
    label = column_label(table, column)
    return (
        material.words.say("data.mapping_gaps.column", label=label, column=column)
        if label != column
        else label
    )


def describe_legal(material: Material) -> Part:
    """Everything between a strict and a lenient reading, in whichever check it was counted."""
    words = material.words
    rows = [
        (
            {"id": check["clauses"][0]},
            _band(material, check, band),
            words.number(count),
            material.bases_in_short(check["legal_basis"]),
        )
        for check in material.checks
        for band, count in sorted(check["legal"].items())
        if count
    ]
    return {
        "intro": words.at("legal.intro"),
        "table": material.table("legal", rows, "legal.empty"),
        "questions": material.table(
            "questions",
            [
                _question(material, conflict)
                for conflict in material.results.get("conflicts", [])
                if conflict["question"]
            ],
        ),
    }


def describe_conflicts(material: Material) -> Table:
    """What the policy and the law say of each category where they differ."""
    conflicts = [one for one in material.results.get("conflicts", []) if one["law"]]
    return material.table(
        "conflicts",
        [_conflict(material, conflict) for conflict in conflicts],
        "legal.conflicts_empty",
    )


def _conflict(material: Material, conflict: Entry) -> tuple[Any, ...]:
    words, law = material.words, conflict["law"]
    said = words.say(
        f"legal.law.{law['bound']}",
        period=words.period(law["period"]),
        start=material.text(law["counted_from"]),
    )
    if conflict["not_in_force"]:
        said = (
            f"{capital(said)}."
            f" {words.say('legal.law.not_in_force', bases=material.bases(conflict['not_in_force']))}"
        )
    return (
        {"id": conflict["clause"]},
        material.text(conflict["category"]),
        _stated(material, conflict),
        said,
        material.bases(conflict["legal_basis"]),
    )


def _stated(material: Material, conflict: Entry) -> str:
    """What the policy says of the period, or that it says nothing."""
    words, policy = material.words, conflict["policy"]
    if policy["period"] is None:
        return words.say(f"legal.policy.{conflict['kind']}", name=policy["parameter"])
    form = "parameter" if policy["parameter"] else "stated"
    return words.say(
        f"legal.policy.{form}",
        period=words.period(policy["period"]),
        start=material.text(policy["counted_from"]),
        name=policy["parameter"],
    )


def _question(material: Material, conflict: Entry) -> tuple[Any, ...]:
    return (
        {"id": conflict["clause"]},
        material.text(conflict["question"]),
        material.bases(conflict["legal_basis"]),
    )


def _band(material: Material, check: Entry, band: str) -> str:
    question = check.get("legal_questions", {}).get(band)
    return material.text_or(question, material.words.name("legal.bands", band))


def describe_not_assessed(material: Material) -> Part:
    """Every gap: checks without a full result, clauses that no check speaks about, and records left
    out of a check that has a result.
    """
    words = material.words
    checks = [
        check
        for check in material.checks
        if check["verdict"] in NOT_ASSESSED and not is_not_held(check)
    ]
    clauses = [
        clause
        for clause in material.results["clauses"]
        if not material.is_relevant(clause) and clause["verdict"] in NOT_ASSESSED
    ]
    return {
        "intro": words.at("not_assessed.intro"),
        "withheld": (
            words.say("not_assessed.withheld", n=words.counted("check", withheld))
            if material.is_main and (withheld := material.results.get("withheld"))
            else ""
        ),
        "not_held_note": words.at("not_assessed.not_held"),
        "not_held": material.table(
            "not_held",
            [_not_held(material, declared) for declared in material.results.get("not_held", [])],
        ),
        "elsewhere": words.say(
            "not_assessed.elsewhere",
            limits=words.counted(
                "clause",
                sum(
                    bool(clause["checks"] and clause.get("limits"))
                    for clause in material.results["clauses"]
                ),
            ),
            records=words.counted(
                "record", sum(sum(check["reasons"].values()) for check in material.checks)
            ),
        ),
        "checks": material.table(
            "open_checks",
            _open_checks(material, checks),
            "not_assessed.checks_empty",
        ),
        "clauses": material.table(
            "open_clauses", [_open_clause(material, clause) for clause in clauses]
        ),
    }


def _not_held(material: Material, declared: Entry) -> tuple[Any, ...]:
    """One declaration, with the number of checks that it answers; those about other data sets,
    which rest on this one, are named.
    """
    words = material.words
    if "check" in declared:
        return _without_records(material, declared)
    checks = [
        check
        for check in material.checks
        if is_not_held(check) and check["why_detail"] == declared["table"]
    ]
    others = " ".join(str(check["id"]) for check in checks if check["dataset"] != declared["table"])
    count = words.number(len(checks))
    told = (
        material.dataset(declared["table"]),
        declared["owner"],
        declared["reason"],
        words.date(declared["declared_on"]),
    )
    return (
        *told,
        (
            {"note": words.say("not_assessed.resting", count=count), "parts": others}
            if others
            else count
        ),
    )


def _without_records(material: Material, declared: Entry) -> tuple[Any, ...]:
    """A declaration that a check is about no record; where there are some, they were judged, and it
    says so.
    """
    words, id_ = material.words, declared["check"]
    check = next(check for check in material.checks if check["id"] == id_)
    note = words.at(
        "not_assessed.no_records" if is_not_held(check) else "not_assessed.judged_all_the_same"
    )
    return (
        material.dataset(check["dataset"]),
        declared["owner"],
        declared["reason"],
        words.date(declared["declared_on"]),
        {"note": note, "parts": id_},
    )


def _open_checks(material: Material, checks: Sequence[Entry]) -> list[tuple[Any, ...]]:
    """The checks without a full result; those for the same reason have a row together."""
    words, closes = material.words, material.words.at("not_assessed.closes")
    rows: dict[tuple[str, str, str], list[str]] = {}
    for check in checks:
        code = check["why"] if check["verdict"] == "unknown" else check["verdict"]
        told = (check["verdict"], _why(material, check, code), closes.get(code, closes["any"]))
        rows.setdefault(told, []).append(str(check["id"]))
    return [
        (
            (
                {"id": ids[0]}
                if len(ids) == 1
                else {
                    "title": words.counted("check", len(ids)),
                    "parts": " ".join(ids[:CHECKS_NAMED]),
                }
            ),
            {"short": verdict},
            why,
            closing,
        )
        for (verdict, why, closing), ids in rows.items()
    ]


def _why(material: Material, check: Entry, code: str) -> str:
    words = material.words
    if code == "partial":
        share = words.share(check["assessable"], check["population"])
        if check["assessable"] >= material.results["settings"]["gate"] * check["population"]:
            return words.say(
                "not_assessed.partial_though_above",
                M=words.number(check["assessable"]),
                N=words.number(check["population"]),
                share=share,
            )
        gate = words.percent(material.results["settings"]["gate"])
        return words.say(
            "not_assessed.partial",
            M=words.number(check["assessable"]),
            N=words.number(check["population"]),
            share=share,
            gate=gate,
        )
    known = words.at("not_assessed.why")
    reason = known.get(code, known["any"]).format_map(
        {"error_id": material.text(check["error_id"])}
    )
    detail = _detail(material, check.get("why_detail") or "", code)
    return f"{reason} {detail}" if detail else str(reason)


def _detail(material: Material, detail: str, code: str) -> str:
    """What is missing, by the names in ``why_detail``."""
    words = material.words
    if code in ("no_export", "no_rows"):
        return _missing_export(material, detail)
    if code == "unset" and detail:
        return words.say("not_assessed.detail.parameter", name=detail)
    if code == "not_mapped":
        return words.say(
            "not_assessed.detail.headers",
            headers=words.listed([words.quoted(header) for header in detail.split("; ")]),
        )
    column = _COLUMN.fullmatch(detail)
    return (
        words.say(
            "not_assessed.detail.column",
            column=column["column"],
            dataset=material.dataset(column["table"]),
        )
        if column
        else detail
    )


def _missing_export(material: Material, detail: str) -> str:
    name = detail.partition(": ")[0]
    for export in material.results["exports"]:
        if export["name"] == name:
            remarks = " ".join(
                say_remark(material.words, remark)
                for remark in export["warnings"]
                if remark["code"] != NOT_JUDGED
            )
            return material.words.say(
                "not_assessed.detail.export", name=name, remarks=remarks or export["problem"]
            )
    if name not in TABLES:
        return name
    needed = [
        column.synonyms[0] if column.synonyms else column.name
        for column in TABLES[name].columns
        if column.required
    ]
    return material.words.say(
        "not_assessed.detail.data_set",
        dataset=material.dataset(name),
        columns=material.words.listed(needed),
    )


def _open_clause(material: Material, clause: Entry) -> tuple[Any, ...]:
    closes = (
        str(material.words.at("not_assessed.closes.not_held"))
        if clause["checks"]
        else material.text_or(clause["evidence"], "")
    )
    return (
        {"id": clause["id"]},
        material.text(clause["claim"]),
        {"title": material.text(clause["reason"]), "note": closes},
    )
