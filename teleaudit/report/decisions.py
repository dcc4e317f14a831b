"""What people must decide or write before a report is approved and handed over."""

from __future__ import annotations

from teleaudit.report.findings import findings_of
from teleaudit.report.material import Material, Table, placeholders
from teleaudit.rules.audit_file import AUDIT_FILE, POLICY_FILE
from teleaudit.rules.response import RESPONSE_FILE

# Parts of a response that a report hands over as missing, in the order of its pages.
_WRITTEN = (
    "case_number",
    "occasion",
    "dpo",
    "period",
    "carried_out_by",
    "management",
    "dpo_opinion",
)


def describe_decisions(material: Material) -> Table:
    """A row for each kind of thing that is still open: what, which, and where it is written.

    Empty where nothing is.
    """
    words, results, response = material.words, material.results, material.response
    findings = findings_of(material)
    named, clauses = placeholders(results)
    open_things: list[tuple[str, list[str], str]] = [
        (
            "draft",
            [words.at(f"front.of_policy.{name}") for name in named] + clauses,
            POLICY_FILE,
        ),
        (
            "changed",
            [str(change["clause"]) for change in results.get("changed_clauses", [])],
            POLICY_FILE,
        ),
        (
            "unset",
            [str(one["name"]) for one in results["parameters"] if one["value"] is None],
            AUDIT_FILE,
        ),
        (
            "review",
            [
                finding.number
                for finding in findings
                if any(one.is_review for one in finding.requirements)
            ],
            words.at("decisions.worklist"),
        ),
        (
            "legal",
            list(dict.fromkeys(check["clauses"][0] for check in material.checks if check["legal"])),
            words.at("decisions.lawyer"),
        ),
        (
            "recheck",
            [
                material.bases([basis["id"]])
                for basis in results["legal_bases"]
                if basis["recheck_before_release"] and basis["id"] in material.cited_bases
            ],
            words.at("decisions.lawyer"),
        ),
        (
            "expired",
            [one["check"] for one in results.get("waivers", []) if one["state"] == "expired"],
            AUDIT_FILE,
        ),
        (
            "undecided",
            [
                finding.number
                for finding in findings
                if not (decided := material.decision(finding.clause)).get("owner")
                or not decided.get("deadline")
            ],
            RESPONSE_FILE,
        ),
        (
            "unwritten",
            [words.at(f"decisions.parts.{part}") for part in _WRITTEN if not response.get(part)],
            RESPONSE_FILE,
        ),
    ]
    return material.table(
        "decisions",
        [
            (words.at(f"decisions.kinds.{kind}"), words.number(len(which)), ", ".join(which), where)
            for kind, which, where in open_things
            if which
        ],
        "decisions.none",
    )
