"""Whether a record may be erased where nobody knows whether its customer is under a legal hold, or
its processing restricted.

A hold and a restriction in force are exemptions like others: what is restricted is stored and not
erased (GDPR art. 18(2)). One whose dates are missing or cannot be read leaves open whether the
record may go: what would deviate cannot be judged then.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

_IN_DOUBT = {  # ground -> a column of every data set that has exempt_<ground>, and the reason
    "legal_hold": ("hold_in_doubt", "hold_in_doubt"),
    "restricted": ("restriction_in_doubt", "unreadable_restriction"),
}


def suspension_in_doubt(*, exempt: Mapping[str, str], violates: Iterable[str]) -> dict[str, str]:
    """The reasons for which records that meet one of the conditions cannot be judged; none where
    neither ground exempts anything.
    """
    either = " OR ".join(f"coalesce({condition}, false)" for condition in violates)
    reasons = {}
    for ground, (column, reason) in _IN_DOUBT.items():
        if ground not in exempt:
            continue
        elsewhere = "".join(
            f" AND NOT coalesce({condition}, false)"
            for name, condition in exempt.items()
            if name != ground
        )
        reasons[reason] = f"{column} AND ({either}){elsewhere}"
    return reasons
