"""A record while its row is read."""

from __future__ import annotations

from typing import Any

from ..base import Column, Issue
from ..files.undecodable import visible

__all__ = ("Draft",)


class Draft:
    """What a row has come to so far: its cells, and the values and repairs of its record."""

    __slots__ = ("cells", "repairs", "values")

    def __init__(self, cells: list[str]) -> None:
        self.cells = cells
        """As they are read, repairs of whole texts included; never to be changed in place."""
        self.values: dict[str, Any] = {}
        """As in :class:`~..base.Record`."""
        self.repairs: list[Issue] = []

    def text(self, column: Column) -> str:
        """Give the cell of a column without edge space."""
        return self.cells[column.position].strip()

    def repaired(
        self, kind: str, column: Column, cell: str, result: str, message: str = ""
    ) -> None:
        """Say what a cell was read as, and in ``message``, a sentence, what of it was not read."""
        self.repairs.append(Issue(kind, column.name, visible(cell), message, visible(result)))

    def dropped(self, kind: str, column: Column, cell: str, reason: str) -> None:
        """Say that a cell was dropped; ``reason`` is a sentence."""
        message = f"{reason} The cell was dropped."
        self.repairs.append(Issue(f"{kind}-dropped", column.name, visible(cell), message))
