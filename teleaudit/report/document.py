"""The report as data: every sentence, table and figure in its order, for the template to lay out.

One report for each authority, with what it is competent for; what fills pages and is looked up, not
read, stands in the annex for spreadsheets (``annexes``) and in results.json.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from textwrap import shorten
from typing import Any

from teleaudit.report.erasure import deadline_groups, describe_deadlines, describe_erasure
from teleaudit.report.findings import (
    Finding,
    describe_findings,
    findings_of,
    gravest_of,
    people,
    title_of,
)
from teleaudit.report.gaps import (
    describe_changed_clauses,
    describe_legal,
    describe_mapping_gaps,
    describe_not_assessed,
    summarise_mapping_doubts,
    summarise_mapping_gaps,
)
from teleaudit.report.law import describe_law, law_cut_off
from teleaudit.report.material import (
    NOT_ASSESSED,
    Entry,
    Material,
    placeholders,
)
from teleaudit.report.questions import describe_questions
from teleaudit.report.trend import describe_trend
from teleaudit.report.waivers import acceptance, describe_waivers, is_accepted
from teleaudit.rules.severity import FEW, LONG_DAYS, MANY, SHARE

HEAD_LETTERS = 16  # of the ledger's head, as many as are compared by eye; the annex has all
DECISION_LETTERS = 160  # in the summary; the plan has all
GRAVEST_SHOWN, MOST_SHOWN = 5, 9  # of the gravest findings; more than five where more are critical

Part = dict[str, Any]


def describe(material: Material, figures: Mapping[str, Part]) -> Part:
    """The whole report of results that are one authority's (``authorities.results_for``).

    ``figures`` are file and alt text by name.
    """
    words, results = material.words, material.results
    findings = findings_of(material)
    numbers = {check["id"]: finding.number for finding in findings for check in finding.checks}
    return {
        "language": words.at("language"),
        "region": words.at("region"),
        "document": _document(material),
        "running": {
            name: words.say(
                f"running.{name}",
                controller=results["controller"]["name"],
                run_id=results["run_id"],
            )
            for name in words.at("running")
        },
        "verdicts": {
            code: {"sign": verdict["sign"], "short": verdict["short"], "label": verdict["label"]}
            for code, verdict in words.at("verdicts").items()
        },
        "watermark": _watermark(material),
        "headings": words.at("headings"),
        "labels": words.at("finding.labels"),
        "front": _front(material, findings),
        "translation": words.tree.get("translation"),  # the language of record is none
        "summary": _summary(material, findings, numbers),
        "questions": (describe_questions(material, numbers) if material.is_main else None),
        "response": _response(material, findings),
        "deadlines": describe_deadlines(material, numbers) if deadline_groups(material) else None,
        "findings": describe_findings(material, findings),
        "figures": [
            {**figure, "caption": words.name("figure_captions", key)}
            for key, figure in sorted(figures.items())
        ],
        "trend": describe_trend(material, findings),
        "legal": describe_legal(material),
        "not_assessed": describe_not_assessed(material),
        "method": _method(material),
        "data": _data(material),
        "law": describe_law(material),
        "closing": words.at("closing"),
        "glossary": words.at("glossary"),
    }


def conclude(material: Material, findings: Sequence[Finding]) -> str:
    """The state of the whole in one sentence."""
    words, counts = material.words, material.verdict_counts
    if not counts:
        return str(words.at("conclusion.none"))
    deviating = [finding for finding in findings if not finding.is_review]
    state = _state(counts)
    said = words.say(
        f"conclusion.{state}",
        findings=words.counted("finding", len(deviating)),
        severities=_by_severity(material, deviating),
    )
    if state == "error" and deviating:
        return f"{said} {conclude(_without_errors(material), findings)}"
    return said


def _without_errors(material: Material) -> Material:
    """The same without the checks that failed."""
    checks = [check for check in material.results["checks"] if check["verdict"] != "error"]
    return replace(material, results={**material.results, "checks": checks})


def _by_severity(material: Material, findings: Sequence[Finding]) -> str:
    words = material.words
    counts = Counter(finding.first["severity"] for finding in findings)
    return words.listed(
        [
            words.say(
                "conclusion.of_severity",
                n=words.number(counts[code]),
                severity=words.plural(words.at(f"severity_counts.{code}"), counts[code]),
            )
            for code in words.at("severity_counts")
            if counts[code]
        ]
    )


def _state(counts: Mapping[str, int]) -> str:
    if "error" in counts:
        return "error"
    if {"breach", "fail"} & set(counts):
        return "deviations"
    if {"review", "legal"} & set(counts):
        return "doubt"
    return "gaps" if set(NOT_ASSESSED) & set(counts) else "clean"


def _besides(material: Material, findings: Sequence[Finding]) -> list[str]:
    """What stands beside the deviations: to judge, to clarify, not assessed, and what is clean."""
    words, counts = material.words, material.verdict_counts
    reviewed = sum(one.is_review for finding in findings for one in finding.requirements)
    unjudged = sum(counts.get(verdict, 0) for verdict in NOT_ASSESSED)
    legal = sum(check["legal_records"] for check in material.checks if check.get("legal_records"))
    told = {
        "review": words.counted("matter", reviewed) if reviewed else "",
        "legal": words.counted("record", legal) if legal else "",
        "unjudged": words.counted("check", unjudged) if unjudged else "",
        "not_held": words.counted("check", n) if (n := counts.get("not_held", 0)) else "",
        "clean": words.counted("check", n) if (n := counts.get("pass", 0)) else "",
    }
    return [words.say(f"conclusion.besides.{name}", n=n) for name, n in told.items() if n]


def _mostly_unjudged(material: Material) -> list[str]:
    """That most of the checks could not be judged, where it is so: then what was found says little."""
    counts, words = material.verdict_counts, material.words
    unjudged = sum(counts.get(verdict, 0) for verdict in NOT_ASSESSED)
    total = sum(n for verdict, n in counts.items() if verdict != "not_held")
    if 2 * unjudged <= total:
        return []
    return [
        words.say(
            "conclusion.mostly_unjudged",
            n=words.number(unjudged),
            total=words.counted("check", total),
        )
    ]


def _without_holds(material: Material) -> list[str]:
    """That nobody delivered the legal holds, where deadlines were judged: what is held is then
    counted as kept without a ground.
    """
    delivered = any(export["table"] == "legal_hold" for export in material.results["exports"])
    declared = any(one.get("table") == "legal_hold" for one in material.results.get("not_held", []))
    if delivered or declared or not deadline_groups(material):
        return []
    return [str(material.words.at("conclusion.without_holds"))]


def _not_carried_out(material: Material) -> list[str]:
    """That runs were missed or interrupted since the one before."""
    words, told = material.words, material.results.get("not_carried_out", {})
    sentences = []
    if missed := told.get("missed"):
        name = "missed_one" if missed["count"] == 1 else "missed_many"
        sentences.append(
            words.say(
                f"not_carried_out.{name}",
                n=words.number(missed["count"]),
                first=words.moment(missed["first"]),
                last=words.moment(missed["last"]),
            )
        )
    if interrupted := told.get("interrupted"):
        name = "interrupted_one" if interrupted["count"] == 1 else "interrupted_many"
        sentences.append(
            words.say(
                f"not_carried_out.{name}",
                n=words.number(interrupted["count"]),
                run_id=interrupted["run_ids"][-1],
            )
        )
    return [" ".join(sentences)] if sentences else []


def _document(material: Material) -> Part:
    words, results = material.words, material.results
    return {
        "title": words.say(
            "document.title",
            controller=results["controller"]["name"],
            cvr=results["controller"]["cvr"],
        ),
        "author": results["controller"]["name"],
        "description": words.say(
            "document.description",
            as_of=words.date(results["as_of"], "date"),
            run_id=results["run_id"],
        ),
        "keywords": words.at("document.keywords"),
        "attachment": words.at("document.attachment"),
        "annex": words.at("document.annex"),
    }


def _front(material: Material, findings: Sequence[Finding]) -> Part:
    words, results, response = material.words, material.results, material.response
    unfilled = str(words.at("front.unfilled"))
    period = response.get("period")
    values = {
        "recipient": response.get("recipient") if material.is_main else None,
        "case_number": response.get("case_number") or unfilled,
        "occasion": response.get("occasion") or unfilled,
        "controller": words.say("front.controller", **results["controller"]),
        "dpo": response.get("dpo") or unfilled,
        "policy": words.say("front.policy", **results["policy"]),
        "period": (
            words.say(
                "front.period",
                first=words.date(period["first"], "date"),
                last=words.date(period["last"], "date"),
            )
            if period
            else unfilled
        ),
        "as_of": words.date(results["as_of"], "date"),
        "law": law_cut_off(material),
        "edition": response.get("edition") or unfilled,
        "run": {"id": results["run_id"]},
        "finished": words.say(
            "front.finished",
            moment=words.moment(results["finished_at"]),
            version=results["versions"]["teleaudit"],
        ),
        "status": _status(material),
    }
    values["recipient"] = values["recipient"] or words.name("authorities", material.authority)
    return {
        "kicker": words.at("front.kicker"),
        "title": words.at("front.title"),
        "subtitle": words.say("front.subtitle", controller=results["controller"]["name"]),
        "facts": [
            {"term": words.at(f"front.facts.{name}"), "value": value}
            for name, value in {**values, **_printed_head(material), **_draft(material)}.items()
        ],
        "overall_title": words.at("front.overall"),
        "overall": " ".join([conclude(material, findings), *_mostly_unjudged(material)]),
        "verdict": next(iter(material.verdict_counts), "skipped"),
        "limits_title": words.at("front.limits_title"),
        "limits": words.at("front.limits"),
        "contents": words.at("front.contents"),
    }


def _status(material: Material) -> str:
    """Whether somebody has approved it."""
    words, approval = material.words, material.results.get("approval")
    if approval is None:
        return str(words.at("approval.status_draft"))
    return words.say(
        "approval.status_final",
        function=approval["function"],
        date=words.date(approval["approved_on"], "date"),
    )


def _printed_head(material: Material) -> Part:
    """What the front page of a final report is held against the ledger by: the line before its
    approval, which vouches for the run; nothing in a draft, and in final ones of older versions.
    """
    head = material.results.get("approval", {}).get("ledger_head")
    if head is None:
        return {}
    return {
        "ledger": material.words.say("approval.ledger_head", head=_in_groups(head[:HEAD_LETTERS]))
    }


def _watermark(material: Material) -> list[str]:
    """What stands behind every page: that it is a draft, and that notebooks were changed."""
    words, results = material.words, material.results
    is_changed = any(one["state"] == "changed" for one in results.get("notebooks", []))
    return [
        *([] if "approval" in results else [words.at("approval.watermark")]),
        *([words.at("approval.watermark_notebooks")] if is_changed else []),
    ]


def _draft(material: Material) -> Part:
    """Where a template's words still stand, for the front page; nothing where none do."""
    words = material.words
    named, clauses = placeholders(material.results)
    places = [str(words.at(f"front.of_policy.{name}")) for name in named] + (
        [words.say("front.of_clauses", clauses=words.counted("clause", len(clauses)))]
        if clauses
        else []
    )
    return {"draft": words.say("front.draft", places=words.listed(places))} if places else {}


