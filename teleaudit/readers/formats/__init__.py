"""The formats of text that are no delimited text. Each is a module here, by the name of which an
audit declares it, with its reader as ``FORMAT``.
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from pkgutil import iter_modules
from types import MappingProxyType

from teleaudit.readers.text_tables import TextFormat

TEXT_FORMATS: Mapping[str, TextFormat] = MappingProxyType(
    {
        module.name: import_module(f"{__name__}.{module.name}").FORMAT
        for module in iter_modules(__path__)
    }
)
