"""Any file cell by cell, for whoever looks into all of them: no record is left out, and what is
broken is read as text.
"""