def _summary(material: Material, findings: Sequence[Finding], numbers: Mapping[str, str]) -> Part:
    words, results = material.words, material.results
    gravest = gravest_of(findings)
    critical = sum(finding.first["severity"] == "critical" for finding in gravest)
    gravest = gravest[: min(max(critical, GRAVEST_SHOWN), MOST_SHOWN)]
    erasure, more = describe_erasure(material, numbers)
    return {
        "panels": [
            panel
            for panel in (summarise_mapping_gaps(material), summarise_mapping_doubts(material))
            if panel
        ],
        "paragraphs": [
            words.say(
                "summary.intro",
                as_of=words.date(results["as_of"], "date"),
                exports=words.counted("export", len(results["exports"])),
                rows=words.counted("row", sum(export["rows"] for export in results["exports"])),
                controller=results["controller"]["name"],
                policy=results["policy"]["title"],
            ),
            " ".join([conclude(material, findings), *_besides(material, findings)]),
            *_without_holds(material),
            *_not_carried_out(material),
        ],
        "erasure_note": " ".join(part for part in (words.at("erasure.note"), more) if part),
        "erasure": erasure,
        "gravest": material.table(
            "gravest",
            [_gravest_row(material, finding) for finding in gravest],
            "summary.gravest_none",
        ),
    }


