"""Exports: what an operator's files are, and a typed working copy of them."""

from teleaudit.exports.reading import ExportFile, ReadExport, read_export
from teleaudit.readers.rejects import Reject

__all__ = ["ExportFile", "ReadExport", "Reject", "read_export"]
