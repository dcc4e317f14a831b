"""Files as tables of text: what an export's bytes hold, line by line, and what in them is no
record.

Nothing here knows what a column means.

    sources       a file, or what is packed in one
    opening       what it is, and its reader
    text_tables   what a reader of text is given, and what it answers
    cells         the same files cell by cell, with nothing left out: for scan

A new format of text is one file here that answers so, its line in ``opening.TEXT_READERS``, and its
word in ``rules.audit_file.Format``.
"""
