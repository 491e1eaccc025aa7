"""Real catalogues for trying the program: they stand beside the checkout, not in it."""

from __future__ import annotations

from pathlib import Path

import pytest

SHARED_DATA = Path(__file__).resolve().parents[2] / "shared" / "data"


def shared_file(name: str) -> Path:
    """Give the path of a real catalogue; skip the test where it is absent."""
    path = SHARED_DATA / name
    if not path.is_file():
        pytest.skip(f"{name} is not at hand: it would stand in ../shared/data")
    return path
