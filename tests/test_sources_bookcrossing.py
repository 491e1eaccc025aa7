from __future__ import annotations

from pathlib import Path

import pytest

from django_bookrel.exceptions import MissingColumns
from django_bookrel.sources import open_source

NUMBERS = "0;1;2;3;4;5;6;7\n"
ROW = "0306406152;Emma;Ann Lee;1815;Quay;s;m;l\n"
OTHER = "a;b;c;d;e;f;g;h\n"


def test_numbers_for_names_need_isbns_below(tmp_path: Path):
    path = tmp_path / "books.csv"
    path.write_text(NUMBERS + ROW * 3 + OTHER * 2)
    with open_source(path) as reading:
        assert reading.source.name == "bookcrossing"
    path.write_text(NUMBERS + ROW * 2 + OTHER * 3)
    with pytest.raises(MissingColumns, match="no column for title among: 0, 1, 2"):
        open_source(path)
    with open_source(path, mapping={"title": "1"}) as reading:
        assert reading.source.name == "generic"


@pytest.mark.parametrize(
    "cell, title",
    [
        (r'"Say \"yes\""', 'Say "yes"'),
        (r'"\"Smoke\" (Easy)"', '"Smoke" (Easy)'),
        ('"Say ""yes"""', 'Say "yes"'),
        (r'"A \\ B"', r"A \ B"),
    ],
)
def test_quotes(tmp_path: Path, cell: str, title: str):
    path = tmp_path / "books.csv"
    path.write_text(f'"ISBN";"Book-Title";"Book-Author"\n"0306406152";{cell};"Ann Lee"\n' * 1)
    with open_source(path) as reading:
        assert [record.values["title"] for record in reading] == [title]


@pytest.mark.parametrize(
    "header, row",
    [
        (
            "ISBN,Book-Title,Book-Author,Year-Of-Publication,Publisher,Image-URL-S",
            '0306406152,"Emma"";Ann Lee""",2000,Quay,http://example.org/s.jpg,',
        ),
        (
            "ISBN,Book_Title,Book_Author,Year_Of_Publication,Publisher",
            '0306406152,"Emma"";Ann Lee""",2000,Quay,https://example.org/s.jpg',
        ),
    ],
)
def test_shifted_cells_cost_the_row(tmp_path: Path, header: str, row: str):
    path = tmp_path / "books.csv"
    whole = "080442957X,Emma,1984,2000,Quay" + ",x" * (header.count(",") - 4)
    path.write_text(f"{header}\n{row}\n{whole}\n")
    with open_source(path) as reading:
        assert reading.source.name == "bookcrossing"
        shifted, plain = reading
    assert [error.message for error in shifted.errors] == [
        "The author is a number and the publisher an address: the cells are shifted."
    ]
    assert (plain.values["author"], plain.values["publishers"]) == ("1984", ["Quay"])
