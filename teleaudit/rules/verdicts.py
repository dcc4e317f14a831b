"""Answers and verdicts: what an expectation counts, and what a check says of it.

N >= M, M >= k + e, and N - M is the sum of the reasons. Nothing in an answer is a value of a row.
The rules about verdicts of what a check counted stand in ``judge``; a check that cannot count, because
of what is not exported, set or known, is decided in ``checks.runner``.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any, Literal, NamedTuple

from teleaudit.rules.severity import weigh
from teleaudit.rules.suites import Check, Severity


@dataclass(frozen=True, kw_only=True)
class Answer:
    """The numbers of one expectation on one data set."""

    population: int  # N: rows the expectation speaks about
    assessable: int  # M: those that could be judged
    deviations: int  # k: those that violate and are not exempt
    exempted: int  # e: those that would violate but may stay
    reasons: dict[str, int] = field(default_factory=dict)  # why N - M rows could not be judged
    exemptions: dict[str, int] = field(default_factory=dict)  # on what ground e rows are exempt
    # between a strict and a lenient reading: for a lawyer
    legal: dict[str, int] = field(default_factory=dict)
    legal_records: int = 0  # of all readings together: a record past two of them counts under each
    review: int = 0  # a person must look: neither a deviation nor none
    # rows by the column in which something was found
    columns: dict[str, int] = field(default_factory=dict)
    # the same of the rows that a person must look at
    review_columns: dict[str, int] = field(default_factory=dict)
    # columns that nobody mapped -> the canonical column that each may well be
    unmapped: dict[str, str] = field(default_factory=dict)
    # what such a column holds, where that was asked: a code of detectors.attributes
    kinds: dict[str, str] = field(default_factory=dict)
    # of each column that a detector judged: its name, the rule that decided, level or none, n and k
    column_decisions: list[dict[str, Any]] = field(default_factory=list)
    # yyyy-mm -> judged rows that fell due in it, and how many of them deviate
    due_by_month: dict[str, list[int]] = field(default_factory=dict)
    deadlines: dict[str, int] = field(
        default_factory=dict
        # of retention: judged records that have a deadline, those for which it has passed, and of
        # these the kept and the exempted
    )

    def as_result(self) -> dict[str, Any]:
        """What Great Expectations carries as the result of the validation."""
        return {
            "success": self.assessable > 0 and self.deviations == 0,
            "result": {"observed_value": asdict(self)},
        }

    @classmethod
    def of_result(cls, result: dict[str, Any]) -> Answer:
        """The answer that a validation result carries."""
        return cls(**result["observed_value"])


TO_LOOK_AT = "review"  # the level of a record of which a person says whether it deviates


EXPORTS_PARTED = " / "  # where a record may come from any of several


class Owner(NamedTuple):
    """Whose a record is, and where it lies.

    For the closed annex only.
    """

    customer_id: str = ""
    export: str = ""  # that it comes from, by name
    # what stands in the way of erasing it: codes of ``blocked_customer``, parted by semicolons
    blocked_by: str = ""


NOBODY = Owner()


class Deviation(NamedTuple):
    """One record that deviates, or that a person must look at.

    Holds the record's key: for the closed annex only.
    """

    record_key: str
    column: str = ""
    level: str = ""
    due_date: str = ""  # ISO
    overdue_days: int | None = None
    owner: Owner = NOBODY


class SetAside(NamedTuple):
    """One record that would deviate and may stay, or on which only a lawyer can decide.

    Holds the record's key: for the closed annex only.
    """

    record_key: str
    kind: Literal["exempt", "legal"]
    grounds: str  # of the exemption, or the readings; several are parted by semicolons
    due_date: str = ""  # ISO
    owner: Owner = NOBODY


class Verdict(StrEnum):
    """What a check says (contract).

    Only the first is good news; none of the others is ever shown as a pass.
    """

    PASS = "pass"  # noqa: S105 (a verdict, no password)
    FAIL = "fail"
    BREACH = "breach"
    PARTIAL = "partial"
    UNKNOWN = "unknown"
    SKIPPED = "skipped"
    UNSET = "unset"
    LEGAL = "legal"
    REVIEW = "review"
    ERROR = "error"


# Reasons that one edit of audit.yaml, or one other export, takes away: with them a check never
# passes, however few the records are.
NEVER_A_PASS = frozenset({"unknown_word", "missing_column", "key_not_comparable"})

GRAVITY: tuple[Verdict, ...] = (
    Verdict.ERROR,
    Verdict.BREACH,
    Verdict.FAIL,
    Verdict.REVIEW,
    Verdict.LEGAL,
    Verdict.UNKNOWN,
    Verdict.PARTIAL,
    Verdict.UNSET,
    Verdict.SKIPPED,
    Verdict.PASS,
)


def gravest(verdicts: Iterable[Verdict]) -> Verdict:
    """The verdict of a whole from those of its parts; without parts it is skipped."""
    return min(verdicts, key=GRAVITY.index, default=Verdict.SKIPPED)


@dataclass(frozen=True, kw_only=True)
class MonthOfDeadlines:
    """How many records of a check fell due in a month, and how many of them are overdue."""

    month: str  # yyyy-mm
    records: int
    overdue: int


@dataclass(frozen=True, kw_only=True)
class Subjects:
    """The customers whom a check's deviating records concern; each counts once, however many
    records there are.
    """

    customers: int
    persons: int
    companies: int  # sole traders with a CVR number among them
    unnamed: int  # records that name no customer

    @property
    def unknown(self) -> int:
        """Customers of whom master data do not say what they are."""
        return self.customers - self.persons - self.companies


@dataclass(frozen=True, kw_only=True)
class CheckResult:
    """What one check answered."""

    check: Check
    verdict: Verdict
    answer: Answer = field(
        default_factory=lambda: Answer(population=0, assessable=0, deviations=0, exempted=0)
    )
    why: str | None = None  # a code, where the check could not judge
    why_detail: str | None = None  # names of exports, columns, parameters; never a value
    unit: str = "record"  # what N counts: record or column
    parameters: tuple[str, ...] = ()
    due_by_month: tuple[MonthOfDeadlines, ...] = ()
    # the longest overdue, at most twenty; all of them stand in the worklist alone
    worst: tuple[Deviation, ...] = ()
    # past the deadline of the worst record; None where nothing has a deadline
    max_overdue_days: int | None = None
    median_overdue_days: float | None = None
    subjects: Subjects | None = None
    oldest: str | None = None  # yyyy-mm of the record that began first, where its table tells
    error_id: str | None = None

    @property
    def id(self) -> str:
        """The check's id."""
        return self.check.id

    @property
    def severity(self) -> Severity:
        """The rule's, weighed by what was found; columns concern nobody in numbers."""
        if not self.answer.deviations or self.unit != "record":
            return self.check.severity
        return weigh(
            self.check.severity,
            records=self.answer.deviations,
            assessable=self.answer.assessable,
            customers=self.subjects.customers if self.subjects else None,
            overdue_days=self.max_overdue_days,
        )


