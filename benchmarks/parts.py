"""Files whose rows refer to one another."""

from __future__ import annotations

import csv
import random
from pathlib import Path

__all__ = ("ORDERS", "write_parts")

ORDERS = ("each behind what it names", "each before what it names", "a tree in no order")


def write_parts(path: Path, rows: int, order: str) -> None:
    """Write a chain of parts, or a tree with ten parts below each."""
    width = 10 if order == ORDERS[2] else 1
    parts = [(f"p{n}", f"p{(n - 1) // width}" if n else "") for n in range(rows)]
    if order == ORDERS[1]:
        parts.reverse()
    elif order == ORDERS[2]:
        random.Random(rows).shuffle(parts)
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(("code", "parent"))
        writer.writerows(parts)
