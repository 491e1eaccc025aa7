"""The tables of this host: what stands in a file of SQL for each database."""

from __future__ import annotations

import re
from pathlib import Path

CREATED = re.compile(r'CREATE (?:TABLE|VIEW) (legacy_\w+|[`"].+?[`"])')
MARIADB_ONLY = "-- MariaDB only.\n"


def statements(vendor: str, *, is_mariadb: bool = False) -> list[str]:
    """Return the statements that make the tables; blank lines are between them."""
    text = (Path(__file__).parent / f"{vendor}.sql").read_text(encoding="utf-8")
    usual, _mark, more = text.partition(MARIADB_ONLY)
    wanted = usual + more if is_mariadb else usual
    return [statement for part in wanted.split("\n\n") if (statement := part.strip())]


def names(statements: list[str]) -> frozenset[str]:
    """Return the names of the tables and views that the statements make."""
    found = (CREATED.match(statement) for statement in statements)
    return frozenset(match[1].strip('`"') for match in found if match)
