"""Lists of values on disk."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from django_bookrel.bulk.batch import UNSET, ForNew
from django_bookrel.bulk.staging import Stage
from django_bookrel.exceptions import TemporaryFileError


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give the folder of temporary files, which must be there for a file to be made."""
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "temporary"))
    return tmp_path / "temporary"


def staged(*values: Any) -> Stage[Any]:
    stage: Stage[Any] = Stage()
    for value in values:
        stage.add(value)
    return stage


@pytest.mark.parametrize("values", [[], ["a"], ["a", "b"], [None, None], [[1], {"b": 2}, (3,)]])
def test_values_come_out_as_they_went_in(values: list[Any]):
    stage = staged(*values)
    assert len(stage) == len(values)
    assert list(stage) == list(stage) == values
    assert [stage[index] for index in reversed(range(len(values)))] == values[::-1]
    with pytest.raises(IndexError):
        stage[len(values)]
    stage.close()


def test_values_are_added_while_others_are_read():
    stage = staged("a", "b")
    assert stage[0] == "a"
    stage.add("c")
    assert list(stage) == ["a", "b", "c"]
    stage.close()


def test_single_value_needs_no_disk(folder: Path):
    value = ["a"]
    stage = staged(value)
    assert stage[0] is value
    with pytest.raises(TemporaryFileError, match="Cannot keep what is read ahead in "):
        stage.add("b")
    folder.mkdir()
    stage = staged(value, "b")
    assert stage[0] == value
    assert stage[0] is not value
    stage.close()


def test_marks_of_cells_are_what_they_were():
    stage = staged([UNSET], [UNSET, ForNew([("oclc", "1")])])
    assert stage[0][0] is UNSET
    assert stage[1][0] is UNSET
    assert type(stage[1][1]) is ForNew
    assert stage[1] == [UNSET, [("oclc", "1")]]
    stage.close()


def test_closing_ends_it():
    staged().close()
    staged("a").close()
    stage = staged("a", "b")
    stage.close()
    with pytest.raises(ValueError, match="closed file"):
        stage[0]
