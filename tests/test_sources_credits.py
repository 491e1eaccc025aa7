from __future__ import annotations

from pathlib import Path

import pytest

from django_bookrel.sources import open_source
from django_bookrel.sources.reading.credits import credited, is_nobody, split_roles
from django_bookrel.sources.reading.people import Commas, split_people


@pytest.mark.parametrize(
    "text, expected",
    [
        ("Ann Lee", ("Ann Lee", [])),
        ("Ann Lee (Translator)", ("Ann Lee", ["translator"])),
        ("Ann Lee [ill.]", ("Ann Lee", ["illustrator"])),
        ("Ann Lee (ed.).", ("Ann Lee", ["editor"])),
        ("Ann Lee [Author of introduction, etc.]", ("Ann Lee", ["introduction"])),
        ("Ann Lee (Author/Illustrator)", ("Ann Lee", ["co-author", "illustrator"])),
        ("Ann Lee (editor and translator)", ("Ann Lee", ["editor", "translator"])),
        ("Ann Lee [Editor] [Translator]", ("Ann Lee", ["editor", "translator"])),
        ("Lee, Ann, editor", ("Lee, Ann", ["editor"])),
        ("Lee, Ann, ill.", ("Lee, Ann", ["illustrator"])),
        ("Ann Lee, Translator", ("Ann Lee", ["translator"])),
        ("edited by Ann Lee", ("Ann Lee", ["editor"])),
        ("Translated by Lee, Ann", ("Lee, Ann", ["translator"])),
        ("trans. Ann Lee", ("Ann Lee", ["translator"])),
        ("ed. Lee, Ann", ("Lee, Ann", ["editor"])),
        ("Ed. Lee", ("Ed. Lee", [])),
        ("Eds. Lee, Ann", ("Lee, Ann", ["editor"])),
        ("Lee, Ann, Eds.", ("Lee, Ann", ["editor"])),
        ("Lee, Ann [Verfasser]", ("Lee, Ann", ["co-author"])),
        ("traduit par Ann Lee", ("Ann Lee", ["translator"])),
        ("Ann Lee (poet)", ("Ann Lee (poet)", [])),
        ("Ann Lee (poet/editor)", ("Ann Lee (poet/editor)", [])),
        ("Ann Lee (poet) (editor)", ("Ann Lee (poet)", ["editor"])),
        ("Lee, Art", ("Lee, Art", [])),
        ("Reader, John", ("Reader, John", [])),
        ("Lee, Ed", ("Lee, Ed", [])),
        ("Death by Water", ("Death by Water", [])),
        ("(editor)", ("(editor)", [])),
        ("Ann Lee)", ("Ann Lee)", [])),
    ],
)
def test_split_roles(text: str, expected: tuple[str, list[str]]):
    assert split_roles(text) == expected


@pytest.mark.parametrize(
    "cell, people",
    [
        ("Ann Lee & Bo Ek (Eds.)", [("Ann Lee", "editor"), ("Bo Ek", "editor")]),
        ("Ann Lee, Bo Ek (eds.)", [("Ann Lee", "editor"), ("Bo Ek", "editor")]),
        ("Ann Lee and Bo Ek, eds.", [("Ann Lee", "editor"), ("Bo Ek", "editor")]),
        ("Ann Lee and Bo Ek, Eds", [("Ann Lee", "editor"), ("Bo Ek", "editor")]),
        ("Ann Lee and Bo Ek (editors)", [("Ann Lee", "editor"), ("Bo Ek", "editor")]),
        ("edited by Ann Lee and Bo Ek", [("Ann Lee", "editor"), ("Bo Ek", "editor")]),
        ("Eds. Ann Lee and Bo Ek", [("Ann Lee", "editor"), ("Bo Ek", "editor")]),
        ("Ann Lee, Bo Ek (Hrsg.)", [("Ann Lee", "editor"), ("Bo Ek", "editor")]),
        ("Ann Lee; Bo Ek (eds.)", [("Ann Lee", "editor"), ("Bo Ek", "editor")]),
        (
            "Homer, translated by Ann Lee and Bo Ek",
            [("Homer", None), ("Ann Lee", "translator"), ("Bo Ek", "translator")],
        ),
        (
            "Homer (author), Ann Lee, Bo Ek (translators)",
            [("Homer", "co-author"), ("Ann Lee", "translator"), ("Bo Ek", "translator")],
        ),
        (
            "Homer; Ann Lee & Bo Ek (eds.)",
            [("Homer", None), ("Ann Lee", "editor"), ("Bo Ek", "editor")],
        ),
        (
            "edited by Ann Lee, illustrated by Bo Ek, Cy Dow",
            [("Ann Lee", "editor"), ("Bo Ek", "illustrator"), ("Cy Dow", "illustrator")],
        ),
        ("Ann Lee & Bo Ek (ed.)", [("Ann Lee", None), ("Bo Ek", "editor")]),
        ("Ann Lee; Bo Ek (Hrsg.)", [("Ann Lee", None), ("Bo Ek", "editor")]),
        ("edited by Ann Lee; Bo Ek", [("Ann Lee", "editor"), ("Bo Ek", None)]),
        ("The Editors of Time and Life", [("The Editors of Time and Life", None)]),
    ],
)
def test_roles_of_several_people(cell: str, people: list[tuple[str, str | None]]):
    assert credited(split_people(cell, Commas.BETWEEN_NAMES)) == people