def judge(
    answer: Answer,
    *,
    gate: float,
    on_deviation: Verdict,
    too_many_rejected: bool,
    control_differs: bool = False,
    cut_off: bool = False,
    file_without_rows: bool = False,
) -> tuple[Verdict, str | None]:
    """Verdict and, where nothing could be judged, the reason's code.

    Nothing to look at is never a pass; a deviation found is never hidden by the gate; a pass needs
    M/N >= gate and k = 0, and that no record is left out for a reason of ``NEVER_A_PASS``. A column
    that may be one nobody mapped is no deviation, and while it is there nothing else passes. Where
    the source counted other rows than were read, or a file was cut off or has no rows, what was
    found stands, and what was not found proves nothing.
    """
    if too_many_rejected:
        return Verdict.UNKNOWN, "too_many_rejected"
    if answer.population == 0:
        return Verdict.UNKNOWN, "nothing_in_scope"
    if answer.unmapped and not answer.deviations:
        return Verdict.UNKNOWN, "not_mapped"
    if answer.assessable == 0:
        return Verdict.UNKNOWN, "nothing_assessable"
    if answer.deviations > 0:
        return on_deviation, None
    if control_differs:
        return Verdict.UNKNOWN, "control_differs"
    if cut_off or file_without_rows:
        return Verdict.UNKNOWN, "cut_off" if cut_off else "file_without_rows"
    return _without_deviations(answer, gate), None


def _without_deviations(answer: Answer, gate: float) -> Verdict:
    if answer.assessable < gate * answer.population or NEVER_A_PASS & answer.reasons.keys():
        return Verdict.PARTIAL
    if answer.review > 0:
        return Verdict.REVIEW
    return Verdict.LEGAL if answer.legal else Verdict.PASS
