"""Card numbers, CPR numbers, message content and browsing in any file: for the export that somebody
just found.

    paths     which files there are
    columns   the different texts of each column, and what the engine says of them
    splits    what columns side by side hold together
    scan      pass 1: what each column holds; pass 2: its cells; and their findings
    show      findings as JSON lines, or as a table

What a column is, ``detectors.judge`` says, as it does in an audit. What is packed in a file, and its
cells part by part, is for ``readers`` to say. A file is read twice: what a cell is worth is known
when its whole column has been seen. Nothing of a file is written anywhere but a packed file that
must be read from its middle, or standard input: that goes to a temporary file without a name.
"""