@pytest.mark.parametrize(
    "cell, people",
    [
        ("Lee, Ann; Ek, Bo (eds.)", [("Lee, Ann", "editor"), ("Ek, Bo", "editor")]),
        ("edited by Lee, Ann and Ek, Bo", [("Lee, Ann", "editor"), ("Ek, Bo", "editor")]),
    ],
)
def test_roles_of_several_people_surname_first(cell: str, people: list[tuple[str, str | None]]):
    assert credited(split_people(cell, Commas.WITHIN_NAMES)) == people


def test_credited():
    names = ["Ann Lee", "Cy Dow Jr.", "trans. Di Fox", "Bo Ek (Editor, Translator)"]
    assert credited(names) == [
        ("Ann Lee", None),
        ("Cy Dow Jr.", None),
        ("Di Fox", "translator"),
        ("Bo Ek", "editor"),
        ("Bo Ek", "translator"),
    ]


@pytest.mark.parametrize(
    "name",
    ["Various", "various authors.", "Unknown", "[Unknown]", "AA.VV.", "Collectif", "NA", "?"],
)
def test_nobody(name: str):
    assert is_nobody(name)


@pytest.mark.parametrize("name", ["Anonymous", "Anon.", "Na", "Ann Lee", "Various Lee", "Dr. No"])
def test_somebody(name: str):
    assert not is_nobody(name)


def test_cells(tmp_path: Path):
    path = tmp_path / "books.csv"
    path.write_text(
        "title|author|editor\n"
        "A|Various|Ann Lee; Unknown\n"
        "B|Anonymous|Bo Ek (Editor, Translator)\n"
        "C|Ann Lee et al.|Ann  Lee\n"
        "D|Ann Lee|\n".replace("|", "\t")
    )
    with open_source(path) as reading:
        records = list(reading)
    assert [(row.values["author"], row.values["contributors"]) for row in records] == [
        ("", [("Ann Lee", "editor")]),
        ("Anonymous", [("Bo Ek", "editor"), ("Bo Ek", "translator")]),
        ("Ann Lee", [("Ann Lee", "editor")]),
        ("Ann Lee", []),
    ]
    assert [(repair.kind, repair.value) for record in records for repair in record.repairs] == [
        ("nobody-dropped", "Various"),
        ("people", "Ann Lee; Unknown"),
        ("nobody-dropped", "Unknown"),
        ("people", "Ann Lee et al."),
        ("spaces", "Ann  Lee"),
    ]


def test_author_among_the_further_people(tmp_path: Path):
    path = tmp_path / "books.csv"
    path.write_text(
        "title|author|co-authors|translator\nA|Lee, Ann|Ann Lee; Bo Ek|Ann Lee\n".replace("|", "\t")
    )
    with open_source(path) as reading:
        (record,) = reading
    assert record.values["contributors"] == [("Bo Ek", "co-author"), ("Ann Lee", "translator")]
