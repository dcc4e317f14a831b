"""The chapters about what was found, what needs a lawyer, and what was not assessed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from teleaudit.report.material import NOT_ASSESSED, Entry, Material, Table, found

MONTHS_SHOWN = 18  # more are summed by year
YEARS_SHOWN = 30

Part = dict[str, Any]


def describe_finding(material: Material, check: Entry, figures: Mapping[str, Part]) -> Part:
    """One finding: what was required, what was found, by which numbers, and what to do."""
    words = material.words
    dataset = material.dataset(check["dataset"])
    return {
        "title": words.say("finding.title", dataset=dataset, check=check["id"]),
        "verdict": check["verdict"],
        "claim": material.text(check["claim"]),
        "sentence": " ".join(_sentences(material, check)),
        "facts": _facts(material, check),
        "numbers": _numbers(material, check),
        "exemptions": material.breakdown("exemptions", check["exemptions"], "exemptions"),
        "reasons": material.breakdown("reasons", check["reasons"], "reasons"),
        "columns": material.breakdown("columns", check["columns"]),
        "figures": [
            {**figure, "caption": words.say("finding.figure", dataset=dataset, name=_figure_name(material, key))}
            for key, figure in sorted(figures.items())
            if key.partition("/")[0] == check["id"]
        ],
        "due": _due(material, check["due_by_month"]),
        "references": list(check["references"]),
        "references_note": _references_note(material, check),
        "action": _action(material, check),
    }


def _sentences(material: Material, check: Entry) -> list[str]:
    words, unit = material.words, check["unit"]
    values = {
        "as_of": words.date(material.results["as_of"], "date"),
        "dataset": f"»{material.dataset(check['dataset'])}«",
        "k": words.counted(unit, found(check)),
        "M": words.number(check["assessable"]),
        "N": words.number(check["population"]),
    }
    said = [words.say(f"finding.{_wording(check)}", **values, **_deadline(material, check))]
    overdue = check["overdue"] or {}
    if overdue.get("max_days") is not None:
        said.append(words.say("finding.overdue", max=words.counted("day", overdue["max_days"]), median=_days(material, overdue["median_days"])))
    if check.get("review") and check["verdict"] != "review":
        said.append(words.say("finding.also_review", n=words.counted(unit, check["review"])))
    if check["exempted"]:
        said.append(words.say("finding.exempted", e=words.counted(unit, check["exempted"])))
    if check["assessable"] < check["population"]:
        said.append(words.at("finding.part"))
    return said


def _wording(check: Entry) -> str:
    if check["verdict"] == "review":
        return "review"
    criterion = check["criterion"] or {}
    if criterion.get("period") and criterion.get("starts_at"):
        return "deadline"
    return "breach" if check["verdict"] == "breach" else "plain"


def _deadline(material: Material, check: Entry) -> dict[str, str]:
    criterion = check["criterion"] or {}
    return {"period": material.period(criterion.get("period") or ""), "event": material.words.name("events", criterion.get("starts_at") or "")}


def _days(material: Material, days: float | None) -> str:
    words = material.words
    if days is None:
        return str(words.at("formats.nothing"))
    return words.counted("day", int(days)) if days == int(days) else f"{words.number(days)} {words.at('units.day.other')}"


def _facts(material: Material, check: Entry) -> list[dict[str, str]]:
    words, criterion = material.words, check["criterion"] or {}
    facts = {
        "severity": words.name("severities", check["severity"] or ""),
        "authority": words.name("authorities", check["authority"] or ""),
        "clauses": words.listed(check["clauses"]),
        "basis": material.bases(check["legal_basis"]),
        "deadline": words.say("finding.deadline_fact", **_deadline(material, check)) if _wording(check) == "deadline" else "",
        "parameters": "; ".join(_parameter(material, name) for name in criterion.get("parameters", ())),
    }
    return [{"term": words.at(f"finding.facts.{name}"), "value": value} for name, value in facts.items() if value]


def _parameter(material: Material, name: str) -> str:
    words, parameter = material.words, material.parameter(name)
    if parameter is None or parameter["value"] is None:
        return words.say("finding.parameter_unset", name=name)
    return words.say(
        "finding.parameter_fact",
        name=name,
        value=material.value(parameter["value"]),
        owner=material.text(parameter["owner"]),
        approved_on=words.date(parameter["approved_on"]),
    )


def _numbers(material: Material, check: Entry) -> Table:
    """N, M, k and e, each with the share it is of what it is counted among."""
    words = material.words
    counts = {"N": check["population"], "M": check["assessable"], "k": check["deviations"], "e": check["exempted"]}
    among = {"M": "N", "k": "M", "e": "M"}
    rows = [
        (words.at(f"method.numbers.{name}.term"), words.number(count), _share(material, count, counts[among[name]]) if name in among else words.at("formats.nothing"))
        for name, count in counts.items()
    ]
    if check.get("review"):
        rows.append((words.at("finding.review_term"), words.number(check["review"]), _share(material, check["review"], check["assessable"])))
    return material.table("numbers", rows)


def _share(material: Material, part: int, whole: int) -> str:
    words = material.words
    return words.say("finding.share_of", share=words.share(part, whole), part=words.number(part), whole=words.number(whole))


def _figure_name(material: Material, key: str) -> str:
    name = key.partition("/")[2]
    return material.words.name("finding.figure_names", name) if name else str(material.words.at("finding.figure_any"))


def _due(material: Material, months: Sequence[Entry]) -> Part:
    """The table that goes with the figures: months, or years when there are many months."""
    words = material.words
    if len(months) <= MONTHS_SHOWN:
        name, rows = "months", [(words.month(month["month"]), month["records"], month["overdue"]) for month in sorted(months, key=lambda month: str(month["month"]))]
    else:
        name, rows = "years", _by_year(months)
    shown = rows[-YEARS_SHOWN:]
    note = words.say("finding.months_shown", shown=len(shown), total=words.number(len(rows))) if len(shown) < len(rows) else ""
    return {"table": material.table(name, [(period, words.number(records), words.number(overdue)) for period, records, overdue in shown]), "note": note}


def _by_year(months: Sequence[Entry]) -> list[tuple[str, int, int]]:
    records: dict[str, int] = defaultdict(int)
    overdue: dict[str, int] = defaultdict(int)
    for month in months:
        year = str(month["month"])[:4]
        records[year] += month["records"]
        overdue[year] += month["overdue"]
    return [(year, records[year], overdue[year]) for year in sorted(records)]


def _references_note(material: Material, check: Entry) -> str:
    words, shown, total = material.words, len(check["references"]), found(check)
    if not shown:
        return str(words.at("finding.references_none"))
    name = "references_note" if shown < total else "references_all"
    return words.say(f"finding.{name}", shown=shown, total=words.number(total))


def _action(material: Material, check: Entry) -> str:
    words, actions = material.words, material.words.at("finding.actions")
    kind = "review" if check["verdict"] == "review" else check["topic"]
    action = material.text_or(check.get("action"), actions.get(kind, actions["any"]))
    return f"{action} {words.at('finding.action_owner')}"


def describe_legal(material: Material) -> Part:
    """Everything between a strict and a lenient reading, in whichever check it was counted."""
    words = material.words
    rows = [
        ({"id": check["id"]}, _band(material, check, band), words.number(count), material.bases(check["legal_basis"]))
        for check in material.checks
        for band, count in sorted(check["legal"].items())
        if count
    ]
    return {"intro": words.at("legal.intro"), "table": material.table("legal", rows, "legal.empty")}


def _band(material: Material, check: Entry, band: str) -> str:
    question = check.get("legal_questions", {}).get(band)
    return material.text_or(question, material.words.name("legal.bands", band))


def describe_not_assessed(material: Material) -> Part:
    """Every gap: checks without a full result, clauses that no check speaks about, and records left out of a check that has a result."""
    words = material.words
    checks = [check for check in material.checks if check["verdict"] in NOT_ASSESSED]
    clauses = [clause for clause in material.results["clauses"] if not clause["checks"] and clause["verdict"] in NOT_ASSESSED]
    return {
        "intro": words.at("not_assessed.intro"),
        "clauses_note": words.at("not_assessed.clauses_more"),
        "checks": material.table("open_checks", [_open_check(material, check) for check in checks], "not_assessed.checks_empty"),
        "clauses": material.table("open_clauses", [_open_clause(material, clause) for clause in clauses], "not_assessed.clauses_empty"),
        "limits_note": words.at("not_assessed.limits"),
        "limits": material.table("limits", _limits(material), "not_assessed.limits_empty"),
        "records": material.table("open_records", _open_records(material), "not_assessed.records_empty"),
    }


def _open_check(material: Material, check: Entry) -> tuple[Any, ...]:
    words = material.words
    code = check["why"] if check["verdict"] == "unknown" else check["verdict"]
    closes = words.at("not_assessed.closes")
    return ({"id": check["id"]}, {"verdict": check["verdict"]}, _why(material, check, code), closes.get(code, closes["any"]))


def _why(material: Material, check: Entry, code: str) -> str:
    words = material.words
    if code == "partial":
        share = words.share(check["assessable"], check["population"])
        gate = words.percent(material.results["settings"]["gate"])
        return words.say("not_assessed.partial", M=words.number(check["assessable"]), N=words.number(check["population"]), share=share, gate=gate)
    known = words.at("not_assessed.why")
    detail = check.get("why_detail")
    reason = known.get(code, known["any"]).format_map({"error_id": material.text(check["error_id"])})
    return f"{reason} {detail}" if detail else str(reason)


def _open_clause(material: Material, clause: Entry) -> tuple[Any, ...]:
    return ({"id": clause["id"]}, material.text(clause["claim"]), {"verdict": clause["verdict"]}, material.text(clause["reason"]), material.text(clause["evidence"]))


def _limits(material: Material) -> list[tuple[Any, ...]]:
    """What the checks do not see of the clauses that they do speak about."""
    return [({"id": clause["id"]}, material.text(clause["limits"])) for clause in material.results["clauses"] if clause["checks"] and clause.get("limits")]


def _open_records(material: Material) -> list[tuple[Any, ...]]:
    words = material.words
    return [
        ({"id": check["id"]}, words.name("reasons", reason), words.number(count), words.share(count, check["population"] or 0))
        for check in material.checks
        for reason, count in sorted(check["reasons"].items())
        if count
    ]
