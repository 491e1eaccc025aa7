"""Tables that were joined: repeated headers are no books."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import openpyxl
import pytest

from django_bookrel.exceptions import UnreadableFile
from django_bookrel.sources import open_source

REPEATED = "The header is repeated here, as in files that were joined."


def read(path: Path, **options: Any) -> list[tuple[int, str, list[str]]]:
    with open_source(path, **options) as reading:
        return [
            (r.line, r.values.get("title", ""), [error.message for error in r.errors])
            for r in reading
        ]


def write(folder: Path, text: str, encoding: str = "utf-8") -> Path:
    path = folder / "books.csv"
    path.write_bytes(text.encode(encoding))
    return path


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16-le"])
@pytest.mark.parametrize("second", ["title,author", "\ufefftitle,author", '\ufeff"title", author'])
def test_joined_by_cat(tmp_path: Path, second: str, encoding: str):
    text = f"\ufefftitle,author\nEmma,Jane Austen\n{second}\nIvanhoe,Walter Scott\n"
    assert read(write(tmp_path, text, encoding)) == [
        (2, "Emma", []),
        (3, "", [REPEATED]),
        (4, "Ivanhoe", []),
    ]


def test_in_another_order(tmp_path: Path):
    path = write(tmp_path, "title,author,x\nEmma,Austen,\nauthor,title,\nScott,Ivanhoe,\n")
    with open_source(path) as reading:
        records = iter(reading)
        with pytest.raises(UnreadableFile) as caught:
            list(records)
    assert str(caught.value) == (
        "line 3 repeats the header with its columns in another order. Files that differ in their "
        "columns cannot be joined; import them one by one."
    )


def test_books_that_are_called_like_columns(tmp_path: Path):
    path = write(tmp_path, "title,author,year\nauthor,,\ntitle,Ann Lee,\nyear,year,1\n")
    assert read(path) == [(2, "author", []), (3, "title", []), (4, "year", [])]


def test_in_a_workbook(tmp_path: Path):
    book = openpyxl.Workbook()
    for row in (["title", "author"], ["Emma", "Austen"], ["title ", "author"], ["Ivanhoe"]):
        book.active.append(row)
    book.save(tmp_path / "x.xlsx")
    assert read(tmp_path / "x.xlsx") == [(2, "Emma", []), (3, "", [REPEATED]), (4, "Ivanhoe", [])]
