"""The registers of accountability: what an operator that keeps them all would hand in, and every
deviation of them.

One module for each topic, with the same three names:

    TABLES       table -> a function that adds one lawful row of it to a world and returns the row
    LAWFUL       functions that add ordinary rows and the lawful neighbours of every deviation: what
    looks wrong and is not
    DEVIATIONS   check id -> a function that plants the deviations which that check, and no other,
    must find

A planted row is marked with the check's id (``mark``); the oracle takes the marks as they are.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import ModuleType

from teleaudit_samples.registers import (
    access,
    consent,
    content,
    deletion,
    disclosure,
    minimisation,
    rights,
)
from teleaudit_samples.world import Row, World

MODULES: tuple[ModuleType, ...] = (
    minimisation,
    consent,
    rights,
    disclosure,
    access,
    deletion,
    content,
)
FRESH: Mapping[str, Callable[[World], Row]] = {
    table: make for module in MODULES for table, make in module.TABLES.items()
}
LAWFUL: tuple[Callable[[World], None], ...] = tuple(
    plant for module in MODULES for plant in module.LAWFUL
)
DEVIATIONS: Mapping[str, Callable[[World], None]] = {
    check_id: plant for module in MODULES for check_id, plant in module.DEVIATIONS.items()
}
