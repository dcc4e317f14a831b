"""An invented run with every kind of verdict in it, for the report's tests and the picture in the
README.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

Results = dict[str, Any]


@dataclass(frozen=True)
class Picture:
    """A figure as the report takes it."""

    svg: bytes
    alt: str


def encoded(results: Results) -> bytes:
    """The bytes of results.json."""
    return (json.dumps(results, ensure_ascii=False, indent=1) + "\n").encode()


def references(count: int, seed: str) -> list[str]:
    """Invented record references."""
    alphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
    found = []
    for number in range(count):
        letters = "".join(
            alphabet[byte % 32] for byte in hashlib.sha256(f"{seed}{number}".encode()).digest()
        )
        found.append(f"R-{letters[:4]}-{letters[4:8]}-{letters[8:12]}-{letters[12:17]}")
    return found


def check(
    name: str,
    dataset: str,
    verdict: str,
    claim: str,
    numbers: tuple[int | None, ...],
    **more: object,
) -> dict[str, Any]:
    """One check; ``numbers`` are N, M, k and e."""
    population, assessable, deviations, exempted = numbers
    told: dict[str, Any] = {
        "id": name,
        "clauses": [name.partition(".")[0]],
        "topic": "retention",
        "dataset": dataset,
        "expectation": "expect_erasure_by_deadline",
        "verdict": verdict,
        "unit": "record",
        "population": population,
        "assessable": assessable,
        "deviations": deviations,
        "exempted": exempted,
        "reasons": {},
        "exemptions": {},
        "legal": {},
        "legal_records": 0,
        "review": 0,
        "columns": {},
        "why": None,
        "severity": "high",
        "authorities": ["datatilsynet"],
        "legal_basis": ["gdpr-5-1-e"],
        "claim": {"da": claim, "en": ENGLISH.get(claim, claim)},
        "criterion": None,
        "overdue": None,
        "due_by_month": [],
        "deadlines": None,
        "subjects": None,
        "references": references(min(deviations or 0, 20), name),
        "why_detail": None,
        "error_id": None,
        **more,
    }
    return {"authority": next(iter(told["authorities"]), None), **told}


def clause(
    name: str, verdict: str, claim: str, checks: list[str], **more: object
) -> dict[str, Any]:
    """One clause of the policy."""
    return {
        "id": name,
        "auditable": "data" if checks else "none",
        "verdict": verdict,
        "checks": checks,
        "reason": None,
        "evidence": None,
        "claim": {"da": claim, "en": ENGLISH.get(claim, claim)},
        "severity": "high",
        "legal_basis": ["gdpr-5-1-e"],
        **more,
    }


def export(name: str, table: str, file: str, rows: int, **more: object) -> dict[str, Any]:
    """One export with one file."""
    digest = hashlib.sha256(file.encode()).hexdigest()
    return {
        "name": name,
        "table": table,
        "files": [
            {"path": file, "sha256": digest, "bytes": rows * 187, "rows": rows, "rejected": 0}
        ],
        "rows": rows,
        "rejected": 0,
        "extracted_at": "2026-11-21",
        "control_rows": None,
        "problem": None,
        "warnings": [],
        "missing_columns": [],
        "rejects": {},
        **more,
    }


def conflict(
    kind: str, own: str | None, parameter: str | None, bound: str | None, law: str | None
) -> dict[str, Any]:
    """A difference between the policy and the law."""
    start = {"da": "betalingsfristen", "en": "the payment deadline"}
    return {
        "clause": "BIZ-ret-7",
        "kind": kind,
        "category": {"da": "Teledata bag en faktura", "en": "Teledata behind an invoice"},
        "policy": {"period": own, "counted_from": start, "parameter": parameter},
        "law": {"bound": bound, "period": law, "counted_from": start},
        "question": None,
        "legal_basis": ["bek-1882-10-1"],
        "not_in_force": [],
    }


def mapping_gap(
    table: str, column: str, headers: Sequence[str], checks: Sequence[str]
) -> dict[str, Any]:
    """A column that checks need and that nobody mapped."""
    return {
        "table": table,
        "column": column,
        "exports": [f"min_{table}"],
        "looked_for": [],
        "candidates": [{"export": f"min_{table}", "header": header} for header in headers],
        "checks": list(checks),
        "clauses": sorted({check.partition(".")[0] for check in checks}),
    }


def basis(
    name: str,
    title: str,
    citation: str,
    authority: str,
    valid_from: str,
    checked_on: str | None = "2026-11-22",
    **more: object,
) -> dict[str, Any]:
    """One legal basis."""
    return {
        "id": name,
        "title_da": title,
        "citation_da": citation,
        "authority": authority,
        "evidence": "looked_up" if checked_on else "knowledge",
        "read_in": "mirror" if checked_on else "none",
        "read_to": "2026-02-12" if checked_on else None,
        "read_at": {"da": "retsinformation.dk" if checked_on else "opslagsværk"},
        "copies": (
            [
                {
                    "da": "tekst fra retsinformation.dk i en kopi",
                    "en": "text from retsinformation.dk in a copy",
                }
            ]
            if checked_on
            else []
        ),
        "recheck_before_release": False,
        "checked_on": checked_on,
        "valid_from": valid_from,
        "valid_to": None,
        **more,
    }


_CRM = (
    "Kundestamdata og almindelig korrespondance i CRM slettes senest 1 år efter kundeforholdets"
    " ophør."
)
_PBX = (
    "Konfigurationen af en hosted PBX eller SIP-peer slettes umiddelbart efter kundeforholdets"
    " ophør."
)
_CDR = (
    "Teledata, der ligger til grund for en faktura, slettes senest 5 år efter regnskabsårets"
    " udgang."
)
_CARD = "Fulde betalingskortnumre forekommer ikke i noget udtræk."
_SMS = "Indholdet af sms og mms er ikke synligt og gemmes ikke."
_INVOICE = "Fakturaer slettes senest 5 år efter udgangen af det regnskabsår, de vedrører."
_SERIES = "Fakturaer, der stadig skal opbevares, findes i en ubrudt nummerrække."
_AGREEMENT = "Skriftlige aftaler slettes senest 5 år efter kundeforholdets ophør."
_ACCESS = "Kun relevant personale har adgang til kundeinformation."
_ARCHIVE = "Kundeaftaler på papir opbevares i aflåst arkiv."

ENGLISH = {
    _CRM: (
        "Customer master data and ordinary correspondence in the CRM are erased no later than 1"
        " year after the end of the customer relationship."
    ),
    _PBX: (
        "The configuration of a hosted PBX or SIP peer is erased immediately after the end of the"
        " customer relationship."
    ),
    _CDR: (
        "Teledata behind an invoice are erased no later than 5 years after the end of the financial"
        " year."
    ),
    _CARD: "Full payment card numbers occur in no export.",
    _SMS: "The content of SMS and MMS is not visible and is not stored.",
    _INVOICE: (
        "Invoices are erased no later than 5 years after the end of the financial year to which"
        " they relate."
    ),
    _SERIES: "Invoices that must still be kept are there in an unbroken series of numbers.",
    _AGREEMENT: (
        "Written agreements are erased no later than 5 years after the end of the customer"
        " relationship."
    ),
    _ACCESS: "Only relevant staff have access to customer information.",
    _ARCHIVE: "Customer agreements on paper are kept in a locked archive.",
}

_DUE: list[dict[str, Any]] = [
    {"month": f"2026-{month:02}", "records": records, "overdue": overdue}
    for month, records, overdue in zip(
        (*range(1, 10), 12),
        (1, 2, 1, 2, 4, 3, 2, 3, 4, 142),
        (1, 1, 0, 2, 3, 3, 2, 3, 4, 0),
        strict=True,
    )
]

_YEAR = {"starts_at": "relationship_end", "period": "P1Y", "parameters": []}


def _checks() -> list[dict[str, Any]]:
    return [
        check(
            "BIZ-ret-3.customer",
            "crm_customer",
            "fail",
            _CRM,
            (3000, 2990, 19, 3),
            reasons={"no_end_date": 8, "orphan": 2},
            exemptions={"legal_hold": 2, "restricted": 1},
            criterion=_YEAR,
            overdue={"max_days": 312, "median_days": 88.5},
            due_by_month=_DUE,
            deadlines={"records": 164, "passed": 22, "kept": 19, "exempted": 3},
            subjects={"customers": 19, "persons": 3, "companies": 15, "unknown": 1, "unnamed": 0},
            action={"da": "Slet kunderne i CRM.", "en": "Erase the customers in the CRM."},
        ),
        check(
            "BIZ-ret-3.contact",
            "crm_contact",
            "pass",
            _CRM,
            (4120, 4118, 0, 2),
            reasons={"orphan": 2},
            exemptions={"legal_hold": 2},
            criterion=_YEAR,
        ),
        check(
            "BIZ-ret-4.agreement",
            "agreement",
            "legal",
            _AGREEMENT,
            (3310, 3310, 0, 0),
            legal={"strict_reading": 41},
            legal_records=41,
            criterion={
                "starts_at": "relationship_end",
                "period": "P5Y",
                "parameters": ["agreement_unit"],
            },
        ),
        check(
            "BIZ-ret-5.pbx_config",
            "pbx_config",
            "breach",
            _PBX,
            (240, 240, 31, 0),
            criterion={
                "starts_at": "relationship_end",
                "period": "P14D",
                "parameters": ["immediately_days"],
            },
            deadlines={"records": 33, "passed": 31, "kept": 31, "exempted": 0},
            overdue={"max_days": 901, "median_days": 40},
        ),
        check(
            "BIZ-ret-6.invoice",
            "invoice",
            "pass",
            _INVOICE,
            (26114, 26114, 0, 0),
            legal_basis=["bogf-2022-12"],
            authorities=["erhvervsstyrelsen"],
        ),
        check(
            "BIZ-ret-6.invoice_series",
            "invoice",
            "review",
            _SERIES,
            (26117, 26117, 0, 0),
            legal_basis=["bogf-2022-12"],
            authorities=["erhvervsstyrelsen"],
            severity="medium",
            review=3,
            expectation="expect_rows_to_satisfy",
        ),
        check(
            "BIZ-ret-7.billed",
            "cdr",
            "partial",
            _CDR,
            (48210, 41007, 0, 0),
            reasons={"no_invoice": 7203},
            legal_basis=["bek-1882-10-1", "bogf-2022-12"],
        ),
        check(
            "HYG-card.crm_interaction",
            "crm_interaction",
            "fail",
            _CARD,
            (9120, 9120, 2, 0),
            topic="card_data",
            expectation="expect_no_card_data",
            severity="critical",
            legal_basis=["gdpr-5-1-c", "pci-3-5-1"],
            columns={"body": 1, "subject": 1},
        ),
        check(
            "BIZ-tele-2.cdr",
            "cdr",
            "unknown",
            _SMS,
            (None, None, None, None),
            topic="message_content",
            expectation="expect_no_message_content",
            why="missing_column",
            why_detail="cdr.record_type",
        ),
        check(
            "BIZ-ret-6.payment",
            "payment",
            "error",
            _INVOICE,
            (None, None, None, None),
            legal_basis=["bogf-2022-12"],
            error_id="E-7f3a91",
        ),
        check(
            "BIZ-ret-7.unbilled",
            "cdr",
            "unset",
            _CDR,
            (None, None, None, None),
            legal_basis=["bek-1882-10-1"],
            criterion={
                "starts_at": "start_at",
                "period": "{traffic_data_unbilled}",
                "parameters": ["traffic_data_unbilled"],
            },
        ),
    ]


def _clauses() -> list[dict[str, Any]]:
    return [
        clause("BIZ-ret-3", "fail", _CRM, ["BIZ-ret-3.customer", "BIZ-ret-3.contact"]),
        clause("BIZ-ret-4", "legal", _AGREEMENT, ["BIZ-ret-4.agreement"]),
        clause("BIZ-ret-5", "breach", _PBX, ["BIZ-ret-5.pbx_config"]),
        clause(
            "BIZ-ret-6",
            "error",
            _INVOICE,
            ["BIZ-ret-6.invoice", "BIZ-ret-6.invoice_series", "BIZ-ret-6.payment"],
        ),
        clause("BIZ-ret-7", "partial", _CDR, ["BIZ-ret-7.billed", "BIZ-ret-7.unbilled"]),
        clause("HYG-card", "fail", _CARD, ["HYG-card.crm_interaction"]),
        clause("BIZ-tele-2", "unknown", _SMS, ["BIZ-tele-2.cdr"]),
        clause(
            "BIZ-acc-1",
            "unknown",
            _ACCESS,
            [],
            auditable="register",
            reason={
                "da": "Der er ikke modtaget en adgangslog.",
                "en": "No access log was received.",
            },
            evidence={"da": "Adgangslog og medarbejderliste.", "en": "Access log and staff list."},
        ),
        clause(
            "BIZ-acc-2",
            "skipped",
            _ARCHIVE,
            [],
            reason={
                "da": "Et fysisk arkiv kan ikke ses i data.",
                "en": "A physical archive cannot be seen in data.",
            },
            evidence={"da": "Besigtigelse på stedet.", "en": "An inspection on site."},
        ),
    ]


_CALLS = [
    {
        "code": "missing_column",
        "file": "cdr/Master.csv",
        "column": "Type",
        "canonical": "record_type",
        "text": 'cdr/Master.csv: no column "Type" (for record_type).',
    },
    {
        "code": "gap",
        "file": "cdr/Master.csv",
        "column": "start",
        "count": 9,
        "text": "9 times fall in the hour that is skipped when summer time begins.",
    },
]
_PAYMENTS = [
    {"code": "no_file", "file": "betalinger*.csv", "text": "no file matches betalinger*.csv."},
    {"code": "not_judged", "text": "Its checks cannot be judged."},
]


def _exports() -> list[dict[str, Any]]:
    customers = export(
        "kunder",
        "crm_customer",
        "crm/kunder_2026-11-21.csv",
        3000,
        rejected=1,
        control_rows=3001,
        rejects={"ragged": 1},
    )
    customers["files"][0]["rejected"] = 1
    return [
        customers,
        export(
            "korrespondance", "crm_interaction", "crm/korrespondance.jsonl", 9120, control_rows=9120
        ),
        export("konfigurationer", "pbx_config", "pbx/konfigurationer.csv", 240),
        export(
            "opkald",
            "cdr",
            "cdr/Master.csv",
            48210,
            missing_columns=["record_type"],
            warnings=_CALLS,
        ),
        export("fakturaer", "invoice", "økonomi/fakturaer 2021-2026.xlsx", 26114),
        export(
            "betalinger",
            "payment",
            "økonomi/betalinger.csv",
            0,
            problem="no file matches betalinger*.csv",
            files=[],
            warnings=_PAYMENTS,
        ),
    ]


def example() -> Results:
    """One run with every verdict."""
    checks = _checks()
    verdicts = [one["verdict"] for one in checks]
    return {
        "schema": "teleaudit/results/1",
        "audit": "bizzy",
        "run_id": "20261122T052250Z-a1b2c3",
        "as_of": "2026-11-22",
        "started_at": "2026-11-22T05:22:50Z",
        "finished_at": "2026-11-22T05:23:31Z",
        "engine": "duckdb",
        "controller": {"name": "Bizzy", "cvr": "21497479"},
        "policy": {"title": "Databeskyttelsespolitik", "version": "udateret"},
        "parameters": [
            {
                "name": "immediately_days",
                "value": 14,
                "owner": "Driftschefen",
                "reason": "Portering og sidste afregning kan tage to uger.",
                "approved_on": "2026-10-01",
            },
            {
                "name": "agreement_unit",
                "value": "år",
                "owner": "Direktionen",
                "reason": "Politikken siger »max 5«; fejl i teksten.",
                "approved_on": "2026-10-01",
            },
            {
                "name": "traffic_data_unbilled",
                "value": None,
                "owner": None,
                "reason": None,
                "approved_on": None,
            },
        ],
        "settings": {"gate": 0.99, "max_rejected": 0.001},
        "exports": _exports(),
        "clauses": _clauses(),
        "checks": checks,
        "conflicts": [
            conflict("longer_than_maximum", "P5Y", None, "at_most", "P3Y"),
            conflict("shorter_than_minimum", "P14D", "immediately_days", "at_least", "P1M"),
            conflict("no_deadline", None, None, "claim", "P2Y"),
            conflict("unset", None, "traffic_data_unbilled", "at_least", "P1Y")
            | {"not_in_force": ["bek-1882-10-1"]},
            conflict("question", None, None, None, None)
            | {
                "policy": None,
                "law": None,
                "category": None,
                "question": {
                    "da": "Må mobilnumre holdes ude?",
                    "en": "May mobile numbers be kept out?",
                },
            },
        ],
        "legal_bases": [
            basis(
                "gdpr-5-1-e",
                "Opbevaringsbegrænsning",
                "databeskyttelsesforordningens artikel 5, stk. 1, litra e",
                "datatilsynet",
                "2018-05-25",
            ),
            basis(
                "gdpr-5-1-c",
                "Dataminimering",
                "databeskyttelsesforordningens artikel 5, stk. 1, litra c",
                "datatilsynet",
                "2018-05-25",
                read_to="2026-02-14",
            ),
            basis(
                "bogf-2022-12",
                "Opbevaring af regnskabsmateriale",
                "bogføringslovens § 12, stk. 1 (lov nr. 700 af 24. maj 2022)",
                "erhvervsstyrelsen",
                "2022-07-01",
            ),
            basis(
                "bek-1882-10-1",
                "Sletning af trafikdata",
                "persondatasikkerhedsbekendtgørelsens § 10, stk. 1 (bekendtgørelse nr. 1882 af 4."
                " december 2020)",
                "digitaliseringsstyrelsen",
                "2020-12-21",
                recheck_before_release=True,
            ),
            basis(
                "pci-3-5-1",
                "Kortnumre gøres ulæselige",
                "PCI DSS v4.0.1, krav 3.5.1",
                "kortordning",
                "2024-06-11",
                checked_on=None,
            ),
        ],
        "totals": {
            "checks": len(checks),
            "verdicts": {verdict: verdicts.count(verdict) for verdict in sorted(set(verdicts))},
            "deviations": sum(one["deviations"] or 0 for one in checks),
            "review": sum(one["review"] for one in checks),
            "exempted": sum(one["exempted"] or 0 for one in checks),
        },
        "suites": {
            name: hashlib.sha256(name.encode()).hexdigest()
            for name in ("baseline.yaml", "policy.yaml", "retention.yaml")
        },
        "ledger_head": hashlib.sha256(b"before").hexdigest(),
        "notebooks": [
            {"name": name, "sha256": hashlib.sha256(name.encode()).hexdigest(), "state": state}
            for name, state in (
                ("00_intake.ipynb", "released"),
                ("10_retention.ipynb", "changed"),
                ("egne_tal.ipynb", "own"),
            )
        ],
        "versions": {
            "teleaudit": "0.1.0",
            "python": "3.11.7",
            "great_expectations": "1.24.1",
            "duckdb": "2.0.0",
            "pandas": "3.1.1",
            "typst": "0.15.2",
        },
        "timings": {
            "seconds": 9.75,
            "stages": [
                {
                    "stage": "reading",
                    "name": "kunder",
                    "seconds": 0.5,
                    "rows": 3000,
                    "checks": None,
                    "scans": None,
                },
                {
                    "stage": "checks",
                    "name": "crm_customer",
                    "seconds": 0.25,
                    "rows": 3000,
                    "checks": 4,
                    "scans": 1,
                },
            ],
            "memory_limit": "4096MiB",
            "peak_memory_bytes": 900_000_000,
            "peak_disk_bytes": 12_000_000,
            "peak_spill_bytes": 0,
        },
    }
