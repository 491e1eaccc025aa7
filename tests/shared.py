"""Real catalogues for trying the program: they are not part of it; CONTRIBUTING.md names them."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

SHARED_DATA = Path(
    os.environ.get("BOOKREL_REAL_CATALOGUES")
    or Path(__file__).resolve().parents[2] / "shared" / "data"
)


def shared_file(name: str) -> Path:
    """Give the path of a real catalogue; skip the test where it is absent."""
    path = SHARED_DATA / name
    if not path.is_file():
        pytest.skip(f"{name} is not in BOOKREL_REAL_CATALOGUES")
    return path