def _gravest_row(material: Material, finding: Finding) -> tuple[Any, ...]:
    words = material.words
    decision = material.decision(finding.clause)
    nothing = str(words.at("response.undecided"))
    told = [one for one in finding.requirements if not one.is_review]
    found = words.listed(
        [
            words.counted(unit, sum(one.found for one in told if one.first["unit"] == unit))
            for unit in dict.fromkeys(one.first["unit"] for one in told)
        ]
    )
    who = people(
        material,
        [check for one in told for check in one.checks],
        unknown="finding.people_unknown_beside",
    )
    return (
        {"number": finding.number},
        {"title": title_of(material, finding), "note": f"{found}; {who}" if who else found},
        words.name("severities", finding.first["severity"] or ""),
        shorten(decision.get("decision") or nothing, DECISION_LETTERS, placeholder=" …"),
        words.date(decision["deadline"]) if decision.get("deadline") else nothing,
    )


def _response(material: Material, findings: Sequence[Finding]) -> Part:
    """What people state: management, the data protection officer, and the plan of action."""
    words, response = material.words, material.response
    numbers = {check["id"]: finding.number for finding in findings for check in finding.checks}
    decided = [
        finding
        for finding in findings
        if material.decision(finding.clause) or acceptance(material, finding.checks)
    ]
    undecided = [finding for finding in findings if finding not in decided]
    return {
        "role": words.say(
            "response.role",
            by=response.get("carried_out_by") or words.at("response.nobody_named"),
        ),
        "statements": [
            _statement(material, name, response.get(key))
            for name, key in (("management", "management"), ("dpo", "dpo_opinion"))
        ],
        "plan_intro": words.at("response.plan_intro" if decided else "response.plan_none"),
        "plan": material.table("plan", [_plan_row(material, finding) for finding in decided]),
        "waivers_intro": words.at("waivers.intro"),
        "waivers": describe_waivers(material, numbers),
        "plan_open": (
            words.say(
                "response.plan_open",
                n=words.counted("finding", len(undecided)),
                numbers=words.listed([finding.number for finding in undecided]),
            )
            if decided and undecided
            else ""
        ),
    }


