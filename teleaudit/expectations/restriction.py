"""Whether a record may be erased while the processing of its customer is restricted.

A restriction in force is an exemption like others: what is restricted is stored and not erased (GDPR art. 18(2)). One whose
dates cannot be read leaves open whether the record may go: what would deviate cannot be judged then.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

_GROUND = "restricted"
_IN_DOUBT = "restriction_in_doubt"  # a column of every data set that has exempt_restricted


def restriction_in_doubt(*, exempt: Mapping[str, str], violates: Iterable[str]) -> dict[str, str]:
    """The reason for which records that meet one of the conditions cannot be judged; none where a restriction exempts nothing."""
    if _GROUND not in exempt:
        return {}
    either = " OR ".join(f"coalesce({condition}, false)" for condition in violates)
    elsewhere = "".join(f" AND NOT coalesce({condition}, false)" for name, condition in exempt.items() if name != _GROUND)
    reasons = {"unreadable_restriction": f"{_IN_DOUBT} AND ({either}){elsewhere}"}
    return reasons  # noqa: RET504 (named for what it is)
