"""The report as data: every sentence, table and figure in its order, for the template
to lay out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from teleaudit.report.gaps import (
    describe_changed_clauses,
    describe_legal,
    describe_mapping_doubts,
    describe_mapping_gaps,
    describe_not_assessed,
    describe_notes,
    summarise_mapping_doubts,
    summarise_mapping_gaps,
)
from teleaudit.report.material import (
    NOT_ASSESSED,
    UNJUDGED,
    Entry,
    Material,
    Table,
    found,
    is_not_held,
    placeholders,
)
from teleaudit.report.remarks import say_remark
from teleaudit.report.sections import Section, describe_section, other_authorities, sections
from teleaudit.report.wording import Words
from teleaudit.rules.severity import FEW, LONG_DAYS, MANY, SHARE

GRAVEST_SHOWN = 5
CATALOGUE_NAMED = 6  # checks beside their requirement; more stand below it
TOLD_TOGETHER = ("unknown", "pass")  # verdicts under which checks of many data sets share a row

Part = dict[str, Any]


def describe(material: Material, figures: Mapping[str, Part]) -> Part:
    """The whole report.

    ``figures`` are file and alt text by key: ``<check id>``, ``<check id>/<name>`` or a name that
    belongs to no check.
    """
    words = material.words
    checks = {check["id"] for check in material.checks}
    return {
        "language": words.at("language"),
        "region": words.at("region"),
        "document": _document(material),
        "running": {
            name: words.say(
                f"running.{name}",
                controller=material.results["controller"]["name"],
                run_id=material.results["run_id"],
            )
            for name in words.at("running")
        },
        "verdicts": {
            code: {"sign": verdict["sign"], "short": verdict["short"], "label": verdict["label"]}
            for code, verdict in words.at("verdicts").items()
        },
        "headings": words.at("headings"),
        "labels": words.at("finding"),
        "front": _front(material),
        "summary": _summary(material),
        "scope": _scope(material),
        "law": _law(material),
        "data": _data(material),
        "method": _method(material),
        "overview": _overview(
            material,
            {key: figure for key, figure in figures.items() if key.partition("/")[0] not in checks},
        ),
        "findings": [
            describe_section(material, section, figures)
            for section in sections(material, words.at("finding.own_authority"))
        ],
        "others": _others(material, figures),
        "legal": describe_legal(material),
        "not_assessed": describe_not_assessed(material),
        "notes": describe_notes(material),
        "closing": words.at("closing"),
        "catalogue": _catalogue(material),
        "manifest": _manifest(material),
        "other_law": _other_law(material),
        "versions": material.table(
            "versions",
            [
                ({"code": name}, {"code": version})
                for name, version in sorted(material.results["versions"].items())
            ],
        ),
        "suites": material.table(
            "suites",
            [
                ({"code": name}, {"hash": digest})
                for name, digest in sorted(material.results["suites"].items())
            ],
        ),
        "notebooks": _notebooks(material),
        "glossary": words.at("glossary"),
    }


def conclude(material: Material) -> str:
    """The state of the whole in one sentence, with the counts of every verdict."""
    words, counts = material.words, material.verdict_counts
    if not counts:
        return str(words.at("conclusion.none"))
    parts = [
        words.say(
            "conclusion.part",
            n=words.counted("check", n),
            count=words.plural(words.at(f"verdicts.{verdict}.count"), n),
        )
        for verdict, n in counts.items()
    ]
    total = words.counted("check", sum(counts.values()))
    return words.say(
        f"conclusion.{_state(counts)}",
        parts=words.say("conclusion.all", parts=words.listed(parts), total=total),
    )


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
    }


def _front(material: Material) -> Part:
    words, results = material.words, material.results
    values = {
        "controller": results["controller"]["name"],
        "cvr": results["controller"]["cvr"],
        "policy": words.say("front.policy", **results["policy"]),
        "as_of": words.date(results["as_of"], "date"),
        "law": _law_cut_off(material),
        "run": {"id": results["run_id"]},
        "finished": words.moment(results["finished_at"]),
        "version": words.say("front.version", version=results["versions"]["teleaudit"]),
        "classification": words.at("front.classification"),
        "status": words.at("front.status"),
    } | _draft(material)
    return {
        "kicker": words.at("front.kicker"),
        "title": words.at("front.title"),
        "subtitle": words.say("front.subtitle", controller=results["controller"]["name"]),
        "facts": [
            {"term": words.at(f"front.facts.{name}"), "value": value}
            for name, value in values.items()
        ],
        "overall_title": words.at("front.overall"),
        "overall": conclude(material),
        "verdict": next(iter(material.verdict_counts), "skipped"),
        "limits_title": words.at("front.limits_title"),
        "limits": words.at("front.limits"),
    }


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


def _summary(material: Material) -> Part:
    words, results = material.words, material.results
    findings = sections(material)
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
        "mapping_gaps": summarise_mapping_gaps(material),
        "mapping_doubts": summarise_mapping_doubts(material),
        "conclusion": conclude(material),
        "counts": material.table(
            "counts",
            [
                _count_row(material, verdict, count)
                for verdict, count in material.verdict_counts.items()
            ],
        ),
        "gravest": material.table(
            "gravest",
            [_gravest_row(material, section) for section in shown],
            "summary.gravest_none",
        ),
        "gravest_more": (
            words.say(
                "summary.gravest_more",
                shown=len(shown),
                total=words.counted("clause", len(findings)),
            )
            if len(findings) > len(shown)
            else ""
        ),
        "per_check": words.at("summary.per_check"),
        "checks": material.table(
            "checks",
            [
                _check_row(material, checks)
                for checks in group_for_display(material)
                if not is_not_held(checks[0])
            ],
            "conclusion.none",
        ),
    }


def _count_row(material: Material, verdict: str, count: int) -> tuple[Any, ...]:
    return (
        {"short": verdict},
        material.words.at(f"verdicts.{verdict}.label"),
        material.words.number(count),
    )


def _gravest_row(material: Material, section: Section) -> tuple[Any, ...]:
    words, first = material.words, section.checks[0]
    claim = material.clause_claim(section.clause) or material.text(first["claim"])
    return (
        {"id": section.clause},
        claim,
        words.name("severities", first["severity"] or ""),
        words.number(len(section.checks)),
        _counts(words, section),
    )


def _counts(words: Words, section: Section) -> str:
    """Deviations by what was counted and, where there are several, by severity; apart from them
    what a person must look at. Records and columns are never added up.
    """
    counted: dict[tuple[bool, str, str], int] = {}
    for check in section.checks:
        is_review = check["verdict"] == "review"
        key = (is_review, "" if is_review else check["severity"] or "", check["unit"])
        counted[key] = counted.get(key, 0) + found(check)
    severities = {severity for is_review, severity, _ in counted if not is_review}
    told = "summary.of_severity" if len(severities) > 1 else "summary.of_one_severity"
    return words.listed(
        [
            words.say(
                "summary.for_review" if is_review else told,
                n=words.counted(unit, n),
                severity=words.name("severities", severity).lower(),
            )
            for (is_review, severity, unit), n in counted.items()
        ]
    )


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


def _check_row(material: Material, checks: Sequence[Entry]) -> tuple[Any, ...]:
    words, first = material.words, checks[0]
    judged = first["verdict"] not in UNJUDGED
    numbers = [
        words.number(sum(check[name] for check in checks) if judged else None)
        for name in ("population", "assessable", "deviations", "exempted")
    ]
    if len(checks) == 1:
        return (
            {"id": first["id"]},
            _data_set_counted(material, first),
            *numbers,
            {"short": first["verdict"]},
        )
    return (
        {"id": str(first["id"]).partition(".")[0]},
        words.counted("data_set", len(checks)),
        *numbers,
        {"short": first["verdict"]},
    )


def _data_set_counted(material: Material, check: Entry) -> str:
    """The data set, and that its columns were counted where its records were not."""
    title = material.dataset(check["dataset"])
    if check["unit"] == "record":
        return title
    return material.words.say(
        "summary.counted_by", title=title, unit=material.words.at(f"units.{check['unit']}.other")
    )


def _scope(material: Material) -> Part:
    words, results = material.words, material.results
    total, done = (
        len(results["exports"]),
        sum(export["control_rows"] is not None for export in results["exports"]),
    )
    complete = (
        "complete_none" if done == 0 else "complete_all" if done == total else "complete_some"
    )
    audited = sum(material.is_relevant(clause) for clause in results["clauses"])
    return {
        "paragraphs": [
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
    }


def _law(material: Material) -> Part:
    words = material.words
    copies = dict.fromkeys(
        material.text(copy) for basis in material.results["legal_bases"] for copy in basis["copies"]
    )
    return {
        "intro": words.at("law.intro"),
        "copies": words.say("law.copies", copies="; ".join(copies)) if copies else "",
        "own_deadlines": words.at("law.own_deadlines"),
        "tables": _law_tables(material, _applied_law(material), "law.empty"),
    }


def _applied_law(material: Material) -> list[Entry]:
    return [
        basis for basis in material.results["legal_bases"] if basis["id"] in material.applied_bases
    ]


def _law_cut_off(material: Material) -> str:
    """Up to which date the rules that checks rest on were read, and for how many nobody can say."""
    words, applied = material.words, _applied_law(material)
    dates = sorted(basis["read_to"] for basis in applied if basis["read_to"])
    if not dates:
        return str(words.at("law.no_cut_off"))
    said = [
        words.say(
            "law.cut_off" if dates[0] == dates[-1] else "law.cut_offs",
            first=words.date(dates[0]),
            last=words.date(dates[-1]),
        )
    ]
    if undated := len(applied) - len(dates):
        said.append(words.say("law.undated", count=words.counted("rule", undated)))
    return " ".join(said)


def _other_law(material: Material) -> Part:
    """The rules that no check carried out refers to."""
    others = [
        basis
        for basis in material.results["legal_bases"]
        if basis["id"] not in material.applied_bases
    ]
    recheck = [
        basis for basis in material.results["legal_bases"] if basis["recheck_before_release"]
    ]
    rows = [
        (str(basis["title_da"]), material.cited(basis), _where_read(material, basis))
        for basis in recheck
    ]
    return {
        "intro": material.words.at("law.other") if others else "",
        "tables": _law_tables(material, others, "law.other_empty"),
        "recheck_intro": material.words.at("law.recheck") if recheck else "",
        "recheck": material.table("recheck", rows, "law.recheck_empty"),
    }


def _law_tables(material: Material, bases: Sequence[Entry], empty: str) -> list[Table]:
    """A table of rules for each authority."""
    words = material.words
    by_authority: dict[str, list[Entry]] = {}
    for basis in sorted(
        bases,
        key=lambda basis: (
            basis["authority"] != words.at("finding.own_authority"),
            str(basis["authority"]),
            str(basis["id"]),
        ),
    ):
        by_authority.setdefault(words.name("authorities", basis["authority"] or ""), []).append(
            basis
        )
    tables = []
    for authority, own in by_authority.items():
        table = material.table("law", [_law_row(material, basis) for basis in own])
        tables.append(
            {
                **table,
                "caption": words.say(
                    "law.authority", caption=table["caption"], authority=authority
                ),
            }
        )
    return tables or [material.table("law", [], empty)]


def _law_row(material: Material, basis: Entry) -> tuple[Any, ...]:
    words = material.words
    valid = words.say(
        "law.from_to" if basis["valid_to"] else "law.from",
        start=words.date(basis["valid_from"]),
        end=words.date(basis["valid_to"]),
    )
    return (
        str(basis.get("title_da", basis["id"])),
        material.cited(basis),
        valid if basis["valid_from"] else words.date(None),
        _where_read(material, basis),
    )


def _where_read(material: Material, basis: Entry) -> Mapping[str, str]:
    """What was read of a rule, up to which date, and where."""
    words = material.words
    name = (
        "mirror_undated"
        if basis["read_in"] == "mirror" and not basis["read_to"]
        else basis["read_in"]
    )
    return {
        "title": words.say(
            f"law.read_in.{name}",
            checked_on=words.date(basis["checked_on"]),
            read_to=words.date(basis["read_to"]),
        ),
        "note": f"{material.text(basis['read_at'])}",
    }


def _data(material: Material) -> Part:
    words, exports = material.words, material.results["exports"]
    rejects = [
        (export["name"], words.name("data.reject_reasons", reason), words.number(count))
        for export in exports
        for reason, count in sorted(export["rejects"].items())
        if count
    ]
    problems = [*describe_changed_clauses(material), *describe_mapping_doubts(material)]
    problems += [
        ({"code": export["name"]}, remark)
        for export in exports
        for remark in _remarks(material, export)
    ]
    gaps = describe_mapping_gaps(material)
    return {
        "intro": words.at("data.intro"),
        "exports": material.table(
            "exports",
            [row for export in exports for row in _export_rows(material, export)],
            "data.empty",
        ),
        "rejects": material.table("rejects", rejects, "data.no_rejects"),
        "mapping_gaps": gaps,
        "problems": material.table(
            "problems", problems, "" if gaps["rows"] else "data.no_problems"
        ),
    }


def _export_rows(material: Material, export: Entry) -> list[tuple[Any, ...]]:
    """A row for each file; what belongs to the export stands in the first."""
    words = material.words
    own = ({"code": export["name"]}, material.dataset(export["table"]))
    files: list[Entry] = list(export["files"]) or [
        {"path": "", "rows": export["rows"], "rejected": export["rejected"]}
    ]
    rows = []
    for number, file in enumerate(files):
        heads, ends = (own, _reconciliation(material, export)) if number == 0 else (("", ""), "")
        path = {"code": file["path"]} if file["path"] else words.at("formats.nothing")
        rows.append(
            (
                *heads,
                path,
                words.date(export["extracted_at"]),
                words.number(file["rows"]),
                words.number(file["rejected"]),
                ends,
            )
        )
    return rows


def _reconciliation(material: Material, export: Entry) -> str:
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


def _remarks(material: Material, export: Entry) -> list[str]:
    words, warnings = material.words, export["warnings"]
    told = {remark.get("canonical") for remark in warnings}
    missing = [
        words.say("data.missing_column", column=column)
        for column in sorted(export["missing_columns"])
        if column not in told
    ]
    problem = [export["problem"]] if export["problem"] and not warnings else []
    return [*problem, *missing, *(say_remark(words, remark) for remark in warnings)]


def _method(material: Material) -> Part:
    words, settings = material.words, material.results["settings"]
    parameters = [
        (
            {"code": parameter["name"]},
            material.setting(parameter),
            material.text(parameter["owner"]),
            material.text(parameter["reason"]),
            words.date(parameter["approved_on"]),
            material.resting_on(str(parameter["name"])),
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
        "gate": words.say(
            "method.gate",
            gate=words.percent(settings["gate"]),
            max_rejected=words.percent(settings["max_rejected"]),
        ),
        "severity": words.say(
            "method.severity",
            many=words.number(MANY),
            few=words.number(FEW),
            share=words.percent(SHARE),
            days=words.counted("day", LONG_DAYS),
        ),
        "numbers": list(words.at("method.numbers").values()),
        "notebooks": _not_released(material),
        "parameters_intro": words.at("method.parameters"),
        "parameters": material.table("parameters", parameters, "method.parameters_empty"),
    }


def _overview(material: Material, figures: Mapping[str, Part]) -> Part:
    words = material.words
    rows = [
        (
            {"id": clause["id"]},
            material.text(clause["claim"]),
            words.number(len(clause["checks"])),
            {"short": clause["verdict"]},
        )
        for clause in material.results["clauses"]
        if material.is_relevant(clause) or not clause["checks"]
    ]
    return {
        "intro": words.at("overview.intro"),
        "table": material.table("overview", rows, "conclusion.none"),
        "figures": [
            {**figure, "caption": words.name("finding.figure_names", key).capitalize()}
            for key, figure in sorted(figures.items())
        ],
    }


def _others(material: Material, figures: Mapping[str, Part]) -> Part:
    """The findings that other authorities are competent for, an annex for each."""
    words, authorities = material.words, other_authorities(material)
    named = words.listed([words.name("authorities", authority) for authority in authorities])
    return {
        "note": words.say("finding.others", authorities=named) if authorities else "",
        "annexes": [
            {
                "title": words.say(
                    "finding.other_authority", authority=words.name("authorities", authority)
                ),
                "findings": [
                    describe_section(material, section, figures)
                    for section in sections(material, authority)
                ],
            }
            for authority in authorities
        ],
    }


def _catalogue(material: Material) -> Table:
    """Every check; those that ask the same of several data sets in one row."""
    rows: dict[Any, list[str]] = {}
    for check in sorted(material.checks, key=lambda check: str(check["id"])):
        clause, _, part = check["id"].partition(".")
        rows.setdefault(
            (
                clause,
                material.text(check["claim"]),
                check["expectation"],
                material.bases(check["legal_basis"]),
            ),
            [],
        ).append(part)
    cells = [
        row
        for (clause, claim, expectation, bases), parts in rows.items()
        for row in _catalogue_rows(material, clause, parts, (claim, {"code": expectation}, bases))
    ]
    return material.table("catalogue", cells, "conclusion.none")


def _catalogue_rows(
    material: Material, clause: str, parts: Sequence[str], told: tuple[Any, ...]
) -> list[tuple[Any, ...]]:
    """One row; checks of many data sets are counted in it and named in a row of their own, as wide
    as the table.
    """
    if len(parts) <= CATALOGUE_NAMED:
        return [({"id": clause, "parts": " ".join(parts)}, *told)]
    return [
        ({"id": clause, "note": material.words.counted("check", len(parts))}, *told),
        ({"names": " ".join(parts), "span": len(told) + 1},),
    ]


def _manifest(material: Material) -> Table:
    words = material.words
    files = sorted(
        (file["path"], file["bytes"], file["sha256"])
        for export in material.results["exports"]
        for file in export["files"]
    )
    return material.table(
        "manifest",
        [({"code": path}, words.number(size), {"hash": digest}) for path, size, digest in files],
        "data.empty",
    )


def _notebooks(material: Material) -> Table:
    words = material.words
    executed = material.results.get("notebooks", [])
    return material.table(
        "notebooks",
        [
            (
                {"code": one["name"]},
                words.name("method.notebooks.states", one["state"]),
                {"hash": one["sha256"]},
            )
            for one in executed
        ],
    )


def _not_released(material: Material) -> str:
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