def _statement(material: Material, name: str, statement: Entry | None) -> Part:
    words = material.words
    return {
        "title": words.at(f"response.{name}.title"),
        "text": statement["text"] if statement else words.at(f"response.{name}.unfilled"),
        "filled": statement is not None,
        "signed": (
            words.say(
                "response.signed",
                function=statement["function"],
                date=words.date(statement["date"], "date"),
            )
            if statement
            else words.at("response.to_sign")
        ),
    }


def _plan_row(material: Material, finding: Finding) -> tuple[Any, ...]:
    words, decision = material.words, material.decision(finding.clause)
    nothing = str(words.at("response.undecided"))
    accepted = acceptance(material, finding.checks)
    notes = (
        words.say("waivers.in_plan", accepted=accepted) if accepted else "",
        words.say("finding.labels.cause", text=decision["cause"]) if decision.get("cause") else "",
    )
    status = "accepted" if is_accepted(material, finding.checks) else "open"
    return (
        {"number": finding.number},
        {
            "title": decision.get("decision") or title_of(material, finding),
            "note": " ".join(note for note in notes if note),
        },
        decision.get("owner") or nothing,
        words.date(decision["deadline"]) if decision.get("deadline") else nothing,
        words.name("response.states", decision.get("status") or status),
    )


def _method(material: Material) -> Part:
    words, settings = material.words, material.results["settings"]
    parameters = [
        (
            {"code": parameter["name"]},
            material.setting(parameter),
            material.text(parameter["owner"]),
            words.date(parameter["approved_on"]),
        )
        for parameter in sorted(
            material.results["parameters"], key=lambda parameter: str(parameter["name"])
        )
    ]
    return {
        **{
            name: words.at(f"method.{name}")
            for name in ("intro", "calendar", "relationship_end", "exemptions", "references")
        },
        "scope": _scope(material),
        "gate": words.say(
            "method.gate",
            gate=words.percent(settings["gate"]),
            max_rejected=words.percent(settings["max_rejected"]),
        ),
        "keeping": _keeping(material),
        "ledger": _ledger(material),
        "severity": words.say(
            "method.severity",
            many=words.number(MANY),
            few=words.number(FEW),
            share=words.percent(SHARE),
            days=words.counted("day", LONG_DAYS),
        ),
        "numbers": list(words.at("method.numbers").values()),
        "breach_periods": words.at("finding.breach_periods"),
        "notebooks": not_released(material),
        "parameters": material.table("parameters", parameters, "method.parameters_empty"),
    }


