"""Hostile files end in rows, rejected rows or a sentence; ``python -m tests.hostile`` has more."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.hostile import measured, read
from tests.hostile_files import MAKERS, Hostile, hostile_files

SAMPLE = [*hostile_files(seed=1, count=8 * len(MAKERS), scale=0.001)]


@pytest.mark.parametrize(
    "hostile", SAMPLE, ids=[f"{number}-{each.kind}" for number, each in enumerate(SAMPLE)]
)
def test_hostile_files(tmp_path: Path, hostile: Hostile):
    path = tmp_path / f"x{hostile.suffix}"
    path.write_bytes(hostile.data)
    assert len(read(path).splitlines()) == 1


def test_files_are_the_same_for_a_seed():
    assert list(hostile_files(1, 30, 0.001)) == SAMPLE[:30]


def test_what_goes_wrong_is_seen(tmp_path: Path):
    def fail(path: Path) -> str:
        raise ValueError(path.name)

    found = measured(tmp_path / "x", fail)
    assert (found.said, found.is_good) == ("ValueError: x", False)
