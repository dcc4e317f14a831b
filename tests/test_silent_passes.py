"""What a run cannot know is never a pass: exports without a column of ends, words that nobody
knows, keys that cannot be compared, files that were cut off.
"""

from __future__ import annotations

import base64
import hashlib
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from teleaudit.errors import ExportError
from teleaudit.exports.reading import ReadExport, read_export
from teleaudit.rules.audit_file import ExportSpec
from teleaudit.rules.verdicts import Verdict
from tests.spec import Answered, answer

# export -> table, text, and what audit.yaml says besides
Files = Mapping[str, tuple[str, str] | tuple[str, str, dict[str, Any]]]


def read(folder: Path, files: Files) -> list[ReadExport]:
    """The exports, each written and read; a header that is a canonical name is that column."""
    exports = []
    for name, (table, text, *settings) in files.items():
        lines = (
            ";".join(cell.strip() for cell in line.split("|")) for line in text.strip().splitlines()
        )
        (folder / f"{name}.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
        exports.append(
            read_export(
                name,
                ExportSpec(table=table, files=f"{name}.csv", **(settings[0] if settings else {})),
                root=folder,
                work=folder / "work",
            )
        )
    return exports


def asked(check: str, folder: Path, files: Files, **settings: Any) -> Answered:
    """What a check answers of exports."""
    return answer(check, {}, engine="duckdb", exports=read(folder, files), **settings)


def counts(result: Answered) -> tuple[Verdict, list[str], dict[str, int]]:
    """Verdict, the keys that deviate, and why others were not judged."""
    return (
        result.verdict,
        [deviation.record_key for deviation in result.deviations],
        result.answer.reasons,
    )


CUSTOMERS = """
    customer_id | name        | created_at | end_date
    K1          | Kaj Kaisen  | 2012-05-04 | 2023-03-31
    K2          | Lis Lassen  | 2013-06-05 |
    K3          | Mads Madsen | 2014-07-06 | 2022-01-31
"""


class TestEnds:
    """A relationship ends when all its services have: an export that does not say when its services
    ended leaves the end open.
    """

    def test_agreements_without_a_column_of_ends_leave_their_customers_unjudged(
        self, tmp_path: Path
    ) -> None:
        agreements = (
            "agreement_id | customer_id | signed_at\nA1 | K1 | 2012-05-04\nA2 | K2 | 2013-06-05"
        )
        result = asked(
            "BIZ-ret-3.customer",
            tmp_path,
            {"kunder": ("crm_customer", CUSTOMERS), "aftaler": ("agreement", agreements)},
        )
        assert counts(result) == (Verdict.FAIL, ["K3"], {"no_end_date": 2})

    def test_a_mapped_header_that_the_file_lacks_is_no_column_of_ends(self, tmp_path: Path) -> None:
        agreements = "agreement_id | customer_id\nA1 | K1\nA2 | K2\nA3 | K3"
        mapped = {
            "columns": {
                "agreement_id": "agreement_id",
                "customer_id": "customer_id",
                "ended_at": "ophørt",
            }
        }
        result = asked(
            "BIZ-ret-3.customer",
            tmp_path,
            {"kunder": ("crm_customer", CUSTOMERS), "aftaler": ("agreement", agreements, mapped)},
        )
        assert (result.verdict, result.why, result.answer.reasons) == (
            Verdict.UNKNOWN,
            "nothing_assessable",
            {"no_end_date": 3},
        )

    def test_of_two_exports_only_the_customers_of_the_one_without_ends_are_unjudged(
        self, tmp_path: Path
    ) -> None:
        files: Files = {
            "kunder": ("crm_customer", CUSTOMERS),
            "nye": (
                "agreement",
                "agreement_id | customer_id | ended_at\nA3 | K3 | 2022-01-31\nA2 | K2 |",
            ),
            "gamle": ("agreement", "agreement_id | customer_id\nA1 | K1"),
        }
        assert counts(asked("BIZ-ret-3.customer", tmp_path, files)) == (
            Verdict.FAIL,
            ["K3"],
            {"no_end_date": 1},
        )

    def test_subscriptions_without_ends_leave_open_what_agreements_with_ends_say(
        self, tmp_path: Path
    ) -> None:
        files: Files = {
            "kunder": ("crm_customer", CUSTOMERS),
            "aftaler": (
                "agreement",
                "agreement_id | customer_id | ended_at\nA1 | K1 | 2023-03-31\nA2 | K2 |",
            ),
            "abonnementer": (
                "subscription",
                "subscription_id | customer_id\nS1 | K1\nS2 | K2\nS3 | K3",
            ),
        }
        result = asked("BIZ-ret-3.customer", tmp_path, files)
        # K2's agreement certainly runs
        assert (result.verdict, result.answer.assessable, result.answer.reasons) == (
            Verdict.PARTIAL,
            1,
            {"no_end_date": 2},
        )

    def test_customers_of_an_export_without_end_dates_are_unjudged_and_the_others_are_not(
        self, tmp_path: Path
    ) -> None:
        files: Files = {
            "erhverv": ("crm_customer", CUSTOMERS),
            "private": (
                "crm_customer",
                "customer_id | name | created_at\nP1 | Ida Iversen | 2011-01-02",
            ),
        }
        result = asked("BIZ-ret-3.customer", tmp_path, files)
        assert (result.verdict, [each.record_key for each in result.deviations]) == (
            Verdict.FAIL,
            ["K1", "K3"],
        )
        assert sum(result.answer.reasons.values()) == 2

    def test_an_export_that_says_that_its_column_would_be_empty_is_judged(
        self, tmp_path: Path
    ) -> None:
        calls = "call_id | start_at\nC1 | 2020-01-02 10:00:00"
        without: Files = {
            "opkald": ("cdr", f"{calls} | I1".replace("start_at", "start_at | invoice_id")),
            "andre": ("cdr", calls.replace("C1", "C2")),
        }
        assert counts(asked("BIZ-ret-7.unbilled", tmp_path, without)) == (
            Verdict.UNKNOWN,
            [],
            {"missing_column": 1},
        )
        said: Files = {**without, "andre": (*without["andre"], {"constants": {"invoice_id": ""}})}
        (tmp_path / "again").mkdir()
        assert counts(asked("BIZ-ret-7.unbilled", tmp_path / "again", said)) == (
            Verdict.FAIL,
            ["C2"],
            {},
        )

    def test_few_records_of_an_export_without_a_needed_column_are_no_pass_among_many(
        self, tmp_path: Path
    ) -> None:
        whole = "\n".join(
            [
                "call_id | customer_id | invoice_id | start_at",
                *(f"C{number} | K1 | F9 | 2026-01-02 10:00:00" for number in range(300)),
            ]
        )
        files: Files = {
            "opkald": ("cdr", whole),
            "andre": ("cdr", "call_id | customer_id | invoice_id\nD1 | K9 | F9"),
            "kunder": ("crm_customer", "customer_id | created_at\nK1 | 2012-05-04"),
            "fakturaer": ("invoice", "invoice_id | invoice_no\nF1 | 1"),
        }
        result = asked("HYG-orphan.cdr", tmp_path, files)
        assert (result.verdict, result.answer.population, result.answer.assessable) == (
            Verdict.PARTIAL,
            301,
            300,
        )

    def test_an_export_without_a_date_column_has_no_impossible_dates(self, tmp_path: Path) -> None:
        files: Files = {
            "a": ("crm_customer", CUSTOMERS),
            "b": ("crm_customer", "customer_id | created_at\nP1 | 2011-01-02"),
        }
        result = asked("HYG-dates.crm_customer", tmp_path, files)
        assert (result.verdict, result.answer.assessable) == (Verdict.PASS, 4)

    @pytest.mark.parametrize(
        ("table", "rows", "verdict"),
        [
            (
                "crm_customer",
                "customer_id | created_at | end_date\nK1 | | 2023-03-31\nK2 | |",
                (Verdict.UNKNOWN, "all_null", "crm_customer.created_at"),
            ),
            (
                "crm_customer",
                "customer_id | created_at | anonymised_at\nK1 | 2012-05-04 |\nK2 | |",
                (Verdict.PASS, None, None),
            ),
            (
                "subscription",
                "subscription_id | start_date | end_date\nS1 | | 2023-03-31",
                (Verdict.UNKNOWN, "all_null", "subscription.start_date"),
            ),
            (
                "dsar",
                "dsar_id | received_at | closed_at\nD1 | | 2026-02-10",
                (Verdict.UNKNOWN, "all_null", "dsar.received_at"),
            ),
            (
                "dsar",
                "dsar_id | received_at | closed_at\nD1 | | 1970-01-01",
                (Verdict.FAIL, None, None),
            ),
            (
                "dsar",
                "dsar_id | received_at | extended_at\nD1 | 2026-02-02 |",
                (Verdict.PASS, None, None),
            ),
            (
                "processing_register",
                "activity_id | lia_date\nA1 |\nA2 | 2025-01-01",
                (Verdict.PASS, None, None),
            ),
        ],
    )
    def test_the_date_that_every_record_has_is_not_possible_where_none_holds_it(
        self, tmp_path: Path, table: str, rows: str, verdict: object
    ) -> None:
        result = asked(f"HYG-dates.{table}", tmp_path, {"udtraek": (table, rows)})
        assert (result.verdict, result.why, result.why_detail) == verdict

    @pytest.mark.parametrize("check", ["HYG-card", "HYG-cpr-number", "HYG-browsing"])
    @pytest.mark.parametrize(
        ("table", "rows", "constants", "verdict"),
        [
            (
                "crm_customer",
                "customer_id | name | notes\nK1 | Kaj |\nK2 | Ida |",
                {},
                (Verdict.UNKNOWN, "all_null", "crm_customer.notes"),
            ),
            (
                "crm_customer",
                "customer_id | name | notes\nK1 | Kaj | Vil have regning pr. post\nK2 | Ida |",
                {},
                (Verdict.PASS, None, None),
            ),
            (
                "crm_customer",
                "customer_id | name\nK1 | Kaj\nK2 | Ida",
                {"notes": ""},
                (Verdict.PASS, None, None),
            ),
            # nobody writes there what he likes
            (
                "crm_customer",
                "customer_id | name | cvr\nK1 | Kaj |\nK2 | Ida |",
                {},
                (Verdict.PASS, None, None),
            ),
            (
                "ledger",
                "entry_id | customer_id | text\n1 | K1 |",
                {},
                (Verdict.UNKNOWN, "all_null", "ledger.text"),
            ),
        ],
    )
    def test_free_text_that_is_nowhere_proves_nothing(
        self,
        tmp_path: Path,
        check: str,
        table: str,
        rows: str,
        constants: dict[str, str],
        verdict: object,
    ) -> None:
        result = asked(
            f"{check}.{table}", tmp_path, {"udtraek": (table, rows, {"constants": constants})}
        )
        assert (result.verdict, result.why, result.why_detail) == verdict

    def test_an_unknown_end_is_no_wrong_end_date(self, tmp_path: Path) -> None:
        files: Files = {
            "kunder": ("crm_customer", CUSTOMERS),
            "aftaler": ("agreement", "agreement_id | customer_id\nA1 | K1\nA2 | K2"),
            "abonnementer": ("subscription", "subscription_id | customer_id | end_date\nS1 | K9 |"),
        }
        assert counts(asked("HYG-end-date.crm_customer", tmp_path, files)) == (
            Verdict.PARTIAL,
            [],
            {"missing_column": 2},
        )

    def test_correspondence_of_customers_whose_end_is_unknown_is_unjudged(
        self, tmp_path: Path
    ) -> None:
        files: Files = {
            "kunder": ("crm_customer", CUSTOMERS),
            "abonnementer": ("subscription", "subscription_id | customer_id\nS1 | K1"),
            "sager": (
                "crm_interaction",
                (
                    "interaction_id | customer_id | at\nI1 | K1 | 2013-01-01 10:00:00\nI3 | K3 |"
                    " 2014-01-01 10:00:00"
                ),
            ),
        }
        assert counts(asked("BIZ-ret-3.interaction", tmp_path, files)) == (
            Verdict.FAIL,
            ["I3"],
            {"no_end_date": 1},
        )

    def test_a_recording_under_an_agreement_without_a_known_end_is_unjudged(
        self, tmp_path: Path
    ) -> None:
        files: Files = {
            "nye": (
                "agreement",
                (
                    "agreement_id | customer_id | type | valid_from | ended_at\nA1 | K1 | optagelse"
                    " | 2020-01-01 | 2021-01-01"
                ),
            ),
            "gamle": (
                "agreement",
                "agreement_id | customer_id | type | valid_from\nA2 | K2 | optagelse | 2020-01-01",
            ),
            "optagelser": (
                "recording_index",
                (
                    "rec_id | started_at | customer_id\nR1 | 2022-05-01 10:00:00 | K1\nR2 |"
                    " 2022-05-01 10:00:00 | K2"
                ),
            ),
        }
        result = asked("BIZ-tele-3.agreement", tmp_path, files)
        assert (
            result.verdict,
            [each.record_key for each in result.deviations],
            sum(result.answer.reasons.values()),
        ) == (Verdict.FAIL, ["R1"], 1)


HOLDS = """
    hold_id | customer_id | reason | start      | approved_by
    H1      | K1          | tvist  | 2022-01-01 | jura
    H2      | K5          | tvist  | 2022-01-01 |
"""
HELD = """
    customer_id | name        | created_at | end_date   | restricted_from
    K1          | Kaj Kaisen  | 2012-05-04 | 2023-03-31 |
    K3          | Mads Madsen | 2014-07-06 | 2022-01-31 |
    K5          | Ove Olsen   | 2014-07-06 | 2022-01-31 |
"""


class TestHolds:
    """A hold in force exempts, where it has a reason and an approval: an export without a column
    that tells leaves open whether its holds do.
    """

    def test_a_hold_of_an_export_without_a_column_of_ends_leaves_what_it_alone_exempts_unjudged(
        self, tmp_path: Path
    ) -> None:
        result = asked(
            "BIZ-ret-3.customer",
            tmp_path,
            {"kunder": ("crm_customer", HELD), "stop": ("legal_hold", HOLDS)},
        )
        # without an approval nothing is held, whenever it ends
        assert counts(result) == (Verdict.FAIL, ["K3", "K5"], {"hold_in_doubt": 1})

    @pytest.mark.parametrize(
        ("column", "deviating"),
        [("reason", ["K3", "K5"]), ("start", ["K3", "K5"]), ("approved_by", ["K3"])],
    )
    def test_so_does_one_without_a_column_of_reasons_starts_or_approvals(
        self, tmp_path: Path, column: str, deviating: list[str]
    ) -> None:
        columns = {
            name: "other" if name == column else name
            for name in ("hold_id", "customer_id", "reason", "start", "end", "approved_by")
        }
        holds = HOLDS.replace("start      |", "start      | end |").replace(
            "2022-01-01 |", "2022-01-01 |  |"
        )
        files: Files = {
            "kunder": ("crm_customer", HELD),
            "stop": ("legal_hold", holds, {"columns": columns}),
        }
        result = asked("BIZ-ret-3.customer", tmp_path, files)
        assert (counts(result), result.answer.exemptions) == (
            (Verdict.FAIL, deviating, {"hold_in_doubt": 3 - len(deviating)}),
            {},
        )

    def test_nothing_passes_where_all_that_deviates_may_be_held(self, tmp_path: Path) -> None:
        holds = (
            "hold_id | customer_id | reason | start | end | approved_by\nH1 | K1 | tvist | | |"
            " jura\nH3 | K3 | tvist | | | jura\nH5 | K5 | tvist | | | jura"
        )
        result = asked(
            "BIZ-ret-3.customer",
            tmp_path,
            {"kunder": ("crm_customer", HELD), "stop": ("legal_hold", holds)},
        )
        assert (result.verdict, result.why, result.answer.reasons) == (
            Verdict.UNKNOWN,
            "nothing_assessable",
            {"hold_in_doubt": 3},
        )

    def test_an_export_that_says_that_its_holds_have_no_end_exempts(self, tmp_path: Path) -> None:
        said: Files = {
            "kunder": ("crm_customer", HELD),
            "stop": ("legal_hold", HOLDS, {"constants": {"end": ""}}),
        }
        result = asked("BIZ-ret-3.customer", tmp_path, said)
        assert (counts(result), result.answer.exemptions) == (
            (Verdict.FAIL, ["K3", "K5"], {}),
            {"legal_hold": 1},
        )

    @pytest.mark.parametrize(
        ("end", "exempted"),
        [
            ("", {"legal_hold": 1}),
            ("2099-12-31", {"legal_hold": 1}),
            ("2026-11-22", {"legal_hold": 1}),
        ],
    )
    def test_a_hold_of_another_export_that_certainly_runs_settles_the_doubt(
        self, tmp_path: Path, end: str, exempted: dict[str, int]
    ) -> None:
        dated = (
            "hold_id | customer_id | reason | start | end | approved_by\nH9 | K1 | tvist |"
            f" 2022-01-01 | {end} | jura"
        )
        result = asked(
            "BIZ-ret-3.customer",
            tmp_path,
            {
                "kunder": ("crm_customer", HELD),
                "stop": ("legal_hold", HOLDS),
                "andre": ("legal_hold", dated),
            },
        )
        assert (counts(result), result.answer.exemptions) == (
            (Verdict.FAIL, ["K3", "K5"], {}),
            exempted,
        )

    @pytest.mark.parametrize(
        ("check", "table", "key"),
        [
            ("BIZ-ret-3.contact", "crm_contact", "contact_id"),
            ("BIZ-ret-5.pbx_config", "pbx_config", "config_id"),
            ("KAZ-r3.contact", "crm_contact", "contact_id"),
        ],
    )
    def test_what_belongs_to_the_customer_is_unjudged_too(
        self, tmp_path: Path, check: str, table: str, key: str
    ) -> None:
        rows = f"{key} | customer_id\nr1 | K1\nr2 | K3"
        files: Files = {
            "kunder": ("crm_customer", HELD),
            "abonnementer": (
                "subscription",
                "subscription_id | customer_id | end_date\ns1 | x | 2020-01-31",
            ),
            "rows": (table, rows),
        }
        assert counts(asked(check, tmp_path, {**files, "stop": ("legal_hold", HOLDS)})) == (
            Verdict.FAIL,
            ["r2"],
            {"hold_in_doubt": 1},
        )


class TestEmptied:
    """A column that nobody filled says nothing: no check passes for want of what stood there."""

    def test_a_request_without_a_number_is_searched_for_all_the_same(self, tmp_path: Path) -> None:
        granted = "sletning | 2026-01-02 | 2026-01-10 | imødekommet | 2026-01-10"
        requests = (
            "dsar_id | customer_id | type | received_at | closed_at | outcome | executed_at\n | K1"
            f" | {granted}\n | K2 | {granted}"
        )
        files: Files = {
            "anmodninger": ("dsar", requests),
            "konfigurationer": (
                "pbx_config",
                "config_id | customer_id | created_at\nB1 | K1 | 2020-01-01",
            ),
            "numre": (
                "number_assignment",
                "number | customer_id | valid_from\n+4500000001 | K8 | 2020-01-01",
            ),
        }
        assert counts(asked("BIZ-right-2.services", tmp_path, files)) == (
            Verdict.FAIL,
            ["anmodninger.csv:2"],
            {},
        )

    @pytest.mark.parametrize(
        ("check", "files", "emptied"),
        [
            (
                "HYG-orphan.cdr",
                {
                    "opkald": (
                        "cdr",
                        (
                            "call_id | customer_id | start_at | invoice_id\nC1 | K1 | | F1\nC2 | K2"
                            " | | F1"
                        ),
                    ),
                    "kunder": (
                        "crm_customer",
                        "customer_id | created_at\nK1 | 2012-05-04\nK2 | 2012-05-04",
                    ),
                    "fakturaer": ("invoice", "invoice_id | invoice_no\nF1 | 1"),
                },
                "cdr.start_at",
            ),
            (
                "HYG-opt-out.marketing_send",
                {
                    "udsendelser": (
                        "marketing_send",
                        (
                            "send_id | customer_id | channel | address | sent_at | basis\nU1 | K1 |"
                            " email | a | 2026-03-01 10:00:00 | 10_2"
                        ),
                    ),
                    "samtykker": (
                        "consent",
                        (
                            "consent_id | customer_id | purpose | channel | address | given_at |"
                            " withdrawn_at\nC1 | K2 | marketing | email | b | |"
                        ),
                    ),
                },
                "consent.given_at",
            ),
            (
                "HYG-opt-out.marketing_send",
                {
                    "udsendelser": (
                        "marketing_send",
                        (
                            "send_id | customer_id | channel | address | sent_at | basis\nU1 | K1 |"
                            " email | a | 2026-03-01 10:00:00 | 10_2"
                        ),
                    ),
                    "samtykker": (
                        "consent",
                        (
                            "consent_id | customer_id | purpose | channel | address | given_at |"
                            " withdrawn_at\nC1 | K2 | marketing | email | | 2025-01-02 08:00:00 |"
                            " 2026-01-02 08:00"
                        ),
                    ),
                },
                "consent.address",
            ),
            (
                "HYG-orphan.cdr",
                {
                    "a": (
                        "cdr",
                        (
                            "call_id | customer_id | start_at | invoice_id\nC1 | K1 | 2026-01-02"
                            " 10:00:00 | F1"
                        ),
                    ),
                    "b": ("cdr", "call_id | customer_id | start_at | invoice_id\nC2 | K2 | | F1"),
                    "kunder": (
                        "crm_customer",
                        "customer_id | created_at\nK1 | 2012-05-04\nK2 | 2012-05-04",
                    ),
                    "fakturaer": ("invoice", "invoice_id | invoice_no\nF1 | 1"),
                },
                "cdr.start_at",  # of one of two exports
            ),
            (
                "HYG-dates.financial_years",
                {"aar": ("financial_years", "legal_entity | fy_start | fy_end\nS | 2026-01-01 |")},
                "financial_years.fy_end",
            ),
            (
                "KAZ-q.browsing_interconnect",
                {
                    "samtrafik": (
                        "interconnect",
                        (
                            "record_id | a_number | b_number | start_at\n1 | 20123456 | |"
                            " 2026-01-02 10:00:00"
                        ),
                    )
                },
                "interconnect.b_number",
            ),
            (
                "BIZ-dis-2.transfer",
                {
                    "register": (
                        "recipient_register",
                        "recipient_id | role | country | transfer_basis\nR1 | databehandler | dk |",
                    ),
                    "videregivelser": (
                        "disclosure",
                        (
                            "disclosure_id | recipient_id | recipient_type | purpose |"
                            " data_categories | at\nV1 | R1 | andet | print | navn |"
                        ),
                    ),
                },
                None,  # the rule asks of no day
            ),
        ],
    )
    def test_no_rule_passes_on_a_column_that_every_record_has_and_none_fills(
        self, tmp_path: Path, check: str, files: Files, emptied: str | None
    ) -> None:
        result = asked(check, tmp_path, files)
        assert (result.verdict, result.why_detail) == (
            Verdict.UNKNOWN if emptied else Verdict.PASS,
            emptied,
        )

    def test_calls_of_which_none_is_billed_say_nothing_of_those_that_are(
        self, tmp_path: Path
    ) -> None:
        files: Files = {
            "opkald": (
                "cdr",
                (
                    "call_id | customer_id | start_at | invoice_id\nC1 | K1 | 2020-01-02 10:00:00"
                    " |\nC2 | K9 | 2020-01-02 10:00:00 |"
                ),
            ),
            "kunder": ("crm_customer", "customer_id | created_at\nK1 | 2012-05-04"),
            "fakturaer": ("invoice", "invoice_id | invoice_no\nF1 | 1"),
        }
        result = asked("HYG-orphan.cdr", tmp_path, files)
        assert (result.verdict, result.why) == (Verdict.UNKNOWN, "nothing_in_scope")
        (tmp_path / "again").mkdir()
        # their deadline is another
        assert counts(asked("BIZ-ret-7.unbilled", tmp_path / "again", files))[:2] == (
            Verdict.FAIL,
            ["C1", "C2"],
        )

    @pytest.mark.parametrize("check", ["HYG-card", "HYG-cpr-number"])
    def test_holds_without_a_single_reason_prove_no_absence_of_what_is_written_in_reasons(
        self, tmp_path: Path, check: str
    ) -> None:
        holds = (
            "hold_id | customer_id | reason | start | approved_by\nH1 | K1 | {} | 2022-01-01 | jura"
        )
        assert (
            asked(
                f"{check}.legal_hold", tmp_path, {"stop": ("legal_hold", holds.format(""))}
            ).why_detail
            == "legal_hold.reason"
        )
        (tmp_path / "again").mkdir()
        assert (
            asked(
                f"{check}.legal_hold",
                tmp_path / "again",
                {"stop": ("legal_hold", holds.format("tvist om regning"))},
            ).verdict
            is Verdict.PASS
        )

    @pytest.mark.parametrize(
        ("row", "reason"),
        [
            (" | email | a", "orphan"),
            ("K1 | | a", "not_recorded"),
            ("K1 | email |", "not_recorded"),
        ],
    )
    def test_a_send_that_says_less_than_whom_it_reached_is_not_held_against_withdrawals(
        self, tmp_path: Path, row: str, reason: str
    ) -> None:
        sends = (
            f"send_id | customer_id | channel | address | sent_at | basis\nU1 | {row} | 2026-03-01"
            " 10:00:00 | 10_2\nU2 | K3 | email | c | 2026-03-01 10:00:00 | 10_2"
        )
        consents = (
            "consent_id | customer_id | purpose | channel | address | given_at | withdrawn_at\nC1 |"
            " K2 | marketing | email | a | 2025-01-02 08:03:04 | 2026-01-02 08:03:04"
        )
        result = asked(
            "HYG-opt-out.marketing_send",
            tmp_path,
            {"udsendelser": ("marketing_send", sends), "samtykker": ("consent", consents)},
        )
        assert counts(result) == (Verdict.PARTIAL, [], {reason: 1})

    @pytest.mark.parametrize(
        ("rows", "verdict", "population"),
        [
            ("P1 | | ib@firma.dk\nP2 | | eva@firma.dk", Verdict.UNKNOWN, 0),
            ("P1 | | a@example.org\nP2 | | eva@firma.dk", Verdict.REVIEW, 1),
            ("P1 | Ib | ib@firma.dk\nP2 | |", Verdict.PASS, 1),
        ],
    )
    def test_contacts_without_a_name_are_no_proof_that_none_is_invented(
        self, tmp_path: Path, rows: str, verdict: Verdict, population: int
    ) -> None:
        result = asked(
            "HYG-test.crm_contact",
            tmp_path,
            {"kontakter": ("crm_contact", f"contact_id | name | email\n{rows}")},
        )
        assert (result.verdict, result.answer.population) == (verdict, population)


REQUESTS = """
    dsar_id | customer_id | type    | received_at | closed_at  | outcome     | refusal_reason | complaint_guidance
    D1      | K1          | indsigt | 2026-02-02  | 2026-02-10 | {word}      |                | nej
    D2      | K2          | indsigt | 2026-02-02  | 2026-02-10 | Delvist     | begrundet      | ja
    D3      | K3          | indsigt | 2026-02-02  | 2026-02-10 | imødekommet |                | nej
"""
REGISTER = (
    "recipient_id | role | agreement_ref | valid_from | valid_to\nR1 | databehandler | D1 |"
    " 2020-01-01 |\nR2 | {role} | | 2020-01-01 |"
)
DISCLOSURES = """
    disclosure_id | recipient_id | recipient_type | purpose | data_categories | customer_id | at
    V1            | R1           | andet          | print   | navn            | K1          | 2026-05-04 11:00:00
    V2            | R2           | andet          | print   | navn            | K1          | 2026-05-04 11:00:00
"""
SENDS = (
    "send_id | customer_id | channel | address | sent_at\nU1 | K1 | email | a@firma.dk | 2026-03-01"
    " 10:00:00\nU2 | K2 | email | b@firma.dk | 2026-03-01 10:00:00"
)
CONSENTS = (
    "consent_id | customer_id | purpose | channel | address | given_at | withdrawn_at\nC1 | K1 |"
    " {purpose} | email | a@firma.dk | 2025-01-02 08:03:04 |\nC2 | K2 | Marketing | E-mail |"
    " b@firma.dk | 2025-01-02 09:03:04 |"
)


class TestWords:
    """A word that nobody knows is neither one of a rule's words nor none of them."""

    @pytest.mark.parametrize(
        ("word", "verdict", "deviating", "reasons"),
        [
            ("afslag", Verdict.FAIL, ["D1"], {}),
            ("Afvist", Verdict.FAIL, ["D1"], {}),
            ("ikke_imødekommet", Verdict.FAIL, ["D1"], {}),
            ("henlagt", Verdict.PARTIAL, [], {"unknown_word": 1}),
        ],
    )
    def test_a_refusal_is_known_by_its_synonyms_and_an_unknown_outcome_is_unjudged(
        self,
        tmp_path: Path,
        word: str,
        verdict: Verdict,
        deviating: list[str],
        reasons: dict[str, int],
    ) -> None:
        assert counts(
            asked(
                "BIZ-right-1.refusal",
                tmp_path,
                {"anmodninger": ("dsar", REQUESTS.format(word=word))},
            )
        ) == (verdict, deviating, reasons)

    def test_what_the_audit_says_that_a_word_stands_for_counts(self, tmp_path: Path) -> None:
        values = {"values": {"outcome": {"Henlagt": "afslag"}}}
        assert counts(
            asked(
                "BIZ-right-1.refusal",
                tmp_path,
                {"anmodninger": ("dsar", REQUESTS.format(word="henlagt"), values)},
            )
        ) == (Verdict.FAIL, ["D1"], {})

    def test_one_unknown_word_among_hundreds_does_not_pass(self, tmp_path: Path) -> None:
        known = "".join(
            f"\nE{number} | K9 | indsigt | 2026-02-02 | 2026-02-10 | delvist | begrundet | ja"
            for number in range(300)
        )
        result = asked(
            "BIZ-right-1.refusal",
            tmp_path,
            {"anmodninger": ("dsar", REQUESTS.format(word="henlagt") + known.lstrip("\n"))},
        )
        assert (result.verdict, result.answer.assessable, result.answer.reasons) == (
            Verdict.PARTIAL,
            301,
            {"unknown_word": 1},
        )

    def test_what_no_word_could_excuse_stays_found(self, tmp_path: Path) -> None:
        requests = (
            "dsar_id | customer_id | type | received_at | closed_at | outcome\nD1 | K1 | indsigt |"
            " 2025-01-02 | 2026-02-10 | henlagt"
        )
        assert counts(
            asked("BIZ-right-1.in_time", tmp_path, {"anmodninger": ("dsar", requests)})
        ) == (Verdict.FAIL, ["D1"], {})

    def test_what_no_word_could_bring_into_scope_stays_out(self, tmp_path: Path) -> None:
        result = asked(
            "BIZ-right-2.refusal",
            tmp_path,
            {"anmodninger": ("dsar", REQUESTS.format(word="henlagt"))},
        )
        assert (result.why, result.answer.population) == ("nothing_in_scope", 0)

    @pytest.mark.parametrize(
        ("role", "expected"),
        [
            ("Processor", (Verdict.FAIL, ["V2"], {})),
            ("selvstændig dataansvarlig", (Verdict.PASS, [], {})),
            ("forhandler", (Verdict.PARTIAL, [], {"unknown_word": 1})),
        ],
    )
    def test_only_disclosures_to_the_recipient_whose_role_nobody_knows_are_unjudged(
        self, tmp_path: Path, role: str, expected: object
    ) -> None:
        files: Files = {
            "modtagere": ("recipient_register", REGISTER.format(role=role)),
            "videregivelser": ("disclosure", DISCLOSURES),
        }
        assert counts(asked("BIZ-dis-2.agreement", tmp_path, files)) == expected

    @pytest.mark.parametrize(
        ("country", "deviating", "reasons"),
        [
            ("Germany", [], {}),
            ("TYSKLAND", [], {}),
            ("DEU", [], {}),
            ("EU/EØS", [], {}),
            ("Island", [], {}),
            ("England", ["V2"], {}),
            ("usa", ["V2"], {}),
            ("Danmrak", [], {"unknown_word": 1}),
            ("Mauritius", [], {"unknown_word": 1}),
            ("tredjeland", ["V2"], {}),
        ],
    )
    def test_a_country_that_nobody_knows_is_neither_in_the_eea_nor_outside(
        self, tmp_path: Path, country: str, deviating: list[str], reasons: dict[str, int]
    ) -> None:
        register = (
            "recipient_id | role | country | transfer_basis\nR1 | databehandler | dk |\nR2 |"
            f" databehandler | {country} |"
        )
        files: Files = {
            "modtagere": ("recipient_register", register),
            "videregivelser": ("disclosure", DISCLOSURES),
        }
        _, found, why = counts(asked("BIZ-dis-2.transfer", tmp_path, files))
        assert (found, why) == (deviating, reasons)

    @pytest.mark.parametrize(
        ("title", "order", "secret"),
        [
            ("Editionskendelse", ([], {}), ([], {})),
            ("§ 804b", (["V1"], {}), ([], {})),
            ("Hastesikring", (["V1"], {}), ([], {})),
            ("§ 786 c", ([], {}), (["V1"], {})),
            ("dekret", ([], {"unknown_title": 1}), ([], {"unknown_word": 1})),
            ("andet", ([], {"unknown_title": 1}), ([], {})),
        ],
    )
    def test_a_title_that_nobody_knows_is_neither_an_order_nor_no_secret(
        self, tmp_path: Path, title: str, order: object, secret: object
    ) -> None:
        rows = (
            "disclosure_id | recipient_type | data_categories | at | title_type | title_ref |"
            f" title_date\nV1 | politi | teledata | 2026-05-04 11:00:00 | {title} | T1 |"
            " 2026-05-03\nV2 | politi | teledata | 2026-05-04 11:00:00 | kendelse | T2 |"
            " 2026-05-03"
        )
        files: Files = {"videregivelser": ("disclosure", rows)}
        assert counts(asked("BIZ-dis-10.order", tmp_path, files))[1:] == order
        (tmp_path / "again").mkdir()
        assert counts(asked("BIZ-dis-10.secret", tmp_path / "again", files))[1:] == secret

    @pytest.mark.parametrize(
        ("direction", "deviating", "reasons"),
        [
            ("indgående", ["P1"], {}),
            ("IMPORT", ["P1"], {}),
            ("ud", [], {}),
            ("skifte", [], {"unknown_word": 1}),
        ],
    )
    def test_a_porting_in_is_known_by_its_synonyms(
        self, tmp_path: Path, direction: str, deviating: list[str], reasons: dict[str, int]
    ) -> None:
        portings = (
            "porting_id | number | direction | ported_at | authority_ref | authority_signed_at |"
            f" status\nP1 | +4500000001 | {direction} | 2026-03-09 | | | gennemført\nP2 |"
            " +4500000002 | ind | 2026-03-09 | F-1 | 2026-03-02 | gennemført"
        )
        _, found, why = counts(
            asked("BIZ-dis-7.authority", tmp_path, {"porteringer": ("porting", portings)})
        )
        assert (found, why) == (deviating, reasons)

    def test_a_purpose_that_nobody_knows_neither_covers_a_send_nor_leaves_it_uncovered(
        self, tmp_path: Path
    ) -> None:
        files: Files = {
            "udsendelser": ("marketing_send", SENDS),
            "samtykker": ("consent", CONSENTS.format(purpose="nyhedsbrev")),
        }
        result = asked("KAZ-h.covered", tmp_path, files)
        assert (result.verdict, result.answer.assessable, result.answer.deviations) == (
            Verdict.PARTIAL,
            1,
            0,
        )

    def test_a_purpose_that_the_audit_maps_covers(self, tmp_path: Path) -> None:
        mapped = {"values": {"purpose": {"nyhedsbrev": "markedsføring"}}}
        files: Files = {
            "udsendelser": ("marketing_send", SENDS),
            "samtykker": ("consent", CONSENTS.format(purpose="nyhedsbrev"), mapped),
        }
        assert counts(asked("KAZ-h.covered", tmp_path, files)) == (Verdict.PASS, [], {})

    @pytest.mark.parametrize(
        ("sent_by", "agreed", "deviating", "reasons"),
        [
            ("E-mail", "email", ["U2"], {}),
            ("App-besked", "push", ["U2"], {}),
            ("sms", "email", ["U1", "U2"], {}),
            ("qx", "email", ["U2"], {"unknown_word": 1}),
            ("email", "qx", ["U2"], {"unknown_word": 1}),
            ("qx", "qy", ["U2"], {"unknown_word": 1}),
        ],
    )
    def test_a_channel_that_nobody_knows_may_be_the_one_agreed_to(
        self,
        tmp_path: Path,
        sent_by: str,
        agreed: str,
        deviating: list[str],
        reasons: dict[str, int],
    ) -> None:
        sends = (
            f"send_id | customer_id | channel | address | sent_at\nU1 | K1 | {sent_by} | a |"
            " 2026-03-01 10:00:00\nU2 | K2 | email | b | 2026-03-01 10:00:00"
        )
        consents = (
            "consent_id | customer_id | purpose | channel | address | given_at | withdrawn_at\nC1"
            f" | K1 | marketing | {agreed} | a | 2025-01-02 08:03:04 |"
        )
        result = asked(
            "KAZ-h.covered",
            tmp_path,
            {"udsendelser": ("marketing_send", sends), "samtykker": ("consent", consents)},
        )
        assert counts(result) == (Verdict.FAIL, deviating, reasons)

    @pytest.mark.parametrize(
        ("sent_by", "withdrawn_by"), [("qx", "email"), ("email", "qx"), ("qx", "qy")]
    )
    def test_a_withdrawal_elsewhere_by_a_channel_that_nobody_knows_leaves_the_send_unjudged(
        self, tmp_path: Path, sent_by: str, withdrawn_by: str
    ) -> None:
        sends = (
            f"send_id | customer_id | channel | address | sent_at | basis\nU1 | K1 | {sent_by} | a"
            " | 2026-03-01 10:00:00 | 10_2\nU2 | K3 | email | c | 2026-03-01 10:00:00 | 10_2"
        )
        header = "consent_id | customer_id | purpose | channel | address | given_at | withdrawn_at"
        consents = (
            f"{header}\nC1 | K2 | marketing | {withdrawn_by} | a | 2025-01-02 08:03:04 | 2026-01-02"
            " 08:03:04"
        )
        result = asked(
            "HYG-opt-out.marketing_send",
            tmp_path,
            {"udsendelser": ("marketing_send", sends), "samtykker": ("consent", consents)},
        )
        assert (result.verdict, result.answer.reasons) == (Verdict.PARTIAL, {"unknown_word": 1})

    def test_a_service_message_after_an_opt_out_by_a_channel_that_nobody_knows_is_unjudged(
        self, tmp_path: Path
    ) -> None:
        sends = (
            "send_id | customer_id | type | channel | sent_at\nU1 | K1 | driftsinfo | sms |"
            " 2026-03-01 10:00:00\nU2 | K2 | driftsinfo | sms | 2026-03-01 10:00:00"
        )
        consents = (
            "consent_id | customer_id | purpose | channel | given_at | withdrawn_at\nC1 | K1 |"
            " driftsinfo | qx | 2025-01-02 08:03:04 | 2025-03-02 08:03:04\nC2 | K2 | driftsinfo | |"
            " 2025-01-02 08:03:04 | 2025-03-02 08:03:04"
        )
        result = asked(
            "KAZ-g.opted_out",
            tmp_path,
            {"beskeder": ("service_send", sends), "samtykker": ("consent", consents)},
        )
        assert counts(result) == (Verdict.FAIL, ["U2"], {"unknown_word": 1})

    def test_the_proof_of_a_consent_is_unjudged_only_where_a_send_by_an_unknown_channel_may_have_used_it(
        self, tmp_path: Path
    ) -> None:
        sends = (
            "send_id | customer_id | channel | address | sent_at\nU1 | K1 | qx | a | 2025-03-01"
            " 10:00:00\nU2 | K2 | email | b | 2017-03-01 10:00:00"
        )
        consents = (
            "consent_id | customer_id | purpose | channel | address | given_at | withdrawn_at\nC1 |"
            " K1 | marketing | email | a | 2015-01-02 08:03:04 | 2018-03-02 08:03:04\nC2 | K2 |"
            " marketing | email | b | 2015-01-02 08:03:04 | 2018-03-02 08:03:04"
        )
        result = asked(
            "KAZ-h.proof_kept",
            tmp_path,
            {"udsendelser": ("marketing_send", sends), "samtykker": ("consent", consents)},
        )
        assert counts(result) == (Verdict.REVIEW, ["C2"], {"unknown_word": 1})

    def test_an_action_that_nobody_knows_may_be_an_export(self, tmp_path: Path) -> None:
        log = (
            "at | user_id | action\n2026-01-05 10:00:00 | u1 | DUMP_ALT\n2026-01-05 11:00:00 | u1 |"
            " Download"
        )
        roster = (
            "user_id | role | valid_from | valid_to | may_export\nu1 | support | 2020-01-01 | | ja"
        )
        files: Files = {"log": ("access_log", log), "medarbejdere": ("staff_roster", roster)}
        assert counts(asked("BIZ-acc-1.export", tmp_path, files)) == (
            Verdict.PARTIAL,
            [],
            {"unknown_word": 1},
        )

    def test_a_request_whose_outcome_nobody_knows_is_searched_for_and_unjudged(
        self, tmp_path: Path
    ) -> None:
        requests = (
            "dsar_id | customer_id | type | received_at | closed_at | outcome | executed_at\nD1 |"
            " K1 | sletning | 2026-01-02 | 2026-01-10 | lukket | 2026-01-10"
        )
        files: Files = {
            "anmodninger": ("dsar", requests),
            "konfigurationer": (
                "pbx_config",
                "config_id | customer_id | created_at\nB1 | K1 | 2020-01-01",
            ),
            "numre": (
                "number_assignment",
                "number | customer_id | valid_from\n+4500000001 | K8 | 2020-01-01",
            ),
        }
        result = asked("BIZ-right-2.services", tmp_path, files)
        assert (result.verdict, result.answer.reasons) == (Verdict.UNKNOWN, {"unknown_word": 1})

    def test_a_risk_that_nobody_knows_is_unjudged(self, tmp_path: Path) -> None:
        breaches = (
            "breach_id | kind | discovered_at | notified_at | risk | persons_informed_at\nB1 |"
            " øvrigt | 2026-01-05 10:00:00 | 2026-01-06 10:00:00 | kritisk |\nB2 | Øvrige |"
            " 2026-01-05 10:00:00 | 2026-01-06 10:00:00 | High | 2026-01-06 10:00:00"
        )
        result = asked("BIZ-prot.persons", tmp_path, {"brud": ("breach_register", breaches)})
        assert (result.answer.reasons, result.answer.deviations) == ({"unknown_word": 1}, 0)


LOG = "entry_id | executed_at | object_type | object_key | status\n"


def logged(*keys: str, type_: str = "crm_customer") -> str:
    """A deletion log of these keys."""
    return LOG + "\n".join(
        f"{number} | 2025-07-01 02:15:30 | {type_} | {key} | ok"
        for number, key in enumerate(keys, 1)
    )


def resurrected(
    folder: Path, log: str, **more: tuple[str, str]
) -> tuple[Verdict, list[str], dict[str, int]]:
    """What the check answers of the customers above."""
    return counts(
        asked(
            "HYG-resurrected.deletion_log",
            folder,
            {"kunder": ("crm_customer", CUSTOMERS), "slettelog": ("deletion_log", log), **more},
        )
    )


def digest(algorithm: str, text: str) -> str:
    """The hexadecimal hash value of a text."""
    return hashlib.new(algorithm, text.encode(), usedforsecurity=False).hexdigest()


class TestLoggedKeys:
    """What the deletion log says was erased is compared with what is there, or said to be beyond
    comparison.
    """

    @pytest.mark.parametrize("algorithm", ["md5", "sha1", "sha256"])
    @pytest.mark.parametrize("written", ["K1", "k1"])
    def test_a_hash_value_of_a_key_that_is_there_is_found(
        self, tmp_path: Path, algorithm: str, written: str
    ) -> None:
        log = logged(digest(algorithm, written), digest(algorithm, "K77").upper())
        # the first shows how the log is hashed: the second is really gone
        assert resurrected(tmp_path, log) == (Verdict.FAIL, ["1"], {})

    def test_a_hash_value_that_names_its_way_is_one_too(self, tmp_path: Path) -> None:
        assert resurrected(tmp_path, logged(f"sha256:{digest('sha256', 'K3')}")) == (
            Verdict.FAIL,
            ["1"],
            {},
        )

    def test_hash_values_of_which_none_is_of_a_known_key_prove_nothing(
        self, tmp_path: Path
    ) -> None:
        log = logged(digest("sha256", "pepperK1"), digest("sha256", "pepperK2"))
        assert resurrected(tmp_path, log) == (Verdict.UNKNOWN, [], {"key_not_comparable": 2})

    @pytest.mark.parametrize(
        "key",
        [
            digest("sha512", "K1"),
            digest("sha224", "K1"),
            base64.b64encode(hashlib.sha256(b"K1").digest()).decode(),
            f"0x{digest('md5', 'K1')}",
            f"salt${digest('sha256', 'K1')}",
            digest("sha256", "K1")[:16],
            digest("sha1", "kunde:K1"),
        ],
    )
    def test_a_hash_value_in_a_way_that_is_not_tried_proves_nothing(
        self, tmp_path: Path, key: str
    ) -> None:
        verdict, deviating, reasons = resurrected(tmp_path, logged(key))
        assert (verdict, reasons) == (
            (Verdict.FAIL, {}) if deviating else (Verdict.UNKNOWN, {"key_not_comparable": 1})
        )

    def test_the_register_of_former_customers_shows_how_a_log_is_hashed(
        self, tmp_path: Path
    ) -> None:
        former = ("tombstone", "customer_id | end_date\nK50 | 2020-01-01")
        assert resurrected(
            tmp_path, logged(digest("sha1", "K50"), digest("sha1", "K51")), tombstones=former
        ) == (Verdict.PASS, [], {})

    @pytest.mark.parametrize(
        "key",
        [
            "Lis Lassen, K2",
            "kunde Lis Lassen",
            "00 00 00 01 K2",
            "CRM:K2",
            "200002",
            "$2b$10$abcdefghijklmnopqrstuv",
            "3f2c9a7e-5d1b-4c8e-9f6a-0b1c2d3e4f5a",
        ],
    )
    def test_a_key_of_another_shape_than_those_that_are_there_is_beyond_comparison(
        self, tmp_path: Path, key: str
    ) -> None:
        assert resurrected(tmp_path, logged(key, "K404")) == (
            Verdict.PARTIAL,
            [],
            {"key_not_comparable": 1},
        )

    @pytest.mark.parametrize("key", ["k2", " K2 "])
    def test_the_size_of_letters_and_spaces_around_a_key_do_not_matter(
        self, tmp_path: Path, key: str
    ) -> None:
        assert resurrected(tmp_path, logged(key)) == (Verdict.FAIL, ["1"], {})

    def test_a_restricted_customer_who_was_erased_under_a_hash_value_is_found(
        self, tmp_path: Path
    ) -> None:
        customers = (
            "customer_id | created_at | end_date | restricted_from | restricted_to\nK1 | 2012-05-04"
            " | | 2025-01-01 | 2026-01-01"
        )
        log = logged(digest("sha256", "K1"), digest("md5", "secretK1"))
        result = asked(
            "KAZ-l.erasure",
            tmp_path,
            {"kunder": ("crm_customer", customers), "slettelog": ("deletion_log", log)},
        )
        assert counts(result) == (Verdict.FAIL, ["deletion_log|1"], {"key_not_comparable": 1})


def customers_of(count: int, end: str) -> str:
    """The text of an export of so many customers, and how it ends."""
    return (
        "customer_id;name;created_at;end_date\n"
        + "".join(f"K{number};Firma {number};2012-05-04;\n" for number in range(count))
        + end
    )


def cut(folder: Path, text: str) -> ReadExport:
    """The export read."""
    (folder / "kunder.csv").write_text(text, encoding="utf-8")
    return read_export(
        "kunder",
        ExportSpec(table="crm_customer", files="kunder.csv"),
        root=folder,
        work=folder / "work",
    )


class TestFilesWithoutRows:
    """One of several files of an export that is empty, or holds nothing but a header, is a part
    that nobody has seen.
    """

    @pytest.mark.parametrize(
        "part",
        [
            "",
            "customer_id;name;created_at;end_date\n",
            "customer_id;name;created_at;end_date\n;;;\n",
        ],
    )
    def test_nothing_passes_that_rests_on_it(self, tmp_path: Path, part: str) -> None:
        result = answer(
            "HYG-key.crm_customer",
            {},
            engine="duckdb",
            exports=[self._parts(tmp_path, "K1;Ib;2012-05-04;", part)],
        )
        assert (result.verdict, result.why, result.answer.assessable) == (
            Verdict.UNKNOWN,
            "file_without_rows",
            1,
        )

    def test_a_deviation_in_the_other_files_stays_found(self, tmp_path: Path) -> None:
        export = self._parts(tmp_path, "K1;Ib;2012-05-04;\nK1;Ib;2012-05-04;", "")
        assert (
            answer("HYG-key.crm_customer", {}, engine="duckdb", exports=[export]).verdict
            is Verdict.FAIL
        )

    def _parts(self, folder: Path, rows: str, part: str) -> ReadExport:
        packed = {
            "kunder_1.csv": f"customer_id;name;created_at;end_date\n{rows}\n",
            "kunder_2.csv": part,
        }
        with zipfile.ZipFile(folder / "kunder.zip", "w") as archive:
            for name, text in packed.items():
                archive.writestr(name, text)
        return read_export(
            "kunder",
            ExportSpec(table="crm_customer", files="kunder.zip"),
            root=folder,
            work=folder / "work",
        )


class TestCutOff:
    """A long file that ends in the middle of a record was cut off."""

    @pytest.mark.parametrize(
        "end", ["K9999;Fir", 'K9999;"Firma;2012-05-04', "K9999;Firma 9999;2012-05-04"]
    )
    def test_nothing_passes_that_rests_on_it(self, tmp_path: Path, end: str) -> None:
        export = cut(tmp_path, customers_of(1200, end))
        assert [remark.code for remark in export.warnings if remark.code != "ragged"] == [
            "rejected",
            "cut_off",
        ]
        key = answer("HYG-key.crm_customer", {}, engine="duckdb", exports=[export])
        assert (key.verdict, key.why, key.answer.assessable) == (Verdict.UNKNOWN, "cut_off", 1200)

    def test_what_leads_to_it_from_another_table_does_not_pass_either(self, tmp_path: Path) -> None:
        contacts = read(
            tmp_path,
            {
                "kontakter": (
                    "crm_contact",
                    "contact_id | customer_id | name | valid_to\nP1 | K1 | Ib | 2020-01-01",
                )
            },
        )
        customers = cut(
            tmp_path, customers_of(1200, "K5000;Firma;2012-05-04;2020-01-31\nK9999;Fir")
        )
        orphan = answer("HYG-orphan.contact", {}, engine="duckdb", exports=[*contacts, customers])
        own = answer("HYG-key.crm_contact", {}, engine="duckdb", exports=[*contacts, customers])
        assert (orphan.verdict, orphan.why, own.verdict) == (
            Verdict.UNKNOWN,
            "cut_off",
            Verdict.PASS,
        )

    @pytest.mark.parametrize(
        ("content", "said"),
        [
            (customers_of(1200, "K9999;Bl\u00e5").encode()[:-1], {}),  # within a character
            (customers_of(1200, 'K9999;"Firma\nmed to linjer').encode(), {}),
            (customers_of(1200, "K9999").replace("\n", "\r\n").encode(), {}),
            (customers_of(1200, "K9999;Fir").encode("utf-16"), {}),
            (customers_of(1200, "K9999;Fir").encode("cp1252"), {"encoding": "windows-1252"}),
            (customers_of(1200, "K9999;Fir").replace(";", "\t").encode(), {"delimiter": "\t"}),
        ],
    )
    def test_however_the_file_is_written(
        self, tmp_path: Path, content: bytes, said: dict[str, Any]
    ) -> None:
        (tmp_path / "kunder.csv").write_bytes(content)
        try:
            export = read_export(
                "kunder",
                ExportSpec(table="crm_customer", files="kunder.csv", **said),
                root=tmp_path,
                work=tmp_path / "work",
            )
        except ExportError:
            return  # refused is no pass
        key = answer("HYG-key.crm_customer", {}, engine="duckdb", exports=[export])
        assert key.verdict is Verdict.UNKNOWN
        # an open quotation mark may have swallowed more than the end
        assert key.why in {"cut_off", "too_many_rejected"}

    def test_one_of_several_files_is_enough(self, tmp_path: Path) -> None:
        (tmp_path / "kunder_2.csv").write_text(
            customers_of(1200, "").replace("K", "L"), encoding="utf-8"
        )
        (tmp_path / "kunder_1.csv").write_text(customers_of(1200, "K9999;Fir"), encoding="utf-8")
        export = read_export(
            "kunder",
            ExportSpec(table="crm_customer", files="kunder_*.csv"),
            root=tmp_path,
            work=tmp_path / "work",
        )
        key = answer("HYG-key.crm_customer", {}, engine="duckdb", exports=[export])
        assert (key.verdict, key.why, key.answer.assessable) == (Verdict.UNKNOWN, "cut_off", 2400)

    def test_a_deviation_in_what_was_read_stays_found(self, tmp_path: Path) -> None:
        export = cut(tmp_path, customers_of(1200, "K7;Firma 7;2012-05-04;\nK9999;Fir"))
        assert (
            answer("HYG-key.crm_customer", {}, engine="duckdb", exports=[export]).verdict
            is Verdict.FAIL
        )

    @pytest.mark.parametrize(
        ("count", "end"),
        [(1200, ""), (1200, "K9999;Firma;2012-05-04;"), (1200, "K9999;Firma\n"), (20, "K9999;Fir")],
    )
    def test_a_whole_file_a_broken_record_above_its_end_and_a_short_file_are_not_cut_off(
        self, tmp_path: Path, count: int, end: str
    ) -> None:
        assert "cut_off" not in [
            remark.code for remark in cut(tmp_path, customers_of(count, end)).warnings
        ]

    def test_json_lines_are_cut_off_too(self, tmp_path: Path) -> None:
        lines = "".join(
            f'{{"customer_id": "K{number}", "created_at": "2012-05-04"}}\n'
            for number in range(1200)
        )
        (tmp_path / "kunder.jsonl").write_text(lines + '{"customer_id": "K99', encoding="utf-8")
        export = read_export(
            "kunder",
            ExportSpec(table="crm_customer", files="kunder.jsonl"),
            root=tmp_path,
            work=tmp_path / "work",
        )
        assert [remark.code for remark in export.warnings] == ["rejected", "cut_off"]
