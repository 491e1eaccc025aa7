from __future__ import annotations

from pathlib import Path

import pytest

from django_bookrel.sources import open_source
from django_bookrel.sources.reading.headings import without_fuller_form


@pytest.mark.parametrize(
    "heading, short",
    [
        ("Barrie, J. M. (James Matthew), 1860-1937", "Barrie, J. M., 1860-1937"),
        ("Baum, L. Frank (Lyman Frank), 1856-1919", "Baum, L. Frank, 1856-1919"),
        ("Eliot, T. S.(Thomas Stearns)", "Eliot, T. S."),
        ("Smith, John (poet)", "Smith, John (poet)"),
        ("Smith, J. (Jane Ann)", "Smith, J. (Jane Ann)"),
        ("Quay Press (Q. P.)", "Quay Press (Q. P.)"),
        ("Lee, Ann", "Lee, Ann"),
    ],
)
def test_without_fuller_form(heading: str, short: str):
    assert without_fuller_form(heading) == short


@pytest.mark.parametrize(
    "cell, author, contributors",
    [
        ("Lee, Ann, 1950-", "Lee, Ann, 1950-", []),
        ("Lee, Ann; Ek, Bo", "Lee, Ann", [("Ek, Bo", "co-author")]),
        (
            "Lee, Ann; Ek, Bo [Author of introduction, etc.]; Ek, Bo [Commentator]",
            "Lee, Ann",
            [("Ek, Bo", "introduction"), ("Ek, Bo", "contributor")],
        ),
        ("Lee, Ann [Editor]", "", [("Lee, Ann", "editor")]),
        ("Smith and Sons Ltd.", "Smith and Sons Ltd.", []),
        ("Church of the Quay (Bergen).", "Church of the Quay (Bergen)", []),
    ],
)
def test_people_of_gutenberg(
    tmp_path: Path, cell: str, author: str, contributors: list[tuple[str, str]]
):
    path = tmp_path / "catalog.csv"
    path.write_text(f'Text#,Title,Authors\n1,Emma,"{cell}"\n')
    with open_source(path) as reading:
        [record] = reading
    assert (record.values["author"], record.values["contributors"]) == (author, contributors)


def test_commas_never_split_subjects(tmp_path: Path):
    path = tmp_path / "catalog.csv"
    path.write_text('Text#,Title,Authors,Subjects\n1,Emma,,"Speeches, addresses, etc."\n')
    with open_source(path) as reading:
        assert [record.values["subjects"] for record in reading] == [["Speeches, addresses, etc."]]
