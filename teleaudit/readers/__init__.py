"""Files as tables of text: what an export's bytes hold, line by line, and what in them is no
record.

Nothing here knows what a column means.

    sources       a file, or what is packed in one
    opening       what it is, and its reader
    text_tables   what a reader of text is given, and what it answers
    cells         the same readers, with nothing left out: for scan

Names are kept as they stand in the file. ``headers`` says, in one place, what a column is called
that has no name or one that is somebody's: whatever is read of a column goes by that.

A new format of text is one file in ``formats`` that answers so: its name is what an audit declares.
"""
