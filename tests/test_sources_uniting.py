from __future__ import annotations

import tracemalloc
from pathlib import Path

import pytest

from django_bookrel.models import Book
from django_bookrel.resources import load
from django_bookrel.sources import open_source
from tests.importing import books, stored

HEADER = "BL record ID,Title,Name,Role,All names,Topics,Publisher,Date of publication\n"


def write(folder: Path, *rows: str) -> Path:
    path = folder / "records.csv"
    path.write_text(HEADER + "".join(f"{row}\n" for row in rows))
    return path


def test_rows_of_a_book_need_not_be_neighbours(tmp_path: Path):
    path = write(
        tmp_path,
        "001,Emma,Ann Lee,,,Love,A,",
        "002,Ivanhoe,,,,War,,",
        ",Loose,,,,,,",
        "001,Emma,Ann Lee,,,Ships ; Love,B,1815",
        "short",
        "001,Emma!,,,,,,",
    )
    with open_source(path) as reading:
        records = list(reading)
    assert [record.line for record in records] == [2, 3, 4, 5, 6, 7]
    emma, ivanhoe, loose, again, bad, last = (record.values for record in records)
    assert emma == again == last
    assert emma == {
        "author": "Ann Lee",
        "contributors": [],
        "title": "Emma!",
        "subjects": ["Love", "Ships"],
        "publishers": ["A", "B"],
        "year": "1815",
        "identifiers": [("bl", "001")],
    }
    assert (ivanhoe["subjects"], loose["title"], bad) == (["War"], "Loose", {})
    assert [error.kind for error in records[4].errors] == ["cells"]
    assert records[3].raw[5] == "Ships ; Love"


def test_only_the_last_of_many_rows_of_a_book_say_all(tmp_path: Path):
    rows = (f"001,Emma,,,,Topic {n},," for n in range(400))
    with open_source(write(tmp_path, "002,Ivanhoe,,,,War,,", *rows)) as reading:
        subjects = [record.values["subjects"] for record in reading]
    # 100,000 by 400.
    alone, united = 400 - 250, [f"Topic {n}" for n in range(400)]
    assert subjects == [["War"], *([f"Topic {n}"] for n in range(alone)), *([united] * 250)]


def test_the_author_is_no_contributor_of_the_same_role(tmp_path: Path):
    path = write(
        tmp_path, '1,Emma,Ann Lee,,"Bo Ek, author",,,', '1,Emma,Bo Ek,,"Ann Lee, author",,,'
    )
    with open_source(path) as reading:
        people = [(r.values["author"], r.values["contributors"]) for r in reading]
    assert people == [("Bo Ek", [("Ann Lee", "co-author")])] * 2


@pytest.mark.django_db
def test_an_import_unites_and_a_second_one_changes_nothing(tmp_path: Path):
    path = write(tmp_path, *(f"00{n % 3},Emma {n % 3},Ann Lee,,,Topic {n},," for n in range(9)))
    counts = load(path).counts
    assert (counts.rows, counts.new, counts.duplicates) == (9, 3, 6)
    assert [book["subjects"] for book in books()] == [
        [f"Topic {number}" for number in range(first, 9, 3)] for first in range(3)
    ]
    before = stored()
    counts = load(path).counts
    assert (counts.new, counts.updated) == (0, 0)
    assert stored() == before
    assert Book.objects.count() == 3


def test_memory_does_not_grow_with_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("django_bookrel.sources.files.recognition.START_BYTES", 2**13)
    monkeypatch.setattr("django_bookrel.sources.files.lines.BLOCK_BYTES", 2**13)

    def peak(count: int) -> int:
        path = write(tmp_path, *(f"{n // 2},Emma {n},Ann Lee,,,Topic {n},," for n in range(count)))
        tracemalloc.start()
        try:
            with open_source(path) as reading:
                assert sum(1 for _ in reading) == count
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()

    peak(100)
    # What waits for Python's search for cycles is a fifth more or less.
    assert peak(8_000) < peak(2_000) * 1.6
