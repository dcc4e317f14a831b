"""Engines answer; rules ask.

What differs between engines stands here and nothing else.

DuckDB is the embedded one. An engine holds the working copies as relations ``export_<table>``, the
views over them, and validates Great Expectations suites on a data set. Nothing is imported here:
whether there is a Spark at all is told without Great Expectations.
"""
