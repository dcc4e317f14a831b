"""Rows that meet conditions, counted or picked out by DuckDB: what a process needs that does nothing else.

Spark's executors import this, and no Great Expectations with it: a Python worker that holds it starts seconds later, and
tidies its memory for a third of a second after every task (a sixth of that without).
"""
