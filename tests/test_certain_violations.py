"""What certainly violates is found: whatever an unmapped column is called, whatever is missing, and
among however many records that hold.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from teleaudit.rules.audit_file import Parameter
from teleaudit.rules.verdicts import Verdict
from tests.spec import PARAMETERS
from tests.test_silent_passes import Files, asked, counts

UNSET = Parameter(value=None)
GONE = "customer_id | end_date | {}\nK1 | 2020-01-31 | {}\nK2 | 2026-10-31 | {}"
CALLS = (
    "call_id | customer_id | start_at | {}\nC1 | K1 | 2020-01-02 10:00:00 | {}\nC2 | K1 |"
    " 2026-11-02 10:00:00 | {}"
)
REQUESTS = (
    "dsar_id | customer_id | type | received_at | closed_at | outcome | {}\nD1 | K1 | indsigt |"
    " 2025-01-02 | 2026-02-10 | imødekommet | {}\nD2 | K2 | indsigt | 2026-02-02 | 2026-02-10 |"
    " imødekommet | {}"
)


def decoyed(text: str, header: str, violating: str, lawful: str) -> str:
    """A table with a column nobody mapped, and what stands in it for the record that violates and
    for the one that does not.
    """
    return text.format(header, violating, lawful)


class TestUnmappedHeaders:
    """An unmapped column that is called as one of a rule's own decides nothing."""

    @pytest.mark.parametrize(
        ("header", "violating", "lawful"),
        [
            ("relationship_end", "2099-01-01", "2001-01-01"),
            ("RELATIONSHIP_STATE", "active", "ended"),
            ("exempt_legal_hold", "true", "false"),
            ("hold_in_doubt", "true", "true"),
            ("exempt_restricted", "true", "false"),
            ("_issues", "end_date=unreadable", "end_date=unreadable"),
            ("_line", "1", "1"),
            ("r", "active", "ended"),
            ("h", "true", "true"),
        ],
    )
    def test_of_customers(self, tmp_path: Path, header: str, violating: str, lawful: str) -> None:
        files: Files = {"kunder": ("crm_customer", decoyed(GONE, header, violating, lawful))}
        assert counts(asked("BIZ-ret-3.customer", tmp_path, files)) == (Verdict.FAIL, ["K1"], {})

    @pytest.mark.parametrize(
        ("header", "violating", "lawful"),
        [
            ("call_date", "2026-11-20", "2001-01-01"),
            ("invoice_found", "true", "false"),
            ("i", "x", "y"),
            ("Exempt_Legal_Hold", "ja", "nej"),
        ],
    )
    def test_of_calls(self, tmp_path: Path, header: str, violating: str, lawful: str) -> None:
        without_invoice = decoyed(CALLS, f"invoice_id | {header}", f"| {violating}", f"| {lawful}")
        assert counts(
            asked("BIZ-ret-7.unbilled", tmp_path, {"opkald": ("cdr", without_invoice)})
        ) == (Verdict.FAIL, ["C1"], {})

    @pytest.mark.parametrize(
        ("header", "violating", "lawful"),
        [
            ("due", "2099-01-01", "2001-01-01"),
            ("due_unpaused", "2099-01-01", "2001-01-01"),
            ("answered_on", "2025-01-03", "2026-11-01"),
            ("request_type", "sletning", "sletning"),
        ],
    )
    def test_of_requests(self, tmp_path: Path, header: str, violating: str, lawful: str) -> None:
        files: Files = {"anmodninger": ("dsar", decoyed(REQUESTS, header, violating, lawful))}
        assert counts(asked("BIZ-right-1.in_time", tmp_path, files)) == (Verdict.FAIL, ["D1"], {})


UNTITLED = (
    "disclosure_id | recipient_type | data_categories | at | title_type | title_ref |"
    " title_date\nV1 | politi | teledata | 2026-05-04 11:00:00 | kendelse | | 2026-05-03\nV2 |"
    " politi | teledata | 2026-05-04 11:00:00 | kendelse | T2 | 2026-05-03"
)
ERASED = (
    "dsar_id | customer_id | type | received_at | closed_at | outcome | executed_at\nD1 | K1 |"
    " sletning | 2026-01-02 | 2026-01-10 | imødekommet | {}\nD2 | K2 | sletning | 2026-01-02 |"
    " 2026-01-10 | imødekommet | {}"
)
NUMBERS = "number | customer_id | valid_from\n+4500000001 | K8 | 2020-01-01"
CONFIGS = "config_id | customer_id | created_at\nB1 | K1 | 2020-01-01"


