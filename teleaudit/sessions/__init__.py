"""A person's session in a notebook: which audit it opens, what it is refused and in what words, and
what TAB offers.

A notebook is read by people who write no Python. Whatever goes wrong in a call, they get one
sentence in Danish that says what to do.
"""
