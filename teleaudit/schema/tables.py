"""All canonical tables by name."""

from __future__ import annotations

from teleaudit.schema.business import BUSINESS
from teleaudit.schema.columns import Table
from teleaudit.schema.registers import REGISTERS

TABLES: dict[str, Table] = {table.name: table for table in (*BUSINESS, *REGISTERS)}
