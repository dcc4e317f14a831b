"""Compliance audits of telecom operators' exports: from files to a report that can be handed to the
authority.
"""

__version__ = "0.1.0"
