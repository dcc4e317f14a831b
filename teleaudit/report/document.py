"""The report as data: every sentence, table and figure in its order, for the template to lay out.

A chapter without content now has no function here; those to come (systems, deletion follow-up, earlier findings,
the controller's remarks, approval) go in at their place in ``describe``.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from teleaudit.report.findings import describe_finding, describe_legal, describe_not_assessed
from teleaudit.report.material import NOT_ASSESSED, UNJUDGED, Entry, Material, Table, found

GRAVEST_SHOWN = 5

Part = dict[str, Any]


def describe(material: Material, figures: Mapping[str, Part]) -> Part:
    """The whole report. ``figures`` are file and alt text by key: ``<check id>``, ``<check id>/<name>`` or a name that belongs to no check."""
    words = material.words
    checks = {check["id"] for check in material.checks}
    return {
        "language": words.at("language"),
        "region": words.at("region"),
        "document": _document(material),
        "running": {name: words.say(f"running.{name}", controller=material.results["controller"]["name"], run_id=material.results["run_id"]) for name in words.at("running")},
        "verdicts": {code: {"sign": verdict["sign"], "label": verdict["label"]} for code, verdict in words.at("verdicts").items()},
        "headings": words.at("headings"),
        "labels": words.at("finding"),
        "front": _front(material),
        "summary": _summary(material),
        "scope": _scope(material),
        "law": _law(material),
        "data": _data(material),
        "method": _method(material),
        "overview": _overview(material, {key: figure for key, figure in figures.items() if key.partition("/")[0] not in checks}),
        "findings": [describe_finding(material, check, figures) for check in material.findings],
        "legal": describe_legal(material),
        "not_assessed": describe_not_assessed(material),
        "closing": words.at("closing"),
        "catalogue": _catalogue(material),
        "manifest": _manifest(material),
        "versions": material.table("versions", [({"code": name}, {"code": version}) for name, version in sorted(material.results["versions"].items())]),
        "suites": material.table("suites", [({"code": name}, {"hash": digest}) for name, digest in sorted(material.results["suites"].items())]),
        "glossary": words.at("glossary"),
    }


def conclude(material: Material) -> str:
    """The state of the whole in one sentence, with the counts of every verdict."""
    words, counts = material.words, material.verdict_counts
    if not counts:
        return str(words.at("conclusion.none"))
    parts = [words.say("conclusion.part", n=words.counted("check", n), count=words.plural(words.at(f"verdicts.{verdict}.count"), n)) for verdict, n in counts.items()]
    total = words.counted("check", sum(counts.values()))
    return words.say(f"conclusion.{_state(counts)}", parts=words.say("conclusion.all", parts=words.listed(parts), total=total))


def _state(counts: Mapping[str, int]) -> str:
    if "error" in counts:
        return "error"
    if {"breach", "fail"} & set(counts):
        return "deviations"
    if {"review", "legal"} & set(counts):
        return "doubt"
    return "gaps" if set(NOT_ASSESSED) & set(counts) else "clean"


def _document(material: Material) -> Part:
    words, results = material.words, material.results
    return {
        "title": words.say("document.title", controller=results["controller"]["name"], cvr=results["controller"]["cvr"]),
        "author": results["controller"]["name"],
        "description": words.say("document.description", as_of=words.date(results["as_of"], "date"), run_id=results["run_id"]),
        "keywords": words.at("document.keywords"),
        "attachment": words.at("document.attachment"),
    }


def _front(material: Material) -> Part:
    words, results = material.words, material.results
    values = {
        "controller": results["controller"]["name"],
        "cvr": results["controller"]["cvr"],
        "policy": words.say("front.policy", **results["policy"]),
        "as_of": words.date(results["as_of"], "date"),
        "run": {"id": results["run_id"]},
        "finished": words.moment(results["finished_at"]),
        "version": words.say("front.version", version=results["versions"]["teleaudit"]),
        "classification": words.at("front.classification"),
        "status": words.at("front.status"),
    }
    return {
        "kicker": words.at("front.kicker"),
        "title": words.at("front.title"),
        "subtitle": words.say("front.subtitle", controller=results["controller"]["name"]),
        "facts": [{"term": words.at(f"front.facts.{name}"), "value": value} for name, value in values.items()],
        "overall_title": words.at("front.overall"),
        "overall": conclude(material),
        "verdict": next(iter(material.verdict_counts), "skipped"),
        "limits_title": words.at("front.limits_title"),
        "limits": words.at("front.limits"),
    }


def _summary(material: Material) -> Part:
    words, results = material.words, material.results
    findings = material.findings
    shown = findings[:GRAVEST_SHOWN]
    return {
        "intro": words.say(
            "summary.intro",
            as_of=words.date(results["as_of"], "date"),
            exports=words.counted("export", len(results["exports"])),
            rows=words.counted("row", sum(export["rows"] for export in results["exports"])),
            controller=results["controller"]["name"],
            policy=results["policy"]["title"],
        ),
        "conclusion": conclude(material),
        "counts": material.table("counts", [({"verdict": verdict}, words.number(count)) for verdict, count in material.verdict_counts.items()]),
        "gravest": material.table("gravest", [_gravest_row(material, check) for check in shown], "summary.gravest_none"),
        "gravest_more": words.say("summary.gravest_more", shown=len(shown), total=words.number(len(findings))) if len(findings) > len(shown) else "",
        "per_check": words.at("summary.per_check"),
        "checks": material.table("checks", [_check_row(material, check) for check in material.checks], "conclusion.none"),
    }


def _gravest_row(material: Material, check: Entry) -> tuple[Any, ...]:
    words = material.words
    return ({"id": check["id"]}, material.text(check["claim"]), words.name("severities", check["severity"] or ""), words.number(found(check)))


def _check_row(material: Material, check: Entry) -> tuple[Any, ...]:
    judged = check["verdict"] not in UNJUDGED
    numbers = [material.words.number(check[name] if judged else None) for name in ("assessable", "deviations", "exempted")]
    return ({"id": check["id"]}, material.dataset(check["dataset"]), *numbers, {"verdict": check["verdict"]})


def _scope(material: Material) -> Part:
    words, results = material.words, material.results
    total, done = len(results["exports"]), sum(export["control_rows"] is not None for export in results["exports"])
    complete = "complete_none" if done == 0 else "complete_all" if done == total else "complete_some"
    audited = sum(clause["auditable"] == "data" for clause in results["clauses"])
    return {
        "paragraphs": [
            words.at("scope.purpose"),
            words.say("scope.rules", clauses=words.number(len(results["clauses"])), data=words.number(audited)),
            f"{words.at('scope.population')} {words.say(f'scope.{complete}', done=words.number(done), total=words.counted('export', total))}",
            words.at("scope.outside"),
        ]
    }


def _law(material: Material) -> Part:
    words = material.words
    rows = [
        (
            str(basis.get("title_da", basis["id"])),
            basis["citation_da"],
            words.name("authorities", basis["authority"] or ""),
            words.say("law.from_to", start=words.date(basis["valid_from"]), end=words.date(basis["valid_to"]) if basis["valid_to"] else words.at("law.open")),
            words.date(basis["checked_on"]) if basis["checked_on"] else words.at("law.not_checked"),
        )
        for basis in sorted(material.results["legal_bases"], key=lambda basis: str(basis["id"]))
    ]
    return {"intro": words.at("law.intro"), "own_deadlines": words.at("law.own_deadlines"), "table": material.table("law", rows, "law.empty")}


def _data(material: Material) -> Part:
    words, exports = material.words, material.results["exports"]
    rejects = [
        (export["name"], words.name("data.reject_reasons", reason), words.number(count)) for export in exports for reason, count in sorted(export["rejects"].items()) if count
    ]
    return {
        "intro": words.at("data.intro"),
        "exports": material.table("exports", [_export_row(material, export) for export in exports], "data.empty"),
        "files": material.table("files", [_file_row(material, export, file) for export in exports for file in export["files"]], "data.empty"),
        "rejects": material.table("rejects", rejects, "data.no_rejects"),
        "problems": material.table("problems", [(export["name"], remark) for export in exports for remark in _remarks(material, export)], "data.no_problems"),
    }


def _export_row(material: Material, export: Entry) -> tuple[Any, ...]:
    words = material.words
    numbers = (words.number(export["rows"]), words.number(export["rejected"]))
    return ({"code": export["name"]}, material.dataset(export["table"]), words.date(export["extracted_at"]), *numbers, _reconciliation(material, export))


def _reconciliation(material: Material, export: Entry) -> str:
    words, control, rows, rejected = material.words, export["control_rows"], export["rows"], export["rejected"]
    values = {"rows": words.number(rows), "rejected": words.number(rejected), "control": words.number(control)}
    if control is None:
        return str(words.at("data.not_reconciled"))
    if control == rows:
        return words.say("data.reconciled", **values)
    if control == rows + rejected:
        return words.say("data.reconciled_rejected", **{**values, "rows": words.number(control)})
    return words.say("data.differs", **values)


def _file_row(material: Material, export: Entry, file: Entry) -> tuple[Any, ...]:
    return ({"code": file["path"]}, {"code": export["name"]}, *(material.words.number(file[name]) for name in ("rows", "rejected", "bytes")))


def _remarks(material: Material, export: Entry) -> list[str]:
    missing = [material.words.say("data.missing_column", column=column) for column in sorted(export["missing_columns"])]
    return [*([export["problem"]] if export["problem"] else []), *missing, *export["warnings"]]


def _method(material: Material) -> Part:
    words, settings = material.words, material.results["settings"]
    parameters = [
        (
            {"code": parameter["name"]},
            material.value(parameter["value"]),
            material.text(parameter["owner"]),
            material.text(parameter["reason"]),
            words.date(parameter["approved_on"]),
        )
        for parameter in sorted(material.results["parameters"], key=lambda parameter: str(parameter["name"]))
    ]
    return {
        **{name: words.at(f"method.{name}") for name in ("intro", "calendar", "relationship_end", "exemptions", "references")},
        "gate": words.say("method.gate", gate=words.percent(settings["gate"]), max_rejected=words.percent(settings["max_rejected"])),
        "numbers": list(words.at("method.numbers").values()),
        "parameters_intro": words.at("method.parameters"),
        "parameters": material.table("parameters", parameters, "method.parameters_empty"),
    }


def _overview(material: Material, figures: Mapping[str, Part]) -> Part:
    words = material.words
    rows = [({"id": clause["id"]}, material.text(clause["claim"]), words.number(len(clause["checks"])), {"verdict": clause["verdict"]}) for clause in material.results["clauses"]]
    return {
        "intro": words.at("overview.intro"),
        "table": material.table("overview", rows, "conclusion.none"),
        "figures": [{**figure, "caption": words.name("finding.figure_names", key).capitalize()} for key, figure in sorted(figures.items())],
    }


def _catalogue(material: Material) -> Table:
    rows = [
        ({"id": check["id"]}, material.text(check["claim"]), {"code": check["expectation"]}, material.bases(check["legal_basis"]))
        for check in sorted(material.checks, key=lambda check: str(check["id"]))
    ]
    return material.table("catalogue", rows, "conclusion.none")


def _manifest(material: Material) -> Table:
    files = sorted((file["path"], file["sha256"]) for export in material.results["exports"] for file in export["files"])
    return material.table("manifest", [({"code": path}, {"hash": digest}) for path, digest in files], "data.empty")
