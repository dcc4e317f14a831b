"""Files as tables of text: what an export's bytes hold, line by line, and what in them is no record. Nothing here knows what a column means."""