class TestWhatIsMissing:
    """A column, an export or a parameter that is missing silences nothing that violates
    without it.
    """

    @pytest.mark.parametrize(
        ("check", "files", "deviating"),
        [
            (
                "HYG-hold.approval",
                {
                    "stop": (
                        "legal_hold",
                        (
                            "hold_id | customer_id | reason | start\nH1 | K1 | | 2026-01-01\nH2 |"
                            " K2 | tvist | 2026-01-01"
                        ),
                    )
                },
                ["H1"],
            ),
            (
                "HYG-hold.approval",
                {
                    "stop": (
                        "legal_hold",
                        (
                            "hold_id | customer_id | approved_by | start\nH1 | K1 | |"
                            " 2026-01-01\nH2 | K2 | jura | 2026-01-01"
                        ),
                    )
                },
                ["H1"],
            ),
            (
                "BIZ-dis-10.order",
                {"videregivelser": ("disclosure", UNTITLED.replace("title_date", "x"))},
                ["V1"],
            ),
            (
                "BIZ-right-2.services",
                {
                    "anmodninger": ("dsar", ERASED.format("2026-01-10", "2026-01-10")),
                    "konfigurationer": ("pbx_config", CONFIGS),
                },
                ["D1|pbx_config|B1"],
            ),
            (
                "KAZ-h.covered",
                {
                    "udsendelser": (
                        "marketing_send",
                        (
                            "send_id | customer_id | address | sent_at\nU1 | K1 | a | 2026-03-01"
                            " 10:00:00\nU2 | K2 | b | 2026-03-01 10:00:00"
                        ),
                    ),
                    "samtykker": (
                        "consent",
                        (
                            "consent_id | customer_id | purpose | channel | address | given_at |"
                            " withdrawn_at\nC2 | K2 | marketing | email | b | 2025-01-02 08:03:04 |"
                        ),
                    ),
                },
                ["U1"],
            ),
            (
                "BIZ-tele-3.agreement",
                {
                    "optagelser": ("recording_index", "rec_id | customer_id\nR1 | K1\nR2 | K2"),
                    "aftaler": (
                        "agreement",
                        (
                            "agreement_id | customer_id | type | valid_from | ended_at\nA2 | K2 |"
                            " optagelse | 2020-01-01 |"
                        ),
                    ),
                },
                ["R1"],
            ),
        ],
    )
    def test_no_column_and_no_export(
        self, tmp_path: Path, check: str, files: Files, deviating: list[str]
    ) -> None:
        verdict, found, reasons = counts(asked(check, tmp_path, files))
        assert (verdict, found) == (Verdict.FAIL, deviating)
        assert reasons

    @pytest.mark.parametrize(
        ("check", "parameter", "files", "deviating"),
        [
            (
                "BIZ-prot.training",
                "training_months",
                {
                    "roller": (
                        "staff_roster",
                        (
                            "user_id | role | valid_from | valid_to | trained_at |"
                            " shared_account\nu1 | support | 2020-01-01 | | | nej\nu2 | support |"
                            " 2020-01-01 | | 2026-01-01 | nej"
                        ),
                    )
                },
                ["u1"],
            ),
        ],
    )
    def test_no_parameter(
        self, tmp_path: Path, check: str, parameter: str, files: Files, deviating: list[str]
    ) -> None:
        verdict, found, reasons = counts(
            asked(check, tmp_path, files, parameters=PARAMETERS | {parameter: UNSET})
        )
        assert (verdict, [key.partition("|")[0] for key in found], reasons) == (
            Verdict.REVIEW,  # of training a person says whether it deviates
            deviating,
            {"unset": 1},
        )


GOOD = 300


def among(header: str, violating: str, lawful: str) -> str:
    """A table of one record that violates, and of so many that hold that a gate of 99 % would let
    it pass unjudged.
    """
    return "\n".join([header, violating, *(lawful.format(number) for number in range(GOOD))])


