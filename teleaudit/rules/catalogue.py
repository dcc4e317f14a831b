"""The list of rules: every check with its clause and law, and every clause that no check answers,
with the reason.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from teleaudit.rules.law import LegalBasis
from teleaudit.rules.suites import Clause, Suite


@dataclass(frozen=True, kw_only=True)
class CatalogueEntry:
    """A check, or a clause that has none, as the list of rules shows it. Texts in Danish."""

    suite: str
    clause: str
    check: str | None
    data_set: str | None
    severity: str
    legal_basis: tuple[str, ...]  # as cited
    claim: str
    not_assessed: str | None  # why no check answers the clause


def catalogue(suites: Iterable[Suite], law: Mapping[str, LegalBasis]) -> tuple[CatalogueEntry, ...]:
    """Every check of the suites, and every clause without one, in their order."""
    return tuple(
        entry
        for suite in suites
        for clause in suite.clauses
        for entry in _entries(suite, clause, law)
    )


def as_markdown(entries: Iterable[CatalogueEntry]) -> str:
    """The list as a Markdown document, a section for each suite; checks that ask the same of
    several data sets in one row.
    """
    lines = [
        "# What is checked, and what is not",
        "",
        (
            "Made by `teleaudit rules --format markdown`. The rules themselves stand in"
            " `expectations/`, the policies in `audits/*/policy.yaml`."
        ),
        "",
    ]
    by_suite: dict[str, dict[tuple[str, str, str, str], list[CatalogueEntry]]] = {}
    for entry in entries:
        told = (entry.clause, entry.claim, "; ".join(entry.legal_basis), entry.not_assessed or "")
        by_suite.setdefault(entry.suite, {}).setdefault(told, []).append(entry)
    for suite, rows in by_suite.items():
        lines += [
            f"## {suite}",
            "",
            "| clause | what must hold | check: data set | severity | legal basis |",
            "|---|---|---|---|---|",
        ]
        for (clause, claim, bases, not_assessed), own in rows.items():
            checks = (
                "<br>".join(f"`{entry.check}`: {entry.data_set}" for entry in own if entry.check)
                or f"*not assessed:* {not_assessed}"
            )
            lines.append(
                "| "
                + " | ".join(
                    cell.replace("|", "\\|")
                    for cell in (clause, claim, checks, own[0].severity, bases)
                )
                + " |"
            )
        lines.append("")
    return "\n".join(lines)


def _entries(
    suite: Suite, clause: Clause, law: Mapping[str, LegalBasis]
) -> Iterator[CatalogueEntry]:
    def cited(bases: Iterable[str]) -> tuple[str, ...]:
        return tuple(law[basis].citation_da for basis in bases)

    for check in suite.checks:
        if check.clause is clause:
            yield CatalogueEntry(
                suite=suite.name,
                clause=clause.clause,
                check=check.id,
                data_set=check.data_set,
                severity=check.severity,
                legal_basis=cited(check.legal_basis),
                claim=check.claim.da,
                not_assessed=None,
            )
    if clause.not_assessed is not None:
        yield CatalogueEntry(
            suite=suite.name,
            clause=clause.clause,
            check=None,
            data_set=None,
            severity=clause.severity,
            legal_basis=cited(clause.legal_basis),
            claim=clause.claim.da,
            not_assessed=clause.not_assessed.reason.da,
        )
