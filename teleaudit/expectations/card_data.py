"""No full card number stands in any column of a data set.

A column is judged as a whole first: one that is 100 % valid by Luhn under many beginnings that no card has is an IMEI, ICCID
or payment-slip column, however much single values look like cards. What the column does not settle is judged value by value.

Source: PCI DSS v4.0.1 requirements 3.3 and 3.5 (not a rule of law), GDPR art. 5(1)(c) and (f), 32.
Left out:
1. images, sound, encrypted content, and numbers split over several columns;
2. a cell that Excel has turned into 4,57E+15 holds no number any more: its row cannot be judged.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from teleaudit.detectors import scan_value
from teleaudit.detectors.columns import decide_card_column
from teleaudit.detectors.prefilter import card_candidate_sql, card_profile_sql
from teleaudit.expectations.content import ExpectNoContent, columns_to_look_into
from teleaudit.expectations.rows import DataSet, Fetch, quoted


class ExpectNoCardData(ExpectNoContent):
    """No cell holds a full card number."""

    def candidate(self, column: str) -> str:
        """Cells with digits that could be a card number's."""
        return card_candidate_sql(f"CAST({column} AS VARCHAR)")

    def damaged(self) -> str:
        """Rows with a number that Excel destroyed (2)."""
        return "coalesce(regexp_matches(_issues, '=excel(;|$)'), false)"

    def hits(self, column: str, fetch: Fetch) -> Iterator[tuple[str, str]]:
        """Record key and level of every card number in one column."""
        text = f"CAST({quoted(column)} AS VARCHAR)"
        profile = card_profile_sql(text)
        (counts,) = fetch(f"SELECT {', '.join(profile.values())} FROM {quoted(self.data_set)}")
        decision = decide_card_column(dict(zip(profile, counts, strict=True)), name=column)
        for record_key, value in fetch(f"SELECT {self.key_sql}, {text} FROM {quoted(self.data_set)} WHERE {self.candidate(quoted(column))}"):
            level = decision.level_of(scan_value(value, field=column))
            if level is not None:
                yield record_key, level


def no_card_data(*, data_set: DataSet, table: str, **kwargs: Any) -> ExpectNoCardData:  # noqa: ANN401 (meta)
    """The expectation for every column of a data set."""
    return ExpectNoCardData(data_set=data_set.name, columns=columns_to_look_into(data_set, table), key_sql=data_set.key_sql, **kwargs)