class TestBehindTheGate:
    """A record that violates whatever its missing or impossible value would be is a deviation,
    among however many others.
    """

    @pytest.mark.parametrize(
        ("check", "files", "deviating"),
        [
            (
                "BIZ-ret-7.billed",
                {
                    "opkald": (
                        "cdr",
                        among(
                            "call_id | start_at | invoice_id",
                            "C | 2016-05-04 10:00:00 | gone",
                            "C{} | 2026-05-04 10:00:00 | F1",
                        ),
                    ),
                    "fakturaer": (
                        "invoice",
                        (
                            "invoice_id | invoice_no | legal_entity | issue_date | due_date\nF1 | 1"
                            " | S | 2026-06-01 | 2026-07-01"
                        ),
                    ),
                    "aar": (
                        "financial_years",
                        "legal_entity | fy_start | fy_end\nS | 2026-01-01 | 2026-12-31",
                    ),
                },
                ["C"],
            ),
            (
                "BIZ-ret-6.invoice",
                {
                    "fakturaer": (
                        "invoice",
                        among(
                            "invoice_id | invoice_no | legal_entity | issue_date",
                            "F | 0 | S | 2012-06-01",
                            "F{0} | {0} | S | 2026-06-01",
                        ),
                    ),
                    "aar": (
                        "financial_years",
                        "legal_entity | fy_start | fy_end\nS | 2026-01-01 | 2026-12-31",
                    ),
                },
                ["F"],
            ),
            (
                "KAZ-r2.payment",
                {
                    "betalinger": (
                        "payment",
                        among(
                            "payment_id | legal_entity | paid_at",
                            "B | S | 2012-06-01",
                            "B{} | S | 2026-06-01",
                        ),
                    ),
                    "aar": (
                        "financial_years",
                        "legal_entity | fy_start | fy_end\nS | 2026-01-01 | 2026-12-31",
                    ),
                },
                ["B"],
            ),
            (
                "BIZ-tele-3.agreement",
                {
                    "optagelser": (
                        "recording_index",
                        among(
                            "rec_id | customer_id | started_at",
                            "R | K1 |",
                            "R{} | K2 | 2026-01-02 10:00:00",
                        ),
                    ),
                    "aftaler": (
                        "agreement",
                        (
                            "agreement_id | customer_id | type | valid_from | ended_at\nA2 | K2 |"
                            " optagelse | 2020-01-01 |"
                        ),
                    ),
                },
                ["R"],
            ),
            (
                "BIZ-acc-1.roster",
                {
                    "log": (
                        "access_log",
                        among(
                            "at | user_id | action",
                            "1970-01-01 00:00:00 | ukendt | opslag",
                            "2026-01-02 10:00:00 | u1 | opslag",
                        ),
                    ),
                    "roller": (
                        "staff_roster",
                        "user_id | role | valid_from | valid_to\nu1 | support | 2020-01-01 |",
                    ),
                },
                ["log.csv:2"],
            ),
            (
                "KAZ-h.covered",
                {
                    "udsendelser": (
                        "marketing_send",
                        among(
                            "send_id | customer_id | channel | address | sent_at",
                            "U | K1 | email | |",
                            "U{} | K2 | email | b | 2026-03-01 10:00:00",
                        ),
                    ),
                    "samtykker": (
                        "consent",
                        (
                            "consent_id | customer_id | purpose | channel | address | given_at |"
                            " withdrawn_at\nC2 | K2 | marketing | email | b | 2025-01-02 08:03:04 |"
                        ),
                    ),
                },
                ["U"],
            ),
            (
                "BIZ-dis-10.period",
                {
                    "videregivelser": (
                        "disclosure",
                        among(
                            "disclosure_id | recipient_type | data_categories | at | title_type |"
                            " title_ref | scope_from | scope_to | data_from | data_to",
                            "V | politi | teledata | 2026-05-04 11:00:00 | kendelse | T |"
                            " 2026-02-01 | | 2026-01-01 |",
                            "V{} | politi | teledata | 2026-05-04 11:00:00 | kendelse | T |"
                            " 2026-02-01 | 2026-03-01 | 2026-02-01 | 2026-03-01",
                        ),
                    )
                },
                ["V"],
            ),
        ],
    )
    def test_it_is_found(
        self, tmp_path: Path, check: str, files: Files, deviating: list[str]
    ) -> None:
        result = asked(check, tmp_path, files)
        assert (
            result.verdict,
            [each.record_key for each in result.deviations],
            result.answer.population,
        ) == (Verdict.FAIL, deviating, GOOD + 1)