def _keeping(material: Material) -> str:
    """For how long what the run left is kept."""
    words = material.words
    # results of versions that had no deadlines of their own name none
    days = material.results["settings"].get("keep", {})
    told = [
        words.say(f"method.keeping.{part}", days=words.counted("day", days[part]))
        if days.get(part) is not None
        else words.at(f"method.keeping.no_{part}")
        for part in ("restricted_days", "record_days")
    ]
    return " ".join(told)


def _ledger(material: Material) -> str:
    """What a printed report is held against; nothing in results of versions that named no head."""
    words, head = material.words, material.results.get("ledger_head")
    if head is None:
        return ""
    said = "first" if set(head) == {"0"} else "head"
    return words.say(f"method.ledger.{said}", head=_in_groups(head[:HEAD_LETTERS]))


def _in_groups(digest: str) -> str:
    """A digest as it is compared by eye: four letters at a time."""
    return "\u00a0".join(digest[place : place + 4] for place in range(0, len(digest), 4))


def not_released(material: Material) -> str:
    """Which notebooks are not as they were released; nothing where all are."""
    words = material.words
    named = {
        state: [
            one["name"] for one in material.results.get("notebooks", []) if one["state"] == state
        ]
        for state in ("changed", "own")
    }
    told = [
        words.say(f"method.notebooks.{state}", names=words.listed(names))
        for state, names in named.items()
        if names
    ]
    return " ".join([*told, words.at("method.notebooks.verdicts")]) if told else ""


def _scope(material: Material) -> list[str]:
    words, results = material.words, material.results
    total, done = (
        len(results["exports"]),
        sum(export["control_rows"] is not None for export in results["exports"]),
    )
    complete = (
        "complete_none" if done == 0 else "complete_all" if done == total else "complete_some"
    )
    audited = sum(material.is_relevant(clause) for clause in results["clauses"])
    return [
        words.at("scope.purpose"),
        words.say(
            "scope.rules",
            clauses=words.number(len(results["clauses"])),
            data=words.number(audited),
        ),
        (
            f"{words.at('scope.population')}"
            f" {words.say(f'scope.{complete}', done=words.number(done), total=words.counted('export', total))}"
        ),
        words.at("scope.outside"),
    ]


def _data(material: Material) -> Part:
    """The exports in a row each; their files, checksums and remarks stand in the annex."""
    words, exports = material.words, material.results["exports"]
    remarks = sum(len(export["warnings"]) or bool(export["problem"]) for export in exports)
    return {
        "intro": words.at("data.intro"),
        "remarks": (
            words.say("data.remarks", n=words.counted("remark", remarks)) if remarks else ""
        ),
        "exports": material.table(
            "exports", [_export_row(material, export) for export in exports], "data.empty"
        ),
        "mapping_gaps": describe_mapping_gaps(material),
        "changed": [remark for _, remark in describe_changed_clauses(material)],
    }


def _export_row(material: Material, export: Entry) -> tuple[Any, ...]:
    words = material.words
    return (
        {"code": export["name"]},
        material.dataset(export["table"]),
        words.date(export["extracted_at"]),
        words.number(export["rows"]),
        words.number(export["rejected"]),
        reconciliation(material, export),
    )


def reconciliation(material: Material, export: Entry) -> str:
    """How an export's rows compare with the source's own count."""
    words, control, rows, rejected = (
        material.words,
        export["control_rows"],
        export["rows"],
        export["rejected"],
    )
    values = {
        "rows": words.number(rows),
        "rejected": words.number(rejected),
        "control": words.number(control),
    }
    if control is None:
        return str(words.at("data.not_reconciled"))
    if control == rows:
        return words.say("data.reconciled", **values)
    if control == rows + rejected:
        return words.say("data.reconciled_rejected", **{**values, "rows": words.number(control)})
    return words.say("data.differs", **values)
