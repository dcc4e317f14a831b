"""Export formats that come without a usable header of their own: what their columns are called and
how they are known.

Sources: Asterisk ``cdr_csv.conf`` and ``cdr.h`` (order of ``Master.csv``), Cisco Unified CM "Call
Detail Records Administration Guide" (line of data types under the header).
"""

from __future__ import annotations

import re
from collections.abc import Sequence

_ASTERISK_BASE = (
    "accountcode", "src", "dst", "dcontext", "clid", "channel", "dstchannel", "lastapp", "lastdata",
    "start", "answer", "end", "duration", "billsec", "disposition", "amaflags",
)  # fmt: skip
_ASTERISK_NEW = ("peeraccount", "linkedid", "sequence")  # newcdrcolumns=yes

# 17 columns are loguniqueid=yes alone; loguserfield=yes alone has 17 too, but Asterisk's own sample
# turns the former on first. 19 and 20 columns cannot be told apart and are refused.
ASTERISK_COLUMNS: dict[int, tuple[str, ...]] = {
    16: _ASTERISK_BASE,
    17: (*_ASTERISK_BASE, "uniqueid"),
    18: (*_ASTERISK_BASE, "uniqueid", "userfield"),
    21: (*_ASTERISK_BASE, "uniqueid", "userfield", *_ASTERISK_NEW),
}

# What an Asterisk export is mapped to when the audit maps nothing.
ASTERISK_MAPPING: dict[str, str] = {
    "call_id": "uniqueid",
    "customer_id": "accountcode",
    "a_number": "src",
    "b_number": "dst",
    "start_at": "start",
    "answer_at": "answer",
    "end_at": "end",
    "duration_s": "duration",
    "billsec": "billsec",
}

# All legs of a call bear its uniqueid, Master.csv and the table cdr of FreePBX alike. The sequence
# numbers the records (newcdrcolumns=yes, Asterisk 1.8 on); without it legs differ in who was rung,
# where, or when.
ASTERISK_CALL = "uniqueid"
ASTERISK_SEQUENCE = "sequence"
ASTERISK_LEG = ("channel", "dst", "dstchannel", "start", "calldate")

_ASTERISK_TIME = re.compile(r"\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2}")
_ASTERISK_DISPOSITIONS = {"ANSWERED", "NO ANSWER", "BUSY", "FAILED", "CONGESTION", "UNKNOWN"}
_CUCM_TYPE = re.compile(r"(INTEGER|VARCHAR\(\d+\)|UNIQUEIDENTIFIER|BIGINT|SMALLINT)", re.IGNORECASE)


def is_asterisk(first_record: Sequence[str]) -> bool:
    """Whether the first record is a call as Asterisk writes it to ``Master.csv`` (which has no
    header).
    """
    if len(first_record) not in ASTERISK_COLUMNS:
        return False
    call = dict(zip(_ASTERISK_BASE, first_record, strict=False))
    return (
        _ASTERISK_TIME.fullmatch(call["start"]) is not None
        and call["disposition"] in _ASTERISK_DISPOSITIONS
    )


def is_line_of_types(header: Sequence[str], record: Sequence[str]) -> bool:
    """Whether the record under the header holds Cisco's data types, not a call."""
    return header[:1] == ["cdrRecordType"] and all(_CUCM_TYPE.fullmatch(field) for field in record)
