"""The canonical tables and columns that exports are mapped to.

An audit maps the operator's own headers to these names; every suite and view speaks only of them.
Columns that an audit does not map are kept as text under their own header: a card number hides
where nobody mapped.

Source: the operators' policies (what they say they hold) and the public formats named in
``exports/dialects.py``.
"""

from __future__ import annotations

from teleaudit.schema.columns import Column, Kind, Table
from teleaudit.schema.synonyms import plain_header
from teleaudit.schema.tables import TABLES
from teleaudit.schema.vocabularies import VOCABULARIES, Vocabulary

__all__ = [
    "FILE_COLUMN",
    "ISSUES_COLUMN",
    "LINE_COLUMN",
    "TABLES",
    "VOCABULARIES",
    "Column",
    "Kind",
    "Table",
    "Vocabulary",
    "plain_header",
]

# text: name of the export file a row came from, relative to the exports' root
FILE_COLUMN = "_file"
LINE_COLUMN = "_line"  # integer: line of the file on which the row starts; the header is line 1
# text or null: what could not be read in the row, "end_date=unreadable;at=zero"
ISSUES_COLUMN = "_issues"
