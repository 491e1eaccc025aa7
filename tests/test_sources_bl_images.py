from __future__ import annotations

from pathlib import Path

import pytest

from django_bookrel.sources import open_source

HEADER = (
    "volume\tpublisher\ttitle\tfirst_author\tBL_DLS_ID\tpubplace\tbook_identifier"
    "\tARK_id_of_book\tdate\n"
)
ADDRESS = "http://www.flickr.com/photos/britishlibrary/10000000001"


@pytest.mark.parametrize(
    "start, title",
    [
        (f"10000000001\t{ADDRESS}\t000900004\tEmma", "Emma"),
        (f"0\t{ADDRESS}\tEmma\tLee, Ann", "Emma"),
        ("10000000001\tQuay\tEmma\tLee, Ann", "Emma"),
    ],
)
def test_rows_of_the_other_file(tmp_path: Path, start: str, title: str):
    path = tmp_path / "books.tsv"
    path.write_text(f"{HEADER}{start}\tEk, Bo\tBergen\t\t1901\t03\n")
    with open_source(path) as reading:
        [record] = reading
    is_moved = bool(record.repairs) and record.repairs[0].kind == "columns"
    assert (record.values["title"], is_moved) == (title, "000900004" in start)
    if is_moved:
        assert (record.values["author"], record.values["year"]) == ("Ek, Bo", "1901")
        assert record.raw == ["03", "", "Emma", "Ek, Bo", "", "Bergen", "000900004", "", "1901"]


def test_quotes_are_text(tmp_path: Path):
    path = tmp_path / "books.tsv"
    path.write_text(HEADER + '0\t\t"Emma\t\t\t\t001\t\t\n' + '0\t\t"Ivanhoe"\t\t\t\t002\t\t\n')
    with open_source(path) as reading:
        assert [record.values["title"] for record in reading] == ['"Emma', '"Ivanhoe"']
